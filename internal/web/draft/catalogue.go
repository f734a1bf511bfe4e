package draft

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// cataloguePage is the catalogue before and after the lock.
type cataloguePage struct {
	templates.Base
	Kicker, Lead string
	Tabs         templates.Tabs
	Locked       bool
	Budget       string
	Open         string // questions not decided
	Questions    []catalogueRow
	MayOrder     bool
	OrderURL     string
	Hash         string // of the order shown
	Facts        []templates.Fact
	Blocks       []blockLine
	FitCaption   string
	Respondents  []catalogueRespondent
	Lock         *templates.Confirm // or Unlock: what there is to do
	Unlock       *templates.Confirm
	Undone       []undoneLock
	More         []templates.NavItem // what else can be done with the questionnaire
	Archive      *archiveBox
	Waiting      *waitingBox
	Print        string
	Next         templates.NavItem // the dispatch, once the catalogue is locked
	Empty        templates.Empty
}

// blockLine says what stands in the way of the lock, with the page of the question it names.
type blockLine struct{ Text, Href string }

type catalogueRow struct {
	ID, Number                      string
	Printed, Label, Text, Context   string
	Group, Topic, AskedBy           string
	Length, Over                    string
	Thesis, First, Last             bool
	Place                           templates.Field
	UpLabel, DownLabel, Href, Error string
}

type catalogueRespondent struct {
	Name, Colour, Channel, Asked string
	Unknown                      string // its procedure is not known yet; nothing to be alarmed about
	Findings                     []string
	Fits                         string // when nothing was found
	NotAsked                     bool
	LeftOut                      []string
	Href                         string // to leave questions out; "" may not
}

// undoneLock is a catalogue locked before.
type undoneLock struct {
	Title string
	Facts []templates.Fact
	Texts []templates.NavItem // the questions as they were locked
}

// waitingBox is a request that waits for its second person.
type waitingBox struct {
	Text, Own    string
	Changed      string // why an outdated one counts no more
	Please       string // what to do before confirming
	Button       string
	Outdated     bool
	Confirm      bool
	Action, Hash string
	Withdraw     bool
	WithdrawURL  string
	Done         string
}

func (s *Room) cataloguePage(r *web.Request) error {
	return s.renderCatalogue(r, http.StatusOK, nil, nil)
}

func (s *Room) renderCatalogue(r *web.Request, status int, places map[survey.QuestionID]string, errs []templates.FieldError) error {
	v, err := s.Draft.CataloguePage(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := s.catalogue(r, v)
	p.Errors = errs
	if status == http.StatusConflict {
		p.Warning = p.Must("draft.catalogue.overtaken")
	}
	for i := range p.Questions {
		place := &p.Questions[i].Place
		if typed, ok := places[survey.QuestionID(p.Questions[i].ID)]; ok {
			place.Value = typed
		}
		place.Error = p.ErrorAt(place.Name)
	}
	return r.Page(status, "draft/catalogue", p)
}

// cataloguePrint is the catalogue on paper.
func (s *Room) cataloguePrint(r *web.Request) error {
	v, err := s.Draft.CataloguePage(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := s.catalogue(r, v)
	p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: p.Must("draft.tab.catalogue"), Href: draftPath(r, "/katalog")})
	return r.Page(http.StatusOK, "draft/catalogue-print", p)
}

