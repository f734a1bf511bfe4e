package send

import (
	"context"
	"time"

	"pruefstein/internal/survey"
)

// RecordPortal is the form that says when the office entered the questions in a party's own form.
type RecordPortal struct {
	At, Zone, Choice string // when; Choice as in ParseInstant
	Note             string
	Revision         int // of the respondent
}

// RecordPortal notes that the questions were entered in the respondent's own form, by whoever says so. It is not the
// party's answer.
func (s *Service) RecordPortal(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd RecordPortal) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		var faults survey.Faults
		faults.Line("at", &cmd.At, 30, true)
		faults.Text("note", &cmd.Note)
		at := survey.Instant{}
		if cmd.At != "" {
			var key string
			if at, key = survey.ParseInstant(cmd.At, cmd.Zone, cmd.Choice); key != "" {
				faults.Add("at", key)
			} else if at.At.After(s.At(tx)) {
				faults.Add("at", "send.error.portal_future")
			}
		}
		if err := faults.Err(); err != nil {
			return err
		}
		return s.changePortal(tx, actor, questionnaire, slug, cmd.Revision, &survey.PortalSubmission{At: at.At, By: actor.Who(), Note: cmd.Note})
	})
}

// TakeBackPortal takes a note of RecordPortal back that was a mistake.
func (s *Service) TakeBackPortal(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, revision int) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		return s.changePortal(tx, actor, questionnaire, slug, revision, nil)
	})
}

func (s *Service) changePortal(tx *survey.Tx, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, revision int, p *survey.PortalSubmission) error {
	_, r, err := s.sentRespondent(tx, questionnaire, slug)
	if err != nil {
		return err
	}
	if r.NotAsked != "" || r.Procedure.Channel != survey.ChannelPortal {
		return survey.Fail(survey.Conflict, "send.error.not_portal")
	}
	if r.Portal == nil && p == nil || r.Portal != nil && p != nil && r.Portal.At.Equal(p.At) && r.Portal.Note == p.Note {
		return nil // a double click
	}
	if r.Revision != revision {
		return survey.Stale()
	}
	what := "portal_taken_back"
	r.Portal, r.AskedAt, r.Revision = p, time.Time{}, r.Revision+1
	if p != nil {
		what, r.AskedAt = "portal_submission", p.At
	}
	if err := tx.Respondents.Put(r); err != nil {
		return err
	}
	return s.Audit(tx, actor, what, string(r.ID))
}
