package transcribe_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
	"pruefstein/internal/transcribe"
)

func TestTranscriptionIsWhatWasTyped(t *testing.T) {
	w := testworld.NewLetters(t)
	text := "Ja. „Frei“ heißt <b>frei</b>.\n\n=1+1, 🌱\u00ad " + strings.Repeat("lang ", 30)
	cmd := w.Letter(testworld.LetterLine(3, survey.Entry{Text: "  " + strings.ReplaceAll(text, "\n", "\r\n")}),
		testworld.LetterLine(1, survey.Entry{Status: survey.Declined, Reason: "Dazu sagen wir nichts."}), testworld.LetterLine(2, survey.Entry{Position: survey.Disagree}))
	cmd.OverReason = "Der Brief kam so."
	letter := w.Effective(t, cmd)
	if over := letter.OverLimit(survey.Questionnaire{AnswerLimit: 50}); letter.OverReason != "Der Brief kam so." || len(over) != 1 || over[0].Number != 3 {
		t.Errorf("%q, over the limit: %+v", letter.OverReason, over)
	}
	want := map[string]survey.Entry{
		"q01": {Status: survey.Declined, Reason: "Dazu sagen wir nichts."},
		"q02": {Status: survey.Answered, Position: survey.Disagree},
		"q03": {Status: survey.Answered, Text: strings.TrimSpace(text)},
	}
	for id, entry := range want {
		v := w.Versions(t, "r1", id)
		if len(v) != 1 || v[0].Entry() != entry {
			t.Fatalf("%s: %+v, want %+v", id, v, entry)
		}
		if v[0].Provenance != survey.Transcribed || v[0].Source != "Brief vom 21. November 2026" || v[0].ReceivedAt != "2026-11-23" ||
			v[0].EnteredBy != "anna" || v[0].ConfirmedBy != "ben" || v[0].Record != letter.Key() || !v[0].CountsAt.Equal(time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)) || v[0].Late || v[0].Joint != nil {
			t.Errorf("%s: %+v", id, v[0])
		}
	}
	if letter.State != survey.TranscriptionEffective || len(letter.Receipt.Record) == 0 {
		t.Errorf("%+v", letter)
	}
	w.Sound(t)
}

func TestTranscriptionSecondPerson(t *testing.T) {
	for _, test := range []struct {
		name    string
		who     func(*testworld.Letters) survey.Actor
		rule    survey.Rule // by the time of the check
		want    survey.Code
		checked string
	}{
		{"another coordinator, the rule is off", func(w *testworld.Letters) survey.Actor { return w.Ben }, survey.RuleOff, "", "ben"},
		{"whoever typed it, the rule is off", func(w *testworld.Letters) survey.Actor { return w.Anna }, survey.RuleOff, "", ""},
		{"another coordinator", func(w *testworld.Letters) survey.Actor { return w.Ben }, survey.RuleAuto, "", "ben"},
		{"an administrator", func(w *testworld.Letters) survey.Actor { return w.Admin }, survey.RuleAuto, "", "admin"},
		{"whoever typed it", func(w *testworld.Letters) survey.Actor { return w.Anna }, survey.RuleAuto, survey.Conflict, ""},
		{"a lead", func(w *testworld.Letters) survey.Actor { return w.Member }, survey.RuleAuto, survey.Forbidden, ""},
		{"the party", func(w *testworld.Letters) survey.Actor { return w.Frei }, survey.RuleAuto, survey.Forbidden, ""},
		{"a reader", func(*testworld.Letters) survey.Actor { return survey.Actor{} }, survey.RuleOn, survey.Forbidden, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := testworld.NewLetters(t)
			cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
			letter := w.HandOver(t, w.Anna, cmd)
			w.Rule(t, test.rule)
			if letter.State != survey.TranscriptionWaiting || len(w.Versions(t, "r1", "q01")) != 0 {
				t.Fatalf("not waiting: %+v", letter)
			}
			_, err := w.Transcribe.Confirm(t.Context(), test.who(w), cmd.Ref, letter.Revision)
			if survey.CodeOf(err) != test.want {
				t.Fatalf("%v, want %q", err, test.want)
			}
			versions := w.Versions(t, "r1", "q01")
			if (err == nil) != (len(versions) == 1) || err == nil && versions[0].ConfirmedBy != test.checked {
				t.Errorf("%+v", versions)
			}
		})
	}
}

