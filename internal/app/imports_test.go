package app_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A room is a package of ours, with the packages of ours that it may import.
type room struct {
	name    string
	imports []string
	reason  string
}

// rooms says which way dependencies point: from the edge to the domain, never back and never sideways. A package
// that is not listed may not exist; a new line needs a reason. Tests may import what they like.
var rooms = []room{
	{"cmd/pruefstein", []string{"app", "config"}, "reads the command line into a config and hands it to the app"},
	{"app", []string{"office", "alliance", "draft", "send", "answer", "transcribe", "compare", "integrity",
		"web", "web/site", "web/alliance", "web/demo", "web/transcribe",
		"bolt", "config", "export", "interchange", "ledger", "locale", "mail", "publish", "survey", "templates", "public"},
		"puts the parts together, so it knows them all, but nothing made for tests"},

	{"web/site", []string{"office", "publish", "web", "web/draft", "web/send", "web/answer", "web/transcribe", "web/compare", "web/alliance", "web/public", "web/demo"},
		"puts the rooms of the web behind one server"},
	// No room of the web knows another, and each knows the use cases of its verb alone.
	{"web/draft", []string{"web", "draft", "survey", "templates"}, "shows drafting"},
	{"web/send", []string{"web", "send", "survey", "locale", "templates"}, "shows sending"},
	{"web/answer", []string{"web", "answer", "survey", "locale", "templates"}, "shows answering"},
	{"web/transcribe", []string{"web", "transcribe", "survey", "templates"}, "shows transcribing"},
	{"web/compare", []string{"web", "compare", "interchange", "publish", "survey", "templates"}, "shows publishing, and takes in what was published elsewhere"},
	{"web/alliance", []string{"web", "alliance", "partylist", "survey", "locale", "templates"}, "shows the alliance to itself; reads lists of parties"},
	{"web/public", []string{"web", "publish", "survey", "locale", "templates", "public"}, "shows readers what is no part of a publication"},
	{"web/demo", []string{"web", "survey", "templates"}, "is what the demonstration alone has"},
	{"web", []string{"alliance", "survey", "locale", "templates", "public"}, "is what every room of the web stands on"},
	{"publish", []string{"compare", "survey", "export", "locale", "templates", "public"}, "builds pages and downloads into one folder"},
	{"export", []string{"survey", "interchange", "locale", "templates"}, "daten.json is the interchange format; vergleich.html is a template"},
	{"mail", []string{"send", "survey", "locale", "templates"}, "composes what the outbox of the domain holds"},
	{"interchange", []string{"compare", "survey", "locale"}, "reads and writes the types of the domain, the rule of the order in words"},
	{"partylist", []string{"alliance", "survey"}, "reads what the alliance takes in of an election"},
	{"bolt", []string{"survey"}, "keeps the types of the domain"},
	{"memory", []string{"survey"}, "keeps the types of the domain"},
	{"locale", []string{"survey"}, "has a word for every value of the domain"},
	{"config", nil, "is filled by the command line and read by the app"},

	{"office", []string{"alliance", "draft", "send", "answer", "transcribe", "compare", "survey"}, "is one of each verb"},
	{"integrity", []string{"ledger", "survey"}, "compares all that is stored"},
	// No verb knows another: they meet only in the record.
	{"draft", []string{"survey", "textdiff"}, "is a verb"},
	{"send", []string{"survey"}, "is a verb"},
	{"answer", []string{"survey"}, "is a verb"},
	{"transcribe", []string{"survey"}, "is a verb, the office's half of answer"},
	{"compare", []string{"survey", "ledger"}, "is a verb"},
	{"alliance", []string{"survey"}, "is what serves all verbs: people, elections, organisations"},

	{"survey", []string{"ledger", "textdiff"}, "is the record, the words and rules all verbs share: it knows nobody who uses it"},
	{"ledger", nil, "could stand alone"},
	{"textdiff", nil, "could stand alone"},

	{"templates", []string{"survey", "locale", "public"}, "is a folder of files with what they need to be parsed; a field shows its text mended"},
	{"public", nil, "is a folder of files"},

	{"web/webtest", []string{"web", "web/site", "web/alliance", "web/demo", "office", "publish", "survey", "ledger", "memory", "storetest", "testkit", "testworld"},
		"starts the whole site for the tests of the web"},
	{"storetest", []string{"survey", "testkit"}, "is the contract of a store, in tests only"},
	{"soak", []string{"testkit"}, "drives the built program from outside; only its mails are read with what the tests have for that"},
	{"testkit", nil, "serves tests only"},
	{"testkit/browser", nil, "serves the tests that need a browser"},
	{"testworld", []string{"office", "integrity", "alliance", "answer", "draft", "transcribe", "survey", "send", "memory", "storetest", "ledger", "locale", "testkit", "templates"}, "is what tests of several verbs start from"},
}

// domain are the rooms of rules.
var domain = []string{"survey", "draft", "send", "answer", "transcribe", "compare", "alliance", "integrity"}

