package transcribe

import (
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// HandOver gives a draft to its second person. Where the rule is off it takes effect at once, and is public as not confirmed.
// Invalid says what is missing, field by field. Conflict says that it changed since (error.stale), that the actor has typed
// nothing of it, or that the party itself has submitted one of its cells.
func (s *Service) HandOver(ctx context.Context, actor survey.Actor, ref Ref, revision int) (t survey.Letter, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return t, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		q, r, read, err := s.letter(tx, ref)
		if err != nil {
			return err
		}
		t = read
		switch {
		case t.State != survey.TranscriptionDraft && t.Revision == revision+1:
			return nil // the second click of two
		case t.State != survey.TranscriptionDraft:
			return survey.Fail(survey.Conflict, "transcribe.error.no_draft")
		case t.Revision != revision:
			return survey.Stale()
		case !slices.Contains(t.Writers, actor.Who()):
			return survey.Fail(survey.Conflict, "transcribe.error.not_writer")
		}
		faults := incomplete(t, q, now)
		catalogue, err := tx.Catalogue(q.ID)
		if err != nil {
			return err
		}
		speakers, err := survey.TranscriptionSpeakers(tx, r, t.Transcription)
		if err != nil {
			return err
		}
		if t, err = expand(t, tx, speakers, catalogue); err != nil {
			return err
		}
		switch news, changes, err := s.transcriptionNews(tx, q, r, t); {
		case err != nil:
			return err
		case len(faults) > 0:
			return faults.Err()
		case changes && t.ChangeNote == "":
			faults.Add("change_note", "transcribe.error.change_note")
		case news == 0:
			faults.Add("", "transcribe.error.no_news")
		}
		if err := faults.Err(); err != nil {
			return err
		}
		t.Revision++
		t.Note = ""
		done, _, err := s.Approve(tx, actor, q.ID, survey.ActTranscription, t.ID, contentOf(t))
		if err != nil {
			return err
		}
		if done {
			t, err = s.takeEffect(tx, actor, q, r, t, now)
			return err
		}
		t.State = survey.TranscriptionWaiting
		return survey.PutLetter(tx, t)
	})
	return t, err
}

// letterContent is what a second person confirms: all of a letter but how far it is. Its fields and their order are those of the
// time when a letter was one row: what waits since then keeps its digest.
type letterContent struct {
	Questionnaire survey.QuestionnaireID   `json:"questionnaire"`
	Respondent    survey.RespondentID      `json:"respondent"`
	ID            string                   `json:"id"`
	State         string                   `json:"state"` // always ""
	Kind          survey.LetterKind        `json:"kind"`
	ReceivedOn    string                   `json:"received_on"`
	LetterDate    string                   `json:"letter_date,omitempty"`
	Joint         []survey.RespondentID    `json:"joint,omitempty"`
	Original      string                   `json:"original,omitempty"`
	Licence       string                   `json:"licence,omitempty"`
	Entries       []survey.SubmissionEntry `json:"entries"`
	EnteredBy     string                   `json:"entered_by"`
	EnteredAt     time.Time                `json:"entered_at"`
	Revision      int                      `json:"revision"`
	ReceivedTime  string                   `json:"received_time,omitempty"`
	Whole         survey.Entry             `json:"whole,omitzero"`
	Without       string                   `json:"without,omitempty"`
	ChangeNote    string                   `json:"change_note,omitempty"`
	Writers       []string                 `json:"writers,omitempty"`
}

func contentOf(t survey.Letter) letterContent {
	return letterContent{Questionnaire: t.Questionnaire, Respondent: t.Respondent, ID: t.ID, Kind: t.Kind, ReceivedOn: t.ReceivedOn, LetterDate: t.LetterDate,
		Joint: t.Joint, Original: t.Original, Licence: t.Licence, Entries: t.Entries, EnteredBy: t.EnteredBy, EnteredAt: t.EnteredAt, Revision: t.Revision,
		ReceivedTime: t.ReceivedTime, Whole: t.Whole, Without: t.Without, ChangeNote: t.ChangeNote, Writers: t.Writers}
}

// Confirm is the second person's "stimmt Wort für Wort mit dem Original überein". The transcription takes effect, with its
// versions and its leaf in the ledger. revision is the one that was read. It is a Conflict when the actor has typed in it, when it
// changed, or when the party itself has submitted one of its cells meanwhile. One that is in effect already is returned as it is.
func (s *Service) Confirm(ctx context.Context, actor survey.Actor, ref Ref, revision int) (t survey.Letter, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return t, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		q, r, read, err := s.letter(tx, ref)
		if err != nil {
			return err
		}
		t = read
		needed, err := s.TwoPerson(tx, survey.ActTranscription)
		if err != nil {
			return err
		}
		wrote := slices.Contains(t.Writers, actor.Who())
		handed := false // one of them counts as one with the actor
		for _, writer := range t.Writers {
			one, err := survey.OneHand(tx, writer, actor.Who())
			if err != nil {
				return err
			}
			handed = handed || one
		}
		switch {
		case t.State == survey.TranscriptionEffective:
			return nil // the second click of two
		case t.State != survey.TranscriptionWaiting:
			return survey.Fail(survey.Conflict, "transcribe.error.not_waiting")
		case t.Revision != revision:
			return survey.Fail(survey.Conflict, "transcribe.error.changed")
		case needed && wrote:
			return survey.Fail(survey.Conflict, "transcribe.error.own")
		case needed && handed:
			return survey.Fail(survey.Conflict, "error.one_hand")
		}
		// A letter that came in between, or the party's own submission, can stand in its way by now.
		switch news, changes, err := s.transcriptionNews(tx, q, r, t); {
		case err != nil:
			return err
		case news == 0:
			return survey.Fail(survey.Conflict, "transcribe.error.no_news")
		case changes && t.ChangeNote == "":
			return survey.Fail(survey.Conflict, "transcribe.error.change_note_now")
		}
		done, approval, err := s.Approve(tx, actor, q.ID, survey.ActTranscription, t.ID, contentOf(t))
		if err != nil {
			return err
		}
		if !done { // the request is gone, or was for other words
			return survey.Fail(survey.Conflict, "transcribe.error.not_waiting")
		}
		if !wrote && !handed { // the rule may have been switched off while it waited
			t.ConfirmedBy, t.ConfirmedAt = approval.ApprovedBy, approval.ApprovedAt
		}
		t, err = s.takeEffect(tx, actor, q, r, t, now)
		return err
	})
	return t, err
}

