package answer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/answer"
	"pruefstein/internal/integrity"
	"pruefstein/internal/ledger"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestSubmission(t *testing.T) {
	w := testworld.NewAnswers(t)
	text := "Erster Absatz: <b>ß</b>, 𝄞.\n\nZweiter \"Absatz\"."
	w.Save(t, w.Frei, 1, testworld.Saying(text))
	w.Save(t, w.Frei, 2, survey.Entry{Status: survey.Answered, Position: survey.Disagree, Text: "Begründung"})
	form := w.Form(t, w.Frei)
	form.Licence = true
	at := w.Clock.Now()
	sub, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form)
	if err != nil || sub.State != survey.SubmissionRequested || len(w.Versions(t, "r1", "q01")) != 0 {
		t.Fatal(sub, err)
	}
	code := w.Code(t, "r1/"+sub.ID)
	w.Clock.Advance(10 * time.Minute)
	sub, err = w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, " "+code+"\u00a0", true)
	if err != nil || sub.State != survey.SubmissionConfirmed {
		t.Fatal(sub, err)
	}

	v := w.Versions(t, "r1", "q01")
	if len(v) != 1 || v[0].Text != text || v[0].Provenance != survey.ByForm || !v[0].CountsAt.Equal(at) || v[0].Licence != "CC-BY-4.0" ||
		v[0].Record != sub.Key() || v[0].ReceivedAt != "2026-11-23T18:00:00+01:00" || v[0].Late {
		t.Errorf("version %+v", v)
	}
	if len(w.Versions(t, "r1", "q03")) != 0 {
		t.Error("a version of a question nobody answered")
	}
	name, file, err := w.Answer.ReceiptFile(t.Context(), w.Frei, sub.ID)
	if err != nil || name != "quittung-2026-11-23-1800.json" {
		t.Fatal(name, err)
	}
	checkReceipt(t, file, text)
	w.View(t, func(tx *survey.Tx) error {
		if faults := append(testworld.CheckReferences(tx), integrity.CheckLedger(tx)...); len(faults) > 0 {
			t.Error(strings.Join(faults, "\n"))
		}
		var kinds []survey.MailKind
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			kinds = append(kinds, m.Kind)
			m, err := m.Written(tx)
			if err != nil {
				return err
			}
			if strings.Contains(m.Subject+m.Body, code) || m.To != "post@frei.example" || strings.Contains(m.Body, "Kim Muster") {
				t.Errorf("mail %s to %s: %s", m.Kind, m.To, m.Body)
			}
			if m.Kind == survey.MailReceipt {
				if !strings.Contains(m.Body, text) || !strings.Contains(m.Body, "Position: Stimme nicht zu") || m.Attachment == nil {
					t.Errorf("receipt mail:\n%s", m.Body)
				} else {
					checkReceipt(t, m.Attachment.Data, text)
				}
			}
		}
		if len(kinds) != 2 {
			t.Errorf("mails %v", kinds)
		}
		return nil
	})

	// a second click, in this tab and in another one, changes nothing
	before := w.State(t)
	if again, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, code, true); err != nil || again.Leaf != sub.Leaf {
		t.Errorf("confirming again: %v", err)
	}
	if again, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form); err != nil || again.ID != sub.ID {
		t.Errorf("submitting again: %v", err)
	}
	if w.State(t) != before {
		t.Error("a second click wrote something")
	}
	if _, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, w.Form(t, w.Frei)); testworld.KeyOf(err) != "answer.error.unchanged" {
		t.Errorf("nothing new: %v", err)
	}
}

// checkReceipt does with a receipt what docs/ledger.md says, without the database.
func checkReceipt(t *testing.T, file []byte, text string) {
	t.Helper()
	var receipt answer.ReceiptFile
	if err := json.Unmarshal(file, &receipt); err != nil {
		t.Fatal(err)
	}
	leaf := ledger.LeafData("submission", ledger.Digest(receipt.Salt, []byte(receipt.Record)))
	if index, _, err := ledger.CheckProof(receipt.Proof, leaf, receipt.Verifier); err != nil || index != receipt.Leaf {
		t.Errorf("proof of leaf %d: %v", index, err)
	}
	var record survey.Record
	if err := json.Unmarshal([]byte(receipt.Record), &record); err != nil || record.Entries[0].Text != text {
		t.Errorf("record %+v, %v", record, err)
	}
	if strings.Contains(string(file), "Kim Muster") {
		t.Error("the receipt names a person")
	}
}

