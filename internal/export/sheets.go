package export

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"pruefstein/internal/survey"
)

// A sheet is one sheet of the workbook, ready to be laid out and written.
type sheet struct {
	name    string
	table   string // name of the table in the workbook
	lead    string // one sentence above the table, "" for none
	columns []column
	rows    [][]value
	frozen  int // first columns that stay in view
	repeat  int // first columns that are printed again on every page
	blocks  int // columns from here on are equal party columns, broken into blocks for print; 0: none
	breaks  int // a page ends before this column; 0: none
}

// without takes columns out.
func (s *sheet) without(titles ...string) {
	for i := len(s.columns) - 1; i >= 0; i-- {
		if slices.Contains(titles, s.columns[i].title) {
			s.columns = slices.Delete(s.columns, i, i+1)
			for j, row := range s.rows {
				s.rows[j] = slices.Delete(row, i, i+1)
			}
		}
	}
}

// A column has a title and a width in characters. A column with a most may grow up to it for long texts.
type column struct {
	title string
	width float64
	most  float64
}

// A value is one cell. Texts are never anything but strings, so that "=1+1" stays what a party wrote.
type value struct {
	text   string
	number float64
	kind   valueKind
}

type valueKind byte

const (
	isText   valueKind = iota // an empty text is an empty cell
	isNumber                  // whole numbers
	isDay                     // days since 1899-12-30
	isTime                    // the same with the time of day
)

func text(s string) value { return value{text: s} }

// number is a whole number; 0 stands for "none" everywhere in the domain and is an empty cell.
func number(n int) value {
	if n == 0 {
		return value{}
	}
	return value{number: float64(n), kind: isNumber}
}

// moment is a time of day in a zone, to the minute, which is what is shown.
func moment(t time.Time, zone *time.Location) value {
	if t.IsZero() {
		return value{}
	}
	t = t.In(zone)
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	number := serial(day) + float64(t.Hour()*60+t.Minute())/(24*60)
	// A number of a workbook has 15 digits. A hair above the minute: LibreOffice cuts off, and shows 10:59 for what is a hair below 11.
	return value{number: (math.Floor(number*1e9) + 1) / 1e9, kind: isTime}
}

// stamp is a time as a file gave it: a time, a bare date, or else its text.
func stamp(s survey.Stamp, zone *time.Location) value {
	if t, err := time.Parse(time.RFC3339, string(s)); err == nil && t.Year() > 1900 {
		return moment(t, zone)
	}
	return day(string(s))
}

// day is a date like 2026-09-27, or the text itself when it is none.
func day(s string) value {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() <= 1900 { // spreadsheets disagree about 1900 and know nothing before
		return text(s)
	}
	return value{number: serial(t), kind: isDay}
}

func serial(day time.Time) float64 {
	return day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
}

// sheets are all sheets of the workbook in their order.
func sheets(c survey.Comparison) []*sheet {
	all := []*sheet{comparisonSheet(c), answersSheet(c), questionsSheet(c), partiesSheet(c), returnsSheet(c), treatmentSheet(c), changesSheet(c)}
	return append([]*sheet{readmeSheet(c, all)}, all...)
}

// comparisonSheet: questions down, parties across. A thesis shows the position, an open question the full answer, every
// other status its word.
func comparisonSheet(c survey.Comparison) *sheet {
	s := &sheet{
		name: "Vergleich", table: "Vergleich", frozen: 2, repeat: 2, blocks: 2,
		columns: []column{{title: "Nr.", width: 6}, {title: "Frage", width: 42}},
	}
	taken := map[string]bool{"nr.": true, "bezeichnung": true, "frage": true}
	for _, r := range c.Respondents {
		s.columns = append(s.columns, column{title: freeTitle(r, taken), width: 24, most: 120})
	}
	marked := slices.ContainsFunc(c.Catalogue.Questions, func(q survey.CatalogueQuestion) bool { return q.Mark != "" })
	if marked {
		s.columns = slices.Insert(s.columns, 1, column{title: "Bezeichnung", width: 12})
		s.frozen, s.repeat, s.blocks = 3, 3, 3
	}
	for i, q := range c.Catalogue.Questions {
		row := []value{number(q.Number), text(q.Text)}
		if marked {
			row = slices.Insert(row, 1, text(q.Mark))
		}
		for _, r := range c.Respondents {
			row = append(row, text(comparisonCell(c, q, r.Cells[i], r.Standing)))
		}
		s.rows = append(s.rows, row)
	}
	return s
}

