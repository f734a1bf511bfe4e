package send

import (
	"cmp"
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// SentErratum is an erratum with who was told of it.
type SentErratum struct {
	survey.Erratum
	Question              survey.CatalogueQuestion
	ByName, ConfirmedName string
	Mails                 []OutboxRow // the oldest first
}

// ErrataPage is what has been corrected so far, and what waits for its second person.
type ErrataPage struct {
	Questionnaire survey.Questionnaire
	Questions     []survey.CatalogueQuestion
	Sent          []SentErratum     // the newest first
	Waiting       survey.QuestionID // whose erratum waits; "" none does
	End           survey.Instant    // of all answering: no erratum from then on
	Over          bool
}

// ErratumPlan is the page of an erratum before it is sent: what it would say, to whom, and who has to confirm it.
type ErratumPlan struct {
	Questionnaire survey.Questionnaire
	Question      survey.CatalogueQuestion
	Errata        []survey.Erratum    // of the question so far, the oldest first
	Text          string              // what is to be said; "" nothing yet
	Told          []survey.Respondent // by mail, in the printed order
	Untold        []Untold            // who gets no mail
	Preview       *CoverPreview       // the mail to the first of Told, once there is a text
	Digest        string              // of all that; SendErratum wants it back
	End           survey.Instant      // of all answering: no erratum from then on
	Over          bool
	survey.SecondPerson
	Other survey.QuestionID // of another question, whose erratum waits; "" none does
}

// Untold is a respondent that gets no erratum by mail. The reason is the message send.erratum.untold.<Why>.
type Untold struct {
	Respondent survey.Respondent
	Why        string
}

// erratumContent is what an erratum is approved for.
type erratumContent struct {
	Question survey.QuestionID
	Text     string
	Before   int // how many there are of the question
	Told     []survey.RespondentID
}

// errata loads a questionnaire whose questions may be corrected: it was sent. Before that the lock can be undone, and says so.
func (s *Service) errata(tx *survey.Tx, questionnaire survey.QuestionnaireID) (q survey.Questionnaire, c survey.Catalogue, end survey.Instant, err error) {
	if q, err = tx.Questionnaire(questionnaire); err != nil {
		return q, c, end, err
	}
	switch q.Phase(s.At(tx)) {
	case survey.PhaseDraft, survey.PhaseLocked:
		return q, c, end, survey.Fail(survey.Conflict, "send.error.erratum_before")
	case survey.PhaseImported:
		return q, c, end, q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed)
	}
	if c, err = tx.Catalogue(questionnaire); err != nil {
		return q, c, end, err
	}
	election, err := tx.Election(q.Election)
	return q, c, election.AnswersEnd(q, q.Deadline), err
}

// Errata returns what has been corrected after the dispatch.
func (s *Service) Errata(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (p ErrataPage, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return p, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		p = ErrataPage{}
		var c survey.Catalogue
		if p.Questionnaire, c, p.End, err = s.errata(tx, questionnaire); err != nil {
			return err
		}
		p.Questions, p.Over = c.Questions, !s.At(tx).Before(p.End.At)
		waiting, err := waitingErratum(tx, p.Questionnaire)
		if err != nil {
			return err
		}
		if waiting != nil {
			p.Waiting = waiting.Question
		}
		mails, err := mailsOf(tx, questionnaire)
		if err != nil {
			return err
		}
		for _, e := range slices.Backward(p.Questionnaire.Errata) {
			one := SentErratum{Erratum: e, ByName: survey.NameOfUser(tx, e.By), ConfirmedName: survey.NameOfUser(tx, e.ConfirmedBy)}
			one.Question, _ = c.Question(e.Question)
			told := slices.DeleteFunc(slices.Clone(mails), func(m survey.Mail) bool { return m.Dispatch != e.Dispatch })
			if one.Mails, err = outboxRows(tx, told); err != nil {
				return err
			}
			p.Sent = append(p.Sent, one)
		}
		return nil
	})
	return p, err
}

// waitingErratum is the erratum that waits for its second person, nil for none.
func waitingErratum(tx *survey.Tx, q survey.Questionnaire) (*survey.Erratum, error) {
	waiting, err := survey.WaitingApproval(tx, q.ID, survey.ActErratum, "")
	if err != nil || waiting == nil {
		return nil, err
	}
	return q.NewErratum, nil
}

