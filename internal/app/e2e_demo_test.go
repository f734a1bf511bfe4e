package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"pruefstein/internal/config"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testkit/browser"
)

// A role is somebody in the demonstration.
type role struct {
	name   string
	link   string   // that lets in; "" for a reader
	button string   // to press there
	start  []string // pages to begin at
	client *http.Client
}

// Everything that links lead to in the demonstration is there, for every role; each kind of page passes axe; and nothing
// that is not published can be reached without signing in.
func TestDemo(t *testing.T) {
	folder := t.TempDir()
	log := newLogBook()
	serve := config.Serve{Listen: "127.0.0.1:0"}
	serve.Data.Data = filepath.Join(folder, "demo")
	fresh, err := demoFolder(serve.Data.Data)
	if err != nil || !fresh {
		t.Fatal(fresh, err)
	}
	a, err := New(t.Context(), Options{Serve: serve, Log: slog.New(slog.NewTextHandler(log, nil)), Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	var greeting strings.Builder
	start := time.Now()
	if err := a.startDemo(t.Context(), serve.Data.Data, fresh, &greeting); err != nil {
		t.Fatal(err, a.Close())
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the demonstration was ready after %s", took)
	}
	t.Parallel() // the other journeys would have slowed its start
	runUntilEnd(t, a)
	t.Cleanup(func() { log.check(t) })
	somethingWaits(t, a)

	elections, err := a.Service.Alliance.Elections(t.Context(), survey.Actor{Console: true})
	if err != nil || len(elections) == 0 {
		t.Fatal(elections, err)
	}
	for _, e := range elections {
		if day, err := time.Parse(time.DateOnly, e.Date); err != nil || day.Weekday() != time.Sunday {
			t.Errorf("%s is held on %s, no Sunday: %v", e.Name, e.Date, err)
		}
	}

	links := linkPattern.FindAllString(greeting.String(), -1)[2:] // after the address and the mailbox
	inside := []string{"/uebersicht", "/werkstatt"}
	roles := []*role{
		{name: "administrator", button: "Anmelden als Wiebke Sanders", link: links[0], start: inside},
		{name: "coordinator", button: "Anmelden als Jonte Petersen", link: links[1], start: inside},
		{name: "member", button: "Anmelden als Lasse Brandt", link: links[3], start: inside},
		{name: "party", button: "Antwortformular öffnen", link: links[4], start: []string{"/antwort"}},
		{name: "reader", start: []string{"/", "/en/", "/impressum", "/anmelden"}},
	}
	d := &demoCrawl{t: t, url: a.URL, log: log, kinds: map[string]kind{}, staff: map[string]bool{}}
	for _, r := range roles {
		d.enter(r)
		d.crawl(r)
	}
	d.readersBesideSaves(roles[3])
	d.secrets(t.Context(), a)
	d.readersSeeNothing()
	d.everyKindPassesAxe(roles)
}

// readersBesideSaves has many readers ask for the published pages without a pause while a party saves: every save arrives, one after
// the other, and every page comes whole and the same (P10).
func (d *demoCrawl) readersBesideSaves(party *role) {
	const readers, saves = 64, 30
	start := d.url + "/vergleich/" + demoClosedSlug + "/"
	pages := []string{start, start + "fragen/1.html", start + "fragen/3.html", start + "gleichbehandlung.html", start + "antworten.csv", d.url + "/"}
	fetch := func(client *http.Client, request *http.Request) (int, string, error) {
		answer, err := client.Do(request)
		if err != nil {
			return 0, "", err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body), err
	}
	get := func(address string) (int, string, error) {
		request, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, address, nil)
		if err != nil {
			return 0, "", err
		}
		return fetch(http.DefaultClient, request)
	}
	first := map[string]string{}
	for _, page := range pages {
		code, body, err := get(page)
		if code != http.StatusOK || err != nil {
			d.t.Fatal(page, code, err)
		}
		first[page] = body
	}
	over := make(chan struct{})
	var all sync.WaitGroup
	for i := range readers {
		all.Go(func() {
			for n := i; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				page := pages[n%len(pages)]
				if code, body, err := get(page); code != http.StatusOK || err != nil || body != first[page] {
					d.t.Errorf("%s beside saves: %d, %d of %d bytes, %v", page, code, len(body), len(first[page]), err)
					return
				}
			}
		})
	}
	revision := 0
	for n := range saves + 1 {
		text := fmt.Sprintf("Fassung %d, neben vielen Lesern.", n)
		form := url.Values{"status": {"answered"}, "revision": {strconv.Itoa(revision)}, "text": {text}}
		request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url+"/antwort/fragen/1", strings.NewReader(form.Encode()))
		if err != nil {
			d.t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Accept", "application/json")
		code, body, err := fetch(party.client, request)
		var said struct{ Revision int }
		if jsonErr := json.Unmarshal([]byte(body), &said); jsonErr != nil || err != nil {
			d.t.Errorf("save %d: %v %v %s", n, err, jsonErr, body)
			break
		}
		if n > 0 && (code != http.StatusOK || said.Revision != revision+1) { // the first one learns the revision
			d.t.Errorf("save %d: %d, revision %d after %d", n, code, said.Revision, revision)
		}
		revision = said.Revision
	}
	close(over)
	all.Wait()
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.url+"/antwort/fragen/1", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, body, err := fetch(party.client, request); err != nil || !strings.Contains(body, fmt.Sprintf("Fassung %d,", saves)) {
		d.t.Errorf("the last save is not there: %v", err)
	}
}

