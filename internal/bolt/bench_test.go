package bolt_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// answer is a version of the length parties write.
func answer(respondent, question int) survey.Version {
	return survey.Version{
		Questionnaire: "0197a000-0000-7000-8000-000000000000",
		Respondent:    survey.RespondentID(fmt.Sprintf("0197a000-0000-7000-8000-%012d", respondent)),
		Question:      survey.QuestionID(fmt.Sprintf("q%02d", question)),
		Number:        1,
		Status:        survey.Answered,
		Position:      survey.Agree,
		Text:          strings.Repeat("Freie Software gehört in jede Verwaltung. ", 20),
		Provenance:    survey.ByForm,
		CountsAt:      time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}

// BenchmarkUpdateOneAnswer is one saved answer: one durable commit.
func BenchmarkUpdateOneAnswer(b *testing.B) {
	s, _ := create(b)
	n := 0
	for b.Loop() {
		n++
		v := answer(n%38, n%8)
		v.Number = n
		draft := survey.AnswerDraft{
			Questionnaire: v.Questionnaire, Respondent: v.Respondent, Question: v.Question,
			Entry: survey.Entry{Status: v.Status, Position: v.Position, Text: v.Text}, Revision: n, UpdatedAt: v.CountsAt,
		}
		err := s.Update(b.Context(), func(tx *survey.Tx) error {
			return errors.Join(tx.Versions.Put(v), tx.AnswerDrafts.Put(draft))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkViewList1444 reads every version of 38 respondents to 38 questions.
func BenchmarkViewList1444(b *testing.B) {
	s, _ := create(b)
	err := s.Update(b.Context(), func(tx *survey.Tx) error {
		for cell := range 38 * 38 {
			if err := tx.Versions.Put(answer(cell/38, cell%38)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		rows := 0
		err := s.View(b.Context(), func(tx *survey.Tx) error {
			for _, err := range tx.Versions.List(string(answer(0, 0).Questionnaire + "/")) {
				if err != nil {
					return err
				}
				rows++
			}
			return nil
		})
		if err != nil || rows != 38*38 {
			b.Fatal(rows, err)
		}
	}
}