// ErratumPlan returns what an erratum with the text would say, and to whom. While one waits for its second person, it is that one.
// A text that breaks a rule is Invalid, with the plan as it is without it.
func (s *Service) ErratumPlan(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, question survey.QuestionID, text string) (p ErratumPlan, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return p, err
	}
	var fault error
	if text != "" {
		if fault = cleanErratum(&text); fault != nil {
			text = ""
		}
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		waiting, err := waitingErratum(tx, q)
		if err != nil {
			return err
		}
		say := text
		if waiting != nil && waiting.Question == question {
			say = waiting.Text
		}
		p, _, err = s.erratumPlan(tx, actor, questionnaire, question, say)
		return err
	})
	return p, cmp.Or(err, fault)
}

// cleanErratum cleans the text of an erratum in place.
func cleanErratum(text *string) error {
	var faults survey.Faults
	faults.Text("text", text)
	switch n := survey.Length(*text); {
	case faults != nil:
	case *text == "":
		faults.Add("text", "error.required")
	case n > survey.MaxErratum:
		faults.Add("text", "error.text.too_long", "Length", n, "Limit", survey.MaxErratum)
	}
	return faults.Err()
}

func (s *Service) erratumPlan(tx *survey.Tx, actor survey.Actor, questionnaire survey.QuestionnaireID, question survey.QuestionID, text string) (p ErratumPlan, content erratumContent, err error) {
	q, c, end, err := s.errata(tx, questionnaire)
	if err != nil {
		return p, content, err
	}
	found := false
	if p.Question, found = c.Question(question); !found {
		return p, content, survey.Fail(survey.NotFound, "error.not_found")
	}
	p.Questionnaire, p.Errata, p.End, p.Over = q, q.ErrataOf(question), end, !s.At(tx).Before(end.At)
	waiting, err := waitingErratum(tx, q)
	if err != nil {
		return p, content, err
	}
	if waiting != nil && waiting.Question != question {
		p.Other = waiting.Question
	}
	all, err := survey.RespondentsInOrder(tx, questionnaire)
	if err != nil {
		return p, content, err
	}
	for _, r := range all {
		switch why := untold(r, question); {
		case why == "":
			p.Told = append(p.Told, r)
			content.Told = append(content.Told, r.ID)
		default:
			p.Untold = append(p.Untold, Untold{r, why})
		}
	}
	content.Question, content.Text, content.Before = question, text, len(p.Errata)
	p.Text = text
	if text == "" {
		return p, content, nil
	}
	if p.Digest, err = survey.ContentDigest(content); err != nil {
		return p, content, err
	}
	if p.SecondPerson, err = s.SecondPerson(tx, actor, q.ID, survey.ActErratum, "", p.Digest); err != nil {
		return p, content, err
	}
	if p.Other != "" { // what waits is about that one
		p.Waiting = nil
	}
	if len(p.Told) == 0 {
		return p, content, nil
	}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return p, content, err
	}
	m := survey.WrittenMail{Mail: survey.Mail{Language: cmp.Or(q.Cover.Language, "de")}}
	if err := s.writeErratum(tx, h, p.Told[0], p.Question, text, &m); err != nil {
		return p, content, err
	}
	p.Preview = &CoverPreview{Respondent: p.Told[0], Subject: m.Subject, Texts: m.Texts(), Link: s.Link(s.Addresses.Access, exampleToken)}
	return p, content, nil
}

// untold tells why a respondent gets no erratum of a question by mail, "" that it gets one.
func untold(r survey.Respondent, question survey.QuestionID) string {
	asked, _ := r.Asked(question)
	switch {
	case r.NotAsked != "":
		return "not_asked"
	case !asked:
		return "left_out"
	case r.Standing.Out():
		return "gone"
	case r.AskedAt.IsZero() && r.NotReached == nil: // its invitation will say it
		return "later"
	case r.NotReached != nil:
		return "not_reached"
	case r.GetsMail() && r.Email == "":
		return "no_address"
	case r.GetsMail():
		return ""
	case r.ByPost():
		return "post"
	}
	return "portal"
}

