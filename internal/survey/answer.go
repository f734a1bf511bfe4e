package survey

import (
	"strings"
	"time"
)

// AnswerDraft is what a party has saved for one question and not yet submitted. It is the party's own: no staff route
// reads it.
type AnswerDraft struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	Respondent    RespondentID    `json:"respondent"`
	Question      QuestionID      `json:"question"` // CatalogueQuestion.ID
	Entry
	Done      bool      `json:"done,omitempty"` // the writer said "fertig"
	Revision  int       `json:"revision"`       // from 1
	UpdatedAt time.Time `json:"updated_at"`
}

// Key implements Entity.
func (d AnswerDraft) Key() string { return CellKey(d.Questionnaire, d.Respondent, d.Question) }

// Entry is what a party says to one question.
type Entry struct {
	Status   Status   `json:"status"` // Answered, NoPosition, Declined, Withdrawn; also General, Refers (transcription); "" nothing said yet
	Position Position `json:"position,omitempty"`
	Text     string   `json:"text,omitempty"`
	Reason   string   `json:"reason,omitempty"` // Declined; also Withdrawn (transcription)
}

// The statuses that whoever enters an answer chooses between. Withdrawn is one when there is something to withdraw.
var (
	FormStatuses   = []Status{Answered, NoPosition, Declined, Withdrawn}         // a party in our form
	LetterStatuses = []Status{Answered, NoPosition, Declined, Refers, Withdrawn} // the office for a letter, or "" when it does not say anything
)

// Empty tells whether nothing has been said.
func (e Entry) Empty() bool { return e == Entry{} || e == Entry{Status: Answered} }

// Submission is one act of submitting: what exactly, when, by which declaration. Requested by "Absenden", whose instant
// counts; effective once the mailed code confirmed it. What it says is its SubmissionText: lists do without.
type Submission struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	Respondent    RespondentID    `json:"respondent"`
	ID            string          `json:"id"`
	State         SubmissionState `json:"state"`
	Declaration   Declaration     `json:"declaration"`
	RequestedAt   time.Time       `json:"requested_at"`
	ConfirmedAt   time.Time       `json:"confirmed_at,omitzero"`
	Form          string          `json:"form,omitempty"`           // id of the form "Absenden" came from: a second click is no second act
	Session       string          `json:"session"`                  // hash of the session "Absenden" came from: asking again there replaces it
	Link          string          `json:"link,omitempty"`           // hash of the access link that session came by
	Letter        string          `json:"letter,omitempty"`         // id of the Transcription it confirms; "" the party wrote it here
	LetterAt      int             `json:"letter_at,omitempty"`      // revision of that one
	ChangeNote    string          `json:"change_note,omitempty"`    // why it changes what stood after the date; public
	Number        int             `json:"number,omitempty"`         // from 1, in the order the respondent asked; clocks can go back
	Mail          string          `json:"mail,omitempty"`           // id of the mail with the code it waits for, which may be that of another one
	Sent          []SentCode      `json:"sent,omitempty"`           // the codes that were mailed for it, the oldest first
	CodeExpiresAt time.Time       `json:"code_expires_at,omitzero"` // until when one of them can be entered
	ConfirmedIn   string          `json:"confirmed_in,omitempty"`   // hash of the session the right code was entered in: it reads the party's mail
	Leaf          int64           `json:"leaf,omitempty"`           // of its Receipt, once it is confirmed
}

// Key implements Entity.
func (s Submission) Key() string { return RespondentKey(s.Questionnaire, s.Respondent) + "/" + s.ID }

// SubmissionID finds a submission by its id alone.
var SubmissionID = Index[Submission]{"id", func(s Submission) string { return s.ID }}

// SubmissionConfirmedBy finds what a respondent has submitted, in the order of the ledger, and when "Absenden" was pressed for
// it: <questionnaire>/<respondent>/<leaf>/<time>.
var SubmissionConfirmedBy = Index[Submission]{"confirmed", func(s Submission) string {
	if s.State != SubmissionConfirmed {
		return ""
	}
	return RespondentKey(s.Questionnaire, s.Respondent) + "/" + TreeKey(s.Leaf) + "/" + TimeKey(s.RequestedAt)
}}

// Indexes implements Indexed.
func (Submission) Indexes() []Index[Submission] {
	return []Index[Submission]{SubmissionConfirmedBy, SubmissionID}
}

// SubmissionText is what a submission says, stored apart from it.
type SubmissionText struct {
	Of      string            `json:"of"`                // key of the Submission
	Entries []SubmissionEntry `json:"entries,omitempty"` // all that stands, changed or not; none once it is void
	Receipt Receipt           `json:"receipt,omitzero"`
}

// Key implements Entity.
func (t SubmissionText) Key() string { return t.Of }

