// Package compare is the pages of publishing.
package compare

import (
	"pruefstein/internal/compare"
	"pruefstein/internal/publish"
	"pruefstein/internal/web"
)

// Room is the pages of publishing, over their use cases.
type Room struct {
	*web.Server
	Compare   *compare.Service
	Publisher *publish.Publisher
}
