package survey_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// letterWorld is an answerWorld with an office.
type letterWorld struct {
	*answerWorld
	anna, ben, admin, member survey.Actor // two coordinators, an administrator, a member of a working group
}

func newLetterWorld(t *testing.T) *letterWorld {
	t.Helper()
	w := &letterWorld{answerWorld: newAnswerWorld(t)}
	w.write(t, func(tx *survey.Tx) error {
		return tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g", Name: "Digitale Bildung"})
	})
	person := func(id string, u survey.User) survey.Actor {
		u.ID, u.Name, u.PasswordHash = id, strings.ToUpper(id[:1])+id[1:], "x"
		w.write(t, func(tx *survey.Tx) error { return tx.Users.Put(u) })
		return survey.Actor{User: u, Language: "de"}
	}
	w.anna = person("anna", survey.User{Coordinator: true})
	w.ben = person("ben", survey.User{Coordinator: true})
	w.admin = person("admin", survey.User{Administrator: true})
	w.member = person("member", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g", Lead: true}}})
	return w
}

// letter is a complete letter of the party frei, from three days before the deadline.
func (w *letterWorld) letter(entries ...survey.SubmissionEntry) survey.SaveTranscription {
	return survey.SaveTranscription{
		TranscriptionRef: survey.TranscriptionRef{Questionnaire: "q1", Respondent: "frei", ID: survey.NewID()},
		Kind:             survey.LetterPaper, ReceivedOn: "2026-11-23", LetterDate: "2026-11-21", Entries: entries,
		Upload: &survey.Original{Name: "brief.pdf", Type: "application/pdf", Size: 9, SHA256: strings.Repeat("ab", 32)},
	}
}

func letterLine(number int, e survey.Entry) survey.SubmissionEntry {
	return survey.SubmissionEntry{Number: number, Entry: e}
}

func (w *letterWorld) saveLetter(t *testing.T, actor survey.Actor, cmd survey.SaveTranscription) survey.Transcription {
	t.Helper()
	letter, err := w.SaveTranscription(t.Context(), actor, cmd)
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// handOver saves a letter and gives it to its second person.
func (w *letterWorld) handOver(t *testing.T, actor survey.Actor, cmd survey.SaveTranscription) survey.Transcription {
	t.Helper()
	letter := w.saveLetter(t, actor, cmd)
	letter, err := w.HandOverTranscription(t.Context(), actor, cmd.TranscriptionRef, letter.Revision)
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// effective brings a letter into effect, typed by anna and checked by ben.
func (w *letterWorld) effective(t *testing.T, cmd survey.SaveTranscription) survey.Transcription {
	t.Helper()
	letter := w.handOver(t, w.anna, cmd)
	letter, err := w.CheckTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision)
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

func (w *letterWorld) rule(t *testing.T, rule survey.Rule) {
	w.write(t, func(tx *survey.Tx) error {
		a, err := tx.Alliances.Get(survey.AllianceKey)
		a.CheckTranscription = rule
		return errors.Join(err, tx.Alliances.Put(a))
	})
}

// sound checks the references and the ledger, as the command check does.
func (w *letterWorld) sound(t *testing.T) {
	t.Helper()
	w.view(t, func(tx *survey.Tx) error {
		for _, fault := range append(survey.CheckReferences(tx), survey.CheckLedger(tx)...) {
			if !strings.Contains(fault, "mail") { // the world's links came without mails
				t.Error(fault)
			}
		}
		return nil
	})
}

func TestTranscriptionIsWhatWasTyped(t *testing.T) {
	w := newLetterWorld(t)
	text := "Ja. „Frei“ heißt <b>frei</b>.\n\n=1+1, 🌱\u00ad " + strings.Repeat("lang ", 30)
	cmd := w.letter(letterLine(3, survey.Entry{Text: "  " + strings.ReplaceAll(text, "\n", "\r\n")}),
		letterLine(1, survey.Entry{Status: survey.Declined, Reason: "Dazu sagen wir nichts."}), letterLine(2, survey.Entry{Position: survey.Disagree}))
	letter := w.effective(t, cmd)
	want := map[string]survey.Entry{
		"q01": {Status: survey.Declined, Reason: "Dazu sagen wir nichts."},
		"q02": {Status: survey.Answered, Position: survey.Disagree},
		"q03": {Status: survey.Answered, Text: strings.TrimSpace(text)},
	}
	for id, entry := range want {
		v := w.versions(t, "r1", id)
		if len(v) != 1 || v[0].Entry() != entry {
			t.Fatalf("%s: %+v, want %+v", id, v, entry)
		}
		if v[0].Provenance != survey.Transcribed || v[0].Source != "Brief vom 21. November 2026" || v[0].ReceivedAt != "2026-11-23" ||
			v[0].EnteredBy != "anna" || v[0].CheckedBy != "ben" || v[0].Record != letter.Key() || !v[0].CountsAt.Equal(time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)) || v[0].Late || v[0].Joint != nil {
			t.Errorf("%s: %+v", id, v[0])
		}
	}
	if letter.State != survey.TranscriptionChecked || len(letter.Receipt.Record) == 0 {
		t.Errorf("%+v", letter)
	}
	w.sound(t)
}

func TestTranscriptionSecondPerson(t *testing.T) {
	for _, test := range []struct {
		name    string
		who     func(*letterWorld) survey.Actor
		rule    survey.Rule // by the time of the check
		want    survey.Code
		checked string
	}{
		{"another coordinator, the rule is off", func(w *letterWorld) survey.Actor { return w.ben }, survey.RuleOff, "", "ben"},
		{"whoever typed it, the rule is off", func(w *letterWorld) survey.Actor { return w.anna }, survey.RuleOff, "", ""},
		{"another coordinator", func(w *letterWorld) survey.Actor { return w.ben }, survey.RuleAuto, "", "ben"},
		{"an administrator", func(w *letterWorld) survey.Actor { return w.admin }, survey.RuleAuto, "", "admin"},
		{"whoever typed it", func(w *letterWorld) survey.Actor { return w.anna }, survey.RuleAuto, survey.Conflict, ""},
		{"a lead", func(w *letterWorld) survey.Actor { return w.member }, survey.RuleAuto, survey.Forbidden, ""},
		{"the party", func(w *letterWorld) survey.Actor { return w.frei }, survey.RuleAuto, survey.Forbidden, ""},
		{"a reader", func(*letterWorld) survey.Actor { return survey.Actor{} }, survey.RuleOn, survey.Forbidden, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newLetterWorld(t)
			cmd := w.letter(letterLine(1, answer("Ja.")))
			letter := w.handOver(t, w.anna, cmd)
			w.rule(t, test.rule)
			if letter.State != survey.TranscriptionWaiting || len(w.versions(t, "r1", "q01")) != 0 {
				t.Fatalf("not waiting: %+v", letter)
			}
			_, err := w.CheckTranscription(t.Context(), test.who(w), cmd.TranscriptionRef, letter.Revision)
			if survey.CodeOf(err) != test.want {
				t.Fatalf("%v, want %q", err, test.want)
			}
			versions := w.versions(t, "r1", "q01")
			if (err == nil) != (len(versions) == 1) || err == nil && versions[0].CheckedBy != test.checked {
				t.Errorf("%+v", versions)
			}
		})
	}
}

func TestTranscriptionWithoutSecondPerson(t *testing.T) {
	w := newLetterWorld(t)
	w.rule(t, survey.RuleOff)
	cmd := w.letter(letterLine(1, answer("Ja.")))
	letter := w.handOver(t, w.anna, cmd)
	if v := w.versions(t, "r1", "q01"); letter.State != survey.TranscriptionChecked || len(v) != 1 || v[0].CheckedBy != "" {
		t.Errorf("%+v, %+v", letter, v)
	}
	w.sound(t)
}

func TestTranscriptionOfTwoWriters(t *testing.T) {
	w := newLetterWorld(t)
	cmd := w.letter(letterLine(1, answer("Ja.")))
	letter := w.saveLetter(t, w.anna, cmd)
	if _, err := w.HandOverTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision); keyOf(err) != "transcription.error.not_writer" {
		t.Errorf("handed over unread: %v", err)
	}
	cmd.Revision, cmd.Upload, cmd.Original = letter.Revision, nil, letter.Original
	cmd.Entries = []survey.SubmissionEntry{letterLine(1, answer("Ja!"))}
	letter = w.handOver(t, w.ben, cmd)
	for _, actor := range []survey.Actor{w.anna, w.ben} {
		if _, err := w.CheckTranscription(t.Context(), actor, cmd.TranscriptionRef, letter.Revision); keyOf(err) != "transcription.error.own" {
			t.Errorf("%s: %v", actor.User.ID, err)
		}
	}
	if _, err := w.CheckTranscription(t.Context(), w.admin, cmd.TranscriptionRef, letter.Revision); err != nil {
		t.Error(err)
	}
}

