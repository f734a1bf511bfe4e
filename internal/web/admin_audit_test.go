package web_test

import (
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
)

// What somebody with an account was refused to do stands in the audit, a loop once; what they wanted to see, and a download
// of what is not published, in the log.
func TestAuditNotesDenialsAndExports(t *testing.T) {
	w := newPublishWorld(t)
	log := w.logOf(t, nil)
	w.addUser(t, survey.User{ID: "eva", Name: "Eva", Email: "eva@buendnis.example", Administrator: true})
	ada, mia, eva := w.visitor(t).signIn("ada@buendnis.example"), w.visitor(t).signIn("mia@buendnis.example"), w.visitor(t).signIn("eva@buendnis.example")
	for range 3 {
		mia.get("/veroeffentlichen/nordmark/vorschau/antworten.csv")
		mia.post("/verwaltung/import", nil)
		w.visitor(t).get("/verwaltung/import")
	}
	for _, name := range []string{"vergleich.xlsx", "vergleich.html", "fragen/1.html", ""} {
		ada.get("/veroeffentlichen/nordmark/vorschau/" + name)
	}
	for _, want := range []string{`msg=denied`, `route=/veroeffentlichen/:questionnaire/vorschau/*path`, `msg=export`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	count := func(what string) (n int) {
		if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
			for e, err := range tx.Audit.List("") {
				if err != nil {
					return err
				}
				if e.What == what {
					n++
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if denied, exports := count("denied"), count("export"); denied != 1 || exports != 0 {
		t.Errorf("%d denials, %d exports", denied, exports)
	}
	w.Clock.Advance(web.DenialPause)
	mia.post("/verwaltung/import", nil)
	if denied := count("denied"); denied != 2 {
		t.Errorf("%d denials an hour later", denied)
	}
	w.Clock.Advance(-time.Minute)
	mia.post("/verwaltung/import", nil)
	if denied := count("denied"); denied != 3 {
		t.Errorf("%d denials after the clock was set back", denied)
	}
	page := eva.get("/verwaltung/protokoll").Body.String()
	for _, want := range []string{"Zugriff verweigert", "/verwaltung/import", "Mia"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// What an act changed stands in words, whatever the entry holds: no identifier is shown.
func TestAuditShowsBeforeAndAfter(t *testing.T) {
	w, ada := newStaffWorld(t)
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
	} {
		at = at.Add(time.Second)
		put(t, w, func(tx *survey.Tx) survey.Table[survey.AuditEntry] { return tx.Audit },
			survey.AuditEntry{ID: survey.NewID(), At: at, Who: ada.ID, What: c.what, From: c.from, To: c.to})
	}
	put(t, w, func(tx *survey.Tx) survey.Table[survey.AuditEntry] { return tx.Audit },
		survey.AuditEntry{ID: survey.NewID(), At: at, Who: ada.ID, What: "publish", Subject: survey.Publication{Questionnaire: "q", Version: 3}.Key()})
	put(t, w, func(tx *survey.Tx) survey.Table[survey.WorkingGroup] { return tx.WorkingGroups }, survey.WorkingGroup{ID: "g1", Name: "Digitale Bildung"})
	page := w.visitor(t).signIn(ada.Email).get("/verwaltung/protokoll").Body.String()
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
		"Nr. 3",
	} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if n := strings.Count(page, "vorher: "); n != 9 {
		t.Errorf("%d states", n)
	}
}
