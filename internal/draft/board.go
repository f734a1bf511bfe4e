package draft

import (
	"context"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// Progress counts a questionnaire's questions by their state.
type Progress struct {
	Counts map[survey.QuestionState]int // while it is drafted
	Agreed int                          // questions agreed, or in the catalogue once it is locked
	Slots  int                          // 0: no limit
}

// Summary is a questionnaire in the list of the Werkstatt.
type Summary struct {
	survey.Listed
	Progress Progress
}

// List returns all questionnaires with their progress, the latest election first, without those in the archive.
func (s *Service) List(ctx context.Context, actor survey.Actor) (list []Summary, err error) {
	return s.list(ctx, actor, func(tx *survey.Tx) ([]survey.Listed, error) { return s.ListQuestionnaires(tx) })
}

// ArchiveList is List of those in the archive.
func (s *Service) ArchiveList(ctx context.Context, actor survey.Actor) (list []Summary, err error) {
	return s.list(ctx, actor, s.ListArchive)
}

func (s *Service) list(ctx context.Context, actor survey.Actor, read func(*survey.Tx) ([]survey.Listed, error)) (list []Summary, err error) {
	if err := actor.RequireStaff(); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list = nil
		all, err := read(tx)
		if err != nil {
			return err
		}
		for _, q := range all {
			one := Summary{Listed: q, Progress: Progress{Slots: q.Questionnaire.Slots}}
			if q.Phase == survey.PhaseDraft {
				questions, err := survey.QuestionOutlines(tx, q.Questionnaire.ID)
				if err != nil {
					return err
				}
				one.Progress = progress(q.Questionnaire, questions)
			} else if one.Progress.Agreed, err = survey.SizeOfCatalogue(tx, q.Questionnaire.ID); err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b Summary) int {
		if c := strings.Compare(b.Election.Date, a.Election.Date); c != 0 {
			return c
		}
		return b.Questionnaire.CreatedAt.Compare(a.Questionnaire.CreatedAt)
	})
	return list, err
}

func progress(q survey.Questionnaire, questions []survey.Question) Progress {
	p := Progress{Counts: map[survey.QuestionState]int{}, Slots: q.Slots}
	for _, question := range questions {
		p.Counts[question.State]++
	}
	p.Agreed = p.Counts[survey.StateAgreed]
	return p
}

// Board is all questions of a questionnaire as the Werkstatt shows them.
type Board struct {
	Questionnaire survey.Questionnaire
	Election      survey.Election
	Progress      Progress
	Groups        []GroupProgress // those with questions or members, by name; questions without a group last
	Columns       []Column        // in the order of QuestionStates
}

// GroupProgress is what a working group has on the board.
type GroupProgress struct {
	Group  survey.WorkingGroup // zero: no group
	Agreed int
	Open   int // idea, draft or review
}

// Column is the questions of one state, the latest change first, agreed ones in the order of the catalogue.
type Column struct {
	State survey.QuestionState
	Cards []Card
}

// Card is a question on the board.
type Card struct {
	survey.Question
	Group   string   // name
	Topic   string   // name
	AskedBy []string // names
	Length  int      // of its text, in UTF-16 units
}

// Filter chooses the cards; the counts are always those of all questions.
type Filter struct {
	Group string // id
	Topic string // id
}

// Board returns the board of a questionnaire.
func (s *Service) Board(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, filter Filter) (b Board, err error) {
	if err := actor.RequireStaff(); err != nil {
		return b, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		b = Board{}
		if b.Questionnaire, err = tx.Questionnaire(questionnaire); err != nil {
			return err
		}
		if b.Election, err = tx.Election(b.Questionnaire.Election); err != nil {
			return err
		}
		questions, err := survey.Collect(tx.Questions.List(survey.In(questionnaire)))
		if err != nil {
			return err
		}
		words, err := loadWords(tx, b.Questionnaire)
		if err != nil {
			return err
		}
		b.Progress = progress(b.Questionnaire, questions)
		b.Groups = groupProgress(words.groups, questions)
		for _, state := range survey.QuestionStates {
			column := Column{State: state}
			for _, q := range boardOrder(state, questions) {
				if (filter.Group == "" || q.WorkingGroup == filter.Group) && (filter.Topic == "" || q.Topic == filter.Topic) {
					column.Cards = append(column.Cards, words.card(q))
				}
			}
			b.Columns = append(b.Columns, column)
		}
		return nil
	})
	return b, err
}

