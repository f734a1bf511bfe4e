package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/internal/web/webtest"
)

const staffCookie = "buendnis"

func TestSessionIsNewAtSignIn(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t)
	v.Cookies[staffCookie] = "untergeschoben"
	v.SignIn(ada.Email)
	if v.Cookies[staffCookie] == "untergeschoben" || v.Get("/konto").Code != 200 {
		t.Error("a planted session is used")
	}
	first := v.Cookies[staffCookie]
	v.SignIn(ada.Email)
	second := v.Cookies[staffCookie]
	if first == second {
		t.Error("signing in again keeps the session")
	}
	old := w.Visitor(t)
	old.Cookies[staffCookie] = first
	if old.Get("/konto").Code != http.StatusSeeOther {
		t.Error("the session before is still good")
	}
	if all := w.Contents(t, true); strings.Contains(all, second) {
		t.Error("the store holds the token of a session")
	}
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	got := w.Visitor(t).Post("/anmelden", url.Values{"email": {ada.Email}, "password": {webtest.Password}})
	for _, c := range got.Result().Cookies() {
		if c.Name != staffCookie || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure || c.Domain != "" || len(c.Value) < 40 {
			t.Errorf("%+v", c)
		}
	}
}

func TestSignOutEndsOnTheServer(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t).SignIn(ada.Email)
	token := v.Cookies[staffCookie]
	if got := v.Post("/abmelden", nil); got.Code != 303 || v.Cookies[staffCookie] != "" {
		t.Errorf("%d, cookie %q", got.Code, v.Cookies[staffCookie])
	}
	v.Cookies[staffCookie] = token
	if v.Get("/konto").Code != http.StatusSeeOther || strings.Contains(w.Contents(t, true), "Sessions ") {
		t.Error("the session outlives the sign-out")
	}
}

func TestSessionTimesOut(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t).SignIn(ada.Email)
	w.Clock.Advance(web.StaffIdle - time.Minute)
	if v.Get("/konto").Code != 200 {
		t.Fatal("over too early")
	}
	w.Clock.Advance(web.StaffIdle - time.Minute) // the visit just now counts
	if v.Get("/konto").Code != 200 {
		t.Fatal("a session in use went idle")
	}
	w.Clock.Advance(web.StaffIdle + time.Minute)
	if v.Get("/konto").Code != http.StatusSeeOther {
		t.Error("an idle session is still good")
	}

	v.SignIn(ada.Email)
	for elapsed := time.Duration(0); elapsed < web.StaffLife-time.Hour; elapsed += 8 * time.Hour {
		if v.Get("/konto").Code != 200 {
			t.Fatalf("over after %v", elapsed)
		}
		w.Clock.Advance(8 * time.Hour)
	}
	if v.Get("/konto").Code != http.StatusSeeOther {
		t.Error("a session lasts for ever if it is used")
	}
}

func TestSessionIsTouchedEveryTenMinutes(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t).SignIn(ada.Email)
	before := w.Contents(t, true)
	w.Clock.Advance(web.TouchEvery - time.Second)
	if got := v.Get("/konto"); got.Header().Get("Set-Cookie") != "" || w.Contents(t, true) != before {
		t.Error("touched too early")
	}
	w.Clock.Advance(2 * time.Second)
	v.Get("/konto")
	touched := w.Contents(t, true)
	if touched == before || w.Contents(t, false) != strings.Join(withoutSessions(before), "") {
		t.Error("not touched, or more than the session was written")
	}
	v.Get("/konto")
	if w.Contents(t, true) != touched {
		t.Error("touched twice")
	}
}

