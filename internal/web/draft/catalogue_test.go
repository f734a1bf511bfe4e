package draft_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// Alone is not switched off: who has nobody yet is told to invite somebody before what cannot be undone.
func TestLockWithoutASecondPerson(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	kim := w.AddUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	v := w.Visitor(t).SignIn(kim.Email)
	const path = "/werkstatt/nord-draft/katalog"
	page := v.Get(path).Body.String()
	if !strings.Contains(page, "noch keine zweite Person. Bitten Sie") || strings.Contains(page, "ausgeschaltet") || strings.Contains(page, "/verwaltung/personen/neu") {
		t.Error("alone, and told otherwise")
	}
	webtest.Contains(t, v.Get("/antworten/nord-open"), 200, "noch keine zweite Person")
	kim.Administrator = true
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, kim)
	webtest.Contains(t, v.Get(path), 200, `href="/verwaltung/personen/neu">Jemanden einladen`)
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{ConfirmLock: survey.RuleOff, ConfirmTranscription: survey.RuleOff})
	if page := v.Get(path).Body.String(); !strings.Contains(page, "ausgeschaltet") || strings.Contains(page, "zweite Person") {
		t.Error("switched off, and told otherwise")
	}
	webtest.Contains(t, v.Get("/antworten/nord-open"), 200, "ausgeschaltet")
}

// A catalogue that is locked leads on, and advises nothing that is too late.
func TestLockedCatalogueLeadsOn(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	kim := w.Visitor(t).SignIn("kim@buendnis.example")
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents },
		survey.Respondent{Questionnaire: "q-locked", ID: "frei", Slug: "frei", ShortName: "frei", Revision: 1})
	webtest.Contains(t, kim.Get("/werkstatt/nord-locked/katalog"), 200, `href="/versand/nord-locked">Weiter zum Versand`, "Der Wortlaut steht fest")
	for _, phase := range []string{"locked", "open"} {
		if strings.Contains(kim.Get("/werkstatt/nord-"+phase+"/katalog").Body.String(), "kürzen") {
			t.Errorf("%s: the wording is fixed", phase)
		}
	}
}

func TestOrderThatCameTooLateIsShownAgain(t *testing.T) {
	t.Parallel()
	w, v := webtest.NewRevised(t)
	for _, id := range []survey.QuestionID{"a", "b", "c"} {
		webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Question] { return tx.Questions },
			survey.Question{Questionnaire: "q1", ID: id, State: survey.StateAgreed, Wording: survey.Wording{Kind: survey.KindText, Text: "Frage " + string(id) + "?"}})
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
		for _, id := range regexp.MustCompile(`name="place-(.)"`).FindAllStringSubmatch(v.Get(path).Body.String(), -1) {
			got += id[1]
		}
		if got != want {
			t.Errorf("ordered %s, want %s", got, want)
		}
	}
	first, late := sent(v.Get(path).Body.String()), sent(v.Get(path).Body.String())
	first.Set("place-c", "1")
	for range 2 { // the second click of two changes nothing
		if got := v.Post(path+"/reihenfolge", first); got.Code != 303 {
			t.Fatalf("%d\n%s", got.Code, got.Body)
		}
		order("cab")
	}
	late.Set("place-a", "3")
	got := v.Post(path+"/reihenfolge", late)
	page := got.Body.String()
	again := sent(page)
	if got.Code != 409 || !strings.Contains(page, "Jemand hat inzwischen die Reihenfolge") || again.Get("place-a") != "3" || again.Get("place-b") != "3" || again.Get("place-c") != "1" {
		t.Fatalf("%d %v", got.Code, again)
	}
	order("cab")
	if got := v.Post(path+"/reihenfolge", again); got.Code != 303 {
		t.Errorf("%d", got.Code)
	}
	order("cba")
	up := sent(v.Get(path).Body.String())
	up.Set("up", "a")
	for range 2 {
		if got := v.Post(path+"/reihenfolge", up); got.Code != 303 {
			t.Errorf("%d", got.Code)
		}
		order("cab")
	}
}

// Nobody asks for a second person in vain without having been told: without a mail server all who were let in by hand count as one.
func TestLockThatNobodyElseCanConfirm(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "Bündnis Nordmark", Revision: 1})
	kim := w.AddUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true, Administrator: true})
	v := w.Visitor(t).SignIn(kim.Email)
	const path = "/werkstatt/nord-draft/katalog"
	w.MailReady = false
	webtest.Contains(t, v.Get(path), 200, "Ohne Mailserver gilt das auch, wenn Sie jemanden einladen")
	ben := w.AddUser(t, survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", Coordinator: true, PasswordBy: "kim"})
	webtest.Contains(t, v.Get(path), 200, "Zurzeit zählt niemand sonst als zweite Person", "Ohne Mailserver geht es nicht anders")
	w.MailReady = true
	webtest.Contains(t, v.Get(path), 200, "Zurzeit zählt niemand sonst als zweite Person", "„Passwort vergessen“")
	ben.PasswordBy = ""
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, ben)
	if strings.Contains(v.Get(path).Body.String(), "Zurzeit zählt niemand") {
		t.Error("Ben counts now")
	}
}
