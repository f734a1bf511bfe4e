package compare

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// ImportUpdate is what an update of an import did.
type ImportUpdate struct {
	Slug       survey.Slug
	Versions   int // new versions of answers
	Parties    int // new ones
	Quotations int
	States     int      // parties that stand otherwise than before
	Report     bool     // another equal-treatment report than before
	Kept       []string // what the file leaves out and what stays, by its place in a file: "parties: fm"
}

// New tells whether the file said anything new.
func (u ImportUpdate) New() bool { return u.Versions+u.Parties+u.Quotations+u.States > 0 || u.Report }

// MaxDifferences is the most places of a file that are told where it contradicts what stands.
const MaxDifferences = 1000

// UpdateImport adds what is new in a file to the import of the same slug, in one transaction, all or nothing: versions of answers,
// parties, quotations, and the equal-treatment report, which is that of the newest state. What stands in words never changes: what the
// file leaves out stays. But that nothing had come is no version, and gives way to the first answer, or to a newer reason why nothing did. How
// a party stands can change, and so can the deadline, and where the parties stand by the order of receipt.
//
// It returns Forbidden unless the actor is an administrator or coordinator, NotFound where there is no questionnaire with that slug,
// and Conflict where it is no import (error.import.not_imported) or the file contradicts what stands (error.import.contradicts, with a
// fault for each place of the file, up to MaxDifferences). A file that says nothing new changes nothing.
func (s *Service) UpdateImport(ctx context.Context, actor survey.Actor, im Import) (done ImportUpdate, err error) {
	if err := actor.Require(survey.RoleAdministrator, survey.RoleCoordinator); err != nil {
		return ImportUpdate{}, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := survey.QuestionnaireBySlug(tx, im.Questionnaire.Slug)
		if err != nil {
			return err
		}
		if !q.Imported {
			return survey.Fail(survey.Conflict, "error.import.not_imported", "Slug", q.Slug)
		}
		u := update{tx: tx, q: q, im: im, done: ImportUpdate{Slug: q.Slug}}
		if err := u.compare(); err != nil {
			return err
		}
		if done = u.done; !done.New() {
			return nil
		}
		if err := u.write(); err != nil {
			return err
		}
		return s.Audit(tx, actor, "import_update", string(q.ID))
	})
	if err != nil {
		return ImportUpdate{}, err
	}
	return done, nil
}

// An update holds a file against the import that stands.
type update struct {
	tx   *survey.Tx
	q    survey.Questionnaire
	im   Import
	done ImportUpdate

	faults      survey.Faults
	ids         map[survey.Slug]survey.RespondentID // of all, the new ones too
	slugs       map[survey.RespondentID]survey.Slug // the other way
	respondents []survey.Respondent                 // that are new, or have another place in the order or another state
	versions    []survey.Version                    // that are new, with the ids of the file
	quotations  []survey.Quotation                  // that are new
}

// compare finds what is new in the file and where it contradicts.
func (u *update) compare() error {
	for _, step := range []func() error{u.compareHead, u.compareCatalogue, u.compareRespondents, u.compareVersions, u.compareQuotations} {
		if err := step(); err != nil {
			return err
		}
	}
	if len(u.faults) == 0 {
		return nil
	}
	if len(u.faults) > MaxDifferences {
		u.faults = u.faults[:MaxDifferences]
		u.faults.Add("", "error.import.many", "Limit", MaxDifferences)
	}
	refused := survey.Fail(survey.Conflict, "error.import.contradicts")
	refused.Faults = u.faults
	return refused
}

// field is one field of an entry of the file, as it stands and as it comes.
type field struct {
	name       string
	was, comes any
}

// same notes the fields of an entry that come otherwise than they stand.
func (u *update) same(place string, fields ...field) {
	for _, f := range fields {
		if !survey.Same(bare(f.was), bare(f.comes)) {
			was, comes := excerpts(said(f.was), said(f.comes))
			u.faults.Add(place+"."+f.name, "error.import.stands", "Was", was, "Now", comes)
		}
	}
}

