package compare

import (
	"maps"
	"strconv"

	"pruefstein/internal/survey"
)

// cellDigests is the state of every cell as readers see it.
func cellDigests(c survey.Comparison) []survey.CellDigest {
	var list []survey.CellDigest
	for _, r := range c.Respondents {
		for _, cell := range r.Cells {
			d := survey.CellDigest{Respondent: r.Slug, Question: cell.Question.Number, Status: cell.Status}
			var current survey.Version
			if cell.Current != nil {
				current = *cell.Current
				d.Version = current.Number
				about := append([]string{string(current.Provenance), strconv.FormatBool(current.Late), current.Source, current.Licence,
					string(current.ReceivedAt), strconv.FormatBool(current.ConfirmedBy != "")}, current.Joint...)
				if current.Note != "" || current.Confirmed != "" {
					about = append(about, "note", current.Note, string(current.Confirmed))
				}
				if cell.LetterOf != "" {
					about = append(about, "letter", cell.LetterOf)
				}
				d.Details = survey.DigestOf(about)
			}
			d.Digest = survey.DigestOf([]string{string(current.Position), current.Text, cell.Reason})
			if cell.Quotation != nil {
				d.Quotation = survey.QuotationDigest(*cell.Quotation)
			}
			list = append(list, d)
		}
	}
	return list
}

// facets are the digests of what a publication says beside the cells. Those of a respondent are named with its slug.
func facets(c survey.Comparison) map[string]string {
	q := c.Questionnaire
	found := map[string]string{
		string(survey.FacetHeading):  survey.DigestOf([]any{q.Title, q.Intro, q.Source, c.Election.Name, c.Election.Date, c.Election.Level, c.Election.Region}),
		string(survey.FacetAlliance): survey.DigestOf([]string{c.Alliance.Name, c.Alliance.PressContact}),
		string(survey.FacetLegal):    survey.DigestOf([]string{c.Alliance.Imprint, c.Alliance.Privacy}),
		string(survey.FacetOrder):    orderDigest(c, func(survey.Slug) bool { return true }),
		string(survey.FacetDeadline): survey.DigestOf([]any{q.Deadline, q.Extended}),
		string(survey.FacetLicence):  survey.DigestOf(q.Licence),
	}
	for _, question := range c.Catalogue.Questions {
		if errata := q.ErrataOf(question.ID); errata != nil { // "" stands for none
			found[erratumFacet(question.Number)] = survey.DigestOf(errata)
		}
	}
	if !c.Treatment.Empty() {
		t := c.Treatment
		found[string(survey.FacetReport)] = survey.DigestOf([]any{t.Catalogue, t.Letter, t.Of(survey.TreatedDispatch, survey.TreatedPlanned, survey.TreatedReminder, survey.TreatedMissed, survey.TreatedLetter)})
	}
	for _, r := range c.Respondents {
		own := r.Due
		if own == q.Deadline {
			own = survey.Instant{} // an extension for all is no change of each
		}
		found[facetOf(survey.FacetParty, r.Slug)] = survey.DigestOf([]any{r.ShortName, r.Name, r.Members, r.BallotPosition, r.Wikidata, r.Colour})
		if r.Standing != (survey.Standing{}) { // "" stands for none, as in records made before it was kept
			found[facetOf(survey.FacetStanding, r.Slug)] = survey.DigestOf(r.Standing)
		}
		found[facetOf(survey.FacetAsked, r.Slug)] = survey.DigestOf([]any{r.Channel, r.AskedAt, own, r.DueChanges})
	}
	return found
}

// orderDigest is that of the order of some respondents, and of its rule.
func orderDigest(c survey.Comparison, of func(survey.Slug) bool) string {
	var order []string
	for _, r := range c.Respondents {
		if of(r.Slug) {
			order = append(order, string(r.Slug))
		}
	}
	return survey.DigestOf(append(orderRule(c.Questionnaire), order))
}

