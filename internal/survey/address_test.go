package survey_test

import (
	"strings"
	"testing"

	"pruefstein/internal/survey"
)

func TestAddressesWithUmlauts(t *testing.T) {
	for _, test := range []struct{ typed, stored, wire, fault string }{
		{"post@partei.example", "post@partei.example", "post@partei.example", ""},
		{" Post@Grüne-Zukunft.example ", "post@grüne-zukunft.example", "post@xn--grne-zukunft-elb.example", ""},
		{"post@straße.example", "post@straße.example", "post@xn--strae-oqa.example", ""}, // not strasse, which is another domain
		{"post@presse.bündnis.example", "post@presse.bündnis.example", "post@presse.xn--bndnis-3ya.example", ""},
		{"post@xn--bndnis-3ya.example", "post@xn--bndnis-3ya.example", "post@xn--bndnis-3ya.example", ""},
		{"post@bu\u0308ndnis.example", "post@bündnis.example", "post@xn--bndnis-3ya.example", ""}, // as a Mac writes it
		{"o'neil+fragen@bündnis.example", "o'neil+fragen@bündnis.example", "o'neil+fragen@xn--bndnis-3ya.example", ""},
		{"büro@partei.example", "büro@partei.example", "", "error.email_local"},
		{"büro@bündnis.example", "büro@bündnis.example", "", "error.email_local"},
		{"büro", "büro", "", "error.email"},
		{"büro@", "büro@", "", "error.email"},
		{"post@", "post@", "", "error.email"},
		{"@bündnis.example", "@bündnis.example", "", "error.email"},
		{"post@bündnis example", "post@bündnis example", "", "error.email"},
		{"post@bündnis..example", "post@bündnis..example", "", "error.email"},
		{"post@-bündnis.example", "post@-bündnis.example", "", "error.email"},
		{"a@b@bündnis.example", "a@b@bündnis.example", "", "error.email"},
		{"post@bündnis_nord.example", "post@bündnis_nord.example", "", "error.email"},
		{"Bündnis <post@bündnis.example>", "bündnis <post@bündnis.example>", "", "error.email"},
		{"post@bündnis.example, a@b.example", "post@bündnis.example, a@b.example", "", "error.email"},
		{"post@" + strings.Repeat("ü", 70) + ".example", "post@" + strings.Repeat("ü", 70) + ".example", "", "error.email"},
		{strings.Repeat("a", 235) + "@bündnis.example", strings.Repeat("a", 235) + "@bündnis.example", "", "error.email"}, // too long for a server
	} {
		var faults survey.Faults
		address := test.typed
		faults.Email("email", &address, true)
		fault := ""
		if len(faults) > 0 {
			fault = faults[0].Key
		}
		if address != test.stored || fault != test.fault || len(faults) > 1 {
			t.Errorf("%q: %q %v, want %q %q", test.typed, address, faults, test.stored, test.fault)
		}
		wire, ok := survey.WireAddress(address)
		if ok != (test.fault == "") || ok && wire != test.wire {
			t.Errorf("%q: %q %v, want %q", address, wire, ok, test.wire)
		}
	}
	if wire, ok := survey.WireAddress("post@b\xfcndnis.example"); ok { // Latin-1
		t.Errorf("no UTF-8: %q", wire)
	}
}

func TestCopies(t *testing.T) {
	const first = "post@bündnis.example"
	for typed, test := range map[string]struct{ list, fault, names string }{
		"":                           {"", "", ""},
		" \r\n, ;":                   {"", "", ""},
		"A@Partei.example":           {"a@partei.example", "", ""},
		"a@p.example\r\nb@p.example": {"a@p.example b@p.example", "", ""},
		"a@p.example, b@p.example;c@p.example d@grün.example":         {"a@p.example b@p.example c@p.example d@grün.example", "", ""},
		"a@p.example b@p.example c@p.example d@p.example e@p.example": {"", "error.copies.many", ""},
		"a@p.example, b":                       {"", "error.copies.form", "b"},
		"büro@p.example":                       {"", "error.copies.local", "büro@p.example"},
		"a@p.example a@P.example":              {"", "error.copies.twice", "a@P.example"},
		"a@grün.example a@xn--grn-ioa.example": {"", "error.copies.twice", "a@xn--grn-ioa.example"},
		"POST@bündnis.example":                 {"", "error.copies.twice", "POST@bündnis.example"},
		"post@xn--bndnis-3ya.example":          {"", "error.copies.twice", "post@xn--bndnis-3ya.example"}, // the first one, as servers write it
	} {
		var faults survey.Faults
		list := strings.Join(faults.Copies("copies", typed, first), " ")
		fault, names := "", ""
		if len(faults) > 0 {
			fault = faults[0].Key
			if len(faults[0].Args) == 2 && faults[0].Args[0] == "Address" {
				names = faults[0].Args[1].(string)
			}
		}
		if list != test.list || fault != test.fault || names != test.names || len(faults) > 1 {
			t.Errorf("%q: %q %v, want %+v", typed, list, faults, test)
		}
	}
	var faults survey.Faults
	if faults.Copies("copies", "a@p.example", ""); len(faults) != 1 || faults[0].Key != "error.copies.no_first" {
		t.Errorf("without a first: %v", faults)
	}
}

func TestPostal(t *testing.T) {
	long := strings.Repeat("ü", 101)
	for typed, test := range map[string]struct{ kept, fault string }{
		"": {"", ""},
		" Am Deich 1 \r\n\r\n 20999 Nordhafen\r\n": {"Am Deich 1\n20999 Nordhafen", ""},
		"1\n2\n3\n4\n5\n6":                         {"1\n2\n3\n4\n5\n6", ""},
		"1\n2\n3\n4\n5\n6\n7":                      {"1\n2\n3\n4\n5\n6\n7", "error.postal.lines"},
		"Deich\n" + long[:200]:                     {"Deich\n" + long[:200], ""},
		"Deich\n" + long:                           {"Deich\n" + long, "error.postal.long"},
	} {
		var faults survey.Faults
		postal, fault := typed, ""
		faults.Postal("postal", &postal)
		if len(faults) > 0 {
			fault = faults[0].Key
		}
		if postal != test.kept || fault != test.fault {
			t.Errorf("%q: %q %v, want %+v", typed, postal, faults, test)
		}
	}
}
