package interchange

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"unicode/utf8"
)

// Of well-formed JSON the lexer hands out the same tokens as encoding/json.
func FuzzLexer(f *testing.F) {
	for _, seed := range []string{minimal, `[]`, `{"a":[1,-0.5e+7,"\\\"",{"":null}],"b":true}`, "\t[ \n]\r ", `"\ud83d\ude00\\"`, `[[["]"]],"{,:"]`, "0"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) || !utf8.Valid(data) {
			return
		}
		l, want := lexer{data: data}, json.NewDecoder(bytes.NewReader(data))
		want.UseNumber()
		for {
			token, err := want.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				return // deeper than it goes
			}
			got := l.token()
			same := got != nil
			switch token := token.(type) {
			case json.Delim:
				same = string(got) == token.String()
			case string:
				same = same && got[0] == '"' && unquote(got) == token
			case json.Number:
				same = string(got) == token.String()
			case bool:
				same = same && typeOf(got) == "boolean" && (got[0] == 't') == token
			case nil:
				same = string(got) == "null"
			}
			if !same {
				t.Fatalf("%q: %q, want %v", data, got, token)
			}
		}
		if rest := l.token(); rest != nil {
			t.Fatalf("%q: %q is left", data, rest)
		}
	})
}
