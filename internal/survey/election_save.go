package survey

import (
	"context"
	"slices"
	"strings"
	"time"
)

// SaveElection is the form of an election. ID "" makes a new one.
type SaveElection struct {
	ID                        string
	Revision                  int
	Name, Date, Level, Region string
}

// SaveElection creates or changes an election.
func (s *Service) SaveElection(ctx context.Context, actor Actor, cmd SaveElection) (e Election, err error) {
	if err := actor.require(RoleCoordinator); err != nil {
		return e, err
	}
	var faults Faults
	faults.line("name", &cmd.Name, 200, true)
	faults.line("region", &cmd.Region, 100, false)
	cmd.Date = strings.TrimSpace(cmd.Date)
	if day, err := time.Parse(time.DateOnly, cmd.Date); err != nil || day.Year() < 1900 || day.Year() > 2200 {
		faults.Add("date", "error.date")
	}
	if cmd.Level != "" && !slices.Contains(Levels, Level(cmd.Level)) {
		faults.Add("level", "error.choice")
	}
	if err := faults.Err(); err != nil {
		return e, err
	}
	fresh := NewID()
	err = s.update(ctx, func(tx *Tx) error {
		e = Election{ID: fresh}
		if cmd.ID != "" {
			if e, err = tx.Elections.Get(cmd.ID); err != nil {
				return err
			}
			if e.Revision != cmd.Revision {
				return stale()
			}
		}
		for other, err := range tx.Elections.List("") {
			if err != nil {
				return err
			}
			if other.ID != e.ID && other.Name == cmd.Name && other.Date == cmd.Date {
				var faults Faults
				faults.Add("name", "draft.error.election_exists")
				return faults.Err()
			}
		}
		e.Name, e.Date, e.Level, e.Region = cmd.Name, cmd.Date, Level(cmd.Level), cmd.Region
		e.Revision++
		return tx.Elections.Put(e)
	})
	return e, err
}

// ElectionSummary is an election in the list of elections.
type ElectionSummary struct {
	Election
	Parties        int
	Questionnaires int
}

// Elections lists all elections, the latest first.
func (s *Service) Elections(ctx context.Context, actor Actor) (list []ElectionSummary, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		list = nil
		used := map[string]int{}
		for q, err := range tx.Questionnaires.List("") {
			if err != nil {
				return err
			}
			used[q.Election]++
		}
		for e, err := range tx.Elections.List("") {
			if err != nil {
				return err
			}
			contestants, err := collect(tx.Contestants.List(e.ID + "/"))
			if err != nil {
				return err
			}
			list = append(list, ElectionSummary{Election: e, Parties: len(contestants), Questionnaires: used[e.ID]})
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b ElectionSummary) int { return strings.Compare(b.Date, a.Date) })
	return list, err
}

// Standing is a party with its place in one election.
type Standing struct {
	Party
	Contestant Contestant
}

// ElectionParties returns an election and its parties in ballot order, those without a position behind, by short name.
func (s *Service) ElectionParties(ctx context.Context, actor Actor, id string) (e Election, list []Standing, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return e, nil, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		if e, err = tx.Elections.Get(id); err != nil {
			return err
		}
		list, err = standings(tx, id)
		return err
	})
	return e, list, err
}

// standings lists the parties of an election in their order.
func standings(tx *Tx, election string) ([]Standing, error) {
	var list []Standing
	for c, err := range tx.Contestants.List(election + "/") {
		if err != nil {
			return nil, err
		}
		p, err := tx.Parties.Get(c.Party)
		if err != nil {
			return nil, err
		}
		list = append(list, Standing{Party: p, Contestant: c})
	}
	slices.SortStableFunc(list, func(a, b Standing) int {
		x, y := a.Contestant.BallotPosition, b.Contestant.BallotPosition
		switch {
		case x == y:
			return strings.Compare(Slug(a.ShortName), Slug(b.ShortName))
		case x == 0:
			return 1
		case y == 0:
			return -1
		}
		return x - y
	})
	return list, nil
}
