package alliance

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"pruefstein/internal/survey"
)

// ListedParty is a party of an election as somebody wrote it, in a form or in a line of a list.
type ListedParty struct {
	ShortName, Name, BallotPosition, Wikidata, Colour, Email string

	Copies string // addresses beside Email, see survey.SplitAddresses
	Postal string
}

// clean brings the fields to their stored form and notes their faults. It returns what they say of the party in its election.
func (p *ListedParty) clean(f *survey.Faults) (said survey.Contestant) {
	f.Party(&p.ShortName, &p.Name, &p.Wikidata, &p.Colour)
	said.Copies = f.Contact(&p.Email, p.Copies, &p.Postal)
	said.Email, said.Postal = p.Email, p.Postal
	said.BallotPosition = f.Whole("ballot_position", p.BallotPosition, 1, survey.MaxBallotPosition)
	return said
}

// fill writes what the list says into the party; what it does not say stays.
func (p ListedParty) fill(party survey.Party) survey.Party {
	party.ShortName, party.Name = p.ShortName, p.Name
	if p.Wikidata != "" {
		party.Wikidata = p.Wikidata
	}
	if p.Colour != "" {
		party.Colour = p.Colour
	}
	return party
}

// find returns the place of the listed party among the known ones, of which the first are those of this election; -1 for none. It is
// who has its Wikidata number, else its short name and name. Perhaps it is one of those that have its short name alone, which somebody
// has to say. A single candidate is known from another election by a number alone. Nobody with another number is meant.
func (p ListedParty) find(known []survey.Party, here int, single bool) (at int, perhaps []int) {
	if p.Wikidata != "" {
		if at := slices.IndexFunc(known, func(k survey.Party) bool { return k.Wikidata == p.Wikidata }); at >= 0 {
			return at, nil
		}
	}
	short, name := survey.NameKey(p.ShortName), survey.NameKey(p.Name)
	for i, k := range known {
		same := survey.NameKey(k.Name) == name
		switch {
		case survey.NameKey(k.ShortName) != short || p.Wikidata != "" && k.Wikidata != "":
		case i >= here && (single || singleCandidate.MatchString(p.ShortName) || singleCandidate.MatchString(k.ShortName)):
			if same {
				perhaps = append(perhaps, i)
			}
		case same:
			return i, nil
		default:
			perhaps = append(perhaps, i)
		}
	}
	return -1, perhaps
}

// singleCandidate begins the names of single candidates, as election offices write them: two of one name are two people.
var singleCandidate = regexp.MustCompile(`(?i)^(EB\b|Einzelbewerb)`)

// knownParties lists the parties of an election first, then all others.
func knownParties(tx *survey.Tx, there []survey.BallotParty) ([]survey.Party, error) {
	var list []survey.Party
	for _, s := range there {
		list = append(list, s.Party)
	}
	for p, err := range tx.Parties.List("") {
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(there, func(s survey.BallotParty) bool { return s.ID == p.ID }) {
			list = append(list, p)
		}
	}
	return list, nil
}

// with is a party in its election with what is said of it.
func with(c, said survey.Contestant) survey.Contestant {
	c.BallotPosition, c.Email, c.Copies, c.Postal = said.BallotPosition, said.Email, said.Copies, said.Postal
	return c
}

// addLast adds to what is said of a party that joins an election where it took questions in the latest of the others, as far as that
// is known.
func addLast(tx *survey.Tx, party survey.PartyID, said *survey.Contestant) error {
	elections, err := survey.Elections(tx)
	if err != nil {
		return err
	}
	for _, e := range elections {
		c, err := tx.Contestants.Get(survey.Contestant{Election: e.ID, Party: party}.Key())
		if err != nil && !survey.IsNotFound(err) {
			return err
		}
		if said.Email == "" {
			said.Email, said.Copies = c.Email, c.Copies
		}
		said.Postal = cmp.Or(said.Postal, c.Postal)
	}
	return nil
}

// SaveContestant is the form of a party in an election.
type SaveContestant struct {
	PartyRevision      int
	ContestantRevision int
	ListedParty
	Standing survey.Standing
}