// domainMayImport lists what is not ours and yet in the domain, with all below it.
var domainMayImport = []string{
	"golang.org/x/text",      // NFC, sorting
	"golang.org/x/net/idna",  // domains with umlauts
	"github.com/rivo/uniseg", // words and graphemes
	"github.com/google/uuid", // ids
}

// domainMustNotImport lists what the standard library offers for showing and storing, which others do.
var domainMustNotImport = []string{"net/http", "html/template", "text/template", "database/sql"}

func TestDependenciesPointOneWay(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	faults, err := importFaults(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

// The test itself must be able to fail.
func TestImportFaults(t *testing.T) {
	root := t.TempDir()
	for file, source := range map[string]string{
		"internal/bolt/a.go":              `package bolt; import ("pruefstein/internal/survey"; "go.etcd.io/bbolt")`,
		"internal/bolt/b.go":              `package bolt; import "pruefstein/internal/web"`,
		"internal/bolt/b_test.go":         `package bolt; import "pruefstein/internal/memory"`,
		"internal/survey/a.go":            `package survey; import ("time"; "golang.org/x/text/unicode/norm"; "github.com/gin-gonic/gin")`,
		"internal/survey/b.go":            `package survey; import ("net/http"; "pruefstein/internal/bolt")`,
		"internal/utils/a.go":             `package utils`,
		"internal/survey/deep/a.go":       `package deep`,
		"internal/testkit/node_modules/x": `not Go`,
		"cmd/pruefstein/main.go":          `package main; import "pruefstein/internal/app"`,
		"public/public.go":                `package public; import "pruefstein/internal/locale"`,
	} {
		name := filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	faults, err := importFaults(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"internal/bolt/b.go: bolt must not import web",
		"internal/survey/a.go: survey must not import github.com/gin-gonic/gin",
		"internal/survey/b.go: survey must not import bolt",
		"internal/survey/b.go: survey must not import net/http",
		"internal/survey/deep/a.go: survey/deep is not in the table of rooms",
		"internal/utils/a.go: utils is not in the table of rooms",
		"public/public.go: public must not import locale",
	}
	if !slices.Equal(faults, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(faults, "\n"), strings.Join(want, "\n"))
	}
}

// importFaults reads the imports of every Go file below root that is not a test.
func importFaults(root string) ([]string, error) {
	var faults []string
	for _, top := range []string{"cmd", "internal", "public", "templates"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(file string, entry fs.DirEntry, err error) error {
			switch {
			case os.IsNotExist(err):
				return nil
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "node_modules"):
				return fs.SkipDir
			case entry.IsDir(), !strings.HasSuffix(file, ".go"), strings.HasSuffix(file, "_test.go"):
				return nil
			}
			relative, err := filepath.Rel(root, file)
			if err != nil {
				return err
			}
			found, err := faultsOf(file, filepath.ToSlash(relative))
			faults = append(faults, found...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(faults)
	return faults, nil
}

// faultsOf compares the imports of one file with the table.
func faultsOf(file, relative string) ([]string, error) {
	name := strings.TrimPrefix(path.Dir(relative), "internal/")
	at := slices.IndexFunc(rooms, func(r room) bool { return r.name == name })
	if at < 0 {
		return []string{fmt.Sprintf("%s: %s is not in the table of rooms", relative, name)}, nil
	}
	source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, spec := range source.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		ours, isOurs := strings.CutPrefix(imported, "pruefstein/")
		ours = strings.TrimPrefix(ours, "internal/")
		switch {
		case isOurs && !slices.Contains(rooms[at].imports, ours):
			faults = append(faults, fmt.Sprintf("%s: %s must not import %s", relative, name, ours))
		case !isOurs && slices.Contains(domain, name) && !allowedInDomain(imported):
			faults = append(faults, fmt.Sprintf("%s: %s must not import %s", relative, name, imported))
		}
	}
	return faults, nil
}

// allowedInDomain judges an import that is not ours. A path of the standard library has no dot in its first element.
func allowedInDomain(imported string) bool {
	below := func(parent string) bool { return imported == parent || strings.HasPrefix(imported, parent+"/") }
	first, _, _ := strings.Cut(imported, "/")
	if strings.Contains(first, ".") {
		return slices.ContainsFunc(domainMayImport, below)
	}
	return !slices.ContainsFunc(domainMustNotImport, below)
}

// No column has a way into another, over whatever packages: from the pages of a verb the table leads to that verb alone, and to
// alliance, which knows who is signed in.
func TestColumnsStandApart(t *testing.T) {
	verbs := []string{"draft", "send", "answer", "transcribe", "compare", "alliance"}
	imports := map[string][]string{}
	for _, r := range rooms {
		imports[r.name] = r.imports
	}
	for _, verb := range verbs {
		seen := map[string]bool{}
		var reach func(name string)
		reach = func(name string) {
			for _, to := range imports[name] {
				if !seen[to] {
					seen[to] = true
					reach(to)
				}
			}
		}
		reach("web/" + verb)
		for _, other := range verbs {
			if seen[other] != (other == verb || other == "alliance") || seen["web/"+other] {
				t.Errorf("web/%s reaches %s: %v", verb, other, seen[other])
			}
		}
	}
}
