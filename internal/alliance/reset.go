package alliance

import (
	"context"

	"pruefstein/internal/survey"
)

// ResetLink makes a link for a new password by hand, for when mail fails, and returns its full address. It is shown once: only its
// hash is kept. The person's earlier links for a new password are void. The person is told by mail. From its use on the two count
// as one for the two-person rules, see survey.OneHand.
func (s *Service) ResetLink(ctx context.Context, actor survey.Actor, userID survey.UserID) (link string, err error) {
	if err := actor.Require(survey.RoleAdministrator); err != nil {
		return "", err
	}
	token := survey.NewToken()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		user, err := tx.User(userID)
		if err != nil {
			return err
		}
		if !user.Active() {
			return survey.Fail(survey.Conflict, "alliance.error.not_active")
		}
		if err := s.makeByHand(tx, actor, token, survey.LinkReset, user.ID, resetLife); err != nil {
			return err
		}
		if err := s.tellOfReset(tx, actor, user); err != nil {
			return err
		}
		return s.Audit(tx, actor, "reset_made", string(user.ID))
	})
	if err != nil {
		return "", err
	}
	return s.staffLinkAddress(survey.LinkReset, token), nil
}

// RevokeReset makes the open links for a new password of a person void.
func (s *Service) RevokeReset(ctx context.Context, actor survey.Actor, userID survey.UserID) error {
	if err := actor.Require(survey.RoleAdministrator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		user, err := tx.User(userID)
		if err != nil {
			return err
		}
		if err := s.revokeStaffLinks(tx, user.ID, survey.LinkReset); err != nil {
			return err
		}
		return s.Audit(tx, actor, "reset_revoked", string(user.ID))
	})
}

// tellOfReset mails a person that somebody made a link for a new password for the account.
func (s *Service) tellOfReset(tx *survey.Tx, actor survey.Actor, user survey.User) error {
	alliance, err := survey.LoadAlliance(tx)
	if err != nil {
		return err
	}
	subject, body, err := s.Compose(user.Language, "staff_notice_reset", StaffMail{Name: user.Name, Alliance: alliance.Name, By: actor.User.Name})
	if err != nil {
		return err
	}
	_, err = s.Enqueue(tx, survey.WrittenMail{Mail: survey.Mail{Kind: survey.MailStaff, To: user.Email, Language: user.Language, Subject: subject}, MailText: survey.MailText{Body: body}}, "")
	return err
}
