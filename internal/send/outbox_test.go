package send_test

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/send"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
)

const outboxSecret = "https://fragen.example/zugang/qz7tokenqz7tokenqz7token"

var outboxStart = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// newOutbox returns a service on an empty store, and its clock.
func newOutbox(t *testing.T) (*office.Office, *testkit.Clock) {
	t.Helper()
	key := make([]byte, 32)
	rand.Read(key)
	sealer, err := survey.NewSealer(key)
	if err != nil {
		t.Fatal(err)
	}
	clock := testkit.NewClock(outboxStart)
	return office.New(&survey.Kernel{Store: storetest.Twice(memory.New()), Clock: clock, Sealer: sealer, BaseURL: "https://fragen.example", Addresses: testworld.Addresses}), clock
}

func invitation() survey.WrittenMail {
	return survey.WrittenMail{
		Mail:     survey.Mail{Kind: survey.MailInvitation, To: "kontakt@freie-mitte.example", Language: "de", Subject: "Wahlprüfsteine"},
		MailText: survey.MailText{Body: "Guten Tag,\n\n" + survey.LinkMark + "\n"},
	}
}

// enqueueMarked queues a mail with its secret, if any, in place of each LinkMark.
func enqueueMarked(s *office.Office, tx *survey.Tx, m survey.WrittenMail, secret string) (survey.WrittenMail, error) {
	if secret != "" {
		m.SetText(m.Subject, m.Body, survey.LinkMark)
	}
	return s.Enqueue(tx, m, secret)
}

// nextDue returns when the next mail is due; ok is false while none waits.
func nextDue(t *testing.T, s *office.Office) (at time.Time, ok bool, err error) {
	due, at, err := s.Send.LookAhead(t.Context(), survey.Urgencies, func(send.QueuedMail) bool { return true })
	if due {
		at = s.Now()
	}
	return at, due || !at.IsZero(), err
}

