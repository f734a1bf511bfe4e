package survey

import (
	"iter"
	"slices"
	"time"
)

// Respondent is who gets the catalogue: one party, or several that answer as one (CDU/CSU). Its names are its own
// copy, so that a publication reads the same when a party renames itself.
type Respondent struct {
	Questionnaire  QuestionnaireID `json:"questionnaire"`
	ID             RespondentID    `json:"id"`
	Slug           Slug            `json:"slug"`              // id in exports and addresses; unique in the questionnaire
	Parties        []PartyID       `json:"parties,omitempty"` // ids; none for an import
	ShortName      string          `json:"short_name"`
	Name           string          `json:"name"`
	Members        []string        `json:"members,omitempty"` // short names when it stands for several parties
	BallotPosition int             `json:"ballot_position,omitempty"`
	Wikidata       string          `json:"wikidata,omitempty"`
	Colour         string          `json:"colour,omitempty"`
	OrderNumber    int             `json:"order_number,omitempty"` // place by OrderNumber, from 1; 0 none given
	Sequence       int             `json:"sequence,omitempty"`     // place in an import, from 1
	Standing       Standing        `json:"standing,omitzero"`      // a copy, see PutStandings; of an import as given

	Email          string       `json:"email,omitempty"`      // where mails go; never public
	Copies         []string     `json:"copies,omitempty"`     // further addresses of the same office, where what goes to all goes too, as a mail of its own; never public
	NewEmail       string       `json:"new_email,omitempty"`  // asked for after the dispatch, waits for a second person (ActAddress)
	NewCopies      []string     `json:"new_copies,omitempty"` // that go with NewEmail
	Postal         string       `json:"postal,omitempty"`     // stands below the name on a printed letter; never public
	Language       string       `json:"language,omitempty"`   // of its codes, receipts and notices, and of our form when it is opened; letters to all have the one of the cover
	Procedure      Procedure    `json:"procedure,omitzero"`
	Due            Instant      `json:"due,omitzero"`             // its own date; zero: the questionnaire's deadline
	DueReason      Reason       `json:"due_reason,omitzero"`      // why it had one from the beginning; none: it is that of its own procedure (Procedure.Source)
	LanguageReason Reason       `json:"language_reason,omitzero"` // why Language is not German
	DueChanges     []DateChange `json:"due_changes,omitempty"`    // every change of it after it was asked, public

	AskedAt    time.Time             `json:"asked_at,omitzero"`     // when its invitation was queued, or the questions were entered in its form
	NotAsked   string                `json:"not_asked,omitempty"`   // why it was not asked at all, public
	LeftOut    map[QuestionID]string `json:"left_out,omitempty"`    // question id -> why it was not asked, public
	LeftOutBy  map[QuestionID]Noted  `json:"left_out_by,omitempty"` // question id -> when that was noted, and by whom; from before that was kept there is none
	NotReached *DeliveryFailure      `json:"not_reached,omitempty"`
	Reached    *DeliveryFailure      `json:"reached,omitempty"` // a mail was lost, but it was reached all the same: why that is known
	Portal     *PortalSubmission     `json:"portal,omitempty"`
	Letters    []PrintedLetter       `json:"letters,omitempty"`  // printed for it, the oldest first
	ToPost     *PostSwitch           `json:"to_post,omitempty"`  // asked by mail first: why a letter took its place
	NewPost    string                `json:"new_post,omitempty"` // reason of a ToPost that waits for a second person (ActPost)
	Acts       int                   `json:"acts,omitempty"`     // how often "Absenden" was pressed: the number of the last act
	Revision   int                   `json:"revision"`
}

// Key implements Entity.
func (r Respondent) Key() string { return RespondentKey(r.Questionnaire, r.ID) }

// The indexes of respondents: by questionnaire and slug, <questionnaire>/<slug>, by id alone, and by its own date, of those that have
// one. RespondentOutline is another.
var (
	RespondentSlug = Index[Respondent]{"slug", func(r Respondent) string { return In(r.Questionnaire) + string(r.Slug) }}
	RespondentByID = Index[Respondent]{"id", func(r Respondent) string { return string(r.ID) }}
	RespondentDue  = Index[Respondent]{"due", func(r Respondent) string {
		if r.Due.IsZero() {
			return ""
		}
		return TimeKey(r.Due.At)
	}}
)

// Indexes implements Indexed.
func (Respondent) Indexes() []Index[Respondent] {
	return []Index[Respondent]{RespondentSlug, RespondentByID, RespondentDue, RespondentOutline}
}