func comparisonCell(c survey.Comparison, q survey.CatalogueQuestion, cell survey.ComparedCell, stands survey.Standing) string {
	if cell.Status == survey.Answered && cell.Current != nil {
		said := cell.Current.Text
		if q.Kind == survey.KindThesis {
			said = positionWord(c, cell.Current.Position)
		}
		if said != "" {
			return said
		}
	}
	return withState(statusWord(cell.Status), stands)
}

// freeTitle is the party's short name, with its id where another column has that name already: column titles of a table
// differ in more than case and have at most 255 characters.
func freeTitle(r survey.ComparedRespondent, taken map[string]bool) string {
	title := named(r.ShortName, r.Standing)
	if taken[strings.ToLower(title)] || survey.Length(title) > 255 || title == "" {
		title = fmt.Sprintf("%s (%s)", title, r.Slug)
		if taken[strings.ToLower(title)] || survey.Length(title) > 255 {
			title = string(r.Slug)
		}
	}
	taken[strings.ToLower(title)] = true
	return title
}

// answersSheet has the rows of antworten.csv in German.
func answersSheet(c survey.Comparison) *sheet {
	s := &sheet{
		name: "Antworten", table: "Antworten", frozen: 4, repeat: 6, breaks: 11,
		columns: []column{
			{title: "Nr.", width: 6}, {title: "Thema", width: 14}, {title: "Gefragt von", width: 14}, {title: "Frage (kurz)", width: 16},
			{title: "Frage", width: 30}, {title: "Partei", width: 13}, {title: "Name der Partei", width: 24}, {title: "Status", width: 16},
			{title: "Position", width: 14}, {title: "Antwort", width: 60, most: 120}, {title: "Grund", width: 30, most: 60},
			{title: "Gemeinsam mit", width: 16}, {title: "Herkunft", width: 18}, {title: "Verspätet", width: 11}, {title: "Quelle", width: 24},
			{title: "Lizenz", width: 14}, {title: "Eingegangen am", width: 17}, {title: "Fassung", width: 10}, {title: "Geändert am", width: 17},
			{title: "Änderungsvermerk", width: 30}, {title: "Link", width: 40}, {title: "Zitat aus dem Wahlprogramm", width: 40, most: 60},
			{title: "Fundstelle", width: 20}, {title: "Bezeichnung der Frage", width: 12}, {title: "Stand der Partei", width: 16},
			{title: "Redaktionelle Anmerkung", width: 40, most: 60}, {title: "Bestätigt", width: 16},
		},
	}
	in := zone(c)
	for i, q := range c.Catalogue.Questions {
		topic, asked := text(topicName(c, q)), text(askedBy(c, q))
		for _, r := range c.Respondents {
			a := answerOf(c, r.Cells[i])
			late := ""
			if a.given {
				late = yesNo(a.Late)
			}
			s.rows = append(s.rows, []value{
				number(q.Number), topic, asked, text(q.Label), text(q.Text), text(r.ShortName), text(r.Name), text(statusWord(a.status)),
				text(positionWord(c, a.Position)), text(a.Text), text(a.reason), text(a.joint), text(provenanceWord(a.Version)), text(late),
				text(a.Source), text(a.Licence), stamp(a.received, in), number(a.number), stamp(a.changed, in), text(a.ChangeNote),
				text(Permalink(c, q.Number, r.Slug)), text(a.quotation), text(a.place),
				text(q.Mark), text(stateWord(r.Standing.State)), text(a.Note), text(confirmationWord(a.Version)),
			})
		}
	}
	return s
}

