package templates

import (
	"io/fs"
	"path"
	"strings"
)

// NewFor parses the templates one page needs, "compare/single", for a part of the program that renders no other: the whole
// set takes a hundred times the memory.
func NewFor(page string) (*Engine, error) { return parse(only{page}) }

// only is the embedded templates with a single page and no mails.
type only struct{ page string }

// Open implements fs.FS.
func (o only) Open(name string) (fs.File, error) { return files.Open(name) }

// ReadDir implements fs.ReadDirFS, which both fs.WalkDir and fs.Glob ask.
func (o only) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := files.ReadDir(name)
	own := path.Join("pages", o.page) + ".html"
	var kept []fs.DirEntry
	for _, e := range entries {
		full := path.Join(name, e.Name())
		switch {
		case strings.HasPrefix(full, "mail/"):
		case !strings.HasPrefix(full, "pages/"), full == own, strings.HasPrefix(own, full+"/"), strings.HasPrefix(e.Name(), "_"):
			kept = append(kept, e)
		}
	}
	return kept, err
}
