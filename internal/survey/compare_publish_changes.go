package survey

import (
	"strconv"
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
					string(current.ReceivedAt), strconv.FormatBool(current.CheckedBy != "")}, current.Joint...))
			}
			d.Digest = digestOf([]string{string(current.Position), current.Text, cell.Reason})
			if cell.Quotation != nil {
				d.Quotation = quotationDigest(*cell.Quotation)
			}
			list = append(list, d)
		}
	}
	return list
}

// facets are the digests of what a publication says beside the cells. Those of a respondent are named with its slug.
func facets(c Comparison) map[string]string {
	q := c.Questionnaire
	var order []string
	for _, r := range c.Respondents {
		order = append(order, r.Slug)
	}
	found := map[string]string{
		string(FacetHeading):  digestOf([]any{q.Title, q.Intro, q.Source, c.Election.Name, c.Election.Date, c.Election.Level, c.Election.Region}),
		string(FacetAlliance): digestOf([]string{c.Alliance.Name, c.Alliance.PressContact}),
		string(FacetLegal):    digestOf([]string{c.Alliance.Imprint, c.Alliance.Privacy}),
		string(FacetOrder):    digestOf([]any{q.OrderRule, order}),
		string(FacetDeadline): digestOf([]any{q.Deadline, q.Extended}),
		string(FacetLicence):  digestOf(q.Licence),
	}
	for _, r := range c.Respondents {
		own := r.Due
		if own == q.Deadline {
			own = Instant{} // an extension for all is no change of each
		}
		found[facetOf(FacetParty, r.Slug)] = digestOf([]any{r.ShortName, r.Name, r.Members, r.BallotPosition, r.Wikidata, r.Colour})
		found[facetOf(FacetAsked, r.Slug)] = digestOf([]any{r.Channel, r.AskedAt, own, r.DueChanges})
	}
	return found
}

// facetOf names the facet of a respondent.
func facetOf(f Facet, slug string) string { return string(f) + "/" + slug }

// facetChanges lists which facets differ from an earlier publication. Of one made before they were kept nothing is known.
func facetChanges(previous Publication, now map[string]string, c Comparison) (list []Change) {
	add := func(f Facet, name, slug, shortName string) {
		if was := previous.Facets[name]; was != "" && was != now[name] {
			list = append(list, Change{Version: c.Version, At: c.At, Facet: f, Respondent: slug, ShortName: shortName})
		}
	}
	for _, f := range []Facet{FacetHeading, FacetAlliance, FacetLegal, FacetOrder, FacetDeadline, FacetLicence} {
		add(f, string(f), "", "")
	}
	for _, r := range c.Respondents {
		add(FacetParty, facetOf(FacetParty, r.Slug), r.Slug, r.ShortName)
		add(FacetAsked, facetOf(FacetAsked, r.Slug), r.Slug, r.ShortName)
	}
	return list
}

// changesSince lists what is new, changed or withdrawn against an earlier publication: first what stands beside the cells,
// then the cells in the order of the comparison. A respondent whose cells all changed alike gets one line. What differs and
// is none of all that is one line as well: no change goes unsaid.
func changesSince(previous Publication, plan PublicationPlan) []Change {
	c := plan.Comparison
	list := append(facetChanges(previous, plan.facets, c), cellChanges(previous, plan.digests, c)...)
	if (len(list) == 0 || len(previous.Facets) == 0) && previous.Content != plan.Content { // without facets nobody knows what else changed
		list = append(list, Change{Version: c.Version, At: c.At, Facet: FacetOther})
	}
	return list
}

func cellChanges(previous Publication, digests []CellDigest, c Comparison) []Change {
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
