// Package partylist reads the list of an election's parties as a spreadsheet saves it.
package partylist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
)

// List is a list of an election's parties as a spreadsheet saves it.
type List struct {
	Text      string // the list in UTF-8
	Converted bool   // it was no UTF-8 and has been read as Windows-1252
	Separator rune   // ',', ';' or tab
	Lines     []alliance.ListLine
}

// All are far above every ballot.
const (
	MaxFaults     = 1000 // that are told; one more says that there are others
	maxPartyLines = 1000
	maxPartyList  = 256 << 10 // bytes
)

// partyColumns are the names of a list's columns in German and English, lower case, by the field they fill.
var partyColumns = map[string]string{
	"kurzname": "short_name", "kurzbezeichnung": "short_name", "short name": "short_name", "short_name": "short_name",
	"name":        "name",
	"listenplatz": "ballot_position", "stimmzettelplatz": "ballot_position", "ballot position": "ballot_position", "ballot_position": "ballot_position",
	"wikidata": "wikidata",
	"farbe":    "colour", "colour": "colour", "color": "colour",
	"e-mail": "email", "email": "email", "kontakt": "email", "contact": "email", "contact address": "email",
}

// Read reads a CSV list of parties. Its first line names the columns, in any order; short name and name must be
// among them. Comma, semicolon and tab are told apart by that line, or by Excel's "sep=;" above it. A byte order mark is skipped; bytes that are no UTF-8
// are read as Windows-1252. The faults of its form are returned at once, at most one more than MaxFaults; its values are
// checked by the domain.
func Read(data []byte) (list List, faults []alliance.LineFault) {
	if len(data) > maxPartyList {
		return list, []alliance.LineFault{{Key: "alliance.party_list.error.large", Args: []any{"Limit", maxPartyList >> 10}}}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) { // Excel's "Unicode text"
		return list, []alliance.LineFault{{Key: "alliance.party_list.error.utf16"}}
	}
	if bytes.IndexByte(data, 0) >= 0 { // a workbook
		return list, []alliance.LineFault{{Key: "alliance.party_list.error.encoding"}}
	}
	if !utf8.Valid(data) {
		data, _ = charmap.Windows1252.NewDecoder().Bytes(data) // every byte has a character there
		list.Converted = true
	}
	list.Text = string(data)
	list.Separator = separator(list.Text)

	r := csv.NewReader(strings.NewReader(list.Text))
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
			columns, own = partyHeader(line, record)
			if faults = append(faults, own...); len(own) > 0 {
				return list, faults // without sound columns every line would be wrong
			}
		case len(list.Lines) == maxPartyLines:
			return list, append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.long", Args: []any{"Limit", maxPartyLines}})
		case len(record) > len(columns) && strings.TrimSpace(strings.Join(record[len(columns):], "")) != "":
			faults = append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.columns", Args: []any{"Got", len(record), "Want", len(columns)}})
		default:
			list.Lines = append(list.Lines, partyLine(line, columns, record))
		}
	}
	return list, faults
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

// partyHeader reads the names of the columns. An empty name is a column to skip.
func partyHeader(line int, record []string) (columns []string, faults []alliance.LineFault) {
	seen := map[string]bool{}
	for _, name := range record {
		if len(faults) > MaxFaults {
			break
		}
		name = strings.TrimSpace(name)
		field, known := partyColumns[strings.ToLower(name)]
		switch {
		case name != "" && !known:
			faults = append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.column_unknown", Args: []any{"Name", survey.Shown(name)}})
		case known && seen[field]:
			faults = append(faults, alliance.LineFault{Line: line, Key: "alliance.party_list.error.column_twice", Args: []any{"Name", survey.Shown(name)}})
		}
		seen[field] = true
		columns = append(columns, field)
	}
	for _, field := range []string{"short_name", "name"} {
		if !seen[field] {
			faults = append(faults, alliance.LineFault{Line: line, Column: field, Key: "alliance.party_list.error.column_missing"})
		}
	}
	return columns, faults
}

// partyLine puts the values of a line into their fields; a line may end early.
func partyLine(line int, columns, record []string) alliance.ListLine {
	p := alliance.ListLine{Line: line}
	fields := map[string]*string{"short_name": &p.ShortName, "name": &p.Name, "ballot_position": &p.BallotPosition,
		"wikidata": &p.Wikidata, "colour": &p.Colour, "email": &p.Email}
	for i, value := range record {
		if i < len(columns) && columns[i] != "" {
			*fields[columns[i]] = value
		}
	}
	return p
}
