package app

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pruefstein/internal/survey"
)

func TestCheckFindsAlteredOriginals(t *testing.T) {
	folder := t.TempDir()
	c, err := openCore(folder, "https://fragen.example", nil, true)
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

// A sole administrator who is locked out gets in again by the console.
func TestResetLinkOfTheConsole(t *testing.T) {
	folder := t.TempDir()
	service := func(fn func(*survey.Service)) {
		t.Helper()
		c, err := openCore(folder, "https://fragen.example", nil, true)
		if err != nil {
			t.Fatal(err)
		}
		fn(c.service)
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	service(func(s *survey.Service) {
		token, err := s.SetupToken(t.Context())
		if err == nil {
			_, err = s.SetUp(t.Context(), survey.SetUp{Token: token, Alliance: "Bündnis", Name: "Ada", Email: "ada@buendnis.example", Password: "vergessenes Wort", Again: "vergessenes Wort", Language: "de"})
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
	service(func(*survey.Service) { // as a running server
		if code, out, errs := run("ada@buendnis.example"); code != 1 || out != "" || !strings.Contains(errs, "running server") {
			t.Errorf("%d %q %q", code, out, errs)
		}
	})
	code, out, errs := run("Ada@buendnis.example")
	found := regexp.MustCompile(`https://fragen\.example/passwort/(\S+)`).FindStringSubmatch(out)
	if code != 0 || found == nil {
		t.Fatalf("%d %q %q", code, out, errs)
	}
	service(func(s *survey.Service) {
		if _, err := s.ResetPassword(t.Context(), survey.NewPassword{Token: found[1], Password: "ein neues Wort", Again: "ein neues Wort"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignIn(t.Context(), "ada@buendnis.example", "ein neues Wort"); err != nil {
			t.Error(err)
		}
	})
}
