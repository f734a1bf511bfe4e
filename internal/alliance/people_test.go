package alliance_test

import (
	"errors"
	"slices"
	"testing"

	"pruefstein/internal/alliance"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
)

func TestPeople(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	testworld.Must(t, w.Alliance.SaveWorkingGroup(t.Context(), ada, "", alliance.SaveWorkingGroup{Name: "Digitale Bildung"}))
	groups, err := w.Alliance.WorkingGroups(t.Context(), ada)
	testworld.Must(t, err)
	_, err = w.Alliance.SavePerson(t.Context(), ada, "", alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example", Language: "de", Memberships: []survey.Membership{{WorkingGroup: "erfunden"}}})
	wants(t, survey.NotFound, err)
	ben := w.join(t, ada, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: groups[0].ID, Lead: true}}})
	if !ben.Has(survey.RoleLead) || !ben.User.Leads(groups[0].ID) || ben.Has(survey.RoleCoordinator) {
		t.Errorf("%+v", ben.User)
	}
	w.invite(t, ada, alliance.SavePerson{Name: "Äneas", Email: "aeneas@buendnis.example"})

	people, err := w.Alliance.People(t.Context(), ada)
	testworld.Must(t, err)
	var names []string
	for _, p := range people {
		names = append(names, p.Name)
		if (p.Name == "Äneas") != !p.InvitedAt.IsZero() {
			t.Errorf("%s: invited at %v", p.Name, p.InvitedAt)
		}
	}
	if !slices.Equal(names, []string{"Ada Beispiel", "Äneas", "Ben"}) {
		t.Error(names)
	}

	for _, c := range []struct {
		name, want string
		err        error
	}{
		{"an address twice", "email alliance.error.email_taken", second(w.Alliance.SavePerson(t.Context(), ada, "", alliance.SavePerson{Name: "B", Email: "BEN@buendnis.example", Language: "de"}))},
		{"no address", "email error.required", second(w.Alliance.SavePerson(t.Context(), ada, "", alliance.SavePerson{Name: "B"}))},
		{"a name in the address", "email error.email", second(w.Alliance.SavePerson(t.Context(), ada, "", alliance.SavePerson{Name: "B", Email: "B <b@example.org>"}))},
		{"a stale revision", "conflict: error.stale", second(w.Alliance.SavePerson(t.Context(), ada, ben.User.ID, alliance.SavePerson{Revision: ben.User.Revision - 1, Name: "Ben"}))},
		{"a lead may not", "forbidden: error.forbidden", second(w.Alliance.SavePerson(t.Context(), ben, "", alliance.SavePerson{Name: "B", Email: "b@buendnis.example"}))},
		{"a lead sees no people", "forbidden: error.forbidden", second(w.Alliance.People(t.Context(), ben))},
	} {
		if got := fault(c.err); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	wants(t, survey.NotFound, second(w.Alliance.SavePerson(t.Context(), ada, "niemand", alliance.SavePerson{Name: "Ben"})))
	wants(t, survey.Invalid, second(w.Alliance.SavePerson(t.Context(), ada, "", alliance.SavePerson{Name: "B", Email: "b@example.org\r\nBcc: c@example.org"})))
}

func second[T any](_ T, err error) error { return err }

