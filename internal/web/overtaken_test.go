package web_test

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pruefstein/internal/survey"
)

// newOvertakenWorld is an alliance in which one person may do everything.
func newOvertakenWorld(t *testing.T) (*world, *visitor) {
	t.Helper()
	w := newTestServer(t)
	w.addUser(t, survey.User{ID: "u1", Name: "Ada", Email: "ada@x.example", Coordinator: true, Administrator: true})
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark", Imprint: "Neues Impressum", Privacy: "Gleich", Revision: 2}),
			tx.Organisations.Put(survey.Organisation{ID: "o1", Name: "Freie Netze e. V.", Slug: "freie-netze", Website: "https://neu.example", Revision: 2}),
			tx.Organisations.Put(survey.Organisation{ID: "o2", Name: "Offene Welt", Slug: "offene-welt", Revision: 1}),
			tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g1", Name: "Bildung", Slug: "bildung", Revision: 2}),
			tx.Users.Put(survey.User{ID: "u2", Name: "Ben", Email: "bne@x.example", Coordinator: true, Language: "de", Revision: 2}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl", Date: "2027-05-09", Level: survey.LevelLand, Revision: 2}),
			tx.Parties.Put(survey.Party{ID: "p1", ShortName: "FM", Name: "Freie Mitte", Revision: 2}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "p1", BallotPosition: 3, Revision: 5}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark", Title: "Nordmark fragt", Election: "e1", Slots: 8, OrderRule: "Stimmzettel",
				Licence: "CC-BY-4.0", Topics: []survey.Topic{{ID: "schule", Name: "Schule"}}, Revision: 2}))
	}); err != nil {
		t.Fatal(err)
	}
	return w, w.visitor(t).signIn("ada@x.example")
}

// P6, P7: whoever saves too late gets the form back with everything typed and what is stored now, and can save knowingly.
func TestAFormThatCameTooLateIsShownAgain(t *testing.T) {
	w, v := newOvertakenWorld(t)
	for name, c := range map[string]struct {
		path      string
		form      url.Values
		page      []string // of the answer
		revisions url.Values
	}{
		"alliance": {"/verwaltung/buendnis", url.Values{"name": {"Kurz"}, "imprint": {"Mein Impressum"}, "privacy": {"Gleich"}, "check_lock": {"off"}},
			[]string{`value="Kurz"`, "Inzwischen gespeichert ist „Bündnis Nordmark“", "\nMein Impressum</textarea>", "\nNeues Impressum</textarea>", `value="off" checked`, "Anders gespeichert ist jetzt: Name des Bündnisses, "},
			url.Values{"revision": {"2"}}},
		"organisation": {"/verwaltung/organisationen", url.Values{"id": {"o1"}, "name": {"FN"}, "website": {""}},
			[]string{`value="FN"`, "„Freie Netze e. V.“", "„https://neu.example“", `value="Offene Welt"`}, url.Values{"revision": {"2"}}},
		"group":  {"/verwaltung/arbeitsgruppen", url.Values{"id": {"g1"}, "name": {"AG B"}}, []string{`value="AG B"`, "„Bildung“"}, url.Values{"revision": {"2"}}},
		"person": {"/verwaltung/personen/u2", url.Values{"name": {"B."}, "email": {"ben@x.example"}, "member": {"g1"}}, []string{`value="B."`, "„Ben“", "„bne@x.example“", "„ja“", `value="ben@x.example"`}, url.Values{"revision": {"2"}}},
		"settings": {"/werkstatt/nordmark/einstellungen", url.Values{"title": {"Kurz"}, "slug": {"nordmark"}, "election": {"e1"}, "slots": {"9"}, "order_rule": {"ABC"}, "licence": {"CC0-1.0"}, "topics": {"Schule\r\nAmt"}},
			[]string{`value="Kurz"`, "„Nordmark fragt“", "„8“", `value="9"`, "\nSchule\r\nAmt</textarea>", "\nSchule</textarea>", "„CC-BY-4.0“"}, url.Values{"revision": {"2"}}},
		"election": {"/verwaltung/wahlen/e1/bearbeiten", url.Values{"name": {"LTW"}, "date": {"2027-05-10"}, "level": {"bund"}},
			[]string{`value="LTW"`, "„Landtagswahl“", `value="2027-05-10"`, "„2027-05-09“"}, url.Values{"revision": {"2"}}},
		"party": {"/verwaltung/wahlen/e1/parteien/p1", url.Values{"short_name": {"FM"}, "name": {"Mitte"}, "ballot_position": {"4"}},
			[]string{`value="Mitte"`, "„Freie Mitte“", "„3“"}, url.Values{"party_revision": {"2"}, "contestant_revision": {"5"}}},
	} {
		got := v.post(c.path, c.form)
		page := got.Body.String()
		if got.Code != 409 || !strings.Contains(page, "Jemand hat inzwischen etwas geändert") {
			t.Errorf("%s: %d\n%s", name, got.Code, page)
			continue
		}
		for _, want := range c.page {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %s in\n%s", name, want, page)
			}
		}
		for field, value := range c.revisions {
			if !strings.Contains(page, `name="`+field+`" value="`+value[0]+`"`) {
				t.Errorf("%s: the form would come too late again", name)
			}
			c.form[field] = value
		}
		if got := v.post(c.path, c.form); got.Code != 303 {
			t.Errorf("%s, knowingly: %d\n%s", name, got.Code, got.Body)
		}
		// A second click.
		if got := v.post(c.path, c.form); got.Code != 303 {
			t.Errorf("%s, a second click: %d", name, got.Code)
		}
	}
	if !strings.Contains(w.contents(t, false), "Mein Impressum") {
		t.Error("not saved")
	}
}

