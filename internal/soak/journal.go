package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A journal remembers outside of the server what the server has acknowledged. A key is "kind/rest" and names one thing that
// can be looked at again, as "answer/fl1/3"; its value is what was written there last.
type journal struct {
	mu      sync.Mutex
	entries map[string]*entry
	acked   map[string]int // acknowledgements by kind
}

// entry is one thing. What was sent and never answered may have been stored or not: both are right.
type entry struct {
	acked  string
	known  bool     // acked means something
	behind []string // sent after it without an acknowledgement
}

func newJournal() *journal {
	return &journal{entries: map[string]*entry{}, acked: map[string]int{}}
}

// try notes what is about to be sent.
func (j *journal) try(key, value string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.entries[key] == nil {
		j.entries[key] = &entry{}
	}
	j.entries[key].behind = append(j.entries[key].behind, value)
}

// ack notes that the server said it is stored. One that a later one has overtaken on its way here only counts.
func (j *journal) ack(key, value string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.entries[key]
	if e == nil {
		e = &entry{}
		j.entries[key] = e
	}
	j.acked[kindOf(key)]++
	at := slices.Index(e.behind, value)
	if at < 0 && e.known {
		return
	}
	e.acked, e.known, e.behind = value, true, e.behind[at+1:]
}

// count is how many things of a kind were acknowledged so far.
func (j *journal) count(kind string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.acked[kind]
}

func kindOf(key string) string {
	kind, _, _ := strings.Cut(key, "/")
	return kind
}

// lost compares all that was acknowledged with what the server shows, a line each: show returns the value of a key now, or
// an error where there is none.
func (j *journal) lost(show func(key string) (string, error)) (lines []string, looked int) {
	j.mu.Lock()
	entries := maps.Clone(j.entries)
	j.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		e := entries[key]
		if !e.known {
			continue
		}
		looked++
		value, err := show(key)
		switch {
		case err != nil:
			lines = append(lines, fmt.Sprintf("%s is acknowledged and cannot be seen: %v", key, err))
		case value != e.acked && !slices.Contains(e.behind, value):
			lines = append(lines, fmt.Sprintf("%s is %q, acknowledged was %q", key, shortened(value), shortened(e.acked)))
		}
	}
	return lines, looked
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
