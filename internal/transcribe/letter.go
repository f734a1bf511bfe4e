package transcribe

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// transcriptionNumber ends the name of a field that belongs to a question.
func transcriptionNumber(number int) string { return "-" + strconv.Itoa(number) }

// expand gives every question without an entry, or with nothing but a note, what the letter says as a whole. The question must have been asked of one of the
// speakers, and that one must not have submitted the cell itself.
func expand(t survey.Letter, tx *survey.Tx, speakers []survey.Respondent, c survey.Catalogue) (survey.Letter, error) {
	if t.Whole.Status == "" {
		return t, nil
	}
	t.Entries = slices.Clone(t.Entries)
	for i, e := range t.Entries {
		if e.Entry == (survey.Entry{}) {
			t.Entries[i].Entry = t.Whole
		}
	}
	for _, question := range c.Questions {
		if slices.ContainsFunc(t.Entries, func(e survey.SubmissionEntry) bool { return e.Question == question.ID }) {
			continue
		}
		e := survey.SubmissionEntry{Question: question.ID, Number: question.Number, Entry: t.Whole}
		open := false
		for _, speaker := range speakers {
			own, err := survey.OwnCell(tx, speaker, e.Question)
			if err != nil {
				return t, err
			}
			asked, _ := speaker.Asked(question.ID)
			open = open || asked && !own
		}
		if open {
			t.Entries = append(t.Entries, e)
		}
	}
	slices.SortFunc(t.Entries, func(a, b survey.SubmissionEntry) int { return a.Number - b.Number })
	return t, nil
}

// contract takes back what expand did.
func contract(t survey.Letter) survey.Letter {
	var own []survey.SubmissionEntry
	for _, e := range t.Entries {
		if t.ToAll(e) {
			e.Entry = survey.Entry{}
		}
		if e.Entry != (survey.Entry{}) || e.Note != "" {
			own = append(own, e)
		}
	}
	t.Entries = own
	return t
}

// incomplete lists what a draft lacks before anybody can compare it with its original.
func incomplete(t survey.Letter, q survey.Questionnaire, c survey.Catalogue, now time.Time) (f survey.Faults) {
	today := now.In(survey.Instant{Zone: survey.TranscriptionZone(q)}.Location()).Format(time.DateOnly)
	if t.Kind == "" {
		f.Add("kind", "transcribe.error.kind")
	}
	switch at, _ := t.Arrival(q); {
	case t.ReceivedOn == "":
		f.Add("received_on", "transcribe.error.received_on")
	case t.ReceivedOn > today:
		f.Add("received_on", "transcribe.error.future")
	case t.ReceivedTime != "" && at.After(now):
		f.Add("received_time", "transcribe.error.future")
	}
	if t.LetterDate != "" && t.ReceivedOn != "" && t.LetterDate > t.ReceivedOn {
		f.Add("letter_date", "transcribe.error.letter_after")
	}
	switch {
	case t.Original == "" && t.Kind == survey.LetterPortal && t.Without == "":
		f.Add("without", "transcribe.error.without")
	case t.Original == "" && t.Kind != survey.LetterPortal:
		f.Add("original", "transcribe.error.no_original")
	}
	switch {
	case t.Whole.Status == "" && t.Whole.Text+t.Whole.Reason != "":
		f.Add("whole", "transcribe.error.whole_status")
	case t.Whole.Status == survey.General && t.Whole.Text == "":
		f.Add("whole_text", "transcribe.error.whole_text")
	}
	for _, e := range t.Entries {
		n := transcriptionNumber(e.Number)
		switch {
		case e.Entry == (survey.Entry{}) && t.Whole.Status == "":
			f.Add("note"+n, "transcribe.error.remark_alone")
		case reasoned(e.Status) && (e.Text != "" || e.Position != ""):
			f.Add("text"+n, "transcribe.error.declined_text")
		case !reasoned(e.Status) && e.Reason != "":
			f.Add("reason"+n, "transcribe.error.reason")
		case e.Status != survey.Answered && e.Position != "":
			f.Add("position"+n, "transcribe.error.position")
		case e.Status == survey.Answered && e.Text == "" && e.Position == "":
			f.Add("text"+n, "transcribe.error.empty")
		}
	}
	var over []string
	for _, e := range t.OverLimit(q) {
		over = append(over, c.Printed(e.Number))
	}
	switch {
	case over != nil && t.OverReason == "":
		f.Add("over_reason", "transcribe.error.over_reason", "Count", len(over), "Numbers", strings.Join(over, ", "), "Limit", q.AnswerLimit)
	case over == nil && t.OverReason != "":
		f.Add("over_reason", "transcribe.error.over_reason_alone")
	}
	if len(t.Entries) == 0 && t.Whole.Status == "" {
		f.Add("whole", "transcribe.error.nothing")
	}
	return f
}

