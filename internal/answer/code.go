package answer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// A code proves that whoever enters it reads the party's mail, so any that was mailed to the party confirms what its page shows.
// How many are mailed within codeLife is bounded; past that, whoever asks waits for the newest one that is there already. How
// many submissions wait is bounded as well; past that, "Absenden" takes a code at once. So no request is refused for what others
// did, and nobody who holds a link but cannot read the party's mail takes its way to submit.
const (
	codesPerSession = 4
	codesPerLink    = 10                  // by all sessions of a link, but for those that have entered a right code
	codesInAll      = 30                  // only reached when no mail arrives
	codeJoin        = 45 * time.Minute    // nobody is sent to a code older than this
	codeGood        = codeLife + codeJoin // a code can be entered
	waitingMost     = 10                  // submissions of other sessions that wait
	codeDigits      = 12
)

// codeHash binds a code to the respondent, to its address and to the mail it went out with: whoever reads another mailbox by now
// is not the party any more. A hash of twelve digits can be guessed from a copy of the database. The code is worth nothing,
// though, without a session of the respondent or a link to one, and of their tokens the database has hashes of 256 bits.
func codeHash(s survey.Submission, address, mail, code string) string {
	sum := sha256.Sum256([]byte("pruefstein-code/3\n" + string(s.Questionnaire) + "/" + string(s.Respondent) + "\n" + address + "\n" + mail + "\n" + code))
	return hex.EncodeToString(sum[:])
}

// giveCode gives a submission a code to wait for: a fresh one by mail, or one that was mailed already. all are the
// submissions of the respondent.
func (s *Service) giveCode(tx *survey.Tx, actor survey.Actor, sheet Sheet, sub survey.Submission, all []survey.Submission, fresh string) (survey.Submission, error) {
	there, err := s.codeThere(tx, actor, sheet.Respondent.Email, all)
	switch {
	case err != nil:
		return sub, err
	case there == nil:
		return s.mailCode(tx, actor, sheet, sub, fresh)
	}
	sub.Mail = there.Mail
	return sub, nil
}

// codeThere returns the code a request of the actor has to wait for, or nil when a fresh one may be mailed.
func (s *Service) codeThere(tx *survey.Tx, actor survey.Actor, address string, all []survey.Submission) (newest *survey.SentCode, err error) {
	now, session, link := s.At(tx), 0, 0
	for _, sub := range all {
		for _, c := range sub.Sent {
			age := now.Sub(c.At).Abs() // the clock may have been ahead
			if age >= codeLife {
				continue
			}
			m, err := tx.Mails.Get(c.Mail)
			if err != nil && !survey.IsNotFound(err) {
				return nil, err
			}
			if err != nil || m.State == survey.MailRevoked && m.Attempts == 0 {
				continue // it never went out
			}
			good := m.To == address
			if c.Session == actor.Session {
				session++
				if good && !c.Spent && age < codeJoin && m.State == survey.MailQueued && m.Attempts == 0 {
					return &c, nil // its own is still on its way; another one would only be queued behind it
				}
			}
			if c.Link == actor.Link {
				link++
			}
			if good && !c.Spent && age < codeJoin && (m.State == survey.MailQueued || m.State == survey.MailSent) && (newest == nil || c.At.After(newest.At)) {
				newest = &c
			}
		}
	}
	switch {
	case session < codesPerSession && (readsMail(all, actor.Session) || link < codesPerLink):
		return nil, nil
	case newest == nil && link >= codesInAll:
		return nil, survey.Fail(survey.TooMany, "answer.error.too_many_codes")
	}
	return newest, nil
}

// readsMail tells whether a right code was entered in a session.
func readsMail(all []survey.Submission, session string) bool {
	return session != "" && slices.ContainsFunc(all, func(sub survey.Submission) bool {
		return sub.State == survey.SubmissionConfirmed && sub.ConfirmedIn == session
	})
}

// crowded tells whether so much waits that a session has to enter a code when it submits.
func crowded(all []survey.Submission, session string, now time.Time) bool {
	waiting := 0
	for _, sub := range all {
		if sub.Waits(now) && sub.Session != session {
			waiting++
		}
	}
	return waiting >= waitingMost && !readsMail(all, session)
}

