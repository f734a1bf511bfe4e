package answer_test

import (
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// cellsOf are the public cells of frei at an instant, with what publications have shown of the first one.
func cellsOf(t *testing.T, w *testworld.Answers, at time.Time, published ...survey.PublicationDetail) (cells []survey.ComparedCell) {
	t.Helper()
	w.View(t, func(tx *survey.Tx) error {
		c, err := survey.BuildComparison(tx, "q1", at, published)
		cells = c.Respondents[0].Cells
		return err
	})
	return cells
}

// A first answer after the deadline is taken until the polls close, and is late.
func TestAFirstAnswerAfterTheDeadline(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("rechtzeitig"))
	w.Submit(t, w.Frei)
	w.Clock.Set(w.Due)
	w.Save(t, w.Frei, 3, testworld.Saying("spät"))
	if cells := cellsOf(t, w, w.Clock.Now()); cells[0].Status != survey.Answered || cells[2].Status != survey.NoAnswer {
		t.Errorf("before: %+v", cells)
	}
	w.Submit(t, w.Frei) // nothing that stands is changed: it takes no note
	cells := cellsOf(t, w, w.Clock.Now())
	if cells[0].Current.Late || cells[2].Status != survey.Answered || !cells[2].Current.Late || cells[2].Current.Text != "spät" || cells[2].Current.ChangeNote != "" {
		t.Errorf("%+v", cells)
	}
	w.Clock.Set(w.End)
	w.Save(t, w.Frei, 2, survey.Entry{Status: survey.NoPosition})
	if _, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, w.Form(t, w.Frei)); testworld.KeyOf(err) != "answer.error.ended" {
		t.Errorf("when the polls close: %v", err)
	}
}

// What is submitted before the polls close counts, also when its code comes later.
func TestACodeAfterTheEnd(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("spät"))
	w.Clock.Set(w.End.Add(-time.Minute))
	sub := w.Request(t, w.Frei)
	w.Clock.Set(w.End.Add(30 * time.Minute))
	w.Confirm(t, w.Frei, sub)
	if cells := cellsOf(t, w, w.Clock.Now()); cells[0].Status != survey.Answered || !cells[0].Current.Late {
		t.Errorf("%+v", cells[0])
	}
}

// A party corrects and withdraws after the deadline and after a publication, with a public note. What stood stays in the history.
func TestACorrectionAfterTheDeadline(t *testing.T) {
	for name, c := range map[string]struct {
		entry survey.Entry
		want  survey.Status
	}{
		"corrected": {testworld.Saying("neu"), survey.Answered},
		"withdrawn": {survey.Entry{Status: survey.Withdrawn}, survey.Withdrawn},
		"declined":  {survey.Entry{Status: survey.Declined, Reason: "Doch nicht."}, survey.Declined},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			w.Save(t, w.Frei, 1, testworld.Saying("alt"))
			w.Save(t, w.Frei, 3, testworld.Saying("bleibt"))
			w.Submit(t, w.Frei)
			w.Clock.Set(w.Due.Add(48 * time.Hour))
			w.Save(t, w.Frei, 1, c.entry)
			if !w.Sheet(t, w.Frei).Replaces() {
				t.Error("the sheet says that nothing is replaced")
			}
			form := w.Form(t, w.Frei)
			before := w.State(t)
			for _, note := range []string{"", "  ", strings.Repeat("a", 301), "a\nb"} {
				form.Note = note
				if _, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form); !strings.HasPrefix(testworld.KeyOf(err), "note ") {
					t.Errorf("with the note %q: %v", note, err)
				}
			}
			if w.State(t) != before {
				t.Error("a refused correction wrote something")
			}
			form.Note = "Der Landesvorstand hat neu beschlossen."
			sub := w.RequestBy(t, w.Frei, form)
			if again := w.RequestBy(t, w.Frei, form); again.ID != sub.ID {
				t.Error("a double click made two")
			}
			w.Confirm(t, w.Frei, sub)
			shown := survey.PublicationDetail{Digests: []survey.CellDigest{{Respondent: "frei", Question: 1, Version: 1}}}
			cells := cellsOf(t, w, w.Clock.Now(), shown)
			now := cells[0].Current
			if cells[0].Status != c.want || now.Number != 2 || !now.Late || now.ChangeNote != form.Note || len(cells[0].History) != 2 || cells[0].History[0].Text != "alt" {
				t.Errorf("%+v", cells[0])
			}
			if kept := cells[2].Current; kept.Number != 1 || kept.Late || kept.ChangeNote != "" {
				t.Errorf("what did not change: %+v", kept)
			}
			if s := w.Confirmation(t, w.Frei); s.Confirmed[0].ChangeNote != form.Note || s.Entries[1].New || !s.Entries[0].New {
				t.Errorf("%+v", s.Entries)
			}
		})
	}
}

