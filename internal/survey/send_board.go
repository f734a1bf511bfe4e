package survey

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// SendProblem is what the office should look at.
type SendProblem string

// The problems of a respondent; "" is none.
const (
	ProblemNone      SendProblem = ""
	ProblemAddress   SendProblem = "address"   // to be asked by mail, no address
	ProblemProcedure SendProblem = "procedure" // not known yet
	ProblemFit       SendProblem = "fit"       // the questions do not fit its procedure
	ProblemMail      SendProblem = "mail"      // an invitation, reminder or extension could not be delivered, and none of its kind replaced it
	ProblemDelayed   SendProblem = "delayed"   // one was refused for now and is tried again
	ProblemLink      SendProblem = "link"      // answers with us, but all its links are revoked
	ProblemPortal    SendProblem = "portal"    // the questions are not entered in its own form yet
	ProblemUnasked   SendProblem = "unasked"   // not asked yet, though it could be
	ProblemConfirm   SendProblem = "confirm"   // a change of its address waits for a second person
	ProblemLate      SendProblem = "late"      // its late invitation waits for a second person
)

// SendRow is a respondent on the status board. It says nothing of what the party does before it submits.
type SendRow struct {
	Respondent Respondent
	State      SendState
	Due        Instant
	Mail       *Mail     // the latest that asked; nil none
	LinkUsed   time.Time // first time one of its links was opened with the button; zero never
	Returned   time.Time
	ReturnedBy Provenance // ByForm, or Transcribed from its letter
	DayOnly    bool       // Returned is a day: nobody noted the hour a letter came
	Last       time.Time  // the last event
	LastEvent  string     // its message key is send.event.<LastEvent>; "" nothing has happened
	Problem    SendProblem
}

// SendBoard is the status board of one questionnaire, and the overview of its returns.
type SendBoard struct {
	Questionnaire Questionnaire
	Election      Election
	Phase         Phase
	Rows          []SendRow // in the printed order
	Count         map[SendState]int
	Problems      map[SendProblem]int
	Plan          DispatchPlan // until the dispatch
	Missing       []string     // short names of the parties of the election no respondent stands for
	Reminded      bool
	Unreminded    int // once reminded, how many could have the reminder and have not had it
	Published     bool
}

// Asked counts the respondents that are to be asked; once the catalogue was sent, those that were, as Returns counts them.
func (b SendBoard) Asked() int { return len(b.Rows) - b.Count[SendNotAsked] - b.Count[SendUnasked] }

// SendBoard returns the status board.
func (s *Service) SendBoard(ctx context.Context, actor Actor, questionnaire string) (b SendBoard, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return b, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		b, err = s.sendBoard(tx, actor, questionnaire)
		return err
	})
	return b, err
}

