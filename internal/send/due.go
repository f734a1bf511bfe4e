package send

import (
	"context"

	"pruefstein/internal/survey"
)

// SaveDue is the form that changes a respondent's own date after it was asked.
type SaveDue struct {
	Due, Zone string
	Choice    string // first or second, when the local time happens twice
	Reason    string // public
	Revision  int    // of the respondent
}

// SaveDue changes the own date of a respondent that was asked in its own form or by mail, with a public reason. It is the party
// that moved it. Who answers in our form has the one deadline for all. Once a publication has shown what came from it, the date stays:
// its answers would go off the page. A respondent asked by mail is told, with a new calendar entry. The same again is a double click and changes nothing.
func (s *Service) SaveDue(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd SaveDue) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		var faults survey.Faults
		due := faults.Date("due", &cmd.Due, cmd.Zone, cmd.Choice, s.At(tx))
		faults.Line("reason", &cmd.Reason, 500, true)
		if err := faults.Err(); err != nil {
			return err
		}
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if !r.OwnDate() {
			return survey.Fail(survey.Conflict, "send.error.due_form")
		}
		old := r.DueAt(q)
		shown, err := answersShown(tx, q, r)
		if err != nil {
			return err
		}
		n := len(r.DueChanges)
		switch {
		case n > 0 && survey.Same(old, due) && r.DueChanges[n-1].Reason == cmd.Reason:
			return nil
		case shown:
			return survey.Fail(survey.Conflict, "send.error.due_published")
		case r.Revision != cmd.Revision:
			return survey.Stale()
		case old.At.Equal(due.At):
			return survey.Faults{{Field: "due", Key: "send.error.due_same"}}.Err()
		}
		if err := beforePolls(tx, q, "due", due); err != nil {
			return err
		}
		r.DueChanges = append(r.DueChanges, survey.DateChange{From: old, To: due, Reason: cmd.Reason, At: s.At(tx), By: actor.Who()})
		r.Due, r.Revision = due, r.Revision+1
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		var informed []survey.Respondent
		if r.GetsMail() && !r.Standing.Out() && r.NotReached == nil && r.Email != "" {
			informed = []survey.Respondent{r}
		}
		if err := s.tellNewDate(tx, actor, q, []survey.Respondent{r}, informed); err != nil {
			return err
		}
		return s.Audit(tx, actor, "own_date", string(r.ID), old.Local+" "+old.Zone, due.Local+" "+due.Zone)
	})
}

// answersShown tells whether a publication shows what came from a respondent, be it nothing: its date was over by then.
func answersShown(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent) (bool, error) {
	latest, err := survey.LatestPublication(tx, q.ID)
	return latest != nil && !latest.At.Before(r.DueAt(q).At), err
}
