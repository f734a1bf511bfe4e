package web

import (
	"net/http"
	"strconv"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// nameOr is a person's name, or a word for one whose account is gone.
func nameOr(b templates.Base, name string) string {
	if name == "" {
		return b.Must("draft.somebody")
	}
	return name
}

// historyPage is the revisions of a question.
type historyPage struct {
	templates.Base
	Question, Back  string
	From, To        templates.Field
	Choose          bool // there are two to compare
	Compared        []textChange
	ComparedTitle   string
	Revisions       []historyRow
	RestoreURL      string
	CurrentRevision int
}

type historyRow struct {
	Number     int
	Head, When string
	Note       string
	State      survey.QuestionState // where it was moved; "" it stayed
	Texts      []textChange
	Facts      []templates.Fact // kind, group, topic, who asks, where they differ from before
	Current    bool
	MayRestore bool
}

func (s *Server) historyPage(r *request) error {
	from, _ := strconv.Atoi(r.Query("von")) // what is no number compares nothing
	to, _ := strconv.Atoi(r.Query("bis"))
	h, err := s.Service.Draft.History(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("question"), from, to)
	if err != nil {
		return err
	}
	q := h.Page.Question
	p := historyPage{Base: r.draftBase("draft.history.title"), Question: questionTitle(q.Wording), Back: r.draftPath("/fragen/" + q.ID), CurrentRevision: q.Revision}
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Question, Href: p.Back})
	p.RestoreURL = p.Back + "/wiederherstellen"
	if h.From > 0 {
		p.Compared, p.ComparedTitle = r.textChanges(h.Compared), p.Must("draft.history.compared", "From", h.From, "To", h.To)
	} else {
		h.From, h.To = 1, q.Revision
	}
	p.Choose = len(h.Revisions) > 1
	p.From = templates.Field{Name: "von", Type: "select", Quiet: true, Label: p.Must("draft.history.from"), Value: strconv.Itoa(h.From)}
	p.To = templates.Field{Name: "bis", Type: "select", Quiet: true, Label: p.Must("draft.history.to"), Value: strconv.Itoa(h.To)}
	for _, past := range h.Revisions {
		n := strconv.Itoa(past.Number)
		option := templates.Option{Value: n, Label: p.Must("draft.history.revision", "Number", n)}
		p.From.Options, p.To.Options = append(p.From.Options, option), append(p.To.Options, option)
		row := historyRow{Number: past.Number, Head: option.Label, Note: past.Note, Current: past.Number == q.Revision,
			When: p.Must("draft.question.updated_by", "Date", p.ShortDateTime(localTime(past.At)), "Name", nameOr(p.Base, past.Who))}
		for _, change := range r.textChanges(past.Changes) {
			if change.Parts != nil {
				row.Texts = append(row.Texts, change)
			}
		}
		if past.Before == nil || past.Before.State != past.State {
			row.State = past.State
		}
		if len(past.Choices) > 0 {
			row.Facts = r.questionFacts(p.Base, past.Card)
		}
		row.MayRestore = h.Page.MayEdit && !row.Current
		p.Revisions = append(p.Revisions, row)
	}
	return r.page(http.StatusOK, "draft/history", p)
}

// restoreForm brings an earlier revision back.
type restoreForm struct {
	Revision int `form:"revision"`
	Number   int `form:"number"`
}

func (s *Server) restoreRevision(r *request) error {
	var f restoreForm
	if err := r.bind(&f); err != nil {
		return err
	}
	q, err := s.Service.Draft.RestoreRevision(r.Request.Context(), r.Actor, draft.RestoreRevision{Questionnaire: r.Questionnaire.ID, ID: r.Param("question"),
		Revision: f.Revision, Number: f.Number, Note: r.printer().Must("draft.history.restored_note", "Number", f.Number)})
	if err != nil {
		return err
	}
	return r.redirect(r.draftPath("/fragen/"+q.ID), "draft.notice.restored")
}
