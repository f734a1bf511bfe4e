package mail

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	gomaillog "github.com/wneessen/go-mail/log"
)

// dialogueTimeout is how long somebody watches a dialogue: less than the minute after which proxies give a page up.
const dialogueTimeout = 45 * time.Second

// Dialogue sends a message over a connection of its own and returns what was said, a line each: "C: " the client, "S: "
// the server, "* " what happened besides. Signing in shows as "C: ***", the message as its length; with TLSImplicit the
// server's greeting is missing. The lines are there also when it failed; the error is that of Send, or
// context.DeadlineExceeded when the server was not done within 45 seconds.
func (s *SMTP) Dialogue(ctx context.Context, msg *gomail.Msg) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, dialogueTimeout)
	defer cancel()
	raw, err := render(msg)
	if err != nil {
		return nil, err
	}
	t := &transcript{password: s.config.Password}
	t.add("* ", fmt.Sprintf("%s:%d", s.config.Host, s.config.Port))
	c, err := s.connect(ctx, t)
	if err == nil {
		if state, err := c.GetTLSConnectionState(); err == nil {
			t.add("* ", fmt.Sprintf("%s, %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)))
		}
		var reply string
		reply, err = c.deliver(ctx, msg, raw)
		if strings.HasPrefix(t.lines[len(t.lines)-1], "S: 354") { // go-mail logs neither the text nor the reply to it
			t.add("C: ", fmt.Sprintf("[%d bytes]", len(raw)))
		}
		if err == nil {
			t.add("S: ", reply)
		}
	}
	if _, replied := protocolError(err); replied {
		// go-mail logs no reply that it makes an error of
		if last := "S: " + errorReply(err); !slices.Contains(t.lines, last) {
			t.lines = append(t.lines, t.masked(last))
		}
	} else if err != nil {
		if ctx.Err() != nil { // the connection was closed because of it
			err = fmt.Errorf("the server was not done after %s: %w", dialogueTimeout, ctx.Err())
		}
		t.add("* ", err.Error())
	}
	if c != nil {
		c.Quit()
	}
	return t.lines, err
}

// transcript notes a conversation; it is go-mail's logger.
type transcript struct {
	password string
	lines    []string
}

// Debugf notes what one side said. go-mail has put a placeholder in place of credentials.
func (t *transcript) Debugf(l gomaillog.Log) {
	text := fmt.Sprintf(l.Format, l.Messages...)
	switch {
	case l.Direction == gomaillog.DirServerToClient:
		t.add("S: ", text)
	case strings.Contains(text, "auth data redacted") || strings.HasPrefix(strings.ToUpper(text), "AUTH"):
		t.add("C: ", "***")
	default:
		t.add("C: ", text)
	}
}

// greeted passes the first words of a server to a log, if any: go-mail reads them without a word.
type greeted struct {
	net.Conn
	log gomaillog.Logger
}

// Read implements net.Conn.
func (g *greeted) Read(b []byte) (int, error) {
	n, err := g.Conn.Read(b)
	if g.log != nil && n > 0 {
		g.log.Debugf(gomaillog.Log{Direction: gomaillog.DirServerToClient, Format: "%s", Messages: []any{b[:n]}})
		g.log = nil
	}
	return n, err
}

// add notes text, each of its lines with who says it.
func (t *transcript) add(who, text string) {
	for line := range strings.Lines(text) {
		t.lines = append(t.lines, who+t.masked(strings.TrimRight(line, "\r\n")))
	}
}

// masked hides the password should a server repeat it.
func (t *transcript) masked(line string) string {
	if t.password == "" {
		return line
	}
	return strings.ReplaceAll(line, t.password, "***")
}

// Infof, Warnf and Errorf complete go-mail's logger, which uses none of them for the conversation.
func (t *transcript) Infof(gomaillog.Log)  {}
func (t *transcript) Warnf(gomaillog.Log)  {}
func (t *transcript) Errorf(gomaillog.Log) {}
