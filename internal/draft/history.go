package draft

import (
	"context"
	"slices"

	"pruefstein/internal/survey"
	"pruefstein/internal/textdiff"
)

// changes compares the texts of two wordings, in the order of the form; fields without any text are left out.
func changes(old, new survey.Wording) []survey.TextChange {
	var list []survey.TextChange
	for _, c := range []survey.TextChange{
		{Field: "label", Old: old.Label, New: new.Label},
		{Field: "mark", Old: old.Mark, New: new.Mark},
		{Field: "text", Old: old.Text, New: new.Text},
		{Field: "context", Old: old.Context, New: new.Context},
	} {
		if c.Old == "" && c.New == "" {
			continue
		}
		if c.Old != c.New {
			c.Parts = textdiff.Words(c.Old, c.New)
		}
		list = append(list, c)
	}
	return list
}

// choices names what two wordings differ in beside their texts, by form name in the order of the form.
func choices(old, new survey.Wording) (differ []string) {
	for _, c := range []struct {
		field string
		same  bool
	}{
		{"kind", old.Kind == new.Kind},
		{"working_group", old.WorkingGroup == new.WorkingGroup},
		{"topic", old.Topic == new.Topic},
		{"asked_by", slices.Equal(old.AskedBy, new.AskedBy)}, // sorted by clean
	} {
		if !c.same {
			differ = append(differ, c.field)
		}
	}
	return differ
}

// Past is one revision in a question's history.
type Past struct {
	survey.Revision
	Who     string              // name
	Before  *survey.Revision    // the one before it; nil of the first
	Changes []survey.TextChange // of its texts against the one before
	Choices []string            // form names of what else differs from the one before
	Card    Card                // its names
}

// History is all revisions of a question, the newest first.
type History struct {
	Page      QuestionPage
	Revisions []Past

	From, To int                 // the two revisions compared, 0 when none were chosen
	Compared []survey.TextChange // From against To

}

// History returns the revisions of a question; from and to (0: none) choose two of them to compare.
func (s *Service) History(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, id survey.QuestionID, from, to int) (h History, err error) {
	page, err := s.QuestionPage(ctx, actor, questionnaire, id)
	if err != nil {
		return h, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		h = History{Page: page}
		words, err := loadWords(tx, page.Questionnaire)
		if err != nil {
			return err
		}
		all, err := survey.Collect(tx.Revisions.List(survey.In(questionnaire) + string(id) + "/"))
		if err != nil {
			return err
		}
		for i, r := range all {
			p := Past{Revision: r, Who: words.users[r.By], Card: words.card(survey.Question{Wording: r.Wording})}
			if i > 0 {
				p.Before, p.Changes, p.Choices = &all[i-1], changes(all[i-1].Wording, r.Wording), choices(all[i-1].Wording, r.Wording)
			} else {
				p.Changes, p.Choices = changes(survey.Wording{}, r.Wording), choices(survey.Wording{}, r.Wording)
			}
			h.Revisions = append([]Past{p}, h.Revisions...)
		}
		if from > 0 && to > 0 && from <= len(all) && to <= len(all) {
			h.From, h.To, h.Compared = from, to, changes(all[from-1].Wording, all[to-1].Wording)
		}
		return nil
	})
	return h, err
}

// Collision is two people's words for one question: as it is saved now, and how what the second wanted to save differs from it.
// Nothing has been saved.
type Collision struct {
	Page    QuestionPage
	Theirs  survey.Question
	Changes []survey.TextChange // from theirs to yours
	Choices []string            // form names of what else differs
}

// Collision compares the words of a save that was refused as stale with what is saved now.
func (s *Service) Collision(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, question survey.QuestionID, cmd SaveQuestion) (c Collision, err error) {
	page, err := s.QuestionPage(ctx, actor, questionnaire, question)
	if err != nil {
		return c, err
	}
	_ = cmd.clean(question) // its faults are for the next save
	theirs := page.Question.Wording
	return Collision{Page: page, Theirs: page.Question, Changes: changes(theirs, cmd.Wording), Choices: choices(theirs, cmd.Wording)}, nil
}
