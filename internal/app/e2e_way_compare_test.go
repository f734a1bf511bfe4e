package app

import (
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"pruefstein/internal/interchange"
)

const public = "/vergleich/" + slug + "/"

// publish takes a preview and two people.
func (j *journey) publish() {
	j.signIn(j.jonte, jonte)
	j.signIn(j.amira, amira)
	j.unpublished()
	p := j.jonte
	p.visit("/veroeffentlichen")
	p.press("Wahlprüfsteine Nordmark 2027")
	p.reads("Das Impressum ist eingetragen.", "Alle übertragenen Antworten sind durchgesehen.")
	p.onPhone()
	p.press("Vorschau ansehen")
	p.reads("Freie Lernmaterialien", "FM", "GZN", "SU/KB")
	p.visit("/veroeffentlichen/" + slug)
	p.tick("gelesen")
	p.press("Veröffentlichung beantragen")
	p.reads("Beantragt.")
	j.unpublished()

	j.confirmPublication()
}

func (j *journey) confirmPublication() {
	j.amira.visit("/uebersicht")
	j.amira.press("Veröffentlichung freigeben")
	j.amira.tick("gelesen")
	j.amira.press("Bestätigen und veröffentlichen")
	j.amira.reads("Es kann eine Minute dauern, bis alle die neuen Seiten sehen.")
}

// unpublished fails if a reader gets anything of the comparison.
func (j *journey) unpublished() {
	for _, path := range []string{public, public + "fragen/1", public + "daten.json", public + "vergleich.xlsx", "/en" + public, public + "v1/"} {
		if status, _, body := j.get(path); status != http.StatusNotFound || bytes.Contains(body, []byte("Lernmaterialien")) {
			j.t.Errorf("%s: %d before anything is published", path, status)
		}
	}
}

// get is what a program gets.
func (j *journey) get(path string) (status int, header http.Header, body []byte) {
	response, err := http.Get(j.url + path)
	if err != nil {
		j.t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		j.t.Fatal(err)
	}
	return response.StatusCode, response.Header, body
}

// download is a file that readers take, without cookies.
func (j *journey) download(path string) []byte {
	status, header, body := j.get(path)
	if status != http.StatusOK || header.Get("ETag") == "" || header.Get("Set-Cookie") != "" || strings.Contains(header.Get("Vary"), "Cookie") {
		j.t.Errorf("%s: %d %v", path, status, header)
	}
	return body
}

// readers is a journalist with one minute: who declined and why, a quote with its source, a table to filter.
func (j *journey) readers() {
	p := j.person()
	p.visit("/")
	p.onPhone()
	p.press("Wahlprüfsteine Nordmark 2027")
	p.at(public)
	p.reads("Wer die Beantwortung abgelehnt hat, und warum", declineWhy, "keine Antwort", "Stimme zu", "presse@buendnis.example")
	for _, hidden := range []string{lateText, "Ole Hansen", "freie-mitte.example"} {
		if strings.Contains(p.text("html"), hidden) {
			j.t.Errorf("the comparison gives away %q", hidden)
		}
	}
	p.onPhone()
	p.press("1Freie Lernmaterialien")
	p.at(public + "fragen/1.html")
	p.reads("Ab dem nächsten Schuljahr.", "von der Partei selbst abgegeben", "übertragen aus: Brief vom 13. Januar 2027", "Wir zahlen sie.")
	p.open("Zitieren und verlinken")
	if cite := p.quoted(); !strings.Contains(cite, "FM (Freie Mitte) zu Frage 1. In: Bündnis Offene Nordmark: Wahlprüfsteine Nordmark 2027.") || !strings.Contains(cite, j.url+public+"v1/fragen/1#fm") {
		j.t.Errorf("citation %q", cite)
	}
	p.click("place(document.querySelector(a[0]))", `[data-copy-from="c:fm:1"]`)
	p.until(`[data-copy-from="c:fm:1"] [data-copy-word]`, "Kopiert")
	p.onPhone()
	p.visit(public + "parteien/gzn")
	p.reads("Grüne Zukunft Nordmark", "verweist auf Wahlprogramm")
	p.onPhone()
	for _, path := range []string{"/en/", "/en" + public, "/en" + public + "fragen/3", "/en" + public + "parteien/fm", "/impressum", "/en/datenschutz", public + "vergleich.html"} {
		p.visit(path)
	}
	p.visit("/en" + public)
	p.reads("declined to answer", "Agree", "no answer")
	p.onPhone()
	if names := p.cookies(); len(names) > 0 {
		j.t.Errorf("a reader has cookies: %v", names)
	}
	j.filesAreFaithful("")
}

// quoted is the citation line that is unfolded.
func (p *person) quoted() string {
	p.t.Helper()
	return script[string](p, `document.querySelector("details.cite[open] input, details.cite[open] textarea").value`)
}

