package send_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

const correction = "Gemeint ist das Schuljahr 2027/28."

// erratum is what an actor reads before correcting the first question.
func (s *sending) erratum(actor survey.Actor, text string) send.ErratumPlan {
	s.t.Helper()
	p, err := s.Send.ErratumPlan(s.t.Context(), actor, s.q, "q01", text)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// correct corrects the first question as an actor reads it.
func (s *sending) correct(actor survey.Actor, text string) (bool, error) {
	s.t.Helper()
	return s.Send.SendErratum(s.t.Context(), actor, s.q, "q01", send.SendErratum{Text: text, Seen: s.erratum(actor, text).Digest})
}

func (s *sending) dispatchesOf(kind survey.MailKind) (list []survey.Dispatch) {
	s.put(func(tx *survey.Tx) error {
		list = nil
		for d, err := range tx.Dispatches.List(survey.In(s.q)) {
			if err != nil {
				return err
			}
			if d.Kind == kind {
				list = append(list, d)
			}
		}
		return nil
	})
	return list
}

// The printed mark of a question stands beside its number in all that a party gets by mail.
func TestMailsSayThePrintedMark(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.put(func(tx *survey.Tx) error {
		c, err := tx.Catalogue(s.q)
		c.Questions[0].Mark = "1a"
		return errors.Join(err, tx.Catalogues.Put(c))
	})
	s.mustDispatch()
	if sent, err := s.correct(s.office, correction); !sent || err != nil {
		t.Fatal(sent, err)
	}
	for _, kind := range []survey.MailKind{survey.MailInvitation, survey.MailErratum} {
		mails := s.mails(kind)
		for to, m := range mails {
			if !strings.Contains(m.Body, "Frage 1 (1a)") || kind == survey.MailErratum && !strings.Contains(m.Mail.Subject, "Frage 1 (1a)") {
				t.Errorf("%s to %s: %s\n%s", kind, to, m.Mail.Subject, m.Body)
			}
		}
		if len(mails) < 3 {
			t.Errorf("%s: %d mails", kind, len(mails))
		}
	}
}

func TestAnErratumGoesToAllAlike(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.submitted("gz")
	hash := ""
	s.put(func(tx *survey.Tx) error { c, err := tx.Catalogue(s.q); hash = c.Hash; return err })
	p := s.erratum(s.office, correction)
	if got := strings.Join(shortNames(p.Told), " "); got != "UB GZ FM" {
		t.Errorf("told: %s", got)
	}
	if len(p.Untold) != 2 || p.Untold[0].Why != "later" { // the portal without an entry, and the one nobody knows how to ask
		t.Errorf("untold: %+v", p.Untold)
	}
	if sent, err := s.correct(s.office, correction); !sent || err != nil {
		t.Fatal(sent, err)
	}
	mails := s.mails(survey.MailErratum)
	if len(mails) != 3 {
		t.Fatalf("%d mails", len(mails))
	}
	for to, m := range mails {
		if !strings.Contains(m.Body, correction) || !strings.Contains(m.Body, "Wie fördern Sie freie Lernmittel?") || !strings.Contains(m.Body, "ändert sich durch diese Berichtigung nicht") || m.Mail.Calendar != "" {
			t.Errorf("%s:\n%s", to, m.Body)
		}
		if hasLink := strings.Contains(m.Body, "https://fragen.example/zugang/"); hasLink != (to != "ub@partei.example") {
			t.Errorf("%s: link %t", to, hasLink)
		}
		if answered := strings.Contains(m.Body, "liegt uns vor"); answered != (to == "gz@partei.example") {
			t.Errorf("%s: its answer is there: %t", to, answered)
		}
	}
	for _, date := range []string{"Dezember", "Januar", "2026", "vorbei"} { // an extension would make it wrong
		if body := mails["ub@partei.example"].Body; strings.Contains(body, date) {
			t.Errorf("it tells a date:\n%s", body)
		}
	}
	q := s.questionnaire()
	if len(q.Errata) != 1 || q.Errata[0].Question != "q01" || q.Errata[0].Text != correction || !q.Errata[0].At.Equal(sendStart) || q.Errata[0].By != "u1" || q.NewErratum != nil {
		t.Errorf("%+v", q.Errata)
	}
	if d := s.dispatchesOf(survey.MailErratum); len(d) != 1 || d[0].Recipients != 3 || !d[0].At.Equal(sendStart) || d[0].ID != q.Errata[0].Dispatch || !strings.Contains(d[0].Subject, "Frage 1") {
		t.Errorf("%+v", d)
	}
	s.put(func(tx *survey.Tx) error {
		c, err := tx.Catalogue(s.q)
		if c.Hash != hash || c.Questions[0].Text != "Wie fördern Sie freie Lernmittel?" {
			t.Error("the locked wording changed")
		}
		for _, fault := range testworld.CheckReferences(tx) {
			if strings.Contains(fault, "Questionnaire") || strings.Contains(fault, "Dispatch") {
				t.Error(fault)
			}
		}
		return err
	})
	if a := s.audited("erratum"); len(a) != 1 || strings.Contains(a[0].To+a[0].From, correction) {
		t.Errorf("%+v", a)
	}
	// a double click
	if sent, err := s.Send.SendErratum(t.Context(), s.office, s.q, "q01", send.SendErratum{Text: correction, Seen: p.Digest}); !sent || err != nil || len(s.questionnaire().Errata) != 1 {
		t.Error(sent, err)
	}
}

func shortNames(list []survey.Respondent) (names []string) {
	for _, r := range list {
		names = append(names, r.ShortName)
	}
	return names
}

func TestAnErratumOfWhoeverIsAskedLater(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	if _, err := s.correct(s.office, correction); err != nil {
		t.Fatal(err)
	}
	s.change("zett", func(c *send.SaveRespondent) { c.Procedure.Channel = survey.ChannelForm })
	if err := s.invite("zett"); err != nil {
		t.Fatal(err)
	}
	if m := s.mails(survey.MailInvitation)["zz@partei.example"]; !strings.Contains(m.Body, correction) || !strings.Contains(m.Body, "Berichtigung vom") {
		t.Errorf("the late letter does not hold the erratum:\n%s", m.Body)
	}
	// the questions are entered in the other's own form: then it is told by hand
	s.put(func(tx *survey.Tx) error {
		r, err := survey.RespondentBySlug(tx, s.q, "aehrenbund")
		r.AskedAt, r.Portal = sendStart, &survey.PortalSubmission{At: sendStart, By: "u1"}
		if err == nil {
			err = tx.Respondents.Put(r)
		}
		return err
	})
	if p := s.erratum(s.office, "Noch eine."); len(p.Untold) != 1 || p.Untold[0].Respondent.ShortName != "Ährenbund" || p.Untold[0].Why != "portal" || len(p.Told) != 4 {
		t.Errorf("untold %v, told %v", p.Untold, shortNames(p.Told))
	}
}

func TestWhoIsNotToldOfAnErratum(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*survey.Respondent)
		why    string
	}{
		"not asked":   {func(r *survey.Respondent) { r.NotAsked = "So beschlossen." }, "not_asked"},
		"left out":    {func(r *survey.Respondent) { r.LeftOut = map[survey.QuestionID]string{"q01": "Zu lang."} }, "left_out"},
		"other":       {func(r *survey.Respondent) { r.LeftOut = map[survey.QuestionID]string{"q02": "Zu lang."} }, ""},
		"gone":        {func(r *survey.Respondent) { r.Standing.State = survey.StateNotAdmitted }, "gone"},
		"not reached": {func(r *survey.Respondent) { r.NotReached = &survey.DeliveryFailure{Reason: "Postfach voll", By: "u1"} }, "not_reached"},
		"no address":  {func(r *survey.Respondent) { r.Email = "" }, "no_address"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			s.mustDispatch()
			s.put(func(tx *survey.Tx) error {
				r, err := survey.RespondentBySlug(tx, s.q, "fm")
				if err != nil {
					return err
				}
				c.change(&r)
				return tx.Respondents.Put(r)
			})
			p := s.erratum(s.office, correction)
			i := slices.IndexFunc(p.Untold, func(u send.Untold) bool { return u.Respondent.Slug == "fm" })
			if told := slices.ContainsFunc(p.Told, func(r survey.Respondent) bool { return r.Slug == "fm" }); told != (c.why == "") || i < 0 != told || i >= 0 && p.Untold[i].Why != c.why {
				t.Errorf("told %t, untold %+v", told, p.Untold)
			}
		})
	}
}

