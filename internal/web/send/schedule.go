package send

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/locale"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// schedulePart is the planned reminders on the page of the reminder.
type schedulePart struct {
	Lead     string
	Steps    []stepView
	ByPost   []string
	Waiting  string // a sentence about the request that waits
	Void     bool
	Withdraw string
	Only     string // why nothing can be done with what waits
	New      []stepView
	Confirm  *templates.Confirm
	Action   string
	Groups   []web.FieldGroup // of the steps that can be planned; nil: none
	TooLate  string           // why none can be planned
	Save     string           // label of the button that keeps them, until the dispatch
	Revision templates.Field
}

// stepView is one planned reminder.
type stepView struct {
	ID, Title string
	Facts     []templates.Fact
	Subject   string
	Body      string
	Preview   *mailView // as the first who gets one will read it
	For       string
	Stop      *templates.Confirm
}

// stepForm is a step as typed.
type stepForm struct{ Days, Subject, Body, Language string }

// scheduleForm is the form of the planned reminders, as typed.
type scheduleForm struct {
	Revision int    `form:"revision"`
	Seen     string `form:"seen"`
	Do       string `form:"do"` // preview, save, or after the dispatch plan, or now: send at once

	steps []stepForm
}

// typed are the steps that are meant: one without a day is none, as long as its text is but one of our templates.
func (s *Room) typedSteps(form scheduleForm) ([]send.StepForm, error) {
	var start []survey.Cover
	for _, lang := range locale.Languages {
		text, err := s.Send.StartingText(lang, "reminder")
		if err != nil {
			return nil, err
		}
		start = append(start, text)
	}
	var list []send.StepForm
	for i, step := range form.steps {
		own := plainText(step.Subject)+plainText(step.Body) != "" && !slices.ContainsFunc(start, func(c survey.Cover) bool {
			return plainText(c.Subject) == plainText(step.Subject) && plainText(c.Body) == plainText(step.Body)
		})
		later := slices.ContainsFunc(form.steps[i+1:], func(o stepForm) bool { return strings.TrimSpace(o.Days) != "" })
		if strings.TrimSpace(step.Days) == "" && !own && !later { // the fields of faults go by the number of the step
			continue
		}
		list = append(list, send.StepForm{Days: step.Days, Cover: survey.Cover{Subject: step.Subject, Body: step.Body, Language: step.Language}})
	}
	return list, nil
}

func readSchedule(r *web.Request) (form scheduleForm, err error) {
	if err := r.Bind(&form); err != nil {
		return form, err
	}
	for n := 1; n <= survey.MaxReminders; n++ {
		get := func(name string) string { return r.Request.PostForm.Get(name + "-" + strconv.Itoa(n)) }
		step := stepForm{get("days"), get("subject"), get("body"), get("language")}
		if step != (stepForm{}) {
			form.steps = append(form.steps, step)
		}
	}
	return form, nil
}

