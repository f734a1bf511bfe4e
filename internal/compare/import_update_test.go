package compare_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/compare"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// stand is the import that the tests of this file update.
func stand() compare.Import {
	im := smallImport("stand")
	im.Questionnaire.PublishedAt, im.Questionnaire.Deadline = "2027-02-01T10:00:00+01:00", survey.Instant{At: time.Date(2027, 1, 31, 17, 0, 0, 0, time.UTC), Given: "2027-01-31T18:00:00+01:00"}
	im.Catalogue.Topics, im.Catalogue.Organisations = []survey.Topic{{ID: "t", Name: "Netz"}}, []survey.Named{{ID: "o", Name: "Freie Netze"}}
	im.Respondents = []survey.Respondent{{Slug: "fm", ShortName: "FM", Name: "Freie Mitte", Sequence: 1}, {Slug: "gzn", ShortName: "GZN", Name: "Grüne Zukunft Nordmark", Sequence: 2, Standing: survey.Standing{State: survey.StateExpected}}}
	im.Versions = []survey.Version{
		{Respondent: "fm", Question: "q1", Number: 1, Status: survey.Answered, Text: "Das ist Sache der Gemeinden.", ReceivedAt: "2027-01-20"},
		{Respondent: "fm", Question: "q2", Number: 4, Status: survey.Answered, Position: survey.Disagree, ReceivedAt: "2027-01-20T12:00:00+01:00"},
		{Respondent: "gzn", Question: "q1", Number: 1, Status: survey.Declined, Reason: "Keine Zeit."},
	}
	return im
}

// An imported is a world with that import, before any publication.
type imported struct {
	t       *testing.T
	service *office.Office
	store   survey.Store
}

func newImported(t *testing.T) imported {
	store := memory.New()
	w := imported{t, office.New(&survey.Kernel{Store: storetest.Twice(store), Clock: survey.SystemClock{}}), store}
	if _, err := w.service.Compare.Import(t.Context(), survey.Actor{Console: true}, stand()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w imported) update(change func(*compare.Import)) (compare.ImportUpdate, error) {
	im := stand()
	if change != nil {
		change(&im)
	}
	return w.service.Compare.UpdateImport(w.t.Context(), survey.Actor{Console: true}, im)
}

// said is all that the import says, a line each.
func (w imported) said() (lines []string) {
	w.t.Helper()
	read(w.t, w.store, func(tx *survey.Tx) error {
		lines = nil
		q, err := survey.QuestionnaireBySlug(tx, "stand")
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprint(q.Title, " ", q.PublishedAt))
		c, err := testworld.Comparison(tx, q.ID, time.Now())
		for _, r := range c.Respondents {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Slug, r.Name, r.Standing.State)))
			for _, cell := range r.Cells {
				for _, v := range cell.History {
					lines = append(lines, fmt.Sprintf(" %s %d %s %s%s%s", v.Question, v.Number, v.Status, v.Position, v.Text, v.Reason))
				}
				if cell.Quotation != nil {
					lines = append(lines, fmt.Sprintf(" %s „%s“", cell.Question.ID, cell.Quotation.Text))
				}
			}
		}
		return err
	})
	return lines
}

var asImported = []string{"Wahlprüfsteine 2027-02-01T10:00:00+01:00",
	"fm Freie Mitte", " q1 1 answered Das ist Sache der Gemeinden.", " q2 4 answered disagree", "gzn Grüne Zukunft Nordmark expected", " q1 1 declined Keine Zeit.", " q2 „Wir handeln.“"}

