package answer_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestAccessLink(t *testing.T) {
	w := testworld.NewAnswers(t)
	before := w.State(t)
	page, err := w.Answer.AccessPage(t.Context(), testworld.FreiToken)
	if err != nil || page.Respondent != "Freie Mitte" || page.Questions != 3 || !page.Due.At.Equal(w.Due) {
		t.Errorf("page %+v, %v", page, err)
	}
	if w.State(t) != before {
		t.Error("opening a link wrote something")
	}
	if _, err := w.Answer.AccessPage(t.Context(), "nobody's"); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("unknown link: %v", err)
	}

	first := w.Clock.Now()
	w.Clock.Advance(time.Hour)
	w.Enter(t, testworld.FreiToken, "a colleague's browser")
	w.Write(t, func(tx *survey.Tx) error {
		link, err := tx.AccessLinks.Get(survey.HashToken(testworld.FreiToken))
		if !link.UsedAt.Equal(first) {
			t.Errorf("first used at %v, want %v", link.UsedAt, first)
		}
		link.RevokedAt = w.Clock.Now()
		if err == nil {
			err = tx.AccessLinks.Put(link)
		}
		return err
	})
	for name, open := range map[string]func() error{
		"page":     func() error { _, err := w.Answer.AccessPage(t.Context(), testworld.FreiToken); return err },
		"exchange": func() error { _, err := w.Answer.ExchangeLink(t.Context(), testworld.FreiToken); return err },
		"session":  func() error { _, err := w.Alliance.PartyActor(t.Context(), w.Frei.Link); return err },
	} {
		if err := open(); survey.CodeOf(err) != survey.Gone {
			t.Errorf("%s of a revoked link: %v", name, err)
		}
	}
}

func TestNoLinkWorksBeforeDispatch(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		q.DispatchedAt = time.Time{}
		if err == nil {
			err = tx.Questionnaires.Put(q)
		}
		return err
	})
	if _, err := w.Answer.ExchangeLink(t.Context(), testworld.FreiToken); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("exchange: %v", err)
	}
	if _, err := w.Answer.Sheet(t.Context(), w.Frei); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("sheet: %v", err)
	}
}

func TestSaveAnswer(t *testing.T) {
	long := strings.Repeat("ä", survey.MaxTextUnits+1)
	for _, test := range []struct {
		name string
		cmd  answer.Save
		want string // key of the error, "" when it is saved
	}{
		{"text", answer.Save{Number: 1, Entry: testworld.Saying("Wir fördern sie.")}, ""},
		{"over the limit of a submission", answer.Save{Number: 1, Entry: testworld.Saying(long[:400])}, ""},
		{"over the limit of any text", answer.Save{Number: 1, Entry: testworld.Saying(long)}, "text error.text.too_long"},
		{"control character", answer.Save{Number: 1, Entry: testworld.Saying("a\x00b")}, "text error.text.unseen"},
		{"bidi override", answer.Save{Number: 1, Entry: testworld.Saying("a\u202eb")}, "text error.text.unseen"},
		{"reason with control character", answer.Save{Number: 1, Entry: survey.Entry{Status: survey.Declined, Reason: "\x1b"}}, "reason error.text.unseen"},
		{"position on a thesis", answer.Save{Number: 2, Entry: survey.Entry{Status: survey.Answered, Position: survey.Agree}}, ""},
		{"position on an open question", answer.Save{Number: 1, Entry: survey.Entry{Position: survey.Agree}}, "position error.choice"},
		{"unknown position", answer.Save{Number: 2, Entry: survey.Entry{Position: "perhaps"}}, "position error.choice"},
		{"a status only the office gives", answer.Save{Number: 1, Entry: survey.Entry{Status: survey.NotReached}}, "status error.choice"},
		{"withdrawing nothing", answer.Save{Number: 1, Entry: survey.Entry{Status: survey.Withdrawn}}, "status answer.error.nothing_to_withdraw"},
		{"unknown mark", answer.Save{Number: 1, Mark: "maybe"}, "mark error.choice"},
		{"not a question", answer.Save{Number: 9}, "error.not_found"},
		{"stale", answer.Save{Number: 1, Revision: 3, Entry: testworld.Saying("x")}, "error.stale"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			before := w.State(t)
			whole, err := w.Answer.Save(t.Context(), w.Frei, test.cmd)
			if got := testworld.KeyOf(err); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if err != nil && w.State(t) != before {
				t.Error("a refused save wrote something")
			}
			w = testworld.NewAnswers(t)
			before, test.cmd.Brief = w.State(t), true
			brief, err := w.Answer.Save(t.Context(), w.Frei, test.cmd)
			if got := testworld.KeyOf(err); got != test.want {
				t.Errorf("brief: got %q, want %q", got, test.want)
			}
			if err != nil && w.State(t) != before {
				t.Error("a refused brief save wrote something")
			}
			if !reflect.DeepEqual(brief.Cell, whole.Cell) || brief.Sheet.Due != whole.Sheet.Due || brief.Sheet.Over != whole.Sheet.Over {
				t.Errorf("brief: %+v, %+v", brief.Cell, whole.Cell)
			}
		})
	}
}

