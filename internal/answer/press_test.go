package answer_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// crowd makes so many sessions of others wait, and returns the codes that are in the mailbox.
func crowd(t *testing.T, w *testworld.Answers, others int) (codes []string) {
	t.Helper()
	for n := range others {
		sub := w.Request(t, w.Enter(t, testworld.FreiToken, fmt.Sprint("stranger ", n)))
		codes = append(codes, w.Code(t, "r1/"+sub.ID))
	}
	allSent(w, t)
	return codes
}

// press presses "Absenden" where a code is wanted, without one. It returns the actor with what its browser keeps, and the form of the
// page that is then open.
func press(t *testing.T, w *testworld.Answers, actor survey.Actor) (survey.Actor, answer.RequestSubmission) {
	t.Helper()
	form := w.Form(t, actor)
	_, pressed, err := w.Answer.RequestSubmission(t.Context(), actor, form)
	if testworld.KeyOf(err) != "code answer.error.code_first" || pressed == "" {
		t.Fatalf("%q, %v", pressed, err)
	}
	actor.Press = pressed
	form.Words, _ = w.Sheet(t, actor).Words()
	return actor, form
}

// enterCode sends the form of a page again, with a code.
func enterCode(t *testing.T, w *testworld.Answers, actor survey.Actor, form answer.RequestSubmission, code string) (survey.Submission, error) {
	t.Helper()
	form.Code = code
	sub, _, err := w.Answer.RequestSubmission(t.Context(), actor, form)
	return sub, err
}

func stands(t *testing.T, w *testworld.Answers, question string) survey.Version {
	t.Helper()
	v := w.Versions(t, "r1", question)
	if len(v) == 0 {
		return survey.Version{}
	}
	return v[len(v)-1]
}

// Where much waits, the press counts and the code may come later, also after the end of all answering: for an hour, in the browser that pressed,
// for just these words.
func TestAPressInTimeCounts(t *testing.T) {
	for name, c := range map[string]struct {
		later time.Duration // than the press
		draft string        // saved meanwhile
		away  bool          // the page was left and opened again
		as    func(w *testworld.Answers, pressed survey.Actor) survey.Actor
		want  string
	}{
		"ten minutes later":                  {later: 10 * time.Minute, away: true},
		"after an hour":                      {later: time.Hour, want: "answer.error.ended"},
		"somebody writes, the page is open":  {later: 10 * time.Minute, draft: "zu spät"},
		"somebody writes, the page was left": {later: 10 * time.Minute, draft: "zu spät", away: true, want: "answer.error.ended"},
		"another browser": {later: 10 * time.Minute, want: "answer.error.ended", as: func(w *testworld.Answers, _ survey.Actor) survey.Actor {
			return w.Enter(t, testworld.FreiToken, "another browser")
		}},
		"another party's browser": {later: 10 * time.Minute, want: "answer.error.ended", as: func(w *testworld.Answers, pressed survey.Actor) survey.Actor {
			actor := w.Moin
			actor.Press = pressed.Press
			return actor
		}},
		"signed in once more, by another link": {later: 10 * time.Minute, as: func(w *testworld.Answers, pressed survey.Actor) survey.Actor {
			w.Write(t, func(tx *survey.Tx) error {
				return errors.Join(
					tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken(testworld.FreiToken), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()}),
					tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("neu"), Questionnaire: "q1", Respondent: "r1"}))
			})
			actor := w.Enter(t, "neu", "the same browser")
			actor.Press = pressed.Press
			return actor
		}},
		"what a browser made up": {later: 10 * time.Minute, want: "answer.error.ended", as: func(w *testworld.Answers, pressed survey.Actor) survey.Actor {
			pressed.Press = pressed.Press[:len(pressed.Press)-2] + "AA"
			return pressed
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			w.Save(t, w.Frei, 1, testworld.Saying("rechtzeitig"))
			w.Clock.Set(w.End.Add(-6 * time.Minute))
			codes := crowd(t, w, 10)
			at := w.End.Add(-5 * time.Minute)
			w.Clock.Set(at)
			actor, form := press(t, w, w.Frei)
			w.Clock.Set(at.Add(c.later))
			if c.draft != "" {
				w.Save(t, w.Enter(t, testworld.FreiToken, "colleague"), 1, testworld.Saying(c.draft))
			}
			if c.as != nil {
				actor = c.as(w, actor)
			}
			if c.away {
				form = w.Form(t, actor)
			}
			other := form
			other.Words = strings.ReplaceAll(form.Words, "rechtzeitig", "anders")
			other.Digest = fmt.Sprintf("%x", sha256.Sum256([]byte(other.Words)))
			if _, err := enterCode(t, w, actor, other, codes[0]); testworld.KeyOf(err) != "answer.error.ended" && testworld.KeyOf(err) != "answer.error.changed" {
				t.Errorf("other words: %v", err)
			}
			sub, err := enterCode(t, w, actor, form, codes[0])
			if testworld.KeyOf(err) != c.want {
				t.Fatalf("%v, want %q", err, c.want)
			}
			v := w.Versions(t, "r1", "q01")
			if c.want == "" && (!sub.RequestedAt.Equal(at) || len(v) != 1 || !v[0].Late || v[0].Text != "rechtzeitig" || !v[0].CountsAt.Equal(at)) || c.want != "" && len(v) > 0 {
				t.Errorf("%+v, %+v", sub, v)
			}
		})
	}
}

