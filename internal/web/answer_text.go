package web

import (
	"fmt"
	"strings"

	"pruefstein/internal/answer"
	"pruefstein/internal/locale"
)

// textRule separates the parts of a text file.
const textRule = "----------------------------------------------------------------------"

func (s *Server) allQuestionsText(r *request) error {
	sheet, err := r.sheet()
	if err != nil {
		return err
	}
	var b strings.Builder
	r.textHead(&b, sheet)
	for _, c := range sheet.Cells {
		r.textQuestion(&b, c)
	}
	return r.textFile("fragen-"+sheet.Questionnaire.Slug+".txt", b.String())
}

func (s *Server) ownAnswersText(r *request) error {
	sheet, err := r.sheet()
	if err != nil {
		return err
	}
	var b strings.Builder
	r.textHead(&b, sheet)
	for _, c := range sheet.Cells {
		r.textQuestion(&b, c)
		v := r.ownView(sheet, c)
		fmt.Fprintf(&b, "%s: %s (%s)\n", r.printer().Must("common.answer"), r.printer().Must("common.status."+string(v.Status)), v.Provenance)
		if v.Position != "" {
			fmt.Fprintf(&b, "%s\n", r.printer().Must("common.position."+string(v.Position)))
		}
		for _, text := range []string{v.Text, v.Reason} {
			if text != "" {
				fmt.Fprintf(&b, "\n%s\n", text)
			}
		}
		for _, text := range v.Unused {
			fmt.Fprintf(&b, "\n%s:\n\n%s\n", r.printer().Must("answer.entry.unused"), text)
		}
		b.WriteString("\n")
	}
	return r.textFile("antworten-"+sheet.Questionnaire.Slug+".txt", b.String())
}

// textHead names what the file is.
func (r *request) textHead(b *strings.Builder, sheet answer.Sheet) {
	p := locale.For(r.language) // a file: plain blanks in its dates
	fmt.Fprintf(b, "%s\n%s\n\n", sheet.Questionnaire.Title, sheet.Alliance.Name)
	fmt.Fprintf(b, "%s: %s\n%s: %s\n", p.Must("common.party"), sheet.Respondent.Name, p.Must("common.deadline"), p.DateTime(sheet.Due.In(), nil))
	fmt.Fprintf(b, "%s: %s\n\n", p.Must("common.as_of"), p.DateTime(sheet.Now.In(sheet.Due.Location()), nil))
}

func (r *request) textQuestion(b *strings.Builder, c answer.Cell) {
	p := r.printer()
	fmt.Fprintf(b, "%s\n%s (%s)\n\n%s\n\n", textRule, p.Must("common.question_number", "Number", c.Question.Number), p.Must("common.kind."+string(c.Question.Kind)), c.Question.Text)
	if c.Question.Context != "" {
		fmt.Fprintf(b, "%s: %s\n\n", p.Must("common.context"), c.Question.Context)
	}
	if len(c.AskedBy) > 0 {
		fmt.Fprintf(b, "%s: %s\n\n", p.Must("answer.question.asked_by"), p.Join(c.AskedBy))
	}
}

// textFile sends a plain text as a download.
func (r *request) textFile(name, text string) error {
	return r.downloadBytes(name, "text/plain; charset=utf-8", []byte(text))
}
