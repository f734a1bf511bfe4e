package mail

import (
	"context"
	"encoding/base64"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// newSMTP returns a transport to a test server. The server is called by another name when the configuration has a host.
func newSMTP(t *testing.T, server *testkit.SMTPServer, c SMTPConfig) *SMTP {
	t.Helper()
	c.Port, c.Hello, c.RootCAs = server.Port(), "fragen.example", server.Roots()
	if c.Host == "" {
		c.Host = server.Host()
	}
	s, err := NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	s.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Addr())
	}
	return s
}

func localSMTP(t *testing.T, server *testkit.SMTPServer) *SMTP {
	t.Helper()
	return newSMTP(t, server, SMTPConfig{})
}

// send composes and sends a mail that must arrive.
func deliver(t *testing.T, s Transport, m survey.WrittenMail, body string) string {
	t.Helper()
	reply, err := trySend(t, s, m, body)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func trySend(t *testing.T, s Transport, m survey.WrittenMail, body string) (string, error) {
	t.Helper()
	msg, err := Compose(m, body, testSender)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := s.Connect(t.Context())
	if err != nil {
		return errorReply(err), err
	}
	defer conn.Quit()
	return conn.Send(t.Context(), msg)
}

// One connection serves a batch, and is opened anew if the server went away in between.
func TestSMTPReplyAndReuse(t *testing.T) {
	server := testkit.SMTP(t)
	dialled := 0
	s := localSMTP(t, server)
	dial := s.dial
	var last net.Conn
	s.dial = func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		dialled++
		last, err = dial(ctx, network, address)
		return last, err
	}
	if reply := deliver(t, s, testMail(), "Text"); reply != "250 2.0.0 OK: queued" {
		t.Errorf("reply %q", reply)
	}
	dialled = 0
	store := &brokenStore{Store: memory.New()}
	d := newDesk(t, store, s)
	queue(t, d.mails, 4)
	recorded := 0
	store.updated = func() {
		if recorded++; recorded == 2 {
			last.Close() // between two mails
		}
	}
	d.once(t)
	if n := len(server.Messages()); n != 5 || dialled != 2 {
		t.Errorf("a batch of 4 arrived as %d messages over %d connections", n-1, dialled)
	}
}

func TestSMTPRefusals(t *testing.T) {
	t.Run("no such mailbox", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithRefused(testMail().To))
		reply, err := trySend(t, localSMTP(t, server), testMail(), "Text")
		if !Permanent(err) || replyCode(err) != 550 || !strings.HasPrefix(reply, "550 5.1.1 No such mailbox") {
			t.Errorf("reply %q, error %v", reply, err)
		}
	})
	t.Run("sender not allowed", func(t *testing.T) { // a setting of ours, which can be mended before anybody is given up
		server := testkit.SMTP(t, testkit.WithRefused(testSender.EnvelopeFrom))
		reply, err := trySend(t, localSMTP(t, server), testMail(), "Text")
		if Permanent(err) || replyCode(err) != 550 || !strings.HasPrefix(reply, "550 5.7.1 Sender not allowed") {
			t.Errorf("reply %q, error %v", reply, err)
		}
	})
	t.Run("greylisting", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithRejectFirst(1))
		s := localSMTP(t, server)
		reply, err := trySend(t, s, testMail(), "Text")
		if err == nil || Permanent(err) || reply != "451 4.7.1 Greylisted, try again later" {
			t.Errorf("reply %q, error %v", reply, err)
		}
		deliver(t, s, testMail(), "Text")
	})
	t.Run("cut after DATA", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithDropAfterData(1))
		s := localSMTP(t, server)
		reply, err := trySend(t, s, testMail(), "Text")
		if err == nil || Permanent(err) || reply == "" {
			t.Errorf("reply %q, error %v", reply, err)
		}
		deliver(t, s, testMail(), "Text")
	})
	t.Run("wrong password", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithAuth("buero", "richtig"))
		reply, err := trySend(t, newSMTP(t, server, SMTPConfig{User: "buero", Password: "falsch"}), testMail(), "Text")
		if err == nil || Permanent(err) || !strings.HasPrefix(reply, "535 ") {
			t.Errorf("reply %q, error %v", reply, err)
		}
	})
	t.Run("signing in was forgotten", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithAuth("buero", "richtig"))
		reply, err := trySend(t, localSMTP(t, server), testMail(), "Text")
		if err == nil || Permanent(err) || !strings.HasPrefix(reply, "530 ") {
			t.Errorf("reply %q, error %v", reply, err)
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		listener.Close()
		number, err := strconv.Atoi(port)
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: number})
		if err != nil {
			t.Fatal(err)
		}
		if reply, err := trySend(t, s, testMail(), "Text"); err == nil || Permanent(err) || !strings.Contains(reply, "refused") {
			t.Errorf("reply %q, error %v", reply, err)
		}
	})
}