// WrittenSubmission is a Submission with its text.
type WrittenSubmission struct {
	Submission
	SubmissionText
}

// Key is that of both.
func (s WrittenSubmission) Key() string { return s.Submission.Key() }

// GetSubmission reads a submission and its text. One without its text is damaged.
func GetSubmission(tx *Tx, key string) (WrittenSubmission, error) {
	s, err := tx.Submissions.Get(key)
	if err != nil {
		return WrittenSubmission{}, err
	}
	return s.Written(tx)
}

// Written returns the submission with its text.
func (s Submission) Written(tx *Tx) (WrittenSubmission, error) {
	text, err := LargeHalf(tx.SubmissionTexts, s)
	return WrittenSubmission{s, text}, err
}

// PutSubmission writes a submission and its text.
func PutSubmission(tx *Tx, s WrittenSubmission) error {
	s.Of = s.Key()
	return putHalves(tx.Submissions, s.Submission, tx.SubmissionTexts, s.SubmissionText)
}

// DeleteSubmission removes a submission and its text.
func DeleteSubmission(tx *Tx, key string) error {
	return deleteHalves(tx.Submissions, tx.SubmissionTexts, key)
}

// SentCode is a code that went to a party's own address: whoever enters it reads its mail. It is good for one submission.
type SentCode struct {
	Mail    string    `json:"mail"` // id of the mail that carries it
	Hash    string    `json:"hash"` // see codeHash
	At      time.Time `json:"at"`   // when it was mailed
	Session string    `json:"session"`
	Link    string    `json:"link,omitempty"`
	Spent   bool      `json:"spent,omitempty"`
}

// SubmissionEntry is one question's Entry in a Submission.
type SubmissionEntry struct {
	Question QuestionID `json:"question"`
	Number   int        `json:"number"`
	Entry
	Note    string `json:"note,omitempty"`    // of the alliance beside the answer, public, never the party's words; letters only
	Version int    `json:"version,omitempty"` // the Version made of it, or the standing one when it did not change
}

// SubmissionState is how far a submission is.
type SubmissionState string

// The states of a submission.
const (
	SubmissionRequested SubmissionState = "requested" // waits for its code
	SubmissionConfirmed SubmissionState = "confirmed"
	SubmissionVoid      SubmissionState = "void" // replaced by a newer request, or too late
)

// Declaration goes with a submission. Name and Function are never public.
type Declaration struct {
	Name     string `json:"name"`
	Function string `json:"function"`
	Verbatim bool   `json:"verbatim"`          // agreed to verbatim publication; it must
	Licence  string `json:"licence,omitempty"` // SPDX identifier of the open licence it agreed to; it may
}

// Receipt proves that a record is in the ledger: whoever holds it can recompute the leaf (docs/ledger.md).
type Receipt struct {
	Leaf   int64  `json:"leaf"`             // index of the leaf, from 0
	Salt   []byte `json:"salt,omitempty"`   // 32 random bytes
	Record []byte `json:"record,omitempty"` // canonical JSON
}

// Transcription is what the office entered from a mail, a letter or a document, with its original file. It takes effect when a
// second person confirmed it, or at once where the rule is off. What the letter says is its LetterText: lists do without.
type Transcription struct {
	Questionnaire QuestionnaireID    `json:"questionnaire"`
	Respondent    RespondentID       `json:"respondent"`
	ID            string             `json:"id"`
	State         TranscriptionState `json:"state"`
	Kind          LetterKind         `json:"kind"`
	ReceivedOn    string             `json:"received_on"` // 2006-01-02, day of arrival in the alliance's zone
	LetterDate    string             `json:"letter_date,omitempty"`
	Joint         []RespondentID     `json:"joint,omitempty"` // respondent ids it answers for together
	Original      string             `json:"original,omitempty"`
	Licence       string             `json:"licence,omitempty"`
	EnteredBy     string             `json:"entered_by"` // user id
	EnteredAt     time.Time          `json:"entered_at"`
	ConfirmedBy   string             `json:"checked_by,omitempty"`
	ConfirmedAt   time.Time          `json:"checked_at,omitzero"`
	Note          string             `json:"note,omitempty"` // why it was sent back
	Revision      int                `json:"revision"`

	ReceivedTime string   `json:"received_time,omitempty"` // 15:04 where it is known; else ReceivedOn counts from its beginning
	Without      string   `json:"without,omitempty"`       // why there is no original; LetterPortal only
	OverReason   string   `json:"over_reason,omitempty"`   // public; needed where one of its answers is longer than AnswerLimit, see OverLimit
	ChangeNote   string   `json:"change_note,omitempty"`   // public; needed where it changes what an earlier one said
	Writers      []string `json:"writers,omitempty"`       // user ids of all who typed in it: none of them can confirm it

	OnlyParty        bool      `json:"only_party,omitempty"`        // it changes what the party submitted itself: only the party can confirm it
	PartyConfirmedAt time.Time `json:"party_confirmed_at,omitzero"` // when the party did, with a mailed code
}

