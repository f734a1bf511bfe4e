package send

import (
	"net/http"
	"strconv"
	"strings"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// portalPage is the packet for a respondent with its own form: the questions to be copied, and when they were entered.
type portalPage struct {
	sendPage
	Facts     []templates.Fact
	Misfits   []string
	Questions []portalQuestion
	Draft     bool // the catalogue is not locked
	Entered   string
	Note      string
	Fields    []templates.Field
	Action    string
	Wordings  []portalWording // how each question was entered
	TakeBack  string
	Revision  templates.Field
}

// portalWording is how a question was entered, if not as it is.
type portalWording struct {
	Heading string
	TooLong string // by how much; "" it is not, and its fields are folded away
	Open    bool
	Fields  []templates.Field
}

type portalQuestion struct {
	Heading string
	Length  string
	TooLong string
	Copy    templates.Copy
	Errata  []templates.Erratum
}

type portalForm struct {
	At       string `form:"at"`
	Zone     string `form:"at_zone"`
	Choice   string `form:"at_choice"`
	Note     string `form:"note"`
	Revision int    `form:"revision"`

	wordings map[survey.QuestionID]send.PortalWording
}

func (f portalForm) command() send.RecordPortal {
	cmd := send.RecordPortal{At: f.At, Zone: f.Zone, Choice: f.Choice, Note: f.Note, Revision: f.Revision}
	for _, w := range f.wordings {
		cmd.Wordings = append(cmd.Wordings, w)
	}
	return cmd
}

func (s *Room) portalPage(r *web.Request) error {
	zone := r.Place()
	return s.renderPortal(r, http.StatusOK, portalForm{At: s.Now().In(zone).Format("2006-01-02T15:04"), Zone: zone.String()}, nil)
}

func (s *Room) renderPortal(r *web.Request, status int, form portalForm, errs []templates.FieldError) error {
	f, err := s.Send.RespondentFile(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")))
	if err != nil {
		return err
	}
	who := f.Row.Respondent
	if who.Procedure.Channel != survey.ChannelPortal {
		return survey.Fail(survey.NotFound, "error.not_found")
	}
	p := portalPage{sendPage: s.sendBase(r, "send.portal.title", "Name", who.ShortName), Facts: respondentFacts(r, f), Misfits: misfitsOf(r, who.Procedure, f.Packet), Draft: !f.Packet.Locked}
	p.Errors = errs
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("send.tab.befragte"), Href: sendPath(r, "befragte")},
		templates.NavItem{Label: who.ShortName, Href: sendPath(r, "befragte", string(who.Slug))})
	for _, q := range f.Packet.Questions {
		if q.LeftOut != "" {
			continue
		}
		heading := p.Must("common.question_number", "Number", q.Printed())
		if q.Label != "" {
			heading += ": " + q.Label
		}
		one := portalQuestion{Heading: heading, Length: p.Must("common.characters", "Count", q.Length),
			Copy: templates.Copy{ID: "frage-" + strconv.Itoa(q.Number), Label: p.Must("send.portal.text", "Number", q.Printed()), Text: q.Text, Rows: 6}, Errata: r.Errata(r.Questionnaire, q.ID)}
		if q.Over > 0 {
			one.TooLong = p.Must("send.misfit.over", "Count", q.Over)
		}
		p.Questions = append(p.Questions, one)
		p.Wordings = append(p.Wordings, p.wording(one, q, form.wordings[q.ID], who.Procedure.MaxCharacters))
	}
	p.Revision = web.HiddenField("revision", strconv.Itoa(who.Revision))
	if who.Portal != nil {
		p.Entered, p.Note = p.Must("send.portal.entered", "At", r.Moment(who.Portal.At), "Name", f.PortalBy), who.Portal.Note
	}
	if p.CanAct && !r.Questionnaire.DispatchedAt.IsZero() && who.NotAsked == "" {
		p.Action = sendPath(r, "befragte", string(who.Slug), "eingabe")
		if who.Portal != nil {
			p.TakeBack = sendPath(r, "befragte", string(who.Slug), "eingabe", "zuruecknehmen")
		} else {
			note := p.field("note", "textarea", form.Note)
			note.Hint, note.Rows = p.Must("send.portal.note_hint"), 3
			p.Fields = append(p.instantFields("at", form.At, form.Zone, form.Choice), note)
			p.Fields[0].Required = true
		}
	}
	if status == http.StatusConflict {
		if len(p.Fields) == 0 { // entered by somebody else: no form is left for what was typed
			return survey.Fail(survey.Conflict, "error.stale")
		}
		r.Overtaken(&p.Base, nil, nil)
	}
	return r.Page(status, "send/portal", p)
}