// schedule fills in the planned reminders. form is what was typed, nil nothing; hand is who could be reminded at once.
func (s *Room) schedule(r *web.Request, p *coverFormPage, form *scheduleForm, hand send.ReminderPlan, stale bool) error {
	var typed []send.StepForm
	var err error
	if form != nil && (len(p.Errors) == 0) {
		if typed, err = s.typedSteps(*form); err != nil {
			return err
		}
	}
	d, err := s.Send.ReminderSchedule(r.Request.Context(), r.Actor, r.Questionnaire.ID, typed)
	if _, ok := r.Faults(err); err != nil && !ok {
		return err
	}
	before := r.Questionnaire.DispatchedAt.IsZero()
	part := schedulePart{Action: sendPath(r, "erinnerung", "plan"), Lead: p.Must("send.plan.lead"), Revision: web.HiddenField("revision", strconv.Itoa(d.Questionnaire.Revision)), Void: d.Outdated, ByPost: shortNames(d.ByPost)}
	for _, step := range d.Steps {
		view := s.newStep(r, step)
		if step.Stoppable && !before && p.CanAct {
			view.Stop = &templates.Confirm{Title: p.Must("send.plan.stop_title"), Text: p.Must("send.plan.stop_text"), Action: sendPath(r, "erinnerung", "stoppen"), Danger: true,
				Button: p.Must("send.plan.stop_button", "Count", step.Days), Fields: []templates.Field{web.HiddenField("step", step.ID)}}
		}
		part.Steps = append(part.Steps, view)
	}
	for _, step := range d.New {
		view := s.newStep(r, step)
		if err := s.previewStep(r, &view, step); err != nil {
			return err
		}
		part.New = append(part.New, view)
	}
	waits := d.Waiting != nil && typed == nil
	if waits {
		part.Waiting, part.Withdraw = p.Must("send.dispatch.waiting", "Name", d.WaitingName, "At", r.Moment(d.Waiting.RequestedAt)), part.Action+"/zuruecknehmen"
	}
	open := r.Questionnaire.Phase(s.Now()) == survey.PhaseOpen
	span := daySpan{least: 1, most: d.Most}
	if open && hand.Sent == nil && len(hand.Recipients) > 0 {
		span.least = 0
	}
	offered := p.CanAct && (before || open && d.Room > 0 && !waits)
	if offered && span.most == 0 && (!before || len(d.Steps) == 0) {
		key := "send.plan.too_late"
		switch {
		case d.Questionnaire.Deadline.IsZero():
			key = "send.error.plan_deadline"
		case span.least == 0:
			key = "send.plan.only_at_once"
		}
		part.TooLate, offered = p.Must(key), span.least == 0
	}
	for i, e := range p.Errors {
		if span.least == 0 && span.most == 0 && e.FieldID == "days-1" { // which is not shown then
			p.Errors[i].FieldID = "subject-1"
		}
	}
	if offered {
		room := d.Room
		if span.most == 0 && !before {
			room = 1
		}
		if before {
			room = survey.MaxReminders
			part.Save = p.Must("send.plan.save")
		}
		shown := scheduleForm{Revision: d.Questionnaire.Revision}
		if before {
			shown.steps = formSteps(d.Steps)
		}
		saved := shown
		if rest := hand.Sent != nil && atOnce(d); form != nil && !rest {
			shown = *form
			shown.Revision = form.Revision
		}
		part.Revision = web.HiddenField("revision", strconv.Itoa(shown.Revision))
		if part.Groups, err = s.stepGroups(r, p.sendPage, shown, room, span); err != nil {
			return err
		}
		p.Placeholders = p.placeholders()
		if stale {
			stored, err := s.stepGroups(r, p.sendPage, saved, room, span)
			if err != nil {
				return err
			}
			part.Revision = web.HiddenField("revision", strconv.Itoa(d.Questionnaire.Revision))
			r.Overtaken(&p.Base, part.Groups, stored)
		}
	}
	if !before && open {
		part.confirm(r, p.sendPage, d, typed, waits)
	}
	p.Schedule = part
	return nil
}

func formSteps(steps []send.StepPlan) (list []stepForm) {
	for _, step := range steps {
		list = append(list, stepForm{strconv.Itoa(step.Days), step.Text.Subject, step.Text.Body, step.Text.Language})
	}
	return list
}

// atOnce tells whether what is about to be asked for goes at once.
func atOnce(d send.ReminderSchedule) bool { return len(d.New) > 0 && d.New[0].AtOnce() }

// confirm is the button below the preview after the dispatch: what it does depends on who has to look at it.
func (part *schedulePart) confirm(r *web.Request, p sendPage, d send.ReminderSchedule, typed []send.StepForm, waits bool) {
	if len(d.New) == 0 || atOnce(d) && d.New[0].Moments == nil {
		return
	}
	do, kind, n := "plan", "send.plan.", 0
	if atOnce(d) {
		do, kind, n = "now", "send.reminder.", len(d.New[0].Moments[0].Respondents)
	}
	c := &templates.Confirm{Action: part.Action, Fields: []templates.Field{web.HiddenField("seen", d.Digest), web.HiddenField("do", do)}}
	switch {
	case waits && d.Outdated && !p.CanAct:
		return
	case waits && d.Outdated:
		c.Title, c.Text, c.Button = p.Must("send.plan.request_title"), p.Must("send.plan.request_again"), p.Must("send.plan.request_button")
	case waits && d.Own:
		part.Only = p.Must("send.dispatch.own")
		return
	case waits && d.OneHand:
		part.Only = p.Must("error.one_hand")
		return
	case waits:
		c.Title, c.Text, c.Button = p.Must(kind+"confirm_title"), p.Must(kind+"confirm_text", "Name", d.WaitingName), p.Must(kind+"confirm_button", "Count", n)
	case !p.CanAct:
		part.Only = p.Must("send.dispatch.only_coordinators")
		return
	case d.TwoPerson:
		c.Title, c.Text, c.Button = p.Must("send.plan.request_title"), web.Sentences(p.Must("send.plan.request_text"), r.NobodyElse(d.SecondPerson)), p.Must("send.plan.request_button")
	default:
		c.Title, c.Text, c.Button = p.Must(kind+"confirm_title"), p.Must(kind+"sure"), p.Must(kind+"confirm_button", "Count", n)
	}
	for i, step := range typed {
		c.Fields = append(c.Fields, stepFields(i+1, step.Days, step.Cover)...)
	}
	part.Confirm = c
}

