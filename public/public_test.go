package public

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

func get(t *testing.T, method, address string, header ...string) *http.Response {
	t.Helper()
	request := httptest.NewRequest(method, address, nil)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	Handler().ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, response *http.Response) []byte {
	t.Helper()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEveryAssetIsServed(t *testing.T) {
	for name := range byName {
		want, err := File(name)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^/static/(css|js|img)/[a-z-]+\.[0-9a-f]{16}\.(css|js|svg|png|ico)$`).MatchString(URL(name)) {
			t.Errorf("address %s", URL(name))
		}
		plain := get(t, http.MethodGet, URL(name))
		if got := body(t, plain); plain.StatusCode != 200 || !bytes.Equal(got, want) {
			t.Errorf("%s: status %d, %d bytes", name, plain.StatusCode, len(got))
		}
		for key, value := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"} {
			if got := plain.Header.Get(key); got != value {
				t.Errorf("%s: %s is %q", name, key, got)
			}
		}
		if again := get(t, http.MethodGet, URL(name), "If-None-Match", `"x", `+plain.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || len(body(t, again)) > 0 {
			t.Errorf("%s: status %d with its own ETag", name, again.StatusCode)
		}
		zipped := get(t, http.MethodGet, URL(name), "Accept-Encoding", "br, gzip;q=0.8")
		if zipped.Header.Get("Content-Encoding") != "gzip" {
			continue // it does not get smaller
		}
		if zipped.Header.Get("ETag") == plain.Header.Get("ETag") {
			t.Errorf("%s: one strong ETag for two encodings", name)
		}
		reader, err := gzip.NewReader(bytes.NewReader(body(t, zipped)))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: gzip holds something else: %v", name, err)
		}
	}
}

func TestWhatIsNotServed(t *testing.T) {
	for address, status := range map[string]int{"/static/css/site.css": 404, "/static/../public.go": 404, "/static/": 404, "/static/css/tokens.css": 404} {
		if response := get(t, http.MethodGet, address); response.StatusCode != status {
			t.Errorf("%s: status %d", address, response.StatusCode)
		}
	}
	if response := get(t, http.MethodPost, URL("css/site.css")); response.StatusCode != 405 || response.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d", response.StatusCode)
	}
	if response := get(t, http.MethodHead, URL("css/site.css")); response.StatusCode != 200 || len(body(t, response)) > 0 || response.ContentLength <= 0 {
		t.Errorf("HEAD: status %d, length %d", response.StatusCode, response.ContentLength)
	}
	if got := get(t, http.MethodGet, URL("css/site.css"), "Accept-Encoding", "gzip;q=0").Header.Get("Content-Encoding"); got != "" {
		t.Errorf("%s for somebody who refuses it", got)
	}
	if _, err := File("css/none.css"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestEverySheetIsInTheBundle(t *testing.T) {
	names, err := fs.Glob(files, "css/*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !slices.Contains(sheets, strings.TrimSuffix(path.Base(name), ".css")) {
			t.Errorf("%s is in no list", name)
		}
	}
}

// Readers' browsers talk to nobody else, and everything passes a policy without 'unsafe-*'.
func TestAssetsFetchNothing(t *testing.T) {
	for name := range byName {
		data, err := File(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), "http://www.w3.org/2000/svg", "")
		for _, not := range []string{"http://", "https://", "@import", "url(", "eval(", "innerHTML", "document.write", "import "} {
			if strings.Contains(text, not) {
				t.Errorf("%s holds %s", name, not)
			}
		}
	}
}
