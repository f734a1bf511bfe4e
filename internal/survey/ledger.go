package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"pruefstein/internal/ledger"
)

// recordFormat is the version of Record.
const recordFormat = "pruefstein-record/1"

// Record is what a receipt proves: everything a party said in one submission or transcription, and to which catalogue. It
// holds no name of a person. Its canonical JSON is hashed into the leaf and handed to the party.
type Record struct {
	Format        string            `json:"format"`
	Kind          LeafKind          `json:"kind"`
	Questionnaire QuestionnaireID   `json:"questionnaire"`
	Respondent    RespondentID      `json:"respondent"`
	ID            string            `json:"id"`        // of the Submission or Transcription
	Catalogue     string            `json:"catalogue"` // Catalogue.Hash
	At            time.Time         `json:"at"`        // RequestedAt of a submission, EnteredAt of a transcription
	Entries       []SubmissionEntry `json:"entries"`
	Licence       string            `json:"licence,omitempty"`

	Verbatim   bool   `json:"verbatim,omitempty"` // submissions only
	ChangeNote string `json:"change_note,omitempty"`

	// Transcriptions only.
	Letter       LetterKind     `json:"letter,omitempty"`
	ReceivedOn   string         `json:"received_on,omitempty"`
	ReceivedTime string         `json:"received_time,omitempty"`
	LetterDate   string         `json:"letter_date,omitempty"`
	Joint        []RespondentID `json:"joint,omitempty"`
	Original     string         `json:"original,omitempty"` // hex SHA-256 of the file
	Without      string         `json:"without,omitempty"`  // why there is no original
	Checked      bool           `json:"checked,omitempty"`  // by a second person
	ByParty      bool           `json:"by_party,omitempty"` // confirmed by the party itself
}

// SubmissionRecord is the record of a submission. It reads only what no longer changes once the submission is confirmed.
func SubmissionRecord(tx *Tx, s WrittenSubmission) (Record, error) {
	catalogue, err := tx.Catalogue(s.Questionnaire)
	return Record{
		Format: recordFormat, Kind: LeafSubmission, Questionnaire: s.Questionnaire, Respondent: s.Respondent, ID: s.ID,
		Catalogue: catalogue.Hash, At: s.RequestedAt.UTC(), Entries: s.Entries, Licence: s.Declaration.Licence, Verbatim: s.Declaration.Verbatim,
		ChangeNote: s.ChangeNote,
	}, err
}

// TranscriptionRecord is the record of a transcription. It reads only what no longer changes once it is in effect.
func TranscriptionRecord(tx *Tx, t Letter) (Record, error) {
	catalogue, err := tx.Catalogue(t.Questionnaire)
	if err != nil {
		return Record{}, err
	}
	var original Original
	if t.Original != "" {
		if original, err = tx.Originals.Get(RespondentKey(t.Questionnaire, t.Respondent) + "/" + t.Original); err != nil {
			return Record{}, err
		}
	}
	return Record{
		Format: recordFormat, Kind: LeafTranscription, Questionnaire: t.Questionnaire, Respondent: t.Respondent, ID: t.ID,
		Catalogue: catalogue.Hash, At: t.EnteredAt.UTC(), Entries: t.Entries, Licence: t.Licence,
		Letter: t.Kind, ReceivedOn: t.ReceivedOn, ReceivedTime: t.ReceivedTime, LetterDate: t.LetterDate, Joint: t.Joint,
		Original: original.SHA256, Without: t.Without, ChangeNote: t.ChangeNote, Checked: t.ConfirmedBy != "", ByParty: !t.PartyConfirmedAt.IsZero(),
	}, nil
}

// SubmissionReceipt appends the leaf of a submission that is confirmed in this transaction. Call it last: its entries,
// their version numbers and the declaration must be what is stored.
func SubmissionReceipt(tx *Tx, s WrittenSubmission, at time.Time, random io.Reader) (Receipt, error) {
	record, err := SubmissionRecord(tx, s)
	if err != nil {
		return Receipt{}, err
	}
	return newReceipt(tx, LeafSubmission, s.Key(), record, at, random)
}

// TranscriptionReceipt appends the leaf of a transcription that takes effect in this transaction. Call it last: its
// entries and who confirmed it must be what is stored.
func TranscriptionReceipt(tx *Tx, t Letter, at time.Time, random io.Reader) (Receipt, error) {
	record, err := TranscriptionRecord(tx, t)
	if err != nil {
		return Receipt{}, err
	}
	return newReceipt(tx, LeafTranscription, t.Key(), record, at, random)
}

// newReceipt salts a record with fresh random bytes, appends its leaf and returns the receipt. source is the key of what
// the record was made from.
func newReceipt(tx *Tx, kind LeafKind, source string, record any, at time.Time, random io.Reader) (Receipt, error) {
	text, err := ledger.Canonical(record)
	if err != nil {
		return Receipt{}, err
	}
	salt := make([]byte, ledger.SaltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return Receipt{}, fmt.Errorf("salt: %w", err)
	}
	index, err := AppendLeaf(tx, kind, source, ledger.Digest(salt, text), at)
	return Receipt{Leaf: index, Salt: salt, Record: text}, err
}

