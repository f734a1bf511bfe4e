package transcribe

import (
	"net/http"
	"strconv"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// letterViewPage shows a transcription to be read: to the second person beside its original, and later as it took effect.
type letterViewPage struct {
	transcriptionBase
	State     templates.Badge
	Info      string
	Doubts    []string
	Facts     []templates.Fact
	File      templates.NavItem
	FileFacts string
	Entries   []letterEntry
	Left      string // questions the letter says nothing to
	Confirm   *templates.Confirm
	Back      *templates.Confirm
	Correct   string // where a correction begins
}

func (s *Room) transcriptionPage(r *web.Request) error {
	sheet, line, err := s.letter(r)
	if err != nil {
		return err
	}
	if line.State == survey.TranscriptionDraft && r.Actor.Has(survey.RoleCoordinator) {
		return s.renderTranscription(r, http.StatusOK, sheet, line, formOfLetter(sheet, line.Letter()), nil, nil)
	}
	return s.renderLetter(r, http.StatusOK, sheet, line, "", nil)
}

func (s *Room) renderLetter(r *web.Request, status int, sheet transcribe.Sheet, line transcribe.Line, note string, errs []templates.FieldError) error {
	who := sheet.Respondent
	p := letterViewPage{transcriptionBase: newTranscriptionBase(r, "transcribe.view.title", "Party", who.ShortName)}
	p.Errors = errs
	p.State, p.Doubts = letterBadge(p.transcriptionBase, line.Transcription), p.doubts(line)
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: who.ShortName, Href: letterPath(r, string(who.Slug))})
	if line.File != nil {
		p.File, p.FileFacts = originalLink(r, p.transcriptionBase, who, *line.File)
	}
	letterFacts(r, &p, sheet, line)
	said := map[int]bool{}
	for _, e := range line.Entries {
		said[e.Number] = true
		for _, c := range sheet.Cells {
			if c.Question.ID == e.Question {
				entry := newLetterEntry(c.Question)
				entry.say(e.Entry)
				entry.Remark = e.Note
				if !c.Asked {
					entry.About = p.Must("transcribe.view.others_only", "Party", who.ShortName)
				}
				p.Entries = append(p.Entries, entry)
			}
		}
	}
	var left []string
	for _, c := range sheet.Cells {
		if c.Asked && !said[c.Question.Number] {
			left = append(left, c.Question.Printed())
		}
	}
	if len(left) > 0 {
		p.Left = p.Must("transcribe.view.left", "Numbers", p.Join(left))
	}
	letterActs(r, &p, sheet, line, note)
	return r.Page(status, "transcribe/view", p)
}

// letterActs offers what the actor can do with a transcription.
func letterActs(r *web.Request, p *letterViewPage, sheet transcribe.Sheet, line transcribe.Line, note string) {
	path := letterPath(r, string(sheet.Respondent.Slug), "uebertragung", line.ID)
	revision := web.HiddenField("revision", strconv.Itoa(line.Revision))
	switch {
	case line.State == survey.TranscriptionEffective && p.CanAct:
		p.Correct = letterPath(r, string(sheet.Respondent.Slug), "neu") + "?von=" + line.ID
	case line.State != survey.TranscriptionWaiting:
		return
	case line.OnlyParty:
		key := "transcribe.view.only_party"
		if sheet.Respondent.Email == "" {
			key += "_post"
		}
		p.Info = p.Must(key, "End", p.DateTime(sheet.ConfirmEnd.In(), nil))
	case line.Wrote && sheet.TwoPerson:
		p.Info = p.Must("transcribe.view.own")
	default:
		p.Confirm = &templates.Confirm{Title: p.Must("transcribe.check.title"), Text: p.Must("transcribe.check.text"), Action: path + "/pruefen",
			Button: p.Must("transcribe.check.button"), Fields: []templates.Field{revision, p.checkedField()}}
	}
	if line.State == survey.TranscriptionWaiting {
		back := p.field("note", "textarea", note)
		back.Required, back.Rows = !line.Wrote, 3
		p.Back = &templates.Confirm{Title: p.Must("transcribe.back.title"), Text: p.Must("transcribe.back.text"), Action: path + "/zurueckgeben",
			Button: p.Must("transcribe.back.button"), Fields: []templates.Field{revision, back}}
		if line.Wrote {
			p.Back.Title, p.Back.Text, p.Back.Button = p.Must("transcribe.back.own_title"), p.Must("transcribe.back.own_text"), p.Must("transcribe.back.own_button")
		}
	}
}

