package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"pruefstein/internal/bolt"
	"pruefstein/internal/config"
	"pruefstein/internal/export"
	"pruefstein/internal/interchange"
	"pruefstein/internal/ledger"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
)

// console is the actor of the command line: who can run it can read the database file anyway.
var console = survey.Actor{Console: true, Language: "de"}

// importMemory is what the garbage collector tries to stay below while an import is read and published, in bytes: a small
// server has room for it beside the running one.
const importMemory = 100 << 20

// importFile reads a questionnaire into the database, all or nothing, and prints its slug alone.
func importFile(ctx context.Context, cfg config.Import, out, errs io.Writer) (err error) {
	in, err := os.Open(cfg.File)
	if err != nil {
		return err
	}
	defer in.Close()
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(importMemory))
	file, err := interchange.Read(in)
	if err != nil {
		return err // its faults, a line each
	}
	c, err := openCore(cfg.Data.Data, cfg.BaseURL, nil, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	slug, err := c.service.Import(ctx, console, interchange.ToImport(file))
	if err != nil {
		return explain(err, file.Questionnaire.Slug)
	}
	fmt.Fprintln(out, slug)
	if !cfg.Publish {
		return nil
	}
	q, err := c.service.QuestionnaireBySlug(ctx, console, slug)
	if err != nil {
		return err
	}
	publication, err := c.publisher.Publish(ctx, console, q.ID, "")
	if err != nil {
		return explain(err, slug)
	}
	if publication.Waiting {
		fmt.Fprintln(errs, "Imported. The publication waits for a second person (Vergleich), as the alliance's rules want.")
		return nil
	}
	if !publication.Imprint {
		fmt.Fprintln(errs, "Published without Impressum and privacy notice: do not run this in public before they are set (Verwaltung, Bündnis) and it is published again.")
	}
	return nil
}

// exportFile writes a download: the very bytes of the latest publication, or, of what has not been published, its state now.
func exportFile(ctx context.Context, cfg config.Export, out io.Writer) (err error) {
	name := cfg.Name
	file, known := export.Find(name)
	if !known {
		return fmt.Errorf("there is no download %q; there are: %s", name, export.Names())
	}
	var content bytes.Buffer
	if err := readCore(cfg.Data.Data, func(store *bolt.Store) error {
		library, err := publish.Open(filepath.Join(cfg.Data.Data, publicationsFolder))
		if err != nil {
			return err
		}
		if published, ok, err := library.File(cfg.Slug, name); err != nil || ok {
			content.Write(published)
			return err
		}
		service := &survey.Service{Store: store, Clock: survey.SystemClock{}, BaseURL: cfg.BaseURL}
		comparison, err := service.Comparison(ctx, console, cfg.Slug)
		if err != nil {
			return explain(err, cfg.Slug)
		}
		return file.Write(&content, comparison)
	}); err != nil {
		return err
	}
	if cfg.Output == "" {
		_, err = content.WriteTo(out)
		return err
	}
	return os.WriteFile(cfg.Output, content.Bytes(), 0o644)
}

// check prints a line a fault, or that there is none; any fault is an error.
func check(ctx context.Context, cfg config.Check, out io.Writer) error {
	var faults []string
	err := readCore(cfg.Data.Data, func(store *bolt.Store) (err error) {
		library, err := publish.Open(filepath.Join(cfg.Data.Data, publicationsFolder))
		if err == nil {
			faults, err = checkStore(ctx, store, library, cfg.Data.Data)
		}
		return err
	})
	for _, f := range faults {
		fmt.Fprintln(out, f)
	}
	if err == nil && len(faults) == 0 {
		fmt.Fprintln(out, "No faults.")
	}
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("%d faults; restore a backup, or ask for help with this list", len(faults))
	}
	return err
}

// check is what the administrator's page runs while the server holds the database.
func (c *core) check(ctx context.Context) ([]string, error) {
	return checkStore(ctx, c.store, c.library, c.folder)
}

