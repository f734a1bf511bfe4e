// Package memory is survey.Store in memory: the same semantics as the database, nothing on disk. It is a working store
// for fast tests.
package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"pruefstein/internal/survey"
)

// Store keeps every entity as its JSON, so that nobody holds a pointer into it.
type Store struct {
	writer    sync.Mutex               // one Update at a time
	committed atomic.Pointer[snapshot] // what a View sees; never changed, only replaced

	// Read, if set, is called for each row that is read, with its table and the bytes of its value: tests count them. Set it
	// before the store is shared.
	Read func(table string, bytes int)
}

// snapshot is a committed state: the rows of each table and each index (<table>/<index>), in the order of their keys.
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
	tx := &transaction{rows: *s.committed.Load(), read: s.Read}
	defer tx.end()
	return fn(tables(tx))
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
	tx := &transaction{rows: snapshot{}, own: map[string]bool{}, read: s.Read}
	defer tx.end()
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
	read func(table string, bytes int)
	over bool
}

func (tx *transaction) end() { tx.over = true }

// open panics when the transaction is over.
func (tx *transaction) open() {
	if tx.over {
		panic("memory: the transaction is over")
	}
}

// of returns the rows of a table or an index.
func (tx *transaction) of(name string) []row {
	tx.open()
	return tx.rows[name]
}

// table is survey.Table over the rows of one name. It is compiled for each entity, so its methods have pointers as receivers, which
// need no second copy, and what makes iterators is not inlined: it would be compiled anew in each of its callers.
type table[T survey.Entity] struct {
	tx   *transaction
	name string
}

// find returns the place of a key among rows, and whether it is taken.
func find(rows []row, key string) (int, bool) {
	return slices.BinarySearchFunc(rows, key, func(r row, key string) int { return strings.Compare(r.key, key) })
}

// write prepares rows for a change: the first one copies them, away from those who read the committed ones.
func (tx *transaction) write(name string) {
	if !tx.own[name] {
		tx.rows[name] = slices.Clone(tx.rows[name])
		tx.own[name] = true
	}
}

// put writes a row.
func (tx *transaction) put(name string, r row) {
	tx.write(name)
	i, found := find(tx.rows[name], r.key)
	if found {
		tx.rows[name][i] = r
	} else {
		tx.rows[name] = slices.Insert(tx.rows[name], i, r)
	}
}

// remove takes a row away, if it is there.
func (tx *transaction) remove(name, key string) {
	tx.write(name)
	if i, found := find(tx.rows[name], key); found {
		tx.rows[name] = slices.Delete(tx.rows[name], i, i+1)
	}
}

// writable refuses a change in a View, and an empty key.
func (t *table[T]) writable(key string) error {
	t.tx.open()
	switch {
	case t.tx.own == nil:
		return fmt.Errorf("%s %q: written in a View", t.name, key)
	case key == "":
		return fmt.Errorf("%s: an empty key", t.name)
	}
	return nil
}

func (t *table[T]) Get(key string) (T, error) {
	i, found := find(t.tx.of(t.name), key)
	if !found {
		var none T
		return none, &survey.Error{Code: survey.NotFound, Key: "error.not_found", Cause: fmt.Errorf("no %q in %s", key, t.name)}
	}
	return t.decode(t.tx.rows[t.name][i])
}

func (t *table[T]) Put(entity T) error {
	key := entity.Key()
	if err := t.writable(key); err != nil {
		return err
	}
	value, err := json.Marshal(entity)
	if err != nil {
		return fmt.Errorf("%s %q: %w", t.name, key, err)
	}
	if err := t.reindex(key, &entity); err != nil {
		return err
	}
	t.tx.put(t.name, row{key, value})
	return nil
}

func (t *table[T]) Delete(key string) error {
	if err := t.writable(key); err != nil {
		return err
	}
	if err := t.reindex(key, nil); err != nil {
		return err
	}
	t.tx.remove(t.name, key)
	return nil
}

