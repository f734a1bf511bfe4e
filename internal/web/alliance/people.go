package alliance

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// peoplePage lists everybody with an account or an invitation.
type peoplePage struct {
	templates.Base
	People  []personRow
	MayEdit bool
	NoMail  string // there is no mail server: links are handed over by hand
	Link    *madeLink
}

// madeLink is a link made by hand, shown once.
type madeLink struct {
	Text string
	templates.Copy
}

type personRow struct {
	ID, Name, Email string
	Roles           string
	State           string // word
	Invited         bool   // has not accepted yet
	HasLink         bool   // with an open link
	Resend          bool   // by mail
	ByHand          string // what a link made by hand brings about; "" for who gets none
	HasReset        bool   // one is open
}

func (s *Room) peoplePage(r *web.Request) error { return s.renderPeople(r, nil) }

func (s *Room) renderPeople(r *web.Request, link *madeLink) error {
	people, err := s.Alliance.People(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	groups, err := s.Alliance.WorkingGroups(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, g := range groups {
		names[g.ID] = g.Name
	}
	p := peoplePage{Base: web.AdminBase(r, "alliance.personen.title"), MayEdit: r.Actor.Has(survey.RoleAdministrator)}
	var idle []string // nothing to do here until they get a role
	for _, person := range people {
		row := personRow{ID: string(person.ID), Name: person.Name, Email: person.Email, Invited: person.PasswordHash == "" && !person.Disabled, HasLink: !person.InvitedAt.IsZero(), Resend: s.Alliance.MailReady}
		var roles []string
		if person.Administrator {
			roles = append(roles, p.Must("common.role.administrator"))
		}
		if person.Coordinator {
			roles = append(roles, p.Must("common.role.coordinator"))
		}
		for _, m := range person.Memberships {
			key := "alliance.personen.member"
			if m.Lead {
				key = "alliance.personen.lead"
			}
			roles = append(roles, p.Must(key, "Group", names[m.WorkingGroup]))
		}
		row.Roles = p.Join(roles)
		if len(roles) == 0 && !person.Disabled {
			idle = append(idle, person.Name)
		}
		// what it means to hand over a link of one's own making
		byHand := func(key string) string {
			end := "alliance.personen.one_hand"
			if !s.Alliance.MailReady {
				end = "alliance.personen.one_hand_no_mail"
			}
			return p.Must(key, "Name", person.Name) + " " + p.Must(end, "Name", person.Name)
		}
		if row.Invited {
			row.ByHand = byHand("alliance.personen.copy_text")
		}
		switch {
		case person.Disabled:
			row.State = p.Must("alliance.personen.disabled")
		case person.PasswordHash != "":
			row.State = p.Must("alliance.personen.active")
			row.HasReset = !person.ResetUntil.IsZero()
			if person.ID != r.Actor.User.ID { // one's own password has its place in the account
				key := "alliance.personen.reset_text"
				if !s.Alliance.MailReady {
					key = "alliance.personen.reset_text_no_mail"
				}
				row.ByHand = byHand(key)
			}
			switch {
			case person.HandedBy != "":
				row.State += ", " + p.Must("alliance.personen.handed", "Name", person.HandedBy)
			case person.PasswordBy != "":
				row.State += ", " + p.Must("alliance.personen.handed_console")
			}
			if row.HasReset {
				row.State += "; " + p.Must("alliance.personen.reset_open", "Until", p.Time(web.LocalTime(person.ResetUntil)))
			}
		case person.InvitedAt.IsZero():
			row.State = p.Must("alliance.personen.no_link")
		default:
			row.State = p.Must("alliance.personen.invited", "Date", p.ShortDate(web.LocalTime(person.InvitedAt)), "Until", p.ShortDate(web.LocalTime(person.ExpiresAt)))
		}
		p.People = append(p.People, row)
	}
	if len(idle) > 0 && p.MayEdit {
		p.Warning = p.Must("alliance.personen.idle", "Count", len(idle), "Names", p.Join(idle))
	}
	if !s.Alliance.MailReady && p.MayEdit {
		p.NoMail = p.Must("alliance.personen.no_mail")
	}
	p.Link = link
	return r.Page(http.StatusOK, "alliance/people", p)
}

// personForm is the form of one person. Groups holds "id" for a member and "id lead" for a lead.
type personForm struct {
	Revision      int      `form:"revision"`
	Name          string   `form:"name"`
	Email         string   `form:"email"`
	Language      string   `form:"language"`
	Administrator bool     `form:"administrator"`
	Coordinator   bool     `form:"coordinator"`
	Disabled      bool     `form:"disabled"`
	Member        []string `form:"member"`
	Lead          []string `form:"lead"`
	accepted      bool     // the invitation: the address stays as it is
}

func (f personForm) memberships() []survey.Membership {
	var list []survey.Membership
	leads := map[string]bool{}
	for _, id := range f.Lead {
		leads[id] = true
		list = append(list, survey.Membership{WorkingGroup: id, Lead: true})
	}
	for _, id := range f.Member {
		if !leads[id] {
			list = append(list, survey.Membership{WorkingGroup: id})
		}
	}
	return list
}

func (s *Room) newPersonPage(r *web.Request) error {
	return s.renderPerson(r, http.StatusOK, personForm{Language: "de"}, nil)
}

func (s *Room) personPage(r *web.Request) error {
	form, err := s.storedPerson(r)
	if err != nil {
		return err
	}
	return s.renderPerson(r, http.StatusOK, form, nil)
}

// storedPerson is the form of the person in the path as it is stored now.
func (s *Room) storedPerson(r *web.Request) (personForm, error) {
	people, err := s.Alliance.People(r.Request.Context(), r.Actor)
	if err != nil {
		return personForm{}, err
	}
	for _, person := range people {
		if string(person.ID) != r.Param("person") {
			continue
		}
		form := personForm{Revision: person.Revision, Name: person.Name, Email: person.Email, Language: person.Language,
			Administrator: person.Administrator, Coordinator: person.Coordinator, Disabled: person.Disabled, accepted: person.PasswordHash != ""}
		for _, m := range person.Memberships {
			if m.Lead {
				form.Lead = append(form.Lead, m.WorkingGroup)
			} else {
				form.Member = append(form.Member, m.WorkingGroup)
			}
		}
		return form, nil
	}
	return personForm{}, survey.Fail(survey.NotFound, "error.not_found")
}

func (s *Room) renderPerson(r *web.Request, status int, form personForm, errs []templates.FieldError) error {
	groups, err := s.Alliance.WorkingGroups(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	return r.Page(status, "form", s.personPageOf(r, groups, form, errs))
}

func (s *Room) personPageOf(r *web.Request, groups []survey.WorkingGroup, form personForm, errs []templates.FieldError) web.FormPage {
	isNew := r.Param("person") == ""
	title := "alliance.personen.edit"
	if isNew {
		title = "alliance.personen.new"
	}
	p := web.FormPage{Base: web.AdminBase(r, title), Action: r.Request.URL.Path}
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("alliance.personen.title"), Href: "/verwaltung/personen"})
	p.Errors, p.Button = errs, p.Must("common.button.save")
	email := templates.Field{Name: "email", Type: "email", Label: p.Must("alliance.account.email"), Value: form.Email, Required: true, Error: p.ErrorAt("email"), Disabled: form.accepted}
	if !isNew && !form.accepted {
		email.Hint = p.Must("alliance.personen.email_hint")
	}
	if isNew {
		p.Button, p.Lead = p.Must("alliance.personen.invite"), p.Must("alliance.personen.invite_text")
		if !s.Alliance.MailReady {
			p.Lead = p.Must("alliance.personen.invite_by_hand")
		}
	}
	tick := func(name string, on bool) templates.Field {
		return templates.Field{Name: name, Type: "checkbox", Value: "true", Checked: on, Label: p.Must("alliance.personen." + name), Hint: p.Must("alliance.personen." + name + "_hint"), Required: true, Error: p.ErrorAt(name)}
	}
	p.Groups = []web.FieldGroup{{Fields: []templates.Field{
		{Name: "revision", Type: "hidden", Value: strconv.Itoa(form.Revision)},
		{Name: "language", Type: "hidden", Value: form.Language},
		{Name: "name", Label: p.Must("alliance.personen.name"), Value: form.Name, Required: true, Error: p.ErrorAt("name")}, email,
	}}, {Title: p.Must("alliance.personen.roles"), Fields: []templates.Field{tick("coordinator", form.Coordinator), tick("administrator", form.Administrator)}}}
	member := templates.Field{Name: "member", Type: "checkbox", Quiet: true, Label: p.Must("alliance.personen.member_of")}
	lead := templates.Field{Name: "lead", Type: "checkbox", Quiet: true, Label: p.Must("alliance.personen.leads"), Hint: p.Must("alliance.personen.leads_hint")}
	for _, g := range groups {
		member.Options = append(member.Options, templates.Option{Value: g.ID, Label: g.Name, Selected: slices.Contains(form.Member, g.ID) || slices.Contains(form.Lead, g.ID)})
		lead.Options = append(lead.Options, templates.Option{Value: g.ID, Label: g.Name, Selected: slices.Contains(form.Lead, g.ID)})
	}
	if len(groups) > 0 {
		p.Groups = append(p.Groups, web.FieldGroup{Title: p.Must("alliance.arbeitsgruppen.title"), Fields: []templates.Field{member, lead}})
	}
	if !isNew {
		p.Groups = append(p.Groups, web.FieldGroup{Title: p.Must("alliance.personen.access"), Fields: []templates.Field{tick("disabled", form.Disabled)}})
	}
	return p
}

func (s *Room) savePerson(r *web.Request) error {
	var form personForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	isNew := r.Param("person") == ""
	var saved personForm
	if !isNew {
		var err error
		if saved, err = s.storedPerson(r); err != nil {
			return err
		}
		if form.accepted = saved.accepted; form.accepted {
			form.Email = saved.Email // the field is not sent
		}
	}
	_, err := s.Alliance.SavePerson(r.Request.Context(), r.Actor, survey.UserID(r.Param("person")), alliance.SavePerson{Revision: form.Revision, Name: form.Name,
		Email: form.Email, Administrator: form.Administrator, Coordinator: form.Coordinator, Disabled: form.Disabled,
		Memberships: form.memberships(), Language: r.Language})
	if errs, ok := r.Faults(err); ok {
		return s.renderPerson(r, http.StatusUnprocessableEntity, form, errs)
	}
	if web.Stale(err) {
		groups, err := s.Alliance.WorkingGroups(r.Request.Context(), r.Actor)
		if err != nil {
			return err
		}
		return r.FormOvertaken(s.personPageOf(r, groups, form, nil), s.personPageOf(r, groups, saved, nil))
	}
	if err != nil {
		return err
	}
	notice := "alliance.notice.saved"
	if isNew || !form.Disabled && !strings.EqualFold(strings.TrimSpace(form.Email), saved.Email) {
		if notice = "alliance.notice.invited"; !s.Alliance.MailReady {
			notice = "alliance.notice.invited_by_hand"
		}
	}
	return r.Redirect("/verwaltung/personen", notice)
}

func (s *Room) resendInvitation(r *web.Request) error {
	if err := s.Alliance.ResendInvitation(r.Request.Context(), r.Actor, survey.UserID(r.Param("person"))); err != nil {
		return err
	}
	if !s.Alliance.MailReady {
		return r.Redirect("/verwaltung/personen", "alliance.notice.invited_by_hand")
	}
	return r.Redirect("/verwaltung/personen", "alliance.notice.invited")
}

// copyInvitation shows a fresh link once, in the answer to the POST: it is in no address and no log.
func (s *Room) copyInvitation(r *web.Request) error {
	link, err := s.Alliance.InvitationLink(r.Request.Context(), r.Actor, survey.UserID(r.Param("person")))
	if err != nil {
		return err
	}
	return s.showLink(r, "link_label", "link_once", link)
}

// showLink shows a link made by hand.
func (s *Room) showLink(r *web.Request, label, text, link string) error {
	web.SecretPage(r)
	p, family := r.Printer(), "alliance.personen."
	return s.renderPeople(r, &madeLink{Text: p.Must(family + text), Copy: templates.Copy{ID: "made-link", Label: p.Must(family + label), Text: link, Rows: 6}})
}

// makeReset shows a fresh link for a new password once, as copyInvitation does.
func (s *Room) makeReset(r *web.Request) error {
	link, err := s.Alliance.ResetLink(r.Request.Context(), r.Actor, survey.UserID(r.Param("person")))
	if err != nil {
		return err
	}
	return s.showLink(r, "reset_label", "reset_once", link)
}

func (s *Room) revokeReset(r *web.Request) error {
	if err := s.Alliance.RevokeReset(r.Request.Context(), r.Actor, survey.UserID(r.Param("person"))); err != nil {
		return err
	}
	return r.Redirect("/verwaltung/personen", "alliance.notice.reset_revoked")
}

func (s *Room) revokeInvitation(r *web.Request) error {
	if err := s.Alliance.RevokeInvitation(r.Request.Context(), r.Actor, survey.UserID(r.Param("person"))); err != nil {
		return err
	}
	return r.Redirect("/verwaltung/personen", "alliance.notice.revoked")
}
