package survey

import (
	"context"
	"slices"
)

// Actor is who asks. The zero Actor is a reader, who may do nothing but read what is published.
type Actor struct {
	User          User            // staff; zero otherwise
	Respondent    RespondentID    // id, for a party that came by AccessLink
	Questionnaire QuestionnaireID // of the respondent
	Session       string          // hash of the session: codes are bound to it, and whoever acts must still have it
	Link          string          // hash of the AccessLink the party came by
	Press         string          // what the browser of a party keeps of "Absenden" until it has a code, sealed
	Console       bool            // the command line on the server itself
	Language      string          // de or en
	Admitted      Admission
}

// Admission is what a request was admitted for: a questionnaire in one of some phases. The zero Admission asks for nothing.
type Admission struct {
	Questionnaire QuestionnaireID // id
	Phases        []Phase
}

// Role is a right to act. Roles add up; the default of every permission is no.
type Role string

// The roles.
const (
	RoleReader        Role = "reader"        // anybody
	RoleMember        Role = "member"        // of at least one working group
	RoleLead          Role = "lead"          // leads at least one working group
	RoleCoordinator   Role = "coordinator"   // coordination office
	RoleAdministrator Role = "administrator" // people, settings, import, backup
	RoleParty         Role = "party"         // came by access link
	RoleSignedIn      Role = "signed_in"     // has an account, whatever it may do
)

// Roles in the order of tables.
var Roles = []Role{RoleReader, RoleParty, RoleSignedIn, RoleMember, RoleLead, RoleCoordinator, RoleAdministrator}

// Has tells whether the actor has the role. An administrator is not thereby a coordinator; the second person of a
// two-person rule may be either.
func (a Actor) Has(role Role) bool {
	if role == RoleReader {
		return true
	}
	if role == RoleParty {
		return a.Respondent != ""
	}
	if a.Console {
		return role == RoleAdministrator || role == RoleCoordinator
	}
	if !a.User.Active() {
		return false
	}
	switch role {
	case RoleSignedIn:
		return true
	case RoleMember:
		return len(a.User.Memberships) > 0
	case RoleLead:
		for _, m := range a.User.Memberships {
			if m.Lead {
				return true
			}
		}
	case RoleCoordinator:
		return a.User.Coordinator
	case RoleAdministrator:
		return a.User.Administrator
	}
	return false
}

// HasAny tells whether the actor has one of the roles.
func (a Actor) HasAny(roles ...Role) bool {
	for _, r := range roles {
		if a.Has(r) {
			return true
		}
	}
	return false
}

// Require returns Forbidden unless the actor has one of the roles.
func (a Actor) Require(roles ...Role) error {
	if a.HasAny(roles...) {
		return nil
	}
	return Fail(Forbidden, "error.forbidden")
}

// Judge is judgeAgain for what is only shown: use cases that write do it themselves.
func (s *Kernel) Judge(ctx context.Context, actor Actor) error {
	return s.View(ctx, func(tx *Tx) error { return s.judgeAgain(tx, actor) })
}

// judgeAgain returns an error unless the actor still is who acted when the request began: SignedOut when the session has ended,
// the account was blocked or its password has changed; Gone when the access link was revoked; Forbidden when a right was taken;
// Conflict when the questionnaire has left the phase. A right that came since is no hindrance.
func (s *Kernel) judgeAgain(tx *Tx, a Actor) error {
	if a.Session != "" {
		session, err := tx.Sessions.Get(a.Session)
		if err != nil && !IsNotFound(err) {
			return err
		}
		if err != nil || !session.ExpiresAt.After(s.At(tx)) {
			return a.signedOut()
		}
	}
	if a.User.ID != "" {
		now, err := tx.User(a.User.ID)
		switch {
		case err != nil && !IsNotFound(err):
			return err
		case err != nil, !now.Active(), now.Epoch != a.User.Epoch:
			return a.signedOut()
		case a.User.hasMoreThan(now):
			return Fail(Forbidden, "error.rights_changed")
		}
	}
	if a.Link != "" {
		link, err := tx.AccessLinks.Get(a.Link)
		switch {
		case err != nil && !IsNotFound(err):
			return err
		case err != nil:
			return a.signedOut()
		case !link.RevokedAt.IsZero():
			return Fail(Gone, "error.link_revoked")
		}
	}
	if len(a.Admitted.Phases) == 0 {
		return nil
	}
	q, err := tx.Questionnaire(a.Admitted.Questionnaire)
	if err != nil {
		return err
	}
	return q.InPhase(s.At(tx), a.Admitted.Phases...)
}

// signedOut is the answer to somebody whose session is over.
func (a Actor) signedOut() error {
	if a.Respondent != "" {
		return Fail(SignedOut, "error.no_access")
	}
	return Fail(SignedOut, "error.sign_in")
}

// hasMoreThan tells whether a person had a right that the same person does not have now.
func (u User) hasMoreThan(now User) bool {
	return u.Administrator && !now.Administrator || u.Coordinator && !now.Coordinator ||
		slices.ContainsFunc(u.Memberships, func(m Membership) bool {
			return !now.MemberOf(m.WorkingGroup) || m.Lead && !now.Leads(m.WorkingGroup)
		})
}

// Who names the actor in the audit and in records.
func (a Actor) Who() string {
	switch {
	case a.Console:
		return "console"
	case a.User.ID != "":
		return string(a.User.ID)
	case a.Respondent != "":
		return "party:" + string(a.Respondent)
	}
	return ""
}

// RequireStaff is Forbidden for whoever has no account of the alliance.
func (a Actor) RequireStaff() error {
	return a.Require(RoleMember, RoleLead, RoleCoordinator, RoleAdministrator)
}
