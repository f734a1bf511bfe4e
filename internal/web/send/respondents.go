package send

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// respondentsPage lists who gets the catalogue.
type respondentsPage struct {
	sendPage
	Before                      bool   // before the dispatch
	Order                       string // by which rule they stand
	Missing                     int
	After                       string // what to do about the missing after the dispatch
	Take                        string // label of the button
	TakeForm, JoinHref, NewHref string
	Rows                        []respondentsRow
	Empty                       templates.Empty
	FormLabel, FormAction       string // our form for all whose procedure is not known; "" label: there is none
	NotAskedAction              string
	NumbersAction, NumbersText  string
	Numbers                     []templates.Field // the places by number, of all at once; nil: the order goes by another rule, or is fixed
	NotAsked                    []templates.Field // one reason for several; nil: nobody is left to choose
}

type respondentsRow struct {
	Party                                templates.Party
	Name, Position, Channel, Limits, Due string
	Address                              string
	NotAsked                             string
	Fit                                  []string // what does not fit its procedure, or is not known of it; empty: see Fits
	Fits                                 string
	Asked                                string
}

// notAskedForm is one reason for not asking several, as typed.
type notAskedForm struct {
	Respondents []survey.Slug `form:"respondents"`
	Reason      string        `form:"reason_for_all"`
}

func (s *Room) sendRespondents(r *web.Request) error {
	return s.renderRespondents(r, http.StatusOK, notAskedForm{}, nil, nil)
}

