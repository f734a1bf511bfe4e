package survey

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Resendable tells whether a mail of the kind can be sent again to another address by the office.
func Resendable(kind MailKind) bool {
	return kind == MailInvitation || kind == MailReminder || kind == MailExtension
}

// rewrite writes a mail to a respondent anew as it would be sent now: its date may have moved since, and the calendar entry
// with it.
func (s *Service) rewrite(tx *Tx, h letterhead, r Respondent, m *Mail) (err error) {
	switch m.Kind {
	case MailInvitation:
		err = s.renderCover(m, h.questionnaire.Cover, h, r)
	case MailReminder:
		d, err := tx.Dispatches.Get(m.Questionnaire + "/" + m.Dispatch)
		if err != nil {
			return err
		}
		if err = s.renderCover(m, Cover{Subject: d.Subject, Body: d.Body, Language: m.Language}, h, r); err != nil {
			return err
		}
	case MailExtension:
		err = s.writeNewDate(tx, h, r, m)
	}
	if err != nil {
		return err
	}
	m.Calendar, err = s.deadlineEvent(m.Language, h, r)
	return err
}

// sendAgain queues a mail of the kind of an old one, written anew, with a link of its own if the respondent answers in our
// form.
func (s *Service) sendAgain(tx *Tx, h letterhead, r Respondent, old Mail, to string) (Mail, error) {
	fresh := Mail{Kind: old.Kind, Questionnaire: old.Questionnaire, Respondent: old.Respondent, Dispatch: old.Dispatch, To: to, Aside: to != r.Email,
		Alone: h.alone || old.Alone, Language: old.Language}
	place := secretPlace()
	fresh.write(old.Subject, strings.Join(old.Texts(), place), place)
	if err := s.rewrite(tx, h, r, &fresh); err != nil {
		return fresh, err
	}
	if r.Procedure.Channel != ChannelForm {
		return s.enqueue(tx, fresh, "")
	}
	return s.enqueueWithLink(tx, fresh)
}

// replaceQueued stops the mails to respondents whose date has moved that have not gone out, and queues them anew with the
// date of now. A mail about an earlier change is not: another about this one follows. The links of the stopped mails stay,
// because one of them may be on its way at this very moment.
func (s *Service) replaceQueued(tx *Tx, h letterhead, concerned []Respondent) error {
	mails, err := mailsOf(tx, h.questionnaire.ID)
	if err != nil {
		return err
	}
	for _, m := range mails {
		i := slices.IndexFunc(concerned, func(r Respondent) bool { return r.ID == m.Respondent })
		if i < 0 || m.State != MailQueued || !Resendable(m.Kind) {
			continue
		}
		if err := revokeMail(tx, m.ID); err != nil {
			return err
		}
		if m.Kind == MailExtension {
			continue
		}
		if _, err := s.sendAgain(tx, h, concerned[i], m, m.To); err != nil {
			return err
		}
	}
	return nil
}

// redirectQueued stops the mails to a respondent that wait to go to its old address, and queues them anew to the one of now,
// but for those that have been sent there again already. As in replaceQueued the links of the stopped ones stay.
func (s *Service) redirectQueued(tx *Tx, q Questionnaire, r Respondent, from string) error {
	mails, err := mailsOf(tx, q.ID)
	if err != nil {
		return err
	}
	mails = slices.DeleteFunc(mails, func(m Mail) bool { return m.Respondent != r.ID || !Resendable(m.Kind) })
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return err
	}
	for _, m := range mails {
		if m.State != MailQueued || m.To != from {
			continue
		}
		if err := revokeMail(tx, m.ID); err != nil {
			return err
		}
		if slices.ContainsFunc(mails, func(o Mail) bool {
			return o.To == r.Email && o.Kind == m.Kind && o.Dispatch == m.Dispatch && (o.State == MailQueued || o.State == MailSent)
		}) {
			continue
		}
		if _, err := s.sendAgain(tx, h, r, m, r.Email); err != nil {
			return err
		}
	}
	return nil
}

// movedSince tells whether the respondent's date was moved after an instant.
func movedSince(r Respondent, q Questionnaire, at time.Time) bool {
	changes := q.Extended
	if !r.Due.IsZero() {
		changes = r.DueChanges
	}
	return slices.ContainsFunc(changes, func(e Extended) bool { return e.At.After(at) })
}

// ResendMail is the form that sends a mail again.
type ResendMail struct {
	To     string
	Keep   bool // the address becomes the respondent's, see SetAddress
	Revoke bool // the old link is revoked, and the old mail stopped if it has not gone out
}

// ResendMail sends a mail again to a corrected address, written anew with the date of now and with a link of its own. It
// returns the id of the new mail. A party whose link goes to another address than its own is told at its own one. With Keep
// the address is changed too, where the rule wants it as a request that waits (waits true) for a second person. Whoever was
// marked as not reached is so no longer.
func (s *Service) ResendMail(ctx context.Context, actor Actor, questionnaire, id string, cmd ResendMail) (newID string, waits bool, err error) {
	if err := actor.require(RoleCoordinator); err != nil {
		return "", false, err
	}
	var faults Faults
	faults.email("to", &cmd.To, true)
	if err := faults.Err(); err != nil {
		return "", false, err
	}
	err = s.update(ctx, actor, func(tx *Tx) error {
		waits = false
		old, err := mailOf(tx, questionnaire, id)
		if err != nil {
			return err
		}
		if !Resendable(old.Kind) {
			return Fail(Conflict, "send.error.resend_kind")
		}
		if err := s.notSettled(tx, old); err != nil {
			return err
		}
		q, err := tx.Questionnaires.Get(questionnaire)
		if err != nil {
			return err
		}
		if err := s.inPhase(q, PhaseOpen, PhaseClosed); err != nil {
			return err
		}
		r, err := tx.Respondents.Get(questionnaire + "/" + old.Respondent)
		if err != nil {
			return err
		}
		other := r.Email != cmd.To
		if other && r.Procedure.Channel == ChannelForm {
			if err := s.tellRespondent(tx, q, r, "notice_resent"); err != nil {
				return err
			}
		}
		if cmd.Revoke {
			if err := revokeMail(tx, old.ID); err != nil {
				return err
			}
			if _, err := s.revokeLinks(tx, questionnaire, old.Respondent, old.ID); err != nil {
				return err
			}
		}
		h, err := loadLetterhead(tx, q)
		if err != nil {
			return err
		}
		h.alone = true
		fresh, err := s.sendAgain(tx, h, r, old, cmd.To)
		if err != nil {
			return err
		}
		newID = fresh.ID
		if err := s.reachedAgain(tx, actor, &r); err != nil {
			return err
		}
		if other && cmd.Keep { // after the new mail is there, so that the old one does not follow it
			done, err := s.changeAddress(tx, actor, q, &r, cmd.To)
			if err != nil {
				return err
			}
			waits = !done
		}
		return s.audit(tx, actor, "resend_mail", old.ID)
	})
	return newID, waits, err
}
