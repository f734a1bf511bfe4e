package publish

import (
	"bytes"
	"io"
	"net/url"
	"strings"

	"pruefstein/internal/export"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/public"
	"pruefstein/templates"
)

// english is the folder of the English pages below a publication. It has its own copies of what its pages link to, so
// that it can also be served elsewhere: we serve it at /en/vergleich/{slug}/.
const english = "en"

// An item is one file of a publication, and how it is written.
type item struct {
	path  string // below the publication's folder, with "/"
	mime  string
	last  bool   // needs the sizes of the downloads, so it is written after all others
	same  string // a copy of the file at that path; write is nil then
	write func(io.Writer) error
}

const htmlType = "text/html; charset=utf-8"

// site lists every file of a comparison's publication. sizes tells the size of a download once it is known.
type site struct {
	engine *templates.Engine
	c      survey.Comparison
	sizes  func(name string) int64
}

// assets are what the public pages use.
var assets = []string{"css/site.css", "js/filter.js", "js/copy.js", "js/print.js", "img/mark.svg"}

// items lists the files, those that take longest first.
func (s *site) items() []item {
	var list []item
	for _, f := range export.Files {
		list = append(list, item{path: f.Name, mime: f.Type, write: func(w io.Writer) error { return f.Write(w, s.c) }})
		list = append(list, item{path: english + "/" + f.Name, mime: f.Type, same: f.Name})
	}
	for _, name := range assets {
		hashed := "static/" + public.HashedName(name)
		list = append(list, item{path: hashed, mime: public.Type(name), write: func(w io.Writer) error {
			data, err := public.File(name)
			if err != nil {
				return err
			}
			_, err = io.Copy(w, bytes.NewReader(data))
			return err
		}})
		list = append(list, item{path: english + "/" + hashed, mime: public.Type(name), same: hashed})
	}
	for _, lang := range locale.Languages {
		list = append(list, s.pages(lang)...)
	}
	return list
}

// pages lists the pages in one language.
func (s *site) pages(lang string) []item {
	p := locale.ForPage(lang)
	var list []item
	add := func(address, template string, last bool, build func(templates.Base) any) {
		list = append(list, item{path: filePath(lang, address), mime: htmlType, last: last, write: func(w io.Writer) error {
			return s.engine.Render(w, template, build(s.base(p, address)))
		}})
	}
	add("", "compare/start", true, s.startPage)
	for i := range s.c.Catalogue.Questions {
		add(questionPath(s.c.Catalogue.Questions[i]), "compare/question", false, func(b templates.Base) any { return s.questionPage(b, i) })
	}
	for i := range s.c.Respondents {
		add(partyPath(s.c.Respondents[i]), "compare/party", false, func(b templates.Base) any { return s.partyPage(b, i) })
	}
	if !s.c.Treatment.Empty() {
		add(treatmentPath, "compare/treatment", false, s.treatmentPage)
	}
	for _, legal := range s.legalPages() {
		add(legal.address, "compare/legal", false, func(b templates.Base) any { return legal.page(b) })
	}
	return list
}

// filePath is where the page at an address below a publication lies.
func filePath(lang, address string) string {
	name := address + ".html"
	if address == "" {
		name = "index.html"
	}
	if lang != locale.Languages[0] {
		return lang + "/" + name
	}
	return name
}