// bare is a field whose empty list is none.
func bare(value any) any {
	if list, ok := value.([]string); ok && len(list) == 0 {
		return nil
	}
	return value
}

// said is a field in words.
func said(value any) string {
	if list, ok := value.([]string); ok {
		return strings.Join(list, ", ")
	}
	return fmt.Sprint(value)
}

// excerpts are two texts from shortly before the place where they begin to differ, short enough for a message.
func excerpts(a, b string) (string, string) {
	x, y := []rune(a), []rune(b)
	alike := 0
	for alike < min(len(x), len(y)) && x[alike] == y[alike] {
		alike++
	}
	if alike = max(alike-20, 0); alike == 0 {
		return survey.Shown(a), survey.Shown(b)
	}
	return survey.Shown("…" + string(x[alike:])), survey.Shown("…" + string(y[alike:]))
}

// compareHead looks at the election and the questionnaire. The instant at which the source published is that of its newest state.
func (u *update) compareHead() error {
	election, err := u.tx.Election(u.q.Election)
	if err != nil {
		return err
	}
	e, q, now := u.im.Election, u.q, u.im.Questionnaire
	u.same("election", field{"name", election.Name, e.Name}, field{"date", election.Date, e.Date}, field{"level", election.Level, e.Level}, field{"region", election.Region, e.Region})
	u.same("questionnaire", field{"title", q.Title, now.Title}, field{"intro", q.Intro, now.Intro}, field{"source", q.Source, now.Source},
		field{"order_rule", q.OrderRule, now.OrderRule}, field{"licence", q.Licence, now.Licence},
		field{"scale", scaleIDs(q), scaleIDs(now)})
	was, comes := q.Treatment, now.Treatment
	for _, f := range []field{{"catalogue", was.Catalogue, comes.Catalogue}, {"letter", was.Letter, comes.Letter}, {"dispatched_at", was.DispatchedAt, comes.DispatchedAt}} {
		if said(f.was) != "" && said(f.comes) != "" {
			u.same("questionnaire.treatment", f)
		}
	}
	u.done.Report = !survey.Same(comes, survey.Treatment{}) && !survey.Same(was, comes)
	if !u.newer() || !u.done.Report || now.Deadline.IsZero() { // an extension moves it, and the report tells of it
		u.same("questionnaire", field{"deadline", q.Deadline.Stamp(), now.Deadline.Stamp()})
	}
	if before(now.PublishedAt, q.PublishedAt) {
		u.same("questionnaire", field{"published_at", q.PublishedAt, now.PublishedAt})
	}
	return nil
}

// newer tells whether the file is certainly of a later state than what stands.
func (u *update) newer() bool { return before(u.q.PublishedAt, u.im.Questionnaire.PublishedAt) }

func scaleIDs(q survey.Questionnaire) (list []string) {
	for _, step := range q.Scale {
		list = append(list, string(step.ID)+" = "+step.Label)
	}
	return list
}

// before tells whether a moment of a file is certainly earlier than another: where one is but a day, the days are compared.
func before(a, b survey.Stamp) bool {
	x, errA := a.Time()
	y, errB := b.Time()
	switch {
	case a == "" || b == "":
		return false
	case errA == nil && errB == nil:
		return x.Before(y)
	}
	days := len(time.DateOnly)
	return len(a) >= days && len(b) >= days && a[:days] < b[:days]
}

