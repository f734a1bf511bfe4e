package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
	weballiance "pruefstein/internal/web/alliance"
	"pruefstein/internal/web/site"
)

// inOrder tells whether the texts follow one another on a page.
func inOrder(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		_, after, ok := strings.Cut(page, text)
		if !ok {
			t.Errorf("%q does not come where it should", text)
			return
		}
		page = after
	}
}

// Where the overview leads to, what is wanted stands on top, ahead of all there is to read.
func TestWaitingStandsOnTop(t *testing.T) {
	w := newSendWorld(t)
	w.addUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.addUser(t, survey.User{ID: "lou", Name: "Lou", Email: "lou@buendnis.example", Coordinator: true})
	kim, lou := w.visitor(t).signIn("kim@buendnis.example"), w.visitor(t).signIn("lou@buendnis.example")
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "B", Email: "fragen@buendnis.example", Revision: 1})
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Questionnaire] { return tx.Questionnaires }, survey.Questionnaire{ID: "q-locked", Slug: "nord-locked",
		Title: "Gesperrt", Election: "e1", LockedAt: w.Clock.Now(), Deadline: survey.Instant{At: w.Clock.Now().AddDate(0, 0, 28), Zone: survey.DefaultZone},
		Cover: survey.Cover{Subject: "Fragen", Body: "Bis {{frist}}\n\n{{link}}\n\n{{fragen}}", Language: "de"}, Revision: 1})
	for _, slug := range []string{"frei", "moin", "deich", "watt"} {
		put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents }, survey.Respondent{Questionnaire: "q-locked", ID: slug, Slug: slug,
			Parties: []string{slug}, ShortName: slug, Email: slug + "@partei.example", Procedure: survey.Procedure{Channel: survey.ChannelForm}, Revision: 1})
	}
	for path, field := range map[string]string{"/werkstatt/nord-draft/katalog": "hash", "/versand/nord-locked/absenden": "seen"} {
		page := kim.get(path).Body.String()
		value := regexp.MustCompile(`name="` + field + `" value="([0-9a-f]{64})"`).FindStringSubmatch(page[strings.LastIndex(page, "<form"):])
		if value == nil {
			t.Fatalf("%s: nothing to ask for:\n%s", path, page)
		}
		act := strings.Replace(path, "/katalog", "/katalog/sperren", 1)
		if got := kim.post(act, url.Values{field: {value[1]}}); got.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", act, got.Code)
		}
		if !strings.Contains(lou.get("/uebersicht").Body.String(), `href="`+path+`"`) {
			t.Errorf("the overview does not lead to %s", path)
		}
	}
	inOrder(t, lou.get("/werkstatt/nord-draft/katalog").Body.String(), "Wartet auf eine zweite Person", "Bestätigen und sperren", "Antrag zurücknehmen", "Die Fragen", "Was passt bei wem?")
	inOrder(t, lou.get("/versand/nord-locked/absenden").Body.String(), "Wartet auf die zweite Person", "Bestätigen und an 4 Befragte absenden", "Antrag zurücknehmen", "Prüfliste", "Was hinausgeht")
	own := kim.get("/versand/nord-locked/absenden").Body.String()
	inOrder(t, own, "Wartet auf die zweite Person", "Eine andere Person", "Prüfliste")
	if strings.Count(own, "Eine andere Person") != 1 {
		t.Error("the sentence stands there twice")
	}
}

func TestOverviewLeadsToTranscriptions(t *testing.T) {
	w := newLetterWorld(t)
	anna, ben := w.visitor(t).signIn("anna@buendnis.example"), w.visitor(t).signIn("ben@buendnis.example")
	first := survey.NewID()
	contains(t, anna.upload(letterURL(first), letterForm(), "brief.pdf", []byte(letterPDF)), 303)
	contains(t, ben.get("/uebersicht"), 200, `<a href="`+letterURL(first)+`">Übertragene Antwort prüfen: Frei</a>`)
	if strings.Contains(anna.get("/uebersicht").Body.String(), "Übertragene Antwort") {
		t.Error("whoever wrote it is asked to check it")
	}
	contains(t, anna.upload(letterURL(survey.NewID()), letterForm(), "brief.pdf", []byte(letterPDF)), 303)
	contains(t, ben.get("/uebersicht"), 200, `<a href="/antworten/nordmark-2027?filter=pruefung">2 übertragene Antworten prüfen</a>`)
}

