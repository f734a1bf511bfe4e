package survey

// What the tests of the outbox need from inside.
var (
	Enqueue    = (*Service).enqueue
	RevokeMail = revokeMail
	Calendar   = calendar
)

// CalendarEvent is calendarEvent.
type CalendarEvent = calendarEvent
