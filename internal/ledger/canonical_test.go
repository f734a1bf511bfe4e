package ledger_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pruefstein/internal/ledger"
)

func TestCanonical(t *testing.T) {
	type inner struct {
		Zebra string `json:"zebra"`
		Apfel int    `json:"apfel"`
	}
	for _, test := range []struct {
		name string
		in   any
		want string
	}{
		{"names are sorted", struct {
			B     int    `json:"b"`
			A     string `json:"a"`
			Inner inner  `json:"inner"`
		}{2, "x", inner{"z", 1}}, `{"a":"x","b":2,"inner":{"apfel":1,"zebra":"z"}}`},
		{"lists keep their order", []any{3, "b", nil, true, false, []int{}, map[string]int{}}, `[3,"b",null,true,false,[],{}]`},
		{"umlauts stand for themselves", "Größe „Freie Mitte“", `"Größe „Freie Mitte“"`},
		{"no HTML escapes", "<b>Recht & Freiheit</b>", `"<b>Recht & Freiheit</b>"`},
		{"beyond the first plane", "\U0001F331\U00010000", "\"\U0001F331\U00010000\""},
		{"short escapes", "\b\t\n\f\r\"\\/", `"\b\t\n\f\r\"\\/"`},
		{"other controls", "\x00\x01\x1f\x7f", `"\u0000\u0001\u001f` + "\x7f\""},
		{"line separators stand for themselves", "\u2028\u2029", "\"\u2028\u2029\""},
		{"a replacement character that was there", "\ufffd", "\"\ufffd\""},
		{"the letters of an escape", `\ufffd \\ufffd`, `"\\ufffd \\\\ufffd"`},
		{"normal forms are not touched", "u\u0308", "\"u\u0308\""},
		// U+1F331 is the surrogate pair D83C DF31 and so sorts before U+FB01, which is greater as UTF-16 and smaller as UTF-8.
		{"names sort as UTF-16", map[string]int{"\ufb01": 1, "\U0001F331": 2, "ä": 3, "z": 4, "": 5}, "{\"\":5,\"z\":4,\"ä\":3,\"\U0001F331\":2,\"\ufb01\":1}"},
		{"escapes in names", map[string]int{"a\n\"": 1}, `{"a\n\"":1}`},
		{"greatest integers", []int64{1<<53 - 1, -(1<<53 - 1), 0}, `[9007199254740991,-9007199254740991,0]`},
		{"bytes are base64", []byte{0xFB, 0xFF}, `"+/8="`},
		{"times are RFC 3339", time.Date(2026, 3, 29, 1, 0, 0, 5e8, time.UTC), `"2026-03-29T01:00:00.5Z"`},
	} {
		got, err := ledger.Canonical(test.in)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if diff := cmp.Diff(test.want, string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for name, in := range map[string]any{
		"a byte that is not UTF-8":  "Gr\xfcn",
		"such a byte in a name":     map[string]int{"\xff": 1},
		"one after a backslash":     "\\\xff",
		"half a surrogate pair":     "\xed\xa0\xbd",
		"a fraction":                0.5,
		"an exponent":               1e30,
		"an integer as a float":     math.MaxFloat64,
		"too great":                 int64(1 << 53),
		"too small":                 -int64(1 << 53),
		"minus zero":                json.Number("-0"),
		"not a number":              math.NaN(),
		"what JSON cannot say":      make(chan int),
		"a value that fails itself": json.RawMessage("{"),
	} {
		if got, err := ledger.Canonical(in); err == nil {
			t.Errorf("%s became %s", name, got)
		}
	}
}

// TestCanonicalKeepsText holds for any text: it comes back unchanged, and the canonical form of the canonical form is itself.
func TestCanonicalKeepsText(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.String())).Draw(r, "in")
		once, err := ledger.Canonical(in)
		if err != nil {
			r.Fatal(err)
		}
		var out map[string][]string
		if err := json.Unmarshal(once, &out); err != nil {
			r.Fatal(err)
		}
		twice, err := ledger.Canonical(out)
		if err != nil || string(once) != string(twice) {
			r.Fatalf("%s, then %s, %v", once, twice, err)
		}
		if diff := cmp.Diff(in, out); diff != "" {
			r.Fatal(diff)
		}
	})
}
