package export

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

// german is the language of the workbook: its sheets and headers are fixed names that spreadsheets built on it refer to.
var german = locale.For("de")

// Address is the public address of a comparison, with its slash.
func Address(c survey.Comparison) string {
	return c.BaseURL + "/vergleich/" + string(c.Questionnaire.Slug) + "/"
}

// frozen is the address that shows this very publication for ever; of a preview, the address it will have.
func frozen(c survey.Comparison) string {
	if c.Version == 0 {
		return Address(c)
	}
	return Address(c) + "v" + strconv.Itoa(c.Version) + "/"
}

// Permalink is the public address of one answer: of its question, at the party.
func Permalink(c survey.Comparison, number int, party survey.Slug) string {
	return questionAddress(c, number) + "#" + url.PathEscape(string(party))
}

func questionAddress(c survey.Comparison, number int) string {
	return Address(c) + "fragen/" + strconv.Itoa(number)
}

// ReturnsSentence says the returns in one sentence to quote: "12 von 14 gefragten Parteien haben geantwortet, eine
// verweist nur auf ihr Wahlprogramm, eine hat nicht geantwortet." Answered is said only of who answered at least one question.
// Of an import it says but whose answers there are: a file does not know who was asked.
func ReturnsSentence(p *locale.Printer, s survey.ReturnsSummary) string {
	sentence, counted := returnsOfStanding(p, s)
	for _, state := range notStanding {
		switch n := s.Count[state]; {
		case n == 0:
		case s.Imported || s.NotStanding() == len(s.Returns): // they are not further ones
			sentence += "; " + p.Must("export.returns_only."+string(state), "Count", n)
		default:
			sentence += "; " + p.Must("export.returns."+string(state), "Count", n)
		}
	}
	sentence += "."
	if n := s.Expected(); n > 0 {
		sentence += " " + p.Must("export.returns.expected", "Count", n)
	}
	if joint := s.Joint(); counted && len(joint) > 0 {
		sentence += " " + p.Must("export.returns.joint", "Count", len(joint), "Names", p.Join(joint))
	}
	return sentence
}

// returnsOfStanding says the returns of those that stand, without a full stop, and whether it counts what came back.
func returnsOfStanding(p *locale.Printer, s survey.ReturnsSummary) (sentence string, counted bool) {
	asked, responded := s.Asked(), s.Responded()
	var parts []string
	switch {
	case s.Imported && s.Answers() == 0:
		return p.Must("export.returns.import_none"), false
	case s.Imported:
		return p.Must("export.returns.import", "Count", s.Answers()), true
	case s.NotStanding() > 0 && s.NotStanding() == len(s.Returns):
		return p.Must("export.returns.nobody_stands", "Count", len(s.Returns)), true
	case asked == 0:
		return p.Must("export.returns.nobody_asked"), false
	case responded == asked:
		parts = append(parts, p.Must("export.returns.all", "Count", asked))
	case responded > 0:
		parts = append(parts, p.Must("export.returns.some", "Count", responded, "Asked", p.Number(asked)))
	case s.Count[survey.ReturnPending] == asked:
		// what has come is nobody's to know before the date, nor that nothing has
		return p.Must("export.returns.waiting", "Count", asked), false
	case s.Count[survey.ReturnPending] > 0:
		parts = append(parts, p.Must("export.returns.asked", "Count", asked))
	default:
		parts = append(parts, p.Must("export.returns.none", "Count", asked))
	}
	for _, state := range survey.ReturnStates {
		n := s.Count[state]
		// That nobody answered is said; "eine hat nicht geantwortet" right after it would only repeat it.
		if n == 0 || slices.Contains(notStanding, state) || state == survey.ReturnAnswered || state == survey.ReturnSilent && n == asked {
			continue
		}
		parts = append(parts, p.Must("export.returns."+string(state), "Count", n))
	}
	return strings.Join(parts, ", "), true
}

// notStanding are the states of the returns that are told behind all others, apart.
var notStanding = []survey.ReturnState{survey.ReturnNotAdmitted, survey.ReturnResigned}

// StandingWord is how a party stands in its election in a word, "" where nothing needs to be told.
func StandingWord(p *locale.Printer, s survey.Standing) string {
	if !s.Told() {
		return ""
	}
	return p.Must("common.contest." + string(s.State))
}

// StandingSince is StandingWord with the day.
func StandingSince(p *locale.Printer, s survey.Standing) string {
	day, err := time.Parse(time.DateOnly, s.Since)
	if err != nil || !s.Told() {
		return StandingWord(p, s)
	}
	return p.Must("common.contest_since."+string(s.State), "Date", p.Date(day))
}

