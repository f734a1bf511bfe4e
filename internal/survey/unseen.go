package survey

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// replacement is U+FFFD: it stands where a program lost a character.
const replacement = '\uFFFD'

// unseenContext is how many characters stand before and after an unseen one where it is told.
const unseenContext = 12

// unseenMost is the most places that are told of one text.
const unseenMost = 20

// Unseen finds the characters of a text that people do not see, or see in one program alone: control and format characters,
// characters of private use, and what stands for a lost one. It returns how many there are and the places with some of the words
// around, each such character written as ⟦U+202D⟧. A soft hyphen is none, nor what joins letters or emoji where they need it.
func Unseen(text string) (count int, places []string) {
	if seenOnly(text) {
		return 0, nil
	}
	runes := []rune(text)
	marks := unseenMarks(runes)
	for i := 0; i < len(runes); i++ {
		if !marks[i] {
			continue
		}
		from, last := max(0, i-unseenContext), i
		for j := i; j < len(runes) && j <= last+unseenContext && runes[j] != '\n'; j++ {
			if marks[j] {
				count++
				last = j
			}
		}
		to := min(len(runes), last+1+unseenContext)
		var place strings.Builder
		goesOn := to < len(runes) && runes[to] != '\n'
		for j := from; j < to; j++ {
			switch {
			case marks[j]:
				fmt.Fprintf(&place, "⟦%U⟧", runes[j])
			case runes[j] == '\n' && j < i:
				place.Reset()
			case runes[j] == '\n':
				j, goesOn = to, false
			default:
				place.WriteRune(runes[j])
			}
		}
		if len(places) < unseenMost {
			told := strings.TrimSpace(place.String())
			if goesOn {
				told += "…"
			}
			places = append(places, told)
		}
		i = last
	}
	return count, places
}

// Mended is a text without its unseen characters: the bullets and dashes of Word's symbol fonts become real ones, vertical tabs and
// form feeds line breaks, all others go. What stands for a lost character stays: only a person knows which it was. A text without
// any is returned as it is.
func Mended(text string) string {
	if seenOnly(text) {
		return text
	}
	runes := []rune(text)
	var out []rune
	for i := range runes {
		if !unseen(out, runes, i) {
			out = append(out, runes[i])
			continue
		}
		if r := instead(out, runes[i]); r != 0 {
			out = append(out, r)
		}
	}
	return string(out)
}

// seenOnly is a quick look: most texts hold nothing of the kind.
func seenOnly(text string) bool {
	return !strings.ContainsFunc(text, suspect)
}

// unseenMarks tells of each character whether it is unseen, as Mended goes through them.
func unseenMarks(runes []rune) []bool {
	marks := make([]bool, len(runes))
	var out []rune
	for i := range runes {
		r := runes[i]
		if marks[i] = unseen(out, runes, i); marks[i] {
			r = instead(out, r)
		}
		if marks[i] = marks[i] || r == replacement; r != 0 {
			out = append(out, r)
		}
	}
	return marks
}

// instead is what Mended writes for an unseen character after what it wrote already; 0 is nothing.
func instead(before []rune, r rune) rune {
	switch {
	case r == '\v', r == '\f', r == 0x85:
		return '\n'
	case r == 0xF020:
		return ' '
	case r == 0xF02D, r == 0xF0BE:
		return '–'
	case r == 0xF0A7, r == 0xF0B7, r > 0xF020 && r <= 0xF0FF && beginsLine(before):
		return '•'
	}
	return 0
}

// beginsLine tells whether nothing but blanks stands between the last line break and the end.
func beginsLine(before []rune) bool {
	for _, r := range slices.Backward(before) {
		if r == '\n' || !unicode.IsSpace(r) {
			return r == '\n'
		}
	}
	return true
}

// suspect tells the characters that are unseen, some of them only beside certain others.
func suspect(r rune) bool {
	switch {
	case r == '\n', r == '\r', r == '\t', r == 0xAD:
		return false
	case r == 0xFFFC, r == replacement, r == 0x3164, r == 0xFFA0, r == 0x17B4, r == 0x17B5, r >= 0xE0000 && r <= 0xE0FFF, variation(r), noncharacter(r):
		return true
	case unicode.Is(unicode.Cf, r):
		return !unicode.Is(shownFormat, r)
	}
	return unicode.In(r, unicode.Cc, unicode.Co)
}

// shownFormat are format characters that have a shape of their own.
var shownFormat = &unicode.RangeTable{
	R16: []unicode.Range16{{0x0600, 0x0605, 1}, {0x06DD, 0x06DD, 1}, {0x070F, 0x070F, 1}, {0x0890, 0x0891, 1}, {0x08E2, 0x08E2, 1}},
	R32: []unicode.Range32{{0x110BD, 0x110BD, 1}, {0x110CD, 0x110CD, 1}, {0x13430, 0x1345F, 1}},
}

// variation tells the variation selectors.
func variation(r rune) bool {
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF || r >= 0x180B && r <= 0x180D || r == 0x180F
}

// unseen tells whether the i-th character is one, after those that stay before it. U+FFFD is none here, as it stays.
func unseen(before, runes []rune, i int) bool {
	r := runes[i]
	if !suspect(r) || r == replacement {
		return false
	}
	var last, next rune
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	if i+1 < len(runes) {
		next = runes[i+1]
	}
	switch {
	case variation(r): // of an emoji, a sign, an ideograph, a Mongolian letter
		return !unicode.In(last, unicode.S, unicode.P, unicode.Nd, unicode.Han, unicode.Mongolian)
	case r == 0x200D && (unicode.Is(unicode.S, last) || variation(last)) && unicode.Is(unicode.S, next):
		return false
	case r == 0x200C, r == 0x200D:
		return !unicode.In(last, joining...) || !unicode.In(next, joining...) && !unicode.Is(unicode.Mn, last)
	}
	return true
}

// joining are the scripts whose letters change their shape with a joiner between them.
var joining = []*unicode.RangeTable{unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Myanmar, unicode.Khmer, unicode.Tibetan}

// UnseenFault is the fault of a typed text that holds unseen characters: key and arguments, key "" where it holds none.
//
//   - error.text.unseen (Count, Places): some that can be mended
//   - error.text.lost (Count, Places): U+FFFD alone, which a person has to replace
func UnseenFault(text string) (key string, args []any) {
	count, places := Unseen(text)
	if count == 0 {
		return "", nil
	}
	key = "error.text.unseen"
	if Mended(text) == text {
		key = "error.text.lost"
	}
	told := strings.Join(places, " · ")
	if len(places) == unseenMost {
		told += " …"
	}
	return key, []any{"Count", count, "Places", told}
}
