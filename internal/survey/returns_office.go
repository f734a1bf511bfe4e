package survey

import "time"

// Stage is where a respondent stands between the dispatch and its answer, as a whole.
type Stage string

// The states of a respondent.
const (
	StagePlanned    Stage = "planned"     // not sent yet
	StageUnasked    Stage = "unasked"     // sent to others, this one could not be asked yet
	StageWaiting    Stage = "waiting"     // asked, its date not over, nothing came
	StageReturned   Stage = "returned"    // answered at least one question, see Returns
	StageGeneral    Stage = "general"     // sent but a general text
	StageRefers     Stage = "refers"      // only points to its manifesto
	StageDeclined   Stage = "declined"    // said only that it will not answer
	StageWithdrawn  Stage = "withdrawn"   // took back all it had said
	StageSilent     Stage = "silent"      // its date over, nothing came
	StageNotReached Stage = "not_reached" // nothing could be delivered
	StageNotAsked   Stage = "not_asked"   // not to be asked
	StageGone       Stage = "gone"        // no longer stands, whatever came back
)

// Stages in the order of the bar.
var Stages = []Stage{StageReturned, StageGeneral, StageRefers, StageDeclined, StageWithdrawn, StageWaiting, StageSilent, StageUnasked, StagePlanned, StageNotReached, StageNotAsked, StageGone}

// cameBack are the states of the returns in which something came back, be it a refusal.
var cameBack = map[ReturnState]Stage{ReturnAnswered: StageReturned, ReturnPartly: StageReturned, ReturnGeneral: StageGeneral,
	ReturnRefers: StageRefers, ReturnDeclined: StageDeclined, ReturnWithdrawn: StageWithdrawn}

// CameBack tells whether something came back from the respondent, be it a refusal.
func (s Stage) CameBack() bool {
	for _, stage := range cameBack {
		if s == stage {
			return true
		}
	}
	return false
}

// StageOf returns where a respondent stands at an instant: back is its state by the rule of the returns, returned whether anything came.
func StageOf(q Questionnaire, r Respondent, back ReturnState, returned bool, now time.Time) Stage {
	if r.Standing.Out() {
		return StageGone
	}
	if state, ok := cameBack[back]; ok {
		return state
	}
	switch {
	case r.NotAsked != "", back == ReturnNotAsked && !q.DispatchedAt.IsZero() && !r.neverAsked(q):
		return StageNotAsked
	case returned:
		return StageReturned
	case q.DispatchedAt.IsZero():
		return StagePlanned
	case r.NotReached != nil:
		return StageNotReached
	case r.AskedAt.IsZero():
		return StageUnasked
	case now.Before(r.DueAt(q).At):
		return StageWaiting
	}
	return StageSilent
}

// ReturnedAt tells when something came back from a respondent: when it last submitted in our form, or when the first transcription
// of its letter took effect. Zero: nothing yet. What a party saves before it submits is its own and is not looked at.
func ReturnedAt(tx *Tx, r Respondent) (at time.Time, err error) {
	if at, err = LastSubmitted(tx, r); err != nil || !at.IsZero() {
		return at, err
	}
	versions, err := Outlines(tx, r)
	at, _ = firstOf(versions)
	return at, err
}

// firstOf tells when the first of some versions was handed in, and how.
func firstOf(versions []Version) (at time.Time, by Provenance) {
	for _, v := range versions {
		if at.IsZero() || v.CountsAt.Before(at) {
			at, by = v.CountsAt, v.Provenance
		}
	}
	return at, by
}

// returnAtDue sums up what came back from a respondent by the one rule of the comparison. Before its date, which the
// comparison keeps to itself, it is what would be told then. Outlines of the versions do: no reasons are told.
func returnAtDue(q Questionnaire, r Respondent, questions []CatalogueQuestion, outlines []Version, now time.Time) Return {
	c := Comparison{Questionnaire: q, Catalogue: Catalogue{Questions: questions}, At: now}
	if due := r.DueAt(q).At; c.At.Before(due) {
		c.At = due
	}
	versions := map[string][]Version{}
	for _, v := range outlines {
		key := CellKey(q.ID, r.ID, v.Question)
		versions[key] = append(versions[key], v)
	}
	if len(outlines) > 0 {
		r = r.AsHeard()
	}
	return returnOf(compared(c, r, versions, nil, nil, nil), false)
}