func TestOrderThatCameTooLateIsShownAgain(t *testing.T) {
	w, v := newOvertakenWorld(t)
	for _, id := range []string{"a", "b", "c"} {
		put(t, w, func(tx *survey.Tx) survey.Table[survey.Question] { return tx.Questions },
			survey.Question{Questionnaire: "q1", ID: id, State: survey.StateAgreed, Wording: survey.Wording{Kind: survey.KindText, Text: "Frage " + id + "?"}})
	}
	const path = "/werkstatt/nordmark/katalog"
	// sent is all that a browser sends of the form of a page.
	sent := func(page string) url.Values {
		form := url.Values{}
		_, page, _ = strings.Cut(page, path+"/reihenfolge")
		page, _, _ = strings.Cut(page, "</form>")
		for _, input := range regexp.MustCompile(`<input[^>]*>`).FindAllString(page, -1) {
			form.Set(regexp.MustCompile(`name="([^"]*)"`).FindStringSubmatch(input)[1], regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(input)[1])
		}
		if len(form) != 7 {
			t.Fatalf("the form has %v", form)
		}
		return form
	}
	order := func(want string) {
		t.Helper()
		got := ""
		for _, id := range regexp.MustCompile(`name="place-(.)"`).FindAllStringSubmatch(v.get(path).Body.String(), -1) {
			got += id[1]
		}
		if got != want {
			t.Errorf("ordered %s, want %s", got, want)
		}
	}
	first, late := sent(v.get(path).Body.String()), sent(v.get(path).Body.String())
	first.Set("place-c", "1")
	for range 2 { // the second click of two changes nothing
		if got := v.post(path+"/reihenfolge", first); got.Code != 303 {
			t.Fatalf("%d\n%s", got.Code, got.Body)
		}
		order("cab")
	}
	late.Set("place-a", "3")
	got := v.post(path+"/reihenfolge", late)
	page := got.Body.String()
	again := sent(page)
	if got.Code != 409 || !strings.Contains(page, "Jemand hat inzwischen die Reihenfolge") || again.Get("place-a") != "3" || again.Get("place-b") != "3" || again.Get("place-c") != "1" {
		t.Fatalf("%d %v", got.Code, again)
	}
	order("cab")
	if got := v.post(path+"/reihenfolge", again); got.Code != 303 {
		t.Errorf("%d", got.Code)
	}
	order("cba")
	up := sent(v.get(path).Body.String())
	up.Set("up", "a")
	for range 2 {
		if got := v.post(path+"/reihenfolge", up); got.Code != 303 {
			t.Errorf("%d", got.Code)
		}
		order("cab")
	}
}

