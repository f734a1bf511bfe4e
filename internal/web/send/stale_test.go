package send_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// Who comes second keeps what was typed, reads what the first one saved, and can save again knowingly.
func TestSendKeepsWhatCameSecond(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	cookie := w.StaffCookie(t, "kim@buendnis.example")
	const locked, open = "/versand/nord-locked", "/versand/nord-open"
	if answer := w.Request(t, http.MethodPost, locked+"/uebernehmen", cookie, nil); answer.Code != http.StatusSeeOther {
		t.Fatal(answer.Code)
	}
	for name, test := range map[string]struct {
		page, path    string // of the form, and where it is sent to
		first, second url.Values
		typed, saved  string
	}{
		"cover": {locked + "/anschreiben", locked + "/anschreiben",
			url.Values{"subject": {"Erster"}, "body": {"Erster Text {{frist}}\n\n{{link}}\n\n{{fragen}}"}, "language": {"de"}, "do": {"save"}},
			url.Values{"subject": {"Zweiter"}, "body": {"Zweiter Text {{frist}}\n\n{{link}}\n\n{{fragen}}"}, "language": {"de"}, "do": {"save"}},
			"Zweiter Text", "Erster Text"},
		"respondent": {locked + "/befragte/moin", locked + "/befragte/moin",
			url.Values{"short_name": {"Moin"}, "name": {"Moin eins"}, "language": {"de"}, "channel": {"mail"}},
			url.Values{"short_name": {"Moin"}, "name": {"Moin zwei"}, "language": {"de"}, "channel": {"form"}},
			"Moin zwei", "Inzwischen gespeichert ist „Moin eins“"},
		"left-out questions": {locked + "/befragte/deich", locked + "/befragte/deich/fragen",
			url.Values{"reason-q01": {"Grund eins"}}, url.Values{"reason-q01": {"Grund zwei"}}, `value="Grund zwei"`, "„Grund eins“"},
		"deadline": {locked + "/frist", locked + "/frist",
			url.Values{"deadline": {"2027-01-10T18:00"}, "deadline_zone": {"Europe/Berlin"}},
			url.Values{"deadline": {"2027-01-12T19:00"}, "deadline_zone": {"Europe/Berlin"}}, `value="2027-01-12T19:00"`, "2027-01-10T18:00"},
		"extension": {open + "/frist", open + "/frist",
			url.Values{"deadline": {"2027-02-03T18:00"}, "deadline_zone": {"Europe/Berlin"}, "reason": {"Grund eins"}},
			url.Values{"deadline": {"2027-02-04T19:00"}, "deadline_zone": {"Europe/Berlin"}, "reason": {"Grund zwei"}}, "Grund zwei", "„Grund eins“"},
		"not reached": {open + "/befragte/frei", open + "/befragte/frei/nicht-erreicht",
			url.Values{"not_reached": {"Grund eins"}}, url.Values{"not_reached": {"Grund zwei"}}, `value="Grund zwei"`, "„Grund eins“"},
		"own date": {open + "/befragte/moin", open + "/befragte/moin/datum",
			url.Values{"due": {"2027-01-10T18:00"}, "due_zone": {"Europe/Berlin"}, "due_reason": {"Grund eins"}},
			url.Values{"due": {"2027-01-12T19:00"}, "due_zone": {"Europe/Berlin"}, "due_reason": {"Grund zwei"}}, "Grund zwei", "„Grund eins“"},
	} {
		t.Run(name, func(t *testing.T) {
			revision := revisionField.FindStringSubmatch(w.Request(t, http.MethodGet, test.page, cookie, nil).Body.String())[1]
			test.first.Set("revision", revision)
			test.second.Set("revision", revision)
			for range 2 { // a double click is a success
				if answer := w.Request(t, http.MethodPost, test.path, cookie, test.first); answer.Code != http.StatusSeeOther {
					t.Fatalf("first: %d\n%s", answer.Code, answer.Body)
				}
			}
			answer := w.Request(t, http.MethodPost, test.path, cookie, test.second)
			body := answer.Body.String()
			if answer.Code != http.StatusConflict || !strings.Contains(body, test.typed) || !strings.Contains(body, test.saved) ||
				!strings.Contains(body, "Jemand hat inzwischen etwas geändert") {
				t.Fatalf("second: %d, not all there\n%s", answer.Code, body)
			}
			test.second.Set("revision", revisionField.FindStringSubmatch(body)[1])
			if answer := w.Request(t, http.MethodPost, test.path, cookie, test.second); answer.Code != http.StatusSeeOther {
				t.Errorf("knowingly: %d\n%s", answer.Code, answer.Body)
			}
		})
	}
}

