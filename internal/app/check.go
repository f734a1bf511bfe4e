package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"pruefstein/internal/bolt"
	"pruefstein/internal/config"
	"pruefstein/internal/interchange"
	"pruefstein/internal/ledger"
	"pruefstein/internal/office"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
)

// check prints a line a fault, or that there is none; any fault is an error.
func check(ctx context.Context, cfg config.Check, out io.Writer) error {
	path := filepath.Join(cfg.Data.Data, databaseFile)
	if cfg.Rebuild {
		if err := rebuild(ctx, path); err != nil {
			return err
		}
	}
	found, err := inspect(ctx, config.Inspect{File: path, Folder: cfg.Data.Data}, inspectTime)
	if err != nil {
		return err
	}
	faults, err := checkInspected(ctx, cfg.Data.Data, found)
	for _, f := range faults {
		fmt.Fprintln(out, f)
	}
	if err == nil && len(faults) == 0 {
		fmt.Fprintln(out, "No faults.")
	}
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("faults: %d; put a backup of the database, or your copy of the file they name, in its place, or ask for help with this list", len(faults))
	}
	return err
}

// rebuild makes the indexes of a database anew, when its pages are sound.
func rebuild(ctx context.Context, path string) error {
	found, err := inspect(ctx, config.Inspect{File: path, Pages: true}, inspectTime)
	if err != nil {
		return err
	}
	store, err := openInspected(path, bolt.Options{}, found)
	if err != nil {
		return err
	}
	return errors.Join(store.Rebuild(), store.Close())
}

// checkInspected checks what lies beside a database that was inspected, with the database if it may be opened.
func checkInspected(ctx context.Context, folder string, found verdict) (faults []string, err error) {
	var store *bolt.Store
	if found.state != inspectUnsound {
		if store, err = openInspected(filepath.Join(folder, databaseFile), bolt.Options{ReadOnly: true}, found); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
	}
	return checkBeside(ctx, found, store, folder)
}

// errInspecting answers whoever presses Prüfung or Sicherung while one is under way.
var errInspecting = survey.Fail(survey.Conflict, "error.inspecting")

// check is what the administrator's page runs while the server holds the database: a copy is inspected.
func (c *core) check(ctx context.Context) ([]string, error) {
	if !c.inspecting.TryLock() {
		return nil, errInspecting
	}
	defer c.inspecting.Unlock()
	if err := c.publisher.Compare(); err != nil { // the overview shall name what is named here
		return nil, err
	}
	var found verdict
	err := c.store.WithCopy(ctx, c.folder, func(path string) (err error) {
		found, err = inspect(ctx, config.Inspect{File: path, Folder: c.folder}, inspectOnline)
		return err
	})
	switch {
	case errors.Is(err, bolt.ErrDamaged):
		found = verdict{[]string{"database: " + err.Error()}, inspectUnsound}
	case err != nil:
		return nil, err
	case found.state == inspectRefused: // it is the copy that cannot be opened
		found.state = inspectUnsound
	}
	return checkBeside(ctx, found, c.store, c.folder)
}

// verify is how the copy of a backup is checked.
func verify(limit time.Duration) bolt.Verify {
	return func(ctx context.Context, path string) error {
		found, err := inspect(ctx, config.Inspect{File: path}, limit)
		if err == nil && len(found.faults) > 0 {
			err = fmt.Errorf("%w: the copy has faults (%d), the first: %s", bolt.ErrDamaged, len(found.faults), found.faults[0])
		}
		return err
	}
}

// checkBeside adds to what was found in a database the faults of the published files and of the originals, as far as the
// database may be asked for them.
func checkBeside(ctx context.Context, found verdict, store *bolt.Store, folder string) ([]string, error) {
	faults := found.faults
	if found.state == inspectUnsound {
		library, err := publish.Open(filepath.Join(folder, publicationsFolder), nil)
		if err == nil {
			faults = append(faults, library.Faults()...)
		}
		return faults, err
	}
	var originals []survey.Original
	if err := store.View(ctx, func(tx *survey.Tx) error {
		originals = nil
		for o, err := range tx.Originals.List("") {
			if err == nil { // what cannot be read is named above
				originals = append(originals, o)
			}
		}
		return nil
	}); err != nil {
		return faults, err
	}
	faults = append(faults, checkOriginals(filepath.Join(folder, originalsFolder), originals)...)
	published, err := checkPublications(ctx, store, folder)
	if err != nil && ctx.Err() == nil { // the faults that were found must not go down with it
		published, err = append(published, "publications: they cannot be checked: "+err.Error()), nil
	}
	return append(faults, published...), err
}

