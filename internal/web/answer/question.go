package answer

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// questionPage is one question with its form.
type questionPage struct {
	answerBase
	Of       string // "Frage 3 von 8"
	Question survey.CatalogueQuestion
	AskedBy  string
	Errata   []templates.Erratum
	State    templates.Badge
	IsThesis bool

	Action   string
	Revision int
	Key      string // of the rescue copy in the browser
	Unsaved  string // "invalid" or "conflict": the form holds what was refused
	Choice   templates.Field
	Position templates.Field
	Text     templates.Field
	Reason   templates.Field
	Saved    templates.Autosave

	Theirs   *savedView // what a colleague saved meanwhile; nil without a conflict
	Mine     *savedView
	Standing *savedView // what was handed in last, where it differs
	Late     bool       // there is a draft from after the deadline
	Zone     string     // of the times on the page, as browsers name it
	Before   templates.NavItem
	After    templates.NavItem
}

// savedView is an answer to read beside the form.
type savedView struct {
	Title    string
	Status   survey.Status
	Position survey.Position
	Text     string
	Reason   string
	When     string
}

// answerForm is the form of one question. The revision is that of the draft the writer saw.
type answerForm struct {
	Revision int    `form:"revision"`
	Status   string `form:"status"`
	Position string `form:"position"`
	Text     string `form:"text"`
	Reason   string `form:"reason"`
	Mark     string `form:"mark"`
}

func (f answerForm) entry() survey.Entry {
	return survey.Entry{Status: survey.Status(f.Status), Position: survey.Position(f.Position), Text: f.Text, Reason: f.Reason}
}

// noticeEmpty is what is said of an answer that was called done and is empty.
const noticeEmpty = "answer.notice.empty"

func (s *Room) answerQuestion(r *web.Request) error {
	sheet, cell, err := s.cell(r)
	if err != nil {
		return err
	}
	p := newQuestionPage(r, sheet, cell, cell.Started(), unseen(r, sheet, cell))
	if r.Query("ok") == noticeEmpty { // no success
		p.Notice, p.Warning = "", p.Notice
	}
	for _, problem := range cell.Problems {
		if problem.Stops && !sheet.Ended && p.Warning == "" && p.Errors == nil {
			p.Warning = p.Must(problem.Key, r.Readable(problem.Args)...)
		}
	}
	return r.Page(http.StatusOK, "answer/question", p)
}

// unseen names the characters of a draft that nobody sees, at their fields: they stop its submission, and can be mended there.
func unseen(r *web.Request, sheet answer.Sheet, cell answer.Cell) (list []templates.FieldError) {
	if sheet.Ended || !cell.Stopped() {
		return nil
	}
	for _, field := range [][2]string{{"text", cell.Entry.Text}, {"reason", cell.Entry.Reason}} {
		if key, args := survey.UnseenFault(field[1]); key != "" {
			list = append(list, templates.FieldError{FieldID: field[0], Message: r.Printer().Must(key, args...)})
		}
	}
	return list
}

func (s *Room) cell(r *web.Request) (sheet answer.Sheet, cell answer.Cell, err error) {
	number, err := r.QuestionNumber()
	if err != nil {
		return sheet, cell, err
	}
	if sheet, err = s.sheet(r); err != nil {
		return sheet, cell, err
	}
	cell, err = sheet.Cell(number)
	return sheet, cell, err
}

