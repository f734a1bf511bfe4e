package compare_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// ofTheParty are what the report tells of how the first party answered.
func (w edition) ofTheParty() []survey.TreatmentEntry {
	w.t.Helper()
	return w.state().Comparison.Treatment.Of(survey.TreatedNotReached, survey.TreatedOverLimit, survey.TreatedLate, survey.TreatedCorrected, survey.TreatedWithdrawn)
}

// returned is the return of the first party.
func (w edition) returned() survey.Return {
	w.t.Helper()
	return survey.Returns(w.state().Comparison).Returns[0]
}

// correct submits the first party's drafts, with a public note.
func (w edition) correct(note string) {
	w.t.Helper()
	form := w.Form(w.t, w.Frei)
	form.Note = note
	w.Confirm(w.t, w.Frei, w.RequestBy(w.t, w.Frei, form))
}

// What stood at the date stays, whichever way it came; what replaces it is a correction with its note, and makes no answer late.
func TestALetterIsCorrectedByOurForm(t *testing.T) {
	for name, c := range map[string]struct {
		says survey.Entry
		kind survey.TreatmentKind
	}{
		"other words": {testworld.Saying("Nein."), survey.TreatedCorrected},
		"withdrawn":   {survey.Entry{Status: survey.Withdrawn}, survey.TreatedWithdrawn},
	} {
		t.Run(name, func(t *testing.T) {
			w := newEdition(t)
			w.Clock.Set(w.Due.Add(-3 * 24 * time.Hour))
			w.letter("2026-11-24", testworld.LetterLine(1, testworld.Saying("Ja.")), testworld.LetterLine(3, testworld.Saying("Drei.")))
			w.Clock.Set(w.Due.Add(2 * time.Hour))
			w.Save(t, w.Frei, 1, c.says)
			w.correct("Tippfehler")
			w.Clock.Set(w.Due.Add(24 * time.Hour))
			if diff := cmp.Diff([]string{"Ja.", c.says.Text}, w.history()); diff != "" {
				t.Error(diff)
			}
			want := []survey.TreatmentEntry{{Kind: c.kind, Party: "frei", Questions: []int{1}, At: "2026-11-30T20:00:00+01:00", Reason: "Tippfehler"}}
			if diff := cmp.Diff(want, w.ofTheParty()); diff != "" {
				t.Error(diff)
			}
			if one := w.returned(); one.Late != 0 || one.Given != 2 || one.Received != "2026-11-24" {
				t.Errorf("%d of %d late, came %s", one.Late, one.Given, one.Received)
			}
		})
	}
}

// That a letter waits for its party is public where it would change what readers see, and not before they see it.
func TestALetterThatWaitsTellsNothingBeforeTheDate(t *testing.T) {
	w := newEdition(t)
	waits := func() (days []string) {
		for _, cell := range w.state().Comparison.Respondents[0].Cells {
			days = append(days, cell.LetterOf)
		}
		return days
	}
	w.Clock.Set(w.Due.Add(-3 * 24 * time.Hour))
	w.Save(t, w.Frei, 1, testworld.Saying("Ja."))
	w.Save(t, w.Frei, 3, testworld.Saying("Drei."))
	w.Submit(t, w.Frei)
	letter := w.Letter(testworld.LetterLine(1, testworld.Saying("Nein.")), testworld.LetterLine(3, testworld.Saying("Drei.")))
	letter.ReceivedOn, letter.ChangeNote = "2026-11-27", "anders"
	letter.Whole = survey.Entry{Status: survey.Refers}
	if got := w.HandOver(t, w.Anna, letter); !got.OnlyParty {
		t.Fatalf("%+v", got)
	}
	before := w.publish()
	if diff := cmp.Diff([]string{"", "", ""}, waits()); diff != "" || before.Respondents[0].Cells[0].LetterOf != "" {
		t.Error("before the date:", diff)
	}
	w.Clock.Set(w.Due.Add(time.Hour))
	if diff := cmp.Diff([]string{"2026-11-27", "2026-11-27", ""}, waits()); diff != "" { // the third says what stands
		t.Error(diff)
	}
	w.Save(t, w.Frei, 1, testworld.Saying("Nein."))
	w.correct("Wie in unserem Brief.")
	if diff := cmp.Diff([]string{"", "2026-11-27", ""}, waits()); diff != "" {
		t.Error("the party changed it itself:", diff)
	}
}

