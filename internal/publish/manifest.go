package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// Names beside the files of a publication.
const (
	manifestName   = "manifest.json"
	checkpointName = "checkpoint.txt"        // the ledger after the publication
	beforeName     = "checkpoint-before.txt" // the ledger before it, where the manifest has but its hash
	currentName    = "current"               // in the folder of the slug: the number of the version readers get
	nextSuffix     = ".new"                  // of currentName on its way
)

const plainType = "text/plain; charset=utf-8"

// Manifest lists the files of a publication and says what readers need to find it. Its SHA-256 is the leaf of the
// publication in the ledger.
type Manifest struct {
	Slug         string            `json:"slug"`
	Version      int               `json:"version"`
	At           time.Time         `json:"at"` // "Stand", UTC
	Title        string            `json:"title"`
	Election     string            `json:"election"`
	ElectionDate string            `json:"election_date"`
	Alliance     string            `json:"alliance,omitempty"`
	Imported     bool              `json:"imported,omitempty"`
	Licence      string            `json:"licence,omitempty"`           // SPDX identifier
	Zone         string            `json:"zone,omitempty"`              // IANA name dates are told in
	Returns      map[string]string `json:"returns"`                     // language -> the returns in one sentence
	Style        string            `json:"style,omitempty"`             // style-src of vergleich.html
	Checkpoint   string            `json:"checkpoint,omitempty"`        // signed note of the ledger before this publication
	Held         string            `json:"checkpoint_sha256,omitempty"` // instead: hex SHA-256 of that note, published later as checkpoint-before.txt
	Verifier     string            `json:"verifier,omitempty"`          // public key of the ledger
	Files        []Entry           `json:"files"`                       // sorted by path
}

// Entry is one file of a publication.
type Entry struct {
	Path      string     `json:"path"` // below the publication, with "/"
	Size      int64      `json:"size"` // bytes
	SHA256    string     `json:"sha256"`
	Type      string     `json:"type"`                // media type
	Encodings []Encoding `json:"encodings,omitempty"` // compressed copies; in manifests made before they were listed, none
}

// Encoding is a compressed copy of a file. It lies beside it, under its name with the suffix of the coding.
type Encoding struct {
	Coding string `json:"coding"` // as in Content-Encoding: gzip
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"`
}

// coding is a way to compress. A new one needs its line in codings and its writer in twin.
type coding struct{ name, suffix string }

var gzipCoding = coding{"gzip", ".gz"}

// codings lists them, the one readers should get first.
var codings = []coding{gzipCoding}

// encoding is the copy of a file in a coding, nil for none.
func (e Entry) encoding(c coding) *Encoding {
	for i := range e.Encodings {
		if e.Encodings[i].Coding == c.name {
			return &e.Encodings[i]
		}
	}
	return nil
}

// hashesCopies tells whether the manifest lists the compressed copies.
func (m Manifest) hashesCopies() bool {
	return slices.ContainsFunc(m.Files, func(e Entry) bool { return len(e.Encodings) > 0 })
}

// write puts the manifest into a folder and returns the hash of its bytes.
func (m Manifest) write(folder string) (sum [sha256.Size]byte, err error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(m); err != nil {
		return sum, err
	}
	return sha256.Sum256(text.Bytes()), writeSynced(filepath.Join(folder, manifestName), text.Bytes())
}

// readManifest reads the manifest of a folder and the hex hash of its bytes.
func readManifest(folder string) (m Manifest, sum string, err error) {
	text, err := readRegular(filepath.Join(folder, manifestName))
	if err != nil {
		return Manifest{}, "", err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return Manifest{}, "", fmt.Errorf("%s: %w", filepath.Join(folder, manifestName), err)
	}
	if !survey.ValidSlug(m.Slug) || m.Version < 1 {
		return Manifest{}, "", fmt.Errorf("%s: no publication", filepath.Join(folder, manifestName))
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(f.Path) || strings.Contains(f.Path, `\`) {
			return Manifest{}, "", fmt.Errorf("%s: %q leads out of the folder", filepath.Join(folder, manifestName), f.Path)
		}
	}
	hash := sha256.Sum256(text)
	return m, hex.EncodeToString(hash[:]), nil
}

// writeSynced writes a whole file, on the disk when it returns.
func writeSynced(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// syncFolder makes the names in a folder durable.
func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	err = f.Sync()
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
