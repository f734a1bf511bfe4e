package alliance

import (
	"net/http"
	"strconv"
	"strings"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/templates"
)

// electionsPage lists the elections.
type electionsPage struct {
	templates.Base
	Rows   []electionRow
	MayAdd bool
	Empty  templates.Empty
}

type electionRow struct{ Name, Href, Date, Level, Region, Parties, Questionnaires string }

func (s *Room) electionsPage(r *web.Request) error {
	list, err := s.Alliance.Elections(r.Request.Context(), r.Actor)
	if err != nil {
		return err
	}
	p := electionsPage{Base: web.AdminBase(r, "alliance.elections.title"), MayAdd: r.Actor.Has(survey.RoleCoordinator)}
	p.Empty = templates.Empty{Title: p.Must("alliance.elections.empty"), Text: p.Must("alliance.elections.empty_text")}
	for _, e := range list {
		p.Rows = append(p.Rows, electionRow{Name: e.Name, Href: electionPath(e.ID, ""), Date: web.DateWords(p.Base, e.Date), Level: levelWord(p.Base, e.Level), Region: e.Region,
			Parties: strconv.Itoa(e.Parties), Questionnaires: strconv.Itoa(e.Questionnaires)})
	}
	return r.Page(http.StatusOK, "alliance/elections", p)
}

func electionPath(id survey.ElectionID, rest string) string {
	return "/verwaltung/wahlen/" + string(id) + rest
}

func levelWord(b templates.Base, level survey.Level) string {
	if level == "" {
		return ""
	}
	return b.Must("common.level." + string(level))
}

// electionBase is the base of a page below an election.
func electionBase(r *web.Request, e survey.Election, titleKey string, args ...any) templates.Base {
	b := web.AdminBase(r, titleKey, args...)
	b.Breadcrumbs = append(b.Breadcrumbs, templates.NavItem{Label: b.Must("alliance.elections.title"), Href: "/verwaltung/wahlen"})
	if e.ID != "" && b.Path != electionPath(e.ID, "") {
		b.Breadcrumbs = append(b.Breadcrumbs, templates.NavItem{Label: e.Name, Href: electionPath(e.ID, "")})
	}
	return b
}

// electionPage is an election with its parties.
type electionPage struct {
	templates.Base
	MayEdit         bool
	Facts           []templates.Fact
	Parties         []partyRow
	Edit, Add, List string // Edit "" may not
	Fixed           string // why not
	Questionnaire   string // where a new one for this election is made
	Empty           templates.Empty
}

type partyRow struct {
	Party                             templates.Party
	Name, Position, Wikidata, Contact string
	WikidataHref                      string
}

func (s *Room) electionPage(r *web.Request) error {
	e, parties, err := s.Alliance.ElectionParties(r.Request.Context(), r.Actor, survey.ElectionID(r.Param("election")))
	if err != nil {
		return err
	}
	p := electionPage{Base: electionBase(r, e, "alliance.election.title"), MayEdit: r.Actor.Has(survey.RoleCoordinator),
		Edit: electionPath(e.ID, "/bearbeiten"), Add: electionPath(e.ID, "/parteien/neu"), List: electionPath(e.ID, "/liste"), Questionnaire: "/werkstatt/neu?wahl=" + string(e.ID)}
	p.Title = e.Name
	if p.MayEdit {
		fixed, err := s.Alliance.ElectionFixed(r.Request.Context(), r.Actor, e.ID)
		if err != nil {
			return err
		}
		if fixed {
			p.Edit, p.Fixed = "", p.Must("alliance.error.election_fixed")
		}
	}
	p.Empty = templates.Empty{Title: p.Must("alliance.election.empty"), Text: p.Must("alliance.election.empty_text")}
	for _, f := range []templates.Fact{
		{Label: p.Must("alliance.election.date"), Value: web.DateWords(p.Base, e.Date)},
		{Label: p.Must("alliance.election.level"), Value: levelWord(p.Base, e.Level)},
		{Label: p.Must("alliance.election.region"), Value: e.Region},
	} {
		if f.Value != "" {
			p.Facts = append(p.Facts, f)
		}
	}
	for _, c := range parties {
		row := partyRow{Party: templates.Party{Name: c.ShortName, Colour: c.Colour, State: web.StateWord(p.Base, c.Contestant.Standing)}, Name: c.Name, Position: web.TypedNumber(c.Contestant.BallotPosition), Wikidata: c.Wikidata, Contact: strings.Join(survey.AllAddresses(c.Contestant.Email, c.Contestant.Copies), ", ")}
		if p.MayEdit {
			row.Party.Href = electionPath(e.ID, "/parteien/"+string(c.ID))
		}
		if c.Wikidata != "" {
			row.WikidataHref = "https://www.wikidata.org/wiki/" + c.Wikidata
		}
		p.Parties = append(p.Parties, row)
	}
	return r.Page(http.StatusOK, "alliance/election", p)
}

// electionForm is the form of an election.
type electionForm struct {
	Revision int    `form:"revision"`
	Name     string `form:"name"`
	Date     string `form:"date"`
	Level    string `form:"level"`
	Region   string `form:"region"`
}