// reindex takes what is stored under a key out of the indexes and puts in the entity that takes its place, nil for none.
func (t *table[T]) reindex(key string, next *T) error {
	indexes := survey.IndexesOf[T]()
	if len(indexes) == 0 {
		return nil
	}
	i, stored := find(t.tx.of(t.name), key)
	for _, index := range indexes {
		name, was, will := t.name+"/"+index.Name, "", ""
		var err error
		if next != nil {
			if will, err = index.Key(*next); err != nil {
				return err
			}
		}
		if stored {
			old, err := t.decode(t.tx.rows[t.name][i])
			if err == nil {
				was, err = index.Key(old)
			}
			if err != nil {
				return err
			}
		}
		if was == will {
			continue
		}
		if was != "" {
			t.tx.remove(name, was)
		}
		if will != "" {
			t.tx.put(name, row{key: will})
		}
	}
	return nil
}

func (t *table[T]) List(prefix string) iter.Seq2[T, error] { return t.From(prefix, "") }

func (t *table[T]) From(prefix, from string) iter.Seq2[T, error] {
	return t.reading(upward(t.tx.of(t.name), prefix, from))
}

func (t *table[T]) Backward(prefix, before string) iter.Seq2[T, error] {
	return t.reading(downward(t.tx.of(t.name), prefix, before))
}

func (t *table[T]) Last(prefix string) (T, error) { return survey.First(t.Backward(prefix, "")) }

func (t *table[T]) Keys(prefix string) iter.Seq2[string, error] {
	return t.tx.keys(t.tx.of(t.name), prefix)
}

func (t *table[T]) Count(prefix string) (int, error) { return count(t.tx.of(t.name), prefix), nil }

func (t *table[T]) By(index survey.Index[T]) survey.Rows[T] { return &order[T]{t, index} }

//go:noinline
func (t *table[T]) reading(rows iter.Seq[row]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for r := range rows {
			if !yield(t.decode(r)) {
				return
			}
		}
	}
}

// order is survey.Rows over an index.
type order[T survey.Entity] struct {
	table *table[T]
	index survey.Index[T]
}

// rows of the index; their values are empty.
func (o *order[T]) rows() ([]row, error) {
	if !slices.ContainsFunc(survey.IndexesOf[T](), func(i survey.Index[T]) bool { return i.Name == o.index.Name }) {
		return nil, fmt.Errorf("%s: no index %s", o.table.name, o.index.Name)
	}
	return o.table.tx.of(o.table.name + "/" + o.index.Name), nil
}

func (o *order[T]) List(prefix string) iter.Seq2[T, error] { return o.From(prefix, "") }

func (o *order[T]) From(prefix, from string) iter.Seq2[T, error] {
	return o.reading(func(rows []row) iter.Seq[row] { return upward(rows, prefix, from) })
}

func (o *order[T]) Backward(prefix, before string) iter.Seq2[T, error] {
	return o.reading(func(rows []row) iter.Seq[row] { return downward(rows, prefix, before) })
}

func (o *order[T]) Last(prefix string) (T, error) { return survey.First(o.Backward(prefix, "")) }

func (o *order[T]) Keys(prefix string) iter.Seq2[string, error] {
	rows, err := o.rows()
	if err != nil {
		return func(yield func(string, error) bool) { yield("", err) }
	}
	return o.table.tx.keys(rows, prefix)
}

func (o *order[T]) Count(prefix string) (int, error) {
	rows, err := o.rows()
	return count(rows, prefix), err
}

//go:noinline
func (o *order[T]) reading(places func([]row) iter.Seq[row]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		rows, err := o.rows()
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for r := range places(rows) {
			if !yield(o.table.Get(survey.KeyInIndex(r.key))) {
				return
			}
		}
	}
}

// upward yields the rows whose keys start with a prefix, without those before from.
//
//go:noinline
func upward(rows []row, prefix, from string) iter.Seq[row] {
	return func(yield func(row) bool) {
		i, _ := find(rows, max(prefix, from))
		for _, r := range rows[i:] {
			if !strings.HasPrefix(r.key, prefix) || !yield(r) {
				return
			}
		}
	}
}

