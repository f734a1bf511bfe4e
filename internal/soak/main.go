// Command soak runs the real program for ten minutes as its enemies and its users would at once: kills, a full disk, hostile
// mail servers, hostile clients, and people who read, draft, answer and publish all the while. It remembers on its own what
// the program has acknowledged, compares after every restart, and prints the table that stands in docs/trust.md.
//
// It is no test: it takes long, it measures times, and it is not part of the CI. It exits with 1 when anything acknowledged
// is lost, `check` finds a fault, the log holds a panic or a secret, or another promise is broken.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func main() {
	length := flag.Duration("for", 10*time.Minute, "how long it runs, with some seconds before and a minute or two after")
	readers := flag.Int("readers", 12, "how many read all the time")
	keep := flag.Bool("keep", false, "keep the folder with data and log")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *length, *readers, *keep); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var errFaults = errors.New("the soak found faults, see above")

// run soaks in a folder of its own, and leaves nothing behind but what is needed to look into a fault.
func run(ctx context.Context, length time.Duration, readers int, keep bool) error {
	folder, err := os.MkdirTemp("", "pruefstein-soak-")
	if err != nil {
		return err
	}
	defer runEnds()
	good, err := soak(ctx, folder, length, readers)
	if err == nil && !good {
		err = errFaults
	}
	runEnds()
	if keep || err != nil {
		fmt.Fprintf(os.Stderr, "data and log: %s\n", folder)
		return err
	}
	return os.RemoveAll(folder)
}

var started = time.Now()

// progress tells who waits what happens.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%5s  %.400s\n", time.Since(started).Round(time.Second), fmt.Sprintf(format, args...))
}

// ends are what has to be undone before the program ends, however it ends.
var ends struct {
	sync.Mutex
	all []func()
}

// atEnd has something undone at the end, or earlier when it is called.
func atEnd(undo func()) func() {
	once := sync.OnceFunc(undo)
	ends.Lock()
	defer ends.Unlock()
	ends.all = append(ends.all, once)
	return once
}

func runEnds() {
	ends.Lock()
	defer ends.Unlock()
	for n := len(ends.all) - 1; n >= 0; n-- {
		ends.all[n]()
	}
}

func soak(ctx context.Context, folder string, length time.Duration, readers int) (good bool, err error) {
	w, err := newWorld(ctx, folder)
	if w != nil && w.server != nil {
		atEnd(w.server.kill)
	}
	if err != nil {
		return false, err
	}
	time.Sleep(2 * time.Second)
	w.report.remember("idle, after the start", w.server.sample())

	loading, endLoad := context.WithCancel(ctx)
	defer endLoad()
	wait := w.load(loading, readers)
	for _, phase := range []struct {
		name   string
		share  float64 // of the whole time
		budget int32   // submissions of each party
		run    func(context.Context)
	}{
		{"mixed load", 0.25, 4, w.calm},
		{"hostile mail servers", 0.20, 0, w.badMail},
		{"hostile clients", 0.15, 0, w.badClients},
		{"SIGTERM", 0.08, 1, w.stops},
		{"SIGKILL", 0.20, 2, w.kills},
		{"full disk", 0.12, 0, w.fullDisk},
	} {
		if ctx.Err() != nil {
			break
		}
		progress("%s", phase.name)
		for _, p := range w.parties[:writers] {
			p.budget.Store(phase.budget)
		}
		during, cancel := context.WithTimeout(ctx, time.Duration(phase.share*float64(length)))
		most := w.highest(during, func() { phase.run(during) })
		cancel()
		w.report.remember("most during: "+phase.name, most)
	}
	endLoad()
	wait()
	progress("the end")
	time.Sleep(2 * time.Second)
	w.report.remember("idle, at the end", w.server.sample())
	w.finish(ctx)
	w.report.remember("most in any of its lives", w.server.mostRSS)
	return w.report.print(os.Stdout, w, time.Since(started), machine()) && ctx.Err() == nil, ctx.Err()
}

// calm measures what users see while nothing goes wrong.
func (w *world) calm(ctx context.Context) {
	w.report.measure("mixed load")
	defer w.report.measure("")
	<-ctx.Done()
}

// highest is the most memory, in MB, that the server has while something runs.
func (w *world) highest(ctx context.Context, run func()) (most int) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	for {
		most = max(most, w.server.sample())
		select {
		case <-done:
			return most
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// finish waits for the mails that are still to come, stops the server, and looks at everything once more.
func (w *world) finish(ctx context.Context) {
	w.gate.Lock()
	defer w.gate.Unlock()
	w.compare("the whole time")
	soon, cancel := context.WithTimeout(ctx, 6*time.Minute+30*time.Second) // the second try of a mail comes after five minutes
	defer cancel()
	if n := len(w.missingMails()); n > 0 {
		progress("waiting for mails to %d people, whose mail server failed them before", n)
	}
	for len(w.missingMails()) > 0 && sleep(soon, time.Second) {
	}
	for _, line := range w.missingMails() {
		w.report.compared("the whole time", 1, []string{"mail/" + line})
	}
	letters, again := w.post.counts()
	w.report.survived("mail servers in any mood: "+w.post.trouble(), "%d mails arrived, %d of them once more", letters, again)
	if _, err := w.server.stop(10 * time.Second); err != nil {
		w.report.fault("%v", err)
	}
	if err := w.server.check(); err != nil {
		w.report.fault("at the end: %v", err)
	}
	lines, err := w.server.leaks(w.secrets.all)
	if err != nil {
		w.report.fault("%v", err)
	}
	for _, line := range lines {
		w.report.fault("%s", line)
	}
}

// missingMails are those that were promised and have not come.
func (w *world) missingMails() (lines []string) {
	w.mails.Lock()
	defer w.mails.Unlock()
	for what, want := range w.mails.expected {
		if got := different(w.post.all(what[0], what[1])); got < want {
			lines = append(lines, fmt.Sprintf("%s/%s: %d of %d came", what[0], what[1], got, want))
		}
	}
	return lines
}

// machine says in general words what it ran on.
func machine() string {
	return fmt.Sprintf("%d processors, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
