package compare_test

import (
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/compare"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
	"pruefstein/internal/transcribe"
)

// edition is a questionnaire after its deadline, ready to be published by one person. The first party was asked three
// questions, the second not the second of them.
type edition struct {
	*testworld.Letters
	t *testing.T
}

func newEdition(t *testing.T) edition {
	t.Helper()
	w := edition{testworld.NewLetters(t), t}
	w.Write(t, func(tx *survey.Tx) error {
		a, err := tx.Alliances.Get(survey.AllianceKey)
		a.Imprint, a.Privacy, a.ConfirmPublication = "Straße 1", "Nichts.", survey.RuleOff
		return errors.Join(err, tx.Alliances.Put(a))
	})
	w.Clock.Set(w.Due.Add(24 * time.Hour))
	return w
}

// state is what the office sees before it publishes.
func (w edition) state() compare.PublicationPage {
	w.t.Helper()
	st, err := w.Compare.PublicationPage(w.t.Context(), w.Anna, "q1")
	testworld.Must(w.t, err)
	return st
}

// publish publishes what the office sees.
func (w edition) publish() survey.Comparison {
	w.t.Helper()
	plan, ready, err := w.Compare.PreparePublication(w.t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: w.state().Content, Bare: true})
	if testworld.Must(w.t, err); !ready {
		w.t.Fatal("not ready")
	}
	_, err = w.Compare.CommitPublication(w.t.Context(), w.Anna, plan, sha256.Sum256([]byte(plan.Content)))
	testworld.Must(w.t, err)
	return plan.Comparison
}

// history are the wordings readers see of the first party's answer to the first question, the current one last.
func (w edition) history() (texts []string) {
	w.t.Helper()
	for _, v := range w.state().Comparison.Respondents[0].Cells[0].History {
		texts = append(texts, v.Text)
	}
	return texts
}

// letter brings a letter of the first party into effect; day is when it came.
func (w edition) letter(day string, entries ...survey.SubmissionEntry) {
	w.t.Helper()
	cmd := w.Letter(entries...)
	cmd.ReceivedOn, cmd.ChangeNote = day, "neuer Brief der Partei"
	w.Effective(w.t, cmd)
}

// Both letters came in time, so that the second replaces the first in private; but the first was published before.
func TestWhatWasPublishedStaysInTheHistory(t *testing.T) {
	w := newEdition(t)
	w.letter("2026-11-24", testworld.LetterLine(1, testworld.Saying("Nie gezeigt.")))
	w.letter("2026-11-25", testworld.LetterLine(1, testworld.Saying("Gezeigt.")))
	w.publish()
	w.letter("2026-11-26", testworld.LetterLine(1, testworld.Saying("Später getippt.")))
	if diff := cmp.Diff([]string{"Gezeigt.", "Später getippt."}, w.history()); diff != "" {
		t.Error(diff)
	}
	w.publish()
	w.letter("2026-11-27", testworld.LetterLine(1, testworld.Saying("Zuletzt.")))
	if diff := cmp.Diff([]string{"Gezeigt.", "Später getippt.", "Zuletzt."}, w.history()); diff != "" {
		t.Error(diff)
	}
}

