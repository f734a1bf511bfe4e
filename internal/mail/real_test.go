//go:build real

package mail

import (
	"bufio"
	"bytes"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// foreignServer starts aiosmtpd, which knows nothing of us, and returns its port and the maildir it keeps mails in.
func foreignServer(t *testing.T) (port int, folder string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().(*net.TCPAddr)
	free.Close()
	folder = filepath.Join(t.TempDir(), "maildir")
	server := exec.Command("aiosmtpd", "-n", "-d", "-l", address.String(), "-c", "aiosmtpd.handlers.Mailbox", folder)
	said, err := server.StderrPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatalf("aiosmtpd, which make test-real installs: %v", err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.Contains(lines.Text(), "Server is listening") {
			go func() { // it must not block on what it says
				for lines.Scan() {
				}
			}()
			return address.Port, folder
		}
	}
	t.Fatal("the server does not start")
	return 0, ""
}

// What a mail server of others keeps of a mail with a calendar file, an attachment, long lines and a line of one dot is what we
// composed, byte for byte but for the ends of lines, and so is the envelope.
func TestRealServerKeepsEveryByte(t *testing.T) {
	port, folder := foreignServer(t)
	s, err := NewSMTP(SMTPConfig{Host: "127.0.0.1", Port: port, Hello: "fragen.example"})
	if err != nil {
		t.Fatal(err)
	}
	m := testMail()
	m.Calendar = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
	m.Attachment = &survey.MailFile{Name: "Eingangsbestätigung.txt", Type: "text/plain; charset=utf-8", Data: []byte("Fassung 1\n")}
	deliver(t, s, m, goldenText)
	files, err := filepath.Glob(filepath.Join(folder, "new", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d mails are kept, %v", len(files), err)
	}
	kept, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/whole.eml")
	if err != nil {
		t.Fatal(err)
	}
	read, err := mail.ReadMessage(bytes.NewReader(kept))
	if err != nil {
		t.Fatal(err)
	}
	if from, to := read.Header.Get("X-MailFrom"), read.Header.Get("X-RcptTo"); from != testSender.EnvelopeFrom || to != m.To {
		t.Errorf("envelope from %q to %q", from, to)
	}
	var ours strings.Builder
	text := strings.ReplaceAll(string(kept), "\r\n", "\n")
	text = strings.Replace(text, "Subject: \n ", "Subject:\n ", 1) // its mailbox writes a blank behind every colon
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "X-Peer: ") && !strings.HasPrefix(line, "X-MailFrom: ") && !strings.HasPrefix(line, "X-RcptTo: ") {
			ours.WriteString(line)
		}
	}
	if diff := cmp.Diff(string(golden), ours.String()); diff != "" {
		t.Errorf("(-composed +kept)\n%s", diff)
	}
	if got := testkit.ReadMail(t, []byte(ours.String())).Text; got != goldenText {
		t.Errorf("read: %q", got)
	}
}
