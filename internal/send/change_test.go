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

func TestNoDispatchWithoutAMailServer(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.MailReady = false
	if _, err := s.dispatch(s.office); testworld.KeyOf(err) != "send.error.not_ready" {
		t.Fatalf("sent: %v", err)
	}
	for _, slug := range []survey.Slug{"fm", "gz", "ub"} {
		s.change(slug, func(c *send.SaveRespondent) { c.Procedure.Channel, c.Due = survey.ChannelPortal, "" })
	}
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Errorf("nobody needs mail: %v, %v", sent, err)
	}
}

func TestApprovalBindsAllThatIsSent(t *testing.T) {
	for name, change := range map[string]func(tx *survey.Tx) error{
		"title":        editQuestionnaire(func(q *survey.Questionnaire) { q.Title = "Anders" }),
		"intro":        editQuestionnaire(func(q *survey.Questionnaire) { q.Intro = "Anders" }),
		"answer limit": editQuestionnaire(func(q *survey.Questionnaire) { q.AnswerLimit = 10 }),
		"licence":      editQuestionnaire(func(q *survey.Questionnaire) { q.Licence = "CC0-1.0" }),
		"election":     func(tx *survey.Tx) error { return tx.Elections.Put(survey.Election{ID: "e1", Name: "Andere Wahl"}) },
		"alliance": func(tx *survey.Tx) error {
			return tx.Alliances.Put(survey.Alliance{Name: "Anders", Email: "buero@buendnis.example", ConfirmDispatch: survey.RuleOn})
		},
		"address": func(tx *survey.Tx) error {
			return tx.Alliances.Put(survey.Alliance{Name: "Bündnis Probe", Email: "anders@buendnis.example", ConfirmDispatch: survey.RuleOn})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			s.ready()
			s.twoPersons()
			if sent, err := s.dispatch(s.office); sent || err != nil {
				t.Fatal(sent, err)
			}
			p, err := s.Send.DispatchPlan(t.Context(), s.second, s.q)
			if err != nil {
				t.Fatal(err)
			}
			s.put(change)
			if _, err := s.Send.Dispatch(t.Context(), s.second, s.q, p.Digest); testworld.KeyOf(err) != "error.stale" {
				t.Errorf("confirmed what has changed: %v", err)
			}
		})
	}
}

func editQuestionnaire(change func(*survey.Questionnaire)) func(tx *survey.Tx) error {
	return func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		if err != nil {
			return err
		}
		change(&q)
		return tx.Questionnaires.Put(q)
	}
}

func TestMailsAfterAnExtensionTellTheNewDate(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	first := s.mails(survey.MailInvitation)
	gz, fm := first["gz@partei.example"].Mail, first["fm@partei.example"].Mail
	record := func(id string, o send.MailOutcome) {
		o.Attempt = 1
		if err := s.Send.RecordAttempt(t.Context(), id, o); err != nil {
			t.Fatal(err)
		}
	}
	record(gz.ID, send.MailOutcome{Permanent: true, Reply: "550"})
	record(fm.ID, send.MailOutcome{Sent: true})
	// zz has been asked, but its letter still waits when the deadline is extended
	s.change("zett", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	if err := s.invite("zett"); err != nil {
		t.Fatal(err)
	}
	old := s.mails(survey.MailInvitation)["zz@partei.example"]
	s.clock.Advance(time.Hour)
	cmd := send.SetDeadline{Deadline: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: "Störung", Revision: s.questionnaire().Revision}
	for range 2 { // the second is a double click
		if err := s.Send.ExtendDeadline(t.Context(), s.office, s.q, cmd); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.mails(survey.MailExtension)); n != 3 {
		t.Errorf("%d mails about one extension", n)
	}
	isNew := func(what string, m send.MailDue) {
		t.Helper()
		if !strings.Contains(m.Body, "Sonntag, 10. Januar 2027, 18:00 Uhr (MEZ)") || strings.Contains(m.Body, "21. Dezember") ||
			!strings.Contains(m.Mail.Calendar, "DTSTART:20270110T170000Z") || !strings.Contains(m.Mail.Calendar, "SEQUENCE:1") {
			t.Errorf("%s tells the old date:\n%s\n%s", what, m.Body, m.Mail.Calendar)
		}
	}
	fresh := s.mails(survey.MailInvitation)["zz@partei.example"]
	isNew("what still waited", fresh)
	if fresh.Mail.ID == old.Mail.ID || !s.link(old.Body).RevokedAt.IsZero() {
		t.Error("the text of a mail that may be on its way changed, or its link died")
	}
	if err := s.Send.RetryMail(t.Context(), s.office, s.q, gz.ID); err != nil {
		t.Fatal(err)
	}
	isNew("what had failed", s.mails(survey.MailInvitation)["gz@partei.example"])
	if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, fm.ID, send.ResendMail{To: "fm@partei.example"}); err != nil {
		t.Fatal(err)
	}
	isNew("what is sent again", s.mails(survey.MailInvitation)["fm@partei.example"])
}

