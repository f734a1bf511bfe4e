package survey

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// PacketQuestion is a question as one respondent is asked it, measured against the respondent's procedure.
type PacketQuestion struct {
	CatalogueQuestion
	Length  int    // in UTF-16 units
	Over    int    // by how many units it is too long for the procedure; 0 fits
	LeftOut string // why it is not asked; "" it is
}

// Packet is what one respondent is asked.
type Packet struct {
	Questions []PacketQuestion // left-out ones included
	Asked     int
	Surplus   int  // questions asked beyond what the procedure takes
	TooLong   int  // asked questions longer than it takes
	Locked    bool // the catalogue is locked: the questions are final
}

// Fits tells whether the procedure takes the packet as it is.
func (p Packet) Fits() bool { return p.Surplus == 0 && p.TooLong == 0 }

// sentQuestions returns the questions to be sent: those of the locked catalogue, before the lock the agreed ones under
// their own ids, in the order they stand in.
func sentQuestions(tx *Tx, q Questionnaire) (questions []CatalogueQuestion, locked bool, err error) {
	if !q.LockedAt.IsZero() || q.Imported {
		catalogue, err := tx.Catalogues.Get(q.ID)
		return catalogue.Questions, true, err
	}
	all, err := collect(tx.Questions.List(q.ID + "/"))
	for i, question := range agreedInOrder(all) {
		questions = append(questions, CatalogueQuestion{ID: question.ID, Number: i + 1, Kind: question.Kind,
			Label: question.Label, Text: question.Text, Context: question.Context})
	}
	return questions, false, err
}

// packetOf measures the questions against a respondent's procedure.
func packetOf(r Respondent, questions []CatalogueQuestion, locked bool) Packet {
	p := Packet{Locked: locked}
	for _, question := range questions {
		one := PacketQuestion{CatalogueQuestion: question, Length: Length(question.Text), LeftOut: r.LeftOut[question.ID]}
		if limit := r.Procedure.MaxCharacters; limit > 0 {
			one.Over = max(0, one.Length-limit)
		}
		if one.LeftOut == "" {
			p.Asked++
			if one.Over > 0 {
				p.TooLong++
			}
		}
		p.Questions = append(p.Questions, one)
	}
	if most := r.Procedure.MaxQuestions; most > 0 {
		p.Surplus = max(0, p.Asked-most)
	}
	return p
}

// LeftOutQuestion is a line of the form that leaves questions out for one respondent.
type LeftOutQuestion struct {
	Question string // id
	Reason   string // public; "" asks the question
}

// LeaveOut notes the questions a respondent is not asked, each with its public reason, and asks it all others. A fault is
// named reason-<question id>.
func (s *Service) LeaveOut(ctx context.Context, actor Actor, questionnaire, slug string, revision int, lines []LeftOutQuestion) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	var faults Faults
	left := map[string]string{}
	for _, l := range lines {
		faults.line("reason-"+l.Question, &l.Reason, 500, false)
		if l.Reason != "" {
			left[l.Question] = l.Reason
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		q, r, err := s.editable(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		questions, _, err := sentQuestions(tx, q)
		if err != nil {
			return err
		}
		for id := range left {
			if !slices.ContainsFunc(questions, func(c CatalogueQuestion) bool { return c.ID == id }) {
				return Fail(NotFound, "error.not_found")
			}
		}
		switch {
		case maps.Equal(r.LeftOut, left):
			return nil // a double click
		case r.Revision != revision:
			return stale()
		}
		before := r.LeftOut
		r.LeftOut, r.Revision = left, r.Revision+1
		if err := tx.Respondents.Put(r); err != nil || q.DispatchedAt.IsZero() {
			return err
		}
		return s.audit(tx, actor, "left_out", r.ID, leftOutState(before, questions), leftOutState(left, questions))
	})
}

// leftOutState says which questions are left out, and why, for the audit.
func leftOutState(left map[string]string, questions []CatalogueQuestion) string {
	var list []string
	for _, q := range questions {
		if reason := left[q.ID]; reason != "" {
			list = append(list, fmt.Sprintf("%d: %s", q.Number, reason))
		}
	}
	return strings.Join(list, "; ")
}
