package web

import (
	"net/http"

	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// overviewPage is where a person of the alliance arrives.
type overviewPage struct {
	templates.Base
	Lead           string
	Waiting        []overviewItem
	Questionnaires []overviewItem
	Empty          templates.Empty
}

type overviewItem struct{ Kicker, Label, Href, Text string }

func (s *Server) overviewPage(r *request) error {
	o, err := s.Service.Overview(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := overviewPage{Base: r.base("admin.overview.title")}
	p.Lead = p.Must("admin.overview.lead", "Name", r.Actor.User.Name)
	office := r.Actor.HasAny(checkers...)
	if office {
		for _, a := range o.Approvals {
			if a.RequestedBy == r.Actor.User.ID {
				continue
			}
			q := o.Titles[a.Questionnaire]
			p.Waiting = append(p.Waiting, overviewItem{Kicker: q.Title, Label: p.Must("admin.overview.act." + string(a.Act)),
				Href: approvalPath(q.Slug, a.Act), Text: p.Must("admin.overview.second_person")})
		}
		for _, t := range o.Transcriptions {
			if t.EnteredBy == r.Actor.User.ID {
				continue
			}
			q := o.Titles[t.Questionnaire]
			p.Waiting = append(p.Waiting, overviewItem{Kicker: q.Title, Label: p.Must("admin.overview.act.transcription"),
				Href: "/antworten/" + q.Slug, Text: p.Must("admin.overview.second_person")})
		}
	}
	for _, q := range o.Questionnaires {
		item := overviewItem{Kicker: p.Must("common.phase." + string(q.Phase)), Label: q.Title, Href: "/werkstatt/" + q.Slug}
		switch q.Phase {
		case survey.PhaseDraft:
			item.Text = p.Must("admin.overview.draft", "Count", q.Questions[survey.StateAgreed])
			if q.Slots > 0 {
				item.Text = p.Must("admin.overview.draft_slots", "Agreed", q.Questions[survey.StateAgreed], "Slots", q.Slots)
			}
		case survey.PhaseOpen, survey.PhaseClosed:
			item.Text = p.Must("admin.overview.deadline", "Deadline", p.DateTime(q.Deadline.At, q.Deadline.Location()))
			if office {
				item.Href = "/versand/" + q.Slug
			}
		case survey.PhaseImported:
			item.Text = p.Must("admin.overview.imported")
			if office {
				item.Href = "/veroeffentlichen/" + q.Slug
			}
		}
		if q.Published > 0 {
			item.Text += " " + p.Must("admin.overview.published", "Version", q.Published)
		}
		p.Questionnaires = append(p.Questionnaires, item)
	}
	p.Empty = templates.Empty{Title: p.Must("admin.overview.empty"), Text: p.Must("admin.overview.empty_text")}
	if !r.Actor.HasAny(staff...) {
		p.Empty = templates.Empty{Title: p.Must("admin.overview.no_role"), Text: p.Must("admin.overview.no_role_text")}
	} else if r.Actor.Has(survey.RoleMember) && !office {
		p.Empty.Text = p.Must("admin.overview.empty_member")
	}
	if r.Actor.Has(survey.RoleCoordinator) {
		p.Empty.Action = templates.NavItem{Label: p.Must("admin.overview.create"), Href: "/werkstatt"}
	}
	return r.page(http.StatusOK, "admin/overview", p)
}

// approvalPath is the page on which the second person finds what waits.
func approvalPath(slug string, act survey.ApprovalKind) string {
	switch act {
	case survey.ActLock:
		return "/werkstatt/" + slug + "/katalog"
	case survey.ActDispatch:
		return "/versand/" + slug + "/absenden"
	case survey.ActAddress:
		return "/versand/" + slug
	}
	return "/veroeffentlichen/" + slug
}
