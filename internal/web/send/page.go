package send

import (
	"slices"
	"strings"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// sendPage is what every page of one questionnaire's Versand has.
type sendPage struct {
	templates.Base
	Tabs   templates.Tabs
	Kicker string
	CanAct bool // a coordinator; administrators read

	Numbered bool // the order goes by numbers
}

// sendPath is the address of a page of the questionnaire's Versand.
func sendPath(r *web.Request, parts ...string) string {
	return strings.Join(append([]string{"/versand", string(r.Questionnaire.Slug)}, parts...), "/")
}

// sendBase makes such a page. The tabs show which of them the page belongs to.
func (s *Room) sendBase(r *web.Request, titleKey string, args ...any) sendPage {
	p := sendPage{Base: r.Base(titleKey, args...), Kicker: r.Questionnaire.Title, CanAct: r.Actor.Has(survey.RoleCoordinator), Numbered: r.Questionnaire.Rule() == survey.OrderNumber}
	if !s.Send.MailReady {
		p.Warning = p.Must("send.no_mail")
	}
	p.Breadcrumbs = []templates.NavItem{{Label: p.Must("common.nav.send"), Href: "/versand"}}
	if p.Path != sendPath(r) {
		p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: r.Questionnaire.Title, Href: sendPath(r)})
	}
	tabs := []string{"", "befragte", "anschreiben", "frist", "erinnerung", "absenden", "postausgang"}
	if !r.Questionnaire.DispatchedAt.IsZero() {
		tabs = append(tabs, "berichtigung")
	}
	p.Tabs.Label = p.Must("common.nav.sections")
	for _, tab := range tabs {
		key, href := "board", sendPath(r)
		if tab != "" {
			key, href = tab, sendPath(r, tab)
		}
		current := p.Path == href || tab != "" && strings.HasPrefix(p.Path, href+"/")
		if tab == "befragte" && slices.Contains([]string{sendPath(r, "neu"), sendPath(r, "gemeinsam")}, p.Path) {
			current = true
		}
		p.Tabs.Items = append(p.Tabs.Items, templates.NavItem{Label: p.Must("send.tab." + key), Href: href, Current: current})
	}
	return p
}

// field makes a form field whose label is the message send.field.<name> and whose hint, if there is one, send.hint.<name>.
func (p sendPage) field(name, kind, value string) templates.Field {
	return web.LabelledField(p.Base, "send.field."+name, "send.hint."+name, name, kind, value)
}

// choice makes a select or radio field of values whose labels are the messages prefix + value.
func (p sendPage) choice(name, kind, value, prefix string, values ...string) templates.Field {
	f := web.RequiredField(p.field(name, kind, ""))
	for _, v := range values {
		word := v
		if v == "" {
			word = "unknown"
		}
		f.Options = append(f.Options, templates.Option{Value: v, Label: p.Must(prefix + word), Selected: v == value})
	}
	return f
}

// zones are offered for a deadline.
var zones = []string{"Europe/Berlin", "Europe/Brussels", "Europe/London", "Europe/Lisbon", "Europe/Athens", "UTC"}

// instantFields are the fields of a typed local time: the time, its zone, and which of two it is where the clocks are set
// back.
func (p sendPage) instantFields(name, local, zone, choice string) []templates.Field {
	if zone == "" {
		zone = survey.DefaultZone
	}
	where := templates.Field{Name: name + "_zone", Type: "select", Label: p.Must("send.field.zone"), Required: true, Error: p.ErrorAt(name + "_zone")}
	offered := zones
	if !slices.Contains(zones, zone) {
		offered = append([]string{zone}, zones...)
	}
	for _, z := range offered {
		where.Options = append(where.Options, templates.Option{Value: z, Label: z, Selected: z == zone})
	}
	fields := []templates.Field{p.field(name, "datetime-local", local), where}
	if choice != "" || p.ErrorAt(name) == p.Must("error.time.ambiguous") {
		which := p.choice(name+"_choice", "radio", choice, "send.choice.", "first", "second")
		fields = append(fields, which)
	}
	return fields
}

// readNumber reads a whole number; "" is 0, and what is none is -1, which no rule allows.
func readNumber(typed string) int {
	n, ok := survey.Number(typed)
	if !ok {
		return -1
	}
	return n
}

// mailView is a mail to be read: its text with the link marked.
type mailView struct {
	To, Subject string
	Frame       string // above the text, of a copy
	Parts       []mailPart
	Calendar    bool
	Note        string // in place of a text that is not shown
}

// mailPart is a run of a mail's text; Mark is the link, or the mark in its place.
type mailPart struct {
	Text string
	Mark bool
}

// mailParts puts the link between the pieces of a text.
func mailParts(texts []string, link string) []mailPart {
	var parts []mailPart
	for i, run := range texts {
		if i > 0 {
			parts = append(parts, mailPart{Text: link, Mark: true})
		}
		parts = append(parts, mailPart{Text: run})
	}
	return parts
}

// mailBadge is the state of a mail.
func mailBadge(r *web.Request, m survey.Mail) templates.Badge {
	b := templates.Badge{Label: r.Printer().Must("common.mail_state." + string(m.State))}
	if m.Bounced != nil {
		return templates.Badge{Label: r.Printer().Must("common.mail_state.bounced"), Icon: "warning", Tone: "bad"}
	}
	switch m.State {
	case survey.MailSent:
		b.Icon, b.Tone = "check", "good"
	case survey.MailFailed:
		b.Icon, b.Tone = "warning", "bad"
	case survey.MailQueued:
		b.Icon, b.Tone = "pending", "wait"
	}
	return b
}
