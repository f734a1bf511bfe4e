package alliance

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"pruefstein/internal/survey"
)

// ListLine is a line of a party list.
type ListLine struct {
	Line int // in the list, from 1
	ListedParty
}

// A LineFault is a broken rule in a line of a party list.
type LineFault struct {
	Line   int    // from 1; 0 for the list as a whole
	Column string // name of a ListedParty's form field, "" for the whole line
	Key    string
	Args   []any
}

// PartyPlan is what taking over a list would do, for people to look at first.
type PartyPlan struct {
	Lines  []PlannedParty
	Digest string // of the plan; what is confirmed must be what was shown
}

// PlannedParty is a line of the list with what it would do.
type PlannedParty struct {
	ListLine
	Effect  PartyEffect
	Changes []PartyChange

	planned survey.BallotParty // as it would be
}

// PartyEffect is what a line would do.
type PartyEffect string

// The effects.
const (
	PartyNew     PartyEffect = "new"     // a party nobody had entered yet
	PartyJoins   PartyEffect = "joins"   // known from another election
	PartyChanges PartyEffect = "changes" // in this election already, something is different
	PartySame    PartyEffect = "same"    // in this election already, exactly so
)

// PartyChange is a field that would change. Field is its form name.
type PartyChange struct {
	Field, From, To string
}

// PlanParties says what taking over a list would do. It writes nothing. When there are faults there is no plan.
func (s *Service) PlanParties(ctx context.Context, actor survey.Actor, election survey.ElectionID, list []ListLine) (plan PartyPlan, faults []LineFault, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return plan, nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		plan, faults, err = planParties(tx, election, list)
		return err
	})
	return plan, faults, err
}

// ListColumns returns what was said of the columns of earlier lists.
func (s *Service) ListColumns(ctx context.Context, actor survey.Actor) (known []survey.ListColumns, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		a, err := survey.LoadAlliance(tx)
		known = a.ListColumns
		return err
	})
	return known, err
}

// maxListColumns is how many kinds of lists are remembered; the oldest is forgotten.
const maxListColumns = 50

// rememberColumns notes what is in the columns of a list.
func rememberColumns(tx *survey.Tx, columns survey.ListColumns) error {
	if columns.Header == "" {
		return nil
	}
	a, err := tx.Alliances.Get(survey.AllianceKey)
	if survey.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(a.ListColumns), func(c survey.ListColumns) bool { return c.Header == columns.Header })
	now := append([]survey.ListColumns{columns}, others[:min(len(others), maxListColumns-1)]...)
	if survey.Same(a.ListColumns, now) {
		return nil
	}
	a.ListColumns = now
	return tx.Alliances.Put(a)
}

// TakeParties takes a list over, all or nothing, and remembers what somebody said of its columns, if anybody did. Conflict (alliance.party_list.error.changed) when it would no longer do what the
// plan with the digest said.
func (s *Service) TakeParties(ctx context.Context, actor survey.Actor, election survey.ElectionID, digest string, list []ListLine, columns survey.ListColumns) (plan PartyPlan, faults []LineFault, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return plan, nil, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		plan, faults, err = planParties(tx, election, list)
		if err != nil || len(faults) > 0 {
			return err
		}
		if plan.Digest != digest {
			return survey.Fail(survey.Conflict, "alliance.error.list_changed")
		}
		for _, p := range plan.Lines {
			if p.Effect == PartySame {
				continue
			}
			if err := tx.Parties.Put(p.planned.Party); err != nil {
				return err
			}
			if err := tx.Contestants.Put(p.planned.Contestant); err != nil {
				return err
			}
		}
		return rememberColumns(tx, columns)
	})
	return plan, faults, err
}

