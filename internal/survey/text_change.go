package survey

import "pruefstein/internal/textdiff"

// TextChange is how a text field differs between two states of a question. Parts is nil where it does not.
type TextChange struct {
	Field    string // form name: label, text or context; "" of CompareTexts
	Old, New string
	Parts    []textdiff.Part
}

// CompareTexts compares a text with what somebody typed in its place, both by the one text rule.
func CompareTexts(old, new string) TextChange {
	var c TextChange
	c.Old, _, _ = Text(old)
	c.New, _, _ = Text(new)
	if c.Old != c.New {
		c.Parts = textdiff.Words(c.Old, c.New)
	}
	return c
}
