package send

import (
	"context"

	"pruefstein/internal/survey"
)

// newAccessLink keeps a link to a respondent's answers by the hash of its token. mail is the id of the mail that carries
// it, "" for one made by hand.
func (s *Service) newAccessLink(tx *survey.Tx, questionnaire survey.QuestionnaireID, respondent survey.RespondentID, token, mail string) error {
	return tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken(token), Questionnaire: questionnaire, Respondent: respondent, Mail: mail, CreatedAt: s.At(tx)})
}

// enqueueWithLink queues a mail to a respondent with a link of its own in the places of its body.
func (s *Service) enqueueWithLink(tx *survey.Tx, m survey.WrittenMail) (survey.WrittenMail, error) {
	token := survey.NewToken()
	m, err := s.Enqueue(tx, m, s.Link(s.Addresses.Access, token))
	if err != nil {
		return m, err
	}
	return m, s.newAccessLink(tx, m.Questionnaire, m.Respondent, token, m.ID)
}

// revokeLinks revokes a respondent's links, of one mail or with mail "" all, and stops mails that have not gone out. It
// returns how many were open.
func (s *Service) revokeLinks(tx *survey.Tx, questionnaire survey.QuestionnaireID, respondent survey.RespondentID, mail string) (revoked int, err error) {
	links, err := survey.LinksOf(tx, questionnaire, respondent)
	if err != nil {
		return 0, err
	}
	for _, l := range links {
		if !l.RevokedAt.IsZero() || mail != "" && l.Mail != mail {
			continue
		}
		l.RevokedAt = s.At(tx)
		if err := tx.AccessLinks.Put(l); err != nil {
			return 0, err
		}
		if l.Mail != "" {
			if err := survey.RevokeMail(tx, l.Mail); err != nil {
				return 0, err
			}
		}
		revoked++
	}
	return revoked, nil
}

// RevokeLinks revokes all links of a respondent together. Sessions they opened end with them.
func (s *Service) RevokeLinks(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		_, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if _, err := s.revokeLinks(tx, questionnaire, r.ID, ""); err != nil {
			return err
		}
		return s.Audit(tx, actor, "revoke_links", string(r.ID))
	})
}

// MakeAccessLink makes a link by hand, for when mail fails, and returns its full address. Only its hash is kept: it can be
// shown this once. Whoever holds it can read what the party has saved, so the party is told by mail, where it has an address.
func (s *Service) MakeAccessLink(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug) (address string, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return "", err
	}
	token := survey.NewToken()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if r.NotAsked != "" || r.Procedure.Channel != survey.ChannelForm {
			return survey.Fail(survey.Conflict, "send.error.link_channel")
		}
		if err := s.newAccessLink(tx, questionnaire, r.ID, token, ""); err != nil {
			return err
		}
		if r.AskedAt.IsZero() { // the link takes the place of the invitation
			r.AskedAt, r.Revision = s.At(tx), r.Revision+1
			if err := tx.Respondents.Put(r); err != nil {
				return err
			}
		}
		if err := s.tellRespondent(tx, q, r, "notice_link"); err != nil {
			return err
		}
		return s.Audit(tx, actor, "make_link", string(r.ID))
	})
	return s.Link(s.Addresses.Access, token), err
}

// mailOf returns a mail of the questionnaire that the office may see. Codes are none: that a party asked for one is its
// own matter until it has submitted.
func mailOf(tx *survey.Tx, questionnaire survey.QuestionnaireID, id string) (survey.Mail, error) {
	m, err := tx.Mails.Get(id)
	if err == nil && (m.Questionnaire != questionnaire || m.Kind == survey.MailCode) {
		return survey.Mail{}, survey.Fail(survey.NotFound, "error.not_found")
	}
	return m, err
}

// mailsTo returns the mails to a respondent that the office may see, the oldest first.
func mailsTo(tx *survey.Tx, r survey.Respondent) ([]survey.Mail, error) {
	return survey.Collect(tx.Mails.By(survey.MailRespondent).List(survey.Exact(r.Key())))
}

// mailsOf returns the mails of the questionnaire that the office may see, the oldest first.
func mailsOf(tx *survey.Tx, questionnaire survey.QuestionnaireID) ([]survey.Mail, error) {
	return survey.Collect(tx.Mails.By(survey.MailQuestionnaire).List(survey.Exact(string(questionnaire))))
}
