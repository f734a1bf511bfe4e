package send_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// byPost is a questionnaire that was sent, in which fm is asked by post.
func byPost(t *testing.T) *sending {
	t.Helper()
	s := newSending(t)
	s.ready()
	s.change("fm", func(c *send.SaveRespondent) { c.Procedure.Channel, c.Email = survey.ChannelPost, "" })
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(sent, err)
	}
	return s
}

func (s *sending) print(actor survey.Actor, slug survey.Slug) send.Letter {
	s.t.Helper()
	l, done, err := s.Send.PrintLetter(s.t.Context(), actor, s.q, slug, send.PrintLetter{Printed: len(s.respondent(slug).Letters)})
	if err != nil || !done {
		s.t.Fatal(done, err)
	}
	return l
}

func (s *sending) posted(slug survey.Slug, cmd send.RecordPosted) error {
	s.t.Helper()
	cmd.Revision = s.respondent(slug).Revision
	return s.Send.RecordPosted(s.t.Context(), s.office, s.q, slug, cmd)
}

// openLinks counts the links of a respondent that work, and tells whether this one does.
func (s *sending) openLinks(slug survey.Slug, address string) (open int, works bool) {
	r := s.respondent(slug)
	token := address[strings.LastIndex(address, "/")+1:]
	s.put(func(tx *survey.Tx) error {
		open, works = 0, false
		links, err := survey.LinksOf(tx, s.q, r.ID)
		for _, l := range links {
			if l.RevokedAt.IsZero() {
				open++
				works = works || l.Hash == survey.HashToken(token)
			}
		}
		return err
	})
	return open, works
}

func TestALetterOnPaper(t *testing.T) {
	s := byPost(t)
	if _, mailed := s.mails(survey.MailInvitation)["fm@partei.example"]; mailed || len(s.mails(survey.MailInvitation)) != 2 {
		t.Error("a mail went to who is asked by post")
	}
	if row := s.row("fm"); row.Problem != send.ProblemLetter || row.State != survey.StageUnasked {
		t.Errorf("%q, %s", row.Problem, row.State)
	}
	l := s.print(s.office, "fm")
	if !strings.HasPrefix(l.Link, "https://fragen.example/zugang/") || strings.ReplaceAll(l.Typed[len("https://fragen.example/zugang/"):], "-", "") != l.Link[len("https://fragen.example/zugang/"):] {
		t.Errorf("%s, typed %s", l.Link, l.Typed)
	}
	if len(l.Code) != 14 || l.Code[4] != ' ' || l.Code[9] != ' ' {
		t.Errorf("code %q", l.Code)
	}
	if !strings.Contains(l.Before, "am Ende dieses Briefs") || strings.Contains(l.Before+l.After, "Lernmittel") || len(l.Questions) != 2 || !strings.Contains(l.After, "Bündnis Probe") || strings.Contains(l.Before+l.After, "⟦") {
		t.Errorf("before:\n%s\nafter:\n%s", l.Before, l.After)
	}
	if open, works := s.openLinks("fm", l.Link); open != 1 || !works {
		t.Errorf("%d links open, the printed one %t", open, works)
	}
	r := s.respondent("fm")
	if !r.AskedAt.IsZero() || !r.PaperCode() || len(r.Letters) != 1 {
		t.Errorf("%+v", r.Letters)
	}
	// neither secret is stored, nor in the audit
	everything, err := json.Marshal([]any{r, s.audited("print_letter")})
	token := l.Link[strings.LastIndex(l.Link, "/")+1:]
	if err != nil || strings.Contains(string(everything), token) || strings.Contains(string(everything), strings.ReplaceAll(l.Code, " ", "")) || strings.Contains(string(everything), l.Code) {
		t.Errorf("a secret is stored: %s, %v", everything, err)
	}
	// another print revokes the one before
	again := s.print(s.office, "fm")
	if again.Link == l.Link || again.Code == l.Code {
		t.Error("the same secrets twice")
	}
	if open, works := s.openLinks("fm", again.Link); open != 1 || !works {
		t.Errorf("%d links open, the new one %t", open, works)
	}
	if _, works := s.openLinks("fm", l.Link); works {
		t.Error("the link printed before still opens")
	}
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-23"}); err != nil {
		t.Fatal(err)
	}
	if r = s.respondent("fm"); !r.AskedAt.Equal(sendStart) || r.Letters[1].SentOn != "2026-11-23" || r.Letters[1].SentBy != "u1" || r.Letters[0].SentOn != "" {
		t.Errorf("asked %s, %+v", r.AskedAt, r.Letters)
	}
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-23"}); err != nil || len(s.audited("posted")) != 1 {
		t.Errorf("a double click: %v, %d entries", err, len(s.audited("posted")))
	}
	if row := s.row("fm"); row.State != survey.StageWaiting || row.Problem != send.ProblemNone || row.LastEvent != "posted" {
		t.Errorf("%s, %q, %s", row.State, row.Problem, row.LastEvent)
	}
	if err := s.posted("fm", send.RecordPosted{Undo: true}); err != nil || !s.respondent("fm").AskedAt.IsZero() {
		t.Errorf("taken back: %v", err)
	}
}

