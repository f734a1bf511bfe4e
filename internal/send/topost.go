package send

import (
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// SwitchToPost is the form that lets a printed letter take the place of mails that do not arrive.
type SwitchToPost struct {
	Reason   string // public
	Revision int    // of the respondent
}

// postSwitch is what that is approved for.
type postSwitch struct {
	Respondent survey.RespondentID
	From       survey.Channel
	Email      string // it had
	Reason     string
}

// reprint is what a letter is approved for that takes the place of one that went out by post.
type reprint struct {
	Respondent survey.RespondentID
	Printed    int // letters so far
}

// SwitchToPost makes a respondent that was asked by mail, with or without a link to our form, one that is asked by a printed letter. The
// code in the letter takes the place of the mailed one, so a second person has to confirm it where a change of address needs one. The
// first call notes the request and returns done false, the call of the second person with the same reason does it. Its address is told
// and no longer counts. What it was asked by mail stays as it is until a letter is recorded as posted. It is a Conflict once something
// came from the party, when it cannot answer any more, and while a code is under way. What is so already, or was asked for, changes
// nothing.
func (s *Service) SwitchToPost(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd SwitchToPost) (done bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	var faults survey.Faults
	faults.Line("reason", &cmd.Reason, maxReason, true)
	if err := faults.Err(); err != nil {
		return false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if done = r.ToPost != nil && r.ToPost.Reason == cmd.Reason; done {
			return nil // a double click
		}
		if err := s.maySwitch(tx, q, r); err != nil {
			return err
		}
		if err := s.noCodeUnderWay(tx, r); err != nil {
			return err
		}
		waiting, err := survey.WaitingApproval(tx, q.ID, survey.ActPost, string(r.ID))
		switch {
		case err != nil:
			return err
		case waiting != nil && waiting.RequestedBy == actor.Who() && r.NewPost == cmd.Reason:
			return nil // a double click
		case r.Revision != cmd.Revision:
			return survey.Stale()
		}
		approved, approval, err := s.Approve(tx, actor, q.ID, survey.ActPost, string(r.ID), postSwitch{r.ID, r.Procedure.Channel, r.Email, cmd.Reason})
		if err != nil {
			return err
		}
		old := r
		r.NewPost, r.Revision = cmd.Reason, r.Revision+1
		if done = approved; !done {
			return tx.Respondents.Put(r)
		}
		r.ToPost = &survey.PostSwitch{Reason: cmd.Reason, From: r.Procedure.Channel, AskedAt: r.AskedAt, At: s.At(tx), By: approval.RequestedBy, ConfirmedBy: approval.ApprovedBy}
		r.Procedure.Channel, r.Email, r.Copies, r.NewEmail, r.NewCopies, r.NewPost = survey.ChannelPost, "", nil, "", nil, ""
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		if err := s.Settle(tx, q.ID, survey.ActAddress, string(r.ID)); err != nil { // it was about addresses that no longer count
			return err
		}
		mails, err := mailsTo(tx, r)
		if err != nil {
			return err
		}
		for _, m := range mails {
			if m.Kind.ToAll() && m.State == survey.MailQueued {
				if err := survey.RevokeMail(tx, m.ID); err != nil {
					return err
				}
			}
		}
		if err := s.tellRespondent(tx, q, old, "notice_post"); err != nil {
			return err
		}
		return s.Audit(tx, actor, "to_post", string(r.ID))
	})
	return done, err
}

// maySwitch tells what stands in the way of a letter in place of mails, but for a code that is under way: that is the party's own matter.
func (s *Service) maySwitch(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent) error {
	if !r.GetsMail() || r.AskedAt.IsZero() || r.Standing.Out() {
		return survey.Fail(survey.Conflict, "send.error.switch_channel")
	}
	over, err := s.answersOver(tx, q, r)
	if err != nil {
		return err
	}
	returned, err := survey.ReturnedAt(tx, r)
	switch {
	case err != nil:
		return err
	case over:
		return survey.Fail(survey.Conflict, "send.error.post_over")
	case !returned.IsZero():
		return survey.Fail(survey.Conflict, "send.error.switch_returned")
	}
	return nil
}

// switchPlan is how the two-person rule stands for a letter in place of mails; nil when there can be none.
func (s *Service) switchPlan(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r survey.Respondent) (*survey.SecondPerson, error) {
	if err := s.maySwitch(tx, q, r); err != nil {
		if survey.CodeOf(err) == survey.Conflict {
			err = nil
		}
		return nil, err
	}
	digest, err := survey.ContentDigest(postSwitch{r.ID, r.Procedure.Channel, r.Email, r.NewPost})
	if err != nil {
		return nil, err
	}
	p, err := s.SecondPerson(tx, actor, q.ID, survey.ActPost, string(r.ID), digest)
	return &p, err
}

// byMailAgain makes a respondent whose address has been found one that is asked by mail again, as long as no letter to it was posted.
// What was printed opens nothing then. If no mail that asks arrived or was lost, it has still to be asked.
func (s *Service) byMailAgain(tx *survey.Tx, r *survey.Respondent) error {
	if r.ToPost == nil || r.Posted() {
		return nil
	}
	if last := r.LastLetter(); last != nil {
		if err := s.revokeLink(tx, last.Link); err != nil {
			return err
		}
	}
	mails, err := mailsTo(tx, *r)
	if err != nil {
		return err
	}
	r.Procedure.Channel, r.AskedAt, r.ToPost = r.ToPost.From, r.ToPost.AskedAt, nil
	if !askedByMail(*r, mails) && survey.Undelivered(mails) == nil {
		r.AskedAt = time.Time{}
	}
	return nil
}

// askedByMail tells whether a mail that asks got there, as far as anybody knows.
func askedByMail(r survey.Respondent, mails []survey.Mail) bool {
	return r.Reached != nil || slices.ContainsFunc(mails, func(m survey.Mail) bool { return m.Kind.Asks() && m.Arrived() })
}
