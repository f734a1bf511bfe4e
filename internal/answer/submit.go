package answer

import (
	"context"
	"time"

	"pruefstein/internal/survey"
)

const (
	codeLife  = time.Hour // greylisting and shared mailboxes take their time; ASVS recommends ten minutes
	codeTries = 5         // wrong codes in one session; whoever opens the link again has a new one
)

// maxNote is how many UTF-16 units a public note about a change may have.
const maxNote = 300

// RequestSubmission is the form of the last page before "Absenden": the declaration, and what exactly was shown.
type RequestSubmission struct {
	Form     string // id of the form; sending the same one again is no second act
	Digest   string // Sheet.Digest of what was shown
	Name     string // of whoever declares; never public
	Function string // never public
	Verbatim bool   // agrees to verbatim publication; it must
	Licence  bool   // agrees to the alliance's open licence; it may
	Note     string // why what stands is changed; public, and needed after the date
	Code     string // from a mail, where so much waits that it is wanted at once (Sheet.Crowded), or from our letter (Respondent.PaperCode)
	Words    string // Sheet.Words of what was shown, where a code is wanted at once
}

// CodeMail is what the mail with a code says.
type CodeMail struct {
	Alliance, Title, Party string
	At, Until              time.Time // of the act, and of the code's end, in the zone of the deadline
	Secret                 string
	Press                  bool // only the page it was pressed on takes it in time: the submission itself is not kept yet
}

// RequestSubmission is "Absenden": its instant counts. It keeps what is to be submitted and mails a code that makes it
// effective, or names one that was mailed already. Where too much waits (Sheet.Crowded) it takes a code at once and is
// confirmed with it; without one it is Invalid at the field code, after a code was mailed if there was none. Its instant counts all
// the same for an hour, for whoever has press (Actor.Press) and these words: those of the page, or of the drafts if they are
// still the same. Conflict when all answering has ended, when something changed since the page was shown (answer.error.changed), when
// there is nothing new (a first consent to the open licence is), or a problem stops it; the drafts stay as they are in every case. Whoever has a
// code on paper (Respondent.PaperCode) confirms with it at once, and nothing is mailed for it.
func (s *Service) RequestSubmission(ctx context.Context, actor survey.Actor, cmd RequestSubmission) (sub survey.Submission, press string, err error) {
	if err := actor.Require(survey.RoleParty); err != nil {
		return sub, "", err
	}
	var faults survey.Faults
	declared(&faults, &cmd.Name, &cmd.Function, cmd.Verbatim)
	faults.Line("note", &cmd.Note, maxNote, false)
	if err := faults.Err(); err != nil {
		return sub, "", err
	}
	if !survey.ValidID(cmd.Form) {
		cmd.Form = "" // not by us: nothing tells a double click
	}
	id, code := survey.NewID(), survey.NewCode()
	var refused error // where it waits for a code at once, one may have been mailed or a wrong try counted
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		refused, press = nil, ""
		sheet, err := s.sheet(tx, actor, now)
		if err != nil {
			return err
		}
		sheet = sheet.Saying(cmd.Words)
		pressed, err := sheet.Pressed()
		if err != nil {
			return err
		}
		if sheet.Respondent.PaperCode() {
			pressed = nil // the code is in the letter: nobody waits for it
		}
		if pressed != nil && !pressed.keepsDate(sheet) && (cmd.Code == "" || cmd.Form != pressed.Form) {
			pressed = nil // once more, or on another page: it means now
		}
		at := now
		if pressed != nil {
			at = pressed.At
		}
		late, note := !at.Before(sheet.Due.At), ""
		if late && sheet.Replaces() {
			note = cmd.Note
		}
		declaration := survey.Declaration{Name: cmd.Name, Function: cmd.Function, Verbatim: true}
		if cmd.Licence {
			declaration.Licence = sheet.Alliance.Licence
		}
		earlier, err := survey.Collect(tx.Submissions.List(sheet.Respondent.Key() + "/"))
		if err != nil {
			return err
		}
		number := nextAct(sheet.Respondent, earlier)
		if earlier, err = s.sweepSubmissions(tx, earlier); err != nil {
			return err
		}
		for _, e := range earlier {
			if e.Form == cmd.Form && e.Form != "" && e.State != survey.SubmissionVoid && e.Declaration == declaration && (e.ChangeNote == note || e.State == survey.SubmissionConfirmed) {
				sub = e
				return nil
			}
		}
		digest, err := sheet.Digest()
		switch {
		case err != nil:
			return err
		case sheet.Ended && pressed == nil:
			return survey.Fail(survey.Conflict, "answer.error.ended")
		case digest != cmd.Digest:
			return survey.Fail(survey.Conflict, "answer.error.changed")
		case sheet.Stopped():
			return survey.Fail(survey.Conflict, "answer.error.problems")
		case !sheet.Changed() && !sheet.Opens(declaration.Licence):
			return survey.Fail(survey.Conflict, "answer.error.unchanged")
		case sheet.NoCode() != "":
			return survey.Fail(survey.Conflict, sheet.NoCode())
		case late && sheet.Replaces() && note == "":
			return survey.Faults{{Field: "note", Key: "answer.error.note"}}.Err()
		}
		sub = survey.Submission{
			Questionnaire: sheet.Questionnaire.ID, Respondent: sheet.Respondent.ID, ID: id, State: survey.SubmissionRequested,
			Declaration: declaration, ChangeNote: note, RequestedAt: now,
			Form: cmd.Form, Session: actor.Session, Link: actor.Link, Number: number, CodeExpiresAt: now.Add(codeLife),
		}
		text := survey.SubmissionText{Entries: sheet.entries()}
		if pressed == nil {
			r := sheet.Respondent
			r.Acts = number
			if err := tx.Respondents.Put(r); err != nil {
				return err
			}
		}
		paper := sheet.Respondent.PaperCode()
		if !paper && (sheet.Crowded || pressed != nil) {
			if pressed == nil {
				pressed = &Press{Questionnaire: sub.Questionnaire, Respondent: sub.Respondent, Digest: digest, Form: cmd.Form, Number: number, At: now}
				if press, err = s.sealPress(*pressed); err != nil {
					return err
				}
			}
			sub.RequestedAt, sub.Number, sub.CodeExpiresAt = pressed.At, pressed.Number, pressed.At.Add(PressLife)
		}
		if paper || pressed != nil {
			sub, refused, err = s.confirmAtOnce(tx, actor, sheet, survey.WrittenSubmission{Submission: sub, SubmissionText: text}, earlier, cmd.Code, code, "submission_requested")
			return err
		}
		if sub, err = s.giveCode(tx, actor, sheet, sub, earlier, code); err != nil {
			return err
		}
		if err := survey.PutSubmission(tx, survey.WrittenSubmission{Submission: sub, SubmissionText: text}); err != nil {
			return err
		}
		for _, e := range earlier { // whoever asks again in the same window means the new one
			if e.State == survey.SubmissionRequested && e.Session == actor.Session {
				if _, err := void(tx, e); err != nil {
					return err
				}
			}
		}
		return s.Audit(tx, actor, "submission_requested", sub.ID)
	})
	if err != nil {
		return sub, "", err
	}
	return sub, press, refused
}

