package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/httprate"
	"github.com/google/uuid"

	"pruefstein/internal/locale"
)

// ContentPolicy lets a page load its own style, scripts and images, and nothing else.
const ContentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every answer carries, errors and 304 included.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", ContentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()")
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// observe gives the request its id, recovers a panic, and writes one log line: the route's pattern, never the raw path,
// which can hold a token.
func (s *Server) observe(c *gin.Context) {
	start := time.Now()
	id := uuid.NewString()[:8]
	c.Set("request", id)
	c.Header("X-Request-Id", id)
	s.warnOfProxy(c)
	defer func() {
		cause := recover()
		if cause != nil && cause != http.ErrAbortHandler {
			s.Log.Error("panic", "request", id, "route", c.FullPath(), "cause", cause, "stack", string(debug.Stack()))
			if !c.Writer.Written() {
				s.serveError(errPanic)(c)
				cause = nil
			}
		}
		s.Log.LogAttrs(c.Request.Context(), slog.LevelInfo, "request",
			slog.String("request", id), slog.String("method", c.Request.Method), slog.String("route", c.FullPath()),
			slog.Int("status", c.Writer.Status()), slog.Int("bytes", c.Writer.Size()),
			slog.Duration("took", time.Since(start)), slog.String("from", network(c.ClientIP())))
		if cause != nil { // half an answer is out: break the connection, so that nobody takes it for a whole one
			panic(http.ErrAbortHandler)
		}
	}()
	c.Next()
}

// warnOfProxy says once in the log that a proxy in front of us is not trusted: all its clients then share one limit.
func (s *Server) warnOfProxy(c *gin.Context) {
	if c.GetHeader("X-Forwarded-For") == "" || c.ClientIP() != c.RemoteIP() {
		return
	}
	if peer, err := netip.ParseAddr(c.RemoteIP()); err == nil && (peer.IsLoopback() || peer.IsPrivate()) {
		s.proxyWarning.Do(func() {
			s.Log.Warn("a proxy is not trusted, so the limits count all its clients as one: name it in --trusted-proxies", "proxy", c.RemoteIP())
		})
	}
}

// network cuts an address to its network, /24 or /48: enough to see an attack, too little to see a person.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	bits := 48
	if addr = addr.Unmap(); addr.Is4() {
		bits = 24
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// languageOf chooses the language: on public pages that of the address, whatever the cookie says; elsewhere the query's
// (?lang=en), else the one chosen before, else German.
func (s *Server) languageOf(r *http.Request) string {
	if lang, ok := publicLanguage(r.URL.Path); ok {
		return lang
	}
	if lang := r.URL.Query().Get("lang"); locale.Known(lang) {
		return lang
	}
	if c, err := r.Cookie(LanguageCookie); err == nil && locale.Known(c.Value) {
		return c.Value
	}
	return locale.Languages[0]
}

// publicLanguage returns the language of a page for readers by its address, and whether it is one.
func publicLanguage(path string) (lang string, ok bool) {
	for _, lang := range locale.Languages[1:] {
		if path == "/"+lang || strings.HasPrefix(path, "/"+lang+"/") {
			return lang, true
		}
	}
	ok = path == "/" || path == "/impressum" || path == "/datenschutz" || strings.HasPrefix(path, "/vergleich/")
	return locale.Languages[0], ok
}

// LanguageCookie keeps the language somebody signed in has chosen. Readers never get it: their language is in the path.
const LanguageCookie = "sprache"

// limit names how often a kind of request may come from one network.
type limit string

// The limits: per session, and per client network (IPv6 by /64) as long as nobody is known; all but the general one per route as
// well. Of links only those count that do not exist: see guessed.
const (
	limitPosts  limit = "posts"  // the general one, on every POST: a whole parliament may type behind one address
	LimitSecret limit = "secret" // guessing passwords, links, codes
	LimitMail   limit = "mail"   // causing mails
)

type limiters map[limit]*httprate.RateLimiter

func newLimiters() limiters {
	return limiters{
		limitPosts:  httprate.NewRateLimiter(3000, time.Minute),
		LimitSecret: httprate.NewRateLimiter(30, time.Minute),
		LimitMail:   httprate.NewRateLimiter(10, time.Minute),
	}
}

// exceeded counts the request against the general limit and its own, that for each route apart: whoever asks for a new
// password takes nothing from others behind the same address who do something else. Whoever is known is counted alone, by the
// session: no stranger behind the same address, or behind a proxy that is not trusted, locks them out, and nobody who holds the
// same link or another session of the same account. Reading is not limited.
func (l limiters) exceeded(r *Request, name limit) bool {
	if r.Request.Method == http.MethodGet || r.Request.Method == http.MethodHead {
		return false
	}
	who := httprate.CanonicalizeIP(r.ClientIP())
	if r.Actor.Respondent != "" || r.Actor.User.ID != "" {
		who = r.Actor.Session
	}
	if l[limitPosts].OnLimit(r.Writer, r.Request, who) {
		return true
	}
	limiter, ok := l[name]
	return ok && r.Param("token") == "" && limiter.OnLimit(r.Writer, r.Request, who+" "+r.FullPath())
}

// guessed counts a link that does not exist against the limit of its route. One that does is not being guessed: nobody behind the
// same address keeps others from opening it.
func (l limiters) guessed(r *Request, name limit) bool {
	limiter, ok := l[name]
	return ok && r.Param("token") != "" && limiter.OnLimit(r.Writer, r.Request, httprate.CanonicalizeIP(r.ClientIP())+" "+r.FullPath())
}

// OwnPath returns a redirect target if it is a path of this application, else "". Browsers read a backslash as a slash and
// leave out tabs and line breaks, so nothing but printable ASCII passes.
func OwnPath(target string) string {
	strange := func(c rune) bool { return c <= ' ' || c >= 0x7f || c == '\\' }
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.ContainsFunc(target, strange) {
		return ""
	}
	return target
}
