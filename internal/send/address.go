package send

import (
	"context"
	"slices"
	"strings"

	"pruefstein/internal/survey"
)

// SetAddress is the form that changes where a respondent's mails go after the dispatch.
type SetAddress struct {
	Email    string
	Copies   string // beside it, see survey.SplitAddresses
	Revision int    // of the respondent
}

// addressChange is what a change of addresses is approved for. What leaves copies out is what one was before there were any: requests
// that wait stay good.
type addressChange struct {
	Respondent           survey.RespondentID
	From, To             string
	FromCopies, ToCopies []string `json:",omitempty"`
}

// SetAddress changes a respondent's first address and its copies after the dispatch. The codes that make a submission valid go to the
// first, and with the links in copies drafts can be read, so a second person has to confirm it where the dispatch needs one. The first
// call notes the request and returns done false. The call of the second person with the same addresses changes them. Whoever was asked
// at another first address is told there, unless it refused its mail, of further copies at the first, and mails that wait go to the
// new one. It is a Conflict to change the first while a submission waits for its code. Only to give up copies needs nobody else: the
// links that were sent there are revoked. Asking for what is so already, or was asked for, changes nothing.
func (s *Service) SetAddress(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd SetAddress) (done bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	var faults survey.Faults
	faults.Email("email", &cmd.Email, true)
	copies := faults.Copies("copies", cmd.Copies, cmd.Email)
	if err := faults.Err(); err != nil {
		return false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		done = false
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if r.NotAsked != "" {
			return survey.Fail(survey.Conflict, "send.error.address_not_asked")
		}
		own, err := ownAddressRequest(tx, actor, r, cmd.Email, copies)
		if done = r.Email == cmd.Email && slices.Equal(r.Copies, copies); err != nil || done || own {
			return err
		}
		if r.Revision != cmd.Revision {
			return survey.Stale()
		}
		done, err = s.changeAddress(tx, actor, q, &r, cmd.Email, copies)
		return err
	})
	return done, err
}

// ownAddressRequest tells whether the actor's request for these addresses waits already.
func ownAddressRequest(tx *survey.Tx, actor survey.Actor, r survey.Respondent, to string, copies []string) (bool, error) {
	waiting, err := survey.WaitingApproval(tx, r.Questionnaire, survey.ActAddress, string(r.ID))
	return waiting != nil && waiting.RequestedBy == actor.Who() && r.NewEmail == to && slices.Equal(r.NewCopies, copies), err
}

// changeAddress changes the addresses of a respondent of a questionnaire that was sent, or notes that somebody wants to.
func (s *Service) changeAddress(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r *survey.Respondent, to string, copies []string) (done bool, err error) {
	if own, err := ownAddressRequest(tx, actor, *r, to, copies); err != nil || own {
		return false, err
	}
	old := *r
	further := slices.ContainsFunc(copies, func(address string) bool { return !old.CopyTo(address) })
	if to != old.Email {
		if err := s.noCodeUnderWay(tx, old); err != nil {
			return false, err
		}
	}
	if to != old.Email || further {
		done, _, err = s.Approve(tx, actor, q.ID, survey.ActAddress, string(r.ID),
			addressChange{Respondent: r.ID, From: r.Email, To: to, FromCopies: r.Copies, ToCopies: copies})
	} else {
		done, err = true, s.Settle(tx, q.ID, survey.ActAddress, string(r.ID)) // what waits began from other addresses
	}
	if err != nil {
		return false, err
	}
	r.NewEmail, r.NewCopies, r.Revision = to, copies, r.Revision+1
	if !done {
		return false, tx.Respondents.Put(*r)
	}
	r.Email, r.Copies, r.NewEmail, r.NewCopies = to, copies, "", nil
	if err := s.byMailAgain(tx, r); err != nil {
		return false, err
	}
	if err := tx.Respondents.Put(*r); err != nil {
		return false, err
	}
	told := ""
	switch {
	case old.AskedAt.IsZero():
	case to != old.Email:
		told = "notice_address"
	case further:
		told = "notice_copies"
	}
	if told != "" {
		if err := s.tellRespondent(tx, q, old, told); err != nil {
			return false, err
		}
	}
	if err := s.closeDropped(tx, *r, old); err != nil {
		return false, err
	}
	if err := s.redirectQueued(tx, q, *r, old.Email); err != nil {
		return false, err
	}
	return true, s.Audit(tx, actor, "address", string(r.ID))
}

// closeDropped revokes the links that were sent to copies a respondent no longer has, and stops what waits to go there.
func (s *Service) closeDropped(tx *survey.Tx, r, old survey.Respondent) error {
	mails, err := mailsTo(tx, r)
	if err != nil {
		return err
	}
	for _, m := range mails {
		if !m.Kind.ToAll() || !old.CopyTo(m.To) || r.CopyTo(m.To) || m.To == r.Email {
			continue
		}
		if err := survey.RevokeMail(tx, m.ID); err != nil {
			return err
		}
		if _, err := s.revokeLinks(tx, r.Questionnaire, r.ID, m.ID); err != nil {
			return err
		}
	}
	return nil
}

