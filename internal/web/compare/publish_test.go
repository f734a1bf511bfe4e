package compare_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// Questions still to be entered in a party's own form are no missing reason, and each leads to its page.
func TestPublicationWaitsForPortals(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	for _, name := range []survey.RespondentID{"KB", "VN"} {
		webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents }, survey.Respondent{Questionnaire: "q", ID: name,
			Slug: survey.Slug(strings.ToLower(string(name))), ShortName: string(name), Name: string(name), Sequence: 3, Procedure: survey.Procedure{Channel: survey.ChannelPortal}})
	}
	ada := w.Visitor(t).SignIn("ada@buendnis.example")
	page := ada.Get("/veroeffentlichen/nordmark").Body.String()
	webtest.InOrder(t, page, "sobald alles in Ordnung ist", "Noch nicht im Formular der Partei eingereicht:", `<a href="/versand/nordmark/befragte/kb/eingabe">KB</a>, <a href="/versand/nordmark/befragte/vn/eingabe">VN</a>`)
	if strings.Contains(page, "Weder vermerkt") {
		t.Error("a reason is asked for")
	}
	content := webtest.ReadPreview(page)
	if got := ada.Post("/veroeffentlichen/nordmark", content); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "Bei KB, VN sind die Fragen noch nicht") {
		t.Errorf("published all the same: %d", got.Code)
	}
	entered := survey.Respondent{Questionnaire: "q", ID: "KB", Slug: "kb", ShortName: "KB", Name: "KB", Sequence: 3, Procedure: survey.Procedure{Channel: survey.ChannelPortal},
		AskedAt: w.Clock.Now().Add(-time.Hour), Portal: &survey.PortalSubmission{At: w.Clock.Now().Add(-time.Hour)}}
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents }, entered)
	if page := ada.Get("/veroeffentlichen/nordmark").Body.String(); strings.Contains(page, "befragte/kb/eingabe") || !strings.Contains(page, "befragte/vn/eingabe") {
		t.Error("KB is entered, VN is not")
	}
}

