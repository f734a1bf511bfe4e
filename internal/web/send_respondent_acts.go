package web

import (
	"net/http"
	"strings"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

func (s *Server) saveRespondent(r *request) error {
	var form respondentForm
	if err := r.bind(&form); err != nil {
		return err
	}
	slug, err := s.Service.Send.SaveRespondent(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent"), form.command())
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{form: &form})
	}
	return r.redirect(r.sendPath("befragte", slug), "send.notice.saved")
}

func (s *Server) leaveOut(r *request) error {
	var form struct {
		Revision int `form:"revision"`
	}
	if err := r.bind(&form); err != nil {
		return err
	}
	var lines []send.LeftOutQuestion
	typed := map[string]string{}
	for name, values := range r.Request.PostForm {
		if id, ok := strings.CutPrefix(name, "reason-"); ok {
			lines = append(lines, send.LeftOutQuestion{Question: id, Reason: values[0]})
			typed[id] = values[0]
		}
	}
	slug := r.Param("respondent")
	err := s.Service.Send.LeaveOut(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug, form.Revision, lines)
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{reasons: typed})
	}
	return r.redirect(r.sendPath("befragte", slug)+"#fragen", "send.notice.left_out")
}

func (s *Server) removeRespondent(r *request) error {
	if err := s.Service.Send.RemoveRespondent(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent")); err != nil {
		return err
	}
	return r.redirect(r.sendPath("befragte"), "send.notice.removed")
}

func (s *Server) inviteLate(r *request) error {
	var form struct {
		Seen string `form:"seen"`
	}
	if err := r.bind(&form); err != nil {
		return err
	}
	sent, err := s.Service.Send.InviteLate(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent"), form.Seen)
	if err != nil {
		return err
	}
	notice := "send.notice.late_requested"
	if sent {
		notice = "send.notice.invited"
	}
	return r.redirect(r.sendPath("befragte", r.Param("respondent")), notice)
}

func (s *Server) withdrawLate(r *request) error { return s.withdraw(r, survey.ActDispatch) }

func (s *Server) notReached(r *request) error {
	var form reachForm
	if err := r.bind(&form); err != nil {
		return err
	}
	slug, notice := r.Param("respondent"), "send.notice.not_reached"
	if form.Undo {
		form.Reason, notice = "", "send.notice.reached"
	} else if strings.TrimSpace(form.Reason) == "" {
		errs := []templates.FieldError{{FieldID: "not_reached", Message: r.printer().Must("error.required")}}
		return s.renderRespondent(r, http.StatusUnprocessableEntity, respondentTyped{reach: &form}, errs)
	}
	err := s.Service.Send.MarkNotReached(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug, send.MarkNotReached{Reason: form.Reason, Revision: form.Revision})
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{reach: &form})
	}
	return r.redirect(r.sendPath("befragte", slug), notice)
}

func (s *Server) saveDue(r *request) error {
	var form dueForm
	if err := r.bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	if err := s.Service.Send.SaveDue(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug, send.SaveDue(form)); err != nil {
		return s.respondentRefused(r, err, respondentTyped{due: &form})
	}
	return r.redirect(r.sendPath("befragte", slug), "send.notice.due")
}

func (s *Server) setAddress(r *request) error {
	var form addressForm
	if err := r.bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	done, err := s.Service.Send.SetAddress(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug, send.SetAddress(form))
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{address: &form})
	}
	notice := "send.notice.address"
	if !done {
		notice = "send.notice.address_requested"
	}
	return r.redirect(r.sendPath("befragte", slug), notice)
}

func (s *Server) withdrawAddress(r *request) error { return s.withdraw(r, survey.ActAddress) }

// withdraw takes back a request about one respondent.
func (s *Server) withdraw(r *request, act survey.ApprovalKind) error {
	slug := r.Param("respondent")
	f, err := s.Service.Send.RespondentFile(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug)
	if err != nil {
		return err
	}
	if err := s.Service.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, act, f.Row.Respondent.ID); err != nil {
		return err
	}
	return r.redirect(r.sendPath("befragte", slug), "send.notice.withdrawn")
}

func (s *Server) revokeLinks(r *request) error {
	if err := s.Service.Send.RevokeLinks(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.Param("respondent")); err != nil {
		return err
	}
	return r.redirect(r.sendPath("befragte", r.Param("respondent")), "send.notice.revoked")
}

// madeLinkPage shows a link that was made by hand, this once.
type madeLinkPage struct {
	sendPage
	Lead string
	Link templates.Copy
	Back templates.NavItem
}

// makeLink answers with the page itself: a redirect would need the secret kept somewhere.
func (s *Server) makeLink(r *request) error {
	slug := r.Param("respondent")
	address, err := s.Service.Send.MakeAccessLink(r.Request.Context(), r.Actor, r.Questionnaire.ID, slug)
	if err != nil {
		return err
	}
	secretPage(r)
	p := madeLinkPage{sendPage: r.sendBase("send.made.title")}
	p.Lead = p.Must("send.made.lead")
	p.Link = templates.Copy{ID: "link", Label: p.Must("send.made.label"), Text: address}
	p.Back = templates.NavItem{Label: p.Must("common.button.back"), Href: r.sendPath("befragte", slug)}
	return r.page(http.StatusOK, "send/made_link", p)
}
