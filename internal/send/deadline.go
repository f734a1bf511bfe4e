package send

import (
	"cmp"
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// DeadlinePlan is the page of the deadline.
type DeadlinePlan struct {
	Questionnaire survey.Questionnaire
	Published     bool                // extending is over
	Informed      []survey.Respondent // who would get a mail about a later deadline
	ByPost        []survey.Respondent // who would have to be told by letter
}

// DeadlinePlan returns whether the deadline can be set or extended, and who would be informed.
func (s *Service) DeadlinePlan(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (p DeadlinePlan, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return p, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		p, err = s.deadlinePlan(tx, questionnaire)
		return err
	})
	return p, err
}

func (s *Service) deadlinePlan(tx *survey.Tx, questionnaire survey.QuestionnaireID) (p DeadlinePlan, err error) {
	if p.Questionnaire, err = tx.Questionnaire(questionnaire); err != nil {
		return p, err
	}
	if p.Published, err = published(tx, p.Questionnaire); err != nil {
		return p, err
	}
	all, err := survey.RespondentsInOrder(tx, questionnaire)
	if err != nil {
		return p, err
	}
	for _, r := range all {
		if r.ByPost() && !r.Standing.Out() && !r.AskedAt.IsZero() && r.NotReached == nil {
			p.ByPost = append(p.ByPost, r)
		}
		// whoever has a date of its own is not concerned, unless the early end moved it; whoever has answered can change its answers until then
		if !r.GetsMail() || r.Standing.Out() || !r.Due.IsZero() && !endedWith(p.Questionnaire, r) || r.NotReached != nil || r.Email == "" || r.AskedAt.IsZero() {
			continue
		}
		p.Informed = append(p.Informed, r)
	}
	return p, nil
}

// endedWith tells whether the last change of a respondent's own date was the early end of the round, which is the last change of the
// deadline.
func endedWith(q survey.Questionnaire, r survey.Respondent) bool {
	n, own := len(q.Extended), len(r.DueChanges)
	return n > 0 && own > 0 && q.Extended[n-1].Ended() && r.DueChanges[own-1].Ended() && r.DueChanges[own-1].At.Equal(q.Extended[n-1].At)
}

// published tells whether readers have seen anything of the questionnaire.
func published(tx *survey.Tx, q survey.Questionnaire) (bool, error) {
	n, err := tx.Publications.Count(survey.In(q.ID))
	return n > 0, err
}

// SetDeadline is the form of the deadline.
type SetDeadline struct {
	Deadline, Zone string
	Choice         string // first or second, when the local time happens twice
	Reason         string // public; of an extension only
	Revision       int    // of the questionnaire
}

// SetDeadline sets the one deadline for all who answer with us, before the dispatch.
func (s *Service) SetDeadline(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd SetDeadline) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		var faults survey.Faults
		deadline := faults.Date("deadline", &cmd.Deadline, cmd.Zone, cmd.Choice, s.At(tx))
		if err := faults.Err(); err != nil {
			return err
		}
		q, err := s.beforeDispatch(tx, questionnaire)
		if err != nil {
			return err
		}
		if survey.Same(q.Deadline, deadline) {
			return nil // a double click
		}
		if err := beforePolls(tx, q, "deadline", deadline); err != nil {
			return err
		}
		if q.Revision != cmd.Revision {
			return survey.Stale()
		}
		q.Deadline, q.Revision = deadline, q.Revision+1
		return tx.Questionnaires.Put(q)
	})
}

// beforePolls is Invalid when a date is after the polls of the election have closed.
func beforePolls(tx *survey.Tx, q survey.Questionnaire, field string, date survey.Instant) error {
	if date.IsZero() {
		return nil
	}
	election, err := tx.Election(q.Election)
	if err != nil {
		return err
	}
	var faults survey.Faults
	election.BeforePolls(&faults, field, date)
	return faults.Err()
}

