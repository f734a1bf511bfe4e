package survey

import (
	"maps"
	"slices"
	"time"
)

// Treatment is the equal-treatment report of a comparison: how all respondents were treated alike, and where they were not. Nothing in
// it is typed for it: all of it comes from the records. All of it is public, and none of it tells who has answered as long as
// that is not shown.
type Treatment struct {
	Catalogue    string           `json:"catalogue,omitempty"` // hex SHA-256 of the locked questions, see Catalogue.Hash
	Letter       string           `json:"letter,omitempty"`    // hex SHA-256 of the JSON array of the cover letter's subject and body, as they were before names and links; "" nothing went by mail
	Questions    int              `json:"questions,omitempty"`
	AnswerLimit  int              `json:"answer_limit,omitempty"` // most UTF-16 units of an answer; 0 none
	DispatchedAt Stamp            `json:"dispatched_at,omitempty"`
	Deadline     Stamp            `json:"deadline,omitempty"`     // as it was at the dispatch
	Order        Order            `json:"order,omitempty"`        // of the respondents
	OrderSource  string           `json:"order_source,omitempty"` // of OrderNumber
	Asked        int              `json:"asked,omitempty"`        // respondents
	Open         bool             `json:"open,omitempty"`         // somebody still has time: what would tell who has answered is left out
	Answers      TreatedAnswers   `json:"answers,omitzero"`
	Entries      []TreatmentEntry `json:"entries,omitempty"` // by kind, in the order of TreatmentKinds
}

// TreatedAnswers counts the answers by the way they came: what Return.Said counts of all respondents together.
type TreatedAnswers struct {
	Form      int `json:"form,omitempty"`      // submitted by the party itself
	ByPerson  int `json:"by_person,omitempty"` // transcribed from a letter, checked by a second person of the alliance
	ByParty   int `json:"by_party,omitempty"`  // transcribed, confirmed by the party
	Unchecked int `json:"unchecked,omitempty"` // transcribed, checked by nobody
	Over      int `json:"over,omitempty"`      // of all these, longer than AnswerLimit
}

// TreatmentEntry is one thing that was done, or in which respondents were not treated alike. What it has depends on its kind.
type TreatmentEntry struct {
	Kind      TreatmentKind `json:"kind"`
	Party     Slug          `json:"party,omitempty"`     // slug of the respondent; "" all
	Questions []int         `json:"questions,omitempty"` // numbers; none: all
	At        Stamp         `json:"at,omitempty"`
	From      Stamp         `json:"from,omitempty"` // the date before
	To        Stamp         `json:"to,omitempty"`   // the date since
	Days      int           `json:"days,omitempty"`
	Count     int           `json:"count,omitempty"`
	Lost      int           `json:"lost,omitempty"` // of Count, those that did not arrive
	Reason    string        `json:"reason,omitempty"`
	Source    string        `json:"source,omitempty"`
	Channel   Channel       `json:"channel,omitempty"`
	Text      string        `json:"text,omitempty"` // a wording that differs
}

// TreatmentKind says what an entry is.
type TreatmentKind string

// The kinds, in the order of the report.
const (
	TreatedDispatch    TreatmentKind = "dispatch"     // the cover letter went out to Count respondents by mail
	TreatedPlanned     TreatmentKind = "planned"      // a reminder was planned, Days before each respondent's date; To is when it was stopped
	TreatedReminder    TreatmentKind = "reminder"     // went out to Count
	TreatedMissed      TreatmentKind = "missed"       // a planned reminder did not go to the party, since its instant was over by more than a day
	TreatedExtension   TreatmentKind = "extension"    // the deadline moved for all; Count were told by mail
	TreatedEnded       TreatmentKind = "ended"        // the round ended early, since nothing more was to come from anybody; Count were told by mail. With a party: only its own date still ran
	TreatedErratum     TreatmentKind = "erratum"      // Text corrects a question; Count were told by mail
	TreatedByPost      TreatmentKind = "by_post"      // the party, asked by post, was told of the change at From by a letter sent on the day At; where At is From it was not told
	TreatedLetter      TreatmentKind = "other_letter" // the cover letter went to Count in other words
	TreatedNotAsked    TreatmentKind = "not_asked"
	TreatedNotReached  TreatmentKind = "not_reached"
	TreatedNotAdmitted TreatmentKind = "not_admitted"
	TreatedResigned    TreatmentKind = "resigned"
	TreatedLater       TreatmentKind = "asked_later" // than the others
	TreatedProcedure   TreatmentKind = "procedure"   // asked by another way than our form
	TreatedOwnDate     TreatmentKind = "own_date"    // had a date of its own from the start
	TreatedOwnMore     TreatmentKind = "own_extension"
	TreatedLanguage    TreatmentKind = "language"   // our form and its mails were in another language than German
	TreatedLeftOut     TreatmentKind = "left_out"   // some questions were not put to it
	TreatedShortened   TreatmentKind = "shortened"  // a question was entered in its own form as Text
	TreatedOverLimit   TreatmentKind = "over_limit" // a letter had answers longer than AnswerLimit, and they were taken whole
	TreatedLate        TreatmentKind = "late"       // answered after its date
	TreatedCorrected   TreatmentKind = "corrected"
	TreatedWithdrawn   TreatmentKind = "withdrawn"
)

