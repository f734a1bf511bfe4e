package survey_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"pruefstein/internal/survey"
)

func TestLengthCountsAsBrowsersAndExcelDo(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "äöü": 3, "a\u0308": 2, "ß€": 2, "😀": 2, "👩‍👩‍👧": 8, "a\nb": 3, "\u00ad": 1, "𝄞": 2,
	} {
		if got := survey.Length(text); got != want {
			t.Errorf("%q: %d units, want %d", text, got, want)
		}
	}
}

func TestTextKeepsWhatWasTyped(t *testing.T) {
	for name, c := range map[string]struct{ typed, want string }{
		"empty":               {"", ""},
		"blank":               {" \t\n\u00a0 ", ""},
		"outer white space":   {" \n\tWir sagen ja. \u00a0\n", "Wir sagen ja."},
		"CRLF":                {"eins\r\nzwei\r\n\r\ndrei", "eins\nzwei\n\ndrei"},
		"CR":                  {"eins\rzwei", "eins\nzwei"},
		"LF CR":               {"eins\n\rzwei", "eins\n\nzwei"},
		"decomposed umlaut":   {"Schu\u0308ler", "Schüler"},
		"ligature stays":      {"e\ufb03cient", "e\ufb03cient"},
		"soft hyphen stays":   {"Digi\u00adtal", "Digi\u00adtal"},
		"no-break space":      {"§\u00a05", "§\u00a05"},
		"zero width joiner":   {"👩‍👧", "👩‍👧"},
		"direction mark":      {"a\u200eb\u200f", "a\u200eb\u200f"},
		"byte order mark":     {"\ufeffText", "\ufeffText"},
		"tab inside":          {"a\tb", "a\tb"},
		"looks like a cell":   {"=1+1", "=1+1"},
		"starts with dash":    {"- erstens\n- zweitens", "- erstens\n- zweitens"},
		"literal markup":      {"<b>fett</b> &amp;", "<b>fett</b> &amp;"},
		"replacement stays":   {"a\ufffdb", "a\ufffdb"},
		"private use":         {"a\ue000b", "a\ue000b"},
		"composition growth":  {"\u0958", "\u0915\u093c"}, // NFC writes this one character as two
		"leading mark":        {" \u0301a", "\u0301a"},
		"thirty marks":        {"a" + strings.Repeat("\u0334", 30), "a" + strings.Repeat("\u0334", 30)},
		"joiner of the typer": {"a\u034fb", "a\u034fb"},
	} {
		t.Run(name, func(t *testing.T) {
			got, key, args := survey.Text(c.typed)
			if got != c.want || key != "" {
				t.Errorf("%q %s %v, want %q", got, key, args, c.want)
			}
		})
	}
}

func TestTextRefusesWithPosition(t *testing.T) {
	at := func(position int, character string) []any {
		return []any{"Position", position, "Character", character}
	}
	for name, c := range map[string]struct {
		typed, key string
		args       []any
	}{
		"latin 1":              {"Gr\xfc\xdfe", "error.text.encoding", []any{"Position", 3}},
		"half a character":     {"ab\xc3", "error.text.encoding", []any{"Position", 3}},
		"lone surrogate":       {"äb\xed\xa0\x80", "error.text.encoding", []any{"Position", 3}},
		"overlong":             {"\xc0\xaf", "error.text.encoding", []any{"Position", 1}},
		"beyond unicode":       {"a\xf4\x90\x80\x80", "error.text.encoding", []any{"Position", 2}},
		"NUL":                  {"ab\x00c", "error.text.control", at(3, "U+0000")},
		"escape":               {"\x1b[31m", "error.text.control", at(1, "U+001B")},
		"delete":               {"a\x7f", "error.text.control", at(2, "U+007F")},
		"C1":                   {"ä\u0091", "error.text.control", at(2, "U+0091")},
		"next line at the end": {"a\u0085", "error.text.control", at(2, "U+0085")},
		"form feed outside":    {"\fa", "error.text.control", at(1, "U+000C")},
		"vertical tab inside":  {"a\vb", "error.text.control", at(2, "U+000B")},
		"noncharacter":         {"a\ufffeb", "error.text.control", at(2, "U+FFFE")},
		"noncharacter block":   {"\ufdd0", "error.text.control", at(1, "U+FDD0")},
		"last code point":      {"\U0010ffff", "error.text.control", at(1, "U+10FFFF")},
		"override":             {"Wir sagen \u202enein", "error.text.bidi", at(11, "U+202E")},
		"embedding":            {"\u202aa", "error.text.bidi", at(1, "U+202A")},
		"isolate":              {"a\u2066b\u2069", "error.text.bidi", at(2, "U+2066")},
		"after CRLF":           {"a\r\n\x00", "error.text.control", at(3, "U+0000")},
		"after a decomposed":   {"u\u0308\x00", "error.text.control", at(2, "U+0000")},
		"after trimmed blanks": {"   a\x00", "error.text.control", at(2, "U+0000")},
		"after an emoji":       {"😀\x00", "error.text.control", at(2, "U+0000")},
		"endless marks":        {"a" + strings.Repeat("\u0334", 31), "error.text.marks", []any{"Position", 32}},
	} {
		t.Run(name, func(t *testing.T) {
			_, key, args := survey.Text(c.typed)
			if diff := cmp.Diff(c.args, args); key != c.key || diff != "" {
				t.Errorf("%s, want %s; arguments %s", key, c.key, diff)
			}
		})
	}
}

