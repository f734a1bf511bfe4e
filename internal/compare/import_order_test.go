package compare

import (
	"slices"
	"testing"

	"pruefstein/internal/survey"
)

// A store with sorted keys takes an import in the order of its keys, or it takes minutes over a large one.
func TestImportPutsVersionsInKeyOrder(t *testing.T) {
	ids := map[survey.Slug]survey.RespondentID{"fm": "b", "gzn": "a"}
	var versions []survey.Version
	for _, number := range []int{10, 9} {
		for _, question := range []survey.QuestionID{"q2", "q1"} {
			for _, party := range []survey.RespondentID{"fm", "gzn"} {
				versions = append(versions, survey.Version{Respondent: party, Question: question, Number: number})
			}
		}
	}
	var keys []string
	for _, i := range inKeyOrder(versions, ids) {
		v := versions[i]
		v.Respondent = ids[survey.Slug(v.Respondent)]
		keys = append(keys, v.Key())
	}
	if len(keys) != len(versions) || !slices.IsSorted(keys) {
		t.Errorf("%q", keys)
	}
}
