package survey

import (
	"slices"
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
	shown := map[string][]int{} // numbers of the versions that were current in a publication
	for _, p := range slices.Backward(published) {
		c.Changes = append(c.Changes, p.Changes...)
		for _, d := range p.Digests {
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
		heard[list[0].Respondent] = true
	}
	received := map[RespondentID]time.Time{}
	for i, r := range respondents {
		if !heard[r.ID] {
			r = r.AsDelivered(mails[r.ID])
			respondents[i] = r
		}
		column := compared(c, r, versions, quotations, letters, shown)
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

// unconfirmedLetters are the cells that a letter would change which only the party can confirm, with the day it came.
func unconfirmedLetters(tx *Tx, questionnaire QuestionnaireID) (map[string]string, error) {
	days := map[string]string{}
	for t, err := range tx.Transcriptions.By(WaitingLetter).List(Exact(WaitsForParty(questionnaire))) {
		if err != nil {
			return nil, err
		}
		letter, err := t.Written(tx)
		if err != nil {
			return nil, err
		}
		for _, e := range letter.Entries {
			days[CellKey(questionnaire, t.Respondent, e.Question)] = t.ReceivedOn
		}
	}
	return days, nil
}

// compared is the column of one respondent.
func compared(c Comparison, r Respondent, versions map[string][]Version, quotations map[string]*Quotation, letters map[string]string, published map[string][]int) ComparedRespondent {
	column := ComparedRespondent{
		ID: r.ID, Slug: r.Slug, ShortName: r.ShortName, Name: r.Name, Members: r.Members, Parties: r.Parties, BallotPosition: r.BallotPosition,
		Wikidata: r.Wikidata, Colour: r.Colour, Channel: r.Procedure.Channel, AskedAt: r.AskedAt, Unposted: r.ByPost() && r.AskedAt.IsZero() && len(r.Letters) > 0, Due: r.DueAt(c.Questionnaire),
		DueChanges: r.DueChanges, Standing: r.Standing,
		Cells: make([]ComparedCell, len(c.Catalogue.Questions)),
	}
	if c.Questionnaire.Rule() == OrderNumber {
		column.OrderNumber = r.OrderNumber
	}
	for i, question := range c.Catalogue.Questions {
		key := CellKey(c.Questionnaire.ID, r.ID, question.ID)
		column.Cells[i] = ComparedCell{
			Question:  question,
			Cell:      CellAt(c.Questionnaire, r, question.ID, versions[key], c.At, published[publishedKey(r.Slug, question.Number)]...),
			Quotation: quotations[key],
			LetterOf:  letters[key],
		}
	}
	return column
}

// publishedKey names a cell as publications do.
func publishedKey(slug Slug, question int) string { return In(slug) + SeqKey(question) }
