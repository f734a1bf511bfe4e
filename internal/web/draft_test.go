package web_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// newDraftWorld is a world with an office of two, a working group with a lead and a member, and one respondent to come.
func newDraftWorld(t *testing.T) *world {
	t.Helper()
	w := newTestServer(t)
	w.addUser(t, survey.User{ID: "u1", Name: "Erste Person", Email: "office@x.example", Coordinator: true})
	w.addUser(t, survey.User{ID: "u2", Name: "Zweite Person", Email: "second@x.example", Coordinator: true})
	w.addUser(t, survey.User{ID: "u3", Name: "Mitglied", Email: "member@x.example", Memberships: []survey.Membership{{WorkingGroup: "g1"}}})
	w.addUser(t, survey.User{ID: "u4", Name: "Leitung", Email: "lead@x.example", Memberships: []survey.Membership{{WorkingGroup: "g1", Lead: true}}})
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
	w := newDraftWorld(t)
	server := httptest.NewServer(w.Server)
	t.Cleanup(server.Close)
	visit := testkit.NewVisit(server.URL, testkit.Vars{"long": strings.Repeat("ä", survey.MaxTextUnits+1), "question": "01a20710-0000-7000-8000-000000000001"})
	visit.Run(t, "testdata/draft/signin.script")
	visit.Run(t, "testdata/draft/election.script")
	visit.Vars["id"] = strings.TrimPrefix(visit.Vars["election"], "/verwaltung/wahlen/")
	visit.Run(t, "testdata/draft/question.script")
	q, err := w.Alliance.QuestionnaireBySlug(t.Context(), survey.Actor{Console: true}, "nordmark-fragt")
	if err != nil {
		t.Fatal(err)
	}
	put(t, w, func(tx *survey.Tx) survey.Table[survey.Respondent] { return tx.Respondents },
		survey.Respondent{Questionnaire: q.ID, ID: "r2", Slug: "gz", ShortName: "GZ", Name: "Grüne Zukunft", Sequence: 2, Revision: 1},
		survey.Respondent{Questionnaire: q.ID, ID: "r1", Slug: "fm", ShortName: "FM", Name: "Freie Mitte", Sequence: 1, Revision: 1,
			Procedure: survey.Procedure{Channel: survey.ChannelPortal, MaxQuestions: 8, MaxCharacters: 30}})
	visit.Run(t, "testdata/draft/lock.script")
}