// stepFields hand on what was typed for the step with the number.
func stepFields(number int, days string, text survey.Cover) []templates.Field {
	n := "-" + strconv.Itoa(number)
	return []templates.Field{web.HiddenField("days"+n, days), web.HiddenField("subject"+n, text.Subject), web.HiddenField("body"+n, text.Body), web.HiddenField("language"+n, text.Language)}
}

// daySpan is what may stand as days of a step: 0 goes at once. Without a most there is nothing to choose.
type daySpan struct{ least, most int }

// stepGroups are the fields of the steps that can be planned.
func (s *Room) stepGroups(r *web.Request, p sendPage, form scheduleForm, room int, span daySpan) (groups []web.FieldGroup, err error) {
	for i := range room {
		n, number := "-"+strconv.Itoa(i+1), survey.MaxReminders-room+i+1
		var step stepForm
		if i < len(form.steps) {
			step = form.steps[i]
		}
		if step.Subject+step.Body+step.Language == "" {
			start, err := s.Send.StartingText(coverLanguage(r.Questionnaire), "reminder")
			if err != nil {
				return nil, err
			}
			step.Subject, step.Body, step.Language = start.Subject, start.Body, start.Language
		}
		field := func(name, kind, value string) templates.Field {
			f := p.field(name, kind, value)
			f.Name, f.Error = name+n, p.ErrorAt(name+n)
			f.Label = p.Must("send.plan.field", "Number", number, "Label", f.Label)
			return f
		}
		days, body := field("days", "number", step.Days), field("body", "textarea", step.Body)
		days.Min, body.Rows = strconv.Itoa(span.least), 14
		if span.most > 0 {
			days.Max = strconv.Itoa(span.most)
		}
		if span.least == 0 {
			days.Hint = p.Must("send.hint.days_or_now")
		}
		if span.least == 0 && span.most == 0 {
			days = web.HiddenField("days"+n, "0")
		}
		language := p.choice("language", "select", step.Language, "common.language.", locale.Languages...)
		language.Name, language.Error, language.Hint = "language"+n, p.ErrorAt("language"+n), p.Must("send.cover.language_hint")
		language.Label = p.Must("send.plan.field", "Number", number, "Label", language.Label)
		groups = append(groups, web.FieldGroup{Title: p.Must("send.plan.step", "Number", number), Fields: []templates.Field{days, field("subject", "text", step.Subject), body, language}})
	}
	return groups, nil
}

