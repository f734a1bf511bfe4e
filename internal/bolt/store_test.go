package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/bolt"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
)

// open opens a database that is closed when the test ends.
func open(t testing.TB, path string, opts bolt.Options) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// create makes a database in a new folder.
func create(t testing.TB) (*bolt.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data", "pruefstein.db")
	return open(t, path, bolt.Options{Create: true}), path
}

func closeStore(t testing.TB, s *bolt.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func putParty(t testing.TB, s *bolt.Store, id survey.PartyID) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx *survey.Tx) error { return tx.Parties.Put(survey.Party{ID: id}) }); err != nil {
		t.Fatal(err)
	}
}

func hasParty(t testing.TB, s *bolt.Store, id string) bool {
	t.Helper()
	err := s.View(t.Context(), func(tx *survey.Tx) error {
		_, err := tx.Parties.Get(id)
		return err
	})
	if err != nil && !survey.IsNotFound(err) {
		t.Fatal(err)
	}
	return err == nil
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) survey.Store {
		s, _ := create(t)
		return s
	})
}

func TestOpenCreates(t *testing.T) {
	s, path := create(t)
	for name, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700 | fs.ModeDir} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("more than the database in its folder: %v, %v", names, err)
	}
	putParty(t, s, "a")
	closeStore(t, s)
	if s = open(t, path, bolt.Options{Create: true}); !hasParty(t, s, "a") {
		t.Error("Create made an existing database anew")
	}
}

func TestOpenRemovesLeftovers(t *testing.T) {
	s, path := create(t)
	closeStore(t, s)
	left := filepath.Join(filepath.Dir(path), ".pruefstein-123.tmp")
	write(t, left, []byte("what a crash left"))
	open(t, path, bolt.Options{})
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an unfinished copy is still there: %v", err)
	}
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// copyOf backs a store up, and returns the copy's path and content.
func copyOf(t *testing.T, s *bolt.Store) (path string, content []byte) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(t.Context(), path, verify); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, content
}

func TestOpenRefuses(t *testing.T) {
	s, path := create(t)
	for range 3 {
		storetest.FillTables(t, s)
	}
	_, whole := copyOf(t, s)
	closeStore(t, s)
	noMark, otherMark := filepath.Join(t.TempDir(), "other.db"), filepath.Join(t.TempDir(), "marked.db")
	makeBolt(t, noMark, "wiki", nil)
	makeBolt(t, otherMark, "meta", map[string]string{"format": "something else", "schema": "1"})
	newer, unreadable := filepath.Join(t.TempDir(), "newer.db"), filepath.Join(t.TempDir(), "unreadable.db")
	makeBolt(t, newer, "meta", map[string]string{"format": "pruefstein", "schema": "999"})
	makeBolt(t, unreadable, "meta", map[string]string{"format": "pruefstein", "schema": "one"})

	for _, test := range []struct {
		name string
		path string
		data []byte // nil: the file is there, or not, already
		want error
	}{
		{"missing", "", nil, fs.ErrNotExist},
		{"empty", "", []byte{}, bolt.ErrEmpty},
		{"text", "", []byte(strings.Repeat("Liebe Koordination,\n", 5000)), bolt.ErrForeign},
		{"short text", "", []byte("x"), bolt.ErrForeign},
		{"zeros", "", make([]byte, 1<<20), bolt.ErrForeign},
		{"bbolt of another program", noMark, nil, bolt.ErrForeign},
		{"bbolt with a mark of another program", otherMark, nil, bolt.ErrForeign},
		{"a folder", filepath.Dir(path), nil, bolt.ErrForeign},
		{"from the future", newer, nil, bolt.ErrNewer},
		{"unreadable schema", unreadable, nil, bolt.ErrDamaged},
		{"cut in the first page", "", whole[:100], bolt.ErrForeign},
		{"cut in half", "", whole[:len(whole)/2], bolt.ErrDamaged},
		{"cut by a byte", "", whole[:len(whole)-1], bolt.ErrDamaged},
		{"cut by a page", "", whole[:len(whole)-4096], bolt.ErrDamaged},
		{"pages overwritten", "", append(bytes.Clone(whole[:2*4096]), bytes.Repeat([]byte{0xAB}, len(whole)-2*4096)...), bolt.ErrDamaged},
	} {
		for _, opts := range []bolt.Options{{}, {Create: true}, {ReadOnly: true}} {
			if opts.Create && test.want == fs.ErrNotExist {
				continue
			}
			path := test.path
			if path == "" {
				path = filepath.Join(t.TempDir(), "test.db")
			}
			if test.data != nil {
				write(t, path, test.data)
			}
			s, err := bolt.Open(path, opts)
			if !errors.Is(err, test.want) {
				t.Errorf("%s, %+v: %v, want %v", test.name, opts, err, test.want)
			}
			if err == nil {
				closeStore(t, s)
			}
			if after, err := os.ReadFile(path); test.data != nil && (err != nil || !bytes.Equal(after, test.data)) {
				t.Errorf("%s: Open changed the file: %v", test.name, err)
			}
		}
	}
}

