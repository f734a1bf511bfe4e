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

// step is a planned reminder as typed.
func (s *sending) step(days string) send.StepForm {
	s.t.Helper()
	text, err := s.Send.StartingText("de", "reminder")
	testworld.Must(s.t, err)
	text.Subject = "Noch " + days + " Tage: {{fragebogen}}"
	return send.StepForm{Days: days, Cover: text}
}

// plan plans reminders before the dispatch.
func (s *sending) plan(days ...string) error {
	s.t.Helper()
	var steps []send.StepForm
	for _, d := range days {
		steps = append(steps, s.step(d))
	}
	_, err := s.Send.PlanReminders(s.t.Context(), s.office, s.q, send.PlanReminders{Steps: steps, Revision: s.questionnaire().Revision})
	return err
}

// planLater plans them after the dispatch, as somebody reads them.
func (s *sending) planLater(actor survey.Actor, days ...string) (bool, error) {
	s.t.Helper()
	var steps []send.StepForm
	for _, d := range days {
		steps = append(steps, s.step(d))
	}
	return s.remindAs(actor, steps...)
}

func (s *sending) schedule() send.ReminderSchedule {
	s.t.Helper()
	p, err := s.Send.ReminderSchedule(s.t.Context(), s.office, s.q, nil)
	testworld.Must(s.t, err)
	return p
}

// tick lets the program send what is due at an instant, and returns the addresses of the reminders that have been queued so far, by
// the beginning of their subjects.
func (s *sending) tick(at string) map[string][]string {
	s.t.Helper()
	i, key := survey.ParseInstant(at, "Europe/Berlin", "")
	if key != "" {
		s.t.Fatal(key)
	}
	s.clock.Set(i.At)
	testworld.Must(s.t, s.Send.SendPlanned(s.t.Context()))
	got := map[string][]string{}
	s.put(func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			if m.Kind == survey.MailReminder {
				day, _, _ := strings.Cut(m.Subject, ":")
				got[day] = append(got[day], strings.TrimSuffix(m.To, "@partei.example"))
			}
		}
		return nil
	})
	for _, list := range got {
		slices.Sort(list)
	}
	return got
}

// deliver lets the mail server take all reminders.
func (s *sending) deliver() {
	s.t.Helper()
	for _, m := range s.mails(survey.MailReminder) {
		testworld.Must(s.t, s.Send.RecordAttempt(s.t.Context(), m.Mail.ID, send.MailOutcome{Attempt: 1, Sent: true}))
	}
}

func reminded(t *testing.T, got map[string][]string, day string, want ...string) {
	t.Helper()
	if !slices.Equal(got[day], want) {
		t.Errorf("%s: %v, want %v", day, got[day], want)
	}
}

// The deadline is 21 December, 18:00; ub has its own date, 15 January, 12:00; aehrenbund has a form of its own, zz no known procedure.
func TestPlannedReminders(t *testing.T) {
	s := newSending(t)
	s.ready()
	testworld.Must(t, s.plan("3", "14"))
	p := s.schedule()
	if len(p.Steps) != 2 || p.Steps[0].Days != 14 || len(p.Steps[0].Moments) != 2 || p.Steps[0].Moments[0].At.Format(time.RFC3339) != "2026-12-07T17:00:00Z" ||
		len(p.Steps[0].Moments[0].Respondents) != 2 || p.Steps[0].Moments[1].Respondents[0].Slug != "ub" || p.Room != 0 {
		t.Fatalf("%+v", p)
	}
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	if got := s.tick("2026-12-07T17:59"); len(got) != 0 {
		t.Errorf("too early: %v", got)
	}
	got := s.tick("2026-12-07T18:00")
	reminded(t, got, "Noch 14 Tage", "fm", "gz")
	reminded(t, s.tick("2026-12-07T18:01"), "Noch 14 Tage", "fm", "gz") // nobody twice
	if body := s.mails(survey.MailReminder)["fm@partei.example"].Body; !strings.Contains(body, "https://fragen.example/zugang/") {
		t.Errorf("no link of its own:\n%s", body)
	}
	s.submitted("fm")
	got = s.tick("2026-12-18T18:00")
	reminded(t, got, "Noch 3 Tage", "gz")
	got = s.tick("2027-01-01T12:00") // the deadline for all is over, not that of ub
	reminded(t, got, "Noch 14 Tage", "fm", "gz", "ub")
	reminded(t, s.tick("2027-01-12T12:00"), "Noch 3 Tage", "gz", "ub")
	p = s.schedule()
	if n := p.Steps[0].Recipients(); n != 3 || len(p.Steps[0].Sent) != 2 || p.Steps[1].Recipients() != 2 || p.Steps[0].Missed != nil {
		t.Errorf("%d, %+v", n, p.Steps)
	}
	if d := p.Steps[0].Sent[0]; d.At.Format(time.RFC3339) != "2026-12-07T17:00:00Z" || d.By != "u1" || d.Recipients != 2 {
		t.Errorf("%+v", d)
	}
	if n := len(s.audited("reminder_step")); n != 4 {
		t.Errorf("%d entries", n)
	}
	if _, err := s.Send.PlanReminders(t.Context(), s.office, s.q, send.PlanReminders{Steps: []send.StepForm{s.atOnce()}}); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("a third by hand: %v", err)
	}
}

