package templates

// Party is a party as it is named in a line: {{template "party" .}} prints its colour as a small mark and its name.
type Party struct {
	Name   string
	Colour string // "#rrggbb"; "" prints an empty mark
	Href   string // "" prints no link
	Full   string // full name, printed small below; "" prints none
	State  string // how it stands in the election, in words, beside the name; "" prints none
}

// Badge is a state in a word with a symbol: {{template "badge" .}}. For cells, positions and questions there are the
// partials status, position and question-state.
type Badge struct {
	Icon  string // name of a symbol in partials/symbols.html; "" prints none
	Label string
	Tone  string // "" (plain), good, wait, warn or bad
}

// Fact is one row of {{template "facts" .}}, which takes a []Fact.
type Fact struct {
	Label string
	Value string // paragraphs and line breaks are kept
	Href  string // makes the value a link
	Lang  string // language of the value, if it is another than the page's
}

// Tabs is the sub navigation of a questionnaire or a settings area: {{template "tabs" .}}.
type Tabs struct {
	Label string // what the tabs are of, for screen readers
	Items []NavItem
}

// Empty says that there is nothing yet and what to do about it: {{template "empty" .}}.
type Empty struct {
	Title, Text string
	Action      NavItem // "" Href prints none
}

// Confirm asks before an act that cannot be undone: {{template "confirm" .}} prints a box with a form that posts.
type Confirm struct {
	Title, Text string
	Action      string // where the form posts to
	Button      string // what the button does, in its words
	Danger      bool
	Fields      []Field // e.g. the revision as a hidden field
	Cancel      NavItem // "" Href prints none
}

// Said is what is said in a cell, on pages and in what is published: {{template "said-status" .}} prints its status and position in
// a line, {{template "said" .}} the words.
type Said struct {
	Status   string // of the cell; "" prints none
	Position string
	Thesis   bool   // said to a thesis
	Argues   bool   // the text is the rationale of a position (survey.Status.Argues)
	General  bool   // the text belongs to no single question
	Text     string // wording, "" where there is none
	Reason   string // why there is none
	Own      bool   // the reason is the party's, not the alliance's
	Headed   bool   // the rationale has a heading
}

// Quotation is a passage of a manifesto that the alliance quotes: {{template "quotation" .}} marks it as the
// alliance's, never as the party's answer.
type Quotation struct {
	Text   string
	Place  string // "Wahlprogramm, S. 12"
	Source string // address; may be empty
}

// DiffPart is a run of words of a word diff: {{template "diff" .}} takes a []DiffPart.
type DiffPart struct {
	Kind string // "equal", "insert" or "delete"
	Text string
}

// Copy is a text with a button that copies it: {{template "copy" .}}. Without script the text can be selected.
type Copy struct {
	ID, Label, Text string
	Rows            int  // lines of the field; 0 is a field of one line, for what may be cut off
	Bare            bool // the button stands elsewhere, with data-copy-from
}

// Bar shows how a whole divides, as a drawing with the same in words below it: {{template "bar" .}}.
type Bar struct {
	Label string // what is divided
	Parts []BarPart
}

// BarPart is one share of a Bar. Status is a cell status, which gives symbol, word and shade; Label replaces the word.
type BarPart struct {
	Status string
	Label  string
	Count  int
}

// BarSlice is a drawn BarPart, in thousandths of the width.
type BarSlice struct {
	BarPart
	X, Width int
}

// Slices lays the parts with a count above zero out from left to right.
func (b Bar) Slices() []BarSlice {
	total := 0
	for _, p := range b.Parts {
		total += p.Count
	}
	var slices []BarSlice
	before := 0
	for _, p := range b.Parts {
		if p.Count == 0 {
			continue
		}
		x := before * 1000 / total
		before += p.Count
		slices = append(slices, BarSlice{BarPart: p, X: x, Width: before*1000/total - x})
	}
	return slices
}

// Erratum corrects a question, below which it stands: {{template "errata" .}} prints a []Erratum.
type Erratum struct {
	Date string // when it was sent, in words
	Text string
}
