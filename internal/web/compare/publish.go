package compare

import (
	"bytes"
	"errors"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/compare"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// publicationBoard lists the questionnaires that are or can be published.
type publicationBoard struct {
	templates.Base
	Rows  []publicationRow
	Empty templates.Empty
}

type publicationRow struct {
	Title, Election, Href, Public string
	Phase                         templates.Badge
	Published                     string
	Requested                     bool
}

func (s *Room) publicationBoard(r *web.Request) error {
	rows, err := s.Compare.List(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	page := publicationBoard{Base: r.Base("compare.office.title")}
	page.Empty = templates.Empty{Title: page.Must("compare.office.empty"), Text: page.Must("compare.office.empty_text")}
	for _, q := range rows {
		row := publicationRow{Title: q.Questionnaire.Title, Election: q.Election.Name, Href: "/veroeffentlichen/" + string(q.Questionnaire.Slug), Requested: q.Requested,
			Phase: templates.Badge{Label: page.Must("common.phase." + string(q.Phase))}, Published: page.Must("compare.office.never")}
		if q.Latest != nil {
			row.Published = page.Must("compare.office.latest", "Version", q.Latest.Version, "Date", page.ShortDateTime(web.LocalTime(q.Latest.At)))
			row.Public = publish.PublicPath(page.Lang(), q.Questionnaire.Slug)
		}
		page.Rows = append(page.Rows, row)
	}
	return r.Page(http.StatusOK, "compare/board", page)
}

// publicationPage is what stands in the way, what would be new, the button, and the versions so far.
type publicationPage struct {
	templates.Base
	Election     string
	Returns      string
	Preview      string
	Public       string // address of what readers get, "" before the first version
	Checklist    []checklistItem
	Awaiting     string // submissions that wait for their code
	Pending      []pendingItem
	PendingCount int    // parties in them
	Received     string // how many of them have something in
	Changes      []string
	First        bool // nothing is published yet
	News         bool
	Blocked      bool // something stands in the way
	Confirm      *templates.Confirm
	Request      *requestItem
	Versions     []versionItem
}

type checklistItem struct {
	Badge templates.Badge
	Text  string
	Links []templates.NavItem // where it can be mended
}

// pendingItem is a date, and those who have time until then.
type pendingItem struct {
	Due     string
	Parties []templates.Party
}

type requestItem struct {
	Text     string
	Withdraw templates.Confirm
}

type versionItem struct {
	Number          int
	Title, By, Leaf string
	Href            string
	Changes         []string
}

func (s *Room) publicationPage(r *web.Request) error {
	return s.renderPublication(r, http.StatusOK, nil)
}

func (s *Room) renderPublication(r *web.Request, status int, errs []templates.FieldError) error {
	st, err := s.Compare.PublicationPage(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	q := r.Questionnaire
	page := publicationPage{Base: r.Base("compare.office.page_title", "Title", q.Title), Election: st.Comparison.Election.Name,
		Preview: "/veroeffentlichen/" + string(q.Slug) + "/vorschau/", First: len(st.Versions) == 0, News: st.News}
	if page.Errors = errs; st.OldLegal {
		page.Warning = page.Must("compare.office.old_legal")
	}
	page.Breadcrumbs = []templates.NavItem{{Label: page.Must("compare.office.title"), Href: "/veroeffentlichen"}}
	summary := publish.Summarise(page.Printer, st.Comparison, st.Changes)
	page.Returns = summary.Returns
	for _, c := range summary.Changes {
		page.Changes = append(page.Changes, c.Text)
	}
	if !page.First {
		page.Public = publish.PublicPath(page.Lang(), q.Slug)
	}
	if st.AwaitingCode > 0 {
		page.Awaiting = page.Must("compare.office.awaiting", "Count", st.AwaitingCode, "Until", page.DateTime(st.CodeUntil, r.Place()))
	}
	ready := page.checklist(r, st)
	page.PendingCount = len(st.Pending)
	for _, p := range st.Pending {
		due := page.DateTime(p.Due.At, p.Due.Location())
		i := slices.IndexFunc(page.Pending, func(item pendingItem) bool { return item.Due == due })
		if i < 0 {
			i = len(page.Pending)
			page.Pending = append(page.Pending, pendingItem{Due: due})
		}
		page.Pending[i].Parties = append(page.Pending[i].Parties, templates.Party{Name: p.ShortName, Colour: p.Colour})
	}
	switch {
	case st.Received > 0:
		page.Received = page.Must("compare.office.received", "Count", st.Received)
	default:
		page.Received = page.Must("compare.office.received_none")
	}
	page.Blocked = !ready
	page.act(r, q, st, ready)
	for _, v := range st.Versions {
		page.Versions = append(page.Versions, page.version(st, v))
	}
	return r.Page(status, "compare/publication", page)
}

// checklist says what is in order and what is not, and whether nothing stands in the way.
func (p *publicationPage) checklist(r *web.Request, st compare.PublicationPage) (ready bool) {
	q := r.Questionnaire
	ready = true
	check := func(good bool, key string, links []templates.NavItem, args ...any) {
		var item checklistItem
		if good {
			item = checklistItem{Badge: templates.Badge{Icon: "check", Label: p.Must("compare.office.good"), Tone: "good"}, Text: p.Must("compare.check." + key + "_good")}
		} else {
			ready = false
			item = checklistItem{Badge: templates.Badge{Icon: "warning", Label: p.Must("compare.office.open"), Tone: "warn"}, Text: p.Must("compare.check."+key+"_open", args...), Links: links}
		}
		p.Checklist = append(p.Checklist, item)
	}
	link := func(key, href string) []templates.NavItem {
		return []templates.NavItem{{Label: p.Must(key), Href: href}}
	}
	var settings []templates.NavItem
	if r.Actor.Has(survey.RoleAdministrator) {
		settings = link("compare.check.settings", "/verwaltung/buendnis")
	}
	check(st.Comparison.Alliance.Imprint != "", "imprint", settings)
	check(st.Comparison.Alliance.Privacy != "", "privacy", settings)
	if !q.Imported {
		respondents := link("compare.check.respondents", "/versand/"+string(q.Slug)+"/befragte")
		check(len(st.Missing) == 0, "contestants", respondents, "Names", p.Join(st.Missing))
		check(len(st.Unasked) == 0, "reasons", respondents, "Names", p.Join(st.Unasked))
		if len(st.Unentered) > 0 {
			var portals, letters []templates.NavItem
			for _, one := range st.Unentered {
				page := "/versand/" + q.Slug + "/befragte/" + one.Slug
				if one.Channel == survey.ChannelPost {
					letters = append(letters, templates.NavItem{Label: one.ShortName, Href: string(page + "/brief")})
				} else {
					portals = append(portals, templates.NavItem{Label: one.ShortName, Href: string(page + "/eingabe")})
				}
			}
			if portals != nil {
				check(false, "portals", portals)
			}
			if letters != nil {
				check(false, "letters", letters)
			}
		}
		var lost []templates.NavItem
		for _, one := range st.Undecided {
			lost = append(lost, templates.NavItem{Label: one.ShortName, Href: string("/versand/"+q.Slug+"/befragte/"+one.Slug) + "#erreicht"})
		}
		check(len(lost) == 0, "delivery", lost)
		check(st.WaitingLetters == 0, "transcriptions", link("compare.check.answers", string("/antworten/"+q.Slug+"?filter="+web.FilterWaiting)), "Count", st.WaitingLetters)
	}
	return ready
}

// act offers the next step: publish, ask for the second person, confirm, or wait.
func (p *publicationPage) act(r *web.Request, q survey.Questionnaire, st compare.PublicationPage, ready bool) {
	own := "/veroeffentlichen/" + q.Slug
	if st.Waiting != nil {
		item := requestItem{Withdraw: templates.Confirm{Action: string(own) + "/zuruecknehmen", Button: p.Must("compare.office.withdraw")}}
		when := p.ShortDateTime(web.LocalTime(st.Waiting.RequestedAt))
		switch {
		case st.Outdated:
			item.Text = p.Must("compare.office.request_stale", "Name", st.WaitingName, "When", when)
		case st.Own:
			item.Text = p.Must("compare.office.request_own", "When", when)
		default:
			item.Text = p.Must("compare.office.request_other", "Name", st.WaitingName, "When", when)
		}
		p.Request = &item
		if st.OneHand && !st.Outdated {
			item.Text += " " + p.Must("error.one_hand")
		}
		if (st.Own || st.OneHand) && !st.Outdated {
			return
		}
	}
	if !ready || !st.News {
		return
	}
	key := "publish"
	switch {
	case st.Waiting != nil && !st.Outdated:
		key = "confirm"
	case !r.Actor.Has(survey.RoleCoordinator):
		return // only a coordinator may begin
	case st.TwoPerson:
		key = "request"
	}
	p.Confirm = &templates.Confirm{Title: p.Must("compare.office." + key + "_title"), Text: p.Must("compare.office." + key + "_text"), Action: string(own),
		Button: p.Must("compare.office." + key), Fields: []templates.Field{{Name: "content", Type: "hidden", Value: st.Content}, p.tick(previewRead, p.Must("compare.office.read"))}}
	if key == "request" {
		p.Confirm.Text = web.Sentences(p.Confirm.Text, r.NobodyElse(st.SecondPerson))
	}
	if st.Bare() {
		p.Confirm.Text += "\n\n" + p.Must("compare.office.bare_text", "Count", len(st.Pending))
		p.Confirm.Fields = append(p.Confirm.Fields, p.tick(bareToo, p.Must("compare.office.bare")))
	}
}

// tick is something that whoever publishes has to say.
func (p *publicationPage) tick(name, label string) templates.Field {
	f := templates.Field{Name: name, Type: "checkbox", Label: label, Required: true}
	for _, e := range p.Errors {
		if e.FieldID == f.Name {
			f.Error = e.Message
		}
	}
	return f
}

func (p *publicationPage) version(st compare.PublicationPage, v compare.Published) versionItem {
	c := st.Comparison
	item := versionItem{Number: v.Version, Title: p.Must("compare.office.version", "Version", v.Version, "Date", p.ShortDateTime(web.LocalTime(v.At))),
		Leaf: p.Must("compare.office.leaf", "Leaf", strconv.FormatInt(v.Leaf, 10)), Href: publish.PublicPath("de", c.Questionnaire.Slug) + "v" + strconv.Itoa(v.Version) + "/"}
	by, checked := v.ByName, v.ConfirmedByName
	if by == "" {
		by = p.Must("compare.office.console")
	}
	if checked == "" {
		item.By = p.Must("compare.office.by_unchecked", "Name", by)
	} else {
		item.By = p.Must("compare.office.by_checked", "Name", by, "Checked", checked)
	}
	for _, line := range publish.Summarise(p.Printer, c, v.Changes).Changes {
		item.Changes = append(item.Changes, line.Text)
	}
	return item
}

// The fields without which nothing is published: that the preview was read and, where it shows not one answer, that this is meant.
const (
	previewRead = "gelesen"
	bareToo     = "bare"
)

func (s *Room) publish(r *web.Request) error {
	var form struct {
		Read    string `form:"gelesen"`
		Bare    string `form:"bare"`
		Content string `form:"content"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	st, err := s.Compare.PublicationPage(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	var missing []templates.FieldError
	if form.Read == "" {
		missing = append(missing, templates.FieldError{FieldID: previewRead, Message: r.Printer().Must("compare.error.unread")})
	}
	if st.Bare() && form.Bare == "" {
		missing = append(missing, templates.FieldError{FieldID: bareToo, Message: r.Printer().Must("compare.error.bare")})
	}
	if missing != nil {
		return s.renderPublication(r, http.StatusUnprocessableEntity, missing)
	}
	published, err := s.Publisher.Publish(r.Request.Context(), r.Actor, r.Questionnaire.ID, compare.PreparePublication{Seen: form.Content, Bare: form.Bare != ""})
	if status, errs := r.Refused(err); status == http.StatusUnprocessableEntity {
		return s.renderPublication(r, status, errs)
	}
	if e := new(survey.Error); errors.As(err, &e) && e.Code == survey.Conflict {
		return s.renderPublication(r, http.StatusConflict, []templates.FieldError{{Message: r.Printer().Must(e.Key, e.Args...)}})
	}
	if err != nil {
		return err
	}
	notice := "compare.notice.published"
	if published.Waiting {
		notice = "compare.notice.requested"
	}
	return r.Redirect("/veroeffentlichen/"+string(r.Questionnaire.Slug), notice)
}

func (s *Room) withdrawPublication(r *web.Request) error {
	if err := s.Compare.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActPublication, ""); err != nil {
		return err
	}
	return r.Redirect("/veroeffentlichen/"+string(r.Questionnaire.Slug), "compare.notice.withdrawn")
}

// publicationPreview shows the pages and downloads as they would be published now, to the office alone.
func (s *Room) publicationPreview(r *web.Request) error {
	c, err := s.Compare.Comparison(r.Request.Context(), r.Actor, r.Questionnaire.Slug)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	mime, err := s.Publisher.Preview(&out, c, r.Param("path"))
	if err != nil {
		return err
	}
	if publish.IsDownload(r.Param("path")) { // of what is not published
		s.Log.Info("export", "request", r.GetString("request"), "questionnaire", r.Questionnaire.ID, "user", r.Actor.User.ID)
	}
	r.Header("X-Robots-Tag", "noindex")
	if base := path.Base(r.Param("path")); base == "vergleich.html" {
		r.Header("Content-Security-Policy", strings.Replace(web.ContentPolicy, "style-src 'self'", "style-src "+templates.SheetHash(), 1))
	}
	r.Data(http.StatusOK, mime, out.Bytes())
	return nil
}
