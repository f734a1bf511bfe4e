package compare_test

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"pruefstein/internal/alliance"
	"pruefstein/internal/compare"
	"pruefstein/internal/ledger"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
)

// Impressum and privacy notice are frozen into a publication: who changes one is told what has to be published again, and
// no more once that is done.
func TestAPublicationKeepsItsImpressum(t *testing.T) {
	key, err := ledger.NewKey(rand.Reader)
	testworld.Must(t, err)
	clock := testkit.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	now := clock.Now()
	s := office.New(&survey.Kernel{Store: storetest.Twice(memory.New()), Clock: clock, Rand: rand.Reader, Ledger: key, BaseURL: "https://pruefsteine.example"})
	office := survey.Actor{User: survey.User{ID: "u1", PasswordHash: "x", Coordinator: true, Administrator: true}}
	testworld.Must(t, s.Store.Update(t.Context(), func(tx *survey.Tx) error {
		err := errors.Join(tx.Users.Put(office.User), tx.Alliances.Put(survey.Alliance{Name: "Bündnis", Imprint: "Straße 1", Privacy: "Nichts."}), tx.Elections.Put(survey.Election{ID: "e", Name: "Wahl", Date: "2027-03-07"}))
		for _, q := range []survey.Questionnaire{{ID: "a", Slug: "zweite", Title: "Zweite Runde"}, {ID: "b", Slug: "erste", Title: "Erste Runde"}, {ID: "c", Slug: "nie", Title: "Nie veröffentlicht"}} {
			q.Election, q.LockedAt, q.DispatchedAt, q.Deadline = "e", now.Add(-48*time.Hour), now.Add(-24*time.Hour), survey.Instant{At: now.Add(-time.Hour), Zone: survey.DefaultZone}
			err = errors.Join(err, tx.Questionnaires.Put(q),
				tx.Catalogues.Put(survey.Catalogue{Questionnaire: q.ID, Questions: []survey.CatalogueQuestion{{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Was?"}}}),
				tx.Respondents.Put(survey.Respondent{Questionnaire: q.ID, ID: "r", AskedAt: now.Add(-24 * time.Hour), Slug: "frei", ShortName: "Frei", Name: "Frei", Sequence: 1}))
		}
		return err
	}))
	publish := func(id survey.QuestionnaireID) {
		t.Helper()
		st, err := s.Compare.PublicationPage(t.Context(), office, id)
		testworld.Must(t, err)
		plan, ready, err := s.Compare.PreparePublication(t.Context(), office, id, compare.PreparePublication{Seen: st.Content})
		if testworld.Must(t, err); !ready {
			t.Fatal("not ready")
		}
		_, err = s.Compare.CommitPublication(t.Context(), office, plan, sha256.Sum256([]byte(id)))
		testworld.Must(t, err)
	}
	save := func(change func(*survey.Alliance)) {
		t.Helper()
		a, err := s.Alliance.Settings(t.Context())
		testworld.Must(t, err)
		change(&a)
		testworld.Must(t, s.Alliance.SaveSettings(t.Context(), office, alliance.SaveSettings{Alliance: a}))
	}
	wantOld := func(when string, slugs ...survey.Slug) {
		t.Helper()
		list, err := s.Alliance.OldLegal(t.Context(), office)
		testworld.Must(t, err)
		if len(list) != len(slugs) {
			t.Fatalf("%s: %d, want %q", when, len(list), slugs)
		}
		old := map[survey.QuestionnaireID]bool{}
		for i, q := range list {
			if q.Slug != slugs[i] {
				t.Errorf("%s: %s, want %s", when, q.Slug, slugs[i])
			}
			old[q.ID] = true
		}
		for _, id := range []survey.QuestionnaireID{"a", "b", "c"} {
			st, err := s.Compare.PublicationPage(t.Context(), office, id)
			if testworld.Must(t, err); st.OldLegal != old[id] {
				t.Errorf("%s: the state of %s says %v", when, id, st.OldLegal)
			}
		}
	}
	publish("a")
	publish("b")
	wantOld("just published")
	save(func(a *survey.Alliance) { a.Intro, a.PressContact = "Wir fragen.", "presse@x.example" })
	wantOld("other settings")
	save(func(a *survey.Alliance) { a.Imprint = "Straße 2" })
	wantOld("a new Impressum", "erste", "zweite")
	publish("a")
	wantOld("one published again", "erste")
	save(func(a *survey.Alliance) { a.Privacy = "Etwas." })
	wantOld("a new privacy notice", "erste", "zweite")
	save(func(a *survey.Alliance) { a.Privacy = "Nichts." })
	wantOld("taken back", "erste")
	if _, err := s.Alliance.OldLegal(t.Context(), survey.Actor{User: survey.User{ID: "m", PasswordHash: "x"}}); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("somebody without a role: %v", err)
	}
}
