// Package alliance: its people and their sessions, its elections, parties and organisations, its settings and its audit.
package alliance

import (
	"context"

	"pruefstein/internal/survey"
)

// Service is the use cases of the alliance.
type Service struct {
	*survey.Kernel

	// HashPassword and MatchPassword are argon2id, handed in so that the domain needs no cryptography of its own.
	// When too many wait for them they return Unavailable.
	HashPassword  func(ctx context.Context, password string) (hash string, err error)
	MatchPassword func(ctx context.Context, password, hash string) (bool, error)
}
