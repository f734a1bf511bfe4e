package answer

import (
	"errors"
	"net/http"

	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// entriesPage is a list of questions, alone or with the party's answers, to read and print.
type entriesPage struct {
	answerBase
	Heading  string
	Lead     string
	Download templates.NavItem
	Entries  []entryView
}

func (s *Room) allQuestions(r *web.Request) error {
	sheet, err := s.sheet(r)
	if err != nil {
		return err
	}
	p := entriesPage{answerBase: newAnswerBase(r, sheet, "answer.all.title"), Heading: sheet.Questionnaire.Title}
	p.Lead = p.Must("answer.all.lead", "Alliance", p.Alliance, "Deadline", p.Deadline)
	p.Download = templates.NavItem{Label: p.Must("answer.all.download"), Href: "/antwort/alle.txt"}
	for _, c := range sheet.Cells {
		view := questionView(r, c.Question)
		view.Errata = r.Errata(sheet.Questionnaire, c.Question.ID)
		view.AskedBy = p.Join(c.AskedBy)
		p.Entries = append(p.Entries, view)
	}
	return r.Page(http.StatusOK, "answer/all", p)
}

func (s *Room) ownAnswers(r *web.Request) error {
	sheet, err := s.sheet(r)
	if err != nil {
		return err
	}
	p := entriesPage{answerBase: newAnswerBase(r, sheet, "answer.own.title"), Heading: sheet.Questionnaire.Title}
	p.Lead = p.Must("answer.own.lead")
	p.Download = templates.NavItem{Label: p.Must("answer.own.download"), Href: "/antwort/meine.txt"}
	for _, c := range sheet.Cells {
		p.Entries = append(p.Entries, ownView(r, sheet, c))
	}
	return r.Page(http.StatusOK, "answer/own", p)
}

// ownView shows a cell as the party works on it: with its state instead of the provenance.
func ownView(r *web.Request, sheet answer.Sheet, c answer.Cell) entryView {
	v := newEntryView(r, sheet, c)
	v.Problems, v.Licence, v.Provenance, v.Unused = nil, "", r.Printer().Must("answer.state."+string(c.State)), c.Unused()
	if c.Late {
		v.Provenance += " · " + r.Printer().Must("answer.late")
	}
	return v
}

// ---- declining everything

// declinePage asks before every draft is marked as declined.
type declinePage struct {
	answerBase
	Reason  templates.Field
	Replace []answerTask // drafts that say something else so far
	Kept    []answerTask // those that keep a reason of their own
	Count   int
	Digest  string
}

func (s *Room) declineAllPage(r *web.Request) error {
	return s.renderDecline(r, http.StatusOK, "", nil, "")
}

func (s *Room) renderDecline(r *web.Request, status int, reason string, errs []templates.FieldError, warning string) error {
	sheet, err := s.sheet(r)
	if err != nil {
		return err
	}
	if sheet.Ended {
		return survey.Fail(survey.Conflict, "answer.error.ended")
	}
	p := declinePage{answerBase: newAnswerBase(r, sheet, "answer.decline.title"), Count: len(sheet.Cells)}
	if p.Digest, err = sheet.Digest(); err != nil {
		return err
	}
	p.Errors, p.Warning = errs, warning
	limit := survey.MaxTextUnits
	for _, c := range sheet.Cells {
		limit = min(limit, c.Limit)
		task := answerTask{Number: c.Question.Number, Mark: c.Question.Mark, Href: questionPath(c.Question.Number), Text: c.Question.Text, State: answerState(r, c.State)}
		if !c.Entry.Empty() && c.Entry.Status != survey.Declined {
			p.Replace = append(p.Replace, task)
		}
		if task.Reason = c.Started().Reason; task.Reason != "" {
			p.Kept = append(p.Kept, task)
		}
	}
	p.Reason = templates.Field{Name: "reason", Type: "textarea", Rows: 8, Label: p.Must("answer.field.reason"), Hint: p.Must("answer.field.reason_hint"), Value: reason,
		Error: p.ErrorAt("reason"), Lang: "de", Counter: &templates.Counter{Limit: limit, General: limit == survey.MaxTextUnits, Used: survey.Length(reason)}}
	return r.Page(status, "answer/decline", p)
}

func (s *Room) declineAll(r *web.Request) error {
	var form struct {
		Digest string `form:"digest"`
		Reason string `form:"reason"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	err := s.Answer.DeclineAll(r.Request.Context(), r.Actor, answer.DeclineAll{Digest: form.Digest, Reason: form.Reason})
	if errs, ok := r.Faults(err); ok {
		return s.renderDecline(r, http.StatusUnprocessableEntity, form.Reason, errs, "")
	}
	var refused *survey.Error
	if errors.As(err, &refused) && refused.Key == "answer.error.decline_changed" {
		return s.renderDecline(r, http.StatusConflict, form.Reason, nil, r.Printer().Must(refused.Key))
	}
	if err != nil {
		return err
	}
	return r.Redirect("/antwort/pruefen", "answer.notice.declined")
}
