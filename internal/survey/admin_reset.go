package survey

import (
	"context"
)

// ResetLink makes a link for a new password by hand, for when mail fails, and returns its full address. It is shown once:
// only its hash is kept; the person's earlier links for a new password are void. The person is told by mail. From its use
// on the two count as one for the two-person rules, see oneHand.
func (s *Service) ResetLink(ctx context.Context, actor Actor, userID string) (link string, err error) {
	if err := actor.require(RoleAdministrator); err != nil {
		return "", err
	}
	token := NewToken()
	err = s.update(ctx, actor, func(tx *Tx) error {
		user, err := tx.Users.Get(userID)
		if err != nil {
			return err
		}
		if !user.Active() {
			return Fail(Conflict, "admin.error.not_active")
		}
		made := s.staffLink(token, LinkReset, user.ID, resetLife)
		made.MadeBy = actor.who()
		if err := s.replaceStaffLink(tx, user.ID, made); err != nil {
			return err
		}
		if err := s.tellOfReset(tx, actor, user); err != nil {
			return err
		}
		return s.audit(tx, actor, "reset_made", user.ID)
	})
	if err != nil {
		return "", err
	}
	return s.link(staffLinkPath(LinkReset, token)), nil
}

// RevokeReset makes the open links for a new password of a person void.
func (s *Service) RevokeReset(ctx context.Context, actor Actor, userID string) error {
	if err := actor.require(RoleAdministrator); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		user, err := tx.Users.Get(userID)
		if err != nil {
			return err
		}
		if err := s.revokeStaffLinks(tx, user.ID, LinkReset); err != nil {
			return err
		}
		return s.audit(tx, actor, "reset_revoked", user.ID)
	})
}

// tellOfReset mails a person that somebody made a link for a new password for the account.
func (s *Service) tellOfReset(tx *Tx, actor Actor, user User) error {
	alliance, err := loadAlliance(tx)
	if err != nil {
		return err
	}
	subject, body, err := s.Compose(user.Language, "staff_notice_reset", StaffMail{Name: user.Name, Alliance: alliance.Name, By: actor.User.Name})
	if err != nil {
		return err
	}
	_, err = s.enqueue(tx, Mail{Kind: MailStaff, To: user.Email, Language: user.Language, Subject: subject, Body: body}, "")
	return err
}