// A press before the deadline is in time, also when the code comes after it. When its hour is over, the same form means now, which
// is late.
func TestAPressBeforeTheDeadlineIsNotLate(t *testing.T) {
	for name, c := range map[string]struct {
		later time.Duration // than the press
		state survey.SubmissionState
	}{
		"ten minutes later": {10 * time.Minute, survey.SubmissionConfirmed},
		"after an hour":     {time.Hour, survey.SubmissionRequested},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			w.Save(t, w.Frei, 1, testworld.Saying("rechtzeitig"))
			at := w.Due.Add(-5 * time.Minute)
			w.Clock.Set(at)
			codes := crowd(t, w, 10)
			actor, form := press(t, w, w.Frei)
			w.Clock.Set(at.Add(c.later))
			sub, err := enterCode(t, w, actor, form, codes[0])
			if err != nil || sub.State != c.state {
				t.Fatalf("%v, %+v", err, sub)
			}
			late := c.state == survey.SubmissionRequested
			if late {
				w.Confirm(t, w.Frei, sub)
			}
			if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].Late != late || v[0].CountsAt.Equal(at) == late {
				t.Errorf("%+v", v)
			}
		})
	}
}

// What is sent later replaces a press, whoever confirms first, and is never replaced by it.
func TestAPressIsReplacedByALaterSubmission(t *testing.T) {
	for name, confirmedFirst := range map[string]bool{"the press is confirmed first": false, "the later one is confirmed first": true} {
		for kind, atOnce := range map[string]bool{"a press with a code": true, "an hour later, when nothing waits": false} {
			if !confirmedFirst && atOnce {
				continue // it is confirmed with its press
			}
			t.Run(name+", "+kind, func(t *testing.T) {
				w := testworld.NewAnswers(t)
				w.Save(t, w.Frei, 1, testworld.Saying("alt"))
				w.Clock.Set(w.Due.Add(-70 * time.Minute))
				codes := crowd(t, w, 10)
				w.Clock.Set(w.Due.Add(-30 * time.Minute))
				actor, form := press(t, w, w.Frei)
				colleague := w.Enter(t, testworld.FreiToken, "colleague")
				w.Save(t, colleague, 1, testworld.Saying("neu"))
				var later func() error
				if atOnce {
					w.Clock.Set(w.Due.Add(-20 * time.Minute))
					later = func() error { _, err := enterCode(t, w, colleague, w.Form(t, colleague), codes[1]); return err }
				} else {
					w.Clock.Set(w.Due.Add(-5 * time.Minute)) // the strangers' hour is over, and nothing of them is kept
					sub := w.Request(t, colleague)
					code := w.Code(t, "r1/"+sub.ID)
					later = func() error {
						_, err := w.Answer.ConfirmSubmission(t.Context(), colleague, sub.ID, code, true)
						return err
					}
				}
				earlier := func() error { _, err := enterCode(t, w, actor, form, codes[2]); return err }
				if confirmedFirst {
					if err := later(); err != nil {
						t.Fatal(err)
					}
					if err := earlier(); err == nil {
						t.Error("an older press is taken")
					}
				} else {
					if err := earlier(); err != nil {
						t.Fatal(err)
					}
					if err := later(); err != nil {
						t.Errorf("what was sent after the press is gone: %v", err)
					}
				}
				if v := stands(t, w, "q01"); v.Text != "neu" {
					t.Errorf("%q stands", v.Text)
				}
			})
		}
	}
}

