package survey_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// Who acts is judged in the transaction that writes: what changed since the request began counts.
func TestWhoActsIsJudgedAgain(t *testing.T) {
	staff := survey.User{ID: "ada", Name: "Ada", Email: "ada@buendnis.example", PasswordHash: "x", Coordinator: true, Administrator: true, Epoch: 3,
		Memberships: []survey.Membership{{WorkingGroup: "g", Lead: true}}}
	link := survey.AccessLink{Hash: "link", Questionnaire: "q1", Respondent: "r1"}
	session := survey.Session{Hash: "session", ExpiresAt: testworld.Someday.Add(time.Hour)}
	open := survey.Questionnaire{ID: "q1", Slug: "q1", LockedAt: testworld.Someday.Add(-time.Hour), DispatchedAt: testworld.Someday.Add(-time.Minute), Deadline: survey.Instant{At: testworld.Someday.Add(time.Hour), Zone: "UTC"}}
	person := survey.Actor{User: staff, Session: "session"}
	party := survey.Actor{Respondent: "r1", Questionnaire: "q1", Link: "link", Session: "session", Admitted: survey.Admission{Questionnaire: "q1", Phases: []survey.Phase{survey.PhaseOpen}}}
	user := func(change func(*survey.User)) func(*survey.Tx) error {
		return func(tx *survey.Tx) error {
			u := staff
			u.Memberships = slices.Clone(u.Memberships)
			change(&u)
			return tx.Users.Put(u)
		}
	}
	for name, c := range map[string]struct {
		actor survey.Actor
		since func(*survey.Tx) error // what happened meanwhile
		want  string
	}{
		"nothing happened": {person, nil, ""},
		"the console":      {survey.Actor{Console: true}, nil, ""},
		"a reader":         {survey.Actor{}, nil, ""},
		"signed out":       {person, func(tx *survey.Tx) error { return tx.Sessions.Delete("session") }, "error.sign_in"},
		"session expired": {person, func(tx *survey.Tx) error {
			return tx.Sessions.Put(survey.Session{Hash: "session", ExpiresAt: testworld.Someday})
		}, "error.sign_in"},
		"another password":          {person, user(func(u *survey.User) { u.Epoch++ }), "error.sign_in"},
		"blocked":                   {person, user(func(u *survey.User) { u.Disabled = true }), "error.sign_in"},
		"erased":                    {person, func(tx *survey.Tx) error { return tx.Users.Delete("ada") }, "error.sign_in"},
		"no coordinator any more":   {person, user(func(u *survey.User) { u.Coordinator = false }), "error.rights_changed"},
		"no administrator any more": {person, user(func(u *survey.User) { u.Administrator = false }), "error.rights_changed"},
		"leads no more":             {person, user(func(u *survey.User) { u.Memberships[0].Lead = false }), "error.rights_changed"},
		"out of the group":          {person, user(func(u *survey.User) { u.Memberships = nil }), "error.rights_changed"},
		"one more group": {person, user(func(u *survey.User) {
			u.Memberships = append(u.Memberships, survey.Membership{WorkingGroup: "h"})
		}), ""},
		"another name":           {person, user(func(u *survey.User) { u.Name = "Ada L." }), ""},
		"a party":                {party, nil, ""},
		"a party signed out":     {party, func(tx *survey.Tx) error { return tx.Sessions.Delete("session") }, "error.no_access"},
		"a link that is gone":    {party, func(tx *survey.Tx) error { return tx.AccessLinks.Delete("link") }, "error.no_access"},
		"a link that is revoked": {party, func(tx *survey.Tx) error { l := link; l.RevokedAt = testworld.Someday; return tx.AccessLinks.Put(l) }, "error.link_revoked"},
		"another phase": {party, func(tx *survey.Tx) error {
			q := open
			q.Deadline.At = testworld.Someday
			return tx.Questionnaires.Put(q)
		}, "error.phase.closed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := testworld.NewOffice(t, survey.Alliance{}, staff)
			testworld.Must(t, s.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.AccessLinks.Put(link) }),
				s.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Sessions.Put(session) }),
				s.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Questionnaires.Put(open) }))
			if c.since != nil {
				testworld.Must(t, s.Store.Update(t.Context(), c.since))
			}
			ran := false
			err := s.Write(t.Context(), c.actor, func(*survey.Tx) error { ran = true; return nil })
			if testworld.KeyOf(err) != c.want || ran != (c.want == "") {
				t.Errorf("%v, want %q; ran: %t", err, c.want, ran)
			}
		})
	}
}

// No use case of an actor goes round the judgement: whoever takes an Actor writes through Kernel.Write.
func TestNoUseCaseWritesUnjudged(t *testing.T) {
	names, err := filepath.Glob("../*/*.go")
	testworld.Must(t, err)
	judged := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		testworld.Must(t, err)
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Name.Name == "Write" || fn.Body == nil {
				continue
			}
			acts := slices.ContainsFunc(fn.Type.Params.List, func(p *ast.Field) bool {
				switch named := p.Type.(type) {
				case *ast.SelectorExpr:
					return named.Sel.Name == "Actor"
				case *ast.Ident:
					return named.Name == "Actor"
				}
				return false
			})
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				method, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if method.Sel.Name == "Write" && len(call.Args) == 3 {
					judged++
					if who, named := call.Args[1].(*ast.Ident); acts && (!named || who.Name != "actor") {
						t.Errorf("%s acts for somebody else than its actor", fn.Name.Name)
					}
				}
				if method.Sel.Name == "Update" && acts {
					t.Errorf("%s has an actor and writes unjudged", fn.Name.Name)
				}
				return true
			})
		}
	}
	if judged < 50 {
		t.Errorf("only %d use cases were seen", judged)
	}
}
