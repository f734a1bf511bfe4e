package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// A report gathers what the table says. Everything called a fault makes the soak fail.
type report struct {
	mu        sync.Mutex
	measuring string                     // what the latencies are put under; "" none
	times     map[string][]time.Duration // by kind
	rows      []row                      // faults survived
	memory    []row
	notes     map[string]int // events that are no fault, by kind
	faults    map[string]int // with how often
	looked    int            // comparisons of one thing
	lost      map[string]int // by kind
	full      bool           // the disk is: refusals have to say so
	clear     int            // that said so
}

// row is a line of the table.
type row struct{ what, result string }

func newReport() *report {
	return &report{times: map[string][]time.Duration{}, notes: map[string]int{}, faults: map[string]int{}, lost: map[string]int{}}
}

func (r *report) fault(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := fmt.Sprintf(format, args...)
	if r.faults[line]++; r.faults[line] == 1 {
		progress("FAULT: %s", line)
	}
}

func (r *report) note(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes[what]++
}

// survived adds a line about what was done to the server, and what came of it.
func (r *report) survived(what, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = append(r.rows, row{what, fmt.Sprintf(format, args...)})
	progress("%s: %s", what, fmt.Sprintf(format, args...))
}

func (r *report) remember(when string, megabytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.memory = append(r.memory, row{when, fmt.Sprintf("%d MB", megabytes)})
}

// measure says what the latencies from now on are put under.
func (r *report) measure(under string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.measuring = under
}

func (r *report) took(kind string, d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.measuring != "" {
		kind += ", " + r.measuring
		r.times[kind] = append(r.times[kind], d)
	}
}

func (r *report) setFull(full bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.full = full
}

func (r *report) isFull() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.full
}

const diskFull = "Der Datenträger ist voll"

// refused judges an answer that was not the one hoped for.
func (r *report) refused(p refusal) {
	said, _, _ := strings.Cut(p.words("main"), "Kennung dieser Anfrage")
	r.mu.Lock()
	full := r.full
	if full && strings.Contains(said, diskFull) {
		r.clear++
	}
	r.mu.Unlock()
	switch {
	case full && strings.Contains(said, diskFull):
	case strings.Contains(said, "Prüfen und absenden") && p.status == 200, p.status == 409:
		r.note("acts refused because something else had come first")
	default:
		r.fault("%s answers %d: %.160s", route(p.path), p.status, said)
	}
}

// route is a path without its ids, so that equal faults are counted together.
func route(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if len(part) > 20 {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}

// broken notes an error of a connection: expected while the server ends, told all the same.
func (r *report) broken(err error) {
	switch said := err.Error(); {
	case strings.Contains(said, "connection re"), strings.Contains(said, "closed idle"), strings.Contains(said, "EOF"), strings.Contains(said, "broken pipe"):
		r.note("requests cut off by the end of the server")
	default:
		r.fault("%.200s", said)
	}
}

func (r *report) compared(after string, looked int, lines []string) {
	r.mu.Lock()
	r.looked += looked
	for _, line := range lines {
		r.lost[kindOf(line)]++
	}
	r.mu.Unlock()
	for _, line := range lines[:min(10, len(lines))] {
		r.fault("LOST after %s: %s", after, line)
	}
}

// print writes the table in Markdown and returns whether the soak went well.
func (r *report) print(out io.Writer, w *world, took time.Duration, machine string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(out, "%s, %s, %s.\n\n", time.Now().Format("2 January 2006"), took.Round(time.Second), machine)
	fmt.Fprint(out, "| acknowledged | how many | lost |\n|---|--:|--:|\n")
	total := 0
	for _, kind := range slices.Sorted(maps.Keys(w.book.acked)) {
		fmt.Fprintf(out, "| %s | %d | %d |\n", kinds[kind], w.book.acked[kind], r.lost[kind])
		total += w.book.acked[kind]
	}
	mails := 0
	for _, n := range w.mails.expected {
		mails += n
	}
	fmt.Fprintf(out, "| mails promised | %d | %d |\n| **together** | **%d** | **%d** |\n\n", mails, r.lost["mail"], total+mails, sum(r.lost))
	fmt.Fprintf(out, "%d times one of them was looked up again, after every kill and stop.\n\n", r.looked)

	fmt.Fprint(out, "| survived | what came of it |\n|---|---|\n")
	for _, row := range r.rows {
		fmt.Fprintf(out, "| %s | %s |\n", row.what, row.result)
	}
	fmt.Fprint(out, "\n| latency | how many | median | p99 | most |\n|---|--:|--:|--:|--:|\n")
	for _, kind := range slices.Sorted(maps.Keys(r.times)) {
		all := slices.Sorted(slices.Values(r.times[kind]))
		at := func(share float64) string { return rounded(all[max(0, int(math.Ceil(share*float64(len(all))))-1)]) }
		fmt.Fprintf(out, "| %s | %d | %s | %s | %s |\n", kind, len(all), at(0.5), at(0.99), at(1))
	}
	fmt.Fprint(out, "\n| memory of the server | resident |\n|---|--:|\n")
	for _, row := range r.memory {
		fmt.Fprintf(out, "| %s | %s |\n", row.what, row.result)
	}
	fmt.Fprintln(out)
	for _, what := range slices.Sorted(maps.Keys(r.notes)) {
		fmt.Fprintf(out, "- %d %s\n", r.notes[what], what)
	}
	if len(r.faults) == 0 {
		fmt.Fprint(out, "\nNothing lost, no fault.\n")
		return true
	}
	fmt.Fprintf(out, "\n**Faults: %d**\n\n", len(r.faults))
	for _, line := range slices.Sorted(maps.Keys(r.faults)) {
		fmt.Fprintf(out, "- %d x %s\n", r.faults[line], line)
	}
	return false
}

// kinds are the words for the kinds of the journal.
var kinds = map[string]string{"answer": "answers saved", "question": "questions saved", "submission": "submissions", "receipt": "records of receipts, byte for byte",
	"original": "originals, byte for byte", "settings": "settings saved", "person": "people invited", "publication": "publications", "file": "published files, byte for byte"}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func rounded(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second).String()
	case d >= 100*time.Millisecond:
		return d.Round(10 * time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}
