package send

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// respondentPage is everything about one respondent.
type respondentPage struct {
	sendPage
	Party      templates.Party
	Name       string
	State      templates.Badge
	Problem    string
	Facts      []templates.Fact
	Proof      string
	Portal     string // where its own form is noted; "" it has none
	Letter     string // where its letter is printed; "" it gets none
	Groups     []web.FieldGroup
	Action     string
	Editable   bool
	Remove     *templates.Confirm
	Questions  []packetLine
	Misfits    []string
	Fits       string // what is said where nothing misfits
	Locked     bool
	Revision   templates.Field
	Mails      []outboxLine
	Links      []linkLine
	After      bool // sent
	Invitation *invitationPart
	LinkForm   string
	Revoke     *templates.Confirm
	Reach      []web.FieldGroup // why nothing could be delivered
	ReachForm  string
	Reached    bool   // nothing marked
	Lost       string // a sentence about the mail that was lost; "" none was
	Decide     bool   // nobody has decided yet what that means
	Decided    string // what was decided, in words
	AnywayForm string // where the decision posts to that it was reached all the same
	Due        []web.FieldGroup
	DueForm    string
	DueStays   bool // its own date can no longer be moved
	Address    addressPart
	LostCopies []string // a sentence about each copy that is refused
	Postal     []web.FieldGroup
	PostalForm string // "" may not be changed
	ToPost     *toPostPart
	Astray     []templates.Confirm // mails that failed at an old address
	List       *templates.Confirm  // makes its address that of its parties
}

// addressPart changes where mails go after the dispatch.
type addressPart struct {
	Form     string // "" may not be changed
	Text     string
	Groups   []web.FieldGroup
	Button   string
	Second   bool
	Waiting  string // a sentence about the request that waits
	Own      bool
	Confirm  []templates.Field
	Withdraw string
}

// toPostPart lets a letter take the place of mails.
type toPostPart struct {
	Form     string
	Groups   []web.FieldGroup
	Text     string
	Button   string
	Waiting  string // a sentence about the request that waits
	Void     bool
	Only     string // why it cannot be confirmed
	Confirm  []templates.Field
	Withdraw string
}

// invitationPart invites a respondent that has not been asked yet.
type invitationPart struct {
	Only     string // why there is no button
	Waiting  string // a sentence about the request that waits
	Void     bool   // it is for another content than there is now
	Confirm  *templates.Confirm
	Title    string // whose cover Cover is
	Cover    *mailView
	Withdraw string
}

// respondentTyped is what was typed into one of the forms of the page when it was refused; nil where nothing was.
type respondentTyped struct {
	form    *respondentForm
	reasons map[survey.QuestionID]string
	reach   *reachForm
	due     *dueForm
	address *addressForm
	postal  *postalForm
	post    *toPostForm
}

type toPostForm struct {
	Reason   string `form:"post_reason"`
	Revision int    `form:"revision"`
}

type reachForm struct {
	Reason   string `form:"not_reached"`
	Undo     bool   `form:"undo"`
	Revision int    `form:"revision"`
}

type dueForm struct {
	Due      string `form:"due"`
	Zone     string `form:"due_zone"`
	Choice   string `form:"due_choice"`
	Reason   string `form:"due_reason"`
	Revision int    `form:"revision"`
}

type postalForm struct {
	Postal   string `form:"postal"`
	Revision int    `form:"revision"`
}

type addressForm struct {
	Email    string `form:"email"`
	Copies   string `form:"copies"`
	Revision int    `form:"revision"`
}

// packetLine is a question against the respondent's procedure.
type packetLine struct {
	Printed string // the number with its mark
	Label   string
	Text    string
	Length  string
	TooLong string
	Reason  templates.Field
	LeftOut string
}

// linkLine is an access link, without its secret.
type linkLine struct{ Created, How, Used, Revoked string }

func (s *Room) respondentPage(r *web.Request) error {
	return s.renderRespondent(r, http.StatusOK, respondentTyped{}, nil)
}

// respondentRefused shows the page again with what was typed, when a save breaks a rule or somebody else was faster.
func (s *Room) respondentRefused(r *web.Request, err error, typed respondentTyped) error {
	if status, errs := r.Refused(err); status != 0 {
		switch {
		case typed.due != nil:
			errs = web.InputOf(errs, "reason", "due_reason")
		case typed.reach != nil:
			errs = web.InputOf(errs, "reason", "not_reached")
		case typed.post != nil:
			errs = web.InputOf(errs, "reason", "post_reason")
		}
		return s.renderRespondent(r, status, typed, errs)
	}
	return err
}

