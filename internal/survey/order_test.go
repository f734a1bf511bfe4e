package survey

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// By the German rules for words: what is alike but for its case or its marks stands together, and words count before letters.
func TestAlphabet(t *testing.T) {
	t.Parallel()
	for _, want := range []string{
		"apfel Apfel äpfel Äpfel Apfelb",
		"Uber Übermut Ubern Ueber", // ü as u, not as ue
		"Strasse Straße Strassf",
		"die Die DIE",
		"9 A",
		"V2 VBZ Volt",
		"B90 BA",
		"Ost|Ost West|Osten",
		"O Ö Od Oe Of",
		"ab Abc ABD abe",
		"É Eb",
	} {
		sep := " "
		if strings.Contains(want, "|") {
			sep = "|"
		}
		names := strings.Split(want, sep)
		for range names { // from every rotation
			names = append(names[1:], names[0])
			sorted := slices.Clone(names)
			slices.SortFunc(sorted, Alphabet())
			if got := strings.Join(sorted, sep); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
}

func TestInOrder(t *testing.T) {
	t.Parallel()
	at := func(hour int) time.Time { return time.Date(2026, 5, 3, hour, 0, 0, 0, time.UTC) }
	places := []place{
		{id: "a", shortName: "SUN", name: "Sonne und Nordwind", ballot: 1, sequence: 5, received: at(12)},
		{id: "b", shortName: "KB", name: "Ährenbund", ballot: 2, sequence: 4, number: 7},
		{id: "c", shortName: "Ö", name: "Die Offenen", ballot: 3, sequence: 3, received: at(9)},
		{id: "d", shortName: "ok", name: "Ortskreis", sequence: 2, number: 3},
		{id: "e", shortName: "OK", name: "Anderer Ortskreis", sequence: 1, received: at(9)},
		{id: "f", shortName: "Zett", name: "Die offenen", ballot: 3, sequence: 6},
	}
	for name, test := range map[string]struct {
		q    Questionnaire
		want string
	}{
		"ballot":           {Questionnaire{Order: OrderBallot}, "abcfde"},
		"nothing chosen":   {Questionnaire{}, "abcfde"},
		"short name":       {Questionnaire{Order: OrderShortName}, "bcdeaf"},
		"name":             {Questionnaire{Order: OrderName}, "befcda"},
		"receipt":          {Questionnaire{Order: OrderReceipt}, "ceabdf"},
		"number":           {Questionnaire{Order: OrderNumber}, "dbceaf"},
		"an import":        {Questionnaire{Imported: true}, "edcbaf"},
		"an import's word": {Questionnaire{Imported: true, Order: OrderName, OrderRule: "alphabetisch"}, "edcbaf"},
	} {
		for range places {
			places = append(places[1:], places[0])
			list := slices.Clone(places)
			inOrder(test.q, list, func(p place) place { return p })
			got := ""
			for _, p := range list {
				got += p.id
			}
			if got != test.want {
				t.Errorf("%s: %s, want %s", name, got, test.want)
			}
		}
	}
}
