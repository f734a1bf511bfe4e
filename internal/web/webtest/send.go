package webtest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/survey"
)

// Canary stands wherever a party has said something it has not submitted, or that is for the party alone. No page of the
// Versand may show it.
const Canary = "KANARIENVOGEL"

// NewSend is a world with four contestants and a questionnaire in each phase: nord-draft (one agreed question),
// nord-locked, nord-open, nord-closed. The last two have been sent, and hold the canary in all that is the party's.
func NewSend(t *testing.T) *World {
	t.Helper()
	w := New(t)
	now := w.Clock.Now()
	if err := w.Store.Update(t.Context(), func(tx *survey.Tx) error {
		err := errors.Join(
			tx.Alliances.Put(survey.Alliance{Name: "Bündnis Nordmark", Email: "fragen@buendnis.example", ConfirmDispatch: survey.RuleOff, Revision: 1}),
			tx.Elections.Put(survey.Election{ID: "e1", Name: "Landtagswahl in der Nordmark", Date: "2027-02-07"}))
		for i, p := range []string{"Frei", "Moin", "Deich", "Watt"} {
			id := strings.ToLower(p)
			err = errors.Join(err, tx.Parties.Put(survey.Party{ID: survey.PartyID(id), ShortName: p, Name: p + " Nordmark", Colour: "#336699"}),
				tx.Contestants.Put(survey.Contestant{Election: "e1", Party: survey.PartyID(id), BallotPosition: i + 1, Email: id + "@partei.example"}))
		}
		for _, phase := range []string{"draft", "locked", "open", "closed"} {
			err = errors.Join(err, putSendQuestionnaire(tx, phase, now))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

func putSendQuestionnaire(tx *survey.Tx, phase string, now time.Time) error {
	id := "q-" + phase
	deadline := survey.Instant{At: now.AddDate(0, 0, 28), Zone: survey.DefaultZone, Local: "2026-12-21T10:00"}
	q := survey.Questionnaire{ID: survey.QuestionnaireID(id), Slug: survey.Slug("nord-" + phase), Title: "Wahlprüfsteine Nordmark", Election: "e1", Deadline: deadline, Revision: 1}
	if phase == "draft" {
		return errors.Join(tx.Questionnaires.Put(q), tx.Questions.Put(survey.Question{Questionnaire: survey.QuestionnaireID(id), ID: "x1", State: survey.StateAgreed, Revision: 1,
			Wording: survey.Wording{Kind: survey.KindText, Text: "Wie fördern Sie freie Software?"}}))
	}
	q.LockedAt = now.AddDate(0, 0, -9)
	err := tx.Catalogues.Put(survey.Catalogue{Questionnaire: survey.QuestionnaireID(id), Hash: "h", LockedAt: q.LockedAt, Questions: []survey.CatalogueQuestion{
		{ID: "q01", Number: 1, Kind: survey.KindText, Label: "Software", Text: "Wie fördern Sie freie Software?"},
		{ID: "q02", Number: 2, Kind: survey.KindThesis, Text: "Schulen brauchen schnelles Netz."}}})
	if phase == "locked" {
		return errors.Join(err, tx.Questionnaires.Put(q))
	}
	q.DispatchedAt = now.AddDate(0, 0, -8)
	q.Cover = survey.Cover{Subject: "Fragen", Body: "Bis {{frist}}.\n\n{{link}}\n\n{{fragen}}", Language: "de"}
	if phase == "closed" {
		q.Deadline.At = now.AddDate(0, 0, -1)
	}
	err = errors.Join(err, tx.Questionnaires.Put(q), tx.Dispatches.Put(survey.Dispatch{Questionnaire: survey.QuestionnaireID(id), ID: "d", Kind: survey.MailInvitation, At: q.DispatchedAt, By: "u", Recipients: 2}))
	for i, channel := range []survey.Channel{survey.ChannelForm, survey.ChannelMail, survey.ChannelPortal, survey.ChannelUnknown} {
		slug := []string{"frei", "moin", "deich", "watt"}[i]
		r := survey.Respondent{Questionnaire: survey.QuestionnaireID(id), ID: survey.RespondentID("r-" + slug), Slug: survey.Slug(slug), ShortName: slug, Name: slug, Sequence: i + 1, Email: slug + "@partei.example",
			Language: "de", Procedure: survey.Procedure{Channel: channel, MaxCharacters: 20}, Revision: 1}
		if channel == survey.ChannelForm || channel == survey.ChannelMail {
			r.AskedAt = q.DispatchedAt
		}
		mail := survey.WrittenMail{Mail: survey.Mail{ID: id + "-" + string(slug), Kind: survey.MailInvitation, Questionnaire: survey.QuestionnaireID(id), Respondent: r.ID, Dispatch: "d", To: r.Email, Language: "de",
			Subject: "Fragen", MessageID: string(slug) + "@x", CreatedAt: q.DispatchedAt, State: survey.MailFailed, Attempts: 2, Reply: "550 unbekannt"},
			MailText: survey.MailText{Body: "Zugang: " + survey.LinkMark, Calendar: "x"}}
		if slug == "moin" { // whose own words are those of the mark; the mail of frei is of before places were noted
			mail.Body = "Was heißt " + survey.LinkMark + "? Zugang: " + survey.LinkMark
			mail.Places = []int{strings.LastIndex(mail.Body, survey.LinkMark)}
		}
		err = errors.Join(err, tx.Respondents.Put(r), survey.PutMail(tx, mail),
			tx.AnswerDrafts.Put(survey.AnswerDraft{Questionnaire: survey.QuestionnaireID(id), Respondent: r.ID, Question: "q01", Revision: 1, Entry: survey.Entry{Status: survey.Answered, Text: Canary}}),
			survey.PutSubmission(tx, survey.WrittenSubmission{Submission: survey.Submission{Questionnaire: survey.QuestionnaireID(id), Respondent: r.ID, ID: "s",
				State: survey.SubmissionRequested, RequestedAt: now, Declaration: survey.Declaration{Name: Canary, Function: Canary}},
				SubmissionText: survey.SubmissionText{Entries: []survey.SubmissionEntry{{Question: "q01", Entry: survey.Entry{Status: survey.Answered, Text: Canary}}}}}),
			tx.AccessLinks.Put(survey.AccessLink{Hash: "h-" + r.Key(), Questionnaire: survey.QuestionnaireID(id), Respondent: r.ID, Mail: mail.ID, CreatedAt: q.DispatchedAt, UsedAt: now}))
		for _, kind := range []survey.MailKind{survey.MailCode, survey.MailReceipt} {
			mail.Kind, mail.ID, mail.Subject, mail.Body, mail.Calendar = kind, id+"-"+string(slug)+"-"+string(kind), "Ihre Angaben", Canary, ""
			mail.Places = nil
			mail.Attachment = &survey.MailFile{Name: Canary, Type: "text/plain", Data: []byte(Canary)}
			err = errors.Join(err, survey.PutMail(tx, mail))
		}
	}
	return err
}
