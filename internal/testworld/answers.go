package testworld

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pruefstein/internal/answer"
	"pruefstein/internal/ledger"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// Answers is a questionnaire of three questions that is open for answers, with two parties: frei was asked all of
// them, moin was not asked the second.
type Answers struct {
	*office.Office
	Store survey.Store // runs each function once, unlike the one of the use cases: tests keep what they read
	Clock *testkit.Clock
	Due   time.Time
	End   time.Time    // of all answering: the close of the polls
	Frei  survey.Actor // of the party frei, in one browser
	Moin  survey.Actor
}

// FreiToken is the token of the link of the party frei.
const FreiToken = "frei-token"

const moinToken = "moin-token"

// NewAnswers opens the questionnaire for both parties, each in one browser.
func NewAnswers(t *testing.T) *Answers {
	t.Helper()
	key, err := ledger.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := survey.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	due, fault := survey.ParseInstant("2026-11-30T18:00", survey.DefaultZone, "")
	if fault != "" {
		t.Fatal(fault)
	}
	end, fault := survey.ParseInstant("2027-02-07T18:00", survey.DefaultZone, "")
	if fault != "" {
		t.Fatal(fault)
	}
	clock := testkit.NewClock(due.At.Add(-7 * 24 * time.Hour))
	store := memory.New()
	w := &Answers{Store: store, Clock: clock, Due: due.At, End: end.At, Office: office.New(&survey.Kernel{
		Store: storetest.Twice(store), Clock: clock, Sealer: sealer, Ledger: key, Rand: rand.Reader, BaseURL: "https://fragen.example", Addresses: Addresses, Cite: Cite,
		Compose: Compose,
	})}
	w.Write(t, func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark", Email: "fragen@buendnis.example", Licence: "CC-BY-4.0", Revision: 1}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl in der Nordmark", Date: "2027-02-07"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark-2027", Title: "Wahlprüfsteine Nordmark", Election: "e1", AnswerLimit: 50,
				Deadline: due, LockedAt: clock.Now().Add(-time.Hour), DispatchedAt: clock.Now().Add(-time.Minute), Revision: 1}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q1", Questions: []survey.CatalogueQuestion{
				{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Wie fördern Sie freie Software?"},
				{ID: "q02", Number: 2, Kind: survey.KindThesis, Text: "Schulen brauchen schnelles Netz."},
				{ID: "q03", Number: 3, Kind: survey.KindText, Text: "Wie schützen Sie offene Daten?"},
			}}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q1", ID: "r1", AskedAt: clock.Now(), Slug: "frei", ShortName: "Frei", Name: "Freie Mitte", Email: "post@frei.example", Language: "de", Sequence: 1}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q1", ID: "r2", AskedAt: clock.Now(), Slug: "moin", ShortName: "Moin", Name: "Moin Nordmark", Email: "post@moin.example", Language: "en",
				LeftOut: map[survey.QuestionID]string{"q02": "passt nicht in ihr Verfahren"}, Sequence: 2}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken(FreiToken), Questionnaire: "q1", Respondent: "r1"}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken(moinToken), Questionnaire: "q1", Respondent: "r2"}),
		)
	})
	w.Frei = w.Enter(t, FreiToken, "browser one")
	w.Moin = w.Enter(t, moinToken, "browser two")
	return w
}

