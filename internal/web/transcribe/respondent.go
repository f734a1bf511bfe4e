package transcribe

import (
	"net/http"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// letterRespondentPage is what came from one respondent.
type letterRespondentPage struct {
	transcriptionBase
	Party      templates.Party
	Name       string
	Facts      []templates.Fact
	Letters    []transcriptionLine
	Entries    []letterEntry
	New        string
	Quotations string
	Reach      string // the page of the Versand on which "nicht erreicht" is noted
	Hidden     string // why the party's own submission is not shown yet
}

// letterEntry is one question with what is said to it.
type letterEntry struct {
	Number   int
	Printed  string // the number with its mark
	Question string
	templates.Said
	About     string
	Note      string // in place of what is said
	Remark    string // the alliance's note beside it
	Quotation *templates.Quotation
}

func newLetterEntry(q survey.CatalogueQuestion) letterEntry {
	return letterEntry{Number: q.Number, Printed: q.Printed(), Question: q.Text, Said: templates.Said{Thesis: q.Kind == survey.KindThesis}}
}

func (e *letterEntry) say(said survey.Entry) { web.Say(&e.Said, said) }

// letter is the letter of the path with the sheet it stands on.
func (s *Room) letter(r *web.Request) (sheet transcribe.Sheet, line transcribe.Line, err error) {
	if sheet, err = s.letterSheet(r); err == nil {
		line, err = sheet.Letter(r.Param("letter"))
	}
	return sheet, line, err
}

func (s *Room) letterSheet(r *web.Request) (transcribe.Sheet, error) {
	return s.Transcribe.Sheet(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")))
}

func (s *Room) transcriptionRespondent(r *web.Request) error {
	sheet, err := s.letterSheet(r)
	if err != nil {
		return err
	}
	who := sheet.Respondent
	p := letterRespondentPage{transcriptionBase: newTranscriptionBase(r, "transcribe.respondent.title", "Party", who.ShortName), Name: who.Name,
		Party: templates.Party{Name: who.ShortName, Colour: who.Colour}, Quotations: letterPath(r, string(who.Slug), "zitate"),
		Reach: string("/versand/" + r.Questionnaire.Slug + "/befragte/" + who.Slug)}
	fact := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, templates.Fact{Label: p.Must("transcribe.fact." + key), Value: value})
		}
	}
	fact("due", r.Instant(sheet.Due))
	fact("channel", r.ChannelWord(who.Procedure.Channel))
	fact("form", submittedWord(r, sheet.SubmittedAt))
	fact("not_asked", who.NotAsked)
	if who.NotReached != nil {
		fact("not_reached", who.NotReached.Reason)
	}
	if who.NotAsked == "" && p.CanAct {
		p.New = letterPath(r, string(who.Slug), "neu")
	}
	if !sheet.SubmittedAt.IsZero() && !sheet.Over {
		p.Hidden = p.Must("transcribe.respondent.hidden", "Due", r.Instant(sheet.Due))
	}
	for _, l := range sheet.Letters {
		p.Letters = append(p.Letters, newTranscriptionLine(r, p.transcriptionBase, l, who))
	}
	for _, c := range sheet.Cells {
		p.Entries = append(p.Entries, standingEntry(r, p.transcriptionBase, c))
	}
	return r.Page(http.StatusOK, "transcribe/respondent", p)
}

// standingEntry is what counts now, as far as the office may read it.
func standingEntry(r *web.Request, p transcriptionBase, c transcribe.Cell) letterEntry {
	e := newLetterEntry(c.Question)
	switch {
	case c.Standing != nil:
		e.say(c.Standing.Entry())
		e.Remark = c.Standing.Note
		e.About = p.Must("common.provenance." + string(c.Standing.Provenance))
		if c.Standing.Source != "" {
			e.About += ": " + c.Standing.Source
		}
		switch {
		case !c.Standing.PartyConfirmedAt.IsZero():
			e.About += ", " + p.Must("common.by_party")
		case c.Standing.Provenance == survey.Transcribed && c.Standing.ConfirmedBy == "":
			e.About += ", " + p.Must("common.unchecked")
		}
		if c.Standing.Late {
			e.About += ", " + p.Must("common.late")
		}
	case c.Own:
		e.Note = p.Must("transcribe.cell.by_form_hidden")
	case !c.Asked:
		e.Status, e.Reason = string(survey.NotAsked), c.WhyNot
	default:
		e.Note = p.Must("transcribe.cell.nothing")
	}
	if c.Quotation != nil {
		e.Quotation = &templates.Quotation{Text: c.Quotation.Text, Place: c.Quotation.Place, Source: c.Quotation.Source}
	}
	return e
}
