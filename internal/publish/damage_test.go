package publish

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// A forger writes into the folder of a publication.
type forger struct {
	*house
	place string // of version 1
	was   map[string]string
}

func newForger(t *testing.T) *forger {
	h := newHouse(t)
	h.publish(t)
	place := filepath.Join(h.folder, "nordmark-2026", "1")
	return &forger{house: h, place: place, was: tree(t, place)}
}

// copied is the same publication in a folder of its own, opened as a start does. What is recorded of it stays shared.
func (f *forger) copied(t *testing.T) *forger {
	t.Helper()
	h := &house{folder: filepath.Join(t.TempDir(), "publications"), clock: f.clock, q: f.q, Publisher: &Publisher{Engine: f.Engine, Service: f.Service}}
	if err := os.CopyFS(h.folder, os.DirFS(f.folder)); err != nil {
		t.Fatal(err)
	}
	h.Library = h.open(t)
	return &forger{house: h, place: filepath.Join(h.folder, "nordmark-2026", "1"), was: f.was}
}

func (f *forger) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(f.place, path), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (f *forger) remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(filepath.Join(f.place, path)); err != nil {
		t.Fatal(err)
	}
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// forgeManifest rewrites a page, its copy and the manifest so that they fit each other.
func (f *forger) forgeManifest(t *testing.T, page string) {
	t.Helper()
	m, _, err := readManifest(f.place)
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, page, "forged")
	f.remove(t, page+".gz")
	i := slices.IndexFunc(m.Files, func(e Entry) bool { return e.Path == page })
	m.Files[i] = Entry{Path: page, Size: 6, SHA256: hexSum([]byte("forged")), Type: m.Files[i].Type}
	if _, err := m.write(f.place); err != nil {
		t.Fatal(err)
	}
}

// plainBody is the body of an answer, whatever its encoding.
func plainBody(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	if w.Header().Get("Content-Encoding") == "" {
		return w.Body.String()
	}
	return unpacked(t, ".gz", w.Body.String())
}

const forgedPage = "fragen/1.html"

