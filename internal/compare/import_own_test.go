package compare_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/compare"
	"pruefstein/internal/interchange"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// file is a publication read back from the file of its readers.
func file(t *testing.T, c survey.Comparison) compare.Import {
	t.Helper()
	var raw bytes.Buffer
	testworld.Must(t, interchange.Write(&raw, c))
	f, err := interchange.Read(&raw)
	testworld.Must(t, err)
	return interchange.ToImport(f)
}

// All that a round of ours says in its next publications is taken by whoever follows it with import --update: late answers, which move a
// party where the rule is receipt, what was decided of lost mails, who no longer stands or does so after all, a correction, an extension.
func TestUpdateImportFollowsARoundOfOurs(t *testing.T) {
	w := newEdition(t)
	change := func(id survey.RespondentID, do func(*survey.Respondent)) {
		w.Write(t, func(tx *survey.Tx) error {
			r, err := tx.Respondent("q1", id)
			do(&r)
			return errors.Join(err, tx.Respondents.Put(r))
		})
	}
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		q.Order = survey.OrderReceipt
		for _, r := range []survey.Respondent{{ID: "r3", Slug: "zett"}, {ID: "r4", Slug: "alpha"}} {
			r.Questionnaire, r.ShortName, r.Name, r.AskedAt, r.Procedure.Channel = "q1", string(r.Slug), string(r.Slug), q.DispatchedAt, survey.ChannelForm
			r.Standing.State = survey.StateStanding
			err = errors.Join(err, tx.Respondents.Put(r))
		}
		return errors.Join(err, tx.Questionnaires.Put(q))
	})
	w.letter("2026-11-24", testworld.LetterLine(1, testworld.Saying("Ja.")))
	other := office.New(&survey.Kernel{Store: storetest.Twice(memory.New()), Clock: survey.SystemClock{}})
	console := survey.Actor{Console: true}
	first := file(t, w.publish())
	_, err := other.Compare.Import(t.Context(), console, first)
	testworld.Must(t, err)

	follow := func() compare.ImportUpdate {
		t.Helper()
		w.Clock.Advance(time.Hour)
		published := w.publish()
		im := file(t, published)
		done, err := other.Compare.UpdateImport(t.Context(), console, im)
		var refused *survey.Error
		if errors.As(err, &refused) {
			t.Error(refused.Faults)
		}
		testworld.Must(t, err)
		testworld.Must(t, other.Compare.View(t.Context(), func(tx *survey.Tx) error {
			q, err := survey.QuestionnaireBySlug(tx, im.Questionnaire.Slug)
			testworld.Must(t, err)
			got, err := testworld.Comparison(tx, q.ID, time.Now())
			testworld.Must(t, err)
			if diff := cmp.Diff(told(published), told(got)); diff != "" {
				t.Error(diff)
			}
			return nil
		}))
		if done, err := other.Compare.UpdateImport(t.Context(), console, im); err != nil || done.New() || done.Kept != nil {
			t.Errorf("again: %+v %v", done, err)
		}
		return done
	}

	w.Clock.Set(w.Due.Add(48 * time.Hour))
	w.Save(t, w.Moin, 1, testworld.Saying("Moin."))
	w.Submit(t, w.Moin)
	change("r3", func(r *survey.Respondent) {
		r.NotReached = &survey.DeliveryFailure{Reason: "Postfach tot", At: w.Clock.Now(), By: "anna"}
	})
	change("r4", func(r *survey.Respondent) {
		r.Standing = survey.Standing{State: survey.StateNotAdmitted, Since: "2026-12-01", Reason: "zu wenige Unterschriften", Source: "Ausschuss"}
	})
	if done := follow(); done.States != 1 || done.Versions < 4 || !done.Report {
		t.Errorf("%+v", done)
	}

	change("r3", func(r *survey.Respondent) {
		r.Reached, r.NotReached = &survey.DeliveryFailure{Reason: "rief an", At: w.Clock.Now(), By: "anna"}, nil
	})
	change("r4", func(r *survey.Respondent) {
		r.Standing = survey.Standing{State: survey.StateStanding, Since: "2026-12-02", Reason: "Beschwerde", Source: "Wahlprüfung"}
	})
	w.letter("2026-12-01", testworld.LetterLine(1, testworld.Saying("Doch nicht.")))
	if done := follow(); done.States != 1 {
		t.Errorf("%+v", done)
	}

	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		end := at(t, "2026-12-20T18:00")
		q.Extended = append(q.Extended, survey.DateChange{From: q.Deadline, To: end, At: w.Clock.Now(), By: "anna", Reason: "krank"})
		q.Deadline = end
		return errors.Join(err, tx.Questionnaires.Put(q))
	})
	w.Clock.Set(at(t, "2026-12-21T18:00").At)
	follow()
	if _, err := other.Compare.UpdateImport(t.Context(), console, first); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("an older file: %v", err)
	}
}

// told is what readers are told of each party, in its order.
func told(c survey.Comparison) (lines []string) {
	for _, r := range c.Respondents {
		lines = append(lines, fmt.Sprint(r.Slug, r.Standing))
		for _, cell := range r.Cells {
			lines = append(lines, fmt.Sprint(cell.Question.Number, cell.Status, cell.Reason))
			for _, v := range cell.History {
				if v.Status.FromParty() {
					lines = append(lines, fmt.Sprint(v.Status, v.Text, v.Late))
				}
			}
		}
	}
	return append(lines, fmt.Sprint(c.Questionnaire.Deadline.At.UTC(), c.Treatment))
}