// reasoned tells whether what a letter says with a status is no answer, but why there is none.
func reasoned(s survey.Status) bool { return s == survey.Declined || s == survey.Withdrawn }

// beforeSent tells whether a letter came before an instant. A day without an hour is before the days after it.
func beforeSent(t survey.Transcription, q survey.Questionnaire, at time.Time, exact bool) bool {
	arrived, stamp := t.Arrival(q)
	if arrived.IsZero() || at.IsZero() {
		return false
	}
	if zone := (survey.Instant{Zone: survey.TranscriptionZone(q)}).Location(); !exact || stamp == survey.Stamp(t.ReceivedOn) {
		return t.ReceivedOn < at.In(zone).Format(time.DateOnly)
	}
	return arrived.Before(at)
}

// doubts are what whoever hands a letter over or confirms it should look at twice: that it came before somebody it answers for was
// asked, that nothing says how and when one of them was, and the questions at which it would replace what a later letter says.
func doubts(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, t survey.Letter) (unasked, unrecorded bool, older []string, err error) {
	catalogue, err := tx.Catalogue(q.ID)
	if err != nil {
		return false, false, nil, err
	}
	speakers, err := survey.TranscriptionSpeakers(tx, r, t.Transcription)
	if err != nil {
		return false, false, nil, err
	}
	if t, err = expand(t, tx, speakers, catalogue); err != nil {
		return false, false, nil, err
	}
	var numbers []int
	for _, speaker := range speakers {
		unasked = unasked || beforeSent(t.Transcription, q, speaker.AskedAt, true)
		unrecorded = unrecorded || speaker.AskedUnrecorded(q)
		outlines, err := survey.Outlines(tx, speaker)
		if err != nil {
			return false, false, nil, err
		}
		versions := map[survey.QuestionID][]survey.Version{}
		for _, v := range outlines {
			versions[v.Question] = append(versions[v.Question], v)
		}
		for _, e := range t.Entries {
			if asked, _ := speaker.Asked(e.Question); !asked || slices.Contains(numbers, e.Number) {
				continue
			}
			stands := survey.VersionThatStands(versions[e.Question])
			if stands == nil || stands.Provenance != survey.Transcribed {
				continue
			}
			last, err := tx.Versions.Get(stands.Key())
			if err != nil {
				return false, false, nil, err
			}
			if last.Entry() == e.Entry {
				continue
			}
			at, err := last.ReceivedAt.Time()
			exact := err == nil
			if !exact { // the day alone
				at, err = time.ParseInLocation(time.DateOnly, string(last.ReceivedAt), survey.Instant{Zone: survey.TranscriptionZone(q)}.Location())
			}
			if err == nil && beforeSent(t.Transcription, q, at, exact) {
				numbers = append(numbers, e.Number)
			}
		}
	}
	slices.Sort(numbers)
	for _, number := range numbers {
		older = append(older, catalogue.Printed(number))
	}
	return unasked, unrecorded, older, nil
}
