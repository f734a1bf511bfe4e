package storetest

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pruefstein/internal/survey"
)

// againstModel runs random transactions on the store and on a plain map; both must agree after each step.
func againstModel(t *testing.T, s survey.Store) {
	abandoned := errors.New("abandoned")
	// Few and similar ids, so that steps meet: one is the beginning of another.
	id := rapid.SampledFrom([]string{"a", "ab", "b", "ä"})
	rapid.Check(t, func(r *rapid.T) {
		model := map[string]survey.Version{}
		update(t, s, func(tx *survey.Tx) error { // an empty table again: opening a store for each run takes too long
			all, err := keys(tx.Versions.List(""))
			for _, key := range all {
				err = errors.Join(err, tx.Versions.Delete(key))
			}
			return err
		})
		for range rapid.IntRange(1, 3).Draw(r, "transactions") {
			next := maps.Clone(model)
			abandon := rapid.Bool().Draw(r, "abandon")
			err := s.Update(t.Context(), func(tx *survey.Tx) error {
				for range rapid.IntRange(0, 12).Draw(r, "steps") {
					v := survey.Version{
						Questionnaire: id.Draw(r, "questionnaire"), Respondent: id.Draw(r, "respondent"), Question: "q01",
						Number: rapid.IntRange(1, 12).Draw(r, "number"),
					}
					if rapid.Bool().Draw(r, "put") {
						v.Text = rapid.String().Draw(r, "text")
						next[v.Key()] = v
						if err := tx.Versions.Put(v); err != nil {
							return err
						}
					} else {
						delete(next, v.Key())
						if err := tx.Versions.Delete(v.Key()); err != nil {
							return err
						}
					}
					agree(r, tx, next, id.Draw(r, "prefix")+"/")
				}
				if abandon {
					return abandoned
				}
				return nil
			})
			switch {
			case abandon && !errors.Is(err, abandoned), !abandon && err != nil:
				r.Fatalf("Update: %v", err)
			case !abandon:
				model = next
			}
			view(t, s, func(tx *survey.Tx) error {
				agree(r, tx, model, "")
				return nil
			})
		}
	})
}

// agree compares what the table holds under a prefix with the model.
func agree(r *rapid.T, tx *survey.Tx, model map[string]survey.Version, prefix string) {
	var want, got []survey.Version
	for _, key := range slices.Sorted(maps.Keys(model)) {
		if strings.HasPrefix(key, prefix) {
			want = append(want, model[key])
		}
	}
	for v, err := range tx.Versions.List(prefix) {
		if err != nil {
			r.Fatal(err)
		}
		got = append(got, v)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.Fatalf("List(%q) (-model +store):\n%s", prefix, diff)
	}
}
