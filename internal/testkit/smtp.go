package testkit

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A Message is one mail as the server took it.
type Message struct {
	From string   // of the envelope
	To   []string // of the envelope, accepted recipients only
	Data []byte   // header and body as sent, lines end in CRLF
	Time time.Time
	TLS  bool
	User string // who signed in, "" for nobody
}

// An SMTPServer is a real mail server on 127.0.0.1 that keeps what it receives. Its fields are set by the options.
type SMTPServer struct {
	t        testing.TB
	listener net.Listener
	roots    *x509.CertPool
	tls      *tls.Config
	user     string
	password string
	refused  []string

	mu          sync.Mutex
	rejectFirst int
	dropFirst   int
	messages    []Message
	changed     chan struct{} // closed and replaced when a message arrives
}

// An SMTPOption changes how the server behaves.
type SMTPOption func(*SMTPServer)

// WithStartTLS makes the server offer STARTTLS with a certificate of its own for 127.0.0.1 and localhost;
// [SMTPServer.Roots] trusts it. It does not oblige the client to use it, but signing in then needs it.
func WithStartTLS() SMTPOption {
	return func(s *SMTPServer) { s.tls, s.roots = selfSigned(s.t) }
}

// WithAuth makes the server refuse mail from clients that have not signed in (PLAIN) with this name and password.
func WithAuth(user, password string) SMTPOption {
	return func(s *SMTPServer) { s.user, s.password = user, password }
}

// WithRejectFirst makes the server answer the first n attempts to send with 451, as greylisting does.
func WithRejectFirst(n int) SMTPOption {
	return func(s *SMTPServer) { s.rejectFirst = n }
}

// WithRefused makes the server refuse these recipients, and senders, with 550.
func WithRefused(addresses ...string) SMTPOption {
	return func(s *SMTPServer) { s.refused = append(s.refused, addresses...) }
}

// WithDropAfterData makes the server take the first n messages and then cut the connection instead of replying: they
// count as received, and the client cannot know.
func WithDropAfterData(n int) SMTPOption {
	return func(s *SMTPServer) { s.dropFirst = n }
}

// SMTP starts a mail server on a free port of 127.0.0.1. It stops when the test ends.
func SMTP(t testing.TB, options ...SMTPOption) *SMTPServer {
	t.Helper()
	s := &SMTPServer{t: t, changed: make(chan struct{})}
	for _, option := range options {
		option(s)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener = listener

	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &smtpSession{server: s, conn: c}, nil
	}))
	server.Domain = "localhost"
	server.TLSConfig = s.tls
	server.AllowInsecureAuth = s.tls == nil
	server.ReadTimeout = 30 * time.Second
	server.WriteTimeout = 30 * time.Second
	server.ErrorLog = log.New(io.Discard, "", 0) // a cut connection is what some tests are about
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); err != nil {
			t.Errorf("mail server: %v", err)
		}
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	return s
}

// Addr returns host and port, as "127.0.0.1:4711".
func (s *SMTPServer) Addr() string { return s.listener.Addr().String() }

// Host returns "127.0.0.1".
func (s *SMTPServer) Host() string { return s.listener.Addr().(*net.TCPAddr).IP.String() }

// Port returns the port the server listens on.
func (s *SMTPServer) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Roots returns what a client has to trust to use STARTTLS, nil without [WithStartTLS].
func (s *SMTPServer) Roots() *x509.CertPool { return s.roots }

// Messages returns what has arrived so far, in order.
func (s *SMTPServer) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Wait returns all messages as soon as there are at least n. It fails the test when ctx ends before, or 30 seconds.
func (s *SMTPServer) Wait(ctx context.Context, n int) []Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		s.mu.Lock()
		messages, changed := slices.Clone(s.messages), s.changed
		s.mu.Unlock()
		if len(messages) >= n {
			return messages
		}
		select {
		case <-changed:
		case <-ctx.Done():
			s.t.Fatalf("mail server: %d of %d messages arrived: %v", len(messages), n, ctx.Err())
		}
	}
}

// smtpSession is one conversation of a client.
type smtpSession struct {
	server *SMTPServer
	conn   *smtp.Conn
	user   string
	from   string
	to     []string
}

func (c *smtpSession) AuthMechanisms() []string {
	if c.server.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (c *smtpSession) Auth(mechanism string) (sasl.Server, error) {
	if c.server.user == "" || mechanism != sasl.Plain {
		return nil, smtp.ErrAuthUnknownMechanism
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != c.server.user || password != c.server.password {
			return smtp.ErrAuthFailed
		}
		c.user = user
		return nil
	}), nil
}

func (c *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	if c.server.user != "" && c.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if c.server.rejectFirst > 0 {
		c.server.rejectFirst--
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Greylisted, try again later"}
	}
	if slices.Contains(c.server.refused, from) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "Sender not allowed"}
	}
	c.from = from
	return nil
}

func (c *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	for _, refused := range c.server.refused {
		if strings.EqualFold(refused, to) {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox: " + strconv.Quote(to)}
		}
	}
	c.to = append(c.to, to)
	return nil
}

func (c *smtpSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, encrypted := c.conn.TLSConnectionState()

	s := c.server
	s.mu.Lock()
	s.messages = append(s.messages, Message{
		From: c.from, To: slices.Clone(c.to), Data: data, Time: time.Now(), TLS: encrypted, User: c.user,
	})
	close(s.changed)
	s.changed = make(chan struct{})
	drop := s.dropFirst > 0
	if drop {
		s.dropFirst--
	}
	s.mu.Unlock()

	if drop {
		c.conn.Conn().Close()
	}
	return nil
}

func (c *smtpSession) Reset() { c.from, c.to = "", nil }

func (c *smtpSession) Logout() error { return nil }

// selfSigned makes a key and a certificate that lasts for the test.
func selfSigned(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "localhost"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}
