package interchange

import (
	"fmt"
	"strings"
)

// A Fault is one broken rule at one place of a file.
type Fault struct {
	Path string // JSON path such as answers[17].party, "" for the file as a whole
	Key  string // message key, error.import.… or error.text.…
	Args []any  // name-value pairs for the message
}

// String is the fault as one line of plain English, for the command line and logs.
func (f Fault) String() string {
	text, known := english[f.Key]
	if !known {
		text = f.Key
	}
	var values []string
	for i := 0; i+1 < len(f.Args); i += 2 {
		values = append(values, fmt.Sprintf("{{.%v}}", f.Args[i]), fmt.Sprint(f.Args[i+1]))
	}
	text = strings.NewReplacer(values...).Replace(text) // one pass: what the file says is never read as a placeholder
	if f.Path == "" {
		return text
	}
	return f.Path + ": " + text
}

// Faults is the error Read returns: every broken rule of the file, in the order of the file as far as possible.
type Faults []Fault

// Error lists the faults, one a line.
func (f Faults) Error() string {
	var b strings.Builder
	for i, fault := range f {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(fault.String())
	}
	return b.String()
}

// maxFaults keeps a hostile file from filling the memory with faults: nobody reads on after that many.
const maxFaults = 10000

// add notes a fault; the one past maxFaults says that the list ends here.
func (f *Faults) add(path, key string, args ...any) {
	switch n := len(*f); {
	case n < maxFaults:
		*f = append(*f, Fault{Path: path, Key: key, Args: args})
	case n == maxFaults:
		*f = append(*f, Fault{Key: "error.import.many", Args: []any{"Count", maxFaults}})
	}
}

// english says every fault in plain words; the catalogues of package locale have the same keys.
var english = map[string]string{
	"error.text.encoding":               "is not valid UTF-8 at character {{.Position}}",
	"error.text.control":                "character {{.Position}} is the forbidden control character {{.Character}}",
	"error.text.bidi":                   "character {{.Position}} is {{.Character}}, which changes the reading direction",
	"error.text.too_long":               "has {{.Length}} characters, at most {{.Limit}} are allowed",
	"error.text.line":                   "must be a single line",
	"error.import.too_large":            "the file is larger than {{.Limit}} MiB",
	"error.import.encoding":             "the file is not UTF-8 text (byte {{.Offset}})",
	"error.import.syntax":               "not JSON: {{.Detail}} (line {{.Line}}, column {{.Column}})",
	"error.import.surrogate":            "holds half of a UTF-16 surrogate pair",
	"error.import.unknown_field":        "unknown field",
	"error.import.duplicate_field":      "the field stands here twice",
	"error.import.type":                 "must be of the type {{.Want}}, not {{.Got}}",
	"error.import.required":             "is required",
	"error.import.range":                "must be a whole number from 0 to {{.Limit}}",
	"error.import.format":               "must be \"pruefstein/1\"",
	"error.import.slug":                 "must be a slug: a-z, 0-9 and single inner hyphens, at most 80 characters",
	"error.import.id":                   "must be an id: letters a-z, digits, \".\", \"_\" and \"-\", beginning with a letter or digit, at most 80 characters",
	"error.import.date":                 "must be a date like 2017-09-24",
	"error.import.stamp":                "must be a time with offset like 2017-08-01T18:00:00+02:00 (RFC 3339)",
	"error.import.moment":               "must be a time with offset like 2017-08-01T18:00:00+02:00 (RFC 3339) or a date like 2017-08-01",
	"error.import.source":               "is an address, but not a usable http or https one",
	"error.import.colour":               "must be a colour like #1a2b3c",
	"error.import.wikidata":             "must be a Wikidata id like Q42",
	"error.import.choice":               "\"{{.Value}}\" is not one of: {{.Choices}}",
	"error.import.case":                 "\"{{.Value}}\" differs from {{.First}} in upper and lower case alone",
	"error.import.none":                 "there has to be at least one entry here",
	"error.import.duplicate":            "\"{{.Value}}\" stands here already at {{.First}}",
	"error.import.duplicate_version":    "version {{.Version}} of this answer stands already at {{.First}}",
	"error.import.version_order":        "version {{.Version}} comes after version {{.Before}} of the same answer; versions must rise",
	"error.import.duplicate_quotation":  "this party and question have a quotation already at {{.First}}",
	"error.import.dangling":             "\"{{.Value}}\" is not an id in {{.List}}",
	"error.import.position_on_question": "a position is for theses only; this is an open question",
	"error.import.many":                 "more than {{.Count}} faults; the rest is not listed",
}

// FaultKeys returns the message keys of all faults Read can find.
func FaultKeys() []string {
	keys := make([]string, 0, len(english))
	for key := range english {
		keys = append(keys, key)
	}
	return keys
}