func TestAnErratumNeedsTwo(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.twoPersons()
	if sent, err := s.correct(s.office, correction); sent || err != nil {
		t.Fatal(sent, err)
	}
	if sent, err := s.correct(s.office, correction); sent || err != nil {
		t.Errorf("the second click of whoever asked: %t, %v", sent, err)
	}
	if q := s.questionnaire(); len(q.Errata) != 0 || len(s.mails(survey.MailErratum)) != 0 || q.NewErratum == nil {
		t.Fatal("something went out")
	}
	for question, text := range map[survey.QuestionID]string{"q01": "Etwas anderes.", "q02": correction} {
		if _, err := s.Send.SendErratum(t.Context(), s.second, s.q, question, send.SendErratum{Text: text, Seen: "x"}); testworld.KeyOf(err) != "send.error.erratum_waits" {
			t.Errorf("%s beside the one that waits: %v", question, err)
		}
	}
	p := s.erratum(s.second, "Etwas anderes.")
	if p.Waiting == nil || p.Text != correction || p.WaitingName != "Person u1" || p.Own || p.Outdated {
		t.Fatalf("%+v", p.SecondPerson)
	}
	// who is told has changed since the request: it is void
	s.put(func(tx *survey.Tx) error {
		r, err := survey.RespondentBySlug(tx, s.q, "fm")
		r.NotReached = &survey.DeliveryFailure{Reason: "x", By: "u1"}
		if err == nil {
			err = tx.Respondents.Put(r)
		}
		return err
	})
	if _, err := s.Send.SendErratum(t.Context(), s.second, s.q, "q01", send.SendErratum{Text: correction, Seen: p.Digest}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("confirmed what has changed: %v", err)
	}
	if p = s.erratum(s.office, ""); !p.Outdated {
		t.Error("the request is not outdated")
	}
	if sent, err := s.correct(s.office, correction); sent || err != nil { // asked anew
		t.Fatal(sent, err)
	}
	if sent, err := s.correct(s.second, correction); !sent || err != nil {
		t.Fatal(sent, err)
	}
	if e := s.questionnaire().Errata; len(e) != 1 || e[0].By != "u1" || e[0].ConfirmedBy != "u2" || len(s.mails(survey.MailErratum)) != 2 {
		t.Errorf("%+v", e)
	}
	// what is withdrawn waits no more
	if sent, err := s.correct(s.office, "Noch eine."); sent || err != nil {
		t.Fatal(sent, err)
	}
	if err := s.Send.WithdrawApproval(t.Context(), s.second, s.q, survey.ActErratum, ""); err != nil {
		t.Fatal(err)
	}
	if p := s.erratum(s.second, ""); p.Waiting != nil || p.Text != "" || len(p.Errata) != 1 {
		t.Errorf("%+v", p)
	}
}

