package alliance_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// party is a line of a list: short name, name, and what else is set.
func party(line int, short, name string, change ...func(*alliance.ListedParty)) alliance.ListLine {
	p := alliance.ListLine{Line: line, ListedParty: alliance.ListedParty{ShortName: short, Name: name}}
	for _, c := range change {
		c(&p.ListedParty)
	}
	return p
}

func at(position string) func(*alliance.ListedParty) {
	return func(p *alliance.ListedParty) { p.BallotPosition = position }
}
func wikidata(id string) func(*alliance.ListedParty) {
	return func(p *alliance.ListedParty) { p.Wikidata = id }
}

// listed lists an election's parties as "short name, position".
func listed(w *testworld.Workshop, election survey.ElectionID) (list []string) {
	w.T.Helper()
	_, parties, err := w.Alliance.ElectionParties(w.Ctx, w.Admin, election)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, p := range parties {
		list = append(list, fmt.Sprintf("%s %d %s", p.ShortName, p.Contestant.BallotPosition, p.Name))
	}
	return list
}

// take plans a list and takes it over.
func take(w *testworld.Workshop, election survey.ElectionID, list ...alliance.ListLine) (effects []string) {
	w.T.Helper()
	plan, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, election, list)
	if err != nil || len(faults) > 0 {
		w.T.Fatal(err, faults)
	}
	before := listed(w, election)
	for _, p := range plan.Lines {
		effects = append(effects, fmt.Sprintf("%s %s %d", p.ShortName, p.Effect, len(p.Changes)))
	}
	if diff := cmp.Diff(before, listed(w, election)); diff != "" {
		w.T.Fatalf("the preview wrote: %s", diff)
	}
	if _, faults, err := w.Alliance.TakeParties(w.Ctx, w.Coordinator, election, plan.Digest, list, nil, survey.ListColumns{}); err != nil || len(faults) > 0 {
		w.T.Fatal(err, faults)
	}
	return effects
}

