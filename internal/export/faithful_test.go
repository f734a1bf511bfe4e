package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/interchange"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

// talkative is a comparison in which everything that people can say is said, each in words of its own.
func talkative() survey.Comparison {
	said := 0
	words := func(what string) string {
		said++
		return fmt.Sprintf("%s Nummer %d, Wort für Wort bis ans Ende.", what, said)
	}
	version := func(number int, status survey.Status) survey.Version {
		return survey.Version{Number: number, Status: status, Text: words("Antwort"), Reason: words("Grund"), Source: words("Quelle"), Licence: words("Lizenz"), ChangeNote: words("Vermerk"), Note: words("Anmerkung")}
	}
	c := lookalike(2, 4, survey.KindText, func(q, p int) survey.Cell {
		switch p {
		case 0:
			first, second := version(1, survey.Answered), version(2, survey.Answered)
			return survey.Cell{Status: survey.Answered, Reason: second.Reason, Current: &second, History: []survey.Version{first, second}}
		case 1:
			v := version(1, survey.Declined)
			return survey.Cell{Status: survey.Declined, Reason: v.Reason, Current: &v, History: []survey.Version{v}}
		case 2:
			return survey.Cell{Status: survey.NotReached, Reason: words("Zustellung")}
		}
		return survey.Cell{Status: survey.NoAnswer}
	})
	c.Questionnaire.Imported, c.Questionnaire.Intro, c.Alliance.PressContact = false, words("Einleitung"), words("Presse")
	for i := range c.Catalogue.Questions {
		q := &c.Catalogue.Questions[i]
		q.Mark, q.Context = words("Bezeichnung"), words("Vorbemerkung")
		c.Questionnaire.Errata = append(c.Questionnaire.Errata, survey.Erratum{Question: q.ID, Text: words("Berichtigung"), At: at})
	}
	for j := range c.Respondents {
		r := &c.Respondents[j]
		r.Name, r.Standing = words("Partei"), survey.Standing{State: survey.StateResigned, Since: "2027-01-02", Reason: words("Rückzug"), Source: words("Amtsblatt")}
		for i := range r.Cells {
			r.Cells[i].Question = c.Catalogue.Questions[i]
			r.Cells[i].Quotation = &survey.Quotation{Text: words("Zitat"), Place: words("Fundstelle")}
		}
	}
	c.Changes = []survey.Change{{Version: 2, At: at, Respondent: "p01", ShortName: "Partei 1", Question: 1, From: survey.Answered, To: survey.Answered, Wording: true, FromVersion: 1, ToVersion: 2,
		Note: c.Respondents[0].Cells[0].Current.ChangeNote}}
	return c
}

// A text that is cut while a sheet is built stops the export, whichever cell it is in: the sheets are compared with the comparison, not
// with themselves.
func TestNothingIsCutWhileASheetIsBuilt(t *testing.T) {
	c := talkative()
	if err := faithful(c, sheets(c)); err != nil {
		t.Fatal(err)
	}
	cuts := 0
	for _, s := range sheets(c) {
		again := sheetsWith(sheets(c), s)
		for row := range s.rows {
			for column := range s.rows[row] {
				cell := &s.rows[row][column].text
				whole, title := *cell, s.columns[column].title
				told := s.name == "Gleichbehandlung" || s.name == "Lies mich" && s.rows[row][0].text == german.Must("export.readme.standing") // in sentences; their words stand in other sheets
				if !strings.Contains(whole, "bis ans Ende.") || told {
					continue
				}
				for _, cut := range []string{whole[:len(whole)-1], strings.Replace(whole, "Nummer ", "", 1), strings.Replace(whole, " Wort für", "", 1), ""} {
					if cut == "" && title == "Änderungsvermerk" && s.name == "Änderungen" {
						continue // not every change has one
					}
					cuts++
					if *cell = cut; faithful(c, again) == nil {
						t.Errorf("sheet %s, row %d, %s: %q is cut to %q, and nobody sees it", s.name, row+1, title, whole, cut)
					}
				}
				*cell = whole
			}
		}
	}
	if cuts < 300 {
		t.Errorf("only %d cuts", cuts)
	}
}

