// Package answer is the pages of answering.
package answer

import (
	"pruefstein/internal/answer"
	"pruefstein/internal/web"
)

// Room is the pages of answering, over their use cases.
type Room struct {
	*web.Server
	Answer *answer.Service
}
