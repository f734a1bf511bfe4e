package main

import (
	"errors"
	"testing"
)

// The journal is the judge of the whole soak, so it must be able to convict.
func TestJournalMissesNothing(t *testing.T) {
	const key = "answer/fl1/3"
	gone := errors.New("gone")
	for _, test := range []struct {
		name  string
		write func(*journal)
		shown string
		err   error
		lost  int
	}{
		{"nothing acknowledged, nothing there", func(j *journal) { j.try(key, "a") }, "", gone, 0},
		{"acknowledged and there", func(j *journal) { j.try(key, "a"); j.ack(key, "a") }, "a", nil, 0},
		{"acknowledged and gone", func(j *journal) { j.try(key, "a"); j.ack(key, "a") }, "", gone, 1},
		{"acknowledged and empty", func(j *journal) { j.try(key, "a"); j.ack(key, "a") }, "", nil, 1},
		{"acknowledged and altered", func(j *journal) { j.try(key, "a"); j.ack(key, "a") }, "b", nil, 1},
		{"the one before shows again", func(j *journal) { j.try(key, "a"); j.ack(key, "a"); j.try(key, "b"); j.ack(key, "b") }, "a", nil, 1},
		{"never answered and not stored", func(j *journal) { j.try(key, "a"); j.ack(key, "a"); j.try(key, "b") }, "a", nil, 0},
		{"never answered and stored", func(j *journal) { j.try(key, "a"); j.ack(key, "a"); j.try(key, "b") }, "b", nil, 0},
		{"never answered, before the acknowledged one", func(j *journal) { j.try(key, "a"); j.try(key, "b"); j.ack(key, "b") }, "a", nil, 1},
		{"acknowledged late, overtaken", func(j *journal) { j.try(key, "a"); j.try(key, "b"); j.ack(key, "b"); j.ack(key, "a") }, "b", nil, 0},
		{"acknowledged without a try", func(j *journal) { j.ack(key, "a") }, "b", nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := newJournal()
			test.write(j)
			lines, looked := j.lost(func(string) (string, error) { return test.shown, test.err })
			if len(lines) != test.lost {
				t.Errorf("lost: %q", lines)
			}
			if want := j.acked["answer"] > 0; want != (looked == 1) {
				t.Errorf("looked at %d things", looked)
			}
		})
	}
}
