package draft

import (
	"net/http"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

// Routes returns the rows of the room.
func (s *Room) Routes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	drafting := []survey.Phase{survey.PhaseDraft}
	settings := []survey.Phase{survey.PhaseDraft, survey.PhaseLocked}
	conducted := []survey.Phase{survey.PhaseDraft, survey.PhaseLocked, survey.PhaseOpen, survey.PhaseClosed}
	const one = "/werkstatt/:questionnaire"
	return []web.Route{
		{Method: get, Path: "/werkstatt", Who: web.Staff, Handle: s.workshopPage},
		{Method: get, Path: "/werkstatt/neu", Who: web.Coordinators, Handle: s.newQuestionnairePage},
		{Method: post, Path: "/werkstatt/neu", Who: web.Coordinators, Handle: s.saveQuestionnaire},
		{Method: get, Path: one, Who: web.Staff, Handle: s.boardPage},
		{Method: get, Path: one + "/einstellungen", Who: web.Coordinators, Phases: settings, Handle: s.settingsPage},
		{Method: post, Path: one + "/einstellungen", Who: web.Coordinators, Phases: settings, Handle: s.saveQuestionnaire},
		{Method: get, Path: one + "/kopie", Who: web.Coordinators, Phases: conducted, Handle: s.copyPage},
		{Method: post, Path: one + "/kopie", Who: web.Coordinators, Phases: conducted, Handle: s.copyQuestionnaire},
		{Method: get, Path: one + "/loeschen", Who: web.Coordinators, Phases: settings, Handle: s.deletePage},
		{Method: post, Path: one + "/loeschen", Who: web.Coordinators, Phases: settings, Handle: s.deleteQuestionnaire},
		{Method: post, Path: one + "/archiv", Who: web.Coordinators, Phases: []survey.Phase{survey.PhaseClosed, survey.PhaseImported}, Handle: s.archiveQuestionnaire},
		{Method: get, Path: one + "/fragen/neu", Who: web.Drafters, Phases: drafting, Handle: s.newQuestionPage},
		{Method: post, Path: one + "/fragen/neu", Who: web.Drafters, Phases: drafting, Handle: s.saveQuestion},
		{Method: get, Path: one + "/fragen/:question", Who: web.Staff, Handle: s.questionPage},
		{Method: post, Path: one + "/fragen/:question", Who: web.Drafters, Phases: drafting, Handle: s.saveQuestion},
		{Method: post, Path: one + "/fragen/:question/stand", Who: web.Drafters, Phases: drafting, Handle: s.setQuestionState},
		{Method: get, Path: one + "/fragen/:question/verlauf", Who: web.Staff, Handle: s.historyPage},
		{Method: post, Path: one + "/fragen/:question/wiederherstellen", Who: web.Drafters, Phases: drafting, Handle: s.restoreRevision},
		{Method: get, Path: one + "/katalog", Who: web.Staff, Handle: s.cataloguePage},
		{Method: get, Path: one + "/katalog/druck", Who: web.Staff, Handle: s.cataloguePrint},
		{Method: post, Path: one + "/katalog/reihenfolge", Who: web.Coordinators, Phases: drafting, Handle: s.orderCatalogue},
		{Method: post, Path: one + "/katalog/sperren", Who: web.Checkers, Phases: settings, Handle: s.lockCatalogue},
		{Method: post, Path: one + "/katalog/entsperren", Who: web.Checkers, Phases: settings, Handle: s.unlockCatalogue},
		{Method: post, Path: one + "/katalog/entsperren/zuruecknehmen", Who: web.Checkers, Phases: []survey.Phase{survey.PhaseLocked}, Handle: s.withdrawUnlock},
		{Method: post, Path: one + "/katalog/zuruecknehmen", Who: web.Checkers, Phases: drafting, Handle: s.withdrawLock},
	}
}
