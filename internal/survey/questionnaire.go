package survey

import (
	"slices"
	"time"
)

// Questionnaire is one round of Wahlprüfsteine: it is drafted, sent, answered and compared.
type Questionnaire struct {
	ID       QuestionnaireID `json:"id"`
	Slug     Slug            `json:"slug"` // unique; part of public addresses, fixed once published
	Title    string          `json:"title"`
	Intro    string          `json:"intro,omitempty"`
	Election ElectionID      `json:"election"`
	Source   string          `json:"source,omitempty"` // http(s) address of an import

	Slots         int     `json:"slots,omitempty"`          // most questions in the catalogue; 0: no limit
	QuestionLimit int     `json:"question_limit,omitempty"` // most UTF-16 units of a question; 0: no limit but MaxTextUnits
	AnswerLimit   int     `json:"answer_limit,omitempty"`   // most UTF-16 units of a submitted answer; 0: as above
	Topics        []Topic `json:"topics,omitempty"`

	Order        Order          `json:"order,omitempty"`         // of the respondents, wherever they stand
	OrderSource  string         `json:"order_source,omitempty"`  // where the numbers of OrderNumber are from, printed with them
	OrderRule    string         `json:"order_rule,omitempty"`    // what the source of an import says of its order, see QuotedOrder; else what was typed before there was a choice, printed no more
	Licence      string         `json:"licence,omitempty"`       // SPDX identifier of the publication
	Deadline     Instant        `json:"deadline,omitzero"`       // for all who answer with us
	Extended     []DateChange   `json:"extended,omitempty"`      // every change of the deadline after the dispatch, public
	Cover        Cover          `json:"cover,omitzero"`          // cover letter
	Reminders    []ReminderStep `json:"reminders,omitempty"`     // planned ones, stopped ones included; until the dispatch what is planned so far
	NewReminders []ReminderStep `json:"new_reminders,omitempty"` // asked for after the dispatch, wait for a second person (ActReminder)

	LockedAt     time.Time    `json:"locked_at,omitzero"`
	Undone       []UndoneLock `json:"undone,omitempty"`      // the catalogues locked before, the oldest first
	Errata       []Erratum    `json:"errata,omitempty"`      // after the dispatch, the oldest first
	NewErratum   *Erratum     `json:"new_erratum,omitempty"` // asked for, waits for a second person (ActErratum)
	DispatchedAt time.Time    `json:"dispatched_at,omitzero"`
	ArchivedAt   time.Time    `json:"archived_at,omitzero"`   // since when it stands in no list but that of the archive
	Imported     bool         `json:"imported,omitempty"`     // read-only
	PublishedAt  Stamp        `json:"published_at,omitempty"` // as an import says
	Treatment    Treatment    `json:"treatment,omitzero"`     // as an import says
	CreatedAt    time.Time    `json:"created_at"`
	Revision     int          `json:"revision"`
	Scale        []Step       `json:"scale,omitempty"` // own positions of an import, in their order; none: agree, neutral, disagree
}

// Key implements Entity.
func (q Questionnaire) Key() string { return string(q.ID) }

// StepLabel is what the questionnaire's own scale calls a position; "" where it has none, or no such step.
func (q Questionnaire) StepLabel(p Position) string {
	for _, step := range q.Scale {
		if step.ID == p {
			return step.Label
		}
	}
	return ""
}

// The indexes of questionnaires: by slug, by election, and of those that were sent out here when their time is over and when they went out,
// <deadline>/<dispatch>.
var (
	QuestionnaireSlug     = Index[Questionnaire]{"slug", func(q Questionnaire) string { return string(q.Slug) }}
	QuestionnaireElection = Index[Questionnaire]{"election", func(q Questionnaire) string { return string(q.Election) }}
	QuestionnaireSent     = Index[Questionnaire]{"sent", func(q Questionnaire) string {
		if q.Imported || q.DispatchedAt.IsZero() {
			return ""
		}
		return TimeKey(q.Deadline.At) + "/" + TimeKey(q.DispatchedAt)
	}}
)

// Indexes implements Indexed.
func (Questionnaire) Indexes() []Index[Questionnaire] {
	return []Index[Questionnaire]{QuestionnaireSlug, QuestionnaireElection, QuestionnaireSent}
}

// Topic groups questions of one questionnaire.
type Topic struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// DateChange is one change of a date after the dispatch: of the deadline, an extension for all or the early end of the round, or of a
// respondent's own date.
type DateChange struct {
	From   Instant   `json:"from"`
	To     Instant   `json:"to"`
	Reason string    `json:"reason,omitempty"` // "" the round was ended early: see Ended
	At     time.Time `json:"at"`
	By     string    `json:"by"` // user id
}

// Ended tells whether the date moved because the round was ended early: nothing more was to come from anybody.
func (d DateChange) Ended() bool { return d.Reason == "" }

// Cover is the cover letter: a subject and a body with placeholders (see Placeholders).
type Cover struct {
	Subject  string `json:"subject,omitempty"`
	Body     string `json:"body,omitempty"`
	Language string `json:"language,omitempty"` // it is written in, "" is German; dates and our own sentences in it follow
}

// UndoneLock is a catalogue whose lock was undone before anything was sent. Its wording is in the revisions it names, which are never
// changed.
type UndoneLock struct {
	Number      int              `json:"number"`
	Hash        string           `json:"hash"` // Catalogue.Hash
	Questions   []LockedQuestion `json:"questions"`
	LockedAt    time.Time        `json:"locked_at"`
	LockedBy    string           `json:"locked_by"`            // user id
	CheckedBy   string           `json:"checked_by,omitempty"` // user id of the lock's second person
	At          time.Time        `json:"at"`
	By          string           `json:"by"`                     // user id, who asked for undoing it
	ConfirmedBy string           `json:"confirmed_by,omitempty"` // user id of the second person
}