// makeBolt writes a bbolt file with one bucket, as another program may.
func makeBolt(t *testing.T, path, bucket string, values map[string]string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte(bucket))
		for key, value := range values {
			err = errors.Join(err, b.Put([]byte(key), []byte(value)))
		}
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOpenLocked(t *testing.T) {
	s, path := create(t)
	for _, opts := range []bolt.Options{{}, {ReadOnly: true}} {
		opts.Timeout = time.Millisecond
		if _, err := bolt.Open(path, opts); !errors.Is(err, bolt.ErrLocked) {
			t.Errorf("%+v on an open database: %v", opts, err)
		}
	}
	closeStore(t, s)
	open(t, path, bolt.Options{ReadOnly: true})
	open(t, path, bolt.Options{ReadOnly: true, Timeout: time.Millisecond}) // two may read
	if _, err := bolt.Open(path, bolt.Options{Timeout: time.Millisecond}); !errors.Is(err, bolt.ErrLocked) {
		t.Errorf("opened for writing while others read: %v", err)
	}
}

func TestReadOnly(t *testing.T) {
	s, path := create(t)
	putParty(t, s, "a")
	closeStore(t, s)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s = open(t, path, bolt.Options{ReadOnly: true})
	if faults, sound := s.Check(); !hasParty(t, s, "a") || len(faults) > 0 || !sound {
		t.Error("cannot read")
	}
	err = s.Update(t.Context(), func(*survey.Tx) error { t.Error("ran"); return nil })
	if survey.CodeOf(err) != survey.Unavailable {
		t.Errorf("Update of a read-only store: %v", err)
	}
	closeStore(t, s)
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
}

// What is written into a file without a name is gone with the process: nobody may be told that it was saved.
func TestUpdateWithoutFile(t *testing.T) {
	s, path := create(t)
	putParty(t, s, "a")
	aside := path + ".aside"
	refused := func(name string, want error) {
		t.Helper()
		err := s.Update(t.Context(), func(tx *survey.Tx) error { return tx.Parties.Put(survey.Party{ID: "b"}) })
		if survey.CodeOf(err) != survey.Unavailable || !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if hasParty(t, s, "b") || !hasParty(t, s, "a") {
			t.Errorf("%s: reading is not what it was", name)
		}
	}
	if err := os.Rename(path, aside); err != nil {
		t.Fatal(err)
	}
	refused("deleted", fs.ErrNotExist)
	write(t, path, []byte("a backup that was put there"))
	refused("replaced", bolt.ErrReplaced)
	if err := os.Rename(aside, path); err != nil {
		t.Fatal(err)
	}
	putParty(t, s, "c") // it is back
}

// Reading a page that was cut off is a fault of the machine, which would end the process.
func TestCutOffWhileOpen(t *testing.T) {
	for _, during := range []bool{false, true} {
		s, path := create(t)
		storetest.FillTables(t, s)
		read := func(tx *survey.Tx) error {
			for _, err := range tx.Parties.List("") {
				if err != nil {
					return err
				}
			}
			return nil
		}
		if err := s.View(t.Context(), read); err != nil {
			t.Fatal(err)
		}
		cut := func() {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		}
		if !during {
			cut()
		}
		for name, access := range map[string]func(context.Context, func(*survey.Tx) error) error{"View": s.View, "Update": s.Update} {
			err := access(t.Context(), func(tx *survey.Tx) error {
				if during {
					cut()
				}
				return read(tx)
			})
			if survey.CodeOf(err) != survey.Unavailable || !errors.Is(err, bolt.ErrDamaged) {
				t.Errorf("%s, cut off during it %v: %v", name, during, err)
			}
		}
		if faults, _ := s.Check(); len(faults) != 1 {
			t.Errorf("Check: %q", faults)
		}
		if _, err := s.Snapshot(t.Context(), verify); !errors.Is(err, bolt.ErrDamaged) {
			t.Errorf("Snapshot: %v", err)
		}
		closeStore(t, s)
	}
}

func TestClosed(t *testing.T) {
	s, _ := create(t)
	closeStore(t, s)
	if err := s.View(t.Context(), func(*survey.Tx) error { return nil }); survey.CodeOf(err) != survey.Unavailable {
		t.Errorf("View after Close: %v", err)
	}
}

// Damage can make bbolt wait for ever, in a commit or a read: whoever waits for it does not.
func TestWaitsEnd(t *testing.T) {
	for _, write := range []bool{false, true} {
		s, path := create(t)
		s.SetWaits(time.Millisecond, time.Millisecond)
		stuck, end, ended := make(chan struct{}), make(chan struct{}), make(chan error)
		access := s.View
		if write {
			access = s.Update
		}
		go func() {
			ended <- access(context.Background(), func(*survey.Tx) error {
				close(stuck)
				<-end
				return nil
			})
		}()
		<-stuck
		nothing := func(*survey.Tx) error { return nil }
		if err := s.Update(t.Context(), nothing); write && (survey.CodeOf(err) != survey.Unavailable || !errors.Is(err, bolt.ErrStuck)) || !write && err != nil {
			t.Errorf("Update beside one that does not end (%v): %v", write, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		s.SetWaits(time.Hour, time.Millisecond)
		time.AfterFunc(time.Millisecond, cancel)
		if err := s.Update(ctx, nothing); write && !errors.Is(err, context.Canceled) {
			t.Errorf("Update whose caller has gone: %v", err)
		}
		if err := s.Close(); !errors.Is(err, bolt.ErrStuck) || !strings.Contains(err.Error(), path) {
			t.Errorf("Close beside an access that does not end (write %v): %v", write, err)
		}
		close(end)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
