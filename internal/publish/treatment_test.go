package publish

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"pruefstein/internal/export"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

// The report is a page in both languages and a sheet of the workbook, and everything in it stands in each.
func TestTreatmentPages(t *testing.T) {
	c := comparisonOf("Ja.", "Nein.")
	c.Treatment = survey.Treatment{
		Catalogue: "c0ffee", Letter: "bea7", Questions: 2, AnswerLimit: 1500, DispatchedAt: "2026-11-01T10:00:00+01:00", Deadline: "2026-11-20T18:00:00+01:00", Asked: 2,
		Answers: survey.TreatedAnswers{Form: 2, ByPerson: 1, Over: 1},
		Entries: []survey.TreatmentEntry{
			{Kind: survey.TreatedDispatch, At: "2026-11-01T10:00:00+01:00", Count: 2, Lost: 1},
			{Kind: survey.TreatedErratum, At: "2026-11-05T10:00:00+01:00", Count: 2, Questions: []int{1}, Text: "Gemeint ist 2027."},
			{Kind: survey.TreatedOwnMore, Party: "p1", At: "2026-11-10T10:00:00+01:00", From: "2026-11-20T18:00:00+01:00", To: "2026-11-22T18:00:00+01:00", Reason: "<b>Krankheit</b>"},
			{Kind: survey.TreatedProcedure, Party: "p0", Channel: survey.ChannelPortal, Source: "https://p0.example/regeln"},
			{Kind: survey.TreatedCorrected, Party: "p1", At: "2026-11-23", Questions: []int{2}, Reason: "Neuer Beschluss"},
		},
	}
	folder := built(t, c)
	common := []string{"P1", "P0", "<b>Krankheit</b>", "https://p0.example/regeln", "Neuer Beschluss", "Gemeint ist 2027.", "c0ffee", "bea7"}
	for name, words := range map[string][]string{
		"gleichbehandlung.html":    {"an 2 Parteien", "Eine davon kam nicht an", "Formular der Partei", "Freitag, 20. November 2026, 18:00 Uhr (MEZ) auf Sonntag, 22. November 2026, 18:00 Uhr (MEZ)", "höchstens 1.500 Zeichen", "(Frage 2)", "Das trifft auf keine Partei zu."},
		"en/gleichbehandlung.html": {"to 2 parties", "One of them did not arrive", "the party’s own form", "(question 2)", "This is true of no party."},
	} {
		text := textOf(parse(t, folder, name))
		for _, word := range append(words, common...) {
			if !strings.Contains(text, strings.ReplaceAll(word, "’", "'")) && !strings.Contains(text, word) {
				t.Errorf("%s lacks %q:\n%s", name, word, text)
			}
		}
	}
	sheet := cells(t, filepath.Join(folder, "vergleich.xlsx"))
	for _, word := range append(common, "an 2 Parteien", "Frage 2", "Das trifft auf keine Partei zu.") {
		if !strings.Contains(sheet, word) {
			t.Errorf("the workbook lacks %q", word)
		}
	}
	linked := false
	for n := range parse(t, folder, "index.html").Descendants() {
		linked = linked || n.Data == "a" && attr(n, "href") == "gleichbehandlung.html"
	}
	if !linked {
		t.Error("the start page does not lead to the report")
	}
	c.Treatment = survey.Treatment{}
	if _, there := tree(t, built(t, c))["gleichbehandlung.html"]; there {
		t.Error("a report of nothing")
	}
}

// textOf is all text of a page, with plain blanks.
func textOf(doc *html.Node) string {
	var all strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			all.WriteString(n.Data)
		}
	}
	return strings.ReplaceAll(all.String(), "\u00a0", " ")
}

// Whatever kind of entry a report has is told, once, in both languages.
func TestEveryKindOfTreatmentIsTold(t *testing.T) {
	c := comparisonOf("Ja.")
	c.Treatment = survey.Treatment{DispatchedAt: "2026-11-01T10:00:00+01:00", Asked: 1}
	for i, kind := range survey.TreatmentKinds {
		c.Treatment.Entries = append(c.Treatment.Entries, survey.TreatmentEntry{Kind: kind, Reason: fmt.Sprintf("Grund Nr. %d.", i), Days: 3, Count: 2, Channel: survey.ChannelPost})
	}
	for _, lang := range locale.Languages {
		told := map[string]int{}
		for _, section := range export.TreatmentSections(locale.For(lang), c) {
			for _, line := range section.Lines {
				if told[line.Reason]++; line.What == "" || strings.Contains(line.What, "compare.") {
					t.Errorf("%s: %q", lang, line.What)
				}
			}
		}
		for i, kind := range survey.TreatmentKinds {
			if n := told[fmt.Sprintf("Grund Nr. %d.", i)]; n != 1 {
				t.Errorf("%s: %s is told %d times", lang, kind, n)
			}
		}
	}
}
