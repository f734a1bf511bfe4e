package web

import (
	"net/http"
	"strings"
	"time"

	"pruefstein/internal/send"
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
	Groups    []fieldGroup
	Action    string
	Editable  bool
	Remove    *templates.Confirm
	Questions []packetLine
	Misfits   []string
	Fits      string // what is said where nothing misfits
	Locked    bool
	Revision  templates.Field
	Mails     []outboxLine
	Links     []linkLine
	After     bool // sent
	Late      *latePart
	LinkForm  string
	Revoke    *templates.Confirm
	Reach     []fieldGroup // why nothing could be delivered
	ReachForm string
	Reached   bool // nothing marked
	Due       []fieldGroup
	DueForm   string
	Address   addressPart
}

// addressPart changes where mails go after the dispatch.
type addressPart struct {
	Form     string // "" may not be changed
	Groups   []fieldGroup
	Button   string
	Second   bool
	Waiting  string // a sentence about the request that waits
	Own      bool
	Confirm  []templates.Field
	Withdraw string
}

// latePart invites a respondent that has not been asked yet.
type latePart struct {
	Only     string // why there is no button
	Waiting  string // a sentence about the request that waits
	Void     bool   // it is for another content than there is now
	Confirm  *templates.Confirm
	Title    string // whose letter Letter is
	Letter   *mailView
	Withdraw string
}

// respondentTyped is what was typed into one of the forms of the page when it was refused; nil where nothing was.
type respondentTyped struct {
	form    *respondentForm
	reasons map[string]string
	reach   *reachForm
	due     *dueForm
	address *addressForm
}

type reachForm struct {
	Reason   string `form:"not_reached"`
	Undo     bool   `form:"undo"`
	Revision int    `form:"revision"`
}

type dueForm struct {
	Local    string `form:"due"`
	Zone     string `form:"due_zone"`
	Choice   string `form:"due_choice"`
	Reason   string `form:"due_reason"`
	Revision int    `form:"revision"`
}

type addressForm struct {
	Email    string `form:"email"`
	Revision int    `form:"revision"`
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
	return s.renderRespondent(r, http.StatusOK, respondentTyped{}, nil)
}

// respondentRefused shows the page again with what was typed, when a save breaks a rule or somebody else was faster.
func (s *Server) respondentRefused(r *request, err error, typed respondentTyped) error {
	if errs, ok := r.faults(err); ok {
		return s.renderRespondent(r, http.StatusUnprocessableEntity, typed, errs)
	}
	if stale(err) {
		return s.renderRespondent(r, http.StatusConflict, typed, nil)
	}
	return err
}

