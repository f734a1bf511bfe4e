package alliance_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// What an act changed stands in words, whatever the entry holds: no identifier is shown.
func TestAuditShowsBeforeAndAfter(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	at := w.Clock.Now()
	for _, c := range []struct{ what, from, to string }{
		{"invite_late", "unasked", "waiting"},
		{"own_date", "2027-01-08T18:00 Europe/Berlin", "2027-01-15T12:30 Europe/Berlin"},
		{"extend", "2027-01-20T18:00 Europe/Berlin", "2027-01-27T18:00 Europe/Berlin"},
		{"not_asked", "", "Nicht zugelassen"},
		{"not_reached", "", "Postfach voll"},
		{"reached", "Postfach zu", ""},
		{"left_out", "2: Keine Thesen", ""},
		{"person", "lead:g1 disabled", "administrator coordinator member:g1"},
		{"alliance", "check_lock=auto check_publication=on", "check_lock=auto check_publication=off"},
		{"lock", "", ""},
		{"standing", "", "not_admitted"},
		{"end", "2027-01-20T18:00 Europe/Berlin", "2027-01-10T09:15 Europe/Berlin"},
		{"posted", "", "2027-01-11"},
		{"reached_anyway", "", "Am Telefon gesagt"},
		{"copy_questionnaire", "Alt", "Neu"},
		{"delete_questionnaire", "Alt", ""},
		{"unlock", "abc", ""},
	} {
		at = at.Add(time.Second)
		webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.AuditEntry] { return tx.Audit },
			survey.AuditEntry{ID: survey.NewID(), At: at, Who: string(ada.ID), What: c.what, From: c.from, To: c.to})
	}
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.AuditEntry] { return tx.Audit },
		survey.AuditEntry{ID: survey.NewID(), At: at, Who: string(ada.ID), What: "publish", Subject: survey.Publication{Questionnaire: "q", Version: 3}.Key()})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.WorkingGroup] { return tx.WorkingGroups }, survey.WorkingGroup{ID: "g1", Name: "Digitale Bildung"})
	page := w.Visitor(t).SignIn(ada.Email).Get("/verwaltung/protokoll").Body.String()
	for _, text := range []string{
		"vorher: noch nicht gefragt<br>nachher: Antwort steht aus",
		"vorher: 08.01.2027,\u00a018:00 (Europe/Berlin)<br>nachher: 15.01.2027,\u00a012:30 (Europe/Berlin)",
		"vorher: 20.01.2027,\u00a018:00 (Europe/Berlin)<br>nachher: 27.01.2027",
		"vorher: wird gefragt<br>nachher: nicht gefragt: Nicht zugelassen",
		"vorher: erreicht<br>nachher: nicht erreicht: Postfach voll",
		"vorher: nicht erreicht: Postfach zu<br>nachher: erreicht",
		"vorher: ausgelassen: 2: Keine Thesen<br>nachher: alle Fragen werden gefragt",
		"vorher: Digitale Bildung (Leitung) und gesperrt<br>nachher: Administration, Koordination und Digitale Bildung",
		"vorher: Veröffentlichen: immer<br>nachher: Veröffentlichen: aus",
		"vorher: gesperrt, Prüfsumme abc<br>nachher: nicht gesperrt",
		"vorher: nicht vermerkt<br>nachher: nicht zugelassen",
		"vorher: nicht vermerkt<br>nachher: am 11.01.2027",
		"vorher: 20.01.2027,\u00a018:00 (Europe/Berlin)<br>nachher: 10.01.2027,\u00a009:15 (Europe/Berlin)",
		"Nr. 3",
	} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if n := strings.Count(page, "vorher: "); n != 16 || strings.Contains(page, "alliance.audit") {
		t.Errorf("%d states", n)
	}
}

// Every act that the program notes has its words, and where it notes what was before and after, these have them too.
func TestEveryActHasItsWords(t *testing.T) {
	t.Parallel()
	call := regexp.MustCompile(`Audit\(tx, actor, "([a-z_]+)", [^,\n]+(, [^\n]+)?\)`)
	other := regexp.MustCompile(`what(?:, [\w.]+)* :?= "([a-z_]+)"`)
	acts := map[string]bool{} // whether it has states
	for _, verb := range []string{"draft", "send", "answer", "transcribe", "compare", "alliance", "survey"} {
		files, err := filepath.Glob(filepath.Join("..", "..", verb, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			for _, found := range call.FindAllStringSubmatch(string(text), -1) {
				acts[found[1]] = acts[found[1]] || found[2] != ""
			}
			for _, found := range other.FindAllStringSubmatch(string(text), -1) {
				acts[found[1]] = acts[found[1]] || false
			}
		}
	}
	if len(acts) < 40 || !acts["standing"] || acts["dispatch"] {
		t.Fatalf("%d acts found: %v", len(acts), acts)
	}
	w, ada := webtest.NewStaff(t)
	at := w.Clock.Now()
	sound := map[string]string{"invite_late": "waiting", "standing": "resigned", "person": "member:g1", "alliance": "check_lock=auto"}
	for what, states := range acts {
		at = at.Add(time.Second)
		e := survey.AuditEntry{ID: survey.NewID(), At: at, Who: string(ada.ID), What: what}
		if states {
			e.To = cmp.Or(sound[what], "x")
			if what == "copy_questionnaire" || what == "invite_late" { // these have both
				e.From = e.To
			}
		}
		webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.AuditEntry] { return tx.Audit }, e)
	}
	webtest.Contains(t, w.Visitor(t).SignIn(ada.Email).Get("/verwaltung/protokoll"), 200, "Runde vorzeitig beendet") // which fails for raw keys
}