// Write changes the store directly.
func (w *Answers) Write(t *testing.T, fn func(*survey.Tx) error) {
	t.Helper()
	if err := w.Store.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// Enter exchanges a link, as the button of its page does.
func (w *Answers) Enter(t *testing.T, token, session string) survey.Actor {
	t.Helper()
	hash, err := w.Answer.ExchangeLink(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := w.Alliance.PartyActor(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	actor.Session, actor.Language = survey.HashToken(session), "de"
	Must(t, w.Alliance.PutSession(t.Context(), survey.Session{Hash: actor.Session, ExpiresAt: w.Clock.Now().Add(100 * 24 * time.Hour)}))
	return actor
}

// Sheet is what the party has before it.
func (w *Answers) Sheet(t *testing.T, actor survey.Actor) answer.Sheet {
	t.Helper()
	sheet, err := w.Answer.Sheet(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

// Confirmation is what the party is shown of its last submission.
func (w *Answers) Confirmation(t *testing.T, actor survey.Actor) answer.Confirmation {
	t.Helper()
	c, err := w.Answer.Confirmation(t.Context(), actor, "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Save saves an answer on top of what is stored.
func (w *Answers) Save(t *testing.T, actor survey.Actor, number int, e survey.Entry) survey.AnswerDraft {
	t.Helper()
	cell, err := w.Sheet(t, actor).Cell(number)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := w.Answer.Save(t.Context(), actor, answer.Save{Number: number, Revision: cell.Draft.Revision, Entry: e, Mark: answer.MarkDone})
	if err != nil {
		t.Fatal(err)
	}
	return saved.Cell.Draft
}

// Digest names what a page shows now.
func (w *Answers) Digest(t *testing.T, actor survey.Actor) string {
	t.Helper()
	digest, err := w.Sheet(t, actor).Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

// Form is the check page's form as it would be shown now, filled in.
func (w *Answers) Form(t *testing.T, actor survey.Actor) answer.RequestSubmission {
	t.Helper()
	return answer.RequestSubmission{Form: survey.NewID(), Digest: w.Digest(t, actor), Name: "Kim Muster", Function: "Büroleitung", Verbatim: true}
}

// Request submits what the party has saved. The submission waits for its code.
func (w *Answers) Request(t *testing.T, actor survey.Actor) survey.Submission {
	t.Helper()
	return w.RequestBy(t, actor, w.Form(t, actor))
}

// RequestBy is Request with a form that was filled in otherwise.
func (w *Answers) RequestBy(t *testing.T, actor survey.Actor, form answer.RequestSubmission) survey.Submission {
	t.Helper()
	sub, _, err := w.Answer.RequestSubmission(t.Context(), actor, form)
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// Code reads the code of the newest mail to a submission, as its reader would.
func (w *Answers) Code(t *testing.T, id string) string {
	t.Helper()
	var code string
	w.View(t, func(tx *survey.Tx) error {
		sub, err := tx.Submissions.Get("q1/" + id)
		if err != nil {
			return err
		}
		m, err := tx.Mails.Get(sub.Mail)
		if err != nil {
			return err
		}
		plain, err := w.Sealer.Open(m.Sealed)
		code = string(plain)
		return err
	})
	return code
}

// Submit asks for a submission and confirms it.
func (w *Answers) Submit(t *testing.T, actor survey.Actor) survey.Submission {
	t.Helper()
	return w.Confirm(t, actor, w.Request(t, actor))
}

// Confirm enters the code of a submission.
func (w *Answers) Confirm(t *testing.T, actor survey.Actor, sub survey.Submission) survey.Submission {
	t.Helper()
	sub, err := w.Answer.ConfirmSubmission(t.Context(), actor, sub.ID, w.Code(t, survey.In(actor.Respondent)+sub.ID), true)
	if err != nil {
		t.Fatal(err)
	}
	return sub
}

// View reads the store directly.
func (w *Answers) View(t *testing.T, fn func(*survey.Tx) error) {
	t.Helper()
	if err := w.Store.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// Versions lists the versions of one cell.
func (w *Answers) Versions(t *testing.T, respondent, question string) (list []survey.Version) {
	t.Helper()
	w.View(t, func(tx *survey.Tx) error {
		for v, err := range tx.Versions.List("q1/" + respondent + "/" + question + "/") {
			if err != nil {
				return err
			}
			list = append(list, v)
		}
		return nil
	})
	return list
}

// State is everything a party's form could write, as JSON.
func (w *Answers) State(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w.View(t, func(tx *survey.Tx) error {
		enc := json.NewEncoder(&b)
		return errors.Join(
			dump(enc, tx.AnswerDrafts), dump(enc, tx.Submissions), dump(enc, tx.SubmissionTexts), dump(enc, tx.Versions), dump(enc, tx.Mails), dump(enc, tx.MailTexts), dump(enc, tx.Outbox),
			dump(enc, tx.Leaves), dump(enc, tx.AccessLinks), dump(enc, tx.Audit), dump(enc, tx.Sessions),
		)
	})
	return b.String()
}

func dump[T survey.Entity](enc *json.Encoder, table survey.Table[T]) error {
	for e, err := range table.List("") {
		if err != nil {
			return err
		}
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

// OtherCode is a code that is well formed and not the one given.
func OtherCode(code string) string {
	if code == "0000 0000 0000" {
		return "0000 0000 0001"
	}
	return "0000 0000 0000"
}
