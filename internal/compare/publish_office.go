package compare

import (
	"context"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// Summary is a questionnaire in the office's list of what is or can be published.
type Summary struct {
	survey.Listed
	Latest    *survey.Publication // nil before the first
	Requested bool                // waits for its second person
}

// List returns every questionnaire whose catalogue was sent, or that was imported, the newest first.
func (s *Service) List(ctx context.Context, actor survey.Actor) (rows []Summary, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		rows = nil
		all, err := s.ListQuestionnaires(tx, survey.PhaseOpen, survey.PhaseClosed, survey.PhaseImported)
		if err != nil {
			return err
		}
		for _, q := range all {
			row := Summary{Listed: q}
			if row.Latest, err = survey.LatestPublication(tx, q.Questionnaire.ID); err != nil {
				return err
			}
			waiting, err := survey.WaitingApproval(tx, q.Questionnaire.ID, survey.ActPublication, "")
			if err != nil {
				return err
			}
			row.Requested = waiting != nil
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}

// PublicationPage is all the office sees of the publication of one questionnaire.
type PublicationPage struct {
	Comparison          survey.Comparison // as it would be published now
	Phase               survey.Phase
	Content             string                      // digest of all that readers would see; Publish wants back what was read
	AwaitingCode        int                         // submissions sent before a date that is over, whose code can still be entered
	CodeUntil           time.Time                   // of the last of them
	WaitingLetters      int                         // transcriptions that wait for their second person
	Unasked             []string                    // short names of those who were not asked without a recorded reason
	Missing             []string                    // short names of the parties of the election no respondent stands for
	Unentered           []survey.ComparedRespondent // those in whose own form the questions are still to be entered, or whose letter to be sent
	Undecided           []survey.ComparedRespondent // those whose mail was lost, with nothing decided about that
	Pending             []survey.ComparedRespondent // still within their own date: they would be printed as pending
	Received            int                         // how many of them have something in already
	News                bool                        // there is something new since the last version, or none yet
	OldLegal            bool                        // the current version carries another Impressum or privacy notice than the alliance has now
	Changes             []survey.Change             // what the next version would list as changed
	survey.SecondPerson                             // of the publication
	Versions            []Published                 // the newest first
}

// Bare tells whether readers would see not one answer, since all who were asked still have time.
func (p PublicationPage) Bare() bool { return showsNothing(p.Comparison) }

func showsNothing(c survey.Comparison) bool {
	return len(pending(c)) > 0 && !slices.ContainsFunc(c.Respondents, func(r survey.ComparedRespondent) bool {
		return slices.ContainsFunc(r.Cells, func(c survey.ComparedCell) bool { return c.Current != nil })
	})
}

// pending lists those who are still within their own date. Nothing more comes in an import.
func pending(c survey.Comparison) (list []survey.ComparedRespondent) {
	for _, r := range c.Respondents {
		if !c.Questionnaire.Imported && slices.ContainsFunc(r.Cells, func(c survey.ComparedCell) bool { return c.Status == survey.Pending }) {
			list = append(list, r)
		}
	}
	return list
}

// Published is one publication with the names of those who released it; "" for the console.
type Published struct {
	survey.Publication
	Changes                 []survey.Change // against the one before
	ByName, ConfirmedByName string
}

// PublicationPage gathers it.
func (s *Service) PublicationPage(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (st PublicationPage, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return PublicationPage{}, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		now := s.At(tx)
		plan, previous, err := s.planPublication(tx, questionnaire, now)
		if err != nil {
			return err
		}
		st = PublicationPage{Comparison: plan.Comparison, Changes: plan.detail.Changes, News: previous == nil || previous.Content != plan.Content,
			Phase: plan.Comparison.Questionnaire.Phase(now)}
		if st.OldLegal, err = survey.OldLegal(previous, plan.Comparison.Alliance); err != nil {
			return err
		}
		st.Comparison.Version = 0
		st.Content = plan.Content
		st.Unasked, st.Unentered = unexplained(plan.Comparison)
		st.Undecided = undecided(plan.Comparison)
		if st.Missing, err = missingContestants(tx, plan.Comparison); err != nil {
			return err
		}
		heard, err := heardFrom(tx, questionnaire)
		if err != nil {
			return err
		}
		st.Pending = pending(plan.Comparison)
		for _, r := range st.Pending {
			if heard[string(r.ID)] {
				st.Received++
			}
		}
		if st.WaitingLetters, err = survey.WaitingTranscriptions(tx, questionnaire); err != nil {
			return err
		}
		if err := st.awaiting(tx, now); err != nil {
			return err
		}
		digest, err := survey.ContentDigest(plan.Content)
		if err != nil {
			return err
		}
		if st.SecondPerson, err = s.SecondPerson(tx, actor, questionnaire, survey.ActPublication, "", digest); err != nil {
			return err
		}
		for i, p := range plan.published {
			st.Versions = append(st.Versions, Published{Publication: p, Changes: plan.details[i].Changes, ByName: survey.NameOfUser(tx, p.By), ConfirmedByName: survey.NameOfUser(tx, p.ConfirmedBy)})
		}
		slices.Reverse(st.Versions)
		return nil
	})
	return st, err
}

// awaiting counts the submissions that were sent in time and still wait for their code: they count once it is entered. Before its date
// what a party does is its own.
func (p *PublicationPage) awaiting(tx *survey.Tx, now time.Time) error {
	due := map[survey.RespondentID]time.Time{}
	for _, r := range p.Comparison.Respondents {
		due[r.ID] = r.Due.At
	}
	for sub, err := range tx.Submissions.List(survey.In(p.Comparison.Questionnaire.ID)) {
		if err != nil {
			return err
		}
		if over := due[sub.Respondent]; !sub.Waits(now) || now.Before(over) || !sub.RequestedAt.Before(over) {
			continue
		}
		p.AwaitingCode++
		if sub.CodeExpiresAt.After(p.CodeUntil) {
			p.CodeUntil = sub.CodeExpiresAt
		}
	}
	return nil
}

// heardFrom are the ids of the respondents that have submitted anything, public yet or not.
func heardFrom(tx *survey.Tx, questionnaire survey.QuestionnaireID) (map[string]bool, error) {
	heard := map[string]bool{}
	for key, err := range tx.Versions.Keys(survey.In(questionnaire)) {
		if err != nil {
			return nil, err
		}
		respondent, _, _ := strings.Cut(strings.TrimPrefix(key, survey.In(questionnaire)), "/")
		heard[respondent] = true
	}
	return heard, nil
}
