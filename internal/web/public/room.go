// Package public is the pages of readers.
package public

import (
	"pruefstein/internal/publish"
	"pruefstein/internal/web"
)

// Room is the pages of readers, over their use cases.
type Room struct {
	*web.Server
	Publications *publish.Library
}
