package survey_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestRoles(t *testing.T) {
	group := []survey.Membership{{WorkingGroup: "g1"}}
	leads := []survey.Membership{{WorkingGroup: "g1"}, {WorkingGroup: "g2", Lead: true}}
	all := survey.User{ID: "u", Memberships: leads, Coordinator: true, Administrator: true}
	disabled, invited := all, all
	disabled.Disabled, disabled.PasswordHash = true, "hash"
	for name, c := range map[string]struct {
		actor survey.Actor
		want  []survey.Role
	}{
		"reader":        {survey.Actor{}, []survey.Role{survey.RoleReader}},
		"party":         {survey.Actor{Respondent: "r1"}, []survey.Role{survey.RoleReader, survey.RoleParty}},
		"nothing yet":   {testworld.Active(survey.User{}), []survey.Role{survey.RoleReader, survey.RoleSignedIn}},
		"member":        {testworld.Active(survey.User{Memberships: group}), []survey.Role{survey.RoleReader, survey.RoleSignedIn, survey.RoleMember}},
		"lead":          {testworld.Active(survey.User{Memberships: leads}), []survey.Role{survey.RoleReader, survey.RoleSignedIn, survey.RoleMember, survey.RoleLead}},
		"coordinator":   {testworld.Active(survey.User{Coordinator: true}), []survey.Role{survey.RoleReader, survey.RoleSignedIn, survey.RoleCoordinator}},
		"administrator": {testworld.Active(survey.User{Administrator: true}), []survey.Role{survey.RoleReader, survey.RoleSignedIn, survey.RoleAdministrator}},
		"all":           {testworld.Active(all), []survey.Role{survey.RoleReader, survey.RoleSignedIn, survey.RoleMember, survey.RoleLead, survey.RoleCoordinator, survey.RoleAdministrator}},
		"disabled":      {survey.Actor{User: disabled}, []survey.Role{survey.RoleReader}},
		"invited":       {survey.Actor{User: invited}, []survey.Role{survey.RoleReader}},
		"console":       {survey.Actor{Console: true}, []survey.Role{survey.RoleReader, survey.RoleCoordinator, survey.RoleAdministrator}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []survey.Role
			for _, r := range survey.Roles {
				if c.actor.Has(r) {
					got = append(got, r)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if c.actor.Has("owner") || c.actor.Has("") || c.actor.HasAny() {
				t.Error("an unknown role, or none, is granted")
			}
		})
	}
}

func TestTwoPersonRule(t *testing.T) {
	coordinator := func(id survey.UserID) survey.User {
		return survey.User{ID: id, Coordinator: true, PasswordHash: "hash"}
	}
	disabled, invited := coordinator("x"), coordinator("y")
	disabled.Disabled, invited.PasswordHash = true, ""
	administrator := survey.User{ID: "z", Administrator: true, PasswordHash: "hash"}
	for name, c := range map[string]struct {
		rule  survey.Rule
		users []survey.User
		want  bool
	}{
		"nobody":            {want: false},
		"one":               {users: []survey.User{coordinator("a")}},
		"two":               {users: []survey.User{coordinator("a"), coordinator("b")}, want: true},
		"three":             {users: []survey.User{coordinator("a"), coordinator("b"), coordinator("c")}, want: true},
		"one and disabled":  {users: []survey.User{coordinator("a"), disabled}},
		"one and invited":   {users: []survey.User{coordinator("a"), invited}},
		"one and an admin":  {users: []survey.User{coordinator("a"), administrator}},
		"on with one":       {rule: survey.RuleOn, users: []survey.User{coordinator("a")}, want: true},
		"on with nobody":    {rule: survey.RuleOn, want: true},
		"off with three":    {rule: survey.RuleOff, users: []survey.User{coordinator("a"), coordinator("b"), coordinator("c")}},
		"two, all is known": {users: []survey.User{coordinator("a"), coordinator("b"), disabled, invited, administrator}, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			for act, alliance := range map[survey.ApprovalKind]survey.Alliance{
				survey.ActLock: {ConfirmLock: c.rule}, survey.ActUnlock: {ConfirmLock: c.rule}, survey.ActDispatch: {ConfirmDispatch: c.rule},
				survey.ActTranscription: {ConfirmTranscription: c.rule}, survey.ActPublication: {ConfirmPublication: c.rule},
			} {
				s := testworld.NewOffice(t, alliance, c.users...)
				testworld.Must(t, s.Store.View(t.Context(), func(tx *survey.Tx) error {
					got, err := s.TwoPerson(tx, act)
					if got != c.want {
						t.Errorf("%s: %v", act, got)
					}
					return err
				}))
			}
		})
	}
}

