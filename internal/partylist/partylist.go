// Package partylist reads the list of an election's parties as a spreadsheet saves it.
package partylist

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
)

// List is a list of an election's parties as a spreadsheet saves it.
type List struct {
	Text      string // the list in UTF-8, of a workbook with tabs
	Encoding  string // in which it was read where it was no UTF-8, by its usual name; else ""
	Separator rune   // ',', ';' or tab
	Lines     []alliance.ListLine
	Ignored   []string // columns it has and we do not know
	LeftOut   []NoParty

	Header  string   // digest of the names of its columns, "" before they are read: what survey.ListColumns knows a list by
	Columns []Column // none where there are more than anybody assigns
	Mapped  bool     // somebody said what is in which column
}

// Column is a column of a list, with what stands in it first.
type Column struct {
	Name     string   // as the list has it
	Field    string   // what is read from it, one of Fields, "" nothing
	Examples []string // of its first lines
}

// Fields are what a column of a list can hold: the fields of a party, and what kind a line is of, as the official list has it.
var Fields = []string{"short_name", "name", "ballot_position", "wikidata", "colour", "email", "postal", officialKind}

// NoParty is a line that stands for no party: a title above the names of the columns, a remark below them, a sum of voters or votes.
type NoParty struct {
	Line int // from 1
	Name string
}

// All are far above every ballot.
const (
	MaxFaults     = 1000 // that are told; one more says that there are others
	maxPartyLines = 1000
	maxPartyList  = 256 << 10 // bytes
	maxColumns    = 100       // that are assigned
	maxExamples   = 3
	maxTitles     = 20 // lines among which the names of the columns are looked for
)

// partyColumns are the names of a list's columns in German and English, lower case, by the field they fill.
var partyColumns = map[string]string{
	"kurzname": "short_name", "kurzbezeichnung": "short_name", "short name": "short_name", "short_name": "short_name",
	"name":        "name",
	"listenplatz": "ballot_position", "stimmzettelplatz": "ballot_position", "ballot position": "ballot_position", "ballot_position": "ballot_position",
	"wikidata": "wikidata",
	"farbe":    "colour", "colour": "colour", "color": "colour",
	"e-mail": "email", "email": "email", "kontakt": "email", "contact": "email", "contact address": "email",
	"anschrift": "postal", "postanschrift": "postal", "postal address": "postal", "postal_address": "postal",
}

// officialColumns are those of the list of the Bundeswahlleiterin, lower case: the names of 2025, and where there is a long name
// those of 2021, whose plain name is the short one. They are none where the header is not of that list.
func officialColumns(header []string) map[string]string {
	if !slices.ContainsFunc(header, func(name string) bool { return strings.HasPrefix(name, "gruppen") }) {
		return nil
	}
	columns := map[string]string{"gruppennamekurz": "short_name", "gruppenname": "name", "gruppenart_csv": officialKind, "gruppenart_xml": officialKind, "gruppenart": officialKind}
	if slices.Contains(header, "gruppennamelang") {
		columns["gruppenname"], columns["gruppennamelang"] = "short_name", "name"
	}
	return columns
}

// officialKind is the field of what kind a line of the official list is of.
const officialKind = "kind"

// noParty tells whether a line stands for no party, by its kinds or, where none tells, by its names.
func noParty(kinds []string, names ...string) bool {
	for _, kind := range kinds {
		switch survey.NameKey(kind) {
		case "systemgruppe", "uebrige", "übrige":
			return true
		case "partei", "einzelbewerber", "einzelbewerberwählergruppe", "wählergruppe", "waehlergruppe":
			return false
		}
	}
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(sums, survey.NameKey(name)) })
}

// sums are the names of what is counted beside the parties, as survey.NameKey has them.
var sums = []string{"wahlberechtigte", "wähler", "wählende", "gültige", "gültigestimmen", "ungültige", "ungültigestimmen", "übrige", "sonstige", "insgesamt"}

