package transcribe

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// transcriptionForm is what is typed from a letter; the fields of the questions are named after their numbers.
type transcriptionForm struct {
	Revision     int           `form:"revision"`
	Kind         string        `form:"kind"`
	ReceivedOn   string        `form:"received_on"`
	ReceivedTime string        `form:"received_time"`
	LetterDate   string        `form:"letter_date"`
	Joint        []survey.Slug `form:"joint"`
	Licence      string        `form:"licence"`
	Without      string        `form:"without"`
	ChangeNote   string        `form:"change_note"`
	OverReason   string        `form:"over_reason"`
	Whole        string        `form:"whole"`
	WholeText    string        `form:"whole_text"`
	Original     string        `form:"original_id"`
	Seen         string        `form:"seen"` // the doubts the form showed
	Act          string        `form:"act"`  // hand_over, else it is only saved

	entries map[int]survey.SubmissionEntry
}

// handOver is the value of the button "Zur Prüfung geben".
const handOver = "hand_over"

// letterFormPage is the form of a transcription.
type letterFormPage struct {
	transcriptionBase
	Action    string
	Key       string // of the rescue copy in the browser
	Unsaved   string // "invalid" or "conflict": the form holds what was refused
	Stored    string // the press of a button whose texts are saved, though the page is not done
	Zone      string // of the times on the page, as browsers name it
	Note      string // why it was sent back
	Doubts    []string
	Changes   []web.TextChange
	Head      []templates.Field
	File      templates.Field
	FileNow   templates.NavItem // the original that is there
	FileFacts string
	After     []templates.Field // below the file
	WholeNote templates.Field
	WholeText templates.Field
	Cells     []letterCell
	Over      []string         // which answers are longer than the limit, and by how much
	OverWhy   *templates.Field // why they are taken; nil: there is no limit
	Hidden    []templates.Field
	Button    string
	Saved     templates.Autosave
	Remove    *templates.Confirm
}

// letterCell is one question of the form.
type letterCell struct {
	letterEntry
	Earlier  string // what counts so far, of an earlier letter
	Closed   bool   // nothing can be entered
	Choice   templates.Field
	Position *templates.Field
	Wording  templates.Field
	Refusal  templates.Field
	Remark   templates.Field
	Remarked bool // one is typed, or refused
}

func (s *Room) newTranscription(r *web.Request) error {
	sheet, err := s.letterSheet(r)
	if err != nil {
		return err
	}
	if sheet.Respondent.NotAsked != "" {
		return survey.Fail(survey.Conflict, "transcribe.error.not_asked")
	}
	form := transcriptionForm{}
	if from := r.Request.URL.Query().Get("von"); from != "" {
		line, err := sheet.Letter(from)
		if err != nil {
			return err
		}
		form = formOfLetter(sheet, line.Letter())
		form.Revision, form.ChangeNote = 0, ""
	}
	return s.renderTranscription(r, http.StatusOK, sheet, transcribe.Line{Transcription: survey.Transcription{ID: survey.NewID()}}, form, nil, nil)
}

// formOfLetter fills the form from what is saved. What the letter says as a whole stands in its own fields.
func formOfLetter(sheet transcribe.Sheet, t survey.Letter) transcriptionForm {
	form := transcriptionForm{Revision: t.Revision, Kind: string(t.Kind), ReceivedOn: t.ReceivedOn, ReceivedTime: t.ReceivedTime, LetterDate: t.LetterDate,
		Licence: t.Licence, Without: t.Without, ChangeNote: t.ChangeNote, OverReason: t.OverReason, Whole: string(t.Whole.Status), WholeText: t.Whole.Text + t.Whole.Reason,
		Original: t.Original, entries: map[int]survey.SubmissionEntry{}}
	for _, o := range sheet.Others {
		for _, id := range t.Joint {
			if string(id) == string(o.ID) {
				form.Joint = append(form.Joint, o.Slug)
			}
		}
	}
	for _, e := range t.Entries {
		if t.ToAll(e) {
			e.Entry = survey.Entry{}
		}
		form.entries[e.Number] = survey.SubmissionEntry{Entry: e.Entry, Note: e.Note}
	}
	return form
}

func letterRef(r *web.Request) transcribe.Ref {
	return transcribe.Ref{Questionnaire: r.Questionnaire.ID, Respondent: survey.Slug(r.Param("respondent")), ID: r.Param("letter")}
}

func (f transcriptionForm) command() transcribe.Save {
	cmd := transcribe.Save{Revision: f.Revision, Kind: survey.LetterKind(f.Kind), ReceivedOn: f.ReceivedOn,
		ReceivedTime: f.ReceivedTime, LetterDate: f.LetterDate, Joint: f.Joint, Licence: f.Licence, Without: f.Without, ChangeNote: f.ChangeNote, OverReason: f.OverReason,
		Original: f.Original, Whole: survey.Entry{Status: survey.Status(f.Whole), Text: f.WholeText}}
	if cmd.Whole.Status == survey.Declined {
		cmd.Whole.Text, cmd.Whole.Reason = "", f.WholeText
	}
	for number, e := range f.entries {
		cmd.Entries = append(cmd.Entries, survey.SubmissionEntry{Number: number, Entry: e.Entry, Note: e.Note})
	}
	return cmd
}

