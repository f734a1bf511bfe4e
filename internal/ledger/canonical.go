package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// maxInteger is the greatest integer every JSON reader keeps exactly (RFC 7493).
const maxInteger = 1<<53 - 1

// Canonical returns the one JSON text of a value, after RFC 8785 (JSON Canonicalization Scheme): no white space, members
// sorted by name, the shortest escapes. Structs are named by their json tags. It refuses what would not come back
// unchanged: text that is not UTF-8, numbers that are no integers or beyond ±(2^53-1).
func Canonical(v any) ([]byte, error) {
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	if replacedBytes(plain.Bytes()) {
		return nil, errors.New("canonical JSON: a text is not UTF-8")
	}
	dec := json.NewDecoder(&plain)
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("canonical JSON: more than one value")
	}
	var out bytes.Buffer
	if err := writeValue(&out, tree); err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return out.Bytes(), nil
}

// replacedBytes tells whether encoding/json replaced a byte that is not UTF-8: it writes the escape \ufffd then, while a
// replacement character that was in the text stays a character.
func replacedBytes(encoded []byte) bool {
	for i := 0; i < len(encoded); i++ {
		if encoded[i] == '\\' {
			if bytes.HasPrefix(encoded[i:], []byte(`\ufffd`)) {
				return true
			}
			i++ // the escaped character, which may be a backslash itself
		}
	}
	return false
}

func writeValue(out *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case string:
		writeString(out, v)
	case json.Number:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		if err != nil || n > maxInteger || n < -maxInteger || v.String() == "-0" {
			return fmt.Errorf("number %s is not an integer every reader keeps", v)
		}
		out.WriteString(strconv.FormatInt(n, 10))
	case []any:
		out.WriteByte('[')
		for i, element := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeValue(out, element); err != nil {
				return err
			}
		}
		out.WriteByte(']')
	case map[string]any:
		out.WriteByte('{')
		for i, name := range slices.SortedFunc(maps.Keys(v), byUTF16) {
			if i > 0 {
				out.WriteByte(',')
			}
			writeString(out, name)
			out.WriteByte(':')
			if err := writeValue(out, v[name]); err != nil {
				return err
			}
		}
		out.WriteByte('}')
	}
	return nil
}

// byUTF16 is the order RFC 8785 sorts names in. It differs from the order of bytes beyond U+FFFF.
func byUTF16(a, b string) int {
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// writeString escapes only what JSON demands; every other character stands for itself.
func writeString(out *bytes.Buffer, s string) {
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r >= 0x20:
			out.WriteRune(r)
		default:
			if i := strings.IndexRune("\b\t\n\f\r", r); i >= 0 {
				out.WriteString([]string{`\b`, `\t`, `\n`, `\f`, `\r`}[i])
			} else {
				fmt.Fprintf(out, `\u%04x`, r)
			}
		}
	}
	out.WriteByte('"')
}
