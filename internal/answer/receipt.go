package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"pruefstein/internal/survey"
)

// receiptFormat is the version of ReceiptFile.
const receiptFormat = "pruefstein-receipt/1"

// ReceiptFile is what a party gets to keep: all it takes to check offline that exactly its text is in the ledger
// (docs/ledger.md).
type ReceiptFile struct {
	Format   string `json:"format"`
	How      string `json:"how"`
	Leaf     int64  `json:"leaf"`     // its index
	Salt     []byte `json:"salt"`     // base64
	Record   string `json:"record"`   // canonical JSON, to be hashed as it is
	Proof    string `json:"proof"`    // c2sp.org/tlog-proof@v1
	Verifier string `json:"verifier"` // public key of the ledger
}

// ReceiptFile returns the receipt of a confirmed submission of the party, as a JSON file, and its name.
func (s *Service) ReceiptFile(ctx context.Context, actor survey.Actor, id string) (name string, file []byte, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		q, r, err := s.party(tx, actor)
		if err != nil {
			return err
		}
		sub, err := survey.GetSubmission(tx, r.Key()+"/"+id)
		if err != nil {
			return err
		}
		if sub.State != survey.SubmissionConfirmed {
			return survey.Fail(survey.NotFound, "error.not_found")
		}
		name = ReceiptName(sub.Submission, r.DueAt(q).Location()) + ".json"
		file, err = s.receiptFile(tx, sub)
		return err
	})
	return name, file, err
}

// ReceiptName is the name of the files of a receipt, without its ending: after the instant of the act in a zone. The number of the leaf
// is in the file alone: it counts what others have submitted.
func ReceiptName(sub survey.Submission, zone *time.Location) string {
	return "quittung-" + sub.RequestedAt.In(zone).Format("2006-01-02-1504")
}

func (s *Service) receiptFile(tx *survey.Tx, sub survey.WrittenSubmission) ([]byte, error) {
	proof, err := survey.ProveLeaf(tx, s.Ledger, sub.Leaf)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(ReceiptFile{
		Format: receiptFormat,
		How: "The leaf in the ledger holds the SHA-256 of salt (decoded from base64) followed by record (its UTF-8 bytes, exactly). " +
			"The proof leads from the leaf to the signed checkpoint; verifier is the public key. docs/ledger.md of Prüfstein has a program that checks it.",
		Leaf: sub.Leaf, Salt: sub.Receipt.Salt, Record: string(sub.Receipt.Record), Proof: proof, Verifier: s.Ledger.Verifier(),
	})
	return out.Bytes(), err
}
