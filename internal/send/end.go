package send

import (
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// EndPlan is whether a round can be ended before its deadline: nothing more is to come from anybody who was asked.
type EndPlan struct {
	Missing             []survey.Respondent // of whom something is still to come
	Informed            []survey.Respondent // who get a mail about it
	ByPost              []survey.Respondent // who have to be told by letter
	Digest              string              // EndRound wants back what was read
	survey.SecondPerson                     // of ending it
}

// endContent is what ending a round is approved for.
type endContent struct {
	Deadline survey.Instant
	Informed []survey.RespondentID
}

// EndPlan returns it, nil when there is nothing to end: nothing was sent, the deadline and every own date are over, or something is published.
func (s *Service) EndPlan(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (p *EndPlan, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		p, _, err = s.endPlan(tx, actor, q)
		return err
	})
	return p, err
}

func (s *Service) endPlan(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire) (*EndPlan, endContent, error) {
	content := endContent{Deadline: q.Deadline}
	seen, err := published(tx, q)
	phase := q.Phase(s.At(tx))
	if err != nil || seen || phase != survey.PhaseOpen && phase != survey.PhaseClosed {
		return nil, content, err
	}
	all, err := survey.RespondentsInOrder(tx, q.ID)
	if err != nil {
		return nil, content, err
	}
	questions, _, err := survey.SentQuestions(tx, q)
	if err != nil {
		return nil, content, err
	}
	p, runs := &EndPlan{}, phase == survey.PhaseOpen
	for _, r := range all {
		runs = runs || ownDateRuns(r, s.At(tx))
		owes, err := s.owes(tx, q, r, questions)
		if err != nil {
			return nil, content, err
		}
		if owes {
			p.Missing = append(p.Missing, r)
		}
		switch {
		case r.Standing.Out() || r.NotReached != nil || r.AskedAt.IsZero() || !r.DueAt(q).At.After(s.At(tx)):
		case r.ByPost():
			p.ByPost = append(p.ByPost, r)
		case r.GetsMail() && r.Email != "":
			p.Informed = append(p.Informed, r)
			content.Informed = append(content.Informed, r.ID)
		}
	}
	if !runs {
		return nil, content, nil
	}
	if p.Digest, err = survey.ContentDigest(content); err != nil {
		return nil, content, err
	}
	p.SecondPerson, err = s.SecondPerson(tx, actor, q.ID, survey.ActEnd, "", p.Digest)
	return p, content, err
}

// ownDateRuns tells whether a respondent has a date of its own that is still to come.
func ownDateRuns(r survey.Respondent, now time.Time) bool {
	return r.NotAsked == "" && !r.Standing.Out() && r.Due.At.After(now)
}

// lastEnded tells whether the last change of a date was an early end.
func lastEnded(changes []survey.DateChange) bool {
	n := len(changes)
	return n > 0 && changes[n-1].Ended()
}

// owes tells whether something is still to come from a respondent: it stands, has time, and has not said something to every question
// it was asked. Whoever nothing could be delivered to owes nothing once somebody decided that.
func (s *Service) owes(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, questions []survey.CatalogueQuestion) (bool, error) {
	if r.NotAsked != "" || r.Standing.Out() || !r.AskedAt.IsZero() && !r.DueAt(q).At.After(s.At(tx)) {
		return false, nil
	}
	said, err := survey.Outlines(tx, r)
	if err != nil {
		return false, err
	}
	mails, err := mailsTo(tx, r)
	if err != nil {
		return false, err
	}
	if lost := r.AsDelivered(mails).NotReached; lost != nil && len(said) == 0 {
		return lost.Undecided(), nil
	}
	return r.AskedAt.IsZero() || slices.ContainsFunc(questions, func(one survey.CatalogueQuestion) bool {
		asked, _ := r.Asked(one.ID)
		return asked && !slices.ContainsFunc(said, func(v survey.Version) bool { return v.Question == one.ID })
	}), nil
}

// EndRound ends a round now, for all alike, because nothing more is to come from anybody: the deadline and every own date still to come
// move to this instant. Where the deadline is over already only the own dates do. Everybody whose date moves is told by mail; whoever is asked by post is named by the plan, to be told by letter.
// What is corrected from then on is shown beside what stood before; late it is
// only after the date that was announced. seen is the Digest of the plan the actor read. The two-person rule is that of the
// dispatch: the first call notes the request and returns done false. A round that is over is left as it is.
func (s *Service) EndRound(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, seen string) (done bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		done = false
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		p, content, err := s.endPlan(tx, actor, q)
		if err != nil {
			return err
		}
		if p == nil && q.Phase(s.At(tx)) == survey.PhaseClosed {
			all, err := survey.Collect(tx.Respondents.List(survey.In(q.ID)))
			done = lastEnded(q.Extended) || slices.ContainsFunc(all, func(r survey.Respondent) bool { return lastEnded(r.DueChanges) })
			if err != nil || done { // a double click
				return err
			}
		}
		switch {
		case p == nil:
			return survey.Fail(survey.Conflict, "send.error.no_end")
		case len(p.Missing) > 0:
			return survey.Fail(survey.Conflict, "send.error.not_all", "Count", len(p.Missing))
		case p.Digest != seen:
			return survey.Stale()
		}
		ready, approval, err := s.Approve(tx, actor, q.ID, survey.ActEnd, "", content)
		if err != nil || !ready {
			return survey.AskedBefore(err)
		}
		done = true
		return s.endRound(tx, actor, q, p.Informed, approval)
	})
	return done, err
}

func (s *Service) endRound(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, informed []survey.Respondent, approval survey.Approval) error {
	now := survey.Instant{At: s.At(tx), Zone: q.Deadline.Zone}
	now.Local = now.In().Format("2006-01-02T15:04")
	change := func(from survey.Instant) survey.DateChange {
		return survey.DateChange{From: from, To: now, At: now.At, By: approval.RequestedBy}
	}
	before := q.Deadline
	if before.At.After(now.At) {
		q.Extended = append(q.Extended[:len(q.Extended):len(q.Extended)], change(before))
		q.Deadline, q.Revision = now, q.Revision+1
		if err := tx.Questionnaires.Put(q); err != nil {
			return err
		}
	}
	all, err := survey.RespondentsInOrder(tx, q.ID)
	if err != nil {
		return err
	}
	for i, r := range all {
		if r.Due.IsZero() || !r.Due.At.After(now.At) {
			continue
		}
		r.DueChanges = append(r.DueChanges[:len(r.DueChanges):len(r.DueChanges)], change(r.Due))
		r.Due, r.Revision = now, r.Revision+1
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		all[i] = r
	}
	moved := slices.DeleteFunc(slices.Clone(all), func(r survey.Respondent) bool {
		return !slices.ContainsFunc(informed, func(one survey.Respondent) bool { return one.ID == r.ID })
	})
	if err := s.tellNewDate(tx, actor, q, all, moved); err != nil {
		return err
	}
	return s.Audit(tx, actor, "end", string(q.ID), before.Local+" "+before.Zone, now.Local+" "+now.Zone)
}
