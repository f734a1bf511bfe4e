package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// proofFormat is the first line of a proof.
const proofFormat = "c2sp.org/tlog-proof@v1"

// Prove shows that a leaf is in the log of size leaves: its index, the hashes that lead from it to the root, and the
// signed checkpoint with that root, in the format c2sp.org/tlog-proof@v1. Who has the leaf and the Verifier needs no more.
func (k *Key) Prove(index, size int64, stored Stored) (string, error) {
	if index < 0 || index >= size {
		return "", fmt.Errorf("proof: the log has no leaf %d", index)
	}
	tree, err := TreeAt(size, stored)
	if err != nil {
		return "", err
	}
	hashes, err := tlog.ProveRecord(size, index, stored)
	if err != nil {
		return "", fmt.Errorf("proof: %w", err)
	}
	checkpoint, err := k.Checkpoint(tree)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofFormat, index)
	for _, h := range hashes {
		fmt.Fprintln(&b, h)
	}
	return b.String() + "\n" + checkpoint, nil
}

// CheckProof checks offline that the leaf with these bytes is in the log of the verifier, and returns its index and the
// tree it is in.
func CheckProof(proof string, data []byte, verifier string) (index int64, tree Tree, err error) {
	head, checkpoint, found := strings.Cut(proof, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != proofFormat {
		return 0, Tree{}, errors.New("proof: not of the format " + proofFormat)
	}
	digits, isIndex := strings.CutPrefix(lines[1], "index ")
	if index, err = strconv.ParseInt(digits, 10, 64); err != nil || !isIndex || strconv.FormatInt(index, 10) != digits {
		return 0, Tree{}, errors.New("proof: unreadable index")
	}
	var hashes tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil || h.String() != line {
			return 0, Tree{}, errors.New("proof: unreadable hash")
		}
		hashes = append(hashes, h)
	}
	if tree, err = OpenCheckpoint(checkpoint, verifier); err != nil {
		return 0, Tree{}, err
	}
	if index < 0 || index >= tree.N {
		return 0, Tree{}, errors.New("proof: the index is beyond the log")
	}
	if err := tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(data)); err != nil {
		return 0, Tree{}, errors.New("proof: the leaf is not in the log at this place")
	}
	return index, tree, nil
}
