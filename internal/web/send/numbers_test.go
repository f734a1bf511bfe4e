package send_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// Where the order goes by numbers, the list of respondents shows and takes them, all at once; nothing typed is lost.
func TestNumbersOfTheOrder(t *testing.T) {
	t.Parallel()
	w := webtest.NewSend(t)
	w.AddUser(t, survey.User{Name: "Kim", Email: "kim@buendnis.example", Coordinator: true})
	v := w.Visitor(t).SignIn("kim@buendnis.example")
	const list = "/versand/nord-locked/befragte"
	if got := v.Post("/versand/nord-locked/uebernehmen", nil); got.Code != http.StatusSeeOther {
		t.Fatal(got.Code)
	}
	if page := v.Get(list).Body.String(); strings.Contains(page, "/nummern") {
		t.Error("numbers are asked for where the order goes by the ballot")
	}
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q-locked")
		if err != nil {
			return err
		}
		q.Order, q.OrderSource = survey.OrderNumber, "Amtsblatt 7"
		return errors.Join(tx.Questionnaires.Put(q), tx.Approvals.Put(survey.Approval{Questionnaire: q.ID, Act: survey.ActUnlock, RequestedBy: "console", RequestedAt: w.Clock.Now()}))
	}); err != nil {
		t.Fatal(err)
	}
	webtest.Contains(t, v.Get(list), http.StatusOK, "Quelle: Amtsblatt 7", `name="number-watt"`, `action="/versand/nord-locked/nummern"`)
	// What hinders the dispatch is named on the way there: missing numbers, and a lock that somebody asked to undo.
	webtest.Contains(t, v.Get("/versand/nord-locked"), http.StatusOK, "4 Nummern in der Reihenfolge fehlen noch", "Über das Aufheben der Katalogsperre entscheiden")
	webtest.Contains(t, v.Get("/versand/nord-locked/absenden"), http.StatusOK, "Ohne Nummer in der Reihenfolge:", "Es ist beantragt, die Sperre des Fragenkatalogs aufzuheben.")
	form := url.Values{"number-frei": {"4"}, "number-moin": {"4"}, "number-deich": {"2"}, "number-watt": {"eins"}}
	webtest.Contains(t, v.Post("/versand/nord-locked/nummern", form), http.StatusUnprocessableEntity, "Diese Nummer hat schon Frei.", `value="eins"`)
	form.Set("number-moin", "3")
	form.Set("number-watt", "1")
	if got := v.Post("/versand/nord-locked/nummern", form); got.Code != http.StatusSeeOther {
		t.Fatal(got.Code)
	}
	webtest.InOrder(t, v.Get(list).Body.String(), ">Watt<", ">Deich<", ">Moin<", ">Frei<")
	form.Set("number-watt", "9")
	webtest.Contains(t, v.Post("/versand/nord-locked/nummern", form), http.StatusConflict, `value="9"`)
}