func TestRefusedErrata(t *testing.T) {
	before := newSending(t)
	before.ready()
	if _, err := before.Send.SendErratum(t.Context(), before.office, before.q, "q01", send.SendErratum{Text: "x"}); testworld.KeyOf(err) != "send.error.erratum_before" {
		t.Errorf("before the dispatch: %v", err)
	}
	s := newSending(t)
	s.mustDispatch()
	seen := s.erratum(s.office, correction).Digest
	for name, c := range map[string]struct {
		actor survey.Actor
		q     survey.QuestionnaireID
		on    survey.QuestionID
		cmd   send.SendErratum
		want  string
	}{
		"a member":                {s.member, s.q, "q01", send.SendErratum{Text: correction, Seen: seen}, "error.forbidden"},
		"an administrator alone":  {s.admin, s.q, "q01", send.SendErratum{Text: correction, Seen: s.erratum(s.admin, correction).Digest}, "error.forbidden"},
		"a foreign question":      {s.office, s.q, "q77", send.SendErratum{Text: correction, Seen: seen}, "error.not_found"},
		"a foreign questionnaire": {s.office, "q9", "q01", send.SendErratum{Text: correction, Seen: seen}, "error.not_found"},
		"without a preview":       {s.office, s.q, "q01", send.SendErratum{Text: correction}, "error.stale"},
		"other words":             {s.office, s.q, "q01", send.SendErratum{Text: "Anders.", Seen: seen}, "error.stale"},
	} {
		if _, err := s.Send.SendErratum(t.Context(), c.actor, c.q, c.on, c.cmd); testworld.KeyOf(err) != c.want {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
	for text, want := range map[string]string{" \n ": "error.required", strings.Repeat("ä", survey.MaxErratum+1): "error.text.too_long", "a\x00b": "error.text.unseen"} {
		_, err := s.Send.SendErratum(t.Context(), s.office, s.q, "q01", send.SendErratum{Text: text, Seen: seen})
		if f := testworld.FaultsOf(t, err); len(f) != 1 || !strings.Contains(f[0], want) {
			t.Errorf("%.10q: %v", text, f)
		}
	}
	imported := newSending(t)
	imported.put(editQuestionnaire(func(q *survey.Questionnaire) { q.Imported = true }))
	if _, err := imported.Send.SendErratum(t.Context(), imported.office, imported.q, "q01", send.SendErratum{Text: "x"}); testworld.KeyOf(err) != "error.phase.imported" {
		t.Errorf("of an import: %v", err)
	}
	s.clock.Set(time.Date(2027, 3, 7, 17, 0, 0, 0, time.UTC)) // the polls close
	if _, err := s.correct(s.office, correction); testworld.KeyOf(err) != "send.error.erratum_over" {
		t.Errorf("after the polls closed: %v", err)
	}
}

func TestTwoErrataAtOnce(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	seen := map[string]string{"Die eine.": s.erratum(s.office, "Die eine.").Digest, "Die andere.": s.erratum(s.second, "Die andere.").Digest}
	var wg sync.WaitGroup
	var mu sync.Mutex
	stale := 0
	for text, digest := range seen {
		wg.Go(func() {
			_, err := s.Send.SendErratum(t.Context(), s.office, s.q, "q01", send.SendErratum{Text: text, Seen: digest})
			mu.Lock()
			defer mu.Unlock()
			if testworld.KeyOf(err) == "error.stale" {
				stale++
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if e := s.questionnaire().Errata; len(e) != 1 || stale != 1 || len(s.mails(survey.MailErratum)) != 3 {
		t.Errorf("%d errata, %d refused", len(e), stale)
	}
}

func TestALostErratumMakesNobodyUnreached(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	for _, m := range s.mails(survey.MailInvitation) {
		if err := s.Send.RecordAttempt(t.Context(), m.Mail.ID, send.MailOutcome{Attempt: 1, Sent: true, Reply: "250 ok"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.correct(s.office, correction); err != nil {
		t.Fatal(err)
	}
	lost := s.mails(survey.MailErratum)["fm@partei.example"].Mail
	if err := s.Send.RecordAttempt(t.Context(), lost.ID, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "550 unbekannt"}); err != nil {
		t.Fatal(err)
	}
	row := s.row("fm")
	if row.State == survey.StageNotReached || row.Undecided {
		t.Errorf("not reached for want of an erratum: %+v", row.State)
	}
	if row.Problem != send.ProblemMail {
		t.Errorf("the office is not told: %q", row.Problem)
	}
	// it goes anew, to the address of now, in the same words and with a link of its own
	id, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, lost.ID, send.ResendMail{To: "neu@partei.example", Keep: true, Revoke: true})
	if err != nil {
		t.Fatal(err)
	}
	again := s.mails(survey.MailErratum)["neu@partei.example"]
	if again.Mail.ID != id || !strings.Contains(again.Body, correction) || again.Mail.Calendar != "" || again.Mail.Dispatch != lost.Dispatch {
		t.Errorf("%+v\n%s", again.Mail, again.Body)
	}
	if s.row("fm").Problem != send.ProblemNone {
		t.Errorf("still a problem: %q", s.row("fm").Problem)
	}
	// a mail that waits follows a changed address
	if _, err := s.Send.SetAddress(t.Context(), s.office, s.q, "fm", send.SetAddress{Email: "dritte@partei.example", Revision: s.respondent("fm").Revision}); err != nil {
		t.Fatal(err)
	}
	if _, found := s.mails(survey.MailErratum)["dritte@partei.example"]; !found {
		t.Error("the erratum waits at the old address")
	}
}

// row is how the office sees a respondent.
func (s *sending) row(slug survey.Slug) send.Row {
	s.t.Helper()
	f, err := s.Send.RespondentFile(s.t.Context(), s.office, s.q, slug)
	if err != nil {
		s.t.Fatal(err)
	}
	return f.Row
}
