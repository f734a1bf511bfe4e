package survey

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxTextUnits is the most UTF-16 units any text may have at entry. It stays below the 32,767 of an Excel cell.
const MaxTextUnits = 32000

// Length counts a text as browsers, JavaScript and Excel do: in UTF-16 code units.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// Text applies the one text rule to what somebody typed: valid UTF-8, NFC, CRLF and CR become LF, outer white space is
// trimmed. NFC may make a text longer by a few units, so the length is that of the result. It returns a Fault's key and arguments, key "" when the text is sound:
//
//   - error.text.encoding (Position): not UTF-8
//   - error.text.control (Position, Character): a control character other than LF and TAB, or a noncharacter such as U+FFFE
//   - error.text.bidi (Position, Character): a bidirectional override or isolate, which can make a text read as another
//   - error.text.marks (Position): more than 30 combining marks on one character, which NFC cannot keep as they are
//   - error.text.too_long (Length, Limit): more than MaxTextUnits
//
// Position counts characters from 1. Nothing is cut and no character is removed from within.
func Text(typed string) (text string, key string, args []any) {
	if !utf8.ValidString(typed) {
		return typed, "error.text.encoding", []any{"Position", invalidAt(typed)}
	}
	text = strings.ReplaceAll(typed, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	text = strings.TrimFunc(norm.NFC.String(text), outerSpace)
	position := 0
	for _, r := range text {
		position++
		if key := forbidden(r); key != "" {
			return text, key, []any{"Position", position, "Character", fmt.Sprintf("%U", r)}
		}
	}
	// Stream-safe NFC (UAX 15) puts a joiner into an endless run of marks: a character nobody typed.
	if strings.Count(text, graphemeJoiner) > strings.Count(typed, graphemeJoiner) {
		before, _, _ := strings.Cut(text, graphemeJoiner)
		return text, "error.text.marks", []any{"Position", utf8.RuneCountInString(before) + 1}
	}
	if n := Length(text); n > MaxTextUnits {
		return text, "error.text.too_long", []any{"Length", n, "Limit", MaxTextUnits}
	}
	return text, "", nil
}

// graphemeJoiner is U+034F COMBINING GRAPHEME JOINER.
const graphemeJoiner = "\u034f"

// outerSpace tells the white space that is trimmed. A control character is none, even where Unicode calls it a space: it
// is refused, not silently removed.
func outerSpace(r rune) bool { return unicode.IsSpace(r) && forbidden(r) == "" }

// Line is Text for a single line: a line or paragraph break or a tab is a fault too (error.text.line).
func Line(typed string) (text string, key string, args []any) {
	text, key, args = Text(typed)
	if key == "" && strings.ContainsAny(text, "\n\t\u2028\u2029") {
		return text, "error.text.line", nil
	}
	return text, key, args
}

// forbidden names the rule a character breaks, "" if none.
func forbidden(r rune) string {
	switch {
	case r == '\n' || r == '\t':
		return ""
	case unicode.Is(unicode.Cc, r), noncharacter(r):
		return "error.text.control"
	case r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069:
		return "error.text.bidi"
	}
	return ""
}

// noncharacter tells the code points that are none and never will be (Unicode 23.7): XML, and so a workbook, cannot carry them.
func noncharacter(r rune) bool { return r >= 0xFDD0 && r <= 0xFDEF || r&0xFFFE == 0xFFFE }

// invalidAt returns the position of the first byte that is not UTF-8, in characters from 1.
func invalidAt(s string) int {
	position := 1
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			return position
		}
		s, position = s[size:], position+1
	}
	return 0
}

// SortByName sorts as people look names up: by the slug, so without regard to case and umlauts.
func SortByName[T any](list []T, name func(T) string) {
	slices.SortStableFunc(list, func(a, b T) int { return strings.Compare(string(SlugOf(name(a))), string(SlugOf(name(b)))) })
}

// ShownMost is the most characters of something from the file that a line of output repeats.
const ShownMost = 60

// Shown makes a name from the file fit for a line of output.
func Shown(name string) string {
	characters := 0
	for i := range name {
		if characters++; characters > ShownMost {
			name = name[:i] + "…"
			break
		}
	}
	for _, r := range name {
		if r < ' ' || r == '.' || r == '[' || r == 0x7f {
			return strconv.Quote(name)
		}
	}
	if name == "" {
		return `""`
	}
	return name
}