// TreatmentKinds in the order of the report.
var TreatmentKinds = []TreatmentKind{TreatedDispatch, TreatedPlanned, TreatedReminder, TreatedMissed, TreatedExtension, TreatedEnded, TreatedErratum, TreatedByPost, TreatedLetter, TreatedNotAsked, TreatedNotReached, TreatedNotAdmitted,
	TreatedResigned, TreatedLater, TreatedProcedure, TreatedOwnDate, TreatedOwnMore, TreatedLanguage, TreatedLeftOut, TreatedShortened, TreatedOverLimit,
	TreatedLate, TreatedCorrected, TreatedWithdrawn}

// Empty tells whether there is no report to show.
func (t Treatment) Empty() bool { return t.DispatchedAt == "" && len(t.Entries) == 0 }

// Of returns the entries of some kinds, in their order.
func (t Treatment) Of(kinds ...TreatmentKind) (list []TreatmentEntry) {
	for _, e := range t.Entries {
		if slices.Contains(kinds, e.Kind) {
			list = append(list, e)
		}
	}
	return list
}

// treatment fills in the report of a comparison whose cells are there. An import has the one it came with.
func (c *Comparison) treatment(tx *Tx, respondents []Respondent, mails map[RespondentID][]Mail) error {
	q := c.Questionnaire
	if q.Imported || q.DispatchedAt.IsZero() {
		c.Treatment = q.Treatment
		return nil
	}
	dispatches, err := Collect(tx.Dispatches.List(In(q.ID)))
	if err != nil {
		return err
	}
	b := treatmentBuilder{c: c, tx: tx, mails: mails, all: slices.Concat(slices.Collect(maps.Values(mails))...), Treatment: Treatment{
		Catalogue: c.Catalogue.Hash, Questions: len(c.Catalogue.Questions), AnswerLimit: q.AnswerLimit, DispatchedAt: StampOf(q.DispatchedAt.In(q.Deadline.Location())),
		Deadline: q.FirstDeadline().Stamp(), Order: q.Rule(),
	}}
	if b.Order == OrderNumber {
		b.OrderSource = q.OrderSource
	}
	for _, r := range c.Respondents {
		b.Open = b.Open || slices.ContainsFunc(r.Cells, func(c ComparedCell) bool { return c.Status == Pending })
		if !r.AskedAt.IsZero() {
			b.Asked++
		}
	}
	b.sent(dispatches, respondents)
	for _, column := range c.Respondents { // in the printed order
		i := slices.IndexFunc(respondents, func(r Respondent) bool { return r.ID == column.ID })
		b.stands(column, respondents[i])
		b.asked(column, respondents[i])
		if err := b.answered(column, respondents[i]); err != nil {
			return err
		}
	}
	slices.SortStableFunc(b.Entries, func(a, b TreatmentEntry) int {
		return slices.Index(TreatmentKinds, a.Kind) - slices.Index(TreatmentKinds, b.Kind)
	})
	c.Treatment = b.Treatment
	return nil
}

// FirstDeadline is the deadline as it was before it was extended.
func (q Questionnaire) FirstDeadline() Instant {
	if len(q.Extended) > 0 {
		return q.Extended[0].From
	}
	return q.Deadline
}

type treatmentBuilder struct {
	c     *Comparison
	tx    *Tx
	mails map[RespondentID][]Mail
	all   []Mail // the same in one list
	Treatment
}

// stamp is an instant in the zone of the deadline.
func (b *treatmentBuilder) stamp(t time.Time) Stamp {
	return StampOf(t.In(b.c.Questionnaire.Deadline.Location()))
}

