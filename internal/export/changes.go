package export

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pruefstein/internal/locale"
	"pruefstein/internal/survey"
)

// spdxName is what an SPDX licence identifier looks like. Anything else is prose and no address.
var spdxName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)

// A ChangeLine is one line of the public change list in words.
type ChangeLine struct {
	Version int
	Date    string
	Text    string // who, which question, from what to what
	Note    string // the party's or the office's note
	Path    string // of the answer below the publication, "" when it is not one question
}

// ChangeLines puts the change list into words, the newest version first.
func ChangeLines(p *locale.Printer, c survey.Comparison) []ChangeLine {
	var list []ChangeLine
	for _, change := range c.Changes {
		line := ChangeLine{Version: change.Version, Date: p.Date(change.At.In(zone(c))), Note: change.Note}
		if change.Facet != "" {
			line.Text = p.Must("compare.change." + string(change.Facet))
			if change.State != "" {
				line.Text = p.Must("compare.change.standing_to", "State", p.Must("common.contest."+string(change.State)))
			}
			if change.Question > 0 {
				line.Text = p.Must("common.question_number", "Number", c.Catalogue.Printed(change.Question)) + ": " + line.Text
				line.Path = "fragen/" + strconv.Itoa(change.Question) + ".html"
			}
			if change.ShortName != "" {
				line.Text = change.ShortName + ": " + line.Text
			}
			list = append(list, line)
			continue
		}
		where := p.Must("compare.change.all")
		if change.Question > 0 {
			where = p.Must("common.question_number", "Number", c.Catalogue.Printed(change.Question))
			line.Path = "fragen/" + strconv.Itoa(change.Question) + ".html#" + string(change.Respondent)
		}
		line.Text = change.ShortName + ", " + where + ": " + changed(p, c, change)
		list = append(list, line)
	}
	return list
}

// changed says all that changed: what the party did, then what the alliance did beside it.
func changed(p *locale.Printer, c survey.Comparison, change survey.Change) string {
	status := func(s survey.Status) string { return p.Must("common.status." + string(s)) }
	var list []string
	switch {
	case change.From == "" && change.To != "":
		list = append(list, p.Must("compare.change.new", "To", status(change.To)))
	case change.From != change.To:
		list = append(list, p.Must("compare.change.status", "From", status(change.From), "To", status(change.To)))
	case change.Wording:
		list = append(list, otherWords(p, c, change)...)
	case change.Details:
		list = append(list, otherDetails(p, c, change))
	}
	if change.Quotation {
		list = append(list, p.Must("compare.change.quotation"+quotationWord(change)))
	}
	return strings.Join(list, "; ")
}

// otherWords says what of an answer's words is another: the position from which to which, and that there are other words, which stand
// side by side where the answer does.
func otherWords(p *locale.Printer, c survey.Comparison, change survey.Change) (list []string) {
	was, now, known := versionsOf(c, change)
	if !known || was.Position == now.Position {
		return []string{p.Must("compare.change.wording")}
	}
	position := func(v survey.Version) string {
		if v.Position == "" {
			return p.Must("compare.change.no_position")
		}
		return PositionWord(p, c.Questionnaire, v.Position)
	}
	list = append(list, p.Must("compare.change.status", "From", position(was), "To", position(now)))
	if was.Text != now.Text || was.Reason != now.Reason {
		list = append(list, p.Must("compare.change.text"))
	}
	return list
}

// otherDetails says which details of an answer are others, as far as its versions tell.
func otherDetails(p *locale.Printer, c survey.Comparison, change survey.Change) string {
	was, now, known := versionsOf(c, change)
	var names []string
	for _, detail := range []struct {
		key     string
		differs bool
	}{
		{"note", was.Note != now.Note},
		{"source", was.Source != now.Source || was.Provenance != now.Provenance || was.Confirmation() != now.Confirmation()},
		{"licence", was.Licence != now.Licence},
		{"late", was.Late != now.Late},
		{"joint", !slices.Equal(was.Joint, now.Joint)},
		{"received", was.ReceivedAt != now.ReceivedAt},
	} {
		if known && detail.differs {
			names = append(names, p.Must("compare.change.detail."+detail.key))
		}
	}
	if len(names) == 0 {
		return p.Must("compare.change.details")
	}
	return p.Must("compare.change.details_of", "Details", p.Join(names))
}

// versionsOf finds the versions before and after a change of one cell; known is false where the record does not say which they were.
func versionsOf(c survey.Comparison, change survey.Change) (was, now survey.Version, known bool) {
	if change.FromVersion == 0 || change.ToVersion == 0 {
		return was, now, false
	}
	for _, r := range c.Respondents {
		if r.Slug != change.Respondent {
			continue
		}
		for _, cell := range r.Cells {
			if cell.Question.Number != change.Question {
				continue
			}
			for _, v := range cell.History {
				if v.Number == change.FromVersion {
					was = v
				}
				if v.Number == change.ToVersion {
					now = v
				}
			}
		}
	}
	return was, now, was.Number > 0 && now.Number > 0
}

// quotationWord ends the message keys of what happened to a quotation.
func quotationWord(change survey.Change) string {
	switch {
	case change.QuotationNew:
		return "_new"
	case change.QuotationGone:
		return "_gone"
	}
	return ""
}
