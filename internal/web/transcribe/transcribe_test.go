package transcribe_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
	"pruefstein/internal/web/site"
	webtranscribe "pruefstein/internal/web/transcribe"
	"pruefstein/internal/web/webtest"
)

func TestOverviewLeadsToTranscriptions(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna, ben := w.Visitor(t).SignIn("anna@buendnis.example"), w.Visitor(t).SignIn("ben@buendnis.example")
	first := survey.NewID()
	webtest.Contains(t, anna.Upload(letterURL(first), letterForm(), "brief.pdf", []byte(letterPDF)), 303)
	webtest.Contains(t, ben.Get("/uebersicht"), 200, `<a href="`+letterURL(first)+`">Übertragene Antwort prüfen: Frei</a>`)
	if strings.Contains(anna.Get("/uebersicht").Body.String(), "Übertragene Antwort") {
		t.Error("whoever wrote it is asked to check it")
	}
	webtest.Contains(t, anna.Upload(letterURL(survey.NewID()), letterForm(), "brief.pdf", []byte(letterPDF)), 303)
	webtest.Contains(t, ben.Get("/uebersicht"), 200, `<a href="/antworten/nordmark-2027?filter=pruefung">2 übertragene Antworten prüfen</a>`)
}

const letterPDF = "%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"

// letterForm is a complete form but for its file.
func letterForm() url.Values {
	return url.Values{"revision": {"0"}, "kind": {"letter"}, "received_on": {"2026-11-22"}, "letter_date": {"2026-11-20"}, "act": {"hand_over"},
		"text-1": {"  „Frei“ <b>heißt</b>\r\n\r\n=frei.  "}, "position-2": {"agree"}, "status-3": {"declined"}, "reason-3": {"Keine Zeit."}}
}

const freiLetters = "/antworten/nordmark-2027/frei"

func letterURL(id string) string { return freiLetters + "/uebertragung/" + id }

func stored(t *testing.T, w *webtest.World, id string) (letter survey.Letter, found bool) {
	t.Helper()
	err := w.Store.View(t.Context(), func(tx *survey.Tx) (err error) {
		letter, err = survey.GetLetter(tx, "q1/r1/"+id)
		return err
	})
	if err != nil && !survey.IsNotFound(err) {
		t.Fatal(err)
	}
	return letter, err == nil
}

