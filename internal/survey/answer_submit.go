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
	"strings"
	"time"
)

const (
	codeLife     = time.Hour // greylisting and shared mailboxes take their time; ASVS recommends ten minutes
	codeTries    = 5
	foreignTries = 20 // of all sessions together that did not ask for the submission
	codeMost     = 4  // codes mailed for one submission
	requestsMost = 10 // submissions a respondent may ask for within codeLife: each mails somebody
)

// RequestSubmission is the check page's form: the declaration, and what exactly was shown.
type RequestSubmission struct {
	Form     string // id of the form; sending the same one again is no second act
	Digest   string // AnswerSheet.Digest of what was shown
	Name     string // of whoever declares; never public
	Function string // never public
	Verbatim bool   // agrees to verbatim publication; it must
	Licence  bool   // agrees to the alliance's open licence; it may
}

// CodeMail is what the mail with a code says.
type CodeMail struct {
	Alliance, Title, Party string
	At, Until              time.Time // of the act, and of the code's end, in the zone of the deadline
	Secret                 string
}

// RequestSubmission is "Absenden": its instant counts. It keeps what is to be submitted and mails a code that makes it
// effective. Conflict when the date is over, when something changed since the page was shown (answer.error.changed), when
// there is nothing new (a first consent to the open licence is), or a problem stops it; the drafts stay as they are in every case.
func (s *Service) RequestSubmission(ctx context.Context, actor Actor, cmd RequestSubmission) (sub Submission, err error) {
	if err := actor.require(RoleParty); err != nil {
		return sub, err
	}
	var faults Faults
	faults.line("name", &cmd.Name, 200, true)
	faults.line("function", &cmd.Function, 200, true)
	if !cmd.Verbatim {
		faults.Add("verbatim", "answer.error.verbatim")
	}
	if err := faults.Err(); err != nil {
		return sub, err
	}
	now, id, code := s.now(), NewID(), newCode()
	err = s.update(ctx, actor, func(tx *Tx) error {
		sheet, err := s.answerSheet(tx, actor, now)
		if err != nil {
			return err
		}
		declaration := Declaration{Name: cmd.Name, Function: cmd.Function, Verbatim: true}
		if cmd.Licence {
			declaration.Licence = sheet.Alliance.Licence
		}
		earlier, err := collect(tx.Submissions.List(sheet.Respondent.Key() + "/"))
		if err != nil {
			return err
		}
		recent := 0
		for _, e := range earlier {
			if e.Form == cmd.Form && e.Form != "" && e.State != SubmissionVoid && e.Declaration == declaration {
				sub = e
				return nil
			}
			if now.Sub(e.RequestedAt) < codeLife && e.State != SubmissionConfirmed {
				recent++
			}
		}
		digest, err := sheet.Digest()
		switch {
		case err != nil:
			return err
		case sheet.Over:
			return Fail(Conflict, "answer.error.deadline")
		case digest != cmd.Digest:
			return Fail(Conflict, "answer.error.changed")
		case sheet.Stopped():
			return Fail(Conflict, "answer.error.problems")
		case !sheet.Changed() && !sheet.Opens(declaration.Licence):
			return Fail(Conflict, "answer.error.unchanged")
		case sheet.Respondent.Email == "":
			return Fail(Conflict, "answer.error.no_address")
		case recent >= requestsMost:
			return Fail(TooMany, "answer.error.too_many_codes")
		}
		for _, e := range earlier { // whoever asks again in the same window means the new one
			if e.State == SubmissionRequested && e.Session == actor.Session {
				if err := void(tx, e); err != nil {
					return err
				}
			}
		}
		sub = Submission{
			Questionnaire: sheet.Questionnaire.ID, Respondent: sheet.Respondent.ID, ID: id, State: SubmissionRequested,
			Declaration: declaration, Entries: sheet.entries(), RequestedAt: now,
			Form: cmd.Form, Session: actor.Session, CodeExpiresAt: now.Add(codeLife),
		}
		if sub, err = s.mailCode(tx, actor, sheet, sub, code); err != nil {
			return err
		}
		return s.audit(tx, actor, "submission_requested", sub.ID)
	})
	return sub, err
}

// newCode returns eight random digits. 25 tries at each of ten codes an hour find one in 400,000 hours of trying.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return fmt.Sprintf("%08d", n)
}

// codeHash binds a code to its submission. A hash of eight digits can be guessed from a copy of the database; the code is
// worth nothing, though, without a session of the respondent or a link to one, of whose tokens the database has hashes of
// 256 bits.
func codeHash(s Submission, code string) string {
	sum := sha256.Sum256([]byte("pruefstein-code/1\n" + s.Key() + "\n" + code))
	return hex.EncodeToString(sum[:])
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
	if m, err = s.enqueue(tx, m, code[:4]+" "+code[4:]); err != nil {
		return sub, err
	}
	sub.Mail, sub.CodeHash = m.ID, codeHash(sub, code)
	sub.Codes++
	return sub, tx.Submissions.Put(sub)
}

// void ends a submission that waits for its code.
func void(tx *Tx, sub Submission) error {
	sub.State, sub.CodeHash = SubmissionVoid, ""
	if err := revokeMail(tx, sub.Mail); err != nil {
		return err
	}
	return tx.Submissions.Put(sub)
}

// ResendCode mails a new code for a submission that waits; the one before is void. The instant of the act, the hour and
// the tries stay what they are.
func (s *Service) ResendCode(ctx context.Context, actor Actor, id string) error {
	now, code := s.now(), newCode()
	return s.update(ctx, actor, func(tx *Tx) error {
		sheet, err := s.answerSheet(tx, actor, now)
		if err != nil {
			return err
		}
		sub, err := tx.Submissions.Get(sheet.Respondent.Key() + "/" + id)
		if err != nil {
			return err
		}
		switch {
		case !sub.waits(now):
			return Fail(Conflict, "answer.error.code_void")
		case sub.Codes >= codeMost:
			return Fail(TooMany, "answer.error.too_many_codes")
		}
		if err := revokeMail(tx, sub.Mail); err != nil {
			return err
		}
		_, err = s.mailCode(tx, actor, sheet, sub, code)
		return err
	})
}

// typedCode brings a typed code to its eight digits, "" if it is none. Mail programs add spaces of all kinds.
func typedCode(typed string) string {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n\u00a0\u202f-–", r) {
			return -1
		}
		return r
	}, typed)
	if len(digits) != 8 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// sameHash compares without telling by its time how much was right.
func sameHash(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
