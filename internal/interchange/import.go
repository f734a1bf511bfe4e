package interchange

import (
	"time"

	"pruefstein/internal/compare"
	"pruefstein/internal/survey"
)

// ToImport turns a file Read found sound into what compare.Service.Import takes. The ids are those of the file.
func ToImport(f File) compare.Import {
	im := compare.Import{
		Election: survey.Election{
			Name: f.Election.Name, Date: f.Election.Date, Level: survey.Level(f.Election.Level), Region: f.Election.Region,
		},
		Questionnaire: survey.Questionnaire{
			Slug: survey.Slug(f.Questionnaire.Slug), Title: f.Questionnaire.Title, Intro: f.Questionnaire.Intro, Source: f.Questionnaire.Source,
			OrderRule: f.Questionnaire.OrderRule, Licence: f.Questionnaire.Licence,
			Deadline: instant(f.Questionnaire.Deadline), PublishedAt: survey.Stamp(f.Questionnaire.PublishedAt),
		},
		Catalogue: survey.Catalogue{Organisations: named(f.Organisations), WorkingGroups: named(f.WorkingGroups)},
	}
	im.Questionnaire.Treatment = toTreatment(f.Questionnaire.Treatment)
	for _, step := range f.Questionnaire.Scale {
		im.Questionnaire.Scale = append(im.Questionnaire.Scale, survey.Step{ID: survey.Position(step.ID), Label: step.Label})
	}
	for _, t := range f.Topics {
		im.Catalogue.Topics = append(im.Catalogue.Topics, survey.Topic(t))
	}
	im.Questionnaire.Topics = im.Catalogue.Topics
	for _, q := range f.Questions {
		im.Catalogue.Questions = append(im.Catalogue.Questions, survey.CatalogueQuestion{
			ID: survey.QuestionID(q.ID), Number: q.Number, Kind: survey.QuestionKind(q.Kind), Mark: q.Mark, Label: q.Label, Text: q.Text, Context: q.Context,
			Topic: q.Topic, AskedBy: q.AskedBy,
		})
	}
	for i, p := range f.Parties {
		im.Respondents = append(im.Respondents, survey.Respondent{
			Slug: survey.Slug(p.ID), ShortName: p.ShortName, Name: p.Name, Members: p.Members, BallotPosition: p.BallotPosition,
			Wikidata: p.Wikidata, Colour: p.Colour, Sequence: i + 1,
			Standing: survey.Standing{State: survey.ContestState(p.State), Since: p.StateSince, Reason: p.StateReason, Source: p.StateSource},
		})
	}
	for _, a := range f.Answers {
		im.Versions = append(im.Versions, survey.Version{
			Respondent: survey.RespondentID(a.Party), Question: survey.QuestionID(a.Question), Number: a.Version, Status: survey.Status(a.Status),
			Position: survey.Position(a.Position), Text: a.Text, Reason: a.Reason, Provenance: survey.Provenance(a.Provenance),
			Late: a.Late, Joint: a.Joint, Source: a.Source, Licence: a.Licence, ReceivedAt: survey.Stamp(a.ReceivedAt),
			ChangeNote: a.ChangeNote, Note: a.Note, Confirmed: survey.Confirmation(a.Confirmed),
		})
	}
	for _, q := range f.Quotations {
		im.Quotations = append(im.Quotations, survey.Quotation{
			Respondent: survey.RespondentID(q.Party), Question: survey.QuestionID(q.Question), Text: q.Text, Place: q.Place, Source: q.Source,
		})
	}
	return im
}

func named(list []Named) []survey.Named {
	var names []survey.Named
	for _, n := range list {
		names = append(names, survey.Named(n))
	}
	return names
}

// instant reads an RFC 3339 time and keeps it as given.
func instant(stamp string) survey.Instant {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return survey.Instant{}
	}
	return survey.Instant{At: at.UTC(), Given: survey.Stamp(stamp)}
}