func questionsSheet(c survey.Comparison) *sheet {
	s := &sheet{
		name: "Fragen", table: "Fragen", frozen: 1, repeat: 1,
		columns: []column{
			{title: "Nr.", width: 6}, {title: "Kennung", width: 12}, {title: "Art", width: 9}, {title: "Thema", width: 20},
			{title: "Gefragt von", width: 24}, {title: "Frage (kurz)", width: 24}, {title: "Frage", width: 60, most: 120},
			{title: "Vorbemerkung", width: 40, most: 80}, {title: "Link", width: 40}, {title: "Bezeichnung", width: 12},
			{title: "Berichtigung", width: 40, most: 80},
		},
	}
	for _, q := range c.Catalogue.Questions {
		s.rows = append(s.rows, []value{
			number(q.Number), text(string(q.ID)), text(german.Must("common.kind." + string(q.Kind))), text(topicName(c, q)), text(askedBy(c, q)),
			text(q.Label), text(q.Text), text(q.Context), text(questionAddress(c, q.Number)), text(q.Mark), text(errata(c, q)),
		})
	}
	return s
}

// errata are one cell: what corrects a question, each with its date.
func errata(c survey.Comparison, q survey.CatalogueQuestion) string {
	var list []string
	for _, e := range Errata(german, c, q) {
		list = append(list, e.Date+": "+e.Text)
	}
	if all := strings.Join(list, "\n\n"); survey.Length(all) <= excelize.TotalCellChars {
		return all
	}
	return german.Must("export.questions.errata_see")
}

func partiesSheet(c survey.Comparison) *sheet {
	s := &sheet{
		name: "Parteien", table: "Parteien", frozen: 3, repeat: 3,
		columns: []column{
			{title: "Reihenfolge", width: 13}, {title: "Kennung", width: 16}, {title: "Partei", width: 18}, {title: "Name der Partei", width: 44},
			{title: "Steht für", width: 24}, {title: "Platz auf dem Stimmzettel", width: 14}, {title: "Wikidata", width: 12},
			{title: "Farbe", width: 10}, {title: "Link", width: 44}, {title: "Antritt zur Wahl", width: 22}, {title: "Seit", width: 17},
			{title: "Grund", width: 40, most: 80}, {title: "Quelle", width: 40, most: 80},
		},
	}
	for i, r := range c.Respondents {
		s.rows = append(s.rows, []value{
			number(i + 1), text(string(r.Slug)), text(r.ShortName), text(r.Name), text(strings.Join(r.Members, "; ")), number(r.BallotPosition),
			text(r.Wikidata), text(r.Colour), text(Address(c) + "parteien/" + string(r.Slug)),
			text(stateWord(r.Standing.State)), day(r.Standing.Since), text(r.Standing.Reason), text(r.Standing.Source),
		})
	}
	return s
}

func returnsSheet(c survey.Comparison) *sheet {
	summary := survey.Returns(c)
	s := &sheet{
		name: "Rücklauf", table: "Ruecklauf", lead: ReturnsSentence(german, summary), frozen: 1, repeat: 1,
		columns: []column{
			{title: "Partei", width: 18}, {title: "Name der Partei", width: 36}, {title: "Gefragt am", width: 17}, {title: "Weg", width: 20},
			{title: "Frist", width: 17}, {title: "Stand", width: 24}, {title: "Gestellte Fragen", width: 11}, {title: "Davon beantwortet", width: 13},
			{title: "Eingegangen am", width: 17}, {title: "Verspätet", width: 11}, {title: "Grund im Wortlaut", width: 50, most: 100},
			{title: "Grund des Bündnisses", width: 40, most: 80}, {title: "Termin geändert", width: 40, most: 80},
		},
	}
	in := zone(c)
	for _, one := range summary.Returns {
		r := one.Respondent
		channel, due := channelWord(r.Channel), r.Due.At
		if r.AskedAt.IsZero() { // nothing went to it that could be answered by a date, or an import does not say
			channel = ""
			if !c.Questionnaire.Imported {
				due = time.Time{}
			}
		}
		late := ""
		switch {
		case one.Given == 0:
		case one.Late > 0 && one.Late < one.Given:
			late = german.Must("export.returns.partly_late")
		default:
			late = yesNo(one.Late > 0)
		}
		s.rows = append(s.rows, []value{
			text(r.ShortName), text(r.Name), askedAt(r, in), text(channel), moment(due, in),
			text(returnWord(one)), count(one.Asked), count(one.Said), stamp(one.Received, in), text(late),
			text(reasons(one.Reasons)), text(reasons(one.Left)), text(strings.Join(DueChanges(german, r), "\n")),
		})
	}
	if c.Questionnaire.Imported {
		s.without("Gefragt am", "Weg", "Gestellte Fragen")
	}
	return s
}

