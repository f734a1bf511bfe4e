package webtest

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// AnswerDue is the deadline of the questionnaire of NewAnswer: Monday 30 November 2026, 18:00 in Berlin.
var AnswerDue = time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC)

// AnswerEnd is when the polls of its election close: Sunday 7 February 2027, 18:00 in Berlin.
var AnswerEnd = time.Date(2027, 2, 7, 17, 0, 0, 0, time.UTC)

// NewAnswer is a world with a questionnaire of three questions that is open for answers, and a link for each of its
// two parties: "frei", German, was asked all of them; "moin", English, was not asked the second.
func NewAnswer(t *testing.T) *World {
	t.Helper()
	w := newSigned(t)
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark", Email: "fragen@buendnis.example", Licence: "CC-BY-4.0", Revision: 1}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl in der Nordmark", Date: "2027-02-07"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark-2027", Title: "Wahlprüfsteine Nordmark 2027", Election: "e1", AnswerLimit: 60,
				Deadline: survey.Instant{At: AnswerDue, Zone: survey.DefaultZone, Local: "2026-11-30T18:00"}, LockedAt: w.Clock.Now(), DispatchedAt: w.Clock.Now(), Revision: 1}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q1", Organisations: []survey.Named{{ID: "o1", Name: "Freie Netze Nordmark"}}, Questions: []survey.CatalogueQuestion{
				{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Wie fördern Sie freie Software?", Context: "Das Land kauft viel ein.", AskedBy: []string{"o1"}},
				{ID: "q02", Number: 2, Kind: survey.KindThesis, Label: "Schulnetz", Text: "Schulen brauchen schnelles Netz."},
				{ID: "q03", Number: 3, Kind: survey.KindText, Text: "Wie schützen Sie offene Daten?"},
			}}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q1", ID: "r1", AskedAt: w.Clock.Now().AddDate(0, 0, -7), Slug: "frei", ShortName: "Frei", Name: "Freie Mitte", Email: "post@frei.example", Language: "de", Sequence: 1}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q1", ID: "r2", AskedAt: w.Clock.Now().AddDate(0, 0, -7), Slug: "moin", ShortName: "Moin", Name: "Moin Nordmark", Email: "post@moin.example", Language: "en",
				LeftOut: map[survey.QuestionID]string{"q02": "passt nicht"}, Sequence: 2}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("frei"), Questionnaire: "q1", Respondent: "r1", CreatedAt: w.Clock.Now()}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("moin"), Questionnaire: "q1", Respondent: "r2"}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("revoked"), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()}),
		)
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

// LatestCode reads the code of the newest code mail.
func (w *World) LatestCode(t *testing.T) (code string) {
	t.Helper()
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			if m.Kind != survey.MailCode || m.State != survey.MailQueued {
				continue
			}
			plain, err := w.Sealer.Open(m.Sealed)
			if err != nil {
				return err
			}
			code = string(plain)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return code
}

// Enter presses the button of an access link and returns the session's cookie.
func (w *World) Enter(t *testing.T, token string) string {
	t.Helper()
	answer := w.Request(t, http.MethodPost, "/zugang/"+token, "", nil)
	if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/antwort" {
		t.Fatalf("entering: %d to %s", answer.Code, answer.Header().Get("Location"))
	}
	for _, c := range answer.Result().Cookies() {
		if c.Name == "partei" {
			return "partei=" + c.Value
		}
	}
	t.Fatal("no session")
	return ""
}