func TestOnlyChangedCellsGetVersions(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	w.Save(t, w.Frei, 3, testworld.Saying("drei"))
	w.Submit(t, w.Frei)
	w.Clock.Advance(time.Hour)
	w.Save(t, w.Frei, 3, testworld.Saying("drei, neu"))
	second := w.Submit(t, w.Frei)
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 {
		t.Errorf("unchanged: %+v", v)
	}
	v := w.Versions(t, "r1", "q03")
	if len(v) != 2 || v[1].Text != "drei, neu" || v[1].Number != 2 {
		t.Errorf("changed: %+v", v)
	}
	if e := w.Confirmation(t, w.Frei).Entries; len(e) != 2 || e[0].Version != 1 || e[1].Version != 2 {
		t.Errorf("entries %+v", e)
	}
	// the receipt is that of its own leaf
	name, file, err := w.Answer.ReceiptFile(t.Context(), w.Frei, second.ID)
	if err != nil || name != "quittung-2026-11-23-1900.json" || second.Leaf != 1 {
		t.Errorf("%s, leaf %d, %v", name, second.Leaf, err)
	}
	checkReceipt(t, file, "eins")

	w.Save(t, w.Frei, 1, survey.Entry{Status: survey.Withdrawn, Text: "eins"})
	w.Clock.Advance(time.Hour)
	w.Submit(t, w.Frei)
	v = w.Versions(t, "r1", "q01")
	if len(v) != 2 || v[1].Entry() != (survey.Entry{Status: survey.Withdrawn}) {
		t.Errorf("withdrawn: %+v", v)
	}

	// a fresh consent to the open licence is about all that stands
	w.Save(t, w.Frei, 3, testworld.Saying("drei, offen"))
	form := w.Form(t, w.Frei)
	form.Licence = true
	sub := w.RequestBy(t, w.Frei, form)
	w.Confirm(t, w.Frei, sub)
	if v := w.Versions(t, "r1", "q01"); len(v) != 3 || v[2].Licence != "CC-BY-4.0" {
		t.Errorf("licence: %+v", v)
	}
}

func TestRequestRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		before func(*testing.T, *testworld.Answers)
		edit   func(*answer.RequestSubmission)
		want   string
	}{
		{"no name", nil, func(c *answer.RequestSubmission) { c.Name = "  " }, "name error.required"},
		{"no function", nil, func(c *answer.RequestSubmission) { c.Function = "" }, "function error.required"},
		{"no consent", nil, func(c *answer.RequestSubmission) { c.Verbatim = false }, "verbatim answer.error.verbatim"},
		{"other digest", nil, func(c *answer.RequestSubmission) { c.Digest = "00" }, "answer.error.changed"},
		{"too long", func(t *testing.T, w *testworld.Answers) {
			w.Save(t, w.Frei, 1, testworld.Saying(strings.Repeat("a", 51)))
		}, nil, "answer.error.problems"},
		{"reason too long", func(t *testing.T, w *testworld.Answers) {
			w.Save(t, w.Frei, 1, survey.Entry{Status: survey.Declined, Reason: strings.Repeat("a", 51)})
		}, nil, "answer.error.problems"},
		{"thesis without position", func(t *testing.T, w *testworld.Answers) { w.Save(t, w.Frei, 2, testworld.Saying("nur Begründung")) }, nil, "answer.error.problems"},
		{"at the end", func(t *testing.T, w *testworld.Answers) { w.Clock.Set(w.End) }, nil, "answer.error.ended"},
		{"no address", func(t *testing.T, w *testworld.Answers) {
			w.Write(t, func(tx *survey.Tx) error {
				r, err := tx.Respondents.Get("q1/r1")
				r.Email = ""
				if err == nil {
					err = tx.Respondents.Put(r)
				}
				return err
			})
		}, nil, "answer.error.no_address"},
		{"fine with a text at the limit", func(t *testing.T, w *testworld.Answers) {
			w.Save(t, w.Frei, 1, testworld.Saying(strings.Repeat("ä", 50)))
		}, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			w.Save(t, w.Frei, 3, testworld.Saying("da"))
			if test.before != nil {
				test.before(t, w)
			}
			form := w.Form(t, w.Frei)
			if test.edit != nil {
				test.edit(&form)
			}
			before := w.State(t)
			_, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form)
			if got := testworld.KeyOf(err); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if err != nil && w.State(t) != before {
				t.Error("a refused submission wrote something")
			}
		})
	}
}

func TestNothingToSubmit(t *testing.T) {
	w := testworld.NewAnswers(t)
	if _, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, w.Form(t, w.Frei)); testworld.KeyOf(err) != "answer.error.unchanged" {
		t.Errorf("got %v", err)
	}
}

func TestChangedBetweenCheckAndSubmit(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("gelesen"))
	form := w.Form(t, w.Frei)
	w.Save(t, w.Enter(t, testworld.FreiToken, "a colleague's"), 1, testworld.Saying("anders"))
	if _, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form); testworld.KeyOf(err) != "answer.error.changed" {
		t.Errorf("got %v", err)
	}
	// what is changed after "Absenden" is not part of it
	sub := w.Request(t, w.Frei)
	w.Save(t, w.Frei, 1, testworld.Saying("danach"))
	w.Confirm(t, w.Frei, sub)
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].Text != "anders" {
		t.Errorf("versions %+v", v)
	}
	if c := w.Sheet(t, w.Frei).Cells[0]; c.State != answer.StateChanged || c.Entry.Text != "danach" {
		t.Errorf("cell %+v", c)
	}
}

