package export

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"pruefstein/internal/interchange"
	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

func write(t rapid.TB, f func(io.Writer, survey.Comparison) error, c survey.Comparison) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := f(&out, c); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// table reads a sheet with the library, as a reader of the file would: rows by column title.
func table(t rapid.TB, data []byte, name string) []map[string]string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	if name == "Rücklauf" {
		rows = rows[2:]
	}
	return byTitle(rows)
}

func records(t rapid.TB, data []byte) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return byTitle(rows)
}

// byTitle are rows by column title.
func byTitle(rows [][]string) (all []map[string]string) {
	for _, row := range rows[1:] {
		one := map[string]string{}
		for i, v := range row {
			one[rows[0][i]] = v
		}
		all = append(all, one)
	}
	return all
}

// hostile are pieces of text that spreadsheets, CSV and XML each read as something else.
var hostile = []string{"=", "+", "-", "@", "=1+1", "\"", "'", ",", ";", "\n", "\n\n", "\t", " ", "<b>", "&amp;", "]]>", "\u00ad", "😀", "ä", "_", "x", "_x0041_", "_x000D_",
	"_x005F_", "_x0041", "x0042_", "_x00e4_", "_x0041_x0042_", "�", "\u2028", "\u00a0", "𝒳", "Wort", "0", "1e5", "TRUE"}

func TestTextsComeBackEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(hostile), 0, 12).Draw(t, "text"), "")
		c := lookalike(1, 2, survey.KindText, func(_, p int) survey.Cell {
			return given(survey.Version{Number: 1, Status: survey.Answered, Text: text, Reason: text, ChangeNote: text, Source: text})
		})
		c.Respondents[1].ShortName = strings.Join(strings.Fields("P "+text), " ") // a column title
		c.Respondents[1].Cells[0].Quotation = &survey.Quotation{Text: text, Place: text}
		rows := table(t, write(t, XLSX, c), "Antworten")
		for _, row := range rows {
			for _, column := range []string{"Antwort", "Grund", "Änderungsvermerk", "Quelle"} {
				if row[column] != text {
					t.Fatalf("%s: got %q, want %q", column, row[column], text)
				}
			}
		}
		if rows[1]["Zitat aus dem Wahlprogramm"] != text || rows[1]["Fundstelle"] != text || rows[1]["Partei"] != c.Respondents[1].ShortName {
			t.Fatalf("quotation or party differ: %q", rows[1])
		}
		for _, row := range records(t, write(t, CSV, c)) {
			for _, column := range []string{"answer", "reason", "change_note", "source"} {
				if row[column] != text {
					t.Fatalf("%s: got %q, want %q", column, row[column], text)
				}
			}
		}
		write(t, JSON, c)
	})
}

func TestTheLongestTextsComeBackEqual(t *testing.T) {
	for name, text := range map[string]string{
		"plain":      strings.Repeat("Wort ", survey.MaxTextUnits/5-1) + "Ende",
		"emoji":      strings.Repeat("😀", survey.MaxTextUnits/2),
		"escapes":    strings.Repeat("_x0041_", survey.MaxTextUnits/7),
		"shared":     strings.Repeat("_x0041", survey.MaxTextUnits/6) + "_",
		"paragraphs": strings.Repeat("a\n", survey.MaxTextUnits/2-1) + "a",
	} {
		c := lookalike(1, 1, survey.KindText, func(_, _ int) survey.Cell {
			return given(survey.Version{Number: 1, Status: survey.Answered, Text: text})
		})
		if got := table(t, write(t, XLSX, c), "Antworten")[0]["Antwort"]; got != text {
			t.Errorf("%s: %d units come back as %d", name, survey.Length(text), survey.Length(got))
		}
	}
}

func TestSameDataSameBytes(t *testing.T) {
	for _, f := range Files {
		for _, c := range []survey.Comparison{conducted(), longProse()} {
			if !bytes.Equal(write(t, f.Write, c), write(t, f.Write, c)) {
				t.Errorf("%s differs from one time to the next", f.Name)
			}
		}
	}
}

