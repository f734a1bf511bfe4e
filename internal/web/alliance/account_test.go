package alliance_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// From the link on the console to the second person, as people do it.
func TestFromSetUpToASecondPerson(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	token, err := w.Alliance.SetupToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ada := w.Visitor(t)
	if got := ada.Get("/einrichten/" + token); got.Code != 200 || got.Header().Get("Referrer-Policy") != "strict-origin" {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	got := ada.Post("/einrichten/"+token, url.Values{"alliance": {"Bündnis Nordmark"}, "name": {"Ada Beispiel"}, "email": {"falsch"}, "password": {"kurz"}, "again": {"kurz"}})
	page := got.Body.String()
	if got.Code != 422 || !strings.Contains(page, `value="Ada Beispiel"`) || !strings.Contains(page, `value="falsch"`) || strings.Contains(page, "kurz") || !strings.Contains(page, `href="#email"`) {
		t.Errorf("%d\n%s", got.Code, page)
	}
	got = ada.Post("/einrichten/"+token, url.Values{"alliance": {"Bündnis Nordmark"}, "name": {"Ada Beispiel"}, "email": {"ada@buendnis.example"}, "password": {webtest.Password}, "again": {webtest.Password}})
	if got.Code != 303 || got.Header().Get("Location") != "/uebersicht?ok=alliance.notice.set_up" {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	if page := ada.Get("/uebersicht").Body.String(); !strings.Contains(page, "Ada Beispiel") || !strings.Contains(page, "Bündnis Nordmark") {
		t.Error("not in")
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if got := w.Visitor(t).Send(method, "/einrichten/"+token, ""); got.Code != http.StatusGone {
			t.Errorf("%s of the used link: %d", method, got.Code)
		}
	}

	got = ada.Post("/verwaltung/personen/neu", url.Values{"name": {"Ben"}, "email": {"ben@buendnis.example"}, "coordinator": {"true"}})
	if got.Code != 303 {
		t.Fatal(got.Code)
	}
	link := w.LinkOf(t)
	ben := w.Visitor(t)
	before := w.Contents(t, true)
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		if got := ben.Send(method, link, ""); got.Code != 200 {
			t.Errorf("%s %d", method, got.Code)
		}
	}
	if w.Contents(t, true) != before {
		t.Error("opening the link changed something")
	}
	if got := ben.Post(link, url.Values{"name": {"Ben Beispiel"}, "password": {webtest.Password}, "again": {"anders, aber lang"}}); got.Code != 422 || !strings.Contains(got.Body.String(), `value="Ben Beispiel"`) {
		t.Errorf("%d", got.Code)
	}
	if got := ben.Post(link, url.Values{"name": {"Ben Beispiel"}, "password": {webtest.Password}, "again": {webtest.Password}}); got.Code != 303 {
		t.Fatal(got.Code)
	}
	if got := ben.Get("/verwaltung/personen"); got.Code != 200 || strings.Contains(got.Body.String(), "/verwaltung/personen/neu") {
		t.Errorf("the coordinator sees the people but invites nobody: %d", got.Code)
	}
	if got := ben.Get(link); got.Code != http.StatusGone {
		t.Errorf("the used invitation: %d", got.Code)
	}
}

func TestSignInSaysTheSameToEverybody(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	blocked := survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", PasswordHash: "plain:" + webtest.Password, Disabled: true}
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, blocked)
	var pages []string
	for _, email := range []string{ada.Email, "niemand@buendnis.example", blocked.Email} {
		got := w.Visitor(t).Post("/anmelden", url.Values{"email": {email}, "password": {"falsches Passwort"}})
		page := strings.ReplaceAll(got.Body.String(), email, "E")
		if got.Code != 422 || strings.Contains(page, "falsches") {
			t.Errorf("%s: %d", email, got.Code)
		}
		pages = append(pages, page)
	}
	if pages[0] != pages[1] || pages[0] != pages[2] {
		t.Error("the pages differ")
	}
	for _, email := range []string{ada.Email, "niemand@buendnis.example", blocked.Email} {
		if got := w.Visitor(t).Post("/passwort", url.Values{"email": {email}}); got.Code != 303 || got.Header().Get("Location") != "/anmelden?ok=alliance.notice.reset_sent" {
			t.Errorf("%s: %d %v", email, got.Code, got.Header())
		}
	}
}

func TestResetThroughThePages(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	elsewhere, v := w.Visitor(t).SignIn(ada.Email), w.Visitor(t)
	v.Post("/passwort", url.Values{"email": {ada.Email}})
	link := w.LinkOf(t)
	if got := v.Get(link); got.Code != 200 || strings.Contains(got.Body.String(), `name="name"`) {
		t.Fatalf("%d", got.Code)
	}
	if got := v.Post(link, url.Values{"password": {"ganz anderes Wort"}, "again": {"ganz anderes Wort"}}); got.Code != 303 {
		t.Fatal(got.Code)
	}
	if v.Get("/konto").Code != 200 || elsewhere.Get("/konto").Code != 303 {
		t.Error("in, and everywhere else out")
	}
}

