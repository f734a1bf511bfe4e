package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/httprate"

	"pruefstein/internal/survey"
)

// What refused requests get their texts back with. Anybody can ask for it, so it must stay cheap, and nobody may use it up for
// others: what is shared out is memory, and only for bytes that have come. Who sends nothing holds nothing.
const (
	echoBody    = 1 << 20          // bytes of one request: four texts of full length with umlauts, encoded
	echoNetwork = 2 << 20          // of one network, counted as the limits count
	echoAll     = 4 << 20          // of all
	echoPause   = 2 * time.Second  // until more of a body must have come
	echoFile    = time.Minute      // for a file above the texts, which is passed over
	echoTime    = 5 * time.Second  // for the body from its first byte that is held, but for the wait
	echoWait    = 6 * time.Second  // for memory that others hold: longer than their bodies may take
	echoAnswer  = 10 * time.Second // for taking the answer
)

// echoes counts the bytes that refused requests hold until they are answered.
type echoes struct {
	mu    sync.Mutex
	all   int
	by    map[string]int // of each network that holds any
	freed chan struct{}  // closed when some come free
}

func newEchoes() *echoes { return &echoes{by: map[string]int{}, freed: make(chan struct{})} }

// take counts n more bytes of a network, and waits for them if need be. It tells whether they may be held.
func (e *echoes) take(ctx context.Context, network string, n int) bool {
	ctx, cancel := context.WithTimeout(ctx, echoWait)
	defer cancel()
	for {
		e.mu.Lock()
		if e.all+n <= echoAll && e.by[network]+n <= echoNetwork {
			e.all += n
			e.by[network] += n
			e.mu.Unlock()
			return true
		}
		freed := e.freed
		e.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return false
		}
	}
}

func (e *echoes) free(network string, n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all -= n
	if e.by[network] -= n; e.by[network] == 0 {
		delete(e.by, network)
	}
	close(e.freed)
	e.freed = make(chan struct{})
}

// refuse answers a request that may not reach its handler, with what was typed: an expired session must not cost what
// somebody wrote, nor must the file beside it. Of a request over a limit nothing is read.
func (s *Server) refuse(r *Request, err error) {
	if r.Request.Method == http.MethodPost && survey.CodeOf(err) != survey.TooMany {
		network, held := httprate.CanonicalizeIP(r.ClientIP()), 0
		defer func() { s.echoes.free(network, held) }()
		r.readTyped(func(n int) bool {
			ok := s.echoes.take(r.Request.Context(), network, n)
			if ok {
				held += n
			}
			return ok
		})
		_ = http.NewResponseController(r.Writer).SetWriteDeadline(time.Now().Add(echoAnswer))
	}
	s.fail(r, err)
}

// readTyped reads the texts of a form that was refused before its handler; take tells whether so many more bytes may be held.
// What cannot be read in time, or at all, is said on the page.
func (r *Request) readTyped(take func(n int) bool) {
	connection, end, holds := http.NewResponseController(r.Writer), time.Now().Add(echoFile), false
	body := readFunc(func(p []byte) (int, error) {
		deadline := time.Now().Add(echoPause)
		if deadline.After(end) {
			deadline = end
		}
		_ = connection.SetReadDeadline(deadline) // no errors in net/http's own server
		return r.Request.Body.Read(p)
	})
	counted := func(text io.Reader) io.Reader {
		return readFunc(func(p []byte) (int, error) {
			n, err := text.Read(p)
			if n > 0 && !holds {
				holds, end = true, time.Now().Add(echoTime)
			}
			before := time.Now()
			if n > 0 && !take(n) {
				return 0, errors.New("no memory to give texts back")
			}
			end = end.Add(time.Since(before))
			return n, err
		})
	}
	var err error
	switch kind, params, _ := mime.ParseMediaType(r.Request.Header.Get("Content-Type")); kind {
	case "multipart/form-data":
		r.Request.PostForm, err = readParts(body, params["boundary"], echoBody, counted, func(string, string, io.Reader) error { return nil })
	case "application/x-www-form-urlencoded":
		r.Request.PostForm, err = readPairs(counted(body), echoBody)
	}
	r.unread = err != nil
}

type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }
