// Package export writes what readers download: the workbook, the table for statistics and the complete data file, all
// from one survey.Comparison.
//
// Every file is deterministic - the same comparison gives the same bytes - and is read back before a byte of it goes out:
// when any text differs from the comparison's, the export fails with an error and writes nothing.
package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"pruefstein/internal/interchange"
	"pruefstein/internal/survey"
)

// A File is one download of a comparison.
type File struct {
	Name  string // part of its public address
	Type  string // MIME type
	Write func(io.Writer, survey.Comparison) error
}

// Files are the downloads in the order they are offered.
var Files = []File{
	{Name: "vergleich.xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Write: XLSX},
	{Name: "antworten.csv", Type: "text/csv; charset=utf-8; header=present", Write: CSV},
	{Name: "vergleich.html", Type: "text/html; charset=utf-8", Write: HTML},
	{Name: "daten.json", Type: "application/json", Write: JSON},
}

// JSON writes daten.json: the comparison as a pruefstein/1 file.
func JSON(w io.Writer, c survey.Comparison) error {
	var out bytes.Buffer
	if err := interchange.Write(&out, c); err != nil {
		return fmt.Errorf("daten.json: %w", err)
	}
	var back interchange.File
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		return fmt.Errorf("daten.json: read back: %w", err)
	}
	if !back.Equal(interchange.FromComparison(c)) {
		return fmt.Errorf("daten.json: what was written does not read back the same")
	}
	if err := faithfulFile(c, back); err != nil {
		return fmt.Errorf("daten.json: %w", err)
	}
	_, err := out.WriteTo(w)
	return err
}

// Find returns the download with the name.
func Find(name string) (file File, ok bool) {
	for _, f := range Files {
		if f.Name == name {
			return f, true
		}
	}
	return File{}, false
}

// Names lists the downloads.
func Names() string {
	var names []string
	for _, f := range Files {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
