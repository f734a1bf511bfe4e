package ledger_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/ledger"
)

// testLog keeps a log in two slices.
type testLog struct {
	leaves [][]byte
	hashes []ledger.Hash
}

func (l *testLog) stored(indexes []int64) ([]ledger.Hash, error) {
	var found []ledger.Hash
	for _, i := range indexes {
		if i >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("no hash %d", i)
		}
		found = append(found, l.hashes[i])
	}
	return found, nil
}

func (l *testLog) all() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, leaf := range l.leaves {
			if !yield(leaf, nil) {
				return
			}
		}
	}
}

// newLog makes a log of n leaves.
func newLog(t testing.TB, n int) *testLog {
	t.Helper()
	l := &testLog{}
	for i := range n {
		data := ledger.LeafData("submission", sha256.Sum256([]byte{byte(i)}))
		first, hashes, err := ledger.Grow(int64(i), data, l.stored)
		if err != nil {
			t.Fatal(err)
		}
		if first != int64(len(l.hashes)) {
			t.Fatalf("leaf %d: hashes go to %d, %d are there", i, first, len(l.hashes))
		}
		l.leaves, l.hashes = append(l.leaves, data), append(l.hashes, hashes...)
	}
	return l
}

func newKey(t *testing.T) *ledger.Key {
	t.Helper()
	key, err := ledger.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestLeaf(t *testing.T) {
	digest := ledger.Digest([]byte("salt"), []byte(`{"a":1}`))
	data := ledger.LeafData("submission", digest)
	want := fmt.Sprintf("pruefstein-leaf/1\nsubmission\n%x\n", sha256.Sum256([]byte(`salt{"a":1}`)))
	if string(data) != want {
		t.Fatalf("leaf %q, want %q", data, want)
	}
	if kind, got, err := ledger.ParseLeaf(data); kind != "submission" || got != digest || err != nil {
		t.Errorf("ParseLeaf: %q, %x, %v", kind, got, err)
	}
	for _, bad := range []string{
		"", "x", want + "\n", strings.TrimSuffix(want, "\n"), strings.ToUpper(want), "pruefstein-leaf/2" + want[len("pruefstein-leaf/1"):],
		want[:len(want)-3] + "\n", want[:len(want)-1] + "00\n", strings.Replace(want, "\n", "\r\n", 1),
		"pruefstein-leaf/1\nsubmission\n" + strings.ToUpper(fmt.Sprintf("%x", digest)) + "\n",
		"pruefstein-leaf/1\nsubmission\n" + strings.Repeat("g", 64) + "\n",
	} {
		if _, _, err := ledger.ParseLeaf([]byte(bad)); err == nil {
			t.Errorf("ParseLeaf took %q", bad)
		}
	}
}

func TestDigestLeavesSaltAlone(t *testing.T) {
	salt := append(make([]byte, 0, 64), "salt"...)
	ledger.Digest(salt, []byte("record"))
	if spare := salt[:10]; !bytes.Equal(spare[4:], make([]byte, 6)) {
		t.Errorf("Digest wrote behind the salt: %q", spare)
	}
}

// TestTreeByHand compares with RFC 6962 written out: leaf = SHA-256(0x00 data), node = SHA-256(0x01 left right).
func TestTreeByHand(t *testing.T) {
	leaf := func(data []byte) ledger.Hash { return sha256.Sum256(append([]byte{0}, data...)) }
	node := func(a, b ledger.Hash) ledger.Hash {
		return sha256.Sum256(slices.Concat([]byte{1}, a[:], b[:]))
	}
	l := newLog(t, 3)
	for size, want := range []ledger.Hash{
		sha256.Sum256(nil),
		leaf(l.leaves[0]),
		node(leaf(l.leaves[0]), leaf(l.leaves[1])),
		node(node(leaf(l.leaves[0]), leaf(l.leaves[1])), leaf(l.leaves[2])),
	} {
		tree, err := ledger.TreeAt(int64(size), l.stored)
		if err != nil || tree.N != int64(size) || tree.Hash != want {
			t.Errorf("tree of %d: %v, %v, want %v", size, tree, err, want)
		}
	}
}

func TestCheckFindsEveryChange(t *testing.T) {
	const n = 11
	l := newLog(t, n)
	if size, hashes, faults := ledger.Check(l.all(), l.stored); size != n || hashes != int64(len(l.hashes)) || len(faults) > 0 {
		t.Fatalf("a sound log: %d leaves, %d hashes, %q", size, hashes, faults)
	}
	if size, hashes, faults := ledger.Check((&testLog{}).all(), (&testLog{}).stored); size != 0 || hashes != 0 || len(faults) > 0 {
		t.Errorf("an empty log: %d leaves, %d hashes, %q", size, hashes, faults)
	}
	for i := range l.leaves {
		for at := range l.leaves[i] {
			l.leaves[i][at] ^= 1
			if _, _, faults := ledger.Check(l.all(), l.stored); len(faults) == 0 {
				t.Errorf("byte %d of leaf %d changed unnoticed", at, i)
			}
			l.leaves[i][at] ^= 1
		}
	}
	for i := range l.hashes {
		l.hashes[i][i%32] ^= 1
		if _, _, faults := ledger.Check(l.all(), l.stored); len(faults) != 1 {
			t.Errorf("hash %d changed: %q", i, faults)
		}
		l.hashes[i][i%32] ^= 1
	}
	for name, changed := range map[string]*testLog{
		"two leaves swapped":     {leaves: append([][]byte{l.leaves[1], l.leaves[0]}, l.leaves[2:]...), hashes: l.hashes},
		"first leaf removed":     {leaves: l.leaves[1:], hashes: l.hashes},
		"a leaf without hashes":  {leaves: append(slices.Clone(l.leaves), []byte("more")), hashes: l.hashes},
		"the last hash is gone":  {leaves: l.leaves, hashes: l.hashes[:len(l.hashes)-1]},
		"no hashes are left":     {leaves: l.leaves},
		"another log's hashes":   {leaves: l.leaves, hashes: slices.Repeat([]ledger.Hash{{1}}, len(l.hashes))},
		"one leaf twice in line": {leaves: append([][]byte{l.leaves[0]}, l.leaves...), hashes: l.hashes},
	} {
		if _, _, faults := ledger.Check(changed.all(), changed.stored); len(faults) == 0 {
			t.Errorf("%s: unnoticed", name)
		}
	}
	// The last leaf cut off leaves more hashes than leaves: the counts tell.
	if size, hashes, _ := ledger.Check((&testLog{leaves: l.leaves[:n-1]}).all(), l.stored); size != n-1 || hashes == int64(len(l.hashes)) {
		t.Errorf("the last leaf removed: %d leaves, %d of %d hashes", size, hashes, len(l.hashes))
	}
	broken := errors.New("unreadable")
	_, _, faults := ledger.Check(func(yield func([]byte, error) bool) { yield(nil, broken) }, l.stored)
	if len(faults) != 1 || !strings.Contains(faults[0], "unreadable") {
		t.Errorf("an unreadable leaf: %q", faults)
	}
}

func TestCheckpoint(t *testing.T) {
	l, key := newLog(t, 5), newKey(t)
	tree, err := ledger.TreeAt(5, l.stored)
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, err := key.Checkpoint(tree)
	if err != nil {
		t.Fatal(err)
	}
	want := key.Origin() + "\n5\n" + base64.StdEncoding.EncodeToString(tree.Hash[:]) + "\n\n\u2014 " + key.Origin() + " "
	if !strings.HasPrefix(checkpoint, want) {
		t.Errorf("checkpoint %q does not begin with %q", checkpoint, want)
	}
	if got, err := ledger.OpenCheckpoint(checkpoint, key.Verifier()); err != nil || got != tree {
		t.Errorf("OpenCheckpoint: %v, %v", got, err)
	}
	if _, err := ledger.OpenCheckpoint(checkpoint, newKey(t).Verifier()); err == nil {
		t.Error("another log's verifier took the checkpoint")
	}
	if _, err := ledger.OpenCheckpoint(checkpoint, "nonsense"); err == nil {
		t.Error("a verifier that is none took the checkpoint")
	}
	for i := range checkpoint {
		changed := []byte(checkpoint)
		changed[i] ^= 1
		// A key hash or a name that is not this log's makes the signature another's: refused all the same.
		if _, err := ledger.OpenCheckpoint(string(changed), key.Verifier()); err == nil {
			t.Errorf("byte %d of the checkpoint changed unnoticed", i)
		}
	}
}

func TestProof(t *testing.T) {
	const n = 9
	l, key := newLog(t, n), newKey(t)
	for size := int64(1); size <= n; size++ { // also for the log as it was in the past
		for index := range size {
			proof, err := key.Prove(index, size, l.stored)
			if err != nil {
				t.Fatal(err)
			}
			got, tree, err := ledger.CheckProof(proof, l.leaves[index], key.Verifier())
			if err != nil || got != index || tree.N != size {
				t.Errorf("leaf %d of %d: %d, %v, %v", index, size, got, tree, err)
			}
			if _, _, err := ledger.CheckProof(proof, []byte("another"), key.Verifier()); err == nil {
				t.Errorf("leaf %d of %d: the proof took another leaf", index, size)
			}
		}
	}
	proof, err := key.Prove(4, n, l.stored)
	if err != nil {
		t.Fatal(err)
	}
	for i := range proof {
		changed := []byte(proof)
		changed[i] ^= 1
		if _, _, err := ledger.CheckProof(string(changed), l.leaves[4], key.Verifier()); err == nil {
			t.Errorf("byte %d of the proof changed unnoticed: %q", i, changed[i])
		}
	}
	for _, bad := range []string{"", "\n\n", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v1\nindex 99\n\n" + proof[strings.Index(proof, "\n\n")+2:]} {
		if _, _, err := ledger.CheckProof(bad, l.leaves[4], key.Verifier()); err == nil {
			t.Errorf("took the proof %q", bad)
		}
	}
	for _, index := range []int64{-1, n} {
		if _, err := key.Prove(index, n, l.stored); err == nil {
			t.Errorf("proved leaf %d of %d", index, n)
		}
	}
	if _, err := key.Prove(0, n+1, l.stored); err == nil {
		t.Error("proved a leaf in a log that is longer than it is")
	}
}

func TestLoadOrCreateKey(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "ledger.key")
	made, err := ledger.LoadOrCreateKey(path)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := ledger.LoadOrCreateKey(path)
	if err != nil || loaded.Verifier() != made.Verifier() || loaded.Origin() != made.Origin() {
		t.Errorf("the key is another after loading: %v, %v, %v", made, loaded, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("beside the key: %v, %v", entries, err)
	}
	other, err := ledger.LoadOrCreateKey(filepath.Join(folder, "other.key"))
	if err != nil || other.Origin() == made.Origin() {
		t.Errorf("two logs of one name: %v, %v", other, err)
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(made), fmt.Sprintf("%+v %#v", made, made)} {
		if strings.Contains(printed, "PRIVATE") || strings.Contains(printed, strings.TrimSpace(string(secret))) {
			t.Errorf("printing a key shows its secret: %s", printed)
		}
	}

	for _, mode := range []os.FileMode{0o640, 0o604, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.LoadOrCreateKey(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("a key of mode %v: %v", mode, err)
		}
	}
	for name, content := range map[string]string{"empty": "", "nonsense": "PRIVATE+KEY+x\n", "cut": string(secret[:len(secret)/2]), "verifier": made.Verifier()} {
		path := filepath.Join(folder, "is-"+name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ledger.LoadOrCreateKey(path); err == nil || content != "" && strings.Contains(err.Error(), strings.TrimSpace(content)) {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != content {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
	if _, err := ledger.LoadOrCreateKey(filepath.Join(folder, "nowhere", "ledger.key")); err == nil {
		t.Error("made a key in a folder that is not there")
	}
}
