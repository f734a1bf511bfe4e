package textdiff_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pruefstein/internal/textdiff"
)

func TestWords(t *testing.T) {
	type parts = []textdiff.Part
	for _, test := range []struct {
		name, old, new string
		want           parts
	}{
		{"both empty", "", "", nil},
		{"equal", "Wie stehen Sie dazu?", "Wie stehen Sie dazu?", parts{{"equal", "Wie stehen Sie dazu?"}}},
		{"all new", "", "Eine Idee", parts{{"insert", "Eine Idee"}}},
		{"all gone", "Eine Idee", "", parts{{"delete", "Eine Idee"}}},
		{"one word", "freie Software fördern", "offene Software fördern", parts{{"delete", "freie"}, {"insert", "offene"}, {"equal", " Software fördern"}}},
		{"words in a row are one replacement", "sehr alte Regeln", "ganz neue Regeln", parts{{"delete", "sehr alte"}, {"insert", "ganz neue"}, {"equal", " Regeln"}}},
		{"insertion", "a c", "a b c", parts{{"equal", "a"}, {"insert", " b"}, {"equal", " c"}}},
		{"a letter with its mark is never cut", "Mu\u0308ll", "Mull", parts{{"delete", "Mu\u0308ll"}, {"insert", "Mull"}}},
		{"line breaks stay", "eins\n\nzwei", "eins\n\ndrei", parts{{"equal", "eins\n\n"}, {"delete", "zwei"}, {"insert", "drei"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, textdiff.Words(test.old, test.new)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWordsLosesNothing holds for any two texts, also for such as share most of their words, and for bytes that are no text.
func TestWordsLosesNothing(t *testing.T) {
	word := rapid.OneOf(rapid.SampledFrom([]string{"Wie", "stehen", "Sie", "dazu", " ", "  ", "\n", "?", "ä", "a\u0308", "👩‍👧", "\xff"}), rapid.String())
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 0, 40).Draw(t, "words"), "") })
	rapid.Check(t, func(t *rapid.T) {
		old, new := text.Draw(t, "old"), text.Draw(t, "new")
		var before, after strings.Builder
		last := ""
		for _, p := range textdiff.Words(old, new) {
			if p.Text == "" {
				t.Error("an empty part")
			}
			if p.Kind == last && p.Kind != textdiff.Equal || last == textdiff.Insert && p.Kind == textdiff.Delete {
				t.Errorf("%s after %s", p.Kind, last)
			}
			last = p.Kind
			if p.Kind != textdiff.Insert {
				before.WriteString(p.Text)
			}
			if p.Kind != textdiff.Delete {
				after.WriteString(p.Text)
			}
		}
		if before.String() != old || after.String() != new {
			t.Errorf("got %q and %q", before.String(), after.String())
		}
	})
}

// Long texts that share nothing must not take long: the comparison gives up looking for the best answer, not for a right one.
func BenchmarkWords(b *testing.B) {
	old, new := strings.Repeat("lang und länger ", 2000), strings.Repeat("anders, aber lang ", 1800)
	for b.Loop() {
		textdiff.Words(old, new)
	}
}
