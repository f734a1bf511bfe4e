package web

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// Readers come in thousands on the day before an election, and the parties save on the same day. What anybody can read without a
// session passes a gate: few such requests are at work at once, the others wait in line, and a save finds a free processor.
const (
	gatePerProcessor = 2
	gateStall        = 10 * time.Millisecond // a place is free again when a request took so long: its reader's line is slow
)

// gate is the line of the readers, first come first served.
type gate chan struct{}

func newGate() gate { return make(gate, gatePerProcessor*runtime.GOMAXPROCS(0)) }

// pass waits for a place and runs work in it, unless the reader goes away before.
func (g gate) pass(ctx context.Context, work func()) {
	select {
	case g <- struct{}{}:
	case <-ctx.Done():
		return
	}
	var once sync.Once
	leave := func() { once.Do(func() { <-g }) }
	stall := time.AfterFunc(gateStall, leave)
	defer leave()
	defer stall.Stop()
	work()
}

// readersWait lets requests of readers through the gate: routes of Readers, and what is nowhere.
func (s *Server) readersWait() gin.HandlerFunc {
	return func(c *gin.Context) {
		if path := c.FullPath(); path == "" || s.readerPaths[path] {
			s.readers.pass(c.Request.Context(), c.Next)
			c.Abort() // nothing is left to do, also for whoever went away
		}
	}
}

// assets serves what pages load.
func (s *Server) assets(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.readers.pass(r.Context(), func() { next.ServeHTTP(w, r) })
	})
}
