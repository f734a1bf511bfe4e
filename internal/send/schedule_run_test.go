package send_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestWhoGetsNoPlannedReminder(t *testing.T) {
	for name, change := range map[string]func(s *sending, r *survey.Respondent, tx *survey.Tx) error{
		"a letter": func(s *sending, r *survey.Respondent, tx *survey.Tx) error {
			return tx.Transcriptions.Put(survey.Transcription{Questionnaire: s.q, Respondent: r.ID, ID: "l", State: survey.TranscriptionDraft})
		},
		"not admitted": func(_ *sending, r *survey.Respondent, _ *survey.Tx) error {
			r.Standing.State = survey.StateNotAdmitted
			return nil
		},
		"not reached": func(_ *sending, r *survey.Respondent, _ *survey.Tx) error {
			r.NotReached = &survey.DeliveryFailure{Reason: "x"}
			return nil
		},
		"asked later": func(s *sending, r *survey.Respondent, _ *survey.Tx) error {
			r.AskedAt = time.Date(2026, 12, 7, 17, 0, 0, 0, time.UTC)
			return nil
		},
		"a mail came back": func(s *sending, r *survey.Respondent, tx *survey.Tx) error {
			for m, err := range tx.Mails.By(survey.MailRespondent).List(survey.Exact(r.Key())) {
				if err != nil {
					return err
				}
				m.State, m.SentAt, m.Bounced = survey.MailSent, s.clock.Now(), &survey.Bounce{Day: "2026-11-24", Said: "unbekannt", At: s.clock.Now()}
				return tx.Mails.Put(m)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			s.ready()
			testworld.Must(t, s.plan("14"))
			if sent, err := s.dispatch(s.office); err != nil || !sent {
				t.Fatal(err)
			}
			r := s.respondent("fm")
			s.put(func(tx *survey.Tx) error {
				if err := change(s, &r, tx); err != nil {
					return err
				}
				return tx.Respondents.Put(r)
			})
			reminded(t, s.tick("2026-12-07T18:00"), "Noch 14 Tage", "gz")
		})
	}
}

func TestMissedReminder(t *testing.T) {
	s := newSending(t)
	s.ready()
	testworld.Must(t, s.plan("14", "3"))
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	if got := s.tick("2026-12-08T18:01"); len(got) != 0 {
		t.Errorf("a day too late: %v", got)
	}
	s.tick("2026-12-08T18:02")
	p := s.schedule()
	if len(p.Steps[0].Missed) != 2 || p.Steps[0].Sent != nil || len(s.audited("reminder_missed")) != 1 {
		t.Errorf("%+v, %d entries", p.Steps[0], len(s.audited("reminder_missed")))
	}
	reminded(t, s.tick("2026-12-19T18:00"), "Noch 3 Tage", "fm", "gz")

	// a server that was off until the deadline was over reminds nobody
	s = newSending(t)
	s.ready()
	testworld.Must(t, s.plan("1"))
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	if got := s.tick("2026-12-21T18:00"); len(got) != 0 {
		t.Errorf("after the deadline: %v", got)
	}
	if p := s.schedule(); len(p.Steps[0].Missed) != 2 {
		t.Errorf("%+v", p.Steps[0])
	}
}

func TestExtensionMovesPlannedReminders(t *testing.T) {
	s := newSending(t)
	s.ready()
	testworld.Must(t, s.plan("14", "3"))
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	reminded(t, s.tick("2026-12-07T18:00"), "Noch 14 Tage", "fm", "gz")
	s.deliver()
	extend := send.SetDeadline{Deadline: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: "Feiertage", Revision: s.questionnaire().Revision}
	testworld.Must(t, s.Send.ExtendDeadline(t.Context(), s.office, s.q, extend))
	got := s.tick("2026-12-18T18:00")
	reminded(t, got, "Noch 3 Tage")
	got = s.tick("2026-12-27T18:00")
	reminded(t, got, "Noch 14 Tage", "fm", "gz")
	reminded(t, s.tick("2027-01-07T18:00"), "Noch 3 Tage", "fm", "gz")

	s = newSending(t)
	s.ready()
	testworld.Must(t, s.plan("14"))
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	s.tick("2026-12-10T18:00") // missed
	extend.Revision = s.questionnaire().Revision
	testworld.Must(t, s.Send.ExtendDeadline(t.Context(), s.office, s.q, extend))
	reminded(t, s.tick("2026-12-27T18:00"), "Noch 14 Tage", "fm", "gz")
	if p := s.schedule(); p.Steps[0].Missed != nil {
		t.Errorf("%+v", p.Steps[0].Missed)
	}
}

