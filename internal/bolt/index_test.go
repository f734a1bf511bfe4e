package bolt

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/survey"
)

// indexed is a store with two mails of one questionnaire.
func indexed(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "pruefstein.db"), Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(tx.Mails.Put(survey.Mail{ID: "a", Questionnaire: "q"}), tx.Mails.Put(survey.Mail{ID: "b", Questionnaire: "q"}))
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// behindItsBack changes the file past the store.
func behindItsBack(t *testing.T, s *Store, fn func(tx *bbolt.Tx) error) {
	t.Helper()
	if err := s.db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// found lists the mails of the questionnaire by the index, "!" for one that is refused as damaged.
func found(t *testing.T, s *Store) (list []string) {
	t.Helper()
	if err := s.View(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.By(survey.MailQuestionnaire).List(survey.Exact("q")) {
			switch {
			case err == nil:
				list = append(list, m.ID)
			case survey.Damaged(err) && survey.CodeOf(err) == survey.Unavailable:
				list = append(list, "!")
			default:
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

func wantFound(t *testing.T, s *Store, want ...string) {
	t.Helper()
	if got := found(t, s); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func wantFaults(t *testing.T, s *Store, want ...string) {
	t.Helper()
	faults, sound := s.Check()
	ok := sound && len(faults) == len(want)
	for i := range want {
		ok = ok && strings.HasPrefix(faults[i], want[i])
	}
	if !ok {
		t.Errorf("faults %q, want %q", faults, want)
	}
}

var questionnaireIndex = []byte("mails/questionnaire")

// A damaged row stays where it is found by index, and is refused there; a new one takes its place, or nothing does.
func TestDamagedRowsAndIndexes(t *testing.T) {
	s := indexed(t)
	damage := func() {
		behindItsBack(t, s, func(tx *bbolt.Tx) error { return tx.Bucket(bucketMails).Put([]byte("a"), []byte("torn")) })
	}
	damage()
	wantFound(t, s, "!", "b")
	wantFaults(t, s, `mails "a": is not in the form`)
	if err := s.Update(t.Context(), func(tx *survey.Tx) error { return tx.Mails.Put(survey.Mail{ID: "a", Questionnaire: "q2"}) }); err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, "b")
	wantFaults(t, s)
	damage()
	if err := s.Update(t.Context(), func(tx *survey.Tx) error { return tx.Mails.Put(survey.Mail{ID: "a", Questionnaire: "q"}) }); err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, "a", "b")
	wantFaults(t, s)
	damage()
	if err := s.Update(t.Context(), func(tx *survey.Tx) error { return tx.Mails.Delete("a") }); err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, "b")
	wantFaults(t, s)
}

// What an index says that the table does not is refused, found by Check, and put right by Rebuild.
func TestDamagedIndexes(t *testing.T) {
	bucket := func(tx *bbolt.Tx) *bbolt.Bucket { return tx.Bucket(bucketIndexes).Bucket(questionnaireIndex) }
	for _, test := range []struct {
		name   string
		damage func(tx *bbolt.Tx) error
		found  []string
		faults []string
	}{
		{"a row that is gone", func(tx *bbolt.Tx) error { return tx.Bucket(bucketMails).Delete([]byte("a")) }, []string{"!", "b"},
			[]string{`mails "a": has a wrong place in the index questionnaire`}},
		{"a row of another value", func(tx *bbolt.Tx) error {
			data, err := encode(survey.Mail{ID: "a", Questionnaire: "r"})
			return errors.Join(err, tx.Bucket(bucketMails).Put([]byte("a"), wrap(bucketMails, []byte("a"), data)))
		}, []string{"!", "b"}, []string{`mails "a": has a wrong place in the index questionnaire`, `mails "a": has no place in the index questionnaire`}},
		{"a place that is gone", func(tx *bbolt.Tx) error { return bucket(tx).Delete([]byte("q\x00a")) }, []string{"b"},
			[]string{`mails "a": has no place in the index questionnaire`}},
		{"a place that moved", func(tx *bbolt.Tx) error {
			return errors.Join(bucket(tx).Delete([]byte("q\x00a")), bucket(tx).Put([]byte("r\x00a"), nil))
		}, []string{"b"}, []string{`mails "a": does not fit its checksum in the index questionnaire`, `mails "a": has a wrong place in the index questionnaire`, `mails "a": has no place in the index questionnaire`}},
		{"a place of another's", func(tx *bbolt.Tx) error { return bucket(tx).Put([]byte("q\x00aa"), nil) }, []string{"a", "!", "b"},
			[]string{`mails "aa": does not fit its checksum in the index questionnaire`, `mails "aa": has a wrong place in the index questionnaire`}},
		{"a checksum of another's", func(tx *bbolt.Tx) error {
			return bucket(tx).Put([]byte("q\x00a"), bucket(tx).Get([]byte("q\x00b")))
		}, []string{"a", "b"}, []string{`mails "a": does not fit its checksum in the index questionnaire`}},
		{"an index that is gone", func(tx *bbolt.Tx) error { return tx.Bucket(bucketIndexes).DeleteBucket(questionnaireIndex) }, []string{"!"},
			[]string{`mails: the index questionnaire is missing`}},
		{"all indexes gone", func(tx *bbolt.Tx) error { return tx.DeleteBucket(bucketIndexes) }, []string{"!"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := indexed(t)
			behindItsBack(t, s, test.damage)
			wantFound(t, s, test.found...)
			if test.faults == nil {
				if faults, _ := s.Check(); len(faults) < 5 {
					t.Errorf("%q", faults)
				}
			} else {
				wantFaults(t, s, test.faults...)
			}
			if err := s.View(t.Context(), func(tx *survey.Tx) error {
				var refused error
				for _, err := range tx.Mails.By(survey.MailQuestionnaire).Keys("") {
					refused = errors.Join(refused, err)
				}
				if lost := slices.Contains(test.found, "!") && strings.HasPrefix(test.name, "a row"); !lost && test.name != "a place that is gone" && !survey.Damaged(refused) {
					t.Errorf("its keys are read: %v", refused)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := s.Rebuild(); err != nil {
				t.Fatal(err)
			}
			wantFaults(t, s)
			want := []string{"a", "b"}
			if strings.HasPrefix(test.name, "a row") {
				want = []string{"b"}
			}
			wantFound(t, s, want...)
		})
	}
}

// A database without indexes gets them, and the entries of its outbox the urgency of their mails.
func TestMigrationAddsIndexes(t *testing.T) {
	s := indexed(t)
	if err := s.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(tx.Mails.Put(survey.Mail{ID: "a", Questionnaire: "q", Kind: survey.MailReceipt}),
			tx.Mails.Put(survey.Mail{ID: "c", Kind: survey.MailCode}), tx.Mails.Put(survey.Mail{ID: "d", Alone: true}))
	}); err != nil {
		t.Fatal(err)
	}
	behindItsBack(t, s, func(tx *bbolt.Tx) error {
		err := errors.Join(tx.DeleteBucket(bucketIndexes), tx.DeleteBucket(bucketLetterTexts), tx.DeleteBucket(bucketPublicationDetails), tx.DeleteBucket(bucketMailTexts), tx.DeleteBucket(bucketSubmissionTexts))
		for _, id := range []string{"a", "c", "d", "none"} {
			value := wrap(bucketOutbox, []byte(id), []byte(`{"mail":"`+id+`","due_at":"2026-01-01T00:00:00Z","since":"2026-01-01T00:00:00Z"}`))
			err = errors.Join(err, tx.Bucket(bucketOutbox).Put([]byte(id), value))
		}
		return err
	})
	if err := migrate(s.db, 4); err != nil {
		t.Fatal(err)
	}
	wantFaults(t, s)
	wantFound(t, s, "a", "b")
	if err := s.View(t.Context(), func(tx *survey.Tx) error {
		var got []string
		for e, err := range tx.Outbox.By(survey.OutboxDue).List("") {
			if err != nil {
				return err
			}
			got = append(got, e.Mail)
		}
		if want := []string{"c", "d", "a", "none"}; !slices.Equal(got, want) {
			t.Errorf("the outbox: %q, want %q", got, want)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Who asks for a slug is never given another questionnaire, nor told that there is none, because an index is damaged.
func TestADamagedSlugIsDamage(t *testing.T) {
	s := indexed(t)
	put := func(tx *survey.Tx) error {
		return tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "bund"})
	}
	if err := s.Update(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	wantDamage := func(slug survey.Slug) {
		t.Helper()
		if err := s.View(t.Context(), func(tx *survey.Tx) error {
			q, err := survey.QuestionnaireBySlug(tx, slug)
			if survey.CodeOf(err) != survey.Unavailable {
				t.Errorf("%s: %+v, %v", slug, q, err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	name, place := []byte("questionnaires/slug"), []byte("land\x00q1")
	behindItsBack(t, s, func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketIndexes).Bucket(name).Put(place, checksum(name, place, nil))
	})
	wantDamage("land")
	behindItsBack(t, s, func(tx *bbolt.Tx) error { return tx.Bucket(bucketQuestionnaires).Delete([]byte("q1")) })
	wantDamage("bund")
}
