package survey

import "testing"

func TestStandingNeedsDayReasonAndSource(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Standing
		want []string // fields with a fault
	}{
		{"nothing noted", Standing{}, nil},
		{"expected needs nothing", Standing{State: StateExpected}, nil},
		{"standing with a source", Standing{State: StateStanding, Since: "2026-05-01", Source: "Amtsblatt"}, nil},
		{"not admitted, told in full", Standing{StateNotAdmitted, "2026-05-03", "Zu wenige Unterschriften.", "Bekanntmachung vom 3. Mai"}, nil},
		{"resigned on election day", Standing{StateResigned, "2026-06-14", "Rückzug", "Pressemitteilung"}, nil},
		{"out without anything", Standing{State: StateNotAdmitted}, []string{"state_since", "state_reason", "state_source"}},
		{"out without a reason", Standing{State: StateResigned, Since: "2026-05-03", Source: "s"}, []string{"state_reason"}},
		{"no day", Standing{StateResigned, "3. Mai", "r", "s"}, []string{"state_since"}},
		{"no such day", Standing{StateResigned, "2026-02-30", "r", "s"}, []string{"state_since"}},
		{"to come", Standing{StateResigned, "2026-06-16", "r", "s"}, []string{"state_since"}},
		{"after the election", Standing{StateResigned, "2026-06-15", "r", "s"}, []string{"state_since"}},
		{"no such state", Standing{State: "gone"}, []string{"state"}},
		{"a reason for nothing", Standing{Reason: "r"}, []string{"state"}},
	} {
		var f Faults
		f.Standing(&c.s, Election{Date: "2026-06-14"}, "2026-06-15")
		var got []string
		for _, one := range f {
			got = append(got, one.Field)
		}
		if !Same(got, c.want) {
			t.Errorf("%s: faults at %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAJointRespondentIsOutWhenAllItsPartiesAre(t *testing.T) {
	refused, gone := Standing{StateNotAdmitted, "2026-05-03", "r", "s"}, Standing{StateResigned, "2026-05-09", "p", "q"}
	expected, stands := Standing{State: StateExpected}, Standing{State: StateStanding}
	for _, c := range []struct{ a, b, want Standing }{
		{refused, gone, gone},
		{gone, refused, gone},
		{refused, stands, stands},
		{stands, refused, stands},
		{refused, Standing{}, Standing{}},
		{expected, stands, expected},
		{stands, expected, expected},
		{expected, refused, expected},
		{stands, stands, stands},
		{stands, Standing{}, Standing{}},
	} {
		got := standingOf([]PartyID{"a", "b"}, map[PartyID]Contestant{"a": {Standing: c.a}, "b": {Standing: c.b}})
		if got != c.want {
			t.Errorf("%v with %v stands as %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestWhoNoLongerStandsIsCountedApart(t *testing.T) {
	cell := func(s Status) []ComparedCell { return []ComparedCell{{Cell: Cell{Status: s}}} }
	s := Returns(Comparison{Respondents: []ComparedRespondent{
		{Slug: "a", Cells: cell(Answered)},
		{Slug: "b", Cells: cell(NoAnswer), Standing: Standing{State: StateNotAdmitted}},
		{Slug: "c", Cells: cell(Answered), Standing: Standing{State: StateResigned}},
		{Slug: "d", Cells: cell(NoAnswer), Standing: Standing{State: StateExpected}},
	}})
	if s.Asked() != 2 || s.Responded() != 1 || s.NotStanding() != 2 || s.Answers() != 2 || s.Expected() != 1 || s.Count[ReturnSilent] != 1 {
		t.Errorf("asked %d, responded %d, out %d, answers %d, expected %d, silent %d", s.Asked(), s.Responded(), s.NotStanding(), s.Answers(), s.Expected(), s.Count[ReturnSilent])
	}
	if one := s.Returns[2]; one.State != ReturnResigned || one.Back != ReturnAnswered {
		t.Errorf("state %q, back %q: what it answered stays", one.State, one.Back)
	}
}

func TestWhoIsOutBeforeItIsAskedIsNotAskedForThatReason(t *testing.T) {
	out, q := Standing{StateNotAdmitted, "2026-05-03", "Zu wenige Unterschriften.", "s"}, Questionnaire{}
	r := Respondent{}.stands(q, out)
	if r.NotAsked != out.Reason {
		t.Errorf("not asked for %q", r.NotAsked)
	}
	if r = r.stands(q, Standing{State: StateStanding}); r.NotAsked != "" {
		t.Errorf("stands again, and is not asked for %q", r.NotAsked)
	}
	if r = (Respondent{NotAsked: "own reason"}).stands(q, out); r.NotAsked != "own reason" {
		t.Errorf("the office's reason became %q", r.NotAsked)
	}
}