func TestUpdateImportAdds(t *testing.T) {
	w := newImported(t)
	done, err := w.update(func(im *compare.Import) {
		im.Questionnaire.PublishedAt = "2027-02-10"
		im.Versions = append(im.Versions, survey.Version{Respondent: "fm", Question: "q1", Number: 2, Status: survey.Answered, Text: "Anders.", ReceivedAt: "2027-01-20T09:00:00Z"},
			survey.Version{Respondent: "fm", Question: "q1", Number: 7, Status: survey.Withdrawn}, survey.Version{Respondent: "neu", Question: "q2", Number: 1, Status: survey.Answered, Position: survey.Agree},
			survey.Version{Respondent: "gzn", Question: "q2", Number: 1, Status: survey.NoAnswer})
		im.Respondents = slices.Insert(im.Respondents, 1, survey.Respondent{Slug: "neu", ShortName: "Neu", Name: "Neue Liste", Sequence: 2})
		im.Respondents[2].Standing = survey.Standing{State: survey.StateNotAdmitted, Since: "2027-02-03"}
		im.Quotations = append(im.Quotations, survey.Quotation{Respondent: "fm", Question: "q2", Text: "Jede Gemeinde."})
	})
	if want := (compare.ImportUpdate{Slug: "stand", Versions: 4, Parties: 1, Quotations: 1, States: 1}); err != nil || !cmp.Equal(want, done) {
		t.Fatalf("%+v, %v", done, err)
	}
	want := []string{"Wahlprüfsteine 2027-02-10",
		"fm Freie Mitte", " q1 1 answered Das ist Sache der Gemeinden.", " q1 2 answered Anders.", " q1 7 withdrawn ", " q2 4 answered disagree", " q2 „Jede Gemeinde.“",
		"neu Neue Liste", " q2 1 answered agree", "gzn Grüne Zukunft Nordmark not_admitted", " q1 1 declined Keine Zeit.", " q2 1 no_answer ", " q2 „Wir handeln.“"}
	if diff := cmp.Diff(want, w.said()); diff != "" {
		t.Error(diff)
	}
}

// The second click, the same file and an older one that leaves things out add nothing, and nothing goes away.
func TestUpdateImportOfNothingNew(t *testing.T) {
	w := newImported(t)
	if done, err := w.update(nil); err != nil || done.New() || done.Kept != nil {
		t.Errorf("%+v, %v", done, err)
	}
	if done, err := w.update(func(im *compare.Import) { im.Questionnaire.PublishedAt = "2027-02-10" }); err != nil || done.New() {
		t.Errorf("a date alone: %+v, %v", done, err)
	}
	done, err := w.update(func(im *compare.Import) {
		im.Questionnaire.PublishedAt = ""
		im.Catalogue.Questions, im.Catalogue.Topics, im.Catalogue.Organisations = im.Catalogue.Questions[:1], nil, nil
		im.Respondents, im.Versions, im.Quotations = im.Respondents[1:], im.Versions[2:], nil
		im.Respondents[0].Standing = survey.Standing{}
	})
	want := []string{"organisations: o", "topics: t", "questions: q2", "parties: gzn, state", "parties: fm", "answers: q1, fm, 1", "answers: q2, fm, 4", "quotations: q2, gzn"}
	if diff := cmp.Diff(want, done.Kept); err != nil || done.New() || diff != "" {
		t.Errorf("%v %+v %s", err, done, diff)
	}
	if diff := cmp.Diff(asImported, w.said()); diff != "" {
		t.Error(diff)
	}
	read(t, w.store, func(tx *survey.Tx) error {
		for a, err := range tx.Audit.List("") {
			if err != nil || a.What == "import_update" {
				t.Error("an update of nothing is in the audit", err)
			}
		}
		return nil
	})
	// A party that is left out keeps its place behind whoever stood before it.
	if _, err := w.update(func(im *compare.Import) {
		im.Respondents = []survey.Respondent{{Slug: "neu", ShortName: "Neu", Name: "Neue Liste"}, im.Respondents[1]}
		im.Versions = im.Versions[2:]
	}); err != nil {
		t.Fatal(err)
	}
	if got := w.said(); got[1] != "fm Freie Mitte" || got[4] != "neu Neue Liste" {
		t.Errorf("%q", got)
	}
}

