// Package webtest starts the whole site over an invented land, for the tests of the web and its rooms, and visits it as browsers do.
package webtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/ledger"
	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/publish"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
	"pruefstein/internal/web"
	weballiance "pruefstein/internal/web/alliance"
	webdemo "pruefstein/internal/web/demo"
	"pruefstein/internal/web/site"
)

// A World is the site on an empty store in memory, with a clock the test sets.
type World struct {
	*office.Office
	Store  survey.Store // runs each function once, unlike the one of the use cases: tests keep what they read
	Clock  *testkit.Clock
	Server *site.Site
	Config site.Config
}

// Password is the password of everybody in a world.
const Password = "drei fremde Wörter"

// New builds a world with nothing in it. Its passwords are not hashed: argon2id has a test of its own.
func New(t *testing.T) *World {
	t.Helper()
	clock := testkit.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	store := memory.New()
	service := office.New(&survey.Kernel{
		Store: storetest.Twice(store), Clock: clock, Rand: rand.Reader, BaseURL: "http://127.0.0.1:8080", Addresses: web.Addresses, Cite: testworld.Cite, MailReady: true,
		Sealer:  testSealer(t),
		Compose: testworld.Compose,
	})
	service.Alliance.HashPassword = func(_ context.Context, password string) (string, error) { return "plain:" + password, nil }
	service.Alliance.MatchPassword = func(_ context.Context, password, hash string) (bool, error) { return hash == "plain:"+password, nil }
	library, err := publish.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &World{Office: service, Store: store, Clock: clock, Config: site.Config{
		Config: web.Config{Engine: testworld.Engine(), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), BaseURL: service.BaseURL},
		Office: service, Publications: library, Publisher: &publish.Publisher{Service: service.Compare, Engine: testworld.Engine(), Library: library}, Originals: t.TempDir(),
		Demo: &webdemo.Demo{
			Letters: func() ([]webdemo.Letter, error) { return nil, nil },
			Letter: func(string) (webdemo.Letter, error) {
				return webdemo.Letter{}, survey.Fail(survey.NotFound, "error.not_found")
			},
		},
		Admin: weballiance.Operations{
			Backup: func(context.Context) (io.ReadCloser, int64, error) {
				return io.NopCloser(strings.NewReader("copy")), 4, nil
			},
			Check: func(context.Context) ([]string, error) { return nil, nil },
		},
	}}
	w.Restart(t, func(*site.Config) {})
	return w
}

// newSigned is an empty world with a ledger.
func newSigned(t *testing.T) *World {
	t.Helper()
	w := New(t)
	key, err := ledger.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.Ledger = key
	return w
}

// NewStaff is a world with one person, who administrates and coordinates.
func NewStaff(t *testing.T) (*World, survey.User) {
	t.Helper()
	w := New(t)
	return w, w.AddUser(t, survey.User{Name: "Ada", Email: "ada@buendnis.example", Administrator: true, Coordinator: true})
}

func testSealer(t *testing.T) *survey.Sealer {
	t.Helper()
	sealer, err := survey.LoadOrCreateSealer(t.TempDir() + "/seal.key")
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

// Restart builds the server anew with another configuration, on the same store.
func (w *World) Restart(t *testing.T, change func(*site.Config)) {
	t.Helper()
	change(&w.Config)
	server, err := site.New(w.Config)
	if err != nil {
		t.Fatal(err)
	}
	w.Server = server
}

// RoutesBelow returns the routes whose paths begin with one of the folders.
func (w *World) RoutesBelow(folders ...string) []web.Route {
	return slices.DeleteFunc(slices.Clone(w.Server.Registered()), func(r web.Route) bool {
		return !slices.ContainsFunc(folders, func(folder string) bool { return r.Path == folder || strings.HasPrefix(r.Path, folder+"/") })
	})
}

// LogOf runs the server anew with a changed configuration, and returns its log.
func (w *World) LogOf(t *testing.T, change func(*site.Config)) *bytes.Buffer {
	t.Helper()
	var log bytes.Buffer
	w.Restart(t, func(c *site.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		if change != nil {
			change(c)
		}
	})
	return &log
}

// Put writes entities straight into the store.
func Put[T survey.Entity](t *testing.T, w *World, table func(*survey.Tx) survey.Table[T], entities ...T) {
	t.Helper()
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		for _, e := range entities {
			if err := table(tx).Put(e); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// AddUser puts a person with Password into the store.
func (w *World) AddUser(t *testing.T, u survey.User) survey.User {
	t.Helper()
	if u.ID == "" {
		u.ID = survey.UserID(survey.NewID())
	}
	u.PasswordHash, u.Language, u.Revision, u.CreatedAt = "plain:"+Password, "de", 1, w.Clock.Now()
	Put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, u)
	return u
}

// Contents is everything in the store as text, the sessions if they are wanted.
func (w *World) Contents(t *testing.T, sessions bool) string {
	t.Helper()
	var all strings.Builder
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		for name, table := range tx.Tables() {
			if name == "Sessions" && !sessions {
				continue
			}
			for entity, err := range reflect.ValueOf(table).MethodByName("List").Call([]reflect.Value{reflect.ValueOf("")})[0].Seq2() {
				if !err.IsNil() {
					t.Fatal(err)
				}
				if e, ok := entity.Interface().(survey.AuditEntry); ok && e.What == "denied" {
					continue // that a POST was refused is noted, nothing else
				}
				raw, err := json.Marshal(entity.Interface())
				if err != nil {
					return err
				}
				all.WriteString(name + " " + string(raw) + "\n")
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// LinkOf returns the path of the link in the newest mail.
func (w *World) LinkOf(t *testing.T) (path string) {
	t.Helper()
	if err := w.Store.View(t.Context(), func(tx *survey.Tx) error {
		for m, err := range tx.Mails.List("") {
			if err != nil {
				return err
			}
			link, err := w.Sealer.Open(m.Sealed)
			if err != nil {
				return err
			}
			path = strings.TrimPrefix(string(link), w.BaseURL)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return path
}
