package web_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/internal/web/webtest"
)

func TestErrorsAreTold(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	log := w.LogOf(t, nil)
	w.Alliance.MatchPassword = func(context.Context, string, string) (bool, error) { return false, errors.New("geheime Ursache") }
	v := w.Visitor(t)
	got := v.Post("/anmelden", url.Values{"email": {"a@b.example"}, "password": {"x"}})
	if got.Code != 500 || strings.Contains(got.Body.String(), "Ursache") || !strings.Contains(log.String(), "geheime Ursache") {
		t.Errorf("%d", got.Code)
	}
	got = v.Get("/gibt-es-nicht", "Accept", "application/json")
	if got.Code != 404 || !strings.HasPrefix(got.Header().Get("Content-Type"), "application/json") || !strings.Contains(got.Body.String(), `"code":"not_found"`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	for path, want := range map[string]string{"/gibt-es-nicht": `lang="de"`, "/en/gibt-es-nicht": `lang="en"`, "/gibt-es-nicht?lang=en": `lang="en"`} {
		got := v.Get(path)
		if got.Code != 404 || !strings.Contains(got.Body.String(), want) || strings.Contains(got.Body.String(), "/sprache/") {
			t.Errorf("%s: %d\n%.300s", path, got.Code, got.Body)
		}
	}
	v.Cookies[web.LanguageCookie] = "en"
	for path, want := range map[string]string{"/": "de", "/impressum": "de", "/vergleich/gibt-es-nicht/": "de", "/en/": "en", "/anmelden": "en"} {
		if got := v.Get(path); got.Header().Get("Content-Language") != want {
			t.Errorf("%s in %q, want %q", path, got.Header().Get("Content-Language"), want)
		}
	}
}

// A form gives back what came as UTF-8, whatever came.
func TestFormWithBrokenUTF8IsAPage(t *testing.T) {
	t.Parallel()
	_, v := webtest.NewRevised(t)
	got := v.Post("/verwaltung/wahlen/neu", url.Values{"name": {"Wahl \xff\xfe Nord"}, "date": {"2027-05-10"}})
	if got.Code != 422 || !utf8.Valid(got.Body.Bytes()) || !strings.Contains(got.Body.String(), "Wahl \uFFFD Nord") {
		t.Errorf("%d %t", got.Code, utf8.Valid(got.Body.Bytes()))
	}
}

// P6: the page of an error gives back short words too, and leads to the form, never to somebody else's page.
func TestErrorPageGivesBackShortWordsAndTheForm(t *testing.T) {
	t.Parallel()
	w, v := webtest.NewRevised(t)
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Questionnaire] { return tx.Questionnaires },
		survey.Questionnaire{ID: "q2", Slug: "alt", Title: "Alt", Election: "e1", Imported: true, Revision: 1})
	form := url.Values{"name": {"Kurz"}, "date": {"2027-05-10"}, "revision": {"2"}, "password": {"geheim"}}
	for referer, want := range map[string]string{
		"": `href="/verwaltung/wahlen/e1/bearbeiten"`,
		w.BaseURL + "/verwaltung/wahlen/e1/bearbeiten?lang=de&ok=x": `href="/verwaltung/wahlen/e1/bearbeiten?lang=de"`,
		w.BaseURL + "/":                  `href="/verwaltung/wahlen/e1/bearbeiten"`,
		"https://fremd.example/anderswo": `href="/verwaltung/wahlen/e1/bearbeiten"`,
	} {
		got := v.Post("/verwaltung/wahlen/e1/bearbeiten", form, "Referer", referer)
		page := got.Body.String()
		if got.Code != 409 || !strings.Contains(page, want) || !strings.Contains(page, "Kurz</textarea>") || !strings.Contains(page, "2027-05-10</textarea>") {
			t.Errorf("%q: %d\n%s", referer, got.Code, page)
		}
		if strings.Contains(page, "geheim") || strings.Contains(page, "„revision“") || strings.Contains(page, "fremd.example") {
			t.Errorf("%q: too much is given back\n%s", referer, page)
		}
	}
	got := w.Visitor(t).Post("/verwaltung/wahlen/e1/bearbeiten", form)
	if page := got.Body.String(); got.Code != 401 || !strings.Contains(page, `href="/anmelden?weiter=%2Fverwaltung%2Fwahlen%2Fe1%2Fbearbeiten"`) {
		t.Errorf("%d\n%s", got.Code, page)
	}
	if page := v.Get("/verwaltung/wahlen/e1").Body.String(); strings.Contains(page, "/e1/bearbeiten") || !strings.Contains(page, "Sie lässt sich nicht mehr ändern") {
		t.Errorf("the page offers what is refused\n%s", page)
	}
}
