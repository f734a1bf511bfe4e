package send_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func (s *sending) toPost(actor survey.Actor, slug survey.Slug, reason string) (bool, error) {
	s.t.Helper()
	return s.Send.SwitchToPost(s.t.Context(), actor, s.q, slug, send.SwitchToPost{Reason: reason, Revision: s.respondent(slug).Revision})
}

// mustSwitch lets a letter take the place of mails, with the rule off.
func (s *sending) mustSwitch(slug survey.Slug) {
	s.t.Helper()
	if done, err := s.toPost(s.office, slug, "Das Postfach ist aufgegeben"); err != nil || !done {
		s.t.Fatal(done, err)
	}
}

// A lost mail stays undecided until the letter is in the post; from that day the party was asked, and all mailed links are void by then.
func TestALetterTakesThePlaceOfLostMail(t *testing.T) {
	s, lost := refused(t)
	mailed, _ := s.openLinks("fm", "/")
	if mailed == 0 || s.row("fm").State != survey.StageNotReached {
		t.Fatal("the mail was not lost")
	}
	before := s.respondent("fm")
	s.mustSwitch("fm")
	r := s.respondent("fm")
	if !r.ByPost() || r.Email != "" || !r.AskedAt.Equal(before.AskedAt) || r.ToPost.From != survey.ChannelForm || r.ToPost.By != "u1" || len(s.audited("to_post")) != 1 {
		t.Errorf("%+v", r.ToPost)
	}
	if row := s.row("fm"); row.State != survey.StageNotReached || !row.Undecided || row.Problem != send.ProblemLetter {
		t.Errorf("%s, %t, %q", row.State, row.Undecided, row.Problem)
	}
	if open, _ := s.openLinks("fm", "/"); open != mailed {
		t.Errorf("%d links before the letter is printed", open)
	}
	l := s.print(s.office, "fm")
	if open, works := s.openLinks("fm", l.Link); open != 1 || !works {
		t.Errorf("%d links after it was printed", open)
	}
	if row := s.row("fm"); !row.Undecided {
		t.Error("printed is not posted")
	}
	s.clock.Advance(48 * time.Hour)
	day := s.clock.Now().Format(time.DateOnly)
	testworld.Must(t, s.posted("fm", send.RecordPosted{Day: day}))
	if row := s.row("fm"); row.State != survey.StageWaiting || row.Undecided || row.Problem != send.ProblemNone || row.LastEvent != "posted" {
		t.Errorf("%s, %t, %q, %s", row.State, row.Undecided, row.Problem, row.LastEvent)
	}
	if asked := s.respondent("fm").AskedAt; asked.In(survey.Instant{Zone: survey.DefaultZone}.Location()).Format(time.DateOnly) != day {
		t.Errorf("asked %s", asked)
	}
	testworld.Must(t, s.posted("fm", send.RecordPosted{Undo: true}))
	if r := s.respondent("fm"); !r.AskedAt.Equal(before.AskedAt) || !s.row("fm").Undecided {
		t.Errorf("taken back: asked %s", r.AskedAt)
	}
	// a mail that waits or is tried again goes nowhere
	if err := s.Send.RetryMail(t.Context(), s.office, s.q, lost); testworld.KeyOf(err) != "send.error.by_post_now" {
		t.Errorf("tried again: %v", err)
	}
	if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, lost, send.ResendMail{To: "neu@partei.example"}); testworld.KeyOf(err) != "send.error.by_post_now" {
		t.Errorf("sent elsewhere: %v", err)
	}
}

// Whom a mail reached was asked by it, whatever day the letter went out; what waits for it is stopped.
func TestALetterAfterAMailThatArrived(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	m := s.mails(survey.MailInvitation)["gz@partei.example"]
	testworld.Must(t, s.Send.RecordAttempt(t.Context(), m.Mail.ID, send.MailOutcome{Attempt: 1, Sent: true}))
	s.remind()
	asked := s.respondent("gz").AskedAt
	s.mustSwitch("gz")
	if notice := s.mails(survey.MailNotice)["gz@partei.example"]; !strings.Contains(notice.Body, "gedruckten Brief") {
		t.Errorf("the old address is told: %q", notice.Body)
	}
	if mails := s.mails(survey.MailReminder); len(mails) != 2 || mails["gz@partei.example"].Body != "" {
		t.Error("a reminder still goes to the mailbox")
	}
	s.print(s.office, "gz")
	s.clock.Advance(24 * time.Hour)
	testworld.Must(t, s.posted("gz", send.RecordPosted{Day: s.clock.Now().Format(time.DateOnly)}))
	if r := s.respondent("gz"); !r.AskedAt.Equal(asked) {
		t.Errorf("asked %s", r.AskedAt)
	}
}

