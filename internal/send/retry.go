package send

import (
	"cmp"
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// RetryMail puts a mail that failed, or waits for its next attempt, back to the front. It is due now, and the time to give up
// starts again. What failed goes to the respondent's address of now, who is no longer marked as not reached. A mail that was sent
// or revoked, or that reminds of what is over, is a Conflict: it needs a new mail, or none. A code is the party's own, so NotFound.
func (s *Service) RetryMail(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, id string) error {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		m, err := mailOf(tx, questionnaire, id)
		if err != nil {
			return err
		}
		if m.State != survey.MailQueued && m.State != survey.MailFailed {
			return survey.Fail(survey.Conflict, "error.mail.state")
		}
		if err := s.notSettled(tx, m); err != nil {
			return err
		}
		if err := s.retry(tx, actor, m); err != nil {
			return err
		}
		return s.Audit(tx, actor, "retry_mail", m.ID)
	})
}

// RetryFailed puts all mails of a questionnaire that could not be delivered back to the front, as RetryMail does, and returns
// how many they were: see OutboxPage.Undelivered.
func (s *Service) RetryFailed(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (retried int, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return 0, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		list, err := s.undelivered(tx, questionnaire)
		if retried = len(list); err != nil || retried == 0 {
			return err
		}
		for _, m := range list {
			if err := s.retry(tx, actor, m); err != nil {
				return err
			}
		}
		return s.Audit(tx, actor, "retry_mails", string(questionnaire))
	})
	return retried, err
}

// undelivered are the mails of a questionnaire that failed for good and are worth another try: no later one of its kind took
// its place, its respondent has not been given up, and it does not remind of what is over.
func (s *Service) undelivered(tx *survey.Tx, questionnaire survey.QuestionnaireID) (list []survey.Mail, err error) {
	failed, err := survey.Collect(tx.Mails.By(survey.MailUndelivered).List(survey.Exact(string(questionnaire))))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(failed, func(a, b survey.Mail) int { return cmp.Compare(a.Respondent, b.Respondent) })
	var r survey.Respondent
	var t traffic
	for i, m := range failed {
		if i == 0 || m.Respondent != failed[i-1].Respondent {
			if r, err = tx.Respondent(questionnaire, m.Respondent); err != nil && !survey.IsNotFound(err) {
				return nil, err
			}
			if t.mails, err = mailsTo(tx, r); err != nil {
				return nil, err
			}
		}
		at := slices.IndexFunc(t.mails, func(o survey.Mail) bool { return o.ID == m.ID })
		if r.NotReached != nil || at >= 0 && !t.undelivered(at) {
			continue
		}
		over, err := s.settled(tx, m)
		if err != nil {
			return nil, err
		}
		if !over {
			list = append(list, m)
		}
	}
	return list, nil
}

// notSettled returns Conflict for a reminder of what is over, and for what no longer goes by mail.
func (s *Service) notSettled(tx *survey.Tx, m survey.Mail) error {
	over, err := s.settled(tx, m)
	if err == nil && over {
		err = survey.Fail(survey.Conflict, "send.error.reminder_over")
		if m.Kind != survey.MailReminder {
			err = survey.Fail(survey.Conflict, "send.error.by_post_now")
		}
	}
	return err
}

func (s *Service) retry(tx *survey.Tx, actor survey.Actor, old survey.Mail) error {
	m, err := old.Written(tx)
	if err != nil {
		return err
	}
	if err := s.bringUpToDate(tx, actor, &m); err != nil {
		return err
	}
	m.State = survey.MailQueued
	if err := tx.Outbox.Put(survey.OutboxEntry{Mail: m.ID, Urgency: m.Urgency(), DueAt: s.At(tx), Since: s.At(tx)}); err != nil {
		return err
	}
	return survey.PutMail(tx, m)
}

// bringUpToDate addresses a mail that failed to where the respondent is reached now, unless the office had sent it elsewhere. It
// writes the mail anew if the date it tells was moved since. A mail that waits has been replaced then.
func (s *Service) bringUpToDate(tx *survey.Tx, actor survey.Actor, m *survey.WrittenMail) error {
	if m.State != survey.MailFailed || !m.Kind.ToAll() || m.Respondent == "" {
		return nil
	}
	q, err := tx.Questionnaire(m.Questionnaire)
	if err != nil {
		return err
	}
	r, err := tx.Respondent(m.Questionnaire, m.Respondent)
	if err != nil {
		return err
	}
	if m.Copy && m.To == r.Email { // it is the first now
		m.Copy, m.Frame = false, ""
	}
	if r.Email != "" && r.Email != m.To && !m.Aside && !m.Copy {
		m.To, m.Reply = r.Email, "" // what a server said was about the old address
	}
	if !m.Kind.Asks() {
		return nil
	}
	if !m.Copy {
		if err := s.reachedAgain(tx, actor, &r); err != nil {
			return err
		}
	}
	if !movedSince(r, q, m.CreatedAt) {
		return nil
	}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return err
	}
	return s.rewrite(tx, h, r, m)
}
