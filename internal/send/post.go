package send

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// Letter is a letter on paper, whole. It is shown once: of its link and its code only hashes are kept.
type Letter struct {
	Respondent    survey.Respondent
	Alliance      survey.Alliance
	Election      survey.Election
	Questionnaire survey.Questionnaire
	Subject       string
	Before, After string                     // of the cover letter, before and after the questions
	Questions     []survey.CatalogueQuestion // that the respondent is asked
	Language      string
	Link          string // address, as the QR code holds it
	Typed         string // the same with its secret in groups, to be typed
	Code          string // in groups
	At            time.Time
	End           survey.Instant // of all answering
}

// PostPage is the page of a respondent that is asked by post.
type PostPage struct {
	Row       Row
	TwoClicks bool     // the letter printed last was sent: a new one makes it void
	Confirmed bool     // a new one needs what SecondPerson says
	Names     []string // who printed each of Respondent.Letters
	LinkUsed  bool     // the printed link that is good was used
	Over      bool     // all answering is over
	survey.SecondPerson
}

// PostPage returns the page of a respondent that is asked by post. NotFound for any other.
func (s *Service) PostPage(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug) (p PostPage, err error) {
	f, err := s.RespondentFile(ctx, actor, questionnaire, slug)
	if err != nil {
		return p, err
	}
	if !f.Row.Respondent.ByPost() {
		return p, survey.Fail(survey.NotFound, "error.not_found")
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		r := f.Row.Respondent
		p = PostPage{Row: f.Row}
		for _, l := range r.Letters {
			p.Names = append(p.Names, survey.NameOfUser(tx, l.By))
		}
		if last := r.LastLetter(); last != nil {
			p.TwoClicks = last.SentOn != ""
			link, err := tx.AccessLinks.Get(last.Link)
			if err != nil {
				return err
			}
			p.LinkUsed = !link.UsedAt.IsZero()
		}
		q, err := tx.Questionnaire(questionnaire)
		if err != nil {
			return err
		}
		if p.Over, err = s.answersOver(tx, q, r); err != nil {
			return err
		}
		if p.Confirmed, err = replacesPosted(tx, actor, r); err != nil || !p.Confirmed {
			return err
		}
		digest, err := survey.ContentDigest(reprint{r.ID, len(r.Letters)})
		if err != nil {
			return err
		}
		p.SecondPerson, err = s.SecondPerson(tx, actor, q.ID, survey.ActPost, string(r.ID), digest)
		return err
	})
	return p, err
}

// answersOver tells whether a respondent can answer no more.
func (s *Service) answersOver(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent) (bool, error) {
	election, err := tx.Election(q.Election)
	return !s.At(tx).Before(election.AnswersEnd(q, r.DueAt(q)).At), err
}

// PrintLetter is the button that prints a letter.
type PrintLetter struct {
	Printed int // how many letters to the respondent the page knew of
}

// PrintLetter makes the letter to a respondent that is asked by post, with a fresh link and a fresh code for one submission. Those of
// the letter printed before are good no more, so it is a Conflict when somebody else has printed one since the page was shown, or when
// the letter that was sent is not the one the page knew of: reloading the print makes no letter void that is in the post. A
// respondent that was asked already and has an address is told there, as of a link made by hand. Before the dispatch, once
// answering is over, and for whoever was not asked by the deadline it is a Conflict.
//
// A letter in place of one that was posted, or to a party from which something came, hands out a code that replaces or confirms what
// is there: it needs a second person where a change of address does. The first call notes the request and returns done false, the
// call of the second person prints. Links mailed before are revoked by the first letter.
func (s *Service) PrintLetter(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd PrintLetter) (l Letter, done bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return l, false, err
	}
	token, code := survey.PaperToken(), survey.NewCode()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		l, done = Letter{}, false
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		if err := s.mayPrint(tx, actor, q, r, cmd); err != nil {
			return err
		}
		if approved, err := s.approveReprint(tx, actor, q, r); err != nil || !approved {
			return err
		}
		links, err := survey.LinksOf(tx, q.ID, r.ID) // of the letter before; before the first one those that were mailed
		if err != nil {
			return err
		}
		for _, l := range links {
			if err := s.revokeLink(tx, l.Hash); err != nil {
				return err
			}
		}
		link := survey.AccessLink{Hash: survey.HashToken(token), Questionnaire: q.ID, Respondent: r.ID, Printed: true, CreatedAt: s.At(tx)}
		if err := tx.AccessLinks.Put(link); err != nil {
			return err
		}
		r.Letters = append(slices.Clone(r.Letters), survey.PrintedLetter{At: s.At(tx), By: actor.Who(), Link: link.Hash, Code: survey.PaperCodeHash(r, link.Hash, code)})
		r.Revision++
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		if !r.AskedAt.IsZero() {
			if err := s.tellRespondent(tx, q, r, "notice_link"); err != nil {
				return err
			}
		}
		if l, err = s.letter(tx, q, r, token, code); err != nil {
			return err
		}
		done = true
		return s.Audit(tx, actor, "print_letter", string(r.ID))
	})
	return l, done, err
}