// The list of what is missing says who can see to it, and is gone once nothing is.
func TestOverviewListsTheSetUp(t *testing.T) {
	w := newTestServer(t)
	w.MailReady = false
	w.addUser(t, survey.User{ID: "ada", Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	w.addUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.addUser(t, survey.User{ID: "mia", Name: "Mia", Email: "mia@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: "g"}}})
	admin, office, member := w.visitor(t).signIn("ada@buendnis.example"), w.visitor(t).signIn("kim@buendnis.example"), w.visitor(t).signIn("mia@buendnis.example")
	contains(t, admin.get("/uebersicht"), 200, "Einrichten", `<a href="/verwaltung/mailtest">Mailserver</a>`, `<a href="/verwaltung/personen">Eine zweite Person`, "Das macht die Koordination.", "fehlt noch")
	contains(t, office.get("/uebersicht"), 200, `<a href="/verwaltung/wahlen">Wahl</a>`, "Mailserver Bitten Sie die Administration.")
	if strings.Contains(member.get("/uebersicht").Body.String(), "Einrichten") {
		t.Error("a member is shown the set-up")
	}
	contains(t, office.get("/werkstatt/neu"), 200, `href="/verwaltung/wahlen/neu">Neue Wahl`)

	w.MailReady = true
	w.addUser(t, survey.User{ID: "lou", Name: "Lou", Email: "lou@buendnis.example", Coordinator: true})
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "B", Email: "b@b.example", Imprint: "I", Privacy: "P", Revision: 9})
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Organisation] { return tx.Organisations }, survey.Organisation{ID: "o", Name: "O"})
	put(t, w, func(tx *survey.Tx) survey.Table[survey.WorkingGroup] { return tx.WorkingGroups }, survey.WorkingGroup{ID: "g", Name: "G"})
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Election] { return tx.Elections }, survey.Election{ID: "e", Name: "E", Date: "2027-03-07"})
	contains(t, office.get("/uebersicht"), 200, "Einrichten", "erledigt")
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Contestant] { return tx.Contestants }, survey.Contestant{Election: "e", Party: "p"})
	if strings.Contains(office.get("/uebersicht").Body.String(), "Einrichten") {
		t.Error("the list stays when all is done")
	}
}

// Alone is not switched off: who has nobody yet is told to invite somebody before what cannot be undone.
func TestLockWithoutASecondPerson(t *testing.T) {
	w := newSendWorld(t)
	kim := w.addUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	v := w.visitor(t).signIn(kim.Email)
	const path = "/werkstatt/nord-draft/katalog"
	page := v.get(path).Body.String()
	if !strings.Contains(page, "noch keine zweite Person. Bitten Sie") || strings.Contains(page, "ausgeschaltet") || strings.Contains(page, "/verwaltung/personen/neu") {
		t.Error("alone, and told otherwise")
	}
	contains(t, v.get("/antworten/nord-open"), 200, "noch keine zweite Person")
	kim.Administrator = true
	put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, kim)
	contains(t, v.get(path), 200, `href="/verwaltung/personen/neu">Jemanden einladen`)
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{CheckLock: survey.RuleOff, CheckTranscription: survey.RuleOff})
	if page := v.get(path).Body.String(); !strings.Contains(page, "ausgeschaltet") || strings.Contains(page, "zweite Person") {
		t.Error("switched off, and told otherwise")
	}
	contains(t, v.get("/antworten/nord-open"), 200, "ausgeschaltet")
}

