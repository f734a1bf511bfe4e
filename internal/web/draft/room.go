// Package draft is the pages of drafting.
package draft

import (
	"pruefstein/internal/draft"
	"pruefstein/internal/web"
)

// Room is the pages of drafting, over their use cases.
type Room struct {
	*web.Server
	Draft *draft.Service
}
