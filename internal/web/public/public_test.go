package public_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// P11: the front page lists, the publications are read, whatever the database does.
func TestPublicPagesWithoutDatabase(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	ada := w.Visitor(t).SignIn("ada@buendnis.example")
	ada.Post("/veroeffentlichen/nordmark", webtest.ReadPreview(ada.Get("/veroeffentlichen/nordmark").Body.String()))
	w.Store = broken{}
	for path, want := range map[string]string{"/": "Fragen an Nordmark", "/vergleich/nordmark/": "Unsere Antwort.", "/en/vergleich/nordmark/fragen/1": "Unsere Antwort."} {
		if answer := w.Visitor(t).Get(path); answer.Code != 200 || !strings.Contains(answer.Body.String(), want) {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
}

// broken is a store whose disk is gone.
type broken struct{}

func (broken) View(context.Context, func(*survey.Tx) error) error { return errors.New("no disk") }

func (broken) Update(context.Context, func(*survey.Tx) error) error { return errors.New("no disk") }

func TestReadersGetNoCookie(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	reader, ada := w.Visitor(t), w.Visitor(t).SignIn("ada@buendnis.example")
	for _, path := range []string{"/", "/en/", "/impressum", "/en/datenschutz", "/vergleich/nordmark-2027", "/vergleich/nordmark-2027/", "/gibt-es-nicht", "/anmelden", "/zugang/frei", "/einladung/x"} {
		for _, v := range []*webtest.Visitor{reader, ada} {
			got := v.Get(path)
			if got.Header().Get("Set-Cookie") != "" || strings.Contains(strings.Join(got.Header().Values("Vary"), ","), "Cookie") {
				t.Errorf("%s: %v", path, got.Header())
			}
			if strings.Contains(got.Body.String(), "Ada") {
				t.Errorf("%s shows who reads", path)
			}
		}
	}
}

// The public pages beside the publications are the same for everybody: caches may keep them.
func TestPublicPagesMayBeCached(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	reader, staff := w.Visitor(t), w.Visitor(t).SignIn(ada.Email)
	for _, path := range []string{"/", "/en/", "/impressum", "/en/impressum", "/datenschutz", "/en/datenschutz"} {
		first := reader.Get(path)
		if got := first.Header().Get("Cache-Control"); got != "public, max-age=60" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
		if first.Body.String() != staff.Get(path).Body.String() {
			t.Errorf("%s depends on who reads", path)
		}
	}
}
