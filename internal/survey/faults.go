package survey

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Line cleans a single-line field in place, refuses more than limit UTF-16 units, and refuses blank if required.
func (f *Faults) Line(field string, value *string, limit int, required bool) {
	clean, key, args := seen(Line(*value))
	*value = clean
	switch n := Length(clean); {
	case key != "":
		f.Add(field, key, args...)
	case required && clean == "":
		f.Add(field, "error.required")
	case n > limit:
		f.Add(field, "error.text.too_long", "Length", n, "Limit", limit)
	}
}

// Text cleans a multi-line field in place and notes its fault.
func (f *Faults) Text(field string, value *string) {
	clean, key, args := seen(Text(*value))
	*value = clean
	if key != "" {
		f.Add(field, key, args...)
	}
}

// seen puts the unseen characters of a typed text, all at once, before what else is wrong with it.
func seen(clean, key string, args []any) (string, string, []any) {
	if key == "error.text.encoding" {
		return clean, key, args
	}
	if unseen, all := UnseenFault(clean); unseen != "" {
		return clean, unseen, all
	}
	return clean, key, args
}

// Day notes what is wrong with a typed day; "" is none.
func (f *Faults) Day(field, value string) {
	if _, key := ParseDay(value); value != "" && key != "" {
		f.Add(field, key)
	}
}

// Number reads a whole number as typed, with or without marks between the thousands. Nothing typed is 0.
func Number(typed string) (n int, ok bool) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return 0, true
	}
	if thousands.MatchString(typed) {
		typed = strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, typed)
	}
	n, err := strconv.Atoi(typed)
	return n, err == nil
}

// Whole reads a Number and notes its fault. Nothing typed is 0, whatever the least is.
func (f *Faults) Whole(field, typed string, least, most int) int {
	n, ok := Number(typed)
	if strings.TrimSpace(typed) != "" && (!ok || n < least || n > most) {
		f.Add(field, "error.number", "Min", least, "Max", most)
		return 0
	}
	return n
}

// MaxBallotPosition is far above the longest ballot so far (47 parties in 2021).
const MaxBallotPosition = 999

// Email brings an address to its stored form (bare, lower case) and notes its fault. The domain may have umlauts and stays as it was
// typed: see WireAddress.
func (f *Faults) Email(field string, address *string, required bool) {
	f.Line(field, address, 254, required)
	*address = strings.ToLower(*address)
	if *address == "" || BareAddress(*address) {
		return
	}
	key := "error.email"
	if local, domain, _ := strings.Cut(*address, "@"); !ascii(local) && BareAddress("a@"+domain) {
		key = "error.email_local"
	}
	f.Add(field, key)
}

// MaxCopies is how many addresses a party may have beside the first.
const MaxCopies = 4

// SplitAddresses parts what was typed as several addresses, one a line or with commas, semicolons or spaces between.
func SplitAddresses(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
}

// Copies reads the addresses beside the first one as typed, and notes the first fault, which names the address it is about. They are
// kept as Email keeps one. None may be there twice, for mail servers, nor without a first.
func (f *Faults) Copies(field, typed, first string) (list []string) {
	fault := func(key string, args ...any) []string {
		f.Add(field, key, args...)
		return nil
	}
	for _, address := range SplitAddresses(typed) {
		typed := address
		var own Faults
		own.Email(field, &address, true)
		switch {
		case len(own) > 0 && own[0].Key == "error.email_local":
			return fault("error.copies.local", "Address", typed)
		case len(own) > 0:
			return fault("error.copies.form", "Address", typed)
		case sameAddress(address, first) || hasAddress(list, address):
			return fault("error.copies.twice", "Address", typed)
		}
		list = append(list, address)
	}
	switch {
	case len(list) > MaxCopies:
		return fault("error.copies.many", "Limit", MaxCopies)
	case len(list) > 0 && first == "":
		return fault("error.copies.no_first")
	}
	return list
}