// A catalogue that is locked leads on, and advises nothing that is too late.
func TestLockedCatalogueLeadsOn(t *testing.T) {
	w := newSendWorld(t)
	w.addUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	kim := w.visitor(t).signIn("kim@buendnis.example")
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents },
		survey.Respondent{Questionnaire: "q-locked", ID: "frei", Slug: "frei", ShortName: "frei", Revision: 1})
	contains(t, kim.get("/werkstatt/nord-locked/katalog"), 200, `href="/versand/nord-locked">Weiter zum Versand`, "Der Wortlaut steht fest")
	for _, phase := range []string{"locked", "open"} {
		if strings.Contains(kim.get("/werkstatt/nord-"+phase+"/katalog").Body.String(), "kürzen") {
			t.Errorf("%s: the wording is fixed", phase)
		}
	}
}

// Questions still to be entered in a party's own form are no missing reason, and each leads to its page.
func TestPublicationWaitsForPortals(t *testing.T) {
	w := newPublishWorld(t)
	for _, name := range []string{"KB", "VN"} {
		put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents }, survey.Respondent{Questionnaire: "q", ID: name,
			Slug: strings.ToLower(name), ShortName: name, Name: name, Sequence: 3, Procedure: survey.Procedure{Channel: survey.ChannelPortal}})
	}
	ada := w.visitor(t).signIn("ada@buendnis.example")
	page := ada.get("/veroeffentlichen/nordmark").Body.String()
	inOrder(t, page, "sobald alles in Ordnung ist", "Noch nicht im Formular der Partei eingereicht:", `<a href="/versand/nordmark/befragte/kb/eingabe">KB</a>, <a href="/versand/nordmark/befragte/vn/eingabe">VN</a>`)
	if strings.Contains(page, "Ohne eingetragenen Grund") {
		t.Error("a reason is asked for")
	}
	content := readPreview(page)
	if got := ada.post("/veroeffentlichen/nordmark", content); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "Bei KB, VN sind die Fragen noch nicht") {
		t.Errorf("published all the same: %d", got.Code)
	}
	entered := survey.Respondent{Questionnaire: "q", ID: "KB", Slug: "kb", ShortName: "KB", Name: "KB", Sequence: 3, Procedure: survey.Procedure{Channel: survey.ChannelPortal},
		AskedAt: w.Clock.Now().Add(-time.Hour), Portal: &survey.PortalSubmission{At: w.Clock.Now().Add(-time.Hour)}}
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents }, entered)
	if page := ada.get("/veroeffentlichen/nordmark").Body.String(); strings.Contains(page, "befragte/kb/eingabe") || !strings.Contains(page, "befragte/vn/eingabe") {
		t.Error("KB is entered, VN is not")
	}
}

// Published files that were altered are named where the office arrives; readers get no altered byte, and a page that says why.
func TestOverviewNamesAlteredPublications(t *testing.T) {
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
	w := newTestServer(t)
	w.restart(t, func(c *site.Config) { c.Publications = library })
	w.addUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	w.addUser(t, survey.User{Name: "Mia", Email: "mia@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: "g"}}})
	page := w.visitor(t).signIn("ada@buendnis.example").get("/uebersicht").Body.String()
	inOrder(t, page, "Veröffentlichte Dateien stimmen nicht mehr", "publication rathaus-2031, version 1: ", "fremd-0.html is no part", "und 1 weiterer Fehler")
	if page := w.visitor(t).signIn("mia@buendnis.example").get("/uebersicht").Body.String(); strings.Contains(page, "stimmen nicht mehr") {
		t.Error("everybody is told")
	}
	for path, want := range map[string]string{"/vergleich/rathaus-2031/": "nicht mehr so, wie sie veröffentlicht wurde", "/en/vergleich/rathaus-2031/fragen/1": "no longer as it was published"} {
		got := w.visitor(t).get(path)
		if got.Code != http.StatusServiceUnavailable || !strings.Contains(got.Body.String(), want) || got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q\n%s", path, got.Code, got.Header().Get("Cache-Control"), got.Body)
		}
	}
	if page := w.visitor(t).get("/").Body.String(); strings.Contains(page, "rathaus-2031") {
		t.Error("the front page leads to it")
	}
}
