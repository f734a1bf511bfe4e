package transcribe

import (
	"context"
	"slices"

	"pruefstein/internal/survey"
)

// SaveQuotation is the form of one quotation. Revision 0 makes a new one.
type SaveQuotation struct {
	Revision int
	Text     string
	Place    string // such as "Wahlprogramm, S. 12"
	Source   string // http or https, may be ""
}

// SaveQuotation saves the passage of a manifesto the alliance quotes beside an answer. It changes no status. When somebody
// else was faster, it returns the Conflict error.stale together with the stored quotation.
func (s *Service) SaveQuotation(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, respondent survey.Slug, number int, cmd SaveQuotation) (quoted survey.Quotation, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return quoted, err
	}
	var f survey.Faults
	if f.Text("text", &cmd.Text); cmd.Text == "" {
		f.Add("text", "error.required")
	}
	f.Line("place", &cmd.Place, 200, true)
	f.WebAddress("source", &cmd.Source)
	if err := f.Err(); err != nil {
		return quoted, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		fresh, err := s.quoting(tx, questionnaire, respondent, number)
		if err != nil {
			return err
		}
		if quoted, err = tx.Quotations.Get(fresh.Key()); err != nil && !survey.IsNotFound(err) {
			return err
		}
		switch {
		case quoted.Revision > 0 && quoted.Text == cmd.Text && quoted.Place == cmd.Place && quoted.Source == cmd.Source:
			return nil // the second click of two
		case quoted.Revision != cmd.Revision:
			return survey.Stale()
		}
		fresh.Text, fresh.Place, fresh.Source = cmd.Text, cmd.Place, cmd.Source
		fresh.By, fresh.At, fresh.Revision = actor.Who(), now, cmd.Revision+1
		quoted = fresh
		if err := tx.Quotations.Put(quoted); err != nil {
			return err
		}
		return s.Audit(tx, actor, "quotation", quoted.Key())
	})
	return quoted, err
}

// DeleteQuotation removes a quotation. Conflict when somebody changed it since; removing none is no error.
func (s *Service) DeleteQuotation(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, respondent survey.Slug, number, revision int) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		fresh, err := s.quoting(tx, questionnaire, respondent, number)
		if err != nil {
			return err
		}
		quoted, err := tx.Quotations.Get(fresh.Key())
		switch {
		case survey.IsNotFound(err):
			return nil // the second click of two
		case err != nil:
			return err
		case quoted.Revision != revision:
			return survey.Fail(survey.Conflict, "transcribe.error.changed")
		}
		if err := tx.Quotations.Delete(quoted.Key()); err != nil {
			return err
		}
		return s.Audit(tx, actor, "quotation_deleted", quoted.Key())
	})
}

// quoting returns an empty quotation with its place.
func (s *Service) quoting(tx *survey.Tx, questionnaire survey.QuestionnaireID, respondent survey.Slug, number int) (survey.Quotation, error) {
	q, r, err := s.transcribing(tx, Ref{Questionnaire: questionnaire, Respondent: respondent})
	if err != nil {
		return survey.Quotation{}, err
	}
	catalogue, err := tx.Catalogue(q.ID)
	if err != nil {
		return survey.Quotation{}, err
	}
	i := slices.IndexFunc(catalogue.Questions, func(c survey.CatalogueQuestion) bool { return c.Number == number })
	if i < 0 {
		return survey.Quotation{}, survey.Fail(survey.NotFound, "error.not_found")
	}
	return survey.Quotation{Questionnaire: q.ID, Respondent: r.ID, Question: catalogue.Questions[i].ID}, nil
}
