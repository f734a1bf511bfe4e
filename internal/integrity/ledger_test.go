package integrity_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/integrity"
	"pruefstein/internal/ledger"
	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestLedgerIsSound(t *testing.T) {
	if found := testworld.Faults(t, testworld.SoundStore(t), integrity.CheckLedger); len(found) > 0 {
		t.Errorf("%q", found)
	}
	if found := testworld.Faults(t, memory.New(), integrity.CheckLedger); len(found) > 0 {
		t.Errorf("an empty ledger: %q", found)
	}
}

// Whoever checks a record without our program reads its members in docs/ledger.md: all of them, and no others.
func TestRecordIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/ledger.md")
	testworld.Must(t, err)
	_, text, _ = bytes.Cut(text, []byte("**Record**"))
	text, _, _ = bytes.Cut(text, []byte("**Digest**"))
	var documented, members []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`.+?) \\|").FindAllSubmatch(text, -1) {
		documented = append(documented, strings.Split(strings.Trim(string(row[1]), "`"), "`, `")...)
	}
	for _, of := range []reflect.Type{reflect.TypeFor[survey.Record](), reflect.TypeFor[survey.SubmissionEntry]()} {
		for _, f := range reflect.VisibleFields(of) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); !f.Anonymous {
				members = append(members, name)
			}
		}
	}
	slices.Sort(documented)
	slices.Sort(members)
	if !slices.Equal(documented, members) {
		t.Errorf("documented: %q\nin a record: %q", documented, members)
	}
}

// TestLedgerFindsEveryByte changes each byte of every receipt, leaf and hash in turn.
func TestLedgerFindsEveryByte(t *testing.T) {
	store := testworld.SoundStore(t)
	type target struct {
		name  string
		bytes int
		flip  func(tx *survey.Tx, at int) error
	}
	var targets []target
	testworld.Must(t, store.View(t.Context(), func(tx *survey.Tx) error {
		for _, key := range []string{"q1/fm/s1", "q1/fm/s2"} {
			s, err := tx.SubmissionTexts.Get(key)
			testworld.Must(t, err)
			targets = append(targets,
				target{key + " record", len(s.Receipt.Record), func(tx *survey.Tx, at int) error {
					return change(submissionTexts, key, func(s *survey.SubmissionText) { s.Receipt.Record[at] ^= 1 })(tx)
				}},
				target{key + " salt", len(s.Receipt.Salt), func(tx *survey.Tx, at int) error {
					return change(submissionTexts, key, func(s *survey.SubmissionText) { s.Receipt.Salt[at] ^= 1 })(tx)
				}})
		}
		letter, err := tx.LetterTexts.Get("q1/gn/t1")
		testworld.Must(t, err)
		targets = append(targets, target{"letter", len(letter.Receipt.Record), func(tx *survey.Tx, at int) error {
			return change(letterTexts, "q1/gn/t1", func(l *survey.LetterText) { l.Receipt.Record[at] ^= 1 })(tx)
		}})
		for leaf, err := range tx.Leaves.List("") {
			testworld.Must(t, err)
			targets = append(targets, target{"leaf " + leaf.Key(), len(leaf.Data), func(tx *survey.Tx, at int) error {
				return change(leaves, leaf.Key(), func(l *survey.Leaf) { l.Data[at] ^= 1 })(tx)
			}})
		}
		for hash, err := range tx.TreeHashes.List("") {
			testworld.Must(t, err)
			targets = append(targets, target{"hash " + hash.Key(), len(hash.Hash), func(tx *survey.Tx, at int) error {
				return change(hashes, hash.Key(), func(h *survey.TreeHash) { h.Hash[at] ^= 1 })(tx)
			}})
		}
		return nil
	}))
	if len(targets) != 2*2+1+4+7 {
		t.Errorf("%d targets", len(targets))
	}
	for _, target := range targets {
		for at := range target.bytes {
			found := tampered(t, store, integrity.CheckLedger, func(tx *survey.Tx) error { return target.flip(tx, at) })
			if len(found) == 0 {
				t.Errorf("%s: byte %d changed unnoticed", target.name, at)
			}
		}
	}
}

