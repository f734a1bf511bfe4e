// Package testworld is what the tests of several verbs start from: an invented land with its parties, in every phase.
package testworld

import (
	"errors"
	"testing"
	"time"

	"pruefstein/internal/integrity"
	"pruefstein/internal/locale"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// Must ends the test on an error.
func Must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Someday is where the clock of NewOffice stands.
var Someday = time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)

// KeyOf is the message key of an error: of its first fault, or its own.
func KeyOf(err error) string {
	var e *survey.Error
	if !errors.As(err, &e) {
		return ""
	}
	if len(e.Faults) > 0 {
		return e.Faults[0].Field + " " + e.Faults[0].Key
	}
	return e.Key
}

// FaultsOf lists "field key" of an Invalid error.
func FaultsOf(t *testing.T, err error) []string {
	t.Helper()
	var e *survey.Error
	if !errors.As(err, &e) || e.Code != survey.Invalid {
		t.Fatalf("got %v, want an invalid input", err)
	}
	var list []string
	for _, f := range e.Faults {
		list = append(list, f.Field+" "+f.Key)
	}
	return list
}

// Active is the actor of a user with a password.
func Active(u survey.User) survey.Actor {
	u.PasswordHash = "hash"
	if u.ID == "" {
		u.ID = "u"
	}
	return survey.Actor{User: u}
}

// NewOffice puts the use cases over a store with the rules of the alliance and people.
func NewOffice(t *testing.T, alliance survey.Alliance, users ...survey.User) *office.Office {
	t.Helper()
	store := memory.New()
	Must(t, store.Update(t.Context(), func(tx *survey.Tx) error {
		errs := []error{tx.Alliances.Put(alliance)}
		for _, u := range users {
			errs = append(errs, tx.Users.Put(u))
		}
		return errors.Join(errs...)
	}))
	return office.New(&survey.Kernel{Store: storetest.Twice(store), Clock: testkit.NewClock(Someday)})
}

// Cite names letters as the program does.
func Cite(t survey.Transcription) string { return locale.For("de").LetterSource(t) }

// CheckReferences is that of integrity.
func CheckReferences(tx *survey.Tx) []string { return integrity.CheckReferences(tx, Cite) }

// Addresses are where links lead in this world.
var Addresses = survey.Addresses{Access: "/zugang/", Invitation: "/einladung/", Reset: "/passwort/", Setup: "/einrichten/"}

// Saying is an answer in words.
func Saying(text string) survey.Entry { return survey.Entry{Status: survey.Answered, Text: text} }

// Comparison is the comparison of a questionnaire at an instant, after all its publications.
func Comparison(tx *survey.Tx, questionnaire survey.QuestionnaireID, now time.Time) (c survey.Comparison, err error) {
	publications, err := survey.Collect(tx.Publications.List(survey.In(questionnaire)))
	if err != nil {
		return c, err
	}
	details, err := survey.PublicationDetails(tx, publications)
	if err != nil {
		return c, err
	}
	return survey.BuildComparison(tx, questionnaire, now, details)
}
