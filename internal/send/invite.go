package send

import (
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// InvitationPlan is what Invite would send to a respondent that has not been asked yet, and who has to confirm it.
type InvitationPlan struct {
	survey.SecondPerson
	Cover  CoverPreview
	Digest string // of all that would be sent; Invite wants it back
	Fault  string // message key of what stands in the way, "" nothing; the cover is empty then
}

// invitationPlan returns nil for a respondent that is not to be invited any more, unless a request for that still waits: it can be
// withdrawn.
func (s *Service) invitationPlan(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r survey.Respondent) (p *InvitationPlan, content dispatchContent, err error) {
	phase := q.Phase(s.At(tx))
	waiting, err := survey.WaitingApproval(tx, q.ID, survey.ActDispatch, string(r.ID))
	if err != nil {
		return nil, content, err
	}
	open := (phase == survey.PhaseOpen || phase == survey.PhaseClosed) && r.Editable(q) && r.GetsMail() && r.NotReached == nil
	if !open && waiting == nil {
		return nil, content, nil
	}
	p = &InvitationPlan{}
	switch {
	case !open:
		p.Fault = "send.error.not_late"
	case phase == survey.PhaseClosed && r.Procedure.Channel == survey.ChannelForm:
		p.Fault = "error.phase.closed"
	case r.Email == "":
		p.Fault = "send.error.no_address"
	case !r.DueAt(q).At.After(s.At(tx)):
		p.Fault = "send.error.due_over"
	}
	if p.Fault != "" {
		p.SecondPerson, err = s.SecondPerson(tx, actor, q.ID, survey.ActDispatch, string(r.ID), "")
		return p, content, err
	}
	if content, err = loadDispatchContent(tx, q); err != nil {
		return nil, content, err
	}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return nil, content, err
	}
	if p.Cover, err = s.coverPreview(q.Cover, h, r); err != nil {
		return nil, content, err
	}
	r.Revision, r.Postal = 0, "" // are not sent
	content.Respondents = []survey.Respondent{r}
	if p.Digest, err = survey.ContentDigest(content); err != nil {
		return nil, content, err
	}
	p.SecondPerson, err = s.SecondPerson(tx, actor, q.ID, survey.ActDispatch, string(r.ID), p.Digest)
	return p, content, err
}

// Invite sends the cover letter to a respondent that could not be asked at the dispatch: its procedure was not known, it could not
// be reached, or it did not stand then. seen is the Digest of the plan the actor read. If anything changed since, nothing happens
// (Conflict error.stale). Where the dispatch needs a second person, so does this. The first call notes the request and returns
// sent false, and the call of the second person sends.
func (s *Service) Invite(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, seen string) (sent bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		sent = false
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		p, content, err := s.invitationPlan(tx, actor, q, r)
		switch {
		case err != nil:
			return err
		case p == nil:
			return survey.Fail(survey.Conflict, "send.error.not_late")
		case p.Fault != "":
			return survey.Fail(survey.Conflict, p.Fault)
		case p.Digest != seen:
			return survey.Stale()
		case p.Own && !p.Outdated:
			return nil // a double click
		}
		done, approval, err := s.Approve(tx, actor, q.ID, survey.ActDispatch, string(r.ID), content)
		if err != nil || !done {
			return err
		}
		sent = true
		h, err := loadLetterhead(tx, q)
		if err != nil {
			return err
		}
		h.alone = true
		d := survey.Dispatch{Questionnaire: q.ID, ID: survey.NewID(), Kind: survey.MailInvitation, Subject: q.Cover.Subject, Body: q.Cover.Body, At: s.At(tx),
			By: approval.RequestedBy, ConfirmedBy: approval.ApprovedBy}
		before := survey.StageOf(q, r, survey.ReturnUnknown, false, d.At)
		if err := s.sendInvitation(tx, h, &d, r, d.At); err != nil {
			return err
		}
		if err := tx.Dispatches.Put(d); err != nil {
			return err
		}
		return s.Audit(tx, actor, "invite_late", string(r.ID), string(before), string(survey.StageWaiting))
	})
	return sent, err
}

