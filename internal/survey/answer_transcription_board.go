package survey

import (
	"context"
	"slices"
	"time"
)

// TranscriptionSummary is a questionnaire in the list of the menu "Antworten".
type TranscriptionSummary struct {
	Questionnaire Questionnaire
	Election      string
	Phase         Phase
	Asked         int // respondents
	Returned      int // of these, with a submission or a transcription in effect
	Waiting       int // transcriptions that wait for their check
}

// TranscriptionList returns the questionnaires that were sent, the newest first.
func (s *Service) TranscriptionList(ctx context.Context, actor Actor) (list []TranscriptionSummary, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		list = nil
		all, err := collect(tx.Questionnaires.List(""))
		if err != nil {
			return err
		}
		for _, q := range slices.Backward(all) {
			one := TranscriptionSummary{Questionnaire: q, Phase: q.Phase(s.now())}
			if q.Imported || one.Phase != PhaseOpen && one.Phase != PhaseClosed {
				continue
			}
			election, err := tx.Elections.Get(q.Election)
			if err != nil && !IsNotFound(err) {
				return err
			}
			one.Election = election.Name
			if one.Asked, one.Returned, err = s.countReturns(tx, q); err != nil {
				return err
			}
			if one.Waiting, err = waitingTranscriptions(tx, q.ID); err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// TranscriptionBoard is what came back to one questionnaire, as the office may see it: of what a party writes in our form
// nothing but that it has submitted.
type TranscriptionBoard struct {
	Questionnaire Questionnaire
	Phase         Phase
	TwoPerson     bool
	Alone         bool // no second person is needed only because there is none yet
	Waiting       int
	Rows          []TranscriptionRow // in the printed order
}

// TranscriptionRow is one respondent.
type TranscriptionRow struct {
	Respondent  Respondent
	Due         Instant
	Over        bool
	SubmittedAt time.Time // its last submission by form; zero: none
	Letters     []TranscriptionLine
	Quotations  int
}

// TranscriptionLine is a transcription with what stands around it.
type TranscriptionLine struct {
	Transcription
	Sender                       Respondent // whose letter it is
	EnteredByName, CheckedByName string
	File                         *Original // nil without one
	Late                         bool      // against the date of the respondent it is shown at
	Wrote                        bool      // the actor has typed in it
	Unasked                      bool      // not in effect yet, and it came before one it answers for was asked
	Older                        []int     // not in effect yet, and it would replace what came later: at these questions
}

// TranscriptionBoard gathers it. Conflict unless the questionnaire was sent.
func (s *Service) TranscriptionBoard(ctx context.Context, actor Actor, questionnaire string) (b TranscriptionBoard, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return b, err
	}
	now := s.now()
	err = s.Store.View(ctx, func(tx *Tx) error {
		q, err := tx.Questionnaires.Get(questionnaire)
		if err != nil {
			return err
		}
		if err := s.inPhase(q, PhaseOpen, PhaseClosed); err != nil {
			return err
		}
		b = TranscriptionBoard{Questionnaire: q, Phase: q.Phase(now)}
		if b.TwoPerson, b.Alone, err = s.twoPersonOrAlone(tx, ActTranscription); err != nil {
			return err
		}
		if b.Waiting, err = waitingTranscriptions(tx, q.ID); err != nil {
			return err
		}
		respondents, err := respondentsInOrder(tx, q.ID)
		if err != nil {
			return err
		}
		for _, r := range respondents {
			row, err := s.transcriptionRow(tx, actor, q, r, now)
			if err != nil {
				return err
			}
			b.Rows = append(b.Rows, row)
		}
		return nil
	})
	return b, err
}

func (s *Service) transcriptionRow(tx *Tx, actor Actor, q Questionnaire, r Respondent, now time.Time) (row TranscriptionRow, err error) {
	row = TranscriptionRow{Respondent: r, Due: r.DueAt(q)}
	row.Over = !now.Before(row.Due.At)
	last, err := lastSubmission(tx, r)
	if err != nil {
		return row, err
	}
	if last != nil {
		row.SubmittedAt = last.RequestedAt
	}
	if row.Letters, err = transcriptionLines(tx, actor, q, r); err != nil {
		return row, err
	}
	quotations, err := collect(tx.Quotations.List(r.Key() + "/"))
	row.Quotations = len(quotations)
	return row, err
}

// transcriptionLines are the letters of a respondent, and those of others that answer for it too, the oldest first.
func transcriptionLines(tx *Tx, actor Actor, q Questionnaire, r Respondent) (lines []TranscriptionLine, err error) {
	for t, err := range tx.Transcriptions.List(q.ID + "/") {
		if err != nil {
			return nil, err
		}
		if t.Respondent != r.ID && !slices.Contains(t.Joint, r.ID) {
			continue
		}
		line := TranscriptionLine{Transcription: t, Sender: r, EnteredByName: nameOfUser(tx, t.EnteredBy), CheckedByName: nameOfUser(tx, t.CheckedBy),
			Late: t.Late(q, r.DueAt(q)), Wrote: slices.Contains(t.Writers, actor.who())}
		if t.Respondent != r.ID {
			if line.Sender, err = tx.Respondents.Get(q.ID + "/" + t.Respondent); err != nil {
				return nil, err
			}
		}
		if t.Original != "" {
			file, err := tx.Originals.Get(q.ID + "/" + t.Respondent + "/" + t.Original)
			if err != nil {
				return nil, err
			}
			line.File = &file
		}
		if t.State != TranscriptionChecked {
			if line.Unasked, line.Older, err = doubts(tx, q, line.Sender, t); err != nil {
				return nil, err
			}
		}
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b TranscriptionLine) int { return a.EnteredAt.Compare(b.EnteredAt) })
	return lines, nil
}

