package webtest

import (
	"errors"
	"testing"

	"pruefstein/internal/survey"
)

// NewRevised is an alliance in which everything was saved a second time, and the visitor may do everything.
func NewRevised(t *testing.T) (*World, *Visitor) {
	t.Helper()
	w := New(t)
	w.AddUser(t, survey.User{ID: "u1", Name: "Ada", Email: "ada@x.example", Coordinator: true, Administrator: true})
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark", Imprint: "Neues Impressum", Privacy: "Gleich", Revision: 2}),
			tx.Organisations.Put(survey.Organisation{ID: "o1", Name: "Freie Netze e. V.", Slug: "freie-netze", Website: "https://neu.example", Revision: 2}),
			tx.Organisations.Put(survey.Organisation{ID: "o2", Name: "Offene Welt", Slug: "offene-welt", Revision: 1}),
			tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g1", Name: "Bildung", Slug: "bildung", Revision: 2}),
			tx.Users.Put(survey.User{ID: "u2", Name: "Ben", Email: "bne@x.example", Coordinator: true, Language: "de", Revision: 2}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl", Date: "2027-05-09", Level: survey.LevelLand, Revision: 2}),
			tx.Parties.Put(survey.Party{ID: "p1", ShortName: "FM", Name: "Freie Mitte", Revision: 2}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "p1", BallotPosition: 3, Revision: 5}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark", Title: "Nordmark fragt", Election: "e1", Slots: 8, Order: survey.OrderBallot,
				Licence: "CC-BY-4.0", Topics: []survey.Topic{{ID: "schule", Name: "Schule"}}, Revision: 2}))
	}); err != nil {
		t.Fatal(err)
	}
	return w, w.Visitor(t).SignIn("ada@x.example")
}
