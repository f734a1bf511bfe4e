package web_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/ledger"
	"pruefstein/internal/survey"
)

// newPublishWorld has a questionnaire whose deadline is over, two parties, a coordinator and a member.
func newPublishWorld(t *testing.T) *world {
	t.Helper()
	w := newTestServer(t)
	key, err := ledger.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.Ledger = key
	now := w.Clock.Now()
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Freie Daten", Intro: "Wir fragen.", Imprint: "Bündnis\nStraße 1", Privacy: "Nichts."}),
			tx.Elections.Put(survey.Election{ID: "e", Name: "Landtagswahl Nordmark", Date: "2027-03-07"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q", Slug: "nordmark", Title: "Fragen an Nordmark", Election: "e", LockedAt: now.Add(-48 * time.Hour),
				DispatchedAt: now.Add(-24 * time.Hour), Deadline: survey.Instant{At: now.Add(-time.Hour), Zone: survey.DefaultZone}, Revision: 1}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q", Questions: []survey.CatalogueQuestion{{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Was?"}}}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "r1", AskedAt: now.Add(-24 * time.Hour), Slug: "freie-mitte", ShortName: "Freie Mitte", Name: "Freie Mitte", Sequence: 1}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "r2", AskedAt: now.Add(-24 * time.Hour), Slug: "stille", ShortName: "Die Stillen", Name: "Die Stillen", Sequence: 2}),
			tx.Versions.Put(survey.Version{Questionnaire: "q", Respondent: "r1", Question: "q01", Number: 1, Status: survey.Answered, Text: "Unsere Antwort.",
				Provenance: survey.ByForm, Record: "x", CountsAt: now.Add(-2 * time.Hour)}),
		)
	}); err != nil {
		t.Fatal(err)
	}
	w.addUser(t, survey.User{ID: "ada", Name: "Ada", Email: "ada@buendnis.example", Coordinator: true})
	w.addUser(t, survey.User{ID: "mia", Name: "Mia", Email: "mia@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: "g"}}})
	return w
}

// readPreview is the form of whoever publishes.
// readPreview is what the form of the page sends once its preview was read.
func readPreview(page string) url.Values {
	content := ""
	if found := regexp.MustCompile(`name="content"[^>]*value="([0-9a-f]+)"`).FindStringSubmatch(page); found != nil {
		content = found[1]
	}
	return url.Values{"gelesen": {"on"}, "content": {content}}
}

func TestPublishInTheBrowser(t *testing.T) {
	w := newPublishWorld(t)
	reader, office, member := w.visitor(t), w.visitor(t).signIn("ada@buendnis.example"), w.visitor(t).signIn("mia@buendnis.example")

	// before: readers get nothing of it, the office sees the very pages
	if body := reader.get("/").Body.String(); !strings.Contains(body, "Noch nichts veröffentlicht") || !strings.Contains(body, "Wir fragen.") {
		t.Error("the empty front page")
	}
	for _, path := range []string{"/vergleich/nordmark/", "/vergleich/nordmark", "/en/vergleich/nordmark/fragen/1"} {
		if code := reader.get(path).Code; code != http.StatusNotFound {
			t.Errorf("%s before it is published: %d", path, code)
		}
	}
	const preview = "/veroeffentlichen/nordmark/vorschau/"
	for path, want := range map[string]string{"": "Vorschau, nicht veröffentlicht", "fragen/1.html": "Unsere Antwort.", "en/parteien/freie-mitte": "Preview, not published",
		"antworten.csv": "Unsere Antwort.", "vergleich.html": "<style>", "impressum": "Straße 1"} {
		answer := office.get(preview + path)
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
	if code := office.get(preview + "fragen/2").Code; code != http.StatusNotFound {
		t.Errorf("a page there is not: %d", code)
	}
	if code := member.get(preview).Code; code != http.StatusForbidden {
		t.Errorf("a member sees the preview: %d", code)
	}
	if answer := reader.get(preview); answer.Code != http.StatusSeeOther || strings.Contains(answer.Body.String(), "Unsere") {
		t.Errorf("a reader sees the preview: %d", answer.Code)
	}

	// publish
	page := office.get("/veroeffentlichen/nordmark").Body.String()
	if !strings.Contains(page, "Jetzt veröffentlichen") || !strings.Contains(page, "Das Impressum ist eingetragen.") {
		t.Error("the office cannot publish")
	}
	if answer := office.post("/veroeffentlichen/nordmark", url.Values{}); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), `href="#gelesen"`) {
		t.Errorf("published without having read the preview: %d", answer.Code)
	}
	if answer := office.post("/veroeffentlichen/nordmark", url.Values{"gelesen": {"on"}, "content": {"0123"}}); answer.Code != http.StatusConflict {
		t.Errorf("published another state than the one that was read: %d", answer.Code)
	}
	if code := reader.get("/vergleich/nordmark/").Code; code != http.StatusNotFound {
		t.Errorf("published all the same: %d", code)
	}
	form := readPreview(office.get("/veroeffentlichen/nordmark").Body.String())
	for range 2 { // a double click
		if answer := office.post("/veroeffentlichen/nordmark", form); answer.Code != http.StatusSeeOther || !strings.Contains(answer.Header().Get("Location"), "notice.published") {
			t.Fatalf("publish: %d %s", answer.Code, answer.Body)
		}
	}
	if answer := office.post("/veroeffentlichen/nordmark", readPreview(office.get("/veroeffentlichen/nordmark").Body.String())); answer.Code != http.StatusConflict || !strings.Contains(answer.Body.String(), "nichts geändert") {
		t.Errorf("publish again: %d", answer.Code)
	}
	for path, want := range map[string]string{
		"/": "Eine von 2 gefragten Parteien", "/en/": "Fragen an Nordmark", "/vergleich/nordmark/": "Landtagswahl Nordmark, 7.\u00a0März 2027",
		"/vergleich/nordmark/fragen/1": "Unsere Antwort.", "/en/vergleich/nordmark/": "For the press", "/impressum": "Straße 1", "/en/datenschutz": "Nichts.",
	} {
		answer := reader.get(path)
		if answer.Code != 200 || !strings.Contains(answer.Body.String(), want) || len(answer.Result().Cookies()) > 0 || strings.Contains(answer.Header().Get("Vary"), "Cookie") {
			t.Errorf("%s: %d, without %q, or with a cookie", path, answer.Code, want)
		}
	}
	if answer := reader.get("/en/vergleich/nordmark/fragen/2"); answer.Code != 404 || !strings.Contains(answer.Body.String(), `<html lang="en"`) || answer.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the English error page: %d", answer.Code)
	}
	if code := reader.post("/vergleich/nordmark/", url.Values{}).Code; code != http.StatusMethodNotAllowed {
		t.Errorf("POST to a published page: %d", code)
	}
	if board := office.get("/veroeffentlichen").Body.String(); !strings.Contains(board, "Nr. 1 vom") {
		t.Error("the list does not say that it is published")
	}
	contains(t, member.get("/uebersicht"), 200, "Veröffentlicht: Nr. 1.", `href="/vergleich/nordmark/"`)
}

