package send

import (
	"context"
	"errors"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// reminderGrace is how late a planned reminder may go: after that it is missed.
const reminderGrace = 24 * time.Hour

// dueStep is a planned reminder whose instant has come for some.
type dueStep struct {
	survey.ReminderStep
	to     []survey.Respondent
	missed []survey.RespondentID
}

// dueSteps are the planned reminders that go now, to all from whom nothing has come and who have not got them. Nobody gets one
// whose instant was before it was asked, or before the step was approved. What is over by more than a day, or past the respondent's own date, is missed.
func (s *Service) dueSteps(tx *survey.Tx, q survey.Questionnaire) (list []dueStep, err error) {
	now := s.At(tx)
	if q.Imported || q.DispatchedAt.IsZero() || !slices.ContainsFunc(q.Reminders, func(step survey.ReminderStep) bool { return step.Stopped == nil }) {
		return nil, nil
	}
	respondents, err := survey.Collect(tx.Respondents.List(survey.In(q.ID)))
	if err != nil {
		return nil, err
	}
	sent, err := remindersSent(tx, q.ID)
	if err != nil {
		return nil, err
	}
	letters, err := survey.LettersAtWork(tx, q.ID)
	if err != nil {
		return nil, err
	}
	for _, step := range q.Reminders {
		if step.Stopped != nil {
			continue
		}
		due := dueStep{ReminderStep: step}
		for _, r := range respondents {
			at := step.At(r.DueAt(q))
			if at.After(now) || !at.After(r.AskedAt) || !at.After(step.ApprovedAt) {
				continue
			}
			why, err := s.notReminded(tx, q, letters, r)
			if err != nil {
				return nil, err
			}
			over := why == reminderOver
			if why != "" && !over {
				continue
			}
			mails, err := mailsTo(tx, r)
			if err != nil {
				return nil, err
			}
			done := slices.ContainsFunc(sent, func(d survey.Dispatch) bool {
				return d.Step == step.ID && (step.Missed(d, r.ID, r.DueAt(q)) ||
					slices.ContainsFunc(mails, func(m survey.Mail) bool { return m.Dispatch == d.ID }))
			})
			switch {
			case done:
			case over || now.Sub(at) > reminderGrace:
				due.missed = append(due.missed, r.ID)
			default:
				due.to = append(due.to, r)
			}
		}
		if len(due.to)+len(due.missed) > 0 {
			list = append(list, due)
		}
	}
	return list, nil
}

// SendPlanned queues the planned reminders whose instant has come, each step in a dispatch, and notes what was missed. Whoever runs the
// program calls it every minute. A fault of one questionnaire does not hold up the others.
func (s *Service) SendPlanned(ctx context.Context) error {
	var due []survey.QuestionnaireID
	var faults []error
	err := s.View(ctx, func(tx *survey.Tx) error {
		due, faults = nil, nil
		for q, err := range tx.Questionnaires.List("") {
			if survey.Damaged(err) {
				continue // the check names it
			}
			if err != nil {
				return err
			}
			steps, err := s.dueSteps(tx, q)
			switch {
			case err != nil:
				faults = append(faults, err)
			case len(steps) > 0:
				due = append(due, q.ID)
			}
		}
		return nil
	})
	faults = append(faults, err)
	for _, id := range due {
		faults = append(faults, s.Write(ctx, survey.Actor{}, func(tx *survey.Tx) error {
			q, err := tx.Questionnaire(id)
			if err != nil {
				return err
			}
			steps, err := s.dueSteps(tx, q)
			if err != nil || len(steps) == 0 {
				return err
			}
			h, err := loadLetterhead(tx, q)
			if err != nil {
				return err
			}
			for _, step := range steps {
				if err := s.sendStep(tx, h, step); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return errors.Join(faults...)
}

func (s *Service) sendStep(tx *survey.Tx, h letterhead, step dueStep) error {
	q := h.questionnaire
	d := survey.Dispatch{Questionnaire: q.ID, ID: survey.NewID(), Kind: survey.MailReminder, Subject: step.Text.Subject, Body: step.Text.Body,
		At: s.At(tx), By: step.Planned.By, ConfirmedBy: step.ConfirmedBy, Step: step.ID, Missed: step.missed}
	planner := survey.Actor{User: survey.User{ID: survey.UserID(step.Planned.By)}}
	for _, r := range step.to {
		if err := s.sendCover(tx, h, &d, r, step.Text); err != nil {
			return err
		}
	}
	if err := tx.Dispatches.Put(d); err != nil {
		return err
	}
	if d.Recipients > 0 {
		if err := s.Audit(tx, planner, "reminder_step", string(q.ID)); err != nil {
			return err
		}
	}
	if d.Missed == nil {
		return nil
	}
	return s.Audit(tx, planner, "reminder_missed", string(q.ID))
}
