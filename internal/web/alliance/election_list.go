package alliance

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
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
	Encoding     string   // in which the file was read, a sentence; "" as it should be
	Faults       []string // with their line
	More         string   // there are faults beyond those listed
	Plan         *partyPlan
	Mapping      *columnMapping
	Carried      []templates.Field // what was said of the columns, for a list with the same ones
	Cancel       templates.NavItem
}

// columnMapping asks what is in which column of a list.
type columnMapping struct {
	Wanted bool // without it the list cannot be read
	Text   string
	Rows   []mappingRow
	Hidden []templates.Field
}

type mappingRow struct {
	Name, Examples string
	Field          templates.Field
}

// partyPlan is the preview.
type partyPlan struct {
	Summary   string
	Ignored   string // columns we do not know; "" none
	LeftOut   string // lines that stand for no party; "" none
	Repeated  string // parties in several lines; "" none
	Rows      []plannedRow
	Questions []templates.Field // whom a line means
	TakeURL   string            // "" there is nothing to take over
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
	alliance.PartyAsked:   {Icon: "warning", Tone: "wait"},
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
	for _, column := range []string{"short_name", "name", "ballot_position", "wikidata", "colour", "email", "postal"} {
		p.Columns = append(p.Columns, templates.Fact{Label: p.Must("alliance.party_list.column." + column), Value: p.Must("alliance.party." + column + "_hint")})
	}
	p.Fields = []templates.Field{
		{Name: "list", Type: "textarea", Label: p.Must("alliance.party_list.list"), Hint: p.Must("alliance.party_list.list_hint"), Value: text, Rows: 10, Quiet: true},
		{Name: "file", Type: "file", Label: p.Must("alliance.party_list.file"), Hint: p.Must("alliance.party_list.file_hint"), Accept: ".csv,.txt,.tsv,.xlsx,text/csv,text/plain", Quiet: true},
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

// saidColumns is what the form says of the columns of a list; without a header nothing.
func saidColumns(r *web.Request) (said survey.ListColumns) {
	if said.Header = r.PostForm("header"); said.Header == "" {
		return said
	}
	for i := 1; ; i++ {
		field, found := r.Request.PostForm[columnName(i)]
		if !found || len(field) == 0 {
			return said
		}
		said.Columns = append(said.Columns, field[0])
	}
}

// columnName names the form field of a column, from 1.
func columnName(i int) string { return "column-" + strconv.Itoa(i) }

// readPartyList reads a list with what the form says of its columns, else with what was said of such columns before.
func (s *Room) readPartyList(r *web.Request, data []byte) (list partylist.List, said survey.ListColumns, faults []alliance.LineFault, err error) {
	known, err := s.Alliance.ListColumns(r.Request.Context(), r.Actor)
	if err != nil {
		return list, said, nil, err
	}
	if said = saidColumns(r); said.Header != "" {
		known = append([]survey.ListColumns{said}, known...)
	}
	list, faults = partylist.Read(data, known...)
	return list, said, faults, nil
}

func (s *Room) previewPartyList(r *web.Request) error {
	data, err := typedList(r)
	if err != nil {
		return err
	}
	list, said, faults, err := s.readPartyList(r, data)
	if err != nil {
		return err
	}
	if said.Header == list.Header && len(said.Columns) == len(list.Columns) && said.Header != "" {
		if err := partylist.Check(said.Columns).Err(); err != nil {
			return s.renderWrongColumns(r, list, said.Columns, err)
		}
	}
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
	list, _, faults, err := s.readPartyList(r, []byte(r.PostForm("list")))
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return s.renderPlan(r, list, alliance.PartyPlan{}, faults, "")
	}
	var columns survey.ListColumns
	if list.Mapped {
		columns = survey.ListColumns{Header: list.Header, Columns: fieldsOf(list)}
	}
	election := r.Param("election")
	_, faults, err = s.Alliance.TakeParties(r.Request.Context(), r.Actor, survey.ElectionID(election), r.PostForm("digest"), list.Lines, listAnswers(r), columns)
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
		plan, _, err := s.Alliance.PlanParties(r.Request.Context(), r.Actor, survey.ElectionID(election), list.Lines)
		if err != nil {
			return err
		}
		return s.renderPlan(r, list, plan, faults, "")
	}
	return r.Redirect(electionPath(survey.ElectionID(election), ""), "alliance.notice.list_taken")
}

// anotherParty is the answer that a line means nobody who is known. No id is like it.
const anotherParty = "andere"

// lineName names the form field of whom a line means.
func lineName(line int) string { return "zeile-" + strconv.Itoa(line) }

