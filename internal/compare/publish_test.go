package compare_test

import (
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/compare"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
	"pruefstein/internal/transcribe"
)

// edition is a questionnaire after its deadline, ready to be published by one person. The first party was asked three
// questions, the second not the second of them.
type edition struct {
	*testworld.Letters
	t *testing.T
}

func newEdition(t *testing.T) edition {
	t.Helper()
	w := edition{testworld.NewLetters(t), t}
	w.Write(t, func(tx *survey.Tx) error {
		a, err := tx.Alliances.Get(survey.AllianceKey)
		a.Imprint, a.Privacy, a.CheckPublication = "Straße 1", "Nichts.", survey.RuleOff
		return errors.Join(err, tx.Alliances.Put(a))
	})
	w.Clock.Set(w.Due.Add(24 * time.Hour))
	return w
}

// state is what the office sees before it publishes.
func (w edition) state() compare.PublicationState {
	w.t.Helper()
	st, err := w.Compare.PublicationState(w.t.Context(), w.Anna, "q1")
	testworld.Must(w.t, err)
	return st
}

// publish publishes what the office sees.
func (w edition) publish() survey.Comparison {
	w.t.Helper()
	plan, ready, err := w.Compare.PreparePublication(w.t.Context(), w.Anna, "q1", w.state().Content)
	if testworld.Must(w.t, err); !ready {
		w.t.Fatal("not ready")
	}
	_, err = w.Compare.CommitPublication(w.t.Context(), w.Anna, plan, sha256.Sum256([]byte(plan.Content)))
	testworld.Must(w.t, err)
	return plan.Comparison
}

// history are the wordings readers see of the first party's answer to the first question, the current one last.
func (w edition) history() (texts []string) {
	w.t.Helper()
	for _, v := range w.state().Comparison.Respondents[0].Cells[0].History {
		texts = append(texts, v.Text)
	}
	return texts
}

// letter brings a letter of the first party into effect; day is when it came.
func (w edition) letter(day string, entries ...survey.SubmissionEntry) {
	w.t.Helper()
	cmd := w.Letter(entries...)
	cmd.ReceivedOn, cmd.ChangeNote = day, "neuer Brief der Partei"
	w.Effective(w.t, cmd)
}

// Both letters came in time, so that the second replaces the first in private; but the first was published before.
func TestWhatWasPublishedStaysInTheHistory(t *testing.T) {
	w := newEdition(t)
	w.letter("2026-11-24", testworld.LetterLine(1, testworld.Saying("Nie gezeigt.")))
	w.letter("2026-11-25", testworld.LetterLine(1, testworld.Saying("Gezeigt.")))
	w.publish()
	w.letter("2026-11-26", testworld.LetterLine(1, testworld.Saying("Später getippt.")))
	if diff := cmp.Diff([]string{"Gezeigt.", "Später getippt."}, w.history()); diff != "" {
		t.Error(diff)
	}
	w.publish()
	w.letter("2026-11-27", testworld.LetterLine(1, testworld.Saying("Zuletzt.")))
	if diff := cmp.Diff([]string{"Gezeigt.", "Später getippt.", "Zuletzt."}, w.history()); diff != "" {
		t.Error(diff)
	}
}

// One line says that a respondent's cells changed; it may stand only for all of them, changed alike.
func TestOneLineForARespondentStandsForAllItsCells(t *testing.T) {
	no := survey.Entry{Status: survey.Declined, Reason: "Dazu sagen wir nichts."}
	type line struct {
		respondent string
		question   int
		to         survey.Status
	}
	for _, test := range []struct {
		name string
		cmd  func(*transcribe.Save)
		want []line
	}{
		{"all cells alike", func(cmd *transcribe.Save) { cmd.Whole = no }, []line{{"frei", 0, survey.Declined}}},
		{"two of three", func(cmd *transcribe.Save) {
			cmd.Entries = []survey.SubmissionEntry{testworld.LetterLine(1, no), testworld.LetterLine(3, no)}
		}, []line{{"frei", 1, survey.Declined}, {"frei", 3, survey.Declined}}},
		{"all, but not alike", func(cmd *transcribe.Save) {
			cmd.Whole, cmd.Entries = no, []survey.SubmissionEntry{testworld.LetterLine(2, survey.Entry{Status: survey.NoPosition})}
		}, []line{{"frei", 1, survey.Declined}, {"frei", 2, survey.NoPosition}, {"frei", 3, survey.Declined}}},
		{"two parties, one of them not asked everything", func(cmd *transcribe.Save) { cmd.Whole, cmd.Joint = no, []string{"moin"} },
			[]line{{"frei", 0, survey.Declined}, {"moin", 1, survey.Declined}, {"moin", 3, survey.Declined}}},
	} {
		w := newEdition(t)
		w.publish()
		cmd := w.Letter()
		test.cmd(&cmd)
		w.Effective(t, cmd)
		var got []line
		for _, c := range w.state().Changes {
			got = append(got, line{c.Respondent, c.Question, c.To})
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}
