package bolt

import (
	"bytes"
	"errors"
	"fmt"
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
		return errors.Join(tx.DeleteBucket(bucketLetterTexts), tx.DeleteBucket(bucketPublicationDetails), tx.DeleteBucket(bucketMailTexts), tx.DeleteBucket(bucketSubmissionTexts),
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

// A mail of schema 7 is parted: the text, its places and what is attached leave it, and all else stays.
func TestMigrationPartsMails(t *testing.T) {
	s := indexed(t)
	behindItsBack(t, s, func(tx *bbolt.Tx) error {
		put := func(key, data string) error {
			return tx.Bucket(bucketMails).Put([]byte(key), wrap(bucketMails, []byte(key), []byte(data)))
		}
		return errors.Join(tx.DeleteBucket(bucketMailTexts), tx.DeleteBucket(bucketSubmissionTexts),
			put("m", `{"id":"m","kind":"receipt","questionnaire":"q","respondent":"r","to":"a@a.example","language":"de","subject":"S","body":"a < b & c","places":[],`+
				`"calendar":"BEGIN","attachment":{"name":"n","type":"text/plain","data":"eA=="},"message_id":"m@x","created_at":"2026-05-03T10:00:00Z","state":"failed","attempts":3,"reply":"550"}`),
			put("n", `{"id":"n","kind":"invitation","to":"a@a.example","language":"de","subject":"S","body":"`+survey.LinkMark+`","sealed":"eA==","message_id":"n@x",`+
				`"created_at":"2026-05-03T10:00:00Z","state":"queued","attempts":0}`),
			tx.Bucket(bucketMails).Put([]byte("o"), []byte(`{"v":2,"c":"00000000","d":{"body":"x"}}`)))
	})
	if err := migrate(s.db, 7); err != nil {
		t.Fatal(err)
	}
	wantFaults(t, s, `mails "o"`)
	if err := s.View(t.Context(), func(tx *survey.Tx) error {
		m, err := survey.GetMail(tx, "m")
		if err != nil || m.Of != "m" || m.Body != "a < b & c" || m.Places == nil || m.Calendar != "BEGIN" || string(m.Attachment.Data) != "x" || m.Attempts != 3 || m.Reply != "550" {
			t.Errorf("%+v, %v", m, err)
		}
		old, err := survey.GetMail(tx, "n")
		if err != nil || old.Places != nil || len(old.Texts()) != 2 || old.Attachment != nil || string(old.Sealed) != "x" {
			t.Errorf("%+v, %v", old, err)
		}
		if _, err := survey.GetMail(tx, "o"); !survey.Damaged(err) {
			t.Errorf("a damaged mail: %v", err)
		}
		failed, err := survey.Collect(tx.Mails.By(survey.MailUndelivered).List(survey.Exact("q")))
		if err != nil || len(failed) != 1 {
			t.Errorf("%+v, %v", failed, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	behindItsBack(t, s, func(tx *bbolt.Tx) error {
		for _, field := range []string{"body", "places", "calendar", "attachment"} {
			if bytes.Contains(tx.Bucket(bucketMails).Get([]byte("m")), []byte(`"`+field+`"`)) {
				t.Errorf("the mail still has its %s", field)
			}
		}
		return nil
	})
}

// A submission of schema 9 is parted: its words and its receipt leave it, the leaf it names stays, and it is found by it.
func TestMigrationPartsSubmissions(t *testing.T) {
	s := indexed(t)
	behindItsBack(t, s, func(tx *bbolt.Tx) error {
		put := func(key, data string) error {
			return tx.Bucket(bucketSubmissions).Put([]byte(key), wrap(bucketSubmissions, []byte(key), []byte(data)))
		}
		return errors.Join(tx.DeleteBucket(bucketSubmissionTexts),
			put("q/r/s", `{"questionnaire":"q","respondent":"r","id":"s","state":"confirmed","declaration":{"name":"N","function":"F","verbatim":true},`+
				`"entries":[{"question":"q01","number":1,"status":"answered","text":"a < b & c","version":1}],"requested_at":"2026-05-03T10:00:00Z","session":"x","number":2,`+
				`"sent":[{"mail":"m","hash":"h","at":"2026-05-03T10:00:00Z","session":"x"}],"receipt":{"leaf":7,"salt":"AAAA","record":"e30="}}`),
			put("q/r/v", `{"questionnaire":"q","respondent":"r","id":"v","state":"void","declaration":{"name":"","function":"","verbatim":false},"entries":null,`+
				`"requested_at":"2026-05-03T10:00:00Z","session":"x"}`),
			tx.Bucket(bucketSubmissions).Put([]byte("q/r/w"), []byte(`{"v":2,"c":"00000000","d":{"entries":[]}}`)))
	})
	if err := migrate(s.db, 9); err != nil {
		t.Fatal(err)
	}
	wantFaults(t, s, `submissions "q/r/w"`)
	if err := s.View(t.Context(), func(tx *survey.Tx) error {
		sub, err := survey.GetSubmission(tx, "q/r/s")
		if err != nil || len(sub.Entries) != 1 || sub.Entries[0].Text != "a < b & c" || sub.Receipt.Leaf != 7 || string(sub.Receipt.Record) != "{}" || sub.Leaf != 7 ||
			sub.Number != 2 || len(sub.Sent) != 1 || sub.Of != "q/r/s" {
			t.Errorf("%+v, %v", sub, err)
		}
		if void, err := survey.GetSubmission(tx, "q/r/v"); err != nil || void.Entries != nil || void.Leaf != 0 || void.State != survey.SubmissionVoid {
			t.Errorf("%+v, %v", void, err)
		}
		if _, err := survey.GetSubmission(tx, "q/r/w"); !survey.Damaged(err) {
			t.Errorf("a damaged submission: %v", err)
		}
		confirmed, err := survey.Collect(tx.Submissions.By(survey.SubmissionConfirmedBy).List("q/r/" + survey.TreeKey(7) + "/"))
		if err != nil || len(confirmed) != 1 {
			t.Errorf("%+v, %v", confirmed, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	behindItsBack(t, s, func(tx *bbolt.Tx) error {
		for _, field := range []string{"entries", "receipt"} {
			if bytes.Contains(tx.Bucket(bucketSubmissions).Get([]byte("q/r/s")), []byte(`"`+field+`"`)) {
				t.Errorf("the submission still has its %s", field)
			}
		}
		return nil
	})
}

// A questionnaire of schema 10 gets the rule by which its respondents stood, whatever was typed; an import keeps its places and words.
func TestMigrationChoosesTheOrder(t *testing.T) {
	s := indexed(t)
	behindItsBack(t, s, func(tx *bbolt.Tx) error {
		put := func(name []byte, key, data string) error {
			return tx.Bucket(name).Put([]byte(key), wrap(name, []byte(key), []byte(data)))
		}
		return errors.Join(
			put(bucketQuestionnaires, "own", `{"id":"own","slug":"own","title":"","election":"e","order_rule":"alphabetisch","created_at":"2026-05-03T10:00:00Z","revision":3}`),
			put(bucketQuestionnaires, "came", `{"id":"came","slug":"came","title":"","election":"e","order_rule":"alphabetisch","imported":true,"created_at":"2026-05-03T10:00:00Z","revision":1}`),
			put(bucketRespondents, "own/a", `{"questionnaire":"own","id":"a","slug":"fm","short_name":"FM","name":"","ballot_position":2,"sequence":2,"revision":1}`),
			put(bucketRespondents, "own/b", `{"questionnaire":"own","id":"b","slug":"kb","short_name":"KB","name":"","ballot_position":1,"sequence":1,"revision":1}`),
			put(bucketRespondents, "came/c", `{"questionnaire":"came","id":"c","slug":"aa","short_name":"AA","name":"","sequence":2,"revision":1}`),
			put(bucketRespondents, "came/d", `{"questionnaire":"came","id":"d","slug":"zz","short_name":"ZZ","name":"","sequence":1,"revision":1}`))
	})
	if err := migrate(s.db, 10); err != nil {
		t.Fatal(err)
	}
	wantFaults(t, s)
	if err := s.View(t.Context(), func(tx *survey.Tx) error {
		own, errOwn := tx.Questionnaire("own")
		came, errCame := tx.Questionnaire("came")
		if err := errors.Join(errOwn, errCame); err != nil || own.Order != survey.OrderBallot || own.OrderRule != "alphabetisch" || own.QuotedOrder() != "" || own.Revision != 3 ||
			came.Order != "" || came.QuotedOrder() != "alphabetisch" {
			t.Errorf("%+v, %+v, %v", own, came, err)
		}
		for id, want := range map[survey.QuestionnaireID]string{"own": "kb 0 fm 0 ", "came": "zz 1 aa 2 "} {
			list, err := survey.RespondentsInOrder(tx, id)
			got := ""
			for _, r := range list {
				got += fmt.Sprint(r.Slug, " ", r.Sequence, " ")
			}
			if err != nil || got != want {
				t.Errorf("%s: %s, want %s, %v", id, got, want, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