func TestNobodyElsesAnswers(t *testing.T) {
	w := testworld.NewAnswers(t)
	const canary = "Kanarienvogel"
	w.Save(t, w.Frei, 1, testworld.Saying(canary))
	w.Submit(t, w.Frei)
	if _, err := w.Answer.Save(t.Context(), w.Moin, answer.Save{Number: 2, Entry: testworld.Saying("x")}); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("a question that was not asked: %v", err)
	}
	sheet := w.Sheet(t, w.Moin)
	if len(sheet.Cells) != 2 || len(sheet.Confirmed) != 0 {
		t.Errorf("sees %d questions and %d submissions", len(sheet.Cells), len(sheet.Confirmed))
	}
	for _, c := range sheet.Cells {
		if c.Draft.Revision != 0 || c.Standing != nil || c.Entry != (survey.Entry{}) {
			t.Errorf("sees %+v", c)
		}
	}
	own := w.Sheet(t, w.Frei).Confirmed[0]
	if _, _, err := w.Answer.ReceiptFile(t.Context(), w.Moin, own.ID); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("receipt of another party: %v", err)
	}
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Moin, own.ID, "12345678", true); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("submission of another party: %v", err)
	}
	for name, actor := range map[string]survey.Actor{"reader": {}, "staff": {User: survey.User{ID: "u", PasswordHash: "x", Coordinator: true, Administrator: true}}} {
		if _, err := w.Answer.Sheet(t.Context(), actor); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTwoColleagues(t *testing.T) {
	w := testworld.NewAnswers(t)
	colleague := w.Enter(t, testworld.FreiToken, "another browser")
	first, err := w.Answer.Save(t.Context(), w.Frei, answer.Save{Number: 1, Entry: testworld.Saying("meine")})
	if err != nil || first.Cell.Draft.Revision != 1 {
		t.Fatal(first, err)
	}
	theirs, err := w.Answer.Save(t.Context(), colleague, answer.Save{Number: 1, Entry: testworld.Saying("deine"), Brief: true})
	if testworld.KeyOf(err) != "error.stale" || theirs.Cell.Draft.Text != "meine" || theirs.Cell.Draft.Revision != 1 {
		t.Errorf("second: %+v, %v", theirs, err)
	}
	again, err := w.Answer.Save(t.Context(), w.Frei, answer.Save{Number: 1, Entry: testworld.Saying("meine")})
	if err != nil || again.Cell.Draft.Revision != 1 {
		t.Errorf("the same text again: %+v, %v", again, err)
	}
	merged, err := w.Answer.Save(t.Context(), colleague, answer.Save{Number: 1, Revision: theirs.Cell.Draft.Revision, Entry: testworld.Saying("beide")})
	if err != nil || merged.Cell.Draft.Revision != 2 {
		t.Errorf("merged: %+v, %v", merged, err)
	}
}

func TestAutosaveKeepsDone(t *testing.T) {
	w := testworld.NewAnswers(t)
	d := w.Save(t, w.Frei, 1, testworld.Saying("fertig"))
	saved, err := w.Answer.Save(t.Context(), w.Frei, answer.Save{Number: 1, Revision: d.Revision, Entry: testworld.Saying("fertig!"), Brief: true})
	if err != nil || !saved.Cell.Draft.Done {
		t.Errorf("%+v, %v", saved.Cell.Draft, err)
	}
	saved, err = w.Answer.Save(t.Context(), w.Frei, answer.Save{Number: 1, Revision: saved.Cell.Draft.Revision, Entry: testworld.Saying("fertig!"), Mark: answer.MarkLater})
	if err != nil || saved.Cell.Draft.Done {
		t.Errorf("%+v, %v", saved.Cell.Draft, err)
	}
}

func TestAnswerStates(t *testing.T) {
	w := testworld.NewAnswers(t)
	state := func() answer.State { return w.Sheet(t, w.Frei).Cells[0].State }
	want := func(s answer.State) {
		t.Helper()
		if got := state(); got != s {
			t.Errorf("state %q, want %q", got, s)
		}
	}
	want(answer.StateNone)
	saved, err := w.Answer.Save(t.Context(), w.Frei, answer.Save{Number: 1, Entry: testworld.Saying("Anfang")})
	if err != nil || saved.Cell.State != answer.StateBegun || saved.Cell.Draft.Revision != 1 {
		t.Fatalf("%+v, %v", saved.Cell, err)
	}
	want(answer.StateBegun)
	w.Save(t, w.Frei, 1, testworld.Saying("Ende"))
	want(answer.StateDone)
	w.Submit(t, w.Frei)
	want(answer.StateSubmitted)
	w.Save(t, w.Frei, 1, testworld.Saying("anders"))
	want(answer.StateChanged)
	w.Save(t, w.Frei, 1, testworld.Saying("Ende"))
	want(answer.StateSubmitted)
	w.Save(t, w.Frei, 1, testworld.Saying(""))
	if sheet := w.Sheet(t, w.Frei); !sheet.Stopped() || sheet.Cells[0].Problems[0].Key != "answer.problem.emptied" {
		t.Errorf("emptied: %+v", sheet.Cells[0].Problems)
	}
	w.Save(t, w.Frei, 1, survey.Entry{Status: survey.Withdrawn, Text: "Ende"})
	w.Submit(t, w.Frei)
	want(answer.StateSubmitted)
	w.Save(t, w.Frei, 1, testworld.Saying(""))
	want(answer.StateSubmitted)
	cell := w.Sheet(t, w.Frei).Cells[0]
	brief, err := w.Answer.Save(t.Context(), w.Frei, answer.Save{Number: 1, Revision: cell.Draft.Revision, Entry: cell.Draft.Entry, Mark: answer.MarkLater, Brief: true})
	if cell.Draft.Done, cell.Draft.Revision, cell.Draft.UpdatedAt = false, brief.Cell.Draft.Revision, brief.Cell.Draft.UpdatedAt; err != nil || !reflect.DeepEqual(brief.Cell, cell) {
		t.Errorf("a brief save sees %+v, not %+v, %v", brief.Cell, cell, err)
	}
}

func TestDeclineAll(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("ein Text, der bleibt"))
	decline := answer.DeclineAll{Digest: w.Digest(t, w.Frei), Reason: "Wir antworten\r\nnicht."}
	if err := w.Answer.DeclineAll(t.Context(), w.Frei, decline); err != nil {
		t.Fatal(err)
	}
	before := w.State(t)
	if err := w.Answer.DeclineAll(t.Context(), w.Frei, decline); err != nil || w.State(t) != before {
		t.Errorf("a second click: %v, changed %v", err, w.State(t) != before)
	}
	sheet := w.Sheet(t, w.Frei)
	for _, c := range sheet.Cells {
		if (c.Entry != survey.Entry{Status: survey.Declined, Reason: "Wir antworten\nnicht."}) || c.State != answer.StateDone {
			t.Errorf("question %d: %+v, %s", c.Question.Number, c.Entry, c.State)
		}
	}
	if sheet.Cells[0].Draft.Text != "ein Text, der bleibt" {
		t.Errorf("the text is %q", sheet.Cells[0].Draft.Text)
	}
	w.Submit(t, w.Frei)
	for _, id := range []string{"q01", "q02", "q03"} {
		v := w.Versions(t, "r1", id)
		if len(v) != 1 || v[0].Status != survey.Declined || v[0].Text != "" || v[0].Reason != "Wir antworten\nnicht." {
			t.Errorf("%s: %+v", id, v)
		}
	}
	w.Clock.Set(w.End)
	if err := w.Answer.DeclineAll(t.Context(), w.Frei, answer.DeclineAll{}); testworld.KeyOf(err) != "answer.error.ended" {
		t.Errorf("after the end: %v", err)
	}
}