func enqueue(t *testing.T, s *office.Office, m survey.WrittenMail, secret string) survey.WrittenMail {
	t.Helper()
	err := s.Store.Update(t.Context(), func(tx *survey.Tx) (err error) {
		m, err = enqueueMarked(s, tx, m, secret)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func loadMail(t *testing.T, s *office.Office, id string) (m survey.Mail, waits bool) {
	t.Helper()
	err := s.Store.View(t.Context(), func(tx *survey.Tx) (err error) {
		if m, err = tx.Mails.Get(id); err != nil {
			return err
		}
		_, err = tx.Outbox.Get(id)
		if waits = err == nil; survey.IsNotFound(err) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, waits
}

// stored returns what the store holds about mails, as text.
func stored(t *testing.T, s *office.Office) string {
	t.Helper()
	var b strings.Builder
	err := s.Store.View(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			written, err := m.Written(tx)
			if err != nil {
				return err
			}
			raw, err := json.Marshal(written)
			if err != nil {
				return err
			}
			b.Write(raw)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func record(t *testing.T, s *office.Office, id string, o send.MailOutcome) {
	t.Helper()
	if err := s.Send.RecordAttempt(t.Context(), id, o); err != nil {
		t.Fatal(err)
	}
}

func TestEnqueue(t *testing.T) {
	s, _ := newOutbox(t)
	m := enqueue(t, s, invitation(), outboxSecret)
	if m.MessageID != m.ID+"@fragen.example" || m.State != survey.MailQueued || !m.CreatedAt.Equal(outboxStart) {
		t.Errorf("queued %+v", m)
	}
	got, waits := loadMail(t, s, m.ID)
	if !waits || got.MessageID != m.MessageID {
		t.Errorf("stored %+v, waits %v", got, waits)
	}
	if text := stored(t, s); strings.Contains(text, "qz7token") {
		t.Errorf("the store holds the token: %s", text)
	}
	due, err := s.Send.DueMails(t.Context(), 10)
	if err != nil || len(due) != 1 || due[0].Attempt != 1 {
		t.Fatalf("due %+v, %v", due, err)
	}
	if want := "Guten Tag,\n\n" + outboxSecret + "\n"; due[0].Body != want || due[0].Mail.Body != invitation().Body {
		t.Errorf("body %q, kept %q", due[0].Body, due[0].Mail.Body)
	}
}

func TestEnqueueMessageIDLiteral(t *testing.T) {
	s, _ := newOutbox(t)
	s.BaseURL = "http://[::1]:8080"
	if m := enqueue(t, s, invitation(), outboxSecret); m.MessageID != m.ID+"@[::1]" {
		t.Errorf("Message-ID %q", m.MessageID)
	}
}

func TestEnqueueRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*survey.WrittenMail)
		secret string
		code   survey.Code
	}{
		{"no address", func(m *survey.WrittenMail) { m.To = "" }, outboxSecret, survey.Invalid},
		{"name and address", func(m *survey.WrittenMail) { m.To = "Mitte <a@b.example>" }, outboxSecret, survey.Invalid},
		{"two addresses", func(m *survey.WrittenMail) { m.To = "a@b.example, c@d.example" }, outboxSecret, survey.Invalid},
		{"angle brackets", func(m *survey.WrittenMail) { m.To = "<a@b.example>" }, outboxSecret, survey.Invalid},
		{"comment", func(m *survey.WrittenMail) { m.To = "a@b.example(c)" }, outboxSecret, survey.Invalid},
		{"line break in the address", func(m *survey.WrittenMail) { m.To = "a@b.example\r\nBcc: c@d.example" }, outboxSecret, survey.Invalid},
		{"umlaut in the address", func(m *survey.WrittenMail) { m.To = "büro@b.example" }, outboxSecret, survey.Invalid},
		{"no host", func(m *survey.WrittenMail) { m.To = "a@" }, outboxSecret, survey.Invalid},
		{"endless address", func(m *survey.WrittenMail) { m.To = strings.Repeat("a", 300) + "@b.example" }, outboxSecret, survey.Invalid},
		{"CR LF in the subject", func(m *survey.WrittenMail) { m.Subject = "a\r\nBcc: c@d.example" }, outboxSecret, survey.Invalid},
		{"LF in the subject", func(m *survey.WrittenMail) { m.Subject = "a\nb" }, outboxSecret, survey.Invalid},
		{"NUL in the subject", func(m *survey.WrittenMail) { m.Subject = "a\x00b" }, outboxSecret, survey.Invalid},
		{"no subject", func(m *survey.WrittenMail) { m.Subject = " " }, outboxSecret, survey.Invalid},
		{"long subject", func(m *survey.WrittenMail) { m.Subject = strings.Repeat("a", 701) }, outboxSecret, survey.Invalid},
		{"no place for the secret", func(m *survey.WrittenMail) { m.Body = "Guten Tag" }, outboxSecret, ""},
		{"a place and no secret", func(m *survey.WrittenMail) { m.Places = []int{0} }, "", ""},
		{"secret in the subject", func(m *survey.WrittenMail) { m.Subject = outboxSecret }, outboxSecret, ""},
		{"secret in the body", func(m *survey.WrittenMail) { m.Body += outboxSecret }, outboxSecret, ""},
		{"attachment type", func(m *survey.WrittenMail) { m.Attachment = &survey.MailFile{Name: "a", Type: "a\r\nb"} }, outboxSecret, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newOutbox(t)
			m := invitation()
			test.change(&m)
			err := s.Store.Update(t.Context(), func(tx *survey.Tx) error {
				_, err := enqueueMarked(s, tx, m, test.secret)
				return err
			})
			if err == nil || survey.CodeOf(err) != test.code {
				t.Errorf("error %v, want code %q", err, test.code)
			}
			if err != nil && strings.Contains(err.Error(), "qz7token") {
				t.Errorf("the error tells the token: %v", err)
			}
			if _, waits, err := nextDue(t, s); waits || err != nil {
				t.Errorf("something waits: %v, %v", waits, err)
			}
		})
	}
}

// A mail without a secret may say what stands for one.
func TestMailMayQuoteTheMark(t *testing.T) {
	s, _ := newOutbox(t)
	m := invitation()
	enqueue(t, s, m, "")
	due, err := s.Send.DueMails(t.Context(), 1)
	if err != nil || len(due) != 1 || due[0].Body != m.Body || len(due[0].Mail.Texts()) != 1 {
		t.Errorf("due %+v, %v", due, err)
	}
}

// A mail goes out if and only if the transaction commits.
func TestEnqueueRollsBack(t *testing.T) {
	s, _ := newOutbox(t)
	failed := errors.New("later in the same transaction")
	err := s.Store.Update(t.Context(), func(tx *survey.Tx) error {
		if _, err := enqueueMarked(s, tx, invitation(), outboxSecret); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if due, err := s.Send.DueMails(t.Context(), 1); len(due) != 0 || err != nil {
		t.Errorf("due %+v, %v", due, err)
	}
}

func TestSentForgetsSecret(t *testing.T) {
	s, clock := newOutbox(t)
	m := enqueue(t, s, invitation(), outboxSecret)
	sealed, _ := loadMail(t, s, m.ID)
	blob, err := json.Marshal(sealed.Sealed)
	if err != nil || len(sealed.Sealed) == 0 {
		t.Fatal(blob, err)
	}
	clock.Advance(time.Second)
	record(t, s, m.ID, send.MailOutcome{Attempt: 1, Sent: true, Reply: "250 2.0.0 Ok: queued\r\n as 4711"})

	got, waits := loadMail(t, s, m.ID)
	if got.State != survey.MailSent || waits || got.Reply != "250 2.0.0 Ok: queued as 4711" || !got.SentAt.Equal(clock.Now()) || got.Attempts != 1 {
		t.Errorf("after sending: %+v, waits %v", got, waits)
	}
	if text := stored(t, s); strings.Contains(text, strings.Trim(string(blob), `"`)) || strings.Contains(text, "qz7token") || strings.Contains(text, "sealed") {
		t.Errorf("the store still holds the secret: %s", text)
	}
	// the same attempt once more, and an older one, change nothing
	clock.Advance(time.Hour)
	record(t, s, m.ID, send.MailOutcome{Attempt: 1, Reply: "again"})
	if again, _ := loadMail(t, s, m.ID); again.State != survey.MailSent || !again.LastAttempt.Equal(got.LastAttempt) || again.Reply != got.Reply {
		t.Errorf("recorded twice: %+v", again)
	}
}

func TestBackoff(t *testing.T) {
	for _, test := range []struct {
		kind   survey.MailKind
		delays []time.Duration // until it is given up
		sealed bool            // afterwards
	}{
		{survey.MailInvitation, []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour,
			6 * time.Hour, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour, 6 * time.Hour,
			6 * time.Hour, 6 * time.Hour, 6 * time.Hour}, true},
		{survey.MailCode, []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}, false},
	} {
		t.Run(string(test.kind), func(t *testing.T) {
			s, clock := newOutbox(t)
			m := invitation()
			m.Kind = test.kind
			m = enqueue(t, s, m, outboxSecret)
			for i, delay := range test.delays {
				due, err := s.Send.DueMails(t.Context(), 5)
				if err != nil || len(due) != 1 || due[0].Attempt != i+1 || due[0].Mail.MessageID != m.MessageID {
					t.Fatalf("attempt %d: due %+v, %v", i+1, due, err)
				}
				record(t, s, m.ID, send.MailOutcome{Attempt: i + 1, Reply: fmt.Sprintf("451 try %d", i)})
				next, waits, err := nextDue(t, s)
				if err != nil || !waits || next.Sub(clock.Now()) != delay {
					t.Fatalf("attempt %d: next in %v, waits %v, %v; want %v", i+1, next.Sub(clock.Now()), waits, err, delay)
				}
				if due, err := s.Send.DueMails(t.Context(), 5); err != nil || len(due) != 0 {
					t.Fatalf("attempt %d: due at once, %v", i+1, err)
				}
				clock.Set(next)
			}
			record(t, s, m.ID, send.MailOutcome{Attempt: len(test.delays) + 1, Reply: "451 last"})
			got, waits := loadMail(t, s, m.ID)
			if got.State != survey.MailFailed || waits || got.Reply != "451 last" || (len(got.Sealed) > 0) != test.sealed {
				t.Errorf("in the end: %+v, waits %v", got, waits)
			}
		})
	}
}

func TestPermanentRefusalAndRetry(t *testing.T) {
	s, clock := newOutbox(t)
	coordinator := survey.Actor{User: survey.User{ID: "u1", PasswordHash: "x", Coordinator: true}}
	testworld.Must(t, s.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Users.Put(coordinator.User) }))
	m := enqueue(t, s, invitation(), outboxSecret)
	record(t, s, m.ID, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "550 5.1.1 no such mailbox"})
	if got, waits := loadMail(t, s, m.ID); got.State != survey.MailFailed || waits || len(got.Sealed) == 0 {
		t.Fatalf("refused: %+v, waits %v", got, waits)
	}

	clock.Advance(5 * 24 * time.Hour) // giving up counts from the retry
	for _, actor := range []survey.Actor{{}, {Respondent: "r"}, {User: survey.User{ID: "u2", PasswordHash: "x", Memberships: []survey.Membership{{WorkingGroup: "g"}}}}} {
		if err := s.Send.RetryMail(t.Context(), actor, m.Questionnaire, m.ID); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%+v: %v", actor, err)
		}
	}
	kicked := 0
	s.Kick = func() { kicked++ }
	if err := s.Send.RetryMail(t.Context(), coordinator, m.Questionnaire, m.ID); err != nil || kicked != 1 {
		t.Fatalf("retry: %v, kicked %d", err, kicked)
	}
	due, err := s.Send.DueMails(t.Context(), 1)
	if err != nil || len(due) != 1 || due[0].Attempt != 2 || due[0].Mail.MessageID != m.MessageID || !strings.Contains(due[0].Body, outboxSecret) {
		t.Fatalf("due %+v, %v", due, err)
	}
	record(t, s, m.ID, send.MailOutcome{Attempt: 2})
	if next, waits, err := nextDue(t, s); err != nil || !waits || next.Sub(clock.Now()) != time.Minute {
		t.Errorf("after a retry the back-off starts again: %v, %v, %v", next, waits, err)
	}
	record(t, s, m.ID, send.MailOutcome{Attempt: 3, Sent: true})
	if err := s.Send.RetryMail(t.Context(), coordinator, m.Questionnaire, m.ID); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("retry of a sent mail: %v", err)
	}
	if err := s.Send.RetryMail(t.Context(), coordinator, m.Questionnaire, "none"); !survey.IsNotFound(err) {
		t.Errorf("retry of no mail: %v", err)
	}
	if err := s.Send.RetryMail(t.Context(), coordinator, "another", m.ID); !survey.IsNotFound(err) {
		t.Errorf("retry of a mail of another questionnaire: %v", err)
	}

	code := invitation()
	code.Kind = survey.MailCode
	code = enqueue(t, s, code, "483920")
	record(t, s, code.ID, send.MailOutcome{Attempt: 1, Permanent: true})
	if err := s.Send.RetryMail(t.Context(), coordinator, code.Questionnaire, code.ID); !survey.IsNotFound(err) {
		t.Errorf("retry of a code, which is the party's own: %v", err)
	}
}

