package survey

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// sealKeySize is the length of the key in bytes: AES-256.
const sealKeySize = 32

// Sealer encrypts the secrets of mails that wait in the outbox (AES-256-GCM, a random nonce in front), so that a copy of
// the database alone opens no link. Its key lies beside the database and is no part of its backup.
type Sealer struct {
	aead  cipher.AEAD
	print string
}

// NewSealer returns a Sealer with a key of 32 bytes.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) != sealKeySize {
		return nil, fmt.Errorf("a seal key has %d bytes, not %d", sealKeySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte("pruefstein seal key\n"), key...))
	return &Sealer{aead: aead, print: hex.EncodeToString(sum[:16])}, nil
}

// Print is the fingerprint of the key, 32 hex digits. It may be shown anywhere: of a random key it tells nothing.
func (s *Sealer) Print() string { return s.print }

// LoadOrCreateSealer reads the key file, 64 hexadecimal digits and a new line, or makes it with mode 0600 when there is
// none. It refuses a file others may read and a file that holds no key: a replaced key would lose every queued link.
func LoadOrCreateSealer(path string) (*Sealer, error) {
	key, err := readSealKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = makeSealKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("seal key: %w", err)
	}
	return NewSealer(key)
}

func readSealKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o, others may read it: run chmod 600 on it", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != sealKeySize {
		// hex's error quotes the text it could not read, so it is not passed on
		return nil, fmt.Errorf("%s holds no key of %d hexadecimal digits: restore it from a backup, or remove it if no mail is queued", path, 2*sealKeySize)
	}
	return key, nil
}

// makeSealKey writes the key to a file of its own first and links it to its name when it is whole and on the disk: a crash
// leaves no half key, and of two that start at once one wins.
func makeSealKey(path string) ([]byte, error) {
	key := make([]byte, sealKeySize)
	rand.Read(key)                                            // never fails: crypto/rand ends the program instead
	temp, err := os.CreateTemp(filepath.Dir(path), ".seal-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(hex.EncodeToString(key) + "\n")
	if err == nil {
		err = temp.Sync()
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	if err := os.Link(temp.Name(), path); errors.Is(err, fs.ErrExist) {
		return readSealKey(path)
	} else if err != nil {
		return nil, err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	return key, folder.Sync()
}

// Seal encrypts a secret. Sealing the same secret twice gives different bytes.
func (s *Sealer) Seal(plain []byte) ([]byte, error) {
	return s.aead.Seal(nil, nil, plain, nil), nil
}

// Open decrypts what Seal made. It fails if a byte was changed or another key sealed it.
func (s *Sealer) Open(sealed []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("opening a seal: %w", err)
	}
	return plain, nil
}
