package send_test

import (
	"pruefstein/internal/send"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestCalendar(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	got := send.Calendar(send.CalendarEvent{
		UID:         "0190-frist@fragen.example",
		Sequence:    1,
		Stamp:       time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC),
		At:          time.Date(2026, 10, 25, 18, 0, 0, 0, berlin),
		Summary:     "Antwortfrist: Wahlprüfsteine Nordmark; bitte absenden, danke schön",
		Description: "Erste Zeile\r\nZweite \\ Zeile\nENDE:VEVENT\x00",
		Organizer:   "büro@fragen.example",
	})
	want := `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Pruefstein//Pruefstein//DE
CALSCALE:GREGORIAN
METHOD:PUBLISH
BEGIN:VEVENT
UID:0190-frist@fragen.example
DTSTAMP:20260901T100000Z
SEQUENCE:1
DTSTART:20261025T170000Z
SUMMARY:Antwortfrist: Wahlprüfsteine Nordmark\; bitte absenden\, danke sch
 ön
DESCRIPTION:Erste Zeile\nZweite \\ Zeile\nENDE:VEVENT
ORGANIZER:mailto:b%C3%BCro@fragen.example
TRANSP:TRANSPARENT
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Antwortfrist: Wahlprüfsteine Nordmark\; bitte absenden\, danke
  schön
TRIGGER:-P2D
END:VALARM
END:VEVENT
END:VCALENDAR
`
	if diff := cmp.Diff(strings.ReplaceAll(want, "\n", "\r\n"), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Whatever is written in, no line is too long, none is broken inside a character, and unfolding gives it back.
func FuzzCalendar(f *testing.F) {
	f.Add(strings.Repeat("ä", 200))
	f.Add("a" + strings.Repeat("🙂", 60))
	f.Add("a\r\nEND:VEVENT\r\nBEGIN:VEVENT")
	f.Add("\xff\xbf\xbf" + strings.Repeat("\xbf", 100))
	f.Fuzz(func(t *testing.T, text string) {
		at := time.Date(2026, 10, 25, 17, 0, 0, 0, time.UTC)
		got := send.Calendar(send.CalendarEvent{UID: text, Stamp: at, At: at, Summary: text, Description: "x" + text, Organizer: text})
		for line := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
			if len(line) > 75 || strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
				t.Fatalf("line of %d octets: %q", len(line), line)
			}
		}
		unfolded := strings.ReplaceAll(got, "\r\n ", "")
		if n := strings.Count("\r\n"+unfolded, "\r\nEND:VEVENT\r\n"); n != 1 {
			t.Fatalf("%d events end", n)
		}
		clean := strings.NewReplacer("\\\\", "\\", "\\;", ";", "\\,", ",", "\\n", "\n").Replace
		_, value, _ := strings.Cut(unfolded, "\r\nSUMMARY:")
		value, _, _ = strings.Cut(value, "\r\n")
		if utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7F && r < 0xA0 }) && clean(value) != text {
			t.Fatalf("summary %q became %q", text, clean(value))
		}
	})
}
