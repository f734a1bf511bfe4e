// Package web is the application's HTTP face, on gin: routes with their policy, sessions, forms, pages.
//
// A request takes the way docs/architecture.md draws: headers and request id, body limit, cross-origin protection, then
// the route's policy row, then its handler. A handler returns an error; one function (errors.go) turns it into a page.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/public"
	"pruefstein/templates"
)

// Config is what the composition root hands to the web.
type Config struct {
	Alliance       *alliance.Service // who signs in, and under which name
	Engine         *templates.Engine
	Log            *slog.Logger
	BaseURL        string   // scheme and host, no trailing slash
	TrustedProxies []string // addresses or CIDR ranges whose X-Forwarded-For counts; none by default
	Version        string
	IsDemo         bool
}

// Server answers all requests.
type Server struct {
	Config
	sessions sessions
	limits   limiters
	secure   bool // the base URL is https
	handler  http.Handler

	engine      *gin.Engine
	routes      []Route
	readerPaths map[string]bool                 // whose requests pass the gate
	alliance    atomic.Pointer[survey.Alliance] // as last read, for public pages when the database is gone

	readers      gate
	echoes       *echoes
	proxyWarning sync.Once

	denialsLock sync.Mutex
	denials     map[string]time.Time // when a refusal was last noted, by person and route
}

// forwardedHeader is the one header in which a trusted proxy names the client. gin believes X-Real-IP as well, which a
// proxy that does not know it passes on from anybody.
var forwardedHeader = []string{"X-Forwarded-For"}

// New builds the server with the middleware around the routes that rooms register.
func New(cfg Config) (*Server, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: cfg, secure: base.Scheme == "https"}
	s.sessions = newSessions(cfg.Alliance, s.secure)
	s.limits, s.denials = newLimiters(), map[string]time.Time{}
	s.readers, s.echoes = newGate(), newEchoes()

	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	engine.ContextWithFallback = true
	engine.RemoteIPHeaders = forwardedHeader
	if err := engine.SetTrustedProxies(cfg.TrustedProxies); err != nil {
		return nil, err
	}
	engine.Use(s.readersWait(), s.observe)
	s.engine, s.readerPaths = engine, map[string]bool{}
	engine.NoRoute(s.serveError(survey.Fail(survey.NotFound, "error.not_found")))
	engine.NoMethod(s.serveError(errMethod))

	protect := http.NewCrossOriginProtection()
	if err := protect.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, err
	}
	refuse := gin.New() // a router of its own, so that the refusal is a page like every other error
	refuse.RemoteIPHeaders = forwardedHeader
	if err := refuse.SetTrustedProxies(cfg.TrustedProxies); err != nil {
		return nil, err
	}
	refuse.Use(s.readersWait(), s.observe)
	refuse.NoRoute(s.serveError(survey.Fail(survey.Forbidden, "error.cross_origin")))
	protect.SetDenyHandler(refuse)

	app := protect.Handler(engine)
	mux := http.NewServeMux()
	mux.Handle(public.Prefix, s.assets(public.Handler()))
	mux.Handle("/", app)
	s.handler = s.headers(mux)
	s.AllianceFor(context.Background())
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// AllianceFor reads the alliance's settings for a public page. Without a database it goes on with what it read last, from
// the start of the server on.
func (s *Server) AllianceFor(ctx context.Context) survey.Alliance {
	alliance, err := s.Alliance.Settings(ctx)
	if err == nil {
		s.alliance.Store(&alliance)
		return alliance
	}
	s.Log.Warn("public page with the alliance's settings of before", "error", err)
	if last := s.alliance.Load(); last != nil {
		return *last
	}
	return survey.Alliance{}
}
