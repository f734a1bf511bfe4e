package partylist

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/alliance"
)

// Whatever a list holds, its faults are bounded and named; a sound one says the same again as the text it is shown as, and
// when its lines are written as a table.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"Kurzname;Name;Listenplatz\nFM;Freie Mitte;1\n", "name,short name\n\"Grüne; Zukunft\",GZN\r\n\r\n", "sep=;\nKurzname;Name\nA;\"B\nC\"\n",
		"\ufeffKurzname\tName\nF\xfcr\tF\xfcr uns\n", "Kurzname;Name\nA;\"B\"x\n", "\xff\xfeK\x00", "Kurzname;Name\n;;;\n a ; b \n", "Kurzname;;Name\nA;x;B",
		"# Stand;;\n\nGruppenart_XML;GruppennameKurz;Gruppenname\nPARTEI;;FM\nUEBRIGE;Übrige;Übrige\n"} {
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
		if again, faults := Read([]byte(list.Text)); len(list.Text) <= maxPartyList && (len(faults) > 0 || again.Converted || !cmp.Equal(again.Lines, list.Lines)) {
			t.Fatalf("%q: %v, then %v %v", data, list.Lines, again.Lines, faults)
		}
		var table strings.Builder
		w := csv.NewWriter(&table)
		_ = w.Write([]string{"short_name", "name", "ballot_position", "wikidata", "colour", "email"})
		for _, p := range list.Lines {
			_ = w.Write([]string{p.ShortName, p.Name, p.BallotPosition, p.Wikidata, p.Colour, p.Email})
		}
		w.Flush()
		back, faults := Read([]byte(table.String()))
		var got, want []alliance.ListedParty
		for _, line := range back.Lines {
			got = append(got, line.ListedParty)
		}
		for _, line := range list.Lines {
			if strings.TrimSpace(line.ShortName+line.Name+line.BallotPosition+line.Wikidata+line.Colour+line.Email) != "" { // values of unnamed columns alone
				want = append(want, line.ListedParty)
			}
		}
		if table.Len() <= maxPartyList && len(want) > 0 && (len(faults) > 0 || !cmp.Equal(got, want)) {
			t.Fatalf("%q: %q, then %q %v", data, want, got, faults)
		}
	})
}
