package draft

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// questionForm is the form of a question.
type questionForm struct {
	ID           string   `form:"id"` // of a new question, made with its form
	Revision     int      `form:"revision"`
	Kind         string   `form:"kind"`
	Label        string   `form:"label"`
	Mark         string   `form:"mark"`
	Text         string   `form:"text"`
	Context      string   `form:"context"`
	Topic        string   `form:"topic"`
	WorkingGroup string   `form:"working_group"`
	AskedBy      []string `form:"asked_by"`
	Note         string   `form:"note"`
}

func questionFormOf(q survey.Question) questionForm {
	return questionForm{ID: string(q.ID), Revision: q.Revision, Kind: string(q.Kind), Label: q.Label, Mark: q.Mark, Text: q.Text, Context: q.Context,
		Topic: q.Topic, WorkingGroup: q.WorkingGroup, AskedBy: q.AskedBy}
}

func (f questionForm) command() draft.SaveQuestion {
	return draft.SaveQuestion{Revision: f.Revision, Note: f.Note,
		Wording: survey.Wording{Kind: survey.QuestionKind(f.Kind), Label: f.Label, Mark: f.Mark, Text: f.Text, Context: f.Context, Topic: f.Topic,
			WorkingGroup: f.WorkingGroup, AskedBy: slices.Clone(f.AskedBy)}}
}

// draftQuestionPage is the page of a question: its form, or its words for those who may not change it.
type draftQuestionPage struct {
	templates.Base
	IsNew   bool
	MayEdit bool
	Action  string
	Fields  []templates.Field
	Why     string // why it cannot be changed here

	State    survey.QuestionState
	Text     string
	Context  string
	Facts    []templates.Fact
	Limits   []limitRow
	Blocks   []string // what it brings into the way of the lock
	Next     []stateButton
	Form     string // id of the form the state buttons send, with what is typed in it; "" when the words cannot be changed
	StateURL string
	Revision int
	History  string
}

// limitRow says whether the text fits one limit.
type limitRow struct {
	Name, Words string
	Fits        bool
}

type stateButton struct {
	State survey.QuestionState
	Label string
}

func (s *Room) newQuestionPage(r *web.Request) error {
	page, err := s.Draft.QuestionPage(r.Request.Context(), r.Actor, r.Questionnaire.ID, "")
	if err != nil {
		return err
	}
	f := questionForm{ID: survey.NewID(), Kind: string(survey.KindText)}
	if len(page.Groups) == 1 {
		f.WorkingGroup = page.Groups[0].ID
	}
	return s.renderQuestion(r, http.StatusOK, page, f, nil)
}

func (s *Room) questionPage(r *web.Request) error {
	page, err := s.Draft.QuestionPage(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(r.Param("question")))
	if err != nil {
		return err
	}
	return s.renderQuestion(r, http.StatusOK, page, questionFormOf(page.Question), nil)
}

func (s *Room) saveQuestion(r *web.Request) error {
	var f questionForm
	if err := r.Bind(&f); err != nil {
		return err
	}
	known := r.Param("question") // "" for a new one
	if known != "" {
		f.ID = known
	}
	q, err := s.Draft.SaveQuestion(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(f.ID), f.command())
	if faults, ok := r.Faults(err); ok {
		page, err := s.Draft.QuestionPage(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(known))
		if err != nil {
			return err
		}
		return s.renderQuestion(r, http.StatusUnprocessableEntity, page, f, faults)
	}
	if web.Stale(err) {
		return s.renderCollision(r, f, "draft.collision.nothing_lost")
	}
	if err != nil {
		return err
	}
	return r.Redirect(draftPath(r, "/fragen/"+string(q.ID)), "draft.notice.question_saved")
}

