package send

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/survey"
)

// Most values of a procedure.
const (
	maxProcedureQuestions  = 200
	maxProcedureCharacters = survey.MaxTextUnits
)

// maxReason is how many UTF-16 units the public reason of a deviation may have.
const maxReason = 500

// beforeDispatch loads a questionnaire that has not been sent.
func (s *Service) beforeDispatch(tx *survey.Tx, questionnaire survey.QuestionnaireID) (survey.Questionnaire, error) {
	q, err := tx.Questionnaire(questionnaire)
	if err != nil {
		return q, err
	}
	return q, q.InPhase(s.At(tx), survey.PhaseDraft, survey.PhaseLocked)
}

// giveSlug makes a respondent's slug from its short name, unique in the questionnaire.
func giveSlug(tx *survey.Tx, r *survey.Respondent) error {
	base := survey.SlugOf(r.ShortName)
	if base == "" {
		base = "partei"
	}
	taken := map[survey.Slug]bool{}
	for other, err := range tx.Respondents.List(survey.In(r.Questionnaire)) {
		if err != nil {
			return err
		}
		taken[other.Slug] = taken[other.Slug] || other.ID != r.ID
	}
	r.Slug = survey.FreeSlug(base, func(slug survey.Slug) bool { return taken[slug] })
	return nil
}

// RespondentRow is a respondent with what does not fit its procedure.
type RespondentRow struct {
	survey.Respondent
	Packet survey.Packet
}

// RespondentList is the page of the respondents.
type RespondentList struct {
	Questionnaire survey.Questionnaire
	Election      survey.Election
	Rows          []RespondentRow    // in the printed order
	Candidates    []survey.Candidate // by the rule of the questionnaire
	Missing       int                // candidates that are not among the respondents
}

