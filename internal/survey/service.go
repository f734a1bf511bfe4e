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

// Service is the use cases. Every method that changes something takes the Actor who asks and runs in one transaction.
type Service struct {
	Store   Store
	Clock   Clock
	Sealer  *Sealer     // seals the secrets of mails until they are sent
	Ledger  *ledger.Key // signs the ledger's checkpoints
	Rand    io.Reader   // salts; crypto/rand.Reader outside tests
	BaseURL string      // scheme and host, no trailing slash: every link starts with it

	// Compose renders the mail called name in a language: its subject and its plain-text body.
	Compose func(lang, name string, data any) (subject, body string, err error)

	// HashPassword and MatchPassword are argon2id, handed in so that the domain needs no cryptography of its own.
	// When too many wait for them they return Unavailable.
	HashPassword  func(ctx context.Context, password string) (hash string, err error)
	MatchPassword func(ctx context.Context, password, hash string) (bool, error)

	// MailReady tells whether mails that are queued can go out: there is a mail server. Without one nobody can be asked by mail.
	MailReady bool

	// Kick wakes the outbox worker after a commit that queued mail. May be nil.
	Kick func()
}

func (s *Service) now() time.Time { return s.Clock.Now().UTC() }

// link returns the full address of a path of the application.
func (s *Service) link(path string) string { return s.BaseURL + path }

// host returns the host name of the base URL, for Message-IDs.
func (s *Service) host() string {
	if u, err := url.Parse(s.BaseURL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// update runs fn in a transaction on behalf of the actor and wakes the outbox worker when it committed. Whether the actor may
// act was judged when the request began; its body can have taken minutes since. So it is judged again here, in the transaction
// that writes, for every use case alike. The zero Actor, a reader with a link or a password, has nothing to lose.
func (s *Service) update(ctx context.Context, actor Actor, fn func(*Tx) error) error {
	err := s.Store.Update(ctx, func(tx *Tx) error {
		if err := s.judgeAgain(tx, actor); err != nil {
			return err
		}
		return fn(tx)
	})
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return err
}

// audit notes who did what; of what changes a public state also the state before and after, in that order.
func (s *Service) audit(tx *Tx, actor Actor, what, subject string, states ...string) error {
	e := AuditEntry{ID: NewID(), At: s.now(), Who: actor.who(), What: what, Subject: subject}
	if len(states) == 2 {
		e.From, e.To = states[0], states[1]
	}
	return tx.Audit.Put(e)
}

// same tells whether two states of a record are stored alike: a save of what is saved already is no change, and no conflict.
func same[T any](a, b T) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// stale is the answer to a save that started from an old revision.
func stale() error { return Fail(Conflict, "error.stale") }