func TestApproval(t *testing.T) {
	anna, ben := testworld.Active(survey.User{ID: "anna", Coordinator: true}), testworld.Active(survey.User{ID: "ben", Coordinator: true})
	admin, member := testworld.Active(survey.User{ID: "admin", Administrator: true}), testworld.Active(survey.User{ID: "member", Memberships: []survey.Membership{{WorkingGroup: "g"}}})
	type step struct {
		actor   survey.Actor
		content string
		done    bool
		code    survey.Code
	}
	for name, c := range map[string]struct {
		rule  survey.Rule
		steps []step
	}{
		"two coordinators":      {survey.RuleOn, []step{{anna, "A", false, ""}, {ben, "A", true, ""}}},
		"the same person":       {survey.RuleOn, []step{{anna, "A", false, ""}, {anna, "A", false, survey.Conflict}, {ben, "A", true, ""}}},
		"an admin is second":    {survey.RuleOn, []step{{anna, "A", false, ""}, {admin, "A", true, ""}}},
		"an admin is not first": {survey.RuleOn, []step{{admin, "A", false, survey.Forbidden}, {anna, "A", false, ""}, {admin, "A", true, ""}}},
		"changed content":       {survey.RuleOn, []step{{anna, "A", false, ""}, {ben, "B", false, ""}, {anna, "A", false, ""}, {ben, "A", true, ""}}},
		"changed, by an admin":  {survey.RuleOn, []step{{anna, "A", false, ""}, {admin, "B", false, survey.Forbidden}}},
		"changed, approved":     {survey.RuleOn, []step{{anna, "A", false, ""}, {ben, "B", false, ""}, {anna, "B", true, ""}}},
		"again after it":        {survey.RuleOn, []step{{anna, "A", false, ""}, {ben, "A", true, ""}, {ben, "A", false, ""}, {anna, "A", true, ""}}},
		"a member":              {survey.RuleOn, []step{{member, "A", false, survey.Forbidden}, {anna, "A", false, ""}, {member, "A", false, survey.Forbidden}}},
		"nobody":                {survey.RuleOn, []step{{survey.Actor{}, "A", false, survey.Forbidden}, {survey.Actor{Respondent: "r"}, "A", false, survey.Forbidden}}},
		"rule off":              {survey.RuleOff, []step{{anna, "A", true, ""}, {admin, "A", false, survey.Forbidden}, {member, "A", false, survey.Forbidden}}},
		"one coordinator":       {survey.RuleAuto, []step{{anna, "A", true, ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := testworld.NewOffice(t, survey.Alliance{ConfirmPublication: c.rule}, anna.User)
			for i, step := range c.steps {
				err := s.Store.Update(t.Context(), func(tx *survey.Tx) error {
					done, approval, err := s.Approve(tx, step.actor, "q1", survey.ActPublication, "", step.content)
					if done != step.done && err == nil {
						t.Errorf("step %d: done %v", i, done)
					}
					if second := approval.ApprovedBy != ""; err == nil && second != (done && c.rule == survey.RuleOn) {
						t.Errorf("step %d: approved by %q", i, approval.ApprovedBy)
					}
					if err == nil && approval.ApprovedBy == approval.RequestedBy {
						t.Errorf("step %d: one person is both", i)
					}
					return err
				})
				if code := survey.CodeOf(err); code != step.code || err != nil && code == "" {
					t.Errorf("step %d: %v, want %q", i, err, step.code)
				}
			}
		})
	}
}

// The rule is switched off while a request waits: it leads nowhere any more, and nothing of it is left.
func TestApprovalAfterTheRule(t *testing.T) {
	anna, ben := testworld.Active(survey.User{ID: "anna", Coordinator: true}), testworld.Active(survey.User{ID: "ben", Coordinator: true})
	admin, handed := testworld.Active(survey.User{ID: "admin", Administrator: true}), testworld.Active(survey.User{ID: "handed", Coordinator: true, PasswordBy: "anna"})
	for name, c := range map[string]struct {
		actor    survey.Actor
		content  string
		approved string
		code     survey.Code
	}{
		"another person":     {ben, "A", "ben", ""},
		"an administrator":   {admin, "A", "admin", ""},
		"the same person":    {anna, "A", "", ""},
		"one hand":           {handed, "A", "", ""},
		"other content":      {ben, "B", "", ""},
		"other, by an admin": {admin, "B", "", survey.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			s := testworld.NewOffice(t, survey.Alliance{ConfirmLock: survey.RuleOn}, anna.User, handed.User)
			run := func(actor survey.Actor, content string) (done bool, a survey.Approval, err error) {
				err = s.Store.Update(t.Context(), func(tx *survey.Tx) (err error) {
					done, a, err = s.Approve(tx, actor, "q1", survey.ActLock, "", content)
					return err
				})
				return done, a, err
			}
			if done, _, err := run(anna, "A"); done || err != nil {
				t.Fatal(done, err)
			}
			testworld.Must(t, s.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Alliances.Put(survey.Alliance{ConfirmLock: survey.RuleOff}) }))
			if o, err := s.Alliance.Overview(t.Context(), ben); err != nil || len(o.Approvals) != 0 {
				t.Error(o.Approvals, err)
			}
			done, a, err := run(c.actor, c.content)
			if survey.CodeOf(err) != c.code || done != (c.code == "") || a.ApprovedBy != c.approved {
				t.Errorf("%v %+v %v", done, a, err)
			}
			if c.code != "" {
				return
			}
			testworld.Must(t, s.Store.View(t.Context(), func(tx *survey.Tx) error {
				a, err := survey.WaitingApproval(tx, "q1", survey.ActLock, "")
				if a != nil {
					t.Errorf("still waiting: %+v", a)
				}
				return err
			}))
		})
	}
}

