package send

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// calendarEvent is a deadline as it goes into a party's calendar.
type calendarEvent struct {
	UID         string // stable: an event with the same UID and a higher Sequence replaces the earlier one
	Sequence    int    // 0, then one more with every extension
	Stamp       time.Time
	At          time.Time
	Summary     string
	Description string
	Organizer   string // mail address of the alliance; "" leaves the line out
}

// calendar writes the event as an iCalendar file (RFC 5545) with a reminder two days before. The event is an instant
// without length and leaves the day free. Instants are in UTC, so no zone has to be described.
func calendar(e calendarEvent) string {
	const utc = "20060102T150405Z"
	lines := []string{
		"BEGIN:VCALENDAR",
		"VERSION:2.0",
		"PRODID:-//Pruefstein//Pruefstein//DE",
		"CALSCALE:GREGORIAN",
		"METHOD:PUBLISH",
		"BEGIN:VEVENT",
		"UID:" + calendarText(e.UID),
		"DTSTAMP:" + e.Stamp.UTC().Format(utc),
		fmt.Sprintf("SEQUENCE:%d", e.Sequence),
		"DTSTART:" + e.At.UTC().Format(utc),
		"SUMMARY:" + calendarText(e.Summary),
	}
	if e.Description != "" {
		lines = append(lines, "DESCRIPTION:"+calendarText(e.Description))
	}
	if e.Organizer != "" {
		lines = append(lines, "ORGANIZER:mailto:"+url.PathEscape(e.Organizer))
	}
	lines = append(lines,
		"TRANSP:TRANSPARENT",
		"BEGIN:VALARM",
		"ACTION:DISPLAY",
		"DESCRIPTION:"+calendarText(e.Summary),
		"TRIGGER:-P2D",
		"END:VALARM",
		"END:VEVENT",
		"END:VCALENDAR",
	)
	var b strings.Builder
	for _, line := range lines {
		foldLine(&b, line)
	}
	return b.String()
}

// calendarText escapes a text value (RFC 5545, 3.3.11). Control characters have no form there and are left out.
func calendarText(s string) string {
	s = strings.NewReplacer("\r\n", `\n`, "\r", `\n`, "\n", `\n`, `\`, `\\`, ";", `\;`, ",", `\,`).Replace(s)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// foldLine writes a content line in pieces of at most 75 octets without its CRLF (RFC 5545, 3.1), never inside a character.
func foldLine(b *strings.Builder, line string) {
	room := 75
	for len(line) > room {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut])
		b.WriteString("\r\n ")
		line, room = line[cut:], 74 // the space that marks a continuation counts
	}
	b.WriteString(line)
	b.WriteString("\r\n")
}
