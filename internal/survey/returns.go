package survey

import "slices"

// ReturnState is what came back from one respondent as a whole.
type ReturnState string

// The states of a return.
const (
	ReturnAnswered   ReturnState = "answered"    // answered every question it was asked
	ReturnPartly     ReturnState = "partly"      // answered some of them
	ReturnGeneral    ReturnState = "general"     // answered none, but sent a text for all
	ReturnRefers     ReturnState = "refers"      // answered none, only points to its manifesto
	ReturnDeclined   ReturnState = "declined"    // said only that it will not answer
	ReturnWithdrawn  ReturnState = "withdrawn"   // took back all it had said
	ReturnSilent     ReturnState = "silent"      // its date over, nothing came
	ReturnPending    ReturnState = "pending"     // its date not over
	ReturnNotReached ReturnState = "not_reached" // nothing could be delivered
	ReturnNotAsked   ReturnState = "not_asked"   // not one question was put to it
	ReturnUnknown    ReturnState = "unknown"     // an import that does not say

	// These count whoever no longer stands, apart from all others. Return.Back is what came back nevertheless.
	ReturnNotAdmitted ReturnState = "not_admitted"
	ReturnResigned    ReturnState = "resigned"
)

// notStanding are the states of whoever no longer stands.
var notStanding = map[ContestState]ReturnState{StateNotAdmitted: ReturnNotAdmitted, StateResigned: ReturnResigned}

// ReturnStates in the order they are told.
var ReturnStates = []ReturnState{ReturnAnswered, ReturnPartly, ReturnGeneral, ReturnRefers, ReturnDeclined, ReturnWithdrawn, ReturnSilent, ReturnPending,
	ReturnNotReached, ReturnNotAsked, ReturnUnknown, ReturnNotAdmitted, ReturnResigned}

// Return is the return of one respondent.
type Return struct {
	Respondent ComparedRespondent
	State      ReturnState
	Back       ReturnState // what came back, whether it still stands or not
	Asked      int         // questions put to it
	Said       int         // of these, answered, see Status.Answers
	Given      int         // questions it said anything to
	Late       int         // of these, those it first said something to after its date: a correction makes no answer late
	Received   Stamp       // of the first version shown, "" while there is none
	Reasons    []string    // its own words for declining or withdrawing; each once
	Left       []string    // the alliance's reasons for not asking or not reaching it; each once
}

// ReturnsSummary is the returns of a comparison in its printed order, and how many respondents are in each state.
type ReturnsSummary struct {
	Returns  []Return
	Count    map[ReturnState]int
	Imported bool // from a file, which does not say whom somebody else has asked
}

// Responded counts the respondents that answered at least one question. Whoever sent but a general text, a pointer to the
// manifesto or a refusal is counted apart.
func (s ReturnsSummary) Responded() int { return s.Count[ReturnAnswered] + s.Count[ReturnPartly] }

// Answers counts the respondents that answered at least one question, whether they still stand or not.
func (s ReturnsSummary) Answers() int {
	n := s.Responded()
	for _, one := range s.Returns {
		if one.State != one.Back && one.answers() {
			n++
		}
	}
	return n
}

func (r Return) answers() bool { return r.Back == ReturnAnswered || r.Back == ReturnPartly }

// Asked counts the respondents that were asked, as far as is known: not those left out, nor those an import says nothing of, nor
// those that no longer stand.
func (s ReturnsSummary) Asked() int {
	return len(s.Returns) - s.Count[ReturnNotAsked] - s.Count[ReturnUnknown] - s.NotStanding()
}

// NotStanding counts the respondents that no longer stand.
func (s ReturnsSummary) NotStanding() int {
	return s.Count[ReturnNotAdmitted] + s.Count[ReturnResigned]
}

// Expected counts the respondents of which it is not settled yet whether they stand.
func (s ReturnsSummary) Expected() (n int) {
	for _, one := range s.Returns {
		if one.Respondent.Standing.State == StateExpected {
			n++
		}
	}
	return n
}

// Joint lists the short names of the respondents that stand for several parties: each counts as one. Of an import only those that
// answered are counted.
func (s ReturnsSummary) Joint() (names []string) {
	for _, one := range s.Returns {
		if len(one.Respondent.Members) > 1 && !(s.Imported && !one.answers()) {
			names = append(names, one.Respondent.ShortName)
		}
	}
	return names
}

// Returns sums up what came back.
func Returns(c Comparison) ReturnsSummary {
	s := ReturnsSummary{Count: map[ReturnState]int{}, Imported: c.Questionnaire.Imported}
	for _, r := range c.Respondents {
		one := returnOf(r, s.Imported)
		s.Returns = append(s.Returns, one)
		s.Count[one.State]++
	}
	return s
}

// returnOf is the return of one respondent. That a cell of an import was pending once says nothing of today.
func returnOf(r ComparedRespondent, imported bool) Return {
	one := Return{Respondent: r}
	count := map[Status]int{}
	for _, cell := range r.Cells {
		count[cell.Status]++
		if cell.Status.Answers() {
			one.Said++
		}
		if cell.Current != nil {
			one.Given++
			if cell.History[0].Late {
				one.Late++
			}
			one.Received = earlier(one.Received, cell.History[0].ReceivedAt)
		}
		reasons := &one.Left
		if cell.Status.FromParty() {
			reasons = &one.Reasons
		}
		if cell.Reason != "" && !slices.Contains(*reasons, cell.Reason) {
			*reasons = append(*reasons, cell.Reason)
		}
	}
	one.Asked = len(r.Cells) - count[NotAsked]
	switch {
	case one.Asked == 0 && len(r.Cells) > 0:
		one.Back = ReturnNotAsked
	case count[Pending] > 0 && !imported:
		one.Back = ReturnPending
	case one.Said > 0 && one.Said == one.Asked:
		one.Back = ReturnAnswered
	case one.Said > 0:
		one.Back = ReturnPartly
	case count[General] > 0:
		one.Back = ReturnGeneral
	case count[Refers] > 0:
		one.Back = ReturnRefers
	case count[Declined] > 0:
		one.Back = ReturnDeclined
	case count[Withdrawn] > 0:
		one.Back = ReturnWithdrawn
	case count[NotReached] > 0:
		one.Back = ReturnNotReached
	case count[NoAnswer] > 0:
		one.Back = ReturnSilent
	default:
		one.Back = ReturnUnknown
	}
	one.State = one.Back
	if out, gone := notStanding[r.Standing.State]; gone {
		one.State = out
	}
	return one
}

// earlier returns the earlier of two stamps; a stamp that is no time, such as a bare date, counts by its text.
func earlier(a, b Stamp) Stamp {
	if a == "" || b == "" {
		return max(a, b)
	}
	at, errA := a.Time()
	bt, errB := b.Time()
	if errA == nil && errB == nil && bt.Before(at) || (errA != nil || errB != nil) && b < a {
		return b
	}
	return a
}
