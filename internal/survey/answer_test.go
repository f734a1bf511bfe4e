package survey_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

func TestAccessLink(t *testing.T) {
	w := newAnswerWorld(t)
	before := w.state(t)
	page, err := w.AccessPage(t.Context(), freiToken)
	if err != nil || page.Respondent != "Freie Mitte" || page.Questions != 3 || !page.Due.At.Equal(w.due) {
		t.Errorf("page %+v, %v", page, err)
	}
	if w.state(t) != before {
		t.Error("opening a link wrote something")
	}
	if _, err := w.AccessPage(t.Context(), "nobody's"); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("unknown link: %v", err)
	}

	first := w.clock.Now()
	w.clock.Advance(time.Hour)
	w.enter(t, freiToken, "a colleague's browser")
	w.write(t, func(tx *survey.Tx) error {
		link, err := tx.AccessLinks.Get(survey.HashToken(freiToken))
		if !link.UsedAt.Equal(first) {
			t.Errorf("first used at %v, want %v", link.UsedAt, first)
		}
		link.RevokedAt = w.clock.Now()
		if err == nil {
			err = tx.AccessLinks.Put(link)
		}
		return err
	})
	for name, open := range map[string]func() error{
		"page":     func() error { _, err := w.AccessPage(t.Context(), freiToken); return err },
		"exchange": func() error { _, err := w.ExchangeLink(t.Context(), freiToken); return err },
		"session":  func() error { _, err := w.PartyActor(t.Context(), w.frei.Link); return err },
	} {
		if err := open(); survey.CodeOf(err) != survey.Gone {
			t.Errorf("%s of a revoked link: %v", name, err)
		}
	}
}

func TestNoLinkWorksBeforeDispatch(t *testing.T) {
	w := newAnswerWorld(t)
	w.write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaires.Get("q1")
		q.DispatchedAt = time.Time{}
		if err == nil {
			err = tx.Questionnaires.Put(q)
		}
		return err
	})
	if _, err := w.ExchangeLink(t.Context(), freiToken); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("exchange: %v", err)
	}
	if _, err := w.AnswerSheet(t.Context(), w.frei); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("sheet: %v", err)
	}
}

func TestSaveAnswer(t *testing.T) {
	long := strings.Repeat("ä", survey.MaxTextUnits+1)
	for _, test := range []struct {
		name string
		cmd  survey.SaveAnswer
		want string // key of the error, "" when it is saved
	}{
		{"text", survey.SaveAnswer{Number: 1, Entry: answer("Wir fördern sie.")}, ""},
		{"over the limit of a submission", survey.SaveAnswer{Number: 1, Entry: answer(long[:400])}, ""},
		{"over the limit of any text", survey.SaveAnswer{Number: 1, Entry: answer(long)}, "text error.text.too_long"},
		{"control character", survey.SaveAnswer{Number: 1, Entry: answer("a\x00b")}, "text error.text.control"},
		{"bidi override", survey.SaveAnswer{Number: 1, Entry: answer("a\u202eb")}, "text error.text.bidi"},
		{"reason with control character", survey.SaveAnswer{Number: 1, Entry: survey.Entry{Status: survey.Declined, Reason: "\x1b"}}, "reason error.text.control"},
		{"position on a thesis", survey.SaveAnswer{Number: 2, Entry: survey.Entry{Status: survey.Answered, Position: survey.Agree}}, ""},
		{"position on an open question", survey.SaveAnswer{Number: 1, Entry: survey.Entry{Position: survey.Agree}}, "position error.choice"},
		{"unknown position", survey.SaveAnswer{Number: 2, Entry: survey.Entry{Position: "perhaps"}}, "position error.choice"},
		{"a status only the office gives", survey.SaveAnswer{Number: 1, Entry: survey.Entry{Status: survey.NotReached}}, "status error.choice"},
		{"withdrawing nothing", survey.SaveAnswer{Number: 1, Entry: survey.Entry{Status: survey.Withdrawn}}, "status answer.error.nothing_to_withdraw"},
		{"unknown mark", survey.SaveAnswer{Number: 1, Mark: "maybe"}, "mark error.choice"},
		{"not a question", survey.SaveAnswer{Number: 9}, "error.not_found"},
		{"stale", survey.SaveAnswer{Number: 1, Revision: 3, Entry: answer("x")}, "error.stale"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newAnswerWorld(t)
			before := w.state(t)
			_, err := w.SaveAnswer(t.Context(), w.frei, test.cmd)
			if got := keyOf(err); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if err != nil && w.state(t) != before {
				t.Error("a refused save wrote something")
			}
		})
	}
}

