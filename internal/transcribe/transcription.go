package transcribe

import (
	"context"
	"slices"
	"time"

	"pruefstein/internal/survey"
)

// Ref names a transcription.
type Ref struct {
	Questionnaire survey.QuestionnaireID // id
	Respondent    survey.Slug            // slug
	ID            string
}

// Save is the form of a transcription.
type Save struct {
	Revision     int // the one the form was made from; 0 makes a new transcription
	Kind         survey.LetterKind
	ReceivedOn   string        // 2006-01-02
	ReceivedTime string        // 15:04, "" unknown
	LetterDate   string        // 2006-01-02, may be ""
	Joint        []survey.Slug //  of the respondents the letter answers for as well
	Licence      string
	Without      string // why there is no original
	ChangeNote   string
	OverReason   string       // why an answer over the limit was taken
	Whole        survey.Entry // General, Declined or Refers; "" the letter says nothing of the kind
	Entries      []survey.SubmissionEntry
	Original     string           // id of one that is recorded for this respondent; "" none
	Upload       *survey.Original // a new one in its place, whose bytes are stored already: name, type, size and hash
}

// Clean brings the typed fields to their stored form and returns Invalid with a fault a field. Service.Save calls it
// too; a caller that stores an upload first calls it before.
func (cmd *Save) Clean(ref Ref) error {
	var f survey.Faults
	if !survey.ValidID(ref.ID) {
		f.Add("", "error.form")
	}
	if cmd.Kind != "" && !slices.Contains(survey.LetterKinds, cmd.Kind) {
		f.Add("kind", "error.choice")
	}
	f.Day("received_on", cmd.ReceivedOn)
	f.Day("letter_date", cmd.LetterDate)
	if _, err := time.Parse("15:04", cmd.ReceivedTime); cmd.ReceivedTime != "" && err != nil {
		f.Add("received_time", "transcribe.error.time")
	}
	f.Line("licence", &cmd.Licence, 80, false)
	f.Line("without", &cmd.Without, 300, false)
	f.Line("change_note", &cmd.ChangeNote, 300, false)
	f.Line("over_reason", &cmd.OverReason, 500, false)
	f.Text("whole_text", &cmd.Whole.Text)
	f.Text("whole_reason", &cmd.Whole.Reason)
	if !slices.Contains([]survey.Status{"", survey.General, survey.Declined, survey.Refers}, cmd.Whole.Status) {
		f.Add("whole", "error.choice")
	}
	var said []survey.SubmissionEntry
	for _, e := range cmd.Entries {
		n := transcriptionNumber(e.Number)
		f.Text("text"+n, &e.Text)
		f.Text("reason"+n, &e.Reason)
		f.Text("note"+n, &e.Note)
		if e.Position != "" && !slices.Contains(survey.Positions, e.Position) {
			f.Add("position"+n, "error.choice")
		}
		if e.Status != "" && !slices.Contains(survey.LetterStatuses, e.Status) {
			f.Add("status"+n, "error.choice")
		}
		switch { // whoever types a text need not say that it is one
		case e.Status != "" || e.Entry == survey.Entry{}:
		case e.Text == "" && e.Position == "":
			e.Status = survey.Declined
		default:
			e.Status = survey.Answered
		}
		if e.Entry != (survey.Entry{}) || e.Note != "" {
			said = append(said, survey.SubmissionEntry{Number: e.Number, Entry: e.Entry, Note: e.Note})
		}
	}
	slices.SortFunc(said, func(a, b survey.SubmissionEntry) int { return a.Number - b.Number })
	cmd.Entries = said
	return f.Err()
}

// Save saves a draft. A new one gets its id from NewID with its form, so that sending the form twice makes one. A draft may be
// incomplete and exceed the questionnaire's limits: a letter is what it is. A text typed without a status is an answer. When
// somebody else was faster, it returns the Conflict error.stale together with the stored transcription. Saving what is stored
// already changes nothing. It is a Conflict too when it is no draft any more, or when it is a joint one and its sender has submitted
// one of its cells itself.
func (s *Service) Save(ctx context.Context, actor survey.Actor, ref Ref, cmd Save) (t survey.Letter, err error) {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return t, err
	}
	if err := cmd.Clean(ref); err != nil {
		return t, err
	}
	original := survey.NewID()
	err = s.Write(ctx, actor, func(tx *survey.Tx) error {
		now := s.At(tx)
		q, r, err := s.transcribing(tx, ref)
		if err != nil {
			return err
		}
		if r.NotAsked != "" {
			return survey.Fail(survey.Conflict, "transcribe.error.not_asked")
		}
		t, err = survey.GetLetter(tx, r.Key()+"/"+ref.ID)
		switch {
		case survey.IsNotFound(err) && cmd.Revision == 0:
			t = survey.Letter{Transcription: survey.Transcription{Questionnaire: q.ID, Respondent: r.ID, ID: ref.ID, State: survey.TranscriptionDraft}}
		case err != nil:
			return err
		}
		next, err := cmd.apply(tx, q, r, t)
		if err != nil {
			return err
		}
		if cmd.Upload != nil {
			if next.Original, err = transcriptionOriginal(tx, actor, t.Transcription, *cmd.Upload, original, now); err != nil {
				return err
			}
		}
		switch {
		case t.Revision > 0 && (survey.Same(t, next) || survey.Same(contract(t), next)):
			return nil // the second click of two
		case t.State != survey.TranscriptionDraft:
			return survey.Fail(survey.Conflict, "transcribe.error.no_draft")
		case t.Revision != cmd.Revision:
			return survey.Stale()
		}
		if next.Original != "" {
			if _, err := tx.Originals.Get(r.Key() + "/" + next.Original); err != nil {
				return err
			}
		}
		before := t.Original
		next.EnteredBy, next.EnteredAt = actor.Who(), now
		if !slices.Contains(next.Writers, actor.Who()) {
			next.Writers = append(slices.Clone(next.Writers), actor.Who())
		}
		next.Revision++
		t = next
		if err := survey.PutLetter(tx, t); err != nil {
			return err
		}
		return dropOriginal(tx, t.Transcription, before)
	})
	return t, err
}

