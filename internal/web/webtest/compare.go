package webtest

import (
	"errors"
	"net/url"
	"regexp"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// NewCompare has a questionnaire whose deadline is over, two parties, a coordinator and a member.
func NewCompare(t *testing.T) *World {
	t.Helper()
	w := newSigned(t)
	now := w.Clock.Now()
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Freie Daten", Intro: "Wir fragen.", Imprint: "Bündnis\nStraße 1", Privacy: "Nichts."}),
			tx.Elections.Put(survey.Election{ID: "e", Name: "Landtagswahl Nordmark", Date: "2027-03-07"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q", Slug: "nordmark", Title: "Fragen an Nordmark", Election: "e", LockedAt: now.Add(-48 * time.Hour),
				DispatchedAt: now.Add(-24 * time.Hour), Deadline: survey.Instant{At: now.Add(-time.Hour), Zone: survey.DefaultZone}, Revision: 1}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q", Questions: []survey.CatalogueQuestion{{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Was?"}}}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "r1", AskedAt: now.Add(-24 * time.Hour), Slug: "freie-mitte", ShortName: "Freie Mitte", Name: "Freie Mitte", Sequence: 1}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q", ID: "r2", AskedAt: now.Add(-24 * time.Hour), Slug: "stille", ShortName: "Die Stillen", Name: "Die Stillen", Sequence: 2}),
			tx.Versions.Put(survey.Version{Questionnaire: "q", Respondent: "r1", Question: "q01", Number: 1, Status: survey.Answered, Text: "Unsere Antwort.",
				Provenance: survey.ByForm, Record: "x", CountsAt: now.Add(-2 * time.Hour)}),
		)
	}); err != nil {
		t.Fatal(err)
	}
	w.AddUser(t, survey.User{ID: "ada", Name: "Ada", Email: "ada@buendnis.example", Coordinator: true})
	w.AddUser(t, survey.User{ID: "mia", Name: "Mia", Email: "mia@buendnis.example", Memberships: []survey.Membership{{WorkingGroup: "g"}}})
	return w
}

// ReadPreview is what the form of the page sends once its preview was read.
func ReadPreview(page string) url.Values {
	content := ""
	if found := regexp.MustCompile(`name="content"[^>]*value="([0-9a-f]+)"`).FindStringSubmatch(page); found != nil {
		content = found[1]
	}
	return url.Values{"gelesen": {"on"}, "content": {content}}
}
