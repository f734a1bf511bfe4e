package send

import (
	"context"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// rewrite writes a mail to a respondent anew as it would be sent now: its date may have moved since, and the calendar entry
// with it.
func (s *Service) rewrite(tx *survey.Tx, h letterhead, r survey.Respondent, m *survey.WrittenMail) (err error) {
	switch m.Kind {
	case survey.MailInvitation:
		err = s.renderCover(m, h.questionnaire.Cover, h, r)
	case survey.MailReminder:
		d, err := tx.Dispatches.Get(survey.In(m.Questionnaire) + m.Dispatch)
		if err != nil {
			return err
		}
		if err = s.renderCover(m, survey.Cover{Subject: d.Subject, Body: d.Body, Language: m.Language}, h, r); err != nil {
			return err
		}
	case survey.MailExtension:
		err = s.writeNewDate(tx, h, r, m)
	case survey.MailErratum:
		return nil // tells no date
	}
	if err != nil {
		return err
	}
	m.Calendar, err = s.deadlineEvent(tx, m.Language, h, r)
	return err
}

// sendAgain queues a mail of the kind of an old one, written anew, with a link of its own if the respondent answers in our
// form.
func (s *Service) sendAgain(tx *survey.Tx, h letterhead, r survey.Respondent, old survey.Mail, to string) (survey.WrittenMail, error) {
	fresh := survey.WrittenMail{Mail: survey.Mail{Kind: old.Kind, Questionnaire: old.Questionnaire, Respondent: old.Respondent, Dispatch: old.Dispatch, To: to,
		Copy: old.Copy, Aside: to != r.Email && !r.CopyTo(to), Alone: h.alone || old.Alone, Language: old.Language}}
	written, err := old.Written(tx)
	if err != nil {
		return fresh, err
	}
	place := survey.SecretPlace()
	fresh.SetText(old.Subject, strings.Join(written.Texts(), place), place)
	if err := s.rewrite(tx, h, r, &fresh); err != nil {
		return fresh, err
	}
	return s.enqueueTo(tx, r, fresh)
}

// replaceQueued stops the mails that wait to go out to respondents whose date has moved, and queues them anew with the new date. A
// mail about an earlier change is not queued anew: one about this change follows. The links of the stopped mails stay, because one
// of them may be on its way at this very moment.
func (s *Service) replaceQueued(tx *survey.Tx, h letterhead, concerned []survey.Respondent) error {
	mails, err := mailsOf(tx, h.questionnaire.ID)
	if err != nil {
		return err
	}
	for _, m := range mails {
		i := slices.IndexFunc(concerned, func(r survey.Respondent) bool { return r.ID == m.Respondent })
		if i < 0 || m.State != survey.MailQueued || !m.Kind.Asks() {
			continue
		}
		if err := survey.RevokeMail(tx, m.ID); err != nil {
			return err
		}
		if m.Kind == survey.MailExtension {
			continue
		}
		if _, err := s.sendAgain(tx, h, concerned[i], m, m.To); err != nil {
			return err
		}
	}
	return nil
}

// redirectQueued stops the mails to a respondent that wait to go to its old first address, or as copies to what is its first now, and
// queues them anew to that one, and to the old first where that is a copy now; but for those that have been sent there again already.
// As in replaceQueued the links of the stopped ones stay.
func (s *Service) redirectQueued(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, from string) error {
	mails, err := mailsTo(tx, r)
	if err != nil {
		return err
	}
	mails = slices.DeleteFunc(mails, func(m survey.Mail) bool { return !m.Kind.ToAll() })
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return err
	}
	again := func(m survey.Mail, to string) error {
		if slices.ContainsFunc(mails, func(o survey.Mail) bool {
			return o.To == to && o.Copy == (to != r.Email) && o.Kind == m.Kind && o.Dispatch == m.Dispatch && (o.State == survey.MailQueued || o.State == survey.MailSent)
		}) {
			return nil
		}
		fresh, err := s.sendAgain(tx, h, r, m, to)
		mails = append(mails, fresh.Mail)
		return err
	}
	for _, m := range slices.Clone(mails) {
		moved := m.To == from && !m.Copy && from != r.Email
		if m.State != survey.MailQueued || !moved && !(m.Copy && m.To == r.Email) {
			continue
		}
		if err := survey.RevokeMail(tx, m.ID); err != nil {
			return err
		}
		if err := again(m, r.Email); err != nil {
			return err
		}
		if moved && r.CopyTo(from) {
			if err := again(m, from); err != nil {
				return err
			}
		}
	}
	return nil
}

// movedSince tells whether the respondent's date was moved after an instant.
func movedSince(r survey.Respondent, q survey.Questionnaire, at time.Time) bool {
	changes := q.Extended
	if !r.Due.IsZero() {
		changes = r.DueChanges
	}
	return slices.ContainsFunc(changes, func(e survey.DateChange) bool { return e.At.After(at) })
}

// ResendMail is the form that sends a mail again.
type ResendMail struct {
	To     string
	Keep   bool // the address becomes the respondent's first, see SetAddress; of a copy it counts for nothing
	Revoke bool // the old link is revoked, and the old mail stopped if it has not gone out
}

