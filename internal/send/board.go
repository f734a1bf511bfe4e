package send

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// Problem is what the office should look at.
type Problem string

// The problems of a respondent; "" is none.
const (
	ProblemNone       Problem = ""
	ProblemAddress    Problem = "address"   // to be asked by mail, no address
	ProblemProcedure  Problem = "procedure" // not known yet
	ProblemFit        Problem = "fit"       // the questions do not fit its procedure
	ProblemMail       Problem = "mail"      // an invitation, reminder or extension could not be delivered, and none of its kind replaced it
	ProblemDelayed    Problem = "delayed"   // one was refused for now and is tried again
	ProblemLink       Problem = "link"      // answers with us, but all its links are revoked
	ProblemPortal     Problem = "portal"    // the questions are not entered in its own form yet
	ProblemLetter     Problem = "letter"    // its letter was not printed yet, or not recorded as sent
	ProblemUnasked    Problem = "unasked"   // not asked yet, though it could be
	ProblemConfirm    Problem = "confirm"   // a change of its address waits for a second person
	ProblemPost       Problem = "post"      // that a letter takes the place of its mails waits for a second person
	ProblemInvitation Problem = "late"      // its own invitation waits for a second person
)

// Row is a respondent on the status board. It says nothing of what the party does before it submits.
type Row struct {
	Respondent survey.Respondent
	State      survey.Stage
	Due        survey.Instant
	Mail       *survey.Mail // the latest that asked; nil none
	LinkUsed   time.Time    // first time one of its links was opened with the button; zero never
	Returned   time.Time
	ReturnedBy survey.Provenance // ByForm, or Transcribed from its letter
	DayOnly    bool              // Returned is a day: nobody noted the hour a letter came
	Last       time.Time         // the last event
	LastEvent  string            // its message key is send.event.<LastEvent>; "" nothing has happened
	Problem    Problem
	Undecided  bool // what asked it was lost, and nobody has decided what that means: see survey.Respondent.AsDelivered
}

// Board is the status board of one questionnaire, and the overview of its returns.
type Board struct {
	Questionnaire survey.Questionnaire
	Election      survey.Election
	Phase         survey.Phase
	Rows          []Row // in the printed order
	Count         map[survey.Stage]int
	Problems      map[Problem]int
	Plan          DispatchPlan // until the dispatch
	Missing       []string     // short names of the parties of the election no respondent stands for
	Reminded      bool         // a reminder went or is planned
	PlanWaits     bool         // planned reminders wait for their second person
	Unreminded    int          // once reminded, how many could have the reminder and have not had it
	Published     bool
}

// Asked counts the respondents that are to be asked; once the catalogue was sent, those that were, as Returns counts them: who no
// longer stands is counted apart.
func (b Board) Asked() int {
	return len(b.Rows) - b.Count[survey.StageNotAsked] - b.Count[survey.StageUnasked] - b.Count[survey.StageGone]
}

// Board returns the status board.
func (s *Service) Board(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (b Board, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return b, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		b, err = s.board(tx, actor, questionnaire)
		return err
	})
	return b, err
}

func (s *Service) board(tx *survey.Tx, actor survey.Actor, questionnaire survey.QuestionnaireID) (b Board, err error) {
	q, err := tx.Questionnaire(questionnaire)
	if err != nil {
		return b, err
	}
	b = Board{Questionnaire: q, Phase: q.Phase(s.At(tx)), Count: map[survey.Stage]int{}, Problems: map[Problem]int{}}
	if b.Election, err = tx.Election(q.Election); err != nil {
		return b, err
	}
	if b.Plan, err = s.dispatchPlan(tx, actor, questionnaire); err != nil {
		return b, err
	}
	all := b.Plan.respondents
	reminder, err := s.reminderOf(tx, q, all)
	if err != nil {
		return b, err
	}
	if reminder.Sent != nil {
		b.Unreminded = len(reminder.Recipients)
	}
	b.Reminded = reminder.Sent != nil || reminder.Planned || reminder.Room == 0
	waiting, err := survey.WaitingApproval(tx, q.ID, survey.ActReminder, "")
	if err != nil {
		return b, err
	}
	b.PlanWaits = waiting != nil
	if b.Published, err = published(tx, q); err != nil {
		return b, err
	}
	questions, locked := b.Plan.Questions, b.Plan.locked
	traffic, err := loadTraffic(tx, questionnaire)
	if err != nil {
		return b, err
	}
	if b.Missing, err = survey.Unrepresented(tx, q, all); err != nil {
		return b, err
	}
	for _, r := range all {
		row, err := s.row(tx, q, r, questions, traffic[r.ID])
		if err != nil {
			return b, err
		}
		if row.Problem == ProblemNone && row.State == survey.StagePlanned && !survey.PacketOf(r, questions, locked).Fits() {
			row.Problem = ProblemFit
		}
		b.Rows = append(b.Rows, row)
		b.Count[row.State]++
		b.Problems[row.Problem]++
	}
	return b, nil
}

