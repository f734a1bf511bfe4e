package answer

import (
	"errors"
	"net/http"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// letterPage shows a letter of the party as the office has entered it, to be confirmed.
type letterPage struct {
	answerBase
	Lead     string
	About    string // what confirming it does
	Facts    []templates.Fact
	Entries  []entryView
	Action   string // "": it cannot be confirmed any more
	Revision int
	Form     string // id of the form
	Submit   string // what the button does
	Name     templates.Field
	Function templates.Field
	Verbatim templates.Field
	Code     templates.Field
}

// letterForm is the form below it.
type letterForm struct {
	Form     string `form:"form"`
	Revision int    `form:"revision"`
	Name     string `form:"name"`
	Function string `form:"function"`
	Verbatim string `form:"verbatim"`
	Code     string `form:"code"`
}

func letterPath(id string) string { return "/antwort/schreiben/" + id }

func onlyParty(t answer.LetterToConfirm) bool { return t.OnlyParty }

func (s *Room) letterPage(r *web.Request) error {
	return s.renderLetter(r, http.StatusOK, letterForm{}, nil, "")
}

func (s *Room) renderLetter(r *web.Request, status int, form letterForm, errs []templates.FieldError, warning string) error {
	l, err := s.Answer.LetterSheet(r.Request.Context(), r.Actor, r.Param("letter"))
	if err != nil {
		return err
	}
	p := letterPage{answerBase: newAnswerBase(r, l.Sheet, "answer.letter.title"), Action: letterPath(l.Letter.ID), Revision: l.Letter.Revision, Form: form.Form}
	if p.Form == "" || form.Revision != p.Revision {
		p.Form = survey.NewID()
	}
	to := maskAddress(l.Respondent.Email)
	p.Errors, p.Warning, p.Submit = errs, warning, p.Must("answer.letter.submit_text", "Address", to)
	p.Lead, p.About = p.Must("answer.letter.lead", "Source", l.Source), p.Must("answer.letter.either")
	if l.Letter.OnlyParty {
		p.About = p.Must("answer.letter.only")
	}
	p.Facts = []templates.Fact{{Label: p.Must("answer.letter.arrived"), Value: web.DateWords(p.Base, l.Letter.ReceivedOn)}}
	p.Facts = append(p.Facts, templates.Fact{Label: p.Must("answer.letter.until"), Value: p.DateTime(l.ConfirmEnd.In(), nil)})
	if l.ConfirmOver() {
		p.Action, p.Warning = "", p.Must("answer.error.confirm_over")
	}
	if l.Letter.ChangeNote != "" {
		p.Facts = append(p.Facts, templates.Fact{Label: p.Must("answer.letter.change_note"), Value: l.Letter.ChangeNote})
	}
	for _, e := range l.Entries {
		v := questionView(r, e.Question)
		v.say(e.Entry)
		v.Remark = e.SubmissionEntry.Note
		v.Provenance = p.Must("answer.letter.will")
		p.Entries = append(p.Entries, v)
	}
	p.Name, p.Function, p.Verbatim = p.declarationFields(form.Name, form.Function, form.Verbatim != "")
	switch {
	case l.Respondent.PaperCode():
		p.Code, p.Submit = p.paperField(l.Sheet), p.Must("answer.letter.submit_paper")
	case l.NoCode() != "":
		p.Submit = p.Must(l.NoCode())
	case l.Crowded:
		p.Code, p.Submit = p.codeField(p.Must("answer.check.code_hint", "Address", to)), p.Must("answer.letter.submit_code", "Address", to)
	}
	return r.Page(status, "answer/letter", p)
}

// declarationFields ask who declares.
func (b answerBase) declarationFields(name, function string, verbatim bool) (n, f, v templates.Field) {
	n = templates.Field{Name: "name", Required: true, Label: b.Must("answer.field.name"), Value: name, Autocomplete: "name", Error: b.ErrorAt("name")}
	f = templates.Field{Name: "function", Required: true, Label: b.Must("answer.field.function"), Hint: b.Must("answer.field.function_hint"), Value: function,
		Autocomplete: "organization-title", Error: b.ErrorAt("function")}
	v = templates.Field{Name: "verbatim", Type: "checkbox", Required: true, Label: b.Must("answer.field.verbatim"), Hint: b.Must("answer.field.verbatim_hint"),
		Checked: verbatim, Error: b.ErrorAt("verbatim")}
	return n, f, v
}

// codeField takes a code where so much waits that it is wanted at once.
func (b answerBase) codeField(hint string) templates.Field {
	return templates.Field{Name: "code", Quiet: true, Label: b.Must("answer.field.code"), Hint: hint, Autocomplete: "one-time-code",
		Inputmode: "numeric", Error: b.ErrorAt("code")}
}

// paperField takes the code that is printed in our letter.
func (b answerBase) paperField(sheet answer.Sheet) templates.Field {
	f := b.codeField(b.Must("answer.field.paper_hint", "Date", b.Date(sheet.Respondent.LastLetter().At.In(sheet.Due.Location()))))
	f.Label, f.Required = b.Must("answer.field.paper_code"), true
	return f
}

func (s *Room) confirmLetter(r *web.Request) error {
	var form letterForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	sub, err := s.Answer.RequestLetter(r.Request.Context(), r.Actor, r.Param("letter"), answer.ConfirmLetter{
		Form: form.Form, Revision: form.Revision, Name: form.Name, Function: form.Function, Verbatim: form.Verbatim != "", Code: form.Code,
	})
	switch {
	case err == nil && sub.State == survey.SubmissionConfirmed:
		return r.Redirect("/antwort/bestaetigung", "")
	case err == nil:
		return r.Redirect("/antwort/code?abgabe="+sub.ID, "")
	}
	if errs, ok := r.Faults(err); ok {
		return s.renderLetter(r, http.StatusUnprocessableEntity, form, errs, "")
	}
	var refused *survey.Error
	if errors.As(err, &refused) && refused.Code == survey.Conflict {
		return s.renderLetter(r, http.StatusConflict, form, nil, r.Printer().Must(refused.Key, refused.Args...))
	}
	return err
}
