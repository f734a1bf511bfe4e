package survey

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
)

// Actor is who asks. The zero Actor is a reader, who may do nothing but read what is published.
type Actor struct {
	User          User   // staff; zero otherwise
	Respondent    string // id, for a party that came by AccessLink
	Questionnaire string // of the respondent
	Session       string // hash of the session: codes are bound to it, and whoever acts must still have it
	Link          string // hash of the AccessLink the party came by
	Console       bool   // the command line on the server itself
	Language      string // de or en
	Admitted      Admission
}

// Admission is what a request was admitted for: a questionnaire in one of some phases. The zero Admission asks for nothing.
type Admission struct {
	Questionnaire string // id
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

// require returns Forbidden unless the actor has one of the roles.
func (a Actor) require(roles ...Role) error {
	if a.HasAny(roles...) {
		return nil
	}
	return Fail(Forbidden, "error.forbidden")
}

// Judge is judgeAgain for what is only shown: use cases that write do it themselves.
func (s *Service) Judge(ctx context.Context, actor Actor) error {
	return s.Store.View(ctx, func(tx *Tx) error { return s.judgeAgain(tx, actor) })
}

// judgeAgain returns an error unless the actor still is who acted when the request began: SignedOut when the session has ended,
// the account was blocked or its password has changed; Gone when the access link was revoked; Forbidden when a right was taken;
// Conflict when the questionnaire has left the phase. A right that came since is no hindrance.
func (s *Service) judgeAgain(tx *Tx, a Actor) error {
	if a.Session != "" {
		session, err := tx.Sessions.Get(a.Session)
		if err != nil && !IsNotFound(err) {
			return err
		}
		if err != nil || !session.ExpiresAt.After(s.now()) {
			return a.signedOut()
		}
	}
	if a.User.ID != "" {
		now, err := tx.Users.Get(a.User.ID)
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
	q, err := tx.Questionnaires.Get(a.Admitted.Questionnaire)
	if err != nil {
		return err
	}
	return s.inPhase(q, a.Admitted.Phases...)
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

// who names the actor in the audit and in records.
func (a Actor) who() string {
	switch {
	case a.Console:
		return "console"
	case a.User.ID != "":
		return a.User.ID
	case a.Respondent != "":
		return "party:" + a.Respondent
	}
	return ""
}

// inPhase returns Conflict unless the questionnaire is in one of the phases now.
func (s *Service) inPhase(q Questionnaire, phases ...Phase) error {
	now := q.Phase(s.now())
	for _, p := range phases {
		if p == now {
			return nil
		}
	}
	return Fail(Conflict, "error.phase."+string(now))
}

// TwoPerson tells whether an act needs a second person: the alliance's setting, by default on from two active coordinators.
func (s *Service) TwoPerson(tx *Tx, act ApprovalKind) (bool, error) {
	alliance, err := loadAlliance(tx)
	if err != nil {
		return false, err
	}
	if rule := alliance.rule(act); rule != RuleAuto {
		return rule == RuleOn, nil
	}
	coordinators := 0
	for u, err := range tx.Users.List("") {
		if err != nil {
			return false, err
		}
		if u.Coordinator && u.Active() {
			coordinators++
		}
	}
	return coordinators >= 2, nil
}

// rule is the alliance's setting for an act.
func (a Alliance) rule(act ApprovalKind) Rule {
	return map[ApprovalKind]Rule{
		ActLock:          a.CheckLock,
		ActDispatch:      a.CheckDispatch,
		ActAddress:       a.CheckDispatch, // codes and receipts go there
		ActTranscription: a.CheckTranscription,
		ActPublication:   a.CheckPublication,
	}[act]
}

// twoPersonOrAlone is TwoPerson, and whether an act that needs nobody would need a second person if there was one: its rule
// is automatic.
func (s *Service) twoPersonOrAlone(tx *Tx, act ApprovalKind) (two, alone bool, err error) {
	alliance, err := loadAlliance(tx)
	if err != nil {
		return false, false, err
	}
	two, err = s.TwoPerson(tx, act)
	return two, !two && alliance.rule(act) == RuleAuto, err
}

// approve runs the two-person rule for an act on content, which is digested so that the approval binds to it.
// It returns done true when the act may be carried out now, with the approval to record. Where the rule is off, its
// ApprovedBy is "" unless somebody else's request for the same content waited from before; no request is left over.
// Otherwise the request has been noted and waits for a second person; the caller returns without acting.
func (s *Service) approve(tx *Tx, actor Actor, q string, act ApprovalKind, subject string, content any) (done bool, approval Approval, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return false, Approval{}, err
	}
	digest, err := contentDigest(content)
	if err != nil {
		return false, Approval{}, err
	}
	fresh := Approval{Questionnaire: q, Act: act, Subject: subject, Digest: digest, RequestedBy: actor.who(), RequestedAt: s.now()}
	needed, err := s.TwoPerson(tx, act)
	if err != nil {
		return false, Approval{}, err
	}
	waiting, err := WaitingApproval(tx, q, act, subject)
	if err != nil {
		return false, Approval{}, err
	}
	if waiting != nil && waiting.Digest == digest {
		own := waiting.RequestedBy == actor.who()
		one, err := oneHand(tx, waiting.RequestedBy, actor.who())
		switch {
		case err != nil:
			return false, Approval{}, err
		case !one:
			waiting.ApprovedBy, waiting.ApprovedAt = actor.who(), s.now()
			return true, *waiting, tx.Approvals.Put(*waiting)
		case needed && own:
			return false, *waiting, Fail(Conflict, "error.second_person")
		case needed:
			return false, *waiting, Fail(Conflict, "error.one_hand")
		}
	}
	if err := actor.require(RoleCoordinator); err != nil {
		return false, Approval{}, err
	}
	if !needed {
		if waiting != nil { // from when the rule was on
			err = tx.Approvals.Delete(waiting.Key())
		}
		return true, fresh, err
	}
	if err := s.audit(tx, actor, "request_"+string(act), q); err != nil {
		return false, Approval{}, err
	}
	return false, fresh, tx.Approvals.Put(fresh)
}

// askedBefore makes the second click of whoever asked for a second person what the first one was: a request that waits.
func askedBefore(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Key == "error.second_person" {
		return nil
	}
	return err
}

// contentDigest is Approval.Digest of a content: the hex SHA-256 of its JSON.
func contentDigest(content any) (string, error) {
	raw, err := json.Marshal(content)
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

// nameOfUser returns the name of a person of the alliance, "" for the console and for nobody.
func nameOfUser(tx *Tx, id string) string {
	u, err := tx.Users.Get(id)
	if err != nil {
		return ""
	}
	return u.Name
}

// WaitingApproval returns the request that waits for a second person, or nil.
func WaitingApproval(tx *Tx, q string, act ApprovalKind, subject string) (*Approval, error) {
	a, err := tx.Approvals.Get(Approval{Questionnaire: q, Act: act, Subject: subject}.Key())
	if IsNotFound(err) || err == nil && !a.ApprovedAt.IsZero() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// openRequest is WaitingApproval for the page of an act, whose content has the digest now: a request the rule no longer asks
// for is left out unless the actor could still be its second person.
func (s *Service) openRequest(tx *Tx, actor Actor, q string, act ApprovalKind, subject, digest string) (*Approval, error) {
	waiting, err := WaitingApproval(tx, q, act, subject)
	if waiting == nil || waiting.RequestedBy != actor.who() && waiting.Digest == digest {
		return waiting, err
	}
	if needed, err := s.TwoPerson(tx, act); err != nil || !needed {
		return nil, err
	}
	return waiting, nil
}

// WithdrawApproval takes back a request that waits, by whoever may make one.
func (s *Service) WithdrawApproval(ctx context.Context, actor Actor, q string, act ApprovalKind, subject string) error {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		a, err := WaitingApproval(tx, q, act, subject)
		if err != nil || a == nil {
			return err
		}
		if err := s.audit(tx, actor, "withdraw_request", q); err != nil {
			return err
		}
		return tx.Approvals.Delete(a.Key())
	})
}

// loadAlliance returns the alliance, empty before its settings were first saved.
func loadAlliance(tx *Tx) (Alliance, error) {
	a, err := tx.Alliances.Get(AllianceKey)
	if IsNotFound(err) {
		return Alliance{}, nil
	}
	return a, err
}

// questionnaireBySlug finds a questionnaire by its slug.
func questionnaireBySlug(tx *Tx, slug string) (Questionnaire, error) {
	for q, err := range tx.Questionnaires.List("") {
		if err != nil || q.Slug == slug {
			return q, err
		}
	}
	return Questionnaire{}, Fail(NotFound, "error.not_found")
}
