package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"pruefstein/internal/textdiff"
)

// cellDigests is the state of every cell as readers see it.
func cellDigests(c Comparison) []CellDigest {
	var list []CellDigest
	for _, r := range c.Respondents {
		for _, cell := range r.Cells {
			d := CellDigest{Respondent: r.Slug, Question: cell.Question.Number, Status: cell.Status}
			var current Version
			if cell.Current != nil {
				current = *cell.Current
				d.Version = current.Number
				d.Details = digestOf(append([]string{string(current.Provenance), strconv.FormatBool(current.Late), current.Source, current.Licence,
					string(current.ReceivedAt), strconv.FormatBool(current.CheckedBy != "")}, current.Joint...)...)
			}
			d.Digest = digestOf(string(current.Position), current.Text, cell.Reason)
			if cell.Quotation != nil {
				d.Quotation = digestOf(cell.Quotation.Text, cell.Quotation.Place, cell.Quotation.Source)
			}
			list = append(list, d)
		}
	}
	return list
}

// digestOf hashes texts so that what stands in one cannot be mistaken for what stands in the next.
func digestOf(texts ...string) string {
	raw, err := json.Marshal(texts)
	if err != nil {
		panic(err) // strings always encode
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// changesSince lists what is new, changed or withdrawn against an earlier publication, in the order of the comparison. A
// respondent whose cells all changed alike gets one line.
func changesSince(previous Publication, digests []CellDigest, c Comparison) []Change {
	type place struct {
		respondent string
		question   int
	}
	before := make(map[place]CellDigest, len(previous.Digests))
	for _, d := range previous.Digests {
		before[place{d.Respondent, d.Question}] = d
	}
	var list []Change
	next := 0 // of digests, which stand in the order of the cells
	for _, r := range c.Respondents {
		var own []Change
		for _, cell := range r.Cells {
			now := digests[next]
			next++
			was, known := before[place{now.Respondent, now.Question}]
			same := known && was.Status == now.Status && was.Digest == now.Digest
			details := same && was.Details != "" && was.Details != now.Details
			if same && !details && was.Quotation == now.Quotation {
				continue
			}
			change := Change{Version: c.Version, At: c.At, Respondent: r.Slug, ShortName: r.ShortName, Question: now.Question,
				From: was.Status, To: now.Status,
				Wording:       known && was.Status == now.Status && was.Digest != now.Digest,
				Details:       details,
				Quotation:     was.Quotation != now.Quotation,
				QuotationNew:  was.Quotation == "" && now.Quotation != "",
				QuotationGone: was.Quotation != "" && now.Quotation == ""}
			if cell.Current != nil && (was.Status != now.Status || was.Digest != now.Digest || details) {
				change.Note = cell.Current.ChangeNote
			}
			own = append(own, change)
		}
		list = append(list, joinedChanges(own, len(r.Cells))...)
	}
	return list
}

// joinedChanges makes one line of the changes of a respondent when all its cells changed in the same way.
func joinedChanges(own []Change, cells int) []Change {
	if len(own) < 2 || len(own) != cells {
		return own
	}
	first := own[0]
	first.Question = 0
	for _, c := range own {
		c.Question = 0
		if c != first {
			return own
		}
	}
	return []Change{first}
}

// Diff compares the wording of two versions word by word.
func (v Version) Diff(earlier Version) []textdiff.Part {
	return textdiff.Words(earlier.Text, v.Text)
}
