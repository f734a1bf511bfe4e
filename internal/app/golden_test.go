package app

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	bbolt "go.etcd.io/bbolt"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/bolt"
	"pruefstein/internal/export"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

var update = flag.Bool("update", false, "write the listings of the golden databases, and the golden database of today's schema if there is none")

const (
	goldenFolder = "testdata/golden"
	goldenURL    = "https://pruefsteine.example"
	goldenSlug   = "zwei-fragen"
)

var goldenDay = time.Date(2027, time.March, 1, 10, 0, 0, 0, time.UTC)

// P17: data of today opens in five years. Every schema there was has a data folder made by the program of its time; it opens,
// is migrated, has no fault, and reads as its listing says: every row of every table, and daten.json.
func TestGoldenDatabases(t *testing.T) {
	t.Parallel()
	today := fmt.Sprintf("%s/schema-%s.tar.gz", goldenFolder, schemaOfToday(t))
	if _, err := os.Stat(today); err != nil {
		if !*update {
			t.Fatalf("the schema of today has no golden database (CONTRIBUTING.md, a migration): %v", err)
		}
		makeGolden(t, today)
	}
	archives, err := filepath.Glob(goldenFolder + "/schema-*.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	for _, archive := range archives {
		name := strings.TrimSuffix(archive, ".tar.gz")
		t.Run(filepath.Base(name), func(t *testing.T) {
			folder := t.TempDir()
			if err := unpack(archive, folder); err != nil {
				t.Fatal(err)
			}
			got := goldenListing(t, folder)
			if *update {
				if err := os.WriteFile(name+".txt", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("it reads differently (-then +now):\n%s", diff)
			}
		})
	}
}

// goldenListing opens a data folder as the server does, checks it, and lists what it holds.
func goldenListing(t *testing.T, folder string) string {
	t.Helper()
	c, err := openCore(t.Context(), folder, goldenURL, testkit.NewClock(goldenDay), false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := c.publisher.Recover(t.Context()); err != nil {
		t.Error(err)
	}
	faults, err := c.check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
	var list strings.Builder
	list.WriteString("table, rows, SHA-256 of the rows as they are read\n\n")
	if err := c.store.View(t.Context(), func(tx *survey.Tx) error {
		for name, table := range tx.Tables() {
			rows, sum := 0, sha256.New()
			for entity, err := range reflect.ValueOf(table).MethodByName("List").Call([]reflect.Value{reflect.ValueOf("")})[0].Seq2() {
				if !err.IsNil() {
					return err.Interface().(error)
				}
				if err := json.NewEncoder(sum).Encode(entity.Interface()); err != nil {
					return err
				}
				rows++
			}
			fmt.Fprintf(&list, "%-15s %3d  %x\n", name, rows, sum.Sum(nil))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	comparison, err := c.service.Compare.Comparison(t.Context(), console, goldenSlug)
	if err != nil {
		t.Fatal(err)
	}
	list.WriteString("\ndaten.json\n\n")
	if err := export.JSON(&list, comparison); err != nil {
		t.Fatal(err)
	}
	published, _, err := c.library.File(goldenSlug, "daten.json")
	if err != nil || !strings.Contains(string(published), "Ein Tag im Monat.") {
		t.Errorf("the publication cannot be read: %v", err)
	}
	return list.String()
}

// schemaOfToday is the version of the schema of a new database.
func schemaOfToday(t *testing.T) (version string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), databaseFile)
	store, err := bolt.Open(path, bolt.Options{Create: true})
	if err == nil {
		err = store.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.View(func(tx *bbolt.Tx) error {
		version = string(tx.Bucket([]byte("meta")).Get([]byte("schema")))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return version
}
