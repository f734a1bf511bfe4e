package survey

import "time"

// SendState is where a respondent stands between the dispatch and its answer, as a whole.
type SendState string

// The states of a respondent.
const (
	SendPlanned    SendState = "planned"     // not sent yet
	SendUnasked    SendState = "unasked"     // sent to others, this one could not be asked yet
	SendWaiting    SendState = "waiting"     // asked, its date not over, nothing came
	SendReturned   SendState = "returned"    // answered at least one question, see Returns
	SendGeneral    SendState = "general"     // sent but a general text
	SendRefers     SendState = "refers"      // only points to its manifesto
	SendDeclined   SendState = "declined"    // said only that it will not answer
	SendWithdrawn  SendState = "withdrawn"   // took back all it had said
	SendSilent     SendState = "silent"      // its date over, nothing came
	SendNotReached SendState = "not_reached" // nothing could be delivered
	SendNotAsked   SendState = "not_asked"   // not to be asked
)

// SendStates in the order of the bar.
var SendStates = []SendState{SendReturned, SendGeneral, SendRefers, SendDeclined, SendWithdrawn, SendWaiting, SendSilent, SendUnasked, SendPlanned, SendNotReached, SendNotAsked}

// CameBack tells whether something came back from the respondent, be it a refusal.
func (s SendState) CameBack() bool {
	return s == SendReturned || s == SendGeneral || s == SendRefers || s == SendDeclined || s == SendWithdrawn
}

// cameBack are the states of the returns in which something came back.
var cameBack = map[ReturnState]SendState{ReturnAnswered: SendReturned, ReturnPartly: SendReturned, ReturnGeneral: SendGeneral,
	ReturnRefers: SendRefers, ReturnDeclined: SendDeclined, ReturnWithdrawn: SendWithdrawn}

func (s *Service) sendState(q Questionnaire, r Respondent, back ReturnState, returned bool) SendState {
	if state, ok := cameBack[back]; ok {
		return state
	}
	switch {
	case r.NotAsked != "", back == ReturnNotAsked && !q.DispatchedAt.IsZero() && !r.neverAsked(q):
		return SendNotAsked
	case returned:
		return SendReturned
	case q.DispatchedAt.IsZero():
		return SendPlanned
	case r.NotReached != nil:
		return SendNotReached
	case r.AskedAt.IsZero():
		return SendUnasked
	case s.now().Before(r.DueAt(q).At):
		return SendWaiting
	}
	return SendSilent
}

// returnedAt tells when something came back from a respondent: when it last submitted in our form, or when the first
// checked transcription of its letter took effect. Zero: nothing yet. What a party saves before it submits is its own and
// is not looked at.
func returnedAt(tx *Tx, r Respondent) (at time.Time, by Provenance, err error) {
	if last, err := lastSubmission(tx, r); err != nil || last != nil {
		if last != nil {
			at, by = last.RequestedAt, ByForm
		}
		return at, by, err
	}
	for v, err := range tx.Versions.List(r.Key() + "/") {
		if err != nil {
			return at, by, err
		}
		if at.IsZero() || v.CountsAt.Before(at) {
			at, by = v.CountsAt, v.Provenance
		}
	}
	return at, by, nil
}

// returnAtDue sums up what came back from a respondent by the one rule of the comparison. Before its date, which the
// comparison keeps to itself, it is what would be told then.
func (s *Service) returnAtDue(tx *Tx, q Questionnaire, r Respondent, questions []CatalogueQuestion) (Return, error) {
	c := Comparison{Questionnaire: q, Catalogue: Catalogue{Questions: questions}, At: s.now()}
	if due := r.DueAt(q).At; c.At.Before(due) {
		c.At = due
	}
	versions := map[string][]Version{}
	for v, err := range tx.Versions.List(r.Key() + "/") {
		if err != nil {
			return Return{}, err
		}
		key := CellKey(q.ID, r.ID, v.Question)
		versions[key] = append(versions[key], v)
	}
	return returnOf(compared(c, r, versions, nil, nil)), nil
}

// OfficeReturn is what came back from a respondent, as the office may know it at any time: nothing of what a party does before
// it submits.
type OfficeReturn struct {
	State    SendState
	At       time.Time  // returnedAt
	By       Provenance // ByForm, or Transcribed from its letter
	Received Stamp      // Return.Received, as if its date was over
}

// returnNow returns what came back from a respondent that was or will be asked the questions.
func (s *Service) returnNow(tx *Tx, q Questionnaire, r Respondent, questions []CatalogueQuestion) (back OfficeReturn, err error) {
	if back.At, back.By, err = returnedAt(tx, r); err != nil {
		return back, err
	}
	due, err := s.returnAtDue(tx, q, r, questions)
	back.Received, back.State = due.Received, s.sendState(q, r, due.State, !back.At.IsZero())
	return back, err
}

// countReturns counts the respondents that are or will be asked, and those that answered at least one question.
func (s *Service) countReturns(tx *Tx, q Questionnaire) (asked, returned int, err error) {
	questions, _, err := sentQuestions(tx, q)
	if err != nil {
		return 0, 0, err
	}
	all, err := respondentsInOrder(tx, q.ID)
	if err != nil {
		return 0, 0, err
	}
	for _, r := range all {
		back, err := s.returnNow(tx, q, r, questions)
		if err != nil {
			return 0, 0, err
		}
		if back.State != SendNotAsked && back.State != SendUnasked {
			asked++
		}
		if back.State == SendReturned {
			returned++
		}
	}
	return asked, returned, nil
}
