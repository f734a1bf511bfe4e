package answer_test

import (
	"errors"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestCodesAndReceiptsHoldTheMark(t *testing.T) {
	testworld.SameWithMark(t, 2, func(t *testing.T, word string) map[string]string {
		w := testworld.NewAnswers(t)
		w.Write(t, func(tx *survey.Tx) error {
			q, err := tx.Questionnaire("q1")
			q.Title = word
			r, err2 := tx.Respondents.Get("q1/r1")
			r.Name = word
			alliance, err3 := tx.Alliances.Get(survey.AllianceKey)
			alliance.Name = word
			return errors.Join(err, err2, err3, tx.Questionnaires.Put(q), tx.Respondents.Put(r), tx.Alliances.Put(alliance))
		})
		w.Save(t, w.Frei, 1, testworld.Saying(word))
		w.Submit(t, w.Frei)
		return testworld.ReadMails(t, w.Office)
	})
}
