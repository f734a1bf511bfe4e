package send

import (
	"errors"
	"net/http"
	"strings"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// errataPage lists what was corrected, and the questions that can be.
type errataPage struct {
	sendPage
	Lead      string
	Waiting   templates.NavItem // the erratum that waits for its second person; Href "" is none
	Sent      []sentErratum
	Questions []erratumQuestion
}

type sentErratum struct {
	Title string
	Text  string
	Facts []templates.Fact
	Mails []outboxLine
}

type erratumQuestion struct {
	Printed string // the number with its mark
	Text    string
	Errata  string // how many there are; "" none
	Link    templates.NavItem
}

func (s *Room) errataPage(r *web.Request) error {
	d, err := s.Send.Errata(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := errataPage{sendPage: s.sendBase(r, "send.erratum.title")}
	p.Lead = p.Must("send.erratum.lead")
	if d.Over {
		p.Lead = p.Must("send.erratum.over", "End", r.Instant(d.End))
	}
	for _, e := range d.Sent {
		p.Sent = append(p.Sent, newSentErratum(r, e))
	}
	for _, q := range d.Questions {
		one := erratumQuestion{Printed: q.Printed(), Text: q.Text}
		if n := len(d.Questionnaire.ErrataOf(q.ID)); n > 0 {
			one.Errata = p.Must("send.erratum.count", "Count", n)
		}
		path := sendPath(r, "berichtigung", string(q.ID))
		if p.CanAct && !d.Over {
			one.Link = templates.NavItem{Label: p.Must("send.erratum.correct", "Number", q.Printed()), Href: path}
		}
		if q.ID == d.Waiting {
			p.Waiting = templates.NavItem{Label: p.Must("send.erratum.waiting_for", "Number", q.Printed()), Href: path}
		}
		p.Questions = append(p.Questions, one)
	}
	return r.Page(http.StatusOK, "send/errata", p)
}

func newSentErratum(r *web.Request, e send.SentErratum) sentErratum {
	p := r.Printer()
	checked := e.ConfirmedName
	if e.ConfirmedBy == "" {
		checked = p.Must("common.unchecked")
	}
	one := sentErratum{Title: p.Must("common.question_number", "Number", e.Question.Printed()) + ": " + p.Must("common.erratum", "Date", p.Date(e.At.In(r.Place()))), Text: e.Text,
		Facts: []templates.Fact{
			{Label: p.Must("send.fact.sent_at"), Value: r.Moment(e.At)},
			{Label: p.Must("send.fact.sent_by"), Value: e.ByName},
			{Label: p.Must("send.fact.checked_by"), Value: checked},
		}}
	for _, m := range e.Mails {
		one.Mails = append(one.Mails, newOutboxLine(r, m))
	}
	return one
}

// erratumPage corrects one question.
type erratumPage struct {
	sendPage
	Lead     string
	Question survey.CatalogueQuestion
	Errata   []templates.Erratum
	Waiting  string // a sentence about the request that waits
	Void     bool
	Withdraw string
	Only     string // why nothing can be done
	Text     string // of the one that waits
	Told     []string
	Untold   []templates.Fact
	Fields   []templates.Field
	Action   string
	Preview  *mailView
	For      string // whose mail that is
	Confirm  *templates.Confirm
}

type erratumForm struct {
	Text string `form:"text"`
	Seen string `form:"seen"`
	Do   string `form:"do"` // preview, or send
}

func (s *Room) erratumPage(r *web.Request) error {
	return s.renderErratum(r, http.StatusOK, erratumForm{}, nil)
}

func (s *Room) renderErratum(r *web.Request, status int, form erratumForm, errs []templates.FieldError) error {
	text := form.Text
	if errs != nil {
		text = ""
	}
	plan, err := s.Send.ErratumPlan(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(r.Param("question")), text)
	if err != nil {
		return err
	}
	p := erratumPage{sendPage: s.sendBase(r, "send.erratum.of", "Number", plan.Question.Printed()), Question: plan.Question, Action: sendPath(r, "berichtigung", string(plan.Question.ID)),
		Errata: r.Errata(plan.Questionnaire, plan.Question.ID), Told: shortNames(plan.Told), Void: plan.Outdated}
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("send.tab.berichtigung"), Href: sendPath(r, "berichtigung")})
	p.Errors, p.Lead = errs, p.Must("send.erratum.one_lead")
	for _, u := range plan.Untold {
		p.Untold = append(p.Untold, templates.Fact{Label: u.Respondent.ShortName, Value: p.Must("send.erratum.untold." + u.Why)})
	}
	if plan.Preview != nil {
		p.Preview, p.For = &mailView{To: plan.Preview.Respondent.Email, Subject: plan.Preview.Subject, Parts: mailParts(plan.Preview.Texts, plan.Preview.Link)}, plan.Preview.Respondent.ShortName
	}
	if plan.Waiting != nil {
		p.Text, p.Withdraw = plan.Text, p.Action+"/zuruecknehmen"
		p.Waiting = p.Must("send.dispatch.waiting", "Name", plan.WaitingName, "At", r.Moment(plan.Waiting.RequestedAt))
	}
	switch {
	case plan.Over:
		p.Only = p.Must("send.erratum.over", "End", r.Instant(plan.End))
	case plan.Other != "":
		p.Only = p.Must("send.error.erratum_waits")
	case plan.Waiting != nil && plan.Own:
		p.Only = p.Must("send.dispatch.own")
	case plan.Waiting != nil && plan.OneHand:
		p.Only = p.Must("error.one_hand")
	case plan.Waiting == nil && !p.CanAct:
		p.Only = p.Must("send.dispatch.only_coordinators")
	}
	if status == http.StatusConflict {
		p.Warning = p.Must("send.erratum.overtaken")
	}
	p.confirm(r, plan)
	if p.CanAct && !plan.Over && (plan.Waiting == nil || plan.Outdated || form.Text != "") {
		field := web.RequiredField(p.field("text", "textarea", form.Text))
		field.Label, field.Hint = p.Must("send.field.erratum"), p.Must("send.hint.erratum")
		field.Counter, field.Lang = &templates.Counter{Limit: survey.MaxErratum, Used: survey.Length(plainText(form.Text))}, "de"
		p.Fields = []templates.Field{field}
	}
	return r.Page(status, "send/erratum", p)
}