// ExtendDeadline moves the deadline for all to a later instant, with a public reason, as long as nothing is published. It informs
// by mail everybody it concerns, whether they have answered or not, with a new calendar entry. Mails that still wait to go out are
// replaced by ones with the new date. A deadline that is over opens again. After an early end whoever had a date of its own gets that back
// with the same reason; where it has passed meanwhile, the new deadline. The same again is a double click and changes nothing.
func (s *Service) ExtendDeadline(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd SetDeadline) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		var faults survey.Faults
		deadline := faults.Date("deadline", &cmd.Deadline, cmd.Zone, cmd.Choice, s.At(tx))
		faults.Line("reason", &cmd.Reason, 500, true)
		if err := faults.Err(); err != nil {
			return err
		}
		p, err := s.deadlinePlan(tx, questionnaire)
		if err != nil {
			return err
		}
		q := p.Questionnaire
		if err := q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed); err != nil {
			return err
		}
		if n := len(q.Extended); n > 0 && survey.Same(q.Deadline, deadline) && q.Extended[n-1].Reason == cmd.Reason {
			return nil
		}
		switch {
		case p.Published:
			return survey.Fail(survey.Conflict, "send.error.published")
		case q.Revision != cmd.Revision:
			return survey.Stale()
		case !deadline.At.After(q.Deadline.At):
			return survey.Faults{{Field: "deadline", Key: "send.error.deadline_earlier"}}.Err()
		}
		if err := beforePolls(tx, q, "deadline", deadline); err != nil {
			return err
		}
		before := q.Deadline
		change := survey.DateChange{From: before, To: deadline, Reason: cmd.Reason, At: s.At(tx), By: actor.Who()}
		ended := q
		q.Extended = append(q.Extended[:len(q.Extended):len(q.Extended)], change)
		q.Deadline, q.Revision = deadline, q.Revision+1
		if err := tx.Questionnaires.Put(q); err != nil {
			return err
		}
		all, err := survey.RespondentsInOrder(tx, questionnaire)
		if err != nil {
			return err
		}
		var concerned, informed []survey.Respondent
		for _, r := range all {
			switch {
			case endedWith(ended, r):
				if r, err = s.ownDateBack(tx, r, change); err != nil {
					return err
				}
			case !r.Due.IsZero():
				continue
			}
			concerned = append(concerned, r)
			if slices.ContainsFunc(p.Informed, func(one survey.Respondent) bool { return one.ID == r.ID }) {
				informed = append(informed, r)
			}
		}
		if err := s.tellNewDate(tx, actor, q, concerned, informed); err != nil {
			return err
		}
		return s.Audit(tx, actor, "extend", string(q.ID), before.Local+" "+before.Zone, deadline.Local+" "+deadline.Zone)
	})
}

// ownDateBack gives a respondent back the own date that an early end moved, with what extended the deadline; the new deadline, if that
// date is over.
func (s *Service) ownDateBack(tx *survey.Tx, r survey.Respondent, change survey.DateChange) (survey.Respondent, error) {
	change.From = r.Due
	if former := r.DueChanges[len(r.DueChanges)-1].From; former.At.After(s.At(tx)) {
		change.To = former
	}
	r.DueChanges = append(r.DueChanges[:len(r.DueChanges):len(r.DueChanges)], change)
	r.Due, r.Revision = change.To, r.Revision+1
	return r, tx.Respondents.Put(r)
}

// tellNewDate replaces the mails that wait to go out to those whose date has moved, and informs who can be by mail.
func (s *Service) tellNewDate(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, concerned, informed []survey.Respondent) error {
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return err
	}
	if err := s.replaceQueued(tx, h, concerned); err != nil {
		return err
	}
	if len(informed) == 0 {
		return nil
	}
	d := survey.Dispatch{Questionnaire: q.ID, ID: survey.NewID(), Kind: survey.MailExtension, At: s.At(tx), By: actor.Who()}
	for _, r := range informed {
		m := survey.WrittenMail{Mail: survey.Mail{Kind: survey.MailExtension, Language: cmp.Or(q.Cover.Language, "de")}}
		if err := s.writeNewDate(tx, h, r, &m); err != nil {
			return err
		}
		if err := s.sendToRespondent(tx, h, &d, r, m); err != nil {
			return err
		}
	}
	return tx.Dispatches.Put(d)
}

// writeNewDate writes the text about the last change of a respondent's date: its own, or that of all.
func (s *Service) writeNewDate(tx *survey.Tx, h letterhead, r survey.Respondent, m *survey.WrittenMail) error {
	name, changes := "extension", h.questionnaire.Extended
	if !r.Due.IsZero() {
		name, changes = "own_date", r.DueChanges
	}
	if len(changes) == 0 {
		return nil
	}
	last := changes[len(changes)-1]
	if last.Ended() {
		name = "ended"
	}
	at, err := survey.ReturnedAt(tx, r)
	if err != nil {
		return err
	}
	data := ExtensionMail{Party: r.Name, Questionnaire: h.questionnaire.Title, Election: h.election.Name, Alliance: h.alliance.Name,
		Reason: last.Reason, From: last.From.In(), To: last.To.In(), Returned: !at.IsZero()}
	place := survey.SecretPlace()
	if r.Procedure.Channel == survey.ChannelForm {
		data.Link = place
	}
	subject, body, err := s.Compose(m.Language, name, data)
	if err == nil {
		m.SetText(subject, body, place)
	}
	return err
}
