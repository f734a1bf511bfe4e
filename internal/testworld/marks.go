package testworld

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/office"
	"pruefstein/internal/survey"
)

// A word that people may write where a name, a title, a question or a letter is asked for.
const plainWord = "Wort"

// ReadMails returns by kind and address how each mail reads when it is sent ("sent") and in the proof ("kept", with § for the
// secret), with the same token in all links.
func ReadMails(t *testing.T, s *office.Office) map[string]string {
	t.Helper()
	due, err := s.Send.DueMails(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]string{}
	for _, d := range due {
		name := string(d.Mail.Kind) + " " + d.Mail.To
		read[name+" sent"] = d.Mail.Subject + "\n" + anyCode.ReplaceAllString(anyToken.ReplaceAllString(d.Body, "/$1/TOKEN"), "1111 2222 3333")
		read[name+" kept"] = strings.Join(d.Mail.Texts(), "§")
		if kept := d.Mail.Texts(); len(kept) > 1 && !strings.Contains(d.Mail.Body, survey.LinkMark) {
			t.Errorf("%s: the stored text does not say where the link stood:\n%s", name, d.Mail.Body)
		}
	}
	return read
}

// SameWithMark compares a world where people wrote the words of the mark with one where they wrote a plain word.
func SameWithMark(t *testing.T, mails int, world func(t *testing.T, word string) map[string]string) {
	t.Helper()
	plain, marked := world(t, plainWord), world(t, survey.LinkMark)
	if len(plain) != 2*mails {
		t.Errorf("%d mails, want %d", len(plain)/2, mails)
	}
	for name, text := range marked {
		if name = strings.TrimSpace(name); !strings.Contains(text, survey.LinkMark) {
			t.Errorf("%s: the words are gone:\n%s", name, text)
		}
		marked[name] = strings.ReplaceAll(text, survey.LinkMark, plainWord)
	}
	if diff := cmp.Diff(plain, marked); diff != "" {
		t.Errorf("(-plain word +mark)\n%s", diff)
	}
}

var (
	anyToken = regexp.MustCompile(`/(zugang|passwort|einladung)/[^\s]+`)
	anyCode  = regexp.MustCompile(`\d{4} \d{4} \d{4}`)
)
