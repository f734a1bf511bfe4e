package export

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// A Statement is one cell in the words of one language: what the page of a question, the page of a party and vergleich.html
// print of it, with the partial compare/_statement. The party's own words stand in it as they came.
type Statement struct {
	templates.Said
	ID        string           // anchor: the party's id
	Party     templates.Party  // who speaks
	PartyName string           // its full name, "" when it is the short one
	Number    int              // of the question
	Printed   string           // that with its mark
	Step      string           // position in the words of the questionnaire's own scale, "" where it has none
	Label     string           // short name of the question
	Question  string           // wording of the question
	Facts     []templates.Fact // provenance: what was received how, each a short sentence, some with a link
	Note      string           // change note of the current version
	Remark    string           // an editor's note beside the answer, never the party's words
	Ours      bool             // the editor is the alliance: it is no import
	Quotation *templates.Quotation
	Earlier   []Step // how the public versions came about, the newest first
	Citation  Citation
}

// A Step is the difference between two public versions that follow each other.
type Step struct {
	Title    string // "Fassung 2 vom … gegenüber Fassung 1 vom …"
	Was, Now string // status and position in words where they differ, else ""
	Note     string
	Diff     []templates.DiffPart // of the wording; nil where it is the same
}

// StatementOf puts the cell of a respondent into words.
func StatementOf(p *locale.Printer, c survey.Comparison, r survey.ComparedRespondent, cell survey.ComparedCell) Statement {
	q := cell.Question
	s := Statement{
		ID: string(r.Slug), Party: PartyOf(p, r), Number: q.Number, Printed: q.Printed(), Label: q.Label, Question: q.Text,
		Said: templates.Said{Thesis: q.Kind == survey.KindThesis, Argues: q.Kind == survey.KindThesis && cell.Status.Argues(), Status: string(cmp.Or(cell.Status, survey.Unknown)), General: cell.Status == survey.General,
			Reason: cell.Reason, Own: cell.Status.FromParty(), Headed: true},
	}
	if r.Name != r.ShortName {
		s.PartyName = r.Name
	}
	if v := cell.Current; v != nil {
		s.Position, s.Text, s.Note = string(v.Position), v.Text, v.ChangeNote
		s.Ours = !c.Questionnaire.Imported
		s.Remark, s.Step = v.Note, c.Questionnaire.StepLabel(v.Position)
		s.Facts = provenance(p, c, cell)
	}
	if r.Standing.Out() {
		s.Facts = append(s.Facts, templates.Fact{Value: StandingSince(p, r.Standing)})
	}
	if cell.LetterOf != "" {
		s.Facts = append(s.Facts, templates.Fact{Value: p.Must("compare.from.letter_waits", "Date", dayInWords(p, c, survey.Stamp(cell.LetterOf)))})
	}
	if quoted := cell.Quotation; quoted != nil {
		s.Quotation = &templates.Quotation{Text: quoted.Text, Place: quoted.Place, Source: webAddress(quoted.Source)}
		if s.Quotation.Source == "" && quoted.Source != "" {
			s.Quotation.Place = strings.TrimPrefix(quoted.Place+", "+quoted.Source, ", ")
		}
	}
	s.Earlier = steps(p, c, cell)
	return s
}

// PartyOf names a respondent, with how it stands in the election.
func PartyOf(p *locale.Printer, r survey.ComparedRespondent) templates.Party {
	return templates.Party{Name: r.ShortName, Colour: r.Colour, State: StandingWord(p, r.Standing)}
}

// A Citation is what is copied of an answer to quote it elsewhere. "" Text of its Quote prints none.
type Citation struct {
	Quote templates.Copy // the words with their source: who, what, where, which publication, when, the address
	Link  templates.Copy // the address alone
}

// Citations returns what makes the citation of a cell. As it names the publication, its address is the frozen one. The words are
// the party's own: a reason that the alliance gives is not quoted as the party's.
func Citations(p *locale.Printer, c survey.Comparison) func(survey.ComparedRespondent, survey.ComparedCell) Citation {
	in, quote, link := work(p, c), p.Must("compare.cite.label"), p.Must("compare.cite.link")
	return func(r survey.ComparedRespondent, cell survey.ComparedCell) Citation {
		q := cell.Question
		key := string(r.Slug) + ":" + strconv.Itoa(q.Number)
		address := frozen(c) + "fragen/" + strconv.Itoa(q.Number) + "#" + url.PathEscape(string(r.Slug))
		party, words := speaker(r), cell.Words()
		args := []any{"Party", party, "Number", q.Printed(), "Work", in, "Address", address, "Words", words, "Said", citedAs(p, c, cell)}
		form := "compare.cite.said"
		switch {
		case words != "" && cell.Status == survey.Answered && cell.Current.Position == "":
			form = "compare.cite.answer"
		case words != "":
			form = "compare.cite.answer_as"
		}
		return Citation{
			Quote: templates.Copy{ID: "c:" + key, Label: quote, Rows: citationRows, Bare: true, Text: p.Must(form, args...)},
			Link:  templates.Copy{ID: "l:" + key, Label: link, Bare: true, Text: address},
		}
	}
}

// citedAs names what is said in a cell: the position, or the status; both where a position stands with another status than answered.
func citedAs(p *locale.Printer, c survey.Comparison, cell survey.ComparedCell) string {
	word := p.Must("common.status." + string(cmp.Or(cell.Status, survey.Unknown)))
	if cell.Current == nil || cell.Current.Position == "" {
		return word
	}
	position := PositionWord(p, c.Questionnaire, cell.Current.Position)
	if cell.Status != survey.Answered {
		position += ", " + word
	}
	return position
}

