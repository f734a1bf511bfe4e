package survey

import "context"

// SaveDue is the form that changes a respondent's own date after it was asked.
type SaveDue struct {
	Local, Zone string
	Choice      string // first or second, when the local time happens twice
	Reason      string // public
	Revision    int    // of the respondent
}

// SaveDue changes the own date of a respondent that was asked in its own form or by mail, with a public reason: the party
// moved it. Who answers in our form has the one deadline for all. A respondent asked by mail is told, with a new calendar
// entry. The same again is a double click and changes nothing.
func (s *Service) SaveDue(ctx context.Context, actor Actor, questionnaire, slug string, cmd SaveDue) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	due := faults.date("due", &cmd.Local, cmd.Zone, cmd.Choice, s.now())
	faults.line("due_reason", &cmd.Reason, 500, true)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if !r.OwnDate() {
			return Fail(Conflict, "send.error.due_form")
		}
		old := r.DueAt(q)
		n := len(r.DueChanges)
		switch {
		case n > 0 && same(old, due) && r.DueChanges[n-1].Reason == cmd.Reason:
			return nil
		case r.Revision != cmd.Revision:
			return stale()
		case old.At.Equal(due.At):
			return Faults{{Field: "due", Key: "send.error.due_same"}}.Err()
		}
		r.DueChanges = append(r.DueChanges, Extended{From: old, To: due, Reason: cmd.Reason, At: s.now(), By: actor.who()})
		r.Due, r.Revision = due, r.Revision+1
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		var informed []Respondent
		if r.getsMail() && r.NotReached == nil && r.Email != "" {
			informed = []Respondent{r}
		}
		if err := s.tellNewDate(tx, actor, q, []Respondent{r}, informed); err != nil {
			return err
		}
		return s.audit(tx, actor, "own_date", r.ID, old.Local+" "+old.Zone, due.Local+" "+due.Zone)
	})
}
