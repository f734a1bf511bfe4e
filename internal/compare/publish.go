package compare

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"pruefstein/internal/ledger"
	"pruefstein/internal/survey"
)

// PublicationPlan is a publication before it is built: what it will say, and what it binds to.
type PublicationPlan struct {
	Comparison survey.Comparison // complete: version, checkpoint, changes and release included
	Content    string            // hex SHA-256 of all that readers would see but for its date and version
	Published  int               // the version in which the actor has published exactly this: a second click, nothing to do; else 0
	before     string            // the checkpoint of Comparison.Held
	detail     survey.PublicationDetail
	published  []survey.Publication       // so far
	details    []survey.PublicationDetail // of these
}

// errReady ends the transaction of PreparePublication without a trace: CommitPublication records the release together
// with what was released.
var errReady = errors.New("released")

// Comparison returns a questionnaire as it would be published now, for the preview and for exports of what has not been
// published. Its version is 0. It returns Forbidden to all but coordinators and administrators.
func (s *Service) Comparison(ctx context.Context, actor survey.Actor, slug survey.Slug) (c survey.Comparison, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return survey.Comparison{}, err
	}
	err = s.View(ctx, func(tx *survey.Tx) error {
		now := s.At(tx)
		q, err := survey.QuestionnaireBySlug(tx, slug)
		if err != nil {
			return err
		}
		plan, _, err := s.planPublication(tx, q.ID, now)
		if err != nil {
			return err
		}
		c = plan.Comparison
		c.Confirmed, err = s.TwoPerson(tx, survey.ActPublication)
		return err
	})
	if err != nil {
		return survey.Comparison{}, err
	}
	c.Version = 0
	return c, nil
}

// PreparePublication is what whoever publishes says.
type PreparePublication struct {
	Seen string // PublicationPage.Content of the page that was read
	Bare bool   // it is meant to be published although it shows not one answer, see PublicationPage.Bare
}

// PreparePublication asks whether a questionnaire may be published now, and for the second person where the rule wants one. ready
// false means that the request is noted and waits.
//
// It binds to what the actor has read: anything readers would see that has changed since is a Conflict. The console reads nothing and
// gives no Seen. A second click of whoever published or
// requested just this is no fault: see PublicationPlan.Published.
//
// It is a Conflict when something stands in the way: the phase, an empty Impressum or privacy notice (but for the console and an
// import), a transcription that waits for its second person, a party of the election that is missing or was not asked without a
// reason, a party whose mail was lost and of which nobody has decided what that means, or nothing new since the last version. It is
// Invalid at the field bare when it would show not one answer and that was not said.
func (s *Service) PreparePublication(ctx context.Context, actor survey.Actor, questionnaire survey.QuestionnaireID, cmd PreparePublication) (plan PublicationPlan, ready bool, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return PublicationPlan{}, false, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		var previous *survey.Publication
		if plan, previous, err = s.planPublication(tx, questionnaire, now); err != nil {
			return err
		}
		if previous != nil && cmd.Seen == previous.Content && cmd.Seen == plan.Content && (previous.By == actor.Who() || previous.ConfirmedBy == actor.Who()) {
			plan.Published = previous.Version
			return nil
		}
		if err := s.mayPublish(tx, actor, plan, previous); err != nil {
			return err
		}
		if cmd.Seen != plan.Content && !actor.Console {
			return survey.Fail(survey.Conflict, "compare.error.changed")
		}
		if showsNothing(plan.Comparison) && !cmd.Bare {
			return survey.Faults{{Field: "bare", Key: "compare.error.bare"}}.Err()
		}
		if err := s.checkpointFor(tx, &plan, now); err != nil {
			return err
		}
		done, approval, err := s.Approve(tx, actor, questionnaire, survey.ActPublication, "", plan.Content)
		if err != nil {
			return survey.AskedBefore(err)
		}
		plan.Comparison.Confirmed = approval.ApprovedBy != ""
		if done {
			return errReady
		}
		return nil
	})
	if errors.Is(err, errReady) {
		return plan, true, nil
	}
	return plan, false, err
}