// Pages hold dates together with no-break spaces; in a file they would be found by no search and stop no script from
// stumbling over them.
func TestFilesHavePlainBlanks(t *testing.T) {
	for _, f := range Files {
		parts := map[string][]byte{f.Name: write(t, f.Write, conducted())}
		if book, err := zip.NewReader(bytes.NewReader(parts[f.Name]), int64(len(parts[f.Name]))); err == nil {
			for _, part := range book.File {
				r, err := part.Open()
				if err != nil {
					t.Fatal(err)
				}
				if parts[part.Name], err = io.ReadAll(r); err != nil {
					t.Fatal(err)
				}
			}
			delete(parts, f.Name) // compressed bytes are no text
		}
		for name, data := range parts {
			if bytes.ContainsRune(data, '\u00a0') {
				t.Errorf("%s: a no-break space in %s", f.Name, name)
			}
		}
	}
	c := conducted()
	page, file := Citations(locale.ForPage("de"), c)(c.Respondents[0], c.Respondents[0].Cells[0]), Citations(german, c)(c.Respondents[0], c.Respondents[0].Cells[0])
	if page.Quote.Text != file.Quote.Text {
		t.Errorf("a citation to copy: %q", page.Quote.Text)
	}
}

func TestEveryStatusIsWrittenOut(t *testing.T) {
	c := conducted()
	data := write(t, XLSX, c)
	want := []string{"beantwortet", "keine abgestimmte Position", "allgemeine Antwort", "verweist auf Wahlprogramm", "Beantwortung abgelehnt",
		"zurückgezogen", "ausstehend", "keine Antwort", "nicht erreicht", "nicht gefragt"}
	rows := table(t, data, "Antworten")
	for i, row := range rows {
		if row["Status"] != want[i] {
			t.Errorf("status %d is %q, want %q", i, row["Status"], want[i])
		}
	}
	first := rows[0]
	for column, text := range map[string]string{
		"Antwort": "Doch nicht.", "Fassung": "2", "Eingegangen am": "10.01.2027 09:15", "Geändert am": "20.02.2027 11:00", "Änderungsvermerk": "Parteitag",
		"Herkunft": "von der Partei selbst abgegeben", "Verspätet": "nein", "Link": "https://pruefsteine.example/vergleich/nordmark-2027/fragen/1#p01",
	} {
		if first[column] != text {
			t.Errorf("%s: got %q, want %q", column, first[column], text)
		}
	}
	if got := rows[2]["Herkunft"]; got != "vom Bündnis übertragen, nicht gegengeprüft" {
		t.Errorf("a transcription nobody checked is %q", got)
	}
	if got := rows[3]["Herkunft"]; got != "vom Bündnis übertragen" {
		t.Errorf("a checked transcription is %q", got)
	}
	if got := rows[2]["Gemeinsam mit"]; got != "Partei 1; Nachbarn" {
		t.Errorf("joint with %q", got)
	}
	if rows[7]["Zitat aus dem Wahlprogramm"] != "Wir wollen mehr." || rows[7]["Antwort"] != "" {
		t.Error("the quotation does not stand beside the silence")
	}
	comparison := table(t, data, "Vergleich")[0]
	if comparison["Partei 1"] != "Doch nicht." || comparison["Partei 3"] != "allgemeine Antwort" || comparison["Partei 10"] != "nicht gefragt" {
		t.Errorf("comparison %v", comparison)
	}
	if got := table(t, data, "Änderungen")[0]["Änderungsvermerk"]; got != "Parteitag" {
		t.Errorf("changes: %q", got)
	}
	returns := table(t, data, "Rücklauf")
	if returns[4]["Grund im Wortlaut"] != "Keine Zeit." || returns[4]["Stand"] != "hat abgelehnt" {
		t.Errorf("returns %v", returns[4])
	}
	if row := returns[9]; row["Stand"] != "nicht gefragt" || row["Frist"] != "" || row["Weg"] != "" || row["Grund im Wortlaut"] != "" || row["Grund des Bündnisses"] == "" {
		t.Errorf("who was not asked has no date, and the reason is the alliance's: %v", row)
	}
	for i, row := range records(t, write(t, CSV, c)) {
		if row["status"] == "" {
			t.Errorf("row %d has no status", i)
		}
	}
	f, err := interchange.Read(bytes.NewReader(write(t, JSON, c)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range f.Answers {
		got = append(got, fmt.Sprint(a.Party, " ", a.Version, " ", a.Status))
	}
	if diff := cmp.Diff([]string{"p01 1 answered", "p01 2 answered", "p02 1 no_position", "p03 1 general", "p04 1 refers", "p05 1 declined",
		"p06 1 withdrawn", "p07 1 pending", "p08 1 no_answer", "p09 1 not_reached", "p10 1 not_asked"}, got); diff != "" {
		t.Error(diff)
	}
}

// Reasons that are together too long for a cell of the returns must not stop a publication: each stands in its own row.
func TestReasonsTooLongForOneCell(t *testing.T) {
	reason := func(q int) string { return strings.TrimSpace(strings.Repeat(fmt.Sprint(q, " "), 450)) }
	c := lookalike(40, 1, survey.KindText, func(q, _ int) survey.Cell { return survey.Cell{Status: survey.Declined, Reason: reason(q)} })
	data := write(t, XLSX, c)
	if got := table(t, data, "Rücklauf")[0]["Grund im Wortlaut"]; !strings.Contains(got, "Blatt „Antworten“") {
		t.Errorf("%.80q", got)
	}
	if got := table(t, data, "Antworten")[39]["Grund"]; got != reason(39) {
		t.Errorf("%.80q", got)
	}
}

func TestNothingToCompare(t *testing.T) {
	c := lookalike(0, 0, survey.KindText, nil)
	for _, f := range Files {
		write(t, f.Write, c)
	}
}

func TestCSVHeader(t *testing.T) {
	got, _, _ := strings.Cut(string(write(t, CSV, conducted())), "\n")
	want := "election,question_number,question_id,topic,asked_by,question_label,question_text,party_id,party,party_name,status,position,answer,reason,joint," +
		"provenance,late,source,licence,received_at,version,changed_at,change_note,url,quotation,quotation_place,question_mark,party_state,note,confirmed"
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestReturnsSentence(t *testing.T) {
	tests := []struct {
		count  map[survey.ReturnState]int
		de, en string
	}{
		{map[survey.ReturnState]int{survey.ReturnAnswered: 11, survey.ReturnPartly: 1, survey.ReturnDeclined: 1, survey.ReturnSilent: 1},
			"12 von 14 gefragten Parteien haben geantwortet, davon eine nur auf einen Teil der Fragen, eine hat abgelehnt, eine hat nicht geantwortet.",
			"12 of 14 parties asked have answered, one of them only some of the questions, one declined, one did not answer."},
		{map[survey.ReturnState]int{survey.ReturnAnswered: 1, survey.ReturnSilent: 2, survey.ReturnNotAsked: 3, survey.ReturnNotReached: 1},
			"Eine von 4 gefragten Parteien hat geantwortet, 2 haben nicht geantwortet, eine war nicht zu erreichen, 3 wurden nicht gefragt.",
			"One of 4 parties asked has answered, 2 did not answer, one could not be reached, 3 were not asked."},
		{map[survey.ReturnState]int{survey.ReturnAnswered: 1, survey.ReturnGeneral: 1, survey.ReturnRefers: 2, survey.ReturnDeclined: 1},
			"Eine von 5 gefragten Parteien hat geantwortet, eine hat nur einen allgemeinen Text geschickt, 2 verweisen nur auf ihr Wahlprogramm, eine hat abgelehnt.",
			"One of 5 parties asked has answered, one only sent a general text, 2 only refer to their manifestos, one declined."},
		{map[survey.ReturnState]int{survey.ReturnGeneral: 2},
			"Keine der 2 gefragten Parteien hat eine Antwort gegeben, 2 haben nur einen allgemeinen Text geschickt.",
			"None of the 2 parties asked gave an answer, 2 only sent a general text."},
		{map[survey.ReturnState]int{survey.ReturnAnswered: 38}, "Alle 38 gefragten Parteien haben geantwortet.", "All 38 parties asked have answered."},
		{map[survey.ReturnState]int{survey.ReturnAnswered: 1}, "Die einzige gefragte Partei hat geantwortet.", "The only party asked has answered."},
		{map[survey.ReturnState]int{survey.ReturnSilent: 5}, "Keine der 5 gefragten Parteien hat eine Antwort gegeben.", "None of the 5 parties asked gave an answer."},
		{map[survey.ReturnState]int{survey.ReturnSilent: 1, survey.ReturnDeclined: 2},
			"Keine der 3 gefragten Parteien hat eine Antwort gegeben, 2 haben abgelehnt, eine hat nicht geantwortet.",
			"None of the 3 parties asked gave an answer, 2 declined, one did not answer."},
		{map[survey.ReturnState]int{survey.ReturnPending: 14},
			"14 Parteien wurden gefragt, ihre Fristen laufen noch; bis dahin stehen alle Antworten hier als „ausstehend“.",
			"14 parties were asked, their deadlines are not over; until then all answers stand here as “pending”."},
		{map[survey.ReturnState]int{survey.ReturnPending: 2, survey.ReturnSilent: 1}, "3 Parteien wurden gefragt, eine hat nicht geantwortet, bei 2 läuft die Frist noch.",
			"3 parties were asked, one did not answer, the deadlines of 2 are not over."},
		{map[survey.ReturnState]int{survey.ReturnNotAsked: 2}, "Es wurde keine Partei gefragt.", "No party was asked."},
		{map[survey.ReturnState]int{}, "Es wurde keine Partei gefragt.", "No party was asked."},
	}
	for _, tt := range tests {
		s := survey.ReturnsSummary{Count: tt.count}
		for _, n := range tt.count {
			s.Returns = append(s.Returns, make([]survey.Return, n)...)
		}
		if got := ReturnsSentence(locale.For("de"), s); got != tt.de {
			t.Errorf("got %s\nwant %s", got, tt.de)
		}
		if got := ReturnsSentence(locale.For("en"), s); got != tt.en {
			t.Errorf("got %s\nwant %s", got, tt.en)
		}
	}
}

// A file says what came, not who was asked: so does the sentence of an import, whatever the states.
func TestReturnsSentenceOfAnImport(t *testing.T) {
	for _, tt := range []struct {
		count  map[survey.ReturnState]int
		de, en string
	}{
		{map[survey.ReturnState]int{survey.ReturnAnswered: 38}, "Die Daten enthalten Antworten von 38 Parteien.", "The data contain answers of 38 parties."},
		{map[survey.ReturnState]int{survey.ReturnPartly: 1, survey.ReturnSilent: 2, survey.ReturnNotAsked: 1}, "Die Daten enthalten Antworten von einer Partei.", "The data contain answers of one party."},
		{map[survey.ReturnState]int{survey.ReturnUnknown: 2}, "Die Daten enthalten keine Antworten.", "The data contain no answers."},
	} {
		s := survey.ReturnsSummary{Count: tt.count, Imported: true}
		for state, n := range tt.count {
			for range n {
				s.Returns = append(s.Returns, survey.Return{State: state, Back: state})
			}
		}
		if got := ReturnsSentence(locale.For("de"), s); got != tt.de {
			t.Errorf("got %s, want %s", got, tt.de)
		}
		if got := ReturnsSentence(locale.For("en"), s); got != tt.en {
			t.Errorf("got %s, want %s", got, tt.en)
		}
	}
}

// What was pending when a file was made is not asked, and has no time left: no word of the publication says so.
func TestImportSaysNothingOfWhoWasAsked(t *testing.T) {
	c := theses()
	pending := c.Respondents[0].Cells[0].Cell
	v := survey.Version{Number: 1, Status: survey.Pending}
	pending.Status, pending.Current, pending.History = survey.Pending, &v, []survey.Version{v}
	c.Respondents[0].Cells[0].Cell = pending
	page, book := string(write(t, HTML, c)), write(t, XLSX, c)
	for _, word := range []string{"gefragten Parteien", "Frist läuft noch", "ihre Frist"} {
		if strings.Contains(page, word) {
			t.Errorf("vergleich.html says %q", word)
		}
	}
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, text := range row {
				for _, word := range []string{"gefragten Parteien", "befragten Parteien", "Frist läuft noch", "Gefragt am", "gefragt wurde", "Gestellte Fragen"} {
					if strings.Contains(text, word) {
						t.Errorf("sheet %s says %q", name, text)
					}
				}
			}
		}
	}
}

// Respondents are counted, and the sentence says parties: whoever stands for several is named as one.
func TestReturnsSentenceNamesJointRespondents(t *testing.T) {
	s := survey.ReturnsSummary{Count: map[survey.ReturnState]int{survey.ReturnAnswered: 2}, Returns: []survey.Return{
		{Respondent: survey.ComparedRespondent{ShortName: "KB/KP", Members: []string{"KB", "KP"}}}, {Respondent: survey.ComparedRespondent{ShortName: "FM"}}}}
	if got, want := ReturnsSentence(locale.For("de"), s), "Alle 2 gefragten Parteien haben geantwortet. KB/KP zählt dabei als eine."; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func BenchmarkFiles(b *testing.B) {
	for _, c := range []struct {
		name string
		survey.Comparison
	}{{"38x38", theses()}, {"12x6", longProse()}} {
		for _, f := range Files {
			b.Run(c.name+"/"+f.Name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := f.Write(io.Discard, c.Comparison); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// Two parties with one short name are told apart wherever it stands alone, and whoever is but expected to stand is so in the table's head
// as on the pages.
func TestPartiesAreToldApart(t *testing.T) {
	c := theses()
	c.Respondents[0].ShortName, c.Respondents[0].Name = "FW", "Freie Wähler"
	c.Respondents[1].ShortName, c.Respondents[1].Name = "fw", "Fortschrittswerk"
	c.Respondents[0].Standing = survey.Standing{State: survey.StateExpected}
	for i, want := range []string{"FW (Freie Wähler)", "fw (Fortschrittswerk)"} {
		if got := ShownName(c, c.Respondents[i]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := ShownName(c, c.Respondents[2]); got != c.Respondents[2].ShortName {
		t.Errorf("%q", got)
	}
	if got := comparisonSheet(c).columns[2].title; got != "FW (voraussichtlich antretend)" {
		t.Errorf("%q", got)
	}
}

// Of a printed letter the day alone is known, and no hour is printed.
func TestALetterWasSentOnADay(t *testing.T) {
	c := conducted()
	sent := time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)
	c.Respondents[0].Channel, c.Respondents[0].AskedAt = survey.ChannelPost, sent
	c.Respondents[1].Channel, c.Respondents[1].AskedAt = survey.ChannelForm, sent
	rows := table(t, write(t, XLSX, c), "Rücklauf")
	if got := rows[0]["Gefragt am"]; got != "23.11.2026" {
		t.Errorf("by post: %q", got)
	}
	if got := rows[1]["Gefragt am"]; got != "23.11.2026 00:00" {
		t.Errorf("by mail: %q", got)
	}
}
