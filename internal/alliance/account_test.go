package alliance_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"pruefstein/internal/alliance"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
)

const goodPassword = "drei fremde Wörter"

// peopleWorld is an installation whose mails can be opened; it counts how often passwords are compared and hashed.
type peopleWorld struct {
	*office.Office
	Store           survey.Store // runs each function once, unlike the one of the use cases: tests keep what they read
	clock           *testkit.Clock
	matched, hashed int
	comparedWith    string
}

func newPeopleWorld(t *testing.T) *peopleWorld {
	t.Helper()
	sealer, err := survey.NewSealer(bytes.Repeat([]byte{7}, 32))
	testworld.Must(t, err)
	store := memory.New()
	w := &peopleWorld{Store: store, clock: testkit.NewClock(testworld.Someday)}
	w.Office = office.New(&survey.Kernel{
		Store: storetest.Twice(store), Clock: w.clock, Sealer: sealer, BaseURL: "https://fragen.example", Addresses: testworld.Addresses,
		Compose: testworld.Compose,
	})
	w.Alliance.HashPassword = func(_ context.Context, password string) (string, error) { w.hashed++; return "plain:" + password, nil }
	w.Alliance.MatchPassword = func(_ context.Context, password, hash string) (bool, error) {
		w.matched, w.comparedWith = w.matched+1, hash
		return hash == "plain:"+password, nil
	}
	return w
}

// first sets the installation up and returns its first person.
func (w *peopleWorld) first(t *testing.T) survey.Actor {
	t.Helper()
	token, err := w.Alliance.SetupToken(t.Context())
	testworld.Must(t, err)
	user, err := w.Alliance.SetUp(t.Context(), setUp(token))
	testworld.Must(t, err)
	return survey.Actor{User: user}
}

func setUp(token string) alliance.SetUp {
	return alliance.SetUp{Token: token, Alliance: "Bündnis Nordmark", Name: "Ada Beispiel", Email: " Ada@Buendnis.Example ", Password: goodPassword, Again: goodPassword, Language: "de"}
}

// invite makes a person and returns it with the token of the invitation mail.
func (w *peopleWorld) invite(t *testing.T, admin survey.Actor, p alliance.SavePerson) (survey.User, string) {
	t.Helper()
	p.Language = "de"
	user, err := w.Alliance.SavePerson(t.Context(), admin, "", p)
	testworld.Must(t, err)
	return user, w.mailedToken(t)
}

// mailedToken opens the newest mail and returns the token of its link.
func (w *peopleWorld) mailedToken(t *testing.T) string {
	t.Helper()
	var last survey.WrittenMail
	testworld.Must(t, w.Store.View(t.Context(), func(tx *survey.Tx) error {
		m, err := tx.Mails.Last("")
		testworld.Must(t, err)
		last, err = m.Written(tx)
		return err
	}))
	if !strings.Contains(last.Body, survey.LinkMark) || strings.Contains(last.Body, "https://fragen.example/einladung/") {
		t.Errorf("the stored mail does not hide its link:\n%s", last.Body)
	}
	link, err := w.Sealer.Open(last.Sealed)
	testworld.Must(t, err)
	parts := strings.Split(string(link), "/")
	return parts[len(parts)-1]
}

// join invites a person who accepts at once.
func (w *peopleWorld) join(t *testing.T, admin survey.Actor, p alliance.SavePerson) survey.Actor {
	t.Helper()
	_, token := w.invite(t, admin, p)
	user, err := w.Alliance.AcceptInvitation(t.Context(), alliance.NewPassword{Token: token, Name: p.Name, Password: goodPassword, Again: goodPassword})
	testworld.Must(t, err)
	return survey.Actor{User: user}
}

// wants fails unless the error has the code.
func wants(t *testing.T, code survey.Code, err error) {
	t.Helper()
	if survey.CodeOf(err) != code {
		t.Errorf("%v, want %q", err, code)
	}
}

// fault returns the field and key of an Invalid error's only fault.
func fault(err error) string {
	e, ok := err.(*survey.Error)
	if !ok || len(e.Faults) != 1 {
		return fmt.Sprint(err)
	}
	return e.Faults[0].Field + " " + e.Faults[0].Key
}

