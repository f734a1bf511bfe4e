package send

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

const maxReminderDays = 120

// StepForm is a planned reminder as typed.
type StepForm struct {
	Days string // 0: at once, by hand, once it is approved
	survey.Cover
}

// PlanReminders is the form of the planned reminders, and of the one that goes at once.
type PlanReminders struct {
	Steps    []StepForm // none: before the dispatch no reminder is planned, after it what waits for its second person is meant
	Revision int        // of the questionnaire, before the dispatch
	Seen     string     // ReminderSchedule.Digest of the page with the preview, after the dispatch
}

// plannedStep is what is approved of a step.
type plannedStep struct {
	Days int
	Text survey.Cover
}

// plannedContent is what reminders planned after the dispatch are approved for.
type plannedContent struct {
	Steps    []plannedStep
	Deadline survey.Instant
	Before   int                   // steps planned so far
	To       []survey.RespondentID `json:",omitempty"` // who gets the one that goes at once
}

func plannedSteps(steps []survey.ReminderStep) (list []plannedStep) {
	for _, step := range steps {
		list = append(list, plannedStep{step.Days, step.Text})
	}
	return list
}

// StepMoment is when a step goes to some respondents.
type StepMoment struct {
	At          time.Time
	Respondents []survey.Respondent
}

// StepPlan is a planned reminder with all that is known of it.
type StepPlan struct {
	survey.ReminderStep
	PlannedName, ConfirmedName, StoppedName string
	Moments                                 []StepMoment        // when it will go to those from whom nothing has come by then, the first first
	Without                                 []survey.Respondent // who does not get it, because its instant is before they were asked, or before it was approved
	Sent                                    []survey.Dispatch   // when it went, and to how many
	Missed                                  []survey.Respondent // to whom it did not go, because the instant was over by more than a day
	Stoppable                               bool
}

// Recipients counts who got the step.
func (p StepPlan) Recipients() (n int) {
	for _, d := range p.Sent {
		n += d.Recipients
	}
	return n
}

// waiting are the mails of the step that wait to go out.
func (p StepPlan) waiting(tx *survey.Tx) (list []survey.Mail, err error) {
	for _, d := range p.Sent {
		mails, err := mailsOf(tx, d.Questionnaire)
		if err != nil {
			return nil, err
		}
		for _, m := range mails {
			if m.Dispatch == d.ID && m.State == survey.MailQueued {
				list = append(list, m)
			}
		}
	}
	return list, nil
}

// ReminderSchedule is the planned reminders of a questionnaire, and those that are about to be planned.
type ReminderSchedule struct {
	Questionnaire       survey.Questionnaire
	Steps               []StepPlan
	ByPost              []survey.Respondent // asked by letter: no mail goes to them
	Room                int                 // reminders that may still be planned or sent by hand
	Most                int                 // days before the deadline a step can still be planned for; 0: none
	New                 []StepPlan          // as typed, or those that wait for their second person
	Digest              string              // of New after the dispatch; PlanReminders wants it back
	survey.SecondPerson                     // after the dispatch

	now *ReminderPlan // of the one in New that goes at once; nil: none does
}

// cleanSteps cleans the typed steps and notes their faults, each with the number of its step: days-1. The one that goes first is first.
func cleanSteps(f *survey.Faults, typed []StepForm) (steps []survey.ReminderStep) {
	if len(typed) > survey.MaxReminders {
		f.Add("days-1", "send.error.reminders_full")
		return nil
	}
	for i, one := range typed {
		n := "-" + strconv.Itoa(i+1)
		if strings.TrimSpace(one.Days) == "" {
			f.Add("days"+n, "error.required")
		}
		step := survey.ReminderStep{Days: f.Whole("days"+n, one.Days, 0, maxReminderDays), Text: one.Cover}
		if step.Days > 0 && slices.ContainsFunc(steps, func(o survey.ReminderStep) bool { return o.Days == step.Days }) {
			f.Add("days"+n, "send.error.days_twice")
		}
		var faults survey.Faults
		cleanCover(&faults, &step.Text)
		for _, fault := range faults {
			f.Add(fault.Field+n, fault.Key, fault.Args...)
		}
		steps = append(steps, step)
	}
	if i := slices.IndexFunc(steps, survey.ReminderStep.AtOnce); i >= 0 && len(steps) > 1 && len(*f) == 0 {
		f.Add("days-"+strconv.Itoa(i+1), "send.error.at_once_alone")
	}
	return steps
}