func TestCodeAndDeadline(t *testing.T) {
	for _, test := range []struct {
		name           string
		request, enter time.Duration // relative to the deadline
		want           string
	}{
		{"both before", -time.Hour, -time.Minute, ""},
		{"code after the deadline", -time.Nanosecond, 30 * time.Minute, ""},
		{"at the end of the hour", -time.Minute, 59*time.Minute - time.Nanosecond, ""},
		{"after the hour", -time.Minute, 59 * time.Minute, "answer.error.code_expired"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testworld.NewAnswers(t)
			w.Save(t, w.Frei, 1, testworld.Saying("eins"))
			at := w.Due.Add(test.request)
			w.Clock.Set(at)
			sub := w.Request(t, w.Frei)
			code := w.Code(t, "r1/"+sub.ID)
			w.Clock.Set(w.Due.Add(test.enter))
			_, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, code, true)
			if got := testworld.KeyOf(err); got != test.want {
				t.Fatalf("got %q, want %q", got, test.want)
			}
			if v := w.Versions(t, "r1", "q01"); err == nil && (len(v) != 1 || !v[0].CountsAt.Equal(at) || v[0].Late) || err != nil && len(v) != 0 {
				t.Errorf("versions %+v", v)
			}
			if w.Sheet(t, w.Frei).Cells[0].Entry.Text != "eins" {
				t.Error("the text is lost")
			}
		})
	}
}

// Five wrong codes end the tries of a browser, not the submission; the link opened once more is a browser anew.
func TestWrongCodeSixTimes(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	sub := w.Request(t, w.Frei)
	code := w.Code(t, "r1/"+sub.ID)
	wrong := testworld.OtherCode(code)
	for _, malformed := range []string{"", "123", "abcdefghijkl", "12345678", "１２３４５６７８９０１２"} {
		if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, malformed, true); testworld.KeyOf(err) != "code answer.error.code_format" {
			t.Errorf("%q: %v", malformed, err)
		}
	}
	for i, want := range []string{
		"code answer.error.code_wrong", "code answer.error.code_wrong", "code answer.error.code_wrong", "code answer.error.code_wrong",
		"answer.error.code_tries_here", "answer.error.code_tries_here",
	} {
		if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, wrong, true); testworld.KeyOf(err) != want {
			t.Errorf("try %d: %v, want %s", i+1, err, want)
		}
	}
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, code, true); testworld.KeyOf(err) != "answer.error.code_tries_here" {
		t.Errorf("the right one afterwards: %v", err)
	}
	if len(w.Versions(t, "r1", "q01")) != 0 || w.Sheet(t, w.Frei).Waiting("") == nil {
		t.Error("something was submitted, or does not wait any more")
	}
	if done, err := w.Answer.ConfirmSubmission(t.Context(), w.Enter(t, testworld.FreiToken, "opened anew"), sub.ID, code, true); err != nil || done.State != survey.SubmissionConfirmed {
		t.Errorf("the link opened once more: %v", err)
	}
}

// A right code forgets the wrong ones before it: typing is not guessing.
func TestARightCodeForgetsWrongOnes(t *testing.T) {
	w := testworld.NewAnswers(t)
	for _, text := range []string{"eins", "zwei", "drei"} {
		w.Save(t, w.Frei, 1, testworld.Saying(text))
		sub := w.Request(t, w.Frei)
		code := w.Code(t, "r1/"+sub.ID)
		for range 4 {
			if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, testworld.OtherCode(code), true); testworld.KeyOf(err) != "code answer.error.code_wrong" {
				t.Fatal(err)
			}
		}
		if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, code, true); err != nil {
			t.Fatal(err)
		}
	}
}

// codeMails counts the mails with codes that have gone out to a respondent, or will.
func codeMails(w *testworld.Answers, t *testing.T, respondent survey.RespondentID) (n int) {
	t.Helper()
	w.View(t, func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			if m.Kind == survey.MailCode && m.Respondent == respondent && m.State != survey.MailRevoked {
				n++
			}
		}
		return nil
	})
	return n
}

