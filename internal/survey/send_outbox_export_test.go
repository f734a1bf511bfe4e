package survey

import (
	"context"
	"time"
)

// What the tests of the outbox need from inside.
var (
	RevokeMail = revokeMail
	Calendar   = calendar
)

// CalendarEvent is calendarEvent.
type CalendarEvent = calendarEvent

// Enqueue is Service.enqueue for a mail with a secret, if any, in place of each LinkMark.
func Enqueue(s *Service, tx *Tx, m Mail, secret string) (Mail, error) {
	if secret != "" {
		m.write(m.Subject, m.Body, LinkMark)
	}
	return s.enqueue(tx, m, secret)
}

// NextDue returns when the next mail is due; ok is false while none waits.
func (s *Service) NextDue(ctx context.Context) (at time.Time, ok bool, err error) {
	queue, err := s.MailQueue(ctx)
	for _, q := range queue {
		if !ok || q.DueAt.Before(at) {
			at, ok = q.DueAt, true
		}
	}
	return at, ok, err
}
