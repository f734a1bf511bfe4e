package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// SaltSize is the length of a salt in bytes. The salt keeps anybody from guessing a record out of its digest.
const SaltSize = 32

// leafFormat is the first line of a leaf.
const leafFormat = "pruefstein-leaf/1"

// Digest is the SHA-256 of a salt followed by a record's canonical JSON.
func Digest(salt, record []byte) [sha256.Size]byte {
	return sha256.Sum256(append(bytes.Clone(salt), record...))
}

// LeafData returns the bytes of a leaf: three lines, the format, the kind of what it proves, the digest in hex.
func LeafData(kind string, digest [sha256.Size]byte) []byte {
	return fmt.Appendf(nil, "%s\n%s\n%x\n", leafFormat, kind, digest)
}

// ParseLeaf reads the bytes of a leaf. It accepts exactly what LeafData writes.
func ParseLeaf(data []byte) (kind string, digest [sha256.Size]byte, err error) {
	lines := strings.Split(string(data), "\n")
	if len(lines) != 4 || lines[0] != leafFormat {
		return "", digest, errors.New("not a leaf of the format " + leafFormat)
	}
	sum, err := hex.DecodeString(lines[2])
	if err != nil || len(sum) != sha256.Size {
		return "", digest, errors.New("the digest of the leaf is not 64 hex digits")
	}
	digest = [sha256.Size]byte(sum)
	if !bytes.Equal(data, LeafData(lines[1], digest)) {
		return "", digest, errors.New("the leaf is not in its one form")
	}
	return lines[1], digest, nil
}