// As long as no letter was posted, a new address brings the party back to its way; afterwards the letter stays.
func TestBackToMail(t *testing.T) {
	for name, test := range map[string]struct {
		lost, printed, posted bool
		want                  survey.Channel
		asked                 bool
	}{
		"lost":               {lost: true, want: survey.ChannelForm, asked: true},
		"lost, printed":      {lost: true, printed: true, want: survey.ChannelForm, asked: true},
		"lost, posted":       {lost: true, printed: true, posted: true, want: survey.ChannelPost, asked: true},
		"stopped on its way": {printed: true, want: survey.ChannelForm},
	} {
		t.Run(name, func(t *testing.T) {
			var s *sending
			if test.lost {
				s, _ = refused(t)
			} else {
				s = newSending(t)
				s.mustDispatch()
			}
			s.mustSwitch("fm")
			link := "/"
			if test.printed {
				link = s.print(s.office, "fm").Link
			}
			if test.posted {
				testworld.Must(t, s.posted("fm", send.RecordPosted{Day: s.clock.Now().Format(time.DateOnly)}))
			}
			if done, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "neu@partei.example", Revision: s.respondent("fm").Revision}); err != nil || !done {
				t.Fatal(done, err)
			}
			r := s.respondent("fm")
			_, works := s.openLinks("fm", link)
			if r.Procedure.Channel != test.want || r.AskedAt.IsZero() == test.asked || works != test.posted || (r.ToPost == nil) == test.posted {
				t.Errorf("%s, asked %s, the printed link works: %t", r.Procedure.Channel, r.AskedAt, works)
			}
			f, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "fm")
			testworld.Must(t, err)
			if offered := len(f.Astray) > 0; offered != (test.lost && !test.posted) || (f.Invitation != nil) == test.asked {
				t.Errorf("lost mails offered: %t, an invitation: %t", offered, f.Invitation != nil)
			}
		})
	}
}

