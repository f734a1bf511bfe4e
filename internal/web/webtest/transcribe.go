package webtest

import (
	"testing"

	"pruefstein/internal/survey"
)

// NewTranscribe is NewAnswer with an office: two coordinators, an administrator and a member.
func NewTranscribe(t *testing.T) *World {
	t.Helper()
	w := NewAnswer(t)
	w.AddUser(t, survey.User{ID: "anna", Name: "Anna", Email: "anna@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "ada", Name: "Ada", Email: "ada@buendnis.example", Administrator: true})
	w.AddUser(t, survey.User{ID: "mia", Name: "Mia", Email: "mia@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: "g", Lead: true}}})
	return w
}
