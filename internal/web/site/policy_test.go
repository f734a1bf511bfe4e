package site_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/survey"
	"pruefstein/internal/web"
	"pruefstein/internal/web/webtest"
)

var update = flag.Bool("update", false, "rewrite docs/policy.md")

// The table for people is printed from the rows; `go test ./internal/web/site -run Policy -update` rewrites it.
func TestPolicyDocument(t *testing.T) {
	t.Parallel()
	var doc bytes.Buffer
	doc.WriteString("# Policy\n\nPrinted by a test from the routes in `internal/web`: change them there, then run `go test ./internal/web/site -run Policy -update`.\n\n" +
		"Who may do what in which state of the questionnaire. A row is all there is: what has no mark here is refused. Whoever is not signed in is\n" +
		"sent to sign in (GET, 303) or told to (POST, 401); whoever is signed in without the role gets 403; a party without an open link 401; what\n" +
		"belongs to somebody else is 404; the wrong state is 409. HEAD is as GET. Roles add up: a coordinator who is also a member may do both.\n" +
		"Which working group's questions a member may change, and the rules for two persons, are in `internal/survey`.\n")
	// Sections by the first part of the path, English beside German, in the order the routes begin them.
	sectionOf := func(r web.Route) string {
		part, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(r.Path+"/", "/en/"), "/"), "/")
		return part
	}
	var order []string
	sections := map[string][]web.Route{}
	for _, r := range webtest.New(t).Server.Registered() {
		if sections[sectionOf(r)] == nil {
			order = append(order, sectionOf(r))
		}
		sections[sectionOf(r)] = append(sections[sectionOf(r)], r)
	}
	for _, section := range order {
		doc.WriteString("\n## /" + section + "\n")
		if section == "demo" {
			doc.WriteString("\nIn the demonstration only.\n")
		}
		doc.WriteString("\n| | path | anybody | party | signed in | member | lead | coordinator | administrator | state |\n|---|---|---|---|---|---|---|---|---|---|\n")
		for _, r := range sections[section] {
			fmt.Fprintf(&doc, "| %s | `%s` |", r.Method, r.Path)
			for _, role := range survey.Roles {
				mark := ""
				if slices.Contains(r.Who, role) {
					mark = "x"
				}
				doc.WriteString(" " + mark + " |")
			}
			var phases []string
			for _, p := range r.Phases {
				phases = append(phases, string(p))
			}
			doc.WriteString(" " + strings.Join(phases, ", ") + " |\n")
		}
	}
	const file = "../../../docs/policy.md"
	if *update {
		if err := os.WriteFile(file, doc.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, doc.Bytes()) {
		t.Errorf("%s is out of date: run go test ./internal/web/site -run Policy -update", file)
	}
}

var parameter = regexp.MustCompile(`[:*][a-z]+`)

// plausible are the values that make a path lead to something that is there.
func plausible(route string) string {
	return parameter.ReplaceAllStringFunc(route, func(name string) string {
		switch name[1:] {
		case "questionnaire", "slug":
			return "nordmark-2027"
		case "respondent", "party":
			return "frei"
		case "number", "version":
			return "1"
		case "question":
			return "q01"
		case "token":
			return "frei"
		case "person":
			return "member"
		case "election":
			return "e1"
		case "language":
			return "en"
		case "path":
			return "" // behind a slash
		}
		return "x"
	})
}

// everybody signs in a visitor of each role; "" is a reader.
func everybody(t *testing.T, w *webtest.World) map[survey.Role]*webtest.Visitor {
	t.Helper()
	webtest.Put(t, w, func(tx *survey.Tx) survey.Table[survey.WorkingGroup] { return tx.WorkingGroups }, survey.WorkingGroup{ID: "g1", Name: "Digitale Bildung", Slug: "bildung", Revision: 1})
	all := map[survey.Role]*webtest.Visitor{survey.RoleReader: w.Visitor(t)}
	for role, user := range map[survey.Role]survey.User{
		survey.RoleSignedIn:      {},
		survey.RoleMember:        {Memberships: []survey.Membership{{WorkingGroup: "g1"}}},
		survey.RoleLead:          {Memberships: []survey.Membership{{WorkingGroup: "g1", Lead: true}}},
		survey.RoleCoordinator:   {Coordinator: true},
		survey.RoleAdministrator: {Administrator: true},
	} {
		user.ID, user.Name, user.Email = survey.UserID(role), "Person "+string(role), string(role)+"@buendnis.example"
		w.AddUser(t, user)
		all[role] = w.Visitor(t).SignIn(user.Email)
	}
	party := w.Visitor(t)
	if got := party.Post("/zugang/frei", nil); got.Code != http.StatusSeeOther {
		t.Fatal(got.Code)
	}
	all[survey.RoleParty] = party
	return all
}

