package transcribe

import (
	"net/http"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
)

// LetterBody is the most bytes of the form of a transcription: well over an original of the largest size, so that
// a file that is too large is refused with everything typed kept. Nothing of it is held in memory.
const LetterBody = 10 * transcribe.MaxOriginal

// Routes returns the rows of the room.
func (s *Room) Routes() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	const (
		one        = "/antworten/:questionnaire"
		respondent = one + "/:respondent"
		letter     = respondent + "/uebertragung/:letter"
		quotation  = respondent + "/zitate/:number"
	)
	sent := []survey.Phase{survey.PhaseOpen, survey.PhaseClosed}
	return []web.Route{
		{Method: get, Path: "/antworten", Who: web.Checkers, Handle: s.transcriptionList},
		{Method: get, Path: one, Who: web.Checkers, Phases: sent, Handle: s.transcriptionBoard},
		{Method: get, Path: respondent, Who: web.Checkers, Phases: sent, Handle: s.transcriptionRespondent},

		{Method: get, Path: respondent + "/neu", Who: web.Coordinators, Phases: sent, Handle: s.newTranscription},
		{Method: get, Path: letter, Who: web.Checkers, Phases: sent, Handle: s.transcriptionPage},
		{Method: post, Path: letter, Who: web.Coordinators, Phases: sent, Body: LetterBody, Time: web.UploadTime, Handle: s.saveTranscription},
		{Method: post, Path: letter + "/loeschen", Who: web.Coordinators, Phases: sent, Handle: s.deleteTranscription},
		{Method: post, Path: letter + "/pruefen", Who: web.Checkers, Phases: sent, Handle: s.checkTranscription},
		{Method: post, Path: letter + "/zurueckgeben", Who: web.Checkers, Phases: sent, Handle: s.sendBackTranscription},
		{Method: get, Path: respondent + "/original/:original", Who: web.Checkers, Phases: sent, Apart: true, Handle: s.originalFile},

		{Method: get, Path: respondent + "/zitate", Who: web.Checkers, Phases: sent, Handle: s.quotationsPage},
		{Method: post, Path: quotation, Who: web.Coordinators, Phases: sent, Handle: s.saveQuotation},
		{Method: post, Path: quotation + "/loeschen", Who: web.Coordinators, Phases: sent, Handle: s.deleteQuotation},
	}
}
