package web

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// Who enters a code sees what it confirms: what was sent from another browser is shown in full and wants a tick.
func TestTheCodePageShowsWhatWasSentElsewhere(t *testing.T) {
	w := newAnswerWorld(t)
	send := func(v *visitor, text string) (code string) {
		t.Helper()
		v.post("/zugang/frei", nil)
		revision := "0"
		if strings.Contains(v.get("/antwort/fragen/1").Body.String(), `name="revision" value="1"`) {
			revision = "1"
		}
		if got := v.post("/antwort/fragen/1", url.Values{"text": {text}, "status": {"answered"}, "revision": {revision}}); got.Code != http.StatusSeeOther {
			t.Fatalf("saved: %d", got.Code)
		}
		page := v.get("/antwort/pruefen").Body.String()
		form := url.Values{"name": {"Ole Hansen"}, "function": {"Landesgeschäftsführer"}, "verbatim": {"on"}}
		for _, hidden := range []string{"form", "digest"} {
			_, rest, _ := strings.Cut(page, `name="`+hidden+`" value="`)
			value, _, _ := strings.Cut(rest, `"`)
			form.Set(hidden, value)
		}
		if got := v.post("/antwort/pruefen", form); got.Header().Get("Location") != "/antwort/code" {
			t.Fatalf("sent: %d %s", got.Code, got.Header().Get("Location"))
		}
		return w.latestCode(t)
	}
	idOf := func(page string) string {
		_, rest, _ := strings.Cut(page, `name="id" value="`)
		id, _, _ := strings.Cut(rest, `"`)
		return id
	}
	party, stranger := w.visitor(t), w.visitor(t)
	send(party, "von der Partei")
	w.Clock.Advance(time.Second)
	newest := send(stranger, "Von Fremden.")

	own := party.get("/antwort/code").Body.String()
	if strings.Contains(own, "Das wird abgegeben") || !strings.Contains(own, "Auch das wartet auf einen Code") {
		t.Errorf("the page of one's own:\n%s", own)
	}
	_, rest, _ := strings.Cut(own, `href="/antwort/code?abgabe=`)
	elsewhere, _, _ := strings.Cut(rest, `"`)
	other := party.get("/antwort/code?abgabe=" + elsewhere).Body.String()
	for _, want := range []string{"in einem anderen Browser abgesendet", "Ole Hansen, Landesgeschäftsführer", "Das wird abgegeben", "Von Fremden.", "genau diese Antworten geben wir ab"} {
		if !strings.Contains(other, want) {
			t.Errorf("the page of the other lacks %q:\n%s", want, other)
		}
	}
	got := party.post("/antwort/code", url.Values{"id": {elsewhere}, "code": {newest}})
	if page := got.Body.String(); got.Code != http.StatusUnprocessableEntity || !strings.Contains(page, "bestätigen Sie, dass es Ihre Antworten sind") || !strings.Contains(page, "Von Fremden.") {
		t.Errorf("without the tick: %d\n%s", got.Code, page)
	}
	if strings.Contains(w.contents(t, false), "Versions ") {
		t.Error("something was submitted")
	}
	// a browser without tries is told so, and where the way goes on
	for range 6 {
		got = stranger.post("/antwort/code", url.Values{"id": {idOf(own)}, "code": {"111111111111"}, "seen": {"on"}})
	}
	if got.Code != http.StatusTooManyRequests || !strings.Contains(got.Body.String(), "öffnen Sie den Link aus unserer E-Mail noch einmal") {
		t.Errorf("%d\n%s", got.Code, got.Body)
	}
	if got := party.post("/antwort/code", url.Values{"id": {idOf(own)}, "code": {newest}}); got.Header().Get("Location") != "/antwort/bestaetigung" {
		t.Errorf("the newest code on the page of one's own: %d\n%s", got.Code, got.Body)
	}
	if page := party.get("/antwort/bestaetigung").Body.String(); !strings.Contains(page, "Von Fremden.") && !strings.Contains(page, "von der Partei") {
		t.Errorf("%s", page)
	}
	if sheet, err := w.Answer.Sheet(t.Context(), survey.Actor{Respondent: "r1", Questionnaire: "q1"}); err != nil || len(sheet.Waits) != 1 {
		t.Errorf("%d wait: %v", len(sheet.Waits), err)
	}
}