// listAnswers is what the form says of whom the lines mean.
func listAnswers(r *web.Request) alliance.ListAnswers {
	answers := alliance.ListAnswers{}
	for name, values := range r.Request.PostForm {
		typed, found := strings.CutPrefix(name, "zeile-")
		if line, err := strconv.Atoi(typed); found && err == nil && len(values) > 0 {
			if answers[line] = survey.PartyID(values[0]); values[0] == anotherParty {
				answers[line] = ""
			}
		}
	}
	return answers
}

// fieldsOf are the fields of a list's columns.
func fieldsOf(list partylist.List) (fields []string) {
	for _, column := range list.Columns {
		fields = append(fields, column.Field)
	}
	return fields
}

// renderWrongColumns asks once more what is in which column, with what was chosen.
func (s *Room) renderWrongColumns(r *web.Request, list partylist.List, chosen []string, wrong error) error {
	p, err := s.partyListBase(r, list.Text)
	if err != nil {
		return err
	}
	for i := range list.Columns {
		list.Columns[i].Field = chosen[i]
	}
	p.Errors, _ = r.Faults(wrong)
	p.mapColumns(list, true)
	return r.Page(http.StatusUnprocessableEntity, "alliance/party-list", p)
}

// mapColumns asks what is in which column of a list.
func (p *partyListPage) mapColumns(list partylist.List, wanted bool) {
	m := &columnMapping{Wanted: wanted, Text: p.Must("alliance.party_list.mapping_more"), Hidden: []templates.Field{{Name: "list", Type: "hidden", Value: list.Text}, {Name: "header", Type: "hidden", Value: list.Header}}}
	switch {
	case wanted:
		m.Text = p.Must("alliance.party_list.mapping_wanted")
	case list.Mapped:
		m.Text = p.Must("alliance.party_list.mapping_said")
	}
	for i, column := range list.Columns {
		name := columnName(i + 1)
		row := mappingRow{Name: excerpt(column.Name), Field: templates.Field{Name: name, Type: "select", Hidden: true, Quiet: true, Error: p.ErrorAt(name),
			Options: []templates.Option{{Label: p.Must("alliance.party_list.column.none")}}}}
		if column.Name == "" {
			row.Name = p.Must("alliance.party_list.column_unnamed", "Number", i+1)
		}
		row.Field.Label = p.Must("alliance.party_list.column_holds", "Name", row.Name)
		var examples []string
		for _, value := range column.Examples {
			examples = append(examples, excerpt(value))
		}
		row.Examples = strings.Join(examples, " · ")
		for _, field := range partylist.Fields {
			row.Field.Options = append(row.Field.Options, templates.Option{Value: field, Label: p.Must("alliance.party_list.column." + field), Selected: field == column.Field})
		}
		m.Rows = append(m.Rows, row)
	}
	p.Mapping = m
}

// excerpt is the beginning of a value, enough to know a column by.
func excerpt(value string) string {
	if r := []rune(value); len(r) > survey.ShownMost {
		return string(r[:survey.ShownMost]) + "…"
	}
	return value
}

// carry are the fields of a form that say what is in which column, for a list with the same ones.
func carry(list partylist.List) (fields []templates.Field) {
	if !list.Mapped {
		return nil
	}
	fields = append(fields, templates.Field{Name: "header", Type: "hidden", Value: list.Header})
	for i, field := range fieldsOf(list) {
		fields = append(fields, templates.Field{Name: columnName(i + 1), Type: "hidden", Value: field})
	}
	return fields
}

// headerFaults tells whether all that is wrong with a list is that its columns are not known.
func headerFaults(list partylist.List, faults []alliance.LineFault) bool {
	return len(list.Columns) > 0 && !list.Mapped && !slices.ContainsFunc(faults, func(f alliance.LineFault) bool {
		return !strings.HasPrefix(f.Key, "alliance.party_list.error.column_")
	})
}

