package bolt_test

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"pruefstein/internal/bolt"
)

// A copy that a full disk refuses says so: bbolt words the error of the first pages anew.
func TestCopyOntoAFullDisk(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "pruefstein.db"), bolt.Options{Create: true})
	defer closeStore(t, s)
	if err := s.WriteCopy("/dev/full"); !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
}
