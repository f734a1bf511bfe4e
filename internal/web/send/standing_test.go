package send_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// How a party stands is told in the list of respondents and on its page; that it stands is not.
func TestHowAPartyStandsIsTold(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	v := w.Visitor(t).SignIn("kim@buendnis.example")
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		for r, err := range tx.Respondents.List(survey.In(survey.QuestionnaireID("q-open"))) {
			if err != nil {
				return err
			}
			switch r.Slug {
			case "frei":
				r.Standing = survey.Standing{State: survey.StateResigned, Since: "2026-11-20", Reason: "Die Liste hat verzichtet.", Source: "Amtsblatt 12"}
			case "moin":
				r.Standing.State = survey.StateStanding
			default:
				continue
			}
			if err := tx.Respondents.Put(r); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	const list = "/versand/nord-open/befragte"
	webtest.Contains(t, v.Get(list), http.StatusOK, `frei</a></span> <span class="party-state">(tritt nicht mehr an)</span>`)
	webtest.Contains(t, v.Get(list+"/frei"), http.StatusOK, "Antritt zur Wahl", "tritt nicht mehr an; 20.", "2026; Die Liste hat verzichtet.; Amtsblatt 12")
	if page := v.Get(list + "/moin").Body.String(); strings.Contains(page, "Antritt zur Wahl") {
		t.Error("of a party that stands it is said that it does")
	}
}

// Once something of a party is published the page of its own date says that it stays.
func TestAnOwnDateStaysOnItsPage(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	v := w.Visitor(t).SignIn("kim@buendnis.example")
	const page = "/versand/nord-open/befragte/moin"
	webtest.Contains(t, v.Get(page), http.StatusOK, `action="`+page+`/datum"`)
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return survey.PutPublication(tx, survey.Publication{Questionnaire: "q-open", Slug: "nord-open", Version: 1, At: time.Date(2027, 2, 1, 12, 0, 0, 0, time.UTC)}, survey.PublicationDetail{})
	}); err != nil {
		t.Fatal(err)
	}
	got := v.Get(page)
	webtest.Contains(t, got, http.StatusOK, "Ihr Datum kann nicht mehr geändert werden.")
	if strings.Contains(got.Body.String(), page+`/datum"`) {
		t.Error("the form is offered all the same")
	}
}