// allSent says of all mails that they have gone out: they cannot be stopped any more.
func allSent(w *testworld.Answers, t *testing.T) {
	t.Helper()
	w.Write(t, func(tx *survey.Tx) error {
		var all []survey.Mail
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			all = append(all, m)
		}
		for _, m := range all {
			m.State = survey.MailSent // its secret stays, for the test to read
			if err := errors.Join(tx.Mails.Put(m), tx.Outbox.Delete(m.ID)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Whoever holds a party's link but does not read its mail asks, types and sends again as much as they like, from as many
// browsers as they like: the party still submits, at once, its mailbox is not flooded, and little is kept of it.
func TestALinkHolderTakesNoPartysWayToSubmit(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("von der Partei"))
	flood := func() {
		for n := range 15 {
			stranger := w.Enter(t, testworld.FreiToken, fmt.Sprint("stranger ", n))
			for range 2 {
				sub, _, err := w.Answer.RequestSubmission(t.Context(), stranger, w.Form(t, stranger))
				if err != nil && testworld.KeyOf(err) != "code answer.error.code_first" {
					t.Fatalf("a request: %v", err)
				}
				allSent(w, t)
				if err == nil {
					if _, err := w.Answer.ResendCode(t.Context(), stranger, sub.ID); err != nil {
						t.Fatalf("again: %v", err)
					}
					allSent(w, t)
				}
				for range 6 {
					if _, err := w.Answer.ConfirmSubmission(t.Context(), stranger, sub.ID, "0000 0000 0000", true); err == nil {
						t.Fatal("guessed")
					}
				}
			}
		}
	}
	mailedBefore := func() (codes []string) {
		w.View(t, func(tx *survey.Tx) error {
			for m, err := range tx.Mails.List("") {
				if err != nil {
					return err
				}
				if m.Kind == survey.MailCode && m.Respondent == "r1" {
					plain, err := w.Sealer.Open(m.Sealed)
					if err != nil {
						return err
					}
					codes = append(codes, string(plain))
				}
			}
			return nil
		})
		return codes
	}
	w.Clock.Set(w.Due.Add(-10 * time.Minute))
	early := w.Request(t, w.Frei) // before it begins
	flood()
	if n := codeMails(w, t, "r1"); n > 11 {
		t.Errorf("%d mails to the party's address", n)
	}
	kept := 0
	w.View(t, func(tx *survey.Tx) error {
		for _, err := range tx.Submissions.List("q1/r1/") {
			kept++
			if err != nil {
				return err
			}
		}
		return nil
	})
	if kept > 25 {
		t.Errorf("%d submissions are kept", kept)
	}
	// a browser that comes when so much waits gives a code at once; an empty one says where it is
	late := w.Enter(t, testworld.FreiToken, "the party, late")
	form := w.Form(t, late)
	if _, _, err := w.Answer.RequestSubmission(t.Context(), late, form); testworld.KeyOf(err) != "code answer.error.code_first" || !w.Sheet(t, late).Crowded {
		t.Fatalf("crowded: %v", err)
	}
	if form.Code = "1111 1111 1111"; true {
		if _, _, err := w.Answer.RequestSubmission(t.Context(), late, form); testworld.KeyOf(err) != "code answer.error.code_wrong" {
			t.Fatalf("a wrong code at once: %v", err)
		}
	}
	codes := mailedBefore()
	form.Code = codes[0]
	done, _, err := w.Answer.RequestSubmission(t.Context(), late, form)
	if err != nil || done.State != survey.SubmissionConfirmed {
		t.Fatalf("a code at once: %v", err)
	}
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, early.ID, codes[0], true); testworld.KeyOf(err) != "answer.error.code_void" {
		t.Errorf("what waited since before the last submission: %v", err)
	}
	w.Save(t, w.Frei, 1, testworld.Saying("berichtigt"))
	form = w.Form(t, w.Frei)
	form.Code = codes[0]
	if _, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form); err != nil && testworld.KeyOf(err) != "code answer.error.code_spent" {
		t.Errorf("a code serves twice: %v", err)
	}
	// its browser has shown that it reads the mail: it gets a fresh code now, whatever the others do
	flood()
	w.Clock.Advance(time.Minute)
	before := codeMails(w, t, "r1")
	w.Save(t, late, 1, testworld.Saying("noch einmal berichtigt"))
	if done := w.Submit(t, late); len(done.Sent) != 1 || codeMails(w, t, "r1") != before+1 {
		t.Errorf("no fresh code: %+v", done.Sent)
	}
	if v := w.Versions(t, "r1", "q01"); v[0].Text != "von der Partei" || v[len(v)-1].Text != "noch einmal berichtigt" {
		t.Errorf("%+v", v)
	}
}

// Any code in the party's mailbox confirms what it has sent, in any of its browsers, also after the deadline; none of them is
// wrong, for whatever it was mailed.
func TestAnyCodeInTheMailboxIsGood(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Clock.Set(w.Due.Add(-10 * time.Minute))
	w.Save(t, w.Frei, 1, testworld.Saying("von der Partei"))
	var codes []string
	for n := range 3 {
		stranger := w.Enter(t, testworld.FreiToken, fmt.Sprint("stranger ", n))
		for range 4 {
			sub := w.Request(t, stranger)
			codes = append(codes, w.Code(t, "r1/"+sub.ID))
			allSent(w, t)
		}
	}
	own := w.Request(t, w.Frei)
	if len(own.Sent) != 0 {
		t.Fatal("a fresh code past the bound")
	}
	if _, err := w.Answer.ResendCode(t.Context(), w.Enter(t, testworld.FreiToken, "stranger 9"), own.ID); err != nil { // spoils nothing
		t.Fatal(err)
	}
	w.Clock.Set(w.Due.Add(40 * time.Minute))
	phone := w.Enter(t, testworld.FreiToken, "the phone that reads the mail")
	if _, err := w.Answer.ConfirmSubmission(t.Context(), phone, own.ID, codes[0], false); testworld.KeyOf(err) != "seen answer.error.seen" {
		t.Errorf("what was sent elsewhere has to be read: %v", err)
	}
	if done, err := w.Answer.ConfirmSubmission(t.Context(), phone, own.ID, codes[0], true); err != nil || done.ID != own.ID {
		t.Fatalf("the oldest code: %v", err)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].Text != "von der Partei" || v[0].Late {
		t.Errorf("%+v", v)
	}
	last := w.Sheet(t, phone).Waits
	for range 6 {
		for _, s := range last {
			if _, err := w.Answer.ConfirmSubmission(t.Context(), phone, s.ID, codes[0], true); testworld.KeyOf(err) != "code answer.error.code_spent" {
				t.Fatalf("a spent code: %v", err)
			}
		}
	}
}

// What was asked for by a link that was revoked comes last and says so.
func TestWhatARevokedLinkAskedForComesLast(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Write(t, func(tx *survey.Tx) error {
		return tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("neu"), Questionnaire: "q1", Respondent: "r1"})
	})
	w.Save(t, w.Frei, 1, testworld.Saying("von Fremden"))
	fresh := w.Enter(t, "neu", "fresh link")
	w.Request(t, fresh)
	w.Clock.Advance(time.Minute)
	w.Request(t, w.Frei)
	w.Write(t, func(tx *survey.Tx) error {
		return tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken(testworld.FreiToken), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()})
	})
	s := w.Sheet(t, w.Enter(t, "neu", "another browser"))
	if len(s.Waits) != 2 || s.Waits[0].Revoked || !s.Waits[1].Revoked {
		t.Errorf("%+v", s.Waits)
	}
}