// questionFields are the fields of a question's form.
func questionFields(r *web.Request, b templates.Base, page draft.QuestionPage, f questionForm) []templates.Field {
	field := func(name, kind, value string) templates.Field {
		t := templates.Field{Name: name, Type: kind, Label: b.Must("draft.question." + name), Value: value, Error: b.ErrorAt(name)}
		if hint := "draft.question." + name + "_hint"; b.Has(hint) {
			t.Hint = b.Must(hint)
		}
		return t
	}
	clean, _, _ := survey.Text(f.Text)
	text := field("text", "textarea", f.Text)
	text.Required, text.Rows, text.Lang = true, 6, "de"
	text.Counter = &templates.Counter{Limit: page.Questionnaire.QuestionLimit, Used: survey.Length(clean)}
	for _, limit := range page.Procedures {
		text.Counter.Limits = append(text.Counter.Limits, templates.NamedLimit{Name: limit.Name, Limit: limit.Limit})
	}
	context := field("context", "textarea", f.Context)
	context.Rows, context.Lang = 4, "de"
	kind := field("kind", "radio", "")
	kind.Required, kind.Inline = true, true
	for _, k := range []survey.QuestionKind{survey.KindText, survey.KindThesis} {
		kind.Options = append(kind.Options, templates.Option{Value: string(k), Label: b.Must("draft.kind." + string(k)), Selected: f.Kind == string(k)})
	}
	group := field("working_group", "select", f.WorkingGroup)
	group.Required = !r.Actor.Has(survey.RoleCoordinator)
	group.Options = []templates.Option{{Label: b.Must("draft.no_group")}}
	if group.Required {
		group.Options[0].Label = b.Must("draft.choose")
	}
	for _, g := range page.Groups {
		group.Options = append(group.Options, templates.Option{Value: g.ID, Label: g.Name})
	}
	fields := []templates.Field{
		{Name: "id", Type: "hidden", Value: f.ID}, {Name: "revision", Type: "hidden", Value: strconv.Itoa(f.Revision)},
		field("label", "text", f.Label), field("mark", "text", f.Mark), text, context, kind, group,
	}
	if len(page.Questionnaire.Topics) > 0 {
		topic := field("topic", "select", f.Topic)
		topic.Options = []templates.Option{{Label: b.Must("draft.no_topic")}}
		for _, t := range page.Questionnaire.Topics {
			topic.Options = append(topic.Options, templates.Option{Value: t.ID, Label: t.Name})
		}
		fields = append(fields, topic)
	}
	if len(page.Organisations) > 0 {
		asked := field("asked_by", "checkbox", "")
		for _, o := range page.Organisations {
			asked.Options = append(asked.Options, templates.Option{Value: o.ID, Label: o.Name, Selected: slices.Contains(f.AskedBy, o.ID)})
		}
		fields = append(fields, asked)
	}
	if f.Revision > 0 {
		fields = append(fields, field("note", "text", f.Note))
	}
	return fields
}

func (s *Room) renderQuestion(r *web.Request, status int, page draft.QuestionPage, f questionForm, errs []templates.FieldError) error {
	q := page.Question
	key := "draft.question.title"
	if q.ID == "" {
		key = "draft.question.title_new"
	}
	p := draftQuestionPage{Base: draftBase(r, key), IsNew: q.ID == "", MayEdit: page.MayEdit, State: q.State}
	p.Errors = errs
	if p.IsNew {
		p.Action, p.Fields = draftPath(r, "/fragen/neu"), questionFields(r, p.Base, page, f)
		return r.Page(status, "draft/question", p)
	}
	p.Title = questionTitle(q.Wording)
	p.Action = draftPath(r, "/fragen/"+string(q.ID))
	p.StateURL, p.History, p.Revision = p.Action+"/stand", p.Action+"/verlauf", q.Revision
	p.Text, p.Context = q.Text, q.Context
	if page.MayEdit {
		p.Fields, p.Form = questionFields(r, p.Base, page, f), "question-form"
	} else {
		p.Why = p.Must(whyNot(page))
		p.Limits = limitRows(r, page)
	}
	p.Facts = questionFacts(r, p.Base, page.Card)
	p.Facts = append(p.Facts, templates.Fact{Label: p.Must("draft.question.updated"), Value: p.Must("draft.question.updated_by", "Date", p.ShortDateTime(web.LocalTime(q.UpdatedAt)), "Name", web.NameOr(p.Base, page.UpdatedBy))})
	for _, b := range page.Blocks {
		p.Blocks = append(p.Blocks, p.Must(b.Key, b.Args...))
	}
	for _, state := range page.NextStates {
		p.Next = append(p.Next, stateButton{State: state, Label: p.Must("draft.to." + string(state))})
	}
	return r.Page(status, "draft/question", p)
}

// whyNot says why the actor cannot change the question's words.
func whyNot(page draft.QuestionPage) string {
	switch {
	case !page.Questionnaire.LockedAt.IsZero():
		return "draft.question.locked"
	case page.Question.State == survey.StateAgreed || page.Question.State == survey.StateDropped:
		return "draft.question.decided"
	}
	return "draft.question.foreign"
}

func questionTitle(w survey.Wording) string {
	title := w.Label
	if title == "" {
		title = opening(w.Text, 90)
	}
	if w.Mark != "" {
		title = "(" + w.Mark + ") " + title
	}
	return title
}

