package mail

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
)

const (
	storageRetry = time.Minute // after an error of the database
	defaultGrace = 5 * time.Second

	// A mail server that takes its time over one mail must not hold up the others: each lane is a connection with at most one
	// mail under way. Most of the time there is one, so that a crash leaves one mail in doubt and servers that allow few
	// connections are content; a further one opens when the others have been at their mails for slow.
	lanesMost  = 4 // at once; mails without hurry never take the last
	lanesSpare = 4 // further ones for codes alone, when all others are taken
	slow       = 5 * time.Second
	widenAfter = 15 * time.Second // until a further connection is tried again after one was refused
)

// Worker sends the mails of the outbox. Make it with NewWorker.
//
// A code begins its way at once, or after slow for each code before it that hangs, as long as fewer than eight mails hang at
// the same time. Mails to one address go one after another, so that an older code never follows a newer one.
type Worker struct {
	mails     *send.Service
	transport Transport
	from      Sender
	log       *slog.Logger
	grace     time.Duration
	kick      chan struct{}
	lanes     sync.WaitGroup

	mu        sync.Mutex                 // for what follows
	underWay  map[string]send.QueuedMail // by id, from being taken until its outcome is recorded: no lane takes it again
	open      int                        // lanes
	connected int                        // of these, with a connection
	moved     time.Time                  // when a lane was opened or took a mail last
	width     int                        // lanes allowed until widen, because the server refused a further connection
	widen     time.Time                  // when more are tried again
	fault     error                      // of a lane, to be told by the next advance

	// pending are outcomes the database did not take: nothing else is sent before they are recorded, or mails would go out
	// again and again while the disk is full.
	pending []pendingOutcome
}

type pendingOutcome struct {
	id string
	send.MailOutcome
}

// NewWorker returns a worker that sends in the name of from; the alliance's name and address, where set, replace its
// name and Reply-To.
func NewWorker(mails *send.Service, transport Transport, from Sender, log *slog.Logger) *Worker {
	return &Worker{mails: mails, transport: transport, from: from, log: log, grace: defaultGrace, kick: make(chan struct{}, 1),
		underWay: map[string]send.QueuedMail{}}
}

// Kick wakes the worker. Call it after a commit that queued mail; it never blocks.
func (w *Worker) Kick() {
	select {
	case w.kick <- struct{}{}:
	default: // it is awake, or about to be
	}
}

// Run sends what is due until the context ends, sleeping exactly until there is something to do or Kick is called. When the
// context ends, the mails under way have five seconds to be finished; their outcomes are recorded before Run returns.
func (w *Worker) Run(ctx context.Context) {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(w.grace, cancel) })()

	for ctx.Err() == nil {
		var wake <-chan time.Time // nil, which waits for ever, while the outbox is empty
		wait, waiting, err := w.advance(ctx, sending)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			w.log.Error("outbox", "error", err)
			wake = time.After(storageRetry)
		case waiting:
			wake = time.After(wait)
		}
		select {
		case <-ctx.Done():
		case <-w.kick:
		case <-wake:
		}
	}
	w.lanes.Wait()
}

// advance opens a lane if a mail is due that needs one, and returns how long to wait until one may.
func (w *Worker) advance(ctx, sending context.Context) (wait time.Duration, waiting bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			err = w.panicked(p)
		}
	}()
	if err := w.fault; err != nil {
		w.fault = nil
		return 0, false, err
	}
	if err := w.record(ctx); err != nil {
		return 0, false, err
	}
	look := func(in time.Duration) {
		if !waiting || in < wait {
			wait, waiting = max(in, 0), true
		}
	}
	urgencies := slices.DeleteFunc(w.takes(), func(u survey.Urgency) bool { return !w.room(u) })
	due, next, err := w.mails.LookAhead(ctx, urgencies, w.free)
	if err != nil {
		return 0, false, err
	}
	if !next.IsZero() {
		look(next.Sub(w.mails.Clock.Now()))
	}
	if time.Now().Before(w.widen) {
		look(time.Until(w.widen))
	}
	switch {
	case !due: // the turn of others comes when a lane is done
	case w.open > 0 && time.Since(w.moved) < slow:
		look(time.Until(w.moved.Add(slow)))
	default:
		spare := w.open >= lanesMost
		w.open, w.moved = w.open+1, time.Now()
		w.lanes.Go(func() { w.lane(ctx, sending, spare) })
		look(slow)
	}
	return wait, waiting, nil
}

// most is how many lanes there may be for mails of an urgency, those in use included. The caller holds the lock.
func (w *Worker) most(u survey.Urgency) int {
	most := lanesMost
	if u == survey.UrgentCode {
		most += lanesSpare
	}
	if time.Now().Before(w.widen) {
		most = min(most, w.width)
	}
	if u == survey.Unhurried {
		most = max(1, most-1)
	}
	return most
}

// free tells whether a mail may be taken now: nobody has it, and nothing of its kind is under way to the same address. The
// caller holds the lock.
func (w *Worker) free(q send.QueuedMail) bool {
	for id, u := range w.underWay {
		if id == q.ID || u.Urgency == q.Urgency && strings.EqualFold(u.To, q.To) {
			return false
		}
	}
	return true
}

