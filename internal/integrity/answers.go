package integrity

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"pruefstein/internal/survey"
)

// checkAnswers checks what versions come from, and what stands beside them.
func (c *referenceCheck) checkAnswers() {
	halves(c, c.tx.Submissions, c.tx.SubmissionTexts)
	halves(c, c.tx.Transcriptions, c.tx.LetterTexts)
	for d := range each(c, c.tx.AnswerDrafts) {
		c.cell(d, string(d.Questionnaire), string(d.Respondent), string(d.Question))
	}
	for s := range each(c, c.tx.Submissions) {
		need(c, s, "respondent", c.respondents, survey.RespondentKey(s.Questionnaire, s.Respondent))
		if text, err := c.tx.SubmissionTexts.Get(s.Key()); err == nil { // one that is missing or cannot be read is noted already
			c.entries(s, string(s.Questionnaire), string(s.Respondent), text.Entries)
		}
	}
	for t := range each(c, c.tx.Transcriptions) {
		need(c, t, "respondent", c.respondents, survey.RespondentKey(t.Questionnaire, t.Respondent))
		for _, id := range t.Joint {
			need(c, t, "respondent", c.respondents, survey.RespondentKey(t.Questionnaire, id))
		}
		if t.Original != "" {
			need(c, t, "original", c.originals, survey.RespondentKey(t.Questionnaire, t.Respondent)+"/"+t.Original)
		}
		c.byPerson(t, t.EnteredBy, t.ConfirmedBy)
		if text, err := c.tx.LetterTexts.Get(t.Key()); err == nil {
			c.entries(t, string(t.Questionnaire), string(t.Respondent), text.Entries)
		}
	}
	for _, o := range c.originals {
		need(c, o, "respondent", c.respondents, survey.RespondentKey(o.Questionnaire, o.Respondent))
		c.byPerson(o, o.By)
	}
	for q := range each(c, c.tx.Quotations) {
		c.cell(q, string(q.Questionnaire), string(q.Respondent), string(q.Question))
		c.byPerson(q, q.By)
	}
}

// entries checks that each entry of a record is to a question of the catalogue, and that the version it names is there.
func (c *referenceCheck) entries(at survey.Entity, questionnaire, respondent string, entries []survey.SubmissionEntry) {
	for _, e := range entries {
		q, found := c.catalogues[questionnaire].Question(e.Question)
		if !found || q.Number != e.Number {
			c.fault(at, "its question %q with the number %d is missing in the catalogue", e.Question, e.Number)
		}
		if e.Version == 0 {
			continue // not in effect yet
		}
		key := survey.CellKey(survey.QuestionnaireID(questionnaire), survey.RespondentID(respondent), e.Question) + "/" + survey.SeqKey(e.Version)
		if _, err := c.tx.Versions.Get(key); err != nil {
			c.fault(at, "the version %s it names: %v", key, err)
		}
	}
}

// checkVersions checks every version against the record it came with.
func (c *referenceCheck) checkVersions() {
	newest := map[string]int{}
	for v := range each(c, c.tx.Versions) {
		c.cell(v, string(v.Questionnaire), string(v.Respondent), string(v.Question))
		c.byPerson(v, v.EnteredBy, v.ConfirmedBy)
		if c.questionnaires[string(v.Questionnaire)].Imported {
			if v.Record != "" {
				c.fault(v, "is of an import and names a record")
			}
			continue
		}
		cell := survey.CellKey(v.Questionnaire, v.Respondent, v.Question)
		if newest[cell]++; newest[cell] != v.Number {
			c.fault(v, "version %d is missing", newest[cell])
			newest[cell] = v.Number
		}
		if err := c.record(v); err != nil {
			c.fault(v, "%v", err)
		}
	}
}

// record checks that a version is, in every field, what its record makes of it.
func (c *referenceCheck) record(v survey.Version) error {
	q, r := c.questionnaires[string(v.Questionnaire)], c.respondents[survey.RespondentKey(v.Questionnaire, v.Respondent)]
	var entries []survey.SubmissionEntry
	var rebuild func(survey.Questionnaire, survey.Respondent, survey.SubmissionEntry) survey.Version
	own := true // the record is the respondent's own, not a joint one under another's name
	switch v.Provenance {
	case survey.ByForm:
		s, err := survey.GetSubmission(c.tx, v.Record)
		switch {
		case err != nil:
			return fmt.Errorf("its submission: %w", err)
		case s.State != survey.SubmissionConfirmed:
			return fmt.Errorf("its submission is %s", s.State)
		case s.Questionnaire != v.Questionnaire || s.Respondent != v.Respondent:
			return errors.New("its submission is another respondent's")
		}
		entries = s.Entries
		rebuild = func(q survey.Questionnaire, r survey.Respondent, e survey.SubmissionEntry) survey.Version {
			return s.Version(r.LateAfter(q), e, v.Number)
		}
	case survey.Transcribed:
		t, err := survey.GetLetter(c.tx, v.Record)
		own = t.Respondent == v.Respondent
		switch {
		case err != nil:
			return fmt.Errorf("its transcription: %w", err)
		case t.State != survey.TranscriptionEffective:
			return fmt.Errorf("its transcription is %s", t.State)
		case t.Questionnaire != v.Questionnaire || !own && !slices.Contains(t.Joint, v.Respondent):
			return errors.New("its transcription is another respondent's")
		}
		speakers, err := survey.TranscriptionSpeakers(c.tx, c.respondents[survey.RespondentKey(t.Questionnaire, t.Respondent)], t.Transcription)
		if err != nil {
			return fmt.Errorf("who its transcription answers for: %w", err)
		}
		entries = t.Entries
		rebuild = func(q survey.Questionnaire, r survey.Respondent, e survey.SubmissionEntry) survey.Version {
			return t.Version(q, r, speakers, e, v.Number, c.cite)
		}
	default:
		return fmt.Errorf("has the provenance %q, but its questionnaire is not imported", v.Provenance)
	}
	i := slices.IndexFunc(entries, func(e survey.SubmissionEntry) bool { return e.Question == v.Question })
	if i < 0 {
		return errors.New("its record says nothing to this question")
	}
	var wrong []string
	for q, r := range r.Dates(q) { // a version keeps the zone and the lateness of the dates that held when it was made
		different := differences(v, rebuild(q, r, entries[i]))
		if len(different) == 0 {
			wrong = nil
			break
		}
		if wrong == nil {
			wrong = different // from what holds now
		}
	}
	switch {
	case len(wrong) > 0:
		return fmt.Errorf("is not what its record says: %s", strings.Join(wrong, ", "))
	case own && entries[i].Version != v.Number:
		return fmt.Errorf("its record says version %d", entries[i].Version)
	}
	return nil
}

// differences names the fields in which a stored version is not the one its record makes. Fields a Version gets later are
// compared too.
func differences(stored, made survey.Version) (names []string) {
	if stored.CountsAt.Equal(made.CountsAt) {
		made.CountsAt = stored.CountsAt // the same instant, however it is kept
	}
	a, b := reflect.ValueOf(stored), reflect.ValueOf(made)
	for i := range a.NumField() {
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			names = append(names, a.Type().Field(i).Name)
		}
	}
	return names
}
