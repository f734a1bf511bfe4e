package transcribe

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// transcriptionBase is what every page below the menu "Antworten" of one questionnaire has.
type transcriptionBase struct {
	templates.Base
	Kicker string
	CanAct bool // a coordinator; administrators read and check
}

// letterPath is the address of a page of the questionnaire's answers.
func letterPath(r *web.Request, parts ...string) string {
	return strings.Join(append([]string{"/antworten", string(r.Questionnaire.Slug)}, parts...), "/")
}

func newTranscriptionBase(r *web.Request, titleKey string, args ...any) transcriptionBase {
	p := transcriptionBase{Base: r.Base(titleKey, args...), Kicker: r.Questionnaire.Title, CanAct: r.Actor.Has(survey.RoleCoordinator)}
	p.Breadcrumbs = []templates.NavItem{{Label: p.Must("common.nav.answer"), Href: "/antworten"}}
	if p.Path != letterPath(r) {
		p.Breadcrumbs = append(p.Breadcrumbs, templates.NavItem{Label: r.Questionnaire.Title, Href: letterPath(r)})
	}
	return p
}

// field makes a form field whose label is the message transcribe.field.<name> and whose hint, if there is one,
// transcribe.hint.<name>.
func (p transcriptionBase) field(name, kind, value string) templates.Field {
	return web.LabelledField(p.Base, "transcribe.field."+name, "transcribe.hint."+name, name, kind, value)
}

