package templates

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"pruefstein/internal/locale"
	"pruefstein/public"
)

type testPage struct {
	Base
	Words map[string]string
	Name  Field
	Fails func() (string, error)
}

// withPages returns the real layouts and partials with the given pages and mails instead of the real ones.
func withPages(t *testing.T, pages map[string]string) *Engine {
	t.Helper()
	all := fstest.MapFS{}
	for _, folder := range []string{"layout", "partials"} {
		names, err := fs.Glob(files, folder+"/*.html")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = &fstest.MapFile{Data: data}
		}
	}
	for name, text := range pages {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	engine, err := parse(all)
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func page(body string) string {
	return `{{template "layout/plain" .}}{{define "main"}}` + body + `{{end}}`
}

func render(t *testing.T, body string, data testPage) string {
	t.Helper()
	var out bytes.Buffer
	if err := withPages(t, map[string]string{"pages/draft/x.html": page(body)}).Render(&out, "draft/x", data); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestOwnTemplatesParse(t *testing.T) {
	if _, err := New(); err != nil {
		t.Fatal(err)
	}
}

func TestEveryTableHasACaption(t *testing.T) {
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if tables := strings.Count(string(data), "<table"); tables != strings.Count(string(data), "<caption") {
			t.Errorf("%s: a table without a caption", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryLayoutInEveryLanguage(t *testing.T) {
	layouts, err := fs.Glob(files, "layout/*.html")
	if err != nil || len(layouts) != 5 {
		t.Fatalf("layouts: %v, %v", layouts, err)
	}
	for _, layout := range layouts {
		name := strings.TrimSuffix(layout, ".html")
		engine := withPages(t, map[string]string{"pages/draft/x.html": `{{template "` + name + `" .}}{{define "main"}}<h1>{{.Title}}</h1>{{end}}`})
		for _, lang := range locale.Languages {
			data := testPage{Base: Base{
				Printer: locale.For(lang), Title: "Titel <b>", AllianceName: "Bündnis", UserName: "Ada", SignOut: "/abmelden", IsDemo: true, DemoMailbox: "/postfach",
				Nav:    []NavItem{{Label: "Werkstatt", Href: "/werkstatt", Current: true, Count: "3"}},
				Footer: []NavItem{{Label: "Impressum", Href: "/impressum"}}, OtherLangs: []NavItem{{Label: "English", Href: "/en/", Lang: "en"}},
				Breadcrumbs: []NavItem{{Label: "Start", Href: "/"}}, Notice: "Gespeichert.", Warning: "Achtung.", Errors: []FieldError{{FieldID: "name", Message: "fehlt"}, {Message: "geht nicht"}},
			}}
			var out bytes.Buffer
			if err := engine.Render(&out, "draft/x", data); err != nil {
				t.Fatal(err)
			}
			doc := out.String()
			for _, want := range []string{
				`<html lang="` + lang + `">`, "<h1>Titel &lt;b&gt;</h1>", `href="#name"`, `aria-current="true"`, `hreflang="en"`, `action="/abmelden"`,
				`id="main"`, "Gespeichert.", "Achtung.", `href="/postfach"`,
			} {
				if !strings.Contains(doc, want) {
					t.Errorf("%s in %s: no %s", name, lang, want)
				}
			}
			if linked := strings.Contains(doc, public.URL("css/site.css")); linked == (name == "layout/file") {
				t.Errorf("%s in %s: style sheet linked: %v", name, lang, linked)
			}
			for _, not := range []string{"style=", "onclick", "maxlength", "<no value>", "ZgotmplZ"} {
				if strings.Contains(doc, not) {
					t.Errorf("%s in %s holds %s", name, lang, not)
				}
			}
		}
	}
}

func TestFailingPageWritesNothing(t *testing.T) {
	good := testPage{Base: Base{Printer: locale.For("de")}}
	for name, test := range map[string]struct {
		body string
		data testPage
	}{
		"unknown message":   {`<h1>before</h1>{{T "draft.no.such.key"}}`, good},
		"of the page":       {`<h1>before</h1>{{.T "draft.no.such.key"}}`, good},
		"unknown field":     {`<h1>before</h1>{{.NoSuchField}}`, good},
		"missing map key":   {`<h1>before</h1>{{.Words.no}}`, testPage{Base: good.Base, Words: map[string]string{"yes": "x"}}},
		"unknown asset":     {`<h1>before</h1>{{.AssetURL "css/none.css"}}`, good},
		"missing value":     {`<h1>before</h1>{{T "common.counter.of"}}`, good},
		"without a printer": {`<h1>before</h1>`, testPage{}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := withPages(t, map[string]string{"pages/draft/x.html": page(test.body)}).Render(&out, "draft/x", test.data)
			if err == nil || out.Len() > 0 {
				t.Errorf("error %v, %d bytes written", err, out.Len())
			}
		})
	}
	if err := withPages(t, nil).Render(&bytes.Buffer{}, "draft/none", good); err == nil {
		t.Error("a page that does not exist renders")
	}
}

func TestPagesDoNotSeeEachOther(t *testing.T) {
	engine := withPages(t, map[string]string{
		"pages/draft/a.html":     page(`A{{template "draft/_part" .}}`),
		"pages/draft/_part.html": `part {{.Title}}`,
		"pages/send/b.html":      page(`B`),
	})
	data := testPage{Base: Base{Printer: locale.For("de"), Title: "T"}}
	for name, want := range map[string]string{"draft/a": "Apart T", "send/b": "B"} {
		var out bytes.Buffer
		if err := engine.Render(&out, name, data); err != nil || !strings.Contains(out.String(), ">"+want) && !strings.Contains(out.String(), "\n"+want) {
			t.Errorf("%s: %v\n%s", name, err, out.String())
		}
	}
	if got := engine.Pages(); !slices.Equal(slices.Sorted(slices.Values(got)), []string{"draft/a", "send/b"}) {
		t.Errorf("pages: %v", got)
	}
	for _, broken := range []map[string]string{
		{"pages/draft/x.html": `{{template "layout/plain" .}}`},                                   // no main
		{"pages/send/x.html": page(`{{template "draft/_part" .}}`), "pages/draft/_part.html": ""}, // another folder's partial
	} {
		all := fstest.MapFS{"layout/plain.html": {Data: []byte(`{{template "main" .}}`)}}
		for name, text := range broken {
			all[name] = &fstest.MapFile{Data: []byte(text)}
		}
		engine, err := parse(all)
		if err == nil {
			err = engine.Render(&bytes.Buffer{}, "send/x", data)
		}
		if err == nil {
			t.Errorf("%v works", slices.Collect(maps.Keys(broken)))
		}
	}
}

func TestFieldNamesItsErrorAndHint(t *testing.T) {
	for _, kind := range []string{"text", "email", "textarea", "select", "file", "checkbox"} {
		doc := render(t, `{{template "field" .Name}}`, testPage{Base: Base{Printer: locale.For("de")}, Name: Field{
			Name: "mail", Type: kind, Label: "Adresse", Hint: "Wie im Impressum.", Error: "Die Adresse fehlt.", Value: `"><x`, Counter: &Counter{Limit: 10, Used: 12},
		}})
		for _, want := range []string{
			`aria-describedby="mail-hint mail-error mail-counter"`, `aria-invalid="true"`, `id="mail-hint">Wie im Impressum.`, `id="mail-error"`, "Die Adresse fehlt.", `for="mail"`,
		} {
			if !strings.Contains(doc, want) {
				t.Errorf("%s: no %s in\n%s", kind, want, doc)
			}
		}
		if strings.Contains(doc, `"><x`) {
			t.Errorf("%s: the value is not escaped", kind)
		}
	}
}

func TestFieldChoices(t *testing.T) {
	doc := render(t, `{{template "field" .Name}}`, testPage{Base: Base{Printer: locale.For("de")}, Name: Field{
		Name: "position", Type: "radio", Label: "Position", Error: "Bitte wählen.", Required: true,
		Options: []Option{{Value: "agree", Label: "Stimme zu", Hint: "ganz"}, {Value: "neutral", Label: "Neutral", Selected: true}},
	}})
	for _, want := range []string{
		`<fieldset class="field has-error" aria-describedby="position-error">`, `id="position" name="position" value="agree"`, `id="position-2" name="position" value="neutral" checked`,
		`aria-describedby="position-note"`,
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s in\n%s", want, doc)
		}
	}
}

func TestMail(t *testing.T) {
	engine := withPages(t, map[string]string{"mail/de/x.txt": `{{T "common.button.save"}} {{.Name}} & Co`, "mail/en/x.txt": `{{T "common.button.save"}} {{.Name}}`})
	for lang, want := range map[string]string{"de": "Speichern <Ä> & Co", "en": "Save <Ä>"} {
		if got, err := engine.Mail(lang, "x", struct{ Name string }{"<Ä>"}); err != nil || got != want {
			t.Errorf("%s: %q, %v", lang, got, err)
		}
	}
	if _, err := engine.Mail("de", "x", struct{}{}); err == nil {
		t.Error("a missing field is no error")
	}
	if _, err := engine.Mail("de", "y", nil); err == nil {
		t.Error("a missing mail is no error")
	}
}

// The text of a page must be the submitted text again, letter for letter.
func TestTextblockLosesNothing(t *testing.T) {
	engine := withPages(t, map[string]string{"pages/draft/x.html": page(`<div id="text">{{template "textblock" .Title}}</div>`)})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.StringOfN(rapid.RuneFrom([]rune("a <b>&\n\n\n\t ü„=-+")), 0, 60, -1).Draw(t, "text")
		var out bytes.Buffer
		if err := engine.Render(&out, "draft/x", testPage{Base: Base{Printer: locale.For("de"), Title: want}}); err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(&out)
		if err != nil {
			t.Fatal(err)
		}
		if got := blockText(find(doc, "text")); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}

func find(n *html.Node, id string) *html.Node {
	for _, a := range n.Attr {
		if a.Key == "id" && a.Val == id {
			return n
		}
	}
	for c := range n.ChildNodes() {
		if found := find(c, id); found != nil {
			return found
		}
	}
	return nil
}

// blockText reads the paragraphs of a node as a reader would copy them.
func blockText(n *html.Node) string {
	var paragraphs []string
	for p := range n.ChildNodes() {
		if p.Data != "p" {
			continue
		}
		var text strings.Builder
		for c := range p.ChildNodes() {
			if c.Data == "br" {
				text.WriteByte('\n')
			} else {
				text.WriteString(c.Data)
			}
		}
		paragraphs = append(paragraphs, text.String())
	}
	return strings.Join(paragraphs, "\n\n")
}

func TestBarFillsTheWidth(t *testing.T) {
	slices := Bar{Parts: []BarPart{{Status: "answered", Count: 7}, {Status: "general"}, {Status: "declined", Count: 4}, {Status: "no_answer", Count: 3}}}.Slices()
	end := 0
	for _, s := range slices {
		if s.X != end {
			t.Errorf("%s begins at %d, not %d", s.Status, s.X, end)
		}
		end = s.X + s.Width
	}
	if end != 1000 || len(slices) != 3 {
		t.Errorf("%d slices end at %d", len(slices), end)
	}
	if (Bar{}).Slices() != nil {
		t.Error("slices of nothing")
	}
}

func TestAssetsOfAPublicationAreRelative(t *testing.T) {
	if got, want := (Base{RelRoot: "../"}).AssetURL("css/site.css"), "../static/"+public.HashedName("css/site.css"); got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

// A self-contained file asks for nothing, and the policy lets exactly its own style pass.
func TestLayoutFileCarriesItsStyle(t *testing.T) {
	engine := withPages(t, map[string]string{"pages/compare/x.html": `{{template "layout/file" .}}{{define "main"}}<h1>{{.Title}}</h1>{{end}}`})
	var out bytes.Buffer
	if err := engine.Render(&out, "compare/x", testPage{Base: Base{Printer: locale.For("de"), Title: "T"}}); err != nil {
		t.Fatal(err)
	}
	if doc := out.String(); strings.Contains(doc, "/static/") || strings.Contains(doc, "<script") || strings.Contains(doc, "<link") {
		t.Errorf("the file fetches something:\n%s", doc)
	}
	_, rest, _ := strings.Cut(out.String(), "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	want, err := public.File("css/site.css")
	if err != nil {
		t.Fatal(err)
	}
	if style != string(want) {
		t.Error("the style is not the style sheet")
	}
	sum := sha256.Sum256([]byte(style))
	if got := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; got != SheetHash() {
		t.Errorf("hash %s, not %s", got, SheetHash())
	}
}
