package interchange

import (
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/survey"
)

// A checker finds the faults between the fields of a file: what stands twice, what refers to nothing, what does not go
// together. Of answers and quotations it keeps only that.
type checker struct {
	faults     *Faults
	names      map[string]int32 // a number for each id that answers and quotations name
	answers    []answerKey
	quotations []cellKey
}

// A cellKey is a question and a party by the numbers of their names.
type cellKey struct{ question, party int32 }

type answerKey struct {
	cellKey
	version  int32
	position int32 // number of its name, that of "" for none
}

// enoughNames is more than a file can have questions, parties, steps and faults that are told: once answers and quotations name so
// many, the rest of them cannot add to what is told.
const enoughNames = 3*maxList + MaxFaults

// take notes what is needed of an answer or a quotation.
func (c *checker) take(entry any) bool {
	noted := len(c.names) <= enoughNames
	switch e := entry.(type) {
	case *Answer:
		if noted {
			c.answers = append(c.answers, answerKey{c.cell(e.Question, e.Party), int32(versionOf(*e)), c.number(e.Position)})
		}
		return true
	case *Quotation:
		if noted {
			c.quotations = append(c.quotations, c.cell(e.Question, e.Party))
		}
		return true
	}
	return false
}

func (c *checker) cell(question, party string) cellKey {
	return cellKey{c.number(question), c.number(party)}
}

func (c *checker) number(name string) int32 {
	n, known := c.names[name]
	if !known {
		n = int32(len(c.names))
		c.names[name] = n
	}
	return n
}

// check notes the faults of a file whose fields were looked at one by one; f has everything but answers and quotations.
func (c *checker) check(f File) {
	r := references{faults: c.faults, broken: len(*c.faults) > 0}
	organisations := r.ids("organisations", len(f.Organisations), func(i int) string { return f.Organisations[i].ID })
	groups := r.ids("working_groups", len(f.WorkingGroups), func(i int) string { return f.WorkingGroups[i].ID })
	topics := r.ids("topics", len(f.Topics), func(i int) string { return f.Topics[i].ID })
	questions := r.ids("questions", len(f.Questions), func(i int) string { return f.Questions[i].ID })
	parties := r.ids("parties", len(f.Parties), func(i int) string { return f.Parties[i].ID })
	r.fileNames("parties", len(f.Parties), func(i int) string { return f.Parties[i].ID })
	if len(f.Questions) == 0 && !r.broken {
		c.faults.add(&place{field: "questions"}, "error.import.none")
	}
	if len(f.Parties) == 0 && !r.broken {
		c.faults.add(&place{field: "parties"}, "error.import.none")
	}

	numbers := map[int]int{}
	for i, q := range f.Questions {
		if first, twice := numbers[q.Number]; twice && q.Number != 0 {
			c.faults.add(in("questions", i, "number"), "error.import.duplicate", "Value", strconv.Itoa(q.Number), "First", in("questions", first, "number").String())
		} else {
			numbers[q.Number] = i
		}
		r.refers(in("questions", i, "topic"), q.Topic, "topics", topics)
		for j, id := range q.AskedBy {
			if _, group := groups[id]; !group {
				r.refers(&place{up: in("questions", i, "asked_by"), index: j}, id, "organisations", organisations)
			}
		}
	}

	steps := c.steps(f)
	for i, p := range f.Parties {
		if p.State == "" && (p.StateSince != "" || p.StateReason != "" || p.StateSource != "") {
			c.faults.add(in("parties", i, "state"), "error.import.state")
		}
	}
	for i, e := range f.Questionnaire.Treatment.Entries {
		at := &place{up: &place{up: &place{up: &place{field: "questionnaire"}, field: "treatment"}, field: "entries"}, index: i}
		r.refers(&place{up: at, field: "party"}, string(e.Party), "parties", parties)
		for j, n := range e.Questions {
			if _, known := numbers[n]; !known && !r.broken {
				c.faults.add(&place{up: &place{up: at, field: "questions"}, index: j}, "error.import.dangling", "Value", strconv.Itoa(n), "List", "questions")
			}
		}
	}
	names := make([]string, len(c.names))
	for name, n := range c.names {
		names[n] = name
	}
	type version struct {
		cellKey
		number int32
	}
	last, seen := map[cellKey]int32{}, map[version]int{}
	for i, a := range c.answers {
		if c.faults.full() {
			return
		}
		r.refers(in("answers", i, "question"), names[a.question], "questions", questions)
		r.refers(in("answers", i, "party"), names[a.party], "parties", parties)
		position := names[a.position]
		if q, ok := questions[names[a.question]]; ok && position != "" && kindOf(f.Questions[q]) == survey.KindText {
			c.faults.add(in("answers", i, "position"), "error.import.position_on_question")
		} else if position != "" && !slices.Contains(steps, position) && !(r.broken && len(f.Questionnaire.Scale) > 0) {
			c.faults.add(in("answers", i, "position"), "error.import.choice", "Value", survey.Shown(position), "Choices", survey.Shown(strings.Join(steps, ", ")))
		}
		if first, twice := seen[version{a.cellKey, a.version}]; twice {
			c.faults.add(in("answers", i, "version"), "error.import.duplicate_version", "Version", a.version, "First", in("answers", first, "").String())
			continue
		}
		seen[version{a.cellKey, a.version}] = i
		if before, more := last[a.cellKey]; more && a.version < before {
			c.faults.add(in("answers", i, "version"), "error.import.version_order", "Version", a.version, "Before", before)
		}
		last[a.cellKey] = a.version
	}

	quoted := map[cellKey]int{}
	for i, here := range c.quotations {
		r.refers(in("quotations", i, "question"), names[here.question], "questions", questions)
		r.refers(in("quotations", i, "party"), names[here.party], "parties", parties)
		if first, twice := quoted[here]; twice {
			c.faults.add(in("quotations", i, ""), "error.import.duplicate_quotation", "First", in("quotations", first, "").String())
			continue
		}
		quoted[here] = i
	}
}