// askedAt is when a respondent was asked. Of a printed letter the day alone is known.
func askedAt(r survey.ComparedRespondent, zone *time.Location) value {
	if r.Channel == survey.ChannelPost && !r.AskedAt.IsZero() {
		return day(r.AskedAt.In(zone).Format(time.DateOnly))
	}
	return moment(r.AskedAt, zone)
}

// returnWord says how a return stands: of whoever no longer stands also what came back, if anything did, and of whoever is but expected
// to stand that it is.
func returnWord(one survey.Return) string {
	word := german.Must("export.return." + string(one.State))
	if one.State != one.Back && one.Given > 0 {
		word += "; " + german.Must("export.return."+string(one.Back))
	}
	if s := one.Respondent.Standing; s.Told() && !s.Out() {
		word += "; " + StandingWord(german, s)
	}
	return word
}

// stateWord is the German word of how a party stands, "" where it is not noted.
func stateWord(s survey.ContestState) string {
	if s == "" {
		return ""
	}
	return german.Must("common.contest." + string(s))
}

// reasons are one cell, or where they are together too long for one, a pointer to where each stands.
func reasons(list []string) string {
	if all := strings.Join(list, "\n\n"); survey.Length(all) <= excelize.TotalCellChars {
		return all
	}
	return german.Must("export.returns.see_answers")
}

// count is a number that says something when it is 0.
func count(n int) value { return value{number: float64(n), kind: isNumber} }

// changedWords is one thing of an answer before and after.
type changedWords struct{ what, was, now string }

func changesSheet(c survey.Comparison) *sheet {
	s := &sheet{
		name: "Änderungen", table: "Aenderungen", frozen: 0, repeat: 0,
		columns: []column{
			{title: "Veröffentlichung", width: 17}, {title: "Am", width: 17}, {title: "Partei", width: 18}, {title: "Frage Nr.", width: 10},
			{title: "Was", width: 26}, {title: "Vorher", width: 40, most: 100}, {title: "Jetzt", width: 40, most: 100}, {title: "Änderungsvermerk", width: 60, most: 100},
		},
	}
	in := zone(c)
	for _, change := range c.Changes {
		question := number(change.Question)
		if change.Question == 0 {
			question = text(german.Must("export.changes.all"))
		}
		row := func(what, before, now, note string) {
			s.rows = append(s.rows, []value{number(change.Version), moment(change.At, in), text(change.ShortName), question,
				text(what), text(before), text(now), text(note)})
		}
		word := func(key string) string { return german.Must("export.changes." + key) }
		differ := func(words []changedWords) (some bool) {
			for _, one := range words {
				if one.was != one.now {
					row(one.what, cmp.Or(one.was, word("empty")), cmp.Or(one.now, word("empty")), change.Note)
					some = true
				}
			}
			return some
		}
		before := "" // of what is known but by its digest, the publication before says what it was
		if change.Version > 1 {
			before = german.Must("export.changes.see", "Version", change.Version-1)
		}
		was, now, known := versionsOf(c, change)
		switch {
		case change.Facet != "":
			question = number(change.Question) // of an erratum
			now := word("changed")
			switch {
			case change.State != "":
				now = stateWord(change.State)
			case change.Facet == survey.FacetErratum:
				now, before = word("changed_new"), ""
			}
			row(word(string(change.Facet)), before, now, "")
		case change.From == "":
			row(word("status"), "", statusWord(change.To), change.Note)
		case change.From != change.To:
			row(word("status"), statusWord(change.From), statusWord(change.To), change.Note)
		case change.Wording && known && differ([]changedWords{
			{word("position"), positionWord(c, was.Position), positionWord(c, now.Position)}, {word("text"), was.Text, now.Text}, {word("reason"), was.Reason, now.Reason}}):
		case change.Wording:
			row(word("wording"), before, word("changed"), change.Note)
		case change.Details && known && differ([]changedWords{
			{"Gemeinsam mit", joint(c, was.Joint), joint(c, now.Joint)}, {"Herkunft", provenanceWord(was), provenanceWord(now)}, {"Verspätet", yesNo(was.Late), yesNo(now.Late)},
			{"Quelle", was.Source, now.Source}, {"Lizenz", was.Licence, now.Licence}, {"Redaktionelle Anmerkung", was.Note, now.Note},
			{"Bestätigt", confirmationWord(was), confirmationWord(now)}}):
		case change.Details:
			row(word("details"), before, word("changed"), change.Note)
		}
		if change.Quotation {
			if change.QuotationNew {
				before = ""
			}
			row(word("quotation"), before, word("changed"+quotationWord(change)), "")
		}
	}
	if len(s.rows) == 0 {
		s.rows = [][]value{{{}, {}, {}, {}, text(german.Must("export.changes.none")), {}, {}, {}}}
	}
	return s
}