// Who presses the same words again after others means now, not then.
func TestPressedBackAndForth(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("X"))
	w.Clock.Set(w.Due.Add(-70 * time.Minute))
	codes := crowd(t, w, 10)
	w.Clock.Set(w.Due.Add(-30 * time.Minute))
	actor, _ := press(t, w, w.Frei)
	w.Clock.Set(w.Due.Add(-8 * time.Minute)) // nothing else waits any more
	w.Save(t, actor, 1, testworld.Saying("Y"))
	y := w.Request(t, actor)
	w.Clock.Set(w.Due.Add(-4 * time.Minute))
	w.Save(t, actor, 1, testworld.Saying("X"))
	x := w.Request(t, actor)
	sub, err := w.Answer.ConfirmSubmission(t.Context(), actor, x.ID, codes[0], true)
	if err != nil || !sub.RequestedAt.Equal(w.Clock.Now()) || w.Sheet(t, actor).Waiting(y.ID) != nil {
		t.Errorf("%v, %v", sub.RequestedAt, err)
	}
}

// A press says what its page said, also when something else has come to stand meanwhile in what it says nothing to.
func TestAPressKeepsToItsWords(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Clock.Set(w.Due.Add(-30 * time.Minute))
	colleague := w.Enter(t, testworld.FreiToken, "colleague")
	w.Save(t, colleague, 1, testworld.Saying("eins"))
	w.Save(t, colleague, 3, testworld.Saying("drei"))
	before := w.Request(t, colleague)
	code := w.Code(t, "r1/"+before.ID)
	codes := crowd(t, w, 9)
	w.Save(t, w.Frei, 1, testworld.Saying("eins, besser"))
	w.Save(t, w.Frei, 3, testworld.Saying(""))
	w.Clock.Set(w.Due.Add(-10 * time.Minute))
	actor, form := press(t, w, w.Frei)
	w.Clock.Set(w.Due.Add(5 * time.Minute))
	if _, err := w.Answer.ConfirmSubmission(t.Context(), colleague, before.ID, code, true); err != nil {
		t.Fatal(err)
	}
	if _, err := enterCode(t, w, actor, form, codes[0]); err != nil || stands(t, w, "q01").Text != "eins, besser" || stands(t, w, "q03").Text != "drei" {
		t.Errorf("%v, %q and %q stand", err, stands(t, w, "q01").Text, stands(t, w, "q03").Text)
	}
}

// The mail with the code of a press names the press's own end, and the browser to enter it in.
func TestTheCodeOfAPress(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("X"))
	w.Clock.Set(w.Due.Add(-10 * time.Minute))
	for n := range 10 { // few mails: all have gone out already
		w.Request(t, w.Enter(t, testworld.FreiToken, fmt.Sprint("stranger ", n)))
	}
	actor, form := press(t, w, w.Frei)
	allSent(w, t)
	w.Clock.Advance(50 * time.Minute)
	if _, err := enterCode(t, w, actor, form, ""); testworld.KeyOf(err) != "code answer.error.code_first" {
		t.Fatal(err)
	}
	body := ""
	w.View(t, func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			if m.Kind == survey.MailCode && m.CreatedAt.Equal(w.Clock.Now()) {
				text, err := m.Written(tx)
				if err != nil {
					return err
				}
				body = text.Body
			}
		}
		return nil
	})
	if !strings.Contains(body, "18:50") || strings.Contains(body, "19:40") || !strings.Contains(body, "in dem Browser") {
		t.Errorf("pressed at 17:50, mailed at 18:40:\n%s", body)
	}
}

// Who has lost the party's mailbox has lost its voice: codes that went to the old address are good no more.
func TestOnlyTheMailboxOfNowSubmits(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("von der Partei"))
	sub := w.Request(t, w.Frei)
	old := w.Code(t, "r1/"+sub.ID)
	allSent(w, t)
	w.Write(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q1/r1")
		r.Email = "neu@frei.example"
		return errors.Join(err, tx.Respondents.Put(r))
	})
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, old, true); testworld.KeyOf(err) != "code answer.error.code_wrong" {
		t.Errorf("a code from the old mailbox: %v", err)
	}
}

// What a request sends as the id of its form takes no room.
func TestFormsAreIDs(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	form := w.Form(t, w.Frei)
	form.Form = strings.Repeat("x", 1<<18)
	first, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form)
	if err != nil || first.Form != "" {
		t.Fatalf("%d bytes are kept, %v", len(first.Form), err)
	}
	w.Request(t, w.Frei) // replaces it
	w.View(t, func(tx *survey.Tx) error {
		void, err := tx.Submissions.Get(first.Key())
		if void.Declaration != (survey.Declaration{}) || void.State != survey.SubmissionVoid {
			t.Errorf("%+v", void)
		}
		return err
	})
}