// steps are the positions answers may take: those of the file's own scale, else the three.
func (c *checker) steps(f File) (steps []string) {
	scale := f.Questionnaire.Scale
	for _, p := range survey.Positions {
		steps = append(steps, string(p))
	}
	if len(scale) == 0 {
		return steps
	}
	at := &place{up: &place{field: "questionnaire"}, field: "scale"}
	if len(scale) == 1 {
		c.faults.add(at, "error.import.scale")
	}
	steps = nil
	ids, labels := map[string]int{}, map[string]int{}
	for i, step := range scale {
		for _, one := range []struct {
			field, value string
			first        map[string]int
		}{{"id", step.ID, ids}, {"label", step.Label, labels}} {
			if j, twice := one.first[one.value]; twice && one.value != "" {
				path := func(i int) *place { return &place{up: &place{up: at, index: i}, field: one.field} }
				c.faults.add(path(i), "error.import.duplicate", "Value", survey.Shown(one.value), "First", path(j).String())
				continue
			}
			one.first[one.value] = i
		}
		steps = append(steps, step.ID)
	}
	return steps
}

// in is the place of a field of a list's entry, or of the entry itself.
func in(list string, i int, field string) *place {
	entry := &place{up: &place{field: list}, index: i}
	if field == "" {
		return entry
	}
	return &place{up: entry, field: field}
}

// references finds ids that stand twice or are not there.
type references struct {
	faults *Faults
	broken bool // the file has faults already, so that a list may be empty because it could not be read
}

// ids returns the index of each id of a list and notes ids that stand twice.
func (r references) ids(list string, n int, id func(int) string) map[string]int {
	first := map[string]int{}
	for i := range n {
		if j, twice := first[id(i)]; twice && id(i) != "" {
			r.faults.add(in(list, i, "id"), "error.import.duplicate", "Value", survey.Shown(id(i)), "First", in(list, j, "id").String())
			continue
		}
		first[id(i)] = i
	}
	return first
}

// fileNames notes ids that differ in case alone: each becomes the name of a page, and many file systems see but one.
func (r references) fileNames(list string, n int, id func(int) string) {
	first := map[string]int{}
	for i := range n {
		name := strings.ToLower(id(i))
		j, twice := first[name]
		switch {
		case !twice:
			first[name] = i
		case id(i) != id(j): // the same id is a fault already
			r.faults.add(in(list, i, "id"), "error.import.case", "Value", survey.Shown(id(i)), "First", in(list, j, "id").String())
		}
	}
}

// refers notes a reference to nothing. One misspelled list would make every reference to it a fault; its own fault is enough.
func (r references) refers(at *place, id, list string, ids map[string]int) {
	if id == "" || r.broken && len(ids) == 0 {
		return
	}
	if _, ok := ids[id]; !ok {
		r.faults.add(at, "error.import.dangling", "Value", survey.Shown(id), "List", list)
	}
}
