package survey

import (
	"fmt"
	"strconv"
	"strings"
)

// VersionOutline says of each version, in the order of their keys, all that tells what came back without its words.
var VersionOutline = Index[Version]{"outline", func(v Version) string {
	return v.Key() + outlineMark + strings.Join([]string{string(v.Question), strconv.Itoa(v.Number), string(v.Status), string(v.Provenance), strconv.FormatBool(v.Late),
		TimeKey(v.CountsAt), string(v.ReceivedAt)}, outlineMark)
}}

// Indexes implements Indexed.
func (Version) Indexes() []Index[Version] { return []Index[Version]{VersionOutline} }

// outlineMark parts the fields of an outline. No text may hold it (see Faults.Text).
const outlineMark = "\x1f"

// Outlines returns the versions of a respondent in the order of their keys, with nothing of them but question, number, status,
// provenance, lateness and times.
func Outlines(tx *Tx, r Respondent) (all []Version, err error) {
	for key, err := range tx.Versions.By(VersionOutline).Keys(r.Key() + "/") {
		if err != nil {
			return nil, err
		}
		fields := strings.Split(ValueInIndex(key), outlineMark)
		if len(fields) != 8 {
			return nil, fmt.Errorf("outline of the version %q: %d fields", fields[0], len(fields))
		}
		number, errNumber := strconv.Atoi(fields[2])
		counts, errTime := TimeOfKey(fields[6])
		if errNumber != nil || errTime != nil {
			return nil, fmt.Errorf("outline of the version %q: %v, %v", fields[0], errNumber, errTime)
		}
		all = append(all, Version{Questionnaire: r.Questionnaire, Respondent: r.ID, Question: QuestionID(fields[1]), Number: number, Status: Status(fields[3]),
			Provenance: Provenance(fields[4]), Late: fields[5] == "true", CountsAt: counts, ReceivedAt: Stamp(fields[7])})
	}
	return all, nil
}
