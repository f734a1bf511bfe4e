package send_test

import (
	"testing"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// By numbers each respondent needs its own, which no other has, and nothing goes out while one is missing.
func TestOrderByNumbers(t *testing.T) {
	s := newSending(t)
	if _, err := s.Send.TakeContestants(t.Context(), s.office, s.q); err != nil {
		t.Fatal(err)
	}
	s.put(func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(s.q)
		if err != nil {
			return err
		}
		q.Order, q.OrderSource = survey.OrderNumber, "Amtsblatt 7"
		return tx.Questionnaires.Put(q)
	})
	save := func(slug survey.Slug, typed string) string {
		r := s.respondent(slug)
		_, err := s.Send.SaveRespondent(t.Context(), s.office, s.q, slug, send.SaveRespondent{ShortName: r.ShortName, Name: r.Name, BallotPosition: r.BallotPosition,
			OrderNumber: typed, Email: r.Email, Language: "de", Revision: r.Revision})
		return testworld.KeyOf(err)
	}
	for _, test := range []struct {
		slug        survey.Slug
		typed, want string
	}{
		{"ub", "", "order_number error.required"},
		{"ub", "0", "order_number error.number"},
		{"ub", "x", "order_number error.number"},
		{"ub", "5", ""},
		{"zett", "5", "order_number send.error.order_number_taken"},
		{"zett", "2", ""},
	} {
		if got := save(test.slug, test.typed); got != test.want {
			t.Errorf("%s %q: %q, want %q", test.slug, test.typed, got, test.want)
		}
	}
	number := func(numbers, was map[survey.Slug]string) string {
		return testworld.KeyOf(s.Send.NumberRespondents(t.Context(), s.office, s.q, send.NumberRespondents{Numbers: numbers, Was: was}))
	}
	shown, swapped := map[survey.Slug]string{"ub": "5", "zett": "2"}, map[survey.Slug]string{"ub": "2", "zett": "5"}
	for _, test := range []struct {
		name         string
		numbers, was map[survey.Slug]string
		want         string
	}{
		{"the same number twice", map[survey.Slug]string{"ub": "2"}, shown, "number-ub send.error.order_number_taken"},
		{"no number", map[survey.Slug]string{"ub": "vorn"}, shown, "number-ub error.number"},
		{"two change places", swapped, shown, ""},
		{"a second click", swapped, shown, ""},
		{"overtaken", map[survey.Slug]string{"ub": "7"}, shown, "error.stale"},
		{"and back", shown, swapped, ""},
	} {
		if got := number(test.numbers, test.was); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	l, err := s.Send.RespondentList(t.Context(), s.office, s.q)
	if err != nil || l.Rows[0].Slug != "zett" || l.Rows[1].Slug != "ub" || l.Candidates[0].Respondent != "zett" {
		t.Errorf("%v, %v", l, err)
	}
	p, err := s.Send.DispatchPlan(t.Context(), s.office, s.q)
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range p.Checklist {
		if point.Name == "numbers" && point.State == send.PointMissing && len(point.Who) == 3 {
			return
		}
	}
	t.Errorf("nobody misses the numbers: %+v", p.Checklist)
}