// SendBack makes a transcription that waits for its second person a draft again. Whoever typed it needs to say nothing. Anybody
// else says what is wrong. revision is the one that was read. It is a Conflict when it changed since.
func (s *Service) SendBack(ctx context.Context, actor survey.Actor, ref Ref, revision int, note string) error {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return err
	}
	var f survey.Faults
	f.Text("note", &note)
	if err := f.Err(); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		q, _, t, err := s.letter(tx, ref)
		if err != nil {
			return err
		}
		switch {
		case t.State == survey.TranscriptionDraft && t.Revision == revision+1 && t.Note == note:
			return nil // the second click of two
		case t.State != survey.TranscriptionWaiting:
			return survey.Fail(survey.Conflict, "transcribe.error.not_waiting")
		case t.Revision != revision:
			return survey.Fail(survey.Conflict, "transcribe.error.changed")
		case note == "" && !slices.Contains(t.Writers, actor.Who()):
			return survey.Faults{{Field: "note", Key: "error.required"}}.Err()
		}
		t = contract(t)
		t.State, t.Note = survey.TranscriptionDraft, note
		t.Revision++
		if err := survey.PutLetter(tx, t); err != nil {
			return err
		}
		if err := tx.Approvals.Delete(survey.Approval{Questionnaire: q.ID, Act: survey.ActTranscription, Subject: t.ID}.Key()); err != nil {
			return err
		}
		return s.Audit(tx, actor, "transcription_sent_back", t.Key())
	})
}

// takeEffect makes the versions of a complete transcription in the cells of all it answers for, and its leaf.
func (s *Service) takeEffect(tx *survey.Tx, actor survey.Actor, q survey.Questionnaire, r survey.Respondent, t survey.Letter, now time.Time) (survey.Letter, error) {
	t.State, t.Entries = survey.TranscriptionEffective, slices.Clone(t.Entries)
	err := s.eachTranscribed(tx, q, r, t, func(i int, last *survey.Version, v survey.Version) error {
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
	if t.Receipt, err = survey.TranscriptionReceipt(tx, t, now, s.Rand); err != nil {
		return t, err
	}
	if err := survey.PutLetter(tx, t); err != nil {
		return t, err
	}
	speakers, err := survey.TranscriptionSpeakers(tx, r, t.Transcription)
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

// transcriptionNews counts the versions a transcription would make, and tells whether one of them changes what an earlier
// one said. Conflict when the party itself has submitted one of its cells.
func (s *Service) transcriptionNews(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, t survey.Letter) (news int, changes bool, err error) {
	err = s.eachTranscribed(tx, q, r, t, func(_ int, last *survey.Version, v survey.Version) error {
		if last == nil || !sameLetter(*last, v) {
			news++
			changes = changes || last != nil
		}
		return nil
	})
	return news, changes, err
}

// eachTranscribed calls fn for every cell of a transcription, with the index of its entry, the cell's last version and
// the one that would follow it. A statement to the whole catalogue passes over cells the party itself has submitted.
func (s *Service) eachTranscribed(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, t survey.Letter, fn func(i int, last *survey.Version, next survey.Version) error) error {
	all, err := survey.TranscriptionSpeakers(tx, r, t.Transcription)
	if err != nil {
		return err
	}
	for _, speaker := range all {
		for i, e := range t.Entries {
			if asked, _ := speaker.Asked(e.Question); !asked {
				continue
			}
			err := refuseOwn(tx, speaker, e)
			if survey.CodeOf(err) == survey.Conflict && t.Whole.Status != "" && e.Entry == t.Whole {
				continue
			}
			if err != nil {
				return err
			}
			versions, err := survey.Collect(tx.Versions.List(survey.CellKey(q.ID, speaker.ID, e.Question) + "/"))
			if err != nil {
				return err
			}
			var last *survey.Version
			number := 1
			if n := len(versions); n > 0 {
				last = &versions[n-1]
				number = last.Number + 1
			}
			if err := fn(i, last, t.Version(q, speaker, all, e, number, s.Cite)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sameLetter tells whether a version already says what the next one would, from the same letter.
func sameLetter(last, next survey.Version) bool {
	return last.Entry() == next.Entry() && last.Late == next.Late && slices.Equal(last.Joint, next.Joint) &&
		last.Source == next.Source && last.Licence == next.Licence && last.ReceivedAt == next.ReceivedAt
}
