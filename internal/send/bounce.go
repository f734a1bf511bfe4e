package send

import (
	"context"
	"time"

	"pruefstein/internal/survey"
)

// RecordBounce is the form that records that a mail came back.
type RecordBounce struct {
	Day  string // 2006-01-02
	Said string // what came back said
	Undo bool   // take back what was recorded; the other fields do not count
}

// RecordBounce records that a mail which the server accepted came back: the program reads no mails. With Undo that is taken back.
// What is so already changes nothing. Other words than those recorded are a Conflict: they have to be taken back first. Only a mail
// that went to all can come back, after it was accepted, on a day since then.
func (s *Service) RecordBounce(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, id string, cmd RecordBounce) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		m, err := mailOf(tx, questionnaire, id)
		if err != nil {
			return err
		}
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if err := q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed); err != nil {
			return err
		}
		if !m.Kind.ToAll() || m.State != survey.MailSent || m.Respondent == "" {
			return survey.Fail(survey.Conflict, "send.error.bounce_state")
		}
		if cmd.Undo {
			if m.Bounced == nil {
				return nil
			}
			m.Bounced = nil
			if err := tx.Mails.Put(m); err != nil {
				return err
			}
			return s.Audit(tx, actor, "bounce_undone", m.ID)
		}
		bounce, err := s.bounce(tx, q, m, cmd)
		if err != nil {
			return err
		}
		if old := m.Bounced; old != nil {
			if old.Day == bounce.Day && old.Said == bounce.Said {
				return nil
			}
			return survey.Fail(survey.Conflict, "send.error.bounced")
		}
		bounce.By = actor.Who()
		m.Bounced = &bounce
		if err := tx.Mails.Put(m); err != nil {
			return err
		}
		return s.Audit(tx, actor, "bounce", m.ID)
	})
}

// bounce is what was typed, checked.
func (s *Service) bounce(tx *survey.Tx, q survey.Questionnaire, m survey.Mail, cmd RecordBounce) (survey.Bounce, error) {
	var faults survey.Faults
	zone := survey.Instant{Zone: survey.TranscriptionZone(q)}.Location()
	now := s.At(tx)
	today, sent := now.In(zone).Format(time.DateOnly), m.SentAt.In(zone).Format(time.DateOnly)
	switch _, key := survey.ParseDay(cmd.Day); {
	case cmd.Day == "":
		faults.Add("day", "error.required")
	case key != "":
		faults.Add("day", key)
	case cmd.Day > today:
		faults.Add("day", "send.error.bounce_future")
	case cmd.Day < sent:
		faults.Add("day", "send.error.bounce_early")
	}
	faults.Line("said", &cmd.Said, 500, true)
	return survey.Bounce{Day: cmd.Day, Said: cmd.Said, At: now}, faults.Err()
}
