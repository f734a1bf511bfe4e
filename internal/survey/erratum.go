package survey

import "time"

// Erratum corrects in public what a question says, after it was sent. The locked wording and its hash stay.
type Erratum struct {
	Question    QuestionID `json:"question"` // of the catalogue
	Text        string     `json:"text"`
	At          time.Time  `json:"at,omitzero"`
	By          string     `json:"by"`                   // user id, who asked for it
	ConfirmedBy string     `json:"checked_by,omitempty"` // user id of the second person
	Dispatch    string     `json:"dispatch,omitempty"`   // id of the Dispatch that told it
}

// MaxErratum is the most UTF-16 units of an erratum.
const MaxErratum = 2000

// ErrataOf returns what corrects a question, the oldest first.
func (q Questionnaire) ErrataOf(question QuestionID) (list []Erratum) {
	for _, e := range q.Errata {
		if e.Question == question {
			list = append(list, e)
		}
	}
	return list
}