// confirm is the button below the preview: what it does depends on who has to look at it.
func (p *erratumPage) confirm(r *web.Request, plan send.ErratumPlan) {
	waiting := plan.Waiting != nil && !plan.Outdated
	if p.Only != "" || plan.Text == "" || plan.Waiting != nil && !waiting {
		return
	}
	n := len(plan.Told)
	c := &templates.Confirm{Action: p.Action, Fields: []templates.Field{web.HiddenField("text", plan.Text), web.HiddenField("seen", plan.Digest), web.HiddenField("do", "send")}}
	switch {
	case waiting:
		c.Title, c.Text, c.Button = p.Must("send.erratum.confirm_title"), p.Must("send.erratum.confirm_text", "Name", plan.WaitingName), p.Must("send.erratum.send_button", "Count", n)
	case plan.TwoPerson:
		c.Title, c.Text, c.Button = p.Must("send.erratum.request_title"), web.Sentences(p.Must("send.erratum.request_text"), r.NobodyElse(plan.SecondPerson)), p.Must("send.erratum.request_button")
	default:
		c.Title, c.Text, c.Button = p.Must("send.erratum.send_title"), p.Must("send.erratum.send_text"), p.Must("send.erratum.send_button", "Count", n)
	}
	p.Confirm = c
}

func (s *Room) sendErratum(r *web.Request) error {
	var form erratumForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	question := survey.QuestionID(r.Param("question"))
	if form.Do != "send" {
		_, err := s.Send.ErratumPlan(r.Request.Context(), r.Actor, r.Questionnaire.ID, question, form.Text)
		if err == nil && strings.TrimSpace(form.Text) == "" {
			err = survey.Faults{{Field: "text", Key: "error.required"}}.Err()
		}
		if errs, ok := r.Faults(err); ok {
			return s.renderErratum(r, http.StatusUnprocessableEntity, form, errs)
		}
		if err != nil {
			return err
		}
		return s.renderErratum(r, http.StatusOK, form, nil)
	}
	sent, err := s.Send.SendErratum(r.Request.Context(), r.Actor, r.Questionnaire.ID, question, send.SendErratum{Text: form.Text, Seen: form.Seen})
	if status, errs := r.Refused(err); status != 0 {
		return s.renderErratum(r, status, form, errs)
	}
	var refused *survey.Error
	if errors.As(err, &refused) && refused.Key == "send.error.erratum_waits" {
		return s.renderErratum(r, http.StatusConflict, form, nil)
	}
	if err != nil {
		return err
	}
	if sent {
		return r.Redirect(sendPath(r, "berichtigung"), "send.notice.erratum")
	}
	return r.Redirect(sendPath(r, "berichtigung", string(question)), "send.notice.requested")
}

func (s *Room) withdrawErratum(r *web.Request) error {
	if err := s.Send.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActErratum, ""); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "berichtigung"), "send.notice.withdrawn")
}