func (s *Room) catalogue(r *web.Request, v draft.CataloguePage) cataloguePage {
	key := "draft.catalogue.title_plan"
	if v.Locked {
		key = "draft.catalogue.title"
	}
	p := cataloguePage{Base: draftBase(r, key), Tabs: s.draftTabs(r), Locked: v.Locked, MayOrder: v.MayOrder, OrderURL: draftPath(r, "/katalog/reihenfolge"), Hash: v.Catalogue.Hash, Print: draftPath(r, "/katalog/druck")}
	p.Kicker = v.Questionnaire.Title
	p.Lead = p.Must("draft.catalogue.lead_plan")
	for _, u := range v.Undone {
		p.Undone = append(p.Undone, undoneLockOf(r, p.Base, u))
	}
	if v.Locked {
		p.Lead = p.Must("draft.catalogue.lead", "Count", len(v.Catalogue.Questions))
	}
	p.Budget = budgetWords(p.Base, draft.Progress{Agreed: len(v.Catalogue.Questions), Slots: v.Questionnaire.Slots})
	if v.Open > 0 {
		p.Open = p.Must("draft.catalogue.open", "Count", v.Open)
	}
	p.Empty = templates.Empty{Title: p.Must("draft.catalogue.empty"), Text: p.Must("draft.catalogue.empty_text"), Action: templates.NavItem{Label: p.Must("draft.tab.board"), Href: draftPath(r, "")}}
	for i, q := range v.Catalogue.Questions {
		row := catalogueRow{ID: string(q.Origin), Number: strconv.Itoa(q.Number), Printed: q.Printed(), Label: q.Label, Text: q.Text, Context: q.Context, Thesis: q.Kind == survey.KindThesis,
			Group: named(v.Catalogue.WorkingGroups, q.WorkingGroup), Topic: topicName(v.Catalogue.Topics, q.Topic),
			First: i == 0, Last: i == len(v.Catalogue.Questions)-1}
		var asked []string
		for _, id := range q.AskedBy {
			asked = append(asked, named(v.Catalogue.Organisations, id))
		}
		row.AskedBy = p.Join(asked)
		row.Length, row.Over = lengthWords(r, survey.Length(q.Text))
		if q.Origin != "" {
			row.Href = draftPath(r, "/fragen/"+string(q.Origin))
		}
		row.UpLabel, row.DownLabel = p.Must("draft.catalogue.up", "Number", q.Printed()), p.Must("draft.catalogue.down", "Number", q.Printed())
		row.Place = templates.Field{Name: "place-" + string(q.Origin), Label: p.Must("draft.catalogue.place", "Number", q.Printed()), Value: row.Number, Inputmode: "numeric", Quiet: true, Hidden: true}
		p.Questions = append(p.Questions, row)
	}
	for _, b := range v.Blocks {
		line := blockLine{Text: p.Must(b.Key, b.Args...)}
		if b.Question != "" {
			line.Href = draftPath(r, "/fragen/"+string(b.Question))
		}
		p.Blocks = append(p.Blocks, line)
	}
	for _, one := range v.Respondents {
		p.Respondents = append(p.Respondents, catalogueRespondentOf(r, v, one))
	}
	p.FitCaption = p.Must("draft.fit.caption")
	if v.Locked {
		p.Facts = lockFacts(p.Base, v)
		p.FitCaption = p.Must("draft.fit.caption_sent")
		s.unlockBox(r, v, &p)
	} else {
		s.lockBox(r, v, &p)
	}
	p.More, p.Archive = s.roundLinks(r), s.archiveOf(r)
	if v.Questionnaire.Phase(s.Now()) == survey.PhaseLocked {
		p.FitCaption = p.Must("draft.fit.caption_locked")
		if r.Actor.HasAny(web.Checkers...) {
			p.Next = templates.NavItem{Label: p.Must("draft.catalogue.next"), Href: "/versand/" + string(v.Questionnaire.Slug)}
		}
	}
	return p
}

func named(list []survey.Named, id string) string {
	for _, n := range list {
		if n.ID == id {
			return n.Name
		}
	}
	return ""
}

func topicName(list []survey.Topic, id string) string {
	for _, t := range list {
		if t.ID == id {
			return t.Name
		}
	}
	return ""
}

// lockFacts say when and by whom the catalogue was locked, and its hash.
func lockFacts(b templates.Base, v draft.CataloguePage) []templates.Fact {
	if v.Catalogue.Hash == "" {
		return []templates.Fact{{Label: b.Must("draft.catalogue.locked"), Value: b.Must("draft.catalogue.imported")}}
	}
	checked := b.Must("common.unchecked")
	if v.Catalogue.ConfirmedBy != "" {
		checked = web.NameOr(b, v.ConfirmedBy)
	}
	return []templates.Fact{
		{Label: b.Must("draft.catalogue.locked"), Value: b.Must("draft.question.updated_by", "Date", b.DateTime(web.LocalTime(v.Catalogue.LockedAt), nil), "Name", web.NameOr(b, v.LockedBy))},
		{Label: b.Must("draft.catalogue.checked"), Value: checked},
		{Label: b.Must("draft.catalogue.number"), Value: strconv.Itoa(v.Questionnaire.LockNumber())},
		{Label: b.Must("draft.catalogue.hash"), Value: v.Catalogue.Hash},
	}
}

