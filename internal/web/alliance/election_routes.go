package alliance

import (
	"net/http"

	"pruefstein/internal/web"
)

func (s *Room) electionRoutes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	const all, one = "/verwaltung/wahlen", "/verwaltung/wahlen/:election"
	return []web.Route{
		{Method: get, Path: all, Who: web.Checkers, Handle: s.electionsPage},
		{Method: get, Path: all + "/neu", Who: web.Coordinators, Handle: s.electionForm},
		{Method: post, Path: all + "/neu", Who: web.Coordinators, Handle: s.saveElection},
		{Method: get, Path: one, Who: web.Checkers, Handle: s.electionPage},
		{Method: get, Path: one + "/bearbeiten", Who: web.Coordinators, Handle: s.electionForm},
		{Method: post, Path: one + "/bearbeiten", Who: web.Coordinators, Handle: s.saveElection},
		{Method: get, Path: one + "/parteien/neu", Who: web.Coordinators, Handle: s.partyForm},
		{Method: post, Path: one + "/parteien/neu", Who: web.Coordinators, Handle: s.saveParty},
		{Method: get, Path: one + "/parteien/:party", Who: web.Coordinators, Handle: s.partyForm},
		{Method: post, Path: one + "/parteien/:party", Who: web.Coordinators, Handle: s.saveParty},
		{Method: post, Path: one + "/parteien/:party/entfernen", Who: web.Coordinators, Handle: s.removeParty},
		{Method: get, Path: one + "/liste", Who: web.Coordinators, Handle: s.partyListPage},
		{Method: post, Path: one + "/liste", Who: web.Coordinators, Handle: s.previewPartyList},
		{Method: post, Path: one + "/liste/uebernehmen", Who: web.Coordinators, Handle: s.takePartyList},
	}
}