// Procedure is how a respondent takes questions.
type Procedure struct {
	Channel       Channel `json:"channel,omitempty"`
	MaxQuestions  int     `json:"max_questions,omitempty"`  // 0: no limit known
	MaxCharacters int     `json:"max_characters,omitempty"` // of a question, spaces included; 0: no limit known
	Source        string  `json:"source,omitempty"`         // where the rule stands
	CheckedOn     string  `json:"checked_on,omitempty"`     // 2006-01-02
	Note          string  `json:"note,omitempty"`
}

// Channel is the way a catalogue takes to a respondent. The zero Channel is ChannelUnknown ("noch nicht bekannt").
type Channel string

// The channels.
const (
	ChannelUnknown Channel = ""
	ChannelForm    Channel = "form"   // our form, by access link
	ChannelPortal  Channel = "portal" // the party's own form; the office enters the questions there
	ChannelMail    Channel = "mail"   // the questions by mail; the party answers by mail or letter
	ChannelPost    Channel = "post"   // a printed letter with a link to our form; the party answers there or by letter
)

// Channels in the order of forms.
var Channels = []Channel{ChannelForm, ChannelPortal, ChannelMail, ChannelPost, ChannelUnknown}

// DeliveryFailure is what the office decided of a respondent whose mail was lost: that nothing could be delivered, and its silence is
// not its own, or that it was reached all the same.
type DeliveryFailure struct {
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	By     string    `json:"by"` // user id
}

// PortalSubmission records that the office entered the questions in a party's own form. It is not the party's answer.
type PortalSubmission struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"` // user id
	Note string    `json:"note,omitempty"`

	Shortened []Shortened  `json:"shortened,omitempty"` // questions entered in other words than the locked ones, in the catalogue's order
	Whole     []QuestionID `json:"whole,omitempty"`     // questions longer than its procedure takes, but entered as they are: its form took them
}

// Shortened is a question as it was entered in a party's own form, shorter than its locked wording.
type Shortened struct {
	Question QuestionID `json:"question"`
	Text     string     `json:"text"`   // as entered
	Reason   string     `json:"reason"` // public
}

// Noted is when something was noted, and by whom.
type Noted struct {
	At time.Time `json:"at"`
	By string    `json:"by"` // user id
}

// Reason is why the alliance treats one respondent unlike the others: public. The zero Reason is none.
type Reason struct {
	Text string `json:"text"`
	Noted
}

// Given returns the reason as it is kept once a text was typed: what says the same keeps its time, and no text is no reason.
func (r Reason) Given(text string, now Noted) Reason {
	switch text {
	case r.Text:
		return r
	case "":
		return Reason{}
	}
	return Reason{Text: text, Noted: now}
}

// DueAt is the respondent's own date: its own one, else the questionnaire's deadline.
func (r Respondent) DueAt(q Questionnaire) Instant {
	if !r.Due.IsZero() {
		return r.Due
	}
	return q.Deadline
}

// LateAfter is the date after which the respondent's answers are late: its own one as it was announced, whether the round was ended
// before it or not.
func (r Respondent) LateAfter(q Questionnaire) Instant {
	changes := q.Extended
	if !r.Due.IsZero() {
		changes = r.DueChanges
	}
	if n := len(changes); n > 0 && changes[n-1].Ended() {
		return changes[n-1].From
	}
	return r.DueAt(q)
}

// Dates yields the questionnaire and the respondent as they are, and then with each date that ever held as if it had been the only one.
func (r Respondent) Dates(q Questionnaire) iter.Seq2[Questionnaire, Respondent] {
	return func(yield func(Questionnaire, Respondent) bool) {
		if !yield(q, r) {
			return
		}
		commons, owns := append([]DateChange{{From: q.Deadline}}, q.Extended...), append([]DateChange{{From: r.Due}}, r.DueChanges...)
		q.Extended, r.DueChanges = nil, nil
		for _, common := range commons {
			for _, own := range owns {
				q.Deadline, r.Due = common.From, own.From
				if !yield(q, r) {
					return
				}
			}
		}
	}
}

// Asked tells whether the respondent was asked the question, and if not, the recorded reason.
func (r Respondent) Asked(question QuestionID) (asked bool, reason string) {
	if r.NotAsked != "" {
		return false, r.NotAsked
	}
	reason, left := r.LeftOut[question]
	return !left, reason
}

