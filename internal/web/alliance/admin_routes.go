package alliance

import (
	"net/http"

	"pruefstein/internal/web"
)

func (s *Room) adminRoutes() []web.Route {
	get, post := http.MethodGet, http.MethodPost
	return []web.Route{
		{Method: get, Path: "/uebersicht", Who: web.Account, Handle: s.overviewPage},
		{Method: get, Path: "/verwaltung", Who: web.Checkers, Handle: s.adminPage},
		{Method: get, Path: "/verwaltung/buendnis", Who: web.Admins, Handle: s.alliancePage},
		{Method: post, Path: "/verwaltung/buendnis", Who: web.Admins, Handle: s.saveAlliance},
		{Method: get, Path: "/verwaltung/organisationen", Who: web.Checkers, Handle: s.organisations().page},
		{Method: post, Path: "/verwaltung/organisationen", Who: web.Checkers, Handle: s.organisations().saveForm},
		{Method: get, Path: "/verwaltung/arbeitsgruppen", Who: web.Checkers, Handle: s.workingGroups().page},
		{Method: post, Path: "/verwaltung/arbeitsgruppen", Who: web.Checkers, Handle: s.workingGroups().saveForm},
		{Method: get, Path: "/verwaltung/personen", Who: web.Checkers, Handle: s.peoplePage},
		{Method: get, Path: "/verwaltung/personen/neu", Who: web.Admins, Handle: s.newPersonPage},
		{Method: post, Path: "/verwaltung/personen/neu", Who: web.Admins, Limit: web.LimitMail, Handle: s.savePerson},
		{Method: get, Path: "/verwaltung/personen/:person", Who: web.Admins, Handle: s.personPage},
		{Method: post, Path: "/verwaltung/personen/:person", Who: web.Admins, Handle: s.savePerson},
		{Method: post, Path: "/verwaltung/personen/:person/erneut", Who: web.Admins, Limit: web.LimitMail, Handle: s.resendInvitation},
		{Method: post, Path: "/verwaltung/personen/:person/link", Who: web.Admins, Handle: s.copyInvitation},
		{Method: post, Path: "/verwaltung/personen/:person/widerrufen", Who: web.Admins, Handle: s.revokeInvitation},
		{Method: post, Path: "/verwaltung/personen/:person/passwort", Who: web.Admins, Limit: web.LimitMail, Handle: s.makeReset},
		{Method: post, Path: "/verwaltung/personen/:person/passwort/widerrufen", Who: web.Admins, Handle: s.revokeReset},
		{Method: get, Path: "/verwaltung/sicherung", Who: web.Admins, Handle: s.backupPage},
		{Method: post, Path: "/verwaltung/sicherung", Who: web.Admins, Handle: s.downloadBackup},
		{Method: post, Path: "/verwaltung/pruefung", Who: web.Admins, Handle: s.runCheck},
		{Method: get, Path: "/verwaltung/mailtest", Who: web.Admins, Handle: s.mailTestPage},
		{Method: post, Path: "/verwaltung/mailtest", Who: web.Admins, Limit: web.LimitMail, Handle: s.mailTest},
		{Method: get, Path: "/verwaltung/protokoll", Who: web.Admins, Handle: s.auditPage},
	}
}
