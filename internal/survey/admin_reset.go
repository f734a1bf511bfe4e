package survey

import (
	"context"
	"slices"
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

// oneHand tells whether two people count as one for the two-person rules: whoever hands somebody an invitation or a link for a
// new password could have used it. A link that went by mail ends that. Names are those of Actor.who.
func oneHand(tx *Tx, a, b string) (bool, error) {
	mine, err := hands(tx, a)
	if err != nil {
		return false, err
	}
	theirs, err := hands(tx, b)
	return slices.ContainsFunc(mine, func(id string) bool { return slices.Contains(theirs, id) }), err
}

// paired tells whether the actor is another person than the one who asked, but counts as one with them.
func paired(tx *Tx, actor Actor, asked string) (bool, error) {
	if asked == actor.who() {
		return false, nil
	}
	return oneHand(tx, asked, actor.who())
}

// hands is a person, whoever handed over the link the present password was set by, whoever did so for that one, and so on.
func hands(tx *Tx, id string) (list []string, err error) {
	for id != "" && !slices.Contains(list, id) {
		list = append(list, id)
		user, err := tx.Users.Get(id)
		if err != nil && !IsNotFound(err) { // the console is nobody
			return nil, err
		}
		id = user.PasswordBy
	}
	return list, nil
}