// catalogueRespondentOf says what does not fit a respondent, and what it is not asked.
func catalogueRespondentOf(r *web.Request, v draft.CataloguePage, one draft.CatalogueRespondent) catalogueRespondent {
	p := r.Printer()
	row := catalogueRespondent{Name: one.ShortName, Colour: one.Colour}
	channel := string(one.Procedure.Channel)
	if channel == "" {
		channel = "unknown"
		row.Unknown = p.Must("draft.fit.unknown")
	}
	row.Channel = p.Must("common.channel." + channel)
	if n := one.Procedure.MaxQuestions; n > 0 {
		row.Channel += ", " + p.Must("draft.fit.max_questions", "Count", n)
	}
	if n := one.Procedure.MaxCharacters; n > 0 {
		row.Channel += ", " + p.Must("draft.fit.max_characters", "Count", n)
	}
	if one.NotAsked != "" {
		row.Asked = p.Must("common.status.not_asked")
		row.LeftOut = []string{one.NotAsked}
		row.Unknown, row.Fits, row.NotAsked = "", p.Must("draft.fit.not_asked"), true
		return row
	}
	if one.NoAddress {
		row.Findings = append(row.Findings, p.Must("draft.fit.no_address"))
	}
	row.Fits = p.Must("draft.fit.fits")
	row.Asked = p.Must("common.questions", "Count", one.Packet.Asked)
	if one.Packet.Surplus > 0 {
		row.Findings = append(row.Findings, p.Must("draft.fit.surplus", "Count", one.Packet.Surplus))
	}
	for _, q := range one.Packet.Questions {
		switch {
		case q.LeftOut != "":
			row.LeftOut = append(row.LeftOut, p.Must("draft.fit.left_out", "Number", q.Printed(), "Reason", q.LeftOut))
		case q.Over > 0:
			row.Findings = append(row.Findings, p.Must("draft.fit.long", "Number", q.Printed(), "Count", q.Over))
		}
	}
	if r.Actor.Has(survey.RoleCoordinator) && one.Editable(v.Questionnaire) && v.Questionnaire.DispatchedAt.IsZero() && len(one.Packet.Questions) > 0 {
		row.Href = string("/versand/" + v.Questionnaire.Slug + "/befragte/" + one.Slug + "#fragen")
	}
	return row
}

// waitingFor is a request that waits, without its own words.
func waitingFor(r *web.Request, v draft.CataloguePage, b templates.Base, action string) *waitingBox {
	w := &waitingBox{Outdated: v.Outdated, Changed: b.Must("draft.lock.outdated"), Confirm: v.MayConfirm, Action: action, Hash: v.Catalogue.Hash, Withdraw: v.MayWithdraw}
	switch {
	case v.Own:
		w.Own = strings.TrimSpace(b.Must("draft.lock.own") + " " + r.NobodyElse(v.SecondPerson))
	case v.OneHand:
		w.Own = b.Must("error.one_hand")
	}
	return w
}

// unlockBox is what the actor can do about a lock before anything was sent.
func (s *Room) unlockBox(r *web.Request, v draft.CataloguePage, p *cataloguePage) {
	action := draftPath(r, "/katalog/entsperren")
	if v.Waiting != nil {
		p.Waiting = waitingFor(r, v, p.Base, action)
		p.Waiting.Button, p.Waiting.Please = p.Must("draft.unlock.confirm"), p.Must("draft.unlock.confirm_text")
		p.Waiting.Text = p.Must("draft.unlock.waiting", "Name", web.NameOr(p.Base, v.WaitingName), "Date", p.ShortDateTime(web.LocalTime(v.Waiting.RequestedAt)))
		p.Waiting.WithdrawURL = draftPath(r, "/katalog/entsperren/zuruecknehmen")
	}
	if !v.MayUnlock {
		return
	}
	p.Unlock = &templates.Confirm{Title: p.Must("draft.unlock.title"), Text: p.Must("draft.unlock.text", "Next", v.Questionnaire.LockNumber()+1), Action: action,
		Button: p.Must("draft.unlock.button"), Fields: []templates.Field{{Name: "hash", Type: "hidden", Value: v.Catalogue.Hash}}}
	if v.TwoPerson {
		p.Unlock.Text = web.Sentences(p.Unlock.Text, p.Must("draft.unlock.two"), r.NobodyElse(v.SecondPerson))
		p.Unlock.Button = p.Must("draft.unlock.request")
	}
}

// undoneLockOf says what was locked before, and who undid it.
func undoneLockOf(r *web.Request, b templates.Base, u draft.UndoneLock) undoneLock {
	by := func(at time.Time, name string) string {
		return b.Must("draft.question.updated_by", "Date", b.DateTime(web.LocalTime(at), nil), "Name", web.NameOr(b, name))
	}
	checked := b.Must("common.unchecked")
	if u.UndoneLock.ConfirmedBy != "" {
		checked = web.NameOr(b, u.ConfirmedName)
	}
	one := undoneLock{Title: b.Must("draft.unlock.number", "Number", u.Number), Facts: []templates.Fact{
		{Label: b.Must("draft.catalogue.locked"), Value: by(u.LockedAt, u.LockedName)}, {Label: b.Must("draft.unlock.undone"), Value: by(u.At, u.UndoneName)},
		{Label: b.Must("draft.catalogue.checked"), Value: checked}, {Label: b.Must("draft.catalogue.hash"), Value: u.Hash}}}
	for i, q := range u.Questions {
		one.Texts = append(one.Texts, templates.NavItem{Label: b.Must("draft.unlock.question", "Number", i+1, "Revision", q.Revision), Href: draftPath(r, "/fragen/"+string(q.ID)+"/verlauf")})
	}
	return one
}

