package mail

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"pruefstein/internal/survey"
)

// Folder is the Transport of the demo: mails become files <id>.eml, which the demo's mailbox shows. Nothing leaves the
// machine.
type Folder struct {
	root *os.Root
}

// Letter is a mail of a Folder as its reader sees it.
type Letter struct {
	ID          string // of the survey.Mail
	Subject     string
	From        string
	To          string
	Date        time.Time
	Text        string // lines end in LF
	Attachments []survey.MailFile
}

// OpenFolder opens a folder for mails and makes it when it is missing.
func OpenFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Folder{root: root}, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Send implements Connection. A second attempt replaces the file of the first.
func (f *Folder) Send(_ context.Context, msg *gomail.Msg) (reply string, err error) {
	raw, err := render(msg)
	if err != nil {
		return err.Error(), &sendError{permanent: true, cause: err}
	}
	id := idOf(msg)
	if err := f.root.WriteFile(id+".part", raw, 0o600); err != nil {
		return err.Error(), err
	}
	if err := f.root.Rename(id+".part", id+".eml"); err != nil {
		return err.Error(), err
	}
	return "250 im Postfach der Vorführung abgelegt", nil
}

// Connect implements Transport: a folder is its own connection.
func (f *Folder) Connect(context.Context) (Connection, error) { return f, nil }

// Alive implements Connection.
func (f *Folder) Alive(context.Context) error { return nil }

// Quit implements Connection; nothing is kept open.
func (f *Folder) Quit() {}

// Letters returns all mails, the newest first.
func (f *Folder) Letters() ([]Letter, error) {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var letters []Letter
	for _, e := range slices.Backward(entries) { // ids sort by time
		id, ok := strings.CutSuffix(e.Name(), ".eml")
		if !ok {
			continue
		}
		l, err := f.Letter(id)
		if err != nil {
			return nil, err
		}
		letters = append(letters, l)
	}
	return letters, nil
}

// Letter returns one mail, or an Error with code NotFound.
func (f *Folder) Letter(id string) (Letter, error) {
	notFound := survey.Fail(survey.NotFound, "error.not_found")
	if !messageID(id + "@folder") {
		return Letter{}, notFound
	}
	raw, err := f.root.ReadFile(id + ".eml")
	if errors.Is(err, fs.ErrNotExist) {
		return Letter{}, notFound
	}
	if err != nil {
		return Letter{}, err
	}
	l, err := readLetter(raw)
	if err != nil {
		return Letter{}, fmt.Errorf("mail %s: %w", id, err)
	}
	l.ID = id
	return l, nil
}

// readLetter reads what Compose wrote: a text, or a text and attachments.
func readLetter(raw []byte) (l Letter, err error) {
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return l, err
	}
	decode := func(name string) string {
		text, decodeErr := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
		err = errors.Join(err, decodeErr)
		return text
	}
	l.Subject, l.From, l.To = decode("Subject"), decode("From"), strings.Trim(decode("To"), "<>")
	if l.Date, err = m.Header.Date(); err != nil {
		return l, err
	}
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return l, err
	}
	if kind != "multipart/mixed" {
		return l, l.add(textproto.MIMEHeader(m.Header), m.Body)
	}
	for parts := multipart.NewReader(m.Body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return l, nil
		}
		if err == nil {
			err = l.add(part.Header, part)
		}
		if err != nil {
			return l, err
		}
	}
}

// add takes one part: an attachment if it has a file name, else the text.
func (l *Letter) add(header textproto.MIMEHeader, body io.Reader) error {
	switch header.Get("Content-Transfer-Encoding") {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	_, parameters, _ := mime.ParseMediaType(header.Get("Content-Disposition")) // the text has none
	name, err := new(mime.WordDecoder).DecodeHeader(parameters["filename"])
	if err != nil {
		return err
	}
	if name == "" {
		l.Text = strings.ReplaceAll(string(data), "\r\n", "\n")
		return nil
	}
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	l.Attachments = append(l.Attachments, survey.MailFile{Name: name, Type: kind, Data: data})
	return err
}
