package draft_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// A copy has the settings and the questions, and nothing of what was asked or answered.
func TestCopyQuestionnaire(t *testing.T) {
	w := testworld.NewWorkshop(t, func(cmd *draft.SaveQuestionnaire) {
		cmd.Order, cmd.OrderSource, cmd.Intro, cmd.Deadline, cmd.DeadlineZone = survey.OrderNumber, "Amtsblatt 7", "Vorweg", "2027-03-01T18:00", survey.DefaultZone
	})
	for text, state := range map[string]survey.QuestionState{"A": survey.StateAgreed, "B": survey.StateIdea, "C": survey.StateDropped} {
		w.Question(text, state)
	}
	w.Update(func(tx *survey.Tx) error {
		return errors.Join(tx.Organisations.Put(survey.Organisation{ID: "o1", Slug: "netze", Name: "Freie Netze"}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: w.Q.ID, ID: "r1", Slug: "fm", ShortName: "FM", Name: "Freie Mitte", Revision: 1}))
	})
	for _, test := range []struct {
		name string
		cmd  draft.CopyQuestionnaire
		want []string
	}{
		{"nothing typed", draft.CopyQuestionnaire{}, []string{"title error.required", "election error.choice"}},
		{"a foreign election", draft.CopyQuestionnaire{Title: "Neu", Election: "fremd"}, []string{"election error.choice"}},
		{"the same title", draft.CopyQuestionnaire{Title: w.Q.Title, Election: "e1"}, []string{"title draft.error.title_taken"}},
		{"the same address", draft.CopyQuestionnaire{Title: "Neu", Election: "e1", Slug: w.Q.Slug}, []string{"slug error.slug_taken"}},
	} {
		_, err := w.Draft.CopyQuestionnaire(w.Ctx, w.Coordinator, w.Q.ID, test.cmd)
		if diff := cmp.Diff(test.want, testworld.FaultsOf(t, err)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	for _, actor := range []survey.Actor{w.Member, w.Lead, w.Admin} {
		if _, err := w.Draft.CopyQuestionnaire(w.Ctx, actor, w.Q.ID, draft.CopyQuestionnaire{Title: "Neu", Election: "e1"}); survey.CodeOf(err) != survey.Forbidden {
			t.Error(err)
		}
	}
	if _, err := w.Draft.CopyQuestionnaire(w.Ctx, w.Coordinator, "fremd", draft.CopyQuestionnaire{Title: "Neu", Election: "e1"}); !survey.IsNotFound(err) {
		t.Error(err)
	}
	c, err := w.Draft.CopyQuestionnaire(w.Ctx, w.Coordinator, w.Q.ID, draft.CopyQuestionnaire{Title: "Nordmark fragt noch einmal", Election: "e1"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Slug != "nordmark-fragt-noch-einmal" || c.Order != survey.OrderNumber || c.OrderSource != "Amtsblatt 7" || c.Intro != "Vorweg" || !c.Deadline.IsZero() || c.Slots != w.Q.Slots ||
		cmp.Diff(w.Q.Topics, c.Topics) != "" || c.ID == w.Q.ID {
		t.Errorf("%+v", c)
	}
	w.Update(func(tx *survey.Tx) error {
		states := map[string]survey.QuestionState{}
		for q, err := range tx.Questions.List(survey.In(c.ID)) {
			if err != nil {
				return err
			}
			states[q.Text] = q.State
			if q.Revision != 1 || q.UpdatedBy != string(w.Coordinator.User.ID) {
				t.Errorf("%+v", q)
			}
		}
		if diff := cmp.Diff(map[string]survey.QuestionState{"A": survey.StateAgreed, "B": survey.StateIdea}, states); diff != "" {
			t.Error(diff)
		}
		if n, err := tx.Respondents.Count(survey.In(c.ID)); n != 0 || err != nil {
			t.Errorf("%d respondents, %v", n, err)
		}
		if faults := testworld.CheckReferences(tx); faults != nil {
			t.Error(faults)
		}
		return nil
	})
}

// What was never sent can be deleted with all that belongs to it; what was sent cannot.
func TestDeleteQuestionnaire(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Question("Wie?", survey.StateAgreed)
	w.Update(func(tx *survey.Tx) error {
		return errors.Join(tx.Respondents.Put(survey.Respondent{Questionnaire: w.Q.ID, ID: "r1", Slug: "fm", ShortName: "FM", Name: "Freie Mitte", Revision: 1}),
			survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: "m1", Kind: survey.MailTest, Questionnaire: w.Q.ID, To: "kim@buendnis.example", CreatedAt: w.Clock.Now()}}))
	})
	for _, actor := range []survey.Actor{w.Coordinator, w.Second} {
		if _, err := lock(w, actor); err != nil {
			t.Fatal(err)
		}
	}
	w.Update(func(tx *survey.Tx) (err error) {
		w.Q, err = tx.Questionnaire(w.Q.ID)
		return err
	})
	if goes, err := w.Draft.DeletePage(w.Ctx, w.Coordinator, w.Q.ID); err != nil || goes != (draft.Deletable{Questions: 1, Respondents: 1}) {
		t.Error(goes, err)
	}
	remove := func(actor survey.Actor, cmd draft.DeleteQuestionnaire) error {
		return w.Draft.DeleteQuestionnaire(w.Ctx, actor, w.Q.ID, cmd)
	}
	good := draft.DeleteQuestionnaire{Revision: w.Q.Revision, Slug: w.Q.Slug}
	for _, actor := range []survey.Actor{w.Member, w.Lead, w.Admin} {
		if err := remove(actor, good); survey.CodeOf(err) != survey.Forbidden {
			t.Error(err)
		}
	}
	if err := remove(w.Coordinator, draft.DeleteQuestionnaire{Revision: w.Q.Revision, Slug: "anders"}); testworld.KeyOf(err) != "slug draft.error.other_slug" {
		t.Error(err)
	}
	if err := remove(w.Coordinator, draft.DeleteQuestionnaire{Revision: w.Q.Revision - 1, Slug: w.Q.Slug}); testworld.KeyOf(err) != "error.stale" {
		t.Error(err)
	}
	put := func(change func(*survey.Questionnaire)) {
		w.Update(func(tx *survey.Tx) error {
			q, err := tx.Questionnaire(w.Q.ID)
			change(&q)
			return errors.Join(err, tx.Questionnaires.Put(q))
		})
	}
	put(func(q *survey.Questionnaire) {
		q.DispatchedAt, q.Deadline.At = w.Clock.Now(), w.Clock.Now().AddDate(0, 0, 7)
	})
	if err := remove(w.Coordinator, good); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("deleted after the dispatch: %v", err)
	}
	put(func(q *survey.Questionnaire) { q.DispatchedAt = time.Time{} })
	if err := remove(w.Coordinator, good); err != nil {
		t.Fatal(err)
	}
	w.Update(func(tx *survey.Tx) error {
		counts := map[string]int{}
		for name, count := range map[string]func(string) (int, error){"questionnaires": tx.Questionnaires.Count, "questions": tx.Questions.Count, "revisions": tx.Revisions.Count,
			"catalogues": tx.Catalogues.Count, "respondents": tx.Respondents.Count, "approvals": tx.Approvals.Count, "mails": tx.Mails.Count, "texts": tx.MailTexts.Count} {
			if n, err := count(""); n != 0 || err != nil {
				counts[name] = n
			}
		}
		last, err := tx.Audit.Last("")
		if len(counts) > 0 || last.What != "delete_questionnaire" || last.From != w.Q.Title {
			t.Errorf("left over %v, noted %+v", counts, last)
		}
		return err
	})
}

