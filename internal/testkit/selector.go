package testkit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A selector is a chain of steps: each element lies somewhere inside the one before.
type selector []step

// A step describes one element.
type step struct {
	tag        string // "" for any
	conditions []condition
}

// A condition is on one attribute; a class is one of the words of its attribute.
type condition struct {
	name, value        string
	word, onlyPresence bool
}

var (
	stepPattern      = regexp.MustCompile(`^(?:\*|[A-Za-z][A-Za-z0-9-]*)?(?:[.#][\w-]+|\[[^\]]*\])*`)
	conditionPattern = regexp.MustCompile(`[.#][\w-]+|\[[^\]]*\]`)
	attributePattern = regexp.MustCompile(`^\[([\w-]+)(?:=(?:"([^"]*)"|([^"\s]*)))?\]$`)
)

// parseSelector reads tag, .class, #id, [attr], [attr=value], [attr="a value"] and the descendant space.
func parseSelector(s string) (selector, error) {
	var all selector
	for rest := strings.TrimSpace(s); rest != ""; rest = strings.TrimSpace(rest) {
		text := stepPattern.FindString(rest)
		rest = rest[len(text):]
		if text == "" || rest != "" && rest[0] != ' ' {
			return nil, fmt.Errorf("selector %q: cannot read %q", s, text+rest)
		}
		tag := text[:len(text)-len(strings.Join(conditionPattern.FindAllString(text, -1), ""))]
		one := step{tag: strings.ToLower(strings.TrimPrefix(tag, "*"))}
		for _, c := range conditionPattern.FindAllString(text, -1) {
			switch c[0] {
			case '.':
				one.conditions = append(one.conditions, condition{name: "class", value: c[1:], word: true})
			case '#':
				one.conditions = append(one.conditions, condition{name: "id", value: c[1:]})
			default:
				m := attributePattern.FindStringSubmatch(c)
				if m == nil {
					return nil, fmt.Errorf("selector %q: cannot read %q", s, c)
				}
				one.conditions = append(one.conditions, condition{
					name: m[1], value: m[2] + m[3], onlyPresence: !strings.Contains(c, "="),
				})
			}
		}
		all = append(all, one)
	}
	if all == nil {
		return nil, fmt.Errorf("the selector is empty")
	}
	return all, nil
}

// find returns the elements that match, in the order of the document.
func (s selector) find(root *html.Node) []*html.Node {
	var found []*html.Node
	last := s[len(s)-1]
	for n := range root.Descendants() {
		if last.matches(n) && s[:len(s)-1].surrounds(n) {
			found = append(found, n)
		}
	}
	return found
}

// surrounds tells whether the steps match ancestors of n, in order. Taking the nearest ancestor for each step,
// from the inside out, finds a way if there is one.
func (s selector) surrounds(n *html.Node) bool {
	for n = n.Parent; n != nil && len(s) > 0; n = n.Parent {
		if s[len(s)-1].matches(n) {
			s = s[:len(s)-1]
		}
	}
	return len(s) == 0
}

func (s step) matches(n *html.Node) bool {
	if n.Type != html.ElementNode || s.tag != "" && s.tag != n.Data {
		return false
	}
	for _, c := range s.conditions {
		value, ok := attribute(n, c.name)
		switch {
		case !ok:
			return false
		case c.onlyPresence:
		case c.word && !slices.Contains(strings.Fields(value), c.value), !c.word && value != c.value:
			return false
		}
	}
	return true
}

// attribute returns the value of an attribute and whether the element has it.
func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// textOf returns the text inside n with white space collapsed.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
