package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestMain(m *testing.M) { Main(m) }

// pages serves pages under the policy that the application uses.
func pages() http.Handler {
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	const frame = `<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Seite</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/style.css">%s</head><body><main><h1>Vergleich</h1>%s</main></body></html>`
	page := func(head, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, frame, head, body)
		}
	}
	file := func(kind, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, text)
		}
	}
	mux := http.NewServeMux()
	mux.Handle("/good", page(`<script src="/page.js" type="module"></script>`, `<p id="who">ohne Script</p>`))
	mux.Handle("/bad", page("", `<img src="/icon.svg"><p class="pale">blass</p><p class="wide">breit</p>`))
	mux.HandleFunc("/kinds", func(w http.ResponseWriter, r *http.Request) {
		body := `<h2>Fragen</h2><p><a href="/a">Erste</a></p><form><label for="a">Name</label><input id="a" name="a" aria-describedby="hint"><p id="hint" class="note">kurz</p>
<label for="b">Ort</label><input id="b" name="b" aria-describedby="hint"><p class="other">und</p><button>Senden</button></form><div tabindex="0">Kasten</div>`
		if old := r.FormValue("old"); old != "" {
			body = strings.Replace(body, old, r.FormValue("new"), 1)
		}
		page("", body)(w, r)
	})
	mux.Handle("/inline", page("", `<p style="color:red">rot</p>`))
	mux.Handle("/throws", page(`<script src="/throws.js"></script>`, ""))
	mux.Handle("/foreign", page("", `<img alt="" src="http://localhost:1/pixel.png">`))
	mux.Handle("/gone", page(`<script src="/gone.js"></script>`, ""))
	mux.HandleFunc("/invalid", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprintf(w, frame, "", "<p>Bitte ergänzen</p>")
	})
	mux.Handle("/style.css", file("text/css", `body{color:#222;background:#fff}
@media (prefers-color-scheme:dark){body{color:#eee;background:#111}}
.pale, .other{color:#ddd} .note, .other{color:#222} .wide{width:3000px}`))
	mux.Handle("/icon.svg", file("image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`))
	mux.Handle("/page.js", file("text/javascript", `document.querySelector("#who").textContent = "mit Script, " + innerWidth + " px"`))
	mux.Handle("/throws.js", file("text/javascript", `console.error("kaputt", 7); throw new Error("geplatzt")`))
	return mux
}

// Two widths, two colour schemes, with and without scripts: a good page has no faults, and axe can still run.
func TestBrowserGoodPage(t *testing.T) {
	server := httptest.NewServer(pages())
	defer server.Close()
	for _, test := range []struct {
		options          TabOptions
		text, background string
	}{
		{TabOptions{}, "mit Script, 1280 px", "rgb(255, 255, 255)"},
		{TabOptions{Width: 360, Dark: true}, "mit Script, 360 px", "rgb(17, 17, 17)"},
		{TabOptions{Width: 360, NoJS: true}, "ohne Script", "rgb(255, 255, 255)"},
	} {
		t.Run(test.text, func(t *testing.T) {
			ctx := NewTab(t, test.options)
			Watch(t, ctx, server.URL)
			if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/good")); err != nil {
				t.Fatal(err)
			}
			text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("#who")))
			if err != nil || text != test.text {
				t.Errorf("text %q, %v", text, err)
			}
			background, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
			if err != nil || background != test.background {
				t.Errorf("background %q, %v", background, err)
			}
			Axe(t, ctx)
		})
	}
}

func TestAxeFindsFaults(t *testing.T) {
	server := httptest.NewServer(pages())
	defer server.Close()
	for _, options := range []TabOptions{{}, {Width: 360}, {NoJS: true}} {
		ctx := NewTab(t, options)
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/bad")); err != nil {
			t.Fatal(err)
		}
		faults, err := axe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(faults, "\n")
		for _, want := range []string{"image-alt", "color-contrast", ".pale", "the page is 30"} {
			if !strings.Contains(all, want) {
				t.Errorf("%+v: no %q in\n%s", options, want, all)
			}
		}
	}
}

// A page that differs from one that passed in its data alone passes by that; every fault makes a new kind of something.
func TestAxeLooksAtWhatIsNew(t *testing.T) {
	server := httptest.NewServer(pages())
	defer server.Close()
	ctx := NewTab(t, TabOptions{})
	look := func(old, changed string) string {
		t.Helper()
		address := server.URL + "/kinds?" + url.Values{"old": {old}, "new": {changed}}.Encode()
		if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
			t.Fatal(err)
		}
		faults, err := axe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(faults, "\n")
	}
	known := func() int {
		passed.Lock()
		defer passed.Unlock()
		return len(passed.kinds)
	}
	if faults := look("", ""); faults != "" {
		t.Fatal(faults)
	}
	before := known()
	for _, same := range [][2]string{{"Erste", "Zweite"}, {`href="/a"`, `href="/b"`}, {`</p><form>`, `</p><p><a href="/c">Dritte</a></p><form>`}} {
		if faults := look(same[0], same[1]); faults != "" || known() != before {
			t.Errorf("%s: %d new kinds, %s", same[1], known()-before, faults)
		}
	}
	for _, test := range []struct{ old, changed, rule string }{
		{"Erste", "", "link-name"},
		{`<input id="b"`, `<textarea tabindex="-1" aria-label="x"></textarea><input id="b"`, "the keyboard cannot reach: <textarea"},
		{"<form>", "<form inert>", "the keyboard cannot reach: <input"},
		{"<button", `<button tabindex="-1"`, "the keyboard cannot reach: <button"},
		{`<label for="b">`, `<label for="c">`, "label"},
		{"Senden", "", "button-name"},
		{`class="note"`, `class="pale"`, "color-contrast"},
		{"<h2>", "<h4>", "heading-order"},
		{`tabindex="0"`, `tabindex="7"`, "tabindex"},
		{`aria-describedby="hint"`, `aria-describedby="hint" aria-expanded="ja"`, "aria-"},
		{"Kasten", `Kasten<main>zwei</main>`, "main"},
		{"<div", `<img src="/icon.svg"><div`, "image-alt"},
		{"<a ", `<a lang="xx-quer" `, "valid-lang"},
	} {
		if faults := look(test.old, test.changed); !strings.Contains(faults, test.rule) {
			t.Errorf("%s: no %q in %q", test.changed, test.rule, faults)
		}
	}
}

// recorder is a testing.TB that keeps the faults which Watch reports at the end instead of failing.
type recorder struct {
	testing.TB
	faults []string
	ends   []func()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

func (r *recorder) Cleanup(f func()) { r.ends = append(r.ends, f) }

func TestWatch(t *testing.T) {
	server := httptest.NewServer(pages())
	defer server.Close()
	for path, want := range map[string][]string{
		"/good":    nil,
		"/invalid": nil, // a form that was refused is no fault
		"/inline":  {"Content Security Policy"},
		"/throws":  {"console: kaputt 7", "geplatzt"},
		"/foreign": {"request leaves " + server.URL + ": http://localhost:1/pixel.png", "Content Security Policy"},
		"/gone":    {"Script answers 404"},
	} {
		ctx := NewTab(t, TabOptions{})
		r := &recorder{TB: t}
		Watch(r, ctx, server.URL)
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+path)); err != nil {
			t.Fatal(err)
		}
		r.ends[0]()
		all := strings.Join(r.faults, "\n")
		if want == nil && all != "" {
			t.Errorf("%s: %s", path, all)
		}
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: no %q in %q", path, w, all)
			}
		}
	}
}
