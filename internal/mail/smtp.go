package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	gomaillog "github.com/wneessen/go-mail/log"
	"github.com/wneessen/go-mail/smtp"
)

// TLSMode is how the connection to the mail server is encrypted.
type TLSMode string

// The modes. Without encryption only a server on this machine is used.
const (
	TLSAuto     TLSMode = ""         // TLSImplicit on port 465, TLSNone for a local host, TLSStart otherwise
	TLSStart    TLSMode = "starttls" // plain first, then STARTTLS; a server that does not offer it gets no mail
	TLSImplicit TLSMode = "tls"      // encrypted from the first byte
	TLSNone     TLSMode = "none"     // refused unless the host is local
)

const (
	defaultPort  = 587 // submission (RFC 6409)
	implicitPort = 465 // submission over TLS (RFC 8314)

	// Each step has a limit of its own, which nothing that arrives before the end of a reply extends.
	defaultTimeout = 30 * time.Second // to connect, for the greeting, to sign in, and for each command
	quitTimeout    = 2 * time.Second
	textTimeout    = 3 * time.Minute // to hand the text over (RFC 5321, 4.5.3.2.5)
	// finalTimeout is for the reply to the end of the text, which decides. Servers look for viruses before it, and who gives up
	// too early sends twice: RFC 5321, 4.5.3.2.6, would even have us wait for ten minutes.
	finalTimeout = 5 * time.Minute
)

// SMTPConfig says which server takes the mail.
type SMTPConfig struct {
	Host     string
	Port     int // 0: 465 with TLSImplicit, else 587
	User     string
	Password string
	TLS      TLSMode
	RootCAs  *x509.CertPool // nil: those of the system
	Hello    string         // name said in EHLO; "": this machine's
	Timeout  time.Duration  // of a step, see defaultTimeout; 0: 30 seconds
}

// SMTP is a Transport to a mail server.
type SMTP struct {
	config SMTPConfig
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
}

// connection is a conversation with the server, signed in.
type connection struct {
	*smtp.Client
	raw     net.Conn      // under TLS; closing it ends whatever waits
	timeout time.Duration // of a step
}

// NewSMTP checks the configuration; it does not connect.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	if c.Host == "" {
		return nil, errors.New("mail server: no host")
	}
	if c.TLS == TLSAuto {
		switch {
		case c.Port == implicitPort:
			c.TLS = TLSImplicit
		case localHost(c.Host):
			c.TLS = TLSNone
		default:
			c.TLS = TLSStart
		}
	}
	switch c.TLS {
	case TLSStart, TLSImplicit:
	case TLSNone:
		if !localHost(c.Host) {
			return nil, fmt.Errorf("mail server %s: mail leaves this machine encrypted only, use %q or %q", c.Host, TLSStart, TLSImplicit)
		}
	default:
		return nil, fmt.Errorf("mail server: unknown TLS mode %q, use %q, %q or %q", c.TLS, TLSStart, TLSImplicit, TLSNone)
	}
	if c.Port == 0 {
		c.Port = defaultPort
		if c.TLS == TLSImplicit {
			c.Port = implicitPort
		}
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	s := &SMTP{config: c, dial: new(net.Dialer).DialContext}
	_, err := gomail.NewClient(c.Host, s.options(nil)...)
	return s, err
}

// localHost tells whether a host is this machine.
func localHost(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") || ip != nil && ip.IsLoopback()
}

