package ledger_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"pruefstein/internal/ledger"
)

// A proof or a leaf that was changed anywhere never shows another leaf, another place or another log: what still verifies says
// the same.
func FuzzProof(f *testing.F) {
	key, err := ledger.NewKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	l := newLog(f, 7)
	const index = 3
	leaf := l.leaves[index]
	tree, err := ledger.TreeAt(7, l.stored)
	if err != nil {
		f.Fatal(err)
	}
	proof, err := key.Prove(index, 7, l.stored)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), uint8(0), []byte(nil), uint16(0), byte(0))
	f.Add(uint16(30), uint8(1), []byte("4"), uint16(0), byte(0))
	f.Add(uint16(40), uint8(3), []byte("AAA"), uint16(0), byte(0))
	f.Add(uint16(len(proof)), uint8(0), []byte("— someone AAAA\n"), uint16(0), byte(0))
	f.Add(uint16(90), uint8(200), []byte("\n\n"), uint16(1), byte(1))
	f.Add(uint16(0), uint8(0), []byte(nil), uint16(20), byte(0x80))
	f.Fuzz(func(t *testing.T, at uint16, cut uint8, insert []byte, flipAt uint16, flip byte) {
		start := min(int(at), len(proof))
		changed := proof[:start] + string(insert) + proof[min(start+int(cut), len(proof)):]
		data := bytes.Clone(leaf)
		data[int(flipAt)%len(data)] ^= flip
		got, in, err := ledger.CheckProof(changed, data, key.Verifier())
		if err != nil {
			if changed == proof && flip == 0 {
				t.Fatal(err)
			}
			return
		}
		if flip != 0 || got != index || in != tree {
			t.Fatalf("%q shows leaf %d of %v", changed, got, in)
		}
	})
}
