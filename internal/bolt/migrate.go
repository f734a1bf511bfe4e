package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/survey"
)

// Keys and mark in the meta bucket.
var (
	metaFormat = []byte("format")
	metaSchema = []byte("schema")
)

const format = "pruefstein"

// migrations lead from an empty file to the schema of today. Their number is the schema's version. A migration that was
// in a release is never changed again: a new one is added below (see CONTRIBUTING.md).
var migrations = []func(*bbolt.Tx) error{
	createBuckets,
	addChecksums,
	dropOldCodes,
	addKeyPrints,
	addIndexes,
	partLargeValues,
	addCountingIndexes,
	partMails,
	addElectionIndex,
	partSubmissions,
	chooseOrder,
}

// createBuckets makes the tables of schema 1.
func createBuckets(tx *bbolt.Tx) error {
	for _, name := range [][]byte{
		bucketAlliances, bucketUsers, bucketStaffLinks, bucketSessions, bucketOrganisations, bucketWorkingGroups, bucketAudit,
		bucketElections, bucketParties, bucketContestants, bucketQuestionnaires, bucketApprovals,
		bucketQuestions, bucketRevisions, bucketCatalogues,
		bucketRespondents, bucketAccessLinks, bucketDispatches, bucketMails, bucketOutbox,
		bucketAnswerDrafts, bucketSubmissions, bucketTranscriptions, bucketOriginals, bucketVersions, bucketQuotations,
		bucketPublications, bucketLeaves, bucketTreeHashes,
	} {
		if _, err := tx.CreateBucket(name); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	return nil
}

// addChecksums puts a checksum into the envelope of every value, which was {"v":1,"d":…} before (envelope.go). What is no
// such envelope stays as it is, so that it is still found.
func addChecksums(tx *bbolt.Tx) error {
	return tx.ForEach(func(name []byte, bucket *bbolt.Bucket) error {
		if bytes.Equal(name, bucketMeta) {
			return nil
		}
		return rewrite(name, bucket, func(key, value []byte) ([]byte, error) {
			data, headed := bytes.CutPrefix(value, []byte(`{"v":1,"d":`))
			data, tailed := bytes.CutSuffix(data, []byte(`}`))
			if !headed || !tailed || !json.Valid(data) {
				return nil, nil
			}
			return wrap(name, key, data), nil
		})
	})
}

// dropOldCodes takes from the submissions how codes were counted before Submission.Sent. A code of eight digits that waits
// meanwhile is void: its party asks for another one with a click.
func dropOldCodes(tx *bbolt.Tx) error {
	return edit(tx, bucketSubmissions, func(_ []byte, fields map[string]json.RawMessage) error {
		for _, old := range []string{"codes", "code_hash", "tries", "foreign"} {
			delete(fields, old)
		}
		return nil
	})
}

// edit changes the fields of every entity of a table. What cannot be read stays as it is, so that it is still found.
func edit(tx *bbolt.Tx, name []byte, change func(key []byte, fields map[string]json.RawMessage) error) error {
	return rewrite(name, tx.Bucket(name), func(key, value []byte) ([]byte, error) {
		var fields map[string]json.RawMessage
		data, err := unwrap(name, key, value)
		if err != nil || json.Unmarshal(data, &fields) != nil {
			return nil, nil
		}
		if err := change(key, fields); err != nil {
			return nil, err
		}
		if data, err = encode(fields); err != nil {
			return nil, err
		}
		return wrap(name, key, data), nil
	})
}

// rewrite puts a new value under every key of a table for which change returns one; nil leaves it.
func rewrite(name []byte, bucket *bbolt.Bucket, change func(key, value []byte) ([]byte, error)) error {
	var keys, values [][]byte // a bucket must not be written while it is read
	if err := bucket.ForEach(func(key, value []byte) error {
		changed, err := change(key, value)
		if changed != nil {
			keys, values = append(keys, bytes.Clone(key)), append(values, changed)
		}
		return err
	}); err != nil {
		return err
	}
	for i, key := range keys {
		if err := bucket.Put(key, values[i]); err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
	}
	return nil
}

// addKeyPrints makes the table of the keys' fingerprints; the next start fills it.
func addKeyPrints(tx *bbolt.Tx) error {
	_, err := tx.CreateBucket(bucketKeyPrints)
	return err
}

// addIndexes gives the entries of the outbox the urgency of their mails, by which they are found from now on. The indexes
// themselves are made after the last migration.
func addIndexes(tx *bbolt.Tx) error {
	return edit(tx, bucketOutbox, func(_ []byte, fields map[string]json.RawMessage) error {
		urgency := survey.Unhurried
		var id string
		var m survey.Mail
		if json.Unmarshal(fields["mail"], &id) == nil {
			if data, err := unwrap(bucketMails, []byte(id), tx.Bucket(bucketMails).Get([]byte(id))); err == nil && json.Unmarshal(data, &m) == nil {
				urgency = m.Urgency()
			}
		}
		fields["urgency"] = strconv.AppendInt(nil, int64(urgency), 10)
		return nil
	})
}

// partLargeValues moves what lists do without into tables of its own: what a letter says, and what a publication showed of each
// cell. An entity that cannot be read keeps what it has, so that it is still found.
func partLargeValues(tx *bbolt.Tx) error {
	if err := part(tx, bucketTranscriptions, bucketLetterTexts, "entries", "whole", "receipt"); err != nil {
		return err
	}
	return part(tx, bucketPublications, bucketPublicationDetails, "changes", "digests", "facets")
}

// partMails moves what mails say into a table of its own, as partLargeValues.
func partMails(tx *bbolt.Tx) error {
	return part(tx, bucketMails, bucketMailTexts, "body", "places", "calendar", "attachment")
}

// partSubmissions moves what submissions say into a table of its own, as partLargeValues. Where the leaf of one lies stays with it.
func partSubmissions(tx *bbolt.Tx) error {
	if err := edit(tx, bucketSubmissions, func(_ []byte, fields map[string]json.RawMessage) error {
		var receipt struct {
			Leaf json.RawMessage `json:"leaf"`
		}
		if json.Unmarshal(fields["receipt"], &receipt) == nil && receipt.Leaf != nil {
			fields["leaf"] = receipt.Leaf
		}
		return nil
	}); err != nil {
		return err
	}
	return part(tx, bucketSubmissions, bucketSubmissionTexts, "entries", "receipt")
}

// part makes a table and moves the named fields of every entity there, under its key.
func part(tx *bbolt.Tx, from, to []byte, names ...string) error {
	large, err := tx.CreateBucket(to)
	if err != nil {
		return err
	}
	return edit(tx, from, func(key []byte, fields map[string]json.RawMessage) error {
		half := map[string]json.RawMessage{}
		if half["of"], err = json.Marshal(string(key)); err != nil {
			return err
		}
		for _, name := range names {
			if value, found := fields[name]; found {
				half[name] = value
				delete(fields, name)
			}
		}
		data, err := encode(half)
		if err != nil {
			return err
		}
		return large.Put(key, wrap(to, key, data))
	})
}

// addCountingIndexes is for the indexes by which lists count what they do not show. They are made after the last migration.
func addCountingIndexes(*bbolt.Tx) error { return nil }

// addElectionIndex is for the index of the questionnaires of an election, made after the last migration.
func addElectionIndex(*bbolt.Tx) error { return nil }

// chooseOrder gives every questionnaire that is no import the rule by which its respondents stood, whatever was typed as such. The
// places they had are found by that rule from now on. What was typed stays, to be read where the rule is chosen.
func chooseOrder(tx *bbolt.Tx) error {
	imported := map[string]bool{}
	err := edit(tx, bucketQuestionnaires, func(key []byte, fields map[string]json.RawMessage) error {
		imported[string(key)] = string(fields["imported"]) == "true"
		if !imported[string(key)] {
			fields["order"] = json.RawMessage(`"` + survey.OrderBallot + `"`)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return edit(tx, bucketRespondents, func(_ []byte, fields map[string]json.RawMessage) error {
		var questionnaire string
		if json.Unmarshal(fields["questionnaire"], &questionnaire) == nil {
			if of, known := imported[questionnaire]; known && !of {
				delete(fields, "sequence")
			}
		}
		return nil
	})
}

// migrate brings a database to the schema of this program, one transaction a step: a crash leaves a whole step. The last one
// makes all indexes anew, so no migration needs to keep them.
func migrate(db *bbolt.DB, from int) error {
	for version := from; version < len(migrations); version++ {
		err := db.Update(func(tx *bbolt.Tx) error {
			if err := migrations[version](tx); err != nil {
				return err
			}
			if version == len(migrations)-1 {
				if err := rebuildIndexes(tx); err != nil {
					return err
				}
			}
			meta, err := tx.CreateBucketIfNotExists(bucketMeta)
			if err != nil {
				return err
			}
			if err := meta.Put(metaFormat, []byte(format)); err != nil {
				return err
			}
			return meta.Put(metaSchema, []byte(strconv.Itoa(version+1)))
		})
		if err != nil {
			return fmt.Errorf("migration %d: %w", version+1, err)
		}
	}
	return nil
}

// schema reads the version of the schema; ErrForeign if the file carries no mark of ours.
func schema(tx *bbolt.Tx) (int, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil || string(meta.Get(metaFormat)) != format {
		return 0, ErrForeign
	}
	version, err := strconv.Atoi(string(meta.Get(metaSchema)))
	if err != nil || version < 1 {
		return 0, fmt.Errorf("%w: unreadable schema version %q", ErrDamaged, meta.Get(metaSchema))
	}
	return version, nil
}
