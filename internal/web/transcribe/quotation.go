package transcribe

import (
	"net/http"
	"strconv"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// quotationsPage holds a form per question for the passage of the manifesto that is quoted beside the answer.
type quotationsPage struct {
	transcriptionBase
	Rows []quotationRow
}

type quotationRow struct {
	letterEntry
	Action   string
	Fields   []templates.Field
	Open     bool
	Theirs   *templates.Quotation // what somebody else saved meanwhile
	Delete   string               // "" there is nothing to delete
	Revision templates.Field
}

type quotationForm struct {
	Revision int    `form:"revision"`
	Text     string `form:"text"`
	Place    string `form:"place"`
	Source   string `form:"source"`
}

func (s *Room) quotationsPage(r *web.Request) error {
	return s.renderQuotations(r, http.StatusOK, 0, quotationForm{}, nil)
}

// renderQuotations shows all forms; number is the question of the one that was refused, 0 for none.
func (s *Room) renderQuotations(r *web.Request, status, number int, form quotationForm, errs []templates.FieldError) error {
	sheet, err := s.letterSheet(r)
	if err != nil {
		return err
	}
	who := sheet.Respondent
	p := quotationsPage{transcriptionBase: newTranscriptionBase(r, "transcribe.quotations.title", "Party", who.ShortName)}
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: who.ShortName, Href: letterPath(r, string(who.Slug))})
	for _, e := range errs {
		p.Errors = append(p.Errors, templates.FieldError{FieldID: e.FieldID + "-" + strconv.Itoa(number), Message: e.Message})
	}
	for _, c := range sheet.Cells {
		if status == http.StatusConflict && c.Question.Number == number {
			p.Warning = p.Must("transcribe.quotations.collision", "Number", c.Question.Printed())
		}
		p.Rows = append(p.Rows, newQuotationRow(r, p, who, c, c.Question.Number == number, status, form))
	}
	return r.Page(status, "transcribe/quotations", p)
}

func newQuotationRow(r *web.Request, p quotationsPage, who survey.Respondent, c transcribe.Cell, refused bool, status int, form quotationForm) quotationRow {
	n := strconv.Itoa(c.Question.Number)
	row := quotationRow{letterEntry: newLetterEntry(c.Question), Action: letterPath(r, string(who.Slug), "zitate", n), Open: refused}
	saved := quotationForm{}
	if q := c.Quotation; q != nil {
		saved = quotationForm{Revision: q.Revision, Text: q.Text, Place: q.Place, Source: q.Source}
		row.Quotation = &templates.Quotation{Text: q.Text, Place: q.Place, Source: q.Source}
		row.Delete = row.Action + "/loeschen"
	}
	typed := saved
	if refused {
		typed = form
		if status == http.StatusConflict {
			typed.Revision, row.Theirs = saved.Revision, row.Quotation
		}
	}
	row.Revision = web.HiddenField("revision", strconv.Itoa(saved.Revision))
	row.Fields = []templates.Field{web.HiddenField("revision", strconv.Itoa(typed.Revision))}
	for _, f := range []templates.Field{p.field("text", "textarea", typed.Text), p.field("place", "text", typed.Place), p.field("source", "url", typed.Source)} {
		f.ID = f.Name + "-" + n
		f.Label, f.Hint = p.Must("transcribe.quotation."+f.Name), ""
		f.Error = p.ErrorAt(f.ID)
		f.Lang, f.Required, f.Rows = "de", f.Name != "source", 4
		if f.Name == "source" {
			f.Lang = ""
		}
		row.Fields = append(row.Fields, f)
	}
	return row
}

func (s *Room) saveQuotation(r *web.Request) error {
	number, err := r.QuestionNumber()
	if err != nil {
		return err
	}
	var form quotationForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	_, err = s.Transcribe.SaveQuotation(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")), number,
		transcribe.SaveQuotation{Revision: form.Revision, Text: form.Text, Place: form.Place, Source: form.Source})
	if status, errs := r.Refused(err); status != 0 {
		return s.renderQuotations(r, status, number, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(letterPath(r, r.Param("respondent"), "zitate")+"#frage-"+strconv.Itoa(number), "transcribe.notice.quoted")
}

func (s *Room) deleteQuotation(r *web.Request) error {
	number, err := r.QuestionNumber()
	if err != nil {
		return err
	}
	var form struct {
		Revision int `form:"revision"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	if err := s.Transcribe.DeleteQuotation(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")), number, form.Revision); err != nil {
		return err
	}
	return r.Redirect(letterPath(r, r.Param("respondent"), "zitate")+"#frage-"+strconv.Itoa(number), "transcribe.notice.unquoted")
}
