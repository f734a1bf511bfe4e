package testworld

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"pruefstein/internal/memory"
	"pruefstein/internal/survey"
)

// SoundStore is a small world in which everything refers to something: a questionnaire that was drafted, sent, answered by
// form (the respondent "fm", twice) and by a letter for two ("gn" together with "lb"), and published; and an import.
func SoundStore(t *testing.T) *memory.Store {
	t.Helper()
	store := memory.New()
	Must(t, store.Update(t.Context(), func(tx *survey.Tx) error {
		soundDraft(t, tx)
		soundSend(t, tx)
		soundAnswers(t, tx)
		Must(t,
			tx.Elections.Put(survey.Election{ID: "e0", Name: "Landtagswahl Nordmark 2021", Date: "2021-05-02"}),
			tx.Questionnaires.Put(survey.Questionnaire{ID: "q0", Slug: "nordmark-2021", Election: "e0", Imported: true}),
			tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q0", Questions: []survey.CatalogueQuestion{{ID: "f1", Number: 1, Text: "Wie?"}}}),
			tx.Respondents.Put(survey.Respondent{Questionnaire: "q0", ID: "r0", Slug: "fm", ShortName: "FM"}),
			tx.Versions.Put(survey.Version{Questionnaire: "q0", Respondent: "r0", Question: "f1", Number: 3, Status: survey.Answered, Text: "So.", Provenance: survey.ByForm}),
		)
		return nil
	}))
	return store
}

func soundDraft(t *testing.T, tx *survey.Tx) {
	t.Helper()
	wording := survey.Wording{Kind: survey.KindText, Text: "Was tun Sie für Freie Software?", Topic: "t1", WorkingGroup: "g1", AskedBy: []string{"o1"}}
	catalogue := survey.Catalogue{
		Questionnaire: "q1",
		Questions: []survey.CatalogueQuestion{
			{ID: "q01", Number: 1, Kind: survey.KindText, Text: wording.Text, Topic: "t1", WorkingGroup: "g1", AskedBy: []string{"o1"}, Origin: "f1"},
			{ID: "q02", Number: 2, Kind: survey.KindThesis, Text: "Offene Standards sind Pflicht."},
		},
		Topics: []survey.Topic{{ID: "t1", Name: "Freie Software"}}, Organisations: []survey.Named{{ID: "o1", Name: "Offene Welt"}},
		WorkingGroups: []survey.Named{{ID: "g1", Name: "Digitale Bildung"}}, LockedAt: Someday, LockedBy: "u1", ConfirmedBy: "u2",
	}
	var err error
	catalogue.Hash, err = survey.CatalogueHash(catalogue.Questions)
	Must(t, err,
		tx.Organisations.Put(survey.Organisation{ID: "o1", Name: "Offene Welt"}),
		tx.WorkingGroups.Put(survey.WorkingGroup{ID: "g1", Name: "Digitale Bildung"}),
		tx.Users.Put(survey.User{ID: "u1", Name: "Ada", Memberships: []survey.Membership{{WorkingGroup: "g1"}}}),
		tx.Users.Put(survey.User{ID: "u2", Name: "Bo"}),
		tx.StaffLinks.Put(survey.StaffLink{Hash: "l1", Purpose: survey.LinkReset, User: "u1"}),
		tx.StaffLinks.Put(survey.StaffLink{Hash: "l0", Purpose: survey.LinkSetup}),
		tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl Nordmark 2026", Date: "2026-09-06"}),
		tx.Questionnaires.Put(survey.Questionnaire{
			ID: "q1", Slug: "nordmark-2026", Election: "e1", Topics: []survey.Topic{{ID: "t1", Name: "Freie Software"}},
			Deadline: survey.Instant{At: Someday.AddDate(0, 1, 0), Zone: survey.DefaultZone},
			LockedAt: Someday, DispatchedAt: Someday, Extended: []survey.DateChange{{Reason: "Feiertage", By: "u1"}},
		}),
		tx.Questions.Put(survey.Question{Questionnaire: "q1", ID: "f1", State: survey.StateAgreed, Revision: 2, Wording: wording, UpdatedBy: "u1"}),
		tx.Revisions.Put(survey.Revision{Questionnaire: "q1", Question: "f1", Number: 1, By: "u1"}),
		tx.Revisions.Put(survey.Revision{Questionnaire: "q1", Question: "f1", Number: 2, By: "u1", Wording: wording}),
		tx.Catalogues.Put(catalogue),
		tx.Approvals.Put(survey.Approval{Questionnaire: "q1", Act: survey.ActLock, RequestedBy: "u1", ApprovedBy: "u2"}),
	)
}

