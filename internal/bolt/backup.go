package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	bbolt "go.etcd.io/bbolt"
)

// tempPattern names unfinished files; what a crash left of them is removed at the next start.
const tempPattern = ".pruefstein-*.tmp"

// Backup copies the database to path while it is in use. The copy gets its name only after it was synced, reopened and
// checked value by value. An existing file is never overwritten (fs.ErrExist). The folder must exist.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "backup", Path: path, Err: fs.ErrExist}
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("backup: make its folder first: %w", err)
	}
	temp, err := s.checkedCopy(ctx, filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer os.Remove(temp) // gone already if all went well
	if err := giveName(temp, path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// Snapshot returns a checked copy of the database as an open file without a name: it is gone when it is closed. So a
// download streams it outside any transaction, and whatever is wrong shows before the first byte.
func (s *Store) Snapshot(ctx context.Context) (*os.File, error) {
	temp, err := s.checkedCopy(ctx, filepath.Dir(s.db.Path()))
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	defer os.Remove(temp)
	return os.Open(temp)
}

// checkedCopy writes a copy into a temporary file of the folder, synced, reopened and checked, and returns its name.
func (s *Store) checkedCopy(ctx context.Context, folder string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	temp, err := tempName(folder)
	if err != nil {
		return "", err
	}
	if err := errors.Join(s.writeCopy(temp), ctx.Err()); err != nil {
		return "", errors.Join(err, os.Remove(temp))
	}
	return temp, nil
}

// writeCopy writes the last commit into an existing file, syncs it, opens it again and reads it all.
func (s *Store) writeCopy(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	// The transaction lasts as long as the local disk takes, never as long as a reader's network.
	err = s.guard(false, func() error {
		return s.db.View(func(tx *bbolt.Tx) error {
			_, err := tx.WriteTo(file)
			return err
		})
	})
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	restored, err := Open(path, Options{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("reopen: %w", err)
	}
	faults := restored.Check()
	if err := restored.Close(); err != nil {
		return err
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: the copy has faults (%d), the first: %s", ErrDamaged, len(faults), faults[0])
	}
	return nil
}

// tempName makes an empty temporary file, mode 0600, and returns its name.
func tempName(folder string) (string, error) {
	file, err := os.CreateTemp(folder, tempPattern)
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}

// giveName renames a finished file without ever overwriting another, and syncs the folder.
func giveName(temp, path string) error {
	switch err := os.Link(temp, path); {
	case err == nil:
		if err := os.Remove(temp); err != nil {
			return err
		}
	case errors.Is(err, fs.ErrExist):
		return err
	default: // no hard links here, such as on a memory stick: reserve the name, then rename over it
		reserved, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		if err := errors.Join(reserved.Close(), os.Rename(temp, path)); err != nil {
			return errors.Join(err, os.Remove(path))
		}
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// removeLeftovers deletes unfinished copies that a crash left in the folder; they hold every answer.
func removeLeftovers(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if left, _ := filepath.Match(tempPattern, entry.Name()); left {
			err = errors.Join(err, os.Remove(filepath.Join(folder, entry.Name())))
		}
	}
	return err
}
