package send

import (
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// Summary is a line of the list of questionnaires.
type Summary struct {
	Questionnaire survey.Questionnaire
	Election      string
	Phase         survey.Phase
	Asked         int // respondents that are or will be asked
	Returned      int // that answered at least one question, see Returns
}

// List returns the questionnaires conducted here, the newest first.
func (s *Service) List(ctx context.Context, actor survey.Actor) (list []Summary, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list = nil
		all, err := survey.Collect(tx.Questionnaires.List(""))
		if err != nil {
			return err
		}
		slices.Reverse(all)
		for _, q := range all {
			if q.Imported {
				continue
			}
			one := Summary{Questionnaire: q, Phase: q.Phase(s.Now())}
			if election, err := tx.Elections.Get(q.Election); err == nil {
				one.Election = election.Name
			} else if !survey.IsNotFound(err) {
				return err
			}
			if one.Asked, one.Returned, err = s.CountReturns(tx, q); err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// OutboxRow is a mail of a questionnaire with the name of whom it is for.
type OutboxRow struct {
	survey.Mail
	ShortName string    // "" for a test mail
	Slug      string    // of the respondent
	Due       time.Time // of the next attempt; zero when none is planned

	// Undelivered: it failed for good, and RetryFailed tries it again. OutboxList alone says so.
	Undelivered bool
}

// OutboxList returns the mails of a questionnaire, the newest first. Codes are not among them: that a party asked for one is
// its own matter until it has submitted.
func (s *Service) OutboxList(ctx context.Context, actor survey.Actor, questionnaire string) (list []OutboxRow, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list = nil
		mails, err := mailsOf(tx, questionnaire)
		if err != nil {
			return err
		}
		failed, err := s.undelivered(tx, questionnaire)
		if err != nil {
			return err
		}
		for _, m := range slices.Backward(mails) {
			row, err := outboxRow(tx, m)
			if err != nil {
				return err
			}
			row.Undelivered = slices.ContainsFunc(failed, func(f survey.Mail) bool { return f.ID == m.ID })
			list = append(list, row)
		}
		return nil
	})
	return list, err
}

func outboxRow(tx *survey.Tx, m survey.Mail) (row OutboxRow, err error) {
	row.Mail = m
	row.Sealed = nil
	if m.Kind == survey.MailReceipt {
		row.Body, row.Attachment = "", nil // the party's own text, for the party alone
	}
	if m.Respondent != "" {
		r, err := tx.Respondents.Get(m.Questionnaire + "/" + m.Respondent)
		if err != nil && !survey.IsNotFound(err) {
			return row, err
		}
		row.ShortName, row.Slug = r.ShortName, r.Slug
	}
	if e, err := tx.Outbox.Get(m.ID); err == nil {
		row.Due = e.DueAt
	} else if !survey.IsNotFound(err) {
		return row, err
	}
	return row, nil
}

// OutboxMail returns one mail of a questionnaire as it was or will be sent, LinkMark in the place of its link. The text of a
// receipt is the party's and is left out.
func (s *Service) OutboxMail(ctx context.Context, actor survey.Actor, questionnaire, id string) (row OutboxRow, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return row, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		m, err := mailOf(tx, questionnaire, id)
		if err != nil {
			return err
		}
		row, err = outboxRow(tx, m)
		return err
	})
	return row, err
}
