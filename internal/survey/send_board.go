package survey

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// SendState is where a respondent stands between the dispatch and its answer, as a whole.
type SendState string

// The states of a respondent.
const (
	SendPlanned    SendState = "planned"     // not sent yet
	SendUnasked    SendState = "unasked"     // sent to others, this one could not be asked yet
	SendWaiting    SendState = "waiting"     // asked, its date not over, nothing came
	SendReturned   SendState = "returned"    // answered at least one question, see Returns
	SendGeneral    SendState = "general"     // sent but a general text
	SendRefers     SendState = "refers"      // only points to its manifesto
	SendDeclined   SendState = "declined"    // said only that it will not answer
	SendWithdrawn  SendState = "withdrawn"   // took back all it had said
	SendSilent     SendState = "silent"      // its date over, nothing came
	SendNotReached SendState = "not_reached" // nothing could be delivered
	SendNotAsked   SendState = "not_asked"   // not to be asked
)

// SendStates in the order of the bar.
var SendStates = []SendState{SendReturned, SendGeneral, SendRefers, SendDeclined, SendWithdrawn, SendWaiting, SendSilent, SendUnasked, SendPlanned, SendNotReached, SendNotAsked}

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
	row = SendRow{Respondent: r, Due: r.DueAt(q)}
	if row.Returned, row.ReturnedBy, err = returnedAt(tx, r); err != nil {
		return row, err
	}
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
	back, err := s.returnAtDue(tx, q, r, questions)
	if err != nil {
		return row, err
	}
	_, notDay := time.Parse(time.DateOnly, string(back.Received))
	row.DayOnly = row.ReturnedBy == Transcribed && notDay == nil
	row.State = s.sendState(q, r, back.State, !row.Returned.IsZero())
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

// returnAtDue sums up what came back from a respondent by the one rule of the comparison. Before its date, which the
// comparison keeps to itself, it is what would be told then.
func (s *Service) returnAtDue(tx *Tx, q Questionnaire, r Respondent, questions []CatalogueQuestion) (Return, error) {
	c := Comparison{Questionnaire: q, Catalogue: Catalogue{Questions: questions}, At: s.now()}
	if due := r.DueAt(q).At; c.At.Before(due) {
		c.At = due
	}
	versions := map[string][]Version{}
	for v, err := range tx.Versions.List(r.Key() + "/") {
		if err != nil {
			return Return{}, err
		}
		key := CellKey(q.ID, r.ID, v.Question)
		versions[key] = append(versions[key], v)
	}
	return returnOf(compared(c, r, versions, nil, nil)), nil
}

// cameBack are the states of the returns in which something came back.
var cameBack = map[ReturnState]SendState{ReturnAnswered: SendReturned, ReturnPartly: SendReturned, ReturnGeneral: SendGeneral,
	ReturnRefers: SendRefers, ReturnDeclined: SendDeclined, ReturnWithdrawn: SendWithdrawn}

// CameBack tells whether something came back from the respondent, be it a refusal.
func (s SendState) CameBack() bool {
	return s == SendReturned || s == SendGeneral || s == SendRefers || s == SendDeclined || s == SendWithdrawn
}

func (s *Service) sendState(q Questionnaire, r Respondent, back ReturnState, returned bool) SendState {
	if state, ok := cameBack[back]; ok {
		return state
	}
	switch {
	case r.NotAsked != "", back == ReturnNotAsked && !q.DispatchedAt.IsZero() && !r.neverAsked(q):
		return SendNotAsked
	case returned:
		return SendReturned
	case q.DispatchedAt.IsZero():
		return SendPlanned
	case r.NotReached != nil:
		return SendNotReached
	case r.AskedAt.IsZero():
		return SendUnasked
	case s.now().Before(r.DueAt(q).At):
		return SendWaiting
	}
	return SendSilent
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
