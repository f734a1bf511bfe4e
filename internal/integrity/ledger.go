package integrity

import (
	"bytes"
	"errors"
	"fmt"
	"iter"

	"pruefstein/internal/ledger"
	"pruefstein/internal/survey"
)

// CheckLedger returns a line for each fault of the ledger: leaves without gaps; the stored hashes are those the leaves
// give, no more and no less; each leaf has its source, whose receipt and content give its bytes again; and every confirmed
// submission, checked transcription and publication has a leaf.
func CheckLedger(tx *survey.Tx) []string {
	c := ledgerCheck{tx: tx}
	size, hashes, faults := ledger.Check(c.leaves(), survey.StoredHashes(tx))
	for _, fault := range faults {
		c.fault("tree: %s", fault)
	}
	for h, err := range tx.TreeHashes.List("") {
		if err != nil {
			c.fault("tree: %v", err)
		} else if h.Index >= hashes {
			c.fault("tree: %d leaves need %d hashes, but there is a hash %d", size, hashes, h.Index)
			break
		}
	}
	c.sources()
	return c.faults
}

// ledgerCheck collects faults.
type ledgerCheck struct {
	tx     *survey.Tx
	faults []string
}

func (c *ledgerCheck) fault(format string, args ...any) {
	c.faults = append(c.faults, "ledger: "+fmt.Sprintf(format, args...))
}

// leaves yields the bytes of the leaves and checks each against its source on the way.
func (c *ledgerCheck) leaves() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var next int64
		for leaf, err := range c.tx.Leaves.List("") {
			if err == nil && leaf.Index != next {
				err = fmt.Errorf("the next one has the index %d", leaf.Index)
			}
			if err == nil {
				if wrong := c.leaf(leaf); wrong != nil {
					c.fault("leaf %d (%s %s): %v", leaf.Index, leaf.Kind, leaf.Source, wrong)
				}
			}
			if !yield(leaf.Data, err) {
				return
			}
			next++
		}
	}
}

// leaf checks a leaf against what it was made from.
func (c *ledgerCheck) leaf(leaf survey.Leaf) error {
	switch leaf.Kind {
	case survey.LeafSubmission:
		s, err := survey.GetSubmission(c.tx, leaf.Source)
		if err != nil {
			return err
		}
		record, err := survey.SubmissionRecord(c.tx, s)
		if err != nil {
			return err
		}
		return checkReceipt(s.Receipt, record, leaf)
	case survey.LeafTranscription:
		t, err := survey.GetLetter(c.tx, leaf.Source)
		if err != nil {
			return err
		}
		record, err := survey.TranscriptionRecord(c.tx, t)
		if err != nil {
			return err
		}
		return checkReceipt(t.Receipt, record, leaf)
	case survey.LeafPublication:
		p, err := c.tx.Publications.Get(leaf.Source)
		if err != nil {
			return err
		}
		digest, err := survey.ManifestDigest(p)
		switch {
		case err != nil:
			return err
		case p.Leaf != leaf.Index:
			return fmt.Errorf("the publication says leaf %d", p.Leaf)
		case !bytes.Equal(leaf.Data, ledger.LeafData(string(leaf.Kind), digest)):
			return errors.New("the manifest's hash does not give the leaf")
		}
		return nil
	}
	return errors.New("of an unknown kind")
}

// checkReceipt checks a receipt against its leaf, and its record against what is stored.
func checkReceipt(r survey.Receipt, stored survey.Record, leaf survey.Leaf) error {
	if err := survey.VerifyReceipt(r, leaf); err != nil {
		return err
	}
	text, err := ledger.Canonical(stored)
	if err == nil && !bytes.Equal(text, r.Record) {
		err = errors.New("what is stored is not what the receipt says")
	}
	return err
}

// sources looks for what must have a leaf and has none.
func (c *ledgerCheck) sources() {
	for s, err := range c.tx.Submissions.List("") {
		switch {
		case err == nil && s.State != survey.SubmissionConfirmed:
		case err == nil && s.Letter != "": // the leaf is that of the letter
			letter := survey.Transcription{Questionnaire: s.Questionnaire, Respondent: s.Respondent, ID: s.Letter}
			c.hasLeaf(survey.LeafTranscription, letter, s.Leaf, nil)
		default:
			c.hasLeaf(survey.LeafSubmission, s, s.Leaf, err)
		}
	}
	for t, err := range c.tx.Transcriptions.List("") {
		if err != nil || t.State == survey.TranscriptionEffective {
			var letter survey.Letter
			if err == nil {
				letter, err = t.Written(c.tx)
			}
			c.hasLeaf(survey.LeafTranscription, t, letter.Receipt.Leaf, err)
		}
	}
	for p, err := range c.tx.Publications.List("") {
		c.hasLeaf(survey.LeafPublication, p, p.Leaf, err)
	}
}

// hasLeaf checks that the leaf an entity names is its own.
func (c *ledgerCheck) hasLeaf(kind survey.LeafKind, source survey.Entity, index int64, err error) {
	var leaf survey.Leaf
	if err == nil {
		leaf, err = c.tx.Leaves.Get(survey.TreeKey(index))
	}
	if err == nil && (leaf.Kind != kind || leaf.Source != source.Key()) {
		err = fmt.Errorf("its leaf %d is of the %s %s", index, leaf.Kind, leaf.Source)
	}
	if err != nil {
		c.fault("%s %s has no leaf: %v", kind, source.Key(), err)
	}
}