func TestRevokeMail(t *testing.T) {
	s, _ := newOutbox(t)
	revoke := func(id string) {
		t.Helper()
		if err := s.Store.Update(t.Context(), func(tx *survey.Tx) error { return survey.RevokeMail(tx, id) }); err != nil {
			t.Fatal(err)
		}
	}
	m := enqueue(t, s, invitation(), outboxSecret)
	revoke(m.ID)
	if got, waits := loadMail(t, s, m.ID); got.State != survey.MailRevoked || waits || got.Sealed != nil {
		t.Errorf("revoked: %+v, waits %v", got, waits)
	}
	// it was under way when it was revoked
	record(t, s, m.ID, send.MailOutcome{Attempt: 1, Reply: "451 later"})
	if got, waits := loadMail(t, s, m.ID); got.State != survey.MailRevoked || waits {
		t.Errorf("revoked under way, not sent: %+v, waits %v", got, waits)
	}
	record(t, s, m.ID, send.MailOutcome{Attempt: 2, Sent: true, Reply: "250 ok"})
	if got, _ := loadMail(t, s, m.ID); got.State != survey.MailSent {
		t.Errorf("revoked under way, sent: %+v", got)
	}
	revoke(m.ID)
	if got, _ := loadMail(t, s, m.ID); got.State != survey.MailSent {
		t.Errorf("what was sent is sent: %+v", got)
	}
}