func TestLastAdministratorStays(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	took := alliance.SavePerson{Revision: ada.User.Revision, Name: "Ada", Coordinator: true}
	blocked := took
	blocked.Administrator, blocked.Disabled = true, true
	for _, cmd := range []alliance.SavePerson{took, blocked} {
		if got := fault(second(w.Alliance.SavePerson(t.Context(), ada, ada.User.ID, cmd))); got != "administrator alliance.error.last_administrator" {
			t.Error(got)
		}
	}
	// Somebody invited cannot administer yet; somebody who accepted can.
	ben, token := w.invite(t, ada, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example", Administrator: true})
	wants(t, survey.Invalid, second(w.Alliance.SavePerson(t.Context(), ada, ada.User.ID, took)))
	_, err := w.Alliance.AcceptInvitation(t.Context(), alliance.NewPassword{Token: token, Name: "Ben", Password: goodPassword, Again: goodPassword})
	testworld.Must(t, err)
	_, err = w.Alliance.SavePerson(t.Context(), ada, ada.User.ID, took)
	testworld.Must(t, err)
	_, err = w.Alliance.SavePerson(t.Context(), survey.Actor{User: ben}, "", alliance.SavePerson{Name: "C", Email: "c@buendnis.example"})
	wants(t, survey.Forbidden, err) // the User as invited has no password: not active
}

// Who got which rights, and which two-person rules were changed, stands in the audit.
func TestRightsAndRulesAreAuditedWithTheirStates(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	testworld.Must(t, w.Alliance.SaveWorkingGroup(t.Context(), ada, "", alliance.SaveWorkingGroup{Name: "Digitale Bildung"}))
	groups, err := w.Alliance.WorkingGroups(t.Context(), ada)
	testworld.Must(t, err)
	ben := w.join(t, ada, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: groups[0].ID, Lead: true}}})
	_, err = w.Alliance.SavePerson(t.Context(), ada, ben.User.ID, alliance.SavePerson{Revision: ben.User.Revision, Name: "Ben", Coordinator: true, Administrator: true, Disabled: true})
	testworld.Must(t, err)
	a, err := w.Alliance.Settings(t.Context())
	testworld.Must(t, err)
	a.ConfirmPublication = survey.RuleOff
	testworld.Must(t, w.Alliance.SaveSettings(t.Context(), ada, alliance.SaveSettings{Alliance: a}))
	entries, _, err := w.Alliance.AuditLog(t.Context(), ada, 100)
	testworld.Must(t, err)
	got := map[string][]string{}
	for _, e := range entries {
		got[e.What] = append(got[e.What], e.From+" -> "+e.To)
	}
	lead := "lead:" + groups[0].ID
	if want := []string{lead + " -> administrator coordinator disabled", " -> " + lead}; !slices.Equal(got["person"], want) {
		t.Errorf("%q, want %q", got["person"], want)
	}
	all := "check_lock=auto check_dispatch=auto check_transcription=auto check_publication="
	if want := []string{all + "auto -> " + all + "off"}; !slices.Equal(got["alliance"], want) {
		t.Errorf("%q, want %q", got["alliance"], want)
	}
}

// A mistyped address can be corrected as long as nobody accepted; what went to the wrong one is void, sent or not.
func TestAddressOfAnInvitationIsCorrected(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	ben, wrong := w.invite(t, ada, alliance.SavePerson{Name: "Ben", Email: "bne@buendnis.example"})
	cmd := alliance.SavePerson{Revision: ben.Revision, Name: "Ben", Email: "Ben@buendnis.example"}
	for name, bad := range map[string]string{"email error.email": "keine", "email alliance.error.email_taken": ada.User.Email} {
		c := cmd
		c.Email = bad
		if got := fault(second(w.Alliance.SavePerson(t.Context(), ada, ben.ID, c))); got != name {
			t.Error(got)
		}
	}
	for range 2 { // a second click sends no second mail
		saved, err := w.Alliance.SavePerson(t.Context(), ada, ben.ID, cmd)
		testworld.Must(t, err)
		if saved.Email != "ben@buendnis.example" {
			t.Error(saved.Email)
		}
	}
	right := w.mailedToken(t)
	if right == wrong {
		t.Fatal("no new link")
	}
	_, err := w.Alliance.AcceptInvitation(t.Context(), alliance.NewPassword{Token: wrong, Name: "X", Password: goodPassword, Again: goodPassword})
	wants(t, survey.Gone, err)
	states := map[string][]survey.MailState{}
	testworld.Must(t, w.Store.View(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			testworld.Must(t, err)
			states[m.To] = append(states[m.To], m.State)
		}
		return nil
	}))
	if !slices.Equal(states["bne@buendnis.example"], []survey.MailState{survey.MailRevoked}) || !slices.Equal(states["ben@buendnis.example"], []survey.MailState{survey.MailQueued}) {
		t.Errorf("%v", states)
	}
	joined, err := w.Alliance.AcceptInvitation(t.Context(), alliance.NewPassword{Token: right, Name: "Ben", Password: goodPassword, Again: goodPassword})
	testworld.Must(t, err)
	cmd.Revision, cmd.Email = joined.Revision, "neu@buendnis.example"
	if got := fault(second(w.Alliance.SavePerson(t.Context(), ada, ben.ID, cmd))); got != "email alliance.error.email_fixed" {
		t.Error(got)
	}
}

