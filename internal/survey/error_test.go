package survey_test

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"pruefstein/internal/survey"
)

func TestFromDisk(t *testing.T) {
	write := func(cause error) error {
		return fmt.Errorf("publication: %w", errors.Join(&fs.PathError{Op: "write", Path: "index.html", Err: cause}, nil))
	}
	for _, test := range []struct {
		err  error
		key  string // of FromDisk, "" where it leaves the error alone
		kept string // of Storage
	}{
		{write(syscall.ENOSPC), "error.disk_full", "error.disk_full"},
		{write(syscall.EDQUOT), "error.disk_full", "error.disk_full"},
		{write(syscall.EROFS), "error.disk_read_only", "error.disk_read_only"},
		{write(syscall.EACCES), "", "error.storage"},
		{errors.New("a template failed"), "", "error.storage"},
	} {
		for what, got := range map[string]struct {
			err error
			key string
		}{"FromDisk": {survey.FromDisk(test.err), test.key}, "Storage": {survey.Storage(test.err), test.kept}} {
			var e *survey.Error
			switch {
			case !errors.Is(got.err, test.err):
				t.Errorf("%s(%v) loses its cause", what, test.err)
			case got.key == "" && errors.As(got.err, &e):
				t.Errorf("%s(%v) = %v", what, test.err, got.err)
			case got.key != "" && (!errors.As(got.err, &e) || e.Key != got.key || e.Code != survey.Unavailable):
				t.Errorf("%s(%v) = %v, want %s", what, test.err, got.err, got.key)
			}
		}
	}
	if survey.FromDisk(nil) != nil {
		t.Error("no error became one")
	}
	refused := survey.Fail(survey.Conflict, "error.stale")
	if refused.Cause = syscall.ENOSPC; survey.FromDisk(refused) != refused {
		t.Error("an error that has its message got another")
	}
}
