package send

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"pruefstein/internal/survey"
)

// respondentOf makes the respondent of one party that stands.
func respondentOf(q survey.Questionnaire, c survey.Candidate) survey.Respondent {
	return survey.Respondent{Questionnaire: q.ID, ID: survey.RespondentID(survey.NewID()), Parties: []survey.PartyID{c.Party.ID}, ShortName: c.Party.ShortName, Name: c.Party.Name,
		BallotPosition: c.Contestant.BallotPosition, Wikidata: c.Party.Wikidata, Colour: c.Party.Colour,
		Email: c.Contestant.Email, Copies: c.Contestant.Copies, Postal: c.Contestant.Postal, Language: "de", Procedure: survey.Procedure{Channel: survey.ChannelUnknown}, Revision: 1}
}

// TakeContestants makes a respondent of every party of the election that still stands and is not among them yet. Of those that are, only
// the ballot position follows, for the printed order. It returns how many came in. Whoever comes in after the dispatch has not
// been asked: it is invited by itself, or the reason why not is recorded.
func (s *Service) TakeContestants(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID) (added int, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return 0, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		added = 0
		changed := false
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if err := q.InPhase(s.At(tx), survey.PhaseDraft, survey.PhaseLocked, survey.PhaseOpen, survey.PhaseClosed); err != nil {
			return err
		}
		existing, err := survey.RespondentsInOrder(tx, questionnaire)
		if err != nil {
			return err
		}
		list, err := survey.Candidates(tx, q, existing)
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.Missing() {
				r := respondentOf(q, c)
				if err := giveSlug(tx, &r); err != nil {
					return err
				}
				if err := tx.Respondents.Put(r); err != nil {
					return err
				}
				added++
				changed = true
			}
		}
		if added > 0 {
			if err := survey.PutStandings(tx, q.Election); err != nil {
				return err
			}
		}
		for _, r := range existing {
			if position := firstPosition(list, r.Parties); position != 0 && position != r.BallotPosition {
				r.BallotPosition, r.Revision, changed = position, r.Revision+1, true
				if err := tx.Respondents.Put(r); err != nil {
					return err
				}
			}
		}
		if changed && !q.DispatchedAt.IsZero() {
			return s.Audit(tx, actor, "take_contestants", string(q.ID))
		}
		return nil
	})
	return added, err
}

// firstPosition is the lowest known ballot position of the parties.
func firstPosition(list []survey.Candidate, parties []survey.PartyID) int {
	lowest := 0
	for _, c := range list {
		if n := c.Contestant.BallotPosition; slices.Contains(parties, c.Party.ID) && n > 0 && (lowest == 0 || n < lowest) {
			lowest = n
		}
	}
	return lowest
}

// JoinParties is the form that makes one respondent of several parties.
type JoinParties struct {
	Parties   []survey.PartyID // ids, at least two
	ShortName string           // "" is made of theirs: "A/B"
	Name      string           // "" likewise: "A / B"
}