func TestSetUpOnce(t *testing.T) {
	w := newPeopleWorld(t)
	earlier, err := w.Alliance.SetupToken(t.Context())
	testworld.Must(t, err)
	token, err := w.Alliance.SetupToken(t.Context())
	testworld.Must(t, err)
	_, err = w.Alliance.SetUp(t.Context(), setUp(earlier))
	wants(t, survey.NotFound, err)
	if w.hashed != 0 {
		t.Error("a wrong link costs a hash")
	}
	_, err = w.Alliance.SetUp(t.Context(), alliance.SetUp{Token: token, Email: "keine", Password: "kurz"})
	wants(t, survey.Invalid, err)

	user, err := w.Alliance.SetUp(t.Context(), setUp(token))
	testworld.Must(t, err)
	if !user.Administrator || !user.Coordinator || user.Email != "ada@buendnis.example" || !user.Active() {
		t.Errorf("%+v", user)
	}
	alliance, err := w.Alliance.Settings(t.Context())
	testworld.Must(t, err)
	if alliance.Name != "Bündnis Nordmark" {
		t.Errorf("%+v", alliance)
	}
	_, err = w.Alliance.SetUp(t.Context(), setUp(token))
	wants(t, survey.Gone, err)
	if again, err := w.Alliance.SetupToken(t.Context()); again != "" || err != nil {
		t.Errorf("a link although there is somebody: %q %v", again, err)
	}
}

// fullStore is a store on a full disk: no transaction commits.
type fullStore struct{ survey.Store }

func (s fullStore) Update(ctx context.Context, fn func(*survey.Tx) error) error {
	full := survey.Storage(syscall.ENOSPC)
	if err := s.Store.Update(ctx, func(tx *survey.Tx) error { return cmp.Or(fn(tx), error(full)) }); !errors.Is(err, full) {
		return err
	}
	return full
}

// Every start asks for the link, and a start on a full disk must succeed: readers wait.
func TestSetupTokenNeedsNoRoomLater(t *testing.T) {
	w := newPeopleWorld(t)
	w.first(t)
	w.Store = fullStore{w.Store}
	if token, err := w.Alliance.SetupToken(t.Context()); token != "" || err != nil {
		t.Errorf("%q %v", token, err)
	}
}

func TestSetUpLinkIsVoidWhenOldOrLate(t *testing.T) {
	w := newPeopleWorld(t)
	token, err := w.Alliance.SetupToken(t.Context())
	testworld.Must(t, err)
	w.clock.Advance(24 * time.Hour)
	_, err = w.Alliance.SetUp(t.Context(), setUp(token))
	wants(t, survey.Gone, err)

	token, err = w.Alliance.SetupToken(t.Context())
	testworld.Must(t, err)
	testworld.Must(t, w.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Users.Put(survey.User{ID: "somebody", Email: "x@example.org"}) }))
	_, err = w.Alliance.SetUp(t.Context(), setUp(token))
	wants(t, survey.Gone, err)
}

