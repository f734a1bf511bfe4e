package export

import (
	"archive/zip"
	"bytes"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"too long": strings.Repeat("x", 32768), "control": "a\x01b", "carriage return": "a\rb", "not UTF-8": "a\xffb", "noncharacter": "a\uffffb", "the mark": "a" + escapeMark,
	} {
		c := lookalike(1, 1, survey.KindText, func(_, _ int) survey.Cell {
			return given(survey.Version{Number: 1, Status: survey.Answered, Text: text})
		})
		var out bytes.Buffer
		if err := XLSX(&out, c); err == nil || out.Len() > 0 {
			t.Errorf("%s: error %v and %d bytes", name, err, out.Len())
		}
	}
}

func TestRereadFindsEveryDifference(t *testing.T) {
	c := conducted()
	data := write(t, XLSX, c)
	if err := reread(data, laidOut(c)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]*sheet){
		"text":     func(s []*sheet) { s[2].rows[0][9].text += " " },
		"number":   func(s []*sheet) { s[2].rows[0][0].number++ },
		"type":     func(s []*sheet) { s[2].rows[0][0] = text("1") },
		"too many": func(s []*sheet) { s[2].rows[2][9].text = "" },
		"missing":  func(s []*sheet) { s[2].rows[9][9].text = "x" },
		"row":      func(s []*sheet) { s[2].rows = append(s[2].rows, s[2].rows[0]) },
		"title":    func(s []*sheet) { s[1].columns[2].title = "x" },
		"sheet":    func(s []*sheet) { s[1].name = "x" },
	} {
		want := laidOut(c)
		change(want)
		if err := reread(data, want); err == nil {
			t.Errorf("a different %s is not found", name)
		}
	}
}

