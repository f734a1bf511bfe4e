package survey_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pruefstein/internal/survey"
)

func TestSlug(t *testing.T) {
	for name, want := range map[string]survey.Slug{
		"Landtagswahl Nordmark 2026": "landtagswahl-nordmark-2026", "Grüne Zukunft Nordmark": "gruene-zukunft-nordmark",
		"ÄÖÜ ß": "aeoeue-ss", "  a  --  b  ": "a-b", "A/B&C": "a-b-c", "Café Zoë": "cafe-zoe", "U\u0308bung": "uebung", "😀": "", "": "", "!?": "",
		"日本": "", "CDU/CSU": "cdu-csu", "№ 5": "5",
		strings.Repeat("wort ", 30):        "wort-wort-wort-wort-wort-wort-wort-wort-wort-wort-wort-wort",
		strings.Repeat("a", 59) + " bcdef": survey.Slug(strings.Repeat("a", 59)),
	} {
		if got := survey.SlugOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestSlugIsAlwaysValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		slug := survey.SlugOf(name)
		if slug != "" && (!survey.ValidSlug(slug) || len(slug) > 60) {
			t.Fatalf("%q: %q", name, slug)
		}
		if again := survey.SlugOf(string(slug)); again != slug {
			t.Fatalf("%q, then %q", slug, again)
		}
	})
}

func TestValidSlug(t *testing.T) {
	for slug, want := range map[string]bool{
		"a": true, "a-b": true, "2026": true, strings.Repeat("a", 80): true,
		"": false, "-a": false, "a-": false, "a--b": false, "A": false, "ä": false, "a b": false, "a/b": false, "a.b": false, "a_b": false,
		strings.Repeat("a", 81): false, "a\n": false,
	} {
		if got := survey.ValidSlug(slug); got != want {
			t.Errorf("%q: %v", slug, got)
		}
	}
}

func TestFreeSlug(t *testing.T) {
	for _, c := range []struct {
		taken []string
		want  string
	}{{nil, "ag"}, {[]string{"ag"}, "ag-2"}, {[]string{"ag", "ag-2", "ag-4"}, "ag-3"}, {[]string{"ag-2"}, "ag"}} {
		got := survey.FreeSlug("ag", func(s string) bool {
			for _, t := range c.taken {
				if s == t {
					return true
				}
			}
			return false
		})
		if got != c.want {
			t.Errorf("%v: %q, want %q", c.taken, got, c.want)
		}
	}
}

func TestTokensAndIDs(t *testing.T) {
	seen := map[string]bool{}
	last := ""
	for range 200 {
		id, token := survey.NewID(), survey.NewToken()
		if seen[id] || seen[token] || len(token) != 52 || strings.ToLower(token) != token {
			t.Fatalf("%q %q", id, token)
		}
		if id <= last {
			t.Fatalf("%q sorts before %q", id, last)
		}
		seen[id], seen[token], last = true, true, id
	}
	if survey.HashToken("a") == survey.HashToken("b") || len(survey.HashToken("")) != 64 {
		t.Error("hash")
	}
}
