package transcribe

import (
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// Summary is a questionnaire in the list of the menu "Antworten".
type Summary struct {
	survey.ListedReturns
	Waiting int // transcriptions that wait for their second person
}

// List returns the questionnaires that were sent, the newest first.
func (s *Service) List(ctx context.Context, actor survey.Actor) (list []Summary, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list = nil
		all, err := s.ListReturns(tx, survey.PhaseOpen, survey.PhaseClosed)
		if err != nil {
			return err
		}
		for _, q := range all {
			one := Summary{ListedReturns: q}
			if one.Waiting, err = survey.WaitingTranscriptions(tx, q.Questionnaire.ID); err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// Board is what came back to one questionnaire, as the office may see it. Of what a party writes in our form it sees only that the
// party has submitted.
type Board struct {
	Questionnaire survey.Questionnaire
	Phase         survey.Phase
	TwoPerson     bool
	Alone         bool // no second person is needed only because there is none yet
	Waiting       int
	Rows          []Row // in the printed order
}

// Row is one respondent.
type Row struct {
	Respondent  survey.Respondent
	Due         survey.Instant
	Over        bool
	SubmittedAt time.Time // its last submission by form; zero: none
	Letters     []Line
	Quotations  int
}

// Line is a transcription with what stands around it.
type Line struct {
	survey.Transcription
	*survey.LetterText                               // nil on the board
	Sender                         survey.Respondent // whose letter it is
	EnteredByName, ConfirmedByName string
	File                           *survey.Original // nil without one
	Late                           bool             // against the date of the respondent it is shown at
	Wrote                          bool             // the actor has typed in it
	Unasked                        bool             // on the sheet: not in effect yet, and it came before one it answers for was asked
	Unrecorded                     bool             // on the sheet: not in effect yet, and nothing says how and when one it answers for was asked
	Older                          []string         // on the sheet: not in effect yet, and it would replace what came later, at these questions as printed
}

// Board gathers it. Conflict unless the questionnaire was sent.
func (s *Service) Board(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (b Board, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return b, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		now := s.At(tx)
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if err := q.InPhase(now, survey.PhaseOpen, survey.PhaseClosed); err != nil {
			return err
		}
		b = Board{Questionnaire: q, Phase: q.Phase(now)}
		if b.TwoPerson, b.Alone, err = s.TwoPersonOrAlone(tx, survey.ActTranscription); err != nil {
			return err
		}
		letters, err := survey.Collect(tx.Transcriptions.List(survey.In(q.ID)))
		if err != nil {
			return err
		}
		for _, t := range letters {
			if t.WaitsForPerson() {
				b.Waiting++
			}
		}
		respondents, err := survey.RespondentsInOrder(tx, q.ID)
		if err != nil {
			return err
		}
		for _, r := range respondents {
			row, err := s.row(tx, actor, q, r, letters, now)
			if err != nil {
				return err
			}
			b.Rows = append(b.Rows, row)
		}
		return nil
	})
	return b, err
}

// row is a respondent with those of the letters of the questionnaire that answer for it.
func (s *Service) row(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r survey.Respondent, letters []survey.Transcription, now time.Time) (row Row, err error) {
	row = Row{Respondent: r, Due: r.DueAt(q)}
	row.Over = !now.Before(row.Due.At)
	if row.SubmittedAt, err = survey.LastSubmitted(tx, r); err != nil {
		return row, err
	}
	if row.Letters, err = transcriptionLines(tx, actor, q, r, letters); err != nil {
		return row, err
	}
	row.Quotations, err = tx.Quotations.Count(r.Key() + "/")
	return row, err
}

// transcriptionLines are the letters of a respondent, and those of others that answer for it too, the oldest first.
func transcriptionLines(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r survey.Respondent, letters []survey.Transcription) (lines []Line, err error) {
	for _, t := range letters {
		if t.Respondent != r.ID && !slices.Contains(t.Joint, r.ID) {
			continue
		}
		line := Line{Transcription: t, Sender: r, EnteredByName: survey.NameOfUser(tx, t.EnteredBy), ConfirmedByName: survey.NameOfUser(tx, t.ConfirmedBy),
			Late: t.Late(q, r.LateAfter(q)), Wrote: slices.Contains(t.Writers, actor.Who())}
		if t.Respondent != r.ID {
			if line.Sender, err = tx.Respondent(q.ID, t.Respondent); err != nil {
				return nil, err
			}
		}
		if t.Original != "" {
			file, err := tx.Originals.Get(survey.RespondentKey(q.ID, t.Respondent) + "/" + t.Original)
			if err != nil {
				return nil, err
			}
			line.File = &file
		}
		lines = append(lines, line)
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return a.EnteredAt.Compare(b.EnteredAt) })
	return lines, nil
}

// read adds what the letter says, and what is doubtful about it.
func (line *Line) read(tx *survey.Tx, q survey.Questionnaire) error {
	letter, err := line.Written(tx)
	if err != nil {
		return err
	}
	line.LetterText = &letter.LetterText
	if line.State != survey.TranscriptionEffective {
		line.Unasked, line.Unrecorded, line.Older, err = doubts(tx, q, line.Sender, line.Letter())
	}
	return err
}

// Letter is the transcription with its text, none on the board.
func (line Line) Letter() survey.Letter {
	l := survey.Letter{Transcription: line.Transcription}
	if line.LetterText != nil {
		l.LetterText = *line.LetterText
	}
	return l
}

// Sheet is everything the office may see of one respondent.
type Sheet struct {
	Row
	Alliance      survey.Alliance
	Questionnaire survey.Questionnaire
	TwoPerson     bool
	ConfirmEnd    survey.Instant      // until when the party can confirm what only it can
	Others        []survey.Respondent // a letter can answer for them too
	Cells         []Cell
}

// Cell is one question to one respondent.
type Cell struct {
	Question  survey.CatalogueQuestion
	Asked     bool
	WhyNot    string          // it was not asked
	Own       bool            // the party itself has handed it in: a letter changes it only when the party confirms that
	Withdraw  bool            // something stands that a letter can withdraw
	Standing  *survey.Version // what counts; nil while there is nothing, and while the party's own submission may not be read
	Quotation *survey.Quotation
}

// Sheet returns the sheet of a respondent, found by its slug. It shows what the party itself submitted from the respondent's own
// date on. Before, it shows only that it did. Drafts of a party are never read.
func (s *Service) Sheet(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, respondent survey.Slug) (sheet Sheet, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return sheet, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		now := s.At(tx)
		q, r, err := s.transcribing(tx, Ref{Questionnaire: questionnaire, Respondent: respondent})
		if err != nil {
			return err
		}
		sheet = Sheet{Questionnaire: q}
		if sheet.Alliance, err = survey.LoadAlliance(tx); err != nil {
			return err
		}
		election, err := tx.Election(q.Election)
		if err != nil {
			return err
		}
		sheet.ConfirmEnd = election.ConfirmEnd(q, r.DueAt(q))
		if sheet.TwoPerson, err = s.TwoPerson(tx, survey.ActTranscription); err != nil {
			return err
		}
		if sheet.Others, err = jointCandidates(tx, r); err != nil {
			return err
		}
		letters, err := survey.Collect(tx.Transcriptions.List(survey.In(q.ID)))
		if err != nil {
			return err
		}
		if sheet.Row, err = s.row(tx, actor, q, r, letters, now); err != nil {
			return err
		}
		for i := range sheet.Letters {
			if err := sheet.Letters[i].read(tx, q); err != nil {
				return err
			}
		}
		catalogue, err := tx.Catalogue(q.ID)
		if err != nil {
			return err
		}
		for _, question := range catalogue.Questions {
			cell, err := transcriptionCell(tx, r, question, sheet.Over)
			if err != nil {
				return err
			}
			if v := cell.Standing; v != nil {
				v.Late = v.LateFor(q, r)
			}
			sheet.Cells = append(sheet.Cells, cell)
		}
		return nil
	})
	return sheet, err
}

