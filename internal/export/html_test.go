package export

import (
	"bytes"
	"strings"
	"testing"
)

func TestRereadHTMLFindsEveryDifference(t *testing.T) {
	texts := []string{"eins\n\nzwei\ndrei", "<b>vier</b> & mehr"}
	page := `<div class="answer" lang="de"><p>eins</p>` + "\n" + `<p>zwei<br>drei</p></div><div><p>x</p></div><div class="answer"><p>&lt;b&gt;vier&lt;/b&gt; &amp; mehr</p></div>`
	if err := rereadHTML([]byte(page), texts); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{"eins", "ein"}, {"<br>", " "}, {"</p>\n<p>", "\n"}, {"&amp;", "&amp;&amp;"}, {`<div class="answer"><p>&lt;`, `<div><p>&lt;`}} {
		if err := rereadHTML([]byte(strings.Replace(page, change[0], change[1], 1)), texts); err == nil {
			t.Errorf("%q for %q is not found", change[1], change[0])
		}
	}
	if err := rereadHTML(bytes.Repeat([]byte(page), 2), texts); err == nil {
		t.Error("an answer too many is not found")
	}
}
