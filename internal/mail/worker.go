package mail

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	"pruefstein/internal/survey"
)

const (
	storageRetry = time.Minute // after an error of the database
	defaultGrace = 5 * time.Second
)

// Worker sends the mails of the outbox, one at a time, in one goroutine. Make it with NewWorker.
type Worker struct {
	mails     *survey.Service
	transport Transport
	from      Sender
	log       *slog.Logger
	grace     time.Duration
	kick      chan struct{}

	// pending is an outcome the database did not take: nothing else is sent before it is recorded, or the mail would go
	// out again and again while the disk is full.
	pending *pendingOutcome
}

type pendingOutcome struct {
	mail survey.Mail
	survey.MailOutcome
}

// NewWorker returns a worker that sends in the name of from; the alliance's name and address, where set, replace its
// name and Reply-To.
func NewWorker(mails *survey.Service, transport Transport, from Sender, log *slog.Logger) *Worker {
	return &Worker{mails: mails, transport: transport, from: from, log: log, grace: defaultGrace, kick: make(chan struct{}, 1)}
}

// Kick wakes the worker. Call it after a commit that queued mail; it never blocks.
func (w *Worker) Kick() {
	select {
	case w.kick <- struct{}{}:
	default: // it is awake, or about to be
	}
}

// Run sends what is due until the context ends, sleeping exactly until the next mail is due or Kick is called. When the
// context ends, the mail under way has five seconds to be finished; its outcome is recorded before Run returns.
func (w *Worker) Run(ctx context.Context) {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(w.grace, cancel) })()

	for ctx.Err() == nil {
		var wake <-chan time.Time // nil, which waits for ever, while the outbox is empty
		next, waiting, err := w.round(ctx, sending)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			w.log.Error("outbox", "error", err)
			wake = time.After(storageRetry)
		case waiting:
			wake = time.After(next.Sub(w.mails.Clock.Now()))
		}
		select {
		case <-ctx.Done():
		case <-w.kick:
		case <-wake:
		}
	}
}

// round sends all that is due and returns when the next mail will be. It stops between two mails when ctx ends; a mail
// that is being sent is ended by sending.
func (w *Worker) round(ctx, sending context.Context) (next time.Time, waiting bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = w.panicked(p)
		}
	}()
	defer w.transport.Rest()
	for ctx.Err() == nil {
		if err := w.record(ctx); err != nil {
			return next, false, err
		}
		// One at a time: a link revoked while the mail before it was under way must not go out.
		due, err := w.mails.DueMails(ctx, 1)
		if err != nil {
			return next, false, err
		}
		if len(due) == 0 {
			return w.mails.NextDue(ctx)
		}
		w.attempt(sending, due[0])
	}
	return next, false, w.record(ctx)
}

// attempt sends one mail; the outcome is pending afterwards.
func (w *Worker) attempt(ctx context.Context, d survey.MailDue) {
	if d.Settled {
		w.pending = &pendingOutcome{mail: d.Mail, MailOutcome: survey.MailOutcome{Attempt: d.Attempt, Settled: true}}
		w.log.Info("mail stopped", "mail", d.Mail.ID, "kind", d.Mail.Kind)
		return
	}
	reply, err := w.send(ctx, d)
	w.pending = &pendingOutcome{mail: d.Mail, MailOutcome: survey.MailOutcome{
		Attempt: d.Attempt, Sent: err == nil, Permanent: Permanent(err), Reply: reply, NoReply: err != nil && replyCode(err) == 0 && !Permanent(err),
	}}
	// Neither reply nor error is logged: a server quotes addresses and sometimes the text.
	attrs := []any{"mail", d.Mail.ID, "kind", d.Mail.Kind, "attempt", d.Attempt}
	switch {
	case err == nil:
		w.log.Info("mail sent", attrs...)
	case Permanent(err):
		w.log.Warn("mail refused", append(attrs, "code", replyCode(err))...)
	default:
		w.log.Warn("mail not sent yet", append(attrs, "code", replyCode(err))...)
	}
}

// send composes and sends one mail. A panic is an error of this mail; the others go on.
func (w *Worker) send(ctx context.Context, d survey.MailDue) (reply string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = w.panicked(p)
			reply = err.Error()
		}
	}()
	if d.Unreadable {
		err = &sendError{permanent: true, cause: fmt.Errorf("the seal key was replaced, the link of this mail is lost")}
		return err.Error(), err
	}
	from := w.from
	if d.SenderName != "" {
		from.Name = d.SenderName
	}
	if d.ReplyTo != "" {
		from.ReplyTo = d.ReplyTo
	}
	msg, err := Compose(d.Mail, d.Body, from)
	if err != nil {
		return err.Error(), &sendError{permanent: true, cause: err}
	}
	return w.transport.Send(ctx, msg)
}

// record writes the pending outcome, if any. It is not hurried by the end of a context: what was sent must be known.
func (w *Worker) record(ctx context.Context) error {
	if w.pending == nil {
		return nil
	}
	err := w.mails.RecordAttempt(context.WithoutCancel(ctx), w.pending.mail.ID, w.pending.MailOutcome)
	if err != nil && !survey.IsNotFound(err) { // a mail that was erased meanwhile needs no record
		return fmt.Errorf("recording an attempt: %w", err)
	}
	w.pending = nil
	return nil
}

// panicked makes an error of a panic and logs where it came from. Its value is kept out unless it is Go's own, as it
// could hold the text of a mail.
func (w *Worker) panicked(p any) error {
	err := fmt.Errorf("panic of type %T", p)
	if e, ok := p.(runtime.Error); ok {
		err = fmt.Errorf("panic: %w", e)
	}
	w.log.Error("outbox", "error", err, "stack", string(debug.Stack()))
	return err
}
