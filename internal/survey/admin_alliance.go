package survey

import (
	"context"
	"strings"
)

// Alliance returns the alliance's settings, empty before they were first saved. Name, Impressum and privacy notice are
// public; the caller shows no more than the page is for.
func (s *Service) Alliance(ctx context.Context) (a Alliance, err error) {
	err = s.Store.View(ctx, func(tx *Tx) error {
		a, err = loadAlliance(tx)
		return err
	})
	return a, err
}

// SaveAlliance is the form of the alliance's settings. Revision is the one the form started from.
type SaveAlliance struct {
	Alliance
}

// SaveAlliance changes the settings; saving what is saved already changes nothing. Administrators only: Impressum and two-person rules are theirs to answer for.
func (s *Service) SaveAlliance(ctx context.Context, actor Actor, cmd SaveAlliance) error {
	if err := actor.require(RoleAdministrator); err != nil {
		return err
	}
	a := cmd.Alliance
	var faults Faults
	faults.line("name", &a.Name, 200, true)
	faults.text("intro", &a.Intro)
	faults.text("imprint", &a.Imprint)
	faults.text("privacy", &a.Privacy)
	faults.text("press_contact", &a.PressContact)
	faults.email("email", &a.Email, false)
	faults.licence("licence", &a.Licence, false)
	for _, f := range namedRules(a) {
		if f.rule != RuleAuto && f.rule != RuleOn && f.rule != RuleOff {
			faults.Add(f.name, "error.choice")
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		now, err := loadAlliance(tx)
		if err != nil {
			return err
		}
		saved := a
		saved.Revision = now.Revision
		if same(now, saved) {
			return nil // the second click of two
		}
		if now.Revision != a.Revision {
			return stale()
		}
		saved.Revision++
		if err := s.audit(tx, actor, "alliance", "", rulesOf(now), rulesOf(saved)); err != nil {
			return err
		}
		return tx.Alliances.Put(saved)
	})
}

// namedRule is a two-person rule by its form name.
type namedRule struct {
	name string
	rule Rule
}

func namedRules(a Alliance) []namedRule {
	return []namedRule{{"check_lock", a.CheckLock}, {"check_dispatch", a.CheckDispatch}, {"check_transcription", a.CheckTranscription}, {"check_publication", a.CheckPublication}}
}

// rulesOf is the two-person rules, for the audit.
func rulesOf(a Alliance) string {
	var list []string
	for _, r := range namedRules(a) {
		value := string(r.rule)
		if r.rule == RuleAuto {
			value = "auto"
		}
		list = append(list, r.name+"="+value)
	}
	return strings.Join(list, " ")
}
