package compare_test

import (
	"errors"
	"testing"
	"time"

	"pruefstein/internal/compare"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// Nobody is called silent whose mail was lost: publishing waits for somebody to decide. What the party sent decides by itself.
func TestLostMailIsDecidedBeforePublishing(t *testing.T) {
	w := newEdition(t)
	var r survey.Respondent
	w.Write(t, func(tx *survey.Tx) (err error) {
		all, err := survey.RespondentsInOrder(tx, "q1")
		if r = all[0]; err != nil {
			return err
		}
		lost := survey.WrittenMail{Mail: survey.Mail{ID: "lost", Kind: survey.MailInvitation, Questionnaire: "q1", Respondent: r.ID, To: "a@partei.example",
			State: survey.MailFailed, Attempts: 1, LastAttempt: w.Due.AddDate(0, 0, -3), Reply: "550 unbekannt"}}
		r.Procedure.Channel = survey.ChannelMail
		return errors.Join(tx.Respondents.Put(r), survey.PutMail(tx, lost))
	})
	st := w.state()
	if len(st.Undecided) != 1 || st.Undecided[0].Slug != r.Slug || st.Comparison.Respondents[0].Cells[0].Status != survey.NotReached {
		t.Errorf("undecided %v, cell %+v", st.Undecided, st.Comparison.Respondents[0].Cells[0].Cell)
	}
	if _, _, err := w.Compare.PreparePublication(t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: st.Content}); testworld.KeyOf(err) != "compare.error.undecided" {
		t.Errorf("published: %v", err)
	}
	decide := func(change func(*survey.Respondent)) survey.ComparedCell {
		t.Helper()
		w.Write(t, func(tx *survey.Tx) error {
			now := r
			change(&now)
			return tx.Respondents.Put(now)
		})
		if st := w.state(); len(st.Undecided) != 0 {
			t.Errorf("undecided %v", st.Undecided)
		}
		return w.state().Comparison.Respondents[0].Cells[0]
	}
	decision := &survey.DeliveryFailure{Reason: "Adresse besteht nicht mehr", At: w.Clock.Now(), By: "anna"}
	if got := decide(func(r *survey.Respondent) { r.NotReached = decision }); got.Status != survey.NotReached || got.Reason != decision.Reason {
		t.Errorf("not reached: %+v", got.Cell)
	}
	if got := decide(func(r *survey.Respondent) { r.Reached = decision }); got.Status != survey.NoAnswer {
		t.Errorf("reached: %+v", got.Cell)
	}
	w.publish()
	w.Write(t, func(tx *survey.Tx) error { return tx.Respondents.Put(r) })
	w.letter("2026-11-24", testworld.LetterLine(1, testworld.Saying("Doch.")))
	if st := w.state(); len(st.Undecided) != 0 || st.Comparison.Respondents[0].Cells[0].Status != survey.Answered {
		t.Errorf("it answered: undecided %v, %+v", st.Undecided, st.Comparison.Respondents[0].Cells[0].Cell)
	}
}

// Whose letter was never recorded as sent was not asked: publishing waits for that, and says so.
func TestALetterIsSentBeforePublishing(t *testing.T) {
	w := newEdition(t)
	var r survey.Respondent
	w.Write(t, func(tx *survey.Tx) (err error) {
		all, err := survey.RespondentsInOrder(tx, "q1")
		if r = all[0]; err != nil {
			return err
		}
		r.Procedure.Channel, r.AskedAt = survey.ChannelPost, time.Time{}
		return tx.Respondents.Put(r)
	})
	st := w.state()
	if len(st.Unentered) != 1 || st.Unentered[0].Slug != r.Slug || len(st.Unasked) != 0 {
		t.Errorf("unentered %v, unasked %v", st.Unentered, st.Unasked)
	}
	if _, _, err := w.Compare.PreparePublication(t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: st.Content}); testworld.KeyOf(err) != "compare.error.unposted" {
		t.Errorf("published: %v", err)
	}
	// a party that answers by its letter before anybody records that it was sent keeps the publication back all the same
	w.Write(t, func(tx *survey.Tx) error {
		r.Letters = []survey.PrintedLetter{{At: w.Due.AddDate(0, 0, -9)}}
		for _, question := range []survey.QuestionID{"q01", "q02", "q03"} {
			v := survey.Version{Questionnaire: "q1", Respondent: r.ID, Question: question, Number: 1, Status: survey.Declined, Provenance: survey.ByForm, Record: "r", CountsAt: w.Due.AddDate(0, 0, -8)}
			if err := tx.Versions.Put(v); err != nil {
				return err
			}
		}
		return tx.Respondents.Put(r)
	})
	st = w.state()
	if c := st.Comparison.Respondents[0].Cells[0]; c.Status != survey.Declined || len(st.Unentered) != 1 || len(st.Unasked) != 0 {
		t.Errorf("answered before it was sent: %s, unentered %v, unasked %v", c.Status, st.Unentered, st.Unasked)
	}
	if _, _, err := w.Compare.PreparePublication(t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: st.Content}); testworld.KeyOf(err) != "compare.error.unposted" {
		t.Errorf("answered before it was sent: published: %v", err)
	}
	w.Write(t, func(tx *survey.Tx) error {
		r.AskedAt = w.Due.AddDate(0, 0, -7)
		return tx.Respondents.Put(r)
	})
	if got := w.publish().Respondents[0]; got.Cells[0].Status != survey.Declined || got.Channel != survey.ChannelPost {
		t.Errorf("%+v", got.Cells[0].Cell)
	}
}

// An answer does not tell how and when its party was asked: publishing waits until that is recorded, or why the party was not, whatever
// way it was to be asked.
func TestWhoAnsweredWasAskedOrHasAReason(t *testing.T) {
	for channel, want := range map[survey.Channel]string{survey.ChannelPortal: "compare.error.unentered", survey.ChannelPost: "compare.error.unposted",
		survey.ChannelForm: "compare.error.unexplained", survey.ChannelUnknown: "compare.error.unexplained"} {
		for name, lost := range map[string]*survey.DeliveryFailure{"": nil, ", not reached": {Reason: "keine Adresse", By: "anna"}} {
			t.Run(string(channel)+name, func(t *testing.T) {
				w := newEdition(t)
				change := func(do func(*survey.Respondent)) {
					w.Write(t, func(tx *survey.Tx) error {
						r, err := tx.Respondent("q1", "r1")
						do(&r)
						return errors.Join(err, tx.Respondents.Put(r))
					})
				}
				change(func(r *survey.Respondent) { r.Procedure.Channel, r.AskedAt, r.NotReached = channel, time.Time{}, lost })
				w.letter("2026-11-24", testworld.LetterLine(1, testworld.Saying("Ja.")), testworld.LetterLine(2, testworld.Saying("Ja.")), testworld.LetterLine(3, testworld.Saying("Ja.")))
				refused := func() string {
					t.Helper()
					_, _, err := w.Compare.PreparePublication(t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: w.state().Content})
					return testworld.KeyOf(err)
				}
				if got := refused(); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				change(func(r *survey.Respondent) { r.NotAsked = "schrieb uns von sich aus" })
				if got := refused(); got != "" {
					t.Errorf("with a reason: %q", got)
				}
				change(func(r *survey.Respondent) { r.NotAsked, r.AskedAt, r.NotReached = "", w.Due.AddDate(0, 0, -9), nil })
				if got := refused(); got != "" {
					t.Errorf("asked: %q", got)
				}
			})
		}
	}
}
