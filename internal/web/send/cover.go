package send

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/locale"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// coverFormPage is a letter to be written: the cover letter or the reminders.
type coverFormPage struct {
	sendPage
	Lead         string
	Action       string
	Fields       []templates.Field
	Recipient    *templates.Field // whose letter the preview shows; nil: nobody gets one yet
	Saved        bool
	Editable     bool
	Templates    []coverTemplate
	Replace      *templates.Confirm // asks before a template takes the place of what is typed
	Placeholders []templates.Fact   // what may stand in the text
	Preview      *mailView
	PreviewFor   string
	Test         string // where the test mail is asked for
	TestSlug     templates.Field
	Save         string // label of the button; "" has none

	Sent       *survey.Dispatch
	SentFacts  []templates.Fact
	SentTitle  string // whose mail SentMail is
	SentMail   *mailView
	SentTo     []string
	Recipients []string
	Over       []string
	Unreached  []string
	ByPost     []string
	Letters    []string
	Submitted  string
	Nobody     templates.Empty
	Rest       *templates.Confirm // the reminder for those who have not had it; nil: there are none
	Stop       *templates.Confirm // the mails of the one by hand that wait
	After      bool               // sent
	Schedule   schedulePart       // on the page of the reminder
}

// coverTemplate is a button of the letter's form.
type coverTemplate struct{ Value, Label string }

type coverForm struct {
	Subject  string `form:"subject"`
	Body     string `form:"body"`
	Language string `form:"language"`
	Slug     string `form:"befragte"`
	Revision int    `form:"revision"`
	Do       string `form:"do"` // preview, template-<language>, replace-<language>, or save
}

func (f coverForm) cover() survey.Cover {
	return survey.Cover{Subject: f.Subject, Body: f.Body, Language: f.Language}
}

// coverFields are the fields of a letter, with whose letter the preview shows if anybody gets one.
func (p sendPage) coverFields(form coverForm, recipient *templates.Field) []templates.Field {
	body := web.RequiredField(p.field("body", "textarea", form.Body))
	body.Rows = 22
	language := p.choice("language", "select", form.Language, "common.language.", locale.Languages...)
	language.Hint = p.Must("send.cover.language_hint")
	fields := []templates.Field{web.HiddenField("revision", strconv.Itoa(form.Revision)), web.RequiredField(p.field("subject", "text", form.Subject)), body, language}
	if recipient != nil {
		fields = append(fields, *recipient)
	}
	return fields
}

// placeholders explains the words in double braces.
func (p sendPage) placeholders() []templates.Fact {
	var list []templates.Fact
	for _, name := range send.Placeholders {
		list = append(list, templates.Fact{Label: "{{" + name + "}}", Value: p.Must("send.placeholder." + name)})
	}
	return list
}

// recipientField chooses whose letter the preview shows.
func (p sendPage) recipientField(respondents []survey.Respondent, slug survey.Slug) *templates.Field {
	if len(respondents) == 0 {
		return nil
	}
	f := web.RequiredField(p.field("befragte", "select", ""))
	for _, r := range respondents {
		f.Options = append(f.Options, templates.Option{Value: string(r.Slug), Label: r.ShortName, Selected: r.Slug == slug})
	}
	return &f
}

// newPreview shows a letter as it will arrive.
func newPreview(r *web.Request, p send.CoverPreview) *mailView {
	to := p.Respondent.Email
	if p.Respondent.ByPost() {
		to = r.ChannelWord(survey.ChannelPost)
	}
	return &mailView{To: to, Subject: p.Subject, Parts: mailParts(p.Texts, p.Link), Calendar: p.Respondent.GetsMail() && !p.Respondent.DueAt(r.Questionnaire).IsZero()}
}

func (s *Room) coverPage(r *web.Request) error {
	d, err := s.Send.CoverDraft(r.Request.Context(), r.Actor, r.Questionnaire.ID, locale.Languages[0])
	if err != nil {
		return err
	}
	cover := d.Cover
	if cover.Language == "" {
		cover.Language = locale.Languages[0]
	}
	form := coverForm{Subject: cover.Subject, Body: cover.Body, Language: cover.Language, Slug: r.Query("befragte"), Revision: d.Questionnaire.Revision}
	return s.renderCover(r, http.StatusOK, form, nil)
}

