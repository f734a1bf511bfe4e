package interchange

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"pruefstein/internal/survey"
)

// maxNumber bounds every number of a file: it keeps versions in the six digits their keys have.
const maxNumber = 999_999

// A place is a spot in the file; its path is only spelled out when there is a fault to tell. nil is the file as a whole.
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

// What a file may hold beside its size, far above every election: what is kept of a file grows with its entries, not only
// with its bytes.
const (
	maxEntries = 100_000 // in all lists together
	maxList    = 1000    // in one list, other than answers and quotations
	maxLiteral = 1 << 20 // bytes of one string as it stands in the file
)

// A decoder fills structs from JSON that is known to be well-formed and keeps going at faults, which encoding/json by
// itself does not: it stops at the first one and says no path. Once the list of faults is full, it returns.
type decoder struct {
	lexer
	faults  *Faults
	entries int    // of all lists so far
	newer   string // path of the first value of a key that the first version of the format has not
	// take, if not nil, is shown each entry of a list of objects, and tells whether it has what it needs of it: then the
	// list does not keep it.
	take func(entry any) bool
}

// value reads the next value into v. null is the same as a missing field.
func (d *decoder) value(v reflect.Value, rule string, at *place) {
	token := d.token()
	if token == nil || token[0] == 'n' {
		return
	}
	got := typeOf(token)
	want := ""
	switch v.Kind() {
	case reflect.Struct:
		if got == "object" {
			d.object(v, at)
			return
		}
		want = "object"
	case reflect.Slice:
		if got == "array" {
			d.array(v, rule, at)
			return
		}
		want = "array"
	case reflect.String:
		if got == "string" {
			d.text(v, token, rule, at)
			return
		}
		want = "string"
	case reflect.Int:
		if got == "number" {
			d.number(v, token, at)
			return
		}
		want = "number"
	case reflect.Bool:
		if got == "boolean" {
			v.SetBool(token[0] == 't')
			return
		}
		want = "boolean"
	}
	d.skip(token)
	if want == "number" && got == "string" && at != nil && at.field == "number" {
		d.faults.add(at, "error.import.number_mark")
		return
	}
	d.faults.add(at, "error.import.type", "Want", want, "Got", got)
}

func (d *decoder) object(v reflect.Value, at *place) {
	known := fieldsOf[v.Type()]
	here := &place{up: at}
	seen, faulty := make([]bool, len(known)), make([]bool, len(known))
	others := map[string]bool{}
	for d.more() && !d.faults.full() {
		literal := d.token()
		i := slices.IndexFunc(known, func(f field) bool { return string(literal[1:len(literal)-1]) == f.name })
		name := ""
		if i < 0 {
			name = fieldName(literal) // escaped, or unknown
			i = slices.IndexFunc(known, func(f field) bool { return name == f.name })
		}
		twice := i < 0 && others[name] || i >= 0 && seen[i]
		if i < 0 {
			others[name] = true
			here.field = survey.Shown(name)
		} else {
			seen[i] = true
			here.field = known[i].name
		}
		switch {
		case twice:
			d.faults.add(here, "error.import.duplicate_field")
			d.skip(d.token())
		case i < 0:
			d.faults.add(here, "error.import.unknown_field")
			d.skip(d.token())
		default:
			before := len(*d.faults)
			d.value(v.Field(i), known[i].rule, here)
			faulty[i] = len(*d.faults) > before
			if known[i].newer && d.newer == "" && !v.Field(i).IsZero() {
				d.newer = here.String()
			}
		}
	}
	d.token() // }
	for i, f := range known {
		switch here.field = f.name; {
		case faulty[i] || !v.Field(i).IsZero():
		case f.required:
			d.faults.add(here, "error.import.required")
		default:
			for _, inner := range fieldsOf[v.Field(i).Type()] { // of an object that is not there
				if inner.required {
					d.faults.add(&place{up: here, field: inner.name}, "error.import.required")
				}
			}
		}
	}
}

func (d *decoder) array(v reflect.Value, rule string, at *place) {
	most := maxList
	switch v.Interface().(type) {
	case []Answer, []Quotation, []TreatmentEntry:
		most = maxEntries
	}
	here := &place{up: at}
	item := reflect.New(v.Type().Elem()).Elem() // Append copies it
	for i := 0; d.more() && !d.faults.full(); i++ {
		if d.entries++; i == most || d.entries > maxEntries {
			if i == most {
				d.faults.add(at, "error.import.list", "Limit", most)
			} else if d.entries == maxEntries+1 {
				d.faults.add(nil, "error.import.entries", "Limit", maxEntries)
			}
			for d.more() {
				d.skip(d.token())
			}
			break
		}
		before := len(*d.faults)
		here.index = i
		item.SetZero()
		d.value(item, rule, here)
		if item.Kind() == reflect.String && item.String() == "" && len(*d.faults) == before {
			d.faults.add(here, "error.import.required")
		}
		if d.take == nil || !d.take(item.Addr().Interface()) {
			v.Set(reflect.Append(v, item))
		}
	}
	d.token() // ]
}

func (d *decoder) number(v reflect.Value, literal []byte, at *place) {
	i, err := 0, strconv.ErrRange
	if len(literal) < 20 { // a longer one is not copied to be refused
		i, err = strconv.Atoi(string(literal))
	}
	if err != nil || i < 0 || i > maxNumber {
		d.faults.add(at, "error.import.range", "Limit", maxNumber)
	}
	v.SetInt(int64(i))
}

// text takes a string over in its normal form. The JSON decoder turns a lone surrogate into U+FFFD without a word, so a
// string that holds one is looked at as it stands in the file.
func (d *decoder) text(v reflect.Value, literal []byte, rule string, at *place) {
	if len(literal) > maxLiteral {
		d.faults.add(at, "error.import.long", "Limit", maxLiteral>>10)
		return
	}
	s := unquote(literal)
	if strings.ContainsRune(s, utf8.RuneError) && loneSurrogate(literal) {
		d.faults.add(at, "error.import.surrogate")
	}
	clean, key, args := stringRules[rule](s)
	if key != "" {
		d.faults.add(at, key, args...)
	}
	v.SetString(clean)
}

// fieldName returns the name of a field. One that no format could have is cut, to be told.
func fieldName(literal []byte) string {
	if len(literal) > maxLiteral {
		return strings.ToValidUTF8(string(literal[1:survey.ShownMost*4]), "") + "…"
	}
	return unquote(literal)
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

// A field is one of an object of the format.
type field struct {
	name     string
	rule     string // of its string, or of the strings of its list
	required bool
	newer    bool // a key the first version of the format has not
}

// fieldsOf are the fields of every object of the format, in the order of its struct.
var fieldsOf = map[reflect.Type][]field{}

func init() {
	var learn func(t reflect.Type)
	learn = func(t reflect.Type) {
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || fieldsOf[t] != nil {
			return
		}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			rule, _, _ := strings.Cut(t.Field(i).Tag.Get("rule"), ",")
			required := strings.HasSuffix(t.Field(i).Tag.Get("rule"), "required")
			if rule == "required" {
				rule = ""
			}
			fieldsOf[t] = append(fieldsOf[t], field{name, rule, required, t.Field(i).Tag.Get("since") != ""})
			learn(t.Field(i).Type)
		}
	}
	learn(reflect.TypeFor[File]())
}
