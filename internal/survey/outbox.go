package survey

import (
	"errors"
	"fmt"
	"mime"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// OutboxEntry is a mail that waits to be sent.
type OutboxEntry struct {
	Mail    string    `json:"mail"`    // id
	Urgency Urgency   `json:"urgency"` // of the mail
	DueAt   time.Time `json:"due_at"`
	Since   time.Time `json:"since"`           // queued, or put back by hand
	Tries   int       `json:"tries,omitempty"` // since then; the back-off grows with them
}

// Key implements Entity.
func (e OutboxEntry) Key() string { return e.Mail }

// The indexes of the outbox: the entries of each urgency (Urgency.Key) by when they are due, and by when that was noted.
var (
	OutboxDue   = Index[OutboxEntry]{"due", func(e OutboxEntry) string { return e.Urgency.Key() + TimeKey(e.DueAt) }}
	OutboxNoted = Index[OutboxEntry]{"noted", func(e OutboxEntry) string { return e.Urgency.Key() + TimeKey(e.Noted()) }}
)

// Indexes implements Indexed.
func (OutboxEntry) Indexes() []Index[OutboxEntry] {
	return []Index[OutboxEntry]{OutboxDue, OutboxNoted}
}

// Noted is when the entry was made due at DueAt, by the clock of then.
func (e OutboxEntry) Noted() time.Time { return e.DueAt.Add(-Backoff(e.Tries)) }

// mailBackoff is how long after its first, second … failed attempt a mail is tried again; the last one repeats. Greylisting
// wants some minutes, a broken server some hours. The index OutboxNoted is made with it: other values need a migration.
var mailBackoff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour}

// Backoff is how long after so many failed attempts a mail is tried again, none before the first.
func Backoff(tries int) time.Duration {
	if tries < 1 {
		return 0
	}
	return mailBackoff[min(tries, len(mailBackoff))-1]
}

// maxHeading is how many UTF-16 units the subject of a mail we word ourselves may have: the longest names of a party and an
// alliance have room in it. Without a blank to fold it at, it stays below the 998 octets of a header line (RFC 5322, 2.1.1).
const maxHeading = 700

// Enqueue puts a mail and its secret into the caller's transaction: it is sent if and only if that commits. It sets the
// id, Message-ID, time and state, and seals the secret; "" is none. The body has places (WrittenMail.SetText) if and only if there is
// a secret. A malformed address or subject is Invalid.
func (s *Kernel) Enqueue(tx *Tx, m WrittenMail, secret string) (WrittenMail, error) {
	var faults Faults
	if !BareAddress(m.To) {
		faults.Add("to", "error.email")
	}
	faults.Line("subject", &m.Subject, maxHeading, true)
	if err := faults.Err(); err != nil {
		return WrittenMail{}, err
	}
	if m.Places == nil {
		m.Places = []int{}
	}
	switch {
	case secret != "" && len(m.Places) == 0:
		return WrittenMail{}, errors.New("mail with a secret but no place for it")
	case secret == "" && len(m.Places) > 0:
		return WrittenMail{}, errors.New("mail with a place for a secret but none to put there")
	case secret != "" && strings.Contains(m.Subject+m.Body+m.Calendar, secret):
		return WrittenMail{}, errors.New("mail with its secret in plain text")
	}
	if m.Attachment != nil {
		if _, _, err := mime.ParseMediaType(m.Attachment.Type); err != nil {
			return WrittenMail{}, fmt.Errorf("mail attachment: %w", err)
		}
	}

	m.ID = NewID()
	host := s.Host()
	if strings.Contains(host, ":") {
		host = "[" + host + "]" // an IPv6 address in a Message-ID is a literal (RFC 5322, 3.6.4)
	}
	m.MessageID = m.ID + "@" + host
	m.CreatedAt, m.State, m.Sealed = s.At(tx), MailQueued, nil
	m.Attempts, m.LastAttempt, m.SentAt, m.Reply, m.NoReply = 0, time.Time{}, time.Time{}, "", false
	if secret != "" {
		var err error
		if m.Sealed, err = s.Sealer.Seal([]byte(secret)); err != nil {
			return WrittenMail{}, err
		}
	}
	if err := tx.Outbox.Put(OutboxEntry{Mail: m.ID, Urgency: m.Urgency(), DueAt: m.CreatedAt, Since: m.CreatedAt}); err != nil {
		return WrittenMail{}, err
	}
	return m, PutMail(tx, m)
}

// RevokeMail stops a mail whose link was revoked or replaced: what has not been sent never will be, and its secret is
// forgotten. A mail that was sent stays as it is.
func RevokeMail(tx *Tx, id string) error {
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

// BareAddress tells whether s is a mail address alone that can be sent to: see WireAddress.
func BareAddress(s string) bool {
	_, ok := WireAddress(s)
	return ok
}

// WireAddress returns a mail address as mail servers take it, with its domain in ASCII (IDNA, RFC 5891). It has to be an address
// alone: no display name, no quotes, no comment, and nothing but ASCII before the @, since few servers take other letters there.
func WireAddress(s string) (wire string, ok bool) {
	at := strings.LastIndexByte(s, '@')
	if at < 0 || !ascii(s[:at]) || !utf8.ValidString(s) {
		return "", false
	}
	wire = s
	if domain := s[at+1:]; !ascii(domain) {
		host, err := domains.ToASCII(domain)
		if err != nil {
			return "", false
		}
		wire = s[:at+1] + host
	}
	a, err := mail.ParseAddress(wire)
	return wire, err == nil && ascii(wire) && a.Name == "" && a.Address == wire && len(wire) <= 254
}

// domains is how domains are brought to ASCII: idna.Lookup, within the lengths of the DNS.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.Transitional(false), idna.VerifyDNSLength(true))

// ascii tells whether s has printable ASCII characters alone, and no space.
func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// StopReminders stops the reminders to a respondent that wait, because something came back from it.
func (s *Kernel) StopReminders(tx *Tx, r Respondent) error {
	var waiting []string // the mails must not be written while they are listed
	for m, err := range tx.Mails.By(MailRespondent).List(Exact(r.Key())) {
		if Damaged(err) {
			continue // the check names it; it must not hold up a party
		}
		if err != nil {
			return err
		}
		if m.Kind == MailReminder && m.State == MailQueued {
			waiting = append(waiting, m.ID)
		}
	}
	for _, id := range waiting {
		if err := RevokeMail(tx, id); err != nil {
			return err
		}
	}
	return nil
}
