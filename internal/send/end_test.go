package send_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// answered puts what a respondent says to a question, as it was handed in just now.
func (s *sending) answered(slug survey.Slug, question survey.QuestionID, status survey.Status) {
	r := s.respondent(slug)
	s.put(func(tx *survey.Tx) error {
		return tx.Versions.Put(survey.Version{Questionnaire: s.q, Respondent: r.ID, Question: question, Number: 1, Status: status, Text: "So.", Provenance: survey.ByForm, Record: "r",
			CountsAt: s.clock.Now()})
	})
}

// everybody makes all have said something to everything but the second question of fm, and two of them not asked.
func (s *sending) everybody() {
	s.t.Helper()
	s.mustDispatch()
	for _, slug := range []survey.Slug{"aehrenbund", "zett"} {
		s.change(slug, func(c *send.SaveRespondent) { c.NotAsked = "nimmt keine Fragen an" })
	}
	s.clock.Advance(24 * time.Hour)
	for _, slug := range []survey.Slug{"gz", "ub"} {
		s.answered(slug, "q01", survey.Answered)
		s.answered(slug, "q02", survey.Declined)
	}
	s.answered("fm", "q01", survey.Answered)
}

func (s *sending) endPlan(actor survey.Actor) *send.EndPlan {
	s.t.Helper()
	p, err := s.Send.EndPlan(s.t.Context(), actor, s.q)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// end ends the round as an actor reads it.
func (s *sending) end(actor survey.Actor) (bool, error) {
	s.t.Helper()
	digest := ""
	if p := s.endPlan(actor); p != nil {
		digest = p.Digest
	}
	return s.Send.EndRound(s.t.Context(), actor, s.q, digest)
}

func TestARoundEndsEarlyForAll(t *testing.T) {
	s := newSending(t)
	if s.endPlan(s.office) != nil {
		t.Error("a round can end before it was sent")
	}
	s.everybody()
	if got := strings.Join(shortNames(s.endPlan(s.office).Missing), " "); got != "FM" {
		t.Errorf("missing: %s", got)
	}
	if done, err := s.end(s.office); done || testworld.KeyOf(err) != "send.error.not_all" {
		t.Errorf("ended while FM owes an answer: %v %v", done, err)
	}
	s.answered("fm", "q02", survey.NoPosition)
	announced := s.questionnaire().Deadline
	if done, err := s.end(s.office); !done || err != nil {
		t.Fatal(done, err)
	}
	now := s.clock.Now()
	q, ub, fm := s.questionnaire(), s.respondent("ub"), s.respondent("fm")
	if q.Phase(now) != survey.PhaseClosed || !q.Deadline.At.Equal(now) || !ub.Due.At.Equal(now) || !fm.DueAt(q).At.Equal(now) {
		t.Errorf("%v %v %v", q.Deadline, ub.Due, fm.DueAt(q))
	}
	if len(q.Extended) != 1 || !q.Extended[0].Ended() || q.Extended[0].From != announced || len(ub.DueChanges) != 1 || !ub.DueChanges[0].Ended() {
		t.Errorf("%+v %+v", q.Extended, ub.DueChanges)
	}
	if fm.LateAfter(q) != announced || ub.LateAfter(q) != ub.DueChanges[0].From {
		t.Error("late already before the announced date:", fm.LateAfter(q), ub.LateAfter(q))
	}
	mails := s.mails(survey.MailExtension)
	if len(mails) != 3 {
		t.Fatalf("%d mails", len(mails))
	}
	for to, m := range mails {
		if !strings.Contains(m.Body, "weil von niemandem mehr etwas ausstand") || !strings.Contains(m.Body, "24. November 2026") || (to == "ub@partei.example") == strings.Contains(m.Body, "/zugang/") {
			t.Errorf("%s:\n%s", to, m.Body)
		}
	}
	s.put(func(tx *survey.Tx) error { // what is there can be shown now
		c, err := testworld.Comparison(tx, s.q, now)
		for _, r := range c.Respondents {
			if slices.ContainsFunc(r.Cells, func(c survey.ComparedCell) bool { return c.Status == survey.Pending }) {
				t.Error(r.ShortName, "is pending")
			}
		}
		if e := c.Treatment.Of(survey.TreatedEnded); len(e) != 1 || e[0].Count != 3 || e[0].From != announced.Stamp() {
			t.Errorf("%+v", e)
		}
		return err
	})
	if done, err := s.end(s.office); !done || err != nil || len(s.mails(survey.MailExtension)) != 3 || len(s.audited("end")) != 1 {
		t.Error("a double click did something:", done, err)
	}

	// until it is published the deadline can be moved again
	err := s.Send.ExtendDeadline(t.Context(), s.office, s.q, send.SetDeadline{Deadline: "2026-12-22T18:00", Zone: "Europe/Berlin", Reason: "doch länger", Revision: q.Revision})
	if err != nil || s.questionnaire().Phase(now) != survey.PhaseOpen {
		t.Error(err)
	}
	former := ub.DueChanges[0].From
	ub = s.respondent("ub") // has its own date back
	if n := len(ub.DueChanges); n != 2 || ub.Due != former || ub.DueChanges[1].From.At != now || ub.DueChanges[1].To != former || ub.DueChanges[1].Reason != "doch länger" || ub.DueChanges[1].Ended() {
		t.Errorf("%+v, %+v", ub.Due, ub.DueChanges)
	}
	mails = s.mails(survey.MailExtension)
	if len(mails) != 3 {
		t.Fatalf("%d mails", len(mails))
	}
	for to, m := range mails {
		want := "22. Dezember 2026"
		if to == "ub@partei.example" {
			want = "15. Januar 2027"
		}
		if !strings.Contains(m.Body, want) || !strings.Contains(m.Body, "doch länger") || strings.Contains(m.Body, "haben alle geantwortet") {
			t.Errorf("%s:\n%s", to, m.Body)
		}
	}
	err = s.Send.ExtendDeadline(t.Context(), s.office, s.q, send.SetDeadline{Deadline: "2026-12-23T18:00", Zone: "Europe/Berlin", Reason: "noch länger", Revision: s.questionnaire().Revision})
	if ub = s.respondent("ub"); err != nil || len(ub.DueChanges) != 2 {
		t.Errorf("an extension without an early end moves an own date: %v %+v", err, ub.DueChanges)
	}
}

// Once the deadline is over a round can still end before an own date that runs: only that moves, and the report says so of its party.
func TestARoundEndsBeforeTheLastOwnDate(t *testing.T) {
	s := newSending(t)
	s.everybody()
	s.answered("fm", "q02", survey.Declined)
	deadline := s.questionnaire().Deadline
	s.clock.Set(deadline.At.Add(time.Hour))
	p := s.endPlan(s.office)
	if p == nil || len(p.Missing) > 0 || strings.Join(shortNames(p.Informed), " ") != "UB" {
		t.Fatalf("%+v", p)
	}
	for range 2 { // a double click
		if done, err := s.Send.EndRound(t.Context(), s.office, s.q, p.Digest); !done || err != nil {
			t.Fatal(done, err)
		}
	}
	now, q, ub := s.clock.Now(), s.questionnaire(), s.respondent("ub")
	if q.Deadline != deadline || len(q.Extended) > 0 || !ub.Due.At.Equal(now) || len(ub.DueChanges) != 1 || !ub.DueChanges[0].Ended() || ub.LateAfter(q) != ub.DueChanges[0].From {
		t.Errorf("%+v %+v", q.Extended, ub.DueChanges)
	}
	if m := s.mails(survey.MailExtension); len(m) != 1 || !strings.Contains(m["ub@partei.example"].Body, "weil von niemandem mehr etwas ausstand") {
		t.Errorf("%+v", m)
	}
	s.put(func(tx *survey.Tx) error {
		c, err := testworld.Comparison(tx, s.q, now)
		if e := c.Treatment.Of(survey.TreatedEnded); c.Treatment.Open || len(e) != 1 || e[0].Party != "ub" || e[0].From != ub.DueChanges[0].From.Stamp() || e[0].To != ub.Due.Stamp() {
			t.Errorf("%+v", e)
		}
		return err
	})
	if p := s.endPlan(s.office); p != nil {
		t.Errorf("%+v", p)
	}
}

// Where the own date has passed since the early end, the new deadline takes its place.
func TestAnOwnDateThatPassedAfterTheEnd(t *testing.T) {
	s := newSending(t)
	s.everybody()
	s.answered("fm", "q02", survey.Declined)
	if done, err := s.end(s.office); !done || err != nil {
		t.Fatal(done, err)
	}
	s.clock.Set(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC))
	p, err := s.Send.DeadlinePlan(t.Context(), s.office, s.q)
	if got := strings.Join(shortNames(p.Informed), " "); err != nil || got != "UB GZ FM" {
		t.Errorf("informed: %s, %v", got, err)
	}
	if err := s.Send.ExtendDeadline(t.Context(), s.office, s.q, send.SetDeadline{Deadline: "2027-02-01T18:00", Zone: "Europe/Berlin", Reason: "doch länger", Revision: s.questionnaire().Revision}); err != nil {
		t.Fatal(err)
	}
	if ub, q := s.respondent("ub"), s.questionnaire(); ub.Due != q.Deadline || ub.LateAfter(q) != q.Deadline || len(ub.DueChanges) != 2 || len(s.mails(survey.MailExtension)) != 3 {
		t.Errorf("%+v", ub.DueChanges)
	}
}