func TestALetterThatComesBack(t *testing.T) {
	s := byPost(t)
	s.print(s.office, "fm")
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-23"}); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(48 * time.Hour)
	if err := s.Send.MarkNotReached(t.Context(), s.office, s.q, "fm", send.MarkNotReached{Reason: "Empfänger verzogen", Revision: s.respondent("fm").Revision}); err != nil {
		t.Fatal(err)
	}
	if row := s.row("fm"); row.State != survey.StageNotReached {
		t.Errorf("%s", row.State)
	}
	s.print(s.office, "fm")
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-25"}); err != nil {
		t.Fatal(err)
	}
	r := s.respondent("fm")
	if r.NotReached != nil || !r.AskedAt.Equal(sendStart) || r.Letters[0].SentOn != "2026-11-23" || r.Letters[1].SentOn != "2026-11-25" {
		t.Errorf("%+v, asked %s", r.NotReached, r.AskedAt)
	}
}

func TestWhoIsAskedByPostGetsNoMail(t *testing.T) {
	s := byPost(t)
	s.print(s.office, "fm")
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-23"}); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Send.ReminderPlan(t.Context(), s.office, s.q); err != nil || strings.Join(shortNames(p.ByPost), " ") != "FM" || strings.Contains(strings.Join(shortNames(p.Recipients), " "), "FM") {
		t.Errorf("reminder: by post %v, %v", shortNames(p.ByPost), err)
	}
	if p, err := s.Send.DeadlinePlan(t.Context(), s.office, s.q); err != nil || strings.Join(shortNames(p.ByPost), " ") != "FM" {
		t.Errorf("deadline: by post %v, %v", shortNames(p.ByPost), err)
	}
	p := s.erratum(s.office, correction)
	if len(p.Untold) == 0 || p.Untold[len(p.Untold)-1].Respondent.Slug != "zett" && p.Untold[0].Why == "" {
		t.Errorf("%+v", p.Untold)
	}
	if _, err := s.correct(s.office, correction); err != nil {
		t.Fatal(err)
	}
	if l := s.print(s.office, "fm"); len(l.Questionnaire.Errata) != 1 {
		t.Error("a new letter does not hold the erratum")
	}
	for _, kind := range []survey.MailKind{survey.MailInvitation, survey.MailErratum} {
		if _, mailed := s.mails(kind)["fm@partei.example"]; mailed {
			t.Errorf("a mail of the kind %s", kind)
		}
	}
}

func TestLettersNeedNoMailServer(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.MailReady = false
	for _, slug := range []survey.Slug{"fm", "gz", "ub", "zett", "aehrenbund"} {
		s.change(slug, func(c *send.SaveRespondent) {
			c.Procedure, c.Due, c.Email = survey.Procedure{Channel: survey.ChannelPost}, "", ""
		})
	}
	if sent, err := s.dispatch(s.office); !sent || err != nil {
		t.Fatalf("all by post: %t, %v", sent, err)
	}
	for _, slug := range []survey.Slug{"fm", "gz", "ub", "zett", "aehrenbund"} {
		s.print(s.office, slug)
	}
}