func TestTranscriptionWithoutSecondPerson(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Rule(t, survey.RuleOff)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	letter := w.HandOver(t, w.Anna, cmd)
	if v := w.Versions(t, "r1", "q01"); letter.State != survey.TranscriptionEffective || len(v) != 1 || v[0].ConfirmedBy != "" {
		t.Errorf("%+v, %+v", letter, v)
	}
	w.Sound(t)
}

func TestTranscriptionOfTwoWriters(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	letter := w.SaveLetter(t, w.Anna, cmd)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Ben, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "transcribe.error.not_writer" {
		t.Errorf("handed over unread: %v", err)
	}
	cmd.Revision, cmd.Upload, cmd.Original = letter.Revision, nil, letter.Original
	cmd.Entries = []survey.SubmissionEntry{testworld.LetterLine(1, testworld.Saying("Ja!"))}
	letter = w.HandOver(t, w.Ben, cmd)
	for _, actor := range []survey.Actor{w.Anna, w.Ben} {
		if _, err := w.Transcribe.Confirm(t.Context(), actor, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "transcribe.error.own" {
			t.Errorf("%s: %v", actor.User.ID, err)
		}
	}
	if _, err := w.Transcribe.Confirm(t.Context(), w.Admin, cmd.Ref, letter.Revision); err != nil {
		t.Error(err)
	}
}

// Whoever handed the writer a link for a new password could have been the writer.
func TestTranscriptionIsNotCheckedByWhoHandedThePassword(t *testing.T) {
	w := testworld.NewLetters(t)
	letter := w.HandOver(t, w.Anna, w.Letter(testworld.LetterLine(1, testworld.Saying("Ja."))))
	ref := transcribe.Ref{Questionnaire: "q1", Respondent: "frei", ID: letter.ID}
	anna := w.Anna.User
	anna.PasswordBy = string(w.Admin.User.ID)
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Users.Put(anna) }); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Transcribe.Confirm(t.Context(), w.Admin, ref, letter.Revision); testworld.KeyOf(err) != "error.one_hand" {
		t.Error(err)
	}
	if letter, err := w.Transcribe.Confirm(t.Context(), w.Ben, ref, letter.Revision); err != nil || letter.ConfirmedBy != string(w.Ben.User.ID) {
		t.Errorf("%q %v", letter.ConfirmedBy, err)
	}
}

