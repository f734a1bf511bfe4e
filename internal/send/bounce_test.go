package send_test

import (
	"slices"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// A mail that came back makes its party not reached, until another arrives or the office decides.
func TestBounce(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	mail := s.mails(survey.MailInvitation)["fm@partei.example"].Mail
	bounce := func(id, day, said string) error {
		return s.Send.RecordBounce(t.Context(), s.office, s.q, id, send.RecordBounce{Day: day, Said: said})
	}
	row := func() send.Row {
		t.Helper()
		f, err := s.Send.RespondentFile(t.Context(), s.admin, s.q, "fm")
		testworld.Must(t, err)
		return f.Row
	}
	reached := func(reason string, revision int) error {
		return s.Send.MarkReached(t.Context(), s.office, s.q, "fm", send.MarkReached{Reason: reason, Revision: revision})
	}
	notReached := func(reason string, revision int) error {
		return s.Send.MarkNotReached(t.Context(), s.office, s.q, "fm", send.MarkNotReached{Reason: reason, Revision: revision})
	}
	if err := bounce(mail.ID, "2026-11-23", "Postfach voll"); testworld.KeyOf(err) != "send.error.bounce_state" {
		t.Errorf("a mail that waits came back: %v", err)
	}
	testworld.Must(t, s.Send.RecordAttempt(t.Context(), mail.ID, send.MailOutcome{Attempt: 1, Sent: true, Reply: "250 ok"}))
	revision := s.respondent("fm").Revision
	if err := notReached("Adresse besteht nicht mehr", revision); !slices.Equal(testworld.FaultsOf(t, err), []string{"reason send.error.arrived"}) {
		t.Errorf("not reached, though its mail arrived: %v", err)
	}
	if err := reached("ging ans Telefon", revision); testworld.KeyOf(err) != "send.error.nothing_lost" {
		t.Errorf("nothing was lost: %v", err)
	}
	for day, key := range map[string]string{"": "error.required", "gestern": "error.date", "2026-11-22": "send.error.bounce_early", "2026-11-24": "send.error.bounce_future"} {
		if err := bounce(mail.ID, day, "Postfach voll"); !slices.Equal(testworld.FaultsOf(t, err), []string{"day " + key}) {
			t.Errorf("on %q: %v, want %s", day, err, key)
		}
	}
	if err := bounce(mail.ID, "2026-11-23", " "); !slices.Equal(testworld.FaultsOf(t, err), []string{"said error.required"}) {
		t.Errorf("it said nothing: %v", err)
	}
	if err := s.Send.RecordBounce(t.Context(), s.office, "other", mail.ID, send.RecordBounce{Day: "2026-11-23", Said: "x"}); !survey.IsNotFound(err) {
		t.Errorf("by another questionnaire: %v", err)
	}
	s.clock.Advance(time.Hour)
	for range 2 { // a double click
		testworld.Must(t, bounce(mail.ID, "2026-11-23", "Postfach voll"))
	}
	if n := len(s.audited("bounce")); n != 1 {
		t.Errorf("noted %d times", n)
	}
	if err := bounce(mail.ID, "2026-11-23", "Anders"); testworld.KeyOf(err) != "send.error.bounced" {
		t.Errorf("over what was noted: %v", err)
	}
	if r := row(); r.State != survey.StageNotReached || !r.Undecided || r.Problem != send.ProblemMail {
		t.Errorf("came back: %+v", r)
	}
	if err := reached("ging ans Telefon", revision-1); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("stale: %v", err)
	}
	for range 2 {
		testworld.Must(t, reached("ging ans Telefon", revision))
	}
	if r := row(); r.State != survey.StageWaiting || r.Undecided || r.Problem != send.ProblemNone {
		t.Errorf("reached all the same: %+v", r)
	}
	testworld.Must(t, notReached("Adresse besteht nicht mehr", revision+1))
	if r := s.respondent("fm"); r.NotReached == nil || r.Reached != nil || row().Problem != send.ProblemNone || row().Undecided {
		t.Errorf("both: %+v", r)
	}
	testworld.Must(t, notReached("", revision+2))
	if !row().Undecided {
		t.Error("taken back, and nobody has to decide")
	}
	// sent again, it is on its way; when it is refused, that is to be decided anew
	testworld.Must(t, reached("ging ans Telefon", revision+3))
	id, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, mail.ID, send.ResendMail{To: "neu@partei.example"})
	testworld.Must(t, err)
	s.clock.Advance(time.Hour)
	testworld.Must(t, s.Send.RecordAttempt(t.Context(), id, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "550 unbekannt"}))
	if r := row(); !r.Undecided || r.Problem != send.ProblemMail {
		t.Errorf("refused again: %+v", r)
	}
	s.clock.Advance(time.Hour)
	testworld.Must(t, s.Send.RetryMail(t.Context(), s.office, s.q, id))
	if r := row(); !r.Undecided || r.Problem == send.ProblemMail {
		t.Errorf("on its way again: %+v", r)
	}
	testworld.Must(t, s.Send.RecordAttempt(t.Context(), id, send.MailOutcome{Attempt: 2, Sent: true, Reply: "250 ok"}))
	if r := row(); r.Undecided || r.State != survey.StageWaiting {
		t.Errorf("it arrived: %+v", r)
	}
	for range 2 {
		testworld.Must(t, s.Send.RecordBounce(t.Context(), s.office, s.q, mail.ID, send.RecordBounce{Undo: true}))
	}
	if n := len(s.audited("bounce_undone")); n != 1 {
		t.Errorf("taken back %d times", n)
	}
}
