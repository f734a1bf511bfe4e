package send

import (
	"context"
	"maps"
	"slices"
	"strings"

	"pruefstein/internal/survey"
)

// LeftOutQuestion is a line of the form that leaves questions out for one respondent.
type LeftOutQuestion struct {
	Question survey.QuestionID // id
	Reason   string            // public; "" asks the question
}

// LeaveOut notes the questions a respondent is not asked, each with its public reason, and asks it all others. A fault is
// named reason-<question id>.
func (s *Service) LeaveOut(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, revision int, lines []LeftOutQuestion) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	var faults survey.Faults
	left := map[survey.QuestionID]string{}
	for _, l := range lines {
		faults.Line("reason-"+string(l.Question), &l.Reason, 500, false)
		if l.Reason != "" {
			left[l.Question] = l.Reason
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, r, err := s.editable(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		questions, _, err := survey.SentQuestions(tx, q)
		if err != nil {
			return err
		}
		for id := range left {
			if !slices.ContainsFunc(questions, func(c survey.CatalogueQuestion) bool { return c.ID == id }) {
				return survey.Fail(survey.NotFound, "error.not_found")
			}
		}
		switch {
		case maps.Equal(r.LeftOut, left):
			return nil // a double click
		case r.Revision != revision:
			return survey.Stale()
		}
		before, by := r.LeftOut, map[survey.QuestionID]survey.Noted{}
		for id, reason := range left {
			noted, known := r.LeftOutBy[id]
			switch {
			case before[id] != reason:
				by[id] = survey.Noted{At: s.At(tx), By: actor.Who()}
			case known:
				by[id] = noted
			}
		}
		r.LeftOut, r.LeftOutBy, r.Revision = left, by, r.Revision+1
		if err := tx.Respondents.Put(r); err != nil || q.DispatchedAt.IsZero() {
			return err
		}
		return s.Audit(tx, actor, "left_out", string(r.ID), leftOutState(before, questions), leftOutState(left, questions))
	})
}

// leftOutState says which questions are left out, and why, for the audit.
func leftOutState(left map[survey.QuestionID]string, questions []survey.CatalogueQuestion) string {
	var list []string
	for _, q := range questions {
		if reason := left[q.ID]; reason != "" {
			list = append(list, q.Printed()+": "+reason)
		}
	}
	return strings.Join(list, "; ")
}