// noCodeUnderWay is a Conflict while a submission of the respondent waits for its code.
func (s *Service) noCodeUnderWay(tx *survey.Tx, r survey.Respondent) error {
	// a code that is under way went to the old address, and the receipt has to follow it there; whoever asked by a link that
	// was revoked since does not hold up the office
	submissions, err := survey.Collect(tx.Submissions.List(r.Key() + "/"))
	if err != nil {
		return err
	}
	for _, sub := range submissions {
		if !sub.Waits(s.At(tx)) {
			continue
		}
		link, err := tx.AccessLinks.Get(sub.Link)
		if err != nil && !survey.IsNotFound(err) {
			return err
		}
		if link.RevokedAt.IsZero() {
			return survey.Fail(survey.Conflict, "send.error.address_busy")
		}
	}
	return nil
}

// tellRespondent mails a notice about its access to a respondent, if it has an address that does not refuse its mail.
func (s *Service) tellRespondent(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, name string) error {
	if !survey.BareAddress(r.Email) {
		return nil
	}
	mails, err := mailsTo(tx, r)
	if err != nil || survey.RefusedAt(mails, r.Email) {
		return err
	}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return err
	}
	m := survey.WrittenMail{Mail: survey.Mail{Kind: survey.MailNotice, Questionnaire: q.ID, Respondent: r.ID, To: r.Email, Language: "de"}}
	if r.Language != "" {
		m.Language = r.Language
	}
	m.Subject, m.Body, err = s.Compose(m.Language, name, NoticeMail{Party: r.Name, Questionnaire: q.Title, Election: h.election.Name,
		Alliance: h.alliance.Name, Contact: h.alliance.Email, At: s.At(tx).In(q.Deadline.Location())})
	if err != nil {
		return err
	}
	_, err = s.Enqueue(tx, m, "")
	return err
}

// otherAddresses are the parties of a respondent for which its election has other addresses than the respondent has, or none.
func otherAddresses(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent) (list []survey.Contestant, err error) {
	if r.Email == "" {
		return nil, nil
	}
	for _, party := range r.Parties {
		c, err := tx.Contestants.Get(survey.Contestant{Election: q.Election, Party: party}.Key())
		if err != nil && !survey.IsNotFound(err) {
			return nil, err
		}
		if err == nil && (c.Email != r.Email || !slices.Equal(c.Copies, r.Copies)) {
			list = append(list, c)
		}
	}
	return list, nil
}

// listedAddresses are the addresses of parties of an election, each once, in their order; "" is none.
func listedAddresses(parties []survey.Contestant) string {
	var list []string
	for _, c := range parties {
		for _, address := range survey.AllAddresses(c.Email, c.Copies) {
			if !slices.Contains(list, address) {
				list = append(list, address)
			}
		}
	}
	return strings.Join(list, ", ")
}

// allAddresses are the first address of a respondent and its copies, as a page shows them.
func allAddresses(r survey.Respondent) string {
	return strings.Join(survey.AllAddresses(r.Email, r.Copies), ", ")
}

// ListAddress is the button that makes a respondent's addresses those of its parties.
type ListAddress struct {
	Email  string // the respondent's, as the page showed them: RespondentFile.All
	Listed string // RespondentFile.Listed, as the page showed it
}

// ListAddress makes the addresses of a respondent those of its parties in their election, so that later rounds begin with it. A second
// click changes nothing. It is a Conflict when one of the addresses has changed since the page was shown, or the respondent's first one
// refused its last mail.
func (s *Service) ListAddress(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd ListAddress) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		r, err := survey.RespondentBySlug(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if allAddresses(r) != cmd.Email {
			return survey.Stale()
		}
		parties, err := otherAddresses(tx, q, r)
		if err != nil || len(parties) == 0 {
			return err
		}
		if listedAddresses(parties) != cmd.Listed {
			return survey.Stale()
		}
		mails, err := mailsTo(tx, r)
		if err != nil {
			return err
		}
		if survey.RefusedAt(mails, r.Email) {
			return survey.Fail(survey.Conflict, "send.error.list_refused")
		}
		for _, c := range parties {
			c.Email, c.Copies, c.Revision = r.Email, r.Copies, c.Revision+1
			if err := tx.Contestants.Put(c); err != nil {
				return err
			}
		}
		return s.Audit(tx, actor, "list_address", string(r.ID))
	})
}

// SetPostal is the form of a respondent's postal address.
type SetPostal struct {
	Postal   string
	Revision int // of the respondent
}

// SetPostal changes a respondent's postal address after the dispatch. It needs no second person: the link on a letter opens something
// only once that is printed. What is so already changes nothing.
func (s *Service) SetPostal(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd SetPostal) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	var faults survey.Faults
	faults.Postal("postal", &cmd.Postal)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		_, r, err := s.sentRespondent(tx, questionnaire, slug)
		switch {
		case err != nil:
			return err
		case r.Postal == cmd.Postal:
			return nil
		case r.Revision != cmd.Revision:
			return survey.Stale()
		}
		r.Postal, r.Revision = cmd.Postal, r.Revision+1
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		return s.Audit(tx, actor, "postal", string(r.ID))
	})
}