// checkedField is the tick a check needs: nobody confirms by a stray click.
func (p transcriptionBase) checkedField() templates.Field {
	f := p.field("word_for_word", "checkbox", "yes")
	f.Required = true
	return f
}

// letterFacts says what a letter is, and who did what with it.
func letterFacts(r *web.Request, p *letterViewPage, sheet transcribe.Sheet, line transcribe.Line) {
	fact := func(key, value string) {
		if value != "" {
			p.Facts = append(p.Facts, templates.Fact{Label: p.Must("transcribe.fact." + key), Value: value})
		}
	}
	if line.Kind != "" {
		fact("kind", p.Must("common.letter."+string(line.Kind)))
	}
	received := web.DateWords(p.Base, line.ReceivedOn)
	if line.ReceivedTime != "" {
		received += ", " + line.ReceivedTime
	}
	if line.Late {
		received += " (" + p.Must("common.late") + ")"
	}
	fact("received", received)
	fact("letter_date", web.DateWords(p.Base, line.LetterDate))
	var joint []string
	for _, o := range sheet.Others {
		for _, id := range line.Joint {
			if string(id) == string(o.ID) {
				joint = append(joint, o.ShortName)
			}
		}
	}
	fact("joint", p.Join(joint))
	fact("licence", line.Licence)
	fact("without", line.Without)
	fact("change_note", line.ChangeNote)
	fact("over_reason", line.OverReason)
	fact("source", p.Printer.LetterSource(line.Transcription))
	fact("entered", p.Must("transcribe.fact.by", "Name", web.NameOr(p.Base, line.EnteredByName), "At", r.Moment(line.EnteredAt)))
	switch {
	case line.ConfirmedBy != "":
		fact("checked", p.Must("transcribe.fact.by", "Name", web.NameOr(p.Base, line.ConfirmedByName), "At", r.Moment(line.ConfirmedAt)))
	case line.State == survey.TranscriptionEffective:
		fact("checked", p.Must("common.unchecked"))
	}
	if line.State == survey.TranscriptionEffective {
		fact("receipt", p.Must("transcribe.fact.leaf", "Number", line.Receipt.Leaf))
	}
}

func (s *Room) checkTranscription(r *web.Request) error {
	var form struct {
		Revision    int    `form:"revision"`
		WordForWord string `form:"word_for_word"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	ref := letterRef(r)
	if form.WordForWord == "" {
		return s.refuseLetter(r, "", []templates.FieldError{{FieldID: "word_for_word", Message: r.Printer().Must("transcribe.error.word_for_word")}})
	}
	if _, err := s.Transcribe.Confirm(r.Request.Context(), r.Actor, ref, form.Revision); err != nil {
		return err
	}
	return r.Redirect(letterPath(r, string(ref.Respondent), "uebertragung", ref.ID), "transcribe.notice.checked")
}

func (s *Room) sendBackTranscription(r *web.Request) error {
	var form struct {
		Revision int    `form:"revision"`
		Note     string `form:"note"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	ref := letterRef(r)
	err := s.Transcribe.SendBack(r.Request.Context(), r.Actor, ref, form.Revision, form.Note)
	if errs, ok := r.Faults(err); ok {
		return s.refuseLetter(r, form.Note, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(letterPath(r, string(ref.Respondent), "uebertragung", ref.ID), "transcribe.notice.sent_back")
}

// refuseLetter shows the transcription again with what is wrong.
func (s *Room) refuseLetter(r *web.Request, note string, errs []templates.FieldError) error {
	sheet, line, err := s.letter(r)
	if err != nil {
		return err
	}
	return s.renderLetter(r, http.StatusUnprocessableEntity, sheet, line, note, errs)
}

func (s *Room) deleteTranscription(r *web.Request) error {
	var form struct {
		Revision int `form:"revision"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	ref := letterRef(r)
	if err := s.Transcribe.Delete(r.Request.Context(), r.Actor, ref, form.Revision); err != nil {
		return err
	}
	return r.Redirect(letterPath(r, string(ref.Respondent)), "transcribe.notice.deleted")
}