// checkPublications returns a line for each published file that is not what was recorded, and for each checkpoint that is
// not of this ledger: of a publication that the database does not know, or kept back for one that it does. A ledger that was
// rewritten as a whole is sound in itself; only what has been published convicts it.
func checkPublications(ctx context.Context, store *bolt.Store, folder string) (faults []string, err error) {
	service := office.New(&survey.Kernel{Store: store, Clock: survey.SystemClock{}})
	keyFile := filepath.Join(folder, ledgerKeyFile)
	if _, err := os.Stat(keyFile); err == nil { // looking makes no key
		service.Ledger, _ = ledger.LoadOrCreateKey(keyFile) // one that is gone or cannot be read is named by keyFaults
	}
	records, err := service.Compare.PublicationRecords(ctx)
	if err != nil {
		return nil, err
	}
	library, err := publish.Open(filepath.Join(folder, publicationsFolder), records)
	if err != nil {
		return nil, err
	}
	faults = library.Faults()
	if service.Ledger == nil {
		return faults, nil
	}
	places, err := filepath.Glob(filepath.Join(folder, publicationsFolder, "*", "[0-9]*"))
	if err != nil {
		return nil, err
	}
	served := len(faults)
	err = store.View(ctx, func(tx *survey.Tx) error {
		faults = faults[:served]
		fault := func(place, name string, err error) {
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				faults = append(faults, fmt.Sprintf("publication %s: %s: %v", place, name, err))
			}
		}
		for _, r := range records {
			place := filepath.Join(folder, publicationsFolder, string(r.Slug), strconv.Itoa(r.Version))
			places = slices.DeleteFunc(places, func(p string) bool { return p == place })
			fault(place, dataName, checkTreatment(tx, r.Publication, filepath.Join(place, dataName)))
			if r.Before != "" {
				fault(place, "the checkpoint before it", survey.CheckCheckpoint(tx, r.Before, service.Ledger.Verifier()))
			}
		}
		for _, place := range places { // no row knows them: the database may be older than what was published
			text, err := os.ReadFile(filepath.Join(place, "checkpoint.txt"))
			if err == nil {
				err = survey.CheckCheckpoint(tx, string(text), service.Ledger.Verifier())
			}
			fault(place, "checkpoint.txt", err)
		}
		return nil
	})
	return faults, err
}

// dataName is the download in which the report stands as data.
const dataName = "daten.json"

// checkTreatment compares the equal-treatment report in a published file with the one that was recorded.
func checkTreatment(tx *survey.Tx, p survey.Publication, file string) error {
	details, err := survey.PublicationDetails(tx, []survey.Publication{p})
	if err != nil { // what cannot be read is named elsewhere
		return nil
	}
	data, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer data.Close()
	f, err := interchange.Read(data)
	if err != nil {
		return err
	}
	recorded := interchange.File{Questionnaire: f.Questionnaire}
	recorded.Questionnaire.Treatment = interchange.FromTreatment(details[0].Treatment)
	if !recorded.Equal(interchange.File{Questionnaire: f.Questionnaire}) {
		return errors.New("its equal-treatment report is not the one that was recorded")
	}
	return nil
}

// keyFaults returns a line for each key file that is not the one the database needs. With a fatal one nothing may be written:
// a fresh or foreign ledger key would disown every receipt and publication. The others are said at each start; a seal key
// may have been replaced because the old one is lost, and a server that refused it could never start again.
func keyFaults(tx *survey.Tx, folder string) (fatal, others []string) {
	path := filepath.Join(folder, ledgerKeyFile)
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		for range tx.Leaves.List("") {
			fatal = append(fatal, path+" is missing, and receipts or publications were signed with it. Put it back from your copies; it cannot be made anew.")
			break
		}
	default:
		key, err := ledger.LoadOrCreateKey(path)
		if err == nil {
			var known bool
			if known, err = survey.CheckLedgerKey(tx, key); !known && err == nil {
				err = checkpointsOfAnother(folder, key)
			}
		}
		if err != nil {
			fatal = append(fatal, fmt.Sprintf("%s has been altered or replaced: %v. Put the right one back from your copies; it cannot be made anew.", path, err))
		}
	}
	path = filepath.Join(folder, sealKeyFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		for m := range tx.Mails.List("") {
			if len(m.Sealed) > 0 {
				return append(fatal, path+" is missing, and links in mails that wait are sealed with it. Put it back from your copies. If there is none, "+
					"make one (openssl rand -hex 32 > "+path+"; chmod 600 "+path+"); these mails then fail, and their links have to be made anew."), others
			}
		}
		return fatal, others
	}
	sealer, err := survey.LoadOrCreateSealer(path)
	if err != nil {
		return append(fatal, err.Error()), others
	}
	switch lost, other := survey.CheckSealer(tx, sealer); {
	case lost > 0:
		others = append(others, fmt.Sprintf("%s has been altered or replaced: it does not open the links and codes in mails that wait or have failed (%d). "+
			"Put the right one back from your copies and start again; what has failed meanwhile can then be sent again. If there is none, make these links anew.", path, lost))
	case other:
		others = append(others, path+" is another key than at the last start. No mail that waits needs the one before; if nobody replaced it on purpose, put that one back from your copies.")
	}
	return fatal, others
}

// checkpointsOfAnother tells whether another key has signed what is published: nil if there is nothing or this one has, too.
func checkpointsOfAnother(folder string, key *ledger.Key) (another error) {
	files, err := filepath.Glob(filepath.Join(folder, publicationsFolder, "*", "[0-9]*", "checkpoint.txt"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil {
			_, err = ledger.OpenCheckpoint(string(text), key.Verifier())
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ledger.ErrOtherKey): // any other fault of the file checkPublications names
			another = fmt.Errorf("%s is signed with another key", file)
		}
	}
	return another
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
