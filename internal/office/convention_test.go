package office_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"pruefstein/internal/office"
	"pruefstein/internal/survey"
)

// A use case takes the context, who acts, the ids and slugs of what is acted on, and then what was typed.
func TestUseCasesAreCalledAlike(t *testing.T) {
	ids := []reflect.Type{reflect.TypeFor[survey.QuestionnaireID](), reflect.TypeFor[survey.RespondentID](), reflect.TypeFor[survey.QuestionID](),
		reflect.TypeFor[survey.ElectionID](), reflect.TypeFor[survey.PartyID](), reflect.TypeFor[survey.UserID](), reflect.TypeFor[survey.Slug]()}
	ctx, actor, kernel := reflect.TypeFor[context.Context](), reflect.TypeFor[survey.Actor](), reflect.TypeFor[*survey.Kernel]()
	seen := 0
	for verb := range reflect.TypeFor[office.Office]().Fields() {
		for m := range verb.Type.Methods() {
			if _, shared := kernel.MethodByName(m.Name); shared || m.Type.NumIn() < 2 || m.Type.In(1) != ctx {
				continue
			}
			seen++
			typed := false
			for i := 2; i < m.Type.NumIn(); i++ {
				p := m.Type.In(i)
				if p == actor && i != 2 || slices.Contains(ids, p) && typed {
					t.Errorf("%s.%s: parameter %d, %s, comes too late", verb.Name, m.Name, i, p)
				}
				if p.Kind() != reflect.Struct || p == actor || p.Name() == "Ref" {
					continue
				}
				typed = true
				for f := range p.Fields() {
					if p.Name() == m.Name && f.Type.Kind() == reflect.String && slices.Contains([]string{"ID", "Questionnaire", "Respondent", "Question", "Party", "Person"}, f.Name) {
						t.Errorf("%s.%s: %s names what is acted on, so it is a parameter", verb.Name, m.Name, f.Name)
					}
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d use cases", seen)
	}
}
