// Package storetest is the contract every survey.Store keeps. Run it against each of them.
package storetest

import (
	"context"
	"errors"
	"iter"
	"reflect"
	"slices"
	"sync"
	"testing"

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
		"every table":        everyTable,
		"against a model":    againstModel,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func party(id, name string) survey.Party { return survey.Party{ID: id, ShortName: name, Name: name} }

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
		got, err := tx.Parties.Get("nobody")
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
		got, err := tx.Parties.Get("a")
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

func copies(t *testing.T, s survey.Store) {
	given := survey.Contestant{Election: "e", Party: "p"}
	respondent := survey.Respondent{Questionnaire: "q", ID: "r", Members: []string{"one"}, LeftOut: map[string]string{"q01": "why"}}
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
		if _, missing := tx.Parties.Get("a"); !survey.IsNotFound(missing) {
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
		if _, err := tx.Elections.Get("e"); !survey.IsNotFound(err) {
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
			if got, err := tx.Parties.Get("a"); err != nil || got.Name != "committed" {
				t.Errorf("a View saw %v, %v of an uncommitted Update", got, err)
			}
			if _, err := tx.Parties.Get("b"); !survey.IsNotFound(err) {
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
		if a, err := tx.Parties.Get("a"); err != nil || a.Name != "before" {
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
					counter, err := tx.Parties.Get("counter")
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
		counter, err := tx.Parties.Get("counter")
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
		for field, table := range fields(tx) {
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
		for field, table := range fields(tx) {
			if table.IsNil() {
				t.Fatalf("the table %s is nil", field)
			}
			put := table.MethodByName("Put").Call([]reflect.Value{filled(entityType(table), &seed)})
			if !put[0].IsNil() {
				t.Errorf("%s: %v", field, put[0])
			}
		}
		return nil
	})
}

// fields yields the name and value of each table.
func fields(tx *survey.Tx) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		all := reflect.ValueOf(tx).Elem()
		for i := range all.NumField() {
			if !yield(all.Type().Field(i).Name, all.Field(i)) {
				return
			}
		}
	}
}

// entityType is the T of a survey.Table[T].
func entityType(table reflect.Value) reflect.Type {
	get, _ := table.Type().MethodByName("Get")
	return get.Type.Out(0)
}