func TestOwnAccountPage(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	elsewhere, v := w.Visitor(t).SignIn(ada.Email), w.Visitor(t).SignIn(ada.Email)
	got := v.Post("/konto", url.Values{"name": {"Ada"}, "language": {"en"}, "old": {webtest.Password}, "password": {"ganz anderes Wort"}, "again": {"ganz anderes Wort"}})
	if got.Code != 303 {
		t.Fatal(got.Code)
	}
	if page := v.Get("/konto"); page.Code != 200 || page.Header().Get("Content-Language") != "en" {
		t.Errorf("%d %v", page.Code, page.Header())
	}
	if elsewhere.Get("/konto").Code != 303 {
		t.Error("another session outlives the password")
	}
	if got := v.Post("/konto", url.Values{"name": {""}, "language": {"xx"}}); got.Code != 422 {
		t.Errorf("%d", got.Code)
	}
}

func TestAdministration(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t).SignIn(ada.Email)
	for name, c := range map[string]struct {
		path string
		form url.Values
		want int
		text string
	}{
		"alliance, typed text stays":     {"/verwaltung/buendnis", url.Values{"name": {""}, "imprint": {"Unser Impressum, lang."}, "email": {"keine"}}, 422, "Unser Impressum, lang."},
		"organisation, bad address":      {"/verwaltung/organisationen", url.Values{"name": {"Offene Welt"}, "website": {"ftp://x"}}, 422, `href="#website-new"`},
		"person without a name":          {"/verwaltung/personen/neu", url.Values{"name": {""}, "email": {"x@y.example"}}, 422, `value="x@y.example"`},
		"person, address taken":          {"/verwaltung/personen/neu", url.Values{"name": {"B"}, "email": {ada.Email}}, 422, `href="#email"`},
		"the last administrator":         {"/verwaltung/personen/" + string(ada.ID), url.Values{"name": {"Ada"}, "revision": {"1"}}, 422, "Administration"},
		"person, somebody was faster":    {"/verwaltung/personen/" + string(ada.ID), url.Values{"name": {"Ada"}, "revision": {"0"}, "administrator": {"true"}}, 409, "inzwischen"},
		"nobody":                         {"/verwaltung/personen/niemand", url.Values{"name": {"Ada"}}, 404, "Nicht gefunden"},
		"a mail test without an address": {"/verwaltung/mailtest", url.Values{"to": {"keine"}}, 422, `href="#to"`},
		"no mail server":                 {"/verwaltung/mailtest", url.Values{"to": {"a@b.example"}}, 409, "Mailserver"},
		"import without a file":          {"/verwaltung/import", url.Values{}, 422, `href="#file"`},
		"the check":                      {"/verwaltung/pruefung", url.Values{}, 200, "Alles in Ordnung"},
		"the backup":                     {"/verwaltung/sicherung", url.Values{}, 200, "copy"},
	} {
		got := v.Post(c.path, c.form)
		if got.Code != c.want || !strings.Contains(got.Body.String(), c.text) {
			t.Errorf("%s: %d\n%s", name, got.Code, got.Body)
		}
	}
	webtest.Contains(t, v.Get("/verwaltung/import"), 200, "daten.json")
	if page := v.Get("/verwaltung/protokoll").Body.String(); !strings.Contains(page, "Sicherung heruntergeladen") || !strings.Contains(page, "10:00") {
		t.Errorf("the log is not in words, or not in Berlin's time:\n%s", page)
	}
	w.Clock.Set(time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC))
	if name := w.Visitor(t).SignIn(ada.Email).Post("/verwaltung/sicherung", nil).Header().Get("Content-Disposition"); !strings.Contains(name, "pruefstein-2026-12-01-0030.db") {
		t.Errorf("the backup is not called after Berlin's time: %s", name)
	}
}

// Every act that is noted has words in every language.
func TestEveryAuditedActHasWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	ends := map[string][]string{
		"link_": {"invitation", "reset"}, "password_": {"invitation", "reset"}, "request_": {"lock", "unlock", "dispatch", "transcription", "publication", "address"},
	}
	call, named := regexp.MustCompile(`s\.Audit\(tx, .*?, ("[a-z_]+"|what)[^"]`), regexp.MustCompile(`what(?:, who)? :?= "([a-z_]+)"`)
	acts := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(source), -1) {
			act := strings.Trim(m[1], `"`)
			if m[1] == "what" {
				for _, n := range named.FindAllStringSubmatch(string(source), -1) {
					acts[n[1]] = true
				}
				continue
			}
			if ends[act] == nil {
				acts[act] = true
			}
			for _, end := range ends[act] {
				acts[act+end] = true
			}
		}
	}
	if len(acts) < 35 {
		t.Fatalf("only %d acts found", len(acts))
	}
	for act := range acts {
		for _, lang := range locale.Languages {
			if !locale.For(lang).Has("alliance.audit." + act) {
				t.Errorf("%s: no message alliance.audit.%s", lang, act)
			}
		}
	}
}