func TestTextIsLimitedInUnitsAndNeverCut(t *testing.T) {
	for name, c := range map[string]struct {
		typed string
		over  int
	}{
		"ascii":         {strings.Repeat("a", 32000), 0},
		"ascii over":    {strings.Repeat("a", 32001), 32001},
		"umlauts":       {strings.Repeat("ä", 32000), 0},
		"emoji":         {strings.Repeat("😀", 16000), 0},
		"emoji over":    {strings.Repeat("😀", 16001), 32002},
		"decomposed":    {strings.Repeat("u\u0308", 32000), 0},
		"CRLF":          {strings.Repeat("a\r\n", 15999) + "ab", 0},
		"outer blanks":  {strings.Repeat(" ", 9000) + strings.Repeat("a", 32000), 0},
		"grown by NFC":  {strings.Repeat("\u0958", 16001), 32002},
		"just one over": {strings.Repeat("a", 31999) + "😀", 32001},
	} {
		t.Run(name, func(t *testing.T) {
			text, key, args := survey.Text(c.typed)
			if c.over == 0 {
				if key != "" {
					t.Fatal(key, args)
				}
				return
			}
			if key != "error.text.too_long" || survey.Length(text) != c.over {
				t.Fatalf("%s, %d units", key, survey.Length(text))
			}
			if diff := cmp.Diff([]any{"Length", c.over, "Limit", 32000}, args); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLineIsOneLine(t *testing.T) {
	for typed, want := range map[string]string{
		" Titel ": "", "Titel\n": "", "a\nb": "error.text.line", "a\r\nb": "error.text.line", "a\tb": "error.text.line",
		"a\u2028b": "error.text.line", "a\u2029b": "error.text.line", "a\x00b": "error.text.control", "\xff": "error.text.encoding",
		"a\r\nBcc: x": "error.text.line",
	} {
		if _, key, _ := survey.Line(typed); key != want {
			t.Errorf("%q: %q, want %q", typed, key, want)
		}
	}
}

// plain is the rule said another way: what a sound text becomes.
func plain(typed string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.ReplaceAll(typed, "\r\n", "\n"), "\r") {
		lines = append(lines, line)
	}
	return strings.TrimSpace(norm.NFC.String(strings.Join(lines, "\n")))
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "Grüße", "a\r\nb", "u\u0308", "\x00", "a\u202eb", "\xff", "😀", "\u0085", "a\u034f", " \u0301", "\u0958", "각",
		"a" + strings.Repeat("\u0334", 40), strings.Repeat("\u0301", 31), "\u2000x\u3000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		text, key, args := survey.Text(typed)
		if key == "error.text.encoding" {
			if utf8.ValidString(typed) || text != typed {
				t.Fatalf("refused or changed: %q", typed)
			}
		} else if !utf8.ValidString(text) {
			t.Fatalf("not UTF-8: %q", text)
		}
		if len(args) > 1 && args[0] == "Position" {
			n, ok := args[1].(int)
			if !ok || n < 1 || n > utf8.RuneCountInString(text) {
				t.Fatalf("%q: position %v", typed, args[1])
			}
		}
		if key != "" {
			return
		}
		if want := plain(typed); text != want {
			t.Fatalf("%q became %q, want %q", typed, text, want)
		}
		again, key, _ := survey.Text(text)
		if again != text || key != "" {
			t.Fatalf("not idempotent: %q, then %q %s", text, again, key)
		}
		if survey.Length(text) > survey.MaxTextUnits {
			t.Fatal("too long")
		}
	})
}