func TestSwitchToPostBySecondPerson(t *testing.T) {
	s, _ := refused(t)
	s.twoPersons()
	const why = "Das Postfach ist aufgegeben"
	for range 2 { // a double click
		if done, err := s.toPost(s.office, "fm", why); err != nil || done {
			t.Fatal(done, err)
		}
	}
	if r := s.respondent("fm"); r.ByPost() || s.row("fm").Problem != send.ProblemPost || len(s.audited("request_post")) != 1 {
		t.Errorf("%+v", r)
	}
	f, err := s.Send.RespondentFile(t.Context(), s.admin, s.q, "fm")
	if err != nil || f.ToPost == nil || f.ToPost.Waiting == nil || f.ToPost.Own || f.ToPost.Outdated {
		t.Fatalf("%+v, %v", f.ToPost, err)
	}
	stale := s.respondent("fm").Revision
	for i := range 2 { // the second is a double click
		done, err := s.Send.SwitchToPost(t.Context(), s.admin, s.q, "fm", send.SwitchToPost{Reason: why, Revision: stale})
		if err != nil || !done {
			t.Fatal(i, done, err)
		}
	}
	if _, err := s.Send.SwitchToPost(t.Context(), s.second, s.q, "fm", send.SwitchToPost{Reason: "anders", Revision: stale}); testworld.KeyOf(err) != "send.error.switch_channel" {
		t.Errorf("a second switch: %v", err)
	}
	if r := s.respondent("fm"); r.ToPost.By != "u1" || r.ToPost.ConfirmedBy != "u3" || r.NewPost != "" {
		t.Errorf("%+v", r.ToPost)
	}

	// taken back; and an address that is confirmed in between makes the request void
	s, _ = refused(t)
	s.twoPersons()
	if _, err := s.toPost(s.office, "fm", why); err != nil {
		t.Fatal(err)
	}
	for _, actor := range []survey.Actor{s.office, s.second} {
		if _, err := s.Send.SetAddress(t.Context(), actor, s.q, "fm", send.SetAddress{Email: "neu@partei.example", Revision: s.respondent("fm").Revision}); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := s.toPost(s.second, "fm", why); err != nil || done {
		t.Errorf("void, but done: %t, %v", done, err)
	}
	testworld.Must(t, s.Send.WithdrawApproval(t.Context(), s.second, s.q, survey.ActPost, string(s.respondent("fm").ID)))
	if s.row("fm").Problem == send.ProblemPost {
		t.Error("taken back, but there")
	}
}

func TestWhoIsNotSwitchedToPost(t *testing.T) {
	for name, test := range map[string]struct {
		slug    survey.Slug
		arrange func(*sending)
		want    string
	}{
		"its own form":    {"aehrenbund", nil, "send.error.switch_channel"},
		"no way known":    {"zett", nil, "send.error.switch_channel"},
		"it has answered": {"fm", func(s *sending) { s.submitted("fm") }, "send.error.switch_returned"},
		"a code is under way": {"fm", func(s *sending) {
			r := s.respondent("fm")
			s.put(func(tx *survey.Tx) error {
				return tx.Submissions.Put(survey.Submission{Questionnaire: s.q, Respondent: r.ID, ID: "s1", State: survey.SubmissionRequested, RequestedAt: s.clock.Now(), CodeExpiresAt: s.clock.Now().Add(time.Hour)})
			})
		}, "send.error.address_busy"},
		"the polls are closed": {"fm", func(s *sending) { s.clock.Set(time.Date(2027, 3, 7, 17, 0, 0, 0, time.UTC)) }, "send.error.post_over"},
		"nobody":               {"xy", nil, "error.not_found"},
	} {
		s := newSending(t)
		s.mustDispatch()
		if test.arrange != nil {
			test.arrange(s)
		}
		if _, err := s.Send.SwitchToPost(t.Context(), s.office, s.q, test.slug, send.SwitchToPost{Reason: "Postfach tot", Revision: 2}); testworld.KeyOf(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	s := newSending(t)
	s.mustDispatch()
	if _, err := s.Send.SwitchToPost(t.Context(), s.office, s.q, "fm", send.SwitchToPost{Reason: " "}); !slices.Equal(testworld.FaultsOf(t, err), []string{"reason error.required"}) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := s.Send.SwitchToPost(t.Context(), s.office, s.q, "fm", send.SwitchToPost{Reason: "tot", Revision: 99}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("a stale form: %v", err)
	}
	for _, actor := range []survey.Actor{{}, s.member, s.admin} {
		if _, err := s.toPost(actor, "fm", "tot"); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%s: %v", actor.Who(), err)
		}
	}
	before := newSending(t)
	before.ready()
	if _, err := before.toPost(before.office, "fm", "tot"); testworld.KeyOf(err) != "error.phase.locked" {
		t.Errorf("before the dispatch: %v", err)
	}
}

// A letter in place of a posted one, or to a party that has answered, needs a second person, who prints it.
func TestReprintBySecondPerson(t *testing.T) {
	s := byPost(t)
	s.twoPersons()
	print := func(actor survey.Actor, printed int) (bool, error) {
		_, done, err := s.Send.PrintLetter(t.Context(), actor, s.q, "fm", send.PrintLetter{Printed: printed})
		return done, err
	}
	for _, printed := range []int{0, 1} { // until it is posted whoever printed it may print again
		if done, err := print(s.office, printed); err != nil || !done {
			t.Fatal(done, err)
		}
	}
	testworld.Must(t, s.posted("fm", send.RecordPosted{Day: "2026-11-23"}))
	for range 2 { // a double click
		if done, err := print(s.office, 2); err != nil || done {
			t.Fatal(done, err)
		}
	}
	if r := s.respondent("fm"); len(r.Letters) != 2 || !r.PaperCode() {
		t.Error("the posted letter is void before anybody confirmed")
	}
	page, err := s.Send.PostPage(t.Context(), s.admin, s.q, "fm")
	if err != nil || !page.Confirmed || page.Waiting == nil || page.Own || page.Outdated {
		t.Fatalf("%+v, %v", page, err)
	}
	if done, err := print(s.admin, 2); err != nil || !done {
		t.Fatal(done, err)
	}
	if _, err := print(s.second, 2); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("two at once: %v", err)
	}
	if done, err := print(s.admin, 2); err != nil || !done { // a double click: the page shows the later one, which is good
		t.Fatal(done, err)
	}
	if done, err := print(s.second, 4); err != nil || done {
		t.Errorf("another person's letter without a second: %t, %v", done, err)
	}
	if r := s.respondent("fm"); len(r.Letters) != 4 {
		t.Errorf("%d letters", len(r.Letters))
	}

	// whoever has answered, though nothing was recorded as posted
	s = byPost(t)
	s.print(s.office, "fm")
	r := s.respondent("fm")
	r.Letters[0].CodeUsedAt = s.clock.Now()
	s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
	s.submitted("fm")
	s.twoPersons()
	if done, err := print(s.office, 1); err != nil || done {
		t.Errorf("its answer can be changed by one person: %t, %v", done, err)
	}
}
