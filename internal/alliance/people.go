package alliance

import (
	"context"
	"path"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// Person is a User with the state of the links made for it, for the people page.
type Person struct {
	survey.User
	InvitedAt  time.Time // of the open invitation; zero: none is open
	ExpiresAt  time.Time
	ResetUntil time.Time // of the open link for a new password made by hand; zero: none is open
	HandedBy   string    // name of who handed over the link the password was set by, "" by mail or at the console
}

// People returns everybody with an account or an invitation, by name.
func (s *Service) People(ctx context.Context, actor survey.Actor) (people []Person, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		open, resets := map[survey.UserID]survey.StaffLink{}, map[survey.UserID]survey.StaffLink{}
		for l, err := range tx.StaffLinks.List("") {
			if err != nil {
				return err
			}
			switch usable := l.UsedAt.IsZero() && l.RevokedAt.IsZero() && l.ExpiresAt.After(s.At(tx)); {
			case usable && l.Purpose == survey.LinkInvitation:
				open[l.User] = l
			case usable && l.Purpose == survey.LinkReset && l.MadeBy != "":
				resets[l.User] = l
			}
		}
		people = nil
		for u, err := range tx.Users.List("") {
			if err != nil {
				return err
			}
			people = append(people, Person{User: u, InvitedAt: open[u.ID].CreatedAt, ExpiresAt: open[u.ID].ExpiresAt,
				ResetUntil: resets[u.ID].ExpiresAt, HandedBy: survey.NameOfUser(tx, u.PasswordBy)})
		}
		return nil
	})
	survey.SortByName(people, func(p Person) string { return p.Name })
	return people, err
}

// SavePerson is the form of one person.
type SavePerson struct {
	Revision      int
	Name, Email   string // Email "" of somebody known: as it is
	Administrator bool
	Coordinator   bool
	Disabled      bool
	Memberships   []survey.Membership
	Language      string // of the invitation mail
}

// SavePerson invites a person (id "") or changes what one may do. A new person gets a mail with a link. The address can be
// corrected until the invitation is accepted. A new link goes there then, and the old ones are void. The last active administrator
// stays one.
func (s *Service) SavePerson(ctx context.Context, actor survey.Actor, id survey.UserID, cmd SavePerson) (user survey.User, err error) {
	if err := actor.Require(survey.RoleAdministrator); err != nil {
		return user, err
	}
	var faults survey.Faults
	faults.Line("name", &cmd.Name, 200, true)
	faults.Email("email", &cmd.Email, id == "")
	if err := faults.Err(); err != nil {
		return user, err
	}
	fresh := survey.NewID()
	err = s.Write(ctx, actor, func(tx *survey.Tx) (err error) {
		user = survey.User{ID: survey.UserID(fresh), Language: cmd.Language, CreatedAt: s.At(tx)}
		if id != "" {
			if user, err = tx.User(id); err != nil {
				return err
			}
		}
		before := user
		moved := cmd.Email != "" && cmd.Email != user.Email
		for _, m := range cmd.Memberships {
			if _, err := tx.WorkingGroups.Get(m.WorkingGroup); err != nil {
				return err
			}
		}
		user.Name, user.Administrator, user.Coordinator, user.Disabled = cmd.Name, cmd.Administrator, cmd.Coordinator, cmd.Disabled
		user.Memberships = cmd.Memberships
		if moved {
			user.Email = cmd.Email
		}
		if id != "" && survey.Same(before, user) {
			return nil // the second click of two
		}
		if id != "" && user.Revision != cmd.Revision {
			return survey.Stale()
		}
		if moved {
			if before.PasswordHash != "" {
				return survey.Faults{{Field: "email", Key: "alliance.error.email_fixed"}}.Err()
			}
			if other, err := userByEmail(tx, cmd.Email); err == nil && other.ID != user.ID {
				return survey.Faults{{Field: "email", Key: "alliance.error.email_taken"}}.Err()
			} else if err != nil && !survey.IsNotFound(err) {
				return err
			}
		}
		user.Revision++
		if err := tx.Users.Put(user); err != nil {
			return err
		}
		if err := keepsAdministrator(tx); err != nil {
			return err
		}
		if err := s.Audit(tx, actor, "person", string(user.ID), rightsOf(before), rightsOf(user)); err != nil || !moved {
			return err
		}
		if user.Disabled {
			return s.revokeStaffLinks(tx, user.ID, survey.LinkInvitation)
		}
		return s.mailStaffLink(tx, actor, user, survey.LinkInvitation, invitationLife)
	})
	return user, err
}

