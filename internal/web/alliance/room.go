// Package alliance is the pages of the alliance.
package alliance

import (
	"slices"

	"pruefstein/internal/publish"
	"pruefstein/internal/web"
)

// Room is the pages of the alliance, over their use cases.
type Room struct {
	*web.Server
	Publications *publish.Library
	Admin        Operations
}

// Routes returns the rows of the room.
func (s *Room) Routes() []web.Route {
	return slices.Concat(s.accountRoutes(), s.adminRoutes(), s.electionRoutes())
}
