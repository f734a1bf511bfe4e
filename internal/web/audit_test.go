package web_test

import (
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/internal/web/webtest"
)

// What somebody with an account was refused to do stands in the audit, a loop once; what they wanted to see, and a download
// of what is not published, in the log.
func TestAuditNotesDenialsAndExports(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	log := w.LogOf(t, nil)
	w.AddUser(t, survey.User{ID: "eva", Name: "Eva", Email: "eva@buendnis.example", Administrator: true})
	ada, mia, eva := w.Visitor(t).SignIn("ada@buendnis.example"), w.Visitor(t).SignIn("mia@buendnis.example"), w.Visitor(t).SignIn("eva@buendnis.example")
	for range 3 {
		mia.Get("/veroeffentlichen/nordmark/vorschau/antworten.csv")
		mia.Post("/verwaltung/import", nil)
		w.Visitor(t).Get("/verwaltung/import")
	}
	for _, name := range []string{"vergleich.xlsx", "vergleich.html", "fragen/1.html", ""} {
		ada.Get("/veroeffentlichen/nordmark/vorschau/" + name)
	}
	for _, want := range []string{`msg=denied`, `route=/veroeffentlichen/:questionnaire/vorschau/*path`, `msg=export`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	count := func(what string) (n int) {
		if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
			for e, err := range tx.Audit.List("") {
				if err != nil {
					return err
				}
				if e.What == what {
					n++
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if denied, exports := count("denied"), count("export"); denied != 1 || exports != 0 {
		t.Errorf("%d denials, %d exports", denied, exports)
	}
	w.Clock.Advance(web.DenialPause)
	mia.Post("/verwaltung/import", nil)
	if denied := count("denied"); denied != 2 {
		t.Errorf("%d denials an hour later", denied)
	}
	w.Clock.Advance(-time.Minute)
	mia.Post("/verwaltung/import", nil)
	if denied := count("denied"); denied != 3 {
		t.Errorf("%d denials after the clock was set back", denied)
	}
	page := eva.Get("/verwaltung/protokoll").Body.String()
	for _, want := range []string{"Zugriff verweigert", "/verwaltung/import", "Mia"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
