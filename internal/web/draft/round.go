package draft

import (
	"net/http"
	"strconv"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// archiveBox puts the questionnaire into the archive or takes it out again.
type archiveBox struct{ Text, Button, Action, Value string }

// roundLinks lead to what can be done with the questionnaire as a whole.
func (s *Room) roundLinks(r *web.Request) (links []templates.NavItem) {
	p, phase := r.Printer(), r.Questionnaire.Phase(s.Now())
	if !r.Actor.Has(survey.RoleCoordinator) || phase == survey.PhaseImported {
		return nil
	}
	links = append(links, templates.NavItem{Label: p.Must("draft.copy.title"), Href: draftPath(r, "/kopie")})
	if phase == survey.PhaseDraft || phase == survey.PhaseLocked {
		links = append(links, templates.NavItem{Label: p.Must("draft.delete.link"), Href: draftPath(r, "/loeschen")})
	}
	return links
}

func (s *Room) archiveOf(r *web.Request) *archiveBox {
	p, phase := r.Printer(), r.Questionnaire.Phase(s.Now())
	if !r.Actor.Has(survey.RoleCoordinator) || phase != survey.PhaseClosed && phase != survey.PhaseImported {
		return nil
	}
	if r.Questionnaire.Archived() {
		return &archiveBox{Text: p.Must("draft.archive.back_text"), Button: p.Must("draft.archive.back"), Action: draftPath(r, "/archiv")}
	}
	return &archiveBox{Text: p.Must("draft.archive.text"), Button: p.Must("draft.archive.button"), Action: draftPath(r, "/archiv"), Value: "1"}
}

func (s *Room) archiveQuestionnaire(r *web.Request) error {
	if err := r.ReadForm(nil); err != nil {
		return err
	}
	archived := r.PostForm("archived") != ""
	if err := s.Draft.Archive(r.Request.Context(), r.Actor, r.Questionnaire.ID, archived); err != nil {
		return err
	}
	if !archived {
		return r.Redirect(draftPath(r, "/katalog"), "draft.notice.unarchived")
	}
	return r.Redirect(draftPath(r, "/katalog"), "draft.notice.archived")
}

// copyForm is the form of a copy, as typed.
type copyForm struct {
	Title    string            `form:"title"`
	Slug     survey.Slug       `form:"slug"`
	Election survey.ElectionID `form:"election"`
}

func (s *Room) copyPage(r *web.Request) error {
	return s.renderCopy(r, http.StatusOK, copyForm{Election: r.Questionnaire.Election}, nil)
}

func (s *Room) renderCopy(r *web.Request, status int, f copyForm, errs []templates.FieldError) error {
	elections, err := s.Draft.Elections(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := web.FormPage{Base: draftBase(r, "draft.copy.title"), Kicker: r.Questionnaire.Title, Action: draftPath(r, "/kopie")}
	p.Errors, p.Lead, p.Button = errs, p.Must("draft.copy.lead"), p.Must("draft.copy.button")
	p.Cancel = templates.NavItem{Label: p.Must("common.button.cancel"), Href: draftPath(r, "/katalog")}
	title := templates.Field{Name: "title", Label: p.Must("draft.settings.field_title"), Hint: p.Must("draft.settings.field_title_hint"), Value: f.Title, Error: p.ErrorAt("title")}
	election := web.RequiredField(web.LabelledField(p.Base, "draft.settings.election", "draft.settings.election_hint", "election", "select", string(f.Election)))
	for _, e := range elections {
		election.Options = append(election.Options, templates.Option{Value: string(e.ID), Label: e.Name + ", " + web.DateWords(p.Base, e.Date), Selected: e.ID == f.Election})
	}
	p.Groups = []web.FieldGroup{{Fields: []templates.Field{web.RequiredField(title),
		web.LabelledField(p.Base, "draft.settings.slug", "draft.settings.slug_hint", "slug", "text", string(f.Slug)), election}}}
	return r.Page(status, "form", p)
}

func (s *Room) copyQuestionnaire(r *web.Request) error {
	var f copyForm
	if err := r.Bind(&f); err != nil {
		return err
	}
	q, err := s.Draft.CopyQuestionnaire(r.Request.Context(), r.Actor, r.Questionnaire.ID, draft.CopyQuestionnaire(f))
	if errs, ok := r.Faults(err); ok {
		return s.renderCopy(r, http.StatusUnprocessableEntity, f, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect("/werkstatt/"+string(q.Slug), "draft.notice.copied")
}

// deleteForm is the form that deletes a questionnaire, as typed.
type deleteForm struct {
	Revision int         `form:"revision"`
	Slug     survey.Slug `form:"slug"`
}

func (s *Room) deletePage(r *web.Request) error {
	return s.renderDelete(r, http.StatusOK, deleteForm{Revision: r.Questionnaire.Revision}, nil)
}

func (s *Room) renderDelete(r *web.Request, status int, f deleteForm, errs []templates.FieldError) error {
	goes, err := s.Draft.DeletePage(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := web.FormPage{Base: draftBase(r, "draft.delete.title"), Kicker: r.Questionnaire.Title}
	p.Errors = errs
	p.Info = p.Must("draft.delete.never_sent")
	typed := web.RequiredField(templates.Field{Name: "slug", Label: p.Must("draft.delete.slug", "Slug", r.Questionnaire.Slug), Value: string(f.Slug), Error: p.ErrorAt("slug")})
	p.Remove = &templates.Confirm{Title: p.Must("draft.delete.sure"), Danger: true, Action: draftPath(r, "/loeschen"), Button: p.Must("draft.delete.button"),
		Text:   p.Must("draft.delete.text", "Questions", p.Must("common.questions", "Count", goes.Questions), "Respondents", goes.Respondents),
		Fields: []templates.Field{web.HiddenField("revision", strconv.Itoa(f.Revision)), typed},
		Cancel: templates.NavItem{Label: p.Must("common.button.cancel"), Href: draftPath(r, "/katalog")}}
	return r.Page(status, "form", p)
}

func (s *Room) deleteQuestionnaire(r *web.Request) error {
	var f deleteForm
	if err := r.Bind(&f); err != nil {
		return err
	}
	err := s.Draft.DeleteQuestionnaire(r.Request.Context(), r.Actor, r.Questionnaire.ID, draft.DeleteQuestionnaire(f))
	if errs, ok := r.Faults(err); ok {
		return s.renderDelete(r, http.StatusUnprocessableEntity, f, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect("/werkstatt", "draft.notice.deleted")
}