// sheetsWith are all sheets, one of them replaced.
func sheetsWith(all []*sheet, one *sheet) []*sheet {
	for i := range all {
		if all[i].name == one.name {
			all[i] = one
		}
	}
	return all
}

// The same of the rows of antworten.csv, of daten.json and of vergleich.html.
func TestNothingIsCutInOtherDownloads(t *testing.T) {
	c := talkative()
	rows := func() (all [][]string) {
		for _, one := range records(t, write(t, CSV, c)) {
			row := make([]string, len(csvHeader))
			for i, name := range csvHeader {
				row[i] = one[name]
			}
			all = append(all, row)
		}
		return append([][]string{csvHeader}, all...)
	}
	if err := faithfulRows(c, rows()); err != nil {
		t.Fatal(err)
	}
	for i, row := range rows() {
		for j, whole := range row {
			if !strings.Contains(whole, "bis ans Ende.") {
				continue
			}
			again := rows()
			again[i] = slices.Clone(row)
			if again[i][j] = whole[:len(whole)-1]; faithfulRows(c, again) == nil {
				t.Errorf("antworten.csv, row %d, %s: cut, and nobody sees it", i, csvHeader[j])
			}
		}
	}
	data := string(write(t, JSON, c))
	for at := 0; ; {
		i := strings.Index(data[at:], "Ende.")
		if i < 0 {
			break
		}
		at += i + len("Ende.")
		line := data[strings.LastIndex(data[:at], "\n")+1 : at]
		var f interchange.File
		if err := json.Unmarshal([]byte(data[:at-1]+data[at:]), &f); err != nil {
			t.Fatal(err)
		}
		if faithfulFile(c, f) == nil {
			t.Errorf("daten.json: cut, and nobody sees it: %s", line)
		}
	}
	german := locale.For("de")
	for i := range c.Catalogue.Questions {
		for j := range c.Respondents {
			for name, cut := range map[string]func(*Statement){"text": func(s *Statement) { s.Text += "." }, "reason": func(s *Statement) { s.Reason += "." }, "note": func(s *Statement) { s.Note += "." },
				"remark": func(s *Statement) { s.Remark += "." }, "quotation": func(s *Statement) { s.Quotation.Text = "…" }, "another": func(s *Statement) { s.ID = "x" }} {
				page := newSinglePage(german, c)
				cut(&page.Questions[i].Statements[j])
				if faithfulPage(c, page) == nil {
					t.Errorf("vergleich.html, question %d: the %s of %d is another, and nobody sees it", i+1, name, j)
				}
			}
		}
	}
}

// Every download of it can be written at all, and a cell that a reader opens says what was said.
func TestEverythingThatIsSaidIsWritten(t *testing.T) {
	c := talkative()
	for _, f := range Files {
		var out bytes.Buffer
		if err := f.Write(&out, c); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	data := write(t, XLSX, c)
	seen := map[string]bool{}
	for _, name := range []string{"Vergleich", "Antworten", "Fragen", "Parteien", "Rücklauf", "Änderungen", "Lies mich"} {
		for _, row := range table(t, data, name) {
			for _, text := range row {
				seen[text] = true
				for _, part := range strings.Split(text, "\n\n") {
					seen[part] = true
				}
			}
		}
	}
	for i, q := range c.Catalogue.Questions {
		said := []string{q.Text, q.Context, q.Label, q.Mark, c.Questionnaire.Intro}
		for _, r := range c.Respondents {
			said = append(said, r.Name, r.Standing.Reason, r.Cells[i].Reason, r.Cells[i].Quotation.Text, r.Cells[i].Quotation.Place)
			if v := r.Cells[i].Current; v != nil {
				said = append(said, v.Text, v.ChangeNote, v.Note, v.Source, v.Licence)
			}
		}
		for _, text := range said {
			if text != "" && !seen[text] {
				t.Errorf("the workbook does not say %q", text)
			}
		}
	}
}