func TestPartyList(t *testing.T) {
	w := testworld.NewWorkshop(t)
	other, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "", alliance.SaveElection{Name: "Kommunalwahl Nordmark", Date: "2028-03-05", Level: "kommune"})
	if err != nil {
		t.Fatal(err)
	}
	got := take(w, "e1", party(2, "FM", "Freie Mitte", at("2"), wikidata("Q10")), party(3, "GZN", "Grüne Zukunft Nordmark", at("1")), party(4, "AL", "Andere Liste"))
	if diff := cmp.Diff([]string{"FM new 0", "GZN new 0", "AL new 0"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GZN 1 Grüne Zukunft Nordmark", "FM 2 Freie Mitte", "AL 0 Andere Liste"}, listed(w, "e1")); diff != "" {
		t.Error(diff)
	}
	// In another election they are the same parties: by Wikidata whatever the name, else by short name and name. The same short
	// name with another number is another party.
	got = take(w, other.ID, party(2, "Mitte", "Die Freie Mitte", wikidata("q10")), party(3, "gzn", "Grüne Zukunft Nordmark", wikidata("Q20")), party(4, "FM", "Freies Meer", wikidata("Q30")))
	if diff := cmp.Diff([]string{"Mitte joins 2", "gzn joins 2", "FM new 0"}, got); diff != "" {
		t.Error(diff)
	}
	// Again: nothing to do; what the list leaves blank stays.
	got = take(w, "e1", party(2, "Mitte", "Die Freie Mitte"), party(3, "gzn", "Grüne Zukunft Nordmark", at("3")))
	if diff := cmp.Diff([]string{"Mitte same 0", "gzn changes 1"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Mitte 2 Die Freie Mitte", "gzn 3 Grüne Zukunft Nordmark", "AL 0 Andere Liste"}, listed(w, "e1")); diff != "" {
		t.Error(diff)
	}
}

func TestPartyListFaults(t *testing.T) {
	w := testworld.NewWorkshop(t)
	take(w, "e1", party(2, "FM", "Freie Mitte", at("7")))
	before := listed(w, "e1")
	list := []alliance.ListLine{
		party(2, "GZN", "", at("eins")),
		party(3, "AL", "Andere\x07Liste", wikidata("10")),
		party(5, "SAN", "Soziale Allianz", at("2")),
		party(6, "san", "Soziale-Allianz", at("3")),
		party(9, "Y", "Liste Y", at("2")),
		party(7, "LN", "Liste Nord", at("7")),
		party(8, "X", "Liste X", func(p *alliance.ListedParty) { p.Colour, p.Email = "rot", "keine Adresse" }),
	}
	want := []string{"2 name error.required", "2 ballot_position error.number", "3 name error.text.unseen", "3 wikidata error.wikidata",
		"6 ballot_position alliance.error.list_differs",
		"8 colour error.colour", "8 email error.email", "9 ballot_position alliance.error.list_ballot_twice", "7 ballot_position alliance.error.ballot_taken"}
	check := func(faults []alliance.LineFault, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range faults {
			got = append(got, fmt.Sprintf("%d %s %s", f.Line, f.Column, f.Key))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	plan, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
	check(faults, err)
	_, faults, err = w.Alliance.TakeParties(w.Ctx, w.Coordinator, "e1", plan.Digest, list, nil, survey.ListColumns{})
	check(faults, err)
	if diff := cmp.Diff(before, listed(w, "e1")); diff != "" {
		t.Errorf("written all the same: %s", diff)
	}
}

// Who has the short name of a party that is known, and another name, is asked for before anything is written; nobody is renamed and
// no address goes over by itself.
func TestSameShortNameOtherName(t *testing.T) {
	const none, here, elsewhere = "", "e1", "e0"
	for _, test := range []struct {
		name   string
		stands string // where FM – Freie Mitte is known
		list   []alliance.ListLine
		answer survey.PartyID
		effect alliance.PartyEffect
		want   []string
	}{
		{"another party", elsewhere, []alliance.ListLine{party(2, "fm", "Freie Musikanten")}, none, alliance.PartyAsked, []string{"fm Freie Musikanten new "}},
		{"the same after all", elsewhere, []alliance.ListLine{party(2, "FM", "Freie Musikanten")}, "fm", alliance.PartyAsked, []string{"FM Freie Musikanten fm fm@x.example"}},
		{"in this election another", here, []alliance.ListLine{party(2, "FM", "Freie Musikanten")}, none, alliance.PartyAsked, []string{"FM Freie Mitte fm fm@x.example", "FM Freie Musikanten new "}},
		{"in this election the same", here, []alliance.ListLine{party(2, "FM", "Freie Musikanten", at("3"))}, "fm", alliance.PartyAsked, []string{"FM Freie Musikanten fm fm@x.example"}},
		{"both in the list", here, []alliance.ListLine{party(2, "FM", "Freie Musikanten"), party(3, "FM", "freie  mitte.")}, none, alliance.PartyNew, []string{"FM freie  mitte. fm fm@x.example", "FM Freie Musikanten new "}},
		{"differs in signs and case", elsewhere, []alliance.ListLine{party(2, "F.M.", "FREIE-MITTE")}, none, alliance.PartyJoins, []string{"F.M. FREIE-MITTE fm fm@x.example"}},
		{"another number", elsewhere, []alliance.ListLine{party(2, "FM", "Freie Musikanten", wikidata("Q9"))}, none, alliance.PartyAsked, []string{"FM Freie Musikanten new "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testworld.NewWorkshop(t)
			w.Update(func(tx *survey.Tx) error {
				return errors.Join(tx.Elections.Put(survey.Election{ID: "e0", Name: "Landtagswahl Nordmark 2022", Date: "2022-05-08"}),
					tx.Parties.Put(survey.Party{ID: "fm", ShortName: "FM", Name: "Freie Mitte"}),
					tx.Contestants.Put(survey.Contestant{Election: survey.ElectionID(test.stands), Party: "fm", Email: "fm@x.example", BallotPosition: 3}))
			})
			before := listed(w, "e1")
			plan, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", test.list)
			if err != nil || len(faults) > 0 || plan.Lines[0].Effect != test.effect {
				t.Fatalf("%+v %v %v", plan.Lines, faults, err)
			}
			take := func(answers alliance.ListAnswers) []alliance.LineFault {
				t.Helper()
				_, faults, err := w.Alliance.TakeParties(w.Ctx, w.Coordinator, "e1", plan.Digest, test.list, answers, survey.ListColumns{})
				if err != nil {
					t.Fatal(err)
				}
				return faults
			}
			if test.effect == alliance.PartyAsked {
				known := plan.Lines[0].Perhaps
				if len(known) != 1 || known[0].ID != "fm" || known[0].Here != (test.stands == here) || len(known[0].Changes) == 0 || len(plan.Lines[0].Changes) > 0 {
					t.Errorf("%+v", plan.Lines[0])
				}
				for _, answers := range []alliance.ListAnswers{nil, {2: "foreign"}} {
					if faults := take(answers); len(faults) != 1 || faults[0].Key != alliance.UndecidedKey || faults[0].Line != 2 || !slices.Equal(before, listed(w, "e1")) {
						t.Fatalf("%v", faults)
					}
				}
			}
			if faults := take(alliance.ListAnswers{2: test.answer}); len(faults) > 0 {
				t.Fatal(faults)
			}
			var got []string
			_, parties, err := w.Alliance.ElectionParties(w.Ctx, w.Admin, "e1")
			for _, p := range parties {
				if p.ID != "fm" {
					p.ID = "new"
				}
				if survey.NameKey(p.ShortName) == "fm" {
					got = append(got, fmt.Sprintf("%s %s %s %s", p.ShortName, p.Name, p.ID, p.Contestant.Email))
				}
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

// Two lines cannot both be the one party that is known.
func TestTwoLinesAreNotOneParty(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Update(func(tx *survey.Tx) error {
		return tx.Parties.Put(survey.Party{ID: "fm", ShortName: "FM", Name: "Freie Mitte"})
	})
	list := []alliance.ListLine{party(2, "FM", "Freie Musikanten"), party(3, "FM", "Freunde des Meeres")}
	plan, _, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
	if err != nil {
		t.Fatal(err)
	}
	if _, faults, err := w.Alliance.TakeParties(w.Ctx, w.Coordinator, "e1", plan.Digest, list, alliance.ListAnswers{2: "fm", 3: "fm"}, survey.ListColumns{}); err != nil || len(faults) != 1 || faults[0].Key != "alliance.error.list_party_twice" {
		t.Errorf("%v %v", faults, err)
	}
}

// Two single candidates of one name are two people, unless it is said or they stand in this election already.
func TestSingleCandidates(t *testing.T) {
	w := testworld.NewWorkshop(t)
	other, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "", alliance.SaveElection{Name: "Kommunalwahl Südmark", Date: "2028-03-05"})
	if err != nil {
		t.Fatal(err)
	}
	single := party(3, "Lehmann", "Lehmann")
	single.Single = true
	list := []alliance.ListLine{party(2, "EB: Müller", "EB: Müller"), single, party(4, "EB: Müller", "Müller, Anna")}
	take(w, other.ID, list...)
	if diff := cmp.Diff([]string{"EB: Müller same 0", "Lehmann same 0", "EB: Müller same 0"}, take(w, other.ID, list...)); diff != "" {
		t.Error(diff)
	}
	plan, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
	if err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
	for _, p := range plan.Lines {
		if p.Effect != alliance.PartyAsked || len(p.Perhaps) != 1 || p.Perhaps[0].Stood != "Kommunalwahl Südmark" {
			t.Errorf("%+v", p)
		}
	}
	got, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, "e1", "", alliance.SaveContestant{ListedParty: alliance.ListedParty{ShortName: "EB: Müller", Name: "EB: Müller"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, parties, err := w.Alliance.ElectionParties(w.Ctx, w.Admin, other.ID); err != nil || slices.ContainsFunc(parties, func(p survey.BallotParty) bool { return p.ID == got.ID }) {
		t.Error("by hand two people are one", err)
	}
}

// By hand, too, nobody is renamed for a short name.
func TestByHandNobodyIsRenamed(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Update(func(tx *survey.Tx) error {
		return errors.Join(tx.Elections.Put(survey.Election{ID: "e0", Name: "Landtagswahl Nordmark 2022", Date: "2022-05-08"}),
			tx.Parties.Put(survey.Party{ID: "fm", ShortName: "FM", Name: "Freie Mitte"}), tx.Contestants.Put(survey.Contestant{Election: "e0", Party: "fm", Email: "fm@x.example"}))
	})
	got, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, "e1", "", alliance.SaveContestant{ListedParty: alliance.ListedParty{ShortName: "FM", Name: "Freie Musikanten"}})
	if err != nil || got.ID == "fm" || got.Contestant.Email != "" {
		t.Errorf("%+v %v", got, err)
	}
	if diff := cmp.Diff([]string{"FM 0 Freie Mitte"}, listed(w, "e0")); diff != "" {
		t.Error(diff)
	}
}

// A party in several lines is one party; what only one of them says is kept.
func TestAPartyInSeveralLines(t *testing.T) {
	w := testworld.NewWorkshop(t)
	email := func(p *alliance.ListedParty) { p.Email = "fm@x.example" }
	list := []alliance.ListLine{party(2, "FM", "Freie Mitte", at("2")), party(3, "GZN", "Grüne Zukunft"), party(5, "fm", "Freie-Mitte", email), party(9, "FM", "Freie Mitte", wikidata("Q1"))}
	plan, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
	if err != nil || len(faults) > 0 || len(plan.Lines) != 2 || !slices.Equal(plan.Lines[0].Repeated, []int{5, 9}) {
		t.Fatalf("%+v %v %v", plan.Lines, faults, err)
	}
	take(w, "e1", list...)
	_, parties, err := w.Alliance.ElectionParties(w.Ctx, w.Admin, "e1")
	if at := slices.IndexFunc(parties, func(p survey.BallotParty) bool { return p.Wikidata == "Q1" }); err != nil || at < 0 || parties[at].Name != "Freie Mitte" || parties[at].Contestant.Email != "fm@x.example" || parties[at].Contestant.BallotPosition != 2 {
		t.Errorf("%+v %v", parties, err)
	}
	list = append(list, party(11, "FM", "Freie Mitte", func(p *alliance.ListedParty) { p.Email = "andere@x.example" }))
	_, faults, err = w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
	if err != nil || len(faults) != 1 || faults[0].Line != 11 || faults[0].Column != "email" || faults[0].Key != "alliance.error.list_differs" || fmt.Sprint(faults[0].Args) != "[First 2 Said fm@x.example]" {
		t.Errorf("%+v %v", faults, err)
	}
}

// A list brings no two parties of the same names or one place into an election, as the form does not.
func TestPartyListSharesNothing(t *testing.T) {
	w := testworld.NewWorkshop(t)
	take(w, "e1", party(2, "FM", "Freie Mitte", wikidata("Q1"), at("7")), party(3, "AL", "Andere Liste", wikidata("Q2")))
	for want, list := range map[string][]alliance.ListLine{
		"2 short_name alliance.error.party_listed":           {party(2, "fm", "Freie Mitte", wikidata("Q3"))},
		"3 short_name alliance.error.party_listed":           {party(2, "LN", "Liste Nord"), party(3, "FM", "Freie Mitte", wikidata("Q2"))},
		"3 ballot_position alliance.error.list_ballot_twice": {party(2, "FM", "Freie Mitte"), party(3, "LN", "Liste Nord", at("7"))},
	} {
		_, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
		if err != nil || len(faults) != 1 || fmt.Sprintf("%d %s %s", faults[0].Line, faults[0].Column, faults[0].Key) != want {
			t.Errorf("%+v %v, want %s", faults, err, want)
		}
	}
	got := take(w, "e1", party(2, "AL", "Freie Mitte", wikidata("Q1")), party(3, "FM", "Andere Liste", wikidata("Q2")))
	if diff := cmp.Diff([]string{"AL changes 1", "FM changes 1"}, got); diff != "" { // two may swap
		t.Error(diff)
	}
}

func TestPartyListIsTakenAsShown(t *testing.T) {
	w := testworld.NewWorkshop(t)
	list := []alliance.ListLine{party(2, "FM", "Freie Mitte")}
	plan, _, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
	if err != nil {
		t.Fatal(err)
	}
	take(w, "e1", party(2, "FM", "Freie Mitte (neu)")) // somebody else, meanwhile
	if _, _, err := w.Alliance.TakeParties(w.Ctx, w.Coordinator, "e1", plan.Digest, list, nil, survey.ListColumns{}); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("got %v, want a conflict", err)
	}
	if _, _, err := w.Alliance.PlanParties(w.Ctx, w.Lead, "e1", list); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
}

func TestContestantByHand(t *testing.T) {
	w := testworld.NewWorkshop(t)
	save := func(party survey.PartyID, revisions int, p alliance.ListedParty) (survey.BallotParty, error) {
		return w.Alliance.SaveContestant(w.Ctx, w.Coordinator, "e1", party, alliance.SaveContestant{PartyRevision: revisions, ContestantRevision: revisions, ListedParty: p})
	}
	fm, err := save("", 0, alliance.ListedParty{ShortName: "FM", Name: "Freie Mitte", BallotPosition: "1", Wikidata: "Q1", Colour: "#ABCDEF", Email: "Fragen@FM.example"})
	if err != nil || fm.Colour != "#abcdef" || fm.Contestant.Email != "fragen@fm.example" {
		t.Fatalf("%+v, %v", fm, err)
	}
	al, err := save("", 0, alliance.ListedParty{ShortName: "AL", Name: "Andere Liste"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		party survey.PartyID
		p     alliance.ListedParty
		want  []string
	}{
		{"there already", "", alliance.ListedParty{ShortName: "fm", Name: "Freie Mitte"}, []string{"short_name alliance.error.party_listed"}},
		{"place taken", "", alliance.ListedParty{ShortName: "LN", Name: "Liste Nord", BallotPosition: "1"}, []string{"ballot_position alliance.error.ballot_taken"}},
		{"number of another", al.ID, alliance.ListedParty{ShortName: "AL", Name: "Andere Liste", Wikidata: "Q1"}, []string{"wikidata alliance.error.wikidata_taken"}},
		{"names of another", al.ID, alliance.ListedParty{ShortName: "FM", Name: "Freie Mitte"}, []string{"short_name alliance.error.party_listed"}},
		{"nothing", "", alliance.ListedParty{}, []string{"short_name error.required", "name error.required"}},
		{"signs alone", "", alliance.ListedParty{ShortName: "-", Name: " … "}, []string{"short_name error.required", "name error.required"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := save(test.party, 1, test.p)
			if diff := cmp.Diff(test.want, testworld.FaultsOf(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := save(al.ID, 1, alliance.ListedParty{ShortName: "AL", Name: "Andere Liste Nordmark", BallotPosition: "2"}); err != nil {
		t.Error(err)
	}
	if _, err := save(al.ID, 1, alliance.ListedParty{ShortName: "AL", Name: "Verspätet"}); survey.CodeOf(err) != survey.Conflict {
		t.Error(err)
	}
	w.Update(func(tx *survey.Tx) error {
		return tx.Respondents.Put(survey.Respondent{Questionnaire: w.Q.ID, ID: "r1", Slug: "fm", Parties: []survey.PartyID{fm.ID}})
	})
	if err := w.Alliance.RemoveContestant(w.Ctx, w.Coordinator, "e1", fm.ID); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("a respondent's party removed: %v", err)
	}
	if err := w.Alliance.RemoveContestant(w.Ctx, w.Coordinator, "e1", al.ID); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"FM 1 Freie Mitte"}, listed(w, "e1")); diff != "" {
		t.Error(diff)
	}
}

func TestElection(t *testing.T) {
	w := testworld.NewWorkshop(t)
	for _, test := range []struct {
		name string
		cmd  alliance.SaveElection
		want []string
	}{
		{"nothing", alliance.SaveElection{}, []string{"name error.required", "date error.date"}},
		{"another century", alliance.SaveElection{Name: "W", Date: "9999-12-31"}, []string{"date error.time.year"}},
		{"in the past", alliance.SaveElection{Name: "W", Date: "2020-05-09"}, []string{"date alliance.error.election_past"}},
		{"no day", alliance.SaveElection{Name: "W", Date: "2027-02-30", Level: "mond"}, []string{"date error.date", "level error.choice"}},
		{"the same again", alliance.SaveElection{Name: "Landtagswahl Nordmark", Date: "2027-05-09"}, []string{"name alliance.error.election_exists"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "", test.cmd)
			if diff := cmp.Diff(test.want, testworld.FaultsOf(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "e1", alliance.SaveElection{Revision: 5, Name: "W", Date: "2027-05-09"}); survey.CodeOf(err) != survey.Conflict {
		t.Error(err)
	}
	if _, err := w.Alliance.SaveElection(w.Ctx, w.Admin, "", alliance.SaveElection{Name: "W", Date: "2027-05-09"}); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
}

// A party that stood before is the same party when it stands again.
func TestAPartyThatStoodBeforeIsTakenUp(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Update(func(tx *survey.Tx) error {
		return errors.Join(tx.Elections.Put(survey.Election{ID: "e0", Name: "Landtagswahl Nordmark 2022", Date: "2022-05-08"}),
			tx.Parties.Put(survey.Party{ID: "old", ShortName: "LN", Name: "Liste Nord", Wikidata: "Q7", Revision: 3}),
			tx.Contestants.Put(survey.Contestant{Election: "e0", Party: "old", BallotPosition: 4}))
	})
	got, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, "e1", "", alliance.SaveContestant{ListedParty: alliance.ListedParty{ShortName: "LN", Name: "Liste Nord", Wikidata: "Q7"}})
	if err != nil || got.ID != "old" || got.Contestant.Election != "e1" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Two elections of one name and day are refused, also where no questionnaire names the first; one that came with an import is not ours.
func TestAnElectionIsNotMadeTwice(t *testing.T) {
	w := testworld.NewWorkshop(t)
	save := func() error {
		_, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "", alliance.SaveElection{Name: "Landtagswahl Südmark", Date: "2028-03-05", Level: "land"})
		return err
	}
	w.Update(func(tx *survey.Tx) error {
		return errors.Join(tx.Elections.Put(survey.Election{ID: "imported", Name: "Landtagswahl Südmark", Date: "2028-03-05"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q0", Slug: "suedmark", Election: "imported", Imported: true}))
	})
	if err := save(); err != nil {
		t.Errorf("beside an imported one: %v", err)
	}
	if err := save(); testworld.KeyOf(err) != "name alliance.error.election_exists" {
		t.Errorf("a second time: %v", err)
	}
}

// Who asked for a second person is not asked to be it.
func TestTheOverviewAsksSomebodyElse(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Update(func(tx *survey.Tx) error {
		return tx.Approvals.Put(survey.Approval{Questionnaire: w.Q.ID, Act: survey.ActLock, RequestedBy: string(w.Coordinator.User.ID), RequestedAt: w.Clock.Now()})
	})
	for want, actor := range []survey.Actor{w.Coordinator, w.Second} {
		if o, err := w.Alliance.Overview(w.Ctx, actor); err != nil || len(o.Approvals) != want {
			t.Errorf("%s: %+v, %v", actor.User.ID, o.Approvals, err)
		}
	}
}

// What was learned of a party's address in one round is where the next election begins, by form as by list.
func TestAPartyKeepsItsAddressForTheNextElection(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Update(func(tx *survey.Tx) error {
		err := errors.Join(tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl", Date: "2027-03-07"}),
			tx.Elections.Put(survey.Election{ID: "e0", Name: "Landtagswahl", Date: "2022-03-06"}), tx.Elections.Put(survey.Election{ID: "e00", Name: "Landtagswahl", Date: "2017-03-05"}))
		for _, p := range []survey.Party{{ID: "ln", ShortName: "LN", Name: "Liste Nord"}, {ID: "om", ShortName: "OM", Name: "Offene Mitte"}} {
			err = errors.Join(err, tx.Parties.Put(p), tx.Contestants.Put(survey.Contestant{Election: "e00", Party: p.ID, Email: "alt@" + string(p.ID) + ".example"}),
				tx.Contestants.Put(survey.Contestant{Election: "e0", Party: p.ID, Email: "neu@" + string(p.ID) + ".example", Copies: []string{"kopie@" + string(p.ID) + ".example"}}),
				tx.Contestants.Put(survey.Contestant{Election: "e00", Party: p.ID, Email: "alt@" + string(p.ID) + ".example", Postal: "Am Deich 1"}))
		}
		return err
	})
	got, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, "e1", "", alliance.SaveContestant{ListedParty: alliance.ListedParty{ShortName: "LN", Name: "Liste Nord"}})
	if err != nil || got.Contestant.Email != "neu@ln.example" || len(got.Contestant.Copies) != 1 || got.Contestant.Postal != "Am Deich 1" {
		t.Errorf("%+v, %v", got.Contestant, err)
	}
	list := []alliance.ListLine{{Line: 2, ListedParty: alliance.ListedParty{ShortName: "OM", Name: "Offene Mitte"}}}
	plan, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
	if err != nil || len(faults) > 0 || !slices.Equal(plan.Lines[0].Changes, []alliance.PartyChange{{Field: "email", To: "neu@om.example, kopie@om.example"}, {Field: "postal", To: "Am Deich 1"}}) {
		t.Fatalf("%+v, %v, %v", plan.Lines, faults, err)
	}
	if _, _, err := w.Alliance.TakeParties(w.Ctx, w.Coordinator, "e1", plan.Digest, list, nil, survey.ListColumns{}); err != nil {
		t.Fatal(err)
	}
	w.Update(func(tx *survey.Tx) error {
		c, err := tx.Contestants.Get(survey.Contestant{Election: "e1", Party: "om"}.Key())
		if c.Email != "neu@om.example" {
			t.Errorf("%+v", c)
		}
		return err
	})
	// taken away by hand it stays away
	got.Contestant.Email = ""
	got, err = w.Alliance.SaveContestant(w.Ctx, w.Coordinator, "e1", got.ID, alliance.SaveContestant{PartyRevision: got.Party.Revision, ContestantRevision: got.Contestant.Revision,
		ListedParty: alliance.ListedParty{ShortName: "LN", Name: "Liste Nord"}})
	if err != nil || got.Contestant.Email != "" {
		t.Errorf("%+v, %v", got.Contestant, err)
	}
}

func TestAPartyNoLongerStandsAfterItWasAsked(t *testing.T) {
	w := testworld.NewWorkshop(t)
	e, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "", alliance.SaveElection{Name: "Wahl", Date: "2030-06-14"})
	if err != nil {
		t.Fatal(err)
	}
	saved, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, e.ID, "", alliance.SaveContestant{ListedParty: alliance.ListedParty{ShortName: "PB", Name: "Partei B"}})
	if err != nil {
		t.Fatal(err)
	}
	q := survey.Questionnaire{ID: "q9", Slug: "q9", Title: "Q", Election: e.ID, DispatchedAt: w.Clock.Now()}
	r := survey.Respondent{Questionnaire: q.ID, ID: "r9", Slug: "pb", ShortName: "PB", Name: "Partei B", Parties: []survey.PartyID{saved.ID}, AskedAt: w.Clock.Now(), Revision: 4}
	w.Update(func(tx *survey.Tx) error { return errors.Join(tx.Questionnaires.Put(q), tx.Respondents.Put(r)) })
	out := survey.Standing{State: survey.StateNotAdmitted, Since: w.Clock.Now().Format("2006-01-02"), Reason: "Zu wenige Unterschriften.", Source: "Bekanntmachung"}
	cmd := alliance.SaveContestant{PartyRevision: saved.Party.Revision, ContestantRevision: saved.Contestant.Revision, ListedParty: alliance.ListedParty{ShortName: "PB", Name: "Partei B"}, Standing: out}

	missing := cmd
	missing.Standing.Reason = ""
	if _, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, e.ID, saved.ID, missing); survey.CodeOf(err) != survey.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	stale := cmd
	stale.ContestantRevision--
	if _, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, e.ID, saved.ID, stale); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("from an old revision: %v", err)
	}
	if _, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, e.ID, "foreign", cmd); !survey.IsNotFound(err) {
		t.Errorf("a party that is not there: %v", err)
	}
	for range 2 { // the second click of two
		if _, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, e.ID, saved.ID, cmd); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Store.View(w.Ctx, func(tx *survey.Tx) error { r, err = tx.Respondents.Get(r.Key()); return err }); err != nil {
		t.Fatal(err)
	}
	if r.Standing != out || r.NotAsked != "" || r.Revision != 4 {
		t.Errorf("the respondent stands as %+v, not asked %q, revision %d", r.Standing, r.NotAsked, r.Revision)
	}
}

// What was said of the columns of a list is remembered when it is taken, once for each header, the newest first, and saving the settings keeps it.
func TestColumnsOfAListAreRemembered(t *testing.T) {
	w := testworld.NewWorkshop(t)
	take := func(columns survey.ListColumns) {
		t.Helper()
		plan, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", []alliance.ListLine{{Line: 2, ListedParty: alliance.ListedParty{ShortName: "Deich", Name: "Deich"}}})
		if err != nil || len(faults) > 0 {
			t.Fatal(faults, err)
		}
		if _, _, err := w.Alliance.TakeParties(w.Ctx, w.Coordinator, "e1", plan.Digest, []alliance.ListLine{{Line: 2, ListedParty: alliance.ListedParty{ShortName: "Deich", Name: "Deich"}}}, nil, columns); err != nil {
			t.Fatal(err)
		}
	}
	headers := func() (list []string) {
		t.Helper()
		known, err := w.Alliance.ListColumns(w.Ctx, w.Coordinator)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range known {
			list = append(list, k.Header+" "+strings.Join(k.Columns, ","))
		}
		return list
	}
	w.Update(func(tx *survey.Tx) error { return tx.Alliances.Put(survey.Alliance{Name: "Bündnis", Revision: 1}) })
	take(survey.ListColumns{})
	take(survey.ListColumns{Header: "a", Columns: []string{"name"}})
	take(survey.ListColumns{Header: "b", Columns: []string{"name", ""}})
	take(survey.ListColumns{Header: "a", Columns: []string{"name", "email"}})
	if err := w.Alliance.SaveSettings(w.Ctx, w.Admin, alliance.SaveSettings{Alliance: survey.Alliance{Name: "Bündnis Nordmark", Revision: 1}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a name,email", "b name,"}, headers()); diff != "" {
		t.Error(diff)
	}
	for i := range 60 {
		take(survey.ListColumns{Header: fmt.Sprint("h", i), Columns: []string{"name"}})
	}
	if got := headers(); len(got) != 50 || got[0] != "h59 name" {
		t.Errorf("%d, %s", len(got), got[0])
	}
	if _, err := w.Alliance.ListColumns(w.Ctx, w.Member); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
}

// What a list says of addresses replaces what was there; a list with the first one alone says nothing of the copies.
func TestAListOfAddresses(t *testing.T) {
	for name, test := range map[string]struct{ email, copies, want, fault string }{
		"says nothing":            {"", "", "a@fm.example b@fm.example", ""},
		"the first alone":         {"a@fm.example", "", "a@fm.example b@fm.example", ""},
		"the same":                {"a@fm.example", "b@fm.example", "a@fm.example b@fm.example", ""},
		"other copies":            {"a@fm.example", "c@fm.example", "a@fm.example c@fm.example", ""},
		"another first":           {"c@fm.example", "", "c@fm.example", ""},
		"another first with them": {"b@fm.example", "a@fm.example", "b@fm.example a@fm.example", ""},
		"a copy that is none":     {"a@fm.example", "b", "", "error.copies.form"},
		"too many":                {"a@fm.example", "b@x.example c@x.example d@x.example e@x.example f@x.example", "", "error.copies.many"},
	} {
		w := testworld.NewWorkshop(t)
		w.Update(func(tx *survey.Tx) error {
			return errors.Join(tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl", Date: "2027-03-07"}), tx.Parties.Put(survey.Party{ID: "fm", ShortName: "FM", Name: "Freie Mitte"}),
				tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "fm", Email: "a@fm.example", Copies: []string{"b@fm.example"}, Postal: "Am Deich 1"}))
		})
		list := []alliance.ListLine{party(2, "FM", "Freie Mitte", func(p *alliance.ListedParty) { p.Email, p.Copies = test.email, test.copies })}
		plan, faults, err := w.Alliance.PlanParties(w.Ctx, w.Coordinator, "e1", list)
		if err != nil {
			t.Fatal(err)
		}
		if test.fault != "" {
			if len(faults) != 1 || faults[0].Key != test.fault || faults[0].Column != "email" {
				t.Errorf("%s: %+v", name, faults)
			}
			continue
		}
		same := test.want == "a@fm.example b@fm.example"
		if (plan.Lines[0].Effect == alliance.PartySame) != same || len(plan.Lines[0].Changes) > 1 {
			t.Errorf("%s: %+v", name, plan.Lines[0])
		}
		take(w, "e1", list...)
		w.Update(func(tx *survey.Tx) error {
			c, err := tx.Contestants.Get(survey.Contestant{Election: "e1", Party: "fm"}.Key())
			if got := strings.Join(survey.AllAddresses(c.Email, c.Copies), " "); got != test.want || c.Postal != "Am Deich 1" {
				t.Errorf("%s: %q, %q", name, got, c.Postal)
			}
			return err
		})
	}
}