// OfficeReturn is what came back from a respondent, as the office may know it at any time: nothing of what a party does before
// it submits.
type OfficeReturn struct {
	State    Stage
	At       time.Time  // as ReturnedAt
	By       Provenance // ByForm, or Transcribed from its letter
	Received Stamp      // Return.Received, as if its date was over
}

// ReturnNow returns what came back from a respondent that was or will be asked the questions.
func (s *Kernel) ReturnNow(tx *Tx, q Questionnaire, r Respondent, questions []CatalogueQuestion) (OfficeReturn, error) {
	versions, err := Outlines(tx, r)
	if err != nil {
		return OfficeReturn{}, err
	}
	if len(versions) == 0 {
		mails, err := Collect(tx.Mails.By(MailRespondent).List(Exact(r.Key())))
		if err != nil {
			return OfficeReturn{}, err
		}
		r = r.AsDelivered(mails)
	}
	return s.returnNow(tx, q, r, questions, versions)
}

func (s *Kernel) returnNow(tx *Tx, q Questionnaire, r Respondent, questions []CatalogueQuestion, versions []Version) (back OfficeReturn, err error) {
	if back.At, err = LastSubmitted(tx, r); err != nil {
		return back, err
	}
	if back.By = ByForm; back.At.IsZero() {
		back.At, back.By = firstOf(versions)
	}
	now := s.At(tx)
	due := returnAtDue(q, r, questions, versions, now)
	back.Received, back.State = due.Received, StageOf(q, r, due.Back, !back.At.IsZero(), now)
	return back, nil
}

// ListedReturns is a questionnaire in a list, with what came back to it.
type ListedReturns struct {
	Listed
	Asked    int // respondents that are or will be asked
	Returned int // that answered at least one question, see Returns
}

// ListReturns is ListQuestionnaires with what came back.
func (s *Kernel) ListReturns(tx *Tx, phases ...Phase) (list []ListedReturns, err error) {
	all, err := s.ListQuestionnaires(tx, phases...)
	for _, q := range all {
		one := ListedReturns{Listed: q}
		if one.Asked, one.Returned, err = s.countReturns(tx, q.Questionnaire); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, err
}

// countReturns reads outlines alone, unless a respondent was not asked all questions. Of all others, what was said tells the same as
// the catalogue would: a question nobody answered brings nothing back.
func (s *Kernel) countReturns(tx *Tx, q Questionnaire) (asked, returned int, err error) {
	all, err := respondentOutlines(tx, q.ID)
	if err != nil {
		return 0, 0, err
	}
	for _, r := range all {
		versions, err := Outlines(tx, r)
		if err != nil {
			return 0, 0, err
		}
		var questions []CatalogueQuestion
		if len(r.LeftOut) > 0 && !q.DispatchedAt.IsZero() {
			if questions, _, err = SentQuestions(tx, q); err != nil {
				return 0, 0, err
			}
		} else {
			questions = questionsOf(versions)
		}
		back, err := s.returnNow(tx, q, r, questions, versions)
		if err != nil {
			return 0, 0, err
		}
		if back.State != StageNotAsked && back.State != StageUnasked && back.State != StageGone {
			asked++
		}
		if back.State == StageReturned {
			returned++
		}
	}
	return asked, returned, nil
}

// questionsOf returns the questions that versions answer, with nothing but their ids.
func questionsOf(versions []Version) (questions []CatalogueQuestion) {
	for _, v := range versions {
		if n := len(questions); n == 0 || questions[n-1].ID != v.Question { // they come in the order of their keys
			questions = append(questions, CatalogueQuestion{ID: v.Question})
		}
	}
	return questions
}