// Read reads a list of parties, as CSV or a workbook. A line among the first names the columns, in any order; short name and name must
// be among them, columns we do not know are ignored. What stands above that line, lines that begin with "#" and sums of votes are left
// out. Comma, semicolon and tab are told apart by that line. Of a workbook (xlsx) the first sheet is read. A byte order mark is
// skipped; bytes that are no UTF-8 are read as Windows-1252 or, where that makes no words, as Mac Roman. The list of the
// Bundeswahlleiterin is known by its columns. Who has no short name is called by the name.
// The faults of its form are returned at once, at most one more than MaxFaults; its values are checked by the domain.
//
// Known are the lists of which somebody said what is in which column. The first that has these columns goes before their names; it
// may have no short names at all.
func Read(data []byte, known ...survey.ListColumns) (list List, faults []alliance.LineFault) {
	if len(data) > maxPartyList && !bytes.HasPrefix(data, []byte("PK\x03\x04")) { // a workbook has pictures and themes
		return list, []alliance.LineFault{{Key: "alliance.party_list.error.large", Args: []any{"Limit", maxPartyList >> 10}}}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) { // Excel's "Unicode text"
		return list, []alliance.LineFault{{Key: "alliance.party_list.error.utf16"}}
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		switch text, err := sheetText(data); {
		case errors.Is(err, errLarge):
			return list, []alliance.LineFault{{Key: "alliance.party_list.error.large", Args: []any{"Limit", maxPartyList >> 10}}}
		case err == nil:
			data = []byte(text)
		}
	}
	if bytes.IndexByte(data, 0) >= 0 { // another workbook, or a broken one
		return list, []alliance.LineFault{{Key: "alliance.party_list.error.encoding"}}
	}
	list.Text, list.Encoding = decoded(data)
	if !strings.Contains(list.Text, "\n") { // the lines of an old Mac
		list.Text = strings.ReplaceAll(list.Text, "\r", "\n")
	}
	text, remarks := withoutRemarks(list.Text)
	text, list.Separator = list.fromHeader(text, known)

	r := csv.NewReader(strings.NewReader(text))
	r.Comma = list.Separator
	r.FieldsPerRecord = -1
	var columns []string // field of each column; nil until the header is read
	for len(faults) <= MaxFaults {
		record, err := r.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			switch {
			case columns == nil && len(faults) == 0:
				faults = append(faults, alliance.LineFault{Key: "alliance.party_list.error.empty"})
			case columns != nil && len(list.Lines) == 0 && len(faults) == 0:
				faults = append(faults, alliance.LineFault{Key: "alliance.party_list.error.no_lines"})
			}
			return list, faults
		case errors.As(err, &broken):
			faults = append(faults, alliance.LineFault{Line: broken.StartLine, Key: "alliance.party_list.error.quotes"})
			continue
		case err != nil:
			return list, append(faults, alliance.LineFault{Key: "alliance.party_list.error.encoding"})
		}
		line, _ := r.FieldPos(0)
		switch {
		case strings.TrimSpace(strings.Join(record, "")) == "":
		case columns == nil:
			var own []alliance.LineFault
			columns, own = list.header(line, record, known)
			if faults = append(faults, own...); len(own) > 0 {
				for range maxExamples { // without sound columns every line would be wrong
					record, err := r.Read()
					if err != nil {
						break
					}
					list.example(record)
				}
				return list, faults
			}
			list.leaveOut(slices.DeleteFunc(remarks, func(remark NoParty) bool { return remark.Line < line })...) // those above are the licence
		case len(list.Lines)+len(list.LeftOut) >= maxPartyLines:
			return list, append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.long", Args: []any{"Limit", maxPartyLines}})
		case len(record) > len(columns) && strings.TrimSpace(strings.Join(record[len(columns):], "")) != "":
			faults = append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.columns", Args: []any{"Got", len(record), "Want", len(columns)}})
		default:
			list.example(record)
			p, kinds := partyLine(line, columns, record)
			if survey.NameKey(p.ShortName) == "" {
				p.ShortName = p.Name
			}
			if noParty(kinds, cmp.Or(p.Name, p.ShortName), p.ShortName) {
				list.leaveOut(NoParty{Line: line, Name: cmp.Or(p.Name, p.ShortName)})
				continue
			}
			list.Lines = append(list.Lines, p)
		}
	}
	return list, faults
}

// leaveOut notes lines that stand for no party, in their order.
func (l *List) leaveOut(lines ...NoParty) {
	for _, line := range lines {
		line.Name = survey.Shown(strings.TrimSpace(line.Name))
		l.LeftOut = append(l.LeftOut, line)
	}
	slices.SortStableFunc(l.LeftOut, func(a, b NoParty) int { return cmp.Compare(a.Line, b.Line) })
}