// somethingWaits makes sure that whoever arrives as the coordinator, or to administer, finds something that takes a second
// person, and can be that.
func somethingWaits(t *testing.T, a *App) {
	t.Helper()
	for _, p := range demoPeople[:2] {
		user, err := a.demoUser(t.Context(), p.Email)
		if err != nil {
			t.Fatal(err)
		}
		o, err := a.Service.Alliance.Overview(t.Context(), survey.Actor{User: user})
		if err != nil {
			t.Fatal(err)
		}
		if len(o.Transcriptions) != 1 || slices.Contains(o.Transcriptions[0].Writers, string(user.ID)) {
			t.Errorf("%s: %+v", user.Name, o.Transcriptions)
		}
	}
}

// demoCrawl is what the crawlers have found.
type demoCrawl struct {
	t     *testing.T
	url   string
	log   *logBook
	kinds map[string]kind // by route: one page of each kind
	staff map[string]bool // paths that were found signed in
	read  map[string]string
	words []string // that no reader may see
}

// A kind is a kind of page, with one example and who came to it.
type kind struct {
	path string
	role *role
}

// enter signs in over HTTP.
func (d *demoCrawl) enter(r *role) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	r.client = &http.Client{Jar: jar}
	if r.link == "" {
		return
	}
	response, err := r.client.Post(r.link, "application/x-www-form-urlencoded", nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
		d.t.Fatal(r.name, response.Status, err)
	}
}

// leadsOut tells which links a crawler leaves alone: those of another role's world, and those that carry a secret or
// change the language.
func leadsOut(r *role, path string) bool {
	for _, prefix := range []string{"/sprache/", "/zugang/", "/einladung/", "/passwort/", "/demo/anmelden/", "/public/"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	reader := path == "/" || strings.HasPrefix(path, "/vergleich/") || strings.HasPrefix(path, "/en/") || path == "/impressum" || path == "/datenschutz"
	return reader != (r.name == "reader") && path != "/anmelden" && path != "/passwort"
}

// crawl follows every link from where the role begins.
func (d *demoCrawl) crawl(r *role) {
	bodies := map[string]string{}
	waiting := slices.Clone(r.start)
	for len(waiting) > 0 {
		path := waiting[0]
		waiting = waiting[1:]
		if _, known := bodies[path]; known {
			continue
		}
		response, body := d.get(r.client, path)
		bodies[path] = body
		if response.StatusCode != http.StatusOK {
			d.t.Errorf("%s: %s answers %s", r.name, path, response.Status)
			continue
		}
		if r.name == "reader" && (len(response.Cookies()) > 0 || strings.Contains(response.Header.Get("Vary"), "Cookie")) {
			d.t.Errorf("%s sets a cookie, or depends on one: %v", path, response.Header)
		}
		if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
			continue
		}
		if keys := testkit.RawKeys(body); len(keys) > 0 {
			d.t.Errorf("%s shows %s the keys %q", path, r.name, keys)
		}
		route := d.log.route(response.Header.Get("X-Request-Id")) + variant(path)
		if _, known := d.kinds[route]; !known {
			d.kinds[route] = kind{path: path, role: r}
		}
		for _, link := range hrefs(d.t, response.Request.URL, body) {
			if to, ours := strings.CutPrefix(link, d.url); ours && !leadsOut(r, to) {
				waiting = append(waiting, to)
			}
		}
	}
	d.t.Logf("%s: %d addresses", r.name, len(bodies))
	if r.name == "reader" {
		d.read = bodies
		return
	}
	for path := range bodies {
		d.staff[path] = true
	}
}

