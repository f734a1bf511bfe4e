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
	Single bool // the list calls it a single candidate
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

// PlannedParty is a party of the list with what it would do.
type PlannedParty struct {
	ListLine
	Repeated []int // lines that say the same party again
	Effect   PartyEffect
	Changes  []PartyChange
	Perhaps  []KnownParty // whom it may be, when it is asked

	planned survey.BallotParty // as it would be
	said    survey.Contestant
}

// KnownParty is a party that a listed one may be, with what would change then.
type KnownParty struct {
	survey.Party
	Here    bool   // it stands in this election
	Stood   string // the latest election it stands in; "" none
	Changes []PartyChange
}

// ListAnswers say of lines whom they mean: a known party of the same short name, or "" for another one.
type ListAnswers map[int]survey.PartyID

// PartyEffect is what a line would do.
type PartyEffect string

// The effects.
const (
	PartyNew     PartyEffect = "new"     // a party nobody had entered yet
	PartyJoins   PartyEffect = "joins"   // known from another election
	PartyChanges PartyEffect = "changes" // in this election already, something is different
	PartySame    PartyEffect = "same"    // in this election already, exactly so
	PartyAsked   PartyEffect = "asked"   // somebody has to say whether it is one that has its short name
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
		plan, faults, err = planParties(tx, election, list, nil)
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

// TakeParties takes a list over, all or nothing, and remembers what somebody said of its columns, if anybody did. Each line that is asked
// needs an answer. Conflict (alliance.error.list_changed) when it would no longer do what the plan with the digest said.
func (s *Service) TakeParties(ctx context.Context, actor survey.Actor, election survey.ElectionID, digest string, list []ListLine, answers ListAnswers, columns survey.ListColumns) (plan PartyPlan, faults []LineFault, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return plan, nil, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		plan, faults, err = planParties(tx, election, list, nil)
		if err != nil || len(faults) > 0 {
			return err
		}
		if plan.Digest != digest {
			return survey.Fail(survey.Conflict, "alliance.error.list_changed")
		}
		if plan, faults, err = planParties(tx, election, list, answers); err != nil || len(faults) > 0 {
			return err
		}
		for _, p := range plan.Lines {
			if p.Effect == PartyAsked {
				faults = append(faults, LineFault{Line: p.Line, Key: UndecidedKey})
			}
		}
		if len(faults) > 0 {
			return nil
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

// UndecidedKey is the fault of a line that nobody has said of whom it means.
const UndecidedKey = "alliance.error.list_undecided"

func planParties(tx *survey.Tx, election survey.ElectionID, list []ListLine, answers ListAnswers) (plan PartyPlan, faults []LineFault, err error) {
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
	plan.Lines, faults = eachOnce(list)
	meant := map[survey.PartyID]bool{} // by a line, for certain
	for _, p := range plan.Lines {
		if at, _ := p.find(known, len(there), p.Single); at >= 0 {
			meant[known[at].ID] = true
		}
	}
	as := func(p PlannedParty, at int) (PlannedParty, error) { // the line, where it means that party; -1 a new one
		p.Effect, p.planned = PartyNew, survey.BallotParty{Party: survey.Party{ID: survey.PartyID(survey.NewID())}, Contestant: survey.Contestant{Election: election}}
		if at >= 0 {
			p.planned.Party, p.Effect = known[at], PartyJoins
			if at < len(there) {
				p.planned.Contestant, p.Effect = there[at].Contestant, PartySame
			} else if err := addLast(tx, p.planned.ID, &p.said); err != nil {
				return p, err
			}
		}
		p.apply(p.said)
		return p, nil
	}
	parties, numbers, ballots := map[survey.PartyID]int{}, map[string]int{}, map[int]int{} // what only one line can have -> line
	asked := map[survey.PartyID]bool{}
	for i, p := range plan.Lines {
		var own survey.Faults
		at, perhaps := p.find(known, len(there), p.Single)
		perhaps = slices.DeleteFunc(perhaps, func(at int) bool { return meant[known[at].ID] })
		answer, answered := answers[p.Line]
		if answer != "" && len(perhaps) > 0 {
			if at = slices.IndexFunc(known, func(k survey.Party) bool { return k.ID == answer }); !slices.Contains(perhaps, at) {
				at, answered = -1, false
			}
		}
		line, err := as(p, at)
		if err != nil {
			return plan, nil, err
		}
		if len(perhaps) > 0 && !answered {
			line.Effect = PartyAsked
			for _, at := range perhaps {
				same, err := as(p, at)
				if err != nil {
					return plan, nil, err
				}
				one := KnownParty{Party: known[at], Here: at < len(there), Changes: same.Changes}
				if one.Stood, err = lastStood(tx, one.ID); err != nil {
					return plan, nil, err
				}
				line.Perhaps, asked[one.ID] = append(line.Perhaps, one), true
			}
		}
		plan.Lines[i] = line
		if first := only(parties, line.planned.ID, line.Line); first > 0 {
			own.Add("short_name", "alliance.error.list_party_twice", "First", first)
		}
		if first := only(numbers, line.Wikidata, line.Line); first > 0 {
			own.Add("wikidata", "alliance.error.list_wikidata_twice", "First", first)
		}
		if first := only(ballots, line.planned.Contestant.BallotPosition, line.Line); first > 0 {
			own.Add("ballot_position", "alliance.error.list_ballot_twice", "First", first)
		} // a line without one keeps it
		faults = append(faults, ofLine(p.Line, own)...)
	}
	unlisted := slices.DeleteFunc(there, func(s survey.BallotParty) bool {
		return asked[s.ID] || slices.ContainsFunc(plan.Lines, func(p PlannedParty) bool { return p.planned.ID == s.ID })
	})
	for _, p := range plan.Lines {
		faults = append(faults, ofLine(p.Line, p.taken(p.planned.ID, p.planned.Contestant.BallotPosition, unlisted, known))...)
	}
	if len(faults) > 0 {
		return PartyPlan{}, faults, nil
	}
	sum := sha256.New()
	for _, p := range plan.Lines {
		fmt.Fprintf(sum, "%q\n", []string{fmt.Sprintf("%+v", p.ListLine), string(p.Effect), fmt.Sprintf("%+v", p.Changes), fmt.Sprintf("%+v", p.Perhaps)})
	}
	plan.Digest = hex.EncodeToString(sum.Sum(nil))
	return plan, nil, nil
}

// only notes that a line has a value, and returns the line that had it before, 0 none. The zero value is none.
func only[T comparable](lines map[T]int, value T, line int) (first int) {
	var none T
	if value == none || lines[value] > 0 {
		return lines[value]
	}
	lines[value] = line
	return 0
}

// lastStood is the name of the latest election in which a party stands.
func lastStood(tx *survey.Tx, party survey.PartyID) (string, error) {
	elections, err := survey.Elections(tx)
	if err != nil {
		return "", err
	}
	for _, e := range elections {
		_, err := tx.Contestants.Get(survey.Contestant{Election: e.ID, Party: party}.Key())
		if err == nil {
			return e.Name, nil
		}
		if !survey.IsNotFound(err) {
			return "", err
		}
	}
	return "", nil
}

// eachOnce are the parties of a list, cleaned, each once: who stands in it again with the same short name and name adds what is new, and
// a fault where it says something else.
func eachOnce(list []ListLine) (parties []PlannedParty, faults []LineFault) {
	at := map[string]int{} // names -> place in parties
	for _, line := range list {
		var own survey.Faults
		said := line.clean(&own)
		p := PlannedParty{ListLine: line, said: said}
		names := survey.NameKey(line.ShortName) + " " + survey.NameKey(line.Name)
		i, again := at[names]
		switch {
		case len(own) > 0:
			parties = append(parties, p)
		case again:
			parties[i].join(p, &own)
		default:
			at[names] = len(parties)
			parties = append(parties, p)
		}
		faults = append(faults, ofLine(line.Line, own)...)
	}
	return parties, faults
}

// join adds what a further line says of the party, and notes where the two differ.
func (p *PlannedParty) join(again PlannedParty, own *survey.Faults) {
	p.Repeated = append(p.Repeated, again.Line)
	p.Single = p.Single || again.Single
	for _, field := range []struct {
		name        string
		first, then *string
	}{
		{"wikidata", &p.Wikidata, &again.Wikidata}, {"colour", &p.Colour, &again.Colour}, {"email", &p.said.Email, &again.said.Email}, {"postal", &p.said.Postal, &again.said.Postal},
	} {
		if *field.first != "" && *field.then != "" && *field.first != *field.then {
			own.Add(field.name, "alliance.error.list_differs", "First", p.Line, "Said", *field.first)
		}
		*field.first = cmp.Or(*field.first, *field.then)
	}
	if n := p.said.BallotPosition; n > 0 && again.said.BallotPosition > 0 && n != again.said.BallotPosition {
		own.Add("ballot_position", "alliance.error.list_differs", "First", p.Line, "Said", positionText(n))
	}
	p.said.BallotPosition = cmp.Or(p.said.BallotPosition, again.said.BallotPosition)
	if first, then := strings.Join(p.said.Copies, ", "), strings.Join(again.said.Copies, ", "); first != "" && then != "" && first != then {
		own.Add("email", "alliance.error.list_differs", "First", p.Line, "Said", first)
	}
	if p.said.Copies == nil {
		p.said.Copies = again.said.Copies
	}
	p.Email, p.Postal = p.said.Email, p.said.Postal
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
