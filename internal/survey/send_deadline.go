package survey

import (
	"context"
	"time"
)

// DeadlinePlan is the page of the deadline.
type DeadlinePlan struct {
	Questionnaire Questionnaire
	Published     bool         // extending is over
	Informed      []Respondent // who would get a mail about a later deadline
}

// DeadlinePlan returns whether the deadline can be set or extended, and who would be informed.
func (s *Service) DeadlinePlan(ctx context.Context, actor Actor, questionnaire string) (p DeadlinePlan, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return p, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		p, err = s.deadlinePlan(tx, questionnaire)
		return err
	})
	return p, err
}

func (s *Service) deadlinePlan(tx *Tx, questionnaire string) (p DeadlinePlan, err error) {
	if p.Questionnaire, err = tx.Questionnaires.Get(questionnaire); err != nil {
		return p, err
	}
	for _, err := range tx.Publications.List(questionnaire + "/") {
		if err != nil {
			return p, err
		}
		p.Published = true
	}
	all, err := respondentsInOrder(tx, questionnaire)
	if err != nil {
		return p, err
	}
	for _, r := range all {
		// whoever has a date of its own is not concerned
		if !r.getsMail() || !r.Due.IsZero() || r.NotReached != nil || r.Email == "" || r.AskedAt.IsZero() {
			continue
		}
		at, _, err := returnedAt(tx, r)
		if err != nil {
			return p, err
		}
		if at.IsZero() {
			p.Informed = append(p.Informed, r)
		}
	}
	return p, nil
}

// SetDeadline is the form of the deadline.
type SetDeadline struct {
	Local, Zone string
	Choice      string // first or second, when the local time happens twice
	Reason      string // public; of an extension only
	Revision    int    // of the questionnaire
}

func (f *Faults) futureDeadline(cmd *SetDeadline, now time.Time) Instant {
	f.line("deadline", &cmd.Local, 30, true)
	if cmd.Local == "" {
		return Instant{}
	}
	instant, key := ParseInstant(cmd.Local, cmd.Zone, cmd.Choice)
	switch {
	case key != "":
		f.Add("deadline", key)
	case !instant.At.After(now):
		f.Add("deadline", "send.error.deadline_past")
	}
	return instant
}

// SetDeadline sets the one deadline for all who answer with us, before the dispatch.
func (s *Service) SetDeadline(ctx context.Context, actor Actor, questionnaire string, cmd SetDeadline) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	deadline := faults.futureDeadline(&cmd, s.now())
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, func(tx *Tx) error {
		q, err := s.beforeDispatch(tx, questionnaire)
		if err != nil {
			return err
		}
		if q.Revision != cmd.Revision {
			return stale()
		}
		q.Deadline, q.Revision = deadline, q.Revision+1
		return tx.Questionnaires.Put(q)
	})
}

// ExtendDeadline moves the deadline for all to a later instant, with a public reason, as long as nothing is published, and
// informs by mail everybody it concerns who has not submitted, with a new calendar entry. A deadline that is over opens again.
func (s *Service) ExtendDeadline(ctx context.Context, actor Actor, questionnaire string, cmd SetDeadline) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	deadline := faults.futureDeadline(&cmd, s.now())
	faults.line("reason", &cmd.Reason, 500, true)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, func(tx *Tx) error {
		p, err := s.deadlinePlan(tx, questionnaire)
		if err != nil {
			return err
		}
		q := p.Questionnaire
		if err := s.inPhase(q, PhaseOpen, PhaseClosed); err != nil {
			return err
		}
		switch {
		case p.Published:
			return Fail(Conflict, "send.error.published")
		case q.Revision != cmd.Revision:
			return stale()
		case !deadline.At.After(q.Deadline.At):
			faults := Faults{{Field: "deadline", Key: "send.error.deadline_earlier"}}
			return faults.Err()
		}
		old := q.Deadline
		q.Extended = append(q.Extended, Extended{From: old, To: deadline, Reason: cmd.Reason, At: s.now(), By: actor.who()})
		q.Deadline, q.Revision = deadline, q.Revision+1
		if err := tx.Questionnaires.Put(q); err != nil {
			return err
		}
		if err := s.informExtension(tx, actor, q, old, p.Informed); err != nil {
			return err
		}
		return s.audit(tx, actor, "extend", q.ID)
	})
}

func (s *Service) informExtension(tx *Tx, actor Actor, q Questionnaire, old Instant, informed []Respondent) error {
	if len(informed) == 0 {
		return nil
	}
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return err
	}
	d := Dispatch{Questionnaire: q.ID, ID: NewID(), Kind: MailExtension, At: s.now(), By: actor.who()}
	for _, r := range informed {
		data := LetterExtension{Party: r.Name, Questionnaire: q.Title, Election: h.election.Name, Alliance: h.alliance.Name,
			Reason: q.Extended[len(q.Extended)-1].Reason, From: old.In(), To: q.Deadline.In()}
		if r.Procedure.Channel == ChannelForm {
			data.Link = LinkMark
		}
		lang := q.Cover.Language
		if lang == "" {
			lang = "de"
		}
		subject, body, err := s.Compose(lang, "extension", data)
		if err != nil {
			return err
		}
		if err := s.sendToRespondent(tx, h, &d, r, Mail{Language: lang, Subject: subject, Body: body}); err != nil {
			return err
		}
		d.Subject, d.Body = subject, body
	}
	return tx.Dispatches.Put(d)
}