func (d *demoCrawl) get(client *http.Client, path string) (*http.Response, string) {
	response, err := client.Get(d.url + path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response, string(body)
}

var publicPage = regexp.MustCompile(`^(?:/en)?/vergleich/[^/]+/(v\d+/)?(?:en/)?(fragen|parteien)?`)

// variant tells the pages below a publication apart, which share one route.
func variant(path string) string {
	if i := strings.Index(path, "/vorschau/"); i >= 0 {
		path = "/vergleich/x/" + path[i+len("/vorschau/"):]
	}
	if m := publicPage.FindStringSubmatch(path); m != nil {
		return " " + m[2] + map[bool]string{true: " single file"}[strings.Contains(path, "vergleich.html")]
	}
	return ""
}

// hrefs are the links of the page at an address, absolute and without their fragments.
func hrefs(t *testing.T, base *url.URL, page string) (links []string) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if n.Data != "a" || a.Key != "href" {
				continue
			}
			to, err := base.Parse(a.Val)
			if err != nil {
				t.Errorf("%s: link %q: %v", base, a.Val, err)
				continue
			}
			to.Fragment = ""
			links = append(links, to.String())
		}
	}
	return links
}

// secrets collects what no reader may see: the questions of what is not published, what parties have only drafted, and
// the addresses of everybody.
func (d *demoCrawl) secrets(ctx context.Context, a *App) {
	err := a.core.store.View(ctx, func(tx *survey.Tx) error {
		for _, slug := range []survey.Slug{demoOpenSlug, demoDraftSlug} {
			q, err := a.Service.Alliance.QuestionnaireBySlug(ctx, console, slug)
			if err != nil {
				return err
			}
			d.words = append(d.words, q.Title)
			for question, err := range tx.Questions.List(survey.In(q.ID)) {
				if err != nil {
					return err
				}
				d.words = append(d.words, question.Text)
			}
			for draft, err := range tx.AnswerDrafts.List(survey.In(q.ID)) {
				if err != nil {
					return err
				}
				d.words = append(d.words, draft.Text)
			}
		}
		for c, err := range tx.Contestants.List("") {
			if err != nil {
				return err
			}
			d.words = slices.Concat(d.words, survey.AllAddresses(c.Email, c.Copies), strings.Split(c.Postal, "\n"))
		}
		for user, err := range tx.Users.List("") {
			if err != nil {
				return err
			}
			d.words = append(d.words, user.Email)
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.words = slices.DeleteFunc(d.words, func(word string) bool { return len(word) < 10 || word == "koordination@buendnis.example" }) // that one is public
	if len(d.words) < 20 {
		d.t.Errorf("only %d secrets: %q", len(d.words), d.words)
	}
}

// readersSeeNothing asks for everything that was found signed in, without being so.
func (d *demoCrawl) readersSeeNothing() {
	reader := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, path := range slices.Sorted(maps.Keys(d.staff)) {
		if strings.HasPrefix(path, "/demo") || path == "/anmelden" || path == "/passwort" {
			continue // open to anybody; /demo is the demonstration's own
		}
		response, body := d.get(reader, path)
		if response.StatusCode == http.StatusOK || len(response.Cookies()) > 0 {
			d.t.Errorf("without signing in, %s answers %s", path, response.Status)
		}
		d.read[path+" (refused)"] = body
	}
	for path, body := range d.read {
		for _, word := range d.words {
			if strings.Contains(html.UnescapeString(body), word) {
				d.t.Errorf("%s tells a reader %q", path, word)
			}
		}
	}
}

// everyKindPassesAxe opens one page of each kind in the browser.
func (d *demoCrawl) everyKindPassesAxe(roles []*role) {
	for _, r := range roles {
		if !slices.ContainsFunc(slices.Collect(maps.Values(d.kinds)), func(k kind) bool { return k.role == r }) {
			continue
		}
		p := newPerson(d.t, d.url, browser.TabOptions{})
		if r.link != "" {
			p.visit(r.link)
			p.press(r.button)
		}
		count := 0
		for _, route := range slices.Sorted(maps.Keys(d.kinds)) {
			if k := d.kinds[route]; k.role == r {
				p.visit(k.path)
				count++
			}
		}
		d.t.Logf("%s: %d kinds of pages", r.name, count)
	}
}
