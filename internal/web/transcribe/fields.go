package transcribe

import (
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// newLetterFormPage builds the form. upload is the file of a form that could not be saved.
func newLetterFormPage(r *web.Request, sheet transcribe.Sheet, line transcribe.Line, form transcriptionForm, errs []templates.FieldError, upload *originalUpload) letterFormPage {
	who := sheet.Respondent
	p := letterFormPage{transcriptionBase: newTranscriptionBase(r, "transcribe.form.title", "Party", who.ShortName), Note: line.Note,
		Action: letterPath(r, string(who.Slug), "uebertragung", line.ID), Key: survey.RespondentKey(sheet.Questionnaire.ID, who.ID), Zone: sheet.Questionnaire.Deadline.Location().String()}
	p.Errors = errs
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: who.ShortName, Href: letterPath(r, string(who.Slug))})
	p.Button = p.Must("transcribe.form.hand_over")
	if !sheet.TwoPerson {
		p.Button = p.Must("transcribe.form.take_effect")
	}
	switch {
	case upload != nil && upload.hash == "":
		p.Warning = p.Must("transcribe.form.choose_again", "Name", upload.name)
	case upload != nil:
		p.Warning = p.Must("transcribe.form.not_saved")
	case line.Revision > 0 && !line.Wrote && sheet.TwoPerson:
		p.Warning = p.Must("transcribe.form.others_draft", "Name", web.NameOr(p.Base, line.EnteredByName))
	}
	p.Doubts = p.doubts(line)
	p.Hidden = []templates.Field{web.HiddenField("revision", strconv.Itoa(form.Revision)), web.HiddenField("original_id", form.Original),
		web.HiddenField("seen", strings.Join(p.Doubts, "\n"))}
	letterHead(r, &p, sheet, form)
	p.letterFile(r, sheet, line, form)
	if upload != nil && upload.hash != "" {
		p.Hidden = append(p.Hidden, web.HiddenField("kept_original", upload.hash), web.HiddenField("kept_name", upload.name))
		p.FileNow, p.FileFacts = templates.NavItem{Label: upload.name}, p.Bytes(upload.size)
		p.File.Label, p.File.Required = p.Must("transcribe.field.original_other"), false
	}
	for _, c := range sheet.Cells {
		p.Cells = append(p.Cells, newLetterCell(r, p.transcriptionBase, c, form.entries[c.Question.Number], sheet.Questionnaire.AnswerLimit))
	}
	p.over(sheet.Questionnaire.AnswerLimit, form)
	if line.Revision > 0 {
		p.Remove = &templates.Confirm{Title: p.Must("transcribe.remove.title"), Text: p.Must("transcribe.remove.text"), Danger: true,
			Action: p.Action + "/loeschen", Button: p.Must("common.button.delete"), Fields: []templates.Field{web.HiddenField("revision", strconv.Itoa(line.Revision))}}
	}
	return p
}

// over says which answers are longer than the limit, and asks why they are taken.
func (p *letterFormPage) over(limit int, form transcriptionForm) {
	if limit == 0 {
		return
	}
	for _, cell := range p.Cells {
		if by := cell.Wording.Counter; by != nil && by.Over() > 0 {
			p.Over = append(p.Over, p.Must("transcribe.over.by", "Question", p.Must("common.question_number", "Number", cell.Printed), "Count", by.Over()))
		}
	}
	why := p.field("over_reason", "text", form.OverReason)
	p.OverWhy = &why
}

// doubts says what to look at twice before a letter takes effect. Nothing is said of one that has.
func (p transcriptionBase) doubts(line transcribe.Line) (list []string) {
	if line.Unasked {
		list = append(list, p.Must("transcribe.doubt.unasked"))
	}
	if line.Unrecorded {
		list = append(list, p.Must("transcribe.doubt.unrecorded"))
	}
	if len(line.Older) > 0 {
		list = append(list, p.Must("transcribe.doubt.older", "Count", len(line.Older), "Numbers", p.Join(line.Older)))
	}
	return list
}

