package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pruefstein/internal/config"
	"pruefstein/internal/testkit"
)

// startAndEnd starts a server on a folder and ends it; it returns the log, or why it did not start.
func startAndEnd(t *testing.T, folder string) (log string, err error) {
	t.Helper()
	serve := config.Serve{Listen: "127.0.0.1:0", BaseURL: goldenURL}
	serve.Data.Data = folder
	var lines strings.Builder
	a, err := New(t.Context(), Options{Serve: serve, Log: newLog("text", &lines), Clock: testkit.NewClock(goldenDay)})
	if err == nil {
		err = a.Close()
	}
	return lines.String(), err
}

// checked runs `pruefstein check`.
func checked(t *testing.T, folder string) string {
	t.Helper()
	var out, errs strings.Builder
	if code := Main(t.Context(), []string{"check", "--data", folder}, &out, &errs); (code == 0) != (out.String() == "No faults.\n") {
		t.Fatalf("%d %s%s", code, out.String(), errs.String())
	}
	return out.String()
}

// replace changes a file and returns what it held.
func replace(t *testing.T, name string, change func([]byte) []byte) []byte {
	t.Helper()
	then, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, change(bytes.Clone(then)), 0o600); err != nil {
		t.Fatal(err)
	}
	return then
}

// nextDigit alters one hexadecimal digit of a key.
func nextDigit(key []byte) []byte {
	key[7] = map[bool]byte{true: '0', false: '1'}[key[7] == '1']
	return key
}

// A seal key that was altered is said at each start and by the check, as long as a link that waits needs the old one.
func TestAlteredSealKey(t *testing.T) {
	t.Parallel()
	folder := goldenFolderOfToday(t)
	file := filepath.Join(folder, sealKeyFile)
	right := replace(t, file, nextDigit)
	const said = "seal.key has been altered or replaced"
	for range 2 {
		if found := checked(t, folder); strings.Count(found, "\n") != 1 || !strings.Contains(found, said) || !strings.Contains(found, "Put the right one back") {
			t.Errorf("check: %s", found)
		}
		if log, err := startAndEnd(t, folder); err != nil || !strings.Contains(log, said) {
			t.Errorf("start: %v %s", err, log)
		}
	}
	replace(t, file, func([]byte) []byte { return right })
	if _, err := startAndEnd(t, folder); err != nil { // says that it is another again, and keeps it
		t.Error(err)
	}
	if log, err := startAndEnd(t, folder); err != nil || log != "" {
		t.Errorf("after the right one was put back: %v %s", err, log)
	}
	if found := checked(t, folder); found != "No faults.\n" {
		t.Error(found)
	}
}

// Where nothing waits it is said once: from then on the new key is the right one.
func TestReplacedSealKey(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if log, err := startAndEnd(t, folder); err != nil || log != "" {
		t.Fatal(err, log)
	}
	replace(t, filepath.Join(folder, sealKeyFile), nextDigit)
	const said = "seal.key is another key than at the last start"
	if found := checked(t, folder); !strings.Contains(found, said) {
		t.Errorf("check: %s", found)
	}
	if log, err := startAndEnd(t, folder); err != nil || !strings.Contains(log, said) {
		t.Errorf("start: %v %s", err, log)
	}
	if log, err := startAndEnd(t, folder); err != nil || log != "" || checked(t, folder) != "No faults.\n" {
		t.Errorf("the start after that: %v %s", err, log)
	}
}

// With another ledger key nothing starts, whether the right one was noted in the database or only signs what is published.
func TestAlteredLedgerKey(t *testing.T) {
	t.Parallel()
	other := t.TempDir()
	if _, err := startAndEnd(t, other); err != nil {
		t.Fatal(err)
	}
	foreign, err := os.ReadFile(filepath.Join(other, ledgerKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, schema string
		change       func([]byte) []byte
		want         string
	}{
		{"replaced", schemaOfToday(t), func([]byte) []byte { return foreign }, "what was handed out or published is signed with"},
		{"replaced before it was noted", "1", func([]byte) []byte { return foreign }, "checkpoint.txt is signed with another key"},
		{"altered", schemaOfToday(t), func(key []byte) []byte { key[len(key)-9] ^= 1; return key }, "not a signer key"},
		{"cut off", schemaOfToday(t), func(key []byte) []byte { return key[:9] }, "not a signer key"},
	} {
		folder := t.TempDir()
		if err := unpack(goldenFolder+"/schema-"+test.schema+".tar.gz", folder); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(folder, ledgerKeyFile)
		right := replace(t, file, test.change)
		_, err := startAndEnd(t, folder)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "Put the right one back") || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%s: start: %v", test.name, err)
		}
		if found := checked(t, folder); !strings.Contains(found, "ledger.key has been altered or replaced") || !strings.Contains(found, test.want) {
			t.Errorf("%s: check: %s", test.name, found)
		}
		replace(t, file, func([]byte) []byte { return right })
		if log, err := startAndEnd(t, folder); err != nil || log != "" || checked(t, folder) != "No faults.\n" {
			t.Errorf("%s, put back: %v %s", test.name, err, log)
		}
	}
}
