package send_test

import (
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/locale"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/internal/web/site"
	"pruefstein/internal/web/webtest"
)

// sendPaths fills the parameters of the send routes in.
func sendPaths(w *webtest.World, slug string) map[string]web.Route {
	paths := map[string]web.Route{}
	for _, route := range w.RoutesBelow("/versand") {
		for _, respondent := range []string{"frei", "moin", "deich", "watt"} {
			for _, mail := range []string{"", "-receipt"} {
				path := strings.NewReplacer(":questionnaire", "nord-"+slug, ":respondent", respondent, ":mail", "q-"+slug+"-"+respondent+mail).Replace(route.Path)
				paths[route.Method+" "+path] = route
			}
		}
	}
	return paths
}

func TestSendPagesShowNothingOfTheParty(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "u", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "a", Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	for _, email := range []string{"kim@buendnis.example", "ada@buendnis.example"} {
		cookie := w.StaffCookie(t, email)
		for _, slug := range []string{"draft", "locked", "open", "closed"} {
			shown := 0
			for key, route := range sendPaths(w, slug) {
				method, path, _ := strings.Cut(key, " ")
				if method != http.MethodGet {
					continue
				}
				answer := w.Request(t, method, path, cookie, nil)
				if strings.Contains(answer.Body.String(), webtest.Canary) {
					t.Errorf("%s shows what is the party's", path)
				}
				if strings.Contains(answer.Body.String(), "q-"+slug+"-frei-code") {
					t.Errorf("%s shows a code mail", path)
				}
				switch answer.Code {
				case http.StatusOK:
					shown++
				case http.StatusInternalServerError:
					t.Errorf("%s: 500", path)
				case http.StatusForbidden:
					if email != "ada@buendnis.example" || len(route.Who) != 1 {
						t.Errorf("%s by %s: forbidden", path, email)
					}
				}
			}
			if shown < 6 {
				t.Errorf("nord-%s: only %d pages", slug, shown)
			}
		}
	}
}

func TestSendRoutesAreForTheOffice(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Mika", Email: "mika@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: "g", Lead: true}}})
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	member, admin := w.StaffCookie(t, "mika@buendnis.example"), w.StaffCookie(t, "ada@buendnis.example")
	for _, slug := range []string{"locked", "open"} {
		for key, route := range sendPaths(w, slug) {
			method, path, _ := strings.Cut(key, " ")
			if answer := w.Request(t, method, path, member, url.Values{}); answer.Code != http.StatusForbidden && answer.Code != http.StatusTooManyRequests {
				t.Errorf("%s by a member: %d", key, answer.Code)
			}
			if answer := w.Request(t, method, path, "", url.Values{}); answer.Code != http.StatusSeeOther && answer.Code != http.StatusUnauthorized && answer.Code != http.StatusTooManyRequests {
				t.Errorf("%s by a reader: %d", key, answer.Code)
			}
			if len(route.Who) == 1 {
				if answer := w.Request(t, method, path, admin, url.Values{}); answer.Code != http.StatusForbidden && answer.Code != http.StatusTooManyRequests {
					t.Errorf("%s by an administrator: %d", key, answer.Code)
				}
			}
		}
	}
}

var revisionField = regexp.MustCompile(`name="revision" value="(\d+)"`)

