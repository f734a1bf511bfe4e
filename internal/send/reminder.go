package send

import (
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// ReminderPlan is the page of the reminder: who gets it, who does not and why, and what was sent. Who no longer
// stands is left out of all of it.
type ReminderPlan struct {
	Questionnaire survey.Questionnaire
	Recipients    []survey.Respondent // asked by mail, in our form or without, nothing came back; once sent, those who have not had it
	Submitted     int
	Over          []survey.Respondent // nothing came back either, but their own date is over
	Unreached     []survey.Respondent // nothing came back either, but nothing can be delivered
	ByPost        []survey.Respondent // asked by letter, nothing came back: no mail goes to them
	Letters       []survey.Respondent // a letter came, and is being typed or waits for its check
	Room          int                 // reminders there may still be, planned or by hand
	Planned       bool                // a step is planned
	Sent          *survey.Dispatch    // the one reminder by hand, once sent
	Language      string              // of its text
	SentName      string
	ConfirmedName string
	SentMails     []survey.Mail // its mails, the oldest first; no copies
}

// ReminderPlan returns who would get the reminder now.
func (s *Service) ReminderPlan(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (p ReminderPlan, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return p, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		p, err = s.reminderPlan(tx, questionnaire)
		return err
	})
	return p, err
}

func (s *Service) reminderPlan(tx *survey.Tx, questionnaire survey.QuestionnaireID) (p ReminderPlan, err error) {
	q, err := tx.Questionnaire(questionnaire)
	if err != nil {
		return p, err
	}
	all, err := survey.RespondentsInOrder(tx, questionnaire)
	if err != nil {
		return p, err
	}
	return s.reminderOf(tx, q, all)
}

// Why a respondent gets no reminder.
const (
	reminderNotAsked  = "not_asked" // it is asked in its own form or not at all, or no longer stands
	reminderReturned  = "returned"  // something came from it
	reminderLetter    = "letter"    // a letter of it is being typed, or waits for its check
	reminderByPost    = "by_post"   // no mail goes to it
	reminderUnreached = "unreached"
	reminderOver      = "over" // its own date is over
)

// notReminded tells why a respondent gets no reminder now; "" it gets one.
func (s *Service) notReminded(tx *survey.Tx, q survey.Questionnaire, letters map[survey.RespondentID]bool, r survey.Respondent) (why string, err error) {
	if !r.GetsCover() {
		return reminderNotAsked, nil
	}
	why, err = s.settledWith(tx, q, letters, r)
	switch {
	case err != nil || why != "" && why != reminderOver:
		return why, err
	case r.ByPost():
		return reminderByPost, nil
	}
	mails, err := mailsTo(tx, r)
	if err != nil {
		return "", err
	}
	if r.AsDelivered(mails).NotReached != nil || r.Email == "" || r.AskedAt.IsZero() {
		return reminderUnreached, nil
	}
	return why, nil
}

// settledWith tells why there is nothing to remind a respondent of, however it is asked; "" there is. That is looked at again before a
// reminder that waits goes out.
func (s *Service) settledWith(tx *survey.Tx, q survey.Questionnaire, letters map[survey.RespondentID]bool, r survey.Respondent) (why string, err error) {
	if r.NotAsked != "" || r.Standing.Out() {
		return reminderNotAsked, nil
	}
	at, err := survey.ReturnedAt(tx, r)
	switch {
	case err != nil:
		return "", err
	case !at.IsZero():
		return reminderReturned, nil
	case letters[r.ID]:
		return reminderLetter, nil
	case !s.At(tx).Before(r.DueAt(q).At):
		return reminderOver, nil
	}
	return "", nil
}

