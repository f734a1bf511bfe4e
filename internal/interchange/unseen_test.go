package interchange_test

import (
	"slices"
	"testing"

	"pruefstein/internal/interchange"
)

func TestUnseenCharactersOfAFileAreNamed(t *testing.T) {
	f := interchange.File{Questionnaire: interchange.Questionnaire{Title: "Punkte"}, Answers: []interchange.Answer{{Text: "Ja."}, {Text: "Wir wollen:\n\uf0b7 Glasfaser\n\uf0b7 WLAN"}}}
	count, first := interchange.Unseen(f)
	if want := []string{"answers[1].text: ⟦U+F0B7⟧ Glasfaser · ⟦U+F0B7⟧ WLAN"}; count != 2 || !slices.Equal(first, want) {
		t.Errorf("%d %q", count, first)
	}
}