// Each of two writers could have been whoever handed them the link, not only the one who handed the letter over.
func TestTranscriptionOfTwoWritersIsNotCheckedByWhoHandedAPassword(t *testing.T) {
	for _, handed := range []string{"anna", "ben"} {
		t.Run(handed, func(t *testing.T) {
			w := testworld.NewLetters(t)
			cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
			letter := w.SaveLetter(t, w.Anna, cmd)
			cmd.Revision, cmd.Upload, cmd.Original = letter.Revision, nil, letter.Original
			cmd.Entries = []survey.SubmissionEntry{testworld.LetterLine(1, testworld.Saying("Ja!"))}
			letter = w.HandOver(t, w.Ben, cmd)
			writer := map[string]survey.User{"anna": w.Anna.User, "ben": w.Ben.User}[handed]
			writer.PasswordBy = string(w.Admin.User.ID)
			w.Write(t, func(tx *survey.Tx) error { return tx.Users.Put(writer) })
			if _, err := w.Transcribe.Confirm(t.Context(), w.Admin, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "error.one_hand" {
				t.Error(err)
			}
			if n := len(w.Versions(t, "r1", "q01")); n != 0 {
				t.Errorf("%d versions", n)
			}
		})
	}
}

func TestTranscriptionConflicts(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("meine")))
	first := w.SaveLetter(t, w.Anna, cmd)
	again, err := w.Transcribe.Save(t.Context(), w.Anna, cmd.Ref, cmd.Save)
	if err != nil || again.Revision != 1 || again.Original != first.Original {
		t.Errorf("a second click: %+v, %v", again, err)
	}
	other := cmd
	other.Entries = []survey.SubmissionEntry{testworld.LetterLine(1, testworld.Saying("deine"))}
	stored, err := w.Transcribe.Save(t.Context(), w.Ben, other.Ref, other.Save)
	if testworld.KeyOf(err) != "error.stale" || stored.Entries[0].Text != "meine" || stored.Revision != 1 {
		t.Errorf("stale: %+v, %v", stored, err)
	}
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, 7); testworld.KeyOf(err) != "error.stale" {
		t.Errorf("handing over what was not read: %v", err)
	}
	waiting := w.HandOver(t, w.Anna, cmd)
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, waiting.Revision-1); testworld.KeyOf(err) != "transcribe.error.changed" {
		t.Errorf("checking what was not read: %v", err)
	}
	if again, err := w.Transcribe.Save(t.Context(), w.Anna, cmd.Ref, cmd.Save); err != nil || again.State != survey.TranscriptionWaiting {
		t.Errorf("the second click of handing over: %+v, %v", again, err)
	}
	if _, err := w.Transcribe.Save(t.Context(), w.Anna, other.Ref, other.Save); testworld.KeyOf(err) != "transcribe.error.no_draft" {
		t.Errorf("changing what waits: %v", err)
	}
}

func TestTranscriptionSentBack(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	cmd.Whole = survey.Entry{Status: survey.General, Text: "Wir sind für alles Gute."}
	letter := w.HandOver(t, w.Anna, cmd)
	if len(letter.Entries) != 3 {
		t.Fatalf("%d entries", len(letter.Entries))
	}
	if err := w.Transcribe.SendBack(t.Context(), w.Ben, cmd.Ref, letter.Revision, " "); testworld.KeyOf(err) != "note error.required" {
		t.Errorf("without a word: %v", err)
	}
	if err := w.Transcribe.SendBack(t.Context(), w.Ben, cmd.Ref, letter.Revision-1, "Ein Absatz fehlt."); testworld.KeyOf(err) != "transcribe.error.changed" {
		t.Errorf("what was not read: %v", err)
	}
	for range 2 { // two clicks
		if err := w.Transcribe.SendBack(t.Context(), w.Ben, cmd.Ref, letter.Revision, "Ein Absatz fehlt."); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "transcribe.error.not_waiting" {
		t.Errorf("checked after it was sent back: %v", err)
	}
	sheet, err := w.Transcribe.Sheet(t.Context(), w.Anna, "q1", "frei")
	if err != nil {
		t.Fatal(err)
	}
	back := sheet.Letters[0]
	if back.State != survey.TranscriptionDraft || back.Note != "Ein Absatz fehlt." || len(back.Entries) != 1 || back.Whole != cmd.Whole {
		t.Errorf("%+v", back)
	}
	again, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, back.Revision)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Transcribe.SendBack(t.Context(), w.Anna, cmd.Ref, again.Revision, ""); err != nil {
		t.Errorf("taken back by who typed it: %v", err)
	}
	if err := w.Transcribe.Delete(t.Context(), w.Anna, cmd.Ref, again.Revision+1); err != nil {
		t.Fatal(err)
	}
	w.View(t, func(tx *survey.Tx) error {
		for range tx.Originals.List("") {
			t.Error("the original of a deleted draft is still recorded")
		}
		for range tx.Approvals.List("") {
			t.Error("its request still waits")
		}
		return nil
	})
	w.Sound(t)
}

