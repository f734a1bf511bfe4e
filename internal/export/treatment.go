package export

import (
	"slices"
	"time"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// A TreatmentSection is one part of the equal-treatment report in words.
type TreatmentSection struct {
	ID, Title string
	Facts     []templates.Fact
	Lines     []TreatmentLine
	None      string // said where there is not one line
	Note      string // said below the lines, or instead of None
}

// A TreatmentLine is one thing that was done, or in which respondents were not treated alike.
type TreatmentLine struct {
	Party     string // short name; "" all
	Questions string // "Fragen 2 und 6"; "" all
	When      string
	What      string
	Reason    string // of the alliance or, of a correction, of the party; as it was written
	Source    string // as it was written
	Href      string // of Source, if it is an address
	Text      string // the wording that was used, as it was written
}

// TreatmentSections puts the equal-treatment report of a comparison into words; none where there is no report.
func TreatmentSections(p *locale.Printer, c survey.Comparison) []TreatmentSection {
	t := c.Treatment
	if t.Empty() {
		return nil
	}
	w := treatmentWords{p, c}
	alike := TreatmentSection{ID: "gleich", Title: p.Must("compare.treatment.alike")}
	fact := func(s *TreatmentSection, key, value string) {
		if value != "" {
			s.Facts = append(s.Facts, templates.Fact{Label: p.Must(key), Value: value})
		}
	}
	fact(&alike, "compare.treatment.asked", p.Must("compare.treatment.asked_text", "Count", t.Asked))
	if t.Questions > 0 {
		same := "compare.treatment.catalogue_text"
		if len(t.Of(survey.TreatedShortened)) > 0 {
			same = "compare.treatment.catalogue_but"
		}
		fact(&alike, "compare.treatment.catalogue", p.Must(same, "Count", t.Questions))
	}
	fact(&alike, "compare.treatment.dispatched", w.moment(t.DispatchedAt))
	limit := p.Must("compare.treatment.no_limit")
	if t.AnswerLimit > 0 {
		limit = p.Must("compare.treatment.limit_text", "Count", t.AnswerLimit)
	}
	fact(&alike, "compare.treatment.limit", limit)
	fact(&alike, "common.deadline", w.moment(t.Deadline))
	order := OrderFact(p, c)
	fact(&alike, "compare.meta.order", order.Value)
	sections := []TreatmentSection{alike,
		w.section("post", survey.TreatedDispatch, survey.TreatedLetter, survey.TreatedPlanned, survey.TreatedReminder, survey.TreatedMissed, survey.TreatedExtension, survey.TreatedEnded, survey.TreatedErratum, survey.TreatedByPost),
		w.section("nicht-gefragt", survey.TreatedNotAsked, survey.TreatedNotReached, survey.TreatedNotAdmitted, survey.TreatedResigned),
		w.section("abweichungen", survey.TreatedLater, survey.TreatedProcedure, survey.TreatedOwnDate, survey.TreatedOwnMore, survey.TreatedLanguage,
			survey.TreatedLeftOut, survey.TreatedShortened, survey.TreatedOverLimit),
	}
	answers := TreatmentSection{ID: "antworten", Title: p.Must("compare.treatment.answers")}
	for _, one := range []struct {
		key   string
		count int
	}{{"form", t.Answers.Form}, {"by_person", t.Answers.ByPerson}, {"by_party", t.Answers.ByParty}, {"unchecked", t.Answers.Unchecked}, {"over", t.Answers.Over}} {
		fact(&answers, "compare.treatment.answers_"+one.key, p.Must("compare.treatment.count", "Count", one.count))
	}
	if t.Open { // what has come so far is not the whole
		answers.Facts, answers.Note = nil, p.Must("compare.treatment.open")
	}
	late := w.section("nach-der-frist", survey.TreatedLate, survey.TreatedCorrected, survey.TreatedWithdrawn)
	if t.Open {
		late.Note = p.Must("compare.treatment.open")
	}
	proof := TreatmentSection{ID: "nachweis", Title: p.Must("common.proof")}
	fact(&proof, "compare.treatment.catalogue_hash", t.Catalogue)
	fact(&proof, "compare.treatment.letter_hash", t.Letter)
	return append(sections, answers, late, proof)
}

type treatmentWords struct {
	*locale.Printer
	c survey.Comparison
}

// section gathers the entries of some kinds, which stand in the order of the report.
func (w treatmentWords) section(id string, kinds ...survey.TreatmentKind) TreatmentSection {
	s := TreatmentSection{ID: id, Title: w.Must("compare.treatment." + id), None: w.Must("compare.treatment." + id + ".none")}
	entries := w.c.Treatment.Of(kinds...)
	if kinds[0] == survey.TreatedDispatch { // what went out is told in its order
		slices.SortStableFunc(entries, func(a, b survey.TreatmentEntry) int {
			return when(a).Compare(when(b))
		})
	}
	for _, e := range entries {
		s.Lines = append(s.Lines, w.line(e))
	}
	return s
}

// when is where an entry stands among what went out: a letter behind the change it tells of.
func when(e survey.TreatmentEntry) time.Time {
	at := e.At
	if e.Kind == survey.TreatedByPost {
		at = e.From
	}
	t, _ := at.Time()
	return t
}

func (w treatmentWords) line(e survey.TreatmentEntry) TreatmentLine {
	line := TreatmentLine{When: w.moment(e.At), Reason: e.Reason, Source: e.Source, Href: webAddress(e.Source), Text: e.Text}
	for _, r := range w.c.Respondents {
		if r.Slug == e.Party {
			line.Party = ShownName(w.c, r)
		}
	}
	var numbers []string
	for _, n := range e.Questions {
		numbers = append(numbers, w.c.Catalogue.Printed(n))
	}
	if n := len(numbers); n > 0 && n < len(w.c.Catalogue.Questions) {
		line.Questions = w.Must("compare.treatment.questions", "Count", n, "Numbers", w.Join(numbers))
	}
	if e.Kind == survey.TreatedProcedure && e.At == w.c.Treatment.DispatchedAt {
		line.When = "" // with all the others
	}
	args := []any{"From", w.moment(e.From), "To", w.moment(e.To), "Count", e.Count, "Channel", ""}
	if e.Channel != survey.ChannelUnknown {
		args[len(args)-1] = w.Must("common.channel." + string(e.Channel))
	}
	kind := "compare.treatment.kind." + string(e.Kind)
	switch {
	case e.Kind == survey.TreatedEnded && e.Party != "":
		kind += "_own"
	case e.Kind == survey.TreatedByPost && e.At == e.From:
		kind += "_not"
	case e.Kind == survey.TreatedReminder && w.c.Treatment.Open:
		kind += "_open"
	case e.Kind == survey.TreatedProcedure && e.Channel != survey.ChannelMail:
		kind += "_apart"
	case e.Kind == survey.TreatedPlanned:
		if args[5] = e.Days; e.To != "" {
			kind += "_stopped"
		}
	}
	line.What = w.Must(kind, args...)
	if e.Lost > 0 {
		line.What += " " + w.Must("compare.treatment.lost", "Count", e.Lost)
	}
	return line
}

// moment is a stamp in words: a day, or a time of day.
func (w treatmentWords) moment(s survey.Stamp) string {
	at, err := s.Time()
	if err != nil {
		return dayInWords(w.Printer, w.c, s)
	}
	if _, err := time.Parse(time.DateOnly, string(s)); err == nil {
		return dayInWords(w.Printer, w.c, s)
	}
	return w.DateTime(at, zone(w.c))
}

// treatmentSheet is the report as rows.
func treatmentSheet(c survey.Comparison) *sheet {
	s := &sheet{
		name: "Gleichbehandlung", table: "Gleichbehandlung", lead: german.Must("compare.treatment.lead"), frozen: 1, repeat: 1,
		columns: []column{
			{title: "Abschnitt", width: 26}, {title: "Partei", width: 18}, {title: "Fragen", width: 12}, {title: "Zeitpunkt", width: 26},
			{title: "Angabe", width: 60, most: 100}, {title: "Grund", width: 50, most: 100}, {title: "Quelle", width: 40, most: 80}, {title: "Wortlaut", width: 40, most: 100},
		},
	}
	row := func(cells ...string) {
		values := make([]value, len(s.columns))
		for i, cell := range cells {
			values[i] = text(cell)
		}
		s.rows = append(s.rows, values)
	}
	for _, part := range TreatmentSections(german, c) {
		for _, f := range part.Facts {
			row(part.Title, "", "", "", f.Label+": "+f.Value)
		}
		for _, l := range part.Lines {
			row(part.Title, l.Party, l.Questions, l.When, l.What, l.Reason, l.Source, l.Text)
		}
		switch {
		case part.Note != "":
			row(part.Title, "", "", "", part.Note)
		case len(part.Facts)+len(part.Lines) == 0 && part.None != "":
			row(part.Title, "", "", "", part.None)
		}
	}
	if len(s.rows) == 0 {
		row("", "", "", "", german.Must("compare.treatment.no_report"))
	}
	return s
}
