package answer

import (
	"errors"
	"net/http"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// checkPage shows exactly what will be published, and takes the declaration.
type checkPage struct {
	answerBase
	Lead     string
	Entries  []entryView
	Stops    []problemView // what stops the submission
	Hints    []problemView
	Blocked  string // why nothing can be submitted now; "" when it can
	Only     string // nothing but the open licence can be agreed to; "" otherwise
	Name     templates.Field
	Function templates.Field
	Note     templates.Field // why what stands is changed; where it is
	Verbatim templates.Field
	Licence  templates.Field // Name "" where the alliance offers none
	Code     templates.Field // Name "" unless a code is wanted at once
	Form     string
	Digest   string
	Words    string // of what is shown, where a code is wanted at once
	Submit   string // what "Absenden" does
}

// declarationForm is the check page's form.
type declarationForm struct {
	Form     string `form:"form"`
	Digest   string `form:"digest"`
	Name     string `form:"name"`
	Function string `form:"function"`
	Verbatim string `form:"verbatim"`
	Licence  string `form:"licence"`
	Note     string `form:"note"`
	Code     string `form:"code"`
	Words    string `form:"words"`
}

func (s *Room) checkPage(r *web.Request) error {
	sheet, err := s.sheet(r)
	if err != nil {
		return err
	}
	var form declarationForm
	if len(sheet.Confirmed) > 0 { // whoever corrects an answer agrees to the same as before, unless they say otherwise
		last := sheet.Confirmed[0].Declaration
		form.Name, form.Function = last.Name, last.Function
		if last.Licence != "" {
			form.Licence = "on"
		}
	}
	return s.renderCheck(r, http.StatusOK, sheet, form, nil, "")
}

func (s *Room) renderCheck(r *web.Request, status int, sheet answer.Sheet, form declarationForm, errs []templates.FieldError, warning string) error {
	sheet = sheet.Saying(form.Words)
	digest, err := sheet.Digest()
	if err != nil {
		return err
	}
	pressed, err := sheet.Pressed()
	if err != nil {
		return err
	}
	paper := sheet.Respondent.PaperCode()
	if paper {
		pressed = nil
	}
	late := sheet.Over && (pressed == nil || !pressed.At.Before(sheet.Due.At))
	over, atOnce := sheet.Ended && pressed == nil, !paper && (sheet.Crowded || pressed != nil)
	p := checkPage{answerBase: newAnswerBase(r, sheet, "answer.check.title"), Form: survey.NewID(), Digest: digest}
	if warning == "" && form.Digest != "" && form.Digest != digest {
		warning = p.Must("answer.error.changed")
	}
	if warning == "" && form.Form != "" {
		p.Form = form.Form // the same act, with a field put right
	}
	to := maskAddress(sheet.Respondent.Email)
	p.Errors, p.Warning, p.Submit = errs, warning, p.Must("answer.check.submit_text", "Address", to)
	p.Lead = p.Must("answer.check.lead", "Deadline", p.Deadline)
	switch {
	case sheet.Over && !late, sheet.Ended && !over:
		p.Lead = p.Must("answer.check.lead_pressed", "At", p.DateTime(pressed.At.In(sheet.Due.Location()), nil), "Address", to)
	case over:
		p.Lead = p.Must("answer.check.lead_over")
	case late && sheet.Early:
		p.Lead = p.Must("answer.check.lead_early", "End", p.End, "Announced", p.Announced)
	case late:
		p.Lead = p.Must("answer.check.lead_late", "End", p.End)
	}
	switch {
	case over:
		p.Blocked = p.Must("answer.error.ended")
	case sheet.Stopped():
		p.Blocked = p.Must("answer.error.problems")
	case !sheet.Changed() && sheet.NoCode() == "" && sheet.Opens(sheet.Alliance.Licence):
		p.Only = p.Must("answer.check.only_licence")
	case !sheet.Changed() && len(sheet.Confirmed) > 0:
		p.Blocked = p.Must("answer.error.unchanged")
	case !sheet.Changed():
		p.Blocked = p.Must("answer.error.nothing")
	case sheet.NoCode() != "":
		p.Blocked = p.Must(sheet.NoCode())
	}
	for _, c := range sheet.Cells {
		v := newEntryView(r, sheet, c)
		switch licence := sheet.Alliance.Licence; {
		case over: // nothing is left to settle
			v.Problems = nil
		case p.Blocked == "" && licence != "" && v.Licence == "" && !c.Entry.Empty() && c.State != answer.StateTranscribed:
			v.Licence = p.Must("answer.entry.licence_will", "Licence", licence)
		}
		for _, problem := range v.Problems {
			if problem.Stops {
				p.Stops = append(p.Stops, problem)
			} else {
				p.Hints = append(p.Hints, problem)
			}
		}
		p.Entries = append(p.Entries, v)
	}
	p.Name, p.Function, p.Verbatim = p.declarationFields(form.Name, form.Function, form.Verbatim != "")
	if late && sheet.Replaces() {
		p.Note = templates.Field{Name: "note", Required: true, Label: p.Must("answer.field.note"), Hint: p.Must("answer.field.note_hint"), Value: form.Note, Error: p.ErrorAt("note")}
	}
	if licence := sheet.Alliance.Licence; licence != "" {
		p.Licence = templates.Field{Name: "licence", Type: "checkbox", Label: p.Must("answer.field.licence", "Licence", licence), Hint: p.Must("answer.field.licence_hint"),
			Checked: form.Licence != ""}
		if changed := sheet.Unlicenced(); len(changed) > 0 {
			p.Licence.Hint += " " + p.Must("answer.field.licence_changed", "Count", len(changed), "Numbers", p.Join(changed))
		} else if sheet.Licenced() {
			p.Licence.Hint += " " + p.Must("answer.field.licence_kept")
		}
	}
	if atOnce {
		if p.Words, err = sheet.Words(); err != nil {
			return err
		}
		if len(p.Words) > web.DefaultBody/4 { // encoded it might be too long for a form; the drafts have them
			p.Words = ""
		}
		p.Code, p.Submit = p.codeField(p.Must("answer.check.code_hint", "Address", to)), p.Must("answer.check.submit_text_code")
	}
	if paper {
		p.Code, p.Submit = p.paperField(sheet), p.Must("answer.check.submit_text_paper")
	}
	return r.Page(status, "answer/check", p)
}

// requestSubmission is "Absenden".
func (s *Room) requestSubmission(r *web.Request) error {
	var form declarationForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	sub, press, err := s.Answer.RequestSubmission(r.Request.Context(), r.Actor, answer.RequestSubmission{
		Form: form.Form, Digest: form.Digest, Name: form.Name, Function: form.Function, Verbatim: form.Verbatim != "", Licence: form.Licence != "", Note: form.Note,
		Code: form.Code, Words: form.Words,
	})
	if err == nil && sub.State == survey.SubmissionConfirmed {
		return r.Redirect("/antwort/bestaetigung", "")
	}
	if err == nil {
		return r.Redirect("/antwort/code", "")
	}
	if press != "" {
		s.KeepPress(r, press, answer.PressLife)
	}
	errs, invalid := r.Faults(err)
	var refused *survey.Error
	if !errors.As(err, &refused) || !invalid && refused.Code != survey.Conflict && refused.Key != "answer.error.code_tries_here" {
		return err
	}
	sheet, loadErr := s.sheet(r)
	if loadErr != nil {
		return loadErr
	}
	if invalid {
		return s.renderCheck(r, http.StatusUnprocessableEntity, sheet, form, errs, "")
	}
	return s.renderCheck(r, http.StatusConflict, sheet, form, nil, r.Printer().Must(refused.Key, refused.Args...))
}
