package interchange

import (
	"bytes"
	"encoding/json"
	"strings"
)

// A lexer hands out the tokens of JSON that is known to be well-formed. A token is a part of data: nothing is copied,
// however long it is.
type lexer struct {
	data []byte
	next int
}

// peek returns the first byte of the next token, 0 at the end. Commas and colons tell nothing where the syntax is known.
func (l *lexer) peek() byte {
	for ; l.next < len(l.data); l.next++ {
		switch c := l.data[l.next]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			return c
		}
	}
	return 0
}

// more tells whether an object or array has another entry.
func (l *lexer) more() bool {
	c := l.peek()
	return c != 0 && c != '}' && c != ']'
}

// token returns the next bracket, string, number, true, false or null as it stands in the file, nil at the end.
func (l *lexer) token() []byte {
	first, start := l.peek(), l.next
	switch first {
	case 0:
		return nil
	case '{', '}', '[', ']':
		l.next++
	case '"':
		for l.next++; l.next < len(l.data) && l.data[l.next] != '"'; l.next++ {
			if l.data[l.next] == '\\' {
				l.next++
			}
		}
		l.next = min(l.next+1, len(l.data))
	default:
		for l.next < len(l.data) && strings.IndexByte(" \t\r\n,:{}[]\"", l.data[l.next]) < 0 {
			l.next++
		}
	}
	return l.data[start:l.next]
}

// skip passes over the rest of a value whose first token was read.
func (l *lexer) skip(token []byte) {
	depth := 0
	for token != nil {
		switch token[0] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth == 0 {
			return
		}
		token = l.token()
	}
}

// typeOf names the JSON type of a value by its first token.
func typeOf(token []byte) string {
	switch token[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// unquote returns the string a literal stands for. A lone surrogate becomes U+FFFD.
func unquote(literal []byte) (s string) {
	if bytes.IndexByte(literal, '\\') < 0 {
		return string(literal[1 : len(literal)-1])
	}
	_ = json.Unmarshal(literal, &s) // cannot fail: the syntax was checked
	return s
}
