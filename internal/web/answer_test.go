package web_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/ledger"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// answerDue is the deadline of the questionnaire in an answer world: Monday 30 November 2026, 18:00 in Berlin.
var answerDue = time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC)

// newAnswerWorld is a world with a questionnaire of three questions that is open for answers, and a link for each of its
// two parties: "frei", German, was asked all of them; "moin", English, was not asked the second.
func newAnswerWorld(t *testing.T) *world {
	t.Helper()
	w := newTestServer(t)
	key, err := ledger.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.Ledger = key
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark", Email: "fragen@buendnis.example", Licence: "CC-BY-4.0", Revision: 1}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl in der Nordmark", Date: "2027-02-07"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark-2027", Title: "Wahlprüfsteine Nordmark 2027", Election: "e1", AnswerLimit: 60,
				Deadline: survey.Instant{At: answerDue, Zone: survey.DefaultZone, Local: "2026-11-30T18:00"}, LockedAt: w.Clock.Now(), DispatchedAt: w.Clock.Now(), Revision: 1}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q1", Organisations: []survey.Named{{ID: "o1", Name: "Freie Netze Nordmark"}}, Questions: []survey.CatalogueQuestion{
				{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Wie fördern Sie freie Software?", Context: "Das Land kauft viel ein.", AskedBy: []string{"o1"}},
				{ID: "q02", Number: 2, Kind: survey.KindThesis, Label: "Schulnetz", Text: "Schulen brauchen schnelles Netz."},
				{ID: "q03", Number: 3, Kind: survey.KindText, Text: "Wie schützen Sie offene Daten?"},
			}}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q1", ID: "r1", AskedAt: w.Clock.Now().AddDate(0, 0, -7), Slug: "frei", ShortName: "Frei", Name: "Freie Mitte", Email: "post@frei.example", Language: "de", Sequence: 1}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q1", ID: "r2", AskedAt: w.Clock.Now().AddDate(0, 0, -7), Slug: "moin", ShortName: "Moin", Name: "Moin Nordmark", Email: "post@moin.example", Language: "en",
				LeftOut: map[string]string{"q02": "passt nicht"}, Sequence: 2}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("frei"), Questionnaire: "q1", Respondent: "r1", CreatedAt: w.Clock.Now()}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("moin"), Questionnaire: "q1", Respondent: "r2"}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: survey.HashToken("revoked"), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()}),
		)
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

// latestCode reads the code of the newest code mail.
func (w *world) latestCode(t *testing.T) (code string) {
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

// TestAnswerScripts walks the party's whole way, and around it, without a script in the browser.
func TestAnswerScripts(t *testing.T) {
	w := newAnswerWorld(t)
	server := httptest.NewServer(w.Server)
	t.Cleanup(server.Close)
	visit := testkit.NewVisit(server.URL, testkit.Vars{"long": strings.Repeat("ä", survey.MaxTextUnits+1), "over": strings.Repeat("b", 61)})
	visit.Run(t, "testdata/answer/access.script")
	visit.Run(t, "testdata/answer/questions.script")
	visit.Run(t, "testdata/answer/colleagues.script")
	visit.Run(t, "testdata/answer/check.script")
	visit.Vars["code"] = w.latestCode(t)
	visit.Run(t, "testdata/answer/confirm.script")
	visit.Run(t, "testdata/answer/decline.script")
	w.Clock.Set(answerDue)
	visit.Run(t, "testdata/answer/late.script")
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		link, err := tx.AccessLinks.Get(survey.HashToken("frei"))
		link.RevokedAt = w.Clock.Now()
		return errors.Join(err, tx.AccessLinks.Put(link))
	}); err != nil {
		t.Fatal(err)
	}
	visit.Run(t, "testdata/answer/revoked.script")
}

// partyRequest sends one request with a party's cookie.
func (w *world) partyRequest(t *testing.T, method, path, cookie string, form url.Values, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8080"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	w.Server.ServeHTTP(answer, r)
	return answer
}