// Pressing again in time, with the same words, is a new act: it has an hour of its own, and comes after what was sent in between.
func TestPressedAgainInTime(t *testing.T) {
	for name, atOnce := range map[string]bool{"and the code later": false, "with a code, on a page opened anew": true} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			w.Save(t, w.Frei, 1, testworld.Saying("X"))
			w.Clock.Set(w.Due.Add(-56 * time.Minute))
			codes := crowd(t, w, 9)
			colleague := w.Enter(t, testworld.FreiToken, "colleague")
			w.Request(t, colleague)
			actor, _ := press(t, w, w.Frei)
			w.Clock.Set(w.Due.Add(-20 * time.Minute))
			w.Save(t, colleague, 1, testworld.Saying("Y"))
			y := w.Request(t, colleague)
			code := w.Code(t, "r1/"+y.ID)
			w.Clock.Set(w.Due.Add(-5 * time.Minute))
			w.Save(t, actor, 1, testworld.Saying("X"))
			at := w.Clock.Now()
			var sub survey.Submission
			var err error
			if atOnce {
				sub, err = enterCode(t, w, actor, w.Form(t, actor), codes[1])
			} else {
				again, form := press(t, w, actor)
				w.Clock.Set(w.Due.Add(6 * time.Minute)) // more than an hour after the first press
				sub, err = enterCode(t, w, again, form, codes[1])
			}
			if err != nil || !sub.RequestedAt.Equal(at) {
				t.Fatalf("%v, %v", sub.RequestedAt, err)
			}
			if _, err := w.Answer.ConfirmSubmission(t.Context(), colleague, y.ID, code, true); err == nil || stands(t, w, "q01").Text != "X" {
				t.Errorf("%q stands, %v", stands(t, w, "q01").Text, err)
			}
		})
	}
}

// A code in the mailbox is good though the one it was mailed for ends just now.
func TestACodeIsNotForgottenWithItsRequest(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	w.Clock.Set(w.Due.Add(-61 * time.Minute))
	codes := crowd(t, w, 10)
	w.Clock.Set(w.Due.Add(-30 * time.Minute))
	actor, form := press(t, w, w.Frei)
	w.Clock.Set(w.Due.Add(time.Minute)) // the strangers' hour is over
	if _, err := enterCode(t, w, actor, form, codes[0]); err != nil {
		t.Error(err)
	}
}

// Where nothing could be stored, nothing was pressed.
func TestAPressOfAFailedTransactionIsNone(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	crowd(t, w, 10)
	w.Write(t, func(tx *survey.Tx) error { // no mail arrives, and thirty have been tried
		sub := survey.Submission{Questionnaire: "q1", Respondent: "r1", ID: survey.NewID(), State: survey.SubmissionVoid}
		for range 30 {
			m := survey.Mail{ID: survey.NewID(), Kind: survey.MailCode, State: survey.MailFailed, Attempts: 1}
			if err := tx.Mails.Put(m); err != nil {
				return err
			}
			sub.Sent = append(sub.Sent, survey.SentCode{Mail: m.ID, At: w.Clock.Now(), Session: w.Frei.Session, Link: w.Frei.Link, Spent: true})
		}
		all, err := survey.Collect(tx.Submissions.List("q1/r1/"))
		for _, s := range all {
			for i := range s.Sent {
				s.Sent[i].Spent = true
			}
			err = errors.Join(err, tx.Submissions.Put(s))
		}
		return errors.Join(err, tx.Submissions.Put(sub))
	})
	_, pressed, err := w.Answer.RequestSubmission(t.Context(), w.Frei, w.Form(t, w.Frei))
	if testworld.KeyOf(err) != "answer.error.too_many_codes" || pressed != "" {
		t.Errorf("%q, %v", pressed, err)
	}
}

// Nobody is told to wait for a code that went to another address.
func TestNoCodeOfTheOldMailboxIsJoined(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	for range 4 {
		w.Request(t, w.Frei)
		allSent(w, t)
		w.Clock.Advance(time.Minute)
	}
	w.Write(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q1/r1")
		r.Email = "neu@frei.example"
		return errors.Join(err, tx.Respondents.Put(r))
	})
	sub := w.Request(t, w.Frei)
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, w.Code(t, "r1/"+sub.ID), true); err != nil {
		t.Error(err)
	}
}
