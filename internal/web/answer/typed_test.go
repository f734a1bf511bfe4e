package answer_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pruefstein/internal/web/webtest"
)

// Whose session has ended gets back what was typed, in the words of the form.
func TestWhatWasTypedComesBackInWords(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	body := w.Request(t, http.MethodPost, "/antwort/fragen/2", "", url.Values{"status": {"answered"}, "position": {"agree"}, "text": {"Weil Kinder lernen sollen."}, "revision": {"3"},
		"mark": {"done"}, "position_open": {"x"}, "licence": {"nicht von uns"}, "unbekannt": {"auch nicht"}}).Body.String()
	for _, want := range []string{"Feld „Wie antworten Sie?“", "beantwortet</textarea>", "Feld „Ihre Position“", "Stimme zu</textarea>", "Feld „Ihre Antwort“", "Weil Kinder lernen sollen.", "auch nicht"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing\n%s", want, body)
		}
	}
	for _, bad := range []string{"„status“", "„text“", "answered</textarea>", "agree</textarea>", "„unbekannt“"} {
		if strings.Contains(body, bad) {
			t.Errorf("%q stands there", bad)
		}
	}
}
