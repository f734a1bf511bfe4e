package survey_test

import (
	"context"
	"testing"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
)

// What is read with the context of Together is of one instant. When that is over, the context reads what is stored then.
func TestTogether(t *testing.T) {
	k := &survey.Kernel{Store: memory.New(), Clock: survey.SystemClock{}}
	add := func(id survey.PartyID) {
		t.Helper()
		if err := k.Write(t.Context(), survey.Actor{}, func(tx *survey.Tx) error { return tx.Parties.Put(survey.Party{ID: id}) }); err != nil {
			t.Fatal(err)
		}
	}
	want := func(ctx context.Context, want int) {
		t.Helper()
		if err := k.View(ctx, func(tx *survey.Tx) error {
			n, err := tx.Parties.Count("")
			if n != want {
				t.Errorf("%d parties, want %d", n, want)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	add("a")
	var kept context.Context
	if err := k.Together(t.Context(), func(ctx context.Context) error {
		kept = ctx
		want(ctx, 1)
		add("b")
		want(ctx, 1)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want(kept, 2)
}