// What the office has transcribed can be corrected and withdrawn through the party's link, before the deadline without a note.
func TestALetterIsCorrectedThroughTheLink(t *testing.T) {
	for name, c := range map[string]struct {
		late bool
		note string
		want string
	}{
		"before the deadline":              {false, "", ""},
		"after it":                         {true, "Im Brief war ein Fehler.", ""},
		"after it, without saying why":     {true, "", "note answer.error.note"},
		"a note that is not asked for yet": {false, "Einfach so.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			w.Write(t, func(tx *survey.Tx) error {
				return tx.Versions.Put(survey.Version{Questionnaire: "q1", Respondent: "r1", Question: "q01", Number: 1, Status: survey.Answered, Text: "aus dem Brief",
					Provenance: survey.Transcribed, CountsAt: w.Clock.Now(), Record: "q1/r1/t1"})
			})
			if c.late {
				w.Clock.Set(w.Due.Add(time.Hour))
			}
			page, err := w.Answer.AccessPage(t.Context(), testworld.FreiToken)
			if err != nil || !page.Answered || page.Submitted || page.Over != c.late {
				t.Errorf("%+v %v", page, err)
			}
			w.Save(t, w.Frei, 1, testworld.Saying("verbessert"))
			form := w.Form(t, w.Frei)
			form.Note = c.note
			sub, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form)
			if testworld.KeyOf(err) != c.want {
				t.Fatalf("%v, want %q", err, c.want)
			}
			if err != nil {
				return
			}
			w.Confirm(t, w.Frei, sub)
			cell := cellsOf(t, w, w.Due.Add(2*time.Hour))[0]
			if cell.Current.Provenance != survey.ByForm || cell.Current.Text != "verbessert" || cell.Current.Late != c.late || (cell.Current.ChangeNote != "") != (c.late && c.note != "") {
				t.Errorf("%+v", cell.Current)
			}
		})
	}
}

// The end is the close of the polls on election day in the zone of the deadline, and never before the party's own date.
func TestAnswersEnd(t *testing.T) {
	due := survey.Instant{At: time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC), Zone: survey.DefaultZone}
	for name, c := range map[string]struct {
		day, zone string
		due       survey.Instant
		want      time.Time
	}{
		"winter":                      {"2027-02-07", survey.DefaultZone, due, time.Date(2027, 2, 7, 17, 0, 0, 0, time.UTC)},
		"the day the clock is put on": {"2027-03-28", survey.DefaultZone, due, time.Date(2027, 3, 28, 16, 0, 0, 0, time.UTC)},
		"another zone":                {"2027-02-07", "Europe/Lisbon", due, time.Date(2027, 2, 7, 18, 0, 0, 0, time.UTC)},
		"no zone":                     {"2027-02-07", "", due, time.Date(2027, 2, 7, 17, 0, 0, 0, time.UTC)},
		"no day":                      {"", survey.DefaultZone, due, due.At},
		"its own date is later":       {"2026-11-29", survey.DefaultZone, due, due.At},
	} {
		end := survey.Election{Date: c.day}.AnswersEnd(survey.Questionnaire{Deadline: survey.Instant{At: due.At, Zone: c.zone}}, c.due)
		if !end.At.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, end.At, c.want)
		}
	}
}

