package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/bolt"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
)

// names lists a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// verify is what the command does in a process of its own.
func verify(_ context.Context, path string) error {
	s, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	if faults, _ := s.Check(); len(faults) > 0 {
		err = fmt.Errorf("%w: %q", bolt.ErrDamaged, faults)
	}
	return errors.Join(err, s.Close())
}

func TestBackup(t *testing.T) {
	s, _ := create(t)
	storetest.FillTables(t, s)
	folder := t.TempDir()
	path := filepath.Join(folder, "backup.db")

	err := s.View(t.Context(), func(*survey.Tx) error { return s.Backup(t.Context(), path, verify) }) // readers do not hinder it
	if err != nil {
		t.Fatal(err)
	}
	putParty(t, s, "later")
	if err := s.Backup(t.Context(), path, verify); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second backup of the same name: %v", err)
	}
	if got := names(t, folder); len(got) != 1 {
		t.Errorf("left in the folder: %q", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}

	restored := open(t, path, bolt.Options{}) // to restore is to use the copy as the database
	if hasParty(t, restored, "later") {
		t.Error("the backup changed after it was made")
	}
	if faults, _ := restored.Check(); len(faults) > 0 {
		t.Errorf("faults in the backup: %q", faults)
	}
	putParty(t, restored, "new")
}

func TestBackupRefusesDamage(t *testing.T) {
	s, path := create(t)
	putParty(t, s, "a")
	closeStore(t, s)
	spoil(t, path, []byte("parties"), []byte("a"), bolt.Wrap("parties", "a", `{"id":17}`))
	s = open(t, path, bolt.Options{})
	folder := t.TempDir()
	if err := s.Backup(t.Context(), filepath.Join(folder, "backup.db"), verify); !errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("Backup of a damaged database: %v", err)
	}
	if _, err := s.Snapshot(t.Context(), verify); !errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("Snapshot of a damaged database: %v", err)
	}
	if got := names(t, folder); len(got) != 0 {
		t.Errorf("left in the folder: %q", got)
	}
}

func TestBackupWithoutFolder(t *testing.T) {
	s, _ := create(t)
	if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "nowhere", "backup.db"), verify); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Backup into a missing folder: %v", err)
	}
}

// What a verification refuses gets no name, however it was refused.
func TestBackupIsVerified(t *testing.T) {
	s, path := create(t)
	refused := errors.New("the process that verified it was killed")
	refuse := func(_ context.Context, copied string) error {
		if data, err := os.ReadFile(copied); err != nil || len(data) == 0 {
			t.Error("nothing to verify", err)
		}
		return refused
	}
	if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "backup.db"), refuse); !errors.Is(err, refused) {
		t.Errorf("Backup: %v", err)
	}
	if _, err := s.Snapshot(t.Context(), refuse); !errors.Is(err, refused) {
		t.Errorf("Snapshot: %v", err)
	}
	if got := names(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("beside the database: %q", got)
	}
}

