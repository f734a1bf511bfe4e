package web_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	webdemo "pruefstein/internal/web/demo"
	"pruefstein/internal/web/site"
)

// Without a mail server nothing says that a mail is on its way.
func TestPeopleWithoutAMailServer(t *testing.T) {
	w, ada := newStaffWorld(t)
	w.MailReady = false
	w.addUser(t, survey.User{ID: "cem", Name: "Cem", Email: "cem@buendnis.example", Coordinator: true})
	v := w.visitor(t).signIn(ada.Email)
	got := v.post("/verwaltung/personen/neu", url.Values{"name": {"Ben"}, "email": {"ben@buendnis.example"}})
	if want := "/verwaltung/personen?ok=alliance.notice.invited_by_hand"; got.Code != 303 || got.Header().Get("Location") != want {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	page := v.get(got.Header().Get("Location")).Body.String()
	for _, text := range []string{"geht keine E-Mail hinaus", "kein Mailserver eingerichtet", "Link zum Kopieren für Ben", "was Sie oder Ben beantragen", "Noch ohne Aufgabe: Ben."} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if strings.Contains(page, "erfährt auch per E-Mail") || !strings.Contains(page, "was Sie oder Cem beantragen") || strings.Contains(page, "was Sie oder Ada beantragen") {
		t.Error("a mail is promised to Cem, or Ada is offered a link for herself")
	}
	if strings.Contains(page, "/erneut") {
		t.Error("a mail is offered")
	}
	if page := v.get("/verwaltung/personen/neu").Body.String(); strings.Contains(page, "bekommt eine E-Mail") {
		t.Error("inviting promises a mail")
	}
	reader := w.visitor(t)
	if page := reader.get("/passwort").Body.String(); !strings.Contains(page, "kein Mailserver") || strings.Contains(page, `name="email"`) {
		t.Error("a link is promised that nobody can send")
	}
	if got := reader.post("/passwort", url.Values{"email": {ada.Email}}); got.Code != 409 {
		t.Errorf("%d", got.Code)
	}
}

// Who has no role is told so, and not to create something.
func TestOverviewWithoutARole(t *testing.T) {
	w, _ := newStaffWorld(t)
	idle := w.addUser(t, survey.User{Name: "Cem", Email: "cem@buendnis.example"})
	if page := w.visitor(t).signIn(idle.Email).get("/uebersicht").Body.String(); !strings.Contains(page, "noch keine Aufgabe") || strings.Contains(page, "Legen Sie") {
		t.Error("the overview does not say that there is no role")
	}
}

// A refused confirmation leads back to its page, says what to do, and shows no values that a machine put into the form.
func TestErrorPageLeadsBack(t *testing.T) {
	w := newDraftWorld(t)
	q, err := w.Draft.SaveQuestionnaire(t.Context(), survey.Actor{User: survey.User{ID: "u1", PasswordHash: "x", Coordinator: true}},
		draft.SaveQuestionnaire{Title: "Nordmark fragt", Election: newElection(t, w), OrderRule: "Alphabet", Licence: "CC0-1.0"})
	if err != nil {
		t.Fatal(err)
	}
	v := w.visitor(t).signIn("office@x.example")
	from := "/werkstatt/" + q.Slug + "/katalog"
	got := v.post(from+"/sperren", url.Values{"hash": {"alt"}, "seen": {"4"}, "other": {survey.NewID()}, "note": {"Meine Notiz"}}, "Referer", w.BaseURL+from)
	page := got.Body.String()
	if got.Code != 409 || !strings.Contains(page, `href="`+from+`">Zurück zur Seite`) || !strings.Contains(page, "Gehen Sie zurück") {
		t.Errorf("%d\n%s", got.Code, page)
	}
	if strings.Count(page, `name="typed"`) != 1 || !strings.Contains(page, "Meine Notiz") {
		t.Error("what was typed is missing, or what was not is shown")
	}
}

func newElection(t *testing.T, w *world) string {
	t.Helper()
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Election] { return tx.Elections },
		survey.Election{ID: "e9", Name: "Landtagswahl Nordmark", Date: "2027-05-09", Revision: 1})
	return "e9"
}

