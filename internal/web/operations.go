package web

import (
	"context"
	"io"
)

// Operations are what the administrator's pages do beyond the domain; the composition root provides them.
type Operations struct {
	Backup   func(ctx context.Context) (io.ReadCloser, int64, error)             // a checked copy of the database, and its size in bytes
	TestMail func(ctx context.Context, to string) (dialogue []string, err error) // sends one mail, returns what the server said
	Check    func(ctx context.Context) ([]string, error)                         // the faults `pruefstein check` finds
}
