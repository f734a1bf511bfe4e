package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/internal/web/site"
	"pruefstein/internal/web/webtest"
)

// meanwhile is a body that is held back: what happens before its first byte arrives runs when it is asked for.
type meanwhile struct {
	io.Reader
	happens func()
}

func (m *meanwhile) Read(p []byte) (int, error) {
	if m.happens != nil {
		m.happens()
		m.happens = nil
	}
	return m.Reader.Read(p)
}

// held posts a form whose head was sent before something happened, and whose body comes after it.
func held(t *testing.T, v *webtest.Visitor, target, contentType, body string, happens func()) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, &meanwhile{strings.NewReader(body), happens})
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.Do(req)
}

const formType = "application/x-www-form-urlencoded"

// A thief of a session that began to save the account before the owner set another password gets neither its name nor a
// session that lives on.
func TestAHeldAccountFormGivesNoSession(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]url.Values{
		"name":     {"name": {"Dieb"}, "language": {"de"}},
		"password": {"name": {"Dieb"}, "language": {"de"}, "old": {webtest.Password}, "password": {"vier fremde Wörter"}, "again": {"vier fremde Wörter"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, ada := webtest.NewStaff(t)
			v := w.Visitor(t).SignIn(ada.Email)
			thief := w.Visitor(t)
			thief.Cookies[staffCookie] = v.Cookies[staffCookie]
			stored := ""
			got := held(t, thief, "/konto", formType, form.Encode(), func() {
				change := url.Values{"name": {"Ada"}, "language": {"de"}, "old": {webtest.Password}, "password": {"fünf fremde Wörter"}, "again": {"fünf fremde Wörter"}}
				if got := v.Post("/konto", change); got.Code != http.StatusSeeOther {
					t.Fatalf("the owner: %d", got.Code)
				}
				stored = w.Contents(t, true)
			})
			if got.Code != http.StatusUnauthorized || w.Contents(t, true) != stored {
				t.Errorf("%d, and something was written", got.Code)
			}
			if got := thief.Get("/konto"); got.Code != http.StatusSeeOther {
				t.Errorf("the thief is still in: %d", got.Code)
			}
			if got := v.Get("/konto"); got.Code != http.StatusOK {
				t.Errorf("the owner is out: %d", got.Code)
			}
		})
	}
}