// SendErratum is the button that sends an erratum.
type SendErratum struct {
	Text string
	Seen string // ErratumPlan.Digest of the page with the preview
}

// SendErratum corrects a question after the dispatch: the locked wording stays, the erratum stands beside it with its date, and goes
// to all alike who were asked the question by mail, in one transaction. It is possible until the polls close, after a publication
// too. The two-person rule is that of the dispatch: the first call notes the request and returns sent false, the call of the second
// person sends. One erratum waits at a time. What was sent or asked for already changes nothing.
func (s *Service) SendErratum(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, question survey.QuestionID, cmd SendErratum) (sent bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	if err := cleanErratum(&cmd.Text); err != nil {
		return false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		sent = false
		p, content, err := s.erratumPlan(tx, actor, questionnaire, question, cmd.Text)
		if err != nil {
			return err
		}
		if n := len(p.Errata); n > 0 && p.Errata[n-1].Text == cmd.Text {
			sent = true
			return nil
		}
		q := p.Questionnaire
		waiting, err := waitingErratum(tx, q)
		switch {
		case err != nil:
			return err
		case p.Over:
			return survey.Fail(survey.Conflict, "send.error.erratum_over")
		case waiting != nil && (waiting.Question != question || waiting.Text != cmd.Text):
			return survey.Fail(survey.Conflict, "send.error.erratum_waits")
		case p.Digest != cmd.Seen:
			return survey.Stale()
		}
		done, approval, err := s.Approve(tx, actor, q.ID, survey.ActErratum, "", content)
		if err != nil {
			return survey.AskedBefore(err)
		}
		if !done {
			q.NewErratum, q.Revision = &survey.Erratum{Question: question, Text: cmd.Text, By: actor.Who()}, q.Revision+1
			return tx.Questionnaires.Put(q)
		}
		sent = true
		return s.sendErratum(tx, actor, p, approval)
	})
	return sent, err
}

func (s *Service) sendErratum(tx *survey.Tx, actor survey.Actor, p ErratumPlan, approval survey.Approval) error {
	q := p.Questionnaire
	d := survey.Dispatch{Questionnaire: q.ID, ID: survey.NewID(), Kind: survey.MailErratum, At: s.At(tx), By: approval.RequestedBy, ConfirmedBy: approval.ApprovedBy}
	q.Errata = append(q.Errata[:len(q.Errata):len(q.Errata)], survey.Erratum{Question: p.Question.ID, Text: p.Text, At: d.At, By: d.By, ConfirmedBy: d.ConfirmedBy, Dispatch: d.ID})
	q.NewErratum, q.Revision = nil, q.Revision+1
	if err := tx.Questionnaires.Put(q); err != nil {
		return err
	}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return err
	}
	for _, r := range p.Told {
		m := survey.WrittenMail{Mail: survey.Mail{Language: cmp.Or(q.Cover.Language, "de")}}
		if err := s.writeErratum(tx, h, r, p.Question, p.Text, &m); err != nil {
			return err
		}
		if err := s.sendToRespondent(tx, h, &d, r, m); err != nil {
			return err
		}
	}
	d.Subject = p.Subject()
	if err := tx.Dispatches.Put(d); err != nil {
		return err
	}
	return s.Audit(tx, actor, "erratum", string(q.ID))
}

// Subject is that of the mails, "" when nobody gets one.
func (p ErratumPlan) Subject() string {
	if p.Preview == nil {
		return ""
	}
	return p.Preview.Subject
}

// writeErratum writes what corrects a question to a respondent.
func (s *Service) writeErratum(tx *survey.Tx, h letterhead, r survey.Respondent, question survey.CatalogueQuestion, text string, m *survey.WrittenMail) error {
	at, err := survey.ReturnedAt(tx, r)
	if err != nil {
		return err
	}
	data := ErratumMail{Party: r.Name, Questionnaire: h.questionnaire.Title, Election: h.election.Name, Alliance: h.alliance.Name, Question: question, Text: text,
		Returned: !at.IsZero()}
	place := survey.SecretPlace()
	if r.Procedure.Channel == survey.ChannelForm {
		data.Link = place
	}
	subject, body, err := s.Compose(m.Language, "erratum", data)
	if err == nil {
		m.SetText(subject, body, place)
	}
	return err
}
