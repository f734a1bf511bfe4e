package send

import (
	"strings"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// endBox is the part of the page that ends the round before its deadline.
type endBox struct {
	Missing  []string // of whom something is still to come
	Informed []string
	ByPost   string
	Waiting  string // a sentence about the request that waits
	Void     bool
	Withdraw string
	Only     string // why nothing can be done
	Confirm  *templates.Confirm
}

// end tells whether the round can be ended, and offers it.
func (s *Room) end(r *web.Request, b sendPage) (*endBox, error) {
	plan, err := s.Send.EndPlan(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil || plan == nil {
		return nil, err
	}
	box := &endBox{Missing: shortNames(plan.Missing), Informed: shortNames(plan.Informed), ByPost: strings.Join(shortNames(plan.ByPost), ", "), Void: plan.Outdated}
	if plan.Waiting != nil {
		box.Waiting, box.Withdraw = b.Must("send.dispatch.waiting", "Name", plan.WaitingName, "At", r.Moment(plan.Waiting.RequestedAt)), sendPath(r, "ende", "zuruecknehmen")
	}
	waits := plan.Waiting != nil && !plan.Outdated
	switch {
	case len(plan.Missing) > 0:
	case waits && plan.Own:
		box.Only = b.Must("send.dispatch.own")
	case waits && plan.OneHand:
		box.Only = b.Must("error.one_hand")
	case !waits && !b.CanAct:
		box.Only = b.Must("send.dispatch.only_coordinators")
	default:
		box.Confirm = &templates.Confirm{Title: b.Must("send.end.confirm_title"), Text: b.Must("send.end.confirm_text"), Button: b.Must("send.end.button"), Action: sendPath(r, "ende"),
			Fields: []templates.Field{web.HiddenField("seen", plan.Digest)}}
		if plan.TwoPerson && !waits {
			box.Confirm.Button = b.Must("send.end.request_button")
		}
	}
	return box, nil
}

func (s *Room) endRound(r *web.Request) error {
	var form struct {
		Seen string `form:"seen"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	done, err := s.Send.EndRound(r.Request.Context(), r.Actor, r.Questionnaire.ID, form.Seen)
	if status, errs := r.Refused(err); status != 0 {
		d := r.Questionnaire.Deadline
		return s.renderDeadline(r, status, deadlineForm{Deadline: d.Local, Zone: d.Zone, Revision: r.Questionnaire.Revision}, errs)
	}
	if err != nil {
		return err
	}
	notice := "send.notice.requested"
	if done {
		notice = "send.notice.ended"
	}
	return r.Redirect(sendPath(r, "frist"), notice)
}

func (s *Room) withdrawEnd(r *web.Request) error {
	if err := s.Send.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActEnd, ""); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "frist"), "send.notice.withdrawn")
}
