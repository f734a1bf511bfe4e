// Package ledger is an append-only log whose past cannot be changed unnoticed: a Merkle tree as in RFC 6962, by the code
// of the Go checksum database (golang.org/x/mod/sumdb/tlog), with signed checkpoints (sumdb/note). It knows no records,
// only the bytes of leaves, and stores nothing itself: callers keep the leaves and the hashes of the tree. The bytes of
// all formats are in docs/ledger.md.
package ledger

import (
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a hash of the tree.
type Hash = tlog.Hash

// Tree is a tree's size in leaves and its root hash.
type Tree = tlog.Tree

// Stored reads hashes of the tree where the caller keeps them, one for each index, or fails.
type Stored = tlog.HashReaderFunc

// Grow returns the hashes to store for a new leaf of a log that has size leaves: the first belongs under the index first,
// the others under the indexes after it.
func Grow(size int64, data []byte, stored Stored) (first int64, hashes []Hash, err error) {
	hashes, err = tlog.StoredHashes(size, data, stored)
	if err != nil {
		return 0, nil, fmt.Errorf("ledger: leaf %d: %w", size, err)
	}
	return tlog.StoredHashIndex(0, size), hashes, nil
}

// TreeAt returns the tree as it was when the log had size leaves, today or in the past.
func TreeAt(size int64, stored Stored) (Tree, error) {
	root, err := tlog.TreeHash(size, stored)
	if err != nil {
		return Tree{}, fmt.Errorf("ledger: tree of %d leaves: %w", size, err)
	}
	return Tree{N: size, Hash: root}, nil
}

// Check builds the tree anew from its leaves and compares it with the stored hashes. It returns the number of leaves, of
// the hashes they need, and a line for each hash that differs or is missing. An unreadable leaf ends it.
func Check(leaves iter.Seq2[[]byte, error], stored Stored) (size, hashes int64, faults []string) {
	var built []Hash
	known := Stored(func(indexes []int64) ([]Hash, error) {
		found := make([]Hash, len(indexes))
		for i, index := range indexes {
			found[i] = built[index]
		}
		return found, nil
	})
	for data, err := range leaves {
		if err == nil {
			var added []Hash
			if _, added, err = Grow(size, data, known); err == nil {
				built = append(built, added...)
				size++
				continue
			}
		}
		return size, int64(len(built)), []string{fmt.Sprintf("leaf %d: %v", size, err)}
	}
	for index, want := range built {
		switch got, err := stored([]int64{int64(index)}); {
		case err != nil:
			faults = append(faults, fmt.Sprintf("hash %d: %v", index, err))
		case len(got) != 1 || got[0] != want:
			faults = append(faults, fmt.Sprintf("hash %d is not the one its leaves give", index))
		}
	}
	return size, int64(len(built)), faults
}