func withoutSessions(contents string) (lines []string) {
	for line := range strings.Lines(contents) {
		if !strings.HasPrefix(line, "Sessions ") {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestWhoIsBlockedIsOut(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	ben := w.AddUser(t, survey.User{Name: "Ben", Email: "ben@buendnis.example", Coordinator: true})
	v := w.Visitor(t).SignIn(ben.Email)
	admin := survey.Actor{User: ada}
	save := alliance.SavePerson{Revision: ben.Revision, Name: "Ben"}
	if _, err := w.Alliance.SavePerson(t.Context(), admin, ben.ID, save); err != nil {
		t.Fatal(err)
	}
	if got := v.Get("/verwaltung").Code; got != http.StatusForbidden {
		t.Errorf("a role taken away still works: %d", got)
	}
	save.Revision, save.Disabled = ben.Revision+1, true
	if _, err := w.Alliance.SavePerson(t.Context(), admin, ben.ID, save); err != nil {
		t.Fatal(err)
	}
	if got := v.Get("/konto").Code; got != http.StatusSeeOther {
		t.Errorf("a blocked person is still in: %d", got)
	}
}

func TestRevokedLinkEndsThePartysSessions(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	v := w.Visitor(t)
	v.Post("/zugang/frei", nil)
	if v.Get("/antwort").Code != 200 {
		t.Fatal("not in")
	}
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.AccessLink] { return tx.AccessLinks },
		survey.AccessLink{Hash: survey.HashToken("frei"), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()})
	if got := v.Get("/antwort"); got.Code != http.StatusUnauthorized {
		t.Errorf("%d", got.Code)
	}
	text := "Eine Antwort, an der lange geschrieben wurde."
	got := v.Post("/antwort/fragen/1", url.Values{"text": {text}, "revision": {"0"}})
	if got.Code != http.StatusUnauthorized || !strings.Contains(got.Body.String(), text) {
		t.Errorf("%d: the text is lost", got.Code)
	}
}

// P6: a session that ran out must not cost what was typed; secrets are not shown again.
func TestExpiredSessionGivesBackWhatWasTyped(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t).SignIn(ada.Email)
	w.Clock.Advance(web.StaffIdle + time.Minute)
	text := "Ein Absatz über uns,\n\nan dem <b>lange</b> geschrieben wurde."
	got := v.Post("/verwaltung/buendnis", url.Values{"intro": {text}, "name": {"kurz"}, "password": {"ein geheimes Passwort"}, "again": {"ein geheimes Passwort"},
		"old": {"ein geheimes Passwort"}, "code": {"123456 123456 123456 geheim"}, "token": {"ein geheimes Token, lang"}})
	page := got.Body.String()
	if got.Code != http.StatusUnauthorized || !strings.Contains(page, "an dem &lt;b&gt;lange&lt;/b&gt; geschrieben wurde.") || !strings.Contains(page, `href="/anmelden?weiter=%2Fverwaltung%2Fbuendnis"`) || !strings.Contains(page, "kurz</textarea>") {
		t.Errorf("%d\n%s", got.Code, page)
	}
	if strings.Contains(page, "geheim") {
		t.Errorf("a secret is shown again:\n%s", page)
	}
	got = v.Post("/verwaltung/buendnis", url.Values{"intro": {text}}, "Accept", "application/json")
	if got.Code != http.StatusUnauthorized || !strings.Contains(got.Body.String(), `"error"`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestSignInLeadsWhereOneWanted(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t)
	got := v.Get("/verwaltung/protokoll?x=1")
	target := got.Header().Get("Location")
	if target != "/anmelden?weiter=%2Fverwaltung%2Fprotokoll%3Fx%3D1" {
		t.Fatal(target)
	}
	if page := v.Get(target).Body.String(); !strings.Contains(page, `name="weiter" value="/verwaltung/protokoll?x=1"`) {
		t.Errorf("%s", page)
	}
	for wanted, want := range map[string]string{
		"/verwaltung/protokoll?x=1": "/verwaltung/protokoll?x=1", "": "/uebersicht", "https://fremd.example/": "/uebersicht", "//fremd.example": "/uebersicht",
		"/\\fremd.example": "/uebersicht", "javascript:alert(1)": "/uebersicht",
	} {
		in := w.Visitor(t)
		got := in.Post("/anmelden", url.Values{"email": {ada.Email}, "password": {webtest.Password}, "weiter": {wanted}})
		if to := got.Header().Get("Location"); to != want {
			t.Errorf("%q leads to %q", wanted, to)
		}
		if got := in.Get("/anmelden?weiter=" + url.QueryEscape(wanted)); got.Code != 303 || got.Header().Get("Location") != want {
			t.Errorf("who is signed in already: %q leads to %d %v", wanted, got.Code, got.Header())
		}
		got = v.Get("/sprache/en?weiter=" + url.QueryEscape(wanted))
		if to := got.Header().Get("Location"); to != want && !(want == "/uebersicht" && to == "/") {
			t.Errorf("the switch leads from %q to %q", wanted, to)
		}
	}
	for _, wanted := range []string{"https://fremd.example/", "//fremd.example"} {
		if page := v.Get("/anmelden?weiter=" + url.QueryEscape(wanted)).Body.String(); !strings.Contains(page, `name="weiter" value=""`) {
			t.Errorf("%s stands in the form", wanted)
		}
	}
}

// A damaged entry signs nobody out: whoever asks is told that something is damaged, not to sign in again.
func TestDamageIsNoSigningOut(t *testing.T) {
	w := webtest.New(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	v := w.Visitor(t).SignIn("ada@buendnis.example")
	sound := w.Alliance.Store
	w.Alliance.Store = damagedUsers{sound}
	webtest.Contains(t, v.Get("/konto"), http.StatusServiceUnavailable, "beschädigt")
	w.Alliance.Store = sound
	webtest.Contains(t, v.Get("/konto"), http.StatusOK, "Ada")
}

// damagedUsers is a store in which the entry of every person is damaged.
type damagedUsers struct{ survey.Store }

func (s damagedUsers) View(ctx context.Context, fn func(*survey.Tx) error) error {
	return s.Store.View(ctx, func(tx *survey.Tx) error {
		tx.Users = damagedTable[survey.User]{tx.Users}
		return fn(tx)
	})
}

type damagedTable[T survey.Entity] struct{ survey.Table[T] }

func (damagedTable[T]) Get(string) (none T, err error) {
	return none, &survey.Error{Code: survey.Unavailable, Key: "error.damaged"}
}