// How a party stands changes as often as the source says so, by a later day or in a newer file; the same again is nothing new.
func TestUpdateImportTakesStates(t *testing.T) {
	w := newImported(t)
	for i, one := range []struct {
		published survey.Stamp
		standing  survey.Standing
		taken     bool
	}{
		{"2027-02-01T10:00:00+01:00", survey.Standing{State: survey.StateNotAdmitted, Since: "2027-01-25", Reason: "zu wenige Unterschriften"}, true},
		{"2027-02-01T10:00:00+01:00", survey.Standing{State: survey.StateStanding, Since: "2027-01-24"}, false},
		{"2027-02-01T10:00:00+01:00", survey.Standing{State: survey.StateStanding, Since: "2027-01-30", Reason: "Beschwerde"}, true},
		{"2027-02-02", survey.Standing{State: survey.StateResigned}, true},
		{"2027-02-02", survey.Standing{State: survey.StateStanding}, false},
	} {
		change := func(im *compare.Import) {
			im.Questionnaire.PublishedAt, im.Respondents[1].Standing = one.published, one.standing
		}
		if done, err := w.update(change); one.taken && (err != nil || done.States != 1) || !one.taken && survey.CodeOf(err) != survey.Conflict {
			t.Errorf("%d: %+v %v", i, done, err)
		}
		if done, err := w.update(change); one.taken && (err != nil || done.New()) {
			t.Errorf("%d again: %+v %v", i, done, err)
		}
	}
	if got := w.said(); !slices.Contains(got, "gzn Grüne Zukunft Nordmark resigned") {
		t.Errorf("%q", got)
	}
}

