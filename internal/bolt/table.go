package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/survey"
)

// valueVersion is the version of the form of values. A migration that changes a form rewrites the values and raises it.
const valueVersion = 1

// envelope is what lies under a key.
type envelope[T any] struct {
	Version int `json:"v"`
	Data    T   `json:"d"`
}

// table is survey.Table over one bucket, for every entity alike. What it returns is decoded, so nothing points into
// bbolt's memory map after the transaction.
type table[T survey.Entity] struct {
	tx   *bbolt.Tx
	name []byte
}

func (t table[T]) Get(key string) (T, error) {
	value := t.tx.Bucket(t.name).Get([]byte(key))
	if value == nil {
		var none T
		return none, &survey.Error{Code: survey.NotFound, Key: "error.not_found", Cause: fmt.Errorf("no %q in %s", key, t.name)}
	}
	return t.decode([]byte(key), value)
}

func (t table[T]) Put(entity T) error {
	// Not json.Marshal: < > & stay readable, for whoever looks for a text in the raw file.
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(envelope[T]{valueVersion, entity}); err != nil {
		return fmt.Errorf("%s %q: %w", t.name, entity.Key(), err)
	}
	if err := t.tx.Bucket(t.name).Put([]byte(entity.Key()), bytes.TrimSuffix(b.Bytes(), []byte("\n"))); err != nil {
		return fmt.Errorf("%s %q: %w", t.name, entity.Key(), err)
	}
	return nil
}

func (t table[T]) Delete(key string) error {
	if err := t.tx.Bucket(t.name).Delete([]byte(key)); err != nil {
		return fmt.Errorf("%s %q: %w", t.name, key, err)
	}
	return nil
}

func (t table[T]) List(prefix string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		cursor, start := t.tx.Bucket(t.name).Cursor(), []byte(prefix)
		for key, value := cursor.Seek(start); key != nil && bytes.HasPrefix(key, start); key, value = cursor.Next() {
			if entity, err := t.decode(key, value); !yield(entity, err) {
				return
			}
		}
	}
}

// decode reads a value.
func (t table[T]) decode(key, value []byte) (T, error) {
	var e envelope[T]
	err := json.Unmarshal(value, &e)
	if err == nil && e.Version != valueVersion {
		err = fmt.Errorf("has form %d, this program knows %d", e.Version, valueVersion)
	}
	if err != nil {
		return e.Data, fmt.Errorf("%s %q: %w", t.name, key, err)
	}
	return e.Data, nil
}

// check reads every value of the table and returns a line for each that cannot be read or lies under a wrong key.
func (t table[T]) check() []string {
	bucket := t.tx.Bucket(t.name)
	if bucket == nil {
		return []string{fmt.Sprintf("table %s is missing", t.name)}
	}
	var faults []string
	cursor := bucket.Cursor()
	for key, value := cursor.First(); key != nil; key, value = cursor.Next() {
		entity, err := t.decode(key, value)
		strict := json.NewDecoder(bytes.NewReader(value))
		strict.DisallowUnknownFields() // this program would lose them when it writes the value
		unknown := strict.Decode(new(envelope[T]))
		switch {
		case err != nil:
			faults = append(faults, err.Error())
		case unknown != nil:
			faults = append(faults, fmt.Sprintf("%s %q: %v", t.name, key, unknown))
		case entity.Key() != string(key):
			faults = append(faults, fmt.Sprintf("%s %q: lies under a wrong key, it belongs under %q", t.name, key, entity.Key()))
		}
	}
	return faults
}
