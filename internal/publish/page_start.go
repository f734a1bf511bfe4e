package publish

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"pruefstein/internal/export"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// StartPage is the page compare/start: what was asked, what came back, the table, the downloads, the box for the press.
type StartPage struct {
	templates.Base
	Election  string
	Intro     string
	AskedBy   string // organisations, in a sentence
	Returns   string // to quote
	Bar       templates.Bar
	Stand     string // date in words
	Order     templates.Fact
	Imported  bool
	Theses    bool // there is at least one thesis
	Openings  bool // there is at least one answer of which the table shows but the first words
	Parties   []startParty
	Rows      []startRow
	Filter    templates.Field
	Downloads []download
	Meta      []templates.Fact
	Cite      templates.Copy
	Declined  []voice // all they were asked, and why, in their own words
	Partly    []voice // single questions declined or answers withdrawn
	Silent    []templates.Party
	Reasons   []voice // not asked or not reached, with the alliance's reason
	Changes   []export.ChangeLine
	Statuses  []export.StatusLine
	Ledger    string              // what Proof is
	Proof     templates.Copy      // the ledger's checkpoint or, while that is held back, its hash; "" Text prints none
	Proofs    []templates.NavItem // the files that prove it
	Verifier  templates.Copy      // the ledger's public key
}

type startParty struct {
	ID    string
	Party templates.Party
}

type startRow struct {
	Number  int
	Anchor  string // "frage-7"
	Path    string
	Printed string // the number with its mark
	Label   string
	Text    string
	Errata  []templates.Erratum
	Topic   string // where a new topic begins
	Cells   []startCell
}

// startCell is a cell of the table: a position or a status, and of an open question the wording or its opening.
type startCell struct {
	ID       string
	Party    templates.Party
	Path     string // of the full answer
	Position survey.Position
	Step     string        // the position in the words of an own scale, "" without one
	Status   survey.Status // "" where position or wording speak for themselves
	Opening  string        // the first words; the whole is Text, behind a click
	Text     string
	Linked   bool   // the whole is on the page of the question
	Reasoned bool   // a reason, a quotation or the words to a thesis are on the page of the question
	Meta     string // what must be said beside it: late, not checked
}

// Cut tells whether the cell shows but the first words of the answer.
func (c startCell) Cut() bool { return c.Linked || c.Text != "" && c.Text != c.Opening }

type voice struct {
	Party templates.Party
	Why   string   // status in words, of which questions; "" where the heading says it
	Texts []string // reasons
}

type download struct {
	Name, Path, Size, Purpose string
}

const (
	openingLength  = 180     // characters of an answer's opening lines
	startPageTexts = 1 << 20 // bytes of answers in full that the start page may hold; beyond, it links to them
)

func questionPath(q survey.CatalogueQuestion) string { return "fragen/" + strconv.Itoa(q.Number) }

func partyPath(r survey.ComparedRespondent) string { return "parteien/" + string(r.Slug) }