// The demonstration's test mail lies in its mailbox, and the page says so; whoever is signed in finds the way back from there.
func TestMailTestOfTheDemonstration(t *testing.T) {
	w, ada := newStaffWorld(t)
	w.restart(t, func(c *site.Config) {
		c.Admin.TestMail = func(context.Context, string) ([]string, error) { return []string{"S: 250 x.eml"}, nil }
		c.Demo = &webdemo.Demo{Letters: func() ([]webdemo.Letter, error) { return nil, nil }}
	})
	v := w.visitor(t).signIn(ada.Email)
	page := v.post("/verwaltung/mailtest", url.Values{"to": {"a@b.example"}}).Body.String()
	if !strings.Contains(page, "liegt im Postfach der Vorführung") || !strings.Contains(page, `href="/demo/postfach"`) {
		t.Error(page)
	}
	if page := v.get("/demo/postfach").Body.String(); !strings.Contains(page, `href="/verwaltung"`) {
		t.Error(page)
	}
}

// A mail server that refuses a test mail, or never answers, is told apart; what was said so far is there in both cases.
func TestMailTestThatFails(t *testing.T) {
	for want, failure := range map[string]error{
		"hat die Testmail nicht angenommen": errors.New("550 no such mailbox"),
		"hat nicht rechtzeitig geantwortet": fmt.Errorf("the server was not done: %w", context.DeadlineExceeded),
		"Mailserver hat nicht rechtzeitig":  fmt.Errorf("connecting to the mail server: %w", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}),
	} {
		w, ada := newStaffWorld(t)
		w.restart(t, func(c *site.Config) {
			c.Admin.TestMail = func(context.Context, string) ([]string, error) { return []string{"C: DATA"}, failure }
		})
		page := w.visitor(t).signIn(ada.Email).post("/verwaltung/mailtest", url.Values{"to": {"a@b.example"}}).Body.String()
		if !strings.Contains(page, want) || !strings.Contains(page, "C: DATA") {
			t.Errorf("%v: the page lacks %q", failure, want)
		}
	}
}

// An administrator helps somebody who forgot the password, without a mail server: the link is shown once and works once.
func TestResetLinkByHandOnThePages(t *testing.T) {
	w, ada := newStaffWorld(t)
	ben := w.addUser(t, survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", Coordinator: true})
	admin, lost := w.visitor(t).signIn(ada.Email), w.visitor(t).signIn(ben.Email)
	const people = "/verwaltung/personen"
	page := admin.get(people).Body.String()
	for _, text := range []string{`action="/verwaltung/personen/ben/passwort"`, "gelten Sie beide bei den Vier-Augen-Regeln als eine Person"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if strings.Contains(lost.get(people).Body.String(), "/passwort\"") {
		t.Error("offered to somebody who may not")
	}
	got := admin.post(people+"/ben/passwort", nil)
	link := regexp.MustCompile(regexp.QuoteMeta(w.BaseURL) + `(/passwort/[A-Za-z0-9_-]+)`).FindStringSubmatch(got.Body.String())
	if got.Code != 200 || link == nil || !strings.Contains(got.Body.String(), "wird nur jetzt gezeigt") || got.Header().Get("Referrer-Policy") != "strict-origin" {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	page = admin.get(people).Body.String()
	if strings.Contains(page, link[1]) || !strings.Contains(page, "Link für ein neues Passwort gilt bis 11:00 Uhr") || !strings.Contains(page, "/ben/passwort/widerrufen") {
		t.Error("the link is shown again, or not that it is open")
	}
	form := url.Values{"password": {"ganz anderes Wort"}, "again": {"ganz anderes Wort"}}
	fresh := w.visitor(t)
	if fresh.get(link[1]).Code != 200 || fresh.post(link[1], form).Code != 303 || fresh.get("/konto").Code != 200 {
		t.Fatal("the link does not work")
	}
	if lost.get("/konto").Code != 303 || w.visitor(t).post(link[1], form).Code != 410 {
		t.Error("an earlier session, or the link, outlives its use")
	}
	if page := admin.get(people).Body.String(); !strings.Contains(page, "aktiv, Passwort über einen Link von Ada gesetzt") || strings.Contains(page, "/passwort/widerrufen") {
		t.Error("the page does not say how the password was set")
	}
	log := admin.get("/verwaltung/protokoll").Body.String()
	if !strings.Contains(log, "Link für ein neues Passwort von Hand erzeugt") || !strings.Contains(log, "Passwort zurückgesetzt") {
		t.Error("it is not in the log")
	}

	second := regexp.MustCompile(`/passwort/[A-Za-z0-9_-]{30,}`).FindString(admin.post(people+"/ben/passwort", nil).Body.String())
	if got := admin.post(people+"/ben/passwort/widerrufen", nil); got.Code != 303 || got.Header().Get("Location") != people+"?ok=alliance.notice.reset_revoked" {
		t.Error(got.Code)
	}
	if got := w.visitor(t).post(second, form); got.Code != 410 {
		t.Errorf("a revoked link: %d", got.Code)
	}
}
