package export

import (
	"bytes"
	"strings"
	"testing"

	"pruefstein/internal/survey"
)

func TestRereadHTMLFindsEveryDifference(t *testing.T) {
	want := []passage{
		{"frage-1-a", passageAnswer, "eins\n\nzwei\ndrei"}, {"frage-1-a", passageNote, "Präzisiert.\n\nAuf Wunsch."},
		{"frage-2-a", passagePosition, "agree"}, {"frage-2-a", passageAnswer, "<b>vier</b> & mehr"},
		{"frage-2-b", passageReason, "Keine Zeit."}, {"frage-2-b", passageQuotation, "Frei ist gut."},
	}
	page := `<article class="entry" id="frage-1-a"><div class="answer" lang="de"><p>eins</p>` + "\n" + `<p>zwei<br>drei</p></div><div><p>x</p></div>
<p><strong>Vermerk:</strong> </p><div class="note-text" lang="de"><p>Präzisiert.</p>` + "\n" + `<p>Auf Wunsch.</p></div></article>
<article id="frage-2-a"><span class="position position-agree"><svg></svg><span>Stimme zu</span></span><div class="answer"><p>&lt;b&gt;vier&lt;/b&gt; &amp; mehr</p></div></article>
<article id="frage-2-b"><div class="reason"><p>Grund</p><div class="reason-text"><p>Keine Zeit.</p></div></div>
<blockquote class="quotation-text"><p>Frei ist gut.</p></blockquote></article>`
	if err := rereadHTML([]byte(page), want); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{"eins", "ein"}, {"<br>", " "}, {"</p>\n<p>", "\n"}, {"&amp;", "&amp;&amp;"}, {`<div class="answer"><p>&lt;`, `<div><p>&lt;`},
		{"Präzisiert", "präzisiert"}, {"position-agree", "position-neutral"}, {"Keine Zeit", "Keine"}, {"Frei", "frei"}, {"frage-2-a", "frage-2-c"},
		{"</article>\n<article id=\"frage-2-b\">", ""},
	} {
		if err := rereadHTML([]byte(strings.Replace(page, change[0], change[1], 1)), want); err == nil {
			t.Errorf("%q for %q is not found", change[1], change[0])
		}
	}
	if err := rereadHTML(bytes.Repeat([]byte(page), 2), want); err == nil {
		t.Error("a passage too many is not found")
	}
}

// A letter without a date is named after the day it came; the line of its provenance gives that day once.
func TestProvenanceGivesTheDayOnce(t *testing.T) {
	for source, want := range map[string]int{"Brief, eingegangen am 23. November 2026": 1, "Brief vom 20. November 2026": 2} {
		v := survey.Version{Status: survey.Answered, Text: "Ja.", Provenance: survey.Transcribed, Record: "r", ConfirmedBy: "u", Source: source, ReceivedAt: "2026-11-23"}
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

// Everything in the line is said of the version that counts: a party's own answer did not come on the day of the letter it replaced.
func TestProvenanceIsThatOfTheCurrentVersion(t *testing.T) {
	letter := survey.Version{Number: 1, Status: survey.Answered, Provenance: survey.Transcribed, Record: "r", Source: "Brief vom 3. Januar 2027", ReceivedAt: "2027-01-05", Late: true}
	own := survey.Version{Number: 2, Status: survey.Answered, Provenance: survey.ByForm, Record: "s", ReceivedAt: "2027-02-20T10:00:00Z"}
	var said []string
	for _, f := range provenance(german, survey.Comparison{}, survey.ComparedCell{Cell: survey.Cell{Status: survey.Answered, Current: &own, History: []survey.Version{letter, own}}}) {
		said = append(said, f.Value)
	}
	if got := strings.Join(said, ", "); got != "von der Partei selbst abgegeben am 20. Februar 2027, Fassung 2" {
		t.Error(got)
	}
}
