package answer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"time"

	"pruefstein/internal/survey"
)

// Press is "Absenden" where a code is wanted at once and there was none yet. With a code it becomes a submission of that instant.
// The party's browser keeps it, sealed, and page and drafts keep the words. So it takes no room here, however many press.
type Press struct {
	Questionnaire survey.QuestionnaireID `json:"questionnaire"`
	Respondent    survey.RespondentID    `json:"respondent"`
	Digest        string                 `json:"digest"` // of Sheet.Words
	Form          string                 `json:"form"`   // RequestSubmission.Form: of the page it was pressed on
	Number        int                    `json:"number"` // as Submission.Number
	At            time.Time              `json:"at"`
}

// PressLife is how long a press waits for its code.
const PressLife = codeLife

// pressMark tells a sealed press from whatever else is sealed with the same key.
var pressMark = []byte("press ")

func (s *Service) sealPress(p Press) (string, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	sealed, err := s.Sealer.Seal(append(bytes.Clone(pressMark), raw...))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// openPress returns the press the actor's browser keeps; the zero Press if it keeps none of ours.
func (s *Service) openPress(actor survey.Actor) (p Press) {
	sealed, err := base64.RawURLEncoding.DecodeString(actor.Press)
	if err != nil || len(sealed) == 0 {
		return Press{}
	}
	raw, err := s.Sealer.Open(sealed)
	if err != nil {
		return Press{}
	}
	raw, ours := bytes.CutPrefix(raw, pressMark)
	if !ours || json.Unmarshal(raw, &p) != nil {
		return Press{}
	}
	return p
}

// keepsDate tells whether a date that is over by now was not when it was pressed.
func (p Press) keepsDate(sheet Sheet) bool {
	return sheet.Ended || sheet.Over && p.At.Before(sheet.Due.At)
}

// counts tells whether a press is one of the sheet's party, was before the end of all answering, is not too old, and no later act of the party has taken
// its place: one that is confirmed, or that waits in the same browser.
func (p Press) counts(sheet Sheet) bool {
	if p.Questionnaire != sheet.Questionnaire.ID || p.Respondent != sheet.Respondent.ID ||
		sheet.Now.Sub(p.At).Abs() >= PressLife || !p.At.Before(sheet.End.At) {
		return false
	}
	for _, sub := range sheet.Confirmed {
		if sub.Number >= p.Number {
			return false
		}
	}
	for _, w := range sheet.Waits {
		if w.Own && w.Number >= p.Number {
			return false
		}
	}
	return true
}
