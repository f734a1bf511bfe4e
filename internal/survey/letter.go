package survey

import "slices"

// LetterTakesEffect makes the versions of a complete letter of r in the cells of all it answers for, and its leaf.
func (s *Kernel) LetterTakesEffect(tx *Tx, actor Actor, q Questionnaire, r Respondent, t Letter) (Letter, error) {
	t.State, t.Entries = TranscriptionEffective, slices.Clone(t.Entries)
	err := s.eachLetterCell(tx, q, r, t, func(i int, last *Version, v Version) error {
		own := v.Respondent == t.Respondent
		if last != nil && sameLetter(*last, v) {
			if own {
				t.Entries[i].Version = last.Number
			}
			return nil
		}
		if own {
			t.Entries[i].Version = v.Number
		}
		return tx.Versions.Put(v)
	})
	if err != nil {
		return t, err
	}
	if t.Receipt, err = TranscriptionReceipt(tx, t, s.At(tx), s.Rand); err != nil {
		return t, err
	}
	if err := PutLetter(tx, t); err != nil {
		return t, err
	}
	speakers, err := TranscriptionSpeakers(tx, r, t.Transcription)
	if err != nil {
		return t, err
	}
	for _, speaker := range speakers {
		if err := s.StopReminders(tx, speaker); err != nil {
			return t, err
		}
	}
	return t, s.Audit(tx, actor, "transcription_effective", t.Key())
}

// LetterNews counts the versions a letter would make, and tells whether one of them changes what an earlier one said. Conflict when
// the party itself has submitted one of its cells and has not confirmed the letter.
func (s *Kernel) LetterNews(tx *Tx, q Questionnaire, r Respondent, t Letter) (news int, changes bool, err error) {
	err = s.eachLetterCell(tx, q, r, t, func(_ int, last *Version, v Version) error {
		if last == nil || !sameLetter(*last, v) {
			news++
			changes = changes || last != nil
		}
		return nil
	})
	return news, changes, err
}

// eachLetterCell calls fn for every cell of a transcription, with the index of its entry, the cell's last version and
// the one that would follow it. A statement to the whole catalogue passes over cells the party itself has submitted. Conflict when it
// withdraws what does not stand.
func (s *Kernel) eachLetterCell(tx *Tx, q Questionnaire, r Respondent, t Letter, fn func(i int, last *Version, next Version) error) error {
	all, err := TranscriptionSpeakers(tx, r, t.Transcription)
	if err != nil {
		return err
	}
	for _, speaker := range all {
		for i, e := range t.Entries {
			if asked, _ := speaker.Asked(e.Question); !asked {
				continue
			}
			own, err := OwnCell(tx, speaker, e.Question)
			if err != nil {
				return err
			}
			if own && t.ToAll(e) {
				continue
			}
			switch {
			case own && len(t.Joint) > 0:
				catalogue, err := tx.Catalogue(q.ID)
				if err != nil {
					return err
				}
				return ByFormError(speaker, catalogue.Printed(e.Number))
			case own && t.PartyConfirmedAt.IsZero():
				return Fail(Conflict, "transcribe.error.only_party")
			}
			versions, err := Collect(tx.Versions.List(CellKey(q.ID, speaker.ID, e.Question) + "/"))
			if err != nil {
				return err
			}
			var last *Version
			number := 1
			if n := len(versions); n > 0 {
				last = &versions[n-1]
				number = last.Number + 1
			}
			if e.Status == Withdrawn && !Withdrawable(VersionThatStands(versions)) {
				return Fail(Conflict, "transcribe.error.nothing_to_withdraw_now", "Party", speaker.ShortName, "Number", e.Number)
			}
			if err := fn(i, last, t.Version(q, speaker, all, e, number, s.Cite)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameLetter tells whether a version already says what the next one would, from the same letter.
func sameLetter(last, next Version) bool {
	return last.Entry() == next.Entry() && last.Note == next.Note && last.Late == next.Late && slices.Equal(last.Joint, next.Joint) &&
		last.Source == next.Source && last.Licence == next.Licence && last.ReceivedAt == next.ReceivedAt
}

// Withdrawable tells whether a letter can withdraw what stands in a cell. What the party has handed in is left to the party, which
// confirms it: before its date nobody else knows what that is.
func Withdrawable(stands *Version) bool {
	return stands != nil && (stands.Status != Withdrawn || stands.FromParty())
}

// OwnCell tells whether the party itself has handed in the cell: a transcription supersedes that only when the party confirms it.
func OwnCell(tx *Tx, r Respondent, question QuestionID) (bool, error) {
	for v, err := range tx.Versions.List(CellKey(r.Questionnaire, r.ID, question) + "/") {
		if err != nil || v.FromParty() {
			return err == nil, err
		}
	}
	return false, nil
}

// ByFormError is the Conflict of a joint letter with what one of its parties has handed in itself, at a question as printed: nobody confirms for all.
func ByFormError(r Respondent, question string) error {
	return Fail(Conflict, "transcribe.error.by_form", "Party", r.ShortName, "Number", question)
}
