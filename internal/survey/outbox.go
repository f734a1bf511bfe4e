package survey

import (
	"cmp"
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// enqueue puts a mail and its secret into the caller's transaction: it is sent if and only if that commits. It sets the
// id, Message-ID, time and state, and seals the secret; "" is none. The body has places (Mail.write) if and only if there is
// a secret. A malformed address or subject is Invalid.
func (s *Service) enqueue(tx *Tx, m Mail, secret string) (Mail, error) {
	var faults Faults
	if !bareAddress(m.To) {
		faults.Add("to", "error.email")
	}
	faults.line("subject", &m.Subject, maxHeading, true)
	if err := faults.Err(); err != nil {
		return Mail{}, err
	}
	if m.Places == nil {
		m.Places = []int{}
	}
	switch {
	case secret != "" && len(m.Places) == 0:
		return Mail{}, errors.New("mail with a secret but no place for it")
	case secret == "" && len(m.Places) > 0:
		return Mail{}, errors.New("mail with a place for a secret but none to put there")
	case secret != "" && strings.Contains(m.Subject+m.Body+m.Calendar, secret):
		return Mail{}, errors.New("mail with its secret in plain text")
	}
	if m.Attachment != nil {
		if _, _, err := mime.ParseMediaType(m.Attachment.Type); err != nil {
			return Mail{}, fmt.Errorf("mail attachment: %w", err)
		}
	}

	m.ID = NewID()
	host := s.host()
	if strings.Contains(host, ":") {
		host = "[" + host + "]" // an IPv6 address in a Message-ID is a literal (RFC 5322, 3.6.4)
	}
	m.MessageID = m.ID + "@" + host
	m.CreatedAt, m.State, m.Sealed = s.now(), MailQueued, nil
	m.Attempts, m.LastAttempt, m.SentAt, m.Reply, m.NoReply = 0, time.Time{}, time.Time{}, "", false
	if secret != "" {
		var err error
		if m.Sealed, err = s.Sealer.Seal([]byte(secret)); err != nil {
			return Mail{}, err
		}
	}
	if err := tx.Outbox.Put(OutboxEntry{Mail: m.ID, DueAt: m.CreatedAt, Since: m.CreatedAt}); err != nil {
		return Mail{}, err
	}
	return m, tx.Mails.Put(m)
}

// revokeMail stops a mail whose link was revoked or replaced: what has not been sent never will be, and its secret is
// forgotten. A mail that was sent stays as it is.
func revokeMail(tx *Tx, id string) error {
	m, err := tx.Mails.Get(id)
	if err != nil || m.State == MailSent {
		return err
	}
	m.State, m.Sealed = MailRevoked, nil
	if err := tx.Outbox.Delete(id); err != nil {
		return err
	}
	return tx.Mails.Put(m)
}

// bareAddress tells whether s is a mail address alone: no display name, no quotes, no comment, ASCII only.
func bareAddress(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	a, err := mail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s && len(s) <= 254
}

// stopReminders stops the reminders to a respondent that wait, because something came back from it.
func (s *Service) stopReminders(tx *Tx, r Respondent) error {
	queue, err := s.mailQueue(tx)
	if err != nil {
		return err
	}
	for _, q := range queue {
		m, err := tx.Mails.Get(q.ID)
		if err != nil {
			return err
		}
		if m.Kind == MailReminder && m.Questionnaire == r.Questionnaire && m.Respondent == r.ID {
			if err := revokeMail(tx, m.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) mailQueue(tx *Tx) (queue []QueuedMail, err error) {
	for e, err := range tx.Outbox.List("") {
		if damaged(err) {
			continue // the check names it; it must not hold up the others
		}
		if err != nil {
			return nil, err
		}
		m, err := tx.Mails.Get(e.Mail)
		if err != nil && !IsNotFound(err) && !damaged(err) {
			return nil, err
		}
		if _, err := s.settled(tx, m); damaged(err) {
			continue // whether a reminder is still true cannot be read: the same
		}
		if m.State == MailQueued { // an entry that outlived the state of its mail sends nothing
			queue = append(queue, QueuedMail{ID: m.ID, To: m.To, Urgency: m.Urgency(), DueAt: e.due(s.now())})
		}
	}
	slices.SortStableFunc(queue, func(a, b QueuedMail) int {
		return cmp.Or(cmp.Compare(a.Urgency, b.Urgency), a.DueAt.Compare(b.DueAt))
	})
	return queue, nil
}

// QueuedMail is a mail that waits, with what tells when it may go.
type QueuedMail struct {
	ID, To  string
	Urgency Urgency
	DueAt   time.Time
}

// maxHeading is how many UTF-16 units the subject of a mail we word ourselves may have: the longest names of a party and an
// alliance have room in it. Without a blank to fold it at, it stays below the 998 octets of a header line (RFC 5322, 2.1.1).
const maxHeading = 700

// mailBackoff is how long after its first, second … failed attempt a mail is tried again; the last one repeats. Greylisting
// wants some minutes, a broken server some hours.
var mailBackoff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}

// waited is the sum of the back-offs after so many failed attempts. It is no difference of two times, one of which may have
// been noted by a clock that was wrong.
func waited(tries int) (sum time.Duration) {
	for i := range tries {
		sum += mailBackoff[min(i, len(mailBackoff)-1)]
	}
	return sum
}

// due returns when an entry is due. A time that lies further ahead than its back-off was noted by a clock that has been set
// back since: it is due now.
func (e OutboxEntry) due(now time.Time) time.Time {
	if e.DueAt.Sub(now) > waited(e.Tries)-waited(e.Tries-1) {
		return now
	}
	return e.DueAt
}

const (
	mailGiveUp     = 3 * 24 * time.Hour
	mailCodeGiveUp = time.Hour // a code is valid no longer, so sending it later would only confuse
)

// settled tells whether a mail is a reminder that has nothing to remind of any more, because something came back from the
// respondent or its date is over, or a code whose hour is.
func (s *Service) settled(tx *Tx, m Mail) (bool, error) {
	if m.Kind == MailCode {
		return s.now().Sub(m.CreatedAt) >= mailCodeGiveUp, nil
	}
	if m.Kind != MailReminder {
		return false, nil
	}
	q, err := tx.Questionnaires.Get(m.Questionnaire)
	if err != nil {
		return false, err
	}
	r, err := tx.Respondents.Get(m.Questionnaire + "/" + m.Respondent)
	if err != nil {
		return false, err
	}
	at, _, err := returnedAt(tx, r)
	return !at.IsZero() || !s.now().Before(r.DueAt(q).At), err
}
