package alliance

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"pruefstein/internal/alliance"
	"pruefstein/internal/partylist"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// partyListPage takes a CSV list of parties: the form, and the preview of what the list would do.
type partyListPage struct {
	templates.Base
	Lead, Action string
	Fields       []templates.Field
	Columns      []templates.Fact // the columns and what they hold
	Example      string
	Faults       []string // with their line
	More         string   // there are faults beyond those listed
	Plan         *partyPlan
	Cancel       templates.NavItem
}

// partyPlan is the preview.
type partyPlan struct {
	Summary   string
	Converted bool
	Ignored   string // columns we do not know; "" none
	LeftOut   string // lines that stand for no party; "" none
	Rows      []plannedRow
	TakeURL   string // "" there is nothing to take over
	Hidden    []templates.Field
}

type plannedRow struct {
	Line    int
	Party   templates.Party
	Name    string
	Effect  templates.Badge
	Changes []string
}

var effectBadge = map[alliance.PartyEffect]templates.Badge{
	alliance.PartyNew:     {Icon: "check", Tone: "good"},
	alliance.PartyJoins:   {Icon: "link", Tone: "good"},
	alliance.PartyChanges: {Icon: "draft", Tone: "wait"},
	alliance.PartySame:    {},
}

func (s *Room) partyListPage(r *web.Request) error {
	p, err := s.partyListBase(r, "")
	if err != nil {
		return err
	}
	return r.Page(http.StatusOK, "alliance/party-list", p)
}

func (s *Room) partyListBase(r *web.Request, text string) (p partyListPage, err error) {
	e, _, err := s.Alliance.ElectionParties(r.Request.Context(), r.Actor, survey.ElectionID(r.Param("election")))
	if err != nil {
		return p, err
	}
	p = partyListPage{Base: electionBase(r, e, "alliance.party_list.title"), Lead: e.Name, Action: electionPath(e.ID, "/liste")}
	p.Cancel = templates.NavItem{Label: p.Must("common.button.cancel"), Href: electionPath(e.ID, "")}
	p.Example = p.Must("alliance.party_list.example")
	for _, column := range []string{"short_name", "name", "ballot_position", "wikidata", "colour", "email"} {
		p.Columns = append(p.Columns, templates.Fact{Label: p.Must("alliance.party_list.column." + column), Value: p.Must("alliance.party." + column + "_hint")})
	}
	p.Fields = []templates.Field{
		{Name: "list", Type: "textarea", Label: p.Must("alliance.party_list.list"), Hint: p.Must("alliance.party_list.list_hint"), Value: text, Rows: 10, Quiet: true},
		{Name: "file", Type: "file", Label: p.Must("alliance.party_list.file"), Hint: p.Must("alliance.party_list.file_hint"), Accept: ".csv,.txt,.tsv,text/csv,text/plain", Quiet: true},
	}
	return p, nil
}

// typedList reads the list from the file, if one was chosen, else from the text field.
func typedList(r *web.Request) ([]byte, error) {
	var list []byte
	err := r.ReadForm(func(field, _ string, content io.Reader) (err error) {
		if field == "file" {
			list, err = io.ReadAll(content) // the body is limited
		}
		return err
	})
	if len(list) == 0 {
		list = []byte(r.PostForm("list"))
	}
	return list, err
}

func (s *Room) previewPartyList(r *web.Request) error {
	data, err := typedList(r)
	if err != nil {
		return err
	}
	list, faults := partylist.Read(data)
	plan, more, err := s.Alliance.PlanParties(r.Request.Context(), r.Actor, survey.ElectionID(r.Param("election")), list.Lines)
	if err != nil {
		return err
	}
	return s.renderPlan(r, list, plan, append(faults, more...), "")
}

func (s *Room) takePartyList(r *web.Request) error {
	if err := r.ReadForm(nil); err != nil {
		return err
	}
	list, faults := partylist.Read([]byte(r.PostForm("list")))
	if len(faults) > 0 {
		return s.renderPlan(r, list, alliance.PartyPlan{}, faults, "")
	}
	election := r.Param("election")
	_, faults, err := s.Alliance.TakeParties(r.Request.Context(), r.Actor, survey.ElectionID(election), r.PostForm("digest"), list.Lines)
	var failed *survey.Error
	if errors.As(err, &failed) && failed.Code == survey.Conflict {
		plan, faults, err := s.Alliance.PlanParties(r.Request.Context(), r.Actor, survey.ElectionID(election), list.Lines)
		if err != nil {
			return err
		}
		return s.renderPlan(r, list, plan, faults, r.Printer().Must(failed.Key))
	}
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return s.renderPlan(r, list, alliance.PartyPlan{}, faults, "")
	}
	return r.Redirect(electionPath(survey.ElectionID(election), ""), "alliance.notice.list_taken")
}

