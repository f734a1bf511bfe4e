package answer

import (
	"net/http"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

// answering are the phases in which a party's form is there: after the deadline it can be read, and late drafts are kept.
var answering = []survey.Phase{survey.PhaseOpen, survey.PhaseClosed}

// Routes returns the rows of the room.
func (s *Room) Routes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Path: web.Addresses.Access + ":token", Who: web.Anybody, Handle: s.accessPage},
		{Method: post, Path: web.Addresses.Access + ":token", Who: web.Anybody, Limit: web.LimitSecret, Handle: s.exchangeLink},
		{Method: post, Path: "/antwort/abmelden", Who: web.Parties, Handle: s.partySignOut},
		{Method: get, Path: "/antwort/abgemeldet", Who: web.Anybody, Handle: s.partySignedOut},

		{Method: get, Path: "/antwort", Who: web.Parties, Phases: answering, Handle: s.answerTasks},
		{Method: get, Path: "/antwort/fragen/:number", Who: web.Parties, Phases: answering, Handle: s.answerQuestion},
		{Method: post, Path: "/antwort/fragen/:number", Who: web.Parties, Phases: answering, Handle: s.saveAnswer},
		{Method: get, Path: "/antwort/alle", Who: web.Parties, Phases: answering, Handle: s.allQuestions},
		{Method: get, Path: "/antwort/alle.txt", Who: web.Parties, Phases: answering, Handle: s.allQuestionsText},
		{Method: get, Path: "/antwort/meine", Who: web.Parties, Phases: answering, Handle: s.ownAnswers},
		{Method: get, Path: "/antwort/meine.txt", Who: web.Parties, Phases: answering, Handle: s.ownAnswersText},
		{Method: get, Path: "/antwort/ablehnen", Who: web.Parties, Phases: answering, Handle: s.declineAllPage},
		{Method: post, Path: "/antwort/ablehnen", Who: web.Parties, Phases: answering, Handle: s.declineAll},
		{Method: get, Path: "/antwort/pruefen", Who: web.Parties, Phases: answering, Handle: s.checkPage},
		{Method: post, Path: "/antwort/pruefen", Who: web.Parties, Phases: answering, Limit: web.LimitSecret, Handle: s.requestSubmission},
		{Method: get, Path: "/antwort/code", Who: web.Parties, Phases: answering, Handle: s.codePage},
		{Method: post, Path: "/antwort/code", Who: web.Parties, Phases: answering, Limit: web.LimitSecret, Handle: s.confirmSubmission},
		{Method: post, Path: "/antwort/code/neu", Who: web.Parties, Phases: answering, Limit: web.LimitSecret, Handle: s.resendCode},
		{Method: get, Path: "/antwort/schreiben/:letter", Who: web.Parties, Phases: answering, Handle: s.letterPage},
		{Method: post, Path: "/antwort/schreiben/:letter", Who: web.Parties, Phases: answering, Limit: web.LimitSecret, Handle: s.confirmLetter},
		{Method: get, Path: "/antwort/bestaetigung", Who: web.Parties, Phases: answering, Handle: s.confirmationPage},
		{Method: get, Path: "/antwort/quittung/:submission", Who: web.Parties, Phases: answering, Handle: s.receiptPage},
		{Method: get, Path: "/antwort/quittung/:submission/text", Who: web.Parties, Phases: answering, Handle: s.receiptText},
		{Method: get, Path: "/antwort/quittung/:submission/nachweis", Who: web.Parties, Phases: answering, Handle: s.receiptFile},
	}
}
