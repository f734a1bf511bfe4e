package alliance

import (
	"net/http"

	"pruefstein/internal/web"
)

func (s *Room) accountRoutes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Path: web.Addresses.Setup + ":token", Who: web.Anybody, Handle: s.setUpPage},
		{Method: post, Path: web.Addresses.Setup + ":token", Who: web.Anybody, Limit: web.LimitSecret, Handle: s.setUp},
		{Method: get, Path: "/anmelden", Who: web.Anybody, Handle: s.signInPage},
		{Method: post, Path: "/anmelden", Who: web.Anybody, Limit: web.LimitSecret, Handle: s.signIn},
		{Method: post, Path: "/abmelden", Who: web.Anybody, Handle: s.signOut},
		{Method: get, Path: web.Addresses.Invitation + ":token", Who: web.Anybody, Handle: s.invitationPage},
		{Method: post, Path: web.Addresses.Invitation + ":token", Who: web.Anybody, Limit: web.LimitSecret, Handle: s.acceptInvitation},
		{Method: get, Path: "/passwort", Who: web.Anybody, Handle: s.forgotPage},
		{Method: post, Path: "/passwort", Who: web.Anybody, Limit: web.LimitMail, Handle: s.forgot},
		{Method: get, Path: web.Addresses.Reset + ":token", Who: web.Anybody, Handle: s.resetPage},
		{Method: post, Path: web.Addresses.Reset + ":token", Who: web.Anybody, Limit: web.LimitSecret, Handle: s.reset},
		{Method: get, Path: "/konto", Who: web.Account, Handle: s.accountPage},
		{Method: post, Path: "/konto", Who: web.Account, Limit: web.LimitSecret, Handle: s.saveAccount},
		{Method: get, Path: "/sprache/:language", Who: web.Anybody, Handle: s.chooseLanguage},
	}
}
