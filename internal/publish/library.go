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
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"pruefstein/internal/survey"
)

// Library is the folder of all publications, and in memory the index of their files. It needs no database.
type Library struct {
	folder string
	mu     sync.RWMutex
	shelf  map[string]*book // by slug
	faults []string
}

// book is all versions of one publication.
type book struct {
	current  int
	editions map[int]*edition
}

// edition is one version: its manifest and its files.
type edition struct {
	Manifest
	folder string
	files  map[string]file // by path
}

// file is one servable file.
type file struct {
	Entry
	zipped int64 // size of the .gz, 0 without one
}

// Open reads the manifests of all publications below a folder, which need not exist yet. A damaged publication is left
// out and named in Faults; the others are served.
func Open(folder string) (*Library, error) {
	l := &Library{folder: folder, shelf: map[string]*book{}}
	slugs, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, fmt.Errorf("publications: %w", err)
	}
	for _, entry := range slugs {
		if entry.IsDir() && survey.ValidSlug(entry.Name()) {
			l.load(entry.Name())
		}
	}
	return l, nil
}

// load reads one publication anew.
func (l *Library) load(slug string) {
	b, faults := readBook(filepath.Join(l.folder, slug), slug)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(slices.DeleteFunc(l.faults, func(f string) bool { return strings.HasPrefix(f, slug+": ") }), faults...)
	if b.editions[b.current] == nil {
		delete(l.shelf, slug)
		return
	}
	l.shelf[slug] = b
}

func readBook(folder, slug string) (*book, []string) {
	b := &book{editions: map[int]*edition{}}
	var faults []string
	fault := func(err error) { faults = append(faults, fmt.Sprintf("%s: %v", slug, err)) }
	entries, err := os.ReadDir(folder)
	if err != nil {
		fault(err)
	}
	for _, entry := range entries {
		version, err := strconv.Atoi(entry.Name())
		if err != nil || !entry.IsDir() || strconv.Itoa(version) != entry.Name() {
			continue
		}
		e, err := readEdition(filepath.Join(folder, entry.Name()))
		if err == nil && (e.Slug != slug || e.Version != version) {
			err = fmt.Errorf("version %d: the manifest is of %s, version %d", version, e.Slug, e.Version)
		}
		if err != nil {
			fault(err)
			continue
		}
		b.editions[version] = e
	}
	text, err := os.ReadFile(filepath.Join(folder, currentName))
	if err == nil {
		b.current, err = strconv.Atoi(strings.TrimSpace(string(text)))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(b.editions) == 0: // nothing is published yet
	case err != nil:
		fault(err)
	case b.editions[b.current] == nil:
		fault(fmt.Errorf("the current version %d is not there", b.current))
	}
	return b, faults
}

// readEdition reads a manifest and looks for its files. It does not read them: that is what the check command is for.
func readEdition(folder string) (*edition, error) {
	m, _, err := readManifest(folder)
	if err != nil {
		return nil, err
	}
	e := &edition{Manifest: m, folder: folder, files: make(map[string]file, len(m.Files)+2)}
	for _, entry := range m.Files {
		if err := e.add(entry); err != nil {
			return nil, err
		}
	}
	for _, own := range []Entry{{Path: manifestName, Type: "application/json"}, {Path: checkpointName, Type: "text/plain; charset=utf-8"}} {
		data, err := os.ReadFile(filepath.Join(folder, own.Path))
		if errors.Is(err, fs.ErrNotExist) {
			continue // a folder on its way has no checkpoint yet
		}
		if err != nil {
			return nil, err
		}
		own.Size, own.SHA256 = int64(len(data)), hexSum(data)
		if err := e.add(own); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *edition) add(entry Entry) error {
	name := e.place(entry.Path)
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	if info.Size() != entry.Size || !info.Mode().IsRegular() {
		return fmt.Errorf("%s has %d bytes, not %d", name, info.Size(), entry.Size)
	}
	f := file{Entry: entry}
	if zipped, err := os.Stat(name + gzSuffix); err == nil && zipped.Size() < info.Size() {
		f.zipped = zipped.Size()
	}
	e.files[entry.Path] = f
	return nil
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
		list = append(list, b.editions[b.current].Manifest)
	}
	slices.SortFunc(list, func(a, b Manifest) int {
		if c := strings.Compare(b.ElectionDate, a.ElectionDate); c != 0 {
			return c
		}
		return strings.Compare(a.Slug, b.Slug)
	})
	return list
}

// File returns the bytes of a file of the current version; ok false when there is no such publication or file.
func (l *Library) File(slug, path string) (data []byte, ok bool, err error) {
	e, _ := l.edition(slug, 0)
	if e == nil {
		return nil, false, nil
	}
	if _, ok := e.files[path]; !ok {
		return nil, false, nil
	}
	data, err = os.ReadFile(e.place(path))
	return data, err == nil, err
}

// Faults says what is wrong with the folder: a line for each publication or version that cannot be served.
func (l *Library) Faults() []string {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.Clone(l.faults)
}

// Check reads every file of every version and returns a line for each that is not what its manifest says.
func (l *Library) Check() []string {
	l.mu.RLock()
	faults := slices.Clone(l.faults)
	var all []*edition
	for _, slug := range slices.Sorted(maps.Keys(l.shelf)) {
		for _, version := range slices.Sorted(maps.Keys(l.shelf[slug].editions)) {
			all = append(all, l.shelf[slug].editions[version])
		}
	}
	l.mu.RUnlock()
	for _, e := range all {
		for _, entry := range e.Files {
			data, err := os.ReadFile(e.place(entry.Path))
			if err == nil && hexSum(data) != entry.SHA256 {
				err = errors.New("its bytes are not those of the manifest")
			}
			if err != nil {
				faults = append(faults, fmt.Sprintf("publication %s, version %d: %s: %v", e.Slug, e.Version, entry.Path, err))
			}
		}
	}
	return faults
}

// edition returns a version of a publication, the current one for 0, and whether it is asked for as a frozen one.
func (l *Library) edition(slug string, version int) (e *edition, frozen bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	b := l.shelf[slug]
	if b == nil {
		return nil, false
	}
	if version == 0 {
		return b.editions[b.current], false
	}
	if version > b.current {
		return nil, false // on its way
	}
	return b.editions[version], true
}
