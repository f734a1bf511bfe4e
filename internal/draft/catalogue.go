package draft

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"pruefstein/internal/survey"
)

// A Block is a reason why the catalogue cannot be locked: a message key and its arguments.
type Block struct {
	Key      string
	Args     []any
	Question survey.QuestionID // id of the drafted question it is about, "" for the catalogue as a whole
}

// CataloguePage is the catalogue as it is, or before the lock as it would be, with what does not fit whom.
type CataloguePage struct {
	Questionnaire survey.Questionnaire
	Election      survey.Election
	Catalogue     survey.Catalogue // before the lock: the agreed questions under the ids and numbers they would get
	Locked        bool
	Blocks        []Block // before the lock
	Open          int     // questions not decided, which would stay out
	Respondents   []CatalogueRespondent

	LockedBy, ConfirmedBy string // names
	Undone                []UndoneLock
	survey.SecondPerson   // of the lock, once it is there of undoing it

	MayOrder, MayLock, MayUnlock, MayConfirm, MayWithdraw bool
}

// UndoneLock is a catalogue locked before, with the names of those who did it.
type UndoneLock struct {
	survey.UndoneLock
	LockedName, UndoneName, ConfirmedName string
}

// CatalogueRespondent is a respondent with what it is asked.
type CatalogueRespondent struct {
	survey.Respondent
	Packet    survey.Packet
	NoAddress bool // it is asked by mail, and there is no address to send to
}

// CataloguePage returns the catalogue of a questionnaire for its page.
func (s *Service) CataloguePage(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (v CataloguePage, err error) {
	if err := actor.RequireStaff(); err != nil {
		return v, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		v, err = s.cataloguePage(tx, actor, questionnaire)
		return err
	})
	return v, err
}

func (s *Service) cataloguePage(tx *survey.Tx, actor survey.Actor, questionnaire survey.QuestionnaireID) (v CataloguePage, err error) {
	if v.Questionnaire, err = tx.Questionnaire(questionnaire); err != nil {
		return v, err
	}
	if v.Election, err = tx.Election(v.Questionnaire.Election); err != nil {
		return v, err
	}
	words, err := loadWords(tx, v.Questionnaire)
	if err != nil {
		return v, err
	}
	for _, u := range v.Questionnaire.Undone {
		v.Undone = append(v.Undone, UndoneLock{u, words.users[u.LockedBy], words.users[u.By], words.users[u.ConfirmedBy]})
	}
	v.Locked = v.Questionnaire.Phase(s.At(tx)) != survey.PhaseDraft
	if v.Locked {
		if v.Catalogue, err = tx.Catalogue(questionnaire); err != nil {
			return v, err
		}
		v.LockedBy, v.ConfirmedBy = words.users[v.Catalogue.LockedBy], words.users[v.Catalogue.ConfirmedBy]
		if err := s.undoable(tx, actor, &v); err != nil {
			return v, err
		}
	} else if err := s.planned(tx, actor, words, &v); err != nil {
		return v, err
	}
	respondents, err := survey.RespondentsInOrder(tx, questionnaire)
	for _, r := range respondents {
		v.Respondents = append(v.Respondents, CatalogueRespondent{Respondent: r, Packet: survey.PacketOf(r, v.askable(), v.Locked), NoAddress: r.GetsMail() && !survey.BareAddress(r.Email)})
	}
	return v, err
}

// askable returns the questions under the ids that Respondent.LeftOut has now. Before the lock those are the ids of the drafted
// questions.
func (v CataloguePage) askable() []survey.CatalogueQuestion {
	if v.Locked {
		return v.Catalogue.Questions
	}
	list := slices.Clone(v.Catalogue.Questions)
	for i := range list {
		list[i].ID = list[i].Origin
	}
	return list
}

// planned fills in what the page says before the lock.
func (s *Service) planned(tx *survey.Tx, actor survey.Actor, words wordbook, v *CataloguePage) error {
	questions, err := survey.Collect(tx.Questions.List(survey.In(v.Questionnaire.ID)))
	if err != nil {
		return err
	}
	for _, q := range questions {
		if !q.State.Decided() {
			v.Open++
		}
	}
	if v.Catalogue, err = plannedCatalogue(v.Questionnaire, survey.AgreedInOrder(questions), words); err != nil {
		return err
	}
	v.Blocks = lockBlocks(v.Questionnaire, v.Catalogue)
	digest, err := survey.ContentDigest(v.Catalogue)
	if err != nil {
		return err
	}
	if v.SecondPerson, err = s.SecondPerson(tx, actor, v.Questionnaire.ID, survey.ActLock, "", digest); err != nil {
		return err
	}
	coordinator := actor.Has(survey.RoleCoordinator)
	checker := coordinator || actor.Has(survey.RoleAdministrator)
	v.MayOrder = coordinator
	v.MayLock = coordinator && len(v.Blocks) == 0
	if v.Waiting != nil {
		v.MayConfirm = checker && !v.Own && !v.OneHand && !v.Outdated && len(v.Blocks) == 0
		v.MayLock = v.MayLock && v.Outdated
		v.MayWithdraw = checker
	}
	return nil
}