// Nobody is reminded whose letter is at work, who no longer stands, was not reached, or was asked after the instant.
// What the server was too late for by more than a day is not sent, and noted; less than a day is sent.
// An extension moves a step that has not gone; nobody gets one twice. What was missed goes at its new instant.
func TestPlanFaults(t *testing.T) {
	s := newSending(t)
	s.ready()
	for name, test := range map[string]struct {
		days []string
		want []string
	}{
		"twice":         {[]string{"7", "7"}, []string{"days-2 send.error.days_twice"}},
		"none":          {[]string{" ", "3"}, []string{"days-1 error.required"}},
		"no number":     {[]string{"bald"}, []string{"days-1 error.number"}},
		"nought":        {[]string{"0"}, []string{"days-1 error.number"}},
		"too many days": {[]string{"121"}, []string{"days-1 error.number"}},
		"in the past":   {[]string{"3", "29"}, []string{"days-2 send.error.step_past"}},
		"now":           {[]string{"29"}, []string{"days-1 send.error.step_past"}},
		"three":         {[]string{"1", "2", "3"}, []string{"days-1 send.error.reminders_full"}},
	} {
		if got := testworld.FaultsOf(t, s.plan(test.days...)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	bad := s.step("3")
	bad.Body, bad.Subject = "Bitte {{datum}}", ""
	_, err := s.Send.PlanReminders(t.Context(), s.office, s.q, send.PlanReminders{Steps: []send.StepForm{s.step("7"), bad}, Revision: s.questionnaire().Revision})
	if got := testworld.FaultsOf(t, err); !slices.Contains(got, "subject-2 error.required") || !slices.Contains(got, "body-2 send.error.placeholder") {
		t.Errorf("%v", got)
	}
	revision := s.questionnaire().Revision
	for range 2 { // a double click
		if _, err := s.Send.PlanReminders(t.Context(), s.office, s.q, send.PlanReminders{Steps: []send.StepForm{s.step("7")}, Revision: revision}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Send.PlanReminders(t.Context(), s.second, s.q, send.PlanReminders{Steps: []send.StepForm{s.step("6")}, Revision: revision}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("somebody was faster: %v", err)
	}
	// what was in time when it was planned holds the dispatch when it is not any more
	s.clock.Set(time.Date(2026, 12, 15, 9, 0, 0, 0, time.UTC))
	if _, err := s.dispatch(s.office); testworld.KeyOf(err) != "send.error.not_ready" {
		t.Errorf("a step in the past: %v", err)
	}
	testworld.Must(t, s.plan())
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
}

// The dispatch approves the plan: a plan that changes voids what somebody asked for.
func TestDispatchApprovesThePlan(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.twoPersons()
	testworld.Must(t, s.plan("7"))
	if sent, err := s.dispatch(s.office); err != nil || sent {
		t.Fatal(sent, err)
	}
	testworld.Must(t, s.plan("6"))
	if sent, err := s.dispatch(s.second); err != nil || sent {
		t.Fatal("sent what nobody asked for", err)
	}
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	if p := s.schedule(); len(p.Steps) != 1 || p.Steps[0].Days != 6 || p.Steps[0].ConfirmedBy != "u1" {
		t.Errorf("%+v", p.Steps)
	}
}

// After the dispatch reminders are asked for by one and planned by another.
func TestPlanAfterTheDispatch(t *testing.T) {
	s := newSending(t)
	s.ready()
	s.twoPersons()
	testworld.Must(t, s.plan("7"))
	for _, actor := range []survey.Actor{s.office, s.second} {
		if _, err := s.dispatch(actor); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.planLater(s.office, "7"); !slices.Equal(testworld.FaultsOf(t, err), []string{"days-1 send.error.days_planned"}) {
		t.Errorf("the same day: %v", err)
	}
	if _, err := s.planLater(s.office, "5", "3"); testworld.KeyOf(err) != "send.error.reminders_full" {
		t.Errorf("three in all: %v", err)
	}
	for range 2 { // a double click
		if done, err := s.planLater(s.office, "3"); err != nil || done {
			t.Fatal(done, err)
		}
	}
	if _, err := s.planLater(s.second, "2"); testworld.KeyOf(err) != "send.error.plan_waits" {
		t.Errorf("another plan: %v", err)
	}
	waiting, err := s.Send.ReminderSchedule(t.Context(), s.admin, s.q, nil)
	if err != nil || len(waiting.New) != 1 || waiting.Waiting == nil || waiting.Own || waiting.New[0].Days != 3 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	confirm := send.PlanReminders{Seen: waiting.Digest}
	if _, err := s.Send.PlanReminders(t.Context(), s.second, s.q, send.PlanReminders{Seen: "another"}); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("unread: %v", err)
	}
	if got := s.tick("2026-12-18T18:00"); len(got["Noch 3 Tage"]) != 0 {
		t.Error("not approved, but sent")
	}
	s.clock.Set(sendStart)
	if done, err := s.Send.PlanReminders(t.Context(), s.admin, s.q, confirm); err != nil || !done {
		t.Fatal(done, err)
	}
	if _, err := s.Send.PlanReminders(t.Context(), s.second, s.q, confirm); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("decided already: %v", err)
	}
	p := s.schedule()
	if len(p.Steps) != 2 || p.Steps[1].ConfirmedBy != "u3" || p.Steps[1].Planned.By != "u1" || p.New != nil || p.Room != 0 {
		t.Errorf("%+v", p)
	}
	if len(s.audited("reminder_planned")) != 1 || len(s.audited("request_reminder")) != 1 {
		t.Error("not noted")
	}
}

// A reminder that goes at once needs two people where the dispatch does, and goes to exactly those both have seen.
func TestReminderAtOnceBySecondPerson(t *testing.T) {
	for name, test := range map[string]struct {
		between func(*sending)
		confirm func(*sending, send.PlanReminders) (bool, error) // nil: by the second coordinator
		want    string                                           // key of the error, "" it goes
		to      int
	}{
		"nothing changed": {to: 3},
		"by an administrator": {confirm: func(s *sending, cmd send.PlanReminders) (bool, error) {
			return s.Send.PlanReminders(t.Context(), s.admin, s.q, cmd)
		}, to: 3},
		"somebody has answered": {between: func(s *sending) { s.submitted("fm") }, want: "send.error.at_once_changed"},
		"somebody was asked": {between: func(s *sending) {
			r := s.respondent("zett")
			r.Procedure.Channel, r.AskedAt = survey.ChannelForm, s.clock.Now()
			s.put(func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
		}, want: "send.error.at_once_changed"},
		"all have answered": {between: func(s *sending) { s.submitted("fm"); s.submitted("gz"); s.submitted("ub") }, want: "send.error.all_submitted"},
		"taken back": {between: func(s *sending) {
			testworld.Must(t, s.Send.WithdrawApproval(t.Context(), s.office, s.q, survey.ActReminder, ""))
		}, want: "error.stale"},
		"the deadline is over": {between: func(s *sending) { s.clock.Set(s.questionnaire().Deadline.At) }, want: "error.phase.closed"},
		"twice": {confirm: func(s *sending, cmd send.PlanReminders) (bool, error) {
			if _, err := s.Send.PlanReminders(t.Context(), s.second, s.q, cmd); err != nil {
				t.Error(err)
			}
			return s.Send.PlanReminders(t.Context(), s.second, s.q, cmd)
		}, to: 3},
		"by two at once": {confirm: func(s *sending, cmd send.PlanReminders) (bool, error) {
			if done, err := s.Send.PlanReminders(t.Context(), s.admin, s.q, cmd); err != nil || !done {
				t.Error(done, err)
			}
			done, err := s.Send.PlanReminders(t.Context(), s.second, s.q, cmd)
			if testworld.KeyOf(err) != "error.stale" {
				t.Errorf("the later of two: %v", err)
			}
			return !done, nil
		}, to: 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSending(t)
			s.mustDispatch()
			s.twoPersons()
			for range 2 { // a double click
				if done, err := s.remindAs(s.office, s.atOnce()); err != nil || done {
					t.Fatal(done, err)
				}
			}
			if _, err := s.planLater(s.second, "2"); testworld.KeyOf(err) != "send.error.plan_waits" {
				t.Errorf("another reminder beside it: %v", err)
			}
			waiting, err := s.Send.ReminderSchedule(t.Context(), s.second, s.q, nil)
			testworld.Must(t, err)
			if len(s.mails(survey.MailReminder)) != 0 || len(waiting.New) != 1 || len(waiting.New[0].Moments[0].Respondents) != 3 || waiting.Waiting == nil || waiting.Outdated {
				t.Fatalf("%+v", waiting)
			}
			if test.between != nil {
				test.between(s)
			}
			if test.confirm == nil {
				test.confirm = func(s *sending, cmd send.PlanReminders) (bool, error) {
					return s.Send.PlanReminders(t.Context(), s.second, s.q, cmd)
				}
			}
			done, err := test.confirm(s, send.PlanReminders{Seen: waiting.Digest})
			if testworld.KeyOf(err) != test.want || done != (test.want == "") {
				t.Fatalf("%v, %v, want %q", done, err, test.want)
			}
			if n := len(s.mails(survey.MailReminder)); n != test.to {
				t.Errorf("%d mails, want %d", n, test.to)
			}
			if test.to == 0 {
				return
			}
			p, err := s.Send.ReminderPlan(t.Context(), s.office, s.q)
			if err != nil || p.SentName != "Person u1" || p.ConfirmedName == "" || p.Room != 1 || len(s.audited("reminder")) != 1 || len(s.questionnaire().Reminders) != 0 {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
}

// What two people saw of a reminder and no longer holds is asked for anew, by whoever of them sees it first.
func TestReminderAtOnceAskedForAnew(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	s.twoPersons()
	if done, err := s.remindAs(s.office, s.atOnce()); err != nil || done {
		t.Fatal(done, err)
	}
	s.submitted("fm")
	p, err := s.Send.ReminderSchedule(t.Context(), s.second, s.q, nil)
	testworld.Must(t, err)
	if !p.Outdated || len(p.New[0].Moments[0].Respondents) != 2 {
		t.Fatalf("%+v", p)
	}
	for _, one := range []struct {
		by   survey.Actor
		done bool
	}{{s.second, false}, {s.office, true}} {
		if done, err := s.Send.PlanReminders(t.Context(), one.by, s.q, send.PlanReminders{Seen: p.Digest}); err != nil || done != one.done {
			t.Fatal(done, err)
		}
	}
	if n := len(s.mails(survey.MailReminder)); n != 2 {
		t.Errorf("%d mails", n)
	}
}

// A reminder by hand can be stopped while its mails wait. Whoever did not get it can have it later, and one that nobody got was none.
func TestStopReminderByHand(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	text := s.remind()
	plan := func() send.ReminderPlan {
		p, err := s.Send.ReminderPlan(t.Context(), s.office, s.q)
		testworld.Must(t, err)
		return p
	}
	id := plan().Sent.ID
	first := s.mails(survey.MailReminder)["fm@partei.example"]
	testworld.Must(t, s.Send.RecordAttempt(t.Context(), first.Mail.ID, send.MailOutcome{Attempt: 1, Sent: true}))
	for range 2 { // a double click
		testworld.Must(t, s.Send.StopReminder(t.Context(), s.office, s.q, id))
	}
	if p := plan(); p.Sent.Recipients != 1 || len(p.Recipients) != 2 || len(s.mails(survey.MailReminder)) != 0 || len(s.audited("reminder_stopped")) != 1 {
		t.Errorf("%+v", p)
	}
	if done, err := s.remindAs(s.office, send.StepForm{Days: "0", Cover: text}); err != nil || !done {
		t.Fatal(done, err)
	}
	s.deliver()
	if p := plan(); p.Sent.Recipients != 3 || len(p.Recipients) != 0 || p.Room != 1 {
		t.Errorf("%+v", p)
	}
	if err := s.Send.StopReminder(t.Context(), s.admin, s.q, id); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("by an administrator: %v", err)
	}
	for name, id := range map[string]string{"an invitation": s.dispatches()[0].ID, "nothing": ""} {
		if err := s.Send.StopReminder(t.Context(), s.office, s.q, id); survey.CodeOf(err) != survey.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}

	none := newSending(t)
	none.mustDispatch()
	none.remind()
	p, err := none.Send.ReminderPlan(t.Context(), none.office, none.q)
	testworld.Must(t, err)
	testworld.Must(t, none.Send.StopReminder(t.Context(), none.office, none.q, p.Sent.ID))
	if p, err = none.Send.ReminderPlan(t.Context(), none.office, none.q); err != nil || p.Sent != nil || p.Room != survey.MaxReminders || len(p.Recipients) != 3 {
		t.Errorf("%+v, %v", p, err)
	}
	other := none.atOnce()
	other.Subject = "Anders"
	if done, err := none.remindAs(none.office, other); err != nil || !done {
		t.Error(done, err)
	}
}

// How many days before the deadline a reminder can still be planned for: none on the last day.
func TestMostDaysOfAPlan(t *testing.T) {
	for name, test := range map[string]struct {
		at      string
		planned string
		want    int
	}{
		"weeks before":        {"2026-11-23T10:00", "", 28},
		"what is planned":     {"2026-12-18T18:00", "2", 1},
		"a day and a minute":  {"2026-12-20T17:59", "", 1},
		"that one is planned": {"2026-12-20T17:59", "1", 0},
		"a day to the minute": {"2026-12-20T18:00", "", 0},
		"the last hour":       {"2026-12-21T17:00", "", 0},
	} {
		s := newSending(t)
		s.ready()
		if test.planned != "" {
			testworld.Must(t, s.plan(test.planned))
		}
		if sent, err := s.dispatch(s.office); err != nil || !sent {
			t.Fatal(err)
		}
		at, _ := survey.ParseInstant(test.at, "Europe/Berlin", "")
		s.clock.Set(at.At)
		if got := s.schedule().Most; got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
	s := newSending(t)
	q := s.questionnaire()
	q.Deadline = survey.Instant{}
	s.put(func(tx *survey.Tx) error { return tx.Questionnaires.Put(q) })
	if got := s.schedule().Most; got != 0 {
		t.Errorf("without a deadline: %d", got)
	}
	s = newSending(t)
	s.mustDispatch()
	if _, err := s.remindAs(s.office, s.atOnce(), s.step("3")); !slices.Equal(testworld.FaultsOf(t, err), []string{"days-1 send.error.at_once_alone"}) {
		t.Errorf("beside a planned one: %v", err)
	}
}

// A step can be stopped until it has gone, also while its mails wait. What nobody got makes room for another.
func TestStopReminder(t *testing.T) {
	s := newSending(t)
	s.ready()
	testworld.Must(t, s.plan("14", "3"))
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	stop := func(i int) error {
		return s.Send.StopReminder(t.Context(), s.office, s.q, s.questionnaire().Reminders[i].ID)
	}
	for range 2 { // a double click
		testworld.Must(t, stop(1))
	}
	if p := s.schedule(); p.Steps[1].Stopped == nil || p.Steps[1].StoppedName != "Person u1" || p.Room != 1 || len(s.audited("reminder_stopped")) != 1 {
		t.Errorf("%+v", p.Steps[1])
	}
	if done, err := s.planLater(s.office, "2"); err != nil || !done {
		t.Fatal(err)
	}
	s.tick("2026-12-07T18:00")
	sent := s.mails(survey.MailReminder)["fm@partei.example"]
	testworld.Must(t, s.Send.RecordAttempt(t.Context(), sent.Mail.ID, send.MailOutcome{Attempt: 1, Sent: true}))
	testworld.Must(t, stop(0)) // ub has not got it, and the mail to gz waits
	if n := len(s.mails(survey.MailReminder)); n != 0 {
		t.Errorf("%d mails wait", n)
	}
	if got := s.tick("2027-01-01T12:00"); slices.Contains(got["Noch 14 Tage"], "ub") {
		t.Error("stopped, but sent")
	}
	if p := s.schedule(); p.Room != 0 {
		t.Errorf("one that went counts: %d", p.Room)
	}
	s.tick("2026-12-19T18:00")
	s.tick("2027-01-13T12:00")
	s.deliver()
	if err := stop(2); testworld.KeyOf(err) != "send.error.step_gone" {
		t.Errorf("stopped after it went: %v", err)
	}
	if err := s.Send.StopReminder(t.Context(), s.office, s.q, "anything"); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("a foreign id: %v", err)
	}
}

// A reminder that was stopped while all its mails waited went to nobody: it takes no place of another.
func TestAStepThatReachedNobodyTakesNoPlace(t *testing.T) {
	s := newSending(t)
	s.ready()
	testworld.Must(t, s.plan("14"))
	if sent, err := s.dispatch(s.office); err != nil || !sent {
		t.Fatal(err)
	}
	s.tick("2026-12-07T18:00")
	if p := s.schedule(); p.Room != 1 || p.Steps[0].Recipients() == 0 {
		t.Fatalf("%d, %+v", p.Room, p.Steps[0])
	}
	testworld.Must(t, s.Send.StopReminder(t.Context(), s.office, s.q, s.questionnaire().Reminders[0].ID))
	if p := s.schedule(); p.Room != survey.MaxReminders || p.Steps[0].Recipients() != 0 {
		t.Errorf("%d places, %d have got it", p.Room, p.Steps[0].Recipients())
	}
}

// Whoever stops while the program sends finds a step gone whole or not at all.
func TestWhoMayPlanReminders(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	for name, act := range map[string]func(survey.Actor) error{
		"plan": func(a survey.Actor) error {
			_, err := s.Send.PlanReminders(t.Context(), a, s.q, send.PlanReminders{})
			return err
		},
		"read": func(a survey.Actor) error {
			_, err := s.Send.ReminderSchedule(t.Context(), a, s.q, nil)
			return err
		},
		"stop": func(a survey.Actor) error { return s.Send.StopReminder(t.Context(), a, s.q, "x") },
	} {
		for _, actor := range []survey.Actor{{}, s.member, {Respondent: "r", Questionnaire: s.q}} {
			if err := act(actor); survey.CodeOf(err) != survey.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if err := s.Send.StopReminder(t.Context(), s.admin, s.q, "x"); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("an administrator stops: %v", err)
	}
}

// earlyDate gives ub a date of its own before that of all: 10 December, 12:00. A step of 14 days has its instant on 26 November for it.
// A step planned after the dispatch goes to nobody whose instant was over when it was approved, and misses nobody of them.
// A step that went and is planned anew goes to nobody a second time.