// orderRule is the printed rule of the order. That of an import is what its source says of it.
func orderRule(q survey.Questionnaire) []any {
	if q.Imported {
		return []any{q.QuotedOrder()}
	}
	if q.Rule() == survey.OrderNumber {
		return []any{q.Rule(), q.OrderSource}
	}
	return []any{q.Rule()}
}

// erratumFacet names the facet of what corrects a question, by its number.
func erratumFacet(question int) string {
	return string(survey.FacetErratum) + "/" + strconv.Itoa(question)
}

// facetOf names the facet of a respondent.
func facetOf(f survey.Facet, slug survey.Slug) string { return string(f) + "/" + string(slug) }

// facetChanges lists which facets differ from an earlier publication. Of one made before they were kept nothing is known.
func facetChanges(previous survey.PublicationDetail, now map[string]string, c survey.Comparison) (list []survey.Change) {
	add := func(f survey.Facet, name string, slug survey.Slug, shortName string) {
		if was := previous.Facets[name]; was != "" && was != now[name] {
			list = append(list, survey.Change{Version: c.Version, At: c.At, Facet: f, Respondent: slug, ShortName: shortName})
		}
	}
	now = maps.Clone(now)
	now[string(survey.FacetOrder)] = orderDigest(c, func(slug survey.Slug) bool { return shownBefore(previous, slug) }) // whoever is new changes no order
	for _, f := range []survey.Facet{survey.FacetHeading, survey.FacetAlliance, survey.FacetLegal, survey.FacetOrder, survey.FacetDeadline, survey.FacetLicence, survey.FacetReport} {
		add(f, string(f), "", "")
	}
	for _, question := range c.Catalogue.Questions {
		if name := erratumFacet(question.Number); len(previous.Facets) > 0 && previous.Facets[name] != now[name] {
			list = append(list, survey.Change{Version: c.Version, At: c.At, Facet: survey.FacetErratum, Question: question.Number})
		}
	}
	for _, r := range c.Respondents {
		add(survey.FacetParty, facetOf(survey.FacetParty, r.Slug), r.Slug, r.ShortName)
		if name := facetOf(survey.FacetStanding, r.Slug); shownBefore(previous, r.Slug) && previous.Facets[name] != now[name] {
			list = append(list, survey.Change{Version: c.Version, At: c.At, Facet: survey.FacetStanding, State: r.Standing.State, Respondent: r.Slug, ShortName: r.ShortName})
		}
		add(survey.FacetAsked, facetOf(survey.FacetAsked, r.Slug), r.Slug, r.ShortName)
	}
	return list
}

// shownBefore tells whether an earlier publication showed a respondent, as far as its facets tell.
func shownBefore(previous survey.PublicationDetail, slug survey.Slug) bool {
	return previous.Facets[facetOf(survey.FacetParty, slug)] != ""
}

// changesSince lists what is new, changed or withdrawn against an earlier publication: first what stands beside the cells,
// then the cells in the order of the comparison. A respondent whose cells all changed alike gets one line. What differs and
// is none of all that is one line as well: no change goes unsaid.
func changesSince(previous survey.Publication, was survey.PublicationDetail, plan PublicationPlan) []survey.Change {
	c := plan.Comparison
	list := append(facetChanges(was, plan.detail.Facets, c), cellChanges(was, plan.detail.Digests, c)...)
	if (len(list) == 0 || len(was.Facets) == 0) && previous.Content != plan.Content { // without facets nobody knows what else changed
		list = append(list, survey.Change{Version: c.Version, At: c.At, Facet: survey.FacetOther})
	}
	return list
}

