package survey

import "errors"

// SetUpStep is one thing without which an alliance cannot question anybody.
type SetUpStep struct {
	Name string // its words are the messages admin.set_up.<Name>
	Done bool
}

// setUp lists the steps in the order they are worked off, nil once nothing is missing.
func (s *Service) setUp(tx *Tx) ([]SetUpStep, error) {
	alliance, failed := loadAlliance(tx)
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

func holdsAny[T Entity](table Table[T]) (bool, error) {
	for _, err := range table.List("") {
		return err == nil, err
	}
	return false, nil
}

// hasSecond tells whether the two-person rule of the lock, which comes first, finds the people it needs: two coordinators
// where it is automatic, two who may confirm where it is always on, nobody where it is off.
func (s *Service) hasSecond(tx *Tx, alliance Alliance) (bool, error) {
	switch alliance.rule(ActLock) {
	case RuleOff:
		return true, nil
	case RuleAuto:
		return s.TwoPerson(tx, ActLock)
	}
	checkers := 0
	for u, err := range tx.Users.List("") {
		if err != nil {
			return false, err
		}
		if u.Active() && (u.Coordinator || u.Administrator) {
			checkers++
		}
	}
	return checkers > 1, nil
}
