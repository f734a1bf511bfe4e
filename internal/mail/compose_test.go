package mail

import (
	"bytes"
	"net/mail"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

var testSender = Sender{
	Name: "Bündnis „Digitales Nordmark“", Address: "fragen@buendnis.example",
	ReplyTo: "koordination@buendnis.example", EnvelopeFrom: "ruecklauf@buendnis.example",
}

func testMail() survey.WrittenMail {
	return survey.WrittenMail{Mail: survey.Mail{
		ID: "0199c2f4-7a10-7c31-9a5e-2f6d1b7c8e90", MessageID: "0199c2f4-7a10-7c31-9a5e-2f6d1b7c8e90@fragen.example",
		Kind: survey.MailInvitation, To: "kontakt@freie-mitte.example", Language: "de",
		Subject:   "Wahlprüfsteine zur Landtagswahl in Nordmark: acht Fragen, Antwort bis Freitag, 18 Uhr",
		CreatedAt: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), State: survey.MailQueued,
	}}
}

const goldenText = "Guten Tag,\n\nhier sind unsere Fragen. Ihr Zugang:\nhttps://fragen.example/zugang/abc=def\n\n.\n" +
	"From here a line starts with a dot, a word that mail programs misread, and a trailing space. \nFreundliche Grüße\n"

func TestComposeWholeMessage(t *testing.T) {
	server := testkit.SMTP(t)
	m := testMail()
	m.Calendar = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
	m.Attachment = &survey.MailFile{Name: "Eingangsbestätigung.txt", Type: "text/plain; charset=utf-8", Data: []byte("Fassung 1\n")}
	deliver(t, localSMTP(t, server), m, goldenText)

	// The file is the whole message, byte for byte, but for LF instead of CRLF.
	golden, err := os.ReadFile("testdata/whole.eml")
	if err != nil {
		t.Fatal(err)
	}
	got := server.Messages()[0]
	if diff := cmp.Diff(strings.ReplaceAll(string(golden), "\n", "\r\n"), string(got.Data)); diff != "" {
		t.Errorf("message (-want +got)\n%s\n%s", diff, got.Data)
	}
	if got.From != testSender.EnvelopeFrom || len(got.To) != 1 || got.To[0] != m.To {
		t.Errorf("envelope from %q to %q", got.From, got.To)
	}
	read := testkit.ReadMail(t, got.Data)
	want := testkit.Mail{
		Header: read.Header, Subject: m.Subject, Text: goldenText,
		Attachments: []testkit.Attachment{
			{Name: "frist.ics", Type: "text/calendar", Data: []byte(m.Calendar)},
			{Name: "Eingangsbestätigung.txt", Type: "text/plain", Data: []byte("Fassung 1\n")},
		},
	}
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("as read (-want +got)\n%s", diff)
	}
}

// Domains with umlauts go over the wire in ASCII, in the envelope as in the header, also to servers that know nothing else.
func TestComposeDomainsWithUmlauts(t *testing.T) {
	server := testkit.SMTP(t)
	from := Sender{Name: "Bündnis", Address: "fragen@bündnis.example", ReplyTo: "büro"}
	if _, err := Compose(testMail(), "Text", from); err == nil {
		t.Error("a malformed reply address was taken")
	}
	from.ReplyTo, from.EnvelopeFrom = "koordination@bündnis.example", "ruecklauf@bündnis.example"
	m := testMail()
	m.To = "kontakt@grüne-zukunft.example"
	msg, err := Compose(m, "Text", from)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := localSMTP(t, server).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Quit()
	if _, err := conn.Send(t.Context(), msg); err != nil {
		t.Fatal(err)
	}
	got := server.Messages()[0]
	if got.From != "ruecklauf@xn--bndnis-3ya.example" || len(got.To) != 1 || got.To[0] != "kontakt@xn--grne-zukunft-elb.example" {
		t.Errorf("envelope from %q to %q", got.From, got.To)
	}
	header := testkit.ReadMail(t, got.Data).Header
	for name, want := range map[string]string{"To": "<kontakt@xn--grne-zukunft-elb.example>", "Reply-To": "<koordination@xn--bndnis-3ya.example>"} {
		if value := header.Get(name); value != want {
			t.Errorf("%s: %s, want %s", name, value, want)
		}
	}
	if !strings.HasSuffix(header.Get("From"), "<fragen@xn--bndnis-3ya.example>") || bytes.ContainsFunc(got.Data, func(r rune) bool { return r > '~' }) {
		t.Errorf("not ASCII alone\n%s", got.Data)
	}
	m.To = "büro@grüne-zukunft.example"
	if _, err := Compose(m, "Text", testSender); err == nil {
		t.Error("umlauts before the @ were taken")
	}
}

// Bytes of a second attempt equal those of the first.
func TestComposeRepeats(t *testing.T) {
	m := testMail()
	m.Calendar = "BEGIN:VCALENDAR\r\n"
	var first []byte
	for range 3 {
		msg, err := Compose(m, goldenText, testSender)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := render(msg)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = raw
		}
		if !bytes.Equal(first, raw) {
			t.Fatalf("differs:\n%s\n%s", first, raw)
		}
	}
}