// A reason typed for one question is worth more than the one for all, and what a colleague typed meanwhile is read first.
func TestDeclineAllKeepsReasons(t *testing.T) {
	w := testworld.NewAnswers(t)
	own := survey.Entry{Status: survey.Declined, Reason: "Dafür ist der Bund zuständig."}
	w.Save(t, w.Frei, 1, own)
	decline := answer.DeclineAll{Digest: w.Digest(t, w.Frei), Reason: "Keine Zeit."}
	w.Save(t, w.Enter(t, testworld.FreiToken, "a colleague's"), 3, testworld.Saying("von der Kollegin"))
	before := w.State(t)
	if err := w.Answer.DeclineAll(t.Context(), w.Frei, decline); testworld.KeyOf(err) != "answer.error.decline_changed" || w.State(t) != before {
		t.Fatalf("over a colleague's text: %v", err)
	}
	decline.Digest = w.Digest(t, w.Frei)
	if err := w.Answer.DeclineAll(t.Context(), w.Frei, decline); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{own.Reason, "Keine Zeit.", "Keine Zeit."} {
		if c := w.Sheet(t, w.Frei).Cells[i]; (c.Entry != survey.Entry{Status: survey.Declined, Reason: want}) || c.State != answer.StateDone {
			t.Errorf("question %d: %+v, %s", c.Question.Number, c.Entry, c.State)
		}
	}
}

