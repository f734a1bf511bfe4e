package send

import (
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// RecordPortal is the form that says when the office entered the questions in a party's own form.
type RecordPortal struct {
	At, Zone, Choice string // when; Choice as in ParseInstant
	Note             string
	Wordings         []PortalWording
	Revision         int // of the respondent
}

// PortalWording says how a question was entered: in a shorter wording, or as it is though it is longer than the procedure takes.
type PortalWording struct {
	Question survey.QuestionID
	Text     string // as entered; "" or the locked wording: as it is
	Reason   string // public; why it was shortened
	Whole    bool   // the form took it all the same
}

// RecordPortal notes that the questions were entered in the respondent's own form, by whoever says so. It is not the
// party's answer. Of a question that is longer than the procedure takes, and is asked, it has to be said how it was entered. A shorter
// wording has a public reason.
func (s *Service) RecordPortal(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd RecordPortal) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		var faults survey.Faults
		faults.Line("at", &cmd.At, 30, true)
		faults.Text("note", &cmd.Note)
		at := survey.Instant{}
		if cmd.At != "" {
			var key string
			if at, key = survey.ParseInstant(cmd.At, cmd.Zone, cmd.Choice); key != "" {
				faults.Add("at", key)
			} else if at.At.After(s.At(tx)) {
				faults.Add("at", "send.error.portal_future")
			}
		}
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		questions, locked, err := survey.SentQuestions(tx, q)
		if err != nil {
			return err
		}
		p := survey.PortalSubmission{At: at.At, By: actor.Who(), Note: cmd.Note}
		if p.Shortened, p.Whole, err = entered(&faults, r, survey.PacketOf(r, questions, locked), cmd.Wordings); err != nil {
			return err
		}
		if err := faults.Err(); err != nil {
			return err
		}
		return s.changePortal(tx, actor, questionnaire, slug, cmd.Revision, &p)
	})
}

// entered returns which questions of a packet were entered in a shorter wording, and which as they are though they are too long. Faults
// are named text-, reason- and whole-<question id>. A question the respondent was not asked is NotFound.
func entered(f *survey.Faults, r survey.Respondent, packet survey.Packet, typed []PortalWording) (short []survey.Shortened, whole []survey.QuestionID, err error) {
	said := map[survey.QuestionID]PortalWording{}
	for _, w := range typed {
		said[w.Question] = w
	}
	for _, q := range packet.Questions {
		w, id := said[q.ID], string(q.ID)
		if q.LeftOut != "" {
			continue
		}
		delete(said, q.ID)
		f.Text("text-"+id, &w.Text)
		f.Line("reason-"+id, &w.Reason, maxReason, false)
		changed, length, limit := w.Text != "" && w.Text != q.Text, survey.Length(w.Text), r.Procedure.MaxCharacters
		switch {
		case !changed && w.Reason != "":
			f.Add("text-"+id, "send.error.shortened_text")
		case !changed && q.Over > 0 && !w.Whole:
			f.Add("text-"+id, "send.error.portal_too_long", "Count", q.Over)
		case !changed && q.Over > 0:
			whole = append(whole, q.ID)
		case !changed:
		case w.Whole:
			f.Add("whole-"+id, "send.error.portal_whole")
		case length >= q.Length:
			f.Add("text-"+id, "send.error.not_shorter", "Length", q.Length)
		case limit > 0 && length > limit:
			f.Add("text-"+id, "send.error.still_too_long", "Count", length-limit)
		case w.Reason == "":
			f.Add("reason-"+id, "send.error.shortened_reason")
		default:
			short = append(short, survey.Shortened{Question: q.ID, Text: w.Text, Reason: w.Reason})
		}
	}
	for _, w := range said {
		if w != (PortalWording{Question: w.Question}) {
			return nil, nil, survey.Fail(survey.NotFound, "error.not_found")
		}
	}
	return short, whole, nil
}

// TakeBackPortal takes a note of RecordPortal back that was a mistake.
func (s *Service) TakeBackPortal(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, revision int) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		return s.changePortal(tx, actor, questionnaire, slug, revision, nil)
	})
}

func (s *Service) changePortal(tx *survey.Tx, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, revision int, p *survey.PortalSubmission) error {
	_, r, err := s.sentRespondent(tx, questionnaire, slug)
	if err != nil {
		return err
	}
	if r.NotAsked != "" || r.Procedure.Channel != survey.ChannelPortal {
		return survey.Fail(survey.Conflict, "send.error.not_portal")
	}
	if r.Portal == nil && p == nil || r.Portal != nil && p != nil && r.Portal.At.Equal(p.At) && r.Portal.Note == p.Note &&
		slices.Equal(r.Portal.Shortened, p.Shortened) && slices.Equal(r.Portal.Whole, p.Whole) {
		return nil // a double click
	}
	if r.Revision != revision {
		return survey.Stale()
	}
	what := "portal_taken_back"
	r.Portal, r.AskedAt, r.Revision = p, time.Time{}, r.Revision+1
	if p != nil {
		what, r.AskedAt = "portal_submission", p.At
	}
	if err := tx.Respondents.Put(r); err != nil {
		return err
	}
	return s.Audit(tx, actor, what, string(r.ID))
}