// rightsOf is what a person may do, for the audit: roles, "member:" or "lead:" with the id of a working group, "disabled".
func rightsOf(u survey.User) string {
	var list []string
	for _, r := range []struct {
		name string
		on   bool
	}{{string(survey.RoleAdministrator), u.Administrator}, {string(survey.RoleCoordinator), u.Coordinator}, {"disabled", u.Disabled}} {
		if r.on {
			list = append(list, r.name)
		}
	}
	for _, m := range u.Memberships {
		kind := "member:"
		if m.Lead {
			kind = "lead:"
		}
		list = append(list, kind+m.WorkingGroup)
	}
	return strings.Join(list, " ")
}

// keepsAdministrator refuses a state in which nobody can administer any more.
func keepsAdministrator(tx *survey.Tx) error {
	for u, err := range tx.Users.List("") {
		if err != nil {
			return err
		}
		if u.Administrator && u.Active() {
			return nil
		}
	}
	return survey.Faults{{Field: "administrator", Key: "alliance.error.last_administrator"}}.Err()
}

// ResendInvitation mails a new link to somebody who has not accepted yet; the earlier link is void.
func (s *Service) ResendInvitation(ctx context.Context, actor survey.Actor, userID survey.UserID) error {
	return s.ofInvited(ctx, actor, userID, func(tx *survey.Tx, user survey.User) error {
		return s.mailStaffLink(tx, actor, user, survey.LinkInvitation, invitationLife)
	})
}

// InvitationLink makes a new link to hand over by other means than mail, and returns its full address. The earlier link is void.
// It is shown once: only its hash is kept. From its use on the two count as one for the two-person rules, see survey.OneHand.
func (s *Service) InvitationLink(ctx context.Context, actor survey.Actor, userID survey.UserID) (link string, err error) {
	token := survey.NewToken()
	err = s.ofInvited(ctx, actor, userID, func(tx *survey.Tx, user survey.User) error {
		if err := s.makeByHand(tx, actor, token, survey.LinkInvitation, user.ID, invitationLife); err != nil {
			return err
		}
		return s.Audit(tx, actor, "link_copied", string(user.ID))
	})
	if err != nil {
		return "", err
	}
	return s.staffLinkAddress(survey.LinkInvitation, token), nil
}

// makeByHand replaces a person's links of a kind by one that the actor hands over.
func (s *Service) makeByHand(tx *survey.Tx, actor survey.Actor, token string, purpose survey.StaffLinkKind, user survey.UserID, life time.Duration) error {
	made := s.staffLink(tx, token, purpose, user, life)
	made.MadeBy = actor.Who()
	return s.replaceStaffLink(tx, user, made)
}

// RevokeInvitation makes the open invitation links of a person void.
func (s *Service) RevokeInvitation(ctx context.Context, actor survey.Actor, userID survey.UserID) error {
	return s.ofInvited(ctx, actor, userID, func(tx *survey.Tx, user survey.User) error {
		if err := s.revokeStaffLinks(tx, user.ID, survey.LinkInvitation); err != nil {
			return err
		}
		return s.Audit(tx, actor, "link_revoked", string(user.ID))
	})
}

