package survey

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
