package survey_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pruefstein/internal/survey"
)

func TestUnseenCharactersAreAllToldAndMended(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		places []string
		mended string
	}{
		"plain":              {"Wir sagen ja.\n\n• Glasfaser\n– WLAN", nil, ""},
		"soft hyphen":        {"Digi\u00adtal", nil, ""},
		"no-break space":     {"§\u00a05", nil, ""},
		"a family":           {"👩‍👧 ❤️‍🔥 1️⃣ ‼️", nil, ""},
		"Persian":            {"می\u200cخواهم", nil, ""},
		"Hindi":              {"क\u094d\u200dष", nil, ""},
		"ideograph":          {"葛\U000e0100", nil, ""},
		"bidi":               {"Das kostet \u202d1.250 Euro", []string{"Das kostet ⟦U+202D⟧1.250 Euro"}, "Das kostet 1.250 Euro"},
		"bullets of Word":    {"Wir wollen:\n\uf0b7 Glasfaser\n\uf0a7\tfreies WLAN\n\uf0d8 Beratung", []string{"⟦U+F0B7⟧ Glasfaser", "⟦U+F0A7⟧\tfreies WLAN", "⟦U+F0D8⟧ Beratung"}, "Wir wollen:\n• Glasfaser\n•\tfreies WLAN\n• Beratung"},
		"a long line":        {"\uf0b7 Glasfaser bis in jedes Dorf\n\uf0b7 ja", []string{"⟦U+F0B7⟧ Glasfaser b…", "⟦U+F0B7⟧ ja"}, "• Glasfaser bis in jedes Dorf\n• ja"},
		"dash of Word":       {"2026 \uf02d 2027", []string{"2026 ⟦U+F02D⟧ 2027"}, "2026 – 2027"},
		"a sign of Symbol":   {"x \uf0b3 3", []string{"x ⟦U+F0B3⟧ 3"}, "x  3"},
		"private use":        {"a\ue000b\U0010fffdc", []string{"a⟦U+E000⟧b⟦U+10FFFD⟧c"}, "abc"},
		"zero width":         {"ja\u200b, ne\u2060in", []string{"ja⟦U+200B⟧, ne⟦U+2060⟧in"}, "ja, nein"},
		"joiner in a word":   {"Wahl\u200dkampf", []string{"Wahl⟦U+200D⟧kampf"}, "Wahlkampf"},
		"tags":               {"ja\U000e0041", []string{"ja⟦U+E0041⟧"}, "ja"},
		"byte order mark":    {"\ufeffText", []string{"⟦U+FEFF⟧Text"}, "Text"},
		"selector of nobody": {"a\ufe0fb", []string{"a⟦U+FE0F⟧b"}, "ab"},
		"vertical tab":       {"a\vb", []string{"a⟦U+000B⟧b"}, "a\nb"},
		"object":             {"Bild \ufffc hier", []string{"Bild ⟦U+FFFC⟧ hier"}, "Bild  hier"},
		"lost":               {"Stra\ufffde", []string{"Stra⟦U+FFFD⟧e"}, "Stra\ufffde"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.places == nil {
				c.mended = c.text
			}
			if count, places := survey.Unseen(c.text); !slices.Equal(places, c.places) || (count > 0) != (c.places != nil) {
				t.Errorf("%d %q, want %q", count, places, c.places)
			}
			if got := survey.Mended(c.text); got != c.mended {
				t.Errorf("mended %q, want %q", got, c.mended)
			}
		})
	}
}

// What is typed is refused with all unseen characters at once; what was lost alone is another fault.
func TestTypedTextsNameWhatNobodySees(t *testing.T) {
	for typed, want := range map[string]string{"ja \u202e\x00\ue000": "error.text.unseen", "Stra\ufffde": "error.text.lost", "a\xff": "error.text.encoding", "ja": ""} {
		var f survey.Faults
		text, line := typed, typed
		f.Text("text", &text)
		f.Line("line", &line, 100, false)
		for _, fault := range f {
			if fault.Key != want {
				t.Errorf("%q: %s", typed, fault.Key)
			}
			if want == "error.text.unseen" && fault.Args[1] != 3 {
				t.Errorf("%q: %v", typed, fault.Args)
			}
		}
		if (len(f) == 2) != (want != "") {
			t.Errorf("%q: %v", typed, f)
		}
	}
}

// A mended text is taken, but for what a person has to solve; mending it again changes nothing; a clean one is never changed.
func FuzzMended(f *testing.F) {
	for _, seed := range []string{"ja", "\uf0b7 a\n\uf0a7 b", "a\u202db", "👩‍👧", "a\u200b\ufe0f\u200d😀", "😀\u200d\u200b😀", "\v\x00\ufffd", "क\u094d\u200d", "e\u200b\u0301", "\uf020\uf0fc x", "\ufffe\U000e0001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if !utf8.ValidString(typed) {
			return
		}
		mended := survey.Mended(typed)
		if again := survey.Mended(mended); again != mended {
			t.Fatalf("%q mends to %q, and that to %q", typed, mended, again)
		}
		if count, _ := survey.Unseen(typed); count == 0 && mended != typed {
			t.Fatalf("%q is clean, and mends to %q", typed, mended)
		}
		var faults survey.Faults
		text := mended
		faults.Text("text", &text)
		for _, fault := range faults {
			if fault.Key == "error.text.unseen" || fault.Key == "error.text.control" || fault.Key == "error.text.bidi" || fault.Key == "error.text.lost" && !strings.Contains(mended, "\ufffd") {
				t.Fatalf("%q mends to %q: %s", typed, mended, fault.Key)
			}
		}
	})
}
