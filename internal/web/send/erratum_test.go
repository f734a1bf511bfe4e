package send_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

var seenField = regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`)

func TestErratumInTheBrowser(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "k", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "a", Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances },
		survey.Alliance{Name: "Bündnis Nordmark", ConfirmDispatch: survey.RuleOn, Revision: 1})
	kim, ada := w.StaffCookie(t, "kim@buendnis.example"), w.StaffCookie(t, "ada@buendnis.example")
	const list, one = "/versand/nord-open/berichtigung", "/versand/nord-open/berichtigung/q01"
	ask := func(cookie, method, path string, code int, form url.Values, wants ...string) *httptest.ResponseRecorder {
		t.Helper()
		answer := w.Request(t, method, path, cookie, form)
		if answer.Code != code {
			t.Fatalf("%s %s: %d, want %d\n%s", method, path, answer.Code, code, answer.Body)
		}
		for _, want := range wants {
			if !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%s %s: %q is missing\n%s", method, path, want, answer.Body)
			}
		}
		return answer
	}
	const get, post = http.MethodGet, http.MethodPost
	ask(kim, get, "/versand/nord-locked/berichtigung", http.StatusConflict, nil, "Heben Sie die Sperre auf")
	ask(kim, post, "/versand/nord-locked/berichtigung/q01", http.StatusConflict, url.Values{"text": {"Neu."}}, "Heben Sie die Sperre auf")
	ask(kim, get, list+"/q77", http.StatusNotFound, nil)
	ask(kim, post, list+"/q77", http.StatusNotFound, url.Values{"text": {"Neu."}, "do": {"send"}, "seen": {"x"}})
	ask(kim, get, list, http.StatusOK, nil, "Frage 1 berichtigen", "Schulen brauchen schnelles Netz.")
	ask(kim, get, one, http.StatusOK, nil, "Wie fördern Sie freie Software?", "Text der Berichtigung", "frei", "moin", "noch nicht gefragt")
	ask(kim, post, one, http.StatusUnprocessableEntity, url.Values{"text": {" "}, "do": {"preview"}})
	long := strings.Repeat("ä", survey.MaxErratum+1)
	ask(kim, post, one, http.StatusUnprocessableEntity, url.Values{"text": {long}, "do": {"preview"}}, long)

	preview := ask(kim, post, one, http.StatusOK, url.Values{"text": {"Gemeint ist\ndas Land."}, "do": {"preview"}}, "So kommt es bei frei an", "Um Bestätigung bitten", "das Land.</textarea>")
	form := url.Values{"text": {"Gemeint ist\ndas Land."}, "do": {"send"}, "seen": {seenField.FindStringSubmatch(preview.Body.String())[1]}}
	for range 2 { // a double click
		ask(kim, post, one, http.StatusSeeOther, form)
	}
	own := ask(kim, get, one, http.StatusOK, nil, "Eine andere Person", "das Land.")
	if strings.Contains(own.Body.String(), `name="seen"`) {
		t.Error("whoever asked can confirm")
	}
	ask(kim, get, list+"/q02", http.StatusOK, nil, "Eine andere Berichtigung wartet")
	ask(kim, post, list+"/q02", http.StatusConflict, url.Values{"text": {"Zur zweiten."}, "do": {"send"}, "seen": {"x"}}, "Zur zweiten.")
	ask(ada, get, list, http.StatusOK, nil, "Berichtigung zu Frage 1 ansehen")
	look := ask(ada, get, one, http.StatusOK, nil, "Kim hat diese Berichtigung beantragt", "das Land.")
	form.Set("seen", seenField.FindStringSubmatch(look.Body.String())[1])
	if answer := ask(ada, post, one, http.StatusSeeOther, form); !strings.HasPrefix(answer.Header().Get("Location"), list) {
		t.Error(answer.Header().Get("Location"))
	}
	ask(kim, get, list, http.StatusOK, nil, "Frage 1: Berichtigung vom", "das Land.", "<dd><p>Kim</p>", "<dd><p>Ada</p>", "frei@<wbr>partei.example", "Eine Berichtigung.")
	ask(kim, get, "/versand/nord-open/befragte/deich/eingabe", http.StatusOK, nil, "das Land.")

	// a request that is withdrawn, and one that came too late
	preview = ask(kim, post, one, http.StatusOK, url.Values{"text": {"Noch eine."}, "do": {"preview"}})
	form = url.Values{"text": {"Noch eine."}, "do": {"send"}, "seen": {seenField.FindStringSubmatch(preview.Body.String())[1]}}
	ask(kim, post, one, http.StatusSeeOther, form)
	ask(ada, post, one+"/zuruecknehmen", http.StatusSeeOther, nil)
	form.Set("seen", "x")
	ask(kim, post, one, http.StatusConflict, form, "Noch eine.</textarea>", "Inzwischen hat sich etwas geändert")
}
