package templates

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLabelErrors(t *testing.T) {
	type group struct{ Fields []Field }
	type inner struct{ Base }
	page := struct {
		inner
		Groups []group
		One    Field
		Box    *Confirm
		None   *Confirm
		Agreed Field
	}{
		Groups: []group{{Fields: []Field{{Name: "name", Label: "Name"}, {Name: "revision", Type: "hidden", Label: "nie"}}}},
		One:    Field{Name: "website", ID: "website-new", Label: "Website"},
		Agreed: Field{Name: "agreed", Type: "checkbox", Label: "Ich habe alles gelesen."},
		Box:    &Confirm{Fields: []Field{{Name: "reason", Label: "Grund"}}},
	}
	for _, id := range []string{"name", "website-new", "reason", "revision", "agreed", "unknown", ""} {
		page.Errors = append(page.Errors, FieldError{FieldID: id, Message: "fehlt"})
	}
	LabelErrors(page)
	var got []string
	for _, e := range page.Errors {
		got = append(got, e.Label)
	}
	if diff := cmp.Diff([]string{"Name", "Website", "Grund", "", "", "", ""}, got); diff != "" {
		t.Error(diff)
	}
	LabelErrors(nil)
	LabelErrors(&page)
}
