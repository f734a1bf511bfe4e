package answer

import (
	"errors"
	"net/http"
	"strings"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// codePage takes the code from the mail. Without a submission that waits it says what became of it.
type codePage struct {
	answerBase
	Ended     string // why no code can be entered any more; "" while one can
	Stands    string // what has been submitted last meanwhile, by whom; "" nothing
	Elsewhere string // why none can be entered in this browser
	ID        string
	Lead      string
	Facts     []templates.Fact
	Code      templates.Field
	Problem   string // the mail could not be delivered
	Foreign   string // who asked for it, where it was in another browser; "" here
	Seen      templates.Field
	Entries   []entryView
	Others    []templates.NavItem // that wait as well
}

// codeForm names the submission the code is for.
type codeForm struct {
	ID   string `form:"id"`
	Code string `form:"code"`
	Seen string `form:"seen"`
}

func (s *Room) codePage(r *web.Request) error {
	code, err := s.Answer.Code(r.Request.Context(), r.Actor, r.Query("abgabe"))
	if err != nil {
		return err
	}
	press, err := code.OwnPress(code.Waiting)
	if err != nil {
		return err
	}
	if press != nil && r.Query("abgabe") == "" {
		return r.Redirect("/antwort/pruefen", "")
	}
	if code.Waiting == nil {
		return r.Redirect("/antwort", "")
	}
	if code.NoTries {
		return s.renderNoTries(r, http.StatusOK, code.Sheet)
	}
	return s.renderCode(r, http.StatusOK, code, nil)
}

// renderNoTries says where the way goes on for a browser that has none left here.
func (s *Room) renderNoTries(r *web.Request, status int, sheet answer.Sheet) error {
	return r.Page(status, "answer/code", codePage{answerBase: newAnswerBase(r, sheet, "answer.code.elsewhere_title"), Elsewhere: r.Printer().Must("answer.error.code_tries_here")})
}

// othersShown bounds what else is listed; no more can wait, but for those of sessions that have entered a right code.
const othersShown = 20

// renderCode asks for the code of a submission. What was asked for elsewhere is shown in full: nobody confirms what they have not
// seen.
func (s *Room) renderCode(r *web.Request, status int, code answer.CodeSheet, errs []templates.FieldError) error {
	sheet, waiting := code.Sheet, code.Waiting
	p := codePage{answerBase: newAnswerBase(r, sheet, "answer.code.title"), ID: waiting.ID}
	p.Errors = errs
	if r.Query("ok") == "answer.notice.code_there" { // nothing was done
		p.Notice, p.Warning = "", p.Notice
	}
	zone := sheet.Due.Location()
	p.Lead = p.Must("answer.code.lead", "Address", maskAddress(sheet.Respondent.Email))
	if len(waiting.Sent) == 0 {
		p.Lead = p.Must("answer.code.lead_there", "Address", maskAddress(sheet.Respondent.Email), "At", p.Time(waiting.CodeMailed.In(zone)))
	}
	if !waiting.Own {
		key := "answer.code.foreign"
		if waiting.Revoked {
			key = "answer.code.foreign_revoked"
		}
		p.Seen = templates.Field{Name: "seen", Type: "checkbox", Required: true, Label: p.Must("answer.field.seen"), Error: p.ErrorAt("seen")}
		p.Foreign = p.Must(key, "At", p.DateTime(waiting.RequestedAt.In(zone), nil), "Name", waiting.Declaration.Name, "Function", waiting.Declaration.Function)
		p.Lead = p.Must("answer.code.lead_foreign", "Address", maskAddress(sheet.Respondent.Email))
		for _, e := range code.Entries {
			v := questionView(r, e.Question)
			v.say(e.Entry)
			p.Entries = append(p.Entries, v)
		}
	}
	for _, other := range sheet.Waits {
		if other.ID != waiting.ID && len(p.Others) < othersShown {
			p.Others = append(p.Others, templates.NavItem{Href: "/antwort/code?abgabe=" + other.ID,
				Label: p.Must("answer.code.other", "At", p.DateTime(other.RequestedAt.In(zone), nil), "Name", other.Declaration.Name)})
		}
	}
	p.Facts = []templates.Fact{
		{Label: p.Must("answer.code.at"), Value: p.DateTime(waiting.RequestedAt.In(zone), nil)},
		{Label: p.Must("answer.code.until"), Value: p.DateTime(waiting.CodeExpiresAt.In(zone), nil)},
		{Label: p.Must("answer.code.mail"), Value: p.Must("answer.code.mail_state", "At", p.Time(waiting.CodeMailed.In(zone)), "State", p.Must("common.mail_state."+string(waiting.CodeMail)))},
	}
	if !waiting.Own {
		licence := p.Must("answer.confirmation.verbatim")
		if waiting.Declaration.Licence != "" {
			licence = p.Must("answer.confirmation.open", "Licence", waiting.Declaration.Licence)
		}
		p.Facts = append(p.Facts, templates.Fact{Label: p.Must("answer.confirmation.licence"), Value: licence})
	}
	if waiting.CodeMail == survey.MailFailed {
		p.Problem = p.Must("answer.code.failed")
	}
	p.Code = templates.Field{Name: "code", Required: true, Label: p.Must("answer.field.code"), Hint: p.Must("answer.field.code_hint"), Autocomplete: "one-time-code",
		Inputmode: "numeric", Error: p.ErrorAt("code")}
	return r.Page(status, "answer/code", p)
}

func (s *Room) confirmSubmission(r *web.Request) error {
	var form codeForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	_, err := s.Answer.ConfirmSubmission(r.Request.Context(), r.Actor, form.ID, form.Code, form.Seen != "")
	if err == nil {
		return r.Redirect("/antwort/bestaetigung", "")
	}
	var refused *survey.Error
	if !errors.As(err, &refused) {
		return err
	}
	if refused.Code == survey.NotFound { // nothing is kept of what another one has replaced
		refused = survey.Fail(survey.Conflict, "answer.error.code_void")
	}
	code, loadErr := s.Answer.Code(r.Request.Context(), r.Actor, form.ID)
	if loadErr != nil {
		return loadErr
	}
	sheet := code.Sheet
	if errs, ok := r.Faults(err); ok && form.ID != "" && code.Waiting != nil {
		return s.renderCode(r, http.StatusUnprocessableEntity, code, errs)
	}
	if refused.Code == survey.TooMany && code.Waiting != nil { // it goes on waiting, only this browser has no tries left
		return s.renderNoTries(r, http.StatusTooManyRequests, sheet)
	}
	p := codePage{answerBase: newAnswerBase(r, sheet, "answer.code.ended_title"), Ended: r.Printer().Must(refused.Key, refused.Args...)}
	if len(sheet.Confirmed) > 0 {
		last := sheet.Confirmed[0]
		p.Stands = p.Must("answer.code.stands", "At", p.DateTime(last.RequestedAt.In(sheet.Due.Location()), nil), "Name", last.Declaration.Name)
	}
	return r.Page(web.StatusOf(refused.Code), "answer/code", p)
}

func (s *Room) resendCode(r *web.Request) error {
	var form codeForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	there, err := s.Answer.ResendCode(r.Request.Context(), r.Actor, form.ID)
	if err != nil {
		return err
	}
	if there {
		return r.Redirect("/antwort/code?abgabe="+form.ID, "answer.notice.code_there")
	}
	return r.Redirect("/antwort/code?abgabe="+form.ID, "answer.notice.code_sent")
}

// maskAddress shows which mailbox is meant to those who know it: "p…@partei.example", with a word joiner
// so that no line breaks at the ellipsis.
func maskAddress(address string) string {
	name, host, found := strings.Cut(address, "@")
	if !found {
		return ""
	}
	return name[:min(1, len(name))] + "…\u2060@" + host
}