// newStep says when a step goes, to whom, and how it went.
func (s *Room) newStep(r *web.Request, step send.StepPlan) stepView {
	p := r.Printer()
	view := stepView{ID: step.ID, Title: p.Must("send.plan.days", "Count", step.Days), Subject: step.Text.Subject, Body: step.Text.Body}
	if step.AtOnce() {
		view.Title = p.Must("send.plan.at_once")
	}
	fact := func(key, value string) {
		view.Facts = append(view.Facts, templates.Fact{Label: p.Must("send.plan.fact." + key), Value: value})
	}
	for _, d := range step.Sent {
		fact("sent", p.Must("send.plan.sent", "At", r.Moment(d.At), "Count", d.Recipients))
	}
	if step.Stopped != nil {
		fact("stopped", p.Must("send.plan.by", "At", r.Moment(step.Stopped.At), "Name", step.StoppedName))
	} else {
		for _, m := range step.Moments {
			if step.AtOnce() {
				fact("goes", p.Must("send.plan.goes_at_once", "Who", strings.Join(shortNames(m.Respondents), ", ")))
				continue
			}
			fact("goes", p.Must("send.plan.goes", "At", r.Moment(m.At), "Who", strings.Join(shortNames(m.Respondents), ", ")))
		}
	}
	if step.Missed != nil {
		fact("missed", p.Must("send.plan.missed", "Who", strings.Join(shortNames(step.Missed), ", ")))
	}
	if step.Without != nil {
		fact("without", p.Must("send.plan.without", "Who", strings.Join(shortNames(step.Without), ", ")))
	}
	if step.ID != "" {
		fact("planned", p.Must("send.plan.by", "At", r.Moment(step.Planned.At), "Name", step.PlannedName))
		if slices.ContainsFunc(r.Questionnaire.Reminders, func(o survey.ReminderStep) bool { return o.ID == step.ID }) && !r.Questionnaire.DispatchedAt.IsZero() { // it does not wait
			checked := step.ConfirmedName
			if checked == "" {
				checked = p.Must("common.unchecked")
			}
			view.Facts = append(view.Facts, templates.Fact{Label: p.Must("send.fact.checked_by"), Value: checked})
		}
	}
	return view
}

// previewStep shows the step as the first who gets one will read it.
func (s *Room) previewStep(r *web.Request, view *stepView, step send.StepPlan) error {
	if len(step.Moments) == 0 {
		return nil
	}
	preview, err := s.Send.PreviewCover(r.Request.Context(), r.Actor, r.Questionnaire.ID, step.Moments[0].Respondents[0].Slug, step.Text)
	if err != nil {
		return err
	}
	view.Preview, view.For = newPreview(r, preview), preview.Respondent.ShortName
	return nil
}

func (s *Room) planReminders(r *web.Request) error {
	form, err := readSchedule(r)
	if err != nil {
		return err
	}
	steps, err := s.typedSteps(form)
	if err != nil {
		return err
	}
	before := r.Questionnaire.DispatchedAt.IsZero()
	if form.Do == "preview" {
		if len(steps) == 0 {
			errs := []templates.FieldError{{FieldID: "days-1", Message: r.Printer().Must("error.required")}}
			return s.renderReminder(r, http.StatusUnprocessableEntity, &form, errs)
		}
		_, err := s.Send.ReminderSchedule(r.Request.Context(), r.Actor, r.Questionnaire.ID, steps)
		if errs, ok := r.Faults(err); ok {
			return s.renderReminder(r, http.StatusUnprocessableEntity, &form, errs)
		}
		if err != nil {
			return err
		}
		return s.renderReminder(r, http.StatusOK, &form, nil)
	}
	done, err := s.Send.PlanReminders(r.Request.Context(), r.Actor, r.Questionnaire.ID, send.PlanReminders{Steps: steps, Revision: form.Revision, Seen: form.Seen})
	if status, errs := r.Refused(err); status != 0 && (before || status != http.StatusConflict) {
		return s.renderReminder(r, status, &form, errs)
	}
	var refused *survey.Error
	if errors.As(err, &refused) && refused.Code == survey.Conflict && !before && len(steps) > 0 { // what was typed stays
		errs := []templates.FieldError{{FieldID: "days-1", Message: r.Printer().Must(refused.Key, refused.Args...)}}
		return s.renderReminder(r, http.StatusConflict, &form, errs)
	}
	if err != nil {
		return err
	}
	notice := "send.notice.requested"
	switch {
	case done && form.Do == "now":
		notice = "send.notice.reminded"
	case done:
		notice = "send.notice.planned"
	}
	return r.Redirect(sendPath(r, "erinnerung"), notice)
}

func (s *Room) withdrawPlan(r *web.Request) error {
	if err := s.Send.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActReminder, ""); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "erinnerung"), "send.notice.withdrawn")
}

func (s *Room) stopReminder(r *web.Request) error {
	var form struct {
		Step string `form:"step"`
	}
	if err := r.Bind(&form); err != nil {
		return err
	}
	if err := s.Send.StopReminder(r.Request.Context(), r.Actor, r.Questionnaire.ID, form.Step); err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "erinnerung"), "send.notice.stopped")
}