// An entry that outlived the state of its mail sends nothing and wakes nobody.
func TestStrayEntry(t *testing.T) {
	s, _ := newOutbox(t)
	m := enqueue(t, s, invitation(), outboxSecret)
	err := s.Store.Update(t.Context(), func(tx *survey.Tx) error {
		m.State = survey.MailRevoked
		return errors.Join(survey.PutMail(tx, m), tx.Outbox.Put(survey.OutboxEntry{Mail: "gone", DueAt: outboxStart}))
	})
	if err != nil {
		t.Fatal(err)
	}
	due, err := s.Send.DueMails(t.Context(), 5)
	if err != nil || len(due) != 0 {
		t.Errorf("due %+v, %v", due, err)
	}
	if _, waits, err := nextDue(t, s); waits || err != nil {
		t.Errorf("waits %v, %v", waits, err)
	}
}

// Some servers quote the link they take offence at.
func TestReplyWithSecret(t *testing.T) {
	for _, reply := range []string{
		"554 5.7.1 blocked URL " + outboxSecret,
		"554 5.7.1 blocked path /zugang/qz7tokenqz7tokenqz7token; see our page",
		"554 " + strings.Repeat("ü", 1000) + outboxSecret,
	} {
		s, _ := newOutbox(t)
		m := enqueue(t, s, invitation(), outboxSecret)
		record(t, s, m.ID, send.MailOutcome{Attempt: 1, Permanent: true, Reply: reply})
		got, _ := loadMail(t, s, m.ID)
		if strings.Contains(stored(t, s), "qz7token") || !strings.HasPrefix(got.Reply, "554 ") || len(got.Reply) > 600 {
			t.Errorf("reply kept as %q", got.Reply)
		}
	}
}

