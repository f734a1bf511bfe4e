package compare

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"pruefstein/internal/survey"
)

// legalDigest is the hash of the Impressum and the privacy notice: both are frozen into the pages of a publication.
func legalDigest(a survey.Alliance) (string, error) {
	raw, err := json.Marshal([]string{a.Imprint, a.Privacy})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

// oldLegal tells whether a publication carries another Impressum or privacy notice than the alliance has now. Of one made
// before their hash was kept that is not known.
func oldLegal(p *survey.Publication, a survey.Alliance) (bool, error) {
	if p == nil || p.Legal == "" {
		return false, nil
	}
	digest, err := legalDigest(a)
	return p.Legal != digest, err
}

// OldLegal returns the questionnaires whose current publication carries another Impressum or privacy notice than the
// alliance has now, by title: only a new publication brings the new text to its readers.
func (s *Service) OldLegal(ctx context.Context, actor survey.Actor) (list []survey.Questionnaire, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		list = nil
		alliance, err := survey.LoadAlliance(tx)
		if err != nil {
			return err
		}
		for q, err := range tx.Questionnaires.List("") {
			if err != nil {
				return err
			}
			last, err := latest(tx, q.ID)
			if err != nil {
				return err
			}
			switch old, err := oldLegal(last, alliance); {
			case err != nil:
				return err
			case old:
				list = append(list, q)
			}
		}
		return nil
	})
	survey.SortByName(list, func(q survey.Questionnaire) string { return q.Title })
	return list, err
}
