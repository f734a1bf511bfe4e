package answer

import (
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// LetterToConfirm is a letter of the party that the office has transcribed, and which one it is.
type LetterToConfirm struct {
	survey.Transcription
	Source string
}

// LetterSheet is a letter of the party that the office has transcribed, and the sheet it stands on.
type LetterSheet struct {
	Sheet
	Letter  survey.Letter
	Source  string         // which letter
	Entries []ReceiptEntry // what it says
}

// LetterSheet returns a letter of the party that waits for whoever confirms it. NotFound when there is none such.
func (s *Service) LetterSheet(ctx context.Context, actor survey.Actor, id string) (l LetterSheet, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		sheet, err := s.sheet(tx, actor, s.At(tx))
		if err != nil {
			return err
		}
		letter, err := waitingLetter(tx, sheet, id)
		if err != nil {
			return err
		}
		l = LetterSheet{Sheet: sheet, Letter: letter, Source: s.Cite(letter.Transcription)}
		l.Entries = sheet.receiptEntries(survey.WrittenSubmission{SubmissionText: survey.SubmissionText{Entries: letter.Entries}})
		return nil
	})
	return l, err
}

// waitingLetter reads one of Sheet.Letters with its text.
func waitingLetter(tx *survey.Tx, sheet Sheet, id string) (survey.Letter, error) {
	i := slices.IndexFunc(sheet.Letters, func(l LetterToConfirm) bool { return l.ID == id })
	if i < 0 {
		return survey.Letter{}, survey.Fail(survey.NotFound, "error.not_found")
	}
	return sheet.Letters[i].Written(tx)
}

// letterOf reads the letter that a submission confirms. Conflict when it is no longer the one that was read.
func letterOf(tx *survey.Tx, sheet Sheet, sub survey.Submission) (survey.Letter, error) {
	letter, err := waitingLetter(tx, sheet, sub.Letter)
	if survey.IsNotFound(err) || err == nil && letter.Revision != sub.LetterAt {
		err = survey.Fail(survey.Conflict, "answer.error.letter_changed")
	}
	return letter, err
}

// ConfirmLetter is the form under a transcribed letter: who says that it is the party's answer, word for word.
type ConfirmLetter struct {
	Form     string // id of the form; sending the same one again is no second act
	Revision int    // of the transcription that was read
	Name     string // of whoever declares; never public
	Function string // never public
	Verbatim bool   // agrees to verbatim publication; it must
	Code     string // as RequestSubmission.Code
}