func TestTranscriptionIsImmutable(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	letter := w.Effective(t, cmd)
	before := w.State(t)
	change := cmd
	change.Revision, change.Original, change.Upload = letter.Revision, letter.Original, nil
	change.Entries = []survey.SubmissionEntry{testworld.LetterLine(1, testworld.Saying("Nein."))}
	for name, err := range map[string]error{
		"save": func() error { _, err := w.Transcribe.Save(t.Context(), w.Anna, change.Ref, change.Save); return err }(),
		"hand": func() error {
			_, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, letter.Revision)
			return err
		}(),
		"back":   w.Transcribe.SendBack(t.Context(), w.Ben, cmd.Ref, letter.Revision, "doch nicht"),
		"delete": w.Transcribe.Delete(t.Context(), w.Anna, cmd.Ref, letter.Revision),
	} {
		if survey.CodeOf(err) != survey.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision); err != nil {
		t.Errorf("a second click: %v", err)
	}
	if w.State(t) != before {
		t.Error("something changed")
	}

	// A correction is a new transcription that says what changed.
	fix := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja!")), testworld.LetterLine(3, testworld.Saying("Neu.")))
	fix.Original, fix.Upload = letter.Original, nil
	saved := w.SaveLetter(t, w.Anna, fix)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, fix.Ref, saved.Revision); testworld.KeyOf(err) != "change_note transcribe.error.change_note" {
		t.Errorf("without a note: %v", err)
	}
	fix.Revision, fix.ChangeNote = saved.Revision, "Tippfehler der Übertragung"
	w.Effective(t, fix)
	v := w.Versions(t, "r1", "q01")
	if len(v) != 2 || v[0].Text != "Ja." || v[1].Text != "Ja!" || v[1].ChangeNote != fix.ChangeNote || v[1].Number != 2 {
		t.Errorf("%+v", v)
	}
	if v := w.Versions(t, "r1", "q03"); len(v) != 1 || v[0].ChangeNote != "" {
		t.Errorf("a first version has a change note: %+v", v)
	}

	same := fix
	same.ID, same.Revision = survey.NewID(), 0
	saved = w.SaveLetter(t, w.Anna, same)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, same.Ref, saved.Revision); testworld.KeyOf(err) != " transcribe.error.no_news" {
		t.Errorf("nothing new: %v", err)
	}
	w.Sound(t)
}

func TestTranscriptionNeverSupersedesForm(t *testing.T) {
	w := testworld.NewLetters(t)
	own := func() {
		w.Save(t, w.Frei, 1, testworld.Saying("selbst geschrieben"))
		w.Submit(t, w.Frei)
	}
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("aus dem Brief")))
	letter := w.HandOver(t, w.Anna, cmd)
	own() // between handing over and the check
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "transcribe.error.only_party" {
		t.Fatalf("check: %v", err)
	}
	if v := w.Versions(t, "r1", "q01"); len(v) != 1 || v[0].Provenance != survey.ByForm {
		t.Fatalf("%+v", v)
	}
	if err := w.Transcribe.SendBack(t.Context(), w.Anna, cmd.Ref, letter.Revision, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, cmd.Ref, letter.Revision+1); testworld.KeyOf(err) != "change_note transcribe.error.change_note" {
		t.Errorf("handing over: %v", err)
	}
	joint := w.Letter(testworld.LetterLine(1, testworld.Saying("gemeinsam")))
	joint.Respondent, joint.Joint = "moin", []survey.Slug{"frei"}
	saved := w.SaveLetter(t, w.Anna, joint)
	if _, err := w.Transcribe.HandOver(t.Context(), w.Anna, joint.Ref, saved.Revision); testworld.KeyOf(err) != "transcribe.error.by_form" {
		t.Errorf("jointly: %v", err)
	}

	// A statement to the whole catalogue leaves the party's own cell alone.
	whole := w.Letter()
	whole.Whole = survey.Entry{Status: survey.General, Text: "Allgemeines."}
	w.Effective(t, whole)
	for id, want := range map[string]survey.Provenance{"q01": survey.ByForm, "q02": survey.Transcribed, "q03": survey.Transcribed} {
		if v := w.Versions(t, "r1", id); len(v) != 1 || v[0].Provenance != want {
			t.Errorf("%s: %+v", id, v)
		}
	}
	w.Sound(t)
}