// A link the office made anew is not held up by what was done by the one before.
func TestAFreshLinkStartsAnew(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	for n := range 4 {
		stranger := w.Enter(t, testworld.FreiToken, fmt.Sprint("stranger ", n))
		for range 4 {
			w.Request(t, stranger)
			allSent(w, t)
		}
	}
	w.Write(t, func(tx *survey.Tx) error {
		return errors.Join(
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken(testworld.FreiToken), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("neu"), Questionnaire: "q1", Respondent: "r1"}))
	})
	w.Clock.Advance(time.Minute)
	fresh := w.Enter(t, "neu", "fresh link")
	if sub := w.Request(t, fresh); len(sub.Sent) != 1 {
		t.Errorf("%+v", sub.Sent)
	}
	w.Submit(t, fresh)
}

// A clock that was ahead and came back changes nothing about which submission is the last.
func TestTheLastSubmissionByNumber(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	w.Clock.Advance(24 * time.Hour)
	w.Submit(t, w.Frei)
	w.Clock.Advance(-24 * time.Hour)
	w.Save(t, w.Frei, 1, testworld.Saying("zwei"))
	last := w.Submit(t, w.Frei)
	s := w.Sheet(t, w.Frei)
	if s.Confirmed[0].ID != last.ID || s.Cells[0].Standing.Text != "zwei" {
		t.Errorf("%+v", s.Confirmed[0])
	}
	if e := w.Confirmation(t, w.Frei).Entries; !e[0].New {
		t.Errorf("the receipt calls it old: %+v", e)
	}
}

func TestCodeIsBound(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	w.Save(t, w.Moin, 1, testworld.Saying("one"))
	first := w.Request(t, w.Frei)
	code := w.Code(t, "r1/"+first.ID)
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Moin, first.ID, code, true); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("another respondent: %v", err)
	}
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Moin, w.Request(t, w.Moin).ID, code, true); testworld.KeyOf(err) != "code answer.error.code_wrong" {
		t.Errorf("for another respondent's act: %v", err)
	}
	w.Clock.Advance(time.Minute)
	second := w.Request(t, w.Frei) // replaces the first, whose mail is still on its way: there is no other one
	if second.Mail != first.Mail || codeMails(w, t, "r1") != 1 {
		t.Errorf("%+v", second)
	}
	if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, first.ID, code, true); testworld.KeyOf(err) != "answer.error.code_void" {
		t.Errorf("the replaced act: %v", err)
	}
	allSent(w, t)
	w.Clock.Advance(time.Minute)
	if third := w.Request(t, w.Frei); third.Mail == first.Mail {
		t.Error("its mail has gone out, and there is no fresh one")
	}
}

