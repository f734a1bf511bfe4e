package survey

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
)

// TwoPerson tells whether an act needs a second person: the alliance's setting, by default on from two active coordinators.
func (s *Kernel) TwoPerson(tx *Tx, act ApprovalKind) (bool, error) {
	alliance, err := LoadAlliance(tx)
	if err != nil {
		return false, err
	}
	if rule := alliance.Rule(act); rule != RuleAuto {
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

// Rule is the alliance's setting for an act.
func (a Alliance) Rule(act ApprovalKind) Rule {
	return map[ApprovalKind]Rule{
		ActLock:          a.ConfirmLock,
		ActUnlock:        a.ConfirmLock,
		ActDispatch:      a.ConfirmDispatch,
		ActAddress:       a.ConfirmDispatch, // codes and receipts go there
		ActErratum:       a.ConfirmDispatch,
		ActEnd:           a.ConfirmDispatch,
		ActReminder:      a.ConfirmDispatch,
		ActPost:          a.ConfirmDispatch, // its code is in the letter
		ActTranscription: a.ConfirmTranscription,
		ActPublication:   a.ConfirmPublication,
	}[act]
}

// TwoPersonOrAlone is TwoPerson, and whether an act that needs nobody would need a second person if there was one: its rule
// is automatic.
func (s *Kernel) TwoPersonOrAlone(tx *Tx, act ApprovalKind) (two, alone bool, err error) {
	alliance, err := LoadAlliance(tx)
	if err != nil {
		return false, false, err
	}
	two, err = s.TwoPerson(tx, act)
	return two, !two && alliance.Rule(act) == RuleAuto, err
}

// Approve runs the two-person rule for an act on content, which is digested so that the approval binds to it. It returns done true
// when the act may be carried out now, with the approval to record. Where the rule is off, its ApprovedBy is "" unless somebody
// else's request for the same content waited from before. No request is left over then. Otherwise the request has been noted and
// waits for a second person, and the caller returns without acting.
func (s *Kernel) Approve(tx *Tx, actor Actor, q QuestionnaireID, act ApprovalKind, subject string, content any) (done bool, approval Approval, err error) {
	if err := actor.Require(RoleCoordinator, RoleAdministrator); err != nil {
		return false, Approval{}, err
	}
	digest, err := ContentDigest(content)
	if err != nil {
		return false, Approval{}, err
	}
	fresh := Approval{Questionnaire: q, Act: act, Subject: subject, Digest: digest, RequestedBy: actor.Who(), RequestedAt: s.At(tx)}
	needed, err := s.TwoPerson(tx, act)
	if err != nil {
		return false, Approval{}, err
	}
	waiting, err := WaitingApproval(tx, q, act, subject)
	if err != nil {
		return false, Approval{}, err
	}
	if waiting != nil && waiting.Digest == digest {
		own := waiting.RequestedBy == actor.Who()
		one, err := OneHand(tx, waiting.RequestedBy, actor.Who())
		switch {
		case err != nil:
			return false, Approval{}, err
		case !one:
			waiting.ApprovedBy, waiting.ApprovedAt = actor.Who(), s.At(tx)
			return true, *waiting, tx.Approvals.Put(*waiting)
		case needed && own:
			return false, *waiting, Fail(Conflict, "error.second_person")
		case needed:
			return false, *waiting, Fail(Conflict, "error.one_hand")
		}
	}
	if err := actor.Require(RoleCoordinator); err != nil {
		return false, Approval{}, err
	}
	if !needed {
		if waiting != nil { // from when the rule was on
			err = tx.Approvals.Delete(waiting.Key())
		}
		return true, fresh, err
	}
	if err := s.Audit(tx, actor, "request_"+string(act), string(q)); err != nil {
		return false, Approval{}, err
	}
	return false, fresh, tx.Approvals.Put(fresh)
}

// SecondPerson is how the two-person rule stands for an act, for whoever looks at it.
type SecondPerson struct {
	TwoPerson   bool      // the rule is on
	Alone       bool      // it would be, but there is no second person yet
	Nobody      bool      // the rule is on, but nobody else who can sign in counts as a second person for whoever looks
	NoMail      bool      // there is no mail server: a link for a password can only be handed over
	Waiting     *Approval // a request that waits for a second person, nil: none
	WaitingName string    // who made it
	Outdated    bool      // the request is for another content than there is now
	Own         bool      // whoever looks made the request
	OneHand     bool      // another person did, but the two count as one
}

// SecondPerson tells how the two-person rule stands for an act on content with the digest.
func (s *Kernel) SecondPerson(tx *Tx, actor Actor, q QuestionnaireID, act ApprovalKind, subject, digest string) (p SecondPerson, err error) {
	if p.TwoPerson, p.Alone, err = s.TwoPersonOrAlone(tx, act); err != nil {
		return p, err
	}
	p.NoMail = !s.MailReady
	if p.TwoPerson {
		if p.Nobody, err = nobodyElse(tx, actor); err != nil {
			return p, err
		}
	}
	if p.Waiting, err = s.OpenRequest(tx, actor, q, act, subject, digest); err != nil || p.Waiting == nil {
		return p, err
	}
	p.Outdated, p.Own = p.Waiting.Digest != digest, p.Waiting.RequestedBy == actor.Who()
	p.WaitingName = NameOfUser(tx, p.Waiting.RequestedBy)
	p.OneHand, err = Paired(tx, actor, p.Waiting.RequestedBy)
	return p, err
}

// nobodyElse tells whether no other person could confirm what the actor asks for.
func nobodyElse(tx *Tx, actor Actor) (bool, error) {
	for u, err := range tx.Users.List("") {
		if err != nil {
			return false, err
		}
		if string(u.ID) == actor.Who() || !u.Active() || !u.Coordinator && !u.Administrator {
			continue
		}
		if one, err := OneHand(tx, actor.Who(), string(u.ID)); err != nil || !one {
			return false, err
		}
	}
	return true, nil
}

// AskedBefore makes the second click of whoever asked for a second person what the first one was: a request that waits.
func AskedBefore(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Key == "error.second_person" {
		return nil
	}
	return err
}

// ContentDigest is Approval.Digest of a content: the hex SHA-256 of its JSON.
func ContentDigest(content any) (string, error) {
	raw, err := json.Marshal(content)
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

// WaitingApproval returns the request that waits for a second person, or nil.
func WaitingApproval(tx *Tx, q QuestionnaireID, act ApprovalKind, subject string) (*Approval, error) {
	a, err := tx.Approvals.Get(Approval{Questionnaire: q, Act: act, Subject: subject}.Key())
	if IsNotFound(err) || err == nil && !a.ApprovedAt.IsZero() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// Settle takes away the request that waits, since what it was for is over.
func (*Kernel) Settle(tx *Tx, q QuestionnaireID, act ApprovalKind, subject string) error {
	waiting, err := WaitingApproval(tx, q, act, subject)
	if waiting == nil {
		return err
	}
	return tx.Approvals.Delete(waiting.Key())
}

// OpenRequest is WaitingApproval for the page of an act, whose content has the digest now: a request the rule no longer asks
// for is left out unless the actor could still be its second person.
func (s *Kernel) OpenRequest(tx *Tx, actor Actor, q QuestionnaireID, act ApprovalKind, subject, digest string) (*Approval, error) {
	waiting, err := WaitingApproval(tx, q, act, subject)
	if waiting == nil || waiting.RequestedBy != actor.Who() && waiting.Digest == digest {
		return waiting, err
	}
	if needed, err := s.TwoPerson(tx, act); err != nil || !needed {
		return nil, err
	}
	return waiting, nil
}

// WithdrawApproval takes back a request that waits, by whoever may make one.
func (s *Kernel) WithdrawApproval(ctx context.Context, actor Actor, q QuestionnaireID, act ApprovalKind, subject string) error {
	if err := actor.Require(RoleCoordinator, RoleAdministrator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *Tx) error {
		a, err := WaitingApproval(tx, q, act, subject)
		if err != nil || a == nil {
			return err
		}
		if err := s.Audit(tx, actor, "withdraw_request", string(q)); err != nil {
			return err
		}
		return tx.Approvals.Delete(a.Key())
	})
}

// OneHand tells whether two people count as one for the two-person rules: whoever hands somebody an invitation or a link for a
// new password could have used it. A link that went by mail ends that. Names are those of Actor.Who.
func OneHand(tx *Tx, a, b string) (bool, error) {
	mine, err := hands(tx, a)
	if err != nil {
		return false, err
	}
	theirs, err := hands(tx, b)
	return slices.ContainsFunc(mine, func(id string) bool { return slices.Contains(theirs, id) }), err
}

// Paired tells whether the actor is another person than the one who asked, but counts as one with them.
func Paired(tx *Tx, actor Actor, asked string) (bool, error) {
	if asked == actor.Who() {
		return false, nil
	}
	return OneHand(tx, asked, actor.Who())
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