func TestNobodyElsesAnswers(t *testing.T) {
	w := newAnswerWorld(t)
	const canary = "Kanarienvogel"
	w.save(t, w.frei, 1, answer(canary))
	w.submit(t, w.frei)
	if _, err := w.SaveAnswer(t.Context(), w.moin, survey.SaveAnswer{Number: 2, Entry: answer("x")}); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("a question that was not asked: %v", err)
	}
	sheet := w.sheet(t, w.moin)
	if len(sheet.Cells) != 2 || len(sheet.Confirmed) != 0 {
		t.Errorf("sees %d questions and %d submissions", len(sheet.Cells), len(sheet.Confirmed))
	}
	for _, c := range sheet.Cells {
		if c.Draft.Revision != 0 || c.Standing != nil || c.Entry != (survey.Entry{}) {
			t.Errorf("sees %+v", c)
		}
	}
	own := w.sheet(t, w.frei).Confirmed[0]
	if _, _, err := w.ReceiptFile(t.Context(), w.moin, own.ID); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("receipt of another party: %v", err)
	}
	if _, err := w.ConfirmSubmission(t.Context(), w.moin, own.ID, "12345678", true); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("submission of another party: %v", err)
	}
	for name, actor := range map[string]survey.Actor{"reader": {}, "staff": {User: survey.User{ID: "u", PasswordHash: "x", Coordinator: true, Administrator: true}}} {
		if _, err := w.AnswerSheet(t.Context(), actor); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTwoColleagues(t *testing.T) {
	w := newAnswerWorld(t)
	colleague := w.enter(t, freiToken, "another browser")
	first, err := w.SaveAnswer(t.Context(), w.frei, survey.SaveAnswer{Number: 1, Entry: answer("meine")})
	if err != nil || first.Revision != 1 {
		t.Fatal(first, err)
	}
	theirs, err := w.SaveAnswer(t.Context(), colleague, survey.SaveAnswer{Number: 1, Entry: answer("deine")})
	if keyOf(err) != "error.stale" || theirs.Text != "meine" || theirs.Revision != 1 {
		t.Errorf("second: %+v, %v", theirs, err)
	}
	again, err := w.SaveAnswer(t.Context(), w.frei, survey.SaveAnswer{Number: 1, Entry: answer("meine")})
	if err != nil || again.Revision != 1 {
		t.Errorf("the same text again: %+v, %v", again, err)
	}
	merged, err := w.SaveAnswer(t.Context(), colleague, survey.SaveAnswer{Number: 1, Revision: theirs.Revision, Entry: answer("beide")})
	if err != nil || merged.Revision != 2 {
		t.Errorf("merged: %+v, %v", merged, err)
	}
}

func TestAutosaveKeepsDone(t *testing.T) {
	w := newAnswerWorld(t)
	d := w.save(t, w.frei, 1, answer("fertig"))
	d, err := w.SaveAnswer(t.Context(), w.frei, survey.SaveAnswer{Number: 1, Revision: d.Revision, Entry: answer("fertig!")})
	if err != nil || !d.Done {
		t.Errorf("%+v, %v", d, err)
	}
	d, err = w.SaveAnswer(t.Context(), w.frei, survey.SaveAnswer{Number: 1, Revision: d.Revision, Entry: answer("fertig!"), Mark: survey.MarkLater})
	if err != nil || d.Done {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestAnswerStates(t *testing.T) {
	w := newAnswerWorld(t)
	state := func() survey.AnswerState { return w.sheet(t, w.frei).Cells[0].State }
	want := func(s survey.AnswerState) {
		t.Helper()
		if got := state(); got != s {
			t.Errorf("state %q, want %q", got, s)
		}
	}
	want(survey.AnswerNone)
	d, err := w.SaveAnswer(t.Context(), w.frei, survey.SaveAnswer{Number: 1, Entry: answer("Anfang")})
	if err != nil {
		t.Fatal(err)
	}
	want(survey.AnswerBegun)
	w.save(t, w.frei, 1, answer("Ende"))
	want(survey.AnswerDone)
	w.submit(t, w.frei)
	want(survey.AnswerSubmitted)
	d = w.save(t, w.frei, 1, answer("anders"))
	want(survey.AnswerChanged)
	w.save(t, w.frei, 1, answer("Ende"))
	want(survey.AnswerSubmitted)
	w.save(t, w.frei, 1, answer(""))
	if sheet := w.sheet(t, w.frei); !sheet.Stopped() || sheet.Cells[0].Problems[0].Key != "answer.problem.emptied" {
		t.Errorf("emptied: %+v", sheet.Cells[0].Problems)
	}
	w.save(t, w.frei, 1, survey.Entry{Status: survey.Withdrawn, Text: "Ende"})
	w.submit(t, w.frei)
	want(survey.AnswerSubmitted)
	w.save(t, w.frei, 1, answer(""))
	want(survey.AnswerSubmitted)
	if d.Revision == 0 {
		t.Error("no revision")
	}
}

func TestDeclineAll(t *testing.T) {
	w := newAnswerWorld(t)
	w.save(t, w.frei, 1, answer("ein Text, der bleibt"))
	decline := survey.DeclineAll{Digest: w.digest(t, w.frei), Reason: "Wir antworten\r\nnicht."}
	if err := w.DeclineAll(t.Context(), w.frei, decline); err != nil {
		t.Fatal(err)
	}
	before := w.state(t)
	if err := w.DeclineAll(t.Context(), w.frei, decline); err != nil || w.state(t) != before {
		t.Errorf("a second click: %v, changed %v", err, w.state(t) != before)
	}
	sheet := w.sheet(t, w.frei)
	for _, c := range sheet.Cells {
		if (c.Entry != survey.Entry{Status: survey.Declined, Reason: "Wir antworten\nnicht."}) || c.State != survey.AnswerDone {
			t.Errorf("question %d: %+v, %s", c.Question.Number, c.Entry, c.State)
		}
	}
	if sheet.Cells[0].Draft.Text != "ein Text, der bleibt" {
		t.Errorf("the text is %q", sheet.Cells[0].Draft.Text)
	}
	w.submit(t, w.frei)
	for _, id := range []string{"q01", "q02", "q03"} {
		v := w.versions(t, "r1", id)
		if len(v) != 1 || v[0].Status != survey.Declined || v[0].Text != "" || v[0].Reason != "Wir antworten\nnicht." {
			t.Errorf("%s: %+v", id, v)
		}
	}
	w.clock.Set(w.due)
	if err := w.DeclineAll(t.Context(), w.frei, survey.DeclineAll{}); keyOf(err) != "answer.error.deadline" {
		t.Errorf("after the deadline: %v", err)
	}
}

// A reason typed for one question is worth more than the one for all, and what a colleague typed meanwhile is read first.
func TestDeclineAllKeepsReasons(t *testing.T) {
	w := newAnswerWorld(t)
	own := survey.Entry{Status: survey.Declined, Reason: "Dafür ist der Bund zuständig."}
	w.save(t, w.frei, 1, own)
	decline := survey.DeclineAll{Digest: w.digest(t, w.frei), Reason: "Keine Zeit."}
	w.save(t, w.enter(t, freiToken, "a colleague's"), 3, answer("von der Kollegin"))
	before := w.state(t)
	if err := w.DeclineAll(t.Context(), w.frei, decline); keyOf(err) != "answer.error.decline_changed" || w.state(t) != before {
		t.Fatalf("over a colleague's text: %v", err)
	}
	decline.Digest = w.digest(t, w.frei)
	if err := w.DeclineAll(t.Context(), w.frei, decline); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{own.Reason, "Keine Zeit.", "Keine Zeit."} {
		if c := w.sheet(t, w.frei).Cells[i]; (c.Entry != survey.Entry{Status: survey.Declined, Reason: want}) || c.State != survey.AnswerDone {
			t.Errorf("question %d: %+v, %s", c.Question.Number, c.Entry, c.State)
		}
	}
}

func TestHandMadeLinksAreNamed(t *testing.T) {
	w := newAnswerWorld(t)
	at := w.clock.Now().Add(time.Hour)
	w.write(t, func(tx *survey.Tx) error {
		frei, err := tx.AccessLinks.Get(survey.HashToken(freiToken))
		frei.Mail = "m1" // came by mail
		link := func(hash, mail string, revoked time.Time) survey.AccessLink {
			return survey.AccessLink{Hash: hash, Questionnaire: "q1", Respondent: "r1", Mail: mail, CreatedAt: at, RevokedAt: revoked}
		}
		return errors.Join(err, tx.AccessLinks.Put(frei), tx.AccessLinks.Put(link("by mail", "m2", time.Time{})),
			tx.AccessLinks.Put(link("revoked", "", at)), tx.AccessLinks.Put(link("by hand", "", time.Time{})))
	})
	if made := w.sheet(t, w.frei).HandMade; len(made) != 1 || !made[0].Equal(at) {
		t.Errorf("%v", made)
	}
}

func TestLateDraft(t *testing.T) {
	w := newAnswerWorld(t)
	w.clock.Set(w.due.Add(-time.Nanosecond))
	w.save(t, w.frei, 1, answer("noch rechtzeitig"))
	w.clock.Set(w.due)
	w.save(t, w.frei, 3, answer("zu spät"))
	sheet := w.sheet(t, w.frei)
	if !sheet.Over || sheet.Cells[0].Late || !sheet.Cells[2].Late || sheet.Cells[2].Entry.Text != "zu spät" {
		t.Errorf("%+v", sheet.Cells)
	}
	if _, err := w.RequestSubmission(t.Context(), w.frei, w.form(t, w.frei)); keyOf(err) != "answer.error.deadline" {
		t.Errorf("submitting: %v", err)
	}
	w.view(t, func(tx *survey.Tx) error {
		c, err := survey.BuildComparison(tx, "q1", w.clock.Now())
		for _, cell := range c.Respondents[0].Cells {
			if cell.Status != survey.NoAnswer || cell.Current != nil {
				t.Errorf("public: %+v", cell)
			}
		}
		return err
	})

	// an extension for all makes it an ordinary draft
	w.write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaires.Get("q1")
		q.Deadline.At = w.due.Add(24 * time.Hour)
		if err == nil {
			err = tx.Questionnaires.Put(q)
		}
		return err
	})
	if w.sheet(t, w.frei).Cells[2].Late {
		t.Error("still late after the extension")
	}
	w.submit(t, w.frei)
}

func TestWhatIsNotDone(t *testing.T) {
	for name, c := range map[string]struct {
		number int
		entry  survey.Entry
		done   bool
	}{
		"empty":                     {1, answer(""), false},
		"too long":                  {1, answer(strings.Repeat("a", 51)), false},
		"as long as may be":         {1, answer(strings.Repeat("a", 50)), true},
		"a thesis without position": {2, answer("Weil."), false},
		"a thesis":                  {2, survey.Entry{Status: survey.Answered, Position: survey.Agree}, true},
		"declined":                  {1, survey.Entry{Status: survey.Declined}, true},
		"a reason too long":         {1, survey.Entry{Status: survey.Declined, Reason: strings.Repeat("a", 51)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newAnswerWorld(t)
			if d := w.save(t, w.frei, c.number, c.entry); d.Done != c.done || d.Entry != c.entry {
				t.Errorf("%+v", d)
			}
		})
	}
}