// mayPublish tells what stands in the way of a publication, nil for nothing.
func (s *Service) mayPublish(tx *survey.Tx, actor survey.Actor, plan PublicationPlan, previous *survey.Publication) error {
	q := plan.Comparison.Questionnaire
	if err := q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed, survey.PhaseImported); err != nil {
		return err
	}
	alliance := plan.Comparison.Alliance
	if (alliance.Imprint == "" || alliance.Privacy == "") && !(actor.Console && q.Imported) {
		return survey.Fail(survey.Conflict, "compare.error.imprint")
	}
	switch waiting, err := survey.WaitingTranscriptions(tx, q.ID); {
	case err != nil:
		return err
	case waiting > 0:
		return survey.Fail(survey.Conflict, "compare.error.open_checks", "Count", waiting)
	}
	names, unentered := unexplained(plan.Comparison)
	if len(names) > 0 {
		return survey.Fail(survey.Conflict, "compare.error.unexplained", "Names", strings.Join(names, ", "))
	}
	key := "compare.error.unposted"
	for _, r := range unentered {
		names = append(names, r.ShortName)
		if r.Channel == survey.ChannelPortal {
			key = "compare.error.unentered"
		}
	}
	if len(names) > 0 {
		return survey.Fail(survey.Conflict, key, "Names", strings.Join(names, ", "))
	}
	if lost := undecided(plan.Comparison); len(lost) > 0 {
		for _, r := range lost {
			names = append(names, r.ShortName)
		}
		return survey.Fail(survey.Conflict, "compare.error.undecided", "Names", strings.Join(names, ", "))
	}
	switch missing, err := missingContestants(tx, plan.Comparison); {
	case err != nil:
		return err
	case len(missing) > 0:
		return survey.Fail(survey.Conflict, "compare.error.missing", "Names", strings.Join(missing, ", "))
	}
	respondents, err := survey.RespondentsInOrder(tx, q.ID)
	if err != nil {
		return err
	}
	if unnumbered := survey.Unnumbered(q, respondents); unnumbered != nil {
		return survey.Fail(survey.Conflict, "compare.error.unnumbered", "Names", strings.Join(unnumbered, ", "))
	}
	if previous != nil && previous.Content == plan.Content {
		return survey.Fail(survey.Conflict, "compare.error.unchanged", "Version", previous.Version)
	}
	return nil
}

// unexplained lists who was not asked a question without a recorded reason, as nobody is left out in silence, and who has answered though
// nothing says how and when it was asked. Apart from them it lists those in whose own form the questions are still to be entered, and those
// whose letter is still to be sent.
func unexplained(c survey.Comparison) (names []string, unentered []survey.ComparedRespondent) {
	for _, r := range c.Respondents {
		unexplained := slices.ContainsFunc(r.Cells, func(c survey.ComparedCell) bool { return c.Status == survey.NotAsked && c.Reason == "" })
		if c.Questionnaire.Imported || !unexplained && !r.Unasked {
			continue
		}
		if (r.Channel == survey.ChannelPortal || r.Channel == survey.ChannelPost) && r.AskedAt.IsZero() {
			unentered = append(unentered, r)
		} else {
			names = append(names, r.ShortName)
		}
	}
	return names, unentered
}

// undecided lists those whose mail was lost, and of whom nobody has decided what that means: nobody is called silent that was not
// reached.
func undecided(c survey.Comparison) (list []survey.ComparedRespondent) {
	for _, r := range c.Respondents {
		if !c.Questionnaire.Imported && slices.ContainsFunc(r.Cells, func(c survey.ComparedCell) bool { return c.Status == survey.NotReached && c.Reason == "" }) {
			list = append(list, r)
		}
	}
	return list
}

// missingContestants are the parties of the election that are not in the comparison at all.
func missingContestants(tx *survey.Tx, c survey.Comparison) ([]string, error) {
	var respondents []survey.Respondent
	for _, r := range c.Respondents {
		respondents = append(respondents, survey.Respondent{Slug: r.Slug, Parties: r.Parties})
	}
	return survey.Unrepresented(tx, c.Questionnaire, respondents)
}

