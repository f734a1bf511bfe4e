package draft

import (
	"context"
	"time"

	"pruefstein/internal/survey"
)

// undoing is what a second person confirms: that this catalogue, locked at that instant, is one no more.
type undoing struct {
	Hash     string
	LockedAt time.Time
}

// undoable fills in what the page of a locked catalogue says of undoing the lock, which is possible until something is sent.
func (s *Service) undoable(tx *survey.Tx, actor survey.Actor, v *CataloguePage) error {
	if v.Questionnaire.Phase(s.At(tx)) != survey.PhaseLocked {
		return nil
	}
	digest, err := survey.ContentDigest(undoing{v.Catalogue.Hash, v.Catalogue.LockedAt})
	if err != nil {
		return err
	}
	if v.SecondPerson, err = s.SecondPerson(tx, actor, v.Questionnaire.ID, survey.ActUnlock, "", digest); err != nil {
		return err
	}
	coordinator := actor.Has(survey.RoleCoordinator)
	checker := coordinator || actor.Has(survey.RoleAdministrator)
	v.MayUnlock = coordinator
	if v.Waiting != nil {
		v.MayConfirm = checker && !v.Own && !v.OneHand && !v.Outdated
		v.MayUnlock = v.MayUnlock && v.Outdated
		v.MayWithdraw = checker
	}
	return nil
}

// UnlockCatalogue undoes the lock before anything was sent: the questions can be changed again, under the numbers and with the
// questions left out as they were. What was locked is kept with the questionnaire, and the next lock has the next number. seen is the
// hash the actor's page showed. The two-person rule is that of the lock. A second click of whoever undid it or asked for it changes
// nothing.
func (s *Service) UnlockCatalogue(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, seen string) (unlocked bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		unlocked = false
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if n := len(q.Undone); n > 0 && q.LockedAt.IsZero() {
			last := q.Undone[n-1]
			if unlocked = last.Hash == seen && (last.By == actor.Who() || last.ConfirmedBy == actor.Who()); unlocked {
				return nil
			}
		}
		if err := q.InPhase(s.At(tx), survey.PhaseLocked); err != nil {
			return err
		}
		c, err := tx.Catalogue(questionnaire)
		if err != nil {
			return err
		}
		if c.Hash != seen {
			return survey.Fail(survey.Conflict, "draft.error.catalogue_changed")
		}
		done, approval, err := s.Approve(tx, actor, questionnaire, survey.ActUnlock, "", undoing{c.Hash, c.LockedAt})
		if err != nil || !done {
			return survey.AskedBefore(err)
		}
		unlocked = true
		return s.unlock(tx, actor, q, c, approval)
	})
	return unlocked, err
}

// unlock keeps what was locked and turns what refers to the catalogue back to the drafted questions.
func (s *Service) unlock(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, c survey.Catalogue, approval survey.Approval) error {
	kept := survey.UndoneLock{Number: q.LockNumber(), Hash: c.Hash, LockedAt: c.LockedAt, LockedBy: c.LockedBy, CheckedBy: c.ConfirmedBy,
		At: s.At(tx), By: approval.RequestedBy, ConfirmedBy: approval.ApprovedBy}
	origins := map[survey.QuestionID]survey.QuestionID{}
	for _, question := range c.Questions {
		drafted, err := tx.Questions.Get(survey.In(q.ID) + string(question.Origin))
		if err != nil {
			return err
		}
		kept.Questions = append(kept.Questions, survey.LockedQuestion{ID: drafted.ID, Revision: drafted.Revision})
		origins[question.ID] = question.Origin
	}
	respondents, err := survey.Collect(tx.Respondents.List(survey.In(q.ID)))
	if err != nil {
		return err
	}
	for _, r := range respondents {
		if len(r.LeftOut) == 0 {
			continue
		}
		if err := tx.Respondents.Put(rekeyed(r, origins)); err != nil {
			return err
		}
	}
	if err := tx.Catalogues.Delete(c.Key()); err != nil {
		return err
	}
	// What waits for a second person was asked for under the lock.
	for _, act := range []survey.ApprovalKind{survey.ActDispatch, survey.ActLock} {
		if err := tx.Approvals.Delete(survey.Approval{Questionnaire: q.ID, Act: act}.Key()); err != nil {
			return err
		}
	}
	q.Undone, q.LockedAt = append(q.Undone[:len(q.Undone):len(q.Undone)], kept), time.Time{}
	q.Revision++
	if err := tx.Questionnaires.Put(q); err != nil {
		return err
	}
	return s.Audit(tx, actor, "unlock", string(q.ID), c.Hash, "")
}
