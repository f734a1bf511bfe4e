package export

import (
	"fmt"
	"slices"
	"strings"

	"pruefstein/internal/interchange"
	"pruefstein/internal/survey"
)

// What a download says is compared with the comparison itself, past all code that puts it into rows and cells: a text that is cut while
// a row is built would read back as it was cut.

// A wording is a text of one cell of the comparison, with the columns that hold it in the sheet Antworten and in antworten.csv.
type wording struct{ title, name, text string }

// wordingsOf are the texts of people in the row of a question and a respondent.
func wordingsOf(q survey.CatalogueQuestion, r survey.ComparedRespondent, cell survey.ComparedCell) []wording {
	var v survey.Version
	if cell.Current != nil {
		v = *cell.Current
	}
	var quoted survey.Quotation
	if cell.Quotation != nil {
		quoted = *cell.Quotation
	}
	return []wording{
		{"Frage (kurz)", "question_label", q.Label}, {"Frage", "question_text", q.Text}, {"Bezeichnung der Frage", "question_mark", q.Mark},
		{"Partei", "party", r.ShortName}, {"Name der Partei", "party_name", r.Name}, {"Antwort", "answer", v.Text}, {"Grund", "reason", cell.Reason},
		{"Quelle", "source", v.Source}, {"Lizenz", "licence", v.Licence}, {"Änderungsvermerk", "change_note", v.ChangeNote},
		{"Redaktionelle Anmerkung", "note", v.Note}, {"Zitat aus dem Wahlprogramm", "quotation", quoted.Text}, {"Fundstelle", "quotation_place", quoted.Place},
	}
}

// A sheetReader looks into sheets by their names and the titles of their columns.
type sheetReader map[string]*sheet

// says tells whether a row of a sheet says a text in a column, as the whole cell.
func (s sheetReader) says(name string, row int, title, want string) error {
	return s.look(name, row, title, want, func(got string) bool { return got == want })
}

// holds tells whether a text is a part of the cell, or the cell points to where each stands.
func (s sheetReader) holds(name string, row int, title, want, pointer string) error {
	return s.look(name, row, title, want, func(got string) bool { return strings.Contains(got, want) || got == pointer })
}

func (s sheetReader) look(name string, row int, title, want string, good func(string) bool) error {
	sheet := s[name]
	if sheet == nil || row >= len(sheet.rows) {
		return fmt.Errorf("sheet %s has no row %d", name, row+1)
	}
	for i, column := range sheet.columns {
		if column.title == title {
			if got := sheet.rows[row][i].text; !good(got) {
				return fmt.Errorf("sheet %s, row %d, %s: %.60q is not what was said: %.60q", name, row+1, title, got, want)
			}
			return nil
		}
	}
	return fmt.Errorf("sheet %s has no column %s", name, title)
}

// texts are all texts of a column.
func (s sheetReader) texts(name, title string) (list []string) {
	for i, column := range s[name].columns {
		for _, row := range s[name].rows {
			if column.title == title {
				list = append(list, row[i].text)
			}
		}
	}
	return list
}

// faithful compares the sheets of the workbook with the comparison.
func faithful(c survey.Comparison, all []*sheet) error {
	s := sheetReader{}
	for _, one := range all {
		s[one.name] = one
	}
	var err error
	check := func(found error) {
		if err == nil {
			err = found
		}
	}
	for i, q := range c.Catalogue.Questions {
		check(s.says("Vergleich", i, "Frage", q.Text))
		if q.Mark != "" {
			check(s.says("Vergleich", i, "Bezeichnung", q.Mark))
		}
		for _, one := range [][2]string{{"Frage (kurz)", q.Label}, {"Frage", q.Text}, {"Vorbemerkung", q.Context}, {"Bezeichnung", q.Mark}} {
			check(s.says("Fragen", i, one[0], one[1]))
		}
		for _, e := range c.Questionnaire.ErrataOf(q.ID) {
			check(s.holds("Fragen", i, "Berichtigung", e.Text, german.Must("export.questions.errata_see")))
		}
		for j, r := range c.Respondents {
			for _, one := range wordingsOf(q, r, r.Cells[i]) {
				check(s.says("Antworten", i*len(c.Respondents)+j, one.title, one.text))
			}
			if v := r.Cells[i].Current; v != nil && q.Kind != survey.KindThesis && r.Cells[i].Status == survey.Answered && v.Text != "" && err == nil {
				if got := s["Vergleich"].rows[i][s["Vergleich"].blocks+j].text; got != v.Text {
					err = fmt.Errorf("sheet Vergleich, question %d, %s: %.60q is not what was said: %.60q", q.Number, r.ShortName, got, v.Text)
				}
			}
		}
	}
	pointer := german.Must("export.returns.see_answers")
	for j, r := range c.Respondents {
		for _, one := range [][2]string{{"Partei", r.ShortName}, {"Name der Partei", r.Name}, {"Grund", r.Standing.Reason}, {"Quelle", r.Standing.Source}} {
			check(s.says("Parteien", j, one[0], one[1]))
		}
		check(s.says("Rücklauf", j, "Partei", r.ShortName))
		check(s.says("Rücklauf", j, "Name der Partei", r.Name))
		for _, cell := range r.Cells {
			title := "Grund des Bündnisses"
			if cell.Status.FromParty() {
				title = "Grund im Wortlaut"
			}
			check(s.holds("Rücklauf", j, title, cell.Reason, pointer))
		}
	}
	check(s.changes(c))
	inside := s.texts("Lies mich", "Inhalt")
	for _, said := range []string{c.Questionnaire.Title, c.Questionnaire.Intro, c.Alliance.PressContact} {
		if said != "" && !slices.Contains(inside, said) {
			check(fmt.Errorf("sheet Lies mich: nowhere is said: %.60q", said))
		}
	}
	return err
}

