package alliance

import (
	"context"
	"net/http"
	"strconv"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// named is a kind of things that have a name, all with their forms on one page.
type named struct {
	kind    string // in paths and message keys
	website bool   // they have one
	list    func(context.Context, survey.Actor) ([]namedForm, error)
	save    func(context.Context, survey.Actor, namedForm) error
}

func (s *Room) organisations() named {
	return named{"organisationen", true, func(ctx context.Context, actor survey.Actor) (forms []namedForm, err error) {
		list, err := s.Alliance.Organisations(ctx, actor)
		for _, o := range list {
			forms = append(forms, namedForm{ID: o.ID, Revision: o.Revision, Name: o.Name, Website: o.Website})
		}
		return forms, err
	}, func(ctx context.Context, actor survey.Actor, f namedForm) error {
		return s.Alliance.SaveOrganisation(ctx, actor, f.ID, alliance.SaveOrganisation{Revision: f.Revision, Name: f.Name, Website: f.Website})
	}}
}

func (s *Room) workingGroups() named {
	return named{"arbeitsgruppen", false, func(ctx context.Context, actor survey.Actor) (forms []namedForm, err error) {
		list, err := s.Alliance.WorkingGroups(ctx, actor)
		for _, g := range list {
			forms = append(forms, namedForm{ID: g.ID, Revision: g.Revision, Name: g.Name})
		}
		return forms, err
	}, func(ctx context.Context, actor survey.Actor, f namedForm) error {
		return s.Alliance.SaveWorkingGroup(ctx, actor, f.ID, alliance.SaveWorkingGroup{Revision: f.Revision, Name: f.Name})
	}}
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

// render shows the forms; sent is the one that was refused.
func (n named) render(r *web.Request, status int, sent namedForm, errs []templates.FieldError) error {
	list, err := n.list(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := namesPage{Base: web.AdminBase(r, "alliance."+n.kind+".title")}
	p.Errors, p.Lead, p.None = at(errs, sent.ID), p.Must("alliance."+n.kind+".about"), p.Must("alliance."+n.kind+".none")
	p.AddTitle = p.Must("alliance." + n.kind + ".add")
	add := namedForm{}
	if sent.ID == "" {
		add = sent
	}
	p.Add = p.nameForm(n.path(), sent, add, n.website)
	for _, f := range list {
		form := p.nameForm(n.path(), sent, f, n.website)
		if f.ID == sent.ID && status != http.StatusOK {
			saved := []web.FieldGroup{{Fields: form.Fields}}
			form = p.nameForm(n.path(), sent, sent, n.website)
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

func (n named) path() string { return "/verwaltung/" + n.kind }

func (n named) page(r *web.Request) error { return n.render(r, http.StatusOK, namedForm{}, nil) }

func (n named) saveForm(r *web.Request) error {
	var form namedForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	err := n.save(r.Request.Context(), r.Actor, form)
	if status, errs := r.Refused(err); status != 0 {
		return n.render(r, status, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(n.path(), "alliance.notice.saved")
}