// CommitPublication records a publication whose files are built: its row, its leaf (the hash of its manifest) and its
// release, in one transaction. Conflict means that something readers would see has changed since the plan was made.
func (s *Service) CommitPublication(ctx context.Context, actor survey.Actor, plan PublicationPlan, manifest [sha256.Size]byte) (record PublicationRecord, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return PublicationRecord{}, err
	}
	q := plan.Comparison.Questionnaire
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		again, _, err := s.planPublication(tx, q.ID, plan.Comparison.At)
		if err != nil {
			return err
		}
		if again.Content != plan.Content || again.Comparison.Version != plan.Comparison.Version {
			return survey.Fail(survey.Conflict, "compare.error.changed")
		}
		done, approval, err := s.Approve(tx, actor, q.ID, survey.ActPublication, "", plan.Content)
		if err != nil {
			return err
		}
		if !done || plan.Comparison.Confirmed != (approval.ApprovedBy != "") {
			return survey.Fail(survey.Conflict, "compare.error.changed")
		}
		p := survey.Publication{
			Questionnaire: q.ID, Slug: q.Slug, Version: plan.Comparison.Version, At: plan.Comparison.At,
			By: approval.RequestedBy, ConfirmedBy: approval.ApprovedBy, Manifest: hex.EncodeToString(manifest[:]),
			Content: plan.Content, Before: plan.before,
		}
		if p.Legal, err = survey.LegalDigest(plan.Comparison.Alliance); err != nil {
			return err
		}
		if p.Leaf, err = survey.AppendLeaf(tx, survey.LeafPublication, p.Key(), manifest, now); err != nil {
			return err
		}
		if err := survey.PutPublication(tx, p, plan.detail); err != nil {
			return err
		}
		record.Publication = p
		if record.Checkpoint, err = s.checkpointAfter(tx, p); err != nil {
			return err
		}
		if record.Held, err = held(p, timeLeft(tx, now)); err != nil {
			return err
		}
		return s.Audit(tx, actor, "publish", p.Key())
	})
	return record, err
}

// planPublication builds what a publication at an instant would say, and returns the version before it, nil for none.
func (s *Service) planPublication(tx *survey.Tx, questionnaire survey.QuestionnaireID, at time.Time) (plan PublicationPlan, previous *survey.Publication, err error) {
	published, err := survey.Collect(tx.Publications.List(survey.In(questionnaire)))
	if err != nil {
		return PublicationPlan{}, nil, err
	}
	if plan.details, err = survey.PublicationDetails(tx, published); err != nil {
		return PublicationPlan{}, nil, err
	}
	c, err := survey.BuildComparison(tx, questionnaire, at, plan.details)
	if err != nil {
		return PublicationPlan{}, nil, err
	}
	plan.published = published
	if n := len(published); n > 0 {
		previous = &published[n-1]
	}
	c.Version, c.BaseURL = 1, s.BaseURL
	plan.detail.Digests, plan.detail.Facets, plan.detail.Treatment = cellDigests(c), facets(c), c.Treatment
	if plan.Content, err = publicDigest(c); err != nil {
		return PublicationPlan{}, nil, err
	}
	plan.Comparison = c
	if previous == nil {
		plan.detail.Changes = changesInside(c)
		plan.Comparison.Changes = plan.detail.Changes
	} else {
		plan.Comparison.Version = previous.Version + 1
		plan.detail.Changes = changesSince(*previous, plan.details[len(plan.details)-1], plan)
		plan.Comparison.Changes = slices.Concat(plan.detail.Changes, c.Changes)
	}
	return plan, previous, nil
}