// What the explicit line of a letter says is never passed over in silence, also where the letter speaks as a whole.
func TestALineOfAWholeLetterIsNotPassedOver(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("aus dem Brief")))
	cmd.Whole = survey.Entry{Status: survey.General, Text: "Allgemeines."}
	letter := w.HandOver(t, w.Anna, cmd)
	w.Save(t, w.Frei, 1, testworld.Saying("selbst geschrieben"))
	w.Submit(t, w.Frei)
	if _, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision); testworld.KeyOf(err) != "transcribe.error.only_party" {
		t.Errorf("got %v", err)
	}
}

// A draft that somebody has written on since is not deleted by who has not read that.
func TestAStaleDraftIsNotDeleted(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
	first := w.SaveLetter(t, w.Anna, cmd)
	cmd.Revision, cmd.Original, cmd.Upload = first.Revision, first.Original, nil
	cmd.Entries = []survey.SubmissionEntry{testworld.LetterLine(1, testworld.Saying("Ja, und ein Absatz mehr."))}
	second := w.SaveLetter(t, w.Ben, cmd)
	if err := w.Transcribe.Delete(t.Context(), w.Anna, cmd.Ref, first.Revision); testworld.KeyOf(err) != "transcribe.error.changed" {
		t.Errorf("got %v", err)
	}
	if sheet, err := w.Transcribe.Sheet(t.Context(), w.Anna, "q1", "frei"); err != nil || len(sheet.Letters) != 1 {
		t.Errorf("%d letters, %v", len(sheet.Letters), err)
	}
	if err := w.Transcribe.Delete(t.Context(), w.Anna, cmd.Ref, second.Revision); err != nil {
		t.Error(err)
	}
}

// A letter whose words were right and whose circumstances were not is typed again, and that counts as news.
func TestOnlyTheSameLetterIsNoNews(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testworld.Letters, *testworld.Letter)
		want   func(survey.Version) bool
	}{
		"who speaks": {func(_ *testworld.Letters, cmd *testworld.Letter) { cmd.Joint = []survey.Slug{"moin"} },
			func(v survey.Version) bool { return slices.Equal(v.Joint, []string{"moin"}) }},
		"its date": {func(_ *testworld.Letters, cmd *testworld.Letter) { cmd.LetterDate = "2026-11-20" },
			func(v survey.Version) bool { return v.Source == "Brief vom 20. November 2026" }},
		"when it came": {func(_ *testworld.Letters, cmd *testworld.Letter) { cmd.ReceivedTime = "09:00" },
			func(v survey.Version) bool { return v.ReceivedAt == "2026-12-01T09:00:00+01:00" }},
		"its date was extended": {func(w *testworld.Letters, _ *testworld.Letter) {
			w.Write(t, func(tx *survey.Tx) error {
				r, err := tx.Respondents.Get("q1/r1")
				r.Due, _ = survey.ParseInstant("2026-12-24T12:00", survey.DefaultZone, "")
				return errors.Join(err, tx.Respondents.Put(r))
			})
		}, func(v survey.Version) bool { return !v.Late }},
	} {
		t.Run(name, func(t *testing.T) {
			w := testworld.NewLetters(t)
			w.Clock.Set(w.Due.Add(48 * time.Hour))
			cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja.")))
			cmd.ReceivedOn = "2026-12-01"
			first := w.Effective(t, cmd)
			cmd.ID, cmd.Upload, cmd.Original, cmd.ChangeNote = survey.NewID(), nil, first.Original, "berichtigt"
			c.change(w, &cmd)
			w.Effective(t, cmd)
			if v := w.Versions(t, "r1", "q01"); len(v) != 2 || !v[0].Late || !c.want(v[1]) {
				t.Errorf("%+v", v)
			}
		})
	}
}

