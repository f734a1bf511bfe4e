package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"

	"pruefstein/internal/bolt"
	"pruefstein/internal/config"
	"pruefstein/internal/integrity"
	"pruefstein/internal/survey"
)

// A database that may be damaged is looked into by a process of its own, the same program again as `pruefstein inspect`:
// on a damaged page bbolt faults in goroutines of its own, recurses without end, waits for ever, or asks for all memory
// there is. None of that may reach the server or the eyes of whoever typed a command.

const (
	inspectMemory  = 512 << 20         // bytes of memory the process may take
	inspectTime    = 10 * time.Minute  // it may take, at the console and at a start
	inspectOnline  = 90 * time.Second  // it may take for a page of the administrator, whose answer has two minutes
	inspectListed  = 1000              // faults that are listed
	inspectWords   = 64 << 10          // bytes of a line of the process
	inspectRunning = "INSPECT_RUNNING" // in the environment of the process: it starts no other
)

// Exit codes of the process; all others say that it died.
const (
	inspectSound   = 0 // it came to its end, and bbolt may walk the pages
	inspectRefused = 3 // the file cannot be opened, which whoever opens it is told as well
	inspectUnsound = 4 // pages are damaged: nobody else may open the file
	inspectAlone   = 5 // who started it has gone
)

// verdict is what came of an inspection.
type verdict struct {
	faults []string // a line each
	state  int      // inspectSound, inspectRefused or inspectUnsound; so is a database whose inspection died
}

// errUnsound refuses to open a database.
var errUnsound = errors.New("the database has not passed the check of its pages")

// inspect lets a process look into a database. An error is only that the context has ended: whatever happens to the process
// is a fault of the database, until somebody knows better.
func inspect(ctx context.Context, cfg config.Inspect, limit time.Duration) (verdict, error) {
	faults, err := runInspection(ctx, cfg, limit)
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return verdict{}, ctx.Err()
	case err == nil:
		return verdict{faults, inspectSound}, nil
	case errors.As(err, &exit) && (exit.ExitCode() == inspectRefused || exit.ExitCode() == inspectUnsound):
		return verdict{faults, exit.ExitCode()}, nil
	}
	return verdict{append(faults, "database: "+err.Error()), inspectUnsound}, nil
}

// runInspection runs the process. Its error is exec.ExitError, or says in a line how it died.
func runInspection(ctx context.Context, cfg config.Inspect, limit time.Duration) (faults []string, err error) {
	if os.Getenv(inspectRunning) != "" {
		return nil, errors.New("cannot be checked: this process checks another already")
	}
	program := "/proc/self/exe" // the very program that runs, also after another has taken its name
	if _, err := os.Stat(program); err != nil {
		if program, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("cannot be checked: %w", err)
		}
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	child := exec.CommandContext(limited, program)
	child.Args = []string{"pruefstein", "inspect", "--folder=" + cfg.Folder, fmt.Sprintf("--pages=%t", cfg.Pages), "--", cfg.File}
	child.Env = inspectEnvironment()
	child.WaitDelay = time.Second
	errs := &beginning{}
	child.Stderr = errs
	alive, err := child.StdinPipe() // closed when this process ends, however it ends
	if err != nil {
		return nil, fmt.Errorf("cannot be checked: %w", err)
	}
	defer alive.Close()
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("cannot be checked: %w", err)
	}
	if err := child.Start(); err != nil {
		return nil, fmt.Errorf("cannot be checked, the program cannot be started again: %w", err)
	}
	faults = readFaults(out)
	err = child.Wait()
	var exit *exec.ExitError
	switch {
	case limited.Err() != nil && err != nil:
		return faults, fmt.Errorf("its check did not come to an end within %v and was stopped", limit)
	case !errors.As(err, &exit):
		return faults, err
	case exit.ExitCode() == inspectRefused || exit.ExitCode() == inspectUnsound:
		return faults, exit
	}
	return faults, fmt.Errorf("its check died: %s", death(exit, errs.String()))
}

// death says in a line how the process died.
func death(exit *exec.ExitError, errs string) string {
	for line := range strings.Lines(errs) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ") {
			if strings.Contains(line, "out of memory") || strings.Contains(line, "cannot allocate memory") {
				line += fmt.Sprintf(" (it may take %d MiB)", inspectMemory>>20)
			}
			return fmt.Sprintf("%v, %s", exit, line)
		}
	}
	return exit.Error()
}

// inspectEnvironment is our own without our settings: the process needs none, and no password.
func inspectEnvironment() (env []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PRUEFSTEIN_") {
			env = append(env, v)
		}
	}
	return append(env, inspectRunning+"=1", "GOTRACEBACK=none")
}

// readFaults reads what the process writes to its end: a JSON string a line.
func readFaults(out io.Reader) (faults []string) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, inspectWords)
	more := 0
	for lines.Scan() {
		var fault string
		switch err := json.Unmarshal(lines.Bytes(), &fault); {
		case err != nil: // the last one, half written
		case len(faults) == inspectListed:
			more++
		default:
			faults = append(faults, fault)
		}
	}
	_, _ = io.Copy(io.Discard, out) // a line that is too long ends the scan; the process shall not wait for us
	if more > 0 {
		faults = append(faults, fmt.Sprintf("and %d more", more))
	}
	return faults
}

// beginning keeps the first 4 KiB of what is written: a trace of Go begins with its reason.
type beginning struct{ strings.Builder }

func (b *beginning) Write(p []byte) (int, error) {
	_, _ = b.Builder.Write(p[:min(len(p), 4<<10-b.Len())])
	return len(p), nil
}

// inspection is the process itself; it returns its exit code.
func inspection(ctx context.Context, cfg config.Inspect, out, errs io.Writer) int {
	confine()
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	tell := func(faults []string) {
		for _, f := range faults {
			if len(f) > inspectWords/8 { // escaped it stays below the longest line
				f = strings.ToValidUTF8(f[:inspectWords/8], "") + " …"
			}
			_ = lines.Encode(f) // nobody is left to be told that nobody listens
		}
	}
	refused := func(err error) int {
		tell([]string{"database: " + err.Error()})
		fmt.Fprintf(errs, "pruefstein: %v\n", err)
		return inspectRefused
	}
	if cfg.Pages {
		faults, err := bolt.CheckPages(cfg.File)
		tell(faults)
		switch {
		case err != nil:
			return refused(err)
		case len(faults) > 0:
			return inspectUnsound
		}
		return inspectSound
	}
	store, err := bolt.Open(cfg.File, bolt.Options{ReadOnly: true})
	if err != nil {
		return refused(err)
	}
	faults, sound := store.Check()
	tell(faults)
	if !sound {
		return inspectUnsound
	}
	if cfg.Folder != "" {
		err = store.View(ctx, func(tx *survey.Tx) error {
			fatal, others := keyFaults(tx, cfg.Folder)
			tell(append(fatal, others...))
			tell(integrity.CheckReferences(tx, cite))
			tell(integrity.CheckLedger(tx))
			return nil
		})
		if err != nil {
			tell([]string{"database: " + err.Error()})
			return inspectUnsound
		}
	}
	return inspectSound
}

// confine bounds what the process may take, and ends it with the one that started it.
func confine() {
	debug.SetMemoryLimit(inspectMemory / 4 * 3) // collect garbage before it gets tight
	debug.SetMaxStack(64 << 20)
	limitMemory(inspectMemory)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(inspectAlone)
	}()
}
