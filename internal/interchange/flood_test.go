package interchange

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// A file full of faults, or one that is broken at its end, takes little more memory than its size, whatever it is full of:
// all that is allocated on the way, whether it is freed again or not, stays below 4 times the file and 32 MiB.
func TestFaultyFilesTakeLittleMemory(t *testing.T) {
	const size = 2 << 20
	head, end, _ := strings.Cut(minimal, `"answers": [`)
	head += `"answers": [`
	_, end, _ = strings.Cut(end, "agree\"}")
	fill := func(entry func(i int) string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			b.WriteString(entry(i))
			b.WriteByte(',')
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	sound := func(text string) string {
		return fill(func(i int) string {
			return fmt.Sprintf(`{"question":"q%d","party":"%s","status":"answered","version":%d,"text":"%s"}`, i%2+1, []string{"fm", "gzn"}[i/2%2], i/4+1, text)
		})
	}
	for _, test := range []struct {
		name, file, first string
		many              bool
	}{
		{"numbers for objects", head + fill(func(int) string { return "1" }) + end, "answers[0]: error.import.type", true},
		{"unknown fields", head + fill(func(int) string { return `{"x":1}` }) + end, "answers[0].x: error.import.unknown_field", true},
		{"one object of unknown fields", head + "{" + fill(func(i int) string { return fmt.Sprintf(`"k%d":1`, i) }) + "}" + end, "answers[0].k0: error.import.unknown_field", true},
		{"one field again and again", head + "{" + fill(func(int) string { return `"text":"a"` }) + "}" + end, "answers[0].text: error.import.duplicate_field", true},
		{"statuses", head + fill(func(int) string { return `{"question":"q1","party":"fm","status":"x"}` }) + end, "answers[0].status: error.import.choice", true},
		{"references to nothing", head + fill(func(i int) string { return fmt.Sprintf(`{"question":"x%d","party":"y%d","status":"unknown"}`, i, i) }) + end,
			"answers[0].question: error.import.dangling", true},
		{"the same version", head + fill(func(int) string { return `{"question":"q1","party":"fm","status":"unknown"}` }) + end, "answers[1].version: error.import.duplicate_version", true},
		{"the same party", strings.Replace(minimal, `"parties": [`, `"parties": [`+fill(func(int) string { return `{"id":"a","short_name":"A","name":"A"}` })+",", 1),
			"parties: error.import.list", true},
		{"arrays in arrays", strings.Repeat("[", size), "error.import.depth", false},
		{"objects in objects", strings.Repeat(`{"x":`, size/5), "error.import.depth", false},
		{"one string", head + `{"text":"` + strings.Repeat("a", size) + `"}` + end, "answers[0].text: error.import.long", false},
		{"one string of escapes", head + `{"text":"` + strings.Repeat(`\u00e4`, size/6) + `"}` + end, "answers[0].text: error.import.long", false},
		{"one name", head + `{"` + strings.Repeat("k", size) + `":1}` + end, "answers[0]." + strings.Repeat("k", 60) + "…: error.import.unknown_field", false},
		{"one number", head + `{"version":` + strings.Repeat("9", size) + `}` + end, "answers[0].version: error.import.range", false},
		{"members", strings.Replace(minimal, `"short_name": "FM"`, `"short_name": "FM", "members": [`+fill(func(int) string { return `"a"` })+"]", 1),
			"parties[0].members: error.import.list", false},
		{"broken at its end", head + sound(strings.Repeat("Wort ", 100)) + "}", "error.import.syntax", false},
		{"a fault at its end", head + sound(strings.Repeat("Wort ", 100)) + strings.Replace(end, "}", `,"z":1}`, 1), "z: error.import.unknown_field", false},
		{"small entries, a fault at its end", head + sound("") + strings.Replace(end, "}", `,"z":1}`, 1), "z: error.import.unknown_field", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Read(strings.NewReader(test.file))
			runtime.ReadMemStats(&after)
			var faults Faults
			if !errors.As(err, &faults) || !strings.HasPrefix(faults[0].String(), test.first) {
				t.Fatalf("%.300v, want %s first", err, test.first)
			}
			if many := faults[len(faults)-1].Key == "error.import.many"; many != test.many || many && len(faults) != MaxFaults+1 || len(faults) > MaxFaults+1 {
				t.Errorf("%d faults, ending in %s", len(faults), faults[len(faults)-1])
			}
			if got, most := after.TotalAlloc-before.TotalAlloc, uint64(4*len(test.file)+32<<20); got > most {
				t.Errorf("allocated %d MiB for a file of %d MiB, at most %d", got>>20, len(test.file)>>20, most>>20)
			}
		})
	}
}

// The limit of entries counts those of all lists, and a file at the limit is read.
func TestReadLimitsEntries(t *testing.T) {
	head, _, _ := strings.Cut(minimal, `{"question"`)
	file := func(last int) string { // of the names in the last answer
		var answers []string
		for i := range 100 {
			joint := 1000
			if i == 99 {
				joint = last
			}
			answers = append(answers, fmt.Sprintf(`{"question":"q1","party":"fm","status":"unknown","version":%d,"joint":["a"%s]}`, i+1, strings.Repeat(`,"a"`, joint-1)))
		}
		return head + strings.Join(answers, ",") + "]}"
	}
	last := maxEntries - 99*1001 - 1 - 5 // topics, questions and parties of the minimal file
	if f, err := Read(strings.NewReader(file(last))); err != nil || len(f.Answers[99].Joint) != last {
		t.Errorf("%d answers, %.200v", len(f.Answers), err)
	}
	if _, err := Read(strings.NewReader(file(last + 1))); err == nil || err.Error() != "error.import.entries [Limit 100000]" {
		t.Errorf("%.200v", err)
	}
}