// takes are the urgencies of which a mail may be taken now: those without hurry leave a lane to the others. The caller holds
// the lock.
func (w *Worker) takes() []survey.Urgency {
	unhurried := 0
	for _, u := range w.underWay {
		if u.Urgency == survey.Unhurried {
			unhurried++
		}
	}
	return slices.DeleteFunc(slices.Clone(survey.Urgencies), func(u survey.Urgency) bool {
		return u == survey.Unhurried && unhurried >= w.most(u)
	})
}

// room tells whether a lane may be opened for a mail of an urgency. One without hurry counts those that have no mail yet as
// its own. The caller holds the lock.
func (w *Worker) room(urgency survey.Urgency) bool {
	if urgency != survey.Unhurried {
		return w.open < w.most(urgency)
	}
	unhurried := w.open
	for _, u := range w.underWay {
		if u.Urgency != survey.Unhurried {
			unhurried--
		}
	}
	return w.open < w.most(survey.UrgentLink) && unhurried < w.most(survey.Unhurried)
}

// lane is one connection. It takes mail after mail, and ends when there is none for it.
func (w *Worker) lane(ctx, sending context.Context, spare bool) {
	var conn Connection
	var taken string // id of the mail under way
	drop := func() {
		if conn != nil {
			conn.Quit()
			conn = nil
			w.count(-1)
		}
	}
	defer w.Kick()
	defer func() {
		var fault error
		if p := recover(); p != nil {
			fault = w.panicked(p)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open--
		w.fault = cmp.Or(fault, w.fault)
		delete(w.underWay, taken)
	}()
	defer drop()
	for ctx.Err() == nil {
		if conn != nil && conn.Alive(ctx) != nil {
			drop()
		}
		var refused error
		if conn == nil {
			if conn, refused = w.connect(ctx); refused == nil {
				w.count(1)
			} else if ctx.Err() != nil || w.narrow() {
				return
			}
		}
		// Taken only now: a link revoked while the connection was made must not go out.
		d, ok, err := w.take(ctx, spare)
		if err == nil && ok {
			taken = d.Mail.ID
			o := w.attempt(sending, conn, refused, d)
			if !o.Sent && !o.Settled {
				drop()
			}
			taken, err = "", w.finish(ctx, pendingOutcome{d.Mail.ID, o})
		}
		if err != nil && ctx.Err() == nil {
			w.mu.Lock()
			w.fault = err
			w.mu.Unlock()
		}
		if err != nil || !ok {
			return
		}
	}
}

// connect opens a connection. A panic is an error of this try.
func (w *Worker) connect(ctx context.Context) (conn Connection, err error) {
	defer func() {
		if p := recover(); p != nil {
			conn, err = nil, w.panicked(p)
		}
	}()
	return w.transport.Connect(ctx)
}

func (w *Worker) count(connections int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.connected += connections
}

// narrow notes that the server takes no further connection while it keeps others: that is about no mail, and for a while
// those have to do. It is false when there are none.
func (w *Worker) narrow() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.connected == 0 {
		return false
	}
	w.width, w.widen = w.connected, time.Now().Add(widenAfter)
	return true
}

// take claims the next mail for a lane, once all outcomes are recorded.
func (w *Worker) take(ctx context.Context, spare bool) (d send.MailDue, ok bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.record(ctx); err != nil {
		return d, false, err
	}
	urgencies := w.takes()
	if spare {
		urgencies = []survey.Urgency{survey.UrgentCode}
	}
	d, ok, err = w.mails.NextMail(ctx, urgencies, w.free)
	if err == nil && ok {
		w.underWay[d.Mail.ID], w.moved = send.QueuedMail{ID: d.Mail.ID, To: d.Mail.To, Urgency: d.Mail.Urgency()}, time.Now()
	}
	return d, ok, err
}

// attempt sends one mail over a connection, or notes why there was none.
func (w *Worker) attempt(ctx context.Context, conn Connection, refused error, d send.MailDue) send.MailOutcome {
	if d.Settled {
		w.log.Info("mail stopped", "mail", d.Mail.ID, "kind", d.Mail.Kind)
		return send.MailOutcome{Attempt: d.Attempt, Settled: true}
	}
	reply, err := "", refused
	if refused == nil {
		reply, err = w.send(ctx, conn, d)
	} else {
		reply = errorReply(refused)
	}
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
	return send.MailOutcome{Attempt: d.Attempt, Sent: err == nil, Permanent: Permanent(err), Reply: reply,
		NoReply: err != nil && replyCode(err) == 0 && !Permanent(err)}
}

// send composes and sends one mail. A panic is an error of this mail; the others go on.
func (w *Worker) send(ctx context.Context, conn Connection, d send.MailDue) (reply string, err error) {
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
	return conn.Send(ctx, msg)
}

// finish notes the outcome of a mail that was under way.
func (w *Worker) finish(ctx context.Context, p pendingOutcome) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pending = append(w.pending, p)
	return w.record(ctx)
}

// record writes the pending outcomes, if any. It is not hurried by the end of a context: what was sent must be known. The
// caller holds the lock.
func (w *Worker) record(ctx context.Context) error {
	for len(w.pending) > 0 {
		p := w.pending[0]
		err := w.mails.RecordAttempt(context.WithoutCancel(ctx), p.id, p.MailOutcome)
		if err != nil && !survey.IsNotFound(err) { // a mail that was erased meanwhile needs no record
			return fmt.Errorf("recording an attempt: %w", err)
		}
		delete(w.underWay, p.id)
		w.pending = w.pending[1:]
	}
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
