package survey

import "slices"

// Candidate is a party that stands in the election, and whether it is among the respondents.
type Candidate struct {
	Party      Party
	Contestant Contestant
	Respondent Slug // slug of the respondent that stands for it; "" none
	Joint      bool // that respondent stands for several parties
	Number     int  // its OrderNumber
}

// Candidates returns the parties of the election by the rule of the questionnaire.
func Candidates(tx *Tx, q Questionnaire, respondents []Respondent) ([]Candidate, error) {
	var list []Candidate
	parties, err := BallotParties(tx, q.Election)
	if err != nil {
		return nil, err
	}
	for _, c := range parties {
		one := Candidate{Party: c.Party, Contestant: c.Contestant}
		for _, r := range respondents {
			if slices.Contains(r.Parties, c.Party.ID) {
				one.Respondent, one.Joint, one.Number = r.Slug, len(r.Parties) > 1, r.OrderNumber
			}
		}
		list = append(list, one)
	}
	inOrder(Questionnaire{Order: q.Order}, list, func(c Candidate) place {
		p := placeOf(c.Party, c.Contestant)
		p.number = c.Number
		return p
	})
	return list, nil
}

// Missing tells whether the party needs a respondent and has none. Who no longer stands needs none.
func (c Candidate) Missing() bool { return c.Respondent == "" && !c.Contestant.Standing.Out() }

// Unrepresented are the short names of the parties of the election no respondent stands for, of those that still stand. An import
// says itself who was asked.
func Unrepresented(tx *Tx, q Questionnaire, respondents []Respondent) (names []string, err error) {
	if q.Imported {
		return nil, nil
	}
	list, err := Candidates(tx, q, respondents)
	for _, c := range list {
		if c.Missing() {
			names = append(names, c.Party.ShortName)
		}
	}
	return names, err
}

// BallotParty is a party with its place in one election.
type BallotParty struct {
	Party
	Contestant Contestant
}

// BallotParties lists the parties of an election by OrderBallot.
func BallotParties(tx *Tx, election ElectionID) ([]BallotParty, error) {
	var list []BallotParty
	for c, err := range tx.Contestants.List(In(election)) {
		if err != nil {
			return nil, err
		}
		p, err := tx.Party(c.Party)
		if err != nil {
			return nil, err
		}
		list = append(list, BallotParty{Party: p, Contestant: c})
	}
	inOrder(Questionnaire{Order: OrderBallot}, list, func(p BallotParty) place { return placeOf(p.Party, p.Contestant) })
	return list, nil
}

func placeOf(p Party, c Contestant) place {
	return place{shortName: p.ShortName, name: p.Name, ballot: c.BallotPosition, id: string(p.ID)}
}
