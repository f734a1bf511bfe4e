package locale

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/number"
)

var monthsDE = [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}

var weekdaysDE = [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}

// noBreak is the blank inside a date on a page; narrow columns would tear it apart otherwise.
const noBreak = "\u00a0"

// zonesDE are the German abbreviations of the zones parties and offices sit in.
var zonesDE = map[string]string{"CET": "MEZ", "CEST": "MESZ", "WET": "WEZ", "WEST": "WESZ", "EET": "OEZ", "EEST": "OESZ"}

// Date is the day in words, "23. November 2026" or "23 November 2026", in the location t carries.
func (p *Printer) Date(t time.Time) string {
	if p.lang == "de" {
		return fmt.Sprintf("%d.%s%s %d", t.Day(), p.joint, monthsDE[t.Month()-1], t.Year())
	}
	return t.Format("2" + p.joint + "January 2006")
}

// ShortDate is the day for tables, "23.11.2026" or "23 Nov 2026", in the location t carries.
func (p *Printer) ShortDate(t time.Time) string {
	if p.lang == "de" {
		return t.Format("02.01.2006")
	}
	return t.Format("2" + p.joint + "Jan" + p.joint + "2006")
}

// Time is the time of day, "14:32", in the location t carries.
func (p *Printer) Time(t time.Time) string { return t.Format("15:04") }

// ShortDateTime is day and time for tables, "23.11.2026, 14:32" or "23 Nov 2026, 14:32", in the location t carries.
func (p *Printer) ShortDateTime(t time.Time) string {
	return p.ShortDate(t) + "," + p.joint + p.Time(t)
}

// DateTime says an instant so that nobody can mistake it, with weekday and zone: "Montag, 23. November 2026, 18:00 Uhr
// (MEZ)" or "Monday, 23 November 2026, 18:00 (CET)". A nil zone means the location t carries.
func (p *Printer) DateTime(t time.Time, zone *time.Location) string {
	if zone != nil {
		t = t.In(zone)
	}
	abbreviation, _ := t.Zone()
	if strings.ContainsAny(abbreviation, "+-0123456789") || abbreviation == "" {
		abbreviation = "UTC" + t.Format("-07:00") // a zone without a name of its own
	}
	if p.lang == "de" {
		if name, ok := zonesDE[abbreviation]; ok {
			abbreviation = name
		}
		return fmt.Sprintf("%s, %s, %s%sUhr%s(%s)", weekdaysDE[t.Weekday()], p.Date(t), p.Time(t), p.joint, p.joint, abbreviation)
	}
	return fmt.Sprintf("%s, %s, %s%s(%s)", t.Weekday(), p.Date(t), p.Time(t), p.joint, abbreviation)
}

// Number writes a whole number with thousands separators, "1.444" or "1,444".
func (p *Printer) Number(n int) string { return p.numbers.Sprint(number.Decimal(n)) }

// Bytes writes a size in powers of 1000, "1,4 MB" or "1.4 MB".
func (p *Printer) Bytes(n int64) string {
	size, unit := float64(n), 0
	units := [...]string{"B", "kB", "MB", "GB", "TB"}
	for size >= 999.5 && unit < len(units)-1 {
		size, unit = size/1000, unit+1
	}
	digits := 0
	if unit > 0 && size < 99.5 {
		digits = 1
	}
	return p.numbers.Sprint(number.Decimal(size, number.MaxFractionDigits(digits))) + " " + units[unit]
}

// Join lists things in a sentence: "A, B und C" or "A, B and C".
func (p *Printer) Join(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " " + p.Must("common.and") + " " + list[len(list)-1]
}

// Path is the path of a public page in a language: the first language's at the root, others below their code.
func Path(lang, path string) string {
	if lang == Languages[0] {
		return path
	}
	return "/" + lang + path
}
