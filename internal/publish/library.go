// Package publish builds a publication - every public page and download as a file, with a manifest - and reads them back
// to serve. Readers never touch the database.
//
// On the disk a publication is <folder>/<slug>/<version>/, plain files for any static host: pages in German, in English
// below en/, the downloads, the assets below static/, each with its .gz; manifest.json lists them, checkpoint.txt is the
// ledger after the publication. <folder>/<slug>/current names the version readers get. A page at fragen/7 is the file
// fragen/7.html; pages link to each other with that ending, so that they work wherever they lie.
package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"pruefstein/internal/compare"
	"pruefstein/internal/survey"
)

// Library is the folder of all publications, and in memory the index of their files with the hashes of all bytes that may be
// sent. It needs no database to serve.
type Library struct {
	folder string
	mu     sync.RWMutex
	known  map[survey.Slug]map[int]compare.PublicationRecord // by slug and version; nil: nothing is known
	shelf  map[survey.Slug]*book                             // by slug
	faults map[survey.Slug][]string                          // by slug
	log    *slog.Logger                                      // nil until LogTo
}

// book is all versions of one publication.
type book struct {
	current  int              // 0 for none
	editions map[int]*edition // nil: the version is there, but damaged as a whole
}

// edition is one version: its manifest and its files.
type edition struct {
	Manifest
	folder string
	files  map[string]file // by path
}

// file is one servable file in the forms that were found right: compressed ones first, the plain one last.
type file struct {
	Entry
	forms []form
}

// Open reads all publications below a folder, which need not exist yet, and compares every file with its manifest, and
// each manifest with the ledger's record of it; nil records mean that there is nothing to compare it with. What differs is
// named in Faults and not served; the rest is.
func Open(folder string, records []compare.PublicationRecord) (*Library, error) {
	l := &Library{folder: folder, shelf: map[survey.Slug]*book{}, faults: map[survey.Slug][]string{}}
	l.learn(records)
	return l, l.Reload()
}

// learn takes what the ledger knows of all publications, for the next load.
func (l *Library) learn(records []compare.PublicationRecord) {
	if records == nil {
		return
	}
	known := map[survey.Slug]map[int]compare.PublicationRecord{}
	for _, r := range records {
		if known[r.Slug] == nil {
			known[r.Slug] = map[int]compare.PublicationRecord{}
		}
		known[r.Slug][r.Version] = r
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = known
}

// Reload reads and compares everything anew: what was altered meanwhile is named before a reader asks for it, and what was
// put right is served again.
func (l *Library) Reload() error {
	slugs, err := l.slugs()
	if err != nil {
		return err
	}
	for _, slug := range slugs {
		l.load(slug)
	}
	strays, err := l.strays()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range strays {
		if l.log != nil && !slices.Contains(l.faults[""], f) {
			l.logFault(f)
		}
	}
	l.faults[""] = strays
	return err
}

// strays are what lies beside the publications: a static web server that shows the folder would show it as well.
func (l *Library) strays() (faults []string, err error) {
	entries, err := os.ReadDir(l.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if !entry.IsDir() || !survey.ValidSlug(entry.Name()) {
			faults = append(faults, fmt.Sprintf("publications: %s is no part of a publication", entry.Name()))
		}
	}
	return faults, err
}

// slugs lists the publications that are there or should be.
func (l *Library) slugs() ([]survey.Slug, error) {
	entries, err := os.ReadDir(l.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("publications: %w", err)
	}
	slugs := map[survey.Slug]bool{}
	for _, entry := range entries {
		if entry.IsDir() && survey.ValidSlug(entry.Name()) {
			slugs[survey.Slug(entry.Name())] = true
		}
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for slug := range l.known {
		slugs[slug] = true
	}
	return slices.Sorted(maps.Keys(slugs)), nil
}

// load reads one publication anew.
func (l *Library) load(slug survey.Slug) {
	b, faults := l.read(slug)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range faults {
		if l.log != nil && !slices.Contains(l.faults[slug], f) {
			l.logFault(f)
		}
	}
	l.shelf[slug], l.faults[slug] = b, faults
}

// latest is the version readers get: the newest one the ledger knows. Where its folder is lost nothing is shown, as the version
// before may be what it corrected; but while its files still lie in a folder on its way, the version before is the newest.
func latest(known map[int]compare.PublicationRecord, editions map[int]*edition, entries []fs.DirEntry) int {
	building := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.IsDir() && strings.HasPrefix(e.Name(), buildingPrefix) })
	newest := 0
	for version := range known {
		if editions[version] != nil || !building {
			newest = max(newest, version)
		}
	}
	return newest
}