func (s *Service) sendBoard(tx *Tx, actor Actor, questionnaire string) (b SendBoard, err error) {
	q, err := tx.Questionnaires.Get(questionnaire)
	if err != nil {
		return b, err
	}
	b = SendBoard{Questionnaire: q, Phase: q.Phase(s.now()), Count: map[SendState]int{}, Problems: map[SendProblem]int{}}
	if b.Election, err = tx.Elections.Get(q.Election); err != nil {
		return b, err
	}
	if b.Plan, err = s.dispatchPlan(tx, actor, questionnaire); err != nil {
		return b, err
	}
	reminder, err := s.reminderPlan(tx, questionnaire)
	if err != nil {
		return b, err
	}
	if b.Reminded = reminder.Sent != nil; b.Reminded {
		b.Unreminded = len(reminder.Recipients)
	}
	deadline, err := s.deadlinePlan(tx, questionnaire)
	if err != nil {
		return b, err
	}
	b.Published = deadline.Published
	questions, locked, err := sentQuestions(tx, q)
	if err != nil {
		return b, err
	}
	traffic, err := loadTraffic(tx, questionnaire)
	if err != nil {
		return b, err
	}
	all, err := respondentsInOrder(tx, questionnaire)
	if err != nil {
		return b, err
	}
	if b.Missing, err = unrepresented(tx, q, all); err != nil {
		return b, err
	}
	for _, r := range all {
		row, err := s.sendRow(tx, q, r, questions, traffic[r.ID])
		if err != nil {
			return b, err
		}
		if row.Problem == ProblemNone && row.State == SendPlanned && !packetOf(r, questions, locked).Fits() {
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
	mails []Mail
	links []AccessLink
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

// undelivered tells whether the i-th mail failed for good and no later one of its kind took its place.
func (t traffic) undelivered(i int) bool {
	m := t.mails[i]
	return m.State == MailFailed && !slices.ContainsFunc(t.mails[i+1:], func(later Mail) bool {
		return Resendable(m.Kind) && later.Kind == m.Kind && later.State != MailRevoked
	})
}

// problem is what became of the mails that ask, remind or tell of an extension; "" if all is well.
func (t traffic) problem() (p SendProblem) {
	for i, m := range t.mails {
		switch {
		case !Resendable(m.Kind):
		case t.undelivered(i):
			return ProblemMail
		case m.State == MailQueued && m.Attempts > 0:
			p = ProblemDelayed
		}
	}
	return p
}

// loadTraffic reads the mails and links of a questionnaire once, by respondent.
func loadTraffic(tx *Tx, questionnaire string) (map[string]traffic, error) {
	by := map[string]traffic{}
	mails, err := mailsOf(tx, questionnaire)
	if err != nil {
		return nil, err
	}
	for _, m := range mails {
		t := by[m.Respondent]
		t.mails = append(t.mails, m)
		by[m.Respondent] = t
	}
	for l, err := range tx.AccessLinks.List("") {
		if err != nil {
			return nil, err
		}
		if l.Questionnaire == questionnaire {
			t := by[l.Respondent]
			t.links = append(t.links, l)
			by[l.Respondent] = t
		}
	}
	return by, nil
}

func (s *Service) sendRow(tx *Tx, q Questionnaire, r Respondent, questions []CatalogueQuestion, t traffic) (row SendRow, err error) {
	back, err := s.returnNow(tx, q, r, questions)
	if err != nil {
		return row, err
	}
	row = SendRow{Respondent: r, Due: r.DueAt(q), State: back.State, Returned: back.At, ReturnedBy: back.By}
	happened := func(at time.Time, event string) {
		if !at.IsZero() && !at.Before(row.Last) {
			row.Last, row.LastEvent = at, event
		}
	}
	for _, m := range t.mails {
		if !Resendable(m.Kind) {
			continue
		}
		if m.Kind == MailInvitation {
			row.Mail = &m
		}
		happened(cmp.Or(m.SentAt, m.CreatedAt), "mail_"+string(m.Kind))
		if m.State == MailFailed {
			happened(m.LastAttempt, "mail_failed")
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
	if r.NotReached != nil {
		happened(r.NotReached.At, "not_reached")
	}
	if row.ReturnedBy == ByForm {
		happened(row.Returned, "submitted")
	} else {
		happened(row.Returned, "transcribed")
	}
	_, notDay := time.Parse(time.DateOnly, string(back.Received))
	row.DayOnly = row.ReturnedBy == Transcribed && notDay == nil
	row.Problem = sendProblem(q, row, t)
	if row.Problem == ProblemUnasked {
		waiting, err := WaitingApproval(tx, q.ID, ActDispatch, r.ID)
		if err != nil {
			return row, err
		}
		if waiting != nil {
			row.Problem = ProblemLate
		}
	}
	if r.NewEmail != "" {
		waiting, err := WaitingApproval(tx, q.ID, ActAddress, r.ID)
		if err != nil {
			return row, err
		}
		if waiting != nil {
			row.Problem = ProblemConfirm
		}
	}
	return row, nil
}

func sendProblem(q Questionnaire, row SendRow, t traffic) SendProblem {
	r := row.Respondent
	sent := !q.DispatchedAt.IsZero()
	switch {
	case row.State == SendNotAsked || row.State.CameBack() || row.State == SendNotReached:
		return ProblemNone
	case r.Procedure.Channel == ChannelUnknown:
		return ProblemProcedure
	case r.getsMail() && r.Email == "":
		return ProblemAddress
	case sent && r.Procedure.Channel == ChannelPortal && r.Portal == nil:
		return ProblemPortal
	case sent && r.AskedAt.IsZero():
		return ProblemUnasked
	}
	problem := t.problem()
	if problem != ProblemMail && sent && r.Procedure.Channel == ChannelForm && t.openLinks() == 0 {
		return ProblemLink
	}
	return problem
}
