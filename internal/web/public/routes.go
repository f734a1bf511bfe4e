package public

import (
	"net/http"

	"pruefstein/internal/web"
)

// Routes returns the rows of the room.
func (s *Room) Routes() []web.Route {
	get := http.MethodGet
	return []web.Route{
		{Method: get, Path: "/", Who: web.Anybody, Readers: true, Handle: s.publicHome("de")},
		{Method: get, Path: "/en/", Who: web.Anybody, Readers: true, Handle: s.publicHome("en")},
		{Method: get, Path: "/en", Who: web.Anybody, Readers: true, Handle: redirectTo("/en/")}, // for whoever shortens an address
		{Method: get, Path: "/vergleich", Who: web.Anybody, Readers: true, Handle: redirectTo("/")},
		{Method: get, Path: "/vergleich/", Who: web.Anybody, Readers: true, Handle: redirectTo("/")},
		{Method: get, Path: "/favicon.ico", Who: web.Anybody, Readers: true, Handle: s.favicon},
		{Method: get, Path: "/impressum", Who: web.Anybody, Readers: true, Handle: s.imprintPage("de")},
		{Method: get, Path: "/en/impressum", Who: web.Anybody, Readers: true, Handle: s.imprintPage("en")},
		{Method: get, Path: "/datenschutz", Who: web.Anybody, Readers: true, Handle: s.privacyPage("de")},
		{Method: get, Path: "/en/datenschutz", Who: web.Anybody, Readers: true, Handle: s.privacyPage("en")},
		{Method: get, Path: "/vergleich/:slug", Who: web.Anybody, Readers: true, Handle: s.published("de")},
		{Method: get, Path: "/vergleich/:slug/*path", Who: web.Anybody, Readers: true, Handle: s.published("de")},
		{Method: get, Path: "/en/vergleich/", Who: web.Anybody, Readers: true, Handle: s.published("en")},
		{Method: get, Path: "/en/vergleich/:slug", Who: web.Anybody, Readers: true, Handle: s.published("en")},
		{Method: get, Path: "/en/vergleich/:slug/*path", Who: web.Anybody, Readers: true, Handle: s.published("en")},
	}
}

// redirectTo leads from an address that is not a page to the one that is.
func redirectTo(path string) func(*web.Request) error {
	return func(r *web.Request) error { return r.GoTo(path) }
}