func TestApprovalsDoNotMix(t *testing.T) {
	anna, ben := testworld.Active(survey.User{ID: "anna", Coordinator: true}), testworld.Active(survey.User{ID: "ben", Coordinator: true})
	s := testworld.NewOffice(t, survey.Alliance{ConfirmLock: survey.RuleOn, ConfirmTranscription: survey.RuleOn})
	for _, c := range []struct {
		actor   survey.Actor
		q       survey.QuestionnaireID
		subject string
		act     survey.ApprovalKind
	}{{anna, "q1", "", survey.ActLock}, {ben, "q2", "", survey.ActLock}, {ben, "q1", "t1", survey.ActTranscription}, {anna, "q1", "t2", survey.ActTranscription}} {
		testworld.Must(t, s.Store.Update(t.Context(), func(tx *survey.Tx) error {
			done, _, err := s.Approve(tx, c.actor, c.q, c.act, c.subject, "same content")
			if done {
				t.Errorf("%s %s %s: a request for something else counted", c.q, c.act, c.subject)
			}
			return err
		}))
	}
}

func TestWithdrawApproval(t *testing.T) {
	anna, ben := testworld.Active(survey.User{ID: "anna", Coordinator: true}), testworld.Active(survey.User{ID: "ben", Coordinator: true})
	s := testworld.NewOffice(t, survey.Alliance{ConfirmLock: survey.RuleOn}, anna.User, ben.User)
	ask := func(actor survey.Actor) (done bool) {
		testworld.Must(t, s.Store.Update(t.Context(), func(tx *survey.Tx) (err error) {
			done, _, err = s.Approve(tx, actor, "q1", survey.ActLock, "", "A")
			return err
		}))
		return done
	}
	waiting := func() (a *survey.Approval) {
		testworld.Must(t, s.Store.View(t.Context(), func(tx *survey.Tx) (err error) {
			a, err = survey.WaitingApproval(tx, "q1", survey.ActLock, "")
			return err
		}))
		return a
	}
	ask(anna)
	if a := waiting(); a == nil || a.RequestedBy != "anna" || !a.RequestedAt.Equal(testworld.Someday) {
		t.Fatalf("%+v", a)
	}
	if err := s.WithdrawApproval(t.Context(), testworld.Active(survey.User{}), "q1", survey.ActLock, ""); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
	testworld.Must(t, s.WithdrawApproval(t.Context(), ben, "q1", survey.ActLock, ""), s.WithdrawApproval(t.Context(), ben, "q1", survey.ActLock, ""))
	if waiting() != nil || ask(ben) {
		t.Error("a request taken back still counts")
	}
	if !ask(anna) || waiting() != nil {
		t.Error("the second person did not count, or the request still waits")
	}
}

