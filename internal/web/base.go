package web

import (
	"net/http"
	"net/url"
	"strings"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// Base returns what every page of the application has, with the title's message key.
func (r *Request) Base(titleKey string, args ...any) templates.Base {
	p := r.Printer()
	b := templates.Base{
		Printer: p,
		Title:   p.Must(titleKey, args...),
		Path:    r.Request.URL.Path,
		Home:    "/",
		Notice:  r.notice(),
		Typed:   r.Request.Method == http.MethodPost,
		IsDemo:  r.server.IsDemo,
		Footer: []templates.NavItem{
			{Label: p.Must("common.nav.imprint"), Href: locale.Path(r.Language, "/impressum")},
			{Label: p.Must("common.nav.privacy"), Href: locale.Path(r.Language, "/datenschutz")},
		},
	}
	if r.server.IsDemo {
		b.DemoMailbox, b.DemoPeople = "/demo/postfach", "/demo"
	}
	b.AllianceName = r.server.allianceName(r)
	b.OtherLangs = r.otherLanguages()
	switch {
	case r.Actor.Respondent != "":
		b.SignOut, b.Home = "/antwort/abmelden", "/antwort"
	case r.Actor.User.ID != "":
		b.SignOut, b.Home = "/abmelden", "/uebersicht"
		b.UserName = r.Actor.User.Name
		b.Nav = r.staffNav()
		b.UserNav = []templates.NavItem{{Label: p.Must("common.nav.account"), Href: "/konto", Current: strings.HasPrefix(b.Path, "/konto")}}
	}
	return b
}

// otherLanguages links to the same page in the other languages. Public pages, which have an address in each, bring their
// own links; a reader gets no cookie, not even by way of an error page. Beside the answer to a form the form's page opens in
// a tab of its own: what was typed stays in this one, and speaks the other language once it is sent.
func (r *Request) otherLanguages() (links []templates.NavItem) {
	if _, public := publicLanguage(r.Request.URL.Path); public || r.FullPath() == "" {
		return nil
	}
	here := *r.Request.URL
	query := here.Query()
	query.Del("ok")
	here.RawQuery = query.Encode()
	target, typed := here.RequestURI(), r.Request.Method == http.MethodPost
	if typed {
		if target = r.server.formPath(r); target == "" {
			return nil
		}
	}
	for _, lang := range locale.Languages {
		if lang != r.Language {
			name := locale.Names[lang]
			if typed {
				name = locale.For(lang).Must("common.nav.new_tab", "Name", name)
			}
			links = append(links, templates.NavItem{Label: name, Href: "/sprache/" + lang + "?weiter=" + url.QueryEscape(target), Lang: lang, NewTab: typed})
		}
	}
	return links
}

// staffNav is the main navigation: the four verbs, and administration for whom it is open.
func (r *Request) staffNav() []templates.NavItem {
	items := []struct {
		key, href string
		who       []survey.Role
	}{
		{"common.nav.draft", "/werkstatt", Staff},
		{"common.nav.send", "/versand", Checkers},
		{"common.nav.answer", "/antworten", Checkers},
		{"common.nav.compare", "/veroeffentlichen", Checkers},
		{"common.nav.admin", "/verwaltung", Checkers},
	}
	var nav []templates.NavItem
	for _, i := range items {
		if r.Actor.HasAny(i.who...) {
			nav = append(nav, templates.NavItem{Label: r.Printer().Must(i.key), Href: i.href,
				Current: r.Request.URL.Path == i.href || strings.HasPrefix(r.Request.URL.Path, i.href+"/")})
		}
	}
	return nav
}

// allianceName is printed in every header. A page must not fail for want of it.
func (s *Server) allianceName(r *Request) string {
	a, err := s.Alliance.Settings(r.Request.Context())
	if err != nil {
		s.Log.Warn("alliance name", "error", err)
	}
	if a.Name == "" {
		return r.Printer().Must("common.product")
	}
	return a.Name
}

// AdminBase is Base with the way back to the administration.
func AdminBase(r *Request, titleKey string, args ...any) templates.Base {
	b := r.Base(titleKey, args...)
	b.Breadcrumbs = []templates.NavItem{{Label: r.Printer().Must("alliance.home.title"), Href: "/verwaltung"}}
	return b
}