// readmeSheet says what the workbook is, under which rules it was made, and what its words mean.
func readmeSheet(c survey.Comparison, others []*sheet) *sheet {
	s := &sheet{
		name: "Lies mich", table: "LiesMich", frozen: 1, repeat: 1,
		columns: []column{{title: "Angabe", width: 34}, {title: "Inhalt", width: 96}},
	}
	say := func(label, content string) {
		if content != "" {
			s.rows = append(s.rows, []value{text(label), text(content)})
		}
	}
	told := func(key, content string) { say(german.Must("export.readme."+key), content) }
	q, in := c.Questionnaire, zone(c)
	told("title", q.Title)
	told("alliance", c.Alliance.Name)
	told("election", c.Election.Name)
	told("election_day", readable(c.Election.Date))
	told("as_of", instantText(c.At, in))
	if c.Version > 0 {
		told("version", german.Must("compare.meta.version_of", "Version", c.Version))
	} else {
		told("version", german.Must("export.readme.preview"))
	}
	told("address", Address(c))
	told("source", q.Source)
	if q.Licence != "" {
		told("licence", q.Licence)
		if !q.Imported {
			told("licence_scope", german.Must("export.readme.licence_scope_text", "Licence", q.Licence))
		}
	} else {
		told("licence", german.Must("export.readme.no_licence"))
	}
	told("order", OrderFact(german, c).Value)
	told("returns", ReturnsSentence(german, survey.Returns(c)))
	told("deadline", instantText(q.Deadline.At, in))
	for _, e := range q.Extended {
		if e.Ended() {
			say(german.Must("compare.meta.ended"), endedText(german, e))
			continue
		}
		told("extension", german.Must("export.readme.extension_text", "At", instantText(e.At, in), "To", instantText(e.To.At, in), "Reason", e.Reason))
	}
	for _, r := range c.Respondents {
		for _, change := range DueChanges(german, r) {
			told("own_due", r.ShortName+": "+change)
		}
	}
	for _, line := range standingLines(german, c) {
		told("standing", line)
	}
	told("intro", q.Intro)
	told("scale", ScaleText(german, q))
	if q.Imported {
		told("imported", german.Must("export.readme.imported_text"))
	} else if c.Confirmed {
		told("check", german.Must("export.readme.checked"))
	} else {
		told("check", german.Must("common.unchecked"))
	}
	for _, key := range []string{"wording", "quotation", "dates", "rows"} {
		told(key, german.Must("export.readme."+key+"_text"))
	}
	told("times", german.Must("export.readme.times_text", "Zone", in.String()))
	told("press", c.Alliance.PressContact)
	for i, key := range []string{"comparison", "answers", "questions", "parties", "returns", "treatment", "changes"} {
		about := "export.sheet." + key
		if q.Imported && (key == "parties" || key == "returns") { // who was asked, it does not say
			about += "_imported"
		}
		say(german.Must("export.readme.sheet", "Name", others[i].name), german.Must(about))
	}
	for _, status := range survey.Statuses {
		say(german.Must("export.readme.status", "Name", statusWord(status)), StatusMeaning(german, c, status))
	}
	if c.Held != "" {
		told("checkpoint", german.Must("export.readme.checkpoint_held", "Hash", c.Held))
	} else {
		told("checkpoint", strings.TrimSpace(c.Checkpoint))
	}
	return s
}

// readable is a date like 2026-09-27 in words.
func readable(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return german.Date(t)
}

// instantText is an instant in words, "" for none.
func instantText(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return german.DateTime(t, zone)
}
