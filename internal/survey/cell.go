package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"pruefstein/internal/textdiff"
)

// Status of one cell (respondent x question). The set is closed and never empty.
type Status string

// The statuses, with their meaning.
const (
	Pending    Status = "pending"     // asked, its deadline not over
	Answered   Status = "answered"    // the party's wording is there
	NoPosition Status = "no_position" // the party says so itself
	General    Status = "general"     // the party gave a text and assigned it to no question
	Refers     Status = "refers"      // the party only points to its manifesto
	Declined   Status = "declined"    // with the party's reason where given
	NoAnswer   Status = "no_answer"   // its deadline over, nothing came
	NotReached Status = "not_reached" // nothing could be delivered: silence is not the party's
	NotAsked   Status = "not_asked"   // with the alliance's recorded reason
	Withdrawn  Status = "withdrawn"   // by the party, after submission
	Unknown    Status = "unknown"     // imported data that does not say
)

// Statuses in the order they are explained.
var Statuses = []Status{Answered, General, Refers, NoPosition, Declined, Withdrawn, NoAnswer, NotReached, NotAsked, Pending, Unknown}

// FromParty tells whether the status is something the party itself said, and so can be the status of a Version.
func (s Status) FromParty() bool {
	switch s {
	case Answered, NoPosition, General, Refers, Declined, Withdrawn:
		return true
	}
	return false
}

// Answers tells whether the status is an answer: the party's wording, or that it has no position. A general text, a pointer to the
// manifesto and a refusal answer nothing.
func (s Status) Answers() bool { return s == Answered || s == NoPosition }

// Argues tells whether the text said to a thesis with this status is the rationale of a position. A text for no single question,
// or a pointer to the manifesto, is none.
func (s Status) Argues() bool { return s == Answered }

// Position on a thesis.
type Position string

// The positions. "" is none: an open question, or a thesis without a position.
const (
	Agree    Position = "agree"
	Neutral  Position = "neutral"
	Disagree Position = "disagree"
)

// Positions in the order of forms.
var Positions = []Position{Agree, Neutral, Disagree}

// A Step is one of a questionnaire's own scale. The Position of an answer is then its ID.
type Step struct {
	ID    Position `json:"id"`
	Label string   `json:"label"` // in the source's own words
}

// Confirmation says who looked at a transcribed version beside the person that entered it.
type Confirmation string

// The confirmations. "" is none, or an import does not say.
const (
	ConfirmedBySecondPerson Confirmation = "second_person"
	ConfirmedByParty        Confirmation = "party"
)

// Confirmations in the order they are explained.
var Confirmations = []Confirmation{ConfirmedBySecondPerson, ConfirmedByParty}

// Provenance says how a party's text got here.
type Provenance string

// The provenances. "" is none: nothing came from the party, or an import does not say.
const (
	ByForm      Provenance = "form"        // submitted by the party itself
	Transcribed Provenance = "transcribed" // entered by the office from mail, letter or document
	ByImport    Provenance = "import"
)

// Version is one immutable version of a cell: what the party said at one time. Versions are only ever added.
type Version struct {
	Questionnaire    QuestionnaireID `json:"questionnaire"`
	Respondent       RespondentID    `json:"respondent"`
	Question         QuestionID      `json:"question"` // CatalogueQuestion.ID
	Number           int             `json:"number"`   // from 1; as given in an import
	Status           Status          `json:"status"`
	Position         Position        `json:"position,omitempty"`
	Text             string          `json:"text,omitempty"`   // wording, or rationale of a thesis
	Reason           string          `json:"reason,omitempty"` // the party's words for declining
	Provenance       Provenance      `json:"provenance,omitempty"`
	Late             bool            `json:"late,omitempty"`   // against the respondent's own date when it came; readers see LateFor
	Joint            []string        `json:"joint,omitempty"`  // answered together with: respondent slugs or short names
	Source           string          `json:"source,omitempty"` // such as "Brief vom 3. Mai 2026"
	Licence          string          `json:"licence,omitempty"`
	ReceivedAt       Stamp           `json:"received_at,omitempty"`
	ChangeNote       string          `json:"change_note,omitempty"`
	Note             string          `json:"note,omitempty"`              // of an editor beside the answer, never the party's words; of the alliance with a letter, else imports only
	Confirmed        Confirmation    `json:"confirmed,omitempty"`         // as an import says; else see Confirmation
	Record           string          `json:"record,omitempty"`            // key of the Submission or Transcription it came with; "" for an import
	EnteredBy        string          `json:"entered_by,omitempty"`        // user id, transcriptions only
	ConfirmedBy      string          `json:"checked_by,omitempty"`        // user id of the second person; "" nicht gegengeprüft
	PartyConfirmedAt time.Time       `json:"party_confirmed_at,omitzero"` // when the party confirmed what was transcribed
	CountsAt         time.Time       `json:"accepted_at,omitzero"`        // when it was handed in: "Absenden", or the arrival of the letter; orders versions against the deadline
}

// FromParty tells whether the party itself handed it in: by the form, or by confirming what was transcribed.
func (v Version) FromParty() bool { return v.Provenance == ByForm || !v.PartyConfirmedAt.IsZero() }

// Key implements Entity.
func (v Version) Key() string {
	return CellKey(v.Questionnaire, v.Respondent, v.Question) + "/" + SeqKey(v.Number)
}

// CellKey is the key of a cell, and the prefix of its versions is CellKey + "/".
func CellKey(questionnaire QuestionnaireID, respondent RespondentID, question QuestionID) string {
	return RespondentKey(questionnaire, respondent) + "/" + string(question)
}

