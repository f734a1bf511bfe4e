package app

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/office"

	"github.com/google/go-cmp/cmp"
	bbolt "go.etcd.io/bbolt"

	"pruefstein/internal/bolt"
	"pruefstein/internal/config"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// alter changes stored values past the program: pick gets each value and returns what shall stand there, nil to leave it.
func alter(t *testing.T, path string, pick func(table, key string, value []byte) []byte) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(table []byte, bucket *bbolt.Bucket) error {
			altered := map[string][]byte{}
			if err := bucket.ForEach(func(key, value []byte) error {
				if now := pick(string(table), string(key), bytes.Clone(value)); now != nil {
					altered[string(key)] = now
				}
				return nil
			}); err != nil {
				return err
			}
			for key, value := range altered {
				if err := bucket.Put([]byte(key), value); err != nil {
					return err
				}
			}
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// goldenFolderOfToday is a data folder of today's schema that went through all four verbs.
func goldenFolderOfToday(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := unpack(goldenFolder+"/schema-"+schemaOfToday(t)+".tar.gz", folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// An index that does not fit its table is named by the check, and put right by check --rebuild.
func TestIndexesAreRebuilt(t *testing.T) {
	folder := goldenFolderOfToday(t)
	path := filepath.Join(folder, databaseFile)
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(func(tx *bbolt.Tx) error {
		slugs := tx.Bucket([]byte("indexes")).Bucket([]byte("questionnaires/slug"))
		key, _ := slugs.Cursor().First()
		return slugs.Delete(key)
	}), db.Close()); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := check(t.Context(), config.Check{Data: config.Data{Data: folder}}, &out); err == nil || !strings.Contains(out.String(), "has no place in the index slug; pruefstein check --rebuild makes it anew") {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	if err := check(t.Context(), config.Check{Data: config.Data{Data: folder}, Rebuild: true}, &out); err != nil || out.String() != "No faults.\n" {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// Nothing is published from a damaged value: with a letter altered in any of them, a publication is refused or is to the
// letter what it would be without the damage. The check names each.
func TestNothingIsPublishedFromADamagedValue(t *testing.T) {
	path := filepath.Join(goldenFolderOfToday(t), databaseFile)
	comparison := func() (c survey.Comparison, faults []string, err error) {
		store, err := bolt.Open(path, bolt.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		faults, _ = store.Check()
		service := office.New(&survey.Kernel{Store: store, Clock: testkit.NewClock(goldenDay)})
		c, err = service.Compare.Comparison(t.Context(), console, goldenSlug)
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		return c, faults, err
	}
	sound, faults, err := comparison()
	if err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
	type row struct {
		table, key string
		value      []byte
	}
	var rows []row
	alter(t, path, func(table, key string, value []byte) []byte {
		if table != "meta" && table != "indexes" {
			rows = append(rows, row{table, key, value})
		}
		return nil
	})
	put := func(r row, value []byte) {
		alter(t, path, func(table, key string, _ []byte) []byte {
			if table == r.table && key == r.key {
				return value
			}
			return nil
		})
	}
	var refused []string
	for _, r := range rows {
		altered := bytes.Clone(r.value)
		altered[len(altered)-len(altered)/3] ^= 1
		put(r, altered)
		c, faults, err := comparison()
		if len(faults) != 1 || !strings.Contains(faults[0], r.table) || !strings.Contains(faults[0], r.key) {
			t.Errorf("%s %s: the check says %q", r.table, r.key, faults)
		}
		if err == nil {
			if diff := cmp.Diff(sound, c); diff != "" {
				t.Errorf("%s %s is published altered:\n%s", r.table, r.key, diff)
			}
		} else if survey.CodeOf(err) != survey.Unavailable {
			t.Errorf("%s %s: %v", r.table, r.key, err)
		} else if !slices.Contains(refused, r.table) {
			refused = append(refused, r.table)
		}
		put(r, r.value)
	}
	for _, table := range []string{"alliances", "catalogues", "elections", "questionnaires", "quotations", "respondents", "versions"} {
		if !slices.Contains(refused, table) {
			t.Errorf("nothing was refused with a damaged value in %s", table)
		}
	}
}

// A page that needs a damaged value says so, the check on the administrator's page and the command name it, and the rest
// goes on.
func TestDamagedValueOnThePages(t *testing.T) {
	folder := goldenFolderOfToday(t)
	spoiled, address := "", ""
	alter(t, filepath.Join(folder, databaseFile), func(table, key string, value []byte) []byte {
		if table != "users" || spoiled != "" {
			return nil
		}
		spoiled = key
		address = string(regexp.MustCompile(`"email":"([^"]*)"`).FindSubmatch(value)[1])
		return bytes.Replace(value, []byte("@"), []byte("A"), 1)
	})
	var out, errs strings.Builder
	if code := Main(t.Context(), []string{"check", "--data", folder}, &out, &errs); code != 1 || !strings.Contains(out.String(), spoiled) {
		t.Errorf("check: %d %s%s", code, out.String(), errs.String())
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if code := Main(t.Context(), []string{"backup", "--data", folder, copied}, &out, &errs); code != 1 || !strings.Contains(errs.String(), spoiled) {
		t.Errorf("backup: %d %s", code, errs.String())
	}

	a := newApp(t, folder, Options{Serve: config.Serve{BaseURL: goldenURL}, Log: newLog("text", &strings.Builder{}), Clock: testkit.NewClock(goldenDay)})
	runUntilEnd(t, a)
	server := "http://" + a.listener.Addr().String()
	code, body := fetch(t, server+"/anmelden", url.Values{"email": {address}, "password": {"drei fremde Wörter"}})
	if code != http.StatusServiceUnavailable || !strings.Contains(body, "beschädigt") || strings.Contains(body, spoiled) {
		t.Errorf("a page that needs it: %d\n%s", code, body)
	}
	if code, _ := fetch(t, server+"/vergleich/"+goldenSlug, nil); code != http.StatusOK {
		t.Errorf("the publication: %d", code)
	}
	faults, err := a.core.check(t.Context())
	if err != nil || len(faults) == 0 || !strings.Contains(faults[0], "users") || !strings.Contains(faults[0], spoiled) {
		t.Errorf("check: %q %v", faults, err)
	}
}
