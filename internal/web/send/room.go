// Package send is the pages of sending.
package send

import (
	"pruefstein/internal/send"
	"pruefstein/internal/web"
)

// Room is the pages of sending, over their use cases.
type Room struct {
	*web.Server
	Send    *send.Service
	Bounces string // address undeliverable mails come back to; "" there is no mail server
}