func TestPublishInTheBrowser(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	reader, office, member := w.Visitor(t), w.Visitor(t).SignIn("ada@buendnis.example"), w.Visitor(t).SignIn("mia@buendnis.example")

	// before: readers get nothing of it, the office sees the very pages
	if body := reader.Get("/").Body.String(); !strings.Contains(body, "Noch nichts veröffentlicht") || !strings.Contains(body, "Wir fragen.") {
		t.Error("the empty front page")
	}
	for _, path := range []string{"/vergleich/nordmark/", "/vergleich/nordmark", "/en/vergleich/nordmark/fragen/1"} {
		if code := reader.Get(path).Code; code != http.StatusNotFound {
			t.Errorf("%s before it is published: %d", path, code)
		}
	}
	const preview = "/veroeffentlichen/nordmark/vorschau/"
	for path, want := range map[string]string{"": "Vorschau, nicht veröffentlicht", "fragen/1.html": "Unsere Antwort.", "en/parteien/freie-mitte": "Preview, not published",
		"antworten.csv": "Unsere Antwort.", "vergleich.html": "<style>", "impressum": "Straße 1"} {
		answer := office.Get(preview + path)
		if body := answer.Body.String(); answer.Code != 200 || !strings.Contains(body, want) {
			t.Errorf("preview %q: %d, without %q", path, answer.Code, want)
		}
		if page := strings.Contains(answer.Header().Get("Content-Type"), "html") && path != "vergleich.html"; strings.Contains(answer.Body.String(), `href="/veroeffentlichen/nordmark"`) != page {
			t.Errorf("preview %q leads back to the office: %t", path, !page)
		}
		if h := answer.Header(); h.Get("Cache-Control") != "no-store" || h.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("preview %q may be kept: %v", path, h)
		}
	}
	if code := office.Get(preview + "fragen/2").Code; code != http.StatusNotFound {
		t.Errorf("a page there is not: %d", code)
	}
	if code := member.Get(preview).Code; code != http.StatusForbidden {
		t.Errorf("a member sees the preview: %d", code)
	}
	if answer := reader.Get(preview); answer.Code != http.StatusSeeOther || strings.Contains(answer.Body.String(), "Unsere") {
		t.Errorf("a reader sees the preview: %d", answer.Code)
	}

	// publish
	page := office.Get("/veroeffentlichen/nordmark").Body.String()
	if !strings.Contains(page, "Jetzt veröffentlichen") || !strings.Contains(page, "Das Impressum ist eingetragen.") {
		t.Error("the office cannot publish")
	}
	if answer := office.Post("/veroeffentlichen/nordmark", url.Values{}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `href="#gelesen"`) {
		t.Errorf("published without having read the preview: %d", answer.Code)
	}
	if answer := office.Post("/veroeffentlichen/nordmark", url.Values{"gelesen": {"on"}, "content": {"0123"}}); answer.Code != http.StatusConflict {
		t.Errorf("published another state than the one that was read: %d", answer.Code)
	}
	if code := reader.Get("/vergleich/nordmark/").Code; code != http.StatusNotFound {
		t.Errorf("published all the same: %d", code)
	}
	form := webtest.ReadPreview(office.Get("/veroeffentlichen/nordmark").Body.String())
	for range 2 { // a double click
		if answer := office.Post("/veroeffentlichen/nordmark", form); answer.Code != http.StatusSeeOther || !strings.Contains(answer.Header().Get("Location"), "notice.published") {
			t.Fatalf("publish: %d %s", answer.Code, answer.Body)
		}
	}
	if answer := office.Post("/veroeffentlichen/nordmark", webtest.ReadPreview(office.Get("/veroeffentlichen/nordmark").Body.String())); answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "nichts geändert") {
		t.Errorf("publish again: %d", answer.Code)
	}
	for path, want := range map[string]string{
		"/": "Eine von 2 gefragten Parteien", "/en/": "Fragen an Nordmark", "/vergleich/nordmark/": "Landtagswahl Nordmark, 7.\u00a0März 2027",
		"/vergleich/nordmark/fragen/1": "Unsere Antwort.", "/en/vergleich/nordmark/": "For the press", "/impressum": "Straße 1", "/en/datenschutz": "Nichts.",
	} {
		answer := reader.Get(path)
		if answer.Code != 200 || !strings.Contains(answer.Body.String(), want) || len(answer.Result().Cookies()) > 0 || strings.Contains(answer.Header().Get("Vary"), "Cookie") {
			t.Errorf("%s: %d, without %q, or with a cookie", path, answer.Code, want)
		}
	}
	if answer := reader.Get("/en/vergleich/nordmark/fragen/2"); answer.Code != 404 || !strings.Contains(answer.Body.String(), `<html lang="en"`) || answer.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the English error page: %d", answer.Code)
	}
	if code := reader.Post("/vergleich/nordmark/", url.Values{}).Code; code != http.StatusMethodNotAllowed {
		t.Errorf("POST to a published page: %d", code)
	}
	if board := office.Get("/veroeffentlichen").Body.String(); !strings.Contains(board, "Nr. 1 vom") {
		t.Error("the list does not say that it is published")
	}
	webtest.Contains(t, member.Get("/uebersicht"), 200, "Veröffentlicht: Nr. 1.", `href="/vergleich/nordmark/"`)
}

