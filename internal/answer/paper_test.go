package answer_test

import (
	"strings"
	"sync"
	"testing"

	"pruefstein/internal/answer"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// paper is a world in which frei is asked by post and has no address.
type paper struct {
	*testworld.Answers
	t      *testing.T
	office survey.Actor
}

func newPaper(t *testing.T) paper {
	w := paper{testworld.NewAnswers(t), t, testworld.Active(survey.User{ID: "anna", Name: "Anna", Coordinator: true})}
	w.Write(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q1/r1")
		if err != nil {
			return err
		}
		r.Email, r.Procedure.Channel = "", survey.ChannelPost
		if err := tx.Users.Put(w.office.User); err != nil {
			return err
		}
		return tx.Respondents.Put(r)
	})
	return w
}

// print prints a letter to frei and opens its link in a browser.
func (w paper) print(browser string) (survey.Actor, send.Letter) {
	w.t.Helper()
	l, done, err := w.Send.PrintLetter(w.t.Context(), w.office, "q1", "frei", send.PrintLetter{})
	if err != nil || !done {
		w.t.Fatal(done, err)
	}
	// as it is typed from paper
	return w.Enter(w.t, strings.ToUpper(l.Typed[strings.LastIndex(l.Typed, "/")+1:]), browser), l
}

func (w paper) submit(actor survey.Actor, code string) error {
	w.t.Helper()
	form := w.Form(w.t, actor)
	form.Code = code
	_, _, err := w.Answer.RequestSubmission(w.t.Context(), actor, form)
	return err
}

func (w paper) codeMails() (n int) {
	w.View(w.t, func(tx *survey.Tx) error {
		n = 0
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			if m.Respondent == "r1" {
				n++
			}
		}
		return nil
	})
	return n
}

func TestACodeOnPaperConfirmsOneSubmission(t *testing.T) {
	w := newPaper(t)
	frei, l := w.print("one")
	w.Save(t, frei, 1, testworld.Saying("Wir fördern sie."))
	if f := testworld.FaultsOf(t, w.submit(frei, "")); len(f) != 1 || !strings.Contains(f[0], "answer.error.paper_first") {
		t.Errorf("without the code: %v", f)
	}
	wrong := testworld.OtherCode(strings.ReplaceAll(l.Code, " ", ""))
	if f := testworld.FaultsOf(t, w.submit(frei, wrong)); len(f) != 1 || !strings.Contains(f[0], "answer.error.code_wrong") {
		t.Errorf("a wrong code: %v", f)
	}
	form := w.Form(t, frei)
	form.Code = l.Code
	for range 2 { // a double click
		sub, _, err := w.Answer.RequestSubmission(t.Context(), frei, form)
		if err != nil || sub.State != survey.SubmissionConfirmed {
			t.Fatal(sub.State, err)
		}
	}
	if n := w.codeMails(); n != 0 {
		t.Errorf("%d mails to who has no address", n)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].Text != "Wir fördern sie." || v[0].Provenance != survey.ByForm {
		t.Errorf("%+v", v)
	}
	// once
	w.Save(t, frei, 1, testworld.Saying("Noch mehr."))
	if err := w.submit(frei, l.Code); testworld.KeyOf(err) != "answer.error.paper_spent" {
		t.Errorf("a second time: %v", err)
	}
	if w.Sheet(t, frei).NoCode() != "answer.error.paper_spent" {
		t.Error("the sheet does not say how it goes on")
	}
	// a new letter brings a new code; the link of the old one opens nothing
	again, l2 := w.print("two")
	if err := w.submit(again, l2.Code); err != nil {
		t.Fatal(err)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) != 2 || v[1].Text != "Noch mehr." {
		t.Errorf("%+v", v)
	}
	if _, err := w.Answer.ExchangeLink(t.Context(), l.Link[strings.LastIndex(l.Link, "/")+1:]); testworld.KeyOf(err) != "error.link_revoked" {
		t.Errorf("the old link: %v", err)
	}
	w.View(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q1/r1")
		if len(r.Letters) != 2 || r.Letters[0].CodeUsedAt.IsZero() || r.Letters[1].CodeUsedAt.IsZero() || r.PaperCode() {
			t.Errorf("%+v", r.Letters)
		}
		for _, fault := range testworld.CheckReferences(tx) {
			if strings.HasPrefix(fault, "Respondent") || strings.HasPrefix(fault, "Submission") {
				t.Error(fault)
			}
		}
		return err
	})
}