// mailCode queues the mail with a fresh code for a submission and notes it there.
func (s *Service) mailCode(tx *survey.Tx, actor survey.Actor, sheet Sheet, sub survey.Submission, code string) (survey.Submission, error) {
	zone, language, place := sheet.Due.Location(), cmp.Or(sheet.Respondent.Language, actor.Language), survey.SecretPlace()
	subject, body, err := s.Compose(language, "code", CodeMail{
		Alliance: sheet.Alliance.Name, Title: sheet.Questionnaire.Title, Party: sheet.Respondent.Name,
		At: sub.RequestedAt.In(zone), Until: sub.CodeExpiresAt.In(zone), Secret: place, Press: sub.State == survey.SubmissionVoid,
	})
	if err != nil {
		return sub, err
	}
	m := survey.WrittenMail{Mail: survey.Mail{Kind: survey.MailCode, Questionnaire: sub.Questionnaire, Respondent: sub.Respondent, To: sheet.Respondent.Email, Language: language}}
	m.SetText(subject, body, place)
	if m, err = s.Enqueue(tx, m, code[:4]+" "+code[4:8]+" "+code[8:]); err != nil {
		return sub, err
	}
	sub.Mail = m.ID
	sub.Sent = append(sub.Sent, survey.SentCode{Mail: m.ID, Hash: codeHash(sub, sheet.Respondent.Email, m.ID, code), At: s.At(tx), Session: actor.Session, Link: actor.Link})
	return sub, nil
}

// void ends a submission that waits for its code. What it would have said stays in the drafts. Of it are kept only the codes that
// were mailed for it: they are counted, and each proves that its reader reads the mail. A mail that has not gone out is stopped,
// unless another submission waits for its code.
func void(tx *survey.Tx, sub survey.Submission) (survey.Submission, error) {
	all, err := survey.Collect(tx.Submissions.List(survey.RespondentKey(sub.Questionnaire, sub.Respondent) + "/"))
	if err != nil {
		return sub, err
	}
	for _, c := range sub.Sent {
		if slices.ContainsFunc(all, func(other survey.Submission) bool {
			return other.ID != sub.ID && other.State == survey.SubmissionRequested && other.Mail == c.Mail
		}) {
			continue
		}
		if err := survey.RevokeMail(tx, c.Mail); err != nil {
			return sub, err
		}
	}
	if len(sub.Sent) == 0 {
		return sub, survey.DeleteSubmission(tx, sub.Key())
	}
	sub = emptied(sub)
	return sub, survey.PutSubmission(tx, survey.WrittenSubmission{Submission: sub})
}

// emptied is what is kept of a submission that has ended: the codes that were mailed for it.
func emptied(sub survey.Submission) survey.Submission {
	sub.State, sub.Form, sub.ChangeNote, sub.Declaration = survey.SubmissionVoid, "", "", survey.Declaration{}
	return sub
}

// sweepSubmissions voids what waited too long and deletes what was void until its codes were good no more.
func (s *Service) sweepSubmissions(tx *survey.Tx, all []survey.Submission) (kept []survey.Submission, err error) {
	now := s.At(tx)
	for _, sub := range all {
		old := !slices.ContainsFunc(sub.Sent, func(c survey.SentCode) bool { return now.Sub(c.At).Abs() < codeGood })
		switch {
		case sub.State == survey.SubmissionVoid && old:
			err = survey.DeleteSubmission(tx, sub.Key())
		case sub.State == survey.SubmissionRequested && !sub.Waits(now):
			if sub, err = void(tx, sub); len(sub.Sent) > 0 { // its codes are in the mailbox
				kept = append(kept, sub)
			}
		default:
			kept = append(kept, sub)
		}
		if err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// CodeSheet is a submission that waits for its code, and the sheet it stands on.
type CodeSheet struct {
	Sheet
	Waiting *WaitingSubmission // nil: none, or not the one asked for
	Entries []ReceiptEntry     // what it says, where it was asked for in another session
}

// Code returns the submission of the party with the id, if it waits for its code; with id "" the first that does.
func (s *Service) Code(ctx context.Context, actor survey.Actor, id string) (c CodeSheet, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		c = CodeSheet{}
		if c.Sheet, err = s.sheet(tx, actor, s.At(tx)); err != nil {
			return err
		}
		if c.Waiting = c.Sheet.Waiting(id); c.Waiting == nil || c.Waiting.Own {
			return nil
		}
		sub, err := c.Waiting.Written(tx)
		if err != nil {
			return err
		}
		c.Entries = c.receiptEntries(sub)
		return nil
	})
	return c, err
}

// ResendCode mails another code for a submission that waits, or names one that was mailed already when there were many (there).
// Those before stay good. The instant of the act and its hour stay what they are.
func (s *Service) ResendCode(ctx context.Context, actor survey.Actor, id string) (there bool, err error) {
	code := survey.NewCode()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		sheet, err := s.sheet(tx, actor, now)
		if err != nil {
			return err
		}
		waits, all, err := submission(tx, sheet.Respondent, id)
		if err != nil {
			return err
		}
		if !waits.Waits(now) {
			return survey.Fail(survey.Conflict, "answer.error.code_void")
		}
		sub, err := s.giveCode(tx, actor, sheet, waits, all, code)
		if err != nil {
			return err
		}
		there = len(sub.Sent) == len(waits.Sent)
		return tx.Submissions.Put(sub)
	})
	return there, err
}

