package survey

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// An Index finds the entities of a table by a value in them instead of their key, such as a questionnaire by its slug. An
// entity declares its indexes beside Key, and the stores keep them in the transaction that writes it:
//
//	func (q Questionnaire) Indexes() []Index[Questionnaire] { return []Index[Questionnaire]{QuestionnaireSlug} }
//	First(tx.Questionnaires.By(QuestionnaireSlug).List(Exact(slug)))
//
// A database that exists gets a new index by a migration (CONTRIBUTING.md).
type Index[T Entity] struct {
	Name  string         // in the store; of one table each has its own
	Value func(T) string // of an entity; "" leaves it out. Several may have the same: they follow each other by key
}

// Indexed is an Entity that declares indexes.
type Indexed[T Entity] interface {
	Indexes() []Index[T]
}

// IndexesOf returns the indexes a type declares, none for most.
func IndexesOf[T Entity]() []Index[T] {
	var zero T
	if declares, ok := any(zero).(Indexed[T]); ok {
		return declares.Indexes()
	}
	return nil
}

// indexEnd ends a value in an index. No value holds it, so none is the beginning of another.
const indexEnd = "\x00"

// Exact is the prefix in an index of the entities with this very value.
func Exact(value string) string { return value + indexEnd }

// Key is the key of an entity in the order of the index: its value, a zero byte, its own key. It is "" when the entity is
// left out. A value that holds a zero byte, or is not UTF-8, would not be found again and is an error.
func (i Index[T]) Key(entity T) (string, error) {
	value := i.Value(entity)
	switch {
	case value == "":
		return "", nil
	case strings.Contains(value, indexEnd) || !utf8.ValidString(value):
		return "", fmt.Errorf("%T %q: no value for the index %s", entity, entity.Key(), i.Name)
	}
	return Exact(value) + entity.Key(), nil
}

// At returns the entity that a place of the index leads to. A place whose entity is gone, or belongs elsewhere, is damage.
func (i Index[T]) At(table Table[T], place string) (T, error) {
	entity, err := table.Get(KeyInIndex(place))
	if err == nil {
		if belongs, keyErr := i.Key(entity); keyErr == nil && belongs == place {
			return entity, nil
		}
	}
	var none T
	if err == nil || IsNotFound(err) {
		err = &Error{Code: Unavailable, Key: "error.damaged", Cause: fmt.Errorf("%T %q: a wrong place in the index %s", none, KeyInIndex(place), i.Name)}
	}
	return none, err
}

// KeyInIndex takes the key of an entity from its key in the order of an index.
func KeyInIndex(key string) string {
	_, own, _ := strings.Cut(key, indexEnd)
	return own
}

// ValueInIndex takes the value of an entity from its key in the order of an index.
func ValueInIndex(key string) string {
	value, _, _ := strings.Cut(key, indexEnd)
	return value
}

// TimeKey makes a time sort as text.
func TimeKey(t time.Time) string { return t.UTC().Format(timeKey) }

// TimeOfKey reads what TimeKey wrote.
func TimeOfKey(s string) (time.Time, error) { return time.Parse(timeKey, s) }

const timeKey = "2006-01-02T15:04:05.000000000Z"
