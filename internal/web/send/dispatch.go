package send

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// dispatchPage is the checklist and the button that sends, or what was sent.
type dispatchPage struct {
	sendPage
	Checklist []dispatchLine
	Counts    []templates.Fact
	Ready     bool
	Waiting   string // a sentence about the request that waits
	Void      bool
	Confirm   *templates.Confirm
	Withdraw  string
	Only      string           // why there is no button
	Letters   []dispatchLetter // what goes out, once it can
	Steps     []stepView       // the planned reminders
	Packet    []packetLine
	Who       []templates.Fact // who gets it
	Sent      bool
	Facts     []templates.Fact
	Mails     []outboxLine
	Portals   []templates.NavItem // own forms to be filled in by hand
	ByPost    []templates.NavItem // letters to be printed and sent
}

// dispatchLetter is the letter to one of those who get it.
type dispatchLetter struct {
	Title string
	Mail  *mailView
}

type dispatchLine struct {
	State templates.Badge
	Text  string
	Who   string
	Where templates.NavItem
}

var pointLook = map[send.PointState]struct{ icon, tone string }{
	send.PointOK: {"check", "good"}, send.PointWarn: {"warning", "wait"}, send.PointMissing: {"warning", "bad"},
}

// adminPlaces are where an administrator sees to a point of the checklist: tests the mail server, enters the alliance's address.
var adminPlaces = map[string]string{"mail": "/verwaltung/mailtest", "contact": "/verwaltung/buendnis"}

