package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pruefstein/internal/bolt"
	"pruefstein/internal/config"
	"pruefstein/internal/survey"
)

// inspectDies names, in the environment, the way in which the process that inspects a database shall die in a test. It
// stands for what bbolt does on damaged pages, which no test needs to have.
const inspectDies = "INSPECT_DIES"

// misbehave ends or hangs an inspection as a damaged database may.
func misbehave(way string) {
	if way == "" || len(os.Args) < 2 || os.Args[1] != "inspect" {
		return
	}
	if way == "copy" || way == "start" { // one of the two kinds alone
		if (way == "start") != strings.Contains(strings.Join(os.Args, " "), "--pages=true") {
			return
		}
		way = "signal"
	}
	confine()
	fmt.Println(`"database: a fault it had found"`)
	switch way {
	case "signal":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "exit":
		os.Exit(17)
	case "panic": // where nobody can recover it, as in a goroutine of bbolt
		go func() { panic("a page makes no sense") }()
		select {}
	case "fault":
		go func() { fmt.Println(*(*int)(nil)) }()
		select {}
	case "stack":
		fmt.Println(deeper(0))
	case "memory":
		var all [][]byte
		for {
			all = append(all, make([]byte, 16<<20))
			for i := range all[len(all)-1] {
				all[len(all)-1][i] = 1
			}
		}
	case "hang":
		for {
			time.Sleep(time.Hour)
		}
	case "busy":
		for turns := 0; turns >= 0; turns = (turns + 1) % 1000 {
		}
	}
}

func deeper(n int) int {
	if n < 0 { // after more turns than any stack holds
		return n
	}
	return n + deeper(n+1)
}

// dataFolder makes a data folder with a database and returns its path.
func dataFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	c, err := openCore(t.Context(), folder, goldenURL, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	return folder
}

// However the process dies, what it found stands, and a line says how it ended.
func TestInspectionDies(t *testing.T) {
	path := filepath.Join(dataFolder(t), databaseFile)
	for way, want := range map[string]string{
		"signal": "signal: killed", "exit": "exit status 17", "panic": "panic: a page makes no sense", "fault": "nil pointer dereference",
		"stack": "stack", "memory": "it may take 512 MiB", "hang": "within 2s", "busy": "within 2s",
	} {
		t.Run(way, func(t *testing.T) {
			t.Setenv(inspectDies, way)
			limit := inspectTime
			if way == "hang" || way == "busy" {
				limit = 2 * time.Second
			}
			found, err := inspect(t.Context(), config.Inspect{File: path}, limit)
			if err != nil || found.state != inspectUnsound || len(found.faults) != 2 || found.faults[0] != "database: a fault it had found" || !strings.Contains(found.faults[1], want) {
				t.Fatalf("%+v %v, want %q", found, err, want)
			}
			if strings.ContainsAny(found.faults[1], "\n") || strings.Contains(found.faults[1], "goroutine") {
				t.Errorf("a trace: %q", found.faults[1])
			}
		})
	}
}

