package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pruefstein/internal/alliance"
	"pruefstein/internal/bolt"
	"pruefstein/internal/interchange"
	"pruefstein/internal/office"
	"pruefstein/internal/survey"
)

func TestCheckFindsAlteredOriginals(t *testing.T) {
	folder := t.TempDir()
	c, err := openCore(t.Context(), folder, "https://fragen.example", nil, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	const letter = "Sehr geehrte Damen und Herren"
	const hash = "f1ff7c4c5abb49083397bfe0a81caee27a9db18f8faef32bca3b7e8896daf415"
	file := filepath.Join(folder, originalsFolder, hash)
	put := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.store.Update(t.Context(), func(tx *survey.Tx) error {
		for _, e := range []error{
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl in der Nordmark", Date: "2027-02-07"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark-2027", Election: "e1"}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q1", ID: "r1", Slug: "frei"}),
			tx.Originals.Put(survey.Original{Questionnaire: "q1", Respondent: "r1", ID: "b1", Name: "brief.txt", SHA256: hash}),
		} {
			if e != nil {
				return e
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		prepare func()
		want    string
	}{
		{"missing", func() {}, "Original q1/r1/b1: its file " + hash},
		{"altered", func() { put(letter + "!") }, "Original q1/r1/b1: its file " + hash},
		{"sound", func() { put(letter) }, ""},
		{"cut", func() { put(letter[:5]) }, "Original q1/r1/b1: its file " + hash},
	} {
		test.prepare()
		faults, err := c.check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if found := strings.Join(faults, "\n"); !strings.HasPrefix(found, test.want) || test.want == "" && found != "" || len(faults) > 1 {
			t.Errorf("%s: %q", test.name, faults)
		}
	}
}

// What was published is checked against its record, and a key that is gone is named; nothing is made in its place.
func TestCheckFindsAlteredPublications(t *testing.T) {
	t.Parallel()
	folder := ""
	edition := func(name string) string { return filepath.Join(folder, publicationsFolder, goldenSlug, "1", name) }
	remove := func(name string) error {
		if _, err := os.Stat(name); err != nil {
			return err
		}
		return os.RemoveAll(name)
	}
	add := func(name, text string) error {
		old, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(name, append(old, text...), 0o600)
	}
	for _, test := range []struct {
		name   string
		damage func() error
		want   []string // one line each
		closed bool     // the server does not start
	}{
		{"sound", func() error { return nil }, nil, false},
		{"manifest altered", func() error { return add(edition("manifest.json"), "\n") }, []string{"its manifest.json is not the one that was recorded"}, false},
		{"checkpoint altered", func() error { return add(edition("checkpoint.txt"), "\n") }, []string{"checkpoint.txt: is not the one of this ledger"}, false},
		{"checkpoint gone", func() error { return remove(edition("checkpoint.txt")) }, []string{"checkpoint.txt: stat "}, false},
		{"copy forged", func() error { return os.WriteFile(edition("index.html.gz"), []byte("x"), 0o600) }, []string{"index.html.gz: "}, false},
		{"copy of a file without one", func() error { return os.WriteFile(edition("vergleich.xlsx.gz"), nil, 0o600) }, []string{"vergleich.xlsx.gz: "}, false},
		{"foreign file", func() error { return os.WriteFile(edition("fragen/3.html"), nil, 0o600) }, []string{"fragen/3.html: the manifest does not know it"}, false},
		{"current altered", func() error { return add(edition("../current"), "1\n") }, []string{"current: "}, false},
		{"folder of all gone", func() error { return remove(filepath.Join(folder, publicationsFolder)) }, []string{"its folder cannot be read"}, false},
		{"unknown version", func() error {
			return errors.Join(os.CopyFS(edition("../2"), os.DirFS(edition("."))), add(edition("../2/checkpoint.txt"), "\n"))
		}, []string{"version 2: the database knows nothing of it", "2: checkpoint.txt: "}, false},
		{"ledger key gone", func() error { return remove(filepath.Join(folder, ledgerKeyFile)) }, []string{"ledger.key is missing"}, true},
		{"seal key gone", func() error { return remove(filepath.Join(folder, sealKeyFile)) }, []string{"seal.key is missing"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder = t.TempDir()
			if err := errors.Join(unpack(goldenFolder+"/schema-"+schemaOfToday(t)+".tar.gz", folder), test.damage()); err != nil {
				t.Fatal(err)
			}
			var out, errs strings.Builder
			code := Main(t.Context(), []string{"check", "--data", folder}, &out, &errs)
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if test.want == nil && (code != 0 || out.String() != "No faults.\n") || test.want != nil && (code != 1 || len(lines) != len(test.want)) {
				t.Fatalf("%d %s%s", code, out.String(), errs.String())
			}
			for i, want := range test.want {
				if !strings.Contains(lines[i], want) {
					t.Errorf("%q, want %q", lines[i], want)
				}
			}
			c, err := openCore(t.Context(), folder, goldenURL, nil, false)
			if test.closed != (err != nil) || test.closed && err.Error() != lines[0] {
				t.Fatal(err)
			}
			if c == nil {
				return
			}
			faults, err := c.check(t.Context()) // of the administrator's page
			if err := errors.Join(err, c.Close()); err != nil || len(faults) != len(test.want) {
				t.Error(faults, err)
			}
		})
	}
}

// What is still drafted has no download; that is not an unknown slug.
func TestExportOfADraft(t *testing.T) {
	folder := t.TempDir()
	c, err := openCore(t.Context(), folder, goldenURL, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	err = c.store.Update(t.Context(), func(tx *survey.Tx) error {
		return errors.Join(tx.Elections.Put(survey.Election{ID: "e1"}), tx.Questionnaires.Put(survey.Questionnaire{ID: "q1", Slug: "nordmark-2027", Election: "e1"}))
	})
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	for slug, want := range map[string]string{"nordmark-2027": "is not locked yet", "nordmark-2028": "there is no questionnaire"} {
		var out, errs strings.Builder
		if code := Main(t.Context(), []string{"export", "--data", folder, slug, "daten.json"}, &out, &errs); code != 1 || out.String() != "" || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: %d %s", slug, code, errs.String())
		}
	}
}

// Who does not let go is cut off, and that is no failure; nor is the end that comes before there was anything to serve.
func TestEndIsNoFailure(t *testing.T) {
	var log strings.Builder
	a := newApp(t, t.TempDir(), Options{Log: newLog("text", &log)})
	a.patience = 0
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	conn, err := net.Dial("tcp", a.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// a form of which nothing comes; the server asks for it when its handler waits
	fmt.Fprintf(conn, "POST /anmelden HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatal(line, err)
	}
	stop()
	if err := errors.Join(<-ended, a.Close()); err != nil || !strings.Contains(log.String(), "cut off") {
		t.Errorf("%v\n%s", err, log.String())
	}

	for _, args := range [][]string{{"serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0"}, {"demo", "--listen", "127.0.0.1:0"}} {
		var out, errs strings.Builder
		if code := Main(ctx, args, &out, &errs); code != 0 || strings.Contains(errs.String(), "canceled") {
			t.Errorf("%v: %d %s", args, code, errs.String())
		}
	}
}

// Who takes what is not published stands in the audit, at the console too; a published file is everybody's.
func TestExportIsAudited(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file, data := filepath.Join(folder, "rathaus.json"), filepath.Join(folder, "data")
	if err := os.WriteFile(file, []byte(smallImport), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args []string
		want int // entries afterwards
	}{
		{[]string{"import", "--data", data, file}, 0},
		{[]string{"export", "--data", data, "rathaus-2031", "antworten.csv"}, 1},
		{[]string{"export", "--data", data, "rathaus-2031", "daten.json", "-o", filepath.Join(folder, "again.json")}, 2},
		{[]string{"import", "--publish", "--data", filepath.Join(folder, "second"), file}, 0},
		{[]string{"export", "--data", filepath.Join(folder, "second"), "rathaus-2031", "antworten.csv"}, 0},
	} {
		var errs strings.Builder
		if code := Main(t.Context(), step.args, io.Discard, &errs); code != 0 {
			t.Fatal(step.args, errs.String())
		}
		exports := 0
		if err := readCore(t.Context(), step.args[slices.Index(step.args, "--data")+1], func(store *bolt.Store) error {
			return store.View(t.Context(), func(tx *survey.Tx) error {
				for e, err := range tx.Audit.List("") {
					if err != nil {
						return err
					}
					if e.What == "export" && e.Who == "console" {
						exports++
					}
				}
				return nil
			})
		}); err != nil {
			t.Fatal(err)
		}
		if exports != step.want {
			t.Errorf("%q: %d entries, want %d", step.args, exports, step.want)
		}
	}
}

// A sole administrator who is locked out gets in again by the console.
func TestResetLinkOfTheConsole(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	service := func(fn func(*office.Office)) {
		t.Helper()
		c, err := openCore(t.Context(), folder, "https://fragen.example", nil, true)
		if err != nil {
			t.Fatal(err)
		}
		fn(c.service)
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	service(func(s *office.Office) {
		token, err := s.Alliance.SetupToken(t.Context())
		if err == nil {
			_, err = s.Alliance.SetUp(t.Context(), alliance.SetUp{Token: token, Alliance: "Bündnis", Name: "Ada", Email: "ada@buendnis.example", Password: "vergessenes Wort", Again: "vergessenes Wort", Language: "de"})
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	run := func(email string) (code int, out, errs string) {
		var o, e strings.Builder
		code = Main(t.Context(), []string{"reset-link", "--data", folder, "--base-url", "https://fragen.example", email}, &o, &e)
		return code, o.String(), e.String()
	}
	if code, out, errs := run("niemand@buendnis.example"); code != 1 || out != "" || !strings.Contains(errs, "nobody has an account") {
		t.Errorf("%d %q %q", code, out, errs)
	}
	service(func(*office.Office) { // as a running server
		if code, out, errs := run("ada@buendnis.example"); code != 1 || out != "" || !strings.Contains(errs, "running server") {
			t.Errorf("%d %q %q", code, out, errs)
		}
	})
	code, out, errs := run("Ada@buendnis.example")
	found := regexp.MustCompile(`https://fragen\.example/passwort/(\S+)`).FindStringSubmatch(out)
	if code != 0 || found == nil || errs != "" {
		t.Fatalf("%d %q %q", code, out, errs)
	}
	service(func(s *office.Office) {
		if _, err := s.Alliance.ResetPassword(t.Context(), alliance.NewPassword{Token: found[1], Password: "ein neues Wort", Again: "ein neues Wort"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Alliance.SignIn(t.Context(), "ada@buendnis.example", "ein neues Wort"); err != nil {
			t.Error(err)
		}
	})
	var o, e strings.Builder
	code = Main(t.Context(), []string{"reset-link", "--data", folder, "ada@buendnis.example"}, &o, &e)
	if code != 0 || !strings.Contains(o.String(), "http://127.0.0.1:8080/passwort/") || !strings.Contains(e.String(), "--base-url") {
		t.Errorf("a link to this machine goes without a word: %d %q %q", code, o.String(), e.String())
	}
}

// A file full of faults ends with a list that can be read, in plain words, and makes no database.
func TestImportOfAFloodOfFaults(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "voll.json")
	if err := os.WriteFile(file, []byte(`{"answers":[`+strings.Repeat(`{"x":1},`, 100_000)+`{}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if code := Main(t.Context(), []string{"import", "--data", filepath.Join(folder, "data"), file}, &out, &errs); code != 1 || out.Len() > 0 {
		t.Errorf("exit code %d, %.300s", code, out.String())
	}
	lines := strings.Split(strings.TrimSuffix(errs.String(), "\n"), "\n")
	if len(lines) != 1001 || lines[0] != "pruefstein: answers[0].x: The format has no such field." || lines[1000] != "And more faults: the first 1000 are listed." {
		t.Errorf("%d lines, %q … %q", len(lines), lines[0], lines[len(lines)-1])
	}
	if _, err := os.Stat(filepath.Join(folder, "data")); err == nil {
		t.Error("a folder was made for nothing")
	}
}

// What a file says is never read as a placeholder of the message about it.
func TestFaultQuotesAsItIs(t *testing.T) {
	err := interchange.Faults{{Path: "p", Key: "error.import.duplicate", Args: []any{"Value", "{{.First}}", "First", "q"}}}
	if got, want := advice(err), "p: “{{.First}}” stands already at q."; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Whatever a use case refuses or a file breaks is said in words, never by its key, with all that is wrong.
func TestRefusalsAreSaidInWords(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("import: %w", survey.Fail(survey.Conflict, "error.import.slug_taken", "Slug", "nordmark")), "“nordmark”"},
		{errors.Join(survey.Faults{{Field: "name", Key: "error.text.marks", Args: []any{"Position", 3}}, {Field: "date", Key: "error.time.year"}}.Err(), errors.New("closed")),
			"\nname: At position 3 one letter carries too many combining marks. Please remove them.\ndate: Please give a year from 1900 to 2199."},
		{interchange.Faults{{Path: "answers[0].text", Key: "error.text.marks", Args: []any{"Position", 3}}, {Path: "a", Key: "error.time.year"}},
			"answers[0].text: At position 3 one letter carries too many combining marks. Please remove them.\na: Please give a year from 1900 to 2199."},
	} {
		if got := advice(c.err); !strings.Contains(got, c.want) || strings.Contains(got, "error.") {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