func (s *Room) renderRespondent(r *web.Request, status int, typed respondentTyped, errs []templates.FieldError) error {
	f, err := s.Send.RespondentFile(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.Slug(r.Param("respondent")))
	if err != nil {
		return err
	}
	who := f.Row.Respondent
	p := respondentPage{sendPage: s.sendBase(r, "send.respondent.title", "Name", who.ShortName), Party: templates.Party{Name: who.ShortName, Colour: who.Colour},
		Name: who.Name, Locked: f.Packet.Locked, After: !f.Questionnaire.DispatchedAt.IsZero(), Reached: who.NotReached == nil}
	p.Errors = errs
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("send.tab.befragte"), Href: sendPath(r, "befragte")})
	row := boardRow(r, f.Row)
	p.State, p.Problem = row.State, row.Problem
	p.Proof = sendPath(r, "befragte", string(who.Slug), "nachweis")
	if who.Procedure.Channel == survey.ChannelPortal {
		p.Portal = sendPath(r, "befragte", string(who.Slug), "eingabe")
	}
	if who.ByPost() && p.After {
		p.Letter = sendPath(r, "befragte", string(who.Slug), "brief")
	}
	p.Facts = respondentFacts(r, f)
	p.Editable = p.CanAct && who.Editable(f.Questionnaire)
	p.Misfits, p.Fits = fits(r, who, f.Packet)
	p.Revision = web.HiddenField("revision", formOf(who).revision())
	for _, q := range f.Packet.Questions {
		p.Questions = append(p.Questions, p.packetLine(q, typed.reasons))
	}
	stale := status == http.StatusConflict
	if p.Editable {
		saved := formOf(who)
		form := &saved
		if typed.form != nil {
			form = typed.form
		}
		p.Action, p.Groups = sendPath(r, "befragte", string(who.Slug)), form.groups(p.sendPage, !p.After)
		if stale && typed.form != nil {
			r.Overtaken(&p.Base, p.Groups, saved.groups(p.sendPage, !p.After))
		}
		if stale && typed.reasons != nil {
			p.overtakenReasons(r, f)
		}
	}
	if p.CanAct && f.Removable {
		p.Remove = &templates.Confirm{Title: p.Must("send.remove.title"), Text: p.Must("send.remove.text", "Name", who.ShortName),
			Action: sendPath(r, "befragte", string(who.Slug), "entfernen"), Button: p.Must("common.button.remove"), Danger: true}
	}
	if p.CanAct && p.After {
		p.reach(r, f, stale, typed.reach)
		p.due(r, f, stale, typed.due)
		p.postal(r, f, stale, typed.postal)
	}
	if p.After {
		p.address(r, f, stale, typed.address)
		p.toPost(r, f, stale, typed.post)
	}
	if p.CanAct {
		p.addressOffers(r, f)
	}
	p.invitation(r, f)
	p.deliveries(r, f)
	return r.Page(status, "send/respondent", p)
}

// overtakenReasons says which reasons for leaving a question out somebody else has changed.
func (p *respondentPage) overtakenReasons(r *web.Request, f send.RespondentFile) {
	var typed, saved web.FieldGroup
	for i, q := range f.Packet.Questions {
		typed.Fields = append(typed.Fields, p.Questions[i].Reason)
		saved.Fields = append(saved.Fields, p.packetLine(q, nil).Reason)
	}
	groups := []web.FieldGroup{typed}
	r.Overtaken(&p.Base, groups, []web.FieldGroup{saved})
	for i := range p.Questions {
		p.Questions[i].Reason = groups[0].Fields[i]
	}
}

