package answer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// Sheet is everything a party sees of its own answers at one instant. It holds nothing of any other respondent.
type Sheet struct {
	Alliance      survey.Alliance
	Election      survey.Election
	Questionnaire survey.Questionnaire
	Respondent    survey.Respondent
	Catalogue     survey.Catalogue
	Due           survey.Instant
	Now           time.Time
	End           survey.Instant      // of all answering: the close of the polls
	ConfirmEnd    survey.Instant      // until when a letter that came before End can be confirmed
	LateAfter     survey.Instant      // what comes after it is late: Due, or where the round was ended early the date that was announced
	Over          bool                // the respondent's date is over: what comes now is late, unless Early
	Early         bool                // it is over because the round was ended early: what comes now is a correction, and not late yet
	Ended         bool                // nothing can be submitted any more
	Cells         []Cell              // of the questions it was asked, in the order of the catalogue
	Waits         []WaitingSubmission // for their codes: this session's own first, then the newest
	NoTries       bool                // this session has entered too many wrong codes
	Crowded       bool                // so much waits that "Absenden" wants a code at once
	Press         Press               // that the browser keeps and that still counts; zero: none
	Confirmed     []survey.Submission // newest first
	Letters       []LetterToConfirm   // of the party alone, that wait for whoever confirms them
	HandMade      []time.Time         // when each open access link was made that no mail carried; in Service.Sheet only
}

// ConfirmOver tells whether no letter can be confirmed any more.
func (s Sheet) ConfirmOver() bool { return !s.Now.Before(s.ConfirmEnd.At) }

// WaitingSubmission is one that waits for its code.
type WaitingSubmission struct {
	survey.Submission
	Own        bool             // it was asked for in this session
	Revoked    bool             // the access link it was asked for by has been revoked since
	CodeMail   survey.MailState // of the mail with the code it waits for
	CodeMailed time.Time        // when that mail was made
}

// NoCode tells why no code gets to the party, in a message key; "" one does: by mail, or on paper.
func (s Sheet) NoCode() string {
	switch r := s.Respondent; {
	case r.Email != "" || r.PaperCode():
		return ""
	case r.ByPost():
		return "answer.error.paper_spent"
	}
	return "answer.error.no_address"
}

// Waiting returns the submission with the id if it waits for its code; with id "" the first that does. Nil: there is none.
func (s Sheet) Waiting(id string) *WaitingSubmission {
	for i := range s.Waits {
		if id == "" || s.Waits[i].ID == id {
			return &s.Waits[i]
		}
	}
	return nil
}

// Cell is one question with what the party has said to it so far.
type Cell struct {
	Question survey.CatalogueQuestion
	AskedBy  []string // names of the organisations
	Topic    string   // name
	Draft    survey.AnswerDraft
	Standing *survey.Version // what counts now, nil if nothing has been handed in
	State    State
	Late     bool         // the draft was saved after the respondent's date
	Entry    survey.Entry // what a submission would say now; empty: nothing
	Limit    int          // most UTF-16 units of a submitted text
	Problems []Problem
	versions []survey.Version // all of the cell, in the order of their numbers
}

// State is how far a party is with one question.
type State string

// The states of an answer, as a party sees them.
const (
	StateNone        State = "none"
	StateBegun       State = "draft"
	StateDone        State = "done"
	StateSubmitted   State = "submitted"
	StateChanged     State = "changed"     // the draft differs from what was submitted
	StateTranscribed State = "transcribed" // the office entered it from a mail or letter
)

// Problem is something to know before submitting. Key is answer.problem.…
type Problem struct {
	Key   string
	Args  []any
	Stops bool // a submission is refused while it is there
}

// own tells whether the party itself submitted what stands.
func (c Cell) own() bool { return c.Standing != nil && c.Standing.Provenance == survey.ByForm }

// CanWithdraw tells whether there is something to withdraw.
func (c Cell) CanWithdraw() bool { return c.Standing != nil && c.Standing.Status != survey.Withdrawn }

