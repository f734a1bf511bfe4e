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
)

// ReturnStates in the order they are told.
var ReturnStates = []ReturnState{ReturnAnswered, ReturnPartly, ReturnGeneral, ReturnRefers, ReturnDeclined, ReturnWithdrawn, ReturnSilent, ReturnPending,
	ReturnNotReached, ReturnNotAsked, ReturnUnknown}

// Return is the return of one respondent.
type Return struct {
	Respondent ComparedRespondent
	State      ReturnState
	Asked      int      // questions put to it
	Said       int      // of these, answered: with its wording, or that it has no position. A general text, a pointer to the manifesto and a refusal answer nothing
	Given      int      // questions it said anything to
	Late       int      // of these, those it first said something to after its date: a correction makes no answer late
	Received   Stamp    // of the first version shown, "" while there is none
	Reasons    []string // its own words for declining or withdrawing; each once
	Left       []string // the alliance's reasons for not asking or not reaching it; each once
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

// Asked counts the respondents that were asked, as far as is known: not those left out, nor those an import says nothing of.
func (s ReturnsSummary) Asked() int {
	return len(s.Returns) - s.Count[ReturnNotAsked] - s.Count[ReturnUnknown]
}

// Joint lists the short names of the respondents that stand for several parties: each counts as one. Of an import only those that
// answered are counted.
func (s ReturnsSummary) Joint() (names []string) {
	for _, one := range s.Returns {
		if len(one.Respondent.Members) > 1 && !(s.Imported && one.State != ReturnAnswered && one.State != ReturnPartly) {
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
	one.Said = count[Answered] + count[NoPosition]
	switch {
	case one.Asked == 0 && len(r.Cells) > 0:
		one.State = ReturnNotAsked
	case count[Pending] > 0 && !imported:
		one.State = ReturnPending
	case one.Said > 0 && one.Said == one.Asked:
		one.State = ReturnAnswered
	case one.Said > 0:
		one.State = ReturnPartly
	case count[General] > 0:
		one.State = ReturnGeneral
	case count[Refers] > 0:
		one.State = ReturnRefers
	case count[Declined] > 0:
		one.State = ReturnDeclined
	case count[Withdrawn] > 0:
		one.State = ReturnWithdrawn
	case count[NotReached] > 0:
		one.State = ReturnNotReached
	case count[NoAnswer] > 0:
		one.State = ReturnSilent
	default:
		one.State = ReturnUnknown
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
