package survey

import (
	"slices"
	"strings"
	"time"
)

// Bounce records that a mail which the server accepted came back: somebody of the office read that.
type Bounce struct {
	Day  string    `json:"day"` // 2006-01-02, when it came back
	Said string    `json:"said"`
	At   time.Time `json:"at"` // when it was noted
	By   string    `json:"by"` // user id
}

// Asks tells whether a mail of the kind puts the questions to a respondent, or brings it back to them.
func (k MailKind) Asks() bool {
	return k == MailInvitation || k == MailReminder || k == MailExtension
}

// asksFirst tells whether the mail asks a respondent at its first address, or where the office sent it instead. Whether a copy arrives
// says nothing of that.
func (m Mail) asksFirst() bool { return m.Kind.Asks() && !m.Copy }

// ToAll tells whether a mail of the kind is one of those that go to all alike.
func (k MailKind) ToAll() bool { return k.Asks() || k == MailErratum }

// Arrived tells whether the mail was accepted and did not come back.
func (m Mail) Arrived() bool { return m.State == MailSent && m.Bounced == nil }

// Refused tells whether the mail was refused at its address, given up after refusals, or came back from there. One that was refused
// stays so while it is tried again or after another took its place.
func (m Mail) Refused() bool {
	if m.State == MailSent {
		return m.Bounced != nil
	}
	return !m.NoReply && (m.State == MailFailed || m.Attempts > 0 && strings.HasPrefix(m.Reply, "5"))
}

// Lost tells whether the mail did not get there: it was refused, given up, or came back.
func (m Mail) Lost() bool { return m.State == MailFailed || m.Refused() }

// lostAt is when a lost mail was known to be: its last attempt, or the end of the day it came back.
func (m Mail) lostAt() time.Time {
	if m.Bounced == nil {
		return m.LastAttempt
	}
	day, err := time.ParseInLocation(time.DateOnly, m.Bounced.Day, Instant{Zone: DefaultZone}.Location())
	if end := day.AddDate(0, 0, 1); err == nil && end.Before(m.Bounced.At) {
		return end
	}
	return m.Bounced.At
}

// Undelivered returns the mail to a respondent that was lost last and that no later one made up for, nil if there is none: then what
// asked it got there, or is still on its way. A later one to the same address makes up only if it was accepted after the other
// was lost.
func Undelivered(mails []Mail) (lost *Mail) {
	for i, m := range mails { // the oldest first
		if !m.asksFirst() || !m.Lost() || lost != nil && m.lostAt().Before(lost.lostAt()) {
			continue
		}
		made := false
		for j, o := range mails {
			since := m.LastAttempt
			if sameAddress(o.To, m.To) {
				since = m.lostAt()
			}
			made = made || o.asksFirst() && o.Arrived() && (o.SentAt.After(since) || o.SentAt.Equal(since) && j > i)
		}
		if !made {
			lost = &m
		}
	}
	return lost
}

// RefusedAt tells whether LastAt an address was refused there.
func RefusedAt(mails []Mail, address string) bool { return LastAt(mails, address).Refused() }

// LastAt is the last mail to an address that came to an end, or the zero Mail.
func LastAt(mails []Mail, address string) (last Mail) {
	for _, m := range mails {
		if sameAddress(m.To, address) && m.State != MailQueued && m.Attempts > 0 && !m.LastAttempt.Before(last.LastAttempt) {
			last = m
		}
	}
	return last
}

// sameAddress tells whether two addresses are one for mail servers.
func sameAddress(a, b string) bool {
	wireA, _ := WireAddress(a)
	wireB, _ := WireAddress(b)
	return wireA == wireB
}

// hasAddress tells whether an address is in a list, for mail servers.
func hasAddress(list []string, address string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return sameAddress(one, address) })
}

// AllAddresses are a first address and its copies; none without a first.
func AllAddresses(first string, copies []string) []string {
	if first == "" {
		return nil
	}
	return append([]string{first}, copies...)
}

// CopyTo tells whether an address is one of the respondent's copies.
func (r Respondent) CopyTo(address string) bool { return hasAddress(r.Copies, address) }

// AsDelivered returns the respondent as its mails make it: what asked it did not get there (Undelivered), nothing came from it, and
// nobody has decided since what that means. Then it is not reached, for no reason that has been recorded yet. It is for reading
// alone, not to be stored.
func (r Respondent) AsDelivered(mails []Mail) Respondent {
	if r.NotReached != nil || !r.GetsMail() && (!r.ByPost() || r.Posted()) { // a letter makes up for lost mails once it is posted
		return r
	}
	lost := Undelivered(mails)
	if lost == nil || r.Reached != nil && !lost.lostAt().After(r.Reached.At) {
		return r
	}
	r.NotReached = &DeliveryFailure{At: lost.lostAt()}
	return r
}

// AsHeard returns the respondent as one from which something has come: it was reached, whatever was decided of its mails before. What
// it says nothing to is its own silence. It is for reading alone, not to be stored.
func (r Respondent) AsHeard() Respondent {
	if r.NotReached != nil {
		r.Reached, r.NotReached = r.NotReached, nil
	}
	return r
}

// Undecided tells whether nothing could be delivered, and nobody has said yet what that means.
func (f *DeliveryFailure) Undecided() bool { return f != nil && f.Reason == "" }

// Told counts the respondents to whom a dispatch went out, and those of them whom no mail of it reached. A mail that was stopped before
// it was refused or accepted is none, nor is a copy, and whoever got one again counts once.
func Told(mails []Mail, dispatch string) (count, lost int) {
	type way struct{ lost, arrived bool }
	told := map[RespondentID]way{}
	for _, m := range mails {
		if m.Dispatch == dispatch && !m.Copy && (m.State != MailRevoked || m.Refused()) {
			w := told[m.Respondent]
			told[m.Respondent] = way{w.lost || m.Lost(), w.arrived || m.Arrived()}
		}
	}
	for _, w := range told {
		if w.lost && !w.arrived {
			lost++
		}
	}
	return len(told), lost
}