// Most of a postal address: a window envelope shows no more.
const (
	maxPostalLines = 6
	maxPostalLine  = 100 // UTF-16 units
)

// Postal cleans a postal address in place, a line for each of its lines, and notes its fault.
func (f *Faults) Postal(field string, postal *string) {
	f.Text(field, postal)
	var lines []string
	for line := range strings.Lines(*postal) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	*postal = strings.Join(lines, "\n")
	switch i := slices.IndexFunc(lines, func(line string) bool { return Length(line) > maxPostalLine }); {
	case len(lines) > maxPostalLines:
		f.Add(field, "error.postal.lines", "Limit", maxPostalLines)
	case i >= 0:
		f.Add(field, "error.postal.long", "Number", i+1, "Limit", maxPostalLine)
	}
}

// WebAddress notes the fault of an address that is not http or https.
func (f *Faults) WebAddress(field string, address *string) {
	f.Line(field, address, 500, false)
	if *address == "" {
		return
	}
	if u, err := url.Parse(*address); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		f.Add(field, "error.url")
	}
}

// Licence reads an SPDX identifier and notes its fault.
func (f *Faults) Licence(field string, licence *string, required bool) {
	f.Line(field, licence, 60, required)
	if *licence != "" && !spdxForm.MatchString(*licence) {
		f.Add(field, "error.licence")
	}
}

// Future reads a local time that has to lie ahead, unless it is what is stored already, and notes its fault. Choice is
// first or second, when the local time happens twice.
func (f *Faults) Future(field, local, zone, choice string, now time.Time, stored Instant) Instant {
	instant, key := ParseInstant(strings.TrimSpace(local), zone, choice)
	switch {
	case key != "":
		f.Add(field, key)
	case !instant.At.After(now) && !instant.At.Equal(stored.At):
		f.Add(field, "error.time.past")
	}
	return instant
}

// Date cleans a typed local time in place and reads it: there has to be one, and it has to lie ahead.
func (f *Faults) Date(field string, local *string, zone, choice string, now time.Time) Instant {
	f.Line(field, local, 30, true)
	if *local == "" {
		return Instant{}
	}
	return f.Future(field, *local, zone, choice, now, Instant{})
}

// Party brings what is said of a party, in an election or as a respondent, to its stored form and notes its faults.
func (f *Faults) Party(shortName, name, wikidata, colour *string) {
	f.Name("short_name", shortName, 60)
	f.Name("name", name, 300) // joint respondents have long ones
	f.Line("wikidata", wikidata, 20, false)
	if *wikidata = strings.ToUpper(*wikidata); *wikidata != "" && !ValidWikidata(*wikidata) {
		f.Add("wikidata", "error.wikidata")
	}
	f.Line("colour", colour, 20, false)
	if *colour = strings.ToLower(*colour); *colour != "" && !colourForm.MatchString(*colour) {
		f.Add("colour", "error.colour")
	}
}

// Contact brings where a party is reached to its stored form and notes its faults; it returns its copies.
func (f *Faults) Contact(email *string, copies string, postal *string) []string {
	f.Email("email", email, false)
	f.Postal("postal", postal)
	return f.Copies("copies", copies, *email)
}

// Name cleans a name that has to be there in place and notes its fault. Signs alone are none.
func (f *Faults) Name(field string, name *string, limit int) {
	if NameKey(*name) == "" && utf8.ValidString(*name) {
		*name = ""
	}
	f.Line(field, name, limit, true)
}

// ValidWikidata tells whether s is the id of an item of Wikidata.
func ValidWikidata(s string) bool { return wikidataForm.MatchString(s) }

var (
	wikidataForm = regexp.MustCompile(`^Q[1-9][0-9]{0,11}$`)
	colourForm   = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	thousands    = regexp.MustCompile(`^[0-9]{1,3}([., '’\x{a0}\x{202f}][0-9]{3})+$`)
)

var spdxForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)
