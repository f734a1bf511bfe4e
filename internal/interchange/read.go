package interchange

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"unicode/utf8"

	"pruefstein/internal/survey"
)

// Read reads a pruefstein/1 or pruefstein/1.1 file. Its faults are listed, the first MaxFaults of them, in an error of type Faults; another
// error is one of r. Texts come back in the normal form of survey.Text, dates and times as given, a missing version or kind
// as its default.
//
// The file is held once and gone through twice: only when no fault was found is its content built, so that a broken file
// costs little more memory than its size.
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
		faults.add(nil, "error.import.too_large", "Limit", MaxBytes>>20)
		return File{}, faults
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !wellFormed(data, &faults) {
		return File{}, faults
	}
	c := checker{faults: &faults, names: map[string]int32{}}
	var looked File
	look := &decoder{lexer: lexer{data: data}, faults: &faults, take: c.take}
	look.value(reflect.ValueOf(&looked).Elem(), "", nil)
	if looked.Format == Format && look.newer != "" {
		faults.add(&place{field: "format"}, "error.import.format_newer", "Path", look.newer)
	}
	c.check(looked)
	if len(faults) > 0 {
		return File{}, faults
	}
	f := File{Answers: make([]Answer, 0, len(c.answers)), Quotations: make([]Quotation, 0, len(c.quotations))}
	(&decoder{lexer: lexer{data: data}, faults: &faults}).value(reflect.ValueOf(&f).Elem(), "", nil)
	f.Format = formatOf(f)
	for i := range f.Questions {
		f.Questions[i].Kind = string(kindOf(f.Questions[i]))
	}
	for i := range f.Answers {
		f.Answers[i].Version = versionOf(f.Answers[i])
	}
	return f, nil
}

// formatOf is the version of the format that a file needs.
func formatOf(f File) string {
	if newer(reflect.ValueOf(f)) {
		return Format11
	}
	return Format
}

// newer tells whether a value says anything in a key that the first version of the format has not.
func newer(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Struct:
		for i, known := range fieldsOf[v.Type()] {
			if known.newer && !v.Field(i).IsZero() || newer(v.Field(i)) {
				return true
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				if newer(v.Index(i)) {
					return true
				}
			}
		}
	}
	return false
}

// kindOf is the kind of a question; a missing one is an open question.
func kindOf(q Question) survey.QuestionKind {
	return cmp.Or(survey.QuestionKind(q.Kind), survey.KindText)
}

// versionOf is the version of an answer; a missing one is the first.
func versionOf(a Answer) int { return cmp.Or(a.Version, 1) }

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
		faults.add(nil, "error.import.encoding", "Offset", offset+1)
		return false
	}
	if json.Valid(data) {
		l := lexer{data: data}
		if token := l.token(); token[0] != '{' {
			faults.add(nil, "error.import.type", "Want", "object", "Got", typeOf(token))
			return false
		}
		return true
	}
	offset := len(data)
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(data, &struct{}{}), &syntax) { // takes over nothing
		offset = min(offset, int(syntax.Offset))
	}
	before := data[:max(offset-1, 0)]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	key := "error.import.syntax"
	if depth(before) >= 1000 { // encoding/json gives up at ten times that; no sound file comes near
		key = "error.import.depth"
	}
	faults.add(nil, key, "Line", line, "Column", column)
	return false
}

// depth is how deep the end of a piece of JSON is nested.
func depth(data []byte) (depth int) {
	l := lexer{data: data}
	for token := l.token(); token != nil; token = l.token() {
		switch token[0] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
	}
	return depth
}
