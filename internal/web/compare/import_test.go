package compare_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// An import is updated on the page that takes one, by the same rules as on the command line: it adds, says what it did not find, and
// names each place where the file contradicts. What is published then waits on the page of the publication.
func TestUpdateOfAnImport(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	v := w.Visitor(t).SignIn("ada@buendnis.example")
	const first = `{"format": "pruefstein/1", "election": {"name": "Kommunalwahl Hafenstadt", "date": "2031-05-18"}, "questionnaire": {"slug": "hafen", "title": "Thesen"},
		"questions": [{"id": "q1", "number": 1, "kind": "thesis", "text": "Freies Netz."}], "parties": [{"id": "fm", "short_name": "FM", "name": "Freie Mitte"}],
		"answers": [{"question": "q1", "party": "fm", "status": "answered", "position": "agree", "text": "Ja."}]}`
	second := strings.Replace(first, `"Ja."}`, `"Ja."}, {"question": "q1", "party": "fm", "status": "answered", "position": "disagree", "text": "Nein.", "version": 2}`, 1)
	upload := func(file string, update bool) (code int, body, to string) {
		form := url.Values{}
		if update {
			form.Set("update", "1")
		}
		got := v.UploadAs("file", "/verwaltung/import", form, "thesen.json", []byte(file))
		return got.Code, got.Body.String(), got.Header().Get("Location")
	}
	webtest.Contains(t, v.Get("/verwaltung/import"), http.StatusOK, `name="update"`, "Einen Import aktualisieren")
	for _, step := range []struct {
		name   string
		file   string
		update bool
		code   int
		words  []string // in the page
		notice string   // of the page it leads to
	}{
		{"not there yet", second, true, 422, []string{"„hafen“ gibt es noch nicht", `name="update" value="1" checked`}, ""},
		{"imported", first, false, 303, nil, "imported"},
		{"taken", second, false, 409, []string{"„hafen“ gibt es schon", "können Sie ihn mit der Datei aktualisieren"}, ""},
		{"updated", second, true, 303, nil, "import_updated"},
		{"twice", second, true, 303, nil, "import_nothing_new"},
		{"older", first, true, 303, nil, "import_nothing_new_kept"},
		{"contradicts", strings.Replace(second, `"Nein."`, `"Niemals."`, 1), true, 409,
			[]string{"Die Datei sagt anderes, als schon übernommen ist", "<code>answers[1].text</code>", "&#34;Nein.&#34;", "&#34;Niemals.&#34;", `name="update" value="1" checked`}, ""},
		{"of ours", strings.Replace(first, `"hafen"`, `"nordmark"`, 1), true, 409, []string{"„nordmark“ ist kein Import"}, ""},
		{"broken", `{"format": "pruefstein/1"}`, true, 422, []string{`name="update" value="1" checked`}, ""},
	} {
		code, body, to := upload(step.file, step.update)
		if code != step.code {
			t.Errorf("%s: %d, want %d", step.name, code, step.code)
		}
		for _, word := range step.words {
			if !strings.Contains(body, word) {
				t.Errorf("%s: the page lacks %q", step.name, word)
			}
		}
		if want := "/veroeffentlichen/hafen?ok=compare.notice." + step.notice; step.notice != "" && to != want {
			t.Errorf("%s: leads to %s, want %s", step.name, to, want)
		}
	}
	webtest.Contains(t, v.Get("/veroeffentlichen/hafen?ok=compare.notice.import_updated"), http.StatusOK, "Was die Datei Neues sagt, ist übernommen", "FM, Frage 1: vorher Stimme zu, jetzt Stimme nicht zu; Wortlaut geändert")
}

// Nobody of an import has time left, whatever its entries say: nothing more comes of it.
func TestNobodyOfAnImportHasTimeLeft(t *testing.T) {
	t.Parallel()
	w := webtest.NewCompare(t)
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	v := w.Visitor(t).SignIn("ada@buendnis.example")
	const file = `{"format": "pruefstein/1", "election": {"name": "Kommunalwahl Hafenstadt", "date": "2020-05-18"}, "questionnaire": {"slug": "hafen", "title": "Thesen"},
		"questions": [{"id": "q1", "number": 1, "text": "Wann?"}], "parties": [{"id": "fm", "short_name": "FM", "name": "Freie Mitte"}, {"id": "uf", "short_name": "UF", "name": "Uferliste"}],
		"answers": [{"question": "q1", "party": "fm", "status": "pending"}]}`
	if got := v.UploadAs("file", "/verwaltung/import", nil, "thesen.json", []byte(file)); got.Code != http.StatusSeeOther {
		t.Fatal(got.Code)
	}
	for _, path := range []string{"/veroeffentlichen/hafen", "/veroeffentlichen/hafen/vorschau/", "/veroeffentlichen/hafen/vorschau/parteien/fm.html"} {
		if page := v.Get(path); page.Code != http.StatusOK || strings.Contains(page.Body.String(), "noch Zeit") {
			t.Errorf("%s: %d", path, page.Code)
		}
	}
}
