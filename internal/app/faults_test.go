package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestFaultsNameFieldsOfCommands reads the domain: what a fault names is a field of a struct there, or a parameter of a use case, and
// no input of a page.
func TestFaultsNameFieldsOfCommands(t *testing.T) {
	fset := token.NewFileSet()
	record := fieldNames(parseRoom(t, fset, "survey"))
	for _, verb := range []string{"draft", "send", "answer", "transcribe", "compare", "alliance"} {
		files := parseRoom(t, fset, verb)
		known := fieldNames(files)
		seen := 0
		for _, fault := range namedByFaults(files) {
			seen++
			name, err := strconv.Unquote(fault.name.Value)
			if err != nil {
				t.Fatal(err)
			}
			one := inList.ReplaceAllString(name, "") // of a list: text-7, place-<id>, days-1
			switch {
			case fault.read != "" && one != fault.read && !strings.HasSuffix(fault.read, "."+one) && one != strings.ReplaceAll(fault.read, ".", "_"):
				t.Errorf("%s: a fault of %s is named %q", fset.Position(fault.name.Pos()), fault.read, name)
			case fault.read == "" && one != "" && !known[one] && !record[one] && !known[one+"s"] && one != "whole_text": // Whole.Text
				t.Errorf("%s: no command has a field %q", fset.Position(fault.name.Pos()), name)
			}
		}
		if seen == 0 && verb != "compare" {
			t.Errorf("%s: no fault found", verb)
		}
	}
}

func parseRoom(t *testing.T, fset *token.FileSet, room string) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("..", room, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func inSmallLetters(name string) string {
	return strings.ToLower(wordStart.ReplaceAllString(name, "${1}_$2"))
}

// inList is what a name of a fault in a list ends with: the number may be typed right here.
var inList = regexp.MustCompile(`-[0-9]*$`)

var wordStart = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// fieldNames returns the names of fields of structs and of parameters, as faults spell them.
func fieldNames(files []*ast.File) map[string]bool {
	names := map[string]bool{}
	add := func(list *ast.FieldList) {
		for _, field := range list.List {
			for _, name := range field.Names {
				names[inSmallLetters(name.Name)] = true
			}
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.StructType:
				add(n.Fields)
			case *ast.FuncType:
				add(n.Params)
			}
			return true
		})
	}
	return names
}

// namedFault is the name that a fault is noted at: the first argument of a method of survey.Faults, or Field of a survey.Fault.
type namedFault struct {
	name *ast.BasicLit
	read string // the field that is read, as in whole.text; "" none is
}

func namedByFaults(files []*ast.File) (faults []namedFault) {
	methods := map[string]bool{"Add": true, "Line": true, "Text": true, "Day": true, "Whole": true, "Email": true, "WebAddress": true, "Licence": true,
		"Future": true, "Date": true, "Copies": true, "Postal": true}
	take := func(e ast.Expr, read string) {
		if sum, ok := e.(*ast.BinaryExpr); ok {
			e = sum.X
		}
		if text, ok := e.(*ast.BasicLit); ok && text.Kind == token.STRING {
			faults = append(faults, namedFault{text, read})
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if method, ok := n.Fun.(*ast.SelectorExpr); ok && methods[method.Sel.Name] && len(n.Args) > 1 {
					take(n.Args[0], fieldRead(n.Args[1]))
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Field" {
					take(n.Value, "")
				}
			}
			return true
		})
	}
	return faults
}

// fieldRead names the field of a struct in an expression such as &cmd.Whole.Text.
func fieldRead(e ast.Expr) string {
	if pointer, ok := e.(*ast.UnaryExpr); ok {
		e = pointer.X
	}
	inner, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	name := inSmallLetters(inner.Sel.Name)
	if outer, ok := inner.X.(*ast.SelectorExpr); ok {
		name = inSmallLetters(outer.Sel.Name) + "." + name
	}
	return name
}
