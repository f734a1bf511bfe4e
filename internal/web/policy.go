package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"pruefstein/internal/survey"
)

// Route is one row of the policy table: who may do what in which state. There is no way to register a route without
// its row, and a row without roles lets nobody in. docs/policy.md is printed from these rows by a test.
type Route struct {
	Method string
	Path   string
	Who    []survey.Role  // any of them; none: nobody
	Phases []survey.Phase // of the questionnaire in the path, or of the party's own; none: any
	Body   int64          // most bytes of the body; 0: defaultBody
	Limit  limit          // how often; "" only the general limits
	Handle func(*request) error
}

// defaultBody is the most bytes a form may have: a full-length text in each of four fields, with umlauts, encoded.
const defaultBody = 2 << 20

// The groups of roles that rows name.
var (
	anybody      = []survey.Role{survey.RoleReader}
	parties      = []survey.Role{survey.RoleParty}
	staff        = []survey.Role{survey.RoleMember, survey.RoleLead, survey.RoleCoordinator, survey.RoleAdministrator}
	account      = []survey.Role{survey.RoleSignedIn}
	drafters     = []survey.Role{survey.RoleMember, survey.RoleLead, survey.RoleCoordinator}
	coordinators = []survey.Role{survey.RoleCoordinator}
	checkers     = []survey.Role{survey.RoleCoordinator, survey.RoleAdministrator}
	admins       = []survey.Role{survey.RoleAdministrator}
)

// Routes returns every route of the application.
func (s *Server) Routes() []Route {
	routes := slices.Concat(
		s.publicRoutes(), s.accountRoutes(), s.adminRoutes(),
		s.draftRoutes(), s.sendRoutes(), s.answerRoutes(), s.transcriptionRoutes(), s.compareRoutes(),
	)
	if s.Demo != nil {
		routes = append(routes, s.demoRoutes()...)
	}
	return routes
}

// serve runs a route's row: body limit, rate limit, session, role, questionnaire, phase, handler.
func (s *Server) serve(route Route) gin.HandlerFunc {
	bodyLimit := route.Body
	if bodyLimit == 0 {
		bodyLimit = defaultBody
	}
	return func(c *gin.Context) {
		r := &request{Context: c, server: s, language: s.languageOf(c.Request)}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit)
		if err := s.admit(r, route); err != nil {
			r.readTyped()
			s.fail(r, err)
			return
		}
		if err := route.Handle(r); err != nil {
			s.fail(r, err)
		}
	}
}

// admit decides whether the request may reach its handler. The order matters: who comes first, so that nobody learns
// from an error what exists.
func (s *Server) admit(r *request, route Route) error {
	if s.limits.exceeded(r, route.Limit) {
		return survey.Fail(survey.TooMany, "error.too_many")
	}
	if !slices.Contains(route.Who, survey.RoleReader) || route.Method != http.MethodGet {
		if err := s.sessions.identify(r, slices.Contains(route.Who, survey.RoleParty)); err != nil {
			return err
		}
	}
	if !r.Actor.HasAny(route.Who...) {
		switch {
		case slices.Contains(route.Who, survey.RoleParty):
			return errNoAccess
		case r.Actor.User.ID == "":
			return errSignIn
		}
		return survey.Fail(survey.Forbidden, "error.forbidden")
	}
	slug := r.Param("questionnaire")
	switch {
	case r.Actor.Respondent != "":
		q, err := s.Service.OwnQuestionnaire(r.Request.Context(), r.Actor)
		if err != nil {
			return err
		}
		r.Questionnaire = q
	case slug != "":
		q, err := s.Service.QuestionnaireBySlug(r.Request.Context(), r.Actor, slug)
		if err != nil {
			return err
		}
		r.Questionnaire = q
	}
	if len(route.Phases) > 0 && r.Questionnaire.ID != "" {
		if phase := r.Questionnaire.Phase(s.now()); !slices.Contains(route.Phases, phase) {
			return survey.Fail(survey.Conflict, "error.phase."+string(phase))
		}
	}
	return nil
}

func (s *Server) now() time.Time { return s.Service.Clock.Now() }
