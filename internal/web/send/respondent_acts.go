package send

import (
	"net/http"
	"strings"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

func (s *Room) saveRespondent(r *web.Request) error {
	var form respondentForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug, err := s.Send.SaveRespondent(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")), form.command())
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{form: &form})
	}
	return r.Redirect(sendPath(r, "befragte", string(slug)), "send.notice.saved")
}

func (s *Room) leaveOut(r *web.Request) error {
	var form struct {
		Revision int `form:"revision"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	var lines []send.LeftOutQuestion
	typed := map[survey.QuestionID]string{}
	for name, values := range r.Request.PostForm {
		if id, ok := strings.CutPrefix(name, "reason-"); ok {
			lines = append(lines, send.LeftOutQuestion{Question: survey.QuestionID(id), Reason: values[0]})
			typed[survey.QuestionID(id)] = values[0]
		}
	}
	slug := r.Param("respondent")
	err := s.Send.LeaveOut(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), form.Revision, lines)
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{reasons: typed})
	}
	return r.Redirect(sendPath(r, "befragte", slug)+"#fragen", "send.notice.left_out")
}

func (s *Room) removeRespondent(r *web.Request) error {
	if err := s.Send.RemoveRespondent(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent"))); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte"), "send.notice.removed")
}

func (s *Room) invite(r *web.Request) error {
	var form struct {
		Seen string `form:"seen"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	sent, err := s.Send.Invite(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")), form.Seen)
	if err != nil {
		return err
	}
	notice := "send.notice.late_requested"
	if sent {
		notice = "send.notice.invited"
	}
	return r.Redirect(sendPath(r, "befragte", r.Param("respondent")), notice)
}

func (s *Room) withdrawInvitation(r *web.Request) error { return s.withdraw(r, survey.ActDispatch) }

func (s *Room) notReached(r *web.Request) error {
	var form reachForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug, notice := r.Param("respondent"), "send.notice.not_reached"
	if form.Undo {
		form.Reason, notice = "", "send.notice.reached"
	} else if strings.TrimSpace(form.Reason) == "" {
		errs := []templates.FieldError{{FieldID: "not_reached", Message: r.Printer().Must("error.required")}}
		return s.renderRespondent(r, http.StatusUnprocessableEntity, respondentTyped{reach: &form}, errs)
	}
	err := s.Send.MarkNotReached(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.MarkNotReached{Reason: form.Reason, Revision: form.Revision})
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{reach: &form})
	}
	return r.Redirect(sendPath(r, "befragte", slug), notice)
}

// reached records that the party was reached though its mail was lost.
func (s *Room) reached(r *web.Request) error {
	var form reachForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	err := s.Send.MarkReached(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.MarkReached{Reason: form.Reason, Revision: form.Revision})
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{reach: &form})
	}
	return r.Redirect(sendPath(r, "befragte", slug), "send.notice.reached_anyway")
}

func (s *Room) saveDue(r *web.Request) error {
	var form dueForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	if err := s.Send.SaveDue(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.SaveDue(form)); err != nil {
		return s.respondentRefused(r, err, respondentTyped{due: &form})
	}
	return r.Redirect(sendPath(r, "befragte", slug), "send.notice.due")
}

func (s *Room) setAddress(r *web.Request) error {
	var form addressForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	done, err := s.Send.SetAddress(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.SetAddress(form))
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{address: &form})
	}
	notice := "send.notice.address"
	if !done {
		notice = "send.notice.address_requested"
	}
	return r.Redirect(sendPath(r, "befragte", slug), notice)
}

func (s *Room) setPostal(r *web.Request) error {
	var form postalForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	if err := s.Send.SetPostal(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.SetPostal(form)); err != nil {
		return s.respondentRefused(r, err, respondentTyped{postal: &form})
	}
	return r.Redirect(sendPath(r, "befragte", slug), "send.notice.postal")
}

func (s *Room) withdrawAddress(r *web.Request) error { return s.withdraw(r, survey.ActAddress) }

func (s *Room) switchToPost(r *web.Request) error {
	var form toPostForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	done, err := s.Send.SwitchToPost(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.SwitchToPost(form))
	if err != nil {
		return s.respondentRefused(r, err, respondentTyped{post: &form})
	}
	notice := "send.notice.requested"
	if done {
		notice = "send.notice.to_post"
	}
	return r.Redirect(sendPath(r, "befragte", slug), notice)
}

func (s *Room) withdrawToPost(r *web.Request) error { return s.withdraw(r, survey.ActPost) }

func (s *Room) sendAstray(r *web.Request) error {
	var form struct {
		Mail string `form:"mail"`
		To   string `form:"to"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	if err := s.Send.SendAstray(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.SendAstray(form)); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", slug), "send.notice.resent")
}

func (s *Room) listAddress(r *web.Request) error {
	var form struct {
		Email  string `form:"email"` // all of its addresses
		Listed string `form:"listed"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug := r.Param("respondent")
	if err := s.Send.ListAddress(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug), send.ListAddress(form)); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", slug), "send.notice.address_listed")
}

// withdraw takes back a request about one respondent.
func (s *Room) withdraw(r *web.Request, act survey.ApprovalKind) error {
	slug := r.Param("respondent")
	f, err := s.Send.RespondentFile(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug))
	if err != nil {
		return err
	}
	if err := s.Send.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, act, string(f.Row.Respondent.ID)); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", slug), "send.notice.withdrawn")
}

func (s *Room) revokeLinks(r *web.Request) error {
	if err := s.Send.RevokeLinks(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent"))); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", r.Param("respondent")), "send.notice.revoked")
}

// madeLinkPage shows a link that was made by hand, this once.
type madeLinkPage struct {
	sendPage
	Lead string
	Link templates.Copy
	Back templates.NavItem
}

// makeLink answers with the page itself: a redirect would need the secret kept somewhere.
func (s *Room) makeLink(r *web.Request) error {
	slug := r.Param("respondent")
	address, err := s.Send.MakeAccessLink(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(slug))
	if err != nil {
		return err
	}
	web.SecretPage(r)
	p := madeLinkPage{sendPage: s.sendBase(r, "send.made.title")}
	p.Lead = p.Must("send.made.lead")
	p.Link = templates.Copy{ID: "link", Label: p.Must("send.made.label"), Text: address}
	p.Back = templates.NavItem{Label: p.Must("common.button.back"), Href: sendPath(r, "befragte", slug)}
	return r.Page(http.StatusOK, "send/made_link", p)
}