// reach is the form that says that nothing could be delivered.
func (p *respondentPage) reach(r *web.Request, f send.RespondentFile, stale bool, typed *reachForm) {
	who := f.Row.Respondent
	if f.Lost != nil && !f.Row.State.CameBack() {
		p.Lost, p.Decide = lostWords(r, *f.Lost), f.Row.Undecided
		p.AnywayForm = sendPath(r, "befragte", string(who.Slug), "erreicht")
	}
	switch {
	case who.NotReached != nil:
		p.Decided = p.Must("send.reach.marked")
	case who.Reached != nil && !f.Row.Undecided:
		p.Decided = p.Must("send.reach.marked_anyway", "Reason", who.Reached.Reason)
	}
	p.Reached = p.Decided == ""
	form := func(reason string) []web.FieldGroup {
		return []web.FieldGroup{{Fields: []templates.Field{p.Revision, web.RequiredField(p.field("not_reached", "text", reason))}}}
	}
	p.ReachForm, p.Reach = sendPath(r, "befragte", string(who.Slug), "nicht-erreicht"), form("")
	if typed == nil {
		return
	}
	p.Reach, p.Reached = form(typed.Reason), p.Reached || typed.Reason != "" // what was typed stays to be seen
	if stale {
		stored := ""
		if who.NotReached != nil {
			stored = who.NotReached.Reason
		}
		r.Overtaken(&p.Base, p.Reach, form(stored))
	}
}

// lostWords says of a mail that it did not get there, and why.
func lostWords(r *web.Request, m survey.Mail) string {
	p := r.Printer()
	kind := mailWord(r, m)
	if m.Bounced != nil {
		return p.Must("send.reach.bounced", "Kind", kind, "To", m.To, "Day", web.ShortDay(p, m.Bounced.Day), "Said", m.Bounced.Said)
	}
	return p.Must("send.reach.lost", "Kind", kind, "To", m.To, "At", r.Moment(m.LastAttempt), "Reply", replyWords(r, m))
}

// due is the form that moves the own date of a respondent that was asked.
func (p *respondentPage) due(r *web.Request, f send.RespondentFile, stale bool, typed *dueForm) {
	who := f.Row.Respondent
	if !who.OwnDate() {
		return
	}
	if p.DueStays = f.AnswersShown && typed == nil; p.DueStays {
		return
	}
	form := func(d dueForm) []web.FieldGroup {
		fields := append([]templates.Field{p.Revision}, p.instantFields("due", d.Due, d.Zone, d.Choice)...)
		fields[1].Required = true
		return []web.FieldGroup{{Fields: append(fields, web.RequiredField(p.field("due_reason", "text", d.Reason)))}}
	}
	saved := dueForm{Due: f.Row.Due.Local, Zone: f.Row.Due.Zone}
	p.DueForm, p.Due = sendPath(r, "befragte", string(who.Slug), "datum"), form(saved)
	if typed == nil {
		return
	}
	p.Due = form(*typed)
	if stale {
		if n := len(who.DueChanges); n > 0 {
			saved.Reason = who.DueChanges[n-1].Reason
		}
		r.Overtaken(&p.Base, p.Due, form(saved))
	}
}

// address is the form that changes the address after the dispatch, and the request that waits for a second person.
func (p *respondentPage) address(r *web.Request, f send.RespondentFile, stale bool, typed *addressForm) {
	who, action := f.Row.Respondent, sendPath(r, "befragte", string(f.Row.Respondent.Slug), "adresse")
	if who.NotAsked != "" {
		return
	}
	if f.Address != nil {
		p.Address.Waiting = p.Must("send.address.waiting", "Name", f.AddressBy, "At", r.Moment(f.Address.RequestedAt), "Email", strings.Join(survey.AllAddresses(who.NewEmail, who.NewCopies), ", "))
		p.Address.Own, p.Address.Withdraw = f.AddressOwn, action+"/zuruecknehmen"
		p.Address.Form = action
		p.Address.Confirm = []templates.Field{p.Revision, web.HiddenField("email", who.NewEmail), web.HiddenField("copies", strings.Join(who.NewCopies, ", "))}
	}
	if !p.CanAct {
		return
	}
	form := func(email, copies string) []web.FieldGroup {
		return []web.FieldGroup{{Fields: []templates.Field{p.Revision, web.RequiredField(p.emailField(email)), p.copiesField(copies)}}}
	}
	saved := form(cmp.Or(f.Better, who.Email), lines(who.Copies))
	p.Address.Text = p.Must("send.address.text")
	switch {
	case f.Better != "":
		p.Address.Text = p.Must("send.address.text_better", "Email", f.Better)
	case f.Refused:
		p.Address.Text = p.Must("send.address.text_refused")
	}
	p.Address.Form, p.Address.Groups, p.Address.Second, p.Address.Button = action, saved, f.TwoPerson, p.Must("send.address.button")
	if f.TwoPerson {
		p.Address.Button = p.Must("send.address.request")
	}
	if typed != nil {
		p.Address.Groups = form(typed.Email, typed.Copies)
	}
	if typed != nil && stale {
		r.Overtaken(&p.Base, p.Address.Groups, saved)
	}
}

