package survey

import (
	"context"
	"slices"
)

// RespondentFile is all the office knows of one respondent: its page, and the proof of who got what when.
type RespondentFile struct {
	Questionnaire Questionnaire
	Election      Election
	Row           SendRow
	Packet        Packet
	Mails         []OutboxRow  // the oldest first
	Links         []AccessLink // the oldest first
	PortalBy      string       // who entered the questions in its own form
	NotReachedBy  string
	Address       *Approval // a request to change its address to Respondent.NewEmail, which waits for a second person
	AddressBy     string    // who made it
	AddressOwn    bool      // whoever asks made it
	TwoPerson     bool      // such a change needs one
	Late          *LatePlan // to invite it late; nil unless it is to be
	Invited       *Dispatch // by which it was invited
	InvitedBy     string    // who sent that
	InvitedCheck  string    // the second person, "" none
	Removable     bool      // can be taken off the list
}

// RespondentFile returns the file of the respondent with the slug.
func (s *Service) RespondentFile(ctx context.Context, actor Actor, questionnaire, slug string) (f RespondentFile, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return f, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		f, err = s.respondentFile(tx, actor, questionnaire, slug)
		return err
	})
	return f, err
}

func (s *Service) respondentFile(tx *Tx, actor Actor, questionnaire, slug string) (f RespondentFile, err error) {
	if f.Questionnaire, err = tx.Questionnaires.Get(questionnaire); err != nil {
		return f, err
	}
	if f.Election, err = tx.Elections.Get(f.Questionnaire.Election); err != nil {
		return f, err
	}
	r, err := respondentBySlug(tx, questionnaire, slug)
	if err != nil {
		return f, err
	}
	questions, locked, err := sentQuestions(tx, f.Questionnaire)
	if err != nil {
		return f, err
	}
	f.Packet = packetOf(r, questions, locked)
	all, err := loadTraffic(tx, questionnaire)
	if err != nil {
		return f, err
	}
	t := all[r.ID]
	if f.Removable, err = s.removable(tx, f.Questionnaire, r, t); err != nil {
		return f, err
	}
	slices.SortStableFunc(t.links, func(a, b AccessLink) int { return a.CreatedAt.Compare(b.CreatedAt) })
	f.Links = t.links
	for _, m := range t.mails {
		row, err := outboxRow(tx, m)
		if err != nil {
			return f, err
		}
		f.Mails = append(f.Mails, row)
	}
	if f.Row, err = s.sendRow(tx, f.Questionnaire, r, questions, t); err != nil {
		return f, err
	}
	if r.Portal != nil {
		f.PortalBy = nameOfUser(tx, r.Portal.By)
	}
	if r.NotReached != nil {
		f.NotReachedBy = nameOfUser(tx, r.NotReached.By)
	}
	i := slices.IndexFunc(t.mails, func(m Mail) bool { return m.Kind == MailInvitation })
	if i >= 0 {
		d, err := tx.Dispatches.Get(questionnaire + "/" + t.mails[i].Dispatch)
		if err != nil {
			return f, err
		}
		f.Invited, f.InvitedBy, f.InvitedCheck = &d, nameOfUser(tx, d.By), nameOfUser(tx, d.CheckedBy)
	}
	if f.Late, _, err = s.latePlan(tx, actor, f.Questionnaire, r); err != nil {
		return f, err
	}
	if f.TwoPerson, err = s.TwoPerson(tx, ActAddress); err != nil {
		return f, err
	}
	f.Address, err = WaitingApproval(tx, questionnaire, ActAddress, r.ID)
	if f.Address != nil {
		f.AddressBy, f.AddressOwn = nameOfUser(tx, f.Address.RequestedBy), f.Address.RequestedBy == actor.who()
	}
	return f, err
}
