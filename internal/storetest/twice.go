package storetest

import (
	"context"
	"errors"

	"pruefstein/internal/survey"
)

// Twice is a store on which every function runs twice before it counts, as one may on any store (survey.Store): what the first
// run of an Update has written is rolled back, and only what the second returns is told. A use case that keeps something of the
// first run, or does something outside its transaction, shows in its tests.
func Twice(store survey.Store) survey.Store { return twice{store} }

type twice struct{ survey.Store }

var errFirst = errors.New("the first run")

func (s twice) View(ctx context.Context, fn func(*survey.Tx) error) error {
	return s.Store.View(ctx, func(tx *survey.Tx) error {
		_ = fn(tx)
		return fn(tx)
	})
}

func (s twice) Update(ctx context.Context, fn func(*survey.Tx) error) error {
	if err := s.Store.Update(ctx, func(tx *survey.Tx) error {
		_ = fn(tx)
		return errFirst
	}); !errors.Is(err, errFirst) {
		return err
	}
	return s.Store.Update(ctx, fn)
}