func (b *treatmentBuilder) add(e TreatmentEntry) { b.Entries = append(b.Entries, e) }

// sent tells what went out to all: the cover letter, reminders, extensions.
func (b *treatmentBuilder) sent(dispatches []Dispatch, respondents []Respondent) {
	b.planned(dispatches)
	for _, d := range dispatches {
		e := TreatmentEntry{At: b.stamp(d.At)}
		e.Count, e.Lost = b.told(d.ID)
		letter := DigestOf([]string{d.Subject, d.Body})
		switch {
		case d.Kind == MailInvitation && d.At.Equal(b.c.Questionnaire.DispatchedAt):
			if e.Kind, b.Letter = TreatedDispatch, letter; e.Count == 0 { // to letters on paper alone
				continue
			}
		case d.Kind == MailInvitation && letter != b.Letter && b.Letter != "" && e.Count > 0:
			e.Kind = TreatedLetter
		case d.Kind != MailReminder || e.Count == 0, b.Open && d.Step != "": // one to whoever has a date of its own tells that it has not answered
			continue
		default:
			if e.Kind = TreatedReminder; b.Open { // who was not reminded has answered
				e.Count, e.Lost = 0, 0
			}
		}
		b.add(e)
	}
	for _, change := range b.c.Questionnaire.Extended {
		e := TreatmentEntry{Kind: TreatedExtension, At: b.stamp(change.At), From: change.From.Stamp(), To: change.To.Stamp(), Reason: change.Reason}
		if change.Ended() {
			e.Kind = TreatedEnded
		}
		for _, d := range dispatches {
			if d.Kind == MailExtension && d.At.Equal(change.At) {
				e.Count, e.Lost = b.told(d.ID)
			}
		}
		b.add(e)
		b.byPost(respondents, change.At, nil, func(r Respondent) bool {
			return r.Due.IsZero() || slices.ContainsFunc(r.DueChanges, func(own DateChange) bool { return own.At.Equal(change.At) })
		})
	}
	for _, erratum := range b.c.Questionnaire.Errata {
		question, _ := b.c.Catalogue.Question(erratum.Question)
		e := TreatmentEntry{Kind: TreatedErratum, Questions: []int{question.Number}, At: b.stamp(erratum.At), Text: erratum.Text}
		e.Count, e.Lost = b.told(erratum.Dispatch)
		b.add(e)
		b.byPost(respondents, erratum.At, e.Questions, func(r Respondent) bool {
			asked, _ := r.Asked(erratum.Question)
			return asked
		})
	}
}

// byPost tells of each respondent that had been asked by post before a change, and whom it concerns, whether a letter went to it since: what
// was printed before says nothing of the change.
func (b *treatmentBuilder) byPost(respondents []Respondent, at time.Time, questions []int, concerns func(Respondent) bool) {
	for _, column := range b.c.Respondents { // in the printed order
		r := respondents[slices.IndexFunc(respondents, func(r Respondent) bool { return r.ID == column.ID })]
		before := slices.ContainsFunc(r.Letters, func(l PrintedLetter) bool { return l.SentOn != "" && !l.At.After(at) })
		if !r.ByPost() || r.AskedAt.IsZero() || r.AskedAt.After(at) && !before || r.Standing.Out() || r.NotReached != nil || !concerns(r) {
			continue
		}
		e := TreatmentEntry{Kind: TreatedByPost, Party: r.Slug, Questions: questions, At: b.stamp(at), From: b.stamp(at)}
		if i := slices.IndexFunc(r.Letters, func(l PrintedLetter) bool { return l.At.After(at) && l.SentOn != "" }); i >= 0 {
			e.At = Stamp(r.Letters[i].SentOn)
		}
		b.add(e)
	}
}

// told counts as Told does. "" is no dispatch.
func (b *treatmentBuilder) told(dispatch string) (count, lost int) {
	if dispatch == "" {
		return 0, 0
	}
	return Told(b.all, dispatch)
}