// letterHead fills in the fields of the letter as a whole.
func letterHead(r *web.Request, p *letterFormPage, sheet transcribe.Sheet, form transcriptionForm) {
	kind := web.RequiredField(p.field("kind", "radio", ""))
	kind.Inline = true
	for _, k := range survey.LetterKinds {
		kind.Options = append(kind.Options, templates.Option{Value: string(k), Label: p.Must("common.letter." + string(k)), Selected: form.Kind == string(k)})
	}
	received := web.RequiredField(p.field("received_on", "date", form.ReceivedOn))
	received.Hint = p.Must("transcribe.hint.received_on", "Due", r.Instant(sheet.Due))
	p.Head = []templates.Field{kind, received, p.field("received_time", "time", form.ReceivedTime), p.field("letter_date", "date", form.LetterDate)}
	joint := p.field("joint", "checkbox", "")
	for _, o := range sheet.Others {
		joint.Options = append(joint.Options, templates.Option{Value: string(o.Slug), Label: o.ShortName, Selected: slices.Contains(form.Joint, o.Slug)})
	}
	joint.Inline = true
	p.After = []templates.Field{p.field("without", "text", form.Without)}
	if len(joint.Options) > 0 {
		p.After = append(p.After, joint)
	}
	licence := p.field("licence", "text", form.Licence)
	if sheet.Alliance.Licence != "" {
		licence.Hint = p.Must("transcribe.hint.licence_offered", "Licence", sheet.Alliance.Licence)
	}
	p.After = append(p.After, licence, p.field("change_note", "text", form.ChangeNote))

	p.WholeNote = p.field("whole", "radio", "")
	p.WholeNote.Quiet = true
	for _, status := range []survey.Status{"", survey.General, survey.Declined, survey.Refers} {
		word := string(status)
		if status == "" {
			word = "single"
		}
		p.WholeNote.Options = append(p.WholeNote.Options, templates.Option{Value: string(status), Label: p.Must("transcribe.whole." + word),
			Hint: p.Must("transcribe.whole_hint." + word), Selected: form.Whole == string(status)})
	}
	p.WholeText = p.field("whole_text", "textarea", form.WholeText)
	p.WholeText.Lang, p.WholeText.Rows, p.WholeText.Quiet = "de", 5, true
}

// letterFile fills in the field of the original and says which one is there.
func (p *letterFormPage) letterFile(r *web.Request, sheet transcribe.Sheet, line transcribe.Line, form transcriptionForm) {
	p.File = p.field("original", "file", "")
	p.File.Accept, p.File.Required = letterAccept(), true
	for _, l := range append([]transcribe.Line{line}, sheet.Letters...) {
		if l.File != nil && l.File.ID == form.Original && l.File.Respondent == sheet.Respondent.ID {
			p.FileNow, p.FileFacts = originalLink(r, p.transcriptionBase, sheet.Respondent, *l.File)
			p.File.Label, p.File.Required = p.Must("transcribe.field.original_other"), false
			return
		}
	}
}

// originalLink leads to the download of an original; facts says what it is.
func originalLink(r *web.Request, p transcriptionBase, sender survey.Respondent, o survey.Original) (link templates.NavItem, facts string) {
	link = templates.NavItem{Label: o.Name, Href: letterPath(r, string(sender.Slug), "original", o.ID)}
	return link, p.Must("transcribe.original.facts", "Size", p.Bytes(o.Size), "At", r.Moment(o.At))
}

// newLetterCell makes the fields of one question.
func newLetterCell(r *web.Request, p transcriptionBase, c transcribe.Cell, said survey.SubmissionEntry, limit int) letterCell {
	cell := letterCell{letterEntry: newLetterEntry(c.Question)}
	switch {
	case !c.Asked:
		cell.Closed, cell.Status, cell.Note = true, string(survey.NotAsked), c.WhyNot
		return cell
	case c.Own:
		cell.Earlier = p.Must("transcribe.cell.by_form")
	case c.Standing != nil:
		cell.Earlier = p.Must("transcribe.cell.earlier", "Source", c.Standing.Source)
	}
	n := "-" + strconv.Itoa(c.Question.Number)
	field := func(name, kind, value string) templates.Field {
		f := p.field(name, kind, value)
		f.Name, f.Error, f.Quiet = name+n, p.ErrorAt(name+n), true
		return f
	}
	cell.Choice = field("status", "select", "")
	for _, status := range append([]survey.Status{""}, survey.LetterStatuses...) {
		if status == survey.Withdrawn && !c.Withdraw && said.Status != status {
			continue
		}
		word := p.Must("transcribe.cell.blank")
		if status != "" {
			word = p.Must("common.status." + string(status))
		}
		cell.Choice.Options = append(cell.Choice.Options, templates.Option{Value: string(status), Label: word, Selected: said.Status == status})
	}
	if cell.Thesis {
		position := field("position", "radio", "")
		position.Inline = true
		position.Options = []templates.Option{{Label: p.Must("transcribe.cell.no_position"), Selected: said.Position == ""}}
		for _, value := range survey.Positions {
			position.Options = append(position.Options, templates.Option{Value: string(value), Label: p.Must("common.position." + string(value)), Selected: said.Position == value})
		}
		cell.Position = &position
	}
	clean, _, _ := survey.Text(said.Text)
	cell.Wording = field("text", "textarea", said.Text)
	cell.Wording.Lang, cell.Wording.Counter = "de", &templates.Counter{Limit: limit, General: limit == survey.MaxTextUnits, Used: survey.Length(clean)}
	cell.Refusal = field("reason", "textarea", said.Reason)
	cell.Refusal.Lang, cell.Refusal.Rows = "de", 2
	cell.Remark = field("note", "textarea", said.Note)
	cell.Remark.Lang, cell.Remark.Rows = "de", 2
	cell.Remarked = said.Note != "" || cell.Remark.Error != ""
	return cell
}