// filesAreFaithful reads every file back: the words of the parties are there, unchanged. second is what SU/KB gives as
// its reason, "" as long as it has said nothing.
func (j *journey) filesAreFaithful(second string) {
	texts := []string{answerTyped, answerThesis, letterText}
	reasons := []string{declineWhy}
	if second != "" {
		reasons = append(reasons, second)
	}

	book, err := excelize.OpenReader(bytes.NewReader(j.download(public + "vergleich.xlsx")))
	if err != nil {
		j.t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Antworten")
	if err != nil {
		j.t.Fatal(err)
	}
	j.inTable("vergleich.xlsx", rows, "Antwort", texts)
	j.inTable("vergleich.xlsx", rows, "Grund", reasons)

	records, err := csv.NewReader(bytes.NewReader(j.download(public + "antworten.csv"))).ReadAll()
	if err != nil {
		j.t.Fatal(err)
	}
	j.inTable("antworten.csv", records, "answer", texts)
	j.inTable("antworten.csv", records, "reason", reasons)
	if len(records) != 1+3*3 {
		j.t.Errorf("antworten.csv has %d lines", len(records))
	}

	file, err := interchange.Read(bytes.NewReader(j.download(public + "daten.json")))
	if err != nil {
		j.t.Fatal(err)
	}
	var said []string
	for _, a := range file.Answers {
		said = append(said, a.Text, a.Reason)
	}
	single := string(j.download(public + "vergleich.html"))
	for _, text := range append(texts, reasons...) {
		if !slices.Contains(said, text) {
			j.t.Errorf("daten.json lacks %q", text)
		}
		last := text[strings.LastIndex(text, "\n")+1:]
		if last = strings.ReplaceAll(last, `"`, "&#34;"); !strings.Contains(single, last) {
			j.t.Errorf("vergleich.html lacks %q", last)
		}
	}
	if strings.Contains(single, lateText) || slices.Contains(said, lateText) {
		j.t.Error("a late draft is public")
	}
}

// inTable fails unless each text is a whole cell of the column.
func (j *journey) inTable(name string, rows [][]string, column string, texts []string) {
	head := slices.IndexFunc(rows, func(row []string) bool { return slices.Contains(row, column) })
	if head < 0 {
		j.t.Fatalf("%s has no column %s: %v", name, column, rows)
	}
	place := slices.Index(rows[head], column)
	var cells []string
	for _, row := range rows[head+1:] {
		if place < len(row) {
			cells = append(cells, row[place])
		}
	}
	for _, text := range texts {
		if !slices.Contains(cells, text) {
			j.t.Errorf("%s: no cell of column %s is %q, but %q", name, column, text, cells)
		}
	}
}

// publishAgain brings a letter that came late as version 2, with a public list of what changed.
func (j *journey) publishAgain() {
	p := j.jonte
	p.visit("/antworten/" + slug + "/su-kb")
	p.press("Antwort übertragen")
	p.choose("kind", "E-Mail")
	p.fill("received_on", "2027-02-27", "received_time", "08:15", "letter_date", "2027-02-27")
	p.upload("original", j.file("antwort.eml", "From: gemeinsam@su-kb.example\r\nTo: wahlpruefsteine@buendnis.example\r\nSubject: Wahlpruefsteine\r\nDate: Sat, 27 Feb 2027 08:15:00 +0100\r\n\r\n"+refusal+"\r\n"))
	p.choose("whole", "Beantwortung insgesamt abgelehnt")
	p.fill("whole_text", refusal)
	p.press("Zur Prüfung geben")
	p.visit("/veroeffentlichen/" + slug)
	p.reads("Eine übertragene Antwort wartet auf Gegenprüfung.")

	j.checkLetter("SU/KB")
	p.visit("/veroeffentlichen/" + slug)
	p.reads("Das würde als Änderung vermerkt", "SU/KB")
	p.tick("gelesen")
	p.press("Veröffentlichung beantragen")
	j.confirmPublication()

	reader := j.person()
	reader.visit(public)
	reader.reads(refusal, "Veröffentlichung Nr. 2", "vorher keine Antwort, jetzt Beantwortung abgelehnt")
	reader.onPhone()
	reader.visit(public + "parteien/su-kb")
	reader.reads(refusal, "nach Ablauf der Frist eingegangen")
	reader.visit(public + "v1/")
	if strings.Contains(reader.text("main"), refusal) {
		j.t.Error("version 1 has changed")
	}
	j.filesAreFaithful(refusal)

	j.signIn(j.wiebke, wiebke)
	for _, path := range []string{"/verwaltung", "/verwaltung/protokoll", "/verwaltung/sicherung", "/verwaltung/mailtest", "/konto"} {
		j.wiebke.visit(path)
	}
	j.wiebke.visit("/verwaltung/sicherung")
	j.wiebke.press("Jetzt prüfen")
	j.wiebke.reads("Alles in Ordnung")
}
