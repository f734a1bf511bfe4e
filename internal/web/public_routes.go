package web

import "net/http"

func (s *Server) publicRoutes() []Route {
	get := http.MethodGet
	return []Route{
		{Method: get, Path: "/", Who: anybody, Handle: s.publicHome("de")},
		{Method: get, Path: "/en/", Who: anybody, Handle: s.publicHome("en")},
		{Method: get, Path: "/en", Who: anybody, Handle: redirectTo("/en/")}, // for whoever shortens an address
		{Method: get, Path: "/vergleich", Who: anybody, Handle: redirectTo("/")},
		{Method: get, Path: "/vergleich/", Who: anybody, Handle: redirectTo("/")},
		{Method: get, Path: "/favicon.ico", Who: anybody, Handle: s.favicon},
		{Method: get, Path: "/impressum", Who: anybody, Handle: s.imprintPage("de")},
		{Method: get, Path: "/en/impressum", Who: anybody, Handle: s.imprintPage("en")},
		{Method: get, Path: "/datenschutz", Who: anybody, Handle: s.privacyPage("de")},
		{Method: get, Path: "/en/datenschutz", Who: anybody, Handle: s.privacyPage("en")},
		{Method: get, Path: "/vergleich/:slug", Who: anybody, Handle: s.published("de")},
		{Method: get, Path: "/vergleich/:slug/*path", Who: anybody, Handle: s.published("de")},
		{Method: get, Path: "/en/vergleich/", Who: anybody, Handle: s.published("en")},
		{Method: get, Path: "/en/vergleich/:slug", Who: anybody, Handle: s.published("en")},
		{Method: get, Path: "/en/vergleich/:slug/*path", Who: anybody, Handle: s.published("en")},
	}
}

// redirectTo leads from an address that is not a page to the one that is.
func redirectTo(path string) func(*request) error {
	return func(r *request) error { return r.goTo(path) }
}
