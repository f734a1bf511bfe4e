package send_test

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
	"pruefstein/internal/web/webtest"
)

func TestLetterInTheBrowser(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "k", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "m", Name: "Mo", Email: "mo@buendnis.example", Coordinator: true})
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		r, err := survey.RespondentBySlug(tx, "q-open", "watt")
		r.Procedure.Channel, r.Email = survey.ChannelPost, ""
		q, err2 := tx.Questionnaire("q-open")
		q.Errata = []survey.Erratum{{Question: "q01", Text: "Gemeint ist das Land.", At: w.Clock.Now(), Dispatch: "d"}}
		return errors.Join(err, err2, tx.Respondents.Put(r), tx.Questionnaires.Put(q))
	}); err != nil {
		t.Fatal(err)
	}
	kim, mo := w.StaffCookie(t, "kim@buendnis.example"), w.StaffCookie(t, "mo@buendnis.example")
	const page = "/versand/nord-open/befragte/watt/brief"
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
	ask(kim, get, "/versand/nord-open/befragte/frei/brief", http.StatusNotFound, nil)
	ask(kim, get, "/versand/nord-open/befragte/watt", http.StatusOK, nil, page, "Brief per Post")
	ask(kim, get, "/versand/nord-open", http.StatusOK, nil, "Brief noch nicht versandt")
	ask(kim, get, "/versand/nord-open/absenden", http.StatusOK, nil, "Noch zu drucken und zu versenden", page)
	ask(kim, get, page, http.StatusOK, nil, "Brief zeigen und drucken")
	watt := revisionField.FindStringSubmatch(ask(kim, get, "/versand/nord-open/befragte/watt", http.StatusOK, nil).Body.String())[1]
	ask(kim, post, "/versand/nord-open/befragte/watt/anschrift", http.StatusSeeOther, url.Values{"postal": {"Am Watt 3\r\n20998 Ebbe"}, "revision": {watt}})
	letter := ask(kim, post, page+"/drucken", http.StatusOK, url.Values{"printed": {"0"}}, "Wie fördern Sie freie Software?", "Schulen brauchen schnelles Netz.", "Gemeint ist das Land.",
		"Berichtigung vom", "watt\nAm Watt 3\n20998 Ebbe</p>", `class="qr"`, "Sie können auch per Brief antworten", "nur jetzt gezeigt")
	if got := letter.Header().Get("Cache-Control"); !strings.Contains(got, "no-store") {
		t.Errorf("Cache-Control %q", got)
	}
	secrets := regexp.MustCompile(`letter-secret">(?:<strong>)?([^<]+)`).FindAllStringSubmatch(letter.Body.String(), -1)
	if len(secrets) != 2 {
		t.Fatal("link and code are missing")
	}
	typed, code := secrets[0][1], secrets[1][1]
	// it opens the form, and neither secret is stored or on another page
	if answer := w.Request(t, get, typed[strings.Index(typed, "/zugang/"):], "", nil); answer.Code != http.StatusOK {
		t.Errorf("the printed link: %d", answer.Code)
	}
	shown := ask(kim, get, page, http.StatusOK, nil, "gilt, Code nicht benutzt").Body.String()
	var stored bytes.Buffer
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		enc := json.NewEncoder(&stored)
		for _, err := range []error{dumped(enc, tx.Respondents), dumped(enc, tx.AccessLinks), dumped(enc, tx.Audit), dumped(enc, tx.Mails)} {
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	token := typed[strings.LastIndex(typed, "/")+1:]
	for _, secret := range []string{token, strings.ReplaceAll(token, "-", ""), code, strings.ReplaceAll(code, " ", "")} {
		if strings.Contains(shown, secret) || strings.Contains(stored.String(), secret) {
			t.Errorf("a secret is kept")
		}
	}
	ask(mo, post, page+"/drucken", http.StatusConflict, url.Values{"printed": {"0"}}, "Inzwischen wurde ein Brief")
	day := w.Clock.Now().Format(time.DateOnly)
	revision := revisionField.FindStringSubmatch(shown)[1]
	ask(kim, post, page+"/versendet", http.StatusUnprocessableEntity, url.Values{"day": {"2126-11-23"}, "revision": {revision}}, `value="2126-11-23"`, "in der Zukunft")
	ask(kim, post, page+"/versendet", http.StatusUnprocessableEntity, url.Values{"day": {"2026-01-20"}, "revision": {revision}}, `value="2026-01-20"`, "noch nicht gedruckt")
	ask(kim, post, page+"/versendet", http.StatusConflict, url.Values{"day": {day}, "revision": {"0"}}, `value="`+day+`"`)
	for range 2 {
		ask(kim, post, page+"/versendet", http.StatusSeeOther, url.Values{"day": {day}, "revision": {revision}})
	}
	recorded := ask(kim, get, page, http.StatusOK, nil, "ging am "+w.Clock.Now().Format("02.01.2006")+" zur Post", "Noch einen Brief drucken?").Body.String()
	ask(kim, post, page+"/drucken", http.StatusConflict, url.Values{"printed": {"0"}}, "Inzwischen wurde ein Brief", "ging am ") // reloaded
	ask(kim, get, "/versand/nord-open/erinnerung", http.StatusOK, nil, "Per Brief gefragt, bekommen keine Mail")
	ask(kim, get, "/versand/nord-open/frist", http.StatusOK, nil, "Per Brief gefragt, bekommen keine Mail: watt")
	ask(kim, post, page+"/versendet", http.StatusSeeOther, url.Values{"undo": {"true"}, "revision": {revisionField.FindStringSubmatch(recorded)[1]}})
}

