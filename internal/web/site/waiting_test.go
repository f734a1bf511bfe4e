package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// Where the overview leads to, what is wanted stands on top, ahead of all there is to read.
func TestWaitingStandsOnTop(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{ID: "kim", Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "lou", Name: "Lou", Email: "lou@buendnis.example", Coordinator: true})
	kim, lou := w.Visitor(t).SignIn("kim@buendnis.example"), w.Visitor(t).SignIn("lou@buendnis.example")
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Alliance] { return tx.Alliances }, survey.Alliance{Name: "B", Email: "fragen@buendnis.example", Revision: 1})
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Questionnaire] { return tx.Questionnaires }, survey.Questionnaire{ID: "q-locked", Slug: "nord-locked",
		Title: "Gesperrt", Election: "e1", LockedAt: w.Clock.Now(), Deadline: survey.Instant{At: w.Clock.Now().AddDate(0, 0, 28), Zone: survey.DefaultZone},
		Cover: survey.Cover{Subject: "Fragen", Body: "Bis {{frist}}\n\n{{link}}\n\n{{fragen}}", Language: "de"}, Revision: 1})
	for _, slug := range []string{"frei", "moin", "deich", "watt"} {
		webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents }, survey.Respondent{Questionnaire: "q-locked", ID: survey.RespondentID(slug), Slug: survey.Slug(slug),
			Parties: []survey.PartyID{survey.PartyID(slug)}, ShortName: slug, Email: slug + "@partei.example", Procedure: survey.Procedure{Channel: survey.ChannelForm}, Revision: 1})
	}
	for path, field := range map[string]string{"/werkstatt/nord-draft/katalog": "hash", "/versand/nord-locked/absenden": "seen"} {
		page := kim.Get(path).Body.String()
		value := regexp.MustCompile(`name="` + field + `" value="([0-9a-f]{64})"`).FindStringSubmatch(page[strings.LastIndex(page, "<form"):])
		if value == nil {
			t.Fatalf("%s: nothing to ask for:\n%s", path, page)
		}
		act := strings.Replace(path, "/katalog", "/katalog/sperren", 1)
		if got := kim.Post(act, url.Values{field: {value[1]}}); got.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d", act, got.Code)
		}
		if !strings.Contains(lou.Get("/uebersicht").Body.String(), `href="`+path+`"`) {
			t.Errorf("the overview does not lead to %s", path)
		}
	}
	webtest.InOrder(t, lou.Get("/werkstatt/nord-draft/katalog").Body.String(), "Wartet auf eine zweite Person", "Bestätigen und sperren", "Antrag zurücknehmen", "Die Fragen", "Was passt bei wem?")
	webtest.InOrder(t, lou.Get("/versand/nord-locked/absenden").Body.String(), "Wartet auf die zweite Person", "Bestätigen und an 4 Befragte absenden", "Antrag zurücknehmen", "Prüfliste", "Was hinausgeht")
	own := kim.Get("/versand/nord-locked/absenden").Body.String()
	webtest.InOrder(t, own, "Wartet auf die zweite Person", "Eine andere Person", "Prüfliste")
	if strings.Count(own, "Eine andere Person") != 1 {
		t.Error("the sentence stands there twice")
	}
}
