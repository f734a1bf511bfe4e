package partylist_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"pruefstein/internal/alliance"
	"pruefstein/internal/partylist"
	"pruefstein/internal/survey"
)

func TestRead(t *testing.T) {
	want := []alliance.ListLine{
		{Line: 2, ListedParty: alliance.ListedParty{ShortName: "FM", Name: "Freie Mitte", BallotPosition: "1", Wikidata: "Q1", Colour: "#ffcc00", Email: "fragen@fm.example"}},
		{Line: 4, ListedParty: alliance.ListedParty{ShortName: "Grünland", Name: "Grüne Zukunft; Nordmark"}},
	}
	german := "Kurzname;Name;Listenplatz;Wikidata;Farbe;E-Mail\r\nFM;Freie Mitte;1;Q1;#ffcc00;fragen@fm.example\r\n\r\nGrünland;\"Grüne Zukunft; Nordmark\"\r\n"
	english := "name,short name,colour,wikidata,contact,ballot position\nFreie Mitte,FM,#ffcc00,Q1,fragen@fm.example,1\n,,,,,\n\"Grüne Zukunft; Nordmark\",Grünland,,,,\n"
	western, err := charmap.Windows1252.NewEncoder().String(german)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := charmap.Macintosh.NewEncoder().String(german)
	if err != nil {
		t.Fatal(err)
	}
	tabs := strings.NewReplacer("; Nordmark", "; Nordmark", ";", "\t").Replace(german)
	for _, test := range []struct {
		name, in  string
		separator rune
		encoding  string
	}{
		{"german with semicolons", german, ';', ""},
		{"english with commas, other order, an empty line of commas", english, ',', ""},
		{"tabs", tabs, '\t', ""},
		{"byte order mark", "\ufeff" + german, ';', ""},
		{"Windows-1252", western, ';', "Windows-1252"},
		{"Mac Roman", mac, ';', "Mac Roman"},
		{"lines of an old Mac", strings.ReplaceAll(german, "\r\n", "\r"), ';', ""},
		{"lines and letters of an old Mac", strings.ReplaceAll(mac, "\r\n", "\r"), ';', "Mac Roman"},
	} {
		t.Run(test.name, func(t *testing.T) {
			list, faults := partylist.Read([]byte(test.in))
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			if list.Separator != test.separator || list.Encoding != test.encoding {
				t.Errorf("separator %q, encoding %q", list.Separator, list.Encoding)
			}
			if diff := cmp.Diff(want, list.Lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The list of the Bundeswahlleiterin as it was in 2025 and 2021: remarks, sums, single candidates.
func TestReadOfficial(t *testing.T) {
	remarks := "# © Landeswahlleitung Nordmark, \"2027\";;;;\n# Lizenz: Namensnennung, 2.0, siehe dort;;;;\r\n\n\"# quoted\";\n"
	list2025 := remarks + "Gruppenschluessel;Gruppenart_XML;Gruppenart_CSV;GruppennameKurz;Gruppenname\n100;SYSTEM_GRUPPE;System-Gruppe;Wahlberechtigte;Wahlberechtigte\n" +
		"2;PARTEI;Partei;FM;Freie Mitte\n9;PARTEI;Partei;DEICH, aber sicher!;Partei für Deiche – DEICH, aber sicher!\n28;UEBRIGE;System-Gruppe;Übrige;Übrige\n29;UEBRIGE;;Sonstige;\n" +
		"71;EINZELBEWERBER;Einzelbewerber/Wählergruppe;;EB: Muster\n12;PARTEI;Partei;;Insgesamt\n13;NEUE_ART;Neue Art;NA;Neue Anfänge\n14;;;Ungültige;Ungültige Stimmen\n"
	list2021 := strings.NewReplacer("GruppennameKurz;Gruppenname\n", "Gruppenname;GruppennameLang\n").Replace(list2025)
	want := []alliance.ListLine{
		{Line: 7, ListedParty: alliance.ListedParty{ShortName: "FM", Name: "Freie Mitte"}},
		{Line: 8, ListedParty: alliance.ListedParty{ShortName: "DEICH, aber sicher!", Name: "Partei für Deiche – DEICH, aber sicher!"}},
		{Line: 11, ListedParty: alliance.ListedParty{ShortName: "EB: Muster", Name: "EB: Muster"}, Single: true},
		{Line: 12, ListedParty: alliance.ListedParty{ShortName: "Insgesamt", Name: "Insgesamt"}},
		{Line: 13, ListedParty: alliance.ListedParty{ShortName: "NA", Name: "Neue Anfänge"}},
	}
	left := []partylist.NoParty{{6, "Wahlberechtigte"}, {9, "Übrige"}, {10, "Sonstige"}, {14, "Ungültige Stimmen"}}
	western, err := charmap.Windows1252.NewEncoder().String(list2025)
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{"2025": list2025, "2021": list2021, "Windows-1252": western, "byte order mark": "\ufeff" + list2025, "tabs": strings.ReplaceAll(list2025, ";", "\t"),
		"without remarks": strings.Repeat("\n", 4) + strings.TrimPrefix(list2025, remarks)} {
		list, faults := partylist.Read([]byte(in))
		if len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
			continue
		}
		if diff := cmp.Diff(want, list.Lines) + cmp.Diff(left, list.LeftOut) + cmp.Diff([]string{"Gruppenschluessel"}, list.Ignored); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	// the two names alone tell the list, and its sums
	list, faults := partylist.Read([]byte("GruppennameKurz;Gruppenname\nFM;Freie Mitte\n;EB: Muster\nWähler;Wähler\nÜbrige;Übrige\nÜ;Übrige\n"))
	if diff := cmp.Diff([]string{"2 FM Freie Mitte", "3 EB: Muster EB: Muster", "6 Ü Übrige"}, read(list)) + cmp.Diff([]partylist.NoParty{{4, "Wähler"}, {5, "Übrige"}}, list.LeftOut); len(faults) > 0 || diff != "" {
		t.Errorf("%v %s", faults, diff)
	}
}

// read are the parties of a list with their lines.
func read(list partylist.List) (parties []string) {
	for _, p := range list.Lines {
		parties = append(parties, fmt.Sprintf("%d %s %s", p.Line, p.ShortName, p.Name))
	}
	return parties
}

// What stands around the parties of a list is left out and named, whatever it is and wherever it stands.
func TestReadAround(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []string // parties
		left     []partylist.NoParty
	}{
		{"sums of any list", "Kurzname,Name,Stand\nÜbrige,Übrige,x\nFM,Freie Mitte,x\n,Gültige Stimmen,\n-,Deiche,\n", []string{"3 FM Freie Mitte", "5 Deiche Deiche"}, []partylist.NoParty{{2, "Übrige"}, {4, "Gültige Stimmen"}}},
		{"a title with the other separator", "Landtagswahl, Nordmark, 2027\n\nKurzname;Name\nFM;Freie Mitte\n", []string{"4 FM Freie Mitte"}, []partylist.NoParty{{1, "Landtagswahl, Nordmark, 2027"}}},
		{"titles as a spreadsheet saves them", "\"Parteien; Stand\";;\nheute;;\nKurzname;Name;\nFM;Freie Mitte;\n", []string{"4 FM Freie Mitte"}, []partylist.NoParty{{1, "Parteien; Stand"}, {2, "heute"}}},
		{"the line that names the separator below a title", "Parteien \"heute\"\nsep=;\nKurzname;Name\nFM;Freie Mitte\n", []string{"4 FM Freie Mitte"}, []partylist.NoParty{{1, "Parteien \"heute\""}}},
		{"remarks in the middle and at the end", "# Kopf\nKurzname;Name\n#;\nFM;Freie Mitte\n\"# \"\"Stand\"\";\"\n# a \"b;\nGZN;\"Grüne\n# Zukunft\"\n#Ende", []string{"4 FM Freie Mitte", "7 GZN Grüne\n# Zukunft"},
			[]partylist.NoParty{{3, "#"}, {5, "# \"Stand\""}, {6, "# a \"b"}, {9, "#Ende"}}},
		{"a colour is no remark", "Farbe;Kurzname;Name\n#ffcc00;FM;Freie Mitte\n#FFCC01 ;GZN;Grüne\n", []string{"2 FM Freie Mitte", "3 GZN Grüne"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			list, faults := partylist.Read([]byte(test.in))
			if diff := cmp.Diff(test.want, read(list)) + cmp.Diff(test.left, list.LeftOut); len(faults) > 0 || diff != "" {
				t.Errorf("%v %s", faults, diff)
			}
		})
	}
	// A list that nobody knows begins below its title, too.
	list, faults := partylist.Read([]byte("Parteien, Stand heute\nPartei;Kürzel\nFreie Mitte;FM\n"))
	if len(faults) == 0 || len(list.Columns) != 2 || list.Columns[0].Name != "Partei" {
		t.Errorf("%+v %v", list, faults)
	}
	if _, faults := partylist.Read([]byte("Kurzname;Name\nA;B\n" + strings.Repeat("#\n", 2000) + "C;D\n")); len(faults) != 1 || faults[0].Key != "alliance.party_list.error.long" {
		t.Errorf("a flood of remarks: %v", faults)
	}
}

// Which of two old encodings a file has is told by what makes words.
func TestReadEncoding(t *testing.T) {
	for want, names := range map[string][]string{
		"Mac Roman":    {"GRÜNE", "für uns", "Übrig", "Ökologie", "GRÖSSE", "Ärzte", "Wärme", "Größe", "Verein – Vielfalt"},
		"Windows-1252": {"GRÜNE", "Liste Nord…", "Miloš", "Škoda", "„Mitte“ – neu", "100 €", "§ 1", "O’Brien", "Café", "GRÜNE † …Ÿ"},
	} {
		encoder := charmap.Windows1252.NewEncoder()
		if want == "Mac Roman" {
			encoder = charmap.Macintosh.NewEncoder()
		}
		for _, name := range names {
			in, err := encoder.String("Kurzname;Name\nX;" + name + "\n")
			if err != nil {
				t.Fatal(err)
			}
			if list, faults := partylist.Read([]byte(in)); len(faults) > 0 || list.Encoding != want || list.Lines[0].Name != name {
				t.Errorf("%s, %s: %s %v %v", name, want, list.Encoding, list.Lines, faults)
			}
		}
	}
}

func TestReadFaults(t *testing.T) {
	type found struct {
		Line   int
		Column string
		Key    string
	}
	for _, test := range []struct {
		name, in string
		want     []found
	}{
		{"nothing", " \n", []found{{0, "", "alliance.party_list.error.empty"}}},
		{"header only", "Kurzname;Name\n", []found{{0, "", "alliance.party_list.error.no_lines"}}},
		{"a workbook", "PK\x03\x04\x00\x00", []found{{0, "", "alliance.party_list.error.encoding"}}},
		{"UTF-16", "\xff\xfeK\x00u\x00", []found{{0, "", "alliance.party_list.error.utf16"}}},
		{"UTF-16, the other way round", "\xfe\xff\x00K\x00u", []found{{0, "", "alliance.party_list.error.utf16"}}},
		{"remarks alone", "# Stand\n\n# heute\n", []found{{0, "", "alliance.party_list.error.empty"}}},
		{"lines below remarks keep their number", "# a \"Stand\"\n#;;\nKurzname;Name\nFM;Freie Mitte;1;2\n", []found{{4, "", "alliance.party_list.error.columns"}}},
		{"official sums alone", "Gruppenart_CSV;GruppennameKurz;Gruppenname\nSystem-Gruppe;Wählende;Wählende\n", []found{{0, "", "alliance.party_list.error.no_lines"}}},
		{"official without names", "Gruppenart_CSV;GruppennameKurz;Bezeichnung\nPartei;A;B\n", []found{{1, "", "alliance.party_list.error.column_unknown"}, {1, "name", "alliance.party_list.error.column_missing"}}},
		{"no header", "FM;Freie Mitte\nGZN;Grüne Zukunft\n", []found{{1, "", "alliance.party_list.error.column_unknown"}, {1, "", "alliance.party_list.error.column_unknown"}, {1, "short_name", "alliance.party_list.error.column_missing"}, {1, "name", "alliance.party_list.error.column_missing"}}},
		{"a column twice", "Kurzname,Name,Farbe,Color\nFM,Freie Mitte,,\n", []found{{1, "", "alliance.party_list.error.column_twice"}}},
		{"all lines are read to the end", "Kurzname;Name\nFM;Freie Mitte;1;2\nA;\"B\"x\nC;D;E\n", []found{{2, "", "alliance.party_list.error.columns"}, {3, "", "alliance.party_list.error.quotes"}, {4, "", "alliance.party_list.error.columns"}}},
		{"Excel's line that names the separator", "sep=;\r\nKurzname;Name\r\nFM;Freie Mitte;1;2\r\n", []found{{3, "", "alliance.party_list.error.columns"}}},
		{"the same quoted, with a comma", "\ufeff\"sep=,\"\nKurzname,Name\nFM,Freie Mitte,1,2\n", []found{{3, "", "alliance.party_list.error.columns"}}},
		{"too long", "Kurzname;Name\n" + strings.Repeat("FM;Freie Mitte\n", 1001), []found{{1002, "", "alliance.party_list.error.long"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, faults := partylist.Read([]byte(test.in))
			var got []found
			for _, f := range faults {
				got = append(got, found{f.Line, f.Column, f.Key})
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A flood of broken lines ends with one fault more than are told, and what is no list any more is not read.
func TestReadStops(t *testing.T) {
	for _, line := range []string{"A;\"B\"x\n", "C;D;E\n"} {
		_, faults := partylist.Read([]byte("Kurzname;Name\n" + strings.Repeat(line, 20000)))
		if len(faults) != partylist.MaxFaults+1 {
			t.Errorf("%q: %d faults", line, len(faults))
		}
	}
	if _, faults := partylist.Read([]byte(strings.Repeat("X;", 100_000) + "\n")); len(faults) > partylist.MaxFaults+3 {
		t.Errorf("a wide header: %d faults", len(faults))
	}
	list, faults := partylist.Read([]byte("Kurzname;Name\n" + strings.Repeat("FM;Freie Mitte\n", 20000)))
	if len(faults) != 1 || faults[0].Key != "alliance.party_list.error.large" || list.Text != "" {
		t.Errorf("%v, %d bytes given back", faults, len(list.Text))
	}
}

// A list whose columns nobody knows says what they are called and what stands in them; what somebody says of them is read.
func TestReadWithSaidColumns(t *testing.T) {
	const in = "# Stand heute\nPartei;Kürzel;;Nr.\nFreie Mitte;FM;fm@mitte.example;1\n;;;\nSummen;;;\nDeiche;;;2\nOst;OW\n"
	list, faults := partylist.Read([]byte(in))
	want := []partylist.Column{{"Partei", "", []string{"Freie Mitte", "Summen", "Deiche"}}, {"Kürzel", "", []string{"FM"}}, {"", "", []string{"fm@mitte.example"}}, {"Nr.", "", []string{"1"}}}
	want[0].Examples, want[3].Examples = want[0].Examples[:2], []string{"1"} // three lines are looked at, the empty one too
	if diff := cmp.Diff(want, list.Columns); len(faults) != 5 || list.Header == "" || list.Mapped || diff != "" {
		t.Errorf("%v %s %s", faults, list.Header, diff)
	}
	said := survey.ListColumns{Header: list.Header, Columns: []string{"name", "short_name", "email", "ballot_position"}}
	list, faults = partylist.Read([]byte(in), survey.ListColumns{Header: "other", Columns: []string{"name"}}, said)
	lines := []alliance.ListLine{
		{Line: 3, ListedParty: alliance.ListedParty{ShortName: "FM", Name: "Freie Mitte", BallotPosition: "1", Email: "fm@mitte.example"}},
		{Line: 5, ListedParty: alliance.ListedParty{ShortName: "Summen", Name: "Summen"}},
		{Line: 6, ListedParty: alliance.ListedParty{ShortName: "Deiche", Name: "Deiche", BallotPosition: "2"}},
		{Line: 7, ListedParty: alliance.ListedParty{ShortName: "OW", Name: "Ost"}},
	}
	if diff := cmp.Diff(lines, list.Lines); len(faults) > 0 || !list.Mapped || list.Ignored != nil || diff != "" {
		t.Errorf("%v %t %v %s", faults, list.Mapped, list.Ignored, diff)
	}
	// Of columns that say what kind a line is of the sums are left out, in any list.
	list, faults = partylist.Read([]byte("Bezeichnung,Typ\nFM,Partei\nGültige,System-Gruppe\n"), survey.ListColumns{Header: survey.DigestOf([]string{"bezeichnung", "typ"}), Columns: []string{"name", "kind"}})
	if len(faults) > 0 || len(list.Lines) != 1 || len(list.LeftOut) != 1 {
		t.Errorf("%+v %v", list, faults)
	}
	// Another header, another number of columns or something wrong is not taken for it; what is said goes before what names say.
	for name, known := range map[string]survey.ListColumns{"another header": {Header: "x", Columns: said.Columns}, "too few": {Header: said.Header, Columns: said.Columns[:3]},
		"no name": {Header: said.Header, Columns: []string{"short_name", "", "", ""}}, "twice": {Header: said.Header, Columns: []string{"name", "name", "", ""}}, "nonsense": {Header: said.Header, Columns: []string{"name", "x", "", ""}}} {
		if list, faults := partylist.Read([]byte(in), known); list.Mapped || len(faults) == 0 {
			t.Errorf("%s: %v", name, faults)
		}
	}
	swapped := survey.ListColumns{Header: survey.DigestOf([]string{"kurzname", "name"}), Columns: []string{"name", "short_name"}}
	if list, _ := partylist.Read([]byte(" KURZNAME ;name\nFreie Mitte;FM\n"), swapped); !list.Mapped || list.Lines[0].ShortName != "FM" {
		t.Errorf("%+v", list)
	}
	// So many columns nobody assigns.
	if list, _ := partylist.Read([]byte(strings.Repeat("x;", 101) + "\n")); list.Columns != nil {
		t.Errorf("%d columns", len(list.Columns))
	}
}

// book is a workbook of sheets, each with its rows; of several the first is hidden.
func book(t *testing.T, sheets ...[][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, rows := range sheets {
		name := fmt.Sprint("Sheet", i+1)
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for j, row := range rows {
			if err := f.SetSheetRow(name, fmt.Sprint("A", j+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(sheets) > 1 { // the second one is open, the first hidden
		f.SetActiveSheet(1)
		if err := f.SetSheetVisible("Sheet1", false); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Of a workbook the first sheet that is shown is read, as the text that Excel copies, with its line numbers.
func TestReadWorkbook(t *testing.T) {
	rows := [][]any{{"# Stand heute"}, {}, {"Kurzname", "Name; kurz", "Name", "Listenplatz"}, {"FM", "", "Freie Mitte, \"neu\"", 1}, {}, {"GZN", nil, "Grüne\nZukunft", "2"}}
	want := []alliance.ListLine{
		{Line: 4, ListedParty: alliance.ListedParty{ShortName: "FM", Name: "Freie Mitte, \"neu\"", BallotPosition: "1"}},
		{Line: 6, ListedParty: alliance.ListedParty{ShortName: "GZN", Name: "Grüne\nZukunft", BallotPosition: "2"}},
	}
	for name, data := range map[string][]byte{"one sheet": book(t, rows), "a hidden one before": book(t, [][]any{{"x"}}, rows)} {
		list, faults := partylist.Read(data)
		if diff := cmp.Diff(want, list.Lines); len(faults) > 0 || diff != "" {
			t.Errorf("%s: %v %s", name, faults, diff)
		}
		again, faults := partylist.Read([]byte(list.Text)) // as the form gives it back
		if diff := cmp.Diff(list.Lines, again.Lines); len(faults) > 0 || diff != "" {
			t.Errorf("%s, as text: %v %s", name, faults, diff)
		}
	}
	long := [][]any{{"Kurzname", "Name"}, {"A", strings.Repeat("ä", 30000)}}
	for range 4 {
		long = append(long, long[1])
	}
	wide := make([]any, 16000)
	wide[15999] = "x"
	for name, c := range map[string]struct {
		data []byte
		key  string
	}{
		"too large": {book(t, long), "alliance.party_list.error.large"},
		"too wide":  {book(t, slices.Repeat([][]any{wide}, 20)), "alliance.party_list.error.large"},
		"cut":       {book(t, rows)[:3000], "alliance.party_list.error.encoding"},
		"empty":     {book(t, nil), "alliance.party_list.error.empty"},
	} {
		if _, faults := partylist.Read(c.data); len(faults) != 1 || faults[0].Key != c.key {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// One cell can hold several addresses, and a postal address has lines of its own, in a workbook too.
func TestAddressesOfAList(t *testing.T) {
	book := excelize.NewFile()
	for cell, value := range map[string]string{"A1": "Kurzname", "B1": "Name", "C1": "E-Mail", "D1": "Anschrift", "A2": "FM", "B2": "Freie Mitte", "C2": "a@fm.example\nb@fm.example", "D2": "Am Deich 1\n20999 Nordhafen"} {
		if err := book.SetCellStr("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	workbook, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{
		"semicolons, quoted": "Kurzname;Name;E-Mail;Anschrift\nFM;Freie Mitte;\"a@fm.example; b@fm.example\";\"Am Deich 1\n20999 Nordhafen\"\n",
		"commas":             "Kurzname;Name;E-Mail;Postanschrift\nFM;Freie Mitte;a@fm.example, b@fm.example;\"Am Deich 1\n20999 Nordhafen\"\n",
		"a space":            "short name,name,contact,postal address\nFM,Freie Mitte,a@fm.example b@fm.example,\"Am Deich 1\n20999 Nordhafen\"\n",
		"a workbook":         workbook.String(),
	} {
		list, faults := partylist.Read([]byte(in))
		want := []alliance.ListLine{{Line: 2, ListedParty: alliance.ListedParty{ShortName: "FM", Name: "Freie Mitte", Email: "a@fm.example", Copies: "b@fm.example", Postal: "Am Deich 1\n20999 Nordhafen"}}}
		if diff := cmp.Diff(want, list.Lines); diff != "" || len(faults) > 0 || list.Ignored != nil {
			t.Errorf("%s: %v, %s", name, faults, diff)
		}
	}
}