func TestAddressChangeInTheBrowser(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "k", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "a", Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances },
		survey.Alliance{Name: "Bündnis Nordmark", ConfirmDispatch: survey.RuleOn, Revision: 1})
	kim, ada := w.StaffCookie(t, "kim@buendnis.example"), w.StaffCookie(t, "ada@buendnis.example")
	const page = "/versand/nord-closed/befragte/deich" // its party form: nothing waits for a code there
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Submissions.Delete("q-closed/r-deich/s") }); err != nil {
		t.Fatal(err)
	}
	post := func(cookie string) {
		t.Helper()
		revision := revisionField.FindStringSubmatch(w.Request(t, http.MethodGet, page, cookie, nil).Body.String())[1]
		answer := w.Request(t, http.MethodPost, page+"/adresse", cookie, url.Values{"email": {"neu@partei.example"}, "revision": {revision}})
		if answer.Code != http.StatusSeeOther {
			t.Fatalf("%d\n%s", answer.Code, answer.Body)
		}
	}
	sees := func(path, cookie, want string) {
		t.Helper()
		if body := w.Request(t, http.MethodGet, path, cookie, nil).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s: %q is missing\n%s", path, want, body)
		}
	}
	post(kim)
	sees(page, kim, "Eine andere Person aus Koordination oder Administration muss bestätigen.")
	sees("/uebersicht", ada, "Neue E-Mail-Adresse bestätigen")
	sees("/versand/nord-closed", ada, "Neue Adresse wartet auf Bestätigung")
	sees(page, ada, "Neue Adressen bestätigen")
	if answer := w.Request(t, http.MethodPost, page+"/adresse/zuruecknehmen", ada, nil); answer.Code != http.StatusSeeOther {
		t.Fatal(answer.Code)
	}
	post(kim)
	post(ada)
	sees(page, ada, "neu@partei.example")
}