// compareCatalogue looks at the questions and what they name. None is added: every party was asked the same.
func (u *update) compareCatalogue() error {
	catalogue, err := u.tx.Catalogue(u.q.ID)
	if err != nil {
		return err
	}
	var topics [2][]survey.Named
	for i, list := range [][]survey.Topic{catalogue.Topics, u.im.Catalogue.Topics} {
		for _, t := range list {
			topics[i] = append(topics[i], survey.Named(t))
		}
	}
	u.compareNames("organisations", catalogue.Organisations, u.im.Catalogue.Organisations)
	u.compareNames("working_groups", catalogue.WorkingGroups, u.im.Catalogue.WorkingGroups)
	u.compareNames("topics", topics[0], topics[1])
	stands := map[survey.QuestionID]survey.CatalogueQuestion{}
	for _, q := range catalogue.Questions {
		stands[q.ID] = q
	}
	for i, now := range u.im.Catalogue.Questions {
		place := fmt.Sprintf("questions[%d]", i)
		was, known := stands[now.ID]
		if !known {
			u.faults.Add(place+".id", "error.import.not_added", "Value", survey.Shown(string(now.ID)))
			continue
		}
		u.same(place, field{"number", was.Number, now.Number}, field{"mark", was.Mark, now.Mark}, field{"kind", was.Kind, now.Kind}, field{"topic", was.Topic, now.Topic},
			field{"asked_by", was.AskedBy, now.AskedBy}, field{"label", was.Label, now.Label}, field{"text", was.Text, now.Text}, field{"context", was.Context, now.Context})
		delete(stands, now.ID)
	}
	for _, q := range catalogue.Questions {
		if _, left := stands[q.ID]; left {
			u.keep("questions", string(q.ID))
		}
	}
	return nil
}

func (u *update) compareNames(list string, stands, comes []survey.Named) {
	names := map[string]string{}
	for _, n := range stands {
		names[n.ID] = n.Name
	}
	for i, n := range comes {
		place := fmt.Sprintf("%s[%d]", list, i)
		if was, known := names[n.ID]; known {
			u.same(place, field{"name", was, n.Name})
		} else {
			u.faults.Add(place+".id", "error.import.not_added", "Value", survey.Shown(n.ID))
		}
	}
	comesID := func(n survey.Named) bool {
		return slices.ContainsFunc(comes, func(c survey.Named) bool { return c.ID == n.ID })
	}
	for _, n := range stands {
		if !comesID(n) {
			u.keep(list, n.ID)
		}
	}
}

// keep notes what the file leaves out.
func (u *update) keep(list string, ids ...string) {
	u.done.Kept = append(u.done.Kept, list+": "+strings.Join(ids, ", "))
}