// postal is the form of the postal address after the dispatch.
func (p *respondentPage) postal(r *web.Request, f send.RespondentFile, stale bool, typed *postalForm) {
	who := f.Row.Respondent
	if who.NotAsked != "" {
		return
	}
	form := func(postal string) []web.FieldGroup {
		return []web.FieldGroup{{Fields: []templates.Field{p.Revision, p.postalField(postal)}}}
	}
	p.PostalForm, p.Postal = sendPath(r, "befragte", string(who.Slug), "anschrift"), form(who.Postal)
	if typed == nil {
		return
	}
	p.Postal = form(typed.Postal)
	if stale {
		r.Overtaken(&p.Base, p.Postal, form(who.Postal))
	}
}

// toPost is the form that lets a letter take the place of mails, and the request that waits for a second person.
func (p *respondentPage) toPost(r *web.Request, f send.RespondentFile, stale bool, typed *toPostForm) {
	if f.ToPost == nil || !p.CanAct && f.ToPost.Waiting == nil {
		return
	}
	who := f.Row.Respondent
	part := toPostPart{Form: sendPath(r, "befragte", string(who.Slug), "auf-brief"), Button: p.Must("send.to_post.button")}
	p.ToPost = &part
	if waiting := f.ToPost.Waiting; waiting != nil {
		part.Waiting, part.Void = p.Must("send.to_post.waiting", "Name", f.ToPost.WaitingName, "At", r.Moment(waiting.RequestedAt), "Reason", who.NewPost), f.ToPost.Outdated
		part.Withdraw = part.Form + "/zuruecknehmen"
		switch {
		case f.ToPost.Own:
			part.Only = p.Must("send.dispatch.own")
		case f.ToPost.OneHand:
			part.Only = p.Must("error.one_hand")
		case !part.Void:
			part.Confirm = []templates.Field{p.Revision, web.HiddenField("post_reason", who.NewPost)}
		}
	}
	if !p.CanAct {
		return
	}
	form := func(reason string) []web.FieldGroup {
		return []web.FieldGroup{{Fields: []templates.Field{p.Revision, web.RequiredField(p.field("post_reason", "text", reason))}}}
	}
	part.Groups, part.Text = form(""), p.Must("send.to_post.text")
	if f.ToPost.TwoPerson {
		part.Text, part.Button = web.Sentences(part.Text, p.Must("send.to_post.second"), r.NobodyElse(*f.ToPost)), p.Must("send.to_post.request")
	}
	if typed != nil {
		part.Groups = form(typed.Reason)
		if stale {
			r.Overtaken(&p.Base, part.Groups, form(who.NewPost))
		}
	}
}

// addressOffers are what a new address is good for: mails that failed at the old one, and the list of the election.
func (p *respondentPage) addressOffers(r *web.Request, f send.RespondentFile) {
	who := f.Row.Respondent
	for _, m := range f.Astray {
		kind := p.Must("common.mail_kind." + string(m.Kind))
		p.Astray = append(p.Astray, templates.Confirm{Title: p.Must("send.astray.title", "Kind", kind), Text: p.Must("send.astray.text", "From", m.To, "To", who.Email),
			Action: sendPath(r, "befragte", string(who.Slug), "nachsenden"), Button: p.Must("send.astray.button", "Kind", kind, "To", who.Email),
			Fields: []templates.Field{web.HiddenField("mail", m.ID), web.HiddenField("to", who.Email)}})
	}
	if f.Unlisted {
		text := p.Must("send.list_address.text_none", "To", f.All)
		if f.Listed != "" {
			text = p.Must("send.list_address.text", "From", f.Listed, "To", f.All)
		}
		p.List = &templates.Confirm{Title: p.Must("send.list_address.title"), Text: text, Action: sendPath(r, "befragte", string(who.Slug), "adresse-merken"),
			Button: p.Must("send.list_address.button"), Fields: []templates.Field{web.HiddenField("email", f.All), web.HiddenField("listed", f.Listed)}}
	}
}

