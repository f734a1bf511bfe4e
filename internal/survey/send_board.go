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
	SendReturned   SendState = "returned"    // submitted, or a checked transcription of its letter is there
	SendSilent     SendState = "silent"      // its date over, nothing came
	SendNotReached SendState = "not_reached" // nothing could be delivered
	SendNotAsked   SendState = "not_asked"   // not to be asked
)

// SendStates in the order of the bar.
var SendStates = []SendState{SendReturned, SendWaiting, SendSilent, SendUnasked, SendPlanned, SendNotReached, SendNotAsked}

// SendProblem is what the office should look at.
type SendProblem string

// The problems of a respondent; "" is none.
const (
	ProblemNone      SendProblem = ""
	ProblemAddress   SendProblem = "address"   // to be asked by mail, no address
	ProblemProcedure SendProblem = "procedure" // not known yet
	ProblemFit       SendProblem = "fit"       // the questions do not fit its procedure
	ProblemMail      SendProblem = "mail"      // its latest mail could not be delivered
	ProblemDelayed   SendProblem = "delayed"   // its latest mail was refused for now and is tried again
	ProblemLink      SendProblem = "link"      // answers with us, but all its links are revoked
	ProblemPortal    SendProblem = "portal"    // the questions are not entered in its own form yet
	ProblemUnasked   SendProblem = "unasked"   // not asked yet, though it could be
	ProblemConfirm   SendProblem = "confirm"   // a change of its address waits for a second person
)

// SendRow is a respondent on the status board. It says nothing of what the party does before it submits.
type SendRow struct {
	Respondent Respondent
	State      SendState
	Due        Instant
	Mail       *Mail     // the latest that asked, reminded or told of an extension; nil none
	LinkUsed   time.Time // first time one of its links was opened with the button; zero never
	Returned   time.Time
	ReturnedBy Provenance // ByForm, or Transcribed from its letter
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
	Reminded      bool
	Published     bool
}

// Asked counts the respondents that are to be asked.
func (b SendBoard) Asked() int { return len(b.Rows) - b.Count[SendNotAsked] }

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
	b.Reminded = reminder.Sent != nil
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
	for _, r := range all {
		row, err := s.sendRow(tx, q, r, traffic[r.ID])
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

func (s *Service) sendRow(tx *Tx, q Questionnaire, r Respondent, t traffic) (row SendRow, err error) {
	row = SendRow{Respondent: r, Due: r.DueAt(q)}
	if row.Returned, row.ReturnedBy, err = returnedAt(tx, r); err != nil {
		return row, err
	}
	happened := func(at time.Time, event string) {
		if !at.IsZero() && !at.Before(row.Last) {
			row.Last, row.LastEvent = at, event
		}
	}
	openLinks := 0
	for _, m := range t.mails {
		if !Resendable(m.Kind) {
			continue
		}
		row.Mail = &m
		happened(cmp.Or(m.SentAt, m.CreatedAt), "mail_"+string(m.Kind))
		if m.State == MailFailed {
			happened(m.LastAttempt, "mail_failed")
		}
	}
	for _, l := range t.links {
		if l.RevokedAt.IsZero() {
			openLinks++
		}
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
	row.State = s.sendState(q, r, !row.Returned.IsZero())
	row.Problem = sendProblem(q, row, openLinks)
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

func (s *Service) sendState(q Questionnaire, r Respondent, returned bool) SendState {
	switch {
	case r.NotAsked != "":
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

func sendProblem(q Questionnaire, row SendRow, openLinks int) SendProblem {
	r := row.Respondent
	sent := !q.DispatchedAt.IsZero()
	switch {
	case row.State == SendNotAsked || row.State == SendReturned || row.State == SendNotReached:
		return ProblemNone
	case r.Procedure.Channel == ChannelUnknown:
		return ProblemProcedure
	case r.getsMail() && r.Email == "":
		return ProblemAddress
	case sent && r.Procedure.Channel == ChannelPortal && r.Portal == nil:
		return ProblemPortal
	case sent && r.AskedAt.IsZero():
		return ProblemUnasked
	case row.Mail != nil && row.Mail.State == MailFailed:
		return ProblemMail
	case sent && r.Procedure.Channel == ChannelForm && openLinks == 0:
		return ProblemLink
	case row.Mail != nil && row.Mail.State == MailQueued && row.Mail.Attempts > 0:
		return ProblemDelayed
	}
	return ProblemNone
}

// SendSummary is a line of the list of questionnaires.
type SendSummary struct {
	Questionnaire Questionnaire
	Election      string
	Phase         Phase
	Asked         int // respondents that are or will be asked
	Returned      int
}

// SendList returns the questionnaires conducted here, the newest first.
func (s *Service) SendList(ctx context.Context, actor Actor) (list []SendSummary, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		list = nil
		all, err := collect(tx.Questionnaires.List(""))
		if err != nil {
			return err
		}
		slices.Reverse(all)
		for _, q := range all {
			if q.Imported {
				continue
			}
			one := SendSummary{Questionnaire: q, Phase: q.Phase(s.now())}
			if election, err := tx.Elections.Get(q.Election); err == nil {
				one.Election = election.Name
			} else if !IsNotFound(err) {
				return err
			}
			for r, err := range tx.Respondents.List(q.ID + "/") {
				if err != nil {
					return err
				}
				if r.NotAsked != "" {
					continue
				}
				one.Asked++
				at, _, err := returnedAt(tx, r)
				if err != nil {
					return err
				}
				if !at.IsZero() {
					one.Returned++
				}
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// OutboxRow is a mail of a questionnaire with the name of whom it is for.
type OutboxRow struct {
	Mail
	ShortName string    // "" for a test mail
	Slug      string    // of the respondent
	Due       time.Time // of the next attempt; zero when none is planned
}

// OutboxList returns the mails of a questionnaire, the newest first. Codes are not among them: that a party asked for one is
// its own matter until it has submitted.
func (s *Service) OutboxList(ctx context.Context, actor Actor, questionnaire string) (list []OutboxRow, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		list = nil
		mails, err := mailsOf(tx, questionnaire)
		if err != nil {
			return err
		}
		for _, m := range slices.Backward(mails) {
			row, err := outboxRow(tx, m)
			if err != nil {
				return err
			}
			list = append(list, row)
		}
		return nil
	})
	return list, err
}

func outboxRow(tx *Tx, m Mail) (row OutboxRow, err error) {
	row.Mail = m
	row.Sealed = nil
	if m.Kind == MailReceipt {
		row.Body, row.Attachment = "", nil // the party's own text, for the party alone
	}
	if m.Respondent != "" {
		r, err := tx.Respondents.Get(m.Questionnaire + "/" + m.Respondent)
		if err != nil && !IsNotFound(err) {
			return row, err
		}
		row.ShortName, row.Slug = r.ShortName, r.Slug
	}
	if e, err := tx.Outbox.Get(m.ID); err == nil {
		row.Due = e.DueAt
	} else if !IsNotFound(err) {
		return row, err
	}
	return row, nil
}

// OutboxMail returns one mail of a questionnaire as it was or will be sent, with LinkMark for its link. The text of a
// receipt is the party's and is left out.
func (s *Service) OutboxMail(ctx context.Context, actor Actor, questionnaire, id string) (row OutboxRow, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return row, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		m, err := mailOf(tx, questionnaire, id)
		if err != nil {
			return err
		}
		row, err = outboxRow(tx, m)
		return err
	})
	return row, err
}
