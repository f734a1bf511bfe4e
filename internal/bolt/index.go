package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/survey"
)

// An index is a bucket inside the bucket "indexes", named <table>/<index>. Its keys are those of survey.Index.Key: all that is
// in it is in the table as well. Its values are checksums over its name and the key, since a key may be read alone.

var errIndex = errors.New("its index does not fit; pruefstein check --rebuild makes it anew")

// entries returns the bucket of an index, nil if it is missing.
func (t *table[T]) entries(index survey.Index[T]) *bbolt.Bucket {
	all := t.tx.Bucket(bucketIndexes)
	if all == nil {
		return nil
	}
	return all.Bucket(t.indexName(index))
}

func (t *table[T]) indexName(index survey.Index[T]) []byte {
	return slices.Concat(t.name, []byte("/"), []byte(index.Name))
}

// reindex takes what is stored under a key out of the indexes and puts in the entity that takes its place, nil for none.
func (t *table[T]) reindex(key []byte, next *T) error {
	indexes := survey.IndexesOf[T]()
	if len(indexes) == 0 {
		return nil
	}
	stored := t.tx.Bucket(t.name).Get(key)
	old, _, unread := t.decode(key, stored)
	for _, index := range indexes {
		entries := t.entries(index)
		if entries == nil {
			return t.indexFault(key)
		}
		var will string
		var was []string
		var err error
		if next != nil {
			if will, err = index.Key(*next); err != nil {
				return err
			}
		}
		switch {
		case stored == nil:
		case unread == nil:
			place, err := index.Key(old)
			if err != nil {
				return err
			}
			was = []string{place}
		default: // nobody can tell any more where a damaged value stood
			for place := range upward(entries, "", "") {
				if survey.KeyInIndex(string(place)) == string(key) {
					was = append(was, string(place))
				}
			}
		}
		if slices.Equal(was, []string{will}) {
			continue
		}
		for _, place := range was {
			if place != "" && place != will {
				err = errors.Join(err, entries.Delete([]byte(place)))
			}
		}
		if will != "" {
			err = errors.Join(err, entries.Put([]byte(will), checksum(t.indexName(index), []byte(will), nil)))
		}
		if err != nil {
			return fmt.Errorf("%s %q: index %s: %w", t.name, key, index.Name, err)
		}
	}
	return nil
}

func (t *table[T]) indexFault(key []byte) error {
	return &survey.Error{Code: survey.Unavailable, Key: "error.damaged", Cause: fmt.Errorf("%s %q: %w", t.name, key, errIndex)}
}

// order is survey.Rows over an index.
type order[T survey.Entity] struct {
	table *table[T]
	index survey.Index[T]
}

func (o *order[T]) List(prefix string) iter.Seq2[T, error] { return o.From(prefix, "") }

func (o *order[T]) From(prefix, from string) iter.Seq2[T, error] {
	return o.reading(func(entries *bbolt.Bucket) iter.Seq2[[]byte, []byte] { return upward(entries, prefix, from) })
}

func (o *order[T]) Backward(prefix, before string) iter.Seq2[T, error] {
	return o.reading(func(entries *bbolt.Bucket) iter.Seq2[[]byte, []byte] { return downward(entries, prefix, before) })
}

func (o *order[T]) Last(prefix string) (T, error) { return survey.First(o.Backward(prefix, "")) }

func (o *order[T]) Keys(prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		entries := o.table.entries(o.index)
		if entries == nil {
			yield("", o.table.indexFault(nil))
			return
		}
		name := o.table.indexName(o.index)
		for place, sum := range upward(entries, prefix, "") {
			var err error
			if !bytes.Equal(sum, checksum(name, place, nil)) {
				err = o.table.indexFault([]byte(survey.KeyInIndex(string(place))))
			}
			if !yield(string(place), err) {
				return
			}
		}
	}
}

func (o *order[T]) Count(prefix string) (n int, err error) {
	entries := o.table.entries(o.index)
	if entries == nil {
		return 0, o.table.indexFault(nil)
	}
	for range upward(entries, prefix, "") {
		n++
	}
	return n, nil
}

