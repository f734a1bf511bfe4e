package app

import "strings"

const (
	slug  = "nordmark-2027"
	board = "/werkstatt/" + slug

	short      = "Wie sorgen Sie dafür, dass Lernmaterialien frei genutzt werden dürfen?"
	long       = "Welche verbindlichen Zeiten und Mittel planen Sie für die digitale Fortbildung der Lehrkräfte, wer bietet sie an, wer prüft ihre Wirkung, und wie stellen Sie sicher, dass auch kleine Schulen auf den Inseln daran teilnehmen können?"
	thesisText = "Alle Sitzungen des Landtags sollen frei verfügbar aufgezeichnet werden."
)

func (j *journey) election() {
	p := j.jonte
	p.visit("/verwaltung/wahlen")
	p.press("Neue Wahl")
	p.fill("name", "Landtagswahl Nordmark 2027", "date", "2027-04-18", "region", "Nordmark")
	p.pick("level", "Land")
	p.press("Speichern")

	p.press("Partei hinzufügen")
	p.fill("short_name", "FM", "name", "Freie Mitte", "ballot_position", "1", "email", "wahl@freie-mitte.example", "colour", "#c9a100")
	p.press("Speichern")
	p.press("Partei hinzufügen")
	p.fill("short_name", "GZN", "name", "Grüne Zukunft Nordmark", "ballot_position", "2", "email", "fragen@gruene-zukunft.example", "wikidata", "Q42424242")
	p.press("Speichern")
	p.press("Liste einlesen")
	p.fill("list", "Kurzname;Name;Listenplatz;E-Mail\nSU;Soziale Union;3;gemeinsam@su-kb.example\nKB;Konservatives Bündnis;vierter;kb@su-kb.example\n")
	p.pressFor(422, "Vorschau ansehen")
	p.reads("Zeile 3, Stimmzettelplatz", "Es wurde nichts übernommen")
	p.fill("list", "Kurzname;Name;Listenplatz;E-Mail\nSU;Soziale Union;3;gemeinsam@su-kb.example\nKB;Konservatives Bündnis;4;kb@su-kb.example\n")
	p.press("Vorschau ansehen")
	p.press("Liste übernehmen")
	p.reads("FM", "GZN", "SU", "KB", "Soziale Union", "Konservatives Bündnis")
	p.onPhone()
}

func (j *journey) questionnaireMade() {
	p := j.jonte
	p.press("Wahlprüfsteine anlegen")
	p.fill("title", "Wahlprüfsteine Nordmark 2027", "slug", slug, "slots", "4", "question_limit", "300", "answer_limit", "400",
		"intro", "Wir fragen, was die Parteien vorhaben.", "topics", "Bildung\nDemokratie", "deadline", "2027-02-26T18:00")
	p.pick("election", "Landtagswahl Nordmark 2027, 18. April 2027")
	p.press("Anlegen")
	p.at(board)
	p.reads("0 von 4 Plätzen")
}

// draft is what a member of a working group does.
func (j *journey) draft() {
	p := j.lasse
	p.visit("/werkstatt")
	p.press("Wahlprüfsteine Nordmark 2027")
	for _, q := range []struct{ label, text, kind, topic string }{
		{"Freie Lernmaterialien", short, "Offene Frage", "Bildung"},
		{"Fortbildung", long, "Offene Frage", "Bildung"},
		{"Sitzungen aufzeichnen", thesisText, "These (Position und Begründung)", "Demokratie"},
	} {
		p.visit(board)
		p.press("Neue Frage")
		untouched := p.isAsked()
		p.fill("label", q.label, "text", q.text)
		if untouched || !p.isAsked() {
			j.t.Error("typed text can be left behind without a question, or an empty form cannot")
		}
		p.choose("kind", q.kind)
		p.pick("working_group", "Digitale Bildung")
		p.pick("topic", q.topic)
		p.choose("asked_by", "Lehrkräfte für offene Bildung")
		p.press("Speichern")
		p.reads("Die Frage ist gespeichert.")
	}
	p.visit(board)
	p.reads("Freie Lernmaterialien", "Fortbildung", "Sitzungen aufzeichnen")
	p.onPhone()
}

// twoAtOnce has two people at one question: the second sees both texts, and nothing is lost.
func (j *journey) twoAtOnce() {
	one, two := j.lasse, j.jonte
	one.press("Freie Lernmaterialien")
	two.visit(strings.TrimPrefix(one.address(), j.url))
	one.fill("text", short+" Bis wann?")
	one.press("Speichern")
	two.fill("text", short+" Mit welcher Lizenz?")
	two.pressFor(409, "Speichern")
	two.reads("Zwei Fassungen zur selben Zeit", "Lasse Brandt", "Bis wann?", "Mit welcher Lizenz?")
	if !two.isAsked() {
		j.t.Error("what came back unsaved can be left behind without a question")
	}
	two.onPhone()
	two.fill("text", short+" Mit welcher Lizenz, und bis wann?")
	two.press("Zusammengeführte Fassung speichern")
	if got := two.value("text"); got != short+" Mit welcher Lizenz, und bis wann?" {
		j.t.Errorf("merged into %q", got)
	}
	two.press("Verlauf: 3 Fassungen")
	two.reads("Bis wann?", "eingefügt: Mit welcher Lizenz, und bis")
}

// agree is what the group and the office do with the drafts.
func (j *journey) agree() {
	for _, label := range []string{"Freie Lernmaterialien", "Fortbildung", "Sitzungen aufzeichnen"} {
		j.lasse.visit(board)
		j.lasse.press(label)
		j.lasse.press("In den Entwurf")
		j.lasse.press("Zur Prüfung geben")
		j.jonte.visit(board)
		j.jonte.press(label)
		j.jonte.press("Beschließen")
		j.jonte.reads("Die Frage ist jetzt beschlossen.")
	}
	j.jonte.visit(board)
	j.jonte.reads("3 von 4 Plätzen")
}

// lock numbers and hashes the catalogue; it takes two.
func (j *journey) lock() {
	p := j.jonte
	p.visit(board + "/katalog")
	p.reads("Was passt bei wem?", "Frage 2: 30 Zeichen zu lang")
	p.onPhone()
	p.press("Sperren beantragen")
	p.reads("Jetzt muss eine zweite Person bestätigen", "Das waren Sie selbst")

	j.amira.visit("/uebersicht")
	j.amira.press("Fragenkatalog sperren")
	j.amira.press("Bestätigen und sperren")
	j.amira.reads("Der Fragenkatalog ist gesperrt.", "Nachweis", short)
	j.lasse.visit(board + "/katalog/druck")
	j.lasse.reads("1", "2", "3", long)
}
