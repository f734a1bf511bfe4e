package storetest_test

import (
	"errors"
	"testing"

	"pruefstein/internal/memory"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
)

// Each function runs twice; only the second run leaves something, and only what it returns is told.
func TestTwice(t *testing.T) {
	s := storetest.Twice(memory.New())
	broken := errors.New("broken")
	for _, test := range []struct {
		first, second error
		want          int
	}{{nil, nil, 1}, {broken, nil, 2}, {nil, broken, 2}} {
		runs := 0
		err := s.Update(t.Context(), func(tx *survey.Tx) error {
			runs++
			n, err := tx.Elections.Count("")
			if err == nil {
				err = tx.Elections.Put(survey.Election{ID: survey.ElectionID(rune('a' + n))})
			}
			return errors.Join(err, map[int]error{1: test.first, 2: test.second}[runs])
		})
		if runs != 2 || !errors.Is(err, test.second) {
			t.Errorf("%d runs, %v", runs, err)
		}
		views := 0
		if err := s.View(t.Context(), func(tx *survey.Tx) error {
			views++
			if n, err := tx.Elections.Count(""); n != test.want || err != nil {
				t.Errorf("%d rows, %v, want %d", n, err, test.want)
			}
			return nil
		}); err != nil || views != 2 {
			t.Errorf("%d views, %v", views, err)
		}
	}
}
