package draft_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/alliance"
	"pruefstein/internal/draft"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

func TestWhoMayDraftWhat(t *testing.T) {
	w := testworld.NewWorkshop(t)
	actors := map[string]survey.Actor{"office": w.Coordinator, "admin": w.Admin, "member": w.Member, "lead": w.Lead, "stranger": w.Stranger, "reader": w.Reader}
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
				q := w.Question("Wie? "+name, test.state)
				if _, err := w.SaveText(actor, q, "Warum?"); err == nil {
					edited = append(edited, name)
				} else if survey.CodeOf(err) != survey.Forbidden {
					t.Errorf("%s edits: %v", name, err)
				}
				for _, to := range survey.QuestionStates {
					if to == test.state {
						continue
					}
					q := w.Question("Wohin? "+name, test.state)
					if _, err := w.Draft.SetQuestionState(w.Ctx, actor, w.Q.ID, q.ID, draft.SetQuestionState{Revision: q.Revision, State: to}); err == nil {
						moved[name] = append(moved[name], string(to))
					} else if survey.CodeOf(err) != survey.Forbidden {
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
	w := testworld.NewWorkshop(t)
	id, cmd := survey.QuestionID(survey.NewID()), draft.SaveQuestion{Wording: survey.Wording{Text: "Wie?", WorkingGroup: "g2"}}
	if _, err := w.Draft.SaveQuestion(w.Ctx, w.Member, w.Q.ID, id, cmd); !slices.Equal(testworld.FaultsOf(t, err), []string{"working_group draft.error.own_group"}) {
		t.Error(err)
	}
	cmd.WorkingGroup = ""
	if _, err := w.Draft.SaveQuestion(w.Ctx, w.Member, w.Q.ID, id, cmd); !slices.Equal(testworld.FaultsOf(t, err), []string{"working_group draft.error.own_group"}) {
		t.Error(err)
	}
	if _, err := w.Draft.SaveQuestion(w.Ctx, w.Coordinator, w.Q.ID, id, cmd); err != nil {
		t.Error(err)
	}
	if _, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Member, "", draft.SaveQuestionnaire{}); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
	for _, actor := range []survey.Actor{w.Member, w.Admin, w.Stranger} {
		if _, err := w.Draft.Board(w.Ctx, actor, w.Q.ID, draft.Filter{}); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Draft.Board(w.Ctx, w.Reader, w.Q.ID, draft.Filter{}); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
}

func TestBadWording(t *testing.T) {
	w := testworld.NewWorkshop(t)
	for _, test := range []struct {
		name string
		wording
		want []string
	}{
		{"empty", wording{Text: " \n"}, []string{"text error.required"}},
		{"control character", wording{Text: "Wie\x00?"}, []string{"text error.text.unseen"}},
		{"over the limit of all texts", wording{Text: strings.Repeat("a", survey.MaxTextUnits+1), Context: "\u202e"}, []string{"text error.text.too_long", "context error.text.unseen"}},
		{"not UTF-8", wording{Label: "\xff", Text: "Wie?"}, []string{"label error.text.encoding"}},
		{"foreign ids", wording{Text: "Wie?", Topic: "x", WorkingGroup: "y", AskedBy: []string{"z"}}, []string{"working_group error.choice", "topic error.choice", "asked_by error.choice"}},
		{"unknown kind", wording{Text: "Wie?", Kind: "poll"}, []string{"kind error.choice"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := w.Draft.SaveQuestion(w.Ctx, w.Coordinator, w.Q.ID, survey.QuestionID(survey.NewID()), draft.SaveQuestion{Wording: test.wording})
			if diff := cmp.Diff(test.want, testworld.FaultsOf(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
	long := strings.Repeat("ä", 4000) // far over the questionnaire's limit: a hint, never a block
	if _, err := w.Draft.SaveQuestion(w.Ctx, w.Member, w.Q.ID, survey.QuestionID(survey.NewID()), draft.SaveQuestion{Wording: wording{Text: long, WorkingGroup: "g1"}}); err != nil {
		t.Error(err)
	}
}

type wording = survey.Wording

func TestRevisions(t *testing.T) {
	w := testworld.NewWorkshop(t)
	q := w.Question("Wie steht es um die Schulen?", survey.StateDraft) // revisions 1 and 2
	theirs, err := w.SaveText(w.Member, q, "Wie steht es um alle Schulen?")
	if err != nil {
		t.Fatal(err)
	}
	// The second of two at the same time: refused, both texts there, nothing saved.
	mine := draft.SaveQuestion{Revision: q.Revision, Wording: q.Wording}
	mine.Text = "Wie steht es um die freien Schulen?"
	if _, err := w.Draft.SaveQuestion(w.Ctx, w.Lead, q.Questionnaire, q.ID, mine); survey.CodeOf(err) != survey.Conflict {
		t.Fatalf("got %v, want a conflict", err)
	}
	w.Update(func(tx *survey.Tx) error {
		stored, err := tx.Questions.Get(q.Key())
		stored.AskedBy = []string{"o1", "o2"}
		return errors.Join(err, tx.Questions.Put(stored))
	})
	other := mine
	other.AskedBy, other.Kind = []string{"o2", "o1", "o2"}, survey.KindThesis // in the order of the form's boxes
	if c, err := w.Draft.Collision(w.Ctx, w.Lead, q.Questionnaire, q.ID, other); err != nil || cmp.Diff([]string{"kind"}, c.Choices) != "" {
		t.Errorf("%v %v", c.Choices, err)
	}
	c, err := w.Draft.Collision(w.Ctx, w.Lead, q.Questionnaire, q.ID, mine)
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
	merged, err := w.Draft.SaveQuestion(w.Ctx, w.Lead, q.Questionnaire, q.ID, mine)
	if err != nil || merged.Revision != 4 {
		t.Fatalf("%+v, %v", merged, err)
	}
	// Sent twice: one revision.
	if again, err := w.Draft.SaveQuestion(w.Ctx, w.Lead, q.Questionnaire, q.ID, mine); err != nil || again.Revision != 4 {
		t.Errorf("%+v, %v", again, err)
	}
	// An earlier one restored is a new one, and the state stays.
	restored, err := w.Draft.RestoreRevision(w.Ctx, w.Member, q.Questionnaire, q.ID, draft.RestoreRevision{Revision: 4, Number: 1})
	if err != nil || restored.Revision != 5 || restored.Text != "Wie steht es um die Schulen?" || restored.State != survey.StateDraft {
		t.Errorf("%+v, %v", restored, err)
	}
	if _, err := w.Draft.RestoreRevision(w.Ctx, w.Member, q.Questionnaire, q.ID, draft.RestoreRevision{Revision: 4, Number: 2}); survey.CodeOf(err) != survey.Conflict {
		t.Error(err)
	}
	if _, err := w.Draft.RestoreRevision(w.Ctx, w.Stranger, q.Questionnaire, q.ID, draft.RestoreRevision{Revision: 5, Number: 2}); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
	if _, err := w.Draft.SetQuestionState(w.Ctx, w.Lead, q.Questionnaire, q.ID, draft.SetQuestionState{Revision: 4, State: survey.StateAgreed}); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("agreed on words not read: %v", err)
	}
	h, err := w.Draft.History(w.Ctx, w.Stranger, q.Questionnaire, q.ID, 1, 4)
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
	w := testworld.NewWorkshop(t)
	q := w.Question("Wie steht es um die Schulen?", survey.StateDraft)
	move := func(actor survey.Actor, revision int, state survey.QuestionState, text string) (survey.Question, error) {
		words := q.Wording
		words.Text = text
		return w.Draft.SetQuestionState(w.Ctx, actor, q.Questionnaire, q.ID, draft.SetQuestionState{Revision: revision, State: state, Words: &words})
	}
	const typed = "Wie steht es um alle Schulen?"
	for range 2 { // the second click of two
		got, err := move(w.Member, q.Revision, survey.StateReview, typed)
		if err != nil || got.Text != typed || got.State != survey.StateReview || got.Revision != q.Revision+1 {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	_, err := move(w.Lead, q.Revision, survey.StateAgreed, "Noch ein Text?")
	if diff := cmp.Diff(survey.Fail(survey.Conflict, "error.stale").Error(), fmt.Sprint(err)); diff != "" {
		t.Errorf("typed words under an old revision: %s", diff)
	}
	_, err = move(w.Lead, q.Revision, survey.StateAgreed, q.Text) // as the form had it: nothing was typed
	if diff := cmp.Diff(survey.Fail(survey.Conflict, "draft.error.changed_meanwhile").Error(), fmt.Sprint(err)); diff != "" {
		t.Errorf("agreed on words not read: %s", diff)
	}
	if _, err := move(w.Lead, q.Revision+1, survey.StateAgreed, " "); survey.CodeOf(err) != survey.Invalid {
		t.Errorf("no text: %v", err)
	}
	if _, err := move(w.Member, q.Revision+1, survey.StateAgreed, "Vom Mitglied?"); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("a member agreed: %v", err)
	}
	words := q.Wording
	words.WorkingGroup = "g2"
	both := w.Member
	both.User.Memberships = []survey.Membership{{WorkingGroup: "g1", Lead: true}, {WorkingGroup: "g2"}}
	if _, err := w.Draft.SetQuestionState(w.Ctx, both, q.Questionnaire, q.ID, draft.SetQuestionState{Revision: q.Revision + 1,
		State: survey.StateAgreed, Words: &words}); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("agreed for a group one does not lead: %v", err)
	}
}

// People write numbers with marks between the thousands.
func TestWholeNumbersAsTyped(t *testing.T) {
	w := testworld.NewWorkshop(t)
	for typed, want := range map[string]int{"1.500": 1500, "1 500": 1500, "1,500": 1500, "1500": 1500, "1.50": -1, "1.5": -1, "-1": -1} {
		q, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, "", draft.SaveQuestionnaire{Title: "Länge " + typed, Election: "e1", Order: survey.OrderBallot,
			Licence: "CC0-1.0", AnswerLimit: typed})
		if want < 0 && survey.CodeOf(err) == survey.Invalid {
			continue
		}
		if err != nil || q.AnswerLimit != want {
			t.Errorf("%q: %d, %v", typed, q.AnswerLimit, err)
		}
	}
}

// A double click saves once and says so; only another content under an old revision is refused.
func TestSecondClickIsNoConflict(t *testing.T) {
	w := testworld.NewWorkshop(t)
	party, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, "e1", "", alliance.SaveContestant{ListedParty: alliance.ListedParty{ShortName: "FM", Name: "Freie Mitte"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, save := range map[string]func(title string) (revision int, err error){
		"settings": func(title string) (int, error) {
			q, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, w.Q.ID, draft.SaveQuestionnaire{Revision: w.Q.Revision, Title: title, Slug: w.Q.Slug, Election: "e1",
				Slots: "3", Topics: "Schule\nAmt", Order: survey.OrderBallot, Licence: "CC0-1.0", Deadline: "2027-03-01T18:00", DeadlineZone: "Europe/Berlin"})
			return q.Revision, err
		},
		"election": func(title string) (int, error) {
			e, err := w.Alliance.SaveElection(w.Ctx, w.Coordinator, "e1", alliance.SaveElection{Name: title, Date: "2027-05-09"})
			return e.Revision, err
		},
		"party": func(title string) (int, error) {
			s, err := w.Alliance.SaveContestant(w.Ctx, w.Coordinator, "e1", party.ID, alliance.SaveContestant{PartyRevision: 1, ContestantRevision: 1,
				ListedParty: alliance.ListedParty{ShortName: "FM", Name: title, BallotPosition: "1"}})
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
		if _, err := save("Noch ein Name"); survey.CodeOf(err) != survey.Conflict {
			t.Errorf("%s, something else: %v", name, err)
		}
	}
}

// The id becomes a key: another spelling of the same would be another question.
func TestQuestionIDHasOneSpelling(t *testing.T) {
	w := testworld.NewWorkshop(t)
	id := survey.NewID()
	for _, spelling := range []survey.QuestionID{"", "../x", survey.QuestionID("urn:uuid:" + id), survey.QuestionID("{" + id + "}"), survey.QuestionID(strings.ToUpper(id)), survey.QuestionID(strings.ReplaceAll(id, "-", ""))} {
		_, err := w.SaveText(w.Coordinator, survey.Question{Questionnaire: w.Q.ID, ID: spelling, Wording: survey.Wording{WorkingGroup: "g1"}}, "Wie?")
		if !slices.Contains(testworld.FaultsOf(t, err), " error.form") {
			t.Errorf("%q: %v", spelling, err)
		}
	}
}

func TestNewQuestionSentTwice(t *testing.T) {
	w := testworld.NewWorkshop(t)
	id, cmd := survey.QuestionID(survey.NewID()), draft.SaveQuestion{Wording: wording{Text: "Wie?", WorkingGroup: "g1"}}
	for range 2 {
		if q, err := w.Draft.SaveQuestion(w.Ctx, w.Member, w.Q.ID, id, cmd); err != nil || q.Revision != 1 {
			t.Errorf("%+v, %v", q, err)
		}
	}
	cmd.Text = "Anders?"
	if _, err := w.Draft.SaveQuestion(w.Ctx, w.Member, w.Q.ID, id, cmd); survey.CodeOf(err) != survey.Conflict {
		t.Error(err)
	}
	for _, id := range []survey.QuestionID{"", "../x", "q01"} {
		if _, err := w.Draft.SaveQuestion(w.Ctx, w.Member, w.Q.ID, id, cmd); survey.CodeOf(err) != survey.Invalid {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestDraftBoard(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Question("Erste?", survey.StateAgreed)
	w.Question("Zweite?", survey.StateReview)
	w.Question("Dritte?", survey.StateDropped)
	if _, err := w.Draft.SaveQuestion(w.Ctx, w.Stranger, w.Q.ID, survey.QuestionID(survey.NewID()), draft.SaveQuestion{Wording: wording{Text: "Vierte?", WorkingGroup: "g2"}}); err != nil {
		t.Fatal(err)
	}
	shown := func(filter draft.Filter) (cards []string, board draft.Board) {
		b, err := w.Draft.Board(w.Ctx, w.Member, w.Q.ID, filter)
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
	all, b := shown(draft.Filter{})
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
	if some, _ := shown(draft.Filter{Group: "g2"}); len(some) != 1 {
		t.Error(some)
	}
	if some, _ := shown(draft.Filter{Topic: "schule"}); len(some) != 3 {
		t.Error(some)
	}
}

// The page of a new question is for who may draft, as long as something is drafted.
func TestWhoMayBeginAQuestion(t *testing.T) {
	w := testworld.NewWorkshop(t)
	for _, locked := range []bool{false, true} {
		if locked {
			w.Update(func(tx *survey.Tx) error {
				w.Q.LockedAt = w.Clock.Now()
				return errors.Join(tx.Questionnaires.Put(w.Q), tx.Catalogues.Put(survey.Catalogue{Questionnaire: w.Q.ID}))
			})
		}
		for name, c := range map[string]struct {
			actor survey.Actor
			may   bool
		}{"office": {w.Coordinator, true}, "member": {w.Member, true}, "admin": {w.Admin, false}} {
			if p, err := w.Draft.QuestionPage(w.Ctx, c.actor, w.Q.ID, ""); err != nil || p.MayEdit != (c.may && !locked) {
				t.Errorf("locked %v, %s: %v, %v", locked, name, p.MayEdit, err)
			}
		}
	}
}

// A note to a state is a line like any other.
func TestANoteIsOneLine(t *testing.T) {
	w := testworld.NewWorkshop(t)
	q := w.Question("Wie?", survey.StateIdea)
	for note, want := range map[string]string{strings.Repeat("a", 301): "note error.text.too_long", "a\x00": "note error.text.unseen"} {
		_, err := w.Draft.SetQuestionState(w.Ctx, w.Coordinator, w.Q.ID, q.ID, draft.SetQuestionState{Revision: q.Revision, State: survey.StateReview, Note: note})
		if got := testworld.KeyOf(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
