package survey

import (
	"slices"
	"strings"
	"time"
)

// BuildComparison loads everything readers may see of one questionnaire at an instant. Version, Checkpoint, BaseURL and Confirmed
// are left to whoever publishes. Changes are those of what was published so far. It reads each table once, however many cells
// there are. A questionnaire without a locked catalogue is NotFound.
func BuildComparison(tx *Tx, questionnaire QuestionnaireID, now time.Time, published []PublicationDetail) (Comparison, error) {
	c := Comparison{At: now}
	var err error
	if c.Questionnaire, err = tx.Questionnaire(questionnaire); err != nil {
		return Comparison{}, err
	}
	if c.Alliance, err = LoadAlliance(tx); err != nil {
		return Comparison{}, err
	}
	if c.Election, err = tx.Election(c.Questionnaire.Election); err != nil {
		return Comparison{}, err
	}
	if c.Catalogue, err = tx.Catalogue(questionnaire); err != nil {
		return Comparison{}, err
	}
	respondents, err := RespondentsInOrder(tx, questionnaire)
	if err != nil {
		return Comparison{}, err
	}
	versions := map[string][]Version{} // by cell, in the order of their numbers
	for v, err := range tx.Versions.List(In(questionnaire)) {
		if err != nil {
			return Comparison{}, err
		}
		key := CellKey(questionnaire, v.Respondent, v.Question)
		versions[key] = append(versions[key], v)
	}
	quotations := map[string]*Quotation{}
	for quoted, err := range tx.Quotations.List(In(questionnaire)) {
		if err != nil {
			return Comparison{}, err
		}
		quotations[quoted.Key()] = &quoted
	}
	letters, err := unconfirmedLetters(tx, questionnaire)
	if err != nil {
		return Comparison{}, err
	}
	shown := map[string][]int{}  // numbers of the versions that were current in a publication
	unreached := map[Slug]bool{} // whom the last publication shows as not reached
	for i, p := range slices.Backward(published) {
		c.Changes = append(c.Changes, p.Changes...)
		for _, d := range p.Digests {
			if i == len(published)-1 && d.Status == NotReached {
				unreached[d.Respondent] = true
			}
			if d.Version > 0 {
				key := publishedKey(d.Respondent, d.Question)
				shown[key] = append(shown[key], d.Version)
			}
		}
	}
	mails, err := c.deliveries(tx)
	if err != nil {
		return Comparison{}, err
	}
	heard := map[RespondentID]bool{}
	for _, list := range versions {
		if !list[0].CountsAt.After(now) {
			heard[list[0].Respondent] = true
		}
	}
	received := map[RespondentID]time.Time{}
	for i, r := range respondents {
		switch {
		case !heard[r.ID]:
			r = r.AsDelivered(mails[r.ID])
		case !unreached[r.Slug] || !r.running(c.Questionnaire, now): // else it would show that something came
			r = r.AsHeard()
		}
		respondents[i] = r
		column := compared(c, r, versions, quotations, letters, shown)
		column.Unasked = heard[r.ID] && r.AskedUnrecorded(c.Questionnaire)
		c.Respondents = append(c.Respondents, column)
		received[r.ID] = firstReceived(c.Questionnaire, column, versions)
	}
	if c.Questionnaire.Rule() == OrderReceipt {
		inOrder(c.Questionnaire, c.Respondents, func(r ComparedRespondent) place {
			return place{shortName: r.ShortName, name: r.Name, received: received[r.ID], id: string(r.Slug)}
		})
	}
	for i := range c.Respondents {
		c.Respondents[i].Sequence = i + 1
	}
	return c, c.treatment(tx, respondents, mails)
}

// deliveries are the mails of the questionnaire by who they went to.
func (c Comparison) deliveries(tx *Tx) (map[RespondentID][]Mail, error) {
	by := map[RespondentID][]Mail{}
	if c.Questionnaire.Imported {
		return by, nil
	}
	for m, err := range tx.Mails.By(MailQuestionnaire).List(Exact(string(c.Questionnaire.ID))) {
		if err != nil {
			return nil, err
		}
		by[m.Respondent] = append(by[m.Respondent], m)
	}
	return by, nil
}

