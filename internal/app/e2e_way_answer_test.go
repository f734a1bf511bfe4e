package app

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"pruefstein/internal/survey"
	"pruefstein/internal/testkit/browser"
)

const (
	answerTyped  = "Mit einer offenen Lizenz für alles, was das Land bezahlt.\n\nAb dem nächsten Schuljahr."
	answerThesis = "Wer regiert, soll gesehen werden. \"Immer.\""
	declineWhy   = "Darüber entscheidet unser Parteitag erst im März."
	lateText     = "Das kam zu spät."
	letterText   = "Freie Materialien sind uns wichtig.\n\n- Wir zahlen sie."
	refusal      = "Wir beantworten keine Wahlprüfsteine."
)

// openLink is what the party's mail leads to: opening changes nothing, the button does.
func (j *journey) openLink() {
	m := j.mail("wahl@freie-mitte.example")
	for _, text := range []string{"Freitag, 26. Februar 2027", short, long, thesisText} {
		if !strings.Contains(m.Text, text) {
			j.t.Errorf("the mail to the party lacks %q:\n%s", text, m.Text)
		}
	}
	if len(m.Attachments) != 1 || m.Attachments[0].Type != "text/calendar" {
		j.t.Errorf("attachments: %+v", m.Attachments)
	}
	j.partyLink = j.link(m, "/zugang/")
	j.party = j.person()
	j.party.visit(j.partyLink)
	j.party.visit(j.partyLink)
	j.party.onPhone()
	if names := j.party.cookies(); len(names) > 0 {
		j.t.Errorf("opening the link set cookies: %v", names)
	}
	j.linksUsed(0)
	j.party.press("Antwortformular öffnen")
	j.linksUsed(1)
	j.party.at("/antwort")
	j.party.reads("Freie Mitte", "Freitag, 26. Februar 2027", "0 von 3 fertig")
	j.party.onPhone()
}

// answer fills in the form: with autosave, without scripts, and with a refusal.
func (j *journey) answer() {
	p := j.party
	p.press("Weiter mit Frage 1")
	p.choose("status", "Wir antworten")
	p.fill("text", answerTyped+strings.Repeat(" Punkt.", 50))
	p.until("[data-autosave-text]", "Gespeichert")
	p.visit("/antwort/fragen/1") // nobody pressed a button
	if got := p.value("text"); got != answerTyped+strings.Repeat(" Punkt.", 50) {
		j.t.Errorf("autosave kept %q", got)
	}
	p.onPhone()

	// the second by the keyboard alone
	p.visit("/antwort/fragen/2")
	p.tabTo("status")
	p.typeKeys(" ")
	for range 4 {
		if script[string](p, `document.activeElement.labels?.[0]?.innerText ?? ""`) == "Wir lehnen die Beantwortung ab" {
			break
		}
		p.typeKeys(kb.ArrowDown)
	}
	p.tabTo("reason")
	p.typeKeys(declineWhy)
	p.until("[data-autosave-text]", "Gespeichert")
	p.tabTo("mark")
	p.arrive(http.StatusOK, chromedp.KeyEvent(kb.Enter))
	p.visit("/antwort/alle")
	p.onPhone()

	// The same link in another browser, without scripts.
	plain := newPerson(j.t, j.url, browser.TabOptions{NoJS: true})
	p.visit("/antwort/pruefen")
	p.reads("Der Text hat 435 Zeichen, erlaubt sind 400.")
	plain.visit(j.partyLink)
	plain.press("Antwortformular öffnen")
	plain.visit("/antwort/fragen/3")
	plain.choose("status", "Wir antworten")
	plain.choose("position", "Stimme zu")
	plain.fill("text", answerThesis)
	plain.press("Fertig, weiter")
	plain.visit("/antwort/fragen/1")
	plain.fill("text", answerTyped)
	plain.press("Fertig, weiter")
}

