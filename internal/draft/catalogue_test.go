package draft_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pruefstein/internal/draft"
	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// catalogue returns the catalogue's page as the office sees it.
func catalogue(w *testworld.Workshop, actor survey.Actor) draft.CataloguePage {
	w.T.Helper()
	v, err := w.Draft.CataloguePage(w.Ctx, actor, w.Q.ID)
	if err != nil {
		w.T.Fatal(err)
	}
	return v
}

func lock(w *testworld.Workshop, actor survey.Actor) (bool, error) {
	w.T.Helper()
	return w.Draft.LockCatalogue(w.Ctx, actor, w.Q.ID, catalogue(w, actor).Catalogue.Hash)
}

func texts(c survey.Catalogue) (list []string) {
	for _, q := range c.Questions {
		list = append(list, string(q.ID)+" "+q.Text)
	}
	return list
}

func TestOrderCatalogue(t *testing.T) {
	w := testworld.NewWorkshop(t, func(cmd *draft.SaveQuestionnaire) { cmd.Slots = "" })
	ids := map[string]survey.QuestionID{}
	for _, text := range []string{"A", "B", "C", "D"} {
		ids[text] = w.Question(text, survey.StateAgreed).ID
	}
	w.Question("nicht beschlossen", survey.StateReview)
	for _, test := range []struct {
		name   string
		places map[string]string
		up     string
		down   string
		want   string
	}{
		{"as written", nil, "", "", "ABCD"},
		{"last to the front", map[string]string{"D": "1"}, "", "", "DABC"},
		{"first to the third place", map[string]string{"D": "3"}, "", "", "ABDC"},
		{"up", nil, "D", "", "ADBC"},
		{"down", nil, "", "A", "DABC"},
		{"beyond the ends nothing happens", nil, "D", "C", "DABC"},
		{"two at once", map[string]string{"A": "1", "C": "2"}, "", "", "ACDB"},
		{"the last place", map[string]string{"A": "4"}, "", "", "CDBA"},
		{"two to the front keep their order", map[string]string{"A": "1", "B": "1"}, "", "", "BACD"},
		{"two to the same place keep their order", map[string]string{"B": "2", "D": "2"}, "", "", "ABDC"},
		{"two to the end keep their order", map[string]string{"A": "4", "B": "4"}, "", "", "DCAB"},
		{"a question that is not there", map[string]string{"x": "1"}, "x", "", "DCAB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := draft.OrderCatalogue{Seen: catalogue(w, w.Coordinator).Catalogue.Hash, Places: map[survey.QuestionID]string{}, Up: ids[test.up], Down: ids[test.down]}
			for text, place := range test.places {
				cmd.Places[ids[text]] = place
			}
			if err := w.Draft.OrderCatalogue(w.Ctx, w.Coordinator, w.Q.ID, cmd); err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, q := range catalogue(w, w.Member).Catalogue.Questions {
				got += q.Text
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	for _, place := range []string{"vorn", "5", "0"} { // there are four
		err := w.Draft.OrderCatalogue(w.Ctx, w.Coordinator, w.Q.ID, draft.OrderCatalogue{Seen: catalogue(w, w.Coordinator).Catalogue.Hash,
			Places: map[survey.QuestionID]string{ids["A"]: place}})
		if diff := cmp.Diff([]string{"place-" + string(ids["A"]) + " error.number"}, testworld.FaultsOf(t, err)); diff != "" {
			t.Error(diff)
		}
	}
	if err := w.Draft.OrderCatalogue(w.Ctx, w.Lead, w.Q.ID, draft.OrderCatalogue{}); survey.CodeOf(err) != survey.Forbidden {
		t.Error(err)
	}
}

// Two people order at the same time: the second one has to look again. A second click is none.
func TestOrderOfACatalogueThatChanged(t *testing.T) {
	w := testworld.NewWorkshop(t)
	a, b := w.Question("A", survey.StateAgreed), w.Question("B", survey.StateAgreed)
	seen := catalogue(w, w.Coordinator).Catalogue.Hash
	first := draft.OrderCatalogue{Seen: seen, Places: map[survey.QuestionID]string{b.ID: "1"}}
	for range 2 {
		if err := w.Draft.OrderCatalogue(w.Ctx, w.Coordinator, w.Q.ID, first); err != nil {
			t.Fatal(err)
		}
	}
	second := draft.OrderCatalogue{Seen: seen, Down: b.ID}
	if err := w.Draft.OrderCatalogue(w.Ctx, w.Second, w.Q.ID, second); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("ordered what was not seen: %v", err)
	}
	second.Seen = catalogue(w, w.Second).Catalogue.Hash
	if err := w.Draft.OrderCatalogue(w.Ctx, w.Second, w.Q.ID, second); err != nil {
		t.Error(err)
	}
	if got := catalogue(w, w.Coordinator).Catalogue.Questions[0].Origin; got != a.ID {
		t.Errorf("%s is first", got)
	}
}

// A second click of an arrow moves nothing a second place, in the middle of the list neither.
func TestASecondClickOfAnArrow(t *testing.T) {
	for _, test := range []struct{ name, up, down, want, later string }{
		{"up", "C", "", "ACBD", "D"},
		{"down", "", "B", "ACBD", "D"},
		{"up to the front", "B", "", "BACD", "D"},
		{"down to the end", "", "C", "ABDC", "B"},
	} {
		w := testworld.NewWorkshop(t, func(cmd *draft.SaveQuestionnaire) { cmd.Slots = "" })
		ids, was := map[string]survey.QuestionID{}, map[survey.QuestionID]int{}
		for i, text := range []string{"A", "B", "C", "D"} {
			ids[text] = w.Question(text, survey.StateAgreed).ID
			was[ids[text]] = i + 1
		}
		click := draft.OrderCatalogue{Seen: catalogue(w, w.Coordinator).Catalogue.Hash, Was: was, Up: ids[test.up], Down: ids[test.down]}
		for i := range 2 {
			if err := w.Draft.OrderCatalogue(w.Ctx, w.Coordinator, w.Q.ID, click); err != nil {
				t.Errorf("%s, click %d: %v", test.name, i+1, err)
			}
		}
		got := ""
		for _, q := range catalogue(w, w.Member).Catalogue.Questions {
			got += q.Text
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		other := draft.OrderCatalogue{Seen: click.Seen, Was: was, Up: ids[test.later]}
		if err := w.Draft.OrderCatalogue(w.Ctx, w.Second, w.Q.ID, other); testworld.KeyOf(err) != "error.stale" {
			t.Errorf("%s: another arrow on the old page: %v", test.name, err)
		}
	}
}

// A place that was there when the page was made is no slip of who typed it: the list has changed.
func TestAPlaceThatIsGone(t *testing.T) {
	w := testworld.NewWorkshop(t, func(cmd *draft.SaveQuestionnaire) { cmd.Slots = "" })
	a, _, c := w.Question("A", survey.StateAgreed), w.Question("B", survey.StateAgreed), w.Question("C", survey.StateAgreed)
	old := draft.OrderCatalogue{Seen: catalogue(w, w.Coordinator).Catalogue.Hash, Places: map[survey.QuestionID]string{a.ID: "3"}}
	if _, err := w.Draft.SetQuestionState(w.Ctx, w.Coordinator, w.Q.ID, c.ID, draft.SetQuestionState{Revision: c.Revision, State: survey.StateReview}); err != nil {
		t.Fatal(err)
	}
	if err := w.Draft.OrderCatalogue(w.Ctx, w.Coordinator, w.Q.ID, old); testworld.KeyOf(err) != "error.stale" {
		t.Error(err)
	}
}

// What the page before the lock calls an address is what the dispatch calls one.
func TestCatalogueNamesWhoHasNoAddress(t *testing.T) {
	w := testworld.NewWorkshop(t)
	want := map[string]bool{}
	for i, r := range []struct {
		channel survey.Channel
		email   string
		missing bool
	}{{survey.ChannelForm, "", true}, {survey.ChannelMail, "Büro <post@fm.example>", true}, {survey.ChannelMail, "post@fm.example", false}, {survey.ChannelPortal, "", false}} {
		id := string(rune('a' + i))
		want[id] = r.missing
		w.Update(func(tx *survey.Tx) error {
			return tx.Respondents.Put(survey.Respondent{Questionnaire: w.Q.ID, ID: survey.RespondentID(id), Slug: survey.Slug(id), ShortName: id, Email: r.email, Procedure: survey.Procedure{Channel: r.channel}})
		})
	}
	got := map[string]bool{}
	for _, r := range catalogue(w, w.Coordinator).Respondents {
		got[string(r.ID)] = r.NoAddress
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLockIsBlocked(t *testing.T) {
	w := testworld.NewWorkshop(t) // two slots, 40 characters
	blocked := func() (keys []string) {
		for _, b := range catalogue(w, w.Coordinator).Blocks {
			keys = append(keys, b.Key)
		}
		if _, err := lock(w, w.Coordinator); len(keys) > 0 && survey.CodeOf(err) != survey.Conflict {
			t.Errorf("locked all the same: %v", err)
		}
		return keys
	}
	if diff := cmp.Diff([]string{"draft.block.none"}, blocked()); diff != "" {
		t.Error(diff)
	}
	first, long, idea := w.Question("Erste?", survey.StateAgreed), w.Question(strings.Repeat("ä", 41), survey.StateAgreed), w.Question("Noch offen?", survey.StateIdea)
	w.Question("Dritte?", survey.StateAgreed)
	if diff := cmp.Diff([]string{"draft.block.slots", "draft.block.long"}, blocked()); diff != "" {
		t.Error(diff)
	}
	if b := catalogue(w, w.Coordinator).Blocks; b[0].Question != "" || b[1].Question != long.ID {
		t.Errorf("about which questions: %+v", b)
	}
	// each agreed question says its part of it
	for id, want := range map[survey.QuestionID][]string{first.ID: {"draft.block.slots"}, long.ID: {"draft.block.slots", "draft.block.long"}, idea.ID: nil} {
		page, err := w.Draft.QuestionPage(w.Ctx, w.Lead, w.Q.ID, id)
		var keys []string
		for _, b := range page.Blocks {
			keys = append(keys, b.Key)
		}
		if diff := cmp.Diff(want, keys); diff != "" || err != nil {
			t.Error(diff, err)
		}
	}
}

func TestLockTakesTwo(t *testing.T) {
	w := testworld.NewWorkshop(t)
	q := w.Question("Wie?", survey.StateAgreed)
	seen := catalogue(w, w.Coordinator).Catalogue.Hash
	for _, actor := range []survey.Actor{w.Member, w.Lead, w.Reader} {
		if _, err := w.Draft.LockCatalogue(w.Ctx, actor, w.Q.ID, seen); survey.CodeOf(err) != survey.Forbidden {
			t.Error(err)
		}
	}
	if _, err := lock(w, w.Admin); survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("an administrator asks: %v", err)
	}
	if locked, err := lock(w, w.Coordinator); locked || err != nil {
		t.Fatalf("%v, %v", locked, err)
	}
	if v := catalogue(w, w.Coordinator); v.Waiting == nil || v.WaitingName != "OFFICE" || v.MayConfirm || v.MayLock || !v.MayWithdraw || v.Locked {
		t.Errorf("the one who asked sees %+v", v)
	}
	if locked, err := lock(w, w.Coordinator); locked || err != nil || catalogue(w, w.Coordinator).Locked {
		t.Errorf("a second click of the one who asked: %v, %v", locked, err)
	}
	if v := catalogue(w, w.Admin); !v.MayConfirm || v.MayOrder {
		t.Errorf("another one sees %+v", v)
	}
	// Withdrawn, and asked again.
	if err := w.WithdrawApproval(w.Ctx, w.Second, w.Q.ID, survey.ActLock, ""); err != nil {
		t.Fatal(err)
	}
	if v := catalogue(w, w.Admin); v.Waiting != nil || v.MayConfirm {
		t.Errorf("after withdrawing %+v", v)
	}
	if _, err := lock(w, w.Coordinator); err != nil {
		t.Fatal(err)
	}
	// The content changes: the request is void, and what the second person saw is not what would be locked.
	stale := catalogue(w, w.Second).Catalogue.Hash
	if _, err := w.SaveText(w.Lead, q, "Warum?"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Draft.LockCatalogue(w.Ctx, w.Second, w.Q.ID, stale); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("locked what was not seen: %v", err)
	}
	if v := catalogue(w, w.Second); !v.Outdated || v.MayConfirm || !v.MayLock {
		t.Errorf("outdated request: %+v", v)
	}
	if locked, err := lock(w, w.Second); locked || err != nil {
		t.Fatalf("a new request: %v, %v", locked, err)
	}
	if locked, err := lock(w, w.Admin); !locked || err != nil {
		t.Fatalf("%v, %v", locked, err)
	}
	for _, test := range []struct {
		actor survey.Actor
		hash  string
		want  survey.Code
	}{{w.Admin, catalogue(w, w.Admin).Catalogue.Hash, ""}, {w.Admin, stale, survey.Conflict}, {w.Coordinator, catalogue(w, w.Coordinator).Catalogue.Hash, survey.Conflict}} {
		if locked, err := w.Draft.LockCatalogue(w.Ctx, test.actor, w.Q.ID, test.hash); survey.CodeOf(err) != test.want || locked != (err == nil) {
			t.Errorf("a second click of %s: %v, %v", test.actor.User.ID, locked, err)
		}
	}
	v := catalogue(w, w.Member)
	if !v.Locked || v.LockedBy != "SECOND" || v.ConfirmedBy != "ADMIN" || v.Catalogue.LockedAt != w.Clock.Now() {
		t.Errorf("got %+v", v)
	}
}

// A request from before the rule was switched off asks nobody for a second person any more.
func TestLockAfterTheRule(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Question("Wie?", survey.StateAgreed)
	if locked, err := lock(w, w.Coordinator); locked || err != nil {
		t.Fatal(locked, err)
	}
	w.Update(func(tx *survey.Tx) error { return tx.Alliances.Put(survey.Alliance{ConfirmLock: survey.RuleOff}) })
	if v := catalogue(w, w.Second); v.Waiting == nil || !v.MayConfirm || v.MayLock {
		t.Errorf("another person: %+v", v)
	}
	if v := catalogue(w, w.Coordinator); v.Waiting != nil || !v.MayLock {
		t.Errorf("who asked: %+v", v)
	}
	if locked, err := lock(w, w.Coordinator); !locked || err != nil {
		t.Fatal(locked, err)
	}
	if c := catalogue(w, w.Coordinator).Catalogue; c.LockedBy != "office" || c.ConfirmedBy != "" {
		t.Errorf("got %+v", c)
	}
}

func TestLockAlone(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Update(func(tx *survey.Tx) error {
		return tx.Alliances.Put(survey.Alliance{ConfirmLock: survey.RuleOff})
	})
	w.Question("Wie?", survey.StateAgreed)
	if locked, err := lock(w, w.Admin); locked || survey.CodeOf(err) != survey.Forbidden {
		t.Errorf("an administrator alone: %v, %v", locked, err)
	}
	if locked, err := lock(w, w.Coordinator); !locked || err != nil {
		t.Fatalf("%v, %v", locked, err)
	}
	if c := catalogue(w, w.Coordinator).Catalogue; c.LockedBy != "office" || c.ConfirmedBy != "" {
		t.Errorf("got %+v", c)
	}
}

func TestLockedIsImmutable(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Update(func(tx *survey.Tx) error { return tx.Alliances.Put(survey.Alliance{ConfirmLock: survey.RuleOff}) })
	first, second := w.Question("Erste?", survey.StateAgreed), w.Question("Zweite?", survey.StateAgreed)
	open := w.Question("Nicht dabei?", survey.StateReview)
	if err := w.Draft.OrderCatalogue(w.Ctx, w.Coordinator, w.Q.ID, draft.OrderCatalogue{Seen: catalogue(w, w.Coordinator).Catalogue.Hash, Up: second.ID}); err != nil {
		t.Fatal(err)
	}
	w.Update(func(tx *survey.Tx) error {
		return tx.Respondents.Put(survey.Respondent{Questionnaire: w.Q.ID, ID: "r1", Slug: "fm", ShortName: "FM", Sequence: 1, Revision: 1,
			Procedure: survey.Procedure{Channel: survey.ChannelPortal, MaxQuestions: 1, MaxCharacters: 6}})
	})
	if err := w.Send.LeaveOut(w.Ctx, w.Coordinator, w.Q.ID, "fm", 1, []send.LeftOutQuestion{{Question: first.ID, Reason: "Nur eine Frage erlaubt."}}); err != nil {
		t.Fatal(err)
	}
	if p := catalogue(w, w.Coordinator).Respondents[0].Packet; p.Surplus != 0 || p.TooLong != 1 || p.Asked != 1 {
		t.Errorf("before the lock: %+v", p)
	}
	planned := catalogue(w, w.Coordinator).Catalogue
	if locked, err := lock(w, w.Coordinator); !locked || err != nil {
		t.Fatal(err)
	}
	v := catalogue(w, w.Member)
	if diff := cmp.Diff([]string{"q01 Zweite?", "q02 Erste?"}, texts(v.Catalogue)); diff != "" {
		t.Error(diff)
	}
	if v.Catalogue.Hash != planned.Hash || len(v.Catalogue.Hash) != 64 {
		t.Errorf("hash %q, shown before %q", v.Catalogue.Hash, planned.Hash)
	}
	one := v.Catalogue.Questions[0]
	want := survey.CatalogueQuestion{ID: "q01", Number: 1, Kind: survey.KindText, Text: "Zweite?", Topic: "schule", WorkingGroup: "bildung", AskedBy: []string{"freie-netze"}, Origin: second.ID}
	if diff := cmp.Diff(want, one); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]survey.Named{{ID: "freie-netze", Name: "Freie Netze"}}, v.Catalogue.Organisations); diff != "" {
		t.Error(diff)
	}
	if r := v.Respondents[0]; r.LeftOut["q02"] != "Nur eine Frage erlaubt." || len(r.LeftOut) != 1 || r.Packet.Asked != 1 || len(r.LeftOutBy) != 1 || r.LeftOutBy["q02"].By != string(w.Coordinator.User.ID) {
		t.Errorf("left out: %+v, %+v", r.LeftOut, r.LeftOutBy)
	}
	for name, write := range map[string]func() error{
		"save": func() error { _, err := w.SaveText(w.Coordinator, first, "Anders?"); return err },
		"create": func() error {
			_, err := w.SaveText(w.Coordinator, survey.Question{Questionnaire: w.Q.ID, ID: survey.QuestionID(survey.NewID())}, "Neu?")
			return err
		},
		"move": func() error {
			_, err := w.Draft.SetQuestionState(w.Ctx, w.Coordinator, w.Q.ID, open.ID, draft.SetQuestionState{Revision: open.Revision, State: survey.StateAgreed})
			return err
		},
		"restore": func() error {
			_, err := w.Draft.RestoreRevision(w.Ctx, w.Coordinator, w.Q.ID, open.ID, draft.RestoreRevision{Revision: open.Revision, Number: 1})
			return err
		},
		"order": func() error {
			return w.Draft.OrderCatalogue(w.Ctx, w.Coordinator, w.Q.ID, draft.OrderCatalogue{Up: first.ID})
		},
		"lock": func() error { _, err := lock(w, w.Second); return err },
	} {
		if err := write(); survey.CodeOf(err) != survey.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(v.Catalogue, catalogue(w, w.Member).Catalogue); diff != "" {
		t.Error(diff)
	}
	if page, err := w.Draft.QuestionPage(w.Ctx, w.Coordinator, w.Q.ID, first.ID); err != nil || page.MayEdit || len(page.NextStates) > 0 {
		t.Errorf("%+v, %v", page, err)
	}
	// What the catalogue was locked under stays; the rest can change until the dispatch.
	q, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, w.Q.ID, draft.SaveQuestionnaire{Revision: 2, Title: "Anders", Slug: "anders", Election: "e9", Slots: "9", QuestionLimit: "9",
		Topics: "Neu", AnswerLimit: "1000", Order: survey.OrderBallot, Licence: "CC0-1.0", Deadline: "2027-01-15T18:00", DeadlineZone: "Europe/Berlin"})
	if err != nil {
		t.Fatal(err)
	}
	if q.Title != "Anders" || q.AnswerLimit != 1000 || q.Deadline.IsZero() || q.Slug != w.Q.Slug || q.Slots != 2 || q.QuestionLimit != 40 || q.Election != "e1" || len(q.Topics) != 2 {
		t.Errorf("got %+v", q)
	}
	w.Update(func(tx *survey.Tx) error { q.DispatchedAt = w.Clock.Now(); return tx.Questionnaires.Put(q) })
	if _, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, q.ID, draft.SaveQuestionnaire{Revision: q.Revision}); survey.CodeOf(err) != survey.Conflict {
		t.Errorf("after the dispatch: %v", err)
	}
}

func TestDeadline(t *testing.T) {
	for _, test := range []struct {
		name, local, zone, choice string
		fault                     string
		want                      string // UTC
	}{
		{"winter", "2027-01-15T18:00", "Europe/Berlin", "", "", "2027-01-15T17:00:00Z"},
		{"summer", "2027-05-08T18:00", "Europe/Berlin", "", "", "2027-05-08T16:00:00Z"},
		{"as the polls close", "2027-05-09T18:00", "Europe/Berlin", "", "", "2027-05-09T16:00:00Z"},
		{"after the polls", "2027-05-09T18:01", "Europe/Berlin", "", "error.time.after_polls", ""},
		{"does not exist", "2027-03-28T02:30", "Europe/Berlin", "", "error.time.missing", ""},
		{"happens twice, not chosen", "2027-10-31T02:30", "Europe/Berlin", "", "error.time.ambiguous", ""},
		{"the first, after the polls", "2027-10-31T02:30", "Europe/Berlin", "first", "error.time.after_polls", ""},
		{"no time", "15.1.2027", "Europe/Berlin", "", "error.time.format", ""},
		{"no zone", "2027-01-15T18:00", "Mars", "", "error.time.zone", ""},
		{"past", "2026-11-23T09:59", "Europe/Berlin", "", "error.time.past", ""},
		{"not set", "", "Europe/Berlin", "", "", "0001-01-01T00:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testworld.NewWorkshop(t)
			q, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, "", draft.SaveQuestionnaire{Title: "Zweite", Election: "e1", Order: survey.OrderBallot, Licence: "CC0-1.0",
				Deadline: test.local, DeadlineZone: test.zone, DeadlineChoice: test.choice})
			if test.fault != "" {
				if diff := cmp.Diff([]string{"deadline " + test.fault}, testworld.FaultsOf(t, err)); diff != "" {
					t.Error(diff)
				}
				return
			}
			if got := q.Deadline.At.UTC().Format(time.RFC3339); err != nil || got != test.want {
				t.Errorf("got %s, %v", got, err)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	w := testworld.NewWorkshop(t)
	good := draft.SaveQuestionnaire{Title: "Zweite Runde", Election: "e1", Order: survey.OrderBallot, Licence: "CC0-1.0"}
	q, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, "", good)
	if err != nil || q.Slug != "zweite-runde" || q.Slots != 0 {
		t.Fatalf("%+v, %v", q, err)
	}
	for _, test := range []struct {
		name   string
		change func(*draft.SaveQuestionnaire)
		want   []string
	}{
		{"the same again", func(*draft.SaveQuestionnaire) {}, []string{"title draft.error.title_taken"}},
		{"all empty", func(c *draft.SaveQuestionnaire) { *c = draft.SaveQuestionnaire{} }, []string{"title error.required", "election error.choice", "order_rule error.choice", "licence error.required"}},
		{"address taken", func(c *draft.SaveQuestionnaire) { c.Title, c.Slug = "Dritte", "nordmark-fragt" }, []string{"slug error.slug_taken"}},
		{"address of a page", func(c *draft.SaveQuestionnaire) { c.Title, c.Slug = "Dritte", "neu" }, []string{"slug error.slug_taken"}},
		{"bad address", func(c *draft.SaveQuestionnaire) { c.Title, c.Slug = "Dritte", "Große Frage" }, []string{"slug error.slug"}},
		{"no numbers", func(c *draft.SaveQuestionnaire) {
			c.Title, c.Slots, c.QuestionLimit, c.AnswerLimit = "Dritte", "acht", "0", "40000"
		}, []string{"slots error.number", "question_limit error.number", "answer_limit error.number"}},
		{"numbers without their source", func(c *draft.SaveQuestionnaire) {
			c.Title, c.Order, c.OrderSource = "Dritte", survey.OrderNumber, " "
		}, []string{"order_source error.required"}},
		{"topic twice", func(c *draft.SaveQuestionnaire) { c.Title, c.Topics = "Dritte", "Schule\nschule" }, []string{"topics draft.error.topic_twice"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := good
			test.change(&cmd)
			_, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, "", cmd)
			if diff := cmp.Diff(test.want, testworld.FaultsOf(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, q.ID, draft.SaveQuestionnaire{Revision: 0, Title: "x"}); survey.CodeOf(err) != survey.Conflict {
		t.Error(err)
	}
}

func TestTopicsKeepTheirIDs(t *testing.T) {
	w := testworld.NewWorkshop(t) // Schule, Amt
	w.Question("Wie?", survey.StateIdea)
	save := func(topics string) ([]survey.Topic, error) {
		q, err := w.Draft.SaveQuestionnaire(w.Ctx, w.Coordinator, w.Q.ID, draft.SaveQuestionnaire{Revision: w.Q.Revision, Title: w.Q.Title, Slug: w.Q.Slug, Election: "e1",
			Order: survey.OrderBallot, Licence: "CC0-1.0", Topics: topics})
		if err == nil {
			w.Q = q
		}
		return q.Topics, err
	}
	for _, test := range []struct {
		name, typed string
		want        []survey.Topic
	}{
		{"another order, one more", "Amt\nNetz\n\nSchule", []survey.Topic{{ID: "amt", Name: "Amt"}, {ID: "netz", Name: "Netz"}, {ID: "schule", Name: "Schule"}}},
		{"one rewritten", "Amt\nNetz\nSchule und Kita", []survey.Topic{{ID: "amt", Name: "Amt"}, {ID: "netz", Name: "Netz"}, {ID: "schule", Name: "Schule und Kita"}}},
		{"one gone, the old name back as another", "Schule und Kita\nSchule", []survey.Topic{{ID: "schule", Name: "Schule und Kita"}, {ID: "schule-2", Name: "Schule"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := save(test.typed)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if _, err := save("Schule"); !slices.Equal(testworld.FaultsOf(t, err), []string{"topics draft.error.topic_used"}) {
		t.Error(err)
	}
}

// The catalogue says the names of those who ask and of what it asks about, and of nobody and nothing else.
func TestTheCatalogueNamesWhatItUses(t *testing.T) {
	w := testworld.NewWorkshop(t)
	w.Question("Wie?", survey.StateAgreed) // of the group bildung and the organisation freie-netze, about "schule"
	c := catalogue(w, w.Coordinator).Catalogue
	var topics []string
	for _, topic := range c.Topics {
		topics = append(topics, topic.Name)
	}
	if diff := cmp.Diff([]string{"Schule"}, topics); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]survey.Named{{ID: "bildung", Name: "Digitale Bildung"}}, c.WorkingGroups); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]survey.Named{{ID: "freie-netze", Name: "Freie Netze"}}, c.Organisations); diff != "" {
		t.Error(diff)
	}
}
