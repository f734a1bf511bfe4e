package answer

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// ConfirmSubmission makes a submission effective with a code from a mail, also after the deadline: what counts is the instant
// of "Absenden". In one transaction come new versions of the changed cells, the leaf in the ledger, and the mail with the full
// text. A submission that is confirmed already is returned as it is: a second click has no second effect.
//
// Any session of the respondent can enter any code that went to the party's own address: whoever asked may have signed out, and
// the newest code need not be the one that was mailed for it. What counts is what the page shows: of a submission sent in another
// session that is all its words, and seen says that whoever enters the code has said so. A wrong code is Invalid at the field
// code and counts in its session alone; the fifth is TooMany, and the submission goes on waiting. Conflict when it has ended,
// Gone after its hour. The drafts stay in every case.
func (s *Service) ConfirmSubmission(ctx context.Context, actor survey.Actor, id, typed string, seen bool) (sub survey.Submission, err error) {
	if err := actor.Require(survey.RoleParty); err != nil {
		return sub, err
	}
	var refused error // a wrong try is counted, so its transaction commits
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		refused = nil
		sheet, err := s.sheet(tx, actor, now)
		if err != nil {
			return err
		}
		var all []survey.Submission
		if sub, all, err = submission(tx, sheet.Respondent, id); err != nil {
			return err
		}
		switch {
		case sub.State == survey.SubmissionConfirmed:
			return nil
		case sub.State == survey.SubmissionVoid:
			return survey.Fail(survey.Conflict, "answer.error.code_void")
		case !sub.Waits(now):
			refused = survey.Fail(survey.Gone, "answer.error.code_expired")
			_, err = void(tx, sub)
			return err
		case sub.Session != actor.Session && !seen:
			return survey.Faults{{Field: "seen", Key: "answer.error.seen"}}.Err()
		}
		if sub.Letter != "" { // before the code is spent
			if _, err := letterOf(tx, sheet, sub); err != nil {
				return err
			}
		}
		if refused, err = s.takeCode(tx, actor, sheet.Respondent.Email, all, typed); err != nil || refused != nil {
			return err
		}
		written, err := survey.GetSubmission(tx, sub.Key()) // its code may have been spent just now
		if err != nil {
			return err
		}
		sub, err = s.confirm(tx, actor, sheet, written, now)
		return err
	})
	if err == nil {
		err = refused
	}
	return sub, err
}

// confirm carries a submission out.
func (s *Service) confirm(tx *survey.Tx, actor survey.Actor, sheet Sheet, sub survey.WrittenSubmission, now time.Time) (survey.Submission, error) {
	if sub.Letter != "" {
		return s.confirmLetter(tx, actor, sheet, sub, now)
	}
	for i := range sub.Entries {
		if err := submitCell(tx, sheet, sub.Submission, &sub.Entries[i]); err != nil {
			return sub.Submission, err
		}
	}
	sub.State, sub.ConfirmedAt, sub.ConfirmedIn = survey.SubmissionConfirmed, now, actor.Session
	if err := voidEarlier(tx, sub.Submission); err != nil {
		return sub.Submission, err
	}
	var err error
	if sub.Receipt, err = survey.SubmissionReceipt(tx, sub, now, s.Rand); err != nil {
		return sub.Submission, err
	}
	sub.Leaf = sub.Receipt.Leaf
	if err := survey.PutSubmission(tx, sub); err != nil {
		return sub.Submission, err
	}
	if err := s.Audit(tx, actor, "submission_confirmed", sub.ID); err != nil {
		return sub.Submission, err
	}
	if err := s.StopReminders(tx, sheet.Respondent); err != nil {
		return sub.Submission, err
	}
	return sub.Submission, s.mailReceipt(tx, actor, sheet, sub)
}