func dumped[T survey.Entity](enc *json.Encoder, table survey.Table[T]) error {
	for e, err := range table.List("") {
		if err := errors.Join(err, enc.Encode(e)); err != nil {
			return err
		}
	}
	return nil
}

// An office without a mail server sends letters alone, and reads what that means before it does.
func TestDispatchOfLettersAlone(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.MailReady = false
	w.AddUser(t, survey.User{ID: "k", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	kim := w.StaffCookie(t, "kim@buendnis.example")
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q-locked")
		q.Cover = survey.Cover{Subject: "Fragen", Body: "Bis {{frist}}.\n\n{{link}}\n\n{{fragen}}", Language: "de"}
		err = errors.Join(err, tx.Questionnaires.Put(q))
		for _, slug := range []string{"frei", "moin", "deich", "watt"} {
			err = errors.Join(err, tx.Respondents.Put(survey.Respondent{Questionnaire: "q-locked", ID: survey.RespondentID("r-" + slug), Slug: survey.Slug(slug), Parties: []survey.PartyID{survey.PartyID(slug)},
				ShortName: slug, Name: slug, Language: "de", Procedure: survey.Procedure{Channel: survey.ChannelPost}, Revision: 1}))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	const path = "/versand/nord-locked/absenden"
	page := w.Request(t, http.MethodGet, path, kim, nil).Body.String()
	for _, want := range []string{"Keine Mail geht hinaus", "Danach sind 4 Briefe zu drucken", "So kommt es bei deich an", "am Ende dieses Briefs"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(page, "an 0 Befragte") {
		t.Error("it goes to nobody")
	}
	seen := seenField.FindStringSubmatch(page)
	if seen == nil {
		t.Fatal(page)
	}
	if answer := w.Request(t, http.MethodPost, path, kim, url.Values{"seen": {seen[1]}}); answer.Code != http.StatusSeeOther {
		t.Fatal(answer.Code)
	}
	webtest.Contains(t, w.Request(t, http.MethodGet, path, kim, nil), 200, "Noch zu drucken und zu versenden", "/versand/nord-locked/befragte/frei/brief")
	webtest.Contains(t, w.Request(t, http.MethodPost, "/versand/nord-locked/befragte/frei/brief/drucken", kim, url.Values{"printed": {"0"}}), 200, "Ihr Code zum Absenden")
}

// Whose mails are lost gets a letter: one asks with a public reason, another confirms, the page says how it stands.
func TestFromLostMailToALetter(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "Bündnis Nordmark", ConfirmDispatch: survey.RuleOn, Revision: 1})
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	kim, ada := w.Visitor(t).SignIn("kim@buendnis.example"), w.Visitor(t).SignIn("ada@buendnis.example")
	const page = "/versand/nord-open/befragte/frei"
	form := func(body, reason string) url.Values {
		return url.Values{"post_reason": {reason}, "revision": {revisionField.FindStringSubmatch(body)[1]}}
	}
	body := shows(t, kim.Get(page), 200, "Auf gedruckten Brief umstellen", "Eine zweite Person muss das bestätigen.")
	if strings.Contains(ada.Get(page).Body.String(), "Auf gedruckten Brief umstellen") || strings.Contains(kim.Get("/versand/nord-open/befragte/deich").Body.String(), "Auf gedruckten Brief umstellen") {
		t.Error("offered to who may not ask, or for a party with its own form")
	}
	shows(t, kim.Post(page+"/auf-brief", form(body, " ")), 422, `href="#post_reason"`)
	shows(t, kim.Post("/versand/nord-open/befragte/niemand/auf-brief", form(body, "tot")), 404)
	shows(t, ada.Post(page+"/auf-brief", form(body, "tot")), 403)
	shows(t, kim.Post(page+"/auf-brief", url.Values{"post_reason": {"tot"}, "revision": {"0"}}), 409, `value="tot"`)
	for range 2 { // a double click
		shows(t, kim.Post(page+"/auf-brief", form(body, "Das Postfach ist aufgegeben")), 303)
	}
	shows(t, kim.Get(page), 200, "Umstellung auf Brief wartet auf die zweite Person", "Eine andere Person aus Koordination")
	shows(t, kim.Get("/versand/nord-open"), 200, "Umstellung auf Brief wartet auf zweite Person")
	shows(t, ada.Get("/uebersicht"), 200, "Brief mit neuem Code bestätigen", `href="`+page+`"`)
	shows(t, kim.Post(page+"/auf-brief/zuruecknehmen", nil), 303)
	body = shows(t, kim.Get(page), 200, "Umstellung auf Brief beantragen")
	shows(t, kim.Post(page+"/auf-brief", form(body, "Das Postfach ist aufgegeben")), 303)
	body = shows(t, ada.Get(page), 200, "Grund: Das Postfach ist aufgegeben", "Umstellung auf Brief bestätigen")
	for range 2 { // a double click
		shows(t, ada.Post(page+"/auf-brief", form(body, "Das Postfach ist aufgegeben")), 303)
	}
	shows(t, kim.Get(page), 200, "Auf Brief umgestellt", "Das Postfach ist aufgegeben", "Brief drucken")

	shows(t, kim.Post(page+"/brief/drucken", url.Values{"printed": {"0"}}), 200, "Ihr Code zum Absenden")
	body = shows(t, kim.Get(page+"/brief"), 200, "Versand vermerken")
	posted := form(body, "")
	posted.Set("day", w.Clock.Now().Format(time.DateOnly))
	shows(t, kim.Post(page+"/brief/versendet", posted), 303)
	// another letter has a fresh code: two people
	shows(t, kim.Get(page+"/brief"), 200, "Neuen Brief beantragen")
	for range 2 { // a double click
		shows(t, kim.Post(page+"/brief/drucken", url.Values{"printed": {"1"}}), 303)
	}
	shows(t, kim.Get(page+"/brief"), 200, "Wartet auf die zweite Person", "Eine andere Person aus Koordination")
	shows(t, ada.Get("/uebersicht"), 200, "Brief mit neuem Code bestätigen", `href="`+page+`/brief"`)
	shows(t, kim.Post(page+"/brief/zuruecknehmen", nil), 303)
	shows(t, kim.Post(page+"/brief/drucken", url.Values{"printed": {"1"}}), 303)
	shows(t, ada.Get(page+"/brief"), 200, "Bestätigen und Brief drucken")
	shows(t, ada.Post(page+"/brief/drucken", url.Values{"printed": {"1"}}), 200, "Ihr Code zum Absenden")
}