// Neither a command nor the administrator's page dies of it, nor do their readers see a trace.
func TestEverybodySurvivesTheInspection(t *testing.T) {
	folder := dataFolder(t)
	for _, args := range [][]string{
		{"check", "--data", folder}, {"backup", "--data", folder, filepath.Join(t.TempDir(), "copy.db")}, {"export", "--data", folder, "x", "daten.json"},
		{"serve", "--data", folder, "--listen", "127.0.0.1:0"}, {"reset-link", "--data", folder, "ada@buendnis.example"},
	} {
		t.Setenv(inspectDies, "signal")
		var out, errs strings.Builder
		code := Main(t.Context(), args, &out, &errs)
		if all := out.String() + errs.String(); code != 1 || !strings.Contains(all, "a fault it had found") || !strings.Contains(all, "backup") || strings.Contains(all, "goroutine") {
			t.Errorf("%s: %d\n%s", args[0], code, all)
		}
	}

	t.Setenv(inspectDies, "")
	a := newApp(t, folder, Options{Log: newLog("text", &strings.Builder{})})
	runUntilEnd(t, a)
	t.Setenv(inspectDies, "signal")
	faults, err := a.core.check(t.Context())
	if err != nil || len(faults) != 2 || !strings.Contains(faults[1], "killed") {
		t.Errorf("check: %q %v", faults, err)
	}
	if copied, _, err := a.backup(t.Context()); survey.CodeOf(err) != survey.Unavailable || copied != nil {
		t.Errorf("backup: %v", err)
	}
	if code, _ := fetch(t, a.URL+"/anmelden", nil); code != http.StatusOK {
		t.Errorf("the server afterwards: %d", code)
	}
	if code, _ := fetch(t, a.URL+"/anmelden", url.Values{"email": {"ada@buendnis.example"}, "password": {"drei fremde Wörter"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("a form afterwards: %d", code)
	}
	t.Setenv(inspectDies, "")
	if faults, err := a.core.check(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("check of a sound one: %q %v", faults, err)
	}
	if copied, size, err := a.backup(t.Context()); err != nil || size == 0 || copied.Close() != nil {
		t.Errorf("backup of a sound one: %d bytes, %v", size, err)
	}
	if left, err := filepath.Glob(filepath.Join(folder, ".pruefstein-*")); err != nil || len(left) > 0 {
		t.Errorf("copies that stayed: %q %v", left, err)
	}
}

// A program that cannot be started again is a line as well, and so is the end of whoever asked.
func TestInspectionCannotStart(t *testing.T) {
	path := filepath.Join(dataFolder(t), databaseFile)
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := inspect(ended, config.Inspect{File: path}, inspectTime); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	t.Setenv(inspectRunning, "1")
	found, err := inspect(t.Context(), config.Inspect{File: path}, inspectTime)
	if err != nil || found.state != inspectUnsound || len(found.faults) != 1 || !strings.Contains(found.faults[0], "cannot be checked") {
		t.Errorf("within another: %+v %v", found, err)
	}
}

// Whoever started it may be killed: it does not stay behind.
func TestInspectionEndsWithItsParent(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(program)
	child.Args = []string{"pruefstein", "inspect", "--", "none"}
	child.Env = append(os.Environ(), inspectDies+"=hang")
	alive, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(child.Start(), alive.Close()); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); child.ProcessState.ExitCode() != inspectAlone {
		t.Errorf("it ended with %v", err)
	}
}

// A file that cannot be opened is told by whoever opens it, with what to do about it.
func TestInspectionIsRefused(t *testing.T) {
	t.Parallel()
	folder := dataFolder(t)
	path := filepath.Join(folder, databaseFile)
	held, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, cfg := range []config.Inspect{{File: path}, {File: path, Pages: true}, {File: filepath.Join(folder, "none.db")}} {
		found, err := inspect(t.Context(), cfg, inspectTime)
		if err != nil || found.state != inspectRefused || len(found.faults) != 1 {
			t.Errorf("%+v: %+v %v", cfg, found, err)
		}
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	// let go of in between, it was not looked into
	if _, err := openInspected(path, bolt.Options{}, verdict{[]string{"held"}, inspectRefused}); !errors.Is(err, bolt.ErrLocked) {
		t.Errorf("opened without a look: %v", err)
	}
}

// The fault lines of a process are bounded, in number and length.
func TestFaultsAreBounded(t *testing.T) {
	lines := strings.Repeat("\"x\"\n", inspectListed+7) + `"half`
	if faults := readFaults(strings.NewReader(lines)); len(faults) != inspectListed+1 || faults[inspectListed] != "and 7 more" {
		t.Errorf("%d faults, the last is %q", len(faults), faults[len(faults)-1])
	}
	if faults := readFaults(strings.NewReader("\"x\"\n" + strings.Repeat("y", 2*inspectWords))); len(faults) != 1 {
		t.Errorf("%d faults", len(faults))
	}
}

// A signal ends the server though the database keeps a transaction for ever.
func TestEndBesideAStuckDatabase(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	a := newApp(t, t.TempDir(), Options{Log: newLog("text", &log)})
	a.patience = 0
	stuck, release, released := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		released <- a.core.store.Update(context.Background(), func(*survey.Tx) error {
			close(stuck)
			<-release
			return nil
		})
	}()
	<-stuck
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	stop()
	if err := errors.Join(<-ended, a.Close()); !errors.Is(err, bolt.ErrStuck) {
		t.Errorf("%v\n%s", err, log.String())
	}
	close(release)
	if err := <-released; err != nil {
		t.Error(err)
	}
}
