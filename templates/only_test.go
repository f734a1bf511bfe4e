package templates

import (
	"slices"
	"testing"
)

func TestOnlyOnePage(t *testing.T) {
	engine, err := NewFor("compare/single")
	if err != nil {
		t.Fatal(err)
	}
	if got := engine.Pages(); !slices.Equal(got, []string{"compare/single"}) || len(engine.mails) > 0 {
		t.Errorf("%v, %d mails", got, len(engine.mails))
	}
}
