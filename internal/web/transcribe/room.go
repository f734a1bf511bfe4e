// Package transcribe is the pages of transcribing.
package transcribe

import (
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
)

// Room is the pages of transcribing, over their use cases.
type Room struct {
	*web.Server
	Transcribe *transcribe.Service
	Originals  *Originals
}
