package send

// Calendar shows calendar to the tests.
var Calendar = calendar

// CalendarEvent is calendarEvent.
type CalendarEvent = calendarEvent