func cellChanges(previous survey.PublicationDetail, digests []survey.CellDigest, c survey.Comparison) []survey.Change {
	type place struct {
		respondent survey.Slug
		question   int
	}
	before := make(map[place]survey.CellDigest, len(previous.Digests))
	for _, d := range previous.Digests {
		before[place{d.Respondent, d.Question}] = d
	}
	var list []survey.Change
	next := 0 // of digests, which stand in the order of the cells
	for _, r := range c.Respondents {
		var own []survey.Change
		for _, cell := range r.Cells {
			now := digests[next]
			next++
			was, known := before[place{now.Respondent, now.Question}]
			if c.Questionnaire.Imported && now.Version > was.Version {
				own = append(own, versionChanges(c, r, cell, was)...)
				was.Status, was.Version, was.Digest, was.Details, known = now.Status, now.Version, now.Digest, now.Details, true // what is left is the quotation
			}
			same := known && was.Status == now.Status && was.Digest == now.Digest
			details := same && was.Details != "" && was.Details != now.Details
			if same && !details && was.Quotation == now.Quotation {
				continue
			}
			change := survey.Change{Version: c.Version, At: c.At, Respondent: r.Slug, ShortName: r.ShortName, Question: now.Question,
				From: was.Status, To: now.Status,
				Wording:       known && was.Status == now.Status && was.Digest != now.Digest,
				Details:       details,
				FromVersion:   was.Version,
				ToVersion:     now.Version,
				Quotation:     was.Quotation != now.Quotation,
				QuotationNew:  was.Quotation == "" && now.Quotation != "",
				QuotationGone: was.Quotation != "" && now.Quotation == ""}
			if now.Version != was.Version && cell.Current != nil { // else it is the note of a change that was told
				change.Note = cell.Current.ChangeNote
			}
			own = append(own, change)
		}
		list = append(list, joinedChanges(own, len(r.Cells))...)
	}
	return list
}

// joinedChanges makes one line of the changes of a respondent when all its cells changed in the same way. Other words are other words
// in each: those stay apart.
func joinedChanges(own []survey.Change, cells int) []survey.Change {
	if len(own) < 2 || len(own) != cells || own[0].Wording {
		return own
	}
	first := own[0]
	first.Question, first.FromVersion, first.ToVersion = 0, 0, 0
	seen := map[int]bool{}
	for _, c := range own {
		again := seen[c.Question]
		seen[c.Question] = true
		c.Question, c.FromVersion, c.ToVersion = 0, 0, 0
		if c != first || again {
			return own
		}
	}
	return []survey.Change{first}
}

// changesInside lists what changed within an import before it was first published here: readers of its source saw those versions.
func changesInside(c survey.Comparison) (list []survey.Change) {
	if !c.Questionnaire.Imported {
		return nil
	}
	for _, r := range c.Respondents {
		var own []survey.Change
		for _, cell := range r.Cells {
			if len(cell.History) > 0 {
				first := cell.History[0]
				own = append(own, versionChanges(c, r, cell, survey.CellDigest{Status: first.Status, Version: first.Number})...)
			}
		}
		list = append(list, joinedChanges(own, len(r.Cells))...)
	}
	return list
}

// versionChanges lists the versions of an import's cell above the one that was shown, a change each, so that none goes unsaid where
// several came at once.
func versionChanges(c survey.Comparison, r survey.ComparedRespondent, cell survey.ComparedCell, was survey.CellDigest) (list []survey.Change) {
	digest := func(v survey.Version) string {
		return survey.DigestOf([]string{string(v.Position), v.Text, v.Reason})
	}
	for i, now := range cell.History {
		if now.Number <= was.Version {
			continue
		}
		change := survey.Change{Version: c.Version, At: c.At, Respondent: r.Slug, ShortName: r.ShortName, Question: cell.Question.Number,
			From: was.Status, To: now.Status, FromVersion: was.Version, ToVersion: now.Number, Note: now.ChangeNote}
		if was.Version > 0 && was.Status == now.Status {
			change.Wording = digest(cell.History[i-1]) != digest(now)
			change.Details = !change.Wording
		}
		list = append(list, change)
		was.Status, was.Version = now.Status, now.Number
	}
	return list
}
