package testworld

import (
	"strings"
	"sync"

	"pruefstein/templates"
)

// Engine returns the templates, parsed once for all tests of a package.
var Engine = sync.OnceValue(func() *templates.Engine {
	engine, err := templates.New()
	if err != nil {
		panic(err)
	}
	return engine
})

// Compose renders a mail as the server does.
func Compose(lang, name string, data any) (subject, body string, err error) {
	text, err := Engine().Mail(lang, name, data)
	subject, body, _ = strings.Cut(text, "\n\n")
	return strings.TrimPrefix(subject, "Subject: "), body, err
}
