package web

import (
	"slices"
	"strings"
	"time"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
	"pruefstein/templates"
)

// DateWords says a day kept as 2006-01-02 in words; what is no day stays as it is.
func DateWords(b templates.Base, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return b.Date(t)
}

// ShortDay is a day like 2006-01-02 as a short date, or the text itself if it is none.
func ShortDay(p *locale.Printer, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return p.ShortDate(t)
}

// StateWord is how a party stands in its election in a word, "" where nothing needs to be told.
func StateWord(b templates.Base, s survey.Standing) string {
	if !s.Told() {
		return ""
	}
	return b.Must("common.contest." + string(s.State))
}

// NameOr is a person's name, or a word for one whose account is gone.
func NameOr(b templates.Base, name string) string {
	if name == "" {
		return b.Must("draft.somebody")
	}
	return name
}

// TextChange is one text in two states with its word diff.
type TextChange struct {
	Label, Old, New string
	Parts           []templates.DiffPart
}

// NewTextChange prints a comparison.
func NewTextChange(label string, c survey.TextChange) TextChange {
	t := TextChange{Label: label, Old: c.Old, New: c.New}
	for _, p := range c.Parts {
		t.Parts = append(t.Parts, templates.DiffPart{Kind: p.Kind, Text: p.Text})
	}
	return t
}

// ChannelWord names a channel.
func (r *Request) ChannelWord(c survey.Channel) string {
	if c == survey.ChannelUnknown {
		return r.Printer().Must("common.channel.unknown")
	}
	return r.Printer().Must("common.channel." + string(c))
}

// Instant says a deadline with weekday and zone, "" for none.
func (r *Request) Instant(i survey.Instant) string {
	if i.IsZero() {
		return ""
	}
	return r.Printer().DateTime(i.In(), nil)
}

// Moment says a time in a table, "" for none.
func (r *Request) Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return r.Printer().ShortDateTime(t.In(r.Place()))
}

// PhaseBadge shows the state of a questionnaire.
func (r *Request) PhaseBadge(phase survey.Phase) templates.Badge {
	b := templates.Badge{Label: r.Printer().Must("common.phase." + string(phase))}
	switch phase {
	case survey.PhaseOpen:
		b.Icon, b.Tone = "mail", "good"
	case survey.PhaseLocked:
		b.Icon, b.Tone = "lock", "wait"
	case survey.PhaseClosed:
		b.Icon = "check"
	case survey.PhaseDraft:
		b.Icon = "draft"
	}
	return b
}

// Place is the zone the office's times are shown in: that of the deadline.
func (r *Request) Place() *time.Location {
	if !r.Questionnaire.Deadline.IsZero() {
		return r.Questionnaire.Deadline.Location()
	}
	return survey.Instant{Zone: survey.DefaultZone}.Location()
}

// Say fills in what a party says.
func Say(s *templates.Said, e survey.Entry) {
	s.Status, s.Position, s.Text, s.Reason, s.Own, s.General = string(e.Status), string(e.Position), e.Text, e.Reason, true, e.Status == survey.General
	s.Argues = s.Thesis && e.Status.Argues()
}

// Errata are what corrects a question of a questionnaire, the oldest first.
func (r *Request) Errata(q survey.Questionnaire, question survey.QuestionID) (list []templates.Erratum) {
	for _, e := range q.ErrataOf(question) {
		list = append(list, templates.Erratum{Date: r.Printer().Date(e.At.In(q.Deadline.Location())), Text: e.Text})
	}
	return list
}

// NobodyElse says before something is asked for that nobody counts as its second person, and what happens then, or that nobody will
// whom one invites by hand; "" somebody does.
func (r *Request) NobodyElse(p survey.SecondPerson) string {
	switch {
	case p.Alone && p.NoMail:
		return r.Printer().Must("common.second.alone_no_mail")
	case !p.Nobody:
		return ""
	case p.NoMail:
		return r.Printer().Must("common.second.nobody_no_mail")
	}
	return r.Printer().Must("common.second.nobody")
}

// Sentences joins what is to be said in paragraphs, and leaves out what is not.
func Sentences(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), "\n\n")
}
