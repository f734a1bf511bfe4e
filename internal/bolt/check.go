package bolt

import (
	"errors"
	"fmt"
	"iter"
	"time"

	bbolt "go.etcd.io/bbolt"
)

// CheckPages returns a line for each fault bbolt finds in the pages of a database of any schema, its list of free pages
// included. What passes can be opened, read and written without bbolt ending or hanging the process; the check itself can
// do either, in goroutines of bbolt, so run it in a process that may be lost. Opening fails as Open does.
func CheckPages(path string) (faults []string, err error) {
	db, _, err := openFile(path, true, time.Second)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	err = survive(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			if err := whole(tx, path); err != nil {
				return err
			}
			faults = pages(tx)
			return nil
		})
	})
	return faults, errors.Join(err, letGo(db, closeWait))
}

// maxFaults is how many faults of the pages are listed: one page can lead to many.
const maxFaults = 1000

func pages(tx *bbolt.Tx) (faults []string) {
	for err := range tx.Check() { // to its end, or bbolt's goroutine would wait for ever
		if len(faults) < maxFaults {
			faults = append(faults, "database: "+err.Error())
		}
	}
	return faults
}

// anyTable is a table of whatever type.
type anyTable interface {
	check() []string
	rebuild() error
}

// each yields every table of a transaction.
func each(tx *bbolt.Tx) iter.Seq[anyTable] {
	return func(yield func(anyTable) bool) {
		for _, table := range tables(tx).Tables() {
			if !yield(table.(anyTable)) {
				return
			}
		}
	}
}

// Check reads the whole database and returns a line for each fault: those CheckPages finds, which see there, and every value
// of every table, which must fit its checksum, decode without a field unknown to this program, lie under its own key and have
// its places in the indexes. It is sound when bbolt can walk its pages: only then may it be read on.
func (s *Store) Check() (faults []string, sound bool) {
	err := s.guard(false, func() error {
		return s.survive(func() error {
			return s.db.View(func(tx *bbolt.Tx) error {
				if faults = pages(tx); len(faults) > 0 {
					return nil
				}
				sound = true
				for t := range each(tx) {
					faults = append(faults, t.check()...)
				}
				return nil
			})
		})
	})
	if err != nil {
		return append(faults, "database: "+err.Error()), false
	}
	return faults, sound
}
