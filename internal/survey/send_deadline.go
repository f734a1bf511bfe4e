package survey

import (
	"cmp"
	"context"
	"slices"
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
		// whoever has a date of its own is not concerned; whoever has answered can change its answers until then
		if !r.getsMail() || !r.Due.IsZero() || r.NotReached != nil || r.Email == "" || r.AskedAt.IsZero() {
			continue
		}
		p.Informed = append(p.Informed, r)
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

// SetDeadline sets the one deadline for all who answer with us, before the dispatch.
func (s *Service) SetDeadline(ctx context.Context, actor Actor, questionnaire string, cmd SetDeadline) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	deadline := faults.date("deadline", &cmd.Local, cmd.Zone, cmd.Choice, s.now())
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		q, err := s.beforeDispatch(tx, questionnaire)
		if err != nil {
			return err
		}
		if same(q.Deadline, deadline) {
			return nil // a double click
		}
		if q.Revision != cmd.Revision {
			return stale()
		}
		q.Deadline, q.Revision = deadline, q.Revision+1
		return tx.Questionnaires.Put(q)
	})
}

// ExtendDeadline moves the deadline for all to a later instant, with a public reason, as long as nothing is published. It
// informs by mail everybody it concerns, whether they have answered or not, with a new calendar entry; mails that still
// wait to go out are replaced by ones with the new date. A deadline that is over opens again. The same again is a double
// click and changes nothing.
func (s *Service) ExtendDeadline(ctx context.Context, actor Actor, questionnaire string, cmd SetDeadline) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	deadline := faults.date("deadline", &cmd.Local, cmd.Zone, cmd.Choice, s.now())
	faults.line("reason", &cmd.Reason, 500, true)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		p, err := s.deadlinePlan(tx, questionnaire)
		if err != nil {
			return err
		}
		q := p.Questionnaire
		if err := s.inPhase(q, PhaseOpen, PhaseClosed); err != nil {
			return err
		}
		if n := len(q.Extended); n > 0 && same(q.Deadline, deadline) && q.Extended[n-1].Reason == cmd.Reason {
			return nil
		}
		switch {
		case p.Published:
			return Fail(Conflict, "send.error.published")
		case q.Revision != cmd.Revision:
			return stale()
		case !deadline.At.After(q.Deadline.At):
			return Faults{{Field: "deadline", Key: "send.error.deadline_earlier"}}.Err()
		}
		before := q.Deadline
		q.Extended = append(q.Extended, Extended{From: before, To: deadline, Reason: cmd.Reason, At: s.now(), By: actor.who()})
		q.Deadline, q.Revision = deadline, q.Revision+1
		if err := tx.Questionnaires.Put(q); err != nil {
			return err
		}
		all, err := respondentsInOrder(tx, questionnaire)
		if err != nil {
			return err
		}
		concerned := slices.DeleteFunc(all, func(r Respondent) bool { return !r.Due.IsZero() })
		if err := s.tellNewDate(tx, actor, q, concerned, p.Informed); err != nil {
			return err
		}
		return s.audit(tx, actor, "extend", q.ID, before.Local+" "+before.Zone, deadline.Local+" "+deadline.Zone)
	})
}

// tellNewDate replaces the mails that wait to go out to those whose date has moved, and informs who can be by mail.
func (s *Service) tellNewDate(tx *Tx, actor Actor, q Questionnaire, concerned, informed []Respondent) error {
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
	d := Dispatch{Questionnaire: q.ID, ID: NewID(), Kind: MailExtension, At: s.now(), By: actor.who()}
	for _, r := range informed {
		m := Mail{Kind: MailExtension, Language: cmp.Or(q.Cover.Language, "de")}
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
func (s *Service) writeNewDate(tx *Tx, h letterhead, r Respondent, m *Mail) error {
	name, changes := "extension", h.questionnaire.Extended
	if !r.Due.IsZero() {
		name, changes = "own_date", r.DueChanges
	}
	if len(changes) == 0 {
		return nil
	}
	last := changes[len(changes)-1]
	at, _, err := returnedAt(tx, r)
	if err != nil {
		return err
	}
	data := LetterExtension{Party: r.Name, Questionnaire: h.questionnaire.Title, Election: h.election.Name, Alliance: h.alliance.Name,
		Reason: last.Reason, From: last.From.In(), To: last.To.In(), Returned: !at.IsZero()}
	place := secretPlace()
	if r.Procedure.Channel == ChannelForm {
		data.Link = place
	}
	subject, body, err := s.Compose(m.Language, name, data)
	if err == nil {
		m.write(subject, body, place)
	}
	return err
}
