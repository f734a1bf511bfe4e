package alliance

import (
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// Overview is what a person of the alliance sees first: the questionnaires, and what waits for somebody.
type Overview struct {
	Questionnaires []OverviewQuestionnaire // newest first
	Approvals      []OverviewApproval      // that wait for a second person, which the actor could be
	Transcriptions []OverviewTranscription // that wait for their second person, which the actor could be
	Titles         map[survey.QuestionnaireID]survey.Questionnaire
	SetUp          []SetUpStep // while something is missing, for those who can see to it
}

// OverviewApproval is a request with the respondent it is about, "" where it is about all.
type OverviewApproval struct {
	survey.Approval
	Respondent survey.Slug
	ShortName  string // slug and name
	ByPost     bool   // it is asked by a printed letter
}

// OverviewTranscription is a transcription with the slug and name of whose letter it is.
type OverviewTranscription struct {
	survey.Transcription
	Sender, ShortName string
}

// OverviewQuestionnaire is one questionnaire with its numbers.
type OverviewQuestionnaire struct {
	survey.Questionnaire
	Phase     survey.Phase
	Questions map[survey.QuestionState]int // while it is drafted
	Undecided int                          // questions in review that the actor may decide
	Published int                          // number of its latest publication, 0 for none
}

// Overview gathers it for a person of the alliance. Who has no task yet sees nothing. What waits for a second person is only for
// those who could be that.
func (s *Service) Overview(ctx context.Context, actor survey.Actor) (o Overview, err error) {
	if err := actor.Require(survey.RoleSignedIn); err != nil {
		return o, err
	}
	o.Titles = map[survey.QuestionnaireID]survey.Questionnaire{}
	if !actor.HasAny(survey.RoleMember, survey.RoleLead, survey.RoleCoordinator, survey.RoleAdministrator) {
		return o, nil
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		now := s.At(tx)
		o = Overview{Titles: map[survey.QuestionnaireID]survey.Questionnaire{}}
		for one, err := range tx.Questionnaires.Backward("", "") {
			if err != nil {
				return err
			}
			q := OverviewQuestionnaire{Questionnaire: one, Phase: one.Phase(now), Questions: map[survey.QuestionState]int{}}
			o.Titles[q.ID] = one
			if one.Archived() {
				continue
			}
			if q.Phase == survey.PhaseDraft {
				questions, err := survey.QuestionOutlines(tx, q.ID)
				if err != nil {
					return err
				}
				for _, question := range questions {
					q.Questions[question.State]++
					if question.State == survey.StateReview && actor.MayDecide(question.WorkingGroup) {
						q.Undecided++
					}
				}
			}
			published, err := tx.Publications.Last(survey.In(q.ID))
			if err != nil && !survey.IsNotFound(err) {
				return err
			}
			q.Published = published.Version
			o.Questionnaires = append(o.Questionnaires, q)
		}
		if !actor.HasAny(survey.RoleCoordinator, survey.RoleAdministrator) {
			return nil
		}
		if o.SetUp, err = s.setUp(tx); err != nil {
			return err
		}
		for a, err := range tx.Approvals.List("") {
			if err != nil {
				return err
			}
			needed, err := s.TwoPerson(tx, a.Act) // the rule may have been switched off since
			if err != nil {
				return err
			}
			if !needed || !a.ApprovedAt.IsZero() || a.Act == survey.ActTranscription {
				continue
			}
			one, err := survey.OneHand(tx, a.RequestedBy, actor.Who())
			if err != nil {
				return err
			}
			if one {
				continue
			}
			item := OverviewApproval{Approval: a}
			if a.Subject != "" {
				about, err := tx.Respondent(a.Questionnaire, survey.RespondentID(a.Subject))
				if err != nil {
					return err
				}
				item.Respondent, item.ShortName, item.ByPost = about.Slug, about.ShortName, about.ByPost()
			}
			o.Approvals = append(o.Approvals, item)
		}
		for t, err := range tx.Transcriptions.By(survey.WaitingLetter).List("") {
			if err != nil {
				return err
			}
			if !t.WaitsForPerson() || slices.Contains(t.Writers, actor.Who()) {
				continue
			}
			sender, err := tx.Respondent(t.Questionnaire, t.Respondent)
			if err != nil {
				return err
			}
			o.Transcriptions = append(o.Transcriptions, OverviewTranscription{Transcription: t, Sender: string(sender.Slug), ShortName: sender.ShortName})
		}
		return nil
	})
	return o, err
}
