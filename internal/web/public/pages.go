package public

import (
	"net/http"
	"time"

	"pruefstein/internal/locale"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/public"
	"pruefstein/templates"
)

// published hands a reader the file of a publication: no database, no template, no cookie.
func (s *Room) published(lang string) func(*web.Request) error {
	return func(r *web.Request) error {
		r.Language = lang // of the error page
		return s.Publications.Serve(r.Writer, r.Request)
	}
}

// favicon is what browsers ask for on their own, beside a page that names no icon (vergleich.html).
func (s *Room) favicon(r *web.Request) error {
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
func (s *Room) publicBase(r *web.Request, lang, path, titleKey string, alliance survey.Alliance) templates.Base {
	r.Language = lang
	b := templates.Base{Printer: r.Printer(), Path: r.Request.URL.Path, Home: locale.Path(lang, "/"), AllianceName: alliance.Name, IsDemo: s.IsDemo}
	if b.IsDemo {
		b.DemoMailbox, b.DemoPeople = "/demo/postfach", "/demo"
	}
	b.Title = b.Must(titleKey)
	b.Canonical = s.BaseURL + locale.Path(lang, path)
	for _, other := range locale.Languages {
		b.Alternates = append(b.Alternates, templates.NavItem{Lang: other, Href: s.BaseURL + locale.Path(other, path)})
		if other != lang {
			b.OtherLangs = append(b.OtherLangs, templates.NavItem{Label: locale.Names[other], Lang: other, Href: locale.Path(other, path)})
		}
	}
	b.Footer = []templates.NavItem{
		{Label: b.Must("common.nav.imprint"), Href: locale.Path(lang, "/impressum"), Current: path == "/impressum"},
		{Label: b.Must("common.nav.privacy"), Href: locale.Path(lang, "/datenschutz"), Current: path == "/datenschutz"},
		{Label: b.Must("compare.home.sign_in"), Href: "/anmelden"},
	}
	return b
}

func (s *Room) publicHome(lang string) func(*web.Request) error {
	return func(r *web.Request) error {
		alliance := s.AllianceFor(r.Request.Context())
		b := s.publicBase(r, lang, "/", "compare.home.list", alliance)
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
		return r.Page(http.StatusOK, "public/home", page)
	}
}

func newHomeItem(p *locale.Printer, m publish.Manifest) homeItem {
	zone, err := survey.Zone(m.Zone)
	if err != nil {
		zone = time.UTC
	}
	item := homeItem{Title: m.Title, Election: m.Election, Href: publish.PublicPath(p.Lang(), survey.Slug(m.Slug)), Returns: m.Returns[p.Lang()],
		Stand: p.Must("compare.home.as_of", "Date", p.Date(m.At.In(zone))), Imported: m.Imported}
	if day, err := time.Parse(time.DateOnly, m.ElectionDate); err == nil {
		item.Election += ", " + p.Date(day)
	}
	return item
}

func (s *Room) imprintPage(lang string) func(*web.Request) error {
	return s.legalPage(lang, "/impressum", "common.nav.imprint", func(a survey.Alliance) string { return a.Imprint })
}

func (s *Room) privacyPage(lang string) func(*web.Request) error {
	return s.legalPage(lang, "/datenschutz", "common.nav.privacy", func(a survey.Alliance) string { return a.Privacy })
}

func (s *Room) legalPage(lang, path, titleKey string, text func(survey.Alliance) string) func(*web.Request) error {
	return func(r *web.Request) error {
		alliance := s.AllianceFor(r.Request.Context())
		r.Header("Cache-Control", frontCache)
		return r.Page(http.StatusOK, "compare/legal", publish.LegalPage{Base: s.publicBase(r, lang, path, titleKey, alliance), Text: text(alliance)})
	}
}
