package answer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/web/webtest"
)

// TestAnswerScripts walks the party's whole way, and around it, without a script in the browser.
func TestAnswerScripts(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	server := httptest.NewServer(w.Server)
	t.Cleanup(server.Close)
	visit := testkit.NewVisit(server.URL, testkit.Vars{"long": strings.Repeat("ä", survey.MaxTextUnits+1), "over": strings.Repeat("b", 61)})
	visit.Run(t, "testdata/access.script")
	visit.Run(t, "testdata/questions.script")
	visit.Run(t, "testdata/colleagues.script")
	visit.Run(t, "testdata/check.script")
	visit.Vars["code"] = w.LatestCode(t)
	visit.Run(t, "testdata/confirm.script")
	visit.Run(t, "testdata/decline.script")
	w.Clock.Set(webtest.AnswerDue)
	visit.Run(t, "testdata/late.script")
	visit.Vars["code"] = w.LatestCode(t)
	visit.Run(t, "testdata/late_confirm.script")
	w.Clock.Set(webtest.AnswerEnd)
	visit.Run(t, "testdata/ended.script")
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		link, err := tx.AccessLinks.Get(survey.HashToken("frei"))
		link.RevokedAt = w.Clock.Now()
		return errors.Join(err, tx.AccessLinks.Put(link))
	}); err != nil {
		t.Fatal(err)
	}
	visit.Run(t, "testdata/revoked.script")
}

