package survey

import (
	"context"
	"time"
)

// returnedAt tells when something came back from a respondent: when it last submitted in our form, or when the first
// checked transcription of its letter took effect. Zero: nothing yet. What a party saves before it submits is its own and
// is not looked at.
func returnedAt(tx *Tx, r Respondent) (at time.Time, by Provenance, err error) {
	for sub, err := range tx.Submissions.List(r.Key() + "/") {
		if err != nil {
			return at, by, err
		}
		if sub.State == SubmissionConfirmed && sub.RequestedAt.After(at) {
			at, by = sub.RequestedAt, ByForm
		}
	}
	if !at.IsZero() {
		return at, by, nil
	}
	for v, err := range tx.Versions.List(r.Key() + "/") {
		if err != nil {
			return at, by, err
		}
		if at.IsZero() || v.CountsAt.Before(at) {
			at, by = v.CountsAt, v.Provenance
		}
	}
	return at, by, nil
}

// ReminderPlan is the page of the reminder: who gets it, who does not and why, and what was sent.
type ReminderPlan struct {
	Questionnaire Questionnaire
	Recipients    []Respondent // asked in our form, nothing submitted
	Submitted     int
	Unreached     []Respondent // nothing submitted either, but nothing can be delivered
	Sent          *Dispatch    // the one reminder, once sent
	SentName      string
}

// ReminderPlan returns who would get the reminder now.
func (s *Service) ReminderPlan(ctx context.Context, actor Actor, questionnaire string) (p ReminderPlan, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return p, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		p, err = s.reminderPlan(tx, questionnaire)
		return err
	})
	return p, err
}

func (s *Service) reminderPlan(tx *Tx, questionnaire string) (p ReminderPlan, err error) {
	if p.Questionnaire, err = tx.Questionnaires.Get(questionnaire); err != nil {
		return p, err
	}
	all, err := respondentsInOrder(tx, questionnaire)
	if err != nil {
		return p, err
	}
	for _, r := range all {
		if r.NotAsked != "" || r.Procedure.Channel != ChannelForm {
			continue
		}
		at, _, err := returnedAt(tx, r)
		switch {
		case err != nil:
			return p, err
		case !at.IsZero():
			p.Submitted++
		case r.NotReached != nil || r.Email == "" || r.AskedAt.IsZero():
			p.Unreached = append(p.Unreached, r)
		default:
			p.Recipients = append(p.Recipients, r)
		}
	}
	for d, err := range tx.Dispatches.List(questionnaire + "/") {
		if err != nil {
			return p, err
		}
		if d.Kind == MailReminder {
			p.Sent = &d
			if p.SentName, err = sentBy(tx, d.By); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

// SendReminder sends one text to everybody who was asked in our form and has not submitted, each with a link of its own,
// in one transaction. There is one reminder: a second call is a Conflict.
func (s *Service) SendReminder(ctx context.Context, actor Actor, questionnaire string, text Cover) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	faults.checkLetter(&text)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, func(tx *Tx) error {
		p, err := s.reminderPlan(tx, questionnaire)
		if err != nil {
			return err
		}
		q := p.Questionnaire
		if err := s.inPhase(q, PhaseOpen); err != nil {
			return err
		}
		switch {
		case p.Sent != nil:
			return Fail(Conflict, "send.error.reminded")
		case len(p.Recipients) == 0:
			return Fail(Conflict, "send.error.all_submitted")
		}
		h, err := loadLetterhead(tx, q)
		if err != nil {
			return err
		}
		d := Dispatch{Questionnaire: q.ID, ID: NewID(), Kind: MailReminder, Subject: text.Subject, Body: text.Body, At: s.now(), By: actor.who()}
		for _, r := range p.Recipients {
			if err := s.sendLetter(tx, h, &d, r, text); err != nil {
				return err
			}
		}
		if err := tx.Dispatches.Put(d); err != nil {
			return err
		}
		return s.audit(tx, actor, "reminder", q.ID)
	})
}