// Key implements Entity.
func (t Transcription) Key() string { return RespondentKey(t.Questionnaire, t.Respondent) + "/" + t.ID }

// WaitingLetter finds the transcriptions of a questionnaire that wait for their second person, and under WaitsForParty those that
// wait for the party.
var WaitingLetter = Index[Transcription]{"waiting", func(t Transcription) string {
	switch {
	case t.WaitsForPerson():
		return string(t.Questionnaire)
	case t.State == TranscriptionWaiting:
		return WaitsForParty(t.Questionnaire)
	}
	return ""
}}

// WaitsForPerson tells whether a second person of the alliance can confirm it.
func (t Transcription) WaitsForPerson() bool { return t.State == TranscriptionWaiting && !t.OnlyParty }

// WaitsForParty is the value of WaitingLetter for the transcriptions that only the party can confirm.
func WaitsForParty(questionnaire QuestionnaireID) string { return In(questionnaire) + "party" }

// Indexes implements Indexed.
func (Transcription) Indexes() []Index[Transcription] { return []Index[Transcription]{WaitingLetter} }

// LetterText is what a letter says, stored apart from its Transcription.
type LetterText struct {
	Of      string            `json:"of"` // key of the Transcription
	Entries []SubmissionEntry `json:"entries"`
	Whole   Entry             `json:"whole,omitzero"` // what the letter says to every question without an entry of its own
	Receipt Receipt           `json:"receipt,omitzero"`
}

// Key implements Entity.
func (l LetterText) Key() string { return l.Of }

// Letter is a Transcription with its text.
type Letter struct {
	Transcription
	LetterText
}

// Key is that of both.
func (l Letter) Key() string { return l.Transcription.Key() }

// LetterKind is the way a transcribed answer came.
type LetterKind string

// The kinds of letter.
const (
	LetterMail     LetterKind = "mail"
	LetterPaper    LetterKind = "letter"
	LetterDocument LetterKind = "document"
	LetterPortal   LetterKind = "portal"
)

// LetterKinds in the order of forms.
var LetterKinds = []LetterKind{LetterMail, LetterPaper, LetterDocument, LetterPortal}

// TranscriptionState is how far a transcription is.
type TranscriptionState string

// The states of a transcription.
const (
	TranscriptionDraft     TranscriptionState = "draft"   // being entered; may exceed limits
	TranscriptionWaiting   TranscriptionState = "waiting" // complete, waits for the second person
	TranscriptionEffective TranscriptionState = "checked" // in effect
)

// Original is the file a transcription was made from. Its bytes lie in <data>/originals under their SHA-256.
type Original struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	Respondent    RespondentID    `json:"respondent"`
	ID            string          `json:"id"`
	Name          string          `json:"name"` // as uploaded, for people
	Type          string          `json:"type"` // MIME type by magic bytes
	Size          int64           `json:"size"` // bytes
	SHA256        string          `json:"sha256"`
	At            time.Time       `json:"at"`
	By            string          `json:"by"` // user id
}

// Key implements Entity.
func (o Original) Key() string { return RespondentKey(o.Questionnaire, o.Respondent) + "/" + o.ID }

// Version is what the submission says of one cell. due is the respondent's date, whose zone the time is written in.
func (s Submission) Version(due Instant, e SubmissionEntry, number int) Version {
	v := Version{
		Questionnaire: s.Questionnaire, Respondent: s.Respondent, Question: e.Question, Number: number,
		Status: e.Status, Position: e.Position, Text: e.Text, Reason: e.Reason,
		Provenance: ByForm, Late: cameAfter(s.RequestedAt, false, due), Licence: s.Declaration.Licence, Record: s.Key(),
		ReceivedAt: StampOf(s.RequestedAt.In(due.Location())), CountsAt: s.RequestedAt,
	}
	if number > 1 {
		v.ChangeNote = s.ChangeNote
	}
	return v
}

// Waits tells whether its code can still be entered.
func (s Submission) Waits(now time.Time) bool {
	return s.State == SubmissionRequested && now.Before(s.CodeExpiresAt)
}

// LastSubmitted is when a respondent submitted last, zero if never. No words are read.
func LastSubmitted(tx *Tx, r Respondent) (at time.Time, err error) {
	for key, err := range tx.Submissions.By(SubmissionConfirmedBy).Keys(r.Key() + "/") {
		if err == nil {
			value := ValueInIndex(key)
			at, err = TimeOfKey(value[strings.LastIndex(value, "/")+1:])
		}
		if err != nil {
			return at, err
		}
	}
	return at, nil
}