func (s *site) startPage(b templates.Base) any {
	c, p := s.c, b.Printer
	returns := survey.Returns(c)
	b.Title = c.Questionnaire.Title
	page := StartPage{
		Election: export.ElectionName(p, c), Intro: c.Questionnaire.Intro, AskedBy: organisations(p, c), Returns: export.ReturnsSentence(p, returns),
		Bar: returnsBar(p, returns), Stand: p.Date(c.At.In(export.Zone(c))), Order: export.OrderFact(p, c), Imported: c.Questionnaire.Imported,
		Meta: export.MetaFacts(p, c), Changes: export.ChangeLines(p, c), Statuses: export.StatusLines(p, c),
		Cite:   export.WorkCitation(p, c),
		Ledger: p.Must("compare.press.ledger_text"),
		Proof:  templates.Copy{ID: "c:proof", Label: p.Must("compare.press.proof"), Text: c.Checkpoint, Rows: 6},
	}
	if !c.Treatment.Empty() {
		page.Meta = append(page.Meta, templates.Fact{Label: p.Must("compare.treatment.alike"), Value: p.Must("compare.treatment.title"), Href: treatmentPath + ".html"})
	}
	page.Verifier = templates.Copy{ID: "c:verifier", Label: p.Must("common.verifier"), Text: c.Verifier}
	beside := []string{manifestName, checkpointName}
	if c.Held != "" {
		page.Ledger = p.Must("compare.press.held_text", "Before", beforeName, "After", checkpointName)
		page.Proof = templates.Copy{ID: "c:proof", Label: p.Must("compare.press.held"), Text: c.Held}
		beside = []string{manifestName} // the others are not there yet
	}
	for _, r := range c.Respondents {
		page.Parties = append(page.Parties, startParty{ID: string(r.Slug), Party: namedParty(p, r)})
	}
	page.Filter = partyFilter(p, c)
	full := s.wordings() <= startPageTexts
	topic := ""
	for i, q := range c.Catalogue.Questions {
		row := startRow{Number: q.Number, Anchor: "frage-" + strconv.Itoa(q.Number), Path: questionPath(q) + ".html", Printed: q.Printed(), Label: q.Label, Text: q.Text, Errata: export.Errata(p, c, q)}
		if name := export.TopicName(c, q); name != topic {
			topic, row.Topic = name, name
		}
		page.Theses = page.Theses || q.Kind == survey.KindThesis
		for _, r := range c.Respondents {
			cell := newStartCell(p, c, q, r, r.Cells[i], full)
			page.Openings = page.Openings || cell.Cut()
			row.Cells = append(row.Cells, cell)
		}
		page.Rows = append(page.Rows, row)
	}
	s.press(p, &page, returns)
	for _, f := range export.Files {
		d := download{Name: f.Name, Path: f.Name, Purpose: p.Must("compare.download." + f.Name)}
		if size := s.sizes(f.Name); size > 0 {
			d.Size = p.Bytes(size)
		}
		page.Downloads = append(page.Downloads, d)
	}
	for _, name := range beside {
		page.Proofs = append(page.Proofs, templates.NavItem{Label: name, Href: s.german(p.Lang(), name)})
	}
	b.Description = c.Questionnaire.Title + ". " + page.Returns
	page.Base = b
	return page
}

// wordings counts the bytes of the answers to open questions.
func (s *site) wordings() int {
	n := 0
	for _, r := range s.c.Respondents {
		for _, cell := range r.Cells {
			if cell.Current != nil && cell.Question.Kind != survey.KindThesis {
				n += len(cell.Current.Text)
			}
		}
	}
	return n
}

func newStartCell(p *locale.Printer, c survey.Comparison, q survey.CatalogueQuestion, r survey.ComparedRespondent, cell survey.ComparedCell, full bool) startCell {
	one := startCell{ID: string(r.Slug), Party: linkedParty(p, r, ""), Path: questionPath(q) + ".html#" + string(r.Slug), Status: cell.Status}
	var meta []string
	if r.Standing.Out() {
		meta = append(meta, export.StandingWord(p, r.Standing))
		one.Meta = meta[0]
	}
	v := cell.Current
	one.Reasoned = cell.Reason != "" || cell.Quotation != nil
	if v == nil {
		return one
	}
	if v.Late {
		meta = append(meta, p.Must("common.late"))
	}
	if v.Provenance == survey.Transcribed && v.ConfirmedBy == "" && v.PartyConfirmedAt.IsZero() && v.Record != "" {
		meta = append(meta, p.Must("common.unchecked"))
	}
	if v.Note != "" {
		meta = append(meta, p.Must("compare.cell.remark"))
	}
	one.Meta = strings.Join(meta, ", ")
	if q.Kind == survey.KindThesis {
		one.Step = c.Questionnaire.StepLabel(v.Position)
		one.Reasoned = one.Reasoned || v.Text != ""
		if one.Position = v.Position; one.Position != "" && cell.Status == survey.Answered {
			one.Status = ""
		}
		return one
	}
	if v.Text == "" {
		return one
	}

	if cell.Status == survey.Answered {
		one.Status = ""
	}
	one.Opening = opening(v.Text)
	switch {
	case !full:
		one.Linked = one.Opening != v.Text
	default:
		one.Text = v.Text
	}
	return one
}

