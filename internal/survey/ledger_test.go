package survey_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/ledger"
	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestLedgerSize(t *testing.T) {
	store := memory.New()
	for n := range int64(18) {
		testworld.Must(t, store.Update(t.Context(), func(tx *survey.Tx) error {
			if size, err := survey.LedgerSize(tx); size != n || err != nil {
				t.Errorf("%d leaves counted, %v, want %d", size, err, n)
			}
			index, err := survey.AppendLeaf(tx, survey.LeafPublication, "source", sha256.Sum256(nil), testworld.Someday)
			if index != n {
				t.Errorf("leaf %d got the index %d", n, index)
			}
			return err
		}))
	}
}

func TestVerifyReceipt(t *testing.T) {
	store := memory.New()
	var receipt survey.Receipt
	var leaf survey.Leaf
	testworld.Must(t, store.Update(t.Context(), func(tx *survey.Tx) (err error) {
		receipt, err = survey.NewReceipt(tx, survey.LeafSubmission, "q/r/s", map[string]string{"text": "Grün"}, testworld.Someday, rand.Reader)
		testworld.Must(t, err)
		leaf, err = tx.Leaves.Get("000000000000")
		return err
	}))
	if string(receipt.Record) != `{"text":"Grün"}` || len(receipt.Salt) != ledger.SaltSize || leaf.Source != "q/r/s" || !leaf.At.Equal(testworld.Someday) {
		t.Errorf("receipt %+v, leaf %+v", receipt, leaf)
	}
	testworld.Must(t, survey.VerifyReceipt(receipt, leaf))
	for name, edit := range map[string]func(r *survey.Receipt, l *survey.Leaf){
		"record":  func(r *survey.Receipt, _ *survey.Leaf) { r.Record[2] ^= 1 },
		"salt":    func(r *survey.Receipt, _ *survey.Leaf) { r.Salt[2] ^= 1 },
		"no salt": func(r *survey.Receipt, _ *survey.Leaf) { r.Salt = nil },
		"index":   func(r *survey.Receipt, _ *survey.Leaf) { r.Leaf = 1 },
		"leaf":    func(_ *survey.Receipt, l *survey.Leaf) { l.Data[40] ^= 1 },
		"kind":    func(_ *survey.Receipt, l *survey.Leaf) { l.Kind = survey.LeafTranscription },
		"salt moved to text": func(r *survey.Receipt, _ *survey.Leaf) {
			r.Record, r.Salt = slices.Concat(r.Salt[31:], r.Record), r.Salt[:31]
		},
	} {
		r, l := receipt, leaf
		r.Salt, r.Record, l.Data = bytes.Clone(r.Salt), bytes.Clone(r.Record), bytes.Clone(l.Data)
		edit(&r, &l)
		if survey.VerifyReceipt(r, l) == nil {
			t.Errorf("%s changed unnoticed", name)
		}
	}
	err := store.Update(t.Context(), func(tx *survey.Tx) error {
		_, err := survey.NewReceipt(tx, survey.LeafSubmission, "q/r/s", "x", testworld.Someday, strings.NewReader("too short"))
		return err
	})
	if err == nil {
		t.Error("a receipt without a full salt")
	}
}
