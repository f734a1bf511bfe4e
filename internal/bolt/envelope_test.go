package bolt

import (
	"bytes"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
)

// A stored value, as the file has it.
type stored struct{ table, key, value []byte }

// filledStore is a store with a value in every table, every field of it set, and those values.
func filledStore(t *testing.T) (*Store, []stored) {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "pruefstein.db"), Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	storetest.FillTables(t, s)
	var all []stored
	raw(t, s, func(tx *bbolt.Tx) {
		if err := tx.ForEach(func(table []byte, bucket *bbolt.Bucket) error {
			if bytes.Equal(table, bucketMeta) || bytes.Equal(table, bucketIndexes) {
				return nil
			}
			return bucket.ForEach(func(key, value []byte) error {
				all = append(all, stored{bytes.Clone(table), bytes.Clone(key), bytes.Clone(value)})
				return nil
			})
		}); err != nil {
			t.Fatal(err)
		}
	})
	want := 0
	raw(t, s, func(tx *bbolt.Tx) {
		for range tables(tx).Tables() {
			want++
		}
	})
	if len(all) != want {
		t.Fatalf("%d values in %d tables", len(all), want)
	}
	return s, all
}

// raw runs fn in a transaction that leaves nothing.
func raw(t *testing.T, s *Store, fn func(*bbolt.Tx)) {
	t.Helper()
	tx, err := s.db.Begin(true)
	if err != nil {
		t.Fatal(err)
	}
	fn(tx)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}

func (v stored) put(t *testing.T, tx *bbolt.Tx, value []byte) {
	t.Helper()
	if err := tx.Bucket(v.table).Put(v.key, value); err != nil {
		t.Fatal(err)
	}
}

// faultsOf is what Check finds in the values of a transaction.
func faultsOf(tx *bbolt.Tx) (faults []string) {
	for t := range each(tx) {
		faults = append(faults, t.check()...)
	}
	return faults
}

// tableOf is the table of a stored value.
func tableOf(tx *bbolt.Tx, v stored) anyTable {
	for t := range each(tx) {
		if bytes.Equal(v.table, nameOf(reflect.ValueOf(t))) {
			return t
		}
	}
	return nil
}

// nameOf is the name of a table.
func nameOf(table reflect.Value) []byte { return table.Elem().FieldByName("name").Bytes() }

// One altered byte, at any place of any field of any entity, is found, and named by table and key.
func TestEveryByteCounts(t *testing.T) {
	s, all := filledStore(t)
	flipped := 0
	raw(t, s, func(tx *bbolt.Tx) {
		if faults := faultsOf(tx); len(faults) > 0 {
			t.Fatalf("sound values: %q", faults)
		}
		for _, v := range all {
			table, want := tableOf(tx, v), fmt.Sprintf("%s %q: ", v.table, v.key)
			for at := range v.value {
				altered := bytes.Clone(v.value)
				altered[at] ^= []byte{0x20, 0x01, 0x80, 0xFF}[at%4] // another case, another digit, no UTF-8, all of it
				v.put(t, tx, altered)
				if faults := table.check(); len(faults) != 1 || !strings.HasPrefix(faults[0], want) {
					t.Fatalf("byte %d: %q, not one that begins with %q", at, faults, want)
				}
				flipped++
			}
			if faults := faultsOf(tx); len(faults) != 1 || !strings.HasPrefix(faults[0], want) {
				t.Fatalf("of all tables: %q, not one that begins with %q", faults, want)
			}
			v.put(t, tx, v.value)
		}
	})
	t.Logf("%d altered bytes in %d tables, all found", flipped, len(all))
}

