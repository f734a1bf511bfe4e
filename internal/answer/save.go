package answer

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// Save is the form of one question.
type Save struct {
	Number   int // of the question
	Revision int // the draft it started from; 0: there was none
	survey.Entry
	Mark  Mark
	Brief bool // the answer needs the cell and its date alone: nothing else of the sheet is read
}

// Saved is what is stored after a save, be it that it was refused.
type Saved struct {
	Sheet Sheet // after a brief save without the other cells, and what else a sheet has
	Cell  Cell  // of the question
}

// Mark says whether the writer calls an answer ready.
type Mark string

// The marks. The zero Mark leaves it as it was.
const (
	MarkKeep  Mark = ""
	MarkDone  Mark = "done"
	MarkLater Mark = "later"
)

// Save saves the draft of one answer. It may exceed the questionnaire's limit: nothing is cut, and only a submission
// has to keep it; what is empty or could not be submitted is not marked as done, though. When a colleague was faster, it returns the Conflict
// error.stale; saving what is already stored changes nothing.
func (s *Service) Save(ctx context.Context, actor survey.Actor, cmd Save) (saved Saved, err error) {
	if err := actor.Require(survey.RoleParty); err != nil {
		return saved, err
	}
	var faults survey.Faults
	for _, field := range []struct {
		name string
		text *string
	}{{"text", &cmd.Text}, {"reason", &cmd.Reason}} {
		// A draft is kept as it was typed, unseen characters and all, unless the store cannot: what they stop is its submission.
		clean, key, _ := survey.Text(*field.text)
		if *field.text = clean; key != "" {
			faults.Text(field.name, field.text)
		}
	}
	if cmd.Status == "" {
		cmd.Status = survey.Answered
	}
	if !slices.Contains(survey.FormStatuses, cmd.Status) {
		faults.Add("status", "error.choice")
	}
	if cmd.Position != "" && !slices.Contains(survey.Positions, cmd.Position) {
		faults.Add("position", "error.choice")
	}
	if !slices.Contains([]Mark{MarkKeep, MarkDone, MarkLater}, cmd.Mark) {
		faults.Add("mark", "error.choice")
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		read := s.sheet
		if cmd.Brief {
			read = s.asking(cmd.Number)
		}
		sheet, err := read(tx, actor, now)
		if err != nil {
			return err
		}
		cell, err := sheet.Cell(cmd.Number)
		if err != nil {
			return err
		}
		saved = Saved{sheet, cell}
		faults := slices.Clone(faults)
		if cmd.Status == survey.Withdrawn && !cell.CanWithdraw() && cell.Entry.Status != survey.Withdrawn {
			faults.Add("status", "answer.error.nothing_to_withdraw")
		}
		if cmd.Position != "" && cell.Question.Kind != survey.KindThesis {
			faults.Add("position", "error.choice")
		}
		if err := faults.Err(); err != nil {
			return err
		}
		draft := cell.Draft
		done := (draft.Done && cmd.Mark == MarkKeep || cmd.Mark == MarkDone) && cell.ready(cmd.Entry)
		switch {
		case draft.Revision > 0 && draft.Entry == cmd.Entry && draft.Done == done:
			return nil // a second click, or nothing was changed
		case draft.Revision != cmd.Revision:
			return survey.Stale()
		}
		if draft, err = saveDraft(tx, sheet, cell, cmd.Entry, done, now); err == nil {
			saved.Cell = sheet.draft(cmd.Number, draft)
		}
		return err
	})
	return saved, err
}

// draft puts a draft that was just saved into the cell of its question.
func (sheet Sheet) draft(number int, d survey.AnswerDraft) Cell {
	i := slices.IndexFunc(sheet.Cells, func(c Cell) bool { return c.Question.Number == number })
	c := sheet.Cells[i]
	c.Draft, c.Late = d, !d.UpdatedAt.Before(sheet.LateAfter.At)
	sheet.Cells[i] = c.saying(d)
	return sheet.Cells[i]
}

// ready tells whether an entry is something that can be submitted.
func (c Cell) ready(e survey.Entry) bool {
	c.Entry = said(e, c.Question.Kind)
	return !c.Entry.Empty() && !c.Stopped()
}

// saveDraft writes the next revision of a draft.
func saveDraft(tx *survey.Tx, sheet Sheet, cell Cell, entry survey.Entry, done bool, now time.Time) (survey.AnswerDraft, error) {
	d := survey.AnswerDraft{
		Questionnaire: sheet.Questionnaire.ID, Respondent: sheet.Respondent.ID, Question: cell.Question.ID,
		Entry: entry, Done: done, Revision: cell.Draft.Revision + 1, UpdatedAt: now,
	}
	return d, tx.AnswerDrafts.Put(d)
}

// DeclineAll is the form that declines the whole catalogue.
type DeclineAll struct {
	Digest string // Sheet.Digest of what was shown
	Reason string // for the questions that have none yet; may be ""
}

// DeclineAll declines the whole catalogue: the draft of every question says so. What was written stays in the drafts, under
// the choice that was made, a reason typed for one question before stays its reason, and nothing is submitted yet. Conflict
// after the end of all answering, and when something changed since the page was shown (answer.error.decline_changed); declining again
// what is declined already changes nothing.
func (s *Service) DeclineAll(ctx context.Context, actor survey.Actor, cmd DeclineAll) error {
	if err := actor.Require(survey.RoleParty); err != nil {
		return err
	}
	var faults survey.Faults
	faults.Text("reason", &cmd.Reason)
	if err := faults.Err(); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		sheet, err := s.sheet(tx, actor, now)
		if err != nil {
			return err
		}
		if sheet.Ended {
			return survey.Fail(survey.Conflict, "answer.error.ended")
		}
		changed := slices.DeleteFunc(slices.Clone(sheet.Cells), func(cell Cell) bool {
			return cell.Draft.Revision > 0 && cell.Draft.Entry == cell.declined(cmd.Reason) && cell.Draft.Done
		})
		digest, err := sheet.Digest()
		switch {
		case err != nil || len(changed) == 0: // the second click of two
			return err
		case digest != cmd.Digest:
			return survey.Fail(survey.Conflict, "answer.error.decline_changed")
		}
		for _, cell := range changed {
			if _, err := saveDraft(tx, sheet, cell, cell.declined(cmd.Reason), true, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// declined is what the draft says once the question is declined with all others, for a reason unless it has one of its own.
func (c Cell) declined(reason string) survey.Entry {
	e := c.Started()
	e.Status, e.Reason = survey.Declined, cmp.Or(e.Reason, reason)
	return e
}

// Unused lists the texts of the draft that a submission would leave out: they were typed before another choice was made.
func (c Cell) Unused() (texts []string) {
	said := said(c.Draft.Entry, c.Question.Kind)
	if c.Draft.Text != said.Text {
		texts = append(texts, c.Draft.Text)
	}
	if c.Draft.Reason != said.Reason {
		texts = append(texts, c.Draft.Reason)
	}
	return texts
}

// Started is where the writer goes on: the draft, else what was submitted last.
func (c Cell) Started() survey.Entry {
	if c.Draft.Revision == 0 && c.own() {
		return c.Standing.Entry()
	}
	return c.Draft.Entry
}
