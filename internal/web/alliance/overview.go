package alliance

import (
	"net/http"

	"pruefstein/internal/alliance"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// overviewPage is where a person of the alliance arrives.
type overviewPage struct {
	templates.Base
	Lead           string
	Damaged        []string // what is wrong with the published files, for the office
	SetUp          []setUpItem
	Waiting        []overviewItem
	Questionnaires []overviewItem
	Empty          templates.Empty
}

type overviewItem struct {
	Kicker, Label, Href, Text string
	Public                    string // address of what readers get, "" for nothing published
}

// setUpItem is a step of the set-up, with where it is done or, for whoever may not do it, who does it.
type setUpItem struct {
	Badge      templates.Badge
	Text, Href string
	Who        string
}

// setUpPlaces is where each step of the set-up is done, and who may.
var setUpPlaces = map[string]struct {
	href string
	who  []survey.Role
	ask  string // message: whom to ask for it
}{
	"legal":         {"/verwaltung/buendnis", web.Admins, "alliance.set_up.ask_admin"},
	"address":       {"/verwaltung/buendnis", web.Admins, "alliance.set_up.ask_admin"},
	"mail":          {"/verwaltung/mailtest", web.Admins, "alliance.set_up.ask_admin"},
	"organisations": {"/verwaltung/organisationen", web.Checkers, ""},
	"groups":        {"/verwaltung/arbeitsgruppen", web.Checkers, ""},
	"second":        {"/verwaltung/personen", web.Admins, "alliance.set_up.ask_admin"},
	"election":      {"/verwaltung/wahlen", web.Coordinators, "alliance.set_up.ask_office"},
	"parties":       {"/verwaltung/wahlen", web.Coordinators, "alliance.set_up.ask_office"},
}

func newSetUpItem(r *web.Request, step alliance.SetUpStep) setUpItem {
	p, place := r.Printer(), setUpPlaces[step.Name]
	item := setUpItem{Text: p.Must("alliance.set_up." + step.Name), Badge: templates.Badge{Icon: "check", Label: p.Must("alliance.set_up.done"), Tone: "good"}}
	if !step.Done {
		item.Badge = templates.Badge{Icon: "warning", Label: p.Must("alliance.set_up.missing"), Tone: "wait"}
	}
	switch {
	case r.Actor.HasAny(place.who...):
		item.Href = place.href
	case !step.Done:
		item.Who = p.Must(place.ask)
	}
	return item
}

func (s *Room) overviewPage(r *web.Request) error {
	o, err := s.Alliance.Overview(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := overviewPage{Base: r.Base("alliance.overview.title")}
	p.Lead = p.Must("alliance.overview.lead", "Name", r.Actor.User.Name)
	office := r.Actor.HasAny(web.Checkers...)
	if office {
		p.Damaged = damaged(p.Base, s.Published())
		for _, a := range o.Approvals {
			q := o.Titles[a.Questionnaire]
			label := p.Must("alliance.overview.act." + string(a.Act))
			if a.Act == survey.ActDispatch && a.Respondent != "" {
				label = p.Must("alliance.overview.act.late", "Name", a.ShortName)
			}
			p.Waiting = append(p.Waiting, overviewItem{Kicker: q.Title, Label: label, Href: approvalPath(q.Slug, a), Text: p.Must("alliance.overview.second_person")})
		}
		p.Waiting = append(p.Waiting, transcriptionsWaiting(p.Base, o)...)
	}
	for _, q := range o.Questionnaires {
		if q.Undecided > 0 {
			p.Waiting = append(p.Waiting, overviewItem{Kicker: q.Title, Label: p.Must("alliance.overview.undecided", "Count", q.Undecided),
				Href: "/werkstatt/" + string(q.Slug) + "#column-review", Text: p.Must("alliance.overview.undecided_text")})
		}
	}
	for _, q := range o.Questionnaires {
		if office && q.Phase == survey.PhaseClosed && q.Published == 0 {
			p.Waiting = append(p.Waiting, overviewItem{Kicker: q.Title, Label: p.Must("alliance.overview.over"), Href: "/veroeffentlichen/" + string(q.Slug), Text: p.Must("alliance.overview.over_text")})
		}
	}
	for _, step := range o.SetUp {
		p.SetUp = append(p.SetUp, newSetUpItem(r, step))
	}
	for _, q := range o.Questionnaires {
		item := overviewItem{Kicker: p.Must("common.phase." + string(q.Phase)), Label: q.Title, Href: "/werkstatt/" + string(q.Slug)}
		switch q.Phase {
		case survey.PhaseDraft:
			item.Text = p.Must("alliance.overview.draft", "Count", q.Questions[survey.StateAgreed])
			if q.Slots > 0 {
				item.Text = p.Must("alliance.overview.draft_slots", "Agreed", q.Questions[survey.StateAgreed], "Slots", q.Slots)
			}
		case survey.PhaseOpen, survey.PhaseClosed:
			item.Text = p.Must("alliance.overview.deadline", "Deadline", p.DateTime(q.Deadline.At, q.Deadline.Location()))
			if office {
				item.Href = "/versand/" + string(q.Slug)
			}
		case survey.PhaseImported:
			item.Text = p.Must("alliance.overview.imported")
			if office {
				item.Href = "/veroeffentlichen/" + string(q.Slug)
			}
		}
		if q.Published > 0 {
			item.Text += " " + p.Must("alliance.overview.published", "Version", q.Published)
			item.Public = locale.Path(p.Lang(), "/vergleich/"+string(q.Slug)+"/")
		}
		p.Questionnaires = append(p.Questionnaires, item)
	}
	p.Empty = templates.Empty{Title: p.Must("alliance.overview.empty"), Text: p.Must("alliance.overview.empty_text")}
	if !r.Actor.HasAny(web.Staff...) {
		p.Empty = templates.Empty{Title: p.Must("alliance.overview.no_role"), Text: p.Must("alliance.overview.no_role_text")}
	} else if r.Actor.Has(survey.RoleMember) && !office {
		p.Empty.Text = p.Must("alliance.overview.empty_member")
	}
	if r.Actor.Has(survey.RoleCoordinator) {
		p.Empty.Action = templates.NavItem{Label: p.Must("alliance.overview.create"), Href: "/werkstatt"}
	}
	return r.Page(http.StatusOK, "alliance/overview", p)
}

// DamagedShown is how many lines of what is wrong the overview shows.
const DamagedShown = 20

// damaged shortens a list of what is wrong, and says so.
func damaged(b templates.Base, faults []string) []string {
	if more := len(faults) - DamagedShown; more > 0 {
		return append(faults[:DamagedShown:DamagedShown], b.Must("alliance.overview.damaged_more", "Count", more))
	}
	return faults
}

// transcriptionsWaiting leads to the transcription that waits in a questionnaire, or to the list of several.
func transcriptionsWaiting(b templates.Base, o alliance.Overview) (items []overviewItem) {
	count := map[survey.QuestionnaireID]int{}
	for _, t := range o.Transcriptions {
		count[t.Questionnaire]++
	}
	for _, t := range o.Transcriptions {
		q, n := o.Titles[t.Questionnaire], count[t.Questionnaire]
		if n == 0 {
			continue // stands there already
		}
		count[t.Questionnaire] = 0
		item := overviewItem{Kicker: q.Title, Label: b.Must("alliance.overview.act.transcription", "Count", n, "Name", t.ShortName), Text: b.Must("alliance.overview.second_person"),
			Href: "/antworten/" + string(q.Slug) + "/" + t.Sender + "/uebertragung/" + t.ID}
		if n > 1 {
			item.Href = string("/antworten/" + q.Slug + "?filter=" + web.FilterWaiting)
		}
		items = append(items, item)
	}
	return items
}

// approvalPath is the page on which the second person finds what waits.
func approvalPath(slug survey.Slug, a alliance.OverviewApproval) string {
	switch {
	case a.Act == survey.ActPost && a.ByPost:
		return string("/versand/" + slug + "/befragte/" + a.Respondent + "/brief")
	case a.Respondent != "":
		return string("/versand/" + slug + "/befragte/" + a.Respondent)
	case a.Act == survey.ActLock, a.Act == survey.ActUnlock:
		return "/werkstatt/" + string(slug) + "/katalog"
	case a.Act == survey.ActDispatch:
		return "/versand/" + string(slug) + "/absenden"
	case a.Act == survey.ActErratum:
		return "/versand/" + string(slug) + "/berichtigung"
	case a.Act == survey.ActEnd:
		return "/versand/" + string(slug) + "/frist"
	case a.Act == survey.ActReminder:
		return "/versand/" + string(slug) + "/erinnerung"
	}
	return "/veroeffentlichen/" + string(slug)
}
