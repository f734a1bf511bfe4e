package draft

import (
	"net/http"
	"strconv"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// historyPage is the revisions of a question.
type historyPage struct {
	templates.Base
	Question, Back  string
	From, To        templates.Field
	Choose          bool // there are two to compare
	Compared        []web.TextChange
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
	Texts      []web.TextChange
	Facts      []templates.Fact // kind, group, topic, who asks, where they differ from before
	Current    bool
	MayRestore bool
}

func (s *Room) historyPage(r *web.Request) error {
	from, _ := strconv.Atoi(r.Query("von")) // what is no number compares nothing
	to, _ := strconv.Atoi(r.Query("bis"))
	h, err := s.Draft.History(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(r.Param("question")), from, to)
	if err != nil {
		return err
	}
	q := h.Page.Question
	p := historyPage{Base: draftBase(r, "draft.history.title"), Question: questionTitle(q.Wording), Back: draftPath(r, "/fragen/"+string(q.ID)), CurrentRevision: q.Revision}
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Question, Href: p.Back})
	p.RestoreURL = p.Back + "/wiederherstellen"
	if h.From > 0 {
		p.Compared, p.ComparedTitle = textChanges(r, h.Compared), p.Must("draft.history.compared", "From", h.From, "To", h.To)
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
			When: p.Must("draft.question.updated_by", "Date", p.ShortDateTime(web.LocalTime(past.At)), "Name", web.NameOr(p.Base, past.Who))}
		for _, change := range textChanges(r, past.Changes) {
			if change.Parts != nil {
				row.Texts = append(row.Texts, change)
			}
		}
		if past.Before == nil || past.Before.State != past.State {
			row.State = past.State
		}
		if len(past.Choices) > 0 {
			row.Facts = questionFacts(r, p.Base, past.Card)
		}
		row.MayRestore = h.Page.MayEdit && !row.Current
		p.Revisions = append(p.Revisions, row)
	}
	return r.Page(http.StatusOK, "draft/history", p)
}

// restoreForm brings an earlier revision back.
type restoreForm struct {
	Revision int `form:"revision"`
	Number   int `form:"number"`
}

func (s *Room) restoreRevision(r *web.Request) error {
	var f restoreForm
	if err := r.Bind(&f); err != nil {
		return err
	}
	q, err := s.Draft.RestoreRevision(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(r.Param("question")), draft.RestoreRevision{
		Revision: f.Revision, Number: f.Number, Note: r.Printer().Must("draft.history.restored_note", "Number", f.Number)})
	if err != nil {
		return err
	}
	return r.Redirect(draftPath(r, "/fragen/"+string(q.ID)), "draft.notice.restored")
}