// invitation is the cover to a respondent that has not been asked yet, and who may press what.
func (p *respondentPage) invitation(r *web.Request, f send.RespondentFile) {
	if f.Invitation == nil || !p.CanAct && f.Invitation.Waiting == nil {
		return
	}
	action := sendPath(r, "befragte", string(f.Row.Respondent.Slug), "anschreiben")
	part := invitationPart{Void: f.Invitation.Outdated, Title: p.Must("send.cover.preview", "Name", f.Row.Respondent.ShortName)}
	p.Invitation = &part
	waiting := f.Invitation.Waiting != nil && !f.Invitation.Outdated
	if f.Invitation.Waiting != nil {
		part.Waiting = p.Must("send.dispatch.waiting", "Name", f.Invitation.WaitingName, "At", r.Moment(f.Invitation.Waiting.RequestedAt))
		part.Withdraw = action + "/zuruecknehmen"
	}
	if f.Invitation.Fault != "" {
		part.Only, part.Void = p.Must(f.Invitation.Fault), false
		return
	}
	part.Cover = newPreview(r, f.Invitation.Cover)
	key := "button"
	switch {
	case waiting && f.Invitation.Own:
		part.Only = p.Must("send.dispatch.own")
		return
	case waiting && f.Invitation.OneHand:
		part.Only = p.Must("error.one_hand")
		return
	case waiting:
		key = "confirm"
	case !p.CanAct:
		part.Only = p.Must("send.dispatch.only_coordinators")
		return
	case f.Invitation.TwoPerson:
		key = "request"
	}
	part.Confirm = &templates.Confirm{Title: p.Must("send.late.title"), Text: p.Must("send.late."+key+"_text", "Due", r.Instant(f.Row.Due)), Action: action, Button: p.Must("send.late." + key),
		Fields: []templates.Field{web.HiddenField("seen", f.Invitation.Digest)}}
}

func (f respondentForm) revision() string {
	if f.Revision == 0 {
		return "0"
	}
	return web.TypedNumber(f.Revision)
}

func (p respondentPage) packetLine(q survey.PacketQuestion, reasons map[survey.QuestionID]string) packetLine {
	line := packetLine{Printed: q.Printed(), Label: q.Label, Text: q.Text, Length: p.Must("common.characters", "Count", q.Length), LeftOut: q.LeftOut}
	if q.Over > 0 {
		line.TooLong = p.Must("send.misfit.over", "Count", q.Over)
	}
	name := "reason-" + q.ID
	line.Reason = templates.Field{Name: string(name), Label: p.Must("send.field.reason_left_out", "Number", q.Printed()), Value: q.LeftOut, Error: p.ErrorAt(string(name))}
	if typed, ok := reasons[q.ID]; ok {
		line.Reason.Value = typed
	}
	return line
}