func TestACodeOnPaperIsOfTheLastLetter(t *testing.T) {
	w := newPaper(t)
	_, old := w.print("one")
	frei, l := w.print("two")
	w.Save(t, frei, 1, testworld.Saying("Ja."))
	if f := testworld.FaultsOf(t, w.submit(frei, old.Code)); len(f) != 1 || !strings.Contains(f[0], "answer.error.code_wrong") {
		t.Errorf("the code of the letter before: %v", f)
	}
	// it is no code of anybody else
	if _, _, err := w.Send.PrintLetter(t.Context(), w.office, "q1", "moin", send.PrintLetter{}); testworld.KeyOf(err) != "send.error.not_post" {
		t.Error(err)
	}
	w.Save(t, w.Moin, 1, testworld.Saying("Moin."))
	sub := w.Request(t, w.Moin)
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Moin, sub.ID, l.Code, true); len(testworld.FaultsOf(t, err)) != 1 {
		t.Errorf("another party's code: %v", err)
	}
	// five wrong tries in a browser, and no more
	for range 4 {
		_ = w.submit(frei, old.Code)
	}
	if err := w.submit(frei, l.Code); testworld.KeyOf(err) != "answer.error.code_tries_here" {
		t.Errorf("after five wrong ones: %v", err)
	}
	other := w.Enter(t, l.Link[strings.LastIndex(l.Link, "/")+1:], "three")
	if err := w.submit(other, l.Code); err != nil {
		t.Errorf("in another browser: %v", err)
	}
}

func TestAfterAnAddressIsGivenCodesGoByMail(t *testing.T) {
	w := newPaper(t)
	frei, l := w.print("one")
	w.Save(t, frei, 1, testworld.Saying("Ja."))
	if err := w.submit(frei, l.Code); err != nil {
		t.Fatal(err)
	}
	w.Write(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q1/r1")
		r.Email = "neu@frei.example"
		if err == nil {
			err = tx.Respondents.Put(r)
		}
		return err
	})
	w.Save(t, frei, 1, testworld.Saying("Doch."))
	sub := w.Request(t, frei)
	if sub.State != survey.SubmissionRequested || w.codeMails() != 1 {
		t.Fatalf("%s, %d mails", sub.State, w.codeMails())
	}
	w.Confirm(t, frei, sub)
	if w.codeMails() != 2 { // the receipt as well
		t.Errorf("%d mails", w.codeMails())
	}
}

func TestTwoSubmitWithOneCodeOnPaper(t *testing.T) {
	w := newPaper(t)
	frei, l := w.print("one")
	other := w.Enter(t, l.Link[strings.LastIndex(l.Link, "/")+1:], "two")
	w.Save(t, frei, 1, testworld.Saying("Ja."))
	forms := map[string]answer.RequestSubmission{}
	for _, actor := range []survey.Actor{frei, other} {
		form := w.Form(t, actor)
		form.Code = l.Code
		forms[actor.Session] = form
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for _, actor := range []survey.Actor{frei, other} {
		wg.Go(func() {
			_, _, err := w.Answer.RequestSubmission(t.Context(), actor, forms[actor.Session])
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				done++
			}
		})
	}
	wg.Wait()
	if v := w.Versions(t, "r1", "q01"); done != 1 || len(v) != 1 {
		t.Errorf("%d submissions, %d versions", done, len(v))
	}
}

// What stops a submission is not said to be submitted all the same.
func TestWhatIsTooLongIsNotSubmittedAllTheSame(t *testing.T) {
	w := testworld.NewAnswers(t)
	cell, err := w.Sheet(t, w.Frei).Cell(1)
	testworld.Must(t, err)
	save := func(text string) (keys []string) {
		saved, err := w.Answer.Save(t.Context(), w.Frei, answer.Save{Number: 1, Revision: cell.Draft.Revision, Entry: testworld.Saying(text)})
		testworld.Must(t, err)
		cell = saved.Cell
		for _, p := range cell.Problems {
			keys = append(keys, p.Key)
		}
		return keys
	}
	if got := save("kurz"); strings.Join(got, " ") != "answer.problem.not_done" {
		t.Error(got)
	}
	if got := save(strings.Repeat("x", 51)); strings.Join(got, " ") != "answer.problem.too_long" {
		t.Error(got)
	}
}
