package compare

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// Import is a whole questionnaire as a file says it, judged by its reader (package interchange). Its parts refer to each
// other by the ids of the file: Version.Respondent and Quotation.Respondent are a Respondent's Slug.
type Import struct {
	Election      survey.Election
	Questionnaire survey.Questionnaire
	Catalogue     survey.Catalogue
	Respondents   []survey.Respondent
	Versions      []survey.Version
	Quotations    []survey.Quotation
}

// Import takes a questionnaire over in one transaction, all or nothing, and returns its slug. It is read-only for good.
// It returns Forbidden unless the actor is an administrator or coordinator, and Conflict (error.import.slug_taken) when
// there is a questionnaire with that slug.
func (s *Service) Import(ctx context.Context, actor survey.Actor, im Import) (slug survey.Slug, err error) {
	if err := actor.Require(survey.RoleAdministrator, survey.RoleCoordinator); err != nil {
		return "", err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		id, err := importInto(tx, im, s.At(tx))
		if err != nil {
			return err
		}
		return s.Audit(tx, actor, "import", string(id))
	})
	if err != nil {
		return "", err
	}
	return im.Questionnaire.Slug, nil
}

// importInto writes an import under ids of its own and returns the questionnaire's.
func importInto(tx *survey.Tx, im Import, now time.Time) (questionnaire survey.QuestionnaireID, err error) {
	if !survey.ValidSlug(im.Questionnaire.Slug) {
		return "", survey.Fail(survey.Invalid, "error.import.slug")
	}
	if survey.ReservedSlug(im.Questionnaire.Slug) {
		return "", survey.Fail(survey.Invalid, "error.import.slug_reserved", "Slug", im.Questionnaire.Slug)
	}
	switch _, err := survey.QuestionnaireBySlug(tx, im.Questionnaire.Slug); {
	case err == nil:
		return "", survey.Fail(survey.Conflict, "error.import.slug_taken", "Slug", im.Questionnaire.Slug)
	case !survey.IsNotFound(err):
		return "", err
	}
	election, err := importElection(tx, im.Election)
	if err != nil {
		return "", err
	}
	q := im.Questionnaire
	q.ID, q.Election, q.Imported, q.CreatedAt, q.Revision = survey.QuestionnaireID(survey.NewID()), election, true, now, 1
	if err := tx.Questionnaires.Put(q); err != nil {
		return "", err
	}
	catalogue := im.Catalogue
	catalogue.Questionnaire = q.ID
	if err := tx.Catalogues.Put(catalogue); err != nil {
		return "", err
	}
	ids := make(map[survey.Slug]survey.RespondentID, len(im.Respondents))
	for _, r := range im.Respondents {
		r.Questionnaire, r.ID, r.Revision = q.ID, survey.RespondentID(survey.NewID()), 1
		ids[r.Slug] = r.ID
		if err := tx.Respondents.Put(r); err != nil {
			return "", err
		}
	}
	for _, i := range inKeyOrder(im.Versions, ids) {
		v := im.Versions[i]
		v.Questionnaire, v.Respondent = q.ID, ids[survey.Slug(v.Respondent)]
		if err := tx.Versions.Put(v); err != nil {
			return "", err
		}
	}
	for _, quoted := range im.Quotations {
		quoted.Questionnaire, quoted.Respondent, quoted.Revision = q.ID, ids[survey.Slug(quoted.Respondent)], 1
		if err := tx.Quotations.Put(quoted); err != nil {
			return "", err
		}
	}
	return q.ID, nil
}

// inKeyOrder is the order of versions in their table. A store that keeps its keys sorted takes a hundred thousand of them in
// this order in a second or two; in another it moves those behind each, for minutes.
func inKeyOrder(versions []survey.Version, ids map[survey.Slug]survey.RespondentID) []int {
	order := make([]int, len(versions))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := versions[i], versions[j]
		return cmp.Or(cmp.Compare(ids[survey.Slug(a.Respondent)], ids[survey.Slug(b.Respondent)]), cmp.Compare(a.Question, b.Question), cmp.Compare(a.Number, b.Number))
	})
	return order
}

// importElection returns the id of an import's election that reads the same, or of a new one. It is none that is worked
// with here: that one can still change, an import cannot.
func importElection(tx *survey.Tx, wanted survey.Election) (id survey.ElectionID, err error) {
	imports := map[survey.ElectionID]bool{}
	for q, err := range tx.Questionnaires.List("") {
		if err != nil {
			return "", err
		}
		if q.Imported {
			imports[q.Election] = true
		}
	}
	for e, err := range tx.Elections.List("") {
		if err != nil {
			return "", err
		}
		if imports[e.ID] && e.Name == wanted.Name && e.Date == wanted.Date && e.Level == wanted.Level && e.Region == wanted.Region {
			return e.ID, nil
		}
	}
	wanted.ID, wanted.Revision = survey.ElectionID(survey.NewID()), 1
	return wanted.ID, tx.Elections.Put(wanted)
}
