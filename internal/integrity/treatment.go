package integrity

import (
	"slices"
	"strings"
	"time"

	"pruefstein/internal/survey"
)

// treatment compares the equal-treatment report of a publication with the records it was made of: what went out, which dates were moved,
// and what came after them. All of these stay as they were.
func (c *referenceCheck) treatment(detail survey.PublicationDetail) {
	id, _, _ := strings.Cut(detail.Of, "/")
	q := c.questionnaires[id]
	if q.Imported {
		return
	}
	for _, e := range detail.Treatment.Entries {
		if !c.backed(q, e) {
			c.fault(detail, "its equal-treatment report tells of %s %s %s, which no record shows", e.Kind, e.Party, e.At)
		}
	}
}

// backed tells whether a record shows what an entry of a report tells.
func (c *referenceCheck) backed(q survey.Questionnaire, e survey.TreatmentEntry) bool {
	then := func(t time.Time) bool {
		at, err := e.At.Time()
		return err == nil && at.Equal(t.Truncate(time.Second))
	}
	moved := func(list []survey.DateChange) bool {
		return slices.ContainsFunc(list, func(d survey.DateChange) bool {
			return then(d.At) && d.From.Stamp() == e.From && d.To.Stamp() == e.To && d.Reason == e.Reason
		})
	}
	switch e.Kind {
	case survey.TreatedDispatch, survey.TreatedLetter, survey.TreatedReminder:
		for _, d := range c.dispatches {
			if d.Questionnaire == q.ID && then(d.At) && d.Recipients >= e.Count && (d.Kind == survey.MailReminder) == (e.Kind == survey.TreatedReminder) {
				return true
			}
		}
		return false
	case survey.TreatedMissed:
		r := c.respondent(q, e.Party)
		for _, d := range c.dispatches {
			if d.Questionnaire == q.ID && then(d.At) && slices.Contains(d.Missed, r.ID) {
				return true
			}
		}
		return false
	case survey.TreatedExtension, survey.TreatedEnded:
		return moved(q.Extended) || e.Party != "" && moved(c.respondent(q, e.Party).DueChanges)
	case survey.TreatedByPost:
		return e.At == e.From || slices.ContainsFunc(c.respondent(q, e.Party).Letters, func(l survey.PrintedLetter) bool { return l.SentOn == string(e.At) })
	case survey.TreatedErratum:
		return slices.ContainsFunc(q.Errata, func(one survey.Erratum) bool { return then(one.At) && one.Text == e.Text })
	case survey.TreatedOwnMore:
		return moved(c.respondent(q, e.Party).DueChanges)
	case survey.TreatedLate, survey.TreatedCorrected, survey.TreatedWithdrawn:
		r := c.respondent(q, e.Party)
		for v, err := range c.tx.Versions.List(survey.RespondentKey(q.ID, r.ID) + "/") {
			if err != nil || v.ReceivedAt != e.At || e.Reason != "" && v.ChangeNote != e.Reason {
				continue
			}
			for q, r := range r.Dates(q) {
				if v.TreatedAs(q, r, e.Kind == survey.TreatedLate) == e.Kind {
					return true
				}
			}
		}
		return false
	}
	return true // the others tell of a respondent as it stood then, which may have changed since
}

func (c *referenceCheck) respondent(q survey.Questionnaire, slug survey.Slug) survey.Respondent {
	for _, r := range c.respondents {
		if r.Questionnaire == q.ID && r.Slug == slug {
			return r
		}
	}
	return survey.Respondent{}
}
