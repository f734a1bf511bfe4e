package mail

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
)

func TestFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo", "mails")
	f, err := OpenFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if letters, err := f.Letters(); err != nil || len(letters) != 0 {
		t.Errorf("empty folder: %v, %v", letters, err)
	}

	first := testMail()
	first.Calendar = "BEGIN:VCALENDAR\r\n"
	first.Attachment = &survey.MailFile{Name: "Eingangsbestätigung.txt", Type: "text/plain; charset=utf-8", Data: []byte("Fassung 1\n")}
	second := testMail()
	second.ID = "0199c2f5-0000-7c31-9a5e-2f6d1b7c8e90"
	second.MessageID = second.ID + "@fragen.example"
	second.Subject = "Code"
	if reply := deliver(t, f, first, goldenText); reply != "250 im Postfach der Vorführung abgelegt" {
		t.Errorf("reply %q", reply)
	}
	deliver(t, f, second, "483920\n")
	deliver(t, f, first, goldenText) // a second attempt
	if err := os.WriteFile(filepath.Join(path, "notes.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}

	letters, err := f.Letters()
	if err != nil {
		t.Fatal(err)
	}
	const from = "Bündnis „Digitales Nordmark“ <fragen@buendnis.example>"
	want := []Letter{
		{ID: second.ID, Subject: "Code", From: from, To: second.To, Date: second.CreatedAt, Text: "483920\n"},
		{ID: first.ID, Subject: first.Subject, From: from, To: first.To, Date: first.CreatedAt, Text: goldenText,
			Attachments: []survey.MailFile{
				{Name: "frist.ics", Type: "text/calendar", Data: []byte(first.Calendar)},
				{Name: "Eingangsbestätigung.txt", Type: "text/plain", Data: []byte("Fassung 1\n")},
			}},
	}
	if diff := cmp.Diff(want, letters); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, id := range []string{"none", "../demo", "..", "", "a/b"} {
		if l, err := f.Letter(id); !survey.IsNotFound(err) {
			t.Errorf("%q: %+v, %v", id, l, err)
		}
	}
}
