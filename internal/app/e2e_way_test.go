package app

import (
	"strings"
	"testing"
	"time"
)

// The people of the way, by their addresses.
const (
	wiebke = "wiebke@buendnis.example" // administrator
	jonte  = "jonte@buendnis.example"  // coordinator
	amira  = "amira@buendnis.example"  // coordinator
	lasse  = "lasse@buendnis.example"  // member and lead of a working group

	password = "Deich Laterne Kompass"
)

// A journey is the one election that the test goes through, with everybody in it.
type journey struct {
	*site
	wiebke, jonte, amira, lasse *person
	party                       *person // the press office of Freie Mitte
	partyLink                   string  // to its form
}

// The whole way through all four verbs, in a real browser, with real mails and a real database.
func TestWholeWay(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	j := &journey{site: startSite(t, time.Date(2027, time.January, 11, 9, 0, 0, 0, zone))}
	for _, step := range []struct {
		name string
		take func()
	}{
		{"set up", j.setUp}, {"settings", j.settings}, {"invitations", j.invitations},
		{"election", j.election}, {"questionnaire", j.questionnaireMade}, {"draft", j.draft}, {"two at once", j.twoAtOnce}, {"agree", j.agree},
		{"respondents", j.respondents}, {"lock", j.lock}, {"cover letter", j.coverLetter}, {"dispatch", j.dispatch},
		{"link", j.openLink}, {"answer", j.answer}, {"submit", j.submit}, {"transcribe", j.transcribe}, {"deadline", j.deadline},
		{"publish", j.publish}, {"read", j.readers}, {"publish again", j.publishAgain}, {"sound", j.isSound},
	} {
		start := time.Now()
		step.take()
		t.Logf("%-14s %5.1f s", step.name, time.Since(start).Seconds())
		j.clock.Advance(7 * time.Minute)
		if t.Failed() {
			return
		}
	}
}

// ---- the first start

func (j *journey) setUp() {
	var greeting strings.Builder
	if err := j.app.greet(j.t.Context(), &greeting); err != nil {
		j.t.Fatal(err)
	}
	link := linkPattern.FindAllString(greeting.String(), -1)[1]
	j.log.secret(link[strings.LastIndex(link, "/")+1:])

	j.wiebke = j.person()
	j.wiebke.visit(link)
	j.wiebke.fill("alliance", "Bündnis Offene Nordmark", "name", "Wiebke Sanders", "email", wiebke, "password", "kurz", "again", "kurz")
	j.wiebke.pressFor(422, "Einrichten")
	j.wiebke.reads("12 Zeichen")
	j.wiebke.fill("password", password, "again", password)
	j.wiebke.press("Einrichten")
	j.wiebke.at("/uebersicht")
	j.wiebke.reads("Prüfstein ist eingerichtet", "Wiebke Sanders")
	j.wiebke.onPhone()
}

func (j *journey) settings() {
	p := j.wiebke
	p.press("Verwaltung")
	p.press("Bündnis und Regeln")
	p.fill("intro", "Organisationen aus der Nordmark fragen die Parteien.", "email", jonte, "press_contact", "presse@buendnis.example", "licence", "CC-BY-4.0",
		"imprint", "Bündnis Offene Nordmark\nAm Deich 1, Hafenstadt", "privacy", "Wir speichern beim Lesen nichts.")
	p.press("Speichern")
	p.reads("Gespeichert.")

	for path, names := range map[string][]string{
		"/verwaltung/organisationen": {"Freie Netze Nordmark", "Lehrkräfte für offene Bildung"},
		"/verwaltung/arbeitsgruppen": {"Digitale Bildung", "Digitale Demokratie"},
	} {
		p.visit(path)
		for _, name := range names {
			p.fill("name", name)
			p.press("Hinzufügen")
			p.reads("Gespeichert.", name)
		}
	}
}

func (j *journey) invitations() {
	p := j.wiebke
	for _, one := range []struct{ name, email, role, label string }{
		{"Jonte Petersen", jonte, "coordinator", "Koordination"},
		{"Amira Haddad", amira, "coordinator", "Koordination"},
		{"Lasse Brandt", lasse, "member", "Digitale Bildung"},
	} {
		p.visit("/verwaltung/personen/neu")
		p.fill("name", one.name, "email", one.email)
		p.choose(one.role, one.label)
		p.press("Person einladen")
		p.reads("Die Einladung ist unterwegs", one.name)
	}
	p.onPhone()

	j.jonte, j.amira, j.lasse = j.accept(jonte), j.accept(amira), j.accept(lasse)
}

// accept takes an invitation from its mail.
func (j *journey) accept(email string) *person {
	p := j.person()
	link := j.link(j.mail(email), "/einladung/")
	p.visit(link)
	p.reads(email)
	p.visit(link) // opening it has changed nothing
	p.fill("password", password, "again", password)
	p.press("Konto öffnen")
	p.at("/uebersicht")
	return p
}
