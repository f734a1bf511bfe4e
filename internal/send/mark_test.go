package send_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pruefstein/internal/send"
	"pruefstein/internal/survey"
	"pruefstein/internal/testworld"
)

// What people write never collides with what stands for a link: not in a dispatch, nor in what follows it.
func TestLettersHoldTheMark(t *testing.T) {
	testworld.SameWithMark(t, 11, func(t *testing.T, word string) map[string]string {
		s := newSending(t)
		s.put(func(tx *survey.Tx) error {
			alliance, err := tx.Alliances.Get(survey.AllianceKey)
			alliance.Name = "Bündnis " + word
			return errors.Join(err, tx.Alliances.Put(alliance),
				tx.Elections.Put(survey.Election{ID: "e1", Name: "Wahl " + word, Date: "2027-03-07"}),
				tx.Parties.Put(survey.Party{ID: "fm", ShortName: "FM", Name: "Freie " + word}),
				tx.Catalogues.Put(survey.Catalogue{Questionnaire: "q1", Hash: "abc", Questions: []survey.CatalogueQuestion{
					{ID: "q01", Number: 1, Kind: survey.KindText, Label: "Label " + word, Text: word + "? {{link}}", Context: word + "\n\n" + word},
				}}))
		})
		s.ready()
		cover, err := s.Send.StartingText("de", "cover")
		if err != nil {
			t.Fatal(err)
		}
		cover.Body = word + "\n\n{{link}} " + word + " {{link}}\n\n" + cover.Body
		cover.Subject += " " + word
		q := s.questionnaire()
		q.Title = word
		s.put(func(tx *survey.Tx) error { return tx.Questionnaires.Put(q) })
		if err := s.Send.SaveCover(t.Context(), s.office, s.q, send.SaveCover{Cover: cover, Revision: q.Revision}); err != nil {
			t.Fatal(err)
		}
		preview, err := s.Send.PreviewCover(t.Context(), s.office, s.q, "fm", cover)
		if err != nil || len(preview.Texts) != 4 {
			t.Errorf("preview %q, %v", preview.Texts, err)
		}
		if err := s.Send.TestCover(t.Context(), s.office, s.q, "fm"); err != nil {
			t.Error(err)
		}
		if sent, err := s.dispatch(s.office); err != nil || !sent {
			t.Fatal(sent, err)
		}
		invitation := s.mails(survey.MailInvitation)["fm@partei.example"]
		if _, err := s.Send.MakeAccessLink(t.Context(), s.office, s.q, "fm"); err != nil {
			t.Error(err)
		}
		s.remind()
		if _, _, err := s.Send.ResendMail(t.Context(), s.office, s.q, invitation.Mail.ID, send.ResendMail{To: "anders@partei.example"}); err != nil {
			t.Error(err)
		}
		read := testworld.ReadMails(t, s.Office)
		// what waited is written anew with the new date, and all are told of it
		if err := s.Send.ExtendDeadline(t.Context(), s.office, s.q, send.SetDeadline{Deadline: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: word, Revision: s.questionnaire().Revision}); err != nil {
			t.Error(err)
		}
		for name, text := range testworld.ReadMails(t, s.Office) {
			if !strings.Contains(text, word) {
				t.Errorf("%s after the extension: %s", name, text)
			}
			if strings.HasPrefix(name, string(survey.MailExtension)) {
				read[name] = text
			}
		}
		return read
	})
}

// The longest title a questionnaire can have leaves room for what our mails say around it.
func TestLongTitleInSubject(t *testing.T) {
	w := testworld.NewAnswers(t)
	w.Write(t, func(tx *survey.Tx) error {
		q, err := tx.Questionnaire("q1")
		q.Title = strings.Repeat("ü", 300)
		return errors.Join(err, tx.Questionnaires.Put(q))
	})
	w.Save(t, w.Frei, 1, testworld.Saying("Text"))
	w.Submit(t, w.Frei)
}

// Mails queued by a version that noted no places still go out and read as they did; so do those it had failed to send, also
// when they are written anew.
func TestMailsOfBeforePlacesWereNoted(t *testing.T) {
	s := newSending(t)
	s.mustDispatch()
	fresh := s.mails(survey.MailInvitation)["fm@partei.example"]
	old := fresh.Mail
	old.Places = nil
	s.put(func(tx *survey.Tx) error { return survey.PutMail(tx, old) })
	got := s.mails(survey.MailInvitation)["fm@partei.example"]
	if got.Body != fresh.Body || got.Mail.Places != nil || len(got.Mail.Texts()) != 2 {
		t.Errorf("places %v, %q\n%s", got.Mail.Places, got.Mail.Texts(), got.Body)
	}
	if err := s.Send.RecordAttempt(t.Context(), old.ID, send.MailOutcome{Attempt: 1, Permanent: true}); err != nil {
		t.Fatal(err)
	}
	s.clock.Advance(time.Hour)
	if err := s.Send.ExtendDeadline(t.Context(), s.office, s.q, send.SetDeadline{Deadline: "2027-01-10T18:00", Zone: "Europe/Berlin", Reason: "mehr Zeit", Revision: s.questionnaire().Revision}); err != nil {
		t.Fatal(err)
	}
	if err := s.Send.RetryMail(t.Context(), s.office, s.q, old.ID); err != nil {
		t.Fatal(err)
	}
	again := s.mails(survey.MailInvitation)["fm@partei.example"]
	if s.link(again.Body).Hash != s.link(fresh.Body).Hash || !strings.Contains(again.Body, "10. Januar 2027") {
		t.Errorf("written anew:\n%s", again.Body)
	}

	receipt := survey.WrittenMail{Mail: survey.Mail{Kind: survey.MailReceipt}, MailText: survey.MailText{Body: "Sie schrieben: " + survey.LinkMark}}
	if texts := receipt.Texts(); len(texts) != 1 || texts[0] != receipt.Body {
		t.Errorf("an old receipt reads %q", texts)
	}
}