// planned tells which reminders were planned, and to whom one did not go because its instant was over. Whoever got it later, since the
// date moved, has not missed it.
func (b *treatmentBuilder) planned(dispatches []Dispatch) {
	for _, step := range b.c.Questionnaire.Reminders {
		e := TreatmentEntry{Kind: TreatedPlanned, Days: step.Days, At: b.stamp(step.Planned.At)}
		if step.Stopped != nil {
			e.To = b.stamp(step.Stopped.At)
		}
		b.add(e)
		if b.Open {
			continue
		}
		for _, r := range b.c.Respondents {
			missed, got := time.Time{}, false
			for _, d := range dispatches {
				if d.Step != step.ID {
					continue
				}
				if step.Missed(d, r.ID, r.Due) {
					missed = d.At
				}
				got = got || slices.ContainsFunc(b.mails[r.ID], func(m Mail) bool { return !m.Copy && m.Dispatch == d.ID && m.State != MailRevoked })
			}
			if !missed.IsZero() && !got {
				b.add(TreatmentEntry{Kind: TreatedMissed, Party: r.Slug, At: b.stamp(missed)})
			}
		}
	}
}

// stands tells who was not asked, not reached, or does not stand.
func (b *treatmentBuilder) stands(column ComparedRespondent, r Respondent) {
	e := TreatmentEntry{Party: r.Slug, At: Stamp(r.Standing.Since), Reason: r.Standing.Reason, Source: r.Standing.Source}
	switch r.Standing.State {
	case StateNotAdmitted:
		e.Kind = TreatedNotAdmitted
		b.add(e)
	case StateResigned:
		e.Kind = TreatedResigned
		b.add(e)
	}
	if r.NotAsked != "" && !r.Standing.Out() {
		b.add(TreatmentEntry{Kind: TreatedNotAsked, Party: r.Slug, Reason: r.NotAsked})
	}
	if r.NotReached != nil && slices.ContainsFunc(column.Cells, func(c ComparedCell) bool { return c.Status == NotReached }) {
		b.add(TreatmentEntry{Kind: TreatedNotReached, Party: r.Slug, At: b.stamp(r.NotReached.At), Reason: r.NotReached.Reason})
	}
}

// asked tells in what a respondent was asked otherwise than the others.
func (b *treatmentBuilder) asked(column ComparedRespondent, r Respondent) {
	if r.AskedAt.IsZero() {
		return
	}
	switch channel := r.Procedure.Channel; {
	case channel == ChannelPost && r.ToPost != nil:
		b.add(TreatmentEntry{Kind: TreatedProcedure, Party: r.Slug, At: r.postedDay(b.c.Questionnaire.Deadline.Location()), Channel: channel, Reason: r.ToPost.Reason})
	case channel == ChannelPost:
		b.add(TreatmentEntry{Kind: TreatedProcedure, Party: r.Slug, At: Stamp(r.AskedAt.In(b.c.Questionnaire.Deadline.Location()).Format(time.DateOnly)), Channel: channel})
	case channel != ChannelForm && channel != ChannelUnknown:
		b.add(TreatmentEntry{Kind: TreatedProcedure, Party: r.Slug, At: b.stamp(r.AskedAt), Channel: channel, Source: r.Procedure.Source})
	case r.AskedAt.After(b.c.Questionnaire.DispatchedAt):
		b.add(TreatmentEntry{Kind: TreatedLater, Party: r.Slug, At: b.stamp(r.AskedAt)})
	}
	if first := r.firstDue(b.c.Questionnaire); !first.IsZero() {
		b.add(TreatmentEntry{Kind: TreatedOwnDate, Party: r.Slug, To: first.Stamp(), Reason: r.DueReason.Text, Source: r.Procedure.Source})
	}
	for _, change := range r.DueChanges {
		if change.Ended() {
			if !slices.ContainsFunc(b.c.Questionnaire.Extended, func(all DateChange) bool { return all.At.Equal(change.At) }) { // else told for all
				b.add(TreatmentEntry{Kind: TreatedEnded, Party: r.Slug, At: b.stamp(change.At), From: change.From.Stamp(), To: change.To.Stamp()})
			}
			continue
		}
		b.add(TreatmentEntry{Kind: TreatedOwnMore, Party: r.Slug, At: b.stamp(change.At), From: change.From.Stamp(), To: change.To.Stamp(), Reason: change.Reason})
	}
	if r.LanguageReason.Text != "" {
		b.add(TreatmentEntry{Kind: TreatedLanguage, Party: r.Slug, Reason: r.LanguageReason.Text})
	}
	if r.Portal != nil {
		for _, s := range r.Portal.Shortened {
			question, _ := b.c.Catalogue.Question(s.Question)
			b.add(TreatmentEntry{Kind: TreatedShortened, Party: r.Slug, Questions: []int{question.Number}, At: b.stamp(r.Portal.At), Reason: s.Reason, Text: s.Text})
		}
	}
	var reasons []string
	numbers := map[string][]int{}
	for _, cell := range column.Cells {
		if reason := r.LeftOut[cell.Question.ID]; reason != "" {
			if numbers[reason] == nil {
				reasons = append(reasons, reason)
			}
			numbers[reason] = append(numbers[reason], cell.Question.Number)
		}
	}
	for _, reason := range reasons {
		b.add(TreatmentEntry{Kind: TreatedLeftOut, Party: r.Slug, Questions: numbers[reason], Reason: reason})
	}
}