// options translates the configuration.
func (s *SMTP) options(dial gomail.DialContextFunc) []gomail.Option {
	c := s.config
	o := []gomail.Option{
		gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithTLSConfig(s.tlsConfig()),
		gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithoutSMTPUTF8(), // addresses are ASCII, see Compose
	}
	if dial != nil {
		o = append(o, gomail.WithDialContextFunc(dial))
	}
	switch c.TLS {
	case TLSStart:
		o = append(o, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLSImplicit:
		o = append(o, gomail.WithSSL())
	}
	if c.Hello != "" {
		o = append(o, gomail.WithHELO(c.Hello))
	}
	if c.User != "" {
		o = append(o, gomail.WithUsername(c.User), gomail.WithPassword(c.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	return o
}

func (s *SMTP) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.config.Host, RootCAs: s.config.RootCAs, MinVersion: tls.VersionTLS12}
}

// connect opens a conversation and signs in. The log, if any, hears what is said, but for credentials. Errors are never
// permanent: they are about the server, not about a mail.
func (s *SMTP) connect(ctx context.Context, log gomaillog.Logger) (*connection, error) {
	c := &connection{timeout: s.config.Timeout}
	stop := func() bool { return true }
	client, err := gomail.NewClient(s.config.Host, s.options(func(dialCtx context.Context, network, address string) (net.Conn, error) {
		raw, err := s.dial(dialCtx, network, address)
		if err != nil {
			return nil, err
		}
		c.raw = raw
		stop = c.within(ctx)
		if s.config.TLS != TLSImplicit {
			return &greeted{Conn: raw, log: log}, nil
		}
		conn := tls.Client(raw, s.tlsConfig())
		return conn, conn.HandshakeContext(dialCtx)
	})...)
	if err == nil {
		if log != nil {
			client.SetLogger(log)
			client.SetDebugLog(true)
		}
		c.Client, err = client.DialToSMTPClientWithContext(ctx)
	}
	stop()
	if err != nil {
		if c.raw != nil {
			c.raw.Close()
		}
		code, _ := protocolError(err)
		return nil, &sendError{code: code, cause: fmt.Errorf("connecting to the mail server: %w", err)}
	}
	return c, nil
}

// Connect implements Transport.
func (s *SMTP) Connect(ctx context.Context) (Connection, error) {
	c, err := s.connect(ctx, nil)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Send implements Connection.
func (c *connection) Send(ctx context.Context, msg *gomail.Msg) (reply string, err error) {
	raw, err := render(msg)
	if err != nil {
		return err.Error(), &sendError{permanent: true, cause: err}
	}
	return c.deliver(ctx, msg, raw)
}

// within closes the connection when the context ends, until stop is called.
func (c *connection) within(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() { c.raw.Close() })
}

// Alive implements Connection: it asks the server. Servers end what is idle, or after some messages.
func (c *connection) Alive(ctx context.Context) error {
	defer c.within(ctx)()
	return c.step(c.timeout, c.Noop)
}

// Quit implements Connection. It says goodbye if a message is not half said: ending a conversation orderly inside DATA would
// have the server take the half for the whole. After an error that is not a reply of the server the connection is closed
// already.
func (c *connection) Quit() {
	if c.UpdateDeadline(quitTimeout) == nil {
		_ = c.Client.Quit() // out of courtesy
	}
	c.raw.Close()
}

// deliver says one message. The context ends it at once.
func (c *connection) deliver(ctx context.Context, msg *gomail.Msg, raw []byte) (reply string, err error) {
	defer c.within(ctx)()
	reply, about, err := c.say(msg, raw)
	if err == nil {
		return reply, nil
	}
	code, replied := protocolError(err)
	if !replied {
		c.raw.Close() // see Quit
	}
	// 53x is about the account that sends, not about the mail
	err = &sendError{code: code, permanent: about && code >= 500 && code/10 != 53, cause: err}
	return errorReply(err), err
}

// say returns the server's reply, or an error and whether it is about this mail: one in reply to MAIL FROM is about the
// sender, and all mails have the same.
func (c *connection) say(msg *gomail.Msg, raw []byte) (reply string, about bool, err error) {
	from, err := msg.GetSender(false)
	if err != nil {
		return "", false, err
	}
	to, err := msg.GetRecipients()
	if err != nil {
		return "", false, err
	}
	if err := c.step(c.timeout, func() error { return c.Mail(from) }); err != nil {
		return "", false, err
	}
	for _, address := range to {
		if err := c.step(c.timeout, func() error { return c.Rcpt(address) }); err != nil {
			return "", true, err
		}
	}
	var w io.WriteCloser
	if err := c.step(c.timeout, func() (err error) { w, err = c.Data(); return err }); err != nil {
		return "", true, err
	}
	if err := c.step(textTimeout, func() error { _, err := w.Write(raw); return err }); err != nil {
		return "", true, err
	}
	if err := c.step(finalTimeout, w.Close); err != nil {
		return "", true, err
	}
	reply = "250"
	if said, ok := w.(*smtp.DataCloser); ok {
		reply += " " + said.ServerResponse()
	}
	return oneLine(reply), true, nil
}

// step does one step of the conversation within its limit.
func (c *connection) step(limit time.Duration, do func() error) error {
	if err := c.UpdateDeadline(limit); err != nil {
		return err
	}
	return do()
}

// protocolError returns the code of a server's reply that is an error; ok is false if the error is none.
func protocolError(err error) (code int, ok bool) {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return reply.Code, true
	}
	return 0, false
}

// errorReply returns the server's words in an error, or the error itself if it has none.
func errorReply(err error) string {
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return oneLine(fmt.Sprintf("%d %s", reply.Code, reply.Msg))
	}
	return oneLine(err.Error())
}

// oneLine joins the lines of a reply.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
