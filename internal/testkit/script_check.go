package testkit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

var (
	variable = regexp.MustCompile(`\$\{([A-Za-z][A-Za-z0-9_]*)\}`)

	// A selector may hold spaces, so its end is where one of these words begins.
	selectorWord = regexp.MustCompile(`^(.+?)\s+(exists|absent|(?:text|count|@[A-Za-z-]+)(?:\s.*)?)$`)
)

// cutWord splits off the first word.
func cutWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(s, " ")
	return word, strings.TrimSpace(rest)
}

// expand replaces the variables in s. escape, if given, quotes each value for where it goes.
func (v *Visit) expand(s string, escape ...func(string) string) (string, error) {
	var unknown string
	expanded := variable.ReplaceAllStringFunc(s, func(match string) string {
		name := variable.FindStringSubmatch(match)[1]
		value, ok := v.Vars[name]
		if !ok {
			unknown = name
		}
		for _, quote := range escape {
			value = quote(value)
		}
		return value
	})
	if unknown != "" {
		return "", fmt.Errorf("no variable is called %s", unknown)
	}
	return expanded, nil
}

// value reads the rest of a line: a Go string in quotes or the text as it stands.
func (v *Visit) value(s string) (string, error) {
	if strings.HasPrefix(s, `"`) {
		unquoted, err := strconv.Unquote(s)
		if err != nil {
			return "", fmt.Errorf("%s is not a string in Go's notation", s)
		}
		s = unquoted
	}
	return v.expand(s)
}

// check runs one line such as "header Location == /x".
func (v *Visit) check(text string) error {
	subject, args := cutWord(text)
	var values []string
	var err error
	switch subject {
	case "code":
		values = []string{strconv.Itoa(v.response.StatusCode)}
	case "body":
		values = []string{string(v.response.body)}
	case "title":
		values = textsOf(v.response.page, "title")
	case "header":
		var name string
		name, args = cutWord(args)
		values = v.response.Header.Values(name)
	case "selector":
		if values, args, err = v.selected(args); err != nil {
			return err
		}
	default:
		return fmt.Errorf("unknown check %q", subject)
	}
	return v.compare(values, args)
}

// selected returns what the elements of "SEL text …", "SEL @attr …" and "SEL count …" hold, and the rest of the line.
func (v *Visit) selected(args string) (values []string, rest string, err error) {
	m := selectorWord.FindStringSubmatch(args)
	if m == nil {
		return nil, "", fmt.Errorf("selector %s: want text, count, @attribute, exists or absent after the selector", args)
	}
	sel, err := v.expand(m[1])
	if err != nil {
		return nil, "", err
	}
	parsed, err := parseSelector(sel)
	if err != nil {
		return nil, "", err
	}
	nodes := parsed.find(v.response.page)
	what, rest := cutWord(m[2])
	switch what {
	case "exists", "absent":
		rest = what
		fallthrough
	case "text":
		for _, n := range nodes {
			values = append(values, textOf(n))
		}
	case "count":
		values = []string{strconv.Itoa(len(nodes))}
	default:
		for _, n := range nodes {
			if value, ok := attribute(n, what[1:]); ok {
				values = append(values, value)
			}
		}
	}
	return values, rest, nil
}

// compare applies "OP VALUE", "exists" or "absent" to the values.
func (v *Visit) compare(values []string, args string) error {
	operator, want := cutWord(args)
	switch operator {
	case "exists":
		if len(values) == 0 {
			return v.mismatch("there is none")
		}
		return nil
	case "absent":
		if len(values) > 0 {
			return v.mismatch("there is %s", shorten(values))
		}
		return nil
	}

	positive, negated := strings.CutPrefix(operator, "!")
	if operator == "!=" {
		positive = "=="
	}
	var match func(string) bool
	switch positive {
	case "==", "contains":
		value, err := v.value(want)
		if err != nil {
			return err
		}
		match = func(s string) bool { return strings.Contains(s, value) }
		if positive == "==" {
			match = func(s string) bool { return s == value }
		}
	case "~":
		expression, err := v.expand(want, regexp.QuoteMeta)
		if err != nil {
			return err
		}
		re, err := regexp.Compile(expression)
		if err != nil {
			return err
		}
		match = re.MatchString
	default:
		return fmt.Errorf("unknown operator %q", operator)
	}

	matched := false
	for _, value := range values {
		matched = matched || match(value)
	}
	switch {
	case matched != negated:
		return nil
	case len(values) == 0:
		return v.mismatch("want %s %s, there is none", operator, want)
	}
	return v.mismatch("want %s %s, have %s", operator, want, shorten(values))
}

// mismatch says what is wrong and with which response.
func (v *Visit) mismatch(format string, args ...any) error {
	r := v.response
	title := strings.Join(textsOf(r.page, "title"), " ")
	return fmt.Errorf("%s (%s %s: code %d, title %q)", fmt.Sprintf(format, args...), r.Request.Method, r.Request.URL.Path, r.StatusCode, title)
}

// shorten keeps a message readable: a body can be long.
func shorten(values []string) string {
	const most = 600
	s := strings.Join(values, "\n  and ")
	if len(s) > most {
		s = s[:most] + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return strconv.Quote(s)
}

// capture runs "NAME SOURCE …" and sets the variable NAME.
func (v *Visit) capture(args string) error {
	name, args := cutWord(args)
	if !variable.MatchString("${" + name + "}") {
		return fmt.Errorf("capture: %q cannot be the name of a variable", name)
	}
	source, args := cutWord(args)
	var values []string
	var expression string
	switch source {
	case "header":
		var header string
		header, expression = cutWord(args)
		values = v.response.Header.Values(header)
	case "body":
		values, expression = []string{string(v.response.body)}, args
	case "selector":
		var err error
		if values, expression, err = v.selected(args); err != nil {
			return err
		}
	default:
		return fmt.Errorf("capture: want header, body or selector, have %q", source)
	}
	expression, err := v.expand(expression, regexp.QuoteMeta)
	if err != nil {
		return err
	}
	if expression == "" {
		expression = `(?s).*`
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return err
	}
	for _, value := range values {
		if m := re.FindStringSubmatch(value); m != nil {
			v.Vars[name] = m[min(1, len(m)-1)]
			return nil
		}
	}
	return v.mismatch("capture %s: nothing matches in %s", name, shorten(values))
}

func textsOf(page *html.Node, tag string) []string {
	var texts []string
	for _, n := range (selector{{tag: tag}}).find(page) {
		texts = append(texts, textOf(n))
	}
	return texts
}
