package web

import "pruefstein/internal/survey"

// Addresses are the paths of pages that mails lead to. The composition root gives them to the domain.
var Addresses = survey.Addresses{Access: "/zugang/", Invitation: "/einladung/", Reset: "/passwort/", Setup: "/einrichten/"}
