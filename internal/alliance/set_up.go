package alliance

import (
	"errors"

	"pruefstein/internal/survey"
)

// SetUpStep is one thing that belongs to setting up an alliance.
type SetUpStep struct {
	Name string // its words are the messages admin.set_up.<Name>
	Done bool
}

// setUp lists the steps in the order they are worked off, nil once nothing is missing.
func (s *Service) setUp(tx *survey.Tx) ([]SetUpStep, error) {
	alliance, failed := survey.LoadAlliance(tx)
	held := func(done bool, err error) bool {
		failed = errors.Join(failed, err)
		return done
	}
	steps := []SetUpStep{
		{"legal", alliance.Imprint != "" && alliance.Privacy != ""},
		{"address", alliance.Email != ""},
		{"mail", s.MailReady},
		{"organisations", held(holdsAny(tx.Organisations))},
		{"groups", held(holdsAny(tx.WorkingGroups))},
		{"second", held(s.hasSecond(tx, alliance))},
		{"election", held(holdsAny(tx.Elections))},
		{"parties", held(holdsAny(tx.Contestants))},
	}
	for _, step := range steps {
		if !step.Done {
			return steps, failed
		}
	}
	return nil, failed
}

func holdsAny[T survey.Entity](table survey.Table[T]) (bool, error) {
	for _, err := range table.List("") {
		return err == nil, err
	}
	return false, nil
}

// hasSecond tells whether the two-person rule of the lock, which comes first, finds the people it needs: two coordinators
// where it is automatic, nobody where it is off; and in any case two who may confirm what the other asks for.
func (s *Service) hasSecond(tx *survey.Tx, alliance survey.Alliance) (bool, error) {
	if alliance.Rule(survey.ActLock) == survey.RuleOff {
		return true, nil
	}
	if on, err := s.TwoPerson(tx, survey.ActLock); err != nil || !on {
		return false, err
	}
	var checkers []string
	for u, err := range tx.Users.List("") {
		if err != nil {
			return false, err
		}
		if !u.Active() || !u.Coordinator && !u.Administrator {
			continue
		}
		for _, other := range checkers {
			if one, err := survey.OneHand(tx, other, string(u.ID)); err != nil || !one {
				return err == nil, err
			}
		}
		checkers = append(checkers, string(u.ID))
	}
	return false, nil
}