// renderPlan shows the preview, or the faults with the list to correct. A warning says that the first preview is out of date.
func (s *Room) renderPlan(r *web.Request, list partylist.List, plan alliance.PartyPlan, faults []alliance.LineFault, warning string) error {
	p, err := s.partyListBase(r, cmp.Or(list.Text, r.PostForm("list"))) // a list that is none is given back as it was typed
	if err != nil {
		return err
	}
	status := http.StatusOK
	p.Warning = warning
	switch {
	case len(faults) > 0:
		status = http.StatusUnprocessableEntity
		slices.SortStableFunc(faults, func(a, b alliance.LineFault) int { return cmp.Compare(a.Line, b.Line) }) // of form and of content
		for i, f := range faults {
			if i == partylist.MaxFaults {
				p.More = p.Must("error.import.many", r.Readable([]any{"Limit", i})...)
				break
			}
			p.Faults = append(p.Faults, lineFaultWords(p.Base, f))
		}
		p.Errors = []templates.FieldError{{FieldID: "list", Message: web.Faulty(r, partylist.MaxFaults, "alliance.party_list.faulty", len(faults))}}
		p.Fields[0].Error = p.Errors[0].Message
	default:
		if warning != "" {
			status = http.StatusConflict
		}
		p.Plan = planOf(p.Base, list, plan, p.Action)
	}
	return r.Page(status, "alliance/party-list", p)
}

// lineFaultWords says a fault with its line and column.
func lineFaultWords(b templates.Base, f alliance.LineFault) string {
	args := f.Args
	if f.Key == "alliance.party_list.error.column_missing" {
		args = []any{"Name", b.Must("alliance.party_list.column." + f.Column)}
	}
	message := b.Must(f.Key, args...)
	switch {
	case f.Line == 0:
		return message
	case f.Column == "" || f.Key == "alliance.party_list.error.column_missing":
		return b.Must("alliance.party_list.at_line", "Line", f.Line, "Message", message)
	}
	return b.Must("alliance.party_list.at_column", "Line", f.Line, "Column", b.Must("alliance.party_list.column."+f.Column), "Message", message)
}

func planOf(b templates.Base, list partylist.List, plan alliance.PartyPlan, action string) *partyPlan {
	p := &partyPlan{Converted: list.Converted}
	if n := len(list.Ignored); n > 0 {
		p.Ignored = b.Must("alliance.party_list.ignored", "Count", n, "Names", strings.Join(list.Ignored, ", "))
	}
	if n := len(list.LeftOut); n > 0 {
		var names []string
		for _, line := range list.LeftOut {
			names = append(names, b.Must("alliance.party_list.left_out_line", "Name", line.Name, "Line", line.Line))
		}
		p.LeftOut = b.Must("alliance.party_list.left_out", "Count", n, "Names", strings.Join(names, ", "))
	}
	counts := map[alliance.PartyEffect]int{}
	for _, line := range plan.Lines {
		counts[line.Effect]++
		badge := effectBadge[line.Effect]
		badge.Label = b.Must("alliance.party_list.effect." + string(line.Effect))
		row := plannedRow{Line: line.Line, Party: templates.Party{Name: line.ShortName, Colour: line.Colour}, Name: line.Name, Effect: badge}
		for _, c := range line.Changes {
			row.Changes = append(row.Changes, b.Must("alliance.party_list.change", "Column", b.Must("alliance.party_list.column."+c.Field),
				"From", cmp.Or(c.From, "–"), "To", cmp.Or(c.To, "–")))
		}
		p.Rows = append(p.Rows, row)
	}
	var parts []string
	for _, effect := range []alliance.PartyEffect{alliance.PartyNew, alliance.PartyJoins, alliance.PartyChanges, alliance.PartySame} {
		if n := counts[effect]; n > 0 {
			parts = append(parts, b.Must("alliance.party_list.count."+string(effect), "Count", n))
		}
	}
	p.Summary = strings.Join(parts, ", ")
	if counts[alliance.PartySame] < len(plan.Lines) {
		p.TakeURL = action + "/uebernehmen"
	}
	p.Hidden = []templates.Field{{Name: "list", Type: "hidden", Value: list.Text}, {Name: "digest", Type: "hidden", Value: plan.Digest}}
	return p
}
