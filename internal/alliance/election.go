package alliance

import (
	"context"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// SaveElection is the form of an election.
type SaveElection struct {
	Revision                  int
	Name, Date, Level, Region string
}

// SaveElection creates (id "") or changes an election. A new one in the past is Invalid: nobody can be asked before it. Conflict (draft.error.election_fixed) once an import or a dispatched
// questionnaire says its name and day.
func (s *Service) SaveElection(ctx context.Context, actor survey.Actor, id survey.ElectionID, cmd SaveElection) (e survey.Election, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return e, err
	}
	var faults survey.Faults
	faults.Line("name", &cmd.Name, 200, true)
	faults.Line("region", &cmd.Region, 100, false)
	cmd.Date = strings.TrimSpace(cmd.Date)
	if _, key := survey.ParseDay(cmd.Date); key != "" {
		faults.Add("date", key)
	}
	if cmd.Level != "" && !slices.Contains(survey.Levels, survey.Level(cmd.Level)) {
		faults.Add("level", "error.choice")
	}
	if err := faults.Err(); err != nil {
		return e, err
	}
	fresh := survey.NewID()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		e = survey.Election{ID: survey.ElectionID(fresh)}
		if id != "" {
			if e, err = tx.Election(id); err != nil {
				return err
			}
		}
		if today := s.At(tx).In(survey.Instant{Zone: survey.DefaultZone}.Location()).Format(time.DateOnly); id == "" && cmd.Date < today {
			return survey.Faults{{Field: "date", Key: "alliance.error.election_past"}}.Err()
		}
		before := e
		e.Name, e.Date, e.Level, e.Region = cmd.Name, cmd.Date, survey.Level(cmd.Level), cmd.Region
		if id != "" && survey.Same(before, e) {
			return nil // the second click of two
		}
		switch use, err := useOf(tx, e.ID); {
		case err != nil:
			return err
		case use.fixed():
			return survey.Fail(survey.Conflict, "alliance.error.election_fixed")
		case e.Revision != cmd.Revision:
			return survey.Stale()
		}
		for other, err := range tx.Elections.List("") {
			if err != nil {
				return err
			}
			if other.ID == e.ID || other.Name != cmd.Name || other.Date != cmd.Date {
				continue
			}
			if use, err := useOf(tx, other.ID); err != nil {
				return err
			} else if !use.imported || use.ours { // an import brings one of its own
				return survey.Faults{{Field: "name", Key: "alliance.error.election_exists"}}.Err()
			}
		}
		e.Revision++
		return tx.Elections.Put(e)
	})
	return e, err
}

// electionUse tells which questionnaires name an election.
type electionUse struct {
	imported, ours, sent bool
}

// fixed tells whether the election's name and day stay: others have read them, in an import or in what was sent.
func (u electionUse) fixed() bool { return u.imported || u.sent }

func useOf(tx *survey.Tx, election survey.ElectionID) (u electionUse, err error) {
	for q, err := range tx.Questionnaires.By(survey.QuestionnaireElection).List(survey.Exact(string(election))) {
		if err != nil {
			return u, err
		}
		u.imported, u.ours, u.sent = u.imported || q.Imported, u.ours || !q.Imported, u.sent || !q.DispatchedAt.IsZero()
	}
	return u, nil
}

// ElectionFixed tells whether SaveElection would refuse any change of an election.
func (s *Service) ElectionFixed(ctx context.Context, actor survey.Actor, election survey.ElectionID) (fixed bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		use, err := useOf(tx, election)
		fixed = use.fixed()
		return err
	})
	return fixed, err
}

// ElectionSummary is an election in the list of elections.
type ElectionSummary struct {
	survey.Election
	Parties        int
	Questionnaires int
}

// Elections lists all elections, the latest first.
func (s *Service) Elections(ctx context.Context, actor survey.Actor) (list []ElectionSummary, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list = nil
		elections, err := survey.Elections(tx)
		if err != nil {
			return err
		}
		for _, e := range elections {
			parties, err := tx.Contestants.Count(survey.In(e.ID))
			if err != nil {
				return err
			}
			questionnaires, err := tx.Questionnaires.By(survey.QuestionnaireElection).Count(survey.Exact(string(e.ID)))
			if err != nil {
				return err
			}
			list = append(list, ElectionSummary{Election: e, Parties: parties, Questionnaires: questionnaires})
		}
		return nil
	})
	return list, err
}

// ElectionParties returns an election and its parties in ballot order, those without a position behind, by short name.
func (s *Service) ElectionParties(ctx context.Context, actor survey.Actor, id survey.ElectionID) (e survey.Election, list []survey.BallotParty, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return e, nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		if e, err = tx.Election(id); err != nil {
			return err
		}
		list, err = survey.BallotParties(tx, id)
		return err
	})
	return e, list, err
}
