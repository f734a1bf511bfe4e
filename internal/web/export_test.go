package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/httprate"

	"pruefstein/internal/survey"
)

// What the tests need from inside: they start with the whole site, which stands on this package.
const (
	TouchEvery  = touchEvery
	StaffIdle   = staffIdle
	StaffLife   = staffLife
	DenialPause = denialPause
	GateStall   = gateStall
	PartHead    = partHead
	EchoAll     = echoAll
	EchoBody    = echoBody
	EchoNetwork = echoNetwork
	EchoPause   = echoPause
	EchoTime    = echoTime
	EchoWait    = echoWait
)

// FreshEchoes begins to count anew.
func (s *Server) FreshEchoes() { s.echoes = newEchoes() }

// EchoesHeld is how many bytes are held, and for how many networks.
func (s *Server) EchoesHeld() (bytes, networks int) { return s.echoes.all, len(s.echoes.by) }

// TakeEcho holds bytes for a network.
func (s *Server) TakeEcho(ctx context.Context, network string, n int) bool {
	return s.echoes.take(ctx, network, n)
}

// FreshGate returns a new gate with its places.
func (s *Server) FreshGate() chan struct{} {
	s.readers = newGate()
	return s.readers
}

// LimitPosts replaces the general limit of POSTs.
func (s *Server) LimitPosts(limiter *httprate.RateLimiter) { s.limits[limitPosts] = limiter }

// Touched loads the session of a person's request, and returns what touches it later.
func (s *Server) Touched(_ context.Context, req *http.Request) func(http.ResponseWriter, survey.Actor) (survey.Actor, error) {
	ses, err := load(s.sessions.staff, req)
	return func(answer http.ResponseWriter, actor survey.Actor) (survey.Actor, error) {
		if err != nil {
			return actor, err
		}
		c := gin.CreateTestContextOnly(answer, gin.New())
		c.Request = req
		r := &Request{Context: c, server: s, session: ses, Actor: actor}
		err := ses.touch(r)
		return r.Actor, err
	}
}