// firstDue is the respondent's own date before it was moved after it was asked; zero: it had none then.
func (r Respondent) firstDue(q Questionnaire) Instant {
	if len(r.DueChanges) == 0 {
		return r.Due
	}
	first := r.DueChanges[0].From
	common := append([]DateChange{{From: q.Deadline}}, q.Extended...)
	if slices.ContainsFunc(common, func(c DateChange) bool { return first.At.Equal(c.From.At) || first.At.Equal(c.To.At) }) {
		return Instant{}
	}
	return first
}

// answered counts how answers came, and tells which came or changed after the respondent's date. It looks at what is shown alone.
func (b *treatmentBuilder) answered(column ComparedRespondent, r Respondent) error {
	type act struct {
		kind   TreatmentKind
		record string
		at     time.Time
	}
	var acts []act
	entries := map[act]*TreatmentEntry{}
	for _, cell := range column.Cells {
		if v := cell.Current; v != nil && v.Status.Answers() {
			if err := b.count(*v); err != nil {
				return err
			}
		}
		for i, v := range cell.History {
			note := func(kind TreatmentKind, reason string) {
				one := act{kind, v.Record, v.CountsAt}
				if entries[one] == nil {
					acts = append(acts, one)
					entries[one] = &TreatmentEntry{Kind: kind, Party: column.Slug, At: v.ReceivedAt, Reason: reason}
				}
				entries[one].Questions = append(entries[one].Questions, cell.Question.Number)
			}
			switch kind := v.TreatedAs(b.c.Questionnaire, r, i == 0); kind {
			case "":
			case TreatedLate:
				note(kind, "")
			default:
				note(kind, v.ChangeNote)
			}
			letter, err := b.overLimit(v)
			if err != nil {
				return err
			}
			if letter != nil {
				note(TreatedOverLimit, letter.OverReason)
			}
		}
	}
	slices.SortStableFunc(acts, func(a, b act) int { return a.at.Compare(b.at) })
	for _, one := range acts {
		b.add(*entries[one])
	}
	return nil
}

// TreatedAs tells what a version of r is by the report: TreatedLate, TreatedCorrected or TreatedWithdrawn; "" what came before the
// respondent's date. What changes after an early end is a correction, and not late yet. first tells whether readers see no version of
// the cell before it.
func (v Version) TreatedAs(q Questionnaire, r Respondent, first bool) TreatmentKind {
	switch {
	case !v.LateFor(q, r) && (first || v.CountsAt.Before(r.DueAt(q).At)):
		return ""
	case v.Status == Withdrawn:
		return TreatedWithdrawn
	case first:
		return TreatedLate
	}
	return TreatedCorrected
}

// overLimit returns the letter a version came with if it is one of Letter.OverLimit, else nil. Our form takes no such answer.
func (b *treatmentBuilder) overLimit(v Version) (*Letter, error) {
	if v.Provenance != Transcribed || b.AnswerLimit == 0 || Length(v.Text) <= b.AnswerLimit {
		return nil, nil
	}
	letter, err := GetLetter(b.tx, v.Record)
	if err != nil {
		return nil, err
	}
	for _, e := range letter.OverLimit(b.c.Questionnaire) {
		if e.Question == v.Question {
			return &letter, nil
		}
	}
	return nil, nil
}

func (b *treatmentBuilder) count(v Version) error {
	a := &b.Answers
	switch {
	case v.Provenance == ByForm:
		a.Form++
	case v.Confirmation() == ConfirmedByParty:
		a.ByParty++
	case v.Confirmation() != "":
		a.ByPerson++
	default:
		a.Unchecked++
	}
	letter, err := b.overLimit(v)
	if letter != nil {
		a.Over++
	}
	return err
}