// AppendLeaf appends a leaf with its hashes and returns its index. For a publication the digest is the SHA-256 of its
// manifest, which is public and needs no salt.
func AppendLeaf(tx *Tx, kind LeafKind, source string, digest [sha256.Size]byte, at time.Time) (index int64, err error) {
	size, err := ledgerSize(tx)
	if err != nil {
		return 0, err
	}
	leaf := Leaf{Index: size, Kind: kind, Data: ledger.LeafData(string(kind), digest), At: at, Source: source}
	first, hashes, err := ledger.Grow(size, leaf.Data, StoredHashes(tx))
	if err != nil {
		return 0, err
	}
	for i, hash := range hashes {
		if err := tx.TreeHashes.Put(TreeHash{Index: first + int64(i), Hash: hash[:]}); err != nil {
			return 0, err
		}
	}
	return size, tx.Leaves.Put(leaf)
}

// ledgerSize counts the leaves. They have no gaps, so the last one tells.
func ledgerSize(tx *Tx) (int64, error) {
	last, err := tx.Leaves.Last("")
	if IsNotFound(err) {
		return 0, nil
	}
	return last.Index + 1, err
}

// StoredHashes reads the hashes of the tree.
func StoredHashes(tx *Tx) ledger.Stored {
	return func(indexes []int64) ([]ledger.Hash, error) {
		hashes := make([]ledger.Hash, len(indexes))
		for i, index := range indexes {
			stored, err := tx.TreeHashes.Get(TreeKey(index))
			if err != nil {
				return nil, err
			}
			if len(stored.Hash) != len(hashes[i]) {
				return nil, fmt.Errorf("has %d bytes", len(stored.Hash))
			}
			hashes[i] = ledger.Hash(stored.Hash)
		}
		return hashes, nil
	}
}

// VerifyReceipt tells whether a receipt belongs to a leaf: nil, or what is wrong.
func VerifyReceipt(r Receipt, leaf Leaf) error {
	kind, digest, err := ledger.ParseLeaf(leaf.Data)
	switch {
	case err != nil:
		return err
	case kind != string(leaf.Kind):
		return fmt.Errorf("the leaf proves a %s, its row says %s", kind, leaf.Kind)
	case r.Leaf != leaf.Index:
		return fmt.Errorf("the receipt is of leaf %d", r.Leaf)
	case len(r.Salt) != ledger.SaltSize:
		return fmt.Errorf("the salt has %d bytes", len(r.Salt))
	case ledger.Digest(r.Salt, r.Record) != digest:
		return errors.New("record and salt do not give the digest of the leaf")
	}
	return nil
}

// Checkpoint signs the ledger as it is in this transaction (docs/ledger.md).
func Checkpoint(tx *Tx, key *ledger.Key) (string, error) {
	size, err := ledgerSize(tx)
	if err != nil {
		return "", err
	}
	tree, err := ledger.TreeAt(size, StoredHashes(tx))
	if err != nil {
		return "", err
	}
	return key.Checkpoint(tree)
}

// CheckCheckpoint tells whether the ledger still is the one a checkpoint was signed for, grown or not: nil, or what is
// wrong. Whoever rewrites the whole ledger passes CheckLedger, but not the checkpoints kept elsewhere.
func CheckCheckpoint(tx *Tx, checkpoint, verifier string) error {
	signed, err := ledger.OpenCheckpoint(checkpoint, verifier)
	if err != nil {
		return err
	}
	size, err := ledgerSize(tx)
	if err != nil {
		return err
	}
	if signed.N > size {
		return fmt.Errorf("the checkpoint is of %d leaves, only %d are there", signed.N, size)
	}
	now, err := ledger.TreeAt(signed.N, StoredHashes(tx))
	if err == nil && now != signed {
		err = fmt.Errorf("the first %d leaves are not those the checkpoint was signed for", signed.N)
	}
	return err
}

// ProveLeaf returns the proof that a leaf is in the ledger, with a signed checkpoint: with the receipt, all that is
// needed to check it offline (docs/ledger.md).
func ProveLeaf(tx *Tx, key *ledger.Key, index int64) (string, error) {
	size, err := ledgerSize(tx)
	if err != nil {
		return "", err
	}
	return key.Prove(index, size, StoredHashes(tx))
}

// ManifestDigest is the digest of a publication's leaf.
func ManifestDigest(p Publication) (digest [sha256.Size]byte, err error) {
	sum, err := hex.DecodeString(p.Manifest)
	if err != nil || len(sum) != len(digest) {
		return digest, errors.New("the manifest's hash is not 64 hex digits")
	}
	return [sha256.Size]byte(sum), nil
}