// RespondentList returns who gets the catalogue, and who could.
func (s *Service) RespondentList(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (l RespondentList, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return l, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		l = RespondentList{}
		if l.Questionnaire, err = tx.Questionnaire(questionnaire); err != nil {
			return err
		}
		if l.Election, err = tx.Election(l.Questionnaire.Election); err != nil {
			return err
		}
		questions, locked, err := survey.SentQuestions(tx, l.Questionnaire)
		if err != nil {
			return err
		}
		all, err := survey.RespondentsInOrder(tx, questionnaire)
		if err != nil {
			return err
		}
		for _, r := range all {
			l.Rows = append(l.Rows, RespondentRow{Respondent: r, Packet: survey.PacketOf(r, questions, locked)})
		}
		l.Candidates, err = survey.Candidates(tx, l.Questionnaire, all)
		for _, c := range l.Candidates {
			if c.Missing() {
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
	OrderNumber      string // as typed; counts where the order goes by numbers
	Wikidata, Colour string
	Email, Language  string
	Copies           string // beside Email, see survey.SplitAddresses
	Postal           string
	Procedure        survey.Procedure
	Due              string // 2006-01-02T15:04
	DueZone          string
	DueChoice        string // first or second, when the local time happens twice
	DueReason        string // public; needed for an own date that is not that of its own procedure, see lacksReason
	LanguageReason   string // public; needed for another language than German
	NotAsked         string
	Revision         int // 0 when adding
}

// checkRespondent cleans the form and notes its faults; it returns the copies and the own date.
func checkRespondent(f *survey.Faults, cmd *SaveRespondent) (copies []string, due survey.Instant) {
	f.Party(&cmd.ShortName, &cmd.Name, &cmd.Wikidata, &cmd.Colour)
	copies = f.Contact(&cmd.Email, cmd.Copies, &cmd.Postal)
	if cmd.BallotPosition < 0 || cmd.BallotPosition > survey.MaxBallotPosition {
		f.Add("ballot_position", "error.number", "Min", 0, "Max", survey.MaxBallotPosition)
	}
	if cmd.Language != "de" && cmd.Language != "en" {
		f.Add("language", "error.choice")
	}
	f.Line("language_reason", &cmd.LanguageReason, maxReason, false)
	f.Line("due_reason", &cmd.DueReason, maxReason, false)
	f.Text("not_asked", &cmd.NotAsked)
	checkProcedure(f, &cmd.Procedure)
	f.Line("due", &cmd.Due, 30, false)
	if cmd.Due == "" {
		return copies, survey.Instant{}
	}
	if c := cmd.Procedure.Channel; c != survey.ChannelPortal && c != survey.ChannelMail {
		f.Add("due", "send.error.due_form")
		return copies, survey.Instant{}
	}
	due, key := survey.ParseInstant(cmd.Due, cmd.DueZone, cmd.DueChoice)
	if key != "" {
		f.Add("due", key)
	}
	return copies, due
}

func checkProcedure(f *survey.Faults, p *survey.Procedure) {
	if !slices.Contains(survey.Channels, p.Channel) {
		f.Add("channel", "error.choice")
	}
	if p.MaxQuestions < 0 || p.MaxQuestions > maxProcedureQuestions {
		f.Add("max_questions", "error.number", "Min", 0, "Max", maxProcedureQuestions)
	}
	if p.MaxCharacters < 0 || p.MaxCharacters > maxProcedureCharacters {
		f.Add("max_characters", "error.number", "Min", 0, "Max", maxProcedureCharacters)
	}
	f.Line("source", &p.Source, 500, false)
	f.Line("checked_on", &p.CheckedOn, 10, false)
	f.Day("checked_on", p.CheckedOn)
	f.Text("note", &p.Note)
}

// AddRespondent adds a respondent by hand: one that does not stand as a party of the election. It returns its slug. The very
// same again is a double click and adds none.
func (s *Service) AddRespondent(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd SaveRespondent) (slug survey.Slug, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return "", err
	}
	var faults survey.Faults
	copies, due := checkRespondent(&faults, &cmd)
	if err := faults.Err(); err != nil {
		return "", err
	}
	id := survey.NewID()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := s.beforeDispatch(tx, questionnaire)
		if err != nil {
			return err
		}
		if err := beforePolls(tx, q, "due", due); err != nil {
			return err
		}
		r := survey.Respondent{Questionnaire: questionnaire, ID: survey.RespondentID(id)}
		if err := s.fillRespondent(tx, &r, cmd, copies, due); err != nil {
			return err
		}
		if err := cmd.reasons(&r, survey.Respondent{}, survey.Noted{At: s.At(tx), By: actor.Who()}); err != nil {
			return err
		}
		for other, err := range tx.Respondents.List(survey.In(questionnaire)) {
			if err != nil {
				return err
			}
			again := r
			again.ID, again.Slug, again.OrderNumber = other.ID, other.Slug, other.OrderNumber
			again.DueReason = other.DueReason.Given(r.DueReason.Text, r.DueReason.Noted)
			again.LanguageReason = other.LanguageReason.Given(r.LanguageReason.Text, r.LanguageReason.Noted)
			if survey.Same(again, other) {
				slug = other.Slug
				return nil
			}
		}
		slug = r.Slug
		if err := number(tx, q, &r, cmd.OrderNumber); err != nil {
			return err
		}
		return tx.Respondents.Put(r)
	})
	return slug, err
}

// number takes the typed place by OrderNumber, which nobody else may have. Where the order goes by another rule it stays as it is; so
// it does after the dispatch, once there is one.
func number(tx *survey.Tx, q survey.Questionnaire, r *survey.Respondent, typed string) error {
	if q.Rule() != survey.OrderNumber || !q.DispatchedAt.IsZero() && r.OrderNumber != 0 {
		return nil
	}
	var f survey.Faults
	if strings.TrimSpace(typed) == "" {
		f.Add("order_number", "error.required")
		return f.Err()
	}
	r.OrderNumber = f.Whole("order_number", typed, 1, survey.MaxBallotPosition)
	for other, err := range tx.Respondents.List(survey.In(q.ID)) {
		if err != nil {
			return err
		}
		if other.ID != r.ID && other.OrderNumber == r.OrderNumber && len(f) == 0 {
			f.Add("order_number", "send.error.order_number_taken", "Name", other.ShortName)
		}
	}
	return f.Err()
}

// NumberRespondents is the form of all places by number: what was typed for each respondent, and what its field showed.
type NumberRespondents struct {
	Numbers, Was map[survey.Slug]string
}