// One line says that a respondent's cells changed; it may stand only for all of them, changed alike.
func TestOneLineForARespondentStandsForAllItsCells(t *testing.T) {
	no := survey.Entry{Status: survey.Declined, Reason: "Dazu sagen wir nichts."}
	type line struct {
		respondent survey.Slug
		question   int
		to         survey.Status
	}
	for _, test := range []struct {
		name string
		cmd  func(*testworld.Letter)
		want []line
	}{
		{"all cells alike", func(cmd *testworld.Letter) { cmd.Whole = no }, []line{{"frei", 0, survey.Declined}}},
		{"two of three", func(cmd *testworld.Letter) {
			cmd.Entries = []survey.SubmissionEntry{testworld.LetterLine(1, no), testworld.LetterLine(3, no)}
		}, []line{{"frei", 1, survey.Declined}, {"frei", 3, survey.Declined}}},
		{"all, but not alike", func(cmd *testworld.Letter) {
			cmd.Whole, cmd.Entries = no, []survey.SubmissionEntry{testworld.LetterLine(2, survey.Entry{Status: survey.NoPosition})}
		}, []line{{"frei", 1, survey.Declined}, {"frei", 2, survey.NoPosition}, {"frei", 3, survey.Declined}}},
		{"two parties, one of them not asked everything", func(cmd *testworld.Letter) { cmd.Whole, cmd.Joint = no, []survey.Slug{"moin"} },
			[]line{{"frei", 0, survey.Declined}, {"moin", 1, survey.Declined}, {"moin", 3, survey.Declined}}},
	} {
		w := newEdition(t)
		w.publish()
		cmd := w.Letter()
		test.cmd(&cmd)
		w.Effective(t, cmd)
		var got []line
		for _, c := range w.state().Changes {
			got = append(got, line{c.Respondent, c.Question, c.To})
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

// What the public list of changes says of one change, and nothing beside it.
func TestEachChangeIsSaidOnce(t *testing.T) {
	questionnaire := func(change func(*survey.Questionnaire)) func(edition) {
		return func(w edition) {
			w.Write(w.t, func(tx *survey.Tx) error {
				q, err := tx.Questionnaire("q1")
				change(&q)
				return errors.Join(err, tx.Questionnaires.Put(q))
			})
		}
	}
	type line struct {
		facet      survey.Facet
		respondent survey.Slug
		question   int
		note       string
		quoted     bool
	}
	for name, c := range map[string]struct {
		change func(edition)
		want   []line
	}{
		"another title": {questionnaire(func(q *survey.Questionnaire) { q.Title = "Nordmark fragt nach" }), []line{{facet: survey.FacetHeading}}},
		"an extension for all": {questionnaire(func(q *survey.Questionnaire) {
			later, _ := survey.ParseInstant("2026-12-01T12:00", survey.DefaultZone, "")
			q.Extended = []survey.DateChange{{From: q.Deadline, To: later, Reason: "Feiertage", By: "anna"}}
			q.Deadline = later
		}), []line{{facet: survey.FacetDeadline}}},
		"an erratum": {questionnaire(func(q *survey.Questionnaire) {
			q.Errata = []survey.Erratum{{Question: "q02", Text: "Gemeint ist das Land.", At: q.DispatchedAt, By: "anna"}}
		}), []line{{facet: survey.FacetErratum, question: 2}}},
		"an erratum that waits": {questionnaire(func(q *survey.Questionnaire) {
			q.NewErratum = &survey.Erratum{Question: "q02", Text: "Gemeint ist das Land.", By: "anna"}
		}), nil},
		"an own date": {func(w edition) {
			w.Write(w.t, func(tx *survey.Tx) error {
				r, err := tx.Respondents.Get("q1/r1")
				r.Due, _ = survey.ParseInstant("2026-12-01T12:00", survey.DefaultZone, "")
				return errors.Join(err, tx.Respondents.Put(r))
			})
		}, []line{{facet: survey.FacetAsked, respondent: "frei"}}},
		"a quotation": {func(w edition) {
			_, err := w.Transcribe.SaveQuotation(w.t.Context(), w.Anna, "q1", "frei", 1, transcribe.SaveQuotation{Text: "Wir bauen Netze.", Place: "Wahlprogramm, S. 12"})
			testworld.Must(w.t, err)
		}, []line{{respondent: "frei", question: 1, quoted: true}}},
		"another status of the same words": {func(w edition) {
			w.letter("2026-11-26", testworld.LetterLine(1, survey.Entry{Status: survey.Refers, Text: "Ja."}))
		}, []line{{respondent: "frei", question: 1, note: "neuer Brief der Partei"}}},
		"other words": {func(w edition) {
			w.letter("2026-11-26", testworld.LetterLine(1, testworld.Saying("Doch nicht.")))
		}, []line{{respondent: "frei", question: 1, note: "neuer Brief der Partei"}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newEdition(t)
			w.letter("2026-11-25", testworld.LetterLine(1, testworld.Saying("Ja.")))
			w.publish()
			c.change(w)
			var got []line
			for _, c := range w.state().Changes {
				got = append(got, line{c.Facet, c.Respondent, c.Question, c.Note, c.QuotationNew})
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// What was not read is not published: something that changes between the plan and its last step stops it.
func TestAPlanThatIsOvertakenIsNotPublished(t *testing.T) {
	w := newEdition(t)
	plan, ready, err := w.Compare.PreparePublication(t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: w.state().Content})
	if err != nil || !ready {
		t.Fatal(ready, err)
	}
	w.letter("2026-11-25", testworld.LetterLine(1, testworld.Saying("Inzwischen.")))
	if _, err := w.Compare.CommitPublication(t.Context(), w.Anna, plan, sha256.Sum256(nil)); testworld.KeyOf(err) != "compare.error.changed" {
		t.Errorf("got %v", err)
	}
	if st := w.state(); len(st.Versions) != 0 {
		t.Errorf("%d versions", len(st.Versions))
	}
}

// A party that stands for election and was never a respondent keeps everything from being published.
func TestNothingIsPublishedWithoutAParty(t *testing.T) {
	w := newEdition(t)
	w.Write(t, func(tx *survey.Tx) error {
		return errors.Join(tx.Parties.Put(survey.Party{ID: "neu", ShortName: "Neu", Name: "Neu Nordmark"}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: "neu", BallotPosition: 5}))
	})
	if st := w.state(); !slices.Equal(st.Missing, []string{"Neu"}) {
		t.Errorf("missing: %v", st.Missing)
	}
	if _, ready, err := w.Compare.PreparePublication(t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: w.state().Content}); ready || testworld.KeyOf(err) != "compare.error.missing" {
		t.Errorf("%v, %v", ready, err)
	}
}

// The size of the ledger is not told while somebody, of any questionnaire, still has time: readers get the hash of the checkpoint.
func TestTheCheckpointWaitsForThoseWhoHaveTime(t *testing.T) {
	for _, open := range []bool{false, true} {
		w := newEdition(t)
		if open {
			w.Write(t, func(tx *survey.Tx) error {
				q, err := tx.Questionnaire("q1")
				q.ID, q.Slug, q.Deadline.At = "q2", "suedmark", w.Clock.Now().Add(time.Hour)
				return errors.Join(err, tx.Questionnaires.Put(q))
			})
		}
		if c := w.publish(); (c.Held != "") != open || (c.Checkpoint == "") != open {
			t.Errorf("somebody has time: %v, held %q, checkpoint %q", open, c.Held, c.Checkpoint)
		}
	}
}

// Who is asked to confirm sees whether what was asked for is still what would be published.
func TestARequestThatIsOvertakenIsTold(t *testing.T) {
	w := newEdition(t)
	w.Write(t, func(tx *survey.Tx) error {
		a, err := tx.Alliances.Get(survey.AllianceKey)
		a.ConfirmPublication = survey.RuleOn
		return errors.Join(err, tx.Alliances.Put(a))
	})
	if _, ready, err := w.Compare.PreparePublication(t.Context(), w.Anna, "q1", compare.PreparePublication{Seen: w.state().Content}); ready || err != nil {
		t.Fatal(ready, err)
	}
	for _, stale := range []bool{false, true} {
		for _, c := range []struct {
			actor survey.Actor
			own   bool
		}{{w.Anna, true}, {w.Ben, false}} {
			st, err := w.Compare.PublicationPage(t.Context(), c.actor, "q1")
			if err != nil || st.Waiting == nil || st.Outdated != stale || st.Own != c.own {
				t.Errorf("stale %v, own %v: %+v, %v", stale, c.own, st.SecondPerson, err)
			}
		}
		if !stale {
			w.letter("2026-11-25", testworld.LetterLine(1, testworld.Saying("Inzwischen.")))
		}
	}
}

// That a letter of the party waits for the party is told at the cell it is about, and is a change of that cell alone.
func TestALetterThatWaitsIsAChangeOfItsCell(t *testing.T) {
	w := newEdition(t)
	w.Clock.Set(w.Due.Add(-time.Hour))
	w.Answers.Save(t, w.Frei, 1, testworld.Saying("Neutral."))
	w.Answers.Save(t, w.Frei, 3, testworld.Saying("Bleibt."))
	w.Submit(t, w.Frei)
	w.Clock.Set(w.Due.Add(24 * time.Hour))
	w.publish()
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Dafür.")))
	cmd.ChangeNote = "Brief der Partei."
	w.HandOver(t, w.Anna, cmd)
	changes := w.state().Changes
	if len(changes) != 1 || changes[0].Respondent != "frei" || changes[0].Question != 1 || !changes[0].Details || changes[0].Wording || changes[0].Facet != "" {
		t.Errorf("%+v", changes)
	}
	w.publish()
	if st := w.state(); len(st.Changes) > 0 || st.News {
		t.Errorf("listed once more: %+v", st.Changes)
	}
}

// What shows not one answer is published only by whoever says so, the second person too.
func TestNothingIsPublishedWithoutASecondThought(t *testing.T) {
	w := newEdition(t)
	w.Clock.Set(w.Due.Add(-time.Hour))
	w.Write(t, func(tx *survey.Tx) error {
		a, err := tx.Alliances.Get(survey.AllianceKey)
		a.ConfirmPublication = survey.RuleOn
		return errors.Join(err, tx.Alliances.Put(a))
	})
	st := w.state()
	if !st.Bare() {
		t.Fatal("there is an answer to show")
	}
	for _, actor := range []survey.Actor{w.Anna, w.Ben} {
		if _, ready, err := w.Compare.PreparePublication(t.Context(), actor, "q1", compare.PreparePublication{Seen: st.Content}); ready || testworld.KeyOf(err) != "bare compare.error.bare" {
			t.Errorf("%s did not say so: %v %v", actor.User.ID, ready, err)
		}
		if _, ready, err := w.Compare.PreparePublication(t.Context(), actor, "q1", compare.PreparePublication{Seen: st.Content, Bare: true}); err != nil || ready != (actor.User.ID == "ben") {
			t.Errorf("%s: %v %v", actor.User.ID, ready, err)
		}
	}
}

// A submission that was sent in time and waits for its code is told to the office once the date is over, as long as the code lasts.
func TestWhatWaitsForItsCodeIsTold(t *testing.T) {
	w := newEdition(t)
	w.Clock.Set(w.Due.Add(-10 * time.Minute))
	w.Save(t, w.Frei, 1, testworld.Saying("Gerade noch."))
	sub := w.Request(t, w.Frei)
	if st := w.state(); st.AwaitingCode != 0 {
		t.Error("told before the date")
	}
	w.Clock.Set(w.Due.Add(time.Minute))
	if st := w.state(); st.AwaitingCode != 1 || !st.CodeUntil.After(w.Clock.Now()) {
		t.Errorf("%d until %v", st.AwaitingCode, st.CodeUntil)
	}
	w.Confirm(t, w.Frei, sub)
	if st := w.state(); st.AwaitingCode != 0 || w.history()[0] != "Gerade noch." {
		t.Error("it does not wait any more")
	}
	w.Save(t, w.Frei, 1, testworld.Saying("Zu spät."))
	form := w.Form(t, w.Frei)
	form.Note = "neu"
	w.RequestBy(t, w.Frei, form)
	if st := w.state(); st.AwaitingCode != 0 {
		t.Error("what came late holds nobody up")
	}
}

// What only the office uses is no news to readers: neither that a questionnaire went into the archive, nor what is planned or asked for.
func TestWhatReadersDoNotSeeIsNoNews(t *testing.T) {
	w := newEdition(t)
	w.publish()
	for name, change := range map[string]func(*survey.Questionnaire){
		"archived":            func(q *survey.Questionnaire) { q.ArchivedAt = w.Clock.Now() },
		"an erratum waits":    func(q *survey.Questionnaire) { q.NewErratum = &survey.Erratum{Question: "q01", Text: "So."} },
		"reminders wait":      func(q *survey.Questionnaire) { q.NewReminders = []survey.ReminderStep{{ID: "s", Days: 3}} },
		"slots, and revision": func(q *survey.Questionnaire) { q.Slots, q.Revision = 9, q.Revision+1 },
	} {
		var before survey.Questionnaire
		w.Write(t, func(tx *survey.Tx) (err error) {
			if before, err = tx.Questionnaire("q1"); err != nil {
				return err
			}
			now := before
			change(&now)
			return tx.Questionnaires.Put(now)
		})
		if w.state().News {
			t.Errorf("%s: news", name)
		}
		w.Write(t, func(tx *survey.Tx) error { return tx.Questionnaires.Put(before) })
	}
}
