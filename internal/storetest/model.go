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
						Questionnaire: survey.QuestionnaireID(id.Draw(r, "questionnaire")), Respondent: survey.RespondentID(id.Draw(r, "respondent")), Question: "q01",
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

// indexesByModel runs random transactions on a table with indexes and on a plain map; both must agree after each step.
func indexesByModel(t *testing.T, s survey.Store) {
	abandoned := errors.New("abandoned")
	id, of := rapid.SampledFrom([]string{"a", "ab", "b", "ä"}), rapid.SampledFrom([]string{"", "q", "qq", "q/", "ä"})
	kind, state := rapid.SampledFrom([]survey.MailKind{survey.MailCode, survey.MailReminder}), rapid.SampledFrom([]survey.MailState{survey.MailSent, survey.MailFailed})
	rapid.Check(t, func(r *rapid.T) {
		model := map[string]survey.Mail{}
		update(t, s, func(tx *survey.Tx) error {
			all, err := keys(tx.Mails.List(""))
			for _, key := range all {
				err = errors.Join(err, tx.Mails.Delete(key))
			}
			return err
		})
		for range rapid.IntRange(1, 3).Draw(r, "transactions") {
			next := maps.Clone(model)
			abandon := rapid.Bool().Draw(r, "abandon")
			err := s.Update(t.Context(), func(tx *survey.Tx) error {
				for range rapid.IntRange(0, 12).Draw(r, "steps") {
					m := survey.Mail{ID: id.Draw(r, "id"), Questionnaire: survey.QuestionnaireID(of.Draw(r, "questionnaire")), Respondent: survey.RespondentID(of.Draw(r, "respondent")),
						Kind: kind.Draw(r, "kind"), State: state.Draw(r, "state")}
					var err error
					if rapid.Bool().Draw(r, "put") {
						next[m.ID], err = m, tx.Mails.Put(m)
					} else {
						delete(next, m.ID)
						err = tx.Mails.Delete(m.ID)
					}
					if err != nil {
						return err
					}
					agreeInOrder(r, tx, next)
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
			view(t, s, func(tx *survey.Tx) error { agreeInOrder(r, tx, model); return nil })
		}
	})
}

// agreeInOrder compares what each index of the mails lists with the model.
func agreeInOrder(r *rapid.T, tx *survey.Tx, model map[string]survey.Mail) {
	for _, index := range survey.IndexesOf[survey.Mail]() {
		var want []string // keys in the index
		for _, m := range model {
			key, err := index.Key(m)
			if err != nil {
				r.Fatal(err)
			}
			if key != "" {
				want = append(want, key)
			}
		}
		slices.Sort(want)
		for i, key := range want {
			want[i] = survey.KeyInIndex(key)
		}
		got, err := keys(tx.Mails.By(index).List(""))
		if err != nil || !slices.Equal(got, want) {
			r.Fatalf("by %s: %q, %v, want %q", index.Name, got, err, want)
		}
	}
}
