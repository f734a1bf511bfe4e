package web

import (
	"net/http"

	"pruefstein/internal/survey"
)

func (s *Server) draftRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	drafting := []survey.Phase{survey.PhaseDraft}
	settings := []survey.Phase{survey.PhaseDraft, survey.PhaseLocked}
	const one = "/werkstatt/:questionnaire"
	return append([]Route{
		{Method: get, Path: "/werkstatt", Who: staff, Handle: s.workshopPage},
		{Method: get, Path: "/werkstatt/neu", Who: coordinators, Handle: s.newQuestionnairePage},
		{Method: post, Path: "/werkstatt/neu", Who: coordinators, Handle: s.saveQuestionnaire},
		{Method: get, Path: one, Who: staff, Handle: s.boardPage},
		{Method: get, Path: one + "/einstellungen", Who: coordinators, Phases: settings, Handle: s.settingsPage},
		{Method: post, Path: one + "/einstellungen", Who: coordinators, Phases: settings, Handle: s.saveQuestionnaire},
		{Method: get, Path: one + "/fragen/neu", Who: drafters, Phases: drafting, Handle: s.newQuestionPage},
		{Method: post, Path: one + "/fragen/neu", Who: drafters, Phases: drafting, Handle: s.saveQuestion},
		{Method: get, Path: one + "/fragen/:question", Who: staff, Handle: s.questionPage},
		{Method: post, Path: one + "/fragen/:question", Who: drafters, Phases: drafting, Handle: s.saveQuestion},
		{Method: post, Path: one + "/fragen/:question/stand", Who: drafters, Phases: drafting, Handle: s.setQuestionState},
		{Method: get, Path: one + "/fragen/:question/verlauf", Who: staff, Handle: s.historyPage},
		{Method: post, Path: one + "/fragen/:question/wiederherstellen", Who: drafters, Phases: drafting, Handle: s.restoreRevision},
		{Method: get, Path: one + "/katalog", Who: staff, Handle: s.cataloguePage},
		{Method: get, Path: one + "/katalog/druck", Who: staff, Handle: s.cataloguePrint},
		{Method: post, Path: one + "/katalog/reihenfolge", Who: coordinators, Phases: drafting, Handle: s.orderCatalogue},
		{Method: post, Path: one + "/katalog/sperren", Who: checkers, Phases: settings, Handle: s.lockCatalogue},
		{Method: post, Path: one + "/katalog/zuruecknehmen", Who: checkers, Phases: drafting, Handle: s.withdrawLock},
	}, s.electionRoutes()...)
}

func (s *Server) electionRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	const all, one = "/verwaltung/wahlen", "/verwaltung/wahlen/:election"
	return []Route{
		{Method: get, Path: all, Who: checkers, Handle: s.electionsPage},
		{Method: get, Path: all + "/neu", Who: coordinators, Handle: s.electionForm},
		{Method: post, Path: all + "/neu", Who: coordinators, Handle: s.saveElection},
		{Method: get, Path: one, Who: checkers, Handle: s.electionPage},
		{Method: get, Path: one + "/bearbeiten", Who: coordinators, Handle: s.electionForm},
		{Method: post, Path: one + "/bearbeiten", Who: coordinators, Handle: s.saveElection},
		{Method: get, Path: one + "/parteien/neu", Who: coordinators, Handle: s.partyForm},
		{Method: post, Path: one + "/parteien/neu", Who: coordinators, Handle: s.saveParty},
		{Method: get, Path: one + "/parteien/:party", Who: coordinators, Handle: s.partyForm},
		{Method: post, Path: one + "/parteien/:party", Who: coordinators, Handle: s.saveParty},
		{Method: post, Path: one + "/parteien/:party/entfernen", Who: coordinators, Handle: s.removeParty},
		{Method: get, Path: one + "/liste", Who: coordinators, Handle: s.partyListPage},
		{Method: post, Path: one + "/liste", Who: coordinators, Handle: s.previewPartyList},
		{Method: post, Path: one + "/liste/uebernehmen", Who: coordinators, Handle: s.takePartyList},
	}
}