func (s *Room) electionForm(r *web.Request) error {
	e, f := survey.Election{}, electionForm{}
	if id := r.Param("election"); id != "" {
		var err error
		if e, _, err = s.Alliance.ElectionParties(r.Request.Context(), r.Actor, survey.ElectionID(id)); err != nil {
			return err
		}
		f = electionFormOf(e)
	}
	return r.Page(http.StatusOK, "form", newElectionForm(r, e, f, nil))
}

func electionFormOf(e survey.Election) electionForm {
	return electionForm{Revision: e.Revision, Name: e.Name, Date: e.Date, Level: string(e.Level), Region: e.Region}
}

func (s *Room) saveElection(r *web.Request) error {
	var f electionForm
	if err := r.Bind(&f); err != nil {
		return err
	}
	id := r.Param("election")
	e, err := s.Alliance.SaveElection(r.Request.Context(), r.Actor, survey.ElectionID(id), alliance.SaveElection{Revision: f.Revision, Name: f.Name, Date: f.Date, Level: f.Level, Region: f.Region})
	if faults, ok := r.Faults(err); ok {
		return r.Page(http.StatusUnprocessableEntity, "form", newElectionForm(r, survey.Election{ID: survey.ElectionID(id), Name: f.Name}, f, faults))
	}
	if web.Stale(err) {
		saved, _, err := s.Alliance.ElectionParties(r.Request.Context(), r.Actor, survey.ElectionID(id))
		if err != nil {
			return err
		}
		return r.FormOvertaken(newElectionForm(r, saved, f, nil), newElectionForm(r, saved, electionFormOf(saved), nil))
	}
	if err != nil {
		return err
	}
	return r.Redirect(electionPath(e.ID, ""), "draft.notice.saved")
}

func newElectionForm(r *web.Request, e survey.Election, f electionForm, errs []templates.FieldError) web.FormPage {
	key, path, back := "alliance.election.title_new", "/verwaltung/wahlen/neu", "/verwaltung/wahlen"
	if e.ID != "" {
		key, path, back = "alliance.election.title_edit", electionPath(e.ID, "/bearbeiten"), electionPath(e.ID, "")
	}
	p := web.FormPage{Base: electionBase(r, e, key), Action: path}
	p.Errors, p.Button = errs, p.Must("common.button.save")
	p.Cancel = templates.NavItem{Label: p.Must("common.button.cancel"), Href: back}
	level := templates.Field{Name: "level", Type: "select", Label: p.Must("alliance.election.level"), Value: f.Level, Error: p.ErrorAt("level"), Options: []templates.Option{{Label: p.Must("alliance.election.level_none")}}}
	for _, l := range survey.Levels {
		level.Options = append(level.Options, templates.Option{Value: string(l), Label: levelWord(p.Base, l)})
	}
	p.Groups = []web.FieldGroup{{Fields: []templates.Field{
		{Name: "revision", Type: "hidden", Value: strconv.Itoa(f.Revision)},
		{Name: "name", Label: p.Must("alliance.election.name"), Hint: p.Must("alliance.election.name_hint"), Value: f.Name, Required: true, Error: p.ErrorAt("name")},
		{Name: "date", Type: "date", Label: p.Must("alliance.election.date"), Value: f.Date, Required: true, Error: p.ErrorAt("date")},
		level,
		{Name: "region", Label: p.Must("alliance.election.region"), Hint: p.Must("alliance.election.region_hint"), Value: f.Region, Error: p.ErrorAt("region")},
	}}}
	return p
}

// partyForm is the form of a party in an election.
type partyForm struct {
	PartyRevision      int    `form:"party_revision"`
	ContestantRevision int    `form:"contestant_revision"`
	ShortName          string `form:"short_name"`
	Name               string `form:"name"`
	BallotPosition     string `form:"ballot_position"`
	Wikidata           string `form:"wikidata"`
	Colour             string `form:"colour"`
	Email              string `form:"email"`
	Copies             string `form:"copies"`
	Postal             string `form:"postal"`
	State              string `form:"state"`
	StateSince         string `form:"state_since"`
	StateReason        string `form:"state_reason"`
	StateSource        string `form:"state_source"`
}

func (f partyForm) standing() survey.Standing {
	return survey.Standing{State: survey.ContestState(f.State), Since: f.StateSince, Reason: f.StateReason, Source: f.StateSource}
}

func (s *Room) partyForm(r *web.Request) error {
	e, parties, err := s.Alliance.ElectionParties(r.Request.Context(), r.Actor, survey.ElectionID(r.Param("election")))
	if err != nil {
		return err
	}
	id := r.Param("party")
	if id == "" {
		return r.Page(http.StatusOK, "form", newPartyForm(r, e, partyForm{}, nil))
	}
	form, err := partyFormOf(parties, survey.PartyID(id))
	if err != nil {
		return err
	}
	return r.Page(http.StatusOK, "form", newPartyForm(r, e, form, nil))
}

