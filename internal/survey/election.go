package survey

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Election is a vote on one day.
type Election struct {
	ID       ElectionID `json:"id"`
	Name     string     `json:"name"`
	Date     string     `json:"date"` // 2006-01-02
	Level    Level      `json:"level,omitempty"`
	Region   string     `json:"region,omitempty"` // ISO 3166-1 or -2, or a name
	Revision int        `json:"revision"`
}

// Key implements Entity.
func (e Election) Key() string { return string(e.ID) }

// pollsClose is the hour at which polling stations close on election day (Bundeswahlordnung, § 47; the Länder have the same).
const pollsClose = "18:00"

// AnswersEnd is until when a party can answer, correct and withdraw: the close of the polls, in the zone of the deadline. Between
// the party's own date and then it is late. It is never before that date.
func (e Election) AnswersEnd(q Questionnaire, due Instant) Instant {
	end, key := ParseInstant(e.Date+"T"+pollsClose, cmp.Or(q.Deadline.Zone, DefaultZone), "first")
	if key != "" || end.At.Before(due.At) {
		return due
	}
	return end
}

// confirmTime is how long after the end of all answering a party can still confirm a letter that came before it.
const confirmTime = 48 * time.Hour

// ConfirmEnd is until when a party can confirm a letter that came before AnswersEnd: one of the last hour has to be transcribed first.
func (e Election) ConfirmEnd(q Questionnaire, due Instant) Instant {
	end := e.AnswersEnd(q, due)
	return Instant{At: end.At.Add(confirmTime), Zone: end.Zone}
}

// BeforePolls notes a fault of a date that is after the polls of the election have closed: nobody could answer until then.
func (e Election) BeforePolls(f *Faults, field string, date Instant) {
	end, key := ParseInstant(e.Date+"T"+pollsClose, cmp.Or(date.Zone, DefaultZone), "first")
	if key == "" && date.At.After(end.At) {
		f.Add(field, "error.time.after_polls", "Election", e.Name, "Day", e.Date)
	}
}

// Elections lists all elections, the latest first.
func Elections(tx *Tx) ([]Election, error) {
	list, err := Collect(tx.Elections.List(""))
	slices.SortStableFunc(list, func(a, b Election) int { return strings.Compare(b.Date, a.Date) })
	return list, err
}

// Level of government an election is held for.
type Level string

// The levels.
const (
	LevelEU      Level = "eu"
	LevelBund    Level = "bund"
	LevelLand    Level = "land"
	LevelKommune Level = "kommune"
)

// Levels in the order of forms.
var Levels = []Level{LevelEU, LevelBund, LevelLand, LevelKommune}

// Party persists across elections.
type Party struct {
	ID        PartyID `json:"id"`
	ShortName string  `json:"short_name"`
	Name      string  `json:"name"`
	Wikidata  string  `json:"wikidata,omitempty"` // Q and digits
	Colour    string  `json:"colour,omitempty"`   // #rrggbb
	Revision  int     `json:"revision"`
}

// Key implements Entity.
func (p Party) Key() string { return string(p.ID) }

// NameKey is a name as names are compared: its letters and digits, in lower case. A name that has none is no name.
func NameKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// Contestant is a party in one election.
type Contestant struct {
	Election       ElectionID `json:"election"`
	Party          PartyID    `json:"party"`
	BallotPosition int        `json:"ballot_position,omitempty"` // from 1; 0 not known yet
	Email          string     `json:"email,omitempty"`           // where its head office takes questions; never public
	Copies         []string   `json:"copies,omitempty"`          // further addresses of that office, see Respondent.Copies; never public
	Postal         string     `json:"postal,omitempty"`          // postal address below the name, see Faults.Postal; never public
	Standing       Standing   `json:"standing,omitzero"`
	Revision       int        `json:"revision,omitempty"`
}

// Key implements Entity.
func (c Contestant) Key() string { return In(c.Election) + string(c.Party) }
