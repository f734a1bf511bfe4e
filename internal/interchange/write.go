package interchange

import (
	"encoding/json"
	"io"
	"reflect"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

// Write writes a comparison as a pruefstein/1 file, or pruefstein/1.1 where it needs that, the same bytes for the same comparison.
//
// An imported questionnaire is written as it came: nothing that is derived, and no entry where the import had none. Of a
// questionnaire conducted here every cell has an entry, its status written out.
func Write(w io.Writer, c survey.Comparison) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(FromComparison(c))
}

// FromComparison is the file Write writes. Answers stand question by question, in the printed order of the parties.
func FromComparison(c survey.Comparison) File {
	q := c.Questionnaire
	f := File{
		Election: Election{Name: c.Election.Name, Date: c.Election.Date, Level: string(c.Election.Level), Region: c.Election.Region},
		Questionnaire: Questionnaire{
			Slug: string(q.Slug), Title: q.Title, Intro: q.Intro, Source: q.Source, OrderRule: orderRule(q), Licence: q.Licence,
			Deadline: string(q.Deadline.Stamp()), PublishedAt: string(q.PublishedAt),
		},
		Questions: []Question{}, Parties: []Party{}, Answers: []Answer{},
	}
	if !q.Imported && c.Version > 0 {
		f.Questionnaire.PublishedAt = string(survey.StampOf(c.At))
	}
	f.Questionnaire.Treatment = FromTreatment(c.Treatment)
	for _, step := range q.Scale {
		f.Questionnaire.Scale = append(f.Questionnaire.Scale, Step{ID: string(step.ID), Label: step.Label})
	}
	for _, o := range c.Catalogue.Organisations {
		f.Organisations = append(f.Organisations, Named(o))
	}
	for _, g := range c.Catalogue.WorkingGroups {
		f.WorkingGroups = append(f.WorkingGroups, Named(g))
	}
	for _, t := range c.Catalogue.Topics {
		f.Topics = append(f.Topics, Named(t))
	}
	for _, r := range c.Respondents {
		f.Parties = append(f.Parties, Party{
			ID: string(r.Slug), ShortName: r.ShortName, Name: r.Name, Members: r.Members, BallotPosition: r.BallotPosition,
			Wikidata: r.Wikidata, Colour: r.Colour,
			State: string(r.Standing.State), StateSince: r.Standing.Since, StateReason: r.Standing.Reason, StateSource: r.Standing.Source,
		})
	}
	for i, question := range c.Catalogue.Questions {
		f.Questions = append(f.Questions, Question{
			ID: string(question.ID), Number: question.Number, Kind: string(question.Kind), Topic: question.Topic, AskedBy: question.AskedBy,
			Mark: question.Mark, Label: question.Label, Text: question.Text, Context: question.Context,
		})
		for _, r := range c.Respondents {
			cell := r.Cells[i]
			f.Answers = append(f.Answers, answers(question.ID, r.Slug, cell, q.Imported)...)
			if quoted := cell.Quotation; quoted != nil {
				f.Quotations = append(f.Quotations, Quotation{
					Question: string(question.ID), Party: string(r.Slug), Text: quoted.Text, Place: quoted.Place, Source: quoted.Source,
				})
			}
		}
	}
	f.Format = formatOf(f)
	return f
}

// FromTreatment is an equal-treatment report as it stands in a file.
func FromTreatment(t survey.Treatment) Treatment {
	out := Treatment{Catalogue: t.Catalogue, Letter: t.Letter, Questions: t.Questions, AnswerLimit: t.AnswerLimit, DispatchedAt: t.DispatchedAt,
		Deadline: t.Deadline, Order: t.Order, OrderSource: t.OrderSource, Asked: t.Asked, Open: t.Open, Answers: TreatedAnswers(t.Answers)}
	for _, e := range t.Entries {
		out.Entries = append(out.Entries, TreatmentEntry(e))
	}
	return out
}

// toTreatment is its inverse.
func toTreatment(t Treatment) survey.Treatment {
	out := survey.Treatment{Catalogue: t.Catalogue, Letter: t.Letter, Questions: t.Questions, AnswerLimit: t.AnswerLimit, DispatchedAt: t.DispatchedAt,
		Deadline: t.Deadline, Order: t.Order, OrderSource: t.OrderSource, Asked: t.Asked, Open: t.Open, Answers: survey.TreatedAnswers(t.Answers)}
	for _, e := range t.Entries {
		out.Entries = append(out.Entries, survey.TreatmentEntry(e))
	}
	return out
}

// orderRule is the printed rule in German, as the workbook has it. That of an import stays as it came.
func orderRule(q survey.Questionnaire) string {
	if q.Imported {
		return q.OrderRule
	}
	return locale.For("de").OrderRule(q)
}

// answers are the entries of one cell: its versions, or its status where it has none.
func answers(question survey.QuestionID, party survey.Slug, cell survey.ComparedCell, imported bool) []Answer {
	if len(cell.History) == 0 {
		if imported {
			return nil
		}
		return []Answer{{Question: string(question), Party: string(party), Status: string(cell.Status), Reason: cell.Reason}}
	}
	var list []Answer
	for i, v := range cell.History {
		number := i + 1 // readers know the versions shown to them, not those replaced before the deadline
		if imported {
			number = v.Number
		}
		if cell.Unsaid() {
			number = 0 // the default, as such entries come
		}
		list = append(list, Answer{
			Question: string(question), Party: string(party), Status: string(v.Status), Position: string(v.Position), Text: v.Text, Reason: v.Reason,
			Provenance: string(v.Provenance), Late: v.Late, Joint: v.Joint, Source: v.Source, Licence: v.Licence,
			ReceivedAt: string(v.ReceivedAt), Version: number, ChangeNote: v.ChangeNote, Note: v.Note, Confirmed: string(v.Confirmation()),
		})
	}
	return list
}

// Equal tells whether two files say the same; a missing list equals an empty one.
func (f File) Equal(other File) bool { return equal(reflect.ValueOf(f), reflect.ValueOf(other)) }

func equal(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}