// ResendMail sends a mail again to a corrected address, written anew with the date of now and a link of its own. It returns the id
// of the new mail. A party whose link goes to another address is told at its own one, unless that refused its mail. With Keep the address is changed too. Where
// the rule wants it, that is a request which waits for a second person (waits true). Whoever was marked as not reached is so no
// longer.
func (s *Service) ResendMail(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, id string, cmd ResendMail) (newID string, waits bool, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return "", false, err
	}
	var faults survey.Faults
	faults.Email("to", &cmd.To, true)
	if err := faults.Err(); err != nil {
		return "", false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		newID, waits = "", false
		old, err := mailOf(tx, questionnaire, id)
		if err != nil {
			return err
		}
		if !old.Kind.ToAll() {
			return survey.Fail(survey.Conflict, "send.error.resend_kind")
		}
		if err := s.notSettled(tx, old); err != nil {
			return err
		}
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if err := q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed); err != nil {
			return err
		}
		r, err := tx.Respondent(questionnaire, old.Respondent)
		if err != nil {
			return err
		}
		newID, waits, err = s.resend(tx, actor, q, r, old, cmd)
		return err
	})
	return newID, waits, err
}

// resend queues the new mail of ResendMail. It is Invalid to make an address the respondent's again that refused its mail.
func (s *Service) resend(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r survey.Respondent, old survey.Mail, cmd ResendMail) (newID string, waits bool, err error) {
	other := r.Email != cmd.To
	keep := other && cmd.Keep && !old.Copy
	if keep {
		mails, err := mailsTo(tx, r)
		if err != nil {
			return "", false, err
		}
		if survey.RefusedAt(mails, cmd.To) {
			return "", false, survey.Faults{{Field: "to", Key: "send.error.address_refused"}}.Err()
		}
	}
	if other && !r.CopyTo(cmd.To) && r.Procedure.Channel == survey.ChannelForm {
		if err := s.tellRespondent(tx, q, r, "notice_resent"); err != nil {
			return "", false, err
		}
	}
	if cmd.Revoke {
		if err := survey.RevokeMail(tx, old.ID); err != nil {
			return "", false, err
		}
		if _, err := s.revokeLinks(tx, q.ID, old.Respondent, old.ID); err != nil {
			return "", false, err
		}
	}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return "", false, err
	}
	h.alone = true
	then := r
	if keep { // it is to be the first
		then.Copies = slices.DeleteFunc(slices.Clone(r.Copies), func(address string) bool { return address == cmd.To })
	}
	fresh, err := s.sendAgain(tx, h, then, old, cmd.To)
	if err != nil {
		return "", false, err
	}
	if old.Kind.Asks() && !fresh.Copy {
		if err := s.reachedAgain(tx, actor, &r); err != nil {
			return "", false, err
		}
	}
	if keep { // after the new mail is there, so that the old one does not follow it
		done, err := s.changeAddress(tx, actor, q, &r, cmd.To, then.Copies)
		if err != nil {
			return "", false, err
		}
		waits = !done
	}
	return fresh.ID, waits, s.Audit(tx, actor, "resend_mail", old.ID)
}

// astray are the mails to a respondent that failed at another address than it has now, and whose place no other took. What
// reminds of what is over is not among them.
func (s *Service) astray(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, t traffic) (list []survey.Mail, err error) {
	if phase := q.Phase(s.At(tx)); phase != survey.PhaseOpen && phase != survey.PhaseClosed || r.Email == "" || r.NotAsked != "" {
		return nil, nil
	}
	for i, m := range t.mails {
		if !m.Kind.ToAll() || m.Copy || m.To == r.Email || !t.undelivered(i) {
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

// SendAstray is the button that sends a mail which failed at an old address to the one of now.
type SendAstray struct {
	Mail string // id
	To   string // the address the button names
}

// SendAstray sends a mail that failed at an old address of a respondent anew to the one of now (RespondentFile.Astray), with a link
// of its own. The old link is revoked. Whoever was marked as not reached is so no longer. A second click changes nothing. It is a
// Conflict when the address has changed since.
func (s *Service) SendAstray(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd SendAstray) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		old, err := mailOf(tx, questionnaire, cmd.Mail)
		if err != nil {
			return err
		}
		if old.Respondent != r.ID {
			return survey.Fail(survey.NotFound, "error.not_found")
		}
		if r.Email != cmd.To {
			return survey.Stale()
		}
		if err := s.notSettled(tx, old); err != nil {
			return err
		}
		t, err := trafficOf(tx, r)
		if err != nil {
			return err
		}
		list, err := s.astray(tx, q, r, t)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(m survey.Mail) bool { return m.ID == old.ID }) {
			if slices.ContainsFunc(t.mails, func(m survey.Mail) bool {
				return m.Kind == old.Kind && m.Dispatch == old.Dispatch && m.To == cmd.To && (m.State == survey.MailQueued || m.State == survey.MailSent)
			}) {
				return nil
			}
			return survey.Fail(survey.Conflict, "error.mail.state")
		}
		_, _, err = s.resend(tx, actor, q, r, old, ResendMail{To: cmd.To, Revoke: true})
		return err
	})
}
