package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pruefstein/internal/alliance"
	"pruefstein/internal/config"
	"pruefstein/internal/survey"
)

// smallImport is a questionnaire as a file.
const smallImport = `{"format": "pruefstein/1", "election": {"name": "Kommunalwahl Hafenstadt", "date": "2031-05-18"},
	"questionnaire": {"slug": "rathaus-2031", "title": "Fragen an das Rathaus"}, "questions": [{"id": "q1", "number": 1, "text": "Wann öffnet das Rathaus?"}],
	"parties": [{"id": "hafen", "short_name": "Hafen", "name": "Hafenliste"}], "answers": [{"question": "q1", "party": "hafen", "status": "answered", "text": "Um acht."}]}`

// A database that breaks under a running server leaves the public pages up; nothing else says that it worked (P1, P11).
func TestBrokenDatabase(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		spoil func(path string) error
		form  int // status of the pages that read it
	}{
		{"deleted", os.Remove, http.StatusOK},
		{"cut off", func(path string) error { return os.Truncate(path, 0) }, http.StatusServiceUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			file := filepath.Join(folder, "rathaus.json")
			if err := os.WriteFile(file, []byte(smallImport), 0o600); err != nil {
				t.Fatal(err)
			}
			serve := config.Serve{Listen: "127.0.0.1:0"}
			serve.Data.Data = filepath.Join(folder, "data")
			var errs strings.Builder
			if code := Main(t.Context(), []string{"import", "--publish", "--data", serve.Data.Data, file}, io.Discard, &errs); code != 0 {
				t.Fatal(errs.String())
			}
			c, err := openCore(t.Context(), serve.Data.Data, "", nil, false)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.service.Alliance.SaveSettings(t.Context(), console, alliance.SaveSettings{Alliance: survey.Alliance{Name: "Bündnis Hafenstadt", Imprint: "Hafenstraße 1"}}); err != nil {
				t.Fatal(err)
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			a, err := New(t.Context(), Options{Serve: serve, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			runUntilEnd(t, a)
			if err := test.spoil(filepath.Join(serve.Data.Data, databaseFile)); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				for path, want := range map[string]string{
					"/vergleich/rathaus-2031/fragen/1": "Um acht.", "/vergleich/rathaus-2031/antworten.csv": "Um acht.",
					"/": "Bündnis Hafenstadt", "/en/": "Fragen an das Rathaus", "/impressum": "Hafenstraße 1",
				} {
					if code, body := fetch(t, a.URL+path, nil); code != http.StatusOK || !strings.Contains(body, want) {
						t.Errorf("%s: %d without %q", path, code, want)
					}
				}
				if code, _ := fetch(t, a.URL+"/einladung/x", nil); (code == http.StatusServiceUnavailable) != (test.form == http.StatusServiceUnavailable) {
					t.Errorf("a page: %d", code)
				}
				code, body := fetch(t, a.URL+"/anmelden", url.Values{"email": {"ada@buendnis.example"}, "password": {"drei fremde Wörter"}})
				if code != http.StatusServiceUnavailable || !strings.Contains(body, "nichts gespeichert") {
					t.Errorf("a form: %d\n%s", code, body)
				}
			}
		})
	}
}

// fetch gets a page, or sends a form as a browser does from our own page.
func fetch(t *testing.T, address string, form url.Values) (code int, body string) {
	t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil || response.Body.Close() != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}