// firstReceived is when the first answer of a respondent came that readers see something of, also where it was replaced since; zero:
// none. What is not shown yet does not count: the order would tell who has answered.
func firstReceived(q Questionnaire, column ComparedRespondent, versions map[string][]Version) (first time.Time) {
	for _, cell := range column.Cells {
		if cell.Current == nil {
			continue
		}
		for _, v := range versions[CellKey(q.ID, column.ID, cell.Question.ID)] {
			if first.IsZero() || v.CountsAt.Before(first) {
				first = v.CountsAt
			}
		}
	}
	return first
}

// unconfirmed is what a letter says to a cell that waits for its party to confirm it.
type unconfirmed struct {
	Entry
	whole bool   // said to all questions at once
	day   string // when it came, 2006-01-02
}

// changes tells whether it would change a cell that readers see, and that its party was asked.
func (u unconfirmed) changes(cell Cell, versions []Version) bool {
	if cell.Current != nil && cell.Current.Entry() == u.Entry {
		return false
	}
	return !u.whole || !slices.ContainsFunc(versions, Version.FromParty)
}

// unconfirmedLetters are what the letters say that wait for their party, by cell, in the order they came.
func unconfirmedLetters(tx *Tx, questionnaire QuestionnaireID) (map[string][]unconfirmed, error) {
	said := map[string][]unconfirmed{}
	for t, err := range tx.Transcriptions.By(WaitingLetter).List(Exact(WaitsForParty(questionnaire))) {
		if err != nil {
			return nil, err
		}
		letter, err := t.Written(tx)
		if err != nil {
			return nil, err
		}
		for _, e := range letter.Entries {
			key := CellKey(questionnaire, t.Respondent, e.Question)
			said[key] = append(said[key], unconfirmed{e.Entry, letter.ToAll(e), t.ReceivedOn})
		}
	}
	for _, list := range said {
		slices.SortStableFunc(list, func(a, b unconfirmed) int { return strings.Compare(a.day, b.day) })
	}
	return said, nil
}

// compared is the column of one respondent.
func compared(c Comparison, r Respondent, versions map[string][]Version, quotations map[string]*Quotation, letters map[string][]unconfirmed, published map[string][]int) ComparedRespondent {
	column := ComparedRespondent{
		ID: r.ID, Slug: r.Slug, ShortName: r.ShortName, Name: r.Name, Members: r.Members, Parties: r.Parties, BallotPosition: r.BallotPosition,
		Wikidata: r.Wikidata, Colour: r.Colour, Channel: r.Procedure.Channel, AskedAt: r.AskedAt, Due: r.DueAt(c.Questionnaire),
		DueChanges: r.DueChanges, Standing: r.Standing,
		Cells: make([]ComparedCell, len(c.Catalogue.Questions)),
	}
	if c.Questionnaire.Rule() == OrderNumber {
		column.OrderNumber = r.OrderNumber
	}
	for i, question := range c.Catalogue.Questions {
		key := CellKey(c.Questionnaire.ID, r.ID, question.ID)
		cell := ComparedCell{
			Question:  question,
			Cell:      CellAt(c.Questionnaire, r, question.ID, versions[key], c.At, published[publishedKey(r.Slug, question.Number)]...),
			Quotation: quotations[key],
		}
		if asked, _ := r.Asked(question.ID); asked && !r.running(c.Questionnaire, c.At) { // before its date nothing tells that it has written
			for _, letter := range letters[key] {
				if letter.changes(cell.Cell, versions[key]) {
					cell.LetterOf = letter.day
				}
			}
		}
		column.Cells[i] = cell
	}
	return column
}

// publishedKey names a cell as publications do.
func publishedKey(slug Slug, question int) string { return In(slug) + SeqKey(question) }