// respondentFacts is what is known of a respondent, in words.
func respondentFacts(r *web.Request, f send.RespondentFile) []templates.Fact {
	p, who := r.Printer(), f.Row.Respondent
	var list []templates.Fact
	add := func(key, value string) {
		if value != "" {
			list = append(list, templates.Fact{Label: p.Must("send.fact." + key), Value: value})
		}
	}
	add("members", strings.Join(who.Members, ", "))
	add("channel", r.ChannelWord(who.Procedure.Channel))
	add("limits", limitsWord(r, who.Procedure))
	add("source", who.Procedure.Source)
	add("checked_on", web.ShortDay(p, who.Procedure.CheckedOn))
	add("note", who.Procedure.Note)
	add("email", who.Email)
	add("copies", strings.Join(who.Copies, ", "))
	add("postal", who.Postal)
	add("due", r.Instant(f.Row.Due))
	if who.DueReason.Text != "" {
		add("due_reason", p.Must("send.respondent.not_reached", "At", r.Moment(who.DueReason.At), "Name", f.DueReasonBy, "Reason", who.DueReason.Text))
	}
	if who.LanguageReason.Text != "" {
		add("language", p.Must("common.language."+who.Language))
		add("language_reason", p.Must("send.respondent.not_reached", "At", r.Moment(who.LanguageReason.At), "Name", f.LanguageReasonBy, "Reason", who.LanguageReason.Text))
	}
	for _, c := range who.DueChanges {
		if c.Ended() {
			add("due_changed", p.Must("compare.meta.ended_text", "From", r.Instant(c.From), "To", r.Instant(c.To)))
			continue
		}
		add("due_changed", p.Must("send.due.changed", "From", r.Instant(c.From), "To", r.Instant(c.To), "Reason", c.Reason))
	}
	if who.Standing.Told() {
		add("standing", strings.Join(slices.DeleteFunc([]string{p.Must("common.contest." + string(who.Standing.State)), web.DateWords(templates.Base{Printer: p}, who.Standing.Since), who.Standing.Reason, who.Standing.Source},
			func(s string) bool { return s == "" }), "; "))
	}
	add("not_asked", who.NotAsked)
	add("asked", r.Moment(who.AskedAt))
	if f.Invited != nil {
		checked := p.Must("common.unchecked")
		if f.InvitedConfirmedBy != "" {
			checked = p.Must("send.respondent.checked", "Name", f.InvitedConfirmedBy)
		}
		add("invited", strings.TrimPrefix(f.InvitedBy+", "+checked, ", "))
	}
	if who.Portal != nil {
		add("portal", p.Must("send.portal.entered", "At", r.Moment(who.Portal.At), "Name", f.PortalBy))
		add("portal_note", who.Portal.Note)
		for _, q := range f.Packet.Questions {
			number := p.Must("common.question_number", "Number", q.Printed())
			for _, short := range who.Portal.Shortened {
				if short.Question == q.ID {
					add("shortened", p.Must("send.portal.shortened", "Question", number, "Text", short.Text, "Reason", short.Reason))
				}
			}
			if slices.Contains(who.Portal.Whole, q.ID) {
				add("whole", p.Must("send.portal.whole", "Question", number, "Count", q.Over))
			}
		}
	}
	for _, l := range who.Letters {
		if l.SentOn == "" {
			add("letter", p.Must("send.post.printed", "At", r.Moment(l.At)))
		} else {
			add("letter", p.Must("send.post.printed_sent", "At", r.Moment(l.At), "Day", web.ShortDay(p, l.SentOn)))
		}
	}
	if who.ToPost != nil {
		add("to_post", p.Must("send.respondent.not_reached", "At", r.Moment(who.ToPost.At), "Name", f.ToPostBy, "Reason", who.ToPost.Reason))
	}
	if who.NotReached != nil {
		add("not_reached", p.Must("send.respondent.not_reached", "At", r.Moment(who.NotReached.At), "Name", f.NotReachedBy, "Reason", who.NotReached.Reason))
	}
	if who.Reached != nil {
		add("reached", p.Must("send.respondent.not_reached", "At", r.Moment(who.Reached.At), "Name", f.ReachedBy, "Reason", who.Reached.Reason))
	}
	add("link_used", r.Moment(f.Row.LinkUsed))
	switch {
	case f.Row.ReturnedBy == survey.ByForm:
		add("returned", r.Moment(f.Row.Returned))
	case !f.Row.Returned.IsZero():
		add("returned", p.Must("send.board.transcribed", "At", returnedAt(r, f.Row)))
	}
	return list
}

// deliveries fills in mails and links, and what can be done about them.
func (p *respondentPage) deliveries(r *web.Request, f send.RespondentFile) {
	who := f.Row.Respondent
	for _, m := range f.LostCopies {
		p.LostCopies = append(p.LostCopies, p.Must("send.copy.lost", "Said", lostWords(r, m)))
	}
	for _, m := range f.Mails {
		p.Mails = append(p.Mails, newOutboxLine(r, m))
	}
	open := false
	for _, l := range f.Links {
		p.Links = append(p.Links, newLinkLine(r, l, f.Mails))
		open = open || l.RevokedAt.IsZero()
	}
	if !p.After || !p.CanAct || who.NotAsked != "" {
		return
	}
	if who.Procedure.Channel == survey.ChannelForm {
		p.LinkForm = sendPath(r, "befragte", string(who.Slug), "link")
	}
	if open {
		p.Revoke = &templates.Confirm{Title: p.Must("send.revoke.title"), Text: p.Must("send.revoke.text"),
			Action: sendPath(r, "befragte", string(who.Slug), "links-widerrufen"), Button: p.Must("send.revoke.button"), Danger: true}
	}
}

// newLinkLine is a link of a respondent that got these mails.
func newLinkLine(r *web.Request, l survey.AccessLink, mails []send.OutboxRow) linkLine {
	line := linkLine{Created: r.Moment(l.CreatedAt), Used: r.Moment(l.UsedAt), Revoked: r.Moment(l.RevokedAt), How: r.Printer().Must("send.link.by_mail")}
	switch {
	case l.Printed:
		line.How = r.Printer().Must("send.link.printed")
	case l.Mail == "":
		line.How = r.Printer().Must("send.link.by_hand")
	case slices.ContainsFunc(mails, func(m send.OutboxRow) bool { return m.ID == l.Mail && m.Copy }):
		line.How = r.Printer().Must("send.copy.kind", "Kind", line.How)
	}
	return line
}
