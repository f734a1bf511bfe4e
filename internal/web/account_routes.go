package web

import "net/http"

func (s *Server) accountRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	return []Route{
		{Method: get, Path: "/einrichten/:token", Who: anybody, Handle: s.setUpPage},
		{Method: post, Path: "/einrichten/:token", Who: anybody, Limit: limitSecret, Handle: s.setUp},
		{Method: get, Path: "/anmelden", Who: anybody, Handle: s.signInPage},
		{Method: post, Path: "/anmelden", Who: anybody, Limit: limitSecret, Handle: s.signIn},
		{Method: post, Path: "/abmelden", Who: anybody, Handle: s.signOut},
		{Method: get, Path: "/einladung/:token", Who: anybody, Handle: s.invitationPage},
		{Method: post, Path: "/einladung/:token", Who: anybody, Limit: limitSecret, Handle: s.acceptInvitation},
		{Method: get, Path: "/passwort", Who: anybody, Handle: s.forgotPage},
		{Method: post, Path: "/passwort", Who: anybody, Limit: limitMail, Handle: s.forgot},
		{Method: get, Path: "/passwort/:token", Who: anybody, Handle: s.resetPage},
		{Method: post, Path: "/passwort/:token", Who: anybody, Limit: limitSecret, Handle: s.reset},
		{Method: get, Path: "/konto", Who: account, Handle: s.accountPage},
		{Method: post, Path: "/konto", Who: account, Limit: limitSecret, Handle: s.saveAccount},
		{Method: get, Path: "/sprache/:language", Who: anybody, Handle: s.chooseLanguage},
	}
}
