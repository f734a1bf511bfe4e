package bolt

import (
	"fmt"
	"reflect"

	bbolt "go.etcd.io/bbolt"
)

// Check reads the whole database and returns a line for each fault: bbolt's own check of the pages, and every value of
// every table, which must decode without a field unknown to this program and lie under its own key. An altered character
// in a text passes here; only the ledger sees it (survey.CheckLedger).
func (s *Store) Check() (faults []string) {
	defer func() {
		if p := recover(); p != nil { // bbolt panics on pages that make no sense
			faults = append(faults, fmt.Sprintf("database: %v", p))
		}
	}()
	err := s.guard(false, func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			for err := range tx.Check() {
				faults = append(faults, "database: "+err.Error())
			}
			if len(faults) > 0 {
				return nil // a walk through broken pages may not end
			}
			all := reflect.ValueOf(tables(tx)).Elem()
			for i := range all.NumField() {
				faults = append(faults, all.Field(i).Interface().(interface{ check() []string }).check()...)
			}
			return nil
		})
	})
	if err != nil {
		faults = append(faults, "database: "+err.Error())
	}
	return faults
}
