// Package storetest is the contract every survey.Store keeps. Run it against each of them.
package storetest

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/survey"
)

// Run tests a kind of store. open returns a new, empty store that is closed when the test ends.
func Run(t *testing.T, open func(t *testing.T) survey.Store) {
	for name, test := range map[string]func(*testing.T, survey.Store){
		"missing":            missing,
		"put, get, delete":   putGetDelete,
		"list":               list,
		"list can stop":      listStops,
		"backward":           backward,
		"last and count":     lastAndCount,
		"index":              index,
		"index value":        indexValue,
		"no such index":      noSuchIndex,
		"index and rollback": indexRollback,
		"copies":             copies,
		"own writes":         ownWrites,
		"rollback on error":  rollbackOnError,
		"rollback on panic":  rollbackOnPanic,
		"isolation":          isolation,
		"a view is constant": constantView,
		"updates one by one": serialUpdates,
		"context":            cancelled,
		"view cannot write":  viewCannotWrite,
		"empty key":          emptyKey,
		"over":               over,
		"every table":        everyTable,
		"against a model":    versionsByModel,
		"indexes by a model": indexesByModel,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func party(id, name string) survey.Party {
	return survey.Party{ID: survey.PartyID(id), ShortName: name, Name: name}
}

// put writes parties in one Update.
func put(t *testing.T, s survey.Store, parties ...survey.Party) {
	t.Helper()
	update(t, s, func(tx *survey.Tx) error {
		for _, p := range parties {
			if err := tx.Parties.Put(p); err != nil {
				return err
			}
		}
		return nil
	})
}

func update(t *testing.T, s survey.Store, fn func(*survey.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s survey.Store, fn func(*survey.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// keys lists a table's keys under a prefix.
func keys[T survey.Entity](rows iter.Seq2[T, error]) ([]string, error) {
	var all []string
	for entity, err := range rows {
		if err != nil {
			return nil, err
		}
		all = append(all, entity.Key())
	}
	return all, nil
}

// wantParties fails unless exactly these keys are committed.
func wantParties(t *testing.T, s survey.Store, want ...string) {
	t.Helper()
	view(t, s, func(tx *survey.Tx) error {
		got, err := keys(tx.Parties.List(""))
		if !slices.Equal(got, want) {
			t.Errorf("parties %q, want %q", got, want)
		}
		return err
	})
}

func missing(t *testing.T, s survey.Store) {
	view(t, s, func(tx *survey.Tx) error {
		got, err := tx.Party("nobody")
		if !survey.IsNotFound(err) {
			t.Errorf("Get of a missing key: %v, want an Error with code NotFound", err)
		}
		if got != (survey.Party{}) {
			t.Errorf("Get of a missing key returned %v", got)
		}
		return nil
	})
	update(t, s, func(tx *survey.Tx) error { return tx.Parties.Delete("nobody") })
}

func putGetDelete(t *testing.T, s survey.Store) {
	put(t, s, party("a", "old"))
	put(t, s, party("a", "new"))
	view(t, s, func(tx *survey.Tx) error {
		got, err := tx.Party("a")
		if got != party("a", "new") {
			t.Errorf("got %v after replacing", got)
		}
		return err
	})
	update(t, s, func(tx *survey.Tx) error { return tx.Parties.Delete("a") })
	wantParties(t, s)
}

func list(t *testing.T, s survey.Store) {
	put(t, s, party("q2/b", ""), party("q", ""), party("q/b", ""), party("q/a", ""), party("q-x/a", ""), party("ä/a", ""), party("\xff", ""), party("q/ab", ""))
	view(t, s, func(tx *survey.Tx) error {
		for prefix, want := range map[string][]string{
			"q/":  {"q/a", "q/ab", "q/b"}, // not q2/b, a sibling whose id begins alike
			"q/a": {"q/a", "q/ab"},
			"q":   {"q", "q-x/a", "q/a", "q/ab", "q/b", "q2/b"},
			"r":   nil,
			"ä":   {"ä/a"},
		} {
			got, err := keys(tx.Parties.List(prefix))
			if err != nil {
				return err
			}
			if !slices.Equal(got, want) {
				t.Errorf("List(%q) = %q, want %q", prefix, got, want)
			}
		}
		return nil
	})
}

func listStops(t *testing.T, s survey.Store) {
	put(t, s, party("a", ""), party("b", ""), party("c", ""))
	view(t, s, func(tx *survey.Tx) error {
		rows := tx.Parties.List("")
		for range 2 { // a listing can be read again
			for got, err := range rows {
				if err != nil || got.ID != "a" {
					t.Errorf("first row %v, %v", got, err)
				}
				break
			}
		}
		return nil
	})
}

// some are keys that begin alike, in their order.
var some = []string{"q", "q-x/a", "q/a", "q/ab", "q/b", "q2/b", "ä/a", "\U0010FFFF", "\U0010FFFF\U0010FFFF"}

func putSome(t *testing.T, s survey.Store) {
	for _, key := range some {
		put(t, s, party(key, ""))
	}
}

func backward(t *testing.T, s survey.Store) {
	putSome(t, s)
	view(t, s, func(tx *survey.Tx) error {
		for _, test := range []struct {
			prefix, at string
			down, up   []string // before that key, from that key
		}{
			{"", "", reversed(some), some},
			{"q/", "", []string{"q/b", "q/ab", "q/a"}, []string{"q/a", "q/ab", "q/b"}},
			{"q/", "q/ab", []string{"q/a"}, []string{"q/ab", "q/b"}},
			{"q/", "q/aa", []string{"q/a"}, []string{"q/ab", "q/b"}},
			{"q/", "q/a", nil, []string{"q/a", "q/ab", "q/b"}},
			{"q/", "a", nil, []string{"q/a", "q/ab", "q/b"}},
			{"q/", "z", []string{"q/b", "q/ab", "q/a"}, nil},
			{"r", "", nil, nil},
			{"\U0010FFFF", "", []string{"\U0010FFFF\U0010FFFF", "\U0010FFFF"}, []string{"\U0010FFFF", "\U0010FFFF\U0010FFFF"}},
			{"\U0010FFFF", "\U0010FFFF\U0010FFFF", []string{"\U0010FFFF"}, []string{"\U0010FFFF\U0010FFFF"}},
			{"", "q-x/a", []string{"q"}, some[1:]},
		} {
			down, err := keys(tx.Parties.Backward(test.prefix, test.at))
			if err != nil || !slices.Equal(down, test.down) {
				t.Errorf("Backward(%q, %q) = %q, %v, want %q", test.prefix, test.at, down, err, test.down)
			}
			up, err := keys(tx.Parties.From(test.prefix, test.at))
			if err != nil || !slices.Equal(up, test.up) {
				t.Errorf("From(%q, %q) = %q, %v, want %q", test.prefix, test.at, up, err, test.up)
			}
		}
		for range tx.Parties.Backward("", "") {
			break
		}
		return nil
	})
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

func lastAndCount(t *testing.T, s survey.Store) {
	view(t, s, func(tx *survey.Tx) error {
		n, err := tx.Parties.Count("")
		if _, none := tx.Parties.Last(""); n != 0 || !survey.IsNotFound(none) {
			t.Errorf("an empty table has %d rows, the last of them: %v", n, none)
		}
		return err
	})
	putSome(t, s)
	put(t, s, party("\xfe", ""), party("\xff\xff", "the last")) // no text, yet a key
	view(t, s, func(tx *survey.Tx) error {
		last, err := tx.Parties.Last("\xff")
		if last.Name != "the last" {
			t.Errorf("Last: %q, %v", last.Name, err)
		}
		return err
	})
	update(t, s, func(tx *survey.Tx) error {
		return errors.Join(tx.Parties.Delete("\xfe"), tx.Parties.Delete("\xff\xff"))
	})
	view(t, s, func(tx *survey.Tx) error {
		for prefix, want := range map[string]struct {
			last  string
			count int
		}{"": {"\U0010FFFF\U0010FFFF", len(some)}, "q/": {"q/b", 3}, "q": {"q2/b", 6}, "ä": {"ä/a", 1}, "z": {"", 0}} {
			last, err := tx.Parties.Last(prefix)
			if string(last.ID) != want.last || (err != nil) != (want.last == "") {
				t.Errorf("Last(%q) = %q, %v, want %q", prefix, last.ID, err, want.last)
			}
			n := 0
			for key, err := range tx.Parties.Keys(prefix) {
				if n++; err != nil || n == want.count && key != want.last {
					t.Errorf("Keys(%q): the last is %q, %v", prefix, key, err)
				}
			}
			if n != want.count {
				t.Errorf("Keys(%q): %d, want %d", prefix, n, want.count)
			}
			if n, err := tx.Parties.Count(prefix); n != want.count || err != nil {
				t.Errorf("Count(%q) = %d, %v, want %d", prefix, n, err, want.count)
			}
		}
		return nil
	})
}

func mail(id, questionnaire string, kind survey.MailKind) survey.Mail {
	return survey.Mail{ID: id, Questionnaire: survey.QuestionnaireID(questionnaire), Kind: kind}
}

// wantMails fails unless exactly these mails of the questionnaire are found by it, whichever way one looks.
func wantMails(t *testing.T, tx *survey.Tx, questionnaire string, want ...string) {
	t.Helper()
	rows, prefix := tx.Mails.By(survey.MailQuestionnaire), survey.Exact(questionnaire)
	up, err := keys(rows.List(prefix))
	if err != nil || !slices.Equal(up, want) {
		t.Errorf("mails of %q: %q, %v, want %q", questionnaire, up, err, want)
	}
	down, err := keys(rows.Backward(prefix, ""))
	if err != nil || !slices.Equal(down, reversed(want)) {
		t.Errorf("mails of %q backward: %q, %v, want %q", questionnaire, down, err, want)
	}
	var inKeys []string
	for key, err := range rows.Keys(prefix) {
		if err != nil || !strings.HasPrefix(key, prefix) {
			t.Errorf("%q, %v", key, err)
		}
		inKeys = append(inKeys, survey.KeyInIndex(key))
	}
	if !slices.Equal(inKeys, want) {
		t.Errorf("keys of the mails of %q: %q, want %q", questionnaire, inKeys, want)
	}
	if n, err := rows.Count(prefix); n != len(want) || err != nil {
		t.Errorf("mails of %q: %d, %v, want %d", questionnaire, n, err, len(want))
	}
	last, err := rows.Last(prefix)
	if len(want) > 0 && (last.ID != want[len(want)-1] || err != nil) || len(want) == 0 && !survey.IsNotFound(err) {
		t.Errorf("the last mail of %q: %q, %v", questionnaire, last.ID, err)
	}
}

// index keeps up with what is put, replaced and deleted, and knows no row whose value is empty.
func index(t *testing.T, s survey.Store) {
	for _, step := range []struct {
		do   func(tx *survey.Tx) error
		want map[string][]string
	}{
		{func(*survey.Tx) error { return nil }, map[string][]string{"q": nil, "": nil}},
		{func(tx *survey.Tx) error {
			return errors.Join(tx.Mails.Put(mail("b", "q", "")), tx.Mails.Put(mail("a", "q", "")), tx.Mails.Put(mail("c", "q2", "")), tx.Mails.Put(mail("d", "", "")))
		}, map[string][]string{"q": {"a", "b"}, "q2": {"c"}, "": nil}},
		{func(tx *survey.Tx) error { return tx.Mails.Put(mail("b", "q2", "")) }, map[string][]string{"q": {"a"}, "q2": {"b", "c"}}},
		{func(tx *survey.Tx) error {
			return errors.Join(tx.Mails.Put(mail("b", "q2", survey.MailCode)), tx.Mails.Put(mail("d", "q2", "")))
		}, map[string][]string{"q": {"a"}, "q2": {"c", "d"}}},
		{func(tx *survey.Tx) error { return tx.Mails.Put(mail("a", "q", survey.MailNotice)) }, map[string][]string{"q": {"a"}, "q2": {"c", "d"}}},
		{func(tx *survey.Tx) error {
			return errors.Join(tx.Mails.Delete("c"), tx.Mails.Delete("a"), tx.Mails.Delete("a"), tx.Mails.Delete("b"))
		}, map[string][]string{"q": nil, "q2": {"d"}}},
	} {
		update(t, s, func(tx *survey.Tx) error {
			err := step.do(tx)
			for q, want := range step.want {
				wantMails(t, tx, q, want...) // in the transaction that writes
			}
			return err
		})
		view(t, s, func(tx *survey.Tx) error {
			for q, want := range step.want {
				wantMails(t, tx, q, want...)
			}
			return nil
		})
	}
	put := func(id string, due int) survey.OutboxEntry {
		return survey.OutboxEntry{Mail: id, Urgency: survey.UrgentLink, DueAt: time.Date(2026, 1, 1, 0, 0, due, 0, time.FixedZone("", due*1800))}
	}
	update(t, s, func(tx *survey.Tx) error { // two indexes of one table; the order of the values, not of the keys
		return errors.Join(tx.Outbox.Put(put("a", 3)), tx.Outbox.Put(put("b", 2)), tx.Outbox.Put(put("c", 2)))
	})
	view(t, s, func(tx *survey.Tx) error {
		for _, index := range []survey.Index[survey.OutboxEntry]{survey.OutboxDue, survey.OutboxNoted} {
			rows := tx.Outbox.By(index)
			got, err := keys(rows.List(survey.UrgentLink.Key()))
			if err != nil || !slices.Equal(got, []string{"a", "b", "c"}) { // a zone further east is earlier
				t.Errorf("by %s: %q, %v", index.Name, got, err)
			}
			at, err := index.Key(put("b", 2))
			if err != nil {
				return err
			}
			after, errAfter := keys(rows.From(survey.UrgentLink.Key(), at))
			before, errBefore := keys(rows.Backward(survey.UrgentLink.Key(), at))
			if err := errors.Join(errAfter, errBefore); err != nil || !slices.Equal(after, []string{"b", "c"}) || !slices.Equal(before, []string{"a"}) {
				t.Errorf("by %s from b: %q, before it %q, %v", index.Name, after, before, err)
			}
		}
		return nil
	})
}

// indexValue: what would not be found again is refused, and leaves nothing.
func indexValue(t *testing.T, s survey.Store) {
	for _, bad := range []string{"a\x00b", "a\xff"} {
		if s.Update(t.Context(), func(tx *survey.Tx) error { return tx.Mails.Put(mail("a", bad, "")) }) == nil {
			t.Errorf("stored under %q", bad)
		}
	}
	view(t, s, func(tx *survey.Tx) error {
		n, err := tx.Mails.Count("")
		if n > 0 {
			t.Errorf("%d mails", n)
		}
		return err
	})
}

func noSuchIndex(t *testing.T, s survey.Store) {
	put(t, s, party("a", ""))
	view(t, s, func(tx *survey.Tx) error {
		rows := tx.Parties.By(survey.Index[survey.Party]{Name: "colour", Value: func(p survey.Party) string { return p.Colour }})
		_, listed := keys(rows.List(""))
		_, back := keys(rows.Backward("", ""))
		_, last := rows.Last("")
		_, count := rows.Count("")
		var keysErr error
		for _, keysErr = range rows.Keys("") {
			break
		}
		for _, err := range []error{keysErr, listed, back, last, count} {
			if err == nil || survey.IsNotFound(err) {
				t.Errorf("listed by an index that is not declared: %v", err)
			}
		}
		return nil
	})
}

func indexRollback(t *testing.T, s survey.Store) {
	update(t, s, func(tx *survey.Tx) error { return tx.Mails.Put(mail("a", "q", "")) })
	broken := errors.New("broken")
	err := s.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(tx.Mails.Put(mail("b", "q", "")), tx.Mails.Delete("a"), broken)
	})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	inside, seen := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(seen)
		<-inside
		if err := s.View(t.Context(), func(tx *survey.Tx) error { wantMails(t, tx, "q", "a"); return nil }); err != nil {
			t.Error(err)
		}
	}()
	update(t, s, func(tx *survey.Tx) error {
		err := tx.Mails.Put(mail("a", "q2", ""))
		close(inside)
		<-seen
		return err
	})
	view(t, s, func(tx *survey.Tx) error { wantMails(t, tx, "q"); wantMails(t, tx, "q2", "a"); return nil })
}

func copies(t *testing.T, s survey.Store) {
	given := survey.Contestant{Election: "e", Party: "p"}
	respondent := survey.Respondent{Questionnaire: "q", ID: "r", Members: []string{"one"}, LeftOut: map[survey.QuestionID]string{"q01": "why"}}
	var got survey.Respondent
	update(t, s, func(tx *survey.Tx) error {
		if err := errors.Join(tx.Contestants.Put(given), tx.Respondents.Put(respondent)); err != nil {
			return err
		}
		respondent.Members[0], respondent.LeftOut["q01"] = "changed", "changed"
		var err error
		got, err = tx.Respondents.Get("q/r")
		return err
	})
	got.Members[0], got.LeftOut["q01"] = "changed too", "changed too"
	view(t, s, func(tx *survey.Tx) error {
		again, err := tx.Respondents.Get("q/r")
		if again.Members[0] != "one" || again.LeftOut["q01"] != "why" {
			t.Errorf("the store shares memory with its callers: %v", again)
		}
		return err
	})
}

func ownWrites(t *testing.T, s survey.Store) {
	put(t, s, party("a", ""), party("b", ""))
	update(t, s, func(tx *survey.Tx) error {
		if err := errors.Join(tx.Parties.Delete("a"), tx.Parties.Put(party("c", ""))); err != nil {
			return err
		}
		got, err := keys(tx.Parties.List(""))
		if !slices.Equal(got, []string{"b", "c"}) {
			t.Errorf("inside the Update: %q", got)
		}
		if _, missing := tx.Party("a"); !survey.IsNotFound(missing) {
			t.Errorf("deleted, and yet: %v", missing)
		}
		return err
	})
}

func rollbackOnError(t *testing.T, s survey.Store) {
	put(t, s, party("a", ""), party("b", ""))
	broken := errors.New("broken")
	err := s.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(tx.Parties.Put(party("c", "")), tx.Parties.Delete("a"), tx.Elections.Put(survey.Election{ID: "e"}), broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("the function's error came back as %v", err)
	}
	wantParties(t, s, "a", "b")
	view(t, s, func(tx *survey.Tx) error {
		if _, err := tx.Election("e"); !survey.IsNotFound(err) {
			t.Errorf("a second table kept its write: %v", err)
		}
		return nil
	})
	put(t, s, party("d", "")) // the store still takes writes
	wantParties(t, s, "a", "b", "d")
}

func rollbackOnPanic(t *testing.T, s survey.Store) {
	func() {
		defer func() {
			if p := recover(); p != "broken" {
				t.Errorf("recovered %v", p)
			}
		}()
		_ = s.Update(t.Context(), func(tx *survey.Tx) error {
			if err := tx.Parties.Put(party("a", "")); err != nil {
				t.Error(err)
			}
			panic("broken")
		})
	}()
	wantParties(t, s)
	put(t, s, party("b", ""))
	wantParties(t, s, "b")
}

func isolation(t *testing.T, s survey.Store) {
	put(t, s, party("a", "committed"))
	inside, seen := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(seen)
		<-inside
		err := s.View(t.Context(), func(tx *survey.Tx) error {
			if got, err := tx.Party("a"); err != nil || got.Name != "committed" {
				t.Errorf("a View saw %v, %v of an uncommitted Update", got, err)
			}
			if _, err := tx.Party("b"); !survey.IsNotFound(err) {
				t.Errorf("a View saw an uncommitted row: %v", err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}()
	update(t, s, func(tx *survey.Tx) error {
		err := errors.Join(tx.Parties.Put(party("a", "uncommitted")), tx.Parties.Put(party("b", "")))
		close(inside)
		<-seen // so a View never waits for an Update either
		return err
	})
	wantParties(t, s, "a", "b")
}

func constantView(t *testing.T, s survey.Store) {
	put(t, s, party("a", "before"))
	view(t, s, func(tx *survey.Tx) error {
		done := make(chan struct{})
		go func() {
			defer close(done)
			put(t, s, party("a", "after"), party("b", ""))
		}()
		<-done
		got, err := keys(tx.Parties.List(""))
		if !slices.Equal(got, []string{"a"}) {
			t.Errorf("a View changed under its reader: %q", got)
		}
		if a, err := tx.Party("a"); err != nil || a.Name != "before" {
			t.Errorf("a View changed under its reader: %v, %v", a, err)
		}
		return err
	})
}

func serialUpdates(t *testing.T, s survey.Store) {
	const writers, each = 4, 10
	put(t, s, survey.Party{ID: "counter"})
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				err := s.Update(t.Context(), func(tx *survey.Tx) error {
					counter, err := tx.Party("counter")
					if err != nil {
						return err
					}
					counter.Revision++
					return tx.Parties.Put(counter)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	view(t, s, func(tx *survey.Tx) error {
		counter, err := tx.Party("counter")
		if counter.Revision != writers*each {
			t.Errorf("%d updates counted, want %d", counter.Revision, writers*each)
		}
		return err
	})
}

func cancelled(t *testing.T, s survey.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := func(*survey.Tx) error { t.Error("ran on a cancelled context"); return nil }
	for name, err := range map[string]error{"View": s.View(ctx, never), "Update": s.Update(ctx, never)} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s on a cancelled context: %v", name, err)
		}
	}
}

func viewCannotWrite(t *testing.T, s survey.Store) {
	put(t, s, party("a", ""))
	view(t, s, func(tx *survey.Tx) error {
		if tx.Parties.Put(party("b", "")) == nil || tx.Parties.Delete("a") == nil {
			t.Error("a View could write")
		}
		return nil
	})
	wantParties(t, s, "a")
}

// over: a transaction that has ended neither reads nor writes, and what was begun in it does not go on.
func over(t *testing.T, s survey.Store) {
	put(t, s, party("a", ""))
	for name, run := range map[string]func(context.Context, func(*survey.Tx) error) error{"view": s.View, "update": s.Update} {
		var ended *survey.Tx
		var rows iter.Seq2[survey.Party, error]
		var names iter.Seq2[string, error]
		if err := run(t.Context(), func(tx *survey.Tx) error {
			ended, rows, names = tx, tx.Parties.List(""), tx.Parties.Keys("")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		mails := func() survey.Rows[survey.Mail] { return ended.Mails.By(survey.MailQuestionnaire) }
		for what, use := range map[string]func(){
			"Get":            func() { _, _ = ended.Parties.Get("a") },
			"Last":           func() { _, _ = ended.Parties.Last("") },
			"Count":          func() { _, _ = ended.Parties.Count("") },
			"List":           func() { _, _ = keys(ended.Parties.List("")) },
			"Backward":       func() { _, _ = keys(ended.Parties.Backward("", "")) },
			"an older List":  func() { _, _ = keys(rows) },
			"an older Keys":  func() { names(func(string, error) bool { return true }) },
			"Count by index": func() { _, _ = mails().Count("") },
			"List by index":  func() { _, _ = keys(mails().List("")) },
			"Put":            func() { _ = ended.Parties.Put(party("b", "")) },
			"Delete":         func() { _ = ended.Parties.Delete("a") },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: %s is answered when it is over", name, what)
					}
				}()
				use()
			}()
		}
	}
	wantParties(t, s, "a")
}

func emptyKey(t *testing.T, s survey.Store) {
	if s.Update(t.Context(), func(tx *survey.Tx) error { return tx.Parties.Put(survey.Party{}) }) == nil {
		t.Error("an entity without a key was stored")
	}
}

// everyTable sends a full value through each table of survey.Tx, whatever tables there are.
func everyTable(t *testing.T, s survey.Store) {
	FillTables(t, s)
	seed := 0
	view(t, s, func(tx *survey.Tx) error {
		for field, opened := range tx.Tables() {
			table := reflect.ValueOf(opened)
			want := filled(entityType(table), &seed)
			key := want.MethodByName("Key").Call(nil)[0].String()
			got := table.MethodByName("Get").Call([]reflect.Value{reflect.ValueOf(key)})
			if !got[1].IsNil() {
				t.Errorf("%s: %v", field, got[1])
				continue
			}
			if diff := cmp.Diff(want.Interface(), got[0].Interface()); diff != "" {
				t.Errorf("%s: a value came back changed (-put +got):\n%s", field, diff)
			}
			rows := 0
			for entity, err := range table.MethodByName("List").Call([]reflect.Value{reflect.ValueOf("")})[0].Seq2() {
				rows++
				if !err.IsNil() || !cmp.Equal(want.Interface(), entity.Interface()) {
					t.Errorf("%s: List yields %v, %v", field, entity, err)
				}
			}
			if rows != 1 {
				t.Errorf("%s: %d rows, want 1: do two tables share a name?", field, rows)
			}
		}
		return nil
	})
}

// FillTables puts one fully set value into every table of the store.
func FillTables(t *testing.T, s survey.Store) {
	t.Helper()
	seed := 0
	update(t, s, func(tx *survey.Tx) error {
		for field, opened := range tx.Tables() {
			if opened == nil {
				t.Fatalf("the table %s is nil", field)
			}
			table := reflect.ValueOf(opened)
			put := table.MethodByName("Put").Call([]reflect.Value{filled(entityType(table), &seed)})
			if !put[0].IsNil() {
				t.Errorf("%s: %v", field, put[0])
			}
		}
		return nil
	})
}

// entityType is the T of a survey.Table[T].
func entityType(table reflect.Value) reflect.Type {
	get, _ := table.Type().MethodByName("Get")
	return get.Type.Out(0)
}
