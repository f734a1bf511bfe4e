package web

import (
	"net/http"
	"strings"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// respondentPage is everything about one respondent.
type respondentPage struct {
	sendPage
	Party     templates.Party
	Name      string
	State     templates.Badge
	Problem   string
	Facts     []templates.Fact
	Proof     string
	Portal    string // where its own form is noted; "" it has none
	Groups    []sendFields
	Action    string
	Editable  bool
	Remove    *templates.Confirm
	Questions []packetLine
	Misfits   []string
	Locked    bool
	Revision  templates.Field
	Mails     []outboxLine
	Links     []linkLine
	After     bool // sent
	LateForm  string
	LinkForm  string
	Revoke    *templates.Confirm
	Reach     templates.Field
	ReachForm string
	Reached   bool // nothing marked
}

// packetLine is a question against the respondent's procedure.
type packetLine struct {
	Number  int
	Label   string
	Text    string
	Length  string
	TooLong string
	Reason  templates.Field
	LeftOut string
}

// linkLine is an access link, without its secret.
type linkLine struct{ Created, How, Used, Revoked string }

func (s *Server) respondentPage(r *request) error {
	return s.renderRespondent(r, http.StatusOK, nil, nil, nil)
}

// renderRespondent shows the page; form and reasons are what was typed when it was refused.
func (s *Server) renderRespondent(r *request, status int, form *respondentForm, reasons map[string]string, errs []templates.FieldError) error {
	f, err := s.Service.RespondentFile(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent"))
	if err != nil {
		return err
	}
	who := f.Row.Respondent
	p := respondentPage{sendPage: r.sendBase("send.respondent.title", "Name", who.ShortName), Party: templates.Party{Name: who.ShortName, Colour: who.Colour},
		Name: who.Name, Locked: f.Packet.Locked, After: !f.Questionnaire.DispatchedAt.IsZero(), Reached: who.NotReached == nil}
	p.Errors = errs
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("send.tab.befragte"), Href: r.sendPath("befragte")})
	row := r.boardRow(f.Row)
	p.State, p.Problem = row.State, row.Problem
	p.Proof = r.sendPath("befragte", who.Slug, "nachweis")
	if who.Procedure.Channel == survey.ChannelPortal {
		p.Portal = r.sendPath("befragte", who.Slug, "eingabe")
	}
	p.Facts = r.respondentFacts(f)
	p.Editable = p.CanAct && who.Editable(f.Questionnaire)
	p.Misfits = r.misfits(who.Procedure, f.Packet)
	p.Revision = hiddenField("revision", formOf(who).revision())
	for _, q := range f.Packet.Questions {
		p.Questions = append(p.Questions, p.packetLine(q, reasons))
	}
	if p.Editable {
		if form == nil {
			saved := formOf(who)
			form = &saved
		}
		p.Action, p.Groups = r.sendPath("befragte", who.Slug), form.groups(p.sendPage, !p.After)
	}
	if p.CanAct && !p.After {
		p.Remove = &templates.Confirm{Title: p.Must("send.remove.title"), Text: p.Must("send.remove.text", "Name", who.ShortName),
			Action: r.sendPath("befragte", who.Slug, "entfernen"), Button: p.Must("common.button.remove"), Danger: true}
	}
	p.Reach = requiredField(p.field("not_reached", "text", ""))
	p.ReachForm = r.sendPath("befragte", who.Slug, "nicht-erreicht")
	p.deliveries(r, f)
	return r.page(status, "send/respondent", p)
}

func (f respondentForm) revision() string {
	if f.Revision == 0 {
		return "0"
	}
	return printNumber(f.Revision)
}

func (p respondentPage) packetLine(q survey.PacketQuestion, reasons map[string]string) packetLine {
	line := packetLine{Number: q.Number, Label: q.Label, Text: q.Text, Length: p.Must("common.characters", "Count", q.Length), LeftOut: q.LeftOut}
	if q.Over > 0 {
		line.TooLong = p.Must("send.misfit.over", "Count", q.Over)
	}
	name := "reason-" + q.ID
	line.Reason = templates.Field{Name: name, Label: p.Must("send.field.reason_left_out", "Number", q.Number), Value: q.LeftOut, Error: p.ErrorAt(name)}
	if typed, ok := reasons[q.ID]; ok {
		line.Reason.Value = typed
	}
	return line
}

// respondentFacts is what is known of a respondent, in words.
func (r *request) respondentFacts(f survey.RespondentFile) []templates.Fact {
	p, who := r.printer(), f.Row.Respondent
	var list []templates.Fact
	add := func(key, value string) {
		if value != "" {
			list = append(list, templates.Fact{Label: p.Must("send.fact." + key), Value: value})
		}
	}
	add("members", strings.Join(who.Members, ", "))
	add("channel", r.channelWord(who.Procedure.Channel))
	add("limits", r.limitsWord(who.Procedure))
	add("source", who.Procedure.Source)
	if day, err := time.Parse(time.DateOnly, who.Procedure.CheckedOn); err == nil {
		add("checked_on", p.ShortDate(day))
	}
	add("note", who.Procedure.Note)
	add("email", who.Email)
	add("due", r.instant(f.Row.Due))
	add("not_asked", who.NotAsked)
	add("asked", r.moment(who.AskedAt))
	if who.Portal != nil {
		add("portal", p.Must("send.portal.entered", "At", r.moment(who.Portal.At), "Name", f.PortalBy))
		add("portal_note", who.Portal.Note)
	}
	if who.NotReached != nil {
		add("not_reached", p.Must("send.respondent.not_reached", "At", r.moment(who.NotReached.At), "Name", f.NotReachedBy, "Reason", who.NotReached.Reason))
	}
	add("link_used", r.moment(f.Row.LinkUsed))
	switch {
	case f.Row.ReturnedBy == survey.ByForm:
		add("returned", r.moment(f.Row.Returned))
	case !f.Row.Returned.IsZero():
		add("returned", p.Must("send.board.transcribed", "At", r.moment(f.Row.Returned)))
	}
	return list
}