func (s *Room) transcriptionList(r *web.Request) error {
	list, err := s.Transcribe.List(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := web.ListPage{Base: r.Base("transcribe.list.title")}
	p.Lead = p.Must("transcribe.list.lead")
	p.Empty = templates.Empty{Title: p.Must("transcribe.list.empty"), Text: p.Must("transcribe.list.empty_text"),
		Action: templates.NavItem{Label: p.Must("common.nav.send"), Href: "/versand"}}
	for _, q := range list {
		item := r.ListItem("/antworten/", q.Listed)
		item.Returned = p.Must("transcribe.list.returned", "Returned", q.Returned, "Count", q.Returned, "Asked", q.Asked)
		if q.Waiting > 0 {
			item.Waiting = p.Must("transcribe.board.waiting", "Count", q.Waiting)
		}
		p.Questionnaires = append(p.Questionnaires, item)
	}
	return r.Page(http.StatusOK, "list", p)
}

// transcriptionBoardPage is a row per respondent.
type transcriptionBoardPage struct {
	transcriptionBase
	Phase templates.Badge
	Lead  string
	Tabs  templates.Tabs
	Rows  []transcriptionBoardRow
	Empty templates.Empty
}

type transcriptionBoardRow struct {
	Party             templates.Party
	Due, Form         string
	Letters           []transcriptionLine
	Quotations        string
	QuotationsHref    string
	State             *templates.Badge // not reached or not asked
	StateHref, Reason string
	Next              *templates.NavItem // nil: nothing is to be done
	Idle              string             // what stands in place of it
}

// transcriptionLine is a transcription in a list.
type transcriptionLine struct {
	Title, Href, About string
	State              templates.Badge
}

func (s *Room) transcriptionBoard(r *web.Request) error {
	b, err := s.Transcribe.Board(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := transcriptionBoardPage{transcriptionBase: newTranscriptionBase(r, "transcribe.board.title"), Phase: r.PhaseBadge(b.Phase)}
	only := r.Request.URL.Query().Get("filter") == web.FilterWaiting
	p.Lead = p.Must("transcribe.board.lead")
	switch {
	case b.Alone:
		p.Warning = p.Must("transcribe.board.alone")
	case !b.TwoPerson:
		p.Warning = p.Must("transcribe.board.rule_off")
	}
	p.Tabs = templates.Tabs{Label: p.Must("transcribe.board.filter"), Items: []templates.NavItem{
		{Label: p.Must("transcribe.board.all"), Href: letterPath(r), Count: strconv.Itoa(len(b.Rows)), Current: !only},
		{Label: p.Must("transcribe.board.only_waiting"), Href: letterPath(r) + "?filter=" + web.FilterWaiting, Count: strconv.Itoa(b.Waiting), Current: only},
	}}
	p.Empty = templates.Empty{Title: p.Must("transcribe.board.empty")}
	for _, row := range b.Rows {
		if only && !anyWaiting(row.Letters) {
			continue
		}
		p.Rows = append(p.Rows, newTranscriptionBoardRow(r, p.transcriptionBase, row))
	}
	return r.Page(http.StatusOK, "transcribe/board", p)
}

func anyWaiting(letters []transcribe.Line) bool {
	for _, l := range letters {
		if l.WaitsForPerson() {
			return true
		}
	}
	return false
}

func newTranscriptionBoardRow(r *web.Request, p transcriptionBase, row transcribe.Row) transcriptionBoardRow {
	who := row.Respondent
	out := transcriptionBoardRow{
		Party: templates.Party{Name: who.ShortName, Colour: who.Colour, Href: letterPath(r, string(who.Slug))},
		Due:   r.Moment(row.Due.At), Form: submittedWord(r, row.SubmittedAt),
		Quotations: p.Number(row.Quotations), QuotationsHref: letterPath(r, string(who.Slug), "zitate"),
	}
	for _, l := range row.Letters {
		out.Letters = append(out.Letters, newTranscriptionLine(r, p, l, who))
	}
	switch {
	case who.NotAsked != "":
		out.Due = ""
		out.State, out.Reason = &templates.Badge{Icon: "not_asked", Label: p.Must("common.status.not_asked")}, who.NotAsked
	case who.NotReached != nil:
		out.State, out.Reason = &templates.Badge{Icon: "not_reached", Label: p.Must("common.status.not_reached"), Tone: "warn"}, who.NotReached.Reason
	}
	if out.State != nil {
		out.StateHref = string("/versand/" + r.Questionnaire.Slug + "/befragte/" + who.Slug)
	}
	nextLetterStep(r, p, row, &out)
	return out
}

// nextLetterStep says what there is to do for a respondent: to check or finish a letter, or to enter one from somebody who
// was asked and of whom nothing is there. The respondent's own page has the rest.
func nextLetterStep(r *web.Request, p transcriptionBase, row transcribe.Row, out *transcriptionBoardRow) {
	step := func(key string, path ...string) {
		out.Next = &templates.NavItem{Label: p.Must(key), Href: letterPath(r, path...)}
	}
	effective, waiting, party := false, false, false
	for _, l := range row.Letters {
		switch {
		case l.WaitsForPerson() && !l.Wrote:
			step("transcribe.next.check", string(l.Sender.Slug), "uebertragung", l.ID)
			return
		case l.State == survey.TranscriptionDraft && p.CanAct:
			step("transcribe.next.finish", string(l.Sender.Slug), "uebertragung", l.ID)
			return
		}
		waiting = waiting || l.WaitsForPerson()
		party = party || l.State == survey.TranscriptionWaiting && l.OnlyParty
		effective = effective || l.State == survey.TranscriptionEffective
	}
	switch who := row.Respondent; {
	case waiting:
		out.Idle = p.Must("transcribe.next.waiting")
	case party:
		out.Idle = p.Must("common.waits_for_party")
	case who.NotAsked != "":
		out.Idle = p.Must("common.status.not_asked")
	case effective || !row.SubmittedAt.IsZero():
		out.Idle = p.Must("transcribe.next.none")
	case who.AskedAt.IsZero():
		out.Idle = p.Must("transcribe.next.unasked")
	case p.CanAct:
		step("transcribe.new", string(who.Slug), "neu")
	}
}

func submittedWord(r *web.Request, at time.Time) string {
	if at.IsZero() {
		return r.Printer().Must("common.no")
	}
	return r.Moment(at)
}

// newTranscriptionLine puts a transcription in a line, as seen from a respondent.
func newTranscriptionLine(r *web.Request, p transcriptionBase, l transcribe.Line, at survey.Respondent) transcriptionLine {
	line := transcriptionLine{Title: letterTitle(p, l.Transcription), Href: letterPath(r, string(l.Sender.Slug), "uebertragung", l.ID), State: letterBadge(p, l.Transcription)}
	var about []string
	if l.Sender.ID != at.ID {
		about = append(about, p.Must("transcribe.letter.of", "Party", l.Sender.ShortName))
	} else if len(l.Joint) > 0 {
		about = append(about, p.Must("transcribe.letter.joint"))
	}
	if l.Late {
		about = append(about, p.Must("common.late"))
	}
	if l.State == survey.TranscriptionDraft && l.Note != "" {
		about = append(about, p.Must("transcribe.letter.sent_back"))
	}
	line.About = strings.Join(about, ", ")
	return line
}

// letterTitle names a letter by its kind and day.
func letterTitle(p transcriptionBase, t survey.Transcription) string {
	title := p.Must("transcribe.letter.unknown")
	if t.Kind != "" {
		title = p.Must("common.letter." + string(t.Kind))
	}
	if day := web.DateWords(p.Base, t.ReceivedOn); day != "" {
		title += ", " + p.Must("transcribe.letter.received", "Day", day)
	}
	return title
}

// letterBadge says how far a transcription is; one in effect that nobody checked says so.
func letterBadge(p transcriptionBase, t survey.Transcription) templates.Badge {
	badge := templates.Badge{Label: p.Must("common.transcription_state." + string(t.State))}
	switch {
	case t.State == survey.TranscriptionDraft:
		badge.Icon = "draft"
	case t.State == survey.TranscriptionWaiting:
		badge.Icon, badge.Tone = "review", "wait"
		if t.OnlyParty {
			badge.Label = p.Must("common.waits_for_party")
		}
	case !t.PartyConfirmedAt.IsZero():
		badge.Icon, badge.Tone, badge.Label = "check", "good", p.Must("common.by_party")
	case t.ConfirmedBy == "":
		badge.Icon, badge.Tone, badge.Label = "warning", "warn", p.Must("common.unchecked")
	default:
		badge.Icon, badge.Tone = "check", "good"
	}
	return badge
}
