package bolt

import (
	"errors"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/survey"
)

// A letter and a publication of schema 5, with all they hold in one row, are parted and nothing of them is lost. One that is
// damaged stays where it is, to be found.
func TestMigrationPartsLargeValues(t *testing.T) {
	s := indexed(t)
	behindItsBack(t, s, func(tx *bbolt.Tx) error {
		put := func(name []byte, key, data string) error {
			return tx.Bucket(name).Put([]byte(key), wrap(name, []byte(key), []byte(data)))
		}
		return errors.Join(tx.DeleteBucket(bucketLetterTexts), tx.DeleteBucket(bucketPublicationDetails),
			put(bucketTranscriptions, "q/r/t", `{"questionnaire":"q","respondent":"r","id":"t","state":"checked","kind":"mail","received_on":"2026-05-02",`+
				`"entries":[{"question":"q01","number":1,"status":"answered","text":"a < b & c","version":1}],"entered_by":"u","entered_at":"2026-05-03T10:00:00Z",`+
				`"revision":2,"receipt":{"leaf":7,"salt":"AAAA"},"whole":{"status":"general","text":"Dank"},"writers":["u"]}`),
			put(bucketTranscriptions, "q/r/u", `{"questionnaire":"q","respondent":"r","id":"u","state":"draft","kind":"","received_on":"","entries":null,`+
				`"entered_by":"u","entered_at":"2026-05-03T10:00:00Z","revision":1}`),
			put(bucketPublications, "q/000001", `{"questionnaire":"q","slug":"q","version":1,"at":"2026-05-04T10:00:00Z","by":"u","manifest":"00","leaf":8,`+
				`"changes":[{"version":1,"at":"2026-05-04T10:00:00Z","respondent":"fm","short_name":"FM","question":1,"to":"answered","wording":false}],`+
				`"digests":[{"respondent":"fm","question":1,"status":"answered","digest":"d"}],"facets":{"heading":"h"}}`),
			tx.Bucket(bucketTranscriptions).Put([]byte("q/r/v"), []byte(`{"v":2,"c":"00000000","d":{"entries":[]}}`)))
	})
	if err := migrate(s.db, 5); err != nil {
		t.Fatal(err)
	}
	wantFaults(t, s, `transcriptions "q/r/v"`)
	if err := s.View(t.Context(), func(tx *survey.Tx) error {
		l, err := survey.GetLetter(tx, "q/r/t")
		if err != nil || len(l.Entries) != 1 || l.Entries[0].Text != "a < b & c" || l.Whole.Text != "Dank" || l.Receipt.Leaf != 7 || l.Revision != 2 || l.Of != "q/r/t" {
			t.Errorf("%+v, %v", l, err)
		}
		if draft, err := survey.GetLetter(tx, "q/r/u"); err != nil || draft.Entries != nil || draft.State != survey.TranscriptionDraft {
			t.Errorf("%+v, %v", draft, err)
		}
		p, err := tx.Publications.Get("q/000001")
		detail, errDetail := survey.LargeHalf(tx.PublicationDetails, p)
		if err := errors.Join(err, errDetail); err != nil || p.Leaf != 8 || len(detail.Changes) != 1 || len(detail.Digests) != 1 || detail.Facets["heading"] != "h" {
			t.Errorf("%+v, %+v, %v", p, detail, err)
		}
		if _, err := survey.GetLetter(tx, "q/r/v"); !survey.Damaged(err) {
			t.Errorf("a damaged letter: %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx *survey.Tx) error { return tx.LetterTexts.Delete("q/r/t") }); err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(tx *survey.Tx) error {
		if _, err := survey.GetLetter(tx, "q/r/t"); !survey.Damaged(err) {
			t.Errorf("a letter without its text: %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
