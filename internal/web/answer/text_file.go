package answer

import (
	"fmt"
	"strings"

	"pruefstein/internal/answer"
	"pruefstein/internal/locale"
	"pruefstein/internal/web"
)

// textRule separates the parts of a text file.
const textRule = "----------------------------------------------------------------------"

func (s *Room) allQuestionsText(r *web.Request) error {
	return s.textFile(r, "fragen-", func(*strings.Builder, answer.Sheet, answer.Cell) {})
}

func (s *Room) ownAnswersText(r *web.Request) error {
	return s.textFile(r, "antworten-", func(b *strings.Builder, sheet answer.Sheet, c answer.Cell) {
		v := ownView(r, sheet, c)
		fmt.Fprintf(b, "%s: %s (%s)\n", r.Printer().Must("common.answer"), r.Printer().Must("common.status."+string(v.Status)), v.Provenance)
		if v.Position != "" {
			fmt.Fprintf(b, "%s\n", r.Printer().Must("common.position."+string(v.Position)))
		}
		for _, text := range []string{v.Text, v.Reason} {
			if text != "" {
				fmt.Fprintf(b, "\n%s\n", text)
			}
		}
		for _, text := range v.Unused {
			fmt.Fprintf(b, "\n%s:\n\n%s\n", r.Printer().Must("answer.entry.unused"), text)
		}
		b.WriteString("\n")
	})
}

// textFile sends all questions as a plain text, each with what is added below it.
func (s *Room) textFile(r *web.Request, name string, below func(*strings.Builder, answer.Sheet, answer.Cell)) error {
	sheet, err := s.sheet(r)
	if err != nil {
		return err
	}
	var b strings.Builder
	textHead(r, &b, sheet)
	for _, c := range sheet.Cells {
		textQuestion(r, &b, sheet, c)
		below(&b, sheet, c)
	}
	return r.DownloadBytes(name+string(sheet.Questionnaire.Slug)+".txt", "text/plain; charset=utf-8", []byte(b.String()))
}

// textHead names what the file is.
func textHead(r *web.Request, b *strings.Builder, sheet answer.Sheet) {
	p := locale.For(r.Language) // a file: plain blanks in its dates
	fmt.Fprintf(b, "%s\n%s\n\n", sheet.Questionnaire.Title, sheet.Alliance.Name)
	fmt.Fprintf(b, "%s: %s\n%s: %s\n", p.Must("common.party"), sheet.Respondent.Name, p.Must("common.deadline"), p.DateTime(sheet.Due.In(), nil))
	fmt.Fprintf(b, "%s: %s\n\n", p.Must("common.as_of"), p.DateTime(sheet.Now.In(sheet.Due.Location()), nil))
}

func textQuestion(r *web.Request, b *strings.Builder, sheet answer.Sheet, c answer.Cell) {
	p := r.Printer()
	fmt.Fprintf(b, "%s\n%s (%s)\n\n%s\n\n", textRule, p.Must("common.question_number", "Number", c.Question.Printed()), p.Must("common.kind."+string(c.Question.Kind)), c.Question.Text)
	if c.Question.Context != "" {
		fmt.Fprintf(b, "%s: %s\n\n", p.Must("common.context"), c.Question.Context)
	}
	for _, e := range r.Errata(sheet.Questionnaire, c.Question.ID) {
		fmt.Fprintf(b, "%s: %s\n\n", p.Must("common.erratum", "Date", e.Date), e.Text)
	}
	if len(c.AskedBy) > 0 {
		fmt.Fprintf(b, "%s: %s\n\n", p.Must("answer.question.asked_by"), p.Join(c.AskedBy))
	}
}
