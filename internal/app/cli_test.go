package app

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"pruefstein/internal/storetest"
	"pruefstein/internal/testkit/browser"
)

func TestMain(m *testing.M) {
	// testscript runs the test binary again as the command, so the scripts see real processes, signals and exit codes.
	testscript.Main(tests{m}, map[string]func(){
		"load": loadMain,
		"pruefstein": func() {
			useCaseStore = storetest.Twice
			misbehave(os.Getenv(inspectDies))
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
			code := Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
			stop()
			os.Exit(code)
		},
	})
}

// tests runs the tests and then stops the browser.
type tests struct{ m *testing.M }

func (t tests) Run() int {
	useCaseStore = storetest.Twice
	return browser.Main(t.m)
}

// The command line as its users see it: testdata/cli/*.txtar.
func TestCommandLine(t *testing.T) {
	servers := map[string]*exec.Cmd{}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/cli",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"start": func(ts *testscript.TestScript, neg bool, args []string) { start(ts, servers, args) },
			"end":   func(ts *testscript.TestScript, neg bool, args []string) { end(ts, servers, args) },
		},
	})
}

// start NAME ARG... runs pruefstein in the background, until its first line says that it is there; the line, and the rest
// of what it greets with, is then in the file NAME.
func start(ts *testscript.TestScript, servers map[string]*exec.Cmd, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: start NAME ARG...")
	}
	binary, err := exec.LookPath("pruefstein")
	ts.Check(err)
	cmd := exec.Command(binary, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	var errs strings.Builder
	cmd.Stderr = &errs
	ts.Check(cmd.Start())
	servers[ts.Name()+args[0]] = cmd
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		ts.Fatalf("%s ended before it said anything:\n%s", strings.Join(args[1:], " "), errs.String())
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(lines.Text()+"\n"), 0o644))
	go func() {
		for lines.Scan() {
		}
	}()
}

// end NAME SIGNAL ends a server as an operator does, and expects exit code 0.
func end(ts *testscript.TestScript, servers map[string]*exec.Cmd, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: end NAME INT|TERM")
	}
	cmd := servers[ts.Name()+args[0]]
	ts.Check(cmd.Process.Signal(map[string]os.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM}[args[1]]))
	if err := cmd.Wait(); err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
}
