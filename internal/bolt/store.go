// Package bolt is survey.Store in one bbolt file. buckets.go draws the schema.
package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	bbolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"pruefstein/internal/survey"
)

// What Open finds wrong with a file. The errors it returns name the file as well; compare with errors.Is.
var (
	ErrEmpty    = errors.New("the file is empty")                                        // bbolt would make it a fresh database
	ErrForeign  = errors.New("the file is not a database of Prüfstein")                  // or so damaged that it cannot be told
	ErrDamaged  = errors.New("the database is damaged or was cut off; use a backup")     // shorter than it says, or broken at the root
	ErrLocked   = errors.New("another process has the database open")                    // such as a running server
	ErrNewer    = errors.New("the database was written by a newer version of Prüfstein") // a downgrade would lose data
	ErrStuck    = errors.New("the database is busy and does not come to an end")
	ErrReplaced = errors.New("another file has taken the place of the database; end the server first")
	ErrOlder    = errors.New("the database has to be migrated first: start the server once")
)

// Options of Open.
type Options struct {
	Create   bool          // make the file, and its folder, when it does not exist
	ReadOnly bool          // for commands that only look; several may do so at once
	Timeout  time.Duration // to wait for another process to let go of the file; 0 is one second
}

// Store is a survey.Store in one file. One Update is one commit, synced to the disk before it returns.
type Store struct {
	db      *bbolt.DB
	path    string
	file    *os.File      // the open file, to see whether the path still leads to it
	size    atomic.Int64  // bytes it has at least; it only grows
	broken  atomic.Bool   // bbolt died or a page could not be read: nothing more is asked of the file
	writing chan struct{} // holds one: the one writer. A wait for bbolt's own lock could not be ended

	writeWait, closeWait time.Duration
}

// How long a writer waits for the one before it, and Close for what is under way. Damage can make bbolt wait for ever.
const (
	writeWait = 30 * time.Second
	closeWait = time.Second
)

var _ survey.Store = (*Store)(nil)

// initialMap is how many bytes of address space (not memory) the file gets from the start. While the file fits in, a
// writer never has to map it anew and so never waits for readers, and reads go on when the disk turns read-only.
const initialMap = 256 << 20

