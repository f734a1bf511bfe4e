package locale

import (
	"time"

	"pruefstein/internal/survey"
)

// LetterSource names a letter for readers: "Brief vom 3. Mai 2026" or "Letter of 3 May 2026". The German words are stored and
// published with the answers of the letter, so they never change; `check` compares them.
func (p *Printer) LetterSource(t survey.Transcription) string {
	if t.Kind == "" {
		return ""
	}
	text := p.Must("common.letter_source." + string(t.Kind))
	key, day := "common.letter_source.dated", t.LetterDate
	if day == "" {
		key, day = "common.letter_source.received", t.ReceivedOn
	}
	if at, err := time.Parse(time.DateOnly, day); err == nil {
		text = p.Must(key, "Letter", text, "Date", p.Date(at))
	}
	if t.Original == "" {
		text = p.Must("common.letter_source.no_file", "Letter", text)
	}
	return text
}