// TestSendWay goes the whole way of the office in the browser's words: from the contestants to the proof.
func TestSendWay(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	cookie := w.StaffCookie(t, "kim@buendnis.example")
	get := func(path string, wants ...string) string {
		t.Helper()
		answer := w.Request(t, http.MethodGet, path, cookie, nil)
		body := answer.Body.String()
		if answer.Code != http.StatusOK {
			t.Fatalf("GET %s: %d", path, answer.Code)
		}
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("GET %s: %q is missing", path, want)
			}
		}
		return body
	}
	post := func(path string, code int, form url.Values) *httptest.ResponseRecorder {
		t.Helper()
		answer := w.Request(t, http.MethodPost, path, cookie, form)
		if answer.Code != code {
			t.Fatalf("POST %s: %d, want %d\n%s", path, answer.Code, code, answer.Body)
		}
		return answer
	}
	const base = "/versand/nord-locked"
	get("/versand", "Wahlprüfsteine Nordmark")
	get(base+"/befragte", "4 antretende Parteien übernehmen")
	post(base+"/uebernehmen", http.StatusSeeOther, nil)
	for slug, channel := range map[string]string{"frei": "form", "moin": "mail", "deich": "portal", "watt": ""} {
		path := base + "/befragte/" + slug
		revision := revisionField.FindStringSubmatch(get(path))[1]
		form := url.Values{"short_name": {slug}, "name": {slug + " Nordmark"}, "language": {"de"}, "channel": {channel}, "email": {slug + "@partei.example"},
			"max_characters": {"20"}, "revision": {revision}}
		bad := url.Values{"max_questions": {"viele"}, "not_asked": {"so getippt"}}
		for k, v := range form {
			bad[k] = v
		}
		if body := post(path, http.StatusUnprocessableEntity, bad).Body.String(); !strings.Contains(body, "so getippt") {
			t.Error("what was typed is lost")
		}
		post(path, http.StatusSeeOther, form)
	}
	get(base+"/befragte/deich", "32 Zeichen", "11 Zeichen zu lang")

	get(base, "passen die Fragen nicht: Fragen auslassen")

	cover := get(base+"/anschreiben", "Das ist unsere Vorlage", "beispiel-jeder-empfaenger")
	form := url.Values{"subject": {"Fragen an {{partei}}"}, "body": {"Bis {{frist}}.\n\nHier: {{link}}\n\n{{fragen}} {{unsinn}}"}, "language": {"de"},
		"revision": {revisionField.FindStringSubmatch(cover)[1]}, "befragte": {"moin"}}
	post(base+"/anschreiben", http.StatusUnprocessableEntity, form)
	form.Set("body", "Bis {{frist}}.\n\nHier: {{link}}\n\n{{fragen}}")
	form.Set("do", "preview")
	if body := post(base+"/anschreiben", http.StatusOK, form).Body.String(); !strings.Contains(body, "So kommt es bei moin an") || !strings.Contains(body, "Bitte antworten Sie auf diese E-Mail") {
		t.Error("no preview of what was typed")
	}
	form.Set("do", "save")
	post(base+"/anschreiben", http.StatusSeeOther, form)
	post(base+"/anschreiben/probe", http.StatusSeeOther, url.Values{"befragte": {"frei"}})

	plan := get(base+"/absenden", "Jetzt an 2 Befragte absenden", "frei@partei.example", "So kommt es bei frei an", "Die 2 Fragen lesen", "Die Frist steht fest: ", "<dt>Formular der Partei</dt><dd><p>deich", "Verfahren noch nicht bekannt")
	seen := url.Values{"seen": {regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`).FindStringSubmatch(plan)[1]}}
	post(base+"/absenden", http.StatusSeeOther, seen)
	post(base+"/absenden", http.StatusSeeOther, seen) // a double click
	get(base+"/absenden", "Noch einzutragen", "<dd><p>2</p>")
	outbox := get(base+"/postausgang", "frei@<wbr>partei.example", "an uns selbst")
	if n := strings.Count(outbox, "wartet auf Versand"); n != 3 {
		t.Errorf("%d mails wait, want two letters and a test", n)
	}
	get(base, "0 von 2 Befragten haben geantwortet", "Noch nicht im Formular eingereicht")

	portal := get(base+"/befragte/deich/eingabe", "Wie fördern Sie freie Software?")
	revision := revisionField.FindStringSubmatch(portal)[1]
	entered := url.Values{"at": {"2026-11-23T09:30"}, "at_zone": {"Europe/Berlin"}, "note": {"Vorgang 7"}, "revision": {revision}, "text-q01": {"Freie Software?"}}
	webtest.Contains(t, post(base+"/befragte/deich/eingabe", http.StatusUnprocessableEntity, entered), 422, "12 Zeichen zu lang für das Formular der Partei. Wie haben Sie sie eingegeben?",
		"Bitte nennen Sie den Grund der Kürzung.", "Freie Software?</textarea>", "Vorgang 7", `href="#text-q02"`, `href="#reason-q01"`)
	entered.Set("reason-q01", "nur 20 Zeichen")
	entered.Set("whole-q02", "yes")
	post(base+"/befragte/deich/eingabe", http.StatusSeeOther, entered)
	post(base+"/befragte/deich/eingabe", http.StatusSeeOther, entered) // a double click
	for _, page := range []string{"eingabe", "nachweis"} {
		get(base+"/befragte/deich/"+page, "Eingereicht am 23.11.2026,\u00a009:30 durch Kim", "Vorgang 7", "Frage 1: „Freie Software?“ Grund: nur 20 Zeichen", "Frage 2, 12 Zeichen über der Grenze")
	}

	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			if m.To == "frei@partei.example" && m.Questionnaire == "q-locked" && m.Kind == survey.MailInvitation {
				m.State, m.Reply, m.NoReply = survey.MailFailed, "dial tcp: refused", true
				return errors.Join(tx.Mails.Put(m), tx.Outbox.Delete(m.ID))
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	get(base, "Mail nicht zustellbar", "Kein Kontakt zum Mailserver: dial tcp: refused")
	w.Restart(t, func(c *site.Config) { c.Bounces = "ruecklauf@buendnis.example" })
	get(base+"/postausgang", "geht an ruecklauf@buendnis.example", "Die nicht zustellbare Mail noch einmal versuchen", "Kein Kontakt zum Mailserver: dial tcp: refused")
	if body := get(base + "/postausgang"); strings.Contains(body, "Ältere Mails") || strings.Contains(body, "auf einer Seite") {
		t.Error("a short outbox has pages")
	}
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) (err error) {
		for i := range 150 {
			err = errors.Join(err, survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: fmt.Sprintf("00-%03d", i), Questionnaire: "q-locked", Kind: survey.MailTest, State: survey.MailSent, To: fmt.Sprintf("probe%d@buendnis.example", i)}}))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	newest := get(base+"/postausgang", "Mails, 100 auf einer Seite", "Ältere Mails", `rel="next"`, "Die nicht zustellbare Mail noch einmal versuchen")
	older := regexp.MustCompile(`<a href="([^"]+)" rel="next">`).FindStringSubmatch(newest)[1]
	oldest := get(html.UnescapeString(older), "probe0@<wbr>buendnis.example", "Neuere Mails", "Die nicht zustellbare Mail noch einmal versuchen")
	if strings.Contains(newest, "probe0@") || strings.Contains(oldest, "Ältere Mails") {
		t.Error("the oldest mail is not on the last page")
	}
	newer := regexp.MustCompile(`<a href="([^"]+)" rel="prev">`).FindStringSubmatch(oldest)[1]
	if body := get(html.UnescapeString(newer), "Ältere Mails"); strings.Contains(body, "Neuere Mails") {
		t.Error("the newest mails have newer ones")
	}
	post(base+"/postausgang/alle-wiederholen", http.StatusSeeOther, nil)
	if body := get(base + "/postausgang"); strings.Contains(body, "alle-wiederholen") {
		t.Error("nothing failed any more, but it can be tried again")
	}

	made := post(base+"/befragte/frei/link", http.StatusOK, nil)
	if !strings.Contains(made.Body.String(), "http://127.0.0.1:8080/zugang/") || made.Header().Get("Referrer-Policy") != "strict-origin" {
		t.Error("the link made by hand is not shown, or could leave in a Referer")
	}
	post(base+"/befragte/frei/links-widerrufen", http.StatusSeeOther, nil)
	revisionOf := func(slug string) []string {
		return []string{revisionField.FindStringSubmatch(get(base + "/befragte/" + slug))[1]}
	}
	post(base+"/befragte/frei/nicht-erreicht", http.StatusUnprocessableEntity, url.Values{"not_reached": {" "}})
	post(base+"/befragte/frei/nicht-erreicht", http.StatusSeeOther, url.Values{"not_reached": {"Postfach voll"}, "revision": revisionOf("frei")})
	get(base+"/befragte/frei/nachweis", "Postfach voll", "Message-ID", "frist.ics", survey.LinkMark)
	get("/versand/nord-open/befragte/frei/nachweis", "\nZugang: <mark>"+survey.LinkMark+"</mark>")
	get("/versand/nord-open/befragte/moin/nachweis", "Was heißt "+survey.LinkMark+"? Zugang: <mark>"+survey.LinkMark+"</mark>")
	post(base+"/befragte/frei/nicht-erreicht", http.StatusSeeOther, url.Values{"undo": {"true"}, "revision": revisionOf("frei")})

	reminder := get(base+"/erinnerung", "Wer sie jetzt bekäme", "Die Zahl 0 heißt: sofort")
	text := regexp.MustCompile(`(?s)<textarea[^>]*>(.*?)</textarea>`).FindStringSubmatch(reminder)[1]
	remind := url.Values{"days-1": {"0"}, "subject-1": {"Erinnerung"}, "body-1": {strings.TrimSpace(text)}, "language-1": {"de"}, "do": {"preview"}}
	// pressAfterPreview asks first, and sends what the page has shown.
	pressAfterPreview := func(form url.Values, wants ...string) {
		t.Helper()
		form.Set("do", "preview")
		answer := post(base+"/erinnerung/plan", http.StatusOK, form)
		webtest.Contains(t, answer, http.StatusOK, wants...)
		form.Set("seen", regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`).FindStringSubmatch(answer.Body.String())[1])
		form.Set("do", "now")
	}
	pressAfterPreview(remind, "So kommt es bei", "keine Antwort von", "sofort, an:", "Erinnerung jetzt senden (2 Mails)")
	if body := get(base + "/erinnerung"); strings.Contains(body, "Die Erinnerung ist versandt") {
		t.Error("the preview has sent it")
	}
	for range 2 { // a double click
		post(base+"/erinnerung/plan", http.StatusSeeOther, remind)
	}
	get(base+"/erinnerung", "Die Erinnerung ist versandt", "So ging es an", "keine Antwort von", "nicht gegengeprüft", "Erinnerung stoppen (2 Mails warten)")
	other := maps.Clone(remind)
	other.Set("subject-1", "Noch eine")
	post(base+"/erinnerung/plan", http.StatusConflict, other)

	deadline := get(base+"/frist", "Frist für alle verlängern", "frei")
	later := url.Values{"deadline": {"2027-01-10T18:00"}, "deadline_zone": {"Europe/Berlin"}, "revision": {revisionField.FindStringSubmatch(deadline)[1]}}
	post(base+"/frist", http.StatusUnprocessableEntity, later)
	later.Set("reason", "Feiertage")
	post(base+"/frist", http.StatusSeeOther, later)
	post(base+"/frist", http.StatusSeeOther, later) // a double click
	get(base+"/frist", "Feiertage", "Sonntag, 10.\u00a0Januar 2027")

	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(tx.Parties.Put(survey.Party{ID: "neu", ShortName: "Neu", Name: "Neu Nordmark"}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "neu", BallotPosition: 5, Email: "neu@partei.example"}))
	}); err != nil {
		t.Fatal(err)
	}
	get(base, "Eine antretende Partei fehlt noch")
	get("/veroeffentlichen/nord-locked", "Treten an, sind aber nicht unter den Befragten: Neu.")
	if body := get(base+"/befragte", "Eine antretende Partei übernehmen", "kann nichts veröffentlicht werden"); strings.Contains(body, base+"/neu") {
		t.Error("somebody can be added by hand after the dispatch")
	}
	post(base+"/uebernehmen", http.StatusSeeOther, nil)
	get(base+"/befragte", "Neu Nordmark")

	// late invitations: one by Kim alone, one with Ada as the second person
	seenIn := func(body string) url.Values {
		t.Helper()
		found := regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`).FindStringSubmatch(body)
		if found == nil {
			t.Fatal("no button to send the letter")
		}
		return url.Values{"seen": {found[1]}}
	}
	for _, slug := range []string{"neu", "watt"} {
		post(base+"/befragte/"+slug, http.StatusSeeOther, url.Values{"language": {"de"}, "channel": {"form"}, "short_name": {"x"}, "name": {"x"}, "revision": revisionOf(slug)})
	}
	post(base+"/befragte/neu/anschreiben", http.StatusSeeOther, seenIn(get(base+"/befragte/neu", "So kommt es bei Neu an", "Jetzt anschreiben")))
	get(base+"/befragte/neu", "<p>Kim, nicht gegengeprüft</p>")
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark", Email: "fragen@buendnis.example", ConfirmDispatch: survey.RuleOn, Revision: 2})
	}); err != nil {
		t.Fatal(err)
	}
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	kim, ada := cookie, w.StaffCookie(t, "ada@buendnis.example")
	for range 2 { // asked for, taken back, asked for again
		cookie = kim
		post(base+"/befragte/watt/anschreiben", http.StatusSeeOther, seenIn(get(base+"/befragte/watt", "Anschreiben beantragen")))
		get(base+"/befragte/watt", "Das Anschreiben wartet auf die zweite Person", "Eine andere Person aus Koordination oder Administration muss bestätigen.")
		get(base, "Ein nachträgliches Anschreiben bestätigen")
		cookie = ada
		seen = seenIn(get(base+"/befragte/watt", "Beantragt von Kim", "Bestätigen und jetzt anschreiben"))
		post(base+"/befragte/watt/anschreiben/zuruecknehmen", http.StatusSeeOther, nil)
	}
	cookie = kim
	post(base+"/befragte/watt/anschreiben", http.StatusSeeOther, seen)
	cookie = ada
	post(base+"/befragte/watt/anschreiben", http.StatusSeeOther, seen)
	get(base+"/befragte/watt", "<p>Kim, bestätigt von Ada</p>")
	cookie = kim
	get(base, "2 Parteien haben die Erinnerung noch nicht: nachholen")
	get(base+"/erinnerung", "ohne diese Erinnerung: watt und Neu.", "Vorschau zum Nachholen (2 Mails)")
	pressAfterPreview(remind, "watt, Neu", "Eine zweite Person bestätigen lassen")
	post(base+"/erinnerung/plan", http.StatusSeeOther, remind)
	cookie = ada
	seen = seenIn(get(base+"/erinnerung", "Wartet auf die zweite Person", "Kim hat sie beantragt", "Erinnerung jetzt senden (2 Mails)"))
	seen.Set("do", "now")
	for range 2 { // a double click
		post(base+"/erinnerung/plan", http.StatusSeeOther, seen)
	}
	cookie = kim
	if body := get(base+"/erinnerung", "Die Erinnerung ist versandt", "<dd><p>4</p>"); strings.Contains(body, "achholen") {
		t.Error("the reminder can be sent a second time")
	}
}

