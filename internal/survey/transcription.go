package survey

import (
	"cmp"
	"time"
)

// GetLetter reads a transcription and its text. One without its text is damaged.
func GetLetter(tx *Tx, key string) (Letter, error) {
	t, err := tx.Transcriptions.Get(key)
	if err != nil {
		return Letter{}, err
	}
	return t.Written(tx)
}

// Written returns the transcription with its text.
func (t Transcription) Written(tx *Tx) (Letter, error) {
	text, err := LargeHalf(tx.LetterTexts, t)
	return Letter{t, text}, err
}

// PutLetter writes a transcription and its text.
func PutLetter(tx *Tx, l Letter) error {
	l.Of = l.Key()
	return putHalves(tx.Transcriptions, l.Transcription, tx.LetterTexts, l.LetterText)
}

// DeleteLetter removes a transcription and its text.
func DeleteLetter(tx *Tx, key string) error {
	return deleteHalves(tx.Transcriptions, tx.LetterTexts, key)
}

// Version is what the letter says of one cell. speakers are all it answers for; number is that of the version. cite is Kernel.Cite.
func (t Transcription) Version(q Questionnaire, speaker Respondent, speakers []Respondent, e SubmissionEntry, number int, cite func(Transcription) string) Version {
	due := speaker.LateAfter(q)
	at, received := t.Arrival(q)
	v := Version{
		Questionnaire: q.ID, Respondent: speaker.ID, Question: e.Question, Number: number,
		Status: e.Status, Position: e.Position, Text: e.Text, Reason: e.Reason,
		Note: e.Note, Provenance: Transcribed, Late: t.Late(q, due), Source: cite(t), Licence: t.Licence,
		ReceivedAt: received, CountsAt: at, Record: t.Key(), EnteredBy: t.EnteredBy, ConfirmedBy: t.ConfirmedBy,
		PartyConfirmedAt: t.PartyConfirmedAt,
	}
	if !v.Late && !at.Before(due.At) { // in time for a date that is over as its day begins
		v.CountsAt = due.At.Add(-time.Nanosecond)
	}
	for _, other := range speakers {
		if other.ID != speaker.ID {
			v.Joint = append(v.Joint, string(other.Slug))
		}
	}
	if number > 1 {
		v.ChangeNote = t.ChangeNote
	}
	return v
}

// Arrival is when the letter came, as far as is known, and how that is written. Where the hour was noted it says the hour, else
// the day alone, from its beginning. The hour repeated in autumn is read as the first of the two. Both are in the party's favour.
func (t Transcription) Arrival(q Questionnaire) (at time.Time, stamp Stamp) {
	zone := TranscriptionZone(q)
	if i, key := ParseInstant(t.ReceivedOn+"T"+t.ReceivedTime, zone, "first"); key == "" {
		return i.At, i.Stamp()
	}
	day, err := time.Parse(time.DateOnly, t.ReceivedOn)
	if err != nil {
		return time.Time{}, ""
	}
	begin := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, Instant{Zone: zone}.Location())
	return begin.UTC(), Stamp(t.ReceivedOn)
}

// Late tells whether the letter came after a date. Without an hour a letter of the day of the date is in time: nobody knows
// that it was not; with one it is as with the form: at the date it is over.
func (t Transcription) Late(q Questionnaire, due Instant) bool {
	at, stamp := t.Arrival(q)
	return cameAfter(at, stamp.dayAlone(), due)
}

// ToAll tells whether an entry is but what the letter says to all questions at once.
func (t LetterText) ToAll(e SubmissionEntry) bool { return t.Whole.Status != "" && e.Entry == t.Whole }

// OverLimit are the entries of a letter whose answer is longer than the questionnaire takes in our form. A text to all questions at
// once is no answer to one of them.
func (t Letter) OverLimit(q Questionnaire) (over []SubmissionEntry) {
	for _, e := range t.Entries {
		if !t.ToAll(e) && q.AnswerLimit > 0 && Length(e.Text) > q.AnswerLimit {
			over = append(over, e)
		}
	}
	return over
}

// TranscriptionSpeakers are the respondents a letter answers for, its sender first.
func TranscriptionSpeakers(tx *Tx, r Respondent, t Transcription) ([]Respondent, error) {
	all := []Respondent{r}
	for _, id := range t.Joint {
		other, err := tx.Respondent(r.Questionnaire, id)
		if err != nil {
			return nil, err
		}
		all = append(all, other)
	}
	return all, nil
}

// WaitingTranscriptions counts the transcriptions of a questionnaire that wait for their second person.
func WaitingTranscriptions(tx *Tx, questionnaire QuestionnaireID) (int, error) {
	return tx.Transcriptions.By(WaitingLetter).Count(Exact(string(questionnaire)))
}

// LettersAtWork are the respondents a letter of which is being typed or waits for its check, also those it answers for together with
// its sender.
func LettersAtWork(tx *Tx, questionnaire QuestionnaireID) (map[RespondentID]bool, error) {
	at := map[RespondentID]bool{}
	for t, err := range tx.Transcriptions.List(In(questionnaire)) {
		if err != nil {
			return nil, err
		}
		if t.State == TranscriptionEffective {
			continue
		}
		at[t.Respondent] = true
		for _, id := range t.Joint {
			at[id] = true
		}
	}
	return at, nil
}

// TranscriptionZone is where the office opens its letters.
func TranscriptionZone(q Questionnaire) string { return cmp.Or(q.Deadline.Zone, DefaultZone) }