// traffic is the mails and links of one respondent, the oldest first.
type traffic struct {
	mails []survey.Mail
	links []survey.AccessLink
}

// openLinks counts the links that work.
func (t traffic) openLinks() (n int) {
	for _, l := range t.links {
		if l.RevokedAt.IsZero() {
			n++
		}
	}
	return n
}

// undelivered tells whether the i-th mail was lost, is not tried again, and no later one of its kind took its place: it is worth
// sending anew. What stands for a copy is a later copy to the same address.
func (t traffic) undelivered(i int) bool {
	m := t.mails[i]
	return (m.State == survey.MailFailed || m.Bounced != nil) && !slices.ContainsFunc(t.mails[i+1:], func(later survey.Mail) bool {
		return m.Kind.ToAll() && later.Kind == m.Kind && later.Copy == m.Copy && (!m.Copy || later.To == m.To) && (m.Kind.Asks() || later.Dispatch == m.Dispatch) && later.State != survey.MailRevoked
	})
}

// problem is what became of the mails that went to all, copies aside; "" if all is well.
func (t traffic) problem() (p Problem) {
	for i, m := range t.mails {
		switch {
		case !m.Kind.ToAll() || m.Copy:
		case t.undelivered(i):
			return ProblemMail
		case m.State == survey.MailQueued && m.Attempts > 0:
			p = ProblemDelayed
		}
	}
	return p
}

// waiting tells whether a mail that asks is still to go out.
func (t traffic) waiting() bool {
	return slices.ContainsFunc(t.mails, func(m survey.Mail) bool { return m.Kind.Asks() && !m.Copy && m.State == survey.MailQueued })
}

// trafficOf reads the mails and links of one respondent.
func trafficOf(tx *survey.Tx, r survey.Respondent) (t traffic, err error) {
	if t.mails, err = mailsTo(tx, r); err == nil {
		t.links, err = survey.LinksOf(tx, r.Questionnaire, r.ID)
	}
	return t, err
}

// loadTraffic reads the mails and links of a questionnaire once, by respondent.
func loadTraffic(tx *survey.Tx, questionnaire survey.QuestionnaireID) (map[survey.RespondentID]traffic, error) {
	by := map[survey.RespondentID]traffic{}
	mails, err := mailsOf(tx, questionnaire)
	if err != nil {
		return nil, err
	}
	for _, m := range mails {
		t := by[m.Respondent]
		t.mails = append(t.mails, m)
		by[m.Respondent] = t
	}
	for l, err := range tx.AccessLinks.By(survey.LinkRespondent).List(survey.In(questionnaire)) {
		if err != nil {
			return nil, err
		}
		t := by[l.Respondent]
		t.links = append(t.links, l)
		by[l.Respondent] = t
	}
	return by, nil
}