// opening returns the first words of a text, with an ellipsis, or a short text as it is.
func opening(text string) string {
	if len(text) <= openingLength {
		return text
	}
	state, end, length := -1, 0, 0
	rest := text
	for rest != "" && length < openingLength {
		var word string
		word, rest, state = uniseg.FirstWordInString(rest, state)
		length += uniseg.GraphemeClusterCount(word)
		if length > openingLength && end > 0 {
			break
		}
		end += len(word)
	}
	if end >= len(text) {
		return text
	}
	return strings.TrimRightFunc(text[:end], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + " …"
}

// partyFilter are the boxes to choose parties by; filter.js shows them.
func partyFilter(p *locale.Printer, c survey.Comparison) templates.Field {
	f := templates.Field{Name: "partei", ID: "wahl", Type: "checkbox", Label: p.Must("common.compare.choose"), Inline: true, Quiet: true}
	for _, r := range c.Respondents {
		f.Options = append(f.Options, templates.Option{Value: string(r.Slug), Label: export.ShownName(c, r)})
	}
	return f
}

// linkedParty names a respondent with a link to its page, seen from the root of the publication.
func linkedParty(p *locale.Printer, r survey.ComparedRespondent, root string) templates.Party {
	party := export.PartyOf(p, r)
	party.Href = root + partyPath(r) + ".html"
	return party
}

// namedParty is linkedParty with the full name, for the start page: it lies at the root.
func namedParty(p *locale.Printer, r survey.ComparedRespondent) templates.Party {
	party := linkedParty(p, r, "")
	if r.Name != r.ShortName {
		party.Full = r.Name
	}
	return party
}

// organisations names who asks.
func organisations(p *locale.Printer, c survey.Comparison) string {
	var names []string
	for _, o := range c.Catalogue.Organisations {
		names = append(names, o.Name)
	}
	if len(names) == 0 && !c.Questionnaire.Imported && c.Alliance.Name != "" {
		names = []string{c.Alliance.Name}
	}
	return p.Join(names)
}

// shades gives each state of a return the shade of a status of its kind.
var shades = map[survey.ReturnState]survey.Status{
	survey.ReturnAnswered: survey.Answered, survey.ReturnPartly: survey.NoPosition,
	survey.ReturnGeneral: survey.General, survey.ReturnRefers: survey.Refers, survey.ReturnDeclined: survey.Declined,
	survey.ReturnWithdrawn: survey.Withdrawn, survey.ReturnSilent: survey.NoAnswer, survey.ReturnPending: survey.Pending,
	survey.ReturnNotReached: survey.NotReached, survey.ReturnNotAsked: survey.NotAsked, survey.ReturnUnknown: survey.Unknown,
	survey.ReturnNotAdmitted: survey.NotAsked, survey.ReturnResigned: survey.Withdrawn,
}

func returnsBar(p *locale.Printer, returns survey.ReturnsSummary) templates.Bar {
	bar := templates.Bar{Label: p.Must("compare.bar.label")}
	for _, state := range survey.ReturnStates {
		bar.Parts = append(bar.Parts, templates.BarPart{Status: string(shades[state]), Label: p.Must("compare.bar." + string(state)), Count: returns.Count[state]})
	}
	return bar
}

// press fills in who declined and why, all or single questions, who was silent, and whom the alliance did not ask or reach.
func (s *site) press(p *locale.Printer, page *StartPage, returns survey.ReturnsSummary) {
	for _, one := range returns.Returns {
		party := namedParty(p, one.Respondent)
		if one.State == survey.ReturnDeclined {
			page.Declined = append(page.Declined, voice{Party: party, Texts: one.Reasons})
		} else {
			page.Partly = append(page.Partly, voices(p, party, one.Respondent, func(cell survey.ComparedCell) bool {
				return cell.Status == survey.Declined || cell.Reason != "" && cell.Status.FromParty()
			})...)
		}
		page.Reasons = append(page.Reasons, voices(p, party, one.Respondent, func(cell survey.ComparedCell) bool {
			return cell.Reason != "" && !cell.Status.FromParty()
		})...)
		if one.State == survey.ReturnSilent {
			page.Silent = append(page.Silent, party)
		}
	}
}

// voices tell status and reason of some of a respondent's cells. What holds of several is told once, with the numbers of
// their questions unless it holds of all.
func voices(p *locale.Printer, party templates.Party, r survey.ComparedRespondent, tell func(survey.ComparedCell) bool) (list []voice) {
	type said struct {
		status survey.Status
		reason string
	}
	var order []said
	numbers := map[said][]string{}
	for _, cell := range r.Cells {
		if !tell(cell) {
			continue
		}
		one := said{cell.Status, cell.Reason}
		if len(numbers[one]) == 0 {
			order = append(order, one)
		}
		numbers[one] = append(numbers[one], cell.Question.Printed())
	}
	for _, one := range order {
		v := voice{Party: party, Why: p.Must("common.status." + string(one.status))}
		if len(numbers[one]) < len(r.Cells) {
			v.Why = p.Must("compare.press.at", "Count", len(numbers[one]), "Numbers", p.Join(numbers[one]), "Status", v.Why)
		}
		if one.reason != "" {
			v.Texts = []string{one.reason}
		}
		list = append(list, v)
	}
	return list
}