// questionFacts are the words beside a question's text.
func questionFacts(r *web.Request, b templates.Base, c draft.Card) []templates.Fact {
	var facts []templates.Fact
	for _, field := range []string{"kind", "working_group", "topic", "asked_by"} {
		if f := questionFact(r, b, c, field); f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// questionFact is what was chosen in a field of the form.
func questionFact(r *web.Request, b templates.Base, c draft.Card, field string) templates.Fact {
	return map[string]templates.Fact{
		"kind":          {Label: b.Must("draft.question.kind"), Value: b.Must("draft.kind." + string(c.Kind))},
		"working_group": {Label: b.Must("draft.group"), Value: c.Group},
		"topic":         {Label: b.Must("draft.topic"), Value: c.Topic},
		"asked_by":      {Label: b.Must("draft.question.asked_by"), Value: b.Join(c.AskedBy)},
	}[field]
}

// limitRows measures the saved text against the questionnaire's limit and the parties' procedures.
func limitRows(r *web.Request, page draft.QuestionPage) []limitRow {
	b := r.Printer()
	var rows []limitRow
	for _, l := range append([]draft.ProcedureLimit{{Name: b.Must("draft.question.own_limit"), Limit: page.Questionnaire.QuestionLimit}}, page.Procedures...) {
		if l.Limit == 0 {
			continue
		}
		row := limitRow{Name: l.Name, Fits: page.Card.Length <= l.Limit, Words: b.Must("common.counter.of", "Used", page.Card.Length, "Limit", l.Limit)}
		if !row.Fits {
			row.Words += ", " + b.Must("draft.too_long", "Count", page.Card.Length-l.Limit)
		}
		rows = append(rows, row)
	}
	return rows
}

// stateForm moves a question on the board. Whoever may change the words sends them with it: the button stands beside their
// form, and what was typed there must not be lost.
type stateForm struct {
	questionForm
	State string `form:"state"`
}

func (s *Room) setQuestionState(r *web.Request) error {
	var f stateForm
	if err := r.Bind(&f); err != nil {
		return err
	}
	f.ID = r.Param("question")
	cmd := draft.SetQuestionState{Revision: f.Revision, State: survey.QuestionState(f.State), Note: f.Note}
	withWords := r.Request.PostForm.Has("text")
	if withWords {
		words := f.command().Wording
		cmd.Words = &words
	}
	q, err := s.Draft.SetQuestionState(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(f.ID), cmd)
	if faults, ok := r.Faults(err); ok && withWords {
		page, err := s.Draft.QuestionPage(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(f.ID))
		if err != nil {
			return err
		}
		return s.renderQuestion(r, http.StatusUnprocessableEntity, page, f.questionForm, faults)
	}
	if web.Stale(err) {
		return s.renderCollision(r, f.questionForm, "draft.collision.state")
	}
	if err != nil {
		return err
	}
	return r.Redirect(draftPath(r, "/fragen/"+string(q.ID)), "draft.notice.state_"+string(q.State))
}

// collisionPage shows what two people wrote at the same time, and lets the second one merge. Nothing has been saved.
type collisionPage struct {
	templates.Base
	Lead    string
	Lost    string // nothing is
	Changes []web.TextChange
	Other   []templates.Fact // what else is saved differently than typed here
	MayEdit bool             // else the fields are there to copy from
	Action  string
	Fields  []templates.Field
	Cancel  templates.NavItem
}

func textChanges(b *web.Request, list []survey.TextChange) []web.TextChange {
	var changes []web.TextChange
	for _, c := range list {
		changes = append(changes, web.NewTextChange(b.Printer().Must("draft.question."+c.Field), c))
	}
	return changes
}

func (s *Room) renderCollision(r *web.Request, f questionForm, lost string) error {
	c, err := s.Draft.Collision(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.QuestionID(f.ID), f.command())
	if err != nil {
		return err
	}
	p := collisionPage{Base: draftBase(r, "draft.collision.title"), Action: draftPath(r, "/fragen/"+f.ID)}
	p.Lost = p.Must(lost)
	p.Lead = p.Must("draft.collision.lead", "Name", web.NameOr(p.Base, c.Page.UpdatedBy), "Time", p.ShortDateTime(web.LocalTime(c.Theirs.UpdatedAt)))
	p.Cancel = templates.NavItem{Label: p.Must("draft.collision.cancel"), Href: p.Action}
	for _, change := range textChanges(r, c.Changes) {
		if change.Parts != nil {
			p.Changes = append(p.Changes, change)
		}
	}
	for _, field := range c.Choices {
		fact := questionFact(r, p.Base, c.Page.Card, field)
		fact.Value = cmp.Or(fact.Value, p.Must("draft.blank"))
		p.Other = append(p.Other, fact)
	}
	if p.MayEdit = c.Page.MayEdit; !p.MayEdit {
		p.Lost = p.Must("draft.collision.too_late") + " " + p.Must(whyNot(c.Page))
	}
	f.Revision = c.Theirs.Revision
	p.Fields = questionFields(r, p.Base, c.Page, f)
	return r.Page(http.StatusConflict, "draft/collision", p)
}
