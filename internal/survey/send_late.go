package survey

import "context"

// InviteLate sends the cover letter to a respondent that could not be asked at the dispatch, because its procedure was not
// known or it could not be reached then.
func (s *Service) InviteLate(ctx context.Context, actor Actor, questionnaire, slug string) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	return s.update(ctx, func(tx *Tx) error {
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if err := s.inPhase(q, PhaseOpen); err != nil && r.Procedure.Channel == ChannelForm {
			return err
		}
		if !r.Editable(q) || !r.getsMail() || r.NotReached != nil {
			return Fail(Conflict, "send.error.not_late")
		}
		if r.Email == "" {
			return Fail(Conflict, "send.error.no_address")
		}
		if !r.DueAt(q).At.After(s.now()) {
			return Fail(Conflict, "send.error.due_over")
		}
		h, err := loadLetterhead(tx, q)
		if err != nil {
			return err
		}
		d := Dispatch{Questionnaire: q.ID, ID: NewID(), Kind: MailInvitation, Subject: q.Cover.Subject, Body: q.Cover.Body, At: s.now(), By: actor.who()}
		before := s.sendState(q, r, ReturnUnknown, false)
		if err := s.invite(tx, h, &d, r, d.At); err != nil {
			return err
		}
		if err := tx.Dispatches.Put(d); err != nil {
			return err
		}
		return s.audit(tx, actor, "invite_late", r.ID, string(before), string(SendWaiting))
	})
}

// sentRespondent loads a respondent of a questionnaire that has been sent.
func (s *Service) sentRespondent(tx *Tx, questionnaire, slug string) (q Questionnaire, r Respondent, err error) {
	if q, err = tx.Questionnaires.Get(questionnaire); err != nil {
		return q, r, err
	}
	if err = s.inPhase(q, PhaseOpen, PhaseClosed); err != nil {
		return q, r, err
	}
	r, err = respondentBySlug(tx, questionnaire, slug)
	return q, r, err
}

// MarkNotReached is the form that records that nothing could be delivered.
type MarkNotReached struct {
	Reason   string // public; "" takes it back
	Revision int    // of the respondent
}

// MarkNotReached records after the dispatch that nothing could be delivered to a respondent, with the public reason, or takes
// it back. What is so already changes nothing.
func (s *Service) MarkNotReached(ctx context.Context, actor Actor, questionnaire, slug string, cmd MarkNotReached) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	faults.line("not_reached", &cmd.Reason, 500, false)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, func(tx *Tx) error {
		_, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		before, what := "", "reached"
		if r.NotReached != nil {
			before = r.NotReached.Reason
		}
		switch {
		case before == cmd.Reason:
			return nil
		case r.Revision != cmd.Revision:
			return stale()
		}
		r.NotReached, r.Revision = nil, r.Revision+1
		if cmd.Reason != "" {
			what = "not_reached"
			r.NotReached = &DeliveryFailure{Reason: cmd.Reason, At: s.now(), By: actor.who()}
		}
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		return s.audit(tx, actor, what, r.ID, before, cmd.Reason)
	})
}

// reachedAgain takes back that nothing could be delivered, because something goes out anew.
func (s *Service) reachedAgain(tx *Tx, actor Actor, r *Respondent) error {
	if r.NotReached == nil {
		return nil
	}
	before := r.NotReached.Reason
	r.NotReached, r.Revision = nil, r.Revision+1
	if err := tx.Respondents.Put(*r); err != nil {
		return err
	}
	return s.audit(tx, actor, "reached", r.ID, before, "")
}
