package answer_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
	"pruefstein/internal/web/webtest"
)

// sendAnswer opens the link of frei, answers the first question and sends it, and returns the code that is mailed.
func sendAnswer(t *testing.T, w *webtest.World, v *webtest.Visitor, text string) (code string) {
	t.Helper()
	v.Post("/zugang/frei", nil)
	revision := "0"
	if strings.Contains(v.Get("/antwort/fragen/1").Body.String(), `name="revision" value="1"`) {
		revision = "1"
	}
	if got := v.Post("/antwort/fragen/1", url.Values{"text": {text}, "status": {"answered"}, "revision": {revision}}); got.Code != http.StatusSeeOther {
		t.Fatalf("saved: %d", got.Code)
	}
	page := v.Get("/antwort/pruefen").Body.String()
	form := url.Values{"name": {"Ole Hansen"}, "function": {"Landesgeschäftsführer"}, "verbatim": {"on"}}
	for _, hidden := range []string{"form", "digest"} {
		_, rest, _ := strings.Cut(page, `name="`+hidden+`" value="`)
		value, _, _ := strings.Cut(rest, `"`)
		form.Set(hidden, value)
	}
	if got := v.Post("/antwort/pruefen", form); got.Header().Get("Location") != "/antwort/code" {
		t.Fatalf("sent: %d %s", got.Code, got.Header().Get("Location"))
	}
	return w.LatestCode(t)
}

