package send

import (
	"net/http"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

func (s *Room) sendList(r *web.Request) error {
	list, err := s.Send.List(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := web.ListPage{Base: r.Base("send.list.title")}
	if !s.Send.MailReady {
		p.Warning = p.Must("send.no_mail")
	}
	p.Lead = p.Must("send.list.lead")
	p.Empty = templates.Empty{Title: p.Must("send.list.empty"), Text: p.Must("send.list.empty_text"),
		Action: templates.NavItem{Label: p.Must("common.nav.draft"), Href: "/werkstatt"}}
	for _, q := range list {
		item := r.ListItem("/versand/", q.Listed)
		if q.Phase == survey.PhaseOpen || q.Phase == survey.PhaseClosed {
			item.Returned = p.Must("send.returned", "Count", q.Returned, "Returned", q.Returned, "Asked", q.Asked)
		} else {
			item.Returned = p.Must("send.respondents", "Count", q.Asked)
		}
		p.Questionnaires = append(p.Questionnaires, item)
	}
	return r.Page(http.StatusOK, "list", p)
}

// sendBoardPage is the status board of one questionnaire.
type sendBoardPage struct {
	sendPage
	Election string
	Phase    templates.Badge
	Sentence string
	Apart    []string // who sent something that answers no question
	Bar      templates.Bar
	Next     []templates.NavItem
	Rows     []sendBoardRow
	Empty    templates.Empty
}

type sendBoardRow struct {
	Party                             templates.Party
	Proof                             string
	State                             templates.Badge
	Channel, Due, Asked, Reply        string
	Delivered                         *templates.Badge
	LinkUsed, Returned, Last, Problem string
}

// stateLook is how the states of a respondent are drawn.
var stateLook = map[survey.Stage]struct{ bar, icon, tone string }{
	survey.StageReturned:   {"answered", "check", "good"},
	survey.StageGeneral:    {"general", "general", ""},
	survey.StageRefers:     {"refers", "refers", ""},
	survey.StageDeclined:   {"declined", "declined", ""},
	survey.StageWithdrawn:  {"withdrawn", "withdrawn", ""},
	survey.StageWaiting:    {"pending", "pending", "wait"},
	survey.StageSilent:     {"no_answer", "no_answer", ""},
	survey.StageUnasked:    {"unknown", "warning", "warn"},
	survey.StagePlanned:    {"pending", "", ""},
	survey.StageNotReached: {"not_reached", "not_reached", ""},
	survey.StageNotAsked:   {"not_asked", "not_asked", ""},
	survey.StageGone:       {"unknown", "not_asked", ""},
}

func (s *Room) sendBoard(r *web.Request) error {
	b, err := s.Send.Board(r.Request.Context(), r.Actor, r.Questionnaire.ID)
	if err != nil {
		return err
	}
	p := sendBoardPage{sendPage: s.sendBase(r, "send.board.title", "Title", r.Questionnaire.Title), Election: b.Election.Name,
		Phase: r.PhaseBadge(b.Phase)}
	p.Sentence = p.Must("send.sentence."+string(b.Phase), "Count", b.Count[survey.StageReturned], "Returned", b.Count[survey.StageReturned], "Asked", b.Asked(),
		"Deadline", r.Instant(r.Questionnaire.Deadline))
	if r.Questionnaire.Deadline.IsZero() {
		p.Sentence = p.Must("send.sentence.no_deadline", "Asked", b.Asked())
	}
	p.Bar.Label = p.Must("send.board.bar")
	for _, state := range survey.Stages {
		p.Bar.Parts = append(p.Bar.Parts, templates.BarPart{Status: stateLook[state].bar, Label: p.Must("send.bar."+string(state), "Count", b.Count[state]), Count: b.Count[state]})
	}
	for _, state := range []survey.Stage{survey.StageGeneral, survey.StageRefers, survey.StageDeclined, survey.StageWithdrawn, survey.StageGone} {
		var who []string
		for _, row := range b.Rows {
			if row.State == state {
				who = append(who, row.Respondent.ShortName)
			}
		}
		if who != nil {
			p.Apart = append(p.Apart, p.Must("send.apart."+string(state), "Who", p.Join(who)))
		}
	}
	p.Next = nextSteps(r, b)
	p.Empty = templates.Empty{Title: p.Must("send.board.empty"), Text: p.Must("send.board.empty_text"),
		Action: templates.NavItem{Label: p.Must("send.tab.befragte"), Href: sendPath(r, "befragte")}}
	for _, row := range b.Rows {
		p.Rows = append(p.Rows, boardRow(r, row))
	}
	return r.Page(http.StatusOK, "send/board", p)
}

func boardRow(r *web.Request, row send.Row) sendBoardRow {
	p := r.Printer()
	look := stateLook[row.State]
	out := sendBoardRow{
		Party: templates.Party{Name: row.Respondent.ShortName, Colour: row.Respondent.Colour, Href: sendPath(r, "befragte", string(row.Respondent.Slug))},
		Proof: sendPath(r, "befragte", string(row.Respondent.Slug), "nachweis"),
		State: templates.Badge{Icon: look.icon, Tone: look.tone, Label: p.Must("send.state." + string(row.State))},
		Due:   r.Moment(row.Due.At), Asked: r.Moment(row.Respondent.AskedAt), LinkUsed: r.Moment(row.LinkUsed),
		Returned: p.Must("common.no"), Channel: r.ChannelWord(row.Respondent.Procedure.Channel),
	}
	if row.State == survey.StageGone {
		out.State.Label = p.Must("common.contest." + string(row.Respondent.Standing.State))
	}
	if row.Mail != nil {
		badge := mailBadge(r, *row.Mail)
		out.Delivered = &badge
		if row.Mail.State != survey.MailSent { // what it said when it took the mail is on the mail's page
			out.Reply = replyWords(r, *row.Mail)
		}
	}
	switch {
	case row.ReturnedBy == survey.ByForm:
		out.Returned = r.Moment(row.Returned)
	case !row.Returned.IsZero():
		out.Returned = p.Must("send.board.transcribed", "At", returnedAt(r, row))
	}
	if row.LastEvent != "" {
		at := r.Moment(row.Last)
		if row.LastEvent == "transcribed" {
			at = returnedAt(r, row)
		}
		out.Last = p.Must("send.board.last", "What", p.Must("send.event."+row.LastEvent), "At", at)
	}
	if row.Problem != send.ProblemNone {
		out.Problem = p.Must("send.problem." + string(row.Problem))
	}
	return out
}

// returnedAt says when something came back: the day alone where nobody noted the hour a letter came.
func returnedAt(r *web.Request, row send.Row) string {
	if row.DayOnly {
		return r.Printer().ShortDate(row.Returned.In(r.Place()))
	}
	return r.Moment(row.Returned)
}

// nextSteps is the short list of what to do next, each with where it is done.
func nextSteps(r *web.Request, b send.Board) []templates.NavItem {
	var list []templates.NavItem
	add := func(key string, count int, href string) {
		list = append(list, templates.NavItem{Label: r.Printer().Must("send.next."+key, "Count", count), Href: href})
	}
	if r.Questionnaire.DispatchedAt.IsZero() {
		catalogue := "/werkstatt/" + string(r.Questionnaire.Slug) + "/katalog"
		where := map[string]string{"catalogue": catalogue, "unlock": catalogue, "deadline": sendPath(r, "frist"), "cover": sendPath(r, "anschreiben"),
			"letter": sendPath(r, "anschreiben"), "reminders": sendPath(r, "erinnerung")}
		for _, c := range b.Plan.Checklist {
			if c.State == send.PointOK {
				continue
			}
			href, ok := where[c.Name]
			if !ok {
				href = sendPath(r, "befragte")
			}
			if where, ok := adminPlaces[c.Name]; ok {
				href = sendPath(r, "absenden") // says whom to ask
				if r.Actor.HasAny(web.Admins...) {
					href = where
				}
			}
			step := c.Name
			switch {
			case c.Name == "deadline" && c.State == send.PointWarn:
				step = "deadline_soon"
			case c.Name == "fit" && !r.Questionnaire.LockedAt.IsZero(): // nothing can be shortened any more
				step = "fit_locked"
			}
			add(step, len(c.Who), href)
		}
		switch {
		case b.Plan.Waiting != nil && !b.Plan.Outdated:
			add("confirm", 0, sendPath(r, "absenden"))
		case b.Plan.Ready:
			add("dispatch", 0, sendPath(r, "absenden"))
		}
		return list
	}
	if n := len(b.Missing); n > 0 {
		add("contestants", n, sendPath(r, "befragte"))
	}
	for _, problem := range []send.Problem{send.ProblemMail, send.ProblemPortal, send.ProblemLetter, send.ProblemProcedure, send.ProblemAddress,
		send.ProblemUnasked, send.ProblemInvitation, send.ProblemLink, send.ProblemConfirm} {
		if n := b.Problems[problem]; n > 0 {
			href := sendPath(r, "befragte")
			if problem == send.ProblemMail {
				href = sendPath(r, "postausgang")
			}
			add("sent_"+string(problem), n, href)
		}
	}
	if b.PlanWaits {
		add("reminder_confirm", 0, sendPath(r, "erinnerung"))
	}
	if n := b.Count[survey.StageWaiting]; b.Phase == survey.PhaseOpen && !b.Reminded && !b.PlanWaits && n > 0 {
		add("reminder", n, sendPath(r, "erinnerung"))
	}
	if b.Phase == survey.PhaseOpen && b.Unreminded > 0 && !b.PlanWaits {
		add("reminder_late", b.Unreminded, sendPath(r, "erinnerung"))
	}
	if n := b.Count[survey.StageSilent]; b.Phase == survey.PhaseClosed && n > 0 {
		add("letters", n, "/antworten/"+string(r.Questionnaire.Slug))
	}
	if b.Phase == survey.PhaseClosed && !b.Published {
		add("publish", 0, "/veroeffentlichen/"+string(r.Questionnaire.Slug))
	}
	return list
}
