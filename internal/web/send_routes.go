package web

import (
	"net/http"

	"pruefstein/internal/survey"
)

func (s *Server) sendRoutes() []Route {
	const get, post = http.MethodGet, http.MethodPost
	conducted := []survey.Phase{survey.PhaseDraft, survey.PhaseLocked, survey.PhaseOpen, survey.PhaseClosed}
	before := []survey.Phase{survey.PhaseDraft, survey.PhaseLocked}
	after := []survey.Phase{survey.PhaseOpen, survey.PhaseClosed}
	const (
		one        = "/versand/:questionnaire"
		respondent = one + "/befragte/:respondent"
		mail       = one + "/postausgang/:mail"
	)
	return []Route{
		{Method: get, Path: "/versand", Who: checkers, Handle: s.sendList},
		{Method: get, Path: one, Who: checkers, Phases: conducted, Handle: s.sendBoard},

		{Method: get, Path: one + "/befragte", Who: checkers, Phases: conducted, Handle: s.sendRespondents},
		{Method: post, Path: one + "/uebernehmen", Who: coordinators, Phases: conducted, Handle: s.takeContestants},
		{Method: post, Path: one + "/unser-formular", Who: coordinators, Phases: before, Handle: s.askInOurForm},
		{Method: post, Path: one + "/nicht-fragen", Who: coordinators, Phases: before, Handle: s.notAskMany},
		{Method: get, Path: one + "/gemeinsam", Who: coordinators, Phases: before, Handle: s.joinPage},
		{Method: post, Path: one + "/gemeinsam", Who: coordinators, Phases: before, Handle: s.join},
		{Method: get, Path: one + "/neu", Who: coordinators, Phases: before, Handle: s.newRespondent},
		{Method: post, Path: one + "/neu", Who: coordinators, Phases: before, Handle: s.addRespondent},
		{Method: get, Path: respondent, Who: checkers, Phases: conducted, Handle: s.respondentPage},
		{Method: post, Path: respondent, Who: coordinators, Phases: conducted, Handle: s.saveRespondent},
		{Method: post, Path: respondent + "/fragen", Who: coordinators, Phases: conducted, Handle: s.leaveOut},
		{Method: post, Path: respondent + "/entfernen", Who: coordinators, Phases: conducted, Handle: s.removeRespondent},
		{Method: post, Path: respondent + "/anschreiben", Who: checkers, Phases: after, Limit: limitMail, Handle: s.inviteLate},
		{Method: post, Path: respondent + "/anschreiben/zuruecknehmen", Who: checkers, Phases: after, Handle: s.withdrawLate},
		{Method: post, Path: respondent + "/nicht-erreicht", Who: coordinators, Phases: after, Handle: s.notReached},
		{Method: post, Path: respondent + "/link", Who: coordinators, Phases: after, Limit: limitMail, Handle: s.makeLink},
		{Method: post, Path: respondent + "/links-widerrufen", Who: coordinators, Phases: after, Handle: s.revokeLinks},
		{Method: post, Path: respondent + "/adresse", Who: checkers, Phases: after, Limit: limitMail, Handle: s.setAddress},
		{Method: post, Path: respondent + "/adresse/zuruecknehmen", Who: checkers, Phases: after, Handle: s.withdrawAddress},
		{Method: post, Path: respondent + "/datum", Who: coordinators, Phases: after, Limit: limitMail, Handle: s.saveDue},
		{Method: get, Path: respondent + "/eingabe", Who: checkers, Phases: conducted, Handle: s.portalPage},
		{Method: post, Path: respondent + "/eingabe", Who: coordinators, Phases: after, Handle: s.recordPortal},
		{Method: post, Path: respondent + "/eingabe/zuruecknehmen", Who: coordinators, Phases: after, Handle: s.takeBackPortal},
		{Method: get, Path: respondent + "/nachweis", Who: checkers, Phases: conducted, Handle: s.proofPage},

		{Method: get, Path: one + "/anschreiben", Who: checkers, Phases: conducted, Handle: s.coverPage},
		{Method: post, Path: one + "/anschreiben", Who: coordinators, Phases: before, Handle: s.saveCover},
		{Method: post, Path: one + "/anschreiben/probe", Who: coordinators, Phases: before, Limit: limitMail, Handle: s.testCover},

		{Method: get, Path: one + "/absenden", Who: checkers, Phases: conducted, Handle: s.dispatchPage},
		{Method: post, Path: one + "/absenden", Who: checkers, Phases: conducted, Handle: s.dispatch},
		{Method: post, Path: one + "/absenden/zuruecknehmen", Who: checkers, Phases: before, Handle: s.withdrawDispatch},

		{Method: get, Path: one + "/postausgang", Who: checkers, Phases: conducted, Handle: s.outboxPage},
		{Method: post, Path: one + "/postausgang/alle-wiederholen", Who: coordinators, Phases: conducted, Limit: limitMail, Handle: s.retryFailed},
		{Method: get, Path: mail, Who: checkers, Phases: conducted, Handle: s.mailPage},
		{Method: post, Path: mail + "/wiederholen", Who: coordinators, Phases: conducted, Limit: limitMail, Handle: s.retryMail},
		{Method: post, Path: mail + "/neu", Who: coordinators, Phases: after, Limit: limitMail, Handle: s.resendMail},

		{Method: get, Path: one + "/erinnerung", Who: checkers, Phases: after, Handle: s.reminderPage},
		{Method: post, Path: one + "/erinnerung", Who: coordinators, Phases: after, Limit: limitMail, Handle: s.sendReminder},
		{Method: post, Path: one + "/erinnerung/nachholen", Who: coordinators, Phases: after, Limit: limitMail, Handle: s.remindLate},
		{Method: get, Path: one + "/frist", Who: checkers, Phases: conducted, Handle: s.deadlinePage},
		{Method: post, Path: one + "/frist", Who: coordinators, Phases: conducted, Handle: s.saveDeadline},
	}
}
