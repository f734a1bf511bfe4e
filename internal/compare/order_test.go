package compare_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/export"
	"pruefstein/internal/interchange"
	"pruefstein/internal/locale"
	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// By receipt the first answer counts, also where a later one replaced it, and only once readers see something of it: before that the
// order would tell who has answered. The sentence stands with it, in JSON as well.
func TestOrderOfReceipt(t *testing.T) {
	t.Parallel()
	store := memory.New()
	sent, due := time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC), time.Date(2027, 2, 1, 17, 0, 0, 0, time.UTC)
	version := func(who survey.RespondentID, question survey.QuestionID, number, days int, by survey.Provenance) survey.Version {
		return survey.Version{Questionnaire: "q", Respondent: who, Question: question, Number: number, Status: survey.Answered, Text: "Ja.", Provenance: by, Record: "s",
			CountsAt: sent.AddDate(0, 0, days)}
	}
	testworld.Must(t, store.Update(t.Context(), func(tx *survey.Tx) error {
		var errs []error
		for i, name := range []string{"KB", "Ähren", "FM", "Zett", "GZ"} {
			r := survey.Respondent{Questionnaire: "q", ID: survey.RespondentID(name), Slug: survey.SlugOf(name), ShortName: name, Name: name, BallotPosition: i + 1, AskedAt: sent}
			if name == "GZ" {
				r.Due = survey.Instant{At: due.AddDate(0, 0, 7)}
			}
			errs = append(errs, tx.Respondents.Put(r))
		}
		for _, v := range []survey.Version{
			version("KB", "q01", 1, 5, survey.Transcribed), version("KB", "q02", 1, 40, survey.ByForm),
			version("FM", "q02", 1, 3, survey.ByForm), version("FM", "q02", 2, 20, survey.ByForm),
			version("GZ", "q01", 1, 1, survey.ByForm),
		} {
			errs = append(errs, tx.Versions.Put(v))
		}
		return errors.Join(append(errs, tx.Elections.Put(survey.Election{ID: "e", Name: "Landtagswahl"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q", Slug: "q", Election: "e", Order: survey.OrderReceipt, OrderRule: "alphabetisch", LockedAt: sent, DispatchedAt: sent,
				Deadline: survey.Instant{At: due}}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q", Questions: []survey.CatalogueQuestion{{ID: "q01", Number: 1}, {ID: "q02", Number: 2}}}))...)
	}))
	for at, want := range map[time.Time]string{
		due.Add(-time.Second): "aehren fm gz kb zett", // nothing is shown
		due:                   "fm kb aehren gz zett", // GZ still has time
		due.AddDate(0, 0, 7):  "gz fm kb aehren zett",
	} {
		read(t, store, func(tx *survey.Tx) error {
			c, err := testworld.Comparison(tx, "q", at)
			if err != nil {
				return err
			}
			var got, parties []string
			for i, r := range c.Respondents {
				got = append(got, string(r.Slug))
				if r.Sequence != i+1 {
					t.Errorf("%s has place %d", r.Slug, r.Sequence)
				}
			}
			f := interchange.FromComparison(c)
			for _, p := range f.Parties {
				parties = append(parties, p.ID)
			}
			if strings.Join(got, " ") != want || fmt.Sprint(parties) != fmt.Sprint(got) {
				t.Errorf("at %s: %v, in JSON %v, want %s", at, got, parties, want)
			}
			if fact := export.OrderFact(locale.For("de"), c); f.Questionnaire.OrderRule != fact.Value || !strings.HasPrefix(fact.Value, "Nach dem Eingang der ersten Antwort") {
				t.Errorf("%q, %q", f.Questionnaire.OrderRule, fact.Value)
			}
			return nil
		})
	}
	read(t, store, func(tx *survey.Tx) error { // the office does not look
		list, err := survey.RespondentsInOrder(tx, "q")
		if err != nil || list[0].Slug != "aehren" || list[4].Slug != "zett" {
			t.Errorf("%v, %v", list, err)
		}
		return nil
	})
}
