package survey

import (
	"fmt"
	"strconv"
	"strings"
)

// An outline is an index in the order of the keys that says of each entity what is counted of it, without its words.
var (
	VersionOutline = Index[Version]{"outline", func(v Version) string {
		return outline(v.Key(), string(v.Question), strconv.Itoa(v.Number), string(v.Status), outlinedProvenance(v), strconv.FormatBool(v.Late),
			TimeKey(v.CountsAt), string(v.ReceivedAt))
	}}
	QuestionOutline   = Index[Question]{"outline", func(q Question) string { return outline(q.Key(), string(q.ID), string(q.State), q.WorkingGroup) }}
	RespondentOutline = Index[Respondent]{"outline", func(r Respondent) string {
		return outline(r.Key(), string(r.ID), TimeKey(r.Due.At), TimeKey(r.AskedAt), strconv.FormatBool(r.NotAsked != ""), strconv.FormatBool(r.NotReached != nil),
			strconv.FormatBool(len(r.LeftOut) > 0 || r.Standing.Out()))
	}}
)

// Indexes implements Indexed.
func (Version) Indexes() []Index[Version] { return []Index[Version]{VersionOutline} }

// byParty ends the provenance in an outline of what was transcribed and confirmed by the party.
const byParty = "+party"

func outlinedProvenance(v Version) string {
	if v.PartyConfirmedAt.IsZero() {
		return string(v.Provenance)
	}
	return string(v.Provenance) + byParty
}

// outlineMark parts the fields of an outline. No text may hold it (see Faults.Text).
const outlineMark = "\x1f"

func outline(fields ...string) string { return strings.Join(fields, outlineMark) }

// outlined takes the fields of an outline, the key first, from a key of its index.
func outlined(key string, count int) ([]string, error) {
	fields := strings.Split(ValueInIndex(key), outlineMark)
	if len(fields) != count {
		return nil, fmt.Errorf("outline of %q: %d fields", fields[0], len(fields))
	}
	return fields, nil
}

// Outlines returns the versions of a respondent in the order of their keys, with nothing of them but question, number, status,
// provenance, lateness and times.
func Outlines(tx *Tx, r Respondent) (all []Version, err error) {
	for key, err := range tx.Versions.By(VersionOutline).Keys(r.Key() + "/") {
		if err != nil {
			return nil, err
		}
		fields, err := outlined(key, 8)
		if err != nil {
			return nil, err
		}
		number, errNumber := strconv.Atoi(fields[2])
		counts, errTime := TimeOfKey(fields[6])
		if errNumber != nil || errTime != nil {
			return nil, fmt.Errorf("outline of the version %q: %v, %v", fields[0], errNumber, errTime)
		}
		v := Version{Questionnaire: r.Questionnaire, Respondent: r.ID, Question: QuestionID(fields[1]), Number: number, Status: Status(fields[3]),
			Late: fields[5] == "true", CountsAt: counts, ReceivedAt: Stamp(fields[7])}
		provenance, confirmed := strings.CutSuffix(fields[4], byParty)
		if v.Provenance = Provenance(provenance); confirmed {
			v.PartyConfirmedAt = counts // that it did, not when
		}
		all = append(all, v)
	}
	return all, nil
}

// QuestionOutlines returns the questions of a questionnaire in the order of their keys, with nothing of them but id, state and
// working group.
func QuestionOutlines(tx *Tx, questionnaire QuestionnaireID) (all []Question, err error) {
	for key, err := range tx.Questions.By(QuestionOutline).Keys(In(questionnaire)) {
		if err != nil {
			return nil, err
		}
		fields, err := outlined(key, 4)
		if err != nil {
			return nil, err
		}
		all = append(all, Question{Questionnaire: questionnaire, ID: QuestionID(fields[1]), State: QuestionState(fields[2]), Wording: Wording{WorkingGroup: fields[3]}})
	}
	return all, nil
}

// respondentOutlines returns the respondents of a questionnaire in the order of their keys, with nothing of them but what tells
// what came back: id, own date, when they were asked, that they were not or could not be reached. Reasons are marks there. One
// that was not asked some of the questions, or no longer stands, is read as a whole.
func respondentOutlines(tx *Tx, questionnaire QuestionnaireID) (all []Respondent, err error) {
	for key, err := range tx.Respondents.By(RespondentOutline).Keys(In(questionnaire)) {
		if err != nil {
			return nil, err
		}
		fields, err := outlined(key, 7)
		if err != nil {
			return nil, err
		}
		r := Respondent{Questionnaire: questionnaire, ID: RespondentID(fields[1])}
		if fields[6] == "true" {
			if r, err = RespondentOutline.At(tx.Respondents, key); err != nil {
				return nil, err
			}
			all = append(all, r)
			continue
		}
		var errDue, errAsked error
		r.Due.At, errDue = TimeOfKey(fields[2])
		r.AskedAt, errAsked = TimeOfKey(fields[3])
		if errDue != nil || errAsked != nil {
			return nil, fmt.Errorf("outline of the respondent %q: %v, %v", fields[0], errDue, errAsked)
		}
		if fields[4] == "true" {
			r.NotAsked = outlineMark
		}
		if fields[5] == "true" {
			r.NotReached = &DeliveryFailure{}
		}
		all = append(all, r)
	}
	return all, nil
}
