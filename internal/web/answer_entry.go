package web

import (
	"pruefstein/internal/answer"
	"pruefstein/internal/survey"
)

// entryView is one question with what is said to it, as readers will see it.
type entryView struct {
	Number     int
	Label      string // short name of the question
	Question   string
	Context    string
	IsThesis   bool
	AskedBy    string
	Status     survey.Status
	Position   survey.Position
	Text       string
	Reason     string
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

// entryView shows what a submission would say.
func (r *request) entryView(sheet answer.Sheet, c answer.Cell) entryView {
	v := r.questionView(c.Question)
	v.AskedBy, v.Edit = r.printer().Join(c.AskedBy), questionPath(c.Question.Number)
	switch {
	case c.State == answer.StateTranscribed:
		v.say(c.Standing.Entry())
		v.Provenance = r.printer().Must("common.provenance.transcribed")
		if c.Standing.Source != "" {
			v.Provenance += ", " + c.Standing.Source
		}
		v.licence(r, c.Standing.Licence)
	case c.Entry.Empty():
		v.Status, v.Note = survey.Pending, r.printer().Must("answer.entry.nothing")
		if sheet.Over {
			v.Status, v.Note = survey.NoAnswer, ""
		}
	case c.State == answer.StateSubmitted:
		v.say(c.Entry)
		v.Provenance = r.printer().Must("answer.entry.provenance", "Date", r.printer().Date(c.Standing.CountsAt.In(sheet.Due.Location())))
		v.licence(r, c.Standing.Licence)
	default:
		v.say(c.Entry)
		v.Provenance = r.printer().Must("answer.entry.will")
		if sheet.Over {
			v.Provenance = r.printer().Must("answer.entry.draft_over")
		}
	}
	for _, problem := range c.Problems {
		v.Problems = append(v.Problems, problemView{Message: r.printer().Must(problem.Key, r.readable(problem.Args)...), Href: v.Edit, Stops: problem.Stops})
	}
	return v
}

func (r *request) questionView(q survey.CatalogueQuestion) entryView {
	return entryView{Number: q.Number, Label: q.Label, Question: q.Text, Context: q.Context, IsThesis: q.Kind == survey.KindThesis}
}

func (v *entryView) licence(r *request, name string) {
	if name != "" {
		v.Licence = r.printer().Must("compare.from.licence", "Licence", name)
	}
}

func (v *entryView) say(e survey.Entry) {
	v.Status, v.Position, v.Text, v.Reason = e.Status, e.Position, e.Text, e.Reason
}