// replacesPosted tells whether the next letter takes the place of one that was posted, or could change what came from the party. Whoever
// printed the last one, which is good and was not posted, has such a code already.
func replacesPosted(tx *survey.Tx, actor survey.Actor, r survey.Respondent) (bool, error) {
	if last := r.LastLetter(); last != nil && last.By == actor.Who() && last.SentOn == "" && last.CodeUsedAt.IsZero() {
		return false, nil
	}
	returned, err := survey.ReturnedAt(tx, r)
	return r.Posted() || !returned.IsZero(), err
}

// approveReprint is the two-person rule of a letter.
func (s *Service) approveReprint(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r survey.Respondent) (done bool, err error) {
	needed, err := replacesPosted(tx, actor, r)
	if err != nil {
		return false, err
	}
	if last := r.LastLetter(); !needed && last != nil && last.By == actor.Who() {
		return true, nil
	}
	if !needed {
		return true, actor.Require(survey.RoleCoordinator)
	}
	done, _, err = s.Approve(tx, actor, q.ID, survey.ActPost, string(r.ID), reprint{r.ID, len(r.Letters)})
	return done, survey.AskedBefore(err)
}

// mayPrint tells what stands in the way of a letter.
func (s *Service) mayPrint(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r survey.Respondent, cmd PrintLetter) error {
	over, err := s.answersOver(tx, q, r)
	last := r.LastLetter()
	switch {
	case err != nil:
		return err
	case !r.ByPost():
		return survey.Fail(survey.Conflict, "send.error.not_post")
	case over:
		return survey.Fail(survey.Conflict, "send.error.post_over")
	case last == nil && r.ToPost == nil && q.Phase(s.At(tx)) == survey.PhaseClosed:
		return survey.Fail(survey.Conflict, "error.phase.closed")
	case last != nil && (last.By != actor.Who() || last.SentOn != "") && cmd.Printed != len(r.Letters):
		return survey.Stale()
	}
	return nil
}

// revokeLink revokes one link. Sessions it opened end with it.
func (s *Service) revokeLink(tx *survey.Tx, hash string) error {
	link, err := tx.AccessLinks.Get(hash)
	if err != nil || !link.RevokedAt.IsZero() {
		return err
	}
	link.RevokedAt = s.At(tx)
	return tx.AccessLinks.Put(link)
}

// letter is what is printed.
func (s *Service) letter(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, token, code string) (l Letter, err error) {
	h, err := loadLetterhead(tx, q)
	if err != nil {
		return l, err
	}
	l = Letter{Respondent: r, Alliance: h.alliance, Election: h.election, Questionnaire: q, Questions: h.asked(r), At: s.At(tx), Language: cmp.Or(q.Cover.Language, "de"),
		Link: s.Link(s.Addresses.Access, token), Typed: s.Link(s.Addresses.Access, grouped(token, "-")), Code: grouped(code, " ")}
	l.End = h.election.AnswersEnd(q, r.DueAt(q))
	place := survey.SecretPlace() // for the questions, which are set apart
	h.printed = place
	var m survey.WrittenMail
	if err := s.renderCover(&m, q.Cover, h, r); err != nil {
		return l, err
	}
	l.Subject = m.Subject
	before, after, _ := strings.Cut(m.Body, place)
	l.Before, l.After = strings.TrimSpace(before), strings.TrimSpace(strings.ReplaceAll(after, place, ""))
	return l, nil
}