// inTime notes the steps that cannot go any more to whoever has the deadline, and those that would go with one that is planned. typed are
// the steps in the order of the form.
func inTime(f *survey.Faults, q survey.Questionnaire, typed []StepForm, steps []survey.ReminderStep, now time.Time) {
	for _, step := range steps {
		i := slices.IndexFunc(typed, func(o StepForm) bool { n, _ := survey.Number(o.Days); return n == step.Days })
		switch at := step.At(q.Deadline); {
		case step.AtOnce():
			if q.DispatchedAt.IsZero() {
				f.Add("days-"+strconv.Itoa(i+1), "error.number", "Min", 1, "Max", maxReminderDays)
			}
		case q.Deadline.IsZero():
			f.Add("days-"+strconv.Itoa(i+1), "send.error.plan_deadline")
		case !at.After(now):
			f.Add("days-"+strconv.Itoa(i+1), "send.error.step_past")
		case !q.DispatchedAt.IsZero() && planned(q, step.Days):
			f.Add("days-"+strconv.Itoa(i+1), "send.error.days_planned")
		}
	}
}

// planned tells whether a step of so many days is planned.
func planned(q survey.Questionnaire, days int) bool {
	return slices.ContainsFunc(q.Reminders, func(o survey.ReminderStep) bool { return o.Stopped == nil && o.Days == days })
}

// mostDays is the most days before the deadline a step can still be planned for, 0 none.
func mostDays(q survey.Questionnaire, now time.Time) int {
	for days := maxReminderDays; days > 0 && !q.Deadline.IsZero(); days-- {
		if (survey.ReminderStep{Days: days}).At(q.Deadline).After(now) && (q.DispatchedAt.IsZero() || !planned(q, days)) {
			return days
		}
	}
	return 0
}

// atOnce tells what hinders a reminder that goes at once, "" nothing does.
func (p ReminderPlan) atOnce(text survey.Cover) string {
	switch {
	case p.Sent != nil && p.SentText() != text:
		return "send.error.reminded"
	case len(p.Recipients) == 0:
		return "send.error.all_submitted"
	}
	return ""
}

// ReminderSchedule returns the planned reminders, and what the typed ones would do. Without any they are those that wait for their second
// person. What breaks a rule is Invalid, with the schedule as it is without them.
func (s *Service) ReminderSchedule(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, typed []StepForm) (p ReminderSchedule, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return p, err
	}
	var faults survey.Faults
	steps := cleanSteps(&faults, typed)
	err = s.View(ctx, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if len(faults) == 0 {
			inTime(&faults, q, typed, steps, s.At(tx))
		}
		if len(faults) > 0 {
			steps = nil
		}
		if p, _, err = s.schedule(tx, actor, q, steps); err != nil || p.now == nil || len(steps) == 0 {
			return err
		}
		if key := p.now.atOnce(steps[0].Text); key != "" {
			faults.Add("days-1", key)
		}
		return nil
	})
	return p, cmp.Or(err, faults.Err())
}

