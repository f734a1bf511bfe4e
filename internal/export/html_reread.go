package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// A passage is something vergleich.html says of one cell in somebody's own words, or the position of a thesis.
type passage struct {
	cell string // id of its article
	kind string // a key of passageClasses
	text string
}

// The kinds of passage. Their marks in the page are classes of the partial compare/_statement.
const (
	passagePosition  = "position"
	passageAnswer    = "answer"
	passageReason    = "reason-text"
	passageNote      = "note-text"
	passageRemark    = "remark-text"
	passageQuotation = "quotation-text"
)

// passagesOf lists what the page must say of a cell, in the order it says it.
func passagesOf(s Statement) (list []passage) {
	add := func(kind, text string) {
		if text != "" {
			list = append(list, passage{s.ID, kind, text})
		}
	}
	add(passagePosition, s.Position)
	add(passageAnswer, s.Text)
	add(passageReason, s.Reason)
	add(passageNote, s.Note)
	add(passageRemark, s.Remark)
	if s.Quotation != nil {
		add(passageQuotation, s.Quotation.Text)
	}
	return list
}

// rereadHTML reads the passages of a page as a browser would and compares them with what went in, each in its own cell.
func rereadHTML(page []byte, want []passage) error {
	z := html.NewTokenizer(bytes.NewReader(page))
	var read passageReader
	next := 0
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		got, done := read.token(z.Token())
		if !done {
			continue
		}
		switch {
		case next >= len(want):
			return fmt.Errorf("read back: a passage too many, %s of %s", got.kind, got.cell)
		case got != want[next]:
			return fmt.Errorf("%s of %s does not read back the same", want[next].kind, want[next].cell)
		}
		next++
	}
	switch {
	case !errors.Is(z.Err(), io.EOF):
		return fmt.Errorf("read back: %w", z.Err())
	case next != len(want):
		return fmt.Errorf("read back: %s of %s is missing", want[next].kind, want[next].cell)
	}
	return nil
}

// passageReader gathers the passage that is open: paragraphs stand apart by an empty line, lines by a break.
type passageReader struct {
	passage
	element    string // that the passage is; "" outside of one
	paragraphs []string
	now        strings.Builder
}

// token takes the next token; done is true at the end of a passage.
func (r *passageReader) token(t html.Token) (p passage, done bool) {
	switch {
	case r.element == "" && t.Type == html.StartTagToken:
		r.open(t)
	case r.element == "":
	case t.Type == html.TextToken:
		r.now.WriteString(t.Data)
	case t.Type == html.StartTagToken && t.Data == "br":
		r.now.WriteByte('\n')
	case t.Type == html.StartTagToken && t.Data == "p":
		r.now.Reset() // the line break of the source between two paragraphs
	case t.Type == html.EndTagToken && t.Data == "p":
		r.paragraphs = append(r.paragraphs, r.now.String())
		r.now.Reset()
	case t.Type == html.EndTagToken && t.Data == r.element:
		switch {
		case r.kind == passagePosition: // the class says it, the text is its word
		case r.paragraphs != nil:
			r.text = strings.Join(r.paragraphs, "\n\n")
		default:
			r.text = r.now.String()
		}
		p = r.passage
		r.element, r.paragraphs = "", nil
		return p, true
	}
	return p, false
}

// open begins a passage where an element is marked as one.
func (r *passageReader) open(t html.Token) {
	var id string
	var classes []string
	for _, a := range t.Attr {
		switch a.Key {
		case "id":
			id = a.Val
		case "class":
			classes = strings.Fields(a.Val)
		}
	}
	if t.Data == "article" {
		r.cell = id
	}
	for i, class := range classes {
		switch class {
		case passageAnswer, passageReason, passageNote, passageRemark, passageQuotation:
			r.element, r.kind = t.Data, class
		case passagePosition:
			r.element, r.kind, r.text = t.Data, class, strings.TrimPrefix(classes[i+1], "position-")
		default:
			continue
		}
		r.now.Reset()
		return
	}
}
