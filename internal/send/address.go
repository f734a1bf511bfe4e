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
	Revision int // of the respondent
}

// addressChange is what a change of address is approved for.
type addressChange struct {
	Respondent survey.RespondentID
	From, To   string
}

// SetAddress changes a respondent's address after the dispatch. The codes that make a submission valid go there, so a second
// person has to confirm it where the dispatch needs one. The first call notes the request and returns done false. The call of the
// second person with the same address changes it. Whoever was asked at the old address is told there, unless it refused its mail,
// and mails that wait go to the new one. It is a Conflict while a submission waits for its code. Asking for what is so already, or was asked for, changes
// nothing.
func (s *Service) SetAddress(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd SetAddress) (done bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	var faults survey.Faults
	faults.Email("email", &cmd.Email, true)
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
		own, err := ownAddressRequest(tx, actor, r, cmd.Email)
		if done = r.Email == cmd.Email; err != nil || done || own {
			return err
		}
		if r.Revision != cmd.Revision {
			return survey.Stale()
		}
		done, err = s.changeAddress(tx, actor, q, &r, cmd.Email)
		return err
	})
	return done, err
}

// ownAddressRequest tells whether the actor's request for this address waits already.
func ownAddressRequest(tx *survey.Tx, actor survey.Actor, r survey.Respondent, to string) (bool, error) {
	waiting, err := survey.WaitingApproval(tx, r.Questionnaire, survey.ActAddress, string(r.ID))
	return waiting != nil && waiting.RequestedBy == actor.Who() && r.NewEmail == to, err
}

// changeAddress changes the address of a respondent of a questionnaire that was sent, or notes that somebody wants to.
func (s *Service) changeAddress(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r *survey.Respondent, to string) (done bool, err error) {
	if own, err := ownAddressRequest(tx, actor, *r, to); err != nil || own {
		return false, err
	}
	// a code that is under way went to the old address, and the receipt has to follow it there; whoever asked by a link that
	// was revoked since does not hold up the office
	submissions, err := survey.Collect(tx.Submissions.List(r.Key() + "/"))
	if err != nil {
		return false, err
	}
	for _, sub := range submissions {
		if !sub.Waits(s.At(tx)) {
			continue
		}
		link, err := tx.AccessLinks.Get(sub.Link)
		if err != nil && !survey.IsNotFound(err) {
			return false, err
		}
		if link.RevokedAt.IsZero() {
			return false, survey.Fail(survey.Conflict, "send.error.address_busy")
		}
	}
	done, _, err = s.Approve(tx, actor, q.ID, survey.ActAddress, string(r.ID), addressChange{Respondent: r.ID, From: r.Email, To: to})
	if err != nil {
		return false, err
	}
	old := *r
	r.NewEmail, r.Revision = to, r.Revision+1
	if !done {
		return false, tx.Respondents.Put(*r)
	}
	r.Email, r.NewEmail = to, ""
	if err := tx.Respondents.Put(*r); err != nil {
		return false, err
	}
	if !old.AskedAt.IsZero() {
		if err := s.tellRespondent(tx, q, old, "notice_address"); err != nil {
			return false, err
		}
	}
	if err := s.redirectQueued(tx, q, *r, old.Email); err != nil {
		return false, err
	}
	return true, s.Audit(tx, actor, "address", string(r.ID))
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

// otherAddresses are the parties of a respondent for which its election has another address than the respondent has, or none.
func otherAddresses(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent) (list []survey.Contestant, err error) {
	if r.Email == "" {
		return nil, nil
	}
	for _, party := range r.Parties {
		c, err := tx.Contestants.Get(survey.Contestant{Election: q.Election, Party: party}.Key())
		if err != nil && !survey.IsNotFound(err) {
			return nil, err
		}
		if err == nil && c.Email != r.Email {
			list = append(list, c)
		}
	}
	return list, nil
}

// listedAddresses are the addresses of parties of an election, each once, in their order; "" is none.
func listedAddresses(parties []survey.Contestant) string {
	var list []string
	for _, c := range parties {
		if c.Email != "" && !slices.Contains(list, c.Email) {
			list = append(list, c.Email)
		}
	}
	return strings.Join(list, ", ")
}

// ListAddress is the button that makes a respondent's address that of its parties.
type ListAddress struct {
	Email  string // the respondent's, as the page showed it
	Listed string // RespondentFile.Listed, as the page showed it
}

// ListAddress makes the address of a respondent that of its parties in their election, so that later rounds begin with it. A second
// click changes nothing. It is a Conflict when one of the addresses has changed since the page was shown.
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
		if r.Email != cmd.Email {
			return survey.Stale()
		}
		parties, err := otherAddresses(tx, q, r)
		if err != nil || len(parties) == 0 {
			return err
		}
		before := listedAddresses(parties)
		if before != cmd.Listed {
			return survey.Stale()
		}
		for _, c := range parties {
			c.Email, c.Revision = r.Email, c.Revision+1
			if err := tx.Contestants.Put(c); err != nil {
				return err
			}
		}
		return s.Audit(tx, actor, "list_address", string(r.ID))
	})
}