// LockedQuestion is a drafted question as it was locked.
type LockedQuestion struct {
	ID       QuestionID `json:"id"`
	Revision int        `json:"revision"`
}

// LockNumber is the number of the catalogue that is locked, or that the next lock makes: from 1.
func (q Questionnaire) LockNumber() int { return len(q.Undone) + 1 }

// Phase is where a questionnaire stands on its way.
type Phase string

// The phases. An imported questionnaire is in PhaseImported for good.
const (
	PhaseDraft    Phase = "draft"    // questions are drafted
	PhaseLocked   Phase = "locked"   // the catalogue is locked, not yet sent
	PhaseOpen     Phase = "open"     // sent; the deadline is not over
	PhaseClosed   Phase = "closed"   // the deadline is over
	PhaseImported Phase = "imported" // read-only
)

// Phases in their order.
var Phases = []Phase{PhaseDraft, PhaseLocked, PhaseOpen, PhaseClosed, PhaseImported}

// Phase tells where the questionnaire stands at an instant.
func (q Questionnaire) Phase(now time.Time) Phase {
	switch {
	case q.Imported:
		return PhaseImported
	case q.LockedAt.IsZero():
		return PhaseDraft
	case q.DispatchedAt.IsZero():
		return PhaseLocked
	case now.Before(q.Deadline.At):
		return PhaseOpen
	}
	return PhaseClosed
}

// Listed is a questionnaire in one of the lists, with what all of them show.
type Listed struct {
	Questionnaire Questionnaire
	Election      Election // zero while it has none
	Phase         Phase
}

// Archived tells whether the questionnaire stands in the archive only.
func (q Questionnaire) Archived() bool { return !q.ArchivedAt.IsZero() }

// ListQuestionnaires returns the questionnaires that are in some phases, in any if none are named, the newest first. Those in the
// archive are left out.
func (s *Kernel) ListQuestionnaires(tx *Tx, phases ...Phase) (list []Listed, err error) {
	return s.listed(tx, false, phases)
}

// ListArchive returns the questionnaires in the archive, the newest first.
func (s *Kernel) ListArchive(tx *Tx) (list []Listed, err error) { return s.listed(tx, true, nil) }

func (s *Kernel) listed(tx *Tx, archived bool, phases []Phase) (list []Listed, err error) {
	for q, err := range tx.Questionnaires.Backward("", "") {
		if err != nil {
			return nil, err
		}
		one := Listed{Questionnaire: q, Phase: q.Phase(s.At(tx))}
		if q.Archived() != archived || len(phases) > 0 && !slices.Contains(phases, one.Phase) {
			continue
		}
		if one.Election, err = tx.Election(q.Election); err != nil && !IsNotFound(err) {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// InPhase returns Conflict unless the questionnaire is in one of the phases at an instant.
func (q Questionnaire) InPhase(now time.Time, phases ...Phase) error {
	if phase := q.Phase(now); !slices.Contains(phases, phase) {
		return Fail(Conflict, "error.phase."+string(phase))
	}
	return nil
}

// Approval is a binding act that waits for its second person, or had one. It binds to the content by its digest: when the
// content changes, the approval is void and must be asked for again.
type Approval struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	Act           ApprovalKind    `json:"act"`
	Subject       string          `json:"subject,omitempty"` // id of the transcription, or of the respondent whose address changes or who gets a letter; "" otherwise
	Digest        string          `json:"digest"`            // hex SHA-256 of what is to be done
	RequestedBy   string          `json:"requested_by"`      // user id
	RequestedAt   time.Time       `json:"requested_at"`
	ApprovedBy    string          `json:"approved_by,omitempty"`
	ApprovedAt    time.Time       `json:"approved_at,omitzero"`
}

// ApprovalKind names the acts a two-person rule can guard.
type ApprovalKind string

// The acts.
const (
	ActLock          ApprovalKind = "lock"
	ActUnlock        ApprovalKind = "unlock" // undoing the lock before the dispatch
	ActDispatch      ApprovalKind = "dispatch"
	ActTranscription ApprovalKind = "transcription"
	ActPublication   ApprovalKind = "publication"
	ActAddress       ApprovalKind = "address"  // where a respondent's mails go after the dispatch
	ActErratum       ApprovalKind = "erratum"  // what corrects a question after the dispatch
	ActEnd           ApprovalKind = "end"      // of the round before its deadline
	ActReminder      ApprovalKind = "reminder" // reminders planned after the dispatch, or sent at once
	ActPost          ApprovalKind = "post"     // a printed letter with a fresh code: in place of mails that do not arrive, or of one that was posted
)

// ApprovalKinds are all acts.
var ApprovalKinds = []ApprovalKind{ActLock, ActUnlock, ActDispatch, ActTranscription, ActPublication, ActAddress, ActErratum, ActEnd, ActReminder, ActPost}

// Key implements Entity.
func (a Approval) Key() string { return In(a.Questionnaire) + string(a.Act) + "/" + a.Subject }

// QuestionnaireBySlug finds a questionnaire by its slug.
func QuestionnaireBySlug(tx *Tx, slug Slug) (Questionnaire, error) {
	place, err := First(tx.Questionnaires.By(QuestionnaireSlug).Keys(Exact(string(slug))))
	if err != nil {
		return Questionnaire{}, err
	}
	return QuestionnaireSlug.At(tx.Questionnaires, place)
}

// reservedSlugs are addresses of pages that stand where a questionnaire's would.
var reservedSlugs = []Slug{"neu", "en"}

// ReservedSlug tells the slugs that no questionnaire may have, drafted here or imported.
func ReservedSlug(slug Slug) bool { return slices.Contains(reservedSlugs, slug) }
