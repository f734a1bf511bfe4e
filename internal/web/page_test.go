package web_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pruefstein/templates"
)

// What every page has is printed by the layouts from the field of that name: a page that hides it would print nothing, or something
// else, and no compiler says so.
func TestNoPageHidesWhatEveryPageHas(t *testing.T) {
	var all structs
	for _, top := range []string{"../../internal", "../../templates"} {
		err := filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "node_modules") {
				return fs.SkipDir
			}
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			return all.add("pruefstein/"+strings.TrimPrefix(path.Dir(filepath.ToSlash(name)), "../../"), name, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	pages, faults := all.hidden()
	if len(pages) < 50 {
		t.Errorf("only %d pages are found", len(pages))
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

// The test itself must be able to fail.
func TestHiddenIsFound(t *testing.T) {
	var all structs
	for name, source := range map[string]string{
		"templates": `type Base struct{ Title string }; type Row struct{ Notice string }`,
		"web":       `import "pruefstein/templates"; type Plain struct{ templates.Base; Lead string }; type Row struct{ Title string }`,
		"room": `import ("pruefstein/templates"; kit "pruefstein/web"); type first struct{ templates.Base; Errors int }; type base struct{ *kit.Plain; Path string }
			type second struct{ base; Rows []string }; type third struct{ base; templates.Row }; type fourth struct{ kit.Plain; Date string }`,
	} {
		if err := all.add("pruefstein/"+name, name+".go", "package "+name+"; "+source); err != nil {
			t.Fatal(err)
		}
	}
	pages, faults := all.hidden()
	want := []string{"room.base: Path", "room.first: Errors", "room.fourth: Date", "room.third: Notice"}
	if len(pages) != 6 || !slices.Equal(faults, want) {
		t.Errorf("pages %v, hidden %q", pages, faults)
	}
}

// structs are the fields of every struct, by the path of its package and its name.
type structs map[string][]field

// field is a field by its name, and by its type if that is embedded.
type field struct{ name, embedded string }

// base is what every page embeds.
const base = "pruefstein/templates.Base"

// add reads the structs of a file.
func (all *structs) add(pkg, file string, source any) error {
	if *all == nil {
		*all = structs{}
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
	if err != nil {
		return err
	}
	imports := map[string]string{}
	for _, spec := range parsed.Imports {
		from, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		name := path.Base(from)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = from
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if list, ok := spec.Type.(*ast.StructType); ok {
				(*all)[pkg+"."+spec.Name.Name] = fieldsOf(list, pkg, imports)
			}
		}
		return true
	})
	return nil
}

func fieldsOf(list *ast.StructType, pkg string, imports map[string]string) (fields []field) {
	for _, f := range list.Fields.List {
		for _, name := range f.Names {
			fields = append(fields, field{name: name.Name})
		}
		if f.Names != nil {
			continue
		}
		embedded := f.Type
		if pointer, ok := embedded.(*ast.StarExpr); ok {
			embedded = pointer.X
		}
		switch t := embedded.(type) {
		case *ast.Ident:
			fields = append(fields, field{t.Name, pkg + "." + t.Name})
		case *ast.SelectorExpr:
			fields = append(fields, field{t.Sel.Name, imports[t.X.(*ast.Ident).Name] + "." + t.Sel.Name})
		}
	}
	return fields
}

// isPage tells whether a struct embeds what every page has, itself or by another.
func (all structs) isPage(name string) bool {
	return slices.ContainsFunc(all[name], func(f field) bool { return f.embedded == base || all.isPage(f.embedded) })
}

// names lists the fields of a struct and of what it embeds, but for those that every page has, and of the pages it embeds.
func (all structs) names(name string) (list []string) {
	for _, f := range all[name] {
		list = append(list, f.name)
		if f.embedded != base && !all.isPage(f.embedded) {
			list = append(list, all.names(f.embedded)...)
		}
	}
	return list
}

// hidden lists all pages, and what they hide of the fields and methods that every page has.
func (all structs) hidden() (pages, faults []string) {
	has := map[string]bool{}
	every := reflect.TypeFor[templates.Base]()
	for _, f := range reflect.VisibleFields(every) {
		has[f.Name] = true
	}
	for m := range every.Methods() {
		has[m.Name] = true
	}
	for name := range all {
		if !all.isPage(name) {
			continue
		}
		pages = append(pages, name)
		for _, own := range all.names(name) {
			if has[own] {
				faults = append(faults, fmt.Sprintf("%s: %s", path.Base(name), own))
			}
		}
	}
	slices.Sort(faults)
	return pages, faults
}
