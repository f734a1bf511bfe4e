// Package integrity compares all that is stored with what it refers to and with the ledger: what `pruefstein check` finds.
package integrity

import (
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"

	"pruefstein/internal/survey"
)

// CheckReferences returns a line for each reference between entities that leads nowhere, and for each version of a
// party's answer that is not, field by field, what its submission or transcription makes of it. cite is that of the kernel.
func CheckReferences(tx *survey.Tx, cite func(survey.Transcription) string) []string {
	c := &referenceCheck{tx: tx, cite: cite}
	c.users = keysOf(c, tx.Users)
	c.groups = keysOf(c, tx.WorkingGroups)
	c.organisations = keysOf(c, tx.Organisations)
	c.elections = keysOf(c, tx.Elections)
	c.parties = keysOf(c, tx.Parties)
	c.questionnaires = keysOf(c, tx.Questionnaires)
	c.catalogues = keysOf(c, tx.Catalogues)
	c.questions = keysOf(c, tx.Questions)
	c.respondents = keysOf(c, tx.Respondents)
	c.mails = keysOf(c, tx.Mails)
	c.dispatches = keysOf(c, tx.Dispatches)
	c.originals = keysOf(c, tx.Originals)

	c.checkPeople()
	c.checkDraft()
	c.checkSend()
	c.checkAnswers()
	c.checkVersions()
	c.checkPublications()
	return c.faults
}

// referenceCheck holds what can be referred to, by key.
type referenceCheck struct {
	tx     *survey.Tx
	cite   func(survey.Transcription) string // Kernel.Cite
	faults []string

	users          map[string]survey.User
	groups         map[string]survey.WorkingGroup
	organisations  map[string]survey.Organisation
	elections      map[string]survey.Election
	parties        map[string]survey.Party
	questionnaires map[string]survey.Questionnaire
	catalogues     map[string]survey.Catalogue
	questions      map[string]survey.Question
	respondents    map[string]survey.Respondent
	mails          map[string]survey.Mail
	dispatches     map[string]survey.Dispatch
	originals      map[string]survey.Original
}

// keysOf reads a table that others refer to.
func keysOf[T survey.Entity](c *referenceCheck, table survey.Table[T]) map[string]T {
	all := map[string]T{}
	for entity := range each(c, table) {
		all[entity.Key()] = entity
	}
	return all
}

// each yields the rows of a table and notes those that cannot be read.
func each[T survey.Entity](c *referenceCheck, table survey.Table[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for entity, err := range table.List("") {
			if err != nil {
				c.faults = append(c.faults, err.Error())
			} else if !yield(entity) {
				return
			}
		}
	}
}

// halves notes what is stored in two tables under one key and is missing in one of them.
func halves[A, B survey.Entity](c *referenceCheck, of survey.Table[A], large survey.Table[B]) {
	all := map[string]bool{}
	for key := range of.Keys("") {
		all[key] = true
	}
	for key := range large.Keys("") {
		if !all[key] {
			c.faults = append(c.faults, fmt.Sprintf("%s %s: its %s is missing", reflect.TypeFor[B]().Name(), key, reflect.TypeFor[A]().Name()))
		}
		delete(all, key)
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		c.faults = append(c.faults, fmt.Sprintf("%s %s: its %s is missing", reflect.TypeFor[A]().Name(), key, reflect.TypeFor[B]().Name()))
	}
}

// fault notes what is wrong with an entity.
func (c *referenceCheck) fault(at survey.Entity, format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf("%T %s: ", at, at.Key())[len("survey."):]+fmt.Sprintf(format, args...))
}

// need notes a reference that leads nowhere.
func need[T any](c *referenceCheck, at survey.Entity, what string, targets map[string]T, key string) {
	if _, found := targets[key]; !found {
		c.fault(at, "its %s %q is missing", what, key)
	}
}

// optional is need for a reference that may be empty.
func optional[T any](c *referenceCheck, at survey.Entity, what string, targets map[string]T, key string) {
	if key != "" {
		need(c, at, what, targets, key)
	}
}

// byPerson checks who did something: a user, the console, or nobody.
func (c *referenceCheck) byPerson(at survey.Entity, ids ...string) {
	for _, id := range ids {
		if id != "console" {
			optional(c, at, "user", c.users, id)
		}
	}
}

// cell checks that a respondent and a question of the sent catalogue are there.
func (c *referenceCheck) cell(at survey.Entity, questionnaire, respondent, question string) {
	need(c, at, "respondent", c.respondents, questionnaire+"/"+respondent)
	if _, found := c.catalogues[questionnaire].Question(survey.QuestionID(question)); !found {
		c.fault(at, "its question %q is missing in the catalogue", question)
	}
}

func (c *referenceCheck) checkPeople() {
	for _, u := range c.users {
		for _, m := range u.Memberships {
			need(c, u, "working group", c.groups, m.WorkingGroup)
		}
	}
	for l := range each(c, c.tx.StaffLinks) {
		optional(c, l, "user", c.users, string(l.User))
	}
	for contestant := range each(c, c.tx.Contestants) {
		need(c, contestant, "election", c.elections, string(contestant.Election))
		need(c, contestant, "party", c.parties, string(contestant.Party))
	}
}

