package send

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

const (
	maxSubject = 250 // UTF-16 units of the subject of a cover
	maxReply   = 500 // UTF-16 units kept of a server's reply
)

// MailDue is a mail whose time has come, with all it takes to send it.
type MailDue struct {
	Mail       survey.WrittenMail
	Body       string // with the secret in its place
	Attempt    int    // number of this attempt, from 1
	SenderName string // the alliance
	ReplyTo    string // the alliance's address, may be ""
	Unreadable bool   // its secret cannot be opened: the seal key was replaced. It must be recorded as failed for good
	Settled    bool   // a reminder of what is over, or a code after its hour: it must not be sent, but recorded as MailOutcome.Settled
}

// MailOutcome is what came of an attempt to send.
type MailOutcome struct {
	Attempt   int // MailDue.Attempt: recording an attempt twice changes nothing
	Sent      bool
	Permanent bool   // not sent, and trying again would not help
	Settled   bool   // not tried, because there is nothing to say any more: the mail is stopped
	Reply     string // the server's last words, or what went wrong before it could say any
	NoReply   bool   // Reply is not the server's: the connection failed
}

// NextMail returns the first mail of the queue that is due, of one of the urgencies and wanted; ok is false if there is none.
func (s *Service) NextMail(ctx context.Context, urgencies []survey.Urgency, wanted func(QueuedMail) bool) (d MailDue, ok bool, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		var q QueuedMail
		if q, ok, err = s.firstDue(tx, urgencies, wanted); err == nil && ok {
			d, err = s.mailDue(tx, q.ID)
		}
		return err
	})
	return d, ok, err
}

// LookAhead tells whether NextMail would find a mail, and when the next of those that are not due yet will be, of whatever
// urgency; zero when there is none.
func (s *Service) LookAhead(ctx context.Context, urgencies []survey.Urgency, wanted func(QueuedMail) bool) (ok bool, next time.Time, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		if _, ok, err = s.firstDue(tx, urgencies, wanted); err != nil {
			return err
		}
		next = time.Time{}
		for _, u := range survey.Urgencies {
			for e, err := range tx.Outbox.By(survey.OutboxDue).From(u.Key(), after(u, s.At(tx))) {
				if survey.Damaged(err) {
					continue
				}
				if err != nil {
					return err
				}
				if next.IsZero() || e.DueAt.Before(next) {
					next = e.DueAt
				}
				break
			}
		}
		return nil
	})
	return ok, next, err
}

// firstDue returns the first mail that is due, of one of the urgencies and wanted.
func (s *Service) firstDue(tx *survey.Tx, urgencies []survey.Urgency, wanted func(QueuedMail) bool) (QueuedMail, bool, error) {
	for _, u := range survey.Urgencies {
		if !slices.Contains(urgencies, u) {
			continue
		}
		for q, err := range s.due(tx, u) {
			if err == nil && !wanted(q) {
				continue
			}
			if err == nil {
				if _, err = survey.LargeHalf(tx.MailTexts, survey.Mail{ID: q.ID}); survey.Damaged(err) {
					continue // the check names it; it must not hold up the others
				}
			}
			return q, err == nil, err
		}
	}
	return QueuedMail{}, false, nil
}

// DueMails returns the mails to be sent now, in the order of the queue, at most limit.
func (s *Service) DueMails(ctx context.Context, limit int) (due []MailDue, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		due = nil
		for _, u := range survey.Urgencies {
			for q, err := range s.due(tx, u) {
				if err != nil || len(due) == limit {
					return err
				}
				d, err := s.mailDue(tx, q.ID)
				if err != nil {
					return err
				}
				due = append(due, d)
			}
		}
		return nil
	})
	return due, err
}

func (s *Service) mailDue(tx *survey.Tx, id string) (d MailDue, err error) {
	alliance, err := survey.LoadAlliance(tx)
	if err != nil {
		return d, err
	}
	m, err := survey.GetMail(tx, id)
	if err != nil {
		return d, err
	}
	d = MailDue{Mail: m, Body: m.Body, Attempt: m.Attempts + 1, SenderName: alliance.Name, ReplyTo: alliance.Email}
	if secret, err := s.secret(m.Mail); err != nil {
		d.Body, d.Unreadable = "", true
	} else if secret != "" {
		d.Body = strings.Join(m.Texts(), secret)
	}
	if m.Frame != "" && !d.Unreadable {
		d.Body = m.Frame + "\n\n" + d.Body
	}
	// a fault of one mail must not hold up the others
	if d.Settled, err = s.settled(tx, m.Mail); survey.IsNotFound(err) {
		err = nil
	}
	return d, err
}

// secret opens the sealed secret of a mail; "" is none.
func (s *Service) secret(m survey.Mail) (string, error) {
	if len(m.Sealed) == 0 {
		return "", nil
	}
	plain, err := s.Sealer.Open(m.Sealed)
	return string(plain), err
}

// RecordAttempt notes what came of an attempt. A mail the server accepted is sent and its secret forgotten. Otherwise it is tried
// again later, or has failed for good after a permanent refusal or three days (an hour for a code). The secret of a failed mail
// stays sealed until the mail is sent again or revoked. That of a code is forgotten, since it has expired.
func (s *Service) RecordAttempt(ctx context.Context, id string, o MailOutcome) error {
	return s.Store.Update(ctx, func(tx *survey.Tx) error {
		m, err := tx.Mails.Get(id)
		if err != nil || m.Attempts >= o.Attempt {
			return err
		}
		if o.Settled {
			return survey.RevokeMail(tx, id)
		}
		now := s.At(tx)
		// a server can quote the text it refuses, link included
		secret, err := s.secret(m)
		if err != nil {
			secret = ""
		}
		m.Attempts, m.LastAttempt, m.Reply, m.NoReply = o.Attempt, now, cleanReply(o.Reply, secret), o.NoReply
		switch {
		case o.Sent:
			m.State, m.SentAt, m.Sealed = survey.MailSent, now, nil
			err = tx.Outbox.Delete(id)
		case m.State == survey.MailQueued: // not revoked while it was under way
			err = s.postpone(tx, &m, o.Permanent)
		}
		if err != nil {
			return err
		}
		return tx.Mails.Put(m)
	})
}

