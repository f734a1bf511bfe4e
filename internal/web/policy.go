package web

import (
	"context"
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
	Body   int64          // most bytes of the body; 0: DefaultBody
	Time   time.Duration  // how long the body may take once the request is admitted; 0: as long as every request
	Limit  limit          // how often; "" only the general limit
	Handle func(*Request) error

	Apart   bool // its handler sends while it reads: it runs outside the transaction of its admission
	Readers bool // a page that everybody may come for at once: it passes the gate (gate.go)
}

// DefaultBody is the most bytes a form may have: a full-length text in each of four fields, with umlauts, encoded.
const DefaultBody = 2 << 20

// The groups of roles that rows name.
var (
	Anybody      = []survey.Role{survey.RoleReader}
	Parties      = []survey.Role{survey.RoleParty}
	Staff        = []survey.Role{survey.RoleMember, survey.RoleLead, survey.RoleCoordinator, survey.RoleAdministrator}
	Account      = []survey.Role{survey.RoleSignedIn}
	Drafters     = []survey.Role{survey.RoleMember, survey.RoleLead, survey.RoleCoordinator}
	Coordinators = []survey.Role{survey.RoleCoordinator}
	Checkers     = []survey.Role{survey.RoleCoordinator, survey.RoleAdministrator}
	Admins       = []survey.Role{survey.RoleAdministrator}
)

// Registered returns every route of all rooms.
func (s *Server) Registered() []Route { return s.routes }

// Register adds the routes of a room.
func (s *Server) Register(routes ...Route) {
	for _, r := range routes {
		s.routes = append(s.routes, r)
		s.readerPaths[r.Path] = r.Readers
		s.engine.Handle(r.Method, r.Path, s.serve(r))
		if r.Method == http.MethodGet {
			s.engine.Handle(http.MethodHead, r.Path, s.serve(r))
		}
	}
}

// How long a large file may take on a slow line, and the answer to it afterwards.
const (
	UploadTime = 10 * time.Minute
	answerTime = 2 * time.Minute
)

// serve runs a route's row: body limit, session, rate limit, role, questionnaire, phase, handler. All that a page is made of is read
// at one instant; the page is made and sent when that is over.
func (s *Server) serve(route Route) gin.HandlerFunc {
	bodyLimit := route.Body
	if bodyLimit == 0 {
		bodyLimit = DefaultBody
	}
	anybody, get := slices.Contains(route.Who, survey.RoleReader), route.Method == http.MethodGet
	return func(c *gin.Context) {
		r := &Request{Context: c, server: s, Language: s.languageOf(c.Request)}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit)
		if anybody && get { // a reader is nobody
			if err := s.admit(r, route); err != nil {
				s.refuse(r, err)
			} else if err := route.Handle(r); err != nil {
				s.failed(r, route, err)
			}
			return
		}
		request, admitted := c.Request, false
		err := s.Alliance.Together(request.Context(), func(ctx context.Context) error {
			c.Request = request.WithContext(ctx)
			r.Actor, r.Questionnaire, r.session, r.send, r.holds, admitted = survey.Actor{}, survey.Questionnaire{}, nil, nil, get && !route.Apart, false
			err := s.sessions.identify(r, slices.Contains(route.Who, survey.RoleParty))
			if err == nil {
				err = s.admit(r, route)
			}
			if admitted = err == nil; admitted && r.holds {
				err = route.Handle(r)
			}
			return err
		})
		c.Request, r.holds = request, false
		if admitted && err == nil {
			err = s.touch(r, route)
			admitted = err == nil
		}
		switch {
		case !admitted:
			if r.denied {
				s.noteDenial(r)
			}
			s.refuse(r, err)
		case err != nil:
			s.failed(r, route, err)
		case r.send != nil:
			if err := r.send(); err != nil {
				s.failed(r, route, err)
			}
		case !get || route.Apart:
			if route.Time > 0 {
				body := http.NewResponseController(r.Writer) // no errors in net/http's own server
				_ = body.SetReadDeadline(time.Now().Add(route.Time))
				_ = body.SetWriteDeadline(time.Now().Add(route.Time + answerTime))
			}
			if err := route.Handle(r); err != nil {
				s.failed(r, route, err)
			}
		}
	}
}