// Each bit of one value, alone.
func TestEveryBitCounts(t *testing.T) {
	table, key := []byte("parties"), []byte("0197a000-0000-7000-8000-000000000000")
	value := wrap(table, key, []byte(`{"id":"0197a000-0000-7000-8000-000000000000","short_name":"Grün"}`))
	if _, err := unwrap(table, key, value); err != nil {
		t.Fatal(err)
	}
	for at := range value {
		for bit := range 8 {
			altered := bytes.Clone(value)
			altered[at] ^= 1 << bit
			if data, err := unwrap(table, key, altered); err == nil || data != nil {
				t.Errorf("bit %d of byte %d: %s", bit, at, data)
			}
		}
	}
	for at := range key {
		altered := bytes.Clone(key)
		altered[at] ^= 1
		if _, err := unwrap(table, altered, value); err == nil {
			t.Errorf("under the key %s", altered)
		}
	}
	for length := range value {
		if _, err := unwrap(table, key, value[:length]); err == nil {
			t.Errorf("cut to %d bytes", length)
		}
	}
}

// Values that have changed places are found, within a table and between tables.
func TestEveryPlaceCounts(t *testing.T) {
	s, all := filledStore(t)
	raw(t, s, func(tx *bbolt.Tx) {
		for i, v := range all {
			other := all[(i+1)%len(all)]
			v.put(t, tx, other.value)
			if faults := faultsOf(tx); len(faults) != 1 || !strings.HasPrefix(faults[0], fmt.Sprintf("%s %q: does not fit", v.table, v.key)) {
				t.Errorf("a value of %s in %s: %q", other.table, v.table, faults)
			}
			v.put(t, tx, v.value)
			twin := stored{v.table, append(bytes.Clone(v.key), 'x'), nil}
			twin.put(t, tx, v.value)
			if faults := faultsOf(tx); len(faults) != 1 || !strings.HasPrefix(faults[0], fmt.Sprintf("%s %q: does not fit", v.table, twin.key)) {
				t.Errorf("a value of %s under another key: %q", v.table, faults)
			}
			if err := tx.Bucket(v.table).Delete(twin.key); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What is damaged is read by nobody, one by one or in a list, and its error tells no content.
func TestDamagedValuesAreNotRead(t *testing.T) {
	s, all := filledStore(t)
	raw(t, s, func(tx *bbolt.Tx) {
		for _, v := range all {
			altered := bytes.Clone(v.value)
			altered[bytes.Index(altered, []byte(`„Gr`))+4] ^= 1
			v.put(t, tx, altered)
		}
		for name, opened := range tables(tx).Tables() {
			table := reflect.ValueOf(opened)
			refused := func(entity reflect.Value, err any) {
				t.Helper()
				failed, _ := err.(error)
				if survey.CodeOf(failed) != survey.Unavailable || !entity.IsZero() || strings.Contains(failed.Error(), `{"`) {
					t.Errorf("%s: %v, %v", name, entity, err)
				}
			}
			key := all[slices.IndexFunc(all, func(v stored) bool {
				return string(v.table) == string(nameOf(table))
			})].key
			got := table.MethodByName("Get").Call([]reflect.Value{reflect.ValueOf(string(key))})
			refused(got[0], got[1].Interface())
			rows := 0
			for entity, err := range table.MethodByName("List").Call([]reflect.Value{reflect.ValueOf("")})[0].Seq2() {
				refused(entity, err.Interface())
				rows++
			}
			if rows != 1 {
				t.Errorf("%s: %d rows", name, rows)
			}
		}
	})
}

// The values of schema 1 get their checksum; what was damaged then is not made sound by it.
func TestMigrationAddsChecksums(t *testing.T) {
	s, all := filledStore(t)
	raw(t, s, func(tx *bbolt.Tx) {
		for _, v := range all {
			data, err := unwrap(v.table, v.key, v.value)
			if err != nil {
				t.Fatal(err)
			}
			v.put(t, tx, []byte(`{"v":1,"d":`+string(data)+`}`))
		}
		torn := stored{[]byte("parties"), []byte("torn"), nil}
		torn.put(t, tx, []byte(`{"v":1,"d":{"id":"torn","na`))
		if err := addChecksums(tx); err != nil {
			t.Fatal(err)
		}
		for _, v := range all {
			if got := tx.Bucket(v.table).Get(v.key); !bytes.Equal(got, v.value) {
				t.Errorf("%s: %s, want %s", v.table, got, v.value)
			}
		}
		if faults := faultsOf(tx); len(faults) != 1 || !strings.HasPrefix(faults[0], `parties "torn": `) {
			t.Errorf("%q", faults)
		}
	})
}
