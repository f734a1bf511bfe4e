// Package interchange reads and writes whole questionnaires as files: pruefstein/1 JSON.
//
// Read is strict: it lists the faults of a file at once, up to MaxFaults, each with its JSON path, and hands out nothing that
// breaks a rule. Write is its inverse: what was read and imported is written back equal in every field, where a missing field
// equals an empty one or its default.
package interchange

import "pruefstein/internal/survey"

// The versions of the format. A file that uses a key the first one has not names the second, any other file the first.
const (
	Format   = "pruefstein/1"
	Format11 = "pruefstein/1.1"
)

// MaxBytes is the most a file may have.
const MaxBytes = 64 << 20

// File is one questionnaire as one JSON file. The rule tags are what Read checks of each field by itself:
//
//   - text, line: the one text rule of survey.Text and survey.Line; a string without a rule of its own is a line
//   - id: A-Z, a-z, 0-9, ".", "_", "-", beginning with a letter or digit, at most 80: party ids become parts of addresses
//   - slug, date, stamp (RFC 3339), moment (either), source, colour, wikidata, level, kind, state, status, provenance, confirmed
//   - required: neither missing nor empty
//
// The tag since says which version brought a key, where it was not the first.
type File struct {
	Format        string        `json:"format" rule:"format,required"`
	Election      Election      `json:"election"`
	Questionnaire Questionnaire `json:"questionnaire"`
	Organisations []Named       `json:"organisations,omitempty"`
	WorkingGroups []Named       `json:"working_groups,omitempty"`
	Topics        []Named       `json:"topics,omitempty"`
	Questions     []Question    `json:"questions"`
	Parties       []Party       `json:"parties"`
	Answers       []Answer      `json:"answers"`
	Quotations    []Quotation   `json:"quotations,omitempty"`
}

// Election is the vote the questionnaire is for.
type Election struct {
	Name   string `json:"name" rule:"line,required"`
	Date   string `json:"date" rule:"date,required"`
	Level  string `json:"level,omitempty" rule:"level"`
	Region string `json:"region,omitempty"`
}

// Questionnaire is the questionnaire as a whole.
type Questionnaire struct {
	Slug        string `json:"slug" rule:"slug,required"`
	Title       string `json:"title" rule:"line,required"`
	Intro       string `json:"intro,omitempty" rule:"text"`
	Source      string `json:"source,omitempty" rule:"source"`
	OrderRule   string `json:"order_rule,omitempty" rule:"text"`
	Licence     string `json:"licence,omitempty"`
	Deadline    string `json:"deadline,omitempty" rule:"stamp"`
	PublishedAt string `json:"published_at,omitempty" rule:"moment"`
	Scale       []Step `json:"scale,omitempty" since:"1.1"` // own positions of theses, instead of agree, neutral, disagree

	Treatment Treatment `json:"treatment,omitzero" since:"1.1"`
}

// Step is one step of a scale, in its order.
type Step struct {
	ID    string `json:"id" rule:"id,required"` // the position of answers
	Label string `json:"label" rule:"line,required"`
}

// Treatment is the equal-treatment report (survey.Treatment).
type Treatment struct {
	Catalogue    string           `json:"catalogue,omitempty" rule:"digest"`
	Letter       string           `json:"letter,omitempty" rule:"digest"`
	Questions    int              `json:"questions,omitempty"`
	AnswerLimit  int              `json:"answer_limit,omitempty"`
	DispatchedAt survey.Stamp     `json:"dispatched_at,omitempty" rule:"stamp"`
	Deadline     survey.Stamp     `json:"deadline,omitempty" rule:"stamp"`
	Order        survey.Order     `json:"order,omitempty" rule:"order"`
	OrderSource  string           `json:"order_source,omitempty"`
	Asked        int              `json:"asked,omitempty"`
	Open         bool             `json:"open,omitempty"`
	Answers      TreatedAnswers   `json:"answers,omitzero"`
	Entries      []TreatmentEntry `json:"entries,omitempty"`
}

// TreatedAnswers is survey.TreatedAnswers.
type TreatedAnswers struct {
	Form      int `json:"form,omitempty"`
	ByPerson  int `json:"by_person,omitempty"`
	ByParty   int `json:"by_party,omitempty"`
	Unchecked int `json:"unchecked,omitempty"`
	Over      int `json:"over,omitempty"`
}