// postpone sets the time of the next attempt, or gives the mail up.
func (s *Service) postpone(tx *survey.Tx, m *survey.Mail, permanent bool) error {
	e, err := tx.Outbox.Get(m.ID)
	if err != nil {
		return err
	}
	e.Tries++
	e.DueAt = s.At(tx).Add(survey.Backoff(e.Tries))
	limit := mailGiveUp
	if m.Kind == survey.MailCode {
		limit = mailCodeGiveUp
	}
	if !permanent && waited(e.Tries) <= limit {
		return tx.Outbox.Put(e)
	}
	m.State = survey.MailFailed
	if m.Kind == survey.MailCode {
		m.Sealed = nil
	}
	return tx.Outbox.Delete(m.ID)
}

// cleanReply makes a server's reply a line of text without the secret of the mail it is about.
func cleanReply(reply, secret string) string {
	reply = strings.Join(strings.Fields(strings.ToValidUTF8(reply, "�")), " ")
	// the token is what follows the last separator of a link; a code is whole
	token := secret[strings.LastIndexAny(secret, "/#=?")+1:]
	for _, s := range []string{secret, token} {
		if s != "" {
			reply = strings.ReplaceAll(reply, s, survey.LinkMark)
		}
	}
	if survey.Length(reply) <= maxReply {
		return reply
	}
	return strings.ToValidUTF8(reply[:maxReply], "") + " …"
}

// due yields the mails of an urgency that are due, the first due first. What was noted at a time to come, by a clock that has
// been set back since, is due now.
func (s *Service) due(tx *survey.Tx, u survey.Urgency) iter.Seq2[QueuedMail, error] {
	now := s.At(tx)
	return func(yield func(QueuedMail, error) bool) {
		for e, err := range tx.Outbox.By(survey.OutboxDue).List(u.Key()) {
			if err == nil && e.DueAt.After(now) {
				break
			}
			if q, waits, err := s.queued(tx, e, err); (waits || err != nil) && !yield(q, err) {
				return
			}
		}
		for e, err := range tx.Outbox.By(survey.OutboxNoted).From(u.Key(), after(u, now)) {
			if q, waits, err := s.queued(tx, e, err); (waits || err != nil) && !yield(q, err) {
				return
			}
		}
	}
}

// after is where in an index of the outbox the entries of an urgency with a time after the given one begin.
func after(u survey.Urgency, at time.Time) string { return u.Key() + survey.TimeKey(at) + "\x01" }

// queued returns the mail of an entry; waits is false for one that is not to be sent.
func (s *Service) queued(tx *survey.Tx, e survey.OutboxEntry, err error) (q QueuedMail, waits bool, _ error) {
	if survey.Damaged(err) {
		return q, false, nil // the check names it; it must not hold up the others
	}
	if err != nil {
		return q, false, err
	}
	m, err := tx.Mails.Get(e.Mail)
	if err != nil && !survey.IsNotFound(err) && !survey.Damaged(err) {
		return q, false, err
	}
	if m.State != survey.MailQueued { // an entry that outlived the state of its mail sends nothing
		return q, false, nil
	}
	if _, err := s.settled(tx, m); survey.Damaged(err) {
		return q, false, nil // whether a reminder is still true cannot be read: the same
	}
	return QueuedMail{ID: m.ID, To: m.To, Urgency: m.Urgency()}, true, nil
}

// QueuedMail is a mail that is due, with what tells whether it may go.
type QueuedMail struct {
	ID, To  string
	Urgency survey.Urgency
}

// waited is the sum of the back-offs after so many failed attempts. It is no difference of two times, one of which may have
// been noted by a clock that was wrong.
func waited(tries int) (sum time.Duration) {
	for i := range tries {
		sum += survey.Backoff(i + 1)
	}
	return sum
}

const (
	mailGiveUp     = 3 * 24 * time.Hour
	mailCodeGiveUp = time.Hour // a code is valid no longer, so sending it later would only confuse
)

// settled tells whether a mail is a reminder that has nothing to remind of any more, see settledWith, or a code whose hour is over. No
// mail to all goes to who is asked by a printed letter by now.
func (s *Service) settled(tx *survey.Tx, m survey.Mail) (bool, error) {
	if m.Kind == survey.MailCode {
		return s.At(tx).Sub(m.CreatedAt) >= mailCodeGiveUp, nil
	}
	if !m.Kind.ToAll() || m.Respondent == "" {
		return false, nil
	}
	q, err := tx.Questionnaire(m.Questionnaire)
	if err != nil {
		return false, err
	}
	r, err := tx.Respondent(m.Questionnaire, m.Respondent)
	if err != nil {
		return false, err
	}
	if r.ByPost() || m.Kind != survey.MailReminder {
		return r.ByPost(), nil
	}
	letters, err := survey.LettersAtWork(tx, q.ID)
	if err != nil {
		return false, err
	}
	why, err := s.settledWith(tx, q, letters, r)
	return why != "", err
}
