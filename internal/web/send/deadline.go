package send

import (
	"net/http"
	"strconv"
	"strings"

	"pruefstein/internal/send"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// deadlinePage sets the deadline before the dispatch, and extends it after.
type deadlinePage struct {
	sendPage
	Lead     string
	Current  string
	Fields   []templates.Field
	Button   string
	Action   string
	Only     string // why it cannot be changed
	Informed []string
	ByPost   string
	Extends  bool
	History  []templates.Fact
	End      *endBox // nil while there is nothing to end early
}

type deadlineForm struct {
	Deadline string `form:"deadline"`
	Zone     string `form:"deadline_zone"`
	Choice   string `form:"deadline_choice"`
	Reason   string `form:"reason"`
	Revision int    `form:"revision"`
}

func (s *Room) deadlinePage(r *web.Request) error {
	d := r.Questionnaire.Deadline
	return s.renderDeadline(r, http.StatusOK, deadlineForm{Deadline: d.Local, Zone: d.Zone, Revision: r.Questionnaire.Revision}, nil)
}

func (s *Room) renderDeadline(r *web.Request, status int, form deadlineForm, errs []templates.FieldError) error {
	plan, err := s.Send.DeadlinePlan(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	q := plan.Questionnaire
	p := deadlinePage{sendPage: s.sendBase(r, "send.deadline.title"), Action: sendPath(r, "frist"), Current: r.Instant(q.Deadline), Extends: !q.DispatchedAt.IsZero()}
	p.Errors = errs
	p.Lead = p.Must("send.deadline.lead")
	p.Button = p.Must("common.button.save")
	if p.Extends {
		p.Lead, p.Button, p.Informed = p.Must("send.deadline.extend_lead"), p.Must("send.deadline.extend_button"), shortNames(plan.Informed)
		p.ByPost = strings.Join(shortNames(plan.ByPost), ", ")
	}
	for _, e := range q.Extended {
		if e.Ended() {
			p.History = append(p.History, templates.Fact{Label: r.Moment(e.At), Value: p.Must("compare.meta.ended_text", "From", r.Instant(e.From), "To", r.Instant(e.To))})
			continue
		}
		p.History = append(p.History, templates.Fact{Label: r.Moment(e.At), Value: p.Must("send.deadline.extended", "From", r.Instant(e.From), "To", r.Instant(e.To), "Reason", e.Reason)})
	}
	if p.End, err = s.end(r, p.sendPage); err != nil {
		return err
	}
	switch {
	case !p.CanAct:
	case p.Extends && plan.Published:
		p.Only = p.Must("send.deadline.published")
	default:
		p.Fields = p.fields(form)
		if status == http.StatusConflict {
			saved := deadlineForm{Deadline: q.Deadline.Local, Zone: q.Deadline.Zone, Revision: q.Revision}
			if n := len(q.Extended); n > 0 {
				saved.Reason = q.Extended[n-1].Reason
			}
			typed := []web.FieldGroup{{Fields: p.Fields}}
			r.Overtaken(&p.Base, typed, []web.FieldGroup{{Fields: p.fields(saved)}})
			p.Fields = typed[0].Fields
		}
	}
	return r.Page(status, "send/deadline", p)
}

func (p deadlinePage) fields(form deadlineForm) []templates.Field {
	fields := append([]templates.Field{web.HiddenField("revision", strconv.Itoa(form.Revision))}, p.instantFields("deadline", form.Deadline, form.Zone, form.Choice)...)
	fields[1].Required = true
	if p.Extends {
		fields = append(fields, web.RequiredField(p.field("reason", "text", form.Reason)))
	}
	return fields
}

func (s *Room) saveDeadline(r *web.Request) error {
	var form deadlineForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	save, notice := s.Send.SetDeadline, "send.notice.deadline"
	if !r.Questionnaire.DispatchedAt.IsZero() {
		save, notice = s.Send.ExtendDeadline, "send.notice.extended"
	}
	err := save(r.Request.Context(), r.Actor, r.Questionnaire.ID, send.SetDeadline(form))
	if status, errs := r.Refused(err); status != 0 {
		return s.renderDeadline(r, status, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "frist"), notice)
}
