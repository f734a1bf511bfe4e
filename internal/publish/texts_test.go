package publish

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"pruefstein/internal/export"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

// built is a comparison with hand-made cells, built into a folder.
func built(t testing.TB, c survey.Comparison) string {
	t.Helper()
	folder := t.TempDir()
	if _, err := build(context.Background(), engine, c, folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// comparisonOf has a party for each text, which answers an open question and a thesis with it.
func comparisonOf(texts ...string) survey.Comparison {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	c := survey.Comparison{
		Alliance: survey.Alliance{Name: "Bündnis", Imprint: "x", Privacy: "y"}, Election: survey.Election{Name: "Wahl", Date: "2027-03-07"},
		Questionnaire: survey.Questionnaire{ID: "q", Slug: "nordmark", Title: "Fragen", DispatchedAt: at, Deadline: survey.Instant{At: at, Zone: survey.DefaultZone}},
		Catalogue: survey.Catalogue{Questions: []survey.CatalogueQuestion{
			{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Was?"}, {ID: "q02", Number: 2, Kind: survey.KindThesis, Text: "So."},
		}},
		Version: 1, At: at, Checkpoint: "checkpoint", BaseURL: "https://pruefsteine.example",
	}
	for i, text := range texts {
		r := survey.ComparedRespondent{ID: survey.RespondentID(fmt.Sprint("r", i)), Slug: survey.Slug(fmt.Sprint("p", i)), ShortName: fmt.Sprint("P", i), Name: fmt.Sprint("Partei ", i)}
		for _, q := range c.Catalogue.Questions {
			v := survey.Version{Number: 1, Status: survey.Answered, Text: text, Provenance: survey.ByForm, Record: "r"}
			if q.Kind == survey.KindThesis {
				v.Position = survey.Agree
			}
			r.Cells = append(r.Cells, survey.ComparedCell{Question: q, Cell: survey.Cell{Status: survey.Answered, Current: &v, History: []survey.Version{v}}})
		}
		c.Respondents = append(c.Respondents, r)
	}
	return c
}

func parse(t testing.TB, folder, name string) *html.Node {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// answersOf reads the texts of all answer blocks below a node: paragraphs joined by an empty line, line breaks as lines.
func answersOf(doc *html.Node) []string {
	var list []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || attr(n, "class") != "answer" {
			continue
		}
		var paragraphs []string
		for p := range n.ChildNodes() {
			if p.Type != html.ElementNode {
				continue
			}
			var text strings.Builder
			for part := range p.ChildNodes() {
				if part.Type == html.TextNode {
					text.WriteString(part.Data)
				} else {
					text.WriteByte('\n')
				}
			}
			paragraphs = append(paragraphs, text.String())
		}
		list = append(list, strings.Join(paragraphs, "\n\n"))
	}
	return list
}

var hard = []string{
	"<b>fett</b> & &amp; <script>alert(1)</script>", "weich\u00adge\u00adtrennt", "=SUMME(A1)", "- Strich am Anfang", "eins\n\n\nzwei\n\n\n\ndrei",
	"doppelt  und\tTab", "„Zitat“ mit ‚halben‘ und \"geraden\"", "a\nb\nc", "{{.}} ${x} `y`", "\u00a0geschützt\u202f%", "🏳️‍🌈 und e\u0301", "+1 @x 'y",
	"Zeile \n mit Rand \n\n  eingerückt", "\ufeffBOM",
}

// Every text re-read from every page is the text that was submitted.
func TestPagesKeepEveryText(t *testing.T) {
	folder := built(t, comparisonOf(hard...))
	for _, name := range []string{"fragen/1.html", "fragen/2.html", "en/fragen/1.html"} {
		if got := answersOf(parse(t, folder, name)); !slices.Equal(got, hard) {
			t.Errorf("%s:\n%q\nnot\n%q", name, got, hard)
		}
	}
	if got := answersOf(parse(t, folder, "vergleich.html")); !slices.Equal(got, append(hard[:len(hard):len(hard)], hard...)) {
		t.Errorf("vergleich.html: %q", got)
	}
	if got := answersOf(parse(t, folder, "index.html")); !slices.Equal(got, hard) {
		t.Errorf("index.html: %q", got)
	}
	for i, text := range hard {
		if got := answersOf(parse(t, folder, fmt.Sprintf("parteien/p%d.html", i))); !slices.Equal(got, []string{text, text}) {
			t.Errorf("party %d: %q, not %q", i, got, text)
		}
	}
}

// What readers meet who know neither the parties nor German: full names, links in words, German marked as such.
func TestPagesForStrangers(t *testing.T) {
	c := comparisonOf("Ja.")
	v := c.Respondents[0].Cells[0].Current
	v.Provenance, v.Source, v.ChangeNote = survey.Transcribed, "Brief vom 3. Januar 2027", "Präzisiert.\n\nAuf Wunsch."
	folder := built(t, c)
	for file, texts := range map[string][]string{
		"index.html": {`<a href="fragen/1.html"><p>Was?</p>`, `P0</a></span> <span class="party-full" lang="de">Partei 0</span></th>`,
			`<p class="cell-party"><span class="party"><a href="parteien/p0.html">P0</a></span></p>`, "Stand 23.\u00a0November 2026", `<textarea id="c:all" readonly rows="3">`},
		"fragen/1.html":    {"P0 (Partei 0) zu Frage 1.", `<div class="note-text" lang="de"><p>Präzisiert.</p>`, `<span>übertragen aus: Brief vom 3. Januar 2027</span>`},
		"en/fragen/1.html": {`<span>transcribed from: <span lang="de">Brief vom 3. Januar 2027</span></span>`},
	} {
		data, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if !strings.Contains(string(data), text) {
				t.Errorf("%s lacks %q", file, text)
			}
		}
	}
}

func TestPagesKeepAnyText(t *testing.T) {
	piece := rapid.OneOf(rapid.SampledFrom(hard), rapid.SampledFrom([]string{"\n", "\n\n", "\t", "  ", "<", "&", "</p>", "<br>", "\u00ad"}), rapid.String())
	rapid.Check(t, func(rt *rapid.T) {
		text, key, _ := survey.Text(strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(rt, "pieces"), ""))
		if key != "" || text == "" {
			rt.Skip("not a text anybody could submit")
		}
		s := &site{engine: engine, c: comparisonOf(text), sizes: func(string) int64 { return 0 }}
		for _, i := range s.items() {
			if !slices.Contains([]string{"index.html", "fragen/1.html", "en/parteien/p0.html", "vergleich.html"}, i.path) {
				continue
			}
			var out bytes.Buffer
			if err := i.write(&out); err != nil {
				rt.Fatal(err)
			}
			doc, err := html.Parse(&out)
			if err != nil {
				rt.Fatal(err)
			}
			got := answersOf(doc)
			if len(got) == 0 {
				rt.Fatalf("%s has no answer", i.path)
			}
			for _, g := range got {
				if g != text {
					rt.Fatalf("%s: %q, not %q", i.path, g, text)
				}
			}
		}
	})
}

// P4: what readers may not see yet is in no file: pending cells, versions replaced before the deadline, transcriptions
// behind a party's own submission, names of people.
func TestNothingUnpublishedLeaks(t *testing.T) {
	const canary = "KANARIENVOGEL"
	h := newHouse(t)
	past := h.clock.Now().Add(-30 * time.Hour)
	secret := func(respondent survey.RespondentID, question survey.QuestionID, number int, v survey.Version) {
		v.Questionnaire, v.Respondent, v.Question, v.Number = "q", respondent, question, number
		v.Text, v.Reason, v.Source, v.ChangeNote = canary+" text", canary+" reason", canary+" source", canary+" note"
		v.EnteredBy, v.Record = canary+" person", canary+" record"
		h.put(t, func(tx *survey.Tx) error { return tx.Versions.Put(v) })
	}
	secret("r3", "q01", 1, survey.Version{Status: survey.Answered, Provenance: survey.ByForm, CountsAt: past})
	secret("r3", "q02", 1, survey.Version{Status: survey.Declined, Provenance: survey.ByForm, CountsAt: past})
	secret("r1", "q01", 9, survey.Version{Status: survey.Answered, Provenance: survey.Transcribed, CountsAt: past})
	secret("r1", "q02", 9, survey.Version{Status: survey.Withdrawn, Provenance: survey.ByForm, CountsAt: h.clock.Now().Add(time.Hour)})
	secret("r2", "q02", 1, survey.Version{Status: survey.Answered, Provenance: survey.ByForm, CountsAt: past})
	h.put(t, func(tx *survey.Tx) error {
		return tx.Versions.Put(survey.Version{Questionnaire: "q", Respondent: "r2", Question: "q02", Number: 2, Status: survey.NoPosition,
			Provenance: survey.ByForm, Record: "r", CountsAt: past.Add(time.Hour), EnteredBy: canary})
	})
	h.put(t, func(tx *survey.Tx) error {
		r, err := tx.Respondents.Get("q/r1")
		if err != nil {
			return err
		}
		r.Copies, r.NewCopies, r.Postal = []string{canary + "@copy.example"}, []string{canary + "@new.example"}, canary+" street"
		r.Email, r.Procedure.Note = canary+"@example.org", canary+" procedure"
		q := h.q
		q.Cover = survey.Cover{Subject: canary, Body: canary}
		return firstOf(tx.Respondents.Put(r), tx.Questionnaires.Put(q))
	})
	h.publish(t)
	c, err := h.Service.Comparison(t.Context(), coordinator, "nordmark-2026")
	if err != nil {
		t.Fatal(err)
	}
	files := tree(t, h.folder)
	for _, i := range (&site{engine: engine, c: c, sizes: func(string) int64 { return 0 }}).items() {
		if i.write == nil {
			continue
		}
		var out bytes.Buffer
		if err := i.write(&out); err != nil {
			t.Fatal(err)
		}
		files["preview "+i.path] = out.String()
	}
	for name, text := range files {
		if strings.Contains(unpacked(t, name, text), canary) {
			t.Errorf("%s holds what is not public", name)
		}
	}
	if workbook := unpacked(t, "x.xlsx", files["nordmark-2026/1/vergleich.xlsx"]); !strings.Contains(workbook, "Ja, ohne Wenn und Aber.") {
		t.Error("the workbook was not looked into")
	}
	if !strings.Contains(files["nordmark-2026/1/fragen/2.html"], "keine abgestimmte Position") {
		t.Error("the version that replaced the private one is not there")
	}
}

// unpacked is what a file says: the parts of a workbook, the text of a compressed copy.
func unpacked(t *testing.T, name, data string) string {
	t.Helper()
	switch path.Ext(name) {
	case ".gz":
		zipped, err := gzip.NewReader(strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(zipped)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	case ".xlsx":
		book, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range book.File {
			part, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(&all, part); err != nil {
				t.Fatal(err)
			}
		}
		return all.String()
	}
	return data
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestSameBytesEveryTime(t *testing.T) {
	c := comparisonOf(hard...)
	first, second := tree(t, built(t, c)), tree(t, built(t, c))
	if len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for name, text := range first {
		if second[name] != text {
			t.Errorf("%s differs", name)
		}
	}
}

// The folder works on any static host: every relative link of every page leads to a file of it, every anchor is there.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	h := newHouse(t)
	h.publish(t)
	folder := filepath.Join(h.folder, "nordmark-2026", "1")
	ids := map[string]map[string]bool{}
	docs := map[string]*html.Node{}
	for name := range tree(t, folder) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		docs[name], ids[name] = parse(t, folder, name), map[string]bool{}
		for n := range docs[name].Descendants() {
			if id := attr(n, "id"); id != "" {
				if ids[name][id] {
					t.Errorf("%s: two elements with the id %s", name, id)
				}
				ids[name][id] = true
			}
		}
	}
	for name, doc := range docs {
		for n := range doc.Descendants() {
			for _, key := range []string{"href", "src", "action"} {
				link := attr(n, key)
				if link == "" || n.Data == "link" && attr(n, "rel") != "stylesheet" && attr(n, "rel") != "icon" {
					continue
				}
				u, err := url.Parse(link)
				if err != nil {
					t.Errorf("%s: %q: %v", name, link, err)
					continue
				}
				if u.Host != "" || u.Path == "/" || u.Path == "/en/" {
					if n.Data != "a" {
						t.Errorf("%s fetches %s", name, link)
					}
					continue
				}
				target := name
				if u.Path != "" {
					if target = path.Join(path.Dir(name), u.Path); strings.HasSuffix(u.Path, "/") {
						target = path.Join(target, "index.html")
					}
				}
				if _, err := os.Stat(filepath.Join(folder, target)); err != nil {
					t.Errorf("%s: %q leads to no file", name, link)
				}
				if u.Fragment != "" && !ids[target][u.Fragment] {
					t.Errorf("%s: %q leads to no anchor", name, link)
				}
			}
		}
	}
}

// Only what a party says to a thesis itself is called its rationale; a general text and a pointer to the manifesto are not, and the
// row of the thesis leads to them.
func TestOnlyAnAnswerToAThesisHasARationale(t *testing.T) {
	for status, want := range map[survey.Status]bool{survey.Answered: true, survey.General: false, survey.Refers: false} {
		c := comparisonOf("Darum.")
		cell := &c.Respondents[0].Cells[1]
		cell.Status, cell.Current.Status = status, status
		if status != survey.Answered {
			cell.Current.Position = ""
		}
		folder := built(t, c)
		for _, name := range []string{"fragen/2.html", "en/fragen/2.html", "parteien/p0.html", "en/parteien/p0.html", "vergleich.html"} {
			page, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(page), `class="rationale-label"`); got != want || !strings.Contains(string(page), "Darum.") {
				t.Errorf("%s, %s: rationale %v, want %v", name, status, got, want)
			}
		}
		page, err := os.ReadFile(filepath.Join(folder, "index.html"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), `<a class="cell-link" href="fragen/2.html#p0">`) {
			t.Errorf("%s: the row of the thesis does not lead to its words", status)
		}
	}
}

