package interchange

import (
	"fmt"
	"strconv"
	"strings"

	"pruefstein/internal/survey"
)

// check finds the faults between the fields of a file: what stands twice, what refers to nothing, what does not go together.
func check(f File, faults *Faults) {
	c := checker{faults: faults, broken: len(*faults) > 0}
	organisations := c.ids("organisations", len(f.Organisations), func(i int) string { return f.Organisations[i].ID })
	groups := c.ids("working_groups", len(f.WorkingGroups), func(i int) string { return f.WorkingGroups[i].ID })
	topics := c.ids("topics", len(f.Topics), func(i int) string { return f.Topics[i].ID })
	questions := c.ids("questions", len(f.Questions), func(i int) string { return f.Questions[i].ID })
	parties := c.ids("parties", len(f.Parties), func(i int) string { return f.Parties[i].ID })
	c.fileNames("parties", len(f.Parties), func(i int) string { return f.Parties[i].ID })
	if len(f.Questions) == 0 && !c.broken {
		faults.add("questions", "error.import.none")
	}
	if len(f.Parties) == 0 && !c.broken {
		faults.add("parties", "error.import.none")
	}

	numbers := map[int]int{}
	for i, q := range f.Questions {
		at := fmt.Sprintf("questions[%d]", i)
		if first, twice := numbers[q.Number]; twice && q.Number != 0 {
			faults.add(at+".number", "error.import.duplicate", "Value", strconv.Itoa(q.Number), "First", fmt.Sprintf("questions[%d].number", first))
		} else {
			numbers[q.Number] = i
		}
		c.refers(at+".topic", q.Topic, "topics", topics)
		for j, id := range q.AskedBy {
			if _, group := groups[id]; !group {
				c.refers(fmt.Sprintf("%s.asked_by[%d]", at, j), id, "organisations", organisations)
			}
		}
	}

	type cell struct{ question, party string }
	type version struct{ index, number int }
	last := map[cell]version{}
	seen := map[cell]map[int]int{}
	for i, a := range f.Answers {
		at := fmt.Sprintf("answers[%d]", i)
		c.refers(at+".question", a.Question, "questions", questions)
		c.refers(at+".party", a.Party, "parties", parties)
		if q, ok := questions[a.Question]; ok && a.Position != "" && f.Questions[q].Kind == string(survey.KindText) {
			faults.add(at+".position", "error.import.position_on_question")
		}
		here := cell{a.Question, a.Party}
		before, more := last[here]
		if seen[here] == nil {
			seen[here] = map[int]int{}
		}
		if first, twice := seen[here][a.Version]; twice {
			faults.add(at+".version", "error.import.duplicate_version", "Version", a.Version, "First", fmt.Sprintf("answers[%d]", first))
			continue
		}
		seen[here][a.Version] = i
		if more && a.Version < before.number {
			faults.add(at+".version", "error.import.version_order", "Version", a.Version, "Before", before.number)
		}
		last[here] = version{i, a.Version}
	}

	quoted := map[cell]int{}
	for i, q := range f.Quotations {
		at := fmt.Sprintf("quotations[%d]", i)
		c.refers(at+".question", q.Question, "questions", questions)
		c.refers(at+".party", q.Party, "parties", parties)
		here := cell{q.Question, q.Party}
		if first, twice := quoted[here]; twice {
			faults.add(at, "error.import.duplicate_quotation", "First", fmt.Sprintf("quotations[%d]", first))
			continue
		}
		quoted[here] = i
	}
}

type checker struct {
	faults *Faults
	broken bool // the file has faults already, so that a list may be empty because it could not be read
}

// ids returns the index of each id of a list and notes ids that stand twice.
func (c checker) ids(list string, n int, id func(int) string) map[string]int {
	first := map[string]int{}
	for i := range n {
		if j, twice := first[id(i)]; twice && id(i) != "" {
			c.faults.add(fmt.Sprintf("%s[%d].id", list, i), "error.import.duplicate", "Value", id(i), "First", fmt.Sprintf("%s[%d].id", list, j))
			continue
		}
		first[id(i)] = i
	}
	return first
}

// fileNames notes ids that differ in case alone: each becomes the name of a page, and many file systems see but one.
func (c checker) fileNames(list string, n int, id func(int) string) {
	first := map[string]int{}
	for i := range n {
		name := strings.ToLower(id(i))
		j, twice := first[name]
		switch {
		case !twice:
			first[name] = i
		case id(i) != id(j): // the same id is a fault already
			c.faults.add(fmt.Sprintf("%s[%d].id", list, i), "error.import.case", "Value", id(i), "First", fmt.Sprintf("%s[%d].id", list, j))
		}
	}
}

// refers notes a reference to nothing. One misspelled list would make every reference to it a fault; its own fault is enough.
func (c checker) refers(at, id, list string, ids map[string]int) {
	if id == "" || c.broken && len(ids) == 0 {
		return
	}
	if _, ok := ids[id]; !ok {
		c.faults.add(at, "error.import.dangling", "Value", shown(id), "List", list)
	}
}