// downward is upward in reverse, with a before that is not "" without that key and those behind it.
//
//go:noinline
func downward(rows []row, prefix, before string) iter.Seq[row] {
	return func(yield func(row) bool) {
		start, _ := find(rows, prefix)
		end := start + count(rows, prefix)
		if before != "" {
			i, _ := find(rows, before)
			end = min(end, i)
		}
		for i := end - 1; i >= start; i-- {
			if !yield(rows[i]) {
				return
			}
		}
	}
}

// keys yields the keys that start with a prefix.
//
//go:noinline
func (tx *transaction) keys(rows []row, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		tx.open()
		for r := range upward(rows, prefix, "") {
			if !yield(r.key, nil) {
				return
			}
		}
	}
}

// count returns how many rows have keys that start with a prefix.
func count(rows []row, prefix string) int {
	start, _ := find(rows, prefix)
	return sort.Search(len(rows)-start, func(i int) bool { return !strings.HasPrefix(rows[start+i].key, prefix) })
}

func (t *table[T]) decode(r row) (T, error) {
	t.tx.open()
	if t.tx.read != nil {
		t.tx.read(t.name, len(r.value))
	}
	var entity T
	if err := json.Unmarshal(r.value, &entity); err != nil {
		return entity, fmt.Errorf("%s %q: %w", t.name, r.key, err)
	}
	return entity, nil
}

// tables opens every table in a transaction.
func tables(tx *transaction) *survey.Tx {
	return &survey.Tx{
		Alliances:      &table[survey.Alliance]{tx, "alliances"},
		Users:          &table[survey.User]{tx, "users"},
		StaffLinks:     &table[survey.StaffLink]{tx, "staff_links"},
		Sessions:       &table[survey.Session]{tx, "sessions"},
		Organisations:  &table[survey.Organisation]{tx, "organisations"},
		WorkingGroups:  &table[survey.WorkingGroup]{tx, "working_groups"},
		Audit:          &table[survey.AuditEntry]{tx, "audit"},
		Elections:      &table[survey.Election]{tx, "elections"},
		Parties:        &table[survey.Party]{tx, "parties"},
		Contestants:    &table[survey.Contestant]{tx, "contestants"},
		Questionnaires: &table[survey.Questionnaire]{tx, "questionnaires"},
		Approvals:      &table[survey.Approval]{tx, "approvals"},

		Questions:  &table[survey.Question]{tx, "questions"},
		Revisions:  &table[survey.Revision]{tx, "revisions"},
		Catalogues: &table[survey.Catalogue]{tx, "catalogues"},

		Respondents: &table[survey.Respondent]{tx, "respondents"},
		AccessLinks: &table[survey.AccessLink]{tx, "access_links"},
		Dispatches:  &table[survey.Dispatch]{tx, "dispatches"},
		Mails:       &table[survey.Mail]{tx, "mails"},
		MailTexts:   &table[survey.MailText]{tx, "mail_texts"},
		Outbox:      &table[survey.OutboxEntry]{tx, "outbox"},

		AnswerDrafts:    &table[survey.AnswerDraft]{tx, "answer_drafts"},
		Submissions:     &table[survey.Submission]{tx, "submissions"},
		Transcriptions:  &table[survey.Transcription]{tx, "transcriptions"},
		SubmissionTexts: &table[survey.SubmissionText]{tx, "submission_texts"},
		LetterTexts:     &table[survey.LetterText]{tx, "letter_texts"},
		Originals:       &table[survey.Original]{tx, "originals"},
		Versions:        &table[survey.Version]{tx, "versions"},
		Quotations:      &table[survey.Quotation]{tx, "quotations"},

		Publications:       &table[survey.Publication]{tx, "publications"},
		PublicationDetails: &table[survey.PublicationDetail]{tx, "publication_details"},
		Leaves:             &table[survey.Leaf]{tx, "leaves"},
		TreeHashes:         &table[survey.TreeHash]{tx, "tree_hashes"},

		KeyPrints: &table[survey.KeyPrints]{tx, "key_prints"},
	}
}