// lockBox is what the actor can do about the lock.
func (s *Room) lockBox(r *web.Request, v draft.CataloguePage, p *cataloguePage) {
	action := draftPath(r, "/katalog/sperren")
	hash := templates.Field{Name: "hash", Type: "hidden", Value: v.Catalogue.Hash}
	if v.Waiting != nil {
		p.Waiting = waitingFor(r, v, p.Base, action)
		p.Waiting.Button, p.Waiting.Please = p.Must("draft.lock.confirm"), p.Must("draft.lock.confirm_text")
		p.Waiting.Text = p.Must("draft.lock.waiting", "Name", web.NameOr(p.Base, v.WaitingName), "Date", p.ShortDateTime(web.LocalTime(v.Waiting.RequestedAt)))
		p.Waiting.WithdrawURL = draftPath(r, "/katalog/zuruecknehmen")
	}
	if !v.MayLock {
		return
	}
	p.Lock = &templates.Confirm{Title: p.Must("draft.lock.title"), Text: p.Must("draft.lock.text", "Count", len(v.Catalogue.Questions)), Action: action,
		Button: p.Must("draft.lock.button"), Fields: []templates.Field{hash}}
	switch {
	case v.TwoPerson:
		p.Lock.Text = web.Sentences(p.Lock.Text, p.Must("draft.lock.two"), r.NobodyElse(v.SecondPerson))
		p.Lock.Button = p.Must("draft.lock.request")
	case v.Alone && r.Actor.HasAny(web.Admins...):
		p.Lock.Text = web.Sentences(p.Lock.Text, p.Must("draft.lock.alone"), r.NobodyElse(v.SecondPerson))
		p.Lock.Cancel = templates.NavItem{Label: p.Must("draft.lock.invite"), Href: "/verwaltung/personen/neu"}
	case v.Alone:
		p.Lock.Text = web.Sentences(p.Lock.Text, p.Must("draft.lock.alone_ask"), r.NobodyElse(v.SecondPerson))
	default:
		p.Lock.Text += "\n\n" + p.Must("draft.lock.off")
	}
}

func (s *Room) orderCatalogue(r *web.Request) error {
	if err := r.ReadForm(nil); err != nil {
		return err
	}
	cmd := draft.OrderCatalogue{Seen: r.PostForm("hash"), Places: map[survey.QuestionID]string{}, Was: map[survey.QuestionID]int{},
		Up: survey.QuestionID(r.PostForm("up")), Down: survey.QuestionID(r.PostForm("down"))}
	for name := range r.Request.PostForm {
		id, ok := strings.CutPrefix(name, "place-")
		if !ok {
			continue
		}
		typed, was := r.PostForm(name), r.PostForm("was-"+id)
		cmd.Was[survey.QuestionID(id)], _ = strconv.Atoi(was)
		if typed != was { // what nobody touched says nothing, least of all when the page is shown again
			cmd.Places[survey.QuestionID(id)] = typed
		}
	}
	err := s.Draft.OrderCatalogue(r.Request.Context(), r.Actor, r.Questionnaire.ID, cmd)
	if status, errs := r.Refused(err); status != 0 {
		return s.renderCatalogue(r, status, cmd.Places, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(draftPath(r, "/katalog"), "draft.notice.ordered")
}

func (s *Room) lockCatalogue(r *web.Request) error {
	if err := r.ReadForm(nil); err != nil {
		return err
	}
	locked, err := s.Draft.LockCatalogue(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.PostForm("hash"))
	if err != nil {
		return err
	}
	if !locked {
		return r.Redirect(draftPath(r, "/katalog"), "draft.notice.lock_requested")
	}
	return r.Redirect(draftPath(r, "/katalog"), "draft.notice.locked")
}

func (s *Room) withdrawLock(r *web.Request) error {
	if err := s.Draft.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActLock, ""); err != nil {
		return err
	}
	return r.Redirect(draftPath(r, "/katalog"), "draft.notice.lock_withdrawn")
}

func (s *Room) unlockCatalogue(r *web.Request) error {
	if err := r.ReadForm(nil); err != nil {
		return err
	}
	unlocked, err := s.Draft.UnlockCatalogue(r.Request.Context(), r.Actor, r.Questionnaire.ID, r.PostForm("hash"))
	if err != nil {
		return err
	}
	if !unlocked {
		return r.Redirect(draftPath(r, "/katalog"), "draft.notice.unlock_requested")
	}
	return r.Redirect(draftPath(r, "/katalog"), "draft.notice.unlocked")
}

func (s *Room) withdrawUnlock(r *web.Request) error {
	if err := s.Draft.WithdrawApproval(r.Request.Context(), r.Actor, r.Questionnaire.ID, survey.ActUnlock, ""); err != nil {
		return err
	}
	return r.Redirect(draftPath(r, "/katalog"), "draft.notice.lock_withdrawn")
}
