package templates

import (
	"strconv"
	"strings"

	"pruefstein/internal/survey"
)

// Field is one form field, printed by {{template "field" .}} with its label, hint, error and counter.
type Field struct {
	Name     string
	ID       string // "" is Name
	Type     string // text (""), email, password, date, datetime-local, time, number, color, url, search, tel, file, hidden, textarea, select, radio, checkbox
	Label    string
	Hint     string
	Error    string // message; marks the field
	Value    string // what is typed or chosen; of a single checkbox: what is sent when it is ticked ("" sends "on")
	Checked  bool   // of a single checkbox, one without Options
	Options  []Option
	Cards    bool // radio, checkbox: options as large cards, for the one choice a page is about
	Inline   bool // radio, checkbox: options beside each other
	Required bool // without it the label says "freiwillig"
	Quiet    bool // leaves out that word, for search and filter forms
	Hidden   bool // the label is for screen readers only

	Rows         int // of a textarea; 0 is 6
	Counter      *Counter
	Lang         string // language of what is typed, if it is another than the page's
	Disabled     bool
	Multiple     bool // file, select
	Accept       string
	Autocomplete string
	Inputmode    string
	Placeholder  string
	Min, Max     string // number, date
	Step         string
}

// Option is one choice of a select, radio or checkbox field.
type Option struct {
	Value, Label, Hint string
	Selected           bool
	Disabled           bool
}

// Counter counts the typed text in UTF-16 code units against a limit; it never cuts. Limit 0 only counts. A General limit is that of
// any text (survey.MaxTextUnits): it is not told until it is near. Limits are further limits with the name of who has them.
type Counter struct {
	Limit, Used int
	General     bool
	Limits      []NamedLimit
}

// Told tells whether the limit is told beside what is used. counter.js does the same.
func (c Counter) Told() bool { return c.Limit > 0 && (!c.General || c.Used*10 > c.Limit*9) }

// NamedLimit is the limit of one procedure in UTF-16 code units.
type NamedLimit struct {
	Name  string
	Limit int
}

// ElementID is the id of the input.
func (f Field) ElementID() string {
	if f.ID == "" {
		return f.Name
	}
	return f.ID
}

// Mended is what is typed without the characters nobody sees, where an error stands at the field and it is another text; else "".
func (f Field) Mended() string {
	if f.Error == "" || f.Kind() != "input" && f.Kind() != "textarea" || f.Type == "password" {
		return ""
	}
	if mended := survey.Mended(f.Value); mended != f.Value {
		return mended
	}
	return ""
}

// OptionID is the id of the i-th option's input. The first has the field's own id, so that an error can lead to it.
func (f Field) OptionID(i int) string {
	if i == 0 {
		return f.ElementID()
	}
	return f.ElementID() + "-" + strconv.Itoa(i+1)
}

// DescribedBy lists the ids of hint, error and counter for aria-describedby, "" if there are none.
func (f Field) DescribedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.ElementID()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ElementID()+"-error")
	}
	if f.Counter != nil {
		ids = append(ids, f.ElementID()+"-counter")
	}
	return strings.Join(ids, " ")
}

// Kind is the shape of the field: input, textarea, select, group (of radio buttons or checkboxes), tick (one checkbox)
// or hidden.
func (f Field) Kind() string {
	switch f.Type {
	case "textarea", "select", "hidden":
		return f.Type
	case "radio":
		return "group"
	case "checkbox":
		if len(f.Options) > 0 {
			return "group"
		}
		return "tick"
	}
	return "input"
}

// InputType is the type attribute of an input. A mail address is a text there: some browsers turn the umlauts of its domain into
// ASCII in a field of their own type for it.
func (f Field) InputType() string {
	if f.Type == "" || f.Type == "email" {
		return "text"
	}
	return f.Type
}

// Keyboard is the inputmode attribute of an input: which keys a telephone shows. "" leaves it to the type.
func (f Field) Keyboard() string {
	if f.Type == "email" {
		return "email"
	}
	return f.Inputmode
}

// RowCount is the height of a textarea in lines.
func (f Field) RowCount() int {
	if f.Rows == 0 {
		return 6
	}
	return f.Rows
}

// Over is by how many units the text is too long, 0 if it fits or there is no limit.
func (c Counter) Over() int {
	if c.Limit == 0 || c.Used <= c.Limit {
		return 0
	}
	return c.Used - c.Limit
}

// Fits says whether a text of that length fits.
func (l NamedLimit) Fits(used int) bool { return l.Limit == 0 || used <= l.Limit }

// Autosave is the status line of a form that saves itself: {{template "autosave" .}} inside <form data-autosave>. Saved
// is what it says at first, e.g. "Gespeichert 14:32"; "" prints none.
type Autosave struct {
	Saved string
}