func (s *Room) saveAnswer(r *web.Request) error {
	number, err := r.QuestionNumber()
	if err != nil {
		return err
	}
	var form answerForm
	if err := r.BindToWrite(&form); err != nil {
		return err
	}
	saved, err := s.Answer.Save(r.Request.Context(), r.Actor, answer.Save{
		Number: number, Revision: form.Revision, Entry: form.entry(), Mark: answer.Mark(form.Mark), Brief: r.WantsJSON(),
	})
	if r.WantsJSON() {
		return s.saidJSON(r, saved, err)
	}
	errs, invalid := r.Faults(err)
	if !invalid && !web.Stale(err) {
		if err != nil {
			return err
		}
		return s.answerSaved(r, saved, form.Mark)
	}
	p := newQuestionPage(r, saved.Sheet, saved.Cell, form.entry(), errs)
	p.Saved.Saved = p.Must("common.autosave.unsaved")
	if invalid {
		p.Revision, p.Unsaved = form.Revision, "invalid"
		return r.Page(http.StatusUnprocessableEntity, "answer/question", p)
	}
	theirs := saved.Cell.Draft
	p.Warning = p.Must("answer.conflict.warning")
	p.Unsaved = "conflict"
	p.Theirs, p.Mine = newSavedView(r, "answer.conflict.theirs", theirs.Entry), newSavedView(r, "answer.conflict.mine", form.entry())
	p.Theirs.When = p.ShortDateTime(theirs.UpdatedAt.In(saved.Sheet.Due.Location()))
	return r.Page(http.StatusConflict, "answer/question", p)
}

// saidJSON answers autosave.js.
func (s *Room) saidJSON(r *web.Request, saved answer.Saved, err error) error {
	draft, due := saved.Cell.Draft, saved.Sheet.Due
	if errs, ok := r.Faults(err); ok {
		r.JSON(http.StatusUnprocessableEntity, gin.H{"error": errs[0].Message})
		return nil
	}
	if web.Stale(err) {
		r.JSON(http.StatusConflict, gin.H{"error": r.Printer().Must("common.autosave.conflict"), "revision": draft.Revision})
		return nil
	}
	if err != nil {
		return err
	}
	when := r.Printer().Time(draft.UpdatedAt.In(due.Location()))
	if !draft.UpdatedAt.Before(due.At) {
		when += ", " + r.Printer().Must("answer.late")
	}
	r.JSON(http.StatusOK, gin.H{"revision": draft.Revision, "saved": when})
	return nil
}

// answerSaved leads on after a save: an answer that is done to the next open question, any other back to its own page, also
// one that was called done and is not: that page says what it lacks.
func (s *Room) answerSaved(r *web.Request, saved answer.Saved, mark string) error {
	sheet, cell := saved.Sheet, saved.Cell
	number := cell.Question.Number
	notice, path := "answer.notice.saved_draft", questionPath(number)
	switch {
	case answer.Mark(mark) != answer.MarkDone:
	case cell.Stopped() && !sheet.Ended:
		notice = "answer.notice.not_done"
	case cell.State == answer.StateNone && !sheet.Ended:
		notice = noticeEmpty
	default:
		notice, path = "answer.notice.saved", "/antwort"
		if next := sheet.Next(number); next != 0 {
			path = questionPath(next)
		}
	}
	if sheet.Ended {
		notice = "answer.notice.saved_ended"
	}
	return r.Redirect(path, notice)
}