// wording makes the fields that say how a question was entered.
func (p portalPage) wording(shown portalQuestion, q survey.PacketQuestion, typed send.PortalWording, limit int) portalWording {
	field := func(name, kind, value string) templates.Field {
		f := templates.Field{Name: name + "-" + string(q.ID), Type: kind, Label: p.Must("send.portal.field."+name, "Number", q.Printed()), Value: value}
		f.Error = p.ErrorAt(f.Name)
		if kind != "checkbox" {
			f.Hint = p.Must("send.portal.hint." + name)
		}
		return f
	}
	text, reason := field("text", "textarea", typed.Text), field("reason", "text", typed.Reason)
	clean, _, _ := survey.Text(typed.Text)
	text.Lang, text.Rows, text.Counter = "de", 3, &templates.Counter{Limit: limit, General: limit == survey.MaxTextUnits, Used: survey.Length(clean)}
	w := portalWording{Heading: shown.Heading, TooLong: shown.TooLong, Fields: []templates.Field{text, reason}}
	if q.Over > 0 {
		whole := field("whole", "checkbox", "yes")
		whole.Checked = typed.Whole
		w.Fields = append(w.Fields, whole)
	}
	w.Open = typed.Text+typed.Reason != ""
	return w
}

func (s *Room) recordPortal(r *web.Request) error {
	var form portalForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	form.wordings = map[survey.QuestionID]send.PortalWording{}
	for name, values := range r.Request.PostForm {
		what, id, _ := strings.Cut(name, "-")
		w := form.wordings[survey.QuestionID(id)]
		switch what {
		case "text":
			w.Text = values[0]
		case "reason":
			w.Reason = values[0]
		case "whole":
			w.Whole = values[0] != ""
		default:
			continue
		}
		w.Question = survey.QuestionID(id)
		form.wordings[w.Question] = w
	}
	err := s.Send.RecordPortal(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), form.command())
	if status, errs := r.Refused(err); status != 0 {
		return s.renderPortal(r, status, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", slug, "eingabe"), "send.notice.portal")
}

func (s *Room) takeBackPortal(r *web.Request) error {
	var form portalForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	if err := s.Send.TakeBackPortal(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), form.Revision); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", slug, "eingabe"), "send.notice.portal_back")
}

// proofPage says which text went where and when.
type proofPage struct {
	sendPage
	Name     string
	Election string
	At       string
	Facts    []templates.Fact
	Mails    []proofMail
	Links    []linkLine
	Left     []packetLine
}

type proofMail struct {
	Heading string
	Facts   []templates.Fact
	Mail    mailView
}

func (s *Room) proofPage(r *web.Request) error {
	f, err := s.Send.Proof(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")))
	if err != nil {
		return err
	}
	who := f.Row.Respondent
	p := proofPage{sendPage: s.sendBase(r, "send.proof.title", "Name", who.ShortName), Name: who.Name, Election: f.Election.Name, At: r.Moment(s.Now()), Facts: respondentFacts(r, f)}
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("send.tab.befragte"), Href: sendPath(r, "befragte")},
		templates.NavItem{Label: who.ShortName, Href: sendPath(r, "befragte", string(who.Slug))})
	for _, m := range f.Mails {
		line := newOutboxLine(r, m)
		p.Mails = append(p.Mails, proofMail{Heading: p.Must("send.proof.mail", "Kind", line.Kind, "At", line.Created), Facts: mailFacts(r, m), Mail: newMailView(r, m)})
	}
	for _, l := range f.Links {
		p.Links = append(p.Links, newLinkLine(r, l, f.Mails))
	}
	for _, q := range f.Packet.Questions {
		if q.LeftOut != "" {
			p.Left = append(p.Left, packetLine{Printed: q.Printed(), Text: q.Text, LeftOut: q.LeftOut})
		}
	}
	return r.Page(http.StatusOK, "send/proof", p)
}
