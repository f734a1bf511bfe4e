package transcribe_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// The alliance's note stands beside what a letter says, never in it, is checked with it, and changes only as a new version.
func TestALetterHasNotes(t *testing.T) {
	w := testworld.NewLetters(t)
	noted := func(e survey.SubmissionEntry, note string) survey.SubmissionEntry {
		e.Note = note
		return e
	}
	cmd := w.Letter(noted(testworld.LetterLine(1, testworld.Saying("Siehe Seite 3.")), " Gemeint ist die Anlage.\r\n"), testworld.LetterLine(2, survey.Entry{Position: survey.Agree}))
	letter := w.Effective(t, cmd)
	v := w.Versions(t, "r1", "q01")[0]
	if v.Note != "Gemeint ist die Anlage." || v.Text != "Siehe Seite 3." || w.Versions(t, "r1", "q02")[0].Note != "" {
		t.Errorf("%+v", v)
	}
	if record := string(letter.Receipt.Record); !strings.Contains(record, `"note":"Gemeint ist die Anlage."`) {
		t.Errorf("the ledger does not have it: %s", record)
	}
	w.Sound(t)

	// another note to the same words is news, and told
	again := cmd
	again.ID, again.Entries = survey.NewID(), []survey.SubmissionEntry{noted(testworld.LetterLine(1, testworld.Saying("Siehe Seite 3.")), "Gemeint ist Seite 4.")}
	saved := w.SaveLetter(t, w.Anna, again)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, again.Ref, saved.Revision); testworld.KeyOf(err) != "change_note transcribe.error.change_note" {
		t.Errorf("without a change note: %v", err)
	}
	again.ID, again.ChangeNote = survey.NewID(), "Die Anmerkung war falsch."
	w.Effective(t, again)
	w.Clock.Set(w.Due.Add(time.Hour))
	if c := firstCell(t, w); c.Current.Note != "Gemeint ist Seite 4." || c.Current.Number != 2 {
		t.Errorf("%+v", c.Current)
	}
	w.Sound(t)
}

// A note stands also beside what a letter says to all questions at once, and outlives that it is sent back; alone it is none.
func TestANoteStandsBesideAnAnswer(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(survey.SubmissionEntry{Number: 3, Note: "Das Schreiben nennt diese Frage."})
	saved := w.SaveLetter(t, w.Anna, cmd)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, saved.Revision); testworld.KeyOf(err) != "note-3 transcribe.error.remark_alone" {
		t.Errorf("alone: %v", err)
	}
	cmd.Revision, cmd.Original, cmd.Upload, cmd.Whole = saved.Revision, saved.Original, nil, survey.Entry{Status: survey.General, Text: "Wir sind für alles."}
	letter := w.HandOver(t, w.Anna, cmd)
	testworld.Must(t, w.Transcribe.SendBack(t.Context(), w.Ben, cmd.Ref, letter.Revision, "Bitte noch einmal lesen."))
	sheet, err := w.Transcribe.Sheet(t.Context(), w.Anna, "q1", "frei")
	testworld.Must(t, err)
	draft, err := sheet.Letter(letter.ID)
	testworld.Must(t, err)
	if len(draft.Entries) != 1 || draft.Entries[0].Note != cmd.Entries[0].Note || draft.Entries[0].Entry != (survey.Entry{}) {
		t.Errorf("sent back: %+v", draft.Entries)
	}
	cmd.Revision = draft.Revision
	w.Effective(t, cmd)
	for question, want := range map[string]string{"q01": "", "q02": "", "q03": cmd.Entries[0].Note} {
		if v := w.Versions(t, "r1", question); len(v) != 1 || v[0].Status != survey.General || v[0].Text != cmd.Whole.Text || v[0].Note != want {
			t.Errorf("%s: %+v", question, v)
		}
	}
	long := w.Letter(survey.SubmissionEntry{Number: 1, Entry: testworld.Saying("Ja."), Note: strings.Repeat("x", survey.MaxTextUnits+1)})
	if _, err := w.Transcribe.Save(t.Context(), w.Anna, long.Ref, long.Save); !slices.Contains(testworld.FaultsOf(t, err), "note-1 error.text.too_long") {
		t.Errorf("too long: %v", err)
	}
	w.Sound(t)
}