func TestOwnDateCanMoveWithAPublicReason(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	move := func(slug survey.Slug, local, reason string, back int) error {
		return s.Send.SaveDue(t.Context(), s.office, s.q, slug, send.SaveDue{Due: local, Zone: "Europe/Berlin", Reason: reason, Revision: s.respondent(slug).Revision - back})
	}
	for name, test := range map[string]struct {
		slug                survey.Slug
		local, reason, want string
	}{
		"our form":      {"fm", "2027-01-20T12:00", "x", "send.error.due_form"},
		"not asked yet": {"aehrenbund", "2027-01-20T12:00", "x", "send.error.due_form"},
		"no reason":     {"ub", "2027-01-20T12:00", " ", "reason error.required"},
		"no date":       {"ub", "", "x", "due error.required"},
		"past":          {"ub", "2026-11-20T12:00", "x", "due error.time.past"},
		"no change":     {"ub", "2027-01-15T12:00", "x", "due send.error.due_same"},
	} {
		if err := move(test.slug, test.local, test.reason, 0); testworld.KeyOf(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if err := move("ub", "2027-01-20T12:00", "Die Partei tagt später.", 1); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
	for back := range 2 { // the second is a double click
		if err := move("ub", "2027-01-20T12:00", "Die Partei tagt später.", back); err != nil {
			t.Fatal(err)
		}
	}
	r := s.respondent("ub")
	if len(r.DueChanges) != 1 || r.DueChanges[0].From.Local != "2027-01-15T12:00" || r.Due.Local != "2027-01-20T12:00" {
		t.Errorf("%+v", r.DueChanges)
	}
	m := s.mails(survey.MailExtension)["ub@partei.example"]
	if !strings.Contains(m.Body, "Neues Datum: Mittwoch, 20. Januar 2027, 12:00 Uhr") || !strings.Contains(m.Mail.Calendar, "SEQUENCE:1") {
		t.Errorf("%s", m.Body)
	}
	if letter := s.mails(survey.MailInvitation)["ub@partei.example"]; !strings.Contains(letter.Body, "20. Januar 2027") {
		t.Errorf("the letter that waits tells the old date:\n%s", letter.Body)
	}
	var c survey.Comparison
	s.put(func(tx *survey.Tx) (err error) { c, err = testworld.Comparison(tx, s.q, s.clock.Now()); return err })
	i := slices.IndexFunc(c.Respondents, func(r survey.ComparedRespondent) bool { return r.Slug == "ub" })
	if d := c.Respondents[i].DueChanges; len(d) != 1 || d[0].Reason != "Die Partei tagt später." {
		t.Errorf("not public: %+v", d)
	}
	if a := s.audited("own_date"); len(a) != 1 || !strings.Contains(a[0].From, "2027-01-15T12:00") {
		t.Errorf("%+v", a)
	}
}

// What a publication showed of a respondent does not go off the page again; a date that is still to come there can move.
func TestAnOwnDateStaysOnceItsAnswersAreShown(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration // of the publication, from the own date
		want  string
	}{
		"before its date": {-time.Second, ""},
		"at its date":     {0, "send.error.due_published"},
		"after its date":  {time.Hour, "send.error.due_published"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			s.mustDispatch()
			due := s.respondent("ub").Due
			s.put(func(tx *survey.Tx) error {
				return survey.PutPublication(tx, survey.Publication{Questionnaire: s.q, Slug: "nordmark", Version: 1, At: due.At.Add(c.after)}, survey.PublicationDetail{})
			})
			file, err := s.Send.RespondentFile(t.Context(), s.office, s.q, "ub")
			if err != nil || file.AnswersShown != (c.want != "") {
				t.Errorf("shown %t, %v", file.AnswersShown, err)
			}
			move := send.SaveDue{Due: "2027-01-20T12:00", Zone: "Europe/Berlin", Reason: "Die Partei tagt später.", Revision: s.respondent("ub").Revision}
			for range 2 { // the second is a double click
				if err := s.Send.SaveDue(t.Context(), s.office, s.q, "ub", move); testworld.KeyOf(err) != c.want {
					t.Errorf("%v, want %s", err, c.want)
				}
			}
			if moved := s.respondent("ub").Due != due; moved != (c.want == "") {
				t.Errorf("moved: %t", moved)
			}
		})
	}
}

