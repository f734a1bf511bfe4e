package app

import (
	"net/http"
	"strings"
)

const sending = "/versand/" + slug

// respondents are three for four parties: two answer together, one takes questions through a form of its own only.
func (j *journey) respondents() {
	p := j.jonte
	p.visit("/versand")
	p.press("Wahlprüfsteine Nordmark 2027")
	p.visit(sending + "/befragte")
	p.press("Mehrere Parteien zusammenfassen")
	p.choose("parties", "SU", "KB")
	p.press("Zusammenfassen")
	p.fill("email", "gemeinsam@su-kb.example")
	p.choose("channel", "unser Formular")
	p.press("Angaben speichern")
	p.reads("SU/KB", "Alles passt.")

	p.visit(sending + "/befragte")
	p.press("2 antretende Parteien übernehmen")
	p.reads("FM", "GZN", "SU/KB")
	p.visit(sending + "/befragte/fm")
	p.choose("channel", "unser Formular")
	p.press("Angaben speichern")
	p.visit(sending + "/befragte/gzn")
	p.choose("channel", "Formular der Partei")
	p.fill("max_questions", "8", "max_characters", "200", "source", "https://gruene-zukunft.example/regeln", "due", "2027-02-20T12:00")
	p.press("Angaben speichern")
	p.reads("Eine Frage zu lang (höchstens 200 Zeichen)")
	p.visit(sending + "/befragte")
	p.reads("Formular der Partei", "Eine Frage zu lang")
	p.onPhone()
}

func (j *journey) coverLetter() {
	p := j.jonte
	p.visit(sending + "/anschreiben")
	p.reads("Das ist unsere Vorlage")
	p.press("Speichern")
	p.pick("befragte", "SU/KB")
	p.press("Vorschau zeigen")
	p.reads("So kommt es bei SU/KB an", "An: gemeinsam@su-kb.example", "Wahlprüfsteine Nordmark 2027: unsere Fragen an", "Freitag, 26. Februar 2027", short, long, "frist.ics")
	p.onPhone()
	p.press("Gespeicherten Text als Probe an mich senden")
	if m := j.mail(jonte); !strings.Contains(m.Text, long) {
		j.t.Errorf("the test mail lacks a question:\n%s", m.Text)
	}
	p.visit(sending + "/postausgang")
	p.reads("an uns selbst")
	p.visit(sending + "/erinnerung")
	p.fill("days-1", "3")
	p.press("Vorschau zeigen")
	p.reads("So würden sie gehen", "3 Tage vor der Frist", "So kommt es bei FM an")
	p.onPhone()
	p.press("Plan speichern")
	p.reads("Die Erinnerungen sind geplant.", "23.02.2027, 18:00")
}

func (j *journey) dispatch() {
	p := j.jonte
	p.visit(sending + "/absenden")
	p.reads("Der Fragenkatalog ist gesperrt.", "Fragen passen nicht zum Verfahren", "GZN", "Die geplanten Erinnerungen liegen nach dem Versand.", "Geplante Erinnerung: 3 Tage vor der Frist")
	p.onPhone()
	p.press("Versand beantragen")
	p.reads("Wartet auf die zweite Person")
	j.noMail("wahl@freie-mitte.example")

	j.amira.visit("/uebersicht")
	j.amira.press("Fragen versenden")
	j.amira.press("Bestätigen und an 2 Befragte absenden")
	j.amira.reads("Versandt", "GZN")
	j.amira.press("GZN")
	j.amira.reads("30 Zeichen zu lang")
	j.noMail("fragen@gruene-zukunft.example")

	p.visit(sending + "/befragte/gzn/eingabe")
	p.fill("at", j.clock.Now().Format("2006-01-02T15:04"))
	p.pressFor(http.StatusUnprocessableEntity, "Als eingereicht festhalten")
	p.reads("30 Zeichen zu lang für das Formular der Partei")
	p.onPhone()
	p.fill("text-q02", "Welche Zeiten und Mittel planen Sie für die digitale Fortbildung der Lehrkräfte?", "reason-q02", "Das Formular nimmt 200 Zeichen.")
	p.press("Als eingereicht festhalten")
	p.reads("Gekürzt eingegeben", "Grund: Das Formular nimmt 200 Zeichen.")
	p.visit(sending)
	p.reads("FM", "SU/KB", "GZN")
	p.onPhone()
}
