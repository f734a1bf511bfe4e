package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"pruefstein/internal/ledger"
)

// Question is a question while it is drafted. What is sent is its copy in the Catalogue.
type Question struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	ID            QuestionID      `json:"id"`
	State         QuestionState   `json:"state"`
	Revision      int             `json:"revision"` // of the newest Revision; from 1
	Wording
	Sequence  int       `json:"sequence,omitempty"` // place among the agreed ones, from 1; 0: behind those that have one
	UpdatedAt time.Time `json:"updated_at"`
	UpdatedBy string    `json:"updated_by"` // user id
}

// Key implements Entity.
func (q Question) Key() string { return In(q.Questionnaire) + string(q.ID) }

// Indexes implements Indexed.
func (Question) Indexes() []Index[Question] { return []Index[Question]{QuestionOutline} }

// Wording is all of a question that people write, and that a Revision keeps.
type Wording struct {
	Kind         QuestionKind `json:"kind"`
	Mark         string       `json:"mark,omitempty"`  // printed beside the number, such as "1a"
	Label        string       `json:"label,omitempty"` // short name
	Text         string       `json:"text"`
	Context      string       `json:"context,omitempty"` // Vorbemerkung
	Topic        string       `json:"topic,omitempty"`   // id of a Topic of the questionnaire
	WorkingGroup string       `json:"working_group,omitempty"`
	AskedBy      []string     `json:"asked_by,omitempty"` // ids of organisations
}

// QuestionKind is text (open question) or thesis (answered with a position and a rationale).
type QuestionKind string

// The kinds.
const (
	KindText   QuestionKind = "text"
	KindThesis QuestionKind = "thesis"
)

// QuestionState is a question's place on the board.
type QuestionState string

// The states of a question. The catalogue takes the agreed ones.
const (
	StateIdea    QuestionState = "idea"
	StateDraft   QuestionState = "draft"
	StateReview  QuestionState = "review"
	StateAgreed  QuestionState = "agreed"
	StateDropped QuestionState = "dropped"
)

// QuestionStates in the order of the board.
var QuestionStates = []QuestionState{StateIdea, StateDraft, StateReview, StateAgreed, StateDropped}

// Revision is one saved state of a question. Every save makes one; none is ever changed or deleted.
type Revision struct {
	Questionnaire QuestionnaireID `json:"questionnaire"`
	Question      QuestionID      `json:"question"`
	Number        int             `json:"number"` // from 1
	State         QuestionState   `json:"state"`
	Wording
	At   time.Time `json:"at"`
	By   string    `json:"by"`             // user id
	Note string    `json:"note,omitempty"` // why, in the editor's words
}

// Key implements Entity.
func (r Revision) Key() string {
	return In(r.Questionnaire) + string(r.Question) + "/" + SeqKey(r.Number)
}

// Catalogue is the locked, numbered snapshot that is sent. It holds names, not only ids, so that it reads the same for good.
type Catalogue struct {
	Questionnaire QuestionnaireID     `json:"questionnaire"`
	Questions     []CatalogueQuestion `json:"questions"` // in their printed order
	Topics        []Topic             `json:"topics,omitempty"`
	Organisations []Named             `json:"organisations,omitempty"`
	WorkingGroups []Named             `json:"working_groups,omitempty"`
	Hash          string              `json:"hash,omitempty"` // hex SHA-256 of the questions as canonical JSON; "" for an import
	LockedAt      time.Time           `json:"locked_at,omitzero"`
	LockedBy      string              `json:"locked_by,omitempty"`  // user id
	ConfirmedBy   string              `json:"checked_by,omitempty"` // user id of the second person; "" nicht gegengeprüft
}

// Key implements Entity.
func (c Catalogue) Key() string { return string(c.Questionnaire) }

// CatalogueSize says how many questions a catalogue has, <questionnaire>/<000015>.
var CatalogueSize = Index[Catalogue]{"size", func(c Catalogue) string { return In(c.Questionnaire) + SeqKey(len(c.Questions)) }}

// Indexes implements Indexed.
func (Catalogue) Indexes() []Index[Catalogue] { return []Index[Catalogue]{CatalogueSize} }

// SizeOfCatalogue tells how many questions the catalogue of a questionnaire has, without reading it.
func SizeOfCatalogue(tx *Tx, questionnaire QuestionnaireID) (int, error) {
	key, err := First(tx.Catalogues.By(CatalogueSize).Keys(In(questionnaire)))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimPrefix(ValueInIndex(key), In(questionnaire)))
}

// Question returns the question with the id.
func (c Catalogue) Question(id QuestionID) (CatalogueQuestion, bool) {
	for _, q := range c.Questions {
		if q.ID == id {
			return q, true
		}
	}
	return CatalogueQuestion{}, false
}

// Printed is CatalogueQuestion.Printed of the question with a number.
func (c Catalogue) Printed(number int) string {
	for _, q := range c.Questions {
		if q.Number == number {
			return q.Printed()
		}
	}
	return strconv.Itoa(number)
}

// CatalogueQuestion is a question as it was sent.
type CatalogueQuestion struct {
	ID           QuestionID   `json:"id"` // "q01" … or as an import says; the id of exports
	Number       int          `json:"number"`
	Kind         QuestionKind `json:"kind"`
	Mark         string       `json:"mark,omitempty"` // as printed beside the number, such as "1a" or "A1"
	Label        string       `json:"label,omitempty"`
	Text         string       `json:"text"`
	Context      string       `json:"context,omitempty"`
	Topic        string       `json:"topic,omitempty"`         // id in Catalogue.Topics
	WorkingGroup string       `json:"working_group,omitempty"` // id in Catalogue.WorkingGroups
	AskedBy      []string     `json:"asked_by,omitempty"`      // ids in Catalogue.Organisations
	Origin       QuestionID   `json:"origin,omitempty"`        // id of the Question it was made from
}

// Printed is the number as people read it, with the mark beside it: "1 (1a)".
func (q CatalogueQuestion) Printed() string {
	if q.Mark == "" {
		return strconv.Itoa(q.Number)
	}
	return strconv.Itoa(q.Number) + " (" + q.Mark + ")"
}

// Named is an id with its name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// AgreedInOrder returns the agreed questions as the catalogue takes them: in the office's order, those it has not placed
// behind the others as they were written.
func AgreedInOrder(questions []Question) []Question {
	var list []Question
	for _, q := range questions {
		if q.State == StateAgreed {
			list = append(list, q)
		}
	}
	slices.SortStableFunc(list, func(a, b Question) int {
		switch {
		case a.Sequence == b.Sequence:
			return strings.Compare(string(a.ID), string(b.ID))
		case a.Sequence == 0:
			return 1
		case b.Sequence == 0:
			return -1
		}
		return a.Sequence - b.Sequence
	})
	return list
}

// CatalogueHash is Catalogue.Hash: the hex SHA-256 of the questions as canonical JSON, without Origin, so that anybody can
// recompute it from what is published.
func CatalogueHash(questions []CatalogueQuestion) (string, error) {
	sent := slices.Clone(questions)
	for i := range sent {
		sent[i].Origin = ""
	}
	text, err := ledger.Canonical(sent)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