func TestWhoseOwnDateIsOverIsNotReminded(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.change("ub", func(c *send.SaveRespondent) {
		c.Procedure.Channel, c.Due, c.DueZone, c.DueReason = survey.ChannelMail, "2026-11-30T12:00", "Europe/Berlin", "bat darum"
	})
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Fatal(sent, err)
	}
	s.clock.Advance(8 * 24 * time.Hour)
	p, err := s.Send.ReminderPlan(t.Context(), s.admin, s.q)
	if err != nil || len(p.Recipients) != 2 || len(p.Over) != 1 || p.Over[0].Slug != "ub" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestPublicStatesAreChangedKnowinglyAndAudited(t *testing.T) {
	s := newSending(t)
	s.ready()
	mark := send.MarkNotReached{Reason: "Postfach voll", Revision: s.respondent("fm").Revision}
	if err := s.Send.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("before the dispatch: %v", err)
	}
	r := s.respondent("gz") // marked by an earlier version of this program
	r.NotReached = &survey.DeliveryFailure{Reason: "alt", At: sendStart, By: "u1"}
	s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Fatal(sent, err)
	}
	if s.mails(survey.MailInvitation)["gz@partei.example"].Body == "" || s.respondent("gz").NotReached != nil {
		t.Error("who was marked before the dispatch got no letter")
	}
	if err := s.Send.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
	mark.Revision = s.respondent("fm").Revision
	for range 2 { // the second is a double click
		if err := s.Send.MarkNotReached(t.Context(), s.office, s.q, "fm", mark); err != nil {
			t.Fatal(err)
		}
	}
	s.change("zett", func(c *send.SaveRespondent) { c.NotAsked = "Auf eigenen Wunsch" })
	s.change("zett", func(c *send.SaveRespondent) { c.NotAsked, c.Procedure.Channel = "", survey.ChannelForm })
	left := []send.LeftOutQuestion{{Question: "q02", Reason: "Keine Thesen."}}
	for range 2 {
		if err := s.Send.LeaveOut(t.Context(), s.office, s.q, "zett", s.respondent("zett").Revision, left); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.invite("zett"); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string][]string{
		"not_reached": {" -> Postfach voll"}, "left_out": {" -> 2: Keine Thesen."}, "invite_late": {"unasked -> waiting"},
		"not_asked": {" -> Auf eigenen Wunsch", "Auf eigenen Wunsch -> "},
	} {
		var got []string
		for _, a := range s.audited(what) {
			got = append(got, a.From+" -> "+a.To)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
}

func TestJoiningLosesNothing(t *testing.T) {
	s := newSending(t)
	s.ready()
	join := func() (survey.Slug, error) {
		return s.Send.JoinParties(t.Context(), s.office, s.q, send.JoinParties{Parties: []survey.PartyID{"fm", "gz"}})
	}
	s.change("fm", func(c *send.SaveRespondent) { c.NotAsked = "Ein Grund" })
	if _, err := join(); testworld.KeyOf(err) != "parties send.error.join_carries" {
		t.Fatalf("a reason would be lost: %v", err)
	}
	if s.respondent("fm").NotAsked == "" {
		t.Error("something happened")
	}
	s.change("fm", func(c *send.SaveRespondent) { c.NotAsked = "" })
	var first string
	for i := range 2 { // the second is a double click
		slug, err := join()
		if err != nil || i == 1 && string(slug) != first {
			t.Fatal(slug, err)
		}
		first = string(slug)
	}
	if r := s.respondent(survey.Slug(first)); r.Procedure.Channel != survey.ChannelForm || r.Email == "" {
		t.Errorf("what was the same for both is lost: %+v", r)
	}
	if len(s.audited("join_parties")) != 1 {
		t.Error("not in the audit")
	}
}

func TestDoubleClicksSucceed(t *testing.T) {
	s := newSending(t)
	s.ready()
	q := s.questionnaire()
	cover := send.SaveCover{Cover: survey.Cover{Subject: "Neu", Body: "{{frist}}\n\n{{link}}\n\n{{fragen}}", Language: "de"}, Revision: q.Revision}
	deadline := send.SetDeadline{Deadline: "2027-01-05T18:00", Zone: "Europe/Berlin", Revision: q.Revision + 1}
	r := s.respondent("fm")
	respondent := send.SaveRespondent{ShortName: "FM", Name: "Freie Mitte neu", Language: "de", Email: "fm@partei.example", Procedure: r.Procedure, Revision: r.Revision}
	added := send.SaveRespondent{ShortName: "Extra", Name: "Extraliste", Language: "de"}
	for range 2 {
		if err := s.Send.SaveCover(t.Context(), s.office, s.q, cover); err != nil {
			t.Errorf("cover: %v", err)
		}
		if err := s.Send.SetDeadline(t.Context(), s.office, s.q, deadline); err != nil {
			t.Errorf("deadline: %v", err)
		}
		if _, err := s.Send.SaveRespondent(t.Context(), s.office, s.q, "fm", respondent); err != nil {
			t.Errorf("respondent: %v", err)
		}
		if slug, err := s.Send.AddRespondent(t.Context(), s.office, s.q, added); slug != "extra" || err != nil {
			t.Errorf("added %q, %v", slug, err)
		}
	}
	cover.Subject = "Anders"
	if err := s.Send.SaveCover(t.Context(), s.office, s.q, cover); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("another text: %v", err)
	}
	respondent.Name = "Anders"
	if _, err := s.Send.SaveRespondent(t.Context(), s.office, s.q, "fm", respondent); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("another name: %v", err)
	}
}

