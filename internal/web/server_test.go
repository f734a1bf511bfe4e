package web_test

import (
	"slices"

	"pruefstein/internal/web"
	"pruefstein/internal/web/site"

	webdemo "pruefstein/internal/web/demo"

	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/memory"
	"pruefstein/internal/office"
	"pruefstein/internal/publish"
	"pruefstein/internal/storetest"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
	"pruefstein/internal/testworld"
	weballiance "pruefstein/internal/web/alliance"
)

// A world is a server on an empty store in memory, with a clock the test sets.
type world struct {
	*office.Office
	Store  survey.Store // runs each function once, unlike the one of the use cases: tests keep what they read
	Clock  *testkit.Clock
	Server *site.Site
	config site.Config
}

// restart builds the server anew with another configuration, on the same store.
func (w *world) restart(t *testing.T, change func(*site.Config)) {
	t.Helper()
	change(&w.config)
	server, err := site.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.Server = server
}

// routesBelow returns the routes whose paths begin with one of the folders.
func (w *world) routesBelow(folders ...string) []web.Route {
	return slices.DeleteFunc(slices.Clone(w.Server.Registered()), func(r web.Route) bool {
		return !slices.ContainsFunc(folders, func(folder string) bool { return r.Path == folder || strings.HasPrefix(r.Path, folder+"/") })
	})
}

// testPassword is the password of everybody in a world.
const testPassword = "drei fremde Wörter"

// newTestServer builds a world. Its passwords are not hashed: argon2id has a test of its own.
func newTestServer(t *testing.T) *world {
	t.Helper()
	clock := testkit.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	store := memory.New()
	service := office.New(&survey.Kernel{
		Store: storetest.Twice(store), Clock: clock, Rand: rand.Reader, BaseURL: "http://127.0.0.1:8080", Addresses: web.Addresses, MailReady: true,
		Sealer:  testSealer(t),
		Compose: testworld.Compose,
	})
	service.Alliance.HashPassword = func(_ context.Context, password string) (string, error) { return "plain:" + password, nil }
	service.Alliance.MatchPassword = func(_ context.Context, password, hash string) (bool, error) { return hash == "plain:"+password, nil }
	library, err := publish.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Office: service, Store: store, Clock: clock, config: site.Config{
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
	w.restart(t, func(*site.Config) {})
	return w
}

func testSealer(t *testing.T) *survey.Sealer {
	t.Helper()
	sealer, err := survey.LoadOrCreateSealer(t.TempDir() + "/seal.key")
	if err != nil {
		t.Fatal(err)
	}
	return sealer
}

// put writes entities straight into the store.
func put[T survey.Entity](t *testing.T, w *world, table func(*survey.Tx) survey.Table[T], entities ...T) {
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

// addUser puts a person with testPassword into the store.
func (w *world) addUser(t *testing.T, u survey.User) survey.User {
	t.Helper()
	if u.ID == "" {
		u.ID = survey.NewID()
	}
	u.PasswordHash, u.Language, u.Revision, u.CreatedAt = "plain:"+testPassword, "de", 1, w.Clock.Now()
	put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, u)
	return u
}

func TestEveryRouteHasSomebody(t *testing.T) {
	w := newTestServer(t)
	seen := map[string]bool{}
	for _, r := range w.Server.Registered() {
		key := r.Method + " " + r.Path
		if len(r.Who) == 0 || r.Handle == nil {
			t.Errorf("%s: nobody may, or nothing happens", key)
		}
		if seen[key] {
			t.Errorf("%s: two rows", key)
		}
		seen[key] = true
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			t.Errorf("%s: forms know GET and POST only", key)
		}
	}
}
