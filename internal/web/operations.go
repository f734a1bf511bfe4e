package web

import (
	"context"
	"io"
)

// Operations are what the administrator's pages do beyond the domain; the composition root provides them.
type Operations struct {
	Backup   func(ctx context.Context, w io.Writer) error                        // writes a checked copy of the database
	TestMail func(ctx context.Context, to string) (dialogue []string, err error) // sends one mail, returns what the server said
	Check    func(ctx context.Context) ([]string, error)                         // the faults `pruefstein check` finds
}
