package export

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"pruefstein/internal/survey"
)

// csvHeader are the columns of antworten.csv. Columns are only ever added at the end.
var csvHeader = []string{
	"election", "question_number", "question_id", "topic", "asked_by", "question_label", "question_text", "party_id", "party",
	"party_name", "status", "position", "answer", "reason", "joint", "provenance", "late", "source", "licence", "received_at",
	"version", "changed_at", "change_note", "url", "quotation", "quotation_place",
	"question_mark", "party_state", "note", "confirmed",
}

// CSV writes antworten.csv: a row for every question and party, for statistics programs. Comma, UTF-8 without a byte order
// mark, LF; statuses and positions are the words of the data model, times RFC 3339, lists joined by "; ".
func CSV(w io.Writer, c survey.Comparison) error {
	records := [][]string{csvHeader}
	for i, q := range c.Catalogue.Questions {
		topic, asked, number := topicName(c, q), askedBy(c, q), strconv.Itoa(q.Number)
		for _, r := range c.Respondents {
			a := answerOf(c, r.Cells[i])
			late := ""
			if a.given {
				late = strconv.FormatBool(a.Late)
			}
			version := ""
			if a.number > 0 {
				version = strconv.Itoa(a.number)
			}
			records = append(records, []string{
				c.Election.Name, number, string(q.ID), topic, asked, q.Label, q.Text, string(r.Slug), r.ShortName,
				r.Name, string(a.status), string(a.Position), a.Text, a.reason, a.joint, string(a.Provenance), late, a.Source, a.Licence,
				string(a.received), version, string(a.changed), a.ChangeNote, Permalink(c, q.Number, r.Slug), a.quotation, a.place,
				q.Mark, string(r.Standing.State), a.Note, string(a.Confirmation()),
			})
		}
	}
	var out bytes.Buffer
	writer := csv.NewWriter(&out)
	if err := writer.WriteAll(records); err != nil {
		return fmt.Errorf("antworten.csv: %w", err)
	}
	back, err := csv.NewReader(bytes.NewReader(out.Bytes())).ReadAll()
	if err != nil {
		return fmt.Errorf("antworten.csv: read back: %w", err)
	}
	if !slices.EqualFunc(records, back, slices.Equal) {
		return fmt.Errorf("antworten.csv: what was written does not read back the same")
	}
	if err := faithfulRows(c, back); err != nil {
		return fmt.Errorf("antworten.csv: %w", err)
	}
	_, err = out.WriteTo(w)
	return err
}

// An answer is a cell as the rows of antworten.csv and of the sheet Antworten tell it.
type answer struct {
	survey.Version // the current one; zero where there is none
	status         survey.Status
	given          bool // there is a version that says something
	number         int  // public number of the version, 0 without one
	reason         string
	joint          string
	received       survey.Stamp // of the first version shown
	changed        survey.Stamp // of the current version when it is not the first
	quotation      string
	place          string
}

func answerOf(c survey.Comparison, cell survey.ComparedCell) answer {
	a := answer{status: cell.Status, reason: cell.Reason, number: cell.PublicNumber()}
	if a.status == "" {
		a.status = survey.Unknown
	}
	if cell.Current != nil {
		a.Version, a.given = *cell.Current, !cell.Unsaid() || cell.Current.Late
		a.joint = joint(c, a.Joint)
		a.received = cell.History[0].ReceivedAt
		if a.number > 1 {
			a.changed = a.ReceivedAt
		}
	}
	if cell.Quotation != nil {
		a.quotation, a.place = cell.Quotation.Text, cell.Quotation.Place
	}
	return a
}
