package send

import (
	"context"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// PointState is how a point of the dispatch checklist stands.
type PointState string

// The states of a point: a missing one blocks the dispatch, a warning does not.
const (
	PointOK      PointState = "ok"
	PointWarn    PointState = "warn"
	PointMissing PointState = "missing"
)

// Point is one point of the checklist. Its words are the messages send.check.<Name>.<State>.
type Point struct {
	Name  string
	State PointState
	Who   []string // short names of the respondents, or parties, it is about
}

// DispatchPlan is the page of the dispatch: the checklist, who gets what, and who has to confirm.
type DispatchPlan struct {
	Questionnaire       survey.Questionnaire
	Checklist           []Point
	Ready               bool // nothing is missing
	Channels            map[survey.Channel]int
	NotAsked            int
	NotReached          int
	Recipients          []survey.Respondent        // that get the cover letter, in the printed order
	Portals             []survey.Respondent        // in whose own form the office enters the questions
	ByPost              []survey.Respondent        // whose letter the office prints
	Questions           []survey.CatalogueQuestion // that are sent
	Digest              string                     // of all that would be sent; Dispatch wants it back
	survey.SecondPerson                            // until it is sent
	Sent                *survey.Dispatch           // once sent
	SentName            string
	ConfirmedName       string

	respondents []survey.Respondent // all, in the printed order
	locked      bool                // Questions are final
}

// dispatchContent is what a dispatch is approved for: all that the cover letters and the answer form say.
type dispatchContent struct {
	Title, Intro    string
	AnswerLimit     int
	Licence         string // of the publication
	Election        survey.Election
	Alliance, Email string
	Offered         string // the licence parties are asked to agree to
	Cover           survey.Cover
	Deadline        survey.Instant
	Catalogue       string // hash
	Respondents     []survey.Respondent
	Errata          []survey.Erratum `json:",omitempty"`
	Reminders       []plannedStep    `json:",omitempty"`
}

func loadDispatchContent(tx *survey.Tx, q survey.Questionnaire) (c dispatchContent, err error) {
	c.Title, c.Intro, c.AnswerLimit, c.Licence, c.Cover, c.Deadline = q.Title, q.Intro, q.AnswerLimit, q.Licence, q.Cover, q.Deadline
	c.Errata = q.Errata
	if q.DispatchedAt.IsZero() { // whoever is invited later gets what is left of them
		c.Reminders = plannedSteps(q.Reminders)
	}
	if c.Election, err = tx.Election(q.Election); err != nil {
		return c, err
	}
	c.Election.Revision = 0 // a save that changed nothing that is sent
	alliance, err := survey.LoadAlliance(tx)
	if err != nil {
		return c, err
	}
	c.Alliance, c.Email, c.Offered = alliance.Name, alliance.Email, alliance.Licence
	if !q.LockedAt.IsZero() {
		catalogue, err := tx.Catalogue(q.ID)
		if err != nil {
			return c, err
		}
		c.Catalogue = catalogue.Hash
	}
	c.Respondents, err = survey.RespondentsInOrder(tx, q.ID)
	return c, err
}

// DispatchPlan returns the checklist and the state of the two-person rule, or what was sent.
func (s *Service) DispatchPlan(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (p DispatchPlan, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return p, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		p, err = s.dispatchPlan(tx, actor, questionnaire)
		return err
	})
	return p, err
}

func (s *Service) dispatchPlan(tx *survey.Tx, actor survey.Actor, questionnaire survey.QuestionnaireID) (p DispatchPlan, err error) {
	q, err := tx.Questionnaire(questionnaire)
	if err != nil {
		return p, err
	}
	content, err := loadDispatchContent(tx, q)
	if err != nil {
		return p, err
	}
	p = DispatchPlan{Questionnaire: q, Channels: map[survey.Channel]int{}, respondents: content.Respondents}
	for _, r := range content.Respondents {
		if r.GetsMail() {
			p.Recipients = append(p.Recipients, r)
		}
		if r.NotAsked == "" && r.Procedure.Channel == survey.ChannelPortal {
			p.Portals = append(p.Portals, r)
		}
		if r.ByPost() {
			p.ByPost = append(p.ByPost, r)
		}
		switch {
		case r.NotAsked != "":
			p.NotAsked++
		case !q.DispatchedAt.IsZero() && r.NotReached != nil && r.GetsMail() && r.AskedAt.IsZero():
			p.NotReached++
		default:
			p.Channels[r.Procedure.Channel]++
		}
	}
	if p.Questions, p.locked, err = survey.SentQuestions(tx, q); err != nil {
		return p, err
	}
	if !q.DispatchedAt.IsZero() {
		return p, p.loadSent(tx)
	}
	if p.Digest, err = survey.ContentDigest(content); err != nil {
		return p, err
	}
	if p.Checklist, err = s.checklist(tx, q, content); err != nil {
		return p, err
	}
	p.Ready = true
	for _, c := range p.Checklist {
		p.Ready = p.Ready && c.State != PointMissing
	}
	p.SecondPerson, err = s.SecondPerson(tx, actor, q.ID, survey.ActDispatch, "", p.Digest)
	return p, err
}

// loadSent adds what the dispatch sent.
func (p *DispatchPlan) loadSent(tx *survey.Tx) error {
	for d, err := range tx.Dispatches.List(survey.In(p.Questionnaire.ID)) {
		if err != nil {
			return err
		}
		if d.Kind == survey.MailInvitation && p.Sent == nil {
			p.Sent = &d
		}
	}
	if p.Sent == nil {
		return nil
	}
	p.SentName, p.ConfirmedName = survey.NameOfUser(tx, p.Sent.By), survey.NameOfUser(tx, p.Sent.ConfirmedBy)
	return nil
}

