package compare

import (
	"net/http"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

// Routes returns the rows of the room.
func (s *Room) Routes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	sent := []survey.Phase{survey.PhaseOpen, survey.PhaseClosed, survey.PhaseImported}
	return []web.Route{
		{Method: get, Path: "/veroeffentlichen", Who: web.Checkers, Handle: s.publicationBoard},
		{Method: get, Path: "/veroeffentlichen/:questionnaire", Who: web.Checkers, Phases: sent, Handle: s.publicationPage},
		{Method: post, Path: "/veroeffentlichen/:questionnaire", Who: web.Checkers, Phases: sent, Handle: s.publish},
		{Method: post, Path: "/veroeffentlichen/:questionnaire/zuruecknehmen", Who: web.Checkers, Phases: sent, Handle: s.withdrawPublication},
		{Method: get, Path: "/veroeffentlichen/:questionnaire/vorschau/*path", Who: web.Checkers, Phases: sent, Apart: true, Handle: s.publicationPreview},

		{Method: get, Path: "/verwaltung/import", Who: web.Admins, Handle: s.importPage},
		{Method: post, Path: "/verwaltung/import", Who: web.Admins, Body: ImportBody, Time: web.UploadTime, Handle: s.importFile},
	}
}
