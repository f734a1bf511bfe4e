package testkit

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// site is a small site that shows what the script runner sent.
func site() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="de"><title>Anliegen &amp; Fragen</title>
<main><h1>Anliegen</h1><div><p class="wide lead">Antworten von
 zwei  Parteien</p></div>
<ul id="parteien"><li>Freie Mitte<li>Grüne Zukunft Nordmark</ul>
<a class="button" title="zum Formular" href="/antwort?a=1&amp;b=2">Los</a> <a rel="license" href="/lizenz">Lizenz</a></main>`)
	})
	mux.HandleFunc("POST /antwort", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.RawQuery != "a=1&b=2" || r.Header.Get("Sec-Fetch-Site") != "same-origin" {
			http.Error(w, "not what was sent", http.StatusBadRequest)
			return
		}
		w.Header().Set("X-Form", string(body))
		http.SetCookie(w, &http.Cookie{Name: "__Host-who", Value: "party", Path: "/", Secure: true, HttpOnly: true})
		http.Redirect(w, r, "/danke", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /danke", func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("__Host-who")
		if err != nil {
			http.Error(w, "who?", http.StatusForbidden)
			return
		}
		host := "same host"
		if !strings.HasPrefix(r.Host, "127.0.0.1:") {
			host = "host " + r.Host
		}
		fmt.Fprintf(w, "%s von Freie, %s\n", cookie.Value, host)
	})
	mux.HandleFunc("POST /hochladen", func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("original")
		if err != nil || r.FormValue("note") != "Anbei der Brief" {
			http.Error(w, fmt.Sprint(err), http.StatusBadRequest)
			return
		}
		data, _ := io.ReadAll(file)
		fmt.Fprintf(w, "%s: %s (%d bytes)", header.Filename, data, len(data))
	})
	return mux
}

func TestScript(t *testing.T) {
	Script(t, site(), "testdata/*.script", nil)
}

func TestScriptFaults(t *testing.T) {
	server := httptest.NewServer(site())
	defer server.Close()
	for _, test := range []struct{ name, script, want string }{
		{"code", "GET /\ncode == 404", `a.script:2: want == 404, have "200" (GET /: code 200, title "Anliegen & Fragen")`},
		{"line number", "# about\n\nGET /\n# more\ncode == 200\nbody contains X-Y", "a.script:6: want contains X-Y"},
		{"header missing", "GET /\nheader Location == /x", "a.script:2: want == /x, there is none"},
		{"header there", "GET /\nheader Content-Type absent", "there is \"text/html"},
		{"negation", "GET /\nbody !contains <title>", "want !contains <title>"},
		{"unequal", "GET /\nselector h1 text != Anliegen", "want != Anliegen"},
		{"no element", "GET /\nselector h2 text contains A", "there is none"},
		{"exists", "GET /\nselector h2 exists", "there is none"},
		{"absent", "GET /\nselector h1 absent", `there is "Anliegen"`},
		{"selector", "GET /\nselector h1>p exists", `cannot read "h1>p"`},
		{"selector word", "GET /\nselector h1 == x", "want text, count, @attribute, exists or absent"},
		{"check", "GET /\ncookie == x", `unknown check "cookie"`},
		{"operator", "GET /\ncode is 200", `unknown operator "is"`},
		{"regexp", "GET /\nbody ~ (", "error parsing regexp"},
		{"variable", "GET ${gone}", "a.script:1: no variable is called gone"},
		{"string", "GET /\ntitle == \"x", "not a string in Go's notation"},
		{"request", "code == 200", "want a request"},
		{"jar alone", "as party", "want a request"},
		{"follow first", "FOLLOW", "without a response before"},
		{"follow nothing", "GET /\n\nFOLLOW", "a.script:3: FOLLOW: http: no Location"},
		{"path", "GET danke", "has to start with a slash"},
		{"file", "POST /hochladen\nfile original gone.txt", "gone.txt: no such file"},
		{"capture", "GET /\ncapture x body (Ende)", "capture x: nothing matches"},
		{"capture source", "GET /\ncapture x title .*", "want header, body or selector"},
		{"capture name", "GET /\ncapture x-y body .*", "cannot be the name of a variable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			faults := NewVisit(server.URL, nil).run(t.Context(), "a.script", test.script)
			if len(faults) != 1 || !strings.Contains(faults[0].Error(), test.want) {
				t.Errorf("got %v, want one fault with %q", faults, test.want)
			}
		})
	}
}

// A visit goes on where the script before stopped, with what the test learned in between.
func TestVisit(t *testing.T) {
	server := httptest.NewServer(site())
	defer server.Close()
	v := NewVisit(server.URL, Vars{"path": "/antwort?a=1&b=2"})
	first := v.run(t.Context(), "first", "as party\nPOST ${path}\nSec-Fetch-Site: same-origin\ncode == 303")
	v.Vars["path"] = "/danke"
	second := v.run(t.Context(), "second", "GET ${path}\ncode == 200")
	if len(first)+len(second) > 0 {
		t.Error(first, second)
	}
}

func TestSelector(t *testing.T) {
	page, err := html.Parse(strings.NewReader(`<body><div class="a b"><p id=one>1</p><section><p data-x="y z">2</p></section></div><p>3</p>`))
	if err != nil {
		t.Fatal(err)
	}
	for sel, want := range map[string]string{
		"p":                       "1 2 3",
		"div p":                   "1 2",
		".a.b p":                  "1 2",
		"div.b section p":         "2",
		"section div p":           "",
		".ab p":                   "",
		"#one":                    "1",
		"p[id]":                   "1",
		`*[data-x="y z"]`:         "2",
		"[data-x=y]":              "",
		"body div.a p[id=one]":    "1",
		"html body div section p": "2",
	} {
		parsed, err := parseSelector(sel)
		if err != nil {
			t.Error(err)
			continue
		}
		var texts []string
		for _, n := range parsed.find(page) {
			texts = append(texts, textOf(n))
		}
		if got := strings.Join(texts, " "); got != want {
			t.Errorf("%s: got %q, want %q", sel, got, want)
		}
	}
}
