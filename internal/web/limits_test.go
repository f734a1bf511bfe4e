package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/httprate"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/internal/web/webtest"
)

// A whole parliament may sit behind one address: what others do there does not stop a submission.
func TestLimitsDoNotMix(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	for range 11 {
		w.Request(t, http.MethodPost, "/passwort", "", url.Values{"email": {"x@partei.example"}})
	}
	for range 31 {
		w.Request(t, http.MethodPost, "/einladung/x", "", nil)
	}
	for _, path := range []string{"/passwort", "/einladung/x"} {
		if answer := w.Request(t, http.MethodPost, path, "", nil); answer.Code != http.StatusTooManyRequests {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	cookie := w.Enter(t, "frei")
	for range 12 {
		if answer := w.Request(t, http.MethodPost, "/antwort/pruefen", cookie, nil); answer.Code != http.StatusUnprocessableEntity {
			t.Fatalf("checking: %d", answer.Code)
		}
	}
}

// Every POST counts, whatever its route; and whoever is known is counted alone.
func TestGeneralLimit(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	party, ada, stranger := w.Visitor(t), w.Visitor(t).SignIn("ada@buendnis.example"), w.Visitor(t)
	party.Post("/zugang/frei", nil)
	w.Server.LimitPosts(httprate.NewRateLimiter(2, time.Minute))
	const text = "Was jemand schrieb"
	for _, path := range []string{"/abmelden", "/verwaltung/buendnis"} {
		if got := stranger.Post(path, nil); got.Code == http.StatusTooManyRequests {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	body := &readCounter{Reader: strings.NewReader("text=" + text)}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080/antwort/fragen/1", body)
	request.RemoteAddr = stranger.From
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.Server.ServeHTTP(answer, request)
	if answer.Code != http.StatusTooManyRequests || answer.Header().Get("Retry-After") == "" || body.bytes > 0 {
		t.Errorf("%d, %v, %d bytes read", answer.Code, answer.Header(), body.bytes)
	}
	if got := party.Post("/antwort/fragen/1", url.Values{"text": {text}, "status": {"answered"}, "revision": {"0"}}); got.Code != http.StatusSeeOther {
		t.Errorf("the party: %d", got.Code)
	}
	if got := ada.Post("/verwaltung/arbeitsgruppen", url.Values{"name": {"Digitales"}}); got.Code != http.StatusSeeOther {
		t.Errorf("staff: %d", got.Code)
	}
}

// readCounter counts what is read of a body.
type readCounter struct {
	*strings.Reader
	bytes int
}

func (r *readCounter) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.bytes += n
	return n, err
}

// Behind a proxy that is not trusted all share one address: strangers must not use up the tries of a party.
func TestStrangersTakeNoTriesOfParties(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	party, stranger := w.Visitor(t), w.Visitor(t)
	party.Post("/zugang/frei", nil)
	last := 0
	for range 40 {
		last = stranger.Post("/antwort/code", url.Values{"code": {"12345678"}}).Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("a stranger: %d", last)
	}
	other := w.Visitor(t)
	other.Post("/zugang/frei", nil)
	for range 40 { // nor those who hold the same link
		last = other.Post("/antwort/code", url.Values{"id": {"none"}, "code": {"12345678"}}).Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("another holder of the link: %d", last)
	}
	for range 40 { // nor those who try tokens from the same address
		stranger.Post("/zugang/geraten", nil)
	}
	if got := stranger.Post("/zugang/geraten", nil); got.Code != http.StatusTooManyRequests {
		t.Errorf("a token is guessed without end: %d", got.Code)
	}
	for range 40 { // nor who opens the link again and again
		if got := w.Visitor(t).Post("/zugang/frei", nil); got.Code != http.StatusSeeOther {
			t.Fatalf("the link cannot be opened: %d", got.Code)
		}
	}
	tries := 0
	for last = 0; tries < 40 && last != http.StatusTooManyRequests; tries++ {
		last = party.Post("/antwort/code", url.Values{"id": {"none"}, "code": {"12345678"}}).Code
	}
	if tries != 31 {
		t.Errorf("the party is stopped at try %d", tries)
	}
}

// deadlines is a connection that remembers until when it may be read and written.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.read = t; return nil }

func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// A letter of the largest size on a slow line takes longer than any other request may.
func TestLargeFilesHaveTime(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	for _, c := range []struct {
		email, path string
		want        time.Duration
	}{
		{"anna@buendnis.example", "/antworten/nordmark-2027/frei/uebertragung/neu", web.UploadTime},
		{"ada@buendnis.example", "/verwaltung/import", web.UploadTime},
		{"ada@buendnis.example", "/antworten/nordmark-2027/frei/uebertragung/neu", web.EchoPause}, // not admitted
		{"ada@buendnis.example", "/verwaltung/buendnis", 0},
	} {
		v := w.Visitor(t).SignIn(c.email)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080"+c.path, nil)
		request.RemoteAddr = v.From
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range v.Cookies {
			request.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		start := time.Now()
		w.Server.ServeHTTP(d, request)
		switch {
		case c.want == 0:
			if !d.read.IsZero() || !d.write.IsZero() {
				t.Errorf("%s: %v %v", c.path, d.read, d.write)
			}
		case d.read.Sub(start) < c.want || d.read.Sub(start) > c.want+time.Minute:
			t.Errorf("%s as %s: %s to read", c.path, c.email, d.read.Sub(start))
		case c.want == web.UploadTime && !d.write.After(d.read):
			t.Errorf("%s: no time to answer", c.path)
		}
	}
}
