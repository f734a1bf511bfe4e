package transcribe_test

import (
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// withdrawing is a letter that came days after the date and takes the answer to question 1 back.
func withdrawing(w *testworld.Letters) testworld.Letter {
	cmd := w.Letter(testworld.LetterLine(1, survey.Entry{Status: survey.Withdrawn, Reason: "Der Beschluss ist aufgehoben."}))
	cmd.ReceivedOn, cmd.LetterDate, cmd.ChangeNote = "2026-12-01", "2026-11-30", "Zweiter Brief der Partei."
	return cmd
}

// Whoever answered by letter can withdraw by letter, after its date too, and answer anew.
func TestALetterWithdraws(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Effective(t, w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")), testworld.LetterLine(3, testworld.Saying("Gut."))))
	w.Clock.Set(w.Due.Add(48 * time.Hour))
	cmd := withdrawing(w)
	cmd.ChangeNote = ""
	saved := w.SaveLetter(t, w.Anna, cmd)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, saved.Revision); testworld.KeyOf(err) != "change_note transcribe.error.change_note" {
		t.Fatalf("without a note: %v", err)
	}
	cmd.ChangeNote, cmd.Revision, cmd.Original, cmd.Upload = "Zweiter Brief der Partei.", saved.Revision, saved.Original, nil
	letter := w.Effective(t, cmd)
	v := w.Versions(t, "r1", "q01")
	if len(v) != 2 || v[1].Entry() != (survey.Entry{Status: survey.Withdrawn, Reason: "Der Beschluss ist aufgehoben."}) || v[1].Provenance != survey.Transcribed ||
		!v[1].Late || v[1].ConfirmedBy != "ben" || v[1].ChangeNote != cmd.ChangeNote || v[1].Source != "Brief vom 30. November 2026" || letter.Original == "" {
		t.Fatalf("%+v", v)
	}
	w.View(t, func(tx *survey.Tx) error {
		c, err := testworld.Comparison(tx, "q1", w.Clock.Now())
		cell := c.Respondents[0].Cells[0]
		if cell.Status != survey.Withdrawn || cell.Reason != v[1].Reason || len(cell.History) != 2 || c.Respondents[0].Cells[2].Status != survey.Answered {
			t.Errorf("%+v", c.Respondents[0].Cells)
		}
		told := c.Treatment.Of(survey.TreatedWithdrawn)
		if len(told) != 1 || told[0].Party != "frei" || len(told[0].Questions) != 1 || told[0].Questions[0] != 1 || told[0].Reason != cmd.ChangeNote {
			t.Errorf("%+v", told)
		}
		return err
	})
	again := withdrawing(w)
	again.LetterDate = "2026-12-01"
	saved = w.SaveLetter(t, w.Anna, again)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, again.Ref, saved.Revision); testworld.KeyOf(err) != "status-1 transcribe.error.nothing_to_withdraw" {
		t.Errorf("once more: %v", err)
	}
	anew := withdrawing(w)
	anew.Entries = []survey.SubmissionEntry{testworld.LetterLine(1, testworld.Saying("Nun doch."))}
	w.Effective(t, anew)
	if v := w.Versions(t, "r1", "q01"); len(v) != 3 || v[2].Text != "Nun doch." || v[2].ChangeNote != anew.ChangeNote {
		t.Errorf("answered anew: %+v", v)
	}
	if c := firstCell(t, w); c.Status != survey.Answered || len(c.History) != 3 {
		t.Errorf("%+v", c)
	}
	w.Sound(t)
}

// Only what stands can be withdrawn, of everybody the letter answers for, and still when it is checked.
func TestALetterWithdrawsOnlyWhatStands(t *testing.T) {
	w := testworld.NewLetters(t)
	refused := func(what, want string, change func(*testworld.Letter)) {
		t.Helper()
		cmd := withdrawing(w)
		change(&cmd)
		letter, err := w.Transcribe.Save(t.Context(), w.Anna, cmd.Ref, cmd.Save)
		if err == nil {
			_, err = w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, letter.Revision)
		}
		if testworld.KeyOf(err) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	w.Clock.Set(w.Due.Add(48 * time.Hour))
	refused("nothing there", "status-1 transcribe.error.nothing_to_withdraw", func(*testworld.Letter) {})
	w.Effective(t, w.Letter(testworld.LetterLine(1, testworld.Saying("Ja."))))
	refused("for one who never answered", "status-1 transcribe.error.nothing_to_withdraw", func(c *testworld.Letter) { c.Joint = []survey.Slug{"moin"} })
	refused("with an answer", "text-1 transcribe.error.declined_text", func(c *testworld.Letter) { c.Entries[0].Text = "Ja." })
	refused("all at once", "whole error.choice", func(c *testworld.Letter) { c.Whole.Status = survey.Withdrawn })

	one, two := withdrawing(w), withdrawing(w) // two letters say the same, each before the other is checked
	two.LetterDate = "2026-12-01"
	waiting := w.HandOver(t, w.Anna, two)
	w.Effective(t, one)
	before := w.State(t)
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, two.Ref, waiting.Revision); testworld.KeyOf(err) != "transcribe.error.nothing_to_withdraw_now" || w.State(t) != before {
		t.Errorf("the second: %v", err)
	}
	w.Sound(t)
}

// What the party submitted itself is withdrawn by a letter only when the party confirms that.
func TestAPartyConfirmsThatItsLetterWithdraws(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Answers.Save(t, w.Frei, 1, testworld.Saying("Selbst abgegeben."))
	w.Submit(t, w.Frei)
	w.Clock.Set(w.Due.Add(48 * time.Hour))
	cmd := withdrawing(w)
	letter := w.HandOver(t, w.Anna, cmd)
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "transcribe.error.only_party" {
		t.Errorf("a second person: %v", err)
	}
	if c := firstCell(t, w); c.Status != survey.Answered {
		t.Errorf("withdrawn before the party confirms: %+v", c)
	}
	confirmLetter(t, w, letter)
	if c := firstCell(t, w); c.Status != survey.Withdrawn || c.Reason != "Der Beschluss ist aufgehoben." || c.Current.PartyConfirmedAt.IsZero() || len(c.History) != 2 {
		t.Errorf("%+v", c)
	}
	w.Clock.Set(w.Due.Add(49 * time.Hour))
	w.Save(t, w.Frei, 1, testworld.Saying("Wieder selbst.")) // and the form goes on from there
	form := w.Form(t, w.Frei)
	form.Note = "Neuer Beschluss."
	w.Confirm(t, w.Frei, w.RequestBy(t, w.Frei, form))
	if c := firstCell(t, w); c.Status != survey.Answered || c.Current.Text != "Wieder selbst." || len(c.History) != 3 {
		t.Errorf("%+v", c)
	}
	w.Sound(t)
}
