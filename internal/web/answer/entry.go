package answer

import (
	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// entryView is one question with what is said to it, as readers will see it.
type entryView struct {
	Number   int
	Printed  string // the number with its mark
	Label    string // short name of the question
	Question string
	Context  string
	Errata   []templates.Erratum
	AskedBy  string
	templates.Said
	Remark     string   // the alliance's note beside it
	Unused     []string // texts of the draft that its choice leaves out
	Provenance string   // "" where nothing is said
	Licence    string   // stands with the provenance
	Note       string   // what the status does not say
	Edit       string   // "" prints no link
	Problems   []problemView
}

// problemView is something to know about an entry before submitting.
type problemView struct {
	Message string
	Href    string
	Stops   bool
}

// newEntryView shows what a submission would say.
func newEntryView(r *web.Request, sheet answer.Sheet, c answer.Cell) entryView {
	v := questionView(r, c.Question)
	v.Errata = r.Errata(sheet.Questionnaire, c.Question.ID)
	v.AskedBy, v.Edit = r.Printer().Join(c.AskedBy), questionPath(c.Question.Number)
	switch {
	case c.State == answer.StateTranscribed:
		v.say(c.Standing.Entry())
		v.Provenance = r.Printer().Must("common.provenance.transcribed")
		if c.Standing.Source != "" {
			v.Provenance += ", " + c.Standing.Source
		}
		v.licence(r, c.Standing.Licence)
	case c.Entry.Empty():
		v.Status, v.Note = string(survey.Pending), r.Printer().Must("answer.entry.nothing")
		if sheet.Over {
			v.Status, v.Note = string(survey.NoAnswer), ""
		}
	case c.State == answer.StateSubmitted:
		v.say(c.Entry)
		v.Provenance = r.Printer().Must("answer.entry.provenance", "Date", r.Printer().Date(c.Standing.CountsAt.In(sheet.Due.Location())))
		v.licence(r, c.Standing.Licence)
	default:
		v.say(c.Entry)
		v.Provenance = r.Printer().Must("answer.entry.will")
		switch {
		case sheet.Ended:
			v.Provenance = r.Printer().Must("answer.entry.draft_over")
		case sheet.Over && !sheet.Early:
			v.Provenance = r.Printer().Must("answer.entry.will_late")
		}
	}
	for _, problem := range c.Problems {
		v.Problems = append(v.Problems, problemView{Message: r.Printer().Must(problem.Key, r.Readable(problem.Args)...), Href: v.Edit, Stops: problem.Stops})
	}
	return v
}

func questionView(r *web.Request, q survey.CatalogueQuestion) entryView {
	return entryView{Number: q.Number, Printed: q.Printed(), Label: q.Label, Question: q.Text, Context: q.Context, Said: templates.Said{Thesis: q.Kind == survey.KindThesis}}
}

func (v *entryView) licence(r *web.Request, name string) {
	if name != "" {
		v.Licence = r.Printer().Must("compare.from.licence", "Licence", name)
	}
}

func (v *entryView) say(e survey.Entry) { web.Say(&v.Said, e) }
