package templates

import (
	"bytes"
	"html/template"
	"testing"
	tree "text/template/parse"
)

// What is folded says the same bytes as what is not, in whatever place it stands; what needs data, or fails, is left as it is.
func TestFoldChangesNoByte(t *testing.T) {
	parsed := func(t *testing.T, body string) *template.Template {
		t.Helper()
		tmpl := template.New("page").Funcs(functions("de"))
		template.Must(tmpl.New("icon").Parse(`<svg><use href="#i-{{.}}"/></svg>`))
		template.Must(tmpl.New("box").Parse(`<p>{{T "common.notice.warning"}}: {{.}}</p>`))
		template.Must(tmpl.New("rec").Parse(`{{if .}}{{T "common.yes"}}{{template "rec" ""}}{{end}}`))
		return template.Must(tmpl.Parse(body))
	}
	data := struct {
		Name string
		List []string
	}{`<"O'Neill" & Co>`, []string{"a", "b"}}
	for _, test := range []struct {
		body   string
		folded bool // to nothing but text
	}{
		{`<b>{{T "common.button.save"}}</b> <i>{{number 1444}}</i>`, true},
		{`<b title="{{T "common.counter.of" "Used" "<1>" "Limit" "'2'"}}">{{T "common.counter.of" "Used" "<1>" "Limit" "'2'"}}</b>`, true},
		{`<b title={{T "common.product"}}>{{print "a" "<b>" 1}}</b>`, true},
		{`<a href="/x?{{T "common.button.save"}}">{{T (print "common." "yes")}}</a>`, true},
		{`<script>let x = {{T "common.button.save"}};</script>`, true},
		{`{{template "icon" "info"}}{{template "box" "a<b>"}}`, true},
		{`{{template "rec" "x"}}`, true},
		{`{{T "common.yes"}}{{.Name}}{{T "common.no"}}`, false},
		{`{{range $i, $x := .List}}{{T "common.yes"}} {{$x}}{{else}}{{T "common.no"}}{{end}}`, false},
		{`{{if .Name}}{{T "common.yes"}}{{template "box" .Name}}{{else}}{{T "common.no"}}{{end}}`, false},
		{`{{with $x := "a"}}{{$x}}{{end}}{{with .Name}}{{template "icon" .}}{{end}}`, false},
		{`<p title="{{template "box" "x"}}">{{template "box" "y"}}</p>`, true},
	} {
		var want, got, again bytes.Buffer
		if err := parsed(t, test.body).Execute(&want, data); err != nil {
			t.Fatal(err)
		}
		page := parsed(t, test.body)
		if err := fold(page); err != nil {
			t.Fatal(err)
		}
		if err := page.Execute(&got, data); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("%s\nsays   %s\nfolded %s", test.body, &want, &got)
		}
		nodes := page.Tree.Root.Nodes
		if _, text := nodes[0].(*tree.TextNode); test.folded != (text && len(nodes) == 1) {
			t.Errorf("%s became %v", test.body, page.Tree.Root)
		}
		if err := page.Execute(&again, data); err != nil || again.String() != want.String() {
			t.Errorf("%s: the second time %s, %v", test.body, &again, err)
		}
	}
	for _, body := range []string{`{{T "common.no.such.key"}}`, `{{T "common.counter.of"}}`, `{{template "box"}}{{slice "a" 3}}`} {
		page := parsed(t, body)
		if err := fold(page); err != nil {
			t.Fatal(err)
		}
		if err := page.Execute(&bytes.Buffer{}, data); err == nil {
			t.Errorf("%s does not fail", body)
		}
	}
	if err := fold(parsed(t, `<a href={{.Name}}{{if .Name}}"{{end}}>`)); err == nil {
		t.Error("a page that cannot be made safe is folded")
	}
}
