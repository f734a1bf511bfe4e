package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	webcompare "pruefstein/internal/web/compare"
	"pruefstein/internal/web/site"
	"pruefstein/internal/web/webtest"
	"pruefstein/public"
)

// Every answer carries the headers, whatever became of the request.
func TestHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	admin := survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true}
	w.AddUser(t, admin)
	v := w.Visitor(t).SignIn(admin.Email)
	sheet := public.URL("css/site.css")
	etag := v.Get(sheet).Header().Get("ETag")
	long := strings.Repeat("a", web.DefaultBody+1)
	limited := w.Visitor(t)
	limited.From = "198.51.100.1:4711"
	for range 40 {
		limited.Post("/einladung/x", nil)
	}
	w.Alliance.HashPassword = func(context.Context, string) (string, error) { return "", errors.New("kein Platz") }
	for name, c := range map[string]struct {
		got  *httptest.ResponseRecorder
		want int
	}{
		"page":       {w.Visitor(t).Get("/anmelden"), 200},
		"redirect":   {v.Post("/abmelden", nil), 303},
		"sign in":    {w.Visitor(t).Get("/konto"), 303},
		"static":     {v.Get(sheet), 200},
		"unchanged":  {v.Get(sheet, "If-None-Match", etag), 304},
		"no page":    {v.Get("/gibt-es-nicht"), 404},
		"no asset":   {v.Get("/static/gibt-es-nicht.css"), 404},
		"method":     {v.Send(http.MethodPut, "/anmelden", ""), 405},
		"method 2":   {v.Post("/uebersicht", nil), 405},
		"too large":  {v.Post("/passwort", url.Values{"email": {long}}), 413},
		"invalid":    {v.Post("/passwort", url.Values{"email": {"keine"}}), 422},
		"too many":   {limited.Post("/einladung/x", nil), 429},
		"cross site": {v.Post("/abmelden", nil, "Sec-Fetch-Site", "cross-site"), 403},
		"link":       {v.Get("/einladung/x"), 404},
		"revoked":    {v.Post("/zugang/revoked", nil), 410},
		"not signed": {w.Visitor(t).Post("/konto", nil), 401},
		"fault": {func() *httptest.ResponseRecorder {
			token, err := freshInvitation(t, w)
			if err != nil {
				t.Fatal(err)
			}
			return v.Post("/einladung/"+token, url.Values{"name": {"Ben"}, "password": {webtest.Password}, "again": {webtest.Password}})
		}(), 500},
	} {
		t.Run(name, func(t *testing.T) {
			if c.got.Code != c.want {
				t.Errorf("status %d, want %d", c.got.Code, c.want)
			}
			h := c.got.Header()
			for header, part := range map[string]string{
				"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
				"Permissions-Policy": "camera=()",
			} {
				if !strings.Contains(h.Get(header), part) {
					t.Errorf("%s: %q", header, h.Get(header))
				}
			}
			if p := h.Get("Referrer-Policy"); p != "same-origin" && p != "strict-origin" {
				t.Errorf("Referrer-Policy %q", p)
			}
			if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || h.Get("Strict-Transport-Security") != "" || h.Get("Server") != "" {
				t.Errorf("%v", h)
			}
			if c.want >= 400 && !strings.HasPrefix(c.got.Header().Get("Cache-Control"), "no-store") && !strings.Contains(name, "asset") {
				t.Errorf("Cache-Control %q", h.Get("Cache-Control"))
			}
		})
	}
	if allow := v.Send(http.MethodPut, "/anmelden", "").Header().Get("Allow"); !strings.Contains(allow, "POST") {
		t.Errorf("Allow %q", allow)
	}
	got := limited.Post("/einladung/x", nil)
	if got.Header().Get("Retry-After") == "" || !strings.Contains(got.Body.String(), "zu viele Versuche") {
		t.Errorf("%v", got.Header())
	}
}

// freshInvitation makes a person and returns the token of an invitation.
func freshInvitation(t *testing.T, w *webtest.World) (string, error) {
	t.Helper()
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", Language: "de", Revision: 1})
	admin := survey.Actor{User: survey.User{ID: "a", Administrator: true, PasswordHash: "x"}}
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, admin.User)
	link, err := w.Alliance.InvitationLink(t.Context(), admin, "ben")
	return link[strings.LastIndex(link, "/")+1:], err
}

func TestSecureWithHTTPS(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	w.Restart(t, func(c *site.Config) { c.BaseURL = "https://fragen.example" })
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	v := w.Visitor(t)
	got := v.Post("/anmelden", url.Values{"email": {"ada@buendnis.example"}, "password": {webtest.Password}})
	if got.Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
	cookies := got.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatal(cookies)
	}
	if c := cookies[0]; !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("%+v", c)
	}
}