// Open opens the database at path. Without Options.Create a missing file is fs.ErrNotExist; an empty one is always
// refused, since it is what is left of a database more often than the wish for a new one.
func Open(path string, opts Options) (*Store, error) {
	if opts.Timeout == 0 {
		opts.Timeout = time.Second
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && opts.Create && !opts.ReadOnly {
		if err = create(path); err == nil {
			info, err = os.Stat(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w", path, ErrForeign)
	case info.Size() == 0:
		return nil, fmt.Errorf("%s: %w", path, ErrEmpty)
	}
	version, err := probe(path, opts.Timeout)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	switch {
	case version > len(migrations):
		return nil, fmt.Errorf("%s: %w (schema %d, this program knows %d)", path, ErrNewer, version, len(migrations))
	case version < len(migrations) && opts.ReadOnly:
		return nil, fmt.Errorf("%s: %w", path, ErrOlder)
	}
	db, file, err := openFile(path, opts.ReadOnly, opts.Timeout)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if !opts.ReadOnly {
		err = errors.Join(survive(func() error { return migrate(db, version) }), removeLeftovers(filepath.Dir(path)))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), letGo(db, closeWait))
	}
	return &Store{db: db, path: path, file: file, writing: make(chan struct{}, 1), writeWait: writeWait, closeWait: closeWait}, nil
}

// Close waits a second for open transactions and lets go of the file. ErrStuck: it is let go of when the process ends.
func (s *Store) Close() error {
	if err := letGo(s.db, s.closeWait); err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	return nil
}

// letGo closes a database of bbolt, whose locks may be lost.
func letGo(db *bbolt.DB, wait time.Duration) error {
	closed := make(chan error, 1)
	go func() { closed <- survive(db.Close) }()
	select {
	case err := <-closed:
		return err
	case <-time.After(wait):
		return ErrStuck
	}
}

// View implements survey.Store: fn sees the last commit, whatever is written meanwhile.
func (s *Store) View(ctx context.Context, fn func(*survey.Tx) error) error {
	return s.run(ctx, false, fn)
}

// Update implements survey.Store: one fn at a time, one synced commit, nothing if fn returns an error or panics.
func (s *Store) Update(ctx context.Context, fn func(*survey.Tx) error) error {
	return s.run(ctx, true, fn)
}

func (s *Store) run(ctx context.Context, write bool, fn func(*survey.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if write {
		select {
		case s.writing <- struct{}{}:
			defer func() { <-s.writing }()
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.writeWait):
			return survey.Storage(ErrStuck)
		}
		if err := ctx.Err(); err != nil { // the wait for another writer may have been long
			return err
		}
	}
	return s.guard(write, func() error {
		tx, err := s.begin(write)
		if err != nil {
			return survey.Storage(err)
		}
		// After a commit a rollback does nothing; after an error or a panic of fn it lets go of the lock.
		defer func() { _ = s.survive(tx.Rollback) }()
		if err := fn(tables(tx)); err != nil || !write {
			return err
		}
		if err := s.survive(tx.Commit); err != nil {
			return survey.Storage(err)
		}
		return nil
	})
}

func (s *Store) begin(write bool) (tx *bbolt.Tx, err error) {
	err = s.survive(func() (err error) {
		tx, err = s.db.Begin(write)
		return err
	})
	return tx, err
}

// survive runs a step of bbolt alone. If it dies, its locks may be lost, so bbolt is not asked again.
func (s *Store) survive(step func() error) error {
	err := survive(step)
	if errors.Is(err, ErrDamaged) {
		s.broken.Store(true)
	}
	return err
}

// survive makes an ErrDamaged of a panic of bbolt, or of a fault in its memory map, which would end the process. It does so
// in this goroutine alone: bbolt's check of the pages starts others.
func survive(step func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	return step()
}

// guard runs what touches the pages of the file. They are mapped into memory: where the file was cut off, reading one is a
// fault that would end the process. It is an error here instead, of this access and of all that follow.
func (s *Store) guard(write bool, fn func() error) (err error) {
	if err := s.sound(write); err != nil {
		return survey.Storage(err)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		fault, ok := p.(interface {
			runtime.Error
			Addr() uintptr
		})
		if !ok {
			panic(p)
		}
		s.broken.Store(true)
		err = survey.Storage(fmt.Errorf("%w: %w", ErrDamaged, fault))
	}()
	return fn()
}

// sound tells what has happened to the file behind our back: that it was cut off, or, before writing, that its path leads
// elsewhere, so that what is written would be gone with the process.
func (s *Store) sound(write bool) error {
	known := s.size.Load() // before the file is looked at: it may grow meanwhile
	opened, err := s.file.Stat()
	if err != nil {
		return err
	}
	if opened.Size() < known {
		s.broken.Store(true)
	}
	if s.broken.Load() {
		return ErrDamaged
	}
	s.size.CompareAndSwap(known, opened.Size()) // another's newer look is as good
	if !write {
		return nil
	}
	there, err := os.Stat(s.path)
	if err == nil && !os.SameFile(there, opened) {
		err = ErrReplaced
	}
	return err
}

// openFile opens the file in bbolt and translates its errors. The file is closed with the database.
func openFile(path string, readOnly bool, timeout time.Duration) (db *bbolt.DB, file *os.File, err error) {
	err = survive(func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				file, err = os.OpenFile(name, flag, mode)
				return file, err
			},
			Timeout:         timeout,
			ReadOnly:        readOnly,
			FreelistType:    bbolt.FreelistMapType, // the array slows down when much was deleted
			InitialMmapSize: initialMap,
		})
		return err
	})
	if errors.Is(err, ErrDamaged) {
		return nil, nil, errors.Join(err, file.Close()) // bbolt left it open and locked
	}
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, nil, ErrLocked
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch):
		return nil, nil, ErrForeign
	}
	return db, file, err
}

// probe reads the version of the schema and refuses a file that ends before its last page: bbolt opens such a file
// without a word and dies by signal when it touches what is missing. Read-only, bbolt touches only the first two pages.
func probe(path string, timeout time.Duration) (version int, err error) {
	db, _, err := openFile(path, true, timeout)
	if err != nil {
		return 0, err
	}
	err = survive(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			if err := whole(tx, path); err != nil {
				return err
			}
			version, err = schema(tx)
			return err
		})
	})
	return version, errors.Join(err, letGo(db, closeWait))
}

// whole refuses a file that ends before its last page.
func whole(tx *bbolt.Tx, path string) error {
	info, err := os.Stat(path)
	if err == nil && tx.Size() > info.Size() {
		err = fmt.Errorf("%w: %d of %d bytes are there", ErrDamaged, info.Size(), tx.Size())
	}
	return err
}

// create makes a database in a temporary file and gives it its name when it is whole: a crash leaves no empty file.
func create(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	temp, err := tempName(folder)
	if err != nil {
		return err
	}
	defer os.Remove(temp) // gone already if all went well
	db, _, err := openFile(temp, false, time.Second)
	if err != nil {
		return err
	}
	if err := errors.Join(migrate(db, 0), db.Close()); err != nil {
		return err
	}
	if err := giveName(temp, path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil // another process made it meanwhile: that one is opened
}
