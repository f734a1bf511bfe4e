package draft

import (
	"context"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// Limits of a questionnaire's settings.
const (
	maxSlots       = 200
	maxTopics      = 100
	DefaultLimit   = 300         // characters of a question: what most parties' own forms allow (2021 to 2024)
	DefaultLicence = "CC-BY-4.0" // SPDX identifier
)

// settingsOrder is the order of the form, in which its faults are listed.
var settingsOrder = []string{"title", "slug", "election", "intro", "slots", "question_limit", "answer_limit", "topics", "order_rule", "order_source", "licence", "deadline"}

// Elections lists the elections that a questionnaire can be for, the latest first.
func (s *Service) Elections(ctx context.Context, actor survey.Actor) (list []survey.Election, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list, err = survey.Elections(tx)
		return err
	})
	return list, err
}

// SaveQuestionnaire is the form of a questionnaire's settings, with its numbers and times as typed.
type SaveQuestionnaire struct {
	Revision int

	Title                             string
	Slug                              survey.Slug
	Election                          survey.ElectionID
	Intro                             string
	Slots, QuestionLimit, AnswerLimit string // "" is no limit
	Topics                            string // a name a line
	Order                             survey.Order
	OrderSource, Licence              string // the source of OrderNumber

	Deadline       string // local time as datetime-local gives it; "" not set yet
	DeadlineZone   string // IANA name
	DeadlineChoice string // first or second, when the local time happens twice
}

// SaveQuestionnaire creates a questionnaire (id "") or changes its settings. Once the catalogue is locked, address, election,
// slots, limit of a question and topics keep their values whatever the form says. After the dispatch nothing can be changed here.
func (s *Service) SaveQuestionnaire(ctx context.Context, actor survey.Actor, id survey.QuestionnaireID, cmd SaveQuestionnaire) (q survey.Questionnaire, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return q, err
	}
	fresh := survey.NewID()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		q = survey.Questionnaire{ID: survey.QuestionnaireID(fresh), CreatedAt: s.At(tx)}
		if id != "" {
			if q, err = tx.Questionnaire(id); err != nil {
				return err
			}
			if err := q.InPhase(s.At(tx), survey.PhaseDraft, survey.PhaseLocked); err != nil {
				return err
			}
		}
		before := q
		var faults survey.Faults
		settings(&faults, cmd, &q, s.At(tx))
		if q.LockedAt.IsZero() {
			if err := frame(tx, &faults, cmd, &q); err != nil {
				return err
			}
		}
		if !survey.Same(before.Deadline, q.Deadline) || before.Election != q.Election {
			switch election, err := tx.Election(q.Election); {
			case err == nil && !q.Deadline.IsZero() && len(faults) == 0:
				election.BeforePolls(&faults, "deadline", q.Deadline)
			case err != nil && !survey.IsNotFound(err):
				return err
			}
		}
		if id != "" && len(faults) == 0 && survey.Same(before, q) {
			return nil // the second click of two
		}
		if id != "" && q.Revision != cmd.Revision {
			return survey.Stale()
		}
		slices.SortStableFunc(faults, func(a, b survey.Fault) int {
			return slices.Index(settingsOrder, a.Field) - slices.Index(settingsOrder, b.Field)
		})
		if err := faults.Err(); err != nil {
			return err
		}
		q.Revision++
		if err := tx.Questionnaires.Put(q); err != nil || before.Election == q.Election {
			return err
		}
		return survey.PutStandings(tx, q.Election)
	})
	return q, err
}

// settings takes over what can be changed until the dispatch.
func settings(f *survey.Faults, cmd SaveQuestionnaire, q *survey.Questionnaire, now time.Time) {
	f.Line("title", &cmd.Title, 300, true)
	f.Text("intro", &cmd.Intro)
	if !slices.Contains(survey.Orders, cmd.Order) {
		f.Add("order_rule", "error.choice")
	}
	f.Line("order_source", &cmd.OrderSource, 300, cmd.Order == survey.OrderNumber)
	q.OrderSource = cmd.OrderSource
	f.Licence("licence", &cmd.Licence, true)
	q.Title, q.Intro, q.Order, q.OrderRule, q.Licence = cmd.Title, cmd.Intro, cmd.Order, "", cmd.Licence
	q.AnswerLimit = f.Whole("answer_limit", cmd.AnswerLimit, 1, survey.MaxTextUnits)
	if strings.TrimSpace(cmd.Deadline) == "" {
		q.Deadline = survey.Instant{}
		return
	}
	q.Deadline = f.Future("deadline", cmd.Deadline, cmd.DeadlineZone, cmd.DeadlineChoice, now, q.Deadline)
}

