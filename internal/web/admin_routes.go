package web

import (
	"net/http"

	"pruefstein/internal/interchange"
)

// importBody leaves room for the largest file of the interchange format and the form around it.
const importBody = interchange.MaxBytes + 1<<20

func (s *Server) adminRoutes() []Route {
	get, post := http.MethodGet, http.MethodPost
	return []Route{
		{Method: get, Path: "/uebersicht", Who: account, Handle: s.overviewPage},
		{Method: get, Path: "/verwaltung", Who: checkers, Handle: s.adminPage},
		{Method: get, Path: "/verwaltung/buendnis", Who: admins, Handle: s.alliancePage},
		{Method: post, Path: "/verwaltung/buendnis", Who: admins, Handle: s.saveAlliance},
		{Method: get, Path: "/verwaltung/organisationen", Who: checkers, Handle: s.organisationsPage},
		{Method: post, Path: "/verwaltung/organisationen", Who: checkers, Handle: s.saveOrganisation},
		{Method: get, Path: "/verwaltung/arbeitsgruppen", Who: checkers, Handle: s.groupsPage},
		{Method: post, Path: "/verwaltung/arbeitsgruppen", Who: checkers, Handle: s.saveGroup},
		{Method: get, Path: "/verwaltung/personen", Who: checkers, Handle: s.peoplePage},
		{Method: get, Path: "/verwaltung/personen/neu", Who: admins, Handle: s.newPersonPage},
		{Method: post, Path: "/verwaltung/personen/neu", Who: admins, Limit: limitMail, Handle: s.savePerson},
		{Method: get, Path: "/verwaltung/personen/:person", Who: admins, Handle: s.personPage},
		{Method: post, Path: "/verwaltung/personen/:person", Who: admins, Handle: s.savePerson},
		{Method: post, Path: "/verwaltung/personen/:person/erneut", Who: admins, Limit: limitMail, Handle: s.resendInvitation},
		{Method: post, Path: "/verwaltung/personen/:person/link", Who: admins, Handle: s.copyInvitation},
		{Method: post, Path: "/verwaltung/personen/:person/widerrufen", Who: admins, Handle: s.revokeInvitation},
		{Method: post, Path: "/verwaltung/personen/:person/passwort", Who: admins, Limit: limitMail, Handle: s.makeReset},
		{Method: post, Path: "/verwaltung/personen/:person/passwort/widerrufen", Who: admins, Handle: s.revokeReset},
		{Method: get, Path: "/verwaltung/import", Who: admins, Handle: s.importPage},
		{Method: post, Path: "/verwaltung/import", Who: admins, Body: importBody, Time: uploadTime, Handle: s.importFile},
		{Method: get, Path: "/verwaltung/sicherung", Who: admins, Handle: s.backupPage},
		{Method: post, Path: "/verwaltung/sicherung", Who: admins, Handle: s.downloadBackup},
		{Method: post, Path: "/verwaltung/pruefung", Who: admins, Handle: s.runCheck},
		{Method: get, Path: "/verwaltung/mailtest", Who: admins, Handle: s.mailTestPage},
		{Method: post, Path: "/verwaltung/mailtest", Who: admins, Limit: limitMail, Handle: s.mailTest},
		{Method: get, Path: "/verwaltung/protokoll", Who: admins, Handle: s.auditPage},
	}
}
