// Package alliance is the pages of the alliance.
package alliance

import (
	"slices"

	"pruefstein/internal/web"
)

// Room is the pages of the alliance, over their use cases.
type Room struct {
	*web.Server
	Published func() []string // what differs of the files that readers are served
	Admin     Operations
}

// Routes returns the rows of the room.
func (s *Room) Routes() []web.Route {
	return slices.Concat(s.accountRoutes(), s.adminRoutes(), s.electionRoutes())
}
