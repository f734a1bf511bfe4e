package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key signs the checkpoints of one log. Whoever has it can sign for the log, so only its Verifier leaves the house.
type Key struct {
	signer   note.Signer
	secret   string
	verifier string
}

// NewKey makes a key with an origin of its own, the name the log is known by.
func NewKey(random io.Reader) (*Key, error) {
	id := make([]byte, 8)
	if _, err := io.ReadFull(random, id); err != nil {
		return nil, fmt.Errorf("ledger key: %w", err)
	}
	secret, _, err := note.GenerateKey(random, "pruefstein/"+hex.EncodeToString(id))
	if err != nil {
		return nil, fmt.Errorf("ledger key: %w", err)
	}
	return parseKey(secret)
}

// parseKey reads a signer key in the form of sumdb/note.
func parseKey(secret string) (*Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, errors.New("not a signer key") // the cause may repeat a part of it
	}
	// "PRIVATE+KEY+<name>+<hash>+<base64 of the algorithm's number and the seed>"; NewSigner has checked it.
	encoded := secret[strings.LastIndex(secret, "+KEY+")+len("+KEY+"):]
	seed, err := base64.StdEncoding.DecodeString(strings.SplitN(encoded, "+", 3)[2])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, errors.New("not a signer key")
	}
	public := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return nil, err
	}
	return &Key{signer, secret, verifier}, nil
}

// LoadOrCreateKey reads the key of the log from a file of mode 0600, or makes both. It refuses a file others can read.
func LoadOrCreateKey(path string) (*Key, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("ledger key: others can read %s (mode %04o); if nobody did, run: chmod 600 %s", path, mode, path)
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("ledger key: %w", err)
	}
	key, err := parseKey(strings.TrimSuffix(string(secret), "\n"))
	if err != nil {
		return nil, fmt.Errorf("ledger key: %s: %w", path, err)
	}
	return key, nil
}

// createKey makes a key and a whole file with it, or nothing.
func createKey(path string) (*Key, error) {
	key, err := NewKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".ledger-key-*") // mode 0600
	if err != nil {
		return nil, fmt.Errorf("ledger key: %w", err)
	}
	defer os.Remove(temp.Name()) // gone already if all went well
	_, err = temp.WriteString(key.secret + "\n")
	if err = errors.Join(err, temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger key: %w", err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("ledger key: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return nil, fmt.Errorf("ledger key: %w", err)
	}
	return key, nil
}

// Origin is the name of the log: the first line of its checkpoints.
func (k *Key) Origin() string { return k.signer.Name() }

// Verifier is the public key in the form of sumdb/note, "<origin>+<hash>+<base64>". It may be printed anywhere.
func (k *Key) Verifier() string { return k.verifier }

// String returns the Verifier, so that a key that slips into a log or a message gives nothing away.
func (k *Key) String() string { return k.verifier }

// GoString does the same for %#v.
func (k *Key) GoString() string { return k.verifier }

// Checkpoint signs a tree: origin, size and base64 root hash, a line each, as a signed note (c2sp.org/tlog-checkpoint).
func (k *Key) Checkpoint(tree Tree) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", k.Origin(), tree.N, tree.Hash)
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	return string(signed), nil
}

// ErrOtherKey says that a checkpoint is sound as far as can be told, but signed with other keys only.
var ErrOtherKey = errors.New("it is not signed with this key")

// OpenCheckpoint checks a checkpoint's signature with the verifier of its log and returns the tree.
func OpenCheckpoint(checkpoint, verifier string) (Tree, error) {
	v, err := note.NewVerifier(verifier)
	if err != nil {
		return Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	opened, err := note.Open([]byte(checkpoint), note.VerifierList(v))
	if other := (*note.UnverifiedNoteError)(nil); errors.As(err, &other) {
		return Tree{}, fmt.Errorf("checkpoint: %w", ErrOtherKey)
	}
	if err != nil {
		return Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	// Base64 has spare bits at its end, which note ignores: one signature shall have one text.
	if _, err := base64.StdEncoding.Strict().DecodeString(opened.Sigs[0].Base64); err != nil {
		return Tree{}, errors.New("checkpoint: the signature is not in its one form")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != v.Name() {
		return Tree{}, errors.New("checkpoint: not one of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, rootErr := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] || rootErr != nil || len(root) != len(Hash{}) {
		return Tree{}, errors.New("checkpoint: unreadable size or root hash")
	}
	return Tree{N: size, Hash: Hash(root)}, nil
}