// frame takes over what the catalogue is locked under.
func frame(tx *survey.Tx, f *survey.Faults, cmd SaveQuestionnaire, q *survey.Questionnaire) error {
	if _, err := tx.Election(cmd.Election); survey.IsNotFound(err) || cmd.Election == "" {
		f.Add("election", "error.choice")
	} else if err != nil {
		return err
	}
	q.Election = cmd.Election
	q.Slots = f.Whole("slots", cmd.Slots, 1, maxSlots)
	q.QuestionLimit = f.Whole("question_limit", cmd.QuestionLimit, 1, survey.MaxTextUnits)
	if err := frameSlug(tx, f, string(cmd.Slug), q); err != nil {
		return err
	}
	questions, err := survey.Collect(tx.Questions.List(survey.In(q.ID)))
	if err != nil {
		return err
	}
	q.Topics = topics(f, cmd.Topics, q.Topics, questions)
	return nil
}

// frameSlug takes the typed slug, or proposes one from the title, and notes what another questionnaire has already.
func frameSlug(tx *survey.Tx, f *survey.Faults, typed string, q *survey.Questionnaire) error {
	rivals, err := survey.Collect(tx.Questionnaires.By(survey.QuestionnaireElection).List(survey.Exact(string(q.Election))))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(rivals, func(other survey.Questionnaire) bool { return other.ID != q.ID && other.Title == q.Title }) {
		f.Add("title", "draft.error.title_taken")
	}
	slugs := map[survey.Slug]survey.QuestionnaireID{}
	for key, err := range tx.Questionnaires.By(survey.QuestionnaireSlug).Keys("") {
		if err != nil {
			return err
		}
		slugs[survey.Slug(survey.ValueInIndex(key))] = survey.QuestionnaireID(survey.KeyInIndex(key))
	}
	taken := func(slug survey.Slug) bool {
		other, found := slugs[slug]
		return survey.ReservedSlug(slug) || found && other != q.ID
	}
	slug := strings.TrimSpace(typed)
	if slug == "" {
		base := survey.SlugOf(q.Title)
		if base == "" {
			base = "fragen"
		}
		slug = string(survey.FreeSlug(base, taken))
	}
	switch {
	case !survey.ValidSlug(slug):
		f.Add("slug", "error.slug")
	case taken(survey.Slug(slug)):
		f.Add("slug", "error.slug_taken")
	}
	q.Slug = survey.Slug(slug)
	return nil
}

// topics reads a topic a line. A line that reads as before keeps its id, and so does one that was rewritten in its place. A topic
// cannot go while a question has it.
func topics(f *survey.Faults, typed string, old []survey.Topic, questions []survey.Question) []survey.Topic {
	before := len(*f)
	if f.Text("topics", &typed); len(*f) > before {
		return old
	}
	var names []string
	for line := range strings.SplitSeq(typed, "\n") {
		if name := strings.Join(strings.Fields(line), " "); name != "" {
			names = append(names, name)
		}
	}
	if len(names) > maxTopics {
		f.Add("topics", "draft.error.topics_many", "Limit", maxTopics)
		return old
	}
	list := make([]survey.Topic, len(names))
	kept := map[string]bool{}
	for i, name := range names {
		if slices.ContainsFunc(names[:i], func(other string) bool { return strings.EqualFold(other, name) }) {
			f.Add("topics", "draft.error.topic_twice", "Name", name)
		}
		if survey.Length(name) > 120 {
			f.Add("topics", "error.text.too_long", "Length", survey.Length(name), "Limit", 120)
		}
		list[i].Name = name
		if at := slices.IndexFunc(old, func(t survey.Topic) bool { return t.Name == name }); at >= 0 {
			list[i].ID, kept[old[at].ID] = old[at].ID, true
		}
	}
	for i := range list { // a rewritten line
		if list[i].ID == "" && len(names) == len(old) && !kept[old[i].ID] {
			list[i].ID, kept[old[i].ID] = old[i].ID, true
		}
	}
	for i := range list {
		if list[i].ID == "" {
			base := string(survey.SlugOf(list[i].Name))
			if base == "" {
				base = "thema"
			}
			list[i].ID = survey.FreeSlug(base, func(id string) bool {
				taken := func(t survey.Topic) bool { return t.ID == id }
				return slices.ContainsFunc(list, taken) || slices.ContainsFunc(old, taken)
			})
		}
	}
	for _, t := range old {
		if !kept[t.ID] && slices.ContainsFunc(questions, func(q survey.Question) bool { return q.Topic == t.ID }) {
			f.Add("topics", "draft.error.topic_used", "Name", t.Name)
		}
	}
	return list
}