// JoinParties makes one respondent of several parties that answer together. It replaces the single respondents of these parties.
// What the office noted of them goes over where it is the same for all. Else it is refused, so that no reason or procedure is
// lost. A party that belongs to another joint respondent is refused. Joining the same ones again changes nothing.
func (s *Service) JoinParties(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd JoinParties) (slug survey.Slug, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return "", err
	}
	var faults survey.Faults
	faults.Line("short_name", &cmd.ShortName, 60, false)
	faults.Line("name", &cmd.Name, 300, false)
	if len(cmd.Parties) < 2 {
		faults.Add("parties", "send.error.join_two")
	}
	if err := faults.Err(); err != nil {
		return "", err
	}
	id := survey.NewID()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, err := s.beforeDispatch(tx, questionnaire)
		if err != nil {
			return err
		}
		existing, err := survey.RespondentsInOrder(tx, questionnaire)
		if err != nil {
			return err
		}
		list, err := survey.Candidates(tx, q, existing)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(existing, func(r survey.Respondent) bool {
			return sameParties(r.Parties, cmd.Parties) && cmp.Or(cmd.ShortName, r.ShortName) == r.ShortName && cmp.Or(cmd.Name, r.Name) == r.Name
		}); i >= 0 {
			slug = existing[i].Slug // a double click
			return nil
		}
		joint := survey.Respondent{Questionnaire: q.ID, ID: survey.RespondentID(id), Language: "de", Revision: 1, BallotPosition: firstPosition(list, cmd.Parties)}
		var names []string
		var listed survey.Contestant
		for _, c := range list {
			if !slices.Contains(cmd.Parties, c.Party.ID) {
				continue
			}
			if c.Joint {
				faults := survey.Faults{{Field: "parties", Key: "send.error.join_taken", Args: []any{"Name", c.Party.ShortName}}}
				return faults.Err()
			}
			joint.Parties = append(joint.Parties, c.Party.ID)
			joint.Members = append(joint.Members, c.Party.ShortName)
			names = append(names, c.Party.Name)
			if listed.Email == "" {
				listed.Email, listed.Copies = c.Contestant.Email, c.Contestant.Copies
			}
			listed.Postal = cmp.Or(listed.Postal, c.Contestant.Postal)
			joint.Colour = cmp.Or(joint.Colour, c.Party.Colour)
		}
		if len(joint.Parties) < 2 {
			faults := survey.Faults{{Field: "parties", Key: "error.choice"}}
			return faults.Err()
		}
		joint.ShortName = cmp.Or(cmd.ShortName, strings.Join(joint.Members, "/"))
		joint.Name = cmp.Or(cmd.Name, strings.Join(names, " / "))
		singles := slices.DeleteFunc(slices.Clone(existing), func(r survey.Respondent) bool {
			return len(r.Parties) != 1 || !slices.Contains(joint.Parties, r.Parties[0])
		})
		if err := takeOver(&joint, singles); err != nil {
			return err
		}
		if joint.Email == "" {
			joint.Email, joint.Copies = listed.Email, listed.Copies
		}
		joint.Postal = cmp.Or(joint.Postal, listed.Postal)
		for _, r := range singles {
			if err := tx.Respondents.Delete(r.Key()); err != nil {
				return err
			}
		}
		if err := giveSlug(tx, &joint); err != nil {
			return err
		}
		slug = joint.Slug
		if err := tx.Respondents.Put(joint); err != nil {
			return err
		}
		if err := survey.PutStandings(tx, q.Election); err != nil {
			return err
		}
		return s.Audit(tx, actor, "join_parties", string(joint.ID))
	})
	return slug, err
}

func sameParties(a, b []survey.PartyID) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// takeOver takes over what the office noted of the single respondents of a joint one's parties, and the first address among
// theirs. Unless the rest is the same for all of its parties it is Invalid at parties, with the names of those that carry something.
func takeOver(joint *survey.Respondent, singles []survey.Respondent) error {
	type noted struct {
		Procedure survey.Procedure
		Due       survey.Instant
		NotAsked  string
		LeftOut   map[survey.QuestionID]string
		DueReason string
	}
	var carriers []string
	alike := len(singles) == len(joint.Parties)
	of := func(r survey.Respondent) noted {
		return noted{r.Procedure, r.Due, r.NotAsked, r.LeftOut, r.DueReason.Text}
	}
	for _, r := range singles {
		if one := of(r); one.Procedure != (survey.Procedure{}) || !one.Due.IsZero() || one.NotAsked != "" || len(one.LeftOut) > 0 {
			carriers = append(carriers, r.ShortName)
		}
		alike = alike && survey.Same(of(r), of(singles[0]))
		if joint.Email == "" {
			joint.Email, joint.Copies = r.Email, r.Copies
		}
		joint.Postal = cmp.Or(joint.Postal, r.Postal)
	}
	switch {
	case carriers == nil:
		return nil
	case !alike:
		return survey.Faults{{Field: "parties", Key: "send.error.join_carries", Args: []any{"Names", strings.Join(carriers, ", ")}}}.Err()
	}
	one := singles[0]
	joint.Procedure, joint.Due, joint.DueReason, joint.NotAsked, joint.LeftOut, joint.LeftOutBy = one.Procedure, one.Due, one.DueReason, one.NotAsked, one.LeftOut, one.LeftOutBy
	return nil
}