// Whoever something came from was reached. What it left out is its own silence; before its date nothing tells that something came.
func TestWhoeverAnswersWasReached(t *testing.T) {
	for name, c := range map[string]struct {
		published bool
		running   survey.Status
	}{
		"nobody has seen it":              {false, survey.Pending},
		"it was published as not reached": {true, survey.NotReached},
	} {
		t.Run(name, func(t *testing.T) {
			w := newEdition(t)
			statuses := func() (list []survey.Status) {
				for _, cell := range w.state().Comparison.Respondents[0].Cells {
					list = append(list, cell.Status)
				}
				return list
			}
			w.Clock.Set(w.Due.Add(-3 * 24 * time.Hour))
			w.Write(t, func(tx *survey.Tx) error {
				r, err := tx.Respondent("q1", "r1")
				r.Procedure.Channel, r.NotReached = survey.ChannelForm, &survey.DeliveryFailure{Reason: "Postfach aufgelöst", At: w.Clock.Now(), By: "anna"}
				return errors.Join(err, tx.Respondents.Put(r))
			})
			if c.published {
				w.publish()
			}
			w.Save(t, w.Frei, 1, testworld.Saying("Ja."))
			w.Submit(t, w.Frei)
			if diff := cmp.Diff([]survey.Status{c.running, c.running, c.running}, statuses()); diff != "" {
				t.Error("before its date:", diff)
			}
			if c.published && w.state().News {
				t.Error("that something came is news before its date")
			}
			w.Clock.Set(w.Due.Add(time.Hour))
			if diff := cmp.Diff([]survey.Status{survey.Answered, survey.NoAnswer, survey.NoAnswer}, statuses()); diff != "" {
				t.Error(diff)
			}
			if told := w.ofTheParty(); len(told) > 0 || w.returned().State != survey.ReturnPartly {
				t.Errorf("%+v, %s", told, w.returned().State)
			}
		})
	}
}

// Who submitted late and got more time afterwards was not late: readers, report and returns go by the date that holds.
func TestAnExtensionMakesAnswersTimely(t *testing.T) {
	extended := survey.DateChange{Reason: "krank", By: "anna"}
	for name, extend := range map[string]func(*survey.Questionnaire, *survey.Respondent){
		"for all": func(q *survey.Questionnaire, _ *survey.Respondent) {
			extended.From = q.Deadline
			q.Deadline, q.Extended = extended.To, []survey.DateChange{extended}
		},
		"for the party": func(q *survey.Questionnaire, r *survey.Respondent) {
			extended.From = q.Deadline
			r.Due, r.DueChanges = extended.To, []survey.DateChange{extended}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newEdition(t)
			w.Clock.Set(w.Due.Add(2 * time.Hour))
			w.Save(t, w.Frei, 1, testworld.Saying("Ja."))
			w.Submit(t, w.Frei)
			if told := w.ofTheParty(); len(told) != 1 || told[0].Kind != survey.TreatedLate || w.returned().Late != 1 {
				t.Errorf("before: %+v", told)
			}
			extended.To, extended.At = at(t, "2026-12-07T18:00"), w.Due.Add(3*time.Hour)
			w.Write(t, func(tx *survey.Tx) error {
				q, err := tx.Questionnaire("q1")
				r, errR := tx.Respondent("q1", "r1")
				testworld.Must(t, err, errR)
				extend(&q, &r)
				return errors.Join(tx.Questionnaires.Put(q), tx.Respondents.Put(r))
			})
			w.Clock.Set(at(t, "2026-12-08T18:00").At)
			if told := w.ofTheParty(); len(told) > 0 || w.returned().Late != 0 || w.state().Comparison.Respondents[0].Cells[0].Current.Late {
				t.Errorf("after: %+v", told)
			}
			if v := w.Versions(t, "r1", "q01"); !v[0].Late {
				t.Error("what was recorded has changed")
			}
			w.publish()
			if faults := testworld.Faults(t, w.Store, testworld.CheckReferences); slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, "Version") || strings.Contains(f, "equal-treatment") }) {
				t.Error(faults)
			}
		})
	}
}