// ofInvited runs fn on a person who has not accepted the invitation yet, in one transaction.
func (s *Service) ofInvited(ctx context.Context, actor survey.Actor, userID survey.UserID, fn func(*survey.Tx, survey.User) error) error {
	if err := actor.Require(survey.RoleAdministrator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		user, err := tx.User(userID)
		if err != nil {
			return err
		}
		if user.PasswordHash != "" || user.Disabled {
			return survey.Fail(survey.Conflict, "alliance.error.not_invited")
		}
		return fn(tx, user)
	})
}

// AuditLog returns the newest entries first, at most limit, with the names of those they are about by their id: people, working
// groups, questionnaires, respondents, and whose a submission is.
func (s *Service) AuditLog(ctx context.Context, actor survey.Actor, limit int) (entries []survey.AuditEntry, names map[string]string, err error) {
	if err := actor.Require(survey.RoleAdministrator); err != nil {
		return nil, nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		names = map[string]string{}
		for u, err := range tx.Users.List("") {
			if err != nil {
				return err
			}
			names[string(u.ID)] = u.Name
		}
		for g, err := range tx.WorkingGroups.List("") {
			if err != nil {
				return err
			}
			names[g.ID] = g.Name
		}
		entries = nil
		for e, err := range tx.Audit.Backward("", "") {
			if err != nil {
				return err
			}
			entries = append(entries, e)
			for _, id := range append(strings.Split(e.Subject, "/"), strings.TrimPrefix(e.Who, "party:")) {
				if _, known := names[id]; known || id == "" {
					continue
				}
				if names[id], err = nameOf(tx, id); err != nil {
					return err
				}
			}
			if len(entries) == limit {
				break
			}
		}
		return nil
	})
	return entries, names, err
}

// nameOf returns the name of a questionnaire, a party or a respondent, and of a submission whose it is; "" for none of them.
func nameOf(tx *survey.Tx, id string) (string, error) {
	if q, err := tx.Questionnaires.Get(id); !survey.IsNotFound(err) {
		return q.Title, err
	}
	if p, err := tx.Parties.Get(id); !survey.IsNotFound(err) {
		return p.ShortName, err
	}
	if r, err := survey.First(tx.Respondents.By(survey.RespondentByID).List(survey.Exact(id))); !survey.IsNotFound(err) {
		return r.ShortName, err
	}
	for key, err := range tx.Submissions.By(survey.SubmissionID).Keys(survey.Exact(id)) {
		if err != nil {
			return "", err
		}
		whose, _ := path.Split(survey.KeyInIndex(key))
		r, err := tx.Respondents.Get(strings.TrimSuffix(whose, "/"))
		if survey.IsNotFound(err) {
			err = nil
		}
		return r.ShortName, err
	}
	return "", nil
}

// NoteDenial puts into the audit that somebody with an account was refused something: a kind of page, never an address.
func (s *Service) NoteDenial(ctx context.Context, actor survey.Actor, page string) error {
	return s.Write(ctx, actor, func(tx *survey.Tx) error { return s.Audit(tx, actor, "denied", page) })
}

// NoteExport puts into the audit that somebody took a download of what is not published.
func (s *Service) NoteExport(ctx context.Context, actor survey.Actor, slug survey.Slug) error {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := survey.QuestionnaireBySlug(tx, slug)
		if err != nil {
			return err
		}
		return s.Audit(tx, actor, "export", string(q.ID))
	})
}

// NoteBackup puts into the audit that somebody took a copy of everything.
func (s *Service) NoteBackup(ctx context.Context, actor survey.Actor) error {
	if err := actor.Require(survey.RoleAdministrator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error { return s.Audit(tx, actor, "backup", "") })
}

// NoteTestMail puts into the audit that somebody sends a test mail.
func (s *Service) NoteTestMail(ctx context.Context, actor survey.Actor) error {
	if err := actor.Require(survey.RoleAdministrator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error { return s.Audit(tx, actor, "test_mail", "") })
}