// originals lists the names of the files in the folder of originals.
func originals(t *testing.T, w *webtest.World) (names []string) {
	t.Helper()
	files, err := os.ReadDir(w.Config.Originals)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

func TestTranscriptionWay(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	w.Restart(t, func(c *site.Config) { c.Originals = filepath.Join(t.TempDir(), "originals") })
	anna, ben := w.Visitor(t).SignIn("anna@buendnis.example"), w.Visitor(t).SignIn("ben@buendnis.example")
	id := survey.NewID()
	webtest.Contains(t, anna.Get(freiLetters+"/neu"), 200, "multipart/form-data", `name="text-1"`, `name="position-2"`)
	webtest.Contains(t, anna.Upload(letterURL(id), letterForm(), `C:\Post\Brief der "Mitte".pdf`, []byte(letterPDF)), 303)
	webtest.Contains(t, anna.Get(letterURL(id)), 200, "Gegenprüfen muss sie jemand anderes")
	webtest.Contains(t, ben.Get("/antworten/nordmark-2027?filter=pruefung"), 200, id)
	page := ben.Get(letterURL(id))
	webtest.Contains(t, page, 200, "Brief der _Mitte_.pdf", "&lt;b&gt;heißt&lt;/b&gt;", "Stimmt etwas nicht?")
	letter, _ := stored(t, w, id)

	file := ben.Get(freiLetters + "/original/" + letter.Original)
	if file.Code != 200 || file.Body.String() != letterPDF {
		t.Errorf("original: %d, %q", file.Code, file.Body)
	}
	for header, want := range map[string]string{"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'",
		"Content-Disposition": `attachment; filename="Brief der _Mitte_.pdf"`, "Cache-Control": "no-store", "Content-Length": strconv.Itoa(len(letterPDF))} {
		if got := file.Header().Get(header); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
	info, err := os.Stat(w.Config.Originals)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info, err)
	}
	for _, name := range originals(t, w) {
		if info, err := os.Stat(filepath.Join(w.Config.Originals, name)); err != nil || info.Mode().Perm() != 0o600 || len(name) != 64 {
			t.Errorf("file %s: %v, %v", name, info, err)
		}
	}

	form := url.Values{"revision": {strconv.Itoa(letter.Revision)}}
	webtest.Contains(t, ben.Post(letterURL(id)+"/pruefen", form), 422, "Bitte bestätigen Sie, dass der Wortlaut")
	form.Set("word_for_word", "yes")
	webtest.Contains(t, anna.Post(letterURL(id)+"/pruefen", form), 409, "Sie haben an dieser Übertragung geschrieben")
	webtest.Contains(t, ben.Post(letterURL(id)+"/pruefen", form), 303)
	webtest.Contains(t, ben.Post(letterURL(id)+"/pruefen", form), 303) // a second click
	webtest.Contains(t, anna.Get(letterURL(id)), 200, "gegengeprüft", "Berichtigung beginnen")
	webtest.Contains(t, anna.Get("/antworten"), 200, "Befragten hat geantwortet")
	webtest.Contains(t, anna.Get(freiLetters+"/neu?von="+id), 200, "Brief der _Mitte_.pdf", "heißt&lt;/b&gt;")
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		v, err := tx.Versions.Get("q1/r1/q01/000001")
		if v.Text != "„Frei“ <b>heißt</b>\n\n=frei." || v.ConfirmedBy != "ben" || v.Source != "Brief vom 20. November 2026" {
			t.Errorf("%+v", v)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	webtest.Contains(t, anna.Upload(letterURL(id), letterForm(), "x.pdf", []byte(letterPDF)), 409, "kein Entwurf mehr")
}

func TestTranscriptionSendBackPage(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna, ada := w.Visitor(t).SignIn("anna@buendnis.example"), w.Visitor(t).SignIn("ada@buendnis.example")
	id := survey.NewID()
	webtest.Contains(t, anna.Upload(letterURL(id), letterForm(), "brief.pdf", []byte(letterPDF)), 303)
	letter, _ := stored(t, w, id)
	back := url.Values{"revision": {strconv.Itoa(letter.Revision)}}
	webtest.Contains(t, ada.Post(letterURL(id)+"/zurueckgeben", back), 422, "Bitte füllen Sie dieses Feld aus")
	webtest.Contains(t, ada.Post(letterURL(id)+"/zurueckgeben", url.Values{"note": {"Der zweite Absatz fehlt."}, "revision": {"1"}}), 409, "Inzwischen hat jemand etwas geändert")
	back.Set("note", "Der zweite Absatz fehlt.")
	webtest.Contains(t, ada.Post(letterURL(id)+"/zurueckgeben", back), 303)
	webtest.Contains(t, anna.Get(letterURL(id)), 200, "Der zweite Absatz fehlt.", "brief.pdf")
	webtest.Contains(t, ada.Get(letterURL(id)), 200, "in Arbeit")
	letter, _ = stored(t, w, id)
	webtest.Contains(t, anna.Post(letterURL(id)+"/loeschen", url.Values{"revision": {strconv.Itoa(letter.Revision)}}), 303)
	webtest.Contains(t, anna.Get(letterURL(id)), 404)
}

func TestTranscriptionIncomplete(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna := w.Visitor(t).SignIn("anna@buendnis.example")
	id := survey.NewID()
	form := letterForm()
	form.Set("received_on", "")
	page := anna.Upload(letterURL(id), form, "brief.pdf", []byte(letterPDF))
	webtest.Contains(t, page, 422, `href="#received_on"`, "=frei.", "brief.pdf", "Als Entwurf gespeichert.")
	if strings.Contains(page.Body.String(), "data-typed") {
		t.Error("the browser asks before a saved draft is left")
	}
	if letter, found := stored(t, w, id); !found || letter.State != survey.TranscriptionDraft || letter.Original == "" {
		t.Errorf("what was typed is not kept as a draft: %+v", letter)
	}
	form = letterForm()
	form.Set("text-1", "a\x00b")
	webtest.Contains(t, anna.Post(letterURL(survey.NewID()), form), 422, "text-1", "Keine Zeit.")
}

func TestTranscriptionKeepsTheFileOfARefusedForm(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna := w.Visitor(t).SignIn("anna@buendnis.example")
	id, form := survey.NewID(), letterForm()
	form.Set("text-1", "a\x00b")
	page := anna.Upload(letterURL(id), form, "brief.pdf", []byte(letterPDF))
	sum := sha256.Sum256([]byte(letterPDF))
	kept := hex.EncodeToString(sum[:])
	webtest.Contains(t, page, 422, "auch die Datei ist noch da", `name="kept_original" value="`+kept+`"`, `name="kept_name" value="brief.pdf"`)
	form = letterForm()
	form.Set("kept_original", kept)
	form.Set("kept_name", "brief.pdf")
	webtest.Contains(t, anna.Post(letterURL(id), form), 303)
	letter, _ := stored(t, w, id)
	webtest.Contains(t, anna.Get(freiLetters+"/original/"+letter.Original), 200, letterPDF)

	id = survey.NewID()
	form.Set("kept_original", strings.Repeat("a", 64))
	webtest.Contains(t, anna.Post(letterURL(id), form), 422, "liegt nicht mehr vor", "=frei.", `href="#original"`)
}

func TestSweepOfOriginals(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna := w.Visitor(t).SignIn("anna@buendnis.example")
	webtest.Contains(t, anna.Upload(letterURL(survey.NewID()), letterForm(), "brief.pdf", []byte(letterPDF)), 303)
	recorded := originals(t, w)[0]
	old := time.Now().Add(-webtranscribe.KeepOriginals - time.Hour)
	age := func(name string) {
		t.Helper()
		if err := os.Chtimes(filepath.Join(w.Config.Originals, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	var unrecorded []string
	for _, text := range []string{"kept", "swept", "sent again"} {
		name, err := w.Server.Transcribe.Originals.Put(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		unrecorded = append(unrecorded, name)
	}
	age(recorded)
	age(unrecorded[1])
	age(unrecorded[2])
	if _, err := w.Server.Transcribe.Originals.Put(strings.NewReader("sent again")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.Config.Originals, ".upload-1"), []byte("broken off"), 0o600); err != nil {
		t.Fatal(err)
	}
	age(".upload-1")
	if err := w.Server.Transcribe.SweepOriginals(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{recorded, unrecorded[0], unrecorded[2]}
	slices.Sort(want)
	if got := originals(t, w); !slices.Equal(got, want) {
		t.Errorf("left over: %v, want %v", got, want)
	}
}

func TestTranscriptionCollision(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna, ben := w.Visitor(t).SignIn("anna@buendnis.example"), w.Visitor(t).SignIn("ben@buendnis.example")
	id := survey.NewID()
	form := letterForm()
	form.Set("act", "save")
	webtest.Contains(t, anna.Upload(letterURL(id), form, "brief.pdf", []byte(letterPDF)), 303)
	webtest.Contains(t, ben.Get(letterURL(id)), 200, "Anna begonnen")
	form.Set("text-1", "Bens Fassung")
	page := ben.Post(letterURL(id), form)
	webtest.Contains(t, page, 409, "Bens Fassung", "=frei.", `name="revision" value="1"`, "Anna")
	letter, _ := stored(t, w, id)
	if letter.Revision != 1 || letter.Entries[0].Text == "Bens Fassung" {
		t.Errorf("saved all the same: %+v", letter)
	}
	form.Set("revision", "1")
	form.Set("original_id", letter.Original)
	webtest.Contains(t, ben.Post(letterURL(id), form), 303)

	// The file may be the thing that was replaced: it is gone from under whoever still names it.
	form.Set("revision", "2")
	form.Set("text-1", "Annas Fassung")
	webtest.Contains(t, anna.Upload(letterURL(id), form, "anderer.pdf", []byte(letterPDF+"\n")), 303)
	replaced, _ := stored(t, w, id)
	form.Set("text-1", "Bens Fassung")
	webtest.Contains(t, ben.Post(letterURL(id), form), 409, "Bens Fassung", "Annas Fassung", "anderer.pdf", `name="original_id" value="`+replaced.Original+`"`)
	form.Set("revision", strconv.Itoa(replaced.Revision))
	form.Set("original_id", replaced.Original)
	webtest.Contains(t, ben.Post(letterURL(id), form), 303)
}

func TestUploadRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"HTML named .pdf":       {"brief.pdf", []byte("<!doctype html><script>alert(1)</script>"), "Webseiten, SVG, XML und Programme nehmen wir nicht an"},
		"SVG":                   {"brief.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "„Als PDF speichern“"},
		"an archive":            {"brief.zip", []byte("PK\x03\x04\x00"), "Bitte entpacken Sie die Datei"},
		"who knows what":        {"brief.xyz", []byte{0, 1, 2}, "Diese Art von Datei nehmen wir nicht an. Bitte öffnen Sie sie in dem Programm"},
		"cut off":               {"brief.pdf", []byte(letterPDF[:30]), "beschädigt"},
		"empty":                 {"brief.pdf", nil, "leer"},
		"more than is accepted": {"brief.pdf", append([]byte(letterPDF), make([]byte, transcribe.MaxOriginal)...), "größer als 20 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			w := webtest.NewTranscribe(t)
			anna := w.Visitor(t).SignIn("anna@buendnis.example")
			id, before := survey.NewID(), w.Contents(t, false)
			page := anna.Upload(letterURL(id), letterForm(), c.file, c.data)
			webtest.Contains(t, page, 422, c.want, `href="#original"`, "den Grund nennt das Feld für die Datei", "=frei.", "Keine Zeit.", c.file)
			if w.Contents(t, false) != before || len(originals(t, w)) != 0 {
				t.Error("something was recorded")
			}
		})
	}
}

// The alliance's note is seen as its own by whoever checks it.
func TestANoteIsMarkedAsTheAlliances(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna, ben := w.Visitor(t).SignIn("anna@buendnis.example"), w.Visitor(t).SignIn("ben@buendnis.example")
	id, form := survey.NewID(), letterForm()
	form.Set("note-1", "Gemeint ist <b>die</b> Anlage.")
	form.Set("received_on", "")
	webtest.Contains(t, anna.Upload(letterURL(id), form, "brief.pdf", []byte(letterPDF)), 422, "Gemeint ist &lt;b&gt;die&lt;/b&gt; Anlage.</textarea>", "<details open><summary>Anmerkung des Bündnisses")
	form = letterForm()
	form.Set("note-1", "Gemeint ist <b>die</b> Anlage.")
	id = survey.NewID()
	webtest.Contains(t, anna.Upload(letterURL(id), form, "brief.pdf", []byte(letterPDF)), 303)
	webtest.Contains(t, ben.Get(letterURL(id)), 200, `<aside class="remark small"><p><strong>Anmerkung des Bündnisses</strong> <span>Nicht von der Partei.</span></p>`, "Gemeint ist &lt;b&gt;die&lt;/b&gt; Anlage.")
}

// Whatever a party sent its answer in, those who read it get it back as it was, to be saved and never to be shown.
func TestOriginalsOfOtherPrograms(t *testing.T) {
	t.Parallel()
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	for _, c := range []struct{ name, data, kept, kind string }{
		{"Antwort.msg", ole, "Antwort.msg", "application/x-ole-storage"},
		{"winmail.dat", "\x78\x9f\x3e\x22\x01\x00", "winmail.dat", "application/vnd.ms-tnef"},
		{"foto.heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "foto.heic", "image/heic"},
		{"notiz.txt", "\xff\xfeJ\x00a\x00", "notiz.txt", "text/plain"},
		{"brief.html", "Nur Text, <script> auch.", "brief.html.txt", "text/plain"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := webtest.NewTranscribe(t)
			anna := w.Visitor(t).SignIn("anna@buendnis.example")
			id := survey.NewID()
			webtest.Contains(t, anna.Upload(letterURL(id), letterForm(), c.name, []byte(c.data)), 303)
			webtest.Contains(t, anna.Get(letterURL(id)), 200, c.kept)
			letter, _ := stored(t, w, id)
			file := anna.Get(freiLetters + "/original/" + letter.Original)
			for header, want := range map[string]string{"Content-Disposition": "attachment; filename=" + c.kept, "Content-Type": c.kind,
				"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"} {
				if got := file.Header().Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
			if file.Code != 200 || file.Body.String() != c.data {
				t.Errorf("%d, %q", file.Code, file.Body)
			}
		})
	}
}

func TestUploadOfTheLargestSize(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	w := webtest.NewTranscribe(t)
	anna := w.Visitor(t).SignIn("anna@buendnis.example")
	data := bytes.Repeat([]byte(blankLine), transcribe.MaxOriginal/len(blankLine))
	copy(data, letterPDF)
	copy(data[len(data)-6:], "%%EOF\n")
	webtest.Contains(t, anna.Upload(letterURL(survey.NewID()), letterForm(), "../../../../tmp/brief.pdf", data), 303)
	if names := originals(t, w); len(names) != 1 {
		t.Errorf("%v", names)
	}
	webtest.Contains(t, stream(t, anna, letterForm(), io.LimitReader(blanks{}, 2*transcribe.MaxOriginal)), 422, "größer als 20 MiB", "=frei.")
	webtest.Contains(t, stream(t, anna, letterForm(), io.LimitReader(blanks{}, webtranscribe.LetterBody)), 413, "200 MB")
	if names := originals(t, w); len(names) != 1 {
		t.Errorf("%v", names)
	}
	if files, err := os.ReadDir(temp); err != nil || len(files) > 0 {
		t.Errorf("a letter was laid aside in the temporary folder: %v, %v", files, err)
	}
}

// blanks never ends.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) { return copy(p, blankBlock), nil }

var blankBlock = bytes.Repeat([]byte(blankLine), 1<<10)

// blankLine ends, since who reads a form looks back through each piece of a file for the end of a line. Without one this takes
// seconds under the race detector.
const blankLine = "                                                              \r\n"

// readFunc is a reader of nothing: it is called where it stands.
type readFunc func() (int, error)

func (f readFunc) Read([]byte) (int, error) { return f() }

// stream posts a form with a file that is nowhere held as a whole.
func stream(t *testing.T, v *webtest.Visitor, form url.Values, file io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	var head, texts bytes.Buffer
	m := multipart.NewWriter(&head)
	_, err := m.CreateFormFile("original", "brief.txt")
	m2 := multipart.NewWriter(&texts)
	err = errors.Join(err, m2.SetBoundary(m.Boundary()))
	for field, values := range form {
		err = errors.Join(err, m2.WriteField(field, values[0]))
	}
	if err = errors.Join(err, m2.Close()); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, letterURL(survey.NewID()), io.MultiReader(&head, file, strings.NewReader("\r\n"), &texts))
	req.Header.Set("Content-Type", m.FormDataContentType())
	return v.Do(req)
}

// A letter goes to the disk while it arrives, into the folder of originals and nowhere else; nothing is left of one that broke off.
func TestUploadsAreStreamed(t *testing.T) {
	w := webtest.NewTranscribe(t)
	anna := w.Visitor(t).SignIn("anna@buendnis.example")
	looked := false
	look := func() (int, error) {
		looked = true
		for _, name := range originals(t, w) {
			info, err := os.Stat(filepath.Join(w.Config.Originals, name))
			if err != nil || info.Mode().Perm() != 0o600 || !strings.HasPrefix(name, webtranscribe.UploadPrefix) || info.Size() < transcribe.MaxOriginal/4 {
				t.Errorf("under way: %s, %v, %v", name, info, err)
			}
		}
		return 0, io.EOF
	}
	half := func() io.Reader { return io.LimitReader(blanks{}, transcribe.MaxOriginal/2) }
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	webtest.Contains(t, stream(t, anna, letterForm(), io.MultiReader(half(), readFunc(look), half())), 303)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > transcribe.MaxOriginal/4 {
		t.Errorf("%d bytes of memory for a letter of %d", took, transcribe.MaxOriginal)
	}
	kept := originals(t, w)
	if !looked || len(kept) != 1 {
		t.Errorf("%v", kept)
	}
	webtest.Contains(t, stream(t, anna, letterForm(), io.MultiReader(half(), iotest.ErrReader(errors.New("line cut")))), 400)
	if got := originals(t, w); !slices.Equal(got, kept) {
		t.Errorf("left of a broken upload: %v", got)
	}

	// A start clears away what a crash left.
	if err := os.WriteFile(filepath.Join(w.Config.Originals, webtranscribe.UploadPrefix+"1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Restart(t, func(*site.Config) {})
	if got := originals(t, w); !slices.Equal(got, kept) {
		t.Errorf("left of a crash: %v", got)
	}

	// Without a folder the texts below the file come back all the same.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.Restart(t, func(c *site.Config) { c.Originals = file })
	webtest.Contains(t, stream(t, anna, letterForm(), half()), 500, "=frei.", "Keine Zeit.")
}

// transcriptionPaths are the pages of all GET routes, with values that lead somewhere.
func transcriptionPaths(w *webtest.World, letter survey.Letter) (paths []string) {
	for _, r := range w.RoutesBelow("/antworten") {
		if r.Method == http.MethodGet {
			paths = append(paths, strings.NewReplacer(":questionnaire", "nordmark-2027", ":respondent", "frei", ":letter", letter.ID, ":original", letter.Original).Replace(r.Path))
		}
	}
	return append(paths, "/antworten/nordmark-2027?filter=pruefung", freiLetters+"/neu?von="+letter.ID)
}

// officeLetter stores a letter with its original, handed over by anna.
func officeLetter(t *testing.T, w *webtest.World) survey.Letter {
	t.Helper()
	id := survey.NewID()
	webtest.Contains(t, w.Visitor(t).SignIn("anna@buendnis.example").Upload(letterURL(id), letterForm(), "brief.pdf", []byte(letterPDF)), 303)
	letter, _ := stored(t, w, id)
	return letter
}

func TestOfficeNeverReadsDrafts(t *testing.T) {
	t.Parallel()
	const draft, submitted = "Entwurfskanarie", "Abgabekanarie"
	w := webtest.NewTranscribe(t)
	letter := officeLetter(t, w)
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.AnswerDraft] { return tx.AnswerDrafts },
		survey.AnswerDraft{Questionnaire: "q1", Respondent: "r1", Question: "q03", Revision: 1, Entry: survey.Entry{Status: survey.Answered, Text: draft, Reason: draft}})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Submission] { return tx.Submissions },
		survey.Submission{Questionnaire: "q1", Respondent: "r1", ID: "s1", State: survey.SubmissionConfirmed, RequestedAt: w.Clock.Now(), Declaration: survey.Declaration{Name: draft}},
		survey.Submission{Questionnaire: "q1", Respondent: "r1", ID: "s2", State: survey.SubmissionRequested, RequestedAt: w.Clock.Now()})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.SubmissionText] { return tx.SubmissionTexts },
		survey.SubmissionText{Of: "q1/r1/s1", Entries: []survey.SubmissionEntry{{Question: "q03", Number: 3, Entry: survey.Entry{Status: survey.Answered, Text: submitted}, Version: 1}}},
		survey.SubmissionText{Of: "q1/r1/s2", Entries: []survey.SubmissionEntry{{Question: "q03", Number: 3, Entry: survey.Entry{Status: survey.Answered, Text: draft}}}})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Version] { return tx.Versions },
		survey.Version{Questionnaire: "q1", Respondent: "r1", Question: "q03", Number: 1, Status: survey.Answered, Text: submitted, Provenance: survey.ByForm, Record: "q1/r1/s1", CountsAt: w.Clock.Now()})
	look := func() (all string) {
		for _, email := range []string{"anna@buendnis.example", "ada@buendnis.example"} {
			v := w.Visitor(t).SignIn(email)
			for _, path := range transcriptionPaths(w, letter) {
				before := w.Contents(t, false)
				answer := v.Get(path)
				if answer.Code != 200 && !(answer.Code == 403 && strings.Contains(path, "/neu")) {
					t.Errorf("%s for %s: %d", path, email, answer.Code)
				}
				if w.Contents(t, false) != before {
					t.Errorf("GET %s wrote something", path)
				}
				all += answer.Body.String()
			}
		}
		return all
	}
	all := look()
	if strings.Contains(all, draft) || strings.Contains(all, submitted) {
		t.Error("the office reads the party's words before its date")
	}
	if !strings.Contains(all, "Von der Partei selbst abgegeben") {
		t.Error("nothing says that the party has submitted")
	}
	w.Clock.Set(webtest.AnswerDue)
	if all = look(); strings.Contains(all, draft) || !strings.Contains(all, submitted) {
		t.Error("after its date: a draft is shown, or what was submitted is not")
	}
	form := letterForm()
	form.Set("text-3", "aus dem Brief, lang genug zum Wiederfinden")
	webtest.Contains(t, w.Visitor(t).SignIn("anna@buendnis.example").Post(letterURL(survey.NewID()), form), 422, "gilt erst, wenn sie es über ihren Link bestätigt", "lang genug zum Wiederfinden")
}

