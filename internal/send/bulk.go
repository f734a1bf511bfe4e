package send

import (
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// AskInOurForm makes our form the way of every respondent whose procedure is not known yet, and returns how many they were.
// Whoever is not asked keeps what is noted. Before the dispatch only: what is set can be changed one by one.
func (s *Service) AskInOurForm(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (changed int, err error) {
	return s.changeMany(ctx, actor, questionnaire, func(r *survey.Respondent) bool {
		if !r.AwaitsProcedure() || !r.Due.IsZero() { // an own date belongs to another way
			return false
		}
		r.Procedure.Channel = survey.ChannelForm
		return true
	})
}

// NotAskMany is the form that notes one public reason for not asking several respondents.
type NotAskMany struct {
	Respondents []survey.Slug
	Reason      string
}

// NotAskMany notes why the respondents are not asked, and returns how many they were. One that has a reason already keeps it.
// Before the dispatch only.
func (s *Service) NotAskMany(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd NotAskMany) (changed int, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return 0, err
	}
	var faults survey.Faults
	if len(cmd.Respondents) == 0 {
		faults.Add("respondents", "send.error.choose_respondents")
	}
	faults.Text("reason", &cmd.Reason)
	if cmd.Reason == "" {
		faults.Add("reason", "error.required")
	}
	if err := faults.Err(); err != nil {
		return 0, err
	}
	return s.changeMany(ctx, actor, questionnaire, func(r *survey.Respondent) bool {
		if r.NotAsked != "" || !slices.Contains(cmd.Respondents, r.Slug) {
			return false
		}
		r.NotAsked = cmd.Reason
		return true
	})
}

// changeMany changes the respondents of a questionnaire that has not been sent, and counts those that change says it changed.
func (s *Service) changeMany(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, change func(*survey.Respondent) bool) (changed int, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return 0, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		changed = 0
		if _, err := s.beforeDispatch(tx, questionnaire); err != nil {
			return err
		}
		all, err := survey.RespondentsInOrder(tx, questionnaire)
		if err != nil {
			return err
		}
		for _, r := range all {
			if !change(&r) {
				continue
			}
			r.Revision++
			changed++
			if err := tx.Respondents.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	return changed, err
}