func TestRefusedLetters(t *testing.T) {
	before := newSending(t)
	before.ready()
	before.change("fm", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelPost })
	if _, _, err := before.Send.PrintLetter(t.Context(), before.office, before.q, "fm", send.PrintLetter{}); testworld.KeyOf(err) != "error.phase.locked" {
		t.Errorf("before the dispatch: %v", err)
	}
	s := byPost(t)
	try := func(name string, want string, actor survey.Actor, slug survey.Slug, cmd send.PrintLetter) {
		t.Helper()
		if _, _, err := s.Send.PrintLetter(t.Context(), actor, s.q, slug, cmd); testworld.KeyOf(err) != want {
			t.Errorf("%s: %v, not %s", name, err, want)
		}
	}
	try("an administrator", "error.forbidden", s.admin, "fm", send.PrintLetter{})
	try("a member", "error.forbidden", s.member, "fm", send.PrintLetter{})
	try("our form", "send.error.not_post", s.office, "gz", send.PrintLetter{})
	try("nobody", "error.not_found", s.office, "xy", send.PrintLetter{})
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-23"}); testworld.KeyOf(err) != "send.error.not_printed" {
		t.Errorf("sent before it was printed: %v", err)
	}
	s.print(s.office, "fm")
	try("somebody else printed meanwhile", "error.stale", s.second, "fm", send.PrintLetter{})
	if open, _ := s.openLinks("fm", "/"); open != 1 {
		t.Error("the letter of the other is void")
	}
	for day, want := range map[string]string{"": "error.required", "2026-13-40": "error.day", "2026-11-24": "send.error.posted_future", "2026-11-22": "send.error.posted_early"} {
		if f := testworld.FaultsOf(t, s.posted("fm", send.RecordPosted{Day: day})); len(f) != 1 || !strings.HasPrefix(f[0], "day") || !strings.Contains(f[0], strings.TrimPrefix(want, "error.day")) {
			t.Errorf("%q: %v", day, f)
		}
	}
	if err := s.Send.RecordPosted(t.Context(), s.office, s.q, "fm", send.RecordPosted{Day: "2026-11-23", Revision: 99}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("a stale form: %v", err)
	}
	if err := s.Send.RecordPosted(t.Context(), s.admin, s.q, "fm", send.RecordPosted{Day: "2026-11-23"}); testworld.KeyOf(err) != "error.forbidden" {
		t.Errorf("an administrator: %v", err)
	}
	// another way is chosen before it is sent: what was printed opens nothing
	s.change("fm", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelPortal })
	if open, _ := s.openLinks("fm", "/"); open != 0 || s.respondent("fm").PaperCode() {
		t.Error("what was printed is still good")
	}
	s.change("fm", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelPost })
	s.clock.Set(time.Date(2026, 12, 22, 9, 0, 0, 0, time.UTC))
	s.change("zett", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelPost })
	try("first asked after the deadline", "error.phase.closed", s.office, "zett", send.PrintLetter{})
	s.print(s.office, "fm")
	s.clock.Set(time.Date(2027, 3, 7, 17, 0, 0, 0, time.UTC))
	try("the polls are closed", "send.error.post_over", s.office, "fm", send.PrintLetter{})
}

func TestANewLetterIsToldToWhoHasAnAddress(t *testing.T) {
	s := byPost(t)
	s.print(s.office, "fm")
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-23"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "neu@partei.example", Revision: s.respondent("fm").Revision}); err != nil {
		t.Fatal(err)
	}
	s.print(s.office, "fm")
	if _, told := s.mails(survey.MailNotice)["neu@partei.example"]; !told {
		t.Error("the party is not told of a fresh link")
	}
}

// Reloading the print asks for another letter with the number the page knew of.
func TestAReloadedPrintMakesNoSentLetterVoid(t *testing.T) {
	s := byPost(t)
	for _, printed := range []int{0, 0} { // reloaded before it is sent: the fresh letter is the good one
		if _, _, err := s.Send.PrintLetter(t.Context(), s.office, s.q, "fm", send.PrintLetter{Printed: printed}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-23"}); err != nil {
		t.Fatal(err)
	}
	for _, printed := range []int{0, 1} {
		if _, _, err := s.Send.PrintLetter(t.Context(), s.office, s.q, "fm", send.PrintLetter{Printed: printed}); testworld.KeyOf(err) != "error.stale" {
			t.Errorf("reloaded with %d: %v", printed, err)
		}
	}
	if r := s.respondent("fm"); len(r.Letters) != 2 || !r.PaperCode() {
		t.Errorf("%+v", r.Letters)
	}
	if open, _ := s.openLinks("fm", "/"); open != 1 {
		t.Errorf("%d links open", open)
	}
	s.print(s.office, "fm") // on purpose, from a page that knows of it
}

// A letter goes out on the day it was printed or later.
func TestNoLetterIsSentBeforeItIsPrinted(t *testing.T) {
	s := byPost(t)
	s.clock.Set(time.Date(2026, 11, 25, 23, 30, 0, 0, time.UTC)) // the 26th in Berlin
	s.print(s.office, "fm")
	for _, day := range []string{"2026-11-23", "2026-11-25"} {
		if f := testworld.FaultsOf(t, s.posted("fm", send.RecordPosted{Day: day})); len(f) != 1 || f[0] != "day send.error.posted_early" {
			t.Errorf("%s: %v", day, f)
		}
	}
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-26"}); err != nil || s.respondent("fm").Letters[0].SentOn != "2026-11-26" {
		t.Error(err)
	}
	// another print is another letter
	s.clock.Advance(48 * time.Hour)
	s.print(s.office, "fm")
	if f := testworld.FaultsOf(t, s.posted("fm", send.RecordPosted{Day: "2026-11-27"})); len(f) != 1 {
		t.Errorf("the letter before: %v", f)
	}
}
