package publish

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/compare"
	"pruefstein/internal/ledger"
	"pruefstein/internal/memory"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
	"pruefstein/templates"
)

// A house is a publisher on an empty store, with one questionnaire that was sent out.
type house struct {
	*Publisher
	folder string
	clock  *testkit.Clock
	q      survey.Questionnaire
}

var engine = testworld.Engine()

// coordinator is a person of the office; the two-person rule is off while there is but one.
var coordinator = survey.Actor{User: survey.User{ID: "u1", Name: "Ada", PasswordHash: "x", Coordinator: true}}

func newHouse(t testing.TB) *house {
	t.Helper()
	key, err := ledger.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	clock := testkit.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	folder := filepath.Join(t.TempDir(), "publications")
	library, err := Open(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{folder: folder, clock: clock, Publisher: &Publisher{Engine: engine, Library: library,
		Service: &compare.Service{Kernel: &survey.Kernel{Store: storetest.Twice(memory.New()), Clock: clock, Rand: rand.Reader, Ledger: key, BaseURL: "https://pruefsteine.example"}}}}
	h.q = survey.Questionnaire{ID: "q", Slug: "nordmark-2026", Title: "Wahlprüfsteine Nordmark", Election: "e", Order: survey.OrderBallot,
		Licence: "CC-BY-4.0", Deadline: survey.Instant{At: clock.Now().Add(-time.Hour), Zone: survey.DefaultZone},
		LockedAt: clock.Now().Add(-48 * time.Hour), DispatchedAt: clock.Now().Add(-24 * time.Hour), Revision: 1}
	h.put(t, func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Freie Daten", Imprint: "Bündnis\nStraße 1", Privacy: "Wir speichern nichts.", PressContact: "presse@buendnis.example"}),
			tx.Users.Put(coordinator.User),
			tx.Elections.Put(survey.Election{ID: "e", Name: "Landtagswahl Nordmark", Date: "2027-03-07"}),
			tx.Questionnaires.Put(h.q),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q", Questions: []survey.CatalogueQuestion{
				{ID: "q01", Number: 1, Kind: survey.KindText, Label: "Offene Daten", Text: "Wollen Sie offene Daten?"},
				{ID: "q02", Number: 2, Kind: survey.KindThesis, Label: "Freie Software", Text: "Freie Software soll Vorrang haben."},
			}}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "r1", AskedAt: clock.Now().Add(-24 * time.Hour), Slug: "freie-mitte", ShortName: "Freie Mitte", Name: "Freie Mitte Nordmark", Sequence: 1}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "r2", AskedAt: clock.Now().Add(-24 * time.Hour), Slug: "gruene-zukunft", ShortName: "GZN", Name: "Grüne Zukunft Nordmark", Sequence: 2}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "r3", AskedAt: clock.Now().Add(-24 * time.Hour), Slug: "spaet", ShortName: "Später", Name: "Die Späteren", Sequence: 3,
				Due: survey.Instant{At: clock.Now().Add(24 * time.Hour), Zone: survey.DefaultZone}}),
		)
	})
	h.say(t, "r1", "q01", 1, survey.Version{Status: survey.Answered, Text: "Ja, ohne Wenn und Aber."})
	h.say(t, "r1", "q02", 1, survey.Version{Status: survey.Answered, Position: survey.Agree, Text: "Weil es richtig ist."})
	h.say(t, "r2", "q01", 1, survey.Version{Status: survey.Declined, Reason: "Wir antworten nur auf eigene Fragen."})
	return h
}