// Whoever handed the writer a link for a new password could have been the writer.
func TestTranscriptionIsNotCheckedByWhoHandedThePassword(t *testing.T) {
	w := newLetterWorld(t)
	letter := w.handOver(t, w.anna, w.letter(letterLine(1, answer("Ja."))))
	ref := survey.TranscriptionRef{Questionnaire: "q1", Respondent: "frei", ID: letter.ID}
	anna := w.anna.User
	anna.PasswordBy = w.admin.User.ID
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error { return tx.Users.Put(anna) }); err != nil {
		t.Fatal(err)
	}
	if _, err := w.CheckTranscription(t.Context(), w.admin, ref, letter.Revision); keyOf(err) != "error.one_hand" {
		t.Error(err)
	}
	if letter, err := w.CheckTranscription(t.Context(), w.ben, ref, letter.Revision); err != nil || letter.CheckedBy != w.ben.User.ID {
		t.Errorf("%q %v", letter.CheckedBy, err)
	}
}

func TestTranscriptionConflicts(t *testing.T) {
	w := newLetterWorld(t)
	cmd := w.letter(letterLine(1, answer("meine")))
	first := w.saveLetter(t, w.anna, cmd)
	again, err := w.SaveTranscription(t.Context(), w.anna, cmd)
	if err != nil || again.Revision != 1 || again.Original != first.Original {
		t.Errorf("a second click: %+v, %v", again, err)
	}
	other := cmd
	other.Entries = []survey.SubmissionEntry{letterLine(1, answer("deine"))}
	stored, err := w.SaveTranscription(t.Context(), w.ben, other)
	if keyOf(err) != "error.stale" || stored.Entries[0].Text != "meine" || stored.Revision != 1 {
		t.Errorf("stale: %+v, %v", stored, err)
	}
	if _, err := w.HandOverTranscription(t.Context(), w.anna, cmd.TranscriptionRef, 7); keyOf(err) != "error.stale" {
		t.Errorf("handing over what was not read: %v", err)
	}
	waiting := w.handOver(t, w.anna, cmd)
	if _, err := w.CheckTranscription(t.Context(), w.ben, cmd.TranscriptionRef, waiting.Revision-1); keyOf(err) != "transcription.error.changed" {
		t.Errorf("checking what was not read: %v", err)
	}
	if again, err := w.SaveTranscription(t.Context(), w.anna, cmd); err != nil || again.State != survey.TranscriptionWaiting {
		t.Errorf("the second click of handing over: %+v, %v", again, err)
	}
	if _, err := w.SaveTranscription(t.Context(), w.anna, other); keyOf(err) != "transcription.error.no_draft" {
		t.Errorf("changing what waits: %v", err)
	}
}