// No field can end its header line, and an address cannot become two.
func TestComposeInjection(t *testing.T) {
	for _, evil := range []string{"\r\nBcc: boese@example.org", "\nBcc: boese@example.org", "\rBcc: boese@example.org", "\x00", "\u2028Bcc: x", "\x7f"} {
		for name, change := range map[string]func(*survey.WrittenMail, *Sender){
			"to":              func(m *survey.WrittenMail, _ *Sender) { m.To += evil },
			"subject":         func(m *survey.WrittenMail, _ *Sender) { m.Subject += evil },
			"Message-ID":      func(m *survey.WrittenMail, _ *Sender) { m.MessageID += evil },
			"language":        func(m *survey.WrittenMail, _ *Sender) { m.Language += evil },
			"sender":          func(_ *survey.WrittenMail, s *Sender) { s.Name += evil },
			"sender address":  func(_ *survey.WrittenMail, s *Sender) { s.Address += evil },
			"reply address":   func(_ *survey.WrittenMail, s *Sender) { s.ReplyTo += evil },
			"bounce address":  func(_ *survey.WrittenMail, s *Sender) { s.EnvelopeFrom += evil },
			"attachment":      func(m *survey.WrittenMail, _ *Sender) { m.Attachment.Name += evil },
			"attachment type": func(m *survey.WrittenMail, _ *Sender) { m.Attachment.Type += evil },
		} {
			m, from := testMail(), testSender
			m.Attachment = &survey.MailFile{Name: "a.txt", Type: "text/plain"}
			change(&m, &from)
			if _, err := Compose(m, "Text", from); err == nil {
				t.Errorf("%s with %q was taken", name, evil)
			} else if strings.Contains(err.Error(), "boese") || strings.Contains(err.Error(), "freie-mitte") {
				t.Errorf("%s: the error quotes the field: %v", name, err)
			}
		}
	}
	for name, change := range map[string]func(*survey.WrittenMail, *Sender){
		"two recipients":     func(m *survey.WrittenMail, _ *Sender) { m.To += ", boese@example.org" },
		"name and recipient": func(m *survey.WrittenMail, _ *Sender) { m.To = "X <boese@example.org>" },
		"no recipient":       func(m *survey.WrittenMail, _ *Sender) { m.To = "" },
		"no sender":          func(_ *survey.WrittenMail, s *Sender) { s.Address = "" },
		"path in the id":     func(m *survey.WrittenMail, _ *Sender) { m.MessageID = "../../x@fragen.example" },
		"no id":              func(m *survey.WrittenMail, _ *Sender) { m.MessageID = "" },
		"brackets in the id": func(m *survey.WrittenMail, _ *Sender) { m.MessageID = "<" + m.MessageID + ">" },
	} {
		m, from := testMail(), testSender
		change(&m, &from)
		if _, err := Compose(m, "Text", from); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	// in the text everything is text
	m := testMail()
	server := testkit.SMTP(t)
	body := "eins\n.\nBcc: x@example.org\n\n--part-" + m.ID + "\nContent-Type: text/html\n\n<b>zwei</b>\n"
	m.Calendar = "BEGIN:VCALENDAR\r\n"
	m.Attachment = &survey.MailFile{Name: "a\"; b=\"c.txt", Type: "text/plain", Data: []byte("x")}
	deliver(t, localSMTP(t, server), m, strings.Replace(body, "part-"+m.ID, "part-x", 1))
	read := testkit.ReadMail(t, server.Messages()[0].Data)
	if read.HTML != "" || len(read.Attachments) != 2 || read.Header.Get("Bcc") != "" || !strings.Contains(read.Text, "<b>zwei</b>") {
		t.Errorf("read %+v", read)
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("Betreff", "Name", "Text", "fragen@fm.example")
	f.Add("a\r\nBcc: x@y.example", "a\" <x@y.example>, \"b", "\r\n.\r\nMAIL FROM:<x@y.example>\r\n", "a@b.example\r\nBcc: c@d.example")
	f.Add("=?utf-8?q?a=0D=0ABcc:_x?=", "=?utf-8?q?=0A?=", "a\rb", "=?utf-8?q?a?=@b.example")
	f.Add("", "", "", "a@b.example, c@d.example")
	f.Add("", "", "", "\"a, b\"@c.example")
	f.Add("", "", "", "a@bücher.example")
	f.Add("", "", "", "0@0\xd10")
	f.Fuzz(func(t *testing.T, subject, name, body, to string) {
		m, from := testMail(), testSender
		m.Subject, from.Name, m.To = subject, name, to
		msg, err := Compose(m, body, from)
		if err != nil {
			return
		}
		raw, err := render(msg)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		for line := range bytes.SplitSeq(head, []byte("\r\n")) {
			field, _, _ := strings.Cut(string(line), ":")
			switch field {
			case "Auto-Submitted", "Content-Language", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version",
				"Message-ID", "Reply-To", "Subject", "To":
			default:
				if line[0] != ' ' {
					t.Fatalf("header line %q", line)
				}
			}
			if bytes.ContainsAny(line, "\r\n\x00") || len(line) > 998 && max(len(subject), len(name), len(to)) < 900 {
				t.Fatalf("header line %q", line)
			}
		}
		read, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		sent, err := read.Header.AddressList("To")
		wanted, ok := survey.WireAddress(to)
		if err != nil || len(read.Header["To"]) != 1 || len(sent) != 1 || !ok || sent[0].Address != wanted {
			t.Fatalf("to %q: %v %v", to, sent, err)
		}
	})
}

// The longest subject of our own mails keeps the lines of a header within the 998 octets of RFC 5322, 2.1.1.
func TestComposeLongestSubject(t *testing.T) {
	for _, letter := range []string{"a", "ü", "𝄞", "ü "} {
		m := testMail()
		m.Subject = strings.TrimSpace(strings.Repeat(letter, 700/survey.Length(letter)))
		msg, err := Compose(m, "Text\n", testSender)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := render(msg)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(raw) {
			if len(line) > 1000 {
				t.Errorf("%q: a line of %d octets", letter, len(line))
			}
		}
		if got := testkit.ReadMail(t, raw).Subject; got != m.Subject {
			t.Errorf("%q: read as %q", letter, got)
		}
	}
}