// TranscriptionSheet is everything the office may see of one respondent.
type TranscriptionSheet struct {
	TranscriptionRow
	Alliance      Alliance
	Questionnaire Questionnaire
	TwoPerson     bool
	Others        []Respondent // a letter can answer for them too
	Cells         []TranscriptionCell
}

// TranscriptionCell is one question to one respondent.
type TranscriptionCell struct {
	Question  CatalogueQuestion
	Asked     bool
	WhyNot    string   // it was not asked
	ByForm    bool     // the party itself has submitted it: no letter can be entered
	Standing  *Version // what counts; nil while there is nothing, and while the party's own submission may not be read
	Quotation *Quotation
}

// TranscriptionSheet returns the sheet of a respondent, found by its slug. What the party itself submitted is in it from
// the respondent's own date on; before, only that it did. Drafts of a party are never read.
func (s *Service) TranscriptionSheet(ctx context.Context, actor Actor, questionnaire, respondent string) (sheet TranscriptionSheet, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return sheet, err
	}
	now := s.now()
	err = s.Store.View(ctx, func(tx *Tx) error {
		q, r, err := s.transcribing(tx, TranscriptionRef{Questionnaire: questionnaire, Respondent: respondent})
		if err != nil {
			return err
		}
		sheet = TranscriptionSheet{Questionnaire: q}
		if sheet.Alliance, err = loadAlliance(tx); err != nil {
			return err
		}
		if sheet.TwoPerson, err = s.TwoPerson(tx, ActTranscription); err != nil {
			return err
		}
		if sheet.Others, err = jointCandidates(tx, r); err != nil {
			return err
		}
		if sheet.TranscriptionRow, err = s.transcriptionRow(tx, actor, q, r, now); err != nil {
			return err
		}
		catalogue, err := tx.Catalogues.Get(q.ID)
		if err != nil {
			return err
		}
		for _, question := range catalogue.Questions {
			cell, err := transcriptionCell(tx, r, question, sheet.Over)
			if err != nil {
				return err
			}
			sheet.Cells = append(sheet.Cells, cell)
		}
		return nil
	})
	return sheet, err
}

func transcriptionCell(tx *Tx, r Respondent, question CatalogueQuestion, over bool) (c TranscriptionCell, err error) {
	c.Question = question
	c.Asked, c.WhyNot = r.Asked(question.ID)
	key := CellKey(r.Questionnaire, r.ID, question.ID)
	versions, err := collect(tx.Versions.List(key + "/"))
	if err != nil {
		return c, err
	}
	c.Standing = standing(versions)
	if c.ByForm = c.Standing != nil && c.Standing.Provenance == ByForm; c.ByForm && !over {
		c.Standing = nil
	}
	switch quoted, err := tx.Quotations.Get(key); {
	case err == nil:
		c.Quotation = &quoted
	case !IsNotFound(err):
		return c, err
	}
	return c, nil
}

// Letter returns the transcription with an id, whose letter this respondent sent. NotFound when there is none.
func (sheet TranscriptionSheet) Letter(id string) (TranscriptionLine, error) {
	for _, line := range sheet.Letters {
		if line.ID == id && line.Respondent == sheet.TranscriptionRow.Respondent.ID {
			return line, nil
		}
	}
	return TranscriptionLine{}, Fail(NotFound, "error.not_found")
}
