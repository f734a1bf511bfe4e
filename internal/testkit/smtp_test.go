package testkit

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail"
)

// deliver sends a mail the way the application does, with go-mail.
func deliver(t *testing.T, s *SMTPServer, to string, options ...mail.Option) error {
	t.Helper()
	m := mail.NewMsg()
	if err := errors.Join(m.From("buero@fragen.example"), m.To(to)); err != nil {
		t.Fatal(err)
	}
	m.Subject("Ihre Wahlprüfsteine – bis Freitag, 31. August")
	m.SetBodyString(mail.TypeTextPlain, "Guten Tag,\n\nes geht um Bürgerinnen & Bürger.\n")
	m.AddAlternativeString(mail.TypeTextHTML, "<p>Guten Tag</p>")
	if err := m.AttachReader("Frist für alle.ics", strings.NewReader("BEGIN:VCALENDAR\r\n"), mail.WithFileContentType("text/calendar")); err != nil {
		t.Fatal(err)
	}
	client, err := mail.NewClient(s.Host(), append([]mail.Option{mail.WithPort(s.Port()), mail.WithTLSPolicy(mail.NoTLS), mail.WithTimeout(10 * time.Second)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return client.DialAndSendWithContext(t.Context(), m)
}

func TestSMTP(t *testing.T) {
	s := SMTP(t)
	waited := make(chan []Message)
	go func() { waited <- s.Wait(t.Context(), 2) }()
	for _, to := range []string{"a@mitte.example", "b@zukunft.example"} {
		if err := deliver(t, s, to); err != nil {
			t.Fatal(err)
		}
	}
	messages := <-waited
	if len(messages) != 2 || messages[0].From != "buero@fragen.example" || messages[1].To[0] != "b@zukunft.example" || messages[0].TLS {
		t.Fatalf("envelopes: %+v", messages)
	}

	m := ReadMail(t, messages[0].Data)
	if m.Subject != "Ihre Wahlprüfsteine – bis Freitag, 31. August" {
		t.Errorf("subject %q", m.Subject)
	}
	if want := "Guten Tag,\n\nes geht um Bürgerinnen & Bürger.\n"; strings.TrimRight(m.Text, "\n")+"\n" != want {
		t.Errorf("text %q, want %q", m.Text, want)
	}
	if !strings.Contains(m.HTML, "<p>Guten Tag</p>") {
		t.Errorf("HTML %q", m.HTML)
	}
	if !strings.Contains(m.Header.Get("To"), "a@mitte.example") {
		t.Errorf("header To: %q", m.Header.Get("To"))
	}
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "Frist für alle.ics" || m.Attachments[0].Type != "text/calendar" ||
		!bytes.HasPrefix(m.Attachments[0].Data, []byte("BEGIN:VCALENDAR")) {
		t.Errorf("attachments %+v", m.Attachments)
	}
}

func TestSMTPEncrypted(t *testing.T) {
	s := SMTP(t, WithStartTLS(), WithAuth("office", "geheim"))
	encrypted := func(password string) []mail.Option {
		return []mail.Option{
			mail.WithTLSPolicy(mail.TLSMandatory),
			mail.WithTLSConfig(&tls.Config{RootCAs: s.Roots(), ServerName: "127.0.0.1"}),
			mail.WithSMTPAuth(mail.SMTPAuthPlain), mail.WithUsername("office"), mail.WithPassword(password),
		}
	}
	if err := deliver(t, s, "a@mitte.example", encrypted("geheim")...); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages()[0]; !m.TLS || m.User != "office" {
		t.Errorf("TLS %v, user %q", m.TLS, m.User)
	}
	if err := deliver(t, s, "a@mitte.example", encrypted("falsch")...); err == nil {
		t.Error("a wrong password was accepted")
	}
	if err := deliver(t, s, "a@mitte.example"); err == nil {
		t.Error("a client that has not signed in was accepted")
	}
	if n := len(s.Messages()); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}

// plain sends with the standard library, whose errors carry the code of the server.
func plain(s *SMTPServer, to string) int {
	err := smtp.SendMail(s.Addr(), nil, "buero@fragen.example", []string{to}, []byte("Subject: x\r\n\r\nx\r\n"))
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code
	}
	if err != nil {
		return -1
	}
	return 250
}

func TestSMTPTrouble(t *testing.T) {
	s := SMTP(t, WithRejectFirst(1), WithRefused("weg@mitte.example"), WithDropAfterData(1))
	for i, want := range []struct {
		to             string
		code, messages int
	}{
		{"a@mitte.example", 451, 0},
		{"Weg@mitte.example", 550, 0},
		{"a@mitte.example", -1, 1}, // received, but the client cannot know
		{"a@mitte.example", 250, 2},
	} {
		if code := plain(s, want.to); code != want.code || len(s.Messages()) != want.messages {
			t.Errorf("attempt %d: code %d with %d messages, want %d with %d", i, code, len(s.Messages()), want.code, want.messages)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := s.Wait(ctx, 2); len(got) != 2 {
		t.Errorf("what is there needs no waiting: %d messages", len(got))
	}
}

func TestReadMail(t *testing.T) {
	for name, raw := range map[string]string{
		"bare umlaut in the header": "Subject: Wahlprüfsteine\r\n\r\nx",
		"Latin-1":                   "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nx",
		"unknown encoding":          "Content-Transfer-Encoding: uuencode\r\n\r\nx",
		"broken type":               "Content-Type: text/\r\n\r\nx",
		"no end":                    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx",
	} {
		if _, err := ParseMail([]byte(raw)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestClock(t *testing.T) {
	start := time.Date(2026, 3, 29, 0, 59, 0, 0, time.UTC)
	clock := NewClock(start)
	clock.Advance(2 * time.Minute)
	if got := clock.Now().Sub(start); got != 2*time.Minute {
		t.Errorf("advanced by %v", got)
	}
	clock.Set(start)
	if !clock.Now().Equal(start) {
		t.Errorf("set to %v", clock.Now())
	}
}