func (s *Service) schedule(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, steps []survey.ReminderStep) (p ReminderSchedule, content plannedContent, err error) {
	p.Questionnaire = q
	sent, err := remindersSent(tx, q.ID)
	if err != nil {
		return p, content, err
	}
	p.Room, p.Most = room(q, sent), mostDays(q, s.At(tx))
	all, err := survey.RespondentsInOrder(tx, q.ID)
	if err != nil {
		return p, content, err
	}
	for _, r := range all {
		if r.ByPost() && !r.Standing.Out() {
			p.ByPost = append(p.ByPost, r)
		}
	}
	asked := all
	all = slices.DeleteFunc(slices.Clone(all), func(r survey.Respondent) bool { return !r.GetsMail() || r.Standing.Out() })
	for _, step := range q.Reminders {
		plan := s.stepPlan(tx, q, all, step, step.ApprovedAt, sent)
		if step.Stopped == nil && len(plan.Sent) > 0 && !plan.Stoppable {
			waiting, err := plan.waiting(tx)
			if err != nil {
				return p, content, err
			}
			plan.Stoppable = len(waiting) > 0
		}
		p.Steps = append(p.Steps, plan)
	}
	if q.DispatchedAt.IsZero() {
		for _, step := range firstFirst(steps) {
			p.New = append(p.New, s.stepPlan(tx, q, all, step, s.At(tx), nil))
		}
		return p, content, nil
	}
	if steps == nil {
		waiting, err := survey.WaitingApproval(tx, q.ID, survey.ActReminder, "")
		if err != nil || waiting == nil {
			return p, content, err
		}
		steps = q.NewReminders
	}
	steps = firstFirst(steps)
	content = plannedContent{Steps: plannedSteps(steps), Deadline: q.Deadline, Before: len(q.Reminders)}
	for _, step := range steps {
		if !step.AtOnce() {
			p.New = append(p.New, s.stepPlan(tx, q, all, step, s.At(tx), nil))
			continue
		}
		now, err := s.reminderOf(tx, q, asked)
		if err != nil {
			return p, content, err
		}
		plan := StepPlan{ReminderStep: step, PlannedName: survey.NameOfUser(tx, step.Planned.By)}
		if now.Recipients != nil {
			plan.Moments = []StepMoment{{At: s.At(tx), Respondents: now.Recipients}}
		}
		for _, r := range now.Recipients {
			content.To = append(content.To, r.ID)
		}
		p.New, p.now = append(p.New, plan), &now
	}
	if p.Digest, err = survey.ContentDigest(content); err != nil {
		return p, content, err
	}
	p.SecondPerson, err = s.SecondPerson(tx, actor, q.ID, survey.ActReminder, "", p.Digest)
	return p, content, err
}

func firstFirst(steps []survey.ReminderStep) []survey.ReminderStep {
	return slices.SortedStableFunc(slices.Values(steps), func(a, b survey.ReminderStep) int { return cmp.Compare(b.Days, a.Days) })
}

// remindersSent are the reminders of a questionnaire that went, the oldest first, planned ones and the one by hand. Their recipients are
// those to whom they went indeed (survey.Told), not those whose mails were queued.
func remindersSent(tx *survey.Tx, questionnaire survey.QuestionnaireID) (list []survey.Dispatch, err error) {
	for d, err := range tx.Dispatches.List(survey.In(questionnaire)) {
		if err != nil {
			return nil, err
		}
		if d.Kind == survey.MailReminder {
			list = append(list, d)
		}
	}
	if list == nil {
		return nil, nil
	}
	mails, err := mailsOf(tx, questionnaire)
	for i := range list {
		list[i].Recipients, _ = survey.Told(mails, list[i].ID)
	}
	return list, err
}

// room is how many reminders there may still be. One that was stopped before anybody got it does not count, planned or by hand.
func room(q survey.Questionnaire, sent []survey.Dispatch) int {
	n := survey.MaxReminders
	for _, step := range q.Reminders {
		if step.Stopped == nil || slices.ContainsFunc(sent, func(d survey.Dispatch) bool { return d.Step == step.ID && d.Recipients > 0 }) {
			n--
		}
	}
	if slices.ContainsFunc(sent, byHand) {
		n--
	}
	return n
}

// byHand tells whether a reminder went by hand, and to anybody.
func byHand(d survey.Dispatch) bool { return d.Step == "" && d.Recipients > 0 }