// What is copied to quote an answer is its whole wording with who, what, where and when; a second field is the address alone.
func TestCitationsQuoteTheWords(t *testing.T) {
	c := comparisonOf(hard...)
	silent, declined := &c.Respondents[0].Cells[0], &c.Respondents[1].Cells[0]
	silent.Cell = survey.Cell{Status: survey.NoAnswer}
	declined.Status, declined.Current.Status, declined.Current.Text, declined.Current.Reason = survey.Declined, survey.Declined, "", "Keine Zeit."
	folder := built(t, c)
	source := func(lang string, i, number int) (said, address string) {
		address = fmt.Sprintf("https://pruefsteine.example/vergleich/nordmark/v1/fragen/%d#p%d", number, i)
		party := fmt.Sprintf("P%d (Partei %d)", i, i)
		if lang == "en/" {
			return fmt.Sprintf("%s on question %d%%s. In: Bündnis: Fragen. Publication no. 1, as of 23 November 2026. %s", party, number, address), address
		}
		return fmt.Sprintf("%s zu Frage %d%%s. In: Bündnis: Fragen. Veröffentlichung Nr. 1, Stand 23. November 2026. %s", party, number, address), address
	}
	words := map[string][]string{"": {"„%s“ – %s", "Stimme zu", "keine Antwort", "Beantwortung abgelehnt"}, "en/": {"“%s” – %s", "Agree", "no answer", "declined to answer"}}
	for lang, w := range words {
		for number := 1; number <= 2; number++ {
			doc := parse(t, folder, fmt.Sprintf("%sfragen/%d.html", lang, number))
			fields := map[string]string{}
			for n := range doc.Descendants() {
				switch {
				case n.Data == "textarea" && n.FirstChild != nil:
					fields[attr(n, "id")] = n.FirstChild.Data
				case n.Data == "input":
					fields[attr(n, "id")] = attr(n, "value")
				}
			}
			for i, text := range hard {
				line, address := source(lang, i, number)
				want := fmt.Sprintf(w[0], text, strings.Replace(line, "%s", "", 1))
				switch {
				case number == 2:
					want = fmt.Sprintf(w[0], text, strings.Replace(line, "%s", " ("+w[1]+")", 1))
				case i == 0:
					want = strings.Replace(line, "%s", ": "+w[2], 1)
				case i == 1:
					want = fmt.Sprintf(w[0], "Keine Zeit.", strings.Replace(line, "%s", " ("+w[3]+")", 1))
				}
				key := fmt.Sprintf("p%d:%d", i, number)
				if fields["c:"+key] != want || fields["l:"+key] != address {
					t.Errorf("%s %d:\n%q %q\nwant\n%q %q", lang, number, fields["c:"+key], fields["l:"+key], want, address)
				}
			}
		}
	}
}

// The words of an import's own scale are cited as it has them, and the alliance's reason is nobody's words.
func TestCitationsOfImports(t *testing.T) {
	c := comparisonOf("Weil.", "")
	c.Questionnaire.Imported, c.Questionnaire.Scale = true, []survey.Step{{ID: "s4", Label: "Stimme eher zu"}, {ID: "no", Label: "Nein"}}
	c.Respondents[0].Cells[1].Current.Position = "s4"
	cell := &c.Respondents[1].Cells[0]
	cell.Status, cell.Reason, cell.Current.Status, cell.Current.Reason = survey.NotAsked, "lädt zu Gewalt ein", survey.NotAsked, "lädt zu Gewalt ein"
	cite := export.Citations(locale.For("de"), c)
	if text := cite(c.Respondents[0], c.Respondents[0].Cells[1]).Quote.Text; !strings.HasPrefix(text, "„Weil.“ – P0 (Partei 0) zu Frage 2 (Stimme eher zu). In:") {
		t.Error(text)
	}
	if text := cite(c.Respondents[1], *cell).Quote.Text; strings.Contains(text, "Gewalt") || !strings.HasPrefix(text, "P1 (Partei 1) zu Frage 1: nicht gefragt. In:") {
		t.Error(text)
	}
}
