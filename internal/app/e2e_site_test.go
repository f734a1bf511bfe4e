package app

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pruefstein/internal/config"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testkit/browser"
)

// A site is a whole Prüfstein that a test runs: a real database in a folder of its own, a real mail server, a clock that
// the test moves.
type site struct {
	t      *testing.T
	app    *App
	url    string
	clock  *testkit.Clock
	post   *testkit.SMTPServer
	read   map[string]int // mails read so far, by recipient
	log    *logBook
	folder string
}

// startSite opens a site at an instant. It ends with the test, which fails for anything that the site logged as an error.
func startSite(t *testing.T, at time.Time) *site {
	t.Helper()
	s := &site{t: t, clock: testkit.NewClock(at), post: testkit.SMTP(t), read: map[string]int{}, log: newLogBook(), folder: t.TempDir()}
	a := newApp(t, s.folder, Options{Log: slog.New(slog.NewTextHandler(s.log, nil)), Clock: s.clock, Serve: config.Serve{SMTP: config.SMTP{
		Host: s.post.Host(), Port: s.post.Port(), From: "wahlpruefsteine@buendnis.example", FromName: "Bündnis Offene Nordmark"}}})
	s.app, s.url = a, a.URL
	runUntilEnd(t, a)
	t.Cleanup(func() { s.log.check(t) })
	return s
}

// newApp starts a server on a folder, on a port of its own.
func newApp(t *testing.T, folder string, o Options) *App {
	t.Helper()
	o.Serve.Listen, o.Serve.Data.Data = "127.0.0.1:0", folder
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// runUntilEnd serves until the test ends; the server then has to end well.
func runUntilEnd(t *testing.T, a *App) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended badly: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// person opens a browser at the site.
func (s *site) person() *person {
	s.t.Helper()
	return newPerson(s.t, s.url, browser.TabOptions{})
}

// mail waits for the next mail to an address.
func (s *site) mail(to string) testkit.Mail {
	s.t.Helper()
	for n := 1; ; n++ {
		mine := slices.DeleteFunc(s.post.Wait(s.t.Context(), n), func(m testkit.Message) bool { return !slices.Contains(m.To, to) })
		if next := s.read[to]; len(mine) > next {
			s.read[to]++
			return testkit.ReadMail(s.t, mine[next].Data)
		}
	}
}

// noMail fails if an address has got a mail that nobody waited for.
func (s *site) noMail(to string) {
	s.t.Helper()
	for _, m := range s.post.Messages() {
		if slices.Contains(m.To, to) {
			s.t.Errorf("%s got a mail: %s", to, testkit.ReadMail(s.t, m.Data).Subject)
		}
	}
}

var linkPattern = regexp.MustCompile(`https?://\S+`)

// link is the link to the site that stands in a mail.
func (s *site) link(m testkit.Mail, path string) string {
	s.t.Helper()
	for _, link := range linkPattern.FindAllString(m.Text, -1) {
		if strings.HasPrefix(link, s.url+path) {
			s.log.secret(strings.TrimPrefix(link, s.url+path))
			return link
		}
	}
	s.t.Fatalf("no link to %s in the mail %q:\n%s", path, m.Subject, m.Text)
	return ""
}

// file writes a file that somebody uploads.
func (s *site) file(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// isSound fails for every fault of database, references and ledger.
func (s *site) isSound() {
	s.t.Helper()
	faults, err := s.app.core.check(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, fault := range faults {
		s.t.Errorf("check: %s", fault)
	}
}

// questionnaire is what the database has of the one questionnaire.
func (s *site) questionnaire(slug survey.Slug) survey.Questionnaire {
	s.t.Helper()
	q, err := s.app.Service.Alliance.QuestionnaireBySlug(s.t.Context(), console, slug)
	if err != nil {
		s.t.Fatal(err)
	}
	return q
}

// A logBook keeps what the site logs, with what must never stand in it.
type logBook struct {
	mu      sync.Mutex
	text    bytes.Buffer
	secrets []string
	routes  map[string]string        // by request
	waiting map[string]chan struct{} // closed when the line of the request is there
}

func newLogBook() *logBook {
	return &logBook{routes: map[string]string{}, waiting: map[string]chan struct{}{}}
}

var requestPattern = regexp.MustCompile(`msg=request request=(\S+) .*?route=(\S+) `)

func (b *logBook) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if m := requestPattern.FindSubmatch(line); m != nil {
		b.routes[string(m[1])] = string(m[2])
		if wait, ok := b.waiting[string(m[1])]; ok {
			close(wait)
		}
	}
	return b.text.Write(line)
}

// route is the pattern of the route that answered a request. The line in the log comes a little after the answer.
func (b *logBook) route(request string) string {
	b.mu.Lock()
	route, ok := b.routes[request]
	if !ok {
		wait := make(chan struct{})
		b.waiting[request] = wait
		b.mu.Unlock()
		<-wait
		b.mu.Lock()
		route = b.routes[request]
	}
	b.mu.Unlock()
	return route
}

func (b *logBook) secret(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.secrets = append(b.secrets, text)
}

func (b *logBook) check(t *testing.T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range strings.Lines(b.text.String()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "level=WARN") {
			t.Errorf("log: %s", line)
		}
		for _, secret := range b.secrets {
			if strings.Contains(line, secret) {
				t.Errorf("the log gives away %q: %s", secret, line)
			}
		}
	}
}