// compareRespondents finds the new parties and gives each its place in the order: that of the file. Who is left out stays behind
// whoever was before. Who stood before another stays before it, unless the order is that of receipt, which a first answer changes.
func (u *update) compareRespondents() error {
	standing, err := survey.RespondentsInOrder(u.tx, u.q.ID)
	if err != nil {
		return err
	}
	known, folded := map[survey.Slug]survey.Respondent{}, map[string]survey.Slug{}
	u.ids, u.slugs = map[survey.Slug]survey.RespondentID{}, map[survey.RespondentID]survey.Slug{}
	for _, r := range standing {
		known[r.Slug], folded[strings.ToLower(string(r.Slug))], u.ids[r.Slug] = r, r.Slug, r.ID
	}
	var order []survey.Respondent
	comes := map[survey.Slug]bool{}
	last := survey.Respondent{}
	for i, now := range u.im.Respondents {
		comes[now.Slug] = true
		place := fmt.Sprintf("parties[%d]", i)
		was, found := known[now.Slug]
		if !found {
			if other, clash := folded[strings.ToLower(string(now.Slug))]; clash {
				u.faults.Add(place+".id", "error.import.case", "Value", survey.Shown(string(now.Slug)), "First", survey.Shown(string(other)))
			}
			now.Questionnaire, now.ID, now.Revision = u.q.ID, survey.RespondentID(survey.NewID()), 0
			u.ids[now.Slug] = now.ID
			u.done.Parties++
			order = append(order, now)
			continue
		}
		u.same(place, field{"short_name", was.ShortName, now.ShortName}, field{"name", was.Name, now.Name}, field{"members", was.Members, now.Members},
			field{"ballot_position", was.BallotPosition, now.BallotPosition}, field{"wikidata", was.Wikidata, now.Wikidata}, field{"colour", was.Colour, now.Colour})
		if now.Standing == (survey.Standing{}) && now.Standing != was.Standing {
			u.keep("parties", string(was.Slug), "state")
			now.Standing = was.Standing
		}
		if now.Standing != was.Standing && u.standsSince(was.Standing, now.Standing) {
			was.Standing = now.Standing
			u.done.States++
		}
		u.same(place, field{"state", was.Standing.State, now.Standing.State}, field{"state_since", was.Standing.Since, now.Standing.Since},
			field{"state_reason", was.Standing.Reason, now.Standing.Reason}, field{"state_source", was.Standing.Source, now.Standing.Source})
		if was.Sequence < last.Sequence && u.im.Questionnaire.Treatment.Order != survey.OrderReceipt {
			u.faults.Add(place, "error.import.party_order", "Name", survey.Shown(string(last.Slug)))
		}
		last = was
		order = append(order, was)
	}
	for i, r := range standing {
		if comes[r.Slug] {
			continue
		}
		u.keep("parties", string(r.Slug))
		behind := 0
		if i > 0 {
			behind = 1 + slices.IndexFunc(order, func(o survey.Respondent) bool { return o.ID == standing[i-1].ID })
		}
		order = slices.Insert(order, behind, r)
	}
	for i, r := range order {
		if r.Sequence = i + 1; survey.Same(known[r.Slug], r) {
			continue
		}
		r.Revision++
		u.respondents = append(u.respondents, r)
	}
	for slug, id := range u.ids {
		u.slugs[id] = slug
	}
	return nil
}

// standsSince tells whether a party can stand otherwise now: that was open, a later day says so, or the file is newer. A committee can refuse
// it and admit it after all.
func (u *update) standsSince(was, now survey.Standing) bool {
	open := was.State == "" || was.State == survey.StateExpected
	return now.State != "" && (open || now.Since > was.Since || u.newer())
}

// compareVersions finds the versions above those that stand.
func (u *update) compareVersions() error {
	stands, newest := map[string]survey.Version{}, map[string]survey.Version{}
	for v, err := range u.tx.Versions.List(survey.In(u.q.ID)) {
		if err != nil {
			return err
		}
		stands[v.Key()] = v
		newest[survey.CellKey(u.q.ID, v.Respondent, v.Question)] = v // they come in the order of their numbers
	}
	for i, now := range u.im.Versions {
		place := fmt.Sprintf("answers[%d]", i)
		now.Questionnaire, now.Respondent = u.q.ID, u.ids[survey.Slug(now.Respondent)]
		if was, known := stands[now.Key()]; known {
			delete(stands, now.Key())
			if u.givesWay(was, now) && newest[survey.CellKey(u.q.ID, now.Respondent, now.Question)].Number == was.Number {
				if !survey.Same(was, now) {
					u.versions = append(u.versions, now)
				}
				continue
			}
			if was.Late != now.Late && u.newer() && u.done.Report { // an extension makes it one in time
				if was.Late = now.Late; survey.Same(was, now) {
					u.versions = append(u.versions, now)
					continue
				}
			}
			u.same(place, field{"status", was.Status, now.Status}, field{"position", was.Position, now.Position}, field{"text", was.Text, now.Text},
				field{"reason", was.Reason, now.Reason}, field{"provenance", was.Provenance, now.Provenance}, field{"late", was.Late, now.Late},
				field{"joint", was.Joint, now.Joint}, field{"source", was.Source, now.Source}, field{"licence", was.Licence, now.Licence},
				field{"received_at", was.ReceivedAt, now.ReceivedAt}, field{"change_note", was.ChangeNote, now.ChangeNote},
				field{"note", was.Note, now.Note}, field{"confirmed", was.Confirmed, now.Confirmed})
			continue
		}
		cell := survey.CellKey(u.q.ID, now.Respondent, now.Question)
		current, some := newest[cell]
		switch {
		case some && now.Number < current.Number:
			u.faults.Add(place+".version", "error.import.version_behind", "Version", now.Number, "Newest", current.Number)
		case some && before(now.ReceivedAt, current.ReceivedAt):
			u.faults.Add(place+".received_at", "error.import.received_before", "At", string(now.ReceivedAt), "Newest", string(current.ReceivedAt))
		}
		newest[cell] = now
		u.versions = append(u.versions, now)
	}
	u.done.Versions = len(u.versions)
	for _, key := range slices.Sorted(maps.Keys(stands)) {
		v := stands[key]
		u.keep("answers", string(v.Question), string(u.slugs[v.Respondent]), fmt.Sprint(v.Number))
	}
	return nil
}

