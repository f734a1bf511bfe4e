package publish

import (
	"strconv"

	"pruefstein/internal/export"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// neighbour is the page before or after; "" Href is none.
type neighbour struct {
	Word, Name string // "Frage 3" in the page's language, and the name in German; either may be empty
	Href       string
}

// QuestionPage is the page compare/question: one question and what all parties say to it, in full.
type QuestionPage struct {
	templates.Base
	Question   int // its number
	Count      int
	Printed    string // the number with its mark
	Label      string
	Kind       survey.QuestionKind
	Topic      string
	AskedBy    string
	Context    string
	Text       string
	Errata     []templates.Erratum
	Order      templates.Fact
	Stand      string
	Filter     templates.Field
	Statements []export.Statement
	Previous   neighbour
	Next       neighbour
}

func (s *site) questionPage(b templates.Base, i int) any {
	c, p := s.c, b.Printer
	q := c.Catalogue.Questions[i]
	b.Title = p.Must("common.question_number", "Number", q.Printed())
	if q.Label != "" {
		b.Title += ": " + q.Label
	}
	b.Description = opening(q.Text)
	b.Breadcrumbs = []templates.NavItem{{Label: c.Questionnaire.Title, Href: b.RelRoot}}
	page := QuestionPage{
		Base: b, Question: q.Number, Count: len(c.Catalogue.Questions), Printed: q.Printed(), Label: q.Label, Kind: q.Kind, Topic: export.TopicName(c, q), AskedBy: export.AskedBy(p, c, q),
		Context: q.Context, Text: q.Text, Errata: export.Errata(p, c, q), Order: export.OrderFact(p, c), Stand: p.Date(c.At.In(export.Zone(c))), Filter: partyFilter(p, c),
	}
	cite := export.Citations(p, c)
	for _, r := range c.Respondents {
		one := export.StatementOf(p, c, r, r.Cells[i])
		one.Party, one.Citation = linkedParty(p, r, b.RelRoot), cite(r, r.Cells[i])
		page.Statements = append(page.Statements, one)
	}
	near := func(j int) neighbour {
		if j < 0 || j >= len(c.Catalogue.Questions) {
			return neighbour{}
		}
		other := c.Catalogue.Questions[j]
		return neighbour{Word: p.Must("common.question_number", "Number", other.Printed()), Name: other.Label, Href: b.RelRoot + questionPath(other) + ".html"}
	}
	page.Previous, page.Next = near(i-1), near(i+1)
	return page
}

// PartyPage is the page compare/party: all answers of one party.
type PartyPage struct {
	templates.Base
	Party    templates.Party
	Name     string
	Members  string
	Facts    []templates.Fact
	General  []generalStatement // each once; the entries lead here
	Entries  []partyEntry
	Previous neighbour
	Next     neighbour
}

type partyEntry struct {
	export.Statement
	Errata []templates.Erratum // of the question
	Path   string              // of the page of the question, at this party
	Anchor string              // "frage-7"
	Above  string              // anchor of the general statement that is its text, "" if it stands here
}

type generalStatement struct{ ID, Text string }

func (s *site) partyPage(b templates.Base, i int) any {
	c, p := s.c, b.Printer
	r := c.Respondents[i]
	b.Title = r.ShortName + ": " + p.Must("compare.party.title")
	b.Description = r.Name + ". " + c.Questionnaire.Title
	b.Breadcrumbs = []templates.NavItem{{Label: c.Questionnaire.Title, Href: b.RelRoot}}
	page := PartyPage{Base: b, Party: export.PartyOf(p, r), Name: r.Name, Members: p.Join(r.Members)}
	fact := func(key, value string) {
		if value != "" {
			page.Facts = append(page.Facts, templates.Fact{Label: p.Must(key), Value: value})
		}
	}
	if page.Name == r.ShortName {
		page.Name = ""
	}
	if !r.AskedAt.IsZero() {
		fact("compare.party.asked_at", p.Date(r.AskedAt.In(export.Zone(c))))
	}
	if !r.Due.IsZero() && !r.AskedAt.IsZero() {
		fact("compare.party.due", p.DateTime(r.Due.At, r.Due.Location()))
	}
	for _, change := range export.DueChanges(p, r) {
		fact("compare.party.due_changed", change)
	}
	fact("compare.meta.standing", export.StandingFull(p, r.Standing))
	if r.OrderNumber > 0 {
		fact("compare.party.order_number", strconv.Itoa(r.OrderNumber))
	}
	if r.BallotPosition > 0 {
		fact("compare.party.ballot", strconv.Itoa(r.BallotPosition))
	}
	if r.Wikidata != "" {
		page.Facts = append(page.Facts, templates.Fact{Label: "Wikidata", Value: r.Wikidata, Href: "https://www.wikidata.org/wiki/" + r.Wikidata})
	}
	repeated := map[string]int{} // general statement -> how often it stands
	for _, cell := range r.Cells {
		if cell.Status == survey.General && cell.Current != nil {
			repeated[cell.Current.Text]++
		}
	}
	anchors := map[string]string{}
	cite := export.Citations(p, c)
	for _, cell := range r.Cells {
		entry := partyEntry{Statement: export.StatementOf(p, c, r, cell), Path: b.RelRoot + questionPath(cell.Question) + ".html#" + string(r.Slug),
			Anchor: "frage-" + strconv.Itoa(cell.Question.Number), Errata: export.Errata(p, c, cell.Question)}
		entry.PartyName, entry.Citation = "", cite(r, cell)
		if text := entry.Text; entry.General && repeated[text] > 1 {
			if anchors[text] == "" {
				anchors[text] = "allgemein:" + strconv.Itoa(len(page.General)+1)
				page.General = append(page.General, generalStatement{anchors[text], text})
			}
			entry.Text, entry.General, entry.Above = "", false, anchors[text]
		}
		page.Entries = append(page.Entries, entry)
	}
	near := func(j int) neighbour {
		if j < 0 || j >= len(c.Respondents) {
			return neighbour{}
		}
		return neighbour{Name: c.Respondents[j].ShortName, Href: b.RelRoot + partyPath(c.Respondents[j]) + ".html"}
	}
	page.Previous, page.Next = near(i-1), near(i+1)
	return page
}