func TestTranscriptionSentBack(t *testing.T) {
	w := newLetterWorld(t)
	cmd := w.letter(letterLine(1, answer("Ja.")))
	cmd.Whole = survey.Entry{Status: survey.General, Text: "Wir sind für alles Gute."}
	letter := w.handOver(t, w.anna, cmd)
	if len(letter.Entries) != 3 {
		t.Fatalf("%d entries", len(letter.Entries))
	}
	if err := w.SendBackTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision, " "); keyOf(err) != "note error.required" {
		t.Errorf("without a word: %v", err)
	}
	if err := w.SendBackTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision-1, "Ein Absatz fehlt."); keyOf(err) != "transcription.error.changed" {
		t.Errorf("what was not read: %v", err)
	}
	for range 2 { // two clicks
		if err := w.SendBackTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision, "Ein Absatz fehlt."); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.CheckTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision); keyOf(err) != "transcription.error.not_waiting" {
		t.Errorf("checked after it was sent back: %v", err)
	}
	sheet, err := w.TranscriptionSheet(t.Context(), w.anna, "q1", "frei")
	if err != nil {
		t.Fatal(err)
	}
	back := sheet.Letters[0]
	if back.State != survey.TranscriptionDraft || back.Note != "Ein Absatz fehlt." || len(back.Entries) != 1 || back.Whole != cmd.Whole {
		t.Errorf("%+v", back)
	}
	again, err := w.HandOverTranscription(t.Context(), w.anna, cmd.TranscriptionRef, back.Revision)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.SendBackTranscription(t.Context(), w.anna, cmd.TranscriptionRef, again.Revision, ""); err != nil {
		t.Errorf("taken back by who typed it: %v", err)
	}
	if err := w.DeleteTranscription(t.Context(), w.anna, cmd.TranscriptionRef, again.Revision+1); err != nil {
		t.Fatal(err)
	}
	w.view(t, func(tx *survey.Tx) error {
		for range tx.Originals.List("") {
			t.Error("the original of a deleted draft is still recorded")
		}
		for range tx.Approvals.List("") {
			t.Error("its request still waits")
		}
		return nil
	})
	w.sound(t)
}