// NumberRespondents sets the places by number of several respondents at once, so that two of them can change places. An empty field
// takes the number away. A fault is named number-<slug>. Somebody else's other number in between is a Conflict (error.stale).
func (s *Service) NumberRespondents(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd NumberRespondents) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := s.beforeDispatch(tx, questionnaire)
		if err != nil {
			return err
		}
		if q.Rule() != survey.OrderNumber {
			return survey.Stale()
		}
		all, err := survey.RespondentsInOrder(tx, questionnaire)
		if err != nil {
			return err
		}
		var f survey.Faults
		var changed []survey.Respondent
		holders := map[int]string{}
		overtaken := false
		for _, r := range all {
			field, was := "number-"+string(r.Slug), r.OrderNumber
			if typed, ok := cmd.Numbers[r.Slug]; ok {
				r.OrderNumber = f.Whole(field, typed, 1, survey.MaxBallotPosition)
				shown, _ := strconv.Atoi(cmd.Was[r.Slug])
				overtaken = overtaken || was != shown && was != r.OrderNumber
			}
			if holder, taken := holders[r.OrderNumber]; taken && r.OrderNumber > 0 {
				f.Add(field, "send.error.order_number_taken", "Name", holder)
			}
			holders[r.OrderNumber] = r.ShortName
			if was != r.OrderNumber {
				r.Revision++
				changed = append(changed, r)
			}
		}
		if overtaken {
			return survey.Stale()
		}
		if err := f.Err(); err != nil {
			return err
		}
		for _, r := range changed {
			if err := tx.Respondents.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// fillRespondent puts the form into the respondent, with a new slug if the short name changed.
func (s *Service) fillRespondent(tx *survey.Tx, r *survey.Respondent, cmd SaveRespondent, copies []string, due survey.Instant) error {
	renamed := r.ShortName != cmd.ShortName
	r.ShortName, r.Name, r.BallotPosition, r.Wikidata, r.Colour = cmd.ShortName, cmd.Name, cmd.BallotPosition, cmd.Wikidata, cmd.Colour
	r.Email, r.Copies, r.Postal, r.Language, r.Procedure, r.Due, r.NotAsked = cmd.Email, copies, cmd.Postal, cmd.Language, cmd.Procedure, due, cmd.NotAsked
	r.Revision++
	if renamed || r.Slug == "" {
		return giveSlug(tx, r)
	}
	return nil
}

// lacksReason tells whether an own date, or another language, has no reason. A date that is that of the party's own form has the source
// of its procedure for one.
func lacksReason(r survey.Respondent) (due, language bool) {
	procedure := r.Procedure.Channel == survey.ChannelPortal && r.Procedure.Source != ""
	return !r.Due.IsZero() && r.DueReason.Text == "" && !procedure, r.Language != "" && r.Language != "de" && r.LanguageReason.Text == ""
}

// reasons puts the typed reasons into the respondent, with who gave them when. It is Invalid where one is needed and none was given.
// What lacked one before it was asked for can be saved as it is.
func (cmd SaveRespondent) reasons(r *survey.Respondent, before survey.Respondent, now survey.Noted) error {
	var f survey.Faults
	r.DueReason, r.LanguageReason = before.DueReason.Given(cmd.DueReason, now), before.LanguageReason.Given(cmd.LanguageReason, now)
	due, language := lacksReason(*r)
	oldDue, oldLanguage := lacksReason(before)
	if language && !oldLanguage {
		f.Add("language_reason", "send.error.language_reason")
	}
	if due && (!oldDue || !survey.Same(r.Due, before.Due)) {
		f.Add("due_reason", "send.error.due_reason")
	}
	if r.Due.IsZero() {
		if cmd.DueReason != "" {
			f.Add("due", "send.error.due_reason_alone")
		}
		r.DueReason = survey.Reason{}
	}
	if r.Language == "de" {
		r.LanguageReason = survey.Reason{}
	}
	return f.Err()
}

// SaveRespondent changes a respondent and returns its slug, which follows the short name. After the dispatch that is possible only
// while it has not been asked. Its names and place stay as they are then, and its address has a way of its own, see SetAddress.
// What is so already changes nothing.
func (s *Service) SaveRespondent(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd SaveRespondent) (newSlug survey.Slug, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return "", err
	}
	var faults survey.Faults
	copies, due := checkRespondent(&faults, &cmd)
	if err := faults.Err(); err != nil {
		return "", err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, r, err := s.editable(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		before := r
		if !survey.Same(before.Due, due) {
			if err := beforePolls(tx, q, "due", due); err != nil {
				return err
			}
		}
		if q.DispatchedAt.IsZero() {
			if err := s.fillRespondent(tx, &r, cmd, copies, due); err != nil {
				return err
			}
		} else {
			r.Language, r.Procedure, r.Due, r.NotAsked = cmd.Language, cmd.Procedure, due, cmd.NotAsked
			r.Revision++
		}
		if err := cmd.reasons(&r, before, survey.Noted{At: s.At(tx), By: actor.Who()}); err != nil {
			return err
		}
		newSlug = r.Slug
		if err := number(tx, q, &r, cmd.OrderNumber); err != nil {
			return err
		}
		again := r
		again.Revision = before.Revision
		if survey.Same(again, before) {
			return nil
		}
		if before.Revision != cmd.Revision {
			return survey.Stale()
		}
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		if last := r.LastLetter(); last != nil && !r.ByPost() { // another way was chosen: what was printed opens nothing
			if err := s.revokeLink(tx, last.Link); err != nil {
				return err
			}
		}
		switch {
		case q.DispatchedAt.IsZero():
			return nil
		case before.NotAsked != r.NotAsked:
			return s.Audit(tx, actor, "not_asked", string(r.ID), before.NotAsked, r.NotAsked)
		}
		return s.Audit(tx, actor, "respondent_changed", string(r.ID))
	})
	return newSlug, err
}