// renderPlan shows the preview, or the faults with the list to correct. A warning says that the first preview is out of date.
func (s *Room) renderPlan(r *web.Request, list partylist.List, plan alliance.PartyPlan, faults []alliance.LineFault, warning string) error {
	p, err := s.partyListBase(r, cmp.Or(list.Text, r.PostForm("list"))) // a list that is none is given back as it was typed
	if err != nil {
		return err
	}
	status := http.StatusOK
	p.Warning = warning
	p.Carried = carry(list)
	if list.Encoding != "" {
		p.Encoding = p.Must("alliance.party_list.converted", "Encoding", list.Encoding)
	}
	switch {
	case len(faults) > 0 && headerFaults(list, faults):
		status = http.StatusUnprocessableEntity
		p.Errors = []templates.FieldError{{FieldID: columnName(1), Message: p.Must("alliance.party_list.mapping_needed")}}
		p.mapColumns(list, true)
	case len(faults) > 0 && faults[0].Key == alliance.UndecidedKey: // nothing else is wrong
		status = http.StatusUnprocessableEntity
		for _, f := range faults {
			p.Errors = append(p.Errors, templates.FieldError{FieldID: lineName(f.Line), Message: p.Must(f.Key)})
		}
		p.Plan = planOf(p.Base, list, plan, p.Action, listAnswers(r))
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
		p.Plan = planOf(p.Base, list, plan, p.Action, listAnswers(r))
	}
	if p.Mapping == nil && len(list.Columns) > 0 && (list.Mapped || len(list.Ignored) > 0) {
		p.mapColumns(list, false)
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

func planOf(b templates.Base, list partylist.List, plan alliance.PartyPlan, action string, answers alliance.ListAnswers) *partyPlan {
	p := &partyPlan{}
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
	repeated := 0
	for _, line := range plan.Lines {
		counts[line.Effect]++
		badge := effectBadge[line.Effect]
		badge.Label = b.Must("alliance.party_list.effect." + string(line.Effect))
		row := plannedRow{Line: line.Line, Party: templates.Party{Name: line.ShortName, Colour: line.Colour}, Name: line.Name, Effect: badge}
		row.Changes = changeWords(b, line.Changes)
		if n := len(line.Repeated); n > 0 {
			repeated++
			row.Changes = append(row.Changes, b.Must("alliance.party_list.repeated_line", "Count", n+1))
		}
		if line.Effect == alliance.PartyAsked {
			p.Questions = append(p.Questions, whom(b, line, answers))
		}
		p.Rows = append(p.Rows, row)
	}
	if repeated > 0 {
		p.Repeated = b.Must("alliance.party_list.repeated", "Count", repeated)
	}
	var parts []string
	for _, effect := range []alliance.PartyEffect{alliance.PartyNew, alliance.PartyJoins, alliance.PartyChanges, alliance.PartySame, alliance.PartyAsked} {
		if n := counts[effect]; n > 0 {
			parts = append(parts, b.Must("alliance.party_list.count."+string(effect), "Count", n))
		}
	}
	p.Summary = strings.Join(parts, ", ")
	if counts[alliance.PartySame] < len(plan.Lines) {
		p.TakeURL = action + "/uebernehmen"
	}
	p.Hidden = []templates.Field{{Name: "list", Type: "hidden", Value: list.Text}, {Name: "digest", Type: "hidden", Value: plan.Digest}}
	p.Hidden = append(p.Hidden, carry(list)...)
	return p
}

// changeWords says what would change.
func changeWords(b templates.Base, changes []alliance.PartyChange) (words []string) {
	for _, c := range changes {
		words = append(words, b.Must("alliance.party_list.change", "Column", b.Must("alliance.party_list.column."+c.Field), "From", cmp.Or(c.From, "–"), "To", cmp.Or(c.To, "–")))
	}
	return words
}

// whom asks whom a line means. Another party is the answer that is given, unless one of that short name stands in this election: then
// the name may have been corrected.
func whom(b templates.Base, line alliance.PlannedParty, answers alliance.ListAnswers) templates.Field {
	name := lineName(line.Line)
	answer, answered := answers[line.Line]
	here := slices.ContainsFunc(line.Perhaps, func(k alliance.KnownParty) bool { return k.Here })
	f := templates.Field{Name: name, Type: "radio", Required: true, Label: b.Must("alliance.party_list.whom", "Line", line.Line, "ShortName", line.ShortName, "Name", line.Name), Error: b.ErrorAt(name),
		Options: []templates.Option{{Value: anotherParty, Label: b.Must("alliance.party_list.whom_other"), Selected: answered && answer == "" || !answered && !here}}}
	for _, k := range line.Perhaps {
		o := templates.Option{Value: string(k.ID), Label: b.Must("alliance.party_list.whom_same", "ShortName", k.ShortName, "Name", k.Name), Selected: answered && answer == k.ID}
		var hint []string
		switch {
		case k.Here:
			hint = append(hint, b.Must("alliance.party_list.whom_here"))
		case k.Stood != "":
			hint = append(hint, b.Must("alliance.party_list.whom_stood", "Election", k.Stood))
		}
		if changes := changeWords(b, k.Changes); len(changes) > 0 {
			hint = append(hint, b.Must("alliance.party_list.whom_changes", "Changes", strings.Join(changes, "; ")))
		}
		o.Hint = strings.Join(hint, " ")
		f.Options = append(f.Options, o)
	}
	return f
}