// The report counts as answers what the returns count as answered, and as over the limit what needs a reason.
func TestTheReportCountsWhatTheReturnsCount(t *testing.T) {
	long := strings.Repeat("Siehe unser Wahlprogramm. ", 5)
	for name, c := range map[string]struct {
		lines []survey.SubmissionEntry
		whole survey.Entry
		over  string
		want  survey.TreatedAnswers
		told  []int // the questions told of as over the limit
	}{
		"answers":                  {lines: []survey.SubmissionEntry{testworld.LetterLine(1, testworld.Saying("Ja.")), testworld.LetterLine(3, survey.Entry{Status: survey.NoPosition})}, want: survey.TreatedAnswers{ByPerson: 2}},
		"one over the limit":       {lines: []survey.SubmissionEntry{testworld.LetterLine(1, testworld.Saying(long)), testworld.LetterLine(3, testworld.Saying("Ja."))}, over: "Nur so verständlich", want: survey.TreatedAnswers{ByPerson: 2, Over: 1}, told: []int{1}},
		"a pointer over the limit": {lines: []survey.SubmissionEntry{testworld.LetterLine(1, survey.Entry{Status: survey.Refers, Text: long})}, over: "Nur so verständlich", told: []int{1}},
		"a long pointer for all":   {whole: survey.Entry{Status: survey.Refers, Text: long}},
		"a long text for all":      {whole: survey.Entry{Status: survey.General, Text: long}},
		"a refusal for all":        {whole: survey.Entry{Status: survey.Declined, Reason: "Keine Zeit."}},
		"a text for all but one":   {whole: survey.Entry{Status: survey.General, Text: long}, lines: []survey.SubmissionEntry{testworld.LetterLine(3, testworld.Saying("Ja."))}, want: survey.TreatedAnswers{ByPerson: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newEdition(t)
			cmd := w.Letter(c.lines...)
			cmd.ReceivedOn, cmd.Whole, cmd.OverReason = "2026-11-24", c.whole, c.over
			w.Effective(t, cmd)
			got := w.state().Comparison.Treatment.Answers
			if got != c.want || got.ByPerson != w.returned().Said {
				t.Errorf("%+v, want %+v; the returns say %d", got, c.want, w.returned().Said)
			}
			var told []int
			for _, e := range w.ofTheParty() {
				if told = append(told, e.Questions...); e.Kind != survey.TreatedOverLimit || e.Reason != c.over {
					t.Errorf("%+v", e)
				}
			}
			if diff := cmp.Diff(c.told, told); diff != "" {
				t.Error(diff)
			}
		})
	}
	w := newEdition(t)
	w.Clock.Set(w.Due.Add(-3 * 24 * time.Hour))
	w.Save(t, w.Frei, 1, testworld.Saying("Ja."))
	w.Submit(t, w.Frei)
	w.Clock.Set(w.Due.Add(2 * time.Hour))
	w.Save(t, w.Frei, 1, survey.Entry{Status: survey.Withdrawn})
	w.correct("Neuer Beschluss.")
	if got := w.state().Comparison.Treatment.Answers; got != (survey.TreatedAnswers{}) || w.returned().Said != 0 {
		t.Errorf("a withdrawn answer is counted: %+v", got)
	}
}

// A line of the list of changes has the note of its own change alone.
func TestANoteIsOfItsOwnChange(t *testing.T) {
	w := newEdition(t)
	w.Clock.Set(w.Due.Add(-3 * 24 * time.Hour))
	w.Save(t, w.Frei, 1, testworld.Saying("Ja."))
	w.Submit(t, w.Frei)
	w.Clock.Set(w.Due.Add(2 * time.Hour))
	w.publish()
	w.Save(t, w.Frei, 1, testworld.Saying("Nein."))
	w.correct("Tippfehler")
	if c := w.publish().Changes; len(c) != 1 || c[0].Note != "Tippfehler" || !c[0].Wording {
		t.Fatalf("%+v", c)
	}
	w.Clock.Set(w.Due.Add(48 * time.Hour))
	letter := w.Letter(testworld.LetterLine(1, testworld.Saying("Vielleicht.")))
	letter.ReceivedOn, letter.ChangeNote = "2026-12-02", "Parteitag"
	w.HandOver(t, w.Anna, letter)
	if c := w.state().Changes; len(c) != 1 || !c[0].Details || c[0].Note != "" {
		t.Errorf("%+v", c)
	}
}