func TestSeveralRespondentsAtOnce(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	cookie := w.StaffCookie(t, "kim@buendnis.example")
	do := func(method, path string, code int, form url.Values, wants ...string) {
		t.Helper()
		answer := w.Request(t, method, "/versand/nord-locked"+path, cookie, form)
		if answer.Code != code {
			t.Fatalf("%s %s: %d, want %d", method, path, answer.Code, code)
		}
		for _, want := range wants {
			if !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%s %s: %q is missing", method, path, want)
			}
		}
	}
	do(http.MethodPost, "/uebernehmen", http.StatusSeeOther, nil)
	do(http.MethodGet, "/befragte", http.StatusOK, nil, "Unser Formular für alle 4 Befragten", "Verfahren noch nicht bekannt.")
	do(http.MethodGet, "/befragte/frei", http.StatusOK, nil, "<strong>Verfahren noch nicht bekannt.</strong>")
	do(http.MethodPost, "/nicht-fragen", http.StatusUnprocessableEntity, url.Values{"reason_for_all": {"Tritt nicht an."}}, "Tritt nicht an.", "Bitte wählen Sie mindestens einen Befragten.")
	do(http.MethodPost, "/nicht-fragen", http.StatusUnprocessableEntity, url.Values{"respondents": {"frei"}}, `href="#reason_for_all"`)
	do(http.MethodPost, "/nicht-fragen", http.StatusSeeOther, url.Values{"respondents": {"frei", "moin"}, "reason_for_all": {"Tritt nicht an."}})
	do(http.MethodGet, "/befragte", http.StatusOK, nil, "Unser Formular für alle 2 Befragten", "Wird nicht gefragt.")
	do(http.MethodGet, "/befragte/frei", http.StatusOK, nil, "Wird nicht gefragt.")
	do(http.MethodPost, "/unser-formular", http.StatusSeeOther, nil)
	do(http.MethodGet, "/befragte", http.StatusOK, nil, "Alles passt.")
}