// The list has what was sent out from here, and nothing else.
func TestTheListHasWhatWasSent(t *testing.T) {
	w := testworld.NewLetters(t)
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		put := func(id survey.QuestionnaireID, change func(*survey.Questionnaire)) error {
			other := q
			other.ID, other.Slug = id, survey.Slug(id)
			change(&other)
			return errors.Join(tx.Questionnaires.Put(other), tx.Catalogues.Put(survey.Catalogue{Questionnaire: other.ID}))
		}
		return errors.Join(err,
			put("imported", func(q *survey.Questionnaire) { q.Imported = true }),
			put("drafted", func(q *survey.Questionnaire) { q.LockedAt, q.DispatchedAt = time.Time{}, time.Time{} }),
			put("locked", func(q *survey.Questionnaire) { q.DispatchedAt = time.Time{} }),
			put("over", func(q *survey.Questionnaire) { q.Deadline.At = w.Clock.Now().Add(-time.Hour) }))
	})
	list, err := w.Transcribe.List(t.Context(), w.Anna)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, one := range list {
		got = append(got, string(one.Questionnaire.ID))
	}
	if slices.Sort(got); !slices.Equal(got, []string{"over", "q1"}) {
		t.Errorf("%v", got)
	}
}

// The letters of a respondent stand in the order in which they were typed, whoever sent them.
func TestLettersStandInOrder(t *testing.T) {
	w := testworld.NewLetters(t)
	joint := w.Letter(testworld.LetterLine(1, testworld.Saying("Gemeinsam.")))
	joint.Respondent, joint.Joint = "moin", []survey.Slug{"frei"}
	w.SaveLetter(t, w.Anna, joint)
	w.Clock.Advance(time.Hour)
	own := w.Letter(testworld.LetterLine(3, testworld.Saying("Allein.")))
	w.SaveLetter(t, w.Anna, own)
	sheet, err := w.Transcribe.Sheet(t.Context(), w.Anna, "q1", "frei")
	if err != nil || len(sheet.Letters) != 2 || sheet.Letters[0].ID != joint.ID || sheet.Letters[1].ID != own.ID {
		t.Errorf("%+v, %v", sheet.Letters, err)
	}
}

func letterJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A letter that waits for its second person across an update is still the one that was handed over: what is confirmed keeps its
// digest, however the letter is stored.
func TestRequestOfALetterOutlivesItsForm(t *testing.T) {
	w := testworld.NewLetters(t)
	cmd := w.Letter(testworld.LetterLine(1, testworld.Saying("Ja & <gern>.")))
	cmd.ID, cmd.Kind, cmd.Upload, cmd.Without = "0190f3a0-0000-7000-8000-000000000001", survey.LetterPortal, nil, "Das Formular zeigt keine Kopie."
	cmd.ReceivedTime, cmd.Joint, cmd.Licence, cmd.ChangeNote = "09:30", []survey.Slug{"moin"}, "CC-BY-4.0", "Nachtrag"
	cmd.Whole = survey.Entry{Status: survey.General, Text: "Wir sind für alles Gute."}
	w.HandOver(t, w.Anna, cmd)
	w.View(t, func(tx *survey.Tx) error {
		a, err := tx.Approvals.Get(survey.Approval{Questionnaire: "q1", Act: survey.ActTranscription, Subject: cmd.ID}.Key())
		if want := "cd73e99891a30c7ea8e290955c020da00ff6e0909fad12d53cabaeb535dac131"; a.Digest != want {
			t.Errorf("digest %s, want %s", a.Digest, want)
		}
		return err
	})
}