// Pressing "Absenden" again and again while no mail goes out leaves nothing behind.
func TestPressingWhileNoMailGoesOut(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	for range 50 {
		w.Clock.Advance(time.Second)
		w.Request(t, w.Frei)
	}
	submissions, mails := 0, 0
	w.View(t, func(tx *survey.Tx) error {
		for _, err := range tx.Submissions.List("q1/r1/") {
			submissions++
			if err != nil {
				return err
			}
		}
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			if m.Kind == survey.MailCode {
				mails++
			}
		}
		return nil
	})
	if submissions != 2 || mails != 1 { // what waits, and what the code was mailed for
		t.Errorf("%d submissions, %d mails", submissions, mails)
	}
	w.Submit(t, w.Frei)
}

// Whoever pressed "Absenden" may have signed out, or read the mail on another device, and the deadline may be over by then.
func TestCodeInAnotherSession(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	w.Clock.Set(w.Due.Add(-time.Minute))
	form := w.Form(t, w.Frei)
	sub := w.RequestBy(t, w.Frei, form)
	w.Clock.Set(w.Due.Add(5 * time.Minute))
	again := w.Enter(t, testworld.FreiToken, "the same link once more")
	if waiting := w.Sheet(t, again).Waiting(""); waiting == nil || waiting.ID != sub.ID {
		t.Fatalf("it does not see what waits: %+v", waiting)
	}
	if twice, _, err := w.Answer.RequestSubmission(t.Context(), again, form); err != nil || twice.ID != sub.ID {
		t.Errorf("the same form from there: %v", err)
	}
	if _, err := w.Answer.ResendCode(t.Context(), again, sub.ID); err != nil {
		t.Errorf("a new code: %v", err)
	}
	if _, err := w.Answer.ConfirmSubmission(t.Context(), again, sub.ID, w.Code(t, "r1/"+sub.ID), true); err != nil {
		t.Errorf("confirming: %v", err)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].Text != "eins" {
		t.Errorf("versions %+v", v)
	}
	if w.Sheet(t, w.Frei).Waiting("") != nil {
		t.Error("it still waits elsewhere")
	}
}

// Of two that wait, a session sees its own, and any other session the newest.
func TestWhichSubmissionIsShown(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("früher"))
	colleague := w.Enter(t, testworld.FreiToken, "another browser")
	earlier := w.Request(t, w.Frei)
	w.Clock.Advance(time.Minute)
	later := w.Request(t, colleague)
	for name, test := range map[string]struct {
		actor survey.Actor
		want  string
	}{"own": {w.Frei, earlier.ID}, "own, newer": {colleague, later.ID}, "neither": {w.Enter(t, testworld.FreiToken, "a third"), later.ID}} {
		if got := w.Sheet(t, test.actor).Waiting(""); got == nil || got.ID != test.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// An open licence can be agreed to when nothing else is new; leaving the box empty takes none back.
func TestLicenceAgreedToLater(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	w.Save(t, w.Frei, 3, testworld.Saying("drei"))
	w.Submit(t, w.Frei)
	form := w.Form(t, w.Frei)
	form.Licence = true
	sub := w.RequestBy(t, w.Frei, form)
	w.Confirm(t, w.Frei, sub)
	for _, id := range []string{"q01", "q03"} {
		if v := w.Versions(t, "r1", id); len(v) != 2 || v[1].Licence != "CC-BY-4.0" || v[1].Entry() != v[0].Entry() {
			t.Errorf("%s: %+v", id, v)
		}
	}
	for _, ticked := range []bool{true, false} {
		form := w.Form(t, w.Frei)
		form.Licence = ticked
		if _, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, form); testworld.KeyOf(err) != "answer.error.unchanged" {
			t.Errorf("once more, ticked %v: %v", ticked, err)
		}
	}
}

func TestResendCode(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	sub := w.Request(t, w.Frei)
	old := w.Code(t, "r1/"+sub.ID)
	if _, err := w.Answer.ResendCode(t.Context(), w.Moin, sub.ID); survey.CodeOf(err) != survey.NotFound {
		t.Errorf("another respondent: %v", err)
	}
	w.Clock.Advance(time.Minute)
	if there, err := w.Answer.ResendCode(t.Context(), w.Frei, sub.ID); err != nil || !there {
		t.Fatalf("while it is on its way: %t, %v", there, err)
	}
	for i := range 5 {
		allSent(w, t)
		if there, err := w.Answer.ResendCode(t.Context(), w.Frei, sub.ID); err != nil || there != (i >= 3) {
			t.Fatalf("%d: %t, %v", i, there, err)
		}
	}
	if n := codeMails(w, t, "r1"); n != 4 {
		t.Errorf("%d mails", n)
	}
	newest := w.Code(t, "r1/"+sub.ID)
	if newest == old {
		t.Error("the same code")
	}
	done, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, old, true) // the mail that came first, or late
	if err != nil || !done.RequestedAt.Equal(sub.RequestedAt) || !done.CodeExpiresAt.Equal(sub.CodeExpiresAt) {
		t.Errorf("%+v, %v", done, err)
	}
}

