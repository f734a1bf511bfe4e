package survey

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Order is the rule by which the respondents of a questionnaire stand in every table, page, form and download. Its sentence is
// printed with them. The zero Order is OrderBallot.
type Order string

// The orders. Where one does not decide, the alphabet does: short name, then name.
const (
	OrderBallot    Order = "ballot"     // places on the ballot; those without one stand behind
	OrderShortName Order = "short_name" // alphabet of the short names
	OrderName      Order = "name"       // alphabet of the names
	OrderReceipt   Order = "receipt"    // when the first answer came; those without one stand behind
	OrderNumber    Order = "number"     // numbers given to the respondents, with their source; those without one stand behind
)

// Orders in the order of forms.
var Orders = []Order{OrderBallot, OrderShortName, OrderName, OrderReceipt, OrderNumber}

// Unnumbered are the short names of the respondents that still need a number, none unless the order goes by them.
func Unnumbered(q Questionnaire, respondents []Respondent) (names []string) {
	for _, r := range respondents {
		if q.Rule() == OrderNumber && r.OrderNumber == 0 {
			names = append(names, r.ShortName)
		}
	}
	return names
}

// Rule is the rule that holds for the questionnaire, "" for an import: it stands as its data came.
func (q Questionnaire) Rule() Order {
	if q.Imported {
		return ""
	}
	return cmp.Or(q.Order, OrderBallot)
}

// QuotedOrder is what the source of an import says of its order, in its own words; "" of every other questionnaire.
func (q Questionnaire) QuotedOrder() string {
	if !q.Imported {
		return ""
	}
	return q.OrderRule
}

// place is what decides where somebody stands.
type place struct {
	shortName, name string
	ballot          int       // from 1; 0 none known
	number          int       // by OrderNumber, from 1; 0 none given
	received        time.Time // zero: nothing came yet, or nobody has looked
	sequence        int       // of an import
	id              string    // decides between those that are alike in all else
}

// inOrder sorts by the rule of the questionnaire. It is the one place where the order is made.
func inOrder[T any](q Questionnaire, list []T, of func(T) place) {
	alphabet := sync.OnceValue(Alphabet)
	names := func(a, b place) int {
		return cmp.Or(alphabet()(a.shortName, b.shortName), alphabet()(a.name, b.name))
	}
	compare := func(a, b place) int {
		switch q.Rule() {
		case "":
			return cmp.Compare(a.sequence, b.sequence)
		case OrderShortName:
			return names(a, b)
		case OrderName:
			return cmp.Or(alphabet()(a.name, b.name), alphabet()(a.shortName, b.shortName))
		case OrderReceipt:
			if c := cmp.Or(behind(a.received.IsZero(), b.received.IsZero()), a.received.Compare(b.received)); c != 0 {
				return c
			}
			return names(a, b)
		case OrderNumber:
			a.ballot, b.ballot = a.number, b.number
		}
		if c := cmp.Or(behind(a.ballot == 0, b.ballot == 0), cmp.Compare(a.ballot, b.ballot)); c != 0 {
			return c
		}
		return names(a, b)
	}
	slices.SortStableFunc(list, func(a, b T) int {
		x, y := of(a), of(b)
		if c := compare(x, y); c != 0 {
			return c
		}
		return strings.Compare(x.id, y.id)
	})
}

// behind puts whoever lacks something behind the others.
func behind(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// Alphabet returns a comparison of names by the German rules for words, DIN 5007-1: ä stands with a, ß with ss, and case decides only
// between names that are alike in all else, small letters first. Words count before their letters, digits stand before letters. It
// is not for several goroutines at once.
func Alphabet() func(a, b string) int { return collate.New(language.German).CompareString }