// StandingFull is StandingSince with reason and source.
func StandingFull(p *locale.Printer, s survey.Standing) string {
	text := StandingSince(p, s)
	if s.Reason != "" {
		text += "; " + p.Must("compare.meta.standing_reason", "Reason", strings.TrimSuffix(s.Reason, "."))
	}
	if s.Source != "" {
		text += "; " + p.Must("compare.meta.standing_source", "Source", s.Source)
	}
	return text
}

// withState adds how a party stands to what stands beside it, where it no longer does.
func withState(word string, s survey.Standing) string {
	if !s.Out() {
		return word
	}
	return named(word, s)
}

// named is a party's name with how it stands behind it, as on the pages: also that it is but expected to stand.
func named(name string, s survey.Standing) string {
	if !s.Told() {
		return name
	}
	return name + " (" + StandingWord(german, s) + ")"
}

// statusWord is the German word of a status. A status is never empty: one that is not set is unknown.
func statusWord(s survey.Status) string {
	if s == "" {
		s = survey.Unknown
	}
	return german.Must("common.status." + string(s))
}

// StatusMeaning says what a status means. Of an import it claims nothing of a time that still runs.
func StatusMeaning(p *locale.Printer, c survey.Comparison, s survey.Status) string {
	if c.Questionnaire.Imported && s == survey.Pending {
		return p.Must("common.pending_meaning_imported")
	}
	return p.Must("common.status_meaning." + string(s))
}

// positionWord is a position in German: in the words of the questionnaire's own scale, where it has one.
func positionWord(c survey.Comparison, p survey.Position) string {
	if p == "" {
		return ""
	}
	return PositionWord(german, c.Questionnaire, p)
}

// PositionWord is a position in words: those of the questionnaire's own scale, where it has one.
func PositionWord(p *locale.Printer, q survey.Questionnaire, position survey.Position) string {
	if label := q.StepLabel(position); label != "" {
		return label
	}
	return p.Must("common.position." + string(position))
}

// ScaleText lists the steps of the questionnaire's own scale in their order, each with the id that data files have for it where that is
// another; "" where it has none.
func ScaleText(p *locale.Printer, q survey.Questionnaire) string {
	var steps []string
	for _, step := range q.Scale {
		name := step.Label
		if string(step.ID) != step.Label {
			name = p.Must("compare.meta.scale_step", "Label", step.Label, "ID", string(step.ID))
		}
		steps = append(steps, name)
	}
	return strings.Join(steps, " · ")
}

// confirmationWord says who looked at a transcribed answer, "" for nobody or not known.
func confirmationWord(v survey.Version) string {
	if v.Confirmation() == "" {
		return ""
	}
	return german.Must("common.confirmation." + string(v.Confirmation()))
}

// provenanceWord names where a version came from, and that nobody checked a transcription against its original.
func provenanceWord(v survey.Version) string {
	if v.Provenance == "" {
		return ""
	}
	word := german.Must("common.provenance." + string(v.Provenance))
	if v.Provenance == survey.Transcribed && v.ConfirmedBy == "" && v.PartyConfirmedAt.IsZero() && v.Record != "" {
		word += ", " + german.Must("common.unchecked")
	}
	return word
}

func channelWord(c survey.Channel) string {
	if c == survey.ChannelUnknown {
		return german.Must("common.channel.unknown")
	}
	return german.Must("common.channel." + string(c))
}

func yesNo(yes bool) string {
	if yes {
		return german.Must("common.yes")
	}
	return german.Must("common.no")
}

// zone is where the times of a comparison are told.
func zone(c survey.Comparison) *time.Location {
	for _, name := range []string{c.Questionnaire.Deadline.Zone, survey.DefaultZone} {
		if loc, err := survey.Zone(name); err == nil && name != "" {
			return loc
		}
	}
	return time.UTC
}

// names turns ids into the names they have in any of the lists; an id without a name stays an id.
func names(ids []string, lists ...[]survey.Named) string {
	var words []string
	for _, id := range ids {
		words = append(words, nameOf(id, lists...))
	}
	return strings.Join(words, "; ")
}

func nameOf(id string, lists ...[]survey.Named) string {
	for _, list := range lists {
		for _, n := range list {
			if n.ID == id && n.Name != "" {
				return n.Name
			}
		}
	}
	return id
}

func askedBy(c survey.Comparison, q survey.CatalogueQuestion) string {
	return names(q.AskedBy, c.Catalogue.Organisations, c.Catalogue.WorkingGroups)
}

func topicName(c survey.Comparison, q survey.CatalogueQuestion) string {
	for _, t := range c.Catalogue.Topics {
		if t.ID == q.Topic && t.Name != "" {
			return t.Name
		}
	}
	return q.Topic
}

// joint names the partners of a joint answer: a party of the comparison by its short name, any other as it was given.
func joint(c survey.Comparison, partners []string) string {
	var words []string
	for _, partner := range partners {
		word := partner
		for _, r := range c.Respondents {
			if string(r.Slug) == partner || string(r.ID) == partner {
				word = r.ShortName
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, "; ")
}