func soundSend(t *testing.T, tx *survey.Tx) {
	t.Helper()
	for _, id := range []string{"fm", "gn", "lb"} {
		Must(t,
			tx.Parties.Put(survey.Party{ID: survey.PartyID("p-" + id)}),
			tx.Contestants.Put(survey.Contestant{Election: "e1", Party: survey.PartyID("p-" + id)}),
			tx.Respondents.Put(survey.Respondent{
				Questionnaire: "q1", ID: survey.RespondentID(id), Slug: survey.Slug(id), Parties: []survey.PartyID{survey.PartyID("p-" + id)}, LeftOut: map[survey.QuestionID]string{"q02": "zu lang"},
				NotReached: &survey.DeliveryFailure{By: "u1"}, Portal: &survey.PortalSubmission{By: "u1"},
			}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: "a-" + id, Questionnaire: "q1", Respondent: survey.RespondentID(id), Mail: "m-" + id}),
			survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: "m-" + id, Questionnaire: "q1", Respondent: survey.RespondentID(id), Dispatch: "d1", State: survey.MailQueued}}),
			tx.Outbox.Put(survey.OutboxEntry{Mail: "m-" + id, Urgency: survey.Unhurried}),
		)
	}
	Must(t,
		tx.Dispatches.Put(survey.Dispatch{Questionnaire: "q1", ID: "d1", By: "u1", ConfirmedBy: "u2"}),
		survey.PutMail(tx, survey.WrittenMail{Mail: survey.Mail{ID: "m0", Kind: survey.MailTest, State: survey.MailSent}}),
	)
}

