package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testFunction = regexp.MustCompile(`(?m)^func (Test[A-Z]\w*)\(`)
	testName     = regexp.MustCompile(`\bTest[A-Z]\w*`)
)

// A promise of docs/trust.md names a test, or a target of the Makefile, and each of these exists.
func TestTrustNamesItsTests(t *testing.T) {
	page, err := os.ReadFile("../../docs/trust.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	if err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range testFunction.FindAllSubmatch(source, -1) {
			tests[string(m[1])] = true
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, name := range testName.FindAllString(string(page), -1) {
		if !tests[name] {
			t.Errorf("docs/trust.md names %s, which does not exist", name)
		}
	}
	promises, _, _ := strings.Cut(string(page), "\n## ")
	rows := 0
	for line := range strings.Lines(promises) {
		promise, shown, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if !strings.HasPrefix(promise, "**") {
			continue
		}
		rows++
		if !testName.MatchString(shown) && !strings.Contains(shown, "`make ") {
			t.Errorf("no test shows the promise %q", promise)
		}
	}
	if rows == 0 {
		t.Error("docs/trust.md has no promises")
	}
}
