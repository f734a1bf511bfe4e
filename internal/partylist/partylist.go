// Package partylist reads the list of an election's parties as a spreadsheet saves it.
package partylist

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
)

// List is a list of an election's parties as a spreadsheet saves it.
type List struct {
	Text      string // the list in UTF-8, of a workbook with tabs
	Converted bool   // it was no UTF-8 and has been read as Windows-1252
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

// NoParty is a line of an official list that stands for no party: a sum of voters or votes.
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
// those of 2021, whose plain name is the short one.
func officialColumns(header []string) map[string]string {
	columns := map[string]string{"gruppennamekurz": "short_name", "gruppenname": "name", "gruppenart_csv": officialKind, "gruppenart_xml": officialKind, "gruppenart": officialKind}
	if slices.Contains(header, "gruppennamelang") {
		columns["gruppenname"], columns["gruppennamelang"] = "short_name", "name"
	}
	return columns
}

// officialKind is the field of what kind a line of the official list is of. It tells that list from others.
const officialKind = "kind"

// noParty tells whether a line of the official list stands for no party, by its kinds or, where none tells, by its name.
func noParty(kinds []string, name string) bool {
	for _, kind := range kinds {
		switch folded(kind) {
		case "systemgruppe", "uebrige", "übrige":
			return true
		case "partei", "einzelbewerber", "einzelbewerberwählergruppe", "wählergruppe", "waehlergruppe":
			return false
		}
	}
	switch folded(name) {
	case "wahlberechtigte", "wähler", "wählende", "gültige", "gültigestimmen", "ungültige", "ungültigestimmen", "übrige", "sonstige", "insgesamt":
		return true
	}
	return false
}

// folded is a name without what is no letter, in lower case.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// Read reads a list of parties, as CSV or a workbook. Lines that begin with "#" above its first line are skipped. That line names the columns, in any
// order; short name and name must be among them, columns we do not know are ignored. Comma, semicolon and tab are told apart by that
// line, or by Excel's "sep=;" above it. Of a workbook (xlsx) the first sheet is read. A byte order mark is skipped; bytes that are no UTF-8 are read as Windows-1252. The list of
// the Bundeswahlleiterin is known by its columns: its sums are left out, and who has no short name there is called by the name.
// The faults of its form are returned at once, at most one more than MaxFaults; its values are checked by the domain.
//
// Known are the lists of which somebody said what is in which column. The first that has these columns goes before their names. Who
// has no short name in such a list, or where it has none at all, is called by the name.
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
	if !utf8.Valid(data) {
		data, _ = charmap.Windows1252.NewDecoder().Bytes(data) // every byte has a character there
		list.Converted = true
	}
	list.Text = string(data)
	text := withoutRemarks(list.Text)
	list.Separator = separator(text)

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
		case columns == nil && line == 1 && strings.HasPrefix(strings.ToLower(record[0]), "sep="):
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
		case len(list.Lines)+len(list.LeftOut) == maxPartyLines:
			return list, append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.long", Args: []any{"Limit", maxPartyLines}})
		case len(record) > len(columns) && strings.TrimSpace(strings.Join(record[len(columns):], "")) != "":
			faults = append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.columns", Args: []any{"Got", len(record), "Want", len(columns)}})
		default:
			list.example(record)
			p, kinds := partyLine(line, columns, record)
			if official := slices.Contains(columns, officialKind); official || list.Mapped {
				if strings.TrimSpace(p.ShortName) == "" {
					p.ShortName = p.Name
				}
				if official && noParty(kinds, p.Name) {
					list.LeftOut = append(list.LeftOut, NoParty{Line: line, Name: survey.Shown(strings.TrimSpace(cmp.Or(p.Name, p.ShortName)))})
					continue
				}
			}
			list.Lines = append(list.Lines, p)
		}
	}
	return list, faults
}

// withoutRemarks empties the lines above the first with anything else in it that begin with "#", quoted or not, as official files have them. The
// number of lines stays.
func withoutRemarks(text string) string {
	lines, read := 0, 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimPrefix(line, `"`), "#") && strings.TrimSpace(line) != "" {
			break
		}
		lines, read = lines+1, read+len(line)
	}
	return strings.Repeat("\n", lines) + text[read:]
}

// separator is the one of comma, semicolon and tab that occurs most in the first line with anything in it.
func separator(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, " \r\n"), "\n")
	best := ','
	for _, s := range ";\t" {
		if strings.Count(first, string(s)) > strings.Count(first, string(best)) {
			best = s
		}
	}
	return best
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
	if official := officialColumns(names); slices.ContainsFunc(names, func(name string) bool { return official[name] == officialKind }) {
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
	if all := survey.SplitAddresses(p.Email); len(all) > 1 {
		p.Email, p.Copies = all[0], strings.Join(all[1:], ", ")
	}
	return p, kinds
}
