package interchange

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// A stringRule returns the normal form of a string, and the key and arguments of its fault, key "" when it is sound.
// An empty string is sound by every rule; whether a field may be empty is another question.
type stringRule func(string) (clean, key string, args []any)

// stringRules are the values of the rule tag.
var stringRules = map[string]stringRule{
	"":           survey.Line,
	"line":       survey.Line,
	"text":       survey.Text,
	"format":     exactly("error.import.format", func(s string) bool { return s == Format || s == Format11 }),
	"slug":       exactly("error.import.slug", survey.ValidSlug),
	"id":         exactly("error.import.id", regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`).MatchString),
	"date":       dated("error.import.date", date),
	"stamp":      dated("error.import.stamp", stamp),
	"moment":     dated("error.import.moment", date, stamp),
	"colour":     exactly("error.import.colour", regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`).MatchString),
	"wikidata":   exactly("error.import.wikidata", survey.ValidWikidata),
	"source":     source,
	"level":      choice(survey.Levels),
	"kind":       choice([]survey.QuestionKind{survey.KindText, survey.KindThesis}),
	"state":      choice(survey.ContestStates),
	"treatment":  choice(survey.TreatmentKinds),
	"order":      choice(survey.Orders),
	"channel":    choice(survey.Channels),
	"digest":     exactly("error.import.digest", regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString),
	"status":     choice(survey.Statuses),
	"confirmed":  choice(survey.Confirmations),
	"provenance": choice([]survey.Provenance{survey.ByForm, survey.Transcribed, survey.ByImport}),
}

// exactly is the rule of strings that are taken as given or not at all.
func exactly(key string, sound func(string) bool) stringRule {
	return func(s string) (string, string, []any) {
		if s == "" || sound(s) {
			return s, "", nil
		}
		return s, key, nil
	}
}

// choice is the rule of closed sets.
func choice[T ~string](values []T) stringRule {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	return func(s string) (string, string, []any) {
		if s == "" {
			return s, "", nil
		}
		for _, name := range names {
			if s == name {
				return s, "", nil
			}
		}
		return s, "error.import.choice", []any{"Value", survey.Shown(s), "Choices", strings.Join(names, ", ")}
	}
}

// dated is the rule of days and times: of one of the forms, and of a year that can be meant.
func dated(key string, forms ...func(string) (time.Time, error)) stringRule {
	return func(s string) (string, string, []any) {
		if s == "" {
			return s, "", nil
		}
		for _, form := range forms {
			if t, err := form(s); err == nil && !survey.SoundYear(t) {
				return s, "error.time.year", nil
			} else if err == nil {
				return s, "", nil
			}
		}
		return s, key, nil
	}
}

func date(s string) (time.Time, error) { return time.Parse(time.DateOnly, s) }

// stamp is strict: time.Parse alone also takes a comma for the fraction and one digit for the hour.
func stamp(s string) (t time.Time, err error) {
	err = t.UnmarshalText([]byte(s))
	return t, err
}

// looksLikeAddress finds what a browser could take for an address; everything else is prose ("Brief vom 3. Mai").
var looksLikeAddress = regexp.MustCompile(`(?i)^([a-z][a-z0-9+.-]*://|(javascript|vbscript|data):)`)

// source is the rule of sources: prose, or an http(s) address. Nothing else must ever become a link.
func source(s string) (string, string, []any) {
	clean, key, args := survey.Line(s)
	if key == "" && looksLikeAddress.MatchString(clean) {
		u, err := url.Parse(clean)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return clean, "error.import.source", nil
		}
	}
	return clean, key, args
}