// Whoever is asked by post gets no mail about the end, and the page names it.
func TestWhoIsAskedByPostIsToldOfTheEndByLetter(t *testing.T) {
	s := byPost(t)
	s.print(s.office, "fm")
	if p := s.endPlan(s.office); p.ByPost != nil {
		t.Errorf("not asked yet: %v", shortNames(p.ByPost))
	}
	if err := s.posted("fm", send.RecordPosted{Day: "2026-11-23"}); err != nil {
		t.Fatal(err)
	}
	if p := s.endPlan(s.office); strings.Join(shortNames(p.ByPost), " ") != "FM" || strings.Join(shortNames(p.Informed), " ") != "UB GZ" {
		t.Errorf("by post %v, by mail %v", shortNames(p.ByPost), shortNames(p.Informed))
	}
}

func TestEndingARoundNeedsTwo(t *testing.T) {
	s := newSending(t)
	s.everybody()
	s.answered("fm", "q02", survey.Declined)
	s.twoPersons()
	if _, err := s.Send.EndPlan(t.Context(), s.member, s.q); err == nil {
		t.Error("a member may look")
	}
	for range 2 { // a double click
		if done, err := s.end(s.office); done || err != nil {
			t.Fatal(done, err)
		}
	}
	if p := s.endPlan(s.second); p.Waiting == nil || p.Own {
		t.Fatalf("%+v", p)
	}
	if _, err := s.Send.EndRound(t.Context(), s.second, s.q, "0123"); testworld.KeyOf(err) != "error.stale" {
		t.Error(err)
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if done, err := s.end(s.second); !done || err != nil {
				t.Error(done, err)
			}
		})
	}
	both.Wait()
	if n := len(s.mails(survey.MailExtension)); n != 3 || len(s.questionnaire().Extended) != 1 {
		t.Error(n, s.questionnaire().Extended)
	}
}

func TestARoundThatWasShownEndsByItsDate(t *testing.T) {
	s := newSending(t)
	s.everybody()
	s.answered("fm", "q02", survey.Answered)
	s.put(func(tx *survey.Tx) error {
		return survey.PutPublication(tx, survey.Publication{Questionnaire: s.q, Slug: "nordmark", Version: 1}, survey.PublicationDetail{})
	})
	if done, err := s.end(s.office); done || testworld.KeyOf(err) != "send.error.no_end" {
		t.Error(done, err)
	}
}
