package survey

import (
	"strconv"
	"strings"
	"time"
)

// Mail is one outgoing message. What it says is its MailText: lists do without. The secret link or code in it is sealed until
// the server accepted the mail, then forgotten.
type Mail struct {
	ID            string          `json:"id"` // UUIDv7, so that keys sort by time
	Kind          MailKind        `json:"kind"`
	Questionnaire QuestionnaireID `json:"questionnaire,omitempty"`
	Respondent    RespondentID    `json:"respondent,omitempty"`
	Dispatch      string          `json:"dispatch,omitempty"`
	To            string          `json:"to"`
	Alone         bool            `json:"alone,omitempty"` // the office sent it to this one respondent by hand, in no dispatch to all
	Aside         bool            `json:"aside,omitempty"` // To is not the respondent's address: the office sent it elsewhere by hand
	Copy          bool            `json:"copy,omitempty"`  // To is a further address of the respondent (Respondent.Copies): it counts for nothing
	Language      string          `json:"language"`
	Subject       string          `json:"subject"`
	Sealed        []byte          `json:"sealed,omitempty"` // the secret in its mail form (a link or a code), sealed
	MessageID     string          `json:"message_id"`       // without <>; the same on every attempt
	CreatedAt     time.Time       `json:"created_at"`
	State         MailState       `json:"state"`
	Attempts      int             `json:"attempts"`
	LastAttempt   time.Time       `json:"last_attempt,omitzero"`
	SentAt        time.Time       `json:"sent_at,omitzero"`
	Reply         string          `json:"reply,omitempty"`    // the server's last words, or what went wrong without any
	NoReply       bool            `json:"no_reply,omitempty"` // Reply is not the server's: the connection failed
	Bounced       *Bounce         `json:"bounced,omitempty"`  // it was accepted and came back
}

// MailText is what a mail says, stored apart from it. It is kept for proof, with LinkMark where the secret stood.
type MailText struct {
	Of         string    `json:"of"`                 // id of the Mail
	Frame      string    `json:"frame,omitempty"`    // stands above Body, of a copy: that it is one, and where codes go
	Body       string    `json:"body"`               // plain text; LinkMark for the secret, see WrittenMail.Texts
	Places     []int     `json:"places,omitzero"`    // where in Body, in bytes, a LinkMark is the secret's; nil in a mail of before places were noted
	Calendar   string    `json:"calendar,omitempty"` // iCalendar (RFC 5545) attachment
	Attachment *MailFile `json:"attachment,omitempty"`
}

// Key implements Entity.
func (t MailText) Key() string { return t.Of }

// WrittenMail is a Mail with its text.
type WrittenMail struct {
	Mail
	MailText
}

// Key is that of both.
func (m WrittenMail) Key() string { return m.Mail.Key() }

// GetMail reads a mail and its text. One without its text is damaged.
func GetMail(tx *Tx, id string) (WrittenMail, error) {
	m, err := tx.Mails.Get(id)
	if err != nil {
		return WrittenMail{}, err
	}
	return m.Written(tx)
}

// Written returns the mail with its text.
func (m Mail) Written(tx *Tx) (WrittenMail, error) {
	text, err := LargeHalf(tx.MailTexts, m)
	return WrittenMail{m, text}, err
}

// PutMail writes a mail and its text.
func PutMail(tx *Tx, m WrittenMail) error {
	m.Of = m.Key()
	return putHalves(tx.Mails, m.Mail, tx.MailTexts, m.MailText)
}

// DeleteMail removes a mail and its text.
func DeleteMail(tx *Tx, id string) error {
	return deleteHalves(tx.Mails, tx.MailTexts, id)
}

// LinkMark stands in a stored mail body where the secret goes when the mail is sent. People may write the same words: only
// MailText.Places tells which ones are meant.
const LinkMark = "⟦persönlicher Zugang⟧"

// SecretPlace returns what stands for a secret while a text is rendered. It is random: nothing that people wrote holds it.
func SecretPlace() string { return "⟦" + NewToken() + "⟧" }

// SetText sets subject and body, rendered with place for the secret: LinkMark takes its place, and where is noted.
func (m *WrittenMail) SetText(subject, body, place string) {
	texts := strings.Split(body, place)
	m.Subject, m.Body, m.Places = subject, strings.Join(texts, LinkMark), []int{}
	at := 0
	for _, text := range texts[:len(texts)-1] {
		at += len(text)
		m.Places = append(m.Places, at)
		at += len(LinkMark)
	}
}