// submit hands in: what counts is the click, what confirms is the code from the mail.
func (j *journey) submit() {
	p := j.party
	p.visit("/antwort")
	p.reads("3 von 3 fertig")
	p.press("Prüfen und absenden")
	p.reads("Ab dem nächsten Schuljahr.", declineWhy, answerThesis, "Stimme zu", "Erklärung und Absenden")
	p.onPhone()
	p.pressFor(422, "Absenden")
	p.fill("name", "Ole Hansen", "function", "Landesgeschäftsführer")
	p.tick("verbatim")
	p.tick("licence")
	p.press("Absenden")
	p.at("/antwort/code")
	p.reads("Mit dem Code bestätigen")
	p.onPhone()

	code := j.code("wahl@freie-mitte.example")
	wrong := "123456789012"
	if code == wrong {
		wrong = "210987654321"
	}
	p.fill("code", wrong)
	p.pressFor(422, "Abgabe bestätigen")
	p.reads("Dieser Code stimmt nicht. Sie haben noch 4 Versuche.")
	p.fill("code", code)
	p.press("Abgabe bestätigen")
	p.at("/antwort/bestaetigung")
	p.reads("Ihre Antworten sind abgegeben", "Ab dem nächsten Schuljahr.", declineWhy, answerThesis, "Ole Hansen")
	p.onPhone()

	m := j.mail("wahl@freie-mitte.example")
	for _, text := range []string{answerTyped, declineWhy, answerThesis, "Eingangsbestätigung"} {
		if !strings.Contains(m.Subject+m.Text, text) {
			j.t.Errorf("the receipt lacks %q:\n%s", text, m.Text)
		}
	}
	if len(m.Attachments) != 1 {
		j.t.Errorf("the receipt is not attached: %+v", m.Attachments)
	}
}

var codePattern = regexp.MustCompile(`\b\d{4} \d{4} \d{4}\b`)

func (j *journey) code(to string) string {
	m := j.mail(to)
	code := codePattern.FindString(m.Text)
	if code == "" || strings.Contains(m.Subject, code) {
		j.t.Fatalf("code %q in %q:\n%s", code, m.Subject, m.Text)
	}
	j.log.secret(code)
	return code
}

// transcribe enters a party's letter with its original; a second person checks it against the file.
func (j *journey) transcribe() {
	j.clock.Advance(5 * 24 * time.Hour)
	j.signIn(j.jonte, jonte)
	j.signIn(j.amira, amira)
	p := j.jonte
	p.visit("/antworten")
	p.press("Wahlprüfsteine Nordmark 2027")
	p.onPhone()
	p.visit("/antworten/" + slug + "/gzn")
	p.press("Antwort übertragen")
	p.choose("kind", "Brief")
	p.fill("received_on", "2027-01-14", "letter_date", "2027-01-13")
	p.upload("original", j.file("brief.txt", letterText))
	p.pick("status-1", "beantwortet")
	p.fill("text-1", letterText)
	p.pick("status-3", "verweist auf Wahlprogramm")
	p.press("Zur Prüfung geben")
	p.reads("Gegenprüfen muss sie jemand anderes")
	p.onPhone()

	j.checkLetter("GZN")
	j.amira.onPhone()
}

// checkLetter is what the second person does with the one transcription that waits: a party's.
func (j *journey) checkLetter(party string) {
	p := j.amira
	p.visit("/uebersicht")
	p.press("Übertragene Antwort prüfen: " + party)
	p.tick("word_for_word")
	p.press("Bestätigen")
	p.reads("Gegengeprüft")
}

// deadline passes while somebody at a party writes.
func (j *journey) deadline() {
	at := j.questionnaire(slug).Deadline.At
	j.mail("gemeinsam@su-kb.example") // the cover letter
	j.clock.Set(at.AddDate(0, 0, -3))
	if err := j.app.remindOnce(j.t.Context()); err != nil {
		j.t.Fatal(err)
	}
	reminder := j.mail("gemeinsam@su-kb.example")
	if !strings.HasPrefix(reminder.Subject, "Erinnerung: ") {
		j.t.Errorf("%q is no reminder", reminder.Subject)
	}
	j.clock.Set(at.Add(-20 * time.Minute))
	p := j.person()
	p.visit(j.link(reminder, "/zugang/"))
	p.press("Antwortformular öffnen")
	p.visit("/antwort/fragen/1")
	p.choose("status", "Wir antworten")
	p.fill("text", lateText)
	j.clock.Set(at.Add(time.Minute))
	p.press("Fertig, weiter")
	p.reads("Gespeichert.", "Die Antwortfrist ist vorbei.", "dem Vermerk „verspätet“")
	p.onPhone()
	p.visit("/antwort/meine")
	p.reads(lateText)
	j.clock.Advance(24 * time.Hour)
}

// signIn comes back after some weeks: sessions do not last that long.
func (j *journey) signIn(p *person, email string) {
	p.visit("/uebersicht")
	p.fill("email", email, "password", password)
	p.press("Anmelden")
	p.at("/uebersicht")
}

// linksUsed fails unless so many access links have ever been used.
func (j *journey) linksUsed(want int) {
	used := 0
	if err := j.app.core.store.View(j.t.Context(), func(tx *survey.Tx) error {
		for link, err := range tx.AccessLinks.List("") {
			if err != nil {
				return err
			}
			if !link.UsedAt.IsZero() {
				used++
			}
		}
		return nil
	}); err != nil {
		j.t.Fatal(err)
	}
	if used != want {
		j.t.Errorf("%d links are used, not %d", used, want)
	}
}
