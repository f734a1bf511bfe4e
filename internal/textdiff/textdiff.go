// Package textdiff finds word-level differences between two texts, for people who compare two versions of a question or
// an answer.
package textdiff

import (
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
	"github.com/rivo/uniseg"
)

// Kinds of a Part.
const (
	Equal  = "equal"
	Insert = "insert"
	Delete = "delete"
)

// Part is a run of words that both texts have (Equal), only the new one (Insert) or only the old one (Delete).
type Part struct {
	Kind string
	Text string
}

// Words compares two texts word by word (Unicode Standard Annex 29). The Equal and Delete parts in their order are the
// old text, the Equal and Insert parts the new one, byte for byte. Where words are replaced the deletion comes first. An
// unchanged blank between two replaced words counts as replaced too: it would cut a rewritten sentence into pieces.
func Words(old, new string) []Part {
	names := map[string]rune{}
	oldWords, oldNames := words(old, names)
	newWords, newNames := words(new, names)

	var runs []run
	at := 0 // in oldWords
	for _, change := range lcs.DiffRunes(oldNames, newNames) {
		runs = append(runs,
			run{equal: strings.Join(oldWords[at:change.Start], "")},
			run{deleted: strings.Join(oldWords[change.Start:change.End], ""), inserted: strings.Join(newWords[change.ReplStart:change.ReplEnd], "")})
		at = change.End
	}
	runs = append(runs, run{equal: strings.Join(oldWords[at:], "")})

	var parts []Part
	for _, r := range joined(runs) {
		for _, p := range []Part{{Equal, r.equal}, {Delete, r.deleted}, {Insert, r.inserted}} {
			if p.Text != "" {
				parts = append(parts, p)
			}
		}
	}
	return parts
}

// run is either equal text or a change.
type run struct {
	equal, deleted, inserted string
}

// joined joins two replacements with nothing but blanks between them into one.
func joined(runs []run) []run {
	var list []run
	for i := 0; i < len(runs); i++ {
		r, n := runs[i], len(list)
		blank := r.equal != "" && strings.Trim(r.equal, " ") == ""
		if blank && n > 0 && i+1 < len(runs) && list[n-1].replaces() && runs[i+1].replaces() {
			last, next := &list[n-1], runs[i+1]
			last.deleted += r.equal + next.deleted
			last.inserted += r.equal + next.inserted
			i++
			continue
		}
		list = append(list, r)
	}
	return list
}

func (r run) replaces() bool { return r.deleted != "" && r.inserted != "" }

// words splits a text at its word boundaries and names each different word by a number of its own, the first from 1.
func words(text string, names map[string]rune) (list []string, named []rune) {
	state := -1
	for text != "" {
		var word string
		word, text, state = uniseg.FirstWordInString(text, state)
		name, ok := names[word]
		if !ok {
			name = rune(len(names) + 1)
			names[word] = name
		}
		list, named = append(list, word), append(named, name)
	}
	return list, named
}
