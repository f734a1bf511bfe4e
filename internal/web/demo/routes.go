package demo

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// Demo is what only the demonstration has: a mailbox that anybody can read, and links that sign in without a password.
type Demo struct {
	Letters func() ([]Letter, error) // newest first
	Letter  func(id string) (Letter, error)
	SignIn  map[string]survey.User // by the hash of the token in the printed link
}

// Letter is a mail as it arrived.
type Letter struct {
	ID, Subject, From, To string
	Date                  time.Time
	Text                  string
	Attachments           []survey.MailFile
}

// Routes exist in the demonstration alone, which listens on this machine alone.
func (s *Room) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: "/demo", Who: web.Anybody, Handle: s.demoPeoplePage},
		{Method: http.MethodPost, Path: "/demo", Who: web.Anybody, Handle: s.demoBecome},
		{Method: http.MethodGet, Path: "/demo/anmelden/:token", Who: web.Anybody, Handle: s.demoSignInPage},
		{Method: http.MethodPost, Path: "/demo/anmelden/:token", Who: web.Anybody, Limit: web.LimitSecret, Handle: s.demoSignIn},
		{Method: http.MethodGet, Path: "/demo/postfach", Who: web.Anybody, Handle: s.mailboxPage},
		{Method: http.MethodGet, Path: "/demo/postfach/:letter", Who: web.Anybody, Handle: s.letterPage},
		{Method: http.MethodGet, Path: "/demo/postfach/:letter/:attachment", Who: web.Anybody, Handle: s.letterAttachment},
	}
}

func (s *Room) demoUser(r *web.Request) (survey.User, error) {
	user, ok := s.Demo.SignIn[survey.HashToken(r.Param("token"))]
	if !ok {
		return user, survey.Fail(survey.NotFound, "error.not_found")
	}
	return user, nil
}

// demoSignInPage asks for the one click that signs in: opening a link changes nothing, here neither.
func (s *Room) demoSignInPage(r *web.Request) error {
	web.SecretPage(r)
	user, err := s.demoUser(r)
	if err != nil {
		return err
	}
	p := web.FormPage{Base: r.Base("alliance.demo.sign_in"), Action: r.Request.URL.Path}
	p.Button = p.Must("alliance.demo.sign_in_as", "Name", user.Name)
	p.Lead = p.Must("alliance.demo.sign_in_text")
	return r.Page(http.StatusOK, "account", p)
}

func (s *Room) demoSignIn(r *web.Request) error {
	user, err := s.demoUser(r)
	if err != nil {
		return err
	}
	actor, err := s.Alliance.StaffUser(r.Request.Context(), user.ID)
	if err != nil {
		return err
	}
	return s.Enter(r, actor, "/uebersicht", "")
}

// demoPeoplePage lists everybody a visitor can be.
type demoPeoplePage struct {
	templates.Base
	People []demoPerson
}

type demoPerson struct{ ID, Name, Roles, Button string }

func (s *Room) demoPeoplePage(r *web.Request) error {
	p := demoPeoplePage{Base: r.Base("alliance.demo.people")}
	users := slices.SortedFunc(maps.Values(s.Demo.SignIn), func(a, b survey.User) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for _, u := range users {
		var roles []string
		for _, role := range []survey.Role{survey.RoleAdministrator, survey.RoleCoordinator, survey.RoleLead, survey.RoleMember} {
			if (survey.Actor{User: u}).Has(role) {
				roles = append(roles, p.Must("common.role."+string(role)))
			}
		}
		p.People = append(p.People, demoPerson{ID: string(u.ID), Name: u.Name, Roles: p.Join(roles), Button: p.Must("alliance.demo.be", "Name", u.Name)})
	}
	return r.Page(http.StatusOK, "alliance/demo", p)
}

func (s *Room) demoBecome(r *web.Request) error {
	var form struct {
		User string `form:"user"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	for _, u := range s.Demo.SignIn {
		if string(u.ID) == form.User {
			user, err := s.Alliance.StaffUser(r.Request.Context(), u.ID)
			if err != nil {
				return err
			}
			return s.Enter(r, user, "/uebersicht", "")
		}
	}
	return survey.Fail(survey.NotFound, "error.not_found")
}

// mailboxPage lists every mail of the demonstration, to whomever it went.
type mailboxPage struct {
	templates.Base
	Letters []letterRow
	Empty   templates.Empty
}

type letterRow struct{ Href, Subject, To, At string }

func (s *Room) mailboxPage(r *web.Request) error {
	if err := s.Identify(r); err != nil { // whoever is signed in keeps the navigation
		return err
	}
	letters, err := s.Demo.Letters()
	if err != nil {
		return err
	}
	p := mailboxPage{Base: r.Base("alliance.demo.mailbox")}
	for _, l := range letters {
		at := web.LocalTime(l.Date)
		p.Letters = append(p.Letters, letterRow{Href: "/demo/postfach/" + l.ID, Subject: l.Subject, To: l.To, At: p.ShortDateTime(at)})
	}
	p.Empty = templates.Empty{Title: p.Must("alliance.demo.no_mail"), Text: p.Must("alliance.demo.no_mail_text")}
	return r.Page(http.StatusOK, "alliance/mailbox", p)
}

// letterPage shows one mail. Its links can be clicked, as in a mail program.
type letterPage struct {
	templates.Base
	Facts       []templates.Fact
	Lines       []mailLine
	Attachments []templates.NavItem
}

// mailLine is a line of a mail, with the link it consists of, if it does.
type mailLine struct{ Text, Href string }

func (s *Room) letterPage(r *web.Request) error {
	web.SecretPage(r)
	if err := s.Identify(r); err != nil {
		return err
	}
	l, err := s.Demo.Letter(r.Param("letter"))
	if err != nil {
		return err
	}
	p := letterPage{Base: r.Base("alliance.demo.mailbox")}
	p.Title = l.Subject
	p.Breadcrumbs = []templates.NavItem{{Label: p.Must("alliance.demo.mailbox"), Href: "/demo/postfach"}}
	p.Facts = []templates.Fact{
		{Label: p.Must("alliance.demo.from"), Value: l.From}, {Label: p.Must("alliance.demo.to"), Value: l.To},
		{Label: p.Must("alliance.demo.date"), Value: p.DateTime(web.LocalTime(l.Date), nil)},
	}
	for _, line := range templates.Paragraphs(l.Text) {
		for _, text := range line {
			p.Lines = append(p.Lines, mailLine{Text: text, Href: ownLink(text, s.BaseURL)})
		}
		p.Lines = append(p.Lines, mailLine{})
	}
	for _, a := range l.Attachments {
		p.Attachments = append(p.Attachments, templates.NavItem{Label: a.Name, Href: "/demo/postfach/" + l.ID + "/" + a.Name})
	}
	return r.Page(http.StatusOK, "alliance/letter", p)
}

func (s *Room) letterAttachment(r *web.Request) error {
	l, err := s.Demo.Letter(r.Param("letter"))
	if err != nil {
		return err
	}
	for _, a := range l.Attachments {
		if a.Name == r.Param("attachment") {
			return r.DownloadBytes(string(survey.SlugOf(a.Name))+extension(a.Name), "application/octet-stream", a.Data)
		}
	}
	return survey.Fail(survey.NotFound, "error.not_found")
}