// sentRespondent loads a respondent of a questionnaire that has been sent.
func (s *Service) sentRespondent(tx *survey.Tx, questionnaire survey.QuestionnaireID, slug survey.Slug) (q survey.Questionnaire, r survey.Respondent, err error) {
	if q, err = tx.Questionnaire(questionnaire); err != nil {
		return q, r, err
	}
	if err = q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed); err != nil {
		return q, r, err
	}
	r, err = survey.RespondentBySlug(tx, questionnaire, slug)
	return q, r, err
}

// MarkNotReached is the form that records that nothing could be delivered.
type MarkNotReached struct {
	Reason   string // public; "" takes back what was decided
	Revision int    // of the respondent
}

// MarkNotReached records after the dispatch that nothing could be delivered to a respondent, with the public reason, or takes
// back what was decided about that. What is so already changes nothing. It is Invalid of a respondent whose mail arrived: that one
// has to have come back first (RecordBounce).
func (s *Service) MarkNotReached(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd MarkNotReached) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	var faults survey.Faults
	faults.Line("reason", &cmd.Reason, 500, false)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		_, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		before, what := "", "reached"
		if r.NotReached != nil {
			before = r.NotReached.Reason
		}
		mails, err := mailsTo(tx, r)
		switch {
		case err != nil:
			return err
		case before == cmd.Reason && r.Reached == nil:
			return nil
		case r.Revision != cmd.Revision:
			return survey.Stale()
		case cmd.Reason != "" && survey.Undelivered(mails) == nil && slices.ContainsFunc(mails, func(m survey.Mail) bool { return m.Kind.Asks() && !m.Copy && m.Arrived() }):
			return survey.Faults{{Field: "reason", Key: "send.error.arrived"}}.Err()
		}
		r.NotReached, r.Reached, r.Revision = nil, nil, r.Revision+1
		if cmd.Reason != "" {
			what = "not_reached"
			r.NotReached = &survey.DeliveryFailure{Reason: cmd.Reason, At: s.At(tx), By: actor.Who()}
		}
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		return s.Audit(tx, actor, what, string(r.ID), before, cmd.Reason)
	})
}

// MarkReached is the form that records that a respondent was reached though its mail was lost.
type MarkReached struct {
	Reason   string // why that is known
	Revision int    // of the respondent
}

// MarkReached records that a respondent whose mail was lost was reached all the same: its silence is its own then, until another
// mail is lost. What is so already changes nothing. Without a lost mail it is a Conflict.
func (s *Service) MarkReached(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd MarkReached) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	var faults survey.Faults
	faults.Line("reason", &cmd.Reason, 500, true)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		_, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		mails, err := mailsTo(tx, r)
		switch {
		case err != nil:
			return err
		case r.Reached != nil && r.Reached.Reason == cmd.Reason && r.AsDelivered(mails).NotReached == nil:
			return nil
		case r.Revision != cmd.Revision:
			return survey.Stale()
		case survey.Undelivered(mails) == nil:
			return survey.Fail(survey.Conflict, "send.error.nothing_lost")
		}
		before := ""
		if r.NotReached != nil {
			before = r.NotReached.Reason
		}
		r.NotReached, r.Revision = nil, r.Revision+1
		r.Reached = &survey.DeliveryFailure{Reason: cmd.Reason, At: s.At(tx), By: actor.Who()}
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		return s.Audit(tx, actor, "reached_anyway", string(r.ID), before, cmd.Reason)
	})
}

// reachedAgain takes back that nothing could be delivered, because something goes out anew.
func (s *Service) reachedAgain(tx *survey.Tx, actor survey.Actor, r *survey.Respondent) error {
	if r.NotReached == nil {
		return nil
	}
	before := r.NotReached.Reason
	r.NotReached, r.Revision = nil, r.Revision+1
	if err := tx.Respondents.Put(*r); err != nil {
		return err
	}
	return s.Audit(tx, actor, "reached", string(r.ID), before, "")
}