func TestForeignPagesCannotPost(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	w.Restart(t, func(c *site.Config) { c.BaseURL = "https://fragen.example" })
	for name, c := range map[string]struct {
		host    string
		headers []string
		refused bool
	}{
		"own page":                               {"fragen.example", []string{"Sec-Fetch-Site", "same-origin"}, false},
		"typed in":                               {"fragen.example", []string{"Sec-Fetch-Site", "none"}, false},
		"foreign page":                           {"fragen.example", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://fremd.example"}, true},
		"sister site":                            {"fragen.example", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://andere.example"}, true},
		"old browser, own":                       {"fragen.example", []string{"Sec-Fetch-Site", "", "Origin", "https://fragen.example"}, false},
		"old browser, foreign":                   {"fragen.example", []string{"Sec-Fetch-Site", "", "Origin", "https://fremd.example"}, true},
		"opaque origin":                          {"fragen.example", []string{"Sec-Fetch-Site", "", "Origin", "null"}, true},
		"proxy that rewrites Host":               {"127.0.0.1:8080", []string{"Sec-Fetch-Site", "", "Origin", "https://fragen.example"}, false},
		"proxy that rewrites Host, odd metadata": {"127.0.0.1:8080", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://fragen.example"}, false},
		"proxy that rewrites Host, foreign":      {"127.0.0.1:8080", []string{"Sec-Fetch-Site", "", "Origin", "https://fremd.example"}, true},
		"no browser":                             {"fragen.example", []string{"Sec-Fetch-Site", ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequest(http.MethodPost, "/passwort", strings.NewReader("email=niemand@buendnis.example"))
			req.Host = c.host
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for i := 0; i < len(c.headers); i += 2 {
				if c.headers[i+1] != "" {
					req.Header.Set(c.headers[i], c.headers[i+1])
				}
			}
			got := httptest.NewRecorder()
			w.Server.ServeHTTP(got, req)
			if want := map[bool]int{true: 403, false: 303}[c.refused]; got.Code != want {
				t.Errorf("%d, want %d", got.Code, want)
			}
			if c.refused && !strings.Contains(got.Body.String(), "fremden Seite") {
				t.Errorf("no page:\n%s", got.Body)
			}
		})
	}
}

func TestOverLongBodyGivesBackWhatCame(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	v := w.Visitor(t).SignIn("ada@buendnis.example")
	text := "Ein Impressum, an dem lange geschrieben wurde."
	form := "intro=" + url.QueryEscape(text) + "&name=" + url.QueryEscape(strings.Repeat("ä", web.DefaultBody/6)) + "&password=geheimes+Passwort+im+Formular"
	got := v.Send(http.MethodPost, "/verwaltung/buendnis", form)
	page := got.Body.String()
	if got.Code != http.StatusRequestEntityTooLarge || !strings.Contains(page, "Mehr als 2 MB") || !strings.Contains(page, text) {
		t.Errorf("%d\n%.2000s", got.Code, page)
	}
	if strings.Contains(page, "geheimes") {
		t.Error("a password is given back")
	}
	v.Cookies[web.LanguageCookie] = "en"
	if page := v.Send(http.MethodPost, "/verwaltung/buendnis", form).Body.String(); !strings.Contains(page, `<html lang="en">`) || !strings.Contains(page, text) {
		t.Errorf("not in the visitor's language:\n%.500s", page)
	}

	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	if err := errors.Join(parts.WriteField("note", text), parts.WriteField("password", "geheimes Passwort im Formular")); err != nil {
		t.Fatal(err)
	}
	file, err := parts.CreateFormFile("file", "gross.json")
	if err != nil {
		t.Fatal(err)
	}
	// Lines, since who reads a form looks back through each piece of a file for the end of one.
	if _, err := io.WriteString(file, strings.Repeat(strings.Repeat("x", 62)+"\r\n", webcompare.ImportBody/64)); err != nil {
		t.Fatal(err)
	}
	got = v.Send(http.MethodPost, "/verwaltung/import", body.String(), "Content-Type", parts.FormDataContentType())
	if got.Code != http.StatusRequestEntityTooLarge || !strings.Contains(got.Body.String(), text) || strings.Contains(got.Body.String(), "geheimes") {
		t.Errorf("%d\n%.1500s", got.Code, got.Body)
	}
}

// The browser sees the page, not a broken connection.
func TestOverLongBodyOverTheNetwork(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	server := httptest.NewServer(w.Server)
	defer server.Close()
	answer, err := http.PostForm(server.URL+"/passwort", url.Values{"email": {strings.Repeat("a", web.DefaultBody+10)}})
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusRequestEntityTooLarge || err != nil || !bytes.Contains(page, []byte("Zu groß")) {
		t.Errorf("%d %v", answer.StatusCode, err)
	}
	answer.Body.Close()
}

func TestFormsReadTheBodyOnly(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	v := w.Visitor(t)
	if got := v.Post("/anmelden?email=ada@buendnis.example&password="+url.QueryEscape(webtest.Password), nil); got.Code != 422 {
		t.Errorf("signed in by the query: %d", got.Code)
	}
	v.SignIn("ada@buendnis.example")
	if got := v.Post("/verwaltung/arbeitsgruppen?name=Aus+der+Adresse", url.Values{"name": {"Aus dem Formular"}}); got.Code != 303 {
		t.Fatal(got.Code)
	}
	if all := w.Contents(t, false); strings.Contains(all, "Aus der Adresse") || !strings.Contains(all, "Aus dem Formular") {
		t.Error("the query reached the form")
	}
	for name, c := range map[string]struct {
		body string
		want int
		text string
	}{
		"invalid UTF-8":   {"name=Gr%FC%DFe", 422, "an Stelle 3"},
		"NUL":             {"name=a%00b", 422, "a⟦U&#43;0000⟧b"},
		"broken escape":   {"name=%zz", 400, "unlesbar"},
		"number expected": {"name=A&revision=eins", 400, "unlesbar"},
		"nothing":         {"", 422, "Bitte füllen"},
	} {
		got := v.Send(http.MethodPost, "/verwaltung/arbeitsgruppen", c.body)
		if got.Code != c.want || !strings.Contains(got.Body.String(), c.text) {
			t.Errorf("%s: %d", name, got.Code)
		}
	}
	if got := v.Send(http.MethodPost, "/verwaltung/arbeitsgruppen", `{"name":"A"}`, "Content-Type", "application/json"); got.Code != 422 {
		t.Errorf("JSON: %d", got.Code)
	}
}

func TestLogHoldsNothingPrivate(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	log := w.LogOf(t, nil)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	v := w.Visitor(t).SignIn("ada@buendnis.example")
	v.Get("/einladung/geheimestoken?weiter=geheimefrage")
	v.Post("/passwort/geheimestoken", url.Values{"password": {"geheimeswort"}})
	v.Get("/gibt/es/geheimespfad")
	v.Post("/passwort", url.Values{"email": {"geheim@buendnis.example"}})
	v.Post("/passwort", url.Values{"email": {"ada@buendnis.example"}})
	v.Get("/anmelden", "User-Agent", "geheimagent", "Referer", "http://fremd.example/geheimseite")
	party := w.Visitor(t)
	party.Post("/zugang/frei", nil)
	party.Post("/antwort/fragen/1", url.Values{"text": {"geheime Antwort"}, "revision": {"0"}})
	w.Alliance.MatchPassword = func(context.Context, string, string) (bool, error) { return false, errors.New("die Ursache") }
	v.Post("/anmelden", url.Values{"email": {"ada@buendnis.example"}, "password": {"geheimeswort"}})
	lines := log.String()
	for _, secret := range []string{"geheim", "ada@", "zugang/frei", "192.0.2.1", "4711"} {
		if strings.Contains(lines, secret) {
			t.Errorf("the log holds %q:\n%s", secret, lines)
		}
	}
	for _, want := range []string{"route=/einladung/:token", "from=192.0.2.0/24", "status=404", "die Ursache", "request="} {
		if !strings.Contains(lines, want) {
			t.Errorf("the log lacks %q:\n%s", want, lines)
		}
	}
}

func TestForwardedAddressesCountFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trusted    []string
		from, want string
	}{
		"none trusted":  {nil, "192.0.2.1:4711", "192.0.2.0/24"},
		"trusted":       {[]string{"192.0.2.1"}, "192.0.2.1:4711", "198.51.100.0/24"},
		"another":       {[]string{"192.0.2.9"}, "192.0.2.1:4711", "192.0.2.0/24"},
		"IPv6, trusted": {[]string{"2001:db8::/32"}, "[2001:db8:1:2::3]:4711", "198.51.100.0/24"},
		"IPv6":          {nil, "[2001:db8:1:2::3]:4711", "2001:db8:1::/48"},
	} {
		for _, target := range []string{"/anmelden", "/passwort"} {
			w := webtest.New(t)
			log := w.LogOf(t, func(conf *site.Config) { conf.TrustedProxies = c.trusted })
			v := w.Visitor(t)
			v.From = c.from
			if target == "/anmelden" {
				v.Get(target, "X-Forwarded-For", "198.51.100.7", "X-Real-IP", "203.0.113.9")
			} else { // the refusal of a foreign page takes another way
				v.Post(target, nil, "Sec-Fetch-Site", "cross-site", "X-Forwarded-For", "198.51.100.7")
			}
			if !strings.Contains(log.String(), "from="+c.want) {
				t.Errorf("%s, %s: %s", name, target, log)
			}
		}
	}
	// A proxy that is not trusted is told of, once; and no other header counts, though a trusted proxy passes it on.
	for from, want := range map[string]int{"127.0.0.1:1": 1, "10.0.0.7:1": 1, "[fd00::1]:1": 1, "192.0.2.1:1": 0} {
		w := webtest.New(t)
		log := w.LogOf(t, nil)
		v := w.Visitor(t)
		v.From = from
		for range 3 {
			v.Get("/anmelden", "X-Forwarded-For", "198.51.100.7")
		}
		if got := strings.Count(log.String(), "--trusted-proxies"); got != want {
			t.Errorf("%s: %d warnings\n%s", from, got, log)
		}
		log = w.LogOf(t, func(conf *site.Config) {
			conf.TrustedProxies = []string{"127.0.0.0/8", "10.0.0.0/8", "fd00::/8", "192.0.2.1"}
		})
		v.Get("/anmelden", "X-Real-IP", "203.0.113.9")
		v.Get("/anmelden", "X-Forwarded-For", "198.51.100.7")
		if got := log.String(); strings.Contains(got, "--trusted-proxies") || strings.Contains(got, "from=203.0.113.0") || !strings.Contains(got, "from=198.51.100.0/24") {
			t.Errorf("%s, trusted:\n%s", from, got)
		}
	}
	// Nobody gets a fresh limit by naming another address.
	w := webtest.New(t)
	v := w.Visitor(t)
	last := 0
	for range 40 {
		last = v.Post("/einladung/x", nil, "X-Forwarded-For", survey.NewID()).Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("%d after 40 tries", last)
	}
	if _, err := site.New(site.Config{Config: web.Config{BaseURL: "http://127.0.0.1", TrustedProxies: []string{"kein Netz"}}, Office: w.Office}); err == nil {
		t.Error("a proxy that is no address is taken")
	}
}

func TestPanicIsAPage(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	log := w.LogOf(t, nil)
	w.Alliance.MatchPassword = func(context.Context, string, string) (bool, error) { panic("der Grund") }
	got := w.Visitor(t).Post("/anmelden", url.Values{"email": {"a@b.example"}, "password": {"x"}})
	page, id := got.Body.String(), got.Header().Get("X-Request-Id")
	if got.Code != 500 || id == "" || !strings.Contains(page, id) || !strings.Contains(page, "<h1>") {
		t.Errorf("%d %q\n%s", got.Code, id, page)
	}
	if strings.Contains(page, "Grund") || strings.Contains(page, ".go") || strings.Contains(page, "goroutine") {
		t.Errorf("the page shows the cause:\n%s", page)
	}
	if !strings.Contains(log.String(), "der Grund") || !strings.Contains(log.String(), id) {
		t.Errorf("%s", log)
	}
}

// A download that breaks off must not look complete.
func TestPanicHalfWayBreaksTheConnection(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	w.Restart(t, func(c *site.Config) {
		c.Admin.Backup = func(context.Context) (io.ReadCloser, int64, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("halb"), iotest.ErrReader(errors.New("aus")))), 8, nil
		}
	})
	v := w.Visitor(t).SignIn("ada@buendnis.example")
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler {
			t.Errorf("%v", cause)
		}
	}()
	v.Post("/verwaltung/sicherung", nil)
	t.Error("the answer ended as if it were whole")
}