// granted are the roles a visitor of a role has.
func granted(role survey.Role) []survey.Role {
	switch role {
	case survey.RoleReader:
		return []survey.Role{survey.RoleReader}
	case survey.RoleParty:
		return []survey.Role{survey.RoleReader, survey.RoleParty}
	case survey.RoleLead:
		return []survey.Role{survey.RoleReader, survey.RoleSignedIn, survey.RoleMember, survey.RoleLead}
	}
	return []survey.Role{survey.RoleReader, survey.RoleSignedIn, role}
}

// Every route, every method, every role: whoever has no mark in the row is refused as documented, learns nothing of the
// questionnaire and changes nothing (P2, P4).
func TestPolicyMatrix(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	visitors := everybody(t, w)
	before := w.Contents(t, false)
	requests := 0
	for _, route := range w.Server.Registered() {
		path := plausible(route.Path)
		for role, v := range visitors {
			if slices.ContainsFunc(granted(role), func(r survey.Role) bool { return slices.Contains(route.Who, r) }) {
				continue
			}
			requests++
			v.From = fmt.Sprintf("10.%d.%d.1:80", requests/250, requests%250)
			got := v.Send(route.Method, path, "name=Fremd&text=Fremd&password="+strings.Repeat("x", 30))
			staff := role != survey.RoleReader && role != survey.RoleParty
			want := http.StatusForbidden
			switch {
			case slices.Contains(route.Who, survey.RoleParty), !staff && route.Method == http.MethodPost:
				want = http.StatusUnauthorized
			case !staff:
				want = http.StatusSeeOther
			}
			name := fmt.Sprintf("%s %s as %s", route.Method, path, role)
			if got.Code != want {
				t.Errorf("%s: %d, want %d", name, got.Code, want)
			}
			if want == http.StatusSeeOther && !strings.HasPrefix(got.Header().Get("Location"), "/anmelden?weiter=%2F") {
				t.Errorf("%s: to %q", name, got.Header().Get("Location"))
			}
			for _, canary := range []string{"Wahlprüfsteine Nordmark 2027", "Freie Mitte", "freie Software", "post@frei", "xxxxxxxxxx"} {
				if strings.Contains(got.Body.String(), canary) {
					t.Errorf("%s: tells %q", name, canary)
				}
			}
		}
	}
	if after := w.Contents(t, false); after != before {
		t.Error("a refused request changed the store")
	}
	if requests < 300 {
		t.Errorf("only %d requests", requests)
	}
}

// GET and HEAD write nothing, fail on no page, and HEAD answers as GET does.
func TestReadingWritesNothing(t *testing.T) {
	t.Parallel()
	w := webtest.NewAnswer(t)
	visitors := everybody(t, w)
	before := w.Contents(t, true)
	for _, route := range w.Server.Registered() {
		if route.Method != http.MethodGet {
			continue
		}
		path := plausible(route.Path)
		for role, v := range visitors {
			get, head := v.Send(http.MethodGet, path, ""), v.Send(http.MethodHead, path, "")
			if get.Code >= 500 || get.Code == http.StatusMethodNotAllowed || head.Code != get.Code {
				t.Errorf("%s as %s: GET %d, HEAD %d", path, role, get.Code, head.Code)
			}
		}
		if after := w.Contents(t, true); after != before {
			t.Fatalf("GET %s changed the store", path)
		}
	}
}

func TestEveryRouteHasSomebody(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
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