func (c *referenceCheck) checkDraft() {
	slugs := map[string]string{}
	for q := range each(c, c.tx.Questionnaires) {
		need(c, q, "election", c.elections, string(q.Election))
		if other, taken := slugs[string(q.Slug)]; taken {
			c.fault(q, "has the slug %q of %s", q.Slug, other)
		}
		slugs[string(q.Slug)] = string(q.ID)
		for _, e := range q.Extended {
			c.byPerson(q, e.By)
		}
		for _, u := range q.Undone {
			c.byPerson(q, u.LockedBy, u.CheckedBy, u.By, u.ConfirmedBy)
			for _, locked := range u.Questions {
				need(c, q, "question", c.questions, survey.In(q.ID)+string(locked.ID))
			}
		}
		for _, step := range slices.Concat(q.Reminders, q.NewReminders) {
			c.byPerson(q, step.Planned.By, step.ConfirmedBy)
			if step.Stopped != nil {
				c.byPerson(q, step.Stopped.By)
			}
		}
		for _, e := range q.Errata {
			c.byPerson(q, e.By, e.ConfirmedBy)
			need(c, q, "dispatch", c.dispatches, survey.In(q.ID)+e.Dispatch)
			if _, found := c.catalogues[string(q.ID)].Question(e.Question); !found {
				c.fault(q, "the question %q of an erratum is missing in the catalogue", e.Question)
			}
		}
		if _, found := c.catalogues[string(q.ID)]; !found && (q.Imported || !q.LockedAt.IsZero()) {
			c.fault(q, "its catalogue is missing")
		}
	}
	newest := map[string]int{}
	for r := range each(c, c.tx.Revisions) {
		key := survey.In(r.Questionnaire) + string(r.Question)
		need(c, r, "question", c.questions, key)
		c.byPerson(r, r.By)
		if newest[key]++; newest[key] != r.Number {
			c.fault(r, "revision %d is missing", newest[key])
			newest[key] = r.Number
		}
	}
	for q := range each(c, c.tx.Questions) {
		need(c, q, "questionnaire", c.questionnaires, string(q.Questionnaire))
		c.byPerson(q, q.UpdatedBy)
		if newest[q.Key()] != q.Revision {
			c.fault(q, "is at revision %d, the newest one kept is %d", q.Revision, newest[q.Key()])
		}
		optional(c, q, "topic", named(c.questionnaires[string(q.Questionnaire)].Topics), q.Topic)
		optional(c, q, "working group", c.groups, q.WorkingGroup)
		for _, id := range q.AskedBy {
			need(c, q, "organisation", c.organisations, id)
		}
	}
	for catalogue := range each(c, c.tx.Catalogues) {
		c.checkCatalogue(catalogue)
	}
	for a := range each(c, c.tx.Approvals) {
		need(c, a, "questionnaire", c.questionnaires, string(a.Questionnaire))
		c.byPerson(a, a.RequestedBy, a.ApprovedBy)
	}
}

// named indexes topics, organisations or working groups of a catalogue by id.
func named[T ~struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}](all []T) map[string]bool {
	ids := map[string]bool{}
	for _, n := range all {
		ids[survey.Named(n).ID] = true
	}
	return ids
}

func (c *referenceCheck) checkCatalogue(catalogue survey.Catalogue) {
	need(c, catalogue, "questionnaire", c.questionnaires, string(catalogue.Questionnaire))
	c.byPerson(catalogue, catalogue.LockedBy, catalogue.ConfirmedBy)
	topics, groups, organisations := named(catalogue.Topics), named(catalogue.WorkingGroups), named(catalogue.Organisations)
	ids, numbers := map[string]bool{}, map[int]bool{}
	for _, q := range catalogue.Questions {
		if ids[string(q.ID)] || numbers[q.Number] {
			c.fault(catalogue, "has the question %q or the number %d twice", q.ID, q.Number)
		}
		ids[string(q.ID)], numbers[q.Number] = true, true
		optional(c, catalogue, "topic", topics, q.Topic)
		optional(c, catalogue, "working group", groups, q.WorkingGroup)
		for _, id := range q.AskedBy {
			need(c, catalogue, "organisation", organisations, id)
		}
		if q.Origin != "" {
			need(c, catalogue, "question", c.questions, survey.In(catalogue.Questionnaire)+string(q.Origin))
		}
	}
	if catalogue.Hash == "" {
		return // an import
	}
	if hash, err := survey.CatalogueHash(catalogue.Questions); err != nil || hash != catalogue.Hash {
		c.fault(catalogue, "its questions do not have the hash they were locked with (%v)", err)
	}
}

