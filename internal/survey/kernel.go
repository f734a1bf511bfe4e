package survey

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"time"

	"pruefstein/internal/ledger"
)

// Kernel is what the use cases of every verb stand on. Every one that changes something takes the Actor who asks and runs in one
// transaction (Write).
type Kernel struct {
	Store   Store
	Clock   Clock
	Sealer  *Sealer     // seals the secrets of mails until they are sent
	Ledger  *ledger.Key // signs the ledger's checkpoints
	Rand    io.Reader   // salts; crypto/rand.Reader outside tests
	BaseURL string      // scheme and host, no trailing slash: every link starts with it

	// Addresses are where the links of mails lead. The web owns its paths, so it says them.
	Addresses Addresses

	// Compose renders the mail called name in a language: its subject and its plain-text body.
	Compose func(lang, name string, data any) (subject, body string, err error)

	// Cite names a letter for readers, in the language of what is published. Its words are stored with what the letter says.
	Cite func(Transcription) string

	// MailReady tells whether mails that are queued can go out: there is a mail server. Without one nobody can be asked by mail.
	MailReady bool

	// Kick wakes the outbox worker after a commit that queued mail. May be nil.
	Kick func()
}

// Now returns the instant, in UTC.
func (s *Kernel) Now() time.Time { return s.Clock.Now().UTC() }

// Addresses are the paths below the base URL that links lead to. The link's token follows each.
type Addresses struct {
	Access     string // of a party to its answers
	Invitation string // of a person to the alliance
	Reset      string // of a person to a new password
	Setup      string // of the first person
}

// Link returns the full address of a link: one of the Addresses with its token.
func (s *Kernel) Link(path, token string) string { return s.BaseURL + path + token }

// Host returns the host name of the base URL, for Message-IDs.
func (s *Kernel) Host() string {
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// View runs fn in a transaction that reads: in the one that is open, within Together.
func (s *Kernel) View(ctx context.Context, fn func(*Tx) error) error {
	if shared, ok := ctx.Value(together{}).(*sharedTx); ok && shared.tx != nil {
		return fn(shared.tx)
	}
	return s.Store.View(ctx, func(tx *Tx) error { return fn(remember(tx)) })
}

type together struct{}

// sharedTx is the transaction of a context; nil when it is over.
type sharedTx struct{ tx *Tx }

// Together runs fn, whose reads with the context it is given see one instant: they share one transaction. They are made one after
// the other. The context is good for no write: a write would wait for its own reader on some stores. Afterwards it reads like any
// other.
func (s *Kernel) Together(ctx context.Context, fn func(context.Context) error) error {
	return s.Store.View(ctx, func(tx *Tx) error {
		shared := &sharedTx{remember(tx)}
		defer func() { shared.tx = nil }()
		return fn(context.WithValue(ctx, together{}, shared))
	})
}

// Write runs fn in a transaction on behalf of the actor and wakes the outbox worker when it committed. Whether the actor may
// act was judged when the request began; its body can have taken minutes since. So it is judged again here, in the transaction
// that writes, for every use case alike. The zero Actor, a reader with a link or a password, has nothing to lose. The instant of
// the transaction is that of the call, not of its turn to write: who pressed in time is in time.
func (s *Kernel) Write(ctx context.Context, actor Actor, fn func(*Tx) error) error {
	now := s.Now()
	err := s.Store.Update(ctx, func(tx *Tx) error {
		tx.at = now
		if err := s.judgeAgain(remember(tx), actor); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return proposed(ctx)
	})
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return err
}

// Propose says that a write is to be tried and taken back: a field was mended, and is shown before it is saved.
func Propose(ctx context.Context, field string) context.Context {
	return context.WithValue(ctx, proposal{}, field)
}

type proposal struct{}

// proposed is the fault of a write that was to be tried alone.
func proposed(ctx context.Context) error {
	var f Faults
	if field, ok := ctx.Value(proposal{}).(string); ok {
		f.Add(field, "error.text.mended")
	}
	return f.Err()
}

// Audit notes who did what; of what changes a public state also the state before and after, in that order.
func (s *Kernel) Audit(tx *Tx, actor Actor, what, subject string, states ...string) error {
	e := AuditEntry{ID: NewID(), At: s.At(tx), Who: actor.Who(), What: what, Subject: subject}
	if len(states) == 2 {
		e.From, e.To = states[0], states[1]
	}
	return tx.Audit.Put(e)
}

// Same tells whether two states of a record are stored alike: a save of what is saved already is no change, and no conflict.
func Same[T any](a, b T) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// Stale is the answer to a save that started from an old revision.
func Stale() error { return Fail(Conflict, "error.stale") }
