package web

import (
	"net/http"

	"pruefstein/internal/survey"
)

func (s *Server) compareRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	sent := []survey.Phase{survey.PhaseOpen, survey.PhaseClosed, survey.PhaseImported}
	return []Route{
		{Method: get, Path: "/veroeffentlichen", Who: checkers, Handle: s.publicationBoard},
		{Method: get, Path: "/veroeffentlichen/:questionnaire", Who: checkers, Phases: sent, Handle: s.publicationPage},
		{Method: post, Path: "/veroeffentlichen/:questionnaire", Who: checkers, Phases: sent, Handle: s.publish},
		{Method: post, Path: "/veroeffentlichen/:questionnaire/zuruecknehmen", Who: checkers, Phases: sent, Handle: s.withdrawPublication},
		{Method: get, Path: "/veroeffentlichen/:questionnaire/vorschau/*path", Who: checkers, Phases: sent, Handle: s.publicationPreview},
	}
}