func (s *Room) renderCover(r *web.Request, status int, form coverForm, errs []templates.FieldError) error {
	d, err := s.Send.CoverDraft(r.Request.Context(), r.Actor, r.Questionnaire.ID, locale.Languages[0])
	if err != nil {
		return err
	}
	p := coverFormPage{sendPage: s.sendBase(r, "send.cover.title"), Action: sendPath(r, "anschreiben"), Saved: d.Saved}
	p.Errors, p.Lead = errs, p.Must("send.cover.lead")
	if p.Typed, err = s.ownWords(r, form); err != nil {
		return err
	}
	p.Editable = p.CanAct && r.Questionnaire.DispatchedAt.IsZero()
	p.Recipient = p.recipientField(d.Respondents, survey.Slug(form.Slug))
	if p.Recipient != nil && len(errs) == 0 {
		preview, err := s.Send.PreviewCover(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(form.Slug), form.cover())
		faults, ok := r.Faults(err)
		switch {
		case ok && p.Editable: // a text saved before a rule was made
			p.Errors = faults
		case err == nil:
			p.Preview, p.PreviewFor = newPreview(r, preview), preview.Respondent.ShortName
		case !ok:
			return err
		}
	}
	if p.Editable {
		p.Fields, p.Save, p.Placeholders = p.coverFields(form, p.Recipient), p.Must("common.button.save"), p.placeholders()
		if status == http.StatusConflict {
			typed := []web.FieldGroup{{Fields: p.Fields}}
			saved := coverForm{Subject: d.Cover.Subject, Body: d.Cover.Body, Language: d.Cover.Language, Revision: d.Questionnaire.Revision}
			r.Overtaken(&p.Base, typed, []web.FieldGroup{{Fields: p.coverFields(saved, p.Recipient)}})
			p.Fields = typed[0].Fields
		}
		for _, lang := range locale.Languages {
			p.Templates = append(p.Templates, coverTemplate{Value: "template-" + lang, Label: p.Must("send.template." + lang)})
		}
		if lang, ok := strings.CutPrefix(form.Do, "template-"); ok { // and not done, for it would have taken away what is typed
			p.Warning = p.Must("send.template.warning")
			p.Replace = &templates.Confirm{Title: p.Must("send.template.replace_title"), Text: p.Must("send.template.replace_text"),
				Action: "replace-" + lang, Button: p.Must("send.template.replace")}
		}
		if d.Saved && p.Recipient != nil {
			p.Test = sendPath(r, "anschreiben", "probe")
			p.TestSlug = web.HiddenField("befragte", form.Slug)
		}
	}
	return r.Page(status, "send/cover", p)
}

func (s *Room) saveCover(r *web.Request) error {
	var form coverForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	do, lang, _ := strings.Cut(form.Do, "-")
	if locale.Known(lang) && (do == "template" || do == "replace") {
		return s.loadTemplate(r, form, lang, do == "replace")
	}
	var err error
	if form.Do == "preview" {
		_, err = s.Send.PreviewCover(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(form.Slug), form.cover())
		if err == nil {
			return s.renderCover(r, http.StatusOK, form, nil)
		}
	} else {
		err = s.Send.SaveCover(r.Request.Context(), r.Actor, r.Questionnaire.ID, send.SaveCover{Cover: form.cover(), Revision: form.Revision})
	}
	if status, errs := r.Refused(err); status != 0 {
		return s.renderCover(r, status, form, errs)
	}
	if err != nil {
		return err
	}
	path := sendPath(r, "anschreiben")
	if form.Slug != "" {
		path += "?befragte=" + url.QueryEscape(form.Slug)
	}
	return r.Redirect(path, "send.notice.cover_saved")
}

// loadTemplate puts one of our texts into the form, but in the place of words of one's own only once one has said so.
func (s *Room) loadTemplate(r *web.Request, form coverForm, lang string, sure bool) error {
	own, err := s.ownWords(r, form)
	if err != nil {
		return err
	}
	if sure || !own {
		start, err := s.Send.StartingText(lang, "cover")
		if err != nil {
			return err
		}
		form.Subject, form.Body, form.Language, form.Do = start.Subject, start.Body, lang, ""
	}
	return s.renderCover(r, http.StatusOK, form, nil)
}

// ownWords tells whether a letter holds what cannot be had again: neither the saved text nor one of our templates.
func (s *Room) ownWords(r *web.Request, form coverForm) (bool, error) {
	again := []survey.Cover{{}, r.Questionnaire.Cover}
	for _, lang := range locale.Languages {
		start, err := s.Send.StartingText(lang, "cover")
		if err != nil {
			return false, err
		}
		again = append(again, start)
	}
	return !slices.ContainsFunc(again, func(c survey.Cover) bool {
		return plainText(c.Subject) == plainText(form.Subject) && plainText(c.Body) == plainText(form.Body)
	}), nil
}

// plainText is a text as it would be kept.
func plainText(typed string) string {
	text, _, _ := survey.Text(typed)
	return text
}

