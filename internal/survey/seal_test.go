package survey_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pruefstein/internal/survey"
)

func TestSealer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seal.key")
	first, err := survey.LoadOrCreateSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v", info, err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("folder holds %v, %v", files, err)
	}

	secret := []byte("https://fragen.example/zugang/abc")
	sealed, err := first.Seal(secret)
	if err != nil {
		t.Fatal(err)
	}
	again, err := first.Seal(secret)
	if err != nil || bytes.Equal(sealed, again) || bytes.Contains(sealed, secret[:8]) {
		t.Errorf("two seals of one secret: %x, %x, %v", sealed, again, err)
	}
	second, err := survey.LoadOrCreateSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := second.Open(sealed); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("opened with the key from the file: %q, %v", got, err)
	}
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		if got, err := second.Open(broken); err == nil {
			t.Errorf("byte %d changed, and it opened: %q", i, got)
		}
	}
	if _, err := second.Open(sealed[:5]); err == nil {
		t.Error("a stump opened")
	}
}

func TestSealKeyFile(t *testing.T) {
	good := strings.Repeat("0a", 32) + "\n"
	for _, test := range []struct {
		name, content string
		mode          os.FileMode
		want          string // in the error, "" for none
	}{
		{"good", good, 0o600, ""},
		{"read only", good, 0o400, ""},
		{"others may read", good, 0o640, "chmod 600"},
		{"empty", "", 0o600, "holds no key"},
		{"half", good[:20], 0o600, "holds no key"},
		{"not hexadecimal", strings.Repeat("zz", 32), 0o600, "holds no key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "seal.key")
			if err := os.WriteFile(path, []byte(test.content), test.mode); err != nil {
				t.Fatal(err)
			}
			_, err := survey.LoadOrCreateSealer(path)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "zz") {
				t.Errorf("the error quotes the key: %v", err)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != test.content {
				t.Errorf("the file was changed to %q, %v", got, err)
			}
		})
	}
}

// Two processes that start at once end up with the same key.
func TestSealKeyRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seal.key")
	var sealers [8]*survey.Sealer
	var wg sync.WaitGroup
	for i := range sealers {
		wg.Go(func() {
			var err error
			if sealers[i], err = survey.LoadOrCreateSealer(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	sealed, err := sealers[0].Seal([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sealers {
		if _, err := s.Open(sealed); err != nil {
			t.Errorf("sealer %d has another key", i)
		}
	}
}