func TestPasswordRule(t *testing.T) {
	for name, c := range map[string]struct{ password, again, want string }{
		"good":      {goodPassword, goodPassword, ""},
		"short":     {"elf Zeichen", "elf Zeichen", "password alliance.error.password_short"},
		"longest":   {strings.Repeat("a", 256), strings.Repeat("a", 256), ""},
		"long":      {strings.Repeat("a", 257), strings.Repeat("a", 257), "password alliance.error.password_long"},
		"address":   {"ADA@buendnis.example", "ADA@buendnis.example", "password alliance.error.password_email"},
		"different": {goodPassword, goodPassword + " ", "again alliance.error.password_again"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPeopleWorld(t)
			token, err := w.Alliance.SetupToken(t.Context())
			testworld.Must(t, err)
			cmd := setUp(token)
			cmd.Password, cmd.Again = c.password, c.again
			_, err = w.Alliance.SetUp(t.Context(), cmd)
			if c.want == "" {
				testworld.Must(t, err)
			} else if got := fault(err); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestSignInTellsNothing(t *testing.T) {
	w := newPeopleWorld(t)
	admin := w.first(t)
	gone := w.join(t, admin, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example"})
	_, err := w.Alliance.SavePerson(t.Context(), admin, gone.User.ID, alliance.SavePerson{Revision: gone.User.Revision, Name: "Ben", Disabled: true})
	testworld.Must(t, err)
	w.invite(t, admin, alliance.SavePerson{Name: "Cem", Email: "cem@buendnis.example"})

	var answers []string
	for _, c := range []struct{ email, password string }{
		{"ada@buendnis.example", "falsches Passwort"}, {"niemand@buendnis.example", goodPassword}, {"ben@buendnis.example", goodPassword},
		{"cem@buendnis.example", goodPassword}, {"cem@buendnis.example", ""}, {"keine adresse", goodPassword}, {"", ""}, {"a\x00\xff", "\xff"},
	} {
		w.matched = 0
		user, err := w.Alliance.SignIn(t.Context(), c.email, c.password)
		if w.matched != 1 {
			t.Errorf("%q: compared %d times", c.email, w.matched)
		}
		if user.ID != "" || w.comparedWith == "" {
			t.Errorf("%q: %+v, compared with %q", c.email, user, w.comparedWith)
		}
		answers = append(answers, fmt.Sprint(err))
	}
	for _, a := range answers {
		if a != answers[0] || a == "<nil>" {
			t.Errorf("%s, and %s", a, answers[0])
		}
	}
	if _, err := w.Alliance.SignIn(t.Context(), "ada@buendnis.example", strings.Repeat("a", 5000)); fmt.Sprint(err) != answers[0] {
		t.Error(err)
	}
	user, err := w.Alliance.SignIn(t.Context(), "  ADA@Buendnis.example ", goodPassword)
	if err != nil || user.ID != admin.User.ID {
		t.Errorf("%+v %v", user, err)
	}
}

// The hash that stands in for somebody unknown must cost as much as a real one.
func TestAbsentHashIsAHash(t *testing.T) {
	w := newPeopleWorld(t)
	_, err := w.Alliance.SignIn(t.Context(), "niemand@buendnis.example", goodPassword)
	wants(t, survey.Invalid, err)
	params, salt, key, err := argon2id.DecodeHash(w.comparedWith)
	testworld.Must(t, err)
	if params.Memory != 19*1024 || params.Iterations != 2 || params.Parallelism != 1 || len(salt) != 16 || len(key) != 32 {
		t.Errorf("%+v, salt %d, key %d bytes", params, len(salt), len(key))
	}
	if match, err := argon2id.ComparePasswordAndHash(goodPassword, w.comparedWith); match || err != nil {
		t.Error(match, err)
	}
}

func TestInvitation(t *testing.T) {
	w := newPeopleWorld(t)
	admin := w.first(t)
	accept := func(token string) error {
		_, err := w.Alliance.AcceptInvitation(t.Context(), alliance.NewPassword{Token: token, Name: "Ben Beispiel", Password: goodPassword, Again: goodPassword})
		return err
	}
	ben, first := w.invite(t, admin, alliance.SavePerson{Name: "Ben", Email: "Ben@buendnis.example"})
	if user, err := w.Alliance.StaffLinkUser(t.Context(), first, survey.LinkInvitation); err != nil || user.ID != ben.ID {
		t.Errorf("%+v %v", user, err)
	}
	_, err := w.Alliance.StaffLinkUser(t.Context(), first, survey.LinkReset)
	wants(t, survey.NotFound, err)
	_, err = w.Alliance.ResetPassword(t.Context(), alliance.NewPassword{Token: first, Password: goodPassword, Again: goodPassword})
	wants(t, survey.NotFound, err)

	testworld.Must(t, w.Alliance.ResendInvitation(t.Context(), admin, ben.ID))
	second := w.mailedToken(t)
	wants(t, survey.Gone, accept(first))
	link, err := w.Alliance.InvitationLink(t.Context(), admin, ben.ID)
	testworld.Must(t, err)
	third, ok := strings.CutPrefix(link, "https://fragen.example/einladung/")
	if !ok {
		t.Fatal(link)
	}
	wants(t, survey.Gone, accept(second))
	testworld.Must(t, w.Alliance.RevokeInvitation(t.Context(), admin, ben.ID))
	wants(t, survey.Gone, accept(third))

	testworld.Must(t, w.Alliance.ResendInvitation(t.Context(), admin, ben.ID))
	old := w.mailedToken(t)
	w.clock.Advance(14 * 24 * time.Hour)
	wants(t, survey.Gone, accept(old))
	testworld.Must(t, w.Alliance.ResendInvitation(t.Context(), admin, ben.ID))
	last := w.mailedToken(t)
	if got := fault(func() error {
		_, err := w.Alliance.AcceptInvitation(t.Context(), alliance.NewPassword{Token: last, Name: " ", Password: goodPassword, Again: goodPassword})
		return err
	}()); got != "name error.required" {
		t.Error(got)
	}
	testworld.Must(t, accept(last))
	wants(t, survey.Gone, accept(last))
	wants(t, survey.NotFound, accept("erfunden"))
	user, err := w.Alliance.SignIn(t.Context(), "ben@buendnis.example", goodPassword)
	if err != nil || user.Name != "Ben Beispiel" {
		t.Errorf("%+v %v", user, err)
	}
	for name, err := range map[string]error{
		"resend": w.Alliance.ResendInvitation(t.Context(), admin, ben.ID), "revoke": w.Alliance.RevokeInvitation(t.Context(), admin, ben.ID),
	} {
		if survey.CodeOf(err) != survey.Conflict {
			t.Errorf("%s to somebody who is there: %v", name, err)
		}
	}
	if link, err := w.Alliance.InvitationLink(t.Context(), admin, ben.ID); link != "" || survey.CodeOf(err) != survey.Conflict {
		t.Errorf("a link into an account with a password: %q %v", link, err)
	}
}

func TestBlockedPersonGetsInByNoLink(t *testing.T) {
	w := newPeopleWorld(t)
	admin := w.first(t)
	ben, token := w.invite(t, admin, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example"})
	_, err := w.Alliance.SavePerson(t.Context(), admin, ben.ID, alliance.SavePerson{Revision: ben.Revision, Name: "Ben", Disabled: true})
	testworld.Must(t, err)
	_, err = w.Alliance.StaffLinkUser(t.Context(), token, survey.LinkInvitation)
	wants(t, survey.Gone, err)
	_, err = w.Alliance.AcceptInvitation(t.Context(), alliance.NewPassword{Token: token, Name: "Ben", Password: goodPassword, Again: goodPassword})
	wants(t, survey.Gone, err)
}

func TestResetEndsSessions(t *testing.T) {
	w := newPeopleWorld(t)
	admin := w.first(t)
	session := admin.User.SessionValue()
	_, err := w.Alliance.StaffActor(t.Context(), session)
	testworld.Must(t, err)

	testworld.Must(t, w.Alliance.RequestReset(t.Context(), "ADA@buendnis.example"))
	first := w.mailedToken(t)
	w.clock.Advance(5 * time.Minute)
	testworld.Must(t, w.Alliance.RequestReset(t.Context(), "ada@buendnis.example"))
	token := w.mailedToken(t)
	reset := func(token string) error {
		_, err := w.Alliance.ResetPassword(t.Context(), alliance.NewPassword{Token: token, Name: "Fremd\x00", Password: "ganz anderes Wort", Again: "ganz anderes Wort"})
		return err
	}
	testworld.Must(t, reset(first))     // a later mail does not void it
	wants(t, survey.Gone, reset(token)) // the new password does
	wants(t, survey.Gone, reset(first))
	_, err = w.Alliance.StaffActor(t.Context(), session)
	wants(t, survey.NotFound, err)
	_, err = w.Alliance.SignIn(t.Context(), "ada@buendnis.example", goodPassword)
	wants(t, survey.Invalid, err)
	user, err := w.Alliance.SignIn(t.Context(), "ada@buendnis.example", "ganz anderes Wort")
	testworld.Must(t, err)
	if user.Name != "Ada Beispiel" {
		t.Errorf("a reset renamed the person to %q", user.Name)
	}

	testworld.Must(t, w.Alliance.RequestReset(t.Context(), "ada@buendnis.example"))
	late := w.mailedToken(t)
	w.clock.Advance(time.Hour)
	wants(t, survey.Gone, reset(late))
}

func TestRequestResetTellsNothing(t *testing.T) {
	w := newPeopleWorld(t)
	admin := w.first(t)
	w.invite(t, admin, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example"})
	mails, entries, kicks := countOf(t, w, mailTable), countOf(t, w, auditTable), 0
	w.Kick = func() { kicks++ }
	for i, email := range []string{"niemand@buendnis.example", "ben@buendnis.example"} {
		testworld.Must(t, w.Alliance.RequestReset(t.Context(), email))
		if got := countOf(t, w, auditTable); got != entries+i+1 {
			t.Errorf("%s: %d entries, had %d: no transaction tells that nobody is there", email, got, entries)
		}
	}
	if got := countOf(t, w, mailTable); got != mails || kicks != 2 {
		t.Errorf("%d mails, had %d; %d kicks", got, mails, kicks)
	}
	due, err := w.Send.DueMails(t.Context(), 10)
	testworld.Must(t, err)
	if len(due) != mails {
		t.Errorf("%d mails would go out, not %d", len(due), mails)
	}
	if got := fault(w.Alliance.RequestReset(t.Context(), "keine adresse")); got != "email error.email" {
		t.Error(got)
	}
}

// Whoever asks for a reset need not be the person: nobody's mailbox is flooded, and no link is void for it.
func TestRequestResetBySomebodyElse(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	ben := w.join(t, ada, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example"})
	byHand := w.handed(t, ada, ben.User.ID)
	before := countOf(t, w, mailTable)
	for minute, want := range []int{1, 1, 1, 1, 1, 2, 2} {
		testworld.Must(t, w.Alliance.RequestReset(t.Context(), "ben@buendnis.example"))
		if got := countOf(t, w, mailTable) - before; got != want {
			t.Errorf("minute %d: %d mails, want %d", minute, got, want)
		}
		w.clock.Advance(time.Minute)
	}
	_, err := w.Alliance.StaffLinkUser(t.Context(), byHand, survey.LinkReset)
	testworld.Must(t, err)
	testworld.Must(t, w.reset(t, w.mailedToken(t)))
	_, err = w.Alliance.StaffLinkUser(t.Context(), byHand, survey.LinkReset)
	wants(t, survey.Gone, err) // used up with the others
	testworld.Must(t, w.Alliance.RequestReset(t.Context(), "ben@buendnis.example"))
	if got := countOf(t, w, mailTable) - before; got != 3 {
		t.Errorf("after a link was used: %d mails", got)
	}
}

func mailTable(tx *survey.Tx) survey.Table[survey.Mail]        { return tx.Mails }
func auditTable(tx *survey.Tx) survey.Table[survey.AuditEntry] { return tx.Audit }

func countOf[T survey.Entity](t *testing.T, w *peopleWorld, table func(*survey.Tx) survey.Table[T]) (n int) {
	t.Helper()
	testworld.Must(t, w.Store.View(t.Context(), func(tx *survey.Tx) error {
		for _, err := range table(tx).List("") {
			testworld.Must(t, err)
			n++
		}
		return nil
	}))
	return n
}

// A link made while the clock was ahead holds back none after it was set back.
func TestRequestResetAfterTheClockWasSetBack(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	w.clock.Advance(24 * time.Hour)
	testworld.Must(t, w.Alliance.RequestReset(t.Context(), ada.User.Email))
	first := w.mailedToken(t)
	w.clock.Advance(-24 * time.Hour)
	testworld.Must(t, w.Alliance.RequestReset(t.Context(), ada.User.Email))
	if w.mailedToken(t) == first {
		t.Error("no second link")
	}
}

func TestOwnAccount(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	session := ada.User.SessionValue()
	user, err := w.Alliance.SaveAccount(t.Context(), ada, alliance.SaveAccount{Name: "Ada Neu", Language: "en"})
	testworld.Must(t, err)
	if user.Name != "Ada Neu" || user.Language != "en" || user.SessionValue() != session {
		t.Errorf("%+v", user)
	}
	for want, cmd := range map[string]alliance.SaveAccount{
		"old alliance.error.password_old":        {Name: "Ada", Language: "de", Old: "falsch", Password: "ganz anderes Wort", Again: "ganz anderes Wort"},
		"language error.choice":                  {Name: "Ada", Language: "fr"},
		"name error.required":                    {Name: " ", Language: "de"},
		"password alliance.error.password_short": {Name: "Ada", Language: "de", Old: goodPassword},
		"again alliance.error.password_again":    {Name: "Ada", Language: "de", Old: goodPassword, Password: "ganz anderes Wort"},
	} {
		_, err := w.Alliance.SaveAccount(t.Context(), ada, cmd)
		if got := fault(err); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	testworld.Must(t, w.Alliance.RequestReset(t.Context(), "ada@buendnis.example"))
	token := w.mailedToken(t)
	user, err = w.Alliance.SaveAccount(t.Context(), ada, alliance.SaveAccount{Name: "Ada", Language: "de", Old: goodPassword, Password: "ganz anderes Wort", Again: "ganz anderes Wort"})
	testworld.Must(t, err)
	if user.SessionValue() == session {
		t.Error("sessions outlive a changed password")
	}
	_, err = w.Alliance.StaffLinkUser(t.Context(), token, survey.LinkReset)
	wants(t, survey.Gone, err)
	_, err = w.Alliance.SaveAccount(t.Context(), survey.Actor{Respondent: "r1"}, alliance.SaveAccount{Name: "X", Language: "de"})
	wants(t, survey.Forbidden, err)
}

// After everything an account can go through, nothing secret and no address stands in the audit, and no token in the store.
func TestAuditHoldsNoAddressAndTheStoreNoToken(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	ben, token := w.invite(t, ada, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example"})
	testworld.Must(t, w.Alliance.ResendInvitation(t.Context(), ada, ben.ID))
	link, err := w.Alliance.InvitationLink(t.Context(), ada, ben.ID)
	testworld.Must(t, err, w.Alliance.RequestReset(t.Context(), "ada@buendnis.example"), w.Alliance.RequestReset(t.Context(), "niemand@buendnis.example"))
	reset := w.mailedToken(t)
	_, _ = w.Alliance.SignIn(t.Context(), "ada@buendnis.example", goodPassword)
	_, _ = w.Alliance.SignIn(t.Context(), "niemand@buendnis.example", goodPassword)
	_, err = w.Alliance.ResetPassword(t.Context(), alliance.NewPassword{Token: reset, Password: "ganz anderes Wort", Again: "ganz anderes Wort"})
	testworld.Must(t, err)

	entries, names, err := w.Alliance.AuditLog(t.Context(), ada, 500)
	testworld.Must(t, err)
	raw, err := json.Marshal(entries)
	testworld.Must(t, err)
	for _, secret := range []string{"@", "niemand", token, reset, link, "Wort", "Wörter"} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("%q stands in the audit", secret)
		}
	}
	if names[string(ada.User.ID)] != "Ada Beispiel" || entries[len(entries)-1].What != "set_up" {
		t.Errorf("%v %+v", names, entries[len(entries)-1])
	}
	for _, e := range entries {
		if e.What == "sign_in_refused" && e.Who != "" {
			t.Errorf("%+v: whoever tried need not be the person", e)
		}
	}
	testworld.Must(t, w.Store.View(t.Context(), func(tx *survey.Tx) error {
		for l, err := range tx.StaffLinks.List("") {
			testworld.Must(t, err)
			if l.Hash == token || l.Hash == reset {
				t.Error("a token is stored as it is")
			}
		}
		return nil
	}))
	_, _, err = w.Alliance.AuditLog(t.Context(), survey.Actor{User: survey.User{ID: "c", PasswordHash: "x", Coordinator: true}}, 5)
	wants(t, survey.Forbidden, err)
}
