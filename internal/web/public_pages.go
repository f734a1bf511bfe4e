package web

import (
	"context"
	"net/http"
	"time"

	"pruefstein/internal/locale"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
	"pruefstein/public"
	"pruefstein/templates"
)

// published hands a reader the file of a publication: no database, no template, no cookie.
func (s *Server) published(lang string) func(*request) error {
	return func(r *request) error {
		r.language = lang // of the error page
		return s.Publications.Serve(r.Writer, r.Request)
	}
}

// favicon is what browsers ask for on their own, beside a page that names no icon (vergleich.html).
func (s *Server) favicon(r *request) error {
	r.Header("Cache-Control", "public, max-age=86400")
	r.Header("Location", public.URL("img/mark.svg"))
	r.Status(http.StatusPermanentRedirect)
	r.Writer.WriteHeaderNow()
	return nil
}

// frontCache lets caches keep the public pages that are no part of a publication for a minute: no cookie is read there.
const frontCache = "public, max-age=60"

// homePage lists the publications.
type homePage struct {
	templates.Base
	Heading      string
	Intro        string
	Publications []homeItem
	Empty        templates.Empty
}

type homeItem struct {
	Title, Election, Href, Returns, Stand string
	Imported                              bool
}

// publicBase is the frame of a public page that is not part of a publication. It reads no session: a reader is nobody.
func (r *request) publicBase(lang, path, titleKey string, alliance survey.Alliance) templates.Base {
	r.language = lang
	b := templates.Base{Printer: r.printer(), Path: r.Request.URL.Path, Home: publicPath(lang, "/"), AllianceName: alliance.Name, IsDemo: r.server.Demo != nil}
	if b.IsDemo {
		b.DemoMailbox, b.DemoPeople = "/demo/postfach", "/demo"
	}
	b.Title = b.Must(titleKey)
	b.Canonical = r.server.BaseURL + publicPath(lang, path)
	for _, other := range locale.Languages {
		b.Alternates = append(b.Alternates, templates.NavItem{Lang: other, Href: r.server.BaseURL + publicPath(other, path)})
		if other != lang {
			b.OtherLangs = append(b.OtherLangs, templates.NavItem{Label: locale.Names[other], Lang: other, Href: publicPath(other, path)})
		}
	}
	b.Footer = []templates.NavItem{
		{Label: b.Must("common.nav.imprint"), Href: publicPath(lang, "/impressum"), Current: path == "/impressum"},
		{Label: b.Must("common.nav.privacy"), Href: publicPath(lang, "/datenschutz"), Current: path == "/datenschutz"},
		{Label: b.Must("compare.home.sign_in"), Href: "/anmelden"},
	}
	return b
}

// publicPath is a path of a public page in a language: German at the root, others below their code.
func publicPath(lang, path string) string {
	if lang == locale.Languages[0] {
		return path
	}
	return "/" + lang + path
}

// allianceFor reads the alliance's settings for a public page. Without a database it goes on with what it read last, from
// the start of the server on.
func (s *Server) allianceFor(ctx context.Context) survey.Alliance {
	alliance, err := s.Service.Alliance.Alliance(ctx)
	if err == nil {
		s.alliance.Store(&alliance)
		return alliance
	}
	s.Log.Warn("public page with the alliance's settings of before", "error", err)
	if last := s.alliance.Load(); last != nil {
		return *last
	}
	return survey.Alliance{}
}

func (s *Server) publicHome(lang string) func(*request) error {
	return func(r *request) error {
		alliance := s.allianceFor(r.Request.Context())
		b := r.publicBase(lang, "/", "compare.home.list", alliance)
		b.Description = b.Must("compare.home.description")
		page := homePage{Base: b, Heading: alliance.Name, Intro: alliance.Intro, Empty: templates.Empty{Title: b.Must("compare.home.empty"), Text: b.Must("compare.home.empty_text")}}
		if page.Heading == "" {
			page.Heading = b.Must("common.product")
		}
		if page.Intro == "" {
			page.Intro = b.Must("common.tagline")
		}
		for _, m := range s.Publications.List() {
			page.Publications = append(page.Publications, newHomeItem(b.Printer, m))
		}
		r.Header("Cache-Control", frontCache)
		return r.page(http.StatusOK, "public/home", page)
	}
}

func newHomeItem(p *locale.Printer, m publish.Manifest) homeItem {
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		zone = time.UTC
	}
	item := homeItem{Title: m.Title, Election: m.Election, Href: publish.PublicPath(p.Lang(), m.Slug), Returns: m.Returns[p.Lang()],
		Stand: p.Must("compare.home.as_of", "Date", p.Date(m.At.In(zone))), Imported: m.Imported}
	if day, err := time.Parse(time.DateOnly, m.ElectionDate); err == nil {
		item.Election += ", " + p.Date(day)
	}
	return item
}

func (s *Server) imprintPage(lang string) func(*request) error {
	return s.legalPage(lang, "/impressum", "common.nav.imprint", func(a survey.Alliance) string { return a.Imprint })
}

func (s *Server) privacyPage(lang string) func(*request) error {
	return s.legalPage(lang, "/datenschutz", "common.nav.privacy", func(a survey.Alliance) string { return a.Privacy })
}

func (s *Server) legalPage(lang, path, titleKey string, text func(survey.Alliance) string) func(*request) error {
	return func(r *request) error {
		alliance := s.allianceFor(r.Request.Context())
		r.Header("Cache-Control", frontCache)
		return r.page(http.StatusOK, "compare/legal", publish.LegalPage{Base: r.publicBase(lang, path, titleKey, alliance), Text: text(alliance)})
	}
}