func (s *Server) renderRespondent(r *request, status int, typed respondentTyped, errs []templates.FieldError) error {
	f, err := s.Service.Send.RespondentFile(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent"))
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
	p.Misfits, p.Fits = r.fits(who, f.Packet)
	p.Revision = hiddenField("revision", formOf(who).revision())
	for _, q := range f.Packet.Questions {
		p.Questions = append(p.Questions, p.packetLine(q, typed.reasons))
	}
	late := status == http.StatusConflict
	if p.Editable {
		saved := formOf(who)
		form := &saved
		if typed.form != nil {
			form = typed.form
		}
		p.Action, p.Groups = r.sendPath("befragte", who.Slug), form.groups(p.sendPage, !p.After)
		if late && typed.form != nil {
			r.overtaken(&p.Base, p.Groups, saved.groups(p.sendPage, !p.After))
		}
		if late && typed.reasons != nil {
			p.overtakenReasons(r, f)
		}
	}
	if p.CanAct && f.Removable {
		p.Remove = &templates.Confirm{Title: p.Must("send.remove.title"), Text: p.Must("send.remove.text", "Name", who.ShortName),
			Action: r.sendPath("befragte", who.Slug, "entfernen"), Button: p.Must("common.button.remove"), Danger: true}
	}
	if p.CanAct && p.After {
		p.reach(r, who, late, typed.reach)
		p.due(r, f, late, typed.due)
	}
	if p.After {
		p.address(r, f, late, typed.address)
	}
	p.late(r, f)
	p.deliveries(r, f)
	return r.page(status, "send/respondent", p)
}

// overtakenReasons says which reasons for leaving a question out somebody else has changed.
func (p *respondentPage) overtakenReasons(r *request, f send.RespondentFile) {
	var typed, saved fieldGroup
	for i, q := range f.Packet.Questions {
		typed.Fields = append(typed.Fields, p.Questions[i].Reason)
		saved.Fields = append(saved.Fields, p.packetLine(q, nil).Reason)
	}
	groups := []fieldGroup{typed}
	r.overtaken(&p.Base, groups, []fieldGroup{saved})
	for i := range p.Questions {
		p.Questions[i].Reason = groups[0].Fields[i]
	}
}

// reach is the form that says that nothing could be delivered.
func (p *respondentPage) reach(r *request, who survey.Respondent, late bool, typed *reachForm) {
	form := func(reason string) []fieldGroup {
		return []fieldGroup{{Fields: []templates.Field{p.Revision, requiredField(p.field("not_reached", "text", reason))}}}
	}
	p.ReachForm, p.Reach = r.sendPath("befragte", who.Slug, "nicht-erreicht"), form("")
	if typed == nil {
		return
	}
	p.Reach, p.Reached = form(typed.Reason), p.Reached || typed.Reason != "" // what was typed stays to be seen
	if late {
		stored := ""
		if who.NotReached != nil {
			stored = who.NotReached.Reason
		}
		r.overtaken(&p.Base, p.Reach, form(stored))
	}
}

// due is the form that moves the own date of a respondent that was asked.
func (p *respondentPage) due(r *request, f send.RespondentFile, late bool, typed *dueForm) {
	who := f.Row.Respondent
	if !who.OwnDate() {
		return
	}
	form := func(d dueForm) []fieldGroup {
		fields := append([]templates.Field{p.Revision}, p.instantFields("due", d.Local, d.Zone, d.Choice)...)
		fields[1].Required = true
		return []fieldGroup{{Fields: append(fields, requiredField(p.field("due_reason", "text", d.Reason)))}}
	}
	saved := dueForm{Local: f.Row.Due.Local, Zone: f.Row.Due.Zone}
	p.DueForm, p.Due = r.sendPath("befragte", who.Slug, "datum"), form(saved)
	if typed == nil {
		return
	}
	p.Due = form(*typed)
	if late {
		if n := len(who.DueChanges); n > 0 {
			saved.Reason = who.DueChanges[n-1].Reason
		}
		r.overtaken(&p.Base, p.Due, form(saved))
	}
}

// address is the form that changes the address after the dispatch, and the request that waits for a second person.
func (p *respondentPage) address(r *request, f send.RespondentFile, late bool, typed *addressForm) {
	who, action := f.Row.Respondent, r.sendPath("befragte", f.Row.Respondent.Slug, "adresse")
	if who.NotAsked != "" {
		return
	}
	if f.Address != nil {
		p.Address.Waiting = p.Must("send.address.waiting", "Name", f.AddressBy, "At", r.moment(f.Address.RequestedAt), "Email", who.NewEmail)
		p.Address.Own, p.Address.Withdraw = f.AddressOwn, action+"/zuruecknehmen"
		p.Address.Form = action
		p.Address.Confirm = []templates.Field{p.Revision, hiddenField("email", who.NewEmail)}
	}
	if !p.CanAct {
		return
	}
	form := func(email string) []fieldGroup {
		return []fieldGroup{{Fields: []templates.Field{p.Revision, requiredField(p.emailField(email))}}}
	}
	p.Address.Form, p.Address.Groups, p.Address.Second, p.Address.Button = action, form(who.Email), f.TwoPerson, p.Must("send.address.button")
	if f.TwoPerson {
		p.Address.Button = p.Must("send.address.request")
	}
	if typed != nil {
		p.Address.Groups = form(typed.Email)
	}
	if typed != nil && late {
		r.overtaken(&p.Base, p.Address.Groups, form(who.Email))
	}
}

// late is the letter to a respondent that has not been asked yet, and who may press what.
func (p *respondentPage) late(r *request, f send.RespondentFile) {
	if f.Late == nil || !p.CanAct && f.Late.Waiting == nil {
		return
	}
	action := r.sendPath("befragte", f.Row.Respondent.Slug, "anschreiben")
	late := latePart{Void: f.Late.Void, Title: p.Must("send.cover.preview", "Name", f.Row.Respondent.ShortName)}
	p.Late = &late
	waiting := f.Late.Waiting != nil && !f.Late.Void
	if f.Late.Waiting != nil {
		late.Waiting = p.Must("send.dispatch.waiting", "Name", f.Late.WaitingName, "At", r.moment(f.Late.Waiting.RequestedAt))
		late.Withdraw = action + "/zuruecknehmen"
	}
	if f.Late.Fault != "" {
		late.Only, late.Void = p.Must(f.Late.Fault), false
		return
	}
	late.Letter = r.preview(f.Late.Letter)
	key := "button"
	switch {
	case waiting && f.Late.Own:
		late.Only = p.Must("send.dispatch.own")
		return
	case waiting && f.Late.OneHand:
		late.Only = p.Must("error.one_hand")
		return
	case waiting:
		key = "confirm"
	case !p.CanAct:
		late.Only = p.Must("send.dispatch.only_coordinators")
		return
	case f.Late.TwoPerson:
		key = "request"
	}
	late.Confirm = &templates.Confirm{Title: p.Must("send.late.title"), Text: p.Must("send.late."+key+"_text", "Due", r.instant(f.Row.Due)), Action: action, Button: p.Must("send.late." + key),
		Fields: []templates.Field{hiddenField("seen", f.Late.Digest)}}
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
func (r *request) respondentFacts(f send.RespondentFile) []templates.Fact {
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
	for _, c := range who.DueChanges {
		add("due_changed", p.Must("send.due.changed", "From", r.instant(c.From), "To", r.instant(c.To), "Reason", c.Reason))
	}
	add("not_asked", who.NotAsked)
	add("asked", r.moment(who.AskedAt))
	if f.Invited != nil {
		checked := p.Must("common.unchecked")
		if f.InvitedCheck != "" {
			checked = p.Must("send.respondent.checked", "Name", f.InvitedCheck)
		}
		add("invited", strings.TrimPrefix(f.InvitedBy+", "+checked, ", "))
	}
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
		add("returned", p.Must("send.board.transcribed", "At", r.returnedAt(f.Row)))
	}
	return list
}

// deliveries fills in mails and links, and what can be done about them.
func (p *respondentPage) deliveries(r *request, f send.RespondentFile) {
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
