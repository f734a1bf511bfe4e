package compare_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/alliance"
	"pruefstein/internal/compare"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func smallImport(slug survey.Slug) compare.Import {
	return compare.Import{
		Election:      survey.Election{Name: "Landtagswahl Nordmark 2027", Date: "2027-03-14"},
		Questionnaire: survey.Questionnaire{Slug: slug, Title: "Wahlprüfsteine"},
		Catalogue: survey.Catalogue{Questions: []survey.CatalogueQuestion{
			{ID: "q1", Number: 1, Kind: survey.KindText, Text: "Was tun Sie?"}, {ID: "q2", Number: 2, Kind: survey.KindThesis, Text: "Das Land soll handeln."},
		}},
		Respondents: []survey.Respondent{
			{Slug: "gzn", ShortName: "GZN", Name: "Grüne Zukunft Nordmark", Sequence: 2}, {Slug: "fm", ShortName: "FM", Name: "Freie Mitte", Sequence: 1},
		},
		Versions: []survey.Version{
			{Respondent: "fm", Question: "q1", Number: 10, Status: survey.Answered, Text: "Neu."},
			{Respondent: "fm", Question: "q1", Number: 9, Status: survey.Answered, Text: "Alt."},
		},
		Quotations: []survey.Quotation{{Respondent: "gzn", Question: "q2", Text: "Wir handeln.", Place: "S. 12"}},
	}
}

func TestImportAndBuild(t *testing.T) {
	ctx, store := context.Background(), memory.New()
	service := office.New(&survey.Kernel{Store: storetest.Twice(store), Clock: survey.SystemClock{}})
	console := survey.Actor{Console: true}
	for _, slug := range []survey.Slug{"erste", "zweite"} {
		if got, err := service.Compare.Import(ctx, console, smallImport(slug)); err != nil || got != slug {
			t.Fatal(got, err)
		}
	}
	var built []survey.Comparison
	elections := 0
	read(t, store, func(tx *survey.Tx) error {
		for _, err := range tx.Elections.List("") {
			if err != nil {
				return err
			}
			elections++
		}
		for q, err := range tx.Questionnaires.List("") {
			if err != nil {
				return err
			}
			c, err := testworld.Comparison(tx, q.ID, time.Now())
			if err != nil {
				return err
			}
			built = append(built, c)
		}
		return nil
	})
	if elections != 1 {
		t.Errorf("%d elections of two imports for the same one", elections)
	}
	for _, c := range built {
		if c.Respondents[0].Slug != "fm" || c.Respondents[1].Slug != "gzn" {
			t.Error("the respondents are not in their printed order")
		}
		var got []string
		for _, r := range c.Respondents {
			for _, cell := range r.Cells {
				line := string(r.Slug) + " " + string(cell.Question.ID) + " " + string(cell.Status)
				for _, v := range cell.History {
					line += " " + v.Text
				}
				if cell.Quotation != nil {
					line += " „" + cell.Quotation.Text + "“"
				}
				got = append(got, line)
			}
		}
		want := []string{"fm q1 answered Alt. Neu.", "fm q2 unknown", "gzn q1 unknown", "gzn q2 unknown „Wir handeln.“"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestImportRefusesATakenSlug(t *testing.T) {
	ctx, store := context.Background(), memory.New()
	service := office.New(&survey.Kernel{Store: storetest.Twice(store), Clock: survey.SystemClock{}})
	if _, err := service.Compare.Import(ctx, survey.Actor{Console: true}, smallImport("da")); err != nil {
		t.Fatal(err)
	}
	other := smallImport("da")
	other.Election.Name = "Andere Wahl"
	_, err := service.Compare.Import(ctx, survey.Actor{Console: true}, other)
	var fail *survey.Error
	if !errors.As(err, &fail) || fail.Code != survey.Conflict || fail.Key != "error.import.slug_taken" {
		t.Errorf("got %v", err)
	}
	read(t, store, func(tx *survey.Tx) error {
		for e, err := range tx.Elections.List("") {
			if err != nil || e.Name == "Andere Wahl" {
				t.Errorf("something of the refused import was written: %v %v", e, err)
			}
		}
		return nil
	})
}

func TestImportRefusesAReservedSlug(t *testing.T) {
	service := office.New(&survey.Kernel{Store: storetest.Twice(memory.New()), Clock: survey.SystemClock{}})
	for _, slug := range []survey.Slug{"neu", "en"} {
		_, err := service.Compare.Import(context.Background(), survey.Actor{Console: true}, smallImport(slug))
		var fail *survey.Error
		if !errors.As(err, &fail) || fail.Code != survey.Invalid || fail.Key != "error.import.slug_reserved" {
			t.Errorf("%s: %v", slug, err)
		}
	}
}

// An import is read-only with its election; it takes none over that is worked with here.
func TestImportKeepsItsElection(t *testing.T) {
	w := testworld.NewWorkshop(t)
	same := smallImport("alt")
	same.Election = survey.Election{Name: "Landtagswahl Nordmark", Date: "2027-05-09"} // as w's own
	if _, err := w.Compare.Import(w.Ctx, w.Admin, same); err != nil {
		t.Fatal(err)
	}
	change := func(id survey.ElectionID) error {
		_, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, id, alliance.SaveElection{Name: "Anders", Date: "2027-05-16"})
		return err
	}
	elections, err := w.Alliance.Elections(w.Ctx, w.Coordinator)
	if err != nil || len(elections) != 2 {
		t.Fatal(elections, err)
	}
	for _, e := range elections {
		fixed, err := w.Alliance.ElectionFixed(w.Ctx, w.Coordinator, e.ID)
		if err != nil || fixed != (e.ID != "e1") {
			t.Errorf("%s: fixed %t, %v", e.ID, fixed, err)
		}
		if e.ID == "e1" {
			continue
		}
		if err := change(e.ID); survey.CodeOf(err) != survey.Conflict {
			t.Errorf("the election of an import: %v", err)
		}
		if _, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, e.ID, alliance.SaveElection{Name: e.Name, Date: e.Date}); err != nil {
			t.Errorf("saved as it is: %v", err)
		}
	}
	if _, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "e1", alliance.SaveElection{Name: "Landtagswahl Nordmark", Date: "2027-05-09", Region: "Nordmark"}); err != nil {
		t.Errorf("the import's election stands in the way of ours: %v", err)
	}
	if _, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "", alliance.SaveElection{Name: "Landtagswahl Nordmark", Date: "2027-05-09"}); survey.CodeOf(err) != survey.Invalid {
		t.Errorf("the same election twice: %v", err)
	}
	w.Update(func(tx *survey.Tx) error {
		q := w.Q
		q.LockedAt, q.DispatchedAt = w.Clock.Now(), w.Clock.Now()
		return tx.Questionnaires.Put(q)
	})
	e, _, err := w.Alliance.ElectionParties(w.Ctx, w.Coordinator, "e1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "e1", alliance.SaveElection{Revision: e.Revision, Name: e.Name, Date: "2027-05-16"}); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("a dispatched questionnaire names it: %v", err)
	}
}