func TestPhase(t *testing.T) {
	at := func(h int) survey.Instant {
		return survey.Instant{At: testworld.Someday.Add(time.Duration(h) * time.Hour)}
	}
	for want, q := range map[survey.Phase]survey.Questionnaire{
		survey.PhaseDraft:    {},
		survey.PhaseLocked:   {LockedAt: testworld.Someday, Deadline: at(-1)},
		survey.PhaseOpen:     {LockedAt: testworld.Someday, DispatchedAt: testworld.Someday, Deadline: at(1)},
		survey.PhaseClosed:   {LockedAt: testworld.Someday, DispatchedAt: testworld.Someday, Deadline: at(0)},
		survey.PhaseImported: {Imported: true, LockedAt: testworld.Someday},
	} {
		if got := q.Phase(testworld.Someday); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Who asks knows beforehand that nobody could confirm.
func TestNobodyElseCounts(t *testing.T) {
	anna, handed := testworld.Active(survey.User{ID: "anna", Coordinator: true}), testworld.Active(survey.User{ID: "handed", Coordinator: true, PasswordBy: "anna"})
	for name, c := range map[string]struct {
		other survey.User
		want  bool
	}{
		"one hand":                   {survey.User{}, true},
		"a coordinator":              {survey.User{ID: "ben", Coordinator: true, PasswordHash: "x"}, false},
		"an administrator":           {survey.User{ID: "ben", Administrator: true, PasswordHash: "x"}, false},
		"one who has never been in":  {survey.User{ID: "ben", Coordinator: true}, true},
		"one who is switched off":    {survey.User{ID: "ben", Coordinator: true, PasswordHash: "x", Disabled: true}, true},
		"a member of a group":        {survey.User{ID: "ben", PasswordHash: "x"}, true},
		"one hand over another hand": {survey.User{ID: "ben", Coordinator: true, PasswordHash: "x", PasswordBy: "handed"}, true},
		"a hand of somebody else":    {survey.User{ID: "ben", Coordinator: true, PasswordHash: "x", PasswordBy: "gone"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			users := []survey.User{anna.User, handed.User}
			if c.other.ID != "" {
				users = append(users, c.other)
			}
			s := testworld.NewOffice(t, survey.Alliance{}, users...)
			testworld.Must(t, s.Store.View(t.Context(), func(tx *survey.Tx) error {
				p, err := s.SecondPerson(tx, anna, "q1", survey.ActLock, "", "x")
				if !p.TwoPerson || p.Nobody != c.want {
					t.Errorf("%+v", p)
				}
				return err
			}))
		})
	}
}