func TestHandMadeLinksAreNamed(t *testing.T) {
	w := testworld.NewAnswers(t)
	at := w.Clock.Now().Add(time.Hour)
	w.Write(t, func(tx *survey.Tx) error {
		frei, err := tx.AccessLinks.Get(survey.HashToken(testworld.FreiToken))
		frei.Mail = "m1" // came by mail
		link := func(hash, mail string, revoked time.Time) survey.AccessLink {
			return survey.AccessLink{Hash: hash, Questionnaire: "q1", Respondent: "r1", Mail: mail, CreatedAt: at, RevokedAt: revoked}
		}
		return errors.Join(err, tx.AccessLinks.Put(frei), tx.AccessLinks.Put(link("by mail", "m2", time.Time{})),
			tx.AccessLinks.Put(link("revoked", "", at)), tx.AccessLinks.Put(link("by hand", "", time.Time{})))
	})
	if made := w.Sheet(t, w.Frei).HandMade; len(made) != 1 || !made[0].Equal(at) {
		t.Errorf("%v", made)
	}
}

func TestLateDraft(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Clock.Set(w.Due.Add(-time.Nanosecond))
	w.Save(t, w.Frei, 1, testworld.Saying("noch rechtzeitig"))
	w.Clock.Set(w.Due)
	w.Save(t, w.Frei, 3, testworld.Saying("zu spät"))
	sheet := w.Sheet(t, w.Frei)
	if !sheet.Over || sheet.Cells[0].Late || !sheet.Cells[2].Late || sheet.Cells[2].Entry.Text != "zu spät" {
		t.Errorf("%+v", sheet.Cells)
	}
	w.View(t, func(tx *survey.Tx) error {
		c, err := testworld.Comparison(tx, "q1", w.Clock.Now())
		for _, cell := range c.Respondents[0].Cells {
			if cell.Status != survey.NoAnswer || cell.Current != nil {
				t.Errorf("public: %+v", cell)
			}
		}
		return err
	})

	// an extension for all makes it an ordinary draft
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		q.Deadline.At = w.Due.Add(24 * time.Hour)
		if err == nil {
			err = tx.Questionnaires.Put(q)
		}
		return err
	})
	if w.Sheet(t, w.Frei).Cells[2].Late {
		t.Error("still late after the extension")
	}
	w.Submit(t, w.Frei)
}

func TestWhatIsNotDone(t *testing.T) {
	for name, c := range map[string]struct {
		number int
		entry  survey.Entry
		done   bool
	}{
		"empty":                     {1, testworld.Saying(""), false},
		"too long":                  {1, testworld.Saying(strings.Repeat("a", 51)), false},
		"as long as may be":         {1, testworld.Saying(strings.Repeat("a", 50)), true},
		"a thesis without position": {2, testworld.Saying("Weil."), false},
		"a thesis":                  {2, survey.Entry{Status: survey.Answered, Position: survey.Agree}, true},
		"declined":                  {1, survey.Entry{Status: survey.Declined}, true},
		"a reason too long":         {1, survey.Entry{Status: survey.Declined, Reason: strings.Repeat("a", 51)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			if d := w.Save(t, w.Frei, c.number, c.entry); d.Done != c.done || d.Entry != c.entry {
				t.Errorf("%+v", d)
			}
		})
	}
}