func (s *Service) row(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, questions []survey.CatalogueQuestion, t traffic) (row Row, err error) {
	back, err := s.ReturnNow(tx, q, r, questions)
	if err != nil {
		return row, err
	}
	row = Row{Respondent: r, Due: r.DueAt(q), State: back.State, Returned: back.At, ReturnedBy: back.By,
		Undecided: back.State == survey.StageNotReached && r.NotReached == nil}
	happened := func(at time.Time, event string) {
		if !at.IsZero() && !at.Before(row.Last) {
			row.Last, row.LastEvent = at, event
		}
	}
	for _, m := range t.mails {
		if !m.Kind.ToAll() || m.Copy {
			continue
		}
		if m.Kind == survey.MailInvitation {
			row.Mail = &m
		}
		happened(cmp.Or(m.SentAt, m.CreatedAt), "mail_"+string(m.Kind))
		if m.State == survey.MailFailed {
			happened(m.LastAttempt, "mail_failed")
		}
		if m.Bounced != nil {
			happened(m.Bounced.At, "mail_bounced")
		}
	}
	for _, l := range t.links {
		if l.Mail == "" {
			happened(l.CreatedAt, "link_made")
		}
		if !l.UsedAt.IsZero() && (row.LinkUsed.IsZero() || l.UsedAt.Before(row.LinkUsed)) {
			row.LinkUsed = l.UsedAt
		}
		happened(l.UsedAt, "link_used")
		happened(l.RevokedAt, "link_revoked")
	}
	if r.Portal != nil {
		happened(r.Portal.At, "portal")
	}
	if last := r.LastLetter(); last != nil {
		happened(last.At, "printed")
		if last.SentOn != "" {
			posted := r.AskedAt
			if posted.Before(last.At) {
				posted = last.At
			}
			happened(posted, "posted")
		}
	}
	if r.NotReached != nil {
		happened(r.NotReached.At, "not_reached")
	}
	if r.Reached != nil {
		happened(r.Reached.At, "reached")
	}
	if row.ReturnedBy == survey.ByForm {
		happened(row.Returned, "submitted")
	} else {
		happened(row.Returned, "transcribed")
	}
	_, notDay := time.Parse(time.DateOnly, string(back.Received))
	row.DayOnly = row.ReturnedBy == survey.Transcribed && notDay == nil
	row.Problem = sendProblem(q, row, t)
	if row.Problem == ProblemUnasked {
		waiting, err := survey.WaitingApproval(tx, q.ID, survey.ActDispatch, string(r.ID))
		if err != nil {
			return row, err
		}
		if waiting != nil {
			row.Problem = ProblemInvitation
		}
	}
	if r.NewPost != "" {
		waiting, err := survey.WaitingApproval(tx, q.ID, survey.ActPost, string(r.ID))
		if err != nil {
			return row, err
		}
		if waiting != nil {
			row.Problem = ProblemPost
		}
	}
	if r.NewEmail != "" {
		waiting, err := survey.WaitingApproval(tx, q.ID, survey.ActAddress, string(r.ID))
		if err != nil {
			return row, err
		}
		if waiting != nil {
			row.Problem = ProblemConfirm
		}
	}
	return row, nil
}

func sendProblem(q survey.Questionnaire, row Row, t traffic) Problem {
	r := row.Respondent
	sent := !q.DispatchedAt.IsZero()
	back := row.State.CameBack()
	switch {
	case row.State == survey.StageNotAsked || row.State == survey.StageGone || r.NotReached != nil && !back || back && !r.AskedUnrecorded(q):
		return ProblemNone
	case r.Procedure.Channel == survey.ChannelUnknown:
		return ProblemProcedure
	case r.GetsMail() && r.Email == "":
		return ProblemAddress
	case sent && r.Procedure.Channel == survey.ChannelPortal && r.Portal == nil:
		return ProblemPortal
	case sent && r.ByPost() && (r.LastLetter() == nil || r.LastLetter().SentOn == ""):
		return ProblemLetter
	case sent && r.AskedAt.IsZero():
		return ProblemUnasked
	}
	problem := t.problem()
	switch {
	case r.ByPost(), problem == ProblemMail && r.Reached != nil && !row.Undecided:
		problem = ProblemNone // a letter took their place, or that was decided
	case problem == ProblemNone && row.Undecided && !t.waiting():
		problem = ProblemMail
	}
	if problem != ProblemMail && sent && r.Procedure.Channel == survey.ChannelForm && t.openLinks() == 0 {
		return ProblemLink
	}
	return problem
}