// decoded is the text of a list and, where it is no UTF-8, the encoding it was read in. Old spreadsheets on a Mac write Mac Roman, in
// which the bytes of umlauts are signs of Windows-1252 that stand in no word.
func decoded(data []byte) (text, encoding string) {
	if utf8.Valid(data) {
		return string(data), ""
	}
	western, _ := charmap.Windows1252.NewDecoder().Bytes(data) // every byte has a character in both
	if inNoWord.Match(western) && !bytes.ContainsAny(western, "äöüÄÖÜß") {
		mac, _ := charmap.Macintosh.NewDecoder().Bytes(data)
		return string(mac), "Mac Roman"
	}
	return string(western), "Windows-1252"
}

// inNoWord are the umlauts and the dash of Mac Roman as Windows-1252 shows them, where they make no word of any language.
var inNoWord = regexp.MustCompile(`[†€…§]\p{L}|\p{L}[ŠŸ†§]| Ð `)

// withoutRemarks empties the lines that begin with "#", quoted or not, and returns what they say. The number of lines stays. A line
// that begins with a colour is none, nor is one inside a quoted value.
func withoutRemarks(text string) (rest string, remarks []NoParty) {
	var b strings.Builder
	n, quoted := 0, false
	for line := range strings.Lines(text) {
		n++
		if start := strings.TrimPrefix(line, `"`); !quoted && strings.HasPrefix(start, "#") && !colourFirst.MatchString(start) {
			remarks = append(remarks, NoParty{Line: n, Name: plain(line)})
			b.WriteByte('\n')
			continue
		}
		quoted = quoted != (strings.Count(line, `"`)%2 == 1)
		b.WriteString(line)
	}
	return b.String(), remarks
}

// plain is what a line says, without what separates and quotes its values.
func plain(line string) string {
	line = strings.Trim(line, ";,\t\r\n ")
	if quoted, found := strings.CutPrefix(line, `"`); found {
		line = strings.ReplaceAll(strings.TrimRight(strings.TrimSuffix(quoted, `"`), ";,\t "), `""`, `"`)
	}
	return line
}

var colourFirst = regexp.MustCompile(`^#[0-9A-Fa-f]{6}"?\s*[;,\t]`)

// fromHeader empties what stands above the line that names the columns, and finds what separates them. It is the first sound one
// among the first lines; where none is, the first that has columns at all.
func (l *List) fromHeader(text string, known []survey.ListColumns) (rest string, separator rune) {
	type start struct{ line, offset int }
	var starts []start
	offset, number := 0, 0
	for line := range strings.Lines(text) {
		if number++; strings.TrimSpace(line) != "" && !strings.HasPrefix(strings.ToLower(strings.TrimPrefix(line, `"`)), "sep=") { // Excel's line that names the separator
			starts = append(starts, start{number, offset})
		}
		if offset += len(line); len(starts) == maxTitles {
			break
		}
	}
	record := func(s start, separator rune) []string {
		r := csv.NewReader(strings.NewReader(text[s.offset:]))
		r.Comma = separator
		record, _ := r.Read()
		return record
	}
	found := -1
	for i, s := range starts {
		separator = separatorOf(text[s.offset:])
		var probe List
		if r := record(s, separator); len(r) > 0 {
			if _, faults := probe.header(s.line, r, known); len(faults) == 0 {
				found = i
				break
			}
		}
	}
	if found < 0 && len(starts) > 0 {
		separator = separatorOf(text[starts[0].offset:])
		most := 0
		for _, s := range separators {
			if n := len(slices.DeleteFunc(slices.Clone(starts), func(at start) bool { return !strings.ContainsRune(firstLine(text[at.offset:]), s) })); n > most {
				separator, most = s, n
			}
		}
		found = max(0, slices.IndexFunc(starts, func(s start) bool {
			return len(slices.DeleteFunc(record(s, separator), func(value string) bool { return strings.TrimSpace(value) == "" })) > 1
		}))
	}
	if found < 0 {
		return "", ','
	}
	for _, s := range starts[:found] {
		l.leaveOut(NoParty{Line: s.line, Name: plain(firstLine(text[s.offset:]))})
	}
	return strings.Repeat("\n", starts[found].line-1) + text[starts[found].offset:], separator
}

// separators of columns. Of two that occur alike the first is meant.
var separators = []rune{',', ';', '\t'}