// The number of a time is never below its minute: a program that cuts off would show the minute before.
func TestTimesAreNotBelowTheirMinute(t *testing.T) {
	day := time.Date(2027, 2, 20, 0, 0, 0, 0, time.UTC)
	for minute := range 24 * 60 {
		printed, err := strconv.ParseFloat(strconv.FormatFloat(moment(day.Add(time.Duration(minute)*time.Minute), time.UTC).number, 'G', 15, 64), 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := int(math.Floor((printed - math.Floor(printed)) * 24 * 60)); got != minute {
			t.Fatalf("minute %d is shown as %d", minute, got)
		}
	}
}

func laidOut(c survey.Comparison) []*sheet {
	all := sheets(c)
	for _, s := range all {
		s.layOut()
	}
	return all
}

func TestNoFormulaNoMergedCellAndColumnsRise(t *testing.T) {
	data := write(t, XLSX, theses())
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	column := regexp.MustCompile(`<col min="(\d+)"`)
	for _, file := range archive.File {
		part, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		part.Close()
		if bytes.Contains(raw, []byte(escapeMark)) {
			t.Errorf("%s holds the mark", file.Name)
		}
		if !strings.HasPrefix(file.Name, "xl/worksheets/sheet") {
			continue
		}
		if bytes.Contains(raw, []byte("<f>")) || bytes.Contains(raw, []byte("<f ")) || bytes.Contains(raw, []byte("mergeCell")) {
			t.Errorf("%s holds a formula or merged cells", file.Name)
		}
		last := 0
		for _, m := range column.FindAllSubmatch(raw, -1) {
			n, _ := strconv.Atoi(string(m[1]))
			if n <= last {
				t.Fatalf("%s: column %d after %d", file.Name, n, last)
			}
			last = n
		}
	}
}

func TestWorkbookManners(t *testing.T) {
	c := longProse()
	f, err := excelize.OpenReader(bytes.NewReader(write(t, XLSX, c)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := []string{"Lies mich", "Vergleich", "Antworten", "Fragen", "Parteien", "Rücklauf", "Gleichbehandlung", "Änderungen"}
	if diff := cmp.Diff(want, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	if f.GetActiveSheetIndex() != 0 {
		t.Error("does not open on the first sheet")
	}
	props, err := f.GetDocProps()
	if err != nil || props.Title != c.Questionnaire.Title || props.Language != "de-DE" || props.Created != "2027-03-01T11:30:00Z" {
		t.Errorf("properties %+v, %v", props, err)
	}
	titles := map[string]string{}
	for _, n := range f.GetDefinedName() {
		titles[n.Scope] = n.RefersTo
	}
	for _, name := range want {
		tables, err := f.GetTables(name)
		if err != nil || len(tables) != 1 {
			t.Errorf("%s: tables %+v, %v", name, tables, err)
		}
		panes, err := f.GetPanes(name)
		if err != nil || !panes.Freeze || panes.YSplit < 1 {
			t.Errorf("%s: panes %+v, %v", name, panes, err)
		}
		page, err := f.GetPageLayout(name)
		if err != nil || *page.Size != 9 || *page.Orientation != "landscape" {
			t.Errorf("%s: page %+v, %v", name, page, err)
		}
		foot, err := f.GetHeaderFooter(name)
		if err != nil || !strings.Contains(foot.OddFooter, "&P") || !strings.Contains(foot.OddFooter, "CC-BY-4.0") || !strings.Contains(foot.OddFooter, "Wahlprüfsteine && Fragen") {
			t.Errorf("%s: footer %+v, %v", name, foot, err)
		}
		if titles[name] == "" {
			t.Errorf("%s: no printed titles", name)
		}
	}
	if got := titles["Vergleich"]; got != "'Vergleich'!$A:$B,'Vergleich'!$1:$1" {
		t.Errorf("printed titles %s", got)
	}
	for row := 2; row <= 13; row++ {
		if h, err := f.GetRowHeight("Vergleich", row); err != nil || h <= 60 || h > 409 {
			t.Errorf("row %d is %v high for texts of 2,000 characters, %v", row, h, err)
		}
	}
}

func TestPrinting(t *testing.T) {
	sheet := func(parties int, width float64) *sheet {
		s := &sheet{repeat: 2, blocks: 2, columns: []column{{width: 6}, {width: 42}}}
		for range parties {
			s.columns = append(s.columns, column{width: width})
		}
		return s
	}
	tests := []struct {
		parties int
		width   float64
		want    printing
	}{
		{6, 24, printing{fit: true}},
		{7, 24, printing{scale: 95, newPages: []int{6}}},
		{6, 60, printing{scale: 61, newPages: []int{5}}},
		{3, 120, printing{scale: 83, newPages: []int{3, 4}}},
		{1, 24, printing{fit: true}},
		{0, 0, printing{fit: true}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, sheet(tt.parties, tt.width).printing(), cmp.AllowUnexported(printing{})); diff != "" {
			t.Errorf("%d parties of width %v: %s", tt.parties, tt.width, diff)
		}
	}
}

// What came with pruefstein/1.1 stands in every download in columns of its own, in the source's own words.
func TestMarksNotesAndScales(t *testing.T) {
	c := theses()
	c.Questionnaire.Scale = []survey.Step{{ID: "rather_agree", Label: "Stimme eher zu"}, {ID: "no", Label: "Nein"}}
	c.Catalogue.Questions[0].Mark, c.Respondents[0].Cells[0].Question.Mark = "1a", "1a"
	for i := range c.Respondents {
		for j := range c.Respondents[i].Cells {
			cell := &c.Respondents[i].Cells[j]
			v := *cell.Current
			v.Position = "rather_agree"
			cell.Current, cell.History = &v, []survey.Version{v}
		}
	}
	first := c.Respondents[0].Cells[0].Current
	first.Note, first.Confirmed = "Die Frage war anders gemeint.", survey.ConfirmedByParty
	row := records(t, write(t, CSV, c))[0]
	for name, want := range map[string]string{"position": "rather_agree", "question_mark": "1a", "note": first.Note, "confirmed": "party", "answer": first.Text} {
		if row[name] != want {
			t.Errorf("antworten.csv, %s: %q, want %q", name, row[name], want)
		}
	}
	book := write(t, XLSX, c)
	row = table(t, book, "Antworten")[0]
	for name, want := range map[string]string{"Position": "Stimme eher zu", "Bezeichnung der Frage": "1a", "Redaktionelle Anmerkung": first.Note, "Bestätigt": "Partei", "Antwort": first.Text} {
		if row[name] != want {
			t.Errorf("Antworten, %s: %q, want %q", name, row[name], want)
		}
	}
	if got := table(t, book, "Vergleich")[0][c.Respondents[0].ShortName]; got != "Stimme eher zu" {
		t.Errorf("Vergleich: %q", got)
	}
	scale := "Stimme eher zu (in den Datendateien: rather_agree) · Nein (in den Datendateien: no)"
	if !slices.ContainsFunc(table(t, book, "Lies mich"), func(row map[string]string) bool { return row["Inhalt"] == scale }) {
		t.Errorf("the workbook does not explain the scale")
	}
	if got := table(t, book, "Vergleich")[0]["Bezeichnung"]; got != "1a" {
		t.Errorf("Vergleich, Bezeichnung: %q", got)
	}
	c.Changes = []survey.Change{{Version: 2, ShortName: "A", Question: 1, From: survey.NoAnswer, To: survey.Answered}, {Version: 2, ShortName: "A", Question: 2, From: survey.NoAnswer, To: survey.Answered}}
	for lang, want := range map[string]string{"de": "A, Frage 1 (1a): ", "en": "A, Question 1 (1a): "} {
		if lines := ChangeLines(locale.For(lang), c); !strings.HasPrefix(lines[0].Text, want) {
			t.Errorf("%q does not begin %q", lines[0].Text, want)
		}
	}
	if cited := Citations(locale.For("de"), c)(c.Respondents[0], c.Respondents[0].Cells[0]).Quote.Text; !strings.Contains(cited, "zu Frage 1 (1a)") {
		t.Errorf("cited as %q", cited)
	}
	page := string(write(t, HTML, c))
	for _, want := range []string{"Frage 1 (1a)", scale, "Stimme eher zu", "Redaktionelle Anmerkung", first.Note} {
		if !strings.Contains(page, want) {
			t.Errorf("vergleich.html says nowhere %q", want)
		}
	}
}

// What corrects a question stands at it in every file for people, and the change list names it.
func TestErrata(t *testing.T) {
	c := theses()
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	id := c.Catalogue.Questions[1].ID
	c.Questionnaire.Errata = []survey.Erratum{{Question: id, Text: "Gemeint ist\ndas Land.", At: at}, {Question: id, Text: "=Summe", At: at.AddDate(0, 0, 2)}}
	c.Changes = []survey.Change{{Version: 2, At: at, Facet: survey.FacetErratum, Question: 2}}
	book := write(t, XLSX, c)
	for i, row := range table(t, book, "Fragen") {
		want := ""
		if i == 1 {
			want = "25. November 2026: Gemeint ist\ndas Land.\n\n27. November 2026: =Summe"
		}
		if row["Berichtigung"] != want {
			t.Errorf("Fragen, row %d: %q", i+1, row["Berichtigung"])
		}
	}
	if row := table(t, book, "Änderungen")[0]; row["Frage Nr."] != "2" || row["Was"] != "Berichtigung der Frage" || row["Jetzt"] != "neu" {
		t.Errorf("Änderungen: %v", row)
	}
	page := string(write(t, HTML, c))
	for text, n := range map[string]int{"Berichtigung vom 25. November 2026": 1, "Gemeint ist<br>das Land.": 1, "=Summe": 1, "Frage 2: Berichtigung der Frage durch das Bündnis": 1} {
		if got := strings.Count(page, text); got != n {
			t.Errorf("vergleich.html: %q %d times", text, got)
		}
	}
	c.Questionnaire.Errata = slices.Repeat([]survey.Erratum{{Question: id, Text: strings.Repeat("ä", survey.MaxErratum), At: at}}, 17)
	if got := table(t, write(t, XLSX, c), "Fragen")[1]["Berichtigung"]; !strings.HasPrefix(got, "Zu lang für eine Zelle") {
		t.Errorf("too long for a cell: %.40q", got)
	}
}

func TestThesesShowPositionsInTheComparison(t *testing.T) {
	c := theses()
	for i, row := range table(t, write(t, XLSX, c), "Vergleich") {
		for _, r := range c.Respondents {
			if want := positionWord(c, r.Cells[i].Current.Position); row[r.ShortName] != want {
				t.Fatalf("question %d, %s: %q, want %q", i+1, r.ShortName, row[r.ShortName], want)
			}
		}
	}
}

func TestParties(t *testing.T) {
	c := lookalike(1, 3, survey.KindText, func(_, _ int) survey.Cell { return survey.Cell{Status: survey.Unknown} })
	c.Respondents[0].ShortName, c.Respondents[1].ShortName, c.Respondents[2].ShortName = "FM", "fm", "Frage"
	row := table(t, write(t, XLSX, c), "Vergleich")[0]
	for _, title := range []string{"FM", "fm (p02)", "Frage (p03)"} {
		if row[title] != "nicht überliefert" {
			t.Errorf("no column %s in %v", title, row)
		}
	}
}

func TestLines(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width float64
		want  int
	}{
		{"", 20, 1}, {"kurz", 20, 1}, {"a\nb\n\nc", 20, 4}, {"zwei Worte zu lang", 10, 2}, {strings.Repeat("x", 42), 20, 2}, {strings.Repeat("x", 43), 20, 3},
	} {
		if got := lines(tt.text, tt.width); got != tt.want {
			t.Errorf("%q in %v: %d lines, want %d", tt.text, tt.width, got, tt.want)
		}
	}
}

// Every row of the change list says what changed, before and after: status, position, words, what is said about the answer, or the
// alliance's quotation. Of what only the publication before knows it says so.
func TestChangesSheetSaysWhat(t *testing.T) {
	c := survey.Comparison{Respondents: []survey.ComparedRespondent{{Slug: "e", ShortName: "E", Cells: []survey.ComparedCell{
		{Question: survey.CatalogueQuestion{Number: 1, Kind: survey.KindThesis}, Cell: survey.Cell{Status: survey.Answered, History: []survey.Version{
			{Number: 3, Status: survey.Answered, Position: survey.Agree, Text: "Ja."}, {Number: 5, Status: survey.Answered, Position: survey.Disagree, Text: "Doch nicht."},
			{Number: 6, Status: survey.Answered, Text: "Doch nicht."}, {Number: 7, Status: survey.Answered, Text: "Doch nicht.", Late: true, Source: "Brief"}}}},
	}}}, Changes: []survey.Change{
		{Version: 2, ShortName: "A", Question: 1, From: survey.NoAnswer, To: survey.Answered, Quotation: true, QuotationNew: true, Note: "Nachgereicht."},
		{Version: 2, ShortName: "B", Question: 2, From: survey.Answered, To: survey.Answered, Wording: true},
		{Version: 3, ShortName: "C", From: survey.NoAnswer, To: survey.NoAnswer, Quotation: true},
		{Version: 3, ShortName: "D", Question: 3, From: survey.NoAnswer, To: survey.NoAnswer, Quotation: true, QuotationGone: true},
		{Version: 3, Respondent: "e", ShortName: "E", Question: 1, From: survey.Answered, To: survey.Answered, Wording: true, FromVersion: 3, ToVersion: 5, Note: "Parteitag."},
		{Version: 3, Respondent: "e", ShortName: "E", Question: 1, From: survey.Answered, To: survey.Answered, Wording: true, FromVersion: 5, ToVersion: 6},
		{Version: 3, Respondent: "e", ShortName: "E", Question: 1, From: survey.Answered, To: survey.Answered, Details: true, FromVersion: 6, ToVersion: 7},
		{Version: 3, Respondent: "e", ShortName: "E", Question: 1, From: survey.Answered, To: survey.Answered, Details: true, FromVersion: 7, ToVersion: 7},
		{Version: 3, ShortName: "F", Facet: survey.FacetParty},
	}}
	var got []string
	for _, row := range changesSheet(c).rows {
		var words []string
		for _, v := range append(row[2:3:3], row[4:]...) {
			words = append(words, v.text)
		}
		got = append(got, strings.Join(words, "|"))
	}
	want := []string{
		"A|Status|keine Antwort|beantwortet|Nachgereicht.", "A|Zitat aus dem Wahlprogramm||neu|", "B|Wortlaut oder Position|siehe Veröffentlichung Nr. 1|geändert|",
		"C|Zitat aus dem Wahlprogramm|siehe Veröffentlichung Nr. 2|geändert|", "D|Zitat aus dem Wahlprogramm|siehe Veröffentlichung Nr. 2|entfernt|",
		"E|Position|Stimme zu|Stimme nicht zu|Parteitag.", "E|Wortlaut|Ja.|Doch nicht.|Parteitag.", "E|Position|Stimme nicht zu|(nichts)|",
		"E|Verspätet|nein|ja|", "E|Quelle|(nichts)|Brief|", "E|Angaben zur Antwort|siehe Veröffentlichung Nr. 2|geändert|",
		"F|Angaben zur Partei|siehe Veröffentlichung Nr. 2|geändert|",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var lines []string
	for _, line := range ChangeLines(locale.For("de"), c) {
		lines = append(lines, line.Text)
	}
	for _, want := range []string{"E, Frage 1: vorher Stimme zu, jetzt Stimme nicht zu; Wortlaut geändert", "E, Frage 1: vorher Stimme nicht zu, jetzt ohne Position", "B, Frage 2: Wortlaut oder Position geändert",
		"E, Frage 1: Angaben zur Antwort geändert: Herkunft und Verspätung"} {
		if !slices.Contains(lines, want) {
			t.Errorf("%q is missing in %q", want, lines)
		}
	}
}
