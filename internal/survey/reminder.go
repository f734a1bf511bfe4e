package survey

import (
	"slices"
	"time"
)

// MaxReminders is how many reminders a questionnaire may have in all, planned or sent by hand.
const MaxReminders = 2

// ReminderStep is a planned reminder: one text, so many days before each respondent's own date. It is approved with the dispatch, or
// afterwards by itself.
type ReminderStep struct {
	ID          string    `json:"id"`
	Days        int       `json:"days"` // 0 goes at once: only while it waits for its second person, never one of those planned
	Text        Cover     `json:"text"`
	Planned     Noted     `json:"planned"`
	ConfirmedBy string    `json:"confirmed_by,omitempty"` // user id of the second person
	ApprovedAt  time.Time `json:"approved_at,omitzero"`   // the dispatch, or when it was planned after it; nobody gets it whose instant was before
	Stopped     *Noted    `json:"stopped,omitempty"`      // whoever has not got it by then does not get it
}

// At is when the step goes to whoever has the date: so many days before it, at the same hour of the day.
func (s ReminderStep) At(due Instant) time.Time { return due.In().AddDate(0, 0, -s.Days).UTC() }

// AtOnce tells whether the step goes as soon as it is approved: it is none of those planned then, but sent by hand.
func (s ReminderStep) AtOnce() bool { return s.Days == 0 }

// Missed tells whether a dispatch notes that the step did not go to a respondent with the date of now: an extension since then gives
// the step another instant.
func (s ReminderStep) Missed(d Dispatch, r RespondentID, due Instant) bool {
	return slices.Contains(d.Missed, r) && !s.At(due).After(d.At)
}
