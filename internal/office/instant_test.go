package office_test

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"pruefstein/internal/answer"
	"pruefstein/internal/compare"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
)

// counted is a clock that tells how often it was read.
type counted struct {
	*testkit.Clock
	reads int
}

func (c *counted) Now() time.Time {
	c.reads++
	return c.Clock.Now()
}

// once runs a use case, which may read the clock once, however often its transaction runs.
func (c *counted) once(t *testing.T, name string, err func() error) {
	t.Helper()
	c.reads = 0
	testworld.Must(t, err())
	if c.reads != 1 {
		t.Errorf("%s reads the clock %d times", name, c.reads)
	}
}

// What a use case judges and notes is of one instant.
func TestAUseCaseReadsTheClockOnce(t *testing.T) {
	w := testworld.NewLetters(t)
	clock := &counted{Clock: w.Clock}
	w.Kernel.Clock = clock
	w.Write(t, func(tx *survey.Tx) error {
		a, err := tx.Alliances.Get(survey.AllianceKey)
		a.Imprint, a.Privacy, a.ConfirmPublication = "Straße 1", "Nichts.", survey.RuleOff
		return errors.Join(err, tx.Alliances.Put(a))
	})

	clock.once(t, "saving an answer", func() error {
		_, err := w.Answer.Save(t.Context(), w.Frei, answer.Save{Number: 1, Entry: testworld.Saying("So."), Mark: answer.MarkDone})
		return err
	})
	form, sub := w.Form(t, w.Frei), survey.Submission{}
	clock.once(t, "asking for a submission", func() (err error) {
		sub, _, err = w.Answer.RequestSubmission(t.Context(), w.Frei, form)
		return err
	})
	code := w.Code(t, survey.In(w.Frei.Respondent)+sub.ID)
	clock.once(t, "confirming a submission", func() error {
		_, err := w.Answer.ConfirmSubmission(t.Context(), w.Frei, sub.ID, code, true)
		return err
	})

	cmd, letter := w.Letter(testworld.LetterLine(2, testworld.Saying("So."))), survey.Letter{}
	clock.once(t, "saving a letter", func() (err error) {
		letter, err = w.Transcribe.Save(t.Context(), w.Anna, cmd.Ref, cmd.Save)
		return err
	})
	clock.once(t, "handing a letter over", func() (err error) {
		letter, err = w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, letter.Revision)
		return err
	})
	clock.once(t, "confirming a letter", func() error {
		_, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision)
		return err
	})

	w.Clock.Set(w.Due)
	var plan compare.PublicationPlan
	clock.once(t, "preparing a publication", func() (err error) {
		state, err := w.Compare.PublicationPage(t.Context(), w.Anna, "q1")
		testworld.Must(t, err)
		clock.reads = 0
		plan, _, err = w.Compare.PreparePublication(t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: state.Content})
		return err
	})
	clock.once(t, "publishing", func() error {
		_, err := w.Compare.CommitPublication(t.Context(), w.Anna, plan, sha256.Sum256(nil))
		return err
	})
}

// The same of the way to the parties.
func TestLockAndDispatchReadTheClockOnce(t *testing.T) {
	w := testworld.NewWorkshop(t)
	clock := &counted{Clock: w.Clock}
	sealer, err := survey.NewSealer(make([]byte, 32))
	testworld.Must(t, err)
	k := w.Kernel
	k.Clock, k.Sealer, k.Rand, k.Addresses, k.Compose, k.MailReady = clock, sealer, rand.Reader, testworld.Addresses, testworld.Compose, true
	w.Question("Wie?", survey.StateAgreed)
	due, _ := survey.ParseInstant("2027-01-31T18:00", survey.DefaultZone, "")
	cover, err := w.Send.StartingText("de", "cover")
	testworld.Must(t, err)
	w.Q.Deadline, w.Q.Cover = due, cover
	w.Update(func(tx *survey.Tx) error {
		return errors.Join(tx.Questionnaires.Put(w.Q),
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis", Email: "buero@buendnis.example", ConfirmLock: survey.RuleOff, ConfirmDispatch: survey.RuleOff}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: w.Q.ID, ID: "r1", Slug: "fm", ShortName: "FM", Name: "Freie Mitte", Email: "post@frei.example",
				Procedure: survey.Procedure{Channel: survey.ChannelForm}}))
	})
	view, err := w.Draft.CataloguePage(w.Ctx, w.Coordinator, w.Q.ID)
	testworld.Must(t, err)
	clock.once(t, "locking", func() error {
		_, err := w.Draft.LockCatalogue(w.Ctx, w.Coordinator, w.Q.ID, view.Catalogue.Hash)
		return err
	})
	plan, err := w.Send.DispatchPlan(w.Ctx, w.Coordinator, w.Q.ID)
	testworld.Must(t, err)
	clock.once(t, "the dispatch", func() error {
		sent, err := w.Send.Dispatch(w.Ctx, w.Coordinator, w.Q.ID, plan.Digest)
		if !sent {
			t.Errorf("not sent: %+v", plan.Checklist)
		}
		return err
	})
}
