package web

import (
	"net/http"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// outboxPage lists the mails of a questionnaire.
type outboxPage struct {
	sendPage
	Mails    []outboxLine
	Empty    templates.Empty
	Bounces  string // where undeliverable mails come back to; "" none do
	RetryAll string // where trying all failed ones again posts to; "" there are none
	Retry    string // label of its button
}

// outboxLine is a mail in a list.
type outboxLine struct {
	Href, Who, To, Kind, Created, Sent, Attempts, Reply, Due string
	State                                                    templates.Badge
}

func (r *request) outboxLine(m send.OutboxRow) outboxLine {
	p := r.printer()
	line := outboxLine{Href: r.sendPath("postausgang", m.ID), Who: m.ShortName, To: m.To, Kind: p.Must("common.mail_kind." + string(m.Kind)),
		Created: r.moment(m.CreatedAt), Sent: r.moment(m.SentAt), Attempts: p.Number(m.Attempts), Reply: r.replyWords(m.Mail), State: r.mailBadge(m.Mail)}
	if line.Who == "" {
		line.Who = p.Must("send.outbox.ourselves")
	}
	if m.State == survey.MailQueued && m.Attempts > 0 {
		line.Due = p.Must("send.outbox.next", "At", r.moment(m.Due))
	}
	return line
}

func (s *Server) outboxPage(r *request) error {
	list, err := s.Service.Send.OutboxList(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := outboxPage{sendPage: r.sendBase("send.outbox.title")}
	p.Empty = templates.Empty{Title: p.Must("send.outbox.empty"), Text: p.Must("send.outbox.empty_text")}
	if s.Bounces != "" {
		p.Bounces = p.Must("send.outbox.bounces", "Address", s.Bounces)
	}
	failed := 0
	for _, m := range list {
		p.Mails = append(p.Mails, r.outboxLine(m))
		if m.Undelivered {
			failed++
		}
	}
	if p.CanAct && failed > 0 {
		p.RetryAll, p.Retry = r.sendPath("postausgang", "alle-wiederholen"), p.Must("send.outbox.retry", "Count", failed)
	}
	return r.page(http.StatusOK, "send/outbox", p)
}

// replyWords is what the mail server said last, or that it said nothing.
func (r *request) replyWords(m survey.Mail) string {
	if m.NoReply {
		return r.printer().Must("send.fact.no_reply") + ": " + m.Reply
	}
	return m.Reply
}

func (s *Server) retryFailed(r *request) error {
	if _, err := s.Service.Send.RetryFailed(r.Request.Context(), r.Actor, r.Questionnaire.ID); err != nil {
		return err
	}
	return r.redirect(r.sendPath("postausgang"), "send.notice.retried_all")
}

// outboxMailPage is one mail, with what can be done about it.
type outboxMailPage struct {
	sendPage
	Lead   string
	State  templates.Badge
	Facts  []templates.Fact
	Mail   mailView
	Retry  string // where trying again posts to; "" there is none
	Resend string
	Fields []templates.Field
}

type resendForm struct {
	To     string `form:"to"`
	Keep   bool   `form:"keep"`
	Revoke bool   `form:"revoke"`
}

func (s *Server) mailPage(r *request) error {
	return s.renderMail(r, http.StatusOK, nil, nil)
}

func (s *Server) renderMail(r *request, status int, form *resendForm, errs []templates.FieldError) error {
	m, err := s.Service.Send.OutboxMail(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("mail"))
	if err != nil {
		return err
	}
	line := r.outboxLine(m)
	p := outboxMailPage{sendPage: r.sendBase("send.mail.title", "Kind", line.Kind, "Name", line.Who), State: line.State, Mail: r.mailView(m)}
	p.Errors = errs
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("send.tab.postausgang"), Href: r.sendPath("postausgang")})
	p.Facts = r.mailFacts(m)
	if !p.CanAct {
		return r.page(status, "send/mail", p)
	}
	if m.State == survey.MailFailed || m.State == survey.MailQueued && m.Attempts > 0 {
		p.Retry = r.sendPath("postausgang", m.ID, "wiederholen")
	}
	if send.Resendable(m.Kind) && m.Respondent != "" && !r.Questionnaire.DispatchedAt.IsZero() {
		if form == nil {
			form = &resendForm{To: m.To, Keep: true, Revoke: true}
		}
		p.Resend = r.sendPath("postausgang", m.ID, "neu")
		keep, revoke := p.field("keep", "checkbox", "true"), p.field("revoke", "checkbox", "true")
		keep.Checked, revoke.Checked = form.Keep, form.Revoke
		p.Fields = []templates.Field{requiredField(p.field("to", "email", form.To)), keep, revoke}
	}
	return r.page(status, "send/mail", p)
}

// mailView is a mail as it was or will be sent.
func (r *request) mailView(m send.OutboxRow) mailView {
	v := mailView{To: m.To, Subject: m.Subject, Parts: mailParts(m.Texts(), survey.LinkMark), Calendar: m.Calendar != ""}
	if m.Kind == survey.MailReceipt {
		v.Parts, v.Note = nil, r.printer().Must("send.mail.receipt_note")
	}
	return v
}

// mailFacts is the proof of one mail.
func (r *request) mailFacts(m send.OutboxRow) []templates.Fact {
	p := r.printer()
	line := r.outboxLine(m)
	list := []templates.Fact{
		{Label: p.Must("send.fact.to"), Value: m.To},
		{Label: p.Must("send.fact.queued_at"), Value: line.Created},
		{Label: p.Must("send.fact.state"), Value: line.State.Label},
		{Label: p.Must("send.fact.attempts"), Value: line.Attempts},
		{Label: p.Must("send.fact.message_id"), Value: m.MessageID},
	}
	add := func(key, value string) {
		if value != "" {
			list = append(list, templates.Fact{Label: p.Must("send.fact." + key), Value: value})
		}
	}
	add("accepted_at", line.Sent)
	if m.SentAt.IsZero() {
		add("last_attempt", r.moment(m.LastAttempt))
	}
	if m.NoReply {
		add("no_reply", m.Reply)
	} else {
		add("reply", m.Reply)
	}
	add("next_attempt", line.Due)
	return list
}

func (s *Server) retryMail(r *request) error {
	// a mail of another questionnaire is not there
	m, err := s.Service.Send.OutboxMail(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("mail"))
	if err != nil {
		return err
	}
	if err := s.Service.Send.RetryMail(r.Request.Context(), r.Actor, m.ID); err != nil {
		return err
	}
	return r.redirect(r.sendPath("postausgang", m.ID), "send.notice.retried")
}

func (s *Server) resendMail(r *request) error {
	var form resendForm
	if err := r.bind(&form); err != nil {
		return err
	}
	id, waits, err := s.Service.Send.ResendMail(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("mail"), send.ResendMail(form))
	if errs, ok := r.faults(err); ok {
		return s.renderMail(r, http.StatusUnprocessableEntity, &form, errs)
	}
	if err != nil {
		return err
	}
	notice := "send.notice.resent"
	if waits {
		notice = "send.notice.resent_waits"
	}
	return r.redirect(r.sendPath("postausgang", id), notice)
}
