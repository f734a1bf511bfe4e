package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web"
	"pruefstein/internal/web/site"
	"pruefstein/internal/web/webtest"
)

// A line is a connection to a page that wants a session: what it sends arrives piece by piece, and reading ends at the deadline
// the server set, as in a real one. Its answer is there when done is closed.
type line struct {
	*httptest.ResponseRecorder
	pieces      chan string
	left        string
	read, write time.Time // deadlines
	done        chan struct{}
	took        time.Duration
}

func (l *line) SetReadDeadline(t time.Time) error { l.read = t; return nil }

func (l *line) SetWriteDeadline(t time.Time) error { l.write = t; return nil }

func (l *line) Close() error { return nil }

func (l *line) Read(p []byte) (int, error) {
	if l.left == "" {
		select {
		case piece, more := <-l.pieces:
			if !more {
				return 0, io.EOF
			}
			l.left = piece
		case <-time.After(time.Until(l.read)):
			return 0, os.ErrDeadlineExceeded
		}
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

// dial sends the head of a form from an address behind the trusted proxy.
func dial(t *testing.T, w *webtest.World, from, contentType string) *line {
	l := &line{ResponseRecorder: httptest.NewRecorder(), pieces: make(chan string, 16), done: make(chan struct{})}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080/verwaltung/buendnis", l)
	r.RemoteAddr = "127.0.0.1:4711"
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Forwarded-For", from)
	start := time.Now()
	go func() {
		defer close(l.done)
		w.Server.ServeHTTP(l, r)
		l.took = time.Since(start)
	}()
	return l
}

// end sends the rest of the form and returns the page.
func (l *line) end(t *testing.T, rest string) string {
	t.Helper()
	if rest != "" {
		l.pieces <- rest
	}
	close(l.pieces)
	<-l.done
	if l.Code != http.StatusUnauthorized {
		t.Errorf("%d", l.Code)
	}
	return l.Body.String()
}

const (
	pairsType  = "application/x-www-form-urlencoded"
	typedText  = "Ein Impressum, an dem lange geschrieben wurde."
	unreadText = "konnten wir gerade nicht zurückgeben"
)

var typedPairs = "text=" + url.QueryEscape(typedText)

func newEchoWorld(t *testing.T) *webtest.World {
	w := webtest.New(t)
	w.Restart(t, func(c *site.Config) { c.TrustedProxies = []string{"127.0.0.1"} })
	return w
}

// Who holds connections open and sends nothing, or little, takes from nobody, neither elsewhere nor in the same network.
func TestIdleSendersKeepNobodyFromTheirTexts(t *testing.T) {
	w := newEchoWorld(t)
	for _, c := range []struct{ kind, first string }{{pairsType, ""}, {pairsType, "text=An"}, {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nAn"}} {
		synctest.Test(t, func(t *testing.T) {
			w.Server.FreshEchoes() // within the bubble of the clock
			var idle []*line
			for i := range 200 {
				l := dial(t, w, []string{"198.51.100.7", "2001:db8:1:2::" + fmt.Sprint(i+1)}[i%2], c.kind)
				if c.first != "" {
					l.pieces <- c.first
				}
				idle = append(idle, l)
			}
			synctest.Wait()
			for _, from := range []string{"198.51.100.7", "203.0.113.9", "2001:db8:1:2::ffff", "2001:db8:1:3::1"} {
				honest := dial(t, w, from, pairsType)
				if page := honest.end(t, typedPairs); !strings.Contains(page, typedText) || honest.took != 0 {
					t.Errorf("%s beside senders of %q: after %s:\n%.3000s", from, c.first, honest.took, page)
				}
			}
			for _, l := range idle {
				<-l.done
				if l.took != web.EchoPause || !strings.Contains(l.Body.String(), unreadText) {
					t.Errorf("an idle sender has %s", l.took)
				}
			}
			if all, networks := w.Server.EchoesHeld(); all != 0 || networks != 0 {
				t.Errorf("still held: %d", all)
			}
		})
	}
}

// What all refused requests hold is bounded, for each network and in all; who finds it full waits, and is told in the end.
func TestRefusedTextsAreBounded(t *testing.T) {
	w := newEchoWorld(t)
	synctest.Test(t, func(t *testing.T) {
		w.Server.FreshEchoes()
		longest := url.Values{"text": {typedText}, "again": {strings.Repeat("ä", 32000)}, "a": {strings.Repeat("ä", 32000)}, "b": {strings.Repeat("ä", 32000)}, "c": {strings.Repeat("ä", 32000)}}
		if page := dial(t, w, "203.0.113.9", pairsType).end(t, longest.Encode()); !strings.Contains(page, typedText) || strings.Count(page, "ä") < 3*32000 {
			t.Error("a form of full length does not come back")
		}
		if page := dial(t, w, "203.0.113.9", pairsType).end(t, "a="+strings.Repeat("x", 2<<20)); len(page) > 5<<18 || !strings.Contains(page, unreadText) {
			t.Errorf("%d bytes came back", len(page))
		}

		// Some hold all they can and drip on.
		var drips []*line
		for i := range web.EchoAll / web.EchoBody {
			l := dial(t, w, fmt.Sprintf("198.51.100.%d", i/(web.EchoNetwork/web.EchoBody)), pairsType)
			l.pieces <- "a=" + strings.Repeat("x", web.EchoBody-10)
			drips = append(drips, l)
		}
		synctest.Wait()
		if held, _ := w.Server.EchoesHeld(); held > web.EchoAll || held < web.EchoAll-200 {
			t.Errorf("%d bytes are held", held)
		}
		waiting := dial(t, w, "203.0.113.9", pairsType)
		waiting.pieces <- typedPairs
		for range 3 {
			time.Sleep(web.EchoPause - time.Second)
			for _, l := range drips {
				l.pieces <- "x"
			}
		}
		if page := waiting.end(t, ""); !strings.Contains(page, typedText) || waiting.took > web.EchoTime {
			t.Errorf("with memory that comes free, after %s:\n%.3000s", waiting.took, page)
		}
		for _, l := range drips {
			if <-l.done; l.took > web.EchoTime || !l.write.After(l.read) {
				t.Errorf("a dripping sender has %s", l.took)
			}
		}

		// Nothing comes free.
		if !w.Server.TakeEcho(t.Context(), "198.51.100.1", web.EchoNetwork) {
			t.Fatal("nothing is free")
		}
		full := dial(t, w, "198.51.100.1", pairsType)
		if page := full.end(t, typedPairs); strings.Contains(page, typedText) || !strings.Contains(page, unreadText) || full.took != web.EchoWait {
			t.Errorf("without memory, after %s:\n%.3000s", full.took, page)
		}
		if other := dial(t, w, "198.51.100.2", pairsType); !strings.Contains(other.end(t, typedPairs), typedText) || other.took != 0 {
			t.Errorf("another network waits %s", other.took)
		}
	})
}

// Before the content of a part nothing long may stand: what is read there is not counted.
func TestHeadsOfPartsAreBounded(t *testing.T) {
	t.Parallel()
	w := newEchoWorld(t)
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	if err := parts.WriteField("text", typedText); err != nil {
		t.Fatal(err)
	}
	kind := parts.FormDataContentType()
	for name, rest := range map[string]string{
		"a long head":  "\r\n--" + parts.Boundary() + "\r\nX-Long: " + strings.Repeat("x", 1<<20),
		"a long start": "", // of the body, before the first boundary
	} {
		body := form.String() + rest
		if rest == "" {
			body = strings.Repeat("x", 1<<20) + "\r\n" + body
		}
		counted := &readCounter{Reader: strings.NewReader(body)}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8080/verwaltung/buendnis", counted)
		r.Header.Set("Content-Type", kind)
		answer := httptest.NewRecorder()
		w.Server.ServeHTTP(answer, r)
		if page := answer.Body.String(); counted.bytes > 2*web.PartHead || strings.Contains(page, typedText) != (rest != "") || !strings.Contains(page, unreadText) {
			t.Errorf("%s: %d bytes read\n%.3000s", name, counted.bytes, page)
		}
	}
}

// A session that has ended costs no word of a letter, however large the file above its texts.
func TestLetterOfAnExpiredSession(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	target := "/antworten/nordmark-2027/frei/uebertragung/" + survey.NewID()
	form := url.Values{"text-1": {"  „Frei“ <b>heißt</b>\r\n\r\n=frei.  "}, "reason-3": {"Keine Zeit."}}
	webtest.Contains(t, w.Visitor(t).Upload(target, form, "brief.pdf", make([]byte, transcribe.MaxOriginal)), 401, "„Frei“ &lt;b&gt;heißt", "Keine Zeit.")
	form.Set("text-2", strings.Repeat("a", 2*web.EchoBody))
	answer := w.Visitor(t).Upload(target, form, "brief.pdf", []byte("%PDF-1.7"))
	if answer.Code != 401 || strings.Count(answer.Body.String(), "a") > web.EchoBody+10_000 {
		t.Errorf("%d with %d bytes", answer.Code, answer.Body.Len())
	}
}