func (s *Room) dispatchPage(r *web.Request) error {
	d, err := s.Send.DispatchPlan(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := dispatchPage{sendPage: s.sendBase(r, "send.dispatch.title"), Ready: d.Ready, Void: d.Outdated, Sent: d.Sent != nil}
	for _, c := range survey.Channels {
		p.Counts = append(p.Counts, templates.Fact{Label: r.ChannelWord(c), Value: p.Number(d.Channels[c])})
	}
	p.Counts = append(p.Counts, templates.Fact{Label: p.Must("send.state.not_asked"), Value: p.Number(d.NotAsked)},
		templates.Fact{Label: p.Must("send.state.not_reached"), Value: p.Number(d.NotReached)})
	if p.Sent {
		return s.renderSent(r, p, d)
	}
	for _, c := range d.Checklist {
		p.Checklist = append(p.Checklist, newDispatchLine(r, c))
	}
	dispatchButton(r, &p, d)
	if err := s.dispatchContent(r, &p, d); err != nil {
		return err
	}
	return r.Page(http.StatusOK, "send/dispatch", p)
}

// dispatchContent shows what goes out, and to whom, to whoever is about to press the button: a letter of each kind, the
// questions, the recipients.
func (s *Room) dispatchContent(r *web.Request, p *dispatchPage, d send.DispatchPlan) error {
	if p.Confirm == nil {
		return nil
	}
	for _, channel := range []survey.Channel{survey.ChannelForm, survey.ChannelMail, survey.ChannelPost} {
		var who []string
		for _, one := range slices.Concat(d.Recipients, d.ByPost) {
			if one.Procedure.Channel != channel {
				continue
			}
			if who == nil {
				letter, err := s.Send.PreviewCover(r.Request.Context(), r.Actor, r.Questionnaire.ID, one.Slug, r.Questionnaire.Cover)
				if err != nil {
					return err
				}
				p.Letters = append(p.Letters, dispatchLetter{Title: p.Must("send.cover.preview", "Name", one.ShortName), Mail: newPreview(r, letter)})
			}
			if one.ByPost() {
				who = append(who, one.ShortName)
			} else {
				who = append(who, one.ShortName+" ("+one.Email+")")
			}
		}
		if who != nil {
			p.Who = append(p.Who, templates.Fact{Label: r.ChannelWord(channel), Value: strings.Join(who, "\n")})
		}
	}
	if d.Portals != nil {
		p.Who = append(p.Who, templates.Fact{Label: r.ChannelWord(survey.ChannelPortal), Value: strings.Join(shortNames(d.Portals), "\n")})
	}
	planned, err := s.Send.ReminderSchedule(r.Request.Context(), r.Actor, r.Questionnaire.ID, nil)
	if err != nil {
		return err
	}
	for _, step := range planned.Steps {
		p.Steps = append(p.Steps, s.newStep(r, step))
	}
	for _, q := range d.Questions {
		p.Packet = append(p.Packet, packetLine{Number: q.Number, Text: q.Text})
	}
	return nil
}

func newDispatchLine(r *web.Request, c send.Point) dispatchLine {
	p := r.Printer()
	line := dispatchLine{State: templates.Badge{Icon: pointLook[c.State].icon, Tone: pointLook[c.State].tone, Label: p.Must("send.check_state." + string(c.State))},
		Text: p.Must("send.check."+c.Name+"."+string(c.State), "At", r.Instant(r.Questionnaire.Deadline)), Who: strings.Join(c.Who, ", ")}
	if c.State == send.PointOK {
		return line
	}
	href := sendPath(r, "befragte")
	switch c.Name {
	case "catalogue", "unlock":
		href = "/werkstatt/" + string(r.Questionnaire.Slug) + "/katalog"
	case "deadline":
		href = sendPath(r, "frist")
	case "reminders":
		href = sendPath(r, "erinnerung")
	case "cover", "letter":
		href = sendPath(r, "anschreiben")
	case "mail", "contact":
		if !r.Actor.HasAny(web.Admins...) {
			line.Text += " " + p.Must("send.check.ask_admin")
			return line
		}
		href = adminPlaces[c.Name]
	}
	line.Where = templates.NavItem{Label: p.Must("send.check.go"), Href: href}
	return line
}

// dispatchButton decides who may press what.
func dispatchButton(r *web.Request, p *dispatchPage, d send.DispatchPlan) {
	waiting := d.Waiting != nil && !d.Outdated
	if d.Waiting != nil {
		p.Waiting = p.Must("send.dispatch.waiting", "Name", d.WaitingName, "At", r.Moment(d.Waiting.RequestedAt))
		p.Withdraw = sendPath(r, "absenden", "zuruecknehmen")
	}
	confirm := &templates.Confirm{Action: sendPath(r, "absenden"), Fields: []templates.Field{web.HiddenField("seen", d.Digest)}}
	switch {
	case !d.Ready:
		p.Only = p.Must("send.dispatch.not_ready")
		return
	case waiting && d.Own:
		p.Only = strings.TrimSpace(p.Must("send.dispatch.own") + " " + r.NobodyElse(d.SecondPerson))
		return
	case waiting && d.OneHand:
		p.Only = p.Must("error.one_hand")
		return
	case waiting:
		confirm.Title, confirm.Text, confirm.Button = p.Must("send.dispatch.confirm_title"), p.Must("send.dispatch.confirm_text", "Name", d.WaitingName, "Count", len(d.Recipients)),
			p.Must("send.dispatch.confirm_button", "Count", len(d.Recipients))
	case !p.CanAct:
		p.Only = p.Must("send.dispatch.only_coordinators")
		return
	case d.TwoPerson:
		confirm.Title, confirm.Text, confirm.Button = p.Must("send.dispatch.request_title"), web.Sentences(p.Must("send.dispatch.request_text"), r.NobodyElse(d.SecondPerson)), p.Must("send.dispatch.request_button")
	default:
		confirm.Title, confirm.Text, confirm.Button = p.Must("send.dispatch.send_title"), p.Must("send.dispatch.send_text", "Count", len(d.Recipients)),
			p.Must("send.dispatch.send_button", "Count", len(d.Recipients))
	}
	if len(d.Recipients) == 0 && (waiting || !d.TwoPerson) {
		confirm.Text, confirm.Button = p.Must("send.dispatch.none_text"), p.Must("send.dispatch.none_button")
	}
	if n := len(d.ByPost); n > 0 {
		confirm.Text = web.Sentences(confirm.Text, p.Must("send.dispatch.then_letters", "Count", n))
	}
	p.Confirm = confirm
}

func (s *Room) renderSent(r *web.Request, p dispatchPage, d send.DispatchPlan) error {
	checked := d.ConfirmedName
	if checked == "" {
		checked = p.Must("common.unchecked")
	}
	p.Facts = []templates.Fact{
		{Label: p.Must("send.fact.sent_at"), Value: r.Instant(survey.Instant{At: d.Sent.At, Zone: r.Place().String()})},
		{Label: p.Must("send.fact.sent_by"), Value: d.SentName},
		{Label: p.Must("send.fact.checked_by"), Value: checked},
		{Label: p.Must("send.fact.recipients"), Value: p.Number(d.Sent.Recipients)},
		{Label: p.Must("common.deadline"), Value: r.Instant(r.Questionnaire.Deadline)},
	}
	invitations, err := s.Send.Invitations(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	for _, m := range invitations {
		p.Mails = append(p.Mails, newOutboxLine(r, m))
	}
	board, err := s.Send.Board(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	for _, row := range board.Rows {
		if row.Problem == send.ProblemLetter {
			p.ByPost = append(p.ByPost, templates.NavItem{Label: row.Respondent.ShortName, Href: sendPath(r, "befragte", string(row.Respondent.Slug), "brief")})
		}
		if row.Problem == send.ProblemPortal {
			p.Portals = append(p.Portals, templates.NavItem{Label: row.Respondent.ShortName, Href: sendPath(r, "befragte", string(row.Respondent.Slug), "eingabe")})
		}
	}
	return r.Page(http.StatusOK, "send/dispatch", p)
}

func (s *Room) dispatch(r *web.Request) error {
	var form struct {
		Seen string `form:"seen"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	sent, err := s.Send.Dispatch(r.Request.Context(), r.Actor, r.Questionnaire.ID, form.Seen)
	if err != nil {
		return err
	}
	notice := "send.notice.requested"
	if sent {
		notice = "send.notice.dispatched"
	}
	return r.Redirect(sendPath(r, "absenden"), notice)
}

func (s *Room) withdrawDispatch(r *web.Request) error {
	if err := s.Send.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActDispatch, ""); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "absenden"), "send.notice.withdrawn")
}

// deadlinePage sets the deadline before the dispatch, and extends it after.
type deadlinePage struct {
	sendPage
	Lead     string
	Current  string
	Fields   []templates.Field
	Button   string
	Action   string
	Only     string // why it cannot be changed
	Informed []string
	ByPost   string
	Extends  bool
	History  []templates.Fact
	End      *endBox // nil while there is nothing to end early
}

// endBox is the part of the page that ends the round before its deadline.
type endBox struct {
	Missing  []string // of whom something is still to come
	Informed []string
	ByPost   string
	Waiting  string // a sentence about the request that waits
	Void     bool
	Withdraw string
	Only     string // why nothing can be done
	Confirm  *templates.Confirm
}

// end tells whether the round can be ended, and offers it.
func (s *Room) end(r *web.Request, b sendPage) (*endBox, error) {
	plan, err := s.Send.EndPlan(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil || plan == nil {
		return nil, err
	}
	box := &endBox{Missing: shortNames(plan.Missing), Informed: shortNames(plan.Informed), ByPost: strings.Join(shortNames(plan.ByPost), ", "), Void: plan.Outdated}
	if plan.Waiting != nil {
		box.Waiting, box.Withdraw = b.Must("send.dispatch.waiting", "Name", plan.WaitingName, "At", r.Moment(plan.Waiting.RequestedAt)), sendPath(r, "ende", "zuruecknehmen")
	}
	waits := plan.Waiting != nil && !plan.Outdated
	switch {
	case len(plan.Missing) > 0:
	case waits && plan.Own:
		box.Only = b.Must("send.dispatch.own")
	case waits && plan.OneHand:
		box.Only = b.Must("error.one_hand")
	case !waits && !b.CanAct:
		box.Only = b.Must("send.dispatch.only_coordinators")
	default:
		box.Confirm = &templates.Confirm{Title: b.Must("send.end.confirm_title"), Text: b.Must("send.end.confirm_text"), Button: b.Must("send.end.button"), Action: sendPath(r, "ende"),
			Fields: []templates.Field{web.HiddenField("seen", plan.Digest)}}
		if plan.TwoPerson && !waits {
			box.Confirm.Button = b.Must("send.end.request_button")
		}
	}
	return box, nil
}

func (s *Room) endRound(r *web.Request) error {
	var form struct {
		Seen string `form:"seen"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	done, err := s.Send.EndRound(r.Request.Context(), r.Actor, r.Questionnaire.ID, form.Seen)
	if status, errs := r.Refused(err); status != 0 {
		d := r.Questionnaire.Deadline
		return s.renderDeadline(r, status, deadlineForm{Deadline: d.Local, Zone: d.Zone, Revision: r.Questionnaire.Revision}, errs)
	}
	if err != nil {
		return err
	}
	notice := "send.notice.requested"
	if done {
		notice = "send.notice.ended"
	}
	return r.Redirect(sendPath(r, "frist"), notice)
}

func (s *Room) withdrawEnd(r *web.Request) error {
	if err := s.Send.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActEnd, ""); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "frist"), "send.notice.withdrawn")
}

type deadlineForm struct {
	Deadline string `form:"deadline"`
	Zone     string `form:"deadline_zone"`
	Choice   string `form:"deadline_choice"`
	Reason   string `form:"reason"`
	Revision int    `form:"revision"`
}

func (s *Room) deadlinePage(r *web.Request) error {
	d := r.Questionnaire.Deadline
	return s.renderDeadline(r, http.StatusOK, deadlineForm{Deadline: d.Local, Zone: d.Zone, Revision: r.Questionnaire.Revision}, nil)
}

func (s *Room) renderDeadline(r *web.Request, status int, form deadlineForm, errs []templates.FieldError) error {
	plan, err := s.Send.DeadlinePlan(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	q := plan.Questionnaire
	p := deadlinePage{sendPage: s.sendBase(r, "send.deadline.title"), Action: sendPath(r, "frist"), Current: r.Instant(q.Deadline), Extends: !q.DispatchedAt.IsZero()}
	p.Errors = errs
	p.Lead = p.Must("send.deadline.lead")
	p.Button = p.Must("common.button.save")
	if p.Extends {
		p.Lead, p.Button, p.Informed = p.Must("send.deadline.extend_lead"), p.Must("send.deadline.extend_button"), shortNames(plan.Informed)
		p.ByPost = strings.Join(shortNames(plan.ByPost), ", ")
	}
	for _, e := range q.Extended {
		if e.Ended() {
			p.History = append(p.History, templates.Fact{Label: r.Moment(e.At), Value: p.Must("compare.meta.ended_text", "From", r.Instant(e.From), "To", r.Instant(e.To))})
			continue
		}
		p.History = append(p.History, templates.Fact{Label: r.Moment(e.At), Value: p.Must("send.deadline.extended", "From", r.Instant(e.From), "To", r.Instant(e.To), "Reason", e.Reason)})
	}
	if p.End, err = s.end(r, p.sendPage); err != nil {
		return err
	}
	switch {
	case !p.CanAct:
	case p.Extends && plan.Published:
		p.Only = p.Must("send.deadline.published")
	default:
		p.Fields = p.fields(form)
		if status == http.StatusConflict {
			saved := deadlineForm{Deadline: q.Deadline.Local, Zone: q.Deadline.Zone, Revision: q.Revision}
			if n := len(q.Extended); n > 0 {
				saved.Reason = q.Extended[n-1].Reason
			}
			typed := []web.FieldGroup{{Fields: p.Fields}}
			r.Overtaken(&p.Base, typed, []web.FieldGroup{{Fields: p.fields(saved)}})
			p.Fields = typed[0].Fields
		}
	}
	return r.Page(status, "send/deadline", p)
}

func (p deadlinePage) fields(form deadlineForm) []templates.Field {
	fields := append([]templates.Field{web.HiddenField("revision", strconv.Itoa(form.Revision))}, p.instantFields("deadline", form.Deadline, form.Zone, form.Choice)...)
	fields[1].Required = true
	if p.Extends {
		fields = append(fields, web.RequiredField(p.field("reason", "text", form.Reason)))
	}
	return fields
}

func (s *Room) saveDeadline(r *web.Request) error {
	var form deadlineForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	save, notice := s.Send.SetDeadline, "send.notice.deadline"
	if !r.Questionnaire.DispatchedAt.IsZero() {
		save, notice = s.Send.ExtendDeadline, "send.notice.extended"
	}
	err := save(r.Request.Context(), r.Actor, r.Questionnaire.ID, send.SetDeadline(form))
	if status, errs := r.Refused(err); status != 0 {
		return s.renderDeadline(r, status, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "frist"), notice)
}