func TestDueOrderAndLimit(t *testing.T) {
	s, clock := newOutbox(t)
	var ids []string
	for range 3 {
		ids = append(ids, enqueue(t, s, invitation(), outboxSecret).ID)
		clock.Advance(time.Second)
	}
	record(t, s, ids[0], send.MailOutcome{Attempt: 1}) // due again in a minute, so it is the last
	clock.Advance(time.Hour)
	due, err := s.Send.DueMails(t.Context(), 2)
	if err != nil || len(due) != 2 || due[0].Mail.ID != ids[1] || due[1].Mail.ID != ids[2] {
		t.Errorf("due %+v, %v", due, err)
	}
}

func TestReplacedSealKey(t *testing.T) {
	s, _ := newOutbox(t)
	enqueue(t, s, invitation(), outboxSecret)
	other, _ := newOutbox(t)
	s.Sealer = other.Sealer
	due, err := s.Send.DueMails(t.Context(), 1)
	if err != nil || len(due) != 1 || !due[0].Unreadable || due[0].Body != "" {
		t.Fatalf("due %+v, %v", due, err)
	}
	record(t, s, due[0].Mail.ID, send.MailOutcome{Attempt: 1, Permanent: true, Reply: "lost"})
	if got, _ := loadMail(t, s, due[0].Mail.ID); got.State != survey.MailFailed {
		t.Errorf("%+v", got)
	}
}

// A clock that was ahead during an attempt and was set back delays no mail and gives none up.
func TestClockSetBack(t *testing.T) {
	s, clock := newOutbox(t)
	const ahead = 10 * 24 * time.Hour
	due := func(at string, want int) {
		t.Helper()
		if due, err := s.Send.DueMails(t.Context(), 5); err != nil || len(due) != want {
			t.Errorf("%s: %d due, %v; want %d", at, len(due), err, want)
		}
	}
	m := enqueue(t, s, invitation(), outboxSecret)
	clock.Advance(ahead)
	for attempt := range 3 {
		record(t, s, m.ID, send.MailOutcome{Attempt: attempt + 1, Reply: "451 later"})
	}
	due("ahead", 0)
	if got, _ := loadMail(t, s, m.ID); got.State != survey.MailQueued {
		t.Fatalf("given up because the clock was ahead: %+v", got)
	}
	clock.Advance(-ahead)
	due("set back", 1)
	record(t, s, m.ID, send.MailOutcome{Attempt: 4, Reply: "451 later"})
	due("after the next attempt", 0)
	clock.Advance(-time.Second)
	due("a second back", 1)
	clock.Advance(time.Hour + time.Second)
	due("after its back-off", 1)
	record(t, s, m.ID, send.MailOutcome{Attempt: 5, Sent: true})

	clock.Advance(ahead)
	enqueue(t, s, invitation(), outboxSecret)
	clock.Advance(-ahead)
	due("queued ahead", 1)
	if next, waits, err := nextDue(t, s); err != nil || !waits || next.After(clock.Now()) {
		t.Errorf("next at %v, %v, %v", next, waits, err)
	}
}