// What is over can be put out of the lists and back.
func TestArchive(t *testing.T) {
	w := testworld.NewWorkshop(t)
	listed := func() (lists, archive int) {
		all, err := w.Draft.List(w.Ctx, w.Member)
		old, errOld := w.Draft.ArchiveList(w.Ctx, w.Member)
		if err != nil || errOld != nil {
			t.Fatal(err, errOld)
		}
		return len(all), len(old)
	}
	if err := w.Draft.Archive(w.Ctx, w.Coordinator, w.Q.ID, true); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("archived while it is drafted: %v", err)
	}
	w.Update(func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(w.Q.ID)
		q.LockedAt, q.DispatchedAt, q.Deadline.At = w.Clock.Now(), w.Clock.Now(), w.Clock.Now()
		return errors.Join(err, tx.Questionnaires.Put(q), tx.Catalogues.Put(survey.Catalogue{Questionnaire: q.ID}))
	})
	if err := w.Draft.Archive(w.Ctx, w.Lead, w.Q.ID, true); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
	for _, test := range []struct {
		archived       bool
		lists, archive int
	}{{true, 0, 1}, {true, 0, 1}, {false, 1, 0}} {
		if err := w.Draft.Archive(w.Ctx, w.Coordinator, w.Q.ID, test.archived); err != nil {
			t.Fatal(err)
		}
		if lists, archive := listed(); lists != test.lists || archive != test.archive {
			t.Errorf("%d in the list, %d in the archive", lists, archive)
		}
	}
}
