package web

import (
	"net/http"

	"pruefstein/internal/survey"
)

// answering are the phases in which a party's form is there: after the deadline it can be read, and late drafts are kept.
var answering = []survey.Phase{survey.PhaseOpen, survey.PhaseClosed}

func (s *Server) answerRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	return []Route{
		{Method: get, Path: "/zugang/:token", Who: anybody, Handle: s.accessPage},
		{Method: post, Path: "/zugang/:token", Who: anybody, Limit: limitSecret, Handle: s.exchangeLink},
		{Method: post, Path: "/antwort/abmelden", Who: parties, Handle: s.partySignOut},
		{Method: get, Path: "/antwort/abgemeldet", Who: anybody, Handle: s.partySignedOut},

		{Method: get, Path: "/antwort", Who: parties, Phases: answering, Handle: s.answerTasks},
		{Method: get, Path: "/antwort/fragen/:number", Who: parties, Phases: answering, Handle: s.answerQuestion},
		{Method: post, Path: "/antwort/fragen/:number", Who: parties, Phases: answering, Handle: s.saveAnswer},
		{Method: get, Path: "/antwort/alle", Who: parties, Phases: answering, Handle: s.allQuestions},
		{Method: get, Path: "/antwort/alle.txt", Who: parties, Phases: answering, Handle: s.allQuestionsText},
		{Method: get, Path: "/antwort/meine", Who: parties, Phases: answering, Handle: s.ownAnswers},
		{Method: get, Path: "/antwort/meine.txt", Who: parties, Phases: answering, Handle: s.ownAnswersText},
		{Method: get, Path: "/antwort/ablehnen", Who: parties, Phases: answering, Handle: s.declineAllPage},
		{Method: post, Path: "/antwort/ablehnen", Who: parties, Phases: answering, Handle: s.declineAll},
		{Method: get, Path: "/antwort/pruefen", Who: parties, Phases: answering, Handle: s.checkPage},
		{Method: post, Path: "/antwort/pruefen", Who: parties, Phases: answering, Limit: limitSecret, Handle: s.requestSubmission},
		{Method: get, Path: "/antwort/code", Who: parties, Phases: answering, Handle: s.codePage},
		{Method: post, Path: "/antwort/code", Who: parties, Phases: answering, Limit: limitSecret, Handle: s.confirmSubmission},
		{Method: post, Path: "/antwort/code/neu", Who: parties, Phases: answering, Limit: limitSecret, Handle: s.resendCode},
		{Method: get, Path: "/antwort/bestaetigung", Who: parties, Phases: answering, Handle: s.confirmationPage},
		{Method: get, Path: "/antwort/quittung/:submission", Who: parties, Phases: answering, Handle: s.receiptFile},
	}
}