// read reads one publication with all its files.
func (l *Library) read(slug survey.Slug) (*book, []string) {
	l.mu.RLock()
	known, all := l.known[slug], l.known != nil
	l.mu.RUnlock()
	b := &book{editions: map[int]*edition{}}
	var faults []string
	fault := func(version int, format string, args ...any) {
		faults = append(faults, faultLine(slug, version, fmt.Errorf(format, args...)))
	}
	folder := filepath.Join(l.folder, string(slug))
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		fault(0, "%w", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		version, err := strconv.Atoi(name)
		switch record, recorded := known[version]; {
		case name == currentName, name == currentName+nextSuffix, strings.HasPrefix(name, buildingPrefix), strings.HasPrefix(name, asidePrefix):
		case err != nil || !entry.IsDir() || strconv.Itoa(version) != name:
			fault(0, "%s is no part of a publication", name)
		case all && !recorded:
			fault(version, "the database knows nothing of it; it is not served")
		default:
			e, wrong := readEdition(filepath.Join(folder, name), slug, version, record, all)
			for _, w := range wrong {
				fault(version, "%w", w)
			}
			b.editions[version] = e
		}
	}
	for _, version := range slices.Sorted(maps.Keys(known)) {
		if _, there := b.editions[version]; !there {
			fault(version, "its folder cannot be read: there is none")
		}
	}
	pointed, err := readCurrent(folder)
	b.current = pointed
	if all {
		b.current = latest(known, b.editions, entries)
	}
	_, there := b.editions[b.current]
	switch {
	case len(b.editions) == 0 && (err == nil || errors.Is(err, fs.ErrNotExist)): // nothing is published, or it is named above
	case err != nil:
		fault(0, "%w", err)
	case !there:
		fault(0, "the current version %d is not there", b.current)
	case pointed != b.current:
		fault(0, "%s names version %d, not %d", currentName, pointed, b.current)
	}
	return b, faults
}

// readCurrent reads which version a folder offers on a static host.
func readCurrent(folder string) (int, error) {
	text, err := readRegular(filepath.Join(folder, currentName))
	if err != nil {
		return 0, err
	}
	version, err := strconv.Atoi(strings.TrimSuffix(string(text), "\n"))
	if err != nil || version < 1 {
		return 0, fmt.Errorf("%s: %q is no version", currentName, text)
	}
	return version, nil
}

// faultLine tells what is wrong with a publication, or with one of its versions.
func faultLine(slug survey.Slug, version int, wrong error) string {
	if version == 0 {
		return fmt.Sprintf("publication %s: %v", slug, wrong)
	}
	return fmt.Sprintf("publication %s, version %d: %v", slug, version, wrong)
}

// readEdition reads a version and compares all its files; isKnown tells whether there is a record of it. It returns nil when
// nothing of the version can be trusted.
func readEdition(folder string, slug survey.Slug, version int, record compare.PublicationRecord, isKnown bool) (*edition, []error) {
	m, sum, err := readManifest(folder)
	switch {
	case err != nil:
		return nil, []error{err}
	case isKnown && sum != record.Manifest:
		return nil, []error{fmt.Errorf("its %s is not the one that was recorded, with the SHA-256 %s: %s", manifestName, record.Manifest, sum)}
	case m.Slug != string(slug) || m.Version != version:
		return nil, []error{fmt.Errorf("the manifest is of %s, version %d", m.Slug, m.Version)}
	}
	e := &edition{Manifest: m, folder: folder, files: make(map[string]file, len(m.Files)+3)}
	var faults []error
	fault := func(path string, err error) { faults = append(faults, fmt.Errorf("%s: %w", path, err)) }
	expected := map[string]bool{manifestName: true, checkpointName: true}
	for _, entry := range m.Files {
		f := file{Entry: entry}
		expected[entry.Path] = true
		for _, c := range codings {
			copied := entry.encoding(c)
			if copied == nil && (m.hashesCopies() || c != gzipCoding) {
				continue
			}
			path := entry.Path + c.suffix
			expected[path] = true
			var one form
			if copied != nil {
				one, err = measure(e.place(path), c, copied.Size, copied.SHA256)
			} else if one, err = measureGzip(e.place(path), entry); errors.Is(err, fs.ErrNotExist) {
				continue // too small to be worth one
			}
			if err != nil {
				fault(path, err)
				continue
			}
			if one.size < entry.Size {
				f.forms = append(f.forms, one)
			}
		}
		if one, err := measure(e.place(entry.Path), coding{}, entry.Size, entry.SHA256); err != nil {
			fault(entry.Path, err)
		} else {
			f.forms = append(f.forms, one)
		}
		e.files[entry.Path] = f
	}
	for _, own := range e.own(record, isKnown) {
		expected[own.Path] = true
		f := file{Entry: own.Entry}
		data, err := readRegular(e.place(own.Path))
		switch {
		case errors.Is(err, fs.ErrNotExist) && own.mayLack:
			continue
		case err != nil:
			fault(own.Path, err)
		case own.SHA256 != "" && own.SHA256 != hexSum(data):
			fault(own.Path, errors.New(own.differs))
		default:
			f.Size, f.SHA256 = int64(len(data)), hexSum(data)
			if one, err := measure(e.place(own.Path), coding{}, f.Size, f.SHA256); err == nil {
				f.forms = []form{one}
			}
		}
		e.files[own.Path] = f
	}
	return e, append(faults, foreign(folder, expected)...)
}