// editable loads a respondent that can be changed now.
func (s *Service) editable(tx *survey.Tx, questionnaire survey.QuestionnaireID, slug survey.Slug) (q survey.Questionnaire, r survey.Respondent, err error) {
	if q, err = tx.Questionnaire(questionnaire); err != nil {
		return q, r, err
	}
	if r, err = survey.RespondentBySlug(tx, questionnaire, slug); err != nil {
		return q, r, err
	}
	if !r.Editable(q) {
		return q, r, survey.Fail(survey.Conflict, "error.phase."+string(q.Phase(s.At(tx))))
	}
	return q, r, nil
}

// removable tells whether a respondent can still be taken off the list. Before the dispatch each can. Afterwards nothing may have
// gone to it or come from it, a letter of others that answers for it included. It must not be quoted, and no publication may have
// shown it.
func (s *Service) removable(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, t traffic) (bool, error) {
	switch q.Phase(s.At(tx)) {
	case survey.PhaseDraft, survey.PhaseLocked:
		return true, nil
	case survey.PhaseImported:
		return false, nil
	}
	if !r.AskedAt.IsZero() || r.NotReached != nil || len(t.mails)+len(t.links) > 0 {
		return false, nil
	}
	for t, err := range tx.Transcriptions.List(survey.In(q.ID)) {
		if err != nil || t.Respondent == r.ID || slices.Contains(t.Joint, r.ID) {
			return false, err
		}
	}
	for _, err := range tx.Quotations.List(r.Key() + "/") {
		return false, err
	}
	last, err := survey.LatestPublication(tx, q.ID) // whom an earlier one shows cannot be removed, so the last one shows it too
	if err != nil || last == nil {
		return err == nil, err
	}
	detail, err := survey.LargeHalf(tx.PublicationDetails, *last)
	return !slices.ContainsFunc(detail.Digests, func(d survey.CellDigest) bool { return d.Respondent == r.Slug }), err
}

// RemoveRespondent takes a respondent off the list. After the dispatch only one can be removed that has been taken over by
// mistake, see removable. Nothing goes out or is published while a party of the election is missing.
func (s *Service) RemoveRespondent(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		r, err := survey.RespondentBySlug(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		t, err := trafficOf(tx, r)
		if err != nil {
			return err
		}
		switch ok, err := s.removable(tx, q, r, t); {
		case err != nil:
			return err
		case !ok:
			return survey.Fail(survey.Conflict, "error.phase."+string(q.Phase(s.At(tx))))
		}
		for _, act := range []survey.ApprovalKind{survey.ActDispatch, survey.ActAddress} { // what was asked for it is settled
			if err := s.Settle(tx, q.ID, act, string(r.ID)); err != nil {
				return err
			}
		}
		if err := tx.Respondents.Delete(r.Key()); err != nil {
			return err
		}
		return s.Audit(tx, actor, "remove_respondent", string(r.ID))
	})
}
