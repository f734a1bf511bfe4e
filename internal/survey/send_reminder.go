package survey

import (
	"context"
	"slices"
)

// ReminderPlan is the page of the reminder: who gets it, who does not and why, and what was sent.
type ReminderPlan struct {
	Questionnaire Questionnaire
	Recipients    []Respondent // asked by mail, in our form or without, nothing came back; once sent, those who have not had it
	Submitted     int
	Over          []Respondent // nothing came back either, but their own date is over
	Unreached     []Respondent // nothing came back either, but nothing can be delivered
	Sent          *Dispatch    // the one reminder, once sent
	Language      string       // of its text
	SentName      string
	SentMails     []Mail // its mails, the oldest first
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
		if !r.getsMail() {
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
		case !s.now().Before(r.DueAt(p.Questionnaire).At):
			p.Over = append(p.Over, r)
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
			p.SentName = nameOfUser(tx, d.By)
		}
	}
	if p.Sent == nil {
		return p, nil
	}
	mails, err := mailsOf(tx, questionnaire)
	for _, m := range mails {
		if m.Dispatch != p.Sent.ID {
			continue
		}
		p.SentMails, p.Language = append(p.SentMails, m), m.Language
		if m.State != MailRevoked {
			p.Recipients = slices.DeleteFunc(p.Recipients, func(r Respondent) bool { return r.ID == m.Respondent })
		}
	}
	return p, err
}

// SendReminder sends one text to everybody who was asked by mail and has not answered, those who answer in our form with a
// link of their own each, in one transaction. There is one reminder: another text is a Conflict, the same one a double click.
func (s *Service) SendReminder(ctx context.Context, actor Actor, questionnaire string, text Cover) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	checkLetter(&faults, &text)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		p, err := s.reminderPlan(tx, questionnaire)
		if err != nil {
			return err
		}
		switch {
		case p.Sent != nil && p.Sent.Subject == text.Subject && p.Sent.Body == text.Body:
			return nil
		case p.Sent != nil:
			return Fail(Conflict, "send.error.reminded")
		case p.Questionnaire.Phase(s.now()) != PhaseOpen:
			return s.inPhase(p.Questionnaire, PhaseOpen)
		case len(p.Recipients) == 0:
			return Fail(Conflict, "send.error.all_submitted")
		}
		d := Dispatch{Questionnaire: p.Questionnaire.ID, ID: NewID(), Kind: MailReminder, Subject: text.Subject, Body: text.Body, At: s.now(), By: actor.who()}
		return s.remind(tx, actor, p, d, text.Language)
	})
}

// RemindLate sends the one reminder, in its stored words, to those who could have it now and have not had it: they were
// invited late, or could not be reached. A double click finds nobody and changes nothing.
func (s *Service) RemindLate(ctx context.Context, actor Actor, questionnaire string) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		p, err := s.reminderPlan(tx, questionnaire)
		switch {
		case err != nil:
			return err
		case p.Sent == nil:
			return Fail(Conflict, "send.error.not_reminded")
		case p.Questionnaire.Phase(s.now()) != PhaseOpen:
			return s.inPhase(p.Questionnaire, PhaseOpen)
		case len(p.Recipients) == 0:
			return nil
		}
		return s.remind(tx, actor, p, *p.Sent, p.Language)
	})
}

// remind sends the reminder d to the recipients of the plan.
func (s *Service) remind(tx *Tx, actor Actor, p ReminderPlan, d Dispatch, lang string) error {
	h, err := loadLetterhead(tx, p.Questionnaire)
	if err != nil {
		return err
	}
	for _, r := range p.Recipients {
		if err := s.sendLetter(tx, h, &d, r, Cover{Subject: d.Subject, Body: d.Body, Language: lang}); err != nil {
			return err
		}
	}
	if err := tx.Dispatches.Put(d); err != nil {
		return err
	}
	return s.audit(tx, actor, "reminder", p.Questionnaire.ID)
}
