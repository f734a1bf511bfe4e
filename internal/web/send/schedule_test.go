package send_test

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// shows is webtest.Contains, and returns the page.
func shows(t *testing.T, answer *httptest.ResponseRecorder, code int, words ...string) string {
	t.Helper()
	webtest.Contains(t, answer, code, words...)
	return answer.Body.String()
}

// reminders is the form of planned reminders.
func reminders(days ...string) url.Values {
	form := url.Values{}
	for i, d := range days {
		n := []string{"-1", "-2"}[i]
		form.Set("days"+n, d)
		form.Set("subject"+n, "Noch "+d+" Tage für {{fragebogen}}")
		form.Set("body"+n, "Bis {{frist}}.\n\nHier: {{link}}\n\n{{fragen}}")
		form.Set("language"+n, "de")
	}
	return form
}

// Reminders are planned, shown and approved with the dispatch.
func TestPlannedRemindersBeforeTheDispatch(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	kim, ada := w.Visitor(t).SignIn("kim@buendnis.example"), w.Visitor(t).SignIn("ada@buendnis.example")
	const page = "/versand/nord-locked/erinnerung"
	body := shows(t, kim.Get(page), 200, "Es ist keine geplant.", `name="days-2"`, "Plan speichern", `aria-current="page"`)
	revision := revisionField.FindStringSubmatch(body)[1]
	if strings.Contains(body, "Sofort erinnern") {
		t.Error("by hand before the dispatch")
	}
	shows(t, ada.Post(page+"/plan", reminders("7")), 403)

	form := reminders("14", "14")
	form.Set("revision", revision)
	form.Set("do", "save")
	shows(t, kim.Post(page+"/plan", form), 422, "Zwei Erinnerungen am selben Tag", `href="#days-2"`, "Noch 14 Tage für {{fragebogen}}")
	form.Set("days-2", "")
	shows(t, kim.Post(page+"/plan", form), 422, `href="#days-2"`, "Noch 14 Tage für {{fragebogen}}") // a text of one's own is not lost
	form = reminders("7", "3")
	form.Set("revision", revision)
	form.Set("do", "preview")
	shows(t, kim.Post(page+"/plan", form), 200, "So würden sie gehen", "7 Tage vor der Frist", "Es ist keine geplant.")
	form.Set("do", "save")
	for range 2 { // a double click
		shows(t, kim.Post(page+"/plan", form), 303)
	}
	shows(t, kim.Get(page), 200, "7 Tage vor der Frist", "3 Tage vor der Frist", `value="Noch 3 Tage für {{fragebogen}}"`)
	late := reminders("6")
	late.Set("revision", revision)
	late.Set("do", "save")
	shows(t, kim.Post(page+"/plan", late), 409, `value="Noch 6 Tage für {{fragebogen}}"`, "Inzwischen")
	shows(t, ada.Get(page), 200, "7 Tage vor der Frist")
	shows(t, kim.Get("/versand/nord-locked/absenden"), 200, "Die geplanten Erinnerungen liegen nach dem Versand.")
}

// After the dispatch one asks for reminders, another confirms, and they can be stopped.
func TestPlannedRemindersAfterTheDispatch(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "Bündnis Nordmark", ConfirmDispatch: survey.RuleOn, Revision: 1})
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	kim, ada := w.Visitor(t).SignIn("kim@buendnis.example"), w.Visitor(t).SignIn("ada@buendnis.example")
	const page = "/versand/nord-open/erinnerung"
	seen := regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`)
	shows(t, kim.Post(page+"/plan", url.Values{"do": {"preview"}}), 422, `href="#days-1"`)
	shows(t, kim.Post(page+"/plan", url.Values{"do": {"send"}}), 409)

	form := reminders("2")
	form.Set("do", "preview")
	body := shows(t, kim.Post(page+"/plan", form), 200, "So würden sie gehen", "2 Tage vor der Frist", "So kommt es bei", "Noch 2 Tage für Wahlprüfsteine Nordmark", "Erinnerungen beantragen")
	form.Set("do", "send")
	shows(t, kim.Post(page+"/plan", form), 409, "Noch 2 Tage für {{fragebogen}}") // unread
	form.Set("seen", seen.FindStringSubmatch(body)[1])
	for range 2 { // a double click
		shows(t, kim.Post(page+"/plan", form), 303)
	}
	shows(t, kim.Get(page), 200, "Wartet auf die zweite Person", "Eine andere Person aus Koordination oder")
	if page := ada.Get(page).Body.String(); strings.Contains(page, "nicht gegengeprüft") {
		t.Error("what waits is called unchecked")
	}
	shows(t, ada.Get("/uebersicht"), 200, "Erinnerungen bestätigen", `href="`+page+`"`)
	shows(t, ada.Get("/versand/nord-open"), 200, "Erinnerungen bestätigen lassen")
	other := reminders("1")
	other.Set("do", "preview")
	other.Set("seen", seen.FindStringSubmatch(kim.Post(page+"/plan", other).Body.String())[1])
	other.Set("do", "send")
	shows(t, kim.Post(page+"/plan", other), 409, "Inzwischen warten andere Erinnerungen")
	confirm := seen.FindStringSubmatch(shows(t, ada.Get(page), 200, "Kim", "Ja, so planen"))[1]
	shows(t, ada.Post(page+"/plan", url.Values{"do": {"send"}, "seen": {confirm}}), 303)
	body = shows(t, kim.Get(page), 200, "2 Tage vor der Frist", "Ada", "Erinnerung 2 Tage vor der Frist stoppen", "Sofort erinnern")
	step := regexp.MustCompile(`name="step" value="([^"]+)"`).FindStringSubmatch(body)[1]
	shows(t, ada.Post(page+"/stoppen", url.Values{"step": {step}}), 403)
	shows(t, kim.Post(page+"/stoppen", url.Values{"step": {"fremd"}}), 404)
	for range 2 { // a double click
		shows(t, kim.Post(page+"/stoppen", url.Values{"step": {step}}), 303)
	}
	shows(t, kim.Get(page), 200, "Gestoppt", "Kim")

	form.Set("days-1", "3")
	form.Set("do", "preview")
	form.Set("seen", seen.FindStringSubmatch(kim.Post(page+"/plan", form).Body.String())[1])
	form.Set("do", "send")
	shows(t, kim.Post(page+"/plan", form), 303)
	shows(t, kim.Post(page+"/plan/zuruecknehmen", nil), 303)
	shows(t, ada.Post(page+"/plan", url.Values{"do": {"send"}, "seen": {form.Get("seen")}}), 409)
	if page := kim.Get(page).Body.String(); strings.Contains(page, "3 Tage vor der Frist") {
		t.Error("taken back, but there")
	}
}