// reading yields the entities to which places of the index lead. One that leads to nothing, or to an entity that belongs
// elsewhere in the index, is damaged as well.
//
//go:noinline
func (o *order[T]) reading(places func(*bbolt.Bucket) iter.Seq2[[]byte, []byte]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		entries := o.table.entries(o.index)
		if entries == nil {
			yield(none, o.table.indexFault(nil))
			return
		}
		for place := range places(entries) {
			key := []byte(survey.KeyInIndex(string(place)))
			value := o.table.tx.Bucket(o.table.name).Get(key)
			if value == nil {
				if !yield(none, o.table.indexFault(key)) {
					return
				}
				continue
			}
			entity, err := o.table.read(key, value)
			if err == nil {
				if belongs, keyErr := o.index.Key(entity); keyErr != nil || belongs != string(place) {
					entity, err = none, o.table.indexFault(key)
				}
			}
			if !yield(entity, err) {
				return
			}
		}
	}
}

// places gathers where the entities of a table belong in its indexes.
type places[T survey.Entity] struct {
	indexes []survey.Index[T]
	where   []map[string]bool // by place, one an index
	damaged map[string]bool   // keys of values that cannot be read: their places are as good as any
}

func newPlaces[T survey.Entity]() places[T] {
	p := places[T]{indexes: survey.IndexesOf[T](), damaged: map[string]bool{}}
	for range p.indexes {
		p.where = append(p.where, map[string]bool{})
	}
	return p
}

// add takes the places of an entity. A value that no index can hold is a fault.
func (p places[T]) add(entity T) (faults []string) {
	for i, index := range p.indexes {
		switch place, err := index.Key(entity); {
		case err != nil:
			faults = append(faults, err.Error())
		case place != "":
			p.where[i][place] = true
		}
	}
	return faults
}

func (p places[T]) unknown(key []byte) { p.damaged[string(key)] = true }

// compare returns a line for each place that is missing in an index or should not be there.
func (p places[T]) compare(t *table[T]) (faults []string) {
	for i, index := range p.indexes {
		entries := t.entries(index)
		if entries == nil {
			faults = append(faults, fmt.Sprintf("%s: the index %s is missing; pruefstein check --rebuild makes it anew", t.name, index.Name))
			continue
		}
		fault := func(place, what string) {
			faults = append(faults, fmt.Sprintf("%s %q: %s the index %s; pruefstein check --rebuild makes it anew", t.name, survey.KeyInIndex(place), what, index.Name))
		}
		for place, sum := range upward(entries, "", "") {
			if !bytes.Equal(sum, checksum(t.indexName(index), place, nil)) {
				fault(string(place), "does not fit its checksum in")
			}
			if p.where[i][string(place)] {
				delete(p.where[i], string(place))
			} else if !p.damaged[survey.KeyInIndex(string(place))] {
				fault(string(place), "has a wrong place in")
			}
		}
		for _, place := range slices.Sorted(maps.Keys(p.where[i])) {
			fault(place, "has no place in")
		}
	}
	return faults
}

// rebuild makes the indexes of the table anew. A value that cannot be read has no place in them: it is still found by its key
// and in the table.
func (t *table[T]) rebuild() error {
	indexes := survey.IndexesOf[T]()
	if len(indexes) == 0 {
		return nil
	}
	p := newPlaces[T]()
	for key, value := range upward(t.tx.Bucket(t.name), "", "") {
		if entity, _, err := t.decode(key, value); err == nil {
			p.add(entity) // what cannot be found is named by check
		}
	}
	all := t.tx.Bucket(bucketIndexes)
	for i, index := range indexes {
		entries, err := all.CreateBucket(t.indexName(index))
		if err != nil {
			return fmt.Errorf("%s: index %s: %w", t.name, index.Name, err)
		}
		for _, place := range slices.Sorted(maps.Keys(p.where[i])) { // in order: bbolt fills its pages one after another
			if err := entries.Put([]byte(place), checksum(t.indexName(index), []byte(place), nil)); err != nil {
				return fmt.Errorf("%s: index %s: %w", t.name, index.Name, err)
			}
		}
	}
	return nil
}

// rebuildIndexes makes all indexes anew from the tables.
func rebuildIndexes(tx *bbolt.Tx) error {
	if tx.Bucket(bucketIndexes) != nil {
		if err := tx.DeleteBucket(bucketIndexes); err != nil {
			return err
		}
	}
	if _, err := tx.CreateBucket(bucketIndexes); err != nil {
		return err
	}
	for t := range each(tx) {
		if err := t.rebuild(); err != nil {
			return err
		}
	}
	return nil
}

// Rebuild makes all indexes anew from the tables, in one commit.
func (s *Store) Rebuild() error {
	return s.guard(true, func() error {
		return s.survive(func() error { return s.db.Update(rebuildIndexes) })
	})
}
