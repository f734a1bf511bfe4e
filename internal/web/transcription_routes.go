package web

import (
	"net/http"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
)

// transcriptionBody is the most bytes of the form of a transcription: well over an original of the largest size, so that
// a file that is too large is refused with everything typed kept. Nothing of it is held in memory.
const transcriptionBody = 10 * transcribe.MaxOriginal

func (s *Server) transcriptionRoutes() []Route {
	const get, post = http.MethodGet, http.MethodPost
	const (
		one        = "/antworten/:questionnaire"
		respondent = one + "/:respondent"
		letter     = respondent + "/uebertragung/:letter"
		quotation  = respondent + "/zitate/:number"
	)
	sent := []survey.Phase{survey.PhaseOpen, survey.PhaseClosed}
	return []Route{
		{Method: get, Path: "/antworten", Who: checkers, Handle: s.transcriptionList},
		{Method: get, Path: one, Who: checkers, Phases: sent, Handle: s.transcriptionBoard},
		{Method: get, Path: respondent, Who: checkers, Phases: sent, Handle: s.transcriptionRespondent},

		{Method: get, Path: respondent + "/neu", Who: coordinators, Phases: sent, Handle: s.newTranscription},
		{Method: get, Path: letter, Who: checkers, Phases: sent, Handle: s.transcriptionPage},
		{Method: post, Path: letter, Who: coordinators, Phases: sent, Body: transcriptionBody, Time: uploadTime, Handle: s.saveTranscription},
		{Method: post, Path: letter + "/loeschen", Who: coordinators, Phases: sent, Handle: s.deleteTranscription},
		{Method: post, Path: letter + "/pruefen", Who: checkers, Phases: sent, Handle: s.checkTranscription},
		{Method: post, Path: letter + "/zurueckgeben", Who: checkers, Phases: sent, Handle: s.sendBackTranscription},
		{Method: get, Path: respondent + "/original/:original", Who: checkers, Phases: sent, Handle: s.originalFile},

		{Method: get, Path: respondent + "/zitate", Who: checkers, Phases: sent, Handle: s.quotationsPage},
		{Method: post, Path: quotation, Who: coordinators, Phases: sent, Handle: s.saveQuotation},
		{Method: post, Path: quotation + "/loeschen", Who: coordinators, Phases: sent, Handle: s.deleteQuotation},
	}
}
