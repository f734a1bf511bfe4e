package transcribe_test

import (
	"errors"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
	"pruefstein/internal/transcribe"
)

// TestPartysWordsStayHidden looks for the party's words in everything the office gets.
func TestPartysWordsStayHidden(t *testing.T) {
	const draft, submitted = "Entwurfskanarie", "Abgabekanarie"
	w := testworld.NewLetters(t)
	w.Save(t, w.Frei, 1, testworld.Saying(submitted))
	w.Submit(t, w.Frei)
	w.Save(t, w.Frei, 3, testworld.Saying(draft))
	seen := func() string {
		sheet, err := w.Transcribe.Sheet(t.Context(), w.Anna, "q1", "frei")
		board, berr := w.Transcribe.Board(t.Context(), w.Anna, "q1")
		list, lerr := w.Transcribe.List(t.Context(), w.Anna)
		if err := errors.Join(err, berr, lerr); err != nil {
			t.Fatal(err)
		}
		if !sheet.Cells[0].Own || sheet.Cells[2].Own || sheet.SubmittedAt.IsZero() || board.Rows[0].SubmittedAt.IsZero() {
			t.Error("does not say that the party has submitted")
		}
		return letterJSON(t, sheet) + letterJSON(t, board) + letterJSON(t, list)
	}
	if all := seen(); strings.Contains(all, draft) || strings.Contains(all, submitted) {
		t.Error("shows the party's words before its date")
	}
	w.Clock.Set(w.Due)
	if all := seen(); strings.Contains(all, draft) || !strings.Contains(all, submitted) {
		t.Error("after its date: the draft is shown, or what was submitted is not")
	}
	for _, actor := range []survey.Actor{w.Frei, w.Moin, w.Member, {}} {
		if _, err := w.Transcribe.Sheet(t.Context(), actor, "q1", "frei"); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("sheet for %+v: %v", actor, err)
		}
		if _, err := w.Transcribe.Board(t.Context(), actor, "q1"); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("board for %+v: %v", actor, err)
		}
	}
}

func TestOriginalOnlyForTheOffice(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	cmd.Upload.Name = `..\..\etc/"brief"` + "\r\n.pdf"
	letter := w.SaveLetter(t, w.Anna, cmd)
	ref := cmd.Ref
	ref.ID = letter.Original
	for _, actor := range []survey.Actor{w.Anna, w.Admin} {
		o, err := w.Transcribe.Original(t.Context(), actor, ref)
		if err != nil || o.Name != "_brief___.pdf" || o.By != "anna" {
			t.Errorf("%+v, %v", o, err)
		}
	}
	for _, actor := range []survey.Actor{w.Frei, w.Member, {}} {
		if _, err := w.Transcribe.Original(t.Context(), actor, ref); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%+v: %v", actor, err)
		}
	}
	ref.Respondent = "moin"
	if _, err := w.Transcribe.Original(t.Context(), w.Anna, ref); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("under another respondent: %v", err)
	}
}

func TestOriginalName(t *testing.T) {
	for in, want := range map[string]string{
		"Antwort der Grünen.PDF": "Antwort der Grünen.PDF", "../../etc/passwd": "passwd", `C:\temp\x.docx`: "x.docx", "": "original",
		"..": "original", ".htaccess": "htaccess", "a\"b;\r\nc: d.pdf": "a_b___c_ d.pdf", "\u202efdp.exe": "_fdp.exe", "\xff.txt": "_.txt",
		strings.Repeat("ä", 120) + ".pdf": strings.Repeat("ä", 96) + ".pdf",
	} {
		if got := transcribe.OriginalName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestQuotations(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := transcribe.SaveQuotation{Text: "Wir bauen\r\nNetze.", Place: "Wahlprogramm, S. 12", Source: "https://moin.example/programm"}
	quoted, err := w.Transcribe.SaveQuotation(t.Context(), w.Anna, "q1", "moin", 2, cmd)
	if err != nil || quoted.Revision != 1 || quoted.Text != "Wir bauen\nNetze." {
		t.Fatal(quoted, err)
	}
	if again, err := w.Transcribe.SaveQuotation(t.Context(), w.Anna, "q1", "moin", 2, cmd); err != nil || again.Revision != 1 {
		t.Errorf("a second click: %+v, %v", again, err)
	}
	other := cmd
	other.Text = "Anders."
	if stored, err := w.Transcribe.SaveQuotation(t.Context(), w.Ben, "q1", "moin", 2, other); testworld.KeyOf(err) != "error.stale" || stored.Text != quoted.Text {
		t.Errorf("stale: %+v, %v", stored, err)
	}
	for field, change := range map[string]func(*transcribe.SaveQuotation){
		"text error.required": func(c *transcribe.SaveQuotation) { c.Text = " " }, "place error.required": func(c *transcribe.SaveQuotation) { c.Place = "" },
		"source error.url": func(c *transcribe.SaveQuotation) { c.Source = "javascript:alert(1)" },
	} {
		broken := cmd
		change(&broken)
		if _, err := w.Transcribe.SaveQuotation(t.Context(), w.Anna, "q1", "moin", 2, broken); testworld.KeyOf(err) != field {
			t.Errorf("%v, want %s", err, field)
		}
	}
	if _, err := w.Transcribe.SaveQuotation(t.Context(), w.Anna, "q1", "moin", 7, cmd); testworld.KeyOf(err) != "error.not_found" {
		t.Errorf("a question that is not there: %v", err)
	}
	w.Clock.Set(w.Due)
	w.View(t, func(tx *survey.Tx) error {
		c, err := testworld.Comparison(tx, "q1", w.Clock.Now())
		if cell := c.Respondents[1].Cells[1]; cell.Status != survey.NotAsked || cell.Quotation == nil {
			t.Errorf("%+v", cell)
		}
		return err
	})
	if err := w.Transcribe.DeleteQuotation(t.Context(), w.Anna, "q1", "moin", 2, 9); testworld.KeyOf(err) != "transcribe.error.changed" {
		t.Errorf("delete: %v", err)
	}
	for range 2 {
		if err := w.Transcribe.DeleteQuotation(t.Context(), w.Anna, "q1", "moin", 2, 1); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := w.Transcribe.SaveQuotation(t.Context(), w.Admin, "q1", "moin", 2, cmd); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("an administrator: %v", err)
	}
}
