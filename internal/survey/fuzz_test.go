package survey

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"

	"pruefstein/internal/ledger"
)

// A receipt that was changed in any byte, or is held against another leaf, never verifies.
func FuzzReceipt(f *testing.F) {
	salt, record := bytes.Repeat([]byte{7}, ledger.SaltSize), []byte(`{"answers":[{"number":1,"text":"Ja, sofort."}],"respondent":"fm"}`)
	digest := ledger.Digest(salt, record)
	leaf := Leaf{Index: 4, Kind: LeafSubmission, Data: ledger.LeafData(string(LeafSubmission), digest)}
	f.Add(salt, record, int64(4), string(LeafSubmission), leaf.Data)
	f.Add(salt[1:], append([]byte{7}, record...), int64(4), string(LeafSubmission), leaf.Data) // the same bytes, cut elsewhere
	f.Add(salt, bytes.Replace(record, []byte("Ja"), []byte("Na"), 1), int64(4), string(LeafSubmission), leaf.Data)
	f.Add(salt, record, int64(5), string(LeafTranscription), leaf.Data)
	f.Add(salt, record, int64(4), string(LeafSubmission), leaf.Data[:len(leaf.Data)-1])
	f.Fuzz(func(t *testing.T, s, r []byte, index int64, kind string, data []byte) {
		same := bytes.Equal(s, salt) && bytes.Equal(r, record) && index == leaf.Index
		if err := VerifyReceipt(Receipt{Salt: s, Record: r, Leaf: index}, leaf); (err == nil) != same {
			t.Fatalf("a receipt %q %q %d: %v", s, r, index, err)
		}
		other := Leaf{Index: index, Kind: LeafKind(kind), Data: data}
		same = index == leaf.Index && other.Kind == leaf.Kind && bytes.Equal(data, leaf.Data)
		if err := VerifyReceipt(Receipt{Salt: salt, Record: record, Leaf: leaf.Index}, other); (err == nil) != same {
			t.Fatalf("a leaf %d %q %q: %v", index, kind, data, err)
		}
	})
}

// An address that is taken is one bare address of ASCII, reads back as itself, and is taken again unchanged.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"fragen@fm.example", " Fragen@FM.example\t", "a@b\r\nBcc: c@d.example", "Name <a@b.example>", "\"a b\"@c.example", "a@b.example, c@d.example",
		"a@[127.0.0.1]", "ä@b.example", "a@b.example(comment)", "<a@b.example>", "a..b@c.example", "K@b.example", strings.Repeat("a", 250) + "@b.example", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		var faults Faults
		clean := typed
		faults.Email("email", &clean, true)
		if len(faults) > 0 {
			return
		}
		back, err := mail.ParseAddress(clean)
		if err != nil || back.Address != clean || back.Name != "" {
			t.Fatalf("%q became %q, which reads as %v, %v", typed, clean, back, err)
		}
		if strings.ContainsFunc(clean, func(r rune) bool { return r <= ' ' || r > '~' }) || len(clean) > 254 {
			t.Fatalf("%q became %q", typed, clean)
		}
		again := clean
		if faults.Email("email", &again, true); len(faults) > 0 || again != clean {
			t.Fatalf("%q became %q, then %q %v", typed, clean, again, faults)
		}
	})
}
