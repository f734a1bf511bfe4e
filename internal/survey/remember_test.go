package survey_test

import (
	"slices"
	"testing"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
)

// What a transaction writes it reads, though it remembers what it read before.
func TestATransactionReadsWhatItWrote(t *testing.T) {
	k := &survey.Kernel{Store: memory.New(), Clock: survey.SystemClock{}}
	title := func(tx *survey.Tx) string {
		q, err := tx.Questionnaire("q")
		if err != nil {
			return string(survey.CodeOf(err))
		}
		return q.Title
	}
	var seen []string
	err := k.Write(t.Context(), survey.Actor{}, func(tx *survey.Tx) error {
		seen = []string{title(tx)}
		for _, q := range []survey.Questionnaire{{ID: "q", Title: "first"}, {ID: "q", Title: "second"}} {
			if err := tx.Questionnaires.Put(q); err != nil {
				return err
			}
			seen = append(seen, title(tx), title(tx))
		}
		err := tx.Questionnaires.Delete("q")
		seen = append(seen, title(tx))
		return err
	})
	want := []string{"not_found", "first", "first", "second", "second", "not_found"}
	if err != nil || !slices.Equal(seen, want) {
		t.Errorf("%q, %v, want %q", seen, err, want)
	}
}
