package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"pruefstein/internal/bolt"
	"pruefstein/internal/compare"
	"pruefstein/internal/config"
	"pruefstein/internal/export"
	"pruefstein/internal/interchange"
	"pruefstein/internal/office"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
)

// console is the actor of the command line: who can run it can read the database file anyway.
var console = survey.Actor{Console: true, Language: "de"}

// importMemory is what the garbage collector tries to stay below while an import is read and published, in bytes, beside twice
// the size of the file: a small server has room for it beside the running one.
const importMemory = 100 << 20

// importFile reads a questionnaire into the database, all or nothing, and prints its slug alone.
func importFile(ctx context.Context, cfg config.Import, out, errs io.Writer) (err error) {
	in, err := os.Open(cfg.File)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(importMemory + 2*info.Size()))
	often := debug.SetGCPercent(25) // what is wrong with a file must not cost a multiple of it
	file, err := interchange.Read(in)
	debug.SetGCPercent(often)
	if err != nil {
		return err // Main says its faults, a line each
	}
	c, err := openCore(ctx, cfg.Data.Data, cfg.BaseURL, nil, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	slug, publish := survey.Slug(file.Questionnaire.Slug), cfg.Publish
	if cfg.Update {
		publish, err = updateImport(ctx, c, interchange.ToImport(file), publish, errs)
	} else {
		_, err = c.service.Compare.Import(ctx, console, interchange.ToImport(file))
	}
	if err != nil {
		return explain(err, file.Questionnaire.Slug)
	}
	sayUnseen(errs, file)
	fmt.Fprintln(out, slug)
	if !publish {
		return nil
	}
	q, err := c.service.Alliance.QuestionnaireBySlug(ctx, console, slug)
	if err != nil {
		return err
	}
	publication, err := c.publisher.Publish(ctx, console, q.ID, compare.PreparePublication{Bare: true})
	if err != nil {
		fmt.Fprintf(errs, "%s is imported, but not published. Do not import it again: start the server and publish it on the page /veroeffentlichen/%s.\n", slug, slug)
		return err
	}
	if publication.Waiting {
		fmt.Fprintln(errs, "Imported. The publication waits for a second person (Vergleich), as the alliance's rules want.")
		return nil
	}
	sayLoopback(errs, "Its links lead", cfg.BaseURL)
	if !publication.Imprint {
		fmt.Fprintln(errs, "Published without Impressum and privacy notice: do not run this in public before they are set (Verwaltung, Bündnis) and it is published again.")
	}
	return nil
}

// sayUnseen names the characters of a file that nobody sees. An import is what its source says, so they are taken over all the same.
func sayUnseen(errs io.Writer, file interchange.File) {
	count, first := interchange.Unseen(file)
	if count == 0 {
		return
	}
	fmt.Fprintf(errs, "Characters in the file that cannot be seen, or in Word only, taken over as they are: %d. The first:\n", count)
	for _, place := range first {
		fmt.Fprintf(errs, "  %s\n", place)
	}
}

// updateImport adds to an import what is new in a file, says what that was, and tells whether to publish it: where it is published
// already, or was asked for.
func updateImport(ctx context.Context, c *core, im compare.Import, publish bool, errs io.Writer) (bool, error) {
	done, err := c.service.Compare.UpdateImport(ctx, console, im)
	if err != nil {
		return false, err
	}
	for _, one := range done.Kept {
		fmt.Fprintf(errs, "Not in the file, and kept as it is: %s\n", one)
	}
	if !done.New() {
		fmt.Fprintln(errs, "The file says nothing new. Nothing was changed or published.")
		return false, nil
	}
	if done.Report {
		fmt.Fprintln(errs, "The equal-treatment report is that of the file.")
	}
	fmt.Fprintf(errs, "Added: answer versions %d, parties %d, quotations %d, states of parties %d.\n", done.Versions, done.Parties, done.Quotations, done.States)
	records, err := c.service.Compare.PublicationRecords(ctx)
	return publish || slices.ContainsFunc(records, func(r compare.PublicationRecord) bool { return r.Slug == done.Slug }), err
}

// sayLoopback says that what was made leads to this machine only, if it does: most likely --base-url was forgotten.
func sayLoopback(errs io.Writer, what, baseURL string) {
	if base, err := url.Parse(baseURL); err == nil && config.Loopback(base.Hostname()) {
		fmt.Fprintf(errs, "%s to %s, which only this machine can open: name the address the server is reached at with --base-url.\n", what, baseURL)
	}
}