// Where no mail can be delivered, no further ones are tried without end.
func TestCodesThatNeverArriveAreLimited(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("eins"))
	refused := 0
	for range 40 {
		_, _, err := w.Answer.RequestSubmission(t.Context(), w.Frei, w.Form(t, w.Frei))
		switch {
		case err != nil && testworld.KeyOf(err) != "answer.error.too_many_codes", err == nil && refused > 0:
			t.Fatal(err)
		case err != nil:
			refused++
		}
		w.Write(t, func(tx *survey.Tx) error {
			var queued []survey.Mail
			for m, err := range tx.Mails.List("") {
				if err != nil {
					return err
				}
				if m.State == survey.MailQueued {
					queued = append(queued, m)
				}
			}
			for _, m := range queued {
				m.State, m.Attempts = survey.MailFailed, 1
				if err := errors.Join(tx.Mails.Put(m), tx.Outbox.Delete(m.ID)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if refused != 10 {
		t.Errorf("%d of 40 were refused", refused)
	}
	w.Clock.Advance(time.Hour)
	w.Request(t, w.Frei)
}

// Two colleagues submit at nearly the same time: confirming the later one ends the earlier, not the other way round.
func TestTwoSubmissionsWait(t *testing.T) {
	for _, laterFirst := range []bool{true, false} {
		w := testworld.NewAnswers(t)
		colleague := w.Enter(t, testworld.FreiToken, "another browser")
		w.Save(t, w.Frei, 1, testworld.Saying("früher"))
		w.Clock.Set(w.Due.Add(-2 * time.Minute))
		earlier := w.Request(t, w.Frei)
		w.Save(t, colleague, 1, testworld.Saying("später"))
		w.Clock.Advance(time.Minute)
		later := w.Request(t, colleague)
		w.Clock.Set(w.Due.Add(time.Minute))
		codes := map[string]string{earlier.ID: w.Code(t, "r1/"+earlier.ID), later.ID: w.Code(t, "r1/"+later.ID)}
		if laterFirst {
			if _, err := w.Answer.ConfirmSubmission(t.Context(), colleague, later.ID, codes[later.ID], true); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, earlier.ID, codes[earlier.ID], true); testworld.KeyOf(err) != "answer.error.code_void" {
				t.Errorf("the earlier one: %v", err)
			}
		} else {
			if _, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, earlier.ID, codes[earlier.ID], true); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Answer.ConfirmSubmission(t.Context(), colleague, later.ID, codes[later.ID], true); err != nil {
				t.Fatal(err)
			}
		}
		v := w.Versions(t, "r1", "q01")
		if v[len(v)-1].Text != "später" {
			t.Errorf("later first %v: %+v", laterFirst, v)
		}
	}
}

func TestMailsSpeakThePartysLanguage(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Moin, 1, testworld.Saying("one"))
	w.Submit(t, w.Moin) // its browser is set to German
	w.View(t, func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			m, err := m.Written(tx)
			if err != nil {
				return err
			}
			if m.Language != "en" || !strings.Contains(m.Subject, "our") || !strings.Contains(m.Body, "Hello") || strings.Contains(m.Body, "Frist") {
				t.Errorf("%s: %s\n%s", m.Language, m.Subject, m.Body)
			}
		}
		return nil
	})
}

func TestTranscribedThenSubmitted(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Write(t, func(tx *survey.Tx) error {
		return tx.Versions.Put(survey.Version{Questionnaire: "q1", Respondent: "r1", Question: "q01", Number: 1, Status: survey.Answered, Text: "aus dem Brief",
			Provenance: survey.Transcribed, CountsAt: w.Clock.Now()})
	})
	c := w.Sheet(t, w.Frei).Cells[0]
	if c.State != answer.StateTranscribed || !c.CanWithdraw() || !c.Entry.Empty() {
		t.Errorf("%+v", c)
	}
	w.Save(t, w.Frei, 1, testworld.Saying("selbst"))
	w.Submit(t, w.Frei)
	w.Write(t, func(tx *survey.Tx) error { // another letter, entered later
		return tx.Versions.Put(survey.Version{Questionnaire: "q1", Respondent: "r1", Question: "q01", Number: 3, Status: survey.Answered, Text: "noch ein Brief",
			Provenance: survey.Transcribed, CountsAt: w.Clock.Now()})
	})
	if c := w.Sheet(t, w.Frei).Cells[0]; c.Standing.Text != "selbst" || c.Standing.Number != 2 || c.State != answer.StateSubmitted {
		t.Errorf("%+v", c)
	}
}

