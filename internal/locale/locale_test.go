package locale

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// entry is a message as it stands in a file: a text, or a text per plural form.
type entry map[string]string

// catalogue reads all files of a language as they are, without go-i18n.
func catalogue(t *testing.T, lang string) map[string]entry {
	t.Helper()
	all := map[string]entry{}
	names, err := fs.Glob(files, path.Join("messages", lang, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no catalogue of %s: %v", lang, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		raw := map[string]json.RawMessage{}
		if err := json.Unmarshal(data, &raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, value := range raw {
			if strings.Count(string(data), `"`+key+`":`) > 1 {
				t.Errorf("%s: %s stands there twice", name, key)
			}
			var text string
			forms := entry{}
			if json.Unmarshal(value, &text) == nil {
				forms = entry{"": text}
			} else if err := json.Unmarshal(value, &forms); err != nil {
				t.Errorf("%s: %s: neither a text nor plural forms", name, key)
			}
			all[key] = forms
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`\{\{[^}]*\}\}`)

// names lists the placeholders of a text, sorted.
func names(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestSameKeysInEveryLanguage(t *testing.T) {
	first := catalogue(t, Languages[0])
	for _, lang := range Languages[1:] {
		other := catalogue(t, lang)
		for key := range first {
			if _, ok := other[key]; !ok {
				t.Errorf("%s: no %s", lang, key)
			}
		}
		for key := range other {
			if _, ok := first[key]; !ok {
				t.Errorf("%s: no %s", Languages[0], key)
			}
		}
	}
}

func TestEveryMessageIsComplete(t *testing.T) {
	first := catalogue(t, Languages[0])
	for _, lang := range Languages {
		for key, forms := range catalogue(t, lang) {
			if _, plain := forms[""]; !plain && (len(forms) != 2 || forms["one"] == "" || forms["other"] == "") {
				t.Errorf("%s: %s: plural forms are one and other, both with a text", lang, key)
			}
			_, plural := first[key]["other"]
			if _, own := forms["other"]; own != plural {
				t.Errorf("%s: %s: plural forms in one language only", lang, key)
			}
			for form, text := range forms {
				if strings.TrimSpace(text) == "" || text != strings.TrimSpace(text) {
					t.Errorf("%s: %s %s: empty, or blanks at an end", lang, key, form)
				}
				if want, got := names(first[key][form]), names(text); !slices.Equal(want, got) && form != "one" {
					t.Errorf("%s: %s: placeholders %v, not %v", lang, key, got, want)
				}
				for _, name := range names(text) {
					if !regexp.MustCompile(`^\{\{\.[A-Z][A-Za-z]*\}\}$`).MatchString(name) {
						t.Errorf("%s: %s: placeholder %s", lang, key, name)
					}
				}
			}
		}
	}
}

// asked finds the keys written down in templates ({{T "…"}}, {{.T "…"}}, {{$.T "…"}}) and in Go (p.T("…"), p.Must("…")
// and the message keys of errors). Keys that are put together end in a dot there and are not found.
var (
	inTemplate = regexp.MustCompile(`\bT "([^"]+)"`)
	inGo       = regexp.MustCompile(`(?:\.(?:T|Must)\(\s*"([^"]+)")|"((?:[a-z]+\.)?error\.[a-z0-9_.]*[a-z0-9_])"`)
)

func TestEveryAskedKeyExists(t *testing.T) {
	keys := catalogue(t, Languages[0])
	check := func(root, ext string, pattern *regexp.Regexp) {
		err := filepath.WalkDir(root, func(name string, file fs.DirEntry, err error) error {
			if err != nil || file.IsDir() || filepath.Ext(name) != ext || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
				key := match[len(match)-1]
				if key == "" {
					key = match[1]
				}
				if _, ok := keys[key]; !ok && !strings.HasSuffix(key, ".") {
					t.Errorf("%s: no message %q", name, key)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	check("../../templates", ".html", inTemplate)
	check("../../templates", ".txt", inTemplate)
	check("../../internal", ".go", inGo)
	check("../../templates", ".go", inGo)
}

// A message whose placeholder gets no value shows its bare key, on a page, in a mail and on the command line: whoever names a
// key in Go gives all its values beside it.
func TestEveryAskedKeyGetsItsValues(t *testing.T) {
	keys := catalogue(t, Languages[0])
	literal := func(e ast.Expr) string {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			return s
		}
		return ""
	}
	later := []string{ // their values are given where they are said
		"alliance.party_list.error.column_missing", "compare.import.faulty", "alliance.party_list.faulty", "alliance.personen.copy_text",
	}
	found := 0
	look := func(files *token.FileSet, at ast.Node, key string, values []ast.Expr) {
		var given, wanted []string
		for i := 0; i < len(values); i += 2 {
			given = append(given, "{{."+literal(values[i])+"}}")
		}
		for _, text := range keys[key] {
			wanted = append(wanted, names(text)...)
		}
		found++
		for _, name := range wanted {
			if !slices.Contains(given, name) && !slices.Contains(later, key) {
				t.Errorf("%s: %s gets no %s", files.Position(at.Pos()), key, name)
			}
		}
	}
	err := filepath.WalkDir("../../internal", func(name string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				for i, arg := range n.Args {
					if keys[literal(arg)] != nil && !n.Ellipsis.IsValid() {
						look(files, arg, literal(arg), n.Args[i+1:])
					}
				}
			case *ast.CompositeLit: // survey.Error{Key: …, Args: []any{…}} and the like
				key, values := "", []ast.Expr(nil)
				for _, e := range n.Elts {
					pair, ok := e.(*ast.KeyValueExpr)
					if !ok {
						continue
					}
					switch fmt.Sprint(pair.Key) {
					case "Key":
						key = literal(pair.Value)
					case "Args":
						if list, ok := pair.Value.(*ast.CompositeLit); ok {
							values = list.Elts
						}
					}
				}
				if keys[key] != nil {
					look(files, n, key, values)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || found < 300 {
		t.Errorf("%d keys found, %v", found, err)
	}
}

func TestClosedSets(t *testing.T) {
	for prefix, values := range map[string]string{
		"status":         "pending answered no_position general refers declined no_answer not_reached not_asked withdrawn unknown",
		"status_meaning": "pending answered no_position general refers declined no_answer not_reached not_asked withdrawn unknown",
		"position":       "agree neutral disagree",
		"provenance":     "form transcribed import",
		"level":          "eu bund land kommune",
		"kind":           "text thesis",
		"question_state": "idea draft review agreed dropped",
		"role":           "reader member lead coordinator administrator party demo",
		"phase":          "draft locked open closed imported",
		"channel":        "unknown form portal mail",
		"mail_kind":      "invitation reminder extension code receipt staff test notice",
		"mail_state":     "queued sent failed revoked",
	} {
		for value := range strings.FieldsSeq(values) {
			for _, lang := range Languages {
				if !For(lang).Has("common." + prefix + "." + value) {
					t.Errorf("%s: no common.%s.%s", lang, prefix, value)
				}
			}
		}
	}
}

// The words of the domain bind everywhere: the page, the workbook and the files.
func TestGermanWordsOfTheDomain(t *testing.T) {
	words := map[string]string{
		"status.pending": "ausstehend", "status.answered": "beantwortet", "status.no_position": "keine abgestimmte Position",
		"status.general": "allgemeine Antwort", "status.refers": "verweist auf Wahlprogramm", "status.declined": "Beantwortung abgelehnt",
		"status.no_answer": "keine Antwort", "status.not_reached": "nicht erreicht", "status.not_asked": "nicht gefragt",
		"status.withdrawn": "zurückgezogen", "status.unknown": "nicht überliefert",
		"position.agree": "Stimme zu", "position.neutral": "Neutral", "position.disagree": "Stimme nicht zu",
	}
	for key := range words {
		if got := For("de").Must("common." + key); got != words[key] {
			t.Errorf("%s is %q, not %q", key, got, words[key])
		}
	}
	// what the glossary calls by another name
	for key, forms := range catalogue(t, "de") {
		for _, text := range forms {
			for _, word := range []string{"Fragebog", "Fragebög", "Listenplatz"} {
				if strings.Contains(text, word) {
					t.Errorf("%s: %q says %s", key, text, word)
				}
			}
		}
	}
}

func TestT(t *testing.T) {
	for _, test := range []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"de", "common.button.save", nil, "Speichern"},
		{"en", "common.button.save", nil, "Save"},
		{"fr", "common.button.save", nil, "Speichern"},
		{"de", "common.questions", []any{"Count", 1}, "eine Frage"},
		{"de", "common.questions", []any{"Count", 0}, "0 Fragen"},
		{"de", "common.questions", []any{"Count", 1444}, "1.444 Fragen"},
		{"en", "common.questions", []any{"Count", 1}, "one question"},
		{"en", "common.questions", []any{"Count", 1444}, "1,444 questions"},
		{"de", "common.question_number", []any{"Number", 3}, "Frage 3"},
	} {
		if got, err := For(test.lang).T(test.key, test.args...); err != nil || got != test.want {
			t.Errorf("%s %s: %q, %v", test.lang, test.key, got, err)
		}
	}
	for name, args := range map[string][]any{
		"common.no_such_key":     nil,
		"common.questions":       nil,              // a plural without a Count
		"common.question_number": {"Nummer", 3},    // another name
		"common.version":         {"Number"},       // half a pair
		"common.button.save":     {"Number"},       // half a pair, where none is needed
		"common.reference":       {7, "Number"},    // no name
		"common.answers":         {"Count", "one"}, // no number
	} {
		for _, lang := range Languages {
			if got, err := For(lang).T(name, args...); err == nil {
				t.Errorf("%s %v: %q without an error", name, args, got)
			}
			if got := For(lang).Must(name, args...); got != name {
				t.Errorf("Must(%s) is %q", name, got)
			}
		}
	}
}
