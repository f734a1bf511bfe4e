package alliance_test

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

	"pruefstein/internal/survey"
	webdemo "pruefstein/internal/web/demo"
	"pruefstein/internal/web/site"
	"pruefstein/internal/web/webtest"
)

// Without a mail server nothing says that a mail is on its way.
func TestPeopleWithoutAMailServer(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	w.MailReady = false
	w.AddUser(t, survey.User{ID: "cem", Name: "Cem", Email: "cem@buendnis.example", Coordinator: true})
	v := w.Visitor(t).SignIn(ada.Email)
	got := v.Post("/verwaltung/personen/neu", url.Values{"name": {"Ben"}, "email": {"ben@buendnis.example"}})
	if want := "/verwaltung/personen?ok=alliance.notice.invited_by_hand"; got.Code != 303 || got.Header().Get("Location") != want {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	page := v.Get(got.Header().Get("Location")).Body.String()
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
	if page := v.Get("/verwaltung/personen/neu").Body.String(); strings.Contains(page, "bekommt eine E-Mail") {
		t.Error("inviting promises a mail")
	}
	reader := w.Visitor(t)
	if page := reader.Get("/passwort").Body.String(); !strings.Contains(page, "kein Mailserver") || strings.Contains(page, `name="email"`) {
		t.Error("a link is promised that nobody can send")
	}
	if got := reader.Post("/passwort", url.Values{"email": {ada.Email}}); got.Code != 409 {
		t.Errorf("%d", got.Code)
	}
}

// Who has no role is told so, and not to create something.
func TestOverviewWithoutARole(t *testing.T) {
	t.Parallel()
	w, _ := webtest.NewStaff(t)
	idle := w.AddUser(t, survey.User{Name: "Cem", Email: "cem@buendnis.example"})
	if page := w.Visitor(t).SignIn(idle.Email).Get("/uebersicht").Body.String(); !strings.Contains(page, "noch keine Aufgabe") || strings.Contains(page, "Legen Sie") {
		t.Error("the overview does not say that there is no role")
	}
}

// The demonstration's test mail lies in its mailbox, and the page says so; whoever is signed in finds the way back from there.
func TestMailTestOfTheDemonstration(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	w.Restart(t, func(c *site.Config) {
		c.Admin.TestMail = func(context.Context, string) ([]string, error) { return []string{"S: 250 x.eml"}, nil }
		c.Demo = &webdemo.Demo{Letters: func() ([]webdemo.Letter, error) { return nil, nil }}
	})
	v := w.Visitor(t).SignIn(ada.Email)
	page := v.Post("/verwaltung/mailtest", url.Values{"to": {"a@b.example"}}).Body.String()
	if !strings.Contains(page, "liegt im Postfach der Vorführung") || !strings.Contains(page, `href="/demo/postfach"`) {
		t.Error(page)
	}
	if page := v.Get("/demo/postfach").Body.String(); !strings.Contains(page, `href="/verwaltung"`) {
		t.Error(page)
	}
}

// A mail server that refuses a test mail, or never answers, is told apart; what was said so far is there in both cases.
func TestMailTestThatFails(t *testing.T) {
	t.Parallel()
	for want, failure := range map[string]error{
		"hat die Testmail nicht angenommen": errors.New("550 no such mailbox"),
		"hat nicht rechtzeitig geantwortet": fmt.Errorf("the server was not done: %w", context.DeadlineExceeded),
		"Mailserver hat nicht rechtzeitig":  fmt.Errorf("connecting to the mail server: %w", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}),
	} {
		w, ada := webtest.NewStaff(t)
		w.Restart(t, func(c *site.Config) {
			c.Admin.TestMail = func(context.Context, string) ([]string, error) { return []string{"C: DATA"}, failure }
		})
		page := w.Visitor(t).SignIn(ada.Email).Post("/verwaltung/mailtest", url.Values{"to": {"a@b.example"}}).Body.String()
		if !strings.Contains(page, want) || !strings.Contains(page, "C: DATA") {
			t.Errorf("%v: the page lacks %q", failure, want)
		}
	}
}

// An administrator helps somebody who forgot the password, without a mail server: the link is shown once and works once.
func TestResetLinkByHandOnThePages(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	ben := w.AddUser(t, survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", Coordinator: true})
	admin, lost := w.Visitor(t).SignIn(ada.Email), w.Visitor(t).SignIn(ben.Email)
	const people = "/verwaltung/personen"
	page := admin.Get(people).Body.String()
	for _, text := range []string{`action="/verwaltung/personen/ben/passwort"`, "gelten Sie beide bei den Vier-Augen-Regeln als eine Person"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if strings.Contains(lost.Get(people).Body.String(), "/passwort\"") {
		t.Error("offered to somebody who may not")
	}
	got := admin.Post(people+"/ben/passwort", nil)
	link := regexp.MustCompile(regexp.QuoteMeta(w.BaseURL) + `(/passwort/[A-Za-z0-9_-]+)`).FindStringSubmatch(got.Body.String())
	if got.Code != 200 || link == nil || !strings.Contains(got.Body.String(), "wird nur jetzt gezeigt") || got.Header().Get("Referrer-Policy") != "strict-origin" {
		t.Fatalf("%d %v", got.Code, got.Header())
	}
	page = admin.Get(people).Body.String()
	if strings.Contains(page, link[1]) || !strings.Contains(page, "Link für ein neues Passwort gilt bis 11:00 Uhr") || !strings.Contains(page, "/ben/passwort/widerrufen") {
		t.Error("the link is shown again, or not that it is open")
	}
	form := url.Values{"password": {"ganz anderes Wort"}, "again": {"ganz anderes Wort"}}
	fresh := w.Visitor(t)
	if fresh.Get(link[1]).Code != 200 || fresh.Post(link[1], form).Code != 303 || fresh.Get("/konto").Code != 200 {
		t.Fatal("the link does not work")
	}
	if lost.Get("/konto").Code != 303 || w.Visitor(t).Post(link[1], form).Code != 410 {
		t.Error("an earlier session, or the link, outlives its use")
	}
	if page := admin.Get(people).Body.String(); !strings.Contains(page, "aktiv, Passwort über einen Link von Ada gesetzt") || strings.Contains(page, "/passwort/widerrufen") {
		t.Error("the page does not say how the password was set")
	}
	log := admin.Get("/verwaltung/protokoll").Body.String()
	if !strings.Contains(log, "Link für ein neues Passwort von Hand erzeugt") || !strings.Contains(log, "Passwort zurückgesetzt") {
		t.Error("it is not in the log")
	}

	second := regexp.MustCompile(`/passwort/[A-Za-z0-9_-]{30,}`).FindString(admin.Post(people+"/ben/passwort", nil).Body.String())
	if got := admin.Post(people+"/ben/passwort/widerrufen", nil); got.Code != 303 || got.Header().Get("Location") != people+"?ok=alliance.notice.reset_revoked" {
		t.Error(got.Code)
	}
	if got := w.Visitor(t).Post(second, form); got.Code != 410 {
		t.Errorf("a revoked link: %d", got.Code)
	}
}