// A server that says nothing does not hold a worker that is asked to stop.
func TestSMTPContext(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			cancel()
			defer conn.Close()
			_, _ = conn.Read(make([]byte, 1)) // until the client gives up
		}
	}()
	s, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Connect(ctx); err == nil || Permanent(err) {
		t.Errorf("error %v", err)
	}
}

func TestSMTPEncryption(t *testing.T) {
	t.Run("required elsewhere", func(t *testing.T) {
		server := testkit.SMTP(t) // without STARTTLS
		reply, err := trySend(t, newSMTP(t, server, SMTPConfig{Host: "mail.buendnis.example"}), testMail(), "Text")
		if err == nil || Permanent(err) || !strings.Contains(reply, "STARTTLS") || len(server.Messages()) != 0 {
			t.Errorf("reply %q, error %v", reply, err)
		}
	})
	t.Run("certificate of another host", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithStartTLS())
		reply, err := trySend(t, newSMTP(t, server, SMTPConfig{Host: "mail.buendnis.example"}), testMail(), "Text")
		if err == nil || !strings.Contains(reply, "certificate") || len(server.Messages()) != 0 {
			t.Errorf("reply %q, error %v", reply, err)
		}
	})
	t.Run("STARTTLS and signing in", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithStartTLS(), testkit.WithAuth("buero", "richtig"))
		s := newSMTP(t, server, SMTPConfig{Host: "localhost", TLS: TLSStart, User: "buero", Password: "richtig"})
		deliver(t, s, testMail(), "Text")
		if got := server.Messages()[0]; !got.TLS || got.User != "buero" {
			t.Errorf("encrypted %v, user %q", got.TLS, got.User)
		}
	})
	t.Run("not needed here", func(t *testing.T) {
		server := testkit.SMTP(t, testkit.WithAuth("buero", "richtig"))
		deliver(t, newSMTP(t, server, SMTPConfig{User: "buero", Password: "richtig"}), testMail(), "Text")
	})
}

func TestSMTPConfig(t *testing.T) {
	for _, test := range []struct {
		config SMTPConfig
		mode   TLSMode
		port   int
		err    string
	}{
		{SMTPConfig{Host: "mail.example.org"}, TLSStart, 587, ""},
		{SMTPConfig{Host: "mail.example.org", Port: 25}, TLSStart, 25, ""},
		{SMTPConfig{Host: "mail.example.org", Port: 465}, TLSImplicit, 465, ""},
		{SMTPConfig{Host: "mail.example.org", TLS: TLSImplicit}, TLSImplicit, 465, ""},
		{SMTPConfig{Host: "mail.example.org", TLS: TLSNone}, "", 0, "encrypted only"},
		{SMTPConfig{Host: "10.0.0.5", TLS: TLSNone}, "", 0, "encrypted only"},
		{SMTPConfig{Host: "10.0.0.5"}, TLSStart, 587, ""},
		{SMTPConfig{Host: "localhost.example.org"}, TLSStart, 587, ""},
		{SMTPConfig{Host: "127.0.0.1.example.org"}, TLSStart, 587, ""},
		{SMTPConfig{Host: "localhost", Port: 25}, TLSNone, 25, ""},
		{SMTPConfig{Host: "LOCALHOST."}, TLSNone, 587, ""},
		{SMTPConfig{Host: "127.4.5.6"}, TLSNone, 587, ""},
		{SMTPConfig{Host: "::1"}, TLSNone, 587, ""},
		{SMTPConfig{Host: "localhost", TLS: TLSStart}, TLSStart, 587, ""},
		{SMTPConfig{Host: "localhost", Port: 465}, TLSImplicit, 465, ""},
		{SMTPConfig{Host: "localhost", TLS: "ssl"}, "", 0, "unknown TLS mode"},
		{SMTPConfig{Host: "localhost", Port: 70000}, "", 0, "port"},
		{SMTPConfig{}, "", 0, "no host"},
	} {
		s, err := NewSMTP(test.config)
		switch {
		case (err == nil) != (test.err == ""), err != nil && !strings.Contains(err.Error(), test.err):
			t.Errorf("%+v: error %v, want %q", test.config, err, test.err)
		case err == nil && (s.config.TLS != test.mode || s.config.Port != test.port):
			t.Errorf("%+v: %q, port %d", test.config, s.config.TLS, s.config.Port)
		}
	}
}

