package mail

import (
	"context"
	"errors"

	gomail "github.com/wneessen/go-mail"
)

// A Transport opens connections to whoever takes the messages.
type Transport interface {
	// Connect opens a connection of its own. Its errors are never Permanent: they are about the server, not about a mail.
	Connect(ctx context.Context) (Connection, error)
}

// A Connection takes messages one at a time.
type Connection interface {
	// Send hands a message over. The reply is the last that was said about it, also with an error: the server's words, or
	// why none were heard. Permanent tells whether an error will stay. After an error nothing more is sent over it.
	Send(ctx context.Context, msg *gomail.Msg) (reply string, err error)
	// Alive tells whether the other side is still there.
	Alive(ctx context.Context) error
	// Quit ends the connection.
	Quit()
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