func TestStopWhileSending(t *testing.T) {
	s := newSending(t)
	s.ready()
	testworld.Must(t, s.plan("14"))
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	s.clock.Set(time.Date(2026, 12, 7, 17, 0, 0, 0, time.UTC))
	id := s.questionnaire().Reminders[0].ID
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := s.Send.SendPlanned(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Go(func() {
		if err := s.Send.StopReminder(t.Context(), s.office, s.q, id); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	if n := len(s.mails(survey.MailReminder)); n != 0 {
		t.Errorf("%d mails wait after it was stopped", n)
	}
	testworld.Must(t, s.Send.SendPlanned(t.Context()))
	var dispatches int
	s.put(func(tx *survey.Tx) error {
		dispatches = 0
		for d, err := range tx.Dispatches.List("") {
			if err != nil {
				return err
			}
			if d.Kind == survey.MailReminder {
				dispatches++
			}
		}
		return nil
	})
	if dispatches > 1 {
		t.Errorf("sent %d times", dispatches)
	}
}

func (s *sending) earlyDate() {
	s.t.Helper()
	s.ready()
	s.change("ub", func(c *send.SaveRespondent) {
		c.Due, c.DueZone, c.DueReason = "2026-12-10T12:00", "Europe/Berlin", "Parteitag am 11. Dezember"
	})
}

func TestNobodyGetsAStepFromBeforeItsApproval(t *testing.T) {
	for name, at := range map[string]time.Time{"within a day": time.Date(2026, 11, 26, 20, 0, 0, 0, time.UTC), "days later": time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			s.earlyDate()
			s.twoPersons()
			for _, actor := range []survey.Actor{s.office, s.second} {
				if _, err := s.dispatch(actor); err != nil {
					t.Fatal(err)
				}
			}
			s.clock.Set(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)) // what is asked for names ub
			if done, err := s.planLater(s.office, "14"); done || err != nil {
				t.Fatal(done, err)
			}
			if p := s.schedule().New[0]; len(p.Moments) != 2 || p.Without != nil {
				t.Errorf("%+v", p)
			}
			s.clock.Set(at)
			p := s.schedule()
			if got := shortNames(p.New[0].Without); !slices.Equal(got, []string{"UB"}) || len(p.New[0].Moments) != 1 {
				t.Errorf("before it is approved: without %v, %+v", got, p.New[0].Moments)
			}
			if done, err := s.Send.PlanReminders(t.Context(), s.second, s.q, send.PlanReminders{Seen: p.Digest}); !done || err != nil {
				t.Fatal(done, err)
			}
			testworld.Must(t, s.Send.SendPlanned(t.Context()))
			step := s.schedule().Steps[0]
			if got := shortNames(step.Without); !slices.Equal(got, []string{"UB"}) || step.Sent != nil || step.Missed != nil || !step.ApprovedAt.Equal(at) {
				t.Errorf("without %v, %+v", got, step)
			}
			if len(s.audited("reminder_missed")) != 0 {
				t.Error("missed")
			}
			reminded(t, s.tick("2026-12-07T18:00"), "Noch 14 Tage", "fm", "gz")
		})
	}
}

func TestAStoppedStepThatIsPlannedAnew(t *testing.T) {
	s := newSending(t)
	s.earlyDate()
	testworld.Must(t, s.plan("14"))
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	if at := s.questionnaire().Reminders[0].ApprovedAt; !at.Equal(sendStart) {
		t.Errorf("approved %s", at)
	}
	reminded(t, s.tick("2026-11-26T12:00"), "Noch 14 Tage", "ub")
	s.deliver()
	testworld.Must(t, s.Send.StopReminder(t.Context(), s.office, s.q, s.questionnaire().Reminders[0].ID))
	s.clock.Advance(time.Hour)
	if done, err := s.planLater(s.office, "14"); !done || err != nil {
		t.Fatal(done, err)
	}
	reminded(t, s.tick("2026-11-26T14:00"), "Noch 14 Tage", "ub")
	reminded(t, s.tick("2026-12-07T18:00"), "Noch 14 Tage", "fm", "gz", "ub")
}
