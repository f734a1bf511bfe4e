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

// againstModel runs random transactions on a table of the store and on a plain map; after each step both must agree, which agree
// judges by what the table holds under a prefix.
func againstModel[T survey.Entity](t *testing.T, s survey.Store, table func(*survey.Tx) survey.Table[T], draw func(*rapid.T) T, agree func(r *rapid.T, tx *survey.Tx, model map[string]T, prefix string)) {
	abandoned := errors.New("abandoned")
	rapid.Check(t, func(r *rapid.T) {
		model := map[string]T{}
		update(t, s, func(tx *survey.Tx) error { // an empty table again: opening a store for each run takes too long
			all, err := keys(table(tx).List(""))
			for _, key := range all {
				err = errors.Join(err, table(tx).Delete(key))
			}
			return err
		})
		for range rapid.IntRange(1, 3).Draw(r, "transactions") {
			next := maps.Clone(model)
			abandon := rapid.Bool().Draw(r, "abandon")
			err := s.Update(t.Context(), func(tx *survey.Tx) error {
				for range rapid.IntRange(0, 12).Draw(r, "steps") {
					one := draw(r)
					var err error
					if rapid.Bool().Draw(r, "put") {
						next[one.Key()], err = one, table(tx).Put(one)
					} else {
						delete(next, one.Key())
						err = table(tx).Delete(one.Key())
					}
					if err != nil {
						return err
					}
					agree(r, tx, next, similar.Draw(r, "prefix")+"/")
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
			view(t, s, func(tx *survey.Tx) error { agree(r, tx, model, ""); return nil })
		}
	})
}

// similar are few and similar ids, so that steps meet: one is the beginning of another.
var similar = rapid.SampledFrom([]string{"a", "ab", "b", "ä"})

// versionsByModel tries listing by the beginning of a key.
func versionsByModel(t *testing.T, s survey.Store) {
	againstModel(t, s, func(tx *survey.Tx) survey.Table[survey.Version] { return tx.Versions }, func(r *rapid.T) survey.Version {
		return survey.Version{Questionnaire: survey.QuestionnaireID(similar.Draw(r, "questionnaire")), Respondent: survey.RespondentID(similar.Draw(r, "respondent")),
			Question: "q01", Number: rapid.IntRange(1, 12).Draw(r, "number"), Text: rapid.String().Draw(r, "text")}
	}, agree)
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

// indexesByModel tries the indexes of a table.
func indexesByModel(t *testing.T, s survey.Store) {
	of := rapid.SampledFrom([]string{"", "q", "qq", "q/", "ä"})
	kind, state := rapid.SampledFrom([]survey.MailKind{survey.MailCode, survey.MailReminder}), rapid.SampledFrom([]survey.MailState{survey.MailSent, survey.MailFailed})
	againstModel(t, s, func(tx *survey.Tx) survey.Table[survey.Mail] { return tx.Mails }, func(r *rapid.T) survey.Mail {
		return survey.Mail{ID: similar.Draw(r, "id"), Questionnaire: survey.QuestionnaireID(of.Draw(r, "questionnaire")), Respondent: survey.RespondentID(of.Draw(r, "respondent")),
			Kind: kind.Draw(r, "kind"), State: state.Draw(r, "state")}
	}, agreeInOrder)
}

// agreeInOrder compares what each index of the mails lists with the model.
func agreeInOrder(r *rapid.T, tx *survey.Tx, model map[string]survey.Mail, _ string) {
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
