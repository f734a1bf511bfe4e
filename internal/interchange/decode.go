package interchange

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxNumber bounds every number of a file: it keeps versions in the six digits their keys have.
const maxNumber = 999_999

// A place is a spot in the file; its path is only spelled out when there is a fault to tell.
type place struct {
	up    *place
	field string
	index int // used when field is ""
}

func (p *place) String() string {
	if p == nil {
		return ""
	}
	up := p.up.String()
	switch {
	case p.field == "":
		return up + "[" + strconv.Itoa(p.index) + "]"
	case up == "":
		return p.field
	}
	return up + "." + p.field
}

// A decoder fills structs from JSON that is known to be well-formed and keeps going at faults, which encoding/json by
// itself does not: it stops at the first one and says no path.
type decoder struct {
	data   []byte
	json   *json.Decoder
	faults *Faults
}

func newDecoder(data []byte, faults *Faults) *decoder {
	d := &decoder{data: data, json: json.NewDecoder(bytes.NewReader(data)), faults: faults}
	d.json.UseNumber()
	return d
}

func (d *decoder) token() json.Token {
	t, err := d.json.Token()
	if err != nil {
		return nil // cannot be: the syntax was checked
	}
	return t
}

// value reads the next value into v. null is the same as a missing field.
func (d *decoder) value(v reflect.Value, rule string, at *place) {
	start := d.json.InputOffset()
	token := d.token()
	if token == nil {
		return
	}
	want := ""
	switch v.Kind() {
	case reflect.Struct:
		if token == json.Delim('{') {
			d.object(v, at)
			return
		}
		want = "object"
	case reflect.Slice:
		if token == json.Delim('[') {
			d.array(v, rule, at)
			return
		}
		want = "array"
	case reflect.String:
		if s, ok := token.(string); ok {
			d.text(v, s, start, rule, at)
			return
		}
		want = "string"
	case reflect.Int:
		if n, ok := token.(json.Number); ok {
			i, err := strconv.Atoi(n.String())
			if err != nil || i < 0 || i > maxNumber {
				d.faults.add(at.String(), "error.import.range", "Limit", maxNumber)
			}
			v.SetInt(int64(i))
			return
		}
		want = "number"
	case reflect.Bool:
		if b, ok := token.(bool); ok {
			v.SetBool(b)
			return
		}
		want = "boolean"
	}
	d.faults.add(at.String(), "error.import.type", "Want", want, "Got", d.skip(token))
}

// skip passes over the rest of a value whose first token was read, and says what it is.
func (d *decoder) skip(token json.Token) string {
	switch token := token.(type) {
	case json.Delim:
		for depth := 1; depth > 0; {
			switch d.token() {
			case json.Delim('{'), json.Delim('['):
				depth++
			case json.Delim('}'), json.Delim(']'):
				depth--
			}
		}
		if token == '{' {
			return "object"
		}
		return "array"
	case string:
		return "string"
	case json.Number:
		return "number"
	}
	return "boolean"
}

func (d *decoder) object(v reflect.Value, at *place) {
	t := v.Type()
	seen := map[string]bool{}
	faulty := make([]bool, t.NumField())
	for d.json.More() {
		name, _ := d.token().(string)
		here := &place{up: at, field: shown(name)}
		field := fieldNamed(t, name)
		switch {
		case seen[name]:
			d.faults.add(here.String(), "error.import.duplicate_field")
			d.skip(d.token())
		case field < 0:
			d.faults.add(here.String(), "error.import.unknown_field")
			d.skip(d.token())
		default:
			before := len(*d.faults)
			d.value(v.Field(field), t.Field(field).Tag.Get("rule"), here)
			faulty[field] = len(*d.faults) > before
		}
		seen[name] = true
	}
	d.token() // }
	for i := range t.NumField() {
		if !faulty[i] && strings.HasSuffix(t.Field(i).Tag.Get("rule"), "required") && v.Field(i).IsZero() {
			d.faults.add((&place{up: at, field: jsonName(t.Field(i))}).String(), "error.import.required")
		} else if t.Field(i).Type.Kind() == reflect.Struct && !faulty[i] && v.Field(i).IsZero() {
			d.missing(t.Field(i).Type, &place{up: at, field: jsonName(t.Field(i))})
		}
	}
}

// missing names the required fields of an object that is not there.
func (d *decoder) missing(t reflect.Type, at *place) {
	for i := range t.NumField() {
		if strings.HasSuffix(t.Field(i).Tag.Get("rule"), "required") {
			d.faults.add((&place{up: at, field: jsonName(t.Field(i))}).String(), "error.import.required")
		}
	}
}

func (d *decoder) array(v reflect.Value, rule string, at *place) {
	for i := 0; d.json.More(); i++ {
		item, here, before := reflect.New(v.Type().Elem()).Elem(), &place{up: at, index: i}, len(*d.faults)
		d.value(item, rule, here)
		if item.Kind() == reflect.String && item.String() == "" && len(*d.faults) == before {
			d.faults.add(here.String(), "error.import.required")
		}
		v.Set(reflect.Append(v, item))
	}
	d.token() // ]
}

// text takes a string over in its normal form. The JSON decoder turns a lone surrogate into U+FFFD without a word, so a
// string that holds one is looked at as it stands in the file.
func (d *decoder) text(v reflect.Value, s string, start int64, rule string, at *place) {
	if strings.ContainsRune(s, utf8.RuneError) && loneSurrogate(d.data[start:d.json.InputOffset()]) {
		d.faults.add(at.String(), "error.import.surrogate")
	}
	name, _, _ := strings.Cut(rule, ",")
	clean, key, args := stringRules[name](s)
	if key != "" {
		d.faults.add(at.String(), key, args...)
	}
	v.SetString(clean)
}

// loneSurrogate tells whether a JSON string literal escapes half of a surrogate pair.
func loneSurrogate(literal []byte) bool {
	unit := func(i int) (r uint64, ok bool) {
		if i+6 > len(literal) || literal[i] != '\\' || literal[i+1] != 'u' {
			return 0, false
		}
		r, err := strconv.ParseUint(string(literal[i+2:i+6]), 16, 16)
		return r, err == nil
	}
	for i := 0; i < len(literal); i++ {
		if literal[i] != '\\' {
			continue
		}
		r, ok := unit(i)
		switch {
		case !ok:
			i++ // another escape, of two bytes
			continue
		case r >= 0xD800 && r < 0xDC00:
			low, ok := unit(i + 6)
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 6
		case r >= 0xDC00 && r <= 0xDFFF:
			return true
		}
		i += 5
	}
	return false
}

// fieldNamed returns the index of the field with the JSON name, exactly as written, or -1.
func fieldNamed(t reflect.Type, name string) int {
	for i := range t.NumField() {
		if jsonName(t.Field(i)) == name {
			return i
		}
	}
	return -1
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// shown makes a field name of the file fit for a line of output.
func shown(name string) string {
	const most = 60
	if utf8.RuneCountInString(name) > most {
		name = string([]rune(name)[:most]) + "…"
	}
	for _, r := range name {
		if r < ' ' || r == '.' || r == '[' || r == 0x7f {
			return strconv.Quote(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}