// Quotation is a passage of the manifesto quoted by the alliance. It never changes a status: a silent party stays silent.
type Quotation struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	Respondent    RespondentID    `json:"respondent"`
	Question      QuestionID      `json:"question"`
	Text          string          `json:"text"`
	Place         string          `json:"place,omitempty"` // such as "Wahlprogramm, S. 12"
	Source        string          `json:"source,omitempty"`
	By            string          `json:"by,omitempty"` // user id
	At            time.Time       `json:"at,omitzero"`
	Revision      int             `json:"revision"`
}

// Key implements Entity.
func (q Quotation) Key() string { return CellKey(q.Questionnaire, q.Respondent, q.Question) }

// Cell is what is known of one respondent's answer to one question at one instant.
type Cell struct {
	Status  Status
	Reason  string    // of the party for Declined, of the alliance for NotAsked and NotReached
	Current *Version  // nil while there is none, or none that may be shown
	History []Version // the versions that may be shown, oldest first, the current one last
}

// CellAt is the one rule that turns a cell's versions into its status at an instant:
//
//   - an import has its highest version, or is unknown: an import invents no silence;
//   - before the respondent's own date the cell is pending, whatever has come: it is answered for all at once. That it was
//     not asked, or could not be reached, shows at once. Whether what came since makes it reached is Respondent.AsHeard;
//   - a version the party itself handed in is never superseded by a transcription it has not confirmed;
//   - of the versions replaced before the date only the last is shown, later ones are all shown, whichever way each came;
//   - what was current in a publication stays in the history for good, whatever replaced it: published has its numbers;
//   - a version that is shown is late by the date that holds now, whatever held when it was made;
//   - without a version: not asked (also whoever the catalogue never went to), not reached, or no answer, in this order.
func CellAt(q Questionnaire, r Respondent, question QuestionID, versions []Version, now time.Time, published ...int) Cell {
	if q.Imported {
		if len(versions) == 0 {
			return Cell{Status: Unknown}
		}
		last := versions[len(versions)-1]
		return Cell{Status: last.Status, Reason: last.Reason, Current: &last, History: versions}
	}
	asked, whyNot := r.Asked(question)
	if r.neverAsked(q) {
		asked = false
	}
	running := r.running(q, now)
	if running && asked && r.NotReached == nil {
		return Cell{Status: Pending}
	}
	if shown := public(versions, r.DueAt(q).At, now, published); len(shown) > 0 && !running {
		for i, v := range shown {
			shown[i].Late = v.LateFor(q, r)
		}
		last := shown[len(shown)-1]
		return Cell{Status: last.Status, Reason: last.Reason, Current: &last, History: shown}
	}
	switch {
	case !asked:
		return Cell{Status: NotAsked, Reason: whyNot}
	case r.NotReached != nil:
		return Cell{Status: NotReached, Reason: r.NotReached.Reason}
	}
	return Cell{Status: NoAnswer}
}

// running tells whether the respondent still has time: nothing that came from it is shown.
func (r Respondent) running(q Questionnaire, now time.Time) bool {
	return q.DispatchedAt.IsZero() || now.Before(r.DueAt(q).At)
}

// public returns the versions readers may see, oldest first. versions come in the order of their numbers; published are
// the numbers of those that were current in a publication.
func public(versions []Version, due, now time.Time, published []int) []Version {
	var shown []Version
	own := false // the party itself has handed one in
	for _, v := range versions {
		if v.CountsAt.After(now) || own && !v.FromParty() {
			continue
		}
		own = own || v.FromParty()
		if n := len(shown); n > 0 && shown[n-1].CountsAt.Before(due) && v.CountsAt.Before(due) && !slices.Contains(published, shown[n-1].Number) {
			shown[n-1] = v
			continue
		}
		shown = append(shown, v)
	}
	return shown
}

// LateFor tells whether the version came after its respondent's date, as that holds now.
func (v Version) LateFor(q Questionnaire, r Respondent) bool {
	return cameAfter(v.CountsAt, v.Provenance == Transcribed && v.ReceivedAt.dayAlone(), r.LateAfter(q))
}

// cameAfter tells whether something came after a date: at the date it is over. What came on a day without a known hour, and so counts
// from its beginning, is in time on the day of the date: nobody knows that it was not.
func cameAfter(at time.Time, dayAlone bool, date Instant) bool {
	if at.IsZero() || date.IsZero() {
		return false
	}
	return at.After(date.At) || !dayAlone && at.Equal(date.At)
}

// Confirmation tells who looked at the version beside the person that entered it.
func (v Version) Confirmation() Confirmation {
	switch {
	case v.Confirmed != "":
		return v.Confirmed
	case !v.PartyConfirmedAt.IsZero():
		return ConfirmedByParty
	case v.ConfirmedBy != "":
		return ConfirmedBySecondPerson
	}
	return ""
}

// Entry is what the version says.
func (v Version) Entry() Entry {
	return Entry{Status: v.Status, Position: v.Position, Text: v.Text, Reason: v.Reason}
}

// Diff compares the wording of two versions word by word.
func (v Version) Diff(earlier Version) []textdiff.Part {
	return textdiff.Words(earlier.Text, v.Text)
}

// VersionThatStands returns the version that counts: what the party itself handed in, before what was transcribed.
func VersionThatStands(versions []Version) *Version {
	var last *Version
	for _, v := range versions {
		if last == nil || v.FromParty() || !last.FromParty() {
			last = &v
		}
	}
	return last
}

// QuotationDigest hashes what a quotation says.
func QuotationDigest(q Quotation) string { return DigestOf([]string{q.Text, q.Place, q.Source}) }

// DigestOf hashes a value as JSON, so that what stands in one of its texts cannot be mistaken for what stands in the next.
func DigestOf(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // what is public can be written
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
