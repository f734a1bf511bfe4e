package survey

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Most values of a procedure.
const (
	maxProcedureQuestions  = 200
	maxProcedureCharacters = MaxTextUnits
)

// beforeDispatch loads a questionnaire that has not been sent.
func (s *Service) beforeDispatch(tx *Tx, questionnaire string) (Questionnaire, error) {
	q, err := tx.Questionnaires.Get(questionnaire)
	if err != nil {
		return q, err
	}
	return q, s.inPhase(q, PhaseDraft, PhaseLocked)
}

// putInOrder gives every respondent its place in the printed order: ballot position, then the alphabet. Unknown positions
// come last.
func putInOrder(tx *Tx, questionnaire string) error {
	all, err := collect(tx.Respondents.List(questionnaire + "/"))
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b Respondent) int {
		if (a.BallotPosition == 0) != (b.BallotPosition == 0) {
			return cmp.Compare(b.BallotPosition, a.BallotPosition)
		}
		return cmp.Or(cmp.Compare(a.BallotPosition, b.BallotPosition), strings.Compare(a.Slug, b.Slug))
	})
	for i, r := range all {
		if r.Sequence != i+1 {
			r.Sequence = i + 1
			if err := tx.Respondents.Put(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// giveSlug makes a respondent's slug from its short name, unique in the questionnaire.
func giveSlug(tx *Tx, r *Respondent) error {
	base := Slug(r.ShortName)
	if base == "" {
		base = "partei"
	}
	taken := map[string]bool{}
	for other, err := range tx.Respondents.List(r.Questionnaire + "/") {
		if err != nil {
			return err
		}
		taken[other.Slug] = taken[other.Slug] || other.ID != r.ID
	}
	r.Slug = freeSlug(base, func(slug string) bool { return taken[slug] })
	return nil
}

// RespondentRow is a respondent with what does not fit its procedure.
type RespondentRow struct {
	Respondent
	Packet Packet
}

// RespondentList is the page of the respondents.
type RespondentList struct {
	Questionnaire Questionnaire
	Election      Election
	Rows          []RespondentRow // in the printed order
	Candidates    []Candidate     // by ballot position, then name
	Missing       int             // candidates that are not among the respondents
}

// RespondentList returns who gets the catalogue, and who could.
func (s *Service) RespondentList(ctx context.Context, actor Actor, questionnaire string) (l RespondentList, err error) {
	if err := actor.require(RoleCoordinator, RoleAdministrator); err != nil {
		return l, err
	}
	err = s.Store.View(ctx, func(tx *Tx) error {
		l = RespondentList{}
		if l.Questionnaire, err = tx.Questionnaires.Get(questionnaire); err != nil {
			return err
		}
		if l.Election, err = tx.Elections.Get(l.Questionnaire.Election); err != nil {
			return err
		}
		questions, locked, err := sentQuestions(tx, l.Questionnaire)
		if err != nil {
			return err
		}
		all, err := respondentsInOrder(tx, questionnaire)
		if err != nil {
			return err
		}
		for _, r := range all {
			l.Rows = append(l.Rows, RespondentRow{Respondent: r, Packet: packetOf(r, questions, locked)})
		}
		l.Candidates, err = candidates(tx, l.Questionnaire, all)
		for _, c := range l.Candidates {
			if c.Respondent == "" {
				l.Missing++
			}
		}
		return err
	})
	return l, err
}

// SaveRespondent is the form of a respondent. Due is its own date, typed; "" is the questionnaire's deadline.
type SaveRespondent struct {
	ShortName, Name  string
	BallotPosition   int
	Wikidata, Colour string
	Email, Language  string
	Procedure        Procedure
	DueLocal         string // 2006-01-02T15:04
	DueZone          string
	DueChoice        string // first or second, when the local time happens twice
	NotAsked         string
	Revision         int // 0 when adding
}

// checkRespondent cleans the form and notes its faults; it returns the own date.
func checkRespondent(f *Faults, cmd *SaveRespondent) (due Instant) {
	f.party(&cmd.ShortName, &cmd.Name, &cmd.Wikidata, &cmd.Colour, &cmd.Email)
	if cmd.BallotPosition < 0 || cmd.BallotPosition > 999 {
		f.Add("ballot_position", "error.number", "Min", 0, "Max", 999)
	}
	if cmd.Language != "de" && cmd.Language != "en" {
		f.Add("language", "error.choice")
	}
	f.text("not_asked", &cmd.NotAsked)
	checkProcedure(f, &cmd.Procedure)
	f.line("due", &cmd.DueLocal, 30, false)
	if cmd.DueLocal == "" {
		return Instant{}
	}
	if c := cmd.Procedure.Channel; c != ChannelPortal && c != ChannelMail {
		f.Add("due", "send.error.due_form")
		return Instant{}
	}
	due, key := ParseInstant(cmd.DueLocal, cmd.DueZone, cmd.DueChoice)
	if key != "" {
		f.Add("due", key)
	}
	return due
}

func checkProcedure(f *Faults, p *Procedure) {
	if !slices.Contains(Channels, p.Channel) {
		f.Add("channel", "error.choice")
	}
	if p.MaxQuestions < 0 || p.MaxQuestions > maxProcedureQuestions {
		f.Add("max_questions", "error.number", "Min", 0, "Max", maxProcedureQuestions)
	}
	if p.MaxCharacters < 0 || p.MaxCharacters > maxProcedureCharacters {
		f.Add("max_characters", "error.number", "Min", 0, "Max", maxProcedureCharacters)
	}
	f.line("source", &p.Source, 500, false)
	f.line("checked_on", &p.CheckedOn, 10, false)
	f.day("checked_on", p.CheckedOn)
	f.text("note", &p.Note)
}

// AddRespondent adds a respondent by hand: one that does not stand as a party of the election. It returns its slug. The very
// same again is a double click and adds none.
func (s *Service) AddRespondent(ctx context.Context, actor Actor, questionnaire string, cmd SaveRespondent) (slug string, err error) {
	if err := actor.require(RoleCoordinator); err != nil {
		return "", err
	}
	var faults Faults
	due := checkRespondent(&faults, &cmd)
	if err := faults.Err(); err != nil {
		return "", err
	}
	id := NewID()
	err = s.update(ctx, actor, func(tx *Tx) error {
		if _, err := s.beforeDispatch(tx, questionnaire); err != nil {
			return err
		}
		r := Respondent{Questionnaire: questionnaire, ID: id}
		if err := s.fillRespondent(tx, &r, cmd, due); err != nil {
			return err
		}
		for other, err := range tx.Respondents.List(questionnaire + "/") {
			if err != nil {
				return err
			}
			again := r
			again.ID, again.Slug, again.Sequence = other.ID, other.Slug, other.Sequence
			if same(again, other) {
				slug = other.Slug
				return nil
			}
		}
		slug = r.Slug
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		return putInOrder(tx, questionnaire)
	})
	return slug, err
}

// fillRespondent puts the form into the respondent, with a new slug if the short name changed.
func (s *Service) fillRespondent(tx *Tx, r *Respondent, cmd SaveRespondent, due Instant) error {
	renamed := r.ShortName != cmd.ShortName
	r.ShortName, r.Name, r.BallotPosition, r.Wikidata, r.Colour = cmd.ShortName, cmd.Name, cmd.BallotPosition, cmd.Wikidata, cmd.Colour
	r.Email, r.Language, r.Procedure, r.Due, r.NotAsked = cmd.Email, cmd.Language, cmd.Procedure, due, cmd.NotAsked
	r.Revision++
	if renamed || r.Slug == "" {
		return giveSlug(tx, r)
	}
	return nil
}

// SaveRespondent changes a respondent, and returns its slug, which follows the short name. After the dispatch that is
// possible only while it has not been asked; its names and place stay as they are, and its address has a way of its own, see
// SetAddress. What is so already changes nothing.
func (s *Service) SaveRespondent(ctx context.Context, actor Actor, questionnaire, slug string, cmd SaveRespondent) (newSlug string, err error) {
	if err := actor.require(RoleCoordinator); err != nil {
		return "", err
	}
	var faults Faults
	due := checkRespondent(&faults, &cmd)
	if err := faults.Err(); err != nil {
		return "", err
	}
	err = s.update(ctx, actor, func(tx *Tx) error {
		q, r, err := s.editable(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		before := r
		if q.DispatchedAt.IsZero() {
			if err := s.fillRespondent(tx, &r, cmd, due); err != nil {
				return err
			}
		} else {
			r.Language, r.Procedure, r.Due, r.NotAsked = cmd.Language, cmd.Procedure, due, cmd.NotAsked
			r.Revision++
		}
		newSlug = r.Slug
		again := r
		again.Revision = before.Revision
		if same(again, before) {
			return nil
		}
		if before.Revision != cmd.Revision {
			return stale()
		}
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		switch {
		case q.DispatchedAt.IsZero():
			return putInOrder(tx, questionnaire)
		case before.NotAsked != r.NotAsked:
			return s.audit(tx, actor, "not_asked", r.ID, before.NotAsked, r.NotAsked)
		}
		return s.audit(tx, actor, "respondent_changed", r.ID)
	})
	return newSlug, err
}

// editable loads a respondent that can be changed now.
func (s *Service) editable(tx *Tx, questionnaire, slug string) (q Questionnaire, r Respondent, err error) {
	if q, err = tx.Questionnaires.Get(questionnaire); err != nil {
		return q, r, err
	}
	if r, err = respondentBySlug(tx, questionnaire, slug); err != nil {
		return q, r, err
	}
	if !r.Editable(q) {
		return q, r, Fail(Conflict, "error.phase."+string(q.Phase(s.now())))
	}
	return q, r, nil
}

// removable tells whether a respondent can still be taken off the list: before the dispatch each, afterwards one that nothing
// went to or came from, and that no publication has shown.
func (s *Service) removable(tx *Tx, q Questionnaire, r Respondent, t traffic) (bool, error) {
	switch q.Phase(s.now()) {
	case PhaseDraft, PhaseLocked:
		return true, nil
	case PhaseImported:
		return false, nil
	}
	if !r.AskedAt.IsZero() || r.NotReached != nil || len(t.mails)+len(t.links) > 0 {
		return false, nil
	}
	for _, err := range tx.Transcriptions.List(r.Key() + "/") {
		return false, err
	}
	for p, err := range tx.Publications.List(q.ID + "/") {
		if err != nil || slices.ContainsFunc(p.Digests, func(d CellDigest) bool { return d.Respondent == r.Slug }) {
			return false, err
		}
	}
	return true, nil
}

// RemoveRespondent takes a respondent off the list. After the dispatch only one can be removed that has been taken over by
// mistake, see removable. Nothing goes out or is published while a party of the election is missing.
func (s *Service) RemoveRespondent(ctx context.Context, actor Actor, questionnaire, slug string) error {
	if err := actor.require(RoleCoordinator); err != nil {
		return err
	}
	return s.update(ctx, actor, func(tx *Tx) error {
		q, err := tx.Questionnaires.Get(questionnaire)
		if err != nil {
			return err
		}
		r, err := respondentBySlug(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		all, err := loadTraffic(tx, questionnaire)
		if err != nil {
			return err
		}
		switch ok, err := s.removable(tx, q, r, all[r.ID]); {
		case err != nil:
			return err
		case !ok:
			return Fail(Conflict, "error.phase."+string(q.Phase(s.now())))
		}
		for _, act := range []ApprovalKind{ActDispatch, ActAddress} { // what was asked for it is settled
			waiting, err := WaitingApproval(tx, q.ID, act, r.ID)
			if err != nil {
				return err
			}
			if waiting == nil {
				continue
			}
			if err := tx.Approvals.Delete(waiting.Key()); err != nil {
				return err
			}
		}
		if err := tx.Respondents.Delete(r.Key()); err != nil {
			return err
		}
		if err := s.audit(tx, actor, "remove_respondent", r.ID); err != nil {
			return err
		}
		return putInOrder(tx, questionnaire)
	})
}
