package alliance_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"pruefstein/internal/web/webtest"
)

// A file full of faults gets a page that can be read, and costs little more memory than its size: the whole request, with
// all that is freed again, stays below 4 times the file and 32 MiB.
func TestFloodOfFaults(t *testing.T) {
	_, v := webtest.NewRevised(t)
	flood := `{"answers":[` + strings.Repeat(`{"x":1},`, 500_000) + `{}]}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := v.UploadAs("file", "/verwaltung/import", nil, "voll.json", []byte(flood))
	runtime.ReadMemStats(&after)
	webtest.Contains(t, got, http.StatusUnprocessableEntity, "Die Datei hat mehr als 1.000 Fehler.", "answers[0].x", "answers[249].x", "Und weitere Fehler: Aufgeführt sind die ersten 1.000.")
	if strings.Contains(got.Body.String(), "answers[250]") || got.Body.Len() > 1<<20 {
		t.Errorf("a page of %d bytes", got.Body.Len())
	}
	// What the test itself sends is the file too, twice.
	if used, most := after.TotalAlloc-before.TotalAlloc, uint64(6*len(flood)+32<<20); used > most {
		t.Errorf("allocated %d MiB, at most %d", used>>20, most>>20)
	}
	webtest.Contains(t, v.UploadAs("file", "/verwaltung/import", nil, "klein.json", []byte(`{"answers":[{"x":1}]}`)), http.StatusUnprocessableEntity, "answers[0].x")

	broken := "Kurzname;Name\n" + strings.Repeat("A;\"B\"x\n", 20_000)
	for name, got := range map[string]*httptest.ResponseRecorder{
		"typed": v.Post("/verwaltung/wahlen/e1/liste", url.Values{"list": {broken}}), "file": v.UploadAs("file", "/verwaltung/wahlen/e1/liste", nil, "liste.csv", []byte(broken)),
	} {
		page := got.Body.String()
		webtest.Contains(t, got, http.StatusUnprocessableEntity, "Die Liste hat mehr als 1.000 Fehler.", "Zeile 1001:", "Und weitere Fehler: Aufgeführt sind die ersten 1.000.")
		if strings.Contains(page, "Zeile 1002:") || len(page) > 1<<20 || strings.Count(page, "A;&#34;B&#34;x") != 20_000 {
			t.Errorf("%s: a page of %d bytes", name, len(page))
		}
	}
	// What is no list any more: typed, it is given back; a file is still where it was.
	long := "Kurzname;Name\n" + strings.Repeat("A;B\n", 100_000)
	webtest.Contains(t, v.Post("/verwaltung/wahlen/e1/liste", url.Values{"list": {long}}), http.StatusUnprocessableEntity, "größer als 256 KiB", "A;B\nA;B\n")
	if got := v.UploadAs("file", "/verwaltung/wahlen/e1/liste", nil, "liste.csv", []byte(long)); got.Code != http.StatusUnprocessableEntity || got.Body.Len() > 1<<16 {
		t.Errorf("%d, a page of %d bytes", got.Code, got.Body.Len())
	}
}
