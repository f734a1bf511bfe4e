// Package demo is the pages of the demonstration.
package demo

import (
	"pruefstein/internal/web"
)

// Room is the pages of the demonstration, over their use cases.
type Room struct {
	*web.Server
	Demo Demo
}