// A reminder that waits does not go to a party that no longer stands.
func TestNoReminderToWhoIsOut(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.remind()
	r, election := s.respondent("fm"), s.questionnaire().Election
	s.put(func(tx *survey.Tx) error {
		for _, party := range r.Parties {
			c, err := tx.Contestants.Get(survey.Contestant{Election: election, Party: party}.Key())
			if err != nil {
				return err
			}
			c.Standing = survey.Standing{State: survey.StateNotAdmitted, Since: "2026-12-07", Reason: "Unterschriften fehlten.", Source: "Landeswahlausschuss"}
			if err := tx.Contestants.Put(c); err != nil {
				return err
			}
		}
		return survey.PutStandings(tx, election)
	})
	reminders := s.mails(survey.MailReminder)
	if !reminders["fm@partei.example"].Settled || reminders["gz@partei.example"].Settled {
		t.Error("not exactly the reminder to the party that is out is settled")
	}
	if err := s.Send.RetryMail(t.Context(), s.office, s.q, reminders["fm@partei.example"].Mail.ID); testworld.KeyOf(err) != "send.error.reminder_over" {
		t.Errorf("sent again by hand: %v", err)
	}
}

// A reminder is settled when the date is over: the worker is told not to send it, and nobody can send it again.
func TestNoReminderPastTheDate(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.remind()
	reminders := s.mails(survey.MailReminder)
	failed := reminders["gz@partei.example"].Mail.ID
	if err := s.Send.RecordAttempt(t.Context(), failed, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "550"}); err != nil {
		t.Fatal(err)
	}
	s.clock.Set(time.Date(2026, 12, 21, 17, 0, 0, 0, time.UTC)) // the deadline for all; that of ub is later
	reminders = s.mails(survey.MailReminder)
	fm := reminders["fm@partei.example"]
	if !fm.Settled || reminders["ub@partei.example"].Settled || s.mails(survey.MailInvitation)["fm@partei.example"].Settled {
		t.Error("not exactly the reminder past its date is settled")
	}
	if err := s.Send.RecordAttempt(t.Context(), fm.Mail.ID, send.MailOutcome{Attempt: fm.Attempt, Settled: true}); err != nil {
		t.Fatal(err)
	}
	m, err := s.Send.OutboxMail(t.Context(), s.office, s.q, fm.Mail.ID)
	if err != nil || m.State != survey.MailRevoked || m.Attempts != 0 || len(s.mails(survey.MailReminder)) != 1 {
		t.Errorf("%s after %d attempts, %v", m.State, m.Attempts, err)
	}
	_, _, resent := s.Send.ResendMail(t.Context(), s.office, s.q, failed, send.ResendMail{To: "gz@partei.example"})
	for what, err := range map[string]error{"retried": s.Send.RetryMail(t.Context(), s.office, s.q, failed), "resent": resent} {
		if testworld.KeyOf(err) != "send.error.reminder_over" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n, err := s.Send.RetryFailed(t.Context(), s.office, s.q); n != 0 || err != nil {
		t.Errorf("retried with all: %d, %v", n, err)
	}
}

