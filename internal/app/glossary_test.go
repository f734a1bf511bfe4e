package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// noWord are the exported types of the record that the glossary need not name: they are no words of the field.
var noWord = map[string]string{
	"Store": "storage", "Tx": "storage", "Table": "storage", "Rows": "storage", "Index": "storage", "Indexed": "storage", "Entity": "storage",
	"Kernel": "what use cases stand on", "Clock": "what use cases stand on", "SystemClock": "what use cases stand on",
	"Sealer": "what use cases stand on", "Addresses": "what use cases stand on",
	"Error": "how something is refused", "Code": "how something is refused", "Fault": "how something is refused", "Faults": "how something is refused",
	"Slug": "a form of text", "Stamp": "a form of text",
	"Named": "a line of a list", "Listed": "a line of a list", "ListedReturns": "a line of a list",
}

// partOf are the ends of types which say something of what stands before: QuestionState is that of a Question.
var partOf = regexp.MustCompile(`(ID|Kind|State)$`)

// The glossary names what is there: every name in it stands in the code of the domain, and every exported type of the record stands in it.
func TestGlossaryNamesWhatIsThere(t *testing.T) {
	text, err := os.ReadFile("../../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`([A-Z][A-Za-z]*)[`.]").FindAllStringSubmatch(string(text), -1) {
		named[m[1]] = true
	}
	there := map[string]bool{}
	var types []string // exported ones of the record
	for _, room := range domain {
		files, err := filepath.Glob("../" + room + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(source, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.Ident:
					there[n.Name] = true
				case *ast.TypeSpec:
					if room == "survey" && n.Name.IsExported() {
						types = append(types, n.Name.Name)
					}
				}
				return true
			})
		}
	}
	for name := range named {
		if !there[name] {
			t.Errorf("the glossary names %s, which is nowhere", name)
		}
	}
	unused := maps.Clone(noWord)
	for _, name := range types {
		switch word := partOf.ReplaceAllString(name, ""); {
		case named[name] && noWord[name] != "":
			t.Errorf("%s is in the glossary, and an exception", name)
		case !named[name] && !named[word] && noWord[name] == "":
			t.Errorf("%s is not in the glossary", name)
		}
		delete(unused, name)
	}
	for name := range unused {
		t.Errorf("%s is an exception, and no type of the record", name)
	}
}
