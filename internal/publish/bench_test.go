package publish

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pruefstein/internal/survey"
)

// large is a comparison of 38 theses and 38 parties with a rationale each.
func large() survey.Comparison {
	texts := make([]string, 38)
	for i := range texts {
		texts[i] = strings.TrimSpace(strings.Repeat(fmt.Sprintf("Wir wollen Punkt %d, weil er allen nützt. ", i), 8))
	}
	c := comparisonOf(texts...)
	c.Catalogue.Questions = nil
	for i := range 38 {
		c.Catalogue.Questions = append(c.Catalogue.Questions, survey.CatalogueQuestion{ID: survey.QuestionID(fmt.Sprintf("q%02d", i+1)), Number: i + 1, Kind: survey.KindThesis,
			Label: fmt.Sprintf("These %d", i+1), Text: "Das Land soll alle Daten seiner Behörden offen zur Verfügung stellen."})
	}
	for i := range c.Respondents {
		r := &c.Respondents[i]
		cell := r.Cells[1]
		r.Cells = nil
		for j, q := range c.Catalogue.Questions {
			v := *cell.Current
			v.Position, v.Text = survey.Positions[(i+j)%3], fmt.Sprint(v.Text, " ", j)
			r.Cells = append(r.Cells, survey.ComparedCell{Question: q, Cell: survey.Cell{Status: survey.Answered, Current: &v, History: []survey.Version{v}}})
		}
	}
	return c
}

// BenchmarkBuild builds all pages in both languages and all downloads of 38 x 38, compressed and on the disk.
func BenchmarkBuild(b *testing.B) {
	c := large()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := build(context.Background(), engine, c, b.TempDir()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkServe answers one page, compressed.
func BenchmarkServe(b *testing.B) {
	h := newHouse(b)
	h.publish(b)
	r := httptest.NewRequest(http.MethodGet, "/vergleich/nordmark-2026/fragen/1", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		if err := h.Library.Serve(httptest.NewRecorder(), r); err != nil {
			b.Fatal(err)
		}
	}
}