// stepPlan is what is known of a step. approved is when it was approved; now, when it still has to be.
func (s *Service) stepPlan(tx *survey.Tx, q survey.Questionnaire, all []survey.Respondent, step survey.ReminderStep, approved time.Time, sent []survey.Dispatch) StepPlan {
	p := StepPlan{ReminderStep: step, PlannedName: survey.NameOfUser(tx, step.Planned.By), ConfirmedName: survey.NameOfUser(tx, step.ConfirmedBy)}
	if step.Stopped != nil {
		p.StoppedName = survey.NameOfUser(tx, step.Stopped.By)
	}
	for _, d := range sent {
		if d.Step == step.ID && step.ID != "" {
			if d.Recipients > 0 {
				p.Sent = append(p.Sent, d)
			}
			for _, r := range all {
				if step.Missed(d, r.ID, r.DueAt(q)) {
					p.Missed = append(p.Missed, r)
				}
			}
		}
	}
	for _, r := range all {
		due := r.DueAt(q)
		at, asked := step.At(due), r.AskedAt
		if asked.IsZero() { // it is asked now at the earliest
			asked = s.At(tx)
		}
		switch {
		case due.IsZero():
		case !at.After(asked) || !at.After(approved):
			p.Without = append(p.Without, r)
		case at.After(s.At(tx)):
			i := slices.IndexFunc(p.Moments, func(m StepMoment) bool { return m.At.Equal(at) })
			if i < 0 {
				i, p.Moments = len(p.Moments), append(p.Moments, StepMoment{At: at})
			}
			p.Moments[i].Respondents = append(p.Moments[i].Respondents, r)
		}
	}
	slices.SortStableFunc(p.Moments, func(a, b StepMoment) int { return a.At.Compare(b.At) })
	p.Stoppable = step.Stopped == nil && len(p.Moments) > 0
	return p
}

