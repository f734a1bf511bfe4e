package answer_test

import (
	"net/http"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web/webtest"
)

// What corrects a question stands at it wherever the party reads it, and at no other.
func TestThePartyReadsAnErratum(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		q.Errata = []survey.Erratum{{Question: "q03", Text: "Gemeint sind Daten des Landes.", At: w.Clock.Now()}}
		if err == nil {
			err = tx.Questionnaires.Put(q)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	cookie := w.Enter(t, "frei")
	for path, count := range map[string]int{"/antwort/fragen/3": 1, "/antwort/fragen/1": 0, "/antwort/alle": 1, "/antwort/alle.txt": 1, "/antwort/meine": 1, "/antwort/pruefen": 1} {
		body := w.Request(t, http.MethodGet, path, cookie, nil).Body.String()
		if n := strings.Count(body, "Gemeint sind Daten des Landes."); n != count {
			t.Errorf("%s: %d times, not %d", path, n, count)
		}
		if count > 0 && !strings.Contains(body, "Berichtigung vom") {
			t.Errorf("%s: without its date", path)
		}
	}
	if body := w.Request(t, http.MethodGet, "/antwort", cookie, nil).Body.String(); strings.Count(body, "Berichtigung vom") != 1 {
		t.Error("the list of questions does not say which was corrected")
	}
}

// A party finds the mark that the alliance printed beside a question's number wherever that number stands.
func TestThePrintedMarkStandsBesideTheNumber(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		c, err := tx.Catalogue("q1")
		if err == nil {
			c.Questions[0].Mark, c.Questions[1].Mark = "1a", "1b"
			err = tx.Catalogues.Put(c)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	cookie := w.Enter(t, "frei")
	for path, want := range map[string]string{"/antwort": "Frage 1 (1a)", "/antwort/fragen/1": "Frage 1 (1a)", "/antwort/fragen/3": "Frage 2 (1b)", "/antwort/alle": "1 (1a)",
		"/antwort/alle.txt": "Frage 2 (1b)", "/antwort/meine": "Frage 2 (1b)"} {
		if body := w.Request(t, http.MethodGet, path, cookie, nil).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s: nowhere %q", path, want)
		}
	}
}
