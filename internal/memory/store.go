// Package memory is survey.Store in memory: the same semantics as the database, nothing on disk. It is a working store
// for fast tests.
package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"pruefstein/internal/survey"
)

// Store keeps every entity as its JSON, so that nobody holds a pointer into it.
type Store struct {
	writer    sync.Mutex               // one Update at a time
	committed atomic.Pointer[snapshot] // what a View sees; never changed, only replaced
}

// snapshot is a committed state: the rows of each table, in the order of their keys.
type snapshot map[string][]row

type row struct {
	key   string
	value []byte
}

var _ survey.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	s := &Store{}
	s.committed.Store(&snapshot{})
	return s
}

// View implements survey.Store: fn sees the last commit, whatever is written meanwhile.
func (s *Store) View(ctx context.Context, fn func(*survey.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn(tables(&transaction{rows: *s.committed.Load()}))
}

// Update implements survey.Store: one fn at a time, and nothing of it stays if it returns an error or panics.
func (s *Store) Update(ctx context.Context, fn func(*survey.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.writer.Lock()
	defer s.writer.Unlock()
	if err := ctx.Err(); err != nil { // the wait for another writer may have been long
		return err
	}
	tx := &transaction{rows: snapshot{}, own: map[string]bool{}}
	for name, rows := range *s.committed.Load() {
		tx.rows[name] = rows
	}
	if err := fn(tables(tx)); err != nil {
		return err
	}
	s.committed.Store(&tx.rows)
	return nil
}

// transaction is the state one function sees.
type transaction struct {
	rows snapshot
	own  map[string]bool // tables copied for writing; nil in a View
}

// table is survey.Table over the rows of one name.
type table[T survey.Entity] struct {
	tx   *transaction
	name string
}

// find returns the place of a key, and whether it is taken.
func (t table[T]) find(key string) (int, bool) {
	return slices.BinarySearchFunc(t.tx.rows[t.name], key, func(r row, key string) int { return strings.Compare(r.key, key) })
}

// write prepares the table for a change: the first one copies its rows, away from those who read the committed ones.
func (t table[T]) write(key string) error {
	switch {
	case t.tx.own == nil:
		return fmt.Errorf("%s %q: written in a View", t.name, key)
	case key == "":
		return fmt.Errorf("%s: an empty key", t.name)
	case !t.tx.own[t.name]:
		t.tx.rows[t.name] = slices.Clone(t.tx.rows[t.name])
		t.tx.own[t.name] = true
	}
	return nil
}

func (t table[T]) Get(key string) (T, error) {
	i, found := t.find(key)
	if !found {
		var none T
		return none, &survey.Error{Code: survey.NotFound, Key: "error.not_found", Cause: fmt.Errorf("no %q in %s", key, t.name)}
	}
	return t.decode(t.tx.rows[t.name][i])
}

func (t table[T]) Put(entity T) error {
	key := entity.Key()
	if err := t.write(key); err != nil {
		return err
	}
	value, err := json.Marshal(entity)
	if err != nil {
		return fmt.Errorf("%s %q: %w", t.name, key, err)
	}
	i, found := t.find(key)
	if found {
		t.tx.rows[t.name][i].value = value
	} else {
		t.tx.rows[t.name] = slices.Insert(t.tx.rows[t.name], i, row{key, value})
	}
	return nil
}

func (t table[T]) Delete(key string) error {
	if err := t.write(key); err != nil {
		return err
	}
	if i, found := t.find(key); found {
		t.tx.rows[t.name] = slices.Delete(t.tx.rows[t.name], i, i+1)
	}
	return nil
}

func (t table[T]) List(prefix string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		i, _ := t.find(prefix)
		for _, r := range t.tx.rows[t.name][i:] {
			if !strings.HasPrefix(r.key, prefix) || !yield(t.decode(r)) {
				return
			}
		}
	}
}

func (t table[T]) decode(r row) (T, error) {
	var entity T
	if err := json.Unmarshal(r.value, &entity); err != nil {
		return entity, fmt.Errorf("%s %q: %w", t.name, r.key, err)
	}
	return entity, nil
}

// tables opens every table in a transaction.
func tables(tx *transaction) *survey.Tx {
	return &survey.Tx{
		Alliances:      table[survey.Alliance]{tx, "alliances"},
		Users:          table[survey.User]{tx, "users"},
		StaffLinks:     table[survey.StaffLink]{tx, "staff_links"},
		Sessions:       table[survey.Session]{tx, "sessions"},
		Organisations:  table[survey.Organisation]{tx, "organisations"},
		WorkingGroups:  table[survey.WorkingGroup]{tx, "working_groups"},
		Audit:          table[survey.AuditEntry]{tx, "audit"},
		Elections:      table[survey.Election]{tx, "elections"},
		Parties:        table[survey.Party]{tx, "parties"},
		Contestants:    table[survey.Contestant]{tx, "contestants"},
		Questionnaires: table[survey.Questionnaire]{tx, "questionnaires"},
		Approvals:      table[survey.Approval]{tx, "approvals"},

		Questions:  table[survey.Question]{tx, "questions"},
		Revisions:  table[survey.Revision]{tx, "revisions"},
		Catalogues: table[survey.Catalogue]{tx, "catalogues"},

		Respondents: table[survey.Respondent]{tx, "respondents"},
		AccessLinks: table[survey.AccessLink]{tx, "access_links"},
		Dispatches:  table[survey.Dispatch]{tx, "dispatches"},
		Mails:       table[survey.Mail]{tx, "mails"},
		Outbox:      table[survey.OutboxEntry]{tx, "outbox"},

		AnswerDrafts:   table[survey.AnswerDraft]{tx, "answer_drafts"},
		Submissions:    table[survey.Submission]{tx, "submissions"},
		Transcriptions: table[survey.Transcription]{tx, "transcriptions"},
		Originals:      table[survey.Original]{tx, "originals"},
		Versions:       table[survey.Version]{tx, "versions"},
		Quotations:     table[survey.Quotation]{tx, "quotations"},

		Publications: table[survey.Publication]{tx, "publications"},
		Leaves:       table[survey.Leaf]{tx, "leaves"},
		TreeHashes:   table[survey.TreeHash]{tx, "tree_hashes"},

		KeyPrints: table[survey.KeyPrints]{tx, "key_prints"},
	}
}