// plannedCatalogue is the catalogue that a lock would make of the agreed questions: ids q01 … in their order, with copies
// of all names under the ids of exports.
func plannedCatalogue(q survey.Questionnaire, agreed []survey.Question, words wordbook) (survey.Catalogue, error) {
	c := survey.Catalogue{Questionnaire: q.ID}
	used := map[survey.Slug]bool{}
	for i, question := range agreed {
		one := survey.CatalogueQuestion{ID: survey.QuestionID(fmt.Sprintf("q%02d", i+1)), Number: i + 1, Kind: question.Kind, Mark: question.Mark, Label: question.Label,
			Text: question.Text, Context: question.Context, Topic: question.Topic, Origin: question.ID}
		used[survey.Slug("topic "+question.Topic)] = true
		for _, g := range words.groups {
			if g.ID == question.WorkingGroup {
				one.WorkingGroup = string(g.Slug)
				used["group "+g.Slug] = true
			}
		}
		for _, o := range words.organisations {
			if slices.Contains(question.AskedBy, o.ID) {
				one.AskedBy = append(one.AskedBy, string(o.Slug))
				used["organisation "+o.Slug] = true
			}
		}
		c.Questions = append(c.Questions, one)
	}
	for _, t := range q.Topics {
		if used[survey.Slug("topic "+t.ID)] {
			c.Topics = append(c.Topics, t)
		}
	}
	for _, g := range words.groups {
		if used["group "+g.Slug] {
			c.WorkingGroups = append(c.WorkingGroups, survey.Named{ID: string(g.Slug), Name: g.Name})
		}
	}
	for _, o := range words.organisations {
		if used["organisation "+o.Slug] {
			c.Organisations = append(c.Organisations, survey.Named{ID: string(o.Slug), Name: o.Name})
		}
	}
	var err error
	c.Hash, err = survey.CatalogueHash(c.Questions)
	return c, err
}

// lockBlocks lists why the catalogue cannot be locked.
func lockBlocks(q survey.Questionnaire, c survey.Catalogue) (blocks []Block) {
	if len(c.Questions) == 0 {
		blocks = append(blocks, Block{Key: "draft.block.none"})
	}
	if over := len(c.Questions) - q.Slots; q.Slots > 0 && over > 0 {
		blocks = append(blocks, Block{Key: "draft.block.slots", Args: []any{"Count", over, "Slots", q.Slots}})
	}
	for _, question := range c.Questions {
		if over := survey.Length(question.Text) - q.QuestionLimit; q.QuestionLimit > 0 && over > 0 {
			blocks = append(blocks, Block{Key: "draft.block.long", Args: []any{"Number", question.Printed(), "Count", over, "Limit", q.QuestionLimit}, Question: question.Origin})
		}
	}
	return blocks
}

// LockCatalogue locks the catalogue: numbered, hashed, immutable. seen is the hash the actor's page showed. A catalogue that has
// changed since is a Conflict (draft.error.catalogue_changed). Where a second person is needed, the first call asks for it and
// returns locked false. The call of another person locks. A second click of whoever locked or asked changes nothing.
func (s *Service) LockCatalogue(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, seen string) (locked bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		c, err := tx.Catalogue(questionnaire)
		if locked = err == nil && c.Hash == seen && (c.LockedBy == actor.Who() || c.ConfirmedBy == actor.Who()); locked {
			return nil
		}
		if _, err := s.drafting(tx, questionnaire); err != nil {
			return err
		}
		v, err := s.cataloguePage(tx, actor, questionnaire)
		if err != nil {
			return err
		}
		if v.Catalogue.Hash != seen {
			return survey.Fail(survey.Conflict, "draft.error.catalogue_changed")
		}
		if len(v.Blocks) > 0 {
			return survey.Fail(survey.Conflict, v.Blocks[0].Key, v.Blocks[0].Args...)
		}
		done, approval, err := s.Approve(tx, actor, questionnaire, survey.ActLock, "", v.Catalogue)
		if err != nil || !done {
			return survey.AskedBefore(err)
		}
		locked = true
		return s.lock(tx, actor, v, approval)
	})
	return locked, err
}

