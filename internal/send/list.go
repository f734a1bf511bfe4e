package send

import (
	"context"
	"iter"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// List returns the questionnaires conducted here, the newest first.
func (s *Service) List(ctx context.Context, actor survey.Actor) (list []survey.ListedReturns, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list, err = s.ListReturns(tx, survey.PhaseDraft, survey.PhaseLocked, survey.PhaseOpen, survey.PhaseClosed)
		return err
	})
	return list, err
}

// OutboxRow is a mail of a questionnaire with the name of whom it is for.
type OutboxRow struct {
	survey.Mail
	Text      *survey.MailText // nil in a list, and of a receipt: that is the party's own text, for the party alone
	ShortName string           // "" for a test mail
	Slug      survey.Slug      // of the respondent
	Due       time.Time        // of the next attempt; zero when none is planned
	Address   string           // of the respondent now
	NewEmail  string           // asked for it, waits for a second person; "" none
}

// OutboxPageSize is how many mails an OutboxPage has at most.
const OutboxPageSize = 100

// OutboxPage is a piece of the outbox of a questionnaire, the newest mail first.
type OutboxPage struct {
	Rows         []OutboxRow
	Total        int // mails in the whole outbox
	Newer, Older bool
	Undelivered  int // mails in the whole outbox that failed for good and RetryFailed tries again
}

// OutboxPage returns the newest mails of a questionnaire. With a before, the id of a mail, it returns the newest of those that are
// older, with an after the oldest of those that are newer. Codes are not among them: that a party asked for one is its own matter
// until it has submitted.
func (s *Service) OutboxPage(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, before, after string) (page OutboxPage, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return page, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		page = OutboxPage{}
		all, outbox := survey.Exact(string(questionnaire)), tx.Mails.By(survey.MailQuestionnaire)
		if page.Total, err = outbox.Count(all); err != nil {
			return err
		}
		var mails []survey.Mail
		if after != "" {
			if mails, page.Newer, err = firstMails(outbox.From(all, all+after+"\x00")); err != nil {
				return err
			}
			slices.Reverse(mails)
			page.Older = true
		}
		if len(mails) < OutboxPageSize { // the newest fill the first page, however many came since
			end := ""
			if before != "" && after == "" {
				end, page.Newer = all+before, true
			}
			if mails, page.Older, err = firstMails(outbox.Backward(all, end)); err == nil && len(mails) == 0 && end != "" {
				page.Newer = false
				mails, page.Older, err = firstMails(outbox.Backward(all, ""))
			}
			if err != nil {
				return err
			}
		}
		failed, err := s.undelivered(tx, questionnaire)
		if err != nil {
			return err
		}
		page.Undelivered = len(failed)
		page.Rows, err = outboxRows(tx, mails)
		return err
	})
	return page, err
}

// firstMails reads a page of mails, and tells whether more follow.
func firstMails(rows iter.Seq2[survey.Mail, error]) (mails []survey.Mail, more bool, err error) {
	for m, err := range rows {
		if err != nil {
			return nil, false, err
		}
		if len(mails) == OutboxPageSize {
			return mails, true, nil
		}
		mails = append(mails, m)
	}
	return mails, false, nil
}

// Invitations returns the mails by which a questionnaire was sent out, the oldest first.
func (s *Service) Invitations(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (list []OutboxRow, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		mails, err := mailsOf(tx, questionnaire)
		if err != nil {
			return err
		}
		list, err = outboxRows(tx, slices.DeleteFunc(mails, func(m survey.Mail) bool { return m.Kind != survey.MailInvitation }))
		return err
	})
	return list, err
}

func outboxRows(tx *survey.Tx, mails []survey.Mail) (list []OutboxRow, err error) {
	for _, m := range mails {
		row, err := outboxRow(tx, m)
		if err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, nil
}

// withText adds what the mail says.
func (row OutboxRow) withText(tx *survey.Tx) (OutboxRow, error) {
	if row.Kind == survey.MailReceipt {
		return row, nil
	}
	m, err := row.Written(tx)
	row.Text = &m.MailText
	return row, err
}

func outboxRow(tx *survey.Tx, m survey.Mail) (row OutboxRow, err error) {
	row.Mail = m
	row.Sealed = nil
	if m.Respondent != "" {
		r, err := tx.Respondent(m.Questionnaire, m.Respondent)
		if err != nil && !survey.IsNotFound(err) {
			return row, err
		}
		row.ShortName, row.Slug, row.Address, row.NewEmail = r.ShortName, r.Slug, r.Email, r.NewEmail
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
func (s *Service) OutboxMail(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, id string) (row OutboxRow, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return row, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		m, err := mailOf(tx, questionnaire, id)
		if err != nil {
			return err
		}
		if row, err = outboxRow(tx, m); err != nil {
			return err
		}
		if row, err = row.withText(tx); err != nil || row.NewEmail == "" {
			return err
		}
		waiting, err := survey.WaitingApproval(tx, questionnaire, survey.ActAddress, string(m.Respondent))
		if waiting == nil {
			row.NewEmail = ""
		}
		return err
	})
	return row, err
}