// ownFile is a file beside those of the manifest.
type ownFile struct {
	Entry   // SHA256 "" where it is not known
	mayLack bool
	differs string // what is wrong when the hash is another one
}

// own lists manifest and checkpoints with what they must be.
func (e *edition) own(record compare.PublicationRecord, isKnown bool) []ownFile {
	manifest := ownFile{Entry: Entry{Path: manifestName, Type: "application/json", SHA256: record.Manifest}, differs: "is not the one that was recorded"}
	after := ownFile{Entry: Entry{Path: checkpointName, Type: plainType}, differs: "is not the one of this ledger and its key",
		mayLack: !isKnown || record.Before != ""} // laid there later; a folder on its way has none yet
	if record.Checkpoint != "" {
		after.SHA256 = hexSum([]byte(record.Checkpoint))
	}
	own := []ownFile{manifest}
	if !isKnown || record.Checkpoint != "" { // what cannot be compared is not served
		own = append(own, after)
	}
	if e.Held != "" {
		own = append(own, ownFile{Entry: Entry{Path: beforeName, Type: plainType, SHA256: e.Held}, differs: "is not the one the manifest has the hash of", mayLack: true})
	}
	return own
}

// foreign names the files of a folder that do not belong there. They are never served, but a static host would.
func foreign(folder string, expected map[string]bool) (faults []error) {
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		path, err := filepath.Rel(folder, name)
		if err == nil && !expected[filepath.ToSlash(path)] {
			faults = append(faults, fmt.Errorf("%s: the manifest does not know it", filepath.ToSlash(path)))
		}
		return err
	})
	if err != nil {
		faults = append(faults, err)
	}
	return faults
}

func (e *edition) place(path string) string { return filepath.Join(e.folder, filepath.FromSlash(path)) }

// find returns the file at an address below the publication.
func (e *edition) find(address string) (file, bool) {
	if address == "" || strings.HasSuffix(address, "/") {
		address += "index"
	}
	for _, path := range []string{address, address + ".html"} {
		if f, ok := e.files[path]; ok {
			return f, true
		}
	}
	return file{}, false
}

// List returns the manifests of all publications readers get, the newest election first.
func (l *Library) List() []Manifest {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var list []Manifest
	for _, b := range l.shelf {
		if e := b.editions[b.current]; e != nil {
			list = append(list, e.Manifest)
		}
	}
	slices.SortFunc(list, func(a, b Manifest) int {
		if c := strings.Compare(b.ElectionDate, a.ElectionDate); c != 0 {
			return c
		}
		return strings.Compare(a.Slug, b.Slug)
	})
	return list
}

// File returns the bytes of a file of the current version, compared with its manifest; ok false when there is no such
// publication or file.
func (l *Library) File(slug survey.Slug, path string) (data []byte, ok bool, err error) {
	e, _, damaged := l.edition(slug, 0)
	if damaged {
		return nil, false, fmt.Errorf("the publication %s is damaged; pruefstein check tells more", slug)
	}
	if e == nil {
		return nil, false, nil
	}
	f, ok := e.files[path]
	if !ok {
		return nil, false, nil
	}
	data, err = readRegular(e.place(path))
	if err == nil && hexSum(data) != f.SHA256 {
		err = errAltered
	}
	if err != nil {
		return nil, false, errors.New(faultLine(survey.Slug(e.Slug), e.Version, fmt.Errorf("%s: %w", path, err)))
	}
	return data, true, nil
}

// LogTo writes each fault known so far to a log, and from now on each new one.
func (l *Library) LogTo(log *slog.Logger) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = log
	for _, slug := range slices.Sorted(maps.Keys(l.faults)) {
		for _, f := range l.faults[slug] {
			l.logFault(f)
		}
	}
}

func (l *Library) logFault(f string) {
	l.log.Error("publication damaged, not served", "fault", f)
}

// found notes what was wrong with a file just before it would have been sent.
func (l *Library) found(e *edition, path string, wrong error) {
	f := faultLine(survey.Slug(e.Slug), e.Version, fmt.Errorf("%s: %w", path, wrong))
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.Contains(l.faults[survey.Slug(e.Slug)], f) {
		return
	}
	l.faults[survey.Slug(e.Slug)] = append(l.faults[survey.Slug(e.Slug)], f)
	if l.log != nil {
		l.logFault(f)
	}
}

// Faults says what of the folder is not served, or does not belong there: a line each, as far as it is known.
func (l *Library) Faults() (all []string) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, slug := range slices.Sorted(maps.Keys(l.faults)) {
		all = append(all, l.faults[slug]...)
	}
	return all
}

// edition returns a version of a publication, the current one for 0, and whether it is asked for as a frozen one. damaged
// means that the version is there and cannot be served.
func (l *Library) edition(slug survey.Slug, version int) (e *edition, frozen, damaged bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	b := l.shelf[slug]
	if b == nil || version > b.current {
		return nil, false, false // unknown, or on its way
	}
	if frozen = version > 0; !frozen {
		version = b.current
	}
	e, there := b.editions[version]
	return e, frozen, there && e == nil
}