// Leaving the box of the open licence empty later takes it from new wording only, and the receipt tells which is new.
func TestLicenceStaysWithWhatStands(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("Eins."))
	w.Save(t, w.Frei, 3, testworld.Saying("Drei."))
	form := w.Form(t, w.Frei)
	form.Licence = true
	sub := w.RequestBy(t, w.Frei, form)
	w.Confirm(t, w.Frei, sub)
	w.Save(t, w.Frei, 3, testworld.Saying("Drei, anders."))
	if sheet := w.Sheet(t, w.Frei); !sheet.Licenced() || !slices.Equal(sheet.Unlicenced(), []string{"3"}) {
		t.Errorf("would lose its licence: %v", sheet.Unlicenced())
	}
	w.Clock.Advance(time.Minute)
	w.Submit(t, w.Frei)
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].Licence != "CC-BY-4.0" {
		t.Errorf("unchanged: %+v", v)
	}
	if v := w.Versions(t, "r1", "q03"); len(v) != 2 || v[0].Licence != "CC-BY-4.0" || v[1].Licence != "" {
		t.Errorf("changed: %+v", v)
	}
	if list := w.Confirmation(t, w.Frei).Entries; len(list) != 2 || list[0].New || list[0].Version != 1 || !list[1].New || list[1].Version != 2 {
		t.Errorf("receipt: %+v", list)
	}
}

// Nobody is reminded of what has come, be it in the form or in a letter, also one that answers for others.
func TestRemindersStopWhenSomethingComesBack(t *testing.T) {
	for name, test := range map[string]struct {
		act  func(t *testing.T, w *testworld.Letters)
		want map[survey.MailState]int // of a reminder to each of both
	}{
		"submission": {func(t *testing.T, w *testworld.Letters) {
			w.Save(t, w.Frei, 1, testworld.Saying("Ja."))
			sub := w.Request(t, w.Frei)
			if reminders(w, t)[survey.MailQueued] != 2 {
				t.Error("stopped before the party confirmed")
			}
			w.Confirm(t, w.Frei, sub)
		}, map[survey.MailState]int{survey.MailRevoked: 1, survey.MailQueued: 1}},
		"joint letter": {func(t *testing.T, w *testworld.Letters) {
			cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
			cmd.Joint = []survey.Slug{"moin"}
			w.Effective(t, cmd)
		}, map[survey.MailState]int{survey.MailRevoked: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewLetters(t)
			w.Write(t, func(tx *survey.Tx) error {
				var errs []error
				for _, r := range []survey.RespondentID{"r1", "r2"} {
					errs = append(errs, tx.Mails.Put(survey.Mail{ID: "m-" + string(r), Kind: survey.MailReminder, Questionnaire: "q1", Respondent: r, State: survey.MailQueued}),
						tx.Outbox.Put(survey.OutboxEntry{Mail: "m-" + string(r), DueAt: w.Clock.Now()}))
				}
				return errors.Join(errs...)
			})
			test.act(t, w)
			if got := reminders(w, t); !maps.Equal(got, test.want) {
				t.Errorf("%v, want %v", got, test.want)
			}
		})
	}
}

// reminders counts the reminders by state.
func reminders(w *testworld.Letters, t *testing.T) map[survey.MailState]int {
	t.Helper()
	count := map[survey.MailState]int{}
	w.View(t, func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("m-") {
			if err != nil {
				return err
			}
			count[m.State]++
		}
		return nil
	})
	return count
}

// Of a submission that has ended nothing is kept but the codes that were mailed, and in the end nothing at all.
func TestWhatHasEndedKeepsNoWords(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Save(t, w.Frei, 1, testworld.Saying("geheim"))
	first := w.Request(t, w.Frei)
	w.Clock.Advance(time.Minute)
	w.Request(t, w.Frei) // in the same window: it means the new one
	w.View(t, func(tx *survey.Tx) error {
		sub, err := survey.GetSubmission(tx, first.Key())
		if err != nil || sub.State != survey.SubmissionVoid || len(sub.Entries) > 0 || sub.Declaration != (survey.Declaration{}) || len(sub.Sent) != 1 {
			t.Errorf("%+v, %v", sub, err)
		}
		return nil
	})
	w.Clock.Advance(3 * time.Hour)
	w.Submit(t, w.Frei)
	w.View(t, func(tx *survey.Tx) error {
		_, row := tx.Submissions.Get(first.Key())
		_, text := tx.SubmissionTexts.Get(first.Key())
		if !survey.IsNotFound(row) || !survey.IsNotFound(text) {
			t.Errorf("%v, %v", row, text)
		}
		return nil
	})
}
