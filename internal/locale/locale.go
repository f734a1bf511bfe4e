// Package locale holds the message catalogues in German and English and says dates, numbers and lists in either
// language. The catalogues are JSON files below messages/<language>/, one per verb, so that a key tells where it is used:
// draft.board.title stands in messages/*/draft.json. Plural rules are those of CLDR (go-i18n).
package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed all:messages
var files embed.FS

// Languages are the languages every text exists in, the default first.
var Languages = []string{"de", "en"}

// Names are the languages' own names, for the switch between them.
var Names = map[string]string{"de": "Deutsch", "en": "English"}

// strict makes a message that names a placeholder it was not given an error instead of "<no value>".
var strict = &template.TextParser{Option: "missingkey=error"}

var printers = load()

// Printer says things in one language. It is safe for concurrent use.
type Printer struct {
	lang      string
	localizer *i18n.Localizer
	numbers   *message.Printer
	plain     map[string]string   // messages without placeholder or plural, most of them
	parts     map[string][]string // messages with placeholders: a text, a placeholder's name, a text …
	plural    map[string]bool     // messages of which Count chooses the form: go-i18n's
	joint     string              // stands inside a date where no line may break: a plain blank or, on pages, a no-break space
}

// For returns the printer of a language, the German one for a language there is no catalogue of. Its words go into mails
// and files, and into what is copied: they have plain blanks only.
func For(lang string) *Printer {
	if p, ok := printers[lang]; ok {
		return p
	}
	return printers[Languages[0]]
}

// ForPage returns the printer of a language for pages, For with dates that do not break at the end of a line.
func ForPage(lang string) *Printer {
	p := *For(lang)
	p.joint = noBreak
	return &p
}

// Known says whether there is a catalogue of lang.
func Known(lang string) bool { return slices.Contains(Languages, lang) }

// Lang is the language of the printer, "de" or "en"; "" of no printer at all.
func (p *Printer) Lang() string {
	if p == nil {
		return ""
	}
	return p.lang
}

// T returns the message of a key. Args are pairs of a name and a value for the placeholders; an integer named Count
// also chooses the plural form and is written with thousands separators. An unknown key, a missing value or half a pair
// is an error, which makes a template that asks for it fail.
func (p *Printer) T(key string, args ...any) (string, error) {
	if len(args)%2 != 0 {
		return "", fmt.Errorf("locale: message %q: a name without a value", key)
	}
	if text, ok := p.plain[key]; ok {
		return text, nil
	}
	parts := p.parts[key]
	if parts == nil && !p.plural[key] {
		return "", fmt.Errorf("locale: no message %q in %q", key, p.lang)
	}
	values := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			return "", fmt.Errorf("locale: message %q: %v is no name", key, args[i])
		}
		values[name] = args[i+1]
	}
	count, counted := values["Count"]
	if n, ok := count.(int); ok {
		values["Count"] = p.Number(n)
	}
	if parts != nil {
		return fill(key, parts, values)
	}
	if !counted {
		return "", fmt.Errorf("locale: message %q needs a Count", key)
	}
	text, err := p.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values, TemplateParser: strict, PluralCount: count})
	if err != nil {
		return "", fmt.Errorf("locale: message %q in %q: %w", key, p.lang, err)
	}
	return text, nil
}

// fill puts the values into the places of a message.
func fill(key string, parts []string, values map[string]any) (string, error) {
	var text strings.Builder
	for i, part := range parts {
		if i%2 == 0 {
			text.WriteString(part)
			continue
		}
		value, ok := values[part]
		if !ok {
			return "", fmt.Errorf("locale: message %q needs a %s", key, part)
		}
		fmt.Fprint(&text, value)
	}
	return text.String(), nil
}

// place is the one thing in a message that is not said as it stands.
var place = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// split takes a message apart at its placeholders, for fill.
func split(message string) (parts []string, err error) {
	end := 0
	for _, at := range place.FindAllStringSubmatchIndex(message, -1) {
		parts = append(parts, message[end:at[0]], message[at[2]:at[3]])
		end = at[1]
	}
	if parts = append(parts, message[end:]); strings.Contains(strings.Join(parts, ""), "{{") {
		err = fmt.Errorf("%q: no placeholder like {{.Name}}", message)
	}
	return parts, err
}

// Must is T for Go code: where T returns an error, it returns the key, so that a page or a mail still goes out. A test
// looks for every key that is written down in the code.
func (p *Printer) Must(key string, args ...any) string {
	text, err := p.T(key, args...)
	if err != nil {
		return key
	}
	return text
}

// Has says whether there is a message of that key.
func (p *Printer) Has(key string) bool {
	_, plain := p.plain[key]
	return plain || p.parts[key] != nil || p.plural[key]
}

// load reads the embedded catalogues. They are part of the program, so a fault in them is a panic at start.
func load() map[string]*Printer {
	bundle := i18n.NewBundle(language.German)
	byLang := map[string]*Printer{}
	for _, lang := range Languages {
		byLang[lang] = &Printer{lang: lang, numbers: message.NewPrinter(language.Make(lang)), joint: " ", plain: map[string]string{}, parts: map[string][]string{}, plural: map[string]bool{}}
		names, err := fs.Glob(files, path.Join("messages", lang, "*.json"))
		if err != nil || len(names) == 0 {
			panic(fmt.Sprintf("locale: no catalogue of %q: %v", lang, err))
		}
		for _, name := range names {
			if err := byLang[lang].read(bundle, name); err != nil {
				panic(fmt.Sprintf("locale: %s: %v", name, err))
			}
		}
	}
	for lang, p := range byLang {
		p.localizer = i18n.NewLocalizer(bundle, lang)
	}
	return byLang
}

// read adds one catalogue file. Its keys begin with its name, and no other file of the language has them.
func (p *Printer) read(bundle *i18n.Bundle, name string) error {
	data, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	var flat map[string]json.RawMessage
	if err := json.Unmarshal(data, &flat); err != nil {
		return err
	}
	if len(flat) == 0 {
		return nil
	}
	file := strings.TrimSuffix(path.Base(name), ".json")
	// go-i18n takes the language from a name of the shape common.de.json.
	parsed, err := bundle.ParseMessageFileBytes(data, file+"."+p.lang+".json")
	if err != nil {
		return err
	}
	for _, m := range parsed.Messages {
		if !strings.HasPrefix(m.ID, file+".") {
			return fmt.Errorf("key %q does not begin with %q", m.ID, file+".")
		}
		switch {
		case m.One != "":
			p.plural[m.ID] = true
		case strings.Contains(m.Other, "{{"):
			if p.parts[m.ID], err = split(m.Other); err != nil {
				return err
			}
		default:
			p.plain[m.ID] = m.Other
		}
	}
	return nil
}
