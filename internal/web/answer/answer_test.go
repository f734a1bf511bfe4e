package answer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
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