// Of what a letter or a form replaced before the date readers see the last, and for good what a publication has shown.
func TestWhatWasPublishedStays(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	w.Submit(t, w.Frei)
	w.Clock.Advance(time.Hour)
	w.Save(t, w.Frei, 1, testworld.Saying("zwei"))
	w.Submit(t, w.Frei)
	shown := survey.PublicationDetail{Digests: []survey.CellDigest{{Respondent: "frei", Question: 1, Version: 1}}}
	if h := cellsOf(t, w, w.Due)[0].History; len(h) != 1 || h[0].Text != "zwei" {
		t.Errorf("unpublished: %+v", h)
	}
	if h := cellsOf(t, w, w.Due, shown)[0].History; len(h) != 2 || h[0].Text != "eins" || h[1].Text != "zwei" {
		t.Errorf("published: %+v", h)
	}
}

// After the early end of a round a party corrects with a note, and is told so: late it is only after the date that was announced.
func TestACorrectionAfterAnEarlyEnd(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("alt"))
	waits := w.Request(t, w.Frei) // its code comes after the end
	ended := survey.Instant{At: w.Clock.Now().Add(time.Minute), Zone: survey.DefaultZone}
	w.Clock.Set(ended.At)
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		if err != nil {
			return err
		}
		q.Extended = []survey.DateChange{{From: q.Deadline, To: ended, At: ended.At, By: "anna"}}
		q.Deadline = ended
		return tx.Questionnaires.Put(q)
	})
	mailed := func() (body string) {
		t.Helper()
		w.View(t, func(tx *survey.Tx) error {
			last := survey.Mail{}
			for m, err := range tx.Mails.List("") {
				if err != nil {
					return err
				}
				if m.Kind == survey.MailReceipt && !m.CreatedAt.Before(last.CreatedAt) {
					last = m
				}
			}
			m, err := last.Written(tx)
			body = strings.Join(strings.Fields(m.Body), " ")
			return err
		})
		return body
	}
	const early, until = "weil von niemandem mehr etwas ausstand", "Bis zur Frist können"
	w.Confirm(t, w.Frei, waits)
	if body := mailed(); !strings.Contains(body, early) || strings.Contains(body, until) {
		t.Errorf("after its code came:\n%s", body)
	}
	if sheet := w.Sheet(t, w.Frei); !sheet.Over || !sheet.Early || !sheet.LateAfter.At.Equal(w.Due) {
		t.Errorf("over %v, early %v, late after %v", sheet.Over, sheet.Early, sheet.LateAfter)
	}
	correct := func(text string) survey.Version {
		t.Helper()
		w.Clock.Set(w.Clock.Now().Add(time.Minute))
		w.Save(t, w.Frei, 1, testworld.Saying(text))
		form := w.Form(t, w.Frei)
		if _, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form); testworld.KeyOf(err) != "note answer.error.note" {
			t.Errorf("without a note: %v", err)
		}
		form.Note = "Neuer Beschluss."
		w.Confirm(t, w.Frei, w.RequestBy(t, w.Frei, form))
		v := w.Versions(t, "r1", "q01")
		return v[len(v)-1]
	}
	if v := correct("neu"); v.Late || v.ChangeNote != "Neuer Beschluss." {
		t.Errorf("before the announced date: %+v", v)
	}
	if body := mailed(); !strings.Contains(body, early) || !strings.Contains(body, "Als verspätet gilt es erst nach der angekündigten Frist, Montag, 30. November 2026") || strings.Contains(body, until) || strings.Contains(body, "nur die letzte") {
		t.Errorf("a correction:\n%s", body)
	}
	w.Clock.Set(w.Due)
	if v := correct("neuer"); !v.Late || w.Sheet(t, w.Frei).Early {
		t.Errorf("after the announced date: %+v", v)
	}
	if body := mailed(); strings.Contains(body, early) || !strings.Contains(body, "Vermerk „verspätet“") {
		t.Errorf("late:\n%s", body)
	}
}