// speaker is the short name of a party with its full one behind it, for readers who meet it outside of the comparison.
func speaker(r survey.ComparedRespondent) string {
	if r.Name == "" || r.Name == r.ShortName {
		return r.ShortName
	}
	return r.ShortName + " (" + r.Name + ")"
}

// ShownName is the short name of a party, with its full one behind it where another has the same short name.
func ShownName(c survey.Comparison, r survey.ComparedRespondent) string {
	for _, o := range c.Respondents {
		if o.ID != r.ID && strings.EqualFold(o.ShortName, r.ShortName) {
			return speaker(r)
		}
	}
	return r.ShortName
}

// citationRows is how many lines a citation takes.
const citationRows = 3

// WorkCitation makes the line to quote the comparison as a whole by.
func WorkCitation(p *locale.Printer, c survey.Comparison) templates.Copy {
	return templates.Copy{ID: "c:all", Label: p.Must("compare.cite.all"), Text: work(p, c) + " " + frozen(c), Rows: citationRows}
}

func work(p *locale.Printer, c survey.Comparison) string {
	publisher := c.Alliance.Name
	if publisher == "" {
		publisher = p.Must("common.product")
	}
	version := p.Must("compare.cite.preview")
	if c.Version > 0 {
		version = p.Must("compare.cite.version", "Version", c.Version)
	}
	return p.Must("compare.cite.work", "Publisher", publisher, "Title", c.Questionnaire.Title, "Version", version,
		"Date", locale.For(p.Lang()).Date(c.At.In(Zone(c)))) // to be copied: plain blanks
}

// Zone is where the times of a comparison are told: the deadline's, else the default.
func Zone(c survey.Comparison) *time.Location { return zone(c) }

// provenance says how the current version got here.
func provenance(p *locale.Printer, c survey.Comparison, cell survey.ComparedCell) []templates.Fact {
	v := *cell.Current
	var facts []templates.Fact
	add := func(key string, args ...any) { facts = append(facts, templates.Fact{Value: p.Must(key, args...)}) }
	received := dayInWords(p, c, v.ReceivedAt)
	switch {
	case v.Provenance == survey.ByForm && received != "":
		add("compare.from.form_at", "Date", received)
	case v.Provenance == survey.ByForm:
		add("compare.from.form")
	case v.Provenance == survey.Transcribed:
		switch {
		case v.Source != "":
			facts = append(facts, inGerman(p, "compare.from.transcribed_of", v.Source))
		default:
			add("compare.from.transcribed")
		}
		// the source of a letter without a date names the day it came
		if received != "" && !strings.Contains(v.Source, german.Must("compare.from.received", "Date", dayInWords(german, c, v.ReceivedAt))) {
			add("compare.from.received", "Date", received)
		}
		switch {
		case !v.PartyConfirmedAt.IsZero():
			add("compare.from.by_party", "Date", p.Date(v.PartyConfirmedAt.In(zone(c))))
		case v.Confirmation() == survey.ConfirmedByParty:
			add("compare.from.confirmed_party")
		case v.Confirmation() != "":
			add("compare.from.checked")
		case v.Record != "": // an import does not say
			add("common.unchecked")
		}
	case v.Provenance == survey.ByImport:
		add("compare.from.import")
	}
	if v.Source != "" && v.Provenance != survey.Transcribed {
		fact := inGerman(p, "compare.from.source", v.Source)
		fact.Href = webAddress(v.Source)
		facts = append(facts, fact)
	}
	if received != "" && v.Provenance != survey.ByForm && v.Provenance != survey.Transcribed {
		add("compare.from.received", "Date", received)
	}
	if v.Late {
		add("common.late")
	}
	if len(v.Joint) > 0 {
		add("compare.from.joint", "Parties", p.Join(strings.Split(joint(c, v.Joint), "; ")))
	}
	if n := cell.PublicNumber(); n > 1 {
		add("common.version", "Number", n)
	}
	if v.Licence != "" {
		add("compare.from.licence", "Licence", v.Licence)
	}
	return facts
}

// steps compares each public version with the one before it.
func steps(p *locale.Printer, c survey.Comparison, cell survey.ComparedCell) []Step {
	var list []Step
	for i := len(cell.History) - 1; i > 0; i-- {
		now, was := cell.History[i], cell.History[i-1]
		step := Step{Note: now.ChangeNote, Title: p.Must("compare.history.step", "Now", versionName(p, c, now, i), "Was", versionName(p, c, was, i-1))}
		if a, b := stand(p, c, was), stand(p, c, now); a != b {
			step.Was, step.Now = a, b
		}
		if now.Text != was.Text {
			for _, part := range now.Diff(was) {
				step.Diff = append(step.Diff, templates.DiffPart{Kind: part.Kind, Text: part.Text})
			}
		}
		list = append(list, step)
	}
	return list
}

func versionName(p *locale.Printer, c survey.Comparison, v survey.Version, index int) string {
	number := index + 1
	if v.Record == "" {
		number = v.Number
	}
	if at := dayInWords(p, c, v.ReceivedAt); at != "" {
		return p.Must("compare.history.version_at", "Number", number, "Date", at)
	}
	return p.Must("common.version", "Number", number)
}

// stand is the status of a version, or its position.
func stand(p *locale.Printer, c survey.Comparison, v survey.Version) string {
	if v.Position != "" {
		return PositionWord(p, c.Questionnaire, v.Position)
	}
	return p.Must("common.status." + string(v.Status))
}

// dayInWords is a stamp as a date in words; a bare date is one already, anything else stays as it was given.
func dayInWords(p *locale.Printer, c survey.Comparison, s survey.Stamp) string {
	if t, err := time.Parse(time.DateOnly, string(s)); err == nil {
		return p.Date(t)
	}
	if t, err := s.Time(); err == nil {
		return p.Date(t.In(zone(c)))
	}
	return string(s)
}