// lock writes the catalogue and turns what refers to drafted questions over to it.
func (s *Service) lock(tx *survey.Tx, actor survey.Actor, v CataloguePage, approval survey.Approval) error {
	c, q := v.Catalogue, v.Questionnaire
	c.LockedAt, c.LockedBy, c.ConfirmedBy = s.At(tx), approval.RequestedBy, approval.ApprovedBy
	if err := tx.Catalogues.Put(c); err != nil {
		return err
	}
	ids := map[survey.QuestionID]survey.QuestionID{}
	for _, question := range c.Questions {
		ids[question.Origin] = question.ID
	}
	for _, r := range v.Respondents {
		if len(r.LeftOut) == 0 {
			continue
		}
		if err := tx.Respondents.Put(rekeyed(r.Respondent, ids)); err != nil {
			return err
		}
	}
	q.LockedAt = c.LockedAt
	q.Revision++
	if err := tx.Questionnaires.Put(q); err != nil {
		return err
	}
	return s.Audit(tx, actor, "lock", string(q.ID))
}

// rekeyed returns the respondent with its left-out questions under their catalogue ids. It forgets questions that did not get into
// the catalogue.
func rekeyed(r survey.Respondent, ids map[survey.QuestionID]survey.QuestionID) survey.Respondent {
	left, by := map[survey.QuestionID]string{}, map[survey.QuestionID]survey.Noted{}
	for origin, reason := range r.LeftOut {
		id, ok := ids[origin]
		if !ok {
			continue
		}
		left[id] = reason
		if noted, ok := r.LeftOutBy[origin]; ok {
			by[id] = noted
		}
	}
	r.LeftOut, r.LeftOutBy = left, by
	r.Revision++
	return r
}

// OrderCatalogue is the form that orders the agreed questions.
type OrderCatalogue struct {
	Seen     string                       // Catalogue.Hash of the order the actor's page showed
	Places   map[survey.QuestionID]string // question id -> place as typed
	Was      map[survey.QuestionID]int    // question id -> the place the field showed
	Up, Down survey.QuestionID            // the question to move by one; "" none
}

// OrderCatalogue orders the agreed questions. A question whose place was changed goes to the place typed, and the others keep
// their order around it. Then one goes up or down. A fault is named place-<question id>. Somebody else's change of the agreed
// questions in between is a Conflict (error.stale), unless they stand as wanted already.
func (s *Service) OrderCatalogue(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd OrderCatalogue) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := s.drafting(tx, questionnaire)
		if err != nil {
			return err
		}
		questions, err := survey.Collect(tx.Questions.List(survey.In(questionnaire)))
		if err != nil {
			return err
		}
		before := survey.AgreedInOrder(questions)
		words, err := loadWords(tx, q)
		if err != nil {
			return err
		}
		now, err := plannedCatalogue(q, before, words)
		if err != nil {
			return err
		}
		places := len(before)
		if now.Hash != cmd.Seen {
			places = maxSlots // the actor may have seen more questions
		}
		agreed := before
		var faults survey.Faults
		type placed struct {
			survey.Question
			at int
		}
		var moved []placed
		var rest []survey.Question
		for i, q := range agreed {
			if to := faults.Whole("place-"+string(q.ID), cmd.Places[q.ID], 1, places); to > 0 && to != cmp.Or(cmd.Was[q.ID], i+1) {
				moved = append([]placed{{q, to - 1}}, moved...)
			} else {
				rest = append(rest, q)
			}
		}
		if err := faults.Err(); err != nil {
			return err
		}
		slices.SortStableFunc(moved, func(a, b placed) int { return a.at - b.at })
		to := 0
		for i, m := range moved {
			if i == 0 || m.at != moved[i-1].at { // those of one place stand in the order they had, at the end as well
				to = min(m.at, len(rest))
			}
			rest = slices.Insert(rest, to, m.Question)
		}
		agreed = rest
		for _, move := range []struct {
			id survey.QuestionID
			by int
		}{{cmd.Up, -1}, {cmd.Down, 1}} {
			at := slices.IndexFunc(agreed, func(q survey.Question) bool { return q.ID == move.id })
			if was := cmd.Was[move.id]; was > 0 && now.Hash != cmd.Seen && at+1 == was+move.by {
				continue // it went there already
			}
			if to := at + move.by; at >= 0 && to >= 0 && to < len(agreed) {
				agreed[at], agreed[to] = agreed[to], agreed[at]
			}
		}
		if slices.EqualFunc(agreed, before, func(a, b survey.Question) bool { return a.ID == b.ID }) {
			return nil // the second click of two
		}
		if now.Hash != cmd.Seen {
			return survey.Stale()
		}
		for i, q := range agreed {
			if q.Sequence != i+1 {
				q.Sequence = i + 1
				if err := tx.Questions.Put(q); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