// partyFormOf is the form of a party of an election as it is stored.
func partyFormOf(parties []survey.BallotParty, id survey.PartyID) (partyForm, error) {
	for _, c := range parties {
		if c.ID == id {
			stands := c.Contestant.Standing
			return partyForm{State: string(stands.State), StateSince: stands.Since, StateReason: stands.Reason, StateSource: stands.Source, PartyRevision: c.Party.Revision, ContestantRevision: c.Contestant.Revision, ShortName: c.ShortName, Name: c.Name,
				BallotPosition: web.TypedNumber(c.Contestant.BallotPosition), Wikidata: c.Wikidata, Colour: c.Colour, Email: c.Contestant.Email,
				Copies: strings.Join(c.Contestant.Copies, "\n"), Postal: c.Contestant.Postal}, nil
		}
	}
	return partyForm{}, survey.Fail(survey.NotFound, "error.not_found")
}

func (s *Room) saveParty(r *web.Request) error {
	var f partyForm
	if err := r.Bind(&f); err != nil {
		return err
	}
	election := r.Param("election")
	_, err := s.Alliance.SaveContestant(r.Request.Context(), r.Actor, survey.ElectionID(election), survey.PartyID(r.Param("party")), alliance.SaveContestant{PartyRevision: f.PartyRevision,
		ContestantRevision: f.ContestantRevision, ListedParty: alliance.ListedParty{ShortName: f.ShortName, Name: f.Name, BallotPosition: f.BallotPosition,
			Wikidata: f.Wikidata, Colour: f.Colour, Email: f.Email, Copies: f.Copies, Postal: f.Postal}, Standing: f.standing()})
	if faults, ok := r.Faults(err); ok || web.Stale(err) {
		e, parties, err := s.Alliance.ElectionParties(r.Request.Context(), r.Actor, survey.ElectionID(election))
		if err != nil {
			return err
		}
		p := newPartyForm(r, e, f, faults)
		if ok {
			return r.Page(http.StatusUnprocessableEntity, "form", p)
		}
		saved, err := partyFormOf(parties, survey.PartyID(r.Param("party")))
		if err != nil {
			return err
		}
		return r.FormOvertaken(p, newPartyForm(r, e, saved, nil))
	}
	if err != nil {
		return err
	}
	return r.Redirect(electionPath(survey.ElectionID(election), ""), "draft.notice.saved")
}

func newPartyForm(r *web.Request, e survey.Election, f partyForm, errs []templates.FieldError) web.FormPage {
	id := r.Param("party")
	key, path := "alliance.party.title_new", electionPath(e.ID, "/parteien/neu")
	if id != "" {
		key, path = "alliance.party.title_edit", electionPath(e.ID, "/parteien/"+id)
	}
	p := web.FormPage{Base: electionBase(r, e, key), Action: path, Lead: e.Name}
	p.Errors, p.Button = errs, p.Must("common.button.save")
	p.Cancel = templates.NavItem{Label: p.Must("common.button.cancel"), Href: electionPath(e.ID, "")}
	field := func(name, kind, value string) templates.Field {
		return web.LabelledField(p.Base, "alliance.party."+name, "alliance.party."+name+"_hint", name, kind, value)
	}
	short, name, position := field("short_name", "text", f.ShortName), field("name", "text", f.Name), field("ballot_position", "text", f.BallotPosition)
	short.Required, name.Required, position.Inputmode = true, true, "numeric"
	email := field("email", "email", f.Email)
	copies, postal := field("copies", "textarea", f.Copies), field("postal", "textarea", f.Postal)
	copies.Rows, postal.Rows = 2, 3
	email.Autocomplete, copies.Autocomplete, postal.Autocomplete = "off", "off", "off"
	state, since := field("state", "select", f.State), field("state_since", "date", f.StateSince)
	state.Options = []templates.Option{{Label: p.Must("alliance.party.state_none")}}
	for _, one := range survey.ContestStates {
		state.Options = append(state.Options, templates.Option{Value: string(one), Label: p.Must("common.contest." + string(one))})
	}
	p.Groups = []web.FieldGroup{{Fields: []templates.Field{
		{Name: "party_revision", Type: "hidden", Value: strconv.Itoa(f.PartyRevision)}, {Name: "contestant_revision", Type: "hidden", Value: strconv.Itoa(f.ContestantRevision)},
		short, name, position, email, copies, postal, field("wikidata", "text", f.Wikidata), field("colour", "text", f.Colour),
		state, since, field("state_reason", "text", f.StateReason), field("state_source", "text", f.StateSource),
	}}}
	if id != "" {
		p.Info = p.Must("alliance.party.everywhere")
		p.Remove = &templates.Confirm{Title: p.Must("alliance.party.remove_title"), Text: p.Must("alliance.party.remove_text"), Action: path + "/entfernen", Button: p.Must("common.button.remove"), Danger: true}
	}
	return p
}

func (s *Room) removeParty(r *web.Request) error {
	if err := s.Alliance.RemoveContestant(r.Request.Context(), r.Actor, survey.ElectionID(r.Param("election")), survey.PartyID(r.Param("party"))); err != nil {
		return err
	}
	return r.Redirect(electionPath(survey.ElectionID(r.Param("election")), ""), "alliance.notice.party_removed")
}