// AskedUnrecorded tells whether the catalogue went out, and nothing says how and when it went to this respondent, or why it did not.
func (r Respondent) AskedUnrecorded(q Questionnaire) bool {
	return !q.Imported && !q.DispatchedAt.IsZero() && r.AskedAt.IsZero() && r.NotAsked == ""
}

// neverAsked tells whether the catalogue went out, but not to this respondent, for no reason that has been recorded yet.
func (r Respondent) neverAsked(q Questionnaire) bool {
	return r.AskedUnrecorded(q) && r.NotReached == nil && r.Reached == nil
}

// AccessLink lets whoever holds it answer for a respondent, until it is revoked. Every mail has its own.
type AccessLink struct {
	Hash          string          `json:"hash"` // HashToken of the token in the link
	Questionnaire QuestionnaireID `json:"questionnaire"`
	Respondent    RespondentID    `json:"respondent"`
	Mail          string          `json:"mail,omitempty"` // id of the mail that carries it; "" made by hand, or printed
	Printed       bool            `json:"printed,omitempty"`
	CreatedAt     time.Time       `json:"created_at"`
	UsedAt        time.Time       `json:"used_at,omitzero"` // first exchanged for a session
	RevokedAt     time.Time       `json:"revoked_at,omitzero"`
}

// Key implements Entity.
func (l AccessLink) Key() string { return l.Hash }

// LinkRespondent finds the links of a respondent by its key.
var LinkRespondent = Index[AccessLink]{"respondent", func(l AccessLink) string { return RespondentKey(l.Questionnaire, l.Respondent) }}

// Indexes implements Indexed.
func (AccessLink) Indexes() []Index[AccessLink] { return []Index[AccessLink]{LinkRespondent} }

// LinksOf returns the links of a respondent, the oldest first.
func LinksOf(tx *Tx, questionnaire QuestionnaireID, respondent RespondentID) ([]AccessLink, error) {
	all, err := Collect(tx.AccessLinks.By(LinkRespondent).List(Exact(RespondentKey(questionnaire, respondent))))
	slices.SortStableFunc(all, func(a, b AccessLink) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return all, err
}

// GetsMail tells whether the respondent is asked by mail: with a link to our form, or with the questions alone.
func (r Respondent) GetsMail() bool {
	return r.NotAsked == "" && (r.Procedure.Channel == ChannelForm || r.Procedure.Channel == ChannelMail)
}

// ByPost tells whether the respondent is asked by a printed letter.
func (r Respondent) ByPost() bool { return r.NotAsked == "" && r.Procedure.Channel == ChannelPost }

// GetsCover tells whether the cover letter goes to the respondent, by mail or on paper.
func (r Respondent) GetsCover() bool { return r.GetsMail() || r.ByPost() }

// Editable tells whether what the respondent is asked, and how, can still be changed: until the dispatch, and after it as
// long as it has not been asked, because its procedure was not known then.
func (r Respondent) Editable(q Questionnaire) bool {
	return !q.Imported && (q.DispatchedAt.IsZero() || r.AskedAt.IsZero() && r.Portal == nil)
}

// AwaitsProcedure tells whether the respondent is to be asked, but not known how.
func (r Respondent) AwaitsProcedure() bool {
	return r.NotAsked == "" && r.Procedure.Channel == ChannelUnknown
}

// OwnDate tells whether the respondent was asked in a way that has a date of its own: in its own form, or by mail.
func (r Respondent) OwnDate() bool {
	return r.NotAsked == "" && !r.AskedAt.IsZero() && (r.Procedure.Channel == ChannelPortal || r.Procedure.Channel == ChannelMail)
}

// RespondentsInOrder returns the respondents of a questionnaire by its rule. When their answers came nobody asks here: by OrderReceipt
// they stand as if none had come. BuildComparison looks.
func RespondentsInOrder(tx *Tx, questionnaire QuestionnaireID) ([]Respondent, error) {
	q, err := tx.Questionnaire(questionnaire)
	if err != nil {
		return nil, err
	}
	all, err := Collect(tx.Respondents.List(In(questionnaire)))
	inOrder(q, all, Respondent.place)
	return all, err
}

func (r Respondent) place() place {
	return place{shortName: r.ShortName, name: r.Name, ballot: r.BallotPosition, number: r.OrderNumber, sequence: r.Sequence, id: string(r.Slug)}
}

// RespondentBySlug finds a respondent of a questionnaire by its slug.
func RespondentBySlug(tx *Tx, questionnaire QuestionnaireID, slug Slug) (Respondent, error) {
	return First(tx.Respondents.By(RespondentSlug).List(Exact(In(questionnaire) + string(slug))))
}
