package partylist

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
)

// Whatever a list holds, its faults are bounded and named; a sound one says the same again as the text it is shown as, and
// when its lines are written as a table.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"Kurzname;Name;Listenplatz\nFM;Freie Mitte;1\n", "name,short name\n\"Grüne; Zukunft\",GZN\r\n\r\n", "sep=;\nKurzname;Name\nA;\"B\nC\"\n",
		"\ufeffKurzname\tName\nF\xfcr\tF\xfcr uns\n", "Kurzname;Name\nA;\"B\"x\n", "\xff\xfeK\x00", "Kurzname;Name\n;;;\n a ; b \n", "Kurzname;;Name\nA;x;B",
		"# Stand;;\n\nGruppenart_XML;GruppennameKurz;Gruppenname\nPARTEI;;FM\nUEBRIGE;Übrige;Übrige\n",
		"Parteien, Stand heute\nKurzname;Name\n#a;\nGRN;GR\x86NE\n-;\"x\n#y\"\n", "Kurzname;Name;E-Mail;Anschrift\nA;B;c d;\"e\nf\"\n", "Farbe;Name;Kurzname\r#ffcc00;A;B\r"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, faults := Read(data)
		if !utf8.ValidString(list.Text) {
			t.Fatalf("not UTF-8: %q", list.Text)
		}
		if len(faults) > MaxFaults+3 || len(list.Lines) > maxPartyLines {
			t.Fatalf("%d faults, %d lines", len(faults), len(list.Lines))
		}
		if len(faults) > 0 || len(list.Lines) == 0 {
			return
		}
		if again, faults := Read([]byte(list.Text)); len(list.Text) <= maxPartyList && (len(faults) > 0 || again.Encoding != "" || !cmp.Equal(again.Lines, list.Lines)) {
			t.Fatalf("%q: %v, then %v %v", data, list.Lines, again.Lines, faults)
		}
		var table strings.Builder
		w := csv.NewWriter(&table)
		columns := []string{officialKind, "short_name", "name", "ballot_position", "wikidata", "colour", "postal", "email"}
		_ = w.Write(columns)
		for _, p := range list.Lines {
			_ = w.Write([]string{"Partei", p.ShortName, p.Name, p.BallotPosition, p.Wikidata, p.Colour, p.Postal, strings.Trim(p.Email+", "+p.Copies, ", ")})
		}
		w.Flush()
		back, faults := Read([]byte(table.String()), survey.ListColumns{Header: survey.DigestOf(columns), Columns: columns})
		var got, want []alliance.ListedParty
		for _, line := range back.Lines {
			got = append(got, line.ListedParty)
		}
		for _, line := range list.Lines {
			want = append(want, line.ListedParty)
		}
		if table.Len() <= maxPartyList && len(want) > 0 && (len(faults) > 0 || !cmp.Equal(got, want)) {
			t.Fatalf("%q: %q, then %q %v", data, want, got, faults)
		}
	})
}