// A failed mail stays a problem until another of its kind has taken its place, and all of them can be tried again at once.
func TestFailedMailsAreToldAndTriedAgain(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	first := s.mails(survey.MailInvitation)
	for to, m := range first {
		if err := s.Send.RecordAttempt(t.Context(), m.Mail.ID, send.MailOutcome{Attempt: 1, Permanent: to != "ub@partei.example", Reply: "dial tcp: refused", NoReply: true}); err != nil {
			t.Fatal(err)
		}
	}
	s.remind()
	rows := func() map[survey.Slug]send.Row {
		t.Helper()
		b, err := s.Send.Board(t.Context(), s.admin, s.q)
		if err != nil {
			t.Fatal(err)
		}
		by := map[survey.Slug]send.Row{}
		for _, row := range b.Rows {
			by[row.Respondent.Slug] = row
		}
		return by
	}
	by := rows()
	if by["fm"].Problem != send.ProblemMail || by["ub"].Problem != send.ProblemDelayed || by["fm"].Mail.ID != first["fm@partei.example"].Mail.ID || !by["fm"].Mail.NoReply {
		t.Errorf("a reminder hides the letter that did not arrive: %q, %q", by["fm"].Problem, by["ub"].Problem)
	}
	if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, first["fm@partei.example"].Mail.ID, send.ResendMail{To: "fm@partei.example"}); err != nil {
		t.Fatal(err)
	}
	if by = rows(); by["fm"].Problem != send.ProblemNone || by["gz"].Problem != send.ProblemMail || by["fm"].Mail.State != survey.MailQueued {
		t.Errorf("sent again: %q, %q", by["fm"].Problem, by["gz"].Problem)
	}
	if _, err := s.Send.RetryFailed(t.Context(), s.admin, s.q); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("by an administrator: %v", err)
	}
	for i, want := range []int{1, 0} { // what was sent again is not tried again; the second is a double click
		if n, err := s.Send.RetryFailed(t.Context(), s.office, s.q); n != want || err != nil {
			t.Errorf("click %d: %d, %v", i, n, err)
		}
	}
	if m := s.mails(survey.MailInvitation)["gz@partei.example"]; m.Mail.ID != first["gz@partei.example"].Mail.ID || len(s.audited("retry_mails")) != 1 {
		t.Error("the failed letter is not tried again, or not in the audit")
	}
}
