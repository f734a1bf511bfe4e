// Package send: who is asked, the cover letters and the outbox, deadlines, reminders, and whom they reached.
package send

import "pruefstein/internal/survey"

// Service is the use cases of sending.
type Service struct{ *survey.Kernel }
