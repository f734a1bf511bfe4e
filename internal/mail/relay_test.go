package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// relay is a mail server at the other end of pipes, so that it can stand in a synctest bubble, where hours pass at once. It
// falls silent, dawdles or refuses where a test wants it to.
type relay struct {
	silent string        // the step after which it says nothing more: greeting, or a command
	drips  bool          // instead of nothing it says a byte a minute, which never makes a reply
	most   int           // connections at once, 0 any; a further one is told to come later
	takes  time.Duration // to accept a mail

	mu      sync.Mutex
	hangs   map[string]string // by recipient: the step after which it says nothing more; "." is the end of the text
	dialled int
	open    int       // connections that were not refused, now
	peak    int       // and the most at once
	got     []arrival // mails whose text has ended, in order
}

type arrival struct {
	to string
	at time.Time
}

func (r *relay) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dialled++
	full := r.most > 0 && r.open >= r.most
	go r.serve(server, full)
	if full {
		return client, nil
	}
	r.open++
	r.peak = max(r.peak, r.open)
	return &closing{Conn: client, closed: sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.open--
	})}, nil
}

// closing tells when the client closes a connection: the server may notice later.
type closing struct {
	net.Conn
	closed func()
}

// Close implements net.Conn.
func (c *closing) Close() error {
	c.closed()
	return c.Conn.Close()
}

// transport is an SMTP to the relay.
func (r *relay) transport(t *testing.T) *SMTP {
	t.Helper()
	s, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Hello: "fragen.example"})
	if err != nil {
		t.Fatal(err)
	}
	s.dial = r.dial
	t.Cleanup(func() { <-time.After(2 * time.Minute) }) // whoever drips has noticed by then
	return s
}

func (r *relay) serve(conn net.Conn, full bool) {
	defer conn.Close()
	if full {
		fmt.Fprint(conn, "421 4.7.0 too many connections\r\n")
		return
	}
	hang := func(step, to string) bool {
		r.mu.Lock()
		goesOn := r.silent != step && (to == "" || r.hangs[to] != step)
		r.mu.Unlock()
		if goesOn {
			return false
		}
		for r.drips {
			<-time.After(time.Minute)
			if _, err := conn.Write([]byte("2")); err != nil {
				return true
			}
		}
		_, _ = io.Copy(io.Discard, conn) // until the client gives up
		return true
	}
	if hang("greeting", "") {
		return
	}
	fmt.Fprint(conn, "220 relay.example ready\r\n")
	to := ""
	for in := bufio.NewReader(conn); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		step, reply := strings.ToUpper(strings.Fields(line)[0]), "250 2.0.0 ok"
		switch step {
		case "RCPT":
			to = line[strings.Index(line, "<")+1 : strings.LastIndex(line, ">")]
		case "DATA":
			reply = "354 go ahead"
		case "QUIT":
			reply = "221 bye"
		}
		if hang(step, to) {
			return
		}
		fmt.Fprint(conn, reply+"\r\n")
		if step != "DATA" {
			continue
		}
		for line != ".\r\n" {
			if line, err = in.ReadString('\n'); err != nil {
				return
			}
		}
		<-time.After(r.takes)
		r.mu.Lock()
		r.got = append(r.got, arrival{to, time.Now()})
		r.mu.Unlock()
		if hang(".", to) {
			return
		}
		fmt.Fprint(conn, "250 2.0.0 queued\r\n")
		to = ""
	}
}

// hang lets it fall silent at a step of each mail to these recipients; "" heals them.
func (r *relay) hang(step string, to ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hangs == nil {
		r.hangs = map[string]string{}
	}
	for _, to := range to {
		r.hangs[to] = step
	}
}

// arrived returns the mails accepted so far.
func (r *relay) arrived() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// after returns how long after an instant a mail arrived at an address, and fails if it did not or came twice.
func (r *relay) after(t *testing.T, to string, start time.Time) time.Duration {
	t.Helper()
	var at []time.Duration
	for _, a := range r.arrived() {
		if a.to == to {
			at = append(at, a.at.Sub(start))
		}
	}
	if len(at) != 1 {
		t.Errorf("%s: arrived %v", to, at)
		return 0
	}
	return at[0]
}

// bubbleDesk is a desk on the clock of the bubble.
func bubbleDesk(t *testing.T, store survey.Store, transport Transport) *desk {
	t.Helper()
	d := newDesk(t, store, transport)
	d.mails.Clock = survey.SystemClock{}
	return d
}

// start runs the worker until stop is called, which waits for its end.
func (d *desk) start(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// add queues a mail of a kind to an address and wakes the worker.
func (d *desk) add(t *testing.T, kind survey.MailKind, to string) (id string) {
	t.Helper()
	id = queue(t, d.mails, 1)[0]
	err := d.mails.Store.Update(t.Context(), func(tx *survey.Tx) error {
		m, err := tx.Mails.Get(id)
		if err != nil {
			return err
		}
		e, err := tx.Outbox.Get(id)
		m.Kind, m.To = kind, to
		e.Urgency = m.Urgency()
		return errors.Join(err, tx.Mails.Put(m), tx.Outbox.Put(e))
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Kick()
	return id
}
