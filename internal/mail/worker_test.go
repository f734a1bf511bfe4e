package mail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pruefstein/internal/memory"
	"pruefstein/internal/send"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

const testToken = "qz7tokenqz7tokenqz7token"

// desk is an office with an outbox and a worker that logs into a buffer.
type desk struct {
	*Worker
	clock *testkit.Clock
	log   *bytes.Buffer
}

func newDesk(t *testing.T, store survey.Store, transport Transport) *desk {
	t.Helper()
	sealer, err := survey.LoadOrCreateSealer(filepath.Join(t.TempDir(), "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{clock: testkit.NewClock(testMail().CreatedAt), log: &bytes.Buffer{}}
	service := &send.Service{Kernel: &survey.Kernel{Store: storetest.Twice(store), Clock: d.clock, Sealer: sealer, BaseURL: "https://fragen.example"}}
	d.Worker = NewWorker(service, transport, testSender, slog.New(slog.NewJSONHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	return d
}

// queue puts n invitations into the outbox and returns their ids.
func queue(t *testing.T, s *send.Service, n int) (ids []string) {
	t.Helper()
	err := s.Store.Update(t.Context(), func(tx *survey.Tx) error {
		ids = nil
		for i := range n {
			sealed, err := s.Sealer.Seal([]byte("https://fragen.example/zugang/" + testToken))
			if err != nil {
				return err
			}
			m := testMail()
			m.ID = survey.NewID()
			m.MessageID, m.To, m.Sealed = m.ID+"@fragen.example", fmt.Sprintf("partei%d@nordmark.example", i), sealed
			m.Body, m.CreatedAt = "Guten Tag,\n\n"+survey.LinkMark+"\n", s.Clock.Now()
			ids = append(ids, m.ID)
			err = errors.Join(survey.PutMail(tx, m), tx.Outbox.Put(survey.OutboxEntry{Mail: m.ID, Urgency: m.Urgency(), DueAt: s.Clock.Now(), Since: s.Clock.Now()}))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func (d *desk) mail(t *testing.T, id string) (m survey.Mail) {
	t.Helper()
	err := d.mails.Store.View(t.Context(), func(tx *survey.Tx) (err error) {
		m, err = tx.Mails.Get(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// once sends all that is due.
func (d *desk) once(t *testing.T) (next time.Time, waiting bool) {
	t.Helper()
	next, waiting, err := d.round(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return next, waiting
}

// round sends all that is due and returns when the next mail will be.
func (w *Worker) round(ctx context.Context) (next time.Time, waiting bool, err error) {
	for err == nil {
		var wait time.Duration
		opened := w.lastOpened()
		wait, waiting, err = w.advance(ctx, ctx)
		w.lanes.Wait()
		if w.lastOpened() == opened {
			return w.mails.Clock.Now().Add(wait), waiting, err
		}
	}
	return next, waiting, err
}

func (w *Worker) lastOpened() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.moved
}

// checkSecrets fails if the log or the stored mails tell more than they may.
func (d *desk) checkSecrets(t *testing.T) {
	t.Helper()
	for _, secret := range []string{testToken, "nordmark.example", testMail().Subject, "Guten Tag", "koordination@"} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("the log tells %q:\n%s", secret, d.log)
		}
	}
	err := d.mails.Store.View(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			raw, err := json.Marshal(m)
			if err != nil {
				return err
			}
			if bytes.Contains(raw, []byte(testToken)) || m.State == survey.MailSent && bytes.Contains(raw, []byte("sealed")) {
				t.Errorf("the store tells the secret: %s", raw)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWorkerSends(t *testing.T) {
	server := testkit.SMTP(t)
	d := newDesk(t, memory.New(), localSMTP(t, server))
	err := d.mails.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark", Email: "koordination@nordmark.example"})
	})
	if err != nil {
		t.Fatal(err)
	}
	ids := queue(t, d.mails, 3)
	if _, waiting := d.once(t); waiting {
		t.Error("something still waits")
	}
	messages := server.Messages()
	if len(messages) != 3 {
		t.Fatalf("%d messages", len(messages))
	}
	for i, id := range ids {
		read := testkit.ReadMail(t, messages[i].Data)
		if read.Header.Get("Message-ID") != "<"+id+"@fragen.example>" || read.Header.Get("Reply-To") != "<koordination@nordmark.example>" ||
			!strings.Contains(read.Header.Get("From"), "Nordmark") || read.Text != "Guten Tag,\n\nhttps://fragen.example/zugang/"+testToken+"\n" {
			t.Errorf("message %+v", read)
		}
		if m := d.mail(t, id); m.State != survey.MailSent || m.Reply != "250 2.0.0 OK: queued" || m.Attempts != 1 || m.Sealed != nil {
			t.Errorf("mail %+v", m)
		}
	}
	d.checkSecrets(t)
}

// Whatever goes wrong, the mail comes later under the same Message-ID; only a refusal for good ends it.
func TestWorkerTriesAgain(t *testing.T) {
	for _, test := range []struct {
		name   string
		option testkit.SMTPOption
		copies int // that arrive in the end
	}{
		{"greylisting", testkit.WithRejectFirst(1), 1},
		{"connection dropped after DATA", testkit.WithDropAfterData(1), 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := testkit.SMTP(t, test.option)
			d := newDesk(t, memory.New(), localSMTP(t, server))
			id := queue(t, d.mails, 1)[0]
			next, waiting := d.once(t)
			if !waiting || next.Sub(d.clock.Now()) != time.Minute {
				t.Errorf("next at %v, %v", next, waiting)
			}
			if m := d.mail(t, id); m.State != survey.MailQueued || m.Attempts != 1 || m.Reply == "" || len(m.Sealed) == 0 {
				t.Errorf("after the first attempt: %+v", m)
			}
			d.clock.Set(next)
			d.once(t)
			if m := d.mail(t, id); m.State != survey.MailSent || m.Attempts != 2 {
				t.Errorf("after the second attempt: %+v", m)
			}
			messages := server.Messages()
			if len(messages) != test.copies || !bytes.Equal(messages[0].Data, messages[len(messages)-1].Data) {
				t.Errorf("%d messages: %+v", len(messages), messages)
			}
			d.checkSecrets(t)
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		server := testkit.SMTP(t)
		transport := localSMTP(t, server)
		transport.dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
		d := newDesk(t, memory.New(), transport)
		id := queue(t, d.mails, 1)[0]
		d.once(t)
		if m := d.mail(t, id); m.State != survey.MailQueued || !m.NoReply || !strings.Contains(m.Reply, "connection refused") {
			t.Errorf("what went wrong here is told as the server's reply: %+v", m)
		}
	})
	t.Run("nothing to remind of", func(t *testing.T) {
		server := testkit.SMTP(t)
		d := newDesk(t, memory.New(), localSMTP(t, server))
		ids := queue(t, d.mails, 2)
		err := d.mails.Store.Update(t.Context(), func(tx *survey.Tx) error {
			m, err := tx.Mails.Get(ids[0])
			m.Kind, m.Questionnaire, m.Respondent = survey.MailReminder, "q", "r"
			return errors.Join(err, tx.Mails.Put(m), tx.Questionnaires.Put(survey.Questionnaire{ID: "q", Deadline: survey.Instant{At: d.clock.Now()}}),
				tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "r"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, waiting := d.once(t); waiting || len(server.Messages()) != 1 {
			t.Errorf("%d messages", len(server.Messages()))
		}
		if m := d.mail(t, ids[0]); m.State != survey.MailRevoked || m.Attempts != 0 {
			t.Errorf("%+v", m)
		}
		d.checkSecrets(t)
	})
	t.Run("no such mailbox", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithRefused("partei0@nordmark.example"))
		d := newDesk(t, memory.New(), localSMTP(t, server))
		ids := queue(t, d.mails, 2)
		if _, waiting := d.once(t); waiting {
			t.Error("something waits")
		}
		if m := d.mail(t, ids[0]); m.State != survey.MailFailed || !strings.HasPrefix(m.Reply, "550 5.1.1") || m.NoReply || len(m.Sealed) == 0 {
			t.Errorf("refused: %+v", m)
		}
		if m := d.mail(t, ids[1]); m.State != survey.MailSent {
			t.Errorf("the next one: %+v", m)
		}
		d.checkSecrets(t)
	})
}

// A panic costs one attempt of one mail and says nothing about it in the log.
func TestWorkerPanic(t *testing.T) {
	server := testkit.SMTP(t)
	transport := localSMTP(t, server)
	dial := transport.dial
	panics := 2
	transport.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if panics--; panics == 1 {
			panic("at partei0@nordmark.example " + testToken)
		} else if panics == 0 {
			return nil, []error{}[panics] // Go's own
		}
		return dial(ctx, network, address)
	}
	d := newDesk(t, memory.New(), transport)
	ids := queue(t, d.mails, 3)
	d.once(t)
	for i, want := range []survey.MailState{survey.MailQueued, survey.MailQueued, survey.MailSent} {
		if m := d.mail(t, ids[i]); m.State != want || m.Attempts != 1 || strings.Contains(m.Reply, testToken) {
			t.Errorf("mail %d: %+v", i, m)
		}
	}
	if !strings.Contains(d.log.String(), "worker.go") || !strings.Contains(d.log.String(), "index out of range") {
		t.Errorf("the log does not say where: %s", d.log)
	}
	d.checkSecrets(t)
}

// brokenStore takes no writes while broken, as with a full disk.
type brokenStore struct {
	survey.Store
	broken  atomic.Bool
	updated func() // after each write
}

func (s *brokenStore) Update(ctx context.Context, fn func(*survey.Tx) error) error {
	if s.broken.Load() {
		return errors.New("no space left on device")
	}
	err := s.Store.Update(ctx, fn)
	if s.updated != nil {
		s.updated()
	}
	return err
}

// A mail whose outcome cannot be recorded is not sent again and again.
func TestWorkerFullDisk(t *testing.T) {
	store := &brokenStore{Store: memory.New()}
	server := testkit.SMTP(t)
	d := newDesk(t, store, localSMTP(t, server))
	ids := queue(t, d.mails, 2)
	store.broken.Store(true)
	for range 3 {
		if _, _, err := d.round(t.Context()); err == nil {
			t.Error("no error")
		}
	}
	if n := len(server.Messages()); n != 1 {
		t.Errorf("%d messages while the disk was full", n)
	}
	store.broken.Store(false)
	d.once(t)
	if n := len(server.Messages()); n != 2 {
		t.Errorf("%d messages in the end", n)
	}
	for _, id := range ids {
		if m := d.mail(t, id); m.State != survey.MailSent || m.Attempts != 1 {
			t.Errorf("mail %+v", m)
		}
	}
}

// Run sleeps until it is kicked or the next mail is due, and ends with its context.
func TestWorkerRun(t *testing.T) {
	server := testkit.SMTP(t, testkit.WithRejectFirst(1))
	d := newDesk(t, memory.New(), localSMTP(t, server))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	ids := queue(t, d.mails, 2)
	d.Kick()
	server.Wait(t.Context(), 1)  // the second; the first was told to come later
	d.clock.Advance(time.Minute) // the worker sleeps, or is about to
	ids = append(ids, queue(t, d.mails, 1)...)
	d.Kick()
	server.Wait(t.Context(), 3)
	cancel()
	<-done
	for _, id := range ids {
		if m := d.mail(t, id); m.State != survey.MailSent {
			t.Errorf("mail %+v", m)
		}
	}
}

// When the program ends, the mail under way is finished and recorded, and no other is begun.
func TestWorkerShutdown(t *testing.T) {
	for _, test := range []struct {
		name    string
		replies bool // the server replies in time
		want    survey.MailState
	}{{"in time", true, survey.MailSent}, {"too late", false, survey.MailQueued}} {
		t.Run(test.name, func(t *testing.T) {
			server := testkit.SMTP(t)
			taken, release := make(chan struct{}), make(chan struct{})
			port := proxy(t, server, func(_ int, pass func()) {
				close(taken)
				<-release
				pass()
			})
			transport, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: port})
			if err != nil {
				t.Fatal(err)
			}
			d := newDesk(t, memory.New(), transport)
			if !test.replies {
				d.grace = 0
			}
			ids := queue(t, d.mails, 2)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				d.Run(ctx)
			}()
			<-taken
			cancel()
			if test.replies {
				close(release)
			}
			<-done
			if !test.replies {
				close(release)
			}
			if m := d.mail(t, ids[0]); m.State != test.want || m.Attempts != 1 {
				t.Errorf("under way: %+v", m)
			}
			if m := d.mail(t, ids[1]); m.State != survey.MailQueued || m.Attempts != 0 {
				t.Errorf("the next: %+v", m)
			}
			d.checkSecrets(t)
		})
	}
}

// Mails with a lost key or settings that make no message fail visibly; the others go out.
func TestWorkerUnsendable(t *testing.T) {
	server := testkit.SMTP(t)
	d := newDesk(t, memory.New(), localSMTP(t, server))
	ids := queue(t, d.mails, 2)
	err := d.mails.Store.Update(t.Context(), func(tx *survey.Tx) error {
		m, err := tx.Mails.Get(ids[0])
		m.Sealed[3] ^= 1
		return errors.Join(err, tx.Mails.Put(m))
	})
	if err != nil {
		t.Fatal(err)
	}
	d.once(t)
	if m := d.mail(t, ids[0]); m.State != survey.MailFailed || !strings.Contains(m.Reply, "seal key") || m.NoReply {
		t.Errorf("mail %+v", m)
	}
	if m := d.mail(t, ids[1]); m.State != survey.MailSent {
		t.Errorf("mail %+v", m)
	}
	err = d.mails.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return tx.Alliances.Put(survey.Alliance{Name: "a\r\nBcc: boese@example.org"})
	})
	if err != nil {
		t.Fatal(err)
	}
	id := queue(t, d.mails, 1)[0]
	d.once(t)
	if m := d.mail(t, id); m.State != survey.MailFailed || len(server.Messages()) != 1 {
		t.Errorf("mail %+v", m)
	}
	d.checkSecrets(t)
}