// Copies are typed one a line, and the second person confirms with a click what was typed.
func TestCopiesInTheBrowser(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "k", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "a", Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances },
		survey.Alliance{Name: "Bündnis Nordmark", ConfirmDispatch: survey.RuleOn, Revision: 1})
	kim, ada := w.StaffCookie(t, "kim@buendnis.example"), w.StaffCookie(t, "ada@buendnis.example")
	const page = "/versand/nord-open/befragte/frei"
	ask := func(cookie, path string, status int, form url.Values, wants ...string) string {
		t.Helper()
		method := http.MethodGet
		if form != nil {
			method = http.MethodPost
		}
		answer := w.Request(t, method, path, cookie, form)
		if answer.Code != status {
			t.Fatalf("%s: %d, want %d\n%s", path, answer.Code, status, answer.Body)
		}
		for _, want := range wants {
			if !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%s: %q is missing\n%s", path, want, answer.Body)
			}
		}
		return answer.Body.String()
	}
	revision := func() string {
		return revisionField.FindStringSubmatch(ask(kim, page, http.StatusOK, nil))[1]
	}
	form := func(copies string) url.Values {
		return url.Values{"email": {"frei@partei.example"}, "copies": {copies}, "revision": {revision()}}
	}
	ask(kim, page+"/adresse", http.StatusUnprocessableEntity, form("buero@frei.example\r\nkaputt"), "„kaputt“ ist keine E-Mail-Adresse", "kaputt</textarea>")
	ask(kim, page+"/adresse", http.StatusUnprocessableEntity, form("FREI@partei.example"), "„FREI@partei.example“ steht schon da.")
	for range 2 {
		ask(kim, page+"/adresse", http.StatusSeeOther, form("buero@frei.example\r\nvorstand@frei.example"))
	}
	ask(ada, page, http.StatusOK, nil, "die erste voran: frei@partei.example, buero@frei.example, vorstand@frei.example", `name="copies" value="buero@frei.example, vorstand@frei.example"`)
	ask(ada, page+"/adresse", http.StatusSeeOther, form("buero@frei.example, vorstand@frei.example")) // the hidden field
	ask(kim, page, http.StatusOK, nil, "buero@frei.example\nvorstand@frei.example</textarea>", "Eingangsbestätigungen gehen nur an die erste Adresse")
	ask(kim, "/versand/nord-open/befragte", http.StatusOK, nil, "buero@<wbr>frei.example")
	stale := form("buero@frei.example")
	stale.Set("revision", "1")
	ask(kim, page+"/adresse", http.StatusConflict, stale, "buero@frei.example</textarea>", "vorstand@frei.example")

	ask(kim, page+"/anschrift", http.StatusUnprocessableEntity, url.Values{"postal": {strings.Repeat("x\n", 7)}, "revision": {revision()}}, "höchstens 6 Zeilen")
	ask(ada, page+"/anschrift", http.StatusForbidden, url.Values{"postal": {"Am Deich 1"}, "revision": {revision()}})
	ask(kim, page+"/anschrift", http.StatusConflict, url.Values{"postal": {"Am Deich 1"}, "revision": {"1"}}, "Am Deich 1</textarea>")
	ask(kim, page+"/anschrift", http.StatusSeeOther, url.Values{"postal": {"Am Deich 1\r\n20999 Nordhafen"}, "revision": {revision()}})
	ask(kim, page, http.StatusOK, nil, "Am Deich 1\n20999 Nordhafen</textarea>")
	ask(kim, "/versand/nord-closed/befragte/fremd/anschrift", http.StatusNotFound, url.Values{"postal": {"x"}})

	// a copy that is refused is told of on the page, and the party is not lost for it
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Mail] { return tx.Mails }, survey.Mail{ID: "zz-copy", Kind: survey.MailReminder, Questionnaire: "q-open", Respondent: "r-frei", Copy: true,
		To: "buero@frei.example", State: survey.MailFailed, Attempts: 1, LastAttempt: w.Clock.Now(), Reply: "550 gibt es nicht"})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.MailText] { return tx.MailTexts }, survey.MailText{Of: "zz-copy", Frame: "Dies ist eine Kopie.", Body: "Guten Tag"})
	ask(kim, page, http.StatusOK, nil, "Eine Kopie kam nicht an. Erinnerung (Kopie) an buero@frei.example", "550 gibt es nicht")
	ask(kim, "/versand/nord-open/postausgang/zz-copy", http.StatusOK, nil, "Erinnerung (Kopie)", "Dies ist eine Kopie.\n\nGuten Tag", `value="buero@frei.example"`, "erfährt das die erste Adresse der Partei")
}

func TestOfficeIsWarnedWithoutAMailServer(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	cookie := w.StaffCookie(t, "kim@buendnis.example")
	w.MailReady = false
	for _, path := range []string{"/versand", "/versand/nord-open", "/versand/nord-locked/absenden"} {
		if body := w.Request(t, http.MethodGet, path, cookie, nil).Body.String(); !strings.Contains(body, "Es ist kein Mailserver eingerichtet.") {
			t.Errorf("%s: no warning", path)
		}
	}
	// who can set one up is led there, who cannot is told whom to ask
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents },
		survey.Respondent{Questionnaire: "q-locked", ID: "frei", Slug: "frei", ShortName: "frei", Procedure: survey.Procedure{Channel: survey.ChannelMail}})
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	kim, ada := w.Visitor(t).SignIn("kim@buendnis.example"), w.Visitor(t).SignIn("ada@buendnis.example")
	webtest.Contains(t, kim.Get("/versand/nord-locked/absenden"), 200, "Keine Mail kann hinausgehen. Bitten Sie die Administration.")
	webtest.Contains(t, ada.Get("/versand/nord-locked/absenden"), 200, `href="/verwaltung/mailtest">Dort klären`)
	for path, v := range map[string]*webtest.Visitor{"/versand/nord-locked/absenden": kim, "/verwaltung/mailtest": ada} {
		webtest.Contains(t, v.Get("/versand/nord-locked"), 200, `<a href="`+path+`">Mailserver einrichten</a>`)
	}
}

