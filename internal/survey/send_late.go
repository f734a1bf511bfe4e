package survey

import "context"

// LatePlan is what InviteLate would send to a respondent that has not been asked yet, and who has to confirm it.
type LatePlan struct {
	SecondPerson
	Letter LetterPreview
	Digest string // of all that would be sent; InviteLate wants it back
	Fault  string // message key of what stands in the way, "" nothing; the letter is empty then
}

// latePlan returns nil for a respondent that is not to be invited late, unless a request for that still waits: it can be
// withdrawn.
func (s *Service) latePlan(tx *Tx, actor Actor, q Questionnaire, r Respondent) (p *LatePlan, content dispatchContent, err error) {
	phase := q.Phase(s.now())
	waiting, err := WaitingApproval(tx, q.ID, ActDispatch, r.ID)
	if err != nil {
		return nil, content, err
	}
	late := (phase == PhaseOpen || phase == PhaseClosed) && r.Editable(q) && r.getsMail() && r.NotReached == nil
	if !late && waiting == nil {
		return nil, content, nil
	}
	p = &LatePlan{}
	switch {
	case !late:
		p.Fault = "send.error.not_late"
	case phase == PhaseClosed && r.Procedure.Channel == ChannelForm:
		p.Fault = "error.phase.closed"
	case r.Email == "":
		p.Fault = "send.error.no_address"
	case !r.DueAt(q).At.After(s.now()):
		p.Fault = "send.error.due_over"
	}
	if p.Fault != "" {
		p.SecondPerson, err = s.secondPerson(tx, actor, q.ID, ActDispatch, r.ID, "")
		return p, content, err
	}
	if content, err = loadDispatchContent(tx, q); err != nil {
		return nil, content, err
	}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return nil, content, err
	}
	if p.Letter, err = s.letterPreview(q.Cover, h, r); err != nil {
		return nil, content, err
	}
	r.Revision, r.Sequence = 0, 0 // neither is sent
	content.Respondents = []Respondent{r}
	if p.Digest, err = content.digest(); err != nil {
		return nil, content, err
	}
	p.SecondPerson, err = s.secondPerson(tx, actor, q.ID, ActDispatch, r.ID, p.Digest)
	return p, content, err
}

// InviteLate sends the cover letter to a respondent that could not be asked at the dispatch, because its procedure was not
// known, it could not be reached or it did not stand then. seen is the Digest of the plan the actor read; if anything changed
// since, nothing happens (Conflict error.stale). Where the dispatch needs a second person, so does this: the first call notes
// the request and returns sent false, the call of the second person sends.
func (s *Service) InviteLate(ctx context.Context, actor Actor, questionnaire, slug, seen string) (sent bool, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return false, err
	}
	err = s.update(ctx, actor, func(tx *Tx) error {
		sent = false
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		p, content, err := s.latePlan(tx, actor, q, r)
		switch {
		case err != nil:
			return err
		case p == nil:
			return Fail(Conflict, "send.error.not_late")
		case p.Fault != "":
			return Fail(Conflict, p.Fault)
		case p.Digest != seen:
			return stale()
		case p.Own && !p.Void:
			return nil // a double click
		}
		done, approval, err := s.approve(tx, actor, q.ID, ActDispatch, r.ID, content)
		if err != nil || !done {
			return err
		}
		sent = true
		h, err := loadLetterhead(tx, q)
		if err != nil {
			return err
		}
		h.alone = true
		d := Dispatch{Questionnaire: q.ID, ID: NewID(), Kind: MailInvitation, Subject: q.Cover.Subject, Body: q.Cover.Body, At: s.now(),
			By: approval.RequestedBy, CheckedBy: approval.ApprovedBy}
		before := s.sendState(q, r, ReturnUnknown, false)
		if err := s.invite(tx, h, &d, r, d.At); err != nil {
			return err
		}
		if err := tx.Dispatches.Put(d); err != nil {
			return err
		}
		return s.audit(tx, actor, "invite_late", r.ID, string(before), string(SendWaiting))
	})
	return sent, err
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
	return s.update(ctx, actor, func(tx *Tx) error {
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