// A download says what it is with its first byte: what fails before is a page like every other error.
func TestDownloadsBeginWithTheirFirstByte(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	v := w.Visitor(t).SignIn("ada@buendnis.example")
	got := v.Post("/verwaltung/sicherung", nil)
	for header, want := range map[string]string{"Content-Type": "application/octet-stream", "Content-Length": "4", "Content-Disposition": "attachment; filename=pruefstein-2026-11-23-1000.db"} {
		if h := got.Header().Get(header); got.Code != 200 || h != want {
			t.Errorf("%d, %s: %q", got.Code, header, h)
		}
	}
	for name, backup := range map[string]func(context.Context) (io.ReadCloser, int64, error){
		"no copy": func(context.Context) (io.ReadCloser, int64, error) { return nil, 0, errors.New("beschädigt") },
		"no first byte": func(context.Context) (io.ReadCloser, int64, error) {
			return io.NopCloser(iotest.ErrReader(errors.New("weg"))), 4, nil
		},
		"nothing in it": func(context.Context) (io.ReadCloser, int64, error) {
			return io.NopCloser(strings.NewReader("")), 4, nil
		},
	} {
		w.Restart(t, func(c *site.Config) { c.Admin.Backup = backup })
		got := v.Post("/verwaltung/sicherung", nil)
		h := got.Header()
		if got.Code != 500 || h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("Content-Disposition") != "" || h.Get("Content-Length") != strconv.Itoa(got.Body.Len()) || !strings.Contains(got.Body.String(), "<h1>") {
			t.Errorf("%s: %d, %v", name, got.Code, h)
		}
	}
}