// Whatever is written into the folder, while the server runs or before it starts: readers get the bytes that were published
// or none, what differs is named, and the rest goes on.
func TestNothingAlteredIsServed(t *testing.T) {
	sound := newForger(t)
	for _, test := range []struct {
		name        string
		forge       func(*testing.T, *forger)
		plain, gzip int    // status of the page after the next start, for whoever takes no gzip, and who does
		encoding    string // of the latter
		fault       string // after the next start
		all         bool   // nothing of the publication can be trusted
	}{
		{"forged copy", func(t *testing.T, f *forger) { f.write(t, forgedPage+".gz", gzipped(t, "forged")) }, 200, 200, "", forgedPage + ".gz: has", false},
		{"forged copy of the same size", func(t *testing.T, f *forger) {
			f.write(t, forgedPage+".gz", strings.Repeat("x", len(f.was[forgedPage+".gz"])))
		}, 200, 200, "", forgedPage + ".gz: its bytes are not", false},
		{"forged page", func(t *testing.T, f *forger) {
			f.write(t, forgedPage, strings.Replace(f.was[forgedPage], "Ja, ohne", "Ja, aber", 1))
		}, 503, 200, "gzip", forgedPage + ": its bytes are not", false},
		{"both forged", func(t *testing.T, f *forger) {
			f.write(t, forgedPage, "forged")
			f.write(t, forgedPage+".gz", gzipped(t, "forged"))
		}, 503, 503, "", forgedPage + ": has 6 bytes", false},
		{"copy gone", func(t *testing.T, f *forger) { f.remove(t, forgedPage+".gz") }, 200, 200, "", forgedPage + ".gz: open", false},
		{"page gone", func(t *testing.T, f *forger) { f.remove(t, forgedPage) }, 503, 200, "gzip", forgedPage + ": open", false},
		{"a pipe in its place", func(t *testing.T, f *forger) {
			f.remove(t, forgedPage)
			if err := syscall.Mkfifo(filepath.Join(f.place, forgedPage), 0o644); err != nil {
				t.Fatal(err)
			}
		}, 503, 200, "gzip", forgedPage + ": is no file", false},
		{"manifest forged with its file", func(t *testing.T, f *forger) { f.forgeManifest(t, forgedPage) }, 503, 503, "", "its manifest.json is not the one that was recorded", true},
		{"manifest broken", func(t *testing.T, f *forger) { f.write(t, manifestName, "{") }, 503, 503, "", manifestName, true},
		{"copy of a file without one", func(t *testing.T, f *forger) { f.write(t, "vergleich.xlsx.gz", gzipped(t, "forged")) }, 200, 200, "gzip", "vergleich.xlsx.gz: the manifest does not know it", false},
		{"foreign page", func(t *testing.T, f *forger) { f.write(t, "fragen/9.html", "forged") }, 200, 200, "gzip", "fragen/9.html: the manifest does not know it", false},
		{"checkpoint forged", func(t *testing.T, f *forger) { f.write(t, checkpointName, "forged") }, 200, 200, "gzip", "checkpoint.txt: is not the one of this ledger", false},
		{"another version", func(t *testing.T, f *forger) {
			other := &forger{house: f.house, place: filepath.Join(filepath.Dir(f.place), "2"), was: f.was}
			if err := os.CopyFS(other.place, os.DirFS(f.place)); err != nil {
				t.Fatal(err)
			}
			other.forgeManifest(t, forgedPage)
			f.write(t, "../current", "2\n")
		}, 200, 200, "gzip", "version 2: the database knows nothing of it", false},
		{"current altered", func(t *testing.T, f *forger) { f.write(t, "../current", "7\n") }, 200, 200, "gzip", "current names version 7, not 1", false},
		{"current gone", func(t *testing.T, f *forger) { f.remove(t, "../current") }, 200, 200, "gzip", "current: no such file", false},
		{"foreign file beside the versions", func(t *testing.T, f *forger) { f.write(t, "../index.html", "forged") }, 200, 200, "gzip", "index.html is no part of a publication", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := sound.copied(t)
			test.forge(t, f)
			original := func(when string) {
				t.Helper()
				served := 0
				for path := range f.was {
					for _, accept := range []string{"gzip", "identity"} {
						w := f.get(t, "/vergleich/nordmark-2026/"+path, "Accept-Encoding", accept)
						switch {
						case w.Code == 200 && plainBody(t, w) == f.was[path]:
							served++
						case w.Code == 200:
							t.Errorf("%s: %s is served, altered", when, path)
						}
					}
				}
				if (served == 0) != (test.all && when != "running") {
					t.Errorf("%s: %d files are served", when, served)
				}
				for _, path := range []string{"fragen/9", "fragen/9.html", "vergleich.xlsx.gz", "checkpoint.txt", "v2/fragen/1", "../index.html"} {
					if w := f.get(t, "/vergleich/nordmark-2026/"+path); w.Code == 200 || w.Body.Len() > 0 {
						t.Errorf("%s: %s is served", when, path)
					}
				}
			}
			original("running")
			f.Library = f.open(t)
			original("started anew")
			const page = "/vergleich/nordmark-2026/" + forgedPage
			if w := f.get(t, page); w.Code != test.plain {
				t.Errorf("plain: %d, not %d", w.Code, test.plain)
			}
			if w := f.get(t, page, "Accept-Encoding", "gzip"); w.Code != test.gzip || w.Header().Get("Content-Encoding") != test.encoding {
				t.Errorf("gzip: %d %q, not %d %q", w.Code, w.Header().Get("Content-Encoding"), test.gzip, test.encoding)
			}
			if listed := len(f.Library.List()) == 1; listed == test.all {
				t.Errorf("on the front page: %v", listed)
			}
			if faults := f.Library.Faults(); !slices.ContainsFunc(faults, func(line string) bool {
				return strings.HasPrefix(line, "publication nordmark-2026") && strings.Contains(line, test.fault)
			}) {
				t.Errorf("%q does not name %q", faults, test.fault)
			}
		})
	}
}

