package send

import (
	"cmp"
	"net/http"
	"net/url"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
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
	Newer    string // where the page of newer mails is; "" these are the newest
	Older    string
	Count    string // of all mails, where they are more than a page
}

// outboxBefore and outboxAfter name the mail at which a page of the outbox begins or ends. Links to them stay true while mails
// come in.
const (
	outboxBefore = "vor"
	outboxAfter  = "nach"
)

// outboxLine is a mail in a list.
type outboxLine struct {
	Href, Who, To, Kind, Created, Sent, Attempts, Reply, Due string
	State                                                    templates.Badge
}

func newOutboxLine(r *web.Request, m send.OutboxRow) outboxLine {
	p := r.Printer()
	line := outboxLine{Href: sendPath(r, "postausgang", m.ID), Who: m.ShortName, To: m.To, Kind: mailWord(r, m.Mail),
		Created: r.Moment(m.CreatedAt), Sent: r.Moment(m.SentAt), Attempts: p.Number(m.Attempts), Reply: replyWords(r, m.Mail), State: mailBadge(r, m.Mail)}
	if line.Who == "" {
		line.Who = p.Must("send.outbox.ourselves")
	}
	if m.State == survey.MailQueued && m.Attempts > 0 {
		line.Due = p.Must("send.outbox.next", "At", r.Moment(m.Due))
	}
	return line
}

// mailWord says what a mail is for, and of a copy that it is one.
func mailWord(r *web.Request, m survey.Mail) string {
	kind := r.Printer().Must("common.mail_kind." + string(m.Kind))
	if m.Copy {
		return r.Printer().Must("send.copy.kind", "Kind", kind)
	}
	return kind
}

func (s *Room) outboxPage(r *web.Request) error {
	query := r.Request.URL.Query()
	page, err := s.Send.OutboxPage(r.Request.Context(), r.Actor, r.Questionnaire.ID, query.Get(outboxBefore), query.Get(outboxAfter))
	if err != nil {
		return err
	}
	p := outboxPage{sendPage: s.sendBase(r, "send.outbox.title")}
	p.Empty = templates.Empty{Title: p.Must("send.outbox.empty"), Text: p.Must("send.outbox.empty_text")}
	if s.Bounces != "" {
		p.Bounces = p.Must("send.outbox.bounces", "Address", s.Bounces)
	}
	for _, m := range page.Rows {
		p.Mails = append(p.Mails, newOutboxLine(r, m))
	}
	if p.CanAct && page.Undelivered > 0 {
		p.RetryAll, p.Retry = sendPath(r, "postausgang", "alle-wiederholen"), p.Must("send.outbox.retry", "Count", page.Undelivered)
	}
	if page.Newer {
		p.Newer = sendPath(r, "postausgang")
		if n := len(page.Rows); n > 0 {
			p.Newer += "?" + url.Values{outboxAfter: {page.Rows[0].ID}}.Encode()
		}
	}
	if n := len(page.Rows); page.Older && n > 0 {
		p.Older = sendPath(r, "postausgang") + "?" + url.Values{outboxBefore: {page.Rows[n-1].ID}}.Encode()
	}
	if page.Total > send.OutboxPageSize {
		p.Count = p.Must("send.outbox.count", "Count", page.Total, "Page", send.OutboxPageSize)
	}
	return r.Page(http.StatusOK, "send/outbox", p)
}

// replyWords is what the mail server said last, or that it said nothing.
func replyWords(r *web.Request, m survey.Mail) string {
	if m.NoReply {
		return r.Printer().Must("send.fact.no_reply") + ": " + m.Reply
	}
	return m.Reply
}

func (s *Room) retryFailed(r *web.Request) error {
	if _, err := s.Send.RetryFailed(r.Request.Context(), r.Actor, r.Questionnaire.ID); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "postausgang"), "send.notice.retried_all")
}

// outboxMailPage is one mail, with what can be done about it.
type outboxMailPage struct {
	sendPage
	Lead         string
	State        templates.Badge
	Facts        []templates.Fact
	Mail         mailView
	Retry        string // where trying again posts to; "" there is none
	Again        string // label of its button
	Resend       string
	Fields       []templates.Field
	Bounce       string // where that it came back posts to; "" it cannot
	BounceFields []templates.Field
	BounceUndo   bool // it is recorded and can be taken back
	ResendText   string
	BounceText   string
}

type resendForm struct {
	To     string `form:"to"`
	Keep   bool   `form:"keep"`
	Revoke bool   `form:"revoke"`
}

// newResendForm begins with the address of a copy, else with the respondent's of now, or the one that was asked for and waits for a second person: that
// need not be asked for again.
func newResendForm(m send.OutboxRow) *resendForm {
	if m.Copy {
		return &resendForm{To: m.To, Revoke: true}
	}
	return &resendForm{To: cmp.Or(m.NewEmail, m.Address), Keep: m.NewEmail == "", Revoke: true}
}

func (s *Room) mailPage(r *web.Request) error {
	return s.renderMail(r, http.StatusOK, mailTyped{}, nil)
}

