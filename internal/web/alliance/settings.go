package alliance

import (
	"net/http"
	"strconv"
	"strings"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// adminPage lists what can be administered.
type adminPage struct {
	templates.Base
	Groups []adminGroup
}

type adminGroup struct {
	Title string
	Items []adminItem
}

type adminItem struct {
	templates.NavItem
	Text string
}

func (s *Room) adminPage(r *web.Request) error {
	p := adminPage{Base: r.Base("alliance.home.title")}
	for _, g := range []struct {
		key   string
		items []string // keys of their messages; what follows the point is the address
		who   []survey.Role
	}{
		{"alliance", []string{"alliance.buendnis"}, web.Admins},
		{"alliance", []string{"alliance.organisationen", "alliance.arbeitsgruppen", "alliance.personen", "alliance.wahlen"}, web.Checkers},
		{"operation", []string{"compare.import", "alliance.sicherung", "alliance.mailtest", "alliance.protokoll"}, web.Admins},
	} {
		if !r.Actor.HasAny(g.who...) {
			continue
		}
		title := p.Must("alliance.home." + g.key)
		if len(p.Groups) == 0 || p.Groups[len(p.Groups)-1].Title != title {
			p.Groups = append(p.Groups, adminGroup{Title: title})
		}
		group := &p.Groups[len(p.Groups)-1]
		for _, item := range g.items {
			_, name, _ := strings.Cut(item, ".")
			group.Items = append(group.Items, adminItem{
				NavItem: templates.NavItem{Label: p.Must(item + ".title"), Href: "/verwaltung/" + name},
				Text:    p.Must(item + ".about"),
			})
		}
	}
	return r.Page(http.StatusOK, "alliance/home", p)
}

// allianceForm is the form of the alliance's settings.
type allianceForm struct {
	Revision             int    `form:"revision"`
	Name                 string `form:"name"`
	Intro                string `form:"intro"`
	Imprint              string `form:"imprint"`
	Privacy              string `form:"privacy"`
	PressContact         string `form:"press_contact"`
	Email                string `form:"email"`
	Licence              string `form:"licence"`
	ConfirmLock          string `form:"check_lock"`
	ConfirmDispatch      string `form:"check_dispatch"`
	ConfirmTranscription string `form:"check_transcription"`
	ConfirmPublication   string `form:"check_publication"`
}

func (f allianceForm) alliance() survey.Alliance {
	return survey.Alliance{Revision: f.Revision, Name: f.Name, Intro: f.Intro, Imprint: f.Imprint, Privacy: f.Privacy,
		PressContact: f.PressContact, Email: f.Email, Licence: f.Licence, ConfirmLock: survey.Rule(f.ConfirmLock),
		ConfirmDispatch: survey.Rule(f.ConfirmDispatch), ConfirmTranscription: survey.Rule(f.ConfirmTranscription), ConfirmPublication: survey.Rule(f.ConfirmPublication)}
}

func (s *Room) alliancePage(r *web.Request) error {
	a, err := s.Alliance.Settings(r.Request.Context())
	if err != nil {
		return err
	}
	old, err := s.Alliance.OldLegal(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := alliancePage(r, a, nil)
	if len(old) > 0 {
		p.Note = p.Must("alliance.buendnis.old_legal", "Count", len(old))
	}
	for _, q := range old {
		p.About = append(p.About, templates.NavItem{Label: q.Title, Href: "/veroeffentlichen/" + string(q.Slug)})
	}
	return r.Page(http.StatusOK, "form", p)
}

func alliancePage(r *web.Request, a survey.Alliance, errs []templates.FieldError) web.FormPage {
	p := web.FormPage{Base: web.AdminBase(r, "alliance.buendnis.title"), Action: "/verwaltung/buendnis"}
	p.Errors, p.Button, p.Lead = errs, p.Must("common.button.save"), p.Must("alliance.buendnis.lead")
	field := func(name, kind, value string, rows int) templates.Field {
		f := web.LabelledField(p.Base, "alliance.buendnis."+name, "alliance.buendnis."+name+"_hint", name, kind, value)
		f.Rows = rows
		return f
	}
	name := field("name", "text", a.Name, 0)
	name.Required = true
	rule := func(name string, value survey.Rule) templates.Field {
		f := templates.Field{Name: name, Type: "radio", Label: p.Must("alliance.buendnis." + name), Required: true, Inline: true, Error: p.ErrorAt(name)}
		for _, r := range []survey.Rule{survey.RuleAuto, survey.RuleOn, survey.RuleOff} {
			key := "alliance.buendnis.rule_" + string(r)
			if r == survey.RuleAuto {
				key = "alliance.buendnis.rule_auto"
			}
			f.Options = append(f.Options, templates.Option{Value: string(r), Label: p.Must(key), Selected: r == value})
		}
		return f
	}
	quiet := func(f templates.Field) templates.Field { f.Quiet = true; return f } // they may wait, but are not free
	p.Groups = []web.FieldGroup{
		{Title: p.Must("alliance.buendnis.who"), Fields: []templates.Field{
			{Name: "revision", Type: "hidden", Value: strconv.Itoa(a.Revision)},
			name, field("intro", "textarea", a.Intro, 4), field("email", "email", a.Email, 0),
			field("press_contact", "textarea", a.PressContact, 3), field("licence", "text", a.Licence, 0),
		}},
		{Title: p.Must("alliance.buendnis.legal"), Text: p.Must("alliance.buendnis.legal_text"), Fields: []templates.Field{
			quiet(field("imprint", "textarea", a.Imprint, 8)), quiet(field("privacy", "textarea", a.Privacy, 10)),
		}},
		{Title: p.Must("alliance.buendnis.rules"), Text: p.Must("alliance.buendnis.rules_text"), Fields: []templates.Field{
			rule("check_lock", a.ConfirmLock), rule("check_dispatch", a.ConfirmDispatch),
			rule("check_transcription", a.ConfirmTranscription), rule("check_publication", a.ConfirmPublication),
		}},
	}
	return p
}

func (s *Room) saveAlliance(r *web.Request) error {
	var form allianceForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	err := s.Alliance.SaveSettings(r.Request.Context(), r.Actor, alliance.SaveSettings{Alliance: form.alliance()})
	if errs, ok := r.Faults(err); ok {
		return r.Page(http.StatusUnprocessableEntity, "form", alliancePage(r, form.alliance(), errs))
	}
	if web.Stale(err) {
		saved, err := s.Alliance.Settings(r.Request.Context())
		if err != nil {
			return err
		}
		return r.FormOvertaken(alliancePage(r, form.alliance(), nil), alliancePage(r, saved, nil))
	}
	if err != nil {
		return err
	}
	return r.Redirect("/verwaltung/buendnis", "alliance.notice.saved")
}
