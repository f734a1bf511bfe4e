package export

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// singlePage is vergleich.html: everything on one page, question by question.
type singlePage struct {
	templates.Base
	Election  string
	Intro     string
	Returns   string
	Meta      []templates.Fact
	Questions []singleQuestion
	Statuses  []StatusLine // those that occur, to be explained
	Changes   []ChangeLine
	Imported  bool
}

type singleQuestion struct {
	ID, Mark, Printed, Title, Topic, AskedBy, Context, Text string
	Number                                                  int
	Errata                                                  []templates.Erratum
	Statements                                              []Statement
}

// engine parses what the one file here that is a page needs, once.
var engine = sync.OnceValues(func() (*templates.Engine, error) { return templates.NewFor("compare/single") })

// HTML writes vergleich.html: one file that carries its style inside, asks for nothing, needs no script and prints well.
// It is served with templates.SheetHash in the style-src of its policy.
func HTML(w io.Writer, c survey.Comparison) error {
	pages, err := engine()
	if err != nil {
		return fmt.Errorf("vergleich.html: %w", err)
	}
	page := newSinglePage(german, c)
	if err := faithfulPage(c, page); err != nil {
		return fmt.Errorf("vergleich.html: %w", err)
	}
	var out bytes.Buffer
	if err := pages.Render(&out, "compare/single", page); err != nil {
		return fmt.Errorf("vergleich.html: %w", err)
	}
	var want []passage
	for _, q := range page.Questions {
		for _, s := range q.Statements {
			want = append(want, passagesOf(s)...)
		}
	}
	if err := rereadHTML(out.Bytes(), want); err != nil {
		return fmt.Errorf("vergleich.html: %w", err)
	}
	_, err = out.WriteTo(w)
	return err
}

func newSinglePage(p *locale.Printer, c survey.Comparison) singlePage {
	page := singlePage{
		Base:     templates.Base{Printer: p, Title: c.Questionnaire.Title, AllianceName: c.Alliance.Name, Home: Address(c), Warning: ImprintWarning(p, c)},
		Election: ElectionName(p, c), Intro: c.Questionnaire.Intro, Returns: ReturnsSentence(p, survey.Returns(c)), Meta: MetaFacts(p, c),
		Statuses: StatusLines(p, c), Changes: ChangeLines(p, c), Imported: c.Questionnaire.Imported,
	}
	if !c.Treatment.Empty() {
		page.Meta = append(page.Meta, templates.Fact{Label: p.Must("compare.treatment.alike"), Value: p.Must("compare.treatment.title"), Href: Address(c) + "gleichbehandlung.html"})
	}
	for i, q := range c.Catalogue.Questions {
		one := singleQuestion{ID: "frage-" + strconv.Itoa(q.Number), Number: q.Number, Mark: q.Mark, Printed: q.Printed(), Title: q.Label, Topic: topicName(c, q), Text: q.Text,
			Context: q.Context, AskedBy: AskedBy(p, c, q), Errata: Errata(p, c, q)}
		for _, r := range c.Respondents {
			s := StatementOf(p, c, r, r.Cells[i])
			s.ID = one.ID + "-" + s.ID
			one.Statements = append(one.Statements, s)
		}
		page.Questions = append(page.Questions, one)
	}
	return page
}

// ImprintWarning is what every page of a publication says that was made without Impressum or privacy notice, else "".
func ImprintWarning(p *locale.Printer, c survey.Comparison) string {
	if c.Alliance.Imprint == "" || c.Alliance.Privacy == "" {
		return p.Must("compare.no_imprint")
	}
	return ""
}

// ElectionName is the election with its day in words.
func ElectionName(p *locale.Printer, c survey.Comparison) string {
	day := dayInWords(p, c, survey.Stamp(c.Election.Date))
	if day == "" {
		return c.Election.Name
	}
	return c.Election.Name + ", " + day
}

// AskedBy names the organisations that ask a question, in a sentence.
func AskedBy(p *locale.Printer, c survey.Comparison, q survey.CatalogueQuestion) string {
	var list []string
	for _, id := range q.AskedBy {
		list = append(list, nameOf(id, c.Catalogue.Organisations, c.Catalogue.WorkingGroups))
	}
	return p.Join(list)
}

// Errata are what corrects a question, the oldest first.
func Errata(p *locale.Printer, c survey.Comparison, q survey.CatalogueQuestion) (list []templates.Erratum) {
	for _, e := range c.Questionnaire.ErrataOf(q.ID) {
		list = append(list, templates.Erratum{Date: p.Date(e.At.In(zone(c))), Text: e.Text})
	}
	return list
}

// TopicName is the topic of a question, "" for none.
func TopicName(c survey.Comparison, q survey.CatalogueQuestion) string { return topicName(c, q) }

// A StatusLine explains a status to readers.
type StatusLine struct {
	Status  survey.Status
	Meaning string
}

// StatusLines explains the statuses that occur in a comparison, in the order they are explained.
func StatusLines(p *locale.Printer, c survey.Comparison) (list []StatusLine) {
	for _, s := range statusesOf(c) {
		list = append(list, StatusLine{s, StatusMeaning(p, c, s)})
	}
	return list
}

func statusesOf(c survey.Comparison) []survey.Status {
	found := map[survey.Status]bool{}
	for _, r := range c.Respondents {
		for _, cell := range r.Cells {
			found[cell.Status] = true
		}
	}
	var list []survey.Status
	for _, s := range survey.Statuses {
		if found[s] {
			list = append(list, s)
		}
	}
	return list
}