// changes compares the words in the sheet Änderungen with those of the versions and notes that they are of.
func (s sheetReader) changes(c survey.Comparison) error {
	said, notes := map[string]bool{german.Must("export.changes.empty"): true}, map[string]bool{"": true}
	for _, r := range c.Respondents {
		for _, cell := range r.Cells {
			for _, v := range cell.History {
				said[v.Text], said[v.Reason] = true, true
			}
		}
	}
	delete(said, "")
	for _, change := range c.Changes {
		notes[change.Note] = true
	}
	what, before, now := s.texts("Änderungen", "Was"), s.texts("Änderungen", "Vorher"), s.texts("Änderungen", "Jetzt")
	come := map[string]bool{}
	for i, note := range s.texts("Änderungen", "Änderungsvermerk") {
		if come[note] = true; !notes[note] {
			return fmt.Errorf("sheet Änderungen, row %d: %.60q was not said", i+1, note)
		}
		if words := what[i] == german.Must("export.changes.text") || what[i] == german.Must("export.changes.reason"); words && !(said[before[i]] && said[now[i]]) {
			return fmt.Errorf("sheet Änderungen, row %d: %.60q or %.60q was not said", i+1, before[i], now[i])
		}
	}
	for _, change := range c.Changes {
		if change.Facet == "" && (change.Wording || change.Details || change.From != change.To) && !come[change.Note] {
			return fmt.Errorf("sheet Änderungen: nowhere is said: %.60q", change.Note)
		}
	}
	return nil
}

// faithfulRows compares the rows of antworten.csv, with their header, with the comparison.
func faithfulRows(c survey.Comparison, rows [][]string) error {
	if want := 1 + len(c.Catalogue.Questions)*len(c.Respondents); len(rows) != want {
		return fmt.Errorf("%d rows instead of %d", len(rows), want)
	}
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	next := 1
	for i, q := range c.Catalogue.Questions {
		for _, r := range c.Respondents {
			for _, one := range wordingsOf(q, r, r.Cells[i]) {
				if got := rows[next][at[one.name]]; got != one.text {
					return fmt.Errorf("row %d, %s: %.60q is not what was said: %.60q", next, one.name, got, one.text)
				}
			}
			next++
		}
	}
	return nil
}

// faithfulFile compares daten.json with the comparison: every version of every cell, quotations, questions and names.
func faithfulFile(c survey.Comparison, f interchange.File) error {
	var said, come []string
	note := func(list *[]string, words ...string) { *list = append(*list, words...) }
	note(&said, c.Questionnaire.Title, c.Questionnaire.Intro)
	note(&come, f.Questionnaire.Title, f.Questionnaire.Intro)
	for i, q := range c.Catalogue.Questions {
		note(&said, string(q.ID), q.Mark, q.Label, q.Text, q.Context)
		for _, r := range c.Respondents {
			cell := r.Cells[i]
			for _, v := range cell.History {
				note(&said, "answer of "+string(r.Slug), v.Text, v.Reason, v.Source, v.Licence, v.ChangeNote, v.Note)
			}
			if len(cell.History) == 0 && !c.Questionnaire.Imported {
				note(&said, "answer of "+string(r.Slug), "", cell.Reason, "", "", "", "")
			}
		}
	}
	answers := map[string][]interchange.Answer{}
	for _, a := range f.Answers {
		answers[a.Question] = append(answers[a.Question], a)
	}
	for _, q := range f.Questions {
		note(&come, q.ID, q.Mark, q.Label, q.Text, q.Context)
		for _, a := range answers[q.ID] {
			note(&come, "answer of "+a.Party, a.Text, a.Reason, a.Source, a.Licence, a.ChangeNote, a.Note)
		}
	}
	for _, r := range c.Respondents {
		note(&said, string(r.Slug), r.ShortName, r.Name, r.Standing.Reason, r.Standing.Source)
	}
	for _, p := range f.Parties {
		note(&come, p.ID, p.ShortName, p.Name, p.StateReason, p.StateSource)
	}
	for i := range c.Catalogue.Questions {
		for _, r := range c.Respondents {
			if quoted := r.Cells[i].Quotation; quoted != nil {
				note(&said, quoted.Text, quoted.Place, quoted.Source)
			}
		}
	}
	for _, quoted := range f.Quotations {
		note(&come, quoted.Text, quoted.Place, quoted.Source)
	}
	for i := range max(len(said), len(come)) {
		switch {
		case i >= len(said) || i >= len(come):
			return fmt.Errorf("%d texts instead of %d", len(come), len(said))
		case said[i] != come[i]:
			return fmt.Errorf("%.60q is not what was said: %.60q", come[i], said[i])
		}
	}
	return nil
}

// faithfulPage compares the statements of a page with the comparison, question by question.
func faithfulPage(c survey.Comparison, page singlePage) error {
	for i, q := range c.Catalogue.Questions {
		if page.Questions[i].Text != q.Text || len(page.Questions[i].Statements) != len(c.Respondents) {
			return fmt.Errorf("question %d is not what was asked", q.Number)
		}
		for j, r := range c.Respondents {
			cell, s := r.Cells[i], page.Questions[i].Statements[j]
			var v survey.Version
			if cell.Current != nil {
				v = *cell.Current
			}
			if !strings.HasSuffix(s.ID, "-"+string(r.Slug)) || s.Text != v.Text || s.Reason != cell.Reason || s.Note != v.ChangeNote || s.Remark != v.Note || cell.Quotation != nil && s.Quotation.Text != cell.Quotation.Text {
				return fmt.Errorf("question %d, %s: %.60q is not what was said: %.60q", q.Number, r.ShortName, s.Text, v.Text)
			}
		}
	}
	return nil
}