// A code that could not go out within its hour does not go out at all.
func TestOldCodeIsNotSent(t *testing.T) {
	s, clock := newOutbox(t)
	code := invitation()
	code.Kind = survey.MailCode
	code = enqueue(t, s, code, "4839 2011")
	clock.Advance(time.Hour - time.Second)
	if due, err := s.Send.DueMails(t.Context(), 1); err != nil || len(due) != 1 || due[0].Settled {
		t.Fatalf("within its hour: %+v, %v", due, err)
	}
	clock.Advance(time.Second)
	due, err := s.Send.DueMails(t.Context(), 1)
	if err != nil || len(due) != 1 || !due[0].Settled {
		t.Fatalf("after its hour: %+v, %v", due, err)
	}
	coordinator := survey.Actor{User: survey.User{ID: "u1", PasswordHash: "x", Coordinator: true}}
	testworld.Must(t, s.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Users.Put(coordinator.User) }))
	if err := s.Send.RetryMail(t.Context(), coordinator, code.Questionnaire, code.ID); !survey.IsNotFound(err) {
		t.Errorf("retry: %v", err)
	}
	record(t, s, code.ID, send.MailOutcome{Attempt: 1, Settled: true})
	if got, waits := loadMail(t, s, code.ID); got.State != survey.MailRevoked || waits || got.Sealed != nil {
		t.Errorf("%+v", got)
	}
}

// Codes go first, then what one person waits for, then the rest; of each the first due.
func TestQueueOrder(t *testing.T) {
	s, clock := newOutbox(t)
	var want []string
	for _, change := range []func(*survey.WrittenMail){
		func(m *survey.WrittenMail) { m.Kind = survey.MailCode }, func(m *survey.WrittenMail) { m.Kind = survey.MailCode },
		func(m *survey.WrittenMail) { m.Kind = survey.MailStaff }, func(m *survey.WrittenMail) { m.Alone = true },
		func(*survey.WrittenMail) {}, func(m *survey.WrittenMail) { m.Kind = survey.MailReminder },
	} {
		m := invitation()
		change(&m)
		want = append(want, enqueue(t, s, m, outboxSecret).ID)
		clock.Advance(time.Second)
	}
	for _, i := range []int{4, 2, 0} { // they were queued before the others and are due later
		record(t, s, want[i], send.MailOutcome{Attempt: 1})
		want[i], want[i+1] = want[i+1], want[i]
	}
	clock.Advance(time.Hour)
	queue, err := s.Send.DueMails(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range queue {
		got = append(got, d.Mail.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	d, ok, err := s.Send.NextMail(t.Context(), survey.Urgencies, func(q send.QueuedMail) bool { return q.ID == want[3] || q.ID == want[5] })
	if err != nil || !ok || d.Mail.ID != want[3] || !strings.Contains(d.Body, outboxSecret) {
		t.Errorf("%+v, %v, %v", d, ok, err)
	}
	if _, ok, err := s.Send.NextMail(t.Context(), survey.Urgencies, func(send.QueuedMail) bool { return false }); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	d, ok, err = s.Send.NextMail(t.Context(), []survey.Urgency{survey.Unhurried, survey.UrgentLink}, func(send.QueuedMail) bool { return true })
	if err != nil || !ok || d.Mail.ID != want[2] {
		t.Errorf("without codes: %+v, %v, %v", d, ok, err)
	}
}

// A mail whose text is gone or damaged waits for whoever mends it, and holds up no other.
func TestMailWithoutTextHoldsUpNone(t *testing.T) {
	s, clock := newOutbox(t)
	broken := enqueue(t, s, invitation(), outboxSecret)
	clock.Advance(time.Second)
	sound := enqueue(t, s, invitation(), outboxSecret)
	if err := s.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.MailTexts.Delete(broken.ID) }); err != nil {
		t.Fatal(err)
	}
	d, ok, err := s.Send.NextMail(t.Context(), survey.Urgencies, func(send.QueuedMail) bool { return true })
	if err != nil || !ok || d.Mail.ID != sound.ID {
		t.Fatalf("%+v, %v, %v", d, ok, err)
	}
	record(t, s, sound.ID, send.MailOutcome{Attempt: 1, Sent: true})
	if at, waits, err := nextDue(t, s); waits || err != nil {
		t.Errorf("the next is due at %v, %v", at, err)
	}
	if m, waits := loadMail(t, s, broken.ID); !waits || m.State != survey.MailQueued {
		t.Errorf("%+v, waits: %t", m, waits)
	}
}