// enter presses the button of an access link and returns the session's cookie.
func (w *world) enter(t *testing.T, token string) string {
	t.Helper()
	answer := w.partyRequest(t, http.MethodPost, "/zugang/"+token, "", nil)
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

// everything is all that is stored, as JSON.
func everything(t *testing.T, w *world) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(rows(enc, tx.AccessLinks), rows(enc, tx.AnswerDrafts), rows(enc, tx.Submissions), rows(enc, tx.Versions), rows(enc, tx.Mails),
			rows(enc, tx.Outbox), rows(enc, tx.Leaves), rows(enc, tx.Audit), rows(enc, tx.Sessions), rows(enc, tx.Respondents))
	}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func rows[T survey.Entity](enc *json.Encoder, table survey.Table[T]) error {
	for e, err := range table.List("") {
		if err := errors.Join(err, enc.Encode(e)); err != nil {
			return err
		}
	}
	return nil
}

// A whole parliament may sit behind one address: what others do there does not stop a submission.
func TestLimitsDoNotMix(t *testing.T) {
	w := newAnswerWorld(t)
	for range 11 {
		w.partyRequest(t, http.MethodPost, "/passwort", "", url.Values{"email": {"x@partei.example"}})
	}
	for range 31 {
		w.partyRequest(t, http.MethodPost, "/einladung/x", "", nil)
	}
	for _, path := range []string{"/passwort", "/einladung/x"} {
		if answer := w.partyRequest(t, http.MethodPost, path, "", nil); answer.Code != http.StatusTooManyRequests {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	cookie := w.enter(t, "frei")
	for range 12 {
		if answer := w.partyRequest(t, http.MethodPost, "/antwort/pruefen", cookie, nil); answer.Code != http.StatusUnprocessableEntity {
			t.Fatalf("checking: %d", answer.Code)
		}
	}
}

func TestReadingAnswersWritesNothing(t *testing.T) {
	w := newAnswerWorld(t)
	cookie := w.enter(t, "frei")
	w.partyRequest(t, http.MethodPost, "/antwort/fragen/1", cookie, url.Values{"text": {"da"}, "status": {"answered"}, "revision": {"0"}})
	before := everything(t, w)
	paths := []string{"/zugang/frei", "/zugang/revoked", "/zugang/none"}
	for _, r := range w.routesBelow("/zugang", "/antwort") {
		if r.Method == http.MethodGet && !strings.Contains(r.Path, ":token") {
			paths = append(paths, strings.NewReplacer(":number", "1", ":submission", "none").Replace(r.Path))
		}
	}
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			answer := w.partyRequest(t, method, path, cookie, nil)
			if answer.Code >= 500 {
				t.Errorf("%s %s: %d", method, path, answer.Code)
			}
			if answer.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s %s sets a cookie", method, path)
			}
			if strings.HasPrefix(path, "/zugang/") && answer.Header().Get("Referrer-Policy") != "strict-origin" {
				t.Errorf("%s %s: referrer policy %q", method, path, answer.Header().Get("Referrer-Policy"))
			}
		}
	}
	if everything(t, w) != before {
		t.Error("reading wrote something")
	}
}

func TestAutosaveAnswer(t *testing.T) {
	w := newAnswerWorld(t)
	cookie := w.enter(t, "moin")
	save := func(revision, text string) (int, map[string]any) {
		t.Helper()
		answer := w.partyRequest(t, http.MethodPost, "/antwort/fragen/1", cookie, url.Values{"text": {text}, "status": {"answered"}, "revision": {revision}}, "Accept", "application/json")
		var body map[string]any
		if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
			t.Fatalf("%d: %v", answer.Code, err)
		}
		return answer.Code, body
	}
	if code, body := save("0", "one"); code != http.StatusOK || body["revision"] != 1.0 || body["saved"] != "10:00" {
		t.Errorf("%d %v", code, body)
	}
	if code, body := save("0", "two"); code != http.StatusConflict || body["revision"] != 1.0 || body["error"] == "" {
		t.Errorf("stale: %d %v", code, body)
	}
	if code, body := save("1", "a\x00b"); code != http.StatusUnprocessableEntity || body["error"] == "" {
		t.Errorf("invalid: %d %v", code, body)
	}
	w.Clock.Set(answerDue.Add(time.Hour))
	cookie = w.enter(t, "moin")
	if code, body := save("1", "two"); code != http.StatusOK || body["revision"] != 2.0 || !strings.HasPrefix(body["saved"].(string), "19:00, ") {
		t.Errorf("late: %d %v", code, body)
	}
	cookie = ""
	if code, body := save("2", "three"); code != http.StatusUnauthorized || body["error"] == "" {
		t.Errorf("signed out: %d %v", code, body)
	}
}