// RequestLetter asks for the code with which the party confirms a letter that the office has transcribed. With it the letter takes
// effect, also where it changes what the party submitted itself. Where too much waits (Sheet.Crowded) it takes a code at once.
// NotFound when no such letter waits; Conflict when it has changed since it was read, and when confirming has ended.
func (s *Service) RequestLetter(ctx context.Context, actor survey.Actor, id string, cmd ConfirmLetter) (sub survey.Submission, err error) {
	if err := actor.Require(survey.RoleParty); err != nil {
		return sub, err
	}
	var faults survey.Faults
	declared(&faults, &cmd.Name, &cmd.Function, cmd.Verbatim)
	if err := faults.Err(); err != nil {
		return sub, err
	}
	if !survey.ValidID(cmd.Form) {
		cmd.Form = ""
	}
	fresh, code := survey.NewID(), survey.NewCode()
	var refused error // a wrong try is counted, so its transaction commits
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		refused = nil
		sheet, err := s.sheet(tx, actor, now)
		if err != nil {
			return err
		}
		earlier, err := survey.Collect(tx.Submissions.List(sheet.Respondent.Key() + "/"))
		if err != nil {
			return err
		}
		if earlier, err = s.sweepSubmissions(tx, earlier); err != nil {
			return err
		}
		for _, e := range earlier {
			if e.Form == cmd.Form && e.Form != "" && e.Letter == id && e.State != survey.SubmissionVoid {
				sub = e
				return nil
			}
		}
		letter, err := waitingLetter(tx, sheet, id)
		switch {
		case err != nil:
			return err
		case sheet.ConfirmOver():
			return survey.Fail(survey.Conflict, "answer.error.confirm_over")
		case letter.Revision != cmd.Revision:
			return survey.Fail(survey.Conflict, "answer.error.letter_changed")
		case sheet.NoCode() != "":
			return survey.Fail(survey.Conflict, sheet.NoCode())
		}
		r := sheet.Respondent
		r.Acts = nextAct(r, earlier)
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		sub = survey.Submission{
			Questionnaire: sheet.Questionnaire.ID, Respondent: r.ID, ID: fresh, State: survey.SubmissionRequested,
			Declaration: survey.Declaration{Name: cmd.Name, Function: cmd.Function, Verbatim: true}, Letter: letter.ID, LetterAt: letter.Revision,
			ChangeNote: letter.ChangeNote, RequestedAt: now, Form: cmd.Form, Session: actor.Session, Link: actor.Link, Number: r.Acts, CodeExpiresAt: now.Add(codeLife),
		}
		text := survey.SubmissionText{Entries: letter.Entries}
		if r.PaperCode() || sheet.Crowded {
			sub, refused, err = s.confirmAtOnce(tx, actor, sheet, survey.WrittenSubmission{Submission: sub, SubmissionText: text}, earlier, cmd.Code, code, "letter_requested")
			return err
		}
		if sub, err = s.giveCode(tx, actor, sheet, sub, earlier, code); err != nil {
			return err
		}
		if err := survey.PutSubmission(tx, survey.WrittenSubmission{Submission: sub, SubmissionText: text}); err != nil {
			return err
		}
		return s.Audit(tx, actor, "letter_requested", sub.ID)
	})
	if err == nil {
		err = refused
	}
	return sub, err
}

// confirmLetter makes a transcribed letter effective that the party has confirmed. Its receipt is that of the letter.
func (s *Service) confirmLetter(tx *survey.Tx, actor survey.Actor, sheet Sheet, sub survey.WrittenSubmission, now time.Time) (survey.Submission, error) {
	letter, err := letterOf(tx, sheet, sub.Submission)
	if err != nil {
		return sub.Submission, err
	}
	letter.PartyConfirmedAt = now
	approval := survey.Approval{Questionnaire: letter.Questionnaire, Act: survey.ActTranscription, Subject: letter.ID}
	if err := tx.Approvals.Delete(approval.Key()); err != nil {
		return sub.Submission, err
	}
	if letter, err = s.LetterTakesEffect(tx, actor, sheet.Questionnaire, sheet.Respondent, letter); err != nil {
		return sub.Submission, err
	}
	sub.State, sub.ConfirmedAt, sub.ConfirmedIn = survey.SubmissionConfirmed, now, actor.Session
	sub.Entries, sub.Receipt, sub.Leaf = letter.Entries, letter.Receipt, letter.Receipt.Leaf
	if err := voidEarlier(tx, sub.Submission); err != nil {
		return sub.Submission, err
	}
	if err := survey.PutSubmission(tx, sub); err != nil {
		return sub.Submission, err
	}
	if err := s.Audit(tx, actor, "letter_confirmed", sub.ID); err != nil {
		return sub.Submission, err
	}
	return sub.Submission, s.mailReceipt(tx, actor, sheet, sub)
}

// letterKey is the key of the letter that a submission confirms, "" for one that was written here.
func letterKey(sub survey.Submission) string {
	if sub.Letter == "" {
		return ""
	}
	return survey.RespondentKey(sub.Questionnaire, sub.Respondent) + "/" + sub.Letter
}

// declared checks who declares.
func declared(faults *survey.Faults, name, function *string, verbatim bool) {
	faults.Line("name", name, 200, true)
	faults.Line("function", function, 200, true)
	if !verbatim {
		faults.Add("verbatim", "answer.error.verbatim")
	}
}
