package survey

// PacketQuestion is a question as one respondent is asked it, measured against the respondent's procedure.
type PacketQuestion struct {
	CatalogueQuestion
	Length  int    // in UTF-16 units
	Over    int    // by how many units it is too long for the procedure; 0 fits
	LeftOut string // why it is not asked; "" it is
}

// Packet is what one respondent is asked.
type Packet struct {
	Questions []PacketQuestion // left-out ones included
	Asked     int
	Surplus   int  // questions asked beyond what the procedure takes
	TooLong   int  // asked questions longer than it takes
	Locked    bool // the catalogue is locked: the questions are final
}

// Fits tells whether the procedure takes the packet as it is.
func (p Packet) Fits() bool { return p.Surplus == 0 && p.TooLong == 0 }

// SentQuestions returns the questions to be sent: those of the locked catalogue, before the lock the agreed ones under
// their own ids, in the order they stand in.
func SentQuestions(tx *Tx, q Questionnaire) (questions []CatalogueQuestion, locked bool, err error) {
	if !q.LockedAt.IsZero() || q.Imported {
		catalogue, err := tx.Catalogue(q.ID)
		return catalogue.Questions, true, err
	}
	all, err := Collect(tx.Questions.List(In(q.ID)))
	for i, question := range AgreedInOrder(all) {
		questions = append(questions, CatalogueQuestion{ID: question.ID, Number: i + 1, Kind: question.Kind,
			Label: question.Label, Text: question.Text, Context: question.Context})
	}
	return questions, false, err
}

// PacketOf measures the questions against a respondent's procedure.
func PacketOf(r Respondent, questions []CatalogueQuestion, locked bool) Packet {
	p := Packet{Locked: locked}
	for _, question := range questions {
		one := PacketQuestion{CatalogueQuestion: question, Length: Length(question.Text), LeftOut: r.LeftOut[question.ID]}
		if limit := r.Procedure.MaxCharacters; limit > 0 {
			one.Over = max(0, one.Length-limit)
		}
		if one.LeftOut == "" {
			p.Asked++
			if one.Over > 0 {
				p.TooLong++
			}
		}
		p.Questions = append(p.Questions, one)
	}
	if most := r.Procedure.MaxQuestions; most > 0 {
		p.Surplus = max(0, p.Asked-most)
	}
	return p
}