// deliveries fills in mails and links, and what can be done about them.
func (p *respondentPage) deliveries(r *request, f survey.RespondentFile) {
	who := f.Row.Respondent
	for _, m := range f.Mails {
		p.Mails = append(p.Mails, r.outboxLine(m))
	}
	open := false
	for _, l := range f.Links {
		p.Links = append(p.Links, r.linkLine(l))
		open = open || l.RevokedAt.IsZero()
	}
	if !p.After || !p.CanAct || who.NotAsked != "" {
		return
	}
	switch who.Procedure.Channel {
	case survey.ChannelForm, survey.ChannelMail:
		if who.Editable(f.Questionnaire) && who.NotReached == nil {
			p.LateForm = r.sendPath("befragte", who.Slug, "anschreiben")
		}
	}
	if who.Procedure.Channel == survey.ChannelForm {
		p.LinkForm = r.sendPath("befragte", who.Slug, "link")
	}
	if open {
		p.Revoke = &templates.Confirm{Title: p.Must("send.revoke.title"), Text: p.Must("send.revoke.text"),
			Action: r.sendPath("befragte", who.Slug, "links-widerrufen"), Button: p.Must("send.revoke.button"), Danger: true}
	}
}

func (r *request) linkLine(l survey.AccessLink) linkLine {
	line := linkLine{Created: r.moment(l.CreatedAt), Used: r.moment(l.UsedAt), Revoked: r.moment(l.RevokedAt), How: r.printer().Must("send.link.by_mail")}
	if l.Mail == "" {
		line.How = r.printer().Must("send.link.by_hand")
	}
	return line
}

func (s *Server) saveRespondent(r *request) error {
	var form respondentForm
	if err := r.bind(&form); err != nil {
		return err
	}
	slug, err := s.Service.SaveRespondent(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent"), form.command())
	if errs, ok := r.faults(err); ok {
		return s.renderRespondent(r, http.StatusUnprocessableEntity, &form, nil, errs)
	}
	if err != nil {
		return err
	}
	return r.redirect(r.sendPath("befragte", slug), "send.notice.saved")
}

func (s *Server) leaveOut(r *request) error {
	var form struct {
		Revision int `form:"revision"`
	}
	if err := r.bind(&form); err != nil {
		return err
	}
	var lines []survey.LeftOutQuestion
	typed := map[string]string{}
	for name, values := range r.Request.PostForm {
		if id, ok := strings.CutPrefix(name, "reason-"); ok {
			lines = append(lines, survey.LeftOutQuestion{Question: id, Reason: values[0]})
			typed[id] = values[0]
		}
	}
	slug := r.Param("respondent")
	err := s.Service.LeaveOut(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug, form.Revision, lines)
	if errs, ok := r.faults(err); ok {
		return s.renderRespondent(r, http.StatusUnprocessableEntity, nil, typed, errs)
	}
	if err != nil {
		return err
	}
	return r.redirect(r.sendPath("befragte", slug)+"#fragen", "send.notice.left_out")
}

func (s *Server) removeRespondent(r *request) error {
	if err := s.Service.RemoveRespondent(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent")); err != nil {
		return err
	}
	return r.redirect(r.sendPath("befragte"), "send.notice.removed")
}

func (s *Server) inviteLate(r *request) error {
	if err := s.Service.InviteLate(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent")); err != nil {
		return err
	}
	return r.redirect(r.sendPath("befragte", r.Param("respondent")), "send.notice.invited")
}

func (s *Server) notReached(r *request) error {
	var form struct {
		Reason string `form:"not_reached"`
		Undo   bool   `form:"undo"`
	}
	if err := r.bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	if form.Undo {
		form.Reason = ""
	} else if strings.TrimSpace(form.Reason) == "" {
		errs := []templates.FieldError{{FieldID: "not_reached", Message: r.printer().Must("error.required")}}
		return s.renderRespondent(r, http.StatusUnprocessableEntity, nil, nil, errs)
	}
	err := s.Service.MarkNotReached(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug, form.Reason)
	if errs, ok := r.faults(err); ok {
		return s.renderRespondent(r, http.StatusUnprocessableEntity, nil, nil, errs)
	}
	if err != nil {
		return err
	}
	notice := "send.notice.not_reached"
	if form.Undo {
		notice = "send.notice.reached"
	}
	return r.redirect(r.sendPath("befragte", slug), notice)
}

func (s *Server) revokeLinks(r *request) error {
	if err := s.Service.RevokeLinks(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent")); err != nil {
		return err
	}
	return r.redirect(r.sendPath("befragte", r.Param("respondent")), "send.notice.revoked")
}

// madeLinkPage shows a link that was made by hand, this once.
type madeLinkPage struct {
	sendPage
	Lead string
	Link templates.Copy
	Back templates.NavItem
}

// makeLink answers with the page itself: a redirect would need the secret kept somewhere.
func (s *Server) makeLink(r *request) error {
	slug := r.Param("respondent")
	address, err := s.Service.MakeAccessLink(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug)
	if err != nil {
		return err
	}
	secretPage(r)
	p := madeLinkPage{sendPage: r.sendBase("send.made.title")}
	p.Lead = p.Must("send.made.lead")
	p.Link = templates.Copy{ID: "link", Label: p.Must("send.made.label"), Text: address}
	p.Back = templates.NavItem{Label: p.Must("common.button.back"), Href: r.sendPath("befragte", slug)}
	return r.page(http.StatusOK, "send/made_link", p)
}
