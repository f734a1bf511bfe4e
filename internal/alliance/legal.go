package alliance

import (
	"context"

	"pruefstein/internal/survey"
)

// OldLegal returns the questionnaires whose current publication carries another Impressum or privacy notice than the
// alliance has now, by title: only a new publication brings the new text to its readers.
func (s *Service) OldLegal(ctx context.Context, actor survey.Actor) (list []survey.Questionnaire, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list = nil
		alliance, err := survey.LoadAlliance(tx)
		if err != nil {
			return err
		}
		for q, err := range tx.Questionnaires.List("") {
			if err != nil {
				return err
			}
			last, err := survey.LatestPublication(tx, q.ID)
			if err != nil {
				return err
			}
			switch old, err := survey.OldLegal(last, alliance); {
			case err != nil:
				return err
			case old:
				list = append(list, q)
			}
		}
		return nil
	})
	survey.SortByName(list, func(q survey.Questionnaire) string { return q.Title })
	return list, err
}
