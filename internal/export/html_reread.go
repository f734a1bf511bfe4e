package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// rereadHTML reads the answer blocks of a page as a browser would and compares them with the texts that went in.
func rereadHTML(page []byte, want []string) error {
	z := html.NewTokenizer(bytes.NewReader(page))
	var block answerBlock
	next := 0
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		text, done := block.read(z.Token())
		if !done {
			continue
		}
		if next >= len(want) || text != want[next] {
			return fmt.Errorf("what was written of answer %d does not read back the same", next+1)
		}
		next++
	}
	switch {
	case !errors.Is(z.Err(), io.EOF):
		return fmt.Errorf("read back: %w", z.Err())
	case next != len(want):
		return fmt.Errorf("read back: %d answers, not %d", next, len(want))
	}
	return nil
}

// answerBlock gathers the text of <div class="answer">: paragraphs stand apart by an empty line, lines by a break.
type answerBlock struct {
	open, inside bool // within the block; within one of its paragraphs
	paragraphs   []string
	text         strings.Builder
}

// read takes the next token; done is true at the end of a block, with its text.
func (b *answerBlock) read(token html.Token) (text string, done bool) {
	switch {
	case !b.open:
		answer := html.Attribute{Key: "class", Val: "answer"}
		b.open = token.Type == html.StartTagToken && token.Data == "div" && slices.Contains(token.Attr, answer)
	case token.Type == html.TextToken && b.inside:
		b.text.WriteString(token.Data)
	case token.Data == "br" && token.Type == html.StartTagToken:
		b.text.WriteByte('\n')
	case token.Data == "p" && token.Type == html.StartTagToken:
		b.inside = true
	case token.Data == "p" && token.Type == html.EndTagToken:
		b.inside, b.paragraphs = false, append(b.paragraphs, b.text.String())
		b.text.Reset()
	case token.Data == "div" && token.Type == html.EndTagToken:
		text = strings.Join(b.paragraphs, "\n\n")
		b.open, b.paragraphs = false, nil
		return text, true
	}
	return "", false
}
