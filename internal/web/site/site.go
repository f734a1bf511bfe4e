// Package site puts the rooms of the web behind one server.
package site

import (
	"pruefstein/internal/office"
	"pruefstein/internal/publish"
	"pruefstein/internal/web"
	"pruefstein/internal/web/alliance"
	"pruefstein/internal/web/answer"
	"pruefstein/internal/web/compare"
	"pruefstein/internal/web/demo"
	"pruefstein/internal/web/draft"
	"pruefstein/internal/web/public"
	"pruefstein/internal/web/send"
	"pruefstein/internal/web/transcribe"
)

// Config is what the composition root hands to the web.
type Config struct {
	web.Config
	Office       *office.Office
	Publications *publish.Library
	Publisher    *publish.Publisher
	Admin        alliance.Operations
	Demo         *demo.Demo // nil but in the demonstration
	Bounces      string     // address undeliverable mails come back to; "" there is no mail server
	Originals    string     // folder of the files that transcriptions were made from
}

// Site is the server with its rooms.
type Site struct {
	*web.Server
	Transcribe *transcribe.Room
}

// New builds the server and registers every room.
func New(cfg Config) (*Site, error) {
	cfg.Alliance, cfg.IsDemo = cfg.Office.Alliance, cfg.Demo != nil
	server, err := web.New(cfg.Config)
	if err != nil {
		return nil, err
	}
	originals := &transcribe.Originals{Dir: cfg.Originals}
	if err := originals.RemoveUploads(); err != nil {
		return nil, err
	}
	s := &Site{Server: server, Transcribe: &transcribe.Room{Server: server, Transcribe: cfg.Office.Transcribe, Originals: originals}}
	rooms := []interface{ Routes() []web.Route }{
		&public.Room{Server: server, Publications: cfg.Publications},
		&alliance.Room{Server: server, Published: cfg.Publications.Faults, Admin: cfg.Admin},
		&draft.Room{Server: server, Draft: cfg.Office.Draft},
		&send.Room{Server: server, Send: cfg.Office.Send, Bounces: cfg.Bounces},
		&answer.Room{Server: server, Answer: cfg.Office.Answer},
		s.Transcribe,
		&compare.Room{Server: server, Compare: cfg.Office.Compare, Publisher: cfg.Publisher},
	}
	if cfg.Demo != nil {
		rooms = append(rooms, &demo.Room{Server: server, Demo: *cfg.Demo})
	}
	for _, room := range rooms {
		server.Register(room.Routes()...)
	}
	return s, nil
}