func TestTranscriptionIsImmutable(t *testing.T) {
	w := newLetterWorld(t)
	cmd := w.letter(letterLine(1, answer("Ja.")))
	letter := w.effective(t, cmd)
	before := w.state(t)
	change := cmd
	change.Revision, change.Original, change.Upload = letter.Revision, letter.Original, nil
	change.Entries = []survey.SubmissionEntry{letterLine(1, answer("Nein."))}
	for name, err := range map[string]error{
		"save": func() error { _, err := w.SaveTranscription(t.Context(), w.anna, change); return err }(),
		"hand": func() error {
			_, err := w.HandOverTranscription(t.Context(), w.anna, cmd.TranscriptionRef, letter.Revision)
			return err
		}(),
		"back":   w.SendBackTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision, "doch nicht"),
		"delete": w.DeleteTranscription(t.Context(), w.anna, cmd.TranscriptionRef, letter.Revision),
	} {
		if survey.CodeOf(err) != survey.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.CheckTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision); err != nil {
		t.Errorf("a second click: %v", err)
	}
	if w.state(t) != before {
		t.Error("something changed")
	}

	// A correction is a new transcription that says what changed.
	fix := w.letter(letterLine(1, answer("Ja!")), letterLine(3, answer("Neu.")))
	fix.Original, fix.Upload = letter.Original, nil
	saved := w.saveLetter(t, w.anna, fix)
	if _, err := w.HandOverTranscription(t.Context(), w.anna, fix.TranscriptionRef, saved.Revision); keyOf(err) != "change_note transcription.error.change_note" {
		t.Errorf("without a note: %v", err)
	}
	fix.Revision, fix.ChangeNote = saved.Revision, "Tippfehler der Übertragung"
	w.effective(t, fix)
	v := w.versions(t, "r1", "q01")
	if len(v) != 2 || v[0].Text != "Ja." || v[1].Text != "Ja!" || v[1].ChangeNote != fix.ChangeNote || v[1].Number != 2 {
		t.Errorf("%+v", v)
	}
	if v := w.versions(t, "r1", "q03"); len(v) != 1 || v[0].ChangeNote != "" {
		t.Errorf("a first version has a change note: %+v", v)
	}

	same := fix
	same.ID, same.Revision = survey.NewID(), 0
	saved = w.saveLetter(t, w.anna, same)
	if _, err := w.HandOverTranscription(t.Context(), w.anna, same.TranscriptionRef, saved.Revision); keyOf(err) != " transcription.error.no_news" {
		t.Errorf("nothing new: %v", err)
	}
	w.sound(t)
}

func TestTranscriptionNeverSupersedesForm(t *testing.T) {
	w := newLetterWorld(t)
	own := func() {
		w.save(t, w.frei, 1, answer("selbst geschrieben"))
		w.submit(t, w.frei)
	}
	cmd := w.letter(letterLine(1, answer("aus dem Brief")))
	letter := w.handOver(t, w.anna, cmd)
	own() // between handing over and the check
	if _, err := w.CheckTranscription(t.Context(), w.ben, cmd.TranscriptionRef, letter.Revision); keyOf(err) != "transcription.error.by_form" {
		t.Fatalf("check: %v", err)
	}
	if v := w.versions(t, "r1", "q01"); len(v) != 1 || v[0].Provenance != survey.ByForm {
		t.Fatalf("%+v", v)
	}
	if err := w.SendBackTranscription(t.Context(), w.anna, cmd.TranscriptionRef, letter.Revision, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.HandOverTranscription(t.Context(), w.anna, cmd.TranscriptionRef, letter.Revision+1); keyOf(err) != "transcription.error.by_form" {
		t.Errorf("handing over: %v", err)
	}
	next := w.letter(letterLine(1, answer("aus dem Brief")))
	if _, err := w.SaveTranscription(t.Context(), w.anna, next); keyOf(err) != "transcription.error.by_form" {
		t.Errorf("saving: %v", err)
	}
	joint := w.letter(letterLine(1, answer("gemeinsam")))
	joint.Respondent, joint.Joint = "moin", []string{"frei"}
	saved := w.saveLetter(t, w.anna, joint)
	if _, err := w.HandOverTranscription(t.Context(), w.anna, joint.TranscriptionRef, saved.Revision); keyOf(err) != "transcription.error.by_form" {
		t.Errorf("jointly: %v", err)
	}

	// A statement to the whole catalogue leaves the party's own cell alone.
	whole := w.letter()
	whole.Whole = survey.Entry{Status: survey.General, Text: "Allgemeines."}
	w.effective(t, whole)
	for id, want := range map[string]survey.Provenance{"q01": survey.ByForm, "q02": survey.Transcribed, "q03": survey.Transcribed} {
		if v := w.versions(t, "r1", id); len(v) != 1 || v[0].Provenance != want {
			t.Errorf("%s: %+v", id, v)
		}
	}
	w.sound(t)
}

func letterJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
