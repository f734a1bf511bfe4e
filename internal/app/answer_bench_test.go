package app

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pruefstein/internal/config"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
)

// BenchmarkParty measures what a party asks for most, through the handler of the whole site on the demonstration's database: the list
// of its tasks, the form of an answer, and a save of one by its script.
func BenchmarkParty(b *testing.B) {
	serve := config.Serve{Listen: "127.0.0.1:0"}
	serve.Data.Data = filepath.Join(b.TempDir(), "demo")
	if _, err := demoFolder(serve.Data.Data); err != nil {
		b.Fatal(err)
	}
	useCaseStore = func(store survey.Store) survey.Store { return store } // what is measured runs once
	b.Cleanup(func() { useCaseStore = storetest.Twice })
	a, err := New(b.Context(), Options{Serve: serve, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Demo: true})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	var greeting bytes.Buffer
	if err := a.startDemo(b.Context(), serve.Data.Data, true, &greeting); err != nil {
		b.Fatal(err)
	}
	party := benchParty{handler: a.server.Handler, link: regexp.MustCompile(`http\S*/zugang/\S+`).FindString(greeting.String())}
	b.Run("tasks", func(b *testing.B) { party.get(b, "/antwort") })
	b.Run("form", func(b *testing.B) { party.get(b, "/antwort/fragen/1") })
	b.Run("save", party.save)
}

// benchParty is a party's browser.
type benchParty struct {
	handler http.Handler
	link    string
	cookies []*http.Cookie
}

func (p *benchParty) ask(b *testing.B, method, path string, form url.Values, want ...int) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(b.Context(), method, path, strings.NewReader(form.Encode()))
	for _, c := range p.cookies {
		request.AddCookie(c)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Accept", "application/json")
	}
	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, request)
	for _, status := range want {
		if answer.Code == status {
			return answer
		}
	}
	b.Fatalf("%s %s: %d\n%s", method, path, answer.Code, answer.Body)
	return nil
}

// signIn opens a session, each with a limit of its own of how often it may post.
func (p *benchParty) signIn(b *testing.B) {
	p.cookies = nil
	p.cookies = p.ask(b, http.MethodPost, p.link, url.Values{}, http.StatusSeeOther).Result().Cookies()
}

// processorTime reports the processor time of the whole process, its garbage collector included, beside the time on the clock, which
// is that of the neighbours on a shared machine.
func processorTime(b *testing.B) func() {
	used := func() (t time.Duration) {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := used()
	return func() { b.ReportMetric(float64((used()-start).Microseconds())/float64(b.N), "cpu-µs/op") }
}

func (p *benchParty) get(b *testing.B, path string) {
	p.signIn(b)
	defer processorTime(b)()
	for b.Loop() {
		p.ask(b, http.MethodGet, path, nil, http.StatusOK)
	}
}

func (p *benchParty) save(b *testing.B) {
	revision, n := 0, 0
	said := regexp.MustCompile(`"revision":(\d+)`)
	defer processorTime(b)()
	for b.Loop() {
		if n%2000 == 0 {
			p.signIn(b)
		}
		n++
		text := fmt.Sprintf("%s%d", strings.Repeat("Wir bauen Netze. ", 30), n)
		answer := p.ask(b, http.MethodPost, "/antwort/fragen/1",
			url.Values{"status": {"answered"}, "revision": {strconv.Itoa(revision)}, "text": {text}}, http.StatusOK, http.StatusConflict)
		if answer.Code == http.StatusConflict && n > 1 {
			b.Fatal("overtaken")
		}
		revision, _ = strconv.Atoi(said.FindStringSubmatch(answer.Body.String())[1])
	}
}