func (h *house) put(t testing.TB, fn func(*survey.Tx) error) {
	t.Helper()
	if err := h.Service.Store.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// say adds a version that the party itself submitted.
func (h *house) say(t testing.TB, respondent survey.RespondentID, question survey.QuestionID, number int, v survey.Version) {
	t.Helper()
	v.Questionnaire, v.Respondent, v.Question, v.Number = "q", respondent, question, number
	v.Provenance, v.Record, v.CountsAt, v.ReceivedAt = survey.ByForm, "record", h.clock.Now(), survey.StampOf(h.clock.Now())
	h.put(t, func(tx *survey.Tx) error { return tx.Versions.Put(v) })
}

func (h *house) publish(t testing.TB) Published {
	t.Helper()
	p, err := h.Publish(context.Background(), coordinator, "q", compare.PreparePublication{Seen: h.seen(t)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// published is what is recorded of the publications, with what they changed.
func (h *house) published(t *testing.T) (list []compare.Published, err error) {
	t.Helper()
	err = h.Service.Store.View(t.Context(), func(tx *survey.Tx) error {
		list = nil
		all, err := survey.Collect(tx.Publications.List(""))
		if err != nil {
			return err
		}
		details, err := survey.PublicationDetails(tx, all)
		if err != nil {
			return err
		}
		for i, p := range all {
			list = append(list, compare.Published{Publication: p, Changes: details[i].Changes})
		}
		return nil
	})
	return list, err
}

// open opens the folder as the next start does.
func (h *house) open(t testing.TB) *Library {
	t.Helper()
	records, err := h.Service.PublicationRecords(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	library, err := Open(h.folder, records)
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// get asks the library for a path.
func (h *house) get(t testing.TB, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	if err := h.Library.Serve(w, r); err != nil {
		switch survey.CodeOf(err) {
		case survey.NotFound:
			w.WriteHeader(http.StatusNotFound)
		case survey.Unavailable:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			t.Fatal(err)
		}
	}
	return w
}

// tree reads all files below a folder.
func tree(t testing.TB, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		files[strings.TrimPrefix(name, folder+"/")] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestPublishedPagesAreServed(t *testing.T) {
	h := newHouse(t)
	if p := h.publish(t); p != (Published{Version: 1, Imprint: true}) {
		t.Fatalf("%+v", p)
	}
	for path, want := range map[string]string{
		"/vergleich/nordmark-2026/":                           "Eine von 3 gefragten Parteien hat geantwortet",
		"/vergleich/nordmark-2026/index.html":                 "Für die Presse",
		"/vergleich/nordmark-2026/fragen/1":                   "Ja, ohne Wenn und Aber.",
		"/vergleich/nordmark-2026/fragen/1.html":              `id="freie-mitte"`,
		"/vergleich/nordmark-2026/parteien/gruene-zukunft":    "Wir antworten nur auf eigene Fragen.",
		"/vergleich/nordmark-2026/impressum":                  "Straße 1",
		"/vergleich/nordmark-2026/daten.json":                 `"pruefstein/1.1"`,
		"/vergleich/nordmark-2026/manifest.json":              `"path": "fragen/1.html"`,
		"/vergleich/nordmark-2026/v1/fragen/2":                "Weil es richtig ist.",
		"/en/vergleich/nordmark-2026/":                        "For the press",
		"/en/vergleich/nordmark-2026/fragen/1":                `lang="de"`,
		"/en/vergleich/nordmark-2026/vergleich.html":          "<style>",
		"/vergleich/nordmark-2026/v1/en/parteien/freie-mitte": "Answers to the questions",
	} {
		if w := h.get(t, path); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, without %q", path, w.Code, want)
		}
	}
	for path, to := range map[string]string{
		"/vergleich/nordmark-2026":                              "/vergleich/nordmark-2026/",
		"/vergleich/nordmark-2026?partei=a,b":                   "/vergleich/nordmark-2026/?partei=a,b",
		"/vergleich/nordmark-2026/v1":                           "/vergleich/nordmark-2026/v1/",
		"/vergleich/nordmark-2026/en/":                          "/en/vergleich/nordmark-2026/",
		"/vergleich/nordmark-2026/en/fragen/2.html":             "/en/vergleich/nordmark-2026/fragen/2.html",
		"/en/vergleich/nordmark-2026":                           "/en/vergleich/nordmark-2026/",
		"/en/vergleich/nordmark-2026/v1/fragen/1":               "/vergleich/nordmark-2026/v1/en/fragen/1",
		"/en/vergleich/fragen/2.html?deutsch=nordmark-2026":     "/vergleich/nordmark-2026/fragen/2.html",
		"/en/vergleich/?deutsch=nordmark-2026":                  "/vergleich/nordmark-2026/",
		"/en/vergleich/index.html?deutsch=nordmark-2026":        "/vergleich/nordmark-2026/index.html",
		"/en/vergleich/%0d%0aX:%20y/?deutsch=nordmark-2026":     "/vergleich/nordmark-2026/%0D%0AX:%20y/",
		"/en/vergleich/%2Fevil.example/?deutsch=nordmark-2026":  "",
		"/en/vergleich/..%2F..%2Fanmelden?deutsch=nordmark-202": "",
	} {
		w := h.get(t, path)
		if got := w.Header().Get("Location"); got != to || (to != "") != (w.Code == http.StatusPermanentRedirect) {
			t.Errorf("%s: %d to %q, not %q", path, w.Code, got, to)
		}
	}
	for _, path := range []string{
		"/vergleich/", "/vergleich/other/", "/vergleich/nordmark-2026/fragen/3", "/vergleich/nordmark-2026/v2/", "/vergleich/nordmark-2026/v0/",
		"/vergleich/nordmark-2026/v01/", "/vergleich/nordmark-2026/../../secret", "/vergleich/nordmark-2026/..%2f..%2fledger.key",
		"/vergleich/nordmark-2026/index.html.gz", "/vergleich/nordmark-2026/current", "/vergleich/..%2f/", "/vergleich/nordmark-2026/fragen",
		"/vergleich/nordmark-2026/fragen/", "/vergleich/nordmark-2026//", "/vergleich/NORDMARK-2026/", "/en/vergleich/nordmark-2026/en/",
	} {
		if w := h.get(t, path); w.Code != 404 || w.Body.Len() > 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestHeaders(t *testing.T) {
	h := newHouse(t)
	h.publish(t)
	const page = "/vergleich/nordmark-2026/fragen/1"
	plain, zipped := h.get(t, page, "Accept-Encoding", "br"), h.get(t, page, "Accept-Encoding", "gzip, br")
	if plain.Header().Get("Content-Encoding") != "" || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Error("encodings")
	}
	if plainBody(t, zipped) != plain.Body.String() {
		t.Error("the compressed page is another one")
	}
	want := map[string]string{
		"Vary": "Accept-Encoding", "Cache-Control": "public, max-age=60, stale-while-revalidate=600", "Access-Control-Allow-Origin": "*",
		"Link": `<https://creativecommons.org/licenses/by/4.0/>; rel="license"`, "Content-Type": "text/html; charset=utf-8",
		"Content-Language": "de", "Content-Length": strconv.Itoa(plain.Body.Len()), "Set-Cookie": "", "Content-Disposition": "",
	}
	for name, value := range want {
		if got := plain.Header().Get(name); got != value {
			t.Errorf("%s: %q, not %q", name, got, value)
		}
	}
	etag := plain.Header().Get("ETag")
	if etag == zipped.Header().Get("ETag") || !strings.HasPrefix(etag, `"`) {
		t.Errorf("entity tags %s, %s", etag, zipped.Header().Get("ETag"))
	}
	for _, sent := range []string{etag, "W/" + etag, `"x", ` + etag, "*"} {
		if w := h.get(t, page, "If-None-Match", sent); w.Code != 304 || w.Body.Len() > 0 || w.Header().Get("ETag") != etag {
			t.Errorf("If-None-Match %s: %d", sent, w.Code)
		}
	}
	if w := h.get(t, page, "If-None-Match", `"x"`); w.Code != 200 {
		t.Errorf("another tag: %d", w.Code)
	}
	if w := h.get(t, "/vergleich/nordmark-2026/v1/fragen/1"); !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Error("a frozen page is not immutable")
	}
	if w := h.get(t, "/vergleich/nordmark-2026/vergleich.xlsx"); w.Header().Get("Content-Disposition") != `attachment; filename="nordmark-2026-v1-vergleich.xlsx"` {
		t.Errorf("download: %q", w.Header().Get("Content-Disposition"))
	}
	if w := h.get(t, "/vergleich/nordmark-2026/vergleich.html"); !strings.Contains(w.Header().Get("Content-Security-Policy"), "style-src "+templates.SheetHash()) {
		t.Errorf("policy of vergleich.html: %q", w.Header().Get("Content-Security-Policy"))
	}
	head := httptest.NewRecorder()
	if err := h.Library.Serve(head, httptest.NewRequest(http.MethodHead, page, nil)); err != nil || head.Body.Len() > 0 || head.Header().Get("Content-Length") != want["Content-Length"] {
		t.Errorf("HEAD: %v, %d bytes", err, head.Body.Len())
	}
}

// What stands beside the cells is named as well when it changes: one line each, and never nothing.
func TestChangesBesideTheCells(t *testing.T) {
	h := newHouse(t)
	h.publish(t)
	h.clock.Advance(time.Hour)
	h.put(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q")
		if err != nil {
			return err
		}
		q.Title += ", neu"
		r, err := tx.Respondents.Get("q/r1")
		if err != nil {
			return err
		}
		was := h.q.Deadline
		r.Name, r.Due = "Die Freie Mitte", survey.Instant{At: was.At.Add(30 * time.Minute), Zone: was.Zone, Local: was.Local}
		r.DueChanges = []survey.DateChange{{From: was, To: r.Due, Reason: "Parteitag"}}
		a, err := tx.Alliances.Get(survey.AllianceKey)
		if err != nil {
			return err
		}
		a.Imprint += " Neu."
		return errors.Join(tx.Questionnaires.Put(q), tx.Respondents.Put(r), tx.Alliances.Put(a))
	})
	h.publish(t)
	rows, err := h.published(t)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range rows[1].Changes {
		got = append(got, fmt.Sprint(c.Facet, " ", c.ShortName))
	}
	if diff := cmp.Diff([]string{"heading ", "legal ", "party Freie Mitte", "asked Freie Mitte"}, got); diff != "" {
		t.Error(diff)
	}
	// an extension for all is one change, not one of each
	h.clock.Advance(time.Hour)
	h.put(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q")
		if err != nil {
			return err
		}
		was := q.Deadline
		q.Deadline.At = was.At.Add(10 * time.Minute)
		q.Extended = []survey.DateChange{{From: was, To: q.Deadline, Reason: "Feiertage"}}
		q.Errata = []survey.Erratum{{Question: "q01", Text: "Gemeint ist das Land.", At: h.clock.Now()}}
		return tx.Questionnaires.Put(q)
	})
	h.publish(t)
	if rows, err = h.published(t); err != nil || len(rows[2].Changes) != 2 || rows[2].Changes[0].Facet != survey.FacetDeadline || rows[2].Changes[1].Facet != survey.FacetErratum {
		t.Errorf("%+v, %v", rows[2].Changes, err)
	}
	body := h.get(t, "/vergleich/nordmark-2026/").Body.String()
	for _, want := range []string{"Titel, Einleitung oder Angaben zur Wahl geändert", "Freie Mitte: Angaben zur Befragung geändert", "Eigener Termin geändert", "Grund: Parteitag"} {
		if !strings.Contains(body, want) {
			t.Errorf("the start page lacks %q", want)
		}
	}
	for path, want := range map[string]string{"/vergleich/nordmark-2026/fragen/1": "Berichtigung vom", "/en/vergleich/nordmark-2026/fragen/1": "Erratum of",
		"/vergleich/nordmark-2026/": "Berichtigung vom", "/vergleich/nordmark-2026/parteien/freie-mitte": "Berichtigung vom"} {
		if body := h.get(t, path).Body.String(); !strings.Contains(body, want) || strings.Count(body, "Gemeint ist das Land.") != 1 {
			t.Errorf("%s does not show the erratum", path)
		}
	}
}

func TestSecondVersionAndItsChanges(t *testing.T) {
	h := newHouse(t)
	h.publish(t)
	other := survey.Actor{User: survey.User{ID: "ben", PasswordHash: "x", Coordinator: true}}
	h.put(t, func(tx *survey.Tx) error { return tx.Users.Put(other.User) })
	if _, err := h.Publish(t.Context(), other, "q", compare.PreparePublication{Seen: h.seen(t)}); survey.CodeOf(err) != survey.Conflict || !strings.Contains(err.Error(), "unchanged") {
		t.Fatalf("published the same twice: %v", err)
	}
	h.put(t, func(tx *survey.Tx) error { return tx.Users.Delete("ben") }) // or two people would be needed
	if p, err := h.Publish(t.Context(), coordinator, "q", compare.PreparePublication{Seen: h.seen(t)}); err != nil || p.Version != 1 || p.Waiting {
		t.Fatalf("a second click: %+v, %v", p, err)
	}
	h.clock.Advance(time.Hour)
	h.say(t, "r1", "q01", 2, survey.Version{Status: survey.Answered, Text: "Ja, mit Ausnahmen.", ChangeNote: "Präzisiert."})
	h.say(t, "r2", "q02", 1, survey.Version{Status: survey.Answered, Position: survey.Neutral, Late: true})
	h.put(t, func(tx *survey.Tx) error {
		return tx.Quotations.Put(survey.Quotation{Questionnaire: "q", Respondent: "r1", Question: "q02", Text: "Frei ist gut.", Place: "S. 3"})
	})
	if p := h.publish(t); p.Version != 2 {
		t.Fatalf("%+v", p)
	}
	rows, err := h.published(t)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range rows[1].Changes {
		got = append(got, fmt.Sprint(c.ShortName, " ", c.Question, " ", c.From, ">", c.To, " ", c.Wording, " ", c.Quotation, " ", c.Note))
	}
	want := []string{
		"Freie Mitte 1 answered>answered true false Präzisiert.",
		"Freie Mitte 2 answered>answered false true ",
		"GZN 2 no_answer>answered false false ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if body := h.get(t, "/vergleich/nordmark-2026/").Body.String(); !strings.Contains(body, "Präzisiert.") || !strings.Contains(body, "Veröffentlichung Nr. 2") {
		t.Error("the start page does not list the changes")
	}
	if body := h.get(t, "/vergleich/nordmark-2026/fragen/1").Body.String(); !strings.Contains(body, "<del>") || !strings.Contains(body, "Fassung 2") {
		t.Error("the page of the question shows no difference")
	}
	if body := h.get(t, "/vergleich/nordmark-2026/v1/fragen/1").Body.String(); strings.Contains(body, "Ausnahmen") {
		t.Error("the frozen version changed")
	}
	if faults := h.open(t).Faults(); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestTwoPeople(t *testing.T) {
	h := newHouse(t)
	second := survey.Actor{User: survey.User{ID: "u2", Name: "Ben", PasswordHash: "x", Coordinator: true}}
	h.put(t, func(tx *survey.Tx) error {
		return errors.Join(tx.Users.Put(coordinator.User), tx.Users.Put(second.User))
	})
	if p := h.publish(t); !p.Waiting {
		t.Fatalf("published by one person: %+v", p)
	}
	if p, err := h.Publish(t.Context(), coordinator, "q", compare.PreparePublication{Seen: h.seen(t)}); err != nil || !p.Waiting {
		t.Fatalf("confirmed by the one who asked: %+v, %v", p, err)
	}
	h.say(t, "r2", "q02", 1, survey.Version{Status: survey.NoPosition})
	if p, err := h.Publish(t.Context(), second, "q", compare.PreparePublication{Seen: h.seen(t)}); err != nil || !p.Waiting {
		t.Fatalf("confirmed what was not asked for: %+v, %v", p, err)
	}
	if len(h.Library.List()) != 0 {
		t.Fatal("published")
	}
	if p := h.publish(t); p.Waiting || p.Version != 1 {
		t.Fatalf("%+v", p)
	}
	rows, err := h.published(t)
	if err != nil || rows[0].By != "u2" || rows[0].ConfirmedBy != "u1" {
		t.Errorf("%v %v", rows, err)
	}
}

func TestPreconditions(t *testing.T) {
	h := newHouse(t)
	refused := func(actor survey.Actor, want string) {
		t.Helper()
		if _, err := h.Publish(t.Context(), actor, "q", compare.PreparePublication{Seen: h.seen(t)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %s", err, want)
		}
		if files := tree(t, h.folder); len(files) > 0 {
			t.Errorf("left behind: %v", files)
		}
	}
	if err := os.MkdirAll(h.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	refused(survey.Actor{}, "forbidden")
	h.put(t, func(tx *survey.Tx) error {
		return survey.PutLetter(tx, survey.Letter{Transcription: survey.Transcription{Questionnaire: "q", Respondent: "r2", ID: "t", State: survey.TranscriptionWaiting}})
	})
	refused(coordinator, "open_checks")
	h.put(t, func(tx *survey.Tx) error {
		return errors.Join(survey.DeleteLetter(tx, "q/r2/t"), tx.Alliances.Put(survey.Alliance{Name: "Ohne", Imprint: "da"}))
	})
	refused(coordinator, "compare.error.imprint")
	refused(survey.Actor{Console: true}, "compare.error.imprint")
	h.q.DispatchedAt = time.Time{}
	h.put(t, func(tx *survey.Tx) error { return tx.Questionnaires.Put(h.q) })
	refused(coordinator, "error.phase.locked")
	h.q.Imported = true
	h.put(t, func(tx *survey.Tx) error { return tx.Questionnaires.Put(h.q) })
	if p, err := h.Publish(t.Context(), survey.Actor{Console: true}, "q", compare.PreparePublication{}); err != nil || p.Imprint {
		t.Fatalf("%+v, %v", p, err)
	}
	for name, text := range tree(t, filepath.Join(h.folder, "nordmark-2026", "1")) {
		if strings.HasSuffix(name, ".html") && !strings.Contains(text, "Ohne Impressum, nicht öffentlich betreiben") && !strings.Contains(text, "Without an imprint") {
			t.Errorf("%s does not say that it has no Impressum", name)
		}
	}
}

// The content changes while the files are built: nothing of it may be published.
func TestChangeWhileBuilding(t *testing.T) {
	h := newHouse(t)
	plan, ready, err := h.Service.PreparePublication(t.Context(), coordinator, "q", compare.PreparePublication{Seen: h.seen(t)})
	if err != nil || !ready {
		t.Fatal(ready, err)
	}
	h.put(t, func(tx *survey.Tx) error {
		return tx.Quotations.Put(survey.Quotation{Questionnaire: "q", Respondent: "r2", Question: "q02", Text: "Neu."})
	})
	folder := t.TempDir()
	if _, err := h.makeAndCommit(t.Context(), coordinator, plan, folder); survey.CodeOf(err) != survey.Conflict {
		t.Fatalf("committed: %v", err)
	}
	if rows, err := h.published(t); err != nil || len(rows) > 0 {
		t.Error(rows, err)
	}
}

// Who declined one question is not among those who declined all, and the alliance's reasons name their questions.
func TestPressBoxNamesTheQuestions(t *testing.T) {
	h := newHouse(t)
	h.say(t, "r1", "q02", 2, survey.Version{Status: survey.Declined, Reason: "Dazu nichts."})
	h.say(t, "r2", "q02", 1, survey.Version{Status: survey.Declined, Reason: "Wir antworten nur auf eigene Fragen."})
	h.publish(t)
	body := h.get(t, "/vergleich/nordmark-2026/").Body.String()
	_, box, _ := strings.Cut(body, "Wer die Beantwortung abgelehnt hat, und warum</h3>")
	whole, rest, found := strings.Cut(box, "Wer einzelne Fragen abgelehnt oder Antworten zurückgezogen hat</h3>")
	single, _, _ := strings.Cut(rest, "<h3>")
	if !found || !strings.Contains(whole, "GZN") || !strings.Contains(whole, "Wir antworten nur auf eigene Fragen.") || strings.Contains(whole, "Freie Mitte") {
		t.Errorf("declined all: %s", whole)
	}
	if !strings.Contains(single, "Freie Mitte") || !strings.Contains(single, "Frage 2: Beantwortung abgelehnt") || !strings.Contains(single, "Dazu nichts.") || strings.Contains(single, "GZN") {
		t.Errorf("declined single questions: %s", single)
	}
	if question := h.get(t, "/vergleich/nordmark-2026/fragen/2").Body.String(); !strings.Contains(question, "https://pruefsteine.example/vergleich/nordmark-2026/v1/fragen/2#freie-mitte") {
		t.Error("the citation does not lead to the frozen version")
	}
}

// The office learns how many of those still within their date have something in; what it is stays hidden from everybody.
func TestOfficeCountsWhatIsIn(t *testing.T) {
	h := newHouse(t)
	for _, want := range []int{0, 1} {
		st, err := h.Service.PublicationPage(t.Context(), coordinator, "q")
		if err != nil || len(st.Pending) != 1 || st.Received != want {
			t.Errorf("%d pending, %d of them heard from, want %d; %v", len(st.Pending), st.Received, want, err)
		}
		h.say(t, "r3", "q01", 1, survey.Version{Status: survey.Answered, Text: "Schon fertig."})
	}
}

// seen is what the page with the preview would send back.
func (h *house) seen(t testing.TB) string {
	t.Helper()
	st, err := h.Service.PublicationPage(t.Context(), survey.Actor{Console: true}, "q")
	if err != nil {
		t.Fatal(err)
	}
	return st.Content
}

func TestOnlyWhatWasReadIsPublished(t *testing.T) {
	h := newHouse(t)
	seen := h.seen(t)
	h.say(t, "r1", "q01", 2, survey.Version{Status: survey.Answered, Text: "Doch anders."})
	if _, err := h.Publish(t.Context(), coordinator, "q", compare.PreparePublication{Seen: seen}); survey.CodeOf(err) != survey.Conflict || !strings.Contains(err.Error(), "compare.error.changed") {
		t.Errorf("an answer that came after the preview was published: %v", err)
	}
	if _, err := h.Publish(t.Context(), coordinator, "q", compare.PreparePublication{Seen: h.seen(t)}); err != nil {
		t.Error(err)
	}
}

// What is said about an answer is part of what readers rely on: its change shows in the list.
func TestChangedDetailsShow(t *testing.T) {
	h := newHouse(t)
	h.publish(t)
	h.say(t, "r1", "q01", 2, survey.Version{Status: survey.Answered, Text: "Ja, ohne Wenn und Aber.", Licence: "CC-BY-4.0"})
	h.publish(t)
	p, err := h.published(t)
	if err != nil {
		t.Fatal(err)
	}
	changes := p[len(p)-1].Changes
	if len(changes) != 1 || !changes[0].Details || changes[0].Wording || changes[0].Question != 1 {
		t.Errorf("changes %+v", changes)
	}
}