func transcriptionCell(tx *survey.Tx, r survey.Respondent, question survey.CatalogueQuestion, over bool) (c Cell, err error) {
	c.Question = question
	c.Asked, c.WhyNot = r.Asked(question.ID)
	key := survey.CellKey(r.Questionnaire, r.ID, question.ID)
	versions, err := survey.Collect(tx.Versions.List(key + "/"))
	if err != nil {
		return c, err
	}
	c.Standing = survey.VersionThatStands(versions)
	c.Own, c.Withdraw = c.Standing != nil && c.Standing.FromParty(), survey.Withdrawable(c.Standing)
	if c.Own && c.Standing.Provenance == survey.ByForm && !over {
		c.Standing = nil
	}
	switch quoted, err := tx.Quotations.Get(key); {
	case err == nil:
		c.Quotation = &quoted
	case !survey.IsNotFound(err):
		return c, err
	}
	return c, nil
}

// Letter returns the transcription with an id, whose letter this respondent sent. NotFound when there is none.
func (sheet Sheet) Letter(id string) (Line, error) {
	for _, line := range sheet.Letters {
		if line.ID == id && line.Respondent == sheet.Row.Respondent.ID {
			return line, nil
		}
	}
	return Line{}, survey.Fail(survey.NotFound, "error.not_found")
}