// givesWay tells whether an entry that but said that nothing had come gives way: to the party's first words, where the time was not over
// yet to what came of it, and to another reason why nothing came. A bounce can become known later; that the party was reached after
// all, or is asked after all, a newer file can say. Such an entry is no version, and what came first after it is version 1 in its source too.
func (u *update) givesWay(was, now survey.Version) bool {
	if was.Number > 1 || was.Status.FromParty() {
		return false
	}
	decided := was.Status == survey.NotReached || was.Status == survey.NotAsked
	return now.Status.FromParty() || was.Status == survey.Pending || !decided && now.Status != was.Status && now.Status != survey.Pending || u.newer()
}

// compareQuotations finds quotations for cells that have none.
func (u *update) compareQuotations() error {
	stands := map[string]survey.Quotation{}
	for quoted, err := range u.tx.Quotations.List(survey.In(u.q.ID)) {
		if err != nil {
			return err
		}
		stands[quoted.Key()] = quoted
	}
	for i, now := range u.im.Quotations {
		now.Questionnaire, now.Respondent, now.Revision = u.q.ID, u.ids[survey.Slug(now.Respondent)], 1
		if was, known := stands[now.Key()]; known {
			u.same(fmt.Sprintf("quotations[%d]", i), field{"text", was.Text, now.Text}, field{"place", was.Place, now.Place}, field{"source", was.Source, now.Source})
			delete(stands, now.Key())
			continue
		}
		u.quotations = append(u.quotations, now)
	}
	u.done.Quotations = len(u.quotations)
	for _, key := range slices.Sorted(maps.Keys(stands)) {
		u.keep("quotations", string(stands[key].Question), string(u.slugs[stands[key].Respondent]))
	}
	return nil
}

// write stores what is new.
func (u *update) write() error {
	if at := u.im.Questionnaire.PublishedAt; at != "" && at != u.q.PublishedAt || u.done.Report {
		u.q.PublishedAt = cmp.Or(at, u.q.PublishedAt)
		if u.done.Report {
			u.q.Treatment = u.im.Questionnaire.Treatment
			if !u.im.Questionnaire.Deadline.IsZero() {
				u.q.Deadline = u.im.Questionnaire.Deadline
			}
		}
		u.q.Revision++
		if err := u.tx.Questionnaires.Put(u.q); err != nil {
			return err
		}
	}
	for _, r := range u.respondents {
		if err := u.tx.Respondents.Put(r); err != nil {
			return err
		}
	}
	slices.SortFunc(u.versions, func(a, b survey.Version) int { return strings.Compare(a.Key(), b.Key()) }) // see inKeyOrder
	for _, v := range u.versions {
		if err := u.tx.Versions.Put(v); err != nil {
			return err
		}
	}
	for _, quoted := range u.quotations {
		if err := u.tx.Quotations.Put(quoted); err != nil {
			return err
		}
	}
	return nil
}
