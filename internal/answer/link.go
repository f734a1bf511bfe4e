package answer

import (
	"context"
	"strings"

	"pruefstein/internal/survey"
)

// AccessPage is what whoever opens an access link may know before the session: who asks whom, and until when.
type AccessPage struct {
	Alliance   string
	Contact    string // address of the alliance, may be ""
	Intro      string // of the questionnaire
	Title      string // of the questionnaire
	Election   survey.Election
	Respondent string // name of the party
	Language   string // of the respondent, may be ""
	Due        survey.Instant
	Questions  int // how many the respondent was asked
	Submitted  bool
	Answered   bool           // something of it stands, submitted here or by letter
	End        survey.Instant // of all answering
	LateAfter  survey.Instant // what comes after it is late
	Over       bool           // the respondent's date is over
	Early      bool           // it is, but only because the round was ended early
	Ended      bool           // nothing can be submitted any more
}

// AccessPage tells what a link is for. It changes nothing: scanners open every link of a mail. NotFound when there is no
// such link, Gone when it was revoked.
func (s *Service) AccessPage(ctx context.Context, token string) (p AccessPage, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		now := s.At(tx)
		link, err := s.openAccessLink(tx, token)
		if err != nil {
			return err
		}
		sheet, err := s.sheet(tx, survey.Actor{Respondent: link.Respondent, Questionnaire: link.Questionnaire}, now)
		if err != nil {
			return err
		}
		p = AccessPage{
			Alliance: sheet.Alliance.Name, Contact: sheet.Alliance.Email, Intro: sheet.Questionnaire.Intro, Title: sheet.Questionnaire.Title,
			Election: sheet.Election, Respondent: sheet.Respondent.Name, Language: sheet.Respondent.Language, Due: sheet.Due,
			Questions: len(sheet.Cells), Submitted: len(sheet.Confirmed) > 0, Answered: sheet.Answered(), End: sheet.End, Over: sheet.Over, Ended: sheet.Ended,
			LateAfter: sheet.LateAfter, Early: sheet.Early,
		}
		return nil
	})
	return p, err
}

// ExchangeLink turns the token of an access link into what a session keeps, the link's hash, and notes the first use. A
// link can be exchanged until it is revoked: it is forwarded inside a party. NotFound, Gone as with AccessPage.
func (s *Service) ExchangeLink(ctx context.Context, token string) (hash string, err error) {
	err = s.Write(ctx, survey.Actor{}, func(tx *survey.Tx) error {
		now := s.At(tx)
		link, err := s.openAccessLink(tx, token)
		if err != nil {
			return err
		}
		hash = link.Hash
		if link.UsedAt.IsZero() {
			link.UsedAt = now
			if err := tx.AccessLinks.Put(link); err != nil {
				return err
			}
		}
		return s.Audit(tx, survey.Actor{Respondent: link.Respondent}, "party_sign_in", string(link.Questionnaire))
	})
	return hash, err
}

// typedToken brings a token that was typed from paper, in groups, to how it was made.
func typedToken(typed string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(typed))
}

// openAccessLink returns the link of a token that can still be used.
func (s *Service) openAccessLink(tx *survey.Tx, token string) (survey.AccessLink, error) {
	link, err := tx.AccessLinks.Get(survey.HashToken(token))
	if survey.IsNotFound(err) {
		link, err = tx.AccessLinks.Get(survey.HashToken(typedToken(token)))
	}
	if survey.IsNotFound(err) {
		return link, survey.Fail(survey.NotFound, "answer.error.link_unknown")
	}
	if err != nil {
		return link, err
	}
	if !link.RevokedAt.IsZero() {
		return link, survey.Fail(survey.Gone, "error.link_revoked")
	}
	q, err := tx.Questionnaire(link.Questionnaire)
	if err != nil {
		return link, err
	}
	return link, q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed)
}

// party loads who asks: the respondent of the actor and its questionnaire. Forbidden for everybody else.
func (s *Service) party(tx *survey.Tx, actor survey.Actor) (q survey.Questionnaire, r survey.Respondent, err error) {
	if err := actor.Require(survey.RoleParty); err != nil {
		return q, r, err
	}
	if q, err = tx.Questionnaire(actor.Questionnaire); err != nil {
		return q, r, err
	}
	if r, err = tx.Respondent(actor.Questionnaire, actor.Respondent); err != nil {
		return q, r, err
	}
	return q, r, q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed)
}