// idOf is the submission a page of the code is about.
func idOf(page string) string {
	_, rest, _ := strings.Cut(page, `name="id" value="`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// Using the session keeps it from going idle; it gives back no tries.
func TestTriesOutliveATouch(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	v := w.Visitor(t)
	wrong := testworld.OtherCode(sendAnswer(t, w, v, "eins"))
	id := idOf(v.Get("/antwort/code").Body.String())
	for _, left := range []string{"noch 4 Versuche", "noch 3 Versuche", "noch 2 Versuche", "noch einen Versuch", "fünfmal falsch"} {
		if page := v.Post("/antwort/code", url.Values{"id": {id}, "code": {wrong}}).Body.String(); !strings.Contains(page, left) {
			t.Errorf("the page lacks %q:\n%s", left, page)
		}
		w.Clock.Advance(10*time.Minute + time.Second)
		if got := v.Get("/antwort"); got.Header().Get("Set-Cookie") == "" {
			t.Error("the session is not touched")
		}
	}
}

// Who enters a code sees what it confirms: what was sent from another browser is shown in full and wants a tick.
func TestTheCodePageShowsWhatWasSentElsewhere(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	party, stranger := w.Visitor(t), w.Visitor(t)
	sendAnswer(t, w, party, "von der Partei")
	w.Clock.Advance(time.Second)
	newest := sendAnswer(t, w, stranger, "Von Fremden.")

	own := party.Get("/antwort/code").Body.String()
	if strings.Contains(own, "Das wird abgegeben") || !strings.Contains(own, "Auch das wartet auf einen Code") {
		t.Errorf("the page of one's own:\n%s", own)
	}
	_, rest, _ := strings.Cut(own, `href="/antwort/code?abgabe=`)
	elsewhere, _, _ := strings.Cut(rest, `"`)
	other := party.Get("/antwort/code?abgabe=" + elsewhere).Body.String()
	for _, want := range []string{"in einem anderen Browser abgesendet", "Ole Hansen, Landesgeschäftsführer", "Das wird abgegeben", "Von Fremden.", "genau diese Antworten geben wir ab"} {
		if !strings.Contains(other, want) {
			t.Errorf("the page of the other lacks %q:\n%s", want, other)
		}
	}
	got := party.Post("/antwort/code", url.Values{"id": {elsewhere}, "code": {newest}})
	if page := got.Body.String(); got.Code != http.StatusUnprocessableEntity || !strings.Contains(page, "bestätigen Sie, dass es Ihre Antworten sind") || !strings.Contains(page, "Von Fremden.") {
		t.Errorf("without the tick: %d\n%s", got.Code, page)
	}
	if strings.Contains(w.Contents(t, false), "Versions ") {
		t.Error("something was submitted")
	}
	// a browser without tries is told so, and where the way goes on
	for range 6 {
		got = stranger.Post("/antwort/code", url.Values{"id": {idOf(own)}, "code": {"111111111111"}, "seen": {"on"}})
	}
	if got.Code != http.StatusTooManyRequests || !strings.Contains(got.Body.String(), "öffnen Sie den Link aus unserer E-Mail noch einmal") {
		t.Errorf("%d\n%s", got.Code, got.Body)
	}
	if got := party.Post("/antwort/code", url.Values{"id": {idOf(own)}, "code": {newest}}); got.Header().Get("Location") != "/antwort/bestaetigung" {
		t.Errorf("the newest code on the page of one's own: %d\n%s", got.Code, got.Body)
	}
	if page := party.Get("/antwort/bestaetigung").Body.String(); !strings.Contains(page, "Von Fremden.") && !strings.Contains(page, "von der Partei") {
		t.Errorf("%s", page)
	}
	if sheet, err := w.Answer.Sheet(t.Context(), survey.Actor{Respondent: "r1", Questionnaire: "q1"}); err != nil || len(sheet.Waits) != 1 {
		t.Errorf("%d wait: %v", len(sheet.Waits), err)
	}
}

// declare sends the form of a check page.
func declare(t *testing.T, v *webtest.Visitor, page, code string) *httptest.ResponseRecorder {
	t.Helper()
	form := url.Values{"name": {"Ole Hansen"}, "function": {"Landesgeschäftsführer"}, "verbatim": {"on"}, "code": {code}}
	for _, hidden := range []string{"form", "digest", "words"} {
		_, rest, _ := strings.Cut(page, `name="`+hidden+`" value="`)
		value, _, _ := strings.Cut(rest, `"`)
		form.Set(hidden, html.UnescapeString(value))
	}
	return v.Post("/antwort/pruefen", form)
}

func checkPageOf(v *webtest.Visitor) string { return v.Get("/antwort/pruefen").Body.String() }

// pressedInTime returns a party that pressed "Absenden" ten minutes before the deadline, while ten others waited, with the page it
// then has; it is five minutes past the deadline.
func pressedInTime(t *testing.T) (w *webtest.World, party *webtest.Visitor, page string) {
	t.Helper()
	w = webtest.NewAnswer(t)
	enter := func() *webtest.Visitor {
		v := w.Visitor(t)
		v.Post("/zugang/frei", nil)
		return v
	}
	w.Clock.Set(webtest.AnswerDue.Add(-10 * time.Minute))
	party = enter()
	party.Post("/antwort/fragen/1", url.Values{"text": {"von der <Partei> & \"uns\""}, "status": {"answered"}, "revision": {"0"}})
	for range 10 {
		stranger := enter()
		if got := declare(t, stranger, checkPageOf(stranger), ""); got.Code != http.StatusSeeOther {
			t.Fatalf("a stranger: %d", got.Code)
		}
	}
	first := checkPageOf(party)
	if !strings.Contains(first, "Deshalb brauchen wir ihn gleich hier") || strings.Contains(first, "Danach schicken wir einen Code") {
		t.Errorf("the page does not ask for a code:\n%s", first)
	}
	got := declare(t, party, first, "")
	page = got.Body.String()
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(page, "Geben Sie hier den Code aus unserer E-Mail von") || !strings.Contains(page, `value="Ole Hansen"`) {
		t.Fatalf("without a code: %d\n%s", got.Code, page)
	}
	w.Clock.Set(webtest.AnswerDue.Add(5 * time.Minute))
	return w, party, page
}

// Where very much waits that nobody confirms, the check page takes a code at once. What it showed when it was pressed counts, also
// when the code comes after the deadline and somebody has written meanwhile.
func TestTheCheckPageTakesACodeWhereMuchWaits(t *testing.T) {
	t.Parallel()
	w, party, page := pressedInTime(t)
	if page := checkPageOf(party); !strings.Contains(page, "rechtzeitig abgesendet, und dieser Zeitpunkt zählt") || !strings.Contains(page, "17:50") || !strings.Contains(page, `name="code"`) {
		t.Errorf("the page does not say that only the code is missing:\n%s", page)
	}
	somebody := w.Visitor(t)
	somebody.Post("/zugang/frei", nil)
	somebody.Post("/antwort/fragen/1", url.Values{"text": {"von jemandem"}, "status": {"answered"}, "revision": {"1"}})
	if page := checkPageOf(party); !strings.Contains(page, "dem Vermerk „verspätet“") {
		t.Errorf("other words can be sent in time:\n%s", page)
	}
	got := declare(t, party, page, "000000000000")
	page = got.Body.String()
	if got.Code != http.StatusUnprocessableEntity || !strings.Contains(page, "Dieser Code stimmt nicht") || !strings.Contains(page, "von der &lt;Partei&gt;") || strings.Contains(page, "von jemandem") {
		t.Errorf("a wrong code: %d\n%s", got.Code, page)
	}
	if got := declare(t, party, page, w.LatestCode(t)); got.Header().Get("Location") != "/antwort/bestaetigung" {
		t.Errorf("with a code: %d\n%s", got.Code, got.Body)
	}
	if page := party.Get("/antwort/bestaetigung").Body.String(); !strings.Contains(page, "von der &lt;Partei&gt;") || !strings.Contains(page, "17:50") {
		t.Errorf("what was submitted:\n%s", page)
	}
}

// A party that does what our pages and mails say keeps what it pressed.
func TestAPressSurvivesWhatOurPagesAdvise(t *testing.T) {
	t.Parallel()
	for name, advice := range map[string]func(w *webtest.World, party *webtest.Visitor, page string) string{
		"the link once more in the same browser": func(_ *webtest.World, party *webtest.Visitor, page string) string {
			party.Post("/zugang/frei", nil)
			return page
		},
		"signed out after five wrong codes": func(_ *webtest.World, party *webtest.Visitor, page string) string {
			for range 5 {
				page = declare(t, party, page, "000000000000").Body.String()
			}
			if !strings.Contains(page, "Nichts ist verloren") {
				t.Errorf("five wrong codes:\n%s", page)
			}
			party.Post("/antwort/abmelden", nil)
			party.Post("/zugang/frei", nil)
			return page
		},
		"from the overview": func(_ *webtest.World, party *webtest.Visitor, _ string) string {
			if page := party.Get("/antwort").Body.String(); !strings.Contains(page, `<a class="button button-primary" href="/antwort/pruefen">`) || !strings.Contains(page, "Es fehlt nur noch der Code") {
				t.Errorf("the overview does not lead to one's own:\n%s", page)
			}
			if got := party.Get("/antwort/code"); got.Header().Get("Location") != "/antwort/pruefen" {
				t.Errorf("what others have sent comes first: %d %s", got.Code, got.Header().Get("Location"))
			}
			return checkPageOf(party)
		},
		"when the strangers' hour is over": func(w *webtest.World, party *webtest.Visitor, page string) string {
			w.Clock.Set(webtest.AnswerDue.Add(49 * time.Minute))
			if page := party.Get("/antwort").Body.String(); !strings.Contains(page, `href="/antwort/pruefen"`) {
				t.Errorf("no way back:\n%s", page)
			}
			return page
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, party, page := pressedInTime(t)
			code := w.LatestCode(t)
			if got := declare(t, party, advice(w, party, page), code); got.Header().Get("Location") != "/antwort/bestaetigung" {
				t.Errorf("%d\n%s", got.Code, got.Body)
			}
		})
	}
}

// A browser in which two parties press keeps what both have pressed.
func TestEachPartysPressIsKept(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	w.Clock.Set(webtest.AnswerDue.Add(-10 * time.Minute))
	enter := func(token string) *webtest.Visitor {
		v := w.Visitor(t)
		v.Post("/zugang/"+token, nil)
		return v
	}
	both, pages := enter("frei"), map[string]string{}
	for _, token := range []string{"frei", "moin"} {
		both.Post("/zugang/"+token, nil)
		both.Post("/antwort/fragen/1", url.Values{"text": {token}, "status": {"answered"}, "revision": {"0"}})
		for range 10 {
			stranger := enter(token)
			if got := declare(t, stranger, checkPageOf(stranger), ""); got.Code != http.StatusSeeOther {
				t.Fatal(got.Code)
			}
		}
		pages[token] = declare(t, both, checkPageOf(both), "").Body.String()
	}
	w.Clock.Set(webtest.AnswerDue.Add(5 * time.Minute))
	for token, page := range pages {
		both.Post("/zugang/"+token, nil)
		if got := declare(t, both, page, "000000000000"); !strings.Contains(got.Body.String(), `id="code-error"`) || got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: its press is gone: %d\n%s", token, got.Code, got.Body)
		}
	}
}
