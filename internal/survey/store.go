package survey

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"time"
)

// A Store runs functions inside transactions. The function may run more than once before one of its runs
// commits, so it acts through tx alone: it sends no mail, writes no log, keeps no state. A View inside an Update
// of the same store deadlocks on some stores; pass the tx on instead. Whoever uses a tx after its function has returned panics.
type Store interface {
	View(ctx context.Context, fn func(*Tx) error) error
	Update(ctx context.Context, fn func(*Tx) error) error
}

// An Entity is a value with a place in one table. Keys are made of ids joined by "/"; numbers in keys are zero-padded
// (see SeqKey), so that the order of the keys is the order of the numbers.
type Entity interface {
	Key() string
}

// Rows are the entities of one table in one order: that of their keys, or that of an index.
type Rows[T Entity] interface {
	// List yields the entities whose key in this order starts with the prefix. The table must not be written while listing.
	List(prefix string) iter.Seq2[T, error]
	// From is List without the keys before from.
	From(prefix, from string) iter.Seq2[T, error]
	// Backward is List in reverse, and with a before that is not "" without that key and those behind it.
	Backward(prefix, before string) iter.Seq2[T, error]
	// Last returns the last entity that List would yield or an Error with code NotFound.
	Last(prefix string) (T, error)
	// Keys yields the keys in this order that start with the prefix. It reads no entity: what an index says is in its keys.
	Keys(prefix string) iter.Seq2[string, error]
	// Count returns how many entities List would yield. It reads none of them.
	Count(prefix string) (int, error)
}

// A Table holds the entities of one type in the order of their keys, and in that of each index the type declares.
type Table[T Entity] interface {
	Rows[T]
	// By returns the entities in the order of an index. Listing by an index the type does not declare is an error.
	By(index Index[T]) Rows[T]
	// Get returns the entity under the key or an Error with code NotFound.
	Get(key string) (T, error)
	// Put writes the entity under its key, replacing what was there.
	Put(entity T) error
	// Delete removes the entity under the key; removing nothing is no error.
	Delete(key string) error
}

// Tx is one transaction: a table per entity. A struct, not an interface: a store fills in its tables and is done.
type Tx struct {
	at time.Time // see Kernel.At

	Alliances      Table[Alliance]
	Users          Table[User]
	StaffLinks     Table[StaffLink]
	Sessions       Table[Session]
	Organisations  Table[Organisation]
	WorkingGroups  Table[WorkingGroup]
	Audit          Table[AuditEntry]
	Elections      Table[Election]
	Parties        Table[Party]
	Contestants    Table[Contestant]
	Questionnaires Table[Questionnaire]
	Approvals      Table[Approval]

	Questions  Table[Question]
	Revisions  Table[Revision]
	Catalogues Table[Catalogue]

	Respondents Table[Respondent]
	AccessLinks Table[AccessLink]
	Dispatches  Table[Dispatch]
	Mails       Table[Mail]
	MailTexts   Table[MailText]
	Outbox      Table[OutboxEntry]

	AnswerDrafts    Table[AnswerDraft]
	Submissions     Table[Submission]
	SubmissionTexts Table[SubmissionText]
	Transcriptions  Table[Transcription]
	LetterTexts     Table[LetterText]
	Originals       Table[Original]
	Versions        Table[Version]
	Quotations      Table[Quotation]

	Publications       Table[Publication]
	PublicationDetails Table[PublicationDetail]
	Leaves             Table[Leaf]
	TreeHashes         Table[TreeHash]

	KeyPrints Table[KeyPrints]
}

// Tables yields the tables with their names, in their order.
func (tx *Tx) Tables() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for field, table := range reflect.ValueOf(tx).Elem().Fields() {
			if field.IsExported() && !yield(field.Name, table.Interface()) {
				return
			}
		}
	}
}

// Questionnaire returns the questionnaire with the id or an Error with code NotFound, as Table.Get; so do the methods below.
func (tx *Tx) Questionnaire(id QuestionnaireID) (Questionnaire, error) {
	return tx.Questionnaires.Get(string(id))
}

// Catalogue returns what the questionnaire asks.
func (tx *Tx) Catalogue(of QuestionnaireID) (Catalogue, error) { return tx.Catalogues.Get(string(of)) }

// Respondent returns a respondent of the questionnaire.
func (tx *Tx) Respondent(of QuestionnaireID, id RespondentID) (Respondent, error) {
	return tx.Respondents.Get(RespondentKey(of, id))
}

// Election returns the election with the id.
func (tx *Tx) Election(id ElectionID) (Election, error) { return tx.Elections.Get(string(id)) }

// Party returns the party with the id.
func (tx *Tx) Party(id PartyID) (Party, error) { return tx.Parties.Get(string(id)) }

// User returns the person with the id.
func (tx *Tx) User(id UserID) (User, error) { return tx.Users.Get(string(id)) }

// In is the prefix of the keys of all that belongs to what has the id.
func In[ID ~string](id ID) string { return string(id) + "/" }

// RespondentKey is the key of a respondent.
func RespondentKey(questionnaire QuestionnaireID, id RespondentID) string {
	return In(questionnaire) + string(id)
}

// LargeHalf returns what is stored apart from an entity, under its key, since lists do without it. One without it is damaged.
func LargeHalf[T Entity](table Table[T], of Entity) (T, error) {
	half, err := table.Get(of.Key())
	if IsNotFound(err) {
		err = &Error{Code: Unavailable, Key: "error.damaged", Cause: fmt.Errorf("%T of %q is missing", half, of.Key())}
	}
	return half, err
}

// putHalves writes an entity and what is stored apart from it.
func putHalves[E, H Entity](entities Table[E], entity E, halves Table[H], half H) error {
	if err := entities.Put(entity); err != nil {
		return err
	}
	return halves.Put(half)
}

// deleteHalves removes an entity and what is stored apart from it.
func deleteHalves[E, H Entity](entities Table[E], halves Table[H], key string) error {
	if err := entities.Delete(key); err != nil {
		return err
	}
	return halves.Delete(key)
}

// First returns the first entity of a listing or an Error with code NotFound.
func First[T any](seq iter.Seq2[T, error]) (T, error) {
	for v, err := range seq {
		return v, err
	}
	var none T
	return none, Fail(NotFound, "error.not_found")
}

// Collect reads a listing to its end.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
