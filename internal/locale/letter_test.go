package locale

import (
	"testing"

	"pruefstein/internal/survey"
)

// The German words are those of what is stored: a change would make `check` doubt every letter.
func TestLetterSource(t *testing.T) {
	for _, test := range []struct {
		letter survey.Transcription
		de, en string
	}{
		{survey.Transcription{}, "", ""},
		{survey.Transcription{Kind: survey.LetterPaper, LetterDate: "2026-05-03", ReceivedOn: "2026-05-04", Original: "o1"}, "Brief vom 3. Mai 2026", "Letter of 3 May 2026"},
		{survey.Transcription{Kind: survey.LetterMail, ReceivedOn: "2027-03-12"}, "E-Mail, eingegangen am 12. März 2027 (ohne Originaldatei)", "E-mail, received on 12 March 2027 (without original file)"},
		{survey.Transcription{Kind: survey.LetterDocument, Original: "o1"}, "Dokument", "Document"},
		{survey.Transcription{Kind: survey.LetterPortal, LetterDate: "2026-12-31"}, "Antwort im Formular der Partei vom 31. Dezember 2026 (ohne Originaldatei)", "Answer in the party’s own form of 31 December 2026 (without original file)"},
	} {
		if de, en := For("de").LetterSource(test.letter), For("en").LetterSource(test.letter); de != test.de || en != test.en {
			t.Errorf("%+v: %q, %q", test.letter, de, en)
		}
	}
}