func TestSendWordsExist(t *testing.T) {
	t.Parallel()
	var keys []string
	for _, s := range survey.Stages {
		keys = append(keys, "send.state."+string(s), "send.bar."+string(s), "send.check_state.ok")
	}
	for _, p := range []send.Problem{send.ProblemAddress, send.ProblemProcedure, send.ProblemFit, send.ProblemMail, send.ProblemDelayed,
		send.ProblemLink, send.ProblemPortal, send.ProblemLetter, send.ProblemUnasked, send.ProblemConfirm, send.ProblemInvitation} {
		keys = append(keys, "send.problem."+string(p))
	}
	for word := range strings.FieldsSeq("mail_invitation mail_reminder mail_extension mail_failed link_made link_used link_revoked portal not_reached submitted transcribed") {
		keys = append(keys, "send.event."+word)
	}
	for word := range strings.FieldsSeq("catalogue deadline deadline_soon cover respondents nobody letter dispatch confirm publish address same_address contact procedure fit fit_locked date contestants numbers unlock " +
		"mail sent_confirm sent_mail sent_portal sent_procedure sent_address sent_unasked sent_late sent_link reminder reminder_late reminder_confirm reminders letters") {
		keys = append(keys, "send.next."+word)
	}
	for _, name := range send.Placeholders {
		keys = append(keys, "send.placeholder."+name)
	}
	for _, lang := range locale.Languages {
		keys = append(keys, "send.template."+lang)
		for _, key := range keys {
			if !locale.For(lang).Has(key) {
				t.Errorf("%s: no message %s", lang, key)
			}
		}
	}
}