// PlanReminders plans the reminders. Before the dispatch they take the place of those planned so far, and the dispatch approves them.
// After it they are added under the two-person rule of the dispatch: the first call notes the request and returns done false, the call
// of the second person plans them. One that goes at once is sent then, to exactly those the approval names: there is one such text, and
// who can have it later gets it in the same words, asked for alike. At most two reminders are planned or sent by hand in all. What is
// planned or sent so already changes nothing.
func (s *Service) PlanReminders(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd PlanReminders) (done bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	var faults survey.Faults
	steps := cleanSteps(&faults, cmd.Steps)
	if err := faults.Err(); err != nil {
		return false, err
	}
	for i := range steps {
		steps[i].ID = survey.NewID()
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		done = false
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		now := survey.Noted{At: s.At(tx), By: actor.Who()}
		planned := slices.Clone(steps)
		for i := range planned {
			planned[i].Planned = now
		}
		var faults survey.Faults
		if q.DispatchedAt.IsZero() && !q.Imported {
			done = true
			if err := actor.Require(survey.RoleCoordinator); err != nil {
				return err
			}
			planned = firstFirst(planned)
			if survey.Same(plannedSteps(q.Reminders), plannedSteps(planned)) {
				return nil // a double click
			}
			if inTime(&faults, q, cmd.Steps, planned, s.At(tx)); len(faults) > 0 {
				return faults.Err()
			}
			if q.Revision != cmd.Revision {
				return survey.Stale()
			}
			q.Reminders, q.Revision = planned, q.Revision+1
			return tx.Questionnaires.Put(q)
		}
		if err := q.InPhase(s.At(tx), survey.PhaseOpen); err != nil {
			return err
		}
		if n := len(q.Reminders); n > 0 && len(planned) > 0 && q.Reminders[n-1].Stopped == nil &&
			survey.Same(plannedSteps(q.Reminders[max(0, n-len(planned)):]), plannedSteps(firstFirst(planned))) {
			done = true
			return nil // a double click
		}
		p, content, err := s.schedule(tx, actor, q, planned)
		switch {
		case err != nil:
			return err
		case len(p.New) == 0: // what waited has been decided, or taken back
			approval, err := tx.Approvals.Get(survey.Approval{Questionnaire: q.ID, Act: survey.ActReminder}.Key())
			if err != nil && !survey.IsNotFound(err) {
				return err
			}
			if done = approval.ApprovedBy == actor.Who() && approval.Digest == cmd.Seen; done {
				return nil // a double click
			}
			return survey.Stale()
		case p.now != nil && p.now.Sent != nil && len(p.now.Recipients) == 0 && p.now.SentText() == p.New[0].Text:
			done = true
			return nil // a double click
		case p.now != nil && p.now.atOnce(p.New[0].Text) != "":
			return survey.Fail(survey.Conflict, p.now.atOnce(p.New[0].Text))
		case len(p.New) > p.Room && (p.now == nil || p.now.Sent == nil):
			return survey.Fail(survey.Conflict, "send.error.reminders_full")
		case cmd.Steps != nil && p.Waiting != nil && p.Outdated: // somebody asked for others, or for these before the deadline moved
			return survey.Fail(survey.Conflict, "send.error.plan_waits")
		}
		add := make([]survey.ReminderStep, 0, len(p.New))
		for _, step := range p.New {
			add = append(add, step.ReminderStep)
		}
		if inTime(&faults, q, cmd.Steps, add, s.At(tx)); len(faults) > 0 {
			if cmd.Steps == nil { // it waited too long
				return survey.Fail(survey.Conflict, "send.error.plan_past")
			}
			return faults.Err()
		}
		if p.Digest != cmd.Seen && p.now != nil {
			return survey.Fail(survey.Conflict, "send.error.at_once_changed")
		}
		if p.Digest != cmd.Seen {
			return survey.Stale()
		}
		var approval survey.Approval
		if done, approval, err = s.Approve(tx, actor, q.ID, survey.ActReminder, "", content); err != nil {
			return survey.AskedBefore(err)
		}
		q.Revision++
		if !done {
			q.NewReminders = add
			return tx.Questionnaires.Put(q)
		}
		if p.now != nil {
			q.NewReminders = nil
			if err := tx.Questionnaires.Put(q); err != nil {
				return err
			}
			return s.remind(tx, actor, *p.now, add[0].Text, approval)
		}
		for i := range add {
			add[i].ConfirmedBy, add[i].ApprovedAt = approval.ApprovedBy, s.At(tx)
		}
		q.Reminders, q.NewReminders = append(q.Reminders[:len(q.Reminders):len(q.Reminders)], add...), nil
		if err := tx.Questionnaires.Put(q); err != nil {
			return err
		}
		return s.Audit(tx, actor, "reminder_planned", string(q.ID))
	})
	return done, err
}

// StopReminder stops a planned reminder: it goes to nobody who has not got it yet, also where its mail waits to go out. A second click
// changes nothing. It is a Conflict once it has gone to all. With the id of a dispatch by hand it stops the mails of that one that wait.
func (s *Service) StopReminder(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, id string) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if q.DispatchedAt.IsZero() {
			return q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed)
		}
		i := slices.IndexFunc(q.Reminders, func(step survey.ReminderStep) bool { return step.ID == id })
		if i < 0 {
			return s.stopByHand(tx, actor, q, id)
		}
		if q.Reminders[i].Stopped != nil {
			return nil
		}
		p, _, err := s.schedule(tx, actor, q, nil)
		if err != nil {
			return err
		}
		if !p.Steps[i].Stoppable {
			return survey.Fail(survey.Conflict, "send.error.step_gone")
		}
		mails, err := p.Steps[i].waiting(tx)
		if err != nil {
			return err
		}
		for _, m := range mails {
			if err := survey.RevokeMail(tx, m.ID); err != nil {
				return err
			}
		}
		q.Reminders = slices.Clone(q.Reminders)
		q.Reminders[i].Stopped, q.Revision = &survey.Noted{At: s.At(tx), By: actor.Who()}, q.Revision+1
		if err := tx.Questionnaires.Put(q); err != nil {
			return err
		}
		return s.Audit(tx, actor, "reminder_stopped", string(q.ID))
	})
}