func TestPublishTakesTwoPeople(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	w.AddUser(t, survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", Coordinator: true})
	ada, ben := w.Visitor(t).SignIn("ada@buendnis.example"), w.Visitor(t).SignIn("ben@buendnis.example")
	const path = "/veroeffentlichen/nordmark"
	published := func() bool { return w.Visitor(t).Get("/vergleich/nordmark/").Code == 200 }

	if body := ada.Get(path).Body.String(); !strings.Contains(body, "Veröffentlichung beantragen") {
		t.Error("no request is offered")
	}
	form := webtest.ReadPreview(ada.Get(path).Body.String())
	for range 2 { // a double click
		if answer := ada.Post(path, form); answer.Code != http.StatusSeeOther || !strings.Contains(answer.Header().Get("Location"), "notice.requested") || published() {
			t.Errorf("request: %d", answer.Code)
		}
	}
	if body := ada.Get(path).Body.String(); !strings.Contains(body, "Sie haben die Veröffentlichung") || strings.Contains(body, "Bestätigen und") {
		t.Error("who asked may confirm")
	}
	if code := ada.Post(path, webtest.ReadPreview(ada.Get(path).Body.String())).Code; code != http.StatusConflict || published() {
		t.Errorf("confirmed by one person: %d", code)
	}
	if body := ben.Get(path).Body.String(); !strings.Contains(body, "Ada hat die Veröffentlichung") || !strings.Contains(body, "Bestätigen und veröffentlichen") {
		t.Error("the second person cannot confirm")
	}
	ben.Post(path+"/zuruecknehmen", url.Values{})
	if body := ben.Get(path).Body.String(); strings.Contains(body, "Ada hat die Veröffentlichung") {
		t.Error("the request is still there")
	}
	ada.Post(path, webtest.ReadPreview(ada.Get(path).Body.String()))
	ben.Post(path, webtest.ReadPreview(ben.Get(path).Body.String()))
	if !published() {
		t.Fatal("not published by two people")
	}
	if body := ben.Get(path).Body.String(); !strings.Contains(body, "Veröffentlicht von Ada, gegengeprüft von Ben") {
		t.Error("the versions do not say who published")
	}
}

// Who changes the Impressum is told, on the settings and at the publication, that readers still get the old one.
func TestOldImpressumIsTold(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	w.AddUser(t, survey.User{ID: "eva", Name: "Eva", Email: "eva@buendnis.example", Administrator: true})
	office, admin := w.Visitor(t).SignIn("ada@buendnis.example"), w.Visitor(t).SignIn("eva@buendnis.example")
	const path, settings = "/veroeffentlichen/nordmark", "/verwaltung/buendnis"
	const atPublication = "zeigt noch das frühere Impressum"
	link := `<a href="` + path + `">Fragen an Nordmark</a>`
	told := func(want bool, when string) {
		t.Helper()
		if got := strings.Contains(admin.Get(settings).Body.String(), link); got != want {
			t.Errorf("%s: the settings say it: %v", when, got)
		}
		if got := strings.Contains(office.Get(path).Body.String(), atPublication); got != want {
			t.Errorf("%s: the publication says it: %v", when, got)
		}
	}
	told(false, "nothing is published")
	office.Post(path, webtest.ReadPreview(office.Get(path).Body.String()))
	told(false, "published")
	if got := admin.Post(settings, url.Values{"revision": {"0"}, "name": {"Bündnis Freie Daten"}, "imprint": {"Bündnis\nStraße 2"}, "privacy": {"Nichts."}}); got.Code != http.StatusSeeOther {
		t.Fatal(got.Code)
	}
	told(true, "changed")
	office.Post(path, webtest.ReadPreview(office.Get(path).Body.String()))
	told(false, "published again")
}

// While nobody's answer may be shown, publishing says what readers will see and asks a second time.
func TestPublishingNothingAsksTwice(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	office := w.Visitor(t).SignIn("ada@buendnis.example")
	webtest.Contains(t, office.Get("/uebersicht"), 200, `<a href="/veroeffentlichen/nordmark">Die Frist ist vorbei: jetzt veröffentlichen</a>`)
	if strings.Contains(office.Get("/veroeffentlichen/nordmark").Body.String(), "bare") {
		t.Error("asked twice though there is an answer to show")
	}
	var q survey.Questionnaire
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) (err error) {
		if q, err = tx.Questionnaire("q"); err != nil {
			return err
		}
		q.Deadline.At = w.Clock.Now().Add(time.Hour)
		return tx.Questionnaires.Put(q)
	}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(office.Get("/uebersicht").Body.String(), "jetzt veröffentlichen") {
		t.Error("the overview calls for a publication before the deadline")
	}
	page := office.Get("/veroeffentlichen/nordmark").Body.String()
	webtest.InOrder(t, page, "Noch ist keine einzige Antwort zu sehen", "„ausstehend“", `name="bare"`)
	form := webtest.ReadPreview(page)
	answer := office.Post("/veroeffentlichen/nordmark", form)
	webtest.Contains(t, answer, http.StatusUnprocessableEntity, `href="#bare"`, "ohne eine einzige Antwort")
	if code := w.Visitor(t).Get("/vergleich/nordmark/").Code; code != http.StatusNotFound {
		t.Errorf("published all the same: %d", code)
	}
	form.Set("bare", "on")
	for range 2 { // a double click
		if answer := office.Post("/veroeffentlichen/nordmark", form); answer.Code != http.StatusSeeOther || !strings.Contains(answer.Header().Get("Location"), "notice.published") {
			t.Fatalf("publish: %d %s", answer.Code, answer.Body)
		}
	}
}

// What waits for its code is said above the button.
func TestThePublicationPageTellsWhatWaits(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	office := w.Visitor(t).SignIn("ada@buendnis.example")
	if strings.Contains(office.Get("/veroeffentlichen/nordmark").Body.String(), "wartet noch auf ihren Code") {
		t.Error("nothing waits")
	}
	now := w.Clock.Now()
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Submission] { return tx.Submissions }, survey.Submission{Questionnaire: "q", Respondent: "r2", ID: "s",
		State: survey.SubmissionRequested, RequestedAt: now.Add(-70 * time.Minute), CodeExpiresAt: now.Add(10 * time.Minute)})
	webtest.Contains(t, office.Get("/veroeffentlichen/nordmark"), 200, "Eine Abgabe kam rechtzeitig und wartet noch auf ihren Code, längstens bis")
}