// What is altered while the server runs is named at the first reader, and served again when it is put right.
func TestAlteredWhileRunning(t *testing.T) {
	f := newForger(t)
	var log strings.Builder
	f.Library.LogTo(logInto(&log))
	f.write(t, forgedPage, strings.Replace(f.was[forgedPage], "Ja, ohne", "Ja, aber", 1))
	const page = "/vergleich/nordmark-2026/" + forgedPage
	for range 2 {
		if w := f.get(t, page); w.Code != 503 || w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
	}
	if faults := f.Library.Faults(); len(faults) != 1 || strings.Count(log.String(), "fragen/1.html: its bytes") != 1 {
		t.Errorf("%q\n%s", faults, log.String())
	}
	f.write(t, forgedPage, f.was[forgedPage])
	if w := f.get(t, page); w.Code != 200 || w.Body.String() != f.was[forgedPage] {
		t.Errorf("put right: %d", w.Code)
	}
	if err := f.Library.Reload(); err != nil || len(f.Library.Faults()) > 0 {
		t.Errorf("%v %v", f.Library.Faults(), err)
	}
}

// A file of several pieces: one that is altered while others go out breaks the answer off.
func TestAlteredInTheMiddle(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "rathaus")
	if err := os.MkdirAll(filepath.Join(folder, "1"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := bytes.Repeat([]byte("0123456789abcdef"), 10000) // two pieces and a half
	name := filepath.Join(folder, "1", "daten.json")
	write := func() {
		t.Helper()
		if err := errors.Join(os.WriteFile(name, text, 0o644), os.WriteFile(filepath.Join(folder, currentName), []byte("1\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write()
	m := Manifest{Slug: "rathaus", Version: 1, Files: []Entry{{Path: "daten.json", Size: int64(len(text)), SHA256: hexSum(text), Type: "application/json"}}}
	if _, err := m.write(filepath.Join(folder, "1")); err != nil {
		t.Fatal(err)
	}
	library, err := Open(filepath.Dir(folder), nil)
	if err != nil || len(library.Faults()) > 0 {
		t.Fatal(err, library.Faults())
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := library.Serve(w, r); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	get := func() (string, error) {
		t.Helper()
		answer, err := http.Get(server.URL + "/vergleich/rathaus/daten.json")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		return string(body), err
	}
	whole := string(text)
	if body, err := get(); err != nil || body != whole {
		t.Fatal(len(body), err)
	}
	text[len(text)-1] ^= 1
	write()
	if body, err := get(); err == nil || !strings.HasPrefix(whole, body) || body == whole {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	if faults := library.Faults(); len(faults) != 1 || !strings.Contains(faults[0], "daten.json") {
		t.Error(faults)
	}
}

// asBefore makes a publication one of the time before manifests listed the compressed copies.
func (f *forger) asBefore(t *testing.T) {
	t.Helper()
	m, _, err := readManifest(f.place)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Files {
		m.Files[i].Encodings = nil
	}
	sum, err := m.write(f.place)
	if err != nil {
		t.Fatal(err)
	}
	f.put(t, func(tx *survey.Tx) error {
		p, err := tx.Publications.Get("q/000001")
		p.Manifest = fmt.Sprintf("%x", sum)
		return errors.Join(err, tx.Publications.Put(p))
	})
}

// Publications of before stay served, and a copy that does not unpack to the page, or carries more, is not.
func TestPublicationsOfBefore(t *testing.T) {
	before := newForger(t)
	before.asBefore(t)
	for _, test := range []struct {
		name     string
		forge    func(*testing.T, *forger)
		encoding string
		fault    string
	}{
		{"sound", func(*testing.T, *forger) {}, "gzip", ""},
		{"forged", func(t *testing.T, f *forger) { f.write(t, forgedPage+".gz", gzipped(t, "forged")) }, "", forgedPage + ".gz: its bytes"},
		{"with a tail", func(t *testing.T, f *forger) {
			f.write(t, forgedPage+".gz", f.was[forgedPage+".gz"]+gzipped(t, "forged"))
		}, "", forgedPage + ".gz: its bytes"},
		{"no gzip", func(t *testing.T, f *forger) { f.write(t, forgedPage+".gz", "forged") }, "", forgedPage + ".gz: its bytes"},
		{"gone", func(t *testing.T, f *forger) { f.remove(t, forgedPage+".gz") }, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := before.copied(t)
			test.forge(t, f)
			f.Library = f.open(t)
			w := f.get(t, "/vergleich/nordmark-2026/"+forgedPage, "Accept-Encoding", "gzip")
			if encoding := w.Header().Get("Content-Encoding"); w.Code != 200 || encoding != test.encoding || plainBody(t, w) != f.was[forgedPage] {
				t.Errorf("%d %q", w.Code, encoding)
			}
			switch faults := f.Library.Faults(); {
			case test.fault == "" && len(faults) > 0, test.fault != "" && (len(faults) != 1 || !strings.Contains(faults[0], test.fault)):
				t.Errorf("%q", faults)
			}
		})
	}
}

// Every compressed copy is in the manifest with its own size and hash, also those of files with a second name.
func TestManifestListsTheCopies(t *testing.T) {
	f := newForger(t)
	var m Manifest
	if err := json.Unmarshal([]byte(f.was[manifestName]), &m); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{manifestName: true}
	for _, e := range m.Files {
		listed[e.Path] = true
		for _, c := range e.Encodings {
			path := e.Path + ".gz"
			listed[path] = true
			if data := f.was[path]; c.Coding != "gzip" || int64(len(data)) != c.Size || hexSum([]byte(data)) != c.SHA256 || c.Size >= e.Size {
				t.Errorf("%s: %+v, %d bytes", path, c, len(data))
			}
		}
	}
	for path := range f.was {
		if !listed[path] {
			t.Errorf("%s is not in the manifest", path)
		}
	}
}

// Where the newest version is lost, readers get nothing in its place: the one before may be what it corrected. Nothing on the disk
// is made to point there either.
func TestALostVersionShowsNothing(t *testing.T) {
	f := newForger(t)
	f.clock.Advance(time.Hour)
	f.say(t, "r1", "q01", 2, survey.Version{Status: survey.Answered, Text: "Berichtigt."})
	f.publish(t)
	shelf := filepath.Dir(f.place)
	if err := os.RemoveAll(filepath.Join(shelf, "2")); err != nil {
		t.Fatal(err)
	}
	if err := f.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"running", "started again"} {
		if w := f.get(t, "/vergleich/nordmark-2026/fragen/1"); w.Code == 200 || w.Body.Len() > 0 {
			t.Errorf("%s: the version before is shown", when)
		}
		if text, err := os.ReadFile(filepath.Join(shelf, currentName)); err != nil || string(text) != "2\n" {
			t.Errorf("%s: current names %q, %v", when, text, err)
		}
		if faults := strings.Join(f.Library.Faults(), "\n"); !strings.Contains(faults, "version 2") {
			t.Errorf("%s: not named: %s", when, faults)
		}
		f.Library = f.open(t)
		if err := f.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// What lies beside the publications is named: a static web server that shows the folder would show it as well.
func TestStraysAreNamed(t *testing.T) {
	f := newForger(t)
	f.write(t, "../../seite.html", "forged")
	if err := os.Symlink(f.place, filepath.Join(f.folder, "verlinkt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(f.folder, "Gross"), 0o755); err != nil {
		t.Fatal(err)
	}
	faults := strings.Join(f.open(t).Faults(), "\n")
	for _, name := range []string{"seite.html", "verlinkt", "Gross"} {
		if !strings.Contains(faults, name+" is no part of a publication") {
			t.Errorf("%s is not named:\n%s", name, faults)
		}
	}
}