// TreatmentEntry is survey.TreatmentEntry.
type TreatmentEntry struct {
	Kind      survey.TreatmentKind `json:"kind" rule:"treatment,required"`
	Party     survey.Slug          `json:"party,omitempty"`     // id
	Questions []int                `json:"questions,omitempty"` // numbers
	At        survey.Stamp         `json:"at,omitempty" rule:"moment"`
	From      survey.Stamp         `json:"from,omitempty" rule:"stamp"`
	To        survey.Stamp         `json:"to,omitempty" rule:"stamp"`
	Days      int                  `json:"days,omitempty"`
	Count     int                  `json:"count,omitempty"`
	Lost      int                  `json:"lost,omitempty"`
	Reason    string               `json:"reason,omitempty" rule:"text"`
	Source    string               `json:"source,omitempty"`
	Channel   survey.Channel       `json:"channel,omitempty" rule:"channel"`
	Text      string               `json:"text,omitempty" rule:"text"`
}

// Named is an organisation, a working group or a topic.
type Named struct {
	ID   string `json:"id" rule:"id,required"`
	Name string `json:"name"`
}

// Question is one question of the catalogue.
type Question struct {
	ID      string   `json:"id" rule:"id,required"`
	Number  int      `json:"number" rule:"required"`     // from 1
	Mark    string   `json:"mark,omitempty" since:"1.1"` // as it was printed, such as "1a"
	Kind    string   `json:"kind,omitempty" rule:"kind"`
	Topic   string   `json:"topic,omitempty"`
	AskedBy []string `json:"asked_by,omitempty"` // ids of organisations or working groups
	Label   string   `json:"label,omitempty"`
	Text    string   `json:"text" rule:"text,required"`
	Context string   `json:"context,omitempty" rule:"text"`
}

// Party is one respondent.
type Party struct {
	ID             string   `json:"id" rule:"id,required"`
	ShortName      string   `json:"short_name" rule:"line,required"`
	Name           string   `json:"name" rule:"line,required"`
	Members        []string `json:"members,omitempty"`
	BallotPosition int      `json:"ballot_position,omitempty"`
	Wikidata       string   `json:"wikidata,omitempty" rule:"wikidata"`
	Colour         string   `json:"colour,omitempty" rule:"colour"`
	State          string   `json:"state,omitempty" rule:"state" since:"1.1"`
	StateSince     string   `json:"state_since,omitempty" rule:"date" since:"1.1"`
	StateReason    string   `json:"state_reason,omitempty" since:"1.1"`
	StateSource    string   `json:"state_source,omitempty" rule:"source" since:"1.1"`
}

// Answer is one version of one cell.
type Answer struct {
	Question   string   `json:"question" rule:"line,required"`
	Party      string   `json:"party" rule:"line,required"`
	Status     string   `json:"status" rule:"status,required"`
	Position   string   `json:"position,omitempty" rule:"line"`
	Text       string   `json:"text,omitempty" rule:"text"`
	Reason     string   `json:"reason,omitempty" rule:"text"`
	Provenance string   `json:"provenance,omitempty" rule:"provenance"`
	Late       bool     `json:"late,omitempty"`
	Joint      []string `json:"joint,omitempty"` // ids or names; a partner need not be a party of the file
	Source     string   `json:"source,omitempty" rule:"source"`
	Licence    string   `json:"licence,omitempty"`
	ReceivedAt string   `json:"received_at,omitempty" rule:"moment"`
	Version    int      `json:"version,omitempty"` // missing is 1
	ChangeNote string   `json:"change_note,omitempty" rule:"text"`
	Note       string   `json:"note,omitempty" rule:"text" since:"1.1"` // an editor's or the alliance's, never the party's words
	Confirmed  string   `json:"confirmed,omitempty" rule:"confirmed" since:"1.1"`
}

// Quotation is a passage of the manifesto beside a cell.
type Quotation struct {
	Question string `json:"question" rule:"line,required"`
	Party    string `json:"party" rule:"line,required"`
	Text     string `json:"text,omitempty" rule:"text"`
	Place    string `json:"place,omitempty"`
	Source   string `json:"source,omitempty" rule:"source"`
}
