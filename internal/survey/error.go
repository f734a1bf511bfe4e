package survey

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// Code classes an Error by what the caller can do about it.
type Code string

// The codes, with the HTTP status the web gives them.
const (
	Invalid     Code = "invalid"     // 422: the input breaks a rule; Faults say which
	SignedOut   Code = "sign_in"     // 401: whoever asks has no session, or it has ended
	NotFound    Code = "not_found"   // 404: not there, or not for this actor
	Forbidden   Code = "forbidden"   // 403: there, but not allowed
	Conflict    Code = "conflict"    // 409: somebody else was faster, or the state does not allow it
	Gone        Code = "gone"        // 410: a link that was revoked, used or has expired
	TooLarge    Code = "too_large"   // 413
	TooMany     Code = "too_many"    // 429
	Unavailable Code = "unavailable" // 503: a dependency (mail server, disk) does not answer
)

// A Fault is one broken rule at one field of a command. Key is a message key, Args its name-value pairs.
//
// Field names the field of the command in small letters: ShortName is short_name. Of a nested struct it is the inner field, behind
// the outer one where that would be unclear (whole_text). In a list or map the number or id of the line follows after a hyphen
// (text-7).
type Fault struct {
	Field string // "" is the command as a whole
	Key   string
	Args  []any
}

// Error is what use cases return: a code, a message key for people, and the wrapped cause for the log. The cause is
// never shown.
type Error struct {
	Code   Code
	Key    string // message key in the catalogues, "error.…"
	Args   []any  // name-value pairs for the message
	Faults []Fault
	Cause  error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Code, e.Key)
	for _, f := range e.Faults {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Key)
		if len(f.Args) > 0 {
			fmt.Fprintf(&b, " %v", f.Args)
		}
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Fail returns an Error with a code, a message key and the key's arguments as name-value pairs.
func Fail(code Code, key string, args ...any) *Error {
	return &Error{Code: code, Key: key, Args: args}
}

// CodeOf returns the code of the first Error in err's chain, or "".
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Storage returns the Unavailable error of a disk, or of what lies on it, that takes nothing; its message says what is known.
func Storage(cause error) *Error {
	key := diskKey(cause)
	if key == "" {
		key = "error.storage"
	}
	return &Error{Code: Unavailable, Key: key, Cause: cause}
}

// FromDisk gives an error of a file operation its message for people when the disk is full, its quota used up or it is
// read-only. Every other error, nil too, returns as it is. Whoever shows errors calls it, so that no file operation need.
func FromDisk(err error) error {
	if CodeOf(err) != "" || diskKey(err) == "" {
		return err
	}
	return Storage(err)
}

// diskKey is the message of a disk that takes nothing, "" for every other error.
func diskKey(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "error.disk_full"
	case errors.Is(err, syscall.EROFS):
		return "error.disk_read_only"
	}
	return ""
}

// IsNotFound tells whether err says that something is not there.
func IsNotFound(err error) bool { return CodeOf(err) == NotFound }

// Faults collects broken rules; its Err is nil while there are none. A room whose page has another name for a field maps it.
type Faults []Fault

// Add notes a broken rule at a field.
func (f *Faults) Add(field, key string, args ...any) {
	*f = append(*f, Fault{Field: field, Key: key, Args: args})
}

// Err returns an Invalid error with all faults, or nil.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Key: "error.invalid", Faults: f}
}

// Damaged tells whether an error is about a single value whose bytes have changed on the disk.
func Damaged(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Key == "error.damaged"
}