// exportFile writes a download: the very bytes of the latest publication, or, of what has not been published, its state now.
func exportFile(ctx context.Context, cfg config.Export, out io.Writer) (err error) {
	name := cfg.Name
	file, known := export.Find(name)
	if !known {
		return fmt.Errorf("there is no download %q; there are: %s", name, export.Names())
	}
	var content bytes.Buffer
	unpublished := false
	if err := readCore(ctx, cfg.Data.Data, func(store *bolt.Store) error {
		service := office.New(&survey.Kernel{Store: store, Clock: survey.SystemClock{}, BaseURL: cfg.BaseURL})
		records, err := service.Compare.PublicationRecords(ctx)
		if err != nil {
			return err
		}
		library, err := publish.Open(filepath.Join(cfg.Data.Data, publicationsFolder), records)
		if err != nil {
			return err
		}
		if published, ok, err := library.File(survey.Slug(cfg.Slug), name); err != nil || ok {
			content.Write(published)
			return err
		}
		comparison, err := service.Compare.Comparison(ctx, console, survey.Slug(cfg.Slug))
		if q, found := service.Alliance.QuestionnaireBySlug(ctx, console, survey.Slug(cfg.Slug)); found == nil && q.Phase(service.Clock.Now()) == survey.PhaseDraft {
			return fmt.Errorf("the catalogue of %q is not locked yet; there is nothing to export before", cfg.Slug)
		}
		if err != nil {
			return explain(err, cfg.Slug)
		}
		unpublished = true
		return file.Write(&content, comparison)
	}); err != nil {
		return err
	}
	if unpublished {
		if err := noteExport(ctx, cfg); err != nil {
			return err
		}
	}
	if cfg.Output == "" {
		_, err = content.WriteTo(out)
		return err
	}
	return replaceFile(cfg.Output, content.Bytes())
}

// noteExport puts into the audit that the console took what is not published.
func noteExport(ctx context.Context, cfg config.Export) error {
	store, err := openStore(ctx, cfg.Data.Data, bolt.Options{})
	if err != nil {
		return err
	}
	service := office.New(&survey.Kernel{Store: store, Clock: survey.SystemClock{}})
	return errors.Join(service.Alliance.NoteExport(ctx, console, survey.Slug(cfg.Slug)), store.Close())
}

// replaceFile writes a file as a whole: what has the name already stays until the new one is on the disk.
func replaceFile(name string, data []byte) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(name, data, 0) // a device or a pipe
	}
	if _, err := os.Stat(filepath.Dir(name)); err != nil {
		return fmt.Errorf("--output %s: make its folder first: %w", name, err)
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".pruefstein-export-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already if all went well
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Chmod(0o644), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}

// backup writes a checked copy of the database to a file that must not exist.
func backup(ctx context.Context, cfg config.Backup, out io.Writer) error {
	if err := readCore(ctx, cfg.Data.Data, func(store *bolt.Store) error { return store.Backup(ctx, cfg.File, verify(inspectTime)) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%s: copied, reopened and checked. Keep the files %s and %s and the folders %s and %s of %s with it.\n",
		cfg.File, ledgerKeyFile, sealKeyFile, originalsFolder, publicationsFolder, cfg.Data.Data)
	return err
}

// resetLink prints a link for a new password. The person is told by mail when the server runs again.
func resetLink(ctx context.Context, cfg config.ResetLink, out, errs io.Writer) (err error) {
	c, err := openCore(ctx, cfg.Data.Data, cfg.BaseURL, nil, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	people, err := c.service.Alliance.People(ctx, console)
	if err != nil {
		return err
	}
	for _, p := range people {
		if !strings.EqualFold(p.Email, cfg.Email) {
			continue
		}
		link, err := c.service.Alliance.ResetLink(ctx, console, p.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "Start the server and open this link once, within an hour, to set a new password:\n\n    %s\n\n", link)
		sayLoopback(errs, "It leads", cfg.BaseURL)
		return err
	}
	return fmt.Errorf("nobody has an account with the address %s", cfg.Email)
}

// readCore opens the database of a data folder to read.
func readCore(ctx context.Context, folder string, fn func(*bolt.Store) error) error {
	store, err := openStore(ctx, folder, bolt.Options{ReadOnly: true})
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