// A template takes the place of words nobody saved only once one has said so.
func TestTemplateReplacesNothingTypedUnasked(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	kim := w.Visitor(t).SignIn("kim@buendnis.example")
	const path = "/versand/nord-locked/anschreiben"
	textarea := regexp.MustCompile(`(?s)<textarea[^>]*>\n?(.*?)</textarea>`)
	body := func(page string) string { return html.UnescapeString(textarea.FindStringSubmatch(page)[1]) }
	subject := func(page string) string {
		return html.UnescapeString(regexp.MustCompile(`name="subject" value="([^"]*)"`).FindStringSubmatch(page)[1])
	}
	page := kim.Get(path).Body.String()
	german := body(page)
	form := url.Values{"subject": {subject(page)}, "body": {strings.ReplaceAll(german, "\n", "\r\n")}, "language": {"de"}, "revision": {"1"}, "do": {"template-en"}}
	page = kim.Post(path, form).Body.String()
	english := body(page)
	if english == german || strings.Contains(page, "data-typed") || strings.Contains(page, "Text ersetzen") {
		t.Errorf("the English template did not come, or a question about nothing: %q", english)
	}
	form.Set("subject", subject(page))
	form.Set("body", english)
	form.Set("do", "template-de")
	if got := body(kim.Post(path, form).Body.String()); got != german {
		t.Errorf("from one template to the other: %q", got)
	}
	form.Set("body", "Eigene Worte.\r\n\r\n{{link}} {{fragen}}")
	page = kim.Post(path, form).Body.String()
	if got := body(page); got != "Eigene Worte.\n\n{{link}} {{fragen}}" && got != form.Get("body") {
		t.Errorf("typed text became %q", got)
	}
	webtest.InOrder(t, page, "data-typed", "noch nicht gespeichert", `value="save"`, "durch die Vorlage ersetzen?", `value="replace-de"`)
	form.Set("do", "replace-de")
	if got := body(kim.Post(path, form).Body.String()); got != german {
		t.Errorf("asked and answered: %q", got)
	}
	if got := body(kim.Get(path).Body.String()); got != german {
		t.Errorf("saved: %q", got)
	}
}
