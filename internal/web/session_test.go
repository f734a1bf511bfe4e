package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

const staffCookie = "buendnis"

func newStaffWorld(t *testing.T) (*world, survey.User) {
	w := newTestServer(t)
	return w, w.addUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true, Coordinator: true})
}

func TestSessionIsNewAtSignIn(t *testing.T) {
	w, ada := newStaffWorld(t)
	v := w.visitor(t)
	v.cookies[staffCookie] = "untergeschoben"
	v.signIn(ada.Email)
	if v.cookies[staffCookie] == "untergeschoben" || v.get("/konto").Code != 200 {
		t.Error("a planted session is used")
	}
	first := v.cookies[staffCookie]
	v.signIn(ada.Email)
	second := v.cookies[staffCookie]
	if first == second {
		t.Error("signing in again keeps the session")
	}
	old := w.visitor(t)
	old.cookies[staffCookie] = first
	if old.get("/konto").Code != http.StatusSeeOther {
		t.Error("the session before is still good")
	}
	if all := w.contents(t, true); strings.Contains(all, second) {
		t.Error("the store holds the token of a session")
	}
}

func TestSessionCookie(t *testing.T) {
	w, ada := newStaffWorld(t)
	got := w.visitor(t).post("/anmelden", url.Values{"email": {ada.Email}, "password": {testPassword}})
	for _, c := range got.Result().Cookies() {
		if c.Name != staffCookie || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure || c.Domain != "" || len(c.Value) < 40 {
			t.Errorf("%+v", c)
		}
	}
}

func TestSignOutEndsOnTheServer(t *testing.T) {
	w, ada := newStaffWorld(t)
	v := w.visitor(t).signIn(ada.Email)
	token := v.cookies[staffCookie]
	if got := v.post("/abmelden", nil); got.Code != 303 || v.cookies[staffCookie] != "" {
		t.Errorf("%d, cookie %q", got.Code, v.cookies[staffCookie])
	}
	v.cookies[staffCookie] = token
	if v.get("/konto").Code != http.StatusSeeOther || strings.Contains(w.contents(t, true), "Sessions ") {
		t.Error("the session outlives the sign-out")
	}
}

func TestSessionTimesOut(t *testing.T) {
	w, ada := newStaffWorld(t)
	v := w.visitor(t).signIn(ada.Email)
	w.Clock.Advance(web.StaffIdle - time.Minute)
	if v.get("/konto").Code != 200 {
		t.Fatal("over too early")
	}
	w.Clock.Advance(web.StaffIdle - time.Minute) // the visit just now counts
	if v.get("/konto").Code != 200 {
		t.Fatal("a session in use went idle")
	}
	w.Clock.Advance(web.StaffIdle + time.Minute)
	if v.get("/konto").Code != http.StatusSeeOther {
		t.Error("an idle session is still good")
	}

	v.signIn(ada.Email)
	for elapsed := time.Duration(0); elapsed < web.StaffLife-time.Hour; elapsed += 8 * time.Hour {
		if v.get("/konto").Code != 200 {
			t.Fatalf("over after %v", elapsed)
		}
		w.Clock.Advance(8 * time.Hour)
	}
	if v.get("/konto").Code != http.StatusSeeOther {
		t.Error("a session lasts for ever if it is used")
	}
}