// checkStore looks at pages and values, at references, at the ledger, at the published files and at the originals of a
// data folder.
func checkStore(ctx context.Context, store *bolt.Store, library *publish.Library, folder string) ([]string, error) {
	faults := append(store.Check(), library.Check()...)
	var originals []survey.Original
	checkpoints, verifier, err := publishedCheckpoints(folder)
	if err != nil {
		return nil, err
	}
	err = store.View(ctx, func(tx *survey.Tx) error {
		for place, checkpoint := range checkpoints {
			if err := survey.CheckCheckpoint(tx, checkpoint, verifier); err != nil {
				faults = append(faults, fmt.Sprintf("%s: %v", place, err))
			}
		}
		faults = append(faults, survey.CheckReferences(tx)...)
		faults = append(faults, survey.CheckLedger(tx)...)
		originals = originals[:0]
		for o, err := range tx.Originals.List("") {
			if err == nil { // what cannot be read is named above
				originals = append(originals, o)
			}
		}
		return nil
	})
	return append(faults, checkOriginals(filepath.Join(folder, originalsFolder), originals)...), err
}

// checkOriginals returns a line for each original whose file is missing or has another SHA-256 than its record says. Files
// without a record mean nothing: their upload was interrupted, or the draft they belonged to is gone.
func checkOriginals(folder string, originals []survey.Original) (faults []string) {
	hashed := map[string]string{} // by name; one file can be the original of several records
	for _, o := range originals {
		if _, done := hashed[o.SHA256]; !done {
			hashed[o.SHA256] = hashFile(folder, o.SHA256)
		}
		if found := hashed[o.SHA256]; found != o.SHA256 {
			faults = append(faults, fmt.Sprintf("Original %s: its file %s has been altered or cannot be read: %s", o.Key(), o.SHA256, found))
		}
	}
	return faults
}

// hashFile returns the SHA-256 of a file in hex, or why it cannot be read. A name from a record leads nowhere else.
func hashFile(folder, name string) string {
	file, err := os.OpenInRoot(folder, name)
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return err.Error()
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// backup writes a checked copy of the database to a file that must not exist.
func backup(ctx context.Context, cfg config.Backup, out io.Writer) error {
	if err := readCore(cfg.Data.Data, func(store *bolt.Store) error { return store.Backup(ctx, cfg.File) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%s: copied, reopened and checked. Keep the files %s and %s and the folders %s and %s of %s with it.\n",
		cfg.File, ledgerKeyFile, sealKeyFile, originalsFolder, publicationsFolder, cfg.Data.Data)
	return err
}

// resetLink prints a link for a new password. The person is told by mail when the server runs again.
func resetLink(ctx context.Context, cfg config.ResetLink, out io.Writer) (err error) {
	c, err := openCore(cfg.Data.Data, cfg.BaseURL, nil, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	people, err := c.service.People(ctx, console)
	if err != nil {
		return err
	}
	for _, p := range people {
		if !strings.EqualFold(p.Email, cfg.Email) {
			continue
		}
		link, err := c.service.ResetLink(ctx, console, p.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "Start the server and open this link once, within an hour, to set a new password:\n\n    %s\n\n", link)
		return err
	}
	return fmt.Errorf("nobody has an account with the address %s", cfg.Email)
}

// readCore opens the database of a data folder to read.
func readCore(folder string, fn func(*bolt.Store) error) error {
	store, err := bolt.Open(filepath.Join(folder, databaseFile), bolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	return errors.Join(fn(store), store.Close())
}

// explain says in plain English what a use case refused, with what it was about.
func explain(err error, slug string) error {
	if survey.IsNotFound(err) {
		return fmt.Errorf("there is no questionnaire with the slug %q", slug)
	}
	return err
}

// publishedCheckpoints reads the checkpoint beside every publication, by its path, and the key that verifies them. A ledger that
// was rewritten as a whole is sound in itself; only what has been published convicts it.
func publishedCheckpoints(folder string) (checkpoints map[string]string, verifier string, err error) {
	places, err := filepath.Glob(filepath.Join(folder, publicationsFolder, "*", "[0-9]*", "checkpoint.txt"))
	if err != nil || len(places) == 0 {
		return nil, "", err
	}
	keyFile := filepath.Join(folder, ledgerKeyFile)
	if _, err := os.Stat(keyFile); err != nil {
		return nil, "", err // looking makes no key
	}
	key, err := ledger.LoadOrCreateKey(keyFile)
	if err != nil {
		return nil, "", err
	}
	checkpoints = map[string]string{}
	for _, place := range places {
		text, err := os.ReadFile(place)
		if err != nil {
			return nil, "", err
		}
		checkpoints[place] = string(text)
	}
	return checkpoints, key.Verifier(), nil
}