func TestPublishTakesTwoPeople(t *testing.T) {
	w := newPublishWorld(t)
	w.addUser(t, survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", Coordinator: true})
	ada, ben := w.visitor(t).signIn("ada@buendnis.example"), w.visitor(t).signIn("ben@buendnis.example")
	const path = "/veroeffentlichen/nordmark"
	published := func() bool { return w.visitor(t).get("/vergleich/nordmark/").Code == 200 }

	if body := ada.get(path).Body.String(); !strings.Contains(body, "Veröffentlichung beantragen") {
		t.Error("no request is offered")
	}
	form := readPreview(ada.get(path).Body.String())
	for range 2 { // a double click
		if answer := ada.post(path, form); answer.Code != http.StatusSeeOther || !strings.Contains(answer.Header().Get("Location"), "notice.requested") || published() {
			t.Errorf("request: %d", answer.Code)
		}
	}
	if body := ada.get(path).Body.String(); !strings.Contains(body, "Sie haben die Veröffentlichung") || strings.Contains(body, "Bestätigen und") {
		t.Error("who asked may confirm")
	}
	if code := ada.post(path, readPreview(ada.get(path).Body.String())).Code; code != http.StatusConflict || published() {
		t.Errorf("confirmed by one person: %d", code)
	}
	if body := ben.get(path).Body.String(); !strings.Contains(body, "Ada hat die Veröffentlichung") || !strings.Contains(body, "Bestätigen und veröffentlichen") {
		t.Error("the second person cannot confirm")
	}
	ben.post(path+"/zuruecknehmen", url.Values{})
	if body := ben.get(path).Body.String(); strings.Contains(body, "Ada hat die Veröffentlichung") {
		t.Error("the request is still there")
	}
	ada.post(path, readPreview(ada.get(path).Body.String()))
	ben.post(path, readPreview(ben.get(path).Body.String()))
	if !published() {
		t.Fatal("not published by two people")
	}
	if body := ben.get(path).Body.String(); !strings.Contains(body, "Veröffentlicht von Ada, gegengeprüft von Ben") {
		t.Error("the versions do not say who published")
	}
}

// P11: the front page lists, the publications are read, whatever the database does.
func TestPublicPagesWithoutDatabase(t *testing.T) {
	w := newPublishWorld(t)
	ada := w.visitor(t).signIn("ada@buendnis.example")
	ada.post("/veroeffentlichen/nordmark", readPreview(ada.get("/veroeffentlichen/nordmark").Body.String()))
	w.Store = broken{}
	for path, want := range map[string]string{"/": "Fragen an Nordmark", "/vergleich/nordmark/": "Unsere Antwort.", "/en/vergleich/nordmark/fragen/1": "Unsere Antwort."} {
		if answer := w.visitor(t).get(path); answer.Code != 200 || !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
}

// broken is a store whose disk is gone.
type broken struct{}

func (broken) View(context.Context, func(*survey.Tx) error) error   { return errors.New("no disk") }
func (broken) Update(context.Context, func(*survey.Tx) error) error { return errors.New("no disk") }

// Who changes the Impressum is told, on the settings and at the publication, that readers still get the old one.
func TestOldImpressumIsTold(t *testing.T) {
	w := newPublishWorld(t)
	w.addUser(t, survey.User{ID: "eva", Name: "Eva", Email: "eva@buendnis.example", Administrator: true})
	office, admin := w.visitor(t).signIn("ada@buendnis.example"), w.visitor(t).signIn("eva@buendnis.example")
	const path, settings = "/veroeffentlichen/nordmark", "/verwaltung/buendnis"
	const atPublication = "zeigt noch das frühere Impressum"
	link := `<a href="` + path + `">Fragen an Nordmark</a>`
	told := func(want bool, when string) {
		t.Helper()
		if got := strings.Contains(admin.get(settings).Body.String(), link); got != want {
			t.Errorf("%s: the settings say it: %v", when, got)
		}
		if got := strings.Contains(office.get(path).Body.String(), atPublication); got != want {
			t.Errorf("%s: the publication says it: %v", when, got)
		}
	}
	told(false, "nothing is published")
	office.post(path, readPreview(office.get(path).Body.String()))
	told(false, "published")
	if got := admin.post(settings, url.Values{"revision": {"0"}, "name": {"Bündnis Freie Daten"}, "imprint": {"Bündnis\nStraße 2"}, "privacy": {"Nichts."}}); got.Code != http.StatusSeeOther {
		t.Fatal(got.Code)
	}
	told(true, "changed")
	office.post(path, readPreview(office.get(path).Body.String()))
	told(false, "published again")
}
