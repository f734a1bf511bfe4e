package transcribe

import (
	"cmp"
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
		election, err := tx.Election(q.Election)
		if err != nil {
			return err
		}
		catalogue, err := tx.Catalogue(q.ID)
		if err != nil {
			return err
		}
		faults := incomplete(t, q, catalogue, now)
		if t.Late(q, election.AnswersEnd(q, r.DueAt(q))) {
			faults.Add("received_on", "transcribe.error.after_end")
		}
		speakers, err := survey.TranscriptionSpeakers(tx, r, t.Transcription)
		if err != nil {
			return err
		}
		if t, err = expand(t, tx, speakers, catalogue); err != nil {
			return err
		}
		if t.OnlyParty, err = onlyParty(tx, r, t); err != nil {
			return err
		}
		if err := withdrawals(tx, &faults, speakers, t); err != nil {
			return err
		}
		news := t
		if t.OnlyParty {
			news.PartyConfirmedAt = now // as it would be
		}
		switch news, changes, err := s.LetterNews(tx, q, r, news); {
		case len(faults) > 0:
			return faults.Err()
		case err != nil:
			return err
		case changes && t.ChangeNote == "":
			faults.Add("change_note", "transcribe.error.change_note")
		case news == 0:
			faults.Add("", "transcribe.error.no_news")
		case t.OnlyParty && !now.Before(election.ConfirmEnd(q, r.DueAt(q)).At):
			faults.Add("", "transcribe.error.confirm_over")
		case t.OnlyParty && !survey.BareAddress(r.Email) && !r.ByPost():
			faults.Add("", "transcribe.error.no_address")
		}
		if err := faults.Err(); err != nil {
			return err
		}
		t.Revision++
		t.Note = ""
		if t.OnlyParty {
			t.State = survey.TranscriptionWaiting
			if err := survey.PutLetter(tx, t); err != nil {
				return err
			}
			if err := s.askParty(tx, q, r, t); err != nil {
				return err
			}
			return s.Audit(tx, actor, "transcription_to_party", t.Key())
		}
		done, _, err := s.Approve(tx, actor, q.ID, survey.ActTranscription, t.ID, contentOf(t))
		if err != nil {
			return err
		}
		if done {
			t, err = s.LetterTakesEffect(tx, actor, q, r, t)
			return err
		}
		t.State = survey.TranscriptionWaiting
		return survey.PutLetter(tx, t)
	})
	return t, err
}

// onlyParty tells whether a letter of one respondent changes what it submitted itself.
func onlyParty(tx *survey.Tx, r survey.Respondent, t survey.Letter) (bool, error) {
	if len(t.Joint) > 0 {
		return false, nil
	}
	for _, e := range t.Entries {
		if t.ToAll(e) {
			continue // it passes over what the party submitted
		}
		if own, err := survey.OwnCell(tx, r, e.Question); err != nil || own {
			return own, err
		}
	}
	return false, nil
}

// withdrawals notes what a letter withdraws though it does not stand.
func withdrawals(tx *survey.Tx, f *survey.Faults, speakers []survey.Respondent, t survey.Letter) error {
	for _, e := range t.Entries {
		for _, speaker := range speakers {
			if asked, _ := speaker.Asked(e.Question); e.Status != survey.Withdrawn || !asked {
				continue
			}
			versions, err := survey.Collect(tx.Versions.List(survey.CellKey(t.Questionnaire, speaker.ID, e.Question) + "/"))
			if err != nil {
				return err
			}
			if !survey.Withdrawable(survey.VersionThatStands(versions)) {
				f.Add("status"+transcriptionNumber(e.Number), "transcribe.error.nothing_to_withdraw", "Party", speaker.ShortName)
			}
		}
	}
	return nil
}

// LetterMail tells a party that a letter of it waits for its confirmation.
type LetterMail struct {
	Party, Title, Alliance, Contact string
	Source                          string    // which letter
	End                             time.Time // until when it can be confirmed
}

// askParty mails a party that its letter has been transcribed. It holds no link: the party has one. Who has no address gets another
// letter on paper, whose link and code confirm it.
func (s *Service) askParty(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, t survey.Letter) error {
	if !survey.BareAddress(r.Email) {
		return nil
	}
	alliance, err := survey.LoadAlliance(tx)
	if err != nil {
		return err
	}
	election, err := tx.Election(q.Election)
	if err != nil {
		return err
	}
	m := survey.WrittenMail{Mail: survey.Mail{Kind: survey.MailNotice, Questionnaire: q.ID, Respondent: r.ID, To: r.Email, Language: cmp.Or(r.Language, "de")}}
	m.Subject, m.Body, err = s.Compose(m.Language, "letter_waits", LetterMail{Party: r.Name, Title: q.Title, Alliance: alliance.Name, Contact: alliance.Email,
		Source: s.Cite(t.Transcription), End: election.ConfirmEnd(q, r.DueAt(q)).In()})
	if err != nil {
		return err
	}
	_, err = s.Enqueue(tx, m, "")
	return err
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
	OverReason    string                   `json:"over_reason,omitempty"`
}

func contentOf(t survey.Letter) letterContent {
	return letterContent{Questionnaire: t.Questionnaire, Respondent: t.Respondent, ID: t.ID, Kind: t.Kind, ReceivedOn: t.ReceivedOn, LetterDate: t.LetterDate,
		Joint: t.Joint, Original: t.Original, Licence: t.Licence, Entries: t.Entries, EnteredBy: t.EnteredBy, EnteredAt: t.EnteredAt, Revision: t.Revision,
		ReceivedTime: t.ReceivedTime, Whole: t.Whole, Without: t.Without, ChangeNote: t.ChangeNote, Writers: t.Writers, OverReason: t.OverReason}
}

// Confirm is the second person's "stimmt Wort für Wort mit dem Original überein". The transcription takes effect, with its
// versions and its leaf in the ledger. revision is the one that was read. It is a Conflict when the actor has typed in it, when it
// changed, or when the party itself has submitted one of its cells meanwhile. One that is in effect already is returned as it is.
func (s *Service) Confirm(ctx context.Context, actor survey.Actor, ref Ref, revision int) (t survey.Letter, err error) {
	if err := actor.Require(survey.RoleCoordinator, survey.RoleAdministrator); err != nil {
		return t, err
	}
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
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
		case t.OnlyParty:
			return survey.Fail(survey.Conflict, "transcribe.error.only_party")
		case needed && wrote:
			return survey.Fail(survey.Conflict, "transcribe.error.own")
		case needed && handed:
			return survey.Fail(survey.Conflict, "error.one_hand")
		}
		// A letter that came in between, or the party's own submission, can stand in its way by now.
		switch news, changes, err := s.LetterNews(tx, q, r, t); {
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
		t, err = s.LetterTakesEffect(tx, actor, q, r, t)
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
		t.State, t.Note, t.OnlyParty = survey.TranscriptionDraft, note, false
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
