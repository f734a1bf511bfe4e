package interchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

	"pruefstein/internal/survey"
)

// Read reads a pruefstein/1 file. Every fault is listed at once, in an error of type Faults; another error is one of r.
// Texts come back in the normal form of survey.Text, dates and times as given, a missing version or kind as its default.
//
// A byte order mark at the start is passed over: editors on Windows write it, RFC 8259 allows to ignore it, and it belongs
// to no text.
func Read(r io.Reader) (File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return File{}, fmt.Errorf("read questionnaire: %w", err)
	}
	var faults Faults
	if len(data) > MaxBytes {
		faults.add("", "error.import.too_large", "Limit", MaxBytes>>20)
		return File{}, faults
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !wellFormed(data, &faults) {
		return File{}, faults
	}
	var f File
	newDecoder(data, &faults).value(reflect.ValueOf(&f).Elem(), "", nil)
	for i := range f.Questions {
		if f.Questions[i].Kind == "" {
			f.Questions[i].Kind = string(survey.KindText)
		}
	}
	for i := range f.Answers {
		if f.Answers[i].Version == 0 {
			f.Answers[i].Version = 1
		}
	}
	check(f, &faults)
	if len(faults) > 0 {
		return File{}, faults
	}
	return f, nil
}

// wellFormed tells whether data is UTF-8 and one JSON object; if not, the fault says where.
func wellFormed(data []byte, faults *Faults) bool {
	if !utf8.Valid(data) {
		offset := 0
		for offset < len(data) {
			r, size := utf8.DecodeRune(data[offset:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			offset += size
		}
		faults.add("", "error.import.encoding", "Offset", offset+1)
		return false
	}
	var raw json.RawMessage
	err := json.Unmarshal(data, &raw)
	if err == nil && raw[0] != '{' {
		faults.add("", "error.import.type", "Want", "object", "Got", typeOf(raw))
		return false
	}
	if err != nil {
		offset := len(data)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			offset = min(offset, int(syntax.Offset))
		}
		before := data[:max(offset-1, 0)]
		line := bytes.Count(before, []byte("\n")) + 1
		column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
		faults.add("", "error.import.syntax", "Detail", err.Error(), "Line", line, "Column", column) // the detail is for English only
		return false
	}
	return true
}

// typeOf names the JSON type of a value that is well-formed.
func typeOf(raw json.RawMessage) string {
	switch raw[0] {
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}
