package survey

import (
	"slices"
	"time"
)

// ContestState is whether a party stands in an election. "" is none: nobody has noted it.
type ContestState string

// The states.
const (
	StateExpected    ContestState = "expected"     // will stand, as far as is known
	StateStanding    ContestState = "standing"     // is on the ballot
	StateNotAdmitted ContestState = "not_admitted" // refused by the election committee
	StateResigned    ContestState = "resigned"     // gave up by itself
)

// ContestStates in the order of forms.
var ContestStates = []ContestState{StateExpected, StateStanding, StateNotAdmitted, StateResigned}

// Standing is how a party, or a respondent, stands in its election. All of it is public. It never touches what was answered.
type Standing struct {
	State  ContestState `json:"state,omitempty"`
	Since  string       `json:"since,omitempty"` // 2006-01-02
	Reason string       `json:"reason,omitempty"`
	Source string       `json:"source,omitempty"` // where it stands, such as a notice of the election committee
}

// Out tells whether it no longer stands. It is counted apart then, and gets no reminders.
func (s Standing) Out() bool { return s.State == StateNotAdmitted || s.State == StateResigned }

// Told tells whether readers are told the state: that a party stands needs no words.
func (s Standing) Told() bool { return s.State != "" && s.State != StateStanding }

// Standing cleans how a party stands in place and notes its faults, at state, state_since, state_reason and state_source. That
// it no longer stands needs a day, a reason and a source. The day is neither to come nor behind the election day.
func (f *Faults) Standing(s *Standing, election Election, today string) {
	if s.State != "" && !slices.Contains(ContestStates, s.State) {
		f.Add("state", "error.choice")
	}
	f.Line("state_since", &s.Since, 30, s.Out())
	f.Line("state_reason", &s.Reason, 500, s.Out())
	f.Line("state_source", &s.Source, 500, s.Out())
	if s.State == "" && (s.Since != "" || s.Reason != "" || s.Source != "") {
		f.Add("state", "alliance.error.state_missing")
	}
	switch _, key := ParseDay(s.Since); {
	case s.Since == "":
	case key != "":
		f.Add("state_since", key)
	case s.Since > today:
		f.Add("state_since", "alliance.error.state_to_come")
	case election.Date != "" && s.Since > election.Date:
		f.Add("state_since", "alliance.error.state_after_election")
	}
}

// Today is the day of an instant where the alliance sits.
func Today(now time.Time) string {
	zone, err := Zone(DefaultZone)
	if err != nil {
		zone = time.UTC
	}
	return now.In(zone).Format(time.DateOnly)
}

// standingOf is how a respondent stands that stands for several parties. It is out once all of them are, since the last one was.
// It is expected while one of those left is.
func standingOf(parties []PartyID, contestants map[PartyID]Contestant) (together Standing) {
	for i, id := range parties {
		one := contestants[id].Standing
		switch {
		case i == 0:
			together = one
		case together.Out() && one.Out():
			if one.Since > together.Since {
				together = one
			}
		case together.Out():
			together = one
		case one.Out():
		case together.State != one.State && (together.State == StateExpected || one.State == StateExpected):
			together = Standing{State: StateExpected}
		case !Same(together, one):
			together = Standing{State: together.State}
			if together.State != one.State {
				together.State = ""
			}
		}
	}
	return together
}

// PutStandings copies how the parties of an election stand to the respondents that stand for them. Whoever was not asked yet and
// no longer stands is not asked, for that reason; if it stands again, the reason goes.
func PutStandings(tx *Tx, election ElectionID) error {
	contestants := map[PartyID]Contestant{}
	for c, err := range tx.Contestants.List(In(election)) {
		if err != nil {
			return err
		}
		contestants[c.Party] = c
	}
	questionnaires, err := Collect(tx.Questionnaires.By(QuestionnaireElection).List(Exact(string(election))))
	if err != nil {
		return err
	}
	for _, q := range questionnaires {
		if q.Imported {
			continue
		}
		respondents, err := Collect(tx.Respondents.List(In(q.ID)))
		if err != nil {
			return err
		}
		for _, r := range respondents {
			now := r.stands(q, standingOf(r.Parties, contestants))
			if len(r.Parties) == 0 || Same(now, r) {
				continue
			}
			if err := tx.Respondents.Put(now); err != nil {
				return err
			}
		}
	}
	return nil
}

// stands is the respondent with how it stands now.
func (r Respondent) stands(q Questionnaire, now Standing) Respondent {
	was := r.Standing
	r.Standing = now
	switch {
	case !r.Editable(q):
	case now.Out() && r.NotAsked == "", was.Out() && r.NotAsked == was.Reason && now.Out():
		r.NotAsked = now.Reason
	case was.Out() && r.NotAsked == was.Reason:
		r.NotAsked = ""
	}
	return r
}
