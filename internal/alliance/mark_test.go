package alliance_test

import (
	"testing"

	"pruefstein/internal/alliance"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestStaffLinksHoldTheMark(t *testing.T) {
	testworld.SameWithMark(t, 2, func(t *testing.T, word string) map[string]string {
		w := newPeopleWorld(t)
		token, err := w.Alliance.SetupToken(t.Context())
		testworld.Must(t, err)
		cmd := setUp(token)
		cmd.Alliance = word
		ada, err := w.Alliance.SetUp(t.Context(), cmd)
		testworld.Must(t, err)
		w.invite(t, survey.Actor{User: ada}, alliance.SavePerson{Name: word, Email: "kim@buendnis.example", Coordinator: true})
		testworld.Must(t, w.Alliance.RequestReset(t.Context(), ada.Email))
		return testworld.ReadMails(t, w.Office)
	})
}
