package export

import (
	"bytes"
	"strings"
	"testing"

	"pruefstein/internal/survey"
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

// A letter without a date is named after the day it came; the line of its provenance gives that day once.
func TestProvenanceGivesTheDayOnce(t *testing.T) {
	for source, want := range map[string]int{"Brief, eingegangen am 23. November 2026": 1, "Brief vom 20. November 2026": 2} {
		v := survey.Version{Status: survey.Answered, Text: "Ja.", Provenance: survey.Transcribed, Record: "r", CheckedBy: "u", Source: source, ReceivedAt: "2026-11-23"}
		facts := provenance(german, survey.Comparison{}, survey.ComparedCell{Cell: survey.Cell{Status: survey.Answered, Current: &v, History: []survey.Version{v}}})
		days := 0
		for _, f := range facts {
			days += strings.Count(f.Value, "November 2026")
		}
		if days != want {
			t.Errorf("%s: %d days in %+v, want %d", source, days, facts, want)
		}
	}
}
