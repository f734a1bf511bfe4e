package send

import (
	"net/http"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

// Routes returns the rows of the room.
func (s *Room) Routes() []web.Route {
	const get, post = http.MethodGet, http.MethodPost
	conducted := []survey.Phase{survey.PhaseDraft, survey.PhaseLocked, survey.PhaseOpen, survey.PhaseClosed}
	before := []survey.Phase{survey.PhaseDraft, survey.PhaseLocked}
	after := []survey.Phase{survey.PhaseOpen, survey.PhaseClosed}
	const (
		one        = "/versand/:questionnaire"
		respondent = one + "/befragte/:respondent"
		mail       = one + "/postausgang/:mail"
	)
	return []web.Route{
		{Method: get, Path: "/versand", Who: web.Checkers, Handle: s.sendList},
		{Method: get, Path: one, Who: web.Checkers, Phases: conducted, Handle: s.sendBoard},

		{Method: get, Path: one + "/befragte", Who: web.Checkers, Phases: conducted, Handle: s.sendRespondents},
		{Method: post, Path: one + "/uebernehmen", Who: web.Coordinators, Phases: conducted, Handle: s.takeContestants},
		{Method: post, Path: one + "/unser-formular", Who: web.Coordinators, Phases: before, Handle: s.askInOurForm},
		{Method: post, Path: one + "/nicht-fragen", Who: web.Coordinators, Phases: before, Handle: s.notAskMany},
		{Method: post, Path: one + "/nummern", Who: web.Coordinators, Phases: before, Handle: s.saveNumbers},
		{Method: get, Path: one + "/gemeinsam", Who: web.Coordinators, Phases: before, Handle: s.joinPage},
		{Method: post, Path: one + "/gemeinsam", Who: web.Coordinators, Phases: before, Handle: s.join},
		{Method: get, Path: one + "/neu", Who: web.Coordinators, Phases: before, Handle: s.newRespondent},
		{Method: post, Path: one + "/neu", Who: web.Coordinators, Phases: before, Handle: s.addRespondent},
		{Method: get, Path: respondent, Who: web.Checkers, Phases: conducted, Handle: s.respondentPage},
		{Method: post, Path: respondent, Who: web.Coordinators, Phases: conducted, Handle: s.saveRespondent},
		{Method: post, Path: respondent + "/fragen", Who: web.Coordinators, Phases: conducted, Handle: s.leaveOut},
		{Method: post, Path: respondent + "/entfernen", Who: web.Coordinators, Phases: conducted, Handle: s.removeRespondent},
		{Method: post, Path: respondent + "/anschreiben", Who: web.Checkers, Phases: after, Limit: web.LimitMail, Handle: s.invite},
		{Method: post, Path: respondent + "/anschreiben/zuruecknehmen", Who: web.Checkers, Phases: after, Handle: s.withdrawInvitation},
		{Method: post, Path: respondent + "/nicht-erreicht", Who: web.Coordinators, Phases: after, Handle: s.notReached},
		{Method: post, Path: respondent + "/erreicht", Who: web.Coordinators, Phases: after, Handle: s.reached},
		{Method: post, Path: respondent + "/link", Who: web.Coordinators, Phases: after, Limit: web.LimitMail, Handle: s.makeLink},
		{Method: post, Path: respondent + "/links-widerrufen", Who: web.Coordinators, Phases: after, Handle: s.revokeLinks},
		{Method: post, Path: respondent + "/adresse", Who: web.Checkers, Phases: after, Limit: web.LimitMail, Handle: s.setAddress},
		{Method: post, Path: respondent + "/adresse/zuruecknehmen", Who: web.Checkers, Phases: after, Handle: s.withdrawAddress},
		{Method: post, Path: respondent + "/anschrift", Who: web.Coordinators, Phases: after, Handle: s.setPostal},
		{Method: post, Path: respondent + "/adresse-merken", Who: web.Coordinators, Phases: conducted, Handle: s.listAddress},
		{Method: post, Path: respondent + "/nachsenden", Who: web.Coordinators, Phases: after, Limit: web.LimitMail, Handle: s.sendAstray},
		{Method: post, Path: respondent + "/datum", Who: web.Coordinators, Phases: after, Limit: web.LimitMail, Handle: s.saveDue},
		{Method: get, Path: respondent + "/eingabe", Who: web.Checkers, Phases: conducted, Handle: s.portalPage},
		{Method: post, Path: respondent + "/eingabe", Who: web.Coordinators, Phases: after, Handle: s.recordPortal},
		{Method: post, Path: respondent + "/eingabe/zuruecknehmen", Who: web.Coordinators, Phases: after, Handle: s.takeBackPortal},
		{Method: get, Path: respondent + "/brief", Who: web.Checkers, Phases: after, Handle: s.postPage},
		{Method: post, Path: respondent + "/brief/drucken", Who: web.Checkers, Phases: after, Handle: s.printLetter},
		{Method: post, Path: respondent + "/brief/zuruecknehmen", Who: web.Checkers, Phases: after, Handle: s.withdrawReprint},
		{Method: post, Path: respondent + "/auf-brief", Who: web.Checkers, Phases: after, Limit: web.LimitMail, Handle: s.switchToPost},
		{Method: post, Path: respondent + "/auf-brief/zuruecknehmen", Who: web.Checkers, Phases: after, Handle: s.withdrawToPost},
		{Method: post, Path: respondent + "/brief/versendet", Who: web.Coordinators, Phases: after, Handle: s.recordPosted},
		{Method: get, Path: respondent + "/nachweis", Who: web.Checkers, Phases: conducted, Handle: s.proofPage},

		{Method: get, Path: one + "/anschreiben", Who: web.Checkers, Phases: conducted, Handle: s.coverPage},
		{Method: post, Path: one + "/anschreiben", Who: web.Coordinators, Phases: before, Handle: s.saveCover},
		{Method: post, Path: one + "/anschreiben/probe", Who: web.Coordinators, Phases: before, Limit: web.LimitMail, Handle: s.testCover},

		{Method: get, Path: one + "/absenden", Who: web.Checkers, Phases: conducted, Handle: s.dispatchPage},
		{Method: post, Path: one + "/absenden", Who: web.Checkers, Phases: conducted, Handle: s.dispatch},
		{Method: post, Path: one + "/absenden/zuruecknehmen", Who: web.Checkers, Phases: before, Handle: s.withdrawDispatch},

		{Method: get, Path: one + "/postausgang", Who: web.Checkers, Phases: conducted, Handle: s.outboxPage},
		{Method: post, Path: one + "/postausgang/alle-wiederholen", Who: web.Coordinators, Phases: conducted, Limit: web.LimitMail, Handle: s.retryFailed},
		{Method: get, Path: mail, Who: web.Checkers, Phases: conducted, Handle: s.mailPage},
		{Method: post, Path: mail + "/wiederholen", Who: web.Coordinators, Phases: conducted, Limit: web.LimitMail, Handle: s.retryMail},
		{Method: post, Path: mail + "/neu", Who: web.Coordinators, Phases: after, Limit: web.LimitMail, Handle: s.resendMail},
		{Method: post, Path: mail + "/zurueck", Who: web.Coordinators, Phases: after, Handle: s.recordBounce},

		{Method: get, Path: one + "/erinnerung", Who: web.Checkers, Phases: conducted, Handle: s.reminderPage},
		{Method: post, Path: one + "/erinnerung/plan", Who: web.Checkers, Phases: conducted, Limit: web.LimitMail, Handle: s.planReminders},
		{Method: post, Path: one + "/erinnerung/plan/zuruecknehmen", Who: web.Checkers, Phases: after, Handle: s.withdrawPlan},
		{Method: post, Path: one + "/erinnerung/stoppen", Who: web.Coordinators, Phases: after, Handle: s.stopReminder},
		{Method: get, Path: one + "/berichtigung", Who: web.Checkers, Phases: conducted, Handle: s.errataPage},
		{Method: get, Path: one + "/berichtigung/:question", Who: web.Checkers, Phases: conducted, Handle: s.erratumPage},
		{Method: post, Path: one + "/berichtigung/:question", Who: web.Checkers, Phases: conducted, Handle: s.sendErratum},
		{Method: post, Path: one + "/berichtigung/:question/zuruecknehmen", Who: web.Checkers, Phases: conducted, Handle: s.withdrawErratum},
		{Method: get, Path: one + "/frist", Who: web.Checkers, Phases: conducted, Handle: s.deadlinePage},
		{Method: post, Path: one + "/frist", Who: web.Coordinators, Phases: conducted, Handle: s.saveDeadline},
		{Method: post, Path: one + "/ende", Who: web.Checkers, Phases: after, Handle: s.endRound},
		{Method: post, Path: one + "/ende/zuruecknehmen", Who: web.Checkers, Phases: after, Handle: s.withdrawEnd},
	}
}