func (s *Room) renderRespondents(r *web.Request, status int, form notAskedForm, numbers map[survey.Slug]string, errs []templates.FieldError) error {
	l, err := s.Send.RespondentList(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := respondentsPage{sendPage: s.sendBase(r, "send.respondents.title"), Before: r.Questionnaire.DispatchedAt.IsZero(), Missing: l.Missing}
	p.Errors, p.Order = errs, p.Printer.OrderRule(r.Questionnaire)
	if r.Questionnaire.Rule() == survey.OrderReceipt {
		p.Order = p.Must("common.order.staff_receipt")
	}
	p.TakeForm, p.JoinHref, p.NewHref = sendPath(r, "uebernehmen"), sendPath(r, "gemeinsam"), sendPath(r, "neu")
	if !p.Before && p.CanAct && l.Missing > 0 {
		p.After = p.Must("send.respondents.after", "Count", l.Missing)
	}
	p.Take = p.Must("send.respondents.take", "Count", l.Missing)
	p.Empty = templates.Empty{Title: p.Must("send.respondents.empty"), Text: p.Must("send.respondents.empty_text", "Count", len(l.Candidates))}
	for _, row := range l.Rows {
		out := respondentsRow{
			Party: templates.Party{Name: row.ShortName, Colour: row.Colour, Href: sendPath(r, "befragte", string(row.Slug)), State: web.StateWord(p.Base, row.Standing)},
			Name:  row.Name, Position: web.TypedNumber(row.BallotPosition), Channel: r.ChannelWord(row.Procedure.Channel),
			Limits: limitsWord(r, row.Procedure), Due: r.Moment(row.Respondent.Due.At), Address: strings.Join(survey.AllAddresses(row.Email, row.Copies), ", "), NotAsked: row.NotAsked,
			Asked: p.Must("common.questions", "Count", row.Packet.Asked),
		}
		if p.Numbered {
			out.Position = web.TypedNumber(row.OrderNumber)
		}
		out.Fit, out.Fits = fits(r, row.Respondent, row.Packet)
		p.Rows = append(p.Rows, out)
	}
	p.bulk(r, l, form)
	p.numbers(r, l, numbers)
	return r.Page(status, "send/respondents", p)
}

// bulk is what can be set for several respondents at once until the dispatch.
func (p *respondentsPage) bulk(r *web.Request, l send.RespondentList, form notAskedForm) {
	unknown := 0
	chosen := web.RequiredField(p.field("respondents", "checkbox", ""))
	for _, row := range l.Rows {
		if row.AwaitsProcedure() {
			unknown++
		}
		if row.NotAsked == "" {
			chosen.Options = append(chosen.Options, templates.Option{Value: string(row.Slug), Label: row.ShortName, Selected: slices.Contains(form.Respondents, row.Slug)})
		}
	}
	if !p.CanAct || !p.Before || chosen.Options == nil {
		return
	}
	if unknown > 0 {
		p.FormLabel, p.FormAction = p.Must("send.bulk.form_button", "Count", unknown), sendPath(r, "unser-formular")
	}
	chosen.Inline = true
	reason := web.RequiredField(p.field("reason_for_all", "textarea", form.Reason))
	reason.Rows = 3
	p.NotAskedAction, p.NotAsked = sendPath(r, "nicht-fragen"), []templates.Field{chosen, reason}
}

// numbers is the form of all places by number, until the dispatch.
func (p *respondentsPage) numbers(r *web.Request, l send.RespondentList, typed map[survey.Slug]string) {
	if !p.CanAct || !p.Before || !p.Numbered {
		return
	}
	p.NumbersAction, p.NumbersText = sendPath(r, "nummern"), p.Must("send.numbers.text", "Source", r.Questionnaire.OrderSource)
	for _, row := range l.Rows {
		name := "number-" + string(row.Slug)
		f := templates.Field{Name: name, Label: row.ShortName, Value: web.TypedNumber(row.OrderNumber), Inputmode: "numeric", Error: p.ErrorAt(name)}
		p.Numbers = append(p.Numbers, web.HiddenField("was-"+string(row.Slug), f.Value))
		if value, ok := typed[row.Slug]; ok {
			f.Value = value
		}
		p.Numbers = append(p.Numbers, f)
	}
}

func (s *Room) saveNumbers(r *web.Request) error {
	if err := r.ReadForm(nil); err != nil {
		return err
	}
	cmd := send.NumberRespondents{Numbers: map[survey.Slug]string{}, Was: map[survey.Slug]string{}}
	for name := range r.Request.PostForm {
		if slug, ok := strings.CutPrefix(name, "number-"); ok {
			cmd.Numbers[survey.Slug(slug)], cmd.Was[survey.Slug(slug)] = r.PostForm(name), r.PostForm("was-"+slug)
		}
	}
	err := s.Send.NumberRespondents(r.Request.Context(), r.Actor, r.Questionnaire.ID, cmd)
	if status, errs := r.Refused(err); status != 0 {
		return s.renderRespondents(r, status, notAskedForm{}, cmd.Numbers, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte"), "send.notice.numbered")
}

// fits says what does not fit a respondent's procedure or is not known of it, or else that all fits or why nothing has to.
func fits(r *web.Request, who survey.Respondent, packet survey.Packet) (misfits []string, fits string) {
	p, channel := r.Printer(), who.Procedure.Channel
	if who.NotAsked != "" {
		return nil, p.Must("send.fit.not_asked")
	}
	if who.AwaitsProcedure() {
		misfits = append(misfits, p.Must("send.problem.procedure")+".")
	}
	if who.Email == "" && (channel == survey.ChannelForm || channel == survey.ChannelMail) {
		misfits = append(misfits, p.Must("send.problem.address")+".")
	}
	return append(misfits, misfitsOf(r, who.Procedure, packet)...), p.Must("send.misfit.none")
}

func (s *Room) askInOurForm(r *web.Request) error {
	changed, err := s.Send.AskInOurForm(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	notice := "send.notice.our_form"
	if changed == 0 {
		notice = "send.notice.our_form_none"
	}
	return r.Redirect(sendPath(r, "befragte"), notice)
}

func (s *Room) notAskMany(r *web.Request) error {
	var form notAskedForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	_, err := s.Send.NotAskMany(r.Request.Context(), r.Actor, r.Questionnaire.ID, send.NotAskMany(form))
	if errs, ok := r.Faults(err); ok {
		return s.renderRespondents(r, http.StatusUnprocessableEntity, form, nil, web.InputOf(errs, "reason", "reason_for_all"))
	}
	if err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte"), "send.notice.not_asked")
}

// limitsWord says what a procedure takes, "" if no limit is known.
func limitsWord(r *web.Request, p survey.Procedure) string {
	switch {
	case p.MaxQuestions > 0 && p.MaxCharacters > 0:
		return r.Printer().Must("send.limits.both", "Questions", p.MaxQuestions, "Characters", p.MaxCharacters)
	case p.MaxQuestions > 0:
		return r.Printer().Must("send.limits.questions", "Questions", p.MaxQuestions)
	case p.MaxCharacters > 0:
		return r.Printer().Must("send.limits.characters", "Characters", p.MaxCharacters)
	}
	return ""
}

// misfitsOf says what does not fit a procedure, a sentence each.
func misfitsOf(r *web.Request, p survey.Procedure, packet survey.Packet) []string {
	var list []string
	if packet.Surplus > 0 {
		list = append(list, r.Printer().Must("send.misfit.surplus", "Count", packet.Surplus, "Limit", p.MaxQuestions))
	}
	if packet.TooLong > 0 {
		list = append(list, r.Printer().Must("send.misfit.too_long", "Count", packet.TooLong, "Limit", p.MaxCharacters))
	}
	return list
}

func (s *Room) takeContestants(r *web.Request) error {
	added, err := s.Send.TakeContestants(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	notice := "send.notice.taken"
	if added == 0 {
		notice = "send.notice.taken_none"
	}
	return r.Redirect(sendPath(r, "befragte"), notice)
}

// formPage is a page with one form, which leads back to the list of respondents.
func (p sendPage) formPage(r *web.Request, action, lead, button string) web.FormPage {
	return web.FormPage{Base: p.Base, Kicker: p.Kicker, Tabs: &p.Tabs, Lead: p.Must(lead), Action: sendPath(r, action), Button: p.Must(button),
		Cancel: templates.NavItem{Label: p.Must("common.button.cancel"), Href: sendPath(r, "befragte")}}
}

type joinForm struct {
	Parties   []survey.PartyID `form:"parties"`
	ShortName string           `form:"short_name"`
	Name      string           `form:"name"`
}

func (s *Room) joinPage(r *web.Request) error {
	return s.renderJoin(r, http.StatusOK, joinForm{}, nil)
}

func (s *Room) renderJoin(r *web.Request, status int, form joinForm, errs []templates.FieldError) error {
	l, err := s.Send.RespondentList(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	b := s.sendBase(r, "send.join.title")
	b.Errors = errs
	p := b.formPage(r, "gemeinsam", "send.join.lead", "send.join.button")
	parties := web.RequiredField(b.field("parties", "checkbox", ""))
	chosen := map[survey.PartyID]bool{}
	for _, id := range form.Parties {
		chosen[survey.PartyID(id)] = true
	}
	for _, c := range l.Candidates {
		option := templates.Option{Value: string(c.Party.ID), Label: c.Party.ShortName, Hint: c.Party.Name, Selected: chosen[c.Party.ID], Disabled: c.Joint}
		if c.Joint {
			option.Hint = p.Must("send.join.taken")
		}
		parties.Options = append(parties.Options, option)
	}
	if len(parties.Options) < 2 {
		p.Button, p.Before = "", &templates.Empty{Title: p.Must("send.join.empty"), Text: p.Must("send.join.empty_text")}
	} else {
		p.Groups = []web.FieldGroup{{Fields: []templates.Field{parties, b.field("short_name", "text", form.ShortName), b.field("name", "text", form.Name)}}}
		p.Groups[0].Fields[1].Hint, p.Groups[0].Fields[2].Hint = p.Must("send.join.short_name_hint"), p.Must("send.join.name_hint")
	}
	return r.Page(status, "form", p)
}

func (s *Room) join(r *web.Request) error {
	var form joinForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug, err := s.Send.JoinParties(r.Request.Context(), r.Actor, r.Questionnaire.ID, send.JoinParties(form))
	if errs, ok := r.Faults(err); ok {
		return s.renderJoin(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", string(slug)), "send.notice.joined")
}

// respondentForm is the form of a respondent, as typed.
type respondentForm struct {
	ShortName      string `form:"short_name"`
	Name           string `form:"name"`
	BallotPosition string `form:"ballot_position"`
	OrderNumber    string `form:"order_number"`
	Wikidata       string `form:"wikidata"`
	Colour         string `form:"colour"`
	Email          string `form:"email"`
	Copies         string `form:"copies"`
	Postal         string `form:"postal"`
	Language       string `form:"language"`
	Channel        string `form:"channel"`
	MaxQuestions   string `form:"max_questions"`
	MaxCharacters  string `form:"max_characters"`
	Source         string `form:"source"`
	CheckedOn      string `form:"checked_on"`
	Note           string `form:"note"`
	Due            string `form:"due"`
	DueZone        string `form:"due_zone"`
	DueChoice      string `form:"due_choice"`
	DueReason      string `form:"due_reason"`
	LanguageReason string `form:"language_reason"`
	NotAsked       string `form:"not_asked"`
	Revision       int    `form:"revision"`
}

func (f respondentForm) command() send.SaveRespondent {
	return send.SaveRespondent{
		ShortName: f.ShortName, Name: f.Name, BallotPosition: readNumber(f.BallotPosition), OrderNumber: f.OrderNumber, Wikidata: f.Wikidata, Colour: f.Colour,
		Email: f.Email, Copies: f.Copies, Postal: f.Postal, Language: f.Language, Due: f.Due, DueZone: f.DueZone, DueChoice: f.DueChoice, NotAsked: f.NotAsked, Revision: f.Revision,
		DueReason: f.DueReason, LanguageReason: f.LanguageReason,
		Procedure: survey.Procedure{Channel: survey.Channel(f.Channel), MaxQuestions: readNumber(f.MaxQuestions), MaxCharacters: readNumber(f.MaxCharacters),
			Source: f.Source, CheckedOn: f.CheckedOn, Note: f.Note},
	}
}

func formOf(r survey.Respondent) respondentForm {
	return respondentForm{
		ShortName: r.ShortName, Name: r.Name, BallotPosition: web.TypedNumber(r.BallotPosition), OrderNumber: web.TypedNumber(r.OrderNumber), Wikidata: r.Wikidata, Colour: r.Colour,
		Email: r.Email, Copies: lines(r.Copies), Postal: r.Postal, Language: r.Language, Channel: string(r.Procedure.Channel), MaxQuestions: web.TypedNumber(r.Procedure.MaxQuestions),
		MaxCharacters: web.TypedNumber(r.Procedure.MaxCharacters), Source: r.Procedure.Source, CheckedOn: r.Procedure.CheckedOn, Note: r.Procedure.Note,
		Due: r.Due.Local, DueZone: r.Due.Zone, NotAsked: r.NotAsked, Revision: r.Revision, DueReason: r.DueReason.Text, LanguageReason: r.LanguageReason.Text,
	}
}

// groups lays the form out. After the dispatch the names are printed and cannot change, and the address has a form of its own.
func (f respondentForm) groups(p sendPage, names bool) []web.FieldGroup {
	who := web.FieldGroup{Title: p.Must("send.respondent.who")}
	if names {
		position := p.field("ballot_position", "number", f.BallotPosition)
		position.Min = "0"
		who.Fields = append(who.Fields, web.RequiredField(p.field("short_name", "text", f.ShortName)), web.RequiredField(p.field("name", "text", f.Name)), position,
			p.field("wikidata", "text", f.Wikidata), p.field("colour", "text", f.Colour))
	} else {
		who.Fields = append(who.Fields, web.HiddenField("short_name", f.ShortName), web.HiddenField("name", f.Name), web.HiddenField("ballot_position", f.BallotPosition),
			web.HiddenField("wikidata", f.Wikidata), web.HiddenField("colour", f.Colour))
	}
	if p.Numbered {
		number := web.RequiredField(p.field("order_number", "text", f.OrderNumber))
		number.Inputmode = "numeric"
		who.Fields = append(who.Fields, number)
	}
	language := f.Language
	if language == "" {
		language = "de"
	}
	if names {
		who.Fields = append(who.Fields, p.emailField(f.Email), p.copiesField(f.Copies), p.postalField(f.Postal))
	}
	who.Fields = append(who.Fields, p.choice("language", "select", language, "common.language.", "de", "en"), p.field("language_reason", "text", f.LanguageReason), web.HiddenField("revision", strconv.Itoa(f.Revision)))

	var channels []string
	for _, c := range survey.Channels {
		channels = append(channels, string(c))
	}
	channel := p.choice("channel", "radio", f.Channel, "common.channel.", channels...)
	for i, c := range survey.Channels {
		word := string(c)
		if c == survey.ChannelUnknown {
			word = "unknown"
		}
		channel.Options[i].Hint = p.Must("send.channel_hint." + word)
	}
	questions, characters := p.field("max_questions", "number", f.MaxQuestions), p.field("max_characters", "number", f.MaxCharacters)
	questions.Min, characters.Min = "0", "0"
	note := p.field("note", "textarea", f.Note)
	note.Rows = 3
	how := web.FieldGroup{Title: p.Must("send.respondent.procedure"), Fields: []templates.Field{channel, questions, characters,
		p.field("source", "text", f.Source), p.field("checked_on", "date", f.CheckedOn), note}}

	notAsked := p.field("not_asked", "textarea", f.NotAsked)
	notAsked.Rows = 3
	reason := p.field("due_reason", "text", f.DueReason)
	reason.Hint = p.Must("send.hint.own_due_reason")
	return []web.FieldGroup{who, how,
		{Title: p.Must("send.respondent.due"), Fields: append(p.instantFields("due", f.Due, f.DueZone, f.DueChoice), reason)},
		{Title: p.Must("send.respondent.not_asked"), Fields: []templates.Field{notAsked}}}
}

func (p sendPage) emailField(value string) templates.Field {
	f := p.field("email", "email", value)
	f.Autocomplete = "off"
	return f
}

// copiesField is for the addresses beside the first, one a line.
func (p sendPage) copiesField(value string) templates.Field {
	f := p.field("copies", "textarea", value)
	f.Rows, f.Autocomplete = 2, "off"
	return f
}

func (p sendPage) postalField(value string) templates.Field {
	f := p.field("postal", "textarea", value)
	f.Rows, f.Autocomplete = 3, "off"
	return f
}

// lines are values as a text field shows them, one a line.
func lines(values []string) string { return strings.Join(values, "\n") }

func (s *Room) newRespondent(r *web.Request) error {
	return s.renderNewRespondent(r, http.StatusOK, respondentForm{}, nil)
}

func (s *Room) renderNewRespondent(r *web.Request, status int, form respondentForm, errs []templates.FieldError) error {
	b := s.sendBase(r, "send.new.title")
	b.Errors = errs
	p := b.formPage(r, "neu", "send.new.lead", "common.button.add")
	p.Groups, p.Beside = form.groups(b, true), true
	return r.Page(status, "form", p)
}

func (s *Room) addRespondent(r *web.Request) error {
	var form respondentForm
	if err := r.Bind(&form); err != nil {
		return err
	}
	slug, err := s.Send.AddRespondent(r.Request.Context(), r.Actor, r.Questionnaire.ID, form.command())
	if errs, ok := r.Faults(err); ok {
		return s.renderNewRespondent(r, http.StatusUnprocessableEntity, form, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(sendPath(r, "befragte", string(slug)), "send.notice.added")
}