func TestTranscriptionPagesOnlyForTheOffice(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	letter := officeLetter(t, w)
	mia, party, reader := w.Visitor(t).SignIn("mia@buendnis.example"), w.Visitor(t), w.Visitor(t)
	party.Post("/zugang/frei", nil)
	for _, path := range transcriptionPaths(w, letter) {
		for name, v := range map[string]*webtest.Visitor{"member": mia, "party": party, "reader": reader} {
			answer := v.Get(path)
			if !slices.Contains([]int{303, 401, 403, 404}, answer.Code) || strings.Contains(answer.Body.String(), "%PDF") {
				t.Errorf("%s for a %s: %d", path, name, answer.Code)
			}
		}
	}
	for _, path := range []string{"/originals/" + originals(t, w)[0], "/vergleich/nordmark-2027/" + originals(t, w)[0], "/antworten/nordmark-2027/moin/original/" + letter.Original} {
		if answer := w.Visitor(t).SignIn("anna@buendnis.example").Get(path); answer.Code != 404 {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
	for _, r := range w.RoutesBelow("/antworten") {
		if r.Method != http.MethodPost {
			continue
		}
		path := strings.NewReplacer(":questionnaire", "nordmark-2027", ":respondent", "frei", ":letter", letter.ID, ":number", "1").Replace(r.Path)
		before := w.Contents(t, false)
		for _, v := range []*webtest.Visitor{mia, party, reader} {
			if answer := v.Post(path, url.Values{"revision": {"1"}, "note": {"x"}, "word_for_word": {"yes"}}); answer.Code != 401 && answer.Code != 403 {
				t.Errorf("POST %s: %d", path, answer.Code)
			}
		}
		if w.Contents(t, false) != before {
			t.Errorf("POST %s wrote something", path)
		}
	}
	if err := os.Remove(filepath.Join(w.Config.Originals, originals(t, w)[0])); err != nil {
		t.Fatal(err)
	}
	webtest.Contains(t, w.Visitor(t).SignIn("anna@buendnis.example").Get(freiLetters+"/original/"+letter.Original), 500, "fehlt auf dem Server")
}

func TestQuotationPages(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna, ben := w.Visitor(t).SignIn("anna@buendnis.example"), w.Visitor(t).SignIn("ben@buendnis.example")
	const path = freiLetters + "/zitate"
	form := url.Values{"revision": {"0"}, "text": {"Wir bauen Netze."}, "place": {"Wahlprogramm, S. 12"}, "source": {"javascript:alert(1)"}}
	webtest.Contains(t, anna.Post(path+"/1", form), 422, `href="#source-1"`, "Wir bauen Netze.")
	form.Set("source", "https://frei.example/programm")
	webtest.Contains(t, anna.Post(path+"/1", form), 303)
	webtest.Contains(t, anna.Get(path), 200, "Wir bauen Netze.", "unter dem Namen des Bündnisses")
	form.Set("text", "Bens Zitat")
	webtest.Contains(t, ben.Post(path+"/1", form), 409, "Bens Zitat", "Wir bauen Netze.", `name="revision" value="1"`)
	webtest.Contains(t, ben.Post(path+"/1/loeschen", url.Values{"revision": {"7"}}), 409)
	webtest.Contains(t, ben.Post(path+"/1/loeschen", url.Values{"revision": {"1"}}), 303)
	if page := anna.Get(path); strings.Contains(page.Body.String(), "Wir bauen Netze.") {
		t.Error("still there")
	}
	webtest.Contains(t, anna.Post(path+"/9", form), 404)
}

// An answer that is longer than our form takes is taken whole, with a public reason. Without one the letter is a draft, and all is kept.
func TestLetterOverTheLimit(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna, ben := w.Visitor(t).SignIn("anna@buendnis.example"), w.Visitor(t).SignIn("ben@buendnis.example")
	id, form := survey.NewID(), letterForm()
	long := strings.TrimSpace(strings.Repeat("Wir fördern. ", 30))
	form.Set("text-1", long)
	over := survey.Length(long) - 60
	webtest.Contains(t, anna.Upload(letterURL(id), form, "brief.pdf", []byte(letterPDF)), 422, "Die Antwort zu Frage 1 ist länger, als unser Formular erlaubt (60 Zeichen).",
		`href="#over_reason"`, fmt.Sprintf("<li>Frage 1: %d Zeichen über der Grenze</li>", over), long+"</textarea>")
	letter, _ := stored(t, w, id)
	if letter.State != survey.TranscriptionDraft || letter.Entries[0].Text != long {
		t.Fatalf("%s: %s", letter.State, letter.Entries[0].Text)
	}
	form.Set("revision", strconv.Itoa(letter.Revision))
	form.Set("original_id", letter.Original)
	form.Set("over_reason", "Der Brief kam so lang.")
	webtest.Contains(t, anna.Post(letterURL(id), form), 303)
	webtest.Contains(t, ben.Get(letterURL(id)), 200, "Über der Grenze, Grund", "Der Brief kam so lang.")
	if letter, _ = stored(t, w, id); letter.State != survey.TranscriptionWaiting || letter.OverReason != "Der Brief kam so lang." {
		t.Errorf("%s: %q", letter.State, letter.OverReason)
	}
}

// What is older than the question, or than what stands, is said before it is handed over, and to whoever checks it.
func TestTranscriptionDoubts(t *testing.T) {
	t.Parallel()
	w := webtest.NewTranscribe(t)
	anna, ben := w.Visitor(t).SignIn("anna@buendnis.example"), w.Visitor(t).SignIn("ben@buendnis.example")
	id := survey.NewID()
	form := letterForm()
	webtest.Contains(t, anna.Upload(letterURL(id), form, "brief.pdf", []byte(letterPDF)), 303)
	letter, _ := stored(t, w, id)
	webtest.Contains(t, ben.Get("/antworten/nordmark-2027"), 200, ">Gegenprüfen<")
	webtest.Contains(t, ben.Post(letterURL(id)+"/pruefen", url.Values{"revision": {strconv.Itoa(letter.Revision)}, "word_for_word": {"yes"}}), 303)
	webtest.Contains(t, ben.Get("/antworten/nordmark-2027"), 200, "nichts zu tun")

	id = survey.NewID()
	form.Set("received_on", "2026-11-12")
	form.Set("letter_date", "")
	form.Set("text-1", "Ein älteres Wort.")
	form.Set("change_note", "nachgetragen")
	doubts := []string{"bevor gefragt wurde", "Zu Frage 1 gilt schon ein Schreiben, das später eingegangen ist."}
	webtest.Contains(t, anna.Upload(letterURL(id), form, "brief.pdf", []byte(letterPDF)), 422, append(doubts, "noch nicht weitergegeben", `<body class="page-staff">`)...)
	letter, _ = stored(t, w, id)
	if letter.State != survey.TranscriptionDraft {
		t.Fatalf("handed over unread: %s", letter.State)
	}
	form.Set("revision", strconv.Itoa(letter.Revision))
	form.Set("original_id", letter.Original)
	_, seen, _ := strings.Cut(anna.Get(letterURL(id)).Body.String(), `name="seen" value="`)
	seen, _, _ = strings.Cut(seen, `"`)
	form.Set("seen", strings.ReplaceAll(seen, "\n", "\r\n"))
	webtest.Contains(t, anna.Post(letterURL(id), form), 303)
	webtest.Contains(t, ben.Get(letterURL(id)), 200, doubts...)
}
