package alliance

import (
	"context"
	"errors"
	"strings"

	"pruefstein/internal/survey"
)

// FindSession returns a browser session that has not expired, or NotFound.
func (s *Service) FindSession(ctx context.Context, hash string) (session survey.Session, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		session, err = tx.Sessions.Get(hash)
		return err
	})
	if err == nil && !session.ExpiresAt.After(s.Now()) {
		return survey.Session{}, survey.Fail(survey.NotFound, "error.not_found")
	}
	return session, err
}

// PutSession keeps a browser session.
func (s *Service) PutSession(ctx context.Context, session survey.Session) error {
	return s.Store.Update(ctx, func(tx *survey.Tx) error { return tx.Sessions.Put(session) })
}

// KeepSession writes a session that goes on. NotFound when it was ended meanwhile: it stays ended.
func (s *Service) KeepSession(ctx context.Context, session survey.Session) error {
	return s.Store.Update(ctx, func(tx *survey.Tx) error {
		before, err := tx.Sessions.Get(session.Hash)
		if err != nil {
			return err
		}
		session.Wrong = before.Wrong
		return tx.Sessions.Put(session)
	})
}

// DeleteSession ends a browser session.
func (s *Service) DeleteSession(ctx context.Context, hash string) error {
	return s.Store.Update(ctx, func(tx *survey.Tx) error { return tx.Sessions.Delete(hash) })
}

// SweepSessions deletes what has expired.
func (s *Service) SweepSessions(ctx context.Context) error {
	return s.Store.Update(ctx, func(tx *survey.Tx) error {
		all, err := survey.Collect(tx.Sessions.List(""))
		for _, session := range all {
			if !session.ExpiresAt.After(s.At(tx)) {
				err = errors.Join(err, tx.Sessions.Delete(session.Hash))
			}
		}
		return err
	})
}

// StaffActor returns the actor of a signed-in person, from the session's value. NotFound when there is none, the account
// is not active any more, or its password has changed since.
func (s *Service) StaffActor(ctx context.Context, sessionValue string) (actor survey.Actor, err error) {
	userID, _, ok := strings.Cut(sessionValue, " ")
	if !ok {
		return survey.Actor{}, survey.Fail(survey.NotFound, "error.not_found")
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		user, err := tx.Users.Get(userID)
		if err == nil && (!user.Active() || user.SessionValue() != sessionValue) {
			err = survey.Fail(survey.NotFound, "error.not_found")
		}
		if err == nil {
			actor.User = user
		}
		return err
	})
	return actor, err
}

// PartyActor returns the actor of a session that was opened by an access link. NotFound when there is none, Gone when
// the link has been revoked since.
func (s *Service) PartyActor(ctx context.Context, linkHash string) (actor survey.Actor, err error) {
	if linkHash == "" {
		return survey.Actor{}, survey.Fail(survey.NotFound, "error.not_found")
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		link, err := tx.AccessLinks.Get(linkHash)
		if err != nil {
			return err
		}
		if !link.RevokedAt.IsZero() {
			return survey.Fail(survey.Gone, "error.link_revoked")
		}
		actor = survey.Actor{Respondent: link.Respondent, Questionnaire: link.Questionnaire, Link: link.Hash}
		return nil
	})
	return actor, err
}

// QuestionnaireBySlug returns a questionnaire for the people of the alliance.
func (s *Service) QuestionnaireBySlug(ctx context.Context, actor survey.Actor, slug survey.Slug) (q survey.Questionnaire, err error) {
	if err := actor.Require(survey.RoleMember, survey.RoleLead, survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return q, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		q, err = survey.QuestionnaireBySlug(tx, slug)
		return err
	})
	return q, err
}

// OwnQuestionnaire returns the questionnaire a party came to answer.
func (s *Service) OwnQuestionnaire(ctx context.Context, actor survey.Actor) (q survey.Questionnaire, err error) {
	if err := actor.Require(survey.RoleParty); err != nil {
		return q, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		q, err = tx.Questionnaire(actor.Questionnaire)
		return err
	})
	return q, err
}

// StaffUser returns an active person by id, for the demonstration, where nobody needs a password.
func (s *Service) StaffUser(ctx context.Context, id survey.UserID) (user survey.User, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		user, err = tx.User(id)
		if err == nil && !user.Active() {
			err = survey.Fail(survey.NotFound, "error.not_found")
		}
		return err
	})
	return user, err
}
