package survey_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
	"pruefstein/internal/testkit"
)

// workshop is an alliance with two working groups that draft a questionnaire.
type workshop struct {
	*survey.Service
	t     *testing.T
	ctx   context.Context
	Clock *testkit.Clock
	Q     survey.Questionnaire

	office, second, admin, member, lead, stranger, reader survey.Actor
}

func newWorkshop(t *testing.T, changes ...func(*survey.SaveQuestionnaire)) *workshop {
	t.Helper()
	clock := testkit.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	w := &workshop{t: t, ctx: t.Context(), Clock: clock, Service: &survey.Service{Store: memory.New(), Clock: clock}}
	actor := func(id string, u survey.User) survey.Actor {
		u.ID, u.Name, u.PasswordHash = id, strings.ToUpper(id), "hash"
		w.update(func(tx *survey.Tx) error { return tx.Users.Put(u) })
		return survey.Actor{User: u, Language: "de"}
	}
	w.office = actor("office", survey.User{Coordinator: true})
	w.second = actor("second", survey.User{Coordinator: true})
	w.admin = actor("admin", survey.User{Administrator: true})
	w.member = actor("member", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g1"}}})
	w.lead = actor("lead", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g1", Lead: true}}})
	w.stranger = actor("stranger", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g2", Lead: true}}})
	w.update(func(tx *survey.Tx) error {
		return errors.Join(
			tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g1", Name: "Digitale Bildung", Slug: "bildung"}),
			tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g2", Name: "Open Source", Slug: "open-source"}),
			tx.Organisations.Put(survey.Organisation{ID: "o1", Name: "Freie Netze", Slug: "freie-netze"}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl Nordmark", Date: "2027-05-09"}))
	})
	cmd := survey.SaveQuestionnaire{Title: "Nordmark fragt", Election: "e1", Slots: "2", QuestionLimit: "40", Topics: "Schule\nAmt",
		OrderRule: "Stimmzettel", Licence: "CC-BY-4.0"}
	for _, change := range changes {
		change(&cmd)
	}
	q, err := w.SaveQuestionnaire(w.ctx, w.office, cmd)
	if err != nil {
		t.Fatal(err)
	}
	w.Q = q
	return w
}

func (w *workshop) update(fn func(*survey.Tx) error) {
	w.t.Helper()
	if err := w.Store.Update(w.ctx, fn); err != nil {
		w.t.Fatal(err)
	}
}

// question drafts a question of group g1 and brings it into a state.
func (w *workshop) question(text string, state survey.QuestionState) survey.Question {
	w.t.Helper()
	q, err := w.SaveQuestion(w.ctx, w.office, survey.SaveQuestion{Questionnaire: w.Q.ID, ID: survey.NewID(),
		Wording: survey.Wording{Text: text, WorkingGroup: "g1", Topic: "schule", AskedBy: []string{"o1"}}})
	if err == nil {
		q, err = w.SetQuestionState(w.ctx, w.office, survey.SetQuestionState{Questionnaire: w.Q.ID, ID: q.ID, Revision: q.Revision, State: state})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return q
}

// saveText is the save of a new text by an actor who saw a revision.
func (w *workshop) saveText(actor survey.Actor, q survey.Question, text string) (survey.Question, error) {
	cmd := survey.SaveQuestion{Questionnaire: q.Questionnaire, ID: q.ID, Revision: q.Revision, Wording: q.Wording}
	cmd.Text = text
	return w.SaveQuestion(w.ctx, actor, cmd)
}

func code(err error) survey.Code { return survey.CodeOf(err) }

// faultsOf lists "field key" of an Invalid error.
func faultsOf(t *testing.T, err error) []string {
	t.Helper()
	var e *survey.Error
	if !errors.As(err, &e) || e.Code != survey.Invalid {
		t.Fatalf("got %v, want an invalid input", err)
	}
	var list []string
	for _, f := range e.Faults {
		list = append(list, f.Field+" "+f.Key)
	}
	return list
}

func TestWhoMayDraftWhat(t *testing.T) {
	w := newWorkshop(t)
	actors := map[string]survey.Actor{"office": w.office, "admin": w.admin, "member": w.member, "lead": w.lead, "stranger": w.stranger, "reader": w.reader}
	for _, test := range []struct {
		state  survey.QuestionState
		edit   []string            // who may change the words
		states map[string][]string // who may move it where
	}{
		{survey.StateIdea, []string{"lead", "member", "office"}, map[string][]string{
			"office": {"draft", "review", "agreed", "dropped"}, "lead": {"draft", "review", "agreed", "dropped"}, "member": {"draft", "review"}}},
		{survey.StateReview, []string{"lead", "member", "office"}, map[string][]string{
			"office": {"idea", "draft", "agreed", "dropped"}, "lead": {"idea", "draft", "agreed", "dropped"}, "member": {"idea", "draft"}}},
		{survey.StateAgreed, []string{"lead", "office"}, map[string][]string{
			"office": {"idea", "draft", "review", "dropped"}, "lead": {"idea", "draft", "review", "dropped"}}},
		{survey.StateDropped, []string{"lead", "office"}, map[string][]string{
			"office": {"idea", "draft", "review", "agreed"}, "lead": {"idea", "draft", "review", "agreed"}}},
	} {
		t.Run(string(test.state), func(t *testing.T) {
			var edited []string
			moved := map[string][]string{}
			for name, actor := range actors {
				q := w.question("Wie? "+name, test.state)
				if _, err := w.saveText(actor, q, "Warum?"); err == nil {
					edited = append(edited, name)
				} else if code(err) != survey.Forbidden {
					t.Errorf("%s edits: %v", name, err)
				}
				for _, to := range survey.QuestionStates {
					if to == test.state {
						continue
					}
					q := w.question("Wohin? "+name, test.state)
					if _, err := w.SetQuestionState(w.ctx, actor, survey.SetQuestionState{Questionnaire: w.Q.ID, ID: q.ID, Revision: q.Revision, State: to}); err == nil {
						moved[name] = append(moved[name], string(to))
					} else if code(err) != survey.Forbidden {
						t.Errorf("%s to %s: %v", name, to, err)
					}
				}
			}
			slices.Sort(edited)
			if diff := cmp.Diff(test.edit, edited); diff != "" {
				t.Errorf("edit: %s", diff)
			}
			if diff := cmp.Diff(test.states, moved); diff != "" {
				t.Errorf("states: %s", diff)
			}
		})
	}
}

func TestMembersWriteForTheirOwnGroups(t *testing.T) {
	w := newWorkshop(t)
	cmd := survey.SaveQuestion{Questionnaire: w.Q.ID, ID: survey.NewID(), Wording: survey.Wording{Text: "Wie?", WorkingGroup: "g2"}}
	if _, err := w.SaveQuestion(w.ctx, w.member, cmd); !slices.Equal(faultsOf(t, err), []string{"working_group draft.error.own_group"}) {
		t.Error(err)
	}
	cmd.WorkingGroup = ""
	if _, err := w.SaveQuestion(w.ctx, w.member, cmd); !slices.Equal(faultsOf(t, err), []string{"working_group draft.error.own_group"}) {
		t.Error(err)
	}
	if _, err := w.SaveQuestion(w.ctx, w.office, cmd); err != nil {
		t.Error(err)
	}
	if _, err := w.SaveQuestionnaire(w.ctx, w.member, survey.SaveQuestionnaire{}); code(err) != survey.Forbidden {
		t.Error(err)
	}
	for _, actor := range []survey.Actor{w.member, w.admin, w.stranger} {
		if _, err := w.Board(w.ctx, actor, w.Q.ID, survey.BoardFilter{}); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Board(w.ctx, w.reader, w.Q.ID, survey.BoardFilter{}); code(err) != survey.Forbidden {
		t.Error(err)
	}
}

func TestBadWording(t *testing.T) {
	w := newWorkshop(t)
	for _, test := range []struct {
		name string
		wording
		want []string
	}{
		{"empty", wording{Text: " \n"}, []string{"text error.required"}},
		{"control character", wording{Text: "Wie\x00?"}, []string{"text error.text.control"}},
		{"over the limit of all texts", wording{Text: strings.Repeat("a", survey.MaxTextUnits+1), Context: "\u202e"}, []string{"text error.text.too_long", "context error.text.bidi"}},
		{"not UTF-8", wording{Label: "\xff", Text: "Wie?"}, []string{"label error.text.encoding"}},
		{"foreign ids", wording{Text: "Wie?", Topic: "x", WorkingGroup: "y", AskedBy: []string{"z"}}, []string{"working_group error.choice", "topic error.choice", "asked_by error.choice"}},
		{"unknown kind", wording{Text: "Wie?", Kind: "poll"}, []string{"kind error.choice"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := w.SaveQuestion(w.ctx, w.office, survey.SaveQuestion{Questionnaire: w.Q.ID, ID: survey.NewID(), Wording: test.wording})
			if diff := cmp.Diff(test.want, faultsOf(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
	long := strings.Repeat("ä", 4000) // far over the questionnaire's limit: a hint, never a block
	if _, err := w.SaveQuestion(w.ctx, w.member, survey.SaveQuestion{Questionnaire: w.Q.ID, ID: survey.NewID(), Wording: wording{Text: long, WorkingGroup: "g1"}}); err != nil {
		t.Error(err)
	}
}

type wording = survey.Wording

func TestRevisions(t *testing.T) {
	w := newWorkshop(t)
	q := w.question("Wie steht es um die Schulen?", survey.StateDraft) // revisions 1 and 2
	theirs, err := w.saveText(w.member, q, "Wie steht es um alle Schulen?")
	if err != nil {
		t.Fatal(err)
	}
	// The second of two at the same time: refused, both texts there, nothing saved.
	mine := survey.SaveQuestion{Questionnaire: q.Questionnaire, ID: q.ID, Revision: q.Revision, Wording: q.Wording}
	mine.Text = "Wie steht es um die freien Schulen?"
	if _, err := w.SaveQuestion(w.ctx, w.lead, mine); code(err) != survey.Conflict {
		t.Fatalf("got %v, want a conflict", err)
	}
	w.update(func(tx *survey.Tx) error {
		stored, err := tx.Questions.Get(q.Key())
		stored.AskedBy = []string{"o1", "o2"}
		return errors.Join(err, tx.Questions.Put(stored))
	})
	other := mine
	other.AskedBy, other.Kind = []string{"o2", "o1", "o2"}, survey.KindThesis // in the order of the form's boxes
	if c, err := w.Collision(w.ctx, w.lead, other); err != nil || cmp.Diff([]string{"kind"}, c.Choices) != "" {
		t.Errorf("%v %v", c.Choices, err)
	}
	c, err := w.Collision(w.ctx, w.lead, mine)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"asked_by"}, c.Choices); diff != "" {
		t.Error(diff)
	}
	if len(c.Changes) != 1 || c.Changes[0].Old != theirs.Text || c.Changes[0].New != mine.Text || c.Theirs.Revision != 3 || c.Page.UpdatedBy != "MEMBER" {
		t.Errorf("got %+v", c)
	}
	// Merged, with the revision seen.
	mine.Revision, mine.Text, mine.Note = c.Theirs.Revision, "Wie steht es um alle freien Schulen?", "zusammengeführt"
	merged, err := w.SaveQuestion(w.ctx, w.lead, mine)
	if err != nil || merged.Revision != 4 {
		t.Fatalf("%+v, %v", merged, err)
	}
	// Sent twice: one revision.
	if again, err := w.SaveQuestion(w.ctx, w.lead, mine); err != nil || again.Revision != 4 {
		t.Errorf("%+v, %v", again, err)
	}
	// An earlier one restored is a new one, and the state stays.
	restored, err := w.RestoreRevision(w.ctx, w.member, survey.RestoreRevision{Questionnaire: q.Questionnaire, ID: q.ID, Revision: 4, Number: 1})
	if err != nil || restored.Revision != 5 || restored.Text != "Wie steht es um die Schulen?" || restored.State != survey.StateDraft {
		t.Errorf("%+v, %v", restored, err)
	}
	if _, err := w.RestoreRevision(w.ctx, w.member, survey.RestoreRevision{Questionnaire: q.Questionnaire, ID: q.ID, Revision: 4, Number: 2}); code(err) != survey.Conflict {
		t.Error(err)
	}
	if _, err := w.RestoreRevision(w.ctx, w.stranger, survey.RestoreRevision{Questionnaire: q.Questionnaire, ID: q.ID, Revision: 5, Number: 2}); code(err) != survey.Forbidden {
		t.Error(err)
	}
	if _, err := w.SetQuestionState(w.ctx, w.lead, survey.SetQuestionState{Questionnaire: q.Questionnaire, ID: q.ID, Revision: 4, State: survey.StateAgreed}); code(err) != survey.Conflict {
		t.Errorf("agreed on words not read: %v", err)
	}
	h, err := w.History(w.ctx, w.stranger, q.Questionnaire, q.ID, 1, 4)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, r := range h.Revisions {
		texts = append(texts, r.Text)
	}
	want := []string{"Wie steht es um die Schulen?", "Wie steht es um alle freien Schulen?", "Wie steht es um alle Schulen?", "Wie steht es um die Schulen?", "Wie steht es um die Schulen?"}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Error(diff)
	}
	if h.Revisions[1].Note != "zusammengeführt" || len(h.Compared) != 1 || len(h.Compared[0].Parts) == 0 {
		t.Errorf("got %+v", h)
	}
}

// A state button takes along what was typed beside it, or keeps it all for another try.
func TestStateTakesTheWordsAlong(t *testing.T) {
	w := newWorkshop(t)
	q := w.question("Wie steht es um die Schulen?", survey.StateDraft)
	move := func(actor survey.Actor, revision int, state survey.QuestionState, text string) (survey.Question, error) {
		words := q.Wording
		words.Text = text
		return w.SetQuestionState(w.ctx, actor, survey.SetQuestionState{Questionnaire: q.Questionnaire, ID: q.ID, Revision: revision, State: state, Words: &words})
	}
	const typed = "Wie steht es um alle Schulen?"
	for range 2 { // the second click of two
		got, err := move(w.member, q.Revision, survey.StateReview, typed)
		if err != nil || got.Text != typed || got.State != survey.StateReview || got.Revision != q.Revision+1 {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	_, err := move(w.lead, q.Revision, survey.StateAgreed, "Noch ein Text?")
	if diff := cmp.Diff(survey.Fail(survey.Conflict, "error.stale").Error(), fmt.Sprint(err)); diff != "" {
		t.Errorf("typed words under an old revision: %s", diff)
	}
	_, err = move(w.lead, q.Revision, survey.StateAgreed, q.Text) // as the form had it: nothing was typed
	if diff := cmp.Diff(survey.Fail(survey.Conflict, "draft.error.changed_meanwhile").Error(), fmt.Sprint(err)); diff != "" {
		t.Errorf("agreed on words not read: %s", diff)
	}
	if _, err := move(w.lead, q.Revision+1, survey.StateAgreed, " "); code(err) != survey.Invalid {
		t.Errorf("no text: %v", err)
	}
	if _, err := move(w.member, q.Revision+1, survey.StateAgreed, "Vom Mitglied?"); code(err) != survey.Forbidden {
		t.Errorf("a member agreed: %v", err)
	}
	words := q.Wording
	words.WorkingGroup = "g2"
	both := w.member
	both.User.Memberships = []survey.Membership{{WorkingGroup: "g1", Lead: true}, {WorkingGroup: "g2"}}
	if _, err := w.SetQuestionState(w.ctx, both, survey.SetQuestionState{Questionnaire: q.Questionnaire, ID: q.ID, Revision: q.Revision + 1,
		State: survey.StateAgreed, Words: &words}); code(err) != survey.Forbidden {
		t.Errorf("agreed for a group one does not lead: %v", err)
	}
}

// People write numbers with marks between the thousands.
func TestWholeNumbersAsTyped(t *testing.T) {
	w := newWorkshop(t)
	for typed, want := range map[string]int{"1.500": 1500, "1 500": 1500, "1,500": 1500, "1500": 1500, "1.50": -1, "1.5": -1, "-1": -1} {
		q, err := w.SaveQuestionnaire(w.ctx, w.office, survey.SaveQuestionnaire{Title: "Länge " + typed, Election: "e1", OrderRule: "Alphabet",
			Licence: "CC0-1.0", AnswerLimit: typed})
		if want < 0 && code(err) == survey.Invalid {
			continue
		}
		if err != nil || q.AnswerLimit != want {
			t.Errorf("%q: %d, %v", typed, q.AnswerLimit, err)
		}
	}
}

// A double click saves once and says so; only another content under an old revision is refused.
func TestSecondClickIsNoConflict(t *testing.T) {
	w := newWorkshop(t)
	party, err := w.SaveContestant(w.ctx, w.office, survey.SaveContestant{Election: "e1", ListedParty: survey.ListedParty{ShortName: "FM", Name: "Freie Mitte"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, save := range map[string]func(title string) (revision int, err error){
		"settings": func(title string) (int, error) {
			q, err := w.SaveQuestionnaire(w.ctx, w.office, survey.SaveQuestionnaire{ID: w.Q.ID, Revision: w.Q.Revision, Title: title, Slug: w.Q.Slug, Election: "e1",
				Slots: "3", Topics: "Schule\nAmt", OrderRule: "Alphabet", Licence: "CC0-1.0", Deadline: "2027-03-01T18:00", DeadlineZone: "Europe/Berlin"})
			return q.Revision, err
		},
		"election": func(title string) (int, error) {
			e, err := w.SaveElection(w.ctx, w.office, survey.SaveElection{ID: "e1", Name: title, Date: "2027-05-09"})
			return e.Revision, err
		},
		"party": func(title string) (int, error) {
			s, err := w.SaveContestant(w.ctx, w.office, survey.SaveContestant{Election: "e1", Party: party.ID, PartyRevision: 1, ContestantRevision: 1,
				ListedParty: survey.ListedParty{ShortName: "FM", Name: title, BallotPosition: "1"}})
			return s.Party.Revision, err
		},
	} {
		first, err := save("Neuer Name")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if again, err := save("Neuer Name"); err != nil || again != first {
			t.Errorf("%s again: revision %d after %d, %v", name, again, first, err)
		}
		if _, err := save("Noch ein Name"); code(err) != survey.Conflict {
			t.Errorf("%s, something else: %v", name, err)
		}
	}
}

// The id becomes a key: another spelling of the same would be another question.
func TestQuestionIDHasOneSpelling(t *testing.T) {
	w := newWorkshop(t)
	id := survey.NewID()
	for _, spelling := range []string{"", "../x", "urn:uuid:" + id, "{" + id + "}", strings.ToUpper(id), strings.ReplaceAll(id, "-", "")} {
		_, err := w.saveText(w.office, survey.Question{Questionnaire: w.Q.ID, ID: spelling, Wording: survey.Wording{WorkingGroup: "g1"}}, "Wie?")
		if !slices.Contains(faultsOf(t, err), " error.form") {
			t.Errorf("%q: %v", spelling, err)
		}
	}
}

func TestNewQuestionSentTwice(t *testing.T) {
	w := newWorkshop(t)
	cmd := survey.SaveQuestion{Questionnaire: w.Q.ID, ID: survey.NewID(), Wording: wording{Text: "Wie?", WorkingGroup: "g1"}}
	for range 2 {
		if q, err := w.SaveQuestion(w.ctx, w.member, cmd); err != nil || q.Revision != 1 {
			t.Errorf("%+v, %v", q, err)
		}
	}
	cmd.Text = "Anders?"
	if _, err := w.SaveQuestion(w.ctx, w.member, cmd); code(err) != survey.Conflict {
		t.Error(err)
	}
	for _, id := range []string{"", "../x", "q01"} {
		cmd.ID = id
		if _, err := w.SaveQuestion(w.ctx, w.member, cmd); code(err) != survey.Invalid {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestDraftBoard(t *testing.T) {
	w := newWorkshop(t)
	w.question("Erste?", survey.StateAgreed)
	w.question("Zweite?", survey.StateReview)
	w.question("Dritte?", survey.StateDropped)
	if _, err := w.SaveQuestion(w.ctx, w.stranger, survey.SaveQuestion{Questionnaire: w.Q.ID, ID: survey.NewID(), Wording: wording{Text: "Vierte?", WorkingGroup: "g2"}}); err != nil {
		t.Fatal(err)
	}
	shown := func(filter survey.BoardFilter) (cards []string, board survey.Board) {
		b, err := w.Board(w.ctx, w.member, w.Q.ID, filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range b.Columns {
			for _, card := range c.Cards {
				cards = append(cards, string(c.State)+" "+card.Text)
			}
		}
		return cards, b
	}
	all, b := shown(survey.BoardFilter{})
	if diff := cmp.Diff([]string{"idea Vierte?", "review Zweite?", "agreed Erste?", "dropped Dritte?"}, all); diff != "" {
		t.Error(diff)
	}
	if b.Progress.Agreed != 1 || b.Progress.Slots != 2 {
		t.Errorf("got %+v", b.Progress)
	}
	var groups []string
	for _, g := range b.Groups {
		groups = append(groups, strings.Join([]string{g.Group.Name, string(rune('0' + g.Agreed)), string(rune('0' + g.Open))}, " "))
	}
	if diff := cmp.Diff([]string{"Digitale Bildung 1 1", "Open Source 0 1"}, groups); diff != "" {
		t.Error(diff)
	}
	if some, _ := shown(survey.BoardFilter{Group: "g2"}); len(some) != 1 {
		t.Error(some)
	}
	if some, _ := shown(survey.BoardFilter{Topic: "schule"}); len(some) != 3 {
		t.Error(some)
	}
}
