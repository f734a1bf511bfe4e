package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"pruefstein/internal/testkit"
)

// A mailbox is the mail server. What it does to a mail is said by the first word of its recipient's address, as in
// "hang-3@…": once to each mail, which is taken when it comes again, but for "refuse".
//
//	hang       never answers after the text of the mail, until release
//	later      451 to the recipient
//	refuse     550 to the recipient, always
//	drop       takes the mail and cuts the connection instead of saying so
//	drip       answers one byte at a time
//	garbage    answers the text of the mail with bytes that mean nothing
//
// What greet holds is done to the connections that come next: "silent" never greets, "421" sends away, and drip and garbage
// as above.
type mailbox struct {
	listener net.Listener

	mu       sync.Mutex
	greet    []string
	bitten   map[string]bool // kind and Message-ID of mails that had their trouble
	met      map[string]int  // trouble made, by kind
	letters  []letter
	arrived  chan struct{} // closed and replaced with every letter
	released chan struct{} // closed by release; nothing hangs then any more
}

// letter is a mail that was taken.
type letter struct {
	testkit.Mail
	to string
}

func newMailbox() (*mailbox, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &mailbox{listener: listener, bitten: map[string]bool{}, met: map[string]int{}, arrived: make(chan struct{}), released: make(chan struct{})}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // closed
			}
			go b.serve(conn)
		}
	}()
	return b, nil
}

func (b *mailbox) port() string {
	_, port, _ := net.SplitHostPort(b.listener.Addr().String())
	return port
}

// greetWith says what is done to the next connections.
func (b *mailbox) greetWith(moods ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.greet = moods
}

// greets tells whether a connection is still to be greeted so.
func (b *mailbox) greets() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.greet) > 0
}

// release ends all that hangs after the text of a mail.
func (b *mailbox) release() { close(b.released) }

// hang waits until it is released, or the other side has had enough.
func hang(conn net.Conn, released chan struct{}) {
	gone := make(chan struct{})
	go func() {
		_, _ = conn.Read(make([]byte, 1))
		close(gone)
	}()
	select {
	case <-released:
	case <-gone:
	}
}

// bites tells whether a mail gets what its recipient's address says.
func (b *mailbox) bites(kind, id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if key := kind + " " + id; kind == "refuse" || !b.bitten[key] {
		b.bitten[key] = true
		b.met[kind]++
		return true
	}
	return false
}

func (b *mailbox) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Minute))
	b.mu.Lock()
	mood := ""
	if len(b.greet) > 0 {
		mood, b.greet = b.greet[0], b.greet[1:]
		b.met["greeting "+mood]++
	}
	b.mu.Unlock()
	say := func(line string) {
		if mood != "drip" {
			fmt.Fprintf(conn, "%s\r\n", line)
			return
		}
		for _, c := range []byte(line + "\r\n") {
			time.Sleep(200 * time.Millisecond)
			_, _ = conn.Write([]byte{c})
		}
	}
	switch mood {
	case "silent":
		hang(conn, nil)
		return
	case "421":
		say("421 no time")
		return
	case "garbage":
		_, _ = conn.Write([]byte("\x00\xff\x01garbage\r\n\r\n\xfe"))
		return
	}
	say("220 localhost ready")
	in := bufio.NewReader(conn)
	var to, kind string
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(line); {
		case strings.HasPrefix(verb, "RCPT TO:"):
			to = strings.Trim(strings.Fields(line[len("RCPT TO:"):])[0], "<>")
			kind, _, _ = strings.Cut(to, "-")
			switch {
			case kind == "refuse" && b.bites(kind, to):
				say("550 no such mailbox")
			case kind == "later" && b.bites(kind, to):
				say("451 come again later")
			default:
				say("250 ok")
			}
		case strings.HasPrefix(verb, "DATA"):
			say("354 go on")
			m, err := readLetter(in, to)
			if err != nil {
				say("554 " + err.Error())
				return
			}
			id := m.Header.Get("Message-ID")
			switch {
			case kind == "hang" && b.bites(kind, id):
				hang(conn, b.released)
				return
			case kind == "garbage" && b.bites(kind, id):
				_, _ = conn.Write([]byte("\x00\xff\x01garbage\r\n"))
				return
			case kind == "drop" && b.bites(kind, id):
				b.take(m)
				return
			case kind == "drip" && b.bites(kind, id):
				mood = "drip"
			}
			b.take(m)
			say("250 taken")
		case strings.HasPrefix(verb, "QUIT"):
			say("221 bye")
			return
		default: // EHLO, MAIL, RSET, NOOP
			say("250 ok")
		}
	}
}

func readLetter(in *bufio.Reader, to string) (letter, error) {
	var raw strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return letter{}, err
		}
		if line == ".\r\n" {
			break
		}
		raw.WriteString(strings.TrimPrefix(line, "."))
	}
	m, err := testkit.ParseMail([]byte(raw.String()))
	return letter{m, to}, err
}

func (b *mailbox) take(m letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, m)
	close(b.arrived)
	b.arrived = make(chan struct{})
}

// all are the letters to an address whose subject holds a part, the oldest first, each as often as it came.
func (b *mailbox) all(to, subject string) (found []letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.letters {
		if m.to == to && strings.Contains(m.Subject, subject) {
			found = append(found, m)
		}
	}
	return found
}

// wait returns the first letter to an address that came after so many others.
func (b *mailbox) wait(ctx context.Context, to, subject string, after int) (letter, error) {
	for {
		b.mu.Lock()
		arrived := b.arrived
		b.mu.Unlock()
		if found := b.all(to, subject); len(found) > after {
			return found[len(found)-1], nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return letter{}, fmt.Errorf("no mail to %s with the subject %q: %w", to, subject, errors.Join(ctx.Err(), context.Cause(ctx)))
		}
	}
}

// counts returns how many different letters came, and how many came once more.
func (b *mailbox) counts() (letters, again int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ids := map[string]bool{}
	for _, m := range b.letters {
		ids[m.Header.Get("Message-ID")] = true
	}
	return len(ids), len(b.letters) - len(ids)
}

// trouble says what the server did to mails and connections.
func (b *mailbox) trouble() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(b.met)) {
		all = append(all, fmt.Sprintf("%d x %s", b.met[kind], kind))
	}
	return strings.Join(all, ", ")
}

// different is how many different letters there are among those found.
func different(found []letter) int {
	ids := map[string]bool{}
	for _, m := range found {
		ids[m.Header.Get("Message-ID")] = true
	}
	return len(ids)
}

var linkInMail = regexp.MustCompile(`https?://[^/\s]+(/(?:zugang|einladung)/\S+)`)

// link is the path of the one link that counts in a mail.
func (m letter) link() string {
	if found := linkInMail.FindStringSubmatch(m.Text); found != nil {
		return found[1]
	}
	return ""
}

var codeInMail = regexp.MustCompile(`\b\d{4}(?: ?\d{4}){1,2}\b`)

func (m letter) code() string { return codeInMail.FindString(m.Text) }