// Whatever file a full disk refused: the page says so, and not that something unexpected happened.
func TestFullDiskIsTold(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	w.Restart(t, func(c *site.Config) {
		c.Admin.Check = func(context.Context) ([]string, error) {
			return nil, fmt.Errorf("copy: %w", &fs.PathError{Op: "write", Path: "geheim.db", Err: syscall.ENOSPC})
		}
	})
	v := w.Visitor(t).SignIn("ada@buendnis.example")
	got := v.Post("/verwaltung/pruefung", nil)
	if page := got.Body.String(); got.Code != 503 || !strings.Contains(page, "Der Datenträger ist voll.") || strings.Contains(page, "geheim.db") {
		t.Errorf("%d\n%s", got.Code, page)
	}
}

func TestOwnPath(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/konto": "/konto", "/werkstatt/a?x=1#y": "/werkstatt/a?x=1#y", "/a/%2F%2Ffremd.example": "/a/%2F%2Ffremd.example",
		"": "", "konto": "", "//fremd.example": "", "///fremd.example": "", "/\\fremd.example": "", "\\/fremd.example": "", "/\t/fremd.example": "",
		"/\r\nSet-Cookie: a=b": "", "https://fremd.example": "", "javascript:alert(1)": "", " /konto": "", "/kon to": "", "/\x00": "", "/ü": "", "/a\\b": "",
	} {
		if got := web.OwnPath(target); got != want {
			t.Errorf("%q: %q, want %q", target, got, want)
		}
	}
}

