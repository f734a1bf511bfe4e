package draft

import (
	"net/http"
	"strings"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// boardPage is the board of the Werkstatt.
type boardPage struct {
	templates.Base
	Kicker  string
	Tabs    templates.Tabs
	Budget  string
	Left    string // slots left, or how many too many
	Groups  []string
	Filters []templates.Field
	Chosen  bool // a filter is on
	Columns []boardColumn
	New     string // address; "" may not
	State   string // why nothing can be drafted; "" it can
	Empty   *templates.Empty
}

type boardColumn struct {
	State survey.QuestionState
	Cards []boardCard
}

type boardCard struct {
	Href, Title, Text, Group, Topic, AskedBy, Length string
	Over                                             string
	Thesis                                           bool
}

func (s *Room) boardPage(r *web.Request) error {
	filter := draft.Filter{Group: r.Query("ag"), Topic: r.Query("thema")}
	b, err := s.Draft.Board(r.Request.Context(), r.Actor, r.Questionnaire.ID, filter)
	if err != nil {
		return err
	}
	p := boardPage{Base: draftBase(r, "draft.board.title"), Tabs: s.draftTabs(r)}
	p.Title = b.Questionnaire.Title
	p.Kicker = b.Election.Name + ", " + web.DateWords(p.Base, b.Election.Date)
	p.Chosen = filter != (draft.Filter{})
	phase := b.Questionnaire.Phase(s.Now())
	if phase != survey.PhaseDraft {
		p.State = p.Must("draft.board.locked")
	} else if r.Actor.MayDraft() {
		p.New = draftPath(r, "/fragen/neu")
	}
	p.Budget = budgetWords(p.Base, b.Progress)
	if over := b.Progress.Agreed - b.Progress.Slots; b.Progress.Slots > 0 && over > 0 {
		p.Left = p.Must("draft.budget.over", "Count", over)
	}
	group := templates.Field{Name: "ag", Type: "select", Quiet: true, Label: p.Must("draft.group"), Value: filter.Group, Options: []templates.Option{{Label: p.Must("draft.board.all_groups")}}}
	for _, g := range b.Groups {
		name := g.Group.Name
		if g.Group.ID == "" {
			name = p.Must("draft.no_group")
		} else {
			group.Options = append(group.Options, templates.Option{Value: g.Group.ID, Label: name})
		}
		p.Groups = append(p.Groups, p.Must("draft.budget.group", "Group", name, "Agreed", g.Agreed, "Open", g.Open))
	}
	topic := templates.Field{Name: "thema", Type: "select", Quiet: true, Label: p.Must("draft.topic"), Value: filter.Topic, Options: []templates.Option{{Label: p.Must("draft.board.all_topics")}}}
	for _, t := range b.Questionnaire.Topics {
		topic.Options = append(topic.Options, templates.Option{Value: t.ID, Label: t.Name})
	}
	p.Filters = []templates.Field{group, topic}
	total := 0
	for _, c := range b.Columns {
		column := boardColumn{State: c.State}
		for _, card := range c.Cards {
			column.Cards = append(column.Cards, newBoardCard(r, card))
		}
		total += len(c.Cards)
		p.Columns = append(p.Columns, column)
	}
	if total == 0 && !p.Chosen {
		p.Empty = &templates.Empty{Title: p.Must("draft.board.empty"), Text: p.Must("draft.board.empty_text")}
		if p.New != "" {
			p.Empty.Action = templates.NavItem{Label: p.Must("draft.board.new"), Href: p.New}
		}
	}
	return r.Page(http.StatusOK, "draft/board", p)
}

func newBoardCard(r *web.Request, c draft.Card) boardCard {
	p := r.Printer()
	card := boardCard{Href: draftPath(r, "/fragen/"+string(c.ID)), Title: questionTitle(c.Wording), Group: c.Group, Topic: c.Topic, AskedBy: p.Join(c.AskedBy), Thesis: c.Kind == survey.KindThesis}
	if c.Label != "" {
		card.Text = opening(c.Text, 140)
	}
	card.Length, card.Over = lengthWords(r, c.Length)
	return card
}

// lengthWords says how long a question is and by how much too long for the questionnaire.
func lengthWords(r *web.Request, length int) (words, over string) {
	p, limit := r.Printer(), r.Questionnaire.QuestionLimit
	if limit == 0 {
		return p.Must("common.characters", "Count", length), ""
	}
	if length > limit {
		over = p.Must("draft.too_long", "Count", length-limit)
	}
	return p.Must("common.counter.of", "Used", length, "Limit", limit), over
}

// opening is the beginning of a text for a list: its first words, up to about so many bytes, in one line. The whole text
// stands on the page the list leads to.
func opening(text string, most int) string {
	words, line := strings.Fields(text), ""
	for i, word := range words {
		if i > 0 && len(line)+1+len(word) > most {
			return line + " …"
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return line
}