// reminderOf is the plan for all respondents of a questionnaire.
func (s *Service) reminderOf(tx *survey.Tx, q survey.Questionnaire, all []survey.Respondent) (p ReminderPlan, err error) {
	p.Questionnaire = q
	letters, err := survey.LettersAtWork(tx, q.ID)
	if err != nil {
		return p, err
	}
	for _, r := range all {
		why, err := s.notReminded(tx, q, letters, r)
		if err != nil {
			return p, err
		}
		switch why {
		case reminderReturned:
			p.Submitted++
		case reminderLetter:
			p.Letters = append(p.Letters, r)
		case reminderByPost:
			p.ByPost = append(p.ByPost, r)
		case reminderUnreached:
			p.Unreached = append(p.Unreached, r)
		case reminderOver:
			p.Over = append(p.Over, r)
		case "":
			p.Recipients = append(p.Recipients, r)
		}
	}
	sent, err := remindersSent(tx, q.ID)
	if err != nil {
		return p, err
	}
	p.Room = room(q, sent)
	p.Planned = slices.ContainsFunc(q.Reminders, func(step survey.ReminderStep) bool { return step.Stopped == nil })
	for _, d := range sent {
		if byHand(d) {
			p.Sent = &d
			p.SentName, p.ConfirmedName = survey.NameOfUser(tx, d.By), survey.NameOfUser(tx, d.ConfirmedBy)
		}
	}
	if p.Sent == nil {
		return p, nil
	}
	mails, err := mailsOf(tx, q.ID)
	for _, m := range mails {
		if m.Dispatch != p.Sent.ID || m.Copy {
			continue
		}
		p.SentMails, p.Language = append(p.SentMails, m), m.Language
		if m.State != survey.MailRevoked {
			p.Recipients = slices.DeleteFunc(p.Recipients, func(r survey.Respondent) bool { return r.ID == m.Respondent })
		}
	}
	return p, err
}

// SentText is the text of the one sent by hand.
func (p ReminderPlan) SentText() survey.Cover {
	return survey.Cover{Subject: p.Sent.Subject, Body: p.Sent.Body, Language: p.Language}
}

// Waiting are the mails of the one sent by hand that wait to go out.
func (p ReminderPlan) Waiting() (list []survey.Mail) {
	for _, m := range p.SentMails {
		if m.State == survey.MailQueued {
			list = append(list, m)
		}
	}
	return list
}

// remind sends one text to the recipients of the plan, those who answer in our form with a link of their own each. It goes with the
// one sent by hand before, if there is one.
func (s *Service) remind(tx *survey.Tx, actor survey.Actor, p ReminderPlan, text survey.Cover, approval survey.Approval) (err error) {
	d := survey.Dispatch{Questionnaire: p.Questionnaire.ID, ID: survey.NewID(), Kind: survey.MailReminder, Subject: text.Subject, Body: text.Body, At: s.At(tx),
		By: approval.RequestedBy, ConfirmedBy: approval.ApprovedBy}
	if p.Sent != nil {
		if d, err = tx.Dispatches.Get(p.Sent.Key()); err != nil {
			return err
		}
	}
	h, err := loadLetterhead(tx, p.Questionnaire)
	if err != nil {
		return err
	}
	for _, r := range p.Recipients {
		if err := s.sendCover(tx, h, &d, r, text); err != nil {
			return err
		}
	}
	if err := tx.Dispatches.Put(d); err != nil {
		return err
	}
	return s.Audit(tx, actor, "reminder", string(p.Questionnaire.ID))
}

// stopByHand stops what waits of the reminder sent by hand in a dispatch. Whoever did not get it can have it later.
func (s *Service) stopByHand(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, dispatch string) error {
	d, err := tx.Dispatches.Get(survey.Dispatch{Questionnaire: q.ID, ID: dispatch}.Key())
	if err != nil {
		return err
	}
	if d.Kind != survey.MailReminder || d.Step != "" {
		return survey.Fail(survey.NotFound, "error.not_found")
	}
	mails, err := mailsOf(tx, q.ID)
	if err != nil {
		return err
	}
	mails = slices.DeleteFunc(mails, func(m survey.Mail) bool { return m.Dispatch != d.ID })
	waiting := ReminderPlan{SentMails: mails}.Waiting()
	switch {
	case len(waiting) == 0 && slices.ContainsFunc(mails, func(m survey.Mail) bool { return m.State == survey.MailRevoked }):
		return nil // a double click
	case len(waiting) == 0:
		return survey.Fail(survey.Conflict, "send.error.step_gone")
	}
	for _, m := range waiting {
		if err := survey.RevokeMail(tx, m.ID); err != nil {
			return err
		}
	}
	return s.Audit(tx, actor, "reminder_stopped", string(q.ID))
}