func (c *referenceCheck) checkSend() {
	for r := range each(c, c.tx.Respondents) {
		need(c, r, "questionnaire", c.questionnaires, string(r.Questionnaire))
		for _, id := range r.Parties {
			need(c, r, "party", c.parties, string(id))
		}
		if catalogue, locked := c.catalogues[string(r.Questionnaire)]; locked {
			for id := range r.LeftOut {
				if _, found := catalogue.Question(id); !found {
					c.fault(r, "the question %q left out for it is missing in the catalogue", id)
				}
			}
		}
		if r.NotReached != nil {
			c.byPerson(r, r.NotReached.By)
		}
		if r.Reached != nil {
			c.byPerson(r, r.Reached.By)
		}
		if r.Portal != nil {
			c.byPerson(r, r.Portal.By)
		}
		if r.ToPost != nil {
			c.byPerson(r, r.ToPost.By, r.ToPost.ConfirmedBy)
		}
		for _, l := range r.Letters {
			c.byPerson(r, l.By, l.SentBy)
			if _, err := c.tx.AccessLinks.Get(l.Link); err != nil {
				c.fault(r, "the link of a printed letter: %v", err)
			}
		}
	}
	for l := range each(c, c.tx.AccessLinks) {
		need(c, l, "respondent", c.respondents, survey.RespondentKey(l.Questionnaire, l.Respondent))
		optional(c, l, "mail", c.mails, l.Mail)
	}
	for _, d := range c.dispatches {
		need(c, d, "questionnaire", c.questionnaires, string(d.Questionnaire))
		c.byPerson(d, d.By, d.ConfirmedBy)
		q := c.questionnaires[string(d.Questionnaire)]
		if d.Step != "" && !slices.ContainsFunc(q.Reminders, func(step survey.ReminderStep) bool { return step.ID == d.Step }) {
			c.fault(d, "the planned reminder %q is missing", d.Step)
		}
		for _, id := range d.Missed {
			need(c, d, "respondent", c.respondents, survey.RespondentKey(d.Questionnaire, id))
		}
	}
	halves(c, c.tx.Mails, c.tx.MailTexts)
	outbox := map[string]bool{}
	for e := range each(c, c.tx.Outbox) {
		need(c, e, "mail", c.mails, e.Mail)
		outbox[e.Mail] = true
	}
	for m := range each(c, c.tx.Mails) {
		optional(c, m, "questionnaire", c.questionnaires, string(m.Questionnaire))
		if m.Respondent != "" {
			need(c, m, "respondent", c.respondents, survey.RespondentKey(m.Questionnaire, m.Respondent))
		}
		if m.Dispatch != "" {
			need(c, m, "dispatch", c.dispatches, survey.In(m.Questionnaire)+m.Dispatch)
		}
		if m.Bounced != nil {
			c.byPerson(m, m.Bounced.By)
		}
		if queued := m.State == survey.MailQueued; queued != outbox[m.ID] {
			c.fault(m, "is %s, in the outbox: %t", m.State, outbox[m.ID])
		}
	}
}

func (c *referenceCheck) checkPublications() {
	halves(c, c.tx.Publications, c.tx.PublicationDetails)
	newest, latest := map[string]int{}, map[string]survey.Publication{}
	for p := range each(c, c.tx.Publications) {
		latest[string(p.Questionnaire)] = p
		need(c, p, "questionnaire", c.questionnaires, string(p.Questionnaire))
		c.byPerson(p, p.By, p.ConfirmedBy)
		if q := c.questionnaires[string(p.Questionnaire)]; p.Slug != q.Slug {
			c.fault(p, "has the slug %q, its questionnaire %q", p.Slug, q.Slug)
		}
		if newest[string(p.Questionnaire)]++; newest[string(p.Questionnaire)] != p.Version {
			c.fault(p, "version %d is missing", newest[string(p.Questionnaire)])
			newest[string(p.Questionnaire)] = p.Version
		}
	}
	for detail := range each(c, c.tx.PublicationDetails) {
		c.treatment(detail)
	}
	shown := map[string][]survey.CellDigest{} // by the last publication of a questionnaire
	for q, p := range latest {
		if detail, err := c.tx.PublicationDetails.Get(p.Key()); err == nil { // one that is missing or cannot be read is noted already
			shown[q] = detail.Digests
		}
	}
	for q, err := range c.tx.Quotations.List("") {
		if err == nil { // one that cannot be read is noted already
			c.quotation(q, latest[string(q.Questionnaire)], shown[string(q.Questionnaire)])
		}
	}
}

// quotation checks that a quotation nobody has changed since the last publication still is what that one showed.
func (c *referenceCheck) quotation(q survey.Quotation, last survey.Publication, shown []survey.CellDigest) {
	question, _ := c.catalogues[string(q.Questionnaire)].Question(q.Question)
	slug := c.respondents[survey.RespondentKey(q.Questionnaire, q.Respondent)].Slug
	for _, d := range shown {
		if d.Respondent == slug && d.Question == question.Number && d.Quotation != "" && !q.At.IsZero() && q.At.Before(last.At) && d.Quotation != survey.QuotationDigest(q) {
			c.fault(q, "is not what publication %d showed, and was not changed since", last.Version)
		}
	}
}