// Where very much waits that nobody confirms, the check page takes a code at once. What it showed when it was pressed counts, also
// when the code comes after the deadline and somebody has written meanwhile.
func TestTheCheckPageTakesACodeWhereMuchWaits(t *testing.T) {
	w := newAnswerWorld(t)
	declare := func(v *visitor, page, code string) *httptest.ResponseRecorder {
		t.Helper()
		form := url.Values{"name": {"Ole Hansen"}, "function": {"Landesgeschäftsführer"}, "verbatim": {"on"}, "code": {code}}
		for _, hidden := range []string{"form", "digest", "words"} {
			_, rest, _ := strings.Cut(page, `name="`+hidden+`" value="`)
			value, _, _ := strings.Cut(rest, `"`)
			form.Set(hidden, html.UnescapeString(value))
		}
		return v.post("/antwort/pruefen", form)
	}
	enter := func() *visitor {
		v := w.visitor(t)
		v.post("/zugang/frei", nil)
		return v
	}
	check := func(v *visitor) string { return v.get("/antwort/pruefen").Body.String() }
	w.Clock.Set(answerDue.Add(-10 * time.Minute))
	party := enter()
	party.post("/antwort/fragen/1", url.Values{"text": {"von der <Partei> & \"uns\""}, "status": {"answered"}, "revision": {"0"}})
	for range 10 {
		stranger := enter()
		if got := declare(stranger, check(stranger), ""); got.Code != http.StatusSeeOther {
			t.Fatalf("a stranger: %d", got.Code)
		}
	}
	first := check(party)
	if !strings.Contains(first, "Deshalb brauchen wir ihn gleich hier") || strings.Contains(first, "Danach schicken wir einen Code") {
		t.Errorf("the page does not ask for a code:\n%s", first)
	}
	got := declare(party, first, "")
	pressed := got.Body.String()
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(pressed, "Geben Sie hier den Code aus unserer E-Mail von") || !strings.Contains(pressed, `value="Ole Hansen"`) {
		t.Errorf("without a code: %d\n%s", got.Code, pressed)
	}
	w.Clock.Set(answerDue.Add(5 * time.Minute))
	if page := check(party); !strings.Contains(page, "rechtzeitig abgesendet, und dieser Zeitpunkt zählt") || !strings.Contains(page, "17:50") || !strings.Contains(page, `name="code"`) {
		t.Errorf("the page does not say that only the code is missing:\n%s", page)
	}
	enter().post("/antwort/fragen/1", url.Values{"text": {"von jemandem"}, "status": {"answered"}, "revision": {"1"}})
	if page := check(party); !strings.Contains(page, "absenden lässt sich nichts mehr") {
		t.Errorf("other words can be sent after the deadline:\n%s", page)
	}
	got = declare(party, pressed, "000000000000")
	pressed = got.Body.String()
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(pressed, "Dieser Code stimmt nicht") || !strings.Contains(pressed, "von der &lt;Partei&gt;") || strings.Contains(pressed, "von jemandem") {
		t.Errorf("a wrong code: %d\n%s", got.Code, pressed)
	}
	if got := declare(party, pressed, w.latestCode(t)); got.Header().Get("Location") != "/antwort/bestaetigung" {
		t.Errorf("with a code: %d\n%s", got.Code, got.Body)
	}
	if page := party.get("/antwort/bestaetigung").Body.String(); !strings.Contains(page, "von der &lt;Partei&gt;") || !strings.Contains(page, "17:50") {
		t.Errorf("what was submitted:\n%s", page)
	}
}
