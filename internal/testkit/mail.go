package testkit

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"testing"
)

// A Mail is a message as its reader sees it.
type Mail struct {
	Header      mail.Header // as sent; use Get
	Subject     string      // decoded
	Text        string      // the plain text, decoded, lines end in LF
	HTML        string      // the HTML text if there is one
	Attachments []Attachment
}

// An Attachment is a part of a mail that is not its text.
type Attachment struct {
	Name string
	Type string // without parameters, as "text/calendar"
	Data []byte // decoded
}

// ReadMail parses a whole message, [Message.Data]. It fails the test when the message is malformed, uses another
// character set than UTF-8, or has unencoded bytes above 127 in its header.
func ReadMail(t testing.TB, raw []byte) Mail {
	t.Helper()
	m, err := ParseMail(raw)
	if err != nil {
		t.Fatalf("reading mail: %v\n%s", err, raw)
	}
	return m
}

// ParseMail is [ReadMail] for programs that are no tests; its error says what is wrong with the message.
func ParseMail(raw []byte) (Mail, error) {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	if i := bytes.IndexFunc(head, func(r rune) bool { return r > 127 }); i >= 0 {
		return Mail{}, fmt.Errorf("header: byte %d is not ASCII", i)
	}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Header: message.Header}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		return Mail{}, fmt.Errorf("subject: %w", err)
	}
	return m, m.read(textproto.MIMEHeader(message.Header), message.Body)
}

// read takes one part, and the parts inside it.
func (m *Mail) read(header textproto.MIMEHeader, body io.Reader) error {
	kind, params := "text/plain", map[string]string{} // RFC 2045, 5.2
	if value := header.Get("Content-Type"); value != "" {
		var err error
		if kind, params, err = mime.ParseMediaType(value); err != nil {
			return fmt.Errorf("content type %q: %w", value, err)
		}
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.read(part.Header, part); err != nil {
				return err
			}
		}
	}

	data, err := decodeTransfer(header.Get("Content-Transfer-Encoding"), body)
	if err != nil {
		return err
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii") {
		return fmt.Errorf("character set %q of a %s part is not UTF-8", charset, kind)
	}
	disposition, dispositionParams, _ := mime.ParseMediaType(header.Get("Content-Disposition"))
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	switch {
	case disposition != "attachment" && kind == "text/plain" && m.Text == "":
		m.Text = text
	case disposition != "attachment" && kind == "text/html" && m.HTML == "":
		m.HTML = text
	default:
		name := dispositionParams["filename"]
		if name == "" {
			name = params["name"]
		}
		if name, err = new(mime.WordDecoder).DecodeHeader(name); err != nil {
			return fmt.Errorf("attachment name: %w", err)
		}
		m.Attachments = append(m.Attachments, Attachment{Name: name, Type: kind, Data: data})
	}
	return nil
}

func decodeTransfer(encoding string, body io.Reader) ([]byte, error) {
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		return io.ReadAll(quotedprintable.NewReader(body))
	case "base64":
		return io.ReadAll(base64.NewDecoder(base64.StdEncoding, body))
	case "", "7bit", "8bit":
		return io.ReadAll(body)
	}
	return nil, fmt.Errorf("unknown transfer encoding %q", encoding)
}