func (s *Room) renderMail(r *web.Request, status int, typed mailTyped, errs []templates.FieldError) error {
	m, err := s.Send.OutboxMail(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("mail"))
	if err != nil {
		return err
	}
	line := newOutboxLine(r, m)
	p := outboxMailPage{sendPage: s.sendBase(r, "send.mail.title", "Kind", line.Kind, "Name", line.Who), State: line.State, Mail: newMailView(r, m)}
	p.Errors = errs
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("send.tab.postausgang"), Href: sendPath(r, "postausgang")})
	p.Facts = mailFacts(r, m)
	if !p.CanAct {
		return r.Page(status, "send/mail", p)
	}
	if m.State == survey.MailFailed || m.State == survey.MailQueued && m.Attempts > 0 {
		p.Retry, p.Again = sendPath(r, "postausgang", m.ID, "wiederholen"), p.Must("send.mail.retry")
		if m.Kind.ToAll() && m.State == survey.MailFailed && !m.Aside && !m.Copy && m.Address != "" && m.Address != m.To { // it goes to the address of now
			p.Again = p.Must("send.astray.button", "Kind", line.Kind, "To", m.Address)
		}
	}
	if m.Kind.ToAll() && m.Respondent != "" && !r.Questionnaire.DispatchedAt.IsZero() {
		form := typed.resend
		if form == nil {
			form = newResendForm(m)
		}
		p.Resend = sendPath(r, "postausgang", m.ID, "neu")
		keep, revoke := p.field("keep", "checkbox", "true"), p.field("revoke", "checkbox", "true")
		keep.Checked, revoke.Checked = form.Keep, form.Revoke
		p.Fields = []templates.Field{web.RequiredField(p.field("to", "email", form.To)), keep, revoke}
		p.ResendText, p.BounceText = p.Must("send.mail.resend_text"), p.Must("send.bounce.text")
		if m.Copy { // what is kept of the party is its first address
			p.Fields = []templates.Field{p.Fields[0], revoke}
			p.ResendText, p.BounceText = p.Must("send.copy.resend"), p.Must("send.copy.bounce")
		}
	}
	phase := r.Questionnaire.Phase(s.Send.Now())
	if m.Kind.ToAll() && m.Respondent != "" && m.State == survey.MailSent && (phase == survey.PhaseOpen || phase == survey.PhaseClosed) {
		p.Bounce, p.BounceUndo = sendPath(r, "postausgang", m.ID, "zurueck"), m.Bounced != nil && typed.bounce == nil
		form := bounceForm{}
		if typed.bounce != nil {
			form = *typed.bounce
		}
		p.BounceFields = []templates.Field{web.RequiredField(p.field("day", "date", form.Day)), web.RequiredField(p.field("said", "text", form.Said))}
	}
	return r.Page(status, "send/mail", p)
}

// mailTyped is what was typed into one of the forms of the page when it was refused; nil where nothing was.
type mailTyped struct {
	resend *resendForm
	bounce *bounceForm
}

type bounceForm struct {
	Day  string `form:"day"`
	Said string `form:"said"`
	Undo bool   `form:"undo"`
}

// recordBounce notes that a mail came back, or takes that back.
func (s *Room) recordBounce(r *web.Request) error {
	var form bounceForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	id := r.Param("mail")
	err := s.Send.RecordBounce(r.Request.Context(), r.Actor, r.Questionnaire.ID, id, send.RecordBounce(form))
	if errs, ok := r.Faults(err); ok {
		return s.renderMail(r, http.StatusUnprocessableEntity, mailTyped{bounce: &form}, errs)
	}
	if err != nil {
		return err
	}
	notice := "send.notice.bounced"
	if form.Undo {
		notice = "send.notice.bounce_undone"
	}
	return r.Redirect(sendPath(r, "postausgang", id), notice)
}

// newMailView is a mail as it was or will be sent.
func newMailView(r *web.Request, m send.OutboxRow) mailView {
	v := mailView{To: m.To, Subject: m.Subject}
	if m.Text == nil {
		v.Note = r.Printer().Must("send.mail.receipt_note")
		return v
	}
	v.Frame = m.Text.Frame
	v.Parts, v.Calendar = mailParts(survey.WrittenMail{Mail: m.Mail, MailText: *m.Text}.Texts(), survey.LinkMark), m.Text.Calendar != ""
	return v
}

// mailFacts is the proof of one mail.
func mailFacts(r *web.Request, m send.OutboxRow) []templates.Fact {
	p := r.Printer()
	line := newOutboxLine(r, m)
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
		add("last_attempt", r.Moment(m.LastAttempt))
	}
	if m.Bounced != nil {
		add("bounced", p.Must("send.fact.bounced_on", "Day", web.ShortDay(r.Printer(), m.Mail.Bounced.Day), "Said", m.Bounced.Said))
	}
	if m.NoReply {
		add("no_reply", m.Reply)
	} else {
		add("reply", m.Reply)
	}
	add("next_attempt", line.Due)
	return list
}

func (s *Room) retryMail(r *web.Request) error {
	id := r.Param("mail")
	if err := s.Send.RetryMail(r.Request.Context(), r.Actor, r.Questionnaire.ID, id); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "postausgang", id), "send.notice.retried")
}

func (s *Room) resendMail(r *web.Request) error {
	var form resendForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	id, waits, err := s.Send.ResendMail(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("mail"), send.ResendMail(form))
	if errs, ok := r.Faults(err); ok {
		return s.renderMail(r, http.StatusUnprocessableEntity, mailTyped{resend: &form}, errs)
	}
	if err != nil {
		return err
	}
	notice := "send.notice.resent"
	if waits {
		notice = "send.notice.resent_waits"
	}
	return r.Redirect(sendPath(r, "postausgang", id), notice)
}
