package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/httprate"

	"pruefstein/internal/survey"
)

// Anybody may post to a page that wants a session: what comes back with the refusal must not use up the memory, and must
// still give back what honest people typed.
func TestRefusedTextsAreBounded(t *testing.T) {
	w := newTestServer(t)
	synctest.Test(t, func(t *testing.T) {
		w.Server.echoes = make(chan struct{}, echoesAtOnce) // within the bubble of the clock
		const text = "Ein Impressum, an dem lange geschrieben wurde."
		refused := func(form string) (page string, took time.Duration) {
			t.Helper()
			start := time.Now()
			got := w.visitor(t).send(http.MethodPost, "/verwaltung/buendnis", form)
			if got.Code != http.StatusUnauthorized {
				t.Errorf("%d", got.Code)
			}
			return got.Body.String(), time.Since(start)
		}
		longest := url.Values{"text": {text}, "again": {strings.Repeat("ä", 32000)}, "a": {strings.Repeat("ä", 32000)}, "b": {strings.Repeat("ä", 32000)}, "c": {strings.Repeat("ä", 32000)}}
		if page, _ := refused(longest.Encode()); !strings.Contains(page, text) || strings.Count(page, "ä") < 3*32000 {
			t.Error("a form of full length does not come back")
		}
		if page, _ := refused("a=" + strings.Repeat("x", 2<<20)); len(page) > 5<<18 {
			t.Errorf("%d bytes came back", len(page))
		}
		for range echoesAtOnce {
			w.Server.echoes <- struct{}{}
		}
		if page, took := refused("text=" + url.QueryEscape(text)); strings.Contains(page, text) || !strings.Contains(page, "konnten wir gerade nicht zurückgeben") || took != echoWait {
			t.Errorf("with all slots taken, after %s:\n%s", took, page)
		}
		go func() { time.Sleep(time.Second); <-w.Server.echoes }()
		if page, took := refused("text=" + url.QueryEscape(text)); !strings.Contains(page, text) || took != time.Second {
			t.Errorf("with a slot that gets free, after %s:\n%s", took, page)
		}
	})
}

// Every POST counts, whatever its route; and whoever is known is counted alone.
func TestGeneralLimit(t *testing.T) {
	w := newAnswerWorld(t)
	w.addUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	party, ada, stranger := w.visitor(t), w.visitor(t).signIn("ada@buendnis.example"), w.visitor(t)
	party.post("/zugang/frei", nil)
	w.Server.limits[limitPosts] = httprate.NewRateLimiter(2, time.Minute)
	const text = "Was jemand schrieb"
	for _, path := range []string{"/abmelden", "/verwaltung/buendnis"} {
		if got := stranger.post(path, nil); got.Code == http.StatusTooManyRequests {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	body := &readCounter{Reader: strings.NewReader("text=" + text)}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080/antwort/fragen/1", body)
	request.RemoteAddr = stranger.from
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.Server.ServeHTTP(answer, request)
	if answer.Code != http.StatusTooManyRequests || answer.Header().Get("Retry-After") == "" || body.bytes > 0 {
		t.Errorf("%d, %v, %d bytes read", answer.Code, answer.Header(), body.bytes)
	}
	if got := party.post("/antwort/fragen/1", url.Values{"text": {text}, "status": {"answered"}, "revision": {"0"}}); got.Code != http.StatusSeeOther {
		t.Errorf("the party: %d", got.Code)
	}
	if got := ada.post("/verwaltung/arbeitsgruppen", url.Values{"name": {"Digitales"}}); got.Code != http.StatusSeeOther {
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
	w := newAnswerWorld(t)
	party, stranger := w.visitor(t), w.visitor(t)
	party.post("/zugang/frei", nil)
	last := 0
	for range 40 {
		last = stranger.post("/antwort/code", url.Values{"code": {"12345678"}}).Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("a stranger: %d", last)
	}
	tries := 0
	for last = 0; tries < 40 && last != http.StatusTooManyRequests; tries++ {
		last = party.post("/antwort/code", url.Values{"id": {"none"}, "code": {"12345678"}}).Code
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

func (d *deadlines) SetReadDeadline(t time.Time) error  { d.read = t; return nil }
func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// A letter of the largest size on a slow line takes longer than any other request may.
func TestLargeFilesHaveTime(t *testing.T) {
	w := newLetterWorld(t)
	for _, c := range []struct {
		email, path string
		want        time.Duration
	}{
		{"anna@buendnis.example", "/antworten/nordmark-2027/frei/uebertragung/neu", uploadTime},
		{"ada@buendnis.example", "/verwaltung/import", uploadTime},
		{"ada@buendnis.example", "/antworten/nordmark-2027/frei/uebertragung/neu", echoTime}, // not admitted
		{"ada@buendnis.example", "/verwaltung/buendnis", 0},
	} {
		v := w.visitor(t).signIn(c.email)
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080"+c.path, nil)
		request.RemoteAddr = v.from
		for name, value := range v.cookies {
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
		case c.want == uploadTime && !d.write.After(d.read):
			t.Errorf("%s: no time to answer", c.path)
		}
	}
}