// A form gives back what came as UTF-8, whatever came.
func TestFormWithBrokenUTF8IsAPage(t *testing.T) {
	_, v := newOvertakenWorld(t)
	got := v.post("/verwaltung/wahlen/neu", url.Values{"name": {"Wahl \xff\xfe Nord"}, "date": {"2027-05-10"}})
	if got.Code != 422 || !utf8.Valid(got.Body.Bytes()) || !strings.Contains(got.Body.String(), "Wahl \uFFFD Nord") {
		t.Errorf("%d %t", got.Code, utf8.Valid(got.Body.Bytes()))
	}
}

// P6: the page of an error gives back short words too, and leads to the form, never to somebody else's page.
func TestErrorPageGivesBackShortWordsAndTheForm(t *testing.T) {
	w, v := newOvertakenWorld(t)
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Questionnaire] { return tx.Questionnaires },
		survey.Questionnaire{ID: "q2", Slug: "alt", Title: "Alt", Election: "e1", Imported: true, Revision: 1})
	form := url.Values{"name": {"Kurz"}, "date": {"2027-05-10"}, "revision": {"2"}, "password": {"geheim"}}
	for referer, want := range map[string]string{
		"": `href="/verwaltung/wahlen/e1/bearbeiten"`,
		w.BaseURL + "/verwaltung/wahlen/e1/bearbeiten?lang=de&ok=x": `href="/verwaltung/wahlen/e1/bearbeiten?lang=de"`,
		w.BaseURL + "/":                  `href="/verwaltung/wahlen/e1/bearbeiten"`,
		"https://fremd.example/anderswo": `href="/verwaltung/wahlen/e1/bearbeiten"`,
	} {
		got := v.post("/verwaltung/wahlen/e1/bearbeiten", form, "Referer", referer)
		page := got.Body.String()
		if got.Code != 409 || !strings.Contains(page, want) || !strings.Contains(page, "Kurz</textarea>") || !strings.Contains(page, "2027-05-10</textarea>") {
			t.Errorf("%q: %d\n%s", referer, got.Code, page)
		}
		if strings.Contains(page, "geheim") || strings.Contains(page, "„revision“") || strings.Contains(page, "fremd.example") {
			t.Errorf("%q: too much is given back\n%s", referer, page)
		}
	}
	got := w.visitor(t).post("/verwaltung/wahlen/e1/bearbeiten", form)
	if page := got.Body.String(); got.Code != 401 || !strings.Contains(page, `href="/anmelden?weiter=%2Fverwaltung%2Fwahlen%2Fe1%2Fbearbeiten"`) {
		t.Errorf("%d\n%s", got.Code, page)
	}
	if page := v.get("/verwaltung/wahlen/e1").Body.String(); strings.Contains(page, "/e1/bearbeiten") || !strings.Contains(page, "Sie lässt sich nicht mehr ändern") {
		t.Errorf("the page offers what is refused\n%s", page)
	}
}

// A deadline whose year becomes five digits in UTC is a message at its field, not an error of ours.
func TestADeadlineOfAnotherCentury(t *testing.T) {
	_, v := newOvertakenWorld(t)
	form := url.Values{"revision": {"2"}, "title": {"Nordmark fragt"}, "slug": {"nordmark"}, "election": {"e1"}, "slots": {"8"}, "order_rule": {"Stimmzettel"},
		"licence": {"CC-BY-4.0"}, "topics": {"Schule"}, "deadline": {"9999-12-31T23:00"}, "deadline_zone": {"America/New_York"}}
	contains(t, v.post("/werkstatt/nordmark/einstellungen", form), 422, "Bitte geben Sie ein Jahr von 1900 bis 2199 an.", `value="9999-12-31T23:00"`)
	form.Set("deadline", "2199-12-31T23:00")
	if got := v.post("/werkstatt/nordmark/einstellungen", form); got.Code != 303 {
		t.Errorf("%d\n%.500s", got.Code, got.Body)
	}
}
