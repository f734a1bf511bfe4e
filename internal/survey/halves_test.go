package survey_test

import (
	"errors"
	"testing"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
)

// Whatever lies in two tables is written to both and removed from both.
func TestHalvesStayTogether(t *testing.T) {
	store := memory.New()
	if err := store.Update(t.Context(), func(tx *survey.Tx) error {
		sub := survey.WrittenSubmission{Submission: survey.Submission{Questionnaire: "q", Respondent: "r", ID: "s"}}
		letter := survey.Letter{Transcription: survey.Transcription{Questionnaire: "q", Respondent: "r", ID: "t"}}
		mail := survey.WrittenMail{Mail: survey.Mail{ID: "m"}}
		if err := errors.Join(survey.PutSubmission(tx, sub), survey.PutLetter(tx, letter), survey.PutMail(tx, mail)); err != nil {
			return err
		}
		_, errSub := survey.GetSubmission(tx, "q/r/s")
		_, errLetter := survey.GetLetter(tx, "q/r/t")
		_, errMail := survey.GetMail(tx, "m")
		if err := errors.Join(errSub, errLetter, errMail); err != nil {
			t.Error(err)
		}
		return errors.Join(survey.DeleteSubmission(tx, "q/r/s"), survey.DeleteLetter(tx, "q/r/t"), survey.DeleteMail(tx, "m"))
	}); err != nil {
		t.Fatal(err)
	}
	if err := store.View(t.Context(), func(tx *survey.Tx) error {
		left := 0
		for _, table := range []interface{ Count(string) (int, error) }{tx.Submissions, tx.SubmissionTexts, tx.Transcriptions, tx.LetterTexts, tx.Mails, tx.MailTexts} {
			n, err := table.Count("")
			if err != nil {
				return err
			}
			left += n
		}
		if left > 0 {
			t.Errorf("%d halves are left", left)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
