package export

import (
	"fmt"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// at is the "Stand" of every comparison in these tests.
var at = time.Date(2027, 3, 1, 11, 30, 0, 0, time.UTC)

// words are what invented prose is made of; they hold what real texts hold and file formats trip over.
var words = strings.Fields(strings.ReplaceAll(`Wir fordern für Nordmark ein Gesetz, das „offene Standards“ in der Verwaltung vorschreibt - und zwar bis 2030.
	Die Beschaffung soll <b>freie</b> Software bevorzugen; Ausnahmen sind zu begründen (§ 7). Bildungs~materialien aus öffentlichen
	Mitteln gehören allen. =1+1 ist kein Argument & "Datenhoheit" kein Selbstzweck. Straßenverkehrsinfrastrukturfinanzierung bleibt Landessache.`, "~", "\u00ad"))

// prose is invented text of so many characters at most, the same for the same seed; long prose has paragraphs.
func prose(seed, length int) string {
	var b strings.Builder
	for i := seed; ; i++ {
		word := words[(i*7+seed)%len(words)]
		if b.Len()+len(word)+2 > length {
			return strings.TrimSpace(b.String())
		}
		b.WriteString(word)
		if i%60 == 59 {
			b.WriteString("\n\n")
		} else {
			b.WriteByte(' ')
		}
	}
}

// theses looks like a large thesis questionnaire: 38 theses, 38 parties, a rationale of up to 617 characters in every cell.
func theses() survey.Comparison {
	return lookalike(38, 38, survey.KindThesis, func(q, p int) survey.Cell {
		return given(survey.Version{
			Number: 1, Status: survey.Answered, Position: survey.Positions[(q*3+p)%3], Text: prose(q*38+p, 180+(q*41+p*13)%438),
		})
	})
}

// longProse looks like a questionnaire with open questions: 12 questions, 6 parties, answers of up to 2,458 characters, one
// party silent.
func longProse() survey.Comparison {
	return lookalike(12, 6, survey.KindText, func(q, p int) survey.Cell {
		if p == 0 {
			return given(survey.Version{Number: 1, Status: survey.NoAnswer})
		}
		return given(survey.Version{Number: 1, Status: survey.Answered, Text: prose(q*6+p, 114+(q*311+p*977)%2345)})
	})
}

func given(v survey.Version) survey.Cell {
	return survey.Cell{Status: v.Status, Reason: v.Reason, Current: &v, History: []survey.Version{v}}
}

func lookalike(questions, parties int, kind survey.QuestionKind, cell func(q, p int) survey.Cell) survey.Comparison {
	c := survey.Comparison{
		Alliance: survey.Alliance{Name: "Bündnis Offenes Nordmark"},
		Election: survey.Election{Name: "Landtagswahl Nordmark 2027", Date: "2027-03-14", Level: survey.LevelLand},
		Questionnaire: survey.Questionnaire{
			Slug: "nordmark-2027", Title: "Wahlprüfsteine & Fragen zur Landtagswahl Nordmark 2027", Imported: true, Licence: "CC-BY-4.0",
			OrderRule: "Parteien alphabetisch.",
		},
		Catalogue: survey.Catalogue{Topics: []survey.Topic{{ID: "oer", Name: "Digitale Bildung"}}},
		Version:   1, At: at, BaseURL: "https://pruefsteine.example",
	}
	for q := range questions {
		c.Catalogue.Questions = append(c.Catalogue.Questions, survey.CatalogueQuestion{
			ID: survey.QuestionID(fmt.Sprintf("q%02d", q+1)), Number: q + 1, Kind: kind, Label: prose(q, 30), Text: prose(q+100, 150+q*7), Topic: "oer",
		})
	}
	for p := range parties {
		r := survey.ComparedRespondent{
			ID: survey.RespondentID(fmt.Sprintf("p%02d", p+1)), Slug: survey.Slug(fmt.Sprintf("p%02d", p+1)), ShortName: fmt.Sprintf("Partei %d", p+1),
			Name: fmt.Sprintf("%de Bürgerpartei Nordmark", p+1), Sequence: p + 1,
		}
		for q, question := range c.Catalogue.Questions {
			r.Cells = append(r.Cells, survey.ComparedCell{Question: question, Cell: cell(q, p)})
		}
		c.Respondents = append(c.Respondents, r)
	}
	return c
}

// conducted is a questionnaire conducted here with a cell of every status but unknown, one party each, a joint answer, a
// change and a quotation.
func conducted() survey.Comparison {
	cells := []survey.Cell{
		given(survey.Version{Number: 1, Status: survey.Answered, Text: "Ja.", Provenance: survey.ByForm, Record: "s", ReceivedAt: "2027-01-10T08:15:00Z"}),
		given(survey.Version{Number: 1, Status: survey.NoPosition, Provenance: survey.ByForm, Record: "s"}),
		given(survey.Version{Number: 1, Status: survey.General, Text: "Wir danken.", Provenance: survey.Transcribed, Record: "t", Joint: []string{"p01", "Nachbarn"}}),
		given(survey.Version{Number: 1, Status: survey.Refers, Provenance: survey.Transcribed, Record: "t", ConfirmedBy: "u", Source: "Brief vom 3. Januar 2027"}),
		given(survey.Version{Number: 1, Status: survey.Declined, Reason: "Keine Zeit.", Provenance: survey.Transcribed, Record: "t", Late: true}),
		given(survey.Version{Number: 1, Status: survey.Withdrawn, Provenance: survey.ByForm, Record: "s"}),
		{Status: survey.Pending}, {Status: survey.NoAnswer}, {Status: survey.NotReached, Reason: "Kein Postfach."}, {Status: survey.NotAsked, Reason: "Tritt nicht an."},
	}
	c := lookalike(1, len(cells), survey.KindText, func(_, p int) survey.Cell { return cells[p] })
	c.Questionnaire.Imported = false
	c.Questionnaire.Deadline = survey.Instant{At: time.Date(2027, 2, 1, 17, 0, 0, 0, time.UTC), Zone: "Europe/Berlin"}
	first := &c.Respondents[0].Cells[0]
	changed := *first.Current
	changed.Number, changed.Text, changed.ReceivedAt, changed.ChangeNote = 7, "Doch nicht.", "2027-02-20T10:00:00Z", "Parteitag"
	first.Current, first.History = &changed, append(first.History, changed)
	c.Respondents[7].Cells[0].Quotation = &survey.Quotation{Text: "Wir wollen mehr.", Place: "S. 12"}
	c.Changes = []survey.Change{{Version: 2, At: at, Respondent: "p01", ShortName: "Partei 1", Question: 1, From: survey.Answered, To: survey.Answered, Wording: true, Note: "Parteitag"}}
	return c
}