// A link that is void is not mailed any more.
func TestRevokedInvitationIsNotMailed(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	ben, _ := w.invite(t, ada, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example"})
	testworld.Must(t, w.Alliance.ResendInvitation(t.Context(), ada, ben.ID), w.Alliance.RevokeInvitation(t.Context(), ada, ben.ID))
	testworld.Must(t, w.Store.View(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			testworld.Must(t, err)
			if m.State != survey.MailRevoked || len(m.Sealed) > 0 {
				t.Errorf("%s is %s", m.Subject, m.State)
			}
		}
		for e, err := range tx.Outbox.List("") {
			t.Errorf("%s waits to be sent: %v", e.Mail, err)
		}
		return nil
	}))
}

// A mail that cannot be composed leaves no half-made person behind.
func TestInvitingIsAllOrNothing(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	if _, err := w.Alliance.SavePerson(t.Context(), ada, "", alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example", Language: "xx"}); err == nil {
		t.Fatal("a mail in a language there is not")
	}
	people, err := w.Alliance.People(t.Context(), ada)
	testworld.Must(t, err)
	if len(people) != 1 {
		t.Errorf("%d people", len(people))
	}
}

func TestNamesOfOrganisationsAndGroups(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	ctx := t.Context()
	testworld.Must(t, w.Alliance.SaveOrganisation(ctx, ada, "", alliance.SaveOrganisation{Name: "Offene Welt e. V.", Website: "https://offene-welt.example"}),
		w.Alliance.SaveOrganisation(ctx, ada, "", alliance.SaveOrganisation{Name: "offene welt E V"}), // another name, the same slug
		w.Alliance.SaveOrganisation(ctx, ada, "", alliance.SaveOrganisation{Name: "!!!"}))
	list, err := w.Alliance.Organisations(ctx, ada)
	testworld.Must(t, err)
	slugs := []string{string(list[0].Slug), string(list[1].Slug), string(list[2].Slug)}
	slices.Sort(slugs)
	if !slices.Equal(slugs, []string{"offene-welt-e-v", "offene-welt-e-v-2", "organisation"}) {
		t.Error(slugs)
	}
	o := list[slices.IndexFunc(list, func(o survey.Organisation) bool { return o.Website != "" })]
	renamed := alliance.SaveOrganisation{Revision: o.Revision, Name: "Offene Zukunft", Website: o.Website}
	testworld.Must(t, w.Alliance.SaveOrganisation(ctx, ada, o.ID, renamed))
	list, err = w.Alliance.Organisations(ctx, ada)
	testworld.Must(t, err)
	if i := slices.IndexFunc(list, func(x survey.Organisation) bool { return x.ID == o.ID }); list[i].Slug != o.Slug || list[i].Name != "Offene Zukunft" {
		t.Errorf("%+v: the slug stays, exports rely on it", list[i])
	}
	testworld.Must(t, w.Alliance.SaveWorkingGroup(ctx, ada, "", alliance.SaveWorkingGroup{Name: "Open Source"}))
	groups, err := w.Alliance.WorkingGroups(ctx, ada)
	testworld.Must(t, err)

	testworld.Must(t, w.Alliance.SaveOrganisation(ctx, ada, o.ID, renamed), // a second click
		w.Alliance.SaveWorkingGroup(ctx, ada, groups[0].ID, alliance.SaveWorkingGroup{Name: groups[0].Name}))
	late := renamed
	late.Name = "Offene Zeit"
	for want, err := range map[string]error{
		"conflict: error.stale":          w.Alliance.SaveOrganisation(ctx, ada, o.ID, late),
		"name error.required":            w.Alliance.SaveOrganisation(ctx, ada, "", alliance.SaveOrganisation{Name: " "}),
		"website error.url":              w.Alliance.SaveOrganisation(ctx, ada, "", alliance.SaveOrganisation{Name: "X", Website: "javascript:alert(1)"}),
		"not_found: error.not_found":     w.Alliance.SaveOrganisation(ctx, ada, "fremd", alliance.SaveOrganisation{Name: "X"}),
		"forbidden: error.forbidden":     w.Alliance.SaveOrganisation(ctx, survey.Actor{}, "", alliance.SaveOrganisation{Name: "X"}),
		"name error.text.line":           w.Alliance.SaveWorkingGroup(ctx, ada, "", alliance.SaveWorkingGroup{Name: "a\nb"}),
		"name error.text.unseen":         w.Alliance.SaveWorkingGroup(ctx, ada, "", alliance.SaveWorkingGroup{Name: "a\x00b"}),
		"name alliance.error.name_taken": w.Alliance.SaveWorkingGroup(ctx, ada, "", alliance.SaveWorkingGroup{Name: "OPEN source"}),
	} {
		if got := fault(err); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := fault(w.Alliance.SaveOrganisation(ctx, ada, "", alliance.SaveOrganisation{Name: "OFFENE Zukunft"})); got != "name alliance.error.name_taken" {
		t.Error(got)
	}
	wants(t, survey.Conflict, w.Alliance.SaveWorkingGroup(ctx, ada, groups[0].ID, alliance.SaveWorkingGroup{Name: "Neu", Revision: 0}))
	wants(t, survey.NotFound, w.Alliance.SaveWorkingGroup(ctx, ada, "fremd", alliance.SaveWorkingGroup{Name: "Neu"}))
	wants(t, survey.Forbidden, w.Alliance.SaveWorkingGroup(ctx, survey.Actor{Respondent: "r"}, "", alliance.SaveWorkingGroup{Name: "Neu"}))
	_, err = w.Alliance.Organisations(ctx, survey.Actor{Respondent: "r"})
	wants(t, survey.Forbidden, err)
}

func TestAllianceSettings(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	ctx := t.Context()
	a, err := w.Alliance.Settings(ctx)
	testworld.Must(t, err)
	a.Intro, a.Email, a.ConfirmLock = "Wir fragen.\r\n\r\nAlle.", "Post@buendnis.example", survey.RuleOff
	testworld.Must(t, w.Alliance.SaveSettings(ctx, ada, alliance.SaveSettings{Alliance: a}))
	saved, err := w.Alliance.Settings(ctx)
	testworld.Must(t, err)
	if saved.Intro != "Wir fragen.\n\nAlle." || saved.Email != "post@buendnis.example" || saved.ConfirmLock != survey.RuleOff || saved.Revision != a.Revision+1 {
		t.Errorf("%+v", saved)
	}
	testworld.Must(t, w.Alliance.SaveSettings(ctx, ada, alliance.SaveSettings{Alliance: a})) // a second click
	if again, err := w.Alliance.Settings(ctx); err != nil || again.Revision != saved.Revision {
		t.Errorf("%+v %v", again, err)
	}
	a.Intro = "Anders."
	wants(t, survey.Conflict, w.Alliance.SaveSettings(ctx, ada, alliance.SaveSettings{Alliance: a}))
	for want, change := range map[string]func(*survey.Alliance){
		"name error.required":         func(a *survey.Alliance) { a.Name = "" },
		"check_dispatch error.choice": func(a *survey.Alliance) { a.ConfirmDispatch = "vielleicht" },
		"email error.email":           func(a *survey.Alliance) { a.Email = "keine" },
		"licence error.licence":       func(a *survey.Alliance) { a.Licence = "CC BY 4.0" },
		"imprint error.text.unseen":   func(a *survey.Alliance) { a.Imprint = "\u202ex" },
	} {
		bad := saved
		change(&bad)
		if got := fault(w.Alliance.SaveSettings(ctx, ada, alliance.SaveSettings{Alliance: bad})); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	office := survey.Actor{User: survey.User{ID: "c", PasswordHash: "x", Coordinator: true}}
	wants(t, survey.Forbidden, w.Alliance.SaveSettings(ctx, office, alliance.SaveSettings{Alliance: saved}))
}

func TestOverviewShowsWhatConcernsOne(t *testing.T) {
	store := testworld.SoundStore(t)
	testworld.Must(t, store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(tx.Alliances.Put(survey.Alliance{ConfirmLock: survey.RuleOn, ConfirmDispatch: survey.RuleOn, ConfirmPublication: survey.RuleOn}),
			tx.Approvals.Put(survey.Approval{Questionnaire: "q1", Act: survey.ActPublication, RequestedBy: "u1"}))
	}))
	s := office.New(&survey.Kernel{Store: storetest.Twice(store), Clock: testkit.NewClock(testworld.Someday)})
	for name, c := range map[string]struct {
		actor                     survey.Actor
		questionnaires, approvals int
	}{
		"no task yet":   {testworld.Active(survey.User{}), 0, 0},
		"member":        {testworld.Active(survey.User{Memberships: []survey.Membership{{WorkingGroup: "g1"}}}), 2, 0},
		"coordinator":   {testworld.Active(survey.User{Coordinator: true}), 2, 2}, // with the sound store's own
		"administrator": {testworld.Active(survey.User{Administrator: true}), 2, 2},
	} {
		o, err := s.Alliance.Overview(t.Context(), c.actor)
		testworld.Must(t, err)
		if len(o.Questionnaires) != c.questionnaires || len(o.Approvals) != c.approvals || len(o.Transcriptions) > 0 && c.approvals == 0 {
			t.Errorf("%s: %d questionnaires, %d approvals, %d transcriptions", name, len(o.Questionnaires), len(o.Approvals), len(o.Transcriptions))
		}
	}
	for _, actor := range []survey.Actor{{}, {Respondent: "r"}} {
		_, err := s.Alliance.Overview(t.Context(), actor)
		wants(t, survey.Forbidden, err)
	}
}

func TestSessionsExpire(t *testing.T) {
	w := newPeopleWorld(t)
	ctx := t.Context()
	testworld.Must(t, w.Alliance.PutSession(ctx, survey.Session{Hash: "a", ExpiresAt: testworld.Someday.Add(10)}), w.Alliance.PutSession(ctx, survey.Session{Hash: "b", ExpiresAt: testworld.Someday.Add(20)}))
	_, err := w.Alliance.FindSession(ctx, "a")
	testworld.Must(t, err)
	w.clock.Advance(10)
	_, err = w.Alliance.FindSession(ctx, "a")
	wants(t, survey.NotFound, err)
	testworld.Must(t, w.Alliance.SweepSessions(ctx))
	_, err = w.Alliance.FindSession(ctx, "b")
	testworld.Must(t, err)
	if n := countOf(t, w, func(tx *survey.Tx) survey.Table[survey.Session] { return tx.Sessions }); n != 1 {
		t.Errorf("%d sessions", n)
	}
	testworld.Must(t, w.Alliance.DeleteSession(ctx, "b"))
	_, err = w.Alliance.FindSession(ctx, "b")
	wants(t, survey.NotFound, err)
}
