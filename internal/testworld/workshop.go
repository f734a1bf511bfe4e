package testworld

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/draft"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// Workshop is an alliance with two working groups that draft a questionnaire.
type Workshop struct {
	*office.Office
	Store survey.Store // runs each function once, unlike the one of the use cases: tests keep what they read
	T     *testing.T
	Ctx   context.Context
	Clock *testkit.Clock
	Q     survey.Questionnaire

	Coordinator, Second, Admin, Member, Lead, Stranger, Reader survey.Actor
}

// NewWorkshop makes the workshop; changes alter the questionnaire before it is saved.
func NewWorkshop(t *testing.T, changes ...func(*draft.SaveQuestionnaire)) *Workshop {
	t.Helper()
	clock := testkit.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	store := memory.New()
	w := &Workshop{Store: store, T: t, Ctx: t.Context(), Clock: clock, Office: office.New(&survey.Kernel{Store: storetest.Twice(store), Clock: clock})}
	actor := func(id survey.UserID, u survey.User) survey.Actor {
		u.ID, u.Name, u.PasswordHash = id, strings.ToUpper(string(id)), "hash"
		w.Update(func(tx *survey.Tx) error { return tx.Users.Put(u) })
		return survey.Actor{User: u, Language: "de"}
	}
	w.Coordinator = actor("office", survey.User{Coordinator: true})
	w.Second = actor("second", survey.User{Coordinator: true})
	w.Admin = actor("admin", survey.User{Administrator: true})
	w.Member = actor("member", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g1"}}})
	w.Lead = actor("lead", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g1", Lead: true}}})
	w.Stranger = actor("stranger", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g2", Lead: true}}})
	w.Update(func(tx *survey.Tx) error {
		return errors.Join(
			tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g1", Name: "Digitale Bildung", Slug: "bildung"}),
			tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g2", Name: "Open Source", Slug: "open-source"}),
			tx.Organisations.Put(survey.Organisation{ID: "o1", Name: "Freie Netze", Slug: "freie-netze"}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl Nordmark", Date: "2027-05-09"}))
	})
	cmd := draft.SaveQuestionnaire{Title: "Nordmark fragt", Election: "e1", Slots: "2", QuestionLimit: "40", Topics: "Schule\nAmt",
		Order: survey.OrderBallot, Licence: "CC-BY-4.0"}
	for _, change := range changes {
		change(&cmd)
	}
	q, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, "", cmd)
	if err != nil {
		t.Fatal(err)
	}
	w.Q = q
	return w
}

// Update changes the store directly.
func (w *Workshop) Update(fn func(*survey.Tx) error) {
	w.T.Helper()
	if err := w.Store.Update(w.Ctx, fn); err != nil {
		w.T.Fatal(err)
	}
}

// Question drafts a question of group g1 and brings it into a state.
func (w *Workshop) Question(text string, state survey.QuestionState) survey.Question {
	w.T.Helper()
	q, err := w.Draft.SaveQuestion(w.Ctx, w.Coordinator, w.Q.ID, survey.QuestionID(survey.NewID()), draft.SaveQuestion{
		Wording: survey.Wording{Text: text, WorkingGroup: "g1", Topic: "schule", AskedBy: []string{"o1"}}})
	if err == nil {
		q, err = w.Draft.SetQuestionState(w.Ctx, w.Coordinator, w.Q.ID, q.ID, draft.SetQuestionState{Revision: q.Revision, State: state})
	}
	if err != nil {
		w.T.Fatal(err)
	}
	return q
}

// SaveText is the save of a new text by an actor who saw a revision.
func (w *Workshop) SaveText(actor survey.Actor, q survey.Question, text string) (survey.Question, error) {
	cmd := draft.SaveQuestion{Revision: q.Revision, Wording: q.Wording}
	cmd.Text = text
	return w.Draft.SaveQuestion(w.Ctx, actor, q.Questionnaire, q.ID, cmd)
}