// Whoever was blocked, lost the right, signed out or whose link was revoked while the body was on its way acts no more, and
// gets back what was typed.
func TestRightsAreJudgedAfterTheBody(t *testing.T) {
	t.Parallel()
	const typed, colleagues = "Ein Text, an dem lange geschrieben wurde.", "Was eine Kollegin schrieb."
	person := func(w *webtest.World, change func(*survey.User)) {
		webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.User] { return tx.Users }, func() survey.User {
			u, err := w.Alliance.StaffUser(t.Context(), "ben")
			if err != nil {
				t.Fatal(err)
			}
			change(&u)
			return u
		}())
	}
	for name, c := range map[string]struct {
		party  bool
		target string
		form   url.Values
		since  func(w *webtest.World, v *webtest.Visitor)
		want   int
	}{
		"blocked": {false, "/verwaltung/arbeitsgruppen", url.Values{"name": {typed}},
			func(w *webtest.World, _ *webtest.Visitor) { person(w, func(u *survey.User) { u.Disabled = true }) }, http.StatusUnauthorized},
		"no coordinator any more": {false, "/verwaltung/arbeitsgruppen", url.Values{"name": {typed}},
			func(w *webtest.World, _ *webtest.Visitor) {
				person(w, func(u *survey.User) { u.Coordinator, u.Administrator = false, false })
			}, http.StatusForbidden},
		"signed out": {false, "/verwaltung/arbeitsgruppen", url.Values{"name": {typed}},
			func(_ *webtest.World, v *webtest.Visitor) { v.Post("/abmelden", nil) }, http.StatusUnauthorized},
		"a test mail": {false, "/verwaltung/mailtest", url.Values{"to": {"wer@anders.example"}},
			func(w *webtest.World, _ *webtest.Visitor) { person(w, func(u *survey.User) { u.Disabled = true }) }, http.StatusUnauthorized},
		"a link revoked": {true, "/antwort/fragen/1", url.Values{"text": {typed}, "status": {"answered"}, "revision": {"0"}},
			func(w *webtest.World, _ *webtest.Visitor) {
				webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.AccessLink] { return tx.AccessLinks },
					survey.AccessLink{Hash: survey.HashToken("frei"), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()})
			}, http.StatusGone},
		"what a colleague has typed since is not shown": {true, "/antwort/pruefen", url.Values{"name": {typed}},
			func(w *webtest.World, _ *webtest.Visitor) {
				webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.AccessLink] { return tx.AccessLinks },
					survey.AccessLink{Hash: survey.HashToken("frei"), Questionnaire: "q1", Respondent: "r1", RevokedAt: w.Clock.Now()})
				webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.AnswerDraft] { return tx.AnswerDrafts },
					survey.AnswerDraft{Questionnaire: "q1", Respondent: "r1", Question: "q01", Revision: 1, Entry: survey.Entry{Status: survey.Answered, Text: colleagues}})
			}, http.StatusGone},
		"a form with a fault": {false, "/verwaltung/arbeitsgruppen", url.Values{"name": {""}, "note": {typed}},
			func(_ *webtest.World, v *webtest.Visitor) { v.Post("/abmelden", nil) }, http.StatusUnauthorized},
		"a party signed out": {true, "/antwort/fragen/1", url.Values{"text": {typed}, "status": {"answered"}, "revision": {"0"}},
			func(_ *webtest.World, v *webtest.Visitor) { v.Post("/antwort/abmelden", nil) }, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			w := webtest.NewAnswer(t)
			mails := 0
			w.Restart(t, func(c *site.Config) {
				c.Admin.TestMail = func(context.Context, string) ([]string, error) { mails++; return []string{"S: 250"}, nil }
			})
			w.AddUser(t, survey.User{ID: "ben", Name: "Ben", Email: "ben@buendnis.example", Coordinator: true, Administrator: true})
			v := w.Visitor(t)
			if c.party {
				v.Post("/zugang/frei", nil)
			} else {
				v.SignIn("ben@buendnis.example")
			}
			stored := ""
			got := held(t, v, c.target, formType, c.form.Encode(), func() {
				c.since(w, v)
				stored = w.Contents(t, true)
			})
			if got.Code != c.want {
				t.Errorf("status %d, want %d", got.Code, c.want)
			}
			if now := w.Contents(t, true); now != stored || mails > 0 {
				t.Errorf("something was done all the same: %d mails", mails)
			}
			if page := got.Body.String(); c.form.Has("to") == strings.Contains(page, typed) {
				t.Error("what was typed is lost")
			}
			if strings.Contains(got.Body.String(), colleagues) {
				t.Error("what is stored now is shown")
			}
		})
	}
}

// Of a request that is on its way while its session is ended, nothing brings the session back.
func TestAnEndedSessionIsNotTouched(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t).SignIn(ada.Email)
	req := httptest.NewRequest(http.MethodGet, "/konto", nil)
	req.AddCookie(&http.Cookie{Name: staffCookie, Value: v.Cookies[staffCookie]})
	w.Clock.Advance(web.TouchEvery + time.Minute)
	touch := w.Server.Touched(t.Context(), req)
	v.Post("/abmelden", nil)
	answer := httptest.NewRecorder()
	if actor, err := touch(answer, survey.Actor{User: ada}); err != nil || actor.User.ID != "" {
		t.Errorf("%v, still %q", err, actor.User.ID)
	}
	if strings.Contains(w.Contents(t, true), "Sessions ") || answer.Header().Get("Set-Cookie") != "" {
		t.Error("the session is back")
	}
}

// afterView is a store on which something happens once a page has read what it shows.
type afterView struct {
	survey.Store
	happens func()
}

func (s *afterView) View(ctx context.Context, fn func(*survey.Tx) error) error {
	err := s.Store.View(ctx, fn)
	s.happens()
	return err
}

// A page that was read for a session which ended before it was sent does not go out.
func TestAPageOfAnEndedSessionIsNotSent(t *testing.T) {
	t.Parallel()
	w, ada := webtest.NewStaff(t)
	v := w.Visitor(t).SignIn(ada.Email)
	w.Clock.Advance(web.TouchEvery + time.Minute)
	w.Kernel.Store = &afterView{w.Kernel.Store, func() {
		if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
			all, err := survey.Collect(tx.Sessions.List(""))
			for _, session := range all {
				err = errors.Join(err, tx.Sessions.Delete(session.Hash))
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}}
	got := v.Get("/konto")
	if to := got.Header().Get("Location"); got.Code != http.StatusSeeOther || to != "/anmelden?weiter=%2Fkonto" || strings.Contains(got.Body.String(), ada.Email) {
		t.Errorf("%d to %q\n%s", got.Code, to, got.Body)
	}
	if strings.Contains(w.Contents(t, true), "Sessions ") {
		t.Error("the session is back")
	}
}