// Dispatch sends the catalogue to all respondents at one instant, in one transaction: the cover letters with a link of
// their own each, the calendar entries, and the phase of the questionnaire commit together or not at all. seen is the
// Digest of the plan the actor read; if anything changed since, nothing happens (Conflict error.stale).
//
// Where a second person is needed, the first call notes the request and returns sent false; the call of the second person
// sends. A call after the dispatch changes nothing and returns sent true, so that a double click sends once.
func (s *Service) Dispatch(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, seen string) (sent bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		sent = false
		p, err := s.dispatchPlan(tx, actor, questionnaire)
		if err != nil {
			return err
		}
		q := p.Questionnaire
		if q.Imported {
			return q.InPhase(s.At(tx), survey.PhaseLocked)
		}
		if p.Sent != nil {
			sent = true
			return nil
		}
		if p.Digest != seen {
			return survey.Stale()
		}
		if !p.Ready {
			return survey.Fail(survey.Conflict, "send.error.not_ready")
		}
		content, err := loadDispatchContent(tx, q)
		if err != nil {
			return err
		}
		done, approval, err := s.Approve(tx, actor, q.ID, survey.ActDispatch, "", content)
		if err != nil || !done {
			return survey.AskedBefore(err)
		}
		sent = true
		return s.dispatch(tx, actor, q, content.Respondents, approval)
	})
	return sent, err
}

func (s *Service) dispatch(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, respondents []survey.Respondent, approval survey.Approval) error {
	now := s.At(tx)
	q.DispatchedAt, q.Revision, q.Reminders = now, q.Revision+1, slices.Clone(q.Reminders)
	for i := range q.Reminders {
		q.Reminders[i].ConfirmedBy, q.Reminders[i].ApprovedAt = approval.ApprovedBy, now
	}
	if err := tx.Questionnaires.Put(q); err != nil {
		return err
	}
	d := survey.Dispatch{Questionnaire: q.ID, ID: survey.NewID(), Kind: survey.MailInvitation, Subject: q.Cover.Subject, Body: q.Cover.Body, At: now,
		By: approval.RequestedBy, ConfirmedBy: approval.ApprovedBy}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return err
	}
	for _, r := range respondents {
		if !r.GetsMail() {
			continue
		}
		if err := s.sendInvitation(tx, h, &d, r, now); err != nil {
			return err
		}
	}
	if err := tx.Dispatches.Put(d); err != nil {
		return err
	}
	return s.Audit(tx, actor, "dispatch", string(q.ID))
}

// sendInvitation queues a respondent's cover letter as part of a dispatch.
func (s *Service) sendInvitation(tx *survey.Tx, h letterhead, d *survey.Dispatch, r survey.Respondent, now time.Time) error {
	if err := s.sendCover(tx, h, d, r, survey.Cover{Subject: d.Subject, Body: d.Body, Language: h.questionnaire.Cover.Language}); err != nil {
		return err
	}
	r.AskedAt, r.NotReached, r.Revision = now, nil, r.Revision+1
	return tx.Respondents.Put(r)
}

// sendCover queues a cover to a respondent, with a link of its own if it answers in our form, and counts it.
func (s *Service) sendCover(tx *survey.Tx, h letterhead, d *survey.Dispatch, r survey.Respondent, cover survey.Cover) error {
	m := survey.WrittenMail{Mail: survey.Mail{Language: cover.Language}}
	if err := s.renderCover(&m, cover, h, r); err != nil {
		return err
	}
	return s.sendToRespondent(tx, h, d, r, m)
}

// sendToRespondent queues a mail whose text is ready, and a copy of it to each further address. Its body has a place for a link if the
// respondent answers in our form; each of these mails has its own.
func (s *Service) sendToRespondent(tx *survey.Tx, h letterhead, d *survey.Dispatch, r survey.Respondent, m survey.WrittenMail) (err error) {
	if m.Language == "" {
		m.Language = "de"
	}
	m.Kind, m.Questionnaire, m.Respondent, m.Dispatch, m.Alone = d.Kind, r.Questionnaire, r.ID, d.ID, h.alone
	if d.Kind != survey.MailErratum { // which tells no date
		if m.Calendar, err = s.deadlineEvent(tx, m.Language, h, r); err != nil {
			return err
		}
	}
	d.Recipients++
	for _, m.To = range survey.AllAddresses(r.Email, r.Copies) {
		if _, err = s.enqueueTo(tx, r, m); err != nil {
			return err
		}
	}
	return nil
}

// enqueueTo queues a mail to a respondent. What goes to a copy says so above its text, and so does a copy that goes elsewhere by hand.
func (s *Service) enqueueTo(tx *survey.Tx, r survey.Respondent, m survey.WrittenMail) (survey.WrittenMail, error) {
	if m.Copy = m.To != r.Email && (m.Copy || r.CopyTo(m.To)); m.Copy {
		_, frame, err := s.Compose(m.Language, "copy", CopyMail{First: r.Email})
		if err != nil {
			return m, err
		}
		m.Frame = strings.TrimSpace(frame)
	}
	if r.Procedure.Channel != survey.ChannelForm {
		return s.Enqueue(tx, m, "")
	}
	return s.enqueueWithLink(tx, m)
}
