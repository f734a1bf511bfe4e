package testworld

import (
	"errors"
	"strings"
	"testing"

	"pruefstein/internal/integrity"
	"pruefstein/internal/survey"
	"pruefstein/internal/transcribe"
)

// Letters is Answers with the people of an office.
type Letters struct {
	*Answers
	Anna, Ben, Admin, Member survey.Actor // two coordinators, an administrator, a member of a working group
}

// NewLetters adds the people of an office to NewAnswers.
func NewLetters(t *testing.T) *Letters {
	t.Helper()
	w := &Letters{Answers: NewAnswers(t)}
	w.Write(t, func(tx *survey.Tx) error {
		return tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g", Name: "Digitale Bildung"})
	})
	person := func(id survey.UserID, u survey.User) survey.Actor {
		u.ID, u.Name, u.PasswordHash = id, strings.ToUpper(string(id[:1]))+string(id[1:]), "x"
		w.Write(t, func(tx *survey.Tx) error { return tx.Users.Put(u) })
		return survey.Actor{User: u, Language: "de"}
	}
	w.Anna = person("anna", survey.User{Coordinator: true})
	w.Ben = person("ben", survey.User{Coordinator: true})
	w.Admin = person("admin", survey.User{Administrator: true})
	w.Member = person("member", survey.User{Memberships: []survey.Membership{{WorkingGroup: "g", Lead: true}}})
	return w
}

// Letter is what is typed of a letter, and its name.
type Letter struct {
	transcribe.Ref
	transcribe.Save
}

// Letter is a complete letter of the party frei, from three days before the deadline.
func (w *Letters) Letter(entries ...survey.SubmissionEntry) Letter {
	return Letter{transcribe.Ref{Questionnaire: "q1", Respondent: "frei", ID: survey.NewID()},
		transcribe.Save{Kind: survey.LetterPaper, ReceivedOn: "2026-11-23", LetterDate: "2026-11-21", Entries: entries,
			Upload: &survey.Original{Name: "brief.pdf", Type: "application/pdf", Size: 9, SHA256: strings.Repeat("ab", 32)}}}
}

// LetterLine is what a letter says to the question with a number.
func LetterLine(number int, e survey.Entry) survey.SubmissionEntry {
	return survey.SubmissionEntry{Number: number, Entry: e}
}

// SaveLetter saves the transcription of a letter.
func (w *Letters) SaveLetter(t *testing.T, actor survey.Actor, cmd Letter) survey.Letter {
	t.Helper()
	letter, err := w.Transcribe.Save(t.Context(), actor, cmd.Ref, cmd.Save)
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// HandOver saves a letter and gives it to its second person.
func (w *Letters) HandOver(t *testing.T, actor survey.Actor, cmd Letter) survey.Letter {
	t.Helper()
	letter := w.SaveLetter(t, actor, cmd)
	letter, err := w.Transcribe.HandOver(t.Context(), actor, cmd.Ref, letter.Revision)
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// Effective brings a letter into effect, typed by anna and checked by ben.
func (w *Letters) Effective(t *testing.T, cmd Letter) survey.Letter {
	t.Helper()
	letter := w.HandOver(t, w.Anna, cmd)
	letter, err := w.Transcribe.Confirm(t.Context(), w.Ben, cmd.Ref, letter.Revision)
	if err != nil {
		t.Fatal(err)
	}
	return letter
}

// Rule sets who checks transcriptions.
func (w *Letters) Rule(t *testing.T, rule survey.Rule) {
	w.Write(t, func(tx *survey.Tx) error {
		a, err := tx.Alliances.Get(survey.AllianceKey)
		a.ConfirmTranscription = rule
		return errors.Join(err, tx.Alliances.Put(a))
	})
}

// Sound checks the references and the ledger, as the command check does.
func (w *Letters) Sound(t *testing.T) {
	t.Helper()
	w.View(t, func(tx *survey.Tx) error {
		for _, fault := range append(CheckReferences(tx), integrity.CheckLedger(tx)...) {
			if !strings.Contains(fault, "mail") { // the world's links came without mails
				t.Error(fault)
			}
		}
		return nil
	})
}