// failed answers what a handler refused.
func (s *Server) failed(r *Request, route Route, err error) {
	if survey.IsNotFound(err) && s.limits.guessed(r, route.Limit) {
		err = survey.Fail(survey.TooMany, "error.too_many")
	}
	s.fail(r, err)
}

// touch notes that a session is in use. Whoever has lost it meanwhile is nobody.
func (s *Server) touch(r *Request, route Route) error {
	if !r.Actor.Has(survey.RoleParty) && r.Actor.User.ID == "" {
		return nil
	}
	if err := r.session.touch(r); err != nil || r.Actor.HasAny(route.Who...) {
		return err
	}
	return s.unknown(route)
}

// unknown is what somebody without a session is told.
func (s *Server) unknown(route Route) error {
	if slices.Contains(route.Who, survey.RoleParty) {
		return errNoAccess
	}
	return errSignIn
}

// admit decides whether the request may reach its handler. The order matters: who comes first, so that nobody learns
// from an error what exists.
func (s *Server) admit(r *Request, route Route) error {
	if !r.counted && s.limits.exceeded(r, route.Limit) {
		return survey.Fail(survey.TooMany, "error.too_many")
	}
	r.counted = true
	if !r.Actor.HasAny(route.Who...) {
		if slices.Contains(route.Who, survey.RoleParty) || r.Actor.User.ID == "" {
			return s.unknown(route)
		}
		r.denied = true
		return survey.Fail(survey.Forbidden, "error.forbidden")
	}
	slug := r.Param("questionnaire")
	switch {
	case r.Actor.Respondent != "":
		q, err := s.Alliance.OwnQuestionnaire(r.Request.Context(), r.Actor)
		if err != nil {
			return err
		}
		r.Questionnaire = q
	case slug != "":
		q, err := s.Alliance.QuestionnaireBySlug(r.Request.Context(), r.Actor, survey.Slug(slug))
		if err != nil {
			return err
		}
		r.Questionnaire = q
	}
	if len(route.Phases) > 0 && r.Questionnaire.ID != "" {
		r.Actor.Admitted = survey.Admission{Questionnaire: r.Questionnaire.ID, Phases: route.Phases}
		return r.Questionnaire.InPhase(s.Now(), route.Phases...)
	}
	return nil
}

// denialPause is how long the next refusals of the same kind are not noted again: a loop must not fill the database.
const denialPause = time.Hour

// noteDenial notes a refusal of somebody with an account: what they tried to do in the audit, what they wanted to see in the
// log, because a GET writes nothing. That it cannot be noted changes nothing for them.
func (s *Server) noteDenial(r *Request) {
	if r.Request.Method != http.MethodPost {
		s.Log.Warn("denied", "request", r.GetString("request"), "route", r.FullPath(), "user", r.Actor.User.ID)
		return
	}
	kind, now := string(r.Actor.User.ID)+" "+r.FullPath(), s.Now()
	s.denialsLock.Lock()
	age := now.Sub(s.denials[kind]) // below zero: the clock has been set back
	again := age >= 0 && age < denialPause
	if !again {
		s.denials[kind] = now
	}
	s.denialsLock.Unlock()
	if again {
		return
	}
	if err := s.Alliance.NoteDenial(r.Request.Context(), r.Actor, r.FullPath()); err != nil {
		s.Log.Error("denial not noted", "request", r.GetString("request"), "error", err)
	}
}

// Now is the instant by the clock of the use cases.
func (s *Server) Now() time.Time { return s.Alliance.Clock.Now() }

// FilterWaiting is the value of the filter for what waits for its second person.
const FilterWaiting = "pruefung"
