package survey

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// How many codes are mailed within codeLife. Past that, whoever asks joins the newest code that is there already: no request
// is refused, so nobody who holds a link but cannot read the party's mail takes its way to submit.
const (
	codesPerSession = 4
	codesPerLink    = 10               // by all sessions of a link, but for those that have entered a right code
	codesInAll      = 30               // only reached when no mail arrives
	codeJoin        = 45 * time.Minute // a code older than this is not joined any more
	codeDigits      = 12
)

// newCode returns twelve random digits. Guessing it needs no further guard than five tries a session: a thousand sessions
// find one of ten codes in 20 million hours at five tries each an hour.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return fmt.Sprintf("%012d", n)
}

// codeHash binds a code to the respondent and to the mail it went out with. A hash of twelve digits can be guessed from a copy
// of the database; the code is worth nothing, though, without a session of the respondent or a link to one, of whose tokens
// the database has hashes of 256 bits.
func codeHash(s Submission, mail, code string) string {
	sum := sha256.Sum256([]byte("pruefstein-code/2\n" + s.Questionnaire + "/" + s.Respondent + "\n" + mail + "\n" + code))
	return hex.EncodeToString(sum[:])
}

// giveCode gives a submission the code that confirms it and stores it: a fresh one by mail, or one that was mailed already.
// all are the submissions of the respondent.
func (s *Service) giveCode(tx *Tx, actor Actor, sheet AnswerSheet, sub Submission, all []Submission, fresh string) (Submission, error) {
	join, err := s.codeToJoin(tx, actor, all)
	switch {
	case err != nil:
		return sub, err
	case join == nil:
		return s.mailCode(tx, actor, sheet, sub, fresh)
	}
	if known := slices.IndexFunc(sub.Sent, func(c SentCode) bool { return c.Mail == join.Mail }); known >= 0 {
		*join = sub.Sent[known] // mailed for this very submission: it stays good in every session
		sub.Sent = slices.Delete(slices.Clone(sub.Sent), known, known+1)
	} else {
		join.Session, join.Link, join.Joined = actor.Session, actor.Link, true
	}
	sub.Mail, sub.Sent = join.Mail, append(sub.Sent, *join)
	return sub, tx.Submissions.Put(sub)
}

// codeToJoin returns the code a request of the actor has to join, or nil when a fresh one may be mailed.
func (s *Service) codeToJoin(tx *Tx, actor Actor, all []Submission) (newest *SentCode, err error) {
	now, session, link, reads := s.now(), 0, 0, false
	for _, sub := range all {
		reads = reads || sub.State == SubmissionConfirmed && sub.ConfirmedIn != "" && sub.ConfirmedIn == actor.Session
		for _, c := range sub.Sent {
			age := now.Sub(c.At).Abs() // the clock may have been ahead
			if c.Joined || age >= codeLife {
				continue
			}
			m, err := tx.Mails.Get(c.Mail)
			if err != nil && !IsNotFound(err) {
				return nil, err
			}
			if err != nil || m.State == MailRevoked && m.Attempts == 0 {
				continue // it never went out
			}
			if c.Session == actor.Session {
				session++
			}
			if c.Link == actor.Link {
				link++
			}
			if c.Hash != "" && age < codeJoin && (m.State == MailQueued || m.State == MailSent) && (newest == nil || c.At.After(newest.At)) {
				newest = &c
			}
		}
	}
	switch {
	case session < codesPerSession && (reads || link < codesPerLink):
		return nil, nil
	case newest == nil && link >= codesInAll:
		return nil, Fail(TooMany, "answer.error.too_many_codes")
	}
	return newest, nil
}

// mailCode queues the mail with a fresh code for a submission and stores both.
func (s *Service) mailCode(tx *Tx, actor Actor, sheet AnswerSheet, sub Submission, code string) (Submission, error) {
	zone, language, place := sheet.Due.Location(), cmp.Or(sheet.Respondent.Language, actor.Language), secretPlace()
	subject, body, err := s.Compose(language, "code", CodeMail{
		Alliance: sheet.Alliance.Name, Title: sheet.Questionnaire.Title, Party: sheet.Respondent.Name,
		At: sub.RequestedAt.In(zone), Until: sub.CodeExpiresAt.In(zone), Secret: place,
	})
	if err != nil {
		return sub, err
	}
	m := Mail{Kind: MailCode, Questionnaire: sub.Questionnaire, Respondent: sub.Respondent, To: sheet.Respondent.Email, Language: language}
	m.write(subject, body, place)
	if m, err = s.enqueue(tx, m, code[:4]+" "+code[4:8]+" "+code[8:]); err != nil {
		return sub, err
	}
	sub.Mail = m.ID
	sub.Sent = append(sub.Sent, SentCode{Mail: m.ID, Hash: codeHash(sub, m.ID, code), At: s.now(), Session: actor.Session, Link: actor.Link})
	return sub, tx.Submissions.Put(sub)
}

// void ends a submission that waits for its code. Mails with its codes that have not gone out are stopped, unless another one
// waits for the same code. What it would have said stays in the drafts.
func void(tx *Tx, sub Submission) error {
	sub.State = SubmissionVoid
	if err := tx.Submissions.Put(sub); err != nil {
		return err
	}
	all, err := collect(tx.Submissions.List(sub.Questionnaire + "/" + sub.Respondent + "/"))
	if err != nil {
		return err
	}
	for _, c := range sub.Sent {
		if slices.ContainsFunc(all, func(other Submission) bool {
			return other.State == SubmissionRequested && slices.ContainsFunc(other.Sent, func(o SentCode) bool { return o.Mail == c.Mail })
		}) {
			continue
		}
		if err := revokeMail(tx, c.Mail); err != nil {
			return err
		}
	}
	return nil
}

// ResendCode mails another code for a submission that waits, or names one that was mailed already when there were many (joined).
// Those before stay good. The instant of the act and its hour stay what they are.
func (s *Service) ResendCode(ctx context.Context, actor Actor, id string) (joined bool, err error) {
	now, code := s.now(), newCode()
	err = s.update(ctx, actor, func(tx *Tx) error {
		sheet, err := s.answerSheet(tx, actor, now)
		if err != nil {
			return err
		}
		all, err := collect(tx.Submissions.List(sheet.Respondent.Key() + "/"))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(sub Submission) bool { return sub.ID == id })
		switch {
		case i < 0:
			return Fail(NotFound, "error.not_found")
		case !all[i].waits(now):
			return Fail(Conflict, "answer.error.code_void")
		}
		mails := len(all[i].Sent)
		sub, err := s.giveCode(tx, actor, sheet, all[i], all, code)
		joined = len(sub.Sent) == mails || len(sub.Sent) > 0 && sub.Sent[len(sub.Sent)-1].Joined
		return err
	})
	return joined, err
}

// confirms tells whether the code is one that confirms the submission in a session.
func (s Submission) confirms(session, code string) (*SentCode, bool) {
	for i, c := range s.Sent {
		if c.Hash != "" && (!c.Joined || c.Session == session) && sameHash(codeHash(s, c.Mail, code), c.Hash) {
			return &s.Sent[i], true
		}
	}
	return nil, false
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