func TestCheckPages(t *testing.T) {
	s, path := create(t)
	storetest.FillTables(t, s)
	closeStore(t, s)
	if faults, err := bolt.CheckPages(path); err != nil || len(faults) > 0 {
		t.Errorf("a sound one: %q, %v", faults, err)
	}
	older := filepath.Join(t.TempDir(), "older.db")
	makeBolt(t, older, "meta", map[string]string{"format": "pruefstein", "schema": "1"})
	if faults, err := bolt.CheckPages(older); err != nil || len(faults) > 0 {
		t.Errorf("one of an older schema: %q, %v", faults, err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.db")
	write(t, cut, whole[:5*4096])
	if _, err := bolt.CheckPages(cut); !errors.Is(err, bolt.ErrDamaged) {
		t.Errorf("one cut off: %v", err)
	}
	if _, err := bolt.CheckPages(filepath.Join(t.TempDir(), "none.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
}

func TestSnapshot(t *testing.T) {
	s, path := create(t)
	storetest.FillTables(t, s)
	file, err := s.Snapshot(t.Context(), verify)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := names(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("beside the database: %q", got)
	}
	putParty(t, s, "later") // an open download does not hold up writers
	data, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	download := filepath.Join(t.TempDir(), "download.db")
	write(t, download, data)
	restored := open(t, download, bolt.Options{ReadOnly: true})
	if faults, _ := restored.Check(); len(faults) > 0 || hasParty(t, restored, "later") {
		t.Errorf("the download is not what it was: %q", faults)
	}
}

// spoil writes a raw value into a table, past the store.
func spoil(t *testing.T, path string, bucket, key []byte, value string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Put(key, []byte(value)) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct{ name, key, value, want string }{
		{"sound", "a", bolt.Wrap("parties", "a", `{"id":"a","short_name":"","name":"","revision":0}`), ""},
		{"not JSON", "a", bolt.Wrap("parties", "a", `{"id":`), "unexpected end"},
		{"two values", "a", bolt.Wrap("parties", "a", `{"id":"a"}{"id":"a"}`), "after top-level value"},
		{"wrong type", "a", bolt.Wrap("parties", "a", `{"id":17}`), "cannot unmarshal"},
		{"unknown field", "a", bolt.Wrap("parties", "a", `{"id":"a","mood":"good"}`), "unknown field"},
		{"older form", "a", `{"v":1,"d":{"id":"a"}}`, `parties "a": is not in the form`},
		{"newer form", "a", strings.Replace(bolt.Wrap("parties", "a", `{"id":"a"}`), "2", "3", 1), `parties "a": is not in the form`},
		{"empty", "a", "", `parties "a": is not in the form`},
		{"of another key", "b", bolt.Wrap("parties", "a", `{"id":"a"}`), `parties "b": does not fit its checksum`},
		{"of another table", "a", bolt.Wrap("users", "a", `{"id":"a"}`), `parties "a": does not fit its checksum`},
		{"no envelope", "a", `{"id":"a"}`, `parties "a": is not in the form`},
		{"wrong key", "b", bolt.Wrap("parties", "b", `{"id":"a"}`), "wrong key"},
	} {
		s, path := create(t)
		closeStore(t, s)
		spoil(t, path, []byte("parties"), []byte(test.key), test.value)
		s = open(t, path, bolt.Options{ReadOnly: true})
		found, _ := s.Check()
		faults := strings.Join(found, "\n")
		if test.want == "" && faults != "" || !strings.Contains(faults, test.want) {
			t.Errorf("%s: %q, want %q", test.name, faults, test.want)
		}
	}
}

func TestCheckFindsBrokenPages(t *testing.T) {
	s, _ := create(t)
	for range 20 {
		storetest.FillTables(t, s)
	}
	copied, whole := copyOf(t, s)
	free := freePages(t, copied)
	// Each page in turn is lost to zeros, as after a torn copy. The two meta pages stand in for each other.
	const page = 4096
	for at := 2 * page; at < len(whole); at += page {
		if free[at/page] {
			continue
		}
		torn := bytes.Clone(whole)
		clear(torn[at : at+page])
		path := filepath.Join(t.TempDir(), "torn.db")
		write(t, path, torn)
		s, err := bolt.Open(path, bolt.Options{ReadOnly: true})
		if errors.Is(err, bolt.ErrDamaged) || errors.Is(err, bolt.ErrForeign) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if faults, _ := s.Check(); len(faults) == 0 {
			t.Errorf("page %d is zeros and Check found nothing", at/page)
		}
		closeStore(t, s)
	}
}

// freePages tells which pages of a database hold nothing.
func freePages(t *testing.T, path string) map[int]bool {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	free := map[int]bool{}
	err = db.View(func(tx *bbolt.Tx) error {
		for id := 0; ; id++ {
			info, err := tx.Page(id)
			if info == nil || err != nil {
				return err
			}
			if free[id] = info.Type == "free"; !free[id] { // the rest of a long value that was freed is free page by page
				id += info.OverflowCount // that of one in use has no head of its own
			}
		}
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return free
}
