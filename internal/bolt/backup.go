package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"pruefstein/internal/survey"
)

// tempPattern names unfinished files; what a crash left of them is removed at the next start.
const tempPattern = ".pruefstein-*.tmp"

// Verify tells what is wrong with a copy of a database, nil if nothing is. It walks pages that may be damaged, on which
// bbolt can end or hang its process: verify in one that may be lost.
type Verify func(ctx context.Context, path string) error

// Backup copies the database to path while it is in use. The copy gets its name only after it was synced and verified. An
// existing file is never overwritten (fs.ErrExist). The folder must exist.
func (s *Store) Backup(ctx context.Context, path string, verify Verify) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "backup", Path: path, Err: fs.ErrExist}
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("backup: make its folder first: %w", err)
	}
	return s.WithCopy(ctx, filepath.Dir(path), func(temp string) error {
		err := verify(ctx, temp)
		if err == nil {
			err = giveName(temp, path)
		}
		return err
	})
}

// Snapshot returns a verified copy of the database as an open file without a name: it is gone when it is closed. So a
// download streams it outside any transaction, and whatever is wrong shows before the first byte.
func (s *Store) Snapshot(ctx context.Context, verify Verify) (file *os.File, err error) {
	err = s.WithCopy(ctx, filepath.Dir(s.path), func(temp string) error {
		err := verify(ctx, temp)
		if err == nil {
			file, err = os.Open(temp)
		}
		return err
	})
	return file, err
}

// WithCopy writes the last commit into a temporary file of the folder, synced, and gives its name to fn. The file is gone
// afterwards, unless fn gave it another name.
func (s *Store) WithCopy(ctx context.Context, folder string, fn func(path string) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	temp, err := tempName(folder)
	if err != nil {
		return fmt.Errorf("copy of the database: %w", err)
	}
	defer os.Remove(temp)
	if err := errors.Join(s.writeCopy(temp), ctx.Err()); err != nil {
		return fmt.Errorf("copy of the database: %w", err)
	}
	return fn(temp)
}

// writeCopy writes the last commit into an existing file. bbolt reads the pages through the file, not through the memory
// map, and does not look into them: damage in them passes.
func (s *Store) writeCopy(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	// The transaction lasts as long as the local disk takes, never as long as a reader's network.
	err = s.guard(false, func() error {
		tx, err := s.begin(false)
		if err != nil {
			return survey.Storage(err)
		}
		to := &keepsError{Writer: file}
		_, err = tx.WriteTo(to)
		return errors.Join(err, to.err, s.survive(tx.Rollback))
	})
	return errors.Join(err, file.Sync(), file.Close())
}

// keepsError keeps the error of its writer: bbolt passes on its words alone, and nobody could tell a full disk by them.
type keepsError struct {
	io.Writer
	err error
}

func (w *keepsError) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.err = err
	return n, err
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