// readEntries takes the fields of the questions from the body.
func readEntries(r *web.Request, sheet transcribe.Sheet) map[int]survey.SubmissionEntry {
	entries := map[int]survey.SubmissionEntry{}
	for _, c := range sheet.Cells {
		n := "-" + strconv.Itoa(c.Question.Number)
		get := r.Request.PostForm.Get
		e := survey.SubmissionEntry{Note: get("note" + n),
			Entry: survey.Entry{Status: survey.Status(get("status" + n)), Position: survey.Position(get("position" + n)), Text: get("text" + n), Reason: get("reason" + n)}}
		if e != (survey.SubmissionEntry{}) {
			entries[c.Question.Number] = e
		}
	}
	return entries
}

// saveTranscription saves the form and, where asked, gives it to the second person. What cannot be handed over yet is
// saved all the same.
func (s *Room) saveTranscription(r *web.Request) error {
	var form transcriptionForm
	upload, err := s.originalForm(r)
	if err != nil {
		return err
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	sheet, err := s.letterSheet(r)
	if err != nil {
		return err
	}
	form.entries = readEntries(r, sheet)
	line, err := sheet.Letter(r.Param("letter"))
	if survey.IsNotFound(err) {
		line.Transcription = survey.Transcription{ID: r.Param("letter")}
	}
	ref, cmd := letterRef(r), form.command()
	errs, _ := letterFaults(r, sheet, cmd.Clean(ref))
	if upload != nil && upload.key != "" {
		errs = append(errs, templates.FieldError{FieldID: "original", Message: r.Printer().Must(upload.key)})
	}
	if len(errs) > 0 {
		return s.renderTranscription(r, http.StatusUnprocessableEntity, sheet, line, form, errs, upload)
	}
	cmd.Upload = upload.record()
	saved, err := s.Transcribe.Save(r.Request.Context(), r.Actor, ref, cmd)
	if web.Stale(err) {
		for _, e := range cmd.Entries { // as they would have been saved
			form.entries[e.Number] = survey.SubmissionEntry{Entry: e.Entry, Note: e.Note}
		}
		return s.renderLetterCollision(r, form, upload)
	}
	if errs, ok := letterFaults(r, sheet, err); ok {
		return s.renderTranscription(r, http.StatusUnprocessableEntity, sheet, line, form, errs, upload)
	}
	if err != nil {
		return err
	}
	notice := "transcribe.notice.saved"
	if form.Act == handOver {
		notice = "transcribe.notice.handed_over"
		if saved.State == survey.TranscriptionDraft {
			if shown, err := s.renderDoubts(r, form.Seen); shown || err != nil {
				return err
			}
			saved, err = s.Transcribe.HandOver(r.Request.Context(), r.Actor, ref, saved.Revision)
		}
		if errs, ok := letterFaults(r, sheet, err); ok {
			return s.renderSaved(r, errs)
		}
		if err != nil {
			return err
		}
		if saved.State == survey.TranscriptionEffective {
			notice = "transcribe.notice.effective"
		}
	}
	return r.Redirect(letterPath(r, string(ref.Respondent), "uebertragung", ref.ID), notice)
}

var questionField = regexp.MustCompile(`-(\d+)$`)

// letterFaults is faults, with the question in front of what is wrong at one: the summary lists many of a kind.
func letterFaults(r *web.Request, sheet transcribe.Sheet, err error) ([]templates.FieldError, bool) {
	list, ok := r.Faults(err)
	list = web.InputOf(list, "whole_reason", "whole_text") // one input for both
	for i, e := range list {
		number := questionField.FindStringSubmatch(e.FieldID)
		for _, c := range sheet.Cells {
			if number != nil && strconv.Itoa(c.Question.Number) == number[1] {
				list[i].Message = r.Printer().Must("common.question_number", "Number", c.Question.Printed()) + ": " + e.Message
			}
		}
	}
	return list, ok
}

// stored says to the browser that all the form holds is saved, and can be left.
func (p *letterFormPage) stored(r *web.Request) {
	p.Typed, p.Stored = false, r.Request.PostForm.Get("sent")
}

// renderSaved shows the draft that was saved, with what it lacks.
func (s *Room) renderSaved(r *web.Request, errs []templates.FieldError) error {
	sheet, line, err := s.letter(r)
	if err != nil {
		return err
	}
	p := newLetterFormPage(r, sheet, line, formOfLetter(sheet, line.Letter()), errs, nil)
	p.stored(r)
	p.Warning = p.Must("transcribe.form.incomplete")
	return r.Page(http.StatusUnprocessableEntity, "transcribe/form", p)
}

// renderDoubts shows the draft that was saved with what to look at twice, unless the form showed the same already.
func (s *Room) renderDoubts(r *web.Request, seen string) (shown bool, err error) {
	sheet, line, err := s.letter(r)
	if err != nil {
		return false, err
	}
	p := newLetterFormPage(r, sheet, line, formOfLetter(sheet, line.Letter()), nil, nil)
	if len(p.Doubts) == 0 || strings.Join(p.Doubts, "\n") == strings.ReplaceAll(seen, "\r\n", "\n") {
		return false, nil
	}
	p.stored(r)
	p.Warning = p.Must("transcribe.doubt.saved", "Button", p.Button)
	return true, r.Page(http.StatusUnprocessableEntity, "transcribe/form", p)
}

// renderLetterCollision shows what somebody else saved beside what was typed; nothing is saved, nothing lost.
func (s *Room) renderLetterCollision(r *web.Request, form transcriptionForm, upload *originalUpload) error {
	sheet, line, err := s.letter(r)
	if err != nil {
		return err
	}
	theirs := formOfLetter(sheet, line.Letter())
	form.Revision = theirs.Revision
	if upload == nil && theirs.Original != "" { // mine may have been replaced, and is gone then
		form.Original = theirs.Original
	}
	p := newLetterFormPage(r, sheet, line, form, nil, upload)
	p.Warning = p.Must("transcribe.collision.warning", "Name", web.NameOr(p.Base, line.EnteredByName), "At", r.Moment(line.EnteredAt))
	p.Unsaved, p.Saved.Saved = "conflict", p.Must("common.autosave.unsaved")
	p.Changes = letterChanges(r, p.transcriptionBase, sheet, theirs, form)
	return r.Page(http.StatusConflict, "transcribe/form", p)
}

// letterChanges lists the fields in which two states of the form differ.
func letterChanges(r *web.Request, p transcriptionBase, sheet transcribe.Sheet, theirs, mine transcriptionForm) (list []web.TextChange) {
	add := func(label, old, new string) {
		if diff := survey.CompareTexts(old, new); diff.Parts != nil {
			list = append(list, web.NewTextChange(label, diff))
		}
	}
	word := func(prefix, value string) string {
		if value == "" {
			return ""
		}
		return p.Must(prefix + value)
	}
	add(p.Must("transcribe.field.kind"), word("common.letter.", theirs.Kind), word("common.letter.", mine.Kind))
	for _, f := range []struct{ name, old, new string }{
		{"received_on", theirs.ReceivedOn, mine.ReceivedOn}, {"received_time", theirs.ReceivedTime, mine.ReceivedTime},
		{"letter_date", theirs.LetterDate, mine.LetterDate}, {"joint", p.Join(slugs(theirs.Joint)), p.Join(slugs(mine.Joint))},
		{"licence", theirs.Licence, mine.Licence}, {"without", theirs.Without, mine.Without}, {"change_note", theirs.ChangeNote, mine.ChangeNote}, {"over_reason", theirs.OverReason, mine.OverReason},
		{"whole", word("common.status.", theirs.Whole), word("common.status.", mine.Whole)}, {"whole_text", theirs.WholeText, mine.WholeText},
	} {
		add(p.Must("transcribe.field."+f.name), f.old, f.new)
	}
	for _, c := range sheet.Cells {
		n := c.Question.Number
		old, new := theirs.entries[n], mine.entries[n]
		label := p.Must("common.question_number", "Number", c.Question.Printed()) + ": "
		add(label+p.Must("transcribe.field.status"), word("common.status.", string(old.Status)), word("common.status.", string(new.Status)))
		add(label+p.Must("transcribe.field.position"), word("common.position.", string(old.Position)), word("common.position.", string(new.Position)))
		add(label+p.Must("transcribe.field.text"), old.Text, new.Text)
		add(label+p.Must("transcribe.field.reason"), old.Reason, new.Reason)
		add(label+p.Must("common.remark.title"), old.Note, new.Note)
	}
	return list
}

func (s *Room) renderTranscription(r *web.Request, status int, sheet transcribe.Sheet, line transcribe.Line, form transcriptionForm, errs []templates.FieldError, upload *originalUpload) error {
	p := newLetterFormPage(r, sheet, line, form, errs, upload)
	if status != http.StatusOK {
		p.Unsaved, p.Saved.Saved = "invalid", p.Must("common.autosave.unsaved")
	}
	return r.Page(status, "transcribe/form", p)
}

// slugs are the slugs as text.
func slugs(list []survey.Slug) (text []string) {
	for _, s := range list {
		text = append(text, string(s))
	}
	return text
}