func planParties(tx *survey.Tx, election survey.ElectionID, list []ListLine) (plan PartyPlan, faults []LineFault, err error) {
	if _, err := tx.Election(election); err != nil {
		return plan, nil, err
	}
	there, err := survey.BallotParties(tx, election)
	if err != nil {
		return plan, nil, err
	}
	known, err := knownParties(tx, there)
	if err != nil {
		return plan, nil, err
	}
	lineOf := map[string]int{} // party id or folded name -> line
	ballots := map[int]int{}   // position -> line
	for _, line := range list {
		var own survey.Faults
		said := line.clean(&own)
		p := PlannedParty{ListLine: line, Effect: PartyNew, planned: survey.BallotParty{Party: survey.Party{ID: survey.PartyID(survey.NewID())}, Contestant: survey.Contestant{Election: election}}}
		if at := line.find(known); at >= 0 {
			p.planned.Party, p.Effect = known[at], PartyJoins
			if at < len(there) {
				p.planned.Contestant, p.Effect = there[at].Contestant, PartySame
			}
		}
		if len(own) == 0 {
			keys := []string{string(p.planned.ID), "name " + strings.ToLower(line.ShortName)}
			if line.Wikidata != "" {
				keys = append(keys, "wikidata "+line.Wikidata)
			}
			for _, key := range keys {
				if first, ok := lineOf[key]; ok {
					own.Add("short_name", "alliance.error.list_party_twice", "First", first)
					break
				}
			}
			for _, key := range keys {
				lineOf[key] = line.Line
			}
		}
		if p.Effect == PartyJoins {
			if err := addLast(tx, p.planned.ID, &said); err != nil {
				return plan, nil, err
			}
		}
		p.apply(said)
		ballot := p.planned.Contestant.BallotPosition // a line without one keeps it
		if first, ok := ballots[ballot]; ok && ballot > 0 {
			own.Add("ballot_position", "alliance.error.list_ballot_twice", "First", first)
		}
		ballots[ballot] = line.Line
		faults = append(faults, ofLine(line.Line, own)...)
		plan.Lines = append(plan.Lines, p)
	}
	unlisted := slices.DeleteFunc(there, func(s survey.BallotParty) bool {
		return slices.ContainsFunc(plan.Lines, func(p PlannedParty) bool { return p.planned.ID == s.ID })
	})
	for _, p := range plan.Lines {
		faults = append(faults, ofLine(p.Line, p.taken(p.planned.ID, p.planned.Contestant.BallotPosition, unlisted, known))...)
	}
	if len(faults) > 0 {
		return PartyPlan{}, faults, nil
	}
	sum := sha256.New()
	for _, p := range plan.Lines {
		fmt.Fprintf(sum, "%q\n", []string{fmt.Sprintf("%+v", p.ListLine), string(p.Effect), fmt.Sprintf("%+v", p.Changes)})
	}
	plan.Digest = hex.EncodeToString(sum.Sum(nil))
	return plan, nil, nil
}

// apply puts the line's values in, notes what changes, and counts the revisions of what does. What the line does not say stays: so do
// the copies where it names the first address of now alone.
func (p *PlannedParty) apply(said survey.Contestant) {
	before, c := p.planned.Party, &p.planned.Contestant
	p.planned.Party = p.fill(before)
	after := p.planned.Party
	if said.Email == "" || said.Email == c.Email && said.Copies == nil {
		said.Email, said.Copies = c.Email, c.Copies
	}
	said.BallotPosition, said.Postal = cmp.Or(said.BallotPosition, c.BallotPosition), cmp.Or(said.Postal, c.Postal)
	for _, change := range []PartyChange{
		{"short_name", before.ShortName, after.ShortName},
		{"name", before.Name, after.Name},
		{"ballot_position", positionText(c.BallotPosition), positionText(said.BallotPosition)},
		{"wikidata", before.Wikidata, after.Wikidata},
		{"colour", before.Colour, after.Colour},
		{"email", strings.Join(survey.AllAddresses(c.Email, c.Copies), ", "), strings.Join(survey.AllAddresses(said.Email, said.Copies), ", ")},
		{"postal", c.Postal, said.Postal},
	} {
		if change.From != change.To && p.Effect != PartyNew {
			p.Changes = append(p.Changes, change)
		}
	}
	if p.Effect == PartySame && len(p.Changes) > 0 {
		p.Effect = PartyChanges
	}
	*c = with(*c, said)
	c.Party = after.ID
	c.Revision++
	p.planned.Party.Revision++
}

func positionText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// ofLine names the line of faults.
func ofLine(line int, own survey.Faults) (faults []LineFault) {
	for _, f := range own {
		column := f.Field
		if column == "copies" {
			column = "email" // they stand in one cell
		}
		faults = append(faults, LineFault{Line: line, Column: column, Key: f.Key, Args: f.Args})
	}
	return faults
}
