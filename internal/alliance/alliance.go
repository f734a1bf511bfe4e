package alliance

import (
	"context"
	"strings"

	"pruefstein/internal/survey"
)

// Settings returns the alliance's settings, empty before they were first saved. Name, Impressum and privacy notice are
// public; the caller shows no more than the page is for.
func (s *Service) Settings(ctx context.Context) (a survey.Alliance, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		a, err = survey.LoadAlliance(tx)
		return err
	})
	return a, err
}

// SaveSettings is the form of the alliance's settings. Revision is the one the form started from.
type SaveSettings struct {
	survey.Alliance
}

// SaveSettings changes the settings. Saving what is saved already changes nothing. It is for administrators only, who answer for
// Impressum and two-person rules.
func (s *Service) SaveSettings(ctx context.Context, actor survey.Actor, cmd SaveSettings) error {
	if err := actor.Require(survey.RoleAdministrator); err != nil {
		return err
	}
	a := cmd.Alliance
	var faults survey.Faults
	faults.Line("name", &a.Name, 200, true)
	faults.Text("intro", &a.Intro)
	faults.Text("imprint", &a.Imprint)
	faults.Text("privacy", &a.Privacy)
	faults.Text("press_contact", &a.PressContact)
	faults.Email("email", &a.Email, false)
	faults.Licence("licence", &a.Licence, false)
	for _, f := range namedRules(a) {
		if f.rule != survey.RuleAuto && f.rule != survey.RuleOn && f.rule != survey.RuleOff {
			faults.Add(f.name, "error.choice")
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		now, err := survey.LoadAlliance(tx)
		if err != nil {
			return err
		}
		saved := a
		saved.Revision, saved.ListColumns = now.Revision, now.ListColumns
		if survey.Same(now, saved) {
			return nil // the second click of two
		}
		if now.Revision != a.Revision {
			return survey.Stale()
		}
		saved.Revision++
		if err := s.Audit(tx, actor, "alliance", "", rulesOf(now), rulesOf(saved)); err != nil {
			return err
		}
		return tx.Alliances.Put(saved)
	})
}

// namedRule is a two-person rule by its form name.
type namedRule struct {
	name string
	rule survey.Rule
}

func namedRules(a survey.Alliance) []namedRule {
	return []namedRule{{"check_lock", a.ConfirmLock}, {"check_dispatch", a.ConfirmDispatch}, {"check_transcription", a.ConfirmTranscription}, {"check_publication", a.ConfirmPublication}}
}

// rulesOf is the two-person rules, for the audit.
func rulesOf(a survey.Alliance) string {
	var list []string
	for _, r := range namedRules(a) {
		value := string(r.rule)
		if r.rule == survey.RuleAuto {
			value = "auto"
		}
		list = append(list, r.name+"="+value)
	}
	return strings.Join(list, " ")
}