// On the last day no reminder can be planned: the page says so, and offers what goes at once.
func TestRemindersOnTheLastDay(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "Bündnis Nordmark", ConfirmDispatch: survey.RuleOn, Revision: 1})
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	const page = "/versand/nord-open/erinnerung"
	var q survey.Questionnaire
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) (err error) { q, err = survey.QuestionnaireBySlug(tx, "nord-open"); return err }); err != nil {
		t.Fatal(err)
	}
	for _, slug := range []survey.Slug{"frei", "moin"} { // their mails were lost
		if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
			r, err := survey.RespondentBySlug(tx, q.ID, slug)
			if err != nil {
				return err
			}
			r.Reached = &survey.DeliveryFailure{Reason: "am Telefon gesagt", At: w.Clock.Now(), By: "u"}
			return tx.Respondents.Put(r)
		}); err != nil {
			t.Fatal(err)
		}
	}
	w.Clock.Set(q.Deadline.At.Add(-3 * time.Hour))
	kim, ada := w.Visitor(t).SignIn("kim@buendnis.example"), w.Visitor(t).SignIn("ada@buendnis.example")
	body := shows(t, kim.Get(page), 200, "Planen lässt sich keine Erinnerung mehr", `type="hidden" name="days-1" value="0"`)
	if strings.Contains(body, `id="days-1"`) || strings.Contains(body, "subject-2") {
		t.Error("a form that can only fail")
	}
	form := reminders("0")
	form.Set("do", "preview")
	seen := regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`)
	form.Set("seen", seen.FindStringSubmatch(shows(t, kim.Post(page+"/plan", form), 200, "sofort, an:", "Noch 0 Tage für Wahlprüfsteine Nordmark", "Eine zweite Person bestätigen lassen"))[1])
	form.Set("do", "now")
	shows(t, kim.Post(page+"/plan", form), 303)
	shows(t, ada.Get("/uebersicht"), 200, "Erinnerungen bestätigen", `href="`+page+`"`)
	confirm := url.Values{"do": {"now"}, "seen": {seen.FindStringSubmatch(shows(t, ada.Get(page), 200, "Kim hat sie beantragt", "Erinnerung jetzt senden"))[1]}}

	// meanwhile one of them has answered
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		r, err := survey.RespondentBySlug(tx, q.ID, "frei")
		if err != nil {
			return err
		}
		return tx.Submissions.Put(survey.Submission{Questionnaire: q.ID, Respondent: r.ID, ID: "s-neu", State: survey.SubmissionConfirmed, RequestedAt: w.Clock.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	shows(t, ada.Post(page+"/plan", confirm), 409, "Inzwischen hat sich geändert, wer die Erinnerung bekommt")
	shows(t, ada.Get(page), 200, "Er gilt nicht mehr")
	body = shows(t, kim.Get(page), 200, "Oben steht, wer die Erinnerung jetzt bekäme")
	confirm.Set("seen", seen.FindStringSubmatch(body)[1])
	shows(t, kim.Post(page+"/plan", confirm), 303)
	shows(t, ada.Post(page+"/plan", confirm), 303)
	shows(t, kim.Get(page), 200, "Die Erinnerung ist versandt", "<p>Ada</p>")
}
