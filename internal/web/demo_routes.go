package web

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"pruefstein/internal/survey"
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

// demoRoutes exist in the demonstration alone, which listens on this machine alone.
func (s *Server) demoRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/demo", Who: anybody, Handle: s.demoPeoplePage},
		{Method: http.MethodPost, Path: "/demo", Who: anybody, Handle: s.demoBecome},
		{Method: http.MethodGet, Path: "/demo/anmelden/:token", Who: anybody, Handle: s.demoSignInPage},
		{Method: http.MethodPost, Path: "/demo/anmelden/:token", Who: anybody, Limit: limitSecret, Handle: s.demoSignIn},
		{Method: http.MethodGet, Path: "/demo/postfach", Who: anybody, Handle: s.mailboxPage},
		{Method: http.MethodGet, Path: "/demo/postfach/:letter", Who: anybody, Handle: s.letterPage},
		{Method: http.MethodGet, Path: "/demo/postfach/:letter/:attachment", Who: anybody, Handle: s.letterAttachment},
	}
}

func (s *Server) demoUser(r *request) (survey.User, error) {
	user, ok := s.Demo.SignIn[survey.HashToken(r.Param("token"))]
	if !ok {
		return user, survey.Fail(survey.NotFound, "error.not_found")
	}
	return user, nil
}

// demoSignInPage asks for the one click that signs in: opening a link changes nothing, here neither.
func (s *Server) demoSignInPage(r *request) error {
	secretPage(r)
	user, err := s.demoUser(r)
	if err != nil {
		return err
	}
	p := accountPage{Base: r.base("admin.demo.sign_in"), Action: r.Request.URL.Path}
	p.Heading, p.Button = p.Title, p.Must("admin.demo.sign_in_as", "Name", user.Name)
	p.Text = p.Must("admin.demo.sign_in_text")
	return r.page(http.StatusOK, "account", p)
}

func (s *Server) demoSignIn(r *request) error {
	user, err := s.demoUser(r)
	if err != nil {
		return err
	}
	actor, err := s.Service.Alliance.StaffUser(r.Request.Context(), user.ID)
	if err != nil {
		return err
	}
	return s.enter(r, actor, "/uebersicht", "")
}

// demoPeoplePage lists everybody a visitor can be.
type demoPeoplePage struct {
	templates.Base
	People []demoPerson
}

type demoPerson struct{ ID, Name, Roles, Button string }

func (s *Server) demoPeoplePage(r *request) error {
	p := demoPeoplePage{Base: r.base("admin.demo.people")}
	users := slices.SortedFunc(maps.Values(s.Demo.SignIn), func(a, b survey.User) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for _, u := range users {
		var roles []string
		for _, role := range []survey.Role{survey.RoleAdministrator, survey.RoleCoordinator, survey.RoleLead, survey.RoleMember} {
			if (survey.Actor{User: u}).Has(role) {
				roles = append(roles, p.Must("common.role."+string(role)))
			}
		}
		p.People = append(p.People, demoPerson{ID: u.ID, Name: u.Name, Roles: p.Join(roles), Button: p.Must("admin.demo.be", "Name", u.Name)})
	}
	return r.page(http.StatusOK, "admin/demo", p)
}

func (s *Server) demoBecome(r *request) error {
	var form struct {
		User string `form:"user"`
	}
	if err := r.bind(&form); err != nil {
		return err
	}
	for _, u := range s.Demo.SignIn {
		if u.ID == form.User {
			user, err := s.Service.Alliance.StaffUser(r.Request.Context(), u.ID)
			if err != nil {
				return err
			}
			return s.enter(r, user, "/uebersicht", "")
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

func (s *Server) mailboxPage(r *request) error {
	if err := s.sessions.identify(r, false); err != nil { // whoever is signed in keeps the navigation
		return err
	}
	letters, err := s.Demo.Letters()
	if err != nil {
		return err
	}
	p := mailboxPage{Base: r.base("admin.demo.mailbox")}
	for _, l := range letters {
		at := localTime(l.Date)
		p.Letters = append(p.Letters, letterRow{Href: "/demo/postfach/" + l.ID, Subject: l.Subject, To: l.To, At: p.ShortDateTime(at)})
	}
	p.Empty = templates.Empty{Title: p.Must("admin.demo.no_mail"), Text: p.Must("admin.demo.no_mail_text")}
	return r.page(http.StatusOK, "admin/mailbox", p)
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

func (s *Server) letterPage(r *request) error {
	secretPage(r)
	if err := s.sessions.identify(r, false); err != nil {
		return err
	}
	l, err := s.Demo.Letter(r.Param("letter"))
	if err != nil {
		return err
	}
	p := letterPage{Base: r.base("admin.demo.mailbox")}
	p.Title = l.Subject
	p.Breadcrumbs = []templates.NavItem{{Label: p.Must("admin.demo.mailbox"), Href: "/demo/postfach"}}
	p.Facts = []templates.Fact{
		{Label: p.Must("admin.demo.from"), Value: l.From}, {Label: p.Must("admin.demo.to"), Value: l.To},
		{Label: p.Must("admin.demo.date"), Value: p.DateTime(localTime(l.Date), nil)},
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
	return r.page(http.StatusOK, "admin/letter", p)
}

func (s *Server) letterAttachment(r *request) error {
	l, err := s.Demo.Letter(r.Param("letter"))
	if err != nil {
		return err
	}
	for _, a := range l.Attachments {
		if a.Name == r.Param("attachment") {
			return r.downloadBytes(survey.Slug(a.Name)+extension(a.Name), "application/octet-stream", a.Data)
		}
	}
	return survey.Fail(survey.NotFound, "error.not_found")
}