// submission returns a submission of a party, with all of them.
func submission(tx *survey.Tx, r survey.Respondent, id string) (sub survey.Submission, all []survey.Submission, err error) {
	if all, err = survey.Collect(tx.Submissions.List(r.Key() + "/")); err != nil {
		return sub, nil, err
	}
	i := slices.IndexFunc(all, func(sub survey.Submission) bool { return sub.ID == id })
	if i < 0 {
		return sub, nil, survey.Fail(survey.NotFound, "error.not_found")
	}
	return all[i], all, nil
}

// findCode returns the submission a typed code was mailed for, and its place there; ok false when it is none of the party's.
func findCode(all []survey.Submission, address, code string, now time.Time) (holder survey.Submission, place int, ok bool) {
	for _, sub := range all {
		for i, c := range sub.Sent {
			if now.Sub(c.At).Abs() < codeGood && sameHash(codeHash(sub, address, c.Mail, code), c.Hash) {
				return sub, i, true
			}
		}
	}
	return holder, 0, false
}

// takeCode spends a code typed in the actor's session. A wrong one is counted there and returned as refused, for the caller to
// commit. It is Invalid at the field code, the fifth TooMany. One that was mailed is never wrong, even if it is spent.
func (s *Service) takeCode(tx *survey.Tx, actor survey.Actor, address string, all []survey.Submission, typed string) (refused, err error) {
	return s.tryCode(tx, actor, typed, func(code string) (right bool, refused, err error) {
		holder, i, ok := findCode(all, address, code, s.At(tx))
		switch {
		case !ok:
			return false, nil, nil
		case holder.Sent[i].Spent:
			return true, survey.Faults{{Field: "code", Key: "answer.error.code_spent"}}.Err(), nil
		}
		holder.Sent = slices.Clone(holder.Sent)
		holder.Sent[i].Spent = true
		return true, nil, tx.Submissions.Put(holder)
	})
}

// takePaper spends the code of the letter printed last, typed in the actor's session. Wrong ones are counted as in takeCode.
func (s *Service) takePaper(tx *survey.Tx, actor survey.Actor, typed string) (refused, err error) {
	if strings.TrimSpace(typed) == "" {
		return survey.Faults{{Field: "code", Key: "answer.error.paper_first"}}.Err(), nil
	}
	return s.tryCode(tx, actor, typed, func(code string) (right bool, refused, err error) {
		r, err := tx.Respondent(actor.Questionnaire, actor.Respondent)
		letter := r.LastLetter()
		if err != nil || !r.PaperCode() || !sameHash(survey.PaperCodeHash(r, letter.Link, code), letter.Code) {
			return false, nil, err
		}
		r.Letters = slices.Clone(r.Letters)
		r.LastLetter().CodeUsedAt = s.At(tx)
		return true, nil, tx.Respondents.Put(r)
	})
}

// tryCode tries a typed code and counts it in the session if it is wrong. spend tells whether it is right, and spends it then.
func (s *Service) tryCode(tx *survey.Tx, actor survey.Actor, typed string, spend func(code string) (right bool, refused, err error)) (refused, err error) {
	session := survey.Session{}
	if actor.Session != "" { // the demonstration fills itself without a browser
		if session, err = tx.Sessions.Get(actor.Session); err != nil {
			return nil, err
		}
	}
	code := typedCode(typed)
	if code == "" {
		return survey.Faults{{Field: "code", Key: "answer.error.code_format"}}.Err(), nil
	}
	if session.Wrong >= codeTries {
		return survey.Fail(survey.TooMany, "answer.error.code_tries_here"), nil
	}
	right, refused, err := spend(code)
	if err != nil || refused != nil {
		return refused, err
	}
	if right {
		if session.Wrong > 0 {
			session.Wrong = 0
			err = tx.Sessions.Put(session)
		}
		return nil, err
	}
	session.Wrong++
	if session.Hash != "" {
		err = tx.Sessions.Put(session)
	}
	if session.Wrong >= codeTries {
		return survey.Fail(survey.TooMany, "answer.error.code_tries_here"), errors.Join(err, s.Audit(tx, actor, "submission_tries", string(actor.Respondent)))
	}
	return survey.Faults{{Field: "code", Key: "answer.error.code_wrong", Args: []any{"Count", codeTries - session.Wrong}}}.Err(), err
}

// typedCode brings a typed code to its digits, "" if it is none. Mail programs add spaces of all kinds.
func typedCode(typed string) string {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n\u00a0\u202f-–", r) {
			return -1
		}
		return r
	}, typed)
	if len(digits) != codeDigits || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// sameHash compares without telling by its time how much was right.
func sameHash(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
