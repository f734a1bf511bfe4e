package send_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// The page of the deadline says from whom something may still come, and ends the round once nothing may.
func TestEndRoundInTheBrowser(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	office := w.Visitor(t).SignIn("kim@buendnis.example")
	const page = "/versand/nord-open/frist"
	webtest.InOrder(t, office.Get(page).Body.String(), "Runde vorzeitig beenden", "Noch kann etwas kommen von:", "frei")
	webtest.Contains(t, office.Post("/versand/nord-open/ende", url.Values{"seen": {"x"}}), http.StatusConflict, "kann noch etwas kommen")
	if body := office.Get("/versand/nord-closed/frist").Body.String(); strings.Contains(body, "vorzeitig beenden") {
		t.Error("a round that is over can be ended")
	}
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		for r, err := range tx.Respondents.List(survey.In(survey.QuestionnaireID("q-open"))) {
			if err != nil {
				return err
			}
			if r.Slug == "watt" { // by letter
				r.Procedure.Channel, r.NotAsked, r.Email, r.AskedAt = survey.ChannelPost, "", "", w.Clock.Now().AddDate(0, 0, -1)
				if err := tx.Respondents.Put(r); err != nil {
					return err
				}
			} else if r.Slug != "moin" {
				r.NotAsked = "kein Weg"
				if err := tx.Respondents.Put(r); err != nil {
					return err
				}
				continue
			}
			for _, q := range []survey.QuestionID{"q01", "q02"} {
				if err := tx.Versions.Put(survey.Version{Questionnaire: r.Questionnaire, Respondent: r.ID, Question: q, Number: 1, Status: survey.Declined, Provenance: survey.ByForm, Record: "r", CountsAt: w.Clock.Now()}); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	body := office.Get(page).Body.String()
	webtest.InOrder(t, body, "Eine E-Mail darüber bekommen:", "Per Brief gefragt, bekommen keine Mail: watt. Bitte sagen Sie ihnen", "Jetzt für alle beenden")
	seen := regexp.MustCompile(`name="seen"[^>]*value="([0-9a-f]+)"`).FindStringSubmatch(body)
	if seen == nil {
		t.Fatal(body)
	}
	webtest.Contains(t, office.Post("/versand/nord-open/ende", url.Values{"seen": {"x"}}), http.StatusConflict, "Runde vorzeitig beenden")
	for range 2 { // a double click
		if answer := office.Post("/versand/nord-open/ende", url.Values{"seen": {seen[1]}}); answer.Code != http.StatusSeeOther || !strings.Contains(answer.Header().Get("Location"), "notice.ended") {
			t.Fatalf("%d %s", answer.Code, answer.Body)
		}
	}
	webtest.InOrder(t, office.Get(page).Body.String(), "weil von niemandem mehr etwas ausstand")
}
