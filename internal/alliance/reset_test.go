package alliance_test

import (
	"strings"
	"testing"
	"time"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// handed makes a link by hand and returns its token.
func (w *peopleWorld) handed(t *testing.T, admin survey.Actor, user survey.UserID) string {
	t.Helper()
	link, err := w.Alliance.ResetLink(t.Context(), admin, user)
	testworld.Must(t, err)
	token, ok := strings.CutPrefix(link, "https://fragen.example/passwort/")
	if !ok {
		t.Fatal("the link leads elsewhere")
	}
	return token
}

func (w *peopleWorld) reset(t *testing.T, token string) error {
	t.Helper()
	_, err := w.Alliance.ResetPassword(t.Context(), alliance.NewPassword{Token: token, Password: "ganz anderes Wort", Again: "ganz anderes Wort"})
	return err
}

func TestResetLinkByHand(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	ben := w.join(t, ada, alliance.SavePerson{Name: "Ben", Email: "ben@buendnis.example", Coordinator: true})
	cem, _ := w.invite(t, ada, alliance.SavePerson{Name: "Cem", Email: "cem@buendnis.example"})
	wants(t, survey.Forbidden, second(w.Alliance.ResetLink(t.Context(), ben, ada.User.ID)))
	wants(t, survey.Forbidden, w.Alliance.RevokeReset(t.Context(), ben, ada.User.ID))
	wants(t, survey.Conflict, second(w.Alliance.ResetLink(t.Context(), ada, cem.ID)))
	wants(t, survey.NotFound, second(w.Alliance.ResetLink(t.Context(), ada, "niemand")))

	mails := countOf(t, w, mailTable)
	first := w.handed(t, ada, ben.User.ID)
	if got := countOf(t, w, mailTable); got != mails+1 {
		t.Errorf("%d mails: the person is not told", got-mails)
	}
	testworld.Must(t, w.Store.View(t.Context(), func(tx *survey.Tx) error {
		newest, err := tx.Mails.Last("")
		testworld.Must(t, err)
		last, err := newest.Written(tx)
		testworld.Must(t, err)
		if last.To != "ben@buendnis.example" || !strings.Contains(last.Body, "Ada Beispiel hat von Hand einen Link") || strings.Contains(last.Body, "/passwort/") || len(last.Sealed) > 0 {
			t.Errorf("%+v", last)
		}
		for l, err := range tx.StaffLinks.List("") {
			testworld.Must(t, err)
			if strings.Contains(l.Hash, first) {
				t.Error("the token is stored")
			}
		}
		return nil
	}))
	people, err := w.Alliance.People(t.Context(), ada)
	testworld.Must(t, err)
	for _, p := range people {
		if want := p.ID == ben.User.ID; !p.ResetUntil.IsZero() != want {
			t.Errorf("%s: a link until %v", p.Name, p.ResetUntil)
		}
	}

	again := w.handed(t, ada, ben.User.ID)
	wants(t, survey.Gone, w.reset(t, first))
	testworld.Must(t, w.Alliance.RevokeReset(t.Context(), ada, ben.User.ID))
	wants(t, survey.Gone, w.reset(t, again))
	late := w.handed(t, ada, ben.User.ID)
	w.clock.Advance(time.Hour)
	wants(t, survey.Gone, w.reset(t, late))
	session := ben.User.SessionValue()
	good := w.handed(t, ada, ben.User.ID)
	testworld.Must(t, w.reset(t, good))
	wants(t, survey.Gone, w.reset(t, good))
	wants(t, survey.NotFound, second(w.Alliance.StaffActor(t.Context(), session)))

	entries, _, err := w.Alliance.AuditLog(t.Context(), ada, 100)
	testworld.Must(t, err)
	acts := map[string]int{}
	for _, e := range entries {
		if e.Subject == string(ben.User.ID) && e.Who == string(ada.User.ID) {
			acts[e.What]++
		}
	}
	if acts["reset_made"] != 4 || acts["reset_revoked"] != 1 {
		t.Errorf("%v", acts)
	}
}

// Whoever handed somebody a link for a new password could have used it, so the two are one for the two-person rules, until
// a link that went by mail was used.
func TestWhoHandsOverAPasswordIsNoSecondPerson(t *testing.T) {
	w := newPeopleWorld(t)
	ada := w.first(t)
	office := func(name string) survey.Actor {
		return w.join(t, ada, alliance.SavePerson{Name: name, Email: strings.ToLower(name) + "@buendnis.example", Coordinator: true, Administrator: true})
	}
	ben, cem, dora := office("Ben"), office("Cem"), office("Dora")
	digest := 0
	// confirms lets one person ask and another confirm, and says what became of it.
	confirms := func(asks, confirms survey.Actor) string {
		t.Helper()
		digest++
		key := "confirmed"
		testworld.Must(t, w.Store.Update(t.Context(), func(tx *survey.Tx) error {
			if done, _, err := w.Approve(tx, asks, "q", survey.ActLock, "", digest); err != nil || done {
				t.Fatalf("asked: %v %v", done, err)
			}
			if _, _, err := w.Approve(tx, confirms, "q", survey.ActLock, "", digest); err != nil {
				key = testworld.KeyOf(err)
			}
			return tx.Approvals.Delete("q/lock/")
		}))
		return key
	}
	check := func(when string, asks, second survey.Actor, want string) {
		t.Helper()
		if got := confirms(asks, second); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
		if got := confirms(second, asks); got != want {
			t.Errorf("%s, the other way round: %s, want %s", when, got, want)
		}
	}
	check("before", ada, ben, "confirmed")
	token := w.handed(t, ada, ben.User.ID)
	check("made, not used", ada, ben, "confirmed")
	testworld.Must(t, w.reset(t, token))
	check("used", ada, ben, "error.one_hand")
	check("somebody else", cem, ben, "confirmed")
	testworld.Must(t, w.reset(t, w.handed(t, ada, cem.User.ID)))
	check("two whose links came from one", cem, ben, "error.one_hand")
	testworld.Must(t, w.reset(t, w.handed(t, dora, ada.User.ID)))
	check("who holds the holder's", dora, ben, "error.one_hand")
	ada.User, _ = w.Alliance.SignIn(t.Context(), ada.User.Email, "ganz anderes Wort")
	testworld.Must(t, w.reset(t, w.handed(t, ada, dora.User.ID))) // in a circle
	check("in a circle", dora, cem, "error.one_hand")

	ben.User, _ = w.Alliance.SignIn(t.Context(), "ben@buendnis.example", "ganz anderes Wort")
	_, err := w.Alliance.SaveAccount(t.Context(), ben, alliance.SaveAccount{Name: "Ben", Language: "de", Old: "ganz anderes Wort", Password: goodPassword, Again: goodPassword})
	testworld.Must(t, err)
	check("whoever has the account may change its password", ada, ben, "error.one_hand")
	testworld.Must(t, w.Alliance.RequestReset(t.Context(), "ben@buendnis.example"))
	testworld.Must(t, w.reset(t, w.mailedToken(t)))
	check("a link by mail", ada, ben, "confirmed")

	ben.User, _ = w.Alliance.SignIn(t.Context(), "ben@buendnis.example", "ganz anderes Wort")
	eve, _ := w.invite(t, ben, alliance.SavePerson{Name: "Eve", Email: "eve@buendnis.example", Coordinator: true})
	link, err := w.Alliance.InvitationLink(t.Context(), ben, eve.ID)
	testworld.Must(t, err)
	eve, err = w.Alliance.AcceptInvitation(t.Context(), alliance.NewPassword{Token: strings.TrimPrefix(link, "https://fragen.example/einladung/"), Name: "Eve", Password: goodPassword, Again: goodPassword})
	testworld.Must(t, err)
	check("an invitation by hand", ben, survey.Actor{User: eve}, "error.one_hand")
	check("an invitation by hand, somebody else", dora, survey.Actor{User: eve}, "confirmed")
	testworld.Must(t, w.Alliance.RequestReset(t.Context(), eve.Email))
	testworld.Must(t, w.reset(t, w.mailedToken(t)))
	check("invited by hand, then a link by mail", ben, survey.Actor{User: eve}, "confirmed")
}