func soundAnswers(t *testing.T, tx *survey.Tx) {
	t.Helper()
	first := survey.Entry{Status: survey.Answered, Text: "Öffentliches Geld, öffentlicher Code: <b>ja</b>. \U0001F331"}
	thesis := survey.Entry{Status: survey.Answered, Position: survey.Agree, Text: "Weil es klug ist."}
	second := survey.Entry{Status: survey.Declined, Reason: "Das ist Sache der Gemeinden."}
	letter := survey.Entry{Status: survey.General, Text: "Wir danken für Ihr Schreiben."}

	version := func(question string, number int, e survey.Entry, v survey.Version) {
		v.Questionnaire, v.Question, v.Number = "q1", survey.QuestionID(question), number
		v.Status, v.Position, v.Text, v.Reason = e.Status, e.Position, e.Text, e.Reason
		Must(t, tx.Versions.Put(v))
	}
	submit := func(id string, entries ...survey.SubmissionEntry) {
		s := survey.WrittenSubmission{Submission: survey.Submission{
			Questionnaire: "q1", Respondent: "fm", ID: id, State: survey.SubmissionConfirmed, RequestedAt: Someday,
			Declaration: survey.Declaration{Name: "Cleo Muster", Verbatim: true, Licence: "CC-BY-4.0"}, ConfirmedAt: Someday,
		}, SubmissionText: survey.SubmissionText{Entries: entries}}
		var err error
		s.Receipt, err = survey.SubmissionReceipt(tx, s, Someday, rand.Reader)
		s.Leaf = s.Receipt.Leaf
		Must(t, err, survey.PutSubmission(tx, s))
	}
	submit("s1", survey.SubmissionEntry{Question: "q01", Number: 1, Entry: first, Version: 1}, survey.SubmissionEntry{Question: "q02", Number: 2, Entry: thesis, Version: 1})
	submit("s2", survey.SubmissionEntry{Question: "q01", Number: 1, Entry: second, Version: 2}, survey.SubmissionEntry{Question: "q02", Number: 2, Entry: thesis, Version: 1})
	form := survey.Version{Respondent: "fm", Provenance: survey.ByForm, Licence: "CC-BY-4.0", ReceivedAt: "2026-05-03T12:00:00+02:00", CountsAt: Someday, Record: "q1/fm/s1"}
	version("q01", 1, first, form)
	version("q02", 1, thesis, form)
	form.Record = "q1/fm/s2"
	version("q01", 2, second, form)

	sum := sha256.Sum256([]byte("Brief"))
	Must(t, tx.Originals.Put(survey.Original{Questionnaire: "q1", Respondent: "gn", ID: "b1", SHA256: hex.EncodeToString(sum[:]), By: "u1"}))
	transcription := survey.Letter{Transcription: survey.Transcription{
		Questionnaire: "q1", Respondent: "gn", ID: "t1", State: survey.TranscriptionEffective, Kind: survey.LetterPaper, ReceivedOn: "2026-05-02",
		Joint: []survey.RespondentID{"lb"}, Original: "b1", EnteredBy: "u1", EnteredAt: Someday, ConfirmedBy: "u2", ConfirmedAt: Someday,
	}, LetterText: survey.LetterText{Entries: []survey.SubmissionEntry{{Question: "q01", Number: 1, Entry: letter, Version: 1}}}}
	var err error
	transcription.Receipt, err = survey.TranscriptionReceipt(tx, transcription, Someday, rand.Reader)
	Must(t, err, survey.PutLetter(tx, transcription))
	typed := survey.Version{Respondent: "gn", Provenance: survey.Transcribed, Joint: []string{"lb"}, Source: "Brief, eingegangen am 2. Mai 2026", ReceivedAt: "2026-05-02",
		CountsAt: time.Date(2026, 5, 1, 22, 0, 0, 0, time.UTC), Record: transcription.Key(), EnteredBy: "u1", ConfirmedBy: "u2"}
	version("q01", 1, letter, typed)
	typed.Respondent, typed.Joint = "lb", []string{"gn"}
	version("q01", 1, letter, typed)

	quoted := survey.Quotation{Questionnaire: "q1", Respondent: "lb", Question: "q02", Text: "Offen.", By: "u1", At: Someday.Add(-time.Hour)}
	p := survey.Publication{Questionnaire: "q1", Slug: "nordmark-2026", Version: 1, At: Someday, By: "u1", ConfirmedBy: "u2", Manifest: hex.EncodeToString(sum[:])}
	p.Leaf, err = survey.AppendLeaf(tx, survey.LeafPublication, p.Key(), sum, Someday)
	Must(t, err,
		survey.PutPublication(tx, p, survey.PublicationDetail{Digests: []survey.CellDigest{{Respondent: "lb", Question: 2, Quotation: survey.QuotationDigest(quoted)}}}),
		tx.AnswerDrafts.Put(survey.AnswerDraft{Questionnaire: "q1", Respondent: "lb", Question: "q01", Entry: first, Revision: 1}),
		survey.PutSubmission(tx, survey.WrittenSubmission{
			Submission:     survey.Submission{Questionnaire: "q1", Respondent: "lb", ID: "s3", State: survey.SubmissionRequested, RequestedAt: Someday},
			SubmissionText: survey.SubmissionText{Entries: []survey.SubmissionEntry{{Question: "q01", Number: 1, Entry: first}}},
		}),
		tx.Quotations.Put(quoted),
	)
}

// Faults runs a check on the store after a change.
func Faults(t *testing.T, store survey.Store, check func(*survey.Tx) []string) []string {
	t.Helper()
	var found []string
	Must(t, store.View(t.Context(), func(tx *survey.Tx) error {
		found = check(tx)
		return nil
	}))
	return found
}
