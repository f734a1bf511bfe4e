package mail

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	netmail "net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"pruefstein/internal/survey"
)

// calendarName and calendarType are how a deadline is attached (RFC 6047).
const (
	calendarName = "frist.ics"
	calendarType = "text/calendar; charset=UTF-8; method=PUBLISH"
)

// Sender is in whose name mails go out.
type Sender struct {
	Name         string // shown beside the address
	Address      string
	ReplyTo      string // "" for Address
	EnvelopeFrom string // where bounces go; "" for Address
}

// Compose makes a message of a mail and its body, which holds the secret in its place. The same mail always gives the
// same bytes. It refuses whatever could end a header line early, and malformed addresses. Domains are written in
// ASCII.
func Compose(m survey.WrittenMail, body string, from Sender) (*gomail.Msg, error) {
	fields := []string{m.To, m.Subject, m.MessageID, m.Language, from.Name, from.Address, from.ReplyTo, from.EnvelopeFrom}
	if m.Attachment != nil {
		fields = append(fields, m.Attachment.Name, m.Attachment.Type)
		if _, _, err := mime.ParseMediaType(m.Attachment.Type); err != nil {
			return nil, errors.New("compose: malformed attachment type")
		}
	}
	for _, f := range fields {
		if strings.ContainsFunc(f, func(r rune) bool { return r < ' ' || r == 0x7F || r == 0x2028 || r == 0x2029 }) {
			return nil, errors.New("compose: control character in a header field")
		}
	}
	if !messageID(m.MessageID) {
		return nil, errors.New("compose: malformed Message-ID")
	}

	// The boundary is made of the id, so that a second attempt is the same message.
	id, _, _ := strings.Cut(m.MessageID, "@")
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithBoundary("part-"+id), gomail.WithNoDefaultUserAgent())
	for _, a := range []struct {
		header        gomail.AddrHeader
		name, address string
	}{
		{gomail.HeaderFrom, from.Name, from.Address},
		{gomail.HeaderTo, "", m.To},
		{gomail.HeaderReplyTo, "", from.ReplyTo},
		{gomail.HeaderEnvelopeFrom, "", from.EnvelopeFrom},
	} {
		if a.address == "" && a.header != gomail.HeaderFrom && a.header != gomail.HeaderTo {
			continue
		}
		wire, ok := survey.WireAddress(a.address)
		if !ok {
			return nil, fmt.Errorf("compose: malformed address in %s", a.header)
		}
		msg.SetAddrHeaderFromMailAddress(a.header, &netmail.Address{Name: a.name, Address: wire})
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.CreatedAt)
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office replies
	if m.Language != "" {
		msg.SetGenHeader("Content-Language", m.Language)
	}
	msg.SetBodyString(gomail.TypeTextPlain, body)
	if m.Calendar != "" {
		if err := attach(msg, calendarName, calendarType, []byte(m.Calendar)); err != nil {
			return nil, err
		}
	}
	if m.Attachment != nil {
		if err := attach(msg, m.Attachment.Name, m.Attachment.Type, m.Attachment.Data); err != nil {
			return nil, err
		}
	}
	return msg, nil
}

func attach(msg *gomail.Msg, name, mediaType string, data []byte) error {
	return msg.AttachReader(name, bytes.NewReader(data), gomail.WithFileContentType(gomail.ContentType(mediaType)))
}

// messageID tells whether s can stand between < and > of a Message-ID and, left of the @, in a boundary and a file name.
func messageID(s string) bool {
	id, host, ok := strings.Cut(s, "@")
	plain := func(s, more string) bool {
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(more, r))
		})
	}
	return ok && len(id) <= 60 && plain(id, "-") && plain(host, "-.:[]")
}

// idOf returns the id of the mail a message was composed of.
func idOf(msg *gomail.Msg) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(msg.GetMessageID(), "<"), "@")
	return id
}

// render returns the bytes of a message.
func render(msg *gomail.Msg) ([]byte, error) {
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	return b.Bytes(), nil
}
