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

	"pruefstein/internal/office"
	"pruefstein/internal/publish"
	"pruefstein/internal/survey"
	"pruefstein/public"
	"pruefstein/templates"
)

// Config is what the composition root hands to the web.
type Config struct {
	Service        *office.Office
	Engine         *templates.Engine
	Publications   *publish.Library
	Publisher      *publish.Publisher
	Log            *slog.Logger
	BaseURL        string   // scheme and host, no trailing slash
	TrustedProxies []string // addresses or CIDR ranges whose X-Forwarded-For counts; none by default
	Version        string
	Demo           *Demo // nil but in the demonstration
	Admin          Operations
	Bounces        string // address undeliverable mails come back to; "" there is no mail server
	Originals      string // folder of the files that transcriptions were made from
}

// Server answers all requests.
type Server struct {
	Config
	sessions sessions
	limits   limiters
	secure   bool // the base URL is https
	handler  http.Handler
	alliance atomic.Pointer[survey.Alliance] // as last read, for public pages when the database is gone

	originals *Originals

	readers      gate
	echoes       *echoes
	proxyWarning sync.Once

	denialsLock sync.Mutex
	denials     map[string]time.Time // when a refusal was last noted, by person and route
}

// forwardedHeader is the one header in which a trusted proxy names the client. gin believes X-Real-IP as well, which a
// proxy that does not know it passes on from anybody.
var forwardedHeader = []string{"X-Forwarded-For"}

// New builds the server: every route with its policy row, and the middleware around them.
func New(cfg Config) (*Server, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: cfg, secure: base.Scheme == "https", originals: &Originals{Dir: cfg.Originals}}
	if err := s.originals.removeUploads(); err != nil {
		return nil, err
	}
	s.sessions = newSessions(cfg.Service, s.secure)
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
	for _, r := range s.Routes() {
		engine.Handle(r.Method, r.Path, s.serve(r))
		if r.Method == http.MethodGet {
			engine.Handle(http.MethodHead, r.Path, s.serve(r))
		}
	}
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
	s.allianceFor(context.Background())
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
