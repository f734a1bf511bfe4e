package draft

import (
	"net/http"
	"strconv"
	"strings"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// draftBase is base with the way back to the Werkstatt and to its questionnaire.
func draftBase(r *web.Request, titleKey string, args ...any) templates.Base {
	b := r.Base(titleKey, args...)
	b.Breadcrumbs = []templates.NavItem{{Label: b.Must("common.nav.draft"), Href: "/werkstatt"}}
	if r.Questionnaire.ID != "" && b.Path != draftPath(r, "") {
		b.Breadcrumbs = append(b.Breadcrumbs, templates.NavItem{Label: r.Questionnaire.Title, Href: draftPath(r, "")})
	}
	return b
}

// draftPath is a path below the questionnaire's board.
func draftPath(r *web.Request, rest string) string {
	return "/werkstatt/" + string(r.Questionnaire.Slug) + rest
}

// draftTabs are the pages of one questionnaire in the Werkstatt.
func (s *Room) draftTabs(r *web.Request) templates.Tabs {
	p := r.Printer()
	items := []templates.NavItem{
		{Label: p.Must("draft.tab.board"), Href: draftPath(r, "")},
		{Label: p.Must("draft.tab.catalogue"), Href: draftPath(r, "/katalog")},
	}
	phase := r.Questionnaire.Phase(s.Now())
	if r.Actor.Has(survey.RoleCoordinator) && (phase == survey.PhaseDraft || phase == survey.PhaseLocked) {
		items = append(items, templates.NavItem{Label: p.Must("draft.tab.settings"), Href: draftPath(r, "/einstellungen")})
	}
	for i := range items {
		items[i].Current = items[i].Href == r.Request.URL.Path
	}
	return templates.Tabs{Label: p.Must("common.nav.sections"), Items: items}
}

// workshopPage lists the questionnaires.
type workshopPage struct {
	templates.Base
	Lead   string
	Rows   []workshopRow
	MayAdd bool
	Other  templates.NavItem // the archive, or back from it
	Empty  templates.Empty
}

type workshopRow struct {
	Title, Href, Election, Progress, Deadline string
	Phase                                     templates.Badge
	States                                    []workshopCount // of a questionnaire being drafted
}

type workshopCount struct {
	State survey.QuestionState
	Count int
}

var phaseTone = map[survey.Phase]string{survey.PhaseDraft: "wait", survey.PhaseLocked: "wait", survey.PhaseOpen: "good", survey.PhaseClosed: "", survey.PhaseImported: ""}

func (s *Room) workshopPage(r *web.Request) error {
	read, title, archive := s.Draft.List, "draft.list.title", r.Query("archiv") != ""
	if archive {
		read, title = s.Draft.ArchiveList, "draft.archive.title"
	}
	list, err := read(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := workshopPage{Base: r.Base(title), MayAdd: r.Actor.Has(survey.RoleCoordinator) && !archive}
	p.Lead, p.Other = p.Must("draft.list.lead"), templates.NavItem{Label: p.Must("draft.archive.title"), Href: "/werkstatt?archiv=ja"}
	p.Empty = templates.Empty{Title: p.Must("draft.list.empty"), Text: p.Must("draft.list.empty_text")}
	if p.MayAdd {
		p.Empty.Action = templates.NavItem{Label: p.Must("draft.list.new"), Href: "/werkstatt/neu"}
	}
	if archive {
		p.Breadcrumbs = []templates.NavItem{{Label: p.Must("common.nav.draft"), Href: "/werkstatt"}}
		p.Lead, p.Other = p.Must("draft.archive.lead"), templates.NavItem{}
		p.Empty = templates.Empty{Title: p.Must("draft.archive.empty"), Text: p.Must("draft.archive.empty_text")}
	}
	for _, q := range list {
		row := workshopRow{Title: q.Questionnaire.Title, Href: "/werkstatt/" + string(q.Questionnaire.Slug), Phase: templates.Badge{Label: p.Must("common.phase." + string(q.Phase)), Tone: phaseTone[q.Phase]},
			Election: q.Election.Name + ", " + web.DateWords(p.Base, q.Election.Date)}
		switch {
		case q.Phase != survey.PhaseDraft:
			row.Href += "/katalog"
			row.Progress = p.Must("draft.list.in_catalogue", "Count", q.Progress.Agreed)
		default:
			row.Progress = budgetWords(p.Base, q.Progress)
			for _, state := range survey.QuestionStates {
				if n := q.Progress.Counts[state]; n > 0 {
					row.States = append(row.States, workshopCount{state, n})
				}
			}
		}
		row.Deadline = r.Instant(q.Questionnaire.Deadline)
		p.Rows = append(p.Rows, row)
	}
	return r.Page(http.StatusOK, "draft/list", p)
}

// budgetWords is the line always in view: "6 von 8 Plätzen".
func budgetWords(b templates.Base, p draft.Progress) string {
	if p.Slots == 0 {
		return b.Must("draft.budget.open", "Count", p.Agreed)
	}
	return b.Must("draft.budget.of", "Agreed", p.Agreed, "Count", p.Slots)
}

// settingsForm is the form of a questionnaire.
type settingsForm struct {
	Revision       int    `form:"revision"`
	Title          string `form:"title"`
	Slug           string `form:"slug"`
	Election       string `form:"election"`
	Intro          string `form:"intro"`
	Slots          string `form:"slots"`
	QuestionLimit  string `form:"question_limit"`
	AnswerLimit    string `form:"answer_limit"`
	Topics         string `form:"topics"`
	OrderRule      string `form:"order_rule"`
	OrderSource    string `form:"order_source"`
	Licence        string `form:"licence"`
	Deadline       string `form:"deadline"`
	DeadlineZone   string `form:"deadline_zone"`
	DeadlineChoice string `form:"deadline_choice"`
}

func (s *Room) newQuestionnairePage(r *web.Request) error {
	alliance, err := s.Alliance.Settings(r.Request.Context())
	if err != nil {
		return err
	}
	f := settingsForm{Slots: "8", QuestionLimit: strconv.Itoa(draft.DefaultLimit), OrderRule: string(survey.OrderBallot),
		Licence: draft.DefaultLicence, DeadlineZone: survey.DefaultZone, Election: r.Query("wahl")}
	if alliance.Licence != "" {
		f.Licence = alliance.Licence
	}
	return s.renderSettings(r, http.StatusOK, f, nil)
}

func (s *Room) settingsPage(r *web.Request) error {
	return s.renderSettings(r, http.StatusOK, settingsOf(r.Questionnaire), nil)
}

func settingsOf(q survey.Questionnaire) settingsForm {
	f := settingsForm{Revision: q.Revision, Title: q.Title, Slug: string(q.Slug), Election: string(q.Election), Intro: q.Intro, Slots: web.TypedNumber(q.Slots),
		QuestionLimit: web.TypedNumber(q.QuestionLimit), AnswerLimit: web.TypedNumber(q.AnswerLimit), OrderRule: string(q.Rule()), OrderSource: q.OrderSource, Licence: q.Licence,
		Deadline: q.Deadline.Local, DeadlineZone: q.Deadline.Zone}
	var topics []string
	for _, t := range q.Topics {
		topics = append(topics, t.Name)
	}
	f.Topics = strings.Join(topics, "\n")
	if first, key := survey.ParseInstant(q.Deadline.Local, q.Deadline.Zone, "first"); key == "" && !q.Deadline.IsZero() {
		f.DeadlineChoice = "first"
		if !first.At.Equal(q.Deadline.At) {
			f.DeadlineChoice = "second"
		}
	}
	return f
}

func (s *Room) saveQuestionnaire(r *web.Request) error {
	var f settingsForm
	if err := r.Bind(&f); err != nil {
		return err
	}
	isNew := r.Questionnaire.ID == ""
	if f.DeadlineZone == "" {
		f.DeadlineZone = survey.DefaultZone
	}
	q, err := s.Draft.SaveQuestionnaire(r.Request.Context(), r.Actor, r.Questionnaire.ID, draft.SaveQuestionnaire{Revision: f.Revision,
		Title: f.Title, Slug: survey.Slug(f.Slug), Election: survey.ElectionID(f.Election), Intro: f.Intro, Slots: f.Slots, QuestionLimit: f.QuestionLimit, AnswerLimit: f.AnswerLimit,
		Topics: f.Topics, Order: survey.Order(f.OrderRule), OrderSource: f.OrderSource, Licence: f.Licence, Deadline: f.Deadline, DeadlineZone: f.DeadlineZone, DeadlineChoice: f.DeadlineChoice})
	if status, errs := r.Refused(err); status != 0 {
		return s.renderSettings(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if isNew {
		return r.Redirect("/werkstatt/"+string(q.Slug), "draft.notice.created")
	}
	return r.Redirect("/werkstatt/"+string(q.Slug)+"/einstellungen", "draft.notice.saved")
}

func (s *Room) renderSettings(r *web.Request, status int, f settingsForm, errs []templates.FieldError) error {
	elections, err := s.Draft.Elections(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := s.settingsForm(r, elections, f, errs)
	if status == http.StatusConflict {
		// Read again: the questionnaire of the path was loaded before the save that came first may have been done.
		if r.Questionnaire, err = s.Alliance.QuestionnaireBySlug(r.Request.Context(), r.Actor, r.Questionnaire.Slug); err != nil {
			return err
		}
		return r.FormOvertaken(p, s.settingsForm(r, elections, settingsOf(r.Questionnaire), nil))
	}
	return r.Page(status, "form", p)
}

func (s *Room) settingsForm(r *web.Request, elections []survey.Election, f settingsForm, errs []templates.FieldError) web.FormPage {
	isNew := r.Questionnaire.ID == ""
	key := "draft.settings.title"
	if isNew {
		key = "draft.settings.title_new"
	}
	p := web.FormPage{Base: draftBase(r, key), Action: "/werkstatt/neu"}
	p.Errors, p.Button = errs, p.Must("common.button.save")
	p.Cancel = templates.NavItem{Label: p.Must("common.button.cancel"), Href: "/werkstatt"}
	if !isNew {
		tabs := s.draftTabs(r)
		p.Action, p.Tabs, p.Lead = draftPath(r, "/einstellungen"), &tabs, r.Questionnaire.Title
		p.Cancel.Href = draftPath(r, "")
	} else {
		p.Button = p.Must("common.button.create")
		if len(elections) == 0 {
			p.Before = &templates.Empty{Title: p.Must("alliance.elections.empty"), Text: p.Must("draft.settings.no_election"),
				Action: templates.NavItem{Label: p.Must("alliance.elections.new"), Href: "/verwaltung/wahlen/neu"}}
		}
	}
	locked := !isNew && !r.Questionnaire.LockedAt.IsZero()
	if locked { // these fields are not sent, and would not count
		own := settingsOf(r.Questionnaire)
		f.Slug, f.Election, f.Slots, f.QuestionLimit, f.Topics = own.Slug, own.Election, own.Slots, own.QuestionLimit, own.Topics
		p.Info = p.Must("draft.settings.locked")
	}
	field := func(name, kind, value string) templates.Field {
		return web.LabelledField(p.Base, "draft.settings."+name, "draft.settings."+name+"_hint", name, kind, value)
	}
	framed := func(t templates.Field) templates.Field { t.Disabled = locked; return t }
	election := web.RequiredField(framed(field("election", "select", f.Election)))
	election.Options = []templates.Option{{Label: p.Must("draft.settings.election_choose")}}
	for _, e := range elections {
		election.Options = append(election.Options, templates.Option{Value: string(e.ID), Label: e.Name + ", " + web.DateWords(p.Base, e.Date), Selected: string(e.ID) == f.Election})
	}
	number := func(t templates.Field) templates.Field { t.Type, t.Inputmode = "text", "numeric"; return t }
	deadline := field("deadline", "datetime-local", f.Deadline)
	zone := templates.Field{Name: "deadline_zone", Type: "hidden", Value: f.DeadlineZone}
	if zone.Value == "" {
		zone.Value = survey.DefaultZone
	}
	deadline.Hint = p.Must("draft.settings.deadline_hint", "Zone", zone.Value)
	times := []templates.Field{deadline, zone}
	if _, key := survey.ParseInstant(f.Deadline, zone.Value, ""); key == "error.time.ambiguous" {
		times = append(times, templates.Field{Name: "deadline_choice", Type: "radio", Required: true, Label: p.Must("draft.settings.deadline_choice"),
			Options: []templates.Option{
				{Value: "first", Label: p.Must("draft.settings.deadline_first"), Selected: f.DeadlineChoice == "first"},
				{Value: "second", Label: p.Must("draft.settings.deadline_second"), Selected: f.DeadlineChoice == "second"},
			}})
	}
	title := templates.Field{Name: "title", Label: p.Must("draft.settings.field_title"), Hint: p.Must("draft.settings.field_title_hint"), Value: f.Title, Error: p.ErrorAt("title")}
	order := web.RequiredField(field("order_rule", "radio", ""))
	for _, rule := range survey.Orders {
		order.Options = append(order.Options, templates.Option{Value: string(rule), Label: p.Must("draft.settings.order." + string(rule)),
			Hint: p.Printer.OrderRule(survey.Questionnaire{Order: rule, OrderSource: "…"}), Selected: string(rule) == f.OrderRule})
	}
	if old := r.Questionnaire.OrderRule; old != "" {
		order.Hint += " " + p.Must("draft.settings.order_rule_old", "Rule", old)
	}
	intro, topics := field("intro", "textarea", f.Intro), framed(field("topics", "textarea", f.Topics))
	intro.Rows, topics.Rows = 5, 6
	p.Groups = []web.FieldGroup{
		{Fields: []templates.Field{
			{Name: "revision", Type: "hidden", Value: strconv.Itoa(f.Revision)},
			web.RequiredField(title), framed(field("slug", "text", f.Slug)), election, intro}},
		{Title: p.Must("draft.settings.group_limits"), Text: p.Must("draft.settings.group_limits_text"), Fields: []templates.Field{
			framed(number(field("slots", "", f.Slots))), framed(number(field("question_limit", "", f.QuestionLimit))), number(field("answer_limit", "", f.AnswerLimit)), topics}},
		{Title: p.Must("draft.settings.group_public"), Fields: []templates.Field{order, field("order_source", "text", f.OrderSource), web.RequiredField(field("licence", "text", f.Licence))}},
		{Title: p.Must("draft.settings.group_deadline"), Fields: times},
	}
	if !isNew {
		p.More = s.roundLinks(r)
	}
	return p
}