// apply returns the transcription with what the form says.
func (cmd Save) apply(tx *survey.Tx, q survey.Questionnaire, r survey.Respondent, t survey.Letter) (survey.Letter, error) {
	var f survey.Faults
	t.Kind, t.ReceivedOn, t.ReceivedTime, t.LetterDate = cmd.Kind, cmd.ReceivedOn, cmd.ReceivedTime, cmd.LetterDate
	t.Licence, t.Without, t.ChangeNote, t.OverReason, t.Whole = cmd.Licence, cmd.Without, cmd.ChangeNote, cmd.OverReason, cmd.Whole
	if t.ReceivedOn != "" && t.ReceivedTime != "" {
		if _, key := survey.ParseInstant(t.ReceivedOn+"T"+t.ReceivedTime, survey.TranscriptionZone(q), "first"); key != "" {
			f.Add("received_time", key)
		}
	}
	others, err := jointCandidates(tx, r)
	if err != nil {
		return t, err
	}
	t.Joint = nil
	for _, slug := range cmd.Joint {
		i := slices.IndexFunc(others, func(o survey.Respondent) bool { return o.Slug == slug })
		if i < 0 {
			f.Add("joint", "error.choice")
		} else if !slices.Contains(t.Joint, others[i].ID) {
			t.Joint = append(t.Joint, others[i].ID)
		}
	}
	catalogue, err := tx.Catalogue(q.ID)
	if err != nil {
		return t, err
	}
	t.Entries = nil
	for _, e := range cmd.Entries {
		i := slices.IndexFunc(catalogue.Questions, func(c survey.CatalogueQuestion) bool { return c.Number == e.Number })
		if i < 0 {
			return t, survey.Fail(survey.NotFound, "error.not_found")
		}
		e.Question = catalogue.Questions[i].ID
		if asked, _ := r.Asked(e.Question); !asked {
			return t, survey.Fail(survey.NotFound, "error.not_found")
		}
		own, err := survey.OwnCell(tx, r, e.Question)
		if err != nil {
			return t, err
		}
		if own && len(t.Joint) > 0 { // nobody can confirm it for all of them
			return t, survey.ByFormError(r, catalogue.Printed(e.Number))
		}
		if e.Position != "" && catalogue.Questions[i].Kind != survey.KindThesis {
			f.Add("position"+transcriptionNumber(e.Number), "error.choice")
		}
		t.Entries = append(t.Entries, e)
	}
	t.Original = cmd.Original
	return t, f.Err()
}

// Delete removes a draft, and its original if nothing else was made from it. Conflict when it is no draft, or
// somebody has changed it since.
func (s *Service) Delete(ctx context.Context, actor survey.Actor, ref Ref, revision int) error {
	if err := actor.Require(survey.RoleCoordinator); err != nil {
		return err
	}
	return s.Write(ctx, actor, func(tx *survey.Tx) error {
		_, r, err := s.transcribing(tx, ref)
		if err != nil {
			return err
		}
		t, err := tx.Transcriptions.Get(r.Key() + "/" + ref.ID)
		switch {
		case err != nil:
			return err
		case t.State != survey.TranscriptionDraft:
			return survey.Fail(survey.Conflict, "transcribe.error.no_draft")
		case t.Revision != revision:
			return survey.Fail(survey.Conflict, "transcribe.error.changed")
		}
		if err := survey.DeleteLetter(tx, t.Key()); err != nil {
			return err
		}
		original := t.Original
		t.Original = ""
		if err := dropOriginal(tx, t, original); err != nil {
			return err
		}
		return s.Audit(tx, actor, "transcription_deleted", t.Key())
	})
}

// transcribing loads what a transcription is of. Conflict outside the phases in which letters come.
func (s *Service) transcribing(tx *survey.Tx, ref Ref) (q survey.Questionnaire, r survey.Respondent, err error) {
	if q, err = tx.Questionnaire(ref.Questionnaire); err != nil {
		return q, r, err
	}
	if err := q.InPhase(s.At(tx), survey.PhaseOpen, survey.PhaseClosed); err != nil {
		return q, r, err
	}
	r, err = survey.RespondentBySlug(tx, q.ID, ref.Respondent)
	return q, r, err
}

// letter loads a letter and what it is of.
func (s *Service) letter(tx *survey.Tx, ref Ref) (q survey.Questionnaire, r survey.Respondent, t survey.Letter, err error) {
	if q, r, err = s.transcribing(tx, ref); err == nil {
		t, err = survey.GetLetter(tx, r.Key()+"/"+ref.ID)
	}
	return q, r, t, err
}

// jointCandidates are the other respondents a letter can answer for, in the printed order.
func jointCandidates(tx *survey.Tx, r survey.Respondent) ([]survey.Respondent, error) {
	all, err := survey.RespondentsInOrder(tx, r.Questionnaire)
	return slices.DeleteFunc(all, func(o survey.Respondent) bool { return o.ID == r.ID || o.NotAsked != "" }), err
}