const wantDialogue = `
* localhost:PORT
S: 220 localhost ESMTP Service Ready
C: EHLO fragen.example
S: 250 Hello fragen.example
S: PIPELINING
S: 8BITMIME
S: ENHANCEDSTATUSCODES
S: CHUNKING
S: STARTTLS
S: SIZE
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
C: EHLO fragen.example
S: 250 Hello fragen.example
S: PIPELINING
S: 8BITMIME
S: ENHANCEDSTATUSCODES
S: CHUNKING
S: AUTH PLAIN
S: SIZE
C: ***
S: 235 2.0.0 Authentication succeeded
* TLS 1.3, TLS_AES_128_GCM_SHA256
C: MAIL FROM:<ruecklauf@buendnis.example> BODY=8BITMIME
S: 250 2.0.0 Roger, accepting mail from <ruecklauf@buendnis.example>
C: RCPT TO:<verwaltung@buendnis.example>
S: 250 2.0.0 I'll make sure <verwaltung@buendnis.example> gets this
C: DATA
S: 354 Go ahead. End your data with <CR><LF>.<CR><LF>
C: [SIZE bytes]
S: 250 2.0.0 OK: queued
C: QUIT
S: 221 2.0.0 Bye
`

func TestDialogue(t *testing.T) {
	const password = "sehr geheim 4711"
	server := testkit.SMTP(t, testkit.WithStartTLS(), testkit.WithAuth("buero", password), testkit.WithRefused("falsch@freie-mitte.example"))
	s := newSMTP(t, server, SMTPConfig{Host: "localhost", TLS: TLSStart, User: "buero", Password: password})
	m := testMail()
	m.Kind, m.To = survey.MailTest, "verwaltung@buendnis.example"
	msg, err := Compose(m, "Probe\n", testSender)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := s.Dialogue(t.Context(), msg)
	if err != nil || len(server.Messages()) != 1 {
		t.Fatalf("%v\n%s", err, strings.Join(lines, "\n"))
	}
	got := strings.Join(lines, "\n") + "\n"
	for _, secret := range []string{password, base64.StdEncoding.EncodeToString([]byte(password)),
		base64.StdEncoding.EncodeToString([]byte("\x00buero\x00" + password)), "AUTH PLAIN A"} {
		if strings.Contains(got, secret) {
			t.Errorf("the dialogue tells %q:\n%s", secret, got)
		}
	}
	got = strings.NewReplacer(strconv.Itoa(server.Port()), "PORT", strconv.Itoa(len(server.Messages()[0].Data)), "SIZE").Replace(got)
	if diff := cmp.Diff(strings.TrimPrefix(wantDialogue, "\n"), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	m.To = "falsch@freie-mitte.example"
	if msg, err = Compose(m, "Probe\n", testSender); err != nil {
		t.Fatal(err)
	}
	lines, err = s.Dialogue(t.Context(), msg)
	if err == nil || !strings.Contains(strings.Join(lines, "\n"), "C: RCPT TO:<falsch@freie-mitte.example>\nS: 550 5.1.1 No such mailbox") {
		t.Errorf("refused: %v\n%s", err, strings.Join(lines, "\n"))
	}

	wrong := newSMTP(t, server, SMTPConfig{Host: "localhost", TLS: TLSStart, User: "buero", Password: "falsch"})
	lines, err = wrong.Dialogue(t.Context(), msg)
	if got := strings.Join(lines, "\n"); err == nil || !strings.Contains(got, "C: ***\nS: 535 ") {
		t.Errorf("wrong password: %v\n%s", err, got)
	}
	plain := newSMTP(t, testkit.SMTP(t), SMTPConfig{Host: "mail.buendnis.example"})
	lines, err = plain.Dialogue(t.Context(), msg)
	if got := strings.Join(lines, "\n"); err == nil || !strings.Contains(got, "* connecting to the mail server: STARTTLS") {
		t.Errorf("no STARTTLS: %v\n%s", err, got)
	}
}
