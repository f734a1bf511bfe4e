package send

import (
	"net/http"
	"slices"
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
				who = append(who, one.ShortName+" ("+strings.Join(survey.AllAddresses(one.Email, one.Copies), ", ")+")")
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
		p.Packet = append(p.Packet, packetLine{Printed: q.Printed(), Text: q.Text})
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
