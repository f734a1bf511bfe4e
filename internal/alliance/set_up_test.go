package alliance_test

import (
	"slices"
	"testing"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// A second person is missing as long as the rule of the lock does not find one.
func TestSetUpKnowsTheSecondPerson(t *testing.T) {
	anna := survey.User{ID: "a", Coordinator: true, PasswordHash: "hash"}
	ben, invited := anna, anna
	ben.ID, invited.ID, invited.PasswordHash = "b", "c", ""
	ada := survey.User{ID: "d", Administrator: true, PasswordHash: "hash"}
	for name, c := range map[string]struct {
		rule  survey.Rule
		users []survey.User
		want  bool
	}{
		"automatic, alone":      {users: []survey.User{anna, invited, ada}},
		"automatic, two":        {users: []survey.User{anna, ben}, want: true},
		"always, alone":         {rule: survey.RuleOn, users: []survey.User{anna, invited}},
		"always, with an admin": {rule: survey.RuleOn, users: []survey.User{anna, ada}, want: true},
		"off, alone":            {rule: survey.RuleOff, users: []survey.User{anna}, want: true},
	} {
		s := testworld.NewOffice(t, survey.Alliance{ConfirmLock: c.rule, Imprint: "I"}, c.users...)
		o, err := s.Alliance.Overview(t.Context(), survey.Actor{User: anna})
		testworld.Must(t, err)
		if got := slices.Contains(o.SetUp, alliance.SetUpStep{Name: "second", Done: true}); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if !slices.Contains(o.SetUp, alliance.SetUpStep{Name: "legal"}) {
			t.Errorf("%s: an Impressum without a privacy notice is enough", name)
		}
		member, err := s.Alliance.Overview(t.Context(), testworld.Active(survey.User{Memberships: []survey.Membership{{WorkingGroup: "g"}}}))
		if testworld.Must(t, err); member.SetUp != nil {
			t.Errorf("%s: a member sees %v", name, member.SetUp)
		}
	}
}
