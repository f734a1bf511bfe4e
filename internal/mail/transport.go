package mail

import (
	"context"
	"errors"

	gomail "github.com/wneessen/go-mail"
)

// A Transport takes messages one at a time.
type Transport interface {
	// Send hands a message over. The reply is the last that was said about it, also with an error: the server's words, or
	// why none were heard. Permanent tells whether an error will stay.
	Send(ctx context.Context, msg *gomail.Msg) (reply string, err error)
	// Rest ends a batch: what was kept open for the next message is closed. Send may be called again.
	Rest()
}

// sendError is why a message was not taken.
type sendError struct {
	code      int // of the server's reply, 0 if none was heard
	permanent bool
	cause     error
}

func (e *sendError) Error() string { return e.cause.Error() }

func (e *sendError) Unwrap() error { return e.cause }

// Permanent tells whether an error of a Transport concerns the message itself and would come again: the server refused
// its recipient or its text with 5xx. A server that cannot be reached, refuses everybody, our sender too, or wants another
// password is no reason to give up.
func Permanent(err error) bool {
	var e *sendError
	return errors.As(err, &e) && e.permanent
}

// replyCode returns the SMTP code an error of a Transport came with, 0 if none.
func replyCode(err error) int {
	var e *sendError
	if errors.As(err, &e) {
		return e.code
	}
	return 0
}