// boardOrder returns the questions of one state in their order.
func boardOrder(state survey.QuestionState, questions []survey.Question) []survey.Question {
	if state == survey.StateAgreed {
		return survey.AgreedInOrder(questions)
	}
	var list []survey.Question
	for _, q := range questions {
		if q.State == state {
			list = append(list, q)
		}
	}
	slices.SortStableFunc(list, func(a, b survey.Question) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return list
}

func groupProgress(groups []survey.WorkingGroup, questions []survey.Question) []GroupProgress {
	list := make([]GroupProgress, 0, len(groups)+1)
	for _, g := range append(slices.Clone(groups), survey.WorkingGroup{}) {
		p := GroupProgress{Group: g}
		for _, q := range questions {
			switch {
			case q.WorkingGroup != g.ID || q.State == survey.StateDropped:
			case q.State == survey.StateAgreed:
				p.Agreed++
			default:
				p.Open++
			}
		}
		if g.ID != "" || p.Agreed+p.Open > 0 {
			list = append(list, p)
		}
	}
	return list
}

// wordbook holds the names that questions point to by id.
type wordbook struct {
	groups        []survey.WorkingGroup
	organisations []survey.Organisation
	topics        []survey.Topic
	users         map[string]string
}

func loadWords(tx *survey.Tx, q survey.Questionnaire) (w wordbook, err error) {
	w.topics = q.Topics
	if w.groups, err = survey.Collect(tx.WorkingGroups.List("")); err != nil {
		return w, err
	}
	if w.organisations, err = survey.Collect(tx.Organisations.List("")); err != nil {
		return w, err
	}
	survey.SortByName(w.groups, func(g survey.WorkingGroup) string { return g.Name })
	survey.SortByName(w.organisations, func(o survey.Organisation) string { return o.Name })
	w.users = map[string]string{}
	for u, err := range tx.Users.List("") {
		if err != nil {
			return w, err
		}
		w.users[string(u.ID)] = u.Name
	}
	return w, nil
}

func (w wordbook) card(q survey.Question) Card {
	c := Card{Question: q, Group: w.group(q.WorkingGroup), Length: survey.Length(q.Text)}
	for _, t := range w.topics {
		if t.ID == q.Topic {
			c.Topic = t.Name
		}
	}
	for _, o := range w.organisations {
		if slices.Contains(q.AskedBy, o.ID) {
			c.AskedBy = append(c.AskedBy, o.Name)
		}
	}
	return c
}

func (w wordbook) group(id string) string {
	for _, g := range w.groups {
		if g.ID == id {
			return g.Name
		}
	}
	return ""
}

// QuestionPage is everything the page of a question shows. Question.ID is "" for a new one.
type QuestionPage struct {
	Questionnaire survey.Questionnaire
	Question      survey.Question
	Card          Card
	UpdatedBy     string // name
	UpdatedAt     time.Time

	Groups        []survey.WorkingGroup // the actor may write for
	Organisations []survey.Organisation
	Procedures    []ProcedureLimit
	MayEdit       bool
	NextStates    []survey.QuestionState
	Blocks        []Block // of an agreed question: why the catalogue cannot be locked with it
}

// ProcedureLimit is the most characters a respondent's procedure takes for a question; 0 is unknown or none.
type ProcedureLimit struct {
	Name  string
	Limit int
}

// QuestionPage returns a question with what its page needs; id "" is the page of a new one.
func (s *Service) QuestionPage(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, id survey.QuestionID) (p QuestionPage, err error) {
	if err := actor.RequireStaff(); err != nil {
		return p, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		p = QuestionPage{}
		if p.Questionnaire, err = tx.Questionnaire(questionnaire); err != nil {
			return err
		}
		words, err := loadWords(tx, p.Questionnaire)
		if err != nil {
			return err
		}
		drafting := p.Questionnaire.Phase(s.At(tx)) == survey.PhaseDraft
		if id == "" {
			p.MayEdit = drafting && actor.MayDraft()
		} else {
			if p.Question, err = tx.Questions.Get(survey.Question{Questionnaire: questionnaire, ID: id}.Key()); err != nil {
				return err
			}
			p.Card = words.card(p.Question)
			p.UpdatedBy, p.UpdatedAt = words.users[p.Question.UpdatedBy], p.Question.UpdatedAt
			p.MayEdit = drafting && actor.MayEdit(p.Question)
			if drafting {
				p.NextStates = actor.NextStates(p.Question)
				if p.Blocks, err = blocksOf(tx, p.Questionnaire, p.Question, words); err != nil {
					return err
				}
			}
		}
		p.Organisations = words.organisations
		for _, g := range words.groups {
			if actor.MayWrite(g.ID) {
				p.Groups = append(p.Groups, g)
			}
		}
		p.Procedures, err = procedureLimits(tx, questionnaire)
		return err
	})
	return p, err
}

// blocksOf lists why the catalogue cannot be locked with an agreed question: it is too long, or there is one too many.
func blocksOf(tx *survey.Tx, questionnaire survey.Questionnaire, question survey.Question, words wordbook) ([]Block, error) {
	if question.State != survey.StateAgreed {
		return nil, nil
	}
	questions, err := survey.Collect(tx.Questions.List(survey.In(questionnaire.ID)))
	if err != nil {
		return nil, err
	}
	planned, err := plannedCatalogue(questionnaire, survey.AgreedInOrder(questions), words)
	return slices.DeleteFunc(lockBlocks(questionnaire, planned), func(b Block) bool { return b.Question != "" && b.Question != question.ID }), err
}

// procedureLimits lists the limits of the respondents that have one of their own, in the printed order.
func procedureLimits(tx *survey.Tx, questionnaire survey.QuestionnaireID) ([]ProcedureLimit, error) {
	all, err := survey.RespondentsInOrder(tx, questionnaire)
	if err != nil {
		return nil, err
	}
	var list []ProcedureLimit
	for _, r := range all {
		if r.NotAsked == "" && r.Procedure.MaxCharacters > 0 {
			list = append(list, ProcedureLimit{Name: r.ShortName, Limit: r.Procedure.MaxCharacters})
		}
	}
	return list, nil
}