// Texts returns the body in pieces, between which the secret stands: one piece more than there are secrets. In a mail of
// before places were noted every LinkMark is one, but for receipts, which never had any.
func (m WrittenMail) Texts() []string {
	if m.Places == nil {
		if m.Kind == MailReceipt {
			return []string{m.Body}
		}
		return strings.Split(m.Body, LinkMark)
	}
	var texts []string
	from := 0
	for _, at := range m.Places {
		if at < from || at > len(m.Body) || !strings.HasPrefix(m.Body[at:], LinkMark) {
			continue // not by us
		}
		texts = append(texts, m.Body[from:at])
		from = at + len(LinkMark)
	}
	return append(texts, m.Body[from:])
}

// MailFile is an attachment.
type MailFile struct {
	Name string `json:"name"`
	Type string `json:"type"` // MIME type
	Data []byte `json:"data"`
}

// Key implements Entity.
func (m Mail) Key() string { return m.ID }

// The indexes of mails: those to a respondent by its key, those of a questionnaire, and of these the ones that failed. Codes
// are in none: that a party asked for one is its own matter until it has submitted.
var (
	MailRespondent = Index[Mail]{"respondent", func(m Mail) string {
		if m.Respondent == "" {
			return ""
		}
		return m.of(RespondentKey(m.Questionnaire, m.Respondent))
	}}
	MailQuestionnaire = Index[Mail]{"questionnaire", func(m Mail) string { return m.of(string(m.Questionnaire)) }}
	MailUndelivered   = Index[Mail]{"failed", func(m Mail) string {
		if m.State != MailFailed {
			return ""
		}
		return m.of(string(m.Questionnaire))
	}}
)

// of is the value of a mail in an index, "" for a code.
func (m Mail) of(value string) string {
	if m.Kind == MailCode {
		return ""
	}
	return value
}

// Indexes implements Indexed.
func (Mail) Indexes() []Index[Mail] {
	return []Index[Mail]{MailRespondent, MailQuestionnaire, MailUndelivered}
}

// MailKind says what a mail is for.
type MailKind string

// The kinds of mail.
const (
	MailInvitation MailKind = "invitation" // catalogue and access link to a respondent
	MailReminder   MailKind = "reminder"
	MailExtension  MailKind = "extension"
	MailErratum    MailKind = "erratum" // corrects a question; whoever misses it was asked all the same
	MailCode       MailKind = "code"    // confirms a binding act of a party
	MailReceipt    MailKind = "receipt" // full text of what was submitted
	MailStaff      MailKind = "staff"   // invitation of a person, password reset
	MailTest       MailKind = "test"
	MailNotice     MailKind = "notice" // tells a respondent what was done about its access: a link by hand, another address
)

// Urgency is how long a mail may wait for others. The smaller goes first.
type Urgency int

// The urgencies.
const (
	UrgentCode Urgency = iota // somebody waits for it with a form open, and it lasts an hour
	UrgentLink                // somebody waits for it to get in: an invitation or a reset of a person, a letter sent by hand
	Unhurried                 // a dispatch to all, receipts, notices
)

// Key is the beginning of the values of an urgency in the indexes of the outbox.
func (u Urgency) Key() string { return strconv.Itoa(int(u)) + "/" }

// Urgencies, the one that goes first in front.
var Urgencies = []Urgency{UrgentCode, UrgentLink, Unhurried}

// Urgency tells how long a mail may wait for others.
func (m Mail) Urgency() Urgency {
	switch {
	case m.Kind == MailCode:
		return UrgentCode
	case m.Kind == MailStaff || m.Alone:
		return UrgentLink
	}
	return Unhurried
}

// MailState is what became of a mail.
type MailState string

// The states of a mail.
const (
	MailQueued  MailState = "queued"  // waits for its first or next attempt
	MailSent    MailState = "sent"    // accepted by the mail server
	MailFailed  MailState = "failed"  // refused for good, or tried too often
	MailRevoked MailState = "revoked" // stopped before it went out: its link was revoked, another took its place, or it reminded of what is over
)

// Dispatch is one act of sending to all: the invitation, a reminder, an extension, an erratum.
type Dispatch struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	ID            string          `json:"id"`
	Kind          MailKind        `json:"kind"`
	Subject       string          `json:"subject"`
	Body          string          `json:"body"` // with placeholders; "" of an extension and an erratum, whose mails each have a text of their own
	At            time.Time       `json:"at"`
	By            string          `json:"by"`                   // user id
	ConfirmedBy   string          `json:"checked_by,omitempty"` // user id of the second person
	Recipients    int             `json:"recipients"`           // whose mails were queued; to whom it went indeed see Told
	Step          string          `json:"step,omitempty"`       // ReminderStep.ID of a planned reminder; it has a dispatch for each instant it went
	Missed        []RespondentID  `json:"missed,omitempty"`     // to whom the step did not go, because its instant was over by more than a day
}

// Key implements Entity.
func (d Dispatch) Key() string { return In(d.Questionnaire) + d.ID }