// tampered changes a store, runs a check on it and takes the change back.
func tampered(t *testing.T, store survey.Store, check func(*survey.Tx) []string, edit func(*survey.Tx) error) (found []string) {
	t.Helper()
	undo := errors.New("undo")
	err := store.Update(t.Context(), func(tx *survey.Tx) error {
		testworld.Must(t, edit(tx))
		found = check(tx)
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
	return found
}

func TestLedgerFindsChanges(t *testing.T) {
	store := testworld.SoundStore(t)
	leafKey := fmt.Sprintf("%012d", 1)
	for name, edit := range map[string]func(*survey.Tx) error{
		"a submitted text": change(submissionTexts, "q1/fm/s1", func(s *survey.SubmissionText) { s.Entries[0].Text += " " }),
		"a position":       change(submissionTexts, "q1/fm/s2", func(s *survey.SubmissionText) { s.Entries[1].Position = survey.Disagree }),
		"a licence":        change(submissions, "q1/fm/s1", func(s *survey.Submission) { s.Declaration.Licence = "" }),
		"an instant":       change(submissions, "q1/fm/s1", func(s *survey.Submission) { s.RequestedAt = s.RequestedAt.Add(1) }),
		"a receipt swapped for another's": func(tx *survey.Tx) error {
			other, err := tx.SubmissionTexts.Get("q1/fm/s2")
			testworld.Must(t, err)
			return change(submissionTexts, "q1/fm/s1", func(s *survey.SubmissionText) { s.Receipt = other.Receipt })(tx)
		},
		"a receipt made anew": func(tx *survey.Tx) error {
			return change(submissionTexts, "q1/fm/s1", func(s *survey.SubmissionText) {
				s.Entries[0].Text = "Nie."
				s.Receipt.Record = bytes.Replace(s.Receipt.Record, []byte("<b>ja</b>"), []byte("<b>nein</b>"), 1)
			})(tx)
		},
		"the leaf it names":    change(submissions, "q1/fm/s1", func(s *survey.Submission) { s.Leaf = 1 }),
		"what it says is gone": func(tx *survey.Tx) error { return tx.SubmissionTexts.Delete("q1/fm/s1") },
		"no receipt":           change(submissionTexts, "q1/fm/s1", func(s *survey.SubmissionText) { s.Receipt = survey.Receipt{} }),
		"a transcribed text":   change(letterTexts, "q1/gn/t1", func(l *survey.LetterText) { l.Entries[0].Text = "Ja." }),
		"a second person":      change(transcriptions, "q1/gn/t1", func(l *survey.Transcription) { l.ConfirmedBy = "" }),
		"a letter's day":       change(transcriptions, "q1/gn/t1", func(l *survey.Transcription) { l.ReceivedOn = "2026-05-01" }),
		"an original":          change(func(tx *survey.Tx) survey.Table[survey.Original] { return tx.Originals }, "q1/gn/b1", func(o *survey.Original) { o.SHA256 = "00" }),
		"the original is gone": func(tx *survey.Tx) error { return tx.Originals.Delete("q1/gn/b1") },
		"a catalogue":          change(func(tx *survey.Tx) survey.Table[survey.Catalogue] { return tx.Catalogues }, "q1", func(c *survey.Catalogue) { c.Hash = "00" }),
		"a manifest":           change(publications, "q1/000001", func(p *survey.Publication) { p.Manifest = strings.Repeat("00", 32) }),
		"a manifest cut":       change(publications, "q1/000001", func(p *survey.Publication) { p.Manifest = "00" }),
		"a publication's leaf": change(publications, "q1/000001", func(p *survey.Publication) { p.Leaf = 0 }),
		"a leaf's kind":        change(leaves, leafKey, func(l *survey.Leaf) { l.Kind = survey.LeafPublication }),
		"a leaf's source":      change(leaves, leafKey, func(l *survey.Leaf) { l.Source = "q1/fm/s1" }),
		"an unknown kind":      change(leaves, leafKey, func(l *survey.Leaf) { l.Kind = "rumour" }),
		"a submission is gone": func(tx *survey.Tx) error { return tx.Submissions.Delete("q1/fm/s1") },
		"its text is gone":     func(tx *survey.Tx) error { return tx.LetterTexts.Delete("q1/gn/t1") },
		"a letter is gone":     func(tx *survey.Tx) error { return tx.Transcriptions.Delete("q1/gn/t1") },
		"a publication gone":   func(tx *survey.Tx) error { return tx.Publications.Delete("q1/000001") },
		"a leaf is gone":       func(tx *survey.Tx) error { return tx.Leaves.Delete(leafKey) },
		"the last leaf gone":   func(tx *survey.Tx) error { return tx.Leaves.Delete(fmt.Sprintf("%012d", 3)) },
		"a hash is gone":       func(tx *survey.Tx) error { return tx.TreeHashes.Delete(leafKey) },
		"a hash is short":      change(hashes, leafKey, func(h *survey.TreeHash) { h.Hash = h.Hash[1:] }),
		"a hash too many":      func(tx *survey.Tx) error { return tx.TreeHashes.Put(survey.TreeHash{Index: 7, Hash: make([]byte, 32)}) },
		"all leaves are gone": func(tx *survey.Tx) error {
			for n := range 4 {
				testworld.Must(t, tx.Leaves.Delete(fmt.Sprintf("%012d", n)))
			}
			return nil
		},
		"a text slipped in as confirmed": func(tx *survey.Tx) error {
			return tx.Submissions.Put(survey.Submission{Questionnaire: "q1", Respondent: "gn", ID: "s9", State: survey.SubmissionConfirmed})
		},
		"a publication slipped in": func(tx *survey.Tx) error {
			return tx.Publications.Put(survey.Publication{Questionnaire: "q1", Slug: "nordmark-2026", Version: 2, Leaf: 3})
		},
	} {
		if found := tampered(t, store, integrity.CheckLedger, edit); len(found) == 0 {
			t.Errorf("%s: unnoticed", name)
		}
	}
	if found := testworld.Faults(t, store, integrity.CheckLedger); len(found) > 0 {
		t.Errorf("the tests themselves changed the store: %q", found)
	}
}

// TestReceiptOffline checks a receipt as its holder does: with nothing but the receipt, the proof and the public key.
func TestReceiptOffline(t *testing.T) {
	store := testworld.SoundStore(t)
	key, err := ledger.NewKey(rand.Reader)
	testworld.Must(t, err)
	var receipt survey.Receipt
	var proof, checkpoint string
	testworld.Must(t, store.View(t.Context(), func(tx *survey.Tx) error {
		s, err := tx.SubmissionTexts.Get("q1/fm/s2")
		testworld.Must(t, err)
		receipt = s.Receipt
		proof, err = survey.ProveLeaf(tx, key, receipt.Leaf)
		testworld.Must(t, err)
		checkpoint, err = survey.Checkpoint(tx, key)
		return err
	}))
	leaf := ledger.LeafData("submission", ledger.Digest(receipt.Salt, receipt.Record))
	index, tree, err := ledger.CheckProof(proof, leaf, key.Verifier())
	if err != nil || index != receipt.Leaf || tree.N != 4 {
		t.Errorf("proof: %d, %v, %v", index, tree, err)
	}
	if published, err := ledger.OpenCheckpoint(checkpoint, key.Verifier()); err != nil || published != tree {
		t.Errorf("the checkpoint is of %v, %v; the proof of %v", published, err, tree)
	}
	for _, said := range []string{"Das ist Sache der Gemeinden.", `"verbatim":true`, `"licence":"CC-BY-4.0"`, `"format":"pruefstein-record/1"`, `"id":"s2"`} {
		if !strings.Contains(string(receipt.Record), said) {
			t.Errorf("the record does not hold %s: %s", said, receipt.Record)
		}
	}
	if strings.Contains(string(receipt.Record), "Cleo") {
		t.Errorf("the record names a person: %s", receipt.Record)
	}
}

// TestCheckCheckpoint rewrites history from the first leaf on, consistently: only an old checkpoint tells.
func TestCheckCheckpoint(t *testing.T) {
	key, err := ledger.NewKey(rand.Reader)
	testworld.Must(t, err)
	build := func(texts ...string) *memory.Store {
		store := memory.New()
		testworld.Must(t, store.Update(t.Context(), func(tx *survey.Tx) error {
			for _, text := range texts {
				_, err := survey.AppendLeaf(tx, survey.LeafPublication, text, sha256.Sum256([]byte(text)), testworld.Someday)
				testworld.Must(t, err)
			}
			return nil
		}))
		return store
	}
	var checkpoint string
	testworld.Must(t, build("a", "b").View(t.Context(), func(tx *survey.Tx) (err error) {
		checkpoint, err = survey.Checkpoint(tx, key)
		return err
	}))
	for _, test := range []struct {
		name   string
		texts  []string
		extend bool
	}{
		{"the same", []string{"a", "b"}, true},
		{"grown", []string{"a", "b", "c", "d", "e"}, true},
		{"rewritten", []string{"a", "x", "c"}, false},
		{"in another order", []string{"b", "a"}, false},
		{"cut", []string{"a"}, false},
		{"emptied", nil, false},
	} {
		testworld.Must(t, build(test.texts...).View(t.Context(), func(tx *survey.Tx) error {
			if err := survey.CheckCheckpoint(tx, checkpoint, key.Verifier()); (err == nil) != test.extend {
				t.Errorf("%s: %v", test.name, err)
			}
			if survey.CheckCheckpoint(tx, strings.Replace(checkpoint, "2", "1", 1), key.Verifier()) == nil {
				t.Errorf("%s: took a checkpoint that was not signed so", test.name)
			}
			return nil
		}))
	}
}
