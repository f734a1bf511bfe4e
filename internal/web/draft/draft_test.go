package draft_test

import (
	"errors"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/web/webtest"
)

// newDraftWorld is a world with an office of two, a working group with a lead and a member, and one respondent to come.
func newDraftWorld(t *testing.T) *webtest.World {
	t.Helper()
	w := webtest.New(t)
	w.AddUser(t, survey.User{ID: "u1", Name: "Erste Person", Email: "office@x.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "u2", Name: "Zweite Person", Email: "second@x.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "u3", Name: "Mitglied", Email: "member@x.example", Memberships: []survey.Membership{{WorkingGroup: "g1"}}})
	w.AddUser(t, survey.User{ID: "u4", Name: "Leitung", Email: "lead@x.example", Memberships: []survey.Membership{{WorkingGroup: "g1", Lead: true}}})
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(
			tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g1", Name: "Digitale Bildung", Slug: "bildung"}),
			tx.Organisations.Put(survey.Organisation{ID: "o1", Name: "Freie Netze", Slug: "freie-netze"}))
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestDraftScripts(t *testing.T) {
	t.Parallel()
	w := newDraftWorld(t)
	server := httptest.NewServer(w.Server)
	t.Cleanup(server.Close)
	visit := testkit.NewVisit(server.URL, testkit.Vars{"long": strings.Repeat("ä", survey.MaxTextUnits+1), "question": "01a20710-0000-7000-8000-000000000001"})
	visit.Run(t, "testdata/signin.script")
	visit.Run(t, "testdata/election.script")
	visit.Vars["id"] = strings.TrimPrefix(visit.Vars["election"], "/verwaltung/wahlen/")
	visit.Run(t, "testdata/question.script")
	q, err := w.Alliance.QuestionnaireBySlug(t.Context(), survey.Actor{Console: true}, "nordmark-fragt")
	if err != nil {
		t.Fatal(err)
	}
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents },
		survey.Respondent{Questionnaire: q.ID, ID: "r2", Slug: "gz", ShortName: "GZ", Name: "Grüne Zukunft", Sequence: 2, Revision: 1},
		survey.Respondent{Questionnaire: q.ID, ID: "r1", Slug: "fm", ShortName: "FM", Name: "Freie Mitte", Sequence: 1, Revision: 1,
			Procedure: survey.Procedure{Channel: survey.ChannelPortal, MaxQuestions: 8, MaxCharacters: 30}})
	visit.Run(t, "testdata/lock.script")
}

// A deadline whose year becomes five digits in UTC is a message at its field, not an error of ours.
func TestADeadlineOfAnotherCentury(t *testing.T) {
	t.Parallel()
	_, v := webtest.NewRevised(t)
	form := url.Values{"revision": {"2"}, "title": {"Nordmark fragt"}, "slug": {"nordmark"}, "election": {"e1"}, "slots": {"8"}, "order_rule": {"ballot"},
		"licence": {"CC-BY-4.0"}, "topics": {"Schule"}, "deadline": {"9999-12-31T23:00"}, "deadline_zone": {"America/New_York"}}
	webtest.Contains(t, v.Post("/werkstatt/nordmark/einstellungen", form), 422, "Bitte geben Sie ein Jahr von 1900 bis 2199 an.", `value="9999-12-31T23:00"`)
	form.Set("deadline", "2199-12-31T23:00")
	webtest.Contains(t, v.Post("/werkstatt/nordmark/einstellungen", form), 422, "schließen um 18:00 Uhr die Wahllokale", `value="2199-12-31T23:00"`)
	form.Set("deadline", "2027-05-01T23:00")
	if got := v.Post("/werkstatt/nordmark/einstellungen", form); got.Code != 303 {
		t.Errorf("%d\n%.500s", got.Code, got.Body)
	}
}

// A refused confirmation leads back to its page, says what to do, and shows no values that a machine put into the form.
func TestErrorPageLeadsBack(t *testing.T) {
	t.Parallel()
	w := newDraftWorld(t)
	q, err := w.Draft.SaveQuestionnaire(t.Context(), survey.Actor{User: survey.User{ID: "u1", PasswordHash: "x", Coordinator: true}},
		"", draft.SaveQuestionnaire{Title: "Nordmark fragt", Election: survey.ElectionID(newElection(t, w)), Order: survey.OrderBallot, Licence: "CC0-1.0"})
	if err != nil {
		t.Fatal(err)
	}
	v := w.Visitor(t).SignIn("office@x.example")
	from := "/werkstatt/" + q.Slug + "/katalog"
	got := v.Post(string(from)+"/sperren", url.Values{"hash": {"alt"}, "seen": {"4"}, "other": {survey.NewID()}, "note": {"Meine Notiz"}}, "Referer", w.BaseURL+string(from))
	page := got.Body.String()
	if got.Code != 409 || !strings.Contains(page, string(`href="`+from+`">Zurück zur Seite`)) || !strings.Contains(page, "Gehen Sie zurück") {
		t.Errorf("%d\n%s", got.Code, page)
	}
	if strings.Count(page, `name="typed"`) != 1 || !strings.Contains(page, "Meine Notiz") {
		t.Error("what was typed is missing, or what was not is shown")
	}
}

func newElection(t *testing.T, w *webtest.World) string {
	t.Helper()
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.Election] { return tx.Elections },
		survey.Election{ID: "e9", Name: "Landtagswahl Nordmark", Date: "2027-05-09", Revision: 1})
	return "e9"
}
