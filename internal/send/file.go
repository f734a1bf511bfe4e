package send

import (
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// RespondentFile is all the office knows of one respondent: its page, and the proof of who got what when.
type RespondentFile struct {
	Questionnaire      survey.Questionnaire
	Election           survey.Election
	Row                Row
	Packet             survey.Packet
	Mails              []OutboxRow         // the oldest first
	Links              []survey.AccessLink // the oldest first
	PortalBy           string              // who entered the questions in its own form
	NotReachedBy       string
	Lost               *survey.Mail         // the mail that was lost last and that no later one made up for, nil none
	ReachedBy          string               // who decided that it was reached all the same
	Address            *survey.Approval     // a request to change its address to Respondent.NewEmail, which waits for a second person
	AddressBy          string               // who made it
	AddressOwn         bool                 // whoever asks made it
	TwoPerson          bool                 // such a change needs one
	ToPost             *survey.SecondPerson // of a letter in place of its mails; nil: there can be none
	ToPostBy           string               // who decided Respondent.ToPost
	Refused            bool                 // its address refused the last mail
	LostCopies         []survey.Mail        // the last mail to each of its copies that refused it
	All                string               // its addresses, the first in front, see ListAddress
	Unlisted           bool                 // its addresses are not those of its parties in the election, see ListAddress
	Listed             string               // what is theirs then, "" none
	Better             string               // its address refused its mail, and this is that of its party in the election; "" none
	Astray             []survey.Mail        // failed at an old address and can be sent to the one of now, see SendAstray
	Invitation         *InvitationPlan      // for what was not asked at the dispatch; nil unless it is to be
	Invited            *survey.Dispatch     // by which it was invited
	InvitedBy          string               // who sent that
	InvitedConfirmedBy string               // the second person, "" none
	Removable          bool                 // can be taken off the list
	DueReasonBy        string               // who gave the reason of its own date, "" none
	LanguageReasonBy   string
	AnswersShown       bool // of one with an own date: a publication shows what came from it, so the date stays
}

// RespondentFile returns the file of the respondent with the slug.
func (s *Service) RespondentFile(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug) (f RespondentFile, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return f, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		f, err = s.respondentFile(tx, actor, questionnaire, slug)
		return err
	})
	return f, err
}

// Proof returns the file of the respondent with the slug and what its mails say.
func (s *Service) Proof(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug) (f RespondentFile, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return f, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		if f, err = s.respondentFile(tx, actor, questionnaire, slug); err != nil {
			return err
		}
		for i, m := range f.Mails {
			if f.Mails[i], err = m.withText(tx); err != nil {
				return err
			}
		}
		return nil
	})
	return f, err
}

func (s *Service) respondentFile(tx *survey.Tx, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug) (f RespondentFile, err error) {
	if f.Questionnaire, err = tx.Questionnaire(questionnaire); err != nil {
		return f, err
	}
	if f.Election, err = tx.Election(f.Questionnaire.Election); err != nil {
		return f, err
	}
	r, err := survey.RespondentBySlug(tx, questionnaire, slug)
	if err != nil {
		return f, err
	}
	questions, locked, err := survey.SentQuestions(tx, f.Questionnaire)
	if err != nil {
		return f, err
	}
	f.Packet = survey.PacketOf(r, questions, locked)
	t, err := trafficOf(tx, r)
	if err != nil {
		return f, err
	}
	if f.Removable, err = s.removable(tx, f.Questionnaire, r, t); err != nil {
		return f, err
	}
	f.Links = t.links
	f.Refused, f.All = survey.RefusedAt(t.mails, r.Email), allAddresses(r)
	for _, address := range r.Copies {
		if last := survey.LastAt(t.mails, address); last.Refused() {
			f.LostCopies = append(f.LostCopies, last)
		}
	}
	other, err := otherAddresses(tx, f.Questionnaire, r)
	if err != nil {
		return f, err
	}
	f.Unlisted, f.Listed = len(other) > 0 && !f.Refused, listedAddresses(other)
	if f.Refused && len(other) == 1 && !survey.RefusedAt(t.mails, other[0].Email) {
		f.Better = other[0].Email
	}
	if f.Astray, err = s.astray(tx, f.Questionnaire, r, t); err != nil {
		return f, err
	}
	for _, m := range t.mails {
		row, err := outboxRow(tx, m)
		if err != nil {
			return f, err
		}
		f.Mails = append(f.Mails, row)
	}
	if f.Row, err = s.row(tx, f.Questionnaire, r, questions, t); err != nil {
		return f, err
	}
	if r.Portal != nil {
		f.PortalBy = survey.NameOfUser(tx, r.Portal.By)
	}
	if r.OwnDate() {
		if f.AnswersShown, err = answersShown(tx, f.Questionnaire, r); err != nil {
			return f, err
		}
	}
	f.DueReasonBy, f.LanguageReasonBy = survey.NameOfUser(tx, r.DueReason.By), survey.NameOfUser(tx, r.LanguageReason.By)
	if r.NotReached != nil {
		f.NotReachedBy = survey.NameOfUser(tx, r.NotReached.By)
	}
	f.Lost = survey.Undelivered(t.mails)
	if r.Reached != nil {
		f.ReachedBy = survey.NameOfUser(tx, r.Reached.By)
	}
	i := slices.IndexFunc(t.mails, func(m survey.Mail) bool { return m.Kind == survey.MailInvitation })
	if i >= 0 {
		d, err := tx.Dispatches.Get(survey.In(questionnaire) + t.mails[i].Dispatch)
		if err != nil {
			return f, err
		}
		f.Invited, f.InvitedBy, f.InvitedConfirmedBy = &d, survey.NameOfUser(tx, d.By), survey.NameOfUser(tx, d.ConfirmedBy)
	}
	if f.Invitation, _, err = s.invitationPlan(tx, actor, f.Questionnaire, r); err != nil {
		return f, err
	}
	if f.ToPost, err = s.switchPlan(tx, actor, f.Questionnaire, r); err != nil {
		return f, err
	}
	if r.ToPost != nil {
		f.ToPostBy = survey.NameOfUser(tx, r.ToPost.By)
	}
	if f.TwoPerson, err = s.TwoPerson(tx, survey.ActAddress); err != nil {
		return f, err
	}
	f.Address, err = survey.WaitingApproval(tx, questionnaire, survey.ActAddress, string(r.ID))
	if f.Address != nil {
		f.AddressBy, f.AddressOwn = survey.NameOfUser(tx, f.Address.RequestedBy), f.Address.RequestedBy == actor.Who()
	}
	return f, err
}
