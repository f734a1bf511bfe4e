package survey

import (
	"context"
	"iter"
)

// A Store runs functions inside transactions. The function may run more than once before one of its runs
// commits, so it acts through tx alone: it sends no mail, writes no log, keeps no state. A View inside an Update
// of the same store deadlocks on some stores; pass the tx on instead.
type Store interface {
	View(ctx context.Context, fn func(*Tx) error) error
	Update(ctx context.Context, fn func(*Tx) error) error
}

// An Entity is a value with a place in one table. Keys are made of ids joined by "/"; numbers in keys are zero-padded
// (see seqKey), so that the order of the keys is the order of the numbers.
type Entity interface {
	Key() string
}

// A Table holds the entities of one type in the order of their keys.
type Table[T Entity] interface {
	// Get returns the entity under the key or an Error with code NotFound.
	Get(key string) (T, error)
	// Put writes the entity under its key, replacing what was there.
	Put(entity T) error
	// Delete removes the entity under the key; removing nothing is no error.
	Delete(key string) error
	// List yields the entities whose key starts with the prefix, in key order. The table must not be written while listing.
	List(prefix string) iter.Seq2[T, error]
}

// Tx is one transaction: a table per entity. A struct, not an interface: a store fills in its tables and is done.
type Tx struct {
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
	Outbox      Table[OutboxEntry]

	AnswerDrafts   Table[AnswerDraft]
	Submissions    Table[Submission]
	Transcriptions Table[Transcription]
	Originals      Table[Original]
	Versions       Table[Version]
	Quotations     Table[Quotation]

	Publications Table[Publication]
	Leaves       Table[Leaf]
	TreeHashes   Table[TreeHash]

	KeyPrints Table[KeyPrints]
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