func TestNoticesCannotBeInjected(t *testing.T) {
	t.Parallel()
	v := webtest.New(t).Visitor(t)
	shown := func(ok string) bool {
		return strings.Contains(v.Get("/anmelden?ok="+url.QueryEscape(ok)).Body.String(), "notice-success")
	}
	if !shown("alliance.notice.signed_out") {
		t.Error("a notice of ours is not shown")
	}
	for _, bad := range []string{"Sie haben gewonnen", "<b>x</b>", "alliance.error.sign_in", "alliance.notice.", "alliance.notice.gibt_es_nicht", "common.product", "alliance.notice.signed_out\n", "..notice.x"} {
		if shown(bad) {
			t.Errorf("%q is shown", bad)
		}
	}
}

func TestLanguageSwitch(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t).SignIn(ada.Email)
	page := v.Get("/verwaltung/personen?filter=a%26b&ok=alliance.notice.saved").Body.String()
	if !strings.Contains(page, `href="/sprache/en?weiter=%2Fverwaltung%2Fpersonen%3Ffilter%3Da%2526b"`) || !strings.Contains(page, `href="/impressum"`) {
		t.Errorf("the switch loses the page, or keeps the notice:\n%s", page)
	}
	got := v.Get("/sprache/en?weiter=%2Fverwaltung%2Fpersonen%3Ffilter%3Da%2526b")
	if got.Code != 303 || got.Header().Get("Location") != "/verwaltung/personen?filter=a%26b" || v.Cookies[web.LanguageCookie] != "en" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	page = v.Get("/verwaltung/personen").Body.String()
	if !strings.Contains(page, `<html lang="en">`) || !strings.Contains(page, `href="/en/impressum"`) {
		t.Errorf("not English:\n%.600s", page)
	}
	if page := v.Post("/verwaltung/arbeitsgruppen", url.Values{"name": {"a\tb"}}).Body.String(); !strings.Contains(page, `href="/sprache/de?weiter=%2Fverwaltung%2Farbeitsgruppen" lang="de" hreflang="de" target="_blank"`) {
		t.Error("the answer to a form offers no switch, or one that loses what was typed")
	}
	if got := v.Get("/sprache/fr"); got.Code != 404 {
		t.Errorf("%d", got.Code)
	}
}
