package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/survey"
)

// The glossary names what is there: every name in it stands in the code of the domain, and everything that is stored stands in it.
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
				if id, ok := n.(*ast.Ident); ok && id.IsExported() {
					there[id.Name] = true
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
	tables := reflect.TypeFor[survey.Tx]()
	for i := range tables.NumField() {
		list, ok := tables.Field(i).Type.MethodByName("Get")
		if !ok {
			continue
		}
		if entity := list.Type.Out(0).Name(); !named[entity] {
			t.Errorf("%s is stored, and not in the glossary", entity)
		}
	}
}
