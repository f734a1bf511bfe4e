package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pruefstein/internal/web"
	"pruefstein/internal/web/webtest"
	"pruefstein/public"
)

// slowReader is a reader whose line takes nothing until open is closed; begun gets the path of each that is at work.
type slowReader struct {
	*httptest.ResponseRecorder
	begun chan<- string
	path  string
	open  <-chan struct{}
}

func (r *slowReader) Write(p []byte) (int, error) {
	r.begun <- r.path
	<-r.open
	return r.ResponseRecorder.Write(p)
}

// However many readers ask at once, few are at work, and a party saves beside them. A reader whose line takes nothing keeps no
// place.
func TestReadersWaitForSaves(t *testing.T) {
	w := webtest.NewAnswer(t)
	party := w.Visitor(t)
	party.Post("/zugang/frei", nil)
	paths := []string{"/", "/en/", "/impressum", "/gibt-es-nicht", "/vergleich/gibt-es-nicht/", public.URL("css/site.css"), "/static/gibt-es-nicht.css"}
	const each = 20
	synctest.Test(t, func(t *testing.T) {
		gate := w.Server.FreshGate() // within the bubble of the clock
		most := cap(gate)
		begun, open := make(chan string, each*len(paths)), make(chan struct{})
		var all sync.WaitGroup
		for range each {
			for _, path := range paths {
				all.Go(func() {
					answer := &slowReader{ResponseRecorder: httptest.NewRecorder(), begun: begun, path: path, open: open}
					w.Server.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
				})
			}
		}
		synctest.Wait()
		if n := len(begun); n != most {
			t.Errorf("%d readers are at work at once, not %d", n, most)
		}
		if got := party.Post("/antwort/fragen/1", url.Values{"text": {"Ja."}, "status": {"answered"}, "revision": {"0"}}); got.Code != http.StatusSeeOther {
			t.Errorf("a save beside them: %d", got.Code)
		}
		time.Sleep(web.GateStall + 1)
		synctest.Wait()
		if n := len(begun); n != 2*most {
			t.Errorf("%d readers have begun when the first ones stall, not %d", n, 2*most)
		}
		close(open)
		all.Wait()
		if len(begun) != cap(begun) || len(gate) != 0 {
			t.Errorf("%d of %d readers had their turn, %d places are taken", len(begun), cap(begun), len(gate))
		}

		// Who goes away while waiting takes no place.
		for range most {
			gate <- struct{}{}
		}
		ctx, leave := context.WithCancel(t.Context())
		leave()
		answer := httptest.NewRecorder()
		if w.Server.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)); answer.Body.Len() != 0 || len(gate) != most {
			t.Errorf("%d bytes for a reader who went away", answer.Body.Len())
		}
	})
}
