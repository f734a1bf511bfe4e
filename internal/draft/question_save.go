package draft

import (
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// SaveQuestion is the form of a question.
type SaveQuestion struct {
	Revision int // the one the form was made from; 0 makes a new question
	survey.Wording
	Note string // why, freiwillig
}

// clean brings the form's own fields to their stored form.
func (cmd *SaveQuestion) clean(question survey.QuestionID) survey.Faults {
	var f survey.Faults
	f.Line("label", &cmd.Label, 120, false)
	f.Line("mark", &cmd.Mark, 20, false)
	f.Text("text", &cmd.Text)
	if cmd.Text == "" {
		f.Add("text", "error.required")
	}
	f.Text("context", &cmd.Context)
	f.Line("note", &cmd.Note, 300, false)
	if cmd.Kind == "" {
		cmd.Kind = survey.KindText
	}
	if cmd.Kind != survey.KindText && cmd.Kind != survey.KindThesis {
		f.Add("kind", "error.choice")
	}
	if !survey.ValidID(question) {
		f.Add("", "error.form")
	}
	slices.Sort(cmd.AskedBy)
	if cmd.AskedBy = slices.Compact(cmd.AskedBy); len(cmd.AskedBy) == 0 {
		cmd.AskedBy = nil
	}
	return f
}

// SaveQuestion creates a question as an idea or saves new words of one, and adds its Revision. A new one gets its id from NewID
// with its form, so that sending the form twice makes one question. A text over a limit is saved: drafting is where it gets
// shorter. Somebody else's change in between is a Conflict (error.stale), see Collision. Saving the same words twice is not.
func (s *Service) SaveQuestion(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, question survey.QuestionID, cmd SaveQuestion) (q survey.Question, err error) {
	if err := actor.Require(survey.RoleMember, survey.RoleCoordinator); err != nil {
		return q, err
	}
	if err := cmd.clean(question).Err(); err != nil {
		return q, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		of, err := s.drafting(tx, questionnaire)
		if err != nil {
			return err
		}
		fresh := survey.Question{Questionnaire: questionnaire, ID: question, State: survey.StateIdea}
		q, err = tx.Questions.Get(fresh.Key())
		switch {
		case survey.IsNotFound(err) && cmd.Revision == 0:
			q = fresh
		case err != nil:
			return err
		default:
			if survey.Same(q.Wording, cmd.Wording) {
				return nil // the second click of two
			}
			if q.Revision != cmd.Revision {
				return survey.Stale() // first: a change that also took the right away must not hide what it says
			}
			if !actor.MayEdit(q) {
				return survey.Fail(survey.Forbidden, "draft.error.not_your_group")
			}
		}
		if err := references(tx, of, actor, cmd.Wording); err != nil {
			return err
		}
		q.Wording = cmd.Wording
		return s.revise(tx, actor, &q, cmd.Note)
	})
	return q, err
}

// drafting returns the questionnaire if its questions can still be changed.
func (s *Service) drafting(tx *survey.Tx, id survey.QuestionnaireID) (survey.Questionnaire, error) {
	q, err := tx.Questionnaire(id)
	if err != nil {
		return q, err
	}
	return q, q.InPhase(s.At(tx), survey.PhaseDraft)
}

// revise stores the question as its next revision.
func (s *Service) revise(tx *survey.Tx, actor survey.Actor, q *survey.Question, note string) error {
	q.Revision++
	q.UpdatedAt, q.UpdatedBy = s.At(tx), actor.Who()
	if err := tx.Questions.Put(*q); err != nil {
		return err
	}
	return tx.Revisions.Put(survey.Revision{Questionnaire: q.Questionnaire, Question: q.ID, Number: q.Revision, State: q.State,
		Wording: q.Wording, At: q.UpdatedAt, By: q.UpdatedBy, Note: note})
}

// references looks up what the wording points to, and whether the actor may write for the group.
func references(tx *survey.Tx, questionnaire survey.Questionnaire, actor survey.Actor, w survey.Wording) error {
	var f survey.Faults
	if !actor.MayWrite(w.WorkingGroup) {
		f.Add("working_group", "draft.error.own_group")
	} else if w.WorkingGroup != "" {
		if _, err := tx.WorkingGroups.Get(w.WorkingGroup); survey.IsNotFound(err) {
			f.Add("working_group", "error.choice")
		} else if err != nil {
			return err
		}
	}
	if w.Topic != "" && !slices.ContainsFunc(questionnaire.Topics, func(t survey.Topic) bool { return t.ID == w.Topic }) {
		f.Add("topic", "error.choice")
	}
	for _, id := range w.AskedBy {
		if _, err := tx.Organisations.Get(id); survey.IsNotFound(err) {
			f.Add("asked_by", "error.choice")
		} else if err != nil {
			return err
		}
	}
	return f.Err()
}

// SetQuestionState moves a question on the board.
type SetQuestionState struct {
	Revision int
	State    survey.QuestionState
	Note     string
	Words    *survey.Wording // of the form beside the button, saved with the state; nil: they stay
}

// SetQuestionState moves a question on the board and adds a Revision. The words of the form beside the button, if there is one,
// are saved with it. It is a Conflict when the question has changed since the actor saw it, since nobody agrees on words they have
// not read: error.stale if words of the form would be lost, see Collision, else draft.error.changed_meanwhile.
func (s *Service) SetQuestionState(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, question survey.QuestionID, cmd SetQuestionState) (q survey.Question, err error) {
	if err := actor.Require(survey.RoleMember, survey.RoleCoordinator); err != nil {
		return q, err
	}
	var f survey.Faults
	f.Line("note", &cmd.Note, 300, false)
	if !slices.Contains(survey.QuestionStates, cmd.State) {
		f.Add("state", "error.choice")
	}
	if cmd.Words != nil {
		save := SaveQuestion{Wording: *cmd.Words}
		f = append(f, save.clean(question)...)
		cmd.Words = &save.Wording
	}
	if err := f.Err(); err != nil {
		return q, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		of, err := s.drafting(tx, questionnaire)
		if err != nil {
			return err
		}
		if q, err = tx.Questions.Get(survey.Question{Questionnaire: questionnaire, ID: question}.Key()); err != nil {
			return err
		}
		typed := cmd.Words != nil && !survey.Same(q.Wording, *cmd.Words)
		if q.State == cmd.State && !typed {
			return nil // the second click of two
		}
		if q.Revision != cmd.Revision {
			if typed {
				typed, err = s.typed(tx, q, cmd)
			}
			if err != nil {
				return err
			}
			if typed {
				return survey.Stale()
			}
			return survey.Fail(survey.Conflict, "draft.error.changed_meanwhile")
		}
		if q.State != cmd.State && !slices.Contains(actor.NextStates(q), cmd.State) {
			return survey.Fail(survey.Forbidden, "draft.error.not_your_decision")
		}
		if typed {
			if !actor.MayEdit(q) {
				return survey.Fail(survey.Forbidden, "draft.error.not_your_group")
			}
			if err := references(tx, of, actor, *cmd.Words); err != nil {
				return err
			}
			q.Wording = *cmd.Words
		}
		if q.State != cmd.State && !slices.Contains(actor.NextStates(q), cmd.State) {
			return survey.Fail(survey.Forbidden, "draft.error.not_your_decision") // as a question of the group it was just given to
		}
		q.State = cmd.State
		return s.revise(tx, actor, &q, cmd.Note)
	})
	return q, err
}

// typed tells whether the form's words differ from those it was made from: somebody typed.
func (s *Service) typed(tx *survey.Tx, q survey.Question, cmd SetQuestionState) (bool, error) {
	from, err := tx.Revisions.Get(survey.Revision{Questionnaire: q.Questionnaire, Question: q.ID, Number: cmd.Revision}.Key())
	if err != nil && !survey.IsNotFound(err) {
		return false, err
	}
	return err != nil || !survey.Same(from.Wording, *cmd.Words), nil
}

// RestoreRevision brings the words of an earlier revision back.
type RestoreRevision struct {
	Revision int // the newest the actor saw
	Number   int // the one to restore
	Note     string
}

// RestoreRevision saves the words of an earlier revision as a new one; the state stays. Topic, group and organisations
// that no longer exist are left out.
func (s *Service) RestoreRevision(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, question survey.QuestionID, cmd RestoreRevision) (q survey.Question, err error) {
	if err := actor.Require(survey.RoleMember, survey.RoleCoordinator); err != nil {
		return q, err
	}
	var f survey.Faults
	if f.Line("note", &cmd.Note, 300, false); len(f) > 0 {
		return q, f.Err()
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		of, err := s.drafting(tx, questionnaire)
		if err != nil {
			return err
		}
		if q, err = tx.Questions.Get(survey.Question{Questionnaire: questionnaire, ID: question}.Key()); err != nil {
			return err
		}
		if !actor.MayEdit(q) {
			return survey.Fail(survey.Forbidden, "draft.error.not_your_group")
		}
		if q.Revision != cmd.Revision {
			return survey.Fail(survey.Conflict, "draft.error.changed_meanwhile")
		}
		old, err := tx.Revisions.Get(survey.Revision{Questionnaire: questionnaire, Question: question, Number: cmd.Number}.Key())
		if err != nil {
			return err
		}
		w := old.Wording
		if !slices.ContainsFunc(of.Topics, func(t survey.Topic) bool { return t.ID == w.Topic }) {
			w.Topic = ""
		}
		if _, err := tx.WorkingGroups.Get(w.WorkingGroup); survey.IsNotFound(err) || !actor.MayWrite(w.WorkingGroup) {
			w.WorkingGroup = q.WorkingGroup
		} else if err != nil {
			return err
		}
		w.AskedBy = slices.DeleteFunc(slices.Clone(w.AskedBy), func(id string) bool { _, err := tx.Organisations.Get(id); return survey.IsNotFound(err) })
		q.Wording = w
		return s.revise(tx, actor, &q, cmd.Note)
	})
	return q, err
}
