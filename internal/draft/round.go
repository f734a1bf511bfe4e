package draft

import (
	"context"
	"time"

	"pruefstein/internal/survey"
)

// CopyQuestionnaire is the form of a copy: what cannot be the same.
type CopyQuestionnaire struct {
	Title    string
	Slug     survey.Slug // "" is made of the title
	Election survey.ElectionID
}

// CopyQuestionnaire makes a new questionnaire of an old one, whatever phase that is in but an import: settings, topics, cover letter
// and all questions that were not dropped, each with its wording, organisations and state, as its first revision. Deadline,
// respondents and everything that was sent or answered stay behind.
func (s *Service) CopyQuestionnaire(ctx context.Context, actor survey.Actor, from survey.QuestionnaireID, cmd CopyQuestionnaire) (q survey.Questionnaire, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return q, err
	}
	fresh := survey.QuestionnaireID(survey.NewID())
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		old, err := tx.Questionnaire(from)
		if err != nil {
			return err
		}
		if old.Imported {
			return old.InPhase(s.At(tx), survey.PhaseDraft)
		}
		var f survey.Faults
		f.Line("title", &cmd.Title, 300, true)
		if _, err := tx.Election(cmd.Election); survey.IsNotFound(err) || cmd.Election == "" {
			f.Add("election", "error.choice")
		} else if err != nil {
			return err
		}
		q = survey.Questionnaire{ID: fresh, Title: cmd.Title, Election: cmd.Election, Intro: old.Intro, Slots: old.Slots, QuestionLimit: old.QuestionLimit,
			AnswerLimit: old.AnswerLimit, Topics: old.Topics, Order: old.Rule(), OrderSource: old.OrderSource, Licence: old.Licence, Cover: old.Cover,
			CreatedAt: s.At(tx), Revision: 1}
		if err := frameSlug(tx, &f, string(cmd.Slug), &q); err != nil {
			return err
		}
		if err := f.Err(); err != nil {
			return err
		}
		if err := tx.Questionnaires.Put(q); err != nil {
			return err
		}
		questions, err := survey.Collect(tx.Questions.List(survey.In(from)))
		if err != nil {
			return err
		}
		for _, question := range questions {
			if question.State == survey.StateDropped {
				continue
			}
			question.Questionnaire, question.ID, question.Revision = fresh, survey.QuestionID(survey.NewID()), 0
			if err := s.revise(tx, actor, &question, ""); err != nil {
				return err
			}
		}
		return s.Audit(tx, actor, "copy_questionnaire", string(fresh), old.Title, q.Title)
	})
	return q, err
}

// Deletable is what goes with a questionnaire that is deleted.
type Deletable struct {
	Questions, Respondents int
}

// DeletePage tells what would go with a questionnaire that was never sent.
func (s *Service) DeletePage(ctx context.Context, actor survey.Actor, id survey.QuestionnaireID) (d Deletable, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return d, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		if d.Questions, err = tx.Questions.Count(survey.In(id)); err != nil {
			return err
		}
		d.Respondents, err = tx.Respondents.Count(survey.In(id))
		return err
	})
	return d, err
}

// DeleteQuestionnaire is the form that deletes a questionnaire.
type DeleteQuestionnaire struct {
	Revision int         // of the questionnaire, as the page showed it
	Slug     survey.Slug // typed once more, so that a slip deletes nothing
}

// DeleteQuestionnaire deletes a questionnaire that was never sent, with its questions, their revisions, its catalogue and its
// respondents. The audit keeps its title.
func (s *Service) DeleteQuestionnaire(ctx context.Context, actor survey.Actor, id survey.QuestionnaireID, cmd DeleteQuestionnaire) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(id)
		if err != nil {
			return err
		}
		if err := q.InPhase(s.At(tx), survey.PhaseDraft, survey.PhaseLocked); err != nil {
			return err
		}
		if cmd.Slug != q.Slug {
			var f survey.Faults
			f.Add("slug", "draft.error.other_slug", "Slug", q.Slug)
			return f.Err()
		}
		if cmd.Revision != q.Revision {
			return survey.Stale()
		}
		mails, err := survey.Collect(tx.Mails.By(survey.MailQuestionnaire).List(survey.Exact(string(id))))
		if err != nil {
			return err
		}
		for _, m := range mails { // letters sent to the office to try them
			if err := survey.DeleteMail(tx, m.ID); err != nil {
				return err
			}
			if err := tx.Outbox.Delete(m.ID); err != nil {
				return err
			}
		}
		for _, remove := range []func() error{
			func() error { return deleteAll(tx.Revisions, survey.In(id)) },
			func() error { return deleteAll(tx.Questions, survey.In(id)) },
			func() error { return deleteAll(tx.Respondents, survey.In(id)) },
			func() error { return deleteAll(tx.Approvals, survey.In(id)) },
			func() error { return tx.Catalogues.Delete(string(id)) },
			func() error { return tx.Questionnaires.Delete(string(id)) },
		} {
			if err := remove(); err != nil {
				return err
			}
		}
		return s.Audit(tx, actor, "delete_questionnaire", string(id), q.Title, "")
	})
}

// deleteAll removes the entities whose key starts with the prefix.
func deleteAll[T survey.Entity](table survey.Table[T], prefix string) error {
	all, err := survey.Collect(table.List(prefix))
	if err != nil {
		return err
	}
	for _, one := range all {
		if err := table.Delete(one.Key()); err != nil {
			return err
		}
	}
	return nil
}

// Archive puts a questionnaire whose time is over, or an import, out of the lists, or back into them. Its pages stay. What is so
// already changes nothing.
func (s *Service) Archive(ctx context.Context, actor survey.Actor, id survey.QuestionnaireID, archived bool) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(id)
		if err != nil {
			return err
		}
		if err := q.InPhase(s.At(tx), survey.PhaseClosed, survey.PhaseImported); err != nil {
			return err
		}
		if q.Archived() == archived {
			return nil
		}
		what := "archive"
		q.ArchivedAt = s.At(tx)
		if !archived {
			what, q.ArchivedAt = "unarchive", time.Time{}
		}
		q.Revision++
		if err := tx.Questionnaires.Put(q); err != nil {
			return err
		}
		return s.Audit(tx, actor, what, string(id))
	})
}
