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