// publicDigest is the hash of all that readers see but for what differs between two publications of the same content:
// date, version, checkpoint. What only the office uses does not count.
func publicDigest(c survey.Comparison) (string, error) {
	q, a := c.Questionnaire, c.Alliance
	q.Reminders, q.NewReminders, q.ArchivedAt = nil, nil, time.Time{}
	q.Revision, q.Cover, q.Slots, q.OrderRule, q.NewErratum = 0, survey.Cover{}, 0, q.QuotedOrder(), nil
	if q.Rule() != survey.OrderNumber {
		q.OrderSource = ""
	}
	c.Election.Revision = 0
	content := []any{
		survey.Alliance{Name: a.Name, Imprint: a.Imprint, Privacy: a.Privacy, PressContact: a.PressContact},
		c.Election, q, c.Catalogue, c.Respondents,
	}
	if !q.Imported { // that of an import is in the questionnaire
		content = append(content, c.Treatment)
	}
	sum := sha256.New()
	err := json.NewEncoder(sum).Encode(content)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// PublicationRecord is a publication with what the ledger says of its files.
type PublicationRecord struct {
	survey.Publication
	Checkpoint string // signed note of the ledger right after it, the same whenever it is asked for; "" without the key
	Held       bool   // Before and Checkpoint are not public yet: they count what has come in, and somebody still has time
}

// PublicationRecords returns the records of all publications, by questionnaire and version; never nil.
func (s *Service) PublicationRecords(ctx context.Context) (list []PublicationRecord, err error) {
	err = s.View(ctx, func(tx *survey.Tx) error {
		list = []PublicationRecord{}
		since := timeLeft(tx, s.At(tx))
		for p, err := range tx.Publications.List("") {
			if err != nil {
				return err
			}
			record := PublicationRecord{Publication: p}
			// A ledger that is damaged must not keep the others from being served: CheckLedger names it.
			record.Checkpoint, _ = s.checkpointAfter(tx, p)
			if record.Held, err = held(p, since); err != nil {
				return err
			}
			list = append(list, record)
		}
		return nil
	})
	return list, err
}

// checkpointAfter signs the ledger as it was right after a publication.
func (s *Service) checkpointAfter(tx *survey.Tx, p survey.Publication) (string, error) {
	if s.Ledger == nil {
		return "", nil
	}
	tree, err := ledger.TreeAt(p.Leaf+1, survey.StoredHashes(tx))
	if err != nil {
		return "", err
	}
	return s.Ledger.Checkpoint(tree)
}

// held tells whether the checkpoints of a publication are not public yet: a respondent of a questionnaire that was sent out by then
// still has time.
func held(p survey.Publication, timeLeft func() (time.Time, error)) (bool, error) {
	if p.Before == "" {
		return false, nil
	}
	since, err := timeLeft()
	return !since.IsZero() && !since.After(p.At), err
}

// checkpointFor gives a plan the checkpoint of the ledger before the publication. While somebody still has time, readers
// get but its hash, since it says how many leaves there are. Nobody can try sizes against the hash: what is hashed ends in
// the ledger's signature.
func (s *Service) checkpointFor(tx *survey.Tx, plan *PublicationPlan, now time.Time) error {
	checkpoint, err := survey.Checkpoint(tx, s.Ledger)
	if err != nil {
		return err
	}
	plan.Comparison.Verifier = s.Ledger.Verifier()
	since, err := timeLeft(tx, now)()
	if err != nil {
		return err
	}
	if since.IsZero() || since.After(now) {
		plan.Comparison.Checkpoint = checkpoint
		return nil
	}
	sum := sha256.Sum256([]byte(checkpoint))
	plan.before, plan.Comparison.Held = checkpoint, hex.EncodeToString(sum[:])
	return nil
}

// timeLeft looks, once and for as long as the transaction, when the first of the questionnaires was sent out in which a respondent
// still has time to answer; zero: nobody has. It reads indexes alone.
func timeLeft(tx *survey.Tx, now time.Time) func() (time.Time, error) {
	return sync.OnceValues(func() (since time.Time, err error) {
		sent := map[string]time.Time{} // by the id of the questionnaire
		left := func(due string, at time.Time) error {
			end, err := survey.TimeOfKey(due)
			if now.Before(end) && (since.IsZero() || at.Before(since)) {
				since = at
			}
			return err
		}
		for key, err := range tx.Questionnaires.By(survey.QuestionnaireSent).Keys("") {
			if err != nil {
				return since, err
			}
			deadline, dispatch, _ := strings.Cut(survey.ValueInIndex(key), "/")
			at, err := survey.TimeOfKey(dispatch)
			if err := errors.Join(err, left(deadline, at)); err != nil {
				return since, err
			}
			sent[survey.KeyInIndex(key)] = at
		}
		for key, err := range tx.Respondents.By(survey.RespondentDue).Keys("") {
			if err != nil {
				return since, err
			}
			questionnaire, _, _ := strings.Cut(survey.KeyInIndex(key), "/")
			if at, found := sent[questionnaire]; found {
				if err := left(survey.ValueInIndex(key), at); err != nil {
					return since, err
				}
			}
		}
		return since, nil
	})
}