// SaveContestant adds a party to an election (party "") or changes it there. A party known from other elections, by Wikidata or
// by short name and name, is reused. Its names, Wikidata number and colour are the same in all elections. What is not said of where it is reached it gets from its latest election. Respondents
// and publications keep their own copies. How it stands can change at any time, also after the dispatch, and goes over to its
// respondents at once.
func (s *Service) SaveContestant(ctx context.Context, actor survey.Actor, election survey.ElectionID, party survey.PartyID, cmd SaveContestant) (saved survey.BallotParty, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return saved, err
	}
	var faults survey.Faults
	typed := cmd.clean(&faults)
	fresh := survey.NewID()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		said := typed
		e, err := tx.Election(election)
		if err != nil {
			return err
		}
		own := slices.Clone(faults)
		own.Standing(&cmd.Standing, e, survey.Today(s.At(tx)))
		if err := own.Err(); err != nil {
			return err
		}
		there, err := survey.BallotParties(tx, election)
		if err != nil {
			return err
		}
		known, err := knownParties(tx, there)
		if err != nil {
			return err
		}
		var stood survey.Standing
		if party == "" {
			saved = survey.BallotParty{Party: survey.Party{ID: survey.PartyID(fresh)}, Contestant: survey.Contestant{Election: election}}
			if at, _ := cmd.find(known, len(there), false); at >= 0 {
				saved.Party = known[at]
				if err := addLast(tx, saved.ID, &said); err != nil {
					return err
				}
			}
			saved.Party = cmd.fill(saved.Party)
		} else {
			at := slices.IndexFunc(there, func(s survey.BallotParty) bool { return s.ID == party })
			if at < 0 {
				return survey.Fail(survey.NotFound, "error.not_found")
			}
			saved = there[at]
			before := saved
			stood = before.Contestant.Standing
			saved.ShortName, saved.Name, saved.Wikidata, saved.Colour = cmd.ShortName, cmd.Name, cmd.Wikidata, cmd.Colour
			saved.Contestant = with(saved.Contestant, said)
			saved.Contestant.Standing = cmd.Standing
			if survey.Same(before, saved) {
				return nil // the second click of two
			}
			if saved.Party.Revision != cmd.PartyRevision || saved.Contestant.Revision != cmd.ContestantRevision {
				return survey.Stale()
			}
		}
		faults := cmd.taken(saved.ID, said.BallotPosition, there, known)
		if party == "" && slices.ContainsFunc(there, func(s survey.BallotParty) bool { return s.ID == saved.ID }) {
			faults.Add("short_name", "alliance.error.party_listed", "Name", saved.ShortName)
		}
		if err := faults.Err(); err != nil {
			return err
		}
		saved.Contestant = with(saved.Contestant, said)
		saved.Contestant.Party, saved.Contestant.Standing = saved.ID, cmd.Standing
		saved.Contestant.Revision++
		saved.Party.Revision++
		if err := tx.Parties.Put(saved.Party); err != nil {
			return err
		}
		if err := tx.Contestants.Put(saved.Contestant); err != nil {
			return err
		}
		if saved.Contestant.Standing == stood {
			return nil
		}
		if err := survey.PutStandings(tx, election); err != nil {
			return err
		}
		return s.Audit(tx, actor, "standing", string(saved.ID), string(stood.State), string(saved.Contestant.Standing.State))
	})
	return saved, err
}

// taken finds what the party with the id would share with another one: its names or place in the election, or its number.
func (p ListedParty) taken(id survey.PartyID, ballot int, others []survey.BallotParty, known []survey.Party) (faults survey.Faults) {
	for _, other := range others {
		switch {
		case other.ID == id:
		case survey.NameKey(other.ShortName) == survey.NameKey(p.ShortName) && survey.NameKey(other.Name) == survey.NameKey(p.Name):
			faults.Add("short_name", "alliance.error.party_listed", "Name", other.ShortName)
		case ballot > 0 && other.Contestant.BallotPosition == ballot:
			faults.Add("ballot_position", "alliance.error.ballot_taken", "Name", other.ShortName)
		}
	}
	for _, other := range known {
		if other.ID != id && p.Wikidata != "" && other.Wikidata == p.Wikidata {
			faults.Add("wikidata", "alliance.error.wikidata_taken", "Name", other.ShortName)
		}
	}
	return faults
}

// RemoveContestant takes a party out of an election, not out of the others. Conflict when it is already among the
// respondents of a questionnaire for that election.
func (s *Service) RemoveContestant(ctx context.Context, actor survey.Actor, election survey.ElectionID, party survey.PartyID) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		c, err := tx.Contestants.Get(survey.Contestant{Election: election, Party: party}.Key())
		if err != nil {
			return err
		}
		for q, err := range tx.Questionnaires.By(survey.QuestionnaireElection).List(survey.Exact(string(election))) {
			if err != nil {
				return err
			}
			for r, err := range tx.Respondents.List(survey.In(q.ID)) {
				if err != nil {
					return err
				}
				if slices.Contains(r.Parties, party) {
					return survey.Fail(survey.Conflict, "alliance.error.party_asked", "Title", q.Title)
				}
			}
		}
		return tx.Contestants.Delete(c.Key())
	})
}