func (s *Room) testCover(r *web.Request) error {
	var form struct {
		Slug string `form:"befragte"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	if err := s.Send.TestCover(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(form.Slug)); err != nil {
		return err
	}
	path := sendPath(r, "anschreiben")
	if form.Slug != "" {
		path += "?befragte=" + url.QueryEscape(form.Slug)
	}
	return r.Redirect(path, "send.notice.test_sent")
}

func shortNames(list []survey.Respondent) []string {
	var names []string
	for _, r := range list {
		names = append(names, r.ShortName)
	}
	return names
}

func (s *Room) reminderPage(r *web.Request) error {
	return s.renderReminder(r, http.StatusOK, nil, nil)
}

func coverLanguage(q survey.Questionnaire) string {
	if locale.Known(q.Cover.Language) {
		return q.Cover.Language
	}
	return locale.Languages[0]
}

// renderReminder shows the page of the reminders, with what was typed for those to be planned.
func (s *Room) renderReminder(r *web.Request, status int, typed *scheduleForm, errs []templates.FieldError) error {
	plan, err := s.Send.ReminderPlan(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := coverFormPage{sendPage: s.sendBase(r, "send.reminder.title"), Sent: plan.Sent}
	p.Errors, p.Lead, p.After = errs, p.Must("send.reminder.lead"), !r.Questionnaire.DispatchedAt.IsZero()
	p.ByPost = shortNames(plan.ByPost)
	if err := s.schedule(r, &p, typed, plan, status == http.StatusConflict && len(errs) == 0); err != nil {
		return err
	}
	p.Recipients, p.Over, p.Unreached, p.Letters = shortNames(plan.Recipients), shortNames(plan.Over), shortNames(plan.Unreached), shortNames(plan.Letters)
	p.Submitted = p.Must("send.reminder.submitted", "Count", plan.Submitted)
	open := r.Questionnaire.Phase(s.Now()) == survey.PhaseOpen
	switch {
	case plan.Sent != nil:
		checked := plan.ConfirmedName
		if checked == "" {
			checked = p.Must("common.unchecked")
		}
		p.SentFacts = []templates.Fact{
			{Label: p.Must("send.fact.sent_at"), Value: r.Moment(plan.Sent.At)},
			{Label: p.Must("send.fact.sent_by"), Value: plan.SentName},
			{Label: p.Must("send.fact.checked_by"), Value: checked},
			{Label: p.Must("send.fact.recipients"), Value: p.Number(plan.Sent.Recipients)},
		}
		if err := s.sentReminder(r, &p, plan); err != nil {
			return err
		}
		if n := len(plan.Waiting()); n > 0 && p.CanAct {
			p.Stop = &templates.Confirm{Title: p.Must("send.plan.stop_title"), Text: p.Must("send.plan.stop_text"), Action: sendPath(r, "erinnerung", "stoppen"), Danger: true,
				Button: p.Must("send.reminder.stop_button", "Count", n), Fields: []templates.Field{web.HiddenField("step", plan.Sent.ID)}}
		}
		if n := len(plan.Recipients); open && n > 0 && p.CanAct && p.Schedule.New == nil {
			text := plan.SentText()
			p.Rest = &templates.Confirm{Title: p.Must("send.reminder.late"), Text: p.Must("send.reminder.late_text", "Who", p.Join(p.Recipients)), Action: p.Schedule.Action,
				Button: p.Must("send.reminder.late_button", "Count", n), Fields: append(stepFields(1, "0", text), web.HiddenField("do", "preview"))}
		}
	case !p.After:
	case !open:
		p.Nobody = templates.Empty{Title: p.Must("send.reminder.closed")}
	case plan.Room == 0:
		p.Nobody = templates.Empty{Title: p.Must("send.reminder.full")}
	case len(plan.Recipients) == 0:
		p.Nobody = templates.Empty{Title: p.Must("send.reminder.nobody")}
	}
	return r.Page(status, "send/reminder", p)
}

// sentReminder shows the text as it was sent, to one of those who got it.
func (s *Room) sentReminder(r *web.Request, p *coverFormPage, plan send.ReminderPlan) error {
	for _, m := range plan.SentMails {
		row, err := s.Send.OutboxMail(r.Request.Context(), r.Actor, r.Questionnaire.ID, m.ID)
		if err != nil {
			return err
		}
		if m.State == survey.MailRevoked && !m.Refused() {
			continue
		}
		p.SentTo = append(p.SentTo, row.ShortName)
		if p.SentMail == nil {
			view := newMailView(r, row)
			p.SentTitle, p.SentMail = p.Must("send.reminder.text", "Name", row.ShortName), &view
		}
	}
	return nil
}