// everything is all that is stored, as JSON.
func everything(t *testing.T, w *webtest.World) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(rows(enc, tx.AccessLinks), rows(enc, tx.AnswerDrafts), rows(enc, tx.Submissions), rows(enc, tx.SubmissionTexts), rows(enc, tx.Versions), rows(enc, tx.Mails), rows(enc, tx.MailTexts),
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

func TestReadingAnswersWritesNothing(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	cookie := w.Enter(t, "frei")
	w.Request(t, http.MethodPost, "/antwort/fragen/1", cookie, url.Values{"text": {"da"}, "status": {"answered"}, "revision": {"0"}})
	before := everything(t, w)
	paths := []string{"/zugang/frei", "/zugang/revoked", "/zugang/none"}
	for _, r := range w.RoutesBelow("/zugang", "/antwort") {
		if r.Method == http.MethodGet && !strings.Contains(r.Path, ":token") {
			paths = append(paths, strings.NewReplacer(":number", "1", ":submission", "none").Replace(r.Path))
		}
	}
	for _, path := range paths {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			answer := w.Request(t, method, path, cookie, nil)
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
	t.Parallel()
	w := webtest.NewAnswer(t)
	cookie := w.Enter(t, "moin")
	save := func(revision, text string) (int, map[string]any) {
		t.Helper()
		answer := w.Request(t, http.MethodPost, "/antwort/fragen/1", cookie, url.Values{"text": {text}, "status": {"answered"}, "revision": {revision}}, "Accept", "application/json")
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
	w.Clock.Set(webtest.AnswerDue.Add(time.Hour))
	cookie = w.Enter(t, "moin")
	if code, body := save("1", "two"); code != http.StatusOK || body["revision"] != 2.0 || !strings.HasPrefix(body["saved"].(string), "19:00, ") {
		t.Errorf("late: %d %v", code, body)
	}
	cookie = ""
	if code, body := save("2", "three"); code != http.StatusUnauthorized || body["error"] == "" {
		t.Errorf("signed out: %d %v", code, body)
	}
}

// A party reads what the office has entered from its letter, and confirms it with a code.
func TestThePageOfALetter(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	letter := survey.Letter{Transcription: survey.Transcription{Questionnaire: "q1", Respondent: "r1", ID: survey.NewID(), State: survey.TranscriptionWaiting, Kind: survey.LetterPaper,
		ReceivedOn: "2026-11-20", LetterDate: "2026-11-18", Original: "o1", EnteredBy: "u1", EnteredAt: w.Clock.Now(), Revision: 3, OnlyParty: true, ChangeNote: "Brief der Partei."},
		LetterText: survey.LetterText{Entries: []survey.SubmissionEntry{{Question: "q03", Number: 3, Entry: survey.Entry{Status: survey.Answered, Text: "Mit <Verschlüsselung>."}}}}}
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(survey.PutLetter(tx, letter),
			tx.Originals.Put(survey.Original{Questionnaire: "q1", Respondent: "r1", ID: "o1", Name: "brief.pdf", Type: "application/pdf", SHA256: strings.Repeat("ab", 32)}))
	}); err != nil {
		t.Fatal(err)
	}
	path := "/antwort/schreiben/" + letter.ID
	party := w.Visitor(t)
	party.Post("/zugang/frei", nil)
	webtest.Contains(t, party.Get("/antwort"), 200, "Es wartet auf Ihre Bestätigung", `href="`+path+`"`)
	page := party.Get(path)
	webtest.Contains(t, page, 200, "Bitte prüfen Sie es Wort für Wort", "Mit &lt;Verschlüsselung&gt;.", "Brief der Partei.", "gilt es erst, wenn Sie es hier bestätigen", `name="revision" value="3"`)
	form := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(page.Body.String())[1]
	say := url.Values{"form": {form}, "revision": {"3"}, "name": {"Kim Muster"}, "function": {""}, "verbatim": {"on"}}
	webtest.Contains(t, party.Post(path, say), 422, `value="Kim Muster"`, `value="`+form+`"`)
	say.Set("function", "Büroleitung")
	say.Set("revision", "2")
	webtest.Contains(t, party.Post(path, say), 409, "hat sich inzwischen geändert", "Mit &lt;Verschlüsselung&gt;.")
	say.Set("revision", "3")
	asked := party.Post(path, say)
	if asked.Code != http.StatusSeeOther || !strings.HasPrefix(asked.Header().Get("Location"), "/antwort/code?abgabe=") {
		t.Fatalf("%d %s", asked.Code, asked.Header().Get("Location"))
	}
	id := strings.TrimPrefix(asked.Header().Get("Location"), "/antwort/code?abgabe=")
	webtest.Contains(t, party.Get("/antwort/code?abgabe="+id), 200, `value="`+id+`"`)
	done := party.Post("/antwort/code", url.Values{"id": {id}, "code": {w.LatestCode(t)}})
	if done.Header().Get("Location") != "/antwort/bestaetigung" {
		t.Fatalf("%d\n%s", done.Code, done.Body)
	}
	webtest.Contains(t, party.Get("/antwort/bestaetigung"), 200, "Mit &lt;Verschlüsselung&gt;.")
	webtest.Contains(t, party.Get(path), 404)
	other := w.Visitor(t)
	other.Post("/zugang/moin", nil)
	webtest.Contains(t, other.Get(path), 404)
}

// After the early end of a round no page calls late what is not.
func TestPagesAfterAnEarlyEnd(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		if err != nil {
			return err
		}
		ended := survey.Instant{At: w.Clock.Now(), Zone: survey.DefaultZone}
		q.Extended = []survey.DateChange{{From: q.Deadline, To: ended, At: ended.At, By: "ada"}}
		q.Deadline = ended
		return tx.Questionnaires.Put(q)
	}); err != nil {
		t.Fatal(err)
	}
	const early, late = "weil von niemandem mehr etwas ausstand", "Vermerk „verspätet“"
	party := w.Visitor(t)
	webtest.Contains(t, party.Get("/zugang/frei"), 200, early, "erst nach der angekündigten Frist")
	party.Post("/zugang/frei", nil)
	if code := party.Post("/antwort/fragen/1", url.Values{"text": {"Doch."}, "status": {"answered"}, "revision": {"0"}}).Code; code != http.StatusSeeOther {
		t.Fatal(code)
	}
	for path, want := range map[string]string{"/antwort": early, "/antwort/fragen/1": early, "/antwort/meine": early,
		"/antwort/pruefen": "mit Datum und Ihrem Grund neben dem, was vorher galt"} {
		page := party.Get(path)
		webtest.Contains(t, page, 200, want, "erst nach der angekündigten Frist")
		if strings.Contains(page.Body.String(), late) {
			t.Errorf("%s calls it late", path)
		}
	}
	w.Clock.Set(webtest.AnswerDue)
	party.Post("/zugang/frei", nil)
	for _, path := range []string{"/antwort", "/antwort/pruefen"} {
		page := party.Get(path)
		webtest.Contains(t, page, 200, late)
		if strings.Contains(page.Body.String(), early) {
			t.Errorf("%s: the announced date is over", path)
		}
	}
}