// What stands in words never changes: each place of the file that says otherwise is named, and nothing of the file is taken.
func TestUpdateImportRefusesChanges(t *testing.T) {
	w := newImported(t)
	long := strings.Repeat("Das Netz gehört allen. ", 4)
	for _, test := range []struct {
		name   string
		change func(*compare.Import)
		want   []string
	}{
		{"text", func(im *compare.Import) { im.Versions[0].Text = "Das ist Sache der Länder." }, []string{`answers[0].text error.import.stands "Das ist Sache der Gemeinden." "Das ist Sache der Länder."`}},
		{"position and status", func(im *compare.Import) {
			im.Versions[1].Position, im.Versions[2].Status, im.Versions[2].Joint = survey.Agree, survey.Answered, []string{"fm"}
		}, []string{"answers[1].position error.import.stands disagree agree", "answers[2].status error.import.stands declined answered", `answers[2].joint error.import.stands "" fm`}},
		{"question and party", func(im *compare.Import) {
			im.Catalogue.Questions[1].Text, im.Respondents[0].Name, im.Election.Date = "Das Land muss handeln.", "Freie Mitte Nordmark", "2027-03-21"
		}, []string{"election.date error.import.stands 2027-03-14 2027-03-21", `questions[1].text error.import.stands "Das Land soll handeln." "Das Land muss handeln."`, "parties[0].name error.import.stands Freie Mitte Freie Mitte Nordmark"}},
		{"head", func(im *compare.Import) {
			im.Questionnaire.Intro, im.Questionnaire.Deadline, im.Questionnaire.PublishedAt = long, survey.Instant{}, "2027-01-31"
		}, []string{`questionnaire.intro error.import.stands "" ` + `"Das Netz gehört allen. Das Netz gehört allen. Das Netz gehör…"`, `questionnaire.deadline error.import.stands 2027-01-31T18:00:00+01:00 ""`,
			"questionnaire.published_at error.import.stands 2027-02-01T10:00:00+01:00 2027-01-31"}},
		{"state", func(im *compare.Import) { im.Respondents[0].Standing.Reason = "Verzicht" }, []string{`parties[0].state_reason error.import.stands "" Verzicht`}},
		{"new question", func(im *compare.Import) {
			im.Catalogue.Questions = append(im.Catalogue.Questions, survey.CatalogueQuestion{ID: "q3", Number: 3, Text: "Wann?"})
			im.Catalogue.Topics = []survey.Topic{{ID: "t2"}}
		}, []string{"topics[0].id error.import.not_added t2", "questions[2].id error.import.not_added q3"}},
		{"order", func(im *compare.Import) { slices.Reverse(im.Respondents) }, []string{"parties[1] error.import.party_order gzn"}},
		{"case", func(im *compare.Import) {
			im.Respondents = append(im.Respondents, survey.Respondent{Slug: "FM", ShortName: "F", Name: "F"})
		}, []string{"parties[2].id error.import.case FM fm"}},
		{"lower number", func(im *compare.Import) {
			im.Versions = append(im.Versions, survey.Version{Respondent: "fm", Question: "q2", Number: 3, Status: survey.Answered})
		}, []string{"answers[3].version error.import.version_behind 3 4"}},
		{"earlier", func(im *compare.Import) {
			im.Versions = append(im.Versions, survey.Version{Respondent: "fm", Question: "q2", Number: 5, Status: survey.Answered, ReceivedAt: "2027-01-20T11:59:00+01:00"},
				survey.Version{Respondent: "fm", Question: "q1", Number: 2, Status: survey.Answered, ReceivedAt: "2027-01-19T23:00:00Z"})
		}, []string{"answers[3].received_at error.import.received_before 2027-01-20T11:59:00+01:00 2027-01-20T12:00:00+01:00", "answers[4].received_at error.import.received_before 2027-01-19T23:00:00Z 2027-01-20"}},
		{"quotation", func(im *compare.Import) { im.Quotations[0].Place = "S. 13" }, []string{`quotations[0].place error.import.stands "S. 12" "S. 13"`}},
	} {
		_, err := w.update(func(im *compare.Import) {
			test.change(im)
			im.Versions = append(im.Versions, survey.Version{Respondent: "gzn", Question: "q2", Number: 1, Status: survey.NoAnswer}) // that would be new
		})
		var refused *survey.Error
		if !errors.As(err, &refused) || refused.Code != survey.Conflict || refused.Key != "error.import.contradicts" {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var got []string
		for _, f := range refused.Faults {
			line := f.Field + " " + f.Key
			for i := 1; i < len(f.Args); i += 2 {
				line += fmt.Sprint(" ", f.Args[i])
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	if diff := cmp.Diff(asImported, w.said()); diff != "" {
		t.Error(diff)
	}
	// A difference behind a long beginning is shown where it is.
	first := stand()
	first.Questionnaire.Slug, first.Questionnaire.Intro = "lang", long+"Ende."
	if _, err := w.service.Compare.Import(t.Context(), survey.Actor{Console: true}, first); err != nil {
		t.Fatal(err)
	}
	first.Questionnaire.Intro = long + "Schluss."
	_, err := w.service.Compare.UpdateImport(t.Context(), survey.Actor{Console: true}, first)
	if refused := new(survey.Error); !errors.As(err, &refused) || len(refused.Faults) != 1 || fmt.Sprint(refused.Faults[0].Args) != `[Was "… Netz gehört allen. Ende." Now "… Netz gehört allen. Schluss."]` {
		t.Errorf("%v", err)
	}
}

// So many contradictions that nobody reads them are told up to a limit.
func TestUpdateImportEndsItsList(t *testing.T) {
	w := newImported(t)
	_, err := w.update(func(im *compare.Import) {
		for i := range compare.MaxDifferences + 5 {
			im.Catalogue.Organisations = append(im.Catalogue.Organisations, survey.Named{ID: fmt.Sprint("x", i)})
		}
	})
	refused := new(survey.Error)
	if !errors.As(err, &refused) || len(refused.Faults) != compare.MaxDifferences+1 || refused.Faults[compare.MaxDifferences].Key != "error.import.many" {
		t.Errorf("%d faults", len(refused.Faults))
	}
}

func TestUpdateImportIsForImports(t *testing.T) {
	w := testworld.NewWorkshop(t)
	own, foreign := stand(), stand()
	own.Questionnaire.Slug, foreign.Questionnaire.Slug = w.Q.Slug, "fremd"
	refused := new(survey.Error)
	if _, err := w.Compare.UpdateImport(w.Ctx, w.Admin, own); !errors.As(err, &refused) || refused.Code != survey.Conflict || refused.Key != "error.import.not_imported" {
		t.Errorf("one that is conducted here: %v", err)
	}
	if _, err := w.Compare.UpdateImport(w.Ctx, w.Admin, foreign); !survey.IsNotFound(err) {
		t.Errorf("one that is not there: %v", err)
	}
	for _, actor := range []survey.Actor{{}, {Respondent: "fm"}, w.Member} {
		if _, err := w.Compare.UpdateImport(w.Ctx, actor, own); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%+v: %v", actor, err)
		}
	}
}

// Of two people who update at once with the same file one adds what is new; with different ones for the same version one is refused.
func TestUpdateImportByTwoAtOnce(t *testing.T) {
	for _, texts := range [][2]string{{"Anders.", "Anders."}, {"Anders.", "Ganz anders."}} {
		w := newImported(t)
		var group sync.WaitGroup
		var added, nothing, refused int
		var lock sync.Mutex
		for _, text := range texts {
			group.Go(func() {
				done, err := w.update(func(im *compare.Import) {
					im.Versions = append(im.Versions, survey.Version{Respondent: "fm", Question: "q1", Number: 2, Status: survey.Answered, Text: text})
				})
				lock.Lock()
				defer lock.Unlock()
				switch {
				case survey.CodeOf(err) == survey.Conflict:
					refused++
				case err != nil:
					t.Error(err)
				case done.New():
					added++
				default:
					nothing++
				}
			})
		}
		group.Wait()
		if same := texts[0] == texts[1]; added != 1 || same && nothing != 1 || !same && refused != 1 {
			t.Errorf("%q: %d added, %d nothing new, %d refused", texts, added, nothing, refused)
		}
	}
}

// The publication of an import names its versions as changes, and the next one each version that came since.
func TestChangesOfAnImport(t *testing.T) {
	w := newEdition(t)
	im := stand()
	im.Versions = append(im.Versions, survey.Version{Respondent: "fm", Question: "q2", Number: 5, Status: survey.Answered, Position: survey.Agree, ChangeNote: "Nach Parteitag."})
	if _, err := w.Compare.Import(w.t.Context(), w.Admin, im); err != nil {
		t.Fatal(err)
	}
	publish := func() (lines []string) {
		t.Helper()
		q, err := w.Alliance.QuestionnaireBySlug(w.t.Context(), survey.Actor{Console: true}, "stand")
		if err != nil {
			t.Fatal(err)
		}
		plan, ready, err := w.Compare.PreparePublication(w.t.Context(), survey.Actor{Console: true}, q.ID, compare.PreparePublication{})
		if err != nil || !ready {
			t.Fatal(ready, err)
		}
		if _, err := w.Compare.CommitPublication(w.t.Context(), survey.Actor{Console: true}, plan, [32]byte{}); err != nil {
			t.Fatal(err)
		}
		for _, c := range plan.Comparison.Changes {
			if c.Version == plan.Comparison.Version {
				lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s%s %d %s-%s %d-%d %t%t%t %s", c.Facet, c.Respondent, c.Question, c.From, c.To, c.FromVersion, c.ToVersion, c.Wording, c.Details, c.Quotation, c.Note)))
			}
		}
		return lines
	}
	if diff := cmp.Diff([]string{"fm 2 answered-answered 4-5 truefalsefalse Nach Parteitag."}, publish()); diff != "" {
		t.Error(diff)
	}
	im.Respondents = append(im.Respondents, survey.Respondent{Slug: "neu", ShortName: "Neu", Name: "Neue Liste"})
	im.Versions = append(im.Versions, survey.Version{Respondent: "fm", Question: "q1", Number: 2, Status: survey.Answered, Text: "Anders."},
		survey.Version{Respondent: "fm", Question: "q1", Number: 3, Status: survey.Answered, Text: "Anders.", Late: true}, survey.Version{Respondent: "fm", Question: "q1", Number: 4, Status: survey.Withdrawn},
		survey.Version{Respondent: "gzn", Question: "q2", Number: 2, Status: survey.NoAnswer},
		survey.Version{Respondent: "neu", Question: "q1", Number: 1, Status: survey.Answered, Text: "Ja."}, survey.Version{Respondent: "neu", Question: "q1", Number: 2, Status: survey.Answered, Text: "Nein."})
	im.Quotations = append(im.Quotations, survey.Quotation{Respondent: "neu", Question: "q1", Text: "Jede Gemeinde."})
	if _, err := w.Compare.UpdateImport(w.t.Context(), w.Admin, im); err != nil {
		t.Fatal(err)
	}
	want := []string{ // whoever is new changes no order
		"fm 1 answered-answered 1-2 truefalsefalse", "fm 1 answered-answered 2-3 falsetruefalse", "fm 1 answered-withdrawn 3-4 falsefalsefalse",
		"gzn 2 unknown-no_answer 0-2 falsefalsefalse",
		"neu 1 -answered 0-1 falsefalsefalse", "neu 1 answered-answered 1-2 truefalsefalse", "neu 1 answered-answered 2-2 falsefalsetrue", "neu 2 -unknown 0-0 falsefalsefalse"}
	if diff := cmp.Diff(want, publish()); diff != "" {
		t.Error(diff)
	}
}

// That nothing had come gives way to the party's first words, which are version 1 in the source too, and what was pending to what came of
// it. The other way round it is a contradiction, and so is another silence.
func TestUpdateImportTakesALateAnswer(t *testing.T) {
	w := newEdition(t)
	im := stand()
	im.Versions = []survey.Version{{Respondent: "fm", Question: "q1", Number: 1, Status: survey.NoAnswer}, {Respondent: "fm", Question: "q2", Number: 1, Status: survey.Pending},
		{Respondent: "gzn", Question: "q1", Number: 1, Status: survey.NotReached, Reason: "Kein Postfach."}}
	if _, err := w.Compare.Import(w.t.Context(), w.Admin, im); err != nil {
		t.Fatal(err)
	}
	publish := func() (lines []string) {
		t.Helper()
		console := survey.Actor{Console: true}
		q, err := w.Alliance.QuestionnaireBySlug(w.t.Context(), console, "stand")
		if err != nil {
			t.Fatal(err)
		}
		plan, _, err := w.Compare.PreparePublication(w.t.Context(), console, q.ID, compare.PreparePublication{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Compare.CommitPublication(w.t.Context(), console, plan, [32]byte{}); err != nil {
			t.Fatal(err)
		}
		for _, c := range plan.Comparison.Changes {
			lines = append(lines, fmt.Sprintf("%s %d %s-%s", c.Respondent, c.Question, c.From, c.To))
		}
		return lines
	}
	if lines := publish(); lines != nil {
		t.Error(lines)
	}
	first := slices.Clone(im.Versions)
	im.Versions[0].Status, im.Versions[0].Text, im.Versions[0].Late = survey.Answered, "Verspätet.", true
	im.Versions[1].Status = survey.NoAnswer
	done, err := w.Compare.UpdateImport(w.t.Context(), w.Admin, im)
	if err != nil || done.Versions != 2 || done.Kept != nil {
		t.Fatalf("%+v %v", done, err)
	}
	if diff := cmp.Diff([]string{"fm 1 no_answer-answered", "fm 2 pending-no_answer"}, publish()); diff != "" {
		t.Error(diff)
	}
	if done, err := w.Compare.UpdateImport(w.t.Context(), w.Admin, im); err != nil || done.New() {
		t.Errorf("once more: %+v %v", done, err)
	}
	for _, versions := range [][]survey.Version{first, {im.Versions[0], im.Versions[1], {Respondent: "gzn", Question: "q1", Number: 1, Status: survey.NoAnswer}}} {
		other := im
		other.Versions = versions
		if _, err := w.Compare.UpdateImport(w.t.Context(), w.Admin, other); survey.CodeOf(err) != survey.Conflict {
			t.Errorf("%v", err)
		}
	}
}

// The equal-treatment report is that of the newest state; one of another round is a contradiction.
func TestUpdateImportTakesTheReport(t *testing.T) {
	w := newImported(t)
	report := survey.Treatment{Catalogue: "aa", DispatchedAt: "2027-01-02T10:00:00+01:00", Asked: 2}
	with := func(tr survey.Treatment) func(*compare.Import) {
		return func(im *compare.Import) { im.Questionnaire.Treatment = tr }
	}
	for range 2 {
		if done, err := w.update(with(report)); err != nil || done.New() != done.Report {
			t.Fatal(done, err)
		}
	}
	later := report
	later.Entries = []survey.TreatmentEntry{{Kind: survey.TreatedCorrected, Party: "fm", At: "2027-02-03"}}
	if done, err := w.update(with(later)); err != nil || !done.Report {
		t.Fatal(done, err)
	}
	if done, err := w.update(nil); err != nil || done.New() { // a file without a report takes none away
		t.Fatal(done, err)
	}
	other := later
	other.Catalogue = "bb"
	if _, err := w.update(with(other)); err == nil || !strings.Contains(err.Error(), "questionnaire.treatment.catalogue: error.import.stands") {
		t.Error(err)
	}
	read(t, w.store, func(tx *survey.Tx) error {
		q, err := survey.QuestionnaireBySlug(tx, "stand")
		if err != nil {
			return err
		}
		c, err := testworld.Comparison(tx, q.ID, time.Now())
		if diff := cmp.Diff(later, c.Treatment); diff != "" {
			t.Error(diff)
		}
		return err
	})
}