// newQuestionPage builds the page with what is typed or stored in the form.
func newQuestionPage(r *web.Request, sheet answer.Sheet, cell answer.Cell, entry survey.Entry, errs []templates.FieldError) questionPage {
	q := cell.Question
	p := questionPage{answerBase: newAnswerBase(r, sheet, "common.question_number", "Number", q.Printed()), Question: q, IsThesis: q.Kind == survey.KindThesis, Errata: r.Errata(sheet.Questionnaire, q.ID)}
	p.Errors = errs
	place := 0
	for i, c := range sheet.Cells {
		if c.Question.ID == q.ID {
			place = i
		}
	}
	p.Of = p.Must("answer.question.of", "Place", place+1, "Count", len(sheet.Cells))
	p.AskedBy, p.State = p.Join(cell.AskedBy), answerState(r, cell.State)
	if place > 0 {
		before := sheet.Cells[place-1].Question
		p.Before = templates.NavItem{Label: p.Must("answer.question.before", "Number", before.Printed()), Href: questionPath(before.Number)}
	}
	if place+1 < len(sheet.Cells) {
		after := sheet.Cells[place+1].Question
		p.After = templates.NavItem{Label: p.Must("answer.question.after", "Number", after.Printed()), Href: questionPath(after.Number)}
	}
	p.Action, p.Revision, p.Late = questionPath(q.Number), cell.Draft.Revision, cell.Late
	p.Zone = sheet.Due.Location().String()
	p.Key = survey.RespondentKey(sheet.Questionnaire.ID, sheet.Respondent.ID) + "/" + string(q.ID)
	if cell.Draft.Revision > 0 {
		p.Saved.Saved = p.Must("answer.question.saved", "At", p.ShortDateTime(cell.Draft.UpdatedAt.In(sheet.Due.Location())))
	}
	answerFields(r, &p, cell, entry)
	if cell.Standing != nil && cell.State != answer.StateSubmitted {
		key := "answer.question.standing"
		switch {
		case cell.Standing.Provenance == survey.Transcribed:
			key = "answer.question.transcribed"
		case sheet.Ended:
			key = "answer.question.standing_over"
		}
		p.Standing = newSavedView(r, key, cell.Standing.Entry())
		if at, err := cell.Standing.ReceivedAt.Time(); err == nil {
			p.Standing.When = p.DateTime(at.In(sheet.Due.Location()), nil)
		}
	}
	return p
}

func newSavedView(r *web.Request, titleKey string, e survey.Entry) *savedView {
	status := e.Status
	if status == "" {
		status = survey.Answered
	}
	return &savedView{Title: r.Printer().Must(titleKey), Status: status, Position: e.Position, Text: e.Text, Reason: e.Reason}
}

// answerFields makes the fields of the form.
func answerFields(r *web.Request, p *questionPage, cell answer.Cell, entry survey.Entry) {
	status := entry.Status
	if status == "" {
		status = survey.Answered
	}
	p.Choice = templates.Field{Name: "status", Type: "radio", Cards: true, Required: true, Label: p.Must("answer.field.status"), Error: p.ErrorAt("status")}
	for _, c := range survey.FormStatuses {
		if c == survey.Withdrawn && !cell.CanWithdraw() && status != c {
			continue
		}
		key := "answer.choice." + string(c)
		p.Choice.Options = append(p.Choice.Options, templates.Option{Value: string(c), Label: p.Must(key), Hint: p.Must(key + "_hint"), Selected: c == status})
	}
	text, _, _ := survey.Text(entry.Text) // a browser sends CRLF
	reason, _, _ := survey.Text(entry.Reason)
	p.Text = templates.Field{Name: "text", Type: "textarea", Rows: 14, Quiet: !p.IsThesis, Label: p.Must("answer.field.text"), Value: entry.Text, Error: p.ErrorAt("text"),
		Lang: "de", Counter: &templates.Counter{Limit: cell.Limit, General: cell.Limit == survey.MaxTextUnits, Used: survey.Length(text)}}
	p.Reason = templates.Field{Name: "reason", Type: "textarea", Rows: 5, Label: p.Must("answer.field.reason"), Hint: p.Must("answer.field.reason_hint"),
		Value: entry.Reason, Error: p.ErrorAt("reason"), Lang: "de", Counter: &templates.Counter{Limit: cell.Limit, General: cell.Limit == survey.MaxTextUnits, Used: survey.Length(reason)}}
	if !p.IsThesis {
		return
	}
	p.Text.Label = p.Must("common.rationale")
	p.Position = templates.Field{Name: "position", Type: "radio", Cards: true, Inline: true, Required: true, Label: p.Must("answer.field.position"), Error: p.ErrorAt("position")}
	for _, position := range survey.Positions {
		p.Position.Options = append(p.Position.Options, templates.Option{Value: string(position), Label: p.Must("common.position." + string(position)), Selected: position == entry.Position})
	}
	p.Position.Options = append(p.Position.Options, templates.Option{Value: "", Label: p.Must("answer.field.position_open"), Selected: entry.Position == ""})
}