// said is what an entry says once it is handed in. A draft also keeps what was typed before another choice was made.
func said(e survey.Entry, kind survey.QuestionKind) survey.Entry {
	switch e.Status {
	case survey.Declined:
		return survey.Entry{Status: survey.Declined, Reason: e.Reason}
	case survey.NoPosition, survey.Withdrawn:
		return survey.Entry{Status: e.Status}
	}
	said := survey.Entry{Status: survey.Answered, Text: e.Text}
	if kind == survey.KindThesis {
		said.Position = e.Position
	}
	if said.Empty() {
		return survey.Entry{}
	}
	return said
}

// Sheet returns the party's own sheet, with the links the office made by hand: a party knows who can come in.
func (s *Service) Sheet(ctx context.Context, actor survey.Actor) (sheet Sheet, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		now := s.At(tx)
		if sheet, err = s.sheet(tx, actor, now); err != nil {
			return err
		}
		links, err := survey.LinksOf(tx, actor.Questionnaire, actor.Respondent)
		for _, l := range links {
			if l.Mail == "" && !l.Printed && l.RevokedAt.IsZero() {
				sheet.HandMade = append(sheet.HandMade, l.CreatedAt)
			}
		}
		return err
	})
	return sheet, err
}

// blank returns a sheet without its cells, and without what has come of them.
func (s *Service) blank(tx *survey.Tx, actor survey.Actor, now time.Time) (sheet Sheet, err error) {
	if sheet.Questionnaire, sheet.Respondent, err = s.party(tx, actor); err != nil {
		return sheet, err
	}
	if sheet.Catalogue, err = tx.Catalogue(sheet.Questionnaire.ID); err != nil {
		return sheet, err
	}
	if sheet.Election, err = tx.Election(sheet.Questionnaire.Election); err != nil {
		return sheet, err
	}
	sheet.Due, sheet.Now = sheet.Respondent.DueAt(sheet.Questionnaire), now
	sheet.End = sheet.Election.AnswersEnd(sheet.Questionnaire, sheet.Due)
	sheet.ConfirmEnd = sheet.Election.ConfirmEnd(sheet.Questionnaire, sheet.Due)
	sheet.LateAfter = sheet.Respondent.LateAfter(sheet.Questionnaire)
	sheet.Over, sheet.Ended = !now.Before(sheet.Due.At), !now.Before(sheet.End.At)
	sheet.Early = sheet.Over && now.Before(sheet.LateAfter.At)
	return sheet, nil
}

// asking reads a sheet with the cell of one question alone.
func (s *Service) asking(number int) func(*survey.Tx, survey.Actor, time.Time) (Sheet, error) {
	return func(tx *survey.Tx, actor survey.Actor, now time.Time) (Sheet, error) {
		sheet, err := s.blank(tx, actor, now)
		if err != nil {
			return sheet, err
		}
		for _, question := range sheet.Catalogue.Questions {
			asked, _ := sheet.Respondent.Asked(question.ID)
			if !asked || question.Number != number {
				continue
			}
			key := sheet.Respondent.Key() + "/" + string(question.ID)
			draft, err := tx.AnswerDrafts.Get(key)
			if err != nil && !survey.IsNotFound(err) {
				return sheet, err
			}
			versions, err := survey.Collect(tx.Versions.List(key + "/"))
			if err != nil {
				return sheet, err
			}
			sheet.Cells = append(sheet.Cells, cell(sheet, question, draft, versions))
		}
		return sheet, nil
	}
}