// voidEarlier ends what the party asked for before a submission that is confirmed: its code would bring back older words. One that
// a colleague asked for later stays good: it would else be lost when its code comes after the deadline.
func voidEarlier(tx *survey.Tx, sub survey.Submission) error {
	all, err := survey.Collect(tx.Submissions.List(survey.RespondentKey(sub.Questionnaire, sub.Respondent) + "/"))
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.State == survey.SubmissionRequested && e.ID != sub.ID && e.Number <= sub.Number {
			if _, err := void(tx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// submitCell adds the version of a cell that changed, and notes in the entry which version it stands for. An open licence
// is part of what a version says about itself, so a new consent makes a new version too. Leaving its box empty takes
// nothing back: what did not change keeps the licence it has.
func submitCell(tx *survey.Tx, sheet Sheet, sub survey.Submission, entry *survey.SubmissionEntry) error {
	versions := sheet.versionsOf(entry.Question)
	last := survey.VersionThatStands(versions)
	if last != nil && last.Provenance == survey.ByForm && last.Entry() == entry.Entry && (sub.Declaration.Licence == "" || last.Licence == sub.Declaration.Licence) {
		entry.Version = last.Number
		return nil
	}
	number := 1
	if n := len(versions); n > 0 {
		number = versions[n-1].Number + 1
	}
	entry.Version = number
	return tx.Versions.Put(sub.Version(sheet.LateAfter, *entry, number))
}

// ReceiptMail is what the mail after a submission says: the full text of all that stands.
type ReceiptMail struct {
	Alliance, Contact, Title, Party string
	At                              time.Time // of the act, in the zone of the deadline
	Due                             time.Time
	End                             time.Time // of all answering
	LateAfter                       time.Time // what comes after it is late
	Late                            bool      // the act was after that
	Over, Early                     bool      // as of the Sheet, when the mail is made
	ChangeNote                      string
	Verifier                        string // the public key of the ledger
	Licence                         string
	Entries                         []ReceiptEntry
	Unanswered                      []string // printed numbers of the questions it says nothing to
}

// ReceiptEntry is one question with what was submitted to it.
type ReceiptEntry struct {
	Question survey.CatalogueQuestion
	survey.SubmissionEntry
	New bool // the submission made this version; else it stands since an earlier one
}

// receiptEntries pairs what was submitted with the questions, in the order of the catalogue.
func (sheet Sheet) receiptEntries(sub survey.WrittenSubmission) (list []ReceiptEntry) {
	for _, e := range sub.Entries {
		entry := ReceiptEntry{SubmissionEntry: e}
		entry.Question, _ = sheet.Catalogue.Question(e.Question)
		stood := func(v survey.Version) bool {
			return v.Number == e.Version && v.Record != sub.Key() && v.Record != letterKey(sub.Submission)
		}
		entry.New = !slices.ContainsFunc(sheet.versionsOf(e.Question), stood)
		list = append(list, entry)
	}
	return list
}

// versionsOf are all versions of a cell, in the order of their numbers.
func (sheet Sheet) versionsOf(question survey.QuestionID) []survey.Version {
	for _, c := range sheet.Cells {
		if c.Question.ID == question {
			return c.versions
		}
	}
	return nil
}

// unanswered lists the printed numbers of the questions of the sheet that a submission says nothing to.
func (sheet Sheet) unanswered(s survey.WrittenSubmission) (numbers []string) {
	for _, c := range sheet.Cells {
		if !slices.ContainsFunc(s.Entries, func(e survey.SubmissionEntry) bool { return e.Question == c.Question.ID }) {
			numbers = append(numbers, c.Question.Printed())
		}
	}
	return numbers
}

// Confirmation is one confirmed submission of a party, and the sheet it stands on.
type Confirmation struct {
	Sheet
	Submission survey.Submission
	Entries    []ReceiptEntry // none: nothing has been submitted
	Unanswered []string       // printed numbers of the questions it says nothing to
	Verifier   string         // the public key of the ledger
}

// Confirmation returns a confirmed submission of the party; that of the id "" is the last one, if there is any.
func (s *Service) Confirmation(ctx context.Context, actor survey.Actor, id string) (c Confirmation, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		c = Confirmation{}
		if c.Sheet, err = s.sheet(tx, actor, s.At(tx)); err != nil || len(c.Confirmed) == 0 && id == "" {
			return err
		}
		at := 0
		if id != "" {
			if at = slices.IndexFunc(c.Confirmed, func(sub survey.Submission) bool { return sub.ID == id }); at < 0 {
				return survey.Fail(survey.NotFound, "error.not_found")
			}
		}
		sub, err := c.Confirmed[at].Written(tx)
		if err != nil {
			return err
		}
		c.Submission, c.Verifier = sub.Submission, s.Ledger.Verifier()
		c.Unanswered, c.Entries = c.unanswered(sub), c.receiptEntries(sub)
		return nil
	})
	return c, err
}

// mailReceipt mails the full text of what stands. Who is asked by post may have no address: it has the page of the receipt.
func (s *Service) mailReceipt(tx *survey.Tx, actor survey.Actor, sheet Sheet, sub survey.WrittenSubmission) error {
	if sheet.Respondent.Email == "" {
		return nil
	}
	file, err := s.receiptFile(tx, sub)
	if err != nil {
		return err
	}
	zone, language := sheet.Due.Location(), cmp.Or(sheet.Respondent.Language, actor.Language)
	data := ReceiptMail{
		Alliance: sheet.Alliance.Name, Contact: sheet.Alliance.Email, Title: sheet.Questionnaire.Title, Party: sheet.Respondent.Name,
		At: sub.RequestedAt.In(zone), Due: sheet.Due.In(), End: sheet.End.In(), LateAfter: sheet.LateAfter.In(), Late: !sub.RequestedAt.Before(sheet.LateAfter.At), Over: sheet.Over, Early: sheet.Early,
		ChangeNote: sub.ChangeNote, Verifier: s.Ledger.Verifier(), Licence: sub.Declaration.Licence,
		Entries: sheet.receiptEntries(sub), Unanswered: sheet.unanswered(sub),
	}
	subject, body, err := s.Compose(language, "receipt", data)
	if err != nil {
		return err
	}
	_, err = s.Enqueue(tx, survey.WrittenMail{
		Mail: survey.Mail{Kind: survey.MailReceipt, Questionnaire: sub.Questionnaire, Respondent: sub.Respondent, To: sheet.Respondent.Email, Language: language,
			Subject: subject},
		MailText: survey.MailText{Body: body, Attachment: &survey.MailFile{Name: ReceiptName(sub.Submission, zone) + ".json", Type: "application/json", Data: file}},
	}, "")
	return err
}