// What is wrong with a reason leads to the input of that reason: the page has several.
func TestFaultOfAReasonLeadsToItsInput(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	cookie := w.StaffCookie(t, "kim@buendnis.example")
	long := strings.Repeat("Grund ", 100)
	for path, test := range map[string]struct {
		form url.Values
		want string
	}{
		"/versand/nord-open/befragte/moin/datum":          {url.Values{"due": {"2027-01-10T18:00"}, "due_zone": {"Europe/Berlin"}, "due_reason": {long}}, `href="#due_reason"`},
		"/versand/nord-open/befragte/frei/nicht-erreicht": {url.Values{"not_reached": {long}}, `href="#not_reached"`},
	} {
		if answer := w.Request(t, http.MethodPost, path, cookie, test.form); answer.Code != http.StatusUnprocessableEntity || !strings.Contains(answer.Body.String(), test.want) {
			t.Errorf("%s: %d, not %s", path, answer.Code, test.want)
		}
	}
}

// Case of a letter that was refused: the page of the mail begins with the address of now, and the respondent's page offers the way.
func TestAfterACorrectionNothingBeginsWithTheOldAddress(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "k", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "a", Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	kim, ada := w.StaffCookie(t, "kim@buendnis.example"), w.StaffCookie(t, "ada@buendnis.example")
	const page, mail = "/versand/nord-open/befragte/moin", "/versand/nord-open/postausgang/q-open-moin"
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q-open/r-moin")
		if err != nil {
			return err
		}
		r.Parties = []survey.PartyID{"moin"}
		return errors.Join(tx.Respondents.Put(r), tx.Submissions.Delete("q-open/r-moin/s"), // which waits for its code
			tx.Dispatches.Put(survey.Dispatch{Questionnaire: "q-open", ID: "d", Kind: survey.MailInvitation}))
	}); err != nil {
		t.Fatal(err)
	}
	get := func(path, cookie string) string {
		t.Helper()
		answer := w.Request(t, http.MethodGet, path, cookie, nil)
		if answer.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, answer.Code)
		}
		return answer.Body.String()
	}
	post := func(path string, form url.Values, status int) string {
		t.Helper()
		answer := w.Request(t, http.MethodPost, path, kim, form)
		if answer.Code != status {
			t.Fatalf("%s: %d, want %d\n%s", path, answer.Code, status, answer.Body)
		}
		return answer.Body.String()
	}
	sees := func(body string, want bool, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if strings.Contains(body, text) != want {
				t.Errorf("%q: %v, want %v\n%s", text, !want, want, body)
			}
		}
	}
	body := get(page, kim)
	sees(body, true, "darum geht kein Hinweis dorthin")
	sees(body, false, "Anschreiben jetzt an")
	post(page+"/adresse", url.Values{"email": {"neu@partei.example"}, "revision": {revisionField.FindStringSubmatch(body)[1]}}, http.StatusSeeOther)
	sees(get(page, kim), true, "Anschreiben jetzt an neu@partei.example senden", "Auch bei der Partei speichern")
	sees(get(page, ada), false, "Anschreiben jetzt an", "Auch bei der Partei speichern")
	body = get(mail, kim)
	sees(body, true, `value="neu@partei.example"`, "Anschreiben jetzt an neu@partei.example senden")
	sees(body, false, `value="moin@partei.example"`)

	body = post(mail+"/neu", url.Values{"to": {"moin@partei.example"}, "keep": {"true"}}, http.StatusUnprocessableEntity)
	sees(body, true, "Diese Adresse hat die letzte Mail abgelehnt", `value="moin@partei.example"`)
	post(page+"/nachsenden", url.Values{"mail": {"q-open-moin"}, "to": {"moin@partei.example"}}, http.StatusConflict)
	post(page+"/nachsenden", url.Values{"mail": {"q-open-frei"}, "to": {"neu@partei.example"}}, http.StatusNotFound)
	for range 2 {
		post(page+"/nachsenden", url.Values{"mail": {"q-open-moin"}, "to": {"neu@partei.example"}}, http.StatusSeeOther)
		post(page+"/adresse-merken", url.Values{"email": {"neu@partei.example"}, "listed": {"moin@partei.example"}}, http.StatusSeeOther)
	}
	sees(get(page, kim), false, "Anschreiben jetzt an", "Auch bei der Partei speichern")
	mails := 0
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.By(survey.MailRespondent).List(survey.Exact("q-open/r-moin")) {
			if err != nil {
				return err
			}
			if m.State == survey.MailQueued {
				mails++
				if m.To != "neu@partei.example" || m.Kind != survey.MailInvitation {
					t.Errorf("%s goes to %s", m.Kind, m.To)
				}
			}
		}
		return nil
	}); err != nil || mails != 1 {
		t.Errorf("%d mails wait, %v", mails, err)
	}
}