// MetaFacts are what must be known to use a comparison: who, when, which version, licence, method, order, proof.
func MetaFacts(p *locale.Printer, c survey.Comparison) []templates.Fact {
	q := c.Questionnaire
	var facts []templates.Fact
	add := func(key, value string) {
		if value != "" {
			facts = append(facts, templates.Fact{Label: p.Must(key), Value: value})
		}
	}
	add("compare.meta.publisher", c.Alliance.Name)
	add("common.as_of", p.DateTime(c.At, zone(c)))
	if c.Version > 0 {
		version := p.Must("compare.meta.version_of", "Version", c.Version)
		if c.Confirmed {
			version += ", " + p.Must("compare.from.checked")
		} else {
			version += ", " + p.Must("common.unchecked")
		}
		add("compare.meta.version", version)
	} else {
		add("compare.meta.version", p.Must("compare.cite.preview"))
	}
	licence := templates.Fact{Label: p.Must("common.licence"), Value: q.Licence, Href: LicenceAddress(q.Licence)}
	if q.Licence == "" {
		licence.Value = p.Must("compare.meta.no_licence")
	}
	facts = append(facts, licence)
	if q.Licence != "" && !q.Imported {
		add("compare.meta.licence_scope", p.Must("compare.meta.licence_scope_text", "Licence", q.Licence))
	}
	if !q.Deadline.IsZero() {
		add("common.deadline", p.DateTime(q.Deadline.At, q.Deadline.Location()))
	}
	for _, e := range q.Extended {
		if e.Ended() {
			add("compare.meta.ended", endedText(p, e))
			continue
		}
		add("compare.meta.extension", p.Must("compare.meta.extension_text", "To", p.DateTime(e.To.At, e.To.Location()), "Reason", e.Reason))
	}
	for _, r := range c.Respondents {
		for _, change := range DueChanges(p, r) {
			add("compare.meta.own_due", r.ShortName+": "+change)
		}
	}
	for _, line := range standingLines(p, c) {
		add("compare.meta.standing", line)
	}
	facts = append(facts, OrderFact(p, c))
	if scale := ScaleText(p, q); scale != "" {
		add("compare.meta.scale", scale)
	}
	method := "compare.meta.method_text"
	if q.Imported {
		method = "compare.meta.method_imported"
	}
	add("compare.meta.method", p.Must(method))
	if q.Source != "" {
		facts = append(facts, templates.Fact{Label: p.Must("common.source"), Value: q.Source, Href: webAddress(q.Source)})
	}
	add("compare.meta.press", c.Alliance.PressContact)
	return facts
}

// standingLines say who is expected, not admitted or no longer standing, and why: a line for all that are expected, one for each of
// the others.
func standingLines(p *locale.Printer, c survey.Comparison) (list []string) {
	var expected []string
	for _, r := range c.Respondents {
		switch {
		case r.Standing.Out():
			list = append(list, r.ShortName+": "+StandingFull(p, r.Standing))
		case r.Standing.Told():
			expected = append(expected, r.ShortName)
		}
	}
	if len(list) > 0 {
		list = append(list, p.Must("compare.meta.standing_apart"))
	}
	if len(expected) > 0 {
		list = append(list, p.Must("common.contest."+string(survey.StateExpected))+": "+p.Join(expected))
	}
	return list
}

// DueChanges says how a respondent's own date was moved after it was asked: from when to when, and why.
func DueChanges(p *locale.Printer, r survey.ComparedRespondent) (list []string) {
	for _, d := range r.DueChanges {
		if d.Ended() {
			list = append(list, endedText(p, d))
			continue
		}
		list = append(list, p.Must("compare.party.due_changed_text", "From", p.DateTime(d.From.At, d.From.Location()),
			"To", p.DateTime(d.To.At, d.To.Location()), "Reason", d.Reason))
	}
	return list
}

// endedText says that a date moved since the round was ended early.
func endedText(p *locale.Printer, d survey.DateChange) string {
	return p.Must("compare.meta.ended_text", "From", p.DateTime(d.From.At, d.From.Location()), "To", p.DateTime(d.To.At, d.To.Location()))
}

// inGerman is a fact whose value is in the alliance's language on every page.
func inGerman(p *locale.Printer, key, value string) templates.Fact {
	fact := templates.Fact{Label: p.Must(key), Value: value}
	if p.Lang() != german.Lang() {
		fact.Lang = german.Lang()
	}
	return fact
}

// OrderFact says by which rule the parties are ordered.
func OrderFact(p *locale.Printer, c survey.Comparison) templates.Fact {
	return templates.Fact{Label: p.Must("compare.meta.order"), Value: p.OrderRule(c.Questionnaire)}
}

// webAddress returns a source if it is an address to link to, else "": a source can be prose ("Brief vom 3. Mai").
func webAddress(source string) string {
	if strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://") {
		return source
	}
	return ""
}

// LicenceAddress is where the text of a licence stands, by its SPDX identifier; "" for none.
func LicenceAddress(spdx string) string {
	switch spdx {
	case "":
		return ""
	case "CC0-1.0":
		return "https://creativecommons.org/publicdomain/zero/1.0/"
	case "CC-BY-4.0":
		return "https://creativecommons.org/licenses/by/4.0/"
	case "CC-BY-SA-4.0":
		return "https://creativecommons.org/licenses/by-sa/4.0/"
	}
	if !spdxName.MatchString(spdx) {
		return ""
	}
	return "https://spdx.org/licenses/" + spdx + ".html"
}