func (s *Service) sheet(tx *survey.Tx, actor survey.Actor, now time.Time) (sheet Sheet, err error) {
	if sheet, err = s.blank(tx, actor, now); err != nil {
		return sheet, err
	}
	r := sheet.Respondent
	if sheet.Alliance, err = survey.LoadAlliance(tx); err != nil {
		return sheet, err
	}
	prefix := r.Key() + "/"
	drafts := map[survey.QuestionID]survey.AnswerDraft{}
	for d, err := range tx.AnswerDrafts.List(prefix) {
		if err != nil {
			return sheet, err
		}
		drafts[d.Question] = d
	}
	versions := map[survey.QuestionID][]survey.Version{}
	for v, err := range tx.Versions.List(prefix) {
		if err != nil {
			return sheet, err
		}
		versions[v.Question] = append(versions[v.Question], v)
	}
	for _, question := range sheet.Catalogue.Questions {
		if asked, _ := r.Asked(question.ID); asked {
			sheet.Cells = append(sheet.Cells, cell(sheet, question, drafts[question.ID], versions[question.ID]))
		}
	}
	for t, err := range tx.Transcriptions.List(prefix) {
		if err != nil {
			return sheet, err
		}
		if t.State == survey.TranscriptionWaiting && len(t.Joint) == 0 { // nobody confirms for others
			sheet.Letters = append(sheet.Letters, LetterToConfirm{t, s.Cite(t)})
		}
	}
	submissions, err := survey.Collect(tx.Submissions.List(prefix))
	if err != nil {
		return sheet, err
	}
	// by their numbers, not by the clock, which may have gone back
	slices.SortStableFunc(submissions, func(a, b survey.Submission) int {
		return cmp.Or(cmp.Compare(b.Number, a.Number), b.RequestedAt.Compare(a.RequestedAt))
	})
	for _, sub := range submissions {
		switch {
		case sub.State == survey.SubmissionConfirmed:
			sheet.Confirmed = append(sheet.Confirmed, sub)
		case sub.Waits(now):
			m, err := tx.Mails.Get(sub.Mail)
			if err != nil {
				return sheet, err
			}
			link, err := tx.AccessLinks.Get(sub.Link)
			if err != nil && !survey.IsNotFound(err) {
				return sheet, err
			}
			sheet.Waits = append(sheet.Waits, WaitingSubmission{sub, sub.Session == actor.Session, !link.RevokedAt.IsZero(), m.State, m.CreatedAt})
		}
	}
	rank := func(w WaitingSubmission) int { // what came by a link that was revoked is most likely not the party's
		switch {
		case w.Own:
			return 0
		case w.Revoked:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(sheet.Waits, func(a, b WaitingSubmission) int { return cmp.Compare(rank(a), rank(b)) })
	session, err := tx.Sessions.Get(actor.Session)
	if err != nil && !survey.IsNotFound(err) {
		return sheet, err
	}
	sheet.NoTries = session.Wrong >= codeTries
	if p := s.openPress(actor); p.counts(sheet) {
		sheet.Press = p
	}
	sheet.Crowded = crowded(submissions, actor.Session, now)
	slices.SortStableFunc(sheet.Confirmed, func(a, b survey.Submission) int { return cmp.Compare(b.Leaf, a.Leaf) })
	return sheet, nil
}

func cell(sheet Sheet, question survey.CatalogueQuestion, draft survey.AnswerDraft, versions []survey.Version) Cell {
	c := Cell{
		Question: question, Draft: draft, Standing: survey.VersionThatStands(versions), versions: versions,
		Late:  draft.Revision > 0 && !draft.UpdatedAt.Before(sheet.LateAfter.At),
		Limit: cmp.Or(sheet.Questionnaire.AnswerLimit, survey.MaxTextUnits),
	}
	for _, id := range question.AskedBy {
		for _, o := range sheet.Catalogue.Organisations {
			if o.ID == id {
				c.AskedBy = append(c.AskedBy, o.Name)
			}
		}
	}
	for _, t := range sheet.Catalogue.Topics {
		if t.ID == question.Topic {
			c.Topic = t.Name
		}
	}
	return c.saying(draft)
}

// saying returns the cell as it is with what is drafted.
func (c Cell) saying(draft survey.AnswerDraft) Cell {
	said := said(draft.Entry, c.Question.Kind)
	switch {
	case c.Standing != nil && !c.Standing.PartyConfirmedAt.IsZero() && !draft.UpdatedAt.After(c.Standing.PartyConfirmedAt):
		c.Entry, c.State = survey.Entry{}, StateTranscribed // the draft is older than what the party has confirmed since
	case c.own():
		c.Entry, c.State = c.Standing.Entry(), StateSubmitted
		withdrawn := c.Entry.Status == survey.Withdrawn && said.Empty() // begun again, and nothing written yet
		if draft.Revision > 0 && said != c.Entry && !withdrawn {
			c.Entry, c.State = said, StateChanged
		}
	case !said.Empty():
		c.Entry, c.State = said, StateBegun
		if draft.Done {
			c.State = StateDone
		}
	case c.Standing != nil:
		c.Entry, c.State = survey.Entry{}, StateTranscribed
	default:
		c.Entry, c.State = survey.Entry{}, StateNone
	}
	c.Problems = c.problems()
	return c
}

// Stopped tells whether a problem of the cell stops a submission.
func (c Cell) Stopped() bool {
	return slices.ContainsFunc(c.problems(), func(p Problem) bool { return p.Stops })
}

// problems lists what stops a submission, and what the releaser should know.
func (c Cell) problems() (list []Problem) {
	add := func(stops bool, key string, args ...any) {
		list = append(list, Problem{Key: "answer.problem." + key, Args: append(args, "Number", c.Question.Printed()), Stops: stops})
	}
	for _, text := range []string{c.Entry.Text, c.Entry.Reason} {
		if n := survey.Length(text); n > c.Limit {
			add(true, "too_long", "Length", n, "Limit", c.Limit, "Over", n-c.Limit)
		}
		if key, args := survey.UnseenFault(text); key != "" && c.State != StateSubmitted { // what stands already stops nothing
			add(true, strings.TrimPrefix(key, "error.text."), args...)
		}
	}
	switch {
	case c.Entry.Status == survey.Answered && c.Question.Kind == survey.KindThesis && c.Entry.Position == "":
		add(true, "no_position")
	case c.State == StateChanged && c.Entry.Empty():
		add(true, "emptied")
	case c.State == StateNone:
		add(false, "empty")
	case c.State == StateBegun && len(list) == 0: // what stops the submission is not submitted all the same
		add(false, "not_done")
	}
	return list
}

// Stopped tells whether a problem stops a submission.
func (sheet Sheet) Stopped() bool {
	return slices.ContainsFunc(sheet.Cells, Cell.Stopped)
}

// Changed tells whether a submission would say anything that does not stand already.
func (sheet Sheet) Changed() bool {
	return slices.ContainsFunc(sheet.Cells, func(c Cell) bool {
		return !c.Entry.Empty() && (!c.own() || c.Entry != c.Standing.Entry())
	})
}

// Replaces tells whether a submission would change what stands, or withdraw it.
func (sheet Sheet) Replaces() bool {
	return slices.ContainsFunc(sheet.Cells, func(c Cell) bool {
		return !c.Entry.Empty() && c.Standing != nil && c.Entry != c.Standing.Entry()
	})
}

// Answered tells whether the party has answered anything, by our form or by letter.
func (sheet Sheet) Answered() bool {
	return slices.ContainsFunc(sheet.Cells, func(c Cell) bool { return c.Standing != nil })
}

// Licenced tells whether something the party has submitted stands under an open licence.
func (sheet Sheet) Licenced() bool {
	return slices.ContainsFunc(sheet.Cells, func(c Cell) bool { return c.own() && c.Standing.Licence != "" })
}

// Unlicenced lists the printed numbers of the questions whose new wording would stand without the open licence their submitted one
// has, if the box for it stayed empty.
func (sheet Sheet) Unlicenced() (numbers []string) {
	for _, c := range sheet.Cells {
		if c.own() && c.Standing.Licence != "" && !c.Entry.Empty() && c.Entry != c.Standing.Entry() {
			numbers = append(numbers, c.Question.Printed())
		}
	}
	return numbers
}

// Opens tells whether a consent to a licence would say anything new about what the party has submitted. That it agreed to
// one before is not taken back by leaving the box empty: open licences cannot be revoked.
func (sheet Sheet) Opens(licence string) bool {
	return licence != "" && slices.ContainsFunc(sheet.Cells, func(c Cell) bool { return c.own() && c.Standing.Licence != licence })
}

// Cell returns the cell of a question's number. NotFound when the respondent was not asked it.
func (sheet Sheet) Cell(number int) (Cell, error) {
	for _, c := range sheet.Cells {
		if c.Question.Number == number {
			return c, nil
		}
	}
	return Cell{}, survey.Fail(survey.NotFound, "error.not_found")
}

// Next returns the number of the first question still to be worked on, looking behind a number first and then from the
// start; 0 when there is none.
func (sheet Sheet) Next(after int) int {
	first := 0
	for _, c := range sheet.Cells {
		if c.State != StateNone && c.State != StateBegun || c.Question.Number == after {
			continue
		}
		if c.Question.Number > after {
			return c.Question.Number
		}
		if first == 0 {
			first = c.Question.Number
		}
	}
	return first
}

// entries is what a submission would say: all that would stand, changed or not.
func (sheet Sheet) entries() (list []survey.SubmissionEntry) {
	for _, c := range sheet.Cells {
		if !c.Entry.Empty() {
			list = append(list, survey.SubmissionEntry{Question: c.Question.ID, Number: c.Question.Number, Entry: c.Entry})
		}
	}
	return list
}

// Words are what a submission would say, as JSON: the []SubmissionEntry.
func (sheet Sheet) Words() (string, error) {
	raw, err := json.Marshal(sheet.entries())
	return string(raw), err
}

// Digest is the hex SHA-256 of Words, so that exactly what was read is submitted.
func (sheet Sheet) Digest() (string, error) {
	words, err := sheet.Words()
	return wordsDigest(words), err
}

func wordsDigest(words string) string {
	sum := sha256.Sum256([]byte(words))
	return hex.EncodeToString(sum[:])
}

// Saying returns the sheet with the words of a page on which "Absenden" was pressed, whatever has been drafted or submitted since:
// it says nothing to what the page had no words for. All other words change nothing.
func (sheet Sheet) Saying(words string) Sheet {
	var entries []survey.SubmissionEntry
	if wordsDigest(words) != sheet.Press.Digest || json.Unmarshal([]byte(words), &entries) != nil {
		return sheet
	}
	said := map[survey.QuestionID]survey.AnswerDraft{}
	for _, e := range entries {
		said[e.Question] = survey.AnswerDraft{Entry: e.Entry, Done: true, Revision: 1, UpdatedAt: sheet.Now}
	}
	sheet.Cells = slices.Clone(sheet.Cells)
	for i, c := range sheet.Cells {
		if draft, named := said[c.Question.ID]; named {
			sheet.Cells[i] = c.saying(draft)
			continue
		}
		c.Entry, c.State = survey.Entry{}, StateNone
		c.Problems = c.problems()
		sheet.Cells[i] = c
	}
	return sheet
}

// OwnPress returns Pressed where it comes first: before what others have sent, and after what was submitted later from here.
// waiting is the submission whose code would be entered; nil: none.
func (s Sheet) OwnPress(waiting *WaitingSubmission) (*Press, error) {
	pressed, err := s.Pressed()
	if err != nil || pressed == nil || waiting != nil && waiting.Own && waiting.Number >= pressed.Number {
		return nil, err
	}
	return pressed, nil
}

// Pressed returns Press if it was for just what the sheet says.
func (sheet Sheet) Pressed() (*Press, error) {
	digest, err := sheet.Digest()
	if err != nil || digest != sheet.Press.Digest {
		return nil, err
	}
	return &sheet.Press, nil
}
