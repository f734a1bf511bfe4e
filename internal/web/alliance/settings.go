package alliance

import (
	"net/http"
	"strconv"

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
		items []string
		who   []survey.Role
	}{
		{"alliance", []string{"buendnis"}, web.Admins},
		{"alliance", []string{"organisationen", "arbeitsgruppen", "personen", "wahlen"}, web.Checkers},
		{"operation", []string{"import", "sicherung", "mailtest", "protokoll"}, web.Admins},
	} {
		if !r.Actor.HasAny(g.who...) {
			continue
		}
		title := p.Must("alliance.home." + g.key)
		if len(p.Groups) == 0 || p.Groups[len(p.Groups)-1].Title != title {
			p.Groups = append(p.Groups, adminGroup{Title: title})
		}
		group := &p.Groups[len(p.Groups)-1]
		for _, name := range g.items {
			group.Items = append(group.Items, adminItem{
				NavItem: templates.NavItem{Label: p.Must("alliance." + name + ".title"), Href: "/verwaltung/" + name},
				Text:    p.Must("alliance." + name + ".about"),
			})
		}
	}
	return r.Page(http.StatusOK, "alliance/home", p)
}

// adminBase is base with the way back to the administration.
func adminBase(r *web.Request, titleKey string, args ...any) templates.Base {
	b := r.Base(titleKey, args...)
	b.Breadcrumbs = []templates.NavItem{{Label: r.Printer().Must("alliance.home.title"), Href: "/verwaltung"}}
	return b
}

// allianceForm is the form of the alliance's settings.
type allianceForm struct {
	Revision           int    `form:"revision"`
	Name               string `form:"name"`
	Intro              string `form:"intro"`
	Imprint            string `form:"imprint"`
	Privacy            string `form:"privacy"`
	PressContact       string `form:"press_contact"`
	Email              string `form:"email"`
	Licence            string `form:"licence"`
	CheckLock          string `form:"check_lock"`
	CheckDispatch      string `form:"check_dispatch"`
	CheckTranscription string `form:"check_transcription"`
	CheckPublication   string `form:"check_publication"`
}

func (f allianceForm) alliance() survey.Alliance {
	return survey.Alliance{Revision: f.Revision, Name: f.Name, Intro: f.Intro, Imprint: f.Imprint, Privacy: f.Privacy,
		PressContact: f.PressContact, Email: f.Email, Licence: f.Licence, CheckLock: survey.Rule(f.CheckLock),
		CheckDispatch: survey.Rule(f.CheckDispatch), CheckTranscription: survey.Rule(f.CheckTranscription), CheckPublication: survey.Rule(f.CheckPublication)}
}

