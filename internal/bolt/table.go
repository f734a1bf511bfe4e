package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/survey"
)

// table is survey.Table over one bucket, for every entity alike. What it returns is decoded, so nothing points into
// bbolt's memory map after the transaction. It is compiled for each entity, so its methods have pointers as receivers, which need no
// second copy, and what makes iterators is not inlined: it would be compiled anew in each of its callers.
type table[T survey.Entity] struct {
	tx   *bbolt.Tx
	name []byte
}

func (t *table[T]) Get(key string) (T, error) {
	value := t.tx.Bucket(t.name).Get([]byte(key))
	if value == nil {
		var none T
		return none, &survey.Error{Code: survey.NotFound, Key: "error.not_found", Cause: fmt.Errorf("no %q in %s", key, t.name)}
	}
	return t.read([]byte(key), value)
}

func (t *table[T]) Put(entity T) error {
	key := []byte(entity.Key())
	data, err := encode(entity)
	if err != nil {
		return fmt.Errorf("%s %q: %w", t.name, key, err)
	}
	if err := t.reindex(key, &entity); err != nil {
		return err
	}
	if err := t.tx.Bucket(t.name).Put(key, wrap(t.name, key, data)); err != nil {
		return fmt.Errorf("%s %q: %w", t.name, key, err)
	}
	return nil
}

// encode is json.Marshal, but < > & stay readable, for whoever looks for a text in the raw file.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func (t *table[T]) Delete(key string) error {
	if err := t.reindex([]byte(key), nil); err != nil {
		return err
	}
	if err := t.tx.Bucket(t.name).Delete([]byte(key)); err != nil {
		return fmt.Errorf("%s %q: %w", t.name, key, err)
	}
	return nil
}

func (t *table[T]) List(prefix string) iter.Seq2[T, error] { return t.From(prefix, "") }

func (t *table[T]) From(prefix, from string) iter.Seq2[T, error] {
	return t.reading(upward(t.tx.Bucket(t.name), prefix, from))
}

func (t *table[T]) Backward(prefix, before string) iter.Seq2[T, error] {
	return t.reading(downward(t.tx.Bucket(t.name), prefix, before))
}

func (t *table[T]) Last(prefix string) (T, error) { return survey.First(t.Backward(prefix, "")) }

func (t *table[T]) Keys(prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for key := range upward(t.tx.Bucket(t.name), prefix, "") {
			if !yield(string(key), nil) {
				return
			}
		}
	}
}

func (t *table[T]) Count(prefix string) (n int, err error) {
	for range upward(t.tx.Bucket(t.name), prefix, "") {
		n++
	}
	return n, nil
}

func (t *table[T]) By(index survey.Index[T]) survey.Rows[T] { return &order[T]{t, index} }

//go:noinline
func (t *table[T]) reading(rows iter.Seq2[[]byte, []byte]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for key, value := range rows {
			if !yield(t.read(key, value)) {
				return
			}
		}
	}
}

// upward yields the keys and values of a bucket that start with a prefix, without those before from.
//
//go:noinline
func upward(bucket *bbolt.Bucket, prefix, from string) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		cursor, start := bucket.Cursor(), []byte(prefix)
		for key, value := cursor.Seek([]byte(max(prefix, from))); key != nil && bytes.HasPrefix(key, start); key, value = cursor.Next() {
			if !yield(key, value) {
				return
			}
		}
	}
}

// downward is upward in reverse, with a before that is not "" without that key and those behind it.
//
//go:noinline
func downward(bucket *bbolt.Bucket, prefix, before string) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		cursor, start := bucket.Cursor(), []byte(prefix)
		end := behind(start)
		if before != "" && (end == nil || before < string(end)) {
			end = []byte(before)
		}
		var key, value []byte
		if end != nil {
			key, _ = cursor.Seek(end)
		}
		if key == nil {
			key, value = cursor.Last()
		} else {
			key, value = cursor.Prev()
		}
		for ; key != nil && bytes.HasPrefix(key, start); key, value = cursor.Prev() {
			if !yield(key, value) {
				return
			}
		}
	}
}

// behind is the first key after all that start with the prefix, nil when there is none.
func behind(prefix []byte) []byte {
	for n := len(prefix); n > 0; n-- {
		if prefix[n-1] < 0xFF {
			end := bytes.Clone(prefix[:n])
			end[n-1]++
			return end
		}
	}
	return nil
}

// read decodes a value. One that is damaged is Unavailable: whatever needs it is refused, and nothing is made from it.
func (t *table[T]) read(key, value []byte) (T, error) {
	entity, _, err := t.decode(key, value)
	if err != nil {
		err = &survey.Error{Code: survey.Unavailable, Key: "error.damaged", Cause: err}
	}
	return entity, err
}

// decode returns a value and its JSON. Its errors name table and key, never what is stored.
func (t *table[T]) decode(key, value []byte) (entity T, data []byte, err error) {
	if data, err = unwrap(t.name, key, value); err == nil {
		err = json.Unmarshal(data, &entity)
	}
	if err != nil {
		var none T
		return none, nil, fmt.Errorf("%s %q: %w", t.name, key, err)
	}
	return entity, data, nil
}

// check reads every value of the table and returns a line for each that is damaged, cannot be read or lies under a wrong key,
// and for each place of an index that does not fit the values.
func (t *table[T]) check() []string {
	bucket := t.tx.Bucket(t.name)
	if bucket == nil {
		return []string{fmt.Sprintf("table %s is missing", t.name)}
	}
	var faults []string
	places := newPlaces[T]()
	cursor := bucket.Cursor()
	for key, value := cursor.First(); key != nil; key, value = cursor.Next() {
		entity, data, err := t.decode(key, value)
		if err != nil {
			faults = append(faults, err.Error())
			places.unknown(key)
			continue
		}
		faults = append(faults, places.add(entity)...)
		strict := json.NewDecoder(bytes.NewReader(data))
		strict.DisallowUnknownFields() // this program would lose them when it writes the value
		if err := strict.Decode(&entity); err != nil {
			faults = append(faults, fmt.Sprintf("%s %q: %v", t.name, key, err))
		} else if entity.Key() != string(key) {
			faults = append(faults, fmt.Sprintf("%s %q: lies under a wrong key, it belongs under %q", t.name, key, entity.Key()))
		}
	}
	return append(faults, places.compare(t)...)
}