// confirmAtOnce confirms what was just asked for by the code that was typed with it: the one on paper, or one from a mail where so much
// waits that it is wanted at once. Without one it says where the code is; fresh is a code to mail if there is none. asked names the act
// in the audit.
func (s *Service) confirmAtOnce(tx *survey.Tx, actor survey.Actor, sheet Sheet, sub survey.WrittenSubmission, earlier []survey.Submission, typed, fresh, asked string) (done survey.Submission, refused, err error) {
	switch {
	case sheet.Respondent.PaperCode():
		refused, err = s.takePaper(tx, actor, typed)
	case typed != "":
		refused, err = s.takeCode(tx, actor, sheet.Respondent.Email, earlier, typed)
	default:
		refused, err = s.wantCode(tx, actor, sheet, sub.Submission, earlier, fresh)
	}
	if err != nil || refused != nil {
		return sub.Submission, refused, err
	}
	if err := s.Audit(tx, actor, asked, sub.ID); err != nil {
		return sub.Submission, nil, err
	}
	done, err = s.confirm(tx, actor, sheet, sub, s.At(tx))
	return done, nil, err
}

// nextAct is the number of the next act of a party.
func nextAct(r survey.Respondent, earlier []survey.Submission) int {
	number := r.Acts + 1
	for _, e := range earlier { // those of before the acts were counted
		number = max(number, e.Number+1)
	}
	return number
}

// wantCode says which mail holds the code that "Absenden" wants at once, and mails one where there is none. Only the code is kept.
func (s *Service) wantCode(tx *survey.Tx, actor survey.Actor, sheet Sheet, sub survey.Submission, all []survey.Submission, code string) (refused, err error) {
	sub = emptied(sub)
	there, err := s.codeThere(tx, actor, sheet.Respondent.Email, all)
	if err == nil && there == nil {
		if sub, err = s.mailCode(tx, actor, sheet, sub, code); err == nil {
			there, err = &sub.Sent[len(sub.Sent)-1], survey.PutSubmission(tx, survey.WrittenSubmission{Submission: sub})
		}
	}
	if err != nil {
		return nil, err
	}
	return survey.Faults{{Field: "code", Key: "answer.error.code_first", Args: []any{"At", there.At.In(sheet.Due.Location()).Format("15:04")}}}.Err(), nil
}