func (s *Room) alliancePage(r *web.Request) error {
	a, err := s.Alliance.Alliance(r.Request.Context())
	if err != nil {
		return err
	}
	old, err := s.Compare.OldLegal(r.Request.Context(), r.Actor)
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
	p := web.FormPage{Base: adminBase(r, "alliance.buendnis.title"), Action: "/verwaltung/buendnis"}
	p.Errors, p.Button, p.Lead = errs, p.Must("common.button.save"), p.Must("alliance.buendnis.lead")
	field := func(name, kind, value string, rows int) templates.Field {
		return templates.Field{Name: name, Type: kind, Label: p.Must("alliance.buendnis." + name), Hint: p.Must("alliance.buendnis." + name + "_hint"),
			Value: value, Rows: rows, Error: p.ErrorAt(name)}
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
			rule("check_lock", a.CheckLock), rule("check_dispatch", a.CheckDispatch),
			rule("check_transcription", a.CheckTranscription), rule("check_publication", a.CheckPublication),
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
		saved, err := s.Alliance.Alliance(r.Request.Context())
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

// namesPage is a list of named things, each with its form, and one to add.
type namesPage struct {
	templates.Base
	Lead     string
	Items    []nameForm
	None     string
	AddTitle string
	Add      nameForm
}

// nameForm is the form of one organisation or working group.
type nameForm struct {
	Title  string
	Open   bool
	Action string
	Fields []templates.Field
	Button string
}

// namedForm is what such a form sends.
type namedForm struct {
	ID       string `form:"id"`
	Revision int    `form:"revision"`
	Name     string `form:"name"`
	Website  string `form:"website"`
}

// nameForm builds the form of one thing. Each form has its own ids on the page; a fault is shown at the form it came from.
func (p namesPage) nameForm(action string, sent, f namedForm, website bool) nameForm {
	n := nameForm{Action: action, Title: f.Name, Button: p.Must("common.button.save"), Open: len(p.Errors) > 0 && sent.ID == f.ID}
	suffix := f.ID
	if f.ID == "" {
		suffix, n.Button = "new", p.Must("common.button.add")
	}
	field := func(name, value string, required bool) templates.Field {
		t := templates.Field{ID: name + "-" + suffix, Name: name, Label: p.Must("alliance.names." + name), Value: value, Required: required}
		if n.Open {
			t.Error = p.ErrorAt(t.ID)
		}
		return t
	}
	n.Fields = []templates.Field{{Name: "id", ID: "id-" + suffix, Type: "hidden", Value: f.ID}, {Name: "revision", ID: "revision-" + suffix, Type: "hidden", Value: strconv.Itoa(f.Revision)}, field("name", f.Name, true)}
	if website {
		w := field("website", f.Website, false)
		w.Type = "url"
		n.Fields = append(n.Fields, w)
	}
	return n
}

// at moves faults from a field's name to its id in the form that was sent.
func at(errs []templates.FieldError, id string) []templates.FieldError {
	if id == "" {
		id = "new"
	}
	for i := range errs {
		errs[i].FieldID += "-" + id
	}
	return errs
}

func (s *Room) organisationsPage(r *web.Request) error {
	return s.renderOrganisations(r, http.StatusOK, namedForm{}, nil)
}

func (s *Room) renderOrganisations(r *web.Request, status int, sent namedForm, errs []templates.FieldError) error {
	list, err := s.Alliance.Organisations(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	var forms []namedForm
	for _, o := range list {
		forms = append(forms, namedForm{ID: o.ID, Revision: o.Revision, Name: o.Name, Website: o.Website})
	}
	return s.renderNames(r, status, "organisationen", forms, sent, errs, true)
}

func (s *Room) renderNames(r *web.Request, status int, kind string, list []namedForm, sent namedForm, errs []templates.FieldError, website bool) error {
	path := "/verwaltung/" + kind
	p := namesPage{Base: adminBase(r, "alliance."+kind+".title")}
	p.Errors, p.Lead, p.None = at(errs, sent.ID), p.Must("alliance."+kind+".about"), p.Must("alliance."+kind+".none")
	p.AddTitle = p.Must("alliance." + kind + ".add")
	add := namedForm{}
	if sent.ID == "" {
		add = sent
	}
	p.Add = p.nameForm(path, sent, add, website)
	for _, f := range list {
		form := p.nameForm(path, sent, f, website)
		if f.ID == sent.ID && status != http.StatusOK {
			saved := []web.FieldGroup{{Fields: form.Fields}}
			form = p.nameForm(path, sent, sent, website)
			if status == http.StatusConflict {
				typed := []web.FieldGroup{{Fields: form.Fields}}
				r.Overtaken(&p.Base, typed, saved)
				form.Open, form.Fields = true, typed[0].Fields
			}
		}
		form.Title = f.Name
		p.Items = append(p.Items, form)
	}
	return r.Page(status, "alliance/names", p)
}

func (s *Room) saveOrganisation(r *web.Request) error {
	var form namedForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	err := s.Alliance.SaveOrganisation(r.Request.Context(), r.Actor, form.ID, alliance.SaveOrganisation{Revision: form.Revision, Name: form.Name, Website: form.Website})
	if errs, ok := r.Faults(err); ok {
		return s.renderOrganisations(r, http.StatusUnprocessableEntity, form, errs)
	}
	if web.Stale(err) {
		return s.renderOrganisations(r, http.StatusConflict, form, nil)
	}
	if err != nil {
		return err
	}
	return r.Redirect("/verwaltung/organisationen", "alliance.notice.saved")
}

func (s *Room) groupsPage(r *web.Request) error {
	return s.renderGroups(r, http.StatusOK, namedForm{}, nil)
}

func (s *Room) renderGroups(r *web.Request, status int, sent namedForm, errs []templates.FieldError) error {
	list, err := s.Alliance.WorkingGroups(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	var forms []namedForm
	for _, g := range list {
		forms = append(forms, namedForm{ID: g.ID, Revision: g.Revision, Name: g.Name})
	}
	return s.renderNames(r, status, "arbeitsgruppen", forms, sent, errs, false)
}

func (s *Room) saveGroup(r *web.Request) error {
	var form namedForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	err := s.Alliance.SaveWorkingGroup(r.Request.Context(), r.Actor, form.ID, alliance.SaveWorkingGroup{Revision: form.Revision, Name: form.Name})
	if errs, ok := r.Faults(err); ok {
		return s.renderGroups(r, http.StatusUnprocessableEntity, form, errs)
	}
	if web.Stale(err) {
		return s.renderGroups(r, http.StatusConflict, form, nil)
	}
	if err != nil {
		return err
	}
	return r.Redirect("/verwaltung/arbeitsgruppen", "alliance.notice.saved")
}