func TestImportIsForTheOffice(t *testing.T) {
	service := office.New(&survey.Kernel{Store: storetest.Twice(memory.New()), Clock: survey.SystemClock{}})
	for _, actor := range []survey.Actor{{}, {Respondent: "fm"}, {User: survey.User{ID: "m", PasswordHash: "x", Memberships: []survey.Membership{{WorkingGroup: "g", Lead: true}}}}} {
		if _, err := service.Compare.Import(context.Background(), actor, smallImport("a")); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%+v: %v", actor, err)
		}
	}
}

func TestBuildComparisonOfAConductedQuestionnaire(t *testing.T) {
	ctx, store := context.Background(), memory.New()
	sent, due := time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC), time.Date(2027, 2, 1, 17, 0, 0, 0, time.UTC)
	portal := time.Date(2027, 1, 3, 9, 0, 0, 0, time.UTC)
	if err := store.Update(ctx, func(tx *survey.Tx) error {
		return errors.Join(
			tx.Elections.Put(survey.Election{ID: "e", Name: "Landtagswahl"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q", Slug: "q", Election: "e", DispatchedAt: sent, Deadline: survey.Instant{At: due}}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q", Questions: []survey.CatalogueQuestion{{ID: "q01", Number: 1}}}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "a", Slug: "fm", BallotPosition: 2, AskedAt: sent}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "b", Slug: "gzn", BallotPosition: 1, NotAsked: "Tritt nicht an."}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "c", Slug: "lu", BallotPosition: 3, AskedAt: portal, Portal: &survey.PortalSubmission{At: portal}}),
			tx.Versions.Put(survey.Version{Questionnaire: "q", Respondent: "a", Question: "q01", Number: 1, Status: survey.Answered, Provenance: survey.ByForm, Record: "s", CountsAt: sent}),
			survey.PutPublication(tx, survey.Publication{Questionnaire: "q", Version: 1}, survey.PublicationDetail{Changes: []survey.Change{{Version: 1}}}),
			survey.PutPublication(tx, survey.Publication{Questionnaire: "q", Version: 2}, survey.PublicationDetail{Changes: []survey.Change{{Version: 2}}}),
		)
	}); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time][]survey.Status{
		due.Add(-time.Second): {survey.NotAsked, survey.Pending, survey.Pending},
		due:                   {survey.NotAsked, survey.Answered, survey.NoAnswer},
	} {
		read(t, store, func(tx *survey.Tx) error {
			c, err := testworld.Comparison(tx, "q", at)
			if err != nil {
				return err
			}
			for i, r := range c.Respondents {
				if r.Cells[0].Status != want[i] {
					t.Errorf("at %s %s is %s, want %s", at, r.Slug, r.Cells[0].Status, want[i])
				}
			}
			if !c.Respondents[0].AskedAt.IsZero() || !c.Respondents[1].AskedAt.Equal(sent) || !c.Respondents[2].AskedAt.Equal(portal) {
				t.Error("asked at the wrong time")
			}
			if len(c.Changes) != 2 || c.Changes[0].Version != 2 {
				t.Errorf("changes %+v, want the newest first", c.Changes)
			}
			return nil
		})
	}
	read(t, store, func(tx *survey.Tx) error {
		if _, err := testworld.Comparison(tx, "none", due); !survey.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func read(t *testing.T, store survey.Store, fn func(*survey.Tx) error) {
	t.Helper()
	if err := store.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}
