package draft_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// Before anything was sent two people undo the lock. What was locked is kept, what was left out stays left out, and the next lock
// has the next number.
func TestUnlockTakesTwo(t *testing.T) {
	w := testworld.NewWorkshop(t)
	q := w.Question("Wie viel Gelt?", survey.StateAgreed)
	w.Question("Wann?", survey.StateAgreed)
	left := map[survey.QuestionID]string{q.ID: "nimmt ihr Formular nicht an"}
	w.Update(func(tx *survey.Tx) error {
		return errors.Join(tx.Respondents.Put(survey.Respondent{Questionnaire: w.Q.ID, ID: "r1", Slug: "fm", ShortName: "FM", Name: "Freie Mitte", LeftOut: left, Revision: 1}),
			tx.Approvals.Put(survey.Approval{Questionnaire: w.Q.ID, Act: survey.ActDispatch, RequestedBy: string(w.Coordinator.User.ID), RequestedAt: w.Clock.Now()}))
	})
	unlock := func(actor survey.Actor, hash string) (bool, error) {
		return w.Draft.UnlockCatalogue(w.Ctx, actor, w.Q.ID, hash)
	}
	if _, err := unlock(w.Coordinator, catalogue(w, w.Coordinator).Catalogue.Hash); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("undone before it was locked: %v", err)
	}
	for _, actor := range []survey.Actor{w.Coordinator, w.Second} {
		if _, err := lock(w, actor); err != nil {
			t.Fatal(err)
		}
	}
	v := catalogue(w, w.Coordinator)
	hash := v.Catalogue.Hash
	if !v.Locked || !v.MayUnlock || v.Waiting != nil || v.Questionnaire.LockNumber() != 1 {
		t.Fatalf("%+v", v)
	}
	for _, actor := range []survey.Actor{w.Member, w.Lead, w.Reader, w.Admin} {
		if _, err := unlock(actor, hash); survey.CodeOf(err) != survey.Forbidden {
			t.Errorf("%s asks: %v", actor.User.ID, err)
		}
	}
	if _, err := unlock(w.Coordinator, "anders"); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("undone what was not seen: %v", err)
	}
	for range 2 { // the second click is the first
		if unlocked, err := unlock(w.Coordinator, hash); unlocked || err != nil {
			t.Fatal(unlocked, err)
		}
	}
	if v := catalogue(w, w.Coordinator); !v.Locked || v.Waiting == nil || v.MayConfirm || v.MayUnlock || !v.MayWithdraw {
		t.Errorf("the one who asked sees %+v", v)
	}
	if v := catalogue(w, w.Admin); !v.MayConfirm {
		t.Errorf("another one sees %+v", v)
	}
	for range 2 {
		if unlocked, err := unlock(w.Admin, hash); !unlocked || err != nil {
			t.Fatal(unlocked, err)
		}
	}
	v = catalogue(w, w.Admin)
	kept := []survey.LockedQuestion{{ID: q.ID, Revision: 2}, {ID: v.Catalogue.Questions[1].Origin, Revision: 2}}
	if v.Locked || v.Waiting != nil || len(v.Undone) != 1 || v.Questionnaire.LockNumber() != 2 {
		t.Fatalf("after undoing %+v", v)
	}
	u := v.Undone[0]
	if u.Number != 1 || u.Hash != hash || u.LockedName != "OFFICE" || u.UndoneName != "OFFICE" || u.ConfirmedName != "ADMIN" || u.At != w.Clock.Now() || cmp.Diff(kept, u.Questions) != "" {
		t.Errorf("kept %+v", u)
	}
	w.Update(func(tx *survey.Tx) error {
		r, err := tx.Respondent(w.Q.ID, "r1")
		if diff := cmp.Diff(left, r.LeftOut); diff != "" {
			t.Error(diff)
		}
		waiting, errWaiting := survey.WaitingApproval(tx, w.Q.ID, survey.ActDispatch, "")
		if waiting != nil {
			t.Error("the dispatch still waits for its second person")
		}
		if faults := testworld.CheckReferences(tx); faults != nil {
			t.Error(faults)
		}
		return errors.Join(err, errWaiting)
	})
	if _, err := w.SaveText(w.Lead, q, "Wie viel Geld?"); err != nil {
		t.Fatal(err)
	}
	for _, actor := range []survey.Actor{w.Coordinator, w.Second} {
		if _, err := lock(w, actor); err != nil {
			t.Fatal(err)
		}
	}
	if v := catalogue(w, w.Coordinator); !v.Locked || v.Catalogue.Hash == hash || v.Catalogue.Questions[0].Text != "Wie viel Geld?" || v.Questionnaire.LockNumber() != 2 {
		t.Errorf("locked again %+v", v)
	}
	if _, err := unlock(w.Admin, hash); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("undone what was locked before: %v", err)
	}
	w.Update(func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(w.Q.ID)
		if err != nil {
			return err
		}
		q.DispatchedAt, q.Deadline.At = w.Clock.Now(), w.Clock.Now().AddDate(0, 0, 7)
		return tx.Questionnaires.Put(q)
	})
	sent := catalogue(w, w.Coordinator)
	if _, err := unlock(w.Coordinator, sent.Catalogue.Hash); survey.CodeOf(err) != survey.Conflict || sent.MayUnlock {
		t.Errorf("undone after the dispatch: %v", err)
	}
}

// Where nobody counts as a second person the lock is undone at once.
func TestUnlockAlone(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Question("Wie?", survey.StateAgreed)
	w.Update(func(tx *survey.Tx) error { return tx.Alliances.Put(survey.Alliance{ConfirmLock: survey.RuleOff}) })
	if locked, err := lock(w, w.Coordinator); !locked || err != nil {
		t.Fatal(locked, err)
	}
	hash := catalogue(w, w.Coordinator).Catalogue.Hash
	for range 2 {
		if unlocked, err := w.Draft.UnlockCatalogue(w.Ctx, w.Coordinator, w.Q.ID, hash); !unlocked || err != nil {
			t.Fatal(unlocked, err)
		}
	}
	if v := catalogue(w, w.Coordinator); v.Locked || len(v.Undone) != 1 || v.Undone[0].UndoneLock.ConfirmedBy != "" {
		t.Errorf("%+v", v)
	}
}