// grouped sets a secret in groups of four.
func grouped(secret, by string) string {
	var groups []string
	for group := range slices.Chunk([]byte(secret), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, by)
}

// RecordPosted is the form that says when the letter printed last went out by post.
type RecordPosted struct {
	Day      string // 2006-01-02
	Undo     bool   // take back what was recorded; Day does not count
	Revision int    // of the respondent
}

// RecordPosted records the day on which the letter printed last was sent by post, or takes that back. The respondent was asked on the
// day its first letter went out. Whoever was marked as not reached is so no longer. What is so already changes nothing.
func (s *Service) RecordPosted(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, slug survey.Slug, cmd RecordPosted) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, r, err := s.sentRespondent(tx, questionnaire, slug)
		if err != nil {
			return err
		}
		last := r.LastLetter()
		switch {
		case !r.ByPost():
			return survey.Fail(survey.Conflict, "send.error.not_post")
		case last == nil:
			return survey.Fail(survey.Conflict, "send.error.not_printed")
		}
		asked := time.Time{}
		if cmd.Undo {
			cmd.Day = ""
		} else if asked, err = s.postedOn(tx, q, *last, &cmd.Day); err != nil {
			return err
		}
		switch {
		case last.SentOn == cmd.Day:
			return nil // a double click
		case r.Revision != cmd.Revision:
			return survey.Stale()
		}
		before := last.SentOn
		r.Letters = slices.Clone(r.Letters)
		last = r.LastLetter()
		last.SentOn, last.SentBy = cmd.Day, ""
		if cmd.Day != "" {
			last.SentBy = actor.Who()
		}
		earlier := slices.ContainsFunc(r.Letters[:len(r.Letters)-1], func(l survey.PrintedLetter) bool { return l.SentOn != "" })
		if !earlier {
			r.AskedAt = asked
			if r.ToPost != nil { // it was asked by mail before, unless nothing arrived
				mails, err := mailsTo(tx, r)
				if err != nil {
					return err
				}
				if cmd.Undo || askedByMail(r, mails) {
					r.AskedAt = r.ToPost.AskedAt
				}
			}
		}
		r.Revision++
		if err := tx.Respondents.Put(r); err != nil {
			return err
		}
		if err := s.Audit(tx, actor, "posted", string(r.ID), before, cmd.Day); err != nil || cmd.Day == "" {
			return err
		}
		return s.reachedAgain(tx, actor, &r)
	})
}

// postedOn reads the day a letter went out by post, and returns the instant from which its respondent was asked: the day's beginning,
// on the day of the dispatch that instant. The letter was printed by then, and so the questions were dispatched.
func (s *Service) postedOn(tx *survey.Tx, q survey.Questionnaire, letter survey.PrintedLetter, typed *string) (time.Time, error) {
	var faults survey.Faults
	faults.Line("day", typed, 10, true)
	zone := survey.Instant{Zone: survey.TranscriptionZone(q)}.Location()
	day, key := survey.ParseDay(*typed)
	switch {
	case faults != nil:
	case key != "":
		faults.Add("day", key)
	case *typed > s.At(tx).In(zone).Format(time.DateOnly):
		faults.Add("day", "send.error.posted_future")
	case *typed < letter.At.In(zone).Format(time.DateOnly):
		faults.Add("day", "send.error.posted_early")
	}
	if *typed == q.DispatchedAt.In(zone).Format(time.DateOnly) {
		return q.DispatchedAt, faults.Err()
	}
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone), faults.Err()
}
