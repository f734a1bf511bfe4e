package alliance_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/locale"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
	weballiance "pruefstein/internal/web/alliance"
	"pruefstein/internal/web/site"
	"pruefstein/internal/web/webtest"
)

// The list of what is missing says who can see to it, and is gone once nothing is.
func TestOverviewListsTheSetUp(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	w.MailReady = false
	w.AddUser(t, survey.User{ID: "ada", Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	w.AddUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "mia", Name: "Mia", Email: "mia@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: "g"}}})
	admin, office, member := w.Visitor(t).SignIn("ada@buendnis.example"), w.Visitor(t).SignIn("kim@buendnis.example"), w.Visitor(t).SignIn("mia@buendnis.example")
	webtest.Contains(t, admin.Get("/uebersicht"), 200, "Einrichten", `<a href="/verwaltung/mailtest">Mailserver</a>`, `<a href="/verwaltung/personen">Eine zweite Person`, "Das macht die Koordination.", "fehlt noch")
	webtest.Contains(t, office.Get("/uebersicht"), 200, `<a href="/verwaltung/wahlen">Wahl</a>`, "Mailserver Bitten Sie die Administration.")
	if strings.Contains(member.Get("/uebersicht").Body.String(), "Einrichten") {
		t.Error("a member is shown the set-up")
	}
	webtest.Contains(t, office.Get("/werkstatt/neu"), 200, `href="/verwaltung/wahlen/neu">Neue Wahl`)

	w.MailReady = true
	w.AddUser(t, survey.User{ID: "lou", Name: "Lou", Email: "lou@buendnis.example", Coordinator: true})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "B", Email: "b@b.example", Imprint: "I", Privacy: "P", Revision: 9})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Organisation] { return tx.Organisations }, survey.Organisation{ID: "o", Name: "O"})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.WorkingGroup] { return tx.WorkingGroups }, survey.WorkingGroup{ID: "g", Name: "G"})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Election] { return tx.Elections }, survey.Election{ID: "e", Name: "E", Date: "2027-03-07"})
	webtest.Contains(t, office.Get("/uebersicht"), 200, "Einrichten", "erledigt")
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Contestant] { return tx.Contestants }, survey.Contestant{Election: "e", Party: "p"})
	if strings.Contains(office.Get("/uebersicht").Body.String(), "Einrichten") {
		t.Error("the list stays when all is done")
	}
}

// Whatever waits for a second person is named where the office arrives, and leads to where it is confirmed.
func TestOverviewNamesEveryRequest(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "lou", Name: "Lou", Email: "lou@buendnis.example", Coordinator: true})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "B", Email: "b@b.example",
		ConfirmLock: survey.RuleOn, ConfirmDispatch: survey.RuleOn, ConfirmPublication: survey.RuleOn})
	office, words := w.Visitor(t).SignIn("kim@buendnis.example"), locale.For("de")
	for _, act := range survey.ApprovalKinds {
		if act == survey.ActTranscription || act == survey.ActAddress { // these are about one letter or respondent
			continue
		}
		request := survey.Approval{Questionnaire: "q-open", Act: act, Digest: "x", RequestedBy: "lou", RequestedAt: w.Clock.Now()}
		webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Approval] { return tx.Approvals }, request)
		page := office.Get("/uebersicht").Body.String()
		link := regexp.MustCompile(`href="(/[a-z]+/nord-open[^"]*)"[^>]*>` + regexp.QuoteMeta(words.Must("alliance.overview.act."+string(act))) + `<`).FindStringSubmatch(page)
		if link == nil {
			t.Errorf("%s is not on the overview", act)
		} else if code := office.Get(link[1]).Code; code != 200 {
			t.Errorf("%s leads to %s: %d", act, link[1], code)
		}
		if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Approvals.Delete(request.Key()) }); err != nil {
			t.Fatal(err)
		}
	}
}

// Published files that were altered are named where the office arrives; readers get no altered byte, and a page that says why.
func TestOverviewNamesAlteredPublications(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	place := filepath.Join(folder, "rathaus-2031", "1")
	if err := errors.Join(os.MkdirAll(place, 0o755), os.WriteFile(filepath.Join(place, "manifest.json"), []byte("{"), 0o644),
		os.WriteFile(filepath.Join(folder, "rathaus-2031", "current"), []byte("1\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	for i := range weballiance.DamagedShown {
		if err := os.WriteFile(filepath.Join(folder, "rathaus-2031", fmt.Sprintf("fremd-%d.html", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	library, err := publish.Open(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := webtest.New(t)
	w.Restart(t, func(c *site.Config) { c.Publications = library })
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	w.AddUser(t, survey.User{Name: "Mia", Email: "mia@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: "g"}}})
	page := w.Visitor(t).SignIn("ada@buendnis.example").Get("/uebersicht").Body.String()
	webtest.InOrder(t, page, "Veröffentlichte Dateien stimmen nicht mehr", "publication rathaus-2031, version 1: ", "fremd-0.html is no part", "und 1 weiterer Fehler")
	if page := w.Visitor(t).SignIn("mia@buendnis.example").Get("/uebersicht").Body.String(); strings.Contains(page, "stimmen nicht mehr") {
		t.Error("everybody is told")
	}
	for path, want := range map[string]string{"/vergleich/rathaus-2031/": "nicht mehr so, wie sie veröffentlicht wurde", "/en/vergleich/rathaus-2031/fragen/1": "no longer as it was published"} {
		got := w.Visitor(t).Get(path)
		if got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), want) || got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q\n%s", path, got.Code, got.Header().Get("Cache-Control"), got.Body)
		}
	}
	if page := w.Visitor(t).Get("/").Body.String(); strings.Contains(page, "rathaus-2031") {
		t.Error("the front page leads to it")
	}
}