// base is what every page of a publication has. Its links lead below the publication, relative, whatever the publication's
// folder is called and wherever it lies.
func (s *site) base(p *locale.Printer, address string) templates.Base {
	root := strings.Repeat("../", strings.Count(address, "/"))
	if root == "" {
		root = "./"
	}
	b := templates.Base{
		Printer: p, Path: address, AllianceName: s.c.Alliance.Name, Home: root, RelRoot: root,
		Warning: export.ImprintWarning(p, s.c), NoIndex: s.c.Version == 0,
	}
	if s.c.Version == 0 {
		b.Warning = strings.TrimSpace(p.Must("compare.preview_warning") + " " + b.Warning)
		b.Nav = []templates.NavItem{{Label: p.Must("compare.preview_back"), Href: "/veroeffentlichen/" + string(s.c.Questionnaire.Slug)}}
	}
	for _, lang := range locale.Languages {
		public := s.c.BaseURL + PublicPath(lang, s.c.Questionnaire.Slug) + address
		if s.c.Version > 0 {
			b.Alternates = append(b.Alternates, templates.NavItem{Lang: lang, Href: public})
		}
		if lang == p.Lang() {
			if s.c.Version > 0 {
				b.Canonical = public
			}
			continue
		}
		b.OtherLangs = append(b.OtherLangs, templates.NavItem{Label: locale.Names[lang], Lang: lang, Href: s.otherLanguage(p.Lang(), root, address)})
	}
	if !s.c.Treatment.Empty() {
		b.Footer = append(b.Footer, templates.NavItem{Label: p.Must("compare.treatment.title"), Href: root + treatmentPath + ".html", Current: treatmentPath == address})
	}
	for _, legal := range s.legalPages() {
		b.Footer = append(b.Footer, templates.NavItem{Label: p.Must(legal.title), Href: root + legal.address + ".html", Current: legal.address == address})
	}
	b.Footer = append(b.Footer, templates.NavItem{Label: p.Must("compare.nav.all"), Href: frontPage(p.Lang())})
	return b
}

// frontPage lists all publications. It is the one link out of a publication, to the home page of whoever serves it.
func frontPage(lang string) string {
	if lang == locale.Languages[0] {
		return "/"
	}
	return "/" + lang + "/"
}

// PublicPath is where a publication is served in a language, with its slash.
func PublicPath(lang string, slug survey.Slug) string {
	return locale.Path(lang, "/vergleich/"+string(slug)+"/")
}

// germanParameter names the publication in a link from an English page to its German twin. The way up out of en/ leads
// there on any host; where we serve en/ at /en/vergleich/{slug}/ it loses the slug, and the parameter gives it back.
const germanParameter = "deutsch"

// german is the way to a file of the German root from a start page in a language.
func (s *site) german(lang, name string) string {
	if lang == locale.Languages[0] {
		return name
	}
	return "../" + name + "?" + germanParameter + "=" + url.QueryEscape(string(s.c.Questionnaire.Slug))
}

// otherLanguage is the relative way from a page to the same one in the other language.
func (s *site) otherLanguage(lang, root, address string) string {
	root = strings.TrimPrefix(root, "./")
	name := address
	if name != "" {
		name += ".html"
	}
	if lang == locale.Languages[0] {
		return root + english + "/" + name
	}
	return root + s.german(lang, name)
}

// treatmentPath is the address of the equal-treatment report below a publication.
const treatmentPath = "gleichbehandlung"

// TreatmentPage is the page compare/treatment: the equal-treatment report.
type TreatmentPage struct {
	templates.Base
	Election string
	Sections []export.TreatmentSection
}

func (s *site) treatmentPage(b templates.Base) any {
	b.Title = b.Must("compare.treatment.title")
	b.Description = b.Title + ". " + s.c.Questionnaire.Title
	b.Breadcrumbs = []templates.NavItem{{Label: s.c.Questionnaire.Title, Href: b.RelRoot}}
	return TreatmentPage{Base: b, Election: export.ElectionName(b.Printer, s.c), Sections: export.TreatmentSections(b.Printer, s.c)}
}

// legalPage is a text the alliance must publish, kept with the publication so that it is there wherever that is served.
type legalPage struct{ address, title, text string }

func (s *site) legalPages() []legalPage {
	var list []legalPage
	for _, l := range []legalPage{
		{"impressum", "common.nav.imprint", s.c.Alliance.Imprint},
		{"datenschutz", "common.nav.privacy", s.c.Alliance.Privacy},
	} {
		if l.text != "" {
			list = append(list, l)
		}
	}
	return list
}

// LegalPage is the page compare/legal: one text of the alliance.
type LegalPage struct {
	templates.Base
	Text string // "" prints that there is none yet
}

func (l legalPage) page(b templates.Base) LegalPage {
	b.Title = b.Must(l.title)
	b.Breadcrumbs = []templates.NavItem{{Label: b.Must("compare.nav.comparison"), Href: b.RelRoot}}
	return LegalPage{Base: b, Text: l.text}
}
