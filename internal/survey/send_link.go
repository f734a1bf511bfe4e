package survey

import (
	"context"
	"slices"
)

// accessPath is where an access link leads; the token follows.
const accessPath = "/zugang/"

// newAccessLink keeps a link to a respondent's answers by the hash of its token. mail is the id of the mail that carries
// it, "" for one made by hand.
func (s *Service) newAccessLink(tx *Tx, questionnaire, respondent, token, mail string) error {
	return tx.AccessLinks.Put(AccessLink{Hash: HashToken(token), Questionnaire: questionnaire, Respondent: respondent, Mail: mail, CreatedAt: s.now()})
}

// enqueueWithLink queues a mail to a respondent with a link of its own for LinkMark.
func (s *Service) enqueueWithLink(tx *Tx, m Mail) (Mail, error) {
	token := NewToken()
	m, err := s.enqueue(tx, m, s.link(accessPath+token))
	if err != nil {
		return m, err
	}
	return m, s.newAccessLink(tx, m.Questionnaire, m.Respondent, token, m.ID)
}

// linksOf returns the links of a respondent, the oldest first.
func linksOf(tx *Tx, questionnaire, respondent string) ([]AccessLink, error) {
	all, err := collect(tx.AccessLinks.List(""))
	all = slices.DeleteFunc(all, func(l AccessLink) bool { return l.Questionnaire != questionnaire || l.Respondent != respondent })
	slices.SortStableFunc(all, func(a, b AccessLink) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return all, err
}

// revokeLinks revokes a respondent's links, of one mail or with mail "" all, and stops mails that have not gone out. It
// returns how many were open.
func (s *Service) revokeLinks(tx *Tx, questionnaire, respondent, mail string) (revoked int, err error) {
	links, err := linksOf(tx, questionnaire, respondent)
	if err != nil {
		return 0, err
	}
	for _, l := range links {
		if !l.RevokedAt.IsZero() || mail != "" && l.Mail != mail {
			continue
		}
		l.RevokedAt = s.now()
		if err := tx.AccessLinks.Put(l); err != nil {
			return 0, err
		}
		if l.Mail != "" {
			if err := revokeMail(tx, l.Mail); err != nil {
				return 0, err
			}
		}
		revoked++
	}
	return revoked, nil
}

// RevokeLinks revokes all links of a respondent together. Sessions they opened end with them.
func (s *Service) RevokeLinks(ctx context.Context, actor Actor, questionnaire, slug string) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	return s.update(ctx, func(tx *Tx) error {
		_, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if _, err := s.revokeLinks(tx, questionnaire, r.ID, ""); err != nil {
			return err
		}
		return s.audit(tx, actor, "revoke_links", r.ID)
	})
}

// MakeAccessLink makes a link by hand, for when mail fails, and returns its full address. Only its hash is kept: it can be
// shown this once.
func (s *Service) MakeAccessLink(ctx context.Context, actor Actor, questionnaire, slug string) (address string, err error) {
	if err := actor.require(RoleCoordinator); err != nil {
		return "", err
	}
	token := NewToken()
	err = s.update(ctx, func(tx *Tx) error {
		_, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if r.NotAsked != "" || r.Procedure.Channel != ChannelForm {
			return Fail(Conflict, "send.error.link_channel")
		}
		if err := s.newAccessLink(tx, questionnaire, r.ID, token, ""); err != nil {
			return err
		}
		if r.AskedAt.IsZero() { // the link takes the place of the invitation
			r.AskedAt, r.Revision = s.now(), r.Revision+1
			if err := tx.Respondents.Put(r); err != nil {
				return err
			}
		}
		return s.audit(tx, actor, "make_link", r.ID)
	})
	return s.link(accessPath + token), err
}

// ResendMail is the form that sends a mail again.
type ResendMail struct {
	To     string
	Keep   bool // the address becomes the respondent's
	Revoke bool // the old link is revoked, and the old mail stopped if it has not gone out
}

// ResendMail sends the text of a mail to a corrected address, as a new mail with a link of its own. It returns the id of
// the new mail.
func (s *Service) ResendMail(ctx context.Context, actor Actor, questionnaire, id string, cmd ResendMail) (newID string, err error) {
	if err := actor.require(RoleCoordinator); err != nil {
		return "", err
	}
	var faults Faults
	faults.email("to", &cmd.To, true)
	if len(faults) == 0 && !bareAddress(cmd.To) {
		faults.Add("to", "error.email")
	}
	if err := faults.Err(); err != nil {
		return "", err
	}
	err = s.update(ctx, func(tx *Tx) error {
		old, err := mailOf(tx, questionnaire, id)
		if err != nil {
			return err
		}
		if !Resendable(old.Kind) {
			return Fail(Conflict, "send.error.resend_kind")
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
		if cmd.Keep && r.Email != cmd.To {
			r.Email, r.Revision = cmd.To, r.Revision+1
			if err := tx.Respondents.Put(r); err != nil {
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
		fresh := Mail{Kind: old.Kind, Questionnaire: old.Questionnaire, Respondent: old.Respondent, Dispatch: old.Dispatch, To: cmd.To,
			Language: old.Language, Subject: old.Subject, Body: old.Body, Calendar: old.Calendar}
		if r.Procedure.Channel == ChannelForm {
			fresh, err = s.enqueueWithLink(tx, fresh)
		} else {
			fresh, err = s.enqueue(tx, fresh, "")
		}
		newID = fresh.ID
		if err != nil {
			return err
		}
		return s.audit(tx, actor, "resend_mail", old.ID)
	})
	return newID, err
}

// Resendable tells whether a mail of the kind can be sent again to another address by the office.
func Resendable(kind MailKind) bool {
	return kind == MailInvitation || kind == MailReminder || kind == MailExtension
}

// MarkNotReached records that nothing could be delivered to a respondent, with the public reason; "" takes it back.
func (s *Service) MarkNotReached(ctx context.Context, actor Actor, questionnaire, slug, reason string) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	faults.line("not_reached", &reason, 500, false)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, func(tx *Tx) error {
		q, err := tx.Questionnaires.Get(questionnaire)
		if err != nil {
			return err
		}
		if err := s.inPhase(q, PhaseDraft, PhaseLocked, PhaseOpen, PhaseClosed); err != nil {
			return err
		}
		r, err := respondentBySlug(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		what := "reached"
		r.NotReached, r.Revision = nil, r.Revision+1
		if reason != "" {
			what = "not_reached"
			r.NotReached = &DeliveryFailure{Reason: reason, At: s.now(), By: actor.who()}
		}
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		return s.audit(tx, actor, what, r.ID)
	})
}

// mailOf returns a mail of the questionnaire that the office may see. Codes are none: that a party asked for one is its
// own matter until it has submitted.
func mailOf(tx *Tx, questionnaire, id string) (Mail, error) {
	m, err := tx.Mails.Get(id)
	if err == nil && (m.Questionnaire != questionnaire || m.Kind == MailCode) {
		return Mail{}, Fail(NotFound, "error.not_found")
	}
	return m, err
}

// mailsOf returns the mails of the questionnaire that the office may see, the oldest first.
func mailsOf(tx *Tx, questionnaire string) ([]Mail, error) {
	var list []Mail
	for m, err := range tx.Mails.List("") {
		if err != nil {
			return nil, err
		}
		if m.Questionnaire == questionnaire && m.Kind != MailCode {
			list = append(list, m)
		}
	}
	return list, nil
}