func TestSessionIsTouchedEveryTenMinutes(t *testing.T) {
	w, ada := newStaffWorld(t)
	v := w.visitor(t).signIn(ada.Email)
	before := w.contents(t, true)
	w.Clock.Advance(web.TouchEvery - time.Second)
	if got := v.get("/konto"); got.Header().Get("Set-Cookie") != "" || w.contents(t, true) != before {
		t.Error("touched too early")
	}
	w.Clock.Advance(2 * time.Second)
	v.get("/konto")
	touched := w.contents(t, true)
	if touched == before || w.contents(t, false) != strings.Join(withoutSessions(before), "") {
		t.Error("not touched, or more than the session was written")
	}
	v.get("/konto")
	if w.contents(t, true) != touched {
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
	w, ada := newStaffWorld(t)
	ben := w.addUser(t, survey.User{Name: "Ben", Email: "ben@buendnis.example", Coordinator: true})
	v := w.visitor(t).signIn(ben.Email)
	admin := survey.Actor{User: ada}
	save := alliance.SavePerson{ID: ben.ID, Revision: ben.Revision, Name: "Ben"}
	if _, err := w.Alliance.SavePerson(t.Context(), admin, save); err != nil {
		t.Fatal(err)
	}
	if got := v.get("/verwaltung").Code; got != http.StatusForbidden {
		t.Errorf("a role taken away still works: %d", got)
	}
	save.Revision, save.Disabled = ben.Revision+1, true
	if _, err := w.Alliance.SavePerson(t.Context(), admin, save); err != nil {
		t.Fatal(err)
	}
	if got := v.get("/konto").Code; got != http.StatusSeeOther {
		t.Errorf("a blocked person is still in: %d", got)
	}
}

func TestRevokedLinkEndsThePartysSessions(t *testing.T) {
	w := newAnswerWorld(t)
	v := w.visitor(t)
	v.post("/zugang/frei", nil)
	if v.get("/antwort").Code != 200 {
		t.Fatal("not in")
	}
	put(t, w, func(tx *survey.Tx) survey.Table[survey.AccessLink] { return tx.AccessLinks },
		survey.AccessLink{Hash: survey.HashToken("frei"), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()})
	if got := v.get("/antwort"); got.Code != http.StatusUnauthorized {
		t.Errorf("%d", got.Code)
	}
	text := "Eine Antwort, an der lange geschrieben wurde."
	got := v.post("/antwort/fragen/1", url.Values{"text": {text}, "revision": {"0"}})
	if got.Code != http.StatusUnauthorized || !strings.Contains(got.Body.String(), text) {
		t.Errorf("%d: the text is lost", got.Code)
	}
}

// P6: a session that ran out must not cost what was typed; secrets are not shown again.
func TestExpiredSessionGivesBackWhatWasTyped(t *testing.T) {
	w, ada := newStaffWorld(t)
	v := w.visitor(t).signIn(ada.Email)
	w.Clock.Advance(web.StaffIdle + time.Minute)
	text := "Ein Absatz über uns,\n\nan dem <b>lange</b> geschrieben wurde."
	got := v.post("/verwaltung/buendnis", url.Values{"intro": {text}, "name": {"kurz"}, "password": {"ein geheimes Passwort"}, "again": {"ein geheimes Passwort"},
		"old": {"ein geheimes Passwort"}, "code": {"123456 123456 123456 geheim"}, "token": {"ein geheimes Token, lang"}})
	page := got.Body.String()
	if got.Code != http.StatusUnauthorized || !strings.Contains(page, "an dem &lt;b&gt;lange&lt;/b&gt; geschrieben wurde.") || !strings.Contains(page, `href="/anmelden?weiter=%2Fverwaltung%2Fbuendnis"`) || !strings.Contains(page, "kurz</textarea>") {
		t.Errorf("%d\n%s", got.Code, page)
	}
	if strings.Contains(page, "geheim") {
		t.Errorf("a secret is shown again:\n%s", page)
	}
	got = v.post("/verwaltung/buendnis", url.Values{"intro": {text}}, "Accept", "application/json")
	if got.Code != http.StatusUnauthorized || !strings.Contains(got.Body.String(), `"error"`) {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestSignInLeadsWhereOneWanted(t *testing.T) {
	w, ada := newStaffWorld(t)
	v := w.visitor(t)
	got := v.get("/verwaltung/protokoll?x=1")
	target := got.Header().Get("Location")
	if target != "/anmelden?weiter=%2Fverwaltung%2Fprotokoll%3Fx%3D1" {
		t.Fatal(target)
	}
	if page := v.get(target).Body.String(); !strings.Contains(page, `name="weiter" value="/verwaltung/protokoll?x=1"`) {
		t.Errorf("%s", page)
	}
	for wanted, want := range map[string]string{
		"/verwaltung/protokoll?x=1": "/verwaltung/protokoll?x=1", "": "/uebersicht", "https://fremd.example/": "/uebersicht", "//fremd.example": "/uebersicht",
		"/\\fremd.example": "/uebersicht", "javascript:alert(1)": "/uebersicht",
	} {
		in := w.visitor(t)
		got := in.post("/anmelden", url.Values{"email": {ada.Email}, "password": {testPassword}, "weiter": {wanted}})
		if to := got.Header().Get("Location"); to != want {
			t.Errorf("%q leads to %q", wanted, to)
		}
		if got := in.get("/anmelden?weiter=" + url.QueryEscape(wanted)); got.Code != 303 || got.Header().Get("Location") != want {
			t.Errorf("who is signed in already: %q leads to %d %v", wanted, got.Code, got.Header())
		}
		got = v.get("/sprache/en?weiter=" + url.QueryEscape(wanted))
		if to := got.Header().Get("Location"); to != want && !(want == "/uebersicht" && to == "/") {
			t.Errorf("the switch leads from %q to %q", wanted, to)
		}
	}
	for _, wanted := range []string{"https://fremd.example/", "//fremd.example"} {
		if page := v.get("/anmelden?weiter=" + url.QueryEscape(wanted)).Body.String(); !strings.Contains(page, `name="weiter" value=""`) {
			t.Errorf("%s stands in the form", wanted)
		}
	}
}