// separatorOf is the separator that occurs most in the first line.
func separatorOf(text string) rune {
	best, first := separators[0], firstLine(text)
	for _, s := range separators {
		if strings.Count(first, string(s)) > strings.Count(first, string(best)) {
			best = s
		}
	}
	return best
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// header reads the names of the columns into the list, and returns what is in each: what somebody said, else what the names say.
func (l *List) header(line int, record []string, known []survey.ListColumns) (columns []string, faults []alliance.LineFault) {
	names := make([]string, len(record))
	for i, name := range record {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	l.Header = survey.DigestOf(names)
	columns, l.Ignored, faults = partyHeader(line, record)
	if len(record) > maxColumns {
		return columns, faults
	}
	for _, mapped := range known {
		if mapped.Header == l.Header && len(mapped.Columns) == len(record) && Check(mapped.Columns).Err() == nil {
			columns, l.Ignored, l.Mapped, faults = mapped.Columns, nil, true, nil
			break
		}
	}
	for i, name := range record {
		column := Column{Name: strings.TrimSpace(name)}
		if i < len(columns) {
			column.Field = columns[i]
		}
		l.Columns = append(l.Columns, column)
	}
	return columns, faults
}

// example notes the first values of each column.
func (l *List) example(record []string) {
	for i := range l.Columns {
		if i < len(record) && len(l.Columns[i].Examples) < maxExamples {
			if value := strings.TrimSpace(record[i]); value != "" {
				l.Columns[i].Examples = append(l.Columns[i].Examples, value)
			}
		}
	}
}

// Check notes what is wrong with what somebody says of the columns of a list, at column-1, column-2 …: something that no column can hold,
// the same field in two, or no name.
func Check(columns []string) (faults survey.Faults) {
	first := map[string]int{}
	for i, field := range columns {
		place := fmt.Sprintf("column-%d", i+1)
		switch {
		case field == "" || field == officialKind:
		case !slices.Contains(Fields, field):
			faults.Add(place, "error.choice")
		case first[field] > 0:
			faults.Add(place, "alliance.party_list.error.assigned", "Number", first[field])
		default:
			first[field] = i + 1
		}
	}
	if first["name"] == 0 {
		faults.Add("column-1", "alliance.party_list.error.no_name")
	}
	return faults
}

// partyHeader reads the names of the columns, and returns those it does not know. An empty name is a column to skip.
func partyHeader(line int, record []string) (columns, ignored []string, faults []alliance.LineFault) {
	var names []string
	for _, name := range record {
		names = append(names, strings.ToLower(strings.TrimSpace(name)))
	}
	known := partyColumns
	if official := officialColumns(names); official != nil {
		known = official
	}
	seen := map[string]bool{}
	var unknown []alliance.LineFault
	for i, name := range names {
		if len(faults)+len(unknown) > MaxFaults {
			break
		}
		field := known[name]
		shown := survey.Shown(strings.TrimSpace(record[i]))
		switch {
		case name != "" && field == "":
			ignored = append(ignored, shown)
			unknown = append(unknown, alliance.LineFault{Line: line, Key: "alliance.party_list.error.column_unknown", Args: []any{"Name", shown}})
		case field != "" && field != officialKind && seen[field]:
			faults = append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.column_twice", Args: []any{"Name", shown}})
		}
		seen[field] = true
		columns = append(columns, field)
	}
	var missing []alliance.LineFault
	for _, field := range []string{"short_name", "name"} {
		if !seen[field] {
			missing = append(missing, alliance.LineFault{Line: line, Column: field, Key: "alliance.party_list.error.column_missing"})
		}
	}
	if len(missing) > 0 { // a name of theirs may be the one that is not known
		faults = append(faults, unknown...)
	}
	return columns, ignored, append(faults, missing...)
}

// partyLine puts the values of a line into their fields, and returns of what kinds it says it is; a line may end early. Where several
// addresses stand in one cell the first is the party's, the others are its copies.
func partyLine(line int, columns, record []string) (p alliance.ListLine, kinds []string) {
	p = alliance.ListLine{Line: line}
	fields := map[string]*string{"short_name": &p.ShortName, "name": &p.Name, "ballot_position": &p.BallotPosition,
		"wikidata": &p.Wikidata, "colour": &p.Colour, "email": &p.Email, "postal": &p.Postal}
	for i, value := range record {
		switch {
		case i >= len(columns) || columns[i] == "":
		case columns[i] == officialKind:
			kinds = append(kinds, value)
		default:
			*fields[columns[i]] = value
		}
	}
	p.Single = slices.ContainsFunc(kinds, func(kind string) bool { return strings.HasPrefix(survey.NameKey(kind), "einzelbewerb") })
	if all := survey.SplitAddresses(p.Email); len(all) > 1 {
		p.Email, p.Copies = all[0], strings.Join(all[1:], ", ")
	}
	return p, kinds
}
